"""Dispatch: what leaves which depot for which area when, so that waiting costs least; with a bound on any plan."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from luoshu.methods.dispatch_model import Floats, Orders, Wholes, orders
from luoshu.methods.linear import WHOLE, own_unit


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Who sends what to whom, what then still waits, and what no plan can cost less than.

    Shipments are five lists of one length: ``depot``, ``area``, ``item``, ``period`` (when it leaves) and ``amount``
    (units, not rounded to whole ones). ``arriving``, ``waiting`` (areas, items, periods): what comes in a period, and
    what is missing at its end of all that was needed until then. ``unmet`` (areas, items): missing at the end of the
    last period. ``share`` (areas): of the need of all items, by weight, what has come by the end (NaN: no need).
    ``promptness`` (areas): of what each period's end asks for by weight, what was there in time.
    ``objective``: weight times units times periods of waiting, with what is never served and the ways; ``bound``: no
    plan costs less, computed here from prices (weak duality). ``method``: program (to the optimum) or prices.
    ``fair`` (areas, items): the share that no plan can give an area without giving a worse-served one less, if fair
    shares were asked for (else None); ``fairness``: kept (every area has it), part (the part of it that the limits of
    depots allow), penalty (too large a problem: a penalty only), none. As counted in the plan itself.
    """

    depot: Wholes
    area: Wholes
    item: Wholes
    period: Wholes
    amount: Floats
    arriving: Floats
    waiting: Floats
    unmet: Floats
    share: Floats
    promptness: Floats
    objective: float
    bound: float
    method: str
    fair: Floats | None = None
    fairness: str = "none"

    @property
    def gap(self) -> float:
        """How much of the cost could at most still be saved, as a share of it."""
        return max(0.0, self.objective - self.bound) / self.objective if self.objective > 0 else 0.0


def dispatch(
    need: ArrayLike,
    stock: ArrayLike,
    travel: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    never: float | None = None,
    costs: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    sizes: ArrayLike | None = None,
    first: float = 0.0,
    extra: float = 0.0,
    lost: bool = False,
    cut_off: bool = False,
    fair: bool = False,
    accept: float = 0.003,
    rounds: int = 3000,
    exact_columns: int = 100_000,
    seconds: float = 60.0,
    trace: Any = None,
) -> Dispatch:
    """The plan of least waiting over time: a linear program, solved to its optimum or within a certified gap.

    ``need`` (areas, items, periods): units that are newly needed in a period; what is not there waits and is carried
    over. ``stock`` (depots, items, periods): units that come to a depot at the start of a period (those on hand in
    period 0, producers' deliveries later). ``travel`` (depots, areas): periods on the way, rounded up to whole ones; 0
    arrives in the period it leaves in, infinity: no way. What comes ahead of its need is kept in the area.

    ``weights`` (areas, items; or items): what a unit that waits at the end of a period costs. ``never``: a unit still
    missing at the end costs as much as so many further periods of waiting (default: as many as there are periods).
    ``costs`` (depots, areas): cost of one unit of size on the way. ``sizes`` (items) and ``capacity`` (depots, or
    depots by periods): what can leave a depot in a period, in units of size (tonnes, cubic metres, lorry loads).

    Fairness is a stated penalty: missing any of the ``first`` part of a need (0.5: the first half) costs ``extra``
    times the weight on top, so that no area gets its second half while others lack their first (if ways allow).

    ``fair=True``: of each item the smallest share that an area has by the end is first made as large as it can be, then
    the next smallest, and so on; only then waiting is made least. An area that nothing reaches takes nothing from the
    others. Items without a common limit are solved one by one, each up to ``exact_columns``; beyond, and where gates
    hold too large a problem together, it is a penalty only, which ``fairness`` says. Not with ``lost`` or ``extra``.

    ``lost=True``: what is not there in its period is lost, not carried over (a hot meal, a night's bed), at ``weights``
    a unit once; ``waiting`` then holds what has been lost until then, and ``never`` says nothing.

    Up to ``exact_columns`` possible shipments HiGHS solves it whole within ``seconds``; beyond (or after), first-order
    steps on the prices of stock and room, until the gap is at most ``accept`` or ``rounds`` are over.

    ValueError for amounts below zero or not finite, shapes that do not fit, and needs that no depot has a way to
    (``cut_off=True``: such a need stays, and counts as waiting).

    >>> plan = dispatch(need=[[[4, 0, 0]], [[2, 0, 0]]], stock=[[[3, 0, 2]]], travel=[[0, 1]], weights=[[1], [5]])
    >>> list(zip(plan.area.tolist(), plan.period.tolist(), plan.amount.tolist()))
    [(0, 0, 1.0), (0, 2, 2.0), (1, 0, 2.0)]
    >>> plan.waiting[:, 0].tolist(), plan.unmet.tolist(), plan.share.tolist()
    ([[3.0, 3.0, 1.0], [2.0, 0.0, 0.0]], [[1.0], [0.0]], [0.75, 1.0])
    >>> plan.objective, plan.bound, plan.method
    (20.0, 20.0, 'program')
    """
    given = orders(
        need, stock, travel, weights=weights, never=never, costs=costs, capacity=capacity, sizes=sizes, first=first,
        extra=extra, lost=lost, cut_off=cut_off,
    )  # fmt: skip
    if not 0 <= accept < 1:
        raise ValueError(f"accept is {accept}, and must be a share from 0 to below 1.")
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}, and must be 1 or more.")
    if fair and (lost or extra):
        raise ValueError("Fair shares are of needs that wait, without a first part: leave out lost and extra.")
    given, units, money = _in_own_units(given)
    plan = _planned(given, fair, accept, rounds, exact_columns, seconds, trace)
    areas = units[None, :, None]
    return replace(
        plan, amount=plan.amount * units[plan.item], arriving=plan.arriving * areas, waiting=plan.waiting * areas,
        unmet=plan.unmet * units, objective=plan.objective * money, bound=plan.bound * money,
    )  # fmt: skip


