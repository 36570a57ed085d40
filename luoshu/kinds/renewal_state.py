"""How far the estates of a renewal have come on a day: which are done, under way, planned and waiting, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from luoshu.book.directory import Place
from luoshu.kinds.estate import Estate
from luoshu.words.conversion import reduced

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.renewal import Renewal


@dataclass(frozen=True, kw_only=True)
class Stock:
    """The estates that a renewal is about, by how far they had come on a day.

    `done` were finished within its period, `earlier` before it, `late` after the deadline; `undated` are those of
    `done` whose day is not written; `unsized` those of all whose households or area are not known, so that they
    count as nothing.
    """

    done: tuple[Estate, ...]
    late: tuple[Estate, ...]
    earlier: tuple[Estate, ...]
    under_way: tuple[Estate, ...]
    planned: tuple[Estate, ...]
    waiting: tuple[Estate, ...]
    undated: int
    unsized: int

    @property
    def left(self) -> tuple[Estate, ...]:
        """Those that nobody has begun."""
        return (*self.planned, *self.waiting)

    @property
    def all(self) -> tuple[Estate, ...]:
        return (*self.done, *self.late, *self.earlier, *self.under_way, *self.planned, *self.waiting)


def stock(renewal: Renewal, book: Book, day: date) -> Stock:
    """The estates of a renewal on a day; what happened later is not known yet."""
    by: dict[str, list[Estate]] = {"done": [], "under way": [], "planned": [], "waiting": []}
    for row in counted(renewal, book):
        by[state_on(row, day)].append(row)
    opens, due = renewal.since, renewal.due
    done, late, earlier = [], [], []
    for row in by["done"]:
        if row.done_on is not None and opens is not None and row.done_on < opens:
            earlier.append(row)
        elif row.done_on is not None and due is not None and row.done_on > due:
            late.append(row)
        else:
            done.append(row)
    everybody = [row for rows in by.values() for row in rows]
    return Stock(
        done=tuple(done), late=tuple(late), earlier=tuple(earlier), under_way=tuple(by["under way"]),
        planned=tuple(by["planned"]), waiting=tuple(by["waiting"]), undated=sum(1 for r in done if r.done_on is None),
        unsized=sum(1 for row in everybody if worth(renewal, row) is None),
    )  # fmt: skip


def counted(renewal: Renewal, book: Book) -> list[Estate]:
    """The estates that the promise is about: in its area, old enough, not given up."""
    inside = _within(renewal.place, book)
    oldest = renewal.built_by
    return [
        row
        for row in book.rows(Estate)
        if row.state != "dropped"
        and (inside is None or row.place in inside)
        and (oldest is None or (row.built is not None and row.built <= oldest))
    ]


def unaged(renewal: Renewal, book: Book) -> int:
    """How many estates are left out because nobody wrote when they were built."""
    if renewal.built_by is None:
        return 0
    inside = _within(renewal.place, book)
    rows = [row for row in book.rows(Estate) if row.state != "dropped" and (inside is None or row.place in inside)]
    return sum(1 for row in rows if row.built is None)


def state_on(row: Estate, day: date) -> str:
    """How far an estate had come on a day: what is dated later has not happened yet.

    >>> done = Estate(id="a", state="done", started_on=date(2022, 1, 1), done_on=date(2023, 6, 30))
    >>> state_on(done, date(2023, 6, 30)), state_on(done, date(2022, 6, 1)), state_on(done, date(2021, 1, 1))
    ('done', 'under way', 'planned')
    """
    if row.state == "done":
        if row.done_on is None or row.done_on <= day:
            return "done"
        return "under way" if row.started_on is not None and row.started_on <= day else "planned"
    if row.state == "under way" and row.started_on is not None and row.started_on > day:
        return "planned"
    return row.state


def worth(renewal: Renewal, row: Estate) -> float | None:
    """How much an estate counts in the unit of the promise; None where its size is not known."""
    factor, name = reduced(renewal.unit)
    size = 1.0 if name == "个" else row.households if name == "户" else row.area
    return None if size is None else size / factor


def total(renewal: Renewal, rows: tuple[Estate, ...]) -> float:
    """How much some estates count together."""
    return float(sum(worth(renewal, row) or 0.0 for row in rows))


def _within(place: str, book: Book) -> set[str] | None:
    """A place and all that lies in it; None where no place is named."""
    if not place or place == book.region:
        return None
    inside, rows = {place}, book.rows(Place)
    while True:
        more = {row.id for row in rows if row.parent in inside} - inside
        if not more:
            return inside
        inside |= more
