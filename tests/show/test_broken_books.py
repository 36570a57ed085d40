"""Pages of books with broken files: they open, say what is wrong, and never crash."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from luoshu.show.language import Language
from luoshu.show.links import ServerLinks
from luoshu.show.look import look
from luoshu.show.page import Visit
from luoshu.show.pages import LEAVES, drawn, plain
from luoshu.show.view import View

EXAMPLE = Path(__file__).parents[2] / "examples" / "luoyang"
FILES = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*") if path.is_file())
DAY = date(2024, 12, 31)
BROKEN = {
    "not text": bytes(range(256)),
    "other encoding": "指标,数值\n博物馆,一百\n".encode("gb18030"),
    "nested": b"[" * 2000 + b"]" * 2000,
    "markup": b"<script>alert(1)</script>,\"',{{7*7}}\n=1+1,@x,-1,+1\n",
    "odd json": b'{"type": "FeatureCollection", "features": [{"properties": {"id": 1}, "geometry": {"type": "Polygon",'
    b' "coordinates": [[["x", null]]]}}, 5, {"properties": null}]}',
}


def every_page(view: View) -> str:
    """The HTML of every page in Chinese, the first of each kind also as JSON."""
    found = []
    for leaf in LEAVES:
        for number, (path, name) in enumerate(leaf.paths(view)[:3]):
            visit = Visit(view=view, language=Language("zh"), links=ServerLinks(path=path))
            page = leaf.build(visit, name, {})
            found.append(drawn(leaf.template, leaf.name, page, visit))
            if number == 0:
                plain(page)
    return "\n".join(found)


def opened(folder: Path) -> None:
    text = every_page(look(folder, DAY))
    assert "<script>alert" not in text


@pytest.mark.parametrize("file", FILES)
def test_a_broken_file_breaks_no_page(file: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    (tmp_path / "book" / file).write_bytes(BROKEN["not text"])
    opened(tmp_path / "book")


@pytest.mark.parametrize("payload", BROKEN)
@pytest.mark.parametrize("folder", ["", "tables", "documents", "geo"])
def test_broken_folders_break_no_page(folder: str, payload: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    for path in (tmp_path / "book" / folder).glob("*"):
        if path.is_file():
            path.write_bytes(BROKEN[payload])
    opened(tmp_path / "book")


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_breaks_no_page(file: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    (tmp_path / "book" / file).unlink()
    every_page(look(tmp_path / "book", DAY))


@pytest.mark.parametrize("day", [date.min, date(1900, 1, 1), date(2020, 12, 1), date(2099, 12, 31), date.max])
def test_any_day_can_be_asked_for(day: date) -> None:
    every_page(look(EXAMPLE, day))


def test_broken_proposals_are_left_out(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    folder = tmp_path / "book" / "proposals"
    folder.mkdir(exist_ok=True)
    name = next(path.name for path in (EXAMPLE / "documents").iterdir())
    lines = [
        "{",
        '{"id": 5, "start": -3, "end": 99999999, "value": "x"}',
        '{"id": "a", "start": 4, "end": 2, "state": "open"}',
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    every_page(look(tmp_path / "book", DAY))
