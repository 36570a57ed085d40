"""Who waits for the journal's writer: each is given an answer, and wakes the next one."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from luoshu.desk.chain import Draft, Entry

QUICK_SECONDS = 0.002
"""So long those of one commit are woken one by one; after that something else keeps the interpreter busy."""
MANY = 8
"""How many each then wakes, as a turn of the interpreter may be long in coming."""


class Row:
    """Those of one commit who still sleep, and when the first of them was woken.

    Woken all at once, they would fight for the interpreter, and that takes more of the processor than the writing: so
    each wakes the next one, in the moment in which it has the interpreter and will soon let go of it.
    """

    __slots__ = ("began", "sleeping")

    def __init__(self, sleeping: Iterable[Asked]) -> None:
        self.sleeping = deque(sleeping)
        self.began = time.monotonic()

    def wake(self) -> None:
        """Wake the next one, or several where it takes long; who was interrupted and cannot go on is passed over."""
        left = 1 if time.monotonic() - self.began < QUICK_SECONDS else MANY
        while left:
            try:
                each = self.sleeping.popleft()
            except IndexError:  # all are awake
                return
            each.gate.release()
            left -= not each.gone


_NOBODY = Row(())


class Asked:
    """A command that waits for its answer: in a future where one was asked for, else behind a gate: that costs less.

    `row` are those of the same commit, of whom it wakes the next when it was woken itself.
    """

    __slots__ = ("answer", "at", "command", "found", "gate", "gone", "row")

    def __init__(
        self, command: Callable[[Any], Iterable[Draft]], at: datetime, answer: Future[tuple[Entry, ...]] | None = None
    ) -> None:
        self.command, self.at, self.answer = command, at, answer
        self.found: tuple[Entry, ...] | BaseException = ()
        self.row = _NOBODY
        self.gone = False
        if answer is None:
            self.gate = threading.Lock()
            self.gate.acquire()

    def tell(self, found: tuple[Entry, ...] | BaseException) -> None:
        """Give the answer; who waits at a gate still has to be woken."""
        if self.answer is None:
            self.found = found
        elif not self.answer.set_running_or_notify_cancel():
            return
        elif isinstance(found, BaseException):
            self.answer.set_exception(found)
        else:
            self.answer.set_result(found)

    def wait(self) -> tuple[Entry, ...]:
        try:
            self.gate.acquire()
        finally:  # who is interrupted while it waits still wakes the next, now or when its turn comes
            self.gone = True
            self.row.wake()
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found


def wake(batch: Sequence[Asked]) -> None:
    """Wake all who wait: the first, who wakes the next."""
    waiting = [each for each in batch if each.answer is None]
    if waiting:
        row = Row(waiting)
        for each in waiting:
            each.row = row
        row.wake()
