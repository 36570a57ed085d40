"""Curves by the hour as SVG: amounts stacked one on the other, the need over them; readable without any script.

The first three days have as much room as all days after them, since the first hours decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from luoshu.kinds.commitment import Curves
from luoshu.show.drawing import axis_number, ticks
from luoshu.show.language import CHINESE_STEPS, ENGLISH_STEPS, Language

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 64.0, WIDTH - 14.0, 16.0, HEIGHT - 28.0
BEND = 72.0
"""The hour at which the axis bends: hours before it, days after it."""


@dataclass(frozen=True, kw_only=True)
class CurvesDrawn:
    """A drawing with its words: `keys` are the class and the word of each of its marks; `rows` the values themselves
    (the hour, then each mark's value)."""

    title: str
    unit: str
    estimate: bool
    svg: str
    keys: tuple[tuple[str, str], ...]
    rows: tuple[tuple[float, ...], ...]


def curves_drawn(curves: Curves, language: Language) -> CurvesDrawn:
    """The curves in one language."""
    lines = [*curves.stacked, *curves.over]
    names = [*(f"layer-{n + 1}" for n in range(len(curves.stacked))), *("line-need" for _ in curves.over)]
    words = [language.message(line.name) for line in lines]
    rows = tuple(
        (hour, *(line.values[place] for line in lines)) for place, hour in enumerate(curves.hours)
    )  # fmt: skip
    return CurvesDrawn(
        title=language.message(curves.name), unit=language.unit(curves.unit), estimate=curves.estimate,
        svg=_drawing(curves, language), keys=tuple(zip(names, words, strict=True)), rows=rows,
    )  # fmt: skip


def _x(hour: float, last: float) -> float:
    """Pixels from the left: two halves where the hours go beyond the bend."""
    if last <= BEND:
        return round(LEFT + (RIGHT - LEFT) * hour / max(last, 1.0), 1)
    middle = (LEFT + RIGHT) / 2
    if hour <= BEND:
        return round(LEFT + (middle - LEFT) * hour / BEND, 1)
    return round(middle + (RIGHT - middle) * (hour - BEND) / (last - BEND), 1)


def _drawing(curves: Curves, language: Language) -> Markup:
    hours = curves.hours
    tops: list[Sequence[float]] = [[0.0] * len(hours)]
    for line in curves.stacked:
        tops.append([below + value for below, value in zip(tops[-1], line.values, strict=True)])
    need = [line.values for line in curves.over]
    # what is far beyond the need says nothing more: the need must stay readable
    most = max((max(values) for values in need), default=0.0) * 1.6 or max(tops[-1]) * 1.08 or 1.0
    most = min(most, max(max(tops[-1]), *(max(values) for values in need), 1e-9) * 1.08)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * min(value, most) / most, 1)

    def path(values: Sequence[float]) -> list[str]:
        """Steps: what is there at an hour stays until the next."""
        found = []
        for place, hour in enumerate(hours):
            if place:
                found.append(f"{_x(hour, hours[-1])},{y(values[place - 1])}")
            found.append(f"{_x(hour, hours[-1])},{y(values[place])}")
        return found

    parts = _axes(most, hours[-1], curves, language)
    for number in range(len(curves.stacked)):
        corners = [*path(tops[number]), *reversed(path(tops[number + 1]))]
        parts.append(f'<polygon class="layer-{number + 1}" points="{" ".join(corners)}"/>')
    parts += [f'<polyline class="line-need" points="{" ".join(path(values))}"/>' for values in need]
    title = escape(language.message(curves.name))
    return Markup(
        f'<svg class="drawing" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{"".join(parts)}</svg>'
    )


def _axes(most: float, last: float, curves: Curves, language: Language) -> list[str]:
    parts = []
    scale = (*(CHINESE_STEPS if language.code == "zh" else ENGLISH_STEPS), (1.0, ""))
    for value in ticks(0.0, most, 4):
        y = round(BOTTOM - (BOTTOM - TOP) * value / most, 1)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y}" y2="{y}"/>')
        label = escape(axis_number(value, scale, most, language.code))
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{label}</text>')
    marks = [(0.0, "0"), (12.0, "12"), (24.0, "24"), (48.0, "48"), (BEND, language.say("{hours} h", hours=72))]
    marks += [(24.0 * day, language.say("{days} d", days=day)) for day in (10, 20, 30)]
    for hour, word in marks:
        if hour <= last:
            x = _x(hour, last)
            parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{BOTTOM}" y2="{BOTTOM + 4}"/>')
            parts.append(f'<text class="tick" x="{x}" y="{BOTTOM + 18}" text-anchor="middle">{escape(word)}</text>')
    if last > BEND:
        x = _x(BEND, last)
        parts.append(f'<line class="day-line" x1="{x}" x2="{x}" y1="{TOP}" y2="{BOTTOM}"/>')
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}"/>')
    return parts
