"""Who listens, looked up again and again: once for all streams of a session, never for all sessions at one moment."""

from __future__ import annotations

import asyncio
import time
import zlib
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from luoshu.desk.actor import Actor
from luoshu.desk.unkept import Unkept, unkept
from luoshu.show.door import actor_now

if TYPE_CHECKING:
    Found = Actor | Unkept | None

AT_ONCE = 2
"""Sessions that are looked up at the same time: two hundred at once kept every act waiting for a thread."""


def session_of(request: Request) -> str:
    """What streams of one session have in common."""
    return f"{request.headers.get('cookie', '')}\n{request.headers.get('user-agent', '')}"


def phase(session: str) -> float:
    """Where between two looks a session stands, from 0 up to 1: the same for its streams, another for other sessions.

    >>> 0 <= phase("a") < 1, phase("a") == phase("a"), phase("a") == phase("b")
    (True, True, False)
    """
    return zlib.crc32(session.encode("utf-8", "surrogateescape")) / 2**32


class Rechecks:
    """Answers who asks now. Streams of one session that ask together share one answer."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._asked: dict[str, tuple[float, asyncio.Task[Found]]] = {}
        self.looks = 0

    async def who(self, request: Request, since: float) -> Actor | Unkept | None:
        """Who asks, as it was looked up after `since` (of `time.monotonic`), or why the desk cannot be asked now."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._turn, self._asked = loop, asyncio.Semaphore(AT_ONCE), {}
        session = session_of(request)
        begun, task = self._asked.get(session, (since - 1, None))
        if task is None or begun < since:
            task = loop.create_task(self._look(request, session))
            # a look that waits for its turn begins later: by its own time it would be no older than this
            self._asked[session] = (time.monotonic(), task)
        return await asyncio.shield(task)

    async def _look(self, request: Request, session: str) -> Found:
        async with self._turn:
            self.looks += 1
            try:
                return await run_in_threadpool(actor_now, request)
            except Exception as error:
                said = unkept(error)
                if said is None:
                    raise
                return said

    def forget(self, request: Request) -> None:
        """A stream of this session has ended; others of it look again when they need to."""
        self._asked.pop(session_of(request), None)
