"""The book's own words on English pages: as its table of wording has them, the Chinese kept beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from luoshu.kinds.commitment import Commitment
from luoshu.region import Region
from luoshu.show.language import Language
from luoshu.show.links import ServerLinks
from luoshu.show.look import view_of
from luoshu.show.overview import overview
from luoshu.show.page import Visit
from luoshu.show.pages import LEAVES, drawn
from luoshu.show.view import View

FOLDER = Path(__file__).parents[2] / "examples" / "luoyang"
CHINESE = "到2025年全市博物馆达到120家"
ENGLISH = "120 museums in the whole city by 2025"


@pytest.fixture(scope="module")
def view() -> View:
    return view_of(Region(FOLDER, date(2025, 12, 31)))


def page(view: View, code: str, path: str, leaf_name: str, name: str = "") -> str:
    visit = Visit(view=view, language=Language(code), links=ServerLinks(path=path, language=code))
    leaf = next(each for each in LEAVES if each.name == leaf_name)
    return drawn(leaf.template, leaf.name, leaf.build(visit, name, {}), visit)


def test_every_promise_chapter_and_document_of_the_example_has_its_english(view: View) -> None:
    promises: list[Commitment] = [gauge.commitment for gauge in view.gauges]
    words = {each.words for each in promises} | {each.chapter for each in promises}
    words |= {paper.title for paper in view.papers} | {paper.publisher for paper in view.papers}
    assert words - set(view.wording) == set()
    assert not any("一" <= letter <= "鿿" for english in view.wording.values() for letter in english)


def test_the_english_overview_says_english_and_keeps_the_chinese_as_title(view: View) -> None:
    leaf = next(each.name for each in LEAVES if each.path == "")
    html = page(view, "en", "", leaf)
    assert f'title="{CHINESE}"' in html
    assert f">{ENGLISH}</a>" in html
    assert f">{CHINESE}<" not in html
    assert "Culture and heritage" in html
    chinese = page(view, "zh", "", leaf)
    assert ENGLISH not in chinese
    assert f">{CHINESE}</a>" in chinese


def test_the_english_page_of_a_promise_has_the_chinese_on_a_second_line(view: View) -> None:
    leaf = next(each.name for each in LEAVES if each.path.startswith("promises/"))
    html = page(view, "en", "promises/museums", leaf, "museums")
    assert f'<h1 class="words">{ENGLISH}</h1>' in html
    assert f'<p class="original-words" lang="zh-CN">{CHINESE}</p>' in html
    assert "original-words" not in page(view, "zh", "promises/museums", leaf, "museums")


def test_english_rows_are_found_by_their_chinese_words_too(view: View) -> None:
    visit = Visit(view=view, language=Language("en"), links=ServerLinks(language="en"))
    assert overview(visit, "", {"q": "博物馆达到120"}).shown == 1


def test_a_book_without_the_table_says_what_it_holds() -> None:
    assert Language("en").over({}).word(CHINESE) == CHINESE
    assert Language("zh").over({CHINESE: ENGLISH}).word(CHINESE) == CHINESE
