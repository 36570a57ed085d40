"""The course of a target: the published series that its goal is held against, in the goal's own terms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Reason
from luoshu.kinds.goal import Goal
from luoshu.kinds.observation import Indicator
from luoshu.kinds.published import Published, Reading, periods
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.kinds.target import Target

FLIPPED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}
SHARES = ("%", "‰")


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a promise is counted from."""

    value: float
    day: date
    reading: Reading | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """A series with the goal that it must meet; `why` says what is missing where no goal can be set.

    `start` is where the promise is counted from; `written` says that the promise itself names it.
    """

    readings: tuple[Reading, ...]
    unit: str
    goal: Goal | None = None
    start: Start | None = None
    written: bool = False
    because: tuple[Reason, ...] = ()
    why: Message | None = None

    @property
    def last(self) -> Reading | None:
        return self.readings[-1] if self.readings else None

    def base(self, goal: Goal) -> float | None:
        """What a share of the goal is counted from: a written base; the start where zero is no measure; else None."""
        if self.start is None or not (self.written or goal.figure <= 0 or self.start.value < 0):
            return None
        if self.last is not None and self.start.day >= self.last.day:
            return None
        return self.start.value


def shape(target: Target, measure: Indicator) -> str:
    """The form of a promise: quota (each year), average (of yearly rates), total (of a period) or level."""
    if target.per and target.change == "level":
        return "quota"
    if target.per and _is_rate(target, measure):
        return "average"
    if target.since is not None and target.change == "level" and measure.aggregation == "sum":
        return "total"
    return "level"


def course(target: Target, measure: Indicator, known: Published) -> Course:
    """The series and the goal of a target that is no quota, as known on the day that `known` was asked for."""
    form = shape(target, measure)
    start = starting(target, measure, known)
    if form == "total":
        readings, because = _totals(target, known)
    elif form == "average":
        readings, because = _averages(target, known)
    else:
        readings, because = _counted_since(target, measure, known)
    if form == "level" and start is not None and start.reading is None:
        readings = _with_start(readings, start)
    level = target.level
    goal, why = goal_of(target, measure, level, target.level_high, start)
    written = target.base is not None or target.change != "level"
    return Course(
        readings=readings, unit=measure.unit, goal=goal, start=start, written=written, because=because, why=why
    )


def goal_of(
    target: Target, measure: Indicator, level: float, level_high: float | None, start: Start | None
) -> tuple[Goal | None, Message | None]:
    """The values of the measure that keep a promise of `level`; None with the reason where it cannot be said."""
    if target.change == "level":
        return _level_goal(target, measure, level, level_high)
    if _is_rate(target, measure):
        return Goal.of(target.comparator, level, level_high, direction=measure.direction), None
    if start is None:
        return None, say("The figure that the change is counted from is not known; write it as base")
    sign = 1 if target.change == "up" else -1
    times = _years(start.day, target.due) if target.per else 1.0
    if times is None or target.per == "month":
        return None, say("A change by the period needs a deadline and a yearly rate")
    ends = [
        _changed(target, measure, sign * size, start.value, times) for size in (level, level_high) if size is not None
    ]
    if None in ends:
        return None, _unlike(target.unit, measure.unit)
    found = [end for end in ends if end is not None]
    comparator = target.comparator if sign > 0 else FLIPPED.get(target.comparator, target.comparator)
    return Goal.of(comparator, found[0], found[1] if len(found) > 1 else None, direction=measure.direction), None


def _level_goal(
    target: Target, measure: Indicator, level: float, level_high: float | None
) -> tuple[Goal | None, Message | None]:
    low = convert(level, target.unit or measure.unit, measure.unit)
    high = None if level_high is None else convert(level_high, target.unit or measure.unit, measure.unit)
    if low is None or (high is None) != (level_high is None):
        return None, _unlike(target.unit, measure.unit)
    return Goal.of(target.comparator, low, high, direction=measure.direction), None


def _unlike(unit: str, other: str) -> Message:
    return say(
        "The promise is in {unit}, but the measure is in {other}: they cannot be compared", unit=unit, other=other
    )


def _changed(target: Target, measure: Indicator, size: float, start: float, times: float) -> float | None:
    """`start` after `times` changes by `size`: by a share compounding, by points or units adding up."""
    if target.unit in SHARES:
        rate = size / (100 if target.unit == "%" else 1000)
        return start * (1 + rate) ** times if rate > -1 else None
    if target.unit == "百分点":
        return start + size * times if measure.unit == "%" else None
    step = convert(size, target.unit or measure.unit, measure.unit)
    return None if step is None else start + step * times


