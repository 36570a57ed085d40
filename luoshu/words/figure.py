"""Figures of a plan: every promise and fact with a number in it, with the fields of the reading guide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from luoshu.words.clause import Sentence, laid_out
from luoshu.words.english import english, heading_due, is_english
from luoshu.words.indicators import indicator_tables
from luoshu.words.name import is_name
from luoshu.words.number import narrowed
from luoshu.words.passage import Passage, Reading
from luoshu.words.quantity import quantities
from luoshu.words.tense import Chronicle


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
    """The promises and facts of `plain`, in order of their place; offsets are those of `plain`.

    `author` owns what no sentence gives to somebody else; `year` is the report's own year (今年), found in the text
    where None. Takes any text and never raises; linear in its length.

    >>> [(f.subject, f.value, f.unit, f.comparator, str(f.due)) for f in figures("到2025年全市博物馆达到120家。")]
    [('全市博物馆', 120.0, '家', '>=', '2025-12-31')]
    """
    text = narrowed(plain)
    found = [q for q in quantities(text) if not is_name(text, q)]
    chronicle = Chronicle(text, year)
    tabled, tables = indicator_tables(text, chronicle.year, chronicle.setting.due)
    result = [_figure(reading, author) for reading in tabled]
    if tables:
        found = [q for q in found if not any(low <= q.start < high for low, high in tables)]
    at = 0
    for sentence in laid_out(text):
        chronicle.passes(sentence)
        first = at
        while at < len(found) and found[at].start < sentence.end:
            at += 1
        if is_english(text, sentence.start, sentence.end):
            frame = chronicle.frame(sentence)
            read = english(text, sentence, chronicle.year, frame.due or heading_due(sentence.above), frame.mode)
            result.extend(_figure(reading, author) for reading in read)
        elif at > first and not chronicle.notes(sentence):
            owner = _owner(text, sentence) or author
            readings = Passage(text, sentence, found[first:at], chronicle, chronicle.frame(sentence)).read()
            result.extend(_figure(reading, owner) for reading in readings)
    return sorted(result, key=lambda each: each.start) if tables else result


def _figure(reading: Reading, owner: str) -> Figure:
    quantity, size = reading.quantity, reading.size
    doubt = 0.15 * (quantity.kind in ("spoken", "bare", "ratio")) + 0.2 * (not reading.subject)
    return Figure(
        status=reading.status,
        start=quantity.start,
        end=quantity.end,
        value=quantity.value,
        value_high=quantity.high,
        unit=quantity.unit,
        comparator=reading.bearing.comparator,
        change=reading.bearing.change,
        per=reading.bearing.per,
        each=None if size is None else Size(value=size.value, unit=size.unit),
        due=reading.due,
        subject=reading.subject,
        owner=owner,
        confidence=round(max(0.1, reading.sure - doubt), 2),
    )


_OWNER = re.compile(
    r"(?:牵头|责任|主责|负责)(?:单位|部门|处室|领导)?[：:]\s?(?P<a>[^，。；、）)\n]{2,20})|"
    r"由(?P<b>[^，。；、由]{2,14}?(?:局|委|办|厅|部|院|集团|公司|中心|政府|街道|管委会))(?:牵头|负责)"
)


def _owner(text: str, sentence: Sentence) -> str:
    """The body that the sentence itself names as responsible, or empty."""
    named = _OWNER.search(text, sentence.start, sentence.end)
    return (named["a"] or named["b"]) if named else ""
