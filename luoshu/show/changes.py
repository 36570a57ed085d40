"""Changes of rows as somebody tries them out: read by the tables' own schemas, laid over the book, nothing written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from luoshu.book.book import Book
from luoshu.book.cell import parse, perhaps, quoted
from luoshu.book.problem import Problem, Source
from luoshu.book.rewriting import file_text
from luoshu.book.table import Schema, schema
from luoshu.show.mapedits import CLOSED, LINE, PLACED, states
from luoshu.words.message import Message, say

MOST_LETTERS = 5_000
"""Longest text of one cell that is tried out."""
MOST_GUESSED = 1000
"""Rows among whose ids one is sought that is like a wrong one."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A book with changes laid over it: which tables' rows changed, what was wrong (with the number of the change)."""

    book: Book
    changed: Mapping[type, tuple[Any, ...]] = field(default_factory=dict)
    problems: tuple[tuple[int | None, Problem], ...] = ()


def tried(book: Book, tables: Sequence[type], changes: Sequence[Mapping[str, Any]]) -> Tried:
    """Lay changes over a book: {table, row} puts a row (only the named cells where it is there already), {table,
    remove} takes one away, or closes it where its table has a state. What is wrong is a problem; the rest counts."""
    trial = _Trial(book, {schema(table).name: table for table in tables})
    for number, change in enumerate(changes):
        trial.take(number, change)
    return trial.done()


