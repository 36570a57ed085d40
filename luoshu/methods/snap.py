"""Puts points onto the nearest street, and finds where lines cross walls: by a grid over straight segments."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_CELLS = 4_000_000
COARSE = 32


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A grid of square cells, each with the numbers of the segments that pass through it (compressed rows)."""

    left: float
    low: float
    size: float
    columns: int
    rows: int
    starts: Ints
    members: NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Straight segments on a plane in metres, ready to be asked for the nearest; a fine grid and one for far points."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats
    fine: Cells
    coarse: Cells

    def __len__(self) -> int:
        return len(self.ax)


def segments(ax: ArrayLike, ay: ArrayLike, bx: ArrayLike, by: ArrayLike) -> Segments:
    """Segments from (ax, ay) to (bx, by), in metres. ValueError for coordinates that are no finite numbers.

    >>> len(segments([0.0], [0.0], [10.0], [0.0]))
    1
    """
    ends = [np.ascontiguousarray(values, dtype=np.float64) for values in (ax, ay, bx, by)]
    if len({len(values) for values in ends}) > 1 or not all(np.isfinite(values).all() for values in ends):
        raise ValueError("Segments need four equally long lists of finite numbers.")
    x, y = (np.concatenate([one, two]) if len(one) else np.zeros(1) for one, two in (ends[::2], ends[1::2]))
    left, low, wide, high = float(x.min()), float(y.min()), float(np.ptp(x)), float(np.ptp(y))
    size = max(20.0, np.sqrt(wide * high / max(1, len(ends[0]))), np.sqrt((wide + 20) * (high + 20) / MOST_CELLS))
    fine, coarse = (_cells(ends, left, low, wide, high, factor * size) for factor in (1, COARSE))
    return Segments(ax=ends[0], ay=ends[1], bx=ends[2], by=ends[3], fine=fine, coarse=coarse)


def _cells(ends: Any, left: float, low: float, wide: float, high: float, size: float) -> Cells:
    columns, rows = int(wide / size) + 1, int(high / size) + 1
    counts = np.zeros(columns * rows + 1, dtype=np.int64)
    plan: Any = *ends, left, low, size, columns, rows
    _enter(*(*plan, counts, np.empty(0, dtype=np.uint32), False))
    starts = np.concatenate([[0], np.cumsum(counts[:-1])])
    members = np.empty(int(starts[-1]), dtype=np.uint32)
    _enter(*(*plan, starts.copy(), members, True))
    return Cells(left=left, low=low, size=size, columns=columns, rows=rows, starts=starts, members=members)


def snap(streets: Segments, x: ArrayLike, y: ArrayLike, *, within: float = np.inf) -> tuple[Ints, Floats, Floats]:
    """For each point its nearest segment, where on it (0 at a, 1 at b) and how far it is in metres.

    -1, NaN and infinity where no segment is within so many metres, or the point has no coordinates. Of segments equally
    near the first counts.

    >>> snap(segments([0.0, 0.0], [0.0, 50.0], [10.0, 10.0], [0.0, 50.0]), [2.5, 5.0], [3.0, 49.0])
    (array([0, 1]), array([0.25, 0.5 ]), array([3., 1.]))
    """
    edge, fraction, metres = several(streets, x, y, 1, within=within)
    return edge[:, 0], fraction[:, 0], metres[:, 0]


def several(
    streets: Segments, x: ArrayLike, y: ArrayLike, k: int, *, within: float = np.inf
) -> tuple[Ints, Floats, Floats]:
    """The same for the ``k`` nearest segments of each point: tables of points by k, nearest first.

    A point many kilometres from all gets one segment only, by the nearest end.
    """
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    count = len(east)
    edge, metres = np.full((count, k), -1, dtype=np.int64), np.full((count, k), np.inf)
    fraction = np.full((count, k), np.nan)
    if not len(streets) or not count:
        return edge, fraction, metres
    for cells in (streets.fine, streets.coarse):
        left = np.flatnonzero((metres[:, -1] == np.inf) & np.isfinite(east) & np.isfinite(north))
        found = edge[left], fraction[left], metres[left]
        for values, blank in zip(found, (-1, np.nan, np.inf), strict=True):
            values[:] = blank
        near = min(float(within), COARSE * cells.size)
        _search(*(*_plain(streets, cells), east[left], north[left], near, *found))
        edge[left], fraction[left], metres[left] = found
        if within <= COARSE * cells.size:
            return edge, fraction, metres
    _far(streets, east, north, float(within), edge, fraction, metres)
    return edge, fraction, metres


