"""What to hold where so that what is promised is there in time, also when ways are cut: pre-positioning by hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.exact import close
from luoshu.methods.linear import optimum
from luoshu.methods.sharing_out import SPARE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPARING = 1e-4
"""How much hours count where choices cost the same (a share of the price, for a day), and under a budget what is spent
beside what is missing: nothing is bought that serves nobody."""


@dataclass(frozen=True, kw_only=True)
class Ware:
    """One good: what is needed of it by when, what stands and can be signed for, and what a unit costs.

    ``need`` (areas, moments): units needed so far, rising. ``at`` (moments): hours; ``weights`` (moments): how much
    what is missing at each counts. ``have`` (sources): units; ``arrives`` (cases, sources, areas): the hour at which
    they are there, infinity: no way; ``lasts`` (sources): the last hour at which they may be used. ``offers``
    (sources): the number of the offer that must be signed before a source gives anything, -1 for none. ``price``,
    ``volume``: of a unit that is bought (volume 0: not known, takes no room). ``whole``: only whole units are bought.
    """

    need: Floats
    at: Floats
    weights: Floats
    have: Floats
    arrives: Floats
    lasts: Floats
    offers: Ints
    price: float
    volume: float = 0.0
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Stocked:
    """What to hold: ``units`` (wares, places), which places to open and which offers to sign, and what it costs in all.

    ``missing`` (cases): of the ware that lacks most, the share that is missing, by the weights of its moments.
    ``objective`` is what was made least, ``bound`` what no other choice can be below.
    """

    units: Floats
    opened: NDArray[np.bool_]
    signed: NDArray[np.bool_]
    cost: float
    missing: Floats
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the best could still be below, as a share (0: proven best)."""
        return max(0.0, self.objective - self.bound) / self.objective if self.objective > 1e-9 else 0.0


def hold_in_time(
    wares: Sequence[Ware],
    more: ArrayLike,
    *,
    at_most: ArrayLike,
    opening: ArrayLike | None = None,
    room: ArrayLike | None = None,
    fees: ArrayLike = (),
    budget: float | None = None,
    near: float = 1e-6,
    seconds: float = 30.0,
    parts: bool = False,
) -> Stocked | None:
    """The least that must be spent so that in no case more is missing than ``at_most``; under a ``budget`` the choice
    that leaves the least missing on average over the cases. None where no choice does it, or none was found in time.

    ``more`` (cases, places, areas): the hour at which what is bought and held at a place is in an area. ``at_most``
    (cases): shares from 0 to 1 (1: no matter). ``opening`` (places): what a place costs before anything can be held
    there (0: it stands). ``room`` (places): volume that is free (infinity: enough). ``fees``: of the offers.

    A program in two stages: what is held is decided before the case is known, who gets it after (Rawls and Turnquist,
    Transportation Research B 44, 2010), with hours to keep instead of miles to pay (their service constraints, OR
    Spectrum 33, 2011). Of several wares the one that lacks most counts. Solved by HiGHS to within ``near`` of its
    bound (a share of the cost; under a budget of what is needed); places and offers are whole, units where their ware
    says so (``parts``: nothing is, which is quick and gives a bound only). ValueError for numbers that cannot be meant.

    >>> ware = Ware(need=np.array([[10.0], [6.0]]), at=np.array([4.0]), weights=np.ones(1), have=np.array([4.0]),
    ...             arrives=np.array([[[1.0, 9.0]]]), lasts=np.array([np.inf]), offers=np.array([-1]), price=5.0)
    >>> held = hold_in_time([ware], [[[1.0, 9.0], [9.0, 1.0]]], at_most=[0.0])
    >>> held.units.round(6).tolist(), held.cost
    ([[6.0, 6.0]], 60.0)
    """
    case = _Program(wares, more, at_most, opening, room, fees, budget)
    costs, rows, low, high, top = case.laid()
    found = close(
        costs, rows, low, high, low=np.zeros(len(costs)), high=top, whole=case.whole() & (not parts), seconds=seconds,
        within=0.0 if budget is None else near, within_share=near if budget is None else 0.0, amounts=case.amounts(),
    )  # fmt: skip
    if found.values is None:
        return None
    whole = case.whole() & (not parts)
    values = _in_wholes(found.values, whole, budget is None, (costs, rows, low, high), top, case.amounts())
    return None if values is None else case.answer(values, found.bound)