def _in_own_units(given: Orders) -> tuple[Orders, Floats, float]:
    """The same problem with each item counted so that about a thousand are needed, and costs so that a unit's is about
    one: units of each item and money in one of the program's."""
    units = np.array([own_unit(each) for each in given.need.sum(axis=(1, 2)).tolist()])
    wait = given.wait * units[:, None, None]
    money = own_unit(float(wait.max(initial=0.0)) * WHOLE)
    scaled = replace(
        given, need=given.need / units[:, None, None], stock=given.stock / units[:, None, None], wait=wait / money,
        sizes=given.sizes * units, cost=given.cost * units[given.item] / money,
    )  # fmt: skip
    return scaled, units, money


def _planned(
    given: Orders, fair: bool, accept: float, rounds: int, exact_columns: int, seconds: float, trace: Any
) -> Dispatch:
    if not len(given.item):
        empty = np.zeros((0, given.periods))
        value = given.value(np.zeros(given.need.shape), 0.0)
        return _answer(given, empty, value, "program")
    if fair:
        return _fairly(given, accept, rounds, exact_columns, seconds, trace)
    if given.columns <= exact_columns:
        found = _whole(given, seconds)
        if found is not None:
            return found
    from luoshu.methods.dispatch_prices import by_prices

    priced = by_prices(given, accept=accept, rounds=rounds, trace=trace)
    plan = priced.plan
    if given.lost and priced.objective - priced.bound > accept * priced.objective:
        from luoshu.methods.dispatch_items import item_by_item

        plan = item_by_item(given, plan, accept=accept, bound=priced.bound, seconds=seconds)
    return _answer(given, plan, priced.bound, "prices")


PARTS = (1.0, 0.98, 0.9, 0.75, 0.5)
"""What part of the fair shares is tried where limits of depots may not allow them whole."""
TELLS = 1e-5
"""What part of a need behind its fair share is told apart from solvers' roundings."""
SPELL = 4
"""How many times its part of the time one item of many may take: few do."""
FIRST = 2.0
"""What missing the first part costs on top where fair shares are only a penalty."""


def _fairly(given: Orders, accept: float, rounds: int, exact_columns: int, seconds: float, trace: Any) -> Dispatch:
    """First the fair shares, then the least waiting of the plans that keep them."""
    from luoshu.methods.dispatch_fair import fair_shares
    from luoshu.methods.dispatch_prices import by_prices

    fair = fair_shares(given)
    shares, total = fair.share, given.need.sum(axis=2)
    for part in PARTS if not fair.exact else PARTS[:2]:
        most = np.where(total > 0, total * (1 - np.nan_to_num(shares) * part) + 1e-7 * total, 0.0)
        if given.columns <= exact_columns:
            found = _whole(given, seconds, most)
        else:
            found = _one_by_one(given, most, exact_columns, seconds) if fair.exact else None
        if found is not None and _short(found, shares, total) <= 1 - part + TELLS:
            return replace(found, fair=shares.T, fairness="kept" if part == 1 else "part")
        if given.columns > exact_columns:
            break
    tier = float(np.nanmin(np.where(shares > 0, shares, np.nan), initial=1.0))
    leant = replace(given, tier=tier, extra=FIRST)
    priced = by_prices(leant, accept=accept, rounds=rounds, trace=trace)
    found = _answer(leant, priced.plan, priced.bound, "prices")
    kept = _short(found, shares, total) <= TELLS
    return replace(found, fair=shares.T, fairness="kept" if kept and fair.exact else "penalty")


