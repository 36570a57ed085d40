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

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NOISES = (0.0, 0.6)
"""Standard deviation of the noise of a value, as a multiple of the level's own move in a year."""
DRIFTS = (0.0, 0.15, 0.3, 0.6)
"""Prior standard deviation of the constant drift a year, as a multiple of the same."""
SLOPES = ((0.0, 1.0), (0.4, 2.0), (0.8, 2.0), (0.4, 6.0), (0.8, 6.0))
"""Standard deviation of the wandering slope (same multiple) and its memory in years."""
SLOPE_PRIORS = (0.5, 0.125, 0.125, 0.125, 0.125)
"""Half of the prior weight says that there is no wandering slope."""
PRIOR_FREEDOM = 1
"""Observations that the prior guess of the size of moves is worth."""


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


def posterior(years: Array, bent: Array, size: Array, ahead: Array, floor: float) -> Posterior:
    """Forecast on the bent scale, `ahead` (n_ahead) years after the last point.

    `years` (n, rising) and `bent` (n) are the points; `size` (n) how large a move is at each point relative to one at
    the last point; `floor` the prior guess of a year's move, at the last point. n >= 2.
    """
    spans = np.diff(years)
    unit = np.sqrt(size[1:] * size[:-1]) * np.sqrt(spans)  # standard deviation of each move, to be divided by
    moves = np.diff(bent) / unit
    drift = spans / unit
    freedom = PRIOR_FREEDOM + len(moves)
    prior = PRIOR_FREEDOM * floor**2
    weights, centres, spreads = [], [], []
    past, future, future_variance = _moments(years, spans, size, unit, ahead)
    factor = np.linalg.cholesky(past)
    columns = np.concatenate(
        (np.broadcast_to(np.stack((moves, drift), axis=1), (len(past), len(moves), 2)), future), axis=2
    )
    solved = np.linalg.solve(factor, columns)
    u, w, q = solved[:, :, 0], solved[:, :, 1], solved[:, :, 2:]
    log_root = np.log(np.einsum("gii->gi", factor)).sum(axis=1)
    uu, uw, ww = (u * u).sum(axis=1), (u * w).sum(axis=1), (w * w).sum(axis=1)
    reached = np.einsum("gi,gih->gh", u, q)
    loading = ahead - np.einsum("gi,gih->gh", w, q)
    known = future_variance - (q * q).sum(axis=1)
    slope_prior = np.repeat(np.log(SLOPE_PRIORS), len(NOISES))
    for c in (d * d for d in DRIFTS):  # the constant drift is a rank-one change of each factor (Sherman-Morrison)
        shrink = c / (1 + c * ww)
        left = prior + np.maximum(uu - shrink * uw**2, 0.0)
        weights.append(slope_prior - log_root - 0.5 * np.log1p(c * ww) - 0.5 * freedom * np.log(left))
        centres.append(bent[-1] + reached + loading * (shrink * uw)[:, None])
        spread = np.maximum(known + shrink[:, None] * loading**2, 0.0)
        spreads.append(np.sqrt(spread * (left / freedom)[:, None]))
    log_weight = np.concatenate(weights)
    weight = np.exp(log_weight - log_weight.max())
    return Posterior(
        weights=weight / weight.sum(),
        centres=np.concatenate(centres),
        spreads=np.concatenate(spreads),
        freedom=freedom,
    )


def _moments(years: Array, spans: Array, size: Array, unit: Array, ahead: Array) -> tuple[Array, Array, Array]:
    """Covariances without the drift, for each (slope, noise): of past moves, with the way ahead, and of that way."""
    n = len(spans)
    middle = np.sqrt(size[1:] * size[:-1])
    between = years[:-1][None, :] - years[1:][:, None]  # from the end of move i to the start of move j, where i < j
    noise = np.zeros((n, n))
    np.fill_diagonal(noise, (size[1:] ** 2 + size[:-1] ** 2) / unit**2)
    side = -(size[1:-1] ** 2) / (unit[:-1] * unit[1:])
    noise[np.arange(n - 1), np.arange(1, n)] = side
    noise[np.arange(1, n), np.arange(n - 1)] = side
    noise_ahead = np.zeros((n, len(ahead)))
    noise_ahead[-1] = -(size[-1] ** 2) / unit[-1]
    past, future, variance = [], [], []
    for strength, memory in SLOPES:
        slope = np.zeros((n, n))
        onward = np.zeros((n, len(ahead)))
        if strength:
            upper = np.triu(slope_covariance(spans[:, None], between, spans[None, :], memory), 1)
            slope = (upper + upper.T + np.diag(slope_variance(spans, memory))) * np.outer(middle, middle)
            slope = slope * strength**2 / np.outer(unit, unit)
            gap = years[-1] - years[1:]
            onward = slope_covariance(spans[:, None], gap[:, None], ahead[None, :], memory)
            onward = onward * strength**2 * (middle / unit)[:, None]
        for amount in NOISES:
            past.append(np.eye(n) + slope + amount**2 * noise)
            future.append(onward + amount**2 * noise_ahead)
            variance.append(ahead + strength**2 * slope_variance(ahead, memory) + 2 * amount**2 * size[-1] ** 2)
    return np.array(past), np.array(future), np.array(variance)
