"""Dispatch now: what leaves which store or producer for which area when, from what stands, ways closed taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import floor, isfinite
from typing import TYPE_CHECKING, Any

from luoshu.kinds.commitment import Reason
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

GRAINS: Mapping[str, float] = {
    "升": 0.1,
    "千克": 0.1,
    "斤": 0.1,
    "米": 0.1,
    "平方米": 0.1,
    "吨": 0.001,
    "立方米": 0.001,
    "公里": 0.001,
}
"""The least part that is sent of what can be divided, by its unit; of everything else whole ones. No plan asks anybody
to load 3,599.9964 litres."""
MOST_HOURS = 30 * 24.0


@dataclass(frozen=True, kw_only=True)
class Need:
    """So much of an item newly needed in an area, `hour` hours from now.

    `area` is any name of a place: a code of tables/place.csv, a shelter, a community. `lon`, `lat` (WGS-84) say where
    it is; without them the area of the table is looked up. `weight`: how much a unit waiting counts beside others.
    """

    area: str
    item: str
    amount: float
    hour: float = 0.0
    lon: float | None = None
    lat: float | None = None
    name: str = ""
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One row of the plan: so many units of a lot or agreement leave for an area, and when they are there.

    `sort` is lot (on hand), kept (a producer's stock) or made; `supply` the lot or agreement; `store` the store's id,
    empty for a producer.
    """

    supply: str
    sort: str
    store: str
    store_name: str
    area: str
    area_name: str
    item: str
    item_name: Message
    amount: float
    unit: str
    leaves: datetime
    arrives: datetime


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """What an area still lacks at the end of the plan, of all that it needed, and why."""

    area: str
    area_name: str
    item: str
    item_name: Message
    amount: float
    needed: float
    unit: str
    why: Message


@dataclass(frozen=True, kw_only=True)
class Served:
    """What an area gets of what it needs of an item by the end; `share` from 0 to 1."""

    area: str
    area_name: str
    item: str
    item_name: Message
    needed: float
    brought: float
    unit: str

    @property
    def share(self) -> float:
        """What is brought of what is needed, 1 only where nothing lacks."""
        return 1.0 if self.brought >= self.needed else min(self.brought / self.needed, 0.9999)


