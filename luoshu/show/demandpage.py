"""Consultations: what infrastructure is needed, who has answered, who owes an answer, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from luoshu.book.directory import Place
from luoshu.desk.actor import READERS
from luoshu.desk.clock import local_time
from luoshu.desk.consultation import FIELDS, RUNGS, STANCES, Demand
from luoshu.show.alertview import owners, person
from luoshu.show.choosing import offering
from luoshu.show.forms import Form, form_of
from luoshu.show.language import marked
from luoshu.show.links import join
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.words.message import named, say

FIELD_WORDS = {
    "roads": "roads and bridges", "transit": "public transport", "water": "water and drains", "power": "electricity",
    "gas": "gas and heat", "telecom": "telecommunications", "flood": "flood protection", "shelter": "shelters",
    "stores": "stores of supplies", "health": "health care", "other": "other",
}  # fmt: skip
STANCE_WORDS = {
    "agree": "agrees", "conditions": "agrees with conditions", "against": "does not agree", "none": "not concerned",
}  # fmt: skip
STATES = {
    "open": say("in consultation"), "accepted": say("made a requirement"), "declined": say("declined"),
    "withdrawn": say("withdrawn"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """One party: its answer, or that it owes one, and whom the clock told."""

    party: str
    stance: str
    text: str
    at: str
    who: str
    owes: bool
    told: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DemandView:
    """A need in the language of who looks."""

    id: str
    href: str
    title: str
    text: str
    party: str
    field: str
    place: str
    state: str
    state_word: str
    stated: str
    due: str
    due_at: str
    due_unsure: bool
    late: bool
    answered: int
    asked: int
    owing: tuple[str, ...]
    answers: tuple[AnswerRow, ...]
    part_of: str
    part_of_words: str
    part_of_href: str
    requirement: str
    why: str
    closed: str


@dataclass(frozen=True, kw_only=True)
class DemandsPage(Page):
    """All needs in consultation, those with answers that are late first."""

    open: tuple[DemandView, ...]
    closed: tuple[DemandView, ...]
    state: Form


@dataclass(frozen=True, kw_only=True)
class DemandPage(Page):
    """One need, with the forms of what can be done with it now."""

    demand: DemandView
    answer: Form | None
    closing: tuple[Form, ...]


def demands_page(visit: Visit, name: str, query: Mapping[str, str]) -> DemandsPage:
    """The page of all consultations."""
    assert visit.things is not None
    assert visit.now is not None
    views = [demand_view(visit, each) for each in visit.things.all(Demand).values()]
    party = visit.actor.organisation if visit.actor else ""
    return DemandsPage(
        title=visit.language.say("Consultation of infrastructure needs"),
        day=visit.view.day,
        language=visit.language.code,
        open=tuple(
            sorted((each for each in views if each.state == "open"), key=lambda each: (not each.late, each.due))
        ),
        closed=tuple(reversed([each for each in views if each.state != "open"])),
        state=form_of(visit, "demand.state", {"demand": f"d{visit.now:%y%m%d%H%M%S%f}", "party": party}),
    )


def demand_view(visit: Visit, demand: Demand) -> DemandView:
    """A need as it stands."""
    assert visit.now is not None
    language, names, book = visit.language, owners(visit), visit.view.book
    places = {each.id: each.name for each in book.rows(Place)} if book is not None else {}
    due = demand.due(visit.clock)
    told: dict[str, list[str]] = {}
    for each in demand.told:
        told.setdefault(each.party, []).append(f"{language.message(RUNGS[each.rung])} · {local_time(each.at)}")
    latest = {each.party: each for each in demand.latest()}
    rows = []
    for party in demand.asked:
        given = latest.get(party)
        rows.append(AnswerRow(
            party=names.get(party, party),
            stance=language.message(named(STANCES[given.stance], STANCE_WORDS[given.stance])) if given else "",
            text=given.text if given else "", at=local_time(given.at) if given else "",
            who=person(visit, given.who) if given else "",
            owes=party in demand.owing, told=tuple(told.get(party, ())),
        ))  # fmt: skip
    promise = next((each for each in visit.view.gauges if each.commitment.id == demand.part_of), None)
    return DemandView(
        id=demand.id, href=visit.links.to(join("desk/consultations", demand.id)), title=demand.title, text=demand.text,
        party=names.get(demand.party, demand.party),
        field=language.message(named(FIELDS[demand.field], FIELD_WORDS[demand.field])),
        place=language.word(places.get(demand.place, demand.place)), state=demand.state,
        state_word=language.message(STATES[demand.state]), stated=local_time(demand.stated_at), due=local_time(due),
        due_at=due.isoformat(),
        due_unsure=not visit.clock.calendar.certain(demand.stated_at.date(), due.date()),
        late=bool(demand.owing) and visit.now > due, answered=len(latest),
        asked=len(demand.asked), owing=tuple(names.get(each, each) for each in demand.owing), answers=tuple(rows),
        part_of=demand.part_of, part_of_words=language.word(promise.commitment.words) if promise else demand.part_of,
        part_of_href=visit.links.to(join("promises", demand.part_of)) if promise else "",
        requirement=demand.requirement, why=demand.why, closed=local_time(demand.closed_at) if demand.closed_at else "",
    )  # fmt: skip


def demand_page(visit: Visit, name: str, query: Mapping[str, str]) -> DemandPage:
    """The page of one need; KeyError where there is none."""
    assert visit.things is not None
    demand = visit.things.all(Demand)[name]
    here = {"demand": name}
    party = visit.actor.organisation if visit.actor else ""
    asked = party if party in demand.asked else next(iter(demand.owing), demand.asked[0])
    is_open = demand.state == "open"
    promises = [(each.commitment.id, visit.language.word(each.commitment.words)[:60]) for each in visit.view.gauges]
    whats = ("demand.accept", "demand.decline", "demand.withdraw") if is_open else ()
    return DemandPage(
        title=demand.title,
        day=visit.view.day,
        language=visit.language.code,
        demand=demand_view(visit, demand),
        answer=form_of(visit, "demand.answer", {**here, "party": asked}) if is_open else None,
        closing=tuple(offering(form_of(visit, what, here), "part_of", promises) for what in whats),
    )


DEMAND_LEAVES = (
    Leaf(
        name="consultations",
        path="desk/consultations",
        template="consultations.html",
        type=DemandsPage,
        build=demands_page,
        roles=READERS,
        says=marked("Needs of infrastructure in consultation: answers, who owes one, what became of each."),
    ),
    Leaf(
        name="consultation",
        path="desk/consultations/{name}",
        template="consultation.html",
        type=DemandPage,
        build=demand_page,
        names=lambda view: [],
        roles=READERS,
        says=marked("One need of infrastructure with all its answers."),
    ),
)
