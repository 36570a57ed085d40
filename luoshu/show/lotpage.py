"""One lot: what stands of it, everything that was done with it, and the forms to do the next thing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from luoshu.desk.act import Act
from luoshu.desk.clock import local_time
from luoshu.desk.lots import LotStanding, taken_over
from luoshu.desk.staff import Person
from luoshu.desk.stockroom import TakeOver
from luoshu.desk.things import Step
from luoshu.kinds.item import Item
from luoshu.kinds.lot import CONDITIONS
from luoshu.kinds.stock import Usable
from luoshu.kinds.stock_rules import stock_rules
from luoshu.kinds.store import Store
from luoshu.show.forms import Form, form_of, label_of
from luoshu.show.labelpage import code_picture
from luoshu.show.language import marked
from luoshu.show.links import file_name
from luoshu.show.page import Page, Visit
from luoshu.show.stockpage import lot_line
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
from luoshu.words.message import named

ELSEWHERE = marked("for another incident")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that was done with the lot. `undo` is the number by which it can be taken back here, else None."""

    number: int
    at: datetime
    written: datetime
    says: str
    facts: tuple[tuple[str, str], ...]
    who: str
    why: str
    undone: int | None
    undo: int | None


@dataclass(frozen=True, kw_only=True)
class Held:
    """Units that are kept for somebody, with the forms for them; of another incident than who looks may see they are
    an amount only."""

    id: str
    text: str
    picked: bool
    purpose: str
    forms: tuple[Form, ...]


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Units under way, with the form for their arrival; of another incident than who looks may see they are an amount
    only."""

    id: str
    text: str
    to: str
    left: datetime | None
    due: datetime | None
    form: Form | None


@dataclass(frozen=True, kw_only=True)
class LotPage(Page):
    """A lot with its history. `forms` are what can be done with it now, the likeliest first."""

    lot: str
    item: str
    item_href: str
    store: str
    amount: float
    amount_text: str
    usable: float
    usable_text: str
    free_text: str
    says: str
    tone: str
    expires: date | None
    condition: str
    counted: date | None
    received: date | None
    batch: str
    spot: str
    note: str
    source: str
    of: str
    of_href: str
    picture: str
    kept: tuple[Held, ...]
    under_way: tuple[Moving, ...]
    delivered_text: str
    lost_text: str
    events: tuple[Event, ...]
    forms: tuple[Form, ...]
    at_desk: bool


def lot_page(visit: Visit, name: str, query: Mapping[str, str]) -> LotPage:
    """The page of a lot by its code; KeyError where there is none."""
    found = next((each for each in stock_lots(visit) if file_name(each.lot.id) == name), None)
    if found is None:
        raise KeyError(name)
    book, day, language = stock_book(visit), stock_day(visit), visit.language
    known = visit.things.get(LotStanding, found.lot.id) if visit.things is not None else None
    state = known or taken_over(found.lot)
    line = lot_line(found, visit, day + timedelta(days=stock_rules(book, day).warn_days))
    item = found.item
    stores = {row.id: row for row in book.rows(Store)} if book is not None else {}
    return LotPage(
        title=f"{line.item} · {state.id}", day=day, language=language.code, lot=state.id,
        item=line.item, item_href=visit.links.to("desk/stock", item=state.item), store=line.store,
        amount=state.amount, amount_text=line.amount_text, usable=line.usable, usable_text=line.usable_text,
        free_text=units_text(state.free, item, language), says=line.says, tone=line.tone, expires=state.expires,
        condition=language.message(named(CONDITIONS.get(state.condition, ""), language.text(state.condition))),
        counted=state.counted, received=state.received, batch=state.batch, spot=state.spot, note=state.note,
        source=state.source, of=state.of, of_href=lot_address(visit, state.of) if state.of else "",
        picture=code_picture(state.id),
        kept=_kept(visit, state, found), under_way=_moving(visit, state, found, stores),
        delivered_text=units_text(state.delivered, item, language) if state.delivered else "",
        lost_text=units_text(state.lost, item, language) if state.lost else "",
        events=_events(visit, state.id), forms=_forms(visit, state, found), at_desk=known is not None,
    )  # fmt: skip


def _kept(visit: Visit, state: LotStanding, found: Usable) -> tuple[Held, ...]:
    def forms(kept: Any) -> tuple[Form, ...]:
        given = {"lot": state.id, "reservation": kept.id, "incident": kept.incident}
        hidden = ("lot", "reservation", "amount", "reason", "shipment")
        made = [form_of(visit, "lot.ship", given, hide=hidden),
                form_of(visit, "lot.release", given, hide=("lot", "reservation"))]  # fmt: skip
        if not kept.picked:
            made.insert(0, form_of(visit, "lot.pick", given, hide=(*hidden, "purpose", "incident")))
        return tuple(made)

    return tuple(
        Held(id=kept.id, text=units_text(kept.amount, found.item, visit.language), picked=kept.picked,
             purpose=kept.purpose, forms=forms(kept))
        if open_to(visit, kept.incident) else
        Held(id="", text=units_text(kept.amount, found.item, visit.language), picked=kept.picked,
             purpose=visit.language.say(ELSEWHERE), forms=())
        for kept in state.kept
    )  # fmt: skip


def _moving(visit: Visit, state: LotStanding, found: Usable, stores: Mapping[str, Store]) -> tuple[Moving, ...]:
    return tuple(
        Moving(
            id=each.id, text=units_text(each.amount, found.item, visit.language),
            to=store_name(stores.get(each.store), each.store, visit.language) if each.store else each.place,
            left=each.left, due=each.due,
            form=form_of(visit, "lot.deliver", {"lot": state.id, "shipment": each.id}, hide=("lot", "shipment")),
        )
        if open_to(visit, each.incident) else
        Moving(id="", text=units_text(each.amount, found.item, visit.language), to=visit.language.say(ELSEWHERE),
               left=None, due=None, form=None)
        for each in state.under_way
    )  # fmt: skip


def _forms(visit: Visit, state: LotStanding, found: Usable) -> tuple[Form, ...]:
    """What can be done with the lot as it is."""
    given: dict[str, Any] = {"lot": state.id}
    wanted = []
    if found.amount > 0:
        wanted = [("lot.ship", ("lot", "reservation", "shipment")), ("lot.reserve", ("lot", "reservation"))]
    wanted.append(("lot.count", ("lot", "sheet")))
    if state.amount > 0:
        wanted += [("lot.condition", ("lot",)), ("lot.scrap", ("lot",))]
    if state.delivered > 0:
        wanted.append(("lot.return", ("lot",)))
    made = [form_of(visit, what, {**given, "approval": ""}, hide=hidden) for what, hidden in wanted]
    ask = {"lot": state.id, "act": "ship", "approval": f"q{visit.things.number if visit.things else 0}-{state.id}"[:60]}
    return (*made, form_of(visit, "approval.ask", ask, hide=("lot", "approval")))


def _events(visit: Visit, lot: str) -> tuple[Event, ...]:
    """Everything that was done with a lot, the newest first."""
    if visit.things is None:
        return ()
    people = visit.things.all(Person)
    return tuple(
        _event(visit, step, getattr(people.get(step.told.who), "name", "") or step.told.who)
        if all(open_to(visit, visit.things.incident_of(each)) for each in visit.things.together(step.told.number))
        else _event_elsewhere(visit, step)
        for step in reversed(visit.things.steps(LotStanding, lot))
    )


def _event_elsewhere(visit: Visit, step: Step) -> Event:
    """What was done for an incident that who looks may not see: that it was done, and how many."""
    amounts = tuple((label_of(each, visit.language), units_text(value, None, visit.language))
                    for each in dataclasses.fields(step.act)
                    if each.name == "amount" and isinstance(value := getattr(step.act, each.name), float))  # fmt: skip
    return Event(
        number=step.told.number, at=step.told.at, written=step.told.written,
        says=visit.language.message(step.act.says), facts=amounts, who="", why=visit.language.say(ELSEWHERE),
        undone=step.undone, undo=None,
    )  # fmt: skip


def _event(visit: Visit, step: Step, who: str) -> Event:
    may = visit.room is not None and visit.actor is not None and visit.links.mouth == "server"
    lasting = step.undone is not None or step.act.lasting is not None
    return Event(
        number=step.told.number, at=step.told.at, written=step.told.written,
        says=visit.language.message(step.act.says), facts=facts_told(visit, step.act), who=who,
        why="" if isinstance(step.act, TakeOver) else step.told.why,  # a lot taken over was so for the next act's sake
        undone=step.undone, undo=step.told.number if may and not lasting else None,
    )  # fmt: skip


def named_row(visit: Visit, table: type, code: str) -> str:
    """What an item or a store is called, by its code."""
    book = visit.room.book if visit.room is not None else visit.view.book
    rows: tuple[Any, ...] = book.rows(table) if book is not None else ()
    found = next((row for row in rows if row.id == code), None)
    return item_name(found, code, visit.language) if table is Item else store_name(found, code, visit.language)


def facts_told(visit: Visit, act: Act[Any]) -> tuple[tuple[str, str], ...]:
    """The facts of an act as people read them, without what the page says anyway."""
    found = []
    for each in dataclasses.fields(act):
        value = getattr(act, each.name)
        if each.name in ("lot", "sheet", "of") or value in ("", None, ()) or value == each.default:
            continue
        choices = each.metadata.get("choices") or {}
        text = local_time(value) if isinstance(value, datetime) else visit.language.cell(value)
        table = each.metadata.get("refers")
        if table in (Item, Store):
            text = named_row(visit, table, str(value))
        elif value in choices:
            text = visit.language.message(named(choices[value], visit.language.text(str(value))))
        elif isinstance(value, float):
            text = units_text(value, None, visit.language)
        found.append((label_of(each, visit.language), text))
    return tuple(found)
