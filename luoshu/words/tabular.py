"""Tables in a text: the indicators of a plan with their base, goal and yearly growth, the results of a bulletin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from luoshu.words.conversion import reduced
from luoshu.words.figure import Figure

_GAP = re.compile(r"[\t|]|[ \u3000]{2}")
_RULE = re.compile(r"[\s|:+=-]+")
_FIGURE = re.compile(
    r"(?P<sign>[＞>≥≧⩾＜<≤≦⩽约]|大于|小于|超过|不低于|不高于|不超过)?\s*(?P<open>[\[〔［(（【])?\s*(?P<minus>[-－−–])?(?P<value>\d[\d,，]*(?:\.\d+)?)"
    r"(?:\s*[-—–~～]{1,2}\s*(?P<high>\d[\d,]*(?:\.\d+)?))?\s*(?P<unit>[%％‰]|[\u4e00-\u9fff]{1,6}?)??\s*[\]〕］)）】]?\s*(?P<near>以上|以下|以内|左右|及以上)?[*＊①-⑳]*"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_BRACKET = re.compile(r"[（(\[【〔]\s*([^（()）\]】〕]{1,12})\s*[）)\]】〕]")
_UNIT_LINE = re.compile(r"(?:计量)?单位[:：]\s*([^\s，。；)）]{1,10})")
_ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(]?\d{1,2}[)）.．、](?!\d)|[①-⑳]|其中[:：]?|#|＃|——|—|-)\s*"
)
_GROWTH = re.compile(r"增长|增速|增幅|增减|同比|变化")
_YEARLY = re.compile(r"年均|年平均|每年|年度增")
_GOAL = re.compile(r"目标|规划|预期|达到|计划|力争|规划值|[末到]年?值")
_BASE = re.compile(r"实际|完成|基期|基数|现状|基准|现值|初步|预计|上年|绝对数|年末数|产量|总量")
_PLAN = re.compile(r"规划|纲要|计划|方案|目标|要点|预期")
_NAME = re.compile(r"^(?:主要)?(?:指\s*标|项\s*目|名\s*称|类\s*别|领\s*域|产品)(?:名称|类别)?$")
_KIND = re.compile(r"属性|性质|类型|指标属性|备注|责任|牵头|部门|序号")
_WHO = re.compile(r"责任(?:单位|部门|主体)|牵头|主管部门|负责|实施单位|承办")
_FALLS = re.compile(r"降低|下降|减少|削减|降幅")
_CAPPED = re.compile(r"失业率|死亡率|控制在|上限|排放总量|用水总量|占比不超过")


_SIGNS = (
    dict.fromkeys(("＞", ">", "大于", "超过"), ">") | dict.fromkeys(("≥", "≧", "⩾", "不低于"), ">=")
    | dict.fromkeys(("＜", "<", "小于"), "<") | dict.fromkeys(("≤", "≦", "⩽", "不高于", "不超过"), "<=") | {"约": "~"}
)  # fmt: skip
_PLAIN_AMOUNT = re.compile(r"绝对|年末|产量|总量|完成|数量|金额|指数|实绩|数值|合计|总计|累计|单位|规模")
_SHARE = re.compile(r"(比重|构成|占比)")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column's heading says: the year it is for, growth or amount, its unit, whether a goal or a result."""

    heading: str
    year: int | None
    growth: bool
    yearly: bool
    unit: str
    status: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table's place in a text and the figures in it."""

    start: int
    end: int
    figures: tuple[Figure, ...]


def tables(plain: str, *, author: str = "", year: int | None = None, title: str = "") -> list[Table]:
    """The tables of a text: rows of cells parted by tabs, pipes or wide gaps, under a heading row.

    A column that is headed by the year of a goal gives promises, one of a base year or of results gives facts; yearly
    growth is `per` year. `year` is the report's own year, `title` tells a plan from a bulletin.

    >>> text = "指标\\t2025年\\t2030年目标\\t属性\\n城镇化率（%）\\t60.1\\t65\\t预期性\\n粮食（万吨）\\t241\\t>250\\t"
    >>> for f in tables(text, year=2026)[0].figures:
    ...     print(f.status, f.subject, f.value, f.unit, f.comparator, f.due)
    fact 城镇化率 60.1 % = 2025-12-31
    promise 城镇化率 65.0 % >= 2030-12-31
    fact 粮食 2410000.0 吨 = 2025-12-31
    promise 粮食 2500000.0 吨 > 2030-12-31
    """
    if not _GAP.search(plain):
        return []
    found = []
    for rows in _blocks(plain):
        table = _Table(plain, rows, author, year, title)
        figures = table.figures()
        if figures:
            found.append(Table(rows[0][0].start, rows[-1][-1].end, tuple(figures)))
    return found


