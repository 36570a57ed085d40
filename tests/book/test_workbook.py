"""Workbooks: what goes out comes in again, what people do to cells is understood or named, and nothing is lost."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from luoshu.book.book import Book, open_book
from luoshu.book.checking import check
from luoshu.book.records import read_records
from luoshu.book.rewriting import _encoded, as_written, rewritten
from luoshu.book.table import schema
from luoshu.book.workbook import excel_in, excel_out

from .venues import VENUES, Reading, Venue, book_with

READINGS = (
    "venue,day,value,unit,share,visitors,opened,note\n"
    "m1,2025,1.5,人次,12%,1200,2001-02-03,=1+1\n"
    "m2,2025年3月,-3,%,,,,'quoted\n"
    'm1,2025-01-01,"1,234",人次,0.5,,,"two\nlines, and ""more"""\n'
    "m1,2024,1e3,,100,0,1899-12-31,007\n"
    "m1,2023,7,,,,,410300000000000001\n"
    "m1,2022,7,,,,,+86 379\n"
    "m1,2021,7,,,,,_x0041_ @home -x\n"
)
COMMITMENTS = """# plan
- kind: target
  id: museums
  words: 到2025年博物馆达到120家
  level: {2020-12-01: 120, 2023-08-25: {value: 110, source: 'x: y'}}
  due: 2025-12-31
  weight: 2.0
  co_owners: [a, b]
  # a comment inside
  note: '012'
- kind: task
  id: bridge
  words: "=1+1"
  binding: true
  flag: 'true'
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    folder = tmp_path / "book"
    book_with(folder, READINGS)
    (folder / "commitments.yaml").write_text(COMMITMENTS, encoding="utf-8")
    return reopened(folder)


def reopened(folder: Path) -> Book:
    return open_book(folder, tables=(Venue, Reading))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def carried(book: Book, tmp_path: Path, change: Callable[[Any], None] = lambda workbook: None) -> list[str]:
    """Out to a workbook, changed there, and in again: the problems as `code place`."""
    path = tmp_path / "out.xlsx"
    assert excel_out(book, path) == []
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return [f"{p.code} {p.source.file}" for p in excel_in(book, path)]


def test_nothing_changes_when_nothing_was_changed(book: Book, tmp_path: Path) -> None:
    assert check(book) == []
    before = contents(book.folder)
    assert carried(book, tmp_path) == []
    assert contents(book.folder) == before


def test_the_workbook_is_one_that_people_can_use(book: Book, tmp_path: Path) -> None:
    excel_out(book, tmp_path / "out.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert workbook.sheetnames == [
        "责任单位 owner",
        "文件 document",
        "区划 place",
        "场馆 venue",
        "读数 reading",
        "承诺 commitments",
    ]
    sheet = workbook["读数 reading"]
    assert [c.value for c in sheet[1]][:3] == ["场馆 venue", "日期 day", "数值 value"]
    assert "Which day" in sheet["B1"].comment.text
    assert sheet.freeze_panes == "A2"
    assert (sheet["B2"].value, sheet["B2"].number_format) == (datetime.datetime(2025, 12, 31), "yyyy-mm-dd")
    assert (sheet["C4"].value, sheet["E2"].value) == (1234, 12)
    formula = sheet["H2"]
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)
    venues = workbook["场馆 venue"]
    assert [venues["C2"].value, venues["E2"].value] == ["博物馆", True]
    assert any("博物馆,图书馆" in rule.formula1 for rule in venues.data_validations.dataValidation)


def test_a_changed_cell_changes_its_cell_alone(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        workbook["读数 reading"]["C2"].value = 2.5
        workbook["场馆 venue"]["B3"].value = "新二号馆"

    assert carried(book, tmp_path, change) == []
    files = contents(book.folder)
    assert files["tables/reading.csv"].decode() == READINGS.replace("m1,2025,1.5,", "m1,2025-12-31,2.5,").replace(
        "12%,1200", "12,1200"
    )
    assert files["tables/venue.csv"].decode() == VENUES.replace("二号馆", "新二号馆")


def test_rows_are_added_and_taken_out(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        venues = workbook["场馆 venue"]
        venues.append(["m3", "三号馆", "图书馆", None, "是"])
        venues.append([None, "  "])
        workbook["读数 reading"].delete_rows(3)

    assert carried(book, tmp_path, change) == []
    again = reopened(book.folder)
    assert [v.id for v in again.rows(Venue)] == ["m1", "m2", "m3"]
    assert (again.rows(Venue)[2].kind, again.rows(Venue)[2].open) == ("library", True)
    assert len(again.rows(Reading)) == 6
    assert check(again) == []


def test_what_spreadsheets_make_of_cells(book: Book, tmp_path: Path) -> None:
    """Percent formats, days as serials, texts and timestamps, numbers typed as text: each read as it was meant."""

    def change(workbook: Any) -> None:
        sheet = workbook["读数 reading"]
        sheet["E2"].value, sheet["E2"].number_format = 0.07, "0%"
        sheet["B2"].value, sheet["B2"].number_format = 44197, "General"
        sheet["B3"].value = "2021年2月3日"
        sheet["B4"].value = datetime.datetime(2021, 3, 4)
        sheet["B5"].value, sheet["B5"].number_format = 2024, "General"
        sheet["C2"].value, sheet["C2"].data_type = "１,５００", "s"
        sheet["C3"].value, sheet["C3"].number_format = 0.125, "0.00%"
        sheet["H5"].value, sheet["H5"].number_format = 42, "General"

    assert carried(book, tmp_path, change) == []
    rows = reopened(book.folder).rows(Reading)
    assert [r.day for r in rows[:4]] == [date(2021, 1, 1), date(2021, 2, 3), date(2021, 3, 4), date(2024, 12, 31)]
    assert (rows[0].share, rows[0].value, rows[1].value, rows[3].note) == (7.0, 1500.0, 12.5, "42")


def test_wrong_cells_are_named_and_their_table_stays(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        sheet = workbook["读数 reading"]
        sheet["A2"].value = "m9"
        sheet["B3"].value = "2024-02-30"
        sheet["C4"].value = "=SUM(C2:C3)"
        sheet["D5"].value = "万人次"
        sheet["E6"].value = 120
        sheet["F6"].value = 1.5
        sheet["G7"].value = "二〇二五年"
        sheet["H7"].value, sheet["H7"].number_format = datetime.datetime(2026, 3, 5), "m-d"
        sheet["H8"].value, sheet["H8"].number_format = 41030000000000012345, "General"
        sheet["C8"].value, sheet["C8"].data_type = "#REF!", "e"
        sheet["F8"].value, sheet["F8"].number_format = 0.5, "0%"
        sheet["K2"].value = "beyond"
        workbook["场馆 venue"]["B2"].value = "一号新馆"

    before = contents(book.folder)
    assert carried(book, tmp_path, change) == [
        "dangling reading!A2",
        "no-such-day reading!B3",
        "formula-cell reading!C4",
        "error-cell reading!C8",
        "unknown-unit reading!D5",
        "too-large reading!E6",
        "not-whole reading!F6",
        "percent-misplaced reading!F8",
        "not-a-day reading!G7",
        "day-for-words reading!H7",
        "long-number reading!H8",
        "extra-cell reading!K2",
    ]
    after = contents(book.folder)
    assert after["tables/reading.csv"] == before["tables/reading.csv"]
    assert "一号新馆" in after["tables/venue.csv"].decode()


def test_headings_sheets_and_merged_cells(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        workbook["读数 reading"]["C1"].value = "数 值 valeu"
        workbook["场馆 venue"].merge_cells("B2:B3")
        workbook.create_sheet("venues")["A1"] = "x"

    assert carried(book, tmp_path, change) == [
        "missing-column reading!A1",
        "unknown-column reading!C1",
        "merged-cells venue!B2",
        "unknown-sheet venues!A1",
    ]


def test_a_title_above_the_headings_is_no_heading(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        for sheet in (workbook["场馆 venue"], workbook["承诺 commitments"]):
            sheet.insert_rows(1, 2)
            sheet["A1"] = "示范市统计表（2025年）"
            sheet.merge_cells("A1:C1")
        workbook["场馆 venue"]["B4"].value = "一号新馆"
        workbook["读数 reading"].insert_rows(1)
        workbook["读数 reading"]["A1"] = "读数"
        workbook["读数 reading"]["C3"].value = "forty"

    assert carried(book, tmp_path, change) == ["not-a-number reading!C3"]
    assert reopened(book.folder).rows(Venue)[0].name == "一号新馆"
    assert reopened(book.folder).records == book.records


def test_faulty_rows_go_out_red_and_come_in_mended(tmp_path: Path) -> None:
    book = book_with(tmp_path / "b", "venue,day,value,memo\nm1,2025,forty,keep me\nm1,2024,1,\n")

    def mend(workbook: Any) -> None:
        cell = workbook["读数 reading"]["C2"]
        assert (cell.value, cell.fill.fgColor.rgb) == ("forty", "FFFFC7CE")
        assert "not a number" in cell.comment.text
        cell.value = 40

    assert carried(book, tmp_path) == ["not-a-number reading!C2", "unknown-column reading!I1"]
    assert carried(book, tmp_path, mend) == ["unknown-column reading!I1"]
    (book.folder / "tables" / "reading.csv").write_text("venue,day,value\nm1,2025,forty\nm1,2024,1\n")
    assert carried(reopened(book.folder), tmp_path, mend) == []
    assert (book.folder / "tables" / "reading.csv").read_text() == "venue,day,value\nm1,2025-12-31,40\nm1,2024,1\n"


def test_tables_that_cannot_be_shown_whole_are_left_out(tmp_path: Path) -> None:
    book = book_with(tmp_path / "b", "venue,day,value\nm1,2025,1,2\n", VENUES + "m3," + "长" * 33_000 + "\n")
    (book.folder / "commitments.yaml").write_text("- {kind: task, id: a, words: " + "x" * 33_000 + "}\n")
    before, book = contents(book.folder), reopened(book.folder)
    path = tmp_path / "out.xlsx"
    assert [(p.code, p.source.file) for p in excel_out(book, path)] == [
        ("not-in-workbook", "tables/venue.csv"),
        ("not-in-workbook", "tables/reading.csv"),
        ("not-in-workbook", "commitments.yaml"),
    ]
    assert excel_in(book, path) == []
    assert contents(book.folder) == before


def test_a_table_changed_in_the_meantime_is_not_written_over(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    excel_out(book, path)
    workbook = openpyxl.load_workbook(path)
    workbook["场馆 venue"]["B2"].value = "甲"
    workbook["承诺 commitments"]["C2"].value = "甲"
    workbook.save(path)
    (book.folder / "tables" / "venue.csv").write_text(VENUES + "m3,乙,,,\n", encoding="utf-8")
    with (book.folder / "commitments.yaml").open("a") as out:
        out.write("# later\n")
    before = contents(book.folder)
    assert [(p.code, p.source.file) for p in excel_in(reopened(book.folder), path)] == [
        ("conflict", "commitments.yaml"),
        ("conflict", "tables/venue.csv"),
    ]
    assert contents(book.folder) == before


def test_promises_are_edited_one_by_one(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        sheet = workbook["承诺 commitments"]
        names = [c.value for c in sheet[1]]
        assert names[:4] == ["种类 kind", "编号 id", "原文 words", "责任单位 owner"]
        sheet.cell(3, names.index("原文 words") + 1).value = "建一座桥"
        sheet.append(["task", "pool", "建一座泳池", None, datetime.datetime(2026, 12, 31)])

    assert carried(book, tmp_path, change) == []
    text = (book.folder / "commitments.yaml").read_text(encoding="utf-8")
    assert text.startswith(COMMITMENTS[: COMMITMENTS.index("- kind: task")])
    records, problems = read_records(text.encode(), "c.yaml")
    assert problems == ()
    assert dict(records[1].fields) == {
        "kind": "task",
        "id": "bridge",
        "words": "建一座桥",
        "binding": True,
        "flag": "true",
    }
    assert dict(records[2].fields) == {"kind": "task", "id": "pool", "words": "建一座泳池", "due": date(2026, 12, 31)}

    def remove(workbook: Any) -> None:
        workbook["承诺 commitments"].delete_rows(3)

    assert carried(reopened(book.folder), tmp_path, remove) == []
    assert [r.id for r in reopened(book.folder).records] == ["museums", "pool"]


def test_wrong_promises_are_named(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        sheet = workbook["承诺 commitments"]
        sheet["F2"].value = "{2020: "
        sheet.append(["task", "bridge", "x"])
        sheet.append([None, None, "x"])

    assert carried(book, tmp_path, change) == [
        "duplicate commitments!A4",
        "missing-field commitments!A5",
        "yaml-syntax commitments!F2",
    ]


def test_files_that_are_no_workbooks(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert [p.code for p in excel_in(book, path)] == ["missing-file"]
    for data in (b"", b"PK\x03\x04", b"id,name\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        path.write_bytes(data)
        assert [p.code for p in excel_in(book, path)] == ["not-a-workbook"]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("x.txt", "x")
    assert [p.code for p in excel_in(book, path)] == ["not-a-workbook"]


def test_bombs_are_not_opened(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 50_000_000)
    assert [p.code for p in excel_in(book, path)] == ["unpacks-too-large"]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    assert [p.code for p in excel_in(book, path)] == ["not-a-workbook"]


def test_a_cell_at_the_end_of_the_world_takes_no_time(book: Book, tmp_path: Path) -> None:
    def change(workbook: Any) -> None:
        workbook["场馆 venue"]["XFD1048576"].value = " "
        workbook["读数 reading"]["A1048576"].value = None

    assert carried(book, tmp_path, change) == []


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters="\ufffd"), max_size=20)
TRAPS = st.sampled_from(
    ["=1+1", "'a", "007", "12345678901234567890", "+1", "-", "@x", "12%", "2024-02-30", "a\nb", "TRUE", "_x000D_", '"']
)
READING = st.builds(
    Reading,
    venue=st.sampled_from(["m1", "m2"]),
    day=st.dates(),
    value=st.floats(allow_nan=False, allow_infinity=False),
    unit=st.sampled_from(["", "家", "%"]),
    share=st.none() | st.floats(0, 100),
    visitors=st.none() | st.integers(0, 2**53),
    opened=st.none() | st.dates(),
    note=(WORDS | TRAPS).map(str.strip),
)


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(READING, max_size=6))
def test_any_valid_table_goes_out_and_comes_in_the_same(tmp_path: Path, rows: list[Reading]) -> None:
    sheet = schema(Reading)
    none = as_written(sheet, None)
    data = rewritten(sheet, none, {c.name: [getattr(r, c.name) for r in rows] for c in sheet.columns}, {})
    book = book_with(tmp_path / "b", data)
    garbled = {p.source.line for p in book.problems_of(Reading)}
    if garbled:  # words that look like a wrong encoding are not written by this program
        return
    assert list(book.rows(Reading)) == rows

    def touch(workbook: Any) -> None:
        workbook["读数 reading"].append(["m1", datetime.datetime(2000, 1, 1), 0.5])

    assert carried(book, tmp_path) == []
    assert (book.folder / "tables" / "reading.csv").read_bytes() == data
    assert carried(book, tmp_path, touch) == []
    assert list(reopened(book.folder).rows(Reading))[:-1] == rows


def test_the_old_manner_of_a_file_is_kept(tmp_path: Path) -> None:
    text = "备注;数值;日期;场馆\r\n好;1,5\r\n".replace("1,5\r\n", "2,5;2025;m1\r\n").replace("2,5", "2.5")
    sheet = schema(Reading)
    row = Reading(venue="m1", day=date(2025, 12, 31), value=3, note="好")
    values = {c.name: [getattr(row, c.name)] for c in sheet.columns}
    for encoding in ("utf-8-sig", "gb18030"):
        old = as_written(sheet, text.encode(encoding))
        assert rewritten(sheet, old, values, {}) == text.replace("2.5", "3").replace("2025", "2025-12-31").encode(
            encoding
        )
    assert _encoded([["a"]], as_written(sheet, None)) == b"a\n"
