"""A table's file as checked columns: good rows count, bad rows are listed, and nothing is read in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from typing import Any

from luoshu.book import cell as cells
from luoshu.book.delimited import MOST_COLUMNS, Cells, decode, split
from luoshu.book.problem import Problem, Source
from luoshu.book.table import Column, Schema
from luoshu.words.message import Message, say

MOST_PROBLEMS = 1000
"""Problems of one file that are listed; the rest is counted."""

MOST_BYTES = 500_000_000

STRETCH = 8192
"""Cells that are read together: one badly written cell costs the slow way for its stretch only."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The good rows of one table, by column, with the line of each in the file, and all that was wrong."""

    schema: Schema
    columns: dict[str, list[Any]]
    lines: list[int] | range
    problems: tuple[Problem, ...] = ()
    percent: dict[str, list[int]] = field(default_factory=dict)
    unlisted: int = 0

    def __len__(self) -> int:
        return len(self.lines)


class Findings:
    """A bounded list of problems that counts what no longer fits."""

    def __init__(self, file: str, most: int = MOST_PROBLEMS) -> None:
        self.file, self.most = file, most
        self.listed: list[Problem] = []
        self.rest = 0

    def add(self, code: str, says: Message, mend: Message, line: int | None = None, column: str = "") -> None:
        if len(self.listed) < self.most:
            source = Source(file=self.file, line=line, column=column)
            self.listed.append(Problem(code=code, says=says, source=source, mend=mend))
        else:
            self.rest += 1

    @property
    def full(self) -> bool:
        return len(self.listed) >= self.most

    def extend(self, problems: Sequence[Problem]) -> None:
        room = max(0, self.most - len(self.listed))
        self.listed.extend(problems[:room])
        self.rest += len(problems[room:])

    def all(self) -> tuple[Problem, ...]:
        listed = sorted(self.listed, key=lambda p: p.source.line or 0)
        if self.rest:
            listed.append(
                Problem(
                    code="more-problems",
                    says=say("{count} more problems in this file are not listed", count=self.rest),
                    source=Source(file=self.file),
                    mend=say("Mend the first ones and check again"),
                )
            )
        return tuple(listed)


def load(schema: Schema, data: bytes, file: str = "") -> Loaded:
    """Check the bytes of a table's file against its schema.

    Every row that is good counts; a row with a fault is left out and the fault is listed with line and column. The
    file's headings may be the columns' names or their Chinese headings, in any order.
    """
    file = file or schema.file
    findings = Findings(file)
    if len(data) > MOST_BYTES:
        findings.add("file-too-large", say("the file holds {size} bytes, more than {limit}", size=len(data),
                     limit=MOST_BYTES), say("Split the table, or leave old rows out"))  # fmt: skip
        return nothing(schema, findings.all())
    text = decode(data, file)
    findings.extend(text.problems)
    findings.rest += text.unlisted
    sheet = split(text.text, file)
    if sheet is None:
        findings.add("no-heading", say("the table has no heading line"),
                     say("Write the columns' names in the first line: {names}", names=_names(schema)))  # fmt: skip
        return nothing(schema, findings.all())
    findings.extend(sheet.problems)
    if len(sheet.heading) > MOST_COLUMNS:
        says = say("the heading has {count} cells, more than {limit}", count=len(sheet.heading), limit=MOST_COLUMNS)
        findings.add("too-many-columns", says, say("Remove the columns that are not the table's"), sheet.heading_line)
        return nothing(schema, findings.all())
    return load_cells(schema, sheet, findings, text.bad_lines)


def load_cells(schema: Schema, sheet: Cells, findings: Findings, bad_lines: frozenset[int] = frozenset()) -> Loaded:
    """Check cells that were already taken apart; rows that begin on `bad_lines` are left out."""
    place = _headings(schema, sheet.heading, sheet.heading_line, findings)
    if place is None:
        return nothing(schema, findings.all())
    width = len(sheet.heading)
    room = max(0, findings.most - len(findings.listed))
    findings.rest += len(sheet.overfull[room:])
    for line, count in sheet.overfull[:room]:
        findings.add("extra-cell", say("the row has {count} cells where the heading has {width}", count=count,
                     width=width), say("Quote a cell that holds the separator, or remove the extra cell"), line,
                     column=str(width + 1))  # fmt: skip
    untrusted = frozenset(i for i, line in enumerate(sheet.lines) if line in bad_lines) if bad_lines else frozenset()
    bad = set(untrusted)
    values: dict[str, list[Any]] = {}
    percent: dict[str, list[int]] = {}
    for column in schema.columns:
        if column.name not in place:
            values[column.name] = [column.default] * len(sheet.lines)
            continue
        texts = sheet.columns[place[column.name]]
        reading = _Reading(column, sheet.lines, findings, sheet.separator == ";", untrusted)
        values[column.name] = reading.all(texts)
        bad |= reading.wrong
        if reading.percent:
            percent[column.name] = reading.percent
    bad |= _duplicates(schema, values, sheet.lines, bad, findings)
    return _kept(schema, values, sheet.lines, bad, percent, findings)


