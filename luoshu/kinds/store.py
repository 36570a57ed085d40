"""Where reserves stand: the table of stores."""

from __future__ import annotations

from luoshu.book.directory import Place
from luoshu.book.table import column, table
from luoshu.kinds.site import SYSTEM, SYSTEM_ZH, X_ZH, Y_ZH, X, Y

STATES = {"open": "可用", "closed": "停用", "candidate": "备选"}
SORTS = {
    "": "未注明",
    "central": "中央级",
    "province": "省级",
    "city": "市级",
    "county": "区县级",
    "township": "乡镇街道",
    "community": "社区村",
    "enterprise": "企业",
    "organisation": "社会组织",
}


@table(zh="仓库", caption_zh="存放储备物资的仓库和储备点。")
class Store:
    """A store or point where reserves stand and leave from."""

    id: str = column("Short code", zh="编号", note_zh="仓库的简短编号", key=True, aliases=("仓库编号",))
    name: str = column("Name", zh="名称", note_zh="仓库名称", aliases=("仓库名称",))
    organisation: str = column(
        "Whose store it is: who may move what stands in it", zh="管理单位",
        note_zh="管理该仓库的单位编号；决定谁可以办理出入库", default="", aliases=("单位",),
    )  # fmt: skip
    sort: str = column("What sort of store", zh="类别", note_zh="仓库层级或类别", choices=SORTS, default="")
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    place: str = column("Area that it lies in", zh="区划", note_zh="所在区划的代码", refers=Place, default="")
    state: str = column(
        "Whether goods can leave it: open, closed (nothing in it counts as available), candidate (could be opened)",
        zh="状态", note_zh="可用、停用或备选（可以启用的地点）；停用和备选仓库中的物资一律不计为可用", choices=STATES,
        default="open",
    )  # fmt: skip
    hours: str = column(
        "When it is staffed, as in 24 小时 or 08:00-18:00", zh="开放时间", note_zh="有人值守的时间", default=""
    )
    hours_to_open: float = column(
        "Hours from the call until goods can leave, at the worst time of day", zh="启用时长",
        note_zh="从接到调令到物资可以出库的小时数（按最不利时间）", unit="小时", minimum=0, maximum=720, default=0.0,
    )  # fmt: skip
    space: float | None = column(
        "How much it holds", zh="库容", note_zh="可存放的体积", unit="立方米", minimum=0, default=None
    )
    cost: float | None = column(
        "What it costs to open a candidate", zh="启用费用", note_zh="启用备选仓库所需资金；留空为未知", unit="元",
        minimum=0, default=None,
    )  # fmt: skip
    contact: str = column(
        "The office on duty; never a person's own number", zh="值班联系方式",
        note_zh="值班室的联系方式，不写个人电话", default="",
    )  # fmt: skip
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
