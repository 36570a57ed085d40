"""A drill that people watch and take part in: its desk is played while it is served, and its moment is the drill's."""

from __future__ import annotations

import asyncio
import secrets
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI

from luoshu.desk.clock import CHINA
from luoshu.desk.credentials import Credentials, made_up
from luoshu.desk.drill import Drilled, Played, Stopped, play
from luoshu.desk.drillscript import Moment, Script
from luoshu.desk.drillsupply import Solver
from luoshu.desk.keeping import shown as named
from luoshu.desk.room import Room
from luoshu.desk.sessions import Sessions
from luoshu.desk.staff import CONSOLE, MACHINES, Add, Give
from luoshu.desk.ticking import tick
from luoshu.desk.unkept import Unkept, unkept
from luoshu.show.audience import AUDIENCE, MOST_WATCHERS
from luoshu.show.drillclock import LONGEST_SECONDS, PACE, DrillClock
from luoshu.show.drillfolder import DrillFolder, Ran, prepared
from luoshu.show.language import Language, in_every_language
from luoshu.show.page import DrillStrip
from luoshu.show.shelf import Shelf
from luoshu.words.message import Message, say

LEADER = "director"
"""The login of who leads a drill: lets its time run, stand and end. No actor of a script may have it."""
PATIENCE_SECONDS = 180.0
"""How long the script waits for somebody to do a line that is left to them."""
NAMING = frozenset(
    {"incident", "task", "resource", "removal", "closure", "approval", "alert", "demand", "lot", "store"}
)
"""Facts that only name what an act is about: the form of somebody's turn holds these, and leaves the rest to them."""
MOST_DAYS = 10
"""Days that are gauged before the drill comes to them: the server keeps no more than a few."""
AGAIN_SECONDS = 1.0
"""How soon a line is tried again while the journal cannot be asked or written."""
AFTER_SECONDS = 2.0
"""How often the clock of the desk looks for what is due once the script is over."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """A name and a password made for one drill, shown once and kept nowhere; `part` is what its actor is called."""

    name: str
    password: str
    part: str


class LiveDrill:
    """A drill on its folder's copy of a book, played in a thread of its own beside the server.

    It is the clockwork of that server: `moments` is the drill's time, `add` puts the player beside the server, `leave`
    keeps what stands when the server has stopped. `over` is called when the script has come to its end, and when it
    cannot go on.
    """

    def __init__(
        self, folder: DrillFolder, clock: DrillClock, *, tell: Callable[[Played], None] = lambda line: None,
        over: Callable[[LiveDrill], None] = lambda drill: None, begun: bool = False,
        left: Collection[str] = (), patience: float = PATIENCE_SECONDS,
    ) -> None:  # fmt: skip
        self.folder, self.clock, self.tell, self.over = folder, clock, tell, over
        self.left, self.patience = left, patience
        self.cue: Moment | None = None
        self.lines: list[Played] = []
        self.place = 0
        self.solver = Solver()
        self.drilled: Drilled | None = None
        self.fault = ""
        self.key = secrets.token_urlsafe(12)
        self.begun = begun
        self.app: FastAPI | None = None

    # ---- the clockwork of the server ---------------------------------------------------------------------------

    @property
    def moments(self) -> DrillClock:
        return self.clock

    def add(self, app: FastAPI) -> None:
        from luoshu.show.drillserving import add_drill

        self.app = app
        app.state.drill = self
        app.state.companions.append(self.playing)
        add_drill(app)

    def leave(self, app: FastAPI) -> None:
        """Keep what stands; nobody's password and nobody's session goes with the folder."""
        room: Room = app.state.room
        if self.drilled is None:
            self.drilled = Drilled(script=self.script, lines=tuple(self.lines))
        if self.fault:
            says = say("the script could not go on: {reason}", reason=self.fault)
            broken = Played(at=self.clock.now(), outcome="failed", says=says)
            self.drilled = replace(self.drilled, lines=(*self.drilled.lines, broken))
        self.folder.keep(room, self.drilled)
        Credentials(room.journal.engine).forget_all()
        Sessions(room.journal.engine).forget_all()

    @asynccontextmanager
    async def playing(self, app: FastAPI) -> AsyncIterator[None]:
        """Play from the start of the server to its end."""
        app.state.hub.most_each = MOST_WATCHERS  # all who look on are one person
        player = threading.Thread(target=self._play, args=(app.state.room,), name="the drill", daemon=True)
        player.start()
        threading.Thread(target=self._warm, args=(app.state.shelf,), name="warming the drill", daemon=True).start()
        if self.begun:
            self.clock.go()
        try:
            yield
        finally:
            self.clock.end()
            await asyncio.to_thread(player.join)

    def _warm(self, shelf: Shelf) -> None:
        """Gauge the promises of each day of the script, so that nobody waits for it when the drill comes to the day."""
        days = sorted({each.at.astimezone(CHINA).date() for each in self.script.moments})
        for day in days[:MOST_DAYS]:
            if self.clock.ended:
                return
            with suppress(Exception):  # what is wrong is said to the first visitor
                shelf.view(day)

    def _play(self, room: Room) -> None:
        try:
            self.drilled = play(self.script, room, solve=self.solver, tell=self._heard, wait=self.clock.wait,
                                turn=partial(self.turn, room), left=self.left, away=self._away,
                                speak=in_every_language)  # fmt: skip
            if self.clock.ended:
                return
            self.clock.free()
            self.over(self)
            while self.clock.nap(AFTER_SECONDS):
                with _asked_again():
                    tick(room, self.clock.now())
        except Exception as error:
            # people must hear that the script stands still; what they do is still written
            traceback.print_exception(error)
            self.fault = f"{type(error).__name__}: {error}"
            if not self.clock.ended:
                self.over(self)

    def _away(self, said: Unkept) -> bool:
        """The journal cannot be asked now: the drill's time stands, and the line is tried again."""
        if not self.clock.nap(AGAIN_SECONDS):
            raise Stopped
        return True

    def turn(self, room: Room, moment: Moment) -> int | None:
        """Wait until somebody has done what a line of the script says, and give their entry; None after `patience`."""
        after = room.standing().number
        known = moment.act is not None and room.standing().get(moment.act.thing, moment.act.key()) is not None
        key = moment.act.key() if moment.act is not None and known else ""

        def did() -> int | None:
            return next(
                (each.number for each in room.journal.entries(after)
                 if each.draft.what == moment.what and each.draft.who not in MACHINES
                 and (not key or each.draft.about.partition(":")[2] == key)), None,
            )  # fmt: skip

        found: list[int] = []

        def done() -> bool:
            with _asked_again():  # while it is away nobody has done it
                number = did()
                found[:] = [] if number is None else [number]
            return bool(found)

        self.cue = moment
        try:
            self.clock.hold(done, self.patience)
        finally:
            self.cue = None
        return found[0] if found else None

    def _heard(self, line: Played) -> None:
        self.lines.append(line)
        self.place = max(self.place, line.line)
        self.tell(line)

    # ---- what its page asks ------------------------------------------------------------------------------------

    @property
    def script(self) -> Script:
        return self.folder.script

    @property
    def state(self) -> str:
        """See `DrillStrip`."""
        if self.fault:
            return "broken"
        if self.drilled is not None:
            return "over"
        if self.clock.running:
            return "waiting" if self.cue else "running"
        return "paused" if self.lines else "ready"

    def strip(self, person: str) -> DrillStrip:
        """What every page says above all else, to this person."""
        strip = DrillStrip(state=self.state, at=self.clock.now(), pace=0.0 if self.cue else self.clock.rate,
                           until=self.clock.coming)  # fmt: skip
        cue = self.cue
        if cue is None or cue.by != person:
            return strip
        says = say("your turn: {act}{why}", act=moment_words(cue), why=f" ({cue.why})" if cue.why else "")
        facts = {name: value for name, value in cue.facts.items() if name in NAMING and isinstance(value, str)}
        facts["back"] = f"/desk/incidents/{self.script.incident}"
        return replace(strip, turn=says, turn_href=f"/desk/acts/{cue.what}?{urlencode(facts)}")

    def coming(self, most: int) -> list[Moment]:
        """The next lines of the script."""
        return [each for each in self.script.moments if each.line > self.place][:most]


