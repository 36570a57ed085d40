"""Figures: one short sentence for each thing that plans say in a way of their own."""

from __future__ import annotations

from math import isfinite
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.words.figure import Figure, Size, figures

YEAR = 2026
P, F = "promise", "fact"

# sentence → what must be found, in order: span, then the fields that are worth saying.
SAID: dict[str, list[tuple[str, dict[str, Any]]]] = {
    # classifiers and units
    "到2028年全市博物馆达到120家。": [
        ("120家", dict(status=P, value=120, unit="家", comparator=">=", due="2028-12-31", subject="博物馆"))
    ],
    "新增规上企业200户以上。": [("200户", dict(status=P, unit="户", comparator=">=", subject="规上企业"))],
    "到2027年装机达到300万千瓦。": [("300万千瓦", dict(value=3e6, unit="千瓦"))],
    "到2027年，人均体育场地面积达到2.22㎡。": [("2.22㎡", dict(unit="平方米", subject="人均体育场地面积"))],
    "力争海洋经济突破万亿。": [("万亿", dict(value=1e12, status=P))],
    # magnitudes and sizes
    "“十五五”末建成万亿级制造基地。": [("万亿级", dict(value=1e12, unit="元", comparator=">=", due="2030-12-31"))],
    "力争形成6个千亿级集群。": [("6个", dict(value=6, each=Size(value=1e11, unit="元"), subject="集群"))],
    "到“十四五”末培育20家百亿级企业、100家优质中小企业。": [
        ("20家", dict(each=Size(value=1e10, unit="元"), due="2025-12-31")),
        ("100家", dict(each=None, due="2025-12-31", subject="优质中小企业")),
    ],
    "每年新谋划实施千万元项目400个以上。": [
        ("400个", dict(per="year", each=Size(value=1e7, unit="元"), comparator=">="))
    ],
    "力争招引亿元以上项目300个、百亿级项目3个。": [
        ("300个", dict(each=Size(value=1e8, unit="元"))),
        ("3个", dict(each=Size(value=1e10, unit="元"))),
    ],
    "力争推进20个投资超10亿元的重大项目。": [("20个", dict(each=Size(value=1e9, unit="元")))],
    "加快建设甲石化百万吨乙烯等112个已谋划项目。": [
        ("百万吨", dict(value=1e6, unit="吨", subject="乙烯")),
        ("112个", dict(comparator="=", subject="已谋划项目")),
    ],
    # deadlines
    "到2030年，甲达到5%，乙达到6%；丙达到7%。": [
        ("5%", dict(due="2030-12-31")),
        ("6%", dict(due="2030-12-31")),
        ("7%", dict(due="2030-12-31")),
    ],
    "建设园区3个，力争2027年底前完成投资2500亿元。": [
        ("3个", dict(due=None)),
        ("2500亿元", dict(due="2027-12-31", value=2.5e11)),
    ],
    "到2035年人均收入比2020年翻一番。": [("翻一番", dict(value=100, unit="%", change="up", due="2035-12-31"))],
    "今年要新建公园8座，其中上半年建成3座。": [("8座", dict(due="2026-12-31")), ("3座", dict(due="2026-06-30"))],
    "到本世纪中叶，森林覆盖率达到40%。": [("40%", dict(due="2050-12-31"))],
    # comparators
    "力争失业率控制在5.5%左右。": [("5.5%", dict(comparator="<="))],
    "力争增长6%左右。": [("6%", dict(comparator="~", change="up"))],
    "力争增长5%—5.5%。": [("5%—5.5%", dict(comparator="between", value=5, value_high=5.5, change="up"))],
    "确保湿地保护率不低于53%。": [("53%", dict(comparator=">="))],
    "确保死亡率低于5‰。": [("5‰", dict(comparator="<", change="level", unit="‰"))],
    "力争用户超过40万户。": [("40万户", dict(comparator=">"))],
    "力争用户突破40万户。": [("40万户", dict(comparator=">="))],
    "去年用户突破40万户。": [("40万户", dict(comparator=">", status=F))],
    "力争投资近300亿元。": [("300亿元", dict(comparator="~"))],
    "确保办理时限压缩至3个工作日。": [("3个工作日", dict(comparator="<=", change="level", unit="工作日"))],
    "打造“15分钟生活圈”。": [("15分钟", dict(comparator="<=", unit="分钟"))],
    "保持新增债务零增长。": [("零", dict(value=0, comparator="="))],
    "力争隐患存量动态清零。": [("清零", dict(value=0, comparator="="))],
    # change, per
    "力争能耗降低3.8%。": [("3.8%", dict(change="down", comparator=">=", subject="能耗"))],
    "力争入园率提高2个百分点。": [("2个百分点", dict(change="up", unit="百分点"))],
    "力争入园率提高到95%。": [("95%", dict(change="level"))],
    "力争年均增长7%以上。": [("7%", dict(per="year", change="up", comparator=">="))],
    "力争生均经费增加1000元。": [("1000元", dict(change="up", comparator=">="))],
    "力争城镇新增就业9万人。": [("9万人", dict(change="level", comparator=">="))],
    "力争降低用电成本5%。": [("5%", dict(change="down"))],
    "今年残疾人补贴从每人每月209元提高到217元。": [
        ("209元", dict(status=F, per="month")),
        ("217元", dict(comparator=">=", subject="残疾人补贴")),
    ],
    # lists
    "甲总量、乙收入年均增速分别达到8%和14%，去年统计。": [
        ("8%", dict(subject="甲总量", change="up", per="year")),
        ("14%", dict(subject="乙收入", change="up", per="year")),
    ],
    "力争接待游客人数及收入占全省比重均在20%以上。": [
        ("20%", dict(subject="游客人数占全省比重", comparator=">=")),
        ("20%", dict(subject="收入占全省比重", comparator=">=")),
    ],
    "力争水果、蔬菜产量分别达到5万吨、7万吨以上。": [
        ("5万吨", dict(subject="水果产量", comparator=">=")),
        ("7万吨", dict(subject="蔬菜产量", comparator=">=")),
    ],
    "力争甲排放量、乙排放量分别下降8%以上。": [
        ("8%", dict(subject="甲排放量", change="down")),
        ("8%", dict(subject="乙排放量", change="down")),
    ],
    "去年甲总额2.9万亿元、增长6%。": [("2.9万亿元", dict(status=F)), ("6%", dict(subject="甲总额", change="up"))],
    "去年城乡居民收入分别增长4%、5%。": [("4%", dict(subject="城镇居民收入")), ("5%", dict(subject="农村居民收入"))],
    # figures in words
    "力争三分之二的村达标。": [("三分之二", dict(value=66.667, unit="%"))],
    "力争线上销售实现两位数增长。": [("两位数", dict(value=10, unit="%", change="up", comparator=">="))],
    "力争“十四五”期间实现金牌“零”的突破。": [("零", dict(value=1, due="2025-12-31"))],
    "去年连续16个季度正增长。": [("16个季度", dict(value=16, unit="季度"))],
    "力争占到全国1/4。": [("1/4", dict(value=25, unit="%"))],
    # facts and promises in one sentence
    "我市现有示范村12个，力争年内再新增3个。": [("12个", dict(status=F)), ("3个", dict(status=P, due="2026-12-31"))],
    "发展了30家企业，到2028年发展到50家。": [("30家", dict(status=F)), ("50家", dict(status=P))],
}

