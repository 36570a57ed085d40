"""Text files as people save them: bytes to text to records, with the line of each and what was wrong."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

from luoshu.book.problem import Problem, Source
from luoshu.words.message import say

MOST_BROKEN_QUOTES = 100
_SCARS = re.compile("\ufffd|锟斤拷|[ÃÂ][\u0080-\u00bf]|[åæçèé][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]{2}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file's text, how it was encoded, its problems, and the lines (from 1) whose text can't be trusted."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()
    bad_lines: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Records:
    """The records of a delimited text with the line that each begins on; `separator` is what parts the cells."""

    cells: list[list[str]]
    lines: list[int] | range
    separator: str
    problems: tuple[Problem, ...] = ()


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
    lines = data.split(b"\n")
    wide = [line for line in lines if not line.isascii()]
    sound = sum(1 for line in wide if _decodes(line, "utf-8"))
    if sound * 2 > len(wide) or (sound and len(wide) < 3):
        text = "\n".join(_line(line) for line in lines)
        return _finish(text, "utf-8", file)
    return _finish(data.decode("gb18030", errors="replace"), "gb18030", file)


def split(text: str, file: str) -> Records:
    """The records of a text separated by comma, semicolon or tab, quoted as csv is; blank lines are left out.

    A quote that is never closed (or closed in the wrong place) is a problem at its line; reading goes on with the next
    line, so that one stray quote cannot swallow the rest of the file.

    >>> r = split('id;name\\na;"two\\nlines"\\nb;x\\n', "t.csv")
    >>> r.cells, list(r.lines)
    ([['id', 'name'], ['a', 'two\\nlines'], ['b', 'x']], [1, 2, 4])
    """
    separator = _separator(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if '"' not in text:
        plain = list(csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)) if _short(lines) else []
        if len(plain) == len(lines):
            return _without_blanks(plain, range(1, len(lines) + 1), separator, ())
    cells: list[list[str]] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    at = 0
    while at < len(lines):
        at = _run(lines, at, separator, cells, numbers, problems, file)
    return _without_blanks(cells, numbers, separator, tuple(problems))


def _short(lines: list[str]) -> bool:
    return all(len(line) < csv.field_size_limit() for line in lines)


def _run(
    lines: list[str],
    at: int,
    separator: str,
    cells: list[list[str]],
    numbers: list[int],
    problems: list[Problem],
    file: str,
) -> int:
    """Read from line index `at` until the end or a broken quote; the index to go on from."""
    reader = csv.reader((line + "\n" for line in lines[at:]), delimiter=separator, strict=True)
    began = at
    try:
        for record in reader:
            if record:
                cells.append([cell for cell in record])
                numbers.append(began + 1)
            began = at + reader.line_num
    except csv.Error as error:
        too_long = "field larger" in str(error)
        if len(problems) < MOST_BROKEN_QUOTES:
            problems.append(
                Problem(
                    code="cell-too-long" if too_long else "broken-quote",
                    says=say("a cell is longer than {limit} characters", limit=csv.field_size_limit())
                    if too_long
                    else say("a quotation mark is never closed, or text follows it before the next separator"),
                    source=Source(file=file, line=began + 1),
                    mend=say("Close the quotation mark, and write a mark inside a cell twice"),
                )
            )
            return began + 1
        problems.append(
            Problem(
                code="broken-quote",
                says=say(
                    "more than {count} lines have broken quotation marks; the rest was not read",
                    count=MOST_BROKEN_QUOTES,
                ),
                source=Source(file=file, line=began + 1),
                mend=say("Save the table again from the spreadsheet as CSV UTF-8"),
            )
        )
        return len(lines)
    return len(lines)


def _without_blanks(
    cells: list[list[str]], lines: list[int] | range, separator: str, problems: tuple[Problem, ...]
) -> Records:
    if all(cells):
        return Records(cells=cells, lines=lines, separator=separator, problems=problems)
    kept = [(record, line) for record, line in zip(cells, lines, strict=True) if record]
    return Records(
        cells=[record for record, _ in kept], lines=[line for _, line in kept], separator=separator, problems=problems
    )


def _separator(text: str) -> str:
    """The separator of the heading line: the one of comma, semicolon and tab that stands there most often."""
    heading = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", heading)
    found = Counter({mark: outside.count(mark) for mark in ",;\t"})
    best, count = found.most_common(1)[0]
    return best if count else ","


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _line(line: bytes) -> str:
    return line.decode("utf-8", errors="replace")


def _finish(text: str, encoding: str, file: str) -> Text:
    problems: list[Problem] = []
    bad: set[int] = set()
    for pattern, code, says in (
        (_SCARS, "mojibake", say("the text is garbled: it was saved or pasted in another encoding")),
        (_CONTROL, "control-character", say("a character stands here that cannot be printed")),
    ):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            if line not in bad and len(problems) < 1000:
                problems.append(
                    Problem(code=code, says=says, source=Source(file=file, line=line), mend=say("Type the text again"))
                )
            bad.add(line)
    return Text(text=text, encoding=encoding, problems=tuple(problems), bad_lines=frozenset(bad))
