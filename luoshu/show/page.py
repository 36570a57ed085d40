"""What every page says, as plain typed values: the HTML template, the JSON answer and the manual read the same ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from luoshu.book.problem import Source
from luoshu.desk.actor import Actor
from luoshu.desk.clock import Clock, clock_of
from luoshu.desk.room import Room
from luoshu.desk.things import Things
from luoshu.kinds.commitment import Chart, Gauge
from luoshu.show.language import Language
from luoshu.show.links import Links, join
from luoshu.show.series import Cite, Series, series
from luoshu.show.view import View
from luoshu.words.message import Message


@dataclass(frozen=True, kw_only=True)
class Page:
    """What all pages share."""

    title: str
    day: date
    language: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One promise as a row of a table."""

    id: str
    kind: str
    kind_word: str
    words: str
    original: str
    href: str
    owner: str
    owner_href: str
    co_owners: tuple[str, ...]
    document: str
    chapter: str
    due: date | None
    unit: str
    value: float | None
    value_text: str
    as_of: date | None
    goal: float | None
    goal_text: str
    met: float | None
    met_text: str
    chance: float | None
    chance_text: str
    verdict: str
    verdict_word: str
    because: str
    estimate: bool = False
    chart: Series | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many promises have a verdict."""

    verdict: str
    word: str
    count: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What was just done, said on the next page. `number` is the entry that it can be taken back by, None where not."""

    says: str
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class DrillStrip:
    """What every page of a drill that is played live says above all else.

    `state` is ready, running, waiting (for somebody to do what the script left to them), paused, over or broken; `pace`
    how many seconds of the drill pass in a real one, and time does not pass `until`. `turn` says what the person who
    looks is to do now, `turn_href` leads to its form.
    """

    state: str
    at: datetime
    pace: float
    until: datetime | None = None
    turn: Message | str = ""
    turn_href: str = ""


@dataclass(frozen=True, kw_only=True)
class Away:
    """That the desk cannot be asked while a page of the plan is drawn.

    What it wrote is in the page as it stood at `at`; None: nothing of it is, the page shows the book alone.
    """

    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a page is drawn with: the book's view, the language, the way to other pages, and whether one may settle.

    Pages of the desk are drawn with what stands there (`things`) `now`, for the person who looks (`actor`, None where
    nobody is logged in). `room` is None in a published folder: nothing can be done there. `csrf` is the proof that the
    forms of the page carry, `session` the name of the session, `notice` what was just done.
    `drill` is there where the desk's moment is that of a drill, `away` where the desk cannot be asked just now.
    """

    view: View
    language: Language
    links: Links
    can_settle: bool = False
    now: datetime | None = None
    actor: Actor | None = None
    room: Room | None = None
    things: Things | None = None
    csrf: str = ""
    session: str = ""
    notice: Notice | None = None
    drill: DrillStrip | None = None
    away: Away | None = None

    def __post_init__(self) -> None:
        """The visit speaks with the book's own English words."""
        object.__setattr__(self, "language", self.language.over(self.view.wording))

    @property
    def clock(self) -> Clock:
        """The clock of the desk; in a published folder, where there is none, that of the book."""
        return self.room.clock if self.room is not None else clock_of(self.view.book)

    def cite(self, source: Source | None) -> Cite | None:
        """A source as a link: into the document where it is one of the book's, else outside, else only its place."""
        if source is None or not (source.file or source.url):
            return None
        place = str(source) if source.file else ""
        paper = self.view.paper_of(source.file) if source.file else None
        if paper:
            anchor = f"at-{source.start}" if source.start is not None else f"line-{source.line}" if source.line else ""
            where = self.language.say("line {line}", line=source.line) if source.line else ""
            text = " ".join(part for part in (self.language.word(paper.title), where) if part)
            return Cite(text=text, href=self.links.to(join("documents", paper.name), anchor), place=place)
        if source.url.startswith(("http://", "https://")):
            return Cite(text=urlsplit(source.url).netloc, href=source.url, outside=True, place=place)
        return Cite(text=source.url or place, place=place)

    def owner(self, owner: str) -> str:
        """An owner's name in this language."""
        return self.language.word(self.view.owner(owner, self.language.code))

    def charts(self, gauge: Gauge) -> tuple[Series, ...]:
        """The charts of a gauge."""
        return tuple(
            series(figure, self.view.day, self.language, self.cite)
            for figure in gauge.figures
            if isinstance(figure, Chart)
        )

    def document_of(self, gauge: Gauge) -> str:
        """The title of the document that a promise stands in, empty where it was settled by hand."""
        paper = self.view.paper_of(gauge.commitment.source.file)
        return self.language.word(paper.title) if paper else ""

    def row(self, gauge: Gauge) -> Row:
        """A gauge as a row."""
        promise, say = gauge.commitment, self.language
        charts = self.charts(gauge)
        owner = self.owner(promise.owner)
        return Row(
            id=promise.id,
            kind=promise.kind,
            kind_word=promise.kind_zh if say.code == "zh" and promise.kind_zh else promise.kind,
            words=say.word(promise.words),
            original=say.original(promise.words),
            href=self.links.to(join("promises", promise.id)),
            owner=owner,
            owner_href=self.links.to(join("owners", promise.owner)) if promise.owner else "",
            co_owners=tuple(self.owner(name) for name in promise.co_owners),
            document=self.document_of(gauge),
            chapter=say.word(promise.chapter),
            due=promise.due,
            unit=gauge.unit,
            value=gauge.value,
            value_text=say.figure(roughly(gauge.value, gauge.unit, gauge.estimate), gauge.unit),
            as_of=gauge.as_of,
            goal=gauge.goal,
            goal_text=say.span(gauge.goal, gauge.goal_high, gauge.unit),
            met=gauge.met,
            met_text=say.share(gauge.met),
            chance=gauge.chance,
            chance_text=say.share(gauge.chance),
            verdict=gauge.verdict,
            verdict_word=say.verdict(gauge.verdict),
            because=say.message(gauge.because[0].says) if gauge.because else "",
            estimate=gauge.estimate and gauge.value is not None,
            chart=charts[0] if charts else None,
        )

    def counts(self, gauges: tuple[Gauge, ...], href: Callable[[str], str]) -> tuple[Count, ...]:
        """How many gauges have each verdict, best first, those that are none left out."""
        from luoshu.kinds.commitment import VERDICTS

        return tuple(
            Count(verdict=verdict, word=self.language.verdict(verdict), count=count, href=href(verdict))
            for verdict in VERDICTS
            if (count := sum(gauge.verdict == verdict for gauge in gauges))
        )


def roughly(value: float | None, unit: str, estimate: bool) -> float | None:
    """A share that is estimated, with no more than one decimal: more would feign what nobody knows.

    >>> roughly(3.658, "%", True), roughly(3.658, "%", False), roughly(99.97, "%", True)
    (3.7, 3.658, 99.9)
    """
    if value is None or not estimate or unit != "%":
        return value
    rounded = round(value, 1)
    return 99.9 if rounded == 100 > value else rounded
