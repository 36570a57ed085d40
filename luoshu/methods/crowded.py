"""Sites with limited seats: the most people served, or all of them for the least cost; people are assigned to sites.

Given the open sites, who sits where is a flow. Where to build is searched by greedy, exchange and (small cases) HiGHS;
the bound is Lagrangian: every home pays a price for a seat, each site then serves the homes that are worth most to it.
"""

from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.bound import Floats, ascend
from luoshu.methods.siting import Siting, all_whole
from luoshu.methods.spacing import cliques

Mask = NDArray[np.bool_]


def crowded_cover(
    matrix: sparse.csr_array,
    weights: Floats,
    costs: Floats,
    seats: Floats,
    standing: NDArray[np.int64],
    limits: tuple[float, float],
    conflicts: sparse.csr_array,
    barred: Mask,
    *,
    rounds: int,
    shakes: int,
    seconds: float,
    entries: int,
) -> Siting:
    """``maximal_cover`` with capacity: the most people seated within these limits."""
    search = SeatSearch(matrix, weights, costs, seats, standing, limits, conflicts, barred)
    search.begin()
    search.lower_bound(min(rounds, 400))
    search.exchange(shakes)
    search.close_most(seconds, min(entries, 60_000))
    return search.answer(search.best, max(search.bound, search.best))


