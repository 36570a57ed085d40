"""The protocol: what every kind of commitment answers, and the gauge that it answers with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from luoshu.book.problem import Source
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.book.records import Step
    from luoshu.kinds.layer import Layer

C = TypeVar("C", bound="Commitment")

# ruff: noqa: RUF009 (term declares a field, as dataclasses.field does)

VERDICTS = ("kept", "likely", "open", "at risk", "unlikely", "missed", "dropped", "unknown")
"""The one scale of verdicts that all kinds share, best to worst; `unknown` is never a zero and never green."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One `because` of a gauge: a translatable sentence with the source it rests on; tone good, bad, plain or warn."""

    says: Message
    source: Source | None = None
    tone: str = "plain"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A single figure to show beside its name: a number in `unit`, or None with the reason why it is not known."""

    name: Message
    value: float | None
    unit: str = ""
    why: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Point:
    """One published value on a chart; `source` is its citation, `label` what its mark says."""

    day: date
    value: float
    source: Source | None = None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class GoalStep:
    """A stretch of a goal's history: from `since` (the day it was announced) the goal for `due` was `level`."""

    since: date
    due: date | None
    level: float
    level_high: float | None = None
    source: Source | None = None


@dataclass(frozen=True, kw_only=True)
class Fan:
    """A forecast on one day: median and the ends of the 80 % and 95 % intervals, in the chart's unit."""

    day: date
    median: float
    low80: float
    high80: float
    low95: float
    high95: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawn series: what was published, the goal with its history, the required pace and the forecast fan."""

    name: Message
    unit: str
    points: tuple[Point, ...] = ()
    goals: tuple[GoalStep, ...] = ()
    pace: tuple[Point, ...] = ()
    fan: tuple[Fan, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A small table: column names and rows of cells (numbers, strings, messages, dates or None)."""

    name: Message
    columns: tuple[Message, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of curves: what it is and its value at each hour."""

    name: Message
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Amounts by the hour: `stacked` one on the other, and lines `over` them, at the same rising `hours`."""

    name: Message
    unit: str
    hours: tuple[float, ...]
    stacked: tuple[Line, ...]
    over: tuple[Line, ...] = ()
    estimate: bool = False


Figure = Amount | Chart | Listing | Curves


@dataclass(frozen=True, kw_only=True)
class Move:
    """What could be done next for a commitment: what it does, its cost in yuan (None: not known), its gain in `met`.

    A move of a plan gains what it adds to the moves before it. `table` and `row` are the row of the book that it would
    open or build, where there is one; `lon` and `lat` (WGS-84) where it lies.
    """

    commitment: str
    does: Message
    cost: float | None = None
    gain: float | None = None
    group: str = ""
    because: tuple[Reason, ...] = ()
    table: str = ""
    row: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Moves that belong together, first to last: what they gain in `met` all told, and what no plan can gain beyond.

    The gains of the moves add up to `gain`, and those of any part of them to no more than that part gains by itself.
    `bound` is computed, never hoped: no choice under the same limits (`budget` or `count`) gains more. `gap` is how far
    the best could still be from this plan, as a share (0: proven best): of the bound on the gain, unless the plan
    answers another question (`problem`: least cost, shortest way), whose own answer and bound then make `certified`.
    `together`: the gain of a move may rest on those before it, so that the moves are taken all or none of them.
    """

    moves: tuple[Move, ...]
    gain: float
    bound: float
    because: tuple[Reason, ...] = ()
    problem: str = "cover"
    certified: float | None = None
    together: bool = False

    @property
    def gap(self) -> float:
        """How far the best could still be from this plan, as a share (0: proven best)."""
        if self.certified is not None:
            return self.certified
        return 0.0 if self.bound <= self.gain * (1 + 1e-9) else (self.bound - self.gain) / self.bound


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """Where one commitment stands on a day.

    `met`: share (0 to 1) of the promise expected to stand on its due day; `chance`: probability of keeping it whole;
    both None where they cannot be said, with the reason in `because`. `figures` are all that a page draws. `estimate`:
    the value rests on an estimate (a walking time without a road network, say), which is said wherever it shows.
    """

    commitment: Commitment
    day: date
    met: float | None
    chance: float | None = None
    verdict: str = "unknown"
    because: tuple[Reason, ...] = ()
    value: float | None = None
    as_of: date | None = None
    goal: float | None = None
    goal_high: float | None = None
    unit: str = ""
    figures: tuple[Figure, ...] = ()
    estimate: bool = False

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict {self.verdict!r} is not one of {', '.join(VERDICTS)}")
        for name in ("met", "chance"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise ValueError(f"{name} is {share}, outside 0 to 1")


def term(note: str, *, zh: str = "", choices: Sequence[str] = (), period: str = "", default: Any = MISSING) -> Any:
    """Declare a field of a commitment: what it means in both languages and which words it may hold.

    `period` ("start" or "end") says which day a bare year or month means (due: 2025); without it a whole day must be
    written. A term without a default must be written in every record of its kind.
    """
    return field(default=default, metadata={"note": note, "zh": zh, "choices": tuple(choices), "period": period})


@dataclass(frozen=True, kw_only=True)
class Commitment(ABC):
    """A promise of the plan: what every kind shares. Kinds add their own fields and answer `gauge`.

    `kind` is its name in files, pages and commands; `needs` are the tables that it reads, `optional` those of them
    whose file may be missing. Any field may be written by dates: the attribute then holds the latest value, `history`
    all of them, and `on(day)` what was in force on a day.
    """

    kind: ClassVar[str]
    kind_zh: ClassVar[str] = ""
    needs: ClassVar[tuple[type, ...]] = ()
    optional: ClassVar[tuple[type, ...]] = ()

    id: str = term("Short name, unique in the book", zh="编号")
    words: str = term("The promise in the plan's own words", zh="承诺内容")
    due: date | None = term(
        "Last day of the period that it is for; empty where none was named", zh="期限", period="end", default=None
    )
    made: date | None = term(
        "Day on which it was announced; before it the promise does not exist", zh="公布日期", default=None
    )
    owner: str = term("Who answers for it: an id of tables/owner.csv", zh="责任单位", default="")
    co_owners: tuple[str, ...] = term("Who shares in it", zh="配合单位", default=())
    weight: float = term("How much it counts beside others", zh="权重", default=1.0)
    chapter: str = term("Part of the plan that it stands in", zh="篇章", default="")
    source: Source = term("Where it is written in the documents", zh="出处", default=Source())
    history: Mapping[str, tuple[Step, ...]] = field(default_factory=dict, hash=False)

    @abstractmethod
    def gauge(self, book: Book, day: date) -> Gauge:
        """How much of the promise will stand on its due day, as known on `day`, and because of what."""

    def moves(self, book: Book, day: date) -> Iterable[Move]:
        """What could be done next: the moves of its plan, where the kind makes one; else nothing."""
        plan = self.plan(book, day)
        if plan is None or not plan.moves:
            return ()
        first, *others = plan.moves
        return (replace(first, because=(*first.because, *plan.because)), *others)

    def plan(self, book: Book, day: date, budget: float | None = None, count: int | None = None) -> Plan | None:
        """Moves chosen together under a budget in yuan or a number; None where the kind's moves stand alone.

        A kind that can answer several siting problems has a term `aim`, which `advise --problem` overrides.
        """
        return None

    def layers(self, book: Book, day: date) -> Iterable[Layer]:
        """What the map draws of this promise; nothing where the kind has no place."""
        return ()

    def around(self, book: Book, day: date, table: str, id: str) -> Iterable[Layer]:
        """What one row of a table brings on the map, as the reach of one site; nothing where the kind has none."""
        return ()

    def faults(self, book: Book) -> Iterable[tuple[str, str, Message, Message]]:
        """What does not fit between this promise and the tables: (field, code, what is wrong, how to mend it)."""
        return ()

    @classmethod
    def read(cls, found: Any) -> dict[str, Any] | None:
        """The record that this kind would make of something found in a text; None where it is not of this kind.

        `found` is what a reader in words/ gives: it has at least `status`, `due` and `owner`.
        """
        return None

    def announced(self, day: date) -> bool:
        """Whether the promise was public on `day`: announced, and each term that it needs written for that day."""
        if self.made is not None and self.made > day:
            return False
        needed = {f.name for f in fields(self) if f.default is MISSING and f.default_factory is MISSING}
        return all(_in_force(steps, day) for name, steps in self.history.items() if name in needed)

    def on(self: C, day: date) -> C:
        """The commitment as it was known on `day`: each dated field at its value in force, later steps forgotten."""
        if not self.history:
            return self
        defaults = {f.name: f.default for f in fields(self)}
        values: dict[str, Any] = {}
        for name, steps in self.history.items():
            known = _in_force(steps, day)
            if known:
                values[name] = known[-1].value
            elif defaults[name] is not MISSING:
                values[name] = defaults[name]
        return replace(self, history={n: _in_force(s, day) for n, s in self.history.items()}, **values)


def _in_force(steps: Sequence[Step], day: date) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.since is None or step.since <= day)
