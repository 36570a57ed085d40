"""Branch and bound for the p-median on the sites that reduced costs leave, a warm Lagrangian bound at each node."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.methods.bound import Floats, ascend


class Branching:
    """A depth-first search over open and closed sites; ``bound`` holds also when it stops before the end.

    ``costs``: candidates by homes. ``sure`` ones are open in every better answer; ``p`` counts all that are to be open,
    the sure ones too. ``step``: how much better a better answer must be.
    """

    def __init__(self, costs: Floats, sure: NDArray[np.bool_], p: int, best: float, step: float) -> None:
        order = np.argsort(costs.T, axis=1, kind="stable")
        self.ids = order.astype(np.uint32)
        self.near = np.ascontiguousarray(np.take_along_axis(costs.T, order, axis=1))
        self.costs, self.sure, self.p, self.best, self.step = costs, sure, p, best, step
        self.found: NDArray[np.bool_] | None = None
        self.bound = -np.inf

    def run(self, prices: Floats, *, nodes: int, rounds: int = 60) -> None:
        """Searches at most so many nodes, each with so many rounds for its bound."""
        state = self.sure.astype(np.int8)
        stack: list[tuple[NDArray[np.int8], Floats, float]] = [(state, prices, -np.inf)]
        while stack and nodes > 0:
            state, prices, bound = stack.pop()
            if bound <= self.best - self.step:
                nodes -= 1
                stack += self.children(state, prices, bound, rounds)
        self.bound = min([self.best, *(bound for _, _, bound in stack)])

    def children(self, state: NDArray[np.int8], prices: Floats, bound: float, rounds: int) -> list[Any]:
        """The two halves of a node (the one to look at first stands last), or none where its bound rules it out."""
        if not self.settle(state):
            return []
        often = np.zeros(len(state))

        def evaluate(prices: Floats) -> tuple[float, Floats]:
            value, slope, opened = self.relax(prices, state)
            often[:] = 0.9 * often + 0.1 * opened
            return value, slope

        found = ascend(
            evaluate, prices, low=0.0, target=lambda: self.best, close_enough=self.step, rounds=rounds, patience=8
        )
        bound = max(bound, found.bound)
        if bound > self.best - self.step:
            return []
        self.fix(state, found.prices)
        if not self.settle(state):
            return []
        free = np.flatnonzero(state == 0)
        site = free[np.argmin(np.abs(often[free] - 0.5))]
        halves = []
        for value in (-1, 1) if often[site] >= 0.5 else (1, -1):
            child = state.copy()
            child[site] = value
            halves.append((child, found.prices, bound))
        return halves

    def settle(self, state: NDArray[np.int8]) -> bool:
        """Whether there is still a choice; where there is none, the only one left is counted."""
        left = self.p - int((state == 1).sum())
        free = int((state == 0).sum())
        if 0 < left < free:
            return True
        if left >= 0 and free >= left:
            opened = (state == 1) | ((state == 0) if left else False)
            self.count(np.asarray(opened))
        return False

    def count(self, opened: NDArray[np.bool_]) -> None:
        if opened.any():
            total = float(self.costs[opened].min(axis=0).sum())
            if total < self.best:
                self.best, self.found = total, opened.copy()

    def relax(self, prices: Floats, state: NDArray[np.int8]) -> tuple[float, Floats, NDArray[np.bool_]]:
        """The bound at a node, its slope, and the sites that the prices open there."""
        from luoshu.methods.interchange import over_served, relaxed

        saved = relaxed(self.ids, self.near, prices, len(state))
        opened = state == 1
        left = self.p - int(opened.sum())
        opened[np.argsort(np.where(state == 0, saved, np.inf), kind="stable")[:left]] = True
        slope, nearest = over_served(self.ids, self.near, prices, opened.astype(np.float64))
        if float(nearest.sum()) < self.best:
            self.count(opened)
        return float(prices.sum() + saved[opened].sum()), slope, opened

    def fix(self, state: NDArray[np.int8], prices: Floats) -> None:
        """Opens and closes sites at a node whose reduced cost rules out the other."""
        from luoshu.methods.interchange import relaxed

        saved = relaxed(self.ids, self.near, prices, len(state))
        free = np.flatnonzero(state == 0)
        left = self.p - int((state == 1).sum())
        ranked = np.sort(saved[free])
        value = float(prices.sum() + saved[state == 1].sum() + ranked[:left].sum())
        limit = self.best - self.step
        inside = saved[free] <= ranked[left - 1]
        state[free[~inside & (value + saved[free] - ranked[left - 1] > limit)]] = -1
        if ranked[left] > ranked[left - 1]:
            state[free[inside & (value - saved[free] + ranked[left] > limit)]] = 1
