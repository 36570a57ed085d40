"""Methods of progress assessment: worked by hand, with the reason where one cannot speak."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.methods.progress import (
    DISTANCE_BANDS,
    EUROSTAT_BANDS,
    UN_BANDS,
    WHY,
    compound_pace,
    distance,
    linear_pace,
    needed_pace,
    required_by_now,
    unusual,
)

maybe = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("value", "ratio", "band"),
    [
        (121.0, 1.0, "significant"),  # 10 % a year where 10 % were needed
        (119.9025, 0.95, "significant"),  # 9.5 %: the edge belongs to the better band
        (118.81, 0.9, "moderate"),  # 9 %
        (112.36, 0.6, "moderate"),  # 6 %
        (106.09, 0.3, "insufficient"),  # 3 %
        (100.0, 0.0, "insufficient"),  # no change is not yet movement away
        (98.01, -0.1, "away"),
    ],
)
def test_compound_growth_in_the_bands_of_eurostat(value: float, ratio: float, band: str) -> None:
    """From 100 in 2015 to 161.051 in 2020 takes 10 % a year; asked in 2017."""
    found = compound_pace(100, 2015, value, 2017, 161.051, 2020)
    assert found.ratio == pytest.approx(ratio, abs=1e-9)
    assert found.band == band


def test_a_reduction_is_measured_the_same_way() -> None:
    """From 20 to 10 in five years takes -12.94 % a year; 20 to 15 in three is -9.14 %."""
    found = compound_pace(20, 2020, 15, 2023, 10, 2025)
    assert found.required == pytest.approx(-0.1294, abs=1e-4)
    assert found.actual == pytest.approx(-0.0914, abs=1e-4)
    assert found.band == "moderate"


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ((0, 2020, 5, 2022, 10, 2025), "base_not_positive"),
        ((-3, 2020, -2, 2022, 1, 2025), "base_not_positive"),
        ((5, 2020, 2, 2022, 0, 2025), "base_not_positive"),
        ((5, 2020, 5, 2022, 5, 2025), "goal_is_base"),
        ((None, 2020, 5, 2022, 5, 2025), "missing"),
        ((math.nan, 2020, 5, 2022, 5, 2025), "missing"),
        ((4, 2020, 5, 2020, 6, 2025), "no_time"),
        ((4, 2020, 5, 2021, 6, 2020), "no_time"),
    ],
)
def test_why_compound_growth_says_nothing(figures: tuple[float, ...], why: str) -> None:
    found = compound_pace(*figures)
    assert (found.ratio, found.band, found.why) == (None, None, why)
    assert why in WHY


def test_a_floor_kept_from_the_start_needs_no_pace() -> None:
    assert linear_pace(110, 2020, 105, 2022, 100, 2025, direction="up").why == "kept_at_base"
    assert distance(8, 9, 10, direction="down").why == "kept_at_base"


@pytest.mark.parametrize(
    ("value", "band"),
    [(10, "on_track"), (9.5, "on_track"), (5, "fair"), (4.9, "limited"), (-1, "limited"), (-2, "deterioration")],
)
def test_linear_pace_in_the_bands_of_the_united_nations(value: float, band: str) -> None:
    assert linear_pace(0, 2020, value, 2021, 50, 2025).band == band


def test_linear_pace_and_distance_take_zero_and_negative_figures() -> None:
    assert linear_pace(-10, 2020, -4, 2022, 0, 2025).ratio == pytest.approx(1.5)
    assert distance(35, 7, 0).ratio == pytest.approx(0.8)
    assert distance(35, 40, 0).band == "away"
    assert distance(0, 1, 1).band == "reached"


def test_the_methods_may_disagree() -> None:
    """Doubling in ten years, half of the way after five: on the straight path, ahead of even growth's 41 %."""
    assert linear_pace(100, 2015, 150, 2020, 200, 2025).ratio == pytest.approx(1.0)
    found = compound_pace(100, 2015, 150, 2020, 200, 2025).ratio
    assert found is not None
    assert found > 1.15


def test_where_the_path_should_be_by_now() -> None:
    assert required_by_now(100, 2015, 200, 2025, 2020) == 150
    assert required_by_now(100, 2015, 200, 2025, 2020, compound=True) == pytest.approx(141.42, abs=0.01)
    assert required_by_now(100, 2015, 200, 2025, 2030) == 200
    assert required_by_now(0, 2015, 200, 2025, 2020, compound=True) is None
    assert required_by_now(0, 2025, 200, 2025, 2020) is None


def test_needed_pace() -> None:
    found = needed_pace(100, 2023, 121, 2025)
    assert found.a_year == pytest.approx(10.5)
    assert found.compound == pytest.approx(0.1)
    assert needed_pace(130, 2023, 121, 2025, direction="up").a_year == 0.0
    assert needed_pace(130, 2023, 121, 2025, direction="down").a_year == pytest.approx(-4.5)
    assert needed_pace(100, 2025, 121, 2025).why == "no_time"
    assert needed_pace(None, 2025, 121, 2025).why == "missing"


def test_unusual_pace() -> None:
    years, values = [2018, 2019, 2020, 2021, 2022], [100, 104, 106, 112, 114]
    found = unusual(years, values, 5)
    assert found is not None
    assert (found.matched, found.of, found.fastest, found.median) == (1, 4, 6, 3)
    over_two = unusual(years, values, 4, over=2)
    assert over_two is not None
    assert (over_two.matched, over_two.of) == (2, 3)  # 3, 4 and 4 a year
    down = unusual(years, values[::-1], -5)
    assert down is not None
    assert (down.matched, down.fastest) == (1, -6)
    growth = unusual(years, values, 0.05, compound=True)
    assert growth is not None
    assert growth.matched == 1
    assert unusual([2020], [1], 5) is None


@given(maybe, maybe, maybe, maybe, maybe, maybe)
def test_any_figures_give_a_ratio_with_its_band_or_a_reason(
    base: float | None,
    base_year: float | None,
    value: float | None,
    year: float | None,
    goal: float | None,
    goal_year: float | None,
) -> None:
    bands = {name for _, name in (*EUROSTAT_BANDS, *UN_BANDS, *DISTANCE_BANDS)}
    for found in (
        compound_pace(base, base_year, value, year, goal, goal_year),
        linear_pace(base, base_year, value, year, goal, goal_year),
        distance(base, value, goal),
    ):
        if found.why is None:
            assert found.ratio is not None
            assert math.isfinite(found.ratio)
            assert found.band in bands
        else:
            assert found.why in WHY
            assert found.ratio is None


@given(st.floats(0.1, 1e3), st.floats(0.1, 1e3), st.floats(0.1, 1e3), st.floats(0.001, 1e3))
def test_the_unit_does_not_matter(base: float, value: float, goal: float, factor: float) -> None:
    for method in (compound_pace, linear_pace):
        one = method(base, 2015, value, 2018, goal, 2025)
        two = method(base * factor, 2015, value * factor, 2018, goal * factor, 2025)
        if one.ratio is not None and two.ratio is not None and abs(goal / base - 1) > 1e-6:
            assert two.ratio == pytest.approx(one.ratio, rel=1e-6, abs=1e-6)
