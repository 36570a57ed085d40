"""The settled records as a sheet: a row a record, each field as YAML writes it, and the rows taken back as edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from luoshu.book.cell import Fault
from luoshu.book.problem import Problem, Source
from luoshu.book.promise_cell import as_cell, from_cell
from luoshu.book.records import (
    COMMITMENTS,
    Dated,
    Record,
    history,
    plain_value,
    read_records,
    with_record,
    without_record,
)
from luoshu.book.sheet_reading import Sheet, cell_text
from luoshu.words.message import Message, say

TITLE = "承诺 commitments"
SHEET = "commitments"
Judge = Callable[[tuple[Record, ...]], Iterable[Problem]]
FIRST = ("kind", "id", "words", "owner", "due")
CHINESE = {
    "kind": "种类",
    "id": "编号",
    "words": "原文",
    "owner": "责任单位",
    "due": "期限",
    "co_owners": "配合单位",
    "chapter": "篇章",
    "made": "承诺日期",
    "measure": "指标",
    "place": "区划",
    "comparator": "比较",
    "level": "目标值",
    "level_high": "目标上限",
    "unit": "单位",
    "change": "变化方式",
    "per": "频次",
    "each": "单项规模",
    "base": "基期",
    "since": "起始日",
    "nature": "性质",
    "verb": "动作",
    "object": "对象",
    "weight": "权重",
    "definition": "口径",
    "judged": "评判依据",
    "source": "出处",
    "note": "备注",
}
"""The Chinese headings of the fields that records usually have; others stand under their own name."""


def field_names(records: Sequence[Record]) -> list[str]:
    """The columns of the sheet: kind, id, words, owner and due, then the other fields in the order they appear."""
    names = dict.fromkeys(FIRST)
    for record in records:
        names.update(dict.fromkeys(record.fields))
    return list(names)


def heading(name: str) -> str:
    """
    >>> heading("owner"), heading("colour")
    ('责任单位 owner', 'colour')
    """
    return f"{CHINESE.get(name, '')} {name}".strip()


def field_name(heading: str) -> str:
    """The field that a heading names, in either language or both.

    >>> [field_name(text) for text in ("责任单位 owner", "责任单位", " colour")]
    ['owner', 'owner', 'colour']
    """
    last = (heading.split() or [""])[-1]
    return {zh: name for name, zh in CHINESE.items()}.get(last, last)


def promises_edited(data: bytes, sheet: Sheet, judge: Judge | None = None) -> tuple[bytes, list[Problem]]:
    """The bytes of commitments.yaml as the sheet says them, and the problems; with any of these the bytes as they were.

    A row with a new id is a new record, a row that is gone a record taken out; one that says the same is not touched.
    A history may be written anew step by step, but no plain value takes its place. `judge` says what is wrong with
    the records as they would stand: their source is the row, and the column of each problem's source its field.
    """
    records, _ = read_records(data, COMMITMENTS)
    there = {r.id: r for r in records}
    rows, problems = _Rows(sheet, there).all()
    if judge is not None:
        made = tuple(_record(row, fields) for row, fields in rows.values())
        problems += [rows_at(sheet, p) for p in judge(made) if p.source.file == SHEET]
    if problems:
        return data, problems
    row, new = 1, data
    try:
        for id in [id for id in there if id not in rows]:
            new = without_record(new, id)
        for id, (at, fields) in rows.items():
            row = at
            record = there.get(id)
            if record is None:
                new = with_record(new, fields)
            elif plain_value(record.fields) != fields:
                kept = {name: fields[name] for name in record.fields if name in fields}
                new = with_record(new, {**kept, **fields}, instead_of=id)
    except ValueError as error:
        problems.append(_fault("A", row, "bad-value", say("{why}", why=str(error)),
                               say("Mend commitments.yaml first")))  # fmt: skip
    return (data, problems) if problems else (new, [])


def _record(row: int, fields: Mapping[str, Any]) -> Record:
    """A row as the record that it will be, to be judged."""
    node = {name: history(value, Source(file=SHEET, line=row)) for name, value in fields.items()}
    return Record(fields=node, source=Source(file=SHEET, line=row), lines=dict.fromkeys(fields, row))


def rows_at(sheet: Sheet, problem: Problem) -> Problem:
    """A problem of a record with its cell; the first column where the field has none."""
    from openpyxl.utils import get_column_letter

    top, names = _headings(sheet)
    place = next((c for c, name in names.items() if name == problem.source.column), 1)
    return replace(problem, source=Source(file=f"{SHEET}!{get_column_letter(place)}{problem.source.line or top}"))


def _headings(sheet: Sheet) -> tuple[int, dict[int, str]]:
    top = sheet.heading_row({"kind", "id", "kind种类", "种类kind", "编号id", "种类", "编号"})
    return top, {c: field_name(str(cell.value)) for (r, c), cell in sheet.cells.items() if r == top}


class _Rows:
    """The sheet's rows as fields, beside the records that the file holds."""

    def __init__(self, sheet: Sheet, there: Mapping[str, Record]) -> None:
        self.sheet, self.there = sheet, there
        self.top, self.names = _headings(sheet)
        self.problems: list[Problem] = []
        self.wrong: set[tuple[int, str]] = set()

    def all(self) -> tuple[dict[str, tuple[int, dict[str, Any]]], list[Problem]]:
        """The fields of each row by id, with the row's number, and what is wrong."""
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        for row, fields in self._read().items():
            id = str(fields.get("id") or "")
            if not id or not fields.get("kind"):
                self._fault(row, "id", "missing-field", say("the entry has no {field}", field="id or kind"),
                            say("Write both"))  # fmt: skip
            elif id in found:
                self._fault(row, "id", "duplicate", say("id {id} already stands in line {line}", id=id,
                            line=found[id][0]), say("Give one of the two another id"))  # fmt: skip
            else:
                found[id] = (row, self._beside(row, fields, self.there[id]) if id in self.there else fields)
        return found, self.problems

    def _read(self) -> dict[int, dict[str, Any]]:
        rows: dict[int, dict[str, Any]] = {}
        for (row, place), cell in sorted(self.sheet.cells.items()):
            if row <= self.top:
                continue
            name = self.names.get(place)
            value, fault = _value(cell, name or "")
            if name is None:
                fault = Fault(code="extra-cell", says=say("the cell stands in a column without a heading"),
                              mend=say("Write a heading above it, or remove it"))  # fmt: skip
            if fault:
                self.wrong.add((row, name or ""))
                rows.setdefault(row, {})
                self._fault(row, place, fault.code, fault.says, fault.mend)
            elif name:
                rows.setdefault(row, {})[name] = value
        return {row: fields for row, fields in rows.items() if fields}

    def _beside(self, row: int, fields: dict[str, Any], record: Record) -> dict[str, Any]:
        """The fields with what the sheet does not show: columns that were taken out of it, and sources of steps."""
        whole = dict(fields)
        for name, written in record.fields.items():
            if name not in self.names.values():
                whole[name] = plain_value(written)
            elif isinstance(written, Dated):
                new = fields.get(name)
                if isinstance(new, Mapping) and isinstance(history(new, record.source), Dated):
                    whole[name] = _with_sources(new, written)
                elif (row, name) not in self.wrong:
                    self._lost(row, name, new, written)
        return whole

    def _lost(self, row: int, name: str, new: Any, written: Dated) -> None:
        before = str(as_cell(written, name))
        says = say("{field} has a history, {before}, which this would erase", field=name, before=before)
        added = new if isinstance(new, int | float | str | date) else "…"
        dated = f"{before}; {_next_day(written)}: {added}"
        mend = say("Write the new value behind the others with the day since when it holds, as in {dated}", dated=dated)
        self._fault(row, name, "lost-history", says, mend)

    def _fault(self, row: int, column: str | int, code: str, says: Message, mend: Message) -> None:
        from openpyxl.utils import get_column_letter

        place = column if isinstance(column, int) else next((c for c, n in self.names.items() if n == column), 1)
        self.problems.append(_fault(get_column_letter(place), row, code, says, mend))


