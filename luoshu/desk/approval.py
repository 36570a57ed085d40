"""The second person: above a limit an act waits for somebody else's yes, which is good for it alone, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.journal import Refused
from luoshu.desk.lots import (
    KEEPERS,
    MOST_UNITS,
    LotStanding,
    code_of,
    digits,
    exact,
    keeper_of,
    need_item,
    need_lot,
    rules_of,
    some,
)
from luoshu.kinds.stock_rules import GUARDED
from luoshu.kinds.store import Store
from luoshu.words.message import Message, say

STATES = {
    "asked": say("waits for a second person"),
    "granted": say("approved"),
    "refused": say("refused"),
    "used": say("carried out"),
}


@dataclass(frozen=True, kw_only=True)
class Approval(Thing):
    """A second person's yes to one act: what may be done, with which lot (or list of lots), how much, and where to."""

    sort = "approval"

    id: str
    act: str
    lot: str
    amount: float
    store: str = ""
    place: str = ""
    incident: str = ""
    expires: date | None = None
    why: str = ""
    state: str = "asked"
    asked_by: str = ""
    asked_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    because: str = ""

    def runs_out(self, hours: float) -> datetime | None:
        """When it is no longer good, None while nobody has approved."""
        return self.decided_at + timedelta(hours=hours) if self.decided_at is not None else None


def _begun(state: Approval | None, approval: str) -> Approval:
    if state is None:
        raise Refused(say("there is no request {name} for approval", name=approval))
    return state


def _keeper(scene: Scene, lot: str) -> str:
    """Whose store the lot, or the first of a list, stands in."""
    from luoshu.desk.picking import PickList

    listed = scene.get(PickList, lot)
    return keeper_of(scene, listed.store if listed else need_lot(scene, lot).store)


@act
class AskApproval(Act[Approval]):
    """Somebody wants to do what one person may not do alone."""

    what = "approval.ask"
    says = say("ask a second person")
    thing = Approval
    roles = KEEPERS
    approval: str = fact("Number of the request", zh="审批编号", hidden=True)
    act: str = fact("What is to be done", zh="事项", choices=GUARDED)
    lot: str = fact("The lot", zh="批次号")
    amount: float = fact("How many; of a count, how many are there", zh="数量（盘点填实点数）", minimum=0,
                         maximum=MOST_UNITS)  # fmt: skip
    store: str = fact("Store it goes to", zh="调往仓库", refers=Store, default="")
    place: str = fact("Place it goes to", zh="送往地点", default="")
    incident: str = fact("For which incident", zh="事件", refers="incident", default="")
    expires: date | None = fact("Of a count: the last day of use, if it is a later one", zh="更正后的到期日（仅盘点）",
                                default=None)  # fmt: skip
    reason: str = fact("Why", zh="理由", long=True)

    def key(self) -> str:
        return self.approval

    def organisation(self, scene: Scene) -> str:
        return _keeper(scene, self.lot)

    def check(self, scene: Scene) -> None:
        code_of(self.approval)
        _keeper(scene, self.lot)

    def on(self, state: Approval | None, told: Told) -> Approval:
        if state is not None:
            raise Refused(say("there is a request {name} already", name=self.approval))
        return Approval(
            id=self.approval, act=self.act, lot=self.lot, amount=_asked(self), store=self.store, place=self.place,
            incident=self.incident, expires=self.expires, why=self.reason, asked_by=told.who, asked_at=told.at,
        )  # fmt: skip


def _asked(asked: AskApproval) -> float:
    return exact(asked.amount) if asked.act == "count" else some(asked.amount)


@dataclass(frozen=True, kw_only=True)
class _Decide(Act[Approval]):
    thing = Approval
    roles = KEEPERS
    approval: str = fact("Number of the request", zh="审批编号", refers=Approval)

    def key(self) -> str:
        return self.approval

    def organisation(self, scene: Scene) -> str:
        return _keeper(scene, scene.need(Approval, self.approval).lot)


