"""The clock beside the server: every few seconds what is due by itself is written, once, however many servers tick."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from luoshu.desk.chain import Entry
from luoshu.desk.ticking import tick

SECONDS = 15.0


def add_ticker(app: FastAPI) -> None:
    """Let the clock run from the start of the server to its end."""
    app.state.companions.append(ticking)


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
    while not stop.is_set():
        try:
            await asyncio.to_thread(tick_now, app)
        except Exception as error:
            # a full disk or a lost database must not stop the clock: it goes on as soon as it can write again
            traceback.print_exception(error)
        try:
            await asyncio.wait_for(stop.wait(), SECONDS)
        except TimeoutError:
            continue