def _in_wholes(
    values: Floats, whole: NDArray[np.bool_], free: bool, task: tuple[Floats, Any, Floats, Floats], top: Floats,
    amounts: Floats,
) -> Floats | None:  # fmt: skip
    """The values with what must be whole exactly so: a millionth of an opened store is none, and holds nothing.

    Solvers call whole what is within a millionth of it. Where that matters the rest is solved anew around it: rounded,
    else (``free``) all of it opened or (under a budget) none.
    """
    ints = values[whole]
    if (np.abs(ints - np.round(ints)) <= 1e-9).all():
        return values
    costs, rows, row_low, row_high = task
    for rounded in (np.round(ints), np.ceil(ints - 1e-9) if free else np.floor(ints + 1e-9)):
        low, high = np.zeros(len(values)), top.copy()
        low[whole] = high[whole] = np.clip(rounded, 0.0, top[whole])
        found = optimum(costs, rows, row_low, row_high, low, high, amounts=amounts)
        if found is not None:
            return found.values
    return None


class _Program:
    """The program in arrays. Columns: places opened, offers signed, units held, what misses by case, then by ware and
    case what is sent and what each area lacks at each moment."""

    def __init__(
        self, wares: Sequence[Ware], more: ArrayLike, at_most: ArrayLike, opening: ArrayLike | None,
        room: ArrayLike | None, fees: ArrayLike, budget: float | None,
    ) -> None:  # fmt: skip
        self.wares = tuple(_spared(ware) for ware in wares)
        self.more = np.asarray(more, dtype=np.float64)
        if self.more.ndim != 3 or not self.wares:
            raise ValueError("more must be cases by places by areas, and there must be a ware.")
        cases, places, _ = self.more.shape
        self.at_most = _numbers("at_most", at_most, cases)
        self.opening = np.zeros(places) if opening is None else _numbers("opening", opening, places)
        self.room = np.full(places, np.inf) if room is None else np.asarray(room, dtype=np.float64)
        if self.room.shape != (places,) or not (self.room >= 0).all():
            raise ValueError("room must hold a volume of zero or more for each place.")
        self.fees = _numbers("fees", fees, np.size(fees))
        if budget is not None and not budget >= 0:
            raise ValueError(f"budget is {budget}, and must be zero or more.")
        self.budget = budget
        self.prices = _numbers("prices", [ware.price for ware in self.wares], len(self.wares))
        self.cases, self.places = cases, places
        self.hold = places + len(self.fees)  # where the units held begin
        self.lack = self.hold + len(self.wares) * places
        self.width = self.lack + cases
        self.entries: list[tuple[Ints, Ints, Floats]] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.height = 0
        self.worth: list[tuple[int, Floats]] = []
        self.soon: list[tuple[Ints, Floats]] = []
        self.sizes: list[Floats] = []

    def laid(self) -> tuple[Floats, sparse.csr_array, Floats, Floats, Floats]:
        """Costs, rows with their limits, and the upper limits of the columns."""
        self._stores()
        for number, ware in enumerate(self.wares):
            for each in range(self.cases):
                self._shared(number, ware, each)
        spent = np.zeros(self.width)
        spent[: self.places] = self.opening
        spent[self.places : self.hold] = self.fees
        spent[self.hold : self.lack] = np.repeat(self.prices, self.places)
        top = np.full(self.width, np.inf)
        top[: self.hold] = 1.0
        top[self.hold : self.lack] = np.repeat([_most(ware) for ware in self.wares], self.places)
        top[self.lack : self.lack + self.cases] = self.at_most
        self.paid = np.full(self.width, np.inf)  # what the budget pays for of each
        if self.budget is None:
            self.money = max(float((spent * self.amounts()).max(initial=0.0)), 1e-300)
            costs, sooner = spent / self.money, SPARING / self.cases / self.money
        else:
            some = np.flatnonzero(spent)
            self._row(np.zeros(len(some), dtype=np.int64), some, spent[some], 1, -np.inf, self.budget)
            self.paid[some] = self.budget / spent[some]
            top = np.minimum(top, self.paid)
            whole = self.whole()
            top[whole] = np.floor(top[whole] * (1 + 1e-12))
            costs, sooner = spent * (SPARING / self.budget if self.budget > 0 else 0.0), SPARING / self.cases / 100
            costs[self.lack : self.lack + self.cases] = 1 / self.cases
            for begin, price in self.worth:  # of equal choices the one that lacks least of the others too
                costs[begin : begin + len(price)] += SPARING / len(self.worth) * price
        for ways, late in self.soon:
            costs[ways] += late * sooner
        row, column, value = (np.concatenate(each) for each in zip(*self.entries, strict=True))
        table = sparse.csr_array((value, (row, column)), shape=(self.height, self.width))
        return costs, table, np.concatenate(self.low), np.concatenate(self.high), top

    def amounts(self) -> Floats:
        """What each column comes to at most."""
        needed = [1.0 if ware.whole else float(ware.need[:, -1].sum()) for ware in self.wares]
        sizes = np.concatenate([np.ones(self.hold), np.repeat(needed, self.places), np.ones(self.cases), *self.sizes])
        least: Floats = np.minimum(sizes, self.paid)
        return least

    def whole(self) -> NDArray[np.bool_]:
        """Which columns are whole: places that cost something to open, offers, and units that cannot be parted."""
        whole = np.zeros(self.width, dtype=bool)
        whole[: self.places] = self.opening > 0
        whole[self.places : self.hold] = True
        whole[self.hold : self.lack] = np.repeat([ware.whole for ware in self.wares], self.places)
        return whole

    def _row(self, row: Ints, column: Ints, value: Floats, count: int, low: ArrayLike, high: ArrayLike) -> None:
        self.entries.append((row + self.height, column, value))
        self.low.append(np.broadcast_to(np.asarray(low, dtype=np.float64), (count,)))
        self.high.append(np.broadcast_to(np.asarray(high, dtype=np.float64), (count,)))
        self.height += count

    def _stores(self) -> None:
        """Nothing is held where no store is open, nor more than there is room for."""
        place = np.arange(self.places)
        closed = np.flatnonzero(self.opening > 0)
        for number, ware in enumerate(self.wares):
            most = _most(ware)
            held = self.hold + number * self.places + closed
            row, value = np.arange(len(closed)), np.repeat([1.0, -most], len(closed))
            self._row(np.tile(row, 2), np.concatenate([held, closed]), value, len(row), -np.inf, 0.0)
        tight = place[np.isfinite(self.room)]
        volumes = np.array([ware.volume for ware in self.wares])
        if len(tight) and (volumes > 0).any():
            row = np.repeat(np.arange(len(tight)), len(self.wares))
            column = (self.hold + np.arange(len(self.wares))[None, :] * self.places + tight[:, None]).ravel()
            self._row(row, column, np.tile(volumes, len(tight)), len(tight), -np.inf, self.room[tight])

    def _shared(self, number: int, ware: Ware, case: int) -> None:
        """Who gets what of a ware in a case: sources and places to areas, and what is then missing."""
        moments, areas = len(ware.at), len(ware.need)
        have, when, lasts, offers = _merged(ware, case)
        when = np.vstack([when, np.searchsorted(ware.at, self.more[case] - 1e-9)])
        source, area = np.nonzero((when < moments) & (ware.need[:, -1] > 0)[None, :])
        ways = self.width + np.arange(len(source))
        short = self.width + len(source) + np.arange(areas * moments)
        self.width += len(source) + areas * moments
        stock = np.append(have, np.full(self.places, np.inf))
        self.sizes += [np.minimum(stock[source], ware.need[area, -1]), ware.need.ravel()]
        own = source < len(have)
        hours = np.minimum(self.more[case][source[~own] - len(have), area[~own]], 24.0) / 24
        unit = ware.price if self.budget is None else 1 / max(float(ware.need[:, -1].sum()), 1e-300)
        self.soon.append((ways[~own], hours * unit))
        limit = np.concatenate([np.where(offers < 0, have, 0.0), np.zeros(self.places)])
        signed, place = np.flatnonzero(offers >= 0), np.arange(self.places)
        self._row(
            np.concatenate([source, signed, len(have) + place]),
            np.concatenate([ways, self.places + offers[signed], self.hold + number * self.places + place]),
            np.concatenate([np.ones(len(source)), -have[signed], -np.ones(self.places)]), len(limit), -np.inf, limit,
        )  # fmt: skip
        there = when[source, area][:, None] <= np.arange(moments)[None, :]
        way, moment = np.nonzero(there)
        cell = np.arange(areas * moments)
        self._row(np.concatenate([area[way] * moments + moment, cell]), np.concatenate([ways[way], short]),
                  np.ones(len(way) + len(cell)), len(cell), ware.need.ravel(), np.inf)  # fmt: skip
        for last in np.unique(lasts[np.isfinite(lasts)]):
            soon = np.flatnonzero(own)[lasts[source[own]] <= last]
            used = np.array([np.interp(last, [0.0, *ware.at], [0.0, *row]) for row in ware.need])
            self._row(area[soon], ways[soon], np.ones(len(soon)), areas, -np.inf, used)
        total, weight = ware.need.sum(axis=0), ware.weights / max(float(ware.weights.sum()), 1e-12)
        price = np.tile(np.divide(weight, total, out=np.zeros(moments), where=total > 0), areas)
        one = np.zeros(len(cell) + 1, dtype=np.int64)
        self._row(one, np.append(short, self.lack + case), np.append(price, -1.0), 1, -np.inf, 0.0)
        self.worth.append((int(short[0]), price))

    def answer(self, values: Floats, bound: float) -> Stocked:
        """The answer, its cost and what it leaves missing counted again."""
        units = np.maximum(values[self.hold : self.lack].reshape(len(self.wares), self.places), 0.0)
        most = np.array([float(ware.need[:, -1].sum()) for ware in self.wares])
        units[units < 1e-7 * most[:, None]] = 0.0
        opened = (values[: self.places] > 0.5) & (self.opening > 0)
        units[:, (self.opening > 0) & ~opened] = 0.0
        signed = values[self.places : self.hold] > 0.5
        cost = float((units * self.prices[:, None]).sum() + self.opening[opened].sum() + self.fees[signed].sum())
        missing = np.maximum(values[self.lack : self.lack + self.cases], 0.0)
        missing[missing < 1e-9] = 0.0
        objective = cost if self.budget is None else float(missing.mean())
        free = self.budget is None
        bound = bound * self.money / (1 + SPARING) if free else bound - 3 * SPARING  # for what counts beside it
        return Stocked(
            units=units, opened=opened, signed=signed, cost=cost, missing=missing, objective=objective,
            bound=min(max(bound, 0.0), objective),
        )  # fmt: skip


