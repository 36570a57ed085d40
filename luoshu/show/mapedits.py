"""What may be tried out on the map, read off the tables' schemas: add, move, close and open rows that have a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from luoshu.book.book import Book
from luoshu.book.table import Column, Schema, schema
from luoshu.kinds.commitment import Gauge
from luoshu.kinds.layer import Layer
from luoshu.show.language import Language
from luoshu.words.message import Message, named, say

SYSTEM = "WGS-84"
"""What a click on the map says its degrees in."""
PLACED = ("x", "y", "system")
LINE = "wkt"
OPEN, CLOSED = "open", "closed"
EDITED_ROLES = ("sites", "planned", "candidates", "barriers")
ASIDE = ("accuracy",)
LETTERS = "amcobdefghijklnpqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One word that a field may hold."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class EditField:
    """A column that is asked for; `type` is text, number or choice."""

    name: str
    label: str
    type: str
    value: str
    unit: str
    required: bool
    choices: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One thing to try: which rows of which table, by what gesture, with which values put into the row."""

    do: str
    table: str
    label: str
    hint: str
    key: str
    gesture: str
    layers: tuple[str, ...] = ()
    row: dict[str, Any] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)
    fields: tuple[EditField, ...] = ()


def edits(book: Book | None, gauge: Gauge, layers: Sequence[Layer], language: Language) -> tuple[Edit, ...]:
    """All that may be tried out for a promise: on the tables that its layers draw, and on placed ones with a state."""
    if book is None:
        return ()
    found: list[Edit] = []
    for table in editable(book, gauge, layers):
        found += _edits_of(table, book, [each for each in layers if each.table == schema(table).name], language)
    letters = iter(LETTERS)
    return tuple(Edit(**{**each.__dict__, "key": next(letters, "")}) for each in found)


def editable(book: Book, gauge: Gauge, layers: Iterable[Layer]) -> tuple[type, ...]:
    """The tables whose rows may be tried out: those drawn as sites or barriers, and placed ones with a state."""
    drawn = {each.table for each in layers if each.role in EDITED_ROLES}
    read = set(gauge.commitment.needs)
    return tuple(
        table
        for table in tables_of(book, gauge)
        if has_place(schema(table)) and (schema(table).name in drawn or (table in read and states(schema(table))))
    )


def tables_of(book: Book, gauge: Gauge) -> tuple[type, ...]:
    """The tables that may matter to a promise: those its kind reads first, then all that the book knows."""
    return tuple(dict.fromkeys((*gauge.commitment.needs, *book.tables)))


def has_place(sheet: Schema) -> bool:
    """Whether rows of a table lie somewhere."""
    names = {column.name for column in sheet.columns}
    return len(sheet.key) == 1 and (names >= set(PLACED) or LINE in names)


def states(sheet: Schema) -> tuple[str, ...]:
    """The states that rows of a table may be in."""
    return next((tuple(column.choices) for column in sheet.columns if column.name == "state"), ())


def _edits_of(table: type, book: Book, layers: Sequence[Layer], language: Language) -> list[Edit]:
    sheet = schema(table)
    name = named(sheet.zh, sheet.name.replace("_", " "))
    drawn = tuple(layer.id for layer in layers)
    opened = {"state": OPEN} if OPEN in states(sheet) else {}
    rows = _drawn_rows(table, book, layers)
    at = {"x": "x", "y": "y"} if "system" in {c.name for c in sheet.columns} else {"wkt": LINE}
    line = at.keys() == {"wkt"}
    constants = {**({} if line else {"system": SYSTEM}), **opened, **_usual(sheet, rows, units=True)}
    found = [
        _edit("add", sheet, say("New {name}", name=name),
              say("Click where it begins and where it ends") if line else say("Click where it is to be"),
              "line" if line else "point", language, row=constants, at=at,
              fields=_fields(sheet, rows, language, say("New {name}", name=name)))
    ]  # fmt: skip
    if drawn and not line:
        found.append(_edit("move", sheet, say("Move {name}", name=name), say("Drag it to its new place"), "drag",
                           language, layers=drawn, row={"system": SYSTEM}, at=at))  # fmt: skip
    if drawn:
        found.append(_edit("close", sheet, say("Close {name}", name=name), say("Click the one that is to go"), "row",
                           language, layers=drawn))  # fmt: skip
    if drawn and opened:
        found.append(_edit("open", sheet, say("Open {name}", name=name), say("Click the one that is to open"), "row",
                           language, layers=drawn, row=opened))  # fmt: skip
    return found


def _edit(do: str, sheet: Schema, label: Message, hint: Message, gesture: str, language: Language, **more: Any) -> Edit:
    return Edit(do=do, table=sheet.name, label=language.message(label), hint=language.message(hint), key="",
                gesture=gesture, **more)  # fmt: skip


def _drawn_rows(table: type, book: Book, layers: Sequence[Layer]) -> list[Any]:
    """The rows that are drawn; all of the table where none is."""
    drawn = {str(id) for layer in layers for id in layer.ids}
    (key,) = schema(table).key
    rows: tuple[Any, ...] = book.rows(table)
    return [row for row in rows if str(getattr(row, key)) in drawn] or list(rows)


def _usual(sheet: Schema, rows: Sequence[Any], *, units: bool = False) -> dict[str, Any]:
    """The most frequent value of each column of words that has to be filled (of those that hold units)."""
    found = {}
    for column in sheet.columns:
        asked = column.holds_unit if units else column.required and column.type is str
        if not asked or column.key or column.name in PLACED:
            continue
        counts = Counter(value for row in rows if (value := getattr(row, column.name)))
        if counts:
            found[column.name] = counts.most_common(1)[0][0]
    return found


def _fields(sheet: Schema, rows: Sequence[Any], language: Language, name: Message) -> tuple[EditField, ...]:
    """The columns that a new row is asked for: what must be filled, its name, and its figures."""
    usual = {**_usual(sheet, rows), "name": language.message(name)}
    return tuple(
        EditField(
            name=column.name,
            label=column.zh if language.code == "zh" and column.zh else column.name.replace("_", " "),
            type="choice" if column.choices else "number" if column.type in (int, float) else "text",
            value=str(usual.get(column.name, "")),
            unit=language.unit(column.unit),
            required=column.required,
            choices=tuple(
                Option(value=value, label=zh if language.code == "zh" else value)
                for value, zh in column.choices.items()
            ),
        )
        for column in sheet.columns
        if _is_asked(column)
    )


def _is_asked(column: Column) -> bool:
    if column.key or column.name in (*PLACED, *ASIDE, "state", LINE):
        return False
    return column.required or column.name == "name" or column.type in (int, float)
