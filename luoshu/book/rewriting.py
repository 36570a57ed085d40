"""A table written back to its csv file: rows and cells that did not change keep the very text they had."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from luoshu.book.delimited import Cells, decode, split
from luoshu.book.loading import Findings, cell_values, fold, known_headings
from luoshu.book.table import Schema


@dataclass(frozen=True, kw_only=True)
class Written:
    """A table's file as it stands: its cells by column name (unknown columns under their own headings) and its manner.

    `values` are the parsed cells of the known columns, `wrong` the rows (from 0) whose cell in a column has a fault;
    `lossy` says that the file has rows or columns that these cells do not hold.
    """

    cells: Cells | None
    names: tuple[str, ...]
    values: Mapping[str, list[Any]]
    wrong: Mapping[str, Mapping[int, str]]
    lossy: bool = False
    encoding: str = "utf-8"
    mark: bool = False
    newline: str = "\n"

    def texts(self, name: str) -> list[str] | None:
        """The cells of a column as they are written; None where the file has no such column."""
        if self.cells is None or name not in self.names:
            return None
        return self.cells.columns[self.names.index(name)]

    @property
    def count(self) -> int:
        return len(self.cells.lines) if self.cells else 0


def as_written(schema: Schema, data: bytes | None) -> Written:
    """What stands in a table's file, faults and unknown columns included; `data` is None where there is no file."""
    if data is None:
        return Written(cells=None, names=(), values={}, wrong={})
    text = decode(data, schema.file)
    cells = split(text.text, schema.file)
    if cells is None or not cells.columns:
        return Written(cells=None, names=(), values={}, wrong={}, lossy=bool(data.strip()))
    known = known_headings(schema)
    names: list[str] = []
    twice = False
    for heading in cells.heading:
        name = known.get(fold(heading), heading.strip())
        twice = twice or name in names
        names.append(name)
    values: dict[str, list[Any]] = {}
    wrong: dict[str, dict[int, str]] = {}
    for column in schema.columns:
        if column.name in names:
            texts = cells.columns[names.index(column.name)]
            findings = Findings(schema.file, most=len(texts))
            read = cell_values(column, texts, range(len(texts)), findings, cells.separator == ";")
            values[column.name] = read
            wrong[column.name] = {p.source.line or 0: str(p.says) for p in findings.listed}
    return Written(
        cells=cells,
        names=tuple(names),
        values=values,
        wrong=wrong,
        lossy=bool(text.bad_lines or cells.problems or cells.overfull or twice),
        encoding=text.encoding,
        mark=data.startswith(b"\xef\xbb\xbf"),
        newline="\r\n" if b"\r\n" in data else "\n",
    )


def rewritten(
    schema: Schema, old: Written, values: Mapping[str, Sequence[Any]], strange: Mapping[str, Sequence[str]]
) -> bytes:
    """The bytes of the table's file with new rows, in the old file's manner: headings, order, separator, encoding.

    `values` holds every column of the schema, `strange` the texts of columns that the schema does not know. A cell
    whose value is as it was in the row of the same key (or in an equal row, where there is no key) keeps its text.
    """
    count = len(values[schema.columns[0].name])
    names = list(old.names) if old.cells else [c.name for c in schema.columns]
    headings = list(old.cells.heading) if old.cells else list(names)
    for name in [c.name for c in schema.columns if _filled(c.default, c.required, values[c.name])] + list(strange):
        if name not in names:
            names.append(name)
            headings.append(name)
    partner = _partners(schema, old, values, count)
    rows: list[list[str]] = [headings]
    for i in range(count):
        row = []
        for name in names:
            if name not in values:
                row.append(strange.get(name, [""] * count)[i])
                continue
            before = old.texts(name)
            j = partner[i]
            same = (
                j is not None
                and before is not None
                and j not in old.wrong[name]
                and old.values[name][j] == values[name][i]
            )
            row.append(before[j] if same and before and j is not None else file_text(values[name][i]))
        rows.append(row)
    return _encoded(rows, old)


@dataclass(frozen=True, kw_only=True)
class Merged:
    """A table's new bytes, and how many rows came in, changed, or stood there already as they are."""

    data: bytes
    added: int
    changed: int
    same: int


def merged(schema: Schema, old: Written, rows: Sequence[Mapping[str, Any]]) -> Merged:
    """The table's file with rows added, or put in the place of those with their key: only the cells that `rows` name.

    Everything else keeps its very text: other rows, faulty ones too, other columns, columns that the schema does not
    know. Each row names its key. ValueError where the file is `lossy`, since some of its text would be lost.
    """
    if old.lossy:
        raise ValueError(f"{schema.file} has rows that cannot be read")
    names = list(old.names) if old.cells else []
    headings = list(old.cells.heading) if old.cells else []
    table = [list(row) for row in zip(*old.cells.columns, strict=True)] if old.cells else []
    given = {name for row in rows for name in row}
    for column in schema.columns:
        if column.name not in names and (column.name in given or not old.cells):
            names.append(column.name)
            headings.append(column.name)
            for row in table:
                row.append("")
    at = {name: names.index(name) for name in given}
    keys = [old.values.get(name, [None] * len(table)) for name in schema.key]
    place: dict[tuple[Any, ...], int] = {}
    for i, key in enumerate(zip(*keys, strict=True)):
        place.setdefault(key, i)
    before, counts = len(table), {"added": 0, "changed": 0, "same": 0}
    for new in rows:
        key = tuple(new[name] for name in schema.key)
        j = place.setdefault(key, len(table))
        if j == len(table):
            table.append([""] * len(names))
            counts["added"] += 1
        elif j < before:
            differs = any(_differs(old, name, j, value) for name, value in new.items())
            counts["changed" if differs else "same"] += 1
        for name, value in new.items():
            if j >= before or _differs(old, name, j, value):
                table[j][at[name]] = value if isinstance(value, str) else file_text(value)
    return Merged(data=_encoded([headings, *table], old), **counts)


def _differs(old: Written, name: str, j: int, value: Any) -> bool:
    values = old.values.get(name)
    return values is None or j in old.wrong[name] or values[j] != value


def _filled(default: Any, required: bool, values: Sequence[Any]) -> bool:
    return required or any(v != default for v in values)


def _partners(schema: Schema, old: Written, values: Mapping[str, Sequence[Any]], count: int) -> list[int | None]:
    """For each new row the old row that it was, or None."""
    by = [name for name in (schema.key or tuple(c.name for c in schema.columns)) if name in old.names]
    places: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    if by:
        for j, key in enumerate(zip(*(old.values[name] for name in by), strict=True)):
            places[key].append(j)
        for found in places.values():
            found.reverse()
    partner: list[int | None] = []
    for i in range(count):
        found = places.get(tuple(values[name][i] for name in by), [])
        partner.append(found.pop() if found else None)
    return partner


def file_text(value: Any) -> str:
    """A value as it is written in a cell of a csv file.

    >>> [file_text(v) for v in (None, True, 3.0, 1e22, 0.1, date(2025, 1, 1))]
    ['', 'true', '3', '1e+22', '0.1', '2025-01-01']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _encoded(rows: list[list[str]], old: Written) -> bytes:
    out = io.StringIO()
    separator = old.cells.separator if old.cells else ","
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    text = out.getvalue().replace("\n", old.newline)
    if old.encoding == "gb18030":
        return text.encode("gb18030")
    return (b"\xef\xbb\xbf" if old.mark else b"") + text.encode("utf-8")
