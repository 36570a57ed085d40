"""What of an incident is not finished: tasks, requests, removals, and goods that are kept for it or on their way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from luoshu.desk.act import Scene
from luoshu.desk.assignment import Assignment
from luoshu.desk.lots import LotStanding, digits, item_of
from luoshu.desk.removal import Removal
from luoshu.desk.resource import Resource


@dataclass(frozen=True, kw_only=True)
class Loose:
    """Units of a lot that nobody else can count on, kept or `moving`; `name`: of the reservation or shipment."""

    lot: str
    item: str
    name: str
    amount: float
    moving: bool
    place: str = ""


def loose_goods(lots: Iterable[LotStanding], incident: str) -> list[Loose]:
    """The goods that are kept for an incident or on their way for it."""
    found = []
    for lot in lots:
        for kept in lot.kept:
            if kept.incident == incident:
                found.append(Loose(lot=lot.id, item=lot.item, name=kept.id, amount=kept.amount, moving=False))
        for each in lot.under_way:
            if each.incident == incident:
                found.append(Loose(lot=lot.id, item=lot.item, name=each.id, amount=each.amount, moving=True,
                                   place=each.place or each.store))  # fmt: skip
    return found


def unfinished(scene: Scene, incident: str) -> tuple[list[str], list[str]]:
    """The titles of tasks, requests and removals that are under way; and the goods that no request under way tells of,
    each with its lot and how many."""
    found: list[Assignment | Resource | Removal] = [
        *scene.all(Assignment).values(), *scene.all(Resource).values(), *scene.all(Removal).values()
    ]  # fmt: skip
    asked = scene.all(Resource)
    goods = []
    for each in loose_goods(scene.all(LotStanding).values(), incident):
        if each.name in asked and asked[each.name].under_way:
            continue
        item = item_of(scene, each.item)
        goods.append(f"{item.name if item else each.item} {each.lot}: {digits(each.amount)}{item.unit if item else ''}")
    return [each.title for each in found if each.incident == incident and each.under_way], goods
