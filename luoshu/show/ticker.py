"""The clock beside the server: every few seconds what is due by itself is written, once, however many servers tick."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from fastapi import FastAPI

from luoshu.desk.chain import Entry
from luoshu.desk.ticking import tick
from luoshu.desk.unkept import unkept
from luoshu.show.moments import MACHINE, Moments
from luoshu.words.message import Message

SECONDS = 15.0


class Clockwork(Protocol):
    """What lets the clock of a served desk run, and says which moment it is there."""

    @property
    def moments(self) -> Moments: ...

    def add(self, app: FastAPI) -> None:
        """Put on the list of companions what runs beside the server."""

    def leave(self, app: FastAPI) -> None:
        """The server has stopped; its desk is still open."""


class Ticker:
    """The clock of this machine, from the start of the server to its end."""

    moments: Moments = MACHINE

    def add(self, app: FastAPI) -> None:
        app.state.companions.append(ticking)

    def leave(self, app: FastAPI) -> None:
        pass


TICKER = Ticker()


@asynccontextmanager
async def ticking(app: FastAPI) -> AsyncIterator[None]:
    """Tick until left; a tick that is under way is waited for, so that the journal is not closed under it."""
    stop = asyncio.Event()
    running = asyncio.create_task(_run(app, stop))
    try:
        yield
    finally:
        stop.set()
        await running


def tick_now(app: FastAPI) -> tuple[Entry, ...]:
    """One tick at the moment of the desk, with the book as it is now."""
    room = app.state.room
    room.book = app.state.shelf.book()
    return tick(room, app.state.moments.now())


async def _run(app: FastAPI, stop: asyncio.Event) -> None:
    told: Message | None = None
    while not stop.is_set():
        try:
            await asyncio.to_thread(tick_now, app)
            told = None
        except Exception as error:
            # a full disk or a lost database must not stop the clock: it goes on as soon as it can write again
            said = unkept(error)
            if said is None:
                traceback.print_exception(error)
            elif said.says != told:
                print(said.says, file=sys.stderr, flush=True)
            told = said.says if said else None
        try:
            await asyncio.wait_for(stop.wait(), SECONDS)
        except TimeoutError:
            continue
