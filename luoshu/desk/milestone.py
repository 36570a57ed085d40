"""Milestones of an incident: when each was reached, and what was promised beside what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from luoshu.desk.assignment import AcceptTask, Assignment, FinishTask
from luoshu.desk.clock import Clock
from luoshu.desk.deciding import ConfirmLevel, ProposeLevel
from luoshu.desk.incident import CloseIncident, Ground, Incident, OpenIncident, SetPhase
from luoshu.desk.observed import Reading
from luoshu.desk.removal import Removal, ReportRemoval
from luoshu.desk.resource import ApproveResource, ArriveResource, RequestResource, Resource, SendResource
from luoshu.desk.things import Step, Things
from luoshu.words.message import Message, say

NAMES: dict[str, Message] = {
    "over limit": say("first reading over a limit"),
    "opened": say("incident opened"),
    "proposed": say("first level proposed"),
    "confirmed": say("first level confirmed"),
    "accepted": say("first task accepted"),
    "done": say("first task done"),
    "requested": say("first resource requested"),
    "approved": say("first resource approved"),
    "left": say("first goods out of the store"),
    "there": say("first goods there"),
    "moved": say("first people moved"),
    "all moved": say("all people moved"),
    "recover": say("recovery begun"),
    "closed": say("incident closed"),
}
"""What is looked for, in the order in which it is told."""


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """One milestone: when it was reached (None: not yet), by which entry, and how long after the incident was opened.

    `after` is below zero for what came before, as a reading that was over the limit while nobody had opened anything.
    """

    name: str
    says: Message
    at: datetime | None = None
    number: int | None = None
    after: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """One thing that was to be done by a moment: `late` is by how much it was, or is, behind; None where it is not.

    `state` is kept, late (done after its time), short (less came than was approved), waiting, overdue or dropped.
    """

    sort: str
    id: str
    title: str
    whose: str
    due: datetime
    done: datetime | None
    state: str
    late: timedelta | None = None


def milestones(things: Things, incident: str) -> tuple[Milestone, ...]:
    """All milestones of an incident, those not reached without a time; KeyError where there is no such incident.

    What was taken back does not count. Times are when things happened, not when they were written down.
    """
    opened = things.get(Incident, incident)
    if opened is None:
        raise KeyError(incident)
    steps = [each for each in things.timeline(incident) if not each.undone]
    reached = {name: _first(steps, said) for name, said in _SIGNS.items()}
    reached["over limit"] = _over(things, steps)
    reached["all moved"] = _all_moved(things, incident, steps)
    found = []
    for name, says in NAMES.items():
        at, number = reached.get(name) or (None, None)
        after = at - opened.opened if at else None
        found.append(Milestone(name=name, says=says, at=at, number=number, after=after))
    return tuple(found)


def promised(things: Things, incident: str, clock: Clock, now: datetime) -> tuple[Promised, ...]:
    """Every task, resource and removal of an incident that had a time, with what came of it, by due time."""
    found = []
    for task in things.all(Assignment).values():
        if task.incident == incident:
            ended = task.state in ("refused", "cancelled")
            whose = task.organisation or task.person
            found.append(_kept("task", task.id, task.title, whose, task.due(clock, now), task.done, ended, now))
    for each in things.all(Resource).values():
        due = each.eta if each.eta and not each.needed else each.needed
        if each.incident == incident and due:
            ended = each.state in ("refused", "cancelled")
            told = _kept("resource", each.id, each.title, each.source, due, each.there, ended, now)
            if each.there and each.came < each.granted:
                told = replace(told, state="short")
            found.append(told)
    for removal in things.all(Removal).values():
        if removal.incident == incident and removal.due:
            whose, done = removal.organisation, removal.all_moved
            found.append(_kept("removal", removal.id, removal.title, whose, removal.due, done, False, now))
    return tuple(sorted(found, key=lambda each: (each.due, each.sort, each.id)))


def _kept(
    sort: str, id: str, title: str, whose: str, due: datetime, done: datetime | None, dropped: bool, now: datetime
) -> Promised:
    end = done or now
    if dropped:
        state = "dropped"
    elif done:
        state = "kept" if done <= due else "late"
    else:
        state = "waiting" if now <= due else "overdue"
    late = end - due if state in ("late", "overdue") else None
    return Promised(sort=sort, id=id, title=title, whose=whose, due=due, done=done, state=state, late=late)


Sign = Callable[[Step], bool]
_SIGNS: dict[str, Sign] = {
    "opened": lambda step: isinstance(step.act, OpenIncident),
    "proposed": lambda step: isinstance(step.act, ProposeLevel) and step.act.level != "none",
    "confirmed": lambda step: isinstance(step.act, ConfirmLevel) and step.act.level != "none",
    "accepted": lambda step: isinstance(step.act, AcceptTask),
    "done": lambda step: isinstance(step.act, FinishTask),
    "requested": lambda step: isinstance(step.act, RequestResource),
    "approved": lambda step: isinstance(step.act, ApproveResource),
    "left": lambda step: isinstance(step.act, SendResource) or step.act.what in ("lot.ship", "picklist.ship"),
    "there": lambda step: (
        (isinstance(step.act, ArriveResource) and step.act.amount != 0) or step.act.what == "lot.deliver"
    ),
    "moved": lambda step: isinstance(step.act, ReportRemoval) and step.act.moved > 0,
    "recover": lambda step: isinstance(step.act, SetPhase) and step.act.phase == "recover",
    "closed": lambda step: isinstance(step.act, CloseIncident),
}
"""By which act each milestone is known."""


def _first(steps: Iterable[Step], sign: Sign) -> tuple[datetime, int] | None:
    """The earliest by when it happened: telephones tell some things late."""
    found = [(each.told.at, each.told.number) for each in steps if sign(each)]
    return min(found, default=None)


def _over(things: Things, steps: Iterable[Step]) -> tuple[datetime, int] | None:
    """The first reading that a proposal rests on."""
    grounds: list[Ground] = []
    for step in steps:
        if isinstance(step.act, ProposeLevel):
            grounds += [each for each in step.act.because if each.over]
    standing = [(each.at, things.get(Reading, each.reading)) for each in grounds]
    return min(((at, reading.number) for at, reading in standing if reading), default=None)


def _all_moved(things: Things, incident: str, steps: Iterable[Step]) -> tuple[datetime, int] | None:
    """When the last of all that were planned was moved; None while somebody waits."""
    removals = [each for each in things.all(Removal).values() if each.incident == incident]
    if not removals or any(each.all_moved is None for each in removals):
        return None
    last = max(each.all_moved for each in removals if each.all_moved)
    number = [s.told.number for s in steps if isinstance(s.act, ReportRemoval) and s.told.at <= last]
    return last, max(number, default=0)
