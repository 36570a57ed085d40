"""How fast a target must move from now on, beside how fast it moved so far, and what that says of the next step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Amount, Figure, Move, Reason
from luoshu.kinds.course import Course, course, shape
from luoshu.kinds.published import published
from luoshu.kinds.standing import Standing, rounded
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.target import Target

YEAR = 365.25


def needed(target: Target, way: Course) -> float | None:
    """Change a year from the last figure to the goal at the deadline; None where there is no question of it."""
    last, goal, due = way.last, way.goal, target.due
    if last is None or goal is None or due is None or due <= last.day or goal.holds(last.value):
        return None
    return (goal.edge(last.value) - last.value) / ((due - last.day).days / YEAR)


def past(way: Course) -> list[float]:
    """Change a year between each two published figures."""
    return [
        (other.value - one.value) / ((other.day - one.day).days / YEAR)
        for one, other in zip(way.readings, way.readings[1:], strict=False)
        if other.day > one.day
    ]


def usual(target: Target, way: Course) -> Message | None:
    """Whether the series ever moved as fast as it must from now on."""
    need, own = needed(target, way), past(way)
    if need is None or not own:
        return None
    sign = 1 if need > 0 else -1
    best = max(own, key=lambda pace: pace * sign)
    values = {"need": per_year(need, way.unit), "best": per_year(best, way.unit)}
    if need * sign > best * sign:
        return say("It would take {need}; the fastest so far was {best}", **values)
    share = sum(pace * sign >= need * sign for pace in own)
    return say(
        "It would take {need}; {count} of {total} stretches so far were as fast", count=share, total=len(own), **values
    )


def per_year(pace: float, unit: str) -> Message:
    return say("{amount} a year", amount=amount(rounded(pace), unit))


def paces(target: Target, way: Course, at: Standing, day: date) -> tuple[Reason, ...]:
    """The pace that is needed as a reason, where the deadline is still ahead."""
    if target.due is None or day >= target.due or at.verdict in ("kept", "missed"):
        return ()
    says = usual(target, way)
    if says is None and (need := needed(target, way)) is not None:
        says = say("It would take {need}", need=per_year(need, way.unit))
    return (Reason(says=says),) if says else ()


def pace_figures(target: Target, way: Course, at: Standing, day: date) -> tuple[Figure, ...]:
    """Pace needed a year from the last figure, and the average pace so far."""
    need, own = needed(target, way), past(way)
    found: list[Figure] = []
    if need is not None:
        found.append(Amount(name=say("Needed a year from the last figure"), value=rounded(need), unit=way.unit))
    if own:
        first, last = way.readings[0], way.readings[-1]
        mean = (last.value - first.value) / ((last.day - first.day).days / YEAR)
        found.append(Amount(name=say("A year so far, on average"), value=rounded(mean), unit=way.unit))
    return tuple(found)


def moves_of(target: Target, book: Book, day: date) -> Iterable[Move]:
    """The next moves for a target: publish what is missing, or keep the pace that is needed."""
    now = target.on(day).promised()
    measure = now.indicator(book)
    if measure is None or shape(now, measure) == "quota":
        return
    known = published(book, measure, day, place=now.place, definition=now.definition)
    way = course(now, measure, known)
    if way.last is None:
        does = say("Publish a first figure for {measure}", measure=measure.name)
        why = Reason(says=say("No result has been published that this can be judged by"), source=now.source)
        yield Move(commitment=now.id, does=does, group="publish", because=(why,))
        return
    if (now.due is None or day < now.due) and (says := usual(now, way)) is not None and way.goal is not None:
        share = way.goal.share(way.last.value, way.base(way.goal))
        gain = None if share is None else max(0.0, 1 - share)
        gap = way.goal.gap(way.last.value)
        does = say("Close the gap of {gap} by {due}", gap=amount(rounded(gap), way.unit), due=now.due)
        yield Move(
            commitment=now.id, does=does, gain=gain, group="pace", because=(Reason(says=says, source=way.last.source),)
        )
