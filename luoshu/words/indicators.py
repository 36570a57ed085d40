"""Tables of indicators in plans (指标 … 2025年 2030年 … 属性): each row's base is a fact, its goal a promise."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from luoshu.words.bearing import Bearing
from luoshu.words.day import last_day
from luoshu.words.number import LONGEST, SCALE, number, scale
from luoshu.words.passage import Reading
from luoshu.words.quantity import Quantity
from luoshu.words.unit import UNIT, canonical


class Column(NamedTuple):
    """A column of figures: the year that it is for, or None for a yearly average or a sum over the period."""

    year: int | None
    yearly: bool


_CLOSES = re.compile(r"(?:预期|约束|引导|指导)性")
_OPENS = re.compile(r"指\s?标|项\s?目")
_HEADING = re.compile(r"(?P<year>20\d\d)\s?年?|(?P<yearly>年\s?均[^\s|\n]{0,8})|(?P<sum>累\s?计)")
_CELL = re.compile(r"[^\t\n|│]+")
_GAP = re.compile(r"[ \u3000]{2,}|(?<=[\d%）)〕\]—左右上下内性]) (?=\S)(?!左右|以[上下内])")
_SPACE = re.compile(r"\s+(?!左右|以[上下内])")
_VALUE = re.compile(
    rf"(?P<sign>[>＞≥<＜≤约]?)\s?(?P<open>[〔\[【(（]?)(?P<less>[>＞≥<＜≤]?)(?P<low>-?\d[\d,]*(?:\.\d+)?)"
    rf"(?:\s?[-—–~～]\s?(?P<high>\d[\d,]*(?:\.\d+)?))?(?P<scale>{SCALE})(?P<unit>{UNIT})?[〕\]】)）]?\*?"
    r"\s?(?P<edge>左右|以上|以内|以下)?[〕\]】)）]?\*?(?:[①-⑳])?"
)
_BLANK = re.compile(r"[-—–/－…]{1,4}|——|无|持平|\*")
_UNIT_IN_NAME = re.compile(rf"[（(【\[]\s?(?P<scale>{SCALE})\s?(?P<unit>{UNIT})\s?[）)】\]]\s*$")
_UNIT_CELL = re.compile(rf"[（(]?(?P<scale>{SCALE})(?P<unit>{UNIT})[）)]?")
_NUMBERED = re.compile(r"^\s*(?:[（(]?\d{1,2}[）).．、]?|[一二三四五六七八九十]{1,3}[、.])\s*(?=\D)")
_CATEGORY = re.compile(r"\s\d{1,2}[.．、]\s?")
_GROWS = re.compile(r"增长|增速|提高|增加(?!值)|提升|扩大")
_FALLS = re.compile(r"降低|下降|减少|下降率|降幅")
_SHARES = re.compile(r"(?:率|比重|占比|比例|指数|强度)$")
_CEILINGS = re.compile(r"失业率|死亡率|浓度|发病率|不超过|控制")
_FEWEST = 3
"""A table has at least so many rows that end in 预期性 or 约束性; fewer are words in a sentence."""
_REACH = 900


def indicator_tables(text: str, year: int | None, due: date | None) -> tuple[list[Reading], list[tuple[int, int]]]:
    """The figures of the indicator tables of a plan, and the spans of the text that the tables cover.

    `year` is the plan's first year, `due` the end of its period where a column does not say one.

    >>> table = "指标\\t2025年\\t2030年\\t属性\\n人口（万人）\\t700\\t720\\t预期性\\n"
    >>> table += "城镇化率（%）\\t67\\t>71\\t预期性\\n失业率（%）\\t—\\t5.5以内\\t预期性"
    >>> [(r.status, r.subject, r.quantity.value, r.quantity.unit, r.bearing.comparator, str(r.due))
    ...  for r in indicator_tables(table, 2026, None)[0]]  # doctest: +NORMALIZE_WHITESPACE
    [('fact', '人口', 7000000.0, '人', '=', '2025-12-31'), ('promise', '人口', 7200000.0, '人', '>=', '2030-12-31'),
     ('fact', '城镇化率', 67.0, '%', '=', '2025-12-31'), ('promise', '城镇化率', 71.0, '%', '>', '2030-12-31'),
     ('promise', '失业率', 5.5, '%', '<=', '2030-12-31')]
    """
    closes = [m for m in _CLOSES.finditer(text)]
    readings: list[Reading] = []
    spans: list[tuple[int, int]] = []
    first = 0
    while first < len(closes):
        last = first
        while last + 1 < len(closes) and closes[last + 1].start() - closes[last].end() < _REACH // 4:
            last += 1
        if last - first + 1 >= _FEWEST:
            low = spans[-1][1] if spans else 0
            span, found = _table(text, closes[first : last + 1], low, year, due)
            if found:
                readings += found
                spans.append(span)
        first = last + 1
    return readings, spans


def _table(
    text: str, closes: list[re.Match[str]], low: int, year: int | None, due: date | None
) -> tuple[tuple[int, int], list[Reading]]:
    opened = [m.start() for m in _OPENS.finditer(text, max(low, closes[0].start() - _REACH), closes[0].start())]
    start = opened[0] if opened else max(low, text.rfind("\n", 0, closes[0].start()) + 1)
    columns, body = _columns(text, start, closes[0].start(), due)
    found: list[Reading] = []
    for close in closes:
        found += _row(text, body, close.start(), columns, year)
        body = close.end()
    return (start, body), found


def _columns(text: str, start: int, end: int, due: date | None) -> tuple[list[Column], int]:
    """The columns that the head of the table names, and where its first row begins."""
    columns: list[Column] = []
    body = start
    for match in _HEADING.finditer(text, start, end):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if any(c.isdigit() for c in re.sub(r"20\d\d", "", line)):
            break
        if match["sum"] and columns and match.start() - body < 4:
            body = match.end()
            continue
        columns.append(Column(int(match["year"]) if match["year"] else None, bool(match["yearly"])))
        body = match.end()
    if not columns:
        columns = [Column(due.year - 5 if due else None, False), Column(due.year if due else None, False)]
    named = re.compile(r"属\s?性|性\s?质|类\s?型").search(text, body, end)
    return columns, named.end() if named else body


def _row(text: str, start: int, end: int, columns: list[Column], year: int | None) -> list[Reading]:
    cells = [cell for cell in _cells(text, start, end) if not text[cell[0] : cell[1]].isspace()]
    while len(cells) > 1 and _is_value(text, cells[0]):
        cells = cells[1:]
    values = [place for place, cell in enumerate(cells) if _is_value(text, cell)]
    if not values:
        return []
    first = values[0]
    name, (factor, unit) = _named(text, cells[:first])
    if not name:
        return []
    figures = cells[first:]
    if len(figures) > len(columns):
        figures = figures[-len(columns) :]
    shown = columns if len(figures) == len(columns) else columns[-len(figures) :]
    goal = max((c.year for c in columns if c.year), default=None)
    found = []
    for cell, column in zip(figures, shown, strict=False):
        reading = _figure(text, cell, column, goal, year, name, factor, unit)
        if reading is not None:
            found.append(reading)
    return found


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the cells between two places: parted by tabs, lines, bars, wide gaps, or a space after a figure."""
    cells = []
    for piece in _CELL.finditer(text, start, end):
        at = piece.start()
        gaps = _SPACE if _spaced(text, piece.start(), piece.end()) else _GAP
        for gap in gaps.finditer(text, piece.start(), piece.end()):
            cells.append((at, gap.start()))
            at = gap.end()
        cells.append((at, piece.end()))
    stripped = []
    for low, high in cells:
        while low < high and text[low].isspace():
            low += 1
        while low < high and text[high - 1].isspace():
            high -= 1
        if low < high:
            stripped.append((low, high))
    return stripped


