"""The journal kept elsewhere: verified, backed up as lines of JSON, restored only into an empty place."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book import files
from luoshu.book.problem import Problem, Source
from luoshu.desk.cabinet import begin_file, copied, holds, remembered
from luoshu.desk.chain import BEGINNING, PERSONAL, Draft, Entry, moment, of_moment
from luoshu.desk.journal import Journal
from luoshu.desk.sealed import Beside, sealed_again
from luoshu.desk.shelves import NotAnEntry, engine_of, lock_for_writing, put, stored
from luoshu.desk.unkept import Unkept, unkept
from luoshu.words.message import say

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MOST_LINE = 6_000_000
AT_ONCE = 2_000
ABSENT = "there is no journal in {place}. Begin one with luoshu desk begin"

Tell = Callable[[int, int], None]
"""Hears how many of how many are done."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a journal or a backup holds: how many whole entries, the hash of the last, and what is wrong after it; with
    how many of them something personal lies beside the journal, and of how many it was erased."""

    entries: int
    head: str
    problems: tuple[Problem, ...] = ()
    personal: int = 0
    erased: int = 0


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain values, all that its hash covers and the hash; nothing of what lies beside the journal."""
    draft = entry.draft
    return {
        "number": entry.number,
        "at": moment(entry.at),
        "who": draft.who,
        "what": draft.what,
        "about": draft.about,
        "why": draft.chained_why,
        "facts": draft.facts if draft.seal is None else json.loads(draft.facts_text),
        "happened": moment(draft.happened) if draft.happened else None,
        "mark": draft.mark,
        "undoes": draft.undoes,
        "before": entry.before,
        "hash": entry.hash,
    }


@contextlib.contextmanager
def reading(place: str | Path) -> Iterator[Connection]:
    """A connection to a journal that is only looked at; Unkept where there is none or it cannot be read."""
    shown = str(place) if "://" not in str(place) else str(place).rpartition("@")[2]
    absent = Unkept(say(ABSENT, place=shown), "absent")
    if "://" not in str(place) and not Path(place).is_file():
        raise absent
    if "://" not in str(place):
        begin_file(Path(place))  # it is there: this refuses an empty one
    aside, engine = contextlib.ExitStack(), engine_of(place)
    try:
        if "://" not in str(place) and not _readable(engine):
            engine.dispose()
            engine = engine_of(aside.enter_context(copied(Path(place))))
        with engine.connect() as connection:
            if not engine.dialect.has_table(connection, "entry"):
                raise absent
            yield connection
    except Unkept:
        raise
    except Exception as error:
        said = unkept(error)
        if said is None:
            raise
        raise said from error
    finally:
        engine.dispose()
        aside.close()


def _readable(engine: Engine) -> bool:
    """Whether SQLite can look into a file where it lies: on a full disk it cannot make what it looks with."""
    from sqlalchemy.exc import OperationalError

    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    except OperationalError as error:
        return "disk I/O error" not in str(error) and "unable to open" not in str(error)
    except Exception:
        return True  # what is wrong is said by who reads
    return True


