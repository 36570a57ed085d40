"""Street networks written by hand for tests: corners in metres around a point of Luoyang, links as pairs."""

import numpy as np

from luoshu.book.streets import BARRIERS, CLASSES, Streets
from luoshu.methods.sphere import Plane

PLANE = Plane(lon=112.45, lat=34.62)


def degrees(points):
    """Longitudes and latitudes of places given in metres."""
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return tuple(values.round(7) for values in PLANE.degrees(x, y))


def streets(corners, links, *, way="residential", gates=(), walls=(), **more):
    """Streets between corners (metres); lengths are those of the plane. `gates`: links that are gates, by number."""
    lon, lat = degrees(corners)
    tail, head = (np.array(ends, dtype=np.int32) for ends in zip(*links, strict=True))
    count = len(tail)
    at = np.array(corners, dtype=float)
    words = [way] * count if isinstance(way, str) else list(way)
    for gate in gates:
        words[gate] = "gate"
    wall_points = [degrees(points) for points in walls]
    values = {
        "lon": lon, "lat": lat, "node_kind": np.zeros(len(lon), np.uint8), "tail": tail, "head": head,
        "metres": np.hypot(*(at[tail] - at[head]).T), "way": np.array([CLASSES.index(w) for w in words], np.uint8),
        "oneway": np.zeros(count, np.int8), "cycle_oneway": np.zeros(count, np.int8), "foot": np.ones(count, bool),
        "cycle": np.ones(count, bool), "drive": np.ones(count, bool), "stairs": np.zeros(count, bool),
        "private": np.zeros(count, bool),
        "kmh": np.full(count, np.nan), "gate_edge": np.array(gates, np.int32).reshape(-1),
        "gate_osm": np.arange(len(gates)) + 900, "gate_kind": np.full(len(gates), BARRIERS.index("gate"), np.uint8),
        "wall_start": np.cumsum([0, *(len(x) for x, _ in wall_points)]),
        "wall_lon": np.concatenate([np.empty(0), *(x for x, _ in wall_points)]),
        "wall_lat": np.concatenate([np.empty(0), *(y for _, y in wall_points)]),
        "wall_kind": np.full(len(walls), BARRIERS.index("wall"), np.uint8), "wall_osm": np.arange(len(walls)) + 500,
        "wall_area": np.zeros(len(walls), bool),
    }  # fmt: skip
    values |= {name: np.array(given) for name, given in more.items()}
    return Streets(**values)
