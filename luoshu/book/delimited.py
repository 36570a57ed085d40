"""Text files as people save them: bytes to text to columns of cells, with the line of each and what was wrong."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, compress
from typing import Any

from luoshu.book.problem import Problem, Source
from luoshu.words.message import Message, say

MOST_BROKEN_QUOTES = 100
MOST_COLUMNS = 200
MOST_SCARS = 1000
STRETCH = 20_000
"""Characters that are looked through together for traces of a wrong encoding."""
_SCARS = re.compile("\ufffd|锟斤拷|烫烫烫|[ÃÂ][\u0080-\u00bf]|[åæçèé][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]{2}")
_UNSEEN = "\ufeff\u200b\u2060"
"""Characters without width that come along when text is pasted from a page: two equal words would differ by them."""
_TRACES = "\ufffdÃÂåæçèé锟烫"
_HAN = re.compile("[\u3400-\u9fff€]{2,}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127, 0xFFFE, 0xFFFF)))


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file's text, how it was encoded, its problems, and the lines (from 1) whose text can't be trusted."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()
    bad_lines: frozenset[int] = frozenset()
    unlisted: int = 0


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A delimited text by columns, each as long as `lines`, which says where each row begins.

    Blank rows are left out, short rows filled with empty cells; rows with more cells than the heading are left out and
    named in `overfull` as (line, cells).
    """

    heading: list[str]
    heading_line: int
    columns: list[list[str]]
    lines: list[int] | range
    separator: str
    overfull: tuple[tuple[int, int], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class _Lines:
    """The lines of a text as they are sorted out: where a row with quotation marks begins, `quoted` has its cells."""

    lines: list[str]
    quoted: dict[int, list[str]] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def decode(data: bytes, file: str) -> Text:
    """Bytes as text: UTF-8 (with or without mark), UTF-16 with a mark, else GB18030; broken lines are problems.

    A file in UTF-8 with a few lines pasted in another encoding is read as UTF-8, and those lines are named; it is never
    taken for GB18030 as a whole, which accepts nearly any bytes and would turn the good lines to nonsense.

    >>> decode("名称\\n老城区".encode("gb18030"), "a.csv").text
    '名称\\n老城区'
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _finish(data.decode("utf-16", errors="replace"), "utf-16", file)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return _finish(data.decode("utf-8"), "utf-8", file)
    except UnicodeDecodeError:
        pass
    wide = [line for line in data.split(b"\n") if not line.isascii()]
    sound = sum(1 for line in wide if _is_utf8(line))
    if sound * 2 >= len(wide):
        return _finish(data.decode("utf-8", errors="replace"), "utf-8", file)
    return _finish(data.decode("gb18030", errors="replace"), "gb18030", file)


def split(text: str, file: str) -> Cells | None:
    """The cells of a text separated by comma, semicolon or tab, quoted as csv is; None where it has no heading.

    A quotation mark that is never closed, or closed in the wrong place, is a problem at its line; reading goes on with
    the next line, so that one stray mark cannot swallow the rest of the file.

    >>> t = split('id;name\\na;"two\\nlines"\\nb;x\\n', "t.csv")
    >>> t.columns, t.lines
    ([['a', 'b'], ['two\\nlines', 'x']], [2, 4])
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for unseen in _UNSEEN:
        text = text.replace(unseen, "")
    separator = _separator(text)
    sorted_out = _Lines(text.split("\n"))
    if '"' in text:
        _quoted(sorted_out, separator, file)
    blanks = separator + " \t\u3000\xa0"
    lines = sorted_out.lines
    if lines and not lines[-1]:
        lines.pop()
    kept: Iterable[int] = range(len(lines))
    # only a row that begins with a blank can be blank: the first characters tell whether there are any
    if sorted_out.skipped or not {line[:1] for line in lines}.isdisjoint({"", *blanks}):
        kept = [i for i in kept if i not in sorted_out.skipped and (i in sorted_out.quoted or lines[i].strip(blanks))]
    order = iter(kept)
    first = next(order, None)
    if first is None:
        return None
    heading = sorted_out.quoted.get(first) or lines[first].split(separator)
    while len(heading) > 1 and not heading[-1].strip():
        heading.pop()
    if len(heading) > MOST_COLUMNS:  # whoever reads it must not be led to fill short rows with a million cells
        return Cells(heading=heading, heading_line=first + 1, columns=[], lines=[], separator=separator)
    return _by_columns(sorted_out, heading, first, list(order), separator)


def _quoted(found: _Lines, separator: str, file: str) -> None:
    """Read the rows that hold quotation marks with the csv module, and take their lines out of the plain ones."""
    lines = found.lines
    after = 0
    reader: Any = None
    for i in [i for i, line in enumerate(lines) if '"' in line]:
        if i < after:
            continue
        if len(found.problems) > MOST_BROKEN_QUOTES:
            found.skipped.add(i)
            continue
        if reader is None or i != after:
            began = i
            reader = csv.reader((lines[j] + "\n" for j in range(i, len(lines))), delimiter=separator, strict=True)
        try:
            found.quoted[i] = next(reader)
        except csv.Error as error:
            reader = None
            found.skipped.add(i)
            found.problems.append(_broken(len(found.problems), str(error), file, i + 1))
            continue
        after = began + reader.line_num
        if after > i + 1:
            found.skipped.update(range(i + 1, after))


def _broken(already: int, error: str, file: str, line: int) -> Problem:
    says: Message
    if already == MOST_BROKEN_QUOTES:
        says = say(
            "more than {count} rows have broken quotation marks; from here on such rows are left out", count=already
        )
    elif "field limit" in error:
        says = say("a quotation mark is never closed, or a cell is longer than {limit} characters", limit=131_072)
    else:
        says = say("a quotation mark is never closed, or text follows it before the next separator")
    mend = say("Close the quotation mark; inside a quoted cell write the mark twice")
    return Problem(code="broken-quote", says=says, source=Source(file=file, line=line), mend=mend)


def _by_columns(found: _Lines, heading: list[str], first: int, order: list[int], separator: str) -> Cells:
    width = len(heading)
    lines, quoted = found.lines, found.quoted
    empty = separator * (width - 1)
    overfull: list[tuple[int, int]] = []
    if quoted:
        body = [empty if i in quoted else lines[i] for i in order]
        for i in [i for i in order if i in quoted and any(c.strip() for c in quoted[i][width:])]:
            overfull.append((i + 1, len(quoted[i])))
    else:
        body = (
            lines[order[0] : order[-1] + 1]
            if order and order[-1] - order[0] + 1 == len(order)
            else [lines[i] for i in order]
        )
    body, order = _evened(body, order, width, separator, overfull)
    flat = separator.join(body).split(separator) if body else []
    columns = [flat[j::width] for j in range(width)]
    _fill(columns, quoted, order, width)
    return _without(columns, [i + 1 for i in order], overfull, found, heading, first, separator)


def _evened(
    body: list[str], order: list[int], width: int, separator: str, overfull: list[tuple[int, int]]
) -> tuple[list[str], list[int]]:
    """The lines with as many cells as the heading: short ones filled, those with too many noted and left out."""
    counts = list(map(str.count, body, [separator] * len(body)))
    if counts.count(width - 1) == len(counts):
        return body, order
    gone: set[int] = set()
    for k in [k for k, count in enumerate(counts) if count != width - 1]:
        if counts[k] < width - 1:
            body[k] += separator * (width - 1 - counts[k])
            continue
        cells = body[k].split(separator)
        body[k] = separator.join(cells[:width])
        if any(c.strip() for c in cells[width:]):
            overfull.append((order[k] + 1, len(cells)))
            gone.add(k)
    if not gone:
        return body, order
    mask = bytearray(b"\x01") * len(body)
    for k in gone:
        mask[k] = 0
    return list(compress(body, mask)), list(compress(order, mask))


def _fill(columns: list[list[str]], quoted: dict[int, list[str]], order: list[int], width: int) -> None:
    if not quoted:
        return
    for k, i in enumerate(order):
        if i in quoted:
            cells = quoted[i]
            for j in range(min(width, len(cells))):
                columns[j][k] = cells[j]


def _without(
    columns: list[list[str]], numbers: list[int], overfull: list[tuple[int, int]], found: _Lines, heading: list[str],
    first: int, separator: str,
) -> Cells:  # fmt: skip
    """The cells without the rows that hold too many of them, or (quoted) nothing at all."""
    gone = {line for line, _ in overfull if line - 1 in found.quoted}
    gone |= {i + 1 for i, cells in found.quoted.items() if not any(c.strip() for c in cells)}
    if gone:
        keep = [k for k, line in enumerate(numbers) if line not in gone]
        columns = [[column[k] for k in keep] for column in columns]
        numbers = [numbers[k] for k in keep]
    return Cells(heading=heading, heading_line=first + 1, columns=columns, lines=numbers, separator=separator,
                 overfull=tuple(sorted(overfull)), problems=tuple(found.problems))  # fmt: skip


def _separator(text: str) -> str:
    """The separator of the heading line: the one of comma, semicolon and tab that stands there most often.

    A heading parted by full-width commas alone was typed by hand with a Chinese keyboard, and so were its rows.
    """
    heading = next((line for line in text[:100_000].split("\n") if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", heading)
    best, count = Counter({mark: outside.count(mark) for mark in ",;\t"}).most_common(1)[0]
    return best if count else "，" if "，" in outside else ","


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _finish(text: str, encoding: str, file: str) -> Text:
    bad: dict[int, tuple[str, Message]] = {}
    if not text.isascii():
        says = say("the text is garbled here: it was saved or pasted in another encoding")
        _mark(text, _scars(text, encoding), "mojibake", says, bad)
    if any(mark in text for mark in _CONTROLS):
        says = say("a character stands here that cannot be printed")
        _mark(text, (m.start() for m in _CONTROL.finditer(text)), "control-character", says, bad)
    mend = say("Type the text of this line again and save the file as UTF-8")
    problems = tuple(
        Problem(code=bad[line][0], says=bad[line][1], source=Source(file=file, line=line), mend=mend)
        for line in sorted(bad)[:MOST_SCARS]
    )
    return Text(
        text=text,
        encoding=encoding,
        problems=problems,
        bad_lines=frozenset(bad),
        unlisted=max(0, len(bad) - MOST_SCARS),
    )


def _scars(text: str, encoding: str) -> Iterator[int]:
    """Where the text shows that it went through a wrong encoding: known traces, and UTF-8 that was read as GBK."""
    if any(trace in text for trace in _TRACES):
        yield from (m.start() for m in _SCARS.finditer(text))
    if encoding == "gb18030":  # bytes that stand for no character of GB18030 come out as private ones
        yield from (m.start() for m in _PRIVATE.finditer(text))
    known: dict[str, bool] = {}
    for start in range(0, len(text), STRETCH):
        stretch = text[start : start + STRETCH]
        if _common(stretch):  # UTF-8 read as GBK always brings characters that GB2312 does not have
            continue
        for found in _HAN.finditer(stretch):
            run = found[0]
            if run not in known:
                known[run] = not _common(run) and _was_utf8(run)
            if known[run]:
                yield start + found.start()


def _common(run: str) -> bool:
    try:
        run.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _was_utf8(run: str) -> bool:
    """Whether the characters are what UTF-8 bytes of Chinese look like when they are read as GBK.

    >>> _was_utf8("洛阳博物馆".encode().decode("gbk", "ignore")), _was_utf8("瀍河回族区")
    (True, False)
    """
    data = run.encode("gb18030")
    for cut in range(3):
        try:
            plain = data[: len(data) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return len(plain) >= 2 and all("\u3000" <= ch <= "\u9fff" or ch >= "\uff00" for ch in plain)
    return False


def _mark(text: str, places: Iterable[int], code: str, says: Message, bad: dict[int, tuple[str, Message]]) -> None:
    """Note the line of each place, with what is wrong in it."""
    ends: list[int] = []
    for place in places:
        ends = ends or list(accumulate(len(line) + 1 for line in text.split("\n")))
        bad.setdefault(bisect_right(ends, place) + 1, (code, says))
