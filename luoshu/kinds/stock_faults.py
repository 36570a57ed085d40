"""What is wrong with a book's reserves beyond single cells: classes, more reserved than there is, impossible days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from luoshu.book.problem import Problem, Source
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.item import Item, category_fault
from luoshu.kinds.lot import Lot
from luoshu.kinds.position import positions
from luoshu.kinds.stock_rules import stock_rule_faults
from luoshu.kinds.store import Store
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book


def stock_faults(book: Book) -> list[Problem]:
    """Everything that does not fit in the tables of reserves and in rules/stock.yaml."""
    return [*stock_rule_faults(book), *_items(book), *_lots(book), *_agreements(book), *_misplaced(book)]


def _problem(book: Book, row: Any, column: str, code: str, says: Message, mend: Message) -> Problem:
    place = book.source_of(row)
    return Problem(code=code, says=says, source=Source(file=place.file, line=place.line, column=column), mend=mend)


def _items(book: Book) -> Iterator[Problem]:
    for row in book.rows(Item):
        says = category_fault(row.category)
        if says is not None:
            mend = say("Write 1, 3, 5 or 7 digits that begin with 1, 2 or 3, or leave it empty")
            yield _problem(book, row, "category", "unknown-class", says, mend)


def _lots(book: Book) -> Iterator[Problem]:
    items = {row.id: row for row in book.rows(Item)}
    for row in book.rows(Lot):
        item = items.get(row.item)
        unit = item.unit if item else ""
        if row.reserved > row.amount:
            says = say("{reserved} are reserved of {amount}", reserved=amount(row.reserved, unit),
                       amount=amount(row.amount, unit))  # fmt: skip
            mend = say("Count the lot, or release what cannot be kept")
            yield _problem(book, row, "reserved", "more-than-all", says, mend)
        if item is None:
            continue
        if item.shelf_life_days is not None and row.expires is None:
            says = say("{item} expires, but the lot has no last day: it does not count", item=item.name)
            yield _problem(book, row, "expires", "no-expiry", says, say("Read the day from the label"))
        known = item.shelf_life_days is not None and row.expires is not None and row.received is not None
        if known and row.expires > row.received + timedelta(days=item.shelf_life_days or 0):  # type: ignore[operator]
            says = say("expires {expires}, more than {days} days after it came in", expires=row.expires,
                       days=item.shelf_life_days)  # fmt: skip
            mend = say("Check the two days and how long the item keeps")
            yield _problem(book, row, "expires", "late-expiry", says, mend)


def _agreements(book: Book) -> Iterator[Problem]:
    for row in book.rows(Agreement):
        if row.since is not None and row.until is not None and row.since > row.until:
            says = say("the agreement ends on {until}, before it begins on {since}", until=row.until, since=row.since)
            yield _problem(book, row, "until", "ends-before", says, say("Mend one of the two days"))


def _misplaced(book: Book) -> Iterator[Problem]:
    """Stores and producers whose coordinates cannot be meant; one without any is no fault of the table."""
    rows: tuple[Store, ...] | tuple[Agreement, ...]
    for rows in (book.rows(Store), book.rows(Agreement)):
        yield from positions([row for row in rows if row.x is not None or row.y is not None], book).problems
