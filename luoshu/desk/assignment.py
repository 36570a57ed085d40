"""Tasks of an incident: given, accepted, reported on, paused, done; what is late is told up the ladder by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from luoshu.desk.act import Scene, Thing, Told, act, fact
from luoshu.desk.clock import Clock, Pause, Term
from luoshu.desk.incident import DUTY, EVERY_HAND, Incident
from luoshu.desk.inside import Begins, GoesOn
from luoshu.desk.journal import Refused
from luoshu.desk.known import known_party, known_person
from luoshu.desk.plainwords import named_well, plain, point, wanted
from luoshu.desk.staff import Person
from luoshu.words.message import named, say

STATES: Mapping[str, str] = {
    "given": "已下达", "accepted": "已受领", "paused": "已暂停", "done": "已完成", "refused": "已退回",
    "cancelled": "已撤销",
}  # fmt: skip
FARTHEST = timedelta(days=366)
"""No task is due later than this."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What was reported of a task, in words."""

    at: datetime
    who: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A rung of the ladder that was told: at which share of the term, to whom, when."""

    share: float
    tell: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Assignment(Thing):
    """A task: for an organisation or a person, with its term; the clock stands still while it is paused."""

    sort = "task"
    zh = "任务"
    id: str
    incident: str
    title: str
    detail: str = ""
    organisation: str = ""
    person: str = ""
    given: datetime
    given_by: str
    term: Term
    state: str = "given"
    accepted: datetime | None = None
    accepted_by: str = ""
    done: datetime | None = None
    ended: datetime | None = None
    ended_why: str = ""
    pauses: tuple[Pause, ...] = ()
    reports: tuple[Progress, ...] = ()
    told: tuple[Rung, ...] = ()
    template: str = ""
    lon: float | None = None
    lat: float | None = None

    @property
    def under_way(self) -> bool:
        """Whether somebody still has to do something about it; a refused task has to be given anew or cancelled."""
        return self.state in ("given", "accepted", "paused", "refused")

    @property
    def runs(self) -> bool:
        """Whether its clock runs."""
        return self.state in ("given", "accepted")

    def due(self, clock: Clock, now: datetime) -> datetime:
        """When it is due, put off by its pauses; a pause that lasts counts up to now."""
        return clock.due(self.given, self.term, self.pauses, max(now, self.given))

    def spent(self, clock: Clock, now: datetime) -> float:
        """How much of the term is over at a moment (1: at the deadline); of an ended task when it ended."""
        end = self.done or self.ended or now
        return clock.spent(self.given, max(end, self.given), self.term, self.pauses)

    @property
    def escalation(self) -> float:
        """The highest rung that was told, as a share of the term; 0 where none was."""
        return max((each.share for each in self.told), default=0.0)


def found(state: Assignment | None) -> Assignment:
    """The task, which must be there (Refused)."""
    if state is None:
        raise Refused(say("there is no such task"))
    return state


def in_state(state: Assignment | None, *allowed: str) -> Assignment:
    """The task, in one of these states (Refused)."""
    task = found(state)
    if task.state not in allowed:
        raise Refused(
            say(
                "the task {title} is {state}: that cannot be done now",
                title=task.title,
                state=named(STATES[task.state], task.state),
            )
        )
    return task


def later(task: Assignment, told: Told) -> datetime:
    """When an act on a task happened: never before the task was given, whatever a telephone's clock says."""
    return max(told.at, task.given)


class OnTask(GoesOn[Assignment]):
    """What acts on a task share."""

    thing = Assignment
    roles = EVERY_HAND
    task: str

    def key(self) -> str:
        return self.task

    def check(self, scene: Scene) -> None:
        super().check(scene)
        task = scene.need(Assignment, self.task)
        if task.person and not task.organisation and scene.by.id != task.person:
            led = scene.need(Incident, task.incident)
            if not scene.by.machine and not scene.by.may(DUTY, led.organisation, led.id):
                raise Refused(say("this task is another person's"))


@act
class GiveTask(Begins[Assignment]):
    """Give a task to an organisation or a person, with a term or a time when it is due."""

    what = "task.give"
    says = say("give a task")
    thing = Assignment
    roles = DUTY
    id: str = fact("Short name of the task", zh="编号", hidden=True)
    incident: str = fact("The incident", zh="事件", refers=Incident)
    title: str = fact("What is to be done", zh="任务")
    to: str = fact("The organisation that does it", zh="承办单位", default="")
    person: str = fact("The person who does it", zh="承办人", refers=Person, default="")
    hours: float | None = fact(
        "Hours until it is due", zh="时限（小时）", unit="小时", minimum=0, maximum=8_784, default=None
    )
    working_hours: float | None = fact("Working hours until it is due", zh="时限（工作小时）", minimum=0, maximum=8_784,
                                default=None)  # fmt: skip
    working_days: int | None = fact(
        "Working days until it is due", zh="时限（工作日）", minimum=0, maximum=366, default=None
    )
    due: datetime | None = fact("When it is due, instead of a term", zh="截止时间", default=None)
    detail: str = fact("More words", zh="说明", long=True, default="")
    lon: float | None = fact("Longitude, WGS-84", zh="经度", minimum=-180, maximum=180, default=None)
    lat: float | None = fact("Latitude, WGS-84", zh="纬度", minimum=-90, maximum=90, default=None)
    template: str = fact("Entry of the checklist", zh="预案条目", hidden=True, default="")

    def check(self, scene: Scene) -> None:
        super().check(scene)
        known_party(scene, self.to)
        known_person(scene, self.person)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        if state is not None:
            raise Refused(say("there is a task {id} already", id=self.id))
        if not self.to and not self.person:
            raise Refused(say("say who does it: an organisation or a person"))
        point(self.lon, self.lat)
        return Assignment(
            id=named_well(self.id), incident=self.incident, title=wanted(self.title), detail=plain(self.detail),
            organisation=self.to, person=self.person, given=told.at, given_by=told.who, term=self._term(told.at),
            template=self.template, lon=self.lon, lat=self.lat,
        )  # fmt: skip

    def _term(self, start: datetime) -> Term:
        given = [self.hours, self.working_hours, self.working_days, self.due]
        if sum(1 for each in given if each) != 1:
            raise Refused(say("say until when: hours, working hours, working days or a time, one of them"))
        if self.due is None:
            return Term(
                hours=self.hours or 0.0, working_hours=self.working_hours or 0.0, working_days=self.working_days or 0
            )
        left = self.due - start
        if not timedelta() < left <= FARTHEST:
            raise Refused(say("it would be due at {due}, which is past or too far off", due=self.due.isoformat()))
        return Term(hours=left / timedelta(hours=1))