@act
class Grant(_Decide):
    """The second person agrees; nobody agrees to what they asked for themselves."""

    what = "approval.grant"
    says = say("approve")

    def on(self, state: Approval | None, told: Told) -> Approval:
        state = _begun(state, self.approval)
        _waits(state)
        if told.who == state.asked_by:
            raise Refused(say("who asks does not approve: a second person must"))
        return replace(state, state="granted", decided_by=told.who, decided_at=told.written)


@act
class Refuse(_Decide):
    """The second person does not agree, or who asked takes it back."""

    what = "approval.refuse"
    says = say("refuse, or take back")
    reason: str = fact("Why", zh="理由", long=True)

    def on(self, state: Approval | None, told: Told) -> Approval:
        state = _begun(state, self.approval)
        if state.state != "granted":
            _waits(state)
        return replace(state, state="refused", decided_by=told.who, decided_at=told.written, because=self.reason)


@act
class UseApproval(_Decide):
    """What was approved is done; only ever written together with it."""

    what = "approval.use"
    says = say("carry out what was approved")
    roles = frozenset()

    def on(self, state: Approval | None, told: Told) -> Approval:
        state = _begun(state, self.approval)
        if state.state != "granted":
            raise Refused(not_good(state))
        return replace(state, state="used")


def _waits(state: Approval) -> None:
    if state.state != "asked":
        raise Refused(say("the request was decided already: {state}", state=STATES[state.state]))


def not_good(state: Approval) -> Message:
    """Why an approval does not let anything be done."""
    return say("approval {name} is not good for this: {why}", name=state.id, why=STATES[state.state])


def agreed(
    scene: Scene, act: str, lot: LotStanding, units: float, approval: str, *, store: str = "", place: str = "",
    about: str = "", named_amount: float | None = None, later: date | None = None,
) -> None:  # fmt: skip
    """Refuse what needs a second person and has none. `about` is what the approval names, if not the lot itself,
    `named_amount` the amount that it names, if not the units that the limit is for. A `later` last day of use always
    needs one: it would make good what is not.

    What the same person did with the same item of the same store within the term of an approval counts with it, so
    that parts do not slip below the limit.
    """
    item, rules = need_item(scene, lot.item), rules_of(scene)
    named, wanted = about or lot.id, units if named_amount is None else named_amount
    if approval:
        asked = (act, named, exact(wanted), store, place, later)
        _fits(scene, scene.need(Approval, approval), asked, rules.approval_hours)
        return
    before = 0.0 if act == "count" else _done_alone(scene, act, lot, rules.approval_hours)
    why = rules.needs_approval(act, item, exact(units + before))
    if later is not None:
        why = say("its last day would become {day}", day=later)
    if why is not None:
        raise Refused(say("a second person must agree ({why}): ask for approval first, then do it with the number of "
                          "the approval", why=why))  # fmt: skip


def _fits(scene: Scene, state: Approval, wanted: tuple[str, str, float, str, str, date | None], hours: float) -> None:
    if state.state != "granted":
        raise Refused(not_good(state))
    if (state.act, state.lot, state.amount, state.store, state.place, state.expires) != wanted:
        says = say("approval {name} is for another act: {act} {amount} of {lot}", name=state.id, act=state.act,
                   amount=digits(state.amount), lot=state.lot)  # fmt: skip
        raise Refused(says)
    until = state.runs_out(hours)
    if until is None or scene.at > until:
        raise Refused(say("approval {name} ran out: ask again", name=state.id))
    if scene.by.id == state.decided_by:
        raise Refused(say("who approved does not carry it out: a second person must"))


def _done_alone(scene: Scene, act: str, lot: LotStanding, hours: float) -> float:
    """How much of the item in the store the same person shipped or scrapped alone within so many hours."""
    since, total = scene.at - timedelta(hours=hours), 0.0
    for each in scene.all(LotStanding).values():
        if (each.store, each.item) != (lot.store, lot.item):
            continue
        for step in scene.things.steps(LotStanding, each.id):
            recent = step.told.who == scene.by.id and step.told.written > since and step.undone is None
            if recent and step.act.what == f"lot.{act}" and not getattr(step.act, "approval", ""):
                total += float(getattr(step.act, "amount", 0.0) or 0.0)
    return total
