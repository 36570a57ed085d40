"""Where a service is given or could be given: the table of sites."""

from __future__ import annotations

from datetime import date

from luoshu.book.directory import Place
from luoshu.book.table import column, table

STATES = {"open": "已开放", "planned": "在建或规划", "candidate": "备选", "closed": "已关闭"}
SYSTEM = "WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number, as in EPSG:4547; without it the row does not count"
SYSTEM_ZH = "WGS-84、CGCS2000、GCJ-02（高德、腾讯）、BD-09（百度）或 EPSG:编号，如 EPSG:4547；不填的行不计入"
X = "Longitude in degrees, or easting in metres of a projected system"
X_ZH = "经度（度）；投影坐标系填东坐标（米）"
Y = "Latitude in degrees, or northing in metres of a projected system"
Y_ZH = "纬度（度）；投影坐标系填北坐标（米）"


@table(zh="设施", caption_zh="提供服务的设施和可供选址的备选地点。")
class Site:
    """A place where a service is given, is planned or could be given."""

    id: str = column("Short code", zh="编号", note_zh="设施的简短编号", key=True, aliases=("设施编号",))
    name: str = column("Name", zh="名称", note_zh="设施名称", default="", aliases=("设施名称",))
    service: str = column(
        "What is offered, as the promises name it, as in fitness, museum, metro", zh="服务",
        note_zh="提供什么服务，与承诺中的写法一致，如 健身、博物馆、地铁", aliases=("服务类型", "类别"),
    )  # fmt: skip
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    state: str = column(
        "Whether it serves: open, planned, candidate (could be built), closed",
        zh="状态", note_zh="已开放、在建或规划、备选、已关闭", choices=STATES, default="open",
    )  # fmt: skip
    opens: date | None = column(
        "First day of service; empty: serves already", zh="启用日期", note_zh="开始服务的日期；留空为已启用",
        period="end", default=None,
    )  # fmt: skip
    closes: date | None = column(
        "Last day of service; empty: no end is known", zh="停用日期", note_zh="停止服务的日期；留空为未定",
        period="end", default=None,
    )  # fmt: skip
    cost: float | None = column(
        "What it costs to build", zh="造价", note_zh="建设所需资金", unit="元", minimum=0, default=None
    )
    capacity: float | None = column(
        "How much it can serve, in capacity_unit", zh="容量", note_zh="可服务的数量，单位见容量单位", minimum=0,
        unit_from="capacity_unit", default=None,
    )  # fmt: skip
    capacity_unit: str = column(
        "Unit of the capacity, as in 座, 张, 平方米",
        zh="容量单位",
        note_zh="如 座、张、平方米",
        holds_unit=True,
        default="",
    )
    place: str = column("Area that it lies in", zh="区划", note_zh="所在区划的代码", refers=Place, default="")
    accuracy: float | None = column(
        "How far the point may be from the door", zh="精度", note_zh="坐标与真实出入口可能相差多远", unit="米",
        minimum=0, default=None,
    )  # fmt: skip
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
    url: str = column("Where it was published", zh="网址", note_zh="发布的网址", default="")
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")
