"""Intervals hold what they say: on made-up series of several kinds, and on the tourism series where at hand."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from luoshu.methods.trend import fans

ROOT = Path(__file__).resolve().parents[2]
TOURISM = ROOT.parent / "shared" / "data" / "bench" / "forecast" / "tourism_yearly.json"
Rng = np.random.Generator
Maker = Callable[[Rng, int], np.ndarray]


def random_walk(rng: Rng, n: int) -> np.ndarray:
    return np.exp(5 + np.cumsum(rng.normal(0, 0.08, n)))


def drifting_walk(rng: Rng, n: int) -> np.ndarray:
    return np.exp(5 + np.cumsum(rng.normal(0.05, 0.05, n)))


def linear_with_drift(rng: Rng, n: int) -> np.ndarray:
    return 200 + np.cumsum(rng.normal(6, 8, n))


def damped_trend(rng: Rng, n: int) -> np.ndarray:
    slope, level, path = rng.normal(0, 0.06), 5.0, []
    for _ in range(n):
        slope = 0.8 * slope + rng.normal(0, 0.025)
        level += slope + rng.normal(0, 0.04)
        path.append(level)
    return np.exp(np.array(path))


def trend_and_noise(rng: Rng, n: int) -> np.ndarray:
    return 100 * np.exp(rng.normal(0.02, 0.03) * np.arange(n) + rng.normal(0, 0.05, n))


def stationary(rng: Rng, n: int) -> np.ndarray:
    return 50 + rng.normal(0, 4, n)


def growth_by_fits_and_starts(rng: Rng, n: int) -> np.ndarray:
    return 40 + np.cumsum(rng.poisson(3, n) * rng.integers(0, 2, n)).astype(float)


def balance(rng: Rng, n: int) -> np.ndarray:
    return np.cumsum(rng.normal(0, 5, n)) - 10


def held(make: Maker, points: int, series: int = 200, horizons: int = 5) -> tuple[float, float]:
    rng = np.random.default_rng(2024)
    paths = [make(rng, points + horizons) for _ in range(series)]
    histories = [(np.arange(float(points)), path[:points]) for path in paths]
    found = fans(histories, np.arange(1, horizons + 1))
    within = [
        (f.low80 <= y <= f.high80, f.low95 <= y <= f.high95)
        for path, fan in zip(paths, found, strict=True)
        for f, y in zip(fan, path[points:], strict=True)
    ]
    in80, in95 = np.mean(within, axis=0).tolist()
    return in80, in95


@pytest.mark.parametrize("points", [5, 12, 30])
@pytest.mark.parametrize(
    "make",
    [
        random_walk,
        drifting_walk,
        linear_with_drift,
        damped_trend,
        trend_and_noise,
        stationary,
        growth_by_fits_and_starts,
        balance,
    ],
)
def test_made_up_series_lie_inside_about_as_often_as_said(make: Maker, points: int) -> None:
    """Never overconfident by much; wider than need be where few points cannot tell the kinds apart."""
    in80, in95 = held(make, points)
    assert 0.65 <= in80 <= 0.97
    assert 0.88 <= in95 <= 1.0


def test_back_test_on_the_tourism_series() -> None:
    """Better than the naive forecast (23.61 %, which the benchmark measures right), with intervals that hold."""
    if not TOURISM.exists():
        pytest.skip("the tourism series in ../shared are not at hand")
    spec = importlib.util.spec_from_file_location("benchmark_of_trends", ROOT / "benchmarks" / "trend.py")
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    read = json.loads(TOURISM.read_text(encoding="utf-8"))
    series = [(np.array(s["x"], float), np.array(s["xx"], float)) for s in read.values()]
    assert benchmark.measure(series, benchmark.one_by_one(benchmark.naive))["mape"] == pytest.approx(23.61, abs=0.005)
    found = benchmark.measure(series, benchmark.ours)
    assert found["mape"] < 23.45
    assert 0.77 <= found["coverage80"] <= 0.83
    assert 0.93 <= found["coverage95"] <= 0.97
