"""What promises rest on: tables and documents that are gone are named, and one fault hides no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from luoshu.book.book import open_book
from luoshu.book.workbook import excel_out
from luoshu.cli import main
from luoshu.region import Region

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "luoyang"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    return tmp_path / "book"


def found(folder: Path) -> set[tuple[str, str, int | None]]:
    return {(p.code, p.source.file, p.source.line) for p in Region(folder).problems}


@pytest.mark.parametrize(
    "name", ["tables/owner.csv", "tables/observation.csv", "tables/indicator.csv", "commitments.yaml"]
)
def test_files_that_are_needed_and_missing(folder: Path, name: str) -> None:
    assert Region(folder).problems == ()
    (folder / name).unlink()
    assert ("missing-file", name, None) in found(folder)


@pytest.mark.parametrize(
    ("name", "code"), [("../../../etc/passwd", "path-escape"), ("documents/no.txt", "missing-file")]
)
def test_sources_must_be_there(folder: Path, name: str, code: str) -> None:
    path = folder / "commitments.yaml"
    text = path.read_text(encoding="utf-8").replace("file: documents/promises-2020.txt", f"file: {name}", 1)
    path.write_text(text, encoding="utf-8")
    (problem,) = Region(folder).problems
    assert (problem.code, problem.source.file) == (code, "commitments.yaml")


def test_one_fault_hides_no_other(folder: Path) -> None:
    entries = "- {kind: target, id: x, words: x, measure: museums, level: 1}\n" + (
        "- {kind: target, id: x, words: x, measure: nosuch, owner: nobody, due: 2025-02-30, level: abc}\n"
    )
    (folder / "commitments.yaml").write_text(entries, encoding="utf-8")
    (folder / "tables" / "observation.csv").write_text("indicator,as_of,value\nnowhere,2025-02-30,abc\n")
    problems = Region(folder).problems
    assert {"duplicate", "bad-value", "dangling"} <= {p.code for p in problems if p.source.line == 2}
    said = {(p.source.column, p.code) for p in problems if p.source.file == "tables/observation.csv"}
    assert {("as_of", "no-such-day"), ("value", "not-a-number"), ("indicator", "dangling")} <= said


def test_near_names_are_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "commitments.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('comparator: ">="', 'comparator: "=>"', 1), encoding="utf-8"
    )
    assert main(["--language", "en", "check", str(folder)]) == 1
    assert "Did you mean >=?\n" in capsys.readouterr().out
    assert main(["--language", "en", "gauge", str(EXAMPLE), "--id", "museum"]) == 2
    assert "did you mean museums?" in capsys.readouterr().err


def test_no_book_is_said_to_programs_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "no-book"


def test_words_that_look_like_formulas_stay_words(folder: Path) -> None:
    path = folder / "commitments.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("owner: culture", 'owner: "=cmd|x"', 1), encoding="utf-8")
    assert excel_out(open_book(folder), folder / "x.xlsx") == []


def test_what_is_not_read_is_named(folder: Path) -> None:
    (folder / "proposals").mkdir()
    (folder / "proposals" / "p.jsonl").write_text('{"document": "p"}\n{"id": 3\n', encoding="utf-8")
    with (folder / "book.yaml").open("a", encoding="utf-8") as out:
        out.write("titel: x\n")
    (folder / "tables" / "document.csv").write_text("file,url\na.txt,javascript:alert(1)\n", encoding="utf-8")
    path = folder / "commitments.yaml"
    text = path.read_text(encoding="utf-8").replace("url: http://www.hqcjw", "url: ftp://www.hqcjw", 1)
    path.write_text(text, encoding="utf-8")
    said = {(code, file) for code, file, _ in found(folder)}
    assert said >= {
        ("bad-proposal", "proposals/p.jsonl"),
        ("unknown-field", "book.yaml"),
        ("bad-url", "tables/document.csv"),
        ("bad-url", "commitments.yaml"),
    }
