"""What is new at the desk, on every open page at once: streams of server-sent events that resume without a gap."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from luoshu.desk.actor import Actor
from luoshu.desk.unkept import Unkept
from luoshu.show.fanout import Full, Hub, Listener, Word, event, wire
from luoshu.show.language import Language
from luoshu.show.publish import STATIC
from luoshu.show.reaching import Reach
from luoshu.show.rechecking import Rechecks, phase, session_of
from luoshu.show.visits import actor_now, spoken
from luoshu.words.message import say

AWAY_SECONDS = 2.0
"""How often a stream looks whether a journal that could not be asked is there again."""
CHECK_SECONDS = 4.0
"""How often a stream makes sure that its person is still logged in with the same rights, and says that it lives."""
SHARE_SECONDS = 1.0
"""How old an answer of another stream of the same session may be."""
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MOST_NUMBER = 2**53
WORKER = STATIC / "luoshu-worker.js"
"""What lets the pages of the desk open without signal; it may only look after addresses at or below its own."""

WORKER_HEADERS = {"cache-control": "no-cache", "service-worker-allowed": "/desk"}
"""The page /desk itself is looked after too, though it lies above the script's own folder."""

After = Annotated[int | None, Query(ge=0, le=MOST_NUMBER)]
Last = Annotated[str | None, Header(max_length=20)]


def reads(actor: Actor | None, incident: str) -> bool:
    """Whether a person may see the board of an incident: every role may, of the incidents that it is held for.

    >>> from luoshu.desk.actor import Grant
    >>> guest = Actor(id="li", grants=(Grant(role="viewer", incident="flood"),))
    >>> reads(guest, "flood"), reads(guest, "fire"), reads(None, "flood")
    (True, False, False)
    """
    return actor is not None and any(grant.incident in ("", incident) for grant in actor.grants)


def add_live(app: FastAPI) -> None:
    """The streams: one of all that the person may see, one of each incident; and the script of pages without signal."""
    app.state.hub = Hub(app.state.room)
    app.state.rechecks = Rechecks()
    app.state.reach = Reach(app.state.room, app.state.moments)

    async def all_events(request: Request, after: After = None, last_event_id: Last = None) -> Response:
        return await stream(request, "", _since(after, last_event_id))

    async def incident_events(request: Request, name: str, after: After = None, last_event_id: Last = None) -> Response:
        return await stream(request, name, _since(after, last_event_id))

    def worker() -> Response:
        if not WORKER.is_file():
            raise HTTPException(404, say("there is no page {path}", path="/desk/worker.js"))
        return FileResponse(WORKER, media_type="text/javascript", headers=WORKER_HEADERS)

    app.add_api_route("/desk/events", all_events, include_in_schema=False)
    app.add_api_route("/desk/incidents/{name}/events", incident_events, include_in_schema=False)
    app.add_api_route("/desk/worker.js", worker, include_in_schema=False)


def _since(after: int | None, last_event_id: str | None) -> int | None:
    """The last entry that the page has: what the browser says when it comes back, else what the page was made with."""
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        return int(last_event_id)
    return after


async def stream(request: Request, incident: str, after: int | None) -> Response:
    """An answer that goes on: 401 to nobody in particular, 403 to who may not see it, 429 beyond the bound."""
    actor = await run_in_threadpool(actor_now, request)
    if actor is None:
        raise HTTPException(401, say("log in to see this page"))
    if incident and not reads(actor, incident):
        raise HTTPException(403, say("{name} may not see this page", name=actor.name or actor.id))
    hub: Hub = request.app.state.hub
    listener = Listener(who=actor.id, heard=lambda word: not incident or word.incident in ("", incident))
    try:
        missed = await hub.join(listener, after)
    except Full:
        raise HTTPException(429, say("too many pages are open: close some")) from None
    told = _events(request, hub, listener, missed, actor)
    return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS)


async def _events(
    request: Request, hub: Hub, listener: Listener, missed: list[Word] | None, actor: Actor
) -> AsyncIterator[bytes]:
    language = spoken(request, None).code
    checks: Rechecks = request.app.state.rechecks

    def told(word: Word) -> bytes:
        return wire(word, language, not (word.incident and reads(actor, word.incident)))

    try:
        yield b"retry: 2000\n\n" + event("hello", "{}")
        if missed is None:
            yield event("reload", "{}")
        for word in missed or ():
            yield told(word)
        due = time.monotonic() + CHECK_SECONDS * phase(session_of(request))
        while not listener.lost:
            found = None
            try:
                found = await asyncio.wait_for(listener.waiting.get(), max(due - time.monotonic(), 0.001))
            except TimeoutError:
                yield b": still here\n\n"
            rights = found is not None and found.sort in ("person", "staff")
            if rights or time.monotonic() >= due:
                away, since = False, hub.told_at if rights else time.monotonic() - min(SHARE_SECONDS, CHECK_SECONDS / 4)
                while isinstance(now := await checks.who(request, since), Unkept):
                    # who may hear it cannot be known: nothing is told until it can
                    away, since = True, time.monotonic()
                    yield event("away", json.dumps({"says": Language(language).message(now.says)}, ensure_ascii=False))
                    await asyncio.sleep(AWAY_SECONDS)
                if now is None or now.id != actor.id or now.grants != actor.grants:
                    yield event("closed", "{}")
                    return
                if away:
                    yield event("hello", "{}")
                due = time.monotonic() + CHECK_SECONDS
            if found:
                yield told(found)
        yield event("reload", "{}")
    finally:
        hub.leave(listener)
        checks.forget(request)
