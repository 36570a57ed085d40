"""The supply curve: hour by hour counted another way, chances against their own formula, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.supply_curve import HOURS, Lot, Producer, supply_curve


def test_hours_go_by_the_hour_and_then_by_the_day():
    assert HOURS[:74].tolist() == [*range(73), 96]
    assert HOURS[-1] == 720


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_is_there_equals_a_count_minute_by_minute(seed):
    random = np.random.default_rng(seed)
    hours = np.arange(0.0, 73.0)
    lots = [Lot(amount=float(random.integers(0, 50)), ready=float(random.integers(0, 30)),
                way=float(random.choice([1, 5, np.inf]))) for _ in range(2)]  # fmt: skip
    makers = [
        Producer(stock=float(random.integers(0, 40)), usual=24.0 * random.integers(0, 3), owed=24.0,
                 daily=24.0 * random.integers(2, 6), surge_after=float(random.integers(0, 3)),
                 cap=float(random.choice([60, np.inf])), way=float(random.integers(0, 9)))
        for _ in range(2)
    ]  # fmt: skip
    curve = supply_curve(lots, makers, hours * 3, hours=hours)
    for place, hour in enumerate(hours):
        there = sum(lot.amount for lot in lots if lot.ready + lot.way <= hour)
        for maker in makers:
            ran = hour - maker.way
            if ran >= 0:
                made = sum(
                    max(0.0, (maker.daily if one >= 24 * maker.surge_after else maker.usual) - maker.owed) / 24
                    for one in range(int(ran))
                )
                there += min(maker.cap, maker.stock + made)
        assert curve.available[place] == pytest.approx(there)
    whole = hours[-1] * 3
    for found, amount in ((curve.first, 1.0), (curve.half, whole / 2), (curve.full, whole)):
        enough = np.flatnonzero(curve.available >= amount - 1e-9)
        assert (np.ceil(found - 1e-3) == hours[enough[0]]) if len(enough) else np.isinf(found)


def test_first_half_and_all_are_found_between_the_hours():
    curve = supply_curve([], [Producer(daily=24, way=1)], [0, 10], hours=[0, 24])
    assert (curve.first, curve.half, curve.full) == pytest.approx((2.0, 6.0, 11.0), abs=1e-3)
    never = supply_curve([Lot(amount=3)], [], [0, 10], hours=[0, 24])
    assert (never.first, never.half, never.short) == (0.0, np.inf, 7.0)


def test_supply_holds_until_it_first_falls_short():
    hours = np.arange(0.0, 121.0, 24)
    assert supply_curve([Lot(amount=30)], [], hours * 10 / 24, hours=hours).sustained == pytest.approx(3.0)
    assert supply_curve([Lot(amount=50)], [], hours * 10 / 24, hours=hours).sustained == pytest.approx(4.0)
    assert supply_curve([], [], hours * 10 / 24, hours=hours).sustained == 0.0


def test_chances_agree_with_their_formula_and_repeat_with_the_seed():
    """Two roads, each cut in 30 %: both lots are needed; a late producer comes within a day with 1 - e^-1."""
    lots = [Lot(amount=5, way=1, blocked=0.3), Lot(amount=5, way=1, blocked=0.3, detour=30)]
    given = {"need": [0, 10, 10], "hours": [0, 10, 40], "cases": 4000, "within": 10}
    one = supply_curve(lots, [], random=np.random.default_rng(7), **given)
    assert one.chance == pytest.approx(0.49, abs=0.03)
    assert one.chance_at.tolist() == pytest.approx([1.0, 0.49, 0.7], abs=0.03)
    assert one.low.tolist() == [0.0, 5.0, 5.0]  # both cut: 9 %
    again = supply_curve(lots, [], random=np.random.default_rng(7), **given)
    assert again.chance_at.tolist() == one.chance_at.tolist()
    maker = Producer(daily=24, late=1.0, late_days=1.0)
    late = supply_curve([], [maker], [0, 24], hours=[0, 48], cases=4000, random=np.random.default_rng(7))
    assert late.chance == pytest.approx(1 - np.exp(-1), abs=0.03)
    assert np.isnan(supply_curve([], [maker], [0, 24], hours=[0, 48]).chance)


@pytest.mark.parametrize(
    ("lots", "makers", "need", "words"),
    [
        ([Lot(amount=-1)], [], [0, 1], "amount of a lot is -1"),
        ([Lot(amount=np.nan)], [], [0, 1], "amount of a lot is nan"),
        ([Lot(amount=1, way=-1)], [], [0, 1], "way is -1"),
        ([Lot(amount=1, blocked=2)], [], [0, 1], "blocked is 2"),
        ([], [Producer(daily=-3)], [0, 1], "daily of a producer is -3"),
        ([], [Producer(cap=np.nan)], [0, 1], "cap of a producer is nan"),
        ([], [Producer(late=1.5)], [0, 1], "late is 1.5"),
        ([], [], [2, 1], "cannot fall"),
        ([], [], [0, np.nan], "need must be a list of finite numbers"),
        ([], [], [0], "need must have 2 values"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(lots, makers, need, words):
    with pytest.raises(ValueError, match=words):
        supply_curve(lots, makers, need, hours=[0, 24])


def test_a_simulation_needs_its_generator():
    with pytest.raises(ValueError, match="random generator"):
        supply_curve([], [], [0, 1], hours=[0, 1], cases=5)
