"""Alerts to the public: drafted, issued by a second person, updated, cancelled; and who acknowledged them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, ClassVar

from luoshu.book.directory import Owner, Place
from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.actor import READERS
from luoshu.desk.alertwords import CERTAINTY, EVENTS, RESPONSE, SEVERITY, STATUS, URGENCY
from luoshu.desk.incident import Incident
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.known import known_party
from luoshu.desk.things import Things
from luoshu.words.message import say

MOST_XML = 60_000
DUTY = frozenset({"duty"})


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Who acknowledged an alert: for which organisation, by whom, when, and what they said."""

    party: str
    who: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Alert(Thing):
    """An alert of this desk. `kind` is Alert, Update or Cancel; `state` draft, issued or dropped.

    `status` is empty while it follows its incident (a drill's alert is an exercise). What went out stands in `xml`,
    signed by the certificate `signed_by`, and is never made again. `of` is the alert that it replaces, `chain` all
    that came before it.
    """

    sort: ClassVar[str] = "alert"
    zh: ClassVar[str] = "预警"
    id: str
    kind: str = "Alert"
    state: str = "draft"
    status: str = ""
    incident: str = ""
    of: str = ""
    event: str = ""
    severity: str = ""
    urgency: str = ""
    certainty: str = ""
    response: tuple[str, ...] = ()
    hours: float = 24.0
    headline: str = ""
    headline_en: str = ""
    description: str = ""
    description_en: str = ""
    instruction: str = ""
    instruction_en: str = ""
    area: str = ""
    places: tuple[str, ...] = ()
    polygon: str = ""
    circle: str = ""
    receivers: tuple[str, ...] = ()
    reason: str = ""
    reason_en: str = ""
    drafted_by: str = ""
    drafted_at: datetime | None = None
    issued_by: str = ""
    issued_at: datetime | None = None
    alone: str = ""
    sent: datetime | None = None
    expires: datetime | None = None
    chain: tuple[str, ...] = ()
    xml: str = field(default="", repr=False)
    signed_by: str = ""
    receipts: tuple[Receipt, ...] = ()

    @property
    def wording(self) -> str:
        """A mark of the draft as it reads now: another once anybody rewrites it."""
        said = repr([(each.name, getattr(self, each.name)) for each in fields(self) if each.name in _WORDED])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class _OnAlert(Act[Alert]):
    """What all acts on an alert share: they are those of its incident's own people, or of nobody's in particular."""

    thing = Alert
    roles = DUTY
    alert: str

    def key(self) -> str:
        return self.alert

    def organisation(self, scene: Scene) -> str:
        state = scene.get(Alert, self.alert)
        led = scene.get(Incident, self.incident_of(state))
        return led.organisation if led else ""


@dataclass(frozen=True, kw_only=True)
class Written(_OnAlert):
    """What an alert says; Chinese first, English beside it. What is left out is said in words made from the rest."""

    alert: str = fact("The name of the new alert, as it will go out", zh="预警编号", hidden=True)
    event: str = fact("What happens", zh="灾害种类", choices={key: each.zh for key, each in EVENTS.items()})
    severity: str = fact("How bad", zh="级别", choices=SEVERITY)
    urgency: str = fact("How soon", zh="紧迫程度", choices=URGENCY, default="Expected")
    certainty: str = fact("How sure", zh="可能性", choices=CERTAINTY, default="Likely")
    hours: float = fact("How long it holds", zh="有效时间", unit="小时", minimum=0.25, maximum=168, default=24.0)
    places: tuple[str, ...] = fact("The areas that it is for", zh="区域", refers=Place, default=())
    area: str = fact("The area in words", zh="区域说明", default="")
    headline: str = fact("Headline in Chinese", zh="标题", default="")
    headline_en: str = fact("Headline in English", zh="英文标题", default="")
    description: str = fact("What happens, in Chinese", zh="情况说明", long=True, default="")
    description_en: str = fact("What happens, in English", zh="英文情况说明", long=True, default="")
    instruction: str = fact("What people should do, in Chinese", zh="防御指南", long=True, default="")
    instruction_en: str = fact("What people should do, in English", zh="英文防御指南", long=True, default="")
    response: tuple[str, ...] = fact("What to do", zh="应对措施", choices=RESPONSE, default=())
    polygon: str = fact(
        "A drawn outline: latitude,longitude pairs with blanks between, the last like the first",
        zh="绘制的范围", long=True, default="",
    )  # fmt: skip
    circle: str = fact("A circle: latitude,longitude, a blank, the radius in km", zh="圆形范围", default="")
    receivers: tuple[str, ...] = fact("Who must acknowledge it", zh="须回执单位", refers=Owner, default=())
    status: str = fact(
        "Real or not; left out, it is as its incident is (a drill's alert is an exercise)",
        zh="性质", choices=STATUS, default="",
    )  # fmt: skip
    incident: str = fact("The incident", zh="所属事件", refers=Incident, default="")

    def check(self, scene: Scene) -> None:
        from luoshu.desk.alertmaking import fitting

        for each in self.receivers:
            known_party(scene, each)
        fitting(self, scene)

    def _said(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _TEXT}


