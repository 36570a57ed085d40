"""A book: one plan as a folder of files, opened with all its faults, read once, and laid over with what-ifs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from luoshu.book import files
from luoshu.book.cell import perhaps, quoted
from luoshu.book.directory import GENERIC
from luoshu.book.loading import MOST_BYTES as MOST_TABLE_BYTES
from luoshu.book.loading import Loaded, load, nothing
from luoshu.book.problem import Problem, Source
from luoshu.book.records import COMMITMENTS as COMMITMENTS
from luoshu.book.records import Record, read_records
from luoshu.book.rules import Rule, read_rules
from luoshu.book.table import Schema, schema
from luoshu.book.yamltext import MOST_BYTES, read_yaml
from luoshu.words.message import say

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
V = TypeVar("V")
SETTINGS = ("title", "title_en", "region", "region_en", "drill")
"""What book.yaml may say. `drill: true` marks a copy in which a drill may move the goods of the stores."""


@dataclass(frozen=True, kw_only=True)
class Book:
    """A plan's files, read when they are first asked for and kept: a book does not change once it is open.

    `problems` are those of opening (book.yaml, commitments.yaml); `problems_of` gives a table's, `check` all together.
    """

    folder: Path
    title: str = ""
    region: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    revision: str = ""
    problems: tuple[Problem, ...] = ()
    tables: tuple[type, ...] = GENERIC
    laid_over: Mapping[type, tuple[Any, ...]] = field(default_factory=dict)
    _read: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _under: Book | None = field(default=None, repr=False, compare=False)

    def rows(self, table: type[T]) -> tuple[T, ...]:
        """The good rows of a table, as its dataclass, in the file's order, with what lies over the book."""
        key = ("rows", table)
        if key not in self._read:
            written = _rows(self.loaded(table), table)
            self._read[key] = _overlaid(written, self.laid_over.get(table, ()), schema(table))
        found: tuple[T, ...] = self._read[key]
        return found

    def columns(self, table: type) -> dict[str, np.ndarray]:
        """The same rows as arrays by column name: float64 (NaN where empty), int64, datetime64[D] (NaT), bool, objects.

        Whole numbers that may be empty come as float64. A million rows load in seconds.
        """
        from luoshu.book.arrays import arrays

        key = ("columns", table)
        if key not in self._read:
            values = self.loaded(table).columns
            if table in self.laid_over:
                rows: tuple[Any, ...] = self.rows(table)
                values = {c.name: [getattr(r, c.name) for r in rows] for c in schema(table).columns}
            self._read[key] = arrays(schema(table), values)
        found: dict[str, np.ndarray] = self._read[key]
        return found

    def loaded(self, table: type) -> Loaded:
        """The table's file as checked columns, without what lies over it."""
        key = ("loaded", table)
        if key not in self._read:
            self._read[key] = self._load(schema(table))
        found: Loaded = self._read[key]
        return found

    def _load(self, sheet: Schema) -> Loaded:
        data, problem = files.read(self.folder, sheet.file, MOST_TABLE_BYTES)
        if data is None:
            return nothing(sheet, (problem,) if problem else ())
        return load(sheet, data)

    def derived(self, name: Hashable, make: Callable[[Book], V], *tables: type) -> V:
        """What `make(book)` makes of the rows of some tables: made once, and kept.

        Books that lie over this one keep it too, unless one of `tables` lies over: so a what-if makes anew only what
        it changes, and what it makes of tables that it leaves alone is kept for the next one. `name` tells apart what
        is made; two makers must not share one.
        """
        key = ("derived", name)
        if key not in self._read:
            under = self._under if tables and self.laid_over.keys().isdisjoint(tables) else None
            value = under.derived(name, make, *tables) if under is not None else make(self)
            self._read[key] = (frozenset(tables), value)
        made: V = self._read[key][1]
        return made

    def problems_of(self, table: type) -> tuple[Problem, ...]:
        """What is wrong in a table's own file; references to other tables are `check`'s matter."""
        return self.loaded(table).problems

    def source_of(self, row: object) -> Source:
        """Where a row is written; an empty source for rows that lie over the book."""
        file, line = row.__dict__.get("_place", ("", None))
        return Source(file=file, line=line)

    def over(self, rows: Mapping[type, Iterable[Any]], *, instead: bool = False) -> Book:
        """The book with rows lying over it: each takes the place of the row with its key, others are added.

        With `instead` the given rows are the whole table. The book itself stays as it is.
        """
        laid = dict(self.laid_over)
        known = self._read.copy()  # another thread may be reading the book
        read = {key: value for key, value in known.items() if key[0] != "derived" or value[0].isdisjoint(rows)}
        for table, new in rows.items():
            added = tuple(new)
            laid[table] = added if instead else _overlaid(laid.get(table, ()), added, schema(table))
            read.pop(("rows", table), None)
            read.pop(("columns", table), None)
            if instead:
                sheet = schema(table)
                read[("loaded", table)] = nothing(sheet)
        return replace(self, laid_over=laid, _read=read, _under=self._under or self)

    def rule(self, name: str, day: date) -> Rule | None:
        """The version of rules/NAME.yaml that was in force on a day; None where there is none."""
        return next((r for r in reversed(self.rules(name)[0]) if r.since <= day), None)

    def rules(self, name: str) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
        """All versions of a rule, oldest first, and what is wrong in its file."""
        key = ("rules", name)
        if key not in self._read:
            file = f"rules/{name}.yaml"
            data, problem = files.read(self.folder, file, MOST_BYTES)
            if data is None:
                self._read[key] = ((), (problem,) if problem else ())
            else:
                self._read[key] = read_rules(data, name, file)
        found: tuple[tuple[Rule, ...], tuple[Problem, ...]] = self._read[key]
        return found

    def path(self, name: str) -> Path:
        """The path of a file, as in `book.path("documents/plan.txt")`; ValueError where it leads out of the book."""
        found = files.within(self.folder, name)
        if found is None:
            raise ValueError(f"the file name {name!r} leads out of the book")
        return found


