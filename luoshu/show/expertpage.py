"""The expert bank: found by a need in plain words with the reasons, put together to a team, with two-way posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from luoshu.book.directory import Place
from luoshu.desk.clock import local_day
from luoshu.desk.expert import KEEPERS, Expert, listed
from luoshu.desk.finding import Found, Line, Wanted, level_word, middles, search, team, understood
from luoshu.desk.post import DIRECTIONS, PARTIES, Post
from luoshu.desk.skills import LEVELS, Skill, skills_of
from luoshu.show.alertview import owners
from luoshu.show.forms import Form, form_of
from luoshu.show.language import Language, marked
from luoshu.show.links import join
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.words.message import named

TASKS = 4
DIRECTION_WORDS = {
    "to_university": "from a company to a university", "to_company": "from a university to a company",
    "other": "another way",
}  # fmt: skip
PARTY_WORDS = {"home": "where they work", "host": "where they go", "expert": "themselves"}


@dataclass(frozen=True, kw_only=True)
class Card:
    """One expert in a list; no contact. `reasons` tell why they were found."""

    id: str
    href: str
    name: str
    organisation: str
    post: str
    place: str
    skills: tuple[tuple[str, str], ...]
    free: str
    far: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task as it was asked for in the form of a team."""

    skill: str
    people: str
    least: str
    within: str


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """What the team does for one task."""

    skill: str
    people: int
    members: tuple[Card, ...]
    missing: int
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PostRow:
    """A two-way post and what it still waits for."""

    id: str
    expert: str
    expert_href: str
    home: str
    host: str
    direction: str
    work: str
    share: str
    since: str
    until: str
    state: str
    state_word: str
    waits: tuple[str, ...]
    agree: Form | None


@dataclass(frozen=True, kw_only=True)
class ExpertsPage(Page):
    """The bank: what was asked, who was found, a team, the posts, and who is new."""

    need: str
    where: str
    understood: tuple[tuple[str, str], ...]
    found: tuple[Card, ...]
    count: int
    waiting: tuple[Card, ...]
    skills: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    tasks: tuple[TaskRow, ...]
    team: tuple[TeamLine, ...]
    posts: tuple[PostRow, ...]
    enter: Form
    contacts: bool


def experts_page(visit: Visit, name: str, query: Mapping[str, str]) -> ExpertsPage:
    """The page of the expert bank, for who asks something of it."""
    assert visit.things is not None
    assert visit.room is not None
    assert visit.now is not None
    language, book = visit.language, visit.room.book
    day = local_day(visit.now)
    skills = skills_of(book, day)
    known = listed(visit.things, day)
    spots = middles(book)
    need, where = query.get("need", "")[:200].strip(), query.get("where", "")
    tasks = _tasks(query)
    at = spots.get(where)
    if need:
        found = search(need, known.values(), skills, visit.now, where=at, places=spots)
        cards = tuple(card(visit, each.expert, skills, each) for each in found)
    else:
        cards = tuple(card(visit, each, skills) for each in known.values())
    wanted = [each for each in (_wanted(row, skills) for row in tasks) if each is not None]
    lines = team(wanted, list(known.values()), visit.now, where=at, places=spots) if wanted and known else ()
    waiting = [
        each
        for id, each in visit.things.all(Expert).items()
        if id not in known and not each.withdrawn and (visit.actor and visit.actor.roles & KEEPERS)
    ]
    rows = book.rows(Place) if book is not None else ()
    return ExpertsPage(
        title=language.say("Expert bank"),
        day=visit.view.day,
        language=language.code,
        need=need,
        where=where,
        understood=tuple(
            (skill_word(each.skill, language), "、".join(each.words)) for each in understood(need, skills)
        ),
        found=cards,
        count=len(known),
        waiting=tuple(card(visit, each, skills) for each in waiting),
        skills=tuple((id, skill_word(each, language)) for id, each in skills.items()),
        levels=tuple((id, language.message(level_word(id))) for id in LEVELS),
        places=tuple((each.id, language.word(each.name)) for each in rows if each.id in spots),
        tasks=tasks,
        team=tuple(_line(visit, each, skills) for each in lines),
        posts=tuple(post_row(visit, each) for each in visit.things.all(Post).values() if each.expert in known),
        enter=form_of(visit, "expert.enter", {"expert": f"e{visit.now:%y%m%d%H%M%S%f}"}),
        contacts=sees_contacts(visit),
    )


def sees_contacts(visit: Visit) -> bool:
    """Whether who looks may have all telephones in one file: a keeper for all organisations and incidents."""
    return visit.actor is not None and visit.actor.may(KEEPERS)


