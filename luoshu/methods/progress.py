"""Published methods of progress assessment, side by side: compound pace, linear pace, distance to target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Direction = Literal["up", "down"]

EUROSTAT_BANDS = ((0.95, "significant"), (0.60, "moderate"), (0.0, "insufficient"), (-math.inf, "away"))
"""Ratio of actual to required growth, and its name (Eurostat, monitoring report on the SDGs, annex on method)."""
UN_BANDS = ((0.95, "on_track"), (0.50, "fair"), (-0.10, "limited"), (-math.inf, "deterioration"))
"""The same for the United Nations' SDG Progress Chart (technical note 2022)."""
DISTANCE_BANDS = ((1.0, "reached"), (0.5, "most"), (0.0, "part"), (-math.inf, "away"))
"""Share of the way from base to goal."""

_EDGE = 1e-9  # a ratio that is on a band's edge but for the last digits of a float belongs to the better band

WHY = {
    "missing": "a figure is missing",
    "no_time": "no time has passed between the base and the value, or between the base and the due day",
    "base_not_positive": "the base, the value or the goal is zero or negative, so that no growth rate exists",
    "goal_is_base": "the goal equals the base, so that nothing has to change",
    "kept_at_base": "the goal was already kept at the base, so that no pace is required",
}
"""Why a method gives no answer, by code."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What one method says: `ratio` (1 = just enough), its `band`, or the code of the reason `why` it cannot say.

    `actual` and `required` are what the ratio compares: a growth rate a year, a change a year, or a distance.
    """

    method: str
    ratio: float | None = None
    band: str | None = None
    why: str | None = None
    actual: float | None = None
    required: float | None = None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What it would take from now on: change a year, and growth a year as a share; None, with `why`, if undefined."""

    a_year: float | None
    compound: float | None
    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a pace stands among a series' own: matched in `matched` of `of` spans; their `fastest` and `median`."""

    matched: int
    of: int
    share: float
    fastest: float
    median: float


def compound_pace(
    base: float | None,
    base_year: float | None,
    value: float | None,
    year: float | None,
    goal: float | None,
    goal_year: float | None,
    *,
    direction: Direction | None = None,
) -> Progress:
    """Actual over required compound annual growth rate (CAGR) since the base, in Eurostat's bands.

    CAGR = (value / base) ** (1 / years) - 1, required = (goal / base) ** (1 / years) - 1; a ratio of 95 % and more is
    significant progress, 60 to 95 % moderate, 0 to 60 % insufficient, below 0 movement away. Source: Eurostat,
    Sustainable development in the European Union, monitoring report on progress towards the SDGs, annex on method.
    `direction` ("up", "down") says which way the goal bids; without it the base and the goal say so.

    >>> p = compound_pace(100, 2015, 110, 2020, 130, 2030)
    >>> round(p.actual, 4), round(p.required, 4), round(p.ratio, 3), p.band
    (0.0192, 0.0176, 1.091, 'significant')
    >>> compound_pace(0, 2015, 110, 2020, 130, 2030).why
    'base_not_positive'
    """
    method = "compound"
    figures = _figures(base, base_year, value, year, goal, goal_year, direction)
    if isinstance(figures, str):
        return Progress(method=method, why=figures)
    base, base_year, value, year, goal, goal_year = figures
    if base <= 0 or value <= 0 or goal <= 0:
        return Progress(method=method, why="base_not_positive")
    actual = math.expm1((math.log(value) - math.log(base)) / (year - base_year))
    required = math.expm1((math.log(goal) - math.log(base)) / (goal_year - base_year))
    return _judged(method, actual, required, EUROSTAT_BANDS)


def linear_pace(
    base: float | None,
    base_year: float | None,
    value: float | None,
    year: float | None,
    goal: float | None,
    goal_year: float | None,
    *,
    direction: Direction | None = None,
) -> Progress:
    """Actual over required change a year since the base, in the bands of the United Nations' SDG Progress Chart.

    A ratio of 0.95 and more is on track, 0.5 to 0.95 fair, -0.1 to 0.5 limited or none, below -0.1 deterioration.
    Zero and negative values and goals of zero are welcome. Source of the bands: United Nations Statistics Division,
    The Sustainable Development Goals Progress Chart 2022, technical note (which applies them to compound rates); the
    linear reference path is that of ESCAP, Asia and the Pacific SDG Progress Report, technical notes.

    >>> linear_pace(-5, 2020, -3, 2022, 0, 2025).ratio
    1.0
    >>> linear_pace(100, 2020, 100, 2023, 80, 2025).band
    'limited'
    """
    method = "linear"
    figures = _figures(base, base_year, value, year, goal, goal_year, direction)
    if isinstance(figures, str):
        return Progress(method=method, why=figures)
    base, base_year, value, year, goal, goal_year = figures
    actual = (value - base) / (year - base_year)
    required = (goal - base) / (goal_year - base_year)
    return _judged(method, actual, required, UN_BANDS)


