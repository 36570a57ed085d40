"""A goal with its comparator: whether a value keeps it, how far a value falls short, and which side is better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from luoshu.methods.met import Comparator
    from luoshu.methods.mixture import Mixture

COMPARATORS: tuple[Comparator, ...] = (">=", ">", "<=", "<", "=", "~", "between")
ALMOST = 1 - 1e-6


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What keeps a promise: a level and how it binds, in the unit of the measure.

    Shares and chances are those of `luoshu.methods.met`; a goal adds what the measure knows, that one side is better.

    >>> Goal.of(">=", 120).holds(120), Goal.of(">", 6).holds(6), Goal.of("<=", 0).holds(0)
    (True, False, True)
    >>> Goal.of("between", 5, 5.5).holds(6), Goal.of("between", 5, 5.5, direction="higher").holds(6)
    (False, True)
    """

    comparator: Comparator
    level: float
    level_high: float | None = None

    @classmethod
    def of(cls, comparator: str, level: float, level_high: float | None = None, *, direction: str = "") -> Goal:
        """The goal that a comparator and a level make.

        `direction` is what the indicator says: with it, a range, an exact figure or an 左右 may be passed on the better
        side. Against a floor or a ceiling it says nothing: a ceiling stays a ceiling.
        ValueError for an unknown comparator or a range without its upper end.
        """
        from luoshu.methods.met import kept_range

        if level_high is not None and level_high < level:
            level, level_high = level_high, level
        known = next((each for each in COMPARATORS if each == comparator), None)
        if known is None:
            raise ValueError(f"comparator {comparator!r} is not one of {' '.join(COMPARATORS)}")
        low, high = kept_range(known, level, goal_high=level_high)
        if known in ("=", "~", "between") and direction == "higher":
            return cls(comparator=">=", level=low)
        if known in ("=", "~", "between") and direction == "lower":
            return cls(comparator="<=", level=high)
        return cls(comparator=known, level=level, level_high=level_high if known == "between" else None)

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value that keep the goal; infinite where there is no such end."""
        from luoshu.methods.met import kept_range

        return kept_range(self.comparator, self.level, goal_high=self.level_high)

    @property
    def low(self) -> float:
        return self.ends[0]

    @property
    def high(self) -> float:
        return self.ends[1]

    @property
    def direction(self) -> str:
        """`higher` for a floor, `lower` for a ceiling, else `none`."""
        return "higher" if self.comparator in (">=", ">") else "lower" if self.comparator in ("<=", "<") else "none"

    @property
    def figure(self) -> float:
        """The one figure that stands for the goal where a range cannot be shown: its only end, else its middle."""
        if self.low == -math.inf or self.high == math.inf:
            return self.high if self.low == -math.inf else self.low
        return (self.low + self.high) / 2

    def holds(self, value: float) -> bool:
        """Whether `value` keeps the goal; rounding in the last binary digit neither keeps nor breaks it."""
        slack = 1e-9 * abs(value) if value else 1e-12
        above = value > self.low + slack if self.comparator == ">" else value >= self.low - slack
        below = value < self.high - slack if self.comparator == "<" else value <= self.high + slack
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

    def share(self, value: float, base: float | None = None) -> float | None:
        """Share of the goal (0 to 1) that `value` keeps; 1 only where it is kept; None where no share can be said.

        Counted from `base`, else from zero; a goal of zero has no share without a base.

        >>> round(Goal.of(">=", 120).share(112), 3), Goal.of("<=", 0).share(3, base=12)
        (0.933, 0.75)
        >>> print(Goal.of("<=", 0).share(3))
        None
        """
        from luoshu.methods.met import share_met

        if self.holds(value):
            return 1.0
        if self.edge(value) == 0 and not self._on_the_way(value, base):
            return None
        found = share_met(value, self.level, comparator=self.comparator, goal_high=self.level_high, base=base)
        return min(ALMOST, float(found))

    def expected(self, distribution: Mixture, base: float | None) -> tuple[float | None, float]:
        """Expected share (None where the goal has no share) and the chance that the goal is kept, under a forecast."""
        from luoshu.methods.met import expected_outcome

        found = expected_outcome(
            distribution, self.level, comparator=self.comparator, goal_high=self.level_high, base=base
        )
        pointless = self.figure == 0 and (base is None or base == 0)
        return (None if pointless else found.met), found.chance

    def way(self, value: float, start: float | None) -> float | None:
        """Share of the way from `start` to the goal that is covered; 0 where it went back, None without a way."""
        if self.holds(value):
            return 1.0
        if start is None or not self._on_the_way(value, start):
            return None
        edge = self.edge(value)
        return min(ALMOST, max(0.0, (value - start) / (edge - start)))

    def _on_the_way(self, value: float, start: float | None) -> bool:
        """Whether `start` lies on the same side of the goal as `value`, so that there is a way from it to the goal."""
        edge = self.edge(value)
        return start is not None and start != edge and (start < edge) == (value <= self.low)
