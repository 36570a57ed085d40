"""The published site: whole, closed in itself, safe to write, and said in two languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html

from luoshu.show import publish as publishing
from luoshu.show.publish import MARKER, write_site
from luoshu.show.view import View


@pytest.fixture
def out(view: View, tmp_path: Path) -> Path:
    write_site(view, tmp_path / "site")
    return tmp_path / "site"


def test_every_page_is_there_in_both_languages(out: Path) -> None:
    for tree in (out, out / "en"):
        for page in ("index", "documents", "owners", "map", "problems", "about", "promises/book-houses"):
            assert (tree / f"{page}.html").is_file()
            json.loads((tree / f"{page}.json").read_text(encoding="utf-8"))
    assert len(list(out.rglob("*.html"))) >= 20


def test_links_lead_to_files_and_anchors_that_are_there(out: Path) -> None:
    pages = {path: html.fromstring(path.read_bytes()) for path in out.rglob("*.html")}
    anchors = {path: set(page.xpath("//@id")) for path, page in pages.items()}
    for path, page in pages.items():
        for link in page.xpath("//a/@href | //link/@href | //script/@src"):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path
            if "static/built" in link:
                continue
            assert target.is_file(), f"{path.relative_to(out)} links to {link}"
            if anchor and "=" not in anchor and target.suffix == ".html":
                assert unquote(anchor) in anchors[target], f"{path.relative_to(out)} links to {link}"


def test_nothing_is_loaded_from_outside(out: Path) -> None:
    for path in out.rglob("*.html"):
        page = html.fromstring(path.read_bytes())
        loaded = page.xpath(
            "//@src | //link[@rel='stylesheet' or @rel='icon' or @rel='preload']/@href | //form/@action"
        )
        assert not [each for each in loaded if re.match(r"(https?:)?//", each)], path
        assert not page.xpath("//script[@type='module'] | //iframe | //object")
        assert not [each for each in page.xpath("//script[not(@src)]") if each.get("type") != "application/json"]


def test_hostile_words_stay_words(out: Path) -> None:
    for path in out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text, path
        page = html.fromstring(text.encode())
        assert not [name for element in page.iter() for name in element.attrib if name.startswith("on")]
        for data in page.xpath("//script[@type='application/json']/text()"):
            json.loads(data)


def test_a_folder_of_others_is_refused_and_left_alone(view: View, tmp_path: Path) -> None:
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="did not write"):
        write_site(view, foreign)
    assert [path.name for path in foreign.iterdir()] == ["chapter.txt"]


def test_publishing_again_replaces_the_site_and_leaves_nothing_beside(view: View, out: Path) -> None:
    (out / "stale.html").write_text("old")
    write_site(view, out)
    assert not (out / "stale.html").exists()
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []
    assert json.loads((out / MARKER).read_text(encoding="utf-8"))["day"] == "2024-06-30"


def test_a_failure_leaves_the_old_site(view: View, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (out / "index.html").read_bytes()

    def break_down(out: Path) -> list[str]:
        raise OSError("disk full")

    monkeypatch.setattr(publishing, "copy_static", break_down)
    with pytest.raises(OSError, match="disk full"):
        write_site(view, out)
    assert (out / "index.html").read_bytes() == before
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []


def test_progress_ends_at_the_whole(view: View, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_site(view, tmp_path / "site", progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)


def test_shares_are_never_rounded_up_to_the_whole(out: Path) -> None:
    page = html.fromstring((out / "promises" / "book-houses.html").read_bytes())
    facts = page.xpath("string(//dl[@class='facts'])")
    assert ">99%" in facts
    assert "100%" not in facts


def test_the_moved_goal_shows_both(out: Path) -> None:
    data = json.loads((out / "promises" / "book-houses.json").read_text(encoding="utf-8"))
    goals = data["charts"][0]["goals"]
    assert [(goal["level"], goal["until"]) for goal in goals] == [(120, "2023-08-25"), (110, None)]


def test_the_original_text_is_shown_whole(out: Path, view: View) -> None:
    page = html.fromstring((out / "documents" / "plan.txt.html").read_bytes())
    original = page.xpath("//div[@class='original']")[0]
    assert original.text_content() == view.papers[0].text
    marks = [mark.text_content() for mark in original.xpath(".//mark[contains(@data-proposals, 'p1')]")]
    assert "".join(marks) == "120 家"
