"""What waits for a second person, and what was approved and can be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from luoshu.desk.approval import STATES, Approval
from luoshu.desk.incident import Incident
from luoshu.desk.picking import PickList
from luoshu.desk.staff import Person
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.stock_rules import GUARDED, stock_rules
from luoshu.kinds.store import Store
from luoshu.show.forms import Form, form_of
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit
from luoshu.show.stockwords import item_name, lot_address, open_to, stock_book, stock_day, store_name, units_text
from luoshu.words.message import named

ACT_WORDS = {"ship": marked("ship"), "scrap": marked("scrap"), "count": marked("count as")}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request for a second person's yes. `now` is what is written, where a count would change it; `forms` are what
    who looks can do with it."""

    id: str
    state: str
    state_word: str
    act: str
    text: str
    item: str
    lot: str
    href: str
    to: str
    incident: str
    now: str
    expires: date | None
    why: str
    asked_by: str
    asked_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    until: datetime | None
    because: str
    own: bool
    forms: tuple[Form, ...]


@dataclass(frozen=True, kw_only=True)
class ApprovalPage(Page):
    """Requests in the order in which somebody should look at them: those that wait first."""

    waiting: tuple[Request, ...]
    granted: tuple[Request, ...]
    past: tuple[Request, ...]
    hours: float


def approvals(visit: Visit, name: str, query: Mapping[str, str]) -> ApprovalPage:
    """The page of requests for approval; those of incidents that who looks may not see are left out."""
    book, day = stock_book(visit), stock_day(visit)
    hours = stock_rules(book, day).approval_hours
    every = list(visit.things.all(Approval).values()) if visit.things is not None else []
    made = [_request(visit, each, hours) for each in reversed(every) if open_to(visit, each.incident)]

    def good(each: Request) -> bool:
        return each.state == "granted" and (visit.now is None or each.until is None or visit.now <= each.until)

    return ApprovalPage(
        title=visit.language.say("Approvals"), day=day, language=visit.language.code,
        waiting=tuple(each for each in made if each.state == "asked"),
        granted=tuple(each for each in made if good(each)),
        past=tuple(each for each in made if each.state != "asked" and not good(each))[:50],
        hours=hours,
    )  # fmt: skip


def _request(visit: Visit, of: Approval, hours: float) -> Request:
    language, book = visit.language, stock_book(visit)
    things = visit.things
    people = things.all(Person) if things is not None else {}
    listed = things.get(PickList, of.lot) if things is not None else None
    rows = {row.id: row for row in book.rows(Lot)} if book is not None else {}
    code = listed.item if listed else rows[of.lot].item if of.lot in rows else ""
    item = next((row for row in book.rows(Item) if row.id == code), None) if book is not None else None
    store = next((row for row in book.rows(Store) if row.id == of.store), None) if book is not None else None
    incident = things.get(Incident, of.incident) if things is not None and of.incident else None
    until = of.runs_out(hours) if of.state == "granted" else None
    own = visit.actor is not None and visit.actor.id == of.asked_by
    return Request(
        id=of.id, state=of.state, state_word=language.message(STATES[of.state]),
        act=language.message(named(GUARDED.get(of.act, of.act), language.text(ACT_WORDS.get(of.act, of.act)))),
        text=units_text(of.amount, item, language), item=item_name(item, code, language), lot=of.lot,
        href=lot_address(visit, of.lot) if of.lot in rows else visit.links.to("desk/picking"),
        to=store_name(store, of.store, language) if of.store else of.place, expires=of.expires,
        incident=incident.title if incident is not None else of.incident,
        now=units_text(rows[of.lot].amount, item, language) if of.act == "count" and of.lot in rows else "",
        why=of.why, asked_by=getattr(people.get(of.asked_by), "name", "") or of.asked_by, asked_at=of.asked_at,
        decided_by=getattr(people.get(of.decided_by), "name", "") or of.decided_by, decided_at=of.decided_at,
        until=until, because=of.because, own=own, forms=_forms(visit, of, own),
    )  # fmt: skip


def _forms(visit: Visit, of: Approval, own: bool) -> tuple[Form, ...]:
    if of.state == "asked":
        refuse = form_of(visit, "approval.refuse", {"approval": of.id}, hide=("approval",))
        return (refuse,) if own else (form_of(visit, "approval.grant", {"approval": of.id}, hide=("approval",)), refuse)
    decider = visit.actor is not None and visit.actor.id == of.decided_by
    if of.state != "granted" or decider:
        return ()
    given: dict[str, Any] = {"approval": of.id, "store": of.store, "place": of.place, "incident": of.incident}
    fixed = ("approval", "store", "place", "incident", "lot", "amount", "reservation", "shipment", "picklist", "sheet")
    if visit.things is not None and visit.things.get(PickList, of.lot) is not None:
        return (form_of(visit, "picklist.ship", {**given, "picklist": of.lot}, hide=fixed),)
    given |= {"lot": of.lot, "amount": of.amount, "reason": of.why if of.act == "scrap" else ""}
    given |= {"expires": of.expires} if of.expires else {}
    return (form_of(visit, f"lot.{of.act}", given, hide=(*fixed, "expires")),)
