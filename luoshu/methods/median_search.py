"""The search for a p-median: a Lagrangian bound, interchange, fixing by reduced costs, branching, HiGHS at the end."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.bound import Floats, ascend
from luoshu.methods.cover_bound import forbidding
from luoshu.methods.interchange import add_greedily, interchange, over_served, relaxed, shorten
from luoshu.methods.siting import all_whole

Mask = NDArray[np.bool_]


class MedianSearch:
    """The state of one search: weighted costs by site, the nearest sites of each home, the best choice and bound.

    ``limits``: money (for the ``price`` of the sites) and number of the new sites. ``best`` is infinite as long as
    nothing is open.
    """

    def __init__(
        self,
        times: Floats,
        weights: Floats,
        price: Floats,
        limits: tuple[float, float],
        standing: NDArray[np.int64],
        conflicts: sparse.csr_array,
        barred: Mask,
    ) -> None:
        number, people = times.shape
        costs = times * weights[None, :]
        known = np.isfinite(costs)
        self.tiny = 1e-10 * max(float(costs[known].max()), 1e-300)
        if (
            not known.all()
        ):  # dearer than serving everybody otherwise could ever be, so that it is taken only when it must be
            costs = np.where(known, costs, 1.0 + np.where(known, costs, 0.0).max(axis=0).sum())
        self.costs, self.price, self.limits = costs, price, np.array(limits)
        self.top = costs.max(axis=0) + 1.0
        self.fixed = np.zeros(number, dtype=np.bool_)
        self.fixed[standing] = True
        self.barred = barred | (price > limits[0])
        self.near_sites = (conflicts.indptr.astype(np.int64), conflicts.indices.astype(np.int64))
        self.groups = forbidding(conflicts, self.barred)
        self.p = int(min(limits[1], (~self.barred).sum()))
        self.pure = not np.isfinite(limits[0]) and not self.groups.shape[0] and self.p <= (~self.barred).sum()
        self.likely = max(1, min(self.p, self.afford()) + len(standing))
        self.whole = all_whole(costs.max(axis=0)) and bool((costs == np.round(costs)).all())
        self.sort_nearest()
        self.best, self.bound = np.inf, 0.0
        self.chosen = self.fixed.copy()
        self.prices: Floats = np.zeros(people + self.groups.shape[0])
        self.scale = 1.0
        self.listed = number

    def afford(self) -> int:
        """About how many sites the money buys, when they cost what half of them cost at most."""
        if not np.isfinite(self.limits[0]):
            return self.p
        middle = float(np.median(self.price[~self.barred])) if not self.barred.all() else 0.0
        return int(min(self.limits[0] / middle, 1e9)) if middle > 0 else self.p

    def sort_nearest(self) -> None:
        """For each home its nearest sites and what they cost: all of them where the town is small."""
        number, people = self.costs.shape
        width = number if number * people <= 2_000_000 else min(number, max(100, 12 * number // self.likely))
        turned = np.ascontiguousarray(self.costs.T)
        if width < number:
            ids = np.argpartition(turned, width - 1, axis=1)[:, :width]
        else:
            ids = np.broadcast_to(np.arange(number), (people, number))
        near = np.take_along_axis(turned, ids, axis=1)
        order = np.argsort(near, axis=1, kind="stable")
        self.ids = np.take_along_axis(ids, order, axis=1).astype(np.uint32)
        self.near = np.take_along_axis(near, order, axis=1)
        # prices may not pass the dearest cost in the list: what lies beyond it is not in the sum
        high = self.near[:, -1] if width < number else np.full(people, np.inf)
        self.high = np.concatenate([high, np.full(self.groups.shape[0], np.inf)])
        self.bid = float(np.sqrt(people / self.likely))  # the step of a group's price beside that of a home's

    def step(self) -> float:
        return 1 - 1e-6 if self.whole else 1e-9 * max(self.best, 1e-300)

    def open_gap(self) -> bool:
        """Whether a better answer is not yet ruled out."""
        return self.best - self.bound > self.step() or not np.isfinite(self.best)

    def polish(self, chosen: Mask) -> None:
        """Improves a choice that keeps to the limits by interchange, and keeps it if it is the best."""
        chosen = chosen.copy()
        total = float(
            interchange(
                self.costs, self.top, self.price, self.limits, *self.near_sites, self.barred, self.fixed, self.tiny,
                chosen,
            )
        )  # fmt: skip
        if total < self.best and chosen.any():
            self.best, self.chosen = total, chosen

    def begin(self) -> None:
        """The sites that the first prices favour, or where money or spacing limit them a greedy choice; interchange."""
        place = min(self.near.shape[1] - 1, max(1, self.near.shape[1] // self.likely))
        people = self.costs.shape[1]
        self.prices[:people] = np.minimum(self.near[:, place], self.high[:people])
        if self.pure:
            self.polish(self.pick(self.saved())[1] > 0)
            return
        for by_price in (False, True) if np.ptp(self.price) > 0 else (False,):
            chosen = self.fixed.copy()
            add_greedily(
                by_price, self.costs, self.top, self.price, self.limits, np.zeros(2), *self.near_sites, self.barred,
                chosen,
            )  # fmt: skip
            self.polish(chosen)

    def pick(self, saved: Floats) -> tuple[float, Floats]:
        """The existing sites and the new ones that save most within the limits, at last by parts; what they save."""
        from luoshu.methods.cover import fill_purses

        parts = self.fixed.astype(np.float64)
        if not np.isfinite(self.limits[0]):
            value = np.where(self.barred | (saved > 0), np.inf, saved)
            few = np.argsort(value, kind="stable")[: self.p] if self.p else np.empty(0, dtype=np.int64)
            parts[few[value[few] < np.inf]] = 1.0
            return float(saved @ parts), parts
        usable = np.flatnonzero(~self.barred & (saved < 0))
        rates = (np.maximum(self.price, 1e-12), np.ones_like(self.price))
        orders = np.stack([usable[np.argsort(saved[usable] / rate[usable], kind="stable")] for rate in rates])
        draws = np.zeros((len(saved), 2), dtype=np.int64)
        rules = (self.price, self.limits[None, :], draws, *self.near_sites, self.barred, self.fixed)
        totals, found = fill_purses(orders, -saved, rules)
        kind = int(totals[1] < totals[0])
        return float(saved[self.fixed].sum() - totals[kind]), parts + found[kind]

    def evaluate(self, prices: Floats) -> tuple[float, Floats]:
        """The Lagrangian bound and its slope: a home pays its price, and gets back what an open site saves."""
        people = self.costs.shape[1]
        value, parts = self.pick(self.saved(prices))
        slope, nearest = over_served(self.ids, self.near, prices[:people], parts)
        total = float(nearest.sum())
        if self.pure and total < self.best:
            self.best, self.chosen = total, parts > 0
        bids = prices[people:] * self.bid
        slope = np.concatenate([slope, (self.groups @ parts - 1.0) * self.bid])
        return float(prices[:people].sum() - bids.sum()) + value, slope

    def saved(self, prices: Floats | None = None) -> Floats:
        """What the opening of each site saves at these prices (or the best known), less its groups' bids: negative."""
        prices = self.prices if prices is None else prices
        people = self.costs.shape[1]
        found: Floats = relaxed(self.ids, self.near, prices[:people], len(self.fixed))
        return found + self.groups.T @ prices[people:] * self.bid if self.groups.shape[0] else found

    def raise_bound(self, rounds: int) -> None:
        """Raises the bound in stages; between them improves what the prices open and drops the sites ruled out."""
        stage = 300
        fallback = float(self.top.sum())
        while rounds > 0 and self.open_gap():
            found = ascend(
                self.evaluate, self.prices, low=0.0, high=self.high, target=lambda: min(self.best, fallback),
                close_enough=self.step() if np.isfinite(self.best) else 0.0, rounds=min(stage, rounds), patience=40,
                scale=self.scale,
            )  # fmt: skip
            rounds -= stage
            slow = found.bound - self.bound < 1e-5 * abs(self.best) and self.bound > 0
            self.prices, self.scale = found.prices, max(found.scale, 0.02)
            self.lift(found.bound)
            before = self.best
            self.round_parts()
            self.lift(found.bound)
            if not self.open_gap() or (slow and before == self.best):
                break
            self.bar()

    def round_parts(self) -> None:
        """Opens what the prices open, as far as the limits go, and improves it by interchange."""
        parts = self.pick(self.saved())[1]
        if self.pure:
            self.polish(parts > 0)
            return
        chosen, used = self.fixed.copy(), np.zeros(2)
        starts, near = self.near_sites
        for site in np.argsort(-parts, kind="stable"):
            if parts[site] <= 0.3:
                break
            more = used + np.array([self.price[site], 1.0])
            odd = chosen[near[starts[site] : starts[site + 1]]].any()
            if not self.barred[site] and not odd and (more <= self.limits * (1 + 1e-12)).all():
                chosen[site], used = True, more
        self.polish(chosen)

    def lift(self, bound: float) -> None:
        if self.whole:
            bound = float(np.ceil(bound - 1e-6))
        self.bound = min(self.best, max(self.bound, bound))

    def bar(self) -> tuple[float, Mask]:
        """Bars sites that no better answer opens (reduced costs); gives the bound here and the sites they all open."""
        saved = self.saved()
        value, parts = self.pick(saved)
        people = self.costs.shape[1]
        value += float(self.prices[:people].sum() - self.prices[people:].sum() * self.bid)
        sure = np.zeros_like(self.barred)
        usable = np.sort(saved[~self.barred])
        if np.isfinite(self.limits[0]) or not 0 < self.p < len(usable):
            return value, sure
        worst_in, best_out = min(usable[self.p - 1], 0.0), min(usable[self.p], 0.0)
        limit = self.best - self.step()
        opened = parts > 0
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

        if not self.open_gap() or self.p == 0 or not self.pure:
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

        free = np.flatnonzero(~self.barred)
        if not self.open_gap() or seconds <= 0 or not len(free):
            return
        value, sure = self.bar()
        free = np.flatnonzero(~self.barred)
        people = self.costs.shape[1]
        limit = self.prices[:people] + (self.best - value)
        fixed = self.costs[self.fixed].min(axis=0) if self.fixed.any() else np.full(people, np.inf)
        model = radius_model(self.ids, self.near, limit, fixed, self.high, free, self.p, entries)
        if model is None:
            return
        costs, rows, row_low = model
        size, sites = len(costs), len(free)
        row_high = np.full(len(row_low), np.inf)
        row_high[0], row_low[0] = row_low[0], row_low[0] if self.pure else -np.inf
        extra = [self.groups[:, free]]
        more = [np.ones(self.groups.shape[0])]
        if np.isfinite(self.limits[0]):
            extra.append(sparse.csr_array(self.price[free][None, :]))
            more.append(self.limits[:1])
        side = sparse.vstack(extra, format="csr")
        rows = sparse.vstack(
            [rows[:, :-1], sparse.hstack([side, sparse.csr_array((side.shape[0], size - 1 - sites))])], format="csr"
        )
        found = close(
            costs[:-1], rows, np.concatenate([row_low, np.full(side.shape[0], -np.inf)]),
            np.concatenate([row_high, *more]),
            low=np.concatenate([sure[free], np.zeros(size - 1 - sites)]).astype(np.float64),
            high=np.ones(size - 1), whole=np.arange(size - 1) < sites,
            whole_objective=self.whole, seconds=seconds,
        )  # fmt: skip
        if found.values is not None:
            chosen = self.fixed.copy()
            chosen[free[found.values[:sites] > 0.5]] = True
            total = float(self.costs[chosen].min(axis=0).sum()) if chosen.any() else np.inf
            if total < self.best:
                self.best, self.chosen = total, chosen
        self.lift(min(found.bound + costs[-1], self.best))
