"""Adding up by type: a sum, a ratio of sums, the last, a running total, a distinct count; a share is never summed."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from luoshu.methods.rounding import written_step

Way = Literal["sum", "ratio", "last", "cumulative", "distinct"]

WAYS: tuple[Way, ...] = ("sum", "ratio", "last", "cumulative", "distinct")
"""The ways that figures may be put together; every measure has exactly one."""


class NotAdditive(ValueError):
    """Raised where figures are asked to be put together in a way that would give a wrong number."""


def total(values: Iterable[float], *, share: bool = False) -> float:
    """The sum of amounts (exact to the last digit of a float). A share is refused: NotAdditive.

    >>> total([1.5, 2.5, 3.0])
    7.0
    >>> total([20.0, 30.0], share=True)
    Traceback (most recent call last):
    ...
    luoshu.methods.aggregation.NotAdditive: Shares cannot be added up; take the ratio of the sums instead.
    """
    if share:
        raise NotAdditive("Shares cannot be added up; take the ratio of the sums instead.")
    return math.fsum(_known(values))


def ratio_of_sums(tops: Sequence[float], bottoms: Sequence[float]) -> float:
    """The share of the whole: sum of the tops over sum of the bottoms, not the mean of the shares.

    NotAdditive where a top lacks its bottom, or the bottoms add to zero.

    >>> ratio_of_sums([50, 10], [100, 10])
    0.5454545454545454
    """
    if len(tops) != len(bottoms):
        raise NotAdditive(f"There are {len(tops)} parts for {len(bottoms)} wholes; each share needs both.")
    whole = math.fsum(_known(bottoms))
    if whole == 0:
        raise NotAdditive("The wholes add up to zero, so that no share of them exists.")
    return math.fsum(_known(tops)) / whole


def share_of_shares(shares: Sequence[float], wholes: Sequence[float]) -> float:
    """The share of the whole from the shares of its parts and their sizes: each share times its whole, over the wholes.

    >>> share_of_shares([0.5, 1.0], [100, 10])
    0.5454545454545454
    """
    if len(shares) != len(wholes):
        raise NotAdditive(f"There are {len(shares)} shares for {len(wholes)} wholes; each share needs its own.")
    return ratio_of_sums([s * w for s, w in zip(shares, wholes, strict=True)], wholes)


def last(years: Sequence[float], values: Sequence[float], *, by: float | None = None) -> float | None:
    """The latest value (of those up to the year `by`) of a stock, such as museums; None where there is none.

    >>> last([2021, 2023, 2022], [102, 112, 106]), last([2021, 2023], [102, 112], by=2022)
    (112.0, 102.0)
    """
    points = _points(years, values, by)
    return points[-1][1] if points else None


def cumulative(years: Sequence[float], values: Sequence[float], *, by: float | None = None) -> list[float]:
    """The running totals of yearly amounts in order of time, for a flow counted since the start of a plan.

    NotAdditive where one year is given twice: it would be counted twice.

    >>> cumulative([2022, 2021, 2023], [3.0, 2.0, 4.0])
    [2.0, 5.0, 9.0]
    """
    points = _points(years, values, by)
    moments = [year for year, _ in points]
    if len(set(moments)) < len(moments):
        twice = next(year for i, year in enumerate(moments) if year in moments[:i])
        raise NotAdditive(f"The year {twice:g} is given twice and would be counted twice.")
    return [math.fsum(value for _, value in points[: i + 1]) for i in range(len(points))]


def distinct(groups: Iterable[Collection[Hashable]]) -> int:
    """How many different things the groups hold together, for what may be counted by several owners.

    >>> distinct([{"White Horse Temple", "Longmen"}, {"Longmen"}])
    2
    """
    return len(set().union(*(set(group) for group in groups)))


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Parts against their whole: `difference` is their sum less the whole; rounding explains `allowed` of it."""

    parts: float
    whole: float
    difference: float
    allowed: float
    agrees: bool


def parts_against_whole(
    parts: Sequence[float], whole: float, *, step: float | None = None, complete: bool = True
) -> Balance:
    """Whether parts add up to their published whole, but for rounding: half a step for each part and for the whole.

    `step` is what the figures are rounded to; without it, the finest step they are written in. `complete=False` where
    parts may be missing: then they only must not exceed the whole.

    >>> parts_against_whole([33.3, 33.3, 33.3], 100.0).agrees, parts_against_whole([40, 50], 100).agrees
    (True, False)
    >>> parts_against_whole([40, 50], 100, complete=False).agrees
    True
    """
    known = list(_known(parts))
    step = written_step(*known, whole) if step is None else step
    allowed = step / 2 * (len(known) + 1)
    sum_of_parts = math.fsum(known)
    difference = math.fsum([*known, -whole])
    slack = allowed + 1e-9 * max(abs(sum_of_parts), abs(whole))
    return Balance(
        parts=sum_of_parts,
        whole=whole,
        difference=difference,
        allowed=allowed,
        agrees=difference <= slack and (not complete or difference >= -slack),
    )


def _known(values: Iterable[float]) -> list[float]:
    """The values, all finite: a missing one would make the sum too small without a word."""
    known = [float(value) for value in values]
    for place, value in enumerate(known, start=1):
        if not math.isfinite(value):
            raise NotAdditive(f"Figure {place} is missing or not finite; a sum without it would be wrong.")
    return known


def _points(years: Sequence[float], values: Sequence[float], by: float | None) -> list[tuple[float, float]]:
    if len(years) != len(values):
        raise NotAdditive(f"There are {len(years)} years for {len(values)} values; give one year a value.")
    points = sorted(zip(map(float, years), _known(values), strict=True), key=lambda point: point[0])
    return [point for point in points if by is None or point[0] <= by]
