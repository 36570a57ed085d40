"""The replay's frames: the incident as the desk knew it after each entry, folded once from its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from luoshu.desk.act import Thing
from luoshu.desk.assignment import STATES as TASK_STATES
from luoshu.desk.assignment import Assignment
from luoshu.desk.at_once import gathered
from luoshu.desk.checklist import TickOff
from luoshu.desk.closure import Closure
from luoshu.desk.deciding import ConfirmLevel, ProposeLevel, RejectLevel, WithdrawLevel
from luoshu.desk.incident import PHASES, Incident, OpenIncident, SetPhase
from luoshu.desk.journal import Refused
from luoshu.desk.minutes import Decision, Note
from luoshu.desk.observed import MEASURES, Reading
from luoshu.desk.removal import Removal
from luoshu.desk.resource import STATES as RESOURCE_STATES
from luoshu.desk.resource import Resource
from luoshu.desk.things import Step
from luoshu.show.boardeye import Eye
from luoshu.words.message import Message, named, say

MOST_FRAMES = 1_200
"""More entries than these are shown in even steps, with every change of level and phase; the page says so."""
MOST_ROWS = 60
LATEST = 8
"""So many of the latest readings, decisions and messages stand in a frame."""
FOLDED = (Incident, Assignment, Resource, Removal, Closure, Decision, Note, Reading)
TURNS = (OpenIncident, ProposeLevel, ConfirmLevel, RejectLevel, WithdrawLevel, SetPhase)
LISTS = ("readings", "tasks", "resources", "people", "roads", "words")

Place = tuple[type[Thing], str]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry of the timeline: an act, readings that came in at once, or the taking back of the `steps` of one."""

    number: int
    steps: tuple[Step, ...]
    undo: bool = False


@dataclass(frozen=True, kw_only=True)
class FrameRow:
    """One line of a list: its words, its state, and the state's word."""

    text: str
    says: str = ""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The incident after one entry. The lists hold places in `Frames.rows`, as most rows stand in many frames."""

    number: int
    at: datetime
    time: str
    what: str
    level: str
    level_code: str
    phase: str
    proposal: str
    counts: str
    readings: tuple[int, ...] = ()
    tasks: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    roads: tuple[int, ...] = ()
    words: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the log: when it was known, what was done, about what, by whom, why; `turn`: of level or phase."""

    number: int
    time: str
    happened: str
    what: str
    about: str
    who: str
    why: str
    undone: bool
    turn: bool


@dataclass(frozen=True, kw_only=True)
class Frames:
    """All frames; `entries` is how many there are in all."""

    frames: tuple[Frame, ...]
    rows: tuple[FrameRow, ...]
    entries: int


def events_of(timeline: Sequence[Step]) -> list[Event]:
    """The acts of a timeline and the moments at which some were taken back, in the order of the journal."""
    timeline = [step for step in timeline if not isinstance(step.act, TickOff)]  # said by the tasks that go with it
    found = [Event(number=run[-1].told.number, steps=run) for run in gathered(timeline)]
    undone: dict[int, list[Step]] = {}
    for step in timeline:
        if step.undone:
            undone.setdefault(step.undone, []).append(step)
    found += [Event(number=number, steps=tuple(steps), undo=True) for number, steps in undone.items()]
    return sorted(found, key=lambda each: each.number)


def frames_of(seen: Eye) -> tuple[Frames, tuple[Line, ...]]:
    """The frames of an incident's timeline, and its log. Each act is folded once, an undoing folds its things anew."""
    events = events_of(seen.things.timeline(seen.incident.id))
    shown = chosen(events)
    fold, drawing = Fold(), Drawing(seen)
    frames, lines, at = [], [], seen.incident.opened
    for place, event in enumerate(events):
        fold.take(event)
        at = at if event.undo else max(at, event.steps[-1].told.written)
        if place in shown:
            frames.append(drawing.frame(event, fold.states, at))
            lines.append(drawing.line(event, fold.states, at))
    return Frames(frames=tuple(frames), rows=tuple(drawing.rows), entries=len(events)), tuple(lines)


