"""The resources of a board as they come nearer: requested, approved, on the way, there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from luoshu.desk.lots import LotStanding
from luoshu.desk.resource import STATES, Resource
from luoshu.desk.unfinished import loose_goods
from luoshu.kinds.item import Item
from luoshu.show.boardeye import Do, Due, Eye
from luoshu.show.language import marked
from luoshu.show.stockwords import item_name, lot_address, units_text

FLOW = ("requested", "approved", "on the way", "there")


@dataclass(frozen=True, kw_only=True)
class GoodsRow:
    """One request as it is drawn; `amount` is what counts in its state, `of` what was asked for where that differs."""

    id: str
    title: str
    amount: str
    of: str
    missing: str
    route: str
    organisation: str
    since: datetime
    by: str
    due: Due | None
    state: str
    why: str
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class GoodsStep:
    """One state of the flow with what is in it."""

    state: str
    word: str
    rows: tuple[GoodsRow, ...]


@dataclass(frozen=True, kw_only=True)
class LooseRow:
    """Goods that are kept for the incident or on their way without a request that tells of them; `stray` where their
    request was called off, so that somebody must bring them back."""

    what: str
    amount: str
    lot: str
    href: str
    moving: bool
    place: str
    stray: bool


@dataclass(frozen=True, kw_only=True)
class Goods:
    """All requests of the incident, and goods beside them."""

    steps: tuple[GoodsStep, ...]
    given_up: tuple[GoodsRow, ...]
    loose: tuple[LooseRow, ...]
    count: int
    dos: tuple[Do, ...]


def goods(eye: Eye) -> Goods:
    """The resources of the incident."""
    found = [(each.state, _row(eye, each)) for each in eye.of(Resource)]
    steps = tuple(
        GoodsStep(state=state, word=eye.chosen(STATES, state), rows=tuple(row for at, row in found if at == state))
        for state in FLOW
    )
    facts = {"incident": eye.incident.id}
    return Goods(
        steps=steps, given_up=tuple(row for at, row in found if at not in FLOW), loose=loose(eye),
        count=sum(len(step.rows) for step in steps[:3]),
        dos=eye.do("resource.request", marked("Request a resource"), facts, _own(eye), tone="primary", key="r"),
    )  # fmt: skip


def loose(eye: Eye) -> tuple[LooseRow, ...]:
    """The goods that no request under way tells of, those first that are on the road for nothing."""
    asked = eye.things.all(Resource)
    items = {row.id: row for row in eye.book.rows(Item)} if eye.book is not None else {}
    rows = []
    for each in loose_goods(eye.things.all(LotStanding).values(), eye.incident.id):
        request, item = asked.get(each.name), items.get(each.item)
        if request is None or not request.under_way:
            rows.append(LooseRow(
                what=item_name(item, each.item, eye.language), amount=units_text(each.amount, item, eye.language),
                lot=each.lot, href=lot_address(eye.visit, each.lot) if eye.acts else "", moving=each.moving,
                place=each.place, stray=each.moving and request is not None,
            ))  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (not row.stray, not row.moving)))


def _own(eye: Eye) -> str:
    return eye.visit.actor.organisation if eye.visit.actor else ""


def _row(eye: Eye, each: Resource) -> GoodsRow:
    amount = {"approved": each.granted, "on the way": each.sent, "there": each.came}.get(each.state, each.amount)
    since = {"approved": each.approved, "on the way": each.on_the_way, "there": each.there}.get(each.state)
    by = each.approved_by if each.state == "approved" else each.requested_by
    due = each.eta if each.state == "on the way" and each.eta else each.needed
    waits = each.state in FLOW[:3]
    return GoodsRow(
        id=each.id, title=each.title, amount=eye.amount(amount, each.unit),
        of=eye.amount(each.amount, each.unit) if amount != each.amount else "",
        missing=eye.amount(each.missing, each.unit) if each.missing else "",
        route=" → ".join(filter(None, (each.source, each.to))), organisation=eye.organisation(each.organisation),
        since=since or each.ended or each.requested, by=eye.name(by), due=eye.due(due) if due and waits else None,
        state=each.state, why=each.ended_why, dos=_dos(eye, each),
    )  # fmt: skip


def _dos(eye: Eye, each: Resource) -> tuple[Do, ...]:
    facts, whose, title = {"resource": each.id}, each.organisation, each.title
    found: tuple[Do, ...] = ()
    if each.state == "requested":
        found += eye.do("resource.approve", marked("Approve"), facts, whose, label=title, tone="primary")
        found += eye.do("resource.refuse", marked("Refuse"), facts, whose, label=title)
    elif each.state == "approved":
        found += eye.do("resource.send", marked("Send off"), facts, whose, label=title, tone="primary")
    elif each.state == "on the way":
        found += eye.do("resource.arrive", marked("There"), facts, whose, label=title, tone="primary")
    if each.under_way:
        found += eye.do("resource.cancel", marked("Call off"), facts, whose, label=title)
    return found
