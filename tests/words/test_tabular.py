"""Tables: indicators of a plan in every way they are written, results of a bulletin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.tabular import tables

PLAN = "某市第十五个五年规划纲要"


def rows(text: str, **known: object) -> list[tuple[object, ...]]:
    return [
        (f.status, f.subject, f.value, f.unit, f.comparator, f.change, f.per, f.due and f.due.year)
        for table in tables(text, **known)  # type: ignore[arg-type]
        for f in table.figures
    ]


PIPES = """| 类别 | 指标 | 2025年 | 2030年 | 年均增长（%）〔累计〕 | 属性 |
|---|---|---|---|---|---|
| 经济 | 1. 生产总值增长（%） | 5 | — | 6左右 | 预期性 |
| 绿色 | 2. 能耗降低（%） | — | — | 〔13.5〕 | 约束性 |
| | 3. 失业率（%） | 5.2 | ＜5.5 | — | 预期性 |
"""


def test_the_main_indicators_of_a_plan() -> None:
    assert rows(PIPES, year=2026, title=PLAN) == [
        ("fact", "生产总值增长", 5, "%", "=", "up", "", 2025),
        ("promise", "生产总值增长", 6, "%", "~", "up", "year", 2030),
        ("promise", "能耗降低", 13.5, "%", ">=", "down", "", 2030),
        ("fact", "失业率", 5.2, "%", "=", "level", "", 2025),
        ("promise", "失业率", 5.5, "%", "<", "level", "", 2030),
    ]


@pytest.mark.parametrize("gap", ["\t", "   ", "\u3000\u3000"])
def test_cells_parted_by_tabs_or_wide_gaps(gap: str) -> None:
    lines = [("指标", "单位", "2025年", "2030年目标"), ("公园", "个", "112", "150"), ("绿道", "公里", "1,060", "1.2万")]
    text = "\n".join(gap.join(line) for line in lines)
    found = rows(text, year=2026, title=PLAN)
    assert found[:3] == [
        ("fact", "公园", 112, "个", "=", "level", "", 2025),
        ("promise", "公园", 150, "个", ">=", "level", "", 2030),
        ("fact", "绿道", 1060, "公里", "=", "level", "", 2025),
    ]


def test_results_of_a_bulletin() -> None:
    text = "表1 2023年产量\n\t产量（万吨）\t比上年增长（%）\n粮食\t902.61\t-3.2\n其中：夏粮\t508.58\t8.6\n"
    assert rows(text.replace("\n\t", "\n"), year=2023, title="2023年统计公报") == [
        ("fact", "粮食", 9_026_100, "吨", "=", "level", "", 2023),
        ("fact", "粮食", 3.2, "%", "=", "down", "", 2023),
        ("fact", "夏粮", 5_085_800, "吨", "=", "level", "", 2023),
        ("fact", "夏粮", 8.6, "%", "=", "up", "", 2023),
    ]


def test_columns_that_say_what_is_counted() -> None:
    text = "指标\t年末数（万人）\t比重（%）\n全市人口\t866.6\n城镇\t392.66\t45.31\n"
    assert [row[1:4] for row in rows(text, year=2023)] == [
        ("全市人口", 8_666_000, "人"), ("城镇", 3_926_600, "人"), ("城镇比重", 45.31, "%"),
    ]  # fmt: skip
    text = "耐用品\t城镇\t农村\n彩电（台）\t110\t107\n"
    assert [row[1] for row in rows(text + text[4:], year=2023)][:2] == ["城镇彩电", "农村彩电"]


def test_spans_are_those_of_the_figures() -> None:
    (table,) = tables(PIPES, year=2026, title=PLAN)
    assert [PIPES[f.start : f.end] for f in table.figures] == ["5", "6", "13.5", "5.2", "5.5"]


@pytest.mark.parametrize("text", ["", "一行\t两格", "姓名\t职务\n李明\t主任\n周平\t科长", "|\n|\n", "a  b\nc  d"])
def test_what_is_no_table_of_figures(text: str) -> None:
    assert tables(text) == []


@given(st.text(alphabet="指标单位202530年目标（）%万人\t| \u3000\n1.,-—〔〕>≥左右以上", max_size=300))
def test_any_text(text: str) -> None:
    for table in tables(text, year=2026):
        for figure in table.figures:
            assert table.start <= figure.start < figure.end <= table.end
            assert any(letter.isdigit() for letter in text[figure.start : figure.end])
