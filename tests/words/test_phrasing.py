"""Turns of phrase of drafted plans: limits, from-to, doubling, sizes that only sort, closed sets; a sentence each."""

from __future__ import annotations

from typing import Any

import pytest

from luoshu.words.figure import Figure, figures

P, F = "promise", "fact"

# sentence → span, then the fields that are worth saying; a subject is given whole.
SAID: dict[str, list[tuple[str, dict[str, Any]]]] = {
    # limits
    "力争煤炭总量不得突破9亿吨。": [("9亿吨", dict(comparator="<=", subject="煤炭总量"))],
    "力争建设用地不超出50公顷。": [("50公顷", dict(comparator="<=", subject="建设用地"))],
    "力争负债率不得多于60%。": [("60%", dict(comparator="<=", subject="负债率"))],
    "确保赤字率严格控制在3%。": [("3%", dict(comparator="<=", subject="赤字率"))],
    "确保漏损率严控在8%。": [("8%", dict(comparator="<=", subject="漏损率"))],
    "事故死亡人数力争不多于8人。": [("8人", dict(comparator="<=", subject="事故死亡人数"))],
    # from here to there
    "力争配套率从不足40%提到60%。": [
        ("40%", dict(status=F, comparator="<", subject="配套率")),
        ("60%", dict(status=P, comparator=">=", subject="配套率")),
    ],
    "今年床位从约3000张扩至4500张。": [("3000张", dict(status=F, comparator="~")), ("4500张", dict(subject="床位"))],
    "今年结对帮扶从15个县扩大到57个县。": [
        ("15个", dict(status=F, subject="结对帮扶")),
        ("57个", dict(status=P, subject="结对帮扶")),
    ],
    "今年占比从2020年的10%提高到2030年的20%。": [
        ("10%", dict(status=F, subject="占比")),
        ("20%", dict(change="level", due="2030-12-31", subject="占比")),
    ],
    # doubling
    "力争回收量增加一倍。": [("一倍", dict(value=100, unit="%", change="up"))],
    "力争产能提高一倍以上。": [("一倍", dict(value=100, unit="%", comparator=">="))],
    "力争储能规模增长两倍。": [("两倍", dict(value=200, unit="%", change="up"))],
    "力争新材料产值五年内倍增。": [("倍增", dict(value=100, unit="%", change="up", subject="新材料产值"))],
    "今年实施主体倍增计划，推进产业倍增行动，倍增效应明显。": [],
    # small and round numbers in characters
    "今年新建两座水厂、三条公路。": [
        ("两座", dict(value=2, subject="水厂")),
        ("三条", dict(value=3, subject="公路")),
    ],
    "今年推动十二个镇达标。": [("十二个", dict(value=12, unit="个"))],
    "今年走访企业百余家。": [("百余家", dict(value=100, unit="家", comparator=">"))],
    "今年新增数十家企业。": [],
    "今年抓好两个文明建设，形成一个中心，做好三农工作，用好两个市场，强化四个方面。": [],
    "今年诊断企业1200家次，检查300余户次。": [("1200家次", dict(unit="家次")), ("300余户次", dict(comparator=">"))],
    # sizes that only sort
    "力争收入50万元以上的村占比过半。": [("过半", dict(value=50, comparator=">"))],
    "今年将年收入10万元以下的家庭全部纳入。": [],
    "今年改造10万千瓦及以上的机组。": [],
    "力争年收入达到50万元以上。": [("50万元", dict(comparator=">="))],
    # what carries over, what does not
    "今年起每年开工项目90个，其中亿元以上项目9个。": [("90个", dict(per="year")), ("9个", dict(per="year"))],
    "力争经济总量站稳90亿元台阶、冲刺99亿元。": [
        ("90亿元", dict(subject="经济总量")),
        ("99亿元", dict(subject="经济总量")),
    ],
    "确保审批时限压减至5天以内，比法定时限缩短过半。": [
        ("5天", dict(subject="审批时限")),
        ("过半", dict(subject="审批时限", change="down")),
    ],
    "今年市财政每年安排不低于2亿元专项资金。": [("2亿元", dict(per="year", subject="专项资金"))],
    # closed sets
    "今年将剩余的12台锅炉全部拆除。": [("12台", dict(comparator="=", subject="锅炉"))],
    "今年88个县实现全覆盖。": [("88个", dict(comparator="="))],
    # subjects without what stands beside them
    "推动“15分钟健身圈”向“10分钟健身圈”升级。": [("10分钟", dict(comparator="<=", subject="健身圈"))],
    "加快建设甲石化百万吨乙烯、乙石化芳烃等项目。": [("百万吨", dict(subject="乙烯"))],
    "去年供电破亿度。": [("亿度", dict(unit="千瓦时"))],
    "去年等离子体温度突破1亿度。": [("1亿度", dict(unit="度"))],
    "确保甲乙养老、失业保险参保率达95%以上。": [
        ("95%", dict(subject="甲乙养老保险参保率")),
        ("95%", dict(subject="失业保险参保率")),
    ],
    "力争巩固率、毛入学率达到90%以上。": [("90%", dict(subject="巩固率")), ("90%", dict(subject="毛入学率"))],
    "今年关停12处旧窑，现存的3处全部拆除。": [("12处", {}), ("3处", dict(comparator="="))],
    "今年补贴从每人每月209元提高到217元。": [("209元", dict(per="month")), ("217元", dict(per="month"))],
    "今年增加学位9万个。": [("9万个", dict(change="up", subject="学位"))],
    "今年全市12家食堂检查全覆盖。": [("12家", dict(comparator="="))],
    "力争水质优良率保持100%。": [("100%", dict(comparator="="))],
    "力争处理能力达到9吨/日。": [("9吨/日", dict(unit="吨/日"))],
    "今年增加居民收入3万元，力争增加值3亿元。": [("3万元", dict(change="up")), ("3亿元", dict(change="level"))],
    "今年新建10个园区全部投产。": [("10个", dict(comparator=">="))],
    "三家企业上市，两座城市相邻，三家同心。": [("三家", dict(value=3, subject="企业上市"))],
    "今年在全市12个村推广，储备不得少于5吨。": [("12个", dict(comparator=">=")), ("5吨", dict(comparator=">="))],
    "今年收入比由2.1缩小到1.9。": [("2.1", dict(status=F, subject="收入比")), ("1.9", dict(subject="收入比"))],
    "今年提升治理水平、群众满意率达95%。": [("95%", {})],
    # list numbers
    "01 千亿产业跃升工程。": [],
    "02 培育企业3家。": [("3家", dict(subject="企业"))],
}


