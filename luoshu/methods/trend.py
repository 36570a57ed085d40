"""Where a short annual series will stand: a forecast with an honest distribution, or nothing where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from luoshu.methods.growth import posterior
from luoshu.methods.mixture import Curve, Mixture, Piece, bend, mixture_quantiles, outward, thin

Array = npt.NDArray[np.float64]

LONGEST = 60
"""Points used at most, the latest: what is older says nothing about the years to come."""
_FLATTEST = 8.0
_MOMENT = 3
"""Digits of a year that tell moments apart: a thousandth is nine hours."""
_AT_ONCE = 64
_OWN_MOVES = 10.0
_ENDS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a series will be at `year`: its median, the ends of the 80 % and 95 % intervals, and the whole distribution.

    `points` is the number of points that it rests on.
    """

    year: float
    median: float
    low80: float
    high80: float
    low95: float
    high95: float
    points: int
    distribution: Mixture

    def quantile(self, share: float) -> float:
        """The level that the value lies below with probability `share` (inside 0 and 1)."""
        return float(self.distribution.quantiles(np.array([share]))[0])

    def at_least(self, level: float) -> float:
        """The probability of reaching `level`: P(X >= level)."""
        return self.distribution.at_least(level)

    def at_most(self, level: float) -> float:
        """The probability of staying at or below `level`: P(X <= level)."""
        return self.distribution.at_most(level)


def forecast(
    years: Sequence[float] | Array,
    values: Sequence[float] | Array,
    at: float,
    *,
    lower: float | None = None,
    upper: float | None = None,
    never_falls: bool = False,
) -> Forecast | None:
    """The distribution of the series at the year `at`; None where fewer than two points say anything.

    `years` may be fractional, uneven and unsorted; values of one year are averaged, and a missing value (NaN) is left
    out. `lower` and `upper` are bounds that hold by definition (a share: 0 and 100); without them a series that was
    never negative is taken to stay so. `never_falls` is for totals that only grow. `at` must not lie before the last
    point: ValueError.

    Method: see `growth`, averaged with equal weights over compound, linear and in-between growth, all with moves in
    proportion to the level; `docs/decisions/trend-method.md` has the back-tests.

    >>> f = forecast([2018, 2019, 2020, 2021, 2022], [100, 104, 109, 113, 118], at=2025)
    >>> 120 < f.median < 134, f.low95 < f.low80 < f.median < f.high80 < f.high95
    (True, True)
    >>> forecast([2022], [118], at=2025) is None
    True
    """
    found = fan(years, values, [at], lower=lower, upper=upper, never_falls=never_falls)
    return found[0] if found else None


def fan(
    years: Sequence[float] | Array,
    values: Sequence[float] | Array,
    at: Sequence[float] | Array,
    *,
    lower: float | None = None,
    upper: float | None = None,
    never_falls: bool = False,
) -> tuple[Forecast, ...]:
    """A forecast for each year of `at`, from one fit; empty where fewer than two points say anything.

    >>> [round(f.year) for f in fan([2020, 2021, 2022], [5.0, 6.0, 6.5], [2023, 2024])]
    [2023, 2024]
    """
    when, what = _points(years, values)
    targets = np.asarray(at, dtype=np.float64)
    if len(when) < 2:
        return ()
    if targets.size and not np.all(np.isfinite(targets)):
        raise ValueError("The year of a forecast must be a finite number.")
    targets = np.round(targets, _MOMENT)
    if targets.size and targets.min() < when[-1]:
        raise ValueError(f"The forecast is asked for {targets.min():g}, before the last point at {when[-1]:g}.")
    ahead = np.asarray(targets - when[-1], dtype=np.float64)
    history = _History(years=when, values=what, scale=_scale(what, lower, upper, never_falls))
    return _forecasts([history], ahead)[0]


def fans(
    histories: Sequence[tuple[Sequence[float] | Array, Sequence[float] | Array]], ahead: Sequence[float] | Array
) -> list[tuple[Forecast, ...]]:
    """Forecasts of many series at once, each `ahead` years after its own last point: the same as one by one, faster.

    `histories` are pairs of years and values. Empty for a series of fewer than two points.

    >>> [len(found) for found in fans([([2020, 2021], [5, 6]), ([2021], [7])], ahead=[1, 2])]
    [2, 0]
    """
    spans = np.asarray(ahead, dtype=np.float64)
    found: list[tuple[Forecast, ...]] = [() for _ in histories]
    alike: dict[tuple[object, ...], list[tuple[int, _History]]] = {}
    for place, (years, values) in enumerate(histories):
        when, what = _points(years, values)
        if len(when) >= 2:
            history = _History(years=when, values=what, scale=_scale(what, None, None, False))
            times = tuple(np.round(when - when[-1], _MOMENT).tolist())
            alike.setdefault((times, history.scale.curves, history.scale.in_proportion), []).append((place, history))
    for group in alike.values():
        for start in range(0, len(group), _AT_ONCE):
            some = group[start : start + _AT_ONCE]
            for (place, _), answer in zip(some, _forecasts([history for _, history in some], spans), strict=True):
                found[place] = answer
    return found