_TEXT = (
    "event", "severity", "urgency", "certainty", "hours", "places", "area", "headline", "headline_en", "description",
    "description_en", "instruction", "instruction_en", "response", "polygon", "circle", "receivers", "status",
    "incident",
)  # fmt: skip


_WORDED = frozenset((*_TEXT, "kind", "of", "reason", "reason_en", "drafted_by", "drafted_at"))


def _drafted(state: Alert | None, id: str, told: Told, **said: Any) -> Alert:
    if state is not None and state.state != "draft":
        raise Refused(say("the alert {id} is no draft any more; issue an update", id=id))
    return Alert(id=id, drafted_by=told.who, drafted_at=told.at, **said)


@act
class DraftAlert(Written):
    what = "alert.draft"
    says = say("draft an alert")

    def on(self, state: Alert | None, told: Told) -> Alert:
        return _drafted(state, self.alert, told, kind="Alert", **self._said())


@act
class UpdateAlert(Written):
    what = "alert.update"
    says = say("draft an update of an alert")
    of: str = fact("The alert that it takes the place of", zh="所更新的预警", refers=Alert)

    def check(self, scene: Scene) -> None:
        _replaceable(self.of, self.alert, scene, self.incident)
        super().check(scene)

    def on(self, state: Alert | None, told: Told) -> Alert:
        return _drafted(state, self.alert, told, kind="Update", of=self.of, **self._said())


@act
class CancelAlert(_OnAlert):
    what = "alert.cancel"
    says = say("draft the cancellation of an alert")
    alert: str = fact("The name of the cancellation, as it will go out", zh="解除编号", hidden=True)
    of: str = fact("The alert that is cancelled", zh="所解除的预警", refers=Alert)
    reason: str = fact("Why it is over, in Chinese", zh="解除原因", long=True)
    reason_en: str = fact("Why it is over, in English", zh="英文解除原因", long=True, default="")
    incident: str = fact("The incident of that alert", zh="所属事件", refers=Incident, default="")

    def check(self, scene: Scene) -> None:
        from luoshu.desk.alertmaking import name_fits

        name_fits(self.alert)
        _replaceable(self.of, self.alert, scene, self.incident)

    def on(self, state: Alert | None, told: Told) -> Alert:
        return _drafted(
            state, self.alert, told, kind="Cancel", of=self.of, reason=self.reason, reason_en=self.reason_en,
            incident=self.incident,
        )  # fmt: skip


@act
class DropAlert(_OnAlert):
    what = "alert.drop"
    says = say("drop the draft of an alert")
    alert: str = fact("The draft", zh="预警编号", refers=Alert)

    def on(self, state: Alert | None, told: Told) -> Alert:
        return replace(_draft(state, self.alert), state="dropped")


@act
class IssueAlert(_OnAlert):
    """What goes out is made, checked against the standard and signed in the same commit (`alert.seal`)."""

    what = "alert.issue"
    says = say("issue an alert")
    lasting = say("an alert that went out cannot be taken back: cancel it, so that all who had it hear of it")
    alert: str = fact("The draft", zh="预警编号", refers=Alert)
    wording: str = fact("The mark of the draft that was read", zh="所阅草稿版本", hidden=True, default="")

    def check(self, scene: Scene) -> None:
        draft = _draft(scene.get(Alert, self.alert), self.alert)
        if self.wording not in ("", draft.wording):
            raise Refused(say("the draft {id} was rewritten after you opened it: read it again", id=draft.id))
        if draft.of:
            _replaceable(draft.of, draft.id, scene, draft.incident)

    def on(self, state: Alert | None, told: Told) -> Alert:
        draft = _draft(state, self.alert)
        alone = draft.drafted_by == told.who
        if alone and not told.why.strip():
            raise Refused(say("whoever drafted an alert issues it alone only with a reason; else a second person does"))
        issued = replace(draft, state="issued", issued_by=told.who, issued_at=told.at)
        return replace(issued, alone=told.why) if alone else issued

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        from luoshu.desk.alertmaking import sealed

        return [sealed(_draft(scene.get(Alert, self.alert), self.alert), scene)]


