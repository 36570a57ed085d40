"""Goods that leave the stores for a request of an incident: which lots, how much of each, and their arrival."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from luoshu.desk.act import Act, Scene
from luoshu.desk.approval import alone_enough
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.leaving import Deliver, Ship
from luoshu.desk.lots import KEEPERS, LotStanding, exact, keeper_of, need_item, need_lot, reasons, short, usable_now
from luoshu.kinds.stock import taken
from luoshu.kinds.stock_rules import Weighed
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.desk.resource import Resource, SendResource


def goods_leaving(scene: Scene, sending: SendResource) -> list[Act[Any]]:
    """The shipments of the lots that a request is sent from, first expired first; none where it names no lots.

    Who sends them must be allowed to move what stands in those stores; lots that cannot be used are refused.
    """
    from luoshu.desk.resource import Resource

    state = scene.need(Resource, sending.resource)
    lots = tuple(dict.fromkeys(sending.lots or state.lots))
    units = exact(state.granted if sending.amount is None else sending.amount)
    if not lots or units <= 0:
        return []
    standing = [_asked_for(scene, need_lot(scene, lot), state) for lot in lots]
    for lot in standing:
        if not scene.by.may(KEEPERS, keeper_of(scene, lot.store), state.incident):
            raise MayNot(
                say("{name} may not move goods of {store}", name=scene.by.name or scene.by.id, store=lot.store)
            )
    found = [usable_now(scene, lot) for lot in standing]
    parts = taken(found, units)
    there = exact(sum(part for _, part in parts))
    if there < units:
        bad = next((each for each in found if each.amount <= 0), None)
        raise Refused(reasons(bad)) if bad is not None else short(", ".join(lots), units, there)
    if not by_another(state, scene.by.id):
        _agreed_in_all(scene, [(need_lot(scene, each.lot.id), part) for each, part in parts])
    return [
        Ship(lot=each.lot.id, amount=exact(part), place=state.to or state.title, incident=state.incident,
             due=sending.eta, shipment=state.id)
        for each, part in parts
    ]  # fmt: skip


def _asked_for(scene: Scene, lot: LotStanding, request: Resource) -> LotStanding:
    """The lot, if it holds what the request names, counted in the same unit (Refused)."""
    if request.item and lot.item != request.item:
        raise Refused(say("lot {lot} holds {found}, not {item}", lot=lot.id, found=lot.item, item=request.item))
    item = need_item(scene, lot.item)
    if item.unit != request.unit:
        raise Refused(say("{item} is counted in {unit}", item=item.name, unit=item.unit))
    return lot


def _agreed_in_all(scene: Scene, parts: Sequence[tuple[LotStanding, float]]) -> None:
    """Refuse parts that together are more than one person may ship alone."""
    total: dict[str, float] = {}
    for lot, part in parts:
        total[lot.item] = exact(total.get(lot.item, 0.0) + part)
    alone_enough(
        scene, [Weighed(act="ship", item=need_item(scene, item), units=units) for item, units in total.items()]
    )


def goods_there(scene: Scene, resource: Resource, came: float | None, approval: str = "") -> list[Act[Any]]:
    """The arrival of the lots that were sent for a request; where less came, the last ones are short."""
    left = None if came is None else exact(came)
    made: list[Act[Any]] = []
    for lot, units in _moving(scene, resource.lots, resource.id):
        if left is None or left >= units:
            made.append(Deliver(lot=lot, shipment=resource.id))
        else:
            made.append(Deliver(lot=lot, shipment=resource.id, amount=left, approval=approval))
        left = None if left is None else max(0.0, exact(left - units))
    return made


def _moving(scene: Scene, lots: Sequence[str], shipment: str) -> list[tuple[str, float]]:
    standing = [(lot, scene.get(LotStanding, lot)) for lot in lots]
    return [(lot, each.amount) for lot, state in standing if state for each in state.under_way if each.id == shipment]


def leaves_with_request(scene: Scene, shipment: str) -> bool:
    """Whether a shipment leaves in this very command for a request that somebody else has approved: the second person
    has agreed to exactly this."""
    from luoshu.desk.resource import Resource

    sent = scene.changed.get((Resource, shipment)) if shipment else None
    return isinstance(sent, Resource) and sent.state == "on the way" and by_another(sent, scene.by.id)


def by_another(request: Resource, who: str) -> bool:
    """Whether a second person has agreed that so much leaves by the hand of `who`. Where the request names no item
    nobody has agreed to what leaves: its words could be about anything."""
    return bool(request.item) and request.approved_by not in ("", who)
