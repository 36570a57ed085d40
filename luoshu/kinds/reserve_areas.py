"""Where reserves are needed: areas with their people, and a point to bring goods to, where most of them live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from luoshu.book.directory import Place
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.people import homes
from luoshu.kinds.territory import territory
from luoshu.methods.sphere import Plane

if TYPE_CHECKING:
    from luoshu.book.book import Book


@dataclass(frozen=True, kw_only=True)
class Area:
    """An area with its people (NaN: not known) and the point to bring goods to, WGS-84 (NaN: not known).

    `estimate`: its people were spread by a rule.
    """

    id: str
    name: str
    people: float
    lon: float
    lat: float
    estimate: bool = False


def areas(book: Book) -> dict[str, Area]:
    """The smallest areas that a book knows people of, by their code; and every place with an outline, without people.

    The point of an area with homes is the home nearest to where its people live on average.
    """
    return book.derived("areas of need", _areas, Place, Home, Census, Settlement)


def _areas(book: Book) -> dict[str, Area]:
    known, land = homes(book), territory(book)
    people = known.groups["all"]
    found: dict[str, Area] = {}
    codes = known.place.astype(str)
    for code in dict.fromkeys(codes.tolist()):
        here = np.flatnonzero(codes == code)
        total = float(people[here].sum())
        plane = Plane.around(known.lon[here], known.lat[here])
        east, north = plane.metres(known.lon[here], known.lat[here])
        weight = people[here] if total > 0 else np.ones(len(here))
        off = np.hypot(east - np.average(east, weights=weight), north - np.average(north, weights=weight))
        heart = here[int(np.argmin(off))]
        found[code] = Area(
            id=code, name=land.name(code), people=total, lon=float(known.lon[heart]), lat=float(known.lat[heart]),
            estimate=bool(known.estimated[here].any()),
        )  # fmt: skip
    for code, shape in land.shapes.items():
        if code not in found:
            point = shape.representative_point()
            found[code] = Area(id=code, name=land.name(code), people=float("nan"), lon=point.x, lat=point.y)
    return found


def within(book: Book, code: str) -> list[Area]:
    """The areas with people that an area is made of: itself, else those below it; all of them for no code."""
    land, known = territory(book), areas(book)
    peopled = [area for area in known.values() if area.people == area.people]
    if not code:
        return peopled
    own = known.get(code)
    if own is not None and own.people == own.people:
        return [own]
    below = [area for area in peopled if code in land.above(area.id)]
    return below or ([own] if own is not None else [])
