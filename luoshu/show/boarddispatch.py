"""What to send where now: a plan solved from what stands in the stores for the people and requests of an incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from luoshu.desk.dispatching import Dispatching, dispatch_now
from luoshu.desk.given import also_counting_on, closures_for, needs_of
from luoshu.desk.incident import Incident
from luoshu.desk.journal import Refused
from luoshu.desk.removal import Removal
from luoshu.show.board import PATH
from luoshu.show.boardeye import Eye, eye
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.show.stockwords import open_to

HOURS = 24.0
SOLVERS = frozenset({"duty", "store", "team"})
MOST_ROWS = 120


@dataclass(frozen=True, kw_only=True)
class Load:
    """One row of the plan."""

    leaves: datetime
    arrives: datetime
    source: str
    to: str
    what: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """What an area gets of what it needs of one thing, and why the rest is missing."""

    area: str
    what: str
    needed: str
    brought: str
    share: float
    share_text: str
    missing: str
    why: str


@dataclass(frozen=True, kw_only=True)
class DispatchPage(Page):
    """A plan: `loads` to send, `shares` of what is needed, `gap` from the best plan; `fault` where none can be made."""

    incident: str
    board: str
    people: int
    at: datetime
    hours: float
    loads: tuple[Load, ...]
    more: int
    shares: tuple[Share, ...]
    gap: str
    met: str
    unmet: int
    estimate: bool
    because: tuple[str, ...]
    fault: str


def dispatch(visit: Visit, name: str, query: Mapping[str, str]) -> DispatchPage:
    """The plan as of this hour; solved again whenever the journal has moved on."""
    seen = eye(visit, name)
    language, fault = visit.language, ""
    at = seen.now.replace(minute=0, second=0, microsecond=0)
    plan, others = Dispatching(at=at, hours=HOURS), tuple[str, ...]()
    try:
        plan, others = _solved(_Case(seen, seen.incident.id, seen.things.number, at, visit.view.version))
    except (ValueError, Refused, KeyError) as error:
        fault = language.message(error.says) if isinstance(error, Refused) else str(error)
    whys = {(each.area, each.item): each for each in plan.unmet}
    shares = []
    for each in sorted(plan.served, key=lambda one: (one.share, one.area, one.item)):
        lacks = whys.get((each.area, each.item))
        shares.append(Share(
            area=language.word(each.area_name or each.area), what=language.message(each.item_name),
            needed=seen.amount(each.needed, each.unit), brought=seen.amount(each.brought, each.unit), share=each.share,
            share_text=language.share(each.share), missing=seen.amount(lacks.amount, lacks.unit) if lacks else "",
            why=language.message(lacks.why) if lacks else "",
        ))  # fmt: skip
    needed, brought = sum(one.needed for one in plan.served), sum(one.brought for one in plan.served)
    return DispatchPage(
        title=language.say("Dispatch for {title}", title=seen.incident.title), day=visit.view.day,
        language=language.code, incident=seen.incident.id, board=seen.path, people=_people(seen), at=at, hours=HOURS,
        loads=tuple(
            Load(leaves=each.leaves, arrives=each.arrives, source=language.word(each.store_name or each.supply),
                 to=language.word(each.area_name or each.area), what=language.message(each.item_name),
                 amount=seen.amount(each.amount, each.unit))
            for each in plan.shipments[:MOST_ROWS]
        ),
        more=max(0, len(plan.shipments) - MOST_ROWS), shares=tuple(shares), gap=language.gap(plan.gap),
        met=language.share(brought / needed if needed else None), unmet=len(plan.unmet), estimate=plan.estimate,
        because=(*_beside(seen, others), *(language.message(each.says) for each in plan.because)), fault=fault,
    )  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """What a plan depends on; the eye only helps to make it."""

    seen: Eye
    incident: str
    number: int
    at: datetime
    version: str

    @property
    def key(self) -> tuple[object, ...]:
        """Which desk, which incident, as of which entry and hour, over which files."""
        return id(self.seen.visit.room), self.incident, self.number, self.at, self.version

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Case) and self.key == other.key


@lru_cache(maxsize=8)
def _solved(case: _Case) -> tuple[Dispatching, tuple[str, ...]]:
    """The plan, and the other incidents that count on the same goods."""
    seen = case.seen
    room = seen.visit.room
    if seen.book is None or room is None:
        raise ValueError("no book")
    book = seen.book.over(room.rows())
    span: dict[str, Any] = {"at": seen.now, "day": seen.day, "hours": HOURS}
    needs, notes = needs_of(seen.things, book, seen.incident, **span)
    others = also_counting_on(seen.things, book, seen.incident, needs, **span)
    shut = closures_for(seen.things, seen.incident)
    plan = dispatch_now(book, needs, at=case.at, hours=HOURS, closures=shut, seconds=10.0)
    because = (*notes, *plan.because) if needs or not notes else tuple(notes)  # unknown needs are not "nothing needed"
    return replace(plan, because=because), tuple(each.id for each in others)


def _beside(seen: Eye, others: Sequence[str]) -> tuple[str, ...]:
    """That others count on the same goods; of those that who looks may not see only how many."""
    if not others:
        return ()
    language, found = seen.language, [seen.things.get(Incident, id) for id in others]
    names = [each.title if open_to(seen.visit, each.id) else language.say("another incident") for each in found if each]
    says = language.say(
        "{incidents} needs some of the same goods now: both plans count on the same stock until it is reserved or sent",
        incidents=("、" if language.code == "zh" else ", ").join(dict.fromkeys(names)),
    )
    return (says,)


def _people(seen: Eye) -> int:
    return sum(max(each.planned, each.moved) - each.back for each in seen.of(Removal))


DISPATCH_LEAF = Leaf(
    name="dispatch",
    path=PATH + "/dispatch",
    template="dispatch.html",
    type=DispatchPage,
    build=dispatch,
    roles=SOLVERS,
    reach=lambda visit, name: ("", name),
    says=marked("What to send where now for an incident: loads, shares met, what is missing and why, the gap."),
)
