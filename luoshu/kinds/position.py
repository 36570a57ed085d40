"""Where rows with x, y and system lie on the Earth: WGS-84 degrees, and every row that cannot be placed named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.cell import quoted
from luoshu.book.problem import Problem, Source
from luoshu.methods.coordinates import Floats, system_named, to_wgs84
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

MOST_LISTED = 1000
"""Rows without a place that are listed; the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class Positions:
    """Rows as points: `lon`, `lat` in WGS-84 degrees (NaN where not `good`), `accuracy` in metres (NaN: not known).

    All arrays are as long as the rows, in their order; `problems` names each row that is not good.
    """

    lon: Floats
    lat: Floats
    good: np.ndarray
    accuracy: Floats
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.lon)


def positions(rows: Sequence[Any], book: Book) -> Positions:
    """Where rows of a table with x, y, system (and perhaps accuracy) lie.

    A row without coordinates, without a system, with one that is not known, or whose figures lie outside what its
    system can hold is not good: it is a problem and counts nowhere. Nothing is guessed here.
    """
    x, y = _numbers([row.x for row in rows]), _numbers([row.y for row in rows])
    accuracy = _numbers([getattr(row, "accuracy", None) for row in rows])
    found = _at(x, y, [row.system for row in rows], accuracy)
    return replace(found, problems=_problems(rows, found.good, book))


def placed(table: type, book: Book) -> Positions:
    """Where all rows of a table lie; as `positions`, quick also for a million rows, and kept."""
    return book.derived(("placed", table), lambda of: _placed(table, of), table)


def _placed(table: type, book: Book) -> Positions:
    columns = book.columns(table)
    unknown = np.full(len(columns["x"]), np.nan)
    found = _at(columns["x"], columns["y"], columns["system"].tolist(), columns.get("accuracy", unknown))
    if found.good.all():
        return found
    rows: tuple[Any, ...] = book.rows(table)
    return replace(found, problems=_problems(rows, found.good, book))


def _at(x: Floats, y: Floats, systems: Sequence[str], accuracy: Floats) -> Positions:
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    filled = np.isfinite(x) & np.isfinite(y)
    for written in dict.fromkeys(systems):
        which = np.fromiter((s == written for s in systems), dtype=bool, count=len(systems)) & filled
        if not system_named(written) or not which.any():
            continue
        try:
            lon[which], lat[which] = to_wgs84(x[which], y[which], written)
        except ValueError:  # an EPSG number that nobody knows: the rows stay without a place and are named
            continue
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    lon[~good] = lat[~good] = np.nan
    return Positions(lon=lon, lat=lat, good=good, accuracy=accuracy)


def _numbers(values: list[float | None]) -> Floats:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _problems(all_rows: Sequence[Any], good: np.ndarray, book: Book) -> tuple[Problem, ...]:
    rows = [row for row, at in zip(all_rows, good, strict=True) if not at and not _outlined(row)]
    found = [_problem(row, book) for row in rows[:MOST_LISTED]]
    if len(rows) > MOST_LISTED:
        says = say("{count} more rows cannot be placed", count=len(rows) - MOST_LISTED)
        found.append(Problem(code="more-problems", says=says, source=Source(file=found[0].source.file),
                             mend=say("Mend the first ones and check again")))  # fmt: skip
    return tuple(found)


def _outlined(row: Any) -> bool:
    """Whether a row lies where its outline is, without a point of its own."""
    return row.x is None and row.y is None and bool(getattr(row, "wkt", "")) and system_named(row.system) != ""


def _problem(row: Any, book: Book) -> Problem:
    """Why a row has no place, and what to write."""
    place = book.source_of(row)
    code, column, says, mend = _fault(row)
    return Problem(code=code, says=says, source=Source(file=place.file, line=place.line, column=column), mend=mend)


def _fault(row: Any) -> tuple[str, str, Message, Message]:
    name = quoted(str(row.name or row.id))
    if row.x is None or row.y is None:
        return ("no-coordinates", "x", say("{name} has no coordinates: it counts nowhere, except in bounds", name=name),
                say("Fill in x and y, or remove the row"))  # fmt: skip
    if not row.system:
        return ("no-system", "system", say("{name} has coordinates but no coordinate system", name=name),
                say("Write WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number in system"))  # fmt: skip
    says = say("{found!r} is no coordinate system that is known", found=quoted(row.system))
    mend = say("Write WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number in system")
    if not system_named(row.system):
        return "unknown-system", "system", says, mend
    try:
        to_wgs84(row.x, row.y, row.system)
    except ValueError:
        says = say("{found!r} is no coordinate system that is known, or none that leads to WGS-84",
                   found=quoted(row.system))  # fmt: skip
        return "unknown-system", "system", says, mend
    if abs(row.y) > 90 >= abs(row.x):
        says = say("x and y of {name} are exchanged: a latitude of {y:g} does not exist", name=name, y=row.y)
        return "swapped-coordinates", "x", says, say("Write the longitude in x and the latitude in y")
    says = say("x {x:g}, y {y:g} of {name} lie outside what {system} can hold", name=name, x=row.x, y=row.y,
               system=row.system)  # fmt: skip
    return "impossible-coordinates", "x", says, say("Check the figures and the coordinate system")
