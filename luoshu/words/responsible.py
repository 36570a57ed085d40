"""Who answers for an item of an action plan, and by when: （责任单位：市住建局；完成时限：2026年底）."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from luoshu.words.day import days
from luoshu.words.line import MARKER

_WHO = re.compile(
    r"(?:(?:牵头|责任|主责|主办|承办|实施|主要责任|责任落实)(?:单位|部门|主体|领导)?|负责(?:单位|部门))\s*[:：]\s*"
    r"(?P<who>[^\n:：；;。）)]{2,80}?)(?=[；;。）)\n]|[，,]?\s*(?:完成|时限|时间|配合|协办|参与|协助|责任人)|$)"
)
_WHEN = re.compile(r"(?:完成|办结|实施)?(?:时限|时间|期限|年限)\s*[:：]\s*(?P<when>[^\n；;。）)]{4,20})")
_NAMES = re.compile(r"[、，,\s]+(?=[\u4e00-\u9fff])")


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
        line = plain.rfind("\n", 0, said.start()) + 1
        close = plain.find("\n", said.end())
        close = len(plain) if close < 0 else close
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
