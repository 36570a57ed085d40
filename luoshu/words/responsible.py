"""Who answers for an item of an action plan, and by when: （责任单位：市住建局；完成时限：2026年底）."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from luoshu.words.day import days
from luoshu.words.line import MARKER
from luoshu.words.subject import before_figure

_WHO = re.compile(
    r"(?:(?:牵头|责任|主责|主办|承办|实施|主要责任|责任落实)(?:单位|部门|主体|领导)?|负责(?:单位|部门))\s*[:：]\s*"
    r"(?P<who>[^\n:：；;。）)]{2,80}?)(?=[；;。）)\n]|[，,]?\s*(?:完成|时限|时间|配合|协办|参与|协助|责任人)|$)"
)
_WHEN = re.compile(r"(?:完成|办结|实施)?(?:时限|时间|期限|年限)\s*[:：]\s*(?P<when>[^\n；;。）)]{4,20})")
_HIT = re.compile(r"牵头|负责|(?<=[局厅委会办门府心团司院])(?:要(?!求|素|点)|应(?!用|急|对)|须|将|会同)")
_SUFFIX = (
    r"(?:(?<![格布结大全开时变棋])局|厅|(?<!常)委|委员会|管委会|(?<![举承主兴开协督])办|办公室|部门|政府|街道|中心|集团"
    r"|公司|研究院|(?<![内全局东西中南北总干乐])部)"
)
_BODY = (
    rf"(?!我们|有关|相关|各级|各地|各部门|要|对|将|在)[\u4e00-\u9fff]{{1,14}}?{_SUFFIX}(?:[（(][^（）()]{{1,12}}[）)])?"
)
_BODIES = re.compile(
    rf"(?:.*?(?P<by>由))?(?P<who>{_BODY}(?:[、和与及]{_BODY})*)(?:等(?:部门|单位)?)?(?:[分共联具]?[别同合体])?"
)
_LEADS = re.compile(r"(?:牵头|负责|要|应|须|将)(?:在20\d\d年(?:底|末)?(?:以?前)?)?")
_BEFORE = re.compile(
    rf"\s*(?:{MARKER.pattern})?\s*(?:[一二三四五六七八九十]是)?(?:[到至在]?20\d\d年(?:底|末)?(?:以?前)?|年内|今年|明年)?"
)
_PARTS = re.compile(r"[，。；：！\n,;:]")
_ENGLISH = re.compile(
    r"(?:^|(?<=[.;:\n]\s)|(?<=\d,\s))\s*(?:[Tt]he\s)?(?P<who>[A-Z][\w&'’-]*(?:\s(?:of|and|for|the|&|[A-Z][\w&'’-]*)){0,9})\s"
    r"(?=(?:will|shall|must|should|is to|plans? to|aims? to|intends? to|undertakes? to)\s)",
    re.MULTILINE,
)
_OFFICE = re.compile(
    r"\b(?:Department|Ministry|Agency|Authority|Office|Council|Commission|Committee|Board|Bureau|Service|Trust|Company"
    r"|Administration|Corporation|Government|Secretariat|Directorate|Institute|Association)s?\b"
)
_NAMES = re.compile(r"[、，,\s]+(?=[\u4e00-\u9fff])")
REACH = 4000
"""No paragraph is followed further than so many characters, so that reading stays linear."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """Who answers for what stands between `start` and `end` of a text, and by when."""

    start: int
    end: int
    owner: str
    due: date | None


def remarks(plain: str, year: int | None = None) -> list[Remark]:
    """All remarks of a text on who is responsible, each with the stretch that it is made for.

    A remark is made for what stands before it in its paragraph, back to the remark before; one on a line of its own for
    the paragraph above it.

    >>> text = "建设公园。造林10万亩。（责任单位：市林业局，完成时限：2026年底）"
    >>> [(r.owner, str(r.due), text[r.start:r.end][:9]) for r in remarks(text)]
    [('市林业局', '2026-12-31', '建设公园。造林10')]
    """
    found: list[Remark] = []
    before = 0
    for said in _WHO.finditer(plain):
        line = max(plain.rfind("\n", max(0, said.start() - REACH), said.start()) + 1, said.start() - REACH)
        close = plain.find("\n", said.end(), said.end() + REACH)
        close = min(len(plain), said.end() + REACH) if close < 0 else close
        if _WHEN.match(plain, close + 1):  # the time limit stands on the next line
            close = plain.find("\n", close + 1) if plain.find("\n", close + 1) > 0 else len(plain)
        start = line
        if not plain[line : said.start()].strip("（(【[* \t"):
            start = _paragraph_above(plain, line)
        start = max(start, before)
        when = _WHEN.search(plain, said.end(), min(close, said.end() + 120))
        named = [each.day for each in days(when["when"], year) if each.day] if when else []
        owner = "、".join(part for part in _NAMES.split(said["who"].strip("，、, ")) if part)
        if owner and start < said.start():
            found.append(Remark(start=start, end=said.start(), owner=owner, due=named[-1] if named else None))
        before = said.end()
    return found


def bodies(plain: str) -> list[Remark]:
    """The bodies that sentences name as those who act, each with the stretch of its sentence that it answers for.

    A body at the head of a sentence, or of what stands between semicolons, answers for what follows it; one that
    closes it (…，由甲局负责。) for what stands before.

    >>> text = "甲局牵头，建公园3个；乙局、丙局要修路5公里。植树2万株，由丁局负责。"
    >>> [(body.owner, text[body.start : body.end][:8]) for body in bodies(text)]
    [('甲局', '甲局牵头，建公园'), ('乙局、丙局', '乙局、丙局要修路'), ('丁局', '植树2万株，由丁')]
    """
    found: list[Remark] = []
    for hit in _HIT.finditer(plain):
        start = hit.start()
        while start > max(0, hit.start() - 80) and not _PARTS.match(plain, start - 1):
            start -= 1
        prefix = _BEFORE.match(plain, start, hit.start())
        named = _BODIES.fullmatch(plain, prefix.end() if prefix else start, hit.start())
        if not named or (named["by"] and hit.group() not in ("牵头", "负责")) or _of_words(plain, hit):
            continue
        low = max(max(plain.rfind(mark, max(0, start - 400), start) for mark in "。；！\n") + 1, start - 400)
        ends = [at for mark in "。；！\n" if (at := plain.find(mark, hit.end(), hit.end() + 400)) >= 0]
        high = min(ends, default=min(len(plain), hit.end() + 400))
        closes = plain[hit.end() : high].strip("）) ") == ""
        begin = low if closes and hit.group() in ("牵头", "负责") else start
        begin = max(begin, min(found[-1].end, start) if closes and found else 0)
        if found and found[-1].end > begin:
            found[-1] = replace(found[-1], end=max(begin, found[-1].start))
        found.append(Remark(start=begin, end=high, owner=named["who"], due=None))
    found.extend(_english_bodies(plain))
    return sorted(found, key=lambda remark: remark.start)


def without_body(subject: str, owner: str) -> str:
    """A subject that begins with the body that acts, brought to what is measured.

    >>> without_body("乙局要在2027年底前改造老旧小区", "甲局、乙局"), without_body("公园", "甲局")
    ('老旧小区', '公园')
    """
    body = owner.rpartition("、")[2]
    if not subject.startswith(body) or not (lead := _LEADS.match(subject, len(body))):
        return subject
    return before_figure(subject, lead.end(), len(subject)) or subject


def _of_words(plain: str, hit: re.Match[str]) -> bool:
    """Whether the word of leading belongs to another: 牵头单位：, 负责人, 负责任."""
    return plain[hit.end() : hit.end() + 1] in ("人", "任", "单", "部", "：", ":", "制", "的", "同")


def _english_bodies(plain: str) -> Iterator[Remark]:
    for named in _ENGLISH.finditer(plain) if " will " in plain or " to " in plain or " shall " in plain else ():
        if _OFFICE.search(named["who"]):
            stop = re.compile(r"[.;](?=\s|$)|\n").search(plain, named.end(), named.end() + 600)
            yield Remark(
                start=named.start(),
                end=stop.start() if stop else min(len(plain), named.end() + 600),
                owner=named["who"],
                due=None,
            )


def _paragraph_above(plain: str, line: int) -> int:
    """The start of the item above a line: its last heading or list number, but no further than four lines up."""
    start = line
    for _ in range(4):
        if start == 0:
            break
        start = plain.rfind("\n", 0, start - 1) + 1
        if MARKER.match(plain, start):
            break
    return start


def remark_on(found: Sequence[Remark], at: int) -> Remark | None:
    """The remark that is made for what stands at an offset; None where there is none."""
    number = bisect_left(found, at, key=lambda remark: remark.end)
    if number < len(found) and found[number].start <= at < found[number].end:
        return found[number]
    return None
