"""Word to open pages that the book has changed on disk, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from html import escape

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from luoshu.show.language import Language
from luoshu.show.shelf import Shelf
from luoshu.show.visits import spoken

LOOK_EVERY_SECONDS = 2.0


def add_events(app: FastAPI) -> None:
    """The address that open pages listen to."""

    async def events(request: Request) -> Response:
        shelf: Shelf = request.app.state.shelf
        notices = changes(shelf, spoken(request, None), request.is_disconnected)
        return StreamingResponse(notices, media_type="text/event-stream", headers={"cache-control": "no-store"})

    app.add_api_route("/events", events, include_in_schema=False)


async def changes(
    shelf: Shelf, language: Language, gone: Callable[[], Awaitable[bool]], every: float = LOOK_EVERY_SECONDS
) -> AsyncIterator[str]:
    """One event `book` for every change of the files, until the listener is gone; the data is a notice for people."""
    last = await run_in_threadpool(shelf.signature)
    yield ": listening\n\n"
    while not await gone():
        await asyncio.sleep(every)
        now = await run_in_threadpool(shelf.signature)
        if now != last:
            last = now
            yield f"event: book\ndata: {notice(language)}\n\n"


def notice(language: Language) -> str:
    """The notice as HTML on one line."""
    says, again = language.say("The book has changed since this page was made."), language.say("Show it as it is now")
    return f'<p class="notice">{escape(says)} <a href="">{escape(again)}</a></p>'
