"""Periods: what a title, a heading, a lead-in or an opening says of the sentences below it."""

from __future__ import annotations

import pytest

from luoshu.words.figure import figures
from luoshu.words.layout import lay

PLAN = "甲市第十五个五年规划纲要\n（2026年1月9日甲市人民代表大会批准）\n"
REPORT = "2026年甲市政府工作报告\n"
CONGRESS = "在中国共产党甲市第三次代表大会上的报告\n（2026年9月9日）\n"
P, F = "promise", "fact"

SAID: dict[str, list[tuple[float, str, str]]] = {
    # an outlook governs its paragraph, past the full stop
    PLAN + "展望2035年，城市面貌焕然一新。建成剧院7座。\n新建公园3个。": [(7, P, "2035-12-31"), (3, P, "2030-12-31")],
    PLAN + "展望二〇三五年，城市面貌焕然一新。到2040年，建成剧院7座。": [(7, P, "2040-12-31")],
    # the day of adoption is no deadline
    PLAN + "新建公园3个。": [(3, P, "2030-12-31")],
    "甲市绿化行动方案\n（甲市人民政府2026年3月5日印发）\n新建公园3个。": [(3, P, "None")],
    "甲市第十五个五年规划\n2026年3月5日市人大常委会通过\n新建公园3个。": [(3, P, "2030-12-31")],
    # lead-ins govern what stands below, to the next heading of their rank
    CONGRESS + "未来五年（2026—2031年），要抓好以下几项工作。\n坚持绿色发展。新建公园3个。": [(3, P, "2031-12-31")],
    CONGRESS + "今后五年的主要目标是：\n——生态更美。新建公园3个。": [(3, P, "2031-12-31")],
    REPORT + "今后五年的主要目标是：\n——生态更美。新建公园3个。": [(3, P, "2030-12-31")],
    REPORT + "三、工作打算\n到2028年，要着力抓好以下重点任务。\n生态上，新建公园3个。\n四、其他\n建成剧院7座。": [
        (3, P, "2028-12-31"),
        (7, P, "2026-12-31"),
    ],
    # a heading of two periods
    REPORT + "二、“十五五”时期主要目标和2026年重点工作\n“十五五”时期，建成剧院7座。\n（一）美化环境。新建公园3个。": [
        (7, P, "2030-12-31"),
        (3, P, "2026-12-31"),
    ],
    # this year ends a review inside its paragraph, unless it looks back itself
    REPORT + "过去五年，建成剧院7座。今年新建公园3个。": [(7, F, "2025-12-31"), (3, P, "2026-12-31")],
}


@pytest.mark.parametrize("text", SAID)
def test_the_period_of_a_sentence(text: str) -> None:
    (article,) = lay(text).articles
    found = figures(article.plain, author=article.author, year=article.year)
    assert [(each.value, each.status, str(each.due)) for each in found] == SAID[text]


def test_this_year_so_far_is_still_a_review() -> None:
    found = figures(REPORT + "过去五年，建成剧院7座。今年以来，新建公园3个。")
    assert [each.status for each in found] == [F, F]


def test_this_year_under_a_heading_of_review_is_a_review() -> None:
    found = figures(REPORT + "一、2025年工作回顾\n过去一年，建成剧院7座。今年，新建公园3个。", year=2026)
    assert [each.status for each in found] == [F, F]


def test_a_deadline_that_is_over_stays_the_deadline() -> None:
    """到2025年 in a report of 2026 is never moved to the report's own year."""
    plain = "2026年某市政府工作报告\n各位代表：\n到2025年，全市博物馆达到120家。到2030年，绿道达到300公里。\n"
    assert [str(figure.due) for figure in figures(plain)] == ["2025-12-31", "2030-12-31"]