def open_book(folder: str | Path, *, tables: Iterable[type] = ()) -> Book:
    """Open a book with all its faults: what is good counts, the rest stands in `problems`. Content never raises.

    `tables` are the classes that `check`, the workbook and the package descriptor walk through; the generic ones are
    always among them.
    """
    folder = Path(folder)
    known = tuple(dict.fromkeys((*GENERIC, *tables)))
    problems: list[Problem] = []
    if not folder.is_dir():
        problems.append(Problem(code="no-book", says=say("there is no book here: the folder {folder} does not exist",
                                folder=folder.name), source=Source(file=str(folder)),
                                mend=say("Make one with `luoshu new`, or name another folder")))  # fmt: skip
        return Book(folder=folder, problems=tuple(problems), tables=known)
    settings = _settings(folder, problems)
    data, problem = files.read(folder, COMMITMENTS, MOST_BYTES)
    if problem:
        problems.append(problem)
    records, found = read_records(data or b"", COMMITMENTS)
    return Book(
        folder=folder,
        title=str(settings.get("title") or folder.resolve().name),
        region=str(settings.get("region") or ""),
        settings=settings,
        records=records,
        revision=files.revision(data or b""),
        problems=(*problems, *found),
        tables=known,
    )


def _settings(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    data, problem = files.read(folder, "book.yaml", MOST_BYTES)
    if problem:
        problems.append(problem)
        return {}
    if data is None:
        problems.append(Problem(code="missing-file", says=say("the file is missing"), source=Source(file="book.yaml"),
                                mend=say("Add it with two lines, title: … and region: …")))  # fmt: skip
        return {}
    node, found = read_yaml(data, "book.yaml")
    problems.extend(found)
    if node is None or not isinstance(node.value, dict):
        if not found:
            problems.append(Problem(code="not-a-record", says=say("the file has no named fields"),
                                    source=Source(file="book.yaml", line=1),
                                    mend=say("Write title: … and region: …")))  # fmt: skip
        return {}
    for name in ("title", "region"):
        if not node.value.get(name):
            problems.append(Problem(code="missing-field", says=say("the book has no {field}", field=name),
                                    source=Source(file="book.yaml", line=node.line),
                                    mend=say("Add {field}: …", field=name)))  # fmt: skip
    for name in node.value:
        if name not in SETTINGS:
            says = say("{file} has no field {field!r}; it is not read", file="book.yaml", field=quoted(str(name)))
            mend = perhaps(str(name), SETTINGS, say("Remove it, or use one of: {names}", names=", ".join(SETTINGS)))
            source = Source(file="book.yaml", line=node.key_lines.get(name, node.line))
            problems.append(Problem(code="unknown-field", says=says, source=source, mend=mend))
    return {str(k): v for k, v in node.value.items()}


def _rows(loaded: Loaded, table: type[T]) -> tuple[T, ...]:
    """Rows from checked columns; without `__init__`, since the values are already of the right types."""
    names = [c.name for c in loaded.schema.columns]
    if not len(loaded):
        return ()
    file = loaded.schema.file
    made: list[T] = []
    checks = getattr(table, "__post_init__", None)
    # all new, none of it garbage: looking for garbage among a million rows takes three times as long as making them
    resting = len(loaded) > 10_000 and gc.isenabled()
    if resting:
        gc.disable()
    try:
        for line, *values in zip(loaded.lines, *(loaded.columns[n] for n in names), strict=True):
            row = object.__new__(table)
            row.__dict__.update(zip(names, values, strict=True))
            row.__dict__["_place"] = (file, line)
            if checks:
                checks(row)
            made.append(row)
    finally:
        if resting:
            gc.enable()
    return tuple(made)


def _overlaid(rows: tuple[Any, ...], over: tuple[Any, ...], sheet: Schema) -> tuple[Any, ...]:
    if not over:
        return rows
    if not sheet.key:
        return (*rows, *over)

    names = sheet.key

    def key(row: Any) -> tuple[Any, ...]:
        return tuple([getattr(row, name) for name in names])

    merged = {key(row): row for row in rows}
    merged.update({key(row): row for row in over})
    return tuple(merged.values())
