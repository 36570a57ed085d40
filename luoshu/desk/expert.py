"""The expert bank: who can be called on for what, where and when; only with consent, and gone when it is withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from luoshu.book.directory import Owner, Place
from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.clock import local_day
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.skills import LEVELS, skills_of
from luoshu.desk.things import Things
from luoshu.words.message import say

KEEPERS = frozenset({"duty", "admin"})
SELF = "self"
"""The role of somebody who acts for themselves by a link of their own; nobody can be given it."""
HOWS: Mapping[str, str] = {"paper": "本人书面签字", "spoken": "本人口头同意", "link": "本人通过链接同意"}
"""How a consent was given."""
MOST_WINDOWS = 50


@dataclass(frozen=True, kw_only=True)
class Window:
    """A time in which somebody can be called on."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What somebody agreed to: from which day, for what, and to which day (None: until withdrawn); how they did (empty:
    nobody wrote it down), where the proof of it is kept, and who wrote it down."""

    since: date
    purpose: str
    until: date | None = None
    how: str = ""
    proof: str = ""
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody was asked to agree to by a link, when and by whom."""

    at: datetime
    who: str
    purpose: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Expert(Thing):
    """Somebody who can be called on: as little about them as is needed to find and reach them.

    Without `consent` nobody is listed; after `withdrawn` nothing personal is left. `skills` holds pairs of a skill and
    how well it is known, `place` is where they can be reached from.
    """

    sort: ClassVar[str] = "expert"
    zh: ClassVar[str] = "专家"
    id: str
    name: str = ""
    organisation: str = ""
    post: str = ""
    place: str = ""
    contact: str = ""
    skills: tuple[tuple[str, str], ...] = ()
    windows: tuple[Window, ...] = ()
    consent: Consent | None = None
    asked: Asked | None = None
    withdrawn: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing can be done with this person any more, or not yet: they stand in no list to choose from."""
        return self.withdrawn is not None or self.consent is None

    def listed(self, day: date) -> bool:
        """Whether this person may be shown and called on that day."""
        given = self.consent
        return (
            given is not None and not self.withdrawn and given.since <= day and (not given.until or day <= given.until)
        )

    def free(self, at: datetime) -> bool | None:
        """Whether they said that they can be called on at a moment; None where they said nothing about any time."""
        if not self.windows:
            return None
        return any(each.since <= at < each.until for each in self.windows)


@dataclass(frozen=True, kw_only=True)
class _OnExpert(Act[Expert]):
    """What all acts on experts share: what they say of somebody can be erased."""

    of_person = True

    expert: str = fact("The person", zh="专家", refers=Expert, hidden=True)

    def key(self) -> str:
        return self.expert


def themselves(expert: str) -> Actor:
    """An expert who acts for themselves."""
    return Actor(id=f"{Expert.sort}:{expert}", grants=(Grant(role=SELF),))


def only_theirs(scene: Scene, expert: str) -> None:
    """Refuse that somebody acts by their link for somebody else (MayNot)."""
    if not scene.by.may(KEEPERS) and scene.by.id != themselves(expert).id and SELF in scene.by.roles:
        raise MayNot(say("this link is good for its own person only"))


def _here(state: Expert | None, id: str) -> Expert:
    if state is None:
        raise Refused(say("there is no expert {id}", id=id))
    if state.withdrawn:
        raise Refused(say("this person has withdrawn the consent; nothing is kept about them"))
    return state


@act
class EnterExpert(_OnExpert):
    """Somebody new, or the same person with what has changed; listed once there is a consent.

    A telephone that is left out stays as it was: nobody has to read it to correct the rest.
    """

    what = "expert.enter"
    says = say("enter an expert")
    thing = Expert
    roles = KEEPERS
    name: str = fact("The name", zh="姓名", personal=True)
    works_for: str = fact("Where they work", zh="所在单位", refers=Owner, personal=True, default="")
    post: str = fact("What they do there", zh="职务或专业", personal=True, default="")
    place: str = fact("Where they can be reached from", zh="所在区县", refers=Place, personal=True, default="")
    contact: str = fact("Telephone for calls on duty", zh="应急联系电话", personal=True, default="")

    def on(self, state: Expert | None, told: Told) -> Expert:
        before = _here(state, self.expert) if state is not None else Expert(id=self.expert)
        return replace(
            before, name=self.name, organisation=self.works_for, post=self.post, place=self.place,
            contact=self.contact or before.contact,
        )  # fmt: skip


@act
class ConsentOfExpert(_OnExpert):
    what = "expert.consent"
    says = say("write down an expert's consent")
    thing = Expert
    roles = KEEPERS
    since: date = fact("The day of the consent", zh="同意日期")
    purpose: str = fact("What they agreed to", zh="同意用途", personal=True)
    until: date | None = fact("The last day", zh="有效期至", default=None)
    how: str = fact(
        "How they agreed", zh="同意方式", choices={how: HOWS[how] for how in ("paper", "spoken")}, default=""
    )
    proof: str = fact(
        "Where the signed paper is kept, or who heard it", zh="凭证存放或见证人", personal=True, default=""
    )

    def check(self, scene: Scene) -> None:
        if self.how and not self.proof:
            raise Refused(say("say where the signed paper is kept, or who heard it"))
        if self.since > scene.at.astimezone(scene.clock.zone).date():
            raise Refused(say("the consent lies in the future"))

    def on(self, state: Expert | None, told: Told) -> Expert:
        if self.until is not None and self.until < self.since:
            raise Refused(say("the consent ends before it begins"))
        consent = Consent(since=self.since, purpose=self.purpose, until=self.until, how=self.how, proof=self.proof,
                          who=told.who)  # fmt: skip
        return replace(_here(state, self.expert), consent=consent, asked=None)


@act
class InviteExpert(_OnExpert):
    """Somebody is asked to agree themselves, by a link that only they are given."""

    what = "expert.invite"
    says = say("ask an expert for the consent by a link")
    thing = Expert
    roles = KEEPERS
    purpose: str = fact("What they are asked to agree to", zh="同意用途", personal=True)
    until: date | None = fact("The last day", zh="有效期至", default=None)

    def on(self, state: Expert | None, told: Told) -> Expert:
        asked = Asked(at=told.at, who=told.who, purpose=self.purpose, until=self.until)
        return replace(_here(state, self.expert), asked=asked)


@act
class OwnConsent(_OnExpert):
    """An expert agrees by their own link to what they were asked."""

    what = "expert.agree"
    says = say("agree by one's own link")
    thing = Expert
    roles = frozenset({SELF})

    def check(self, scene: Scene) -> None:
        only_theirs(scene, self.expert)

    def on(self, state: Expert | None, told: Told) -> Expert:
        here = _here(state, self.expert)
        if here.asked is None:
            raise Refused(say("nothing was asked, or it was answered already"))
        consent = Consent(since=local_day(told.at), purpose=here.asked.purpose, until=here.asked.until, how="link",
                          who=told.who)  # fmt: skip
        return replace(here, consent=consent, asked=None)


@act
class WithdrawConsent(_OnExpert):
    """All that is personal is erased for good, in the journal too; that somebody was here, and when they left, stays.

    So do the days of the consent and of times, which say nothing about anybody without the rest.
    """

    what = "expert.withdraw"
    says = say("withdraw an expert's consent")
    of_person = False  # its reason stays: it says why everything else is gone
    thing = Expert
    roles = KEEPERS | {SELF}
    lasting = say("a consent that was withdrawn does not come back by taking that back: ask the person again")

    def on(self, state: Expert | None, told: Told) -> Expert:
        return Expert(id=_here(state, self.expert).id, withdrawn=told.at)

    def check(self, scene: Scene) -> None:
        only_theirs(scene, self.expert)

    def erases(self, scene: Scene) -> Iterable[tuple[type[Thing], str]]:
        from luoshu.desk.post import Post

        posts = [each.id for each in scene.all(Post).values() if each.expert == self.expert]
        return [(Expert, self.expert), *((Post, id) for id in posts)]


@act
class SkillOfExpert(_OnExpert):
    what = "expert.skill"
    says = say("write down what an expert can do")
    thing = Expert
    roles = KEEPERS
    skill: str = fact("The skill, from the list", zh="技能", refers="skill", personal=True)
    level: str = fact("How well", zh="程度", choices={**LEVELS, "none": "删除此技能"}, personal=True)

    def check(self, scene: Scene) -> None:
        known = skills_of(scene.book, scene.at.astimezone(scene.clock.zone).date())
        if self.skill not in known:
            raise Refused(say("{skill} is not on the list of skills", skill=self.skill))

    def on(self, state: Expert | None, told: Told) -> Expert:
        others = tuple(each for each in _here(state, self.expert).skills if each[0] != self.skill)
        added = () if self.level == "none" else ((self.skill, self.level),)
        return replace(_here(state, self.expert), skills=(*others, *added))


@act
class FreeExpert(_OnExpert):
    what = "expert.free"
    says = say("write down when an expert can be called on")
    thing = Expert
    roles = KEEPERS
    since: datetime = fact("From", zh="可调用起")
    until: datetime = fact("To", zh="可调用止")

    def on(self, state: Expert | None, told: Told) -> Expert:
        if self.until <= self.since:
            raise Refused(say("the time ends before it begins"))
        here = _here(state, self.expert)
        windows = (*here.windows, Window(since=self.since, until=self.until))[-MOST_WINDOWS:]
        return replace(here, windows=tuple(sorted(windows, key=lambda each: each.since)))


@act
class BusyExpert(_OnExpert):
    """A time in which they cannot be called on after all; what they said before and after it stays."""

    what = "expert.busy"
    says = say("write down when an expert cannot be called on after all")
    thing = Expert
    roles = KEEPERS
    since: datetime = fact("From", zh="不可调用起")
    until: datetime = fact("To", zh="不可调用止")

    def check(self, scene: Scene) -> None:
        if self.until <= self.since:
            raise Refused(say("the time ends before it begins"))
        here = scene.need(Expert, self.expert)
        if not any(each.since < self.until and self.since < each.until for each in here.windows):
            raise Refused(say("they did not say that they can be called on then"))

    def on(self, state: Expert | None, told: Told) -> Expert:
        here = _here(state, self.expert)
        left = [
            Window(since=since, until=until)
            for each in here.windows
            for since, until in ((each.since, min(each.until, self.since)), (max(each.since, self.until), each.until))
            if since < until
        ]
        return replace(here, windows=tuple(left))


def listed(things: Things, day: date) -> Mapping[str, Expert]:
    """The experts whose consent holds on a day."""
    return {id: each for id, each in things.all(Expert).items() if each.listed(day)}
