"""A reserve: what people need in an emergency is there in hours, and lasts for days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from luoshu.book.directory import Place
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Commitment, Gauge, Plan, term
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.reserve_faults import claim, reserve_faults
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.store import Store
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.layer import Layer

# ruff: noqa: RUF009 (term declares a field, as dataclasses.field does)


@dataclass(frozen=True, kw_only=True)
class Within:
    """Hours from the call until the first unit, half of the need and all of it are there."""

    alone: ClassVar[str] = "all"
    """What a bare number means: within: 24."""

    first: float | None = None
    half: float | None = None
    all: float | None = None


@dataclass(frozen=True, kw_only=True)
class Portion:
    """How much of a good is promised: an amount in all, or so much for each thousand people; each day or once."""

    good: str
    amount: float | None = None
    per_thousand: float | None = None
    daily: bool = False
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Reserve(Commitment):
    """What so many people need is there in hours and lasts for days, gauged by stores, lots and agreements.

    Counted is what can be used: no expired, damaged, reserved or uncounted unit. The need comes from the promise, else
    from rules/needs.yaml by event and level. Without hours and days only how much stands ready is counted.
    """

    kind: ClassVar[str] = "reserve"
    kind_zh: ClassVar[str] = "应急储备"
    needs: ClassVar[tuple[type, ...]] = (
        Item, Store, ShutStore, Lot, Agreement, Place, Home, Census, Settlement,
    )  # fmt: skip
    optional: ClassVar[tuple[type, ...]] = needs

    event: str = term(
        "For which emergency", zh="事件类型", choices=("flood", "fire", "epidemic", "supply"), default="flood"
    )
    level: str = term("Of which level of response", zh="响应级别", choices=("I", "II", "III", "IV"), default="II")
    affected: float | None = term("How many people it is for", zh="受影响人数", default=None)
    share: float | None = term("Or for which share of the people, from 0 to 1", zh="受影响比例", default=None)
    places: tuple[str, ...] = term("Areas that it is for; empty means the whole region", zh="区划", default=())
    goods: tuple[str, ...] = term(
        "Which goods of the need sheet, or items of the catalogue; empty means all that the sheet names", zh="物资",
        default=(),
    )  # fmt: skip
    needed: tuple[Portion, ...] = term(
        "How much, where the promise says so itself: [{good: tent, amount: 5000}, {good: water, per_thousand: 3000, "
        "daily: true}]",
        zh="需要量", default=(),
    )  # fmt: skip
    within: Within | None = term(
        "Hours until it is there: {first: 1, half: 6, all: 24}; a bare number means all of it", zh="时限", default=None
    )
    days: float | None = term("For how many days it lasts", zh="保障天数", default=None)

    @classmethod
    def read(cls, found: Any) -> dict[str, Any] | None:
        return claim(found)

    def gauge(self, book: Book, day: date) -> Gauge:
        from luoshu.kinds.reserve_gauge import reserve_gauge

        return reserve_gauge(self.on(day), book, day)

    def plan(self, book: Book, day: date, budget: float | None = None, count: int | None = None) -> Plan | None:
        from luoshu.kinds.reserve_plan import reserve_plan

        return reserve_plan(self.on(day), book, day, budget, count)

    def layers(self, book: Book, day: date) -> Iterable[Layer]:
        from luoshu.kinds.reserve_layers import reserve_layers

        return reserve_layers(self.on(day), book, day)

    def faults(self, book: Book) -> Iterable[tuple[str, str, Message, Message]]:
        return reserve_faults(self, book)
