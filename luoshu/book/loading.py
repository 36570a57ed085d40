"""A table's file as checked columns: good rows count, bad rows are listed, and nothing is read in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from luoshu.book import cell as cells
from luoshu.book.delimited import Records, decode, split
from luoshu.book.problem import Problem, Source
from luoshu.book.table import Column, Schema
from luoshu.words.message import Message, say

MOST_PROBLEMS = 1000
"""Problems of one file that are listed; the rest is counted."""

MOST_BYTES = 500_000_000


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The good rows of one table, by column, with the line of each in the file, and all that was wrong."""

    schema: Schema
    columns: dict[str, list[Any]]
    lines: list[int] | range
    problems: tuple[Problem, ...] = ()
    percent: dict[str, list[int]] = field(default_factory=dict)

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
    records = split(text.text, file)
    findings.extend(records.problems)
    if not records.cells:
        findings.add("no-heading", say("the table has no heading line"),
                     say("Write the columns' names in the first line: {names}", names=_names(schema)))  # fmt: skip
        return nothing(schema, findings.all())
    order = _headings(schema, records.cells[0], records.lines[0], findings)
    if order is None:
        return nothing(schema, findings.all())
    width = len(records.cells[0])
    rows, lines = _even(records, width, text.bad_lines, findings)
    return _columns(schema, order, rows, lines, findings, records.separator == ";")


def nothing(schema: Schema, problems: tuple[Problem, ...] = ()) -> Loaded:
    """A table without rows."""
    columns: dict[str, list[Any]] = {c.name: [] for c in schema.columns}
    return Loaded(schema=schema, columns=columns, lines=[], problems=problems)


def _names(schema: Schema) -> str:
    return ",".join(c.name for c in schema.columns)


def _headings(schema: Schema, headings: list[str], line: int, findings: Findings) -> dict[str, int] | None:
    """Column name → its place in the file; None where a column that must be there is missing."""
    known = {fold(h): c.name for c in schema.columns for h in c.headings}
    known |= {fold(f"{c.zh} {c.name}"): c.name for c in schema.columns}
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


def fold(heading: str) -> str:
    """A heading without spaces, case and full-width forms.

    >>> fold(" As－Of "), fold("as_of")
    ('asof', 'asof')
    """
    import unicodedata

    plain = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(ch for ch in plain if not ch.isspace() and ch not in "-_—")


def _even(
    records: Records, width: int, bad_lines: frozenset[int], findings: Findings
) -> tuple[list[list[str]], list[int] | range]:
    """The records that have a cell for each heading and stand on sound lines; the others are listed."""
    body = records.cells[1:]
    lines = records.lines[1:]
    if not bad_lines and all(map(width.__eq__, map(len, body))):
        return body, lines
    good: list[list[str]] = []
    numbers: list[int] = []
    for record, line in zip(body, lines, strict=True):
        if line in bad_lines:
            continue
        if len(record) > width and any(c.strip() for c in record[width:]):
            findings.add("extra-cell", say("the row has {count} cells where the heading has {width}", count=len(record),
                         width=width), say("Quote a cell that holds the separator, or remove the extra cell"), line,
                         column=str(width + 1))  # fmt: skip
            continue
        if not any(c.strip() for c in record):
            continue
        record = record[:width] + [""] * (width - len(record))
        good.append(record)
        numbers.append(line)
    return good, numbers


