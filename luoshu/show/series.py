"""A gauge's chart as plain values in one language: what the drawing, the script and the JSON all read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from luoshu.book.problem import Source
from luoshu.kinds.commitment import Chart, Fan, GoalStep, Point
from luoshu.show.language import CHINESE_STEPS, ENGLISH_STEPS, Language

MOST = 1e100


@dataclass(frozen=True, kw_only=True)
class Cite:
    """Where something is said: the words of the link, its address (empty where there is none) and the place."""

    text: str
    href: str = ""
    outside: bool = False
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One value of a series on a day."""

    day: date
    value: float
    text: str = ""
    label: str = ""
    source: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A stretch of the goal's history; `until` is the day on which the next goal replaced it."""

    since: date
    until: date | None = None
    due: date | None = None
    level: float
    level_high: float | None = None
    text: str = ""
    source: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A forecast on one day, with its 80 % and 95 % intervals."""

    day: date
    median: float
    low80: float
    high80: float
    low95: float
    high95: float
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """A chart: published values, goals, needed pace and forecast, with every word that it needs."""

    title: str
    unit: str
    language: str
    day: date
    points: tuple[Dot, ...] = ()
    goals: tuple[Goal, ...] = ()
    pace: tuple[Dot, ...] = ()
    fan: tuple[Spread, ...] = ()
    scale: tuple[tuple[float, str], ...] = ()
    words: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw but perhaps a goal."""
        return not self.points and not self.fan and not self.goals


def chart_words(language: Language) -> dict[str, str]:
    """The words of a chart's legend."""
    return {
        "published": language.say("published values"),
        "goal": language.say("goal"),
        "former": language.say("former goal"),
        "pace": language.say("pace needed"),
        "median": language.say("median forecast"),
        "80": language.say("80% interval"),
        "95": language.say("95% interval"),
        "day": language.say("day looked at"),
        "source": language.say("source"),
    }


def series(chart: Chart, day: date, language: Language, cite: Callable[[Source | None], Cite | None]) -> Series:
    """The chart in `language`; `cite` turns a source into a link from the page that it is drawn on."""

    def dots(points: tuple[Point, ...]) -> tuple[Dot, ...]:
        found = []
        for point in points:
            if not drawable(point.value):
                continue
            cited = cite(point.source)
            found.append(
                Dot(
                    day=point.day,
                    value=point.value,
                    text=language.figure(point.value, chart.unit),
                    label=language.message(point.label),
                    source=cited.text if cited else "",
                    href=cited.href if cited else "",
                )
            )
        return tuple(sorted(found, key=lambda dot: dot.day))

    return Series(
        title=language.message(chart.name),
        unit=language.unit(chart.unit),
        language=language.code,
        day=day,
        points=dots(chart.points),
        goals=_goals(chart, language, cite),
        pace=dots(chart.pace),
        fan=tuple(
            Spread(
                day=fan.day,
                median=fan.median,
                low80=fan.low80,
                high80=fan.high80,
                low95=fan.low95,
                high95=fan.high95,
                text=f"{language.figure(fan.median, chart.unit)} ({language.span(fan.low80, fan.high80)})",
            )
            for fan in sorted(chart.fan, key=lambda fan: fan.day)
            if whole(fan)
        ),
        scale=_scale(chart.unit, language),
        words=chart_words(language),
    )


def drawable(value: float) -> bool:
    """Whether a number has a place on a chart: not NaN, not infinite, not beyond all measure."""
    return abs(value) < MOST


def whole(fan: Fan) -> bool:
    """Whether every number of a forecast is one that can be drawn."""
    return all(drawable(value) for value in (fan.median, fan.low80, fan.high80, fan.low95, fan.high95))


def _scale(unit: str, language: Language) -> tuple[tuple[float, str], ...]:
    if unit in ("%", "‰"):
        return ((1.0, ""),)
    return (*(CHINESE_STEPS if language.code == "zh" else ENGLISH_STEPS), (1.0, ""))


def _goals(chart: Chart, language: Language, cite: Callable[[Source | None], Cite | None]) -> tuple[Goal, ...]:
    steps = sorted((step for step in chart.goals if drawable(step.level)), key=lambda step: step.since)
    found = []
    for index, step in enumerate(steps):
        cited = cite(step.source)
        found.append(
            Goal(
                since=step.since,
                until=_until(step, steps[index + 1 :]),
                due=step.due,
                level=step.level,
                level_high=step.level_high,
                text=language.span(step.level, step.level_high, chart.unit),
                source=cited.text if cited else "",
                href=cited.href if cited else "",
            )
        )
    return tuple(found)


def _until(step: GoalStep, later: list[GoalStep]) -> date | None:
    """A goal is replaced by the next one for the same due day; goals for other days stand beside it."""
    return next((other.since for other in later if other.due == step.due), None)
