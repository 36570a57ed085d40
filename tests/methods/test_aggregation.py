"""Figures are put together by their type, or refused with a sentence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.methods.aggregation import (
    NotAdditive,
    cumulative,
    distinct,
    last,
    parts_against_whole,
    ratio_of_sums,
    share_of_shares,
    total,
)
from luoshu.methods.rounding import written_step


def test_shares_are_never_added_up() -> None:
    with pytest.raises(NotAdditive, match="Shares cannot be added up"):
        total([20, 30], share=True)


def test_a_missing_part_is_not_taken_for_zero() -> None:
    with pytest.raises(NotAdditive, match="Figure 2 is missing"):
        total([1, math.nan, 3])


def test_the_share_of_the_whole_is_not_the_mean_of_shares() -> None:
    assert share_of_shares([0.9, 0.1], [10, 90]) == pytest.approx(0.18)
    assert ratio_of_sums([9, 9], [10, 90]) == pytest.approx(0.18)
    with pytest.raises(NotAdditive, match="add up to zero"):
        ratio_of_sums([1], [0])
    with pytest.raises(NotAdditive, match="both"):
        ratio_of_sums([1], [1, 2])
    with pytest.raises(NotAdditive, match="its own"):
        share_of_shares([1], [1, 2])


def test_stocks_take_the_last_and_flows_run_on() -> None:
    assert last([2020, 2022, 2021], [5, 7, 6]) == 7
    assert last([2020, 2022], [5, 7], by=2021) == 5
    assert last([], []) is None
    assert cumulative([2022, 2020, 2021], [3, 1, 2]) == [1, 3, 6]
    assert cumulative([2022, 2020, 2021], [3, 1, 2], by=2021) == [1, 3]
    with pytest.raises(NotAdditive, match="2021 is given twice"):
        cumulative([2021, 2021], [1, 1])
    with pytest.raises(NotAdditive, match="one year a value"):
        last([2021], [1, 1])


def test_a_thing_counted_by_two_owners_counts_once() -> None:
    assert distinct([["a", "b"], ["b", "c"], []]) == 3


@pytest.mark.parametrize(
    ("parts", "whole", "complete", "agrees"),
    [
        ([33.3, 33.3, 33.3], 100.0, True, True),  # 99.9: each part may be half a tenth off
        ([33.3, 33.3, 33.0], 100.0, True, False),
        ([12, 30, 58], 100, True, True),
        ([12, 30, 61], 100, True, False),
        ([12, 30], 100, False, True),
        ([60, 50], 100, False, False),
        ([], 0, True, True),
    ],
)
def test_parts_against_their_whole(parts: list[float], whole: float, complete: bool, agrees: bool) -> None:
    assert parts_against_whole(parts, whole, complete=complete).agrees is agrees


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_parts_rounded_to_tenths_agree_with_their_rounded_whole(cents: list[int]) -> None:
    exact = [c / 100 for c in cents]
    balance = parts_against_whole([round(x, 1) for x in exact], round(sum(cents) / 100, 1), step=0.1)
    assert balance.agrees


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_step_is_at_most_one_and_never_zero_for_common_figures(figure: float) -> None:
    step = written_step(figure)
    assert step <= 1
    if math.isfinite(figure) and abs(figure) > 1e-290:
        assert step > 0
