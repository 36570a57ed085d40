"""Old housing estates that are or could be renewed, and which of them adjoin: the tables of estates and neighbours."""

from __future__ import annotations

from datetime import date

from luoshu.book.directory import Place
from luoshu.book.table import column, table
from luoshu.kinds.site import SYSTEM, SYSTEM_ZH, X_ZH, Y_ZH, X, Y

STATES = {"waiting": "待改造", "planned": "已列入计划", "under way": "改造中", "done": "已完成", "dropped": "不改造"}


@table(zh="老旧小区", caption_zh="老旧小区台账：位置、户数、面积、建成年份、投资和改造状态。")
class Estate:
    """An old housing estate, and how far its renewal has come."""

    id: str = column("Short code", zh="编号", note_zh="小区的简短编号", key=True, aliases=("小区编号",))
    name: str = column("Name", zh="名称", note_zh="小区名称", default="", aliases=("小区名称",))
    place: str = column("Area that it lies in", zh="区划", note_zh="所在区划的代码", refers=Place, default="")
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    wkt: str = column(
        "Its outline in the same system, as well-known text: POLYGON ((112.4 34.6, …))", zh="范围",
        note_zh="用 WKT 写的小区范围，与坐标同一坐标系，如 POLYGON ((112.4 34.6, …))", default="",
    )  # fmt: skip
    households: int | None = column(
        "Households", zh="户数", note_zh="小区户数", unit="户", minimum=0, default=None, aliases=("居民户数",)
    )
    area: float | None = column(
        "Floor area", zh="建筑面积", note_zh="总建筑面积", unit="平方米", minimum=0, default=None, aliases=("面积",)
    )
    built: int | None = column(
        "Year in which it was built", zh="建成年份", note_zh="建成的年份", minimum=1800, maximum=2200, default=None
    )
    cost: float | None = column(
        "What its renewal costs", zh="改造投资", note_zh="改造所需资金", unit="元", minimum=0, default=None
    )
    state: str = column(
        "How far it has come: waiting, planned, under way, done, dropped", zh="状态",
        note_zh="待改造、已列入计划、改造中、已完成、不改造", choices=STATES, default="waiting",
    )  # fmt: skip
    started_on: date | None = column(
        "Day on which works began", zh="开工日期", note_zh="开工的日期", period="end", default=None
    )
    done_on: date | None = column(
        "Day on which works were finished", zh="完成日期", note_zh="完工的日期", period="end", default=None
    )
    unit: str = column(
        "Unit in which it is renewed in one piece with others", zh="改造单元",
        note_zh="连片改造单元的名称或编号，同一单元写同一名称", default="", aliases=("片区",),
    )  # fmt: skip
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")


@table(zh="相邻小区", name="adjoining", caption_zh="相邻小区对照：写明可连片改造的两个小区，补充按距离得出的相邻关系。")
class Adjoining:
    """Two estates that adjoin whatever their distance, or that a road or river keeps apart although they are near."""

    one: str = column("An estate", zh="小区", note_zh="小区编号", refers=Estate, key=True)
    other: str = column("The other one", zh="相邻小区", note_zh="另一小区编号", refers=Estate, key=True)
    joined: bool = column(
        "Whether they can be renewed in one piece", zh="可连片", note_zh="是否可以连片改造；否表示被道路、河流等隔开",
        default=True,
    )  # fmt: skip
    note: str = column("Why", zh="备注", note_zh="理由", default="")
