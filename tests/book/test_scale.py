"""Large tables: the same checks, all faults found in their places, lists that stay short, time that stays bounded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from luoshu.book.checking import check

from .venues import Reading, Venue, book_with

ROWS = 60_000
PLANTED = {
    5_000: ("m1,2024-02-30,1,家,,,,", "no-such-day", "day"),
    12_000: ("m1,2024-02-03,forty,家,,,,", "not-a-number", "value"),
    18_001: ("m1,2024-02-03,1,家,,,44197,", "excel-day", "opened"),
    24_500: (",2024-02-03,1,家,,,,", "empty-cell", "venue"),
    31_000: ("m1,2024-02-03,1,家,101,,,", "too-large", "share"),
    40_000: ("m7,2024-02-03,1,家,,,,", "dangling", "venue"),
    48_000: ("m1,2024-02-03,1,家,,,,,extra", "extra-cell", "9"),
    55_000: ("m1,2024-02-03,1,千家,,,,", "unknown-unit", "unit"),
}


def good(i: int) -> str:
    return f"m{i % 2 + 1},20{i % 20 + 10}-{i % 12 + 1:02d}-{i % 28 + 1:02d},{i * 0.25},家,{i % 100},{i},,"


def lines(quoted: bool) -> str:
    rows = [PLANTED[i][0] if i in PLANTED else good(i) for i in range(ROWS)]
    if quoted:  # the same table as a spreadsheet quotes it, with a line break in every thousandth note
        rows = [row + '"a, b"' if i % 1000 == 999 else row for i, row in enumerate(rows)]
    return "venue,day,value,unit,share,visitors,opened,note\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("quoted", [False, True])
def test_eight_planted_faults_are_found_in_their_places(tmp_path: Path, quoted: bool) -> None:
    book = book_with(tmp_path, lines(quoted))
    assert [(p.code, p.source.line, p.source.column) for p in check(book)] == [
        (code, i + 2, column) for i, (_, code, column) in PLANTED.items()
    ]
    columns = book.columns(Reading)
    assert {name: len(values) for name, values in columns.items()} == dict.fromkeys(columns, ROWS - 6)
    assert columns["day"].dtype == np.dtype("datetime64[D]")
    assert columns["visitors"][-1] == ROWS - 1
    assert str(columns["day"][0]) == "2010-01-01"


def test_rows_and_columns_are_the_same(tmp_path: Path) -> None:
    book = book_with(tmp_path, lines(True))
    rows, columns = book.rows(Reading), book.columns(Reading)
    for i in (0, 4_999, 5_000, 30_000, len(rows) - 1):
        assert rows[i].value == columns["value"][i]
        assert rows[i].day == columns["day"][i].astype(object)
        assert book.source_of(rows[i]).line == book.loaded(Reading).lines[i]


def test_a_table_of_nothing_but_faults_is_bounded(tmp_path: Path) -> None:
    rows = "".join(f"m9,2024-02-3{i % 9},x{i},万家,{i + 200},1.5,44197,\n" for i in range(40_000))
    venue = "id,name\n" + "m1,x\n" * 40_000
    problems = check(book_with(tmp_path, "venue,day,value,unit,share,visitors,opened,note\n" + rows, venue))
    # five faults in each of 40,000 rows; of the first 1,000 such rows also the unit and the reference are judged
    by_file = {p.source.file: p.says for p in problems if p.code == "more-problems"}
    assert len(problems) == 2002
    assert by_file == {
        "tables/reading.csv": "201000 more problems in this file are not listed",
        "tables/venue.csv": "38999 more problems in this file are not listed",
    }


def test_wide_and_narrow_tables_take_no_memory_for_nothing(tmp_path: Path) -> None:
    wide = "id," + ",".join(f"x{i}" for i in range(5000)) + "\n" + "m1\n" * 1000
    assert [p.code for p in check(book_with(tmp_path, None, wide))] == ["too-many-columns"]


def test_a_folder_or_pipe_in_the_place_of_a_table(tmp_path: Path) -> None:
    import os

    book = book_with(tmp_path, None)
    (tmp_path / "tables" / "reading.csv").mkdir()
    assert [p.code for p in book.problems_of(Reading)] == ["unreadable-file"]
    (tmp_path / "tables" / "venue.csv").unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "tables" / "venue.csv")
        assert [p.code for p in book.problems_of(Venue)] == ["unreadable-file"]