@act
class SealAlert(Act[Alert]):
    """Written with `alert.issue` only: nobody has the right to it."""

    __pydantic_config__: ClassVar[Any] = {**Act.__pydantic_config__, "str_max_length": MOST_XML}
    what = "alert.seal"
    says = say("write down what went out")
    thing = Alert
    lasting = IssueAlert.lasting
    alert: str = fact("The alert", refers=Alert)
    xml: str = fact("What went out", long=True)
    status: str = fact("Real or not", choices=STATUS)
    sent: datetime = fact("When it went out")
    expires: datetime = fact("Until when it holds")
    chain: tuple[str, ...] = fact("All alerts that it takes the place of", default=())
    signed_by: str = fact("The certificate that it is signed by", default="")

    def key(self) -> str:
        return self.alert

    def on(self, state: Alert | None, told: Told) -> Alert:
        if state is None or state.state != "issued" or state.xml:
            raise Refused(say("only an alert that is issued goes out, and once"))
        return replace(
            state, xml=self.xml, status=self.status, sent=self.sent, expires=self.expires, chain=self.chain,
            signed_by=self.signed_by,
        )  # fmt: skip


@act
class AcknowledgeAlert(Act[Alert]):
    what = "alert.acknowledge"
    says = say("acknowledge an alert")
    thing = Alert
    roles = READERS
    alert: str = fact("The alert", zh="预警编号", refers=Alert)
    party: str = fact("The organisation that has received it", zh="回执单位", refers=Owner)
    note: str = fact("What they said", zh="备注", long=True, default="")

    def key(self) -> str:
        return self.alert

    def organisation(self, scene: Scene) -> str:
        return self.party

    def check(self, scene: Scene) -> None:
        incident = self.incident_of(scene.get(Alert, self.alert))
        if scene.by.organisation != self.party and not scene.by.may(DUTY, self.party, incident):
            raise MayNot(say("only {party} or a duty officer may say that {party} has received it", party=self.party))
        known_party(scene, self.party)

    def on(self, state: Alert | None, told: Told) -> Alert:
        if state is None or state.state != "issued":
            raise Refused(say("the alert {id} did not go out", id=self.alert))
        if any(each.party == self.party for each in state.receipts):
            raise Refused(say("{party} has acknowledged it already", party=self.party))
        receipt = Receipt(party=self.party, who=told.who, at=told.at, note=self.note)
        return replace(state, receipts=(*state.receipts, receipt))


def _draft(state: Alert | None, id: str) -> Alert:
    if state is None or state.state != "draft":
        raise Refused(say("there is no draft of an alert {id}", id=id))
    return state


def _replaceable(id: str, by: str, scene: Scene, incident: str) -> None:
    """Refuse to update or cancel what did not go out, what another has replaced, or what is of another incident."""
    old = scene.need(Alert, id)
    if old.incident != incident:
        raise Refused(say("the alert {id} belongs to the incident {incident}", id=id, incident=old.incident or "—"))
    if old.state != "issued":
        raise Refused(say("the alert {id} did not go out", id=id))
    if old.kind == "Cancel":
        raise Refused(say("the alert {id} is a cancellation; draft a new alert", id=id))
    newer = replaced(scene.all(Alert)).get(id)
    if newer and newer != by:
        raise Refused(say("{newer} has taken the place of the alert {id}; update that one", newer=newer, id=id))


def replaced(alerts: Mapping[str, Alert]) -> dict[str, str]:
    """Which alerts others took the place of, each with the newest."""
    issued = sorted((each for each in alerts.values() if each.sent), key=lambda each: (each.sent, each.id))
    return {old: each.id for each in issued for old in each.chain}


def in_force(things: Things, at: datetime) -> tuple[Alert, ...]:
    """The alerts of this desk that hold at a moment, real ones and drills alike (see `status`), worst first."""
    alerts = things.all(Alert)
    gone = replaced(alerts)
    held = [each for each in alerts.values() if holds(each, at) and each.id not in gone]
    return tuple(sorted(held, key=lambda each: (list(SEVERITY).index(each.severity), each.id)))


def holds(alert: Alert, at: datetime) -> bool:
    """Whether an alert went out, is no cancellation, and has not expired."""
    return bool(alert.sent and alert.expires and alert.kind != "Cancel" and alert.sent <= at < alert.expires)
