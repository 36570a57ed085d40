"""Where an incident stands, at one look: its level and why, what waits for a decision, what is measured, who is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from luoshu.book.directory import Place
from luoshu.desk.alert import in_force
from luoshu.desk.alertwords import SEVERITY
from luoshu.desk.assignment import Assignment
from luoshu.desk.closure import Closure
from luoshu.desk.incident import PHASES, TYPES, severity
from luoshu.desk.levels import inside, reached
from luoshu.desk.observed import MEASURES, Reading, counting, takes_part
from luoshu.desk.published_readings import published_readings
from luoshu.desk.removal import Removal
from luoshu.desk.resource import Resource
from luoshu.desk.responserule import response_rule
from luoshu.desk.roster import on_duty
from luoshu.show.alertview import LEVELS as ALERT_LEVELS
from luoshu.show.boardeye import Do, Eye, Level
from luoshu.show.boardgoods import loose
from luoshu.show.language import marked
from luoshu.words.message import named

MOST_READINGS = 8


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A level that the machine proposes and a person has to decide on."""

    level: Level
    at: datetime
    rule: str
    because: tuple[str, ...]
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class PhaseStep:
    """One phase; `state` is past, now or empty."""

    word: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The latest reading of one station; `over` is the level whose limit it reaches."""

    station: str
    measure: str
    value: str
    at: datetime
    over: Level | None
    limit: str


@dataclass(frozen=True, kw_only=True)
class Number:
    """One figure of the strip: `bad` where somebody should look."""

    value: str
    word: str
    href: str
    bad: bool = False


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    """An alert to the public of this incident that holds now."""

    headline: str
    level: str
    word: str
    status: str
    until: datetime | None
    href: str


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """Somebody who is on duty now."""

    post: str
    name: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The head of the board."""

    level: Level
    since: datetime | None
    why: str
    decided: str
    waiting: Waiting | None
    phases: tuple[PhaseStep, ...]
    phase_since: datetime
    readings: tuple[Measured, ...]
    more_readings: int
    areas: tuple[str, ...]
    organisation: str
    type: str
    opened: datetime
    opened_by: str
    closed: datetime | None
    closed_why: str
    numbers: tuple[Number, ...]
    alerts: tuple[AlertLine, ...]
    duty: tuple[OnDuty, ...]
    dos: tuple[Do, ...]


def situation(eye: Eye) -> Situation:
    """The situation as it stands."""
    incident = eye.incident
    confirmed = incident.confirmed
    readings = _readings(eye)
    ids = {"incident": incident.id}
    actor = eye.visit.actor
    reporting = actor.organisation if actor and takes_part(eye.things, actor, incident.id) else ""
    area = {"places": "\n".join(incident.places), "geometry": incident.geometry}
    comes = {"watch": "respond", "respond": "recover"}.get(incident.phase, "")
    dos = (
        *eye.do("incident.confirm", marked("Set the level"), ids),
        *eye.do("incident.phase", marked("Next phase"), ids, offers={"phase": comes} if comes else None),
        *eye.do("reading.report", marked("Report a reading"), ids, reporting),
        *eye.do("checklist.give", marked("Give the checklist"), ids),
        *eye.do("incident.area", marked("Set the area"), ids, offers=area),
        *eye.do("incident.close", marked("Close the incident"), ids),
    )
    return Situation(
        level=eye.level(incident.level), since=incident.level_since, why=_why(eye),
        decided=eye.name(confirmed.who) if confirmed else "", waiting=_waiting(eye), phases=_phases(eye),
        phase_since=incident.phase_since, readings=readings[:MOST_READINGS],
        more_readings=max(0, len(readings) - MOST_READINGS), areas=_areas(eye),
        organisation=eye.organisation(incident.organisation), type=eye.chosen(TYPES, incident.type),
        opened=incident.opened, opened_by=eye.name(incident.opened_by), closed=incident.closed,
        closed_why=incident.closed_why, numbers=_numbers(eye), alerts=_alerts(eye), duty=_duty(eye),
        dos=dos,
    )  # fmt: skip


def _why(eye: Eye) -> str:
    """Why the level stands: what the person said, else the readings that it was confirmed on."""
    confirmed = eye.incident.confirmed
    if confirmed is None:
        return ""
    if confirmed.why:
        return confirmed.why
    return "; ".join(eye.language.message(each.says()) for each in confirmed.because[:3])


def _waiting(eye: Eye) -> Waiting | None:
    proposal = eye.incident.proposal
    if proposal is None or not eye.incident.open:
        return None
    level = eye.level(proposal.level)
    facts = {"incident": eye.incident.id}
    return Waiting(
        level=level, at=proposal.at, rule=proposal.rule,
        because=tuple(eye.language.message(each.says()) for each in proposal.because),
        dos=(
            *eye.do("incident.confirm", marked("Confirm …"), {**facts, "level": proposal.level}, tone="primary",
                    label=level.word, key="c"),
            *eye.do("incident.reject", marked("Reject …"), facts, label=level.word),
        ),
    )  # fmt: skip


