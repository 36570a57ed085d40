"""How good a street network is: its islands, dead ends, missing classes and limits, and whom it does not reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.book.streets import CLASSES, Mode, Streets

Floats = NDArray[np.float64]

MODES: tuple[Mode, ...] = ("walk", "cycle", "drive")
LONG_LINK = 5_000.0
"""Metres of one link without a bend or a crossing that want a second look, ferries apart."""
FAR = 200.0
"""Metres from home to the nearest street that people walk, beyond which the network says little about them."""
LISTED = 5
"""Islands that are named with their place."""


def quality(streets: Streets) -> dict[str, Any]:
    """What roads/network.yaml says of a network, in plain figures (kilometres, shares 0 to 1, degrees).

    A part of the network is what can be reached from everywhere in it and back: for walkers as the links are, for
    cyclists and drivers with their one-ways.
    """
    way = np.bincount(streets.way, weights=streets.metres, minlength=len(CLASSES)) / 1000
    total = float(way.sum())
    drive = streets.drive & (streets.way != CLASSES.index("gate"))
    driven = float(streets.metres[drive].sum())
    limited = float(streets.metres[drive & ~np.isnan(streets.kmh)].sum())
    ends = np.bincount(np.concatenate([streets.tail, streets.head]), minlength=streets.nodes)
    long = np.flatnonzero((streets.metres > LONG_LINK) & (streets.way != CLASSES.index("ferry")))
    longest = long[np.argsort(-streets.metres[long], kind="stable")][:LISTED]
    return {
        "kilometres": round(total, 1),
        "by_class": {CLASSES[code]: round(float(way[code]), 1) for code in np.flatnonzero(way)},
        "unknown_class": _share(float(way[0]), total),
        "limit_known": _share(limited, driven),
        "dead_ends": int((ends == 1).sum()),
        "parts": {mode: islands(streets, mode) for mode in MODES},
        "long_links": {"count": len(long), "longest": [_place(streets, i) for i in longest.tolist()]},
        "gates": _gates(streets),
        "walls": len(streets.wall_kind),
    }


def _share(part: float, whole: float) -> float:
    """A share that is 1 only where it is all, and 0 only where it is nothing.

    >>> _share(99999.9, 100000), _share(0.01, 1000), _share(3, 3)
    (0.9999, 0.0001, 1.0)
    """
    if not whole or part <= 0:
        return 0.0
    return 1.0 if part >= whole else min(max(round(part / whole, 4), 0.0001), 0.9999)


def _place(streets: Streets, link: int) -> dict[str, float]:
    tail = streets.tail[link]
    return {
        "metres": round(float(streets.metres[link])), "lon": round(float(streets.lon[tail]), 5),
        "lat": round(float(streets.lat[tail]), 5),
    }  # fmt: skip


def _gates(streets: Streets) -> dict[str, int]:
    ids = streets.gate_osm * len(CLASSES) + streets.gate_kind if (streets.gate_osm > 0).all() else streets.gate_edge
    number = np.unique(ids, return_inverse=True)[1]
    count = int(number.max(initial=-1)) + 1
    closed = {mode: np.bincount(number[~streets.allowed(mode)[streets.gate_edge]], minlength=count) > 0
              for mode in MODES}  # fmt: skip
    return {"count": count} | {f"closed_to_{mode}": int(barred.sum()) for mode, barred in closed.items()}


def parts(streets: Streets, mode: Mode) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """For each corner the number of its part of the network (-1 where the mode has no link), and the links in parts.

    Both ends of a link of a part can be reached from each other; a link that leads from one part to another (a one-way
    out of an island) belongs to none.
    """
    import scipy.sparse as sparse
    from scipy.sparse.csgraph import connected_components

    usable = streets.allowed(mode)
    tail, head, way = streets.tail[usable], streets.head[usable], streets.directions(mode)[usable]
    forth, back = way >= 0, way <= 0
    rows, columns = np.concatenate([tail[forth], head[back]]), np.concatenate([head[forth], tail[back]])
    graph = sparse.csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(streets.nodes, streets.nodes))
    part = connected_components(graph, directed=mode != "walk", connection="strong")[1].astype(np.int32)
    touched = np.zeros(streets.nodes, dtype=bool)
    touched[tail], touched[head] = True, True
    inside = usable.copy()
    inside[usable] = part[tail] == part[head]
    return np.where(touched, part, -1).astype(np.int32), inside


def islands(streets: Streets, mode: Mode) -> dict[str, Any]:
    """The parts of the network for a mode: how many, the share of the largest in kilometres and corners, the next.

    `joined` are the parts that would be left if no link were one-way.
    """
    part, inside = parts(streets, mode)
    touched = part >= 0
    if not touched.any():
        return {"kilometres": 0.0, "count": 0, "largest_kilometres": 0.0, "largest_corners": 0.0, "next": []}
    usable = streets.allowed(mode)
    count = int(part.max()) + 1
    metres = np.bincount(part[streets.tail[inside]], weights=streets.metres[inside], minlength=count)
    corners = np.bincount(part[touched], minlength=count)
    order = np.lexsort((np.arange(count), -corners, -metres))
    order = order[corners[order] > 0]
    largest = order[0]
    joined = _joined(streets, usable)
    where = np.full(count, streets.nodes, dtype=np.int64)
    np.minimum.at(where, part[touched], np.flatnonzero(touched))
    return {
        "kilometres": round(float(streets.metres[usable].sum()) / 1000, 1),
        "count": len(order),
        "joined": joined,
        "largest_kilometres": _share(float(metres[largest]), float(streets.metres[usable].sum())),
        "largest_corners": _share(float(corners[largest]), float(touched.sum())),
        "next": [
            {
                "kilometres": round(float(metres[i]) / 1000, 2), "corners": int(corners[i]),
                "lon": round(float(streets.lon[where[i]]), 5), "lat": round(float(streets.lat[where[i]]), 5),
            }
            for i in order[1 : LISTED + 1].tolist() if metres[i] > 0
        ],
    }  # fmt: skip


def _joined(streets: Streets, usable: NDArray[np.bool_]) -> int:
    """How many parts there would be if no link were one-way: the others are parts only because nobody comes back."""
    import scipy.sparse as sparse
    from scipy.sparse.csgraph import connected_components

    ends = streets.tail[usable], streets.head[usable]
    graph = sparse.csr_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(streets.nodes, streets.nodes))
    label = connected_components(graph, directed=False)[1]
    return len(np.unique(label[np.concatenate(ends)]))


def in_outlines(streets: Streets, boxes: Sequence[tuple[float, float, float, float]]) -> dict[str, Any]:
    """The share of corners within the bounds (west, south, east, north) of counties, half a degree around allowed.

    `swapped`: they would lie there if longitude and latitude were exchanged.
    """
    if not boxes:
        return {}
    every = np.array(boxes, dtype=np.float64)
    west, south = every[:, 0].min() - 0.5, every[:, 1].min() - 0.5
    east, north = every[:, 2].max() + 0.5, every[:, 3].max() + 0.5

    def share(lon: Floats, lat: Floats) -> float:
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        return _share(float(inside.sum()), len(inside))

    there = share(streets.lon, streets.lat)
    return {"share": there, "swapped": share(streets.lat, streets.lon) > max(there, 0.5)}


def far_people(streets: Streets, lon: ArrayLike, lat: ArrayLike, people: ArrayLike) -> dict[str, float]:
    """How many people live farther than FAR metres from any street that can be walked: all, far, their share.

    Homes without coordinates, or without a number of people, are not asked.
    """
    from luoshu.methods.snap import segments, snap
    from luoshu.methods.sphere import Plane

    east, north, weight = (np.asarray(values, dtype=np.float64) for values in (lon, lat, people))
    asked = np.isfinite(east) & np.isfinite(north) & (np.nan_to_num(weight) > 0)
    total = float(weight[asked].sum())
    walked = streets.foot & (streets.metres > 0)
    plane = Plane.around(streets.lon, streets.lat)
    x, y = plane.metres(streets.lon, streets.lat)
    tail, head = streets.tail[walked], streets.head[walked]
    lines = segments(x[tail], y[tail], x[head], y[head])
    _, _, metres = snap(lines, *plane.metres(east[asked], north[asked]), within=FAR)
    far = float(weight[asked][metres > FAR].sum())
    return {"people": round(total, 1), "far": round(far, 1), "share": _share(far, total), "metres": FAR}
