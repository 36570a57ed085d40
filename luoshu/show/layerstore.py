"""Files of layers made for the server: each made once, kept in a folder of its own, the oldest thrown away."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

MOST_FILES = 48


class LayerStore:
    """A folder beside the book's own, gone with the server."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files: OrderedDict[str, Path] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def file(self, key: str, make: Callable[[], bytes]) -> Path:
        """The file of a key, made by `make` where it is not there yet; others who want it meanwhile wait for it."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            path = self._files.get(key)
            if path is None:
                data = make()
                path = self._place(key)
                path.write_bytes(data)
                with self._lock:
                    self._files[key] = path
                    while len(self._files) > MOST_FILES:
                        old, gone = self._files.popitem(last=False)
                        self._making.pop(old, None)
                        gone.unlink(missing_ok=True)
            return path

    def _place(self, key: str) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="luoshu-layers-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder / hashlib.sha256(key.encode()).hexdigest()[:32]
