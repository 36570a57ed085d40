"""A target: a measure that is to reach, keep or stay under a figure by a day, every year, or over a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from luoshu.book.cell import perhaps
from luoshu.book.directory import Place
from luoshu.book.problem import Source
from luoshu.kinds.commitment import Commitment, Gauge, Move, Reason, term
from luoshu.kinds.course import shape
from luoshu.kinds.gathering import published
from luoshu.kinds.goal import COMPARATORS
from luoshu.kinds.observation import Indicator, Observation
from luoshu.kinds.pace import moves_of
from luoshu.kinds.quota import quota_gauge
from luoshu.kinds.sheet import level_gauge
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

# ruff: noqa: RUF009 (term declares a field, as dataclasses.field does)


@dataclass(frozen=True, kw_only=True)
class Base:
    """The figure that a change is counted from, and the day that it is for."""

    value: float
    as_of: date | None = term("Day that it is for", zh="时点", period="end", default=None)
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size that each counted thing must have."""

    value: float
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A level of a target, the day on which it was announced and where."""

    since: date | None
    level: float
    source: Source


@dataclass(frozen=True, kw_only=True)
class Target(Commitment):
    """A promised figure, gauged by what was published of its measure.

    A level is reached by the deadline (or kept under, for a ceiling); with `per` it is a quota for every period from
    `since` on; with `since` and a measure that may be added up it is the total of the period; `change` up or down
    counts from `base`.
    """

    kind: ClassVar[str] = "target"
    kind_zh: ClassVar[str] = "目标"
    needs: ClassVar[tuple[type, ...]] = (Indicator, Observation)

    measure: str = term("What is measured: an id of tables/indicator.csv", zh="指标")
    level: float = term("The figure promised; written by dates where it was moved", zh="目标值")
    level_high: float | None = term("Upper end of a range", zh="目标上限", default=None)
    comparator: str = term("How the figure binds; ~ is 左右", zh="比较", choices=COMPARATORS, default=">=")
    unit: str = term("Unit of the figure; empty means the measure's", zh="单位", default="")
    change: str = term(
        "Whether the thing itself, its growth or its fall is promised",
        zh="变化",
        choices=("level", "up", "down"),
        default="level",
    )
    per: str = term("For a yearly or monthly quota or average", zh="周期", choices=("", "year", "month"), default="")
    each: Size | None = term("The size that each counted thing must have", zh="单个规模", default=None)
    base: Base | None = term("The figure that a change is counted from", zh="基数", default=None)
    since: date | None = term(
        "First day of the period that the figure is for", zh="起始日", period="start", default=None
    )
    place: str = term("Area that it is for; empty means the whole region", zh="区划", default="")
    definition: str = term("What exactly counts; empty means as the measure says", zh="口径", default="")
    nature: str = term(
        "Binding (约束性) or expected (预期性)", zh="属性", choices=("expected", "binding"), default="expected"
    )
    judged: str = term(
        "Judged by the figure first promised or by the one in force",
        zh="评判依据",
        choices=("promised", "in force"),
        default="promised",
    )

    def __post_init__(self) -> None:
        if self.comparator == "between" and self.level_high is None:
            raise ValueError("a range needs its upper end, level_high")

    @classmethod
    def read(cls, found: Any) -> dict[str, Any] | None:
        if found.status != "promise" or found.value is None:
            return None
        values = {"level": found.value, "level_high": getattr(found, "value_high", None)}
        values |= {n: getattr(found, n, None) for n in ("unit", "comparator", "change", "per", "due", "owner")}
        return {"kind": cls.kind, **{name: value for name, value in values.items() if value not in (None, "")}}

    def gauge(self, book: Book, day: date) -> Gauge:
        now = self.on(day)
        measure = now.indicator(book)
        if measure is None:
            says = say("The measure {name} is not in the table of indicators", name=self.measure)
            return Gauge(
                commitment=self,
                day=day,
                met=None,
                because=(Reason(says=says, tone="warn", source=self.source),),
                goal=now.promised().level,
                unit=self.unit,
            )
        known = published(book, measure, day, place=now.place, definition=now.definition, per=now.per or "year")
        if shape(now, measure) == "quota":
            return quota_gauge(now, measure, known, day, book)
        return level_gauge(now, measure, known, day, book)

    def indicator(self, book: Book) -> Indicator | None:
        """The measure's row in the table of indicators."""
        return next((row for row in book.rows(Indicator) if row.id == self.measure), None)

    def moves(self, book: Book, day: date) -> Iterable[Move]:
        return moves_of(self, book, day)

    def faults(self, book: Book) -> Iterable[tuple[str, str, Message, Message]]:
        measure = self.indicator(book)
        if measure is None:
            says = say(
                "{field} {found!r} does not stand in {file}",
                field="measure",
                found=self.measure,
                file="tables/indicator.csv",
            )
            known = [row.id for row in book.rows(Indicator)]
            yield (
                "measure",
                "dangling",
                says,
                perhaps(self.measure, known, say("Add it to {file}, or name another", file="tables/indicator.csv")),
            )
            return
        if self.change == "level" and convert(1.0, self.unit or measure.unit, measure.unit) is None:
            says = say(
                "The promise is in {unit}, but the measure is in {other}: they cannot be compared",
                unit=self.unit,
                other=measure.unit,
            )
            yield "unit", "unlike-units", says, say("Mend one of the two units, or name another measure")
        if self.since is not None and self.due is not None and self.since > self.due:
            says = say("the period begins on {since}, after its deadline {due}", since=self.since, due=self.due)
            yield "since", "bad-value", says, say("Mend one of the two days")
        if self.place and self.place not in {row.id for row in book.rows(Place)}:
            says = say(
                "{field} {found!r} does not stand in {file}", field="place", found=self.place, file="tables/place.csv"
            )
            yield "place", "dangling", says, say("Add it to {file}, or name another", file="tables/place.csv")

    def levels(self) -> tuple[Announced, ...]:
        """Every level that was announced, first to last, with the day and the place where it is written."""
        steps = self.history.get("level", ())
        if not steps:
            return (Announced(since=self.made, level=self.level, source=self.source),)
        return tuple(
            Announced(since=step.since or self.made, level=step.value, source=self._written(step.about))
            for step in steps
        )

    def promised(self) -> Target:
        """The target at the level that it is judged by: an eased goal does not turn a broken promise into a kept one.

        A goal that was tightened counts as tightened, and a deadline that was put off stays where it was. With
        `judged: in force` the level and the deadline in force count either way.
        """
        if self.judged == "in force":
            return self
        dues = [step.value for step in self.history.get("due", ()) if step.value is not None]
        due = min(dues) if dues else self.due
        if self.comparator in ("=", "~", "between"):
            return replace(self, due=due)
        levels = [step.level for step in self.levels()]
        return replace(self, due=due, level=max(levels) if self.comparator in (">=", ">") else min(levels))

    def _written(self, about: Mapping[str, Any]) -> Source:
        source = about.get("source")
        found = source if isinstance(source, Source) else self.source
        return replace(found, url=str(about["url"])) if about.get("url") else found
