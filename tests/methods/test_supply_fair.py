"""Fair shares: by hand, against every other plan, and proven by the bound."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from luoshu.methods.dispatch import dispatch


def small(seed):
    random = np.random.default_rng(seed)
    depots, areas, items, periods = 3, 4, 2, 4
    need = random.integers(0, 8, (areas, items, periods)).astype(float)
    stock = random.integers(0, 9, (depots, items, periods)) * (random.random((depots, items, periods)) < 0.4)
    travel = random.integers(0, 3, (depots, areas)).astype(float)
    travel[random.random((depots, areas)) < 0.3] = np.inf
    return {"need": need, "stock": stock.astype(float), "travel": travel, "cut_off": True}


def shares(plan, need):
    total = need.sum(axis=2)
    with np.errstate(invalid="ignore"):
        return 1 - plan.unmet / total


def test_the_near_one_does_not_get_all():
    need = [[[10.0, 0]], [[10.0, 0]]]
    greedy = dispatch(need, [[[10.0, 0]]], [[0, 1]])
    fair = dispatch(need, [[[10.0, 0]]], [[0, 1]], fair=True)
    assert shares(greedy, np.array(need)).ravel().tolist() == pytest.approx([1, 0])
    assert shares(fair, np.array(need)).ravel().tolist() == pytest.approx([0.5, 0.5], abs=1e-6)
    assert fair.fairness == "kept"
    assert fair.gap < 1e-6


def test_who_is_cut_off_takes_nothing_from_the_others_and_who_can_have_more_gets_it():
    need = [[[10.0]], [[10.0]], [[10.0]]]
    travel = [[0, np.inf, np.inf], [0, 0, np.inf]]
    plan = dispatch(need, [[[8.0]], [[4.0]]], travel, fair=True, cut_off=True)
    assert plan.fair.ravel().tolist() == pytest.approx([0.8, 0.4, 0.0], abs=1e-6)
    assert shares(plan, np.array(need)).ravel().tolist() == pytest.approx([0.8, 0.4, 0.0], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_plan_gives_the_worst_served_more(seed):
    problem = small(seed)
    fair, plain = dispatch(**problem, fair=True), dispatch(**problem)
    if fair.fair is None:
        return
    ours, theirs = shares(fair, problem["need"]), shares(plain, problem["need"])
    for item in range(ours.shape[1]):
        mine, other = (np.sort(each[:, item][np.isfinite(each[:, item])]) for each in (ours, theirs))
        differ = np.flatnonzero(np.abs(mine - other) > 1e-5)
        assert not len(differ) or mine[differ[0]] > other[differ[0]]
    assert fair.objective >= plain.objective - 1e-6
    assert fair.fairness == "kept"
    assert fair.gap <= 1e-5


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(422)
@example(1774)
@example(1798)
def test_with_limited_depots_the_bound_holds_and_parts_are_said(seed):
    problem = small(seed)
    room = np.random.default_rng(seed + 1).integers(1, 6, 3).astype(float)
    plan = dispatch(**problem, capacity=room, fair=True)
    assert plan.bound <= plan.objective + 1e-9
    assert plan.fairness in ("kept", "part", "penalty", "none")
    if plan.fairness == "kept":
        assert (np.nan_to_num(shares(plan, problem["need"]) - plan.fair, nan=0.0) > -1e-5).all()


def test_beyond_the_size_it_is_a_penalty_and_says_so():
    plan = dispatch([[[10.0, 0]], [[10.0, 0]]], [[[10.0, 0]]], [[0, 1]], fair=True, exact_columns=0, rounds=400)
    assert plan.fairness == "penalty"
    assert plan.fair.ravel().tolist() == pytest.approx([0.5, 0.5])


def test_items_without_a_common_limit_are_fair_beyond_the_size_of_one_program():
    """Solved item by item the plan is as fair and as prompt as in one program, and proven."""
    random = np.random.default_rng(7)
    need = random.integers(1, 20, (15, 4, 5)).astype(float)
    stock = random.integers(0, 40, (6, 4, 5)).astype(float)
    travel = np.where(random.random((6, 15)) < 0.4, np.inf, random.integers(0, 4, (6, 15)))
    whole = dispatch(need, stock, travel, fair=True, cut_off=True)
    parts = dispatch(need, stock, travel, fair=True, cut_off=True, exact_columns=400)
    assert (whole.fairness, parts.fairness, parts.method) == ("kept", "kept", "program")
    assert parts.objective == pytest.approx(whole.objective, rel=1e-6)
    assert parts.gap < 1e-5
    assert dispatch(need, stock, travel, fair=True, cut_off=True, exact_columns=50, rounds=80).method == "prices"


def test_a_hamlet_beside_a_city_gets_the_same_share():
    """Needs of a thousand millions and of three, from one store that has half of it."""
    need = [[[1e9]], [[3.0]], [[1e6]]]
    plan = dispatch(need, [[[(1e9 + 1e6 + 3) / 2]]], [[0, 0, 0]], fair=True)
    assert plan.fair.ravel().tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert plan.fairness in ("kept", "part", "penalty")
    if plan.fairness == "kept":
        assert shares(plan, np.array(need)).ravel().tolist() == pytest.approx([0.5, 0.5, 0.5], abs=1e-4)


def test_fair_shares_are_not_of_what_is_lost():
    with pytest.raises(ValueError, match="Fair"):
        dispatch([[[1.0]]], [[[1.0]]], [[0]], fair=True, lost=True)
