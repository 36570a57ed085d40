"""The sheet of promises: words that people read, histories that are not lost, and faults named by their cell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from luoshu.book.problem import Problem
from luoshu.book.workbook import excel_in, excel_out
from luoshu.kinds import tables
from luoshu.read.settlement import judged
from luoshu.region import Region

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "luoyang"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    return tmp_path / "book"


def carried(folder: Path, change: Callable[[Any, dict[str, int]], None]) -> list[Problem]:
    """What the book says when its workbook comes in again with a change to the sheet of promises."""
    assert tables()
    path = folder.parent / "x.xlsx"
    excel_out(Region(folder).book, path)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["承诺 commitments"]
    change(sheet, {str(cell.value).split()[-1]: cell.column for cell in sheet[1]})
    workbook.save(path)
    return excel_in(Region(folder).book, path, judged)


def test_what_is_shown_reads_like_words_and_comes_back_the_same(folder: Path) -> None:
    before = (folder / "commitments.yaml").read_bytes()
    shown: dict[str, Any] = {}

    def look(sheet: Any, at: dict[str, int]) -> None:
        shown.update({name: sheet.cell(2, column).value for name, column in at.items()})

    assert carried(folder, look) == []
    assert (folder / "commitments.yaml").read_bytes() == before
    assert shown["level"] == "2020-12-01: 120; 2023-08-25: 110"
    assert (shown["comparator"], shown["place"], shown["co_owners"]) == ("不少于", "410300", "heritage")


def test_wrong_cells_are_refused_by_their_place(folder: Path) -> None:
    before = (folder / "commitments.yaml").read_bytes()
    cells: list[str] = []

    def spoil(sheet: Any, at: dict[str, int]) -> None:
        for row, name, value in ((3, "level", "abc"), (6, "measure", "nosuch"), (7, "due", "2025-02-30"),
                                 (4, "comparator", "=>"), (5, "owner", "nobody")):  # fmt: skip
            sheet.cell(row, at[name]).value = value
            if value.startswith("="):
                sheet.cell(row, at[name]).data_type = "s"
            cells.append(f"commitments!{sheet.cell(row, at[name]).coordinate}")

    assert {p.source.file for p in carried(folder, spoil)} == set(cells)
    assert (folder / "commitments.yaml").read_bytes() == before


@pytest.mark.parametrize("plain", [130, None])
def test_a_plain_number_does_not_erase_a_history(folder: Path, plain: int | None) -> None:
    before = (folder / "commitments.yaml").read_bytes()

    def over(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(2, at["level"]).value = plain

    (problem,) = [p for p in carried(folder, over) if p.code == "lost-history"]
    assert "2023-08-25: 110; 2024-01-01: " in problem.mend
    assert (folder / "commitments.yaml").read_bytes() == before


def test_a_step_is_added_and_the_others_keep_their_sources(folder: Path) -> None:
    def add(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(2, at["level"]).value = "2020-12-01: 120；2023-08-25：110; 2024-01-01: 130"
        sheet.cell(2, at["comparator"]).value = "不低于"

    assert carried(folder, add) == []
    record = Region(folder).book.records[0]
    steps = record.history("level")
    assert [step.value for step in steps] == [120, 110, 130]
    assert steps[1].about["source"]["line"] == 10
    assert record.fields["comparator"] == ">="


def test_a_column_that_was_taken_out_keeps_its_values(folder: Path) -> None:
    before = (folder / "commitments.yaml").read_bytes()
    assert carried(folder, lambda sheet, at: sheet.delete_cols(at["source"])) == []
    assert (folder / "commitments.yaml").read_bytes() == before
