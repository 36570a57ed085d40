"""The settled records as a sheet: a row a record, each field as YAML writes it, and the rows taken back as edits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import yaml

from luoshu.book.cell import Fault
from luoshu.book.problem import Problem, Source
from luoshu.book.records import COMMITMENTS, Dumper, Record, plain_value, read_records, with_record, without_record
from luoshu.book.sheet_reading import Sheet, cell_text
from luoshu.book.yamltext import plain, read_yaml
from luoshu.words.message import Message, say

TITLE = "承诺 commitments"
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


def as_cell(value: Any) -> Any:
    """A field's value as a cell: numbers and days as such, words as they are, all else as YAML on one line.

    >>> as_cell("博物馆"), as_cell(120), as_cell("120"), as_cell([1, "a"])
    ('博物馆', 120, '"120"', '[1, a]')
    """
    value = plain_value(value)
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = not value.strip() or value != value.strip() or value[0] in "{[\"'~" or plain(value) != value
        return json.dumps(value, ensure_ascii=False) if quoted else value
    if isinstance(value, int | float | date):
        exact = isinstance(value, date) or (abs(value) < 1e15 and float(repr(value)) == value)
        return value if exact else str(value)
    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1 << 30, default_flow_style=True)
    return text.strip()


def from_cell(text: str) -> tuple[Any, str]:
    """The value that a cell's text writes, and what is wrong with it (in the words of the YAML reader)."""
    if text[:1] not in ("{", "[", '"', "'"):
        return plain(text.strip()), ""
    node, problems = read_yaml(text.encode(), "")
    if node is None or problems:
        return None, str(problems[0].says) if problems else "empty"
    return node.value, ""


def promises_edited(data: bytes, sheet: Sheet) -> tuple[bytes, list[Problem]]:
    """The bytes of commitments.yaml as the sheet says them, and the problems; with any of these the bytes as they were.

    A row with a new id is a new record, a row that is gone a record taken out; one that says the same is not touched.
    """
    rows, problems = _rows(sheet)
    row = 1
    records, _ = read_records(data, COMMITMENTS)
    there = {r.id: r for r in records}
    new = data
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
        problems.append(_fault("A", row if rows else 1, "bad-value", say("{why}", why=str(error)),
                               say("Mend commitments.yaml first")))  # fmt: skip
    return (data, problems) if problems else (new, [])


def _rows(sheet: Sheet) -> tuple[dict[str, tuple[int, dict[str, Any]]], list[Problem]]:
    """The fields of each row by id, with the row's number."""
    from openpyxl.utils import get_column_letter

    top = sheet.heading_row({"kind", "id", "kind种类", "种类kind", "编号id", "种类", "编号"})
    names = {c: field_name(str(cell.value)) for (r, c), cell in sheet.cells.items() if r == top}
    rows: dict[int, dict[str, Any]] = {}
    problems: list[Problem] = []
    for (row, place), cell in sorted(sheet.cells.items()):
        if row <= top:
            continue
        letter = get_column_letter(place)
        value, fault = _value(cell)
        if place not in names:
            fault = Fault(code="extra-cell", says=say("the cell stands in a column without a heading"),
                          mend=say("Write a heading above it, or remove it"))  # fmt: skip
        if fault:
            problems.append(_fault(letter, row, fault.code, fault.says, fault.mend))
        else:
            rows.setdefault(row, {})[names[place]] = value
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for row, fields in rows.items():
        id = str(fields.get("id") or "")
        if not id or not fields.get("kind"):
            problems.append(_fault("A", row, "missing-field", say("the entry has no {field}", field="id or kind"),
                                   say("Write both")))  # fmt: skip
        elif id in found:
            problems.append(_fault("A", row, "duplicate", say("id {id} already stands in line {line}", id=id,
                            line=found[id][0]), say("Give one of the two another id")))  # fmt: skip
        else:
            found[id] = (row, fields)
    return found, problems


def _fault(letter: str, row: int, code: str, says: Message, mend: Message) -> Problem:
    return Problem(code=code, says=says, source=Source(file=f"commitments!{letter}{row}"), mend=mend)


def _value(cell: Any) -> tuple[Any, Fault | None]:
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
    found, wrong = from_cell(text)
    if wrong:
        return None, Fault(code="yaml-syntax", says=say("this is not valid YAML: {detail}", detail=wrong),
                           mend=say("Check brackets, quotes and the space after each colon"))  # fmt: skip
    return found, None
