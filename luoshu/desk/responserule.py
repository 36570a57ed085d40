"""The rule sheet of response: limits by type, measure and level; when readings age; who is told when a task is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book.problem import Problem
from luoshu.book.rules import Rule, read_rules
from luoshu.desk.clock import Step
from luoshu.desk.incident import LEVELS, TYPES
from luoshu.desk.observed import MEASURES
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

NAME = "response"
BUILT_IN = Path(__file__).with_name("response.yaml")
TELLS: Mapping[str, str] = {"owner": "承办单位", "duty": "值班员", "lead": "牵头单位", "commander": "指挥长"}
"""Who can be told, and the Chinese word."""
FALLING = frozenset({"supply_days"})
"""Measures where less is worse."""
STAGES = {"warning": "above_warning", "guarantee": "above_guarantee"}
"""Stages of a station in metres, and what a water level is above each."""
HOURS = {"quiet_hours": (0.0, 8_784.0), "again_hours": (0.0, 8_784.0)}
FIELDS = ("limits", "stations", "fresh_hours", "quiet_hours", "again_hours", "release", "margin_metres", "escalation",
          "unaccepted", "approve_alone", "indicators", "until")  # fmt: skip

Limits = Mapping[str, float]
"""The limit of each level."""


@dataclass(frozen=True, kw_only=True)
class ResponseRule:
    """A version of the rule sheet: `title` says which; see response.yaml for what each field is for."""

    title: str
    limits: Mapping[str, Mapping[str, Limits]]
    stations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fresh_hours: Mapping[str, float] = field(default_factory=dict)
    quiet: timedelta = timedelta(hours=12)
    again: timedelta = timedelta(hours=3)
    release: float = 0.9
    margin_metres: float = 0.2
    ladders: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    unaccepted: tuple[Step, ...] = ()
    approve_alone: Mapping[str, float] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)

    def fresh(self, measure: str) -> timedelta:
        """How old a reading may be and still count."""
        return timedelta(hours=self.fresh_hours.get(measure, self.fresh_hours.get("default", 6.0)))

    def limits_of(self, type: str, station: str, measure: str) -> Limits:
        """The limits of a measure at a station: the station's own, else those of the type of incident."""
        own = self.stations.get(station, {}).get(measure)
        return own if isinstance(own, dict) else self.limits.get(type, {}).get(measure, {})

    def ladder(self, level: str) -> tuple[Step, ...]:
        """Who is told of a late task at this level of response."""
        return self.ladders.get(level) or self.ladders.get("default", ())

    def alone(self, unit: str) -> float:
        """Up to which amount somebody may approve what they asked for themselves."""
        return self.approve_alone.get(unit, self.approve_alone.get("default", 0.0))


def response_rule(book: Book | None, day: date) -> ResponseRule:
    """The rule sheet in force on a day: the book's rules/response.yaml, and what it leaves out from the built-in one.

    What is wrong in it is left out here and named by `response_faults`.
    """
    if book is None:
        return _made({}, "", day)
    return book.derived(("response", day), lambda of: _of(of, day))


def _of(book: Book, day: date) -> ResponseRule:
    own = book.rule(NAME, day)
    return _made(own.values if own else {}, f"{own.title} {own.since}" if own else "", day)


@cache
def built_in() -> tuple[Rule, ...]:
    """The versions that come with the program."""
    return read_rules(BUILT_IN.read_bytes(), NAME, BUILT_IN.name)[0]


def _made(own: Mapping[str, Any], title: str, day: date) -> ResponseRule:
    versions = built_in()
    default = next((each for each in reversed(versions) if each.since <= day), versions[0])
    values = {**default.values, **{key: value for key, value in own.items() if key in FIELDS}}
    limits = {
        str(type): {str(measure): _limits(given) for measure, given in _mapping(by).items() if measure in MEASURES}
        for type, by in _mapping(values.get("limits")).items()
    }
    ladders = {str(level): _ladder(steps) for level, steps in _mapping(values.get("escalation")).items()}
    return ResponseRule(
        title=title or f"{default.title} {default.since}",
        limits=limits,
        stations={str(name): _station(given) for name, given in _mapping(values.get("stations")).items()},
        fresh_hours=_numbers(values.get("fresh_hours")),
        quiet=timedelta(hours=_number(values.get("quiet_hours"), 12.0)),
        again=timedelta(hours=_number(values.get("again_hours"), 3.0)),
        release=min(1.0, _number(values.get("release"), 0.9)),
        margin_metres=_number(values.get("margin_metres"), 0.2),
        ladders={level: steps for level, steps in ladders.items() if steps},
        unaccepted=_ladder(values.get("unaccepted")),
        approve_alone=_numbers(values.get("approve_alone")),
        indicators={str(k): str(v) for k, v in _mapping(values.get("indicators")).items() if v in MEASURES},
    )


