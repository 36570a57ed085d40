"""Which level the readings call for: proposed when they reach a limit, and lowered only after a quiet time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from luoshu.desk.clock import Clock
from luoshu.desk.deciding import ProposeLevel, WithdrawLevel
from luoshu.desk.incident import LEVELS, Ground, Incident, severity
from luoshu.desk.observed import MEASURES, Reading, counting
from luoshu.desk.published_readings import OLDEST, published_readings
from luoshu.desk.responserule import FALLING, STAGES, Limits, ResponseRule, response_rule
from luoshu.desk.things import Things
from luoshu.desk.ticking import ticks

if TYPE_CHECKING:
    from luoshu.book.book import Book

MOST_GROUNDS = 12
"""Readings that a proposal names; the most severe and the latest first."""


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What the readings call for: a level ("none": no limit is reached; "": nothing fresh was read), because of what.

    `stale` are the series (station, measure) whose latest reading is too old to count.
    """

    level: str
    because: tuple[Ground, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()


def assess(readings: Iterable[Reading], incident: Incident, rule: ResponseRule, now: datetime) -> Assessed:
    """The level that fresh readings call for, by the limits of the rule sheet alone."""
    latest = _latest(readings, now)
    stale = tuple(key for key, each in latest.items() if now - each.at > rule.fresh(each.measure))
    grounds = [
        ground for key, each in latest.items() if key not in stale for ground in reached(each, incident.type, rule)
    ]
    if len(stale) == len(latest):
        return Assessed(level="", stale=stale)
    grounds.sort(key=lambda each: (-severity(each.level), -each.at.timestamp(), each.station, each.measure))
    level = grounds[0].level if grounds else "none"
    return Assessed(level=level, because=tuple(grounds[:MOST_GROUNDS]), stale=stale)


def reached(reading: Reading, type: str, rule: ResponseRule, calm: bool = False) -> list[Ground]:
    """The limits that a reading reaches, the most severe of each measure; `calm`: limits as they count for lowering."""
    found = []
    for measure, value in _values(reading, rule):
        limits = rule.limits_of(type, reading.station, measure)
        level = _level(value, measure, limits, rule if calm else None)
        if level:
            found.append(_ground(reading, measure, value, limits[level], level))
    return found


def _latest(readings: Iterable[Reading], now: datetime) -> dict[tuple[str, str], Reading]:
    found: dict[tuple[str, str], Reading] = {}
    for each in readings:
        key = (each.station, each.measure)
        if each.at <= now and (key not in found or _newer(each) > _newer(found[key])):
            found[key] = each
    return found


def _newer(each: Reading) -> tuple[datetime, int, float]:
    """Later read, else later told: of one hour there may be a figure for one incident and one for all."""
    return each.at, each.number, each.value


def _values(reading: Reading, rule: ResponseRule) -> list[tuple[str, float]]:
    """What a reading says: itself, and a water level also how far it is above the stages of its station."""
    found = [(reading.measure, reading.value)]
    if reading.measure == "level":
        stages = rule.stations.get(reading.station, {})
        found += [
            (above, round(reading.value - stages[stage], 6)) for stage, above in STAGES.items() if stage in stages
        ]
    return found


def _level(value: float, measure: str, limits: Limits, calm: ResponseRule | None) -> str:
    for level in LEVELS:
        limit = limits.get(level)
        if limit is not None:
            edge = _edge(limit, measure, calm) if calm else limit
            if value <= edge if measure in FALLING else value >= edge:
                return level
    return ""


def _edge(limit: float, measure: str, rule: ResponseRule) -> float:
    """Where a level may end: some way below its limit, so that it does not come and go with every wave."""
    if MEASURES[measure].unit == "米":
        return limit - rule.margin_metres
    if measure in FALLING:
        return limit / rule.release if rule.release else limit
    return limit * rule.release


def _ground(reading: Reading, measure: str, value: float, limit: float, level: str, over: bool = True) -> Ground:
    return Ground(reading=reading.id, station=reading.station, measure=measure, value=value,
                  unit=MEASURES[measure].unit, at=reading.at, limit=limit, level=level, over=over)  # fmt: skip


def proposal(readings: Sequence[Reading], incident: Incident, rule: ResponseRule, now: datetime) -> ProposeLevel | None:
    """What the sheet proposes for an incident now, None where it has nothing new to say.

    Up at once. Down only when the level has stood for the quiet time, nothing read in that time comes near its limit,
    and all that raised it was read afresh: silence is not calm. What a person has just decided otherwise is not
    proposed again for a while, unless it is worse.
    """
    if not incident.open:
        return None
    assessed = assess(readings, incident, rule, now)
    here, wants = severity(incident.level), severity(assessed.level)
    if wants > max(here, _held(incident, rule, now)):
        if incident.proposal and severity(incident.proposal.level) >= wants:
            return None
        because = tuple(each for each in assessed.because if severity(each.level) > here)
        return ProposeLevel(incident=incident.id, level=assessed.level, rule=rule.title, because=because)
    if here and wants < here and not incident.proposal:
        return _lowered(readings, incident, rule, now)
    return None


def withdrawal(
    readings: Sequence[Reading], incident: Incident, rule: ResponseRule, now: datetime
) -> WithdrawLevel | None:
    """The proposal that waits goes back: no reading calls for it any more, or for an end, something is high again.

    A reading calls for it as long as it stands, however the water falls afterwards: it goes only when it was corrected
    or taken back. `readings` are all that stand for the incident, of whatever age.
    """
    waits = incident.proposal
    if not incident.open or waits is None:
        return None
    if severity(waits.level) > severity(incident.level):
        standing = {each.id: each for each in readings}
        bearing = [each for each in waits.because if each.over and severity(each.level) >= severity(waits.level)]
        if any(_calls(each, standing, incident, rule) for each in bearing):
            return None
        because = tuple(_now(each, standing) for each in bearing if each.reading in standing)
        return WithdrawLevel(incident=incident.id, proposal=waits.number, because=because[:MOST_GROUNDS])
    window = [each for each in readings if now - rule.quiet < each.at <= now]
    high = [ground for each in window for ground in reached(each, incident.type, rule, calm=True)]
    high = [each for each in high if severity(each.level) > severity(waits.level)]
    if not high:
        return None
    return WithdrawLevel(incident=incident.id, proposal=waits.number, because=tuple(high[:MOST_GROUNDS]))


def _calls(ground: Ground, standing: Mapping[str, Reading], incident: Incident, rule: ResponseRule) -> bool:
    """Whether the reading behind a ground stands and still reaches that level; of the book only the newest is known."""
    told = standing.get(ground.reading)
    if told is None:
        return ground.reading.startswith("book/")
    return any(
        each.measure == ground.measure and severity(each.level) >= severity(ground.level)
        for each in reached(told, incident.type, rule)
    )


def _now(ground: Ground, standing: Mapping[str, Reading]) -> Ground:
    told = standing[ground.reading]
    value = told.value if told.measure == ground.measure else ground.value
    return replace(ground, value=value, over=False)


def _held(incident: Incident, rule: ResponseRule, now: datetime) -> int:
    """The severity up to which a person has just decided against the sheet."""
    if not incident.decided or now - incident.decided[-1].at >= rule.again:
        return 0
    last = incident.decided[-1]
    if not last.rejected and last.level == last.proposed:
        return 0
    before = next((each.level for each in reversed(incident.decided[:-1]) if not each.rejected), "")
    return max(severity(last.proposed), severity(before))


def _lowered(readings: Sequence[Reading], incident: Incident, rule: ResponseRule, now: datetime) -> ProposeLevel | None:
    here, last = severity(incident.level), incident.decided[-1] if incident.decided else None
    if incident.level_since is None or now - incident.level_since < rule.quiet:
        return None
    if last and last.rejected and severity(last.proposed) < here and now - last.at < rule.quiet:
        return None
    window = [each for each in readings if now - rule.quiet < each.at <= now]
    worst = max(
        (severity(g.level) for each in window for g in reached(each, incident.type, rule, calm=True)), default=0
    )
    if worst >= here:
        return None
    fresh = {key: each for key, each in _latest(readings, now).items() if now - each.at <= rule.fresh(each.measure)}
    raised = {(each.station, _read(each.measure, fresh, each.station)) for each in _causes(incident)}
    if not raised <= fresh.keys():
        return None
    because = _calm(fresh, incident, rule)
    if not because:
        return None
    level = next((name for name in LEVELS if severity(name) == worst), "none")
    return ProposeLevel(incident=incident.id, level=level, rule=rule.title, because=because)


def _causes(incident: Incident) -> tuple[Ground, ...]:
    confirmed = incident.confirmed
    return tuple(each for each in confirmed.because if each.over) if confirmed else ()


def _read(measure: str, fresh: Mapping[tuple[str, str], Reading], station: str) -> str:
    """What was read where a ground tells of it: a height above a stage may come from the water level."""
    return "level" if measure in STAGES.values() and (station, measure) not in fresh else measure


def _calm(fresh: Mapping[tuple[str, str], Reading], incident: Incident, rule: ResponseRule) -> tuple[Ground, ...]:
    """The fresh readings that are below the limit of the level in force, with that limit."""
    found = []
    for each in fresh.values():
        for measure, value in _values(each, rule):
            limits = rule.limits_of(incident.type, each.station, measure)
            worse = [name for name in LEVELS if name in limits and severity(name) >= severity(incident.level)]
            if worse:
                found.append(_ground(each, measure, value, limits[worse[-1]], worse[-1], over=False))
    found.sort(key=lambda each: (-each.at.timestamp(), each.station, each.measure))
    return tuple(found[:MOST_GROUNDS])


@ticks
def levels_due(things: Things, clock: Clock, book: Book | None, now: datetime) -> list[ProposeLevel | WithdrawLevel]:
    """The proposals of levels that are due now, for all open incidents, and those that go back."""
    rule = response_rule(book, now.astimezone(clock.zone).date())
    readings = [*things.all(Reading).values(), *published_readings(book, rule, clock, now)]
    found: list[ProposeLevel | WithdrawLevel] = []
    for incident in things.all(Incident).values():
        if incident.open:
            standing = counting(readings, incident, inside(book, incident.places))
            back = withdrawal(standing, incident, rule, now)
            if back:
                found.append(back)
                incident = replace(incident, proposal=None, answered=incident.answered + 1)
            made = proposal([each for each in standing if each.at > now - OLDEST], incident, rule, now)
            if made:
                found.append(replace(made, turn=incident.answered))
    return found


def inside(book: Book | None, places: Iterable[str]) -> set[str]:
    """The codes of all areas of the book that lie in some areas, themselves included."""
    from luoshu.book.directory import Place

    found = set(places)
    rows = book.rows(Place) if book is not None else ()
    for _ in range(8):  # province, city, county, township, village and what lies between
        more = {row.id for row in rows if row.parent in found} - found
        if not more:
            break
        found |= more
    return found
