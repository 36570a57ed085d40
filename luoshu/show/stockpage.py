"""What stands in the stores: by item and store, what can be used, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from luoshu.desk.approval import Approval
from luoshu.desk.store_shut import StoreState
from luoshu.kinds.item import LEVELS, Item, category_word
from luoshu.kinds.stock import Holding, Usable, holdings
from luoshu.kinds.stock_rules import stock_rules
from luoshu.kinds.store import Store
from luoshu.show.forms import Form, form_of
from luoshu.show.page import Page, Visit
from luoshu.show.stockwords import (
    AVAILABLE,
    EXPIRING,
    REASONS,
    TONES,
    item_name,
    lot_address,
    open_to,
    stock_book,
    stock_day,
    stock_lots,
    store_name,
    units_text,
)

MOST_LOTS = 400
"""So many lots are listed; of more only the sums are shown until the search is narrower."""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Some units of a holding that are alike: usable, soon to expire, or withheld for a reason."""

    key: str
    word: str
    amount: float
    text: str
    tone: str
    share: float


@dataclass(frozen=True, kw_only=True)
class LotLine:
    """One lot: what of it can be used, and why not the rest."""

    id: str
    href: str
    item: str
    store: str
    amount: float
    amount_text: str
    usable: float
    usable_text: str
    expires: date | None
    spot: str
    says: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class StoreLine:
    """One item in one store."""

    store: str
    name: str
    href: str
    available: float
    available_text: str
    total_text: str
    portions: tuple[Portion, ...]
    under_way_text: str
    next_expiry: date | None
    lots: int


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """One item in all stores that are shown."""

    item: str
    name: str
    unit: str
    category: str
    category_word: str
    href: str
    available: float
    available_text: str
    stores: tuple[StoreLine, ...]


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One of the values that the page can be narrowed to."""

    value: str
    word: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Lots that somebody should look at, with the way to them."""

    key: str
    word: str
    count: int
    href: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class StockPage(Page):
    """The stock on a day. `missing` names the tables without which nothing can be shown."""

    items: tuple[ItemLine, ...]
    lots: tuple[LotLine, ...]
    lots_shown: bool
    count: int
    found: int
    alarms: tuple[Alarm, ...]
    query: str
    item: str
    store: str
    category: str
    state: str
    stores: tuple[Pick, ...]
    categories: tuple[Pick, ...]
    states: tuple[Pick, ...]
    missing: tuple[str, ...]
    waiting: int
    warn_days: int
    by_rule: bool
    may_move: bool
    store_form: Form | None


def stock(visit: Visit, name: str, query: Mapping[str, str]) -> StockPage:
    """The page of the stock, narrowed by q, item, store, category and state."""
    book, day, language = stock_book(visit), stock_day(visit), visit.language
    every = stock_lots(visit)
    rules = stock_rules(book, day)
    soon = day + timedelta(days=rules.warn_days)
    found = [each for each in every if _passes(each, query, soon, visit)]
    narrow = any(query.get(each) for each in ("item", "store", "state", "q")) or len(found) <= 60
    shown = narrow and len(found) <= MOST_LOTS
    stores = {each.lot.store: each.store for each in every}
    missing = () if book is None else tuple(
        file for table, file in ((Item, "tables/item.csv"), (Store, "tables/store.csv")) if not book.rows(table)
    )  # fmt: skip
    waiting = 0
    if visit.things is not None:
        asked = [each for each in visit.things.all(Approval).values() if each.state == "asked"]
        waiting = sum(open_to(visit, each.incident) for each in asked)
    return StockPage(
        title=language.say("Stock"),
        day=day,
        language=language.code,
        items=_items(holdings(found, day, rules.warn_days), found, visit),
        lots=tuple(lot_line(each, visit, soon) for each in _in_order(found)) if shown else (),
        lots_shown=shown,
        count=len(every),
        found=len(found),
        alarms=_alarms(every, soon, visit),
        query=query.get("q", "")[:80],
        item=query.get("item", ""),
        store=query.get("store", ""),
        category=query.get("category", ""),
        state=query.get("state", ""),
        stores=tuple(
            Pick(value=code, word=store_name(store, code, language), chosen=code == query.get("store"))
            for code, store in stores.items()
        ),
        categories=tuple(
            Pick(value=code, word=words[language.code == "en"], chosen=code == query.get("category"))
            for code, words in LEVELS.items()
        ),
        states=tuple(
            Pick(value=code, word=language.text(word), chosen=code == query.get("state"))
            for code, word in {"available": AVAILABLE, "expiring": EXPIRING, **REASONS}.items()
        ),
        missing=missing,
        waiting=waiting,
        warn_days=rules.warn_days,
        by_rule=not rules.built_in,
        may_move=_may_move(visit),
        store_form=_store_form(visit, query.get("store", ""), stores),
    )


def _may_move(visit: Visit) -> bool:
    return bool(visit.room is not None and visit.actor is not None and visit.actor.roles & {"store", "duty"})


def _store_form(visit: Visit, store: str, stores: Mapping[str, Store | None]) -> Form | None:
    """The form that closes the one store that is shown, or opens it again."""
    if not _may_move(visit) or stores.get(store) is None or visit.things is None:
        return None
    known = visit.things.get(StoreState, store)
    what = "store.open" if known is not None and known.closed else "store.close"
    return form_of(visit, what, {"store": store}, hide=("store",))


