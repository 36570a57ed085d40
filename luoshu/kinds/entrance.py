"""Where homes and sites meet the streets: at the nearest one that no wall bars, or by the gates of their compound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.barring import NEAREST, Barred, blocked, cut_pieces, nearest_seen
from luoshu.kinds.pavement import Pavement
from luoshu.methods.doors import Doors
from luoshu.methods.snap import several, snap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Free = tuple[Ints, Floats, Floats]


def entrances(floor: Pavement, barred: Barred, x: Floats, y: Floats, free: Free, farthest: float, near: float) -> Doors:
    """The doors of places on the plane, given where each snaps freely (link, share, metres) onto the body.

    Within `farthest` metres: the nearest street of the body, else of an island. Where a wall stands between, the
    nearest to which none does; and every open gate that is seen from the place, by which it comes to the streets there.
    """
    link, share, metres = (values.copy() for values in free)
    away = ~(metres <= farthest)
    if away.any() and len(floor.rest):
        some = np.flatnonzero(away)
        edge, part, far = snap(floor.rest, x[some], y[some], within=farthest)
        link[some], share[some], metres[some] = np.where(edge >= 0, floor.rest_link[edge], -1), part, far
    link[~(metres <= farthest)] = -1
    place = np.flatnonzero(link >= 0)
    found = [(place, link[place], share[place], metres[place])]
    if len(barred.walls):
        gates = barred.gates.x, barred.gates.y
        asked = np.flatnonzero(np.isfinite(x))
        to_x, to_y = floor.way.at(np.maximum(link[asked], 0), np.nan_to_num(share[asked]))
        shut = asked[blocked(barred.walls, gates, near, x[asked], y[asked], to_x, to_y) & (link[asked] >= 0)]
        open_ = ~np.isin(place, shut)
        found = [(place[open_], link[place][open_], share[place][open_], metres[place][open_])]
        found += _other_streets(floor, barred, x, y, shut, farthest, near)
        lost = np.setdiff1d(asked, place)
        found += _by_gates(barred, x, y, np.concatenate([shut, lost]), farthest, near)
    place, link, share, metres = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(place, kind="stable")
    now, part = barred.way.piece(link[order], share[order])
    minutes = metres[order] / floor.door_metres_per_minute
    return Doors(places=len(x), place=place[order], link=now, share=part, minutes=minutes)


def _other_streets(
    floor: Pavement, barred: Barred, x: Floats, y: Floats, place: Ints, farthest: float, near: float
) -> list[tuple[Ints, Ints, Floats, Floats]]:
    """For places walled off from the nearest street the nearest one that is not."""
    if not len(place):
        return []
    tables = []
    for lines, numbers in ((floor.main, floor.main_link), (floor.rest, floor.rest_link)):
        edge, share, metres = several(lines, x[place], y[place], NEAREST, within=farthest)
        tables.append((np.where(edge >= 0, numbers[edge] if len(numbers) else -1, -1), share, metres))
    tables.append(cut_pieces(floor, barred, x[place], y[place], farthest))
    gates = barred.gates.x, barred.gates.y
    link, share, metres = (np.concatenate(columns, axis=1) for columns in zip(*tables, strict=True))
    order = np.argsort(metres, axis=1, kind="stable")
    link, share, metres = (np.take_along_axis(values, order, axis=1) for values in (link, share, metres))
    best, part, far = nearest_seen(floor.way, barred.walls, gates, near, x[place], y[place], link, share, metres)
    seen = best >= 0
    return [(place[seen], best[seen], part[seen], far[seen])]


def _by_gates(
    barred: Barred, x: Floats, y: Floats, place: Ints, farthest: float, near: float
) -> list[tuple[Ints, Ints, Floats, Floats]]:
    """For places without a way to their street every open gate in sight, and the streets that it lets onto."""
    from scipy.spatial import KDTree

    gates = barred.gates
    if not len(place) or not len(gates.gate):
        return []
    at = KDTree(np.stack([gates.x, gates.y], axis=1))
    pairs = KDTree(np.stack([x[place], y[place]], axis=1)).sparse_distance_matrix(at, farthest, output_type="ndarray")
    home, gate, metres = place[pairs["i"]], pairs["j"], pairs["v"]
    seen = ~blocked(barred.walls, (gates.x, gates.y), near, x[home], y[home], gates.x[gate], gates.y[gate])
    home, gate, metres = home[seen], gate[seen], metres[seen]
    order = np.argsort(gates.gate, kind="stable")
    first = np.searchsorted(gates.gate[order], gate, "left")
    count = np.searchsorted(gates.gate[order], gate, "right") - first
    entry = order[np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())]
    total = np.repeat(metres, count) + gates.metres[entry]
    return [(np.repeat(home, count), gates.link[entry], gates.share[entry], total)]
