"""A linear program as HiGHS takes it, and a solver that gives the same answer each time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WHOLE = 1000.0
"""About what an amount comes to in a program's own units."""


def program(costs: Floats, rows: Any, row_low: Floats, row_high: Floats, low: Floats, high: Floats) -> Any:
    """Minimise ``costs · x`` under ``row_low <= rows x <= row_high`` and ``low <= x <= high``, as a ``HighsLp``.

    ``rows`` is a sparse matrix of scipy, by rows (csr) or by columns (csc).

    >>> from scipy import sparse
    >>> one, rows = np.ones(2), sparse.csr_array(np.array([[1.0, 1.0]]))
    >>> model = program(np.array([2.0, 3.0]), rows, one[:1], 9 * one[:1], 0 * one, one)
    >>> solver = solver_of(model)
    >>> _ = solver.run()
    >>> [abs(value) for value in solver.getSolution().col_value]
    [1.0, 0.0]
    """
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), rows.shape[0]
    model.col_cost_, model.col_lower_, model.col_upper_ = costs, low, high
    model.row_lower_, model.row_upper_ = row_low, row_high
    form = highspy.MatrixFormat.kColwise if rows.format == "csc" else highspy.MatrixFormat.kRowwise
    model.a_matrix_.format_ = form
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = len(costs), rows.shape[0]
    model.a_matrix_.start_ = rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = rows.indices.astype(np.int32)
    model.a_matrix_.value_ = rows.data.astype(np.float64)
    return model


def solver_of(model: Any, **options: Any) -> Any:
    """A silent solver on one thread with the program in it, not yet run; ``options`` are HiGHS's own."""
    import highspy

    solver = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 1, **options}.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    return solver


def optimum(model: Any) -> Any | None:
    """The solution of a linear program (``col_value``, ``row_dual``); None where there is none."""
    import highspy

    solver = solver_of(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return solver.getSolution()


def own_unit(total: float) -> float:
    """How many units of the caller's make one of a program's, so that ``total`` comes to about a thousand of them.

    A solver's tolerances are absolute: without it a need of millions weighs less than one of ten. A power of two, so
    that counting there and back changes no figure.

    >>> own_unit(3e7), own_unit(1000.0), own_unit(0.0)
    (32768.0, 1.0, 1.0)
    """
    return float(2.0 ** np.round(np.log2(total / WHOLE))) if 0 < total < np.inf else 1.0