def _next_day(written: Dated) -> str:
    last = written.steps[-1].since
    return f"{last.year + 1}-01-01" if last else "2025-01-01"


def _with_sources(new: Mapping[date, Any], before: Dated) -> dict[date, Any]:
    """The steps of a history with what was written beside the value of the same day."""
    about = {step.since: plain_value(step.about) for step in before.steps if step.about}
    return {
        day: {"value": value, **about[day]} if day in about and not isinstance(value, Mapping) else value
        for day, value in sorted(new.items())
    }


def _fault(letter: str, row: int, code: str, says: Message, mend: Message) -> Problem:
    return Problem(code=code, says=says, source=Source(file=f"{SHEET}!{letter}{row}"), mend=mend)


def _value(cell: Any, name: str) -> tuple[Any, Fault | None]:
    """What a cell of the sheet says: a number, a day, or a text as YAML writes it."""
    value = cell.value
    if cell.data_type == "n" and isinstance(value, int | float) and not isinstance(value, bool) and "%" not in (
        cell.number_format or ""
    ):  # fmt: skip
        whole = isinstance(value, float) and value.is_integer() and "." not in repr(value)
        return (int(value) if whole else value), None
    if isinstance(value, datetime) and value.time() == time():
        return value.date(), None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value, None
    text, fault = cell_text(cell, None)
    if fault:
        return None, fault
    found, wrong = from_cell(text, name)
    if wrong:
        return None, Fault(code="yaml-syntax", says=say("this is not valid YAML: {detail}", detail=wrong),
                           mend=say("Check brackets, quotes and the space after each colon"))  # fmt: skip
    return found, None
