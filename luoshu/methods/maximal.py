"""Maximal cover: with so many sites, or so much money, serve the most people (MCLP, Church and ReVelle 1974)."""

from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.bound import Floats, relax
from luoshu.methods.siting import Siting, all_whole, check_amounts, check_limits, check_sites, cover_matrix


def maximal_cover(
    reach: object,
    weights: ArrayLike | None = None,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    existing: ArrayLike = (),
    rounds: int = 300,
    shakes: int = 2000,
    seconds: float = 20.0,
    exact_entries: int = 400_000,
) -> Siting:
    """New sites that serve the most weight, with a bound on what any choice could serve.

    ``reach``: sparse matrix of sites by homes, every stored entry within reach (explicit zeros too), or a table of true
    and false. ``weights``: people at each home. ``p``: how many new sites at most; ``costs`` and ``budget``: what they
    may cost together; one of the two limits or both. ``existing`` sites serve for nothing and are not chosen again.
    The objective counts what the existing sites serve too.

    Greedy (CELF), swaps, a Lagrangian bound, iterated search; where at most ``exact_entries`` entries are left after
    fixing by reduced costs, HiGHS gets ``seconds`` to close the gap. ValueError for limits or amounts without sense.

    >>> reach = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
    >>> answer = maximal_cover(reach, [10, 20, 30, 5], p=2)
    >>> answer.sites.tolist(), answer.objective, answer.proven, answer.unserved.tolist()
    ([0, 1], 60.0, True, [3])
    """
    matrix = cover_matrix(reach)
    number, people = matrix.shape
    amount = check_amounts("weights", weights, people)
    price = check_amounts("costs", costs, number)
    standing = check_sites("existing", existing, number)
    limits = np.array(check_limits(p, budget, number - len(standing)))
    search = _Search(matrix, amount, price, standing, limits)
    search.begin()
    search.raise_bound(rounds)
    if search.open_gap():
        search.round_parts()
        while shakes > 0 and search.open_gap():  # each time from the best so far, and with the whole slack again
            search.shake(min(shakes, 400))
            shakes -= 400
        search.close_exactly(seconds, exact_entries)
    return search.answer()


