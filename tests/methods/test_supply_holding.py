"""What to hold where in time: against all choices tried by hand, against top_up, and against preposition."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from luoshu.methods.holding import Ware, hold_in_time
from luoshu.methods.sharing_out import share_out, top_up
from luoshu.methods.supply import preposition

INF = np.inf


def ware(need, arrives=(), have=(), at=(4.0,), price=1.0, lasts=None, offers=None, weights=None, volume=0.0):
    """Sources by cases: arrives (cases, sources, areas)."""
    have = np.array(have, dtype=float)
    need = np.array(need, dtype=float)
    return Ware(
        need=need, at=np.array(at), weights=np.ones(len(at)) if weights is None else np.array(weights), have=have,
        arrives=np.array(arrives, dtype=float).reshape(-1, len(have), len(need)) if len(have) else
        np.zeros((9, 0, len(need))),
        lasts=np.full(len(have), INF) if lasts is None else np.array(lasts),
        offers=np.full(len(have), -1) if offers is None else np.array(offers), price=price, volume=volume,
    )  # fmt: skip


def test_one_case_is_top_up():
    random = np.random.default_rng(3)
    for _ in range(10):
        have, when = random.integers(0, 20, 3).astype(float), random.uniform(0, 10, (3, 4))
        need = np.cumsum(random.integers(0, 15, (4, 2)), axis=1).astype(float)
        more, at, lasts = random.uniform(0, 4, (2, 4)), [3.0, 8.0], np.array([INF, 5.0, INF])
        one = top_up(have, when, need, at, more, [1.0, 1.0], lasts=lasts, allowed=0.1)
        two = hold_in_time([ware(need, when[None], have, at=at, lasts=lasts)], more[None], at_most=[0.1])
        if np.isinf(one.cost):
            assert two is None
        else:
            assert two.cost == pytest.approx(one.cost, abs=1e-5)


def test_what_it_holds_is_enough_in_every_case_when_shared_out_anew():
    random = np.random.default_rng(5)
    need = np.array([[5.0, 10.0], [0.0, 8.0], [4.0, 4.0]])
    more = random.choice([1.0, 6.0, 30.0], (4, 3, 3), p=[0.5, 0.4, 0.1])
    more[:, 0] = np.minimum(more[:, 0], 6.0)
    more[:, :, 0] = np.minimum(more[:, :, 0], 2.0)
    stock = ware(need, np.tile(more[:, :1], (1, 1, 1)), [6.0], at=[2.0, 8.0])
    worst = [share_out([6.0, 1e9], np.vstack([more[c, :1], more[c].min(axis=0)]), need, [2.0, 8.0]).missing
             for c in range(4)]  # fmt: skip
    held = hold_in_time([stock], more, at_most=np.array(worst) + 1e-7)
    for case in range(4):
        out = share_out([6.0, *held.units[0]], np.vstack([more[case, :1], more[case]]), need, [2.0, 8.0])
        assert out.missing <= worst[case] + 1e-5


def test_places_and_offers_are_opened_where_that_is_cheapest_of_all_choices():
    """Two candidates and an offer: the cost is that of the best of all eight choices."""
    need = np.array([[10.0], [10.0], [10.0]])
    more = np.array([[[1, 9, 9], [1, 1, 9], [9, 1, 1]]], dtype=float)
    goods = [ware(need, [[[9.0, 9.0, 1.0]]], [10.0], offers=[0], price=2.0)]
    opening, fees = [0.0, 12.0, 15.0], [9.0]
    best = INF
    for open_two, open_three, sign in product([0, 1], repeat=3):
        places = [0, *([1] if open_two else []), *([2] if open_three else [])]
        found = top_up([10.0] * sign, [[9, 9, 1]] * sign, need, [4.0], more[0][places], [2.0] * len(places))
        best = min(best, found.cost + 12 * open_two + 15 * open_three + 9 * sign)
    held = hold_in_time(goods, more, at_most=[0.0], opening=opening, fees=fees)
    assert held.cost == pytest.approx(best)
    assert held.gap < 2e-4


def test_without_hours_it_is_the_program_of_rawls_and_turnquist():
    """Ways that are open or shut, carrying for nothing, and a penalty that lets nothing be missing."""
    random = np.random.default_rng(11)
    need = random.integers(0, 9, (4, 2)).astype(float)
    ways = np.where(random.random((3, 4, 4)) < 0.4, INF, 1.0)
    ways[:, range(4), range(4)] = 0
    plan = preposition(
        np.tile(need, (3, 1, 1)), np.full(3, 1 / 3), ways, prices=[3, 5], penalties=[1e4, 1e4], volumes=[1, 1],
        carriage=[1e-9, 1e-9], store_costs=[20], store_volumes=[1e4],
    )  # fmt: skip
    goods = [ware(need[:, [k]], price=price) for k, price in ((0, 3.0), (1, 5.0))]
    held = hold_in_time(goods, ways, at_most=np.zeros(3), opening=np.full(4, 20.0))
    assert held.cost == pytest.approx(plan.objective, rel=1e-4)


def test_a_budget_is_kept_and_more_of_it_never_leaves_more_missing():
    need = np.array([[10.0], [20.0]])
    more = np.array([[[1, 9], [9, 1]], [[9, 9], [1, 1]]], dtype=float)
    goods = [ware(need, price=3.0), ware(need, price=1.0)]
    before = INF
    for budget in (0.0, 20.0, 60.0, 120.0, 200.0):
        held = hold_in_time(goods, more, at_most=[1.0, 1.0], opening=[0.0, 5.0], budget=budget)
        assert held.cost <= budget + 1e-6
        assert held.missing.mean() <= before + 1e-4
        assert held.bound <= held.objective <= before + 1e-4
        before = held.missing.mean()
    assert before < 0.3


def test_room_limits_what_is_held():
    need = np.array([[10.0]])
    tight = hold_in_time([ware(need, volume=2.0)], [[[1.0]]], at_most=[1.0], room=[8.0], budget=1e3)
    assert tight.units.sum() == pytest.approx(4)
    assert hold_in_time([ware(need, volume=2.0)], [[[1.0]]], at_most=[0.0], room=[8.0]) is None


def test_numbers_that_cannot_be_meant():
    goods = [ware([[1.0]])]
    for wrong in ({"at_most": [-1.0]}, {"at_most": [0.0], "budget": -1.0}, {"at_most": [0.0], "opening": [INF]},
                  {"at_most": [0.0, 0.0]}, {"at_most": [0.0], "room": [-1.0]}):  # fmt: skip
        with pytest.raises(ValueError, match="must"):
            hold_in_time(goods, [[[1.0]]], **wrong)


@pytest.mark.parametrize("times", [1e-6, 1.0, 1e6, 1e12])
def test_the_unit_that_things_are_counted_in_changes_nothing(times):
    need, more = np.array([[10.0], [20.0]]) * times, np.array([[[1, 9], [9, 1]]], dtype=float)
    stock = ware(need, [[[1.0, 1.0]]], [12.0 * times])
    held = hold_in_time([stock], more, at_most=[0.0])
    assert held.units.sum() == pytest.approx(18 * times, rel=1e-5)
    under = hold_in_time([stock], more, at_most=[1.0], budget=9 * times)
    assert under.missing[0] == pytest.approx(0.3, abs=1e-4)


def test_a_candidate_holds_the_last_whole_one_and_nothing_is_needed_of_some():
    """Two and a half are needed: three whole ones fit a candidate; what nobody needs stops nothing."""
    half = replace(ware([[2.5]]), whole=True)
    assert hold_in_time([half], [[[1.0]]], at_most=[0.0], opening=[7.0]).units.tolist() == [[3.0]]
    for budget in (0.0, 50.0):
        held = hold_in_time([half, ware([[0.0]])], [[[1.0]]], at_most=[1.0], opening=[7.0], budget=budget)
        assert held.units.tolist() == [[3.0 if budget else 0.0], [0.0]]
        assert held.missing.tolist() == [0.0 if budget else 1.0]


@pytest.mark.parametrize("seed", range(12))
def test_goods_in_millionths_beside_goods_in_thousand_millions(seed):
    """The budget is kept, and what is said to be missing is what a sharing out leaves missing."""
    random = np.random.default_rng(seed)
    at, more = (3.0, 8.0), random.choice([1.0, 6.0, INF], (2, 3, 2))
    goods = []
    for unit in 10.0 ** random.integers(-6, 10, 2):
        need = np.cumsum(random.integers(1, 12, (2, 2)), axis=1) * unit
        when = random.choice([1.0, 6.0, INF], (2, 2, 2))
        goods.append(ware(need, when, random.integers(0, 9, 2) * unit, at=at, price=random.integers(1, 9) / unit))
    held = hold_in_time(goods, more, at_most=[1.0, 1.0], opening=[0.0, 4.0, 9.0], budget=30.0)
    assert held.cost <= 30.0 * (1 + 1e-9)
    for case in range(2):
        where = np.where((held.opened | [True, False, False])[:, None], more[case], INF)
        worst = max(
            share_out(np.append(each.have, held.units[n]), np.vstack([each.arrives[case], where]), each.need, at,
                      fair=False).missing
            for n, each in enumerate(goods)
        )  # fmt: skip
        assert worst <= held.missing[case] + 1e-5
