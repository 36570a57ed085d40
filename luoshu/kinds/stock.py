"""What of the stock can be used on a day: every lot with its usable units, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isfinite
from typing import TYPE_CHECKING

from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.stock_rules import StockRules, stock_rules
from luoshu.kinds.store import Store
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

GRACE = timedelta(days=1)
"""Days are written where the store stands and asked for elsewhere: a lot that came in today is not of the future."""


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """Units that do not count, and why: `reason` is its code, `says` the sentence."""

    amount: float
    reason: str
    says: Message


@dataclass(frozen=True, kw_only=True)
class Usable:
    """A lot on a day: `amount` units can be used; with those `withheld` they are all that stands there.

    `because` are all reasons against the lot, of which `withheld` names the first. What is under way is in neither.
    """

    lot: Lot
    item: Item | None
    store: Store | None
    amount: float
    withheld: tuple[Withheld, ...] = ()
    because: tuple[Message, ...] = ()

    @property
    def reason(self) -> str:
        """The code of the first reason against it, empty where all of it can be used."""
        return self.withheld[0].reason if self.withheld else ""


def available(book: Book, day: date) -> tuple[Usable, ...]:
    """Every lot of the book, with the desk's over it, and how much of it can be used on a day.

    No expired, damaged, reserved or uncounted unit counts, nor one whose state, last day, item or store is not known,
    nor what stands in a closed store or has not come in yet. Amounts are units of the item, never below zero.
    """
    return book.derived(("available", day), lambda of: _available(of, day), Item, Store, Lot, ShutStore)


def _available(book: Book, day: date) -> tuple[Usable, ...]:
    items, stores = {row.id: row for row in book.rows(Item)}, stores_on(book, day)
    rules = stock_rules(book, day)
    return tuple(usable(lot, items.get(lot.item), stores.get(lot.store), rules, day) for lot in book.rows(Lot))


def stores_on(book: Book, day: date) -> dict[str, Store]:
    """The stores by their code, those that are out of use on a day as closed."""
    shut = {row.store for row in book.rows(ShutStore) if row.shut(day)}
    return {row.id: replace(row, state="closed") if row.id in shut else row for row in book.rows(Store)}


def usable(lot: Lot, item: Item | None, store: Store | None, rules: StockRules, day: date) -> Usable:
    """How much of one lot can be used on a day, and why not the rest.

    >>> tent, shed = Item(id="tent", name="帐篷", unit="顶"), Store(id="a", name="A")
    >>> lot = Lot(id="1", item="tent", store="a", amount=10, reserved=3, condition="good", counted=date(2021, 7, 1))
    >>> found = usable(lot, tent, shed, StockRules(), date(2021, 7, 20))
    >>> found.amount, [(each.amount, each.reason) for each in found.withheld]
    (7.0, [(3.0, 'reserved')])
    """
    there, reserved = _units(lot.amount), min(_units(lot.reserved), _units(lot.amount))
    against = list(_against(lot, item, store, rules, day))
    because = tuple(says for _, says in against)
    if against:
        first = Withheld(amount=there, reason=against[0][0], says=against[0][1])
        return Usable(lot=lot, item=item, store=store, amount=0.0, withheld=(first,), because=because)
    if reserved <= 0:
        return Usable(lot=lot, item=item, store=store, amount=there)
    kept = Withheld(amount=reserved, reason="reserved", says=say("reserved or picked for somebody"))
    left = max(0.0, round(there - reserved, 6))
    return Usable(lot=lot, item=item, store=store, amount=left, withheld=(kept,), because=(kept.says,))


def _units(value: float) -> float:
    return float(value) if isfinite(value) and value > 0 else 0.0


def _against(
    lot: Lot, item: Item | None, store: Store | None, rules: StockRules, day: date
) -> Iterator[tuple[str, Message]]:
    """What speaks against a whole lot, the weightiest first."""
    if lot.expires is not None and lot.expires < day:
        yield "expired", say("expired on {day}", day=lot.expires)
    if lot.condition == "damaged":
        yield "damaged", say("damaged")
    if lot.condition not in ("good", "damaged"):
        yield "unchecked", say("nobody has said that it is in good condition")
    if lot.counted is None or lot.counted > day + GRACE:
        yield "uncounted", say("not counted yet")
    elif rules.recount_days is not None and (day - lot.counted).days > rules.recount_days:
        yield "count-too-old", say("last counted on {day}, more than {days} days ago", day=lot.counted,
                                   days=rules.recount_days)  # fmt: skip
    if item is None:
        yield "unknown-item", say("{item} does not stand in the catalogue", item=lot.item)
    elif item.shelf_life_days is not None and lot.expires is None:
        yield "no-expiry", say("it expires, and nobody has written when")
    if store is None:
        yield "unknown-store", say("{store} is no store of the book", store=lot.store)
    elif store.state == "candidate":
        yield "store-candidate", say("{store} is a candidate that nobody has opened", store=store.name or store.id)
    elif store.state != "open":
        yield "store-closed", say("{store} is closed", store=store.name or store.id)
    if lot.received is not None and lot.received > day + GRACE:
        yield "not-yet", say("comes in on {day}", day=lot.received)


def first_out(lots: Iterable[Usable]) -> list[Usable]:
    """The lots of which something can be used, in the order in which they leave: first expired, first out.

    What never expires leaves last; of what expires on one day, the older comes first.
    """
    return sorted((each for each in lots if each.amount > 0), key=_leaves)


def next_out(lots: Iterable[Usable]) -> Usable | None:
    """The lot that leaves first; None where nothing can be used."""
    return min((each for each in lots if each.amount > 0), key=_leaves, default=None)


def _leaves(each: Usable) -> tuple[date, date, str]:
    return each.lot.expires or date.max, each.lot.received or date.max, each.lot.id


def taken(lots: Iterable[Usable], units: float) -> list[tuple[Usable, float]]:
    """How so many units are taken from lots, first expired, first out; fewer where there are not so many."""
    found, left = [], units
    for each in first_out(lots):
        if left <= 0:
            break
        part = min(each.amount, left)
        found.append((each, part))
        left = round(left - part, 6)
    return found


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One item in one store: units by what they are (`withheld` by reason), those soon to expire among `available`."""

    item: str
    store: str
    available: float
    expiring: float
    withheld: Mapping[str, float]
    under_way: float
    next_expiry: date | None
    lots: int

    @property
    def total(self) -> float:
        """All that stands there."""
        return round(self.available + sum(self.withheld.values()), 6)


