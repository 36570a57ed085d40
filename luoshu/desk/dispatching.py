"""Dispatch now: what leaves which store or producer for which area when, from what stands, ways closed taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from luoshu.kinds.commitment import Reason
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book


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
class Supply:
    """So much of an item that may leave a place from `hour` hours from now on: a lot, or what a producer delivers.

    `until` is the last day on which it may be used (None: no such day). `sort` is lot or agreement, `id` its key.
    """

    id: str
    sort: str
    store: str
    name: str
    item: str
    amount: float
    lon: float
    lat: float
    hour: float = 0.0
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One row of the plan: so many units of a lot or agreement leave for an area, and when they are there."""

    supply: str
    sort: str
    store: str
    store_name: str
    area: str
    area_name: str
    item: str
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
    needed: float
    brought: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Dispatching:
    """A plan that can be carried out, what it leaves unmet, and how far from the best it can be.

    `objective` is waiting: units that miss, by weight, period by period; no plan waits less than `bound`. `least` maps
    each item to the smallest share that an area gets of it and to the largest smallest share that any plan could give.
    `estimate`: minutes on the way are estimated. `method`: program (exact), prices (large), nothing.
    """

    at: datetime
    hours: float
    shipments: tuple[Shipment, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    served: tuple[Served, ...] = ()
    least: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    objective: float = 0.0
    bound: float = 0.0
    method: str = "nothing"
    estimate: bool = False
    because: tuple[Reason, ...] = ()

    @property
    def gap(self) -> float:
        """How much of the waiting could at most still be saved, as a share of it (0: proven best)."""
        return max(0.0, self.objective - self.bound) / self.objective if self.objective > 0 else 0.0

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
    """The plan of least waiting for these needs over the next hours, fair across areas first.

    `book` is the book with the desk over it. `closures` are ways that are shut, `failed` the agreements and stores that
    give nothing, `room` what can leave a store in a step (units of the items' volume). ValueError for amounts below
    zero or not finite, and for hours that are none.
    """
    return Dispatching(at=at, hours=hours)


def needs_for(
    book: Book, people: Mapping[str, float], *, event: str, level: str, day: date, hours: float = 24.0
) -> list[Need]:
    """What so many people in each area need over the next hours, by the need sheet in force on the day."""
    return []
