"""People of the desk: who they are and what each may do, kept as acts; passwords and sessions lie elsewhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.actor import ROLES, Actor, Grant
from luoshu.desk.clock import CHINA
from luoshu.desk.journal import MayNot, Refused
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.desk.things import Things

LOGIN_NAME = re.compile(r"[\w][\w.-]{0,39}")
MACHINES = frozenset({"clock", "console", "machine", "rule", "nobody"})
"""Names that no person may have: they stand in the journal for parts of the program."""
ADMIN = frozenset({"admin"})
ROLE_WORDS = {
    "admin": "管理员", "duty": "值班员", "store": "保管员", "team": "队伍", "viewer": "查看者", "auditor": "审计员",
}  # fmt: skip
CONSOLE = Actor(id="console", name="console", grants=(Grant(role="admin"),))
"""Who sits at the machine that holds the journal: makes the first administrator, from the command line only."""


@dataclass(frozen=True, kw_only=True)
class Held(Grant):
    """A role that a person holds, to the end of a day (None: until it is taken away)."""

    until: date | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it is limited in nothing: no organisation, no incident, no last day."""
        return not self.organisation and not self.incident and self.until is None

    def in_force(self, at: datetime) -> bool:
        """Whether it still holds.

        >>> from datetime import UTC
        >>> Held(role="team", until=date(2021, 7, 20)).in_force(datetime(2021, 7, 20, 15, 59, tzinfo=UTC))
        True
        >>> Held(role="team", until=date(2021, 7, 20)).in_force(datetime(2021, 7, 20, 16, 0, tzinfo=UTC))
        False
        """
        return self.until is None or at < datetime.combine(self.until + timedelta(days=1), time(), CHINA)


@dataclass(frozen=True, kw_only=True)
class Person(Thing):
    """Somebody who can log in: as little about them as the journal needs.

    `lost` is when a role was last taken away from them: sessions that began before are over.
    """

    sort = "person"
    zh = "人员"
    id: str
    name: str
    organisation: str = ""
    held: tuple[Held, ...] = ()
    closed: bool = False
    lost: datetime | None = None

    def actor(self, at: datetime) -> Actor | None:
        """Who acts now, with the grants in force; None for who may no longer log in."""
        if self.closed:
            return None
        grants = tuple(
            Grant(role=each.role, organisation=each.organisation, incident=each.incident)
            for each in self.held
            if each.in_force(at)
        )
        return Actor(id=self.id, name=self.name, organisation=self.organisation, grants=grants)


