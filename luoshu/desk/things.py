"""What stands of everything that acts are about: each thing folded from its own acts, so that any can be taken back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from luoshu.book.problem import Problem, Source
from luoshu.desk.act import ACTS, Act, Thing, Told, made_of, personal_of
from luoshu.desk.chain import ERASES, Entry
from luoshu.desk.journal import Refused
from luoshu.desk.sealed import Erasing, erasing, missing
from luoshu.words.message import say

T = TypeVar("T", bound=Thing)
UNDO = "undo"
TELLS = frozenset({
    "look", "login", "logout", "password", "password.start", "refused.login", "refused.page", "refused.act",
    "refused.session", "journal.resealed", "drill.go", "drill.pause", "drill.skip", "drill.end",
})  # fmt: skip
"""The entries that are no acts: they tell what people did at the door, and nothing stands because of them."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One act on a thing, as the journal tells it; `undone` is the number of the entry that took it back."""

    act: Act[Any]
    told: Told
    undone: int | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """What stands of a thing, and the first `count` of `steps`: later ones belong to a later record."""

    state: Thing | None = None
    steps: list[Step] = field(default_factory=list)
    count: int = 0

    def told(self) -> tuple[Step, ...]:
        return tuple(self.steps[: self.count])


def told_of(entry: Entry) -> Told:
    """What an entry says beside its facts; a sender's clock that runs ahead is not believed."""
    return Told(
        number=entry.number,
        at=min(entry.happened, entry.at),
        written=entry.at,
        who=entry.draft.who,
        why=entry.draft.why,
    )


