"""What stands in a store: the table of lots, each of one item with one last day, over which the desk's own lie."""

from __future__ import annotations

from datetime import date

from luoshu.book.table import column, table
from luoshu.kinds.item import Item
from luoshu.kinds.store import Store

CONDITIONS = {"good": "完好", "damaged": "损坏", "unknown": "待查"}


@table(zh="批次", caption_zh="库存批次：每批为同一物资、同一到期日，存放在一个仓库。")
class Lot:
    """So many units of one item in one store, which expire on one day. Movements at the desk lie over this table."""

    id: str = column("Code on the label", zh="批次号", note_zh="标签上的批次号", key=True, aliases=("编号", "批号"))
    item: str = column("What it is", zh="物资", note_zh="物资编号", refers=Item, aliases=("物资编号", "物资编码"))
    store: str = column("Where it stands", zh="仓库", note_zh="仓库编号", refers=Store, aliases=("仓库编号",))
    amount: float = column(
        "All that stands there, in units of the item, with what is reserved or damaged", zh="数量",
        note_zh="实存总数，包括已预留和已损坏的", minimum=0, maximum=1e9, unit_from="item.unit",
        aliases=("库存", "实存数"),
    )  # fmt: skip
    expires: date | None = column(
        "Last day on which it may be used", zh="到期日", note_zh="可以使用的最后一天", period="end", default=None,
        aliases=("有效期至", "保质期至"),
    )  # fmt: skip
    condition: str = column(
        "good, damaged or unknown; only what is good counts", zh="状况", note_zh="完好、损坏或待查；只有完好的计为可用",
        choices=CONDITIONS, default="unknown",
    )  # fmt: skip
    counted: date | None = column(
        "Day of the last count; empty: nobody has counted it, and it does not count", zh="盘点日期",
        note_zh="最近一次盘点的日期；留空为未盘点，不计为可用", default=None, aliases=("盘点日",),
    )  # fmt: skip
    reserved: float = column(
        "How much of it is promised or picked for somebody", zh="已预留", note_zh="已预留或已拣出的数量", minimum=0,
        unit_from="item.unit", default=0.0,
    )  # fmt: skip
    under_way: float = column(
        "How much has left and has not arrived; not part of the amount", zh="在途",
        note_zh="已出库尚未送达的数量，不含在数量之内", minimum=0, unit_from="item.unit", default=0.0,
    )  # fmt: skip
    received: date | None = column("Day it came in", zh="入库日期", note_zh="入库的日期", default=None)
    batch: str = column("The maker's batch", zh="生产批号", note_zh="厂家的生产批号", default="")
    spot: str = column("Shelf in the store", zh="货位", note_zh="仓库内的货位", default="")
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
