"""Whether the desk can be asked just now; while it cannot, pages of the plan go on with what was last known of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookLong
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from luoshu.desk.room import Room
from luoshu.desk.things import Things
from luoshu.desk.unkept import AWAY, Unkept, unkept
from luoshu.show.moments import Moments

V = TypeVar("V")

PATIENCE_SECONDS = 3.0
"""How long a page waits for a database that does not answer; one on this machine's disk answers in any case."""
AGAIN_SECONDS = 2.0
"""How often a desk that was away is asked again, behind the backs of those who look at pages."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What stood at the desk when it could last be asked, and when that was."""

    things: Things
    at: datetime


class Reach:
    """The way of the plan's pages to the desk. Nobody waits for one that is known to be away."""

    def __init__(self, room: Room, moments: Moments) -> None:
        self.room, self.moments = room, moments
        self.known = Known(things=room.standing(), at=moments.now())
        self._away: Unkept | None = None
        self._asked = 0.0
        self._lock = threading.Lock()
        self._far = room.journal.cabinet.file is None

    def ask(self, look: Callable[[], V]) -> tuple[V, Things]:
        """What `look` finds, and what stands; raises `Unkept` at once where the desk is away."""
        away = self._away
        if away is not None:
            self._ask_again()
            raise away

        def both() -> tuple[V, Things]:
            return look(), self.room.standing()

        try:
            found = _in_time(both) if self._far else both()
        except TookLong:
            raise self._gone(Unkept(AWAY, "away")) from None
        except Exception as error:
            said = unkept(error)
            if said is None:
                raise
            raise self._gone(said) from error
        self.heard(found[1])
        return found

    def heard(self, things: Things) -> None:
        """Note what stands, by who has just asked."""
        self.known = Known(things=things, at=self.moments.now())

    def _gone(self, said: Unkept) -> Unkept:
        self._asked = time.monotonic()
        self._away = said
        return said

    def _ask_again(self) -> None:
        """Have the desk asked in the background, by one at a time."""
        with self._lock:
            if time.monotonic() - self._asked < AGAIN_SECONDS:
                return
            self._asked = float("inf")

        def look() -> None:
            try:
                self.room.standing()
                self._away = None
            except Exception as error:
                self._away = unkept(error) or self._away
            self._asked = time.monotonic()

        threading.Thread(target=look, name="asking the desk again", daemon=True).start()


def _in_time(ask: Callable[[], V]) -> V:
    """What `ask` gives; TimeoutError where it takes too long, and it then ends by itself, in a thread of its own."""
    answer: Future[V] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="asking the desk", daemon=True).start()
    return answer.result(PATIENCE_SECONDS)
