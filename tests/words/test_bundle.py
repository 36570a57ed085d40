"""Several documents in one file: each is read by its own head, and plain reports stay whole."""

from __future__ import annotations

from luoshu.words.byline import own_year
from luoshu.words.layout import lay

BODY = "要把各项工作做细做实，使群众满意。" * 20


def test_each_document_of_a_file_has_its_own_head() -> None:
    text = f"甲市第十五个五年规划纲要\n（2026年1月9日甲市人民代表大会批准）\n{BODY}\n"
    text += f"甲市河湖整治行动方案\n（2025—2027年）\n甲政办〔2025〕3号\n{BODY}\n"
    text += f"在中国共产党甲市第三次代表大会上的报告\n（2026年9月9日）\n市委书记 李明\n{BODY}\n"
    text += "\nHarbour 2030 Strategy\n" + "The city will plant trees and open parks in every district. " * 10
    found = lay(text).articles
    assert [text[article.start : article.start + 3] for article in found] == ["甲市第", "甲市河", "在中国", "Har"]
    assert [article.author for article in found] == ["", "", "李明", ""]
    assert [article.year for article in found] == [None, None, 2026, None]


def test_a_number_may_stand_over_its_title() -> None:
    text = f"甲市工作报告\n{BODY}\n甲政办〔2025〕3号\n甲市人民政府关于河湖整治的意见\n{BODY}"
    assert len(lay(text).articles) == 2
    assert len(lay(f"甲市工作报告\n{BODY}\n甲政办〔2025〕3号\n{BODY}").articles) == 1


def test_a_report_with_dated_lines_stays_one() -> None:
    text = f"甲市工作报告\n（2026年1月9日）\n{BODY}\n一、重点任务\n（2026—2030年）\n{BODY}\n"
    text += f"附件\n甲市实施方案\n（2026—2030年）\n{BODY}"
    assert len(lay(text).articles) == 1


def test_the_year_that_a_title_aims_at_is_not_its_own() -> None:
    aims = ["City 2030 Strategy", "健康某省2030规划纲要", "Vision 2035"]
    assert [own_year(title) for title in aims] == [None] * 3
    assert [own_year(title) for title in ["Annual Report 2025", "2026年工作方案"]] == [2025, 2026]
