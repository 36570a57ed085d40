"""What a text says of renewing old estates, and what does not fit between such a promise and the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from luoshu.book.cell import perhaps
from luoshu.book.directory import Place
from luoshu.words.conversion import reduced
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.renewal import Renewal

UNITS = ("个", "户", "万户", "平方米", "万平方米")
"""In what a renewal can be promised: estates, households, square metres of floor."""

_OLD = re.compile(r"(?:老旧|旧住宅|老)小区|(?i:\bold (?:housing |residential )?(?:estate|neighbou?rhood|communit)\w*)")
_RENEWED = re.compile(r"改造|整治|更新|(?i:\brenew|\brenovat|\bupgrad|\brefurbish)")
_SHARE = re.compile(r"率$|比例$|比重$")
_COUNTED = {"个": "个", "户": "户", "平方米": "平方米", "": "个"}


def claim(found: Any) -> dict[str, Any] | None:
    """The record of a renewal for something found in a text: old estates, and so many of them to be renewed.

    >>> from types import SimpleNamespace
    >>> said = SimpleNamespace(status="promise", value=500.0, unit="个", subject="城镇老旧小区",
    ...                        words="改造城镇老旧小区500个")
    >>> claim(said)
    {'kind': 'renewal', 'level': 500.0, 'unit': '个'}
    """
    if found.status != "promise" or found.value is None or getattr(found, "value_high", None) is not None:
        return None
    subject, words = str(getattr(found, "subject", "") or ""), str(getattr(found, "words", "") or "")
    if not _OLD.search(subject) or _SHARE.search(subject) or not _RENEWED.search(subject + words):
        return None
    if getattr(found, "comparator", ">=") not in (">=", ">", "=", "~", "") or found.value <= 0:
        return None
    per = str(getattr(found, "per", "") or "")
    if getattr(found, "change", "level") not in ("", "level") or per:
        return None
    factor, name = reduced(str(getattr(found, "unit", "") or ""))
    if name not in _COUNTED:
        return None
    values = {"level": found.value * factor, "unit": _COUNTED[name]}
    values |= {each: getattr(found, each, None) for each in ("due", "owner")}
    return {"kind": "renewal", **{each: value for each, value in values.items() if value not in (None, "")}}


def renewal_faults(renewal: Renewal, book: Book) -> Iterator[tuple[str, str, Message, Message]]:
    """What does not fit: terms that cannot be meant, an area that is not in the book."""
    yield from _terms(renewal)
    known = {row.id for row in book.rows(Place)} if renewal.place else set()
    if renewal.place and renewal.place not in known:
        file = "tables/place.csv"
        says = say("{field} {found!r} does not stand in {file}", field="place", found=renewal.place, file=file)
        yield "place", "dangling", says, perhaps(renewal.place, known, say("Add it to {file}, or name another",
                                                                           file=file))  # fmt: skip


def unmeant(renewal: Renewal) -> Message | None:
    """The first of its terms that cannot be meant, so that nothing can be computed; None where all can."""
    return next((says for _, _, says, _ in _terms(renewal)), None)


def _terms(renewal: Renewal) -> Iterator[tuple[str, str, Message, Message]]:
    levels = [renewal.level, *(step.value for step in renewal.history.get("level", ()))]
    if not all(0 < level < float("inf") for level in levels):
        says = say("level is {found}: nothing is promised", found=min(levels))
        yield "level", "bad-value", says, say("Write how much is to be renewed, as in 500")
    if renewal.since is not None and renewal.due is not None and renewal.since > renewal.due:
        says = say("the period begins on {since}, after its deadline {due}", since=renewal.since, due=renewal.due)
        yield "since", "bad-value", says, say("Mend one of the two days")
    if renewal.budget is not None and not renewal.budget >= 0:
        says = say("budget is {found}, less than nothing", found=renewal.budget)
        yield "budget", "bad-value", says, say("Write zero or more")
    piece = renewal.in_one_piece
    if piece is None:
        return
    if not 0 < piece.least < float("inf"):
        says = say("a unit of at least {found} holds nothing", found=piece.least)
        yield "in_one_piece", "bad-value", says, say("Write how large a unit is at least, as in 1000")
    if piece.most is not None and not piece.most >= piece.least:
        says = say("no unit holds at least {least} and at most {most}", least=piece.least, most=piece.most)
        yield "in_one_piece", "bad-value", says, say("Mend one of the two sizes")
    if not 0 <= piece.gap < float("inf"):
        says = say("the gap between estates that adjoin is {found} metres", found=piece.gap)
        yield "in_one_piece", "bad-value", says, say("Write metres, as in 30")
