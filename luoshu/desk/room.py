"""The desk, open: acts are asked for, checked against what stands, written, and lie over the book at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from luoshu.book.book import Book
from luoshu.desk.act import Act, Scene, Thing, Told, facts_of, in_bounds, personal_of, rights
from luoshu.desk.actor import Actor
from luoshu.desk.cabinet import copied
from luoshu.desk.chain import ERASES, Draft, Entry
from luoshu.desk.clock import CHINA, Clock, clock_of
from luoshu.desk.journal import Command, Journal, MayNot, Refused, Standing, Unclear
from luoshu.desk.place import PLACE
from luoshu.desk.plainfacts import plain_facts
from luoshu.desk.plainwords import plain
from luoshu.desk.sealed import same_told, sealed
from luoshu.desk.things import UNDO, Things, ThingsFold, things_of
from luoshu.desk.unkept import Unkept
from luoshu.words.message import say

MOST_WHY = 2_000
V = TypeVar("V")


class Room:
    """The desk of one book: its journal with everything that stands, its clock, and what lies over the book."""

    def __init__(self, place: str | Path, book: Book | None = None, clock: Clock | None = None) -> None:
        self._book = book
        self._given_clock = clock
        self.clock = clock or clock_of(book)
        if "://" not in str(place):
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(place, [ThingsFold()])
        self._copy: Things | None = None

    def __enter__(self) -> Room:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def book(self) -> Book | None:
        """The book that it lies over; whoever reads its files anew puts it here, and its holidays count from then."""
        return self._book

    @book.setter
    def book(self, book: Book | None) -> None:
        if book is not self._book:
            self._book = book
            self.clock = self._given_clock or clock_of(book)

    def close(self) -> None:
        """Write what still waits, then let go of the journal."""
        self.journal.close()

    def submit(
        self, act: Act[Any], *, by: Actor, at: datetime, why: str = "", happened: datetime | None = None, mark: str = ""
    ) -> Future[tuple[Entry, ...]]:
        """Ask for an act; the answer holds its entries (and those done with it) once on the disk, or `Refused`.

        A second act with the same `mark`, by the same person and with the same facts, is the first one: it is not
        written again and its entries are the answer.
        """
        command = self._doing(act, by, at, why, happened, mark)
        return self.journal.submit(command, at=at)

    def do(
        self, act: Act[Any], *, by: Actor, at: datetime, why: str = "", happened: datetime | None = None, mark: str = ""
    ) -> tuple[Entry, ...]:
        """`submit`, and wait."""
        return self.journal.do(self._doing(act, by, at, why, happened, mark), at=at)

    def undo(self, number: int, *, by: Actor, at: datetime, why: str, mark: str = "") -> tuple[Entry, ...]:
        """Take back an act and what was done together with it; refused where later acts rest on it.

        Everybody may take back their own acts as long as they may still do them; an act's `undoers` those of all. The
        reason must be said.
        """

        def command(standing: Standing) -> Iterable[Draft]:
            well_marked(mark)
            plain(why, MOST_WHY)
            things: Things = standing["things"]
            known = standing["marks"].get(mark) if mark else None
            if known is not None:
                if (known.draft.who, known.draft.what, known.draft.undoes) != (by.id, UNDO, number):
                    raise Refused(say("the mark {mark} stands for another act already", mark=mark))
                return [known.draft]
            step = things.step(number)
            if step is None:
                raise Refused(say("there is no act {number} that could be taken back", number=number))
            state = things.get(step.act.thing, step.act.key())
            scene = Scene(things=things, by=by, at=at, book=self.book, clock=self.clock)
            own = step.told.who == by.id and by.may(
                step.act.roles, step.act.organisation(scene), step.act.incident_of(state)
            )
            if not own and not by.may(step.act.undoers, "", step.act.incident_of(state)):
                raise MayNot(say("{name} may not take back what others did", name=by.name or by.id))
            if not why.strip():
                raise Refused(say("say why it is taken back"))
            for each in filter(None, map(things.step, things.together(number))):
                if each.act.lasting is not None:
                    raise Refused(each.act.lasting)
            scene.left = after = things.without(number)
            for each in filter(None, map(things.step, things.together(number))):
                each.act.undone(scene, after.get((each.act.thing, each.act.key())))
            about = f"{step.act.thing.sort}:{step.act.key()}"
            # what was taken back is needed no more: nothing comes back of it
            personal = [each for each in things.together(number) if (made := things.step(each)) and made.act.of_person]
            facts = {ERASES: {"entries": personal}} if personal else {}
            draft = Draft(who=by.id, what=UNDO, why=why, about=about, facts=facts, undoes=number, mark=mark)
            return [sealed(draft, ()) if personal else draft]

        return self.journal.do(command, at=at)

    def look(self, read: Callable[[Things], V]) -> V:
        """What `read` makes of everything that stands now; keep values of it, not the things themselves."""
        found: V = self.journal.look(lambda standing: read(standing["things"]))
        return found

    def standing(self) -> Things:
        """Everything that stands now, to be read in peace; made anew only when there are new entries."""

        def fresh(things: Things) -> Things:
            if self._copy is None or self._copy.number != things.number:
                self._copy = things.copy()
            return self._copy

        return self.look(fresh)

    def follow(self, listener: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        """Call `listener` with new entries after they are on the disk; gives the way to stop it."""
        return self.journal.follow(listener)

    def rows(self, day: date | None = None) -> Mapping[type, tuple[Any, ...]]:
        """The rows that lie over the book: as they stand now, or as they stood at the end of a day."""
        if day is None:
            return self.look(overlay)
        return overlay(things_of(self.journal.entries(), end_of(day)))

    def _doing(self, act: Act[Any], by: Actor, at: datetime, why: str, happened: datetime | None, mark: str) -> Command:
        mark = mark or secrets.token_hex(12)
        well_marked(mark)
        plain(why, MOST_WHY)
        asked = _draft(act, by, why, happened, mark)

        def command(standing: Standing) -> Iterable[Draft]:
            known: Entry | None = standing["marks"].get(mark)
            if known is not None:
                if not same_told(known.draft, asked):
                    raise Refused(say("the mark {mark} stands for another act already", mark=mark))
                return _with(known, standing["marks"])
            things: Things = standing["things"]
            scene = Scene(things=things, by=by, at=at, book=self.book, clock=self.clock, why=why)
            told = Told(number=things.number + 1, at=min(happened or at, at), written=at, who=by.id, why=why)
            in_bounds(act)
            done: list[_Done] = []
            _perform(act, scene, told, done, asked=True)
            marks = _marked(mark, [first for _, first, _ in done])
            return [
                asked if each is act and not gone else _draft(each, by, why, happened, each_mark, gone)
                for (each, _, gone), each_mark in zip(done, marks, strict=True)
            ]

        return command


def _draft(act: Act[Any], by: Actor, why: str, happened: datetime | None, mark: str, gone: Sequence[str] = ()) -> Draft:
    about, facts = f"{act.thing.sort}:{act.key()}", facts_of(act)
    if gone:
        facts[ERASES] = {"about": list(gone)}
    draft = Draft(who=by.id, what=act.what, why=why, about=about, facts=facts, happened=happened, mark=mark)
    return sealed(draft, personal_of(type(act))) if act.of_person else draft


_Done = tuple[Act[Any], bool, list[str]]
"""An act that was performed, whether before the one that was asked for, and about what it erases what is personal."""


def _perform(
    act: Act[Any], scene: Scene, told: Told, done: list[_Done], asked: bool = False, early: bool = False
) -> None:
    """Put the act and all that is done before and with it on the list, each checked on what the one before left; only
    what was `asked` for needs rights and plain words."""
    if asked:
        rights(act, scene)
        plain_facts(act)
    for each in act.before(scene):
        _perform(each, scene, told, done, early=True)
    act.check(scene)
    place = (act.thing, act.key())
    after = act.on(scene.get(*place), scene.things.in_time(act, replace(told, number=told.number + len(done))))
    also = list(act.also(scene))
    gone = [f"{sort.sort}:{key}" for sort, key in act.erases(scene)]
    scene.changed[place] = after
    done.append((act, early, gone))
    for each in also:
        _perform(each, scene, told, done, early=early)


def well_marked(mark: str) -> None:
    """Refuse a mark that could be taken for that of an act written with another (see `_marked`)."""
    if "#" in mark or re.search(r"~\d+$", mark):
        raise Unclear({"mark": say("the mark {mark} holds # or ends in ~ and a number: take another", mark=mark[:80])})


def _marked(mark: str, early: Sequence[bool]) -> list[str]:
    """The marks of acts written together: `mark` for the one that was asked for, `#` for what is undone with it, `~`
    for what was written before it and stays.

    >>> _marked("m", [True, False, False])
    ['m~0', 'm', 'm#1']
    """
    marks: list[str] = []
    for place, first in enumerate(early):
        late = place - sum(early[:place])
        marks.append(f"{mark}~{sum(early[:place])}" if first else f"{mark}#{late}" if late else mark)
    return marks


def _with(first: Entry, marks: Mapping[str, Entry]) -> list[Draft]:
    """The drafts that were written with a first one, itself included, in their order."""
    found = [first]
    for sign, place in (("~", 0), ("#", 1)):
        while (more := marks.get(f"{first.draft.mark}{sign}{place}")) is not None:
            found.append(more)
            place += 1
    return [each.draft for each in sorted(found, key=lambda each: each.number)]


def overlay(things: Things) -> dict[type, tuple[Any, ...]]:
    """The rows of all things that have one, by table."""
    found: dict[type, list[Any]] = {}
    for sort in _sorts():
        if sort.table is None:
            continue
        for each in things.all(sort).values():
            row = each.row()
            if row is not None:
                found.setdefault(sort.table, []).append(row)
    return {table: tuple(rows) for table, rows in found.items()}


def overlaid() -> tuple[type, ...]:
    """The tables of the book that the desk lays rows over."""
    return tuple(dict.fromkeys(sort.table for sort in _sorts() if sort.table is not None))


def _sorts() -> list[type[Thing]]:
    from luoshu.desk.act import ACTS

    return list(dict.fromkeys(each.thing for each in ACTS.values()))


def end_of(day: date) -> datetime:
    """The last moment of a day where the desk stands."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA).astimezone(UTC) - timedelta(microseconds=1)


def rows_at(place: str | Path, day: date) -> Mapping[type, tuple[Any, ...]]:
    """What lay over the book at the end of a day, read from a journal that stays closed: nothing can be written."""
    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
    from luoshu.desk.keeping import reading
    from luoshu.desk.shelves import stored

    with reading(place) as connection:
        return overlay(things_of(stored(connection), end_of(day)))


def open_room(book: Book, place: str = "") -> Room:
    """The desk of a book: at the place named, else in the book's own folder."""
    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)

    return Room(place or book.folder / PLACE, book)


@contextmanager
def room_to_read(book: Book, place: str = "") -> Iterator[Room]:
    """The desk of a book for who only looks at it: where its disk is full, a copy that is gone afterwards."""
    with ExitStack() as open_now:
        try:
            room = open_now.enter_context(open_room(book, place))
        except Unkept as error:
            if error.sort != "full" or place:
                raise
            copy = open_now.enter_context(copied(book.folder / PLACE))
            room = open_now.enter_context(open_room(book, str(copy)))
        yield room