def _in_order(lots: Sequence[Usable]) -> list[Usable]:
    return sorted(lots, key=lambda each: (each.lot.item, each.lot.store, each.lot.expires or date.max, each.lot.id))


def _passes(each: Usable, query: Mapping[str, str], soon: date, visit: Visit) -> bool:
    lot, item = each.lot, each.item
    words = query.get("q", "").strip().casefold()
    told = (lot.id, lot.item, lot.store, lot.batch, lot.spot, lot.note, item.name if item else "",
            item.name_en if item else "", each.store.name if each.store else "")  # fmt: skip
    if words and not any(words in text.casefold() for text in told):
        return False
    if not words and not query.get("state") and lot.amount <= 0 and lot.under_way <= 0:
        return False  # what has left for good is found by its code
    if any(query.get(name) and query[name] != value for name, value in (("item", lot.item), ("store", lot.store))):
        return False
    if query.get("category") and not (item and item.category.startswith(query["category"])):
        return False
    return not query.get("state") or query["state"] in _states(each, soon)


def _states(each: Usable, soon: date) -> set[str]:
    """The states by which a lot is found."""
    found = {part.reason for part in each.withheld if part.amount > 0}
    if each.amount > 0:
        found.add("available")
        if each.lot.expires is not None and each.lot.expires <= soon:
            found.add("expiring")
    return found


def _alarms(lots: Sequence[Usable], soon: date, visit: Visit) -> tuple[Alarm, ...]:
    """What somebody should look at, by state."""
    words = {"expiring": EXPIRING, **REASONS}
    counts: dict[str, int] = {}
    for each in lots:
        for state in _states(each, soon) - {"available", "reserved", "not-yet"}:
            counts[state] = counts.get(state, 0) + 1
    return tuple(
        Alarm(key=key, word=visit.language.text(word), count=counts[key], tone=TONES.get(key, "warn"),
              href=visit.links.to("desk/stock", state=key))
        for key, word in words.items() if key in counts
    )  # fmt: skip


def _items(found: Sequence[Holding], lots: Sequence[Usable], visit: Visit) -> tuple[ItemLine, ...]:
    items = {each.lot.item: each.item for each in lots}
    stores = {each.lot.store: each.store for each in lots}
    language = visit.language
    lines: list[ItemLine] = []
    for code, item in items.items():
        of_item = [each for each in found if each.item == code]
        total = round(sum(each.available for each in of_item), 6)
        category = item.category if item else ""
        lines.append(ItemLine(
            item=code, name=item_name(item, code, language), unit=language.unit(item.unit) if item else "",
            category=category, category_word=category_word(category, language.code == "en"),
            href=visit.links.to("desk/stock", item=code),
            available=total, available_text=units_text(total, item, language),
            stores=tuple(_store_line(each, item, stores.get(each.store), visit) for each in of_item),
        ))  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (line.category or "9", line.name)))


def _store_line(of: Holding, item: Item | None, store: Store | None, visit: Visit) -> StoreLine:
    language, total = visit.language, of.total
    return StoreLine(
        store=of.store,
        name=store_name(store, of.store, language),
        href=visit.links.to("desk/stock", "lots", item=of.item, store=of.store),
        available=of.available,
        available_text=units_text(of.available, item, language),
        total_text=units_text(total, item, language),
        portions=_portions(of, item, visit),
        under_way_text=units_text(of.under_way, item, language) if of.under_way else "",
        next_expiry=of.next_expiry,
        lots=of.lots,
    )


def _portions(of: Holding, item: Item | None, visit: Visit) -> tuple[Portion, ...]:
    language, total = visit.language, of.total
    told = [("available", AVAILABLE, "good", of.available - of.expiring),
            ("expiring", EXPIRING, "warn", of.expiring)]  # fmt: skip
    told += [(key, word, TONES.get(key, "warn"), of.withheld.get(key, 0.0)) for key, word in REASONS.items()]
    return tuple(
        Portion(key=key, word=language.text(word), amount=round(value, 6), tone=tone,
                text=units_text(value, item, language), share=value / total if total else 0.0)
        for key, word, tone, value in told if value > 0
    )  # fmt: skip


def lot_line(each: Usable, visit: Visit, soon: date) -> LotLine:
    """One lot as a line of a list."""
    lot, language = each.lot, visit.language
    says = [language.message(because) for because in each.because]
    expiring = each.amount > 0 and lot.expires is not None and lot.expires <= soon
    if expiring:
        says.append(language.text(EXPIRING))
    if lot.under_way > 0:
        says.append(language.say("{amount} in transit", amount=units_text(lot.under_way, each.item, language)))
    if not says and lot.amount <= 0:
        says.append(language.say("nothing is left"))
    tone = TONES.get(each.reason, "warn") if each.reason and lot.amount > 0 else "warn" if expiring else "good"
    return LotLine(
        id=lot.id, href=lot_address(visit, lot.id), item=item_name(each.item, lot.item, language),
        store=store_name(each.store, lot.store, language), amount=lot.amount,
        amount_text=units_text(lot.amount, each.item, language), usable=each.amount,
        usable_text=units_text(each.amount, each.item, language), expires=lot.expires, spot=lot.spot,
        says=(" · " if language.code == "en" else "；").join(says), tone=tone if lot.amount > 0 else "quiet",
    )  # fmt: skip
