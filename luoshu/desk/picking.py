"""A pick list: so many units of an item out of one store, taken by first expired, first out, and shipped together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.approval import UseApproval, agreed
from luoshu.desk.inside import real_goods
from luoshu.desk.journal import Refused
from luoshu.desk.leaving import Pick, Release, Ship
from luoshu.desk.lots import (
    KEEPERS,
    LotStanding,
    beside,
    code_of,
    exact,
    keeper_of,
    lot_of,
    need_item,
    need_lot,
    need_store,
    short,
    some,
)
from luoshu.kinds.item import Item
from luoshu.kinds.stock import Usable, taken
from luoshu.kinds.store import Store
from luoshu.words.message import say

STATES = {"open": say("picked, waits to leave"), "shipped": say("shipped"), "dropped": say("put back")}


@dataclass(frozen=True, kw_only=True)
class PickList(Thing):
    """What was picked for one need; which lots it is from, they tell themselves: they keep it under the list's name."""

    sort = "picklist"
    zh = "拣货单"

    id: str
    item: str
    store: str
    amount: float
    purpose: str = ""
    incident: str = ""
    state: str = "open"
    who: str = ""
    at: datetime | None = None


def proposed(scene: Scene, store: str, item: str, units: float) -> list[tuple[Usable, float]]:
    """Which lots would be picked for so many units, and how many of each; fewer where there are not so many."""
    return taken(beside(scene, store, item), units)


def lines(scene: Scene, picklist: str) -> list[tuple[LotStanding, float]]:
    """The lots that keep something under the name of a list, and how many units."""
    return [
        (lot, kept.amount) for lot in scene.all(LotStanding).values() for kept in lot.kept if kept.id == picklist
    ]  # fmt: skip


def leaves_with_list(scene: Scene, reservation: str) -> bool:
    """Whether a pick list, which was agreed to as a whole, takes the units of a reservation along."""
    listed = scene.get(PickList, reservation) if reservation else None
    return listed is not None and listed.state == "shipped"


@dataclass(frozen=True, kw_only=True)
class _ListAct(Act[PickList]):
    thing = PickList
    roles = KEEPERS
    picklist: str = fact("The pick list", zh="拣货单号", refers=PickList)

    def key(self) -> str:
        return self.picklist

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, scene.need(PickList, self.picklist).store)


@act
class Collect(_ListAct):
    """Picks for one need: the lots of the store that expire first, as many as it takes, all or nothing."""

    what = "picklist.collect"
    says = say("pick for a need")
    picklist: str = fact("Number of the pick list", zh="拣货单号", hidden=True)
    item: str = fact("What is needed", zh="物资", refers=Item)
    store: str = fact("Out of which store", zh="仓库", refers=Store)
    amount: float = fact("How many", zh="数量", minimum=0)
    purpose: str = fact("For whom or what", zh="用途")
    incident: str = fact("For which incident", zh="事件", refers="incident", default="")

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, self.store)

    def check(self, scene: Scene) -> None:
        _fresh_name(scene, self.picklist)
        real_goods(scene, self.incident)
        need_item(scene, self.item), need_store(scene, self.store)
        units = some(self.amount)
        found = exact(sum(part for _, part in proposed(scene, self.store, self.item, units)))
        if found < units:
            raise short(self.store, units, found)

    def on(self, state: PickList | None, told: Told) -> PickList:
        if state is not None:
            raise Refused(say("there is a pick list {name} already", name=self.picklist))
        return PickList(
            id=self.picklist, item=self.item, store=self.store, amount=some(self.amount), purpose=self.purpose,
            incident=self.incident, who=told.who, at=told.at,
        )  # fmt: skip

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        for each, part in proposed(scene, self.store, self.item, some(self.amount)):
            yield Pick(lot=each.lot.id, amount=exact(part), reservation=self.picklist, purpose=self.purpose,
                       incident=self.incident)  # fmt: skip


def _fresh_name(scene: Scene, picklist: str) -> None:
    """Refuse a name that something else has: an approval, which names lots and lists alike, would be for both, and what
    is kept under the name would leave with the list. Reservations without a name are called by a number."""
    if code_of(picklist).isdigit():
        raise Refused(say("{code} cannot be the name of a pick list: put a letter before the number", code=picklist))
    if lot_of(scene, picklist) is not None:
        raise Refused(say("there is a lot {lot} already: give this one another code", lot=picklist))
    if lines(scene, picklist) and scene.get(PickList, picklist) is None:
        raise Refused(say("something is kept under {name} already", name=picklist))


def _open(state: PickList | None, picklist: str) -> PickList:
    if state is None:
        raise Refused(say("there is no pick list {name}", name=picklist))
    if state.state != "open":
        raise Refused(say("pick list {name}: {state}", name=picklist, state=STATES[state.state]))
    return state


@act
class ShipList(_ListAct):
    """Everything on a pick list leaves together."""

    what = "picklist.ship"
    says = say("ship what was picked")
    store: str = fact("Store it goes to", zh="调往仓库", refers=Store, default="")
    place: str = fact("Place it goes to, if it is no store", zh="送往地点", default="")
    due: datetime | None = fact("When it should arrive", zh="预计到达", default=None)
    approval: str = fact("A second person's approval, above the limit", zh="审批编号", default="")

    def check(self, scene: Scene) -> None:
        state = _open(scene.get(PickList, self.picklist), self.picklist)
        there = lines(scene, self.picklist)
        if not there:
            raise Refused(say("nothing is left on pick list {name}", name=self.picklist))
        total = exact(sum(part for _, part in there))
        lot = need_lot(scene, there[0][0].id)
        agreed(
            scene, "ship", lot, total, self.approval, store=self.store, place=self.place, about=state.id,
            incident=state.incident,
        )  # fmt: skip

    def on(self, state: PickList | None, told: Told) -> PickList:
        return replace(_open(state, self.picklist), state="shipped")

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        if self.approval:
            yield UseApproval(approval=self.approval)
        for lot, _ in lines(scene, self.picklist):
            yield Ship(lot=lot.id, reservation=self.picklist, store=self.store, place=self.place, due=self.due)


@act
class DropList(_ListAct):
    """What was picked goes back to the shelf."""

    what = "picklist.drop"
    says = say("put back what was picked")

    def on(self, state: PickList | None, told: Told) -> PickList:
        return replace(_open(state, self.picklist), state="dropped")

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        return [Release(lot=lot.id, reservation=self.picklist) for lot, _ in lines(scene, self.picklist)]
