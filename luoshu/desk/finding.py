"""Experts found by a need in Chinese words, and the best team for some tasks; always with reasons, never a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from luoshu.desk.expert import Expert
from luoshu.desk.skills import LEVELS, SHARES, Skill, pairs, plain
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

DETOUR, KM_PER_HOUR = 1.4, 40.0
"""From the straight line between two counties to minutes on the road: a rule of thumb, said with every figure."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A skill that a need asks for, and the words by which it was understood; `near`: only by parts of words."""

    skill: Skill
    words: tuple[str, ...]
    near: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person who was found, and why; never how good they are as a number."""

    expert: Expert
    reasons: tuple[Message, ...]
    free: bool | None
    km: float | None


def understood(need: str, skills: Mapping[str, Skill]) -> tuple[Match, ...]:
    """The skills that a need in plain words asks for, those whose own words stand in it first.

    A word of the list that stands in the need counts; where none does, one that shares half of its pairs of characters.

    >>> from luoshu.desk.skills import skills_of
    >>> from datetime import date
    >>> listed = skills_of(None, date(2026, 1, 1))
    >>> [(each.skill.id, each.words) for each in understood("堤坝管涌", listed)]
    [('dyke', ('堤坝', '管涌'))]
    """
    asked, asked_pairs = plain(need), pairs(need)
    direct, near = [], []
    for skill in skills.values():
        words = tuple(dict.fromkeys((skill.zh, skill.en, *skill.words)))
        hits = tuple(word for word in words if plain(word) and plain(word) in asked)
        if hits:
            direct.append(Match(skill=skill, words=hits))
            continue
        alike = tuple(word for word in words if _alike(pairs(word), asked_pairs))
        if alike:
            near.append(Match(skill=skill, words=alike[:3], near=True))
    return (*sorted(direct, key=lambda each: -len(each.words)), *near)


def _alike(word: frozenset[str], asked: frozenset[str]) -> bool:
    return len(word) > 1 and len(word & asked) * 2 >= len(word)


def search(
    need: str, experts: Iterable[Expert], skills: Mapping[str, Skill], at: datetime, *,
    where: tuple[float, float] | None = None, places: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Found, ...]:  # fmt: skip
    """The experts who answer to a need, each with the reasons.

    Order: those with a skill that the need names, before those found by like words or by their post; among these, those
    who said that they are free, then the nearest, then by name. `where` and `places` are longitudes and latitudes.
    """
    matches = understood(need, skills)
    asked = pairs(need)
    found = []
    for expert in experts:
        known = dict(expert.skills)
        mine = [each for each in matches if each.skill.id in known]
        reasons = [_skill_reason(each, known[each.skill.id]) for each in mine]
        shared = pairs(expert.post) & asked
        if shared:
            reasons.append(say("the post, {post}, shares the words {words}", post=expert.post,
                               words=", ".join(sorted(shared)[:3])))  # fmt: skip
        if not reasons:
            continue
        km = way(expert.place, where, places or {})
        rank = (all(each.near for each in mine), expert.free(at) is not True, inf if km is None else km, expert.id)
        found.append((rank, Found(expert=expert, reasons=tuple(reasons), free=expert.free(at), km=km)))
    return tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))


def _skill_reason(match: Match, level: str) -> Message:
    name = named(match.skill.zh, match.skill.en)
    words, how = ", ".join(match.words), level_word(level)
    if match.near:
        return say("{skill} ({level}): the need is like {words}", skill=name, level=how, words=words)
    return say("{skill} ({level}): the need says {words}", skill=name, level=how, words=words)


def level_word(level: str) -> Message:
    """How well somebody knows a skill, in both languages."""
    english = {"assists": "can assist", "works": "can work alone", "leads": "can lead"}
    return named(LEVELS.get(level, level), english.get(level, level))


def way(place: str, where: tuple[float, float] | None, places: Mapping[str, tuple[float, float]]) -> float | None:
    """Kilometres as the crow flies between the middles of two areas; None where one is not known."""
    if where is None or place not in places:
        return None
    from luoshu.methods.sphere import great_circle

    return float(great_circle(*places[place], *where)) / 1000


def middles(book: Book | None) -> Mapping[str, tuple[float, float]]:
    """A point inside each place that has an outline: longitude and latitude."""
    if book is None:
        return {}
    from luoshu.desk.alertarea import place_outlines

    def make(made: Book) -> Mapping[str, tuple[float, float]]:
        from shapely.geometry import shape

        spots = {id: shape(geometry).buffer(0).representative_point() for id, geometry in place_outlines(made).items()}
        return {id: (spot.x, spot.y) for id, spot in spots.items()}

    return book.derived("middles of places", make)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A task that a team is put together for: the skill, how many people, the least level, minutes to be there."""

    skill: str
    people: int = 1
    least: str = "works"
    within: float = inf


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person for one task, and why."""

    expert: Expert
    reasons: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One task of a team: who does it, how many are missing, and why others did not suit."""

    wanted: Wanted
    members: tuple[Member, ...]
    missing: int
    others: tuple[tuple[Expert, Message], ...]