SAID |= {
    "力争甲、乙、丙等产品产量均增长20%以上。": [
        ("20%", dict(subject="甲产量", comparator=">=")),
        ("20%", dict(subject="乙产量")),
        ("20%", dict(subject="丙产量")),
    ],
    "力争甲、乙客运量分别达1409万、1305万人次。": [
        ("1409万", dict(value=1.409e7, unit="人次", subject="甲")),
        ("1305万人次", dict(value=1.305e7, unit="人次", subject="乙")),
    ],
    "力争甲镇、乙镇生产总值突破20亿元。": [("20亿元", dict(subject="甲镇")), ("20亿元", dict(subject="乙镇生产总值"))],
    "力争推动甲港、乙港等10个港口升级。": [("10个", dict(comparator="=", subject="港口"))],
    "力争推动10个港口、4个车站升级。": [("10个", dict(comparator=">=")), ("4个", dict(comparator=">="))],
    "力争建成日处理5万吨的污水厂2座。": [("2座", dict(each=Size(value=5e4, unit="吨")))],
    "力争居民收入突破2万元大关。": [("2万元", dict(subject="居民收入"))],
    "去年甲增长2倍多。": [("2倍", dict(comparator=">", change="up", unit="倍"))],
    "去年甲增长5%、高于全国0.3个百分点。": [("5%", dict(change="up")), ("0.3个百分点", dict(subject="甲"))],
    "去年五千五百万农村人口脱贫。": [("五千五百万", dict(value=5.5e7, unit=""))],
    "今年将压减煤炭消费100万吨。": [("100万吨", dict(change="down"))],
    "今年要实现县域内半小时通达。": [("半小时", dict(value=0.5, unit="小时", comparator="<="))],
    "去年项目签约300亿元。": [("300亿元", dict(comparator="="))],
    "去年近4000名运动员参赛。": [("4000名", dict(comparator="~", subject="运动员"))],
    "今年甲收入比缩小至2以内。": [("2", dict(comparator="<=", unit="", change="level"))],
    "三年内引进人才1万名。": [("1万名", dict(due="2028-12-31", subject="人才"))],
    "到2027年、2030年，覆盖率分别达到50%、80%。": [
        ("50%", dict(due="2027-12-31", subject="覆盖率")),
        ("80%", dict(due="2030-12-31", subject="覆盖率")),
    ],
    "今年要做到24小时内响应、3个工作日内办结。": [
        ("24小时", dict(comparator="<=", unit="小时")),
        ("3个工作日", dict(comparator="<=", unit="工作日")),
    ],
    "今年培训12类45件实事。": [("12类", {}), ("45件", dict(subject="实事"))],
}

