"""The review in Word: opens, holds every promise, footnotes every figure, draws its own charts."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from lxml import etree

from luoshu.show.language import Language
from luoshu.show.report import write_report
from luoshu.show.view import View

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(params=["zh", "en"])
def written(request: pytest.FixtureRequest, view: View, tmp_path: Path) -> Path:
    return write_report(view, tmp_path / "review.docx", Language(request.param))


def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def test_every_promise_is_in_it(written: Path, view: View) -> None:
    document = docx.Document(str(written))
    text = "\n".join(p.text for p in document.paragraphs)
    text += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for gauge in view.gauges:
        assert gauge.commitment.words in text


def test_every_footnote_is_referred_to_once_in_order(written: Path) -> None:
    notes = part(written, "word/footnotes.xml")
    numbers = [int(note.get(f"{W}id")) for note in notes]
    assert numbers[:2] == [-1, 0]
    body = part(written, "word/document.xml")
    referred = [int(each.get(f"{W}id")) for each in body.iter(f"{W}footnoteReference")]
    assert referred == numbers[2:]
    assert referred
    assert all("".join(note.itertext()).strip() for note in notes[2:])


def test_the_value_is_footnoted_to_its_publication(written: Path) -> None:
    notes = "\n".join("".join(note.itertext()) for note in part(written, "word/footnotes.xml"))
    assert "https://example.org/news/1?a=1&b=2" in notes
    assert "某市规划" in notes


def test_charts_hold_their_figures(written: Path) -> None:
    chart = part(written, "word/charts/chart1.xml")
    assert [point.text for point in chart.iter(f"{C}v")]
    assert chart.find(f".//{C}externalData") is not None
    with zipfile.ZipFile(written) as package:
        from io import BytesIO

        from openpyxl import load_workbook

        book = load_workbook(BytesIO(package.read("word/embeddings/figures1.xlsx")))
    values = [row[1] for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert values[:5] == [60, 72, 84, 96, 108]


def test_the_same_view_makes_the_same_words_twice(view: View, tmp_path: Path) -> None:
    texts = []
    for name in ("one.docx", "two.docx"):
        path = write_report(view, tmp_path / name, Language("zh"))
        with zipfile.ZipFile(path) as package:
            texts.append(package.read("word/document.xml"))
    assert texts[0] == texts[1]


def test_a_failure_leaves_nothing_beside(view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from docx.document import Document

    def break_down(self: Document, file: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Document, "save", break_down)
    with pytest.raises(OSError, match="disk full"):
        write_report(view, tmp_path / "review.docx", Language("zh"))
    assert list(tmp_path.glob("*review*")) == []


def test_an_empty_book_makes_a_report_too(view: View, tmp_path: Path) -> None:
    from dataclasses import replace

    path = write_report(replace(view, gauges=(), day=date(2024, 1, 1)), tmp_path / "empty.docx", Language("zh"))
    assert docx.Document(str(path)).paragraphs


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_libreoffice_opens_it(written: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(written)],
        capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert (tmp_path / "review.pdf").stat().st_size > 10_000
