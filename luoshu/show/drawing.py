"""Charts drawn on the server as SVG: a sparkline for a table, and the large chart for print and for no script.

Colours come from the style sheet by class; a drawing carries no colour of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from markupsafe import Markup

from luoshu.show.language import Language, plain_number
from luoshu.show.series import Series

SPARK_DOTS = 24


@dataclass(frozen=True)
class Frame:
    """Days and values mapped to a box of pixels; the y axis points up."""

    first: date
    last: date
    low: float
    high: float
    left: float
    right: float
    top: float
    bottom: float

    def x(self, day: date) -> float:
        """Pixels from the left."""
        span = max(1, (self.last - self.first).days)
        return round(self.left + (self.right - self.left) * (day - self.first).days / span, 1)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        span = (self.high - self.low) or 1.0
        return round(self.bottom - (self.bottom - self.top) * (value - self.low) / span, 1)

    def path(self, pairs: Iterable[tuple[date, float]]) -> str:
        """The points of a polyline."""
        return " ".join(f"{self.x(day)},{self.y(value)}" for day, value in pairs)


def extent(series: Series, *, wide: bool) -> tuple[date, date, float, float]:
    """First and last day and lowest and highest value of all that is drawn; `wide` counts the 95 % interval too."""
    days = [dot.day for dot in (*series.points, *series.pace)] + [spread.day for spread in series.fan]
    days += [goal.due for goal in series.goals if goal.due] + ([] if days else [goal.since for goal in series.goals])
    values = [dot.value for dot in (*series.points, *series.pace)]
    for spread in series.fan:
        values += [spread.low95, spread.high95] if wide else [spread.low80, spread.high80]
    for goal in series.goals:
        values += [goal.level] + ([goal.level_high] if goal.level_high is not None else [])
    values = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    days = days or [series.day]
    first, last = min(days), max(days)
    if first == last:
        half = timedelta(days=183)
        first, last = max(first, date.min + half) - half, min(last, date.max - half) + half
    low, high = min(values), max(values)
    pad = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return first, last, low - (0 if low == 0 else pad), high + pad


def _marks(series: Series, frame: Frame, *, wide: bool) -> list[str]:
    """Fan, goals, pace and published line, from the back to the front."""
    parts: list[str] = []
    start = [(series.points[-1].day, series.points[-1].value)] if series.points and series.fan else []
    bands = (("fan95", "low95", "high95"), ("fan80", "low80", "high80")) if wide else (("fan80", "low80", "high80"),)
    for name, low, high in bands:
        if series.fan:
            lower = start + [(spread.day, getattr(spread, low)) for spread in series.fan]
            upper = start + [(spread.day, getattr(spread, high)) for spread in series.fan]
            parts.append(f'<polygon class="{name}" points="{frame.path([*lower, *reversed(upper)])}"/>')
    for goal in series.goals:
        begin = max(frame.first, min(goal.since, frame.last))
        end = min(goal.until or goal.due or frame.last, frame.last)
        former = " former" if goal.until else ""
        for level in (goal.level, goal.level_high):
            if level is not None and end >= begin:
                parts.append(
                    f'<polyline class="line-goal{former}" points="{frame.path([(begin, level), (end, level)])}"/>'
                )
    if series.pace:
        parts.append(
            f'<polyline class="line-pace" points="{frame.path((dot.day, dot.value) for dot in series.pace)}"/>'
        )
    if series.fan:
        middle = start + [(spread.day, spread.median) for spread in series.fan]
        parts.append(f'<polyline class="line-median" points="{frame.path(middle)}"/>')
    if len(series.points) > 1:
        parts.append(
            f'<polyline class="line-published" points="{frame.path((dot.day, dot.value) for dot in series.points)}"/>'
        )
    return parts


def spark(series: Series | None, verdict: str = "", width: int = 120, height: int = 32) -> Markup:
    """A sparkline for a table row, with goal line and fan; a dash where nothing is known."""
    if series is None or (not series.points and not series.fan):
        return Markup('<span class="unknown" aria-hidden="true">—</span>')
    first, last, low, high = extent(series, wide=False)
    frame = Frame(first, last, low, high, 3, width - 4, 3, height - 3)
    parts = _marks(series, frame, wide=False)
    if series.points:
        final = series.points[-1]
        parts.append(f'<circle class="dot" cx="{frame.x(final.day)}" cy="{frame.y(final.value)}" r="2.2"/>')
    title = escape(f"{series.title} {final.day.year}: {final.text}") if series.points else escape(series.title)
    return Markup(
        f'<svg class="spark verdict-{verdict.replace(" ", "-")}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{title}"><title>{title}</title>{"".join(parts)}</svg>'
    )


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round values between `low` and `high`, about `wanted` of them.

    >>> ticks(0, 118)
    [0, 20, 40, 60, 80, 100]
    """
    span = high - low
    if not math.isfinite(span) or span <= max(abs(low), abs(high)) * 1e-12 or span < 1e-300:
        return [low]
    step = 10 ** math.floor(math.log10(span / wanted))
    step *= next((factor for factor in (1, 2, 5, 10) if span / (step * factor) <= wanted + 1), 10)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 10) for index in range(first, math.floor(high / step + 1e-9) + 1)]


