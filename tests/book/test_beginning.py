"""A new book is whole and valid; its manual and descriptor say what its classes say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from luoshu.book.beginning import new_book
from luoshu.book.book import open_book
from luoshu.book.checking import check
from luoshu.book.format import book_format_markdown, describe
from luoshu.book.table import column, schema, table
from luoshu.book.workbook import excel_in, excel_out

from .venues import Reading, Venue, book_with


def test_a_new_book_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "book"
    assert new_book(folder, title="示范: 规划", region="示范市", tables=[Venue, Reading]) == []
    book = open_book(folder, tables=[Venue, Reading])
    assert (book.title, book.region, check(book)) == ("示范: 规划", "示范市", [])
    assert (folder / "tables" / "venue.csv").read_bytes() == b"\xef\xbb\xbfid,name,kind,unit,open\n"
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "场馆" in text
    assert "A place open to the public." in text
    assert excel_out(book, tmp_path / "x.xlsx") == []
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert excel_in(book, tmp_path / "x.xlsx") == []
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_new_book_is_filled_from_a_workbook(tmp_path: Path) -> None:
    import openpyxl

    new_book(tmp_path / "b", title="x", tables=[Venue, Reading])
    book = open_book(tmp_path / "b", tables=[Venue, Reading])
    excel_out(book, tmp_path / "x.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "x.xlsx")
    workbook["场馆 venue"].append(["m1", "一号馆", "博物馆", "家", "是"])
    workbook["读数 reading"].append(["m1", "2025年", 3, "家"])
    workbook["承诺 commitments"].append(["task", "bridge", "建一座桥"])
    workbook.save(tmp_path / "x.xlsx")
    assert excel_in(book, tmp_path / "x.xlsx") == []
    book = open_book(tmp_path / "b", tables=[Venue, Reading])
    assert check(book) == []
    assert [r.value for r in book.rows(Reading)] == [3]
    assert [r.id for r in book.records] == ["bridge"]
    assert (tmp_path / "b" / "commitments.yaml").read_text(encoding="utf-8").startswith("# 已确认的承诺")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    assert [p.code for p in new_book(tmp_path / "full", title="x")] == ["book-exists"]
    assert [p.code for p in new_book(tmp_path / "file", title="x")] == ["book-exists"]
    assert sorted(p.name for p in (tmp_path / "full").iterdir()) == ["x"]
    assert new_book(tmp_path / "empty") == []
    assert open_book(tmp_path / "empty").title == "empty"


def test_the_manual_says_what_the_classes_say() -> None:
    text = book_format_markdown([Venue, Reading])
    assert "## 场馆 venue" in text
    for sheet in (schema(Venue), schema(Reading)):
        for each in sheet.columns:
            assert f"| `{each.name}` | {each.zh} |" in text
    assert "博物馆（museum）" in text
    assert "stands in `venue.id`" in text
    assert "at least 0; at most 100" in text


def test_the_descriptor_names_the_columns_as_the_file_does(tmp_path: Path) -> None:
    book = book_with(tmp_path, "场馆;日期;数值;memo\nm1;2025;1;x\n".encode("gb18030"))
    package = describe(book)
    assert json.loads(json.dumps(package)) == package
    venue, reading = package["resources"]
    assert (venue["path"], venue["schema"]["primaryKey"]) == ("tables/venue.csv", ["id"])
    assert [f["name"] for f in reading["schema"]["fields"]] == ["场馆", "日期", "数值", "memo"]
    assert (reading["encoding"], reading["dialect"]["delimiter"]) == ("gb18030", ";")
    assert reading["schema"]["foreignKeys"] == [{"fields": "场馆", "reference": {"resource": "venue", "fields": "id"}}]


def test_classes_that_are_no_tables_are_refused() -> None:
    with pytest.raises(TypeError, match="is not a table"):
        schema(int)
    with pytest.raises(TypeError, match="a cell is one of"):

        @table(zh="错")
        class Wrong:
            """Wrong."""

            names: list[str] = column("names")

    with pytest.raises(ValueError, match="period"):
        column("x", period="middle")