def live_drill(
    book: Path, script: Path, out: Path, *, people: tuple[str, ...] = (), pace: float = PACE,
    longest: float = LONGEST_SECONDS, begun: bool = False, closing: bool = False, left: tuple[str, ...] = (),
    patience: float = PATIENCE_SECONDS,
    serve: Callable[[LiveDrill, tuple[Login, ...]], None],
    desk: str = "", tell: Callable[[Played], None] = lambda line: None, given_up: Callable[[], bool] = lambda: False,
) -> Ran:  # fmt: skip
    """Prepare a drill, let `serve` serve its copy of the book until somebody ends it, and write its folder `out`.

    `people` are the actors who get a password (all, where none are named), beside the one who leads the drill. It
    begins when that one says so, or with the server (`begun`); its journal is written into the empty database `desk`
    where one is named, else into the folder; with `closing` it ends with its script. Lines of the
    actors who are `left` to people wait for them so many real seconds (`patience`), then the script does them.
    ValueError with a sentence for a name that the script does not know. `given_up` is asked before anything is served:
    then nothing is left, and KeyboardInterrupt says so. What people did is not thrown away: where the folder cannot be
    written the copy stays where it was played on, and the error names it.
    """
    folder, problems = prepared(book, script, out, desk)
    if folder is None:
        return Ran(problems=problems)
    drill: LiveDrill | None = None
    whole = False
    try:
        _known(folder.script, (*people, *left))
        clock = DrillClock(folder.begins if not folder.script.moments else folder.script.moments[0].at, pace=pace,
                           longest=longest)  # fmt: skip
        drill = LiveDrill(folder, clock, tell=tell, begun=begun, left=left, patience=patience,
                          over=_stopping if closing else lambda drill: None)  # fmt: skip
        logins = _people(folder, (*people, *left) if people else (), given_up)
        serve(drill, logins)
        ran = folder.finish(drill.solver.plans)
        whole = True
        return ran
    except Exception as error:
        if drill is None or drill.app is None:
            raise
        raise OSError(say("the drill could not be written out ({reason}); what was played stays in {folder}",
                          reason=str(error), folder=named(desk) if desk else str(folder.copy))) from error  # fmt: skip
    finally:
        if whole or drill is None or drill.app is None:
            folder.drop()


