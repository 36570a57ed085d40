"""Cooperative cover against all choices counted out: the best is found, and no choice passes the bound."""

from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.cooperative import cooperative_cover, in_order
from luoshu.methods.spacing import too_near

parts = st.sampled_from([0.0, 0.0, 0.25, 0.4, 0.5, 0.6, 1.0, 2.0])


@settings(max_examples=100, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    limits=st.tuples(st.one_of(st.none(), st.integers(0, 6)), st.one_of(st.none(), st.integers(0, 12))),
    data=st.data(),
)
def test_the_best_of_all_choices_is_found_and_none_passes_the_bound(shape, limits, data):
    sites, homes = shape
    draw = lambda each, count: data.draw(st.lists(each, min_size=count, max_size=count))  # noqa: E731
    table = np.array(draw(parts, sites * homes)).reshape(shape)
    need, weight = np.array(draw(st.sampled_from([0.5, 1.0, 1.2]), homes)), np.array(draw(st.integers(0, 9), homes))
    costs, spots = np.array(draw(st.integers(0, 5), sites)), np.array(draw(st.integers(0, 20), sites), dtype=float)
    p, budget = limits
    if p is None and budget is None:
        p = sites
    p = None if p is None else min(p, sites)
    distance = data.draw(st.sampled_from([0.0, 3.0]))
    apart = too_near(spots, np.zeros(sites), distance) if distance else None

    def value(chosen):
        return float(weight[table[list(chosen)].sum(axis=0) >= need].sum()) if chosen else 0.0

    def fits(chosen):
        near = any(abs(spots[a] - spots[b]) < distance for a, b in combinations(chosen, 2))
        return (p is None or len(chosen) <= p) and (budget is None or costs[list(chosen)].sum() <= budget) and not near

    best = max(value(each) for size in range(sites + 1) for each in combinations(range(sites), size) if fits(each))
    signal = sparse.csr_array(table)
    answer = cooperative_cover(signal, need, weight, p=p, costs=costs, budget=budget, apart=apart)
    assert fits(tuple(answer.sites))
    assert answer.objective == pytest.approx(value(tuple(answer.sites))) == pytest.approx(best)
    assert answer.bound >= best - 1e-9
    quick = cooperative_cover(signal, need, weight, p=p, costs=costs, budget=budget, apart=apart, seconds=0)
    assert fits(tuple(quick.sites))
    assert quick.objective <= best + 1e-9 <= quick.bound + 2e-9
    order, gains = in_order(signal, need, weight, answer.sites)
    for size in range(len(order) + 1):
        assert gains[:size].sum() == pytest.approx(value(tuple(order[:size])))


def test_amounts_without_sense_are_refused():
    one = sparse.csr_array(np.ones((1, 1)))
    with pytest.raises(ValueError, match="above zero"):
        cooperative_cover(one, [0.0], p=1)
    with pytest.raises(ValueError, match="how many"):
        cooperative_cover(one, [1.0])
