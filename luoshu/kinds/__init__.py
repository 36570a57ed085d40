"""What can be promised: the list of kinds. A new kind is one file here and one word on the list."""

from collections.abc import Iterable, Iterator
from typing import Any

from luoshu.book.book import Book
from luoshu.book.cell import perhaps
from luoshu.book.directory import Owner
from luoshu.book.problem import Problem
from luoshu.book.records import Record
from luoshu.book.table import schema
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.circle import Circle
from luoshu.kinds.commitment import Commitment
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.making import make
from luoshu.kinds.observation import unlike_units
from luoshu.kinds.renewal import Renewal
from luoshu.kinds.reserve import Reserve
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.store import Store
from luoshu.kinds.target import Target
from luoshu.kinds.task import Task
from luoshu.words.message import Message, say

KINDS: list[type[Commitment]] = [Circle, Renewal, Reserve, Target, Task]
"""The more particular come first: the first that claims what was found in a text proposes it."""

RESERVES: tuple[type, ...] = (Item, Store, ShutStore, Lot, Agreement)
"""The tables of what is held in reserve, which the desk moves whether a promise asks for it or not."""


def build(record: Record) -> tuple[Commitment | None, tuple[Problem, ...]]:
    """The commitment that a settled record stands for, and what is wrong with it; see `making.make`."""
    return make(record, KINDS)


def tables() -> tuple[type, ...]:
    """The tables that the kinds on the list read, and those of the reserves that the desk moves, each once."""
    return tuple(dict.fromkeys([*(table for kind in KINDS for table in kind.needs), *RESERVES]))


def faults(commitments: Iterable[Commitment], book: Book) -> list[Problem]:
    """What does not fit between commitments and the book's tables: unknown owners, and what each kind finds."""
    from luoshu.kinds.stock_faults import stock_faults
    from luoshu.kinds.travel_faults import travel_faults
    from luoshu.kinds.whereabouts import misplaced

    owners = {row.id for row in book.rows(Owner)}
    found = [*_unlike(book), *_lost(book), *misplaced(book), *travel_faults(book), *stock_faults(book)]
    for each in commitments:
        record = next((r for r in book.records if r.id == each.id), None)
        if record is None:
            continue
        for name, owner in (("owner", each.owner), *(("co_owners", co) for co in each.co_owners)):
            if owners and owner and owner not in owners:
                says = say(
                    "{field} {found!r} does not stand in {file}", field=name, found=owner, file="tables/owner.csv"
                )
                mend = perhaps(owner, owners, say("Add it to {file}, or name another", file="tables/owner.csv"))
                found.append(Problem(code="dangling", says=says, source=record.source_of(name), mend=mend))
        for field, code, says, mend in (*_terms(each), *each.faults(book)):
            found.append(Problem(code=code, says=says, source=record.source_of(field), mend=mend))
    return found


def _terms(promise: Commitment) -> Iterator[tuple[str, str, Message, Message]]:
    """What cannot be meant in the terms that all kinds share."""
    if promise.weight < 0:
        says = say("the weight is {weight}, less than nothing", weight=promise.weight)
        yield "weight", "negative-weight", says, say("Write zero or more")
    if promise.made is not None and promise.due is not None and promise.made > promise.due:
        says = say("it was announced on {made}, after its deadline {due}", made=promise.made, due=promise.due)
        yield "made", "made-after-due", says, say("Mend one of the two days")


def _unlike(book: Book) -> list[Problem]:
    mend = say("Mend the unit, or give the figure an indicator of its own")
    return [
        Problem(
            code="unlike-units",
            says=say("the figure is in {unit}, but its indicator is in {other}", unit=row.unit, other=unit),
            source=book.source_of(row),
            mend=mend,
        )
        for row, unit in unlike_units(book)
    ]


def _lost(book: Book) -> list[Problem]:
    """Rows that are about a commitment which is not in the book."""
    ids = {record.id for record in book.records}
    found = []
    for each in tables():
        if "commitment" not in {column.name for column in schema(each).columns}:
            continue
        rows: tuple[Any, ...] = book.rows(each)
        for row in rows:
            if row.commitment not in ids:
                says = say("{field} {found!r} does not stand in {file}", field="commitment", found=row.commitment,
                           file="commitments.yaml")  # fmt: skip
                mend = perhaps(row.commitment, ids, say("Write the id of an entry of commitments.yaml"))
                found.append(Problem(code="dangling", says=says, source=book.source_of(row), mend=mend))
    return found
