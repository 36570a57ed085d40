"""A renewal: so many old estates, households or square metres are renewed by a day, best in one piece with others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from luoshu.book.directory import Place
from luoshu.kinds.commitment import Commitment, Gauge, Plan, term
from luoshu.kinds.estate import Adjoining, Estate
from luoshu.kinds.renewal_claim import UNITS, claim, renewal_faults
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.layer import Layer

# ruff: noqa: RUF009 (term declares a field, as dataclasses.field does)

SIZES = ("households", "area", "estates")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What a unit renewed in one piece is: how large, and how far apart its estates may lie."""

    alone: ClassVar[str] = "least"
    """What a bare number means: in_one_piece: 1000."""

    least: float
    most: float | None = None
    by: str = term("What its size is counted in", zh="规模按", choices=SIZES, default="households")
    gap: float = term("Metres between estates that still adjoin, as across a street", zh="相邻间距", default=30.0)


@dataclass(frozen=True, kw_only=True)
class Renewal(Commitment):
    """So many old estates (个), households (户) or square metres renewed by a day, gauged by the table of estates.

    Counted is what was finished from `since` to the deadline; what is under way, planned or waiting stands beside it
    and is never counted as done. With `in_one_piece` the next estates are advised in contiguous units.
    """

    kind: ClassVar[str] = "renewal"
    kind_zh: ClassVar[str] = "老旧小区改造"
    needs: ClassVar[tuple[type, ...]] = (Estate, Adjoining, Place)
    optional: ClassVar[tuple[type, ...]] = needs

    level: float = term("How much is to be renewed; written by dates where it was moved", zh="目标值")
    unit: str = term("What is counted: 个 (estates), 户 or 万户, 平方米 or 万平方米", zh="单位", default="个")
    since: date | None = term(
        "First day of the period; what was finished earlier does not count", zh="起始日", period="start", default=None
    )
    place: str = term("Area that it is for; empty means the whole region", zh="区划", default="")
    built_by: int | None = term(
        "Only estates built by the end of this year count, as in 2000", zh="建成年份上限", default=None
    )
    in_one_piece: Piece | None = term(
        "Renewed in contiguous units of this size: {least: 1000, most: 4000, by: households, gap: 30}",
        zh="连片改造", default=None,
    )  # fmt: skip
    budget: float | None = term(
        "Yuan that advice may spend where no other budget is asked for", zh="资金", default=None
    )
    first: str = term(
        "Whom advice takes first: the most of what is promised for the money, or the oldest", zh="优先",
        choices=("most", "oldest"), default="most",
    )  # fmt: skip
    judged: str = term(
        "Judged by the highest level announced, or by the one in force",
        zh="评判依据", choices=("promised", "in force"), default="promised",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unit {self.unit!r} is not one of {', '.join(UNITS)}")

    @classmethod
    def read(cls, found: Any) -> dict[str, Any] | None:
        return claim(found)

    def promised(self) -> Renewal:
        """The renewal that it is judged by: the highest level and the first deadline ever announced."""
        if self.judged == "in force":
            return self
        levels = [step.value for step in self.history.get("level", ())]
        dues = [step.value for step in self.history.get("due", ()) if step.value is not None]
        return replace(self, level=max(levels, default=self.level), due=min(dues, default=self.due))

    def gauge(self, book: Book, day: date) -> Gauge:
        from luoshu.kinds.renewal_gauge import renewal_gauge

        return renewal_gauge(self.on(day), book, day)

    def plan(self, book: Book, day: date, budget: float | None = None, count: int | None = None) -> Plan | None:
        from luoshu.kinds.renewal_plan import renewal_plan

        return renewal_plan(self.on(day).promised(), book, day, budget, count)

    def layers(self, book: Book, day: date) -> Iterable[Layer]:
        from luoshu.kinds.renewal_layers import renewal_layers

        return renewal_layers(self.on(day).promised(), book, day)

    def faults(self, book: Book) -> Iterable[tuple[str, str, Message, Message]]:
        return renewal_faults(self, book)
