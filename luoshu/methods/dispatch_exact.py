"""Dispatch problems of moderate size, solved to their optimum as one linear program (HiGHS)."""

from typing import Any

import numpy as np
import scipy.sparse as sparse

from luoshu.methods.dispatch_model import Floats, Orders, Wholes
from luoshu.methods.linear import program, solver_of


def by_program(
    given: Orders, *, seconds: float, corner: bool = True, most: Floats | None = None
) -> tuple[Floats, Floats, Floats, Floats] | None:
    """The best plan (lanes by periods) with the prices of stock (per item, depot, period), of room (per depot and
    period) and of ``most`` (per item and area) that prove it; None where the time ran out or there is no such plan.
    ``corner``: a plan with few shipments, found after the optimum itself (without it, shipments of the same cost are
    mixed). ``most`` (items, areas): what may still be missing at the end.

    Columns: shipments, what waits and what lies ready in each area at the end of a period, the stock of each depot,
    and what is missing of the first part. Rows: each area and depot balances in each period; each depot's room.
    """
    import highspy

    layout = _Layout(given)
    way = "ipm" if layout.count > 30_000 or not corner else "simplex"
    crossover = "on" if corner else "off"
    solver = solver_of(layout.model(most), time_limit=float(seconds), solver=way, run_crossover=crossover)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    answer = solver.getSolution()
    plan = np.zeros((len(given.item), given.periods))
    plan[layout.lane, layout.leaves] = np.maximum(np.array(answer.col_value)[: len(layout.lane)], 0.0)
    prices = np.array(answer.row_dual)
    ends = layout.waiting + np.arange(given.periods - 1, layout.cells, given.periods)
    pressed = np.maximum(-np.array(answer.col_dual)[ends], 0.0) if most is not None else np.zeros(len(ends))
    return plan, *layout.prices(prices), pressed.reshape(given.need.shape[:2])


class _Layout:
    """Where each quantity has its column, and each balance its row."""

    def __init__(self, given: Orders) -> None:
        self.given = given
        items, areas, periods = given.need.shape
        depots = given.stock.shape[1]
        left = given.periods - given.delay
        self.lane = np.repeat(np.arange(len(left)), left)
        self.leaves = np.arange(len(self.lane)) - np.repeat(np.cumsum(left) - left, left)
        self.cells, self.stores, self.rooms = items * areas * periods, items * depots * periods, depots * periods
        shipped = len(self.lane)
        self.waiting = shipped
        self.ready = self.waiting + self.cells
        self.kept = self.ready + self.cells
        self.early = self.kept + self.stores
        self.count = self.early + (self.cells if given.extra else 0)

    def model(self, most: Floats | None = None) -> Any:
        """The program: areas' rows, then depots', rooms' and, with a first part, what is missing of it."""
        given, periods = self.given, self.given.periods
        cells, stores, rooms = self.cells, self.stores, self.rooms
        areas, depots = given.need.shape[1], given.stock.shape[1]
        item, area, depot = given.item[self.lane], given.area[self.lane], given.depot[self.lane]
        comes = (item * areas + area) * periods + self.leaves + given.delay[self.lane]
        goes = cells + (item * depots + depot) * periods + self.leaves
        fills = cells + stores + depot * periods + self.leaves
        shipped, cell, store = np.arange(len(self.lane)), np.arange(cells), np.arange(stores)
        later, after = cell[cell % periods > 0], store[store % periods > 0]
        parts: list[tuple[Wholes, Wholes, Floats | float]] = [
            (comes, shipped, -1.0), (goes, shipped, 1.0), (fills, shipped, given.sizes[item]),
            (cell, self.ready + cell, 1.0), (cell, self.waiting + cell, -1.0),
            (later, self.ready + later - 1, -1.0),
            (cells + store, self.kept + store, 1.0), (cells + after, self.kept + after - 1, -1.0),
        ]  # fmt: skip
        if not given.lost:  # what waits is asked for again
            parts.append((later, self.waiting + later - 1, 1.0))
        low = [-given.need.ravel(), given.stock.ravel(), np.full(rooms, -np.inf)]
        high = [-given.need.ravel(), given.stock.ravel(), given.capacity.ravel()]
        costs = [given.cost[self.lane], given.wait.ravel(), np.zeros(cells + stores)]
        if given.extra:
            first = cells + stores + rooms + cell
            parts += [
                (first, self.early + cell, 1.0),
                (first, self.waiting + cell, -1.0),
                (first, self.ready + cell, 1.0),
            ]
            low.append(-(1 - given.tier) * np.cumsum(given.need, axis=2).ravel())
            high.append(np.full(cells, np.inf))
            costs.append(given.extra * given.wait.ravel())
        number = sum(len(one) for one in low)
        table = sparse.csc_array(
            (
                np.concatenate([np.broadcast_to(value, len(row)) for row, _, value in parts]),
                (np.concatenate([row for row, _, _ in parts]), np.concatenate([column for _, column, _ in parts])),
            ),
            shape=(number, self.count),
        )
        top = np.full(self.count, np.inf)
        if given.lost:  # nothing is lost ahead of its need
            top[self.waiting : self.ready] = given.need.ravel()
        elif most is not None:
            top[self.waiting + np.arange(periods - 1, cells, periods)] = most.ravel()
        return program(
            np.concatenate(costs), table, np.concatenate(low), np.concatenate(high), np.zeros(self.count), top
        )

    def prices(self, dual: Floats) -> tuple[Floats, Floats]:
        """Prices of stock (as steps from period to period) and of room, both zero or more, from the rows' duals."""
        worth = np.maximum(-dual[self.cells : self.cells + self.stores].reshape(self.given.stock.shape), 0.0)
        worth = np.maximum.accumulate(worth[:, :, ::-1], axis=2)[:, :, ::-1]  # stock can wait: worth no less before
        steps = worth.copy()
        steps[:, :, :-1] -= worth[:, :, 1:]
        room = -dual[self.cells + self.stores : self.cells + self.stores + self.rooms].reshape(
            self.given.capacity.shape
        )
        return steps, np.where(np.isfinite(self.given.capacity), np.maximum(room, 0.0), 0.0)
