"""What is wrong with speeds, walls, gates and bridges of a book, listed for whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from luoshu.book.problem import Problem
from luoshu.kinds.barrier import Bridge, Gate, Wall, of_map
from luoshu.kinds.position import positions
from luoshu.kinds.travel import streets_of
from luoshu.kinds.travel_speed import RULE, speeds
from luoshu.kinds.wallines import wall_points
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book


def travel_faults(book: Book) -> Iterator[Problem]:
    """Figures of rules/speeds.yaml that cannot be, and barriers that bar or open nothing; quick without any."""
    rules, read = book.rules(RULE)
    for rule in rules:
        yield from (problem for problem in speeds(book, rule.since).problems if problem not in read)
    for wall in book.rows(Wall):
        problem = wall_points(wall, book)[1]
        if problem:
            yield problem
    gates = [row for row in book.rows(Gate) if not (of_map(row.id) and row.x is None)]
    yield from positions(gates, book).problems
    bridges = book.rows(Bridge)
    one = positions(bridges, book)
    yield from one.problems
    others = [row for row, good in zip(bridges, one.good, strict=True) if good]
    two = positions([replace(row, x=row.to_x, y=row.to_y) for row in others], book)
    for row, good in zip(others, two.good, strict=True):
        if not good:
            says = say("the other end of {name} has no place, so it leads nowhere", name=row.name or row.id)
            mend = say("Fill in to_x and to_y in the same system as x and y")
            yield Problem(code="no-coordinates", says=says, source=book.source_of(row), mend=mend)
    yield from _unknown_to_the_map(book)


def _unknown_to_the_map(book: Book) -> Iterator[Problem]:
    """Rows that speak of a wall or gate of the map which it does not have."""
    rows: tuple[Wall | Gate, ...] = (*book.rows(Wall), *book.rows(Gate))
    named = [row for row in rows if of_map(row.id)]
    streets = streets_of(book) if named else None
    for row in named:
        known = np.empty(0) if streets is None else streets.wall_osm if isinstance(row, Wall) else streets.gate_osm
        if int(row.id[3:]) not in known:
            says = say("{found!r} names nothing on the book's street network", found=row.id)
            mend = say("Check the number, or give the row an id and a place of its own")
            yield Problem(code="dangling", says=says, source=book.source_of(row), mend=mend)