def _blocks(plain: str) -> list[list[list[_Cell]]]:
    """Rows of cells that stand directly below each other, at least two and with figures in them."""
    blocks: list[list[list[_Cell]]] = []
    rows: list[list[_Cell]] = []
    last = -1
    end = -1
    for line in plain.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if not _GAP.search(line):
            continue
        if _RULE.fullmatch(line):
            last = end if start == last + 1 else last
            continue
        cells = _cells(line, start)
        if len(cells) < 2:
            continue
        if start != last + 1 and rows:
            blocks.append(rows)
            rows = []
        rows.append(cells)
        last = end
    blocks.append(rows)
    return [block for block in blocks if len(block) > 1 and sum(map(_has_figure, block)) * 2 >= len(block) - 2]


def _cells(line: str, start: int) -> list[_Cell]:
    mark = r"\|" if line.count("|") > 1 else r"\t" if "\t" in line else r"[ \u3000]{2,}"
    cells = []
    at = 0
    for gap in [*re.finditer(mark, line), None]:
        end = gap.start() if gap else len(line)
        raw = line[at:end]
        text = raw.strip(" \u3000\t")
        begin = start + at + (raw.index(text) if text else 0)
        cells.append(_Cell(text, begin, begin + len(text)))
        at = gap.end() if gap else end
    if mark == r"\|":
        cells = cells[1:] if cells and not cells[0].text else cells
        cells = cells[:-1] if cells and not cells[-1].text else cells
    return cells


def _read(text: str) -> re.Match[str] | None:
    """A cell that is a figure and nothing else; a year is none."""
    read = _FIGURE.fullmatch(text) if text else None
    if read is None or re.fullmatch(r"(?:19|20)\d\d\s*年?", text):
        return None
    return read if not read["unit"] or (read["unit"] != "年" and _is_unit(read["unit"])) else None


def _has_figure(row: Sequence[_Cell]) -> bool:
    return any(_read(cell.text) for cell in row[1:])


