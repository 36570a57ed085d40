"""Charts that Word and WPS draw themselves and people can edit: DrawingML with the figures in an embedded workbook."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.text.paragraph import Paragraph

from luoshu.show.drawing import ticks
from luoshu.show.footnotes import clean
from luoshu.show.series import Series

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EMU_PER_CM = 360_000
SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a chart: its name, its points, and how it looks.

    `width_points` of 0 draws no line, `dots` draws each point by its `symbol` (circle, square, diamond, triangle …) of
    a `size` in points, with its own word beside it where `labels` has one; what lies behind a `hollow` one is seen.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str
    dash: str = "solid"
    width_points: float = 1.5
    dots: bool = False
    symbol: str = "circle"
    size: int = 5
    hollow: bool = False
    labels: tuple[str, ...] = ()


def year_end(day: date) -> float:
    """A day on an axis of years whose ticks are the ends of the years.

    >>> year_end(date(2025, 12, 31)), round(year_end(date(2025, 7, 2)), 2)
    (2025.0, 2024.5)
    """
    length = (date(day.year, 12, 31) - date(day.year, 1, 1)).days + 1
    return day.year - 1 + ((day - date(day.year, 1, 1)).days + 1) / length


def lines(series: Series) -> tuple[Line, ...]:
    """The lines of a chart, published values first."""
    found = []
    if series.points:
        points = tuple((year_end(dot.day), dot.value) for dot in series.points)
        found.append(Line(name=series.words["published"], points=points, colour="1F2328", width_points=2, dots=True))
    for goal in series.goals:
        end = goal.until or goal.due or (series.points[-1].day if series.points else goal.since)
        span = (year_end(min(goal.since, end)), year_end(end))
        for level in (goal.level, goal.level_high):
            if level is not None:
                name = f"{series.words['former' if goal.until else 'goal']} {goal.text}"
                found.append(
                    Line(
                        name=name,
                        points=((span[0], level), (span[1], level)),
                        colour="8A8A8A" if goal.until else "A5281B",
                        dash="sysDot" if goal.until else "solid",
                    )
                )
    if series.pace:
        pace = tuple((year_end(dot.day), dot.value) for dot in series.pace)
        found.append(Line(name=series.words["pace"], points=pace, colour="B07A1E", dash="dash"))
    return (*found, *_fan(series))


def _fan(series: Series) -> list[Line]:
    if not series.fan:
        return []
    start = [(year_end(series.points[-1].day), series.points[-1].value)] if series.points else []
    found = []
    for attribute, word, colour, dash in (
        ("median", "median", "22577A", "dash"),
        ("low80", "80", "8FB3C9", "sysDash"),
        ("high80", "80", "8FB3C9", "sysDash"),
    ):
        points = tuple(start + [(year_end(spread.day), getattr(spread, attribute)) for spread in series.fan])
        found.append(Line(name=series.words[word], points=points, colour=colour, dash=dash, width_points=1.25))
    return found


def add_chart(document: Document, paragraph: Paragraph, series: Series, number: int, width_cm: float = 15.0) -> None:
    """Draw a series into a paragraph as chart `number` of the document (from 1)."""
    drawn = first_longest(lines(series))

    def xml(sheet: str) -> bytes:
        return chart_xml(series, drawn, sheet)

    embed(document, paragraph, drawn, xml, title=series.title, number=number, width_cm=width_cm, height_cm=7)


def first_longest(drawn: Sequence[Line]) -> list[Line]:
    """The lines, the first as long as any by its last point said again: LibreOffice leaves out a shorter first one."""
    if not drawn:
        return []
    most = max(len(line.points) for line in drawn)
    first = drawn[0]
    return [replace(first, points=first.points + first.points[-1:] * (most - len(first.points))), *drawn[1:]]


def embed(
    document: Document, paragraph: Paragraph, drawn: Sequence[Line], xml: Callable[[str], bytes], *, title: str,
    number: int, width_cm: float, height_cm: float, heads: tuple[str, str] = ("year", ""),
) -> None:  # fmt: skip
    """Put a chart into a paragraph as chart `number` of the document (from 1); `xml` makes it, given the name by which
    it finds the workbook of its figures."""
    package = document.part.package
    figures = workbook(drawn, heads)
    sheet = Part(PackURI(f"/word/embeddings/figures{number}.xlsx"), SHEET_TYPE, figures, package)
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART_TYPE, b"", package)
    inner = chart.relate_to(sheet, RELATIONSHIP_TYPE.PACKAGE)
    chart._blob = xml(inner)
    outer = document.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
    words = quoteattr(clean(title))
    paragraph.add_run()._r.append(
        parse_xml(
            '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
            'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
            f'{SPACES}><wp:inline><wp:extent cx="{int(width_cm * EMU_PER_CM)}" cy="{int(height_cm * EMU_PER_CM)}"/>'
            f'<wp:docPr id="{number}" name="Chart {number}" descr={words}/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
            f'<c:chart r:id="{outer}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
        )
    )


def workbook(drawn: Sequence[Line], heads: tuple[str, str] = ("year", "")) -> bytes:
    """The figures of a chart: two columns a line, `heads` over the first and, where it is not empty, the name of the
    line after the second."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for index, line in enumerate(drawn):
        sheet.cell(1, 2 * index + 1, heads[0])
        cell = sheet.cell(1, 2 * index + 2, clean(" ".join(filter(None, (line.name, heads[1])))))
        cell.data_type = "s"  # a name that begins with = is no formula
        for row, (x, y) in enumerate(line.points, start=2):
            sheet.cell(row, 2 * index + 1, x)
            sheet.cell(row, 2 * index + 2, y)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _numbers(tag: str, column: int, values: Sequence[float]) -> str:
    letter = _letter(column)
    points = "".join(f'<c:pt idx="{i}"><c:v>{value!r}</c:v></c:pt>' for i, value in enumerate(values))
    return (
        f"<c:{tag}><c:numRef><c:f>Sheet!${letter}$2:${letter}${len(values) + 1}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numCache></c:numRef>'
        f"</c:{tag}>"
    )


