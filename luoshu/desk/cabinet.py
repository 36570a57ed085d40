"""The database of a journal, held open: one connection, one asker at a time; what fails is said in plain words."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book import files
from luoshu.desk.chain import BEGINNING, ERASES, Entry, hash_of
from luoshu.desk.sealed import fits
from luoshu.desk.shelves import (
    WAIT_SECONDS,
    NotAnEntry,
    answered,
    engine_of,
    entries_table,
    lock_for_writing,
    locked_since,
    put,
    put_and_commit,
    stored,
)
from luoshu.desk.unkept import REPLACED, SHORTER, Unkept, damaged, unkept
from luoshu.words.message import say

if TYPE_CHECKING:
    from sqlalchemy import Connection


WIPE_WAIT = 200
"""Milliseconds to wait for readers before what was erased is wiped later."""


def first_fault(entries: Iterator[Entry]) -> tuple[int, str] | None:
    """The first entry that does not fit its chain, and how; None where all fit."""
    before, number = BEGINNING, 0
    try:
        for entry in entries:
            if entry.number != number + 1:
                return number + 1, "missing"
            if entry.before != before:
                return entry.number, "does not follow the entry before"
            if not holds(entry):
                return entry.number, "was changed"
            before, number = entry.hash, entry.number
    except NotAnEntry as error:
        return error.number, "was changed"
    return None


def holds(entry: Entry) -> bool:
    """Whether an entry is what was written: its hash is that of its values, and so is what lies beside it."""
    try:
        return entry.hash == hash_of(entry.draft, entry.number, entry.at, entry.before) and fits(entry.draft)
    except (ValueError, TypeError):
        return False


def head_file(file: Path) -> Path:
    """Where it is written which entry was the newest some time ago."""
    return file.with_name(f"{file.name}.head")


def remembered(file: Path) -> tuple[int, str]:
    """What stands in the file beside a journal; nothing where there is none, or it makes no sense."""
    try:
        number, head = head_file(file).read_text("ascii").split()
        return (int(number), head) if len(head) == len(BEGINNING) else (0, BEGINNING)
    except (OSError, ValueError):
        return 0, BEGINNING


@contextlib.contextmanager
def copied(file: Path) -> Iterator[Path]:
    """A journal that no program has open, with what was written ahead, in the folder for what does not last: on a full
    disk SQLite cannot even look into it where it lies."""
    with tempfile.TemporaryDirectory(prefix="luoshu-journal") as folder:
        for name in (file.name, f"{file.name}-wal"):
            if file.with_name(name).exists():
                shutil.copyfile(file.with_name(name), Path(folder) / name)
        yield Path(folder) / file.name


def begin_file(file: Path) -> None:
    """Make the file of a journal where there is none, whole or not at all; Unkept where an empty one stands there."""
    if file.exists():
        if not file.stat().st_size:
            raise damaged(say("its file is empty"))
        return
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    os.close(handle)
    try:
        engine = engine_of(name)
        with engine.connect() as connection:
            entries_table().metadata.create_all(connection)
        engine.dispose()
        os.chmod(name, 0o600)  # it will hold what is personal, and the hashes of passwords
        with contextlib.suppress(FileExistsError):  # another program was first: theirs stands
            os.link(name, file)
    finally:
        os.unlink(name)
    if os.name == "posix":
        for folder in (file.absolute().parent, file.absolute().parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            with contextlib.suppress(OSError):
                os.fsync(handle)
            os.close(handle)


class Cabinet:
    """The entries of one journal on one connection. Not for two threads at once: the journal asks under its lock.

    Everything that a database may answer badly comes out as `Unkept`, and the connection is made anew.
    """

    def __init__(self, place: str | Path, wait: float = WAIT_SECONDS) -> None:
        self.engine = engine_of(place, wait)
        self.table = entries_table()
        self.file = None if "://" in str(place) else Path(place)
        self._connection: Connection | None = None
        self._local = self.file is not None
        self._open, self._waiting = False, ""
        self._wait, self._erased, self._wipe_next = wait, False, 0.0
        self._written: Any = None
        self._node: Any = None
        try:
            if self.file is not None:
                begin_file(self.file)
            with self.engine.connect() as connection:
                if not self.engine.dialect.has_table(connection, "entry"):
                    connection.rollback()
                    lock_for_writing(connection)
                    self.table.metadata.create_all(connection)
                    connection.commit()
                # whoever erased something may have been killed before the log was emptied
                self._erased = self.engine.dialect.has_table(connection, "personal")
        except Exception as error:
            self.engine.dispose()
            raise unkept(error) or error from error

    def close(self) -> None:
        """Let go of the database."""
        if self._erased and self._connection is not None:
            self._wipe()
        self._drop()
        self.engine.dispose()

    def remember(self, number: int, head: str) -> None:
        """Write beside a journal's file what has been acknowledged, so that it is seen when that is cut off later."""
        if self.file is not None:
            with contextlib.suppress(OSError):  # a full disk: what was remembered before stays
                files.write(head_file(self.file), f"{number} {head}\n".encode())

    def remembered(self) -> tuple[int, str]:
        """The newest entry that this journal is known to have held, and its hash."""
        return remembered(self.file) if self.file is not None else (0, BEGINNING)

    def since(self, number: int, head: str) -> list[Entry]:
        """The entries after the last one known, which other programs wrote; each is checked against its chain."""
        with self._asking() as connection:
            return self._since(connection, number, head)

    @contextlib.contextmanager
    def writing(self, number: int, head: str) -> Iterator[list[Entry]]:
        """A transaction that no other writer overlaps; gives what others wrote before it. `keep` and `commit` end it,
        else nothing is written."""
        with self._asking() as connection:
            self._open = True
            if self._local:
                answered(connection, "BEGIN IMMEDIATE")
                yield self._since(connection, number, head)
            else:
                yield self._fitting(lambda after: locked_since(connection, after), number, head)
            if self._open:
                self._open, self._waiting = False, ""
                answered(connection, "ROLLBACK")

    def keep(self, entries: Sequence[Entry]) -> None:
        """Put entries into the transaction that is open; what a server is told waits for `commit`."""
        assert self._connection is not None
        self._erased = self._erased or any(ERASES in entry.draft.facts for entry in entries)
        if self._local:
            put(self._connection, entries)
        else:
            self._waiting = put_and_commit(entries)

    def commit(self) -> None:
        """End the transaction that is open: when this comes back the entries are on the disk."""
        assert self._connection is not None
        answered(self._connection, self._waiting or "COMMIT")
        self._open, self._waiting = False, ""
        if self._erased and time.monotonic() >= self._wipe_next:
            self._wipe()

    def _wipe(self) -> None:
        """After what is personal was erased: let nothing of it lie in what the database wrote ahead or left behind.

        SQLite overwrites what it deletes, and what stood in its log goes when the log is emptied; PostgreSQL writes the
        table anew. Who reads for long may hold both up: they are waited for shortly, and it is tried again with later
        entries, so that nobody who writes waits much for it.
        """
        assert self._connection is not None
        began, usual = time.monotonic(), round(self._wait * 1000)
        with contextlib.suppress(Exception):
            if self._local:
                answered(self._connection, f"PRAGMA busy_timeout={WIPE_WAIT}")
                try:
                    ((busy, _, _),) = answered(self._connection, "PRAGMA wal_checkpoint(TRUNCATE)")
                    self._erased = bool(busy)
                finally:
                    answered(self._connection, f"PRAGMA busy_timeout={usual}")
            else:
                answered(self._connection, f"SET lock_timeout = {WIPE_WAIT}")
                try:
                    answered(self._connection, "VACUUM FULL personal")
                    self._erased = False
                finally:
                    answered(self._connection, f"SET lock_timeout = {usual}")
        now = time.monotonic()
        self._wipe_next = now + 20 * (now - began)

    def stands(self, entries: Sequence[Entry]) -> bool:
        """Whether entries stand after a commit whose answer was lost; waits for the server to have done with it."""
        with self._asking() as connection:
            lock_for_writing(connection)
            found = list(stored(connection, entries[0].number - 1, len(entries)))
            answered(connection, "ROLLBACK")
        return [each.hash for each in found] == [each.hash for each in entries]

    def _since(self, connection: Connection, number: int, head: str) -> list[Entry]:
        if self._local:
            # the number changes when another connection wrote; while it does not nothing has to be read
            ((written,),) = answered(connection, "PRAGMA data_version")
            if self._written == written and number:
                return []
            self._written = written
        return self._fitting(lambda after: list(stored(connection, after)), number, head)

    def _fitting(self, ask: Callable[[int], list[Entry]], number: int, head: str) -> list[Entry]:
        """The entries after the last one known, once it was found and each fits the one before."""
        try:
            found = ask(max(number - 1, 0))
        except NotAnEntry as error:
            raise damaged(say("entry {number} was changed after it was written", number=error.number)) from None
        if number and (not found or (found[0].number, found[0].hash) != (number, head)):
            raise Unkept(SHORTER, "damaged")
        fresh = found[1:] if number else found
        for entry in fresh:
            if entry.number != number + 1 or entry.before != head:
                raise damaged(say("entry {number} does not follow the one before it", number=entry.number))
            if not holds(entry):
                raise damaged(say("entry {number} was changed after it was written", number=entry.number))
            number, head = entry.number, entry.hash
        return fresh

    @contextlib.contextmanager
    def _asking(self) -> Iterator[Connection]:
        try:
            self._same_file()
            if self._connection is None:
                self._connection = self._connected()
                self._node = self._file_now()
            yield self._connection
        except BaseException as error:
            self._drop()
            said = unkept(error)
            if said is None or said is error:
                raise
            raise said from error

    def _connected(self) -> Connection:
        if self._local:
            return self.engine.connect()
        # transactions are begun and ended by sentences of ours; by themselves they would cost a way to the server each
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def _drop(self) -> None:
        connection, self._connection, self._written = self._connection, None, None
        self._open, self._waiting = False, ""
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.invalidate()
            with contextlib.suppress(Exception):
                connection.close()

    def _file_now(self) -> Any:
        if self.file is None:
            return None
        with contextlib.suppress(OSError):
            found = self.file.stat()
            return found.st_dev, found.st_ino
        return "none"

    def _same_file(self) -> None:
        """Refuse where the file was put in the place of the one that is open: what is written would be nowhere."""
        if self._node is not None and self._node != self._file_now():
            raise Unkept(REPLACED, "replaced")