def crossings(walls: Segments, px: ArrayLike, py: ArrayLike, qx: ArrayLike, qy: ArrayLike) -> tuple[Ints, Ints, Floats]:
    """Where lines from p to q cross walls: the number of the line, of the wall's segment, and where on the line (0-1).

    A line that only touches a wall with one of its ends does not cross it. Where a wall's corner lies upon the line
    the half-open rule counts each of the wall's two segments on one side only, so that a wall that passes there counts
    once, and one that only touches there twice or not at all.

    >>> crossings(segments([5.0], [-5.0], [5.0], [5.0]), [0.0, 0.0], [0.0, 0.0], [10.0, 5.0], [0.0, 0.0])
    (array([0]), array([0]), array([0.5]))
    """
    lines: Any = [np.asarray(values, dtype=np.float64) for values in (px, py, qx, qy)]
    empty = np.empty(0, dtype=np.int64)
    if not len(walls) or not len(lines[0]):
        return empty, empty, np.empty(0)
    plan: Any = (*_plain(walls, walls.fine), *lines)
    total = _cross(*(*plan, empty, empty, np.empty(0), False))
    line, wall, fraction = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64), np.empty(total)
    _cross(*(*plan, line, wall, fraction, True))
    return line, wall, fraction


def _far(streets: Segments, x: Floats, y: Floats, within: float, edge: Ints, fraction: Floats, metres: Floats) -> None:
    """Points many kilometres from any segment get the nearest end of one: the difference does not matter there."""
    from scipy.spatial import KDTree

    left = np.flatnonzero((edge[:, 0] < 0) & np.isfinite(x) & np.isfinite(y))
    if not len(left):
        return
    ends = np.concatenate([np.stack([streets.ax, streets.ay], axis=1), np.stack([streets.bx, streets.by], axis=1)])
    far, which = KDTree(ends).query(np.stack([x[left], y[left]], axis=1), distance_upper_bound=within)
    there = left[np.isfinite(far)]
    which, metres[there, 0] = which[np.isfinite(far)], far[np.isfinite(far)]
    edge[there, 0], fraction[there, 0] = which % len(streets), which // len(streets)


def _plain(streets: Segments, cells: Cells) -> Any:
    return (
        streets.ax, streets.ay, streets.bx, streets.by, cells.left, cells.low, cells.size, cells.columns, cells.rows,
        cells.starts, cells.members,
    )  # fmt: skip


@compiled
def _span(ax, ay, bx, by, row, left, low, size, columns):  # type: ignore[no-untyped-def]
    """The first and last column that a segment passes in a row of cells, a hair's breadth wide of it."""
    first, last = ax, bx
    if ay != by:
        one = (low + row * size - ay) / (by - ay)
        two = (low + (row + 1) * size - ay) / (by - ay)
        start, end = max(0.0, min(one, two) - 1e-9), min(1.0, max(one, two) + 1e-9)
        first, last = ax + start * (bx - ax), ax + end * (bx - ax)
    low_column = int(np.floor((min(first, last) - left) / size - 1e-9))
    high_column = int(np.floor((max(first, last) - left) / size + 1e-9))
    return max(0, low_column), min(columns - 1, high_column)


@compiled
def _enter(ax, ay, bx, by, left, low, size, columns, rows, places, members, write):  # type: ignore[no-untyped-def]
    """Counts the segments of each cell in ``places``, or writes them from those places on."""
    for edge in range(len(ax)):
        first = max(0, int(np.floor((min(ay[edge], by[edge]) - low) / size - 1e-9)))
        last = min(rows - 1, int(np.floor((max(ay[edge], by[edge]) - low) / size + 1e-9)))
        for row in range(first, last + 1):
            start, end = _span(ax[edge], ay[edge], bx[edge], by[edge], row, left, low, size, columns)
            for column in range(start, end + 1):
                cell = row * columns + column
                if write:
                    members[places[cell]] = edge
                places[cell] += 1


