"""Where a target stands on a day: kept, missed, or how much of it and how likely, with the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Reason
from luoshu.kinds.course import Course
from luoshu.kinds.goal import Goal
from luoshu.kinds.observation import Indicator
from luoshu.kinds.outlook import Outlook, outlook
from luoshu.kinds.published import Published, Reading
from luoshu.words.message import amount, say

if TYPE_CHECKING:
    from luoshu.kinds.target import Target

LIMITS = {"expected": (0.75, 0.40, 0.20), "binding": (0.90, 0.60, 0.30)}
"""From which chance a target is likely, open or at risk; a binding one (约束性) alarms earlier than 预期性."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The estimate of a gauge: `met` and `chance` as in Gauge, what they rest on, and the outlook if there is one."""

    met: float | None
    chance: float | None
    verdict: str
    because: tuple[Reason, ...]
    value: float | None = None
    reading: Reading | None = None
    outlook: Outlook | None = None


def verdict_of(chance: float, nature: str) -> str:
    """The verdict that a chance means for a binding or an expected target.

    >>> verdict_of(0.8, "expected"), verdict_of(0.8, "binding"), verdict_of(0.05, "expected")
    ('likely', 'open', 'unlikely')
    """
    likely, open_, risk = LIMITS[nature]
    return "likely" if chance >= likely else "open" if chance >= open_ else "at risk" if chance >= risk else "unlikely"


def stand(target: Target, measure: Indicator, known: Published, way: Course, day: date) -> Standing:
    """How a target stands on `day` by its course; `unknown` with the reason where nothing can be said."""
    goal, due = way.goal, target.due
    if goal is None:
        why = way.why or say("The goal cannot be compared with what is published")
        reason = Reason(says=why, source=target.source, tone="warn")
        return Standing(met=None, chance=None, verdict="unknown", because=(reason,))
    if way.last is None:
        return _nothing(target)
    final = next((r for r in way.readings if r.day == due), None)
    if due is not None and final is not None and day >= due:
        return _settled(way, goal, final)
    until = [r for r in way.readings if due is None or r.day <= due]
    later = [r for r in way.readings if due is not None and r.day > due]
    reached = _reached(measure, goal, until)
    if reached is not None:
        return _early(target, measure, way, goal, until, reached, day)
    if due is None:
        return _open_ended(way, goal, way.last)
    if later:
        return _between(measure, way, goal, due, until, later[0])
    return _ahead(target, measure, known, way, goal, due, day)


def _nothing(target: Target) -> Standing:
    says = say("No result has been published that this can be judged by")
    return Standing(
        met=None, chance=None, verdict="unknown", because=(Reason(says=says, source=target.source, tone="warn"),)
    )


def _settled(way: Course, goal: Goal, final: Reading) -> Standing:
    kept = goal.holds(final.value)
    says = (
        say("The figure for the deadline keeps the goal")
        if kept
        else say(
            "The figure for the deadline misses the goal by {gap}", gap=amount(rounded(goal.gap(final.value)), way.unit)
        )
    )
    reason = Reason(says=says, source=final.source, tone="good" if kept else "bad")
    met = goal.share(final.value, way.base(goal))
    return Standing(
        met=met,
        chance=float(kept),
        verdict="kept" if kept else "missed",
        because=(reason,),
        value=final.value,
        reading=final,
    )


def _reached(measure: Indicator, goal: Goal, until: list[Reading]) -> Reading | None:
    """The first figure that reached a goal which counts as kept once reached; None where it was lost again.

    A flow is promised for its own period, a ceiling and an exact figure for the deadline itself: these are not
    reached early.
    """
    if goal.direction != "higher" or measure.aggregation in ("sum", "distinct") or not until:
        return None
    if not goal.holds(until[-1].value):
        return None
    first = until[-1]
    for reading in reversed(until):
        if not goal.holds(reading.value):
            break
        first = reading
    return first


def _early(
    target: Target, measure: Indicator, way: Course, goal: Goal, until: list[Reading], reached: Reading, day: date
) -> Standing:
    """Kept early; but a share that may well be lost again before its deadline is only as good as its chance."""
    last, due = until[-1], target.due
    ahead = outlook_of(measure, until, due) if due else None
    met, chance = ahead.outcome(goal, way.base(goal)) if ahead else (1.0, None)
    firm = measure.aggregation in ("last", "cumulative") or due is None or day >= due
    verdict = "kept" if firm else "likely" if chance is None else verdict_of(chance, target.nature)
    if verdict == "likely" and chance is not None:
        verdict = "kept"
    says = say(
        "The goal was reached early: {value} on {day}", value=amount(rounded(reached.value), way.unit), day=reached.day
    )
    because = [Reason(says=says, source=reached.source, tone="good")]
    if due is not None:
        says = say("The figure for the deadline itself, {due}, is not published yet", due=due)
        because.append(Reason(says=says, source=last.source))
    return Standing(
        met=1.0 if verdict == "kept" else met,
        chance=chance,
        verdict=verdict,
        because=tuple(because),
        value=last.value,
        reading=last,
        outlook=ahead,
    )