def _phases(eye: Eye) -> tuple[PhaseStep, ...]:
    order = list(PHASES)
    here = order.index(eye.incident.phase) if eye.incident.phase in order else 0
    return tuple(
        PhaseStep(word=eye.chosen(PHASES, phase), state="past" if place < here else "now" if place == here else "")
        for place, phase in enumerate(order)
    )


def latest(eye: Eye) -> list[Reading]:
    """The newest reading that counts of each station and measure."""
    found: dict[tuple[str, str], Reading] = {}
    rule = response_rule(eye.book, eye.day)
    readings = [*eye.things.all(Reading).values(), *published_readings(eye.book, rule, eye.clock, eye.now)]
    for each in counting(readings, eye.incident, inside(eye.book, eye.incident.places)):
        key = (each.station, each.measure)
        if each.at <= eye.now and (key not in found or each.at >= found[key].at):
            found[key] = each
    return list(found.values())


def _readings(eye: Eye) -> tuple[Measured, ...]:
    """The newest readings, those over a limit first."""
    rule = response_rule(eye.book, eye.day)
    rows = []
    for each in latest(eye):
        over = max(reached(each, eye.incident.type, rule), key=lambda ground: severity(ground.level), default=None)
        measure = MEASURES.get(each.measure)
        word = eye.language.message(named(measure.zh, measure.en)) if measure else each.measure
        rows.append((severity(over.level) if over else 0, Measured(
            station=each.station, measure=word, value=eye.amount(each.value, each.unit), at=each.at,
            over=eye.level(over.level) if over else None, limit=eye.amount(over.limit, over.unit) if over else "",
        )))  # fmt: skip
    rows.sort(key=lambda row: (-row[0], -row[1].at.timestamp(), row[1].station))
    return tuple(row for _, row in rows)


def _areas(eye: Eye) -> tuple[str, ...]:
    rows = {row.id: row for row in eye.book.rows(Place)} if eye.book is not None else {}
    found = []
    for code in eye.incident.places:
        names = eye.visit.view.names.get(code)
        row = rows.get(code)
        if names and eye.language.code == "en" and names[1]:
            found.append(names[1])
        else:
            found.append(eye.language.word(row.name if row else code))
    return tuple(found)


def _numbers(eye: Eye) -> tuple[Number, ...]:
    """The figures that a shift looks at first."""
    say_ = eye.language.say
    tasks = [each for each in eye.of(Assignment) if each.under_way]
    late = sum(each.runs and each.due(eye.clock, eye.now) < eye.now for each in tasks)
    goods = [each for each in eye.of(Resource) if each.under_way]
    moving = [each for each in loose(eye) if each.moving]
    removals = eye.of(Removal)
    left, away = sum(each.left for each in removals), sum(each.away for each in removals)
    roads = sum(each.state == "closed" for each in eye.of(Closure))
    return (
        Number(value=str(len(tasks)), word=say_("tasks open"), href="#tasks"),
        Number(value=str(late), word=say_("of them overdue"), href="#tasks", bad=late > 0),
        Number(
            value=str(len(goods) + len(moving)),
            word=say_("resources under way"),
            href="#resources",
            bad=any(each.stray for each in moving),
        ),
        Number(value=f"{left:,}", word=say_("people still to move"), href="#people", bad=left > 0),
        Number(value=f"{away:,}", word=say_("people moved"), href="#people"),
        Number(value=str(roads), word=say_("roads closed"), href="#roads"),
    )


def _alerts(eye: Eye) -> tuple[AlertLine, ...]:
    language = eye.language
    found = []
    for each in in_force(eye.things, eye.now):
        if each.incident != eye.incident.id:
            continue
        english = each.headline_en if language.code == "en" else ""
        exercise = language.say("exercise") if eye.incident.drill or each.status == "Exercise" else ""
        href = eye.visit.links.to("desk/alerts") if eye.acts else ""
        word = language.message(named(SEVERITY.get(each.severity, each.severity), each.severity))
        found.append(AlertLine(
            headline=english or each.headline or word, level=ALERT_LEVELS.get(each.severity, ""), word=word,
            status=exercise, until=each.expires, href=href,
        ))  # fmt: skip
    return tuple(found)


def _duty(eye: Eye) -> tuple[OnDuty, ...]:
    return tuple(
        OnDuty(post=each.post, name=eye.name(each.person), until=each.ends) for each in on_duty(eye.things, eye.now)
    )
