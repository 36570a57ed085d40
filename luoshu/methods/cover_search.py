"""The search for a maximal cover: greedy, swaps, a bound from prices, iterated search, HiGHS on what is left."""

from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.bound import Floats
from luoshu.methods.cover_bound import CoverBound, Purses, forbidding
from luoshu.methods.siting import all_whole


class CoverSearch:
    """The state of one search: the best choice so far, the best bound so far and the sites that may still matter.

    ``matrix``: sites by homes, without what is served already. ``barred`` sites are never opened. ``conflicts``: pairs
    of sites that may not both be chosen (see ``spacing``). ``relaxation``: another bound on the same problem.
    """

    def __init__(
        self,
        matrix: sparse.csr_array,
        weights: Floats,
        costs: Floats,
        purses: Purses,
        conflicts: sparse.csr_array,
        barred: NDArray[np.bool_],
        relaxation: CoverBound | None = None,
    ) -> None:
        self.matrix, self.amount, self.costs, self.purses, self.conflicts = matrix, weights, costs, purses, conflicts
        number = matrix.shape[0]
        self.starts, self.homes = matrix.indptr.astype(np.int64), matrix.indices.astype(np.uint32)
        turned = sparse.csr_array(matrix.T)
        self.cover = (
            self.starts, self.homes, turned.indptr.astype(np.int64), turned.indices.astype(np.uint32), self.amount
        )  # fmt: skip
        self.barred = barred | (matrix.indptr[1:] == matrix.indptr[:-1])
        alone = purses.limits[purses.draws[:, 0]]
        self.barred |= (costs > alone[:, 0]) | (alone[:, 1] < 1)
        self.relaxation = relaxation or CoverBound(
            matrix, weights, costs, purses, forbidding(conflicts, self.barred), self.barred
        )
        self.groups = self.relaxation.groups
        self.whole = all_whole(self.amount)
        self.tiny = 1e-9 * max(float(self.amount.sum()), 1e-300)
        self.best, self.bound = 0.0, float(self.amount.sum())
        self.chosen = np.zeros(number, dtype=np.bool_)
        self.prices: Floats | None = None
        self.parts = np.zeros(number)
        self.random = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)

    def rules(self, barred: NDArray[np.bool_] | None = None) -> tuple[Any, ...]:
        """What the kernels may do, here or with other sites barred."""
        near = self.conflicts
        return (
            self.costs, self.purses.limits, self.purses.draws, near.indptr.astype(np.int64),
            near.indices.astype(np.int64), self.barred if barred is None else barred, np.zeros_like(self.barred),
        )  # fmt: skip

    def state(self, chosen: NDArray[np.bool_] | None = None) -> tuple[Any, ...]:
        """A fresh state of the kernels with these sites open."""
        from luoshu.methods.cover import open_site

        number, people = self.matrix.shape
        state = (
            np.zeros(people, dtype=np.int32), np.zeros(people, dtype=np.int32), np.zeros(number),
            np.zeros(number, dtype=np.bool_), np.zeros_like(self.purses.limits), np.zeros(number, dtype=np.int32),
            np.zeros(number, dtype=np.int64),
        )  # fmt: skip
        rules = self.rules()
        for site in np.flatnonzero(chosen) if chosen is not None else ():
            open_site(site, self.cover, rules, state)
        return state

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Takes a choice as the best if it serves more, counted afresh."""
        reached = np.zeros(self.matrix.shape[1], dtype=np.bool_)
        reached[self.matrix[np.flatnonzero(chosen)].indices] = True
        total = float(self.amount[reached].sum())
        if total > self.best:
            self.best, self.chosen = total, chosen.copy()

    def polish(self, state: tuple[Any, ...]) -> None:
        from luoshu.methods.cover import improve

        improve(np.ones(self.matrix.shape[0], dtype=np.bool_), self.tiny, self.cover, self.rules(), state)
        self.keep(state[3])

    def begin(self) -> None:
        """Greedy by gain, and by gain for its cost where costs differ; then swaps."""
        from luoshu.methods.cover import greedy

        for by_cost in (False, True) if np.ptp(self.costs) > 0 else (False,):
            state = self.state()
            greedy(by_cost, self.cover, self.rules(), state)
            self.keep(state[3])
            self.polish(state)

    def step(self) -> float:
        """How much more a better answer must serve."""
        return 1 - 1e-6 if self.whole else 1e-9 * max(self.bound, 1e-300)

    def open_gap(self) -> bool:
        """Whether a better answer is not yet ruled out."""
        return self.bound - self.best > self.step()

    def raise_bound(self, rounds: int) -> None:
        """Lowers the bound on what can be served, and bars the sites that cannot matter."""
        if not self.open_gap() or rounds <= 0:
            return
        found = self.relaxation.run(self.chosen, rounds, self.best + self.step())
        self.prices, self.parts = found.prices, found.parts
        self.lower(found.bound)
        self.bar()

    def lower(self, bound: float) -> None:
        """Takes a bound, rounded down where only whole numbers can be served."""
        self.bound = max(self.best, min(self.bound, float(np.floor(bound + 1e-6)) if self.whole else bound))

    def round_parts(self) -> None:
        """Opens the sites that the relaxation opens most, as far as the limits go, and improves by swaps."""
        from luoshu.methods.cover import fits, greedy, open_site

        state, rules = self.state(), self.rules()
        for site in np.argsort(-self.parts, kind="stable"):
            if self.parts[site] < 0.3:
                break
            if not self.barred[site] and fits(site, -1, rules, state):
                open_site(site, self.cover, rules, state)
        greedy(False, self.cover, rules, state)
        self.polish(state)

    def bar(self) -> None:
        """Bars the sites whose opening would bring the bound down to the best answer or below (reduced costs)."""
        if self.prices is None or (self.purses.draws[:, 0] < self.purses.draws[:, 1]).any():
            return
        score = self.relaxation.scores(self.prices)
        total, parts, kind = self.relaxation.inner(score)
        value = float(self.amount.sum() - self.prices.sum()) + total
        rate = np.ones(len(score)) if kind else np.maximum(self.costs, 1e-12)
        first = self.purses.draws[:, 0]
        for purse, limit in enumerate(self.purses.limits[:, kind]):
            inside = (first == purse) & ~self.barred
            taken = inside & (parts > 0)
            if not taken.any() or float((parts * rate)[taken].sum()) < limit * (1 - 1e-9):
                continue  # the purse is not full: more sites would cost nothing
            least = float((score[taken] / rate[taken]).min())
            worse = value + score - least * rate < self.best + self.step()
            self.barred |= inside & worse & ~self.chosen

    def likely(self, each: int) -> NDArray[np.int64]:
        """The sites that the prices do not rule out in practice: so many for each that may be built."""
        free = np.flatnonzero(~self.barred)
        number = min(float(self.purses.limits[:, 1].sum()), 2.0 * float(self.parts.sum()) + 1)
        if self.prices is None or each * number >= len(free):
            return free
        score = self.relaxation.scores(self.prices)[free]
        return free[np.argsort(-score, kind="stable")[: max(200, each * int(number))]]

    def anneal(self, steps: int) -> None:
        """Simulated annealing from the best choice, then swaps: for large towns better than shaking alone."""
        from luoshu.methods.cover import anneal

        likely = self.likely(16)
        if not len(likely) or not self.chosen.any():
            return
        heat = 0.2 * self.best / float(self.chosen.sum())
        state = self.state(self.chosen)
        top = anneal(likely, steps, heat, heat / 100, self.tiny, self.random, self.cover, self.rules(), state)
        self.polish(self.state(top))

    def shake(self, rounds: int, slack: float = 1e-3) -> None:
        """Iterated search from the best choice, among the likely sites."""
        from luoshu.methods.cover import shake

        barred = np.ones_like(self.barred)
        barred[self.likely(16)] = False
        state = self.state(self.chosen)
        shake(rounds, slack * self.best, self.tiny, self.random, self.cover, self.rules(barred), state)
        self.polish(state)

    def close_exactly(self, seconds: float, entries: int) -> None:
        """Hands what is left to HiGHS, if it is small enough: sites whole, homes between 0 and 1."""
        from luoshu.methods.exact import close

        if not self.open_gap() or seconds <= 0:
            return
        self.bar()
        free = np.flatnonzero(~self.barred)
        kept, group = merge_homes(sparse.csr_array(self.matrix[free]), np.ones(self.matrix.shape[1], dtype=np.bool_))
        if kept.nnz > entries:
            return
        amount = np.bincount(group[group >= 0], self.amount[group >= 0], minlength=kept.shape[1])
        people, number = len(amount), len(free)
        draws = sparse.csr_array(self.purses.rows()[:, free])
        blocks = [(draws * self.costs[free][None, :], self.purses.limits[:, 0]), (draws, self.purses.limits[:, 1])]
        limits = [(sparse.csr_array(rows)[np.isfinite(most)], most[np.isfinite(most)]) for rows, most in blocks]
        limits.append((sparse.csr_array(self.groups[:, free]), np.ones(self.groups.shape[0])))
        rows = sparse.vstack(
            [sparse.hstack([-sparse.csr_array(kept.T.astype(float)), sparse.eye_array(people)])]
            + [sparse.hstack([rows, sparse.csr_array((rows.shape[0], people))]) for rows, _ in limits],
            format="csr",
        )
        row_high = np.concatenate([np.zeros(people), *(most for _, most in limits)])
        size = number + people
        start = np.concatenate([self.chosen[free], (kept.T @ self.chosen[free].astype(float)) > 0]).astype(float)
        found = close(
            np.concatenate([np.zeros(number), -amount]), rows, np.full(len(row_high), -np.inf), row_high,
            low=np.zeros(size), high=np.ones(size), whole=np.arange(size) < number,
            whole_objective=self.whole, start=start, seconds=seconds,
        )  # fmt: skip
        if found.values is not None:
            chosen = np.zeros_like(self.chosen)
            chosen[free[found.values[:number] > 0.5]] = True
            self.keep(chosen)
        self.bound = min(self.bound, max(-found.bound, self.best))

    def run(self, rounds: int, shakes: int, seconds: float, entries: int) -> None:
        """All of it in turn, until nothing better is possible."""
        self.begin()
        self.raise_bound(rounds)
        if self.open_gap():
            self.finish(shakes, seconds, entries)

    def finish(self, shakes: int, seconds: float, entries: int) -> None:
        """After the bound: what the relaxation opens, iterated search, HiGHS where it is small, annealing."""
        self.round_parts()
        sites, inside = self.among_likely()
        if shakes > 0 and self.open_gap():
            inside.shake(min(shakes, 400))
            self.adopt(inside, sites)
        self.close_exactly(seconds, entries)
        if shakes > 400 and self.open_gap():
            inside.anneal(600 * shakes)
            inside.shake(400)
            self.adopt(inside, sites)

    def among_likely(self) -> tuple[NDArray[np.int64], "CoverSearch"]:
        """The likely sites, and a search among them alone: fewer sites tell fewer homes apart, so that it is faster."""
        chosen = self.chosen & ~self.barred
        sites = np.union1d(self.likely(16), np.flatnonzero(chosen))
        kept, group = merge_homes(sparse.csr_array(self.matrix[sites]), np.ones(self.matrix.shape[1], dtype=np.bool_))
        use = group >= 0
        amount = np.bincount(group[use], self.amount[use], minlength=kept.shape[1]).astype(np.float64)
        purses = Purses(limits=self.purses.limits, draws=self.purses.draws[sites])
        conflicts = sparse.csr_array(self.conflicts[sites][:, sites])
        inside = CoverSearch(kept, amount, self.costs[sites], purses, conflicts, self.barred[sites], self.relaxation)
        inside.best, inside.chosen = self.best, chosen[sites]
        return sites, inside

    def adopt(self, inside: "CoverSearch", sites: NDArray[np.int64]) -> None:
        """Takes over the best choice of a search among these sites, improved among all."""
        chosen = np.zeros_like(self.chosen)
        chosen[sites[inside.chosen]] = True
        self.polish(self.state(chosen))


def merge_homes(matrix: sparse.csr_array, wanted: NDArray[np.bool_]) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """One column for all homes that exactly the same sites reach; and for each home its new column (-1: left out).

    Homes are told apart by two sums of random numbers drawn for the sites, 106 bits together.
    """
    number, people = matrix.shape
    keys = np.random.default_rng(7).integers(1, 2**53, size=(2, number), dtype=np.int64).view(np.uint64)
    turned = sparse.csr_array(matrix.T)
    sums = np.zeros((2, people + 1), dtype=np.uint64)
    for key, total in zip(keys, sums, strict=True):
        running = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(key[turned.indices], dtype=np.uint64)])
        total[:-1] = running[turned.indptr[1:]] - running[turned.indptr[:-1]]
    group = np.full(people, -1, dtype=np.int64)
    use = np.flatnonzero(wanted & (np.diff(turned.indptr) > 0))
    order = use[np.lexsort((sums[1][use], sums[0][use]))]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (sums[0][order[1:]] != sums[0][order[:-1]]) | (sums[1][order[1:]] != sums[1][order[:-1]])
    group[order] = np.cumsum(new) - 1
    first = order[new]  # neighbours side by side, by their first and last site, so that a site's homes lie together
    ends = (turned.indices[turned.indptr[first + 1] - 1], turned.indices[turned.indptr[first]])
    side = np.lexsort(ends)
    rank = np.empty(len(first) + 1, dtype=np.int64)
    rank[side], rank[-1] = np.arange(len(first)), -1
    group = rank[group]
    kept = sparse.csr_array(turned[first[side]].T)
    kept.sort_indices()
    return kept, group