def distance(
    base: float | None, value: float | None, goal: float | None, *, direction: Direction | None = None
) -> Progress:
    """Share of the way from base to goal that is done, whatever the time; may exceed 1 or be negative.

    Source: ESCAP's current status index and OECD, Measuring Distance to the SDG Targets, both in this plain form.

    >>> distance(66, 112, 120).ratio.__round__(3), distance(66, 112, 120).band
    (0.852, 'most')
    """
    method = "distance"
    figures = _figures(base, 0.0, value, 1.0, goal, 1.0, direction)
    if isinstance(figures, str):
        return Progress(method=method, why=figures)
    base, _, value, _, goal, _ = figures
    return _judged(method, value - base, goal - base, DISTANCE_BANDS)


def required_by_now(
    base: float, base_year: float, goal: float, goal_year: float, year: float, *, compound: bool = False
) -> float | None:
    """Where the straight path from base to goal (or that of even growth) stands in `year`; None if undefined.

    >>> required_by_now(100, 2020, 150, 2025, 2022)
    120.0
    """
    if goal_year <= base_year:
        return None
    part = min(max((year - base_year) / (goal_year - base_year), 0.0), 1.0)
    if compound:
        if base <= 0 or goal <= 0:
            return None
        return math.exp(math.log(base) * (1 - part) + math.log(goal) * part)
    return base * (1 - part) + goal * part


def needed_pace(
    value: float | None,
    year: float | None,
    goal: float | None,
    goal_year: float | None,
    *,
    direction: Direction | None = None,
) -> Pace:
    """What it would take from the last value on: change a year and compound growth a year; zero where it is kept.

    >>> needed_pace(112, 2023, 120, 2025).a_year
    4.0
    >>> needed_pace(0, 2023, 120, 2025).why
    'base_not_positive'
    """
    if value is None or year is None or goal is None or goal_year is None:
        return Pace(a_year=None, compound=None, why="missing")
    if (direction == "up" and value >= goal) or (direction == "down" and value <= goal) or value == goal:
        return Pace(a_year=0.0, compound=0.0, why="kept_at_base")
    if goal_year <= year:
        return Pace(a_year=None, compound=None, why="no_time")
    a_year = (goal - value) / (goal_year - year)
    if value <= 0 or goal <= 0:
        return Pace(a_year=a_year, compound=None, why="base_not_positive")
    return Pace(a_year=a_year, compound=math.expm1((math.log(goal) - math.log(value)) / (goal_year - year)))


def unusual(
    years: Sequence[float],
    values: Sequence[float],
    pace: float,
    *,
    over: float | None = None,
    compound: bool = False,
) -> Standing | None:
    """How often the series itself went at `pace` or faster (in the pace's own direction); None without past spans.

    Spans run between neighbouring points; with `over` (years), between any two points that far apart, within half a
    year: a pace needed for five years is compared with five years, not with one lucky one. `compound`: `pace` is a
    growth rate a year, and spans that touch zero are left out.

    >>> unusual([2018, 2019, 2020, 2021], [100, 104, 106, 112], pace=5).matched
    1
    >>> unusual([2018, 2019, 2020, 2021], [100, 104, 106, 112], pace=4, over=3).share
    1.0
    """
    points = sorted((y, v) for y, v in zip(years, values, strict=True) if math.isfinite(y) and math.isfinite(v))
    paces = []
    for i, (y0, v0) in enumerate(points):
        for y1, v1 in points[i + 1 : i + 2] if over is None else points[i + 1 :]:
            if y1 <= y0 or (over is not None and abs(y1 - y0 - over) > 0.5):
                continue
            if not compound:
                paces.append(v1 / (y1 - y0) - v0 / (y1 - y0))
            elif v0 > 0 and v1 > 0:
                paces.append(math.expm1(min((math.log(v1) - math.log(v0)) / (y1 - y0), 700.0)))
    if not paces:
        return None
    sign = -1.0 if pace < 0 else 1.0
    ordered = np.sort(sign * np.array(paces))
    slack = 1e-9 * max(abs(pace), 1e-300)
    matched = int((ordered >= sign * pace - slack).sum())
    return Standing(
        matched=matched,
        of=len(paces),
        share=matched / len(paces),
        fastest=float(sign * ordered[-1]),
        median=float(sign * np.median(ordered)),
    )


def _figures(
    base: float | None,
    base_year: float | None,
    value: float | None,
    year: float | None,
    goal: float | None,
    goal_year: float | None,
    direction: Direction | None,
) -> tuple[float, float, float, float, float, float] | str:
    """The six figures, all there and usable, or the code of the reason why not."""
    if base is None or base_year is None or value is None or year is None or goal is None or goal_year is None:
        return "missing"
    if not all(map(math.isfinite, (base, base_year, value, year, goal, goal_year))):
        return "missing"
    if year <= base_year or goal_year <= base_year:
        return "no_time"
    if goal == base:
        return "goal_is_base"
    if (direction == "up" and base > goal) or (direction == "down" and base < goal):
        return "kept_at_base"
    return base, base_year, value, year, goal, goal_year


def _judged(method: str, actual: float, required: float, bands: Sequence[tuple[float, str]]) -> Progress:
    if required == 0 or not math.isfinite(actual / required):
        return Progress(method=method, why="goal_is_base", actual=actual, required=required)
    ratio = actual / required
    band = next(name for least, name in bands if ratio >= least - _EDGE)
    return Progress(method=method, ratio=ratio, band=band, actual=actual, required=required)
