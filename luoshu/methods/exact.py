"""Closes what is left of a siting problem with a mixed-integer solver (HiGHS), and says honestly how far it came."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.few_choices import MOST, branched
from luoshu.methods.linear import Spread, program, solver_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The best values found (None: none was found), a bound nothing can beat, and whether nothing feasible exists."""

    values: Floats | None
    bound: float
    infeasible: bool


def close(
    costs: Floats,
    rows: sparse.csr_array,
    row_low: Floats,
    row_high: Floats,
    *,
    low: Floats,
    high: Floats,
    whole: NDArray[np.bool_],
    whole_objective: bool = False,
    cutoff: float = np.inf,
    start: Floats | None = None,
    seconds: float = 60.0,
    within: float = 0.0,
    within_share: float = 0.0,
    amounts: Floats | None = None,
) -> Closed:
    """Minimises ``costs · x`` under ``row_low <= rows x <= row_high`` with the marked columns whole numbers.

    ``whole_objective`` says that every answer has a whole-number value, so that the search may stop when less than one
    is left. ``within`` (and ``within_share`` of the objective): how near to the bound an answer is good enough.
    ``cutoff``: answers that are not better need not be found. ``bound`` is the solver's own dual bound: it
    holds also when the time ran out. ``amounts``: about what each column comes to at most (1 for whole ones); with it
    each is counted in its own amount (see ``linear.optimum``).

    >>> rows = sparse.csr_array(np.array([[1.0, 1.0]]))
    >>> one = np.ones(2)
    >>> answer = close(np.array([2.0, 3.0]), rows, one[:1], np.array([np.inf]), low=0 * one, high=one, whole=one > 0)
    >>> answer.values, answer.bound
    (array([1., 0.]), 2.0)
    """
    import highspy

    if len(costs) == 0:
        bad = bool(np.any(row_low > 0) or np.any(row_high < 0))
        return Closed(values=None if bad else np.zeros(0), bound=np.inf if bad else 0.0, infeasible=bad)
    spread = Spread.over(costs, rows, amounts) if amounts is not None else None
    column, money = (spread.column, spread.money) if spread else (1.0, 1.0)
    model = (
        spread.program(costs, row_low, row_high, low, high) if spread
        else program(costs, rows, row_low, row_high, low, high)
    )  # fmt: skip
    if 0 < whole.sum() <= MOST and start is None and not whole_objective and not np.isfinite(cutoff):
        near = {"within": within * money, "within_share": within_share}
        few = branched(model, np.flatnonzero(whole), **near, seconds=seconds)
        if few is not None:
            values = None if few[0] is None else few[0] * column + 0.0
            return Closed(values=values, bound=few[1] / money, infeasible=values is None)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(one)] for one in whole]
    limits = {"objective_bound": float(cutoff) * money} if np.isfinite(cutoff) else {}
    solver = solver_of(
        model, time_limit=float(seconds), mip_rel_gap=float(within_share),
        mip_abs_gap=(0.999 if whole_objective else max(1e-9, within)) * money, **limits,
    )  # fmt: skip
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = [float(value) for value in start / column]
        solver.setSolution(known)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Closed(values=None, bound=np.inf, infeasible=True)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) * column if found else None
    if whole.any():
        bound = float(info.mip_dual_bound)
    else:
        bound = float(info.objective_function_value) if status == highspy.HighsModelStatus.kOptimal else -np.inf
    bound /= money
    if whole_objective and np.isfinite(bound):
        bound = float(np.ceil(bound - 1e-6))
    return Closed(values=values, bound=bound, infeasible=False)
