"""Lines of a page: how wide they are, which are full, and which belong together."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

ENDS = frozenset("。！？!?…；;")
"""Marks that may end a paragraph; a colon ends one too where the line is short."""
CLOSERS = "”’」』）)》〉】]\"'"
CARRIES = frozenset("，、,（(《〈“‘【[-－—·")
"""A line that ends with one of these goes on in the next, however short it is."""
NEVER_FIRST = frozenset("，。、；：！？）》〉”’】%％‰,;℃")
"""A line never begins with one of these: it goes on from the line before."""

MARKER = re.compile(
    r"#{1,6}\s"
    r"|第[一二三四五六七八九十百零〇\d]{1,4}[编篇章节条部]"
    r"|[一二三四五六七八九十]{1,3}、"
    r"|[（(][一二三四五六七八九十]{1,3}[)）]"
    r"|[（(]\d{1,2}[)）]"
    r"|\d{1,3}[.．、](?!\d)"
    r"|\d{1,2}\.\d{1,2}(?:\.\d{1,2})?\s"
    r"|[①-⑳⒈-⒛❶-❿]"
    r"|——"
    r"|[●■◆▲□○◎※▶►★☆•·*+-]\s*(?=\S{4})"
    r"|专栏\s*[一二三四五六七八九十\d]"
    r"|附件|附[：:]"
    r"|[图表]\s*\d{1,3}(?!\d*[年月个张项类%])"
)
"""What a heading or a list item begins with."""
SPACED = re.compile(r"(?<!\S)\S{1,2}(?: \S{1,2}){3,}(?!\S)")
FOLIO = re.compile(
    r"[-—–·.\s]*\d{1,4}[-—–·.\s]*|第\s*\d{1,4}\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)
"""A page number standing alone on its line."""
EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`")
HAN = r"\u3400-\u9fff\uf900-\ufaff〇○"
GLUE = re.compile(
    rf"(?<=[{HAN}，。、；：“”（）《》]) (?=[\da-zA-Z“《（+-])|(?<=[\da-zA-Z%％‰.,)+-]) (?=[{HAN}，。、；：“”（）《》])"
)
"""A single space between Chinese and a figure or a Latin word: the typesetter's, not the writer's."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the space around it: its text and offsets, its width in full characters, `apart` after a blank."""

    text: str
    start: int
    end: int
    width: float
    apart: bool


def width(text: str) -> float:
    """How many full characters wide `text` stands: Latin letters and digits count half, spaces nothing.

    >>> width("到 2025 年"), width("GDP")
    (4.0, 1.5)
    """
    text = text.replace(" ", "")
    narrow = (3 * len(text) - len(text.encode("utf-8", "replace"))) / 2
    return len(text) - max(narrow, 0) / 2


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of `text[start:end]` that hold something, page numbers left out, with their offsets in `text`."""
    found: list[Line] = []
    apart = True
    at = start
    stop = len(text) if end is None else end
    while at < stop:
        newline = text.find("\n", at, stop)
        newline = stop if newline < 0 else newline
        raw = text[at:newline]
        bare = raw.strip(" \t\r\f\v\u3000\xa0\ufeff\u200b")
        if not bare:
            apart = True
        elif len(bare) <= 16 and FOLIO.fullmatch(bare):
            pass
        else:
            begin = at + raw.index(bare[0])
            found.append(Line(bare, begin, begin + len(bare), width(bare), apart))
            apart = False
        at = newline + 1
    return found


def column_widths(lines: Sequence[Line], reach: int = 12) -> list[float]:
    """For each line the width of the column that it stands in, or 0 where lines there are not cut to a width.

    The column is as wide as the wider lines around it; it is one only where at least four lines within `reach` are
    about that wide and end in the middle of a sentence.
    """
    text = [line for line in lines if "\t" not in line.text]  # rows of tables say nothing about columns
    columns: list[float] = []
    for at in range(0, len(text), 4):  # four neighbours share one look around
        column = _column(text[max(0, at - reach + 2) : at + reach + 2])
        columns.extend([column] * min(4, len(text) - at))
    if len(text) == len(lines):
        return columns
    found = iter(columns)
    return [0.0 if "\t" in line.text else next(found) for line in lines]


def _column(near: Sequence[Line]) -> float:
    widths = sorted(line.width for line in near)
    if len(widths) < 5:
        return 0.0
    wide = widths[(len(widths) * 7) // 10]
    if not 7 <= wide <= 62:
        return 0.0
    cut = sum(1 for line in near if abs(line.width - wide) <= max(2.5, 0.12 * wide) and not ended(line.text))
    return wide if cut >= 4 and cut * 4 >= len(near) else 0.0


def ended(text: str) -> bool:
    """Whether `text` ends as a sentence does, quotation marks after the full stop included.

    >>> ended("到此为止。”"), ended("到2025年，")
    (True, False)
    """
    bare = text.rstrip(CLOSERS)
    if not bare:
        return False
    return bare[-1] in ENDS or (bare[-1] == "." and len(bare) > 1 and not bare[-2].isdigit())


def groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines put together into paragraphs and headings, in order; a heading or a list item stands alone."""
    if not lines:
        return []
    columns = column_widths(lines)
    grouped = [[lines[0]]]
    for at in range(1, len(lines)):
        last, line = lines[at - 1], lines[at]
        following = lines[at + 1] if at + 1 < len(lines) else None
        if goes_on(grouped[-1], last, columns[at - 1] or columns[at], line, following):
            grouped[-1].append(line)
        else:
            grouped.append([line])
    return grouped


