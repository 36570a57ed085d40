"""What stands on the desk's front page, part by part: incidents, steps, tasks, duty, stock, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from luoshu.desk.actor import READERS
from luoshu.desk.alert import in_force
from luoshu.desk.assignment import STATES, Assignment
from luoshu.desk.checklist import left
from luoshu.desk.clock import CHINA, local_time
from luoshu.desk.incident import DUTY, EVERY_HAND, PHASES, TYPES, Incident, called, severity
from luoshu.desk.roster import Shift, coming, on_duty
from luoshu.desk.staff import Person
from luoshu.desk.things import Things
from luoshu.show.alertview import view_of
from luoshu.show.deskalerts import other_of
from luoshu.show.deskalerts import standing as heard_alerts
from luoshu.show.links import join
from luoshu.show.page import Visit
from luoshu.show.stockpage import stock
from luoshu.words.message import named

MOST_TASKS = 40
MOST_CLOSED = 8
CLOSED_DAYS = 60
NEXT_SHIFTS = timedelta(days=3)
MOST_ITEMS = 12


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A level that the rule sheet proposes and no person has decided on."""

    level: str
    word: str
    at: str
    rule: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentCard:
    """One incident in a few words. `may` tells whether who looks may decide on it."""

    id: str
    title: str
    href: str
    type: str
    drill: bool
    level: str
    level_word: str
    phase: str
    phase_word: str
    opened: str
    opened_at: datetime
    since: str
    tasks: int
    late: int
    left: tuple[str, ...]
    may: bool
    proposal: Waiting | None
    closed: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """One task with what who looks may do about it: `does` names those acts."""

    id: str
    title: str
    incident: str
    incident_title: str
    href: str
    drill: bool
    whose: str
    mine: bool
    state: str
    state_word: str
    due: datetime
    due_text: str
    late: bool
    does: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DutyLine:
    """Who is at a post, from when to when."""

    post: str
    name: str
    mine: bool
    starts: str
    ends: str


@dataclass(frozen=True, kw_only=True)
class StockLine:
    """What somebody should look at in the stores: so many lots, or an item of which nothing can be used."""

    word: str
    count: int | None
    href: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    """An alert that holds: this desk's, or somebody else's (`sender`). `status` is empty where it is real."""

    headline: str
    href: str
    level: str
    status: str
    sender: str
    until: str


def standing(visit: Visit) -> tuple[Things, datetime]:
    """What stands and the moment of the page."""
    assert visit.things is not None
    assert visit.now is not None
    return visit.things, visit.now


def reads(visit: Visit, incident: str) -> bool:
    """Whether who looks may see an incident."""
    return visit.actor is not None and visit.actor.reads(READERS, "", incident)


def incident_cards(visit: Visit) -> tuple[IncidentCard, ...]:
    """The open incidents, real ones first, the most severe and then the newest first."""
    things, _ = standing(visit)
    found = [each for each in things.all(Incident).values() if each.open and reads(visit, each.id)]
    found.sort(key=lambda each: (each.drill, -severity(each.level), -each.opened.timestamp(), each.id))
    return tuple(incident_card(visit, each) for each in found)


def closed_cards(visit: Visit) -> tuple[IncidentCard, ...]:
    """The incidents that ended lately, the last first."""
    things, now = standing(visit)
    since = now - timedelta(days=CLOSED_DAYS)
    found = [each for each in things.all(Incident).values() if each.closed and reads(visit, each.id)]
    found = [each for each in found if each.closed and each.closed >= since]
    found.sort(key=lambda each: (each.closed, each.id), reverse=True)
    return tuple(incident_card(visit, each) for each in found[:MOST_CLOSED])


def incident_card(visit: Visit, incident: Incident) -> IncidentCard:
    """An incident for who looks."""
    things, now = standing(visit)
    assert visit.room is not None
    assert visit.actor is not None
    language, clock = visit.language, visit.room.clock
    tasks = [each for each in things.all(Assignment).values() if each.incident == incident.id and each.under_way]
    may = incident.open and visit.actor.may(DUTY, incident.organisation, incident.id)
    asked = left(incident, visit.room.book, now.astimezone(clock.zone).date()) if may and incident.level else ()
    return IncidentCard(
        id=incident.id,
        title=language.word(incident.title),
        href=visit.links.to(join("desk/incidents", incident.id)),
        type=language.message(named(TYPES.get(incident.type, incident.type), incident.type)),
        drill=incident.drill,
        level=incident.level,
        level_word=_level_word(visit, incident.level),
        phase=incident.phase,
        phase_word=language.message(named(PHASES.get(incident.phase, incident.phase), incident.phase)),
        opened=local_time(incident.opened),
        opened_at=incident.opened,
        since=local_time(incident.level_since or incident.phase_since),
        tasks=len(tasks),
        late=sum(1 for each in tasks if each.runs and each.due(clock, now) < now),
        left=tuple(each.title for each in asked),
        may=may,
        proposal=_waiting(visit, incident),
        closed=local_time(incident.closed) if incident.closed else "",
    )


