"""How much of a promise will stand: the share met and the chance of keeping it whole, from a value or a forecast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from luoshu.methods.mixture import Mixture
from luoshu.methods.rounding import written_step

Array = npt.NDArray[np.float64]
Comparator = Literal[">=", ">", "<=", "<", "=", "~", "between"]

COMPARATORS: tuple[Comparator, ...] = (">=", ">", "<=", "<", "=", "~", "between")
ABOUT = 0.05
"""How far from its figure "about" (~) may lie and be kept, as a share of the figure."""
_NEARLY = 1e-6


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`met`: the share of the promise expected to stand; `chance`: the probability of keeping it whole. Both 0 to 1."""

    met: float
    chance: float


def kept_range(
    comparator: Comparator, goal: float, *, goal_high: float | None = None, tolerance: float | None = None
) -> tuple[float, float]:
    """The lowest and highest value that keep the promise (ends included; > and < exclude theirs).

    "=" allows half the step that the goal is written in, "~" 5 % of the goal, either may be set by `tolerance`.
    "between" needs `goal_high`: ValueError where it is missing or below `goal`.

    >>> kept_range(">=", 120), kept_range("=", 120), kept_range("between", 20, goal_high=25)
    ((120, inf), (119.5, 120.5), (20, 25))
    """
    if comparator not in COMPARATORS:
        raise ValueError(f"The comparator {comparator!r} is not one of {', '.join(COMPARATORS)}.")
    if comparator in (">=", ">"):
        return goal, math.inf
    if comparator in ("<=", "<"):
        return -math.inf, goal
    if comparator == "between":
        if goal_high is None or goal_high < goal:
            raise ValueError("A range needs its upper end, and it must not lie below the lower one.")
        return goal, goal_high
    if tolerance is None:
        tolerance = written_step(goal) / 2 if comparator == "=" else abs(goal) * ABOUT
    return goal - tolerance, goal + tolerance


def share_met(
    value: npt.ArrayLike,
    goal: float,
    *,
    comparator: Comparator = ">=",
    goal_high: float | None = None,
    base: float | None = None,
    tolerance: float | None = None,
) -> Array:
    """The share of the promise (0 to 1) that each `value` (any shape) keeps; 1 exactly where it is kept whole.

    - A floor to be climbed to (base below goal): the part of the way from base to goal; without a base, the way
      begins at zero, so value / goal.
    - A ceiling to be brought down to (base above goal): the part of the way down from the base.
    - A floor or ceiling that was kept at the start and is then broken: what one falls short or exceeds, as a share of
      the goal, is taken off; twice the ceiling keeps nothing.
    - A range, "=" and "~": the lesser of the shares of its lower and its upper end.
    - Where the way has no length to measure by (a goal of zero without a base): kept is 1, not kept is 0.

    >>> share_met([60, 90, 130], 120, base=60).tolist()
    [0.0, 0.5, 1.0]
    >>> share_met([3.0, 4.0, 5.0], 3.0, comparator="<=", base=5.0).tolist()
    [1.0, 0.5, 0.0]
    >>> round(float(share_met(110, 100, comparator="<=")), 3)
    0.9
    >>> share_met([1, 0], 0, comparator="<=").tolist()
    [0.0, 1.0]
    """
    low, high = kept_range(comparator, goal, goal_high=goal_high, tolerance=tolerance)
    x = np.asarray(value, dtype=np.float64)
    share = np.minimum(_floor_share(x, low, base), _ceiling_share(x, high, base))
    if comparator == ">":
        share = np.where(x > low, share, np.minimum(share, 1 - _NEARLY))
    if comparator == "<":
        share = np.where(x < high, share, np.minimum(share, 1 - _NEARLY))
    return np.asarray(share)


def _floor_share(x: Array, low: float, base: float | None) -> Array:
    if low == -math.inf:
        return np.ones_like(x)
    start = base if base is not None and base < low else low - abs(low)
    return _part_of_way(x, start, low, kept=x >= low)


def _ceiling_share(x: Array, high: float, base: float | None) -> Array:
    if high == math.inf:
        return np.ones_like(x)
    start = base if base is not None and base > high else high + abs(high)
    return _part_of_way(x, start, high, kept=x <= high)


def _part_of_way(x: Array, start: float, end: float, *, kept: npt.NDArray[np.bool_]) -> Array:
    """1 where kept, else the part of the way from `start` to `end`, short of 1; 0 where the way has no length."""
    if start == end:
        return np.where(kept, 1.0, 0.0)
    with np.errstate(all="ignore"):
        part = (x / 2 - start / 2) / (end / 2 - start / 2)
    return np.where(kept, 1.0, np.clip(np.nan_to_num(part), 0.0, 1 - _NEARLY) + 0.0)


def outcome_of(
    value: float,
    goal: float,
    *,
    comparator: Comparator = ">=",
    goal_high: float | None = None,
    base: float | None = None,
    tolerance: float | None = None,
) -> Outcome:
    """The outcome where the value at the due day is known: the share met, and a chance of one or zero.

    >>> outcome_of(112, 120, base=100)
    Outcome(met=0.6, chance=0.0)
    >>> outcome_of(2.73, 2.22)
    Outcome(met=1.0, chance=1.0)
    """
    met = float(share_met(value, goal, comparator=comparator, goal_high=goal_high, base=base, tolerance=tolerance))
    return Outcome(met=met, chance=1.0 if met == 1.0 else 0.0)


def expected_outcome(
    distribution: Mixture,
    goal: float,
    *,
    comparator: Comparator = ">=",
    goal_high: float | None = None,
    base: float | None = None,
    tolerance: float | None = None,
) -> Outcome:
    """The outcome to expect of a forecast's `distribution`: mean share met, and the probability of keeping it whole.

    Neither is ever rounded up to one: only what is certain by a bound of the distribution (a total that cannot fall
    and is there already) is one.
    """
    low, high = kept_range(comparator, goal, goal_high=goal_high, tolerance=tolerance)
    if _certain(distribution, comparator, low, high):
        return Outcome(met=1.0, chance=1.0)
    below = distribution.at_most(low) if comparator == ">" else 1 - distribution.at_least(low)
    above = distribution.at_least(high) if comparator == "<" else 1 - distribution.at_most(high)
    chance = min(max(1 - (below if low > -math.inf else 0.0) - (above if high < math.inf else 0.0), 0.0), 1 - _NEARLY)
    met = distribution.expectation(
        lambda x: share_met(x, goal, comparator=comparator, goal_high=goal_high, base=base, tolerance=tolerance)
    )
    return Outcome(met=min(max(met, chance), 1 - _NEARLY), chance=chance)


def _certain(distribution: Mixture, comparator: Comparator, low: float, high: float) -> bool:
    above = distribution.low > low if comparator == ">" else distribution.low >= low
    under = distribution.high < high if comparator == "<" else distribution.high <= high
    return above and under
