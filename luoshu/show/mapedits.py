"""What may be tried out on the map, read off the tables' schemas: add, move, close and open rows that have a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from luoshu.book.book import Book
from luoshu.book.table import Column, Schema, schema
from luoshu.kinds.commitment import Commitment, Gauge
from luoshu.kinds.layer import Layer
from luoshu.show.language import Language
from luoshu.words.message import Message, named, say

SYSTEM = "WGS-84"
"""What a click on the map says its degrees in."""
PLACED = ("x", "y", "system")
LINE = "wkt"
ENDS = {"x": "x", "y": "y", "x2": "to_x", "y2": "to_y"}
OPEN, CLOSED = "open", "closed"
OPENED = (OPEN, "opened")
"""States of what lets people through, or serves them."""
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
        drawn = [each for each in layers if each.table == schema(table).name]
        found += _edits_of(table, book, gauge.commitment, drawn, language)
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


def _edits_of(table: type, book: Book, promise: Commitment, layers: Sequence[Layer], language: Language) -> list[Edit]:
    sheet = schema(table)
    name = named(sheet.zh, sheet.name.replace("_", " "))
    drawn = tuple(layer.id for layer in layers)
    serve = tuple(layer.id for layer in layers if layer.role != "candidates")
    wait = tuple(layer.id for layer in layers if layer.role != "sites")
    rows = _drawn_rows(table, book, layers)
    usual = _usual(sheet, rows, promise)
    at = gesture_columns(sheet)
    point = at.keys() == {"x", "y"}
    serving = next((state for state in OPENED if state in states(sheet)), "")
    constants = {"system": SYSTEM, **({"state": OPEN} if serving == OPEN else {}), **_units(sheet, rows)}
    found = [
        _edit("add", sheet, say("New {name}", name=name),
              say("Click where it is to be") if point else say("Click where it begins and where it ends"),
              "point" if point else "line", language, row=constants, at=at,
              fields=_fields(sheet, usual, language, say("New {name}", name=name)))
    ]  # fmt: skip
    if drawn and point:
        found.append(_edit("move", sheet, say("Move {name}", name=name), say("Drag it to its new place"), "drag",
                           language, layers=drawn, row={"system": SYSTEM}, at=at))  # fmt: skip
    if serve:
        found.append(_edit("close", sheet, say("Close {name}", name=name), say("Click the one that is to go"), "row",
                           language, layers=serve))  # fmt: skip
    if wait and serving:
        found.append(_edit("open", sheet, say("Open {name}", name=name), say("Click the one that is to open"), "row",
                           language, layers=wait, row={"state": serving}))  # fmt: skip
    return found


def gesture_columns(sheet: Schema) -> dict[str, str]:
    """The columns that take what is clicked: a place, both ends of a way, or a line."""
    names = {column.name for column in sheet.columns}
    if LINE in names:
        return {"wkt": LINE}
    return {part: name for part, name in ENDS.items() if name in names}


def _edit(do: str, sheet: Schema, label: Message, hint: Message, gesture: str, language: Language, **more: Any) -> Edit:
    return Edit(do=do, table=sheet.name, label=language.message(label), hint=language.message(hint), key="",
                gesture=gesture, **more)  # fmt: skip


def _drawn_rows(table: type, book: Book, layers: Sequence[Layer]) -> list[Any]:
    """The rows that are drawn; all of the table where none is."""
    drawn = {str(id) for layer in layers for id in layer.ids}
    (key,) = schema(table).key
    rows: tuple[Any, ...] = book.rows(table)
    return [row for row in rows if str(getattr(row, key)) in drawn] or list(rows)


def _usual(sheet: Schema, rows: Sequence[Any], promise: Commitment) -> dict[str, Any]:
    """What a new row holds in columns of words that must be filled: what the promise says, else the most frequent."""
    found = {}
    for column in sheet.columns:
        if column.required and column.type is str and not column.key and column.name not in PLACED:
            own = getattr(promise, column.name, None)
            found[column.name] = own if isinstance(own, str) and own else _most_frequent(rows, column)
    return found


def _units(sheet: Schema, rows: Sequence[Any]) -> dict[str, Any]:
    """The units that figures of a new row are in."""
    found = {column.name: _most_frequent(rows, column) for column in sheet.columns if column.holds_unit}
    return {name: unit for name, unit in found.items() if unit}


def _most_frequent(rows: Sequence[Any], column: Column) -> Any:
    counts = Counter(value for row in rows if (value := getattr(row, column.name)))
    return counts.most_common(1)[0][0] if counts else ""


def _fields(sheet: Schema, usual: dict[str, Any], language: Language, name: Message) -> tuple[EditField, ...]:
    """The columns that a new row is asked for: what must be filled, its name, and its figures."""
    usual = {**usual, "name": language.message(name)}
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
    if column.key or column.name in (*PLACED, *ENDS.values(), *ASIDE, "state", LINE):
        return False
    return column.required or column.name == "name" or column.type in (int, float)
