"""Set cover: serve all who can be reached, for the least cost or with the fewest sites (LSCP, Toregas et al. 1971)."""

from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.bound import Floats, ascend
from luoshu.methods.compiled import compiled
from luoshu.methods.cover_bound import forbidding
from luoshu.methods.siting import Siting, all_whole, check_amounts, check_capacity, check_sites, cover_matrix
from luoshu.methods.spacing import at_odds, check_apart


@compiled
def fill(starts, homes, firsts, sites, near_starts, near, costs, prices, barred, count, chosen):  # type: ignore[no-untyped-def]
    """Greedy: opens the site with the least price for each home newly served until all are, then drops the unneeded.

    ``prices`` steer the choice (Lagrangian or shaken costs), ``costs`` the dropping; sites in one row of ``near`` may
    not both be chosen. Returns the cost of the choice, infinite where it does not come to an end.
    """
    number = len(starts) - 1
    fresh = np.zeros(number, dtype=np.int64)
    odd = barred.copy()
    for other in range(number):
        if chosen[other]:
            odd[near[near_starts[other] : near_starts[other + 1]]] = True
    open_homes = 0
    for home in range(len(firsts) - 1):
        if count[home] == 0:
            open_homes += 1
            for place in range(firsts[home], firsts[home + 1]):
                fresh[sites[place]] += 1
    while open_homes > 0:
        best = np.inf
        site = -1
        for other in range(number):
            if fresh[other] > 0 and not odd[other] and not chosen[other]:
                ratio = prices[other] / fresh[other] if prices[other] > 0 else prices[other] * fresh[other]
                if ratio < best:
                    best = ratio
                    site = other
        if site < 0:
            return np.inf
        chosen[site] = True
        odd[near[near_starts[site] : near_starts[site + 1]]] = True
        for entry in range(starts[site], starts[site + 1]):
            home = homes[entry]
            count[home] += 1
            if count[home] == 1:
                open_homes -= 1
                for place in range(firsts[home], firsts[home + 1]):
                    fresh[sites[place]] -= 1
    return drop(starts, homes, costs, count, chosen)


@compiled
def drop(starts, homes, costs, count, chosen):  # type: ignore[no-untyped-def]
    """Closes sites that serve nobody alone, the dearest first; returns the cost of what is left."""
    members = np.flatnonzero(chosen)
    total = 0.0
    for site in members[np.argsort(-costs[members])]:
        needed = False
        for entry in range(starts[site], starts[site + 1]):
            if count[homes[entry]] == 1:
                needed = True
                break
        if needed:
            total += costs[site]
        else:
            chosen[site] = False
            for entry in range(starts[site], starts[site + 1]):
                count[homes[entry]] -= 1
    return total


@compiled
def reopen(starts, homes, firsts, sites, near_starts, near, costs, prices, barred, rounds, seed, chosen, best):  # type: ignore[no-untyped-def]
    """Iterated greedy: closes a part of the sites, fills again by shaken prices, keeps what is not dearer."""
    number = len(starts) - 1
    state = np.uint64(seed)
    people = len(firsts) - 1
    count = np.zeros(people, dtype=np.int32)
    for site in range(number):
        if chosen[site]:
            for entry in range(starts[site], starts[site + 1]):
                count[homes[entry]] += 1
    shaken = np.empty(number)
    for turn in range(rounds):
        new = chosen.copy()
        again = count.copy()
        share = 0.1 + 0.4 * (turn % 7) / 6
        for site in range(number):
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            chance = (state >> np.uint64(11)) / 9007199254740992.0
            if new[site] and chance < share:
                new[site] = False
                for entry in range(starts[site], starts[site + 1]):
                    again[homes[entry]] -= 1
            base = prices[site] if turn % 2 else costs[site]
            shaken[site] = base * (0.85 + 0.3 * chance) if base > 0 else base
        total = fill(starts, homes, firsts, sites, near_starts, near, costs, shaken, barred, again, new)
        if total <= best:
            best = total
            chosen[:] = new
            count[:] = again
    return best