def _points(years: Sequence[float] | Array, values: Sequence[float] | Array) -> tuple[Array, Array]:
    """Finite points in order of time, one a moment, the latest `LONGEST`."""
    when, what = np.asarray(years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if when.shape != what.shape or when.ndim != 1:
        raise ValueError(f"There are {when.size} years for {what.size} values; give one year a value.")
    use = np.isfinite(when) & np.isfinite(what)
    moments, place, count = np.unique(np.round(when[use], _MOMENT), return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=what[use] / count[place], minlength=len(moments))
    largest = float(np.finfo(np.float64).max)
    return moments[-LONGEST:], np.clip(mean[-LONGEST:], -largest, largest)


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """How a series is measured for its forecast: value = offset + unit * x, curves of x, and where x is cut off."""

    offset: float
    unit: float
    curves: tuple[Curve, ...]
    in_proportion: bool
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class _History:
    years: Array
    values: Array
    scale: _Scale


def _scale(what: Array, lower: float | None, upper: float | None, never_falls: bool) -> _Scale:
    """The scale for a series of this range; a bound that the data themselves break is no bound.

    Inside two bounds: logit and linear. Strictly above zero (or `lower`): growth may be compound, linear or between,
    and moves are in proportion to the level. Touching zero: no logarithm. Anything else: linear.
    """
    if lower is None and what.min() >= 0:
        lower = 0.0
    low = -math.inf if lower is None or what.min() < lower else lower
    high = math.inf if upper is None or what.max() > upper else upper
    offset, unit, curves, in_proportion = _curves(what, low, high)
    low = max(low, float(what.max())) if never_falls else low
    return _Scale(offset=offset, unit=unit, curves=curves, in_proportion=in_proportion, low=low, high=max(low, high))


def _curves(what: Array, low: float, high: float) -> tuple[float, float, tuple[Curve, ...], bool]:
    if math.isfinite(low) and math.isfinite(high) and 0 < high - low < math.inf:
        x = (what - low) / (high - low)
        if x.min() > 1e-9 and x.max() < 1 - 1e-9:
            return low, high - low, ("logit", "plain"), False
    offset = low if math.isfinite(low) else 0.0
    with np.errstate(over="ignore"):
        x = what - offset
    largest = float(np.abs(x).max())
    if math.isfinite(low) and math.isfinite(largest) and largest > 0:
        if x.min() / largest > 1e-12:
            return offset, float(x[-1]), ("log", "root", "plain"), True
        return offset, largest, ("root", "plain"), False
    return 0.0, _spread_unit(what), ("plain",), False


def _forecasts(histories: list[_History], ahead: Array) -> list[tuple[Forecast, ...]]:
    """Forecasts of series that share their times, curves and proportion."""
    scales = [history.scale for history in histories]
    x = np.array([(h.values - h.scale.offset) / h.scale.unit for h in histories])
    pieces, freedom = [], 1
    for curve in scales[0].curves:
        size, typical = _sizes(x, curve, scales[0])
        found = posterior(histories[0].years, bend(x, curve), size, ahead, typical)
        freedom = found.freedom
        weights = np.repeat(found.weights / len(scales[0].curves), len(ahead), axis=0)
        pieces.append(
            Piece(curve=curve, weights=weights.T, centres=_columns(found.centres), spreads=_columns(found.spreads))
        )
    whole = thin(pieces)
    numbers = [_numbers(scale) for scale in scales]
    each = {name: np.repeat([n[name] for n in numbers], len(ahead))[:, None] for name in numbers[0]}
    ends = outward(mixture_quantiles(whole, freedom, _ENDS), **each).tolist()
    return [
        tuple(
            _forecast(history, span, ends[k], Mixture(pieces=whole, freedom=freedom, place=k, **numbers[i]))
            for k, span in enumerate(ahead.tolist(), start=i * len(ahead))
        )
        for i, history in enumerate(histories)
    ]


def _forecast(history: _History, span: float, ends: list[float], distribution: Mixture) -> Forecast:
    low95, low80, median, high80, high95 = ends
    return Forecast(
        year=float(history.years[-1] + span),
        median=median,
        low80=low80,
        high80=high80,
        low95=low95,
        high95=high95,
        points=len(history.years),
        distribution=distribution,
    )


def _numbers(scale: _Scale) -> dict[str, float]:
    return {"unit": scale.unit, "offset": scale.offset, "low": scale.low, "high": scale.high}


def _columns(table: Array) -> Array:
    """(series, members, horizons) as (members, series times horizons)."""
    return np.asarray(table.transpose(1, 0, 2).reshape(table.shape[1], -1))


def _spread_unit(what: Array) -> float:
    """A size to measure a series by that may be negative: its root mean square move, else its level, else one."""
    level = float(np.abs(what).max())
    if level == 0:
        return 1.0
    move = float(np.sqrt(np.mean(np.diff(what / level) ** 2)))
    return min(level * (move if move > 1e-12 else 1.0), float(np.finfo(np.float64).max))


def _sizes(x: Array, curve: Curve, scale: _Scale) -> tuple[Array, Array]:
    """Size of a move at each point relative to the last, and what the prior guesses of one are multiplied by."""
    one = np.ones(len(x))
    if scale.in_proportion:
        power = {"log": 0.0, "root": 0.5, "plain": 1.0}[curve]
        return np.exp(power * np.clip(np.log(x / x[:, -1:]), -_FLATTEST, _FLATTEST)), one
    if curve == "plain" and scale.curves == ("plain",):
        return np.ones_like(x), one * _OWN_MOVES
    if curve == "plain" and "logit" in scale.curves:
        return np.ones_like(x), x[:, -1] * (1 - x[:, -1])
    return np.ones_like(x), one
