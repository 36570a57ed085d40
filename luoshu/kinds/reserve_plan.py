"""What to do next for a reserve: not advised yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Plan

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve


def reserve_plan(reserve: Reserve, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    """Nothing yet."""
    return None
