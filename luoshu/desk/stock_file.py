"""Stock as a workbook that goes out: what stands and what counts of it, sheets for receipts and for a stock-take."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from luoshu.book.book import Book
from luoshu.book.table import Column, schema
from luoshu.kinds.item import Item
from luoshu.kinds.lot import CONDITIONS, Lot
from luoshu.kinds.stock import Usable, available
from luoshu.kinds.store import Store
from luoshu.words.message import Message

STANDS, RECEIPTS, TAKE = "库存 stock", "入库 receipts", "盘点 stock-take"
MARK = "luoshu stock file"
"""The workbook's own name, by which rows that come back in it are known."""


def _column(name: str, of: str, zh: str = "", *aliases: str, required: bool = False) -> Column:
    """A column of a sheet that comes back: read as that of a lot, under its own heading."""
    lot = schema(Lot).column(of)
    headings = (*aliases, *((lot.zh,) if zh and not aliases else ()), *lot.aliases)
    return replace(lot, name=name, zh=zh or lot.zh, aliases=headings, required=required, optional=not required)


RECEIPT_COLUMNS: tuple[Column, ...] = (
    _column("lot", "id"),
    _column("item", "item", required=True),
    _column("store", "store", required=True),
    _column("amount", "amount", required=True),
    _column("expires", "expires"),
    _column("condition", "condition"),
    _column("batch", "batch"),
    _column("spot", "spot"),
    _column("source", "source", "来源单位", "来源", "供货单位"),
    _column("note", "note"),
)
"""What a row of receipts says; without a code one is made."""

TAKE_COLUMNS: tuple[Column, ...] = (
    _column("lot", "id", required=True),
    _column("expected", "amount", "账面数", "账面数量", "账存数", required=True),
    _column("amount", "amount", "实点数", "实盘数", "盘点数", required=True),
    _column("condition", "condition", "状况更正", "状况"),
    _column("expires", "expires", "到期日更正", "到期日"),
    _column("spot", "spot", "货位更正", "货位"),
    _column("approval", "note", "审批编号", "审批"),
)
"""What a row of a stock-take says; a row without a count was not counted, and nothing is written. What the book said
when the sheet was made tells whether goods have moved since: then the count is of another stock."""

STANDS_HEADINGS = (
    "批次号", "物资编号", "物资", "单位", "仓库编号", "仓库", "货位", "数量", "可用数", "不可用原因", "已预留", "在途",
    "到期日", "状况", "盘点日期", "入库日期", "生产批号", "来源", "备注",
)  # fmt: skip
TAKE_HEADINGS = ("批次号", "物资", "仓库", "货位", "账面数", "实点数", "状况更正", "到期日更正", "货位更正", "审批编号")


def stock_workbook(book: Book, day: date, made: str, speak: Callable[[Message], str] = str) -> bytes:
    """The workbook of the stock on a day: what stands, an empty sheet of receipts, a sheet to count by.

    `made` is any text of its own (a moment, say): rows that come back in this workbook are written once. `speak` says
    the reasons in a language.
    """
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty

    out = Workbook()
    if out.active is not None:
        out.remove(out.active)
    lots = available(book, day)
    counted = [
        (each.lot.id, _name(each.item, each.lot.item), _name(each.store, each.lot.store), each.lot.spot,
         each.lot.amount) for each in lots if each.lot.amount > 0
    ]  # fmt: skip
    _fill(out, STANDS, STANDS_HEADINGS, [_stands(each, speak) for each in lots])
    _fill(out, RECEIPTS, [column.zh for column in RECEIPT_COLUMNS], [], RECEIPT_COLUMNS)
    _fill(out, TAKE, TAKE_HEADINGS, counted, TAKE_COLUMNS)
    properties: Any = getattr(out, "custom_doc_props")  # noqa: B009 (the stubs do not know it)
    properties.append(StringProperty(name=MARK, value=made))
    packed = io.BytesIO()
    out.save(packed)
    return packed.getvalue()


def _fill(
    out: Any, title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], columns: Sequence[Column] = ()
) -> None:
    from luoshu.book.sheet_making import put, put_heading, set_widths

    sheet = out.create_sheet(title)
    needed = {column.zh for column in columns if column.required}
    for place, heading in enumerate(headings, start=1):
        put_heading(sheet.cell(1, place), heading, required=heading in needed)
    for line, values in enumerate(rows, start=2):
        for place, value in enumerate(values, start=1):
            put(sheet.cell(line, place), value)
    sheet.freeze_panes = "B2"
    set_widths(sheet)


def _stands(each: Usable, speak: Callable[[Message], str]) -> tuple[Any, ...]:
    lot, item = each.lot, each.item
    return (
        lot.id, lot.item, item.name if item else "", item.unit if item else "", lot.store, _name(each.store, ""),
        lot.spot, lot.amount, each.amount, "；".join(speak(says) for says in each.because), lot.reserved,
        lot.under_way, lot.expires, CONDITIONS.get(lot.condition, lot.condition), lot.counted, lot.received,
        lot.batch, lot.source, lot.note,
    )  # fmt: skip


def _name(row: Item | Store | None, code: str) -> str:
    return row.name if row is not None and row.name else code
