"""The protocol: what every kind of commitment answers, and the gauge that it answers with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from luoshu.book.problem import Source
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book

VERDICTS = ("kept", "likely", "open", "at risk", "unlikely", "missed", "dropped", "unknown")
"""The one scale of verdicts that all kinds share, best to worst; `unknown` is never a zero and never green."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One `because` of a gauge: a sentence (translatable) with the source that it rests on; tone good/bad/plain/warn."""

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


Figure = Amount | Chart | Listing


@dataclass(frozen=True, kw_only=True)
class Move:
    """What could be done next for a commitment: what it does, its cost (yuan, None if not known) and its gain in `met`."""

    commitment: str
    does: Message
    cost: float | None = None
    gain: float | None = None
    group: str = ""
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """Where one commitment stands on a day.

    `met`: share (0 to 1) of the promise expected to stand on its due day; `chance`: probability of keeping it whole;
    both None where they cannot be said, with the reason in `because`. `figures` are all that a page draws.
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

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict {self.verdict!r} is not one of {', '.join(VERDICTS)}")
        for name in ("met", "chance"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise ValueError(f"{name} is {share}, outside 0 to 1")


@dataclass(frozen=True, kw_only=True)
class Commitment(ABC):
    """A promise of the plan: what every kind shares. Kinds add their own fields and answer `gauge`."""

    kind: ClassVar[str]
    needs: ClassVar[tuple[type, ...]] = ()

    id: str
    words: str
    due: date | None = None
    owner: str = ""
    co_owners: tuple[str, ...] = ()
    weight: float = 1.0
    chapter: str = ""
    source: Source = Source()

    @abstractmethod
    def gauge(self, book: Book, day: date) -> Gauge:
        """How much of the promise will stand on its due day, as known on `day`, and because of what."""

    def moves(self, book: Book, day: date) -> Iterable[Move]:
        """What could be done next; nothing where the kind has no advice."""
        return ()
