"""Answers that go on for ever, ended when the server stops: so that all others can be given to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
STREAM = b"text/event-stream"


class Streams:
    """The open streams of one server; `end` ends them, and every one that begins later. To be called in its loop."""

    def __init__(self) -> None:
        self.ended = False
        self.open: set[asyncio.Task[Any]] = set()

    def end(self) -> None:
        """End every stream: its reader hears that it is over, and may ask again when there is a server again."""
        self.ended = True
        for each in tuple(self.open):
            each.cancel()

    def begun(self, task: asyncio.Task[Any]) -> None:
        self.open.add(task)
        if self.ended:
            task.cancel()


class Closing:
    """Middleware that knows which answers are streams, and brings those that are ended to an orderly end."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], streams: Streams) -> None:
        self.app, self.streams = app, streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self.app(scope, receive, send)
            return

        async def noted(message: MutableMapping[str, Any]) -> None:
            await send(message)
            if message["type"] == "http.response.start" and _streams(message):
                self.streams.begun(task)

        try:
            await self.app(scope, receive, noted)
        except asyncio.CancelledError:
            if not (self.streams.ended and task in self.streams.open):
                raise
            task.uncancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.streams.open.discard(task)


def _streams(message: MutableMapping[str, Any]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(STREAM) for name, value in message["headers"])