@contextmanager
def _asked_again() -> Iterator[None]:
    """What a journal that is away cannot tell or write now is asked of it at the next look."""
    try:
        yield
    except Exception as error:
        if unkept(error) is None:
            raise


def _known(script: Script, names: Iterable[str]) -> None:
    for name in names:
        if name not in script.actors:
            known = ", ".join(script.actors)
            raise ValueError(say("the script has no actor {name}; it has {known}", name=name, known=known))
    if LEADER in script.actors:
        raise ValueError(say("{name} leads the drill: call the actor of the script otherwise", name=LEADER))
    if AUDIENCE in script.actors:
        raise ValueError(say("{name} only looks on: call the actor of the script otherwise", name=AUDIENCE))


def _stopping(drill: LiveDrill) -> None:
    assert drill.app is not None
    drill.app.state.stop()


def _people(folder: DrillFolder, chosen: tuple[str, ...], given_up: Callable[[], bool]) -> tuple[Login, ...]:
    """Everybody of the script at the desk, and passwords for those who take part."""
    script, real = folder.script, datetime.now(UTC)
    names = {name: actor.name for name, actor in script.actors.items() if not chosen or name in chosen}
    with folder.room() as room:
        folder.begin(room)
        leader = Language("zh").say("Who leads the drill")
        room.do(Add(person=LEADER, name=leader), by=CONSOLE, at=folder.begins)
        room.do(Give(person=LEADER, role="admin"), by=CONSOLE, at=folder.begins)
        room.do(Add(person=AUDIENCE, name=Language("zh").say("Audience")), by=CONSOLE, at=folder.begins)
        room.do(Give(person=AUDIENCE, role="viewer"), by=CONSOLE, at=folder.begins)
        credentials = Credentials(room.journal.engine)
        credentials.set(AUDIENCE, made_up(), real)  # they come by their address alone
        logins = []
        for name, part in {LEADER: leader, **names}.items():
            if given_up():
                raise KeyboardInterrupt
            password = made_up()
            credentials.set(name, password, real)
            logins.append(Login(name=name, password=password, part=part))
    return tuple(logins)


def moment_words(each: Moment) -> Message:
    """What a line of the script is about, in a few words."""
    from luoshu.desk.act import ACTS

    if each.wanted is not None:
        return say("it is looked whether all stands as expected")
    if each.dispatch is not None:
        return say("the dispatch is solved anew")
    if each.show:
        return say("the board is kept as it stands")
    return say("take back an act") if each.undo else ACTS[each.what].says


STATES: Mapping[str, Message] = {
    "ready": say("ready to begin"), "running": say("running"), "waiting": say("waiting for somebody's turn"),
    "paused": say("paused"),
    "over": say("the script is over"), "broken": say("the script cannot go on"),
}  # fmt: skip
