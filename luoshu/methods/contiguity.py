"""Areas grouped into contiguous units: as many as reach a size, a given number evenly, the most under a budget."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.adjoining import neighbours
from luoshu.methods.siting import check_amounts
from luoshu.methods.unit_groups import groups, in_order, inner, most_possible, split, unlikeness

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SLACK = 1e-9
"""By which share of itself a size may miss its limit: sums of fractions are not exact."""


@dataclass(frozen=True, kw_only=True)
class Units:
    """Contiguous units of areas: ``unit`` of each area, from 0 on in order of their first areas; -1: in none.

    ``objective`` and ``bound``: how many units and how many at most (``max_units``), the largest and how small at least
    (``even_units``), what the chosen are worth and what no choice can exceed (``units_within``). ``unlike``: the sum of
    the differences of ``value`` between areas of the same unit.
    """

    unit: Ints
    objective: float
    bound: float
    unlike: float = 0.0

    @property
    def count(self) -> int:
        """How many units."""
        return int(self.unit.max(initial=-1)) + 1

    @property
    def gap(self) -> float:
        """How far the best could still be from the objective, as a share of the larger of the two (0: nowhere)."""
        larger = max(abs(self.objective), abs(self.bound))
        return abs(self.objective - self.bound) / larger if larger > 0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether objective and bound meet, so that no grouping has a better one."""
        return self.gap <= SLACK


def max_units(
    pairs: ArrayLike,
    size: ArrayLike,
    least: float,
    *,
    most: float = np.inf,
    value: ArrayLike | None = None,
    effort: int = 1,
    seed: int = 1,
) -> Units:
    """The most contiguous units of at least ``least`` in size each, and then units as like in ``value`` as can be.

    The max-p-regions problem (Duque, Anselin and Rey 2012): ``pairs`` of areas that adjoin, ``size`` of each area
    (households, say), ``value`` in which the areas of a unit should be alike (the year they were built). ``most``: no
    unit is larger. Areas that cannot come into any unit stay in none; without ``most`` these are only those of
    islands that are smaller than ``least`` all told. Groups of up to 16 areas are solved exactly, larger
    ones by search (``effort``: how long), the same on every run with the same ``seed``. ``bound``: no grouping has
    more units.

    >>> found = max_units([[0, 1], [1, 2], [2, 3]], [3, 2, 2, 3], 5, value=[1980, 1980, 1990, 1990])
    >>> found.unit.tolist(), found.count, found.bound, found.proven
    ([0, 0, 1, 1], 2, 2.0, True)
    """
    from luoshu.methods.unit_table import MOST_AREAS

    amount = check_amounts("size", size, len(np.atleast_1d(size)))
    like = values_of(value, len(amount))
    low, high = limits(least, most)
    starts, ends = neighbours(pairs, len(amount))
    unit, top = np.full(len(amount), -1, dtype=np.int64), 0
    for members in groups(starts, ends, amount <= high):
        if amount[members].sum() < low:
            continue
        one, two = inner(starts, ends, members)
        if len(members) <= MOST_AREAS:
            found, bound = _best_of_few(one, two, amount[members], like[members], low, high)
        else:
            found = _searched(one, two, amount[members], like[members], low, high, effort, seed)
            bound = most_possible(one, two, amount[members], low)
        top += bound
        unit[members] = np.where(found >= 0, found + int(unit.max(initial=-1)) + 1, -1)
    unit = in_order(unit)
    return Units(unit=unit, objective=float(unit.max(initial=-1) + 1), bound=float(top), unlike=unlikeness(unit, like))


