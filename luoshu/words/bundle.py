"""Several documents in one file: where each later one begins, by the head that it carries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from luoshu.words.line import Line, ended

_YEAR = r"20\d\d\s?年?"
_DATED = re.compile(
    rf"[（(]\s?(?:{_YEAR}\s?[-—–~～－至到]{{1,2}}\s?{_YEAR}|[^（()）。]{{0,16}}20\d\d\s?年\s?\d{{1,2}}\s?月\s?\d{{1,2}}\s?日[^（()）。]{{0,40}})\s?[)）]"
    r"|[\u3400-\u9fff]{1,10}\s?[〔\[]20\d\d[〕\]]\s?\d{1,4}\s?号"
)
"""The line under a title that dates a document: its span of years, the day of its adoption, or its number."""
_TITLE = re.compile(
    r"(?:报告|规划|纲要|公报|意见|方案|计划|要点|决定|决议|办法|条例|通知)(?:[（(][^（()）]{1,12}[)）])?$"
)
_ENGLISH_TITLE = re.compile(
    r"(?=[^。，]*\b(?i:plan|report|strategy|programme|program|framework|outline|bulletin)\b)[A-Z][\w ,'’&:()–—-]{6,80}"
)
_ATTACHED = re.compile(r"附\s?[件表图录]|专栏")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LINES = 4
"""A title takes so many lines at most."""
_SHORTEST = 200
"""What stands between two heads must be so wide, to be a document and not a cover or a list of titles."""


def documents(lines: Sequence[Line]) -> list[int]:
    """The numbers of the lines on which the documents of a file begin; the first is 0, and mostly the only one.

    A later document begins where a paragraph has ended and a title follows with its own date, span of years or
    document number under it, or where an English title follows upon Chinese text.

    >>> from luoshu.words.line import lines_of
    >>> body = "建设公园三座。" * 40
    >>> documents(lines_of(f"甲市工作报告\\n{body}\\n乙市行动方案\\n（2025—2027年）\\n{body}"))
    [0, 2]
    """
    begun = [0]
    for at in range(1, len(lines)):
        text = lines[at].text
        if text[0] in "（(" or text[-1] == "号":
            first = _title_over(lines, at) if _DATED.fullmatch(text) else None
        else:
            first = at if _turns_english(lines, at) else None
        if first and _wide(lines, begun[-1], first) and _wide(lines, at, len(lines)):
            begun.append(first)
    return begun


def _title_over(lines: Sequence[Line], at: int) -> int | None:
    """The first line of the title that stands over the dated line `at`; None where none does, or at the very top.

    A document number may also stand over its title.
    """
    first = at
    while first and at - first < _LINES and not _closed(lines[first - 1].text):
        first -= 1
        if lines[first].apart:
            break
    if first == at and first:
        return (
            at
            if lines[at].text[-1] == "号" and any(_TITLE.search(line.text) for line in lines[at + 1 : at + 4])
            else None
        )
    titled = any(_TITLE.search(line.text) for line in lines[first:at])
    if not titled or not first or not _closed(lines[first - 1].text):
        return None
    return None if _ATTACHED.match(lines[first].text) or _ATTACHED.match(lines[first - 1].text) else first


def _turns_english(lines: Sequence[Line], at: int) -> bool:
    line, above = lines[at], lines[at - 1]
    if not line.apart or not line.text[0].isascii() or not _closed(above.text) or at + 1 == len(lines):
        return False
    if not _ENGLISH_TITLE.fullmatch(line.text) or not _CHINESE.search(above.text):
        return False
    return not any(_CHINESE.search(each.text) for each in lines[at : at + 4])


def _closed(text: str) -> bool:
    return len(text) > 60 or ended(text) or text[-1] in "，、：:；;"


def _wide(lines: Sequence[Line], start: int, stop: int) -> bool:
    total = 0.0
    for at in range(start, stop):
        total += lines[at].width
        if total >= _SHORTEST:
            return True
    return False