def _columns(
    schema: Schema, place: dict[str, int], rows: list[list[str]], lines: list[int] | range, findings: Findings,
    comma_decimal: bool,
) -> Loaded:  # fmt: skip
    if rows and not all(map("".join, rows)):
        kept = [i for i, row in enumerate(rows) if any(c.strip() for c in row)]
        rows, lines = [rows[i] for i in kept], [lines[i] for i in kept]
    texts = list(zip(*rows, strict=True))
    values: dict[str, list[Any]] = {}
    bad: set[int] = set()
    percent: dict[str, list[int]] = {}
    for column in schema.columns:
        if column.name not in place or not texts:
            values[column.name] = [column.default] * len(rows)
            continue
        found, wrong, marked = _cells(texts[place[column.name]], column, lines, findings, comma_decimal)
        values[column.name] = found
        bad |= wrong
        if marked:
            percent[column.name] = marked
    bad |= _duplicates(schema, values, lines, bad, findings)
    if bad:
        keep = [i for i in range(len(rows)) if i not in bad]
        values = {name: [column[i] for i in keep] for name, column in values.items()}
        lines = [lines[i] for i in keep]
        moved = {old: new for new, old in enumerate(keep)}
        percent = {name: [moved[i] for i in marked if i in moved] for name, marked in percent.items()}
    return Loaded(schema=schema, columns=values, lines=lines, problems=findings.all(), percent=percent)


def _cells(
    texts: Sequence[str], column: Column, lines: Sequence[int], findings: Findings, comma_decimal: bool
) -> tuple[list[Any], set[int], list[int]]:
    """All values of a column, the rows whose cell is wrong, and the rows written with a percent sign."""
    quick = _quick(texts, column)
    if quick is not None:
        return quick, set(), []
    known: dict[str, Any] = {}
    values: list[Any] = []
    wrong: set[int] = set()
    marked: list[int] = []
    for i, text in enumerate(texts):
        if text in known:
            values.append(known[text])
        else:
            value, fault = cells.parse(text, column, comma_decimal=comma_decimal)
            values.append(value)
            if fault:
                wrong.add(i)
                findings.add(fault.code, fault.says, fault.mend, lines[i], column.name)
            elif len(known) < 100_000:
                known[text] = value
        if column.unit_from and text.rstrip().endswith(("%", "％")):
            marked.append(i)
    return values, wrong, marked


_FAST: dict[type, Callable[[str], Any]] = {float: float, int: int, date: date.fromisoformat}


def _quick(texts: Sequence[str], column: Column) -> list[Any] | None:
    """The values where every cell is written in the plainest way; None where any needs a second look."""
    if column.type is str:
        if column.choices:
            return list(texts) if set(texts) <= set(column.choices) else None
        distinct = set(texts)
        if "" in distinct or any(t != t.strip() for t in distinct):
            return None
        return list(texts)
    read = _FAST.get(column.type)
    if read is None:
        return None
    joined = "".join(texts)
    if not joined.isascii() or "_" in joined or "n" in joined or "N" in joined or " " in joined:
        return None
    if column.type is date and not all(len(t) == 10 for t in texts):
        return None
    try:
        values = list(map(read, texts))
    except ValueError:
        return None
    low: Any = column.minimum
    high: Any = column.maximum
    if values and ((low is not None and min(values) < low) or (high is not None and max(values) > high)):
        return None
    if column.type is int and values and not -(2**63) <= min(values) <= max(values) < 2**63:
        return None
    if column.type is float and values and not max(map(abs, values)) < float("inf"):
        return None
    return values


def _duplicates(
    schema: Schema, values: dict[str, list[Any]], lines: Sequence[int], bad: set[int], findings: Findings
) -> set[int]:
    """Rows whose key stands in a row before them; the first of them counts."""
    if not schema.key:
        return set()
    parts = [values[name] for name in schema.key]
    keys: list[Any] = list(zip(*parts, strict=True)) if len(parts) > 1 else parts[0]
    if not bad and len(set(keys)) == len(keys):
        return set()
    twice = {key for key, n in Counter(k for i, k in enumerate(keys) if i not in bad).items() if n > 1}
    first: dict[Any, int] = {}
    again: set[int] = set()
    for i, key in enumerate(keys):
        if key not in twice or i in bad:
            continue
        if key not in first:
            first[key] = i
            continue
        again.add(i)
        shown = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        findings.add("duplicate", say("{column} {key} already stands in line {line}", column="+".join(schema.key),
                     key=cells.quoted(shown), line=lines[first[key]]),
                     say("Keep one of the two rows, or give this one its own {column}", column=schema.key[0]), lines[i],
                     schema.key[0])  # fmt: skip
    return again