NO_FIGURES = [
    "坚持“9+2”工作布局，落实“565”体系和15号令。",
    "推进5G基站和8K超高清产业。",
    "开展万人助万企活动，推进三个一批。",
    "实施百亿斤粮食产能提升工程。",
    "建设第14届运动会场馆，跻身前10位，进入世界500强。",
    "重点做好以下4个方面工作：",
    "鼓励招收3岁以下幼儿。",
    "发生6.2级地震。",
    "形成七大集群、十大行动。",
    "拨打12345热线。",
    "（一）2025年12月31日召开会议。",
    "党的二十届四中全会指出。",
    "做到两个维护、增强四个意识。",
    "深化三年行动，培育一批企业。",
]


def wanted(figure: Figure, name: str) -> Any:
    value = getattr(figure, name)
    return value.isoformat() if name == "due" and value else value


@pytest.mark.parametrize("sentence", SAID)
def test_what_a_sentence_says(sentence: str) -> None:
    found = figures(sentence, year=YEAR)
    said = SAID[sentence]
    assert [sentence[f.start : f.end] for f in found] == [span for span, _ in said]
    for figure, (span, fields) in zip(found, said, strict=True):
        for name, value in fields.items():
            got = wanted(figure, name)
            if name == "subject":
                assert value in got, (span, name)
            elif isinstance(value, float):
                assert got == pytest.approx(value, abs=1e-3), (span, name)
            else:
                assert got == value, (span, name)


@pytest.mark.parametrize("sentence", NO_FIGURES)
def test_names_ranks_and_lists_promise_nothing(sentence: str) -> None:
    assert [sentence[f.start : f.end] for f in figures(sentence, year=YEAR)] == []


REPORT = """某市政府工作报告
——2026年1月10日在某市第八届人民代表大会第六次会议上
一、2025年工作回顾
（一）经济稳中有进。生产总值达到4500亿元，增长6%；建成公园12座。
二、2026年重点工作
今年主要预期目标是：生产总值增长6%左右；城镇新增就业9万人以上。
（一）扩大投资。实施项目300个，新建学校20所。去年开工的15个项目全部建成。到2030年形成3个千亿级产业。
"""


def test_a_report_is_read_by_its_sections_and_its_sentences() -> None:
    found = {(f.subject, f.value): (f.status, str(f.due)) for f in figures(REPORT, author="某某")}
    assert found[("生产总值", 4.5e11)] == (F, "2025-12-31")
    assert found[("公园", 12.0)][0] == F
    assert found[("生产总值", 6.0)] in ((F, "2025-12-31"), (P, "2026-12-31"))
    assert found[("城镇新增就业", 90000.0)] == (P, "2026-12-31")
    assert found[("学校", 20.0)] == (P, "2026-12-31")
    assert found[("千亿级产业", 3.0)] == (P, "2030-12-31")
    assert {f.owner for f in figures(REPORT, author="某某")} == {"某某"}


TITLED = {
    "某市2024年国民经济和社会发展统计公报\n全年粮食产量9万吨。\n年末有博物馆8座。": {F},
    "某市制造业行动方案（2026—2028年）\n打造集群3个，新增企业90家。": {P},
    "全年甲比上年增长1%。" * 9 + "年末户数5万户。": {F},
    "名词解释\n1.甲：2024年有90个部门印发的办法。": set(),
    "某市工作报告\n五年来，建成学校9所。\n今后五年，建成学校8所。": {F, P},
}


@pytest.mark.parametrize("text", TITLED)
def test_what_kind_of_text_it_is_decides_where_sentences_do_not(text: str) -> None:
    assert {f.status for f in figures(text)} == TITLED[text]


def test_the_body_that_a_sentence_names_is_the_owner() -> None:
    (figure,) = figures("建成养老床位7000张（牵头单位：民政局）。", author="市长", year=YEAR)
    assert figure.owner == "民政局"