def holdings(lots: Iterable[Usable], day: date, warn_days: int = 90) -> tuple[Holding, ...]:
    """Lots summed by item and store, in the order in which they first stand."""
    groups: dict[tuple[str, str], list[Usable]] = {}
    for each in lots:
        groups.setdefault((each.lot.item, each.lot.store), []).append(each)
    return tuple(_holding(item, store, some, day, warn_days) for (item, store), some in groups.items())


def _holding(item: str, store: str, lots: list[Usable], day: date, warn_days: int) -> Holding:
    withheld: dict[str, float] = {}
    for each in lots:
        for part in each.withheld:
            if part.amount > 0:
                withheld[part.reason] = round(withheld.get(part.reason, 0.0) + part.amount, 6)
    ahead = [each for each in lots if each.amount > 0 and each.lot.expires is not None]
    soon = [each.amount for each in ahead if each.lot.expires and each.lot.expires <= day + timedelta(days=warn_days)]
    return Holding(
        item=item,
        store=store,
        available=round(sum(each.amount for each in lots), 6),
        expiring=round(sum(soon), 6),
        withheld=withheld,
        under_way=round(sum(_units(each.lot.under_way) for each in lots), 6),
        next_expiry=min((each.lot.expires for each in ahead if each.lot.expires), default=None),
        lots=len(lots),
    )
