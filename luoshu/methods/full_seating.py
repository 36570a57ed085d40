"""A seat for everybody for the least cost: set cover with sites of limited capacity."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.bound import Floats, ascend
from luoshu.methods.crowded import Mask, SeatSearch
from luoshu.methods.siting import Siting, all_whole


def full_seating(
    matrix: sparse.csr_array,
    weights: Floats,
    costs: Floats,
    seats: Floats,
    standing: NDArray[np.int64],
    conflicts: sparse.csr_array,
    barred: Mask,
    *,
    enough: float | None,
    rounds: int,
    shakes: int,
    seconds: float,
) -> Siting:
    """``set_cover`` with capacity: as many seated as all the sites together could seat, for the least cost."""
    search = FullSearch(matrix, weights, costs, seats, standing, (np.inf, np.inf), conflicts, barred)
    search.enough = -np.inf if enough is None else enough
    search.begin()
    search.raise_cost(min(rounds, 400))
    search.shake(shakes)
    search.close_least(seconds)
    if not np.isfinite(search.spent):
        return Siting(
            sites=np.empty(0, dtype=np.int64), objective=np.inf, bound=search.least, unserved=np.arange(len(weights)),
            cost=0.0,
        )  # fmt: skip
    return search.answer(search.spent, min(search.least, search.spent))


class FullSearch(SeatSearch):
    """One search: ``spent``: cost of the best choice (infinite: none yet); ``least``: no choice goes below."""

    enough: float = -np.inf

    def begin(self) -> None:
        """How many can be seated at all; then greedy by people for the cost."""
        tries, self.tries = self.tries, 1_000_000_000  # to the end: how many there must be is no guess
        self.need = float(self.state(np.ones_like(self.fixed))[0].sum())
        self.tries = tries
        self.short = max(0.0, float(self.people.sum()) - self.need)
        self.unit = float(np.gcd.reduce(self.costs.astype(np.int64))) if all_whole(self.costs) else 0.0
        self.spent, self.least = np.inf, 0.0
        self.random = np.random.default_rng(7)
        self.fill(self.fixed, self.costs)

    def step(self) -> float:
        """How far below the best a better choice must lie."""
        return self.unit * (1 - 1e-6) if self.unit else 1e-9 * max(self.spent, 1e-300)

    def open_gap(self) -> bool:
        if self.spent - self.least <= self.step():
            return False
        return self.enough == -np.inf or self.spent > self.enough >= self.least

    def fill(self, chosen: Mask, pay: Floats) -> None:
        """Opens sites by people for what they ask until all have a seat, and closes those that are not needed."""
        from luoshu.methods.seats import leave

        state = self.state(chosen)
        slack = 1e-7 * max(self.need, 1e-300)
        seated = float(state[0].sum())
        if seated < self.need - slack:
            self.grow(state, np.maximum(pay, 1e-12), self.need - seated)
        if float(state[0].sum()) < self.need - slack and not self.reach_all(state):
            return
        opened = np.flatnonzero(state[3] & ~self.fixed)
        for site in opened[np.argsort(-self.costs[opened], kind="stable")]:
            tried = tuple(one.copy() for one in state)
            leave(site, self.tries, self.tiny, self.town, tried)
            if float(tried[0].sum()) >= self.need - slack:
                state = tried
        spent = float(self.costs[state[3] & ~self.fixed].sum())
        if spent < self.spent:
            self.spent, self.flow, self.chosen = spent, state[0].copy(), state[3].copy()

    def reach_all(self, state: tuple[NDArray[np.float64], ...]) -> bool:
        """Opens sites that seat somebody only when others move up; whether all have a seat then."""
        from luoshu.methods.seats import allowed, seat

        used = self.used(np.asarray(state[3], dtype=np.bool_))
        for site in np.argsort(self.costs, kind="stable"):
            if self.barred[site] or state[3][site]:
                continue
            if allowed(site, self.costs, self.limits, used, *self.near, state[3]):
                state[3][site] = True
                if seat(site, self.tries, self.tiny, self.town, state) <= self.tiny:
                    state[3][site] = False
        return float(state[0].sum()) >= self.need - 1e-7 * max(self.need, 1e-300)

    def raise_cost(self, rounds: int) -> None:
        """Raises the bound: people pay for seats, a site opens where its people pay more than it costs."""
        from luoshu.methods.seats import taken, worths

        if not self.open_gap() or not len(self.people):
            return
        root, homes, groups = np.sqrt(self.people), len(self.people), self.groups.shape[0]
        most = float(self.costs[~self.barred].sum())

        def evaluate(prices: Floats) -> tuple[float, Floats]:
            margin, bids = prices[:homes] / root, prices[homes:]
            by_pair = margin[self.matrix.indices]
            gain = worths(by_pair, self.seats, self.town) - self.groups.T @ bids - np.where(self.fixed, 0.0, self.costs)
            self.parts = (self.fixed | (~self.barred & (gain > 0))).astype(np.float64)
            value = float(self.people @ margin - margin.max() * self.short - gain @ self.parts - bids.sum())
            slope = self.people - taken(self.parts, by_pair, self.seats, self.town)
            slope[np.argmax(margin)] -= self.short
            return value, np.concatenate([slope / root, self.groups @ self.parts - 1.0])

        def follow(done: int, _: Floats) -> None:
            if done % 25 == 0:
                self.fill(self.fixed, np.where(self.parts > 0, 0.5, 1.0) * self.costs)

        crowd = np.minimum(self.seats, self.matrix.astype(np.float64) @ self.people)
        rate = np.where(self.barred, np.inf, self.costs / np.maximum(crowd, 1e-12))
        start = np.full(homes, np.inf)
        np.minimum.at(start, self.matrix.indices, np.repeat(rate, np.diff(self.matrix.indptr)))
        start = np.where(np.isfinite(start), start, 0.0) * root
        found = ascend(
            evaluate, np.concatenate([start, np.zeros(groups)]), rounds=rounds, patience=20, on_round=follow,
            target=lambda: max(min(self.spent, most), self.enough + 1),
            close_enough=self.step() if np.isfinite(self.spent) else 0.0,
        )  # fmt: skip
        self.lift(found.bound)

    def lift(self, bound: float) -> None:
        """Takes a better bound, rounded up to the next value that a sum of the costs can have."""
        if self.unit and np.isfinite(bound):
            bound = float(np.ceil(bound / self.unit - 1e-6)) * self.unit
        self.least = min(self.spent, max(self.least, bound))

    def shake(self, rounds: int, work: float = 1e9) -> None:
        """Closes a part of the sites, and fills again by shaken costs."""
        turns = int(min(rounds, work / max(1, self.matrix.nnz * 20)))
        for turn in range(turns if np.isfinite(self.spent) else 0):
            if not self.open_gap():
                return
            closing = self.random.random(len(self.costs)) < 0.1 + 0.4 * (turn % 7) / 6
            self.fill(
                self.chosen & ~(closing & ~self.fixed), self.costs * self.random.uniform(0.8, 1.2, len(self.costs))
            )

    def close_least(self, seconds: float, entries: int = 60_000) -> None:
        """HiGHS on the whole, if it is small."""
        from luoshu.methods.program import seat_program

        if not self.open_gap() or seconds <= 0 or self.matrix.nnz > entries:
            return
        program = seat_program(self, 0.0, open_costs=self.costs, need=self.need * (1 - 1e-9))
        found = program.solve(seconds=seconds, whole_objective=self.unit == 1.0)
        if found.values is not None:
            self.fill(program.sites(found.values), self.costs)
        self.lift(found.bound)
