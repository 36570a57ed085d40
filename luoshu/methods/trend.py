"""Where a short annual series will stand: a forecast with an honest distribution, or nothing where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from luoshu.methods.growth import posterior
from luoshu.methods.mixture import Curve, Mixture, Piece, bend, horizon, mixture_quantiles, thin

Array = npt.NDArray[np.float64]

LONGEST = 60
"""Points used at most, the latest: what is older says nothing about the years to come."""
_FLATTEST = 8.0
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
    if targets.size and targets.min() < when[-1]:
        raise ValueError(f"The forecast is asked for {targets.min():g}, before the last point at {when[-1]:g}.")
    low, high = _bounds(what, lower, upper, never_falls)
    ahead = np.asarray(targets - when[-1], dtype=np.float64)
    mixtures, levels = _mixtures(when, what, ahead, low, high, lower, upper)
    return tuple(
        Forecast(
            year=float(year),
            median=q[2],
            low80=q[1],
            high80=q[3],
            low95=q[0],
            high95=q[4],
            points=len(when),
            distribution=m,
        )
        for year, q, m in zip(targets, levels, mixtures, strict=True)
    )


def _points(years: Sequence[float] | Array, values: Sequence[float] | Array) -> tuple[Array, Array]:
    """Finite points in order of time, one a moment, the latest `LONGEST`."""
    when, what = np.asarray(years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if when.shape != what.shape or when.ndim != 1:
        raise ValueError(f"There are {when.size} years for {what.size} values; give one year a value.")
    use = np.isfinite(when) & np.isfinite(what)
    moments, place, count = np.unique(when[use], return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=what[use] / count[place], minlength=len(moments))
    return moments[-LONGEST:], np.asarray(mean[-LONGEST:], dtype=np.float64)


def _bounds(what: Array, lower: float | None, upper: float | None, never_falls: bool) -> tuple[float, float]:
    """Where the forecast is cut off; a bound that the data themselves break is no bound."""
    low = -math.inf if lower is None or what.min() < lower else lower
    high = math.inf if upper is None or what.max() > upper else upper
    if lower is None and what.min() >= 0:
        low = 0.0
    if never_falls:
        low = max(low, float(what.max()))
    return low, max(low, high)


def _mixtures(
    when: Array, what: Array, ahead: Array, low: float, high: float, lower: float | None, upper: float | None
) -> tuple[list[Mixture], list[list[float]]]:
    """The distribution at each horizon, and its quantiles at `_ENDS`."""
    offset, unit, curves, in_proportion = _scales(what, lower, upper)
    x = (what - offset) / unit
    pieces, freedom = [], 1
    for curve in curves:
        bent = bend(x, curve)
        size, typical = _sizes(x, curve, in_proportion)
        found = posterior(when, bent, size, ahead, typical)
        freedom = found.freedom
        weights = found.weights / len(curves)
        pieces.append(Piece(curve=curve, weights=weights, centres=found.centres, spreads=found.spreads))
    whole = thin(pieces)
    inner = mixture_quantiles(whole, freedom, _ENDS)
    mixtures = [
        Mixture(
            pieces=tuple(horizon(piece, j) for piece in whole),
            freedom=freedom,
            unit=unit,
            offset=offset,
            low=low,
            high=high,
        )
        for j in range(len(ahead))
    ]
    return mixtures, [m.outward(levels).tolist() for m, levels in zip(mixtures, inner, strict=True)]


def _scales(what: Array, lower: float | None, upper: float | None) -> tuple[float, float, tuple[Curve, ...], bool]:
    """(offset, unit, curves, moves in proportion to the level) for a series of this range.

    Strictly above zero: growth may be compound, linear or between, and moves are in proportion to the level.
    Touching zero: no logarithm.
    Inside two bounds: logit and linear. Anything else: linear.
    """
    if lower is not None and upper is not None and lower < what.min() and what.max() < upper:
        return lower, upper - lower, ("logit", "plain"), False
    offset = lower if lower is not None and what.min() >= lower else 0.0
    x = what - offset
    largest = float(np.abs(x).max())
    if x.min() > 0 and x.min() / largest > 1e-12:
        return offset, float(x[-1]), ("log", "root", "plain"), True
    if x.min() >= 0 and largest > 0:
        return offset, largest, ("root", "plain"), False
    return 0.0, _spread_unit(what), ("plain",), False


def _spread_unit(what: Array) -> float:
    """A size to measure a series by that may be negative: its root mean square move, else its level, else one."""
    level = float(np.abs(what).max())
    if level == 0:
        return 1.0
    moves = np.diff(what / level)
    move = float(np.sqrt(np.mean(moves**2)))
    return level * (move if move > 1e-12 else 1.0)


def _sizes(x: Array, curve: Curve, in_proportion: bool) -> tuple[Array, float]:
    """Size of a move at each point relative to the last, and what the prior guesses of one are multiplied by."""
    if not in_proportion:
        return np.ones_like(x), 10.0 if curve == "plain" and np.abs(x).max() > 1 else 1.0
    power = {"log": 0.0, "root": 0.5, "plain": 1.0}[curve]
    return np.exp(power * np.clip(np.log(x / x[-1]), -_FLATTEST, _FLATTEST)), 1.0
