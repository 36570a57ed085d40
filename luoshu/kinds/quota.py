"""A quota: so much every year or month, each period judged by its own figure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Amount, Chart, Gauge, GoalStep, Listing, Point, Reason
from luoshu.kinds.course import Course, goal_of
from luoshu.kinds.doubt import doubts
from luoshu.kinds.observation import Indicator
from luoshu.kinds.outlook import outlook
from luoshu.kinds.published import Published, Reading, period, periods
from luoshu.kinds.sheet import goal_reasons, measure_name
from luoshu.kinds.standing import rounded, verdict_of
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.target import Target


def quota_gauge(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Gauge:
    """The gauge of a quota: `met` is the mean share of its periods, `chance` that every one of them is kept.

    A period that was missed breaks the promise as a whole; periods without a figure stay unknown and are counted apart.
    """
    judged = target.promised()
    goal, why = goal_of(judged, measure, judged.level, judged.level_high, None)
    spans = spans_of(judged, known, day)
    way = Course(readings=known.readings, unit=measure.unit, goal=goal, why=why)
    rows: list[tuple[date, Reading | None, float | None, Message]] = []
    shares: list[float] = []
    chances: list[float] = []
    missed = kept = silent = 0
    because: list[Reason] = []
    points = [(r.day, r.value) for r in known.readings]
    for first, end in spans:
        found = known.at(end)
        if goal is None:
            break
        if found is not None:
            holds = goal.holds(found.value)
            share = goal.share(found.value)
            shares += [] if share is None else [share]
            chances.append(float(holds))
            kept, missed = kept + holds, missed + (not holds)
            rows.append((end, found, share, say("kept") if holds else say("missed")))
            continue
        ahead = outlook(points, end) if points and end > points[-1][0] else None
        share, chance = ahead.outcome(goal, None) if ahead else (None, None)
        if share is not None and chance is not None:
            shares.append(share)
            chances.append(chance)
        over = end <= day
        silent += over
        word = say("no figure published") if over else say("under way") if first <= day else say("ahead")
        rows.append((end, None, None, word))
    latest = known.last
    because.extend(_because(judged, measure, (goal is None and why) or None, kept, missed, silent, latest))
    because.extend(goal_reasons(target, judged, measure))
    because.extend(doubts(judged, measure, known, way, day, book))
    met = sum(shares) / len(shares) if shares else None
    over = bool(spans) and spans[-1][1] <= day
    chance, verdict = _outcome(target, kept, missed, silent, len(spans), chances, over)
    return Gauge(
        commitment=target,
        day=day,
        met=met,
        chance=chance,
        verdict=verdict,
        because=tuple(because),
        value=latest.value if latest else None,
        as_of=latest.day if latest else None,
        goal=judged.level if goal is None else rounded(goal.figure),
        goal_high=None if judged.level_high is None or goal is None else rounded(goal.high),
        unit=measure.unit if goal else judged.unit,
        figures=_figures(target, measure, way, rows, kept, len(spans)),
    )


def spans_of(target: Target, known: Published, day: date) -> list[tuple[date, date]]:
    """The periods that a quota is for: from `since` (else when it was announced) to the deadline (else to now)."""
    since = target.since
    if since is None and target.made is not None:
        since = period(target.made, target.per)[0]
    if since is None:
        since = min((r.day for r in known.readings), default=day)
        since = period(since, target.per)[0]
    return periods(since, target.due or period(day, target.per)[1], target.per)


def _outcome(
    target: Target, kept: int, missed: int, silent: int, total: int, chances: list[float], over: bool
) -> tuple[float | None, str]:
    if missed:
        return 0.0, "missed"
    if not kept:
        return None, "unknown"
    if over and kept == total:
        return 1.0, "kept"
    if silent and over:
        return None, "open"
    if len(chances) < total:
        return None, "open"
    chance = 1.0
    for each in chances:
        chance *= each
    chance = min(0.99, chance)
    return chance, verdict_of(chance, target.nature)


def _because(
    target: Target, measure: Indicator, why: Message | None, kept: int, missed: int, silent: int, latest: Reading | None
) -> list[Reason]:
    found = []
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
    target: Target,
    measure: Indicator,
    way: Course,
    rows: list[tuple[date, Reading | None, float | None, Message]],
    kept: int,
    total: int,
) -> tuple[Amount | Chart | Listing, ...]:
    cells = tuple(
        (end, amount(rounded(r.value), measure.unit) if r else None, word, r.row.source if r else None)
        for end, r, _, word in rows
    )
    columns = (say("period to"), say("figure"), say("stands"), say("publisher"))
    listing = Listing(name=say("Each period"), columns=columns, rows=cells)
    steps = []
    for each in target.levels():
        goal, _ = goal_of(target, measure, each.level, target.level_high, None)
        if goal is not None and each.since is not None:
            steps.append(GoalStep(since=each.since, due=target.due, level=goal.figure, source=each.source))
    points = tuple(Point(day=r.day, value=r.value, source=r.source, label=r.row.source) for r in way.readings)
    chart = Chart(name=measure_name(measure), unit=way.unit, points=points, goals=tuple(steps))
    count = Amount(name=say("Periods kept of {total}", total=total), value=float(kept))
    return (count, chart, listing)
