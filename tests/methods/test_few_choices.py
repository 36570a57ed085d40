"""Few choices branched by hand: the same answer as all choices tried, and a bound that holds."""

from itertools import product

import numpy as np
import pytest
import scipy.sparse as sparse

from luoshu.methods.few_choices import branched
from luoshu.methods.linear import optimum, program


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("near", [0.0, 0.1])
def test_the_best_of_all_choices(seed, near):
    random = np.random.default_rng(seed)
    rows = sparse.csr_array(random.integers(-2, 6, (6, 9)).astype(float))
    costs, low = random.integers(1, 9, 9).astype(float), random.integers(-3, 9, 6).astype(float)
    most, top = np.full(6, np.inf), np.append(np.ones(4), np.full(5, 3.0))
    best = np.inf
    for choice in product([0.0, 1.0], repeat=4):
        under, over = np.append(choice, np.zeros(5)), np.append(choice, top[4:])
        one = optimum(costs, rows, low, most, under, over)
        best = min(best, np.inf if one is None else float(costs @ one.values))
    values, bound = branched(program(costs, rows, low, most, np.zeros(9), top), np.arange(4), within=0.0,
                             within_share=near, seconds=10.0)  # fmt: skip
    assert (values is None) == (bound == np.inf) == (best == np.inf)
    if values is not None:
        assert values[:4] == pytest.approx(np.round(values[:4]), abs=1e-7)
        assert bound <= best + 1e-7
        assert best - 1e-7 <= costs @ values <= best * (1 + 2 * near) + 1e-6
