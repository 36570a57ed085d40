"""What a review draws: level, water and rain, people, tasks over the hours of an incident; and where it all was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from luoshu.desk.assignment import FinishTask, GiveTask
from luoshu.desk.deciding import ProposeLevel
from luoshu.desk.incident import Incident, severity
from luoshu.desk.levels import inside
from luoshu.desk.observed import MEASURES, Reading, counting
from luoshu.desk.removal import Removal
from luoshu.desk.resource import ArriveResource, RequestResource, SendResource
from luoshu.desk.things import Step, Things
from luoshu.show.page import Visit
from luoshu.words.message import named

Spot = tuple[float, float]
MOST_STATIONS = 6
"""Lines of stations in one chart; those with the highest readings."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line of a chart: its points (hours after the opening, value). `look` is step, line or dots."""

    name: str
    points: tuple[Spot, ...]
    look: str = "line"


@dataclass(frozen=True, kw_only=True)
class ReviewChart:
    """One chart of a review; `name` is level, readings, people, tasks or resources, `unit` that of its values."""

    name: str
    title: str
    unit: str
    curves: tuple[Curve, ...]


def review_charts(visit: Visit, name: str) -> tuple[ReviewChart, ...]:
    """The charts of an incident; those for which nothing was written are left out."""
    things = visit.things
    incident = things.get(Incident, name) if things is not None else None
    if things is None or incident is None or visit.now is None:
        return ()
    steps = [step for step in things.timeline(name) if step.undone is None]
    last = max((step.told.at for step in steps), default=visit.now)  # an old one that was never closed has no long tail
    since, until = incident.opened, incident.closed or min(last, visit.now)
    found = [
        _level(visit, incident, steps, until),
        *_readings(visit, things, incident, until),
        _people(visit, things, incident, until),
        _counts(visit, "tasks", steps, since, until),
        _counts(visit, "resources", steps, since, until),
    ]
    return tuple(each for each in found if each is not None and any(len(curve.points) > 1 for curve in each.curves))


def hours(at: datetime, since: datetime) -> float:
    """Hours from one moment to another, to the minute."""
    return round((at - since) / timedelta(hours=1), 2)


def stepped(changes: Iterable[tuple[float, float]], until: float, first: float = 0.0) -> tuple[Spot, ...]:
    """A line that keeps its value until it changes; of changes at one moment the last counts.

    >>> stepped([(1.0, 2.0), (3.0, 5.0)], 4.0)
    ((0.0, 0.0), (1.0, 0.0), (1.0, 2.0), (3.0, 2.0), (3.0, 5.0), (4.0, 5.0))
    """
    last = dict(sorted(changes, key=lambda each: each[0]))
    if not last:
        return ()
    value = first
    points: list[Spot] = [(min(0.0, *last), value)]
    for at, after in last.items():
        if after != value:
            points += [(at, value), (at, after)]
            value = after
    return tuple(dict.fromkeys((*points, (max(until, *last), value))))


def _level(visit: Visit, incident: Incident, steps: Sequence[Step], until: datetime) -> ReviewChart | None:
    """The level in force and what the rule sheet proposed, as steps from 0 (none) and 1 (IV) to 4 (I)."""
    since, say = incident.opened, visit.language.say
    set_to = [(hours(each.at, since), float(severity(each.level))) for each in incident.decided if not each.rejected]
    proposed = tuple(
        (hours(step.told.at, since), float(severity(step.act.level)))
        for step in steps
        if isinstance(step.act, ProposeLevel)
    )
    curves = [Curve(name=say("level in force"), points=stepped(set_to, hours(until, since)), look="step")]
    if proposed:
        curves.append(Curve(name=say("proposed by the rule sheet"), points=proposed, look="dots"))
    title, unit = say("Level of response"), say("4 is level I, 1 is level IV")
    return ReviewChart(name="level", title=title, unit=unit, curves=tuple(curves)) if set_to else None


