"""How lots leave a store: reserved, picked, shipped, delivered, and what of it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.approval import UseApproval, agreed, alone_enough
from luoshu.desk.inside import real_goods
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.lots import (
    Handed,
    Kept,
    LotStanding,
    Shipment,
    begun,
    beside,
    code_of,
    come_back,
    digits,
    exact,
    keeper_of,
    kept_name,
    need_item,
    need_lot,
    need_store,
    reasons,
    short,
    some,
    turned_round,
    usable_now,
    whole,
)
from luoshu.desk.stockroom import LotAct, fresh_code, part_of
from luoshu.kinds.lot import CONDITIONS
from luoshu.kinds.stock import next_out
from luoshu.kinds.stock_rules import Weighed
from luoshu.kinds.store import Store
from luoshu.words.message import say


def may_take(scene: Scene, state: LotStanding, units: float, reason: str) -> None:
    """Refuse to take units that cannot be used, or that should not be the next to leave (unless a reason is given)."""
    found = usable_now(scene, state)
    whole(scene, state.item, units, state.amount)
    if units > found.amount:
        raise Refused(reasons(found)) if found.amount <= 0 else short(state.id, units, found.amount)
    if reason.strip():
        return
    first = next_out(beside(scene, state.store, state.item))
    if first is None or first.lot.id == state.id or first.lot.expires is None:
        return
    if state.expires is None or first.lot.expires < state.expires:
        raise Refused(say("lot {first} expires sooner, on {day}: take it first, or say why not", first=first.lot.id,
                          day=first.lot.expires))  # fmt: skip


def still_good(scene: Scene, state: LotStanding) -> None:
    """Refuse to move what was kept when it was good and is not any more."""
    found = usable_now(scene, state)
    if found.reason not in ("", "reserved"):
        raise Refused(reasons(found))


REASON = fact("Why not the lot that expires first, if another is taken", zh="不按先到期先出的理由", default="")


@act
class Reserve(LotAct):
    """Units are promised to somebody: nobody else can count on them."""

    what = "lot.reserve"
    says = say("reserve goods")
    amount: float = fact("How many", zh="数量", minimum=0)
    purpose: str = fact("For whom or what", zh="用途")
    incident: str = fact("For which incident", zh="事件", refers="incident", default="")
    reservation: str = fact("Name of the reservation", zh="预留编号", default="", hidden=True)
    reason: str = REASON

    def check(self, scene: Scene) -> None:
        _own_name(scene, self.reservation)
        real_goods(scene, self.incident)
        may_take(scene, need_lot(scene, self.lot), exact(self.amount), self.reason)

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        kept = Kept(
            id=kept_name(told, self.reservation), amount=some(self.amount), purpose=self.purpose,
            incident=self.incident, who=told.who, at=told.at,
        )  # fmt: skip
        return keep(begun(state, self.lot), kept)


@act
class Release(LotAct):
    """What was kept for somebody is free again, all or a part of it."""

    what = "lot.release"
    says = say("release what was reserved")
    reservation: str = fact("Name of the reservation", zh="预留编号")
    amount: float | None = fact("How many, if not all", zh="数量（仅部分时填写）", minimum=0, default=None)

    def incident_of(self, state: Thing | None) -> str:
        return _incident_kept(state, self.reservation)

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state = begun(state, self.lot)
        kept = state.keeping(self.reservation)
        return state.without(kept, kept.amount if self.amount is None else some(self.amount))


@act
class Pick(LotAct):
    """Units are taken from the shelf and wait at the door: those of a reservation, or free ones."""

    what = "lot.pick"
    says = say("pick goods")
    amount: float | None = fact("How many; empty: all of the reservation", zh="数量", minimum=0, default=None)
    reservation: str = fact("Of which reservation", zh="预留编号", default="")
    purpose: str = fact("For whom or what", zh="用途", default="")
    incident: str = fact("For which incident", zh="事件", refers="incident", default="")
    reason: str = REASON

    def _from(self, state: LotStanding | None) -> Kept | None:
        known = state is not None and any(each.id == self.reservation for each in state.kept)
        return state.keeping(self.reservation) if state is not None and known else None

    def incident_of(self, state: Thing | None) -> str:
        return _incident_kept(state, self.reservation) or self.incident

    def check(self, scene: Scene) -> None:
        state = need_lot(scene, self.lot)
        real_goods(scene, self.incident_of(state))
        kept_for(scene, self, state)
        if self._from(state) is None:
            if self.amount is None:
                raise Refused(say("say how many"))
            _own_name(scene, self.reservation)
            may_take(scene, state, exact(self.amount), self.reason or _in_list(scene, self.reservation))
        else:
            still_good(scene, state)

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state = begun(state, self.lot)
        kept = self._from(state)
        if kept is None:
            new = Kept(
                id=kept_name(told, self.reservation), amount=some(self.amount or 0), picked=True,
                purpose=self.purpose, incident=self.incident, who=told.who, at=told.at,
            )  # fmt: skip
            return keep(state, new)
        units = kept.amount if self.amount is None else some(self.amount)
        if units != kept.amount:
            raise Refused(say("{kept} are kept under {name}: pick all of them, or release some first",
                              kept=digits(kept.amount), name=kept.id))  # fmt: skip
        picked = replace(kept, picked=True)
        return replace(state, kept=tuple(picked if each.id == kept.id else each for each in state.kept))


@act
class Ship(LotAct):
    """Units leave for another store or for a place where they are needed; they are under way until they arrive."""

    what = "lot.ship"
    says = say("ship goods")
    amount: float | None = fact("How many; empty: all of the reservation", zh="数量", minimum=0, default=None)
    reservation: str = fact("Of which reservation", zh="预留编号", default="")
    store: str = fact("Store they go to", zh="调往仓库", refers=Store, default="")
    place: str = fact("Place they go to, if it is no store", zh="送往地点", default="")
    incident: str = fact("For which incident", zh="事件", refers="incident", default="")
    due: datetime | None = fact("When they should arrive", zh="预计到达", default=None)
    shipment: str = fact("Name of the shipment", zh="运单号", default="")
    reason: str = REASON
    approval: str = fact("A second person's approval, above the limit", zh="审批编号", default="")

    def incident_of(self, state: Thing | None) -> str:
        return _incident_kept(state, self.reservation) or self.incident

    def _units(self, state: LotStanding) -> float:
        if self.amount is None and not self.reservation:
            raise Refused(say("say how many"))
        return state.keeping(self.reservation).amount if self.amount is None else some(self.amount)

    def check(self, scene: Scene) -> None:
        from luoshu.desk.goods_sent import leaves_with_request
        from luoshu.desk.picking import leaves_with_list

        state = need_lot(scene, self.lot)
        real_goods(scene, self.incident_of(state))
        units = self._units(state)
        if not self.store and not self.place:
            raise Refused(say("say where it goes: a store or a place"))
        if self.store:
            need_store(scene, self.store)
        if self.store == state.store:
            raise Refused(say("it stands in {store} already", store=self.store))
        kept_for(scene, self, state)
        if self.reservation:
            still_good(scene, state)
        else:
            may_take(scene, state, units, self.reason)
        if not leaves_with_list(scene, self.reservation) and not leaves_with_request(scene, self.shipment):
            agreed(
                scene, "ship", state, units, self.approval, store=self.store, place=self.place,
                incident=self.incident_of(state),
            )  # fmt: skip

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        return [UseApproval(approval=self.approval)] if self.approval else []

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state = begun(state, self.lot)
        units, incident = self._units(state), self.incident_of(state)
        if self.reservation:
            state = state.without(state.keeping(self.reservation), units)
        elif units > state.free:
            raise short(self.lot, units, state.free)
        name = kept_name(told, self.shipment)
        if any(each.id == name for each in state.under_way):
            raise Refused(say("a shipment {name} is under way already", name=name))
        moving = Shipment(
            id=name, amount=units, store=self.store, place=self.place, incident=incident, who=told.who,
            left=told.at, due=self.due,
        )  # fmt: skip
        return replace(state.less(units, told.at), under_way=(*state.under_way, moving))


@act
class Deliver(LotAct):
    """A shipment arrives: in a store it becomes a lot of its own, at a place it is handed over."""

    what = "lot.deliver"
    says = say("confirm that goods arrived")
    roles = frozenset({"store", "duty", "team"})
    shipment: str = fact("Which shipment; empty where only one is under way", zh="运单号", default="")
    amount: float | None = fact("How many arrived, if not all", zh="实收数（与发出不一致时填写）", minimum=0,
                                default=None)  # fmt: skip
    condition: str = fact("Their condition", zh="状况", choices=CONDITIONS, default="good")
    as_lot: str = fact("Code of the new lot", zh="新批次号", default="")
    note: str = fact("Anything to know", zh="备注", default="")
    approval: str = fact("A second person's approval of what is missing, above the limit", zh="审批编号（短少超限时）",
                         default="")  # fmt: skip

    def _moving(self, state: LotStanding) -> Shipment:
        found = [each for each in state.under_way if self.shipment in ("", each.id)]
        if len(found) != 1:
            none = say("nothing of {lot} is under way as {name}", lot=self.lot, name=self.shipment or "?")
            raise Refused(none if not found else say("several shipments are under way: name one"))
        return found[0]

    def _arrived(self, moving: Shipment) -> float:
        units = moving.amount if self.amount is None else exact(self.amount)
        if units > moving.amount:
            raise Refused(say("{left} left, so {found} cannot have arrived", left=digits(moving.amount),
                              found=digits(units)))  # fmt: skip
        return units

    def organisation(self, scene: Scene) -> str:
        state = need_lot(scene, self.lot)
        moving = {each.id: each.store for each in state.under_way}
        gone = {  # what has arrived is under way no more, and may still be taken back by who took it in
            kept_name(step.told, step.act.shipment): step.act.store
            for step in scene.things.steps(LotStanding, self.lot)
            if isinstance(step.act, Ship)
        }
        known = {**gone, **moving}
        wanted = [known.get(self.shipment, "")] if self.shipment else list((moving or known).values())
        owners = [keeper_of(scene, store or state.store) for store in wanted or [""]]
        incident = self.incident_of(state)  # who may take in any of several is told to name one, not sent away
        return next((each for each in owners if scene.by.may(self.roles, each, incident)), owners[0])

    def incident_of(self, state: Thing | None) -> str:
        moving = state.under_way if isinstance(state, LotStanding) else ()
        return next((each.incident for each in moving if self.shipment in ("", each.id)), "")

    def check(self, scene: Scene) -> None:
        """What did not arrive is gone for good, as what a count does not find: above the limit two must agree."""
        state = need_lot(scene, self.lot)
        moving = self._moving(state)
        arrived = self._arrived(moving)
        lacking = exact(moving.amount - arrived)
        whole(scene, state.item, arrived, moving.amount)
        if self.approval:
            agreed(scene, "count", state, -lacking, self.approval, place=moving.id, named_amount=arrived)
        elif lacking > 0:
            try:
                alone_enough(scene, [Weighed(act="count", item=need_item(scene, state.item), units=lacking)])
            except Refused as refused:
                raise Refused(say("{why}. Ask for it as for a count: with how many arrived, and {name} as the place",
                                  why=refused.says, name=moving.id)) from None  # fmt: skip

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state = begun(state, self.lot)
        moving = self._moving(state)
        units = self._arrived(moving)
        there = Handed(id=moving.id, amount=units, place=moving.place, incident=moving.incident, at=told.at)
        return replace(
            state, handed=(*state.handed, there) if units and not moving.store else state.handed,
            under_way=tuple(each for each in state.under_way if each.id != moving.id),
            delivered=exact(state.delivered + units) if not moving.store else state.delivered,
            lost=exact(state.lost + moving.amount - units),
        )  # fmt: skip

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        state = need_lot(scene, self.lot)
        moving = self._moving(state)
        units = self._arrived(moving)
        used: list[Act[Any]] = [UseApproval(approval=self.approval)] if self.approval else []
        if not moving.store or units <= 0:
            return used
        code = self.as_lot or fresh_code(scene, self.lot)
        return [
            *used,
            part_of(state, code_of(code), units, store=moving.store, condition=self.condition, note=self.note),
        ]


@act
class Return(LotAct):
    """Goods that were handed over, or turned round on their way, come back as a lot of their own; they count once they
    were looked at."""

    what = "lot.return"
    says = say("take goods back")
    amount: float = fact("How many", zh="数量", minimum=0)
    shipment: str = fact("Shipment that turned round on its way; empty: what was handed over",
                         zh="中途折返的运单号（已送达的不填）", default="")  # fmt: skip
    store: str = fact("Store they come back to; empty: where they left", zh="退回仓库", refers=Store, default="")
    condition: str = fact("Their condition", zh="状况", choices=CONDITIONS, default="unknown")
    as_lot: str = fact("Code of the new lot", zh="新批次号", default="")
    note: str = fact("Anything to know", zh="备注", default="")

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, self.store or need_lot(scene, self.lot).store)

    def incident_of(self, state: Thing | None) -> str:
        moving = state.under_way if isinstance(state, LotStanding) and self.shipment else ()
        return next((each.incident for each in moving if each.id == self.shipment), "")

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state, units = begun(state, self.lot), some(self.amount)
        if self.shipment:
            return turned_round(state, self.shipment, units)
        if units > state.delivered:
            raise Refused(say("{found} of {lot} were handed over, so {units} cannot come back", lot=self.lot,
                              found=digits(state.delivered), units=digits(units)))  # fmt: skip
        return replace(state, delivered=exact(state.delivered - units), handed=come_back(state.handed, units))

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        state = need_lot(scene, self.lot)
        code = self.as_lot or fresh_code(scene, self.lot)
        back = part_of(state, code, some(self.amount), store=self.store, condition=self.condition, note=self.note)
        return [back]


def _in_list(scene: Scene, reservation: str) -> str:
    """The pick list that is being made in this very command, which has chosen what expires first; else nothing."""
    from luoshu.desk.picking import PickList

    return reservation if (PickList, reservation) in scene.changed else ""


def _own_name(scene: Scene, reservation: str) -> None:
    """Refuse to keep something under the name of a pick list that was made before: its yes was not for this."""
    from luoshu.desk.picking import PickList, leaves_with_list

    if leaves_with_list(scene, reservation):
        raise Refused(say("pick list {name} has left already", name=reservation))
    if reservation and scene.get(PickList, reservation) is not None and not _in_list(scene, reservation):
        raise Refused(say("pick list {name} is made already: what is picked does not grow", name=reservation))


def keep(state: LotStanding, kept: Kept) -> LotStanding:
    """The lot with so many of its free units kept for somebody (Refused)."""
    if any(each.id == kept.id for each in state.kept):
        raise Refused(say("something of {lot} is kept under {name} already", lot=state.id, name=kept.id))
    if kept.amount > state.free:
        raise short(state.id, kept.amount, state.free)
    return replace(state, kept=(*state.kept, kept))


def kept_for(scene: Scene, taking: Pick | Ship, state: LotStanding) -> None:
    """Refuse to take what is kept for one incident for another, or, where it is kept for none, with rights in one."""
    kept = next((each for each in state.kept if each.id == taking.reservation), None)
    if kept is None or taking.incident in ("", kept.incident):
        return
    if kept.incident:
        raise Refused(say("{name} is kept for incident {kept}, not {incident}", name=kept.id, kept=kept.incident,
                          incident=taking.incident))  # fmt: skip
    if not scene.by.may(taking.roles, keeper_of(scene, state.store)):
        raise MayNot(say("{name} may not do this: {act}", name=scene.by.name or scene.by.id, act=taking.says))


def _incident_kept(state: Thing | None, reservation: str) -> str:
    kept = state.kept if isinstance(state, LotStanding) else ()
    return next((each.incident for each in kept if each.id == reservation), "")