@dataclass(frozen=True, kw_only=True)
class Dispatching:
    """A plan that can be carried out, what it leaves unmet, and how far from the best it can be.

    `objective` is waiting: the part of each item's need that misses, hour by hour; no plan (that is fair, where
    `fairness` is kept) waits less than `bound`. `least` maps each item to the smallest share that a reached area gets
    of it and the smallest that any plan could give it. `fairness`: kept, part, penalty (too large a problem for more)
    or none. `estimate`: minutes on the way are estimated. `method`: program (exact), prices (large), nothing.
    """

    at: datetime
    hours: float
    shipments: tuple[Shipment, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    served: tuple[Served, ...] = ()
    least: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fairness: str = "none"
    objective: float = 0.0
    bound: float = 0.0
    method: str = "nothing"
    estimate: bool = False
    because: tuple[Reason, ...] = ()

    @property
    def gap(self) -> float:
        """How much of the waiting could at most still be saved, as a share of it (0: proven best)."""
        return max(0.0, self.objective - self.bound) / self.objective if self.objective > 1e-12 else 0.0

    @property
    def ends(self) -> datetime:
        """The last moment that the plan looks at."""
        return self.at + timedelta(hours=self.hours)


def dispatch_now(
    book: Book,
    needs: Sequence[Need],
    *,
    at: datetime,
    hours: float = 24.0,
    step: float = 1.0,
    closures: Iterable[Any] = (),
    failed: Iterable[str] = (),
    load_minutes: float = 30.0,
    room: Mapping[str, float] | None = None,
    seconds: float = 20.0,
) -> Dispatching:
    """The plan for these needs over the next hours: fair across areas first, then of least waiting.

    `book` is the book with the desk over it: its lots that can be used on the day of `at` (first expired first out, but
    none that expires before the plan ends) and its agreements in force. `closures` are ways that are shut, `failed` the
    agreements and stores that give nothing, `room` what can leave a store (by its id) in a step, in cubic metres.
    `step`: hours of a period; what arrives within one serves from its end. Solve again when anything changes: the
    same book, needs and moment give the same plan.

    ValueError for amounts below zero or not finite, hours that are none, and needs of an item twice named otherwise.
    """
    from luoshu.desk.dispatch_rows import planned

    _check(needs, hours, step, load_minutes)
    return planned(
        book, [need for need in needs if need.amount > 0], at=at, hours=hours, step=step, closures=tuple(closures),
        failed=frozenset(failed), load=load_minutes / 60, room=room or {}, seconds=seconds,
    )  # fmt: skip


def _check(needs: Sequence[Need], hours: float, step: float, load_minutes: float) -> None:
    for need in needs:
        for name in ("amount", "hour", "weight"):
            value = getattr(need, name)
            if not isfinite(value) or value < 0:
                raise ValueError(f"{name} of a need of {need.area} is {value}, and must be zero or more and finite.")
    if not 0 < step <= hours <= MOST_HOURS:
        raise ValueError(f"hours is {hours} in steps of {step}: write hours up to {MOST_HOURS:g}, and a step within.")
    if not 0 <= load_minutes < 24 * 60:
        raise ValueError(f"load_minutes is {load_minutes}, and must be minutes of a day.")


def needs_for(
    book: Book, people: Mapping[str, float], *, event: str, level: str, day: date, hours: float = 24.0
) -> list[Need]:
    """What so many people in each area need over the next hours, by the need sheet in force on the day.

    A good is asked for under the items of the catalogue that stand for it: as much under each as there is of it, every
    area alike, and what none of them has under the one of which most is there; one that no item stands for under its
    own name, so that it is shown as unmet. What is used up is asked for day by day, the first day at once.
    """
    from luoshu.kinds.needing import need_sheet
    from luoshu.kinds.reserve_goods import items_for

    found: list[Need] = []
    for line in need_sheet(book, event, level, day).lines.values():
        days = max(1, -(-int(hours) // 24)) if line.a_day else 1
        places = [(area, 24.0 * number) for number in range(days) for area in people]
        items = items_for(book, line, day)
        amounts = [line.of(people[area]) for area, _ in places]
        for (item, times, _), parts in zip(items, _parted(amounts, [held for _, _, held in items]), strict=True):
            found.extend(
                Need(area=area, item=item, amount=part * times, hour=hour)
                for (area, hour), part in zip(places, parts, strict=True)
                if part > 0
            )
    return found


def _parted(amounts: Sequence[float], held: Sequence[float]) -> list[list[float]]:
    """Amounts parted over several things of which so much is held: of each as much as there is, of every amount the
    same share, in whole units; what is over goes to the first.

    >>> _parted([60.0], [40.0, 30.0]), _parted([50.0, 50.0], [50.0, 30.0])
    ([[40.0], [20.0]], [[35.0, 35.0], [15.0, 15.0]])
    """
    left, parts = list(amounts), []
    for there in held if len(held) > 1 else ():
        total = sum(left)
        share = min(1.0, floor(there) / total) if total > 0 else 0.0
        gone = given = 0.0
        part = []
        for place, amount in enumerate(left):
            gone += amount * share
            units = min(amount, max(0.0, float(floor(gone + 1e-9)) - given)) if share < 1 else amount
            given += units
            part.append(units)
            left[place] = amount - units
        parts.append(part)
    if not parts:
        return [left]
    return [[mine + rest for mine, rest in zip(parts[0], left, strict=True)], *parts[1:]]


def as_json(plan: Dispatching) -> dict[str, Any]:
    """A plan as plain values, for pages and files of others."""
    return {
        "at": plan.at.isoformat(), "hours": plan.hours, "method": plan.method, "fairness": plan.fairness,
        "objective": plan.objective, "bound": plan.bound, "gap": plan.gap, "estimate": plan.estimate,
        "shipments": [
            {
                "supply": each.supply, "sort": each.sort, "store": each.store, "from": each.store_name,
                "area": each.area, "to": each.area_name, "item": each.item, "amount": each.amount, "unit": each.unit,
                "leaves": each.leaves.isoformat(), "arrives": each.arrives.isoformat(),
            }
            for each in plan.shipments
        ],
        "unmet": [
            {"area": each.area, "item": each.item, "amount": each.amount, "needed": each.needed, "unit": each.unit,
             "why": str(each.why)}
            for each in plan.unmet
        ],
        "served": [
            {"area": each.area, "item": each.item, "needed": each.needed, "brought": each.brought, "unit": each.unit,
             "share": each.share}
            for each in plan.served
        ],
        "least": {item: {"share": share, "most": most} for item, (share, most) in plan.least.items()},
        "because": [str(each.says) for each in plan.because],
    }  # fmt: skip


def nothing_needed(at: datetime, hours: float) -> Dispatching:
    """The plan where nothing is needed: empty, and said."""
    says = say("Nothing is needed, so nothing is sent")
    return Dispatching(at=at, hours=hours, because=(Reason(says=says),))
