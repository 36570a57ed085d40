"""Where a circle's service could be built, by the book or at the homes' own places; and what was chosen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.circle_reach import PEOPLE, WAYS, Floats, Folk, offered, ways
from luoshu.kinds.circle_share import reach_metres
from luoshu.kinds.commitment import Reason
from luoshu.kinds.site import Site
from luoshu.words.message import named, say

if TYPE_CHECKING:
    import scipy.sparse as sparse

    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

MOST_PLACES = 2000
"""How many of the homes' own places are candidates where the book names none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Places that could be built on: rows of the table of sites (`rows`), else homes (`rows` empty).

    `cost` in yuan, NaN where it is not known; `home` numbers the homes that are candidates; `reach` holds the minutes
    from each home within reach, candidates by homes.
    """

    rows: tuple[Site, ...]
    home: NDArray[np.int64]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    lon: Floats
    lat: Floats
    cost: Floats
    reach: sparse.csr_array
    because: tuple[Reason, ...]

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def table(self) -> str:
        return "site" if self.rows else ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """New sites in order and whom each serves beyond those before it; `most`: what no choice can serve in all.

    `certified` is the gap of another objective than the people served (cost, minutes), None where it is theirs.
    `together`: what one adds may rest on those before it, so that the choice holds as a whole.
    """

    sites: NDArray[np.int64]
    gains: Floats
    most: float
    certified: float | None = None
    because: tuple[Reason, ...] = ()
    years: Mapping[int, int] = field(default_factory=dict)
    together: bool = False


def candidates(circle: Circle, people: Folk, left: Floats, book: Book, day: date) -> Candidates:
    """The candidates for those who are `left` at each home; kept while homes, ways and candidates stay as they are."""
    rows = tuple(row for row in offered(circle.service, book) if row.state == "candidate")
    if rows:
        key = ("circle candidates", *_way(circle, day), rows)
        return book.derived(key, lambda each: _of_rows(circle, people, each, day, rows), *PEOPLE, *WAYS)
    spots = _spots(circle, people, left, book, day)
    key = ("circle spots", *_way(circle, day), spots.tobytes())
    return book.derived(key, lambda each: _of_homes(circle, people, each, day, spots), *PEOPLE, *WAYS)


def _way(circle: Circle, day: date) -> tuple[object, ...]:
    return (circle.minutes, circle.mode, circle.walker, circle.of, circle.group, circle.place, day)


def _of_rows(circle: Circle, people: Folk, book: Book, day: date, rows: tuple[Site, ...]) -> Candidates:
    from luoshu.kinds.position import positions

    where = positions(rows, book)
    good = tuple(row for row, placed in zip(rows, where.good, strict=True) if placed)
    lon, lat = where.lon[where.good], where.lat[where.good]
    says = say("Candidates of the book for {service}: {count:,}", count=len(good), service=named(circle.service))
    because = [Reason(says=says)]
    if len(good) < len(rows):
        says = say("{count} candidates have no place that is known, and are left out", count=len(rows) - len(good))
        because.append(Reason(says=says, tone="warn"))
    return Candidates(
        rows=good, home=np.full(len(good), -1), ids=tuple(row.id for row in good),
        names=tuple(row.name or row.id for row in good), lon=lon, lat=lat,
        cost=np.array([np.nan if row.cost is None else row.cost for row in good], dtype=np.float64),
        reach=_reach(circle, people, book, day, lon, lat), because=tuple(because),
    )  # fmt: skip


def _of_homes(circle: Circle, people: Folk, book: Book, day: date, spots: NDArray[np.int64]) -> Candidates:
    lon, lat = people.lon[spots], people.lat[spots]
    says = say(
        "The book names no candidates: the places of {count} homes where most people are not served, a reach apart, "
        "are tried instead, without cost. Better places may lie between them",
        count=len(spots),
    )
    names = tuple(str(people.names[home] or f"{people.lat[home]:.4f}, {people.lon[home]:.4f}") for home in spots)
    return Candidates(
        rows=(), home=spots, ids=tuple(str(people.ids[home]) for home in spots), names=names, lon=lon, lat=lat,
        cost=np.full(len(spots), np.nan), reach=_reach(circle, people, book, day, lon, lat),
        because=(Reason(says=says, tone="warn"),),
    )  # fmt: skip


def _reach(circle: Circle, people: Folk, book: Book, day: date, lon: Floats, lat: Floats) -> sparse.csr_array:
    return ways(circle, book, day).reach(people.lon, people.lat, lon, lat, circle.minutes)


def _spots(circle: Circle, people: Folk, left: Floats, book: Book, day: date) -> NDArray[np.int64]:
    """The fullest home of each of the densest cells, half a reach wide."""
    from luoshu.methods.served import crowds
    from luoshu.methods.sphere import Plane

    which = np.flatnonzero(left > 0)
    if not len(which):
        return which
    east, north = Plane.around(people.lon, people.lat).metres(people.lon[which], people.lat[which])
    width = max(reach_metres(circle, book, day) / 2, 50.0)
    _, heart = crowds(east, north, left[which], width)
    return np.sort(which[heart[:MOST_PLACES]])


def most_anywhere(circle: Circle, people: Folk, left: Floats, book: Book, day: date) -> float:
    """How many of those left one new site could serve at most, wherever it stands, on no candidate's place either."""
    from luoshu.methods.served import most_within
    from luoshu.methods.sphere import Plane

    metres = circle.minutes * ways(circle, book, day).fastest * 1.02
    if not np.isfinite(metres):
        return float(left.sum())
    east, north = Plane.around(people.lon, people.lat).metres(people.lon, people.lat)
    return most_within(east, north, left, metres)