def chosen(events: Sequence[Event]) -> frozenset[int]:
    """Which entries become frames: all where they are few, else even steps and every turn, the first and the last."""
    if len(events) <= MOST_FRAMES:
        return frozenset(range(len(events)))
    turns = [place for place, each in enumerate(events) if isinstance(each.steps[0].act, TURNS)][: MOST_FRAMES // 2]
    step = len(events) / (MOST_FRAMES // 2)
    even = (int(place * step) for place in range(MOST_FRAMES // 2))
    return frozenset((*turns, *even, len(events) - 1))


class Fold:
    """What stands of an incident, entry by entry."""

    def __init__(self) -> None:
        self.states: dict[Place, Thing] = {}
        self._acts: dict[Place, list[Step]] = {}

    def take(self, event: Event) -> None:
        """Go on by one entry."""
        numbers = {step.told.number for step in event.steps}
        steps: dict[Place, list[Step]] = {}
        for step in event.steps:
            steps.setdefault((step.act.thing, step.act.key()), []).append(step)
        for place, here in steps.items():
            if place[0] not in FOLDED:
                continue
            acts = self._acts.setdefault(place, [])
            if event.undo:
                acts[:] = [each for each in acts if each.told.number not in numbers]
                self._put(place, folded(None, acts))
            else:
                acts += here
                self._put(place, folded(self.states.get(place), here))

    def _put(self, place: Place, state: Thing | None) -> None:
        if state is None:
            self.states.pop(place, None)
        else:
            self.states[place] = state


def folded(state: Thing | None, steps: Iterable[Step]) -> Thing | None:
    """What the acts make of a thing; one that can no longer be read is passed over."""
    for step in steps:
        try:
            state = step.act.on(state, step.told)
        except (Refused, ValueError, AttributeError):
            continue
    return state


@dataclass(eq=False)
class Drawing:
    """Makes frames in one language; a row that was drawn already is named by its place."""

    seen: Eye
    rows: list[FrameRow] = field(default_factory=list)
    _places: dict[FrameRow, int] = field(default_factory=dict)
    _due: dict[str, tuple[Assignment, datetime]] = field(default_factory=dict)

    def frame(self, event: Event, states: Mapping[Place, Thing], at: datetime) -> Frame:
        """The frame after an entry."""
        seen, incident = self.seen, states.get((Incident, self.seen.incident.id))
        led = incident if isinstance(incident, Incident) else self.seen.incident
        level = seen.level(led.level)
        tasks = [each for each in states.values() if isinstance(each, Assignment)]
        late = [each for each in tasks if each.runs and self.due(each, at) < at]
        moved = [each for each in states.values() if isinstance(each, Removal)]
        lists = {name: tuple(self._place(row) for row in rows) for name, rows in self._lists(states, at).items()}
        proposal = led.proposal
        return Frame(
            number=event.number,
            at=at,
            time=self.time(at),
            what=self.what(event),
            level=level.word,
            level_code=level.level,
            phase=seen.chosen(PHASES, led.phase),
            proposal=seen.language.say("proposed: {level}", level=self.proposed(proposal.level)) if proposal else "",
            counts=seen.language.say(
                "{done} of {tasks} tasks done, {late} overdue; {moved} of {planned} people moved",
                done=sum(each.state == "done" for each in tasks), tasks=len(tasks), late=len(late),
                moved=sum(each.moved for each in moved), planned=sum(each.planned for each in moved),
            ),
            **lists,
        )  # fmt: skip

    def proposed(self, level: str) -> str:
        """A proposed level in words."""
        if level == "none":
            return self.seen.language.say("the response may end")
        return self.seen.level(level).word

    def due(self, task: Assignment, at: datetime) -> datetime:
        """When a running task is due; worked out once for each state of it."""
        kept = self._due.get(task.id)
        if kept is None or kept[0] is not task:
            kept = self._due[task.id] = (task, task.due(self.seen.clock, at))
        return kept[1]

    def line(self, event: Event, states: Mapping[Place, Thing], at: datetime) -> Line:
        """The line of the log for an entry."""
        step, language = event.steps[0], self.seen.language
        told, thing = step.told, states.get((step.act.thing, step.act.key()))
        late = not event.undo and (told.written - told.at).total_seconds() >= 60
        about = title_of(thing, language.word) or title_of(step.act, language.word)
        if len(event.steps) > 1 and not event.undo:
            about = language.say("{count} readings", count=len(event.steps))
        return Line(
            number=event.number,
            time=self.time(at),
            happened=self.time(told.at) if late else "",
            what=self.what(event),
            about=about,
            who="" if event.undo else self.seen.name(told.who),
            why="" if event.undo else told.why,
            undone=not event.undo and bool(step.undone),
            turn=isinstance(step.act, TURNS),
        )

    def what(self, event: Event) -> str:
        """What an entry did."""
        says: Message = event.steps[0].act.says
        return self.seen.language.message(say("taken back: {act}", act=says) if event.undo else says)

    def time(self, at: datetime) -> str:
        """A moment as the desk's clock shows it."""
        return at.astimezone(self.seen.clock.zone).strftime("%m-%d %H:%M")

    def _place(self, row: FrameRow) -> int:
        place = self._places.setdefault(row, len(self.rows))
        if place == len(self.rows):
            self.rows.append(row)
        return place

    def _lists(self, states: Mapping[Place, Thing], at: datetime) -> dict[str, list[FrameRow]]:
        found: dict[str, list[FrameRow]] = {name: [] for name in LISTS}
        latest: dict[tuple[str, str], Reading] = {}
        for thing in states.values():
            if isinstance(thing, Reading):
                kept = latest.get((thing.station, thing.measure))
                latest[thing.station, thing.measure] = thing if kept is None or thing.at >= kept.at else kept
            else:
                name, row = self._row(thing, at)
                if name and len(found[name]) < MOST_ROWS:
                    found[name].append(row)
        found["words"] = found["words"][-LATEST:]
        newest = sorted(latest.values(), key=lambda each: each.at)[-LATEST:]
        found["readings"] = [self._reading(each) for each in newest]
        return found

    def _row(self, thing: Thing, at: datetime) -> tuple[str, FrameRow]:
        seen, language = self.seen, self.seen.language
        if isinstance(thing, Assignment):
            late = thing.runs and self.due(thing, at) < at
            says = seen.chosen(TASK_STATES, thing.state)
            says = language.say("{state}, overdue", state=says) if late else says
            whose = seen.organisation(thing.organisation) or seen.name(thing.person)
            return "tasks", FrameRow(text=f"{language.word(thing.title)} · {whose}", says=says, state=thing.state)
        if isinstance(thing, Resource):
            says = seen.chosen(RESOURCE_STATES, thing.state)
            text = f"{language.word(thing.title)} · {seen.amount(thing.amount, thing.unit)}"
            return "resources", FrameRow(text=text, says=says, state=thing.state)
        if isinstance(thing, Removal):
            says = f"{thing.moved} / {thing.planned}"
            return "people", FrameRow(text=language.word(thing.community), says=says, state=thing.state)
        if isinstance(thing, Closure):
            says = language.say("shut") if thing.state == "closed" else language.say("open again")
            return "roads", FrameRow(text=f"{language.word(thing.road)} · {thing.why}", says=says, state=thing.state)
        if isinstance(thing, (Decision, Note)):
            return "words", FrameRow(text=thing.text, says=f"{seen.name(thing.who)} {self.time(thing.at)}")
        return "", FrameRow(text="")

    def _reading(self, reading: Reading) -> FrameRow:
        measure = MEASURES.get(reading.measure)
        word = self.seen.language.message(named(measure.zh, measure.en)) if measure else reading.measure
        text = f"{reading.station} · {word}"
        return FrameRow(text=text, says=f"{self.seen.amount(reading.value, reading.unit)} · {self.time(reading.at)}")


def title_of(thing: Any, word: Any) -> str:
    """What a thing, or an act, is about, in the words that somebody wrote."""
    names: Iterator[str] = (str(found) for name in ("title", "road", "text", "station", "words")
                            if (found := getattr(thing, name, "")))  # fmt: skip
    found = str(word(next(names, "")))
    return found if len(found) <= 120 else found[:119] + "…"