class _Trial:
    def __init__(self, book: Book, tables: Mapping[str, type]) -> None:
        self.book, self.tables = book, tables
        self.problems: list[tuple[int | None, Problem]] = []
        self.rows: dict[type, dict[str, Any]] = {}
        self.put: dict[type, dict[str, Any]] = {}
        self.gone: set[type] = set()

    def take(self, number: int, change: Mapping[str, Any]) -> None:
        name = change.get("table")
        table = self.tables.get(name) if isinstance(name, str) else None
        if table is None or len(schema(table).key) != 1:
            says = say("rows of {table!r} cannot be tried out for this promise", table=quoted(str(name)))
            names = [each for each, table in self.tables.items() if len(schema(table).key) == 1]
            mend = perhaps(str(name), names, say("Use one of: {names}", names=", ".join(names)))
            self.fault(number, "unknown-table", says, mend)
        elif change.get("remove") is not None:
            self.remove(number, table, str(change["remove"]))
        elif isinstance(change.get("row"), Mapping):
            self.lay(number, table, change["row"])
        else:
            self.fault(number, "no-change", say("the change has neither row nor remove"), say("Write one of them"))

    def fault(self, number: int, code: str, says: Message, mend: Message, column: str = "") -> None:
        self.problems.append((number, Problem(code=code, says=says, source=Source(column=column), mend=mend)))

    def known(self, table: type) -> dict[str, Any]:
        """The rows of a table by their key as text, with what was changed so far."""
        if table not in self.rows:
            (key,) = schema(table).key
            # rows that the book does not write but has all the same, as the gates of its street network
            implied = table.implied(self.book) if hasattr(table, "implied") else ()
            rows: tuple[Any, ...] = (*implied, *self.book.rows(table))
            self.rows[table] = {str(getattr(row, key)): row for row in rows}
        return self.rows[table]

    def remove(self, number: int, table: type, id: str) -> None:
        known = self.known(table)
        if id not in known:
            says = say("there is no row {id} in {table}", id=quoted(id), table=schema(table).name)
            mend = perhaps(id, known if len(known) <= MOST_GUESSED else (), say("Name the id of a row"))
            self.fault(number, "no-such-row", says, mend)
        elif CLOSED in states(schema(table)):
            known[id] = replace(known[id], state=CLOSED)
            self.put.setdefault(table, {})[id] = known[id]
        else:
            del known[id]
            self.put.get(table, {}).pop(id, None)
            self.gone.add(table)

    def lay(self, number: int, table: type, given: Mapping[str, Any]) -> None:
        sheet = schema(table)
        known = self.known(table)
        values = self.values(number, sheet, given)
        (key,) = sheet.key
        if values is None:
            return
        if values.get(key) in (None, ""):
            self.fault(number, "missing-field", say("the row has no {field}", field=key), say("Give it one"), key)
            return
        old = known.get(str(values[key]))
        lacking = [] if old is not None else [c.name for c in sheet.columns if c.required and c.name not in values]
        for name in lacking:
            self.fault(number, "missing-field", say("the row has no {field}", field=name), say("Fill it in"), name)
        if lacking:
            return
        row = table(**values) if old is None else replace(old, **values)
        if self.placed(number, sheet, row, old):
            known[str(values[key])] = row
            self.put.setdefault(table, {})[str(values[key])] = row

    def values(self, number: int, sheet: Schema, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The cells of a row as their columns hold them; None where one has a fault."""
        columns = {column.name: column for column in sheet.columns}
        values: dict[str, Any] = {}
        good = True
        for name, cell in given.items():
            if name not in columns:
                says = say("{table} has no column {name}; it is not read", table=sheet.name, name=quoted(str(name)))
                self.fault(number, "unknown-column", says, perhaps(str(name), columns, say("Leave it out")), str(name))
                continue
            text = as_text(cell)
            if text is None or len(text) > MOST_LETTERS:
                says = say("{column} holds what is no cell: a text, a number, true, false or nothing", column=name)
                self.fault(number, "bad-value", says, say("Write one of these"), name)
                good = False
                continue
            values[name], fault = parse(text, columns[name])
            if fault:
                self.fault(number, fault.code, fault.says, fault.mend, name)
                good = False
        return values if good else None

    def placed(self, number: int, sheet: Schema, row: Any, old: Any) -> bool:
        """Whether a row has a place where its table wants one; a place outside the region is said, and counts."""
        names = {column.name for column in sheet.columns}
        if LINE in names and getattr(row, LINE) and not is_line(getattr(row, LINE)):
            (key,) = sheet.key
            says = say("the line of {name} cannot be read, so it bars nothing", name=quoted(str(getattr(row, key))))
            mend = say("Write LINESTRING (112.4 34.6, 112.5 34.6) or POLYGON ((…))")
            self.fault(number, "bad-line", says, mend, LINE)
            return False
        if not names >= set(PLACED) or (old is not None and all(getattr(row, n) == getattr(old, n) for n in PLACED)):
            return True
        from luoshu.kinds.position import positions

        found = positions([row], self.book)
        if not found.good[0]:
            self.problems += [(number, each) for each in found.problems]
            return False
        if outside(self.book, float(found.lon[0]), float(found.lat[0])):
            says = say("{lon:.4f}, {lat:.4f} lies outside the region; it is counted all the same",
                       lon=float(found.lon[0]), lat=float(found.lat[0]))  # fmt: skip
            self.fault(number, "outside-region", says, say("Check longitude, latitude and the coordinate system"), "x")
        return True

    def done(self) -> Tried:
        book = self.book
        for table in {*self.put, *self.gone}:
            if table in self.gone:
                book = book.over({table: self.known(table).values()}, instead=True)
            else:
                book = book.over({table: self.put[table].values()})
        changed = {table: tuple(self.put.get(table, {}).values()) for table in {*self.put, *self.gone}}
        return Tried(book=book, changed=changed, problems=tuple(self.problems))


def as_text(cell: Any) -> str | None:
    """A JSON value as the text of a cell; None where it is none.

    >>> as_text(1.5), as_text(True), as_text(None), as_text([1])
    ('1.5', 'true', '', None)
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return repr(cell) if abs(cell) < 1e300 else None
    return cell if isinstance(cell, str) else None


def is_line(text: str) -> bool:
    """Whether a text is a line or an area as well-known text.

    >>> is_line("LINESTRING (112 34, 112.1 34)"), is_line("LINESTRING (112")
    (True, False)
    """
    import shapely

    return shapely.from_wkt(text, on_invalid="ignore") is not None


def outside(book: Book, lon: float, lat: float) -> bool:
    """Whether a point lies outside all outlines of the book; never where it has none."""
    import numpy as np
    import shapely

    def made(book: Book) -> Any:
        from luoshu.book.outlines import outlines

        found, _ = outlines(book.folder)
        shapes = [shapely.geometry.shape(each["geometry"]) for each in (found or {}).get("features", ())]
        shapely.prepare(np.array(shapes, dtype=object))
        return np.array(shapes, dtype=object)

    shapes = book.derived("outlines as shapes", made)
    return bool(len(shapes)) and not bool(shapely.intersects_xy(shapes, lon, lat).any())


def as_csv(table: type, rows: Sequence[Any]) -> str:
    """Rows as the text of a csv file with the table's heading."""
    names = [column.name for column in schema(table).columns]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([file_text(getattr(row, name)) for name in names] for row in rows)
    return out.getvalue()
