"""What is said and decided in an incident: decisions, minutes of meetings, and short messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from luoshu.desk.act import Scene, Thing, Told, act, fact
from luoshu.desk.incident import DUTY, EVERY_HAND, Incident
from luoshu.desk.inside import Begins
from luoshu.desk.journal import Refused
from luoshu.desk.plainwords import named_well, plain, wanted
from luoshu.words.message import say

SORTS: Mapping[str, str] = {"decision": "决定", "minutes": "会议纪要"}
MOST_MINUTES = 4_000
MOST_MESSAGE = 500


@dataclass(frozen=True, kw_only=True)
class Decision(Thing):
    """What was decided, by whom, with what is noted of the talk."""

    sort = "decision"
    zh = "决定"
    id: str
    incident: str
    text: str
    minutes: str = ""
    decided_by: str = ""
    form: str = "decision"
    at: datetime
    who: str


@dataclass(frozen=True, kw_only=True)
class Note(Thing):
    """A short message to everybody of an incident, or to one organisation."""

    sort = "message"
    zh = "消息"
    id: str
    incident: str
    text: str
    to: str = ""
    at: datetime
    who: str


@act
class RecordDecision(Begins[Decision]):
    """Write down a decision or the minutes of a meeting."""

    what = "decision.record"
    says = say("record a decision")
    thing = Decision
    roles = DUTY
    id: str = fact("Short name", zh="编号", hidden=True)
    incident: str = fact("The incident", zh="事件", refers=Incident)
    text: str = fact("What was decided", zh="决定", long=True)
    decided_by: str = fact("Who decided", zh="决定人", note_zh="如 指挥长、会商会议", default="")
    form: str = fact("Decision or minutes", zh="形式", choices=SORTS, default="decision")
    minutes: str = fact("What is noted of the talk", zh="纪要", long=True, default="")

    def on(self, state: Decision | None, told: Told) -> Decision:
        if state is not None:
            raise Refused(say("there is a decision {id} already", id=self.id))
        return Decision(
            id=named_well(self.id), incident=self.incident, text=wanted(self.text, 1_000), form=self.form,
            minutes=plain(self.minutes, MOST_MINUTES), decided_by=plain(self.decided_by, 120), at=told.at, who=told.who,
        )  # fmt: skip


@act
class SendMessage(Begins[Note]):
    """Tell everybody of an incident something, in a few plain words."""

    what = "message.send"
    says = say("send a message")
    thing = Note
    roles = EVERY_HAND
    id: str = fact("Short name", zh="编号", hidden=True)
    incident: str = fact("The incident", zh="事件", refers=Incident)
    text: str = fact("The message", zh="消息", long=True)
    to: str = fact("To one organisation; empty: to all", zh="发给", default="")

    def theirs(self, scene: Scene) -> str:
        return scene.by.organisation

    def on(self, state: Note | None, told: Told) -> Note:
        if state is not None:
            raise Refused(say("there is a message {id} already", id=self.id))
        return Note(id=named_well(self.id), incident=self.incident, text=wanted(self.text, MOST_MESSAGE),
                    to=plain(self.to, 120), at=told.at, who=told.who)  # fmt: skip
