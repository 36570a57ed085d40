"""A goal with its comparator: whether a value keeps it, how far a value falls short, and which side is the better one."""

from __future__ import annotations

import math
from dataclasses import dataclass

COMPARATORS = (">=", ">", "<=", "<", "=", "~", "between")
DIRECTIONS = ("", "higher", "lower", "none")
ABOUT = 0.05
"""How far from its figure a goal of 左右 may end, as a share of the figure; the practice of PRC budget reviews."""
ALMOST = 1 - 1e-6


@dataclass(frozen=True, kw_only=True)
class Goal:
    """The values that keep a promise: from `low` to `high`, each end counted unless strict.

    >>> Goal.of(">=", 120).holds(120), Goal.of(">", 6).holds(6), Goal.of("<=", 0).holds(0)
    (True, False, True)
    >>> Goal.of("between", 5, 5.5).holds(6), Goal.of("between", 5, 5.5, direction="higher").holds(6)
    (False, True)
    """

    low: float = -math.inf
    high: float = math.inf
    low_strict: bool = False
    high_strict: bool = False
    direction: str = "none"

    @classmethod
    def of(cls, comparator: str, level: float, level_high: float | None = None, *, direction: str = "") -> Goal:
        """The goal that a comparator and a level make.

        `direction` is what the indicator says: with it, a range or an 左右 may be overshot on the better side.
        A direction that contradicts the comparator is ignored: a ceiling stays a ceiling.
        Raises ValueError for an unknown comparator or a range without its upper end.
        """
        if comparator in (">=", ">"):
            return cls(low=level, low_strict=comparator == ">", direction="higher")
        if comparator in ("<=", "<"):
            return cls(high=level, high_strict=comparator == "<", direction="lower")
        if comparator == "between":
            if level_high is None:
                raise ValueError("a range needs its upper end, level_high")
            low, high = sorted((level, level_high))
        elif comparator == "~":
            low, high = level - abs(level) * ABOUT, level + abs(level) * ABOUT
        elif comparator == "=":
            low = high = level
        else:
            raise ValueError(f"comparator {comparator!r} is not one of {' '.join(COMPARATORS)}")
        if direction == "higher":
            return cls(low=low, direction="higher")
        if direction == "lower":
            return cls(high=high, direction="lower")
        return cls(low=low, high=high)

    def holds(self, value: float) -> bool:
        """Whether `value` keeps the goal; rounding of the last binary digit does not break it."""
        slack = 1e-9 * max(1.0, abs(value)) if value else 1e-12
        above = value > self.low + slack if self.low_strict else value >= self.low - slack
        below = value < self.high - slack if self.high_strict else value <= self.high + slack
        return above and below

    def edge(self, value: float) -> float:
        """The end of the goal that `value` has to reach; `value` itself where the goal is kept."""
        if self.holds(value):
            return value
        return self.low if value <= self.low else self.high

    def gap(self, value: float) -> float:
        """How much is missing, in the unit of the goal; 0 where it is kept.

        >>> Goal.of(">=", 120).gap(112), Goal.of("<=", 40).gap(43)
        (8, 3)
        """
        return abs(self.edge(value) - value)

    def share(self, value: float, start: float | None = None) -> float | None:
        """Share of the goal (0 to 1) that `value` stands for; 1 only where it is kept; None where no share can be said.

        A goal above zero is counted from zero: `value / goal` upwards, `goal / value` downwards. Goals of zero or below and
        values below zero have no such ratio: they are counted along the way from `start`, where the promise began.

        >>> round(Goal.of(">=", 120).share(112), 3), Goal.of("<=", 0).share(3, start=12)
        (0.933, 0.75)
        >>> print(Goal.of("<=", 0).share(3))
        None
        """
        if self.holds(value):
            return 1.0
        edge = self.edge(value)
        rising = value <= self.low
        if edge > 0 and value >= 0:
            return min(ALMOST, value / edge if rising else edge / value)
        return self.way(value, start)

    def way(self, value: float, start: float | None) -> float | None:
        """Share of the way from `start` to the goal that is covered; 0 where it went back, None without a start."""
        if self.holds(value):
            return 1.0
        edge = self.edge(value)
        if start is None or start == edge or (start < edge) != (value <= self.low):
            return None
        return min(ALMOST, max(0.0, (value - start) / (edge - start)))
