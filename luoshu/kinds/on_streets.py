"""Minutes along the streets of a book, by its one-ways, walls, gates and bridges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.book.streets import Mode, Streets
from luoshu.kinds.barrier import BARRIERS, Bridge, Gate
from luoshu.kinds.barring import Barred, bar
from luoshu.kinds.commitment import Reason
from luoshu.kinds.entrance import entrances, remember
from luoshu.kinds.pavement import Pavement, pavement
from luoshu.kinds.travel import Travel
from luoshu.methods.doors import Doors, corner_minutes, nearest_site, reach_of_sites
from luoshu.methods.isochrone import lines_reached, shapes_around
from luoshu.methods.reach import Network
from luoshu.methods.snap import snap
from luoshu.methods.sphere import coordinates, great_circle
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.travel_speed import Speeds

Floats = NDArray[np.float64]
V = TypeVar("V")


class OnStreets(Travel):
    """Along the book's street network, from the door to the nearest street, along it, and to the other door.

    Exact for the network: shortest ways with one-ways, cut at walls that stand, through gates that are open, over
    bridges of the table. A home farther from any street than the rule's `farthest_metres` is out of reach.
    """

    estimate = False

    def __init__(self, book: Book, streets: Streets, speeds: Speeds, mode: Mode, walker: str, day: date) -> None:
        key = (mode, walker, speeds.source)
        self.floor: Pavement = book.derived(("pavement", *key), lambda _: pavement(streets, speeds, mode, walker))
        rows: tuple[Gate | Bridge, ...] = (*book.rows(Gate), *book.rows(Bridge))
        dated = any(row.opens or row.closes for row in rows)
        made: tuple[Barred, Network, dict[Any, Any]] = book.derived(
            ("barred", *key, day if dated else None),
            lambda each: _laid(each, streets, self.floor, speeds, mode, walker, day),
            *BARRIERS,
        )
        self.barred, self.road, self._kept = made
        self.public = self.floor.public or self.floor
        self.farthest = speeds.number("farthest_metres", mode)
        self.gate_metres = speeds.number("gate_metres")
        self.because = (*self.floor.because, *_because(self.barred, self.farthest))

    @property
    def fastest(self) -> float:
        """See `Travel.fastest`: of all links, bridges and doors the fastest; infinite where a link takes no time."""

        def make() -> float:
            way = self.barred.way
            used = np.flatnonzero(np.isfinite(np.minimum(way.forth, way.back)))
            lon, lat = self.floor.plane.degrees(way.x, way.y)
            tail, head = way.tail[used], way.head[used]
            metres = great_circle(lon[tail], lat[tail], lon[head], lat[head])
            minutes = np.minimum(way.forth, way.back)[used]
            metres -= 0.02  # coordinates are kept to the centimetre; and a gate has neither length nor minutes
            some = metres > 0
            with np.errstate(divide="ignore"):
                return float(np.max(metres[some] / minutes[some], initial=self.floor.door_metres_per_minute))

        return _remembered(self._kept, ("fastest", None), make)

    def nearest(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike, within: float = np.inf
    ) -> tuple[Floats, NDArray[np.int64]]:
        """See `Travel.nearest`. Of sites equally near the first is named."""
        homes, sites = self._doors(from_lon, from_lat, self.floor), self._doors(to_lon, to_lat, self.public)
        return nearest_site(self.barred.way, self.road, homes, sites, float(within))

    def reach(
        self, home_lon: ArrayLike, home_lat: ArrayLike, site_lon: ArrayLike, site_lat: ArrayLike, within: float
    ) -> sparse.csr_array:
        """See `Travel.reach`."""
        homes, sites = self._doors(home_lon, home_lat, self.floor), self._doors(site_lon, site_lat, self.public)
        return reach_of_sites(self.barred.way, self.road, homes, sites, float(within))

    def badly_snapped(self, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """See `Travel.badly_snapped`: islands of the network do not count as streets here."""
        return self._free(lon, lat, self.floor)[2].copy()

    def isochrone(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> list[dict[str, Any]]:
        """See `Travel.isochrone`: a strip along the streets that are within reach, holes kept."""
        one, two, _ = coordinates(lon, lat)
        found = []
        for place in range(len(one)):
            lines = self._lines(one[place : place + 1], two[place : place + 1], minutes)
            found.append(shapes_around(lines, self.floor.plane))
        return found

    def segments(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> dict[str, Any]:
        """See `Travel.segments`: parts of streets end where the minutes do."""
        lines = self._lines(lon, lat, minutes)
        flat_lon, flat_lat = self.floor.plane.degrees(lines[:, ::2], lines[:, 1::2])
        ends = np.stack([flat_lon, flat_lat], axis=2).round(7)
        return {"type": "MultiLineString", "coordinates": ends.tolist()}

    def _lines(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> Floats:
        if not 0 <= minutes < np.inf:
            raise ValueError(f"minutes is {minutes}, and must be a finite number of zero or more.")
        sites = self._doors(lon, lat, self.public)
        time = corner_minutes(self.barred.way, self.road, sites, float(minutes))
        return lines_reached(self.barred.way, time, sites, float(minutes))

    def _free(self, lon: ArrayLike, lat: ArrayLike, floor: Pavement) -> tuple[NDArray[np.int64], Floats, Floats]:
        """The nearest link of the network's body, how far along it, and how far it is; walls and limits aside."""
        one, two, good = coordinates(lon, lat)

        def make() -> tuple[NDArray[np.int64], Floats, Floats]:
            x, y = floor.plane.metres(np.where(good, one, np.nan), np.where(good, two, np.nan))
            edge, share, metres = snap(floor.main, x, y)
            link = np.where(edge >= 0, floor.main_link[edge] if len(floor.main_link) else -1, -1)
            return link, share, metres

        return _remembered(floor.kept, ("free", _name(one, two)), make)

    def _doors(self, lon: ArrayLike, lat: ArrayLike, floor: Pavement) -> Doors:
        one, two, good = coordinates(lon, lat)

        def make() -> Doors:
            x, y = floor.plane.metres(np.where(good, one, np.nan), np.where(good, two, np.nan))
            return entrances(
                floor, self.barred, x, y, self._free(one, two, floor), self.farthest, self.gate_metres, name
            )

        name = _name(one, two)
        return _remembered(self._kept, ("doors", (name, floor is self.floor)), make)


