"""The share met and the chance of keeping a promise: every comparator, odd goals, and never rounded up to one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.met import (
    COMPARATORS,
    Comparator,
    Outcome,
    expected_outcome,
    kept_range,
    outcome_of,
    share_met,
)
from luoshu.methods.mixture import Mixture, Piece
from luoshu.methods.trend import forecast

finite = st.floats(allow_nan=False, allow_infinity=False)


def normal(centre: float, spread: float, low: float = -math.inf, high: float = math.inf) -> Mixture:
    one = np.ones((1, 1))
    return Mixture(
        pieces=(Piece(curve="plain", weights=one, centres=one * centre, spreads=one * spread),),
        freedom=200,
        low=low,
        high=high,
    )


@pytest.mark.parametrize(
    ("value", "goal", "comparator", "base", "met"),
    [
        (112, 120, ">=", 100, 0.6),  # museums: twelve of the twenty that were promised
        (112, 120, ">=", None, 112 / 120),  # no base: the way begins at zero
        (2.73, 2.22, ">=", 2.0, 1.0),  # kept early
        (95, 120, ">=", 100, 0.0),  # back behind the base
        (96, 100, ">=", 110, 0.96),  # a floor that was kept and is broken: what is missing, as a share of the goal
        (13.5, 13.0, "<=", 14.0, 0.5),  # a reduction half done
        (13.0, 13.0, "<", 14.0, 1 - 1e-6),  # below, not at
        (120, 100, "<=", None, 0.8),  # a ceiling exceeded by a fifth
        (250, 100, "<=", 90, 0.0),  # more than twice the ceiling
        (0, 0, "<=", 35, 1.0),  # a goal of zero, reached
        (7, 0, "<=", 35, 0.8),  # four fifths of the way down to zero
        (1, 0, "<=", None, 0.0),  # zero or nothing
        (-3, 0, ">=", -5, 0.4),  # a deficit closed by two of five
        (-5, -4, ">=", None, 0.75),  # a negative floor without a base
        (1, 1, ">=", 0, 1.0),  # a first breakthrough
        (0, 1, ">=", 0, 0.0),
        (120.4, 120, "=", None, 1.0),  # written in ones
        (121, 120, "=", None, 1 - 0.5 / 120.5),
        (104, 100, "~", None, 1.0),
        (22, 20, "between", None, 1.0),
        (10, 20, "between", None, 0.5),
        (30, 20, "between", None, 0.8),
    ],
)
def test_share_met(value: float, goal: float, comparator: Comparator, base: float | None, met: float) -> None:
    high = 25.0 if comparator == "between" else None
    assert float(share_met(value, goal, comparator=comparator, base=base, goal_high=high)) == pytest.approx(met)


def test_a_known_value_has_a_chance_of_one_or_none() -> None:
    assert outcome_of(120, 120) == Outcome(met=1.0, chance=1.0)
    assert outcome_of(120, 120, comparator=">").chance == 0.0
    assert outcome_of(119.999999999, 120).met < 1


def test_chance_of_a_normal_forecast() -> None:
    """Against the table of the normal distribution: P(Z >= 1) = 0.1587, P(|Z| <= 1) = 0.6827."""
    z = normal(100, 10)
    assert expected_outcome(z, 110).chance == pytest.approx(0.1587, abs=2e-3)
    assert expected_outcome(z, 110, comparator="<=").chance == pytest.approx(0.8413, abs=2e-3)
    assert expected_outcome(z, 90, comparator="between", goal_high=110).chance == pytest.approx(0.6827, abs=3e-3)
    assert expected_outcome(z, 100, comparator="~", tolerance=10).chance == pytest.approx(0.6827, abs=3e-3)


def test_expected_share_of_a_normal_forecast() -> None:
    """E min(1, X / 100) for X ~ N(100, 10) is 1 - 0.1 / sqrt(2 pi)."""
    assert expected_outcome(normal(100, 10), 100).met == pytest.approx(1 - 0.1 / math.sqrt(2 * math.pi), abs=1e-3)


def test_never_rounded_up_to_one() -> None:
    sure = expected_outcome(normal(1e6, 1e-6), 1)
    assert sure.chance < 1
    assert sure.met < 1


def test_what_a_bound_makes_certain_is_one() -> None:
    grown = forecast([2020, 2021, 2022, 2023], [100, 106, 112, 121], 2025, never_falls=True)
    assert grown is not None
    assert expected_outcome(grown.distribution, 120) == Outcome(met=1.0, chance=1.0)
    assert expected_outcome(grown.distribution, 121, comparator=">").chance < 1
    assert expected_outcome(normal(5, 9, low=2, high=8), 1, comparator="between", goal_high=9).chance == 1.0


def test_a_range_needs_its_upper_end() -> None:
    with pytest.raises(ValueError, match="upper end"):
        kept_range("between", 20)
    with pytest.raises(ValueError, match="not one of"):
        kept_range("about", 20)  # type: ignore[arg-type]


@given(
    st.lists(finite, min_size=2, max_size=8),
    finite,
    st.sampled_from(COMPARATORS),
    st.none() | finite,
)
@settings(max_examples=80, deadline=None)
def test_met_and_chance_lie_between_none_and_all(
    values: list[float], goal: float, comparator: Comparator, base: float | None
) -> None:
    high = goal + abs(goal) / 2 if comparator == "between" and abs(goal) < 1e300 else goal
    for value in values:
        known = outcome_of(value, goal, comparator=comparator, base=base, goal_high=high)
        assert 0 <= known.met <= 1
        assert (known.met == 1) == (known.chance == 1)
    found = forecast(range(len(values)), values, len(values) + 1)
    assert found is not None
    expected = expected_outcome(found.distribution, goal, comparator=comparator, base=base, goal_high=high)
    assert 0 <= expected.chance <= expected.met <= 1


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.lists(st.floats(-2e6, 2e6), min_size=2, max_size=20))
def test_more_is_never_less_for_a_floor(goal: float, base: float, values: list[float]) -> None:
    shares = share_met(sorted(values), goal, base=base)
    assert bool((np.diff(shares) >= 0).all())
