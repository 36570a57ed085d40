"""A quota: so much every year or month, each period judged by its own figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import prod
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Amount, Chart, Gauge, GoalStep, Listing, Point, Reason
from luoshu.kinds.course import Course, goal_of
from luoshu.kinds.doubt import doubts
from luoshu.kinds.goal import Goal
from luoshu.kinds.observation import Indicator
from luoshu.kinds.outlook import SURE, outlook
from luoshu.kinds.published import Published, Reading, period, periods
from luoshu.kinds.sheet import goal_reasons, shown_goal, titled
from luoshu.kinds.standing import rounded, verdict_of
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.target import Target

KEPT, MISSED, REACHED, SILENT, UNDER_WAY, AHEAD = "kept", "missed", "reached", "silent", "under way", "ahead"
WORDS = {
    KEPT: say("kept"),
    MISSED: say("missed"),
    REACHED: say("reached already"),
    SILENT: say("no figure published"),
    UNDER_WAY: say("under way"),
    AHEAD: say("ahead"),
}


@dataclass(frozen=True, kw_only=True)
class Span:
    """One period of a quota: its figure (or the running one), share and chance of keeping it, and how it stands."""

    end: date
    reading: Reading | None
    share: float | None
    chance: float | None
    word: str


def quota_gauge(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Gauge:
    """The gauge of a quota: `met` is the mean share of its periods, `chance` that every one of them is kept.

    A period that was missed breaks the promise as a whole; periods without a figure stay unknown and are counted apart.
    """
    judged = target.promised()
    goal, why = goal_of(judged, measure, judged.level, judged.level_high, None)
    way = Course(readings=known.readings, unit=measure.unit, goal=goal, why=why)
    spans = [_span(goal, known, first, end, day) for first, end in spans_of(judged, known, day)] if goal else []
    shares = [each.share for each in spans if each.share is not None]
    chance, verdict = _outcome(target, spans, day)
    latest = known.last
    shown = shown_goal(judged, measure, way)
    return Gauge(
        commitment=target,
        day=day,
        met=sum(shares) / len(shares) if shares else None,
        chance=chance,
        verdict=verdict,
        because=(
            *_because(judged, measure, why, spans, latest),
            *goal_reasons(target, judged, measure),
            *doubts(judged, measure, known, way, day, book),
        ),
        value=latest.value if latest else None,
        as_of=latest.day if latest else None,
        goal=shown[0],
        goal_high=shown[1],
        unit=shown[2],
        figures=_figures(target, measure, way, spans),
    )


def spans_of(target: Target, known: Published, day: date) -> list[tuple[date, date]]:
    """The periods that a quota is for, up to its deadline (else to now).

    They begin with `since`; else with the period in whose first quarter it was announced (a work report promises its
    own year), else with the one after; where nothing is known of that, with the first published figure.
    """
    since = target.since
    if since is None:
        since = target.made or min((r.day for r in known.readings), default=day)
        first, last = period(since, target.per)
        if target.made is None or (since - first) * 4 <= last - first:
            since = first
    until = target.due or period(day, target.per)[1]
    return periods(since, until, target.per) or [period(until, target.per)]


def _span(goal: Goal, known: Published, first: date, end: date, day: date) -> Span:
    """One period: judged by its figure; else, where it is not over, by what is running or forecast."""
    found = known.at(end)
    if found is not None:
        holds = goal.holds(found.value)
        word = KEPT if holds else MISSED
        return Span(end=end, reading=found, share=goal.share(found.value), chance=float(holds), word=word)
    running = next((r for r in reversed(known.running) if r.since == first and first <= r.day < end), None)
    if running is not None and goal.direction == "higher" and goal.holds(running.value):
        return Span(end=end, reading=running, share=1.0, chance=SURE, word=REACHED)
    ahead = outlook([(r.day, r.value) for r in known.readings], end)
    share, chance = ahead.outcome(goal, None) if ahead else (None, None)
    word = SILENT if end <= day else UNDER_WAY if first <= day else AHEAD
    return Span(end=end, reading=running, share=share, chance=chance, word=word)


def _outcome(target: Target, spans: list[Span], day: date) -> tuple[float | None, str]:
    words = [each.word for each in spans]
    if not words:
        return None, "unknown"
    if MISSED in words:
        return 0.0, "missed"
    if all(word == KEPT for word in words):
        return 1.0, "kept"
    chances = [each.chance for each in spans if each.chance is not None]
    if SILENT in words or len(chances) < len(spans):
        return None, "open" if KEPT in words or REACHED in words else "unknown"
    chance = min(SURE, prod(chances))
    return chance, verdict_of(chance, target.nature)


def _because(
    target: Target, measure: Indicator, why: Message | None, spans: list[Span], latest: Reading | None
) -> list[Reason]:
    found = []
    kept, missed, silent = (sum(each.word == word for each in spans) for word in (KEPT, MISSED, SILENT))
    if why:
        found.append(Reason(says=why, source=target.source, tone="warn"))
    if latest is None:
        says = say("No result has been published that this can be judged by")
        found.append(Reason(says=says, source=target.source, tone="warn"))
    else:
        says = say(
            "{value} as of {day}, published {published} by {publisher}",
            value=amount(rounded(latest.value), measure.unit),
            day=latest.day,
            published=latest.published,
            publisher=latest.row.source or say("a source that is not named"),
        )
        found.append(Reason(says=says, source=latest.source))
    if kept or missed:
        says = say(
            "{kept} periods kept, {missed} missed, {silent} without a published figure",
            kept=kept,
            missed=missed,
            silent=silent,
        )
        source = latest.source if latest else target.source
        found.append(Reason(says=says, source=source, tone="bad" if missed else "warn" if silent else "good"))
    return found


def _figures(
    target: Target, measure: Indicator, way: Course, spans: list[Span]
) -> tuple[Amount | Chart | Listing, ...]:
    cells = tuple(
        (
            each.end,
            amount(rounded(each.reading.value), measure.unit) if each.reading else None,
            WORDS[each.word],
            each.reading.row.source if each.reading else None,
        )
        for each in spans
    )
    columns = (say("period to"), say("figure"), say("stands"), say("publisher"))
    listing = Listing(name=say("Each period"), columns=columns, rows=cells)
    steps = []
    for each in target.levels():
        goal, _ = goal_of(target, measure, each.level, target.level_high, None)
        if goal is not None and each.since is not None:
            steps.append(GoalStep(since=each.since, due=target.due, level=goal.figure, source=each.source))
    points = tuple(Point(day=r.day, value=r.value, source=r.source, label=r.row.source) for r in way.readings)
    chart = Chart(name=titled(target, measure), unit=way.unit, points=points, goals=tuple(steps))
    count = Amount(
        name=say("Periods kept of {total}", total=len(spans)), value=float(sum(e.word == KEPT for e in spans))
    )
    return (count, chart, listing)
