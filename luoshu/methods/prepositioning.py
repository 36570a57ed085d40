"""What to hold where before anything happens: two-stage stochastic pre-positioning (Rawls and Turnquist 2010)."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.exact import close

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What to hold where, what it costs in all, and what no other choice can cost less than.

    ``size`` (sites): the number of the store's size, -1 where none opens. ``amounts`` (sites, items). ``objective``:
    expected cost, the sum of ``fixed`` (stores), ``material`` (bought), ``transport``, ``surplus`` (keeping what a
    scenario left over) and ``penalty`` (unmet). ``unmet`` and ``sent`` (scenarios, places, items): units missing, and
    units leaving each place. ``bound``: the solver's dual bound.
    """

    size: NDArray[np.int64]
    amounts: Floats
    objective: float
    bound: float
    fixed: float
    material: float
    transport: float
    surplus: float
    penalty: float
    unmet: Floats
    sent: Floats

    @property
    def gap(self) -> float:
        """How much of the cost could at most still be saved, as a share of it."""
        return max(0.0, self.objective - self.bound) / self.objective if self.objective > 0 else 0.0


def preposition(
    need: ArrayLike,
    chance: ArrayLike,
    ways: ArrayLike,
    *,
    prices: ArrayLike,
    penalties: ArrayLike,
    volumes: ArrayLike,
    carriage: ArrayLike,
    store_costs: ArrayLike,
    store_volumes: ArrayLike,
    keeping: ArrayLike = 0.0,
    survives: ArrayLike | None = None,
    budget: float | None = None,
    seconds: float = 120.0,
) -> Holding:
    """The stores to open and the stock to hold in each, for the least expected cost over all scenarios.

    ``need`` (scenarios, places, items): units needed. ``chance`` (scenarios): adds up to one. ``ways`` (scenarios,
    places, places): length of the shortest way that is open from place to place, infinity where none is.
    ``carriage`` (items): cost of a unit for one length; ``prices``, ``penalties`` (of a unit missing), ``volumes`` and
    ``keeping`` (of a unit left over): by item. ``store_costs`` and ``store_volumes`` (sizes): each place may have
    one store, of one of these sizes. ``survives`` (scenarios, places; or with items): the part of the stock that can
    still be used. ``budget``: what stores and material may cost together.

    The extensive form, solved by HiGHS within ``seconds``. Stores are whole, amounts are not. Ways have no capacity, so
    a scenario is a transport problem for each item, and what is dearer to bring than to miss has no column. ValueError
    for bad input, for a need that no place reaches, and where no answer was found in time.

    >>> plan = preposition(
    ...     need=[[[10.0], [0.0]], [[0.0], [20.0]]], chance=[0.5, 0.5], ways=np.array([[[0, 4], [4, 0]]] * 2),
    ...     prices=[1], penalties=[10], volumes=[1], carriage=[0.5], store_costs=[3], store_volumes=[50])
    >>> plan.size.tolist(), plan.amounts.tolist(), plan.objective, plan.unmet.max().item()
    ([-1, 0], [[0.0], [20.0]], 33.0, 0.0)
    """
    case = _Case(
        need, chance, ways, prices, penalties, volumes, carriage, store_costs, store_volumes, keeping, survives, budget
    )
    costs, rows, low, high, whole = case.program()
    found = close(
        costs, rows, low, high, low=np.zeros(len(costs)), high=case.most(), whole=whole, seconds=seconds,
        amounts=case.amounts(),
    )  # fmt: skip
    if found.values is None:
        raise ValueError(f"No answer was found in {seconds:g} seconds.")
    return case.answer(found.values, found.bound + case.constant)