class _Search:
    """The state of one search: the best choice so far, the best bound so far and the sites that may still matter."""

    def __init__(
        self, matrix: sparse.csr_array, weights: Floats, costs: Floats, standing: NDArray[np.int64], limits: Floats
    ) -> None:
        number, people = matrix.shape
        self.full, self.weights, self.costs, self.limits = matrix, weights, costs, limits
        self.fixed = np.zeros(number, dtype=np.bool_)
        self.fixed[standing] = True
        self.given = np.zeros(people, dtype=np.bool_)  # served by what stands
        self.given[matrix[standing].indices] = True
        self.base = float(weights[self.given].sum())
        kept, self.group = _merge_homes(matrix, ~self.given & (weights > 0))
        self.matrix = sparse.csr_array(kept)
        self.amount = np.bincount(
            self.group[self.group >= 0], weights[self.group >= 0], minlength=kept.shape[1]
        ).astype(np.float64)
        self.starts = self.matrix.indptr.astype(np.int64)
        self.homes = self.matrix.indices.astype(np.uint32)
        turned = sparse.csr_array(self.matrix.T)
        self.firsts, self.sites = turned.indptr.astype(np.int64), turned.indices.astype(np.uint32)
        self.barred = self.fixed | (self.matrix.indptr[1:] == self.matrix.indptr[:-1]) | (costs > limits[0])
        self.whole = all_whole(self.amount)
        self.tiny = 1e-9 * max(float(self.amount.sum()), 1e-300)
        self.best = 0.0
        self.bound = float(self.amount.sum())
        self.chosen = np.zeros(number, dtype=np.bool_)
        self.prices: Floats | None = None
        self.parts = np.zeros(number)
        self.random = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)

    def state(self, chosen: NDArray[np.bool_] | None = None) -> tuple[Any, ...]:
        """A fresh state of the kernels with these sites open."""
        from luoshu.methods.cover import open_site

        number, people = self.matrix.shape
        state = (
            np.zeros(people, dtype=np.int32),
            np.zeros(people, dtype=np.int64),
            np.zeros(number),
            np.zeros(number, dtype=np.bool_),
        )
        used = np.zeros(2)
        for site in np.flatnonzero(chosen) if chosen is not None else ():
            open_site(site, self.starts, self.homes, self.amount, *state)
            used += (self.costs[site], 1)
        return used, state

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Takes a choice as the best if it serves more, counted afresh."""
        reached = np.zeros(self.matrix.shape[1], dtype=np.bool_)
        reached[self.matrix[np.flatnonzero(chosen)].indices] = True
        total = float(self.amount[reached].sum())
        if total > self.best:
            self.best, self.chosen = total, chosen.copy()

    def polish(self, used: Floats, state: tuple[Any, ...], look: NDArray[np.bool_] | None = None) -> None:
        from luoshu.methods.cover import improve

        look = np.ones(self.matrix.shape[0], dtype=np.bool_) if look is None else look
        improve(
            self.starts, self.homes, self.firsts, self.sites, self.amount, self.costs, self.limits, used,
            self.barred, self.fixed, look, self.tiny, *state,
        )  # fmt: skip
        self.keep(state[3])

    def begin(self) -> None:
        """Greedy by gain, and by gain for its cost where costs differ; then swaps."""
        from luoshu.methods.cover import greedy

        for by_cost in (False, True) if np.ptp(self.costs) > 0 else (False,):
            used, state = self.state()
            greedy(self.starts, self.homes, self.amount, self.costs, self.limits, used, self.barred, by_cost, *state)
            self.keep(state[3])
            self.polish(used, state)

    def open_gap(self) -> bool:
        """Whether a better answer is not yet ruled out."""
        return self.bound - self.best > (1 - 1e-6 if self.whole else 1e-9 * max(self.bound, 1e-300))

    def inner(self, score: Floats) -> tuple[float, Floats]:
        """The most that sites with these scores can bring within the limits, sites allowed in parts; and the parts."""
        parts = np.zeros(len(score))
        usable = np.flatnonzero(~self.barred & (score > 0))
        results = []
        for limit, cost in zip(self.limits, (self.costs, np.ones(len(score))), strict=True):
            if not np.isfinite(limit):
                continue
            order = usable[np.argsort(-score[usable] / np.maximum(cost[usable], 1e-12), kind="stable")]
            spent = np.cumsum(cost[order])
            full = int(np.searchsorted(spent, limit * (1 + 1e-12), side="right"))
            taken = parts.copy()
            taken[order[:full]] = 1.0
            if full < len(order) and (limit - (spent[full - 1] if full else 0.0)) > 0:
                taken[order[full]] = (limit - (spent[full - 1] if full else 0.0)) / cost[order[full]]
            results.append((float(score @ taken), taken))
        return min(results, key=lambda result: result[0])

    def raise_bound(self, rounds: int) -> None:
        """Lowers the bound on what can be served, and bars the sites that cannot matter."""
        from luoshu.methods.cover import scores, served

        if not self.open_gap() or rounds <= 0:
            return
        if self.prices is None:
            self.parts = self.chosen.astype(np.float64)
            self.prices = self.amount / np.maximum(self.state(self.chosen)[1][0], 1.0)
        limit, cost = self.binding()
        found = relax(
            lambda prices: scores(self.starts, self.homes, prices),
            lambda parts: served(self.starts, self.homes, parts, len(self.amount)),
            lambda prices, score: float((self.amount - prices).sum()) + self.inner(score)[0],
            self.amount, np.diff(self.firsts).astype(np.float64), cost, limit, ~self.barred,
            prices=self.prices, parts=self.parts, rounds=rounds,
            goal=self.best + (1 - 1e-6 if self.whole else self.tiny),
        )  # fmt: skip
        self.prices, self.parts = found.prices, found.parts
        self.bound = min(self.bound, found.bound)
        if self.whole:
            self.bound = float(np.floor(self.bound + 1e-6))
        self.bar()

    def binding(self) -> tuple[float, Floats]:
        """The limit that the relaxation works with: the one that holds the scores of the start lower."""
        ones = np.ones(len(self.costs))
        if np.isfinite(self.limits).all():
            few = np.sort(self.costs[~self.barred])[: int(self.limits[1])].sum() <= self.limits[0]
            return (float(self.limits[1]), ones) if few else (float(self.limits[0]), self.costs)
        return (float(self.limits[1]), ones) if np.isfinite(self.limits[1]) else (float(self.limits[0]), self.costs)

    def round_parts(self) -> None:
        """Opens the sites that the relaxation opens most, as far as the limits go, and improves by swaps."""
        from luoshu.methods.cover import greedy

        chosen = np.zeros_like(self.chosen)
        used = np.zeros(2)
        for site in np.argsort(-self.parts, kind="stable"):
            if self.parts[site] < 0.3:
                break
            more = used + np.array([self.costs[site], 1.0])
            if not self.barred[site] and (more <= self.limits).all():
                chosen[site], used = True, more
        used, state = self.state(chosen)
        greedy(self.starts, self.homes, self.amount, self.costs, self.limits, used, self.barred, False, *state)
        self.polish(used, state)

    def bar(self) -> None:
        """Bars the sites whose opening would bring the bound down to the best answer or below (reduced costs)."""
        from luoshu.methods.cover import scores

        if self.prices is None or np.isfinite(self.limits[0]):
            return
        score = scores(self.starts, self.homes, self.prices)
        value = float((self.amount - self.prices).sum()) + self.inner(score)[0]
        usable = np.flatnonzero(~self.barred)
        if len(usable) <= self.limits[1]:
            return
        least = np.sort(score[usable])[len(usable) - int(self.limits[1])] if self.limits[1] else np.inf
        worse = value - least + score < self.best + (1 - 1e-6 if self.whole else self.tiny)
        self.barred |= worse & ~self.chosen

    def shake(self, rounds: int, slack: float = 1e-3) -> None:
        """Iterated search from the best choice, among the sites that the prices do not rule out in practice."""
        from luoshu.methods.cover import scores, shake

        barred = self.barred
        if self.prices is not None and np.isfinite(self.limits[1]):
            score = np.where(barred, -1.0, scores(self.starts, self.homes, self.prices))
            likely = np.argsort(-score, kind="stable")[: max(200, 8 * int(self.limits[1]))]
            barred = np.ones_like(barred)
            barred[likely] = False
            barred |= self.barred
        used, state = self.state(self.chosen)
        shake(
            self.starts, self.homes, self.firsts, self.sites, self.amount, self.costs, self.limits, used,
            barred, self.fixed, rounds, slack * self.best, self.tiny, self.random, *state,
        )  # fmt: skip
        self.polish(used, state)

    def close_exactly(self, seconds: float, entries: int) -> None:
        """Hands what is left to HiGHS, if it is small enough: sites whole, homes between 0 and 1."""
        from luoshu.methods.exact import close

        if not self.open_gap() or seconds <= 0:
            return
        self.bar()
        free = np.flatnonzero(~self.barred)
        kept, group = _merge_homes(sparse.csr_array(self.matrix[free]), np.ones(self.matrix.shape[1], dtype=np.bool_))
        if kept.nnz > entries:
            return
        amount = np.bincount(group[group >= 0], self.amount[group >= 0], minlength=kept.shape[1])
        people, number = len(amount), len(free)
        limits = [(cost, limit) for cost, limit in zip((self.costs[free], np.ones(number)), self.limits, strict=True)
                  if np.isfinite(limit)]  # fmt: skip
        rows = sparse.vstack(
            [sparse.hstack([-sparse.csr_array(kept.T.astype(float)), sparse.eye_array(people)])]
            + [sparse.csr_array(np.concatenate([cost, np.zeros(people)])[None, :]) for cost, _ in limits],
            format="csr",
        )
        row_high = np.concatenate([np.zeros(people), [limit for _, limit in limits]])
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

    def answer(self) -> Siting:
        new = np.flatnonzero(self.chosen)
        reached = self.given.copy()
        reached[self.full[new].indices] = True
        total = float(self.weights[reached].sum())
        return Siting(
            sites=new, objective=total, bound=max(total, self.base + self.bound) if self.open_gap() else total,
            unserved=np.flatnonzero(~reached), cost=float(self.costs[new].sum()),
        )  # fmt: skip


def _merge_homes(matrix: sparse.csr_array, wanted: NDArray[np.bool_]) -> tuple[sparse.csr_array, NDArray[np.int64]]:
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
    kept = sparse.csr_array(turned[order[new]].T)
    kept.sort_indices()
    return kept, group
