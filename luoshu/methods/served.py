"""Who is within reach, in figures: shares, the minutes that a share would need, crowds, and gains in their order."""

import heapq

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.compiled import compiled
from luoshu.methods.siting import check_amounts, cover_matrix

Floats = NDArray[np.float64]


def share_within(minutes: ArrayLike, people: ArrayLike, within: float) -> float:
    """The share (0 to 1) of the people who are at most ``within`` minutes away; 1 only where nobody is left out.

    ``minutes``: one for each home, infinite where there is no way; ``people`` at each home. ValueError without people
    or with minutes that are not a number.

    >>> share_within([0.0, 9.0, np.inf], [50, 30, 20], 10)
    0.8
    """
    times, weight = _checked(minutes, people)
    inside = times <= within
    if inside[weight > 0].all():
        return 1.0
    return float(min(weight[inside].sum() / weight.sum(), 1 - 1e-12))


def minutes_needed(minutes: ArrayLike, people: ArrayLike, share: float) -> float:
    """The least minutes within which ``share`` of the people are; infinite where so many never arrive.

    >>> minutes_needed([5.0, 12.0, 30.0], [50, 30, 20], 0.8), minutes_needed([5.0, np.inf], [1, 1], 1.0)
    (12.0, inf)
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}, and must lie between 0 and 1.")
    times, weight = _checked(minutes, people)
    times, weight = times[weight > 0], weight[weight > 0]
    order = np.argsort(times, kind="stable")
    inside = np.cumsum(weight[order])
    # sums of floats: what is short of the share by rounding only counts as reaching it
    place = int(np.searchsorted(inside, share * inside[-1] * (1 - 1e-12)))
    return float(times[order][min(place, len(times) - 1)])


def weighted_mean(values: ArrayLike, people: ArrayLike) -> float:
    """The mean over people; infinite where one of them has an infinite value.

    >>> weighted_mean([10.0, 20.0, np.inf], [3, 1, 0])
    12.5
    """
    amount, weight = _checked(values, people)
    return float((amount[weight > 0] * weight[weight > 0]).sum() / weight.sum())


def most_within(x: ArrayLike, y: ArrayLike, people: ArrayLike, radius: float) -> float:
    """A bound that the people in no circle of ``radius`` exceed, wherever its centre: ``x``, ``y``, radius in metres.

    A circle touches at most three cells of its radius' width each way, so it holds no more than the fullest block of
    nine cells.

    >>> most_within([0.0, 10.0, 5000.0], [0.0, 0.0, 0.0], [5, 6, 7], 100.0)
    11.0
    """
    if not 0 < radius < np.inf:
        raise ValueError(f"radius is {radius}, and must be a finite number of metres above zero.")
    weight = check_amounts("people", people, len(np.atleast_1d(x)))
    if not len(weight):
        return 0.0
    cells, inverse = _cells(x, y, radius)
    crowd = np.bincount(inverse, weight, minlength=len(cells))
    wide = int(cells[:, 1].max()) + 3
    key = cells[:, 0] * wide + cells[:, 1]  # sorted, as unique rows are
    total = np.zeros(len(cells))
    best = 0.0
    # every block of nine that holds anybody has one of its nine cells occupied: try each of them as the corner
    for down in (-2, -1, 0):
        for left in (-2, -1, 0):
            total[:] = 0.0
            for i in range(3):
                for j in range(3):
                    wanted = key + (down + i) * wide + (left + j)
                    inside = (cells[:, 1] + left + j >= 0) & (cells[:, 1] + left + j < wide)
                    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
                    total += np.where(inside & (key[at] == wanted), crowd[at], 0.0)
            best = max(best, float(total.max()))
    return best


def apart(x: ArrayLike, y: ArrayLike, distance: float) -> NDArray[np.int64]:
    """Points that lie farther than ``distance`` from each other, as many as a walk through the list finds.

    With distance twice the reach of a site no site serves two of them, so that nobody covers all with fewer sites.

    >>> apart([0.0, 50.0, 250.0], [0.0, 0.0, 0.0], 100.0).tolist()
    [0, 2]
    """
    if not 0 < distance < np.inf:
        raise ValueError(f"distance is {distance}, and must be a finite number of metres above zero.")
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not len(east):
        return np.empty(0, dtype=np.int64)
    cells, inverse = _cells(east, north, distance)
    wide = int(cells[:, 1].max()) + 3
    return np.asarray(_pick_apart(east, north, float(distance), cells[:, 0] * wide + cells[:, 1], inverse, wide))


@compiled
def _pick_apart(x, y, distance, keys, cell, wide):  # type: ignore[no-untyped-def]
    """Each point in turn, where none of those taken in its cell and the eight around it lies within the distance."""
    first = np.full(len(keys), -1, dtype=np.int64)  # of each cell the point taken last; before it the others
    before = np.full(len(x), -1, dtype=np.int64)
    taken = np.zeros(len(x), dtype=np.bool_)
    limit = distance * distance
    for point in range(len(x)):
        free = True
        for down in range(-1, 2):
            wanted = keys[cell[point]] + down * wide - 1
            at = np.searchsorted(keys, wanted)
            while free and at < len(keys) and keys[at] <= wanted + 2:
                other = first[at]
                while other >= 0 and free:
                    free = (x[other] - x[point]) ** 2 + (y[other] - y[point]) ** 2 > limit
                    other = before[other]
                at += 1
        if free:
            taken[point] = True
            before[point] = first[cell[point]]
            first[cell[point]] = point
    return np.flatnonzero(taken)


def crowds(x: ArrayLike, y: ArrayLike, people: ArrayLike, size: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Homes gathered in cells ``size`` metres wide: for each home its crowd, and of each crowd the fullest home.

    Crowds are numbered from the most people to the least.

    >>> crowd, heart = crowds([0.0, 10.0, 900.0], [0.0, 0.0, 0.0], [1, 2, 9], 500.0)
    >>> crowd.tolist(), heart.tolist()
    ([1, 1, 0], [2, 1])
    """
    if not 0 < size < np.inf:
        raise ValueError(f"size is {size}, and must be a finite number of metres above zero.")
    weight = check_amounts("people", people, len(np.atleast_1d(x)))
    if not len(weight):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    cells, inverse = _cells(x, y, size)
    total = np.bincount(inverse, weight, minlength=len(cells))
    rank = np.empty(len(cells), dtype=np.int64)
    rank[np.argsort(-total, kind="stable")] = np.arange(len(cells))
    crowd = rank[inverse]
    order = np.lexsort((-weight, crowd))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = crowd[order][1:] != crowd[order][:-1]
    return crowd, order[first]


