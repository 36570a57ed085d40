"""One journal, many screens: each new entry is read once and told to every listener; none can slow the others."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from starlette.concurrency import run_in_threadpool

from luoshu.desk.chain import Entry
from luoshu.desk.room import Room
from luoshu.desk.things import UNDO, Things
from luoshu.show.language import Language
from luoshu.words.message import Message, say

MOST_WAITING = 256
"""Words that may wait for one slow listener; one more, and it is told to load the page anew."""
MOST_LISTENERS = 2_000
MOST_EACH = 24
"""Streams of one person: a few screens with a few pages each."""
MOST_KEPT = 1_000
"""Newest words, kept for who comes back after a gap; who missed more loads the page anew."""
LOOK_SECONDS = 1.0
"""How often the entries of other programs are looked for; our own ring a bell."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """That an entry is there, without its facts: what it is about, of which incident, and what was done."""

    number: int
    incident: str
    about: str
    what: str
    says: Message | str
    at: str

    @property
    def sort(self) -> str:
        """Which sort of thing it is about."""
        return self.about.partition(":")[0]


@lru_cache(maxsize=4 * MOST_KEPT)
def wire(word: Word, language: str, discreet: bool) -> bytes:
    """A word as a server-sent event, made once for all who hear it; a discreet one tells only the sort of thing."""
    told: dict[str, object] = {"number": word.number, "sort": word.sort}
    if not discreet:
        says = Language(language).message(word.says)
        told |= {"incident": word.incident, "about": word.about, "what": word.what, "says": says, "at": word.at}
    return event("entry", json.dumps(told, ensure_ascii=False), word.number)


def event(name: str, data: str, number: int | None = None) -> bytes:
    """A server-sent event; `data` stands on one line.

    >>> event("entry", "{}", 7)
    b'id: 7\\nevent: entry\\ndata: {}\\n\\n'
    """
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {data}\n\n".encode()


@dataclass(eq=False, kw_only=True)
class Listener:
    """One screen: whose it is, what it may hear, what waits for it. `floor` is the last entry that it has already."""

    who: str
    heard: Callable[[Word], bool]
    floor: int = 0
    waiting: asyncio.Queue[Word] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    lost: bool = False

    def take(self, word: Word) -> None:
        """Let a word wait; who does not keep up is `lost`, as some words without the others would mislead."""
        if self.lost or word.number <= self.floor or not self.heard(word):
            return
        try:
            self.waiting.put_nowait(word)
        except asyncio.QueueFull:
            self.lost = True


class Full(Exception):
    """There are as many listeners as the server, or this person, may have."""


class Hub:
    """Tells all listeners what the journal of a room takes in: in order, each entry once.

    The journal's writer only rings a bell. The entries are then read once, from the last one known: so what other
    programs wrote is told as well, and an entry can neither be missed nor told twice.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.number = 0
        self.told_at = 0.0
        """When words were last handed out, of `time.monotonic`: what is looked up later knows what they tell."""
        self.most_each = MOST_EACH
        self.listeners: set[Listener] = set()
        self.counts: Counter[str] = Counter()
        self.kept: deque[Word] = deque(maxlen=MOST_KEPT)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling: asyncio.Task[None] | None = None

    async def join(self, listener: Listener, after: int | None = None) -> list[Word] | None:
        """Begin to listen; gives the words after entry `after` that are there already, None where they are too many.

        What comes later waits in the listener's queue: nothing lies between the two, nothing is in both. Raises `Full`.
        """
        await self._begin()
        if len(self.listeners) >= MOST_LISTENERS or self.counts[listener.who] >= self.most_each:
            raise Full
        joined = self.number
        listener.floor = max(joined, after or 0)
        self.listeners.add(listener)
        self.counts[listener.who] += 1
        if after is None or after == joined:
            return []
        if after > joined:
            # newer than what was told: the database knows; beyond it the page is of another journal, or of an older one
            if after <= await run_in_threadpool(self.room.look, _number):
                return []
            listener.floor = joined
            return None
        if joined - after > MOST_KEPT:
            return None
        if self.kept and self.kept[0].number <= after + 1:
            missed: Sequence[Word] = tuple(self.kept)
        else:
            missed = await run_in_threadpool(self._read, after)
        return [word for word in missed if after < word.number <= joined and listener.heard(word)]

    def leave(self, listener: Listener) -> None:
        """Listen no more."""
        if listener in self.listeners:
            self.listeners.remove(listener)
            self.counts[listener.who] -= 1
            if not self.counts[listener.who]:
                del self.counts[listener.who]

    async def _begin(self) -> None:
        """Have the journal followed in this loop, from where it stands now if nobody has listened before."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._telling is None or self._telling.done():
            self._loop = loop
            self.listeners, self.counts = set(), Counter()
            self._telling = loop.create_task(self._tell())
        if not self.listeners:
            number = await run_in_threadpool(self.room.look, _number)
            if not self.listeners:  # still nobody: what was kept may have a gap behind it
                self.number = number
                self.kept.clear()

    async def _tell(self) -> None:
        loop, bell = asyncio.get_running_loop(), asyncio.Event()

        def ring(entries: Sequence[Entry]) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody listens
                loop.call_soon_threadsafe(bell.set)

        stop = await run_in_threadpool(self.room.follow, ring)
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), LOOK_SECONDS)
                bell.clear()
                if self.listeners:
                    await self._tell_once()
        finally:
            stop()

    async def _tell_once(self) -> None:
        try:
            words = await run_in_threadpool(self._read, self.number)
        except Exception:
            return  # the database is away; what it holds is read at the next look
        self.told_at = time.monotonic()
        for word in words:
            if word.number <= self.number:
                continue
            self.number = word.number
            self.kept.append(word)
            for listener in self.listeners:
                listener.take(word)

    def _read(self, after: int) -> list[Word]:
        if self.room.look(_number) <= after:
            return []
        entries = self.room.journal.entries(after)
        return list(self.room.look(lambda things: [_word(things, entry) for entry in entries]))


def _number(things: Things) -> int:
    return things.number


def _word(things: Things, entry: Entry) -> Word:
    """What an entry is told as; one that this version cannot read is told without an incident, for nobody's board."""
    undone = entry.draft.what == UNDO
    step = things.step((entry.draft.undoes or 0) if undone else entry.number)
    incident, says = "", say("an entry")
    if step is not None:
        incident = step.act.incident_of(things.get(step.act.thing, step.act.key()))
        says = say("taken back: {act}", act=step.act.says) if undone else step.act.says
    return Word(
        number=entry.number,
        incident=incident,
        about=entry.draft.about,
        what=entry.draft.what,
        says=says,
        at=entry.at.isoformat(timespec="seconds"),
    )