class _Table:
    """One block of rows with its heading."""

    def __init__(self, plain: str, rows: list[list[_Cell]], author: str, year: int | None, title: str) -> None:
        self.author, self.year = author, year
        above = plain[max(0, plain.rfind("\n", 0, max(0, rows[0][0].start - 60))) : rows[0][0].start]
        self.caption = above.strip().split("\n")[-1] if above.strip() else ""
        named = _UNIT_LINE.search(above)
        self.unit = named[1] if named else ""
        self.plan = bool(_PLAN.search(title) or _PLAN.search(self.caption))
        heading = 0
        while heading < min(3, len(rows) - 1) and _is_heading(rows[heading], rows[heading + 1 :]):
            heading += 1
        self.rows = rows[heading:]
        self.width = max(len(row) for row in self.rows)
        self.columns = self._columns(rows[:heading])
        self.last_year = max((column.year for column in self.columns if column.year), default=None)

    def _columns(self, headings: list[list[_Cell]]) -> list[_Column]:
        texts = [""] * self.width
        for row in headings:
            lost = len(row) == self.width - 1 and not _NAME.match(row[0].text)  # an empty first cell is lost
            for at, cell in enumerate(row, start=int(lost)):
                if at < self.width and cell.text:
                    texts[at] += re.sub(r"\s+", "", cell.text)
        years = [int(y) for text in texts for y in _YEAR.findall(text)]
        return [self._column(text, years) for text in texts]

    def _column(self, text: str, years: list[int]) -> _Column:
        own = _YEAR.findall(text)
        year = int(own[-1]) if own else None
        unit = next((u for u in _BRACKET.findall(text) if _is_unit(u)), "")
        growth = bool(_GROWTH.search(text)) and not _NAME.match(text)
        yearly = bool(_YEARLY.search(text))
        if _GOAL.search(text) and not _BASE.search(text):
            status = "promise"
        elif _BASE.search(text):
            status = "fact"
        elif year is not None and self.year is not None:
            status = "promise" if year > self.year or (year == self.year and self.plan) else "fact"
        elif year is not None and len(set(years)) > 1 and self.plan:
            status = "promise" if year == max(years) else "fact"
        else:
            status = "promise" if self.plan and (yearly or year is not None) else "fact"
        return _Column(text, year, growth or yearly, yearly, unit, status)

    def figures(self) -> list[Figure]:
        found = []
        for row in self.rows:
            name, unit = self._named(row)
            if not name:
                continue
            owner = self._owner(row)
            for cell, column in zip(row, self.columns, strict=False):
                if cell is not row[0] and not _KIND.search(column.heading) and not _NAME.match(column.heading):
                    figure = self._figure(cell, column, name, unit, owner)
                    if figure:
                        found.append(figure)
        return found

    def _named(self, row: Sequence[_Cell]) -> tuple[str, str]:
        """What a row measures, and the unit that its cells or its name say."""
        name, unit = "", ""
        for at, (cell, column) in enumerate(zip(row, self.columns, strict=False)):
            if at and _read(cell.text):
                break
            if "单位" in column.heading:
                unit = cell.text
            elif cell.text and not _KIND.search(column.heading) and cell.text not in ("—", "-", "/"):
                name = cell.text if not name or not _is_unit(cell.text) else name
        inside = next((u for u in reversed(_BRACKET.findall(name)) if _is_unit(u)), "")
        name = _BRACKET.sub(lambda m: "" if _is_unit(m[1]) else m[0], name)
        before = ""
        while before != name:
            before, name = name, _ORDINAL.sub("", name).strip()
        return re.sub(r"[\s*＊]+", "", name), unit or inside

    def _owner(self, row: Sequence[_Cell]) -> str:
        """Who answers for a row, where a column says so; else the author."""
        told = [cell.text for cell, column in zip(row, self.columns, strict=False) if _WHO.search(column.heading)]
        return next((text for text in told if len(text) > 1 and not _read(text)), self.author)

    def _figure(self, cell: _Cell, column: _Column, name: str, unit: str, owner: str) -> Figure | None:
        read = _read(cell.text)
        if not read:
            return None
        said = read["unit"] or ""
        named = said or column.unit or ("" if column.growth and "%" not in column.heading else unit) or self.unit
        if column.growth and not said and not column.unit:
            named = "%"
        factor, bare = reduced(named.replace("％", "%")) if named else (1.0, "")
        value = _times(read["value"], factor)
        high = _times(read["high"], factor) if read["high"] else None
        growing = column.growth and not read["open"]
        grows = growing or bool(re.search(r"(?:增长|增速|增长率|增幅)$", name))
        falls = not growing and bool(_FALLS.search(name))
        change = "level"
        if grows or falls:
            change = "down" if falls != bool(read["minus"]) else "up"
        elif read["minus"]:
            value = -value
        start = read.start("minus") if read["minus"] else read.start("value")
        end = max(read.end(group) for group in ("value", "high", "unit"))
        total = bool(read["open"]) and not column.year  # 〔…〕 marks the sum of all years
        year = column.year or (self.last_year if column.status == "promise" else self._told_year())
        yearly = column.yearly and column.growth and not total
        return Figure(
            status=column.status, start=cell.start + start, end=cell.start + end, value=value, value_high=high,
            unit=bare, comparator=_comparator(read, column.status, name), change=change,
            per="year" if yearly else "", due=date(year, 12, 31) if year else None,
            subject=_subject(name, column), owner=owner, confidence=0.8,
        )  # fmt: skip

    def _told_year(self) -> int | None:
        """The year of results without one in their heading: the caption's, else the one before or of the report."""
        own = re.findall(r"((?:19|20)\d\d)\s*年", self.caption)
        return int(own[-1]) if own else self.year


def _times(text: str, factor: float) -> float:
    """A figure times its unit's multiplier, without the noise of binary fractions."""
    return float(f"{float(re.sub('[,，]', '', text)) * factor:.12g}")


def _subject(name: str, column: _Column) -> str:
    """What a cell measures: its row's name, with the heading of its column where that says what is counted."""
    heading = _BRACKET.sub("", column.heading)
    if column.growth or column.year or not heading or _NAME.match(heading):
        return name
    share = _SHARE.search(heading)
    if share:
        return name if share[1] in name else name + share[1]
    return name if _PLAIN_AMOUNT.search(heading) else heading + name


def _is_heading(row: Sequence[_Cell], following: Sequence[Sequence[_Cell]]) -> bool:
    """Whether a row names columns: words or years only, over rows with figures."""
    cells = [cell.text for cell in row if cell.text]
    return not any(map(_read, cells)) and any(map(_has_figure, following))


def _is_unit(text: str) -> bool:
    """Whether a word in brackets is a unit.

    >>> _is_unit("万人"), _is_unit("%"), _is_unit("含兵团")
    (True, True, False)
    """
    from luoshu.words.unit import CANONICAL, canonical

    bare = reduced(text.strip().replace("％", "%"))[1]
    return all(part in CANONICAL for part in canonical(bare).split("/"))


def _comparator(read: re.Match[str], status: str, name: str) -> str:
    if read["high"]:
        return "between"
    sign = _SIGNS.get(read["sign"] or "")
    near = {"以上": ">=", "及以上": ">=", "以下": "<=", "以内": "<=", "左右": "~"}.get(read["near"] or "")
    if sign or near:
        return sign or near or "="
    if status == "fact":
        return "="
    return "<=" if _CAPPED.search(name) else ">="
