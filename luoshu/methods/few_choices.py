"""A program with few yes-or-no choices: branched by hand, so that each further answer starts from the one before it."""

import heapq
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.methods.linear import solver_of

Floats = NDArray[np.float64]

MOST = 12
"""Up to so many whole columns; a search for more is left to a solver's own."""
MOST_NODES = 400


def branched(
    model: Any, whole: NDArray[np.int64], *, within: float, within_share: float, seconds: float
) -> tuple[Floats | None, float] | None:  # fmt: skip
    """The best values of a program (a ``HighsLp``) with these columns whole, and a bound that nothing can beat.

    Values are None where there is no answer (the bound is then infinite). The whole is None where the solver broke off
    or the search grew too long: another way must then be found. ``within`` (and ``within_share`` of the cost): how near
    to the bound is near enough.

    The nodes of the branching are solved by the dual simplex, each from the corner that the last one ended in (Land and
    Doig 1960): with a large program and a handful of choices a fraction of what cuts and heuristics cost.
    """
    import highspy

    solver = solver_of(model, presolve="off", solver="simplex", time_limit=float(seconds))
    low, high = (np.array(each)[whole] for each in (model.col_lower_, model.col_upper_))
    best, cost, turn = None, np.inf, count()
    open_nodes: list[tuple[float, int, Floats, Floats]] = [
        (-np.inf, next(turn), np.ceil(low - 1e-9), np.floor(high + 1e-9))
    ]
    for _ in range(MOST_NODES):
        near = max(within, within_share * abs(cost)) if np.isfinite(cost) else 0.0
        if not open_nodes or cost - open_nodes[0][0] <= near:
            return best, min(cost, open_nodes[0][0] if open_nodes else np.inf)
        _, _, under, over = heapq.heappop(open_nodes)
        while True:  # down to a whole answer; the other sides are kept for later
            if (under > over).any():
                break
            solver.changeColsBounds(len(whole), whole.astype(np.int32), under, over)
            solver.run()
            status = solver.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                break
            if status != highspy.HighsModelStatus.kOptimal:
                return None
            here = float(solver.getInfo().objective_function_value)
            if here >= cost - near * (1 - 1e-9):
                if here < cost:
                    heapq.heappush(open_nodes, (here, next(turn), under, over))
                break
            values = np.array(solver.getSolution().col_value)
            part = values[whole] - np.round(values[whole])
            if (np.abs(part) <= 1e-7).all():
                best, cost = values, here
                break
            one = int(np.argmax(np.abs(part)))
            other, nearer = (under.copy(), over.copy()), (under.copy(), over.copy())
            up, down = (nearer, other) if part[one] < 0 else (other, nearer)
            up[0][one] = np.ceil(values[whole[one]])
            down[1][one] = np.floor(values[whole[one]])
            heapq.heappush(open_nodes, (here, next(turn), *other))
            under, over = nearer
    return None
