"""Ways that are shut, taken out of the network: as walls where the book has streets, else as lines nobody crosses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.barrier import Wall
from luoshu.kinds.commitment import Reason
from luoshu.kinds.supplying import hours_between
from luoshu.kinds.travel import streets_of
from luoshu.methods.sphere import Plane
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

Floats = NDArray[np.float64]
METRES = 30.0
"""How far around a point or line a way is shut, where nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class Shut:
    """A stretch that nobody passes: its name, and the shape around it (shapely, WGS-84 degrees)."""

    name: str
    shape: Any


def shut_ways(closures: Iterable[Any]) -> tuple[list[Shut], int]:
    """The shapes of closures that are in force, and how many have no place that can be read.

    A closure may give `wkt` or `geometry` (GeoJSON) in WGS-84, or `lon`, `lat`, and `metres` around it. One whose
    `state` is open or lifted, or whose `open` is true, shuts nothing.
    """
    found: list[Shut] = []
    lost = 0
    for each in closures:
        if getattr(each, "state", "closed") in ("open", "opened", "lifted", "ended") or getattr(each, "open", False):
            continue
        shape = _shape(each)
        if shape is None:
            lost += 1
            continue
        words = (getattr(each, name, "") for name in ("name", "road", "place", "id"))
        found.append(Shut(name=str(next((word for word in words if word), "")), shape=shape))
    return found, lost


def _shape(each: Any) -> Any:
    import shapely
    import shapely.geometry

    shape: Any = None
    wkt, drawn = str(getattr(each, "wkt", "") or ""), getattr(each, "area", None) or getattr(each, "geometry", None)
    lon, lat = getattr(each, "lon", None), getattr(each, "lat", None)
    if wkt:
        shape = shapely.from_wkt(wkt, on_invalid="ignore")
    if shape is None and isinstance(drawn, dict) and drawn:
        shape = shapely.geometry.shape(drawn)
    elif shape is None and lon is not None and lat is not None:
        shape = shapely.Point(float(lon), float(lat))
    if shape is None or shape.is_empty:
        return None
    middle = shape.centroid
    if not (abs(middle.x) <= 180 and abs(middle.y) <= 90):
        return None
    plane = Plane.around(np.array([middle.x]), np.array([middle.y]))
    flat = shapely.transform(shape, lambda at: np.column_stack(plane.metres(at[:, 0], at[:, 1])))
    wide = flat.buffer(float(getattr(each, "metres", None) or METRES))
    return shapely.transform(wide, lambda at: np.column_stack(plane.degrees(at[:, 0], at[:, 1])))


def hours_around(
    book: Book,
    day: date,
    places: Sequence[tuple[float, float]],
    ends: Sequence[tuple[float, float]],
    shut: Sequence[Shut],
) -> tuple[Floats, Floats, bool, tuple[Reason, ...]]:
    """Hours by lorry (places, ends) around what is shut, those if nothing were, whether estimated, and why.

    Without streets a way is a straight line: one that crosses what is shut does not count at all, since nobody can say
    how long the way around is.
    """
    lon, lat = [end[0] for end in ends], [end[1] for end in ends]
    free, estimate, because = hours_between(book, day, places, lon, lat)
    if not shut:
        return free, free, estimate, because
    if streets_of(book) is not None:
        walls = [Wall(id=f"shut-{number}", name=each.name, wkt=_rim(each.shape), system="WGS-84")
                 for number, each in enumerate(shut)]  # fmt: skip
        cut, _, because = hours_between(book.over({Wall: walls}), day, places, lon, lat)
        return cut, free, estimate, because
    import shapely

    cut = free.copy()
    barred = shapely.union_all([each.shape for each in shut])
    for one, start in enumerate(places):
        for two, end in enumerate(ends):
            if np.isfinite(cut[one, two]) and shapely.LineString([start, end]).intersects(barred):
                cut[one, two] = np.inf
    says = say("Without a street network a straight way across a closure does not count at all: {count} ways are taken "
               "as shut", count=int((np.isfinite(free) & ~np.isfinite(cut)).sum()))  # fmt: skip
    return cut, free, estimate, (*because, Reason(says=says, tone="warn"))


def _rim(shape: Any) -> str:
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    return str(parts[0].wkt) if len(parts) == 1 else str(shape.wkt)
