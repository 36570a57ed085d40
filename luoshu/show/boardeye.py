"""How a board sees its incident: what stands, for whom, at which moment; and the buttons that each may press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from luoshu.book.book import Book
from luoshu.book.directory import Owner
from luoshu.desk.act import ACTS
from luoshu.desk.clock import Clock
from luoshu.desk.incident import DUTY, LEVELS, Incident
from luoshu.desk.staff import Person
from luoshu.desk.things import Things
from luoshu.show.desknav import WORDS
from luoshu.show.language import Language
from luoshu.show.page import Visit
from luoshu.words.message import named

SOON = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Do:
    """A button of the board: the act, its word, the facts that it knows; `href` is its form as a page of its own.

    `offers` fills fields that stay open to another answer. `at_once`: nothing else is asked, it is done when it is
    pressed. `seldom`: it stands under "more".
    """

    what: str
    word: str
    facts: dict[str, str]
    href: str
    label: str = ""
    at_once: bool = False
    tone: str = ""
    key: str = ""
    seldom: bool = False
    offers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Due:
    """When something is due: the moment, how long that is still, and whether it is late, soon or neither."""

    at: datetime
    words: str
    late: str


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of response: its numeral ("" for none) and what it is called."""

    level: str
    word: str


@dataclass(frozen=True)
class Eye:
    """One board for one person at one moment. `book` may be missing: then places stand by their codes."""

    visit: Visit
    incident: Incident
    things: Things
    now: datetime
    book: Book | None
    clock: Clock
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        return self.visit.language

    @cached_property
    def path(self) -> str:
        """The address of the board."""
        return "/desk/incidents/" + quote(self.incident.id, safe="")

    @property
    def acts(self) -> bool:
        """Whether anything can be done here at all."""
        return self.visit.links.mouth == "server" and self.visit.actor is not None and self.visit.room is not None

    def of(self, sort: type) -> list:  # type: ignore[type-arg]
        """The things of one sort that belong to the incident, in the order of first mention."""
        found: list[Any] = list(self.things.all(sort).values())
        return [each for each in found if each.incident == self.incident.id]

    def name(self, person: str) -> str:
        """What somebody is called."""
        if person == "clock":
            return self.language.say("the clock")
        return self.names.get(person, person)

    def organisation(self, code: str) -> str:
        """What an organisation is called."""
        row = self._owners.get(code)
        if row is None:
            return self.visit.owner(code) if code else ""
        return row.name_en if self.language.code == "en" and row.name_en else self.language.word(row.name)

    @cached_property
    def _owners(self) -> Mapping[str, Owner]:
        return {row.id: row for row in self.book.rows(Owner)} if self.book is not None else {}

    def may(self, what: str, organisation: str = "") -> bool:
        """Whether who looks may do this act on something of an organisation in this incident."""
        actor, kind = self.visit.actor, ACTS[what]
        if not self.acts or actor is None or not self.incident.open:
            return False
        led = self.incident.organisation
        if actor.may(kind.roles & DUTY, led, self.incident.id):
            return True
        return actor.may(kind.roles, organisation or led, self.incident.id)

    def do(
        self, what: str, word: str, facts: Mapping[str, str], organisation: str = "", *, label: str = "",
        at_once: bool = False, tone: str = "", key: str = "", seldom: bool = False,
        offers: Mapping[str, str] | None = None,
    ) -> tuple[Do, ...]:  # fmt: skip
        """The button of an act, none where who looks may not do it."""
        if not self.may(what, organisation):
            return ()
        offered = dict(offers or {})
        query = urlencode({**facts, **offered, "_back": self.path})
        return (
            Do(what=what, word=self.language.say(word), facts=dict(facts), href=f"/desk/acts/{what}?{query}",
               label=label, at_once=at_once, tone=tone, key=key, seldom=seldom, offers=offered),
        )  # fmt: skip

    def level(self, level: str) -> Level:
        """A level with its word."""
        if level not in LEVELS:
            return Level(level="", word=self.language.say("no response in force"))
        return Level(level=level, word=self.language.message(named(LEVELS[level], f"Level {level}")))

    def chosen(self, words: Mapping[str, str], value: str) -> str:
        """The word of a value of a list, Chinese from the list, English from the value."""
        return self.language.message(named(words.get(value, value), self.language.text(value)))

    def due(self, at: datetime, *, runs: bool = True) -> Due:
        """A moment by which something is to be done, seen from now; what does not run any more is never late."""
        minutes = round((at - self.now) / timedelta(minutes=1))
        late = "" if not runs else "late" if minutes < 0 else "soon" if minutes <= 30 else ""
        template = WORDS["overdue"] if minutes < 0 else WORDS["left"]
        return Due(at=at, words=self.language.say(template, span=self.span(abs(minutes))), late=late)

    def span(self, minutes: int) -> str:
        """Minutes in at most two units, as the pages' scripts say them."""
        days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
        parts = [(days, "days"), (hours, "hours")] if days else [(hours, "hours"), (rest, "minutes")]
        said = [self.language.say(WORDS[unit], count=count) for count, unit in parts if count]
        words = ("" if self.language.code == "zh" else " ").join(said)
        return words or self.language.say(WORDS["minutes"], count=0)

    def amount(self, value: float, unit: str) -> str:
        """An amount with its unit."""
        return self.language.figure(value, unit)

    @property
    def day(self) -> date:
        """The day where the desk stands."""
        return self.now.astimezone(self.clock.zone).date()


def eye(visit: Visit, name: str) -> Eye:
    """The eye on the incident of this name; KeyError where there is none."""
    incident = visit.things.get(Incident, name) if visit.things is not None else None
    if incident is None or visit.things is None:
        raise KeyError(name)
    room = visit.room
    now = visit.now or visit.things.at or incident.opened
    return Eye(
        visit=visit, incident=incident, things=visit.things, now=now,
        book=room.book if room and room.book else visit.view.book,
        clock=visit.clock,
        names={each.id: each.name for each in visit.things.all(Person).values()},
    )  # fmt: skip
