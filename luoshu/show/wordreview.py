"""The charts and the map of a review in a Word file: drawn by Word and WPS, with their figures, for people to edit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from luoshu.show.drawing import ticks
from luoshu.show.reviewcharts import ReviewChart
from luoshu.show.reviewmap import ReviewMap
from luoshu.show.wordchart import SPACES, Line, axis_xml, embed, first_longest, line_xml

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

COLOURS = ("22577A", "A5281B", "B07A1E", "3F6B35", "6A4C93", "1F2328")
LOOKS = {
    "area": ("8A6D3B", "", 1.75), "closure": ("A5281B", "x", 2.5), "people": ("A5281B", "triangle", 0),
    "shelter": ("3F6B35", "square", 0), "store": ("6A4C93", "square", 0), "task": ("B07A1E", "diamond", 0),
    "resource": ("22577A", "circle", 0), "reading": ("1F2328", "plus", 0), "way": ("22577A", "", 1.25),
}  # fmt: skip
"""Colour, symbol and width of the line of each sort on the map."""
HOLLOW = {"task": 15, "resource": 12}
"""Sorts that stand around what is at the same place, with their size in points."""
LAND = "BFBFBF"
WIDTH_CM, HEIGHT_CM = 15.0, 5.8
MAP_TOP, MAP_TALL = 0.02, 0.86
"""Where the map stands in its chart, as shares of its height; the key stands below."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis: its title, ends and step between marks; `shown` is False where only the grid is drawn."""

    title: str
    low: float
    high: float
    step: float
    shown: bool = True


def hours_axis(charts: Sequence[ReviewChart], title: str) -> Axis:
    """One axis of hours for all charts of a review, so that they can be read below each other."""
    xs = [x for chart in charts for curve in chart.curves for x, _ in curve.points]
    return _axis(title, min(0.0, *xs), max(xs))


def draw_chart(document: Document, paragraph: Paragraph, chart: ReviewChart, number: int, across: Axis) -> None:
    """A chart of a review over hours, as chart `number` of the document."""
    drawn = [
        Line(
            name=curve.name, points=curve.points, colour=COLOURS[place % len(COLOURS)],
            dots=curve.look != "step", width_points=0 if curve.look == "dots" else 1.75,
            symbol="diamond" if curve.look == "dots" else "circle", size=8 if curve.look == "dots" else 5,
        )
        for place, curve in enumerate(chart.curves)
    ]  # fmt: skip
    drawn = first_longest(drawn)
    ys = [y for line in drawn for _, y in line.points]
    up = Axis(title=chart.unit, low=0, high=4, step=1) if chart.name == "level" else _axis(chart.unit, *_from_zero(ys))

    def xml(sheet: str) -> bytes:
        return figure_xml(drawn, across, up, sheet)

    embed(document, paragraph, drawn, xml, title=chart.title, number=number, width_cm=WIDTH_CM, height_cm=HEIGHT_CM,
          heads=(across.title, chart.unit))  # fmt: skip


def _from_zero(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (0.0 if 0 <= low < high / 3 or low == high else low), high


def _axis(title: str, low: float, high: float) -> Axis:
    """An axis with round marks around all that is drawn."""
    if high <= low:
        high = low + 1
    marks = ticks(low, high)
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(title=title, low=round(first * step, 10), high=round(last * step, 10), step=step)


def draw_map(document: Document, paragraph: Paragraph, found: ReviewMap, number: int, title: str) -> None:
    """The map of a review as chart `number`: kilometres from its middle, both ways of one scale."""
    drawn = [Line(name="", points=ring, colour=LAND, width_points=0.75) for ring in found.land]
    for layer in found.layers:
        colour, symbol, width = LOOKS.get(layer.sort, LOOKS["resource"])
        for line in layer.lines:
            drawn.append(Line(name=layer.word, points=line, colour=colour, width_points=width or 1.75))
        if layer.spots:
            drawn.append(Line(name=layer.word, points=tuple((spot.x, spot.y) for spot in layer.spots), colour=colour,
                              width_points=0, dots=True, symbol=symbol or "circle", hollow=layer.sort in HOLLOW,
                              size=HOLLOW.get(layer.sort, 8),
                              labels=tuple(spot.label for spot in layer.spots)))  # fmt: skip
    drawn = first_longest(drawn)
    half = found.half_km
    tall = WIDTH_CM * 0.96 / MAP_TALL  # so high that a kilometre is as long up as across
    across, up = (Axis(title="", low=-half, high=half, step=found.grid_km, shown=False) for _ in range(2))

    def xml(sheet: str) -> bytes:
        return figure_xml(drawn, across, up, sheet, layout=(0.02, MAP_TOP, 0.96, MAP_TALL))

    embed(document, paragraph, drawn, xml, title=title, number=number, width_cm=WIDTH_CM, height_cm=tall,
          heads=("km", "km"))  # fmt: skip


def figure_xml(
    drawn: Sequence[Line], across: Axis, up: Axis, sheet: str, layout: tuple[float, float, float, float] | None = None
) -> bytes:
    """The chart part: a scatter chart; `layout` says where the drawing stands in it, as shares of its size."""
    body = "".join(line_xml(index, line) for index, line in enumerate(drawn))
    small = '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    place = "<c:layout/>"
    if layout is not None:
        x, y, wide, tall = layout
        place = (
            '<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
            f'<c:x val="{x}"/><c:y val="{y}"/><c:w val="{wide}"/><c:h val="{tall}"/></c:manualLayout></c:layout>'
        )
    text = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {SPACES}><c:roundedCorners val="0"/>'
        f'<c:chart><c:autoTitleDeleted val="1"/><c:plotArea>{place}<c:scatterChart>'
        f'<c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>{body}<c:axId val="1"/><c:axId val="2"/>'
        f"</c:scatterChart>{_axis_of(across, 1, 2, 'b')}{_axis_of(up, 2, 1, 'l')}"
        '<c:spPr><a:noFill/></c:spPr></c:plotArea><c:legend><c:legendPos val="b"/>'
        f'{_unnamed(drawn)}<c:overlay val="0"/>{small}</c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/>'
        f'</a:solidFill><a:ln><a:noFill/></a:ln></c:spPr><c:externalData r:id="{sheet}"><c:autoUpdate val="0"/>'
        "</c:externalData></c:chartSpace>"
    )
    return text.encode()


def _axis_of(axis: Axis, id: int, other: int, place: str) -> str:
    ends = f'<c:max val="{axis.high!r}"/><c:min val="{axis.low!r}"/>'
    return axis_xml(id, other, place, "General", axis.title, ends, f'<c:majorUnit val="{axis.step!r}"/>',
                    grid=place == "l" or not axis.shown, shown=axis.shown)  # fmt: skip


def _unnamed(drawn: Sequence[Line]) -> str:
    """What stands in no key: lines without a name, and a name's second and later lines."""
    names = [line.name for line in drawn]
    return "".join(
        f'<c:legendEntry><c:idx val="{index}"/><c:delete val="1"/></c:legendEntry>'
        for index, name in enumerate(names)
        if not name or name in names[:index]
    )
