"""What the clock does by itself: proposals of levels and escalations, each written once however often it ticks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from luoshu.desk.act import Act, facts_of
from luoshu.desk.actor import machine
from luoshu.desk.chain import Entry, canonical
from luoshu.desk.clock import Clock
from luoshu.desk.journal import Refused
from luoshu.desk.things import Things

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.desk.room import Room

Tick = Callable[[Things, Clock, "Book | None", datetime], Iterable[Act[Any]]]
TICKS: dict[str, Tick] = {}
CLOCK = machine("clock")
MOST_AT_ONCE = 500
"""No tick writes more than this; the rest comes with the next one."""


def ticks(tick: Tick) -> Tick:
    """Register a function that says which acts of the machine are due now; every part of the desk has its own.

    It must be a plain function of what stands, the clock, the book and the moment.
    """
    TICKS[f"{tick.__module__}.{tick.__qualname__}"] = tick
    return tick


def due(things: Things, clock: Clock, book: Book | None, now: datetime) -> list[Act[Any]]:
    """All acts of the machine that are due, in the order in which the parts are registered by name."""
    import luoshu.desk.acts  # noqa: F401 (every part registers its ticks)

    found: list[Act[Any]] = []
    for name in sorted(TICKS):
        found.extend(TICKS[name](things, clock, book, now))
    return found[:MOST_AT_ONCE]


def mark_of(act: Act[Any]) -> str:
    """The mark under which the clock writes an act: the same act with the same facts is written once, for ever."""
    told = f"{act.what}\n{canonical(facts_of(act))}"
    return "clock-" + hashlib.sha256(told.encode()).hexdigest()[:40]


def tick(room: Room, now: datetime) -> tuple[Entry, ...]:
    """Write what is due now; gives the new entries. What cannot be done any more is left out, as when two tick at once.

    Ticking twice, or on two servers over one database, writes nothing twice.
    """
    things, written = room.standing(), []
    for each in due(things, room.clock, room.book, now):
        try:
            entries = room.do(each, by=CLOCK, at=now, mark=mark_of(each))
        except Refused:
            continue
        written += [entry for entry in entries if entry.number > things.number]
    return tuple(written)