def _mapping(found: Any) -> Mapping[Any, Any]:
    return found if isinstance(found, dict) else {}


def _is_number(found: Any) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool)


def _number(found: Any, default: float) -> float:
    return float(found) if _is_number(found) and found >= 0 else default


def _numbers(found: Any) -> dict[str, float]:
    return {str(key): float(value) for key, value in _mapping(found).items() if _is_number(value) and value >= 0}


def _limits(found: Any) -> dict[str, float]:
    return {str(k): float(v) for k, v in _mapping(found).items() if k in LEVELS and _is_number(v)}


def _ladder(found: Any) -> tuple[Step, ...]:
    steps = [Step(share=share, tell=tell) for tell, share in _numbers(found).items() if tell in TELLS and share > 0]
    return tuple(sorted(steps, key=lambda step: step.share))


def _station(found: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in _mapping(found).items():
        if key in STAGES and _is_number(value):
            made[str(key)] = float(value)
        elif key in MEASURES and isinstance(value, dict):
            made[str(key)] = _limits(value)
    return made


def response_faults(rules: Iterable[Rule]) -> list[Problem]:
    """What is wrong in a book's rules/response.yaml: unknown words, limits that are none or do not rise with the level.

    The version is named by its line; every fault is named, and what is wrong does not count.
    """
    found = []
    for rule in rules:
        for says in _faults(rule.values):
            mend = say("Write it as in the sheet that comes with the program, response.yaml")
            found.append(Problem(code="bad-value", says=says, source=rule.source, mend=mend))
    return found


def _faults(values: Mapping[str, Any]) -> Iterator[Message]:
    for key in values:
        if key not in FIELDS:
            yield say("the rule sheet of response has no {field}", field=str(key)[:40])
    for type, by in _mapping(values.get("limits")).items():
        if type not in TYPES:
            yield say("{type} is no type of incident", type=str(type)[:40])
        for measure, given in _mapping(by).items():
            yield from _limit_faults(str(measure), given)
    for given in _mapping(values.get("stations")).values():
        for key, value in _mapping(given).items():
            if key in STAGES:
                if not _is_number(value):
                    yield say("{found} is not a number", found=str(value)[:40])
            else:
                yield from _limit_faults(str(key), value)
    for name in HOURS:
        if name in values and not (_is_number(values[name]) and values[name] >= 0):
            yield say("{found} is not a number", found=str(values[name])[:40])
    for measure in _mapping(values.get("indicators")).values():
        if measure not in MEASURES:
            yield say("{measure} is nothing that is read here", measure=str(measure)[:40])
    for steps in [*_mapping(values.get("escalation")).values(), values.get("unaccepted")]:
        for tell, share in _mapping(steps).items():
            if tell not in TELLS or not _is_number(share) or share <= 0:
                yield say("{tell}: {share} is no rung of the ladder", tell=str(tell)[:40], share=str(share)[:40])


def _limit_faults(measure: str, given: Any) -> Iterator[Message]:
    if measure not in MEASURES:
        yield say("{measure} is nothing that is read here", measure=measure[:40])
        return
    limits = _limits(given)
    if not isinstance(given, dict) or len(limits) != len(given):
        yield say("the limits of {measure} are not a number for each level I to IV", measure=measure)
    ordered = [limits[level] for level in reversed(tuple(LEVELS)) if level in limits]
    if ordered != sorted(ordered, reverse=measure in FALLING):
        yield say("the limits of {measure} do not go up with the level", measure=measure)
