"""The solver that closes programs: a case that one of its releases got wrong."""

import numpy as np
import scipy.sparse as sparse

from luoshu.methods.exact import close


def test_buying_nothing_is_cheaper():
    """HiGHS 1.14.0 says 36 and calls it optimal: its presolve loses the answer that leaves all stores shut (35)."""
    costs = np.array([2, 5, 2, 5, 2, 5, 3, 3.5, 3, 3, -1, 0, 7, 7, 7])
    table = np.zeros((10, 15))
    table[0, [7, 9, 10, 11]] = -0.5, 1, 1, 1
    for row in (1, 2, 3):
        table[row, [8 + row, 11 + row]] = 1
    for store in range(3):
        table[4 + store, [2 * store, 2 * store + 1, 6 + store]] = -6, -20, 1
        table[7 + store, [2 * store, 2 * store + 1]] = 1
    low = np.array([-np.inf, 2, 1, 2, *[-np.inf] * 6])
    high = np.array([0.0, 2, 1, 2, 0, 0, 0, 1, 1, 1])
    most = np.where(np.arange(15) < 6, 1.0, np.inf)
    found = close(costs, sparse.csr_array(table), low, high, low=np.zeros(15), high=most, whole=np.arange(15) < 6)
    assert found.bound == 35.0
    assert found.values is not None
    assert costs @ found.values == 35.0