def _tasks(query: Mapping[str, str]) -> tuple[TaskRow, ...]:
    return tuple(
        TaskRow(
            skill=query.get(f"skill{n}", ""), people=query.get(f"people{n}", "1"),
            least=query.get(f"least{n}", "works"), within=query.get(f"within{n}", ""),
        )
        for n in range(1, TASKS + 1)
    )  # fmt: skip


def _wanted(row: TaskRow, skills: Mapping[str, Skill]) -> Wanted | None:
    if row.skill not in skills:
        return None
    people, within = _number(row.people, 1), _number(row.within, 0) or inf
    least = row.least if row.least in LEVELS else "works"
    return Wanted(skill=row.skill, people=min(max(people, 1), 50), least=least, within=within)


def _number(text: str, default: int) -> int:
    return int(text) if len(text) < 5 and text.isascii() and text.isdecimal() else default


def skill_word(skill: Skill, language: Language) -> str:
    """A skill in the language of who looks."""
    return language.message(named(skill.zh, skill.en))


def card(visit: Visit, expert: Expert, skills: Mapping[str, Skill], found: Found | None = None) -> Card:
    """An expert in the language of who looks, without the telephone."""
    assert visit.now is not None
    language = visit.language
    names = owners(visit)
    book = visit.room.book if visit.room else None
    places = {each.id: each.name for each in book.rows(Place)} if book is not None else {}
    return Card(
        id=expert.id, href=visit.links.to(join("desk/experts", expert.id)), name=expert.name,
        organisation=names.get(expert.organisation, expert.organisation), post=expert.post,
        place=language.word(places.get(expert.place, expert.place)),
        skills=tuple(
            (skill_word(skills[id], language), language.message(level_word(level)))
            for id, level in expert.skills if id in skills
        ),
        free=_free(expert.free(visit.now), language),
        far=_far(found.km, language) if found and found.km is not None else "",
        reasons=tuple(language.message(each) for each in found.reasons) if found else (),
    )  # fmt: skip


def _free(free: bool | None, language: Language) -> str:
    if free is None:
        return language.say("has not said when; ask first")
    return language.say("can be called on now") if free else language.say("cannot be called on now")


def _far(km: float, language: Language) -> str:
    if km < 1:
        return language.say("in that area")
    return language.say("about {km:.0f} km away as the crow flies", km=km)


def _line(visit: Visit, line: Line, skills: Mapping[str, Skill]) -> TeamLine:
    language = visit.language

    def member(expert: Expert, reasons: tuple[Any, ...]) -> Card:
        return card(visit, expert, skills, Found(expert=expert, reasons=reasons, free=None, km=None))

    return TeamLine(
        skill=skill_word(skills[line.wanted.skill], language),
        people=line.wanted.people,
        members=tuple(member(each.expert, each.reasons) for each in line.members),
        missing=line.missing,
        others=tuple((expert.name, language.message(why)) for expert, why in line.others),
    )


def post_row(visit: Visit, post: Post) -> PostRow:
    """A post in the language of who looks."""
    assert visit.things is not None
    assert visit.now is not None
    language, names = visit.language, owners(visit)
    day = local_day(visit.now)
    expert = visit.things.get(Expert, post.expert)
    waits = tuple(party for party in PARTIES if party not in post.agreed) if post.ended is None else ()
    state = "ended" if post.ended else "offered" if waits else "active" if post.active(day) else "agreed"
    words = {
        "ended": language.say("ended"), "offered": language.say("offered"), "active": language.say("in force"),
        "agreed": language.say("agreed, not in its time"),
    }  # fmt: skip
    return PostRow(
        id=post.id, expert=expert.name if expert else "", expert_href=visit.links.to(join("desk/experts", post.expert)),
        home=names.get(post.home, post.home), host=names.get(post.host, post.host),
        direction=language.message(named(DIRECTIONS[post.direction], DIRECTION_WORDS[post.direction])), work=post.work,
        share=f"{post.share:g}%", since=post.since.isoformat(), until=post.until.isoformat(), state=state,
        state_word=words[state],
        waits=tuple(language.message(named(PARTIES[each], PARTY_WORDS[each])) for each in waits),
        agree=form_of(visit, "post.agree", {"post": post.id, "party": waits[0]}, hide=["post"]) if waits else None,
    )  # fmt: skip


EXPERTS_LEAF = Leaf(
    name="experts",
    path="desk/experts",
    template="experts.html",
    type=ExpertsPage,
    build=experts_page,
    roles=KEEPERS,
    personal=True,
    says=marked("The expert bank: found by need, with reasons; the best team; two-way posts."),
)
