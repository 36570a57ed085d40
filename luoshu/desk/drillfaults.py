"""What is wrong with the dispatches of a drill's script on the book that it is played on, before anything is played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from luoshu.book.book import Book
from luoshu.book.cell import perhaps
from luoshu.book.directory import Place
from luoshu.book.problem import Problem, Source
from luoshu.desk.dispatching import MOST_HOURS
from luoshu.desk.drillscript import Moment, Script
from luoshu.desk.drillsupply import FIELDS
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.needing import EVENTS, LEVELS
from luoshu.kinds.store import Store
from luoshu.words.message import Message, say


def dispatch_faults(script: Script, book: Book) -> tuple[Problem, ...]:
    """All faults of all dispatches, with their line and how to mend them."""
    known = _Known(
        places=frozenset(each.id for each in book.rows(Place)),
        givers=frozenset(each.id for each in book.rows(Agreement)) | {each.id for each in book.rows(Store)},
    )
    return tuple(
        Problem(code=code, says=says, source=Source(file=script.path.name, line=each.line), mend=mend)
        for each in script.moments
        if each.dispatch is not None
        for code, says, mend in _faults(each, known)
    )


@dataclass(frozen=True, kw_only=True)
class _Known:
    places: frozenset[str]
    givers: frozenset[str]


def _faults(moment: Moment, known: _Known) -> Iterator[tuple[str, Message, Message]]:
    told: Mapping[str, Any] = moment.dispatch or {}
    for name in told:
        if name not in FIELDS:
            says = say("there is no field {field}", field=str(name)[:60])
            yield "unknown-field", says, perhaps(str(name), FIELDS, say("Remove it, or use one of: {names}",
                                                                        names=", ".join(FIELDS)))  # fmt: skip
    yield from _people(told.get("people"), known.places)
    for name, allowed in (("event", tuple(EVENTS)), ("level", LEVELS)):
        if name in told and told[name] not in allowed:
            says = say("there is no {sort} {key}", sort=name, key=str(told[name])[:60])
            yield "not-a-choice", says, say("It may be: {names}", names=", ".join(allowed))
    if not _between(told.get("hours", 24), 1, MOST_HOURS):
        says = say("{field} is {found}, and is to be from {least:,.0f} to {most:,.0f}", field="hours",
                   found=str(told.get("hours"))[:20], least=1, most=MOST_HOURS)  # fmt: skip
        yield "bad-value", says, say("Write hours: 24")
    failed = told.get("failed") or ()
    for each in failed if isinstance(failed, (list, tuple)) else (failed,):
        if str(each) not in known.givers:
            says = say("there is no agreement and no store {name}", name=str(each)[:60])
            mend = say("Write an id of tables/agreement.csv or tables/store.csv")
            yield "dangling", says, perhaps(str(each), known.givers, mend)


def _people(people: Any, places: frozenset[str]) -> Iterator[tuple[str, Message, Message]]:
    mend = say("Write people: with a place and a number each, as in {example}", example='{"410302": 5000}')
    if not isinstance(people, Mapping) or not people:
        yield "missing-field", say("the dispatch does not say for how many people it is"), mend
        return
    for place, count in people.items():
        if str(place) not in places:
            says = say("there is no place {place} in the book", place=str(place)[:60])
            yield "dangling", says, perhaps(str(place), places, say("Write an id of tables/place.csv, in quotes"))
        if not _between(count, 0, 1e9):
            says = say("{field} is {found}, and is to be from {least:,.0f} to {most:,.0f}",
                       field=f"people {place}"[:60], found=str(count)[:20], least=0, most=1e9)  # fmt: skip
            yield "bad-value", says, mend


def _between(value: Any, least: float, most: float) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and isfinite(value) and least <= value <= most