def nothing(schema: Schema, problems: tuple[Problem, ...] = ()) -> Loaded:
    """A table without rows."""
    columns: dict[str, list[Any]] = {c.name: [] for c in schema.columns}
    return Loaded(schema=schema, columns=columns, lines=[], problems=problems)


def _names(schema: Schema) -> str:
    return ",".join(c.name for c in schema.columns)


def _headings(schema: Schema, headings: list[str], line: int, findings: Findings) -> dict[str, int] | None:
    """Column name → its place in the file; None where a column that must be there is missing."""
    known = known_headings(schema)
    place: dict[str, int] = {}
    strange: list[tuple[int, str]] = []
    for i, heading in enumerate(headings):
        name = known.get(fold(heading))
        if name is None:
            if heading.strip():
                strange.append((i, heading))
        elif name in place:
            findings.add("column-twice", say("column {name} stands twice in the heading", name=name),
                         say("Remove one of them; the first is read"), line, name)  # fmt: skip
        else:
            place[name] = i
    absent = [c for c in schema.columns if c.name not in place]
    for _, heading in strange:
        words = [h for c in absent for h in c.headings]
        mend = cells.perhaps(heading, words, say("Remove it, or use one of: {names}", names=_names(schema)))
        findings.add("unknown-column", say("column {name!r} is not one of this table's", name=cells.quoted(heading)),
                     mend, line, heading)  # fmt: skip
    lacking = [c for c in absent if c.required]
    for each in lacking:
        near = cells.nearest(each.name, [h for _, h in strange]) or cells.nearest(each.zh, [h for _, h in strange])
        findings.add("missing-column", say("column {name} is missing, so no row can be read", name=each.name),
                     say("Rename {found!r} to {name}", found=near, name=each.name) if near else
                     say("Add a column {name}: {note}", name=each.name, note=each.note), line, each.name)  # fmt: skip
    return None if lacking else place


def known_headings(schema: Schema) -> dict[str, str]:
    """Every heading that names a column, folded, with the column's name."""
    known = {fold(h): c.name for c in reversed(schema.columns) for h in c.headings}
    return (
        known
        | {fold(f"{c.zh} {c.name}"): c.name for c in schema.columns}
        | {fold(c.name): c.name for c in schema.columns}
    )


def fold(heading: str) -> str:
    """A heading without spaces, case and full-width forms.

    >>> fold(" As－Of "), fold("as_of")
    ('asof', 'asof')
    """
    import unicodedata

    plain = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(ch for ch in plain if not ch.isspace() and ch not in "-_—")


def _kept(
    schema: Schema,
    values: dict[str, list[Any]],
    lines: list[int] | range,
    bad: set[int],
    percent: dict[str, list[int]],
    findings: Findings,
) -> Loaded:
    if bad:
        mask = bytearray(b"\x01") * len(lines)
        for i in bad:
            mask[i] = 0
        values = {name: list(compress(column, mask)) for name, column in values.items()}
        lines = list(compress(lines, mask))
        if percent:
            moved = {old: new for new, old in enumerate(i for i, kept in enumerate(mask) if kept)}
            percent = {name: [moved[i] for i in marked if i in moved] for name, marked in percent.items()}
    return Loaded(schema=schema, columns=values, lines=lines, problems=findings.all(), percent=percent,
                  unlisted=findings.rest)  # fmt: skip


def cell_values(
    column: Column, texts: list[str], lines: Sequence[int], findings: Findings, comma_decimal: bool
) -> list[Any]:
    """The values of a column's cells; None, with a problem in `findings`, where one has a fault."""
    return _Reading(column, lines, findings, comma_decimal, frozenset()).all(texts)


