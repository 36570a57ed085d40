"""A region: its book with its desk over it, on a day, and all that follows; the only place where that may be today."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from luoshu.advise import Advice, advise
from luoshu.book.book import Book, open_book
from luoshu.book.checking import check, in_order
from luoshu.book.problem import Problem
from luoshu.desk.clock import local_day
from luoshu.desk.place import PLACE
from luoshu.gauge import gauge
from luoshu.kinds import tables
from luoshu.kinds.commitment import Commitment, Gauge
from luoshu.read import commitments
from luoshu.read.settlement import judged


class Region:
    """A book on a day: what was promised, where it stands, what is wrong and what could be done next.

    Everything is read when it is first asked for and kept; open another Region to see what has changed on disk. `book`
    is the book where it is open already, as for another day, with all that shall lie over it. `desk` names the database
    of its journal where that is not in the book's own folder.
    """

    def __init__(self, folder: str | Path, day: date | None = None, book: Book | None = None, desk: str = "") -> None:
        self.folder = Path(folder)
        self.day = day or local_day(datetime.now(UTC))  # the desk's day, wherever the machine stands
        self.desk = desk
        if book is not None:
            self.book = book

    @cached_property
    def book(self) -> Book:
        """The book, read with the tables of every kind; what the desk knew at the end of the day lies over it."""
        book = open_book(self.folder, tables=tables())
        if not self.desk and not (self.folder / PLACE).is_file():
            return book
        from luoshu.desk.room import rows_at

        rows = rows_at(self.desk or self.folder / PLACE, self.day)
        return book.over(rows) if rows else book

    @cached_property
    def commitments(self) -> tuple[Commitment, ...]:
        """Every settled commitment that could be read, also those announced after the day."""
        return tuple(commitments(self.book)[0])

    @cached_property
    def gauges(self) -> tuple[Gauge, ...]:
        """Where each commitment stands that was public on the day."""
        return tuple(gauge(self.book, self.day))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong in the book: its files and tables, and what its commitments say."""
        from luoshu.desk.rule_faults import desk_faults

        return tuple(in_order([*check(self.book), *judged(self.book), *desk_faults(self.book)]))

    def advice(self, budget: float | None = None, count: int | None = None, problem: str = "") -> Advice:
        """The next moves under a budget in yuan, with so many new sites for each promise that plans them."""
        return advise(self.gauges, self.book, self.day, budget=budget, count=count, problem=problem)
