"""What a short published series makes likely at the deadline: quantiles, from which share, chance and fan are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from luoshu.kinds.commitment import Fan
from luoshu.kinds.goal import Goal

YEAR = 365.25
PROBABILITIES = tuple((i + 0.5) / 200 for i in range(200))
SURE = 0.99
"""No estimate is surer than this, or less sure than one minus this: only a published figure settles a promise."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """A distribution of the value on `day`, as its values at `PROBABILITIES`, low to high; `method` names the model."""

    day: date
    values: tuple[float, ...]
    method: str

    @property
    def median(self) -> float:
        return self.at(0.5)

    def at(self, probability: float) -> float:
        """The value that is not exceeded with this probability."""
        place = probability * len(self.values) - 0.5
        below = max(0, min(len(self.values) - 2, math.floor(place)))
        part = min(1.0, max(0.0, place - below))
        return self.values[below] * (1 - part) + self.values[below + 1] * part

    def chance(self, goal: Goal) -> float:
        """Probability that the goal is kept, never surer than `SURE`."""
        return min(SURE, max(1 - SURE, sum(map(goal.holds, self.values)) / len(self.values)))

    def share(self, goal: Goal, start: float | None) -> float | None:
        """Expected share of the goal; None where one of the values has no share."""
        shares = [goal.share(value, start) for value in self.values]
        known = [share for share in shares if share is not None]
        return sum(known) / len(known) if len(known) == len(shares) else None

    def fan(self) -> Fan:
        return Fan(
            day=self.day,
            median=self.median,
            low80=self.at(0.1),
            high80=self.at(0.9),
            low95=self.at(0.025),
            high95=self.at(0.975),
        )


def drift(points: Sequence[tuple[date, float]], day: date, *, floor: float | None = None) -> Outlook | None:
    """Where unevenly dated values lead by `day`: a random walk with drift; None with fewer than two values.

    Between two values `h` years apart the series moves by N(m h, s² h); m is the whole move over the whole time, and s is
    estimated with two degrees of freedom of prior belief (half the drift, at least a hundredth of the level a year), since
    two or three values cannot say how uneven a series is. The forecast is Student's t with variance s² h (1 + h / T).
    `floor` is a value that the series cannot fall below, as a count that only grows.

    >>> months = [(date(2020, 12, 31), 100.0), (date(2022, 12, 31), 110.0), (date(2023, 12, 31), 115.0)]
    >>> round(drift(months, date(2025, 12, 31)).median)
    125
    """
    if len(points) < 2:
        return None
    times = [point[0].toordinal() / YEAR for point in points]
    values = [point[1] for point in points]
    length = times[-1] - times[0]
    ahead = day.toordinal() / YEAR - times[-1]
    if length <= 0 or ahead < 0:
        return None
    slope = (values[-1] - values[0]) / length
    level = max(abs(v) for v in values)
    prior = max(abs(slope) / 2, level / 100, 1e-12)
    steps = [(values[i + 1] - values[i], times[i + 1] - times[i]) for i in range(len(values) - 1)]
    squares = sum((move - slope * time) ** 2 / time for move, time in steps if time > 0)
    freedom = 2 + max(0, len(steps) - 1)
    spread = math.sqrt((2 * prior**2 + squares) / freedom * ahead * (1 + ahead / length))
    middle = values[-1] + slope * ahead
    found = [middle + spread * student(p, freedom) for p in PROBABILITIES]
    if floor is not None:
        found = [max(floor, value) for value in found]
    return Outlook(day=day, values=tuple(found), method="drift")


def student(probability: float, freedom: int) -> float:
    """Quantile of Student's t: exact for two degrees of freedom, else Hill's expansion (Hill 1970) to the fourth term.

    >>> round(student(0.975, 2), 3), round(student(0.975, 10), 2)
    (4.303, 2.23)
    """
    if freedom == 2:
        return (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    z = NormalDist().inv_cdf(probability)
    n = freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)
    )
