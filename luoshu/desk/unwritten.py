"""Sessions that a full disk has no place for: held in memory until they can be written, or the program ends."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from luoshu.desk.unkept import FULL, Unkept, unkept

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

MOST = 500
"""Sessions held in memory; with more nobody else is let in until there is room."""


def no_room(error: Exception) -> bool:
    """Whether an error says that the database can be read and not written."""
    said = unkept(error)
    return said is not None and said.sort in ("full", "read-only")


@dataclass(frozen=True, kw_only=True)
class Held:
    """What was held when a transaction began."""

    begun: Mapping[str, Mapping[str, Any]]
    ended: frozenset[str]


class Unwritten:
    """Sessions that were begun (by key) and ended while the database could not be written."""

    def __init__(self) -> None:
        self.begun: dict[str, dict[str, Any]] = {}
        self.ended: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, row: Mapping[str, Any]) -> None:
        """Hold a session; Unkept where there are too many already."""
        with self._lock:
            if len(self.begun) >= MOST:
                raise Unkept(FULL, "full")
            self.begun[row["key"]] = dict(row)

    def end(self, keys: Iterable[str]) -> int:
        """Note that sessions have ended; tells how many."""
        with self._lock:
            told = set(keys)
            self.ended |= told  # those begun in memory too: they may just be on their way into the table
            for key in told:
                self.begun.pop(key, None)
        return len(told)

    def saw(self, id: str, at: str) -> None:
        """Note when somebody whose session is held asked last."""
        with self._lock:
            for key, row in self.begun.items():
                if key.startswith(id):
                    row["seen"] = at

    def over(self, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The rows of the table as they would be if all had been written."""
        with self._lock:
            return [row for row in rows if row["key"] not in self.ended] + [dict(row) for row in self.begun.values()]

    def put(self, connection: Connection, table: Table) -> Held:
        """Write what is held into the transaction that is open; `written` forgets it once that stands."""
        if not self.begun and not self.ended:
            return Held(begun={}, ended=frozenset())
        with self._lock:
            held = Held(begun={key: dict(row) for key, row in self.begun.items()}, ended=frozenset(self.ended))
        connection.execute(table.delete().where(table.c.key.in_({*held.ended, *held.begun})))
        for row in held.begun.values():
            connection.execute(table.insert().values(**row))
        return held

    def written(self, held: Held) -> None:
        """What was held stands in the database now; what ended meanwhile ends there with the next writing."""
        with self._lock:
            for key in held.begun:
                self.begun.pop(key, None)
            self.ended -= held.ended