def _is_rate(target: Target, measure: Indicator) -> bool:
    """A growth promised in % of a measure that is itself a growth rate in %."""
    return target.change == "up" and target.unit == "%" and measure.unit == "%" and target.base is None


def _years(start: date, due: date | None) -> float | None:
    return None if due is None else round((due - start).days / 365.25, 2)


def starting(target: Target, measure: Indicator, known: Published) -> Start | None:
    """The written base; else the figure for the eve of the period; for a level, the last one before it was made."""
    if target.base is not None:
        value = convert(target.base.value, target.base.unit or measure.unit, measure.unit)
        day = target.base.as_of or (target.since and target.since - timedelta(days=1)) or target.made
        return None if value is None or day is None else Start(value=value, day=day, reading=known.at(day))
    if target.since is not None:
        eve = target.since - timedelta(days=1)
        if found := known.at(eve):
            return Start(value=found.value, day=eve, reading=found)
    if target.change == "level" and known.readings:
        eve = target.since or target.made or known.readings[0].day
        first = next((r for r in reversed(known.readings) if r.day <= eve), known.readings[0])
        return Start(value=first.value, day=first.day, reading=first)
    return None


def _with_start(readings: Sequence[Reading], start: Start) -> tuple[Reading, ...]:
    """A written base belongs to the series where nothing was published for its day."""
    if not readings or any(r.day == start.day for r in readings):
        return tuple(readings)
    made = replace(readings[0], day=start.day, since=None, value=start.value)
    return tuple(sorted((*readings, made), key=lambda r: r.day))


def _counted_since(
    target: Target, measure: Indicator, known: Published
) -> tuple[tuple[Reading, ...], tuple[Reason, ...]]:
    """All readings; of a running total, those that are counted from the day that the promise is."""
    if measure.aggregation != "cumulative" or target.since is None:
        return known.readings, ()
    kept = tuple(r for r in known.readings if r.since in (None, target.since))
    because = tuple(
        Reason(
            says=say(
                "A figure counted since {other}, not since {since}, does not count", other=r.since, since=target.since
            ),
            source=r.source,
            tone="warn",
        )
        for r in known.readings
        if r not in kept
    )
    return kept, because


def _totals(target: Target, known: Published) -> tuple[tuple[Reading, ...], tuple[Reason, ...]]:
    """Totals since the period began: published as such, or added up from year to year without a gap."""
    assert target.since is not None
    due = target.due
    totals = {r.day: r for r in known.running if r.since == target.since and (due is None or r.day <= due)}
    yearly = {(r.since, r.day): r for r in known.readings}
    part = {r.since: r for r in known.running}
    because: list[Reason] = []
    total = 0.0
    last = max((r.day for r in (*known.readings, *known.running)), default=target.since)
    for first, end in periods(target.since, min(due or last, date(last.year, 12, 31)), "year"):
        found = yearly.get((first, end))
        if found is None:
            running = part.get(first)
            if running is not None and running.day not in totals:
                totals[running.day] = replace(running, value=total + running.value)
            elif running is None and end <= last and not any(day >= end for day in totals):
                says = say(
                    "No figure was published for {year}, so the years after it are not added up", year=first.year
                )
                because.append(Reason(says=says, source=target.source, tone="warn"))
            break
        total += found.value
        totals.setdefault(end, replace(found, value=total, since=target.since))
    return tuple(totals[day] for day in sorted(totals)), tuple(because)


def _averages(target: Target, known: Published) -> tuple[tuple[Reading, ...], tuple[Reason, ...]]:
    """Average yearly rate since the period began, compounding, for each year up to the first gap."""
    since = target.since or (known.readings[0].day.replace(month=1, day=1) if known.readings else None)
    if since is None:
        return (), ()
    rates = {r.day: r for r in known.readings}
    found: list[Reading] = []
    factors: list[float] = []
    for _, end in periods(since, target.due or max(rates, default=since), "year"):
        if end not in rates or rates[end].value <= -100:
            break
        factors.append(math.log1p(rates[end].value / 100))
        found.append(replace(rates[end], value=math.expm1(sum(factors) / len(factors)) * 100))
    return tuple(found), ()
