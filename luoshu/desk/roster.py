"""Who is on duty when: shifts by post, set by duty officers, swapped when both people agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.actor import READERS
from luoshu.desk.clock import CHINA
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.staff import Person
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.desk.things import Things

LONGEST = timedelta(hours=72)
SETTERS = frozenset({"duty", "admin"})


@dataclass(frozen=True, kw_only=True)
class Shift(Thing):
    """One person at one post from a moment to another. `asked`: the shift that its person would rather have."""

    sort = "shift"
    zh = "班次"
    id: str
    post: str
    person: str
    starts: datetime
    ends: datetime
    belongs_to: str = ""
    cancelled: bool = False
    asked: str = ""
    changes: int = 0
    changed: datetime | None = None

    def during(self, starts: datetime, ends: datetime) -> bool:
        """Whether it holds at any moment of a span; a shift that ends when another begins does not meet it."""
        return not self.cancelled and self.starts < ends and starts < self.ends


def shift_key(post: str, starts: datetime) -> str:
    """What a shift is called: its post and when it begins, by the clock on the wall.

    >>> from datetime import UTC
    >>> shift_key("值班员", datetime(2021, 7, 20, 0, tzinfo=UTC))
    '值班员 2021-07-20 08:00'
    """
    return f"{post} {starts.astimezone(CHINA):%Y-%m-%d %H:%M}"


def on_duty(things: Things, at: datetime) -> tuple[Shift, ...]:
    """The shifts that hold at a moment, by post."""
    now = (each for each in things.all(Shift).values() if not each.cancelled and each.starts <= at < each.ends)
    return tuple(sorted(now, key=lambda each: (each.post, each.starts)))


def coming(things: Things, at: datetime, until: datetime) -> tuple[Shift, ...]:
    """The shifts that begin after a moment and before another, soonest first."""
    later = (each for each in things.all(Shift).values() if not each.cancelled and at < each.starts < until)
    return tuple(sorted(later, key=lambda each: (each.starts, each.post)))


def _shift(state: Shift | None, key: str) -> Shift:
    if state is None or state.cancelled:
        raise Refused(say("there is no shift {shift}", shift=key))
    return state


def _free(shifts: Mapping[str, Shift], person: str, starts: datetime, ends: datetime, besides: Iterable[str]) -> None:
    """Refuse somebody who is at another post then."""
    left_out = set(besides)
    for key, each in shifts.items():
        if key not in left_out and each.person == person and each.during(starts, ends):
            raise Refused(say("{person} is on duty then already: {shift}", person=person, shift=key))


def _still_free(scene: Scene, after: Shift | None) -> None:
    """Refuse that a shift comes back to somebody who was put on another post since."""
    if after is not None and not after.cancelled:
        _free(scene.all_left(Shift), after.person, after.starts, after.ends, (after.id,))


class _OnShift(Act[Shift]):
    """What all acts on a shift that stands share."""

    thing = Shift
    shift: str

    def key(self) -> str:
        return self.shift

    def organisation(self, scene: Scene) -> str:
        found = scene.get(Shift, self.shift)
        return found.belongs_to if found else ""

    def undone(self, scene: Scene, after: Shift | None) -> None:
        _still_free(scene, after)


@act
class Put(Act[Shift]):
    """A person is put on duty; the same post and beginning again gives the shift to another person or another end."""

    what = "roster.set"
    says = say("put somebody on duty")
    thing = Shift
    roles = SETTERS
    post: str = fact("The post, as in duty officer, leader of the shift", zh="岗位", note_zh="如 值班员、带班领导")
    person: str = fact("Who", zh="人员", refers=Person)
    starts: datetime = fact("Begins", zh="开始")
    ends: datetime = fact("Ends", zh="结束")
    belongs_to: str = fact("Whose post it is", zh="所属单位", default="")

    def key(self) -> str:
        return shift_key(self.post, self.starts)

    def organisation(self, scene: Scene) -> str:
        return self.belongs_to

    def check(self, scene: Scene) -> None:
        stands = scene.get(Shift, self.key())
        if stands is not None and not stands.cancelled and not scene.by.may(self.roles, stands.belongs_to):
            raise MayNot(say("the shift {shift} is another organisation's: call your own post by another name",
                             shift=stands.id))  # fmt: skip
        person = scene.get(Person, self.person)
        if person is None or person.closed:
            raise Refused(say("there is nobody called {name}", name=self.person))
        if not timedelta() < self.ends - self.starts <= LONGEST:
            raise Refused(say("a shift ends after it begins, within {hours} hours", hours=72))
        _free(scene.all(Shift), self.person, self.starts, self.ends, (self.key(),))

    def undone(self, scene: Scene, after: Shift | None) -> None:
        _still_free(scene, after)

    def on(self, state: Shift | None, told: Told) -> Shift:
        return Shift(
            id=self.key(), post=self.post, person=self.person, starts=self.starts, ends=self.ends,
            belongs_to=self.belongs_to, changes=state.changes + 1 if state else 0, changed=told.written,
        )  # fmt: skip


@act
class Cancel(_OnShift):
    """A shift falls away; calendars that hold it are told."""

    what = "roster.cancel"
    says = say("cancel a shift")
    roles = SETTERS
    shift: str = fact("The shift", zh="班次", refers=Shift)

    def on(self, state: Shift | None, told: Told) -> Shift:
        state = _shift(state, self.shift)
        return replace(state, cancelled=True, asked="", changes=state.changes + 1, changed=told.written)


@act
class AskSwap(_OnShift):
    """The person of a shift asks the person of another to swap."""

    what = "roster.ask"
    says = say("ask to swap shifts")
    roles = READERS
    shift: str = fact("My shift", zh="我的班次", refers=Shift)
    other: str = fact("The shift that I would rather have", zh="想换的班次", refers=Shift)

    def check(self, scene: Scene) -> None:
        mine, other = _shift(scene.get(Shift, self.shift), self.shift), _shift(scene.get(Shift, self.other), self.other)
        if mine.person != scene.by.id:
            raise MayNot(say("only {person} may offer this shift", person=mine.person))
        if other.person == mine.person:
            raise Refused(say("both shifts are yours"))
        if mine.ends <= scene.at or other.ends <= scene.at:
            raise Refused(say("a shift that is over cannot be swapped"))

    def on(self, state: Shift | None, told: Told) -> Shift:
        return replace(_shift(state, self.shift), asked=self.other)


@act
class AgreeSwap(_OnShift):
    """The person who was asked agrees: both shifts change hands in one step."""

    what = "roster.agree"
    says = say("agree to swap shifts")
    roles = READERS
    shift: str = fact("The shift that I am offered", zh="对方的班次", refers=Shift)

    def check(self, scene: Scene) -> None:
        offered = _shift(scene.get(Shift, self.shift), self.shift)
        if not offered.asked:
            raise Refused(say("nobody asks to swap this shift"))
        mine = _shift(scene.get(Shift, offered.asked), offered.asked)
        if mine.person != scene.by.id:
            raise MayNot(say("only {person} may agree to this", person=mine.person))
        if mine.ends <= scene.at or offered.ends <= scene.at:
            raise Refused(say("a shift that is over cannot be swapped"))
        both = (offered.id, mine.id)
        _free(scene.all(Shift), mine.person, offered.starts, offered.ends, both)
        _free(scene.all(Shift), offered.person, mine.starts, mine.ends, both)

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        offered = scene.need(Shift, self.shift)
        mine = scene.need(Shift, offered.asked)
        return (Hand(shift=offered.id, person=mine.person), Hand(shift=mine.id, person=offered.person))

    def on(self, state: Shift | None, told: Told) -> Shift:
        return _shift(state, self.shift)


@act
class Hand(_OnShift):
    """A shift passes into other hands; only as a part of a swap that both agreed to."""

    what = "roster.hand"
    says = say("hand a shift over")
    roles = frozenset()
    shift: str = fact("The shift", zh="班次", refers=Shift)
    person: str = fact("Who takes it", zh="接班人", refers=Person)

    def on(self, state: Shift | None, told: Told) -> Shift:
        state = _shift(state, self.shift)
        return replace(state, person=self.person, asked="", changes=state.changes + 1, changed=told.written)


@act
class DeclineSwap(_OnShift):
    """Whoever was asked declines, or whoever asked thinks better of it."""

    what = "roster.decline"
    says = say("decline to swap shifts")
    roles = READERS
    shift: str = fact("The shift that was offered", zh="对方的班次", refers=Shift)

    def check(self, scene: Scene) -> None:
        offered = _shift(scene.get(Shift, self.shift), self.shift)
        other = scene.get(Shift, offered.asked) if offered.asked else None
        if other is None:
            raise Refused(say("nobody asks to swap this shift"))
        if scene.by.id not in (offered.person, other.person):
            raise MayNot(say("only {person} may agree to this", person=other.person))

    def on(self, state: Shift | None, told: Told) -> Shift:
        return replace(_shift(state, self.shift), asked="")