def _name(lon: Floats, lat: Floats) -> bytes:
    """A name for a list of places: equal for equal lists only."""
    return hashlib.blake2b(lon.tobytes() + lat.tobytes(), digest_size=16).digest()


def _remembered(kept: dict[Any, Any], name: tuple[str, Hashable], make: Callable[[], V]) -> V:
    """What was made under this name, or is made now."""
    found: V | None = kept.get(name)
    return remember(kept, name, make()) if found is None else found


def _laid(
    book: Book, streets: Streets, floor: Pavement, speeds: Speeds, mode: Mode, walker: str, day: date
) -> tuple[Barred, Network, dict[Any, Any]]:
    barred = bar(book, streets, floor, speeds, mode, walker, day)
    return barred, barred.way.toward(), {}


def _because(barred: Barred, farthest: float) -> tuple[Reason, ...]:
    reasons = [Reason(says=say("a home farther than {metres:g} metres from any street is out of reach",
                               metres=farthest))]  # fmt: skip
    if len(barred.walls):
        told = say("walls end {cuts} streets; {gates} gates in them are open", cuts=barred.cuts,
                   gates=len(barred.gates.x))  # fmt: skip
        reasons.append(Reason(says=told))
    for row in barred.loose:
        says = say("the bridge {name} meets no street, so it leads nowhere", name=row.name or row.id)
        reasons.append(Reason(says=says, tone="warn"))
    return tuple(reasons)
