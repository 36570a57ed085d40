"""Who waits for the journal's writer: each is given an answer, and wakes the next ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from luoshu.desk.chain import Draft, Entry


class Asked:
    """A command that waits for its answer: in a future where one was asked for, else behind a gate: that costs less.

    `after` are those of the same commit whom it wakes when it was woken itself. Woken all at once, they would fight for
    the interpreter, and that takes as much of the processor as the writing.
    """

    __slots__ = ("after", "answer", "at", "command", "found", "gate", "gone")

    def __init__(
        self, command: Callable[[Any], Iterable[Draft]], at: datetime, answer: Future[tuple[Entry, ...]] | None = None
    ) -> None:
        self.command, self.at, self.answer = command, at, answer
        self.found: tuple[Entry, ...] | BaseException = ()
        self.after: list[Asked] = []
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
        finally:  # who is interrupted while it waits still wakes the others, now or when its turn comes
            self.gone = True
            self.wake_others()
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found

    def wake_others(self) -> None:
        waking = [self]
        while waking:
            one = waking.pop()
            while one.after:
                try:
                    each = one.after.pop()
                except IndexError:  # another thread was faster
                    break
                each.gate.release()
                if each.gone:
                    waking.append(each)


def wake(batch: Sequence[Asked]) -> None:
    """Wake all who wait: the first, who wakes two, who wake two each."""
    waiting = [each for each in batch if each.answer is None]
    for number, each in enumerate(waiting):
        each.after = waiting[2 * number + 1 : 2 * number + 3]
    for each in waiting[:1]:
        each.gate.release()
        if each.gone:
            each.wake_others()
