"""Stock in words: amounts with all their digits, what keeps a unit from counting, how pressing it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from luoshu.book.book import Book
from luoshu.desk.actor import READERS
from luoshu.desk.clock import local_day
from luoshu.desk.lots import digits
from luoshu.kinds.item import Item
from luoshu.kinds.stock import Usable, available
from luoshu.kinds.store import Store
from luoshu.show.language import Language, marked
from luoshu.show.links import join
from luoshu.show.page import Visit

AVAILABLE, EXPIRING = marked("available"), marked("soon to expire")
REASONS: Mapping[str, str] = {
    "reserved": marked("reserved"),
    "expired": marked("expired"),
    "damaged": marked("damaged"),
    "unchecked": marked("to be looked at"),
    "uncounted": marked("uncounted"),
    "count-too-old": marked("count too old"),
    "no-expiry": marked("no last day"),
    "store-closed": marked("store closed"),
    "store-candidate": marked("store not opened"),
    "not-yet": marked("not in yet"),
    "unknown-item": marked("not in the catalogue"),
    "unknown-store": marked("unknown store"),
}
"""Why units do not count, in the order in which pages name them."""

TONES: Mapping[str, str] = {"reserved": "quiet", "expired": "bad", "damaged": "bad", "not-yet": "quiet"}
"""How pressing a reason is; those not named want somebody to go and look."""


def stock_book(visit: Visit) -> Book | None:
    """The book with the desk over it: as it stands this moment, or on the day that was asked for."""
    room = visit.room
    if room is None or room.book is None or visit.links.day is not None:
        return visit.view.book
    return room.book.over(room.rows())


def stock_day(visit: Visit) -> date:
    """The day by which stock is judged: the one asked for, else today where the stores stand."""
    if visit.links.day is not None or visit.now is None:
        return visit.view.day
    return local_day(visit.now)


def stock_lots(visit: Visit) -> tuple[Usable, ...]:
    """Every lot on the day of the page."""
    book = stock_book(visit)
    return available(book, stock_day(visit)) if book is not None else ()


def item_name(item: Item | None, code: str, language: Language) -> str:
    """What an item is called in a language."""
    if item is None:
        return code
    return (item.name_en if language.code == "en" else "") or language.word(item.name) or code


def store_name(store: Store | None, code: str, language: Language) -> str:
    """What a store is called in a language."""
    return language.word(store.name) if store is not None and store.name else code


def units_text(value: float, item: Item | None, language: Language) -> str:
    """An amount of an item with its unit, all digits."""
    unit = language.unit(item.unit) if item is not None else ""
    return digits(value) + ("" if language.code == "zh" or not unit else " ") + unit


def open_to(visit: Visit, incident: str) -> bool:
    """Whether who looks may see what belongs to an incident; what belongs to none is for all who see the page."""
    return visit.actor is None or visit.actor.reads(READERS, "", incident)


def lot_address(visit: Visit, lot: str) -> str:
    """The address of a lot's page."""
    return visit.links.to(join("desk/stock", lot))
