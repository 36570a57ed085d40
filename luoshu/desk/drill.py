"""A drill played: the acts of a script in simulated time, what the clock adds by itself, and what was expected."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from luoshu.desk.act import ACTS, Act, Thing
from luoshu.desk.actor import Actor, machine
from luoshu.desk.chain import Entry
from luoshu.desk.drillscript import Moment, Script, Wanted
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.words.message import Message, say

CLOCK = machine("clock")
MOST_LOOKS = 20
"""How often the clock looks again at one moment: what it does may make something else due."""

Due = Callable[[Room, datetime], Iterable[Act[Any]]]
Solve = Callable[[Room, datetime, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Played:
    """One line of what happened in a drill.

    `outcome` is done, clock (the machine did it), refused (as expected), again (sent twice, written once), undone,
    seen (what was expected stands), dispatch, shown (a board was kept), or failed. `number` is the entry of the
    journal, `line` the line of the script.
    """

    at: datetime
    outcome: str
    says: Message
    line: int = 0
    who: str = ""
    what: str = ""
    about: str = ""
    why: str = ""
    said: Message | str = ""
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A moment at which the board is to be kept: everything up to the entry `number`."""

    at: datetime
    number: int
    title: str
    title_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """A drill that was played to its end: every line, the figures of each dispatch, the boards to be kept."""

    script: Script
    lines: tuple[Played, ...]
    dispatches: tuple[tuple[datetime, Mapping[str, Any]], ...] = ()
    shown: tuple[Shown, ...] = ()

    @property
    def failures(self) -> tuple[Played, ...]:
        """What did not go as the script expects."""
        return tuple(each for each in self.lines if each.outcome == "failed")

    def count(self, *outcomes: str) -> int:
        """How many lines came out so."""
        return sum(each.outcome in outcomes for each in self.lines)


def play(
    script: Script, room: Room, *, due: Due | None = None, solve: Solve | None = None,
    tell: Callable[[Played], None] | None = None,
) -> Drilled:  # fmt: skip
    """Play a script on a desk, in its own time; nothing waits, and twice the same script writes the same journal.

    `due` gives what the clock of the desk does at a moment (default: what the desk's own ticks find due), `solve` the
    figures of a dispatch. `tell` hears every line as it happens.
    """
    playing = _Playing(script, room, due or due_now, solve or dispatch_now, tell or (lambda line: None))
    playing.all()
    return Drilled(
        script=script, lines=tuple(playing.lines), dispatches=tuple(playing.dispatches), shown=tuple(playing.shown)
    )


def due_now(room: Room, at: datetime) -> Iterable[Act[Any]]:
    """What the desk's own ticks find due."""
    from luoshu.desk.ticking import due

    return due(room.standing(), room.clock, room.book, at)


