"""The tasks of a board: one's own first, then by when they are due; what is late says who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from luoshu.desk.assignment import STATES, Assignment
from luoshu.desk.incident import DUTY
from luoshu.desk.responserule import TELLS
from luoshu.show.boardeye import Do, Due, Eye
from luoshu.show.language import marked


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task as it is drawn."""

    id: str
    title: str
    detail: str
    owner: str
    state: str
    state_word: str
    due: Due
    given: datetime
    told: tuple[str, ...]
    report: str
    report_by: str
    report_at: datetime | None
    ended_why: str
    mine: bool
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """What is to be done, and what was."""

    rows: tuple[TaskRow, ...]
    ended: tuple[TaskRow, ...]
    count: int
    late: int
    dos: tuple[Do, ...]


def tasks(eye: Eye) -> Tasks:
    """The tasks of the incident."""
    rows = [(each, _row(eye, each)) for each in eye.of(Assignment)]
    here = sorted((row for each, row in rows if each.under_way), key=lambda row: (not row.mine, row.due.at, row.id))
    ended = sorted((each for each in rows if not each[0].under_way), key=lambda pair: _end(pair[0]), reverse=True)
    return Tasks(
        rows=tuple(here), ended=tuple(row for _, row in ended), count=len(here),
        late=sum(row.due.late == "late" for row in here),
        dos=eye.do("task.give", marked("Give a task"), {"incident": eye.incident.id}, tone="primary", key="t"),
    )  # fmt: skip


def personal(eye: Eye) -> bool:
    """Whether a task is the person's own who looks: their board is drawn for them alone."""
    me = eye.visit.actor.id if eye.visit.actor else ""
    return any(each.person == me for each in eye.of(Assignment)) if me else False


def _end(task: Assignment) -> datetime:
    return task.done or task.ended or task.given


def _row(eye: Eye, task: Assignment) -> TaskRow:
    language, actor = eye.language, eye.visit.actor
    last = task.reports[-1] if task.reports else None
    me, mine = (actor.id, actor.organisation) if actor else ("", "")
    own = bool(actor) and (task.person == me if task.person else bool(task.organisation) and task.organisation == mine)
    owner = " · ".join(filter(None, (eye.organisation(task.organisation), eye.name(task.person))))
    told = tuple(
        language.say("told {who} when {share} of the time was over", who=eye.chosen(TELLS, each.tell),
                     share=f"{each.share:.0%}")
        for each in sorted(task.told, key=lambda each: each.share, reverse=True)
    )  # fmt: skip
    return TaskRow(
        id=task.id, title=task.title, detail=task.detail, owner=owner, state=task.state,
        state_word=eye.chosen(STATES, task.state), due=eye.due(task.due(eye.clock, eye.now), runs=task.runs),
        given=task.given, told=told if task.under_way else (), report=last.words if last else "",
        report_by=eye.name(last.who) if last else "", report_at=last.at if last else None,
        ended_why=task.ended_why, mine=own, dos=_dos(eye, task, own),
    )  # fmt: skip


def _dos(eye: Eye, task: Assignment, own: bool) -> tuple[Do, ...]:
    """What can be done with a task in its state; of a person's own task only by them and the command."""
    facts, whose, title = {"task": task.id}, task.organisation, task.title
    if task.person and not task.organisation and not own and not _commands(eye):
        return ()
    found: tuple[Do, ...] = ()
    if task.state == "given":
        found += eye.do("task.accept", marked("Take it on"), facts, whose, label=title, at_once=True, tone="primary")
    if task.state == "paused":
        found += eye.do("task.resume", marked("Go on"), facts, whose, label=title, at_once=True, tone="primary")
    if task.state in ("given", "accepted", "paused"):
        found += eye.do("task.report", marked("Report"), facts, whose, label=title)
        found += eye.do("task.done", marked("Done"), facts, whose, label=title)
    if task.state in ("given", "accepted"):
        found += eye.do("task.pause", marked("Pause"), facts, whose, label=title, seldom=True)
        found += eye.do("task.refuse", marked("Give back"), facts, whose, label=title, seldom=True)
    if task.under_way:
        found += eye.do("task.cancel", marked("Call off"), facts, whose, label=title, seldom=True)
    return found


def _commands(eye: Eye) -> bool:
    actor = eye.visit.actor
    return bool(actor and actor.may(DUTY, eye.incident.organisation, eye.incident.id))
