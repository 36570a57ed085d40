"""The sheet of a target: its gauge with reasons, amounts, chart and listings, made from where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Amount, Chart, Figure, Gauge, GoalStep, Listing, Point, Reason
from luoshu.kinds.course import Course, course, goal_of
from luoshu.kinds.doubt import doubts
from luoshu.kinds.observation import STATUSES, Indicator
from luoshu.kinds.pace import pace_figures, paces
from luoshu.kinds.published import Published, Reading
from luoshu.kinds.review import review
from luoshu.kinds.standing import Standing, rounded, stand
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.target import Target

STATUS_WORDS = {name: say(name) for name in STATUSES}


def level_gauge(target: Target, measure: Indicator, known: Published, day: date, book: Book) -> Gauge:
    """The gauge of any target that is no quota, judged by the level that was promised."""
    judged = target.promised()
    way = course(judged, measure, known)
    at = stand(judged, measure, known, way, day)
    shown = shown_goal(judged, measure, way)
    because = (
        *at.because,
        *value_reasons(at, measure),
        *goal_reasons(target, judged, measure),
        *way.because,
        *paces(judged, measure, way, day, book),
        *doubts(judged, measure, known, way, day, book),
    )
    figures: tuple[Figure, ...] = (
        *_size(target),
        *_amounts(way, at),
        *pace_figures(judged, way, day),
        *(
            f
            for f in (
                _chart(target, measure, way, at, judged),
                review(way, judged.due),
                _history(target, measure, way, at),
                _said(known, measure),
            )
            if f
        ),
    )
    return Gauge(
        commitment=target,
        day=day,
        met=at.met,
        chance=at.chance,
        verdict=at.verdict,
        because=because,
        value=at.value,
        as_of=at.reading.day if at.reading else None,
        goal=shown[0],
        goal_high=shown[1],
        unit=shown[2],
        figures=figures,
    )


def shown_goal(target: Target, measure: Indicator, way: Course) -> tuple[float, float | None, str]:
    """The goal in the measure's unit; as it is written where it cannot be turned into it."""
    exact = replace(target, comparator=">=") if target.comparator in ("~", "between") else target
    found = [goal_of(exact, measure, size, None, way.start)[0] for size in _sizes(target)] if way.goal else []
    ends = [goal.figure for goal in found if goal is not None]
    if len(ends) == len(_sizes(target)):
        ordered = sorted(ends)
        return rounded(ordered[0]), rounded(ordered[-1]) if len(ordered) > 1 else None, way.unit
    return target.level, target.level_high, target.unit or measure.unit


def _sizes(target: Target) -> list[float]:
    return [target.level] if target.level_high is None else [target.level, target.level_high]


def value_reasons(at: Standing, measure: Indicator) -> tuple[Reason, ...]:
    """The figure that counts, with the day that it is for, when it was published and by whom."""
    if at.reading is None or at.value is None:
        return ()
    row = at.reading.row
    if at.reading.sides:
        return (_computed(at.reading, at.value, measure),)
    says = say(
        "{value} as of {day}, published {published} by {publisher}",
        value=amount(rounded(at.value), measure.unit),
        day=at.reading.day,
        published=at.reading.published,
        publisher=row.source or say("a source that is not named"),
    )
    found = [Reason(says=says, source=at.reading.source)]
    if row.status == "preliminary":
        found.append(Reason(says=say("This figure is preliminary"), source=at.reading.source, tone="warn"))
    if row.comparator != "=":
        exact = {"~": say("about"), ">": say("more than"), "<": say("less than")}[row.comparator]
        found.append(Reason(says=say("The source says {exact} this figure", exact=exact), source=at.reading.source))
    return tuple(found)


def _computed(reading: Reading, value: float, measure: Indicator) -> Reason:
    if measure.aggregation != "ratio":
        says = say(
            "{value} as of {day}, added up from {count} areas; nobody published the whole",
            value=amount(rounded(value), measure.unit),
            day=reading.day,
            count=len(reading.sides),
        )
        return Reason(says=says, source=reading.source, tone="warn")
    above, below = reading.sides
    says = say(
        "{value}, computed from {above} on {day} and {below} on {other}; nobody published it as such",
        value=amount(rounded(value), measure.unit),
        above=amount(above.row.value, above.row.unit),
        day=above.day,
        below=amount(below.row.value, below.row.unit),
        other=below.day,
    )
    return Reason(says=says, source=reading.source, tone="warn")


def goal_reasons(target: Target, judged: Target, measure: Indicator) -> tuple[Reason, ...]:
    """What was promised and when, and each time that the goal was moved."""
    levels = target.levels()
    unit = target.unit or measure.unit
    found = []
    for before, after in pairwise(levels):
        if after.level == before.level:
            continue
        template = _MOVED[(target.comparator in ("<=", "<")) == (after.level > before.level)]
        says = say(template, before=amount(before.level, unit), after=amount(after.level, unit), day=after.since)
        found.append(Reason(says=says, source=after.source, tone="warn"))
    if judged.level != target.level:
        says = say(
            "It is judged by what was promised, {level}, not by the eased goal", level=amount(judged.level, unit)
        )
        found.append(Reason(says=says, source=levels[0].source))
    return (*found, *_deadlines(target, judged))


