"""docs/reserve.md says what the program says on the example with the drill's stock."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from luoshu import kinds
from luoshu.book.book import open_book
from luoshu.gauge import gauge
from luoshu.kinds.commitment import Listing

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reserve.md").read_text("utf-8")
DRILL = ROOT / "examples" / "luoyang" / "drill" / "tables"
pytestmark = pytest.mark.skipif(not (DRILL / "lot.csv").exists(), reason="the drill's invented stock is not there")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The gauge of the page's own promise on the example with the drill's stock."""
    folder = tmp_path_factory.mktemp("reserve") / "book"
    shutil.copytree(ROOT / "examples" / "luoyang", folder, ignore=shutil.ignore_patterns("drill", "desk"))
    for name in ("store", "lot", "agreement"):
        shutil.copy(DRILL / f"{name}.csv", folder / "tables")
    record = re.search(r"```yaml\n(.*?)```", PAGE, re.S)[1]
    assert yaml.safe_load(record)[0]["kind"] == "reserve"
    (folder / "commitments.yaml").write_text(record, encoding="utf-8")
    book = open_book(folder, tables=kinds.tables())
    assert not book.problems
    return gauge(book, date(2021, 7, 20))[0]


def test_the_page_shows_the_shares_of_the_gauge(told):
    goods = next(f for f in told.figures if isinstance(f, Listing) and str(f.name).startswith("By good"))
    shares = {row[0].values["zh"]: row for row in goods.rows}
    for chinese, english in (
        ("排水泵", "pumps"),
        ("即食食品", "meals"),
        ("冲锋舟", "boats"),
        ("饮用水", "water"),
        ("帐篷", "tents"),
    ):
        row = shares[chinese]
        share = f"{row[-1]:g}%"
        assert f"| {chinese} {english} | {row[2]:,} | {row[3]:,} | {share} |" in PAGE
    pumps = shares["排水泵"]
    assert f"首件 {pumps[6]} 小时" in PAGE
    assert f"半数 {pumps[7]} 小时" in PAGE
    assert f"食品要 {shares['即食食品'][8]} 小时" in PAGE
    assert f"只够 {shares['饮用水'][9]:g} 天" in PAGE
    assert round(told.met, 3) == 0.833


def test_the_page_shows_what_a_larger_flood_does(told):
    larger = next(f for f in told.figures if isinstance(f, Listing) and str(f.name).startswith("If fewer"))
    shares = {row[0]: row[1] for row in larger.rows}
    assert shares[10_000] == 100
    assert f"只剩 {shares[40_000]}%" in PAGE
