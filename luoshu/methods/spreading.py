"""Totals of areas spread over points inside them, so that every total is kept: by given weights, or as towns thin out.

Spreading people over what is known to be inhabited is dasymetric mapping (J. K. Wright, "A method of mapping densities
of population", Geographical Review 26, 1936).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.coordinates import Floats
from luoshu.methods.sphere import EARTH_METRES

Ints = NDArray[np.int64]

MOST_CELLS = 2e6
"""Cells that one book may come to: beyond it they are made wider."""
MOST_WIDENED = 1024.0
"""By how much the scale of a town may be widened: beyond it its people stand evenly for any area there is."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Values of the points, and the areas (their numbers) whose total found no point to stand on."""

    values: Floats
    unplaced: Ints


def spread(totals: ArrayLike, area: ArrayLike, weight: ArrayLike) -> Spread:
    """Each area's total over its points in proportion to their weights.

    `totals`: of a areas, zero or more; `area`: for n points the number of their area (-1: in none); `weight`: n weights
    of zero or more. An area whose points have no weight at all shares its total evenly among them; one with a total
    and without points is `unplaced`. The values of an area add up to its total to within rounding (1 part in 10^15).
    ValueError where a total or weight is negative or not finite.

    >>> spread([90.0, 10.0, 5.0], [0, 0, 1, -1], [1.0, 2.0, 0.0, 7.0])
    Spread(values=array([30., 60., 10.,  0.]), unplaced=array([2]))
    """
    sums, where, weights = _checked(totals, area, weight)
    of = np.bincount(where[where >= 0], minlength=len(sums))
    heavy = np.bincount(where[where >= 0], weights=weights[where >= 0], minlength=len(sums))
    values = np.zeros(len(where))
    inside = where >= 0
    home = where[inside]
    even = heavy[home] <= 0
    share = np.where(even, 1.0 / np.maximum(of[home], 1), weights[inside] / np.where(even, 1.0, heavy[home]))
    values[inside] = share * sums[home]
    return Spread(values=values, unplaced=np.flatnonzero((of == 0) & (sums > 0)))


def whole(totals: ArrayLike, area: ArrayLike, values: ArrayLike) -> Floats:
    """Values of points as whole numbers that add up to each area's (whole) total: the largest remainders round up.

    Of equal remainders the point that stands first rounds up, so the answer does not depend on chance (Hamilton's
    method). ValueError where a total is no whole number.

    >>> whole([10], [0, 0, 0], [10 / 3, 10 / 3, 10 / 3])
    array([4., 3., 3.])
    """
    sums, where, parts = _checked(totals, area, values)
    if np.any(sums != np.round(sums)):
        raise ValueError("only whole totals can be spread in whole numbers")
    low = np.floor(parts + 1e-9)
    inside = where >= 0
    lacking = sums - np.bincount(where[inside], weights=low[inside], minlength=len(sums))
    order = np.lexsort((np.arange(len(parts)), low - parts, where))
    order = order[where[order] >= 0]
    first = np.searchsorted(where[order], np.arange(len(sums)))
    rank = np.arange(len(order)) - first[where[order]]
    low[order[rank < lacking[where[order]]]] += 1
    return low


def _checked(totals: ArrayLike, area: ArrayLike, weight: ArrayLike) -> tuple[Floats, Ints, Floats]:
    sums = np.asarray(totals, dtype=np.float64)
    where, weights = np.asarray(area, dtype=np.int64), np.asarray(weight, dtype=np.float64)
    if where.shape != weights.shape:
        raise ValueError(f"there are {where.size} areas for {weights.size} weights; each point needs both")
    if where.size and where.max() >= len(sums):
        raise ValueError(f"a point lies in area {where.max()}, but there are only {len(sums)}")
    if not (np.isfinite(sums).all() and np.isfinite(weights).all()) or (sums < 0).any() or (weights < 0).any():
        raise ValueError("totals and weights are finite numbers of zero or more")
    return sums, where, weights


def centre_scale(people: ArrayLike, density: float) -> Floats:
    """Over how many metres the density of a town falls to 1/e of that in its centre.

    Clark's law (C. Clark, "Urban population densities", Journal of the Royal Statistical Society A 114, 1951):
    density(r) = density(0) · exp(-r / a); all of it together is 2π · density(0) · a², so a = √(people / 2π·density).
    `density`: people a km² in the centre.

    >>> centre_scale([240_000.0], 10_000.0).round()
    array([1954.])
    """
    if not density > 0:
        raise ValueError(f"the density of a centre is more than zero, not {density:g}")
    found: Floats = 1000.0 * np.sqrt(np.asarray(people, dtype=np.float64) / (2 * np.pi * density))
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Towns:
    """People of towns over the cells around them: `people` of n cells, and the `scale` of each town in metres."""

    people: Floats
    scale: Floats


