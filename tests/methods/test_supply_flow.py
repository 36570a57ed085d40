"""Minimum-cost flow: small networks against another program, a published instance, and what is refused."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from luoshu.methods.flow import min_cost_flow

NETGEN = Path(__file__).parents[3] / "shared/data/bench/logistics/networkx_netgen-2.csv"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_flow_is_the_cheapest(seed):
    random = np.random.default_rng(seed)
    nodes, arcs = int(random.integers(2, 8)), int(random.integers(1, 20))
    tails, heads = random.integers(0, nodes, arcs), random.integers(0, nodes, arcs)
    costs, capacity = random.integers(-3, 10, arcs), random.integers(0, 9, arcs)
    balance = np.zeros((nodes, arcs))
    np.add.at(balance, (heads, np.arange(arcs)), 1)
    np.add.at(balance, (tails, np.arange(arcs)), -1)
    demands = balance @ random.integers(0, capacity + 1) if seed % 4 else random.permutation(nodes) - (nodes - 1) / 2
    best = linprog(costs, A_eq=balance, b_eq=demands, bounds=list(zip(0 * capacity, capacity, strict=True)))
    if best.status == 2:
        with pytest.raises(ValueError, match="No flow meets the demands"):
            min_cost_flow(tails, heads, costs, demands, capacity=capacity)
        return
    flow = min_cost_flow(tails, heads, costs, demands, capacity=capacity)
    assert flow.objective == pytest.approx(best.fun)
    assert flow.bound == pytest.approx(flow.objective)
    assert balance @ flow.amounts == pytest.approx(demands)
    assert (flow.amounts >= 0).all()
    assert (flow.amounts <= capacity).all()


@pytest.mark.skipif(not NETGEN.exists(), reason="the published instance is not at hand")
def test_netgen_to_its_published_optimum():
    with NETGEN.open() as file:
        rows = [[int(word) for word in row[1:]] for row in csv.reader(file)]
    names = {row[0]: place for place, row in enumerate(rows) if len(row) == 2}
    tails, heads, capacity, costs = np.array([row for row in rows if len(row) == 4]).T
    place = np.vectorize(names.get)
    flow = min_cost_flow(
        place(tails), place(heads), costs, [row[1] for row in rows if len(row) == 2], capacity=capacity
    )
    assert flow.objective == flow.bound == 6_749_969_302


def test_what_makes_no_sense_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="add up to zero"):
        min_cost_flow([0], [1], [1], [-2, 3])
    with pytest.raises(ValueError, match="heads names node 2"):
        min_cost_flow([0], [2], [1], [-2, 2])
    with pytest.raises(ValueError, match="finite numbers"):
        min_cost_flow([0], [1], [np.nan], [-2, 2])
    with pytest.raises(ValueError, match="capacity must be zero or more"):
        min_cost_flow([0], [1], [1], [-2, 2], capacity=[-1])
    with pytest.raises(ValueError, match="costs less than nothing"):
        min_cost_flow([0, 1], [1, 0], [-1, -1], [0, 0])
    with pytest.raises(ValueError, match="there are no arcs"):
        min_cost_flow([], [], [], [-1, 1])