class Things:
    """Everything that stands, by sort and name. A fold of the journal; `number` is the last entry taken in.

    `unread` are the numbers of entries of which this version of the program can make no sense; they count for nothing.
    """

    def __init__(self) -> None:
        self._records: dict[type, dict[str, _Record]] = {}
        self._where: dict[int, tuple[type, str]] = {}
        self._together: dict[str, list[int]] = {}
        self._marks: dict[int, str] = {}
        self._timelines: dict[str, list[int]] = {}
        self._hands: dict[str, list[tuple[int, datetime]]] = {}
        self._lent: set[type] = set()
        self._snapshot = False
        self.number = 0
        self.at: datetime | None = None
        self.unread: list[int] = []

    def get(self, sort: type[T], key: str) -> T | None:
        """What stands of one thing, None where there is none (any more)."""
        record = self._records.get(sort, {}).get(key)
        return record.state if record else None  # type: ignore[return-value]

    def all(self, sort: type[T]) -> Mapping[str, T]:
        """Everything of one sort by name, in the order of first mention."""
        return {key: each.state for key, each in self._records.get(sort, {}).items() if each.state is not None}  # type: ignore[misc]

    def names(self, sort: type[Thing]) -> tuple[str, ...]:
        """The names of all things of one sort that ever were, those taken back too."""
        return tuple(self._records.get(sort, {}))

    def steps(self, sort: type[Thing], key: str) -> tuple[Step, ...]:
        """All acts on one thing, oldest first, those taken back too."""
        record = self._records.get(sort, {}).get(key)
        return record.told() if record else ()

    def step(self, number: int) -> Step | None:
        """The act of an entry."""
        place = self._where.get(number) if number <= self.number else None
        return next((each for each in self.steps(*place) if each.told.number == number), None) if place else None

    def touched_by(self, who: str, since: datetime) -> tuple[tuple[type, str], ...]:
        """The things that one person's acts written after a moment were about, those taken back too."""
        found: dict[tuple[type, str], None] = {}
        for number, written in reversed(tuple(self._hands.get(who, ()))):
            if written <= since:
                break
            if number <= self.number:
                found.setdefault(self._where[number])
        return tuple(found)

    def timeline(self, incident: str) -> tuple[Step, ...]:
        """All acts of one incident in the order of the journal."""
        found = (self.step(number) for number in tuple(self._timelines.get(incident, ())))
        return tuple(each for each in found if each is not None)

    def incident_of(self, number: int) -> str:
        """The incident that an entry's act belongs to, empty where it belongs to none."""
        for incident, numbers in tuple(self._timelines.items()):
            place = bisect_left(numbers, number)
            if place < len(numbers) and numbers[place] == number:
                return incident
        return ""

    def together(self, number: int) -> tuple[int, ...]:
        """The entries that were written by one command with this one, itself included."""
        mark = self._marks.get(number, "")
        return tuple(each for each in tuple(self._together.get(mark, ())) if each <= self.number) or (number,)

    def without(self, number: int) -> dict[tuple[type, str], Thing | None]:
        """What would stand if an entry, and what was done with it, were taken back; Refused where it cannot."""
        numbers = set(self.together(number))
        places = {self._where[each] for each in numbers if each in self._where}
        if not places:
            raise Refused(say("there is no act {number} that could be taken back", number=number))
        if any(step.undone for place in places for step in self.steps(*place) if step.told.number in numbers):
            raise Refused(say("act {number} was taken back already", number=number))
        return {place: _folded(self.steps(*place), numbers) for place in places}

    def copy(self) -> Things:
        """What stands now, to be read in peace while more entries come.

        It shares with this one all that only grows, of which it knows up to which entry it is its own, and each sort of
        things until the next act on one of them.
        """
        made = Things()
        made._records, made._where, made._marks = dict(self._records), self._where, self._marks
        made._together, made._timelines, made._hands = self._together, self._timelines, self._hands
        made.number, made.at, made.unread = self.number, self.at, list(self.unread)
        self._lent, made._snapshot = set(self._records), True
        return made

    def _own(self, sort: type) -> dict[str, _Record]:
        """The records of a sort, to be changed: first copied where a snapshot has them too."""
        if sort in self._lent:
            self._records[sort] = dict(self._records[sort])
            self._lent.discard(sort)
        return self._records.setdefault(sort, {})

    def take(self, entry: Entry) -> None:
        """Add one entry; not to a snapshot, which shares what it holds (RuntimeError)."""
        if self._snapshot:
            raise RuntimeError("a snapshot takes no entries; things_of makes things of its own")
        self.number, self.at = entry.number, entry.at
        try:
            if entry.draft.what == UNDO:
                self._undo(entry)
            elif entry.draft.what in ACTS:
                self._add(entry)
            elif entry.draft.what not in TELLS:
                raise KeyError(entry.draft.what)
            if ERASES in entry.draft.facts:
                self._erase(erasing(entry))
        except Exception:  # an act of another version may fail in any way, and must not stop all that come after it
            self.unread.append(entry.number)

    def _add(self, entry: Entry) -> None:
        draft = entry.draft
        facts = {k: v for k, v in draft.facts.items() if k != ERASES} if ERASES in draft.facts else draft.facts
        act = made_of(draft.what, facts, missing(draft) if draft.seal is not None else ())
        told, key = self.in_time(act, told_of(entry)), act.key()
        record = self._records.get(act.thing, {}).get(key) or _Record()
        before, state = record.state, act.on(record.state, told)
        record.steps.append(Step(act=act, told=told))
        self._own(act.thing)[key] = _Record(state, record.steps, record.count + 1)
        self._where[entry.number] = (act.thing, key)
        self._hands.setdefault(told.who, []).append((entry.number, entry.at))
        mark = entry.draft.mark.partition("#")[0]
        if mark:
            self._together.setdefault(mark, []).append(entry.number)
            self._marks[entry.number] = mark
        incident = act.incident_of(before) or act.incident_of(state)
        if incident:
            self._timelines.setdefault(incident, []).append(entry.number)

    def in_time(self, act: Act[Any], told: Told) -> Told:
        """What an entry tells, put no earlier than it can have been: a sender's clock that runs behind is bounded.

        Nothing happens to a thing, or in an incident, before its first act that stands, unless it was taken over from
        the book; an act that is `in_order` not before the last one on its thing.
        """
        if told.at >= told.written:
            return told
        record = self._records.get(act.thing, {}).get(act.key()) or _Record()
        steps = [step for step in record.told() if not step.undone]
        bound = next((step for step in steps[-1 if act.in_order else 0 :] if not step.act.takes_over), None)
        floors = [bound.told.at] if bound is not None and (act.in_order or bound is steps[0]) else []
        numbers = self._timelines.get(act.incident_of(record.state), ())
        beginning = next((step for step in map(self.step, tuple(numbers)) if step and not step.undone), None)
        if beginning is not None:
            floors.append(beginning.told.at)
        return replace(told, at=min(max(told.at, *floors), told.written)) if floors else told

    def _erase(self, gone: Erasing | None) -> None:
        """Let go of what is personal in earlier acts; what stands is made anew from what is left."""
        if gone is None:
            return
        places = dict.fromkeys(self._where[each] for each in gone.entries if each in self._where)
        names = {getattr(sort, "sort", ""): sort for sort in self._records}
        for sort, _, key in (about.partition(":") for about in gone.about):
            if sort in names and key in self._records[names[sort]]:
                places[names[sort], key] = None
        for kind, key in places:
            before = self.steps(kind, key)
            about = f"{getattr(kind, 'sort', '')}:{key}"
            steps = [_blank(each) if gone.covers(each.told.number, about) else each for each in before]
            self._own(kind)[key] = _Record(_folded(steps, set()), steps, len(steps))

    def _undo(self, entry: Entry) -> None:
        target = entry.draft.undoes or 0
        numbers = set(self.together(target))
        for (sort, key), state in self.without(target).items():
            steps = [
                Step(act=each.act, told=each.told, undone=entry.number) if each.told.number in numbers else each
                for each in self.steps(sort, key)
            ]
            self._own(sort)[key] = _Record(state, steps, len(steps))


