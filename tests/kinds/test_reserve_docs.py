"""docs/reserve.md says what the program says on the example with the drill's stock."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from luoshu import kinds
from luoshu.book.book import open_book
from luoshu.desk.drillbook import drill_book
from luoshu.gauge import gauge
from luoshu.kinds.commitment import Listing

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reserve.md").read_text("utf-8")
DRILL = ROOT / "examples" / "luoyang" / "drill" / "tables"
DAY = date(2021, 7, 20)
pytestmark = pytest.mark.skipif(not (DRILL / "lot.csv").exists(), reason="the drill's invented stock is not there")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The example with the drill's stock, and the gauge of the page's own promise on it."""
    folder = tmp_path_factory.mktemp("reserve") / "book"
    example = ROOT / "examples" / "luoyang"
    drill_book(example, example / "drill" / "flood-2021.yaml", folder, kinds.tables())
    record = re.search(r"```yaml\n(.*?)```", PAGE, re.S)[1]
    assert yaml.safe_load(record)[0]["kind"] == "reserve"
    (folder / "commitments.yaml").write_text(record, encoding="utf-8")
    book = open_book(folder, tables=kinds.tables())
    assert not book.problems
    return book, gauge(book, DAY)[0]


@pytest.fixture(scope="module")
def told(opened):
    return opened[1]


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


def test_the_page_shows_what_ways_that_are_cut_together_do_to_the_chance(opened):
    book, told = opened
    fewer = replace(told.commitment, affected=10_000.0)
    assert f"概率是 **{fewer.gauge(book, DAY).chance:.0%}**" in PAGE
    rules = "in_force:\n  2020-01-01:\n    flood: {together_km: 0}\n"
    (book.folder / "rules" / "needs.yaml").write_text(rules, encoding="utf-8")
    apart = fewer.gauge(open_book(book.folder, tables=kinds.tables()), DAY).chance
    (book.folder / "rules" / "needs.yaml").unlink()
    assert f"各路独立计算只有 {apart:.0%}" in PAGE


def test_the_page_shows_what_to_hold_where(opened):
    book, told = opened
    plan = told.commitment.plan(book, DAY)
    assert told.met + plan.gain == pytest.approx(1.0)
    assert f"约 {sum(move.cost for move in plan.moves) / 1e4:.0f} 万元" in PAGE
    assert [move.row for move in plan.moves if move.group == "open"] == ["st-luanchuan", "st-xinan"]
    assert sum(move.group == "agreement" for move in plan.moves) == 1
    chance = next(each.says for each in plan.because if "after" in each.says.values).values["after"]
    assert f"概率从 0 到 {chance.values['value']:.0f}%" in PAGE
    fresh = next(each.says for each in plan.because if "fresh" in each.says.values).values["fresh"].values["value"]
    assert f"新情形 {fresh:g}%" in PAGE
    assert fresh >= 90
    calm = next(each.says for each in plan.because if str(each.says).startswith("With every way open"))
    assert f"{calm.values['cost'].values['value'] / 1e4:.2f} 万元就够了" in PAGE
