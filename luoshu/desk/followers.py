"""Who is told of new entries: each of them, in order and once, by a thread that a bad listener cannot stop."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from luoshu.desk.chain import Entry

Listener = Callable[[Sequence[Entry]], None]
POLL_SECONDS = 0.5
"""How often the journal is asked for what other programs wrote, while somebody listens."""
MOST_POLL_SECONDS = 5.0
"""How long to wait between questions to a database that does not answer."""

LOG = logging.getLogger(__name__)


@dataclass
class _Following:
    listener: Listener
    after: int
    until: int | None = None


class Followers:
    """Tells listeners of entries. `look` makes the journal take in what other programs wrote, which it then tells."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._following: list[_Following] = []
        self._news: queue.SimpleQueue[Sequence[Entry] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._gate = threading.Lock()
        self._said, self._closed = "", False

    def follow(self, listener: Listener, after: int, number: Callable[[], int]) -> Callable[[], None]:
        """Tell a listener of every entry after a number; what comes back stops it with the last one written by then."""
        one = _Following(listener, after)
        with self._gate:
            self._following = [each for each in self._following if each.until is None or each.after < each.until]
            self._following.append(one)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._tell_all, name="followers", daemon=True)
                self._thread.start()

        def stop() -> None:
            one.until = number()

        return stop

    def tell(self, entries: Sequence[Entry]) -> None:
        """News, in order; comes back at once."""
        if self._thread is not None and entries:
            self._news.put(entries)

    def close(self) -> None:
        """Tell what is waiting, then stop."""
        with self._gate:  # who follows just now has started the thread, or starts none any more
            thread, self._closed = self._thread, True
        self._news.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _tell_all(self) -> None:
        wait = POLL_SECONDS
        while True:
            try:
                entries = self._news.get(timeout=wait)
            except queue.Empty:
                wait = self._ask(wait)
                continue
            if entries is None:
                return
            for each in list(self._following):
                self._tell(each, entries)

    def _ask(self, wait: float) -> float:
        try:
            if any(each.until is None for each in self._following):
                self._look()
        except Exception as error:
            if str(error) != self._said:
                LOG.warning("the journal could not be asked for what others wrote: %s", error)
            self._said = str(error)
            return min(wait * 2, MOST_POLL_SECONDS)
        self._said = ""
        return POLL_SECONDS

    def _tell(self, one: _Following, entries: Sequence[Entry]) -> None:
        until = one.until
        wanted = [each for each in entries if each.number > one.after and (until is None or each.number <= until)]
        if not wanted:
            return
        one.after = wanted[-1].number
        try:
            one.listener(wanted)
        except Exception:
            LOG.exception("a listener of the journal failed; the next entries are told to it again")