def _spaced(text: str, start: int, end: int) -> bool:
    """Whether single spaces part the cells of a line: several of its words are figures or blanks."""
    words = text[start : min(end, start + _REACH)].split()
    return sum(bool(_VALUE.fullmatch(word) or _BLANK.fullmatch(word)) for word in words) > 2


def _is_value(text: str, cell: tuple[int, int]) -> bool:
    return bool(_VALUE.fullmatch(text, *cell) or _BLANK.fullmatch(text, *cell)) and cell[1] - cell[0] <= LONGEST


def _named(text: str, cells: list[tuple[int, int]]) -> tuple[str, tuple[float, str]]:
    """The indicator's name and its unit with a factor: 地区生产总值（亿元） → 地区生产总值, (1e8, 元)."""
    factor, unit = 1.0, ""
    words = [text[a:b] for a, b in cells]
    if len(words) > 1 and (cell := _UNIT_CELL.fullmatch(words[-1])):
        factor, unit = float(scale(cell["scale"])), canonical(cell["unit"])
        words = words[:-1]
    name = _NUMBERED.sub("", _CATEGORY.split(words[-1])[-1]) if words else ""
    inside = _UNIT_IN_NAME.search(name)
    if inside:
        factor, unit = float(scale(inside["scale"])), canonical(inside["unit"])
        name = name[: inside.start()]
    return name.strip(), (factor, unit)


def _figure(
    text: str,
    cell: tuple[int, int],
    column: Column,
    goal: int | None,
    year: int | None,
    name: str,
    factor: float,
    unit: str,
) -> Reading | None:
    match = _VALUE.fullmatch(text, *cell)
    if match is None:
        return None
    summed = bool(match["open"]) and match["open"] in "〔[［【"
    own = float(scale(match["scale"])) if match["scale"] else factor
    if match["unit"] or (column.yearly and not summed):
        own = own if match["scale"] else 1.0
        unit = canonical(match["unit"]) if match["unit"] else "%"
    if summed and unit == "%" and not (_GROWS.search(name) or _FALLS.search(name)):
        unit = "百分点"
    low, high = number(match["low"].lstrip("-")), number(match["high"] or "")
    if low is None:
        return None
    low = -low if match["low"].startswith("-") else low
    start = match.start("low")
    end = max(match.end("low"), match.end("high"), match.end("scale"), match.end("unit"))
    quantity = Quantity(start, end, _times(low, own), None if high is None else _times(high, own), unit, "figure")
    status = "fact" if column.year and ((year and column.year < year) or (goal and column.year < goal)) else "promise"
    yearly = column.yearly and not (_SHARES.search(name) and not summed)
    change = "up" if _GROWS.search(name) or yearly or summed else "down" if _FALLS.search(name) else "level"
    change = "down" if _FALLS.search(name) else change
    sign = match["sign"] or match["less"]
    borne = Bearing(_comparator(match, sign, status, name), change, "year" if yearly and not summed else "")
    last = column.year or goal
    return Reading(quantity, name, borne, status, last_day(last) if last else None, 0.8, None)


def _times(value: float, factor: float) -> float:
    return float(Decimal(str(value)) * Decimal(str(factor)))


def _comparator(match: re.Match[str], sign: str, status: str, name: str) -> str:
    if match["high"]:
        return "between"
    if sign:
        return {">": ">", "＞": ">", "≥": ">=", "<": "<", "＜": "<", "≤": "<=", "约": "~"}[sign]
    if match["edge"]:
        return {"左右": "~", "以上": ">=", "以内": "<=", "以下": "<="}[match["edge"]]
    if status == "fact":
        return "="
    return "<=" if _CEILINGS.search(name) else ">="
