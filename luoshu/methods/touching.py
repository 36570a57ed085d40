"""Walls that run just over the corner where streets meet: which of the streets they part there."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luoshu.methods.ways import Ways

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SAME_METRES = 0.02
"""A corner of a wall and one of the streets nearer to each other than this are the same place."""
ALONG = 1e-3
"""Streets within this angle (radians) of the wall run along it, on neither side."""


def corner_cuts(way: Ways, walls: Sequence[tuple[Floats, Floats]]) -> tuple[Ints, Floats]:
    """Links that end at a wall at one of their own corners: the link, and which of its ends (0 tail, 1 head).

    Where a wall passes over a corner of the network and streets leave it to both sides, those of the side that has
    fewer are cut there; streets of one side only are left alone, as are those that the wall ends at. (What crosses a
    wall between corners is found by `snap.crossings`.) `walls`: x and y of the corners of each line.

    >>> way = Ways(x=np.array([0.0, 0.0, 0.0, 9.0]), y=np.array([-5.0, 0.0, 5.0, 1.0]), tail=np.array([0, 1, 1]),
    ...     head=np.array([1, 2, 3]), forth=np.ones(3), back=np.ones(3))
    >>> corner_cuts(way, [(np.array([-3.0, 0.0, 3.0]), np.zeros(3))])
    (array([0]), array([1.]))
    """
    from scipy.spatial import KDTree

    links: list[int] = []
    ends: list[float] = []
    if not len(way) or not walls:
        return np.empty(0, dtype=np.int64), np.empty(0)
    used = np.unique(np.concatenate([way.tail, way.head]))
    corners = KDTree(np.stack([way.x[used], way.y[used]], axis=1))
    points = np.stack([np.concatenate(axis) for axis in zip(*walls, strict=True)], axis=1)
    far, at = corners.query(points, distance_upper_bound=SAME_METRES)
    first = np.concatenate([[0], np.cumsum([len(x) for x, _ in walls])])
    for point in np.flatnonzero(np.isfinite(far)).tolist():
        line = int(np.searchsorted(first, point, side="right")) - 1
        before, after = _neighbours(*walls[line], point - int(first[line]))
        if before is not None and after is not None:
            found = _parted(way, int(used[at[point]]), before, after)
            links += [link for link, _ in found]
            ends += [end for _, end in found]
    return np.array(links, dtype=np.int64), np.array(ends)


def _neighbours(x: Floats, y: Floats, place: int) -> tuple[float | None, float | None]:
    """The directions in which a wall leaves one of its corners, back and on; None where it ends."""
    closed = x[0] == x[-1] and y[0] == y[-1]
    one, two = place - 1, place + 1
    if closed and place == 0:
        one = len(x) - 2
    if closed and place == len(x) - 1:
        return None, None  # the same corner as the first
    back = None if one < 0 else float(np.arctan2(y[one] - y[place], x[one] - x[place]))
    on = None if two >= len(x) else float(np.arctan2(y[two] - y[place], x[two] - x[place]))
    return back, on


def _parted(way: Ways, corner: int, back: float, on: float) -> list[tuple[int, float]]:
    """The links at a corner that lie on the side of a wall where there are fewer; none where one side has none."""
    turn = 2 * np.pi
    sides: tuple[list[tuple[int, float]], list[tuple[int, float]]] = ([], [])
    for end, (here, there) in enumerate(((way.tail, way.head), (way.head, way.tail))):
        for link in np.flatnonzero(here == corner).tolist():
            dx, dy = way.x[there[link]] - way.x[corner], way.y[there[link]] - way.y[corner]
            angle = (np.arctan2(dy, dx) - on) % turn
            wide = (back - on) % turn
            if (dx == 0 and dy == 0) or min(angle, turn - angle, abs(angle - wide)) < ALONG:
                continue
            sides[0 if angle < wide else 1].append((link, float(end)))
    return min(sides, key=len)