def _deadlines(target: Target, judged: Target) -> Iterator[Reason]:
    """Each time that the deadline was moved, and which one counts."""
    for before, after in pairwise(target.history.get("due", ())):
        if before.value != after.value:
            says = say(
                "The deadline was moved from {before} to {after} on {day}",
                before=before.value,
                after=after.value,
                day=after.since,
            )
            yield Reason(says=says, source=target.source, tone="warn")
    if judged.due != target.due:
        says = say("It is judged by the first deadline, {due}", due=judged.due)
        yield Reason(says=says, source=target.source)


_MOVED = {
    True: "The goal was eased from {before} to {after} on {day}",
    False: "The goal was tightened from {before} to {after} on {day}",
}


def _size(target: Target) -> tuple[Amount, ...]:
    """The size that each counted thing must have."""
    if target.each is None:
        return ()
    return (Amount(name=say("Each at least"), value=target.each.value, unit=target.each.unit),)


def _amounts(way: Course, at: Standing) -> tuple[Amount, ...]:
    goal = way.goal
    if goal is None or at.value is None:
        return ()
    share = goal.share(at.value, way.base(goal))
    found = [
        Amount(name=say("Short of the goal by"), value=rounded(goal.gap(at.value)), unit=way.unit),
        Amount(
            name=say("Share of the goal that the last figure meets"),
            value=None if share is None else _whole_percent(share),
            unit="%",
            why=say("a goal of zero has no share without a base") if share is None else None,
        ),
    ]
    start = way.start
    if start is not None and at.reading is not None and start.day < at.reading.day:
        covered = goal.way(at.value, start.value)
        why = None if covered is not None else say("the series began on the other side of the goal, or at it")
        name = say("Way covered since {day}", day=start.day)
        found.append(Amount(name=name, value=None if covered is None else rounded(covered * 100), unit="%", why=why))
    return tuple(found)


def _point(reading: Reading) -> Point:
    return Point(day=reading.day, value=reading.value, source=reading.source, label=reading.row.source)


def _chart(target: Target, measure: Indicator, way: Course, at: Standing, judged: Target) -> Chart | None:
    steps = []
    for each in target.levels():
        goal, _ = goal_of(
            target, measure, each.level, None if target.level_high is None else target.level_high, way.start
        )
        if goal is None or each.since is None:
            continue
        both = goal.comparator == "between"
        steps.append(
            GoalStep(
                since=each.since,
                due=target.due,
                level=goal.low if both else goal.figure,
                level_high=goal.high if both else None,
                source=each.source,
            )
        )
    if not way.readings and not steps:
        return None
    pace: tuple[Point, ...] = ()
    last = way.last
    if way.goal and last and target.due and last.day < target.due and not way.goal.holds(last.value):
        pace = (Point(day=last.day, value=last.value), Point(day=target.due, value=way.goal.edge(last.value)))
    return Chart(
        name=titled(target, measure),
        unit=way.unit,
        points=tuple(map(_point, way.readings)),
        goals=tuple(steps),
        pace=pace,
        fan=at.outlook.fans if at.outlook else (),
    )


def titled(target: Target, measure: Indicator) -> Message:
    """The measure's name with the side that is better, as the indicator says or the goal implies."""
    name = measure.named()
    falls = target.change == "down"
    implied = {">=": "higher", ">": "higher", "<=": "lower", "<": "lower"}.get(target.comparator, "none")
    if falls and implied != "none":
        implied = "lower" if implied == "higher" else "higher"
    better = measure.direction or implied
    if better == "higher":
        return say("{measure} (higher is better)", measure=name)
    return say("{measure} (lower is better)", measure=name) if better == "lower" else name


def _history(target: Target, measure: Indicator, way: Course, at: Standing) -> Listing | None:
    """Each level that was announced with the share of it that is met: a moved goalpost beside the first one."""
    levels = target.levels()
    if len(levels) < 2:
        return None
    start = way.start
    rows = []
    for each in levels:
        goal, _ = goal_of(target, measure, each.level, target.level_high, start)
        share = goal.share(at.value, way.base(goal)) if goal and at.value is not None else None
        kept = (
            None if goal is None or at.value is None else say("reached") if goal.holds(at.value) else say("not reached")
        )
        unit = target.unit or measure.unit
        rows.append((each.since, amount(each.level, unit), _percent(share), kept))
    columns = (say("announced"), say("goal"), say("share met by the last figure"), say("stands"))
    return Listing(name=say("The goal as it was announced"), columns=columns, rows=tuple(rows))


def _percent(share: float | None) -> Message | None:
    return None if share is None else amount(_whole_percent(share), "%")


def _whole_percent(share: float) -> float:
    """A share in percent with one decimal, never rounded up to 100 nor down to 0."""
    return share * 100 if share in (0.0, 1.0) else min(99.9, max(0.1, round(share * 100, 1)))


def _said(known: Published, measure: Indicator) -> Listing | None:
    """What was published about the measure and does not count, with the reason."""
    rows = [(r, STATUS_WORDS[r.row.status]) for r in (*known.forecasts, *known.claims)]
    rows += [(r, say("period not over")) for r in known.running]
    rows += [(a.reading, a.why) for a in known.aside]
    if not rows:
        return None
    cells = tuple(
        (r.day, amount(r.row.value, r.row.unit or measure.unit), why, r.row.source, r.row.published) for r, why in rows
    )
    columns = (say("as of"), say("figure"), say("why it does not count"), say("publisher"), say("published"))
    return Listing(name=say("Published, but not counted"), columns=columns, rows=cells)
