"""What looks wrong about a target's figures: falls, contradictions, hugging, late revisions, definitions, parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Reason
from luoshu.kinds.course import Course, shape
from luoshu.kinds.gathering import published
from luoshu.kinds.observation import Indicator
from luoshu.kinds.outlook import as_year
from luoshu.kinds.published import Published, same
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.published import Reading
    from luoshu.kinds.target import Target

APPRAISAL = timedelta(days=180)
"""How long before a deadline a revision counts as made for the appraisal."""
STATED_POINTS = 1.0
"""By how many points a stated change may differ from the computed one before it is called a contradiction."""


def doubts(
    target: Target, measure: Indicator, known: Published, way: Course, day: date, book: Book
) -> tuple[Reason, ...]:
    """All warnings for a target, each with the source that it rests on: reasons to ask, never verdicts."""
    return (
        *known.notes,
        *_forecasts(known, measure),
        *_claims(known),
        *_definitions(known, measure),
        *_contradictions(known, measure),
        *_stated(known),
        *_revisions(target, known, measure),
        *_falls(measure, known),
        *_hugging(target, measure, way),
        *_patterns(known, measure),
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
    for day in sorted({r.day for r in known.forecasts}):
        said = [r for r in known.forecasts if r.day == day]
        if any(not same(said[0], other) for other in said[1:]):
            one, other = amount(said[0].value, measure.unit), amount(said[-1].value, measure.unit)
            says = say(
                "The forecasts for {day} contradict each other: {one} and {other}", day=day, one=one, other=other
            )
            yield _warn(says, said[-1])


def _claims(known: Published) -> Iterator[Reason]:
    for each in known.claims:
        template = "It was said without a measured figure on {published}: {note}"
        yield _warn(say(template, published=each.published, note=each.row.note), each)


def _definitions(known: Published, measure: Indicator) -> Iterator[Reason]:
    for each in known.aside:
        row = each.reading.row
        value = amount(row.value, row.unit or measure.unit)
        yield _warn(
            say("{value} as of {day} does not count: {why}", value=value, day=row.as_of, why=each.why), each.reading
        )


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
        before = known.at(row.stated_since) if row.stated_since else None
        if row.stated_change is None or before is None or before.value == 0:
            continue
        computed = (each.value / before.value - 1) * 100
        if abs(computed - row.stated_change) > STATED_POINTS:
            says = say(
                "The source contradicts itself: it states a change of {stated} since {day}, "
                "its own figures make {computed}",
                stated=amount(row.stated_change, "%"),
                day=row.stated_since,
                computed=amount(round(computed, 1), "%"),
            )
            yield _warn(says, each)


def _revisions(target: Target, known: Published, measure: Indicator) -> Iterator[Reason]:
    """Figures that were revised; a revision from half a year before the deadline on is named as such."""
    for pair in known.revisions:
        late = target.due is not None and target.due - APPRAISAL <= pair.kept.published
        template = (
            "The figure for {day} was revised from {before} to {after} on {published}, shortly before the appraisal"
            if late
            else "The figure for {day} was revised from {before} to {after} on {published}"
        )
        says = say(
            template,
            day=pair.kept.day,
            before=amount(pair.other.value, measure.unit),
            after=amount(pair.kept.value, measure.unit),
            published=pair.kept.published,
        )
        yield _warn(says, pair.kept)


def _falls(measure: Indicator, known: Published) -> Iterator[Reason]:
    from luoshu.methods.plausibility import falls

    if measure.aggregation not in ("cumulative", "last") or measure.direction != "higher":
        return
    readings = known.readings
    for each in falls([as_year(r.day) for r in readings], [r.value for r in readings]):
        one, other = (readings[i] for i in each.points)
        says = say(
            "The total fell from {before} on {day} to {after} on {later}",
            before=amount(one.value, measure.unit),
            day=one.day,
            after=amount(other.value, measure.unit),
            later=other.day,
        )
        yield _warn(says, other)


def _hugging(target: Target, measure: Indicator, way: Course) -> Iterator[Reason]:
    """Yearly figures that land just over a yearly goal too often for chance."""
    from luoshu.methods.plausibility import hugs_goal

    if way.goal is None or shape(target, measure) != "quota" or way.goal.direction == "none":
        return
    sign = 1 if way.goal.direction == "higher" else -1
    values, goals = [sign * r.value for r in way.readings], [sign * way.goal.figure] * len(way.readings)
    for each in hugs_goal(values, goals):
        says = say(
            "{count} figures keep the goal by less than one percent, too many for chance", count=len(each.points)
        )
        yield _warn(says, way.readings[each.points[-1]])


def _patterns(known: Published, measure: Indicator) -> Iterator[Reason]:
    """Jumps out of line, the same figure again and again, the same growth every year."""
    from luoshu.methods.plausibility import even_growth, jumps, repeats

    readings = known.readings
    years, values = [as_year(r.day) for r in readings], [r.value for r in readings]
    for each in jumps(years, values):
        one, other = (readings[i] for i in each.points[:2])
        says = say(
            "From {before} on {day} to {after} on {later}: a move far out of line with the others",
            before=amount(one.value, measure.unit),
            day=one.day,
            after=amount(other.value, measure.unit),
            later=other.day,
        )
        yield _warn(says, other)
    for each in repeats(years, values):
        says = say("The same figure, {value}, was published {count} times in a row",
                   value=amount(readings[each.points[0]].value, measure.unit), count=len(each.points))  # fmt: skip
        yield _warn(says, readings[each.points[-1]])
    for each in even_growth(years, values):
        growth = amount(round(each.figures["growth"] * 100, 1), "%")
        says = say("The same growth of {growth} was published {count} times in a row", growth=growth,
                   count=int(each.figures["times"]))  # fmt: skip
        yield _warn(says, readings[each.points[-1]])


def _parts(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Iterator[Reason]:
    """Parts that are published for the same day must not add up to more than the whole; shares are never added."""
    from luoshu.methods.aggregation import parts_against_whole

    if measure.aggregation not in ("last", "sum", "cumulative"):
        return
    parts = [row for row in book.rows(Indicator) if row.part_of == measure.id and row.unit == measure.unit]
    series = [published(book, part, day, place=target.place) for part in parts]
    for whole in known.readings if parts else ():
        found = [r.value for each in series if (r := each.at(whole.day)) is not None]
        balance = parts_against_whole(found, whole.value, complete=False) if found else None
        if balance is not None and not balance.agrees:
            says = say(
                "On {day} its {count} parts add up to {total}, more than the whole of {whole}",
                day=whole.day,
                count=len(found),
                total=amount(balance.parts, measure.unit),
                whole=amount(whole.value, measure.unit),
            )
            yield _warn(says, whole)


def _added(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Iterator[Reason]:
    """What was added to a stock, on top of its first figure of the time, bounds what the stock can be."""
    for flow in book.rows(Indicator):
        last = published(book, flow, day, place=target.place).last if flow.adds_to == measure.id else None
        start = next((r for r in known.readings if last and last.since and r.day >= last.since), None)
        if last is None or start is None:
            continue
        most = start.value + last.value
        said = [r for r in (*known.readings, *known.forecasts) if r.day >= last.day and r.value > most * 1.005]
        if said:
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