class Walk:
    """Goes through a journal from its first entry as long as each fits its chain; afterwards `kept` says how far."""

    def __init__(self, connection: Connection, place: str) -> None:
        self.connection, self.place = connection, place
        self.number, self.head = 0, BEGINNING
        self.problems: list[Problem] = []
        self.beside = Beside()
        self.most = 0
        with contextlib.suppress(Exception):  # a damaged journal may not be counted; the walk finds where
            self.most = connection.exec_driver_sql("SELECT count(*) FROM entry").scalar() or 0

    def kept(self) -> Kept:
        return Kept(
            entries=self.number, head=self.head, problems=tuple(self.problems), personal=len(self.beside.kept),
            erased=len(self.beside.gone),
        )  # fmt: skip

    def entries(self, tell: Tell = lambda done, total: None) -> Iterator[Entry]:
        """The good entries up to the first fault, which ends it."""
        while True:
            try:
                chunk = self._chunk()
            except Exception as error:
                said = unkept(error)
                if said is None:
                    raise
                self._fault(said.says)
                return
            for entry in chunk:
                if entry is None or not holds(entry):
                    self._fault(say("entry {number} was changed after it was written", number=self.number + 1))
                    return
                if entry.number != self.number + 1 or entry.before != self.head:
                    self._fault(say("entry {number} does not follow the one before it", number=entry.number))
                    return
                self.number, self.head = entry.number, entry.hash
                self.beside.take(entry)
                yield entry
            tell(self.number, self.most)
            if not chunk:
                return

    def _chunk(self) -> list[Entry | None]:
        """The next entries; one at a time near a place that cannot be read. None stands for a row that is no entry."""
        try:
            return list(stored(self.connection, self.number, AT_ONCE))
        except Exception:
            self.connection.rollback()
            try:
                return list(stored(self.connection, self.number, 1))
            except NotAnEntry:
                return [None]

    def shorter(self, number: int | None) -> None:
        """Note that entries are missing at the end, or that others stand in their place."""
        if number is not None:
            self._fault(say("entry {number} was written, and is not there or is another one now", number=number))
        else:
            self._fault(
                say("there is no entry with the hash that was asked for: entries are missing, or were replaced")
            )

    def not_erased(self) -> None:
        """Note what is personal and gone, although no entry erased it, and what stands again although one did."""
        lost, back = self.beside.lost(), self.beside.back()
        if lost:
            self._fault(say("what is personal in {count} entries is gone, although nobody erased it: {first}",
                            count=len(lost), first=", ".join(map(str, lost[:10]))))  # fmt: skip
        if back:
            self._fault(say("what is personal in {count} entries was erased by an entry and stands again: {first}",
                            count=len(back), first=", ".join(map(str, back[:10]))))  # fmt: skip

    def _fault(self, says: Any) -> None:
        source = Source(file=self.place)
        mend = say("Restore the last backup into a new place, or the entries before the fault: luoshu desk backup "
                   "--as-far-as-it-goes")  # fmt: skip
        self.problems.append(Problem(code="broken-journal", says=says, source=source, mend=mend))


def shown(place: str | Path) -> str:
    """A place without the password that its address may hold.

    >>> shown("postgresql://luoshu:secret@host/desk")
    'host/desk'
    """
    return str(place).rpartition("@")[2] if "://" in str(place) else Path(place).name


def verify(
    place: str | Path,
    tell: Tell = lambda done, total: None,
    *,
    head: str = "",
    take: Callable[[Entry], object] = lambda entry: None,
) -> Kept:
    """Read a journal from end to end and check its chain, that it holds the entry with the hash `head` (as a backup
    told it) and all that the file beside it remembers. `take` gets every whole entry."""
    number, known = (0, BEGINNING) if "://" in str(place) else remembered(Path(place))
    wanted = {BEGINNING} | ({head.lower()} if head else set()) | ({known} if number else set())
    found = {BEGINNING}
    with reading(place) as connection:
        walk = Walk(connection, shown(place))
        for entry in walk.entries(tell):
            if entry.hash in wanted:
                found.add(entry.hash)
            take(entry)
        if wanted - found:
            walk.shorter(number if known not in found else None)
        if not walk.problems:
            walk.not_erased()
        return walk.kept()


def backup(
    place: str | Path, path: Path, *, as_far_as_it_goes: bool = False, tell: Tell = lambda done, total: None
) -> Kept:
    """Write all entries as lines of JSON (gzipped where the name ends with .gz), and last a line that seals them.

    The file appears whole or not at all; nothing is written when the journal has a fault, unless what stands before it
    is asked for; entries that are gone, though it is known to have held them, are such a fault. Keep the hash that
    comes back elsewhere: it proves later that nothing was cut off.
    """
    number, known = (0, BEGINNING) if "://" in str(place) else remembered(Path(place))
    whole = not number
    try:
        with reading(place) as connection, files.writing(path) as raw:
            walk = Walk(connection, shown(place))
            packed = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) if path.suffix == ".gz" else None
            out: Any = packed or raw
            for entry in walk.entries(tell):
                whole = whole or entry.hash == known
                seal = entry.draft.seal
                more = {"personal": {"salt": seal.salt, "said": seal.said}} if seal is not None and seal.kept else {}
                out.write(json.dumps(entry_json(entry) | more, ensure_ascii=False).encode() + b"\n")
            if not whole:
                walk.shorter(number)
            if walk.problems and not as_far_as_it_goes:
                raise _NotWhole
            out.write(json.dumps({"sealed": walk.number, "head": walk.head}).encode() + b"\n")
            if packed is not None:
                packed.close()
    except _NotWhole:
        return Kept(entries=0, head=BEGINNING, problems=walk.kept().problems)
    return walk.kept()


class _NotWhole(Exception):
    """A journal with a fault, of which no backup was asked for."""


def inspect(path: Path, tell: Tell = lambda done, total: None) -> Kept:
    """Read a backup from end to end and check its chain and its seal."""
    reader = _Reader(path)
    for _ in reader.entries(tell):
        pass
    return reader.kept()