def _short(plan: Dispatch, shares: Floats, total: Floats) -> float:
    """By how much of its need an area stays behind its fair share at most, as counted in the plan itself."""
    got = 1 - np.divide(plan.unmet.T, total, out=np.zeros(total.shape), where=total > 0)
    return float(np.nan_to_num(shares - got).max(initial=0.0))


def _one_by_one(given: Orders, most: Floats, exact_columns: int, seconds: float) -> Dispatch | None:
    """The optimum of items that share no limit, each alone; None where one of them is too large or takes too long.

    Their bounds add up.
    """
    from luoshu.methods.dispatch_items import item_alone

    plan, bound = np.zeros((len(given.item), given.periods)), 0.0
    free = replace(given, capacity=np.full(given.capacity.shape, np.inf))
    sizes = [int((given.periods - given.delay[given.item == number]).sum()) for number in range(len(given.need))]
    if max(sizes) > exact_columns:
        return None
    for number, size in enumerate(sizes):
        own = np.flatnonzero(given.item == number)
        alone = item_alone(free, number, own, free.capacity)
        if not len(own):
            bound += alone.value(np.zeros(alone.need.shape), 0.0)
            continue
        found = _solved(alone, seconds * min(1.0, SPELL * size / sum(sizes)), most[[number]])
        if found is None:
            return None
        plan[own] = found[0]
        bound += found[1]
    return _answer(given, plan, bound, "program")


def _whole(given: Orders, seconds: float, most: Floats | None = None) -> Dispatch | None:
    """The optimum by HiGHS as an answer; None where there is none in time."""
    found = _solved(given, seconds, most)
    return None if found is None else _answer(given, found[0], found[1], "program")


def _solved(given: Orders, seconds: float, most: Floats | None = None) -> tuple[Floats, float] | None:
    """The best plan by HiGHS, with our own bound from its prices rather than its word.

    What ``most`` presses on is paid for in the last period's waiting, and given back (Lagrange).
    """
    from luoshu.methods.dispatch_exact import by_program
    from luoshu.methods.dispatch_kernel import bound_at

    found = by_program(given, seconds=seconds, most=most)
    if found is None:
        return None
    plan, stock_prices, room_prices, pressed = found
    start = np.searchsorted(given.item, np.arange(len(given.need) + 1))
    wait, back = given.wait, 0.0
    if most is not None:
        wait = wait.copy()
        wait[:, :, -1] += pressed
        back = float((pressed * most).sum())
    bound = bound_at(
        (given.item, given.depot, given.area, given.delay, given.cost, start), given.need, wait, given.extra,
        given.tier, given.lost, given.stock, given.capacity, given.sizes, stock_prices, room_prices,
    )  # fmt: skip
    return plan, float(bound) - back


def _answer(given: Orders, plan: Floats, bound: float, method: str) -> Dispatch:
    from luoshu.methods.dispatch_prices import arrivals, trimmed

    plan = trimmed(given, plan) if len(plan) else plan
    arriving = arrivals(given, plan) if len(plan) else np.zeros(given.need.shape)
    objective = given.value(arriving, float((plan.sum(axis=1) * given.cost).sum()))
    asked = np.cumsum(given.need, axis=2)
    waiting = given.missing(arriving)
    waiting[waiting <= 1e-9 * asked] = 0.0
    weight = given.wait[:, :, 0]
    whole, timely = (weight[:, :, None] * asked).sum(axis=(0, 2)), (weight[:, :, None] * waiting).sum(axis=(0, 2))
    total, missing = (weight * asked[:, :, -1]).sum(axis=0), (weight * waiting[:, :, -1]).sum(axis=0)
    lane, leaves = np.nonzero(plan > 1e-9)
    order = np.lexsort((leaves, given.item[lane], given.area[lane], given.depot[lane]))
    lane, leaves = lane[order], leaves[order]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, 1 - missing / total, np.nan)
        promptness = np.where(whole > 0, 1 - timely / whole, np.nan)
    return Dispatch(
        depot=given.depot[lane], area=given.area[lane], item=given.item[lane], period=leaves.astype(np.int64),
        amount=plan[lane, leaves], arriving=arriving.transpose(1, 0, 2), waiting=waiting.transpose(1, 0, 2),
        unmet=waiting[:, :, -1].T, share=share, promptness=promptness, objective=objective,
        bound=min(bound, objective), method=method,
    )  # fmt: skip