def dispatch_now(room: Room, at: datetime, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A dispatch of what stands now, as figures."""
    from luoshu.desk.drillsupply import Solver

    return Solver()(room, at, told)


@dataclass
class _Playing:
    script: Script
    room: Room
    due: Due
    solve: Solve
    tell: Callable[[Played], None]
    lines: list[Played] = field(default_factory=list)
    dispatches: list[tuple[datetime, Mapping[str, Any]]] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    looks: int = 0

    def line(self, **told: Any) -> None:
        made = Played(**told)
        self.lines.append(made)
        self.tell(made)

    def all(self) -> None:
        if not self.script.moments:
            return
        look = self.script.moments[0].at
        for moment in self.script.moments:
            while look < moment.at:
                self.look(look)
                look += self.script.tick
            if moment.wanted or moment.show:
                self.look(moment.at)
            self.one(moment)
        self.look(self.script.moments[-1].at)

    # ---- the clock ---------------------------------------------------------------------------------------------

    def look(self, at: datetime) -> None:
        """Let the clock do what is due, and what is due because of that."""
        for _ in range(MOST_LOOKS):
            found = list(self.due(self.room, at))
            for act in found:
                self.looks += 1
                try:
                    entries = self.room.do(act, by=CLOCK, at=at, mark=f"{self.script.name}:clock:{self.looks}")
                except Refused as refused:
                    self.line(at=at, outcome="failed", who=CLOCK.id, what=act.what, about=act.key(), said=refused.says,
                              says=say("the clock could not do what is due: {act}", act=act.says))  # fmt: skip
                    return
                self.line(at=at, outcome="clock", who=CLOCK.id, what=act.what, about=act.key(), says=act.says,
                          number=own(entries, act))  # fmt: skip
            if not found:
                return

    # ---- the people --------------------------------------------------------------------------------------------

    def one(self, moment: Moment) -> None:
        told = {"at": moment.at, "line": moment.line, "who": moment.by, "why": moment.why}
        if moment.wanted:
            fault = self.missing(moment.wanted)
            says = fault or expected(moment.wanted)
            self.line(**{**told, "who": ""}, outcome="failed" if fault else "seen", says=says)
        elif moment.show:
            number = self.room.standing().number
            self.shown.append(Shown(at=moment.at, number=number, title=moment.show, title_en=moment.show_en))
            self.line(**told, outcome="shown", number=number, says=say("the board is kept as it stands"),
                      said=moment.show)  # fmt: skip
        elif moment.dispatch is not None:
            self.dispatch(moment)
        elif moment.undo:
            self.undo(moment, told)
        else:
            self.act(moment, told)

    def act(self, moment: Moment, told: dict[str, Any]) -> None:
        act, by = moment.act, self.script.actors[moment.by]
        if act is None:  # its facts make no sense, and the script wants just that to be refused
            told |= {"what": moment.what, "says": ACTS[moment.what].says}
            self.line(**told, outcome="refused", said=say("the facts are not accepted"))
            return
        told |= {"what": act.what, "about": act.key(), "says": act.says}
        mark = f"{self.script.name}:{moment.line}"
        try:
            entries = self.sent(act, by, moment, mark)
        except Refused as refused:
            self.refused(moment, refused, told)
            return
        if moment.refused is not None:
            self.line(**{**told, "says": say("it was to be refused, and was done: {act}", act=act.says)},
                      outcome="failed", number=own(entries, act))  # fmt: skip
            return
        if moment.named:
            self.numbers[moment.named] = own(entries, act)
        self.line(**told, outcome="done", number=own(entries, act))
        if moment.again:
            once = self.sent(act, by, moment, mark)
            same = [each.number for each in once] == [each.number for each in entries]
            says = say("sent a second time and written once") if same else say("sent a second time and written twice")
            self.line(**{**told, "says": says}, outcome="again" if same else "failed", number=own(entries, act))

    def sent(self, act: Act[Any], by: Actor, moment: Moment, mark: str) -> Any:
        return self.room.do(act, by=by, at=moment.at, why=moment.why, happened=moment.happened, mark=mark)

    def undo(self, moment: Moment, told: dict[str, Any]) -> None:
        number = self.numbers.get(moment.undo)
        if number is None:
            says = say("what is called {name} was not done, so it cannot be undone", name=moment.undo)
            self.line(**told, outcome="failed", says=says)
            return
        step = self.room.standing().step(number)
        told |= {"what": "undo", "about": step.act.key() if step else "", "says": say("take back an act")}
        try:
            entries = self.room.undo(number, by=self.script.actors[moment.by], at=moment.at, why=moment.why,
                                     mark=f"{self.script.name}:{moment.line}")  # fmt: skip
        except Refused as refused:
            self.refused(moment, refused, told)
            return
        outcome = "undone" if moment.refused is None else "failed"
        self.line(**told, outcome=outcome, number=entries[0].number)

    def refused(self, moment: Moment, refused: Refused, told: dict[str, Any]) -> None:
        """What was refused is as it should be, if the script says so and for that reason."""
        if moment.refused is None:
            told["says"] = say("refused, though it was to be done: {act}", act=told["says"])
        elif moment.refused not in str(refused.says):
            told["says"] = say("refused for another reason than {reason}: {act}", reason=moment.refused,
                               act=told["says"])  # fmt: skip
        else:
            self.line(**told, outcome="refused", said=refused.says)
            return
        self.line(**told, outcome="failed", said=refused.says)

    def dispatch(self, moment: Moment) -> None:
        told = {"at": moment.at, "line": moment.line, "why": moment.why, "what": "dispatch"}
        try:
            figures = self.solve(self.room, moment.at, moment.dispatch or {})
        except Refused as refused:
            self.line(**told, outcome="failed", says=say("the dispatch could not be solved"), said=refused.says)
            return
        self.dispatches.append((moment.at, figures))
        self.line(**told, outcome="dispatch", says=say("the dispatch is solved anew"), said=figures.get("says", ""))

    # ---- what is expected --------------------------------------------------------------------------------------

    def missing(self, wanted: Wanted) -> Message | None:
        """Why what is expected does not stand; None where it does."""
        if wanted.dispatch:
            figures = self.dispatches[-1][1] if self.dispatches else {}
            return differs(figures, wanted)
        if wanted.act:
            return self.not_done(wanted)
        sort = next(each.thing for each in ACTS.values() if each.thing.sort == wanted.thing)
        things = self.room.standing().all(sort)
        if wanted.count is not None:
            fits = [key for key, thing in things.items() if not differs(values_of(thing), wanted)]
            if len(fits) == wanted.count:
                return None
            return say("{count} {sort} were expected so, and there are {found}", count=wanted.count, sort=wanted.thing,
                       found=len(fits))  # fmt: skip
        if wanted.key:
            thing = things.get(wanted.key)
            if thing is None:
                return say("there is no {sort} {key}", sort=wanted.thing, key=wanted.key)
            return differs(values_of(thing), wanted)
        faults = [differs(values_of(thing), wanted) for thing in things.values()]
        if not faults:
            return say("there is no {sort} at all", sort=wanted.thing)
        return None if None in faults else faults[-1]

    def not_done(self, wanted: Wanted) -> Message | None:
        done = [
            entry for entry in self.room.journal.entries()
            if entry.draft.what == wanted.act
            and (not wanted.by or entry.draft.who == wanted.by)
            and (wanted.since is None or entry.at >= wanted.since)
            and (not wanted.key or entry.draft.about.partition(":")[2] == wanted.key)
            and not differs(entry.draft.facts, wanted)
        ]  # fmt: skip
        if wanted.count is None and not done:
            return say("{act} was expected, and was not done", act=ACTS[wanted.act].says)
        if wanted.count is not None and len(done) != wanted.count:
            return say("{act} was expected {count} times, and was done {found} times", act=ACTS[wanted.act].says,
                       count=wanted.count, found=len(done))  # fmt: skip
        return None


def own(entries: Sequence[Entry], act: Act[Any]) -> int:
    """The number of the entry of an act itself, among those written with it."""
    return next(each.number for each in entries if each.draft.what == act.what)


def expected(wanted: Wanted) -> Message:
    """What is expected, in a line."""
    if wanted.dispatch:
        return say("the dispatch is as expected")
    if wanted.act:
        return say("as expected, this was done: {act}", act=ACTS[wanted.act].says)
    fields = {**wanted.equal, **wanted.at_least, **wanted.at_most, **wanted.holds}
    told = ", ".join(f"{name} {value}" for name, value in fields.items())
    if wanted.count is not None:
        return say("as expected: {count} {sort} {fields}", count=wanted.count, sort=wanted.thing, fields=told)
    return say("as expected: {sort} {key} {fields}", sort=wanted.thing, key=wanted.key, fields=told)


def values_of(thing: Thing) -> Mapping[str, Any]:
    """The fields of a thing and what it says of itself, as plain values; read when they are asked for."""
    return _Values(thing)


class _Values(Mapping[str, Any]):
    def __init__(self, thing: Thing) -> None:
        self.thing = thing

    def __getitem__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(self.thing, name):
            raise KeyError(name)
        return getattr(self.thing, name)

    def __iter__(self) -> Any:
        return iter(each.name for each in dataclasses.fields(self.thing))

    def __len__(self) -> int:
        return len(dataclasses.fields(self.thing))


def differs(values: Mapping[str, Any], wanted: Wanted) -> Message | None:
    """The first field that is not as it is wanted; None where all are."""
    for how, fields in (("is", wanted.equal), ("at least", wanted.at_least), ("at most", wanted.at_most),
                        ("holds", wanted.holds)):  # fmt: skip
        for name, value in fields.items():
            if name not in values:
                known = ", ".join(sorted(values))
                return say("there is no field {field}; there are {known}", field=name, known=known)
            found = as_plain(values[name])
            if not fits(how, found, value):
                return say("{field} was expected to be {how} {value}, and is {found}", field=name,
                           how="" if how == "is" else how, value=value, found=found)  # fmt: skip
    return None


def fits(how: str, found: Any, value: Any) -> bool:
    """Whether a value is as it is wanted.

    >>> fits("at least", 3, 2), fits("holds", ["a", "b"], "b"), fits("is", "III", "III"), fits("at most", None, 2)
    (True, True, True, False)
    """
    if how == "is":
        return bool(found == value)
    if how == "holds":
        return value in found if isinstance(found, (list, tuple, str, dict)) else False
    if not isinstance(found, (int, float)):
        return False
    return bool(found >= value if how == "at least" else found <= value)


def as_plain(value: Any) -> Any:
    """A value as the script writes it: moments and days as text, tuples as lists.

    >>> from datetime import date
    >>> as_plain((1, date(2021, 7, 20)))
    [1, '2021-07-20']
    """
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): as_plain(each) for key, each in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value