def test_a_table_of_indicators_gives_base_and_goal() -> None:
    table = "某市第十五个五年规划纲要\n专栏 主要指标\n指标\n2025年\n2030年\n年均增长（%）\n属性\n"
    table += "1.生产总值（亿元）\n4500\n6000\n6左右\n预期性\n2.城镇化率（%）\n63\n>67\n—\n预期性\n"
    table += "3.森林覆盖率（%）\n45\n46\n—\n约束性\n"
    found = [(f.status, f.subject, f.value, f.unit, f.comparator, str(f.due)) for f in figures(table)]
    assert found == [
        (F, "生产总值", 4.5e11, "元", "=", "2025-12-31"),
        (P, "生产总值", 6e11, "元", ">=", "2030-12-31"),
        (P, "生产总值", 6.0, "%", "~", "2030-12-31"),
        (F, "城镇化率", 63.0, "%", "=", "2025-12-31"),
        (P, "城镇化率", 67.0, "%", ">", "2030-12-31"),
        (F, "森林覆盖率", 45.0, "%", "=", "2025-12-31"),
        (P, "森林覆盖率", 46.0, "%", ">=", "2030-12-31"),
    ]


ENGLISH: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "By 2030 the city will open at least 120 museums.": [
        ("120", dict(value=120, comparator=">=", due="2030-12-31", subject="museums", status=P))
    ],
    "Cut PM2.5 concentrations by 18 percent by the end of 2027.": [
        ("18 percent", dict(value=18, unit="%", change="down", due="2027-12-31"))
    ],
    "Keep unemployment below 5.5%.": [("5.5%", dict(comparator="<", subject="unemployment"))],
    "Household income is to grow 5-6 percent annually.": [
        ("5-6 percent", dict(value=5, value_high=6, comparator="between", change="up", per="year"))
    ],
    "Invest 2.5 billion yuan in roads by June 2028.": [
        ("2.5 billion yuan", dict(value=2.5e9, unit="元", due="2028-06-30"))
    ],
    "Visitor numbers reached 300 million in 2024.": [
        ("300 million", dict(value=3e8, status=F, subject="Visitor numbers"))
    ],
    "Two thirds of villages will have tap water by 2028.": [("Two thirds", dict(value=66.667, unit="%"))],
    "Raise the share from 2.1% to 3% of output by 2030.": [
        ("2.1%", dict(status=F, due="2030-12-31")),
        ("3%", dict(status=P, subject="share", due="2030-12-31")),
    ],
    "Reduce emissions by 30% compared with 2020.": [("30%", dict(change="down", due=None, subject="emissions"))],
    "No household will live more than 10 minutes from a stop.": [("10 minutes", dict(comparator="<=", unit="分钟"))],
    "We will plant 20 forests of at least 5 hectares each year.": [
        ("20", dict(per="year", subject="forests", each=Size(value=5.0, unit="公顷")))
    ],
    "Double the number of libraries by 2035.": [
        ("Double", dict(value=100, change="up", subject="number of libraries"))
    ],
    "Chapter 3 of the 14th five-year plan, adopted on page 12.": [],
}


@pytest.mark.parametrize("sentence", ENGLISH)
def test_english_plan_sentences(sentence: str) -> None:
    found = figures(sentence, year=YEAR)
    assert [sentence[f.start : f.end] for f in found] == [span for span, _ in ENGLISH[sentence]]
    for figure, (_, fields) in zip(found, ENGLISH[sentence], strict=True):
        for name, value in fields.items():
            got = wanted(figure, name)
            assert got == (pytest.approx(value, abs=1e-3) if isinstance(value, float) else value), name


ANY = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                *"0123456789.，、。；：%“”（）\n家个元万亿一二三十",
                "达到",
                "增长",
                "到2025年",
                "分别",
                "均",
                "从",
                "提高到",
                "以上",
                "每年",
                "百亿级",
                "新增",
                "预期性",
                "a ",
                " 5% by 2030",
            ]
        ),
        max_size=80,
    ).map("".join),
)


@given(ANY, st.none() | st.integers(1950, 2100))
@settings(deadline=None)
def test_any_text_gives_figures_inside_it(text: str, year: int | None) -> None:
    for figure in figures(text, year=year):
        assert 0 <= figure.start < figure.end <= len(text)
        assert isfinite(figure.value)
        assert figure.status in (P, F)
        assert figure.comparator in (">=", ">", "<=", "<", "=", "~", "between")
        assert 0 <= figure.confidence <= 1


@pytest.mark.parametrize(
    "piece",
    [
        "1个",
        "新增1个、",
        "到2025年",
        "增长5%，",
        "分别",
        "从1到2",
        "“",
        "预期性",
        "（",
        "一",
        "达到",
        "10 km and ",
        "每年",
        "\n一、目标",
        "亿元",
    ],
)
def test_long_repeats_are_read_to_their_end(piece: str) -> None:
    """A pattern that goes back over what it has read would not come to an end here within anybody's patience."""
    text = piece * 8_000
    assert all(0 <= found.start < found.end <= len(text) for found in figures(text))
