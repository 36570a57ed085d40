"""A linear program as HiGHS takes it, and a solver that gives the same answer each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

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


ATTEMPTS: tuple[Mapping[str, Any], ...] = (
    {},
    {"presolve": "off"},
    {"solver": "ipm"},
    {"simplex_strategy": 4},
    {"simplex_scale_strategy": 0, "presolve": "off"},
)
"""How a program is solved, and how it is tried again where the solver breaks off: numbers of very different size can
make one way fail that another masters."""


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """The ``values`` of a program's columns that cost least, the ``prices`` of its rows, and what is left of each
    column's cost at these prices (``reduced``), all in the caller's units."""

    values: Floats
    prices: Floats
    reduced: Floats


def optimum(
    costs: Floats, rows: Any, row_low: ArrayLike, row_high: ArrayLike, low: ArrayLike, high: ArrayLike, *,
    amounts: ArrayLike | None = None, seconds: float = 3600.0, **options: Any,
) -> Optimum | None:  # fmt: skip
    """The optimum of a linear program; None where there is none, or none was found in ``seconds``.

    ``amounts``: about what each column comes to at most (above zero). A solver's tolerances are absolute, so each
    column is counted in its own amount and each row in its largest entry (powers of two, so that counting back changes
    no figure): a need of one person then counts beside one of a million, as far as a double can tell. What the
    solver gives up is tried again in other ways. ``options`` are HiGHS's own.

    >>> rows = sparse.csr_array(np.array([[1.0, 1.0]]))
    >>> found = optimum(np.array([2.0, 3.0]), rows, [4e9], [np.inf], [0, 0], [3e9, np.inf], amounts=[1e9, 1e9])
    >>> found.values.tolist(), found.prices.tolist()
    ([3000000000.0, 1000000000.0], [3.0])
    """
    import highspy

    spread = Spread.over(costs, rows, amounts)
    model = spread.program(costs, row_low, row_high, low, high)
    row, column, money, bottom, top = spread.row, spread.column, spread.money, model.col_lower_, model.col_upper_
    refused = 0
    for attempt in ATTEMPTS:
        solver = solver_of(model, **{**options, **attempt, "time_limit": float(seconds)})
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            found = solver.getSolution()
            values = np.clip(np.array(found.col_value), bottom, top) * column
            return Optimum(values=values, prices=np.array(found.row_dual) * row / money,
                           reduced=np.array(found.col_dual) / column / money)  # fmt: skip
        refused += status in (
            highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible,
            highspy.HighsModelStatus.kUnbounded,
        )  # fmt: skip
        if status == highspy.HighsModelStatus.kTimeLimit or refused > 1:  # two ways agree that there is none
            return None
    return None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A program's rows with each column counted in its own amount and each row in its largest entry: ``rows``, what one
    of each ``column`` is, by what each ``row`` was multiplied, and costs (``money``)."""

    rows: sparse.csr_array
    column: Floats
    row: Floats
    money: float

    @classmethod
    def over(cls, costs: Floats, rows: Any, amounts: ArrayLike | None) -> "Spread":
        table = sparse.csr_array(rows)
        column = np.ones(table.shape[1]) if amounts is None else two_power(np.asarray(amounts, dtype=np.float64))
        inside = sparse.csr_array((table.data * column[table.indices], table.indices, table.indptr), shape=table.shape)
        most = abs(inside).max(axis=1).toarray().ravel() if inside.nnz else np.zeros(table.shape[0])
        row = 1 / two_power(most)
        inside.data *= np.repeat(row, np.diff(inside.indptr))
        money = 1 / two_power(np.array([float(np.abs(costs * column).max(initial=0.0)) / WHOLE]))
        return cls(rows=inside, column=column, row=row, money=float(money[0]))

    def program(
        self, costs: Floats, row_low: ArrayLike, row_high: ArrayLike, low: ArrayLike, high: ArrayLike
    ) -> Any:  # fmt: skip
        """The program in these amounts."""
        bottom, top = (
            np.broadcast_to(np.asarray(one, dtype=np.float64), self.column.shape) / self.column for one in (low, high)
        )
        under, over = (np.asarray(one, dtype=np.float64) * self.row for one in (row_low, row_high))
        return program(costs * self.column * self.money, self.rows, under, over, bottom, top)


def two_power(amounts: Floats) -> Floats:
    """The powers of two nearest to these amounts; 1 for zero and what is infinite.

    >>> two_power(np.array([0.0, 1000.0, 0.3, np.inf])).tolist()
    [1.0, 1024.0, 0.25, 1.0]
    """
    some = (amounts > 0) & np.isfinite(amounts)
    return np.where(some, np.exp2(np.round(np.log2(np.where(some, amounts, 1.0)))), 1.0)


def own_unit(total: float) -> float:
    """How many units of the caller's make one of a program's, so that ``total`` comes to about a thousand of them.

    A solver's tolerances are absolute: without it a need of millions weighs less than one of ten. A power of two, so
    that counting there and back changes no figure.

    >>> own_unit(3e7), own_unit(1000.0), own_unit(0.0)
    (32768.0, 1.0, 1.0)
    """
    return float(2.0 ** np.round(np.log2(total / WHOLE))) if 0 < total < np.inf else 1.0