def even_units(pairs: ArrayLike, size: ArrayLike, count: int, *, effort: int = 1, seed: int = 1) -> Units:
    """All areas in ``count`` contiguous units as even in size as can be: a small largest one.

    ``bound``: the largest unit is no smaller in any grouping. ValueError where there are fewer areas than units, or
    more groups that do not adjoin than units.

    >>> found = even_units([[0, 1], [1, 2], [2, 3]], [1, 2, 3, 2], 2)
    >>> found.unit.tolist(), found.objective, found.bound
    ([0, 0, 1, 1], 5.0, 4.0)
    """
    from luoshu.methods.unit_change import change_over, grow_units

    amount = check_amounts("size", size, len(np.atleast_1d(size)))
    starts, ends = neighbours(pairs, len(amount))
    parts = groups(starts, ends, np.ones(len(amount), dtype=bool))
    if count != int(count) or not len(parts) <= count <= len(amount):
        raise ValueError(
            f"count is {count}: these {len(amount)} areas in {len(parts)} separate groups make {len(parts)} to "
            f"{len(amount)} units."
        )
    share, bound = _shares([float(amount[part].sum()) for part in parts], [len(part) for part in parts], int(count))
    unit = np.full(len(amount), -1, dtype=np.int64)
    for members, number in zip(parts, share, strict=True):
        one, two = inner(starts, ends, members)
        found = grow_units(one, two, amount[members], _apart(one, two, number), seed)
        steps = effort * (20_000 + 400 * len(members))
        change_over(one, two, amount[members], amount[members], found, 0.0, np.inf, True, steps, seed)
        unit[members] = found + int(unit.max(initial=-1)) + 1
    largest = float(np.bincount(unit, weights=amount).max())
    return Units(unit=in_order(unit), objective=largest, bound=max(bound, float(amount.max())))


def _best_of_few(starts: Ints, ends: Ints, size: Floats, value: Floats, low: float, high: float) -> tuple[Ints, int]:
    """The best units of a few areas: most units, then most size in them, then most alike; and how many these are."""
    from luoshu.methods.unit_table import unit_table

    amount, count, unlike, first = unit_table(starts, ends, size, value, low, high)
    best = int(np.lexsort((unlike, -np.where(count >= 0, amount, -1.0), -count))[0])
    return split(best, first, len(size)), int(count[best])


def _searched(
    starts: Ints, ends: Ints, size: Floats, value: Floats, low: float, high: float, effort: int, seed: int
) -> Ints:
    from luoshu.methods.unit_change import change_over
    from luoshu.methods.unit_search import most_units

    unit = np.asarray(most_units(starts, ends, size, low, high, 200, effort * (2_000 + 40 * len(size)), seed))
    if unit.max() > 0 and np.ptp(value) > 0:
        change_over(starts, ends, size, value, unit, low, high, False, effort * (20_000 + 600 * len(size)), seed)
    return unit


def _apart(starts: Ints, ends: Ints, number: int) -> Ints:
    """Areas far from each other: the farthest from those before, again and again, counted in steps."""
    from scipy.sparse.csgraph import dijkstra

    graph = sparse.csr_array((np.ones(len(ends)), ends, starts), shape=(len(starts) - 1,) * 2)
    chosen = [int(np.argmax(dijkstra(graph, indices=0, unweighted=True)))]
    far = dijkstra(graph, indices=chosen[0], unweighted=True)
    while len(chosen) < number:
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, dijkstra(graph, indices=chosen[-1], unweighted=True))
    return np.array(chosen)


def _shares(sizes: list[float], areas: list[int], count: int) -> tuple[list[int], float]:
    """How many of the units each separate group gets so that the largest mean is least, and that mean."""
    share = [1] * len(sizes)
    for _ in range(count - len(sizes)):
        open_ones = [at for at in range(len(sizes)) if share[at] < areas[at]]
        share[max(open_ones, key=lambda at: sizes[at] / share[at])] += 1
    return share, max(size / number for size, number in zip(sizes, share, strict=True))


def values_of(value: ArrayLike | None, areas: int) -> Floats:
    values = np.zeros(areas) if value is None else np.asarray(value, dtype=np.float64)
    if values.shape != (areas,) or not np.isfinite(values).all():
        raise ValueError(f"value must have {areas} finite values, one for each area.")
    return values


def limits(least: float, most: float) -> tuple[float, float]:
    """The limits of a unit's size, a hair wider."""
    if not 0 < least < np.inf:
        raise ValueError(f"least is {least}, and must be a finite size above zero.")
    if not most >= least:
        raise ValueError(f"most is {most}, less than least, {least}.")
    return least * (1 - SLACK), most * (1 + SLACK)
