"""Rows that people filled in: of a workbook or of a page, read, tried, and written once each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from luoshu.book.book import Book
from luoshu.book.cell import parse
from luoshu.book.loading import fold
from luoshu.book.problem import Problem, Source
from luoshu.book.sheet_reading import Sheet, cell_text, read_workbook
from luoshu.book.table import Column
from luoshu.desk.act import Act, facts_of, made_of
from luoshu.desk.actor import Actor
from luoshu.desk.chain import canonical
from luoshu.desk.journal import Refused
from luoshu.desk.lots import LotStanding
from luoshu.desk.rehearsal import rehearsed
from luoshu.desk.room import Room
from luoshu.desk.stock_file import MARK, RECEIPT_COLUMNS, RECEIPTS, TAKE, TAKE_COLUMNS
from luoshu.desk.stockroom import Count
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.store import Store
from luoshu.words.message import Message, say

MOST_ROWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One filled row: where it stands, what it asks for, and the mark under which that is written once.

    `trouble` says why it cannot be, `already` is the entry where it was written before, `number` the one where it is
    now. For a count `before` is what the book says.
    """

    sheet: str
    line: int
    act: Act[Any] | None = None
    mark: str = ""
    trouble: Message | None = None
    already: int | None = None
    number: int | None = None
    before: float | None = None

    @property
    def good(self) -> bool:
        """Whether it can be written, or was now."""
        return self.act is not None and self.trouble is None and self.already is None

    def problem(self) -> Problem:
        """The row's trouble, with its place and how to mend it."""
        mend = say("Mend the row and send the file again: what was written already is not written twice")
        says = self.trouble or say("the row cannot be read")
        return Problem(code="stock-row", says=says, source=Source(file=self.sheet, line=self.line), mend=mend)


def rows_of(path: Path, book: Book) -> tuple[list[Row], str, list[Problem]]:
    """The filled rows of the sheets of receipts and of stock-takes in a workbook, the workbook's own name (that of its
    content, where luoshu did not make it), and why it could not be read."""
    workbook, problem = read_workbook(path)
    if workbook is None:
        return [], "", [problem] if problem else []
    own = workbook.properties.get(MARK) or hashlib.sha256(path.read_bytes()).hexdigest()
    found: list[Row] = []
    ours = workbook.properties.get(MARK, "")
    known = 0
    for sheet in workbook.sheets:
        for title, what, columns in ((RECEIPTS, "lot.receive", RECEIPT_COLUMNS), (TAKE, "lot.count", TAKE_COLUMNS)):
            if fold(sheet.title) in {fold(title), *map(fold, title.split())}:
                known += 1
                found += _read(sheet, what, columns, book, ours)
    if not known:
        says = say("the workbook has neither a sheet {receipts} nor a sheet {take}", receipts=RECEIPTS, take=TAKE)
        mend = say("Fill in the workbook that luoshu desk stock out makes")
        return [], own, [Problem(code="unknown-sheet", says=says, source=Source(file=path.name), mend=mend)]
    if len(found) > MOST_ROWS:
        says = say("the workbook holds {count} filled rows, more than the {most} taken at once; none was taken",
                   count=len(found), most=MOST_ROWS)  # fmt: skip
        mend = say("Part it into several workbooks")
        return [], own, [Problem(code="file-too-large", says=says, source=Source(file=path.name), mend=mend)]
    return marked(found, own), own, []


def marked(rows: Sequence[Row], own: str) -> list[Row]:
    """The rows, each with the mark of what it says in the file of this name; the second of two that say the same with
    another one."""
    seen: Counter[str] = Counter()
    made = []
    for row in rows:
        if row.act is not None:
            told = f"{own}\n{row.act.what}\n{canonical(facts_of(row.act))}"
            seen[told] += 1
            row = replace(row, mark="rows-" + hashlib.sha256(f"{told}\n{seen[told]}".encode()).hexdigest()[:40])
        made.append(row)
    return made


def _read(sheet: Sheet, what: str, columns: Sequence[Column], book: Book, ours: str) -> Iterator[Row]:
    """The rows of a sheet that somebody has filled in; `ours` names the workbook, where luoshu made it."""
    known = {fold(heading): column for column in columns for heading in column.headings}
    top = sheet.heading_row(list(known))
    places: dict[int, Column] = {}
    for (line, place), cell in sheet.cells.items():
        column = known.get(fold(str(cell.value))) if line == top else None
        if column is not None and column not in places.values():
            places[place] = column
    lacking = [column.zh for column in columns if column.required and column not in places.values()]
    if lacking:
        yield Row(sheet=sheet.title, line=top, trouble=say("the column {names} is missing", names=", ".join(lacking)))
        return
    names = _names(book)
    for line in sorted({line for line, _ in sheet.cells if line > top}):
        facts, trouble = _facts(sheet, line, places)
        if (not facts and trouble is None) or (what == "lot.count" and "amount" not in facts and trouble is None):
            continue
        yield _row(sheet.title, line, what, facts, trouble, names, ours)


