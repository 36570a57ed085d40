"""Parts of a page that open pages fetch when something has changed: drawn once for all who may see the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MOST_KEPT = 512


@dataclass(eq=False)
class _Slot:
    """One drawn part; whoever comes first draws it, the others wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    html: str | None = None


class Drawn:
    """What was drawn lately, by everything that it depends on.

    >>> drawn, times = Drawn(), []
    >>> [drawn.of(("tasks", 7), lambda: times.append(1) or "<p>") for _ in range(3)], len(times)
    (['<p>', '<p>', '<p>'], 1)
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, draw: Callable[[], str]) -> str:
        """The part of this key, drawn if nobody has yet; what fails is drawn again for the next who asks."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self.most:
                self._slots.popitem(last=False)
        with slot.lock:
            if slot.html is None:
                slot.html = draw()
            return slot.html
