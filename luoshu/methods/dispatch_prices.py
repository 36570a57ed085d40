"""Large dispatch problems by prices: steps on millions of shipments, a plan and a bound at any time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.methods.dispatch_model import Floats, Orders

CHECK = 40  # rounds between two looks at how far it is


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A plan that can be carried out (lanes by periods), its value, and a value that none can be below."""

    plan: Floats
    objective: float
    bound: float
    rounds: int


def by_prices(given: Orders, *, accept: float, rounds: int, trace: Any = None) -> Priced:
    """Primal-dual hybrid gradient, reflected and anchored with restarts (Lu and Yang 2024), steps by row and column
    sums (Pock and Chambolle 2011). Stops when plan and bound are within ``accept`` of each other, or after ``rounds``.

    Waiting is written as a sum over all that has come so far, so that a price moves all later periods at once and no
    chain of periods has to be walked step by step.
    """
    from luoshu.methods.dispatch_kernel import bound_at, repair, steps

    state = _State(given)
    best = state.empty_plan()
    bound, done, since, first, before = 0.0, 0, 0, np.inf, np.inf
    patience = CHECK
    while done < rounds:
        number = 1 if since == 0 else CHECK - 1 if since == 1 else CHECK
        moved = steps(number, since, *state.arguments())
        size = float(np.sqrt(moved[0] + moved[1]))
        done += number
        since += number
        if number == 1:
            first = before = size
            continue
        fresh = size <= 0.2 * first or (size <= 0.8 * first and size > before) or since >= 0.36 * done + CHECK
        before = size
        if fresh or done >= patience:
            lam, mu = state.prices()
            bound = max(bound, float(bound_at(*state.bound_arguments(lam, mu))))
            if best[1] - bound > accept * best[1]:
                plan = np.zeros_like(best[0])
                repair(*state.repair_arguments(plan))
                value = state.value(plan)
                if value < best[1]:
                    best = (plan, value)
            if trace is not None:
                trace(done, best[1], bound, state.weight)
            if best[1] - bound <= accept * best[1]:
                break
            patience = done + max(CHECK, done // 5)
        if fresh:
            state.restart()
            since = 0
    return Priced(plan=best[0], objective=best[1], bound=bound, rounds=done)


class _State:
    """The arrays that the kernels change, and the steps they take."""

    def __init__(self, given: Orders) -> None:
        self.given = given
        items, areas, periods = given.need.shape
        depots = given.stock.shape[1]
        small = np.float32
        item, depot, area, delay = given.item, given.depot, given.area, given.delay
        start = np.searchsorted(item, np.arange(items + 1))
        self.goods = (item, depot, area, delay, given.cost.astype(small), start)
        self.exact_goods = (item, depot, area, delay, given.cost, start)
        place = item * areas + area
        self.by_area = (
            np.argsort(place, kind="stable"),
            np.searchsorted(np.sort(place), np.arange(items)[:, None] * areas + np.arange(areas + 1)[None, :]),
        )
        asked, held = np.cumsum(given.need, axis=2), np.cumsum(given.stock, axis=2)
        ends = np.ones(given.stock.shape, dtype=bool)  # stock binds only before more of it comes
        ends[:, :, :-1] = given.stock[:, :, 1:] > 0
        limited = np.isfinite(given.capacity)
        # natural sizes: a lane carries an area's mean need; a unit of stock is worth half the horizon of waiting
        amount = (asked[:, :, -1] / periods)[item, area]
        wait = given.wait * (asked > 0)
        typical = np.maximum(wait.mean(axis=(1, 2)) * (1 if given.lost else periods) / 2, 1e-12)
        worth_room = float(np.median(typical / np.where(given.sizes > 0, given.sizes, 1.0)))
        if given.lost:  # all prices of an area together stay below one weight
            wait = wait / periods
        lane_pull = wait.sum(axis=2)[item, area] * (1 + given.extra)
        lane_pull += typical[item] * ends.sum(axis=2)[item, depot] + given.sizes[item] * worth_room
        self.step = (amount / np.maximum(lane_pull, 1e-300)).astype(small)
        inflow, outflow = np.zeros(given.need.shape), np.zeros(given.stock.shape)
        for late in np.unique(delay):
            lanes = delay == late
            flow = np.maximum(0.0, np.arange(periods) + 1 - late)
            np.add.at(inflow, (item[lanes], area[lanes]), amount[lanes, None] * flow)
            flow = np.minimum(np.arange(periods) + 1, periods - late).astype(float)
            np.add.at(outflow, (item[lanes], depot[lanes]), amount[lanes, None] * flow)
        room_flow = np.zeros(depots)
        np.add.at(room_flow, depot, amount * given.sizes[item])
        step_theta = np.where(inflow > 0, wait / np.maximum(inflow, 1e-300), 0.0)
        step_lam = np.where(ends & (outflow > 0), typical[:, None, None] / np.maximum(outflow, 1e-300), 0.0)
        step_mu = np.where(limited, worth_room / np.maximum(room_flow, 1e-300)[:, None], 0.0) * (room_flow > 0)[:, None]
        early = step_theta * given.extra
        self.dual_steps = tuple(np.ascontiguousarray(one, small) for one in (step_theta, early, step_lam, step_mu))
        self.x = np.zeros((len(item), periods), small)
        self.x0 = self.x.copy()
        self.duals = tuple(np.zeros(one.shape, small) for one in self.dual_steps)
        self.duals0 = tuple(one.copy() for one in self.duals)
        self.asked, self.held = asked.astype(small), held.astype(small)
        self.need_price = (given.wait * (asked > 0)).astype(small)
        self.first_price = (given.extra * self.need_price).astype(small)
        self.room = np.where(limited, given.capacity, 0).astype(small)
        self.scratch = tuple(
            np.zeros(shape, small)
            for shape in ((areas, periods), (depots, periods), (areas, periods), (depots, periods), (depots, periods))
        )
        self.weight = 1.0
        rate = (given.wait[:, :, 0] if given.lost else given.wait.sum(axis=2)) / np.where(
            given.sizes > 0, given.sizes, 1e-9
        )[:, None]
        self.order = np.argsort(-rate.ravel(), kind="stable")

    def arguments(self) -> tuple[Any, ...]:
        small = np.float32
        return (
            self.goods, self.step, self.x, self.x0, self.asked, small(self.given.tier), self.given.lost,
            self.need_price, self.first_price, self.held, self.room, self.dual_steps, self.duals, self.duals0,
            self.given.sizes.astype(small), self.scratch, small(self.weight),
        )  # fmt: skip

    def prices(self) -> tuple[Floats, Floats]:
        lam, mu = (np.maximum(one, 0).astype(np.float64) for one in self.duals[2:])
        return lam, mu

    def bound_arguments(self, lam: Floats, mu: Floats) -> tuple[Any, ...]:
        one = self.given
        return (
            self.exact_goods, one.need, one.wait, one.extra, one.tier, one.lost, one.stock, one.capacity,
            one.sizes, lam, mu,
        )  # fmt: skip

    def repair_arguments(self, plan: Floats) -> tuple[Any, ...]:
        one = self.given
        return (
            self.exact_goods, self.by_area, self.x, one.need, one.wait, one.stock, one.capacity, one.sizes, self.order,
            one.lost, plan,
        )  # fmt: skip

    def value(self, plan: Floats) -> float:
        return self.given.value(arrivals(self.given, plan), float((plan.sum(axis=1) * self.given.cost).sum()))

    def empty_plan(self) -> tuple[Floats, float]:
        plan = np.zeros(self.x.shape)
        return plan, self.value(plan)

    def restart(self) -> None:
        """Anchors here, and balances the steps by how far shipments and prices have moved since the last anchor."""
        gone = self.x - self.x0
        far_x = float(np.sqrt(((gone * gone).sum(axis=1) / np.maximum(self.step, 1e-30)).sum()))
        far_y = 0.0
        for now, then, step in zip(self.duals, self.duals0, self.dual_steps, strict=True):
            moved: NDArray[Any] = (now - then)[step > 0]
            far_y += float((moved * moved / step[step > 0]).sum())
        far_y = float(np.sqrt(far_y))
        if far_x > 1e-12 and far_y > 1e-12:
            self.weight = float(np.exp(0.5 * np.log(far_y / far_x) + 0.5 * np.log(self.weight)))
        self.x0[:] = self.x
        for now, then in zip(self.duals, self.duals0, strict=True):
            then[:] = now


def arrivals(given: Orders, plan: Floats) -> Floats:
    """What comes to each area (items, areas, periods) when lanes carry so much."""
    arriving = np.zeros(given.need.shape)
    for late in np.unique(given.delay):
        lanes = given.delay == late
        carried = plan[lanes]
        shifted = np.zeros_like(carried)
        shifted[:, late:] = carried[:, : given.periods - late]
        np.add.at(arriving, (given.item[lanes], given.area[lanes]), shifted)
    return arriving


def trimmed(given: Orders, plan: Floats) -> Floats:
    """The same plan without what comes when an area has all that it still asks for: nothing is sent for nobody."""
    arriving = arrivals(given, plan)
    come = np.cumsum(arriving, axis=2)
    most = given.need.sum(axis=2)
    if given.lost:
        most = most - given.missing(arriving)[:, :, -1]
    needed = np.diff(np.minimum(come, most[:, :, None]), axis=2, prepend=0.0)
    part = np.divide(needed, arriving, out=np.ones_like(arriving), where=arriving > needed + 1e-12)
    if (part >= 1).all():
        return plan
    shorter = plan.copy()
    for late in np.unique(given.delay):
        lanes = given.delay == late
        shorter[lanes, : given.periods - late] *= part[given.item[lanes], given.area[lanes], late:]
    return shorter
