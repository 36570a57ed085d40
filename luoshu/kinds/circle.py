"""A circle: everybody (or a share of the people) has a service within so many minutes of home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from luoshu.book.directory import Place
from luoshu.kinds.barrier import Bridge, Gate, Wall
from luoshu.kinds.circle_faults import circle_faults, claim
from luoshu.kinds.commitment import Commitment, Gauge, Plan, term
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.observation import Indicator, Observation
from luoshu.kinds.site import Site
from luoshu.kinds.travel import MODES, WALKERS
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.layer import Layer

# ruff: noqa: RUF009 (term declares a field, as dataclasses.field does)

GROUPS = ("all", "children", "old")
AIMS = ("cover", "set", "median", "center")
"""The siting problems that advice can answer: most people, fewest sites, shortest way of all, of the farthest."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """How much of a service each person is promised: seats, beds, square metres."""

    alone: ClassVar[str] = "per_head"
    """What a bare number means: capacity: 1.8."""

    per_head: float
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Circle(Commitment):
    """A service within so many minutes of home, gauged by where people live and where the service is.

    Served is who lives within `minutes` of a site that is open on the day; with `capacity`, who also finds so much of
    it per head. Without a list of the sites the share is unknown, never zero. Minutes are computed along the streets of
    the book, and are an estimate where it has none.
    """

    kind: ClassVar[str] = "circle"
    kind_zh: ClassVar[str] = "生活圈"
    needs: ClassVar[tuple[type, ...]] = (
        Site, Home, Census, Settlement, Place, Gate, Wall, Bridge, Indicator, Observation,
    )  # fmt: skip

    optional: ClassVar[tuple[type, ...]] = needs

    service: str = term("What must be near: a service of tables/site.csv", zh="服务")
    minutes: float = term("Minutes from home, at most; written by dates where it was moved", zh="分钟")
    mode: str = term("How people get there", zh="出行方式", choices=tuple(MODES), default="walk")
    walker: str = term("At whose pace they walk", zh="步行者", choices=tuple(WALKERS), default="adult")
    share: float = term("Share to be served, from 0 to 1; 1 is everybody", zh="覆盖比例", default=1.0)
    of: str = term(
        "What is counted: people, or villages and communities", zh="计数", choices=("people", "places"),
        default="people",
    )  # fmt: skip
    group: str = term("Which people: all, children (0-14), old (60 and over)", zh="人群", choices=GROUPS, default="all")
    place: str = term("Area that it is for; empty means the whole region", zh="区划", default="")
    capacity: Room | None = term(
        "How much each person is to find, as in {per_head: 1.8, unit: 平方米}", zh="人均容量", default=None
    )
    indicator: str = term(
        "What is published of it: an id of tables/indicator.csv, shown beside and never counted", zh="指标", default=""
    )
    judged: str = term(
        "Judged by the strictest minutes and share announced, or by those in force",
        zh="评判依据", choices=("promised", "in force"), default="promised",
    )  # fmt: skip
    aim: str = term(
        "What advice looks for: cover (serve the most), set (fewest or cheapest sites for the share), median (shortest "
        "way of all together), center (shortest way of the farthest)",
        zh="选址目标", choices=AIMS, default="cover",
    )  # fmt: skip
    spacing: float = term("Metres that new sites keep from each other and from those that stand", zh="最小间距",
                          default=0.0)  # fmt: skip

    phases: tuple[int, ...] = term(
        "New sites a year from next year on, as in [2, 2, 1]: advice names the years and spreads a budget evenly",
        zh="分年新建处数", default=(),
    )  # fmt: skip

    @classmethod
    def read(cls, found: Any) -> dict[str, Any] | None:
        return claim(found)

    def promised(self) -> Circle:
        """The circle that it is judged by: the strictest minutes and the largest share ever announced.

        So a goal that was eased does not turn a broken promise into a kept one; with `judged: in force` the terms in
        force count either way. A deadline that was put off stays where it was.
        """
        if self.judged == "in force":
            return self
        minutes = [step.value for step in self.history.get("minutes", ())]
        shares = [step.value for step in self.history.get("share", ())]
        dues = [step.value for step in self.history.get("due", ()) if step.value is not None]
        return replace(
            self, minutes=min(minutes, default=self.minutes), share=max(shares, default=self.share),
            due=min(dues, default=self.due),
        )  # fmt: skip

    def gauge(self, book: Book, day: date) -> Gauge:
        from luoshu.kinds.circle_gauge import circle_gauge

        return circle_gauge(self.on(day), book, day)

    def plan(self, book: Book, day: date, budget: float | None = None, count: int | None = None) -> Plan | None:
        from luoshu.kinds.circle_moves import circle_plan

        return circle_plan(self.on(day).promised(), book, day, budget, count)

    def layers(self, book: Book, day: date) -> Iterable[Layer]:
        from luoshu.kinds.circle_layers import circle_layers

        return circle_layers(self.on(day).promised(), book, day)

    def around(self, book: Book, day: date, table: str, id: str) -> Iterable[Layer]:
        from luoshu.kinds.circle_layers import circle_around

        return circle_around(self.on(day).promised(), book, day, table, id)

    def faults(self, book: Book) -> Iterable[tuple[str, str, Message, Message]]:
        return circle_faults(self, book)
