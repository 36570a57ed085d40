"""What the points of a book can be held against: its outlines, its streets, and places of the same name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.streets import NETWORK, load_streets
from luoshu.kinds.position import placed
from luoshu.kinds.territory import Territory, territory
from luoshu.methods.coordinates import Floats
from luoshu.methods.recognition import Distance, Inside, Recognition, recognise
from luoshu.methods.sphere import EARTH_METRES, great_circle

if TYPE_CHECKING:
    from luoshu.book.book import Book

FAR_METRES = 5000.0
"""Streets farther away than this say nothing of a point."""
MARGIN_DEGREES = 0.01
"""How far outside the outlines, which are drawn roughly, a point still counts as inside (about 1 km)."""
MOST_POINTS = 500
"""Of more points than this an even choice is looked at."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Outlines joined and a little widened (None: none), street segments in degrees (None: none)."""

    outline: Any
    segments: Floats | None

    def inside(self, lon: Floats, lat: Floats) -> np.ndarray:
        """Whether points lie in the region, or very near to it."""
        import shapely

        found: np.ndarray = shapely.contains_xy(self.outline, lon, lat)
        return found

    def to_streets(self, lon: Floats, lat: Floats) -> Floats:
        """Metres to the nearest street, NaN where none is within FAR_METRES."""
        assert self.segments is not None
        return metres_to_segments(self.segments, lon, lat)


def ground(book: Book) -> Ground:
    """The ground of a book, made once."""
    found: Ground = book.derived("ground", _ground)
    return found


def _ground(book: Book) -> Ground:
    return Ground(outline=_outline(territory(book)), segments=_segments(book))


def _outline(land: Territory) -> Any:
    import shapely

    if not land.shapes:
        return None
    joined = shapely.union_all(list(land.shapes.values())).buffer(MARGIN_DEGREES)
    shapely.prepare(joined)
    return joined


def _segments(book: Book) -> Floats | None:
    if not (book.folder / NETWORK).is_file():
        return None
    streets = load_streets(book.folder)
    if streets is None or not streets.edges:
        return None
    a, b = streets.tail, streets.head
    return np.column_stack([streets.lon[a], streets.lat[a], streets.lon[b], streets.lat[b]])


def metres_to_segments(segments: Floats, lon: Floats, lat: Floats) -> Floats:
    """Metres from points to the nearest of straight segments (rows of lon, lat, lon, lat), NaN beyond FAR_METRES."""
    import shapely

    found = np.full(len(lon), np.nan)
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.any():
        return found
    north = np.degrees(FAR_METRES / EARTH_METRES)
    x, y = lon[good], lat[good]
    east = north / max(np.cos(np.radians(np.abs(y).max())), 0.01)
    left, right = np.minimum(segments[:, 0], segments[:, 2]), np.maximum(segments[:, 0], segments[:, 2])
    low, high = np.minimum(segments[:, 1], segments[:, 3]), np.maximum(segments[:, 1], segments[:, 3])
    near = (right > x.min() - east) & (left < x.max() + east) & (high > y.min() - north) & (low < y.max() + north)
    if not near.any():
        return found
    scale = np.radians(1.0) * EARTH_METRES
    shrink = np.cos(np.radians(float(np.median(y)))) * scale
    ends = segments[near].reshape(-1, 2, 2) * [shrink, scale]
    tree = shapely.STRtree(shapely.linestrings(ends))
    points = shapely.points(x * shrink, y * scale)
    (which, _), metres = tree.query_nearest(points, max_distance=FAR_METRES, return_distance=True, all_matches=False)
    here = np.full(len(x), np.nan)
    here[which] = metres
    found[good] = here
    return found


def recognised(
    book: Book, x: Floats, y: Floats, *, names: Sequence[str] = (), table: type | None = None,
    systems: Sequence[str] = (), beside: tuple[Floats, Floats] | None = None,
) -> Recognition:  # fmt: skip
    """What system points are in, held against the book's outlines, streets and its placed rows of the same names.

    `beside`: the same points as they are known in WGS-84, where a file has both; they decide before all else.
    """
    land = ground(book)
    chosen = np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).astype(int)
    inside: Inside | None = land.inside if land.outline is not None else None
    metres: Distance | None = land.to_streets if land.segments is not None else None
    if beside is not None:
        known = beside[0][chosen], beside[1][chosen]
        metres = lambda lon, lat: great_circle(lon, lat, *known)  # noqa: E731
    if metres is None and table is not None and names:
        metres = _to_namesakes(book, table, [names[i] for i in chosen])
    return recognise(x[chosen], y[chosen], inside=inside, metres=metres, systems=systems)


def _to_namesakes(book: Book, table: type, names: Sequence[str]) -> Distance | None:
    """Distances to the placed row of the same name, where there is exactly one."""
    where = placed(table, book)
    columns = book.columns(table)
    points: dict[str, tuple[float, float] | None] = {}
    for name, lon, lat, good in zip(columns["name"], where.lon, where.lat, where.good, strict=True):
        if good and name:
            points[name] = None if name in points else (lon, lat)
    found: Mapping[str, tuple[float, float] | None] = points
    there = np.array([found.get(name) or (np.nan, np.nan) for name in names], dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(there).any():
        return None
    return lambda lon, lat: great_circle(lon, lat, there[:, 0], there[:, 1])