def login_name(text: str) -> str:
    """A login name as it is kept: the same for however it was typed.

    >>> login_name(" Ｌｉ.Wei "), login_name("王芳")
    ('li.wei', '王芳')
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def good_login_name(name: str) -> None:
    """Refuse what cannot be a login name."""
    if not LOGIN_NAME.fullmatch(name) or name in MACHINES:
        raise Refused(say("{name} cannot be a login name: use letters, digits, dot and hyphen", name=name[:64]))


def within(by: Actor, person: Person) -> bool:
    """Whether an administrator's own reach covers everything that a person holds, so that acting on the person, or in
    their name, gives nobody more than they have."""
    reach = [(person.organisation, ""), *((each.organisation, each.incident) for each in person.held)]
    return all(by.may(ADMIN, organisation, incident) for organisation, incident in reach)


class _OnPerson(Act[Person]):
    """What all acts on people share."""

    thing = Person
    roles = ADMIN
    undoers = ADMIN
    person: str

    def key(self) -> str:
        return login_name(self.person)

    def undone(self, scene: Scene, after: Person | None) -> None:
        before = scene.all(Person)
        left = {**before, self.key(): after}
        if any(map(_rules, before.values())) and not any(each is not None and _rules(each) for each in left.values()):
            raise Refused(say("nobody would be left who may let people in: make another administrator first"))


def _standing(state: Person | None, name: str) -> Person:
    if state is None:
        raise Refused(say("there is nobody called {name}", name=name))
    if state.closed:
        raise Refused(say("the account of {name} is closed", name=name))
    return state


def _within_reach(scene: Scene, name: str) -> None:
    person = scene.get(Person, name)
    if person is not None and not within(scene.by, person):
        raise MayNot(say("{name} holds more than you may give or take", name=person.name))


def _somebody_stays(scene: Scene, after: Person) -> None:
    """Refuse what would leave nobody who can let people in."""
    before = scene.all(Person)
    if any(map(_rules, before.values())) and not any(map(_rules, {**before, after.id: after}.values())):
        raise Refused(say("nobody would be left who may let people in: make another administrator first"))


def _rules(person: Person) -> bool:
    return not person.closed and any(each.role == "admin" and each.everywhere for each in person.held)


@act
class Add(_OnPerson):
    """Somebody new; they can log in once they have a password and do something once they hold a role."""

    what = "staff.add"
    says = say("add a person")
    person: str = fact(
        "Login name: letters, digits, dot and hyphen", zh="登录名", note_zh="汉字、字母、数字、点和连字符"
    )
    name: str = fact("The name that others see", zh="姓名", note_zh="他人看到的姓名")
    belongs_to: str = fact("Whose people they are", zh="所属单位", note_zh="人员所在单位，可不填", default="")

    def organisation(self, scene: Scene) -> str:
        return self.belongs_to

    def check(self, scene: Scene) -> None:
        good_login_name(self.key())
        if not self.name:
            raise Refused(say("say the name that others see"))

    def on(self, state: Person | None, told: Told) -> Person:
        if state is not None:
            raise Refused(say("there is somebody called {name} already", name=self.key()))
        return Person(id=self.key(), name=self.name, organisation=self.belongs_to)


class _OnRole(_OnPerson):
    """What giving and taking a role share: a limit to one organisation, to one incident."""

    role: str
    only_organisation: str
    only_incident: str

    def organisation(self, scene: Scene) -> str:
        return self.only_organisation

    def incident_of(self, state: Thing | None) -> str:
        return self.only_incident

    def same(self, held: Held) -> bool:
        return (held.role, held.organisation, held.incident) == (self.role, self.only_organisation, self.only_incident)


@act
class Give(_OnRole):
    """A role for a person, everywhere or for one organisation, one incident, a time."""

    what = "staff.grant"
    says = say("give a role")
    person: str = fact("Who", zh="人员", refers=Person)
    role: str = fact("The role", zh="角色", choices=ROLE_WORDS)
    only_organisation: str = fact("Only for this organisation", zh="仅限单位", note_zh="不填则不限单位", default="")
    only_incident: str = fact(
        "Only in this incident", zh="仅限事件", note_zh="不填则不限事件", refers="incident", default=""
    )
    until: date | None = fact(
        "To the end of this day", zh="有效期至", note_zh="当日结束时失效，不填则长期", default=None
    )

    def check(self, scene: Scene) -> None:
        if self.until is not None and not Held(role=self.role, until=self.until).in_force(scene.at):
            raise Refused(say("{day} is over already", day=self.until.isoformat()))
        if self.until is not None:
            _somebody_stays(scene, self.on(scene.get(Person, self.key()), _now(scene)))

    def on(self, state: Person | None, told: Told) -> Person:
        state = _standing(state, self.key())
        new = Held(
            role=self.role, organisation=self.only_organisation, incident=self.only_incident, until=self.until
        )  # fmt: skip
        return replace(state, held=(*(each for each in state.held if not self.same(each)), new))


@act
class Take(_OnRole):
    """A role is taken away."""

    what = "staff.revoke"
    says = say("take a role away")
    person: str = fact("Who", zh="人员", refers=Person)
    role: str = fact("The role", zh="角色", choices=ROLE_WORDS)
    only_organisation: str = fact("The organisation that it was limited to", zh="仅限单位", default="")
    only_incident: str = fact("The incident that it was limited to", zh="仅限事件", refers="incident", default="")

    def check(self, scene: Scene) -> None:
        _within_reach(scene, self.key())
        _somebody_stays(scene, self.on(scene.get(Person, self.key()), _now(scene)))

    def on(self, state: Person | None, told: Told) -> Person:
        state = _standing(state, self.key())
        left = tuple(each for each in state.held if not self.same(each))
        if len(left) == len(state.held):
            raise Refused(say("{name} does not hold this role", name=state.name))
        return replace(state, held=left, lost=told.written)


@act
class Shut(_OnPerson):
    """An account is closed: its person is logged out and cannot log in again; what they did stays."""

    what = "staff.close"
    says = say("close an account")
    person: str = fact("Who", zh="人员", refers=Person)

    def organisation(self, scene: Scene) -> str:
        person = scene.get(Person, self.key())
        return person.organisation if person else ""

    def check(self, scene: Scene) -> None:
        _within_reach(scene, self.key())
        _somebody_stays(scene, self.on(scene.get(Person, self.key()), _now(scene)))

    def on(self, state: Person | None, told: Told) -> Person:
        return replace(_standing(state, self.key()), closed=True, held=(), lost=told.written)


def _now(scene: Scene) -> Told:
    return Told(number=0, at=scene.at, written=scene.at, who=scene.by.id, why="")


def actor_of(things: Things, person: str, at: datetime) -> Actor | None:
    """Who a person is now and may do; None where there is nobody of this name who may log in."""
    found = things.get(Person, person)
    return found.actor(at) if found else None


def nobody_rules(things: Things) -> bool:
    """Whether there is no administrator yet."""
    return not any(_rules(person) for person in things.all(Person).values())


assert ROLE_WORDS.keys() == ROLES.keys()
