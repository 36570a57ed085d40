"""What bars the way and what opens it: the tables of gates, walls and bridges."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from luoshu.book.table import column, table
from luoshu.kinds.site import SYSTEM, SYSTEM_ZH, X_ZH, Y_ZH, X, Y

if TYPE_CHECKING:
    from luoshu.book.book import Book

GATE_STATES = {"open": "可通行", "planned": "拟开", "closed": "关闭"}
WALL_STATES = {"standing": "存在", "planned": "拟建", "opened": "已打通", "closed": "已拆除"}
BRIDGE_STATES = {"open": "可通行", "planned": "在建或规划", "candidate": "备选", "closed": "关闭"}


@table(zh="出入口", caption_zh="围墙、小区或道路上的大门和出入口。")
class Gate:
    """A gate in a wall or on a street; where it is open, those whom it lets through pass the wall there."""

    id: str = column(
        "Short code; osm and a number, as in osm123, speaks of that gate of the map", zh="编号",
        note_zh="出入口的简短编号；写 osm123 表示路网中编号为123的大门", key=True,
    )  # fmt: skip
    name: str = column("Name", zh="名称", note_zh="出入口名称", default="")
    x: float | None = column(X, zh="经度", note_zh=X_ZH, default=None, aliases=("东坐标", "lon", "lng", "longitude"))
    y: float | None = column(Y, zh="纬度", note_zh=Y_ZH, default=None, aliases=("北坐标", "lat", "latitude"))
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    state: str = column(
        "Whether one can pass: open, planned, closed", zh="状态", note_zh="可通行、拟开、关闭", choices=GATE_STATES,
        default="open",
    )  # fmt: skip
    walk: bool = column("People on foot may pass", zh="行人可过", note_zh="行人是否可以通过", default=True)
    cycle: bool = column("Bicycles may pass", zh="自行车可过", note_zh="自行车是否可以通过", default=True)
    drive: bool = column("Cars may pass", zh="汽车可过", note_zh="汽车是否可以通过", default=False)
    opens: date | None = column(
        "First day on which one can pass; empty: already", zh="启用日期", note_zh="可以通行的第一天；留空为已可通行",
        period="end", default=None,
    )  # fmt: skip
    closes: date | None = column(
        "Last day on which one can pass; empty: no end is known", zh="停用日期",
        note_zh="可以通行的最后一天；留空为未定", period="end", default=None,
    )  # fmt: skip
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")

    @staticmethod
    def implied(book: Book) -> list[Gate]:
        """The gates of the book's street network as rows, so that a what-if can open and shut them."""
        from luoshu.kinds.barrier_layers import gates_of_map

        return gates_of_map(book)


@table(zh="围墙", caption_zh="围墙、栅栏和封闭小区的边界：只能从打开的出入口通过。")
class Wall:
    """A wall, a fence or the edge of a walled compound: nobody passes but by an open gate."""

    id: str = column(
        "Short code; osm and a number, as in osm123, speaks of that wall of the map", zh="编号",
        note_zh="围墙的简短编号；写 osm123 表示路网中编号为123的围墙", key=True,
    )  # fmt: skip
    name: str = column("Name", zh="名称", note_zh="围墙或小区名称", default="")
    wkt: str = column(
        "Its line, or the area that it encloses, as well-known text: LINESTRING (112.4 34.6, …) or POLYGON ((…))",
        zh="走向", note_zh="用 WKT 写的线或面，如 LINESTRING (112.4 34.6, 112.5 34.6) 或 POLYGON ((…))", default="",
    )  # fmt: skip
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    state: str = column(
        "Whether it bars the way: standing, planned, opened (one can pass everywhere), closed (no longer there)",
        zh="状态", note_zh="存在、拟建、已打通、已拆除", choices=WALL_STATES, default="standing",
    )  # fmt: skip
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")

    @staticmethod
    def implied(book: Book) -> list[Wall]:
        """The walls of the book's street network as rows, so that a what-if can open and remove them."""
        from luoshu.kinds.barrier_layers import walls_of_map

        return walls_of_map(book)


@table(zh="桥梁通道", caption_zh="路网中没有的桥、地道和连通道，连接两个地点。")
class Bridge:
    """A bridge, an underpass or a passage that the street network does not have, between two places."""

    id: str = column("Short code", zh="编号", note_zh="桥梁或通道的简短编号", key=True)
    name: str = column("Name", zh="名称", note_zh="桥梁或通道名称", default="")
    x: float | None = column("One end: " + X, zh="起点经度", note_zh="起点：" + X_ZH, default=None)
    y: float | None = column("One end: " + Y, zh="起点纬度", note_zh="起点：" + Y_ZH, default=None)
    to_x: float | None = column("Other end: " + X, zh="终点经度", note_zh="终点：" + X_ZH, default=None)
    to_y: float | None = column("Other end: " + Y, zh="终点纬度", note_zh="终点：" + Y_ZH, default=None)
    system: str = column("Coordinate system: " + SYSTEM, zh="坐标系", note_zh=SYSTEM_ZH, default="")
    metres: float | None = column(
        "Length along it; empty: the straight line", zh="长度", note_zh="通行长度；留空按直线计", unit="米", minimum=0,
        default=None,
    )  # fmt: skip
    walk: bool = column("People on foot may pass", zh="行人可过", note_zh="行人是否可以通过", default=True)
    cycle: bool = column("Bicycles may pass", zh="自行车可过", note_zh="自行车是否可以通过", default=True)
    drive: bool = column("Cars may pass", zh="汽车可过", note_zh="汽车是否可以通过", default=False)
    stairs: bool = column("It has stairs, so that no wheelchair passes", zh="有台阶", note_zh="有台阶，轮椅不能通过",
                          default=False)  # fmt: skip
    state: str = column(
        "Whether one can pass: open, planned, candidate, closed", zh="状态",
        note_zh="可通行、在建或规划、备选、关闭", choices=BRIDGE_STATES, default="open",
    )  # fmt: skip
    opens: date | None = column(
        "First day on which one can pass; empty: already", zh="启用日期", note_zh="可以通行的第一天；留空为已可通行",
        period="end", default=None,
    )  # fmt: skip
    closes: date | None = column(
        "Last day on which one can pass; empty: no end is known", zh="停用日期",
        note_zh="可以通行的最后一天；留空为未定", period="end", default=None,
    )  # fmt: skip
    cost: float | None = column(
        "What it costs to build", zh="造价", note_zh="建设所需资金", unit="元", minimum=0, default=None
    )
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")


BARRIERS: tuple[type, ...] = (Gate, Wall, Bridge)
"""The tables that change how people travel: whatever is kept of minutes must be made anew when one of them changes."""


def passable(row: Gate | Bridge, day: date) -> bool:
    """Whether a gate or bridge can be passed on a day: open, or planned for a day that has come, and not shut since."""
    state = row.state == "open" or (row.state == "planned" and row.opens is not None)
    return state and (row.opens is None or row.opens <= day) and (row.closes is None or day <= row.closes)


def of_map(id: str) -> bool:
    """Whether the id of a wall or gate speaks of one of the street network.

    >>> of_map("osm123"), of_map("osmanthus garden")
    (True, False)
    """
    return id[:3] == "osm" and id[3:].isascii() and id[3:].isdigit()
