"""The journal: commands check what stands, then append; one writer, many commands to a commit, nothing lost."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from luoshu.desk.chain import BEGINNING, Draft, Entry, written
from luoshu.desk.shelves import engine_of, entries_table, lock_for_writing, put, stored
from luoshu.words.message import Message, say

MOST_IN_ONE_COMMIT = 512


class Refused(Exception):
    """A command that what stands does not allow; `says` tells why, in words that translate."""

    def __init__(self, says: Message) -> None:
        super().__init__(says)
        self.says = says


class MayNot(Refused):
    """A command that the person who asks has no right to."""


class Unclear(Refused):
    """Facts that are not understood: `fields` says of each what is wrong with it."""

    def __init__(self, fields: Mapping[str, Message]) -> None:
        super().__init__(joined(list(fields.values())))
        self.fields = dict(fields)


def joined(sentences: Sequence[Message]) -> Message:
    """Several sentences as one that still translates."""
    told = sentences[0]
    for each in sentences[1:]:
        told = say("{first}; {second}", first=told, second=each)
    return told


class Fold(Protocol):
    """What follows from the entries: `begin` gives what stands before the first, `take` adds one entry to it."""

    name: str

    def begin(self) -> Any: ...

    def take(self, standing: Any, entry: Entry) -> None: ...


Standing = Mapping[str, Any]
Command = Callable[[Standing], Iterable[Draft]]
"""Looks at what stands (by the name of each fold; "marks" are the entries by their mark) and gives the drafts to
append, or raises `Refused`."""


@dataclass
class _Asked:
    command: Command
    at: datetime
    answer: Future[tuple[Entry, ...]] = field(default_factory=Future)


class Journal:
    """The entries of one desk and what follows from them, open for writing.

    Commands of all threads go through one writer thread: it takes all that wait, checks each against what stands after
    the one before, writes them in one transaction and answers when that is on the disk. Other processes may write to
    the same journal: every transaction first takes in what they wrote. When a commit fails nobody is answered as if it
    had not, and what stands is read anew.

    >>> import tempfile
    >>> from datetime import UTC
    >>> noon = datetime(2021, 7, 20, 4, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "desk.sqlite") as journal:
    ...     done = journal.append(Draft(who="officer", what="note", why="rain"), at=noon)
    ...     done.number, [entry.draft.why for entry in journal.entries()], journal.fault()
    (1, ['rain'], None)
    """

    def __init__(self, place: str | Path, folds: Sequence[Fold] = ()) -> None:
        self.engine = engine_of(place)
        self.table = entries_table()
        self.table.metadata.create_all(self.engine)
        self.folds = tuple(folds)
        self._standing: dict[str, Any] = {}
        self._listeners: list[Callable[[Sequence[Entry]], None]] = []
        self._lock = threading.Lock()
        self._asked: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._forget()
        self._writer = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._writer.start()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what still waits, then let go of the database."""
        self._asked.put(None)
        self._writer.join()
        self.engine.dispose()

    def submit(self, command: Command, *, at: datetime) -> Future[tuple[Entry, ...]]:
        """Ask for a command; the answer comes when its entries are on the disk, or holds why they are not."""
        if not self._writer.is_alive():
            raise RuntimeError("the journal is closed")
        asked = _Asked(command, at)
        self._asked.put(asked)
        return asked.answer

    def do(self, command: Command, *, at: datetime) -> tuple[Entry, ...]:
        """`submit`, and wait."""
        return self.submit(command, at=at).result()

    def append(self, draft: Draft, *, at: datetime) -> Entry:
        """Append one draft that needs no check; a draft whose mark stands already gives the entry that stands."""
        return self.do(lambda standing: [draft], at=at)[0]

    def entries(self, after: int = 0) -> list[Entry]:
        """The entries after a number."""
        with self.engine.connect() as connection:
            return list(stored(connection, self.table, after))

    def look(self, read: Callable[[Standing], Any]) -> Any:
        """What `read` makes of what stands, after taking in what other processes wrote."""
        with self._lock:
            with self.engine.connect() as connection:
                self._catch_up(list(stored(connection, self.table, self._number)))
            return read(self._standing)

    def follow(self, listener: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        """Call `listener` with all new entries, in order, after they are on the disk; gives the way to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def fault(self) -> tuple[int, str] | None:
        """The first entry that does not fit its chain, and how; None where all fit.

        A chain shows what was changed, taken out or put in between; it cannot show that the newest entries were cut
        off, so keep its last hash elsewhere (a backup does) and compare.
        """
        from luoshu.desk.chain import hash_of

        before, number = BEGINNING, 0
        with self.engine.connect() as connection:
            for entry in stored(connection, self.table):
                if entry.number != number + 1:
                    return number + 1, "missing"
                if entry.before != before:
                    return entry.number, "does not follow the entry before"
                if entry.hash != hash_of(entry.draft, entry.number, entry.at, entry.before):
                    return entry.number, "was changed"
                before, number = entry.hash, entry.number
        return None

    def _forget(self) -> None:
        self._number, self._hash = 0, BEGINNING
        self._at: datetime | None = None
        self._marks: dict[str, Entry] = {}
        self._standing = {"marks": self._marks, **{fold.name: fold.begin() for fold in self.folds}}

    def _catch_up(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            for fold in self.folds:
                fold.take(self._standing[fold.name], entry)
            if entry.draft.mark:
                self._marks[entry.draft.mark] = entry
            self._number, self._hash, self._at = entry.number, entry.hash, entry.at

    def _write_all(self) -> None:
        while (asked := self._asked.get()) is not None:
            batch, closing = [asked], False
            while len(batch) < MOST_IN_ONE_COMMIT:
                try:
                    more = self._asked.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    closing = True
                    break
                batch.append(more)
            self._write(batch)
            if closing:
                return

    def _write(self, batch: Sequence[_Asked]) -> None:
        answers: list[tuple[_Asked, tuple[Entry, ...] | BaseException]] = []
        fresh: list[Entry] = []
        with self._lock:
            try:
                with self.engine.connect() as connection:
                    lock_for_writing(connection)
                    self._catch_up(list(stored(connection, self.table, self._number)))
                    for asked in batch:
                        answers.append((asked, self._checked(asked, fresh)))
                    if fresh:
                        put(connection, self.table, fresh)
                    connection.commit()
            except BaseException as error:
                self._forget()
                fresh = []
                answers = [(asked, error) for asked in batch]
        for asked, answer in answers:
            if isinstance(answer, BaseException):
                asked.answer.set_exception(answer)
            else:
                asked.answer.set_result(answer)
        if fresh:
            for listener in list(self._listeners):
                listener(fresh)

    def _checked(self, asked: _Asked, fresh: list[Entry]) -> tuple[Entry, ...] | BaseException:
        """The entries of one command, taken into what stands; or why there are none."""
        try:
            drafts = list(asked.command(self._standing))
        except Exception as refused:
            return refused
        entries: list[Entry] = []
        for draft in drafts:
            known = self._marks.get(draft.mark) if draft.mark else None
            if known is not None:
                entries.append(known)
                continue
            # a clock that goes back does not turn the order of the journal round
            at = asked.at if self._at is None else max(asked.at, self._at)
            entry = written(draft, self._number + 1, at, self._hash)
            self._catch_up([entry])
            fresh.append(entry)
            entries.append(entry)
        return tuple(entries)
