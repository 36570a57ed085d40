"""What looks wrong about the figures of a target: falls, contradictions, hugging, late revisions, definitions, parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Reason
from luoshu.kinds.course import Course
from luoshu.kinds.goal import Goal
from luoshu.kinds.observation import Indicator
from luoshu.kinds.published import Published, published, same
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.published import Reading
    from luoshu.kinds.target import Target

HUGGING = 0.01
APPRAISAL = timedelta(days=180)


def doubts(
    target: Target, measure: Indicator, known: Published, way: Course, day: date, book: Book
) -> tuple[Reason, ...]:
    """All warnings for a target, each with the source that it rests on."""
    return (
        *_forecasts(known, measure),
        *_claims(known),
        *_definitions(known, measure),
        *_contradictions(known, measure),
        *_stated(known),
        *_revisions(target, known, measure),
        *_falls(measure, known),
        *_hugging(way),
        *_parts(target, measure, known, day, book),
        *_added(target, measure, known, day, book),
    )


def _warn(says: Message, reading: Reading) -> Reason:
    return Reason(says=says, source=reading.source, tone="warn")


def _forecasts(known: Published, measure: Indicator) -> Iterator[Reason]:
    for each in known.forecasts:
        template = (
            "A forecast of {value} for {day}, published {published}; it is not counted as a result"
            if each.row.status == "forecast"
            else "A plan of {value} for {day}, published {published}; it is not counted as a result"
        )
        value = amount(each.value, measure.unit)
        yield _warn(say(template, value=value, day=each.day, published=each.published), each)
    days = sorted({r.day for r in known.forecasts})
    for day in days:
        said = [r for r in known.forecasts if r.day == day]
        if any(not same(said[0].value, other.value) for other in said[1:]):
            values = [amount(r.value, measure.unit) for r in said]
            says = say(
                "The forecasts for {day} contradict each other: {one} and {other}",
                day=day,
                one=values[0],
                other=values[-1],
            )
            yield _warn(says, said[-1])


def _claims(known: Published) -> Iterator[Reason]:
    for each in known.claims:
        says = say(
            "It was said without a measured figure on {published}: {note}", published=each.published, note=each.row.note
        )
        yield _warn(says, each)


def _definitions(known: Published, measure: Indicator) -> Iterator[Reason]:
    for each in known.aside:
        row = each.reading.row
        says = say(
            "{value} as of {day} does not count: {why}",
            value=amount(row.value, row.unit or measure.unit),
            day=row.as_of,
            why=each.why,
        )
        yield _warn(says, each.reading)


def _contradictions(known: Published, measure: Indicator) -> Iterator[Reason]:
    for pair in known.contradictions:
        says = say(
            "Two sources contradict each other for {day}: {one} and {other}",
            day=pair.kept.day,
            one=amount(pair.kept.value, measure.unit),
            other=amount(pair.other.value, measure.unit),
        )
        yield _warn(says, pair.kept)


def _stated(known: Published) -> Iterator[Reason]:
    """The change that a publication states about itself, against the two figures that are published."""
    for each in known.readings:
        row = each.row
        if row.stated_change is None or row.stated_since is None:
            continue
        before = known.at(row.stated_since)
        if before is None or before.value == 0:
            continue
        computed = (each.value / before.value - 1) * 100
        if abs(computed - row.stated_change) > 1.0:
            says = say(
                "The source contradicts itself: it states a change of {stated} since {day}, "
                "its own figures make {computed}",
                stated=amount(row.stated_change, "%"),
                day=row.stated_since,
                computed=amount(round(computed, 1), "%"),
            )
            yield _warn(says, each)


def _revisions(target: Target, known: Published, measure: Indicator) -> Iterator[Reason]:
    """Figures that were revised; a revision toward the goal in the half year before the deadline is named as such."""
    for pair in known.revisions:
        late = target.due is not None and target.due - APPRAISAL <= pair.kept.published
        values = {
            "day": pair.kept.day,
            "before": amount(pair.other.value, measure.unit),
            "after": amount(pair.kept.value, measure.unit),
            "published": pair.kept.published,
        }
        template = (
            "The figure for {day} was revised from {before} to {after} on {published}, shortly before the appraisal"
            if late
            else "The figure for {day} was revised from {before} to {after} on {published}"
        )
        yield _warn(say(template, **values), pair.kept)


def _falls(measure: Indicator, known: Published) -> Iterator[Reason]:
    if measure.aggregation not in ("cumulative", "last") or measure.direction != "higher":
        return
    for one, other in zip(known.readings, known.readings[1:], strict=False):
        if other.value < one.value and not same(one.value, other.value, 1e-9):
            says = say(
                "The total fell from {before} on {day} to {after} on {later}",
                before=amount(one.value, measure.unit),
                day=one.day,
                after=amount(other.value, measure.unit),
                later=other.day,
            )
            yield _warn(says, other)


def _hugging(way: Course) -> Iterator[Reason]:
    if way.goal is None or len(way.readings) < 3:
        return
    margins = [_margin(way.goal, r.value) for r in way.readings[-4:]]
    if len(margins) >= 3 and all(m is not None and 0 <= m <= HUGGING for m in margins):
        says = say("The last {count} figures all keep the goal by less than one percent", count=len(margins))
        yield _warn(says, way.readings[-1])


def _margin(goal: Goal, value: float) -> float | None:
    """By which share of the goal a value keeps it; None where it does not, or the goal is zero."""
    edge = goal.low if goal.direction == "higher" else goal.high
    if not goal.holds(value) or edge in (0, float("inf"), -float("inf")):
        return None
    return abs(value - edge) / abs(edge)


def _parts(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Iterator[Reason]:
    """Parts that are published for the same day must not add up to more than the whole."""
    if measure.aggregation not in ("last", "sum", "cumulative"):
        return
    parts = [row for row in book.rows(Indicator) if row.part_of == measure.id and row.unit == measure.unit]
    if not parts:
        return
    series = [published(book, part, day, place=target.place) for part in parts]
    for whole in known.readings:
        found = [r.value for each in series if (r := each.at(whole.day)) is not None]
        total = sum(found)
        if found and total > whole.value and not same(total, whole.value):
            says = say(
                "On {day} its {count} parts add up to {total}, more than the whole of {whole}",
                day=whole.day,
                count=len(found),
                total=amount(total, measure.unit),
                whole=amount(whole.value, measure.unit),
            )
            yield _warn(says, whole)


def _added(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Iterator[Reason]:
    """What was added to a stock, on top of its first figure of the time, bounds what the stock can be."""
    for flow in book.rows(Indicator):
        if flow.adds_to != measure.id:
            continue
        last = published(book, flow, day, place=target.place).last
        start = next((r for r in known.readings if last and last.since and r.day >= last.since), None)
        if last is None or start is None:
            continue
        most = start.value + last.value
        said = [r for r in (*known.readings, *known.forecasts) if r.day >= last.day and r.value > most]
        if any(not same(r.value, most) for r in said):
            says = say(
                "{start} on {day} and {added} added by {until} make {most} at most, which does not explain {said}",
                start=amount(start.value, measure.unit),
                day=start.day,
                added=amount(last.value, measure.unit),
                until=last.day,
                most=amount(most, measure.unit),
                said=amount(said[0].value, measure.unit),
            )
            yield _warn(says, last)
