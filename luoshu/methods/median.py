"""p-median: open so many sites that all people together have the shortest way (Hakimi 1964; ReVelle and Swain 1970)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.bound import Floats, ascend
from luoshu.methods.compiled import compiled
from luoshu.methods.siting import Siting, all_whole, check_amounts, check_sites, check_times


@compiled
def nearest_two(costs, chosen):  # type: ignore[no-untyped-def]
    """For each home its nearest open site, the cost of it, and the cost of the next nearest."""
    number, people = costs.shape
    first = np.full(people, -1, dtype=np.int64)
    one = np.full(people, np.inf)
    two = np.full(people, np.inf)
    for site in range(number):
        if chosen[site]:
            for home in range(people):
                cost = costs[site, home]
                if cost < one[home]:
                    two[home] = one[home]
                    one[home] = cost
                    first[home] = site
                elif cost < two[home]:
                    two[home] = cost
    return first, one, two


@compiled
def interchange(costs, barred, fixed, tiny, chosen):  # type: ignore[no-untyped-def]
    """Swaps an open site for a closed one while that saves anything (fast interchange, Whitaker 1983); gives the total.

    For a comer the savings of its homes and the extra losses of every leaver come from one pass over the homes.
    """
    number, people = costs.shape
    first, one, two = nearest_two(costs, chosen)
    idle = 0
    comer = -1
    while idle < number:
        comer = (comer + 1) % number
        idle += 1
        if chosen[comer] or barred[comer]:
            continue
        loss = np.zeros(number)
        gain = 0.0
        for home in range(people):
            cost = costs[comer, home]
            if cost < one[home]:
                gain += one[home] - cost
            else:
                loss[first[home]] += min(cost, two[home]) - one[home]
        leaver = -1
        least = np.inf
        for site in range(number):
            if chosen[site] and not fixed[site] and loss[site] < least:
                least = loss[site]
                leaver = site
        if leaver >= 0 and gain - least > tiny:
            chosen[leaver] = False
            chosen[comer] = True
            first, one, two = nearest_two(costs, chosen)
            idle = 0
    return one.sum()


@compiled
def relaxed(ids, costs, prices, number):  # type: ignore[no-untyped-def]
    """For each site what its opening saves at these prices: the sum of cost minus price over the homes that gain."""
    saved = np.zeros(number)
    people, width = ids.shape
    for home in range(people):
        price = prices[home]
        for place in range(width):
            cost = costs[home, place]
            if cost >= price:
                break
            saved[ids[home, place]] += cost - price
    return saved


@compiled
def over_served(ids, costs, prices, opened):  # type: ignore[no-untyped-def]
    """One minus the number of open sites that would serve a home at these prices; and the cost of the nearest one."""
    people, width = ids.shape
    slope = np.ones(people)
    nearest = np.full(people, np.inf)
    for home in range(people):
        price = prices[home]
        for place in range(width):
            cost = costs[home, place]
            if cost >= price and nearest[home] < np.inf:
                break
            if opened[ids[home, place]]:
                if cost < price:
                    slope[home] -= 1.0
                if cost < nearest[home]:
                    nearest[home] = cost
    return slope, nearest


@compiled
def shorten(ids, costs, keep):  # type: ignore[no-untyped-def]
    """The lists without the sites that are not kept, filled up with infinite costs."""
    people, width = ids.shape
    longest = 1
    for home in range(people):
        count = 0
        for place in range(width):
            if keep[ids[home, place]] and costs[home, place] < np.inf:
                count += 1
        longest = max(longest, count)
    new_ids = np.zeros((people, longest), dtype=ids.dtype)
    new_costs = np.full((people, longest), np.inf)
    for home in range(people):
        count = 0
        for place in range(width):
            if keep[ids[home, place]] and costs[home, place] < np.inf:
                new_ids[home, count] = ids[home, place]
                new_costs[home, count] = costs[home, place]
                count += 1
    return new_ids, new_costs


def p_median(
    times: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    p: int,
    existing: ArrayLike = (),
    rounds: int = 2000,
    seconds: float = 10.0,
    exact_entries: int = 1_000_000,
) -> Siting:
    """``p`` new sites with the least sum of weight times minutes to the nearest site, new or existing; with a bound.

    ``times``: sites by homes, infinite where there is no way. Homes that no site reaches are listed in ``unserved`` and
    not counted as near. If the sites chosen leave a home that some other site would reach, the objective is infinite:
    that many sites are too few, or none was found that serve all.

    Lagrangian bound on the nearest sites of each home (Cornuéjols, Fisher and Nemhauser 1977), interchange from the
    sites it favours, fixing by reduced costs, branch and bound on what is left, at last HiGHS for ``seconds``.

    >>> times = np.abs(np.arange(6)[:, None] - np.arange(6)[None, :]).astype(float)
    >>> answer = p_median(times, p=2)
    >>> answer.objective, answer.proven, p_median(times, p=1, existing=[0]).sites.tolist()
    (4.0, True, [3])
    """
    table = check_times(times)
    weight = check_amounts("weights", weights, table.shape[1])
    standing = check_sites("existing", existing, table.shape[0])
    free = table.shape[0] - len(standing)
    if p != int(p) or p < 0:
        raise ValueError(f"p is {p}, and must be a whole number of zero or more.")
    if p > free:
        raise ValueError(f"p is {p}, and there are only {free} candidates that do not stand yet.")
    if p + len(standing) == 0:
        raise ValueError("There is no site: p is 0 and none exists.")
    finite = np.isfinite(table)
    far = np.flatnonzero(~finite.any(axis=0))
    counted = np.setdiff1d(np.flatnonzero(weight > 0), far)
    if not len(counted):
        new = np.setdiff1d(np.arange(len(table)), standing)[:p]
        return Siting(sites=new, objective=0.0, bound=0.0, unserved=far, cost=float(p))
    search = _Search(table[:, counted], weight[counted], standing, p)
    search.begin()
    search.raise_bound(rounds)
    search.branch()
    search.close_exactly(seconds, exact_entries)
    new = np.flatnonzero(search.chosen & ~search.fixed)
    reached = np.asarray(finite[search.chosen].any(axis=0))
    total = search.best if reached[counted].all() else np.inf
    return Siting(
        sites=new,
        objective=total,
        bound=min(search.bound, total),
        unserved=np.flatnonzero(~reached),
        cost=float(len(new)),
    )


class _Search:
    """The state of one search: weighted costs by site, the nearest sites of each home, the best choice and bound."""

    def __init__(self, times: Floats, weights: Floats, standing: NDArray[np.int64], p: int) -> None:
        number, people = times.shape
        costs = times * weights[None, :]
        known = np.isfinite(costs)
        self.tiny = 1e-10 * max(float(costs[known].max()), 1e-300)
        if (
            not known.all()
        ):  # dearer than serving everybody otherwise could ever be, so that it is taken only when it must be
            costs = np.where(known, costs, 1.0 + np.where(known, costs, 0.0).max(axis=0).sum())
        self.costs, self.p = costs, p
        self.fixed = np.zeros(number, dtype=np.bool_)
        self.fixed[standing] = True
        self.barred = self.fixed.copy()
        self.whole = all_whole(costs.max(axis=0)) and bool((costs == np.round(costs)).all())
        width = number if number * people <= 2_000_000 else min(number, max(100, 12 * number // (p + len(standing))))
        turned = np.ascontiguousarray(costs.T)
        if width < number:
            ids = np.argpartition(turned, width - 1, axis=1)[:, :width]
        else:
            ids = np.broadcast_to(np.arange(number), (people, number))
        near = np.take_along_axis(turned, ids, axis=1)
        order = np.argsort(near, axis=1, kind="stable")
        self.ids = np.take_along_axis(ids, order, axis=1).astype(np.uint32)
        self.near = np.take_along_axis(near, order, axis=1)
        # prices may not pass the dearest cost in the list: what lies beyond it is not in the sum
        self.high = self.near[:, -1] if width < number else np.full(people, np.inf)
        self.best, self.bound = np.inf, 0.0
        self.chosen = self.fixed.copy()
        self.prices: Floats = np.zeros(people)
        self.scale = 1.0
        self.listed = number

    def step(self) -> float:
        return 1 - 1e-6 if self.whole else 1e-9 * max(self.best, 1e-300)

    def open_gap(self) -> bool:
        """Whether a better answer is not yet ruled out."""
        return self.best - self.bound > self.step()

    def polish(self, chosen: NDArray[np.bool_]) -> None:
        """Improves a choice by interchange and keeps it if it is the best."""
        chosen = chosen.copy()
        total = float(interchange(self.costs, self.barred, self.fixed, self.tiny, chosen))
        if total < self.best:
            self.best, self.chosen = total, chosen

    def begin(self) -> None:
        """Greedy by the sampled centre: the sites that the first prices favour, improved by interchange."""
        members = max(1, self.p + int(self.fixed.sum()))
        place = min(self.near.shape[1] - 1, max(1, self.near.shape[1] // members))
        self.prices = np.minimum(self.near[:, place] * 1.0, self.high)
        _, opened = self.pick(relaxed(self.ids, self.near, self.prices, len(self.fixed)))
        self.polish(opened)

    def pick(self, saved: Floats) -> tuple[float, NDArray[np.bool_]]:
        """The existing sites and the p new ones that save most; and the sum of what they save."""
        opened = self.fixed.copy()
        value = np.where(self.barred, np.inf, saved)
        if self.p:
            opened[np.argsort(value, kind="stable")[: self.p]] = True
        return float(saved[opened].sum()), opened

    def evaluate(self, prices: Floats) -> tuple[float, Floats]:
        """The Lagrangian bound and its slope: a home pays its price, and gets back what an open site saves."""
        value, opened = self.pick(relaxed(self.ids, self.near, prices, len(self.fixed)))
        slope, nearest = over_served(self.ids, self.near, prices, opened)
        total = float(nearest.sum())
        if total < self.best:
            self.best, self.chosen = total, opened
        return float(prices.sum()) + value, slope

    def raise_bound(self, rounds: int) -> None:
        """Raises the bound in stages; between them improves what the prices open and drops the sites ruled out."""
        stage = 300
        while rounds > 0 and self.open_gap():
            found = ascend(
                self.evaluate, self.prices, low=0.0, high=self.high, target=lambda: self.best,
                close_enough=self.step(), rounds=min(stage, rounds), patience=40, scale=self.scale,
            )  # fmt: skip
            rounds -= stage
            slow = found.bound - self.bound < 1e-5 * abs(self.best) and self.bound > 0
            self.prices, self.scale = found.prices, max(found.scale, 0.02)
            self.lift(found.bound)
            before = self.best
            self.polish(self.pick(self.saved())[1])
            self.lift(found.bound)
            if not self.open_gap() or (slow and before == self.best):
                break
            self.bar()

    def saved(self) -> Floats:
        """What the opening of each site saves at the best prices known."""
        return np.asarray(relaxed(self.ids, self.near, self.prices, len(self.fixed)))

    def lift(self, bound: float) -> None:
        if self.whole:
            bound = float(np.ceil(bound - 1e-6))
        self.bound = min(self.best, max(self.bound, bound))

    def bar(self) -> tuple[float, NDArray[np.bool_]]:
        """Bars sites that no better answer opens (reduced costs); gives the bound here and the sites they all open."""
        saved = self.saved()
        value, opened = self.pick(saved)
        value += float(self.prices.sum())
        usable = np.sort(saved[~self.barred])
        sure = np.zeros_like(self.barred)
        if 0 < self.p < len(usable):
            worst_in, best_out = usable[self.p - 1], usable[self.p]
            limit = self.best - self.step()
            sure = opened & ~self.fixed & (value - saved + best_out > limit)
            self.barred |= ~opened & (value + saved - worst_in > limit) & ~self.chosen
            keep = ~self.barred | self.fixed
            if keep.sum() < 0.8 * self.listed:
                self.listed = int(keep.sum())
                self.ids, self.near = shorten(self.ids, self.near, keep)
        return value, sure

    def branch(self, work: float = 2e9) -> None:
        """Branch and bound on the sites that reduced costs leave, for about so many steps of the kernels."""
        from luoshu.methods.branch import Branching

        if not self.open_gap() or self.p == 0:
            return
        _, sure = self.bar()
        keep = np.flatnonzero(~self.barred | self.fixed)
        size = len(keep) * self.costs.shape[1]
        nodes = int(work / (60 * size))
        if nodes < 10 or size > 20_000_000:
            return
        search = Branching(
            self.costs[keep], (sure | self.fixed)[keep], self.p + int(self.fixed.sum()), self.best, self.step()
        )
        search.run(self.prices, nodes=nodes)
        if search.found is not None:
            self.best, self.chosen = search.best, np.zeros_like(self.chosen)
            self.chosen[keep[search.found]] = True
        self.lift(search.bound)

    def close_exactly(self, seconds: float, entries: int) -> None:
        """HiGHS on what reduced costs leave: each home with sites that may still serve it, by radius (Elloumi 2010)."""
        from luoshu.methods.exact import close
        from luoshu.methods.radius import radius_model

        if not self.open_gap() or seconds <= 0 or self.p == 0:
            return
        value, sure = self.bar()
        limit = self.prices + (self.best - value)
        fixed = self.costs[self.fixed].min(axis=0) if self.fixed.any() else np.full(len(limit), np.inf)
        free = np.flatnonzero(~self.barred)
        model = radius_model(self.ids, self.near, limit, fixed, self.high, free, self.p, entries)
        if model is None:
            return
        costs, rows, row_low = model
        size, sites = len(costs), len(free)
        found = close(
            costs[:-1], rows[:, :-1], row_low, np.where(np.arange(len(row_low)) == 0, row_low, np.inf),
            low=np.concatenate([sure[free], np.zeros(size - 1 - sites)]).astype(np.float64),
            high=np.ones(size - 1), whole=np.arange(size - 1) < sites,
            whole_objective=self.whole, seconds=seconds,
        )  # fmt: skip
        if found.values is not None:
            chosen = self.fixed.copy()
            chosen[free[found.values[:sites] > 0.5]] = True
            total = float(self.costs[chosen].min(axis=0).sum())
            if total < self.best:
                self.best, self.chosen = total, chosen
        self.lift(min(found.bound + costs[-1], self.best))
