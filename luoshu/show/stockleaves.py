"""The pages of the stock, for the list of the desk's pages."""

from __future__ import annotations

from luoshu.desk.actor import READERS
from luoshu.show.approvalpage import ApprovalPage, approvals
from luoshu.show.countpage import CountPage, FilePage, count_page, file_page
from luoshu.show.labelpage import LabelPage, labels
from luoshu.show.language import marked
from luoshu.show.lotpage import LotPage, lot_page
from luoshu.show.pages import Leaf
from luoshu.show.pickpage import PickPage, ReceivePage, picking, receiving
from luoshu.show.stockpage import StockPage, stock

KEEPERS = frozenset({"store", "duty"})

STOCK_LEAVES: tuple[Leaf, ...] = (
    Leaf(
        name="stock", path="desk/stock", template="stock.html", type=StockPage, build=stock, roles=READERS,
        says=marked("The stock by item and store: what can be used and why the rest cannot. Narrow with q, item, "
                    "store, category and state."),
    ),
    Leaf(
        name="lot", path="desk/stock/{name}", template="lot.html", type=LotPage, build=lot_page, roles=READERS,
        names=lambda view: [], says=marked("One lot: what stands of it, its history, what can be done with it."),
    ),
    Leaf(
        name="receive", path="desk/receive", template="receive.html", type=ReceivePage, build=receiving, roles=KEEPERS,
        says=marked("The form for goods that come in."),
    ),
    Leaf(
        name="picking", path="desk/picking", template="picking.html", type=PickPage, build=picking, roles=KEEPERS,
        says=marked("Which lots leave first for a need (item, store, amount), and what was picked."),
    ),
    Leaf(
        name="stock-take", path="desk/stock-take", template="stocktake.html", type=CountPage, build=count_page,
        roles=KEEPERS, says=marked("The sheet of a stock-take of one store."),
    ),
    Leaf(
        name="stock-file", path="desk/stock-file", template="stockfile.html", type=FilePage, build=file_page,
        roles=READERS, says=marked("The stock as a workbook, out and in."),
    ),
    Leaf(
        name="approvals", path="desk/approvals", template="approvals.html", type=ApprovalPage, build=approvals,
        roles=READERS, says=marked("What waits for a second person, and what was approved."),
    ),
    Leaf(
        name="labels", path="desk/labels", template="labels.html", type=LabelPage, build=labels, roles=READERS,
        says=marked("Labels with QR codes, of one store or of the lots named."),
    ),
)  # fmt: skip
