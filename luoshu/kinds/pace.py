"""How fast a target must move from now on, beside its own past and its peers', and what that says of the next step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Amount, Figure, Move, Reason
from luoshu.kinds.course import Course, course, shape
from luoshu.kinds.gathering import published
from luoshu.kinds.observation import Indicator, observations_of
from luoshu.kinds.outlook import as_year
from luoshu.kinds.published import Reading
from luoshu.kinds.standing import rounded
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.target import Target
    from luoshu.methods.progress import Pace

MOST_PEERS = 500


def needed(target: Target, way: Course) -> Pace | None:
    """What it takes from the last figure on; None where the goal is kept, or there is no figure, goal or time."""
    from luoshu.methods.progress import needed_pace

    last, goal, due = way.last, way.goal, target.due
    if last is None or goal is None or due is None or due <= last.day or goal.holds(last.value):
        return None
    return needed_pace(last.value, as_year(last.day), goal.edge(last.value), as_year(due))


def usual(readings: Iterable[Reading], need: float, unit: str) -> Message | None:
    """Whether a series ever moved by as much a year as it must from now on; None where it has no past."""
    from luoshu.methods.progress import unusual

    each = list(readings)
    past = unusual([as_year(r.day) for r in each], [r.value for r in each], need)
    if past is None:
        return None
    values = {"need": per_year(need, unit), "best": per_year(past.fastest, unit)}
    if not past.matched:
        return say("It would take {need}; the fastest so far was {best}", **values)
    template = "It would take {need}; {count} of {total} stretches so far were as fast"
    return say(template, count=past.matched, total=past.of, **values)


def per_year(pace: float, unit: str) -> Message:
    return say("{amount} a year", amount=amount(rounded(pace), unit))


def paces(target: Target, measure: Indicator, way: Course, day: date, book: Book) -> Iterator[Reason]:
    """The pace that is needed, beside the own past and that of other areas, where the deadline is still ahead."""
    need = needed(target, way)
    if need is None or need.a_year is None or target.due is None or day >= target.due:
        return
    yield _pace_reason(way, need.a_year)
    yield from _peers(target, measure, way, need.a_year, day, book)


def _pace_reason(way: Course, need: float) -> Reason:
    says = usual(way.readings, need, way.unit) or say("It would take {need}", need=per_year(need, way.unit))
    return Reason(says=says, source=way.last.source if way.last else None)


def _peers(target: Target, measure: Indicator, way: Course, need: float, day: date, book: Book) -> Iterator[Reason]:
    """How many other areas have ever gone at the pace that is needed, each measured against its own size."""
    from luoshu.methods.progress import unusual

    last = way.last
    own = target.place or book.region
    places = {r.place or book.region for r in observations_of(book, measure.id)} - {own}
    if last is None or last.value <= 0 or not places or shape(target, measure) != "level":
        return
    rate = need / last.value
    asked = matched = 0
    for place in sorted(places)[:MOST_PEERS]:
        series = published(book, measure, day, place=place, definition=target.definition).readings
        past = unusual([as_year(r.day) for r in series], [r.value for r in series], rate, compound=True)
        if past is not None:
            asked, matched = asked + 1, matched + (past.matched > 0)
    if asked:
        rate_words = amount(rounded(rate * 100), "%")
        template = "That is {rate} of the last figure a year; {count} of {total} other areas ever went as fast"
        yield Reason(says=say(template, rate=rate_words, count=matched, total=asked), source=last.source)


def pace_figures(target: Target, way: Course, day: date) -> tuple[Figure, ...]:
    """Pace needed a year from the last figure, as an amount and as growth, and the average pace so far."""
    need = needed(target, way) if target.due is not None and day < target.due else None
    found: list[Figure] = []
    if need is not None and need.a_year is not None:
        found.append(Amount(name=say("Needed a year from the last figure"), value=rounded(need.a_year), unit=way.unit))
        if need.compound is not None and way.unit != "%":
            growth = rounded(need.compound * 100)
            found.append(Amount(name=say("The same as growth a year"), value=growth, unit="%"))
    if len(way.readings) > 1 and way.readings[-1].day > way.readings[0].day:
        first, last = way.readings[0], way.readings[-1]
        mean = (last.value - first.value) / (as_year(last.day) - as_year(first.day))
        found.append(Amount(name=say("A year so far, on average"), value=rounded(mean), unit=way.unit))
    return tuple(found)


def moves_of(target: Target, book: Book, day: date) -> Iterable[Move]:
    """The next moves for a target: publish what is missing, or go at the pace that is needed."""
    now = target.on(day).promised()
    measure = now.indicator(book)
    if measure is None:
        return
    known = published(book, measure, day, place=now.place, definition=now.definition, per=now.per or "year")
    if not known.readings:
        does = say("Publish a first figure for {measure}", measure=measure.named())
        why = Reason(says=say("No result has been published that this can be judged by"), source=now.source)
        yield Move(commitment=now.id, does=does, group="publish", because=(why,))
        return
    if shape(now, measure) == "quota" or now.due is None or day >= now.due:
        return
    way = course(now, measure, known)
    need = needed(now, way)
    if need is None or need.a_year is None or way.goal is None or way.last is None:
        return
    share = way.goal.share(way.last.value, way.base(way.goal))
    does = say(
        "Close the gap of {gap} by {due}", gap=amount(rounded(way.goal.gap(way.last.value)), way.unit), due=now.due
    )
    why = _pace_reason(way, need.a_year)
    yield Move(commitment=now.id, does=does, gain=None if share is None else 1 - share, group="pace", because=(why,))
