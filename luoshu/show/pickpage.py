"""Goods for a need: which lots leave first, what was picked and waits at the door; and a new lot that comes in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from luoshu.desk.clock import local_day
from luoshu.desk.lots import LotStanding
from luoshu.desk.picking import STATES, PickList
from luoshu.kinds.item import Item
from luoshu.kinds.stock import taken
from luoshu.kinds.store import Store
from luoshu.show.forms import Form, form_of
from luoshu.show.page import Page, Visit
from luoshu.show.stockpage import LotLine, Pick, lot_line
from luoshu.show.stockwords import (
    item_name,
    lot_address,
    open_to,
    stock_book,
    stock_day,
    stock_lots,
    store_name,
    units_text,
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """So many units of one lot."""

    lot: LotLine
    text: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A pick list with its lots and what can be done with it."""

    id: str
    state: str
    state_word: str
    text: str
    item: str
    store: str
    purpose: str
    at: datetime | None
    lots: tuple[tuple[str, str, str], ...]
    forms: tuple[Form, ...]


@dataclass(frozen=True, kw_only=True)
class PickPage(Page):
    """What would be picked for a need, and the pick lists that wait. `short` is what is missing, empty where nothing
    is."""

    items: tuple[Pick, ...]
    stores: tuple[Pick, ...]
    amount: str
    asked: bool
    proposed: tuple[Taken, ...]
    short: str
    form: Form | None
    lists: tuple[Listed, ...]


@dataclass(frozen=True, kw_only=True)
class ReceivePage(Page):
    """The form for goods that come in."""

    form: Form
    missing: bool


def picking(visit: Visit, name: str, query: Mapping[str, str]) -> PickPage:
    """The page of picking: item, store and amount give the lots that would leave first."""
    language, book = visit.language, stock_book(visit)
    items = {row.id: row for row in book.rows(Item)} if book is not None else {}
    stores = {row.id: row for row in book.rows(Store)} if book is not None else {}
    item, store, units = query.get("item", ""), query.get("store", ""), _number(query.get("amount", ""))
    asked = item in items and store in stores and units > 0
    lots = [each for each in stock_lots(visit) if (each.lot.item, each.lot.store) == (item, store)]
    found = taken(lots, units) if asked else []
    there = round(sum(part for _, part in found), 6)
    missing = units_text(units - there, items.get(item), language) if asked and there < units else ""
    form = None
    if asked and not missing:
        given = {
            "item": item,
            "store": store,
            "amount": units,
            "picklist": _fresh(visit),
            "incident": query.get("incident"),
        }
        form = form_of(visit, "picklist.collect", given, hide=("item", "store", "amount", "picklist"))
    every = visit.things.all(PickList).values() if visit.things is not None else ()
    return PickPage(
        title=language.say("Pick for a need"), day=stock_day(visit), language=language.code,
        items=tuple(Pick(value=row.id, word=item_name(row, row.id, language), chosen=row.id == item)
                    for row in items.values()),
        stores=tuple(Pick(value=row.id, word=store_name(row, row.id, language), chosen=row.id == store)
                     for row in stores.values()),
        amount=query.get("amount", "")[:20], asked=asked,
        proposed=tuple(Taken(lot=lot_line(each, visit, stock_day(visit)),
                             text=units_text(part, each.item, language)) for each, part in found),
        short=missing, form=form,
        lists=tuple(_listed(visit, each, items, stores) for each in reversed(list(every))
                    if each.state == "open" and open_to(visit, each.incident)),
    )  # fmt: skip


def _listed(visit: Visit, of: PickList, items: Mapping[str, Item], stores: Mapping[str, Store]) -> Listed:
    language, lots = visit.language, visit.things.all(LotStanding).values() if visit.things is not None else ()
    item = items.get(of.item)
    ask = {"act": "ship", "lot": of.id, "amount": of.amount, "incident": of.incident, "approval": f"q-{of.id}"[:60]}
    forms = (
        form_of(visit, "picklist.ship", {"picklist": of.id}, hide=("picklist",)),
        form_of(visit, "picklist.drop", {"picklist": of.id}, hide=("picklist",)),
        form_of(visit, "approval.ask", ask, hide=("act", "lot", "amount", "incident", "approval")),
    )
    return Listed(
        id=of.id, state=of.state, state_word=language.message(STATES[of.state]),
        text=units_text(of.amount, item, language), item=item_name(item, of.item, language),
        store=store_name(stores.get(of.store), of.store, language), purpose=of.purpose, at=of.at,
        lots=tuple((lot.id, lot_address(visit, lot.id), units_text(kept.amount, item, language))
                   for lot in lots for kept in lot.kept if kept.id == of.id),
        forms=forms,
    )  # fmt: skip


def _fresh(visit: Visit) -> str:
    number = visit.things.number + 1 if visit.things is not None else 1
    return f"P{number}-{visit.actor.id if visit.actor else ''}"[:60]


def _number(text: str) -> float:
    """A number above zero that was typed, else 0."""
    return float(text) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text.strip()) else 0.0


def receiving(visit: Visit, name: str, query: Mapping[str, str]) -> ReceivePage:
    """The page for goods that come in; `lot`, `item` and `store` may be known already."""
    book = stock_book(visit)
    given = {name: query[name][:80] for name in ("lot", "item", "store") if query.get(name)}
    day = local_day(visit.now) if visit.now else visit.view.day
    number = visit.things.number + 1 if visit.things is not None else 1
    given.setdefault("lot", f"{day:%y%m%d}-{number}")
    return ReceivePage(
        title=visit.language.say("Receive goods"), day=stock_day(visit), language=visit.language.code,
        form=form_of(visit, "lot.receive", given),
        missing=book is None or not book.rows(Item) or not book.rows(Store),
    )  # fmt: skip
