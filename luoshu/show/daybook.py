"""What the door writes into the journal: logins, looks at personal data, refusals; bounded and never waited for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from luoshu.desk.chain import Draft, Entry
from luoshu.desk.room import Room
from luoshu.desk.unkept import Unkept
from luoshu.show.moments import MACHINE, Moments
from luoshu.show.pacing import LOGGED, LOGGED_ALL, Pacing

LOOK, LOGIN, LOGOUT = "look", "login", "logout"
REFUSED_LOGIN, REFUSED_PAGE, REFUSED_ACT, REFUSED_SESSION = (
    "refused.login", "refused.page", "refused.act", "refused.session",
)  # fmt: skip
WRITTEN = frozenset({LOOK, LOGIN, LOGOUT, REFUSED_LOGIN, REFUSED_PAGE, REFUSED_ACT, REFUSED_SESSION})
"""The sorts of entries that only tell what people did at the door; nothing stands because of them."""

MOST_SOURCES = 1_000
MOST_LATE = 1_000
"""Entries that are held in memory while the disk is full; with more the oldest are lost."""


class Daybook:
    """Writes entries that need no check into the journal of a room, each at the moment of the desk (`moments`)."""

    def __init__(self, room: Room, pacing: Pacing, moments: Moments = MACHINE) -> None:
        self.room, self.pacing, self.moments = room, pacing, moments
        self._lock = threading.Lock()
        self._left_out: dict[str, int] = {}
        self._late: deque[tuple[Draft, datetime]] = deque(maxlen=MOST_LATE)
        self._broken = False

    def note(self, what: str, *, who: str, about: str = "", **facts: Any) -> None:
        """One entry, written soon."""
        told = {name: value for name, value in facts.items() if value not in ("", None)}
        self._send(Draft(who=who or "nobody", what=what, about=_plain(about), facts=_plain(told)))

    def refused(self, what: str, *, who: str, source: str, about: str = "", **facts: Any) -> None:
        """One refusal; where one source has many, or all have, the rest is counted and told with the next entry."""
        key = f"{what} {source}"
        if self.pacing.wait(LOGGED, key) or self.pacing.wait(LOGGED_ALL):
            with self._lock:
                if key in self._left_out or len(self._left_out) < MOST_SOURCES:
                    self._left_out[key] = self._left_out.get(key, 0) + 1
            return
        with self._lock:
            also = self._left_out.pop(key, None)
        self.note(what, who=who, about=about, also=also, **facts)

    def looked(self, *, who: str, about: str) -> bool:
        """A look at personal data; False where the journal could not take the last one: then nothing may be shown."""
        if self._broken:
            try:
                self.room.journal.append(Draft(who=who, what=LOOK, about=_plain(about)), at=self.moments.now())
            except Exception:
                return False
            self._broken = False
            return True
        self._send(Draft(who=who, what=LOOK, about=_plain(about)))
        return True

    def _send(self, draft: Draft, at: datetime | None = None) -> None:
        at = at or self.moments.now()
        future: Future[tuple[Entry, ...]] = self.room.journal.submit(lambda standing: [draft], at=self.moments.now())
        future.add_done_callback(lambda done: self._done(done, draft, at))

    def _done(self, future: Future[tuple[Entry, ...]], draft: Draft, at: datetime) -> None:
        error = future.exception()
        if error is not None:
            self._broken = True
            if isinstance(error, Unkept) and error.sort in ("full", "read-only"):
                self._late.append((draft, at))  # whoever logs in on a full disk is written down once there is room
            return
        while self._late:
            try:
                late, when = self._late.popleft()
            except IndexError:
                return
            with suppress(RuntimeError):  # the journal is being closed
                self._send(replace(late, happened=late.happened or when), when)


def _plain(value: Any) -> Any:
    """A text of a request as the journal can keep it: short, without NUL and broken characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")[:500]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value