class _Reading:
    """One column's cells being read: quickly where a stretch of them is plainly written, cell by cell elsewhere."""

    def __init__(
        self, column: Column, lines: Sequence[int], findings: Findings, comma_decimal: bool, skip: frozenset[int]
    ) -> None:
        self.column, self.lines, self.findings, self.comma_decimal = column, lines, findings, comma_decimal
        self.skip = skip
        self.wrong: set[int] = set()
        self.percent: list[int] = []
        self.known: dict[str, Any] = {}

    def all(self, texts: list[str]) -> list[Any]:
        values: list[Any] = []
        for start in range(0, len(texts), STRETCH):
            values += self.stretch(start, texts[start : start + STRETCH])
        return values

    def stretch(self, start: int, texts: list[str]) -> list[Any]:
        """The values of a stretch that begins at row `start`: quickly, or its parts quickly, down to its cells."""
        quick = _quick(texts, self.column)
        if quick is not None:
            return quick
        if len(texts) <= 64:
            return [self.one(start + k, text) for k, text in enumerate(texts)]
        part = len(texts) // 8 + 1
        return [
            value
            for at in range(0, len(texts), part)
            for value in self.stretch(start + at, texts[at : at + part])
        ]  # fmt: skip

    def one(self, i: int, text: str) -> Any:
        if self.column.unit_from and text.rstrip().endswith(("%", "％")):
            self.percent.append(i)
        value = self.known.get(text, self)
        if value is self:
            value = cells.read(text, self.column, comma_decimal=self.comma_decimal)
            if len(self.known) < 100_000:
                self.known[text] = value
        if value is not cells.WRONG:
            return value
        if i not in self.skip:
            self.wrong.add(i)
            if self.findings.full:
                self.findings.rest += 1
            else:
                fault = cells.explain(text, self.column)
                self.findings.add(fault.code, fault.says, fault.mend, self.lines[i], self.column.name)
        return None


_FAST: dict[type, Callable[[str], Any]] = {float: float, int: int, date: date.fromisoformat}
_SLOW_MARKS = "_nN W"
_SPACES = tuple(filter(str.isspace, map(chr, range(0x3001))))


def _quick(texts: list[str], column: Column) -> list[Any] | None:
    """The values where every cell is written in the plainest way; None where any needs a second look."""
    empties = "" in texts
    if empties and column.required:
        return None
    if column.type is str:
        return _quick_words(texts, column, empties)
    read = _FAST.get(column.type)
    joined = "".join(texts)
    if read is None or not joined.isascii() or any(mark in joined for mark in _SLOW_MARKS):
        return None
    if column.type is date and not set(map(len, texts)) <= {10, 0}:
        return None
    try:
        if empties:
            default = column.default
            values = [read(text) if text else default for text in texts]
        else:
            values = list(map(read, texts))
    except ValueError:
        return None
    filled = [v for v in values if v is not None] if empties and column.default is None else values
    return values if not filled or _fits(min(filled), max(filled), column) else None


def _quick_words(texts: list[str], column: Column, empties: bool) -> list[Any] | None:
    if column.choices:
        if not set(texts) <= {*column.choices, *([""] if empties else [])}:
            return None
    elif any(map("".join(texts).__contains__, _SPACES)) and any(text != text.strip() for text in texts):
        return None
    default = column.default
    return [text or default for text in texts] if empties and default != "" else texts


def _fits(low: Any, high: Any, column: Column) -> bool:
    if column.type is int and not -(2**63) <= low <= high < 2**63:
        return False
    if column.type is float and not max(abs(low), abs(high)) < float("inf"):
        return False
    minimum: Any = column.minimum
    maximum: Any = column.maximum
    return not (minimum is not None and low < minimum) and not (maximum is not None and high > maximum)


def _duplicates(
    schema: Schema, values: dict[str, list[Any]], lines: Sequence[int], bad: set[int], findings: Findings
) -> set[int]:
    """Rows whose key stands in a row before them; the first of them counts."""
    if not schema.key:
        return set()
    parts = [values[name] for name in schema.key]
    keys: list[Any] = list(zip(*parts, strict=True)) if len(parts) > 1 else parts[0]
    seen: set[Any] = set()
    remember = seen.add
    twice = {key for key in keys if key in seen or remember(key)}
    if not twice:
        return set()
    first: dict[Any, int] = {}
    again: set[int] = set()
    for i in compress(range(len(keys)), map(twice.__contains__, keys)):
        key = keys[i]
        if i in bad:
            continue
        if key not in first:
            first[key] = i
            continue
        again.add(i)
        if findings.full:
            findings.rest += 1
            continue
        shown = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        findings.add("duplicate", say("{column} {key} already stands in line {line}", column="+".join(schema.key),
                     key=cells.quoted(shown), line=lines[first[key]]),
                     say("Keep one of the two rows, or give this one its own {column}", column=schema.key[0]), lines[i],
                     schema.key[0])  # fmt: skip
    return again