@act
class AcceptTask(OnTask):
    """Take a task on."""

    what = "task.accept"
    says = say("accept the task")
    task: str = fact("The task", zh="任务", refers=Assignment)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given")
        return replace(task, state="accepted", accepted=later(task, told), accepted_by=told.who)


@act
class ReportTask(OnTask):
    """Say in words how far a task is."""

    what = "task.report"
    says = say("report progress")
    task: str = fact("The task", zh="任务", refers=Assignment)
    words: str = fact("How far it is", zh="进展", long=True)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given", "accepted", "paused")
        return replace(task, reports=(*task.reports, _progress(task, told, wanted(self.words, 1_000))))


@act
class FinishTask(OnTask):
    """Say that a task is done."""

    what = "task.done"
    says = say("report the task done")
    task: str = fact("The task", zh="任务", refers=Assignment)
    words: str = fact("What was done", zh="完成情况", long=True, default="")

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given", "accepted", "paused")
        reports = (*task.reports, _progress(task, told, plain(self.words))) if self.words.strip() else task.reports
        accepted = task.accepted or later(task, told)
        return replace(task, state="done", done=later(task, told), accepted=accepted, reports=reports,
                       pauses=_resumed(task, later(task, told)))  # fmt: skip


@act
class PauseTask(OnTask):
    """Stop a task's clock, with the reason."""

    what = "task.pause"
    says = say("pause the task")
    task: str = fact("The task", zh="任务", refers=Assignment)
    reason: str = fact("Why it must wait", zh="原因", long=True)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given", "accepted")
        pause = Pause(since=later(task, told), why=wanted(self.reason, 1_000))
        return replace(task, state="paused", pauses=(*task.pauses, pause))


@act
class ResumeTask(OnTask):
    """Let a task's clock run on."""

    what = "task.resume"
    says = say("go on with the task")
    task: str = fact("The task", zh="任务", refers=Assignment)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "paused")
        return replace(task, state="accepted" if task.accepted else "given",
                       pauses=_resumed(task, later(task, told)))  # fmt: skip


@act
class RefuseTask(OnTask):
    """Give a task back, with the reason; whoever gave it must give it to others or cancel it."""

    what = "task.refuse"
    says = say("give the task back")
    task: str = fact("The task", zh="任务", refers=Assignment)
    reason: str = fact("Why it cannot be done", zh="原因", long=True)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given", "accepted", "paused")
        at = later(task, told)
        return replace(task, state="refused", ended=at, ended_why=wanted(self.reason, 1_000), pauses=_resumed(task, at))


@act
class CancelTask(OnTask):
    """Call a task off, with the reason."""

    what = "task.cancel"
    says = say("cancel the task")
    roles = DUTY
    task: str = fact("The task", zh="任务", refers=Assignment)
    reason: str = fact("Why it is not needed", zh="原因", long=True)

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given", "accepted", "paused", "refused")
        at = later(task, told)
        return replace(task, state="cancelled", ended=at, ended_why=wanted(self.reason, 1_000),
                       pauses=_resumed(task, at))  # fmt: skip


@act
class EscalateTask(OnTask):
    """Tell the next one up the ladder that a task is late; only the clock does this, and it changes nothing else."""

    what = "task.escalate"
    says = say("escalate the task")
    roles = frozenset()
    machines = True
    task: str = fact("The task", zh="任务", refers=Assignment)
    share: float = fact("How much of the term is over", zh="时限已用", minimum=0)
    tell: str = fact("Who is told", zh="告知")

    def on(self, state: Assignment | None, told: Told) -> Assignment:
        task = in_state(state, "given", "accepted")
        if any(each.share == self.share and each.tell == self.tell for each in task.told):
            raise Refused(say("that was told already"))
        rung = Rung(share=self.share, tell=self.tell, at=later(task, told))
        return replace(task, told=(*task.told, rung))


def _progress(task: Assignment, told: Told, words: str) -> Progress:
    return Progress(at=later(task, told), who=told.who, words=words)


def _resumed(task: Assignment, at: datetime) -> tuple[Pause, ...]:
    """The pauses, the one that lasts ended now."""
    return tuple(replace(each, until=max(at, each.since)) if each.until is None else each for each in task.pauses)