def _level_word(visit: Visit, level: str) -> str:
    if not level:
        return visit.language.say("no level in force")
    return (
        visit.language.say("level {level}", level=level)
        if visit.language.code == "en"
        else str(visit.language.message(called(level)))
    )


def _waiting(visit: Visit, incident: Incident) -> Waiting | None:
    proposed = incident.proposal
    if proposed is None:
        return None
    ends = visit.language.say("the response may end")
    return Waiting(
        level=proposed.level,
        word=ends if proposed.level == "none" else _level_word(visit, proposed.level),
        at=local_time(proposed.at),
        rule=visit.language.word(proposed.rule),
        because=tuple(visit.language.message(each.says()) for each in proposed.because),
    )


def task_lines(visit: Visit) -> tuple[TaskLine, ...]:
    """My tasks and all that are overdue in incidents that I may see, what is due first on top."""
    things, now = standing(visit)
    assert visit.room is not None
    assert visit.actor is not None
    found = []
    for task in things.all(Assignment).values():
        incident = things.get(Incident, task.incident)
        if incident is None or not incident.open or not task.under_way or not reads(visit, incident.id):
            continue
        due = task.due(visit.room.clock, now)
        mine = _mine(visit, task)
        late = task.runs and due < now
        if mine or late:
            found.append(_task_line(visit, task, incident, due, mine=mine, late=late))
    found.sort(key=lambda each: (each.due, each.id))
    return tuple(found[:MOST_TASKS])


def _mine(visit: Visit, task: Assignment) -> bool:
    actor = visit.actor
    if actor is None:
        return False
    own = {actor.organisation, *(grant.organisation for grant in actor.grants)} - {""}
    return task.person == actor.id or (not task.person and task.organisation in own)


def _task_line(
    visit: Visit, task: Assignment, incident: Incident, due: datetime, *, mine: bool, late: bool
) -> TaskLine:
    assert visit.actor is not None
    language, actor, things = visit.language, visit.actor, visit.things
    may = actor.may(DUTY, incident.organisation, incident.id) or (
        actor.may(EVERY_HAND, task.organisation or incident.organisation, incident.id)
        and (bool(task.organisation) or task.person in ("", actor.id))
    )
    does = {"given": ("task.accept",), "accepted": ("task.done",), "paused": ("task.resume",)}.get(task.state, ())
    person = things.get(Person, task.person) if things and task.person else None
    return TaskLine(
        id=task.id,
        title=language.word(task.title),
        incident=incident.id,
        incident_title=language.word(incident.title),
        href=visit.links.to(join("desk/incidents", incident.id), "tasks"),
        drill=incident.drill,
        whose=(person.name if person else task.person) or visit.owner(task.organisation),
        mine=mine,
        state=task.state,
        state_word=language.message(named(STATES[task.state], task.state)),
        due=due,
        due_text=local_time(due),
        late=late,
        does=does if may else (),
    )


def duty_lines(visit: Visit) -> tuple[tuple[DutyLine, ...], tuple[DutyLine, ...]]:
    """Who is on duty now, and who comes next at each post."""
    things, now = standing(visit)
    following: dict[str, Shift] = {}
    for each in coming(things, now, now + NEXT_SHIFTS):
        following.setdefault(each.post, each)
    return tuple(_duty_line(visit, each) for each in on_duty(things, now)), tuple(
        _duty_line(visit, each) for each in following.values()
    )


def _duty_line(visit: Visit, shift: Shift) -> DutyLine:
    person = visit.things.get(Person, shift.person) if visit.things else None
    return DutyLine(
        post=visit.language.word(shift.post),
        name=person.name if person else shift.person,
        mine=visit.actor is not None and visit.actor.id == shift.person,
        starts=_short(shift.starts),
        ends=_short(shift.ends),
    )


def _short(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%m-%d %H:%M")


def stock_lines(visit: Visit) -> tuple[tuple[StockLine, ...], bool]:
    """What is short or does not count in the stores, and whether any goods are written down at all."""
    page = stock(visit, "", {})
    none = [
        StockLine(
            word=visit.language.say("nothing can be used of: {item}", item=each.name), count=None, href=each.href,
            tone="bad",
        )
        for each in page.items
        if each.available <= 0
    ]  # fmt: skip
    alarms = [StockLine(word=each.word, count=each.count, href=each.href, tone=each.tone) for each in page.alarms]
    return (*none[:MOST_ITEMS], *alarms), bool(page.items)


def alert_lines(visit: Visit) -> tuple[AlertLine, ...]:
    """The alerts that hold: this desk's own, then those of others."""
    things, now = standing(visit)
    views = [view_of(visit, each, "") for each in in_force(things, now) if reads(visit, each.incident)]
    own = [
        AlertLine(
            headline=each.headline, href=each.href, level=each.level, until=each.expires, sender="",
            status="" if each.real else each.status_word,
        )
        for each in views
    ]  # fmt: skip
    others = [other_of(visit, each) for each in heard_alerts(visit) if each.state == "holds"]
    return (
        *own,
        *(
            AlertLine(
                headline=each.headline, href=each.href, level=each.level, until=each.expires, sender=each.sender,
                status="" if each.status == "Actual" else each.status_word,
            )
            for each in others
        ),
    )  # fmt: skip
