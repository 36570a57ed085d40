"""A forecast of a short annual series: the same in any unit, in its bounds, and silent where nothing is known."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.mixture import Mixture
from luoshu.methods.trend import Forecast, fan, fans, forecast

YEARS = list(range(2012, 2024))
MUSEUMS = [40.0, 44, 47, 53, 58, 60, 66, 75, 86, 97, 102, 112]
finite = st.floats(allow_nan=False, allow_infinity=False)
ordinary = st.floats(min_value=0.01, max_value=1e6)


def known(found: Forecast | None) -> Forecast:
    assert found is not None
    return found


def ends(found: Forecast | None) -> list[float]:
    f = known(found)
    return [f.low95, f.low80, f.median, f.high80, f.high95]


@pytest.mark.parametrize("values", [[], [5.0], [math.nan, 5.0]])
def test_nothing_is_said_of_fewer_than_two_points(values: list[float]) -> None:
    assert forecast(YEARS[: len(values)], values, 2025) is None


def test_two_points_are_very_wide_and_more_points_narrower() -> None:
    two = known(forecast([2022, 2023], [100.0, 110.0], 2025))
    many = known(forecast(YEARS, [100 * 1.1**i for i in range(12)], 2025))
    assert (two.high95 - two.low95) / two.median > 2 * (many.high95 - many.low95) / many.median


def test_steady_growth_goes_on() -> None:
    steady = known(forecast(YEARS, [100.0 + 10 * i for i in range(12)], 2026))
    assert steady.low80 < 240 < steady.high80
    assert steady.median == pytest.approx(240, rel=0.03)


def test_the_further_ahead_the_wider() -> None:
    widths = [f.high80 - f.low80 for f in fan(YEARS, MUSEUMS, [2024, 2025, 2027, 2030])]
    assert widths == sorted(widths)


def test_a_total_that_only_grows_never_stands_below_its_last_value() -> None:
    f = known(forecast(YEARS, MUSEUMS, 2025, never_falls=True))
    assert f.low95 >= 112
    assert f.at_least(112) == 1.0
    assert f.at_least(112.5) < 1


def test_a_share_stays_in_its_bounds() -> None:
    f = known(forecast(YEARS, [91, 92, 94, 95, 96, 97, 97.5, 98, 98.4, 98.9, 99.2, 99.4], 2030, lower=0, upper=100))
    assert f.low95 >= 0
    assert f.high95 <= 100
    assert f.at_least(100.5) == 0


def test_counts_with_zeros_and_balances_below_zero() -> None:
    counts = known(forecast(YEARS[:6], [0, 0, 1, 0, 2, 3], 2025))
    assert counts.low95 >= 0
    assert 0 < counts.at_least(1) < 1
    balance = known(forecast(YEARS[:6], [-12, -10, -9, -5, -4, -1.0], 2020))
    assert balance.low95 < 0 < balance.high95


def test_nothing_but_zeros_is_wide_in_its_own_unit() -> None:
    f = known(forecast(YEARS[:4], [0.0, 0, 0, 0], 2018))
    assert f.median == 0
    assert f.low95 == 0
    assert 0 < f.high95 < 20


def test_gaps_and_fractional_years() -> None:
    f = known(forecast([2015, 2018, 2021.5, 2023.25], [60, 80, 104, 115.0], 2025.5))
    assert f.low80 < 130 < f.high80


def test_order_of_points_does_not_matter_and_doubles_are_averaged() -> None:
    assert ends(forecast([2023, 2021, 2022], [3.0, 1, 2], 2024)) == ends(
        forecast([2021, 2022, 2023], [1.0, 2, 3], 2024)
    )
    doubled = forecast([2021, 2022, 2022, 2023], [1.0, 1.5, 2.5, 3], 2024)
    assert ends(doubled) == ends(forecast([2021, 2022, 2023], [1.0, 2, 3], 2024))


def test_only_the_latest_sixty_points_count() -> None:
    rng = np.random.default_rng(1)
    values = 100 + np.cumsum(rng.normal(1, 1, 200))
    assert ends(forecast(np.arange(200.0), values, 201)) == ends(forecast(np.arange(140.0, 200), values[140:], 201))


def test_a_forecast_of_the_past_is_refused() -> None:
    with pytest.raises(ValueError, match="before the last point"):
        forecast([2021, 2022], [1.0, 2.0], 2020)
    with pytest.raises(ValueError, match="give one year a value"):
        forecast([2021], [1.0, 2.0], 2023)
    with pytest.raises(ValueError, match="finite"):
        forecast([2021, 2022], [1.0, 2.0], math.inf)


def test_an_asked_probability_must_lie_inside() -> None:
    with pytest.raises(ValueError, match="inside 0 and 1"):
        known(forecast(YEARS, MUSEUMS, 2025)).quantile(1.0)


@given(st.lists(ordinary, min_size=2, max_size=20), st.floats(min_value=1e-6, max_value=1e6))
@settings(max_examples=40, deadline=None)
def test_the_unit_of_measurement_changes_nothing(values: list[float], factor: float) -> None:
    """A series in millions forecasts what the series in ones does."""
    one = ends(forecast(range(len(values)), values, len(values) + 1))
    two = ends(forecast(range(len(values)), [v * factor for v in values], len(values) + 1))
    assert two == pytest.approx([v * factor for v in one], rel=1e-4, abs=1e-9 * factor)


@given(
    st.lists(st.floats(min_value=-1e3, max_value=-1), min_size=3, max_size=15), st.floats(min_value=-500, max_value=0)
)
@settings(max_examples=30, deadline=None)
def test_a_series_below_zero_may_be_moved(values: list[float], shift: float) -> None:
    """Where no natural zero is known, only the moves count (translation), as long as there are moves."""
    if np.abs(np.diff(values)).max() < 1:
        values[0] -= 10
    one = ends(forecast(range(len(values)), values, len(values)))
    two = ends(forecast(range(len(values)), [v + shift for v in values], len(values)))
    assert two == pytest.approx([v + shift for v in one], rel=1e-3, abs=1e-2)


@given(st.integers(min_value=-3000, max_value=3000), st.lists(ordinary, min_size=2, max_size=10))
@settings(max_examples=20, deadline=None)
def test_the_calendar_changes_nothing(shift: int, values: list[float]) -> None:
    years = np.arange(len(values), dtype=float)
    one, two = forecast(years, values, len(values)), forecast(years + shift, values, len(values) + shift)
    assert ends(one) == pytest.approx(ends(two), rel=1e-9)


@given(
    st.lists(st.tuples(st.floats(-1e4, 1e4), finite), max_size=12),
    st.floats(0, 100),
    st.booleans(),
    st.sampled_from([(None, None), (0.0, None), (0.0, 100.0), (None, 5.0)]),
)
@settings(max_examples=100, deadline=None)
def test_any_finite_figures_give_an_ordered_forecast_or_none(
    points: list[tuple[float, float]], ahead: float, never_falls: bool, bounds: tuple[float | None, float | None]
) -> None:
    years, values = [y for y, _ in points], [v for _, v in points]
    lower, upper = bounds
    at = max(years, default=0.0) + ahead
    found = forecast(years, values, at, lower=lower, upper=upper, never_falls=never_falls)
    if found is None:
        assert len({round(year, 3) for year in years}) < 2
        return
    five = ends(found)
    assert all(map(math.isfinite, five))
    assert five == sorted(five)
    for level in [*five, 0.0, 1e308, -1e308, *values]:
        assert 0 <= found.at_least(level) <= 1
        assert 0 <= found.at_most(level) <= 1


@given(st.lists(ordinary, min_size=2, max_size=15), st.lists(st.floats(-10, 1e7), min_size=2, max_size=10))
@settings(max_examples=40, deadline=None)
def test_a_higher_level_is_never_likelier(values: list[float], levels: list[float]) -> None:
    f = known(forecast(range(len(values)), values, len(values) + 2))
    chances = [f.at_least(level) for level in sorted(levels)]
    assert all(a >= b - 1e-12 for a, b in pairwise(chances))


@given(st.lists(ordinary, min_size=3, max_size=15), st.floats(0.01, 0.99))
@settings(max_examples=40, deadline=None)
def test_quantiles_and_probabilities_are_inverse(values: list[float], share: float) -> None:
    f = known(forecast(range(len(values)), values, len(values) + 2))
    level = f.quantile(share)
    if level > 1e-3:  # what would lie below zero stands at zero, in a lump
        assert f.at_most(level) == pytest.approx(share, abs=2e-4)


def test_the_distribution_is_that_of_its_samples() -> None:
    """An independent drawing from the mixture agrees with its quantiles and expectation."""
    f = known(forecast(YEARS, MUSEUMS, 2025))
    d: Mixture = f.distribution
    rng = np.random.default_rng(7)
    drawn = []
    for piece in d.pieces:
        for w, m, s in zip(piece.weights[:, 0], piece.centres[:, 0], piece.spreads[:, 0], strict=True):
            z = m + s * rng.standard_t(d.freedom, size=round(float(w) * 400_000))
            x = {"log": np.exp(z), "root": np.maximum(1 + z / 2, 0) ** 2, "plain": z}[piece.curve]
            drawn.append(np.maximum(d.unit * x, 0))
    sample = np.concatenate(drawn)
    assert np.quantile(sample, [0.025, 0.1, 0.5, 0.9, 0.975]) == pytest.approx(ends(f), rel=0.01)
    assert d.expectation(lambda x: np.minimum(x, 130)) == pytest.approx(np.minimum(sample, 130).mean(), rel=0.005)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    histories = [(np.arange(n, dtype=float), 50 + np.cumsum(rng.normal(1, 2, n))) for n in (5, 5, 9, 2, 1)]
    histories.append((np.arange(5.0), np.array([0, 1.0, 0, 2, 2])))
    histories.append((np.arange(5.0), np.array([-1, 1.0, 0, 2, 2])))
    for (years, values), found in zip(histories, fans(histories, [1, 3]), strict=True):
        alone = fan(years, values, [years[-1] + 1, years[-1] + 3])
        assert len(found) == len(alone)
        for one, other in zip(found, alone, strict=True):
            assert ends(one) == pytest.approx(ends(other), rel=1e-3)
            assert one.points == other.points