def _open_ended(way: Course, goal: Goal, last: Reading) -> Standing:
    kept = goal.holds(last.value)
    says = say("No deadline was named, so nothing is forecast")
    return Standing(
        met=goal.share(last.value, way.base(goal)),
        chance=None,
        verdict="kept" if kept else "open",
        because=(Reason(says=says, source=last.source),),
        value=last.value,
        reading=last,
    )


def _between(measure: Indicator, way: Course, goal: Goal, due: date, until: list[Reading], after: Reading) -> Standing:
    """The deadline lies between two published figures, or before the first: what the two say about it."""
    start = way.base(goal)
    says = say("No figure was published for the deadline itself, {due}", due=due)
    missing = Reason(says=says, source=after.source, tone="warn")
    if measure.aggregation in ("sum", "distinct") or not until:
        last = until[-1] if until else None
        verdict = "unknown"
        return Standing(
            met=None, chance=None, verdict=verdict, because=(missing,), value=last.value if last else None, reading=last
        )
    before = until[-1]
    part = (due - before.day).days / (after.day - before.day).days
    value = before.value + (after.value - before.value) * part
    if measure.aggregation == "cumulative" and not goal.holds(after.value) and goal.direction == "higher":
        says = say("Even after the deadline, on {day}, the goal was not reached", day=after.day)
        reason = Reason(says=says, source=after.source, tone="bad")
        met = goal.share(after.value, start)
        return Standing(
            met=met, chance=0.0, verdict="missed", because=(missing, reason), value=after.value, reading=after
        )
    says = say(
        "Between {one} on {day} and {other} on {later}, the straight line passes {value} at the deadline",
        one=amount(rounded(before.value), way.unit),
        day=before.day,
        other=amount(rounded(after.value), way.unit),
        later=after.day,
        value=amount(rounded(value), way.unit),
    )
    return Standing(
        met=goal.share(value, start),
        chance=None,
        verdict="likely" if goal.holds(value) else "unlikely",
        because=(missing, Reason(says=says, source=after.source)),
        value=after.value,
        reading=after,
    )


def _ahead(
    target: Target, measure: Indicator, known: Published, way: Course, goal: Goal, due: date, day: date
) -> Standing:
    """The deadline lies after the last published figure: what the series makes likely."""
    last = way.readings[-1]
    start = way.base(goal)
    ahead = outlook_of(measure, way.readings, due)
    says = say("The deadline has come; the figure for it is not published yet")
    late = [Reason(says=says, source=last.source)] if day >= due else []
    if ahead is None:
        met = goal.share(last.value, start)
        says = say("One published figure cannot be forecast from; the share is what stood on {day}", day=last.day)
        verdict, more = _by_others(known, way, goal, due, day)
        because = (*late, Reason(says=says, source=last.source, tone="warn"), *more)
        return Standing(met=met, chance=None, verdict=verdict, because=because, value=last.value, reading=last)
    met, chance = ahead.outcome(goal, way.base(goal))
    says = say(
        "Going on as published, the deadline would find {median} (80 % between {low} and {high})",
        median=amount(rounded(ahead.last.median), way.unit),
        low=amount(rounded(ahead.last.low80), way.unit),
        high=amount(rounded(ahead.last.high80), way.unit),
    )
    return Standing(
        met=met,
        chance=chance,
        verdict=verdict_of(chance, target.nature),
        because=(*late, Reason(says=says, source=last.source)),
        value=last.value,
        reading=last,
        outlook=ahead,
    )


def outlook_of(measure: Indicator, readings: Sequence[Reading], due: date) -> Outlook | None:
    """The outlook of a measure's figures: shares stay under 100, counts that never fell are not expected to."""
    grows = all(one.value <= other.value for one, other in pairwise(readings)) and measure.direction == "higher"
    return outlook(
        [(r.day, r.value) for r in readings],
        due,
        upper=100.0 if measure.unit == "%" and measure.aggregation == "ratio" else None,
        never_falls=measure.aggregation == "cumulative" or (measure.aggregation == "last" and grows),
    )


def _by_others(known: Published, way: Course, goal: Goal, due: date, day: date) -> tuple[str, tuple[Reason, ...]]:
    """The verdict where only one figure is published: forecasts of others may make it unlikely, never likely."""
    said = [r for r in known.forecasts if r.day == due]
    if said and not any(goal.holds(r.value) for r in said):
        says = say("Every forecast that others published for the deadline is short of the goal")
        return "unlikely", (Reason(says=says, source=said[-1].source, tone="bad"),)
    return ("at risk" if day >= due else "open"), ()


def rounded(value: float) -> float:
    """A computed figure with four significant digits, whole numbers left whole.

    >>> rounded(113.237), rounded(20126.0), rounded(0.0123456)
    (113.2, 20126.0, 0.01235)
    """
    return value if value == int(value) and abs(value) < 1e15 else float(f"{value:.4g}")
