"""Measures that are themselves a change (增速, 降幅): goal and readings of a change that is promised of them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Reason
from luoshu.kinds.goal import Goal
from luoshu.kinds.published import period, periods
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from datetime import date

    from luoshu.kinds.observation import Indicator
    from luoshu.kinds.published import Published, Reading
    from luoshu.kinds.target import Target

FLIPPED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}
SHARES = ("%", "‰")
_FALL = re.compile(
    r"降幅|减幅|下降率|降低率|减少率|下降幅度|降低幅度|减少幅度|\b(?:decline|decrease|reduction)\b", re.I
)
_RISE = re.compile(r"增速|增幅|涨幅|升幅|增长率|增加率|增长速度|增长幅度|\bgrowth\b", re.I)
_TWICE = 100.0


def states(measure: Indicator) -> str:
    """Which change a measure in % or ‰ itself is by its name: up (增速), down (降幅: falls above zero), or none."""
    if measure.unit not in SHARES:
        return ""
    name = f"{measure.name} {measure.name_en}"
    return "down" if _FALL.search(name) else "up" if _RISE.search(name) else ""


def is_rate(target: Target, measure: Indicator) -> bool:
    """Whether a change in % is promised of a measure that is itself a change in %."""
    if target.change == "level" or target.unit not in SHARES or measure.unit not in SHARES:
        return False
    return bool(states(measure)) or (target.change == "up" and target.unit == measure.unit and target.base is None)


def rate_goal(target: Target, measure: Indicator, level: float, level_high: float | None) -> Goal:
    """The goal in the measure's own terms: a fall by 13.5 % is 13.5 of a 降幅, and -13.5 of an 增速."""
    sign = 1 if (target.change == "up") == (states(measure) != "down") else -1
    sizes = [convert(size, target.unit, measure.unit) for size in (level, level_high) if size is not None]
    ends = [sign * size for size in sizes if size is not None]
    comparator = target.comparator if sign > 0 else FLIPPED.get(target.comparator, target.comparator)
    return Goal.of(comparator, ends[0], ends[1] if len(ends) > 1 else None, direction=measure.direction)


def whole_change(
    target: Target, measure: Indicator, known: Published
) -> tuple[tuple[Reading, ...], tuple[Reason, ...], Message | None]:
    """The change of the whole period as published, else yearly rates (增速) compounded since it began, up to a gap.

    The third is why neither can be. A published change without a first day is taken to be that of the whole period
    where its name is not that of a yearly speed.
    """
    begun = _begun(target)
    whole = [r for r in (*known.readings, *known.running) if r.row.since == begun and begun is not None]
    if whole:
        return tuple(sorted(whole, key=lambda r: (r.day, r.published))), (), None
    if states(measure) != "up" or not _long(target, begun):
        return known.readings, (), None
    if begun is None:
        return (), (), say("The figure that the change is counted from is not known; write it as base")
    readings = _compounded(known, begun, target.due)
    if readings:
        says = say("Only yearly rates are published; they are compounded from {since} on", since=begun)
        return readings, (Reason(says=says, source=readings[-1].source),), None
    says = say("Only yearly rates are published, and none for {year}, from which they would count", year=begun.year)
    return (), (), says if known.readings else None


def _begun(target: Target) -> date | None:
    """First day of the period that the change is counted over."""
    if target.base is not None and target.base.as_of is not None:
        return target.base.as_of + timedelta(days=1)
    if target.since is not None:
        return target.since
    if target.base is not None and target.made is not None:
        first, last = period(target.made, "year")
        return last + timedelta(days=1) if target.made.month > 6 else first
    return None


def _long(target: Target, begun: date | None) -> bool:
    """Whether the change is one over several years: no yearly speed is meant by it."""
    if begun is None:
        return target.level >= _TWICE
    return target.due is None or target.due.year > begun.year


def _compounded(known: Published, begun: date, due: date | None) -> tuple[Reading, ...]:
    rates = {r.day: r for r in known.readings}
    found: list[Reading] = []
    factor = 1.0
    for _, end in periods(begun, due or max(rates, default=begun), "year"):
        rate = rates.get(end)
        if rate is None or rate.value <= -100 or not math.isfinite(factor * (1 + rate.value / 100) * 100):
            break
        rivals = [replace(r, value=(factor * (1 + r.value / 100) - 1) * 100) for r in rate.rivals]
        factor *= 1 + rate.value / 100
        found.append(replace(rate, value=(factor - 1) * 100, rivals=tuple(rivals)))
    return tuple(found)
