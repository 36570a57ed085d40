"""Which measure a settled proposal gets: what is added, a total change and a rate of growth are three things."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from luoshu.book.book import open_book
from luoshu.kinds.observation import Indicator, Observation
from luoshu.read import Proposal, as_json, settle
from luoshu.read.settlement import _write


def entered(folder: Path, **said: Any) -> tuple[Proposal, dict[str, Any], dict[str, Indicator]]:
    """A proposal accepted into a new book: as it stands then, its record and the book's indicators."""
    (folder / "book.yaml").write_text("title: 计划\nregion: 某市\n", encoding="utf-8")
    (folder / "proposals").mkdir(exist_ok=True)
    values = {"status": "promise", "kind": "target", "comparator": ">=", "change": "level", "unit": "%", **said}
    one = Proposal(id="p", document="plan.txt", due=date(2025, 12, 31), published=date(2021, 2, 1), **values)
    _write(folder / "proposals" / "plan.txt.jsonl", None, [one])
    settled = settle(folder, "p", "accept")
    book = open_book(folder)
    record = dict(book.records[-1].fields) if book.records else {}
    return settled, record, {row.id: row for row in book.rows(Indicator)}


def test_what_is_added_is_measured_apart_from_what_there_is(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "indicator.csv").write_text(
        "id,name,unit,aggregation\nroads,高速公路通车里程,公里,last\n", encoding="utf-8"
    )
    _, record, rows = entered(tmp_path, subject="新增高速公路通车里程", value=200.0, unit="公里", comparator="~")
    assert record["measure"] == "新增高速公路通车里程"
    assert rows["新增高速公路通车里程"].aggregation == "sum"


@pytest.mark.parametrize(
    ("subject", "said", "unit", "change"),
    [
        ("单位GDP能耗", {"value": 13.5, "change": "down", "text": "单位GDP能耗五年累计降低13.5%"}, "", "down"),
        ("研发经费投入强度", {"value": 0.8, "unit": "百分点", "change": "up"}, "%", "up"),
        ("高新技术企业数量", {"value": 100.0, "change": "up", "text": "高新技术企业数量翻一番"}, "", "up"),
    ],
)
def test_a_total_change_is_counted_on_the_thing_itself(
    tmp_path: Path, subject: str, said: dict[str, Any], unit: str, change: str
) -> None:
    settled, record, rows = entered(tmp_path, subject=subject, **said)
    assert (record["measure"], record["change"]) == (subject.removesuffix("数量"), change)
    assert rows[record["measure"]].unit == unit
    assert "base" in as_json(settled)["entered"]["says"]
    settle(tmp_path, "p", "undo")
    assert open_book(tmp_path).rows(Indicator) == ()


def test_a_rate_of_growth_has_a_measure_of_its_own(tmp_path: Path) -> None:
    _, record, _ = entered(tmp_path, subject="地区生产总值", value=6.0, change="up", per="year")
    assert record["measure"] == "地区生产总值增速"


def test_a_fact_of_growth_is_no_figure_of_the_thing_itself(tmp_path: Path) -> None:
    entered(tmp_path, subject="地区生产总值", value=30.0, change="up", text="五年累计增长30%")
    entered(tmp_path, status="fact", subject="地区生产总值", value=5.0, change="up", comparator="=", kind="observation")
    assert [row.indicator for row in open_book(tmp_path).rows(Observation)] == ["地区生产总值增速"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"comparator": "=>"}, "comparator"),
        ({"change": "upwards"}, "change"),
        ({"per": "week"}, "per"),
        ({"unit": "furlong"}, "unit"),
        ({"made": "2025-02-30"}, "not a day"),
        ({"weight": "viel"}, "not a number"),
        ({"measure": "nosuch"}, "measure"),
        ({"each": {"value": "viel"}}, "each"),
        ({"kind": "wish"}, "kind"),
    ],
)
def test_nothing_is_written_that_the_check_would_reject(tmp_path: Path, fields: dict[str, Any], named: str) -> None:
    entered(tmp_path, subject="博物馆", value=120.0, unit="家")
    settle(tmp_path, "p", "undo")
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    with pytest.raises(ValueError, match=named):
        settle(tmp_path, "p", "correct", fields)
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()} == before
