"""What to do next for a reserve: what to count, renew, buy and hold where, what to rotate; each gain gauged anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Move, Plan, Reason
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.position import positions
from luoshu.kinds.reserve_figures import maybe
from luoshu.kinds.reserve_state import Held, Picture, picture
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.stock import available
from luoshu.kinds.stock_rules import stock_rules
from luoshu.kinds.store import Store
from luoshu.kinds.supplying import hours_between, item_name
from luoshu.words.message import Message, amount, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

STEPS = 14
"""Halvings by which the share that a budget can pay for is found."""
SEEN_TO = frozenset({"unchecked", "uncounted", "count-too-old"})
"""Reasons that a look at the store can remove."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do, and the rows that lie over the book once it is done."""

    does: Message
    group: str
    rows: Mapping[type, tuple[Any, ...]]
    cost: float | None = 0.0
    table: str = ""
    row: str = ""
    lon: float | None = None
    lat: float | None = None
    because: tuple[Reason, ...] = ()


def reserve_plan(reserve: Reserve, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    """What to do for a reserve under a budget; None where nothing is known, or nothing lacks and nothing expires.

    Kept by the book, since pages and commands ask for it again.
    """
    key = ("reserve plan", replace(reserve, history={}), day, budget, count)
    return book.derived(key, lambda each: _plan(reserve, each, day, budget, count), *reserve.needs)


def _plan(reserve: Reserve, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    if count is not None and count < 0:
        raise ValueError(f"count is {count}, and must be zero or more.")
    seen = picture(reserve, book, day)
    if isinstance(seen, Message):
        return None
    steps: list[Step] = []
    notes: list[Reason] = []
    if seen.met < 1:
        steps += _looked_at(seen, book, day)
        steps += _renewed(seen, book, day)
        after = _over(book, steps)
        better = picture(reserve, after, day)
        if isinstance(better, Picture) and better.met < 1:
            bought, told = _held_more(better, after, day, budget)
            steps += bought
            notes += told
    steps += _rotated(seen, book, day)
    if not steps:
        return None
    moves = _gauged(reserve, book, day, seen, steps if count is None else steps[:count])
    gain = sum(move.gain or 0.0 for move in moves)
    return Plan(moves=tuple(moves), gain=gain, bound=max(1.0 - seen.met, gain), because=tuple(notes), problem="reserve",
                certified=None if gain >= 1 - seen.met - 1e-9 else _missed(seen, gain), together=True)  # fmt: skip


def _missed(seen: Picture, gain: float) -> float:
    """What part of all that could be gained is not."""
    return min(1.0, (1 - seen.met - gain) / (1 - seen.met))


def _over(book: Book, steps: list[Step]) -> Book:
    for step in steps:
        book = book.over(step.rows)
    return book


def _gauged(reserve: Reserve, book: Book, day: date, seen: Picture, steps: list[Step]) -> list[Move]:
    """Each step as a move whose gain was gauged on the book with it and those before it."""
    before = seen.met
    moves = []
    for step in steps:
        book = book.over(step.rows) if step.rows else book
        found = picture(reserve, book, day) if step.rows else seen
        after = max(before, found.met) if isinstance(found, Picture) and step.rows else before
        moves.append(
            Move(
                commitment=reserve.id, does=maybe(step.does, seen.estimate and bool(step.rows)), cost=step.cost,
                gain=after - before, group=step.group, because=step.because, table=step.table, row=step.row,
                lon=step.lon, lat=step.lat,
            )
        )  # fmt: skip
        before = after
    return moves


def _looked_at(seen: Picture, book: Book, day: date) -> Iterator[Step]:
    """Lots of short goods that do not count since nobody has looked at them: counted and found good, they would."""
    items = {item for held in seen.held if held.share < 1 - 1e-9 for item in held.good.items}
    for each in sorted(available(book, day), key=lambda one: (-one.lot.amount, one.lot.id)):
        lot = each.lot
        if each.reason not in SEEN_TO or lot.item not in items or lot.condition == "damaged" or each.store is None:
            continue
        seen_to = replace(lot, counted=day, condition="good")
        if (lot.expires is not None and lot.expires < day) or each.store.state != "open":
            continue
        says = say("Count and look at {amount:g} {item} at {where}: they count once they are found good",
                   amount=lot.amount, item=item_name(book, lot.item), where=named(each.store.name))  # fmt: skip
        yield Step(does=says, group="count", rows={Lot: (seen_to,)}, table="lot", row=lot.id,
                   because=(Reason(says=each.because[0]),) if each.because else ())  # fmt: skip


def _renewed(seen: Picture, book: Book, day: date) -> Iterator[Step]:
    """Agreements that have ended, or whose stock nobody has seen, of goods that are short."""
    items = {item for held in seen.held if held.share < 1 - 1e-9 for item in held.good.items}
    recount = stock_rules(book, day).recount_days
    for row in book.rows(Agreement):
        if row.item not in items:
            continue
        ended = row.until is not None and row.until < day
        unseen = (
            row.counted is None or row.counted > day or (recount is not None and (day - row.counted).days > recount)
        )
        name = named(row.name)
        if ended:
            says = say("Sign the agreement with {name} again: {item}", name=name, item=item_name(book, row.item))
        elif unseen and row.daily_stock > 0:
            says = say("See the stock that {name} keeps: {item}", name=name, item=item_name(book, row.item))
        else:
            continue
        fresh = replace(row, until=None if ended else row.until, counted=day)
        yield Step(does=says, group="agreement", rows={Agreement: (fresh,)}, table="agreement", row=row.id)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shops:
    """Open stores with a known place: the hours at which what they held in addition would be in each area."""

    stores: tuple[Store, ...]
    hours: np.ndarray
    lon: np.ndarray
    lat: np.ndarray


def _shops(seen: Picture, book: Book, day: date) -> _Shops:
    shut = {row.store for row in book.rows(ShutStore) if row.shut(day)}
    rows = [row for row in book.rows(Store) if row.state == "open" and row.id not in shut]
    where = positions(rows, book)
    good = [n for n in range(len(rows)) if where.good[n]] if not seen.moments.ready else list(range(len(rows)))
    stores = tuple(rows[n] for n in good)
    lon, lat = where.lon[good], where.lat[good]
    if seen.moments.ready:
        return _Shops(stores=stores, hours=np.zeros((len(stores), len(seen.areas))), lon=lon, lat=lat)
    hours, _, _ = hours_between(
        book, day, zip(lon, lat, strict=True), [each.lon for each in seen.areas], [each.lat for each in seen.areas]
    )
    ready = np.array([store.hours_to_open for store in stores])
    return _Shops(stores=stores, hours=hours + ready[:, None], lon=lon, lat=lat)


def _held_more(
    seen: Picture, book: Book, day: date, budget: float | None
) -> tuple[list[Step], list[Reason]]:  # fmt: skip
    """What to buy and where to hold it, so that the weakest good gets as strong as the budget pays for."""
    shops = _shops(seen, book, day)
    if not shops.stores:
        says = say("There is no open store with a known place, so that nothing more can be held")
        return [], [Reason(says=says, tone="warn")]
    short = [held for held in sorted(seen.held, key=lambda each: each.share) if held.share < 1 - 1e-9]
    notes: list[Reason] = []
    prices = {held.line.good: _price(held, book) for held in short}
    free = [held for held in short if prices[held.line.good][1] is None]
    if budget is not None and free:
        names = "、".join(held.line.name for held in free)
        says = say("Goods without a price in the catalogue are left out under a budget: {names}", names=names)
        notes.append(Reason(says=says, tone="warn"))
        short = [held for held in short if held not in free]
    target = _reached(short, shops, prices, budget)
    steps: list[Step] = []
    for held in short:
        units, cost = _bought(held, shops, prices, target)
        if not isfinite(cost):
            says = say("No stock in these stores would bring {good} everywhere in time", good=held.line.name)
            notes.append(Reason(says=says, tone="warn"))
            continue
        steps += _holds(held, shops, units, prices[held.line.good], book, day, ceil if budget is None else floor)
    if steps:
        says = say("Where to hold what is bought is chosen to cost the least for what it brings (a linear program, "
                   "solved to its optimum); whole units, room in the stores and what a purchase takes in time are not "
                   "in it")  # fmt: skip
        notes.append(Reason(says=says))
        says = say("A promise is as good as its weakest good: what is bought of one may show its gain only with the "
                   "others")  # fmt: skip
        notes.append(Reason(says=says))
    return steps, notes


def _price(held: Held, book: Book) -> tuple[str, float | None, float]:
    """The item to buy of a good, its price, and units of the good in one: the cheapest with a price, else any."""
    rows = [row for row in book.rows(Item) if row.id in held.good.items]
    if not rows:
        return held.line.good, None, 1.0
    priced = [row for row in rows if row.price is not None]
    best = min(priced, key=lambda row: (row.price or 0) / held.good.items[row.id]) if priced else rows[0]
    return best.id, best.price, held.good.items[best.id]


def _reached(
    short: list[Held], shops: _Shops, prices: Mapping[str, tuple[str, float | None, float]], budget: float | None
) -> float:
    """The largest share that the budget can bring every short good to."""
    if budget is None:
        return 1.0

    def cost(share: float) -> float:
        return sum(_bought(held, shops, prices, share)[1] for held in short)

    if cost(1.0) <= budget:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(middle) <= budget else (low, middle)
    return low


def _bought(
    held: Held, shops: _Shops, prices: Mapping[str, tuple[str, float | None, float]], share: float
) -> tuple[np.ndarray, float]:
    """Units of the good to add in each store for a share of the promise, and their cost (without a price: in units)."""
    from luoshu.methods.sharing_out import top_up

    _, price, times = prices[held.line.good]
    each = np.full(len(shops.stores), (price if price is not None else 1.0) / times)
    allowed = 1.0 if share <= held.share else (1 - share) * (1 - 1e-6)
    found = top_up(held.amount, held.arrives, held.asked, held.at, shops.hours, each, allowed=allowed,
                   weights=held.weights, lasts=held.lasts)  # fmt: skip
    return found.units, found.cost


def _holds(
    held: Held, shops: _Shops, units: np.ndarray, priced: tuple[str, float | None, float], book: Book, day: date,
    whole_of: Callable[[float], int],
) -> Iterator[Step]:  # fmt: skip
    item, price, times = priced
    if item not in {row.id for row in book.rows(Item)}:
        says = say("Take {good} into the catalogue and buy it: at least {amount} are needed", good=held.line.name,
                   amount=amount(float(ceil(units.sum() - 1e-6)), held.line.unit))  # fmt: skip
        yield Step(does=says, group="buy", rows={}, cost=None)
        return
    for number in np.argsort(-units, kind="stable"):
        if units[number] <= 1e-6:
            continue
        slack = 1e-6 if whole_of is ceil else -1e-6
        whole = float(whole_of(units[number] / times - slack))  # under a budget nothing is bought beyond it
        if whole <= 0:
            continue
        store = shops.stores[int(number)]
        lot = Lot(id=f"plan-{item}-{store.id}", item=item, store=store.id, amount=whole, condition="good", counted=day,
                  expires=day + timedelta(days=3650))  # fmt: skip
        unit = next((row.unit for row in book.rows(Item) if row.id == item), "")
        says = say("Hold {amount} more of {item} at {where}", amount=amount(whole, unit), item=item_name(book, item),
                   where=named(store.name))  # fmt: skip
        yield Step(
            does=says, group="buy", rows={Lot: (lot,)}, cost=None if price is None else price * whole, table="store",
            row=store.id, lon=float(shops.lon[number]), lat=float(shops.lat[number]),
        )  # fmt: skip


def _rotated(seen: Picture, book: Book, day: date) -> Iterator[Step]:
    """What expires soon: to be used elsewhere and bought anew before its last day."""
    items = {item for held in seen.held for item in held.good.items}
    warn = stock_rules(book, day).warn_days
    soon = [each for each in available(book, day)
            if each.amount > 0 and each.lot.item in items and each.lot.expires
            and each.lot.expires <= day + timedelta(days=warn)]  # fmt: skip
    for each in sorted(soon, key=lambda one: (one.lot.expires or day, one.lot.id)):
        says = say("Use {amount:g} {item} at {where} elsewhere and replace them before {day}, their last day",
                   amount=each.amount, item=item_name(book, each.lot.item), day=each.lot.expires,
                   where=named(each.store.name if each.store else each.lot.store))  # fmt: skip
        yield Step(does=says, group="rotate", rows={}, table="lot", row=each.lot.id)
