"""Other promises that count the same goods: each is gauged as if it alone were called on, and that is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from luoshu.book.problem import Source
from luoshu.kinds.commitment import Reason
from luoshu.kinds.making import make
from luoshu.kinds.reserve_state import Held, Picture, picture
from luoshu.words.message import amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

MOST_LOOKED_AT = 20
"""Other promises that are looked at; beyond them their number is said."""


def rivals(reserve: Reserve, seen: Picture, book: Book, day: date) -> Iterator[Reason]:
    """For each good that other reserves of the book count too: whether there is enough for all of them at once."""
    others = _others(reserve, book, day)
    if len(others) > MOST_LOOKED_AT:
        says = say("{count} other reserves are promised: that they count the same goods is not looked at",
                   count=len(others))  # fmt: skip
        yield Reason(says=says, tone="warn")
        return
    pictures = {each.id: found for each in others if isinstance(found := picture(each, book, day), Picture)}
    for held in seen.held:
        names, needed = [], _needed(held)
        for id, other in pictures.items():
            same = [each for each in other.held if set(each.good.items) & set(held.good.items)]
            if same:
                names.append(id)
                needed += sum(_needed(each) * _times(each, held) for each in same)
        there = float(held.amount.sum())
        if names and needed > there * (1 + 1e-9):
            unit = held.line.unit
            says = say("The same {good} stand for {names} as well, each gauged as if it alone were called on: together "
                       "{needed} are needed of {there}", good=held.line.name, names="、".join(names),
                       needed=amount(float(round(needed)), unit), there=amount(float(round(there)), unit))  # fmt: skip
            yield Reason(says=says, source=Source(file="commitments.yaml"), tone="warn")


def _needed(held: Held) -> float:
    return float(held.asked[:, -1].sum())


def _times(other: Held, held: Held) -> float:
    """How many units of one good are one of the other, by an item that stands for both."""
    item = next(iter(set(other.good.items) & set(held.good.items)))
    return held.good.items[item] / other.good.items[item]


def _others(reserve: Reserve, book: Book, day: date) -> list[Reserve]:
    found = []
    for record in book.records:
        if record.kind == reserve.kind and record.id != reserve.id:
            built = make(record, [type(reserve)])[0]
            if isinstance(built, type(reserve)) and built.announced(day):
                found.append(built.on(day))
    return found
