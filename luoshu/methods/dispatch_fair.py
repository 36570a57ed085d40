"""Fair shares of what is scarce: the largest smallest share of each item, then of all areas that could have more."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.dispatch_model import Floats, Orders, Wholes
from luoshu.methods.fair_flow import shares_alone
from luoshu.methods.linear import optimum

MOST_ROUNDS = 60
"""So many times the smallest share is raised; areas that could then still have more are left at what they had."""

YIELDS = (1e-9, 1e-7, 1e-5)
"""By such parts what was reached gives way where no plan is found that keeps it: the solver's tolerance is 1e-7."""


@dataclass(frozen=True, kw_only=True)
class Fair:
    """The share of its need that each area can be promised by the end (items, areas; NaN: no need).

    ``exact``: no plan gives the worst-served area more, then the next worst, and so on (lexicographic max-min). Else,
    with limits on what leaves depots, only what may have left by each period in all was looked at, and rounds that
    broke off leave what they had reached: these are then shares to aim at, neither a promise nor a bound.
    """

    share: Floats
    exact: bool


def fair_shares(given: Orders) -> Fair:
    """What the areas could be promised of each item if the smallest share comes first, then the next smallest.

    Items without a common limit do not touch each other and are settled one by one, exactly (``fair_flow``); the others
    by linear programs on what reaches an area in all (Megiddo 1974; Ogryczak 2014): a unit that is needed at the end
    may leave as late as its way allows, so that what a depot can send is limited for each latest hour of leaving by
    all that has come to it, or may have left it, until then.
    """
    total = given.need.sum(axis=2)
    share = np.where(total > 0, 0.0, np.nan)
    settled, together = True, bound_together(given)
    for item in np.flatnonzero(~together):
        lanes = np.flatnonzero(given.item == item)
        if len(lanes):
            found, proven = shares_alone(given, lanes, total[item])
            share[item] = np.where(total[item] > 0, found, np.nan)
            settled &= proven
    lanes = np.flatnonzero(together[given.item])
    if len(lanes):
        _raise(given, lanes, total, share, True)
        settled = False
    return Fair(share=share, exact=settled)


def bound_together(given: Orders) -> NDArray[np.bool_]:
    """Which items share a limit at a depot's gate that could hold any of them back (items)."""
    size = given.sizes[given.item]
    load = np.einsum("idt,i->dt", given.stock, given.sizes)
    tight = given.capacity.min(axis=1) < load.sum(axis=1)  # a gate that lets all of it out at once holds nobody
    together = np.zeros(len(given.need), dtype=bool)
    together[given.item[(size > 0) & tight[given.depot]]] = True
    return together


def _raise(given: Orders, lanes: Wholes, total: Floats, share: Floats, limited: bool) -> bool:
    """Fill in the shares of these lanes' items: round by round the areas that cannot have more are settled.

    Gives whether all of them were.
    """
    areas = total.shape[1]
    pair, at = np.unique(given.item[lanes] * areas + given.area[lanes], return_inverse=True)
    item, area = pair // areas, pair % areas
    which, number = np.unique(item, return_inverse=True)
    fixed, low = np.zeros(len(pair), dtype=bool), np.zeros(len(pair))
    fixed_rows = _limits(given, lanes, limited)
    for _ in range(MOST_ROUNDS):
        found = _round(given, lanes, at, total[item, area], number, len(which), fixed_rows, fixed, low)
        if found is None:
            break
        level, price = found
        reached = level[number]
        done = ~fixed & ((price > 1e-9) | (reached >= 1 - 1e-9))
        low[~fixed] = np.maximum(low, np.minimum(reached, 1.0))[~fixed]
        if not done.any():
            break
        fixed |= done
        if fixed.all():
            break
    share[item, area] = low
    return bool(fixed.all())


def _limits(given: Orders, lanes: Wholes, limited: bool) -> tuple[sparse.csr_array, Floats]:
    """Rows over lanes: what may leave each depot, of each item, and in all, by each latest period of leaving."""
    depots, last = given.stock.shape[1], given.periods - 1 - given.delay[lanes]
    rows: list[Wholes] = []
    columns: list[Wholes] = []
    values: list[Floats] = []
    most: list[float] = []
    sets = [(given.item[lanes] * depots + given.depot[lanes], np.ones(len(lanes)), False)]
    if limited:
        sets.append((given.depot[lanes], given.sizes[given.item[lanes]], True))
    for group, size, room in sets:
        for one in np.unique(group):
            members = np.flatnonzero(group == one)
            item, depot = divmod(int(one), depots)
            come = np.cumsum(given.capacity[int(one)] if room else given.stock[item, depot])
            for period in np.unique(last[members]):
                if not np.isfinite(come[period]):
                    continue
                inside = members[last[members] <= period]
                rows.append(np.full(len(inside), len(most)))
                columns.append(inside)
                values.append(size[inside])
                most.append(float(come[period]))
    table = sparse.csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(len(most), len(lanes))
    )
    return table, np.array(most)


def _round(
    given: Orders, lanes: Wholes, at: Wholes, need: Floats, number: Wholes, items: int,
    limits: tuple[sparse.csr_array, Floats], fixed: NDArray[np.bool_], low: Floats,
) -> tuple[Floats, Floats] | None:  # fmt: skip
    """The largest smallest share of each item among the areas not yet settled, and the price of each such area's row.

    None where the solver finds no plan that gives everybody what was reached before. Columns: lanes, the share of each
    pair of item and area, the smallest share of each item.
    """
    pairs, ways = len(need), len(lanes)
    limit, most = limits
    shares, least = ways + np.arange(pairs), ways + pairs + number
    width = ways + pairs + items
    one, lane = np.arange(pairs), np.arange(ways)
    rows = np.concatenate([at, one, pairs + one, pairs + one])
    columns = np.concatenate([lane, shares, shares, least])
    values = np.concatenate([1.0 / need[at], -np.ones(pairs), np.ones(pairs), np.where(fixed, 0.0, -1.0)])
    head = sparse.csr_array((values, (rows, columns)), shape=(2 * pairs, width))
    tail = sparse.csr_array((limit.data, limit.indices, limit.indptr), shape=(limit.shape[0], width))
    costs = np.concatenate([np.zeros(ways + pairs), -np.ones(items)])
    table = sparse.vstack([head, tail], format="csr")
    row_low = np.concatenate([np.zeros(2 * pairs), np.full(len(most), -np.inf)])
    row_high = np.concatenate([np.zeros(pairs), np.full(pairs, np.inf), most])
    high = np.concatenate([np.full(ways, np.inf), np.ones(pairs), np.ones(items)])
    for yields in YIELDS:
        floor = np.concatenate([np.zeros(ways), low * (1 - yields), np.zeros(items)])
        answer = optimum(costs, table, row_low, row_high, floor, high)
        if answer is not None:
            price = np.abs(answer.prices[pairs : 2 * pairs])
            return answer.values[ways + pairs :], np.where(fixed, 0.0, price)
    return None