def towns_over(metres: ArrayLike, people: ArrayLike, density: float, cell_km2: float) -> Towns:
    """The people of towns over cells by Clark's law, each town with `density` people a km² in its centre.

    `metres`: t towns x n cells, distances from each centre to the middle of each cell; `people` of t towns; the towns'
    densities are added up. Where the cells do not hold all of them (a town at the edge of the area), all scales are
    widened by one factor until they do; where even the whole area at that density is too small, they stand evenly.
    The cells add up to the towns' people exactly (to within rounding). ValueError without a cell.

    >>> one = towns_over([[0.0, 1000.0, 2000.0]], [5000.0], 10_000.0, 0.25)
    >>> one.people.round(), one.scale.round()
    (array([2500., 1545.,  955.]), array([2078.]))
    """
    far = np.atleast_2d(np.asarray(metres, dtype=np.float64))
    count = np.atleast_1d(np.asarray(people, dtype=np.float64))
    if not far.shape[1]:
        raise ValueError("people of towns need at least one cell to live in")
    inhabited = count > 1e-6  # a millionth of a person has no town
    scale = centre_scale(count, density)
    total = float(count[inhabited].sum())
    if not total > 0:
        return Towns(people=np.zeros(far.shape[1]), scale=scale)

    def held(wider: float) -> Floats:
        found: Floats = density * cell_km2 * np.exp(-far[inhabited] / (wider * scale[inhabited, None])).sum(axis=0)
        return found

    low, high = 1.0, 1.0
    while held(high).sum() < total and high < MOST_WIDENED:
        low, high = high, high * 2
    for _ in range(40 if low < high < MOST_WIDENED else 0):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if held(middle).sum() < total else (low, middle)
    made = held(high)
    sum_made = made.sum()
    made = made * (total / sum_made) if sum_made > 0 else np.full(far.shape[1], total / far.shape[1])
    return Towns(people=made, scale=scale * high)


def metres_from(lon: ArrayLike, lat: ArrayLike, centre_lon: ArrayLike, centre_lat: ArrayLike) -> Floats:
    """Metres from each of t centres to each of n points: t x n, on the plane; off by less than 0.2 % within 100 km."""
    x, y = np.asarray(lon, dtype=np.float64)[None, :], np.asarray(lat, dtype=np.float64)[None, :]
    at_x, at_y = np.asarray(centre_lon, dtype=np.float64)[:, None], np.asarray(centre_lat, dtype=np.float64)[:, None]
    east = np.radians(x - at_x) * np.cos(np.radians((y + at_y) / 2))
    found: Floats = np.hypot(east, np.radians(y - at_y)) * EARTH_METRES
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Middles of the cells of a grid: degrees, and the numbers of row and column, the same in every book."""

    lon: Floats
    lat: Floats
    row: Ints
    column: Ints

    def __len__(self) -> int:
        return len(self.lon)


def affordable_metres(boxes: ArrayLike, metres: float, most: float = MOST_CELLS) -> float:
    """The side of a cell, made wider where the boxes (rows of west, south, east, north) would hold too many cells.

    >>> county, half_a_country = [112.0, 34.0, 113.0, 35.0], [100.0, 20.0, 120.0, 40.0]
    >>> affordable_metres([county], 500.0), round(affordable_metres([half_a_country], 500.0))
    (500.0, 1463)
    """
    edges = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    side = np.radians(1.0) * EARTH_METRES
    high = (edges[:, 3] - edges[:, 1]) * side
    wide = (edges[:, 2] - edges[:, 0]) * side * np.cos(np.radians((edges[:, 1] + edges[:, 3]) / 2))
    return max(metres, float(np.sqrt((wide * high).sum() / most)))


def cells_over(west: float, south: float, east: float, north: float, metres: float) -> Cells:
    """The cells of a grid of so many metres whose middles lie in a box of degrees.

    Rows are counted from the equator, columns from Greenwich, and a column is as wide as a row is high in the middle
    of its row: so cells have equal areas to within 0.1 %, and their numbers do not depend on the box. ValueError for a
    box that is none, and for more than eight million cells.

    >>> grid = cells_over(112.40, 34.60, 112.42, 34.61, 500)
    >>> len(grid), int(grid.row[0]), int(grid.column[0])
    (6, 7695, 20575)
    """
    if not (west <= east and -89 <= south <= north <= 89 and metres > 0):
        raise ValueError("a grid needs a box of degrees, away from the poles, and cells larger than nothing")
    high = float(np.degrees(metres / EARTH_METRES))
    if (east - west) * (north - south) / high**2 > 8e6:
        raise ValueError(f"cells of {metres:g} m are too small for this box: there would be more than eight million")
    rows = np.arange(np.ceil(south / high - 0.5), np.floor(north / high - 0.5) + 1).astype(np.int64)
    wide = high / np.cos(np.radians((rows + 0.5) * high))
    first = np.ceil(west / wide - 0.5).astype(np.int64)
    count = np.maximum(np.floor(east / wide - 0.5).astype(np.int64) - first + 1, 0)
    which = np.repeat(np.arange(len(rows)), count)
    column = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[which]
    row = rows[which]
    return Cells(lon=(column + 0.5) * wide[which], lat=np.asarray((row + 0.5) * high), row=row, column=column)
