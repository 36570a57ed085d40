"""The book on the server: opened once, looked at on any day, opened again when its files change."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from luoshu.book.book import Book
from luoshu.desk.room import Room, overlay
from luoshu.desk.things import Things
from luoshu.show.moments import MACHINE, Moments
from luoshu.show.view import View

DAYS_KEPT = 12
DAYS_A_BOOK = 60
"""Days looked at before the book is opened anew: what it keeps of each day must not pile up."""
LOOK_AGAIN_SECONDS = 0.5
DESK = "desk"
"""The desk writes its journal there all day long, which is no change of the book."""


@dataclass(eq=False)
class _Slot:
    """One day's view; whoever comes first makes it, others wait for it and not for other days."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    view: View | None = None
    number: int = 0
    rows: Mapping[type, tuple[Any, ...]] = field(default_factory=dict)
    behind: threading.Lock = field(default_factory=threading.Lock)


class Shelf:
    """Views of one book by day; every view is made from one state of the files, with the desk (`room`) over it.

    What the desk writes today shows as soon as the gauges have been made anew behind the scenes: nobody waits for them,
    and a page shows the state before until then.
    """

    room: Room | None = None

    def __init__(self, folder: Path, day: date | None = None, moments: Moments = MACHINE) -> None:
        self.folder, self.moments = folder, moments
        self.day = day
        self._slots: OrderedDict[date, _Slot] = OrderedDict()
        self._alone: OrderedDict[tuple[date, str, int | None], View] = OrderedDict()
        self._book: Book | None = None
        self._looks = 0
        self._signature = ""
        self._looked = 0.0
        self._lock = threading.RLock()

    def view(self, day: date | None = None) -> View:
        """The book on `day`, else on the shelf's own day, else today."""
        asked = day or self.day or self.moments.today()
        slot, book, version = self._slot(asked)
        with slot.lock:
            if slot.view is None:
                self._look(slot, asked, book, version)
            view = slot.view
        if self.room is not None and asked >= self.moments.today():
            self._follow(slot, asked, book, version)
        assert view is not None
        return view

    def without_desk(self, day: date | None, things: Things) -> tuple[View, bool]:
        """The view of a day while the desk cannot be asked: as it was made when it could be, else with what stood then
        (`things`) over the book; and whether what the desk wrote is in it. Of a past day that nobody has looked at yet
        it is not: which entries stood then only the journal knows."""
        asked = day or self.day or self.moments.today()
        slot, book, version = self._slot(asked)
        if slot.view is not None:
            return slot.view, True
        number = things.number if asked >= self.moments.today() else None
        with self._lock:
            if (found := self._alone.get((asked, version, number))) is not None:
                return found, number is not None
        from luoshu.show.look import look

        rows = overlay(things) if number is not None else {}
        named = hashlib.sha256(f"{version} without the desk {number}".encode()).hexdigest()[:16]
        found = replace(look(self.folder, asked, book.over(rows) if rows else book), version=named)
        with self._lock:
            self._alone[asked, version, number] = found
            while len(self._alone) > DAYS_KEPT:
                self._alone.popitem(last=False)
        return found, number is not None

    def kept(self) -> View | None:
        """The view that was last asked for, as it was made: for when the desk over it cannot be asked."""
        with self._lock:
            return next((slot.view for slot in reversed(self._slots.values()) if slot.view is not None), None)

    def _look(self, slot: _Slot, asked: date, book: Book, version: str) -> None:
        """Make the view of a day, with the desk over the book as it stood at the day's end or stands now."""
        from luoshu.show.look import look

        if self.room is not None:
            slot.number = self.room.standing().number
            slot.rows = self.room.rows(None if asked >= self.moments.today() else asked)
            book = book.over(slot.rows) if slot.rows else book
            version = hashlib.sha256(f"{version} {slot.number if slot.rows else 0}".encode()).hexdigest()[:16]
        slot.view = replace(look(self.folder, asked, book), version=version)

    def _follow(self, slot: _Slot, asked: date, book: Book, version: str) -> None:
        """Where the desk has written since, make the view anew in a thread of its own, one at a time."""
        room = self.room
        if room is None or room.standing().number == slot.number or not slot.behind.acquire(blocking=False):
            return

        def catch_up() -> None:
            try:
                fresh = _Slot()
                if room.rows() != slot.rows:
                    self._look(fresh, asked, book, version)
                    slot.view, slot.rows, slot.number = fresh.view, fresh.rows, fresh.number
                else:
                    slot.number = room.standing().number
            finally:
                slot.behind.release()

        threading.Thread(target=catch_up, name="following the desk", daemon=True).start()

    def _slot(self, asked: date) -> tuple[_Slot, Book, str]:
        with self._lock:
            if self._looks >= DAYS_A_BOOK:
                self._book = None
            book, signature = self.book(), self._signature
            if asked not in self._slots:
                self._slots[asked] = _Slot()
                self._looks += 1
                while len(self._slots) > DAYS_KEPT:
                    self._slots.popitem(last=False)
            self._slots.move_to_end(asked)
            version = hashlib.sha256(f"{asked}\n{signature}".encode()).hexdigest()[:16]
            return self._slots[asked], book, version

    def book(self) -> Book:
        """The book as its files are now."""
        with self._lock:
            signature = self.signature()
            if signature != self._signature or self._book is None:
                from luoshu.book.book import open_book
                from luoshu.kinds import tables

                self._slots.clear()
                self._book, self._looks, self._signature = open_book(self.folder, tables=tables()), 0, signature
                if self.room is not None:
                    self.room.book = self._book
            return self._book

    def warm(self) -> None:
        """Look at the book and have its layers drawn in the background, so that the first visitor need not wait."""

        def look_once() -> None:
            with suppress(Exception):  # what is wrong is said to the first visitor
                layers = self.view().layers
                if layers is not None:
                    layers.begin()

        threading.Thread(target=look_once, name="warming", daemon=True).start()

    def changed(self) -> None:
        """Forget what was read: the files were just written."""
        with self._lock:
            self._looked = 0.0
            self._slots.clear()
            self._book = None

    def signature(self) -> str:
        """What the files look like from outside (names, sizes, times); asked at most twice a second."""
        now = time.monotonic()
        if now - self._looked > LOOK_AGAIN_SECONDS or not self._signature:
            self._looked = now
            self._seen = signature(self.folder)
        return self._seen


def signature(folder: Path) -> str:
    """Names, sizes and times of all files under a folder, hidden ones and the desk's journal left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts[0] == DESK or any(part.startswith(".") for part in parts):
            continue
        try:
            stat = path.stat()
        except OSError:
            continue
        if path.is_file():
            found.append(f"{path.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}")
    return "\n".join(found)