class _Case:
    """The problem in arrays, and where each quantity has its column: stores, stock, shipments, what is missing."""

    def __init__(
        self, need: ArrayLike, chance: ArrayLike, ways: ArrayLike, prices: ArrayLike, penalties: ArrayLike,
        volumes: ArrayLike, carriage: ArrayLike, store_costs: ArrayLike, store_volumes: ArrayLike, keeping: ArrayLike,
        survives: ArrayLike | None, budget: float | None,
    ) -> None:  # fmt: skip
        self.need = np.array(need, dtype=np.float64)
        if self.need.ndim != 3 or not self.need.size:
            raise ValueError(f"need must be scenarios by places by items, and has the shape {self.need.shape}.")
        scenarios, places, items = self.need.shape
        self.need = _numbers("need", self.need, self.need.shape)
        self.chance = _numbers("chance", chance, (scenarios,))
        if abs(self.chance.sum() - 1) > 1e-6:
            raise ValueError(f"chance adds up to {self.chance.sum():g}, and must add up to 1.")
        length = np.array(ways, dtype=np.float64)
        if length.shape != (scenarios, places, places):
            raise ValueError(f"ways must be {scenarios} by {places} by {places}, and has the shape {length.shape}.")
        if np.isnan(length).any() or (length < 0).any():
            raise ValueError("ways must hold lengths of zero or more, infinite where there is no way, and no NaN.")
        alone = np.argwhere((self.need.sum(axis=2) > 0) & np.isinf(length).all(axis=1))
        if len(alone):
            raise ValueError(
                f"Place {alone[0, 1]} needs something in scenario {alone[0, 0]}, and nothing reaches it, not even its "
                "own store: give a way (zero to itself), or leave this need out and count it apart."
            )
        self.price, self.penalty, self.volume, carry, self.keeping = (
            _numbers(name, values, (items,))
            for name, values in (
                ("prices", prices), ("penalties", penalties), ("volumes", volumes), ("carriage", carriage),
                ("keeping", keeping),
            )
        )  # fmt: skip
        self.store_cost = _numbers("store_costs", store_costs, np.shape(store_costs))
        self.store_volume = _numbers("store_volumes", store_volumes, self.store_cost.shape)
        if self.store_cost.ndim != 1 or not len(self.store_cost):
            raise ValueError("store_costs must be a list with at least one size.")
        if budget is not None and not budget >= 0:
            raise ValueError(f"budget is {budget}, and must be zero or more.")
        self.budget = budget
        if survives is not None and np.ndim(survives) == 2:
            survives = np.asarray(survives)[:, :, None]
        self.usable = np.ones(self.need.shape) if survives is None else _numbers("survives", survives, self.need.shape)
        if (self.usable > 1).any():
            raise ValueError("survives must hold parts from 0 to 1.")
        with np.errstate(invalid="ignore"):
            near = np.where(np.isinf(length), 0.0, length)[:, :, :, None]
            unit = np.where(np.isinf(length)[:, :, :, None], np.inf, near * carry[None, None, None])
        worth = (unit < (self.penalty + self.keeping)[None, None, None]) & (self.need[:, None] > 0)
        worth &= (self.usable > 0)[:, :, None]
        self.s, self.start, self.end, self.k = np.nonzero(worth)
        self.unit = unit[worth]
        self.missing = np.argwhere(self.need > 0)
        self.sizes = len(self.store_cost)
        self.stores, self.stocks = places * self.sizes, places * items
        self.first = self.stores + self.stocks
        self.columns = self.first + len(self.unit) + len(self.missing)
        self.constant = 0.0

    def program(self) -> tuple[Floats, sparse.csr_array, Floats, Floats, NDArray[np.bool_]]:
        """Costs, rows with their limits, and which columns are whole. What is left over is what nobody is sent."""
        _, places, items = self.need.shape
        shipped, lacking = np.arange(len(self.unit)) + self.first, np.arange(len(self.missing)) + self.first
        lacking += len(self.unit)
        s, j, k = self.missing.T
        left_over = np.einsum("s,sik->ik", self.chance, self.usable) * self.keeping
        costs = np.concatenate([
            np.tile(self.store_cost, places), (self.price + left_over).ravel(),
            self.chance[self.s] * (self.unit - self.keeping[self.k]), self.chance[s] * self.penalty[k],
        ])  # fmt: skip
        ones = np.ones(self.columns)
        lines, back = np.unique(
            np.ravel_multi_index((self.s, self.start, self.k), self.need.shape), return_inverse=True
        )  # a store's stock in a scenario
        at, i, item = np.unravel_index(lines, self.need.shape)
        number = np.full(self.need.shape, -1)
        number[s, j, k] = np.arange(len(s))
        one, size = np.arange(self.stocks), np.arange(self.stores)
        parts = [
            (back, shipped, ones[: len(shipped)]),
            (np.arange(len(lines)), self.stores + i * items + item, -self.usable[at, i, item]),
            (len(lines) + number[self.s, self.end, self.k], shipped, ones[: len(shipped)]),
            (len(lines) + np.arange(len(s)), lacking, ones[: len(s)]),
            (len(lines) + len(s) + one // items, self.stores + one, np.tile(self.volume, places)),
            (len(lines) + len(s) + size // self.sizes, size, -np.tile(self.store_volume, places)),
            (len(lines) + len(s) + places + size // self.sizes, size, ones[: self.stores]),
        ]
        low = [np.full(len(lines), -np.inf), self.need[s, j, k], np.full(2 * places, -np.inf)]
        high = [np.zeros(len(lines)), self.need[s, j, k], np.zeros(places), np.ones(places)]  # no more than needed
        if self.budget is not None:
            row = np.full(self.first, len(lines) + len(s) + 2 * places)
            spent = np.concatenate([np.tile(self.store_cost, places), np.tile(self.price, places)])
            parts.append((row, np.arange(self.first), spent))
            low.append(np.array([-np.inf]))
            high.append(np.array([self.budget]))
        table = sparse.csr_array(
            (
                np.concatenate([value for _, _, value in parts]),
                (np.concatenate([row for row, _, _ in parts]), np.concatenate([column for _, column, _ in parts])),
            ),
            shape=(sum(len(limit) for limit in low), self.columns),
        )
        return costs, table, np.concatenate(low), np.concatenate(high), np.arange(self.columns) < self.stores

    def most(self) -> Floats:
        """No store holds more of an item than could ever be needed at once or fits."""
        top = np.full(self.columns, np.inf)
        top[: self.stores] = 1.0
        return top

    def amounts(self) -> Floats:
        """What each column comes to at most."""
        most = self.need.sum(axis=1).max(axis=0)
        s, j, k = self.missing.T
        return np.concatenate([
            np.ones(self.stores), np.tile(most, self.need.shape[1]), self.need[self.s, self.end, self.k],
            self.need[s, j, k],
        ])  # fmt: skip

    def answer(self, values: Floats, bound: float) -> Holding:
        """The answer, with all costs counted again from the stores and amounts."""
        _, places, items = self.need.shape
        opened = values[: self.stores].reshape(places, self.sizes) > 0.5
        amounts = np.maximum(values[self.stores : self.first].reshape(places, items), 0.0)
        shipped = np.maximum(values[self.first : self.first + len(self.unit)], 0.0)
        sent, come = np.zeros(self.need.shape), np.zeros(self.need.shape)
        np.add.at(sent, (self.s, self.start, self.k), shipped)
        np.add.at(come, (self.s, self.end, self.k), shipped)
        unmet = np.maximum(self.need - come, 0.0)
        unmet[unmet < 1e-9 * np.maximum(self.need, 1.0)] = 0.0
        fixed = float((opened * self.store_cost).sum())
        material = float((amounts * self.price).sum())
        transport = float((self.chance[self.s] * self.unit * shipped).sum())
        over = np.maximum(self.usable * amounts[None] - sent, 0.0)
        surplus = float(np.einsum("s,sik,k->", self.chance, over, self.keeping))
        penalty = float(np.einsum("s,sik,k->", self.chance, unmet, self.penalty))
        total = fixed + material + transport + surplus + penalty
        return Holding(
            size=np.where(opened.any(axis=1), opened.argmax(axis=1), -1).astype(np.int64), amounts=amounts,
            objective=total, bound=min(bound, total), fixed=fixed, material=material, transport=transport,
            surplus=surplus, penalty=penalty, unmet=unmet, sent=sent,
        )  # fmt: skip


def _numbers(name: str, given: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Finite amounts of zero or more in this shape; what has fewer dimensions goes for all."""
    values = np.asarray(given, dtype=np.float64)
    try:
        values = np.array(np.broadcast_to(values, shape))
    except ValueError:
        raise ValueError(f"{name} must have the shape {shape}, and has {values.shape}.") from None
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(f"{name} must hold finite numbers of zero or more.")
    return values
