"""A drill played: the acts of a script in simulated time, what the clock adds by itself, and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from luoshu.desk.act import ACTS, Act
from luoshu.desk.actor import Actor, machine
from luoshu.desk.chain import Entry
from luoshu.desk.drillscript import Moment, Script
from luoshu.desk.drillwanted import expected, missing
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.desk.staff import MACHINES
from luoshu.desk.things import UNDO
from luoshu.desk.unkept import Unkept, unkept
from luoshu.words.message import Message, say

CLOCK = machine("clock")
MOST_LOOKS = 20
"""How often the clock looks again at one moment: what it does may make something else due."""

Due = Callable[[Room, datetime], Iterable[Act[Any]]]
Wait = Callable[[datetime, datetime, bool], None]
"""Waits until a moment, before the script's next one, and takes a breath where somebody is about to act."""
Speak = Callable[[Message], Collection[str]]
"""A sentence in every language that people read it in."""
Turn = Callable[[Moment], int | None]
"""Leaves a line of the script to a person; gives the entry by which they did it, None where the script is to."""
Away = Callable[[Unkept], bool]
"""Waits while the journal cannot be asked or written; tells whether to try the same line again."""
Given = TypeVar("Given")
Solve = Callable[[Room, datetime, Mapping[str, Any]], Mapping[str, Any]]


class Stopped(Exception):
    """Who leads the drill ended it before its script did."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """One line of what happened in a drill.

    `outcome` is done, clock (the machine did it), refused (as expected), again (sent twice, written once), undone,
    seen (what was expected stands), dispatch, shown (a board was kept), failed; and where others act too joined (what
    they did), taken (a line that was left to them), helped (left to them, and done by the script) or otherwise (not as
    the script says). `number` is the entry of the journal, `line` that of the script.
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

    @property
    def unplayed(self) -> int:
        """How many lines of the script were not played, where it was ended early."""
        played = {each.line for each in self.lines}
        return sum(each.line not in played for each in self.script.moments)

    def count(self, *outcomes: str) -> int:
        """How many lines came out so."""
        return sum(each.outcome in outcomes for each in self.lines)


def play(
    script: Script, room: Room, *, due: Due | None = None, solve: Solve | None = None,
    tell: Callable[[Played], None] | None = None, wait: Wait | None = None, turn: Turn | None = None,
    left: Collection[str] = (), away: Away | None = None, speak: Speak | None = None,
) -> Drilled:  # fmt: skip
    """Play a script on a desk, in its own time; nothing waits, and twice the same script writes the same journal.

    `due` gives what the clock of the desk does at a moment (default: what the desk's own ticks find due), `solve` the
    figures of a dispatch. `tell` hears every line as it happens. `wait` is called before each moment, for a drill that
    is watched: people may act in between, and what then goes otherwise than the script says is no failure; lines of
    those actors who are `left` to people are waited for by `turn`. Where the journal cannot keep a line, as on a full
    disk, `away` says whether it is tried again; each is written once. What was played until one of the three raises
    `Stopped` comes back. `speak` gives a sentence as it stands in every language: what a script expects to be told in a
    refusal may be words of any of them.
    """
    playing = _Playing(script, room, due or due_now, solve or dispatch_now, tell or (lambda line: None),
                       wait, turn, left, away, speak or (lambda says: (str(says),)))  # fmt: skip
    with suppress(Stopped):
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
    wait: Wait | None
    turn: Turn | None
    left: Collection[str]
    away: Away | None
    speak: Speak
    lines: list[Played] = field(default_factory=list)
    dispatches: list[tuple[datetime, Mapping[str, Any]]] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    looks: int = 0
    read: int = 0
    others: bool = False
    taken: set[int] = field(default_factory=set)

    def line(self, **told: Any) -> None:
        if self.wait is not None:
            self.joined()
            if told["outcome"] == "failed" and self.others:
                told["outcome"] = "otherwise"
        self.put(Played(**told))

    def put(self, made: Played) -> None:
        self.lines.append(made)
        self.tell(made)

    def joined(self) -> None:
        """Put down what others did since, beside the script and the clock."""
        entries = self.room.journal.entries(self.read)
        self.read = entries[-1].number if entries else self.read
        for each in entries:
            draft = each.draft
            known = draft.what in ACTS or draft.what == UNDO
            if not known or draft.who in MACHINES or draft.mark.startswith(f"{self.script.name}:"):
                continue
            self.others = True
            if each.number in self.taken:
                continue
            says = say("take back an act") if draft.what == UNDO else ACTS[draft.what].says
            self.put(Played(at=each.at, outcome="joined", who=draft.who, what=draft.what, why=draft.why, says=says,
                            about=draft.about.partition(":")[2], number=each.number))  # fmt: skip

    def until(self, at: datetime, moment: Moment, breath: bool = False) -> None:
        if self.wait is not None:
            self.wait(at, moment.at, breath)

    def all(self) -> None:
        if not self.script.moments:
            return
        look = self.script.moments[0].at
        for moment in self.script.moments:
            while look < moment.at:
                self.until(look, moment)
                self.kept(self.look, look)
                look += self.script.tick
            self.until(moment.at, moment, breath=not moment.wanted)
            if moment.wanted or moment.show:
                self.kept(self.look, moment.at)
            self.kept(self.one, moment)
        self.kept(self.look, self.script.moments[-1].at)

    def kept(self, do: Callable[[Given], None], given: Given) -> None:
        """Do it, and again where the journal was away: what was written already is known by its mark."""
        while True:
            try:
                do(given)
                return
            except Exception as error:
                said = unkept(error)
                if self.away is None or said is None or said.lasts or not self.away(said):
                    raise

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
            fault = missing(moment.wanted, self.room, self.dispatches)
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
        done = "done"
        if self.turn is not None and moment.refused is None and moment.by in self.left:
            number = self.turn(moment)
            if number is not None:
                self.taken.add(number)
                self.numbers |= {moment.named: number} if moment.named else {}
                self.line(**told, outcome="taken", number=number)
                return
            done = "helped"
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
        self.line(**told, outcome=done, number=own(entries, act))
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
        elif not any(moment.refused in text for text in self.speak(refused.says)):
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


def own(entries: Sequence[Entry], act: Act[Any]) -> int:
    """The number of the entry of an act itself, among those written with it."""
    return next(each.number for each in entries if each.draft.what == act.what)