def _most(ware: Ware) -> float:
    """What no place needs more of: all that is needed, rounded up where units are whole."""
    total = float(ware.need[:, -1].sum())
    return float(np.ceil(total)) if ware.whole else total


def _spared(ware: Ware) -> Ware:
    """The same ware, no source with more than could ever be of use."""
    return replace(ware, have=np.minimum(ware.have, SPARE * float(ware.need[:, -1].sum())))


def _merged(ware: Ware, case: int) -> tuple[Floats, Ints, Floats, Ints]:
    """The sources of a ware in a case, those that come by the same moments everywhere made one: units, the first moment
    at which they are in each area, until when they keep, and the offer that they hang on."""
    if not len(ware.have):
        return np.zeros(0), np.zeros((0, len(ware.need)), dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64)
    when = np.searchsorted(ware.at, ware.arrives[case] - 1e-9)
    key = np.column_stack([when, np.nan_to_num(ware.lasts, posinf=1e9), ware.offers])
    kinds, back = np.unique(key, axis=0, return_inverse=True)
    first = np.zeros(len(kinds), dtype=np.int64)
    first[back.ravel()] = np.arange(len(when))
    have = np.bincount(back.ravel(), ware.have, minlength=len(kinds)).astype(np.float64)
    return have, when[first], ware.lasts[first], ware.offers[first]


def _numbers(name: str, given: ArrayLike, count: int) -> Floats:
    values = np.asarray(given, dtype=np.float64).ravel()
    if len(values) != count or not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(f"{name} must hold {count} finite numbers of zero or more.")
    return values