def _facts(sheet: Sheet, line: int, places: Mapping[int, Column]) -> tuple[dict[str, Any], Message | None]:
    facts: dict[str, Any] = {}
    for place, column in places.items():
        cell = sheet.cells.get((line, place))
        text, fault = cell_text(cell, column) if cell is not None else ("", None)
        value: Any = None
        if fault is None and text.strip():
            value, fault = parse(text, heading_named(column))
        if fault is not None:
            if column.zh in fault.says:
                return facts, say("{says}. {mend}", says=fault.says, mend=fault.mend)
            return facts, say("{name}: {says}. {mend}", name=column.zh, says=fault.says, mend=fault.mend)
        if value is not None and value != "":
            facts[column.name] = value
    return facts, None


def heading_named(column: Column) -> Column:
    """The column under its heading, so that what is wrong with a cell is said in the words of the sheet."""
    return replace(column, name=column.zh)


def _names(book: Book) -> dict[str, dict[str, str]]:
    """Codes by code and by name, for items and stores; a name that two share stands for neither."""
    found: dict[str, dict[str, str]] = {}
    for field, table in (("item", Item), ("store", Store)):
        rows: tuple[Any, ...] = book.rows(table)
        count = Counter(row.name for row in rows)
        found[field] = {row.name: row.id for row in rows if count[row.name] == 1} | {row.id: row.id for row in rows}
    return found


def _row(
    title: str, line: int, what: str, facts: dict[str, Any], trouble: Message | None, names: Mapping[str, Any],
    ours: str,
) -> Row:  # fmt: skip
    row = Row(sheet=title, line=line)
    if trouble is not None:
        return replace(row, trouble=trouble)
    if what == "lot.count" and "expected" not in facts:
        return replace(
            row, trouble=say("{name} is empty: write what the book said when this lot was counted", name="账面数")
        )
    for field, known in names.items():
        if field in facts:
            facts[field] = known.get(facts[field], facts[field])
    if what == "lot.receive" and "lot" not in facts:
        told = hashlib.sha256(f"{ours} {line} {canonical({k: str(v) for k, v in facts.items()})}".encode()).hexdigest()
        facts["lot"] = f"{facts.get('item', '')[:40]}-{told[:6]}"
    try:
        return replace(row, act=made_of(what, facts))
    except Refused as refused:
        return replace(row, trouble=refused.says)


def tried(room: Room, rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Row]:
    """The rows with what would become of them: refused and why, written before, or good; nothing is written."""
    marks = room.journal.look(lambda standing: dict(standing["marks"])) if rows else {}
    things = room.standing()
    book = {row.id: row.amount for row in room.book.rows(Lot)} if room.book is not None else {}
    told = [replace(row, already=marks[row.mark].number) if row.mark in marks else row for row in rows]
    asked = [row for row in told if row.good]
    answers = iter(rehearsed(room, [row.act for row in asked if row.act is not None], by=by, at=at))
    made = []
    for row in told:
        if row.good:
            refused = next(answers)
            row = replace(row, trouble=refused.says) if refused is not None else row
        if isinstance(row.act, Count):
            state = things.get(LotStanding, row.act.lot)
            row = replace(row, before=state.amount if state is not None else book.get(row.act.lot))
        made.append(row)
    return made


def written(room: Room, rows: Sequence[Row], *, by: Actor, at: datetime, why: str = "") -> list[Row]:
    """The rows, those that are good written: each once, whoever sends it again; what is refused says why."""
    waiting = []
    for row in tried(room, rows, by=by, at=at):
        answer = None
        if row.good and row.act is not None:
            answer = room.submit(row.act, by=by, at=at, why=why, mark=row.mark)
        waiting.append((row, answer))
    made = []
    for row, answer in waiting:
        if answer is not None:
            try:
                entries = answer.result()
                row = replace(row, number=next(each.number for each in entries if each.draft.mark == row.mark))
            except Refused as refused:
                row = replace(row, trouble=refused.says)
        made.append(row)
    return made
