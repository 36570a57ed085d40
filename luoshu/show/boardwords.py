"""What was decided and said in an incident, and the log of all that was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from luoshu.desk.act import Act
from luoshu.desk.at_once import gathered
from luoshu.desk.checklist import TickOff
from luoshu.desk.deciding import ConfirmLevel, ProposeLevel
from luoshu.desk.incident import PHASES, SetPhase, called
from luoshu.desk.logbook import open_facts
from luoshu.desk.minutes import SORTS, Decision, Note
from luoshu.desk.observed import MEASURES, ReportReading
from luoshu.desk.removal import PlanRemoval, ReportRemoval
from luoshu.desk.resource import RequestResource
from luoshu.desk.things import Step
from luoshu.show.boardeye import Do, Eye
from luoshu.show.forms import heading
from luoshu.show.language import marked
from luoshu.words.message import named

MOST_MESSAGES = 30
MOST_LOG = 40
MOST_TEXT = 160


@dataclass(frozen=True, kw_only=True)
class DecisionRow:
    """One decision, or the minutes of a meeting."""

    id: str
    text: str
    minutes: str
    form: str
    decided_by: str
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """All that was decided."""

    rows: tuple[DecisionRow, ...]
    count: int
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One message; `to` is empty where it was to all."""

    id: str
    text: str
    to: str
    at: datetime
    by: str
    mine: bool


@dataclass(frozen=True, kw_only=True)
class Messages:
    """The messages, the newest first; `more` are not shown."""

    rows: tuple[MessageRow, ...]
    count: int
    more: int
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """One act of the incident; `undone` where it was taken back, `may_undo` where who looks can do that.

    `count` is more than 1 for readings that came in at once, which stand in one row.
    """

    number: int
    at: datetime
    who: str
    word: str
    about: str
    why: str
    undone: bool
    may_undo: bool
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Log:
    """The newest acts of the incident; `more` came before them."""

    rows: tuple[LogRow, ...]
    count: int
    more: int


def decisions(eye: Eye) -> Decisions:
    """The decisions, the newest first."""
    found = sorted(eye.of(Decision), key=lambda each: each.at, reverse=True)
    rows = tuple(
        DecisionRow(id=each.id, text=each.text, minutes=each.minutes, form=eye.chosen(SORTS, each.form),
                    decided_by=each.decided_by, at=each.at, by=eye.name(each.who))
        for each in found
    )  # fmt: skip
    facts = {"incident": eye.incident.id}
    return Decisions(
        rows=rows, count=len(rows), dos=eye.do("decision.record", marked("Record a decision"), facts, key="d")
    )


def messages(eye: Eye) -> Messages:
    """The messages, the newest first."""
    actor = eye.visit.actor
    found = sorted(eye.of(Note), key=lambda each: each.at, reverse=True)
    rows = tuple(
        MessageRow(id=each.id, text=each.text, to=eye.organisation(each.to), at=each.at, by=eye.name(each.who),
                   mine=bool(actor and each.to and each.to == actor.organisation))
        for each in found[:MOST_MESSAGES]
    )  # fmt: skip
    dos = eye.do("message.send", marked("Send a message"), {"incident": eye.incident.id},
                 actor.organisation if actor else "", tone="primary", key="m")  # fmt: skip
    return Messages(rows=rows, count=len(found), more=max(0, len(found) - MOST_MESSAGES), dos=dos)


def log(eye: Eye) -> Log:
    """The newest acts of the incident; the ticks of a checklist are said by the tasks that go with them."""
    steps = [each for each in eye.things.timeline(eye.incident.id) if not isinstance(each.act, TickOff)]
    runs = gathered(steps)[-MOST_LOG:]
    rows = tuple(_log_row(eye, each) for each in reversed(runs))
    return Log(rows=rows, count=len(steps), more=max(0, len(steps) - sum(map(len, runs))))


def _log_row(eye: Eye, run: Sequence[Step]) -> LogRow:
    step = run[-1]
    about = _about(eye, step.act) if len(run) == 1 else eye.language.say("{count} readings", count=len(run))
    return LogRow(
        number=step.told.number, at=step.told.at, who=eye.name(step.told.who),
        word=heading(eye.language.message(step.act.says)), about=about, why=step.told.why,
        undone=step.undone is not None, may_undo=len(run) == 1 and may_undo(eye, step), count=len(run),
    )  # fmt: skip


def may_undo(eye: Eye, step: Step) -> bool:
    """Whether who looks may take an act back; whether it can be is found out when they try."""
    actor, act = eye.visit.actor, step.act
    if not eye.acts or actor is None or step.undone is not None or act.lasting is not None:
        return False
    if actor.may(act.undoers, "", eye.incident.id):
        return True
    return step.told.who == actor.id and eye.may(act.what, actor.organisation)


def _chosen(eye: Eye, act: Act[Any]) -> list[str]:
    """What an act decided or told, where that is one of a few words or a figure."""
    if isinstance(act, ReportReading):
        figure = f"{eye.language.number(act.value)} {eye.language.unit(act.unit)}"
        return [f"{eye.language.message(named(MEASURES[act.measure].zh, MEASURES[act.measure].en))} {figure}"]
    if isinstance(act, (ProposeLevel, ConfirmLevel)):
        ends = isinstance(act, ProposeLevel) and act.level == "none"
        return [eye.language.say("the response may end") if ends else eye.language.message(called(act.level))]
    if isinstance(act, SetPhase):
        return [eye.chosen(PHASES, act.phase)]
    if isinstance(act, ReportRemoval):
        return [eye.language.say("{count} moved in all", count=act.moved)]
    if isinstance(act, PlanRemoval):
        return [eye.language.say("{count} people", count=act.people)]
    if isinstance(act, RequestResource):
        return [f"{eye.language.number(act.amount)} {eye.language.unit(act.unit)}".strip()]
    return []


def _about(eye: Eye, act: Act[Any]) -> str:
    """What an act was about, in a few words: the name of its thing and its plainest facts."""
    facts = open_facts(act.what, {name: getattr(act, name) for name in act.__dataclass_fields__})
    thing = eye.things.get(act.thing, act.key())
    title = str(getattr(thing, "title", "") or getattr(thing, "name", "") or "")
    said = [title] if title and title != eye.incident.title else []
    for name in ("title", "text", "words", "reason", "station", "community"):
        value = facts.get(name)
        if isinstance(value, str) and value and value not in said:
            said.append(value)
    said.extend(_chosen(eye, act))
    text = " · ".join(said)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"
