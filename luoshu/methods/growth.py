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
SLOPES = ((0.0, 1.0), (0.2, 4.0), (2.0, 12.0))
"""Standard deviation of the wandering slope (same multiple) and its memory in years: none, modest, or ruling all."""
MOVES = (0.003, 0.03, 0.1)
"""Prior guesses of the size of a year's random move, as a share of the level: still, calm or lively."""
PRIORS = ((0.01, 0.24, 0.24), (0.01, 0.24, 0.24), (0.03, 0.0, 0.0))
"""Prior weights, slopes by moves. Half of the annual series of the M1 and the M3 competition alike move by 4 to 17 %;
a slope that rules all belongs to what is still from year to year, such as a population. A series that repeats a
value is written coarsely or stalls: it is not believed to be still."""
PRIOR_FREEDOM = 2
"""Observations that a guess is worth."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """For each series and point of the grid: its weight (a series' add to 1), and its t forecast at each horizon."""

    weights: Array  # (series, grid)
    centres: Array  # (series, grid, horizons)
    spreads: Array  # (series, grid, horizons)
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


def posterior(years: Array, bent: Array, size: Array, ahead: Array, typical: Array) -> Posterior:
    """Forecasts on the bent scale of many series with the same times, `ahead` (horizons) years after the last point.

    `years` (n, rising) and `bent` (series, n) are the points; `size` (series, n) how large a move is at each point
    relative to one at the last point; `typical` (series) what the prior guesses of a move are multiplied by. n >= 2.
    """
    times = _spans(tuple((years - years[-1]).tolist()), tuple(ahead.tolist()))
    spans = np.diff(years)
    unit = np.sqrt(size[:, 1:] * size[:, :-1] * spans)  # standard deviation of each move, to be divided by
    known = np.stack((np.diff(bent) / unit, spans / unit), axis=2)  # the moves, and what a drift of one adds to them
    noise = _noise(size, unit)[:, None]
    shape = (len(bent), *times.onward.shape)
    parts = []
    for amount in NOISES:
        factors = np.linalg.cholesky(times.past + amount**2 * noise) if amount else times.factors[None]
        columns = np.empty((*shape[:3], 2 + shape[3]))
        columns[..., :2] = known[:, None]
        columns[..., 2:] = times.onward
        last = amount**2 * size[:, -1] ** 2
        columns[:, :, -1, 2:] -= (last / unit[:, -1])[:, None, None]
        solved = np.linalg.solve(factors, columns)
        log_root = np.log(np.diagonal(factors, axis1=2, axis2=3)).sum(axis=2)
        variance = times.variance + 2 * last[:, None, None] - np.square(solved[..., 2:]).sum(axis=2)
        parts.append((np.broadcast_to(log_root, shape[:2]), solved, variance))
    log_root, solved, variance = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    repeats = (np.diff(bent) == 0).any(axis=1)
    return _weighted(log_root, solved, variance, ahead, bent[:, -1], typical, repeats)


def _weighted(
    log_root: Array,
    solved: Array,
    variance: Array,
    ahead: Array,
    last: Array,
    typical: Array,
    repeats: npt.NDArray[np.bool_],
) -> Posterior:
    """The t forecasts of all drifts at once: a constant drift is a rank-one change of a factor (Sherman-Morrison).

    Axes: series, grid without drifts, drifts, guesses of the size of moves, horizons.
    """
    products = np.matmul(solved[..., :2].swapaxes(2, 3), solved)  # of moves and drift with moves, drift and way ahead
    uu, uw, ww = (products[:, :, i, j, None] for i, j in ((0, 0), (0, 1), (1, 1)))
    reached, loading = products[:, :, 0, None, 2:], ahead - products[:, :, 1, None, 2:]
    freedom = PRIOR_FREEDOM + solved.shape[2]
    drifts = np.square(DRIFTS)
    shrink = drifts / (1 + drifts * ww)
    prior = PRIOR_FREEDOM * np.square(typical[:, None] * MOVES)[:, None, None, :]
    left = np.maximum(uu - shrink * uw**2, 0.0)[..., None] + prior
    given = -log_root[:, :, None] - 0.5 * np.log1p(drifts * ww)
    with np.errstate(divide="ignore"):
        joint = np.tile(np.log(PRIORS), (len(last), len(NOISES), 1))[:, :, None, :]
    joint[repeats, ..., 0] = -np.inf
    guess = joint + 0.5 * PRIOR_FREEDOM * np.log(prior)
    log_weight = (given[..., None] + guess - 0.5 * freedom * np.log(left)).reshape(len(last), -1)
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    centres = last[:, None, None, None] + reached + loading * (shrink * uw)[..., None]
    still = np.maximum(variance[:, :, None] + shrink[..., None] * loading**2, 0.0)
    spreads = np.sqrt(still[:, :, :, None] * (left / freedom)[..., None])
    shape = (len(last), weight.shape[1], len(ahead))
    return Posterior(
        weights=weight / weight.sum(axis=1, keepdims=True),
        centres=np.broadcast_to(centres[:, :, :, None], spreads.shape).reshape(shape),
        spreads=spreads.reshape(shape),
        freedom=freedom,
    )


def _noise(size: Array, unit: Array) -> Array:
    """Covariance that unit noise of the values gives to their moves (each divided by its own size)."""
    n = unit.shape[1]
    noise = np.zeros((len(size), n, n))
    moves = np.arange(n)
    noise[:, moves, moves] = (size[:, 1:] ** 2 + size[:, :-1] ** 2) / unit**2
    side = -(size[:, 1:-1] ** 2) / (unit[:, :-1] * unit[:, 1:])
    noise[:, moves[:-1], moves[1:]] = side
    noise[:, moves[1:], moves[:-1]] = side
    return noise
