"""From where reserves can leave: usable lots by store, what producers keep and what they make, with where and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.book.problem import Source
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Reason
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.position import positions
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.stock import available
from luoshu.kinds.stock_rules import stock_rules
from luoshu.kinds.store import Store
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.needing import Line

Floats = NDArray[np.float64]
TABLES: tuple[type, ...] = (Item, Store, ShutStore, Lot, Agreement)
DAYS = 30
BATCHES = (*(12.0 * half for half in range(1, 7)), *(24.0 * day for day in range(4, DAYS + 1)))
"""Hours at which what a producer has made since leaves the works: twice a day for three days, then daily."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """So many units of an item that can leave a place `ready` hours after the call, usable until `until` (None: keeps).

    `sort`: lot (on hand), kept (stock at a producer's), made (produced). `id` is the lot or agreement, `place` where it
    stands as "store:ID" or "agreement:ID"; `lon`, `lat` in WGS-84 degrees, NaN where that is not known.
    """

    sort: str
    id: str
    item: str
    amount: float
    place: str
    name: str
    lon: float
    lat: float
    ready: float = 0.0
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Uncounted:
    """Units that are not counted, and why; `where` is the store or producer."""

    item: str
    amount: float
    where: str
    reason: str
    says: Message
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that could be sent on a day, and all that is left out with its reason. `told`: any table has a row at all."""

    origins: tuple[Origin, ...]
    uncounted: tuple[Uncounted, ...]
    told: bool
    because: tuple[Reason, ...] = ()


def standing_stock(book: Book, day: date) -> Standing:
    """What could leave which place from a day on: lots that can be used, and agreements in force.

    Kept by the book until one of its tables changes. Made units leave in batches, never before they are made.
    """
    return book.derived(("standing stock", day), lambda of: _standing(of, day), *TABLES)


def _standing(book: Book, day: date) -> Standing:
    lots, out = _lots(book, day)
    made, also = _agreements(book, day)
    unknown = sum(np.isnan(each.lon) for each in {each.place: each for each in (*lots, *made)}.values())
    because = []
    if unknown:
        says = say("{count} stores or producers have no place that is known: nobody can say when their goods would be "
                   "there, and they count for nothing that must be brought", count=int(unknown))  # fmt: skip
        because.append(Reason(says=says, source=Source(file="tables/store.csv"), tone="warn"))
    told = bool(book.rows(Lot)) or bool(book.rows(Agreement))
    return Standing(origins=(*lots, *made), uncounted=(*out, *also), told=told, because=tuple(because))


def _lots(book: Book, day: date) -> tuple[list[Origin], list[Uncounted]]:
    stores = book.rows(Store)
    where = positions(stores, book)
    at = {row.id: place for place, row in enumerate(stores)}
    found: list[Origin] = []
    out: list[Uncounted] = []
    for each in available(book, day):
        name = each.store.name if each.store else each.lot.store
        for part in each.withheld:
            if part.amount > 0:
                out.append(Uncounted(item=each.lot.item, amount=part.amount, where=name, reason=part.reason,
                                     says=part.says, id=each.lot.id))  # fmt: skip
        if each.amount <= 0 or each.store is None:
            continue
        place = at[each.store.id]
        found.append(
            Origin(
                sort="lot", id=each.lot.id, item=each.lot.item, amount=each.amount, place=f"store:{each.store.id}",
                name=name, lon=float(where.lon[place]), lat=float(where.lat[place]), ready=each.store.hours_to_open,
                until=each.lot.expires,
            )
        )  # fmt: skip
    return found, out


def _agreements(book: Book, day: date) -> tuple[list[Origin], list[Uncounted]]:
    rows = book.rows(Agreement)
    where = positions(rows, book)
    items = {row.id for row in book.rows(Item)}
    recount = stock_rules(book, day).recount_days
    found: list[Origin] = []
    out: list[Uncounted] = []
    for place, row in enumerate(rows):
        says = _not_in_force(row, items, day)
        if says is not None:
            out.append(_left_out(row, "not-in-force", says))
            continue
        old = _not_seen(row, recount, day)
        if old is not None and row.daily_stock > 0:
            out.append(_left_out(row, "uncounted", old))
        kept = row.daily_stock if old is None else 0.0
        about = {
            "id": row.id, "item": row.item, "place": f"agreement:{row.id}", "name": row.name,
            "lon": float(where.lon[place]), "lat": float(where.lat[place]),
        }  # fmt: skip
        most = float("inf") if row.most is None else row.most
        kept = min(kept, most)
        if kept > 0:
            found.append(Origin(sort="kept", amount=kept, **about))  # type: ignore[arg-type]
        found.extend(
            Origin(sort="made", amount=units, ready=hour, **about)  # type: ignore[arg-type]
            for hour, units in batches(row, most - min(row.daily_stock, most))
        )
    return found, out


def batches(row: Agreement, most: float = float("inf")) -> list[tuple[float, float]]:
    """What a producer hands over at each hour of `BATCHES`, `most` in all: what it owes to others comes off first.

    >>> maker = Agreement(id="a", name="A", item="tent", usual_per_day=10, surge_per_day=48, days_to_surge=1)
    >>> [(hour, units) for hour, units in batches(maker)][:3]
    [(12.0, 5.0), (24.0, 5.0), (36.0, 24.0)]
    """
    surge = row.days_to_surge * 24
    before, after = max(0.0, row.usual_per_day - row.owed_per_day), max(0.0, row.surge_per_day - row.owed_per_day)
    after = max(before, after)  # nobody makes less because more is asked for

    def made(hour: float) -> float:
        return min(most, (min(hour, surge) * before + max(0.0, hour - surge) * after) / 24)

    hours = (0.0, *BATCHES)
    parts = [(end, made(end) - made(begin)) for begin, end in pairwise(hours)]
    return [(hour, units) for hour, units in parts if units > 1e-9]


def _left_out(row: Agreement, reason: str, says: Message) -> Uncounted:
    return Uncounted(item=row.item, amount=row.daily_stock, where=row.name, reason=reason, says=says, id=row.id)


def _not_in_force(row: Agreement, items: set[str], day: date) -> Message | None:
    if row.item not in items:
        return say("{item} does not stand in the catalogue", item=row.item)
    if row.state != "signed":
        return say("the agreement has not been signed")
    if row.since is not None and row.since > day:
        return say("the agreement begins on {day}", day=row.since)
    if row.until is not None and row.until < day:
        return say("the agreement ended on {day}", day=row.until)
    return None


def _not_seen(row: Agreement, recount: int | None, day: date) -> Message | None:
    if row.counted is None or row.counted > day:
        return say("nobody has seen the stock that the producer keeps")
    if recount is not None and (day - row.counted).days > recount:
        return say("last counted on {day}, more than {days} days ago", day=row.counted, days=recount)
    return None


def hours_between(
    book: Book,
    day: date,
    places: Iterable[tuple[float, float]],
    lon: Sequence[float],
    lat: Sequence[float],
    most: float = DAYS * 24.0,
) -> tuple[Floats, bool, tuple[Reason, ...]]:
    """Hours by lorry from places to points (places, points; infinity: no way), whether estimated, and because of what.

    A place or point without coordinates (NaN) has no way.
    """
    from luoshu.kinds.travel import travel

    by = travel(book, "drive", "adult", day)
    start = list(places)
    hours = np.full((len(start), len(lon)), np.inf)
    if start and len(lon):
        from_lon, from_lat = (np.array(each, dtype=np.float64) for each in zip(*start, strict=True))
        found = by.reach(from_lon, from_lat, np.asarray(lon), np.asarray(lat), most * 60).tocoo()
        hours[found.col, found.row] = found.data / 60
    return hours, by.estimate, by.because


def item_name(book: Book, item: str) -> Message:
    """What an item is called in both languages; its id where the catalogue does not know it."""
    names: dict[str, Message] = book.derived(
        "item names", lambda of: {row.id: named(row.name or row.id, row.name_en) for row in of.rows(Item)}, Item
    )
    return names.get(item) or _good(book, item).name


def item_unit(book: Book, item: str) -> str:
    """How an item is counted, or a good for which no item stands."""
    units: dict[str, str] = book.derived("item units", lambda of: {row.id: row.unit for row in of.rows(Item)}, Item)
    return units[item] if item in units else _good(book, item).unit


def _good(book: Book, item: str) -> Line:
    from luoshu.kinds.needing import good_named

    return good_named(book, item.removeprefix("good:"), date.max)
