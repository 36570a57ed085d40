"""Workbooks of the stock that come back: counts of a stock that has moved since, and what else is not as it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DAY, LI, MA, NOON, do, lot, stocked

from luoshu.book.book import open_book
from luoshu.desk.journal import Refused
from luoshu.desk.leaving import Deliver, Reserve, Ship
from luoshu.desk.lots import LotStanding
from luoshu.desk.picking import Collect
from luoshu.desk.room import Room
from luoshu.desk.stock_file import stock_workbook
from luoshu.desk.stock_rows import rows_of, tried, written
from luoshu.desk.stockroom import Count, Look, Receive, Scrap
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.store import Store


@pytest.fixture
def room(tmp_path):
    with Room(tmp_path / "desk.sqlite", stocked(tmp_path / "book")) as opened:
        yield opened


def workbook(room, file, made="one"):
    """The workbook of what stands now, and its sheets, to be filled in and saved."""
    from openpyxl import load_workbook

    file.write_bytes(stock_workbook(room.book.over(room.rows()), DAY, made))
    return load_workbook(file)


def count(book, name, amount, **more):
    """Fill in what was counted of a lot."""
    sheet = book["盘点 stock-take"]
    headings = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == name:
            for heading, value in {"实点数": amount, **more}.items():
                row[headings.index(heading)].value = value


def test_goods_that_left_after_the_sheet_was_printed_do_not_come_back_with_the_count(room, tmp_path):
    file = tmp_path / "盘点.xlsx"
    book = workbook(room, file)
    count(book, "W1", 100)
    count(book, "W2", 499)
    book.save(file)
    do(room, Ship(lot="W1", amount=40, place="X"))
    rows, _, _ = rows_of(file, room.book)
    for act in (tried, written):
        stale, good = act(room, rows, by=LI, at=NOON)
        assert "made when W1 held 100 by the book, and now it holds 60: count it again" in str(stale.trouble)
        assert good.good
    assert (lot(room, "W1").amount, lot(room, "W2").amount) == (60, 499)


def test_a_count_without_what_the_book_said_is_not_taken_from_a_file(room, tmp_path):
    file = tmp_path / "盘点.xlsx"
    book = workbook(room, file)
    count(book, "W1", 100, 账面数=None)
    book.save(file)
    (row,) = rows_of(file, room.book)[0]
    assert "账面数 is empty" in str(row.trouble)
    book["盘点 stock-take"].delete_cols(5)
    book.save(file)
    (row,) = rows_of(file, room.book)[0]
    assert "the column 账面数 is missing" in str(row.trouble)


def test_the_second_of_two_counts_of_one_lot_is_of_another_stock(room, tmp_path):
    file = tmp_path / "盘点.xlsx"
    book = workbook(room, file)
    count(book, "W1", 98)
    sheet = book["盘点 stock-take"]
    sheet.append(["W1", None, None, None, 100, 97])
    book.save(file)
    rows, _, _ = rows_of(file, room.book)
    assert [row.good for row in tried(room, rows, by=LI, at=NOON)] == [True, False]
    written(room, rows, by=LI, at=NOON)
    assert lot(room, "W1").amount == 98
    first, second = tried(room, rows, by=MA, at=NOON)
    assert first.already is not None
    assert second.trouble is not None


def test_a_count_on_the_spot_needs_nothing_of_the_book(room):
    do(room, Ship(lot="W1", amount=40, place="X"))
    do(room, Count(lot="W1", amount=61))
    assert lot(room, "W1").amount == 61


@pytest.mark.parametrize(
    "act",
    [
        Receive(lot="P9", item="pump", store="east", amount=2.5),
        Count(lot="P1", amount=59.5),
        Ship(lot="P1", amount=0.5, place="x"),
        Reserve(lot="T1", amount=1.5, purpose="x"),
        Collect(picklist="p1", item="tent", store="east", amount=2.5, purpose="x"),
        Scrap(lot="P1", amount=0.5, reason="x"),
        Look(lot="T1", condition="damaged", amount=0.5),
        Deliver(lot="T1", amount=0.5),
    ],
)
def test_there_is_no_half_pump(room, act):
    with pytest.raises(Refused, match="is counted in whole"):
        do(room, act)
    assert room.journal.entries() == []


def test_a_part_that_stands_in_the_book_can_leave_it(tmp_path):
    book = stocked(tmp_path / "book")
    path = book.folder / "tables" / "lot.csv"
    path.write_text(path.read_text("utf-8").replace("P1,pump,east,60", "P1,pump,east,2.5"), "utf-8")
    with Room(tmp_path / "desk.sqlite", open_book(book.folder, tables=(Item, Store, Lot))) as room:
        do(room, Scrap(lot="P1", amount=0.5, reason="x"))
        assert lot(room, "P1").amount == 2
        with pytest.raises(Refused, match="is counted in whole"):
            do(room, Scrap(lot="P1", amount=0.5, reason="x"))


def test_the_same_receipt_in_the_workbook_of_another_week_is_another_lot(room, tmp_path):
    for made in ("one", "two", "two"):
        file = tmp_path / f"{made}.xlsx"
        book = workbook(room, file, made)
        book["入库 receipts"].append([None, "帐篷", "东库", 5])
        book.save(file)
        (row,) = written(room, rows_of(file, room.book)[0], by=LI, at=NOON)
        assert row.trouble is None
    fresh = [each for each in room.standing().all(LotStanding).values() if each.id.startswith("tent-")]
    assert [each.amount for each in fresh] == [5, 5]