def gains_in_order(
    reach: object, people: ArrayLike, chosen: ArrayLike, costs: ArrayLike | None = None
) -> tuple[NDArray[np.int64], Floats]:
    """The chosen sites in the order in which they bring the most, and what each adds to those before it.

    ``reach``: sites by homes as in ``maximal_cover``; ``people`` who are not served yet at each home; with ``costs``
    the most for its cost comes first. The gains add up to what all serve together; a site's gain after fewer sites is
    never less than its gain here, so that the sum over any part of them is a lower bound of what that part serves.

    >>> reach = np.array([[1, 1, 0], [0, 1, 1], [0, 1, 0]], dtype=bool)
    >>> order, gain = gains_in_order(reach, [1, 5, 2], [0, 1, 2])
    >>> order.tolist(), gain.tolist()
    ([1, 0, 2], [7.0, 1.0, 0.0])
    """
    matrix = cover_matrix(reach)
    left = check_amounts("people", people, matrix.shape[1]).copy()
    sites = np.asarray(chosen, dtype=np.int64)
    price = np.ones(matrix.shape[0]) if costs is None else check_amounts("costs", costs, matrix.shape[0])

    def gain(site: int) -> float:
        return float(left[_row(matrix, site)].sum())

    def worth(site: int, adds: float) -> float:
        return adds / price[site] if price[site] > 0 else np.inf if adds > 0 else 0.0

    waiting = [(-worth(site, gain(site)), place, site) for place, site in enumerate(sites.tolist())]
    heapq.heapify(waiting)
    order: list[int] = []
    gains: list[float] = []
    while waiting:
        _, place, site = heapq.heappop(waiting)
        adds = gain(site)
        now = -worth(site, adds)
        if waiting and (now, place) > waiting[0][:2]:
            heapq.heappush(waiting, (now, place, site))
            continue
        left[_row(matrix, site)] = 0.0
        order.append(site)
        gains.append(adds)
    return np.array(order, dtype=np.int64), np.array(gains, dtype=np.float64)


def _row(matrix: sparse.csr_array, site: int) -> NDArray[np.int32]:
    return np.asarray(matrix.indices[matrix.indptr[site] : matrix.indptr[site + 1]])


def _cells(x: ArrayLike, y: ArrayLike, size: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The occupied cells of a grid, in order, as whole numbers from zero; and the cell of each point."""
    points = np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]).astype(np.float64)
    if not np.isfinite(points).all():
        raise ValueError("x and y must be finite numbers.")
    cells = np.floor(points / size).astype(np.int64)
    cells -= cells.min(axis=0)
    wide = int(cells[:, 1].max()) + 1
    found, inverse = np.unique(cells[:, 0] * wide + cells[:, 1], return_inverse=True)
    return np.column_stack([found // wide, found % wide]), np.asarray(inverse).reshape(-1)


def _checked(values: ArrayLike, people: ArrayLike) -> tuple[Floats, Floats]:
    amount = np.asarray(values, dtype=np.float64)
    if np.isnan(amount).any():
        raise ValueError("the list holds something that is not a number (NaN).")
    weight = check_amounts("people", people, len(amount))
    if not weight.sum() > 0:
        raise ValueError("There are no people to count.")
    return amount, weight
