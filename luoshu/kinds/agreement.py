"""Who makes more when it is needed: the table of producers under agreement, with what they keep and can surge to."""

from __future__ import annotations

from datetime import date

from luoshu.book.directory import Place
from luoshu.book.table import column, table
from luoshu.kinds.item import Item
from luoshu.kinds.site import SYSTEM, SYSTEM_ZH, X_ZH, Y_ZH, X, Y

STATES = {"signed": "已签", "offered": "意向"}


@table(zh="产能协议", caption_zh="与生产企业签订的代储和应急生产协议：日常库存、转产时间和应急产能。")
class Agreement:
    """What a producer has agreed to keep in stock and to make when called on, of one item."""

    id: str = column("Short code", zh="编号", note_zh="协议的简短编号", key=True, aliases=("协议编号",))
    name: str = column("The producer", zh="企业", note_zh="生产企业名称", aliases=("企业名称", "生产企业"))
    item: str = column("What it makes", zh="物资", note_zh="物资编号", refers=Item, aliases=("物资编号",))
    state: str = column(
        "signed, or only offered: what is offered counts for nothing until it is signed", zh="状态",
        note_zh="已签或意向；意向协议签订前一律不计", choices=STATES, default="signed",
    )  # fmt: skip
    fee: float | None = column(
        "What the agreement costs a year", zh="年费", note_zh="协议每年的费用；留空为未知", unit="元", minimum=0,
        default=None,
    )  # fmt: skip
    daily_stock: float = column(
        "Units kept ready at the works on every day", zh="日常库存", note_zh="企业每日保持的库存数量", minimum=0,
        unit_from="item.unit", default=0.0, aliases=("代储数量",),
    )  # fmt: skip
    usual_per_day: float = column(
        "Units made on a usual day that can be handed over", zh="日常日产量", note_zh="平日每天可交付的产量", minimum=0,
        unit_from="item.unit", default=0.0,
    )  # fmt: skip
    days_to_surge: float = column(
        "Days from the call until the surge runs", zh="转产天数", note_zh="从通知到达到应急产能所需的天数", unit="日",
        minimum=0, default=0.0,
    )  # fmt: skip
    surge_per_day: float = column(
        "Units a day once the surge runs", zh="应急日产量", note_zh="达到应急产能后每天的产量", minimum=0,
        unit_from="item.unit", default=0.0, aliases=("最大日产量",),
    )  # fmt: skip
    most: float | None = column(
        "Most units in all under the agreement; empty: no limit is written", zh="总量上限",
        note_zh="协议约定的供应总量上限；留空为未约定", minimum=0, unit_from="item.unit", default=None,
    )  # fmt: skip
    owed_per_day: float = column(
        "Units a day that go to others first, by other agreements", zh="其他供应义务",
        note_zh="按其他协议每天须优先供给他方的数量", minimum=0, unit_from="item.unit", default=0.0,
    )  # fmt: skip
    late_chance: float | None = column(
        "Chance that the surge comes late, 0 to 1; empty: not known", zh="延误概率",
        note_zh="未能按时达到产能的概率（0 到 1）；留空为不知", minimum=0, maximum=1, default=None,
    )  # fmt: skip
    late_days: float | None = column(
        "How many days late on average, where it is late", zh="平均延误", note_zh="发生延误时平均晚几天", unit="日",
        minimum=0, default=None,
    )  # fmt: skip
    counted: date | None = column(
        "Day on which the kept stock was last seen; empty: never, and it does not count", zh="核查日期",
        note_zh="最近一次实地核查日常库存的日期；留空为从未核查，日常库存不计", default=None,
    )  # fmt: skip
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    place: str = column("Area that it lies in", zh="区划", note_zh="所在区划的代码", refers=Place, default="")
    since: date | None = column(
        "First day of the agreement", zh="生效日期", note_zh="协议生效的日期", period="start", default=None
    )
    until: date | None = column(
        "Last day of the agreement", zh="终止日期", note_zh="协议的最后一天；留空为未约定", period="end", default=None
    )
    contact: str = column(
        "The office on duty; never a person's own number", zh="值班联系方式",
        note_zh="值班室的联系方式，不写个人电话", default="",
    )  # fmt: skip
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")

    def holds(self, day: date) -> bool:
        """Whether the agreement is in force on a day.

        >>> Agreement(id="a", name="A", item="tent", until=date(2021, 6, 30)).holds(date(2021, 7, 1))
        False
        """
        begun, over = self.since is None or self.since <= day, self.until is not None and self.until < day
        return self.state == "signed" and begun and not over
