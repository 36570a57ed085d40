"""Minimum-cost flow on any network, to its optimum, with the prices of the nodes that prove it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.linear import program, solver_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What flows on each arc (``amounts``), what that costs, and a bound from the nodes' ``prices``.

    ``objective`` and ``bound`` are computed here from amounts and prices; where both meet, no flow is cheaper.
    """

    amounts: Floats
    prices: Floats
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the best could still be from this flow, as a share of its cost."""
        return abs(self.objective - self.bound) / max(1.0, abs(self.objective))


def min_cost_flow(
    tails: ArrayLike,
    heads: ArrayLike,
    costs: ArrayLike,
    demands: ArrayLike,
    *,
    capacity: ArrayLike | None = None,
    seconds: float = 60.0,
) -> Flow:
    """The cheapest flow that brings every node what it asks for.

    Arc k goes from node ``tails[k]`` to ``heads[k]``, costs ``costs[k]`` a unit (below zero too) and carries from 0 to
    ``capacity[k]`` (None: no limit). ``demands`` (nodes): what stays in a node, below zero where it supplies, their
    sum zero. Where demands, capacities and costs are whole numbers, so are amounts and prices, and objective and
    bound are exact (below 2^53).

    HiGHS's simplex finds it; the bound is the sum of demand times price less what the arcs that undercut could bring
    (weak duality, Ahuja, Magnanti and Orlin 1993, chapter 9).

    ValueError where no flow meets the demands (and where costs fall without end), for demands that do not add up to
    zero and for what is no number. TimeoutError after ``seconds``.

    >>> flow = min_cost_flow([0, 0, 1], [1, 2, 2], [1, 4, 2], [-5, 0, 5], capacity=[3, 9, 9])
    >>> flow.amounts.tolist(), flow.objective, flow.bound
    ([3.0, 2.0, 3.0], 17.0, 17.0)
    """
    import highspy
    import scipy.sparse as sparse

    asked = np.asarray(demands, dtype=np.float64)
    tail, head = _ends("tails", tails, len(asked)), _ends("heads", heads, len(asked))
    price = np.asarray(costs, dtype=np.float64)
    arcs = len(tail)
    most = np.full(arcs, np.inf) if capacity is None else np.array(capacity, dtype=np.float64)
    for name, values in (("heads", head), ("costs", price), ("capacity", most)):
        if values.shape != (arcs,):
            raise ValueError(f"{name} must have {arcs} values, one for each arc, and has the shape {values.shape}.")
    if asked.ndim != 1 or not (np.isfinite(asked).all() and np.isfinite(price).all()):
        raise ValueError("demands and costs must be lists of finite numbers.")
    if np.isnan(most).any() or (most < 0).any():
        raise ValueError("capacity must be zero or more (infinity: no limit), and no NaN.")
    if abs(asked.sum()) > 1e-9 * max(1.0, float(np.abs(asked).sum())):
        raise ValueError(f"demands add up to {asked.sum():g}, and must add up to zero: supply below zero, need above.")
    if not arcs:
        if (asked != 0).any():
            raise ValueError("No flow meets the demands: there are no arcs.")
        return Flow(amounts=np.zeros(0), prices=np.zeros(len(asked)), objective=0.0, bound=0.0)
    every = np.arange(arcs)
    table = sparse.csc_array(
        (np.repeat([1.0, -1.0], arcs), (np.concatenate([head, tail]), np.concatenate([every, every]))),
        shape=(len(asked), arcs),
    )  # an arc back to its own node adds up to zero here, as it should
    solver = solver_of(
        program(price, table, asked, asked, np.zeros(arcs), most), time_limit=float(seconds), solver="simplex"
    )
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise TimeoutError(f"No cheapest flow was found in {seconds:g} seconds.")
    if status != highspy.HighsModelStatus.kOptimal:
        raise ValueError(
            "No flow meets the demands within the capacities, or a circle of arcs without a limit costs less than "
            f"nothing (HiGHS: {solver.modelStatusToString(status)})."
        )
    answer = solver.getSolution()
    amounts, prices = np.array(answer.col_value), np.array(answer.row_dual)
    if _whole(asked, most[np.isfinite(most)]):
        amounts = np.round(amounts)
    if _whole(price):
        prices = np.round(prices)
    reduced = price - (prices[head] - prices[tail])
    under = reduced < 0
    # where an arc has no limit of its own, no cheapest flow needs more on it than all that is asked for
    limit = np.where(np.isfinite(most), most, np.abs(asked).sum() / 2 + most[np.isfinite(most)].sum())
    bound = float(asked @ prices + (limit[under] * reduced[under]).sum())
    return Flow(amounts=amounts, prices=prices, objective=float(price @ amounts), bound=bound)


def _ends(name: str, given: ArrayLike, nodes: int) -> NDArray[np.int64]:
    values = np.asarray(given)
    if values.size == 0:
        return np.empty(0, dtype=np.int64)
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a list of node numbers, from 0 to {nodes - 1}.")
    if values.min() < 0 or values.max() >= nodes:
        wrong = int(values[(values < 0) | (values >= nodes)][0])
        raise ValueError(f"{name} names node {wrong}, and there are only 0 to {nodes - 1}.")
    return values.astype(np.int64)


def _whole(*amounts: Floats) -> bool:
    """Whether these are whole numbers, so that a corner of the flows is whole too."""
    return all(bool(np.all(one == np.round(one))) for one in amounts)
