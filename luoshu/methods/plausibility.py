"""What looks wrong in a series: each suspicion with its code, the points that it rests on and the figures behind it.

A suspicion is a reason to ask, never a verdict. Nothing here knows what the series measures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from luoshu.methods.rounding import written_step

CODES = {
    "falls": "a total that can only grow falls",
    "contradicts": "two values for the same time differ",
    "hugs_goal": "values land just over their goal too often to be chance",
    "revised_before_appraisal": "a published value was changed shortly before an appraisal, towards the goal",
    "jumps": "a move is far out of line with the series' other moves",
    "repeats": "the same value is reported again and again",
    "round_digits": "last digits are too often 0 or 5 for measured figures",
    "even_growth": "growth is the same every year, to the last digit",
}
"""What each code means."""


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """`code` (see CODES), `points`: indices into the arrays given, `figures`: what it was judged by."""

    code: str
    points: tuple[int, ...]
    figures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def falls(years: Sequence[float], values: Sequence[float], *, tolerance: float = 0.0) -> list[Suspicion]:
    """Each fall of a total that can only grow, by more than `tolerance` (same unit, e.g. a rounding step).

    >>> falls([2020, 2021, 2022], [5, 7, 6])[0].points
    (1, 2)
    """
    found, highest = [], -1
    for i in _in_time(years, values):
        if highest >= 0 and values[i] < values[highest] - tolerance:
            found.append(_suspicion("falls", (highest, i), before=values[highest], after=values[i]))
        if highest < 0 or values[i] >= values[highest]:
            highest = i
    return found


def contradictions(
    years: Sequence[float], values: Sequence[float], *, tolerance: float | None = None
) -> list[Suspicion]:
    """Times with values that differ by more than rounding explains (or than `tolerance`).

    Without `tolerance`, 1.2 and 1.23 agree, for the coarser may be the finer one rounded; 1.2 and 1.3 do not.

    >>> contradictions([2023, 2023, 2024], [110.0, 112.0, 120.0])[0].points
    (0, 1)
    >>> contradictions([2023, 2023], [1.2, 1.23])
    []
    """
    groups: dict[float, list[int]] = {}
    for i in _in_time(years, values):
        groups.setdefault(float(years[i]), []).append(i)
    found = []
    for together in groups.values():
        low, high = min(together, key=lambda i: values[i]), max(together, key=lambda i: values[i])
        apart = values[high] - values[low]
        # A coarser figure may be the finer one rounded; two written alike cannot both be right.
        coarse, fine = (
            max(written_step(values[low]), written_step(values[high])),
            min(written_step(values[low]), written_step(values[high])),
        )
        allowed = tolerance if tolerance is not None else coarse / 2 if coarse > fine else 0.0
        if apart > allowed * (1 + 1e-9):
            found.append(_suspicion("contradicts", tuple(sorted(together)), low=values[low], high=values[high]))
    return found


def hugs_goal(
    values: Sequence[float], goals: Sequence[float], *, near: float = 0.01, at_most: float = 0.05
) -> list[Suspicion]:
    """Values that land from their goal to `near` (share of it) over it, against as close below, too often for chance.

    Were the goals no magnet, a value close to its goal would be as likely below as above: the binomial probability of
    so many above must be `at_most`. This is the test of Burgstahler & Dichev (1997) for earnings kept just positive.

    >>> hugs_goal([100.1, 80.2, 50.1, 60.3, 70.1], [100, 80, 50, 60, 70])[0].figures["over"]
    5
    """
    over, under = [], 0
    for i, (value, goal) in enumerate(zip(values, goals, strict=True)):
        if not (math.isfinite(value) and math.isfinite(goal)) or goal == 0:
            continue
        distance = (value - goal) / abs(goal)
        if 0 <= distance <= near:
            over.append(i)
        elif -near <= distance < 0:
            under += 1
    tried = len(over) + under
    chance = sum(math.comb(tried, k) for k in range(len(over), tried + 1)) / 2**tried
    if tried == 0 or chance > at_most:
        return []
    return [_suspicion("hugs_goal", tuple(over), over=len(over), under=under, chance=chance)]


def revised_before(
    as_of: Sequence[float],
    published: Sequence[float],
    values: Sequence[float],
    appraisal: float,
    *,
    goal: float | None = None,
    within: float = 0.25,
) -> list[Suspicion]:
    """Values published again within `within` years before an `appraisal`, changed (towards the `goal`, where given).

    `as_of` and `published` are (fractional) years of what a value is about and of when it came out.

    >>> revised_before([2023, 2023], [2024.1, 2024.9], [96, 101], appraisal=2025.0, goal=100)[0].points
    (0, 1)
    """
    found = []
    order = sorted(range(len(values)), key=lambda i: (as_of[i], published[i]))
    for one, two in pairwise(order):
        if as_of[one] != as_of[two] or values[one] == values[two]:
            continue
        if not appraisal - within <= published[two] <= appraisal or published[one] == published[two]:
            continue
        nearer = goal is None or abs(values[two] - goal) < abs(values[one] - goal) or values[two] >= goal > values[one]
        if nearer:
            found.append(_suspicion("revised_before_appraisal", (one, two), before=values[one], after=values[two]))
    return found


def jumps(years: Sequence[float], values: Sequence[float], *, threshold: float = 5.0) -> list[Suspicion]:
    """Moves a year whose distance from the median move is over `threshold` robust standard deviations.

    Moves are of logarithms where all values are positive. The robust standard deviation is 1.4826 times the median
    absolute deviation (Rousseeuw & Croux 1993), never less than what rounding makes; five moves at least.

    >>> jumps(range(2015, 2023), [10, 11, 12, 13, 14, 30, 31, 32])[0].points
    (4, 5)
    """
    order = _in_time(years, values)
    when, what = np.array([float(years[i]) for i in order]), np.array([float(values[i]) for i in order])
    if len(what) < 6 or np.any(np.diff(when) <= 0):
        return []
    level = float(np.abs(what).max()) or 1.0
    scaled = what / level
    positive = bool(scaled.min() > 0)
    moves = np.diff(np.log(scaled) if positive else scaled) / np.diff(when)
    middle = float(np.median(moves))
    step = max(written_step(float(v)) for v in what) / level / (float(np.median(scaled)) if positive else 1.0)
    spread = max(1.4826 * float(np.median(np.abs(moves - middle))), step, 1e-12)
    far = (moves - middle) / spread
    return [
        _suspicion("jumps", (order[k], order[k + 1]), deviations=float(far[k]))
        for k in np.flatnonzero(np.abs(far) > threshold).tolist()
    ]


def repeats(years: Sequence[float], values: Sequence[float], *, times: int = 3) -> list[Suspicion]:
    """Runs of the very same value, `times` or more in a row, in a series that moves otherwise.

    >>> repeats([2019, 2020, 2021, 2022], [7.31, 7.31, 7.31, 8.2])[0].points
    (0, 1, 2)
    """
    order = _in_time(years, values)
    if len({values[i] for i in order}) < 2:
        return []
    found, run = [], order[:1]
    for i in [*order[1:], -1]:
        if i >= 0 and values[i] == values[run[-1]]:
            run = [*run, i]
            continue
        if len(run) >= times:
            found.append(_suspicion("repeats", tuple(run), value=values[run[0]], times=len(run)))
        run = [i]
    return found


def round_digits(values: Sequence[float], *, at_most: float = 0.01) -> list[Suspicion]:
    """Last written digits that are 0 or 5 far more often than one time in five: ten figures of two digits at least.

    >>> round_digits([15, 20, 35, 40, 55, 60, 75, 80, 95, 100])[0].figures["round"]
    10
    """
    finite = [i for i, v in enumerate(values) if math.isfinite(v) and v != 0]
    if len(finite) < 10:
        return []
    step = written_step(*(float(values[i]) for i in finite))
    counted = [i for i in finite if 9.5 <= abs(values[i]) / max(step, 1e-300) < 1e15]
    even = [i for i in counted if round(abs(values[i]) / step) % 5 == 0]
    if len(counted) < 10:
        return []
    n = len(counted)
    chance = math.fsum(math.comb(n, k) * 0.2**k * 0.8 ** (n - k) for k in range(len(even), n + 1))
    if chance > at_most:
        return []
    return [_suspicion("round_digits", tuple(even), round=len(even), of=n, chance=chance)]


def even_growth(years: Sequence[float], values: Sequence[float], *, times: int = 3) -> list[Suspicion]:
    """The same growth rate (to a tenth of a per cent) in `times` or more neighbouring spans, not zero.

    >>> even_growth([2019, 2020, 2021, 2022], [100, 106, 112.36, 119.1])[0].figures["growth"]
    0.06
    """
    order = _in_time(years, values)
    rates = []
    for one, two in pairwise(order):
        span = years[two] - years[one]
        usable = span > 0 and values[one] > 0 and values[two] > 0
        rate = math.expm1(min((math.log(values[two]) - math.log(values[one])) / span, 700.0)) if usable else math.nan
        rates.append(round(rate, 3) if math.isfinite(rate) else math.nan)
    found, start = [], 0
    for k in range(1, len(rates) + 1):
        if k < len(rates) and rates[k] == rates[start]:
            continue
        if k - start >= times and rates[start] != 0:
            found.append(_suspicion("even_growth", tuple(order[start : k + 1]), growth=rates[start], times=k - start))
        start = k
    return found


def _suspicion(code: str, points: tuple[int, ...], **figures: float) -> Suspicion:
    return Suspicion(code=code, points=points, figures=MappingProxyType(figures))


def _in_time(years: Sequence[float], values: Sequence[float]) -> list[int]:
    """Indices of the finite points in order of time."""
    if len(years) != len(values):
        raise ValueError(f"There are {len(years)} years for {len(values)} values; give one year a value.")
    finite = [i for i in range(len(values)) if math.isfinite(values[i]) and math.isfinite(years[i])]
    return sorted(finite, key=lambda i: years[i])
