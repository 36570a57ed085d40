"""Signals that end a program, heard as a wish: Ctrl+C, the SIGTERM of a service, a terminal that is closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""What asks a program to end; not every system has all of them."""


class Ending:
    """While its block runs, a signal that would end the program calls `ask` in the main thread, and does no more.

    `asked` is the name of the first one heard, "" as long as there was none. Of two blocks one in the other the inner
    one is asked first and the outer one too; an inner block that is entered late hears at once what came before. In any
    other thread than the main one nothing is changed: signals are not that thread's to hear.
    """

    def __init__(self, ask: Callable[[], None] = lambda: None) -> None:
        self.ask = ask
        self.asked = ""
        self._before: dict[int, Any] = {}
        self._outer: Ending | None = None

    def __enter__(self) -> Ending:
        if threading.current_thread() is not threading.main_thread():
            return self
        for name in NAMES:
            number = getattr(signal, name, None)
            if number is None:
                continue
            before = signal.getsignal(number)
            if name == "SIGHUP" and before is signal.SIG_IGN:
                continue  # started with nohup: it is to outlive its terminal
            outer = getattr(before, "__self__", None)
            self._outer = outer if isinstance(outer, Ending) else self._outer
            self._before[number] = before
            signal.signal(number, self._heard)
        if self._outer is not None and self._outer.asked:
            self._wished(self._outer.asked)
        return self

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_DFL if before is None else before)
        self._before, self._outer = {}, None

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._outer is not None:
            self._outer._heard(number, frame)
        self._wished(signal.Signals(number).name)

    def _wished(self, name: str) -> None:
        self.asked = self.asked or name
        self.ask()