@compiled
def _search(ax, ay, bx, by, left, low, size, columns, rows, starts, members, x, y, within, edges, fractions, metres):  # type: ignore[no-untyped-def]
    """Rings of cells around each point, until nothing nearer can lie outside."""
    for point in range(len(x)):
        px, py = x[point], y[point]
        if not (np.isfinite(px) and np.isfinite(py)):
            continue
        column, row = int(np.floor((px - left) / size)), int(np.floor((py - low) / size))
        ring = max(0, max(max(-column, column - columns + 1), max(-row, row - rows + 1)))
        while True:
            for up in range(max(0, row - ring), min(rows - 1, row + ring) + 1):
                whole = up == row - ring or up == row + ring
                step = 1 if whole or ring == 0 else 2 * ring
                for across in range(column - ring, column + ring + 1, step):
                    if across < 0 or across >= columns:
                        continue
                    cell = up * columns + across
                    for place in range(starts[cell], starts[cell + 1]):
                        edge = np.int64(members[place])
                        share, far = _project(ax[edge], ay[edge], bx[edge], by[edge], px, py)
                        if far <= within:
                            _keep(edges[point], fractions[point], metres[point], edge, share, far)
            clear = min(
                min(px - (left + (column - ring) * size), left + (column + ring + 1) * size - px),
                min(py - (low + (row - ring) * size), low + (row + ring + 1) * size - py),
            )
            all_seen = (
                column - ring <= 0 and column + ring >= columns - 1 and row - ring <= 0 and row + ring >= rows - 1
            )
            if metres[point, -1] < clear or clear > within or all_seen:
                break
            ring += 1


@compiled
def _project(ax, ay, bx, by, px, py):  # type: ignore[no-untyped-def]
    """Where on a segment a point's foot falls (0-1), and how far it is."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0.0:
        share = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / square))
    return share, np.hypot(px - (ax + share * dx), py - (ay + share * dy))


@compiled
def _keep(edges, fractions, metres, edge, share, far):  # type: ignore[no-untyped-def]
    """Puts a segment in its place among the nearest, if it belongs there and is not there yet."""
    last = len(edges) - 1
    if far > metres[last] or (far == metres[last] and edge >= edges[last] and edges[last] >= 0):
        return
    for place in range(len(edges)):
        if edges[place] == edge:
            return
    place = last
    while place > 0 and (far < metres[place - 1] or (far == metres[place - 1] and edge < edges[place - 1])):
        edges[place], fractions[place], metres[place] = edges[place - 1], fractions[place - 1], metres[place - 1]
        place -= 1
    edges[place], fractions[place], metres[place] = edge, share, far


@compiled
def _cross(  # type: ignore[no-untyped-def]
    ax, ay, bx, by, left, low, size, columns, rows, starts, members, px, py, qx, qy, line, wall, fraction, write
):
    """Counts the crossings of lines and walls, or writes them."""
    seen = np.full(len(ax), -1, dtype=np.int64)
    count = 0
    for number in range(len(px)):
        x, y, to_x, to_y = px[number], py[number], qx[number], qy[number]
        if not (np.isfinite(x) and np.isfinite(y) and np.isfinite(to_x) and np.isfinite(to_y)):
            continue
        first = max(0, int(np.floor((min(y, to_y) - low) / size - 1e-9)))
        last = min(rows - 1, int(np.floor((max(y, to_y) - low) / size + 1e-9)))
        for row in range(first, last + 1):
            start, end = _span(x, y, to_x, to_y, row, left, low, size, columns)
            for column in range(start, end + 1):
                cell = row * columns + column
                for place in range(starts[cell], starts[cell + 1]):
                    edge = np.int64(members[place])
                    if seen[edge] == number:
                        continue
                    seen[edge] = number
                    side = (bx[edge] - ax[edge]) * (y - ay[edge]) - (by[edge] - ay[edge]) * (x - ax[edge])
                    to_side = (bx[edge] - ax[edge]) * (to_y - ay[edge]) - (by[edge] - ay[edge]) * (to_x - ax[edge])
                    one = (to_x - x) * (ay[edge] - y) - (to_y - y) * (ax[edge] - x)
                    two = (to_x - x) * (by[edge] - y) - (to_y - y) * (bx[edge] - x)
                    if side * to_side < 0.0 and (one > 0.0) != (two > 0.0):
                        if write:
                            line[count], wall[count] = number, edge
                            fraction[count] = side / (side - to_side)
                        count += 1
    return count