def set_cover(
    reach: object,
    costs: ArrayLike | None = None,
    *,
    existing: ArrayLike = (),
    weights: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    apart: object = None,
    rounds: int = 1500,
    shakes: int = 300,
    seconds: float = 20.0,
    enough: float | None = None,
) -> Siting:
    """The cheapest sites that together with the existing ones reach every home that any site reaches; with a bound.

    ``reach``: sites by homes as in ``maximal_cover``; ``costs``: one for each site (all 1: the fewest sites). Homes
    that no site reaches are listed in ``unserved`` and do not make the problem impossible. ``enough``: stop as soon as
    an answer costs no more than this, or the bound shows that none does.

    ``capacity``: how many people each site can serve (infinity: no limit), ``weights``: people at each home. Then as
    many people get a seat within reach as all the sites together could seat, and ``assigned`` holds who sits where.
    ``apart``: pairs of sites that may not both be chosen (see ``too_near``); where that leaves a home without a site,
    or none was found, the objective is infinite.

    Lagrangian bound with greedy answers along the way, iterated greedy, fixing by reduced costs, and HiGHS for at most
    ``seconds`` on what is left (in the manner of Caprara, Fischetti and Toth 1999).

    >>> reach = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0]], dtype=bool)
    >>> answer = set_cover(reach, [2, 2, 1])
    >>> answer.sites.tolist(), answer.objective, answer.bound, answer.unserved.tolist()
    ([0, 2], 3.0, 3.0, [3])
    """
    matrix = cover_matrix(reach)
    price = check_amounts("costs", costs, matrix.shape[0])
    standing = check_sites("existing", existing, matrix.shape[0])
    seats = check_capacity(capacity, matrix.shape[0])
    people = check_amounts("weights", weights, matrix.shape[1])
    conflicts = check_apart(apart, matrix.shape[0])
    barred = at_odds(conflicts, standing)
    barred[standing] = True
    if seats is not None:
        from luoshu.methods.full_seating import full_seating

        return full_seating(
            matrix, people, price, seats, standing, conflicts, barred,
            enough=enough, rounds=rounds, shakes=shakes, seconds=seconds,
        )  # fmt: skip
    given = np.zeros(matrix.shape[1], dtype=np.bool_)
    given[matrix[standing].indices] = True
    reached = given.copy()
    reached[matrix.indices] = True
    search = _Search(sparse.csr_array(matrix[:, np.flatnonzero(reached & ~given)]), price, barred, conflicts, enough)
    search.begin()
    search.try_few()
    search.raise_bound(rounds)
    if search.open_gap() and np.isfinite(search.best):
        search.shake(shakes)
    if search.open_gap() and seconds > 0:
        search.close_exactly(seconds)
    new = np.flatnonzero(search.chosen)
    total = float(price[new].sum()) if np.isfinite(search.best) else np.inf
    reached = reached if np.isfinite(search.best) else given
    return Siting(
        sites=new,
        objective=total,
        bound=min(total, search.bound),
        unserved=np.flatnonzero(~reached),
        cost=float(price[new].sum()),
    )


