"""The second person: above a limit an act waits for somebody else's yes, which is good for it alone, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from luoshu.desk.things import Step, Things
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

    What the same person did alone with the same item of the same store within the term of an approval counts with it,
    so that parts do not slip below the limit.
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
    before = _done_alone(scene, lot, rules.approval_hours)
    others = {what: amount for what, amount in before.units.items() if what != act}
    then, now = before.units[act], before.counting(lot.id, units) if act == "count" else before.units[act] + units
    if now <= then:
        return  # nothing more than before: a count that finds what is written, or puts a slip of the pen right
    why = rules.needs_approval(act, item, exact(now), others)
    if why is None:
        return
    if rules.needs_approval(act, item, abs(exact(units))) is None:
        hours = rules.approval_hours
        why = say("{why}, with what you did alone in the last {hours:g} hours", why=why, hours=hours)
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
        why = rules.needs_approval("count", item, exact(units + _taken_back(scene, now, since)))
    if why is not None:
        raise Refused(say("a second person must take it back ({why}); or count what is there", why=why))


def _taken_back(scene: Scene, lot: LotStanding, since: datetime) -> float:
    """Units of the item that the same person has received into the store since then and that were taken back."""
    total = 0.0
    for name in scene.things.names(LotStanding):
        for step in scene.things.steps(LotStanding, name)[:1]:  # a lot begins with its receipt
            own = step.undone is not None and step.told.who == scene.by.id and step.told.written > since
            if own and (getattr(step.act, "store", ""), getattr(step.act, "item", "")) == (lot.store, lot.item):
                total += float(getattr(step.act, "amount", 0.0))
    return total


@dataclass(frozen=True, kw_only=True)
class Alone:
    """What one person did alone with an item of a store: units shipped and scrapped, and what the counts of each lot
    made more (or fewer: below zero)."""

    shipped: float = 0.0
    scrapped: float = 0.0
    counted: Mapping[str, float]

    @property
    def units(self) -> Mapping[str, float]:
        """Units by act; too many in one lot do not make up for what lacks in another."""
        counts = exact(sum(map(abs, self.counted.values())))
        return {"ship": exact(self.shipped), "scrap": exact(self.scrapped), "count": counts}

    def counting(self, lot: str, more: float) -> float:
        """The units of counts if a lot is found to hold so many more."""
        then = {**self.counted, lot: exact(self.counted.get(lot, 0.0) + more)}
        return exact(sum(map(abs, then.values())))


def _done_alone(scene: Scene, lot: LotStanding, hours: float) -> Alone:
    """What the same person did with the item of the lot's store within so many hours, without anybody else's yes."""
    since = scene.at - timedelta(hours=hours)
    gone, counted = {"lot.ship": 0.0, "lot.scrap": 0.0}, dict[str, float]()
    for each in scene.all(LotStanding).values():
        if (each.store, each.item) != (lot.store, lot.item):
            continue
        steps = scene.things.steps(LotStanding, each.id)
        alone = [
            step
            for step in steps
            if step.told.who == scene.by.id and step.told.written > since and step.undone is None
            and step.act.what in ("lot.ship", "lot.scrap", "lot.count") and not _by_two(scene.things, step)
        ]  # fmt: skip
        numbers = {step.told.number for step in alone if step.act.what == "lot.count"}
        found = sum(count.after - count.before for count in each.differences if count.number in numbers)
        counted[each.id] = exact(found)
        for step in alone:
            if step.act.what in gone:
                units = getattr(step.act, "amount", None)
                gone[step.act.what] += exact(units) if units is not None else _left_by(steps, step)
    return Alone(shipped=gone["lot.ship"], scrapped=gone["lot.scrap"], counted=counted)


def _left_by(steps: Iterable[Step], last: Step) -> float:
    """How many units left a lot by a shipment that does not say it: all of what was kept under a name."""
    before: LotStanding | None = None
    for step in steps:
        if step is last:
            break
        before = step.act.on(before, step.told) if step.undone is None else before
    after: LotStanding = last.act.on(before, last.told)
    return exact((before.amount if before is not None else 0.0) - after.amount)


def _by_two(things: Things, step: Step) -> bool:
    """Whether a second person had agreed: by an approval, or by a request of an incident that names the item."""
    from luoshu.desk.goods_sent import by_another
    from luoshu.desk.resource import Resource

    if getattr(step.act, "approval", ""):
        return True
    numbers = things.together(step.told.number)
    for with_it in (things.step(number) for number in numbers if number != step.told.number):
        if with_it is None:
            continue
        if with_it.act.what == UseApproval.what:
            return True
        request = things.get(Resource, with_it.act.key()) if with_it.act.what == "resource.send" else None
        if request is not None and by_another(request, step.told.who):
            return True
    return False
