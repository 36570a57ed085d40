"""The most that flows: against a program, cuts that prove it, amounts of very different size."""

import numpy as np
import pytest
from scipy.optimize import linprog

from luoshu.methods.most_flow import is_enough, most_flow
from luoshu.methods.sharing_out import share_out


@pytest.mark.parametrize("seed", range(40))
def test_the_flow_fills_the_smallest_cut_and_is_the_programs(seed):
    random = np.random.default_rng(seed)
    nodes, arcs = int(random.integers(2, 9)), int(random.integers(1, 30))
    tails, heads = random.integers(0, nodes, arcs), random.integers(0, nodes, arcs)
    most = (
        random.integers(0, 9, arcs) * 10.0 ** random.integers(-6, 10, arcs)
        if seed % 2
        else random.integers(0, 9, arcs) * 1.0
    )
    flow, before = most_flow(tails, heads, most, source=0, sink=nodes - 1, nodes=nodes)
    out = np.bincount(tails, flow, nodes) - np.bincount(heads, flow, nodes)
    assert (flow >= 0).all()
    assert (flow <= most * (1 + 1e-12)).all()
    assert out[1:-1] == pytest.approx(0, abs=1e-6)
    assert before[0]
    assert not before[-1]
    cut = most[before[tails] & ~before[heads]].sum()
    assert out[0] == pytest.approx(cut, rel=1e-9)
    if not seed % 2:
        balance = np.zeros((nodes, arcs))
        np.add.at(balance, (heads, np.arange(arcs)), 1)
        np.add.at(balance, (tails, np.arange(arcs)), -1)
        best = linprog(balance[0], A_eq=balance[1:-1], b_eq=np.zeros(nodes - 2), bounds=[(0, one) for one in most])
        assert out[0] == pytest.approx(-best.fun)


def test_what_flows_already_is_kept():
    """A way that is taken stays taken where more can flow around it."""
    flow, _ = most_flow([0, 1, 1, 0, 2], [1, 3, 2, 2, 3], [2, 1, 2, 1, 2], source=0, sink=3, nodes=4,
                        already=[1, 0, 1, 0, 1])  # fmt: skip
    assert flow[[1, 4]].sum() == 3
    assert flow[4] >= 1


@pytest.mark.parametrize("seed", range(60))
def test_enough_is_what_the_sharing_out_says(seed):
    random = np.random.default_rng(seed)
    have, when = random.integers(1, 20, 4) * 1.0, random.uniform(0, 10, (4, 3))
    when[random.random((4, 3)) < 0.2] = np.inf
    need, at = np.cumsum(random.integers(0, 6, (3, 3)), axis=1) * 1.0, np.array([2.0, 5.0, 9.0])
    assert is_enough(have, when, need, at) == (share_out(have, when, need, at, fair=False).missing <= 1e-9)