def axis_number(value: float, scale: tuple[tuple[float, str], ...], biggest: float, code: str) -> str:
    """A tick's label; all ticks of one axis are divided by the same step."""
    step, word = next(((step, word) for step, word in scale if biggest >= step), (1.0, ""))
    return plain_number(value / step, ",", code) + (word if value else "")


def drawing(series: Series, width: int = 720, height: int = 300) -> Markup:
    """The large chart as SVG, readable without any script: axes, goal history, pace, fan and published values."""
    first, last, low, high = extent(series, wide=True)
    frame = Frame(first, last, low, high, 64, width - 88, 14, height - 28)
    biggest = max(abs(low), abs(high))
    parts = []
    for value in ticks(low, high):
        y = frame.y(value)
        parts.append(f'<line class="grid" x1="{frame.left}" x2="{frame.right}" y1="{y}" y2="{y}"/>')
        label = escape(axis_number(value, series.scale, biggest, series.language))
        parts.append(f'<text class="tick" x="{frame.left - 8}" y="{y + 4}" text-anchor="end">{label}</text>')
    years = [year for year in range(first.year, last.year + 1) if first <= date(year, 1, 1)]
    every = max(1, math.ceil(len(years) / 10))
    for year in years[::every]:
        x = frame.x(date(year, 1, 1))
        parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{frame.bottom}" y2="{frame.bottom + 4}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{frame.bottom + 18}" text-anchor="middle">{year}</text>')
    parts.append(f'<line class="axis" x1="{frame.left}" x2="{frame.right}" y1="{frame.bottom}" y2="{frame.bottom}"/>')
    parts.append(
        f'<text class="tick" x="{frame.left - 8}" y="{frame.top - 3}" text-anchor="end">{escape(series.unit)}</text>'
    )
    if first <= series.day <= last:
        x = frame.x(series.day)
        parts.append(f'<line class="day-line" x1="{x}" x2="{x}" y1="{frame.top}" y2="{frame.bottom}"/>')
    parts += _marks(series, frame, wide=True)
    for dot in series.points:
        title = escape(" ".join(part for part in (dot.day.isoformat(), dot.text, dot.label, dot.source) if part))
        where = f'cx="{frame.x(dot.day)}" cy="{frame.y(dot.value)}"'
        parts.append(f'<circle class="dot" {where} r="3"><title>{title}</title></circle>')
    parts += _labels(series, frame)
    return Markup(
        f'<svg class="drawing" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(series.title)}">'
        f"{''.join(parts)}</svg>"
    )


def _labels(series: Series, frame: Frame) -> list[str]:
    """Words at the right of the goals and of the last value, kept apart from each other."""
    wanted = [(frame.y(goal.level), "goal-label", goal.text) for goal in series.goals if not goal.until]
    if series.points:
        wanted.append((frame.y(series.points[-1].value), "value-label", series.points[-1].text))
    parts, previous = [], -99.0
    for y, name, text in sorted(wanted):
        y = max(y, previous + 15)
        previous = y
        parts.append(f'<text class="{name}" x="{frame.right + 6}" y="{y + 4:.1f}">{escape(text)}</text>')
    return parts


def shape(verdict: str) -> Markup:
    """The mark of a verdict, told apart by form as well as by colour."""
    forms = {
        "kept": '<circle cx="6" cy="6" r="6"/><path d="M3.2 6.2l2 2 3.6-4" class="cut"/>',
        "likely": '<circle cx="6" cy="6" r="5" class="hollow"/><circle cx="6" cy="6" r="2.6"/>',
        "open": '<circle cx="6" cy="6" r="5" class="hollow"/>',
        "at risk": '<path d="M6 .8L11.6 11H.4z"/><path d="M6 4.4v3M6 9v.4" class="cut"/>',
        "unlikely": '<path d="M.4 1.6h11.2L6 11.6z"/>',
        "missed": '<rect x="1" y="1" width="10" height="10"/><path d="M3.6 3.6l4.8 4.8M8.4 3.6L3.6 8.4" class="cut"/>',
        "dropped": '<rect x="1" y="1" width="10" height="10" class="hollow"/><path d="M3 6h6" class="stroke"/>',
    }
    form = forms.get(verdict, '<path d="M6 .8L11.2 6 6 11.2.8 6z" class="hollow dashed"/>')
    return Markup(f'<svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{form}</svg>')


def legend(series: Series, language: Language) -> list[tuple[str, str]]:
    """Class and word of each kind of mark that this chart has."""
    has = {
        "line-published": ("published", bool(series.points)),
        "line-goal": ("goal", any(not goal.until for goal in series.goals)),
        "line-goal former": ("former", any(goal.until for goal in series.goals)),
        "line-pace": ("pace", bool(series.pace)),
        "line-median": ("median", bool(series.fan)),
        "fan80": ("80", bool(series.fan)),
        "fan95": ("95", bool(series.fan)),
    }
    return [(name, series.words[word]) for name, (word, there) in has.items() if there]