def line_xml(index: int, line: Line) -> str:
    """A line of a scatter chart, with its points, symbols and labels."""
    letter = _letter(2 * index + 2)
    fill = f'<a:solidFill><a:srgbClr val="{line.colour}"/></a:solidFill>'
    inner = f'<a:noFill/><a:ln w="19050">{fill}</a:ln>' if line.hollow else fill
    marker = (
        f'<c:marker><c:symbol val="{line.symbol}"/><c:size val="{line.size}"/><c:spPr>{inner}</c:spPr></c:marker>'
        if line.dots
        else '<c:marker><c:symbol val="none"/></c:marker>'
    )
    stroke = (
        f'<a:ln w="{int(line.width_points * 12700)}">{fill}<a:prstDash val="{line.dash}"/></a:ln>'
        if line.width_points
        else "<a:ln><a:noFill/></a:ln>"
    )
    return (
        f'<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>Sheet!${letter}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(clean(line.name))}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f"<c:spPr>{stroke}</c:spPr>"
        f"{marker}{_labels(line)}{_numbers('xVal', 2 * index + 1, [x for x, _ in line.points])}"
        f'{_numbers("yVal", 2 * index + 2, [y for _, y in line.points])}<c:smooth val="0"/></c:ser>'
    )


def _labels(line: Line) -> str:
    """A word beside each point that has one."""
    if not any(line.labels):
        return ""
    shown = "".join(f'<c:show{what} val="0"/>' for what in ("CatName", "SerName", "Percent", "BubbleSize"))
    words = "".join(
        f'<c:dLbl><c:idx val="{place}"/><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:rPr sz="800"/>'
        f"<a:t>{escape(clean(word))}</a:t></a:r></a:p></c:rich></c:tx>"
        f'<c:dLblPos val="r"/><c:showLegendKey val="0"/><c:showVal val="1"/>{shown}</c:dLbl>'
        for place, word in enumerate(line.labels)
        if word
    )
    return f'<c:dLbls>{words}<c:showLegendKey val="0"/><c:showVal val="0"/>{shown}</c:dLbls>'