class SeatSearch:
    """One search; homes that the same sites reach are one (``merge``). ``chosen`` holds the existing sites too."""

    def __init__(
        self,
        matrix: sparse.csr_array,
        weights: Floats,
        costs: Floats,
        seats: Floats,
        standing: NDArray[np.int64],
        limits: tuple[float, float],
        conflicts: sparse.csr_array,
        barred: Mask,
        merge: bool = True,
    ) -> None:
        from luoshu.methods.cover_search import merge_homes

        self.full, self.weights = matrix, weights
        if merge:
            kept, self.group = merge_homes(matrix, weights > 0)
        else:
            wanted = (weights > 0) & (np.bincount(matrix.indices, minlength=len(weights)) > 0)
            self.group = np.where(wanted, np.cumsum(wanted) - 1, -1)
            kept = sparse.csr_array(matrix[:, np.flatnonzero(wanted)])
        self.people = np.bincount(
            self.group[self.group >= 0], weights[self.group >= 0], minlength=kept.shape[1]
        ).astype(np.float64)
        self.matrix, self.costs, self.seats, self.limits = kept, costs, seats, np.array(limits)
        numbered = sparse.csr_array((np.arange(kept.nnz) + 1, kept.indices, kept.indptr), shape=kept.shape)
        turned = sparse.csr_array(numbered.T)
        self.town = (
            kept.indptr.astype(np.int64), kept.indices.astype(np.int64), turned.indptr.astype(np.int64),
            turned.indices.astype(np.int64), turned.data.astype(np.int64) - 1, self.people,
        )  # fmt: skip
        self.near = (conflicts.indptr.astype(np.int64), conflicts.indices.astype(np.int64))
        self.fixed = np.zeros(len(costs), dtype=np.bool_)
        self.fixed[standing] = True
        self.barred = barred | (np.diff(kept.indptr) == 0) | (costs > limits[0]) | (seats == 0)
        self.groups = cliques(conflicts) if conflicts.nnz else sparse.csr_array((0, len(costs)))
        self.tiny = 1e-9 * max(float(self.people.sum()), 1e-300)
        self.whole = all_whole(self.people, np.where(np.isfinite(seats), seats, 0.0))
        self.best, self.bound = -1.0, float(self.people.sum())
        self.flow: Floats = np.zeros(kept.nnz)
        self.chosen = self.fixed.copy()
        self.tries = 1_000_000 if kept.nnz < 1_000_000 else 200
        self.parts: Floats = np.zeros(len(costs))

    def state(self, chosen: Mask) -> tuple[Any, ...]:
        """Everybody seated who can be, with these sites open."""
        from luoshu.methods.seats import seat

        state = (np.zeros(self.matrix.nnz), self.seats.copy(), self.people.copy(), chosen.copy())
        for tries in (0, self.tries):  # first without moving anybody
            for site in np.flatnonzero(chosen):
                seat(site, tries, self.tiny, self.town, state)
        return state

    def used(self, chosen: Mask) -> Floats:
        new = chosen & ~self.fixed
        return np.array([float(self.costs[new].sum()), float(new.sum())])

    def grow(self, state: tuple[Any, ...], pay: Floats, need: float = np.inf) -> float:
        """Greedy from a state, until ``need`` more people are seated; how many more are."""
        from luoshu.methods.seats import fill_by_gain

        used = self.used(state[3])
        return float(
            fill_by_gain(
                need, pay, self.tries, self.tiny, self.costs, self.limits, used, self.barred, *self.near,
                self.town, state,
            )
        )  # fmt: skip

    def keep(self, state: tuple[Any, ...]) -> None:
        total = float(state[0].sum())
        if total > self.best + self.tiny:
            self.best, self.flow, self.chosen = total, state[0].copy(), state[3].copy()

    def begin(self) -> None:
        """What the existing sites seat, then greedy by people and by people for the cost."""
        start = self.state(self.fixed)
        self.keep(start)
        for pay in (np.ones_like(self.costs), np.maximum(self.costs, 1e-12)):
            state = tuple(one.copy() for one in start)
            self.grow(state, pay)
            self.keep(state)

    def open_gap(self) -> bool:
        return self.bound - self.best > (1 - 1e-6 if self.whole else 1e-9 * max(self.bound, 1e-300))

    def inner(self, worth: Floats) -> tuple[float, Floats]:
        """The most that candidates by parts can bring within the limits, and the existing ones with them."""
        from luoshu.methods.cover import fill_purses

        usable = np.flatnonzero(~self.barred & (worth > 0))
        rates = (np.maximum(self.costs, 1e-12), np.ones_like(self.costs))
        orders = np.stack([usable[np.argsort(-worth[usable] / rate[usable], kind="stable")] for rate in rates])
        one = (self.costs, self.limits[None, :], np.zeros((len(self.costs), 2), dtype=np.int64), *self.near)
        totals, parts = fill_purses(orders, worth, (*one, self.barred, self.fixed))
        kind = int(totals[1] < totals[0])
        parts = np.where(self.fixed, 1.0, parts[kind])
        return float(totals[kind] + worth[self.fixed].sum()), parts

    def lower_bound(self, rounds: int) -> None:
        """Lowers the bound by prices of the seats, and tries the sites that these open along the way."""
        from luoshu.methods.seats import taken, worths

        if not self.open_gap() or rounds <= 0:
            return
        root, homes, groups = np.sqrt(self.people), len(self.people), self.groups.shape[0]
        size = np.sqrt(max(float(self.people.mean()), 1e-300))

        def evaluate(prices: Floats) -> tuple[float, Floats]:
            price, bids = prices[:homes] / root, prices[homes:] * size
            margin = (1.0 - price)[self.matrix.indices]
            worth = worths(margin, self.seats, self.town)
            total, self.parts = self.inner(worth - self.groups.T @ bids)
            some = taken(self.parts, margin, self.seats, self.town)
            slope = np.concatenate([(some - self.people) / root, (self.groups @ self.parts - 1.0) * size])
            return -float(self.people @ price + bids.sum()) - total, slope

        def follow(done: int, _: Floats) -> None:
            if done % 25 == 0:
                self.round_parts()

        found = ascend(
            evaluate, np.concatenate([0.5 * root, np.zeros(groups)]), low=0.0,
            high=np.concatenate([root, np.full(groups, np.inf)]), target=lambda: -self.best, close_enough=self.tiny,
            rounds=rounds, patience=20, on_round=follow,
        )  # fmt: skip
        self.bound = min(self.bound, -found.bound)
        if self.whole:
            self.bound = float(np.floor(self.bound + 1e-6))
        self.bound = max(self.bound, self.best)

    def round_parts(self) -> None:
        """A greedy answer among the sites that the prices open, then among all."""
        state = self.state(self.fixed)
        kept = self.barred
        self.barred = kept | (self.parts <= 0)
        self.grow(state, np.ones_like(self.costs))
        self.barred = kept
        self.grow(state, np.ones_like(self.costs))
        self.keep(state)

    def exchange(self, rounds: int, work: float = 2e9) -> None:
        """Closes each site in turn and opens the best instead, as long as that seats more people."""
        from luoshu.methods.seats import leave

        left = min(float(rounds), work / max(self.matrix.nnz, 1))
        moved = True
        while moved and self.open_gap():
            moved = False
            for site in np.flatnonzero(self.chosen & ~self.fixed):
                if left <= 0:
                    return
                left -= 1
                state = (self.flow.copy(), self.seats - self.matrix_sums(self.flow), self.free(), self.chosen.copy())
                leave(site, self.tries, self.tiny, self.town, state)
                was = self.barred[site]
                self.barred[site] = True
                self.grow(state, np.ones_like(self.costs))
                self.barred[site] = was
                before = self.best
                self.keep(state)
                moved |= self.best > before
                if self.best > before:
                    break

    def matrix_sums(self, flow: Floats) -> Floats:
        """The people seated at each site."""
        running = np.concatenate([np.zeros(1), np.cumsum(flow)])
        return np.asarray(running[self.matrix.indptr[1:]] - running[self.matrix.indptr[:-1]])

    def free(self) -> Floats:
        """The people of each home without a seat."""
        return np.maximum(self.people - np.bincount(self.matrix.indices, self.flow, minlength=len(self.people)), 0.0)

    def close_most(self, seconds: float, entries: int) -> None:
        """HiGHS on the whole, if it is small: sites whole, people by parts."""
        from luoshu.methods.program import seat_program

        if not self.open_gap() or seconds <= 0 or self.matrix.nnz > entries:
            return
        program = seat_program(self, -1.0)
        found = program.solve(seconds=seconds, whole_objective=self.whole)
        if found.values is not None:
            self.keep(self.state(program.sites(found.values)))
        self.bound = max(self.best, min(self.bound, -found.bound))
        if not self.open_gap() and found.bound > -np.inf:
            self.bound = max(self.best, min(self.bound, self.best + self.tiny))

    def answer(self, objective: float, bound: float) -> Siting:
        """The choice with everybody's seat, the merged homes taken apart again."""
        new = np.flatnonzero(self.chosen & ~self.fixed)
        flow = sparse.csr_array((self.flow, self.matrix.indices, self.matrix.indptr), shape=self.matrix.shape)
        inside = np.flatnonzero(self.group >= 0)
        share = self.weights[inside] / self.people[self.group[inside]]
        spread = sparse.csr_array((share, (self.group[inside], inside)), shape=(len(self.people), len(self.weights)))
        assigned = sparse.csr_array(flow @ spread)
        assigned.eliminate_zeros()
        seated = np.asarray(assigned.sum(axis=0))
        reached = np.zeros(len(self.weights), dtype=np.bool_)
        reached[self.full[self.chosen].indices] = True
        short = (self.weights - seated > 1e-9 * np.maximum(self.weights, 1.0)) | ~reached
        return Siting(
            sites=new, objective=objective, bound=bound, unserved=np.flatnonzero(short),
            cost=float(self.costs[new].sum()), assigned=assigned,
        )  # fmt: skip
