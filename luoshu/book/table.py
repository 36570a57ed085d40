"""A table is a frozen dataclass: its columns, types, units, notes and references are the schema of one csv file."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from datetime import date
from typing import Any, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

T = TypeVar("T")

CELL_TYPES = (str, int, float, date, bool)
PERIODS = ("", "start", "end")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table, as `column(...)` declared it.

    `zh` is the Chinese heading; `note` and `note_zh` explain it; `unit` is the unit of its numbers, `unit_from` the
    column that holds it ("unit" of the same row, or "indicator.unit" by way of a reference); `refers` is (table,
    column) that its values must stand in; `choices` maps each allowed value to its Chinese word; `period` says which
    day of a year or month a cell such as 2025 or 2025-03 means ("end" or "start"; "" refuses it); `holds_unit` checks
    the cells as units.
    """

    name: str
    type: type
    optional: bool = False
    required: bool = True
    default: Any = None
    note: str = ""
    zh: str = ""
    note_zh: str = ""
    unit: str = ""
    unit_from: str = ""
    key: bool = False
    refers: tuple[str, str] | None = None
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    minimum: float | date | None = None
    maximum: float | date | None = None
    period: str = ""
    holds_unit: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that names this column in a file: its name, its Chinese heading, its aliases."""
        return tuple(h for h in (self.name, self.zh, *self.aliases) if h)


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What a table class says: its file's name, captions in both languages and its columns."""

    name: str
    zh: str
    caption: str
    caption_zh: str
    columns: tuple[Column, ...]
    row: type

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.key)

    @property
    def file(self) -> str:
        """Where the table stands in a book.

        >>> from luoshu.book.directory import Owner
        >>> schema(Owner).file
        'tables/owner.csv'
        """
        return f"tables/{self.name}.csv"

    def column(self, name: str) -> Column:
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(f"table {self.name} has no column {name!r}")


def column(
    note: str = "",
    *,
    zh: str = "",
    note_zh: str = "",
    unit: str = "",
    unit_from: str = "",
    key: bool = False,
    refers: str | type = "",
    choices: Mapping[str, str] | Sequence[str] = (),
    aliases: Sequence[str] = (),
    minimum: float | date | None = None,
    maximum: float | date | None = None,
    period: str = "",
    holds_unit: bool = False,
    default: Any = MISSING,
) -> Any:
    """Declare a column: what a cell means and may hold. See `Column` for each word.

    A column without `default` must be filled in every row; `default=""`, `default=None` or another value let it be
    empty or left out of the file. `refers` is a table class, "table" (its only key) or "table.column".
    """
    if period not in PERIODS:
        raise ValueError(f"period is {period!r}; it is one of {', '.join(map(repr, PERIODS))}")
    allowed = dict(choices) if isinstance(choices, Mapping) else {c: c for c in choices}
    told = dict(
        note=note, zh=zh, note_zh=note_zh, unit=unit, unit_from=unit_from, key=key, refers=refers, choices=allowed,
        aliases=tuple(aliases), minimum=minimum, maximum=maximum, period=period, holds_unit=holds_unit,
    )  # fmt: skip
    return dataclasses.field(default=default, metadata={"column": told})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(column,))
def table(*, zh: str = "", name: str = "", caption_zh: str = "") -> Callable[[type[T]], type[T]]:
    """Make a class a table: a frozen, keyword-only dataclass with a `Schema`.

    The docstring is the English caption; the file is named by the class in snake case unless `name` is given;
    `zh` is the Chinese name of the table (its sheet in a workbook), `caption_zh` its Chinese caption.

    >>> @table(zh="场馆", caption_zh="对公众开放的场馆")
    ... class Venue:
    ...     "A place open to the public."
    ...     id: str = column("Its code", zh="编号", key=True)
    ...     seats: int | None = column("Seats", zh="座位", unit="个", minimum=0, default=None)
    >>> schema(Venue).name, schema(Venue).column("seats").unit
    ('venue', '个')
    >>> Venue(id="a")
    Venue(id='a', seats=None)
    """

    def make(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, kw_only=True)(cls)
        hints = get_type_hints(made)
        columns = tuple(_column(made, f, hints[f.name]) for f in dataclasses.fields(made))  # type: ignore[arg-type]
        setattr(  # noqa: B010
            made,
            "__schema__",
            Schema(
                name=name or snake_case(cls.__name__),
                zh=zh,
                caption=" ".join((cls.__doc__ or "").split()),
                caption_zh=caption_zh,
                columns=columns,
                row=made,
            ),
        )
        return made

    return make


def schema(row: type) -> Schema:
    """The schema of a table class; TypeError where the class is no table."""
    found = row.__dict__.get("__schema__")
    if not isinstance(found, Schema):
        raise TypeError(f"{row.__name__} is not a table: decorate it with @table(...)")
    return found


def snake_case(name: str) -> str:
    """
    >>> snake_case("Observation"), snake_case("FloodStage")
    ('observation', 'flood_stage')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _column(row: type, field: dataclasses.Field[Any], hint: Any) -> Column:
    told = dict(field.metadata.get("column", {}))
    kind, optional = _cell_type(row, field.name, hint)
    required = field.default is MISSING
    refers = told.pop("refers", "")
    return Column(
        name=field.name,
        type=kind,
        optional=optional,
        required=required,
        default=None if required else field.default,
        refers=_reference(row, refers),
        **told,
    )


def _cell_type(row: type, name: str, hint: Any) -> tuple[type, bool]:
    optional = False
    if get_origin(hint) in (Union, types.UnionType):
        inner = [a for a in get_args(hint) if a is not type(None)]
        optional = len(inner) < len(get_args(hint))
        if len(inner) == 1:
            hint = inner[0]
    if hint not in CELL_TYPES:
        names = ", ".join(t.__name__ for t in CELL_TYPES)
        raise TypeError(f"{row.__name__}.{name} is of type {hint}; a cell is one of {names}, or one of these or None")
    return hint, optional


def _reference(row: type, refers: str | type) -> tuple[str, str] | None:
    if not refers:
        return None
    if isinstance(refers, type):
        to = schema(refers)
        if len(to.key) != 1:
            raise TypeError(f"{row.__name__} refers to {to.name}, whose key is not one column: name the column")
        return to.name, to.key[0]
    name, _, at = refers.partition(".")
    return name, at or "id"
