"""One expert: how to reach them, what they agreed to and how they did, and what can change; the paper to be signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from luoshu.desk.clock import local_day, local_time
from luoshu.desk.expert import HOWS, KEEPERS, Consent, Expert
from luoshu.desk.logbook import stays
from luoshu.desk.post import Post
from luoshu.desk.skills import skills_of
from luoshu.desk.staff import Person
from luoshu.show.choosing import offering
from luoshu.show.expertpage import EXPERTS_LEAF, Card, PostRow, card, post_row, skill_word
from luoshu.show.forms import Form, form_of
from luoshu.show.language import marked
from luoshu.show.links import join
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.words.message import named, say

HOW_WORDS = {"paper": "signed on paper", "spoken": "said aloud", "link": "agreed by their own link"}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The form that makes a link by which the person answers."""

    purpose: str
    until: str
    csrf: str


@dataclass(frozen=True, kw_only=True)
class ExpertPage(Page):
    """One expert with the contact, what they agreed to and how, and the forms of what can change.

    `weak`: nobody can prove the consent. `asked` says since when a link waits for an answer. `stays`: older entries
    hold what is personal in the journal itself.
    """

    card: Card
    contact: str
    consent: str
    consent_how: str
    weak: bool
    asked: str
    ask: Ask | None
    paper: str
    windows: tuple[str, ...]
    gone: str
    stays: bool
    posts: tuple[PostRow, ...]
    forms: tuple[Form, ...]
    withdraw: Form | None


def expert_page(visit: Visit, name: str, query: Mapping[str, str]) -> ExpertPage:
    """The page of one expert; every look at it is written down. KeyError where there is none."""
    assert visit.things is not None
    assert visit.room is not None
    assert visit.now is not None
    expert = visit.things.all(Expert)[name]
    language = visit.language
    day = local_day(visit.now)
    skills = skills_of(visit.room.book, day)
    given = expert.consent
    consent = ""
    if given is not None:
        consent = language.say("since {day}: {purpose}", day=given.since, purpose=given.purpose)
        consent += language.say(", until {day}", day=given.until) if given.until else ""
    how, weak = _how(visit, given)
    asked = expert.asked
    here: dict[str, Any] = {"expert": name}
    entered = {
        "name": expert.name, "works_for": expert.organisation, "post": expert.post, "place": expert.place,
    }  # fmt: skip
    offer = {**here, "post": f"p{visit.now:%y%m%d%H%M%S%f}", "home": expert.organisation}
    words = [(id, skill_word(each, language)) for id, each in skills.items()]
    forms = (
        offering(form_of(visit, "expert.skill", here), "skill", words),
        form_of(visit, "expert.free", here),
        *([form_of(visit, "expert.busy", here)] if expert.windows else []),
        form_of(visit, "expert.consent", here | {"since": day}),
        form_of(visit, "post.offer", offer, hide=["expert"]),
        form_of(visit, "expert.enter", here | entered),
    )
    return ExpertPage(
        title=expert.name or language.say("somebody who has left"),
        day=visit.view.day,
        language=language.code,
        card=card(visit, expert, skills),
        contact=expert.contact if expert.listed(day) else "",
        consent=consent,
        consent_how=how,
        weak=weak,
        asked=language.say("asked by a link on {at}; no answer yet", at=local_time(asked.at)) if asked else "",
        ask=_ask(visit, expert),
        paper=visit.links.to(join("desk/experts", f"{name}/paper")),
        windows=tuple(f"{local_time(each.since)} – {local_time(each.until)}" for each in expert.windows),
        gone=local_time(expert.withdrawn) if expert.withdrawn else "",
        stays=bool(expert.withdrawn) and stays(visit.room.journal, f"{Expert.sort}:{name}"),
        posts=() if expert.withdrawn
        else tuple(post_row(visit, each) for each in visit.things.all(Post).values() if each.expert == name),
        forms=() if expert.withdrawn else forms,
        withdraw=None if expert.withdrawn else form_of(visit, "expert.withdraw", here),
    )  # fmt: skip


def _how(visit: Visit, given: Consent | None) -> tuple[str, bool]:
    """How a consent was given and who wrote it down; and whether that is too little to prove it."""
    if given is None or visit.things is None:
        return "", False
    language = visit.language
    if given.how == "link":
        return language.message(named(HOWS["link"], HOW_WORDS["link"])), False
    person = visit.things.get(Person, given.who)
    how = named(HOWS[given.how], HOW_WORDS[given.how]) if given.how else say("nobody wrote down how")
    parts = [language.message(how), given.proof]
    if given.who:
        parts.append(language.say("written down by {name}", name=person.name if person else given.who))
    return " · ".join(filter(None, parts)), given.how != "paper"


def _ask(visit: Visit, expert: Expert) -> Ask | None:
    """What the form of a link begins with, None for who may not make one."""
    told = expert.asked or expert.consent
    if expert.withdrawn or visit.actor is None or not visit.actor.roles & KEEPERS:
        return None
    until = told.until.isoformat() if told and told.until else ""
    usual = visit.language.say("to be called on in civil emergencies")
    return Ask(purpose=told.purpose if told else usual, until=until, csrf=visit.csrf)


@dataclass(frozen=True, kw_only=True)
class ExpertPaperPage(Page):
    """The consent as a paper to be signed."""

    card: Card
    contact: str
    keeper: str
    purpose: str
    until: date | None
    back: str


def expert_paper(visit: Visit, name: str, query: Mapping[str, str]) -> ExpertPaperPage:
    """The paper of one expert, filled in as far as it is known. KeyError where there is none or they have left."""
    assert visit.things is not None
    assert visit.room is not None
    assert visit.now is not None
    expert = visit.things.all(Expert)[name]
    if expert.withdrawn:
        raise KeyError(name)
    language, told = visit.language, expert.asked or expert.consent
    return ExpertPaperPage(
        title=language.say("Consent of an expert"), day=visit.view.day, language=language.code,
        card=card(visit, expert, skills_of(visit.room.book, local_day(visit.now))), contact=expert.contact,
        keeper=keeper_name(visit), until=told.until if told else None,
        purpose=told.purpose if told else language.say("to be called on in civil emergencies"),
        back=visit.links.to(join("desk/experts", name)),
    )  # fmt: skip


def keeper_name(visit: Visit) -> str:
    """Who keeps the expert bank, as people are told: whose desk it is."""
    region, code = visit.view.region, visit.language.code
    zh, en = visit.view.names.get(region, ("", "") if region.isascii() else (region, ""))
    return (en if code == "en" else zh) or zh or visit.view.name(code)


EXPERT_LEAVES = (
    EXPERTS_LEAF,
    Leaf(
        name="expert",
        path="desk/experts/{name}",
        template="expert.html",
        type=ExpertPage,
        build=expert_page,
        names=lambda view: [],
        roles=KEEPERS,
        personal=True,
        says=marked("One expert with the contact; every look is written down."),
    ),
    Leaf(
        name="expert-paper",
        path="desk/experts/{name}/paper",
        template="expertpaper.html",
        type=ExpertPaperPage,
        build=expert_paper,
        names=lambda view: [],
        roles=KEEPERS,
        personal=True,
        says=marked("The consent of an expert as a paper to be signed."),
    ),
)