def axis_xml(
    id: int, other: int, place: str, number_format: str, title: str, ends: str, major: str = "", *,
    grid: bool | None = None, shown: bool = True,
) -> str:  # fmt: skip
    """An axis between its `ends`; a `grid` where no step `major` is given, unless it is said."""
    grid = not major if grid is None else grid
    tick, labels = ("out", "low") if shown else ("none", "none")
    look = '<a:ln w="6350"><a:solidFill><a:srgbClr val="BFBFBF"/></a:solidFill></a:ln>'
    small = 'sz="900" b="0"'
    words = (
        "<c:title><c:tx><c:rich><a:bodyPr/><a:p>"
        f"<a:pPr><a:defRPr {small}/></a:pPr><a:r><a:rPr {small}/>"
        f'<a:t>{escape(clean(title))}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
        if title
        else ""
    )
    return (
        f'<c:valAx><c:axId val="{id}"/><c:scaling><c:orientation val="minMax"/>{ends}</c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{place}"/>{"" if not grid else f"<c:majorGridlines><c:spPr>{look}</c:spPr></c:majorGridlines>"}'
        f'{words}<c:numFmt formatCode="{number_format}" sourceLinked="0"/><c:majorTickMark val="{tick}"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="{labels}"/><c:spPr>{look}</c:spPr>'
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        f'<c:crossAx val="{other}"/><c:crosses val="min"/><c:crossBetween val="midCat"/>{major}</c:valAx>'
    )


def chart_xml(series: Series, drawn: Sequence[Line], sheet: str) -> bytes:
    """The chart part: a scatter chart with straight lines over an axis of year ends."""
    body = "".join(line_xml(index, line) for index, line in enumerate(drawn))
    years = "年末" if series.language == "zh" else "end of year"
    letters = '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    text = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {SPACES}><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:scatterChart>'
        f'<c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>{body}<c:axId val="1"/><c:axId val="2"/>'
        f"</c:scatterChart>{axis_xml(1, 2, 'b', '0', years, _years(drawn), _major(drawn))}"
        f"{axis_xml(2, 1, 'l', 'General', series.unit, _span(drawn))}"
        '<c:spPr><a:noFill/></c:spPr></c:plotArea><c:legend><c:legendPos val="b"/>'
        f'{_twice(drawn)}<c:overlay val="0"/>'
        f"{letters}</c:legend>"
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/>'
        f'</a:solidFill><a:ln><a:noFill/></a:ln></c:spPr><c:externalData r:id="{sheet}"><c:autoUpdate val="0"/>'
        "</c:externalData></c:chartSpace>"
    )
    return text.encode()


def _twice(drawn: Sequence[Line]) -> str:
    """A name that stands on two lines (both ends of an interval) stands once in the legend."""
    names = [line.name for line in drawn]
    return "".join(
        f'<c:legendEntry><c:idx val="{index}"/><c:delete val="1"/></c:legendEntry>'
        for index, name in enumerate(names)
        if name in names[:index]
    )


def _span(drawn: Sequence[Line]) -> str:
    """Ends of the value axis: round values around all that is drawn, from zero where that is not far."""
    values = [y for line in drawn for _, y in line.points]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if 0 <= low < high / 3:
        low = 0.0
    pad = (high - low or abs(high) or 1.0) * 0.1
    marks = ticks(low - (pad if low else 0), high + pad)
    step = marks[1] - marks[0] if len(marks) > 1 else pad
    first = marks[0] if low == 0 or marks[0] <= low else marks[0] - step
    return f'<c:max val="{marks[-1] + (step if marks[-1] < high else 0)!r}"/><c:min val="{first!r}"/>'


def _years(drawn: Sequence[Line]) -> str:
    years = [x for line in drawn for x, _ in line.points] or [2000.0]
    return f'<c:max val="{math.ceil(max(years))}"/><c:min val="{math.floor(min(years))}"/>'


def _major(drawn: Sequence[Line]) -> str:
    """Whole years between ticks, so that no more than about ten stand on the axis."""
    years = [x for line in drawn for x, _ in line.points]
    span = max(years) - min(years) if years else 1
    return f'<c:majorUnit val="{max(1, round(span / 8))}"/>'
