"""The journal: commands check what stands, then append; one writer, many commands to a commit, nothing lost."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from luoshu.desk.cabinet import Cabinet, first_fault
from luoshu.desk.chain import BEGINNING, ERASES, Draft, Entry, moment, written
from luoshu.desk.followers import Followers
from luoshu.desk.sealed import forget, same_told
from luoshu.desk.shelves import WAIT_SECONDS, stored
from luoshu.desk.unkept import AWAY, SHORTER, UNSURE, Unkept, unkept
from luoshu.desk.waiting import Asked, wake
from luoshu.words.message import Message, say

MOST_IN_ONE_COMMIT = 512
SLOW_SECONDS = 0.002
"""A commit that takes longer is worth waiting a little for more commands, so that they share it."""
REMEMBER_SECONDS = 1.0
"""How often it is written down, beside a journal's file, which entry is the newest."""


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


_Answers = list[tuple[Asked, "tuple[Entry, ...] | BaseException"]]


class Journal:
    """The entries of one desk and what follows from them, open for writing.

    Commands of all threads go through one writer thread: it takes all that wait, checks each against what stands after
    the one before, writes them in one transaction and answers when that is on the disk. Other processes may write to
    the same journal: every transaction first takes in what they wrote. When a commit fails nobody is answered as if it
    had not, and what stands is read anew; what the database cannot do is said by `Unkept`. A journal that lost or
    changed what stood in it is not written any more. `wait`: seconds to wait for another process that writes.

    >>> import tempfile
    >>> from datetime import UTC
    >>> noon = datetime(2021, 7, 20, 4, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "desk.sqlite") as journal:
    ...     done = journal.append(Draft(who="officer", what="note", why="rain"), at=noon)
    ...     done.number, [entry.draft.why for entry in journal.entries()], journal.fault()
    (1, ['rain'], None)
    """

    def __init__(self, place: str | Path, folds: Sequence[Fold] = (), wait: float = WAIT_SECONDS) -> None:
        self.cabinet = Cabinet(place, wait)
        self.engine = self.cabinet.engine
        self.folds = tuple(folds)
        self._standing: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._gate = threading.Lock()
        self._closed = False
        self._alone = True
        """Whether the last commit held one command: then it is likely that the next one will."""
        self._asked: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._known = self._kept = self.cabinet.remembered()
        self._rested = self._took = self._worked = 0.0
        self._told = 0
        self._broken: Unkept | None = None
        self._forget()
        self._followers = Followers(lambda: self.look(lambda standing: None))
        self._writer = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._writer.start()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what still waits, tell the followers, then let go of the database."""
        with self._gate:
            self._closed = True
            self._asked.put(None)
        self._writer.join()
        with self._lock:
            pass  # who writes in a thread of their own has ended, and nobody begins any more
        self._followers.close()
        self._remember()
        self.cabinet.close()

    def submit(self, command: Command, *, at: datetime) -> Future[tuple[Entry, ...]]:
        """Ask for a command; the answer comes when its entries are on the disk, or holds why they are not."""
        answer: Future[tuple[Entry, ...]] = Future()
        self._ask(Asked(command, at, answer))
        return answer

    def do(self, command: Command, *, at: datetime) -> tuple[Entry, ...]:
        """`submit`, and wait."""
        asked = Asked(command, at)
        if not self._done_here(asked):
            self._ask(asked)
        return asked.wait()

    def _done_here(self, asked: Asked) -> bool:
        """Write a command in the thread that asks, where nobody else writes: handing it over and back takes as long as
        writing it. Not in the main thread, which Ctrl+C may interrupt at any moment."""
        if not self._alone or threading.current_thread() is threading.main_thread():
            return False
        moment(asked.at)
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self._closed or not self._asked.empty():
                return False
            answers = self._answers([asked])
            self._remember_in_time()
        finally:
            self._lock.release()
        self._tell_all(answers)
        return True

    def _ask(self, asked: Asked) -> None:
        moment(
            asked.at
        )  # a time that cannot be written is a fault of who asks, not of those who wait in the same commit
        with self._gate:
            if self._closed:
                raise RuntimeError("the journal is closed")
            self._asked.put(asked)

    def append(self, draft: Draft, *, at: datetime) -> Entry:
        """Append one draft that needs no check; a draft whose mark stands already gives the entry that stands."""
        return self.do(lambda standing: [draft], at=at)[0]

    def entries(self, after: int = 0) -> list[Entry]:
        """The entries after a number."""
        try:
            with self.engine.connect() as connection:
                return list(stored(connection, after))
        except Exception as error:
            raise unkept(error) or error from error

    def newest(self) -> tuple[int, str]:
        """The number and the hash of the newest entry."""
        number: tuple[int, str] = self.look(lambda standing: (self._number, self._hash))
        return number

    def look(self, read: Callable[[Standing], Any]) -> Any:
        """What `read` makes of what stands, after taking in what other processes wrote."""
        with self._lock:
            self._take_in(self._if_whole(self.cabinet.since, self._number, self._hash))
            return read(self._standing)

    def follow(self, listener: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        """Call `listener` with all entries that come after now, those of other processes too, in order and once, when
        they are on the disk; gives the way to stop it. It is called by a thread of its own, and may raise."""
        with self._lock:
            self._take_in(self._if_whole(self.cabinet.since, self._number, self._hash))
            return self._followers.follow(listener, self._number, lambda: self._told)

    def fault(self) -> tuple[int, str] | None:
        """The first entry that does not fit its chain, and how; None where all fit.

        A chain shows what was changed, taken out or put in between; it cannot show that the newest entries were cut
        off, so keep its last hash elsewhere (a backup does) and compare.
        """
        with self.engine.connect() as connection:
            return first_fault(stored(connection))

    def _forget(self) -> None:
        self._number, self._hash = 0, BEGINNING
        self._at: datetime | None = None
        self._marks: dict[str, Entry] = {}
        self._standing = {"marks": self._marks, **{fold.name: fold.begin() for fold in self.folds}}

    def _if_whole(self, ask: Callable[..., Any], *given: Any) -> Any:
        if self._broken is not None:
            raise self._broken
        try:
            return ask(*given)
        except Unkept as error:
            if error.lasts:
                self._broken = error
            raise

    def _catch_up(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            for fold in self.folds:
                fold.take(self._standing[fold.name], entry)
            if entry.draft.mark:
                self._marks[entry.draft.mark] = entry
            if ERASES in entry.draft.facts:
                forget(self._marks, entry)
            self._number, self._hash, self._at = entry.number, entry.hash, entry.at

    def _take_in(self, entries: Sequence[Entry]) -> None:
        """Take in entries that are on the disk, and tell of those that were not told yet."""
        number, head = self._known
        for entry in entries:
            if entry.number == number and entry.hash != head:
                self._broken = Unkept(SHORTER, "damaged")
        if self._number + len(entries) < number:
            self._broken = Unkept(SHORTER, "damaged")
        if self._broken is not None:
            raise self._broken
        try:
            self._catch_up(entries)
        except BaseException:
            self._forget()
            raise
        self._tell(entries)

    def _tell(self, entries: Sequence[Entry]) -> None:
        fresh = [entry for entry in entries if entry.number > self._told]
        if fresh:
            self._told = fresh[-1].number
            self._known = (fresh[-1].number, fresh[-1].hash)
            self._followers.tell(fresh)

    def _write_all(self) -> None:
        closing = False
        while not closing and (asked := self._asked.get()) is not None:
            with self._lock:
                batch, closing = self._all_that_wait(asked)
                answers = self._answers(batch)
            self._tell_all(answers)
            self._remember_in_time()
            if not closing:
                self._wait_for_more(len(batch))

    def _all_that_wait(self, first: Asked) -> tuple[list[Asked], bool]:
        """The commands of the next commit, and whether the journal is to be closed after it."""
        batch = [first]
        while len(batch) < MOST_IN_ONE_COMMIT:
            try:
                more = self._asked.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, True
            batch.append(more)
        return batch, False

    def _wait_for_more(self, answered: int) -> None:
        """On a slow disk let those who were just answered ask again: else they and those who waited meanwhile take
        turns for ever, each commit with half of them. At most a quarter of what a commit takes."""
        if answered == 1 or self._took < max(SLOW_SECONDS, self._worked):
            return
        until, all_of_them = time.monotonic() + self._took / 4, 0.9 * (answered + self._asked.qsize())
        while self._asked.qsize() < all_of_them and time.monotonic() < until:
            time.sleep(0.0002)

    def _answers(self, batch: Sequence[Asked]) -> _Answers:
        """Write what a batch asks for, under the lock."""
        self._alone = len(batch) == 1
        try:
            answers: _Answers = self._if_whole(self._tried, batch)
        except BaseException as error:
            answers = [(asked, error) for asked in batch]
        return answers

    def _tell_all(self, answers: _Answers) -> None:
        for asked, answer in answers:
            asked.tell(answer)
        wake([asked for asked, _ in answers])

    def _remember_in_time(self) -> None:
        if time.monotonic() - self._rested > REMEMBER_SECONDS:
            self._remember()

    def _remember(self) -> None:
        known, self._rested = self._known, time.monotonic()
        if known != self._kept and self._broken is None:
            self.cabinet.remember(*known)
            self._kept = known

    def _tried(self, batch: Sequence[Asked]) -> _Answers:
        """The answers of a commit; a database that was away when it began is asked once more."""
        try:
            return self._committed(batch)
        except Unkept as error:
            if error.sort != "away":
                raise
            time.sleep(0.05)
            return self._committed(batch)

    def _committed(self, batch: Sequence[Asked]) -> _Answers:
        fresh: list[Entry] = []
        sent, asked_at = False, time.monotonic()
        try:
            with self.cabinet.writing(self._number, self._hash) as others:
                self._take_in(others)
                answers: _Answers = [(asked, self._checked(asked, fresh)) for asked in batch]
                if fresh:
                    self.cabinet.keep(fresh)
                    sent, began = True, time.monotonic()
                    self.cabinet.commit()
                    self._worked, self._took = began - asked_at, time.monotonic() - began
        except BaseException as error:
            self._forget()
            if not (sent and isinstance(error, Unkept) and error.sort == "away"):
                raise
            self._settle(fresh)
        self._tell(fresh)
        return answers

    def _settle(self, fresh: Sequence[Entry]) -> None:
        """After a commit whose answer was lost: come back if the entries stand, raise if not or if nobody knows."""
        try:
            stand = self.cabinet.stands(fresh)
        except Exception:
            raise Unkept(UNSURE, "unsure") from None
        if not stand:
            raise Unkept(AWAY, "away")

    def _checked(self, asked: Asked, fresh: list[Entry]) -> tuple[Entry, ...] | BaseException:
        """The entries of one command, taken into what stands; or why there are none."""
        try:
            drafts = list(asked.command(self._standing))
            for draft in drafts:
                _same(draft, self._marks.get(draft.mark) if draft.mark else None)
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


def _same(draft: Draft, known: Entry | None) -> None:
    """Refuse a draft whose mark stands for another one: its sender would be told that it was written."""
    if known is not None and known.draft is not draft and not same_told(known.draft, draft):
        raise Refused(say("the mark {mark} stands for another act already", mark=draft.mark))
