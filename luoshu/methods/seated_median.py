"""p-median with seats: everybody assigned to a site with room, the sum of the ways least."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.bound import Floats, ascend
from luoshu.methods.crowded import Mask, SeatSearch
from luoshu.methods.program import Program, seat_program
from luoshu.methods.siting import Siting


def seated_median(
    times: Floats,
    weights: Floats,
    price: Floats,
    limits: tuple[float, float],
    seats: Floats,
    standing: NDArray[np.int64],
    conflicts: sparse.csr_array,
    barred: Mask,
    rounds: int,
    seconds: float,
) -> Siting:
    """``p_median`` with capacity (of each site, people)."""
    row, column = np.nonzero(np.isfinite(times))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(times)))])
    matrix = sparse.csr_array((np.ones(len(column), dtype=np.bool_), column, starts), shape=times.shape)
    search = SeatedMedian(matrix, weights, price, seats, standing, limits, conflicts, barred, merge=False)
    search.minutes = times[np.repeat(np.arange(len(times)), np.diff(search.matrix.indptr)),
                           np.flatnonzero(search.group >= 0)[search.matrix.indices]]  # fmt: skip
    search.spread()
    search.raise_bound(min(rounds, 600))
    search.swap()
    search.settle(seconds)
    search.close_least(seconds)
    if not np.isfinite(search.total):
        far = ~np.isfinite(times).any(axis=0)
        wanted = far | (weights > 0)
        return Siting(
            sites=np.empty(0, dtype=np.int64), objective=np.inf, bound=search.floor, unserved=np.flatnonzero(wanted),
            cost=0.0,
        )  # fmt: skip
    return search.answer(search.total, min(search.floor, search.total))


class SeatedMedian(SeatSearch):
    """One search: ``total`` is the sum of the best choice (infinite: none yet), ``floor`` what no choice goes below."""

    minutes: Floats
    total: float = np.inf
    floor: float = 0.0

    def gap(self) -> bool:
        return not np.isfinite(self.total) or self.total - self.floor > 1e-9 * max(self.total, 1e-300)

    def take(self, chosen: Mask) -> float:
        """Seats everybody at these sites, by regret, and keeps it if it is the best."""
        from luoshu.methods.seats import seat_by_regret

        flow, total = seat_by_regret(chosen, self.minutes, self.seats, self.town)
        if total < self.total - 1e-12 * abs(self.total if np.isfinite(self.total) else 0.0):
            self.total, self.flow, self.chosen = float(total), flow, chosen.copy()
        return float(total)

    def spread(self) -> None:
        """Sites that seat most people, as a start; the existing ones alone, where they do."""
        self.take(self.fixed)
        for pay in (np.ones_like(self.costs), np.maximum(self.costs, 1e-12)):
            state = self.state(self.fixed)
            self.grow(state, pay)
            chosen = np.asarray(state[3], dtype=np.bool_)
            self.take(self.with_room(chosen, np.argsort(-self.seats, kind="stable")))

    def with_room(self, chosen: Mask, order: NDArray[np.int64]) -> Mask:
        """More sites in this order, as far as the limits allow."""
        from luoshu.methods.seats import allowed

        chosen, used = chosen.copy(), self.used(chosen)
        for site in order:
            if not chosen[site] and not self.barred[site] and allowed(
                site, self.costs, self.limits, used, *self.near, chosen
            ):  # fmt: skip
                chosen[site] = True
                used += (self.costs[site], 1.0)
        return chosen

    def raise_bound(self, rounds: int) -> None:
        """Raises the bound: people pay for seats, a site opens where they pay most above their ways."""
        from luoshu.methods.seats import taken, worths

        if not self.gap() or not len(self.people):
            return
        root, homes, groups = np.sqrt(self.people), len(self.people), self.groups.shape[0]
        worst = np.zeros(homes)
        np.maximum.at(worst, self.matrix.indices, self.minutes)
        most = float(self.people @ worst)

        def evaluate(prices: Floats) -> tuple[float, Floats]:
            price, bids = prices[:homes] / root, prices[homes:]
            margin = price[self.matrix.indices] - self.minutes
            gain, self.parts = self.inner(worths(margin, self.seats, self.town) - self.groups.T @ bids)
            slope = self.people - taken(self.parts, margin, self.seats, self.town)
            return float(self.people @ price - bids.sum()) - gain, np.concatenate(
                [slope / root, self.groups @ self.parts - 1.0]
            )

        def follow(done: int, _: Floats) -> None:
            if done % 20 == 0:
                likely = np.argsort(-self.parts, kind="stable")
                self.take(self.with_room(self.fixed, likely))

        nearest = np.full(homes, np.inf)
        np.minimum.at(nearest, self.matrix.indices, self.minutes)
        found = ascend(
            evaluate, np.concatenate([nearest * root, np.zeros(groups)]), target=lambda: min(self.total, most),
            close_enough=1e-9 * most, rounds=rounds, patience=25, on_round=follow,
        )  # fmt: skip
        self.floor = min(self.total, max(self.floor, found.bound))

    def swap(self, work: float = 3e9) -> None:
        """Puts a site in the place of another while that saves anything, for about so many steps of the kernels."""
        from luoshu.methods.seats import allowed

        left = work / max(1, 4 * self.matrix.nnz)
        likely = np.argsort(-self.parts, kind="stable")
        moved = np.isfinite(self.total)
        while moved and self.gap():
            moved = False
            for leaver in np.flatnonzero(self.chosen & ~self.fixed):
                without = self.chosen.copy()
                without[leaver] = False
                used = self.used(without)
                for comer in likely:
                    if self.chosen[comer] or self.barred[comer] or comer == leaver:
                        continue
                    if not allowed(comer, self.costs, self.limits, used, *self.near, without):
                        continue
                    left -= 1
                    if left < 0:
                        return
                    without[comer] = True
                    before = self.total
                    if self.take(without) < before:
                        moved = True
                        break
                    without[comer] = False
                if moved:
                    break

    def settle(self, seconds: float) -> None:
        """The best seats for the sites chosen, as a linear program."""
        if not np.isfinite(self.total) or seconds <= 0 or not self.gap():
            return
        barred = self.barred
        self.barred = barred | ~self.chosen
        program = seat_program(self, self.minutes, need=float(self.people.sum()), opened=self.chosen)
        self.barred = barred
        self.read(program, program.solve(seconds=seconds).values)

    def read(self, program: Program, values: Floats | None) -> None:
        """Takes the seats of a solved program, if they cost less."""
        if values is None:
            return
        flow = np.zeros(self.matrix.nnz)
        flow[program.pairs] = np.maximum(values[len(program.members) :], 0.0)
        total = float(flow @ self.minutes)
        if total < self.total:
            self.total, self.flow, self.chosen = total, flow, program.sites(values)

    def close_least(self, seconds: float, entries: int = 40_000) -> None:
        """HiGHS on the whole, if it is small."""
        if not self.gap() or seconds <= 0 or self.matrix.nnz > entries:
            return
        program = seat_program(self, self.minutes, need=float(self.people.sum()))
        found = program.solve(seconds=seconds)
        self.read(program, found.values)
        self.floor = min(self.total, max(self.floor, found.bound))