def _readings(visit: Visit, things: Things, incident: Incident, until: datetime) -> list[ReviewChart]:
    """A chart for each measure of which a station was read twice or more."""
    language = visit.language
    book = visit.room.book if visit.room is not None else visit.view.book
    found: dict[str, dict[str, list[Spot]]] = {}
    before = incident.opened - timedelta(days=3)
    readings = counting(things.all(Reading).values(), incident, inside(book, incident.places))
    for each in sorted(readings, key=lambda each: each.at):
        if before <= each.at <= until:
            spot = (hours(each.at, incident.opened), each.value)
            found.setdefault(each.measure, {}).setdefault(each.station, []).append(spot)
    charts = []
    for measure, stations in found.items():
        told = {station: spots for station, spots in stations.items() if len(spots) > 1}
        highest = sorted(told, key=lambda station: -max(value for _, value in told[station]))[:MOST_STATIONS]
        known = MEASURES[measure]
        curves = tuple(Curve(name=station, points=tuple(told[station])) for station in highest)
        if curves:
            charts.append(ReviewChart(name="readings", title=language.message(named(known.zh, known.en)),
                                      unit=language.unit(known.unit), curves=curves))  # fmt: skip
    return charts


def _people(visit: Visit, things: Things, incident: Incident, until: datetime) -> ReviewChart | None:
    """How many were to be moved, and how many had been by when, all communities together."""
    since, say = incident.opened, visit.language.say
    mine = [each for each in things.all(Removal).values() if each.incident == incident.id]
    plans = sorted((hours(each.since, since), each.planned) for each in mine)
    planned, total = [], 0
    for at, people in plans:
        total += people
        planned.append((at, float(total)))
    counts = sorted(
        ((hours(one.at, since), each.id, one.moved, one.back) for each in mine for one in each.counts),
        key=lambda each: each[0],
    )
    moved: dict[str, int] = {}
    back: dict[str, int] = {}
    out: list[Spot] = []
    home: list[Spot] = []
    for at, id, here, returned in counts:
        moved[id], back[id] = max(here, moved.get(id, 0)), returned
        out.append((at, float(sum(moved.values()))))
        home.append((at, float(sum(back.values()))))
    end = hours(until, since)
    curves = [Curve(name=say("planned to be moved"), points=stepped(planned, end), look="step")]
    curves.append(Curve(name=say("moved so far"), points=stepped(out, end), look="step"))
    if any(value for _, value in home):
        curves.append(Curve(name=say("back home"), points=stepped(home, end), look="step"))
    title, unit = say("People moved"), visit.language.unit("人")
    return ReviewChart(name="people", title=title, unit=unit, curves=tuple(curves)) if mine else None


COUNTED: Mapping[str, tuple[tuple[str, type], ...]] = {
    "tasks": (("given", GiveTask), ("done", FinishTask)),
    "resources": (("asked for", RequestResource), ("sent", SendResource), ("came", ArriveResource)),
}
"""What is counted over time, by the acts that count."""


def _counts(visit: Visit, name: str, steps: Sequence[Step], since: datetime, until: datetime) -> ReviewChart | None:
    """How many of something had been begun and ended by when; each thing counts once for each sort of act."""
    say, end = visit.language.say, hours(until, since)
    words = {"given": say("given"), "done": say("done"), "asked for": say("asked for"), "sent": say("sent"),
             "came": say("came")}  # fmt: skip
    curves = []
    for word, kind in COUNTED[name]:
        first: dict[str, float] = {}
        for step in steps:
            if isinstance(step.act, kind):
                first.setdefault(step.act.key(), hours(step.told.at, since))
        changes = [(at, float(place)) for place, at in enumerate(sorted(first.values()), start=1)]
        if changes:
            curves.append(Curve(name=words[word], points=stepped(changes, end), look="step"))
    title = say("Tasks over time") if name == "tasks" else say("Resources over time")
    return ReviewChart(name=name, title=title, unit=say("how many"), curves=tuple(curves)) if curves else None
