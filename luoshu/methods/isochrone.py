"""How far minutes lead: the streets and exact parts of streets within reach, and the ground beside them as areas."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.methods.doors import Doors
from luoshu.methods.sphere import Plane
from luoshu.methods.ways import Ways

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BESIDE = 40.0
"""Metres beside a street that count as within its reach."""
ROUGH = 5.0
"""Metres by which the outline of an area may be simplified."""


def parts_reached(way: Ways, time: Floats, sites: Doors, minutes: float) -> tuple[Ints, Floats, Floats]:
    """The parts of links from which one of the sites is reached within so many minutes: link, from, to (0 to 1).

    `time`: minutes from each corner to the nearest site (`corner_minutes`). From a place on a link one goes on to its
    head or back to its tail, as its direction lets one, or straight to a site on the same link. Parts of one link may
    overlap; parts of no length are left out.

    >>> way = Ways(x=np.array([0.0, 10.0]), y=np.zeros(2), tail=np.array([0]), head=np.array([1]),
    ...     forth=np.array([4.0]), back=np.array([np.inf]))
    >>> none = np.empty(0, dtype=np.int64)
    >>> nowhere = Doors(places=0, place=none, link=none, share=np.empty(0), minutes=np.empty(0))
    >>> [found.tolist() for found in parts_reached(way, np.array([np.inf, 1.0]), nowhere, 4.0)]
    [[0], [0.25], [1.0]]
    """
    left_ahead, left_back = minutes - time[way.head], minutes - time[way.tail]
    ahead = np.flatnonzero(np.isfinite(way.forth) & (left_ahead >= 0))
    astern = np.flatnonzero(np.isfinite(way.back) & (left_back >= 0))
    left = minutes - sites.minutes
    near = np.flatnonzero(left >= 0)
    link, share, left = sites.link[near], sites.share[near], left[near]
    links = np.concatenate([ahead, astern, link, link])
    begins = np.concatenate([
        1 - _part(left_ahead[ahead], way.forth[ahead]), np.zeros(len(astern)),
        share - np.minimum(_part(left, way.forth[link]), share), share,
    ])  # fmt: skip
    ends = np.concatenate([
        np.ones(len(ahead)), _part(left_back[astern], way.back[astern]),
        share, share + np.minimum(_part(left, way.back[link]), 1 - share),
    ])  # fmt: skip
    return _merged(links, begins, ends)


def _part(left: Floats, whole: Floats) -> Floats:
    """How much of a link the minutes that are left suffice for: 0 to 1; nothing where it is barred."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole > 0, left / whole, np.where(left >= 0, 1.0, 0.0))
    return np.where(np.isfinite(whole), np.clip(share, 0.0, 1.0), 0.0)


def _merged(link: Ints, begin: Floats, end: Floats) -> tuple[Ints, Floats, Floats]:
    """Overlapping parts of one link as one."""
    order = np.lexsort((begin, link))
    link, begin, end = link[order], begin[order], end[order]
    if not len(link):
        return link, begin, end
    # the farthest end so far of the same link: links are told apart by adding their rank
    rank = np.cumsum(np.concatenate([[0], np.diff(link) != 0])) * 2.0
    far = np.maximum.accumulate(end + rank) - rank
    new = np.concatenate([[True], (np.diff(link) != 0) | (begin[1:] > far[:-1])])
    first = np.flatnonzero(new)
    last = np.concatenate([first[1:], [len(link)]]) - 1
    link, begin, end = link[first], begin[first], far[last]
    some = end > begin
    return link[some], begin[some], end[some]


def lines_reached(way: Ways, time: Floats, sites: Doors, minutes: float) -> Floats:
    """The same as straight lines on the plane in metres: n by 4, x and y of one end and of the other."""
    link, begin, end = parts_reached(way, time, sites, minutes)
    lines = np.stack([*way.at(link, begin), *way.at(link, end)], axis=1)
    return np.asarray(lines[(lines[:, 0] != lines[:, 2]) | (lines[:, 1] != lines[:, 3])])


def shapes_around(lines: Floats, plane: Plane, beside: float = BESIDE) -> dict[str, Any]:
    """The ground within some metres of the lines as a GeoJSON Polygon or MultiPolygon in degrees.

    A strip along the streets and no hull: what lies between streets, a river or a block, stays a hole where it is wider
    than two strips. Without a line an empty MultiPolygon.
    """
    import shapely

    if not len(lines):
        return {"type": "MultiPolygon", "coordinates": []}
    streets = shapely.linestrings(lines.reshape(-1, 2, 2))
    merged = shapely.line_merge(shapely.multilinestrings(streets))
    ground = shapely.simplify(shapely.union_all(shapely.buffer(shapely.get_parts(merged), beside, quad_segs=4)), ROUGH)

    def degrees(points: Any) -> Any:
        return np.stack(plane.degrees(points[:, 0], points[:, 1]), axis=1).round(6)

    shape = shapely.orient_polygons(shapely.transform(ground, degrees))
    found: dict[str, Any] = shapely.geometry.mapping(shape)
    return {"type": found["type"], "coordinates": _lists(found["coordinates"])}


def _lists(values: Any) -> Any:
    """Tuples as lists, all the way down, as JSON has them."""
    return [_lists(each) for each in values] if isinstance(values, tuple | list) else float(values)
