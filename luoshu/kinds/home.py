"""Where people live: points with people, census totals of areas, and the settlements that totals are spread over."""

from __future__ import annotations

from datetime import date

from luoshu.book.directory import Place
from luoshu.book.table import column, table
from luoshu.kinds.site import SYSTEM, SYSTEM_ZH, X_ZH, Y_ZH, X, Y

SORTS = {"village": "村", "community": "社区", "building": "楼栋", "cell": "网格"}
GROUPS = {"all": "常住人口", "urban": "城镇人口", "rural": "乡村人口", "children": "0至14岁", "old": "60岁及以上"}


@table(zh="居住点", caption_zh="有人居住的村、社区、楼栋或网格及其人口。")
class Home:
    """A village, community, building or cell of a grid with the people who live there."""

    id: str = column("Short code", zh="编号", note_zh="居住点的简短编号", key=True)
    name: str = column("Name", zh="名称", note_zh="村、社区或小区名称", default="")
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    people: float | None = column(
        "Inhabitants; empty: not known", zh="人口", note_zh="常住人口；留空为不详", unit="人", minimum=0,
        default=None, aliases=("常住人口", "人口数", "population"),
    )  # fmt: skip
    children: float | None = column(
        "Inhabitants aged 0 to 14; empty: not known", zh="儿童", note_zh="0至14岁人口；留空为不详", unit="人",
        minimum=0, default=None, aliases=("0至14岁", "少儿人口"),
    )  # fmt: skip
    old: float | None = column(
        "Inhabitants aged 60 and over; empty: not known", zh="老人", note_zh="60岁及以上人口；留空为不详", unit="人",
        minimum=0, default=None, aliases=("60岁及以上", "老年人口"),
    )  # fmt: skip
    sort: str = column("What it is", zh="类别", note_zh="村、社区、楼栋或网格", choices=SORTS, default="community")
    place: str = column("Area that it lies in", zh="区划", note_zh="所在区划的代码", refers=Place, default="")
    accuracy: float | None = column(
        "How far people may live from the point", zh="精度", note_zh="居民住处与该点可能相差多远", unit="米",
        minimum=0, default=None,
    )  # fmt: skip
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")


@table(zh="普查人口", caption_zh="各区划的普查人口，按人群分列。")
class Census:
    """How many people of a group live in an area, as a census counted them."""

    place: str = column("Area", zh="区划", note_zh="区划代码", key=True, refers=Place)
    group: str = column(
        "Which people",
        zh="人群",
        note_zh="常住、城镇、乡村、0至14岁、60岁及以上",
        key=True,
        choices=GROUPS,
        default="all",
    )
    people: float = column("How many", zh="人数", note_zh="人数", unit="人", minimum=0, aliases=("人口",))
    as_of: date = column("Day of the count", zh="时点", note_zh="普查标准时点", key=True, period="end")
    source: str = column("Who counted", zh="来源", note_zh="数据来自何处", default="")


@table(zh="聚落", caption_zh="城镇和村庄的位置：没有居住点数据时，普查人口按此估算分布。")
class Settlement:
    """A town or village as a point: what census totals are spread around where no homes are known."""

    id: str = column("Short code", zh="编号", note_zh="聚落的简短编号", key=True)
    name: str = column("Name", zh="名称", note_zh="聚落名称", default="")
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    place: str = column("Area that it lies in", zh="区划", note_zh="所在区划的代码", refers=Place, default="")
    people: float | None = column(
        "Inhabitants; empty: not known", zh="人口", note_zh="人口；留空为不详", unit="人", minimum=0, default=None
    )
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
