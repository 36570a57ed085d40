"""Where homes and sites meet the streets: at the nearest one that no wall bars, or by the gates of their compound."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.barring import NEAREST, Barred, Gates, blocked, cut_pieces, nearest_seen
from luoshu.kinds.pavement import Pavement
from luoshu.methods.doors import Doors
from luoshu.methods.snap import segments, several, snap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Free = tuple[Any, ...]
Found = tuple[Ints, Ints, Floats, Floats]
V = TypeVar("V")
BEND = 1.3
"""How much longer than the straight line the way to a gate out of sight is taken to be (an assumption)."""
KEPT = 8
"""So many lists of places are remembered with their doors: homes are asked about again and again."""


def entrances(
    floor: Pavement, barred: Barred, x: Floats, y: Floats, free: Free, farthest: float, near: float, name: Hashable
) -> Doors:
    """The doors of places on the plane, given where each snaps freely (link, share, metres) onto the body.

    Within `farthest` metres: the nearest street of the body, else of an island. Where a wall stands between, the
    nearest to which none does, and the open gates in sight, by which it comes to the streets there. Where neither is,
    the open gates of its own compound, round its corners.

    What is found is kept by the `name` of the list of places; under another set of barriers only those places are
    looked at again that have a changed wall or gate within reach.
    """
    before: tuple[Barred, Found] | None = floor.kept.get(("entrances", name))
    every = np.arange(len(x))
    if before is None:
        found = _found(floor, barred, x, y, free, farthest, near)
        remember(floor.kept, ("entrances", name), (barred, found))
    else:
        again = every[_touched(before[0], barred, x, y, farthest)]
        place, link, share, metres = _found(
            floor, barred, x[again], y[again], tuple(values[again] for values in free), farthest, near
        )
        rest = ~np.isin(before[1][0], again)
        new = again[place], link, share, metres
        parts = [np.concatenate([old[rest], fresh]) for old, fresh in zip(before[1], new, strict=True)]
        found = parts[0], parts[1], parts[2], parts[3]
    place, link, share, metres = found
    order = np.argsort(place, kind="stable")
    now, part = barred.way.piece(link[order], share[order])
    minutes = metres[order] / floor.door_metres_per_minute
    return Doors(places=len(x), place=place[order], link=now, share=part, minutes=minutes)


def _touched(before: Barred, now: Barred, x: Floats, y: Floats, farthest: float) -> NDArray[np.bool_]:
    """The places within reach of a wall or gate that is not the same in both."""
    one, two = before.walls, now.walls
    walls = _changed(*(np.stack([each.ax, each.ay, each.bx, each.by], axis=1) for each in (one, two)))
    gates = _changed(before.gates.rows(), now.gates.rows())
    ends = np.concatenate([walls, gates[:, [0, 1, 0, 1]]])
    if not len(ends):
        return np.zeros(len(x), dtype=np.bool_)
    return np.isfinite(snap(segments(*ends.T), x, y, within=farthest)[2])


def _changed(one: Floats, two: Floats) -> Floats:
    """The rows that only one of two tables has."""
    width = one.shape[1]
    first, second = ({*np.ascontiguousarray(each).view(f"V{8 * width}").ravel().tolist()} for each in (one, two))
    return np.frombuffer(b"".join(sorted(first ^ second)), dtype=np.float64).reshape(-1, width)


def _found(floor: Pavement, barred: Barred, x: Floats, y: Floats, free: Free, farthest: float, near: float) -> Found:
    """The doors as they were found: place, link as given, share of it, metres to it."""
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
        to_x, to_y = floor.way.at(link[place], share[place])
        hidden = blocked(barred.walls, gates, near, x[place], y[place], to_x, to_y)
        shut, open_ = place[hidden], place[~hidden]
        found = [(open_, link[open_], share[open_], metres[open_])]
        found += _other_streets(floor, barred, x, y, shut, farthest, near)
        lost = np.flatnonzero((link < 0) & np.isfinite(x))
        found += _by_gates(barred, x, y, np.concatenate([shut, lost]), farthest, near)
        none = np.setdiff1d(np.concatenate([shut, lost]), np.concatenate([each[0] for each in found]))
        found += _round_corners(barred, x, y, none, farthest, near)
    parts = [np.concatenate(some) for some in zip(*found, strict=True)]
    return parts[0], parts[1], parts[2], parts[3]


def remember(kept: dict[Any, Any], name: tuple[str, Hashable], value: V) -> V:
    """Keeps a value under its name; the oldest of its sort are forgotten."""
    of_sort = [each for each in list(kept) if isinstance(each, tuple) and each[0] == name[0]]
    for each in of_sort[: max(0, len(of_sort) - KEPT + 1)]:
        kept.pop(each, None)
    kept[name] = value
    return value


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
    """For places without a way to their street the open gates in sight, and the streets that these let onto."""
    from scipy.spatial import KDTree

    gates = barred.gates
    if not len(place) or not len(gates.gate):
        return []
    most = min(NEAREST, len(gates.x))
    metres, gate = KDTree(np.stack([gates.x, gates.y], axis=1)).query(
        np.stack([x[place], y[place]], axis=1), k=np.arange(1, most + 1), distance_upper_bound=farthest
    )
    row, column = np.nonzero(np.isfinite(metres))
    home, gate, metres = place[row], gate[row, column], metres[row, column]
    seen = ~blocked(barred.walls, (gates.x, gates.y), near, x[home], y[home], gates.x[gate], gates.y[gate])
    return [_through(gates, home[seen], gate[seen], metres[seen])]


def _round_corners(
    barred: Barred, x: Floats, y: Floats, place: Ints, farthest: float, near: float
) -> list[tuple[Ints, Ints, Floats, Floats]]:
    """For places in a compound from which no gate is in sight its own gates, by the straight line and a bend more."""
    import shapely

    gates = barred.gates
    if not len(place) or not len(gates.gate) or not barred.rings:
        return []
    corners = np.concatenate([np.stack(ring, axis=1) for ring in barred.rings])
    number = np.repeat(np.arange(len(barred.rings)), [len(ring[0]) for ring in barred.rings])
    yards = shapely.polygons(shapely.linearrings(corners, indices=number))
    row, yard = shapely.STRtree(yards).query(shapely.points(x[place], y[place]), predicate="within")
    order = np.lexsort((shapely.area(yards)[yard], row))
    row, first = np.unique(row[order], return_index=True)
    home, yard = place[row], yard[order][first]  # of compounds in compounds the innermost
    edge, gate = shapely.STRtree(shapely.points(gates.x, gates.y)).query(
        shapely.boundary(yards), predicate="dwithin", distance=near
    )
    home, gate = _joined(home, yard, edge, gate)
    metres = BEND * np.hypot(x[home] - gates.x[gate], y[home] - gates.y[gate])
    within = metres <= farthest
    return [_through(gates, home[within], gate[within], metres[within])]


def _through(gates: Gates, home: Ints, gate: Ints, metres: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """Every street that a gate lets onto, for each home that comes to it."""
    row, entry = _joined(np.arange(len(home)), gate, gates.gate, np.arange(len(gates.gate)))
    return home[row], gates.link[entry], gates.share[entry], metres[row] + gates.metres[entry]


def _joined(one: Ints, key: Ints, other_key: Ints, other: Ints) -> tuple[Ints, Ints]:
    """All pairs of ones and others that have the same key."""
    order = np.argsort(other_key, kind="stable")
    first = np.searchsorted(other_key[order], key, "left")
    count = np.searchsorted(other_key[order], key, "right") - first
    at = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())
    return np.repeat(one, count), other[order[at]]
