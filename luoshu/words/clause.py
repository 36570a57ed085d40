"""How a plan text hangs together: headings, sentences and clauses, each sentence knowing what stands above it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Heading(NamedTuple):
    """A heading or lead-in: span, level (0 the title, 1 the outermost numbered one, 9 an unnumbered short line)."""

    start: int
    end: int
    level: int
    text: str


class Sentence(NamedTuple):
    """A sentence: its span without surrounding space, what stands above it (outermost first), and its paragraph.

    `above` holds the headings in force and, last, the lead-in (`…：`) of the list that the sentence belongs to.
    `heading` says that the sentence is itself a heading; `first` that it opens its paragraph.
    """

    start: int
    end: int
    above: tuple[Heading, ...]
    paragraph: int
    heading: bool
    first: bool


_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]++")
_ENDS = re.compile(r"[。！？!?]++[”’」』）)]?|(?<=[A-Za-z%)\d])\.(?=[ \t]+[A-Z“\"])")
_NUMERALS = "一二三四五六七八九十百零〇两"
_MARKS = (
    (1, re.compile(rf"第\s?[{_NUMERALS}\d]{{1,4}}\s?[篇编部]分?")),
    (2, re.compile(rf"第\s?[{_NUMERALS}\d]{{1,4}}\s?章")),
    (3, re.compile(rf"第\s?[{_NUMERALS}\d]{{1,4}}\s?节")),
    (4, re.compile(rf"[{_NUMERALS}]{{1,3}}[、．.]")),
    (5, re.compile(rf"[（(][{_NUMERALS}]{{1,3}}[）)]")),
    (6, re.compile(r"\d{1,3}(?:[、．]|\.(?!\d))")),
    (7, re.compile(r"[（(]\d{1,3}[）)]|[①-⑳]|专栏\s?\d{1,3}")),
)
_MARK_START = re.compile(r"[第（(\d①-⑳专一二三四五六七八九十百零〇两#]")
_HASHES = re.compile(r"#{1,6}\s+")
_ITEM = re.compile(
    rf"\s*(?:——|--|[-*•●·]\s|[（(]?(?:\d{{1,3}}|[{_NUMERALS}]{{1,3}})(?:[、．）)]|\.(?!\d))|[①-⑳]|"
    rf"[{_NUMERALS}]{{1,3}}[是要])"
)
_TITLE = re.compile(r"(?:工作报告|公报|规划|纲要|意见|方案|要点|计划|建议)(?:[（(][^（）()]*[）)]|[①-⑳])?$")
_SECTION = re.compile(
    r"^.{0,10}(?:工作回顾|工作总结|工作安排|工作打算|目标任务|重点任务|重点工作|主要目标|下一?步工作).{0,6}$|"
    r"(?:十.五|20\d\d年|今后五年|过去|今年|下一步|明年|未来).*(?:回顾|总结|成就|成绩|目标|任务|安排|工作|"
    r"打算|重点|展望|实事)"
)
_BACK_MATTER = re.compile(r"(?:名词|用语|术语|有关名词|相关名词)?(?:解释|注释|附注)$|附件\d?$")
_TITLE_PLACE = 12
"""A title stands among the first lines; further down it is a running head, which governs nothing."""
_CLOSED = "。；;！？!?，,、：:…"
_LONGEST_HEADING = 60
_GOALS = re.compile(r"目标|指标")
_LEAVES = re.compile(r"围绕|为实现|按照|同时|展望|实现(?:上述|以上|这些)|各位|今年|在此基础上")
_SALUTE = re.compile(r"各位|尊敬的|同志们|女士们|朋友们|大家")
_CLAUSE = re.compile(r"[，；;：]|,(?!\d{3})|(?<!\d):(?!\d)")


def _level(line: str, start: int) -> int | None:
    """The level of the numbered heading that begins at `start`, or None where no number opens the line."""
    if not _MARK_START.match(line, start):
        return None
    hashes = _HASHES.match(line, start)
    if hashes:
        return min(8, hashes.end() - start - 1)
    for level, mark in _MARKS:
        if mark.match(line, start):
            return level
    return None


def _is_heading(text: str, numbered: bool) -> bool:
    """Whether a whole line reads as a heading: short, and not closed like a sentence."""
    if len(text) > _LONGEST_HEADING or text[-1] in _CLOSED or "。" in text:
        return False
    return numbered or (len(text) <= 40 and not text.startswith("——") and "；" not in text)


def _unnumbered(text: str, place: int) -> int:
    """The level of a heading without a number: 0 the title, 3 a section that names its period, else 9."""
    if place < _TITLE_PLACE and _TITLE.search(text):
        return 0
    if _BACK_MATTER.match(text):
        return 0
    return 3 if _SECTION.search(text) else 9


def sentences(plain: str) -> list[Sentence]:
    """All sentences of a text in order, headings included; offsets are those of `plain`.

    Sentences end at 。！？ and at the end of a line, never at ； or ，. A heading that opens a paragraph
    (`（一）稳就业。全年…`) is a sentence of its own and stands above the rest of its paragraph and what follows.

    >>> text = "二、2026年目标\\n（一）稳就业。新增就业9万人；培训2万人次。\\n主要指标：\\n——造林5万亩。"
    >>> [(text[s.start:s.end], s.above[-1].text) for s in sentences(text)[2:]]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('新增就业9万人；培训2万人次。', '（一）稳就业。'), ('主要指标：', '（一）稳就业。'),
     ('——造林5万亩。', '主要指标：')]
    """
    found: list[Sentence] = []
    above: tuple[Heading, ...] = ()
    under: tuple[Heading, ...] = ()  # what stands above, with the lead-in: one tuple for all sentences that share it
    lead = ""
    for line in _LINE.finditer(plain):
        text = line.group().strip()
        if not text:
            continue
        start = line.start() + len(line.group()) - len(line.group().lstrip())
        end = start + len(text)
        level = _level(plain, start)
        opens_section = level is not None and level <= 5
        lead = _carried(lead, plain, start, under[-1]) if lead and not opens_section else ""
        if not lead:
            under = above
        if _is_heading(text, level is not None):
            heading = Heading(start, end, _unnumbered(text, len(found)) if level is None else level, text)
            found.append(Sentence(start, end, under, start, True, True))
            if not (level is None and len(found) > _TITLE_PLACE and _TITLE.search(text)):
                under = above = (*(h for h in above if h.level < heading.level), heading)
                lead = ""
            continue
        first = True
        for piece in _pieces(plain, start, end):
            inline = first and level is not None and piece[1] < end and piece[1] - piece[0] <= _LONGEST_HEADING
            found.append(Sentence(*piece, under, start, inline, first))
            if inline and level is not None:
                heading = Heading(*piece, level, plain[piece[0] : piece[1]])
                under = above = (*(h for h in above if h.level < level), heading)
                lead = ""
            first = False
        if text[-1] in "：:" and found and not _SALUTE.match(text):
            last = found[-1]
            under = (*above, Heading(last.start, last.end, 10, plain[last.start : last.end]))
            lead = "open"
    return found


def _carried(lead: str, plain: str, start: int, heading: Heading) -> str:
    """How a lead-in governs the line at `start`: `marked` and `unmarked` lists go on alike; empty where it ends.

    A lead-in to goals may be followed by plain paragraphs; any other is followed by a marked list or by nothing.
    """
    if _ITEM.match(plain, start):
        return "marked"
    if lead == "marked" or _LEAVES.match(plain, start):
        return ""
    return "unmarked" if lead == "unmarked" or _GOALS.search(heading.text) else ""


def _pieces(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences in a line, stripped of spaces."""
    spans = []
    for stop in _ENDS.finditer(plain, start, end):
        spans.append((start, stop.end()))
        start = stop.end()
    spans.append((start, end))
    return [stripped for span in spans if (stripped := _strip(plain, *span))]


def _strip(plain: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and plain[start].isspace():
        start += 1
    while start < end and plain[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


@lru_cache(maxsize=4)
def _cached(plain: str) -> tuple[Sentence, ...]:
    return tuple(sentences(plain))


def laid_out(plain: str) -> tuple[Sentence, ...]:
    """`sentences(plain)`, remembered for the last few texts, since figures and undertakings both ask for them."""
    return _cached(plain)


def clauses(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the clauses of a sentence, split at ，；：(not at 、 and not inside a number), stripped.

    >>> text = "到2025年，博物馆达到1,200家、书房300座；造林5万亩。"
    >>> [text[a:b] for a, b in clauses(text, 0, len(text))]
    ['到2025年', '博物馆达到1,200家、书房300座', '造林5万亩。']
    """
    spans = []
    for stop in _CLAUSE.finditer(plain, start, end):
        spans.append((start, stop.start()))
        start = stop.end()
    spans.append((start, end))
    return [stripped for span in spans if (stripped := _strip(plain, *span))]
