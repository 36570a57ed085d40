"""A book's tables and promises carried out to a workbook for Excel or WPS, and its changes carried in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from luoshu.book import files
from luoshu.book.book import COMMITMENTS, Book
from luoshu.book.cell import perhaps
from luoshu.book.checking import in_order, table_problems
from luoshu.book.delimited import Cells
from luoshu.book.loading import MOST_BYTES, Findings, Loaded, fold, known_headings, load_cells
from luoshu.book.problem import Problem, Source
from luoshu.book.promise_cell import as_cell
from luoshu.book.promises_sheet import SHEET, TITLE, field_names, heading, promises_edited
from luoshu.book.rewriting import as_written, rewritten
from luoshu.book.sheet_making import MOST_CHARACTERS, make_sheet, put, put_heading, set_widths, sheet_title
from luoshu.book.sheet_reading import Sheet, cell_text, read_workbook
from luoshu.book.table import Column, Schema, schema
from luoshu.words.message import say

Judge = Callable[[Book], Iterable[Problem]]
MOST_ROWS = 200_000
"""Rows of a table that are put into a workbook; larger tables stay csv."""


def excel_out(book: Book, path: Path) -> list[Problem]:
    """Write a workbook with a sheet for each table and one for the promises; the tables that it had to leave out.

    Rows with faults stand in it too, their wrong cells in red, so that they can be mended there. A table is left out
    where its file cannot be shown whole (garbled lines, rows with too many cells); it stays as it is when the workbook
    comes in.
    """
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty

    out = Workbook()
    out.remove(out.worksheets[0])
    problems: list[Problem] = []
    properties: Any = getattr(out, "custom_doc_props")  # noqa: B009 (the stubs do not know it)
    for table in book.tables:
        sheet = schema(table)
        data, problem = files.read(book.folder, sheet.file, MOST_BYTES)
        written = as_written(sheet, data)
        too_long = any(len(text) > MOST_CHARACTERS for name in written.names for text in written.texts(name) or ())
        if problem or written.lossy or too_long or written.count > MOST_ROWS:
            problems.append(problem or _left_out(sheet.file))
            continue
        make_sheet(out, sheet, written)
        properties.append(StringProperty(name=f"luoshu {sheet.name}", value=files.revision(data or b"")))
    if not _promises(book, out):
        problems.append(_left_out(COMMITMENTS))
    properties.append(StringProperty(name=f"luoshu {COMMITMENTS}", value=book.revision))
    packed = io.BytesIO()
    out.save(packed)
    files.write(path, packed.getvalue())
    return problems


def _left_out(file: str) -> Problem:
    return Problem(
        code="not-in-workbook",
        says=say("the table cannot be put into a workbook without loss; it was left out"),
        source=Source(file=file),
        mend=say(
            "Mend what `luoshu check` says of it first; tables of more than {count} rows stay csv", count=MOST_ROWS
        ),
    )


def _promises(book: Book, out: Any) -> bool:
    """Put the settled records into the workbook; not, where one is longer than a cell can hold."""
    names = field_names(book.records)
    rows = [{name: as_cell(value, name) for name, value in record.fields.items()} for record in book.records]
    if any(len(str(value)) > MOST_CHARACTERS for row in rows for value in row.values()):
        return False
    sheet = out.create_sheet(TITLE)
    for place, name in enumerate(names, start=1):
        put_heading(sheet.cell(1, place), heading(name), required=name in ("kind", "id"))
    for number, row in enumerate(rows, start=2):
        for place, name in enumerate(names, start=1):
            if name in row:
                put(sheet.cell(number, place), row[name])
    sheet.freeze_panes = "C2"
    set_widths(sheet)
    return True


def excel_in(book: Book | Path | str, path: Path, judge: Judge | None = None) -> list[Problem]:
    """Take a workbook's sheets over into the book; every problem, by sheet and cell (`observation!C7`).

    A sheet with any problem is not taken over: its table stays as it is, and the others are written. Tables that did
    not change are not touched; in those that did, rows and cells that did not change keep their text. A table that
    somebody else changed since the workbook was made is not written over. `judge` says what is wrong with the records
    of a book, which is for their kinds to say.
    """
    if not isinstance(book, Book):
        from luoshu.book.book import open_book

        book = open_book(book)
    workbook, problem = read_workbook(Path(path))
    if workbook is None:
        return [problem] if problem else []
    with files.alone(book.folder):
        return _Taking(book, workbook.properties, judge).all(workbook.sheets)


class _Taking:
    """One workbook being taken over."""

    def __init__(self, book: Book, properties: Mapping[str, str], judge: Judge | None) -> None:
        self.book, self.properties, self.judge = book, properties, judge
        self.problems: list[Problem] = []
        self.by_heading = {fold(h): t for t in book.tables for h in _titles(schema(t))}

    def all(self, sheets: tuple[Sheet, ...]) -> list[Problem]:
        grids: dict[type, _Grid] = {}
        promises: list[Sheet] = []
        for sheet in sheets:
            table = self.by_heading.get(fold(sheet.title))
            if fold(sheet.title) in (fold(TITLE), fold(TITLE.split()[0]), SHEET):
                promises.append(sheet)
            elif table is None:
                self._unknown(sheet)
            elif table not in grids:
                grids[table] = _Grid(schema(table), sheet)
        read = {("loaded", table): grid.load() for table, grid in grids.items()}
        # references are checked among the sheets as they will stand, not against the old files
        kept = {key: value for key, value in self.book._read.items() if key[0] == "loaded"}
        proposed = replace(self.book, _read={**kept, **read}, laid_over={}, _under=None)
        taken: dict[Any, Any] = dict(kept)
        for table, grid in grids.items():
            named = {p.source.file for p in grid.faults}
            further = [grid.at_cell(p) for p in table_problems(proposed, table)]
            found = [*grid.faults, *(p for p in further if p.source.file not in named)]
            if found:
                self.problems += found
            else:
                self._write(grid, read["loaded", table])
                taken["loaded", table] = read["loaded", table]
        for sheet in promises[:1]:  # judged beside the tables as they stand now
            self._promises(sheet, replace(self.book, _read=taken, laid_over={}))
        return in_order(self.problems)

    def _unknown(self, sheet: Sheet) -> None:
        if not sheet.cells:
            return
        known = [sheet_title(schema(t)) for t in self.book.tables]
        names = {schema(t).name: sheet_title(schema(t)) for t in self.book.tables}
        mend = perhaps(sheet.title, [*known, *names], say("Remove it, or name it as its table"))
        source = Source(file=f"{sheet.title}!A1")
        self.problems.append(
            Problem(code="unknown-sheet", says=say("no table has this name"), source=source, mend=mend)
        )

    def _write(self, grid: _Grid, loaded: Loaded) -> None:
        sheet = grid.schema
        data, problem = files.read(self.book.folder, sheet.file, MOST_BYTES)
        if problem:
            self.problems.append(problem)
            return
        old = as_written(sheet, data)
        strange = grid.strange(loaded)
        if _unchanged(sheet, old, loaded, strange):
            return
        known = self.properties.get(f"luoshu {sheet.name}")
        if old.lossy or (known is not None and known != files.revision(data or b"")):
            says = say("the table was changed since the workbook was made; nothing was written")
            mend = say("Make a new workbook and put your changes into it")
            self.problems.append(Problem(code="conflict", says=says, source=Source(file=sheet.file), mend=mend))
            return
        target = self.book.folder / sheet.file
        target.parent.mkdir(exist_ok=True)
        files.write(target, rewritten(sheet, old, loaded.columns, strange))

    def _promises(self, sheet: Sheet, book: Book) -> None:
        data, problem = files.read(self.book.folder, COMMITMENTS, MOST_BYTES)
        if problem:
            self.problems.append(problem)
            return
        judge = self.judge
        new, problems = promises_edited(
            data or b"", sheet, lambda records: judge(replace(book, records=records)) if judge else ()
        )
        if problems or new == (data or b""):
            self.problems += problems
            return
        known = self.properties.get(f"luoshu {COMMITMENTS}")
        if known is not None and known != files.revision(data or b""):
            says = say("the promises were changed since the workbook was made; nothing was written")
            mend = say("Make a new workbook and put your changes into it")
            self.problems.append(Problem(code="conflict", says=says, source=Source(file=COMMITMENTS), mend=mend))
            return
        files.write(self.book.folder / COMMITMENTS, new)


def _titles(sheet: Schema) -> tuple[str, ...]:
    return tuple(t for t in (sheet.zh, sheet.name, sheet_title(sheet)) if t)


def _unchanged(sheet: Schema, old: Any, loaded: Loaded, strange: Mapping[str, list[str]]) -> bool:
    """Whether the sheet says what the file says, so that the file need not be touched."""
    if any(old.wrong.values()) or old.lossy or old.count != len(loaded):
        return False
    if any((old.texts(name) or [""] * len(loaded)) != texts for name, texts in strange.items()):
        return False
    for column in sheet.columns:
        if old.values.get(column.name, [column.default] * len(loaded)) != loaded.columns[column.name]:
            return False
    return set(old.names) - {c.name for c in sheet.columns} - {""} <= set(strange) or old.count == 0


class _Grid:
    """A table's sheet as texts, and the way back from a row and column of the table to the sheet's cell."""

    def __init__(self, schema: Schema, sheet: Sheet) -> None:
        self.schema, self.sheet = schema, sheet
        self.faults: list[Problem] = []
        known = known_headings(schema)
        self.top = top = sheet.heading_row(known)
        self.headings = {c: str(cell.value) for (r, c), cell in sheet.cells.items() if r == top}
        self.names = {c: known.get(fold(text), text.strip()) for c, text in self.headings.items()}
        self.rows = sorted({r for r, _ in sheet.cells if r > top})
        for merged in sheet.merged:
            if int("".join(filter(str.isdigit, merged.split(":")[-1]))) >= top:
                self.fault("merged-cells", say("cells {range} are merged", range=merged),
                           say("Part them and write the value into each"), merged.split(":")[0])  # fmt: skip

    def fault(self, code: str, says: Any, mend: Any, cell: str) -> None:
        if len(self.faults) < 1000:
            source = Source(file=f"{self.schema.name}!{cell}")
            self.faults.append(Problem(code=code, says=says, source=source, mend=mend))

    def load(self) -> Loaded:
        """The sheet's rows, checked as those of a csv are."""
        places = sorted({c for r, c in self.sheet.cells if r >= self.top})
        headings = [self.headings.get(c, "") for c in places]
        columns = [self._texts(c, self.names.get(c, "")) for c in places]
        beyond = [(c, texts) for c, texts in zip(places, columns, strict=True) if c not in self.headings]
        for c, texts in beyond:
            first = next((row for row, text in zip(self.rows, texts, strict=True) if text), None)
            if first:
                self.fault("extra-cell", say("the cell stands in a column without a heading"),
                           say("Write a heading above it, or remove it"), self._place(first, c))  # fmt: skip
        cells = Cells(heading=headings, heading_line=self.top, columns=columns, lines=self.rows,
                      separator=",")  # fmt: skip
        return load_cells(self.schema, cells, Findings(self.schema.file))

    def _texts(self, place: int, name: str) -> list[str]:
        column: Column | None = next((c for c in self.schema.columns if c.name == name), None)
        texts = []
        for row in self.rows:
            cell = self.sheet.cells.get((row, place))
            text, fault = cell_text(cell, column) if cell is not None else ("", None)
            if fault:
                self.fault(fault.code, fault.says, fault.mend, self._place(row, place))
            texts.append(text)
        return texts

    def strange(self, loaded: Loaded) -> dict[str, list[str]]:
        """The texts of the columns that the table does not know, which are kept as they are."""
        known = {c.name for c in self.schema.columns}
        at = {row: i for i, row in enumerate(self.rows)}
        found: dict[str, list[str]] = {}
        for place, name in self.names.items():
            if name not in known:
                texts = self._texts(place, "")
                found[name] = [texts[at[row]] for row in loaded.lines]
        return found

    def at_cell(self, problem: Problem) -> Problem:
        """A table's problem with its place in the sheet."""
        row = problem.source.line or self.top
        names = [c for c, name in self.names.items() if problem.source.column in (name, self.headings[c])]
        place = self._place(row, names[0] if names else 1)
        return replace(problem, source=Source(file=f"{self.schema.name}!{place}"))

    def _place(self, row: int, column: int) -> str:
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(column)}{row}"
