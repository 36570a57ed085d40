"""Dispatch over time: small problems against an independent program, plans that can be carried out, what is refused."""

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from luoshu.methods.dispatch import dispatch

slow_start = settings(max_examples=25, deadline=None)


@st.composite
def floods(draw):
    """Up to 3 depots, 4 areas, 2 items and 5 periods, some without a way, some without a limit."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    depots, areas, items, periods = (draw(st.integers(1, most)) for most in (3, 4, 2, 5))
    need = random.integers(0, 6, (areas, items, periods)) * (random.random((areas, items, periods)) < 0.6)
    stock = random.integers(0, 12, (depots, items, periods)) * (random.random((depots, items, periods)) < 0.4)
    travel = random.integers(0, 4, (depots, areas)).astype(float)
    travel[random.random((depots, areas)) < 0.2] = np.inf
    capacity = random.integers(1, 9, (depots, periods)).astype(float)
    capacity[random.random((depots, periods)) < 0.3] = np.inf
    given = {
        "need": need, "stock": stock, "travel": travel, "capacity": capacity,
        "weights": random.integers(1, 5, (areas, items)), "sizes": random.integers(1, 4, items) / 2, "cut_off": True,
        "costs": random.integers(0, 3, (depots, areas)) * draw(st.sampled_from([0.0, 0.5])),
    }  # fmt: skip
    mood = draw(st.sampled_from(["plain", "first part", "lost"]))
    if mood == "lost":
        given |= {"lost": True}
    if mood == "first part":
        given |= {"first": 0.5, "extra": draw(st.sampled_from([0.5, 4.0]))}
    return given


def least(need, stock, travel, capacity, weights, sizes, costs, cut_off, first=0.0, extra=0.0, lost=False):
    """The optimum, written down another way: all that came so far against all that was asked so far."""
    (areas, items, periods), depots = need.shape, len(stock)
    ways = [
        (d, n, i, t)
        for d in range(depots) for n in range(areas) for i in range(items) for t in range(periods)
        if t + travel[d, n] < periods
    ]  # fmt: skip
    cells = areas * items * periods
    width = len(ways) + 2 * cells
    rows, limits = sparse.lil_array((2 * cells + depots * items * periods + depots * periods, width)), []
    wait = np.repeat(weights[:, :, None], periods, 2).astype(float)
    wait[:, :, -1] *= 1 + periods * (not lost)
    asked, row = np.cumsum(need, axis=2), 0
    for part, where in ((1.0, len(ways)), (first, len(ways) + cells)):
        for n in range(areas):
            for i in range(items):
                for t in range(periods):
                    for column, (d, m, j, s) in enumerate(ways):
                        if (m, j) == (n, i) and s + travel[d, n] <= t:
                            rows[row, column] = -1
                    cell = where + (n * items + i) * periods + t
                    rows[row, cell - t * lost : cell + 1] = -1
                    limits.append(-part * asked[n, i, t])
                    row += 1
    for d in range(depots):
        for t in range(periods):
            for i in range(items):
                for column, (e, _, j, s) in enumerate(ways):
                    if (e, j) == (d, i) and s <= t:
                        rows[row, column] = 1
                limits.append(stock[d, i, : t + 1].sum())
                row += 1
            for column, (e, _, j, s) in enumerate(ways):
                if (e, s) == (d, t):
                    rows[row, column] = sizes[j]
            limits.append(min(capacity[d, t], 1e6))
            row += 1
    price = np.concatenate([[costs[d, n] * sizes[i] for d, n, i, _ in ways], wait.ravel(), extra * wait.ravel()])
    high = np.full(width, np.inf)
    if lost:
        high[len(ways) : len(ways) + cells] = need.ravel()
    bounds = np.column_stack([np.zeros(width), high])
    return linprog(price, A_ub=rows.tocsr(), b_ub=limits, bounds=bounds, method="highs").fun


def carried_out(given, plan):
    """Nothing leaves that is not there, no depot sends more than it can, and what arrives is what was sent."""
    need, stock, travel = given["need"], given["stock"], given["travel"]
    leaving, arriving = np.zeros(stock.shape), np.zeros(need.shape)
    for d, n, i, t, amount in zip(plan.depot, plan.area, plan.item, plan.period, plan.amount, strict=True):
        assert amount > 0
        leaving[d, i, t] += amount
        arriving[n, i, t + int(travel[d, n])] += amount
    assert (np.cumsum(leaving, axis=2) <= np.cumsum(stock, axis=2) + 1e-6).all()
    assert ((leaving * given["sizes"][None, :, None]).sum(axis=1) <= given["capacity"] + 1e-6).all()
    assert arriving == pytest.approx(plan.arriving, abs=1e-6)
    missing = np.maximum(np.cumsum(need, axis=2) - np.cumsum(arriving, axis=2), 0)
    if given.get("lost"):
        missing = np.maximum.accumulate(missing, axis=2)
    assert plan.waiting == pytest.approx(missing, abs=1e-6)
    assert plan.unmet == pytest.approx(missing[:, :, -1], abs=1e-6)


@slow_start
@given(floods())
def test_the_program_finds_the_optimum_and_proves_it(given):
    plan = dispatch(**given)
    assert plan.objective == pytest.approx(least(**given), rel=1e-7, abs=1e-6)
    assert plan.bound == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)
    carried_out(given, plan)


@slow_start
@given(floods())
def test_prices_give_a_plan_and_a_bound_on_either_side_of_the_optimum(given):
    plan = dispatch(**given, exact_columns=0, accept=0.001, rounds=4000)
    best = least(**given)
    assert plan.bound <= best * (1 + 1e-9) + 1e-6
    assert plan.objective >= best * (1 - 1e-9) - 1e-6
    carried_out(given, plan)


def region(seed, depots=12, areas=30, items=3, periods=12):
    """A region whose depots hold seven tenths of what is needed and can send little at once."""
    random = np.random.default_rng(seed)
    need = random.integers(0, 20, (areas, items, periods))
    stock = np.zeros((depots, items, periods))
    stock[:, :, 0] = random.dirichlet(np.ones(depots), items).T * need.sum(axis=(0, 2)) * 0.7
    stock[:3, :, 6] = need.sum(axis=(0, 2)) * 0.1
    travel = random.integers(1, 6, (depots, areas)).astype(float)
    travel[random.random((depots, areas)) < 0.5] = np.inf
    return {
        "need": need, "stock": stock, "travel": travel, "cut_off": True, "sizes": np.array([1.0, 0.5, 2.0]),
        "capacity": np.full((depots, periods), need.sum() / periods / depots * 1.2),
        "weights": random.integers(1, 6, (areas, items)),
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_prices_come_within_a_share_of_the_optimum(seed):
    given = region(seed)
    best = dispatch(**given)
    plan = dispatch(**given, exact_columns=0, accept=0.002)
    assert best.method == "program"
    assert plan.method == "prices"
    assert plan.gap <= 0.002
    assert plan.bound <= best.objective * (1 + 1e-9) <= plan.objective * (1 + 2e-9)
    carried_out(given, plan)


def test_a_first_part_is_shared_before_the_rest_is_sent():
    """Two areas, one weighs more; with a penalty on the first half both get theirs before one gets all."""
    given = {"need": [[[10, 0]], [[10, 0]]], "stock": [[[10, 0]]], "travel": [[0, 0]], "weights": [[3], [2]]}
    assert dispatch(**given).share.tolist() == [1.0, 0.0]
    fair = dispatch(**given, first=0.5, extra=2.0)
    assert fair.share.tolist() == [0.5, 0.5]
    assert fair.gap < 1e-9


def test_what_is_lost_is_not_asked_for_again():
    """Stock comes too late for the first period: carried over it serves it, lost it serves the second alone."""
    given = {"need": [[[4, 3]]], "stock": [[[0, 9]]], "travel": [[0]]}
    assert dispatch(**given).arriving.tolist() == [[[0.0, 7.0]]]
    for columns in (0, 1000):
        plan = dispatch(**given, lost=True, exact_columns=columns)
        assert plan.waiting.tolist() == [[[4.0, 4.0]]]
        assert (plan.objective, plan.bound) == pytest.approx((4.0, 4.0), rel=1e-3)


def test_who_has_no_way_is_refused_or_seen_as_unmet():
    given = {"need": [[[5]], [[7]]], "stock": [[[50]]], "travel": [[0, np.inf]]}
    with pytest.raises(ValueError, match="Area 1 needs something and no depot has a way to it"):
        dispatch(**given)
    plan = dispatch(**given, cut_off=True)
    assert plan.unmet.tolist() == [[0.0], [7.0]]
    assert plan.share.tolist() == [1.0, 0.0]


def test_nothing_to_send_and_nothing_needed():
    plan = dispatch([[[3, 0]]], [[[0, 0]]], [[0]])
    assert (plan.objective, plan.bound, plan.unmet.tolist()) == (12.0, 12.0, [[3.0]])
    plan = dispatch([[[0, 0]]], [[[4, 0]]], [[0]])
    assert (plan.objective, plan.gap, len(plan.amount)) == (0.0, 0.0, 0)
    assert np.isnan(plan.share).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stock": [[[-1, 0]]]}, r"stock is below zero at \(0, 0, 0\)"),
        ({"need": [[[np.nan, 0]]]}, "need holds a value that is not a finite number"),
        ({"need": [[3, 0]]}, "need must have 3 dimensions"),
        ({"stock": [[[1, 0, 0]]]}, "stock must be depots by 1 items by 2 periods"),
        ({"travel": [[np.nan]]}, "write infinity where there is no way"),
        ({"travel": [[-1]]}, "negative number of periods"),
        ({"travel": [[0, 1]]}, "travel must be 1 depots by 1 areas"),
        ({"weights": [[-2]]}, "weights must hold numbers of zero or more"),
        ({"capacity": [np.nan]}, "capacity must hold numbers of zero or more"),
        ({"first": 1.5}, "first is 1.5"),
        ({"extra": 1.0, "first": 0.5, "lost": True}, "with lost=True there is none"),
        ({"extra": np.inf}, "extra is inf"),
        ({"never": -1}, "never is -1"),
        ({"accept": 1}, "accept is 1"),
        ({"rounds": 0}, "rounds is 0"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(change, words):
    given = {"need": [[[3, 0]]], "stock": [[[5, 0]]], "travel": [[0]]} | change
    with pytest.raises(ValueError, match=words):
        dispatch(**given)


@pytest.mark.parametrize("times", [1e-3, 1e4, 1e9])
@pytest.mark.parametrize("columns", [100_000, 0])
def test_the_unit_that_things_are_counted_in_changes_nothing(times, columns):
    random = np.random.default_rng(2)
    need, stock = random.integers(0, 9, (4, 2, 5)).astype(float), random.integers(0, 12, (3, 2, 5)).astype(float)
    travel, given = random.integers(0, 3, (3, 4)).astype(float), {"exact_columns": columns, "accept": 1e-4}
    one = dispatch(need, stock, travel, **given)
    other = dispatch(need * times, stock * times, travel, weights=[1 / times] * 2, **given)
    assert other.objective == pytest.approx(one.objective, rel=1e-3)
    assert other.bound == pytest.approx(one.bound, rel=1e-3)
    assert other.gap < 1e-3


def test_lost_needs_at_size_are_made_better_item_by_item():
    """What the steps by prices leave is improved and stays a plan that can be carried out, above the bound."""
    from luoshu.methods.dispatch_model import orders
    from luoshu.methods.dispatch_prices import by_prices

    random = np.random.default_rng(6)
    need, stock = random.integers(0, 20, (12, 3, 8)).astype(float), random.integers(0, 30, (5, 3, 8)).astype(float)
    travel, room = random.integers(0, 4, (5, 12)).astype(float), np.full(5, 40.0)
    optimum = dispatch(need, stock, travel, capacity=room, lost=True)
    assert optimum.method == "program"
    rough = by_prices(
        orders(need, stock, travel, weights=None, never=None, costs=None, capacity=room, sizes=None, first=0.0,
               extra=0.0, lost=True, cut_off=False),
        accept=0.003, rounds=120,
    )  # fmt: skip
    plan = dispatch(need, stock, travel, capacity=room, lost=True, exact_columns=0, rounds=120)
    assert plan.bound <= optimum.objective <= plan.objective + 1e-6 <= rough.objective + 2e-6
    assert plan.objective - optimum.objective < 0.7 * (rough.objective - optimum.objective)
    leaving = np.zeros((5, 8))
    np.add.at(leaving, (plan.depot, plan.period), plan.amount)
    assert (leaving <= 40 + 1e-6).all()