def goes_on(group: Sequence[Line], last: Line, column: float, line: Line, following: Line | None) -> bool:
    """Whether `line` continues `last`, the last line of `group`, in a column of the given width (0: no column)."""
    if "\t" in last.text or "\t" in line.text or "|" in (last.text[0], line.text[0]):
        return False  # rows of a table
    if group[0].text[0] == "#" or line.text[0] == "#":
        return False
    if line.text[0] in NEVER_FIRST:
        return True
    marked = MARKER.match(line.text) is not None
    if ended(last.text):
        return _inside_paragraph(last, column, line, marked)
    if last.text[-1] in CARRIES:
        return not (marked and line.apart)
    if not column:
        return _broken_paragraph(last, line, marked)
    if last.width < _full(column, last.text):
        return False
    if _is_heading(group):
        return not marked and not line.apart and not _ends_at_width(last, column, line, following)
    return not (marked and (last.text[-1] in "：:" or line.apart))


def _inside_paragraph(last: Line, column: float, line: Line, marked: bool) -> bool:
    """After a full stop only a full line in a column can tell that the paragraph goes on."""
    return bool(column) and last.width >= column - 1 and not marked and not line.apart


def _broken_paragraph(last: Line, line: Line, marked: bool) -> bool:
    """Outside columns: a long line without an end, as a page break leaves it, goes on in the next."""
    return last.width >= 50 and not marked and last.text[-1] not in "：:" and line.width >= 12 and ended(line.text)


def _full(column: float, text: str) -> float:
    """The width from which a line fills its column: first lines are indented by two, Latin words leave a rag."""
    latin = text.isascii()
    return column - max(3.2, 0.12 * column) - (0.15 * column if latin else 0)


def _is_heading(group: Sequence[Line]) -> bool:
    first = group[0].text
    return MARKER.match(first) is not None and not any(mark in part.text for part in group for mark in "。；！？")


def _ends_at_width(last: Line, column: float, line: Line, following: Line | None) -> bool:
    """A numbered heading as wide as its column ends there when an indented first line of a paragraph follows."""
    if last.width < column - 1.2:
        return False
    indented = line.width <= column - 1.2 and not ended(line.text) and line.width >= column - 4
    return indented and following is not None and following.width >= column - 4


def drops(text: str) -> list[tuple[int, int]]:
    """Stretches of a line that are not the writer's: spaces inside words and figures, emphasis marks of Markdown.

    >>> drops("到 2025 年"), drops("洛 阳 模 式 很好看")
    ([(1, 2), (6, 7)], [(1, 2), (3, 4), (5, 6)])
    """
    cut: list[tuple[int, int]] = []
    if " " in text:
        for run in SPACED.finditer(text):
            part = run.group()
            if sum("\u3400" <= letter <= "\u9fff" for letter in part) * 3 > len(part):
                cut.extend((at, at + 1) for at in range(run.start(), run.end()) if text[at] == " ")
        cut.extend((match.start(), match.end()) for match in GLUE.finditer(text))
    if "*" in text or "`" in text or "__" in text:
        cut.extend((match.start(), match.end()) for match in EMPHASIS.finditer(text))
    return sorted(set(cut))


def joined(text: str, grouped: Sequence[Sequence[Line]]) -> tuple[str, array[int]]:
    """The groups as one plain text, a line each, and for every character (and the end) its offset in `text`."""
    parts: list[str] = []
    origin = array("q")
    for group in grouped:
        for at, line in enumerate(group):
            if at and _needs_space(group[at - 1].text, line.text):
                parts.append(" ")
                origin.append(group[at - 1].end)
            _copy(line, parts, origin)
        parts.append("\n")
        origin.append(group[-1].end)
    if parts:
        parts.pop()
    else:
        origin.append(0)
    return "".join(parts), origin


def _needs_space(before: str, after: str) -> bool:
    return (
        before[-1].isascii()
        and after[0].isascii()
        and (before[-1].isalpha() or before[-1] in ",.;:)%")
        and (after[0].isalnum() or after[0] in "($")
    )


def _copy(line: Line, parts: list[str], origin: array[int]) -> None:
    at = 0
    for begin, end in drops(line.text):
        parts.append(line.text[at:begin])
        origin.extend(range(line.start + at, line.start + begin))
        at = end
    parts.append(line.text[at:])
    origin.extend(range(line.start + at, line.end))
