"""Growth of a short series as a random walk with a shrunk drift and a slope that wanders: exact on a small grid.

On a scale where growth is even, the true level moves in continuous time by

    d level = (drift + slope) dt + dB,   slope a stationary Ornstein-Uhlenbeck process,   value = level + noise,

with the size of every move in proportion to the level where the scale asks for it. This is the local linear trend
of structural time series (Harvey 1989, chapter 2) with a damped slope (Gardner & McKenzie 1985), written in
continuous time so that gaps and fractional years need no tricks. The common variance is integrated out, so each point
of the grid (noise, drift, slope) answers with a Student-t forecast and its marginal likelihood (Zellner 1971,
chapter 3), and the grid is averaged, not maximised over: nothing is estimated that a short series cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NOISES = (0.0, 1.0)
"""Standard deviation of the noise of a value, as a multiple of the level's own random move in a year."""
DRIFTS = (0.0, 0.1, 0.3, 1.0, 3.0)
"""Prior standard deviation of the constant drift a year, as a multiple of the same."""
SLOPES = ((0.0, 1.0), (0.4, 4.0))
"""Standard deviation of the wandering slope (same multiple) and its memory in years: none, or a modest one."""
SLOPE_PRIORS = (0.5, 0.5)
"""Prior weights of the slopes."""
MOVES = (0.03, 0.1)
"""Prior guesses of the size of a year's random move, as a share of the level: calm or lively."""
MOVE_PRIORS = (0.5, 0.5)
"""Prior weights of the guesses. Half of the annual series of the M1 and the M3 competition alike move by 4 to 17 %."""
PRIOR_FREEDOM = 2
"""Observations that a guess is worth."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """For each point of the grid: weight (they add to 1), and centre and spread of its t forecast at each horizon."""

    weights: Array  # (grid,)
    centres: Array  # (grid, horizons)
    spreads: Array  # (grid, horizons)
    freedom: int


def slope_variance(years: Array, memory: float) -> Array:
    """Variance of a stationary unit slope of this `memory` (years), summed over spans of these `years`.

    >>> bool(abs(slope_variance(np.array([1e-3]), 2.0)[0] - 1e-6) < 1e-9)
    True
    """
    return np.asarray(2 * memory * (years + memory * np.expm1(-years / memory)))


def slope_covariance(first: Array, gap: Array, second: Array, memory: float) -> Array:
    """Covariance of the same slope summed over a span `first` and, `gap` years after its end, over a span `second`."""
    return np.asarray(
        memory**2 * np.expm1(-first / memory) * np.expm1(-second / memory) * np.exp(-np.maximum(gap, 0.0) / memory)
    )


@dataclass(frozen=True, kw_only=True)
class _Spans:
    """What depends on the times alone, for each slope: covariance of the past moves (each divided by its own size),
    of those with the way ahead, and the variance of that way; and the factors of the first."""

    past: Array  # (slopes, moves, moves)
    onward: Array  # (slopes, moves, horizons)
    variance: Array  # (slopes, horizons)
    factors: Array  # (slopes, moves, moves), lower triangles


@lru_cache(maxsize=64)
def _spans(years: tuple[float, ...], ahead: tuple[float, ...]) -> _Spans:
    when, way = np.array(years), np.array(ahead)
    spans, n = np.diff(when), len(years) - 1
    root = np.sqrt(spans)
    between = when[:-1][None, :] - when[1:][:, None]  # from the end of move i to the start of move j, where i < j
    gap = when[-1] - when[1:]
    past = np.tile(np.eye(n), (len(SLOPES), 1, 1))
    onward = np.zeros((len(SLOPES), n, len(way)))
    variance = np.tile(way, (len(SLOPES), 1))
    for k, (strength, memory) in enumerate(SLOPES):
        if strength:
            upper = np.triu(slope_covariance(spans[:, None], between, spans[None, :], memory), 1)
            slope = upper + upper.T + np.diag(slope_variance(spans, memory))
            past[k] += strength**2 * slope / np.outer(root, root)
            ways = slope_covariance(spans[:, None], gap[:, None], way[None, :], memory)
            onward[k] = strength**2 * ways / root[:, None]
            variance[k] += strength**2 * slope_variance(way, memory)
    factors = np.asarray(np.linalg.cholesky(past), dtype=np.float64)
    return _Spans(past=past, onward=onward, variance=variance, factors=factors)


def posterior(years: Array, bent: Array, size: Array, ahead: Array, typical: float = 1.0) -> Posterior:
    """Forecast on the bent scale, `ahead` (horizons) years after the last point.

    `years` (n, rising) and `bent` (n) are the points; `size` (n) how large a move is at each point relative to one at
    the last point; `typical` what the prior guesses of a move are multiplied by on this scale. n >= 2.
    """
    times = _spans(tuple((years - years[-1]).tolist()), tuple(ahead.tolist()))
    spans = np.diff(years)
    unit = np.sqrt(size[1:] * size[:-1] * spans)  # standard deviation of each move, to be divided by
    known = np.stack((np.diff(bent) / unit, spans / unit), axis=1)  # the moves, and what a drift of one adds to them
    noise = _noise(size, unit)
    parts = []
    for amount in NOISES:
        factors = np.linalg.cholesky(times.past + amount**2 * noise) if amount else times.factors
        onward = times.onward.copy()
        onward[:, -1] -= amount**2 * size[-1] ** 2 / unit[-1]
        columns = np.concatenate((np.broadcast_to(known, (len(onward), *known.shape)), onward), axis=2)
        variance = times.variance + 2 * amount**2 * size[-1] ** 2
        parts.append((factors, np.linalg.solve(factors, columns), variance))
    factor, solved, variance = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _weighted(factor, solved, variance, ahead, float(bent[-1]), typical)


def _weighted(factor: Array, solved: Array, variance: Array, ahead: Array, last: float, typical: float) -> Posterior:
    """The t forecasts of all drifts at once: a constant drift is a rank-one change of a factor (Sherman-Morrison)."""
    u, w, q = solved[:, None, :, 0], solved[:, None, :, 1], solved[:, :, 2:]
    freedom = PRIOR_FREEDOM + solved.shape[1]
    log_root = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)[:, None]
    uu, uw, ww = (u * u).sum(axis=2), (u * w).sum(axis=2), (w * w).sum(axis=2)  # (grid without drifts, 1)
    reached = np.matmul(u, q)  # (grid without drifts, 1, horizons)
    loading = ahead - np.matmul(w, q)
    drifts = np.square(DRIFTS)[None, :]
    shrink = drifts / (1 + drifts * ww)
    prior = PRIOR_FREEDOM * np.square(MOVES) * typical**2  # (guesses)
    left = np.maximum(uu - shrink * uw**2, 0.0)[:, :, None] + prior  # (grid without drifts, drifts, guesses)
    given = np.tile(np.log(SLOPE_PRIORS), len(NOISES))[:, None] - log_root - 0.5 * np.log1p(drifts * ww)
    guess = np.log(MOVE_PRIORS) + 0.5 * PRIOR_FREEDOM * np.log(prior)
    log_weight = given[:, :, None] + guess - 0.5 * freedom * np.log(left)
    weight = np.exp(log_weight - log_weight.max())
    centres = last + reached + loading * (shrink * uw)[:, :, None]
    still = (variance - (q * q).sum(axis=1))[:, None, :] + shrink[:, :, None] * loading**2
    spreads = np.sqrt(np.maximum(still, 0.0)[:, :, None, :] * (left / freedom)[:, :, :, None])
    centres = np.broadcast_to(centres[:, :, None, :], spreads.shape)
    return Posterior(
        weights=(weight / weight.sum()).ravel(),
        centres=centres.reshape(-1, len(ahead)),
        spreads=spreads.reshape(-1, len(ahead)),
        freedom=freedom,
    )


def _noise(size: Array, unit: Array) -> Array:
    """Covariance that unit noise of the values gives to their moves (each divided by its own size)."""
    n = len(unit)
    noise = np.zeros((n, n))
    np.fill_diagonal(noise, (size[1:] ** 2 + size[:-1] ** 2) / unit**2)
    side = -(size[1:-1] ** 2) / (unit[:-1] * unit[1:])
    noise[np.arange(n - 1), np.arange(1, n)] = side
    noise[np.arange(1, n), np.arange(n - 1)] = side
    return noise
