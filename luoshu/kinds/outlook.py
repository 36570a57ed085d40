"""What a short published series makes likely at the deadline: the fan that leads there and the chance of the goal."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Fan
from luoshu.kinds.goal import Goal

if TYPE_CHECKING:
    from luoshu.methods.mixture import Mixture

SURE = 0.99
"""No estimate is surer than this, or less sure than one minus this: only a published figure settles a promise."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The forecast for the last day of `fans`, its whole distribution included."""

    fans: tuple[Fan, ...]
    distribution: Mixture

    @property
    def last(self) -> Fan:
        return self.fans[-1]

    def outcome(self, goal: Goal, base: float | None) -> tuple[float | None, float]:
        """Expected share of the goal (None where it has none) and the chance that it is kept, never beyond `SURE`."""
        met, chance = goal.expected(self.distribution, base)
        return met, min(SURE, max(1 - SURE, chance))


def outlook(
    points: Sequence[tuple[date, float]], day: date, *, upper: float | None = None, never_falls: bool = False
) -> Outlook | None:
    """Where unevenly dated values lead by `day`; None with fewer than two values, or where `day` lies before the last.

    `upper` is a bound that holds by definition (a share: 100), `never_falls` is for counts that only grow. The
    distribution is that of `luoshu.methods.trend.fan`, which says how it was back-tested.

    >>> museums = [(date(2020, 12, 31), 100.0), (date(2021, 12, 31), 105.0), (date(2023, 12, 31), 115.0)]
    >>> ahead = outlook(museums, date(2025, 12, 31))
    >>> [fan.day.year for fan in ahead.fans], 115 < ahead.last.median < 130
    ([2024, 2025], True)
    """
    if len(points) < 2 or day <= points[-1][0]:
        return None
    from luoshu.methods.trend import fan

    last = points[-1][0]
    days = [date(year, 12, 31) for year in range(last.year, day.year) if date(year, 12, 31) > last]
    days.append(day)
    found = fan(
        [as_year(point[0]) for point in points],
        [point[1] for point in points],
        [as_year(each) for each in days],
        upper=upper,
        never_falls=never_falls,
    )
    if not found:
        return None
    fans = tuple(
        Fan(day=each, median=f.median, low80=f.low80, high80=f.high80, low95=f.low95, high95=f.high95)
        for each, f in zip(days, found, strict=True)
    )
    return Outlook(fans=fans, distribution=found[-1].distribution)


def as_year(day: date) -> float:
    """The day as a year with a fraction: the last days of two years are one apart.

    >>> as_year(date(2024, 12, 31)) - as_year(date(2023, 12, 31))
    1.0
    """
    return day.year + day.timetuple().tm_yday / (366 if calendar.isleap(day.year) else 365)