REFUSED: Mapping[str, Message] = {
    "busy": say("cannot be called on now"),
    "skill": say("does not have the skill"),
    "level": say("does not know it well enough"),
    "way": say("cannot be there in time, or it is not known from where"),
    "engaged": say("does another task of this team"),
}


def team(
    tasks: Sequence[Wanted], experts: Sequence[Expert], at: datetime, *,
    where: tuple[float, float] | None = None, places: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Line, ...]:  # fmt: skip
    """The best team for some tasks (the earlier weigh more), nobody twice, with the reason of every pair."""
    from luoshu.methods.team_assignment import Person, Task, assign_team

    ways = [way(each.place, where, places or {}) for each in experts]
    people = [
        Person(
            id=each.id,
            skills={skill: SHARES[level] for skill, level in each.skills},
            minutes=[_minutes(km, task, where) for task in tasks],
            free=each.free(at) is not False,
        )
        for each, km in zip(experts, ways, strict=True)
    ]
    wanted = [
        Task(
            id=str(n), skill=task.skill, least=SHARES[task.least], weight=2.0 ** (len(tasks) - n), within=task.within,
            people=task.people,
        )
        for n, task in enumerate(tasks)
    ]  # fmt: skip
    made = assign_team(people, wanted)
    known = {each.id: each for each in experts}
    far = {each.id: _distance(km) for each, km in zip(experts, ways, strict=True)}
    missing = dict(made.open)
    return tuple(
        Line(
            wanted=task,
            members=tuple(
                Member(
                    expert=known[pair.person],
                    reasons=_pair_reasons(known[pair.person], task, at, far[pair.person] if where else None),
                )
                for pair in made.pairs
                if pair.task == str(n)
            ),
            missing=missing.get(str(n), 0),
            others=tuple(
                (known[who], REFUSED[why]) for place, who, why in made.refused if place == str(n) and why != "skill"
            ),
        )
        for n, task in enumerate(tasks)
    )  # fmt: skip


def _minutes(km: float | None, task: Wanted, where: tuple[float, float] | None) -> float:
    """Minutes of way; not known counts as none, unless somebody must be there in time."""
    if km is None:
        return inf if where is not None and task.within < inf else 0.0
    return km * DETOUR / KM_PER_HOUR * 60


def _distance(km: float | None) -> Message:
    if km is None:
        return say("not known from where")
    if km < 1:
        return say("in that area")
    return say("about {minutes:.0f} minutes away (estimate)", minutes=km * DETOUR / KM_PER_HOUR * 60)


def _pair_reasons(expert: Expert, task: Wanted, at: datetime, far: Message | None) -> tuple[Message, ...]:
    free = expert.free(at)
    called = say("said to be free now") if free else say("has not said when; ask first")
    reasons = (level_word(dict(expert.skills)[task.skill]), called)
    return (*reasons, far) if far is not None else reasons
