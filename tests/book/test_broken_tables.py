"""Faults of tables as people make them: each is found, named with its line and column, and costs only its own row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from luoshu.book.cell import parse
from luoshu.book.checking import check
from luoshu.book.faults import FAULTS
from luoshu.book.problem import Problem
from luoshu.book.table import schema

from .venues import VENUES, Reading, Venue, book_with

READ = schema(Reading)


def faults(problems: list[Problem] | tuple[Problem, ...]) -> list[tuple[str, int | None, str]]:
    return [(p.code, p.source.line, p.source.column) for p in problems]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12.0),
        ("１２．５", 12.5),
        ("1,234,567.5", 1234567.5),
        ("-3", -3.0),
        ("−3", -3.0),
        ("1.5e3", 1500.0),
        (" 12 ", 12.0),
        ("12%", 12.0),
        ("１２％", 12.0),
        ("0.12", 0.12),
        (".5", 0.5),
        ("12.50%", 12.5),
    ],
)
def test_numbers_that_can_be_read_one_way_only(cell: str, value: float) -> None:
    assert parse(cell, READ.column("value")) == (value, None)


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        ("forty", "Write digits, as in 40"),
        ("12万", "Write 120000"),
        ("1.2亿", "Write 120000000"),
        ("12家", "Write 12 alone; the unit has its own column"),
        ("12,5", "Write 12.5 if the comma is a decimal point, or 125 if it parts thousands"),
        ("1.234,5", "Write digits, as in 40"),
        ("nan", "Write digits, as in 40"),
        ("inf", "Write digits, as in 40"),
        ("1e999", "Write digits, as in 40"),
        ("1_000", "Write digits, as in 40"),
        ("3-5", "Write digits, as in 40"),
        ("#REF!", "Write digits, as in 40"),
    ],
)
def test_numbers_that_are_none_say_what_they_would_be(cell: str, mend: str) -> None:
    value, fault = parse(cell, READ.column("value"))
    assert value is None
    assert fault is not None
    assert (fault.code, fault.mend) == ("not-a-number", mend)


def test_a_percentage_stands_only_where_percent_is_counted() -> None:
    assert parse("12%", READ.column("share")) == (12.0, None)
    _, fault = parse("12%", READ.column("visitors"))
    assert fault is not None
    assert fault.code == "percent-misplaced"


def test_whole_numbers() -> None:
    visitors = READ.column("visitors")
    assert parse("1,200", visitors) == (1200, None)
    assert parse("1200.0", visitors) == (1200, None)
    for cell in ("12.5", "9" * 25):
        _, fault = parse(cell, visitors)
        assert fault is not None
        assert fault.code == "not-whole"
    _, fault = parse("-1", visitors)
    assert fault is not None
    assert (fault.code, fault.says) == ("too-small", "visitors is -1, below 0")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2025-12-31", date(2025, 12, 31)),
        ("2025/3/1", date(2025, 3, 1)),
        ("2025.3.1", date(2025, 3, 1)),
        ("2025年3月1日", date(2025, 3, 1)),
        ("２０２５－０３－０１", date(2025, 3, 1)),
        ("20250301", date(2025, 3, 1)),
        ("2025-03-01 00:00:00", date(2025, 3, 1)),
        ("2025-3-1", date(2025, 3, 1)),
        ("2025", date(2025, 12, 31)),
        ("2025年", date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2025年3月", date(2025, 3, 31)),
    ],
)
def test_days_that_can_be_read_one_way_only(cell: str, value: date) -> None:
    assert parse(cell, READ.column("day")) == (value, None)


@pytest.mark.parametrize(
    ("cell", "code", "mend"),
    [
        ("2024-02-30", "no-such-day", "The last day of that month is 2024-02-29"),
        ("2024-13-01", "no-such-day", "Months go from 1 to 12"),
        ("44197", "excel-day", "A spreadsheet stores 2021-01-01 as this number: write 2021-01-01"),
        ("二〇二五年三月一日", "not-a-day", "Write 2025-03-01"),
        ("二〇二五年", "not-a-day", "Name the day: 2025-01-01 or 2025-12-31"),
        ("2025", "not-a-day", "Name the day: 2025-01-01 or 2025-12-31"),
        ("2025年3月", "not-a-day", "Name the day: 2025-03-01 or 2025-03-31"),
        ("3/1/2025", "not-a-day", "Write year, month and day, as in 2025-12-31"),
        ("25-03-01", "not-a-day", "Write year, month and day, as in 2025-12-31"),
        ("soon", "not-a-day", "Write year, month and day, as in 2025-12-31"),
        ("0000-01-01", "no-such-day", "Months go from 1 to 12"),
    ],
)
def test_days_that_are_none_say_what_they_would_be(cell: str, code: str, mend: str) -> None:
    value, fault = parse(cell, READ.column("opened"))
    assert value is None
    assert fault is not None
    assert (fault.code, fault.mend) == (code, mend)


def test_a_chinese_year_in_a_column_of_periods_is_named() -> None:
    _, fault = parse("二〇二五年", READ.column("day"))
    assert fault is not None
    assert fault.mend == "Write 2025"


def test_choices_are_taken_in_both_languages_and_near_misses_are_named() -> None:
    kind = schema(Venue).column("kind")
    assert parse("博物馆", kind) == ("museum", None)
    assert parse("Museum", kind) == ("museum", None)
    _, fault = parse("muzeum", kind)
    assert fault is not None
    assert (fault.code, fault.mend) == ("not-a-choice", "Did you mean 'museum'?")


def test_yes_and_no() -> None:
    flag = schema(Venue).column("open")
    assert [parse(c, flag)[0] for c in ("是", "false", "√", "N", "")] == [True, False, True, False, None]
    _, fault = parse("maybe", flag)
    assert fault is not None
    assert fault.code == "not-yes-or-no"


def test_chinese_headings_in_any_order(tmp_path: Path) -> None:
    book = book_with(tmp_path, "备注,数值,时间,场馆 venue\n好,3,2025年,m1\n")
    (row,) = book.rows(Reading)
    assert (row.venue, row.day, row.value, row.note) == ("m1", date(2025, 12, 31), 3, "好")
    assert check(book) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_as_spreadsheets_save_them(tmp_path: Path, encoding: str, mark: str, end: str) -> None:
    text = f"场馆{mark}日期{mark}数值{mark}备注\nm1{mark}2025-01-01{mark}5{mark}洛河边的瀍河馆\n".replace("\n", end)
    book = book_with(tmp_path, text.encode(encoding))
    assert [(r.value, r.note) for r in book.rows(Reading)] == [(5.0, "洛河边的瀍河馆")]
    assert check(book) == []


def test_one_of_each_fault(tmp_path: Path) -> None:
    """Eight bad rows among good ones: each named with line and column, the good ones counted."""
    text = (
        "venue,day,value,unit,share,visitors,opened,note\n"
        "m1,2025-01-01,1,人次,,,,good\n"
        "m1,2025-02-30,1,,,,,\n"
        "m1,2025-01-02,forty,,,,,\n"
        "m1,2025-01-03,1,,,,44197,\n"
        "m1,2025-01-04,1,,120,,,\n"
        "m1,2025-01-05,1,,,1.5,,\n"
        ",2025-01-06,1,,,,,\n"
        "m1,2025-01-07,1,,,,,a,b\n"
        "m9,2025-01-08,1,,,,,\n"
        "m1,2025-01-09,5%,人次,,,,\n"
        "m2,2025-01-10,5%,,,,,\n"
        "m1,2025-01-11,5%,,,,,\n"
        "m1,2025-01-12,1,万人次,,,,\n"
        'm1,2025-01-13,1,,,,,"two\n'
        'lines"\n'
        "m1,2025-01-14,x,,,,,\n"
    )
    book = book_with(tmp_path, text)
    assert faults(check(book)) == [
        ("no-such-day", 3, "day"),
        ("not-a-number", 4, "value"),
        ("excel-day", 5, "opened"),
        ("too-large", 6, "share"),
        ("not-whole", 7, "visitors"),
        ("empty-cell", 8, "venue"),
        ("extra-cell", 9, "9"),
        ("dangling", 10, "venue"),
        ("percent-misplaced", 11, "value"),
        ("percent-misplaced", 13, "value"),
        ("unknown-unit", 14, "unit"),
        ("not-a-number", 17, "value"),
    ]
    assert [r.day.day for r in book.rows(Reading)] == [1, 8, 9, 10, 11, 12, 13]
    assert book.columns(Reading)["value"].tolist() == [1, 1, 5, 5, 5, 1, 1]


def test_dangling_references_and_units_say_what_was_meant(tmp_path: Path) -> None:
    book = book_with(tmp_path, "venue,day,value,unit\nmuseum-on\n", "id,name\nmuseum_one,x\n")
    assert faults(check(book)) == [("empty-cell", 2, "day"), ("empty-cell", 2, "value")]
    book = book_with(tmp_path, "venue,day,value,unit\nmuseum-on,2025,1,万家\n", "id,name\nmuseum_one,x\n")
    assert [p.mend for p in check(book)] == [
        "Did you mean 'museum_one'?",
        "Use the bare unit 家 and multiply the figures out",
    ]


def test_missing_and_near_miss_columns(tmp_path: Path) -> None:
    book = book_with(tmp_path, "venue,dya,value\nm1,2025-01-01,1\n")
    assert [str(p) for p in check(book)] == [
        "tables/reading.csv:1: column day is missing, so no row can be read. Rename 'dya' to day.",
        "tables/reading.csv:1: column 'dya' is not one of this table's. Did you mean 'day'?",
    ]
    assert book.rows(Reading) == ()


def test_a_missing_table_is_said_once(tmp_path: Path) -> None:
    rows = "".join(f"m{i},2025-01-01,1\n" for i in range(50))
    book = book_with(tmp_path, "venue,day,value\n" + rows, venue=None)
    (problem,) = check(book)
    assert (problem.code, problem.says) == (
        "dangling",
        "50 rows refer to tables/venue.csv, which is missing or has no good row",
    )


def test_duplicate_keys_keep_the_first(tmp_path: Path) -> None:
    book = book_with(tmp_path, None, "id,name\nm1,甲\nm2,乙\nm1,丙\n")
    assert [str(p) for p in check(book)] == [
        "tables/venue.csv:4: id m1 already stands in line 2. Keep one of the two rows, or give this one its own id."
    ]
    assert [v.name for v in book.rows(Venue)] == ["甲", "乙"]


def test_a_stray_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    book = book_with(tmp_path, None, 'id,name\nm1,"甲\nm2,乙\nm3,"丙"丁\nm4,戊"己\n')
    assert faults(check(book)) == [("broken-quote", 2, ""), ("broken-quote", 4, "")]
    assert [v.name for v in book.rows(Venue)] == ["乙", '戊"己']


def test_a_table_of_nothing_but_quotation_marks_is_bounded(tmp_path: Path) -> None:
    book = book_with(tmp_path, None, "id,name\n" + 'm,"x" y\n' * 5000)
    problems = check(book)
    assert len(problems) == 101
    assert "more than 100 rows" in problems[-1].says


def test_garbled_lines_are_left_out_and_named(tmp_path: Path) -> None:
    good, bad = "m1,龙门馆\n".encode(), "m2,洛河馆\n".encode("gb18030")
    garbled = "m3," + "洛阳博物馆".encode().decode("gbk", "ignore") + "\n"
    text = "id,名称\n".encode() + good + bad + garbled.encode() + "m4,锟斤拷\n".encode() + b"m5,x\x00y\n"
    book = book_with(tmp_path, None, text)
    assert faults(check(book)) == [
        ("mojibake", 3, ""),
        ("mojibake", 4, ""),
        ("mojibake", 5, ""),
        ("control-character", 6, ""),
    ]
    assert [v.name for v in book.rows(Venue)] == ["龙门馆"]


def test_a_table_read_in_the_wrong_encoding_altogether(tmp_path: Path) -> None:
    text = VENUES.replace("一号馆", "洛阳一号博物馆").encode().decode("gb18030", "replace")
    assert {p.code for p in check(book_with(tmp_path, None, text.encode()))} >= {"mojibake"}


def test_names_of_chinese_places_are_not_garbled(tmp_path: Path) -> None:
    names = ["瀍河回族区", "偃师区", "嵩县栾川", "镕堃", "联通", "洺河", "㙍", "煜玥", "汝阳县柏树乡"]
    text = "id,name\n" + "".join(f"v{i},{name}\n" for i, name in enumerate(names))
    for encoding in ("utf-8", "gb18030"):
        book = book_with(tmp_path, None, text.encode(encoding))
        assert [v.name for v in book.rows(Venue)] == names
        assert check(book) == []


def test_empty_tables(tmp_path: Path) -> None:
    assert faults(check(book_with(tmp_path, None, b""))) == [("no-heading", None, "")]
    assert faults(check(book_with(tmp_path, None, b"\n \n,,\n"))) == [("no-heading", None, "")]
    assert check(book_with(tmp_path, None, "id,name,,\n\n,,,\nm1,x\n , ,\n")) == []
    assert check(book_with(tmp_path, None, b"id,name\n")) == []


def test_characters_that_nobody_sees_are_left_out(tmp_path: Path) -> None:
    book = book_with(tmp_path, "\ufeff\ufeffvenue,day,value\nm1\u200b,2025,1\n")
    assert [r.venue for r in book.rows(Reading)] == ["m1"]
    assert check(book) == []


def test_rows_that_begin_blank_still_count(tmp_path: Path) -> None:
    book = book_with(tmp_path, None, "name,id\n,m1\n")
    assert [v.id for v in book.rows(Venue)] == ["m1"]


def test_strange_files_are_named(tmp_path: Path) -> None:
    book = book_with(tmp_path)
    (tmp_path / "commitment.yaml").write_text("")
    for name in ("venues.csv", "场馆.csv", "venue.xlsx", "~$venue.xlsx", "zzz.csv"):
        (tmp_path / "tables" / name).write_text("")
    (tmp_path / "tables" / "venue.csv").unlink()
    assert {p.source.file: p.mend for p in check(book)} == {
        "commitment.yaml": "Did you mean 'commitments.yaml'?",
        "tables/venue.xlsx": "Did you mean 'tables/venue.csv'?",
        "tables/venues.csv": "Did you mean 'tables/venue.csv'?",
        "tables/场馆.csv": "Did you mean 'tables/venue.csv'?",
        "tables/zzz.csv": "Remove it, or name it as its table",
    }


def test_documents_that_are_named_but_missing(tmp_path: Path) -> None:
    book_with(tmp_path)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "plan.txt").write_text("x")
    table = "file,title,url\nplan.txt,规划,\nplann.txt,规划,\nweb,公报,https://example.org\n../x,逃,\n"
    (tmp_path / "tables" / "document.csv").write_text(table)
    from luoshu.book.book import open_book

    assert [(p.code, p.source.line, p.mend) for p in check(open_book(tmp_path, tables=(Venue,)))] == [
        ("missing-file", 3, "Did you mean 'plan.txt'?"),
        ("path-escape", 5, "Put the file into the book's folder and name it without .. and links"),
    ]


def test_every_code_in_the_program_is_explained() -> None:
    import re

    home = Path(__file__).parents[2] / "luoshu"
    said: set[str] = set()
    for path in [p for part in ("", "book/", "kinds/", "read/") for p in home.glob(part + "*.py")]:
        text = path.read_text(encoding="utf-8")
        said |= set(re.findall(r'code="([a-z-]+)"', text))
        said |= set(re.findall(r'(?:findings\.add|fail|_failed|_problem|_fail|_Refused)\(\s*"([a-z-]+)"', text))
    assert said - set(FAULTS) == set()
