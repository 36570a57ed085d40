"""luoshu desk stock: out as a workbook, filled in, in again once."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "desk"))
from stocked import stocked

from luoshu.cli import main
from luoshu.desk.lots import LotStanding
from luoshu.desk.room import open_room
from luoshu.desk.staff import CONSOLE, Add, Give


@pytest.fixture
def folder(tmp_path):
    book, now = stocked(tmp_path / "book"), datetime(2021, 7, 20, tzinfo=UTC)
    with open_room(book) as room:
        room.do(Add(person="li", name="李"), by=CONSOLE, at=now)
        room.do(Give(person="li", role="store", only_organisation="granary"), by=CONSOLE, at=now)
    return book.folder


def test_the_stock_goes_out_and_filled_in_rows_come_in_once(folder, tmp_path, capsys):
    from openpyxl import load_workbook

    file = tmp_path / "stock.xlsx"
    assert main(["--language", "en", "desk", "stock", "out", str(folder), str(file)]) == 0
    book = load_workbook(file)
    assert book["盘点 stock-take"]["A2"].value == "W1"
    book["盘点 stock-take"]["F2"] = 97
    for row in (
        [None, "帐篷", "东库", 5],
        [None, "tent", "east", 5],
        ["N2", "tent", "west", 5],
        ["N3", "boat", "east", 1],
    ):
        book["入库 receipts"].append(row)
    book.save(file)
    told = ["--language", "en", "desk", "stock", "in", str(folder), str(file)]
    assert main(told) == 2
    assert "--as NAME" in capsys.readouterr().err
    assert main([*told, "--as", "nobody"]) == 2
    assert main([*told, "--as", "li", "--try"]) == 1
    assert "3 rows are good, 2 are not" in capsys.readouterr().out
    assert main([*told, "--as", "li"]) == 1
    said = capsys.readouterr()
    assert "3 rows are written, 2 are not, 0 were written before" in said.out
    assert "W1: by the book 100, counted 97" in said.out
    assert "入库 receipts:4: 李 may not do this" in said.err
    assert "入库 receipts:5: boat does not stand in the catalogue" in said.err
    assert main([*told, "--as", "li"]) == 1
    assert "0 rows are written, 2 are not, 3 were written before" in capsys.readouterr().out
    with open_room(stocked(folder)) as room:
        lots = room.standing().all(LotStanding)
        assert sorted(each.amount for each in lots.values()) == [5, 5, 97]


def test_what_is_no_workbook_of_stock_is_said(folder, tmp_path, capsys):
    from openpyxl import Workbook

    file = tmp_path / "other.xlsx"
    Workbook().save(file)
    assert main(["--language", "en", "desk", "stock", "in", str(folder), str(file), "--as", "li"]) == 1
    assert "neither a sheet" in capsys.readouterr().err
    file.write_bytes(b"PK nonsense")
    assert main(["--language", "en", "desk", "stock", "in", str(folder), str(file), "--as", "li"]) == 1
    assert "no workbook" in capsys.readouterr().err