def _blank(step: Step) -> Step:
    """A step without what is personal in it."""
    if not step.act.of_person:
        return step
    act = replace(step.act, **dict.fromkeys(personal_of(type(step.act)), ""))
    return replace(step, act=act, told=replace(step.told, why=""))


def _folded(steps: Iterable[Step], without: set[int]) -> Thing | None:
    """What the acts that were not taken back make, these left out; Refused where a later one needs them."""
    state: Thing | None = None
    for step in steps:
        if step.undone or step.told.number in without:
            continue
        try:
            state = step.act.on(state, step.told)
        except Refused as refused:
            says = say(
                "it cannot be taken back: act {number} ({act}) came after it, and then {says}",
                number=step.told.number, act=step.act.says, says=refused.says,
            )  # fmt: skip
            raise Refused(says) from None
    return state


class ThingsFold:
    """`Things` as a fold of the journal."""

    name = "things"

    def begin(self) -> Things:
        return Things()

    def take(self, standing: Things, entry: Entry) -> None:
        standing.take(entry)


def things_of(entries: Iterable[Entry], until: datetime | None = None) -> Things:
    """What stood after these entries, those written after a moment left out."""
    things = Things()
    for entry in entries:
        if until is None or entry.at <= until:
            things.take(entry)
    return things


def not_understood(things: Things, place: str) -> tuple[Problem, ...]:
    """The problem that entries count for nothing, as this version of the program does not understand them."""
    if not things.unread:
        return ()
    first = ", ".join(map(str, things.unread[:10]))
    says = say("{count} entries are not understood by this version of the program and count for nothing: {first}",
               count=len(things.unread), first=first)  # fmt: skip
    mend = say("Use the newest version of the program, or the one that wrote them; what they say stands in the log")
    return (Problem(code="not-understood", says=says, source=Source(file=place), mend=mend),)
