"""The grid of trends agrees with the plain textbook writing-out: one big covariance matrix, inverted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from luoshu.methods import growth

Array = NDArray[np.float64]


def slow(years: Array, z: Array, size: Array, ahead: float, typical: float) -> list[tuple[float, float, float]]:
    """(log weight, centre, spread) for each point of the grid, by numerical integration and a full inverse."""
    answers = []
    n = len(years) - 1
    spans = np.diff(years)
    middle = np.sqrt(size[1:] * size[:-1])
    ends = [*pairwise(years), (years[-1], years[-1] + ahead)]
    steps = 400

    def slopes(memory: float) -> Array:
        grids = [a + (np.arange(steps) + 0.5) / steps * (b - a) for a, b in ends]
        return np.array(
            [
                [
                    np.exp(-np.abs(one[:, None] - two[None, :]) / memory).mean() * (e[1] - e[0]) * (f[1] - f[0])
                    for two, f in zip(grids, ends, strict=True)
                ]
                for one, e in zip(grids, ends, strict=True)
            ]
        )

    scale = np.array([*middle, 1.0])
    for noise in growth.NOISES:
        for (strength, memory), priors in zip(growth.SLOPES, growth.PRIORS, strict=True):
            for drift in growth.DRIFTS:
                for guess, prior in zip(growth.MOVES, priors, strict=True):
                    lengths = np.array([*spans, ahead])
                    whole = np.diag(lengths * scale**2) + drift**2 * np.outer(lengths, lengths)
                    if strength:
                        whole += strength**2 * slopes(memory) * np.outer(scale, scale)
                    differences = np.zeros((n + 1, n + 2))
                    for i in range(n + 1):
                        differences[i, i], differences[i, i + 1] = -1, 1
                    sizes = np.array([*size, 1.0])
                    whole += noise**2 * differences @ np.diag(sizes**2) @ differences.T
                    past, cross, own = whole[:n, :n], whole[:n, n], whole[n, n]
                    inverse = np.linalg.inv(past)
                    moves = np.diff(z)
                    a2 = growth.PRIOR_FREEDOM * (guess * typical) ** 2
                    left = a2 + moves @ inverse @ moves
                    freedom = growth.PRIOR_FREEDOM + n
                    weight = (np.log(prior) if prior else -np.inf) - 0.5 * np.linalg.slogdet(past)[1]
                    weight += 0.5 * growth.PRIOR_FREEDOM * np.log(a2) - 0.5 * freedom * np.log(left)
                    spread = np.sqrt(left / freedom * (own - cross @ inverse @ cross))
                    answers.append((float(weight), float(z[-1] + cross @ inverse @ moves), float(spread)))
    return answers


@pytest.mark.parametrize(
    ("years", "z", "size"),
    [
        ([0.0, 1, 2, 3, 4], [1.0, 1.2, 1.1, 1.5, 1.6], [1.0, 1, 1, 1, 1]),
        ([0.0, 2.5, 3, 6], [-1.0, 0.2, 0.1, 0.9], [0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_agrees_with_the_slow_writing_out(years: list[float], z: list[float], size: list[float]) -> None:
    when, bent, sizes = np.array(years), np.array(z), np.array(size)
    found = growth.posterior(when, bent[None], sizes[None], np.array([2.0]), np.array([1.5]))
    expected = slow(when, bent, sizes, 2.0, 1.5)
    weights = np.exp([w for w, _, _ in expected])
    np.testing.assert_allclose(found.weights[0], weights / weights.sum(), rtol=2e-3)
    np.testing.assert_allclose(found.centres[0, :, 0], [m for _, m, _ in expected], rtol=2e-3)
    np.testing.assert_allclose(found.spreads[0, :, 0], [s for _, _, s in expected], rtol=2e-3)


def test_a_slope_summed_in_two_parts_is_the_slope_summed_at_once() -> None:
    two = growth.slope_variance(np.array([1.0, 2.0]), 4.0).sum()
    two += 2 * float(growth.slope_covariance(np.array(1.0), np.array(0.0), np.array(2.0), 4.0))
    assert two == pytest.approx(float(growth.slope_variance(np.array(3.0), 4.0)))
