"""What people write into an act, looked at in one place: no identity numbers, no lists of telephones, no hidden signs.

Whatever field of whatever act it stands in: what is in the journal stays there. Only what is asked for now is looked
at, never what the journal holds, so that entries of old stay readable.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from luoshu.desk.act import MOST_FIELD, Act
from luoshu.desk.journal import Refused, Unclear
from luoshu.desk.plainwords import plain

SHAPES = frozenset({"geometry", "polygon", "circle", "xml", "chain", "wording"})
"""What is no text of people: shapes of the map, whole alerts and their proofs."""
CODES = frozenset({
    "id", "lot", "as_lot", "of", "shipment", "reservation", "approval", "picklist", "sheet", "item", "store", "demand",
    "template",
})  # fmt: skip
"""Codes of labels and papers, which have rules of their own: a barcode is often as long as an identity number."""
SHORTEST = 11
"""A text of fewer characters holds neither an identity number nor two telephones."""


def plain_facts(made: Act[Any]) -> None:
    """Refuse an act with texts that are no plain words (Unclear, by field); its act looks at what is personal."""
    wrong = {}
    for name in _texts(type(made)):
        value = getattr(made, name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and not (len(text) < SHORTEST and text.isprintable()):
                try:
                    plain(text, MOST_FIELD)
                except Refused as refused:
                    wrong[name] = refused.says
    if wrong:
        raise Unclear(wrong)


@cache
def _texts(kind: type[Act[Any]]) -> tuple[str, ...]:
    """The fields of an act in which people write words."""
    found = []
    for each in fields(kind):
        told = each.metadata
        if "str" not in str(each.type) or each.name in SHAPES | CODES:
            continue
        if not (told.get("choices") or told.get("refers") or told.get("personal")):
            found.append(each.name)
    return tuple(found)
