"""The book on the server: opened once, looked at on any day, opened again when its files change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from datetime import date
from pathlib import Path

from luoshu.show.view import View

DAYS_KEPT = 12
LOOK_AGAIN_SECONDS = 0.5


class Shelf:
    """Views of one book by day; every view is made from one state of the files."""

    def __init__(self, folder: Path, day: date | None = None) -> None:
        self.folder = folder
        self.day = day
        self._views: OrderedDict[date, View] = OrderedDict()
        self._signature = ""
        self._looked = 0.0
        self._lock = threading.RLock()

    def view(self, day: date | None = None) -> View:
        """The book on `day`, else on the shelf's own day, else today."""
        asked = day or self.day or date.today()
        with self._lock:
            if self.signature() != self._signature:
                self._views.clear()
                self._signature = self.signature()
            if asked not in self._views:
                from luoshu.show.look import look

                self._views[asked] = look(self.folder, asked)
                while len(self._views) > DAYS_KEPT:
                    self._views.popitem(last=False)
            self._views.move_to_end(asked)
            return self._views[asked]

    def changed(self) -> None:
        """Forget what was read: the files were just written."""
        with self._lock:
            self._looked = 0.0
            self._views.clear()

    def signature(self) -> str:
        """What the files look like from outside (names, sizes, times); asked at most twice a second."""
        now = time.monotonic()
        if now - self._looked > LOOK_AGAIN_SECONDS or not self._signature:
            self._looked = now
            self._seen = signature(self.folder)
        return self._seen


def signature(folder: Path) -> str:
    """Names, sizes and times of all files under a folder, hidden ones left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        try:
            stat = path.stat()
        except OSError:
            continue
        if path.is_file():
            found.append(f"{path.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}")
    return "\n".join(found)
