"""What no maximal cover can beat: the relaxation with sites by parts, and the purses that bear their costs."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.bound import Draw, Floats, Relaxation, relax
from luoshu.methods.spacing import cliques


@dataclass(frozen=True, kw_only=True)
class Purses:
    """What bears the costs: ``limits`` holds cost and number for each purse, ``draws`` the first and last of a site."""

    limits: Floats
    draws: NDArray[np.int64]

    @classmethod
    def one(cls, limits: tuple[float, float], sites: int) -> "Purses":
        return cls(limits=np.array([limits]), draws=np.zeros((sites, 2), dtype=np.int64))

    def rows(self) -> sparse.csr_array:
        """Purses by sites: which site draws on which."""
        every = np.arange(len(self.limits))[:, None]
        return sparse.csr_array(((every >= self.draws[:, 0]) & (every <= self.draws[:, 1])).astype(np.float64))


def forbidding(conflicts: sparse.csr_array, barred: NDArray[np.bool_]) -> sparse.csr_array:
    """The groups of sites that are not barred of which only one may be chosen."""
    number = conflicts.shape[0]
    if not conflicts.nnz:
        return sparse.csr_array((0, number))
    free = np.flatnonzero(~barred)
    found = cliques(sparse.csr_array(conflicts[free][:, free]))
    return sparse.csr_array((found.data, free[found.indices], found.indptr), shape=(found.shape[0], number))


class CoverBound:
    """The relaxed cover: every price vector gives a bound. ``barred`` is looked at, not copied: sites may be added.

    Prices: one for each home, then one (zero or less) for each group of sites of which only one may be chosen.
    """

    def __init__(
        self,
        matrix: sparse.csr_array,
        amount: Floats,
        costs: Floats,
        purses: Purses,
        groups: sparse.csr_array,
        barred: NDArray[np.bool_],
    ) -> None:
        self.amount, self.costs, self.purses, self.groups, self.barred = amount, costs, purses, groups, barred
        self.starts, self.homes = matrix.indptr.astype(np.int64), matrix.indices.astype(np.uint32)
        self.number, self.people = matrix.shape
        self.reached_by = np.bincount(self.homes, minlength=self.people).astype(np.float64)
        self.prices: Floats | None = None
        self.parts: Floats = np.zeros(len(costs))

    def scores(self, prices: Floats, which: NDArray[np.int64] | None = None) -> Floats:
        """What each site (or each of ``which``) collects at these prices, less what its groups take for their room."""
        from luoshu.methods.cover import scores

        people = self.people
        every = np.arange(self.number) if which is None else which
        found: Floats = scores(self.starts, self.homes, prices[:people], every)
        return found + self.groups.T @ prices[people:] if self.groups.shape[0] else found

    def served(self, parts: Floats) -> Floats:
        """How far each home is served by sites open in parts, and how far each group is taken."""
        from luoshu.methods.cover import served

        found: Floats = served(self.starts, self.homes, parts, self.people)
        return np.concatenate([found, self.groups @ parts]) if self.groups.shape[0] else found

    def inner(self, score: Floats) -> tuple[float, Floats, int]:
        """The most that sites by parts can bring with these scores; the parts; by which limit (0 cost, 1 number)."""
        from luoshu.methods.cover import fill_purses

        usable = np.flatnonzero(~self.barred & (score > 0))
        orders = np.stack(
            [usable[np.argsort(-score[usable] / rate[usable], kind="stable")]
             for rate in (np.maximum(self.costs, 1e-12), np.ones_like(self.costs))]
        )  # fmt: skip
        rules = (
            self.costs,
            self.purses.limits,
            self.purses.draws,
            np.zeros(1, dtype=np.int64),
            usable,
            self.barred,
            self.barred,
        )
        totals, parts = fill_purses(orders, score, rules)
        kind = int(totals[1] < totals[0])
        return float(totals[kind]), parts[kind], kind

    def value(self, prices: Floats, score: Floats) -> float:
        """The bound that these prices prove: true for any prices (of groups: zero or less)."""
        return float(self.amount.sum() - prices.sum()) + self.inner(score)[0]

    def run(self, chosen: NDArray[np.bool_], rounds: int, goal: float) -> Relaxation:
        """So many rounds, from where the last ones ended, at first from this choice; stops where the goal is met."""
        groups = self.groups.shape[0]
        if self.prices is None:
            self.parts = chosen.astype(np.float64)
            start = self.amount / np.maximum(self.served(self.parts)[: len(self.amount)], 1.0)
            self.prices = np.concatenate([start, np.zeros(groups)])
        top = float(self.scores(np.concatenate([self.amount, np.zeros(groups)])).max(initial=0.0))
        found = relax(
            self.scores, self.served, self.value,
            low=np.concatenate([np.zeros(len(self.amount)), np.full(groups, -top)]),
            high=np.concatenate([self.amount, np.zeros(groups)]),
            reached_by=np.concatenate([self.reached_by, np.asarray(self.groups.sum(axis=1))]),
            purses=self.binding(), usable=~self.barred, prices=self.prices, parts=self.parts, rounds=rounds, goal=goal,
        )  # fmt: skip
        self.prices, self.parts = found.prices, found.parts
        return found

    def binding(self) -> list[Draw]:
        """For each purse the sites that draw on it, what each takes and what it holds: the limit that binds first."""
        found = []
        for purse, (money, number) in enumerate(self.purses.limits):
            drawing = (self.purses.draws[:, 0] <= purse) & (purse <= self.purses.draws[:, 1]) & ~self.barred
            sites = np.flatnonzero(drawing)
            few = not np.isfinite(money)
            if np.isfinite(number) and np.isfinite(money):
                few = float(np.sort(self.costs[sites])[: int(number)].sum()) <= money
            take = np.ones(len(sites)) if few else self.costs[sites]
            found.append((sites, take, float(number if few else money)))
        return found