def restore(
    path: Path, journal: Journal, *, as_far_as_it_goes: bool = False, tell: Tell = lambda done, total: None,
    through: Callable[[Iterator[Entry]], Iterator[Entry]] = lambda entries: entries,
) -> Kept:  # fmt: skip
    """Write a backup's entries into an empty journal; nothing is written when the backup is not whole.

    With `as_far_as_it_goes` the entries before the first fault are taken; the problems still say what was wrong. They
    go `through` what may write them anew (see `luoshu.desk.resealing`).
    """
    held = inspect(path, tell)
    if held.problems and not as_far_as_it_goes:
        return Kept(entries=0, head=BEGINNING, problems=held.problems)
    reader = _Reader(path)
    try:
        with journal.engine.connect() as connection:
            lock_for_writing(connection)
            if next(stored(connection, most=1), None) is not None:
                connection.rollback()
                return Kept(entries=0, head=BEGINNING, problems=(_not_empty(path),))
            waiting: list[Entry] = []
            last: Entry | None = None
            for last in through(reader.entries(tell)):
                waiting.append(last)
                if len(waiting) == AT_ONCE:
                    put(connection, waiting)
                    waiting = []
            if waiting:
                put(connection, waiting)
            connection.commit()
    except Exception as error:
        raise unkept(error) or error from error
    found = reader.kept()
    return replace(found, entries=last.number, head=last.hash) if last is not None else found


def _not_empty(path: Path) -> Problem:
    says = say("the journal is not empty; a backup is only restored into an empty one")
    mend = say("Restore into a new place and compare the two")
    return Problem(code="journal-not-empty", says=says, source=Source(file=path.name), mend=mend)


class _Reader:
    """Reads a backup line by line as long as it fits its chain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number, self.head, self.sealed = 0, BEGINNING, False
        self.problems: list[Problem] = []

    def kept(self) -> Kept:
        return Kept(entries=self.number, head=self.head, problems=tuple(self.problems))

    def entries(self, tell: Tell = lambda done, total: None) -> Iterator[Entry]:
        """The good entries up to the first fault, which ends it."""
        try:
            size = self.path.stat().st_size
            with self.path.open("rb") as raw, gzip.open(raw, "rb") if self.path.suffix == ".gz" else raw as lines:
                for entry in self._lines(lines):
                    if entry.number % AT_ONCE == 0:
                        tell(raw.tell(), size)
                    yield entry
        except (OSError, EOFError, zlib.error) as error:
            self._fault(self.number + 1, say("the backup cannot be read: {reason}", reason=str(error)))
            return
        if not self.sealed and not self.problems:
            self._fault(self.number + 1, say("the backup ends without its seal: its last part was cut off"))

    def _lines(self, lines: Any) -> Iterator[Entry]:
        line = 0
        while data := lines.readline(MOST_LINE):
            line += 1
            if self.sealed:
                self._fault(line, say("something stands after the seal"))
                return
            try:
                told = json.loads(data)
                if "sealed" in told:
                    if (told["sealed"], told["head"]) != (self.number, self.head):
                        self._fault(line, say("the seal is for other entries than stand here"))
                        return
                    self.sealed = True
                    continue
                entry = _entry(told)
            except (ValueError, TypeError, KeyError, AttributeError):
                self._fault(line, say("the line is not an entry"))
                return
            if entry.number != self.number + 1 or entry.before != self.head:
                self._fault(line, say("the entry does not follow the one before: something is missing or out of order"))
                return
            if not holds(entry):
                self._fault(line, say("the entry was changed after it was written"))
                return
            self.number, self.head = entry.number, entry.hash
            yield entry

    def _fault(self, line: int, says: Any) -> None:
        mend = say("Take an older backup, or take the entries before the fault")
        source = Source(file=self.path.name, line=line)
        self.problems.append(Problem(code="broken-backup", says=says, source=source, mend=mend))


def _entry(told: dict[str, Any]) -> Entry:
    draft = Draft(
        who=told["who"],
        what=told["what"],
        about=told["about"],
        why=told["why"],
        facts=told["facts"],
        happened=of_moment(told["happened"]) if told["happened"] else None,
        mark=told["mark"],
        undoes=told["undoes"],
    )
    if PERSONAL in draft.facts:
        draft = sealed_again(draft, told.get("personal"))
    return Entry(number=told["number"], at=of_moment(told["at"]), draft=draft, before=told["before"], hash=told["hash"])