def wanted(figure: Figure, name: str) -> Any:
    value = getattr(figure, name)
    return value.isoformat() if name == "due" and value else value


@pytest.mark.parametrize("sentence", SAID)
def test_what_a_turn_of_phrase_says(sentence: str) -> None:
    found = figures(sentence, year=2026)
    assert [sentence[f.start : f.end] for f in found] == [span for span, _ in SAID[sentence]]
    for figure, (span, fields) in zip(found, SAID[sentence], strict=True):
        assert {name: wanted(figure, name) for name in fields} == fields, span


PLAN = "某市第十五个五年规划纲要\n主要指标\n"

ROWS = {
    "森林覆盖率（%）：2025年41.2，2030年42。": [(F, 41.2, "%"), (P, 42.0, "%")],
    "常住人口（万人）：2025年700，2030年720。": [(F, 7e6, "人"), (P, 7.2e6, "人")],
    "受教育年限（年）：2025年10.9，2030年11.6。": [(F, 10.9, "年"), (P, 11.6, "年")],
    "平均受教育年限：2025年10.9年，2030年11.6年。": [(F, 10.9, "年"), (P, 11.6, "年")],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_years_gives_base_and_goal(row: str) -> None:
    assert [(f.status, f.value, f.unit) for f in figures(PLAN + row)] == ROWS[row]


def test_a_table_of_two_rows_under_a_head_with_years_is_a_table() -> None:
    table = PLAN + "指标　2025年　2030年　属性\n城镇化率（%）　64.8　68　预期性\n研发强度　2.1%　2.6%　预期性\n"
    found = [(f.status, f.subject, f.value, str(f.due)) for f in figures(table)]
    assert found == [
        (F, "城镇化率", 64.8, "2025-12-31"),
        (P, "城镇化率", 68.0, "2030-12-31"),
        (F, "研发强度", 2.1, "2025-12-31"),
        (P, "研发强度", 2.6, "2030-12-31"),
    ]
