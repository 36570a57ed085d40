"""What is measured and what was published of it: the tables of indicators and observations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from luoshu.book.directory import Place
from luoshu.book.table import column, table
from luoshu.words.conversion import convert
from luoshu.words.message import Message, named

if TYPE_CHECKING:
    from luoshu.book.book import Book

AGGREGATIONS = {
    "last": "存量，取最新数",
    "sum": "流量，可相加",
    "cumulative": "累计数",
    "ratio": "比率，不可相加",
    "distinct": "去重数，不可相加",
}
STATUSES = {
    "actual": "实际数",
    "preliminary": "初步数",
    "revised": "修订数",
    "forecast": "预计数",
    "plan": "计划数",
    "claim": "定性说法",
}
MEASURED = ("actual", "preliminary", "revised")
"""The statuses that are results; forecasts, plans and claims without a measured figure are shown, never counted."""


@table(zh="指标", caption_zh="被衡量的内容：单位、方向、口径和可否相加。")
class Indicator:
    """What is measured: its unit, which way is better, its definition and what may be added up."""

    id: str = column(
        "Short code used in targets and observations", zh="编号", note_zh="目标和数据中引用的编号", key=True
    )
    name: str = column("Name in Chinese", zh="名称", note_zh="中文名称", aliases=("指标名称",))
    name_en: str = column("Name in English", zh="英文名称", note_zh="英文名称", default="")
    unit: str = column(
        "Bare unit, as in 家, %, 元, 平方米/人", zh="单位", note_zh="不带倍数的单位", holds_unit=True, default=""
    )
    direction: str = column(
        "Which way is better; empty where the goal itself says it",
        zh="方向",
        note_zh="数值越高越好还是越低越好；留空由目标推定",
        choices={"": "由目标推定", "higher": "越高越好", "lower": "越低越好", "none": "无方向"},
        default="",
    )
    aggregation: str = column(
        "What may be added: last (a stock), sum (a flow), cumulative, ratio (a share, never added), distinct",
        zh="汇总方式",
        note_zh="存量、流量、累计、比率或去重；比率和去重数不可相加",
        choices=AGGREGATIONS,
        default="last",
    )
    definition: str = column("What exactly is counted", zh="口径", note_zh="统计口径", default="")
    part_of: str = column(
        "The indicator of which this is a part",
        zh="所属整体",
        note_zh="所属整体指标的编号",
        refers="indicator.id",
        default="",
    )
    adds_to: str = column(
        "The stock that this flow adds to",
        zh="计入存量",
        note_zh="该流量计入哪个存量指标",
        refers="indicator.id",
        default="",
    )
    numerator: str = column(
        "For a ratio: the indicator above the line",
        zh="分子",
        note_zh="比率的分子指标",
        refers="indicator.id",
        default="",
    )
    denominator: str = column(
        "For a ratio: the indicator below the line",
        zh="分母",
        note_zh="比率的分母指标",
        refers="indicator.id",
        default="",
    )

    def named(self) -> Message:
        """The name inside a sentence: English where the sentence is and the indicator has an English name."""
        return named(self.name, self.name_en)


@table(zh="数据", caption_zh="已公开发布的数据：数值、时点、发布日期、来源和口径。")
class Observation:
    """A figure as it was published: of what, where, as of which day, published when and by whom."""

    indicator: str = column("Indicator", zh="指标", note_zh="指标编号", refers=Indicator)
    place: str = column("Area; empty means the whole region", zh="区划", note_zh="留空为全域", refers=Place, default="")
    as_of: date = column(
        "Day that the figure is for: the last day of its period",
        zh="数据时点",
        note_zh="数据所属时期的最后一天",
        period="end",
    )
    since: date | None = column(
        "First day of the period, where it is not the calendar year",
        zh="起始日",
        note_zh="不是整年时的起始日",
        period="start",
        default=None,
    )
    value: float = column("The figure", zh="数值", note_zh="数值", unit_from="unit")
    unit: str = column(
        "Unit of this figure, also with a multiplier as in 亿元; empty means the indicator's",
        zh="单位",
        note_zh="可带倍数，如亿元；留空为指标的单位",
        default="",
    )
    comparator: str = column(
        "How exact: = about more or less",
        zh="精确程度",
        note_zh="等于、约、超过或不足",
        choices={"=": "等于", "~": "约", ">": "超过", "<": "不足"},
        default="=",
    )
    status: str = column(
        "Result, forecast, plan or claim",
        zh="性质",
        note_zh="实际、初步、修订、预计、计划或定性",
        choices=STATUSES,
        default="actual",
    )
    definition: str = column(
        "What was counted, where it differs from the indicator", zh="口径", note_zh="与指标口径不同时填写", default=""
    )
    published: date | None = column(
        "Day of publication; empty means not known",
        zh="发布日期",
        note_zh="发布日期；留空为不详",
        period="end",
        default=None,
    )
    source: str = column("Who published it", zh="来源", note_zh="发布者", default="")
    url: str = column("Where it was published", zh="网址", note_zh="发布的网址", default="")
    stated_change: float | None = column(
        "Change in % that the publication itself states",
        zh="自述变化",
        note_zh="发布时自述的变化幅度",
        unit="%",
        default=None,
    )
    stated_since: date | None = column(
        "Day that the stated change is counted from",
        zh="自述基期",
        note_zh="自述变化的基期",
        period="end",
        default=None,
    )
    note: str = column("Anything to know about the figure", zh="备注", note_zh="需要说明的情况", default="")


def unlike_units(book: Book) -> Iterator[tuple[Observation, str]]:
    """Observations whose unit does not measure the same as their indicator's, each with the indicator's unit."""
    units = {row.id: row.unit for row in book.rows(Indicator)}
    for row in book.rows(Observation):
        unit = units.get(row.indicator)
        if unit is not None and row.unit and convert(1.0, row.unit, unit) is None:
            yield row, unit


def observations_of(book: Book, indicator: str) -> Sequence[Observation]:
    """The observations of one indicator, in the file's order; the table is walked through once for all indicators."""
    rows = book.rows(Observation)
    key = ("observations by indicator", Observation)
    kept = book._read.get(key)
    if kept is None or kept[0] is not rows:
        by_indicator: dict[str, list[Observation]] = {}
        for row in rows:
            by_indicator.setdefault(row.indicator, []).append(row)
        kept = book._read[key] = (rows, by_indicator)
    found: Sequence[Observation] = kept[1].get(indicator, ())
    return found
