"""Quantities: spans, units and values of what plans count, and what is no quantity."""

from __future__ import annotations

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.number import narrowed
from luoshu.words.quantity import quantities
from luoshu.words.unit import CANONICAL, canonical

ONE = {
    "博物馆120家": ("120家", 120, "家"),
    "项目400个": ("400个", 400, "个"),
    "改造1.2万户": ("1.2万户", 12000, "户"),
    "游客300 万人次": ("300 万人次", 3e6, "人次"),
    "面积2.22㎡": ("2.22㎡", 2.22, "平方米"),
    "面积2.22平方米": ("2.22平方米", 2.22, "平方米"),
    "装机10万千瓦": ("10万千瓦", 1e5, "千瓦"),
    "装机3千瓦": ("3千瓦", 3, "千瓦"),
    "用电4.3亿千瓦时": ("4.3亿千瓦时", 4.3e8, "千瓦时"),
    "农田400万亩": ("400万亩", 4e6, "亩"),
    "收入2.5万亿元": ("2.5万亿元", 2.5e12, "元"),
    "建成百亿级园区": ("百亿级", 1e10, "元"),
    "打造千亿级集群": ("千亿级", 1e11, "元"),
    "打造万亿级基地": ("万亿级", 1e12, "元"),
    "开建百万吨乙烯": ("百万吨", 1e6, "吨"),
    "提高2个百分点": ("2个百分点", 2, "百分点"),
    "死亡率3.5‰": ("3.5‰", 3.5, "‰"),
    "增长率为-0.57‰": ("-0.57‰", -0.57, "‰"),
    "改善7000多所学校": ("7000多所", 7000, "所"),
    "服务4000余万人次": ("4000余万人次", 4e7, "人次"),
    "占比达到５０％": ("５０％", 50, "%"),
    "浓度27微克每立方米": ("27微克每立方米", 27, "微克/立方米"),
    "浓度46μg/m3": ("46μg/m3", 46, "微克/立方米"),
    "周转12亿吨公里": ("12亿吨公里", 1.2e9, "吨公里"),
    "能源58亿吨标准煤": ("58亿吨标准煤", 5.8e9, "吨标准煤"),
    "收入比降至2.2:1": ("2.2:1", 2.2, ""),
    "系数提高到0.6": ("0.6", 0.6, ""),
    "占全国1/4": ("1/4", 25, "%"),
    "七成以上": ("七成", 70, "%"),
    "三分之二的村": ("三分之二", 66.667, "%"),
    "收入翻一番": ("翻一番", 100, "%"),
    "产值翻两番": ("翻两番", 300, "%"),
    "实现两位数增长": ("两位数", 10, "%"),
    "存量清零": ("清零", 0, ""),
    "保持零增长": ("零", 0, "%"),
    "实现“零”的突破": ("零", 1, ""),
    "连续16个季度": ("16个季度", 16, "季度"),
    "改造2.5万套（间）": ("2.5万套（间）", 25000, "套"),
    "海洋经济突破万亿": ("万亿", 1e12, ""),
    "增长5%—5.5%": ("5%—5.5%", 5, "%"),
    "每千人床位4.6张": ("4.6张", 4.6, "张"),
}


@pytest.mark.parametrize(("text", "expected"), ONE.items())
def test_span_value_and_unit(text: str, expected: tuple[str, float, str]) -> None:
    found = [q for q in quantities(narrowed(text)) if (text[q.start : q.end], q.unit) == (expected[0], expected[2])]
    assert found, [(text[q.start : q.end], q.value, q.unit) for q in quantities(narrowed(text))]
    assert found[0].value == pytest.approx(expected[1], abs=1e-3)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("增长5%—5.5%", 5, 5.5), ("新建3000-5000套", 3000, 5000), ("提高5至6个百分点", 5, 6), ("投资3～5亿元", 3e8, 5e8)],
)
def test_ranges_borrow_unit_and_multiplier(text: str, low: float, high: float) -> None:
    (found,) = quantities(narrowed(text))
    assert (found.value, found.high) == (low, high)


@pytest.mark.parametrize(
    "text",
    [
        "2025年12月31日",
        "2026—2030年",
        "2026-02-09",
        "5G基站",
        "PM2.5",
        "第14届",
        "“9+2”布局",
        "7×24小时",
        "12345热线",
        "世界500强",
        "318国道",
        "15号令",
        "比例为3.9:39.0:57.1",
    ],
)
def test_dates_codes_and_names_are_no_figures(text: str) -> None:
    from luoshu.words.name import is_name

    assert [q for q in quantities(text) if not is_name(text, q)] == []


@pytest.mark.parametrize("unit", sorted(CANONICAL))
def test_every_unit_has_one_name_that_is_its_own(unit: str) -> None:
    assert canonical(canonical(unit)) == canonical(unit)


PIECES = st.sampled_from(
    [
        *"0123456789.,，、。；：%‰-—至到年月日万亿千百十第零一二两几多余“”（） \n级倍/A家个元翻番",
        *("增长", "达到", "以上", "分之", "清零"),
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_spans_lie_inside_in_order_and_values_are_finite(text: str) -> None:
    last = 0
    for quantity in quantities(narrowed(text)):
        assert last <= quantity.start < quantity.end <= len(text)
        assert isfinite(quantity.value)
        assert quantity.high is None or (isfinite(quantity.high) and quantity.high >= quantity.value)
        last = quantity.start


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1,",
        "1.",
        "万",
        "一",
        "1/",
        "1:",
        "百分之",
        "翻",
        "“",
        "3-",
        "1万",
        "1个",
        "1%、",
        "分别",
        "第",
        "2025年",
        "零 ",
    ],
)
def test_long_repeats_are_read_to_their_end(piece: str) -> None:
    """A pattern that goes back over what it has read would not come to an end here within anybody's patience."""
    text = piece * 60_000
    assert all(0 <= found.start < found.end <= len(text) for found in quantities(text))
