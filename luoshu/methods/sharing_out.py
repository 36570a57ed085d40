"""Whether a stock is enough where it lies: sources shared out among areas so that least is missing at each moment."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.linear import optimum

Floats = NDArray[np.float64]

LATER = 0.05
"""How much fairness counts at a moment of no weight beside one that has weight."""
SPARE = 1000.0
"""How many times all that is needed a source counts for at most: more than that serves nobody."""


@dataclass(frozen=True, kw_only=True)
class SharedOut:
    """What each source gives each area (sources, areas), and what is then missing (areas, moments).

    ``missing``: the least that any sharing leaves missing: at each moment its share of all that is needed by then, by
    the weights of the moments; 0: all is there in time, everywhere.
    """

    given: Floats
    short: Floats
    missing: float


def share_out(
    amount: ArrayLike,
    arrives: ArrayLike,
    need: ArrayLike,
    at: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    lasts: ArrayLike | None = None,
    fair: bool = True,
) -> SharedOut:
    """Share sources out among areas so that the least is missing, by one plan for all moments together.

    ``amount`` (sources): units. ``arrives`` (sources, areas): the hour at which a unit is there, infinity: no way.
    ``need`` (areas, moments): units needed by each moment, rising. ``at`` (moments): hours. ``weights`` (moments): how
    much what is missing at each counts (default: alike). ``lasts`` (sources): the last hour at which a unit may be
    used (infinity: it keeps); no area is sent more of what expires by an hour than it uses up by then.

    A linear program (HiGHS). More of anything never leaves more missing. ``fair``: of all such plans one that makes the
    smallest share of an area as large as it can at each moment (much less at moments of no weight, which say what is to
    be there later), and sends what is left over where it is soonest.
    ValueError for amounts below zero or not finite, a need that falls, and shapes that do not fit.

    >>> out = share_out([10, 4], [[1, 5], [9, 2]], [[6, 6], [6, 6]], [4, 8])
    >>> round(out.missing, 4), out.short.round(6).tolist()
    (0.0833, [[0.0, 0.0], [2.0, 0.0]])
    """
    case = _Case(amount, arrives, need, at, weights, lasts)
    if not case.total.any():
        return SharedOut(given=np.zeros(case.when.shape), short=np.zeros(case.need.shape), missing=0.0)
    if not len(case.source):
        return SharedOut(given=np.zeros(case.when.shape), short=case.need, missing=case.weighed(case.need))
    given, short = case.least()
    missing = case.weighed(short)
    if fair:
        given, short = case.fairest(given, short, missing)
    whole = np.zeros(case.when.shape)
    whole[case.source, case.area] = given
    return SharedOut(given=whole, short=short, missing=missing)


@dataclass(frozen=True, kw_only=True)
class ToppedUp:
    """What to add at each place (units) so that no more is missing than was allowed, and what it costs; no other
    choice of these places costs less (``cost`` is infinite where none is enough)."""

    units: Floats
    cost: float


def top_up(
    amount: ArrayLike,
    arrives: ArrayLike,
    need: ArrayLike,
    at: ArrayLike,
    more: ArrayLike,
    prices: ArrayLike,
    *,
    allowed: float = 0.0,
    weights: ArrayLike | None = None,
    lasts: ArrayLike | None = None,
) -> ToppedUp:
    """The least that must be added, and where, so that what is missing (see ``share_out``) is at most ``allowed``.

    ``more`` (places, areas): the hour at which a unit that is held at a place is in an area. ``prices`` (places): of a
    unit there. What is added keeps. A linear program, solved to its optimum; units are not whole.

    >>> top_up([10], [[1]], [[16]], [4], [[2], [9]], [1.0, 0.1]).units.tolist()
    [6.0, 0.0]
    """
    ways = np.asarray(more, dtype=np.float64)
    price = _numbers("prices", prices, 1)
    have = np.append(_numbers("amount", amount, 1), np.full(len(price), np.finfo(np.float64).max))
    whole = np.vstack([np.asarray(arrives, dtype=np.float64).reshape(-1, ways.shape[1]), ways])
    keeps = np.full(len(have) - len(price), np.inf) if lasts is None else np.asarray(lasts, dtype=np.float64)
    case = _Case(have, whole, need, at, weights, np.append(keeps, np.full(len(price), np.inf)))
    table, low, high = case.rows()
    added = case.source - (len(have) - len(price))
    dear = price / max(float(price.max(initial=0.0)), 1e-300)
    costs = np.concatenate([np.where(added >= 0, dear[np.maximum(added, 0)], 0.0), np.zeros(case.cells)])
    worth = sparse.csr_array(np.concatenate([np.zeros(case.ways), np.tile(case.price, len(case.need))])[None, :])
    found = optimum(
        costs, sparse.vstack([table, worth], format="csr"), np.append(low, -np.inf), np.append(high, allowed),
        np.zeros(len(costs)), np.full(len(costs), np.inf), amounts=case.sizes(),
    )  # fmt: skip
    if found is None:
        return ToppedUp(units=np.zeros(len(price)), cost=float("inf"))
    units = np.bincount(added[added >= 0], found.values[: case.ways][added >= 0], minlength=len(price))
    return ToppedUp(units=units.astype(np.float64), cost=float((units * price).sum()))


class _Case:
    """The problem in arrays. Columns: what is sent from a source to an area, then what is missing (areas, moments)."""

    def __init__(
        self, amount: ArrayLike, arrives: ArrayLike, need: ArrayLike, at: ArrayLike, weights: ArrayLike | None,
        lasts: ArrayLike | None,
    ) -> None:  # fmt: skip
        self.amount = _numbers("amount", amount, 1)
        self.need = _numbers("need", need, 2)
        self.at = _numbers("at", at, 1)
        self.amount = np.minimum(self.amount, SPARE * float(self.need[:, -1].sum()))
        self.when = np.asarray(arrives, dtype=np.float64).reshape(len(self.amount), len(self.need))
        if np.isnan(self.when).any() or (self.when < 0).any():
            raise ValueError("arrives must hold hours of zero or more, infinite where there is no way, and no NaN.")
        if self.need.shape[1] != len(self.at) or (np.diff(self.at) < 0).any():
            raise ValueError("need must have a column for each moment, and the moments must rise.")
        if (np.diff(self.need, axis=1) < 0).any():
            raise ValueError("need is what has been needed so far: it cannot fall.")
        self.weight = np.ones(len(self.at)) if weights is None else _numbers("weights", weights, 1)
        self.lasts = np.full(len(self.amount), np.inf) if lasts is None else np.asarray(lasts, dtype=np.float64)
        self.total = self.need.sum(axis=0)
        used = self.weight.sum() if self.weight.sum() > 0 else 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            self.price = np.where(self.total > 0, self.weight / used / self.total, 0.0)
        wanted = self.need[:, -1] > 0
        self.source, self.area = np.nonzero(
            (self.when <= self.at[-1]) & (self.amount > 0)[:, None] & wanted[None, :]
        )  # what comes after the last moment serves nobody
        self.ways, self.cells = len(self.source), self.need.size

    def rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        """Each source's amount; each area's balance at each moment; what expires, no more than is used by then."""
        moments, ways = len(self.at), np.arange(self.ways)
        parts = [(self.source, ways, np.ones(self.ways))]
        low, high = [np.full(len(self.amount), -np.inf)], [self.amount]
        begin = len(self.amount)
        there = self.when[self.source, self.area][:, None] <= self.at[None, :] + 1e-9
        way, moment = np.nonzero(there)
        parts.append((begin + self.area[way] * moments + moment, way, np.ones(len(way))))
        cell = np.arange(self.cells)
        parts.append((begin + cell, self.ways + cell, np.ones(self.cells)))
        low.append(self.need.ravel())
        high.append(np.full(self.cells, np.inf))
        begin += self.cells
        for last in np.unique(self.lasts[self.source][np.isfinite(self.lasts[self.source])]):
            soon = np.flatnonzero(self.lasts[self.source] <= last)
            used = np.array([np.interp(last, [0.0, *self.at], [0.0, *row]) for row in self.need])
            parts.append((begin + self.area[soon], soon, np.ones(len(soon))))
            low.append(np.full(len(self.need), -np.inf))
            high.append(used)
            begin += len(self.need)
        rows, columns, values = (np.concatenate(each) for each in zip(*parts, strict=True))
        table = sparse.csr_array((values, (rows, columns)), shape=(begin, self.ways + self.cells))
        return table, np.concatenate(low), np.concatenate(high)

    def sizes(self) -> Floats:
        """What each column comes to at most."""
        return np.concatenate([np.minimum(self.amount[self.source], self.need[self.area, -1]), self.need.ravel()])

    def weighed(self, short: Floats) -> float:
        """The share that is missing, by the weights of the moments."""
        return float((short * self.price[None, :]).sum())

    def least(self) -> tuple[Floats, Floats]:
        """The plan that leaves the least missing, and what that is. Sending nothing is a plan, so that there is one."""
        table, low, high = self.rows()
        costs = np.concatenate([np.zeros(self.ways), np.tile(self.price, len(self.need))])
        found = optimum(costs, table, low, high, np.zeros(len(costs)), np.full(len(costs), np.inf),
                        amounts=self.sizes())  # fmt: skip
        if found is None:
            raise ValueError("No sharing was found: the solver gave no optimum.")
        return self._counted(found.values)

    def _counted(self, values: Floats) -> tuple[Floats, Floats]:
        """What is sent, no source giving more than it has, and what is then missing, counted again."""
        given = values[: self.ways]
        used = np.bincount(self.source, given, minlength=len(self.amount))
        part = np.divide(self.amount, used, out=np.ones(len(used)), where=used > self.amount)
        given = given * part[self.source]
        come = np.zeros(self.need.shape)
        there = self.when[self.source, self.area][:, None] <= self.at[None, :] + 1e-9
        np.add.at(come, self.area, given[:, None] * there)
        short = np.maximum(self.need - come, 0.0)
        short[short <= 1e-6 * self.need] = 0.0
        return given, short

    def fairest(self, given: Floats, short: Floats, missing: float) -> tuple[Floats, Floats]:
        """Among the plans that leave no more missing than this one, one that is fairest at each moment, and soonest."""
        table, low, high = self.rows()
        moments = len(self.at)
        reached = np.isin(np.arange(len(self.need)), self.area)
        some = (self.need > 0) & reached[:, None]
        cell = np.flatnonzero(some)
        width = self.ways + self.cells + moments
        tight = sparse.csr_array(
            (np.concatenate([np.ones(len(cell)), self.need.ravel()[cell]]),
             (np.tile(np.arange(len(cell)), 2),
              np.concatenate([self.ways + cell, self.ways + self.cells + cell % moments]))),
            shape=(len(cell), width),
        )  # fmt: skip
        worth = sparse.csr_array(
            (np.tile(self.price, len(self.need)), (np.zeros(self.cells, dtype=int), self.ways + np.arange(self.cells))),
            shape=(1, width),
        )
        wide = sparse.csr_array((table.data, table.indices, table.indptr), shape=(table.shape[0], width))
        soon = 1e-4 / (1 + self.when[self.source, self.area]) / max(float(self.amount.sum()), 1e-300)
        counts = np.where(self.weight > 0, 1.0, LATER)
        costs = np.concatenate([-soon, np.zeros(self.cells), -counts / counts.sum()])
        top = np.concatenate([np.full(self.ways + self.cells, np.inf), np.ones(moments)])
        found = optimum(
            costs, sparse.vstack([wide, tight, worth], format="csr"),
            np.concatenate([low, np.full(len(cell) + 1, -np.inf)]),
            np.concatenate([high, self.need.ravel()[cell], [missing * (1 + 1e-7) + 1e-9]]), np.zeros(width), top,
            amounts=np.append(self.sizes(), np.ones(moments)),
        )  # fmt: skip
        if found is None:
            return given, short
        fair = self._counted(found.values)
        return fair if self.weighed(fair[1]) <= missing + 1e-6 else (given, short)


def _numbers(name: str, given: ArrayLike, dimensions: int) -> Floats:
    values = np.array(given, dtype=np.float64)
    if values.ndim != dimensions or not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(f"{name} must hold finite numbers of zero or more in {dimensions} dimensions.")
    return values