class _Search:
    """The state of one search for a set cover: homes that stand served already are gone from ``matrix``."""

    def __init__(
        self,
        matrix: sparse.csr_array,
        costs: Floats,
        barred: NDArray[np.bool_],
        conflicts: sparse.csr_array,
        enough: float | None,
    ) -> None:
        self.matrix, self.costs, self.enough = matrix, costs, -np.inf if enough is None else enough
        self.starts, self.homes = matrix.indptr.astype(np.int64), matrix.indices.astype(np.uint32)
        turned = sparse.csr_array(matrix.T)
        self.firsts, self.sites = turned.indptr.astype(np.int64), turned.indices.astype(np.uint32)
        self.cover = (
            self.starts, self.homes, self.firsts, self.sites, conflicts.indptr.astype(np.int64),
            conflicts.indices.astype(np.int64),
        )  # fmt: skip
        self.barred = barred | (np.diff(matrix.indptr) == 0)
        self.groups = forbidding(conflicts, self.barred)
        self.whole = all_whole(costs)
        self.least = float(np.gcd.reduce(costs.astype(np.int64))) if self.whole and costs.any() else 0.0
        self.best, self.bound = np.inf, 0.0
        self.chosen = np.zeros(matrix.shape[0], dtype=np.bool_)
        self.prices: Floats = np.zeros(matrix.shape[1])

    def step(self) -> float:
        """How far below the best answer a better one must lie."""
        return self.least * (1 - 1e-6) if self.least else 1e-9 * max(self.best, 1e-300)

    def open_gap(self) -> bool:
        """Whether a better answer is not yet ruled out (and wanted: with ``enough``, on which side of it is open)."""
        if self.best - self.bound <= self.step():
            return False
        return self.enough == -np.inf or self.best > self.enough >= self.bound

    def try_prices(self, prices: Floats) -> None:
        """A greedy answer that follows these prices of sites."""
        chosen = np.zeros_like(self.chosen)
        count = np.zeros(self.matrix.shape[1], dtype=np.int32)
        total = fill(*self.cover, self.costs, prices, self.barred, count, chosen)
        if total < self.best:
            self.best, self.chosen = float(total), chosen

    def begin(self) -> None:
        self.try_prices(self.costs)

    def reduced(self, prices: Floats) -> Floats:
        from luoshu.methods.cover import scores

        return np.asarray(self.costs - scores(self.starts, self.homes, prices, np.arange(len(self.costs))))

    def evaluate(self, prices: Floats) -> tuple[float, Floats]:
        """The Lagrangian bound and its slope: homes pay prices, sites whose homes pay more than they cost open."""
        from luoshu.methods.cover import served

        reduced = self.reduced(prices)
        taken = ((reduced < 0) & ~self.barred).astype(np.float64)
        return float(prices.sum() + reduced @ taken), 1.0 - served(self.starts, self.homes, taken, len(prices))

    def try_few(self) -> None:
        """Whether a handful of sites of one cost is enough, decided by looking at every choice of them."""
        from luoshu.methods.few_sites import MOST_SITES, few_sites

        one = float(self.costs.max(initial=0.0))
        if not self.open_gap() or self.enough < one or one == 0 or (self.costs != one).any() or len(self.cover[5]):
            return
        most = int(self.enough / one * (1 + 1e-12))
        usable = np.flatnonzero(~self.barred)
        if most > MOST_SITES or not self.matrix.shape[1] or not len(usable):
            return
        try:
            found = few_sites(sparse.csr_array(self.matrix[usable]), most)
        except TimeoutError:
            return
        if found is None:
            self.lift(one * (most + 1))
        else:
            self.best, self.chosen = one * len(found), np.zeros_like(self.chosen)
            self.chosen[usable[found]] = True

    def raise_bound(self, rounds: int) -> None:
        if not self.open_gap():
            return
        if (np.add.reduceat(~self.barred[self.sites], self.firsts[:-1], dtype=np.int64) == 0).any():
            self.bound = np.inf  # a home is reached only by sites that may not be opened
            return
        most = float(self.costs[~self.barred].sum())
        ratio = np.where(self.barred, np.inf, self.costs / np.maximum(np.diff(self.starts), 1))
        self.prices = np.minimum.reduceat(ratio[self.sites], self.firsts[:-1])

        def follow(done: int, prices: Floats) -> None:
            if done % 10 == 0:
                self.try_prices(self.reduced(prices))

        found = ascend(
            self.evaluate, self.prices, target=lambda: max(min(self.best, most), self.enough + 1),
            close_enough=self.step() if np.isfinite(self.best) else 0.0,
            rounds=rounds, patience=20, on_round=follow,
        )  # fmt: skip
        self.prices = found.prices
        self.lift(found.bound)

    def lift(self, bound: float) -> None:
        """Takes a better bound, rounded up to the next value that a sum of the costs can have."""
        if self.least and np.isfinite(bound):
            bound = float(np.ceil(bound / self.least - 1e-6)) * self.least
        self.bound = min(self.best, max(self.bound, bound))

    def shake(self, rounds: int) -> None:
        self.best = float(
            reopen(
                *self.cover, self.costs, self.reduced(self.prices), self.barred, rounds, 0x9E3779B97F4A7C15,
                self.chosen, self.best,
            )
        )  # fmt: skip

    def close_exactly(self, seconds: float) -> None:
        """Bars and opens sites by reduced costs, and hands the rest to HiGHS."""
        from luoshu.methods.exact import close

        value, _ = self.evaluate(self.prices)
        reduced = self.reduced(self.prices)
        self.barred |= (value + np.maximum(reduced, 0) > self.best - self.step()) & ~self.chosen
        sure = ~self.barred & (value - np.minimum(reduced, 0) > self.best - self.step())
        done = np.zeros(self.matrix.shape[1], dtype=np.bool_)
        done[self.matrix[np.flatnonzero(sure)].indices] = True
        free = np.flatnonzero(~self.barred & ~sure)
        rows = _smallest_rows(sparse.csr_array(self.matrix[free][:, np.flatnonzero(~done)].T))
        base = float(self.costs[sure].sum())
        size, ones, groups = len(free), np.ones(rows.shape[0]), sparse.csr_array(self.groups[:, free])
        alone = 1.0 - self.groups @ sure.astype(np.float64)  # 0: a group whose one site is open already
        if (alone < 0).any():  # what every better answer opens may not stand together: there is none
            self.lift(self.best)
            return
        scale = self.least or 1.0
        found = close(
            self.costs[free] / scale, sparse.vstack([rows, groups], format="csr"),
            np.concatenate([ones, np.full(len(alone), -np.inf)]), np.concatenate([np.inf * ones, alone]),
            low=np.zeros(size), high=np.ones(size), whole=np.ones(size, dtype=np.bool_), whole_objective=self.whole,
            start=self.chosen[free].astype(np.float64) if np.isfinite(self.best) else None, seconds=seconds,
        )  # fmt: skip
        if found.values is not None:
            chosen = sure.copy()
            chosen[free[found.values > 0.5]] = True
            total = float(self.costs[chosen].sum())
            if total < self.best:
                self.best, self.chosen = total, chosen
        self.lift(min(found.bound * scale + base, self.best))


def _smallest_rows(rows: sparse.csr_array) -> sparse.csr_array:
    """Each set of sites once: homes that the same sites reach ask for the same thing."""
    flat = sparse.csr_array(rows.astype(np.float64))
    seen: dict[Any, int] = {}
    for place in range(flat.shape[0]):
        seen.setdefault(flat.indices[flat.indptr[place] : flat.indptr[place + 1]].tobytes(), place)
    return sparse.csr_array(flat[list(seen.values())]) if seen else flat
