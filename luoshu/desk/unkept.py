"""Why a journal cannot keep or tell something, in plain words with a way out, from what its database says."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from luoshu.words.message import Message, say

FULL = say("the disk of the journal is full: nothing was written. Make room, then send it again")
LOCKED = say("another program holds the journal and does not let go: nothing was written. Send it again in a moment")
READ_ONLY = say("the journal may only be read here: nothing was written. Give the program the right to write it")
AWAY = say("the database of the journal cannot be reached: nothing was written. It is tried anew with the next entry")
UNSURE = say(
    "the database of the journal went away while it wrote: it is not known whether the entry stands. "
    "Send it again with the same mark; it is written once only"
)
REPLACED = say(
    "the file of the journal was moved or put back from elsewhere while the desk was open: nothing is written into it. "
    "Close the desk and open it again"
)
NO_ADDRESS = say("that is no address of a database: write it as in postgresql://NAME:PASSWORD@HOST/DATABASE")
SHORTER = say(
    "the journal has lost entries that stood in it, or holds others in their place: nothing is written into it. "
    "Close the desk, compare luoshu desk verify with the last backup, and restore that into a new place; or, where an "
    "older journal was put back on purpose, remove the file beside it whose name ends with .head"
)
DAMAGED = (
    "the journal is damaged ({reason}): nothing is written into it. Keep its file as it is, save what is whole with "
    "luoshu desk backup --as-far-as-it-goes, and restore that or the last backup into a new place"
)
NOT_SYNCED = say(
    "the disk did not confirm that it keeps what was written, so nothing more is written into this journal: the disk "
    "may be failing. Make a backup elsewhere, restore it on another disk, and send what was not acknowledged again"
)


class Unkept(OSError):
    """What the journal cannot do now; `says` tells why and what to do, in words that translate.

    `sort` is full, locked, read-only, away, unsure, replaced, damaged, or other. `lasts`: nothing can be written until
    the journal is opened anew. After every sort but "unsure" nothing of the command stands.
    """

    def __init__(self, says: Message, sort: str) -> None:
        super().__init__(says)
        self.says, self.sort = says, sort

    @property
    def lasts(self) -> bool:
        """Whether only opening the journal anew, or another journal, helps."""
        return self.sort in ("damaged", "replaced")


def damaged(reason: Message | str) -> Unkept:
    """A journal whose entries do not fit, or whose file is broken."""
    return Unkept(say(DAMAGED, reason=reason), "damaged")


_SQLITE = {
    sqlite3.SQLITE_FULL: (FULL, "full"),
    sqlite3.SQLITE_BUSY: (LOCKED, "locked"),
    sqlite3.SQLITE_LOCKED: (LOCKED, "locked"),
    sqlite3.SQLITE_READONLY: (READ_ONLY, "read-only"),
    sqlite3.SQLITE_PERM: (READ_ONLY, "read-only"),
    sqlite3.SQLITE_CANTOPEN: (AWAY, "away"),
}
_STATES = {
    "53100": (FULL, "full"),
    "53200": (FULL, "full"),
    "55P03": (LOCKED, "locked"),
    "40P01": (LOCKED, "locked"),
    "25006": (READ_ONLY, "read-only"),
    "42501": (READ_ONLY, "read-only"),
}


def unkept(error: BaseException) -> Unkept | None:
    """What an error of a database means; None where it is not one of a database (a fault of the program)."""
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, Unkept):
        return error
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if isinstance(error, DBAPIError):
        return _of_postgres(cause, error.connection_invalidated)
    if type(error).__module__.partition(".")[0] == "pg8000":
        return _of_postgres(error, False)
    if isinstance(cause, OSError):
        return Unkept(AWAY, "away")
    return None


def _of_sqlite(error: sqlite3.Error) -> Unkept:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if code in _NO_ROOM:
        return Unkept(FULL, "full")
    if code in _FSYNC:
        return Unkept(NOT_SYNCED, "damaged")
    if code & 0xFF in _SQLITE:
        return Unkept(*_SQLITE[code & 0xFF])
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "malformed" in str(error):
        return damaged(str(error))
    if code & 0xFF == sqlite3.SQLITE_IOERR:
        return Unkept(
            say("the disk of the journal answers with an error ({reason}): nothing was written", reason=str(error)),
            "other",
        )
    return Unkept(say("the database of the journal refuses: {reason}", reason=str(error)), "other")


_NO_ROOM = {getattr(sqlite3, f"SQLITE_IOERR_SHM{name}") for name in ("SIZE", "MAP")}
"""What a journal is opened with found no place beside it."""

_FSYNC = {getattr(sqlite3, name) for name in ("SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC") if hasattr(sqlite3, name)}


def _of_postgres(error: BaseException | None, gone: bool) -> Unkept:
    told: Any = error.args[0] if error is not None and error.args else ""
    state = str(told.get("C", "")) if isinstance(told, Mapping) else ""
    reason = str(told.get("M", "")) if isinstance(told, Mapping) else str(told)
    if state in _STATES:
        return Unkept(*_STATES[state])
    if state[:3] == "XX0":
        return damaged(reason)
    # 08: the connection, 57P: the server stops or starts, 25P03: it dropped a writer that stood still
    if gone or state[:2] == "08" or state[:3] == "57P" or state == "25P03" or type(error).__name__ == "InterfaceError":
        return Unkept(AWAY, "away")
    return Unkept(say("the database of the journal refuses: {reason}", reason=reason[:300]), "other")
