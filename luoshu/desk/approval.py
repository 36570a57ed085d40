"""The second person: above a limit an act waits for somebody else's yes, which is good for it alone, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.alone import done_alone, taken_back
from luoshu.desk.inside import real_goods
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
from luoshu.kinds.stock_rules import GUARDED, Weighed
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
    zh = "复核"

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
        if self.incident and self.act != "ship":  # whoever decides in it only would decide for the store
            raise Refused(say("only goods that are shipped are for an incident: leave it out"))
        real_goods(scene, self.incident)

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
    about: str = "", named_amount: float | None = None, later: date | None = None, incident: str = "",
) -> None:  # fmt: skip
    """Refuse what needs a second person and has none. `units` leave or, of a count, are more (or fewer: below zero)
    than was written. `about` is what the approval names, if not the lot itself, `named_amount` the amount that it
    names, if not the units. A `later` last day of use always needs one: it would make good what is not.

    What the same person did alone within the term of an approval counts with it, as far as the limit covers it, so
    that parts do not slip below: of one item or of many, out of one store or of several.
    """
    item, rules = need_item(scene, lot.item), rules_of(scene)
    named, wanted = about or lot.id, units if named_amount is None else named_amount
    if approval:
        state = scene.need(Approval, approval)
        _fits(scene, state, (act, named, exact(wanted), store, place, later), rules.approval_hours)
        if state.incident and state.incident != incident:  # who decides in one incident only may have said it
            raise Refused(say("approval {name} is for incident {incident}", name=state.id, incident=state.incident))
        if act == "count" and lot.moved is not None and state.decided_at is not None and lot.moved > state.decided_at:
            raise Refused(say("{lot} has changed since approval {name} was given: ask again", lot=lot.id,
                              name=state.id))  # fmt: skip
        return
    if later is not None:
        raise _second_person(say("its last day would become {day}", day=later))
    if act != "count":
        alone_enough(scene, [Weighed(act=act, item=item, units=units)])
        return
    before = done_alone(scene, scene.at - timedelta(hours=rules.approval_hours))
    then = before.counts_of(lot.id)
    now = abs(exact(then + units))
    if now > abs(then):  # else nothing more than before: a count that finds what is written, or puts a slip right
        why = rules.needs_approval(act, item, now, before.weighed(but=lot.id))
        _one_person(why, rules.needs_approval(act, item, abs(exact(units))), rules.approval_hours)


def alone_enough(scene: Scene, parts: Sequence[Weighed]) -> None:
    """Refuse (without an approval) parts of one act that are together, or with what the same person did alone, more
    than one person may do."""
    rules = rules_of(scene)
    before = done_alone(scene, scene.at - timedelta(hours=rules.approval_hours))
    for place, part in enumerate(parts):
        others = [*parts[:place], *parts[place + 1 :]]
        why = rules.needs_approval(part.act, part.item, part.units, [*others, *before.weighed()])
        by_itself = rules.needs_approval(part.act, part.item, part.units, others)
        _one_person(why, by_itself, rules.approval_hours)


def _one_person(why: Message | None, by_itself: Message | None, hours: float) -> None:
    """Refuse what needs a second person, with what was done before where the act alone would not need one."""
    if why is not None and by_itself is None:
        why = say("{why}, with what you did alone in the last {hours:g} hours", why=why, hours=hours)
    if why is not None:
        raise _second_person(why)


def _second_person(why: Message) -> Refused:
    return Refused(say("a second person must agree ({why}): ask for approval first, then do it with the number of "
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


def not_alone(scene: Scene, made: Act[LotStanding], after: LotStanding | None) -> None:
    """Refuse that who received or counted a lot takes that back alone where it changes more than one person may, or
    where it is older than the term of an approval: whatever came in could go without anybody else."""
    now, steps = need_lot(scene, made.key()), scene.things.steps(LotStanding, made.key())
    told = next((step.told for step in steps if step.act is made), None)
    units = abs(exact(now.amount - (after.amount if after is not None else 0.0)))
    if told is None or told.who != scene.by.id or units == 0:
        return
    item, rules = need_item(scene, now.item), rules_of(scene)
    since = scene.at - timedelta(hours=rules.approval_hours)
    if told.written <= since:
        why: Message | None = say("it is older than {hours:g} hours", hours=rules.approval_hours)
    else:
        why = rules.needs_approval("count", item, units, taken_back(scene, since))
    if why is not None:
        raise Refused(say("a second person must take it back ({why}); or count what is there", why=why))
