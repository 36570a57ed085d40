"""Figures of a plan: every promise and fact with a number in it, with the fields of the reading guide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """The size that each counted thing must have: 20家百亿级企业 → Size(value=1e10, unit="元")."""

    value: float
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One promised or reported figure; `start` and `end` are offsets in the text that was read.

    status `promise` or `fact`; comparator one of >= > <= < = ~ between; change `level`, `up` or `down`;
    per `year`, `month` or empty; `value_high` only for ranges; `confidence` 0 to 1.
    """

    status: str
    start: int
    end: int
    value: float
    value_high: float | None = None
    unit: str = ""
    comparator: str = "="
    change: str = "level"
    per: str = ""
    each: Size | None = None
    due: date | None = None
    subject: str = ""
    owner: str = ""
    confidence: float = 0.5

    def row(self) -> dict[str, Any]:
        """The figure as one JSON-ready object with the field names of the reading guide."""
        return {
            "status": self.status,
            "start": self.start,
            "end": self.end,
            "value": self.value,
            "value_high": self.value_high,
            "unit": self.unit,
            "comparator": self.comparator,
            "change": self.change,
            "per": self.per,
            "each": None if self.each is None else {"value": self.each.value, "unit": self.each.unit},
            "due": None if self.due is None else self.due.isoformat(),
            "subject": self.subject,
            "owner": self.owner,
            "confidence": self.confidence,
        }


def figures(plain: str, *, author: str = "", year: int | None = None) -> list[Figure]:
    """The promises and facts of `plain`, in order of their place."""
    return []
