"""What looks wrong is pointed at, and what looks right is left alone."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods import plausibility as p

YEARS = list(range(2014, 2024))
anything = st.lists(st.tuples(st.integers(2000, 2010), st.floats()), max_size=15)


def points(found: list[p.Suspicion]) -> list[tuple[int, ...]]:
    return [s.points for s in found]


def test_a_total_that_falls() -> None:
    assert points(p.falls([2020, 2021, 2022, 2023], [5, 7, 6, 8])) == [(1, 2)]
    assert points(p.falls([2022, 2020, 2021], [6, 5, 7])) == [(2, 0)]  # in order of time, not of the rows
    assert p.falls([2020, 2021], [7.04, 7.0], tolerance=0.05) == []
    assert points(p.falls([2020, 2021, 2022], [9, 5, 7])) == [(0, 1), (0, 2)]  # still below what was there


def test_contradictory_values() -> None:
    found = p.contradictions([2023, 2023, 2024, 2023], [110, 112, 120, 112])
    assert points(found) == [(0, 1, 3)]
    assert dict(found[0].figures) == {"low": 110, "high": 112}
    assert p.contradictions([2023, 2023], [1.2, 1.23]) == []  # the one may be the other rounded
    assert points(p.contradictions([2023, 2023], [1.2, 1.3])) == [(0, 1)]
    assert points(p.contradictions([2023, 2023], [1.2, 1.31])) == [(0, 1)]
    assert p.contradictions([2023, 2023], [100, 101], tolerance=2) == []


def test_values_that_hug_their_goal() -> None:
    goals = [100.0, 80, 50, 60, 70, 30]
    assert points(p.hugs_goal([g * 1.002 for g in goals], goals)) == [(0, 1, 2, 3, 4, 5)]
    assert p.hugs_goal([g * f for g, f in zip(goals, (1.002, 0.997, 1.3, 0.7, 1.004, 0.993), strict=True)], goals) == []
    assert p.hugs_goal([1, 2], [0, math.nan]) == []
    assert p.hugs_goal([100.1, 80.1], [100, 80]) == []  # two are no pattern


def test_a_revision_before_an_appraisal() -> None:
    found = p.revised_before([2023, 2023, 2022], [2024.1, 2024.9, 2023.1], [96, 101, 90], 2025.0, goal=100)
    assert points(found) == [(0, 1)]
    assert p.revised_before([2023, 2023], [2024.1, 2024.3], [96, 101], 2025.0, goal=100) == []  # long before
    assert p.revised_before([2023, 2023], [2024.1, 2024.9], [96, 90], 2025.0, goal=100) == []  # away from the goal
    assert len(p.revised_before([2023, 2023], [2024.1, 2024.9], [96, 90], 2025.0)) == 1


def test_a_jump() -> None:
    values = [10.0, 11, 12, 13, 14, 30, 31, 32, 33, 34]
    assert points(p.jumps(YEARS, values)) == [(4, 5)]
    assert p.jumps(YEARS, [10.0 * 1.1**i for i in range(10)]) == []
    assert p.jumps(YEARS[:4], [1, 2, 30, 31]) == []  # too few to know what is usual
    rng = np.random.default_rng(0)
    calm = sum(bool(p.jumps(range(15), 100 + np.cumsum(rng.normal(2, 3, 15)))) for _ in range(200))
    assert calm < 20  # a normal series is rarely accused


def test_repeated_values_and_even_growth() -> None:
    assert points(p.repeats(YEARS[:5], [7.31, 7.31, 7.31, 8.2, 8.2])) == [(0, 1, 2)]
    assert p.repeats(YEARS[:3], [5, 5, 5]) == []  # nothing ever moves: not suspicious, only still
    assert points(p.even_growth(YEARS[:4], [100, 108, 116.64, 125.97])) == [(0, 1, 2, 3)]
    assert p.even_growth(YEARS[:4], [100, 108, 115, 125]) == []
    assert p.even_growth(YEARS[:4], [100, 100, 100, 100]) == []


def test_round_digits() -> None:
    assert points(p.round_digits([15, 20, 35, 40, 55, 60, 75, 80, 95, 100])) == [tuple(range(10))]
    assert p.round_digits([13, 21, 38, 42, 56, 67, 71, 89, 94, 103]) == []
    assert p.round_digits([10, 20]) == []


@given(anything)
@settings(max_examples=100)
def test_anything_is_judged_without_a_crash(rows: list[tuple[int, float]]) -> None:
    years, values = [float(y) for y, _ in rows], [v for _, v in rows]
    found = [
        *p.falls(years, values),
        *p.contradictions(years, values),
        *p.hugs_goal(values, years),
        *p.revised_before(years, [y + 1 for y in years], values, 2008.0),
        *p.jumps(years, values),
        *p.repeats(years, values),
        *p.round_digits(values),
        *p.even_growth(years, values),
    ]
    for suspicion in found:
        assert suspicion.code in p.CODES
        assert all(0 <= i < len(values) for i in suspicion.points)
