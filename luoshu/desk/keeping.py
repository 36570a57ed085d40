"""Backups of the journal as lines of JSON: written whole, checked whole, restored only into an empty place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from luoshu.book import files
from luoshu.book.problem import Problem, Source
from luoshu.desk.chain import BEGINNING, Draft, Entry, hash_of, moment, of_moment
from luoshu.desk.journal import Journal
from luoshu.desk.shelves import lock_for_writing, put
from luoshu.words.message import say

MOST_LINE = 400_000
AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a backup holds: how many entries, the hash of the last one, and what is wrong with the file."""

    entries: int
    head: str
    problems: tuple[Problem, ...] = ()


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain values, all that its hash covers and the hash."""
    draft = entry.draft
    return {
        "number": entry.number,
        "at": moment(entry.at),
        "who": draft.who,
        "what": draft.what,
        "about": draft.about,
        "why": draft.why,
        "facts": draft.facts,
        "happened": moment(draft.happened) if draft.happened else None,
        "mark": draft.mark,
        "undoes": draft.undoes,
        "before": entry.before,
        "hash": entry.hash,
    }


def backup(journal: Journal, path: Path) -> Kept:
    """Write all entries as lines of JSON (gzipped where the name ends with .gz), and last a line that seals them.

    The file appears whole or not at all. Keep the hash that comes back elsewhere: it proves later that nothing was cut
    off.
    """
    entries = journal.entries()
    head = entries[-1].hash if entries else BEGINNING
    lines = [json.dumps(entry_json(entry), ensure_ascii=False) for entry in entries]
    lines.append(json.dumps({"sealed": len(entries), "head": head}))
    data = ("\n".join(lines) + "\n").encode()
    files.write(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return Kept(entries=len(entries), head=head)


def inspect(path: Path) -> Kept:
    """Read a backup from end to end and check its chain and its seal."""
    reader = _Reader(path)
    for _ in reader.entries():
        pass
    return reader.kept()


def restore(path: Path, journal: Journal, *, as_far_as_it_goes: bool = False) -> Kept:
    """Write a backup's entries into an empty journal; nothing is written when the backup is not whole.

    With `as_far_as_it_goes` the entries before the first fault are taken; the problems still say what was wrong.
    """
    held = inspect(path)
    if held.problems and not as_far_as_it_goes:
        return Kept(entries=0, head=BEGINNING, problems=held.problems)
    with journal.engine.connect() as connection:
        standing = connection.execute(journal.cabinet.table.select().limit(1)).first()
    if standing is not None:
        says = say("the journal is not empty; a backup is only restored into an empty one")
        problem = Problem(code="journal-not-empty", says=says, source=Source(file=path.name),
                          mend=say("Restore into a new place and compare the two"))  # fmt: skip
        return Kept(entries=0, head=BEGINNING, problems=(problem,))
    reader = _Reader(path)
    with journal.engine.connect() as connection:
        lock_for_writing(connection)
        waiting: list[Entry] = []
        for entry in reader.entries():
            waiting.append(entry)
            if len(waiting) == AT_ONCE:
                put(connection, waiting)
                waiting = []
        if waiting:
            put(connection, waiting)
        connection.commit()
    return reader.kept()


class _Reader:
    """Reads a backup line by line as long as it fits its chain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number, self.head, self.sealed = 0, BEGINNING, False
        self.problems: list[Problem] = []

    def kept(self) -> Kept:
        return Kept(entries=self.number, head=self.head, problems=tuple(self.problems))

    def entries(self) -> Iterator[Entry]:
        """The good entries up to the first fault, which ends it."""
        try:
            with gzip.open(self.path, "rb") if self.path.suffix == ".gz" else self.path.open("rb") as lines:
                yield from self._lines(lines)
        except (OSError, EOFError) as error:
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
            if entry.hash != hash_of(entry.draft, entry.number, entry.at, entry.before):
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
    return Entry(number=told["number"], at=of_moment(told["at"]), draft=draft, before=told["before"], hash=told["hash"])
