"""Deadlines: what a text calls the last day of the time that it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.day import days
from luoshu.words.setting import report_year

NAMED = {
    "到2025年": "2025-12-31",
    "“十四五”末": "2025-12-31",
    "“十四五”期间": "2025-12-31",
    "“十五五”时期": "2030-12-31",
    "十五五期末": "2030-12-31",
    "今年": "2026-12-31",
    "全年": "2026-12-31",
    "年内": "2026-12-31",
    "年底前": "2026-12-31",
    "明年": "2027-12-31",
    "2027年底前": "2027-12-31",
    "2027年6月底前": "2027-06-30",
    "2028年2月": "2028-02-29",
    "到2030年": "2030-12-31",
    "二〇三五年": "2035-12-31",
    "二○三五年": "2035-12-31",
    "本世纪中叶": "2050-12-31",
    "上半年": "2026-06-30",
    "2027年上半年": "2027-06-30",
    "三季度末": "2026-09-30",
    "6月底前": "2026-06-30",
    "2026—2030年": "2030-12-31",
    "今后五年": "2030-12-31",
    "三年内": "2028-12-31",
    "2030年前": "2030-12-31",
}


@pytest.mark.parametrize(("text", "day"), NAMED.items())
def test_last_day_of_a_named_time(text: str, day: str) -> None:
    (mention,) = days(text + "建成", 2026)
    assert mention.day is not None
    assert mention.day.isoformat() == day
    assert mention.role in ("by", "in")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("比2020年翻一番", "base"),
        ("较“十三五”末提高", "base"),
        ("在2025年基础上", "base"),
        ("“十四五”以来", "since"),
        ("自2020年起，", "since"),
    ],
)
def test_times_that_are_no_deadlines(text: str, role: str) -> None:
    assert days(text, 2026)[0].role == role


@pytest.mark.parametrize("text", ["“十四五”规划《建议》", "“565”体系", "2025个", "第14届", "百年目标", "5年过渡期"])
def test_names_hold_no_time(text: str) -> None:
    assert days(text, 2026) == []


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2026年某省政府工作报告\n各位代表：", 2026),
        ("政府工作报告\n——2025年1月8日在某市第九届人民代表大会第四次会议上", 2025),
        ("各位代表：\n一、2023年工作回顾\n过去一年……", 2024),
        ("各位代表：\n今年是“十四五”收官之年，要……", 2025),
        ("某市2024年国民经济和社会发展统计公报\n", 2024),
        ("某县国民经济和社会发展第十四个五年规划纲要\n", 2021),
        ("一篇没有年份的短文。", None),
    ],
)
def test_the_year_that_a_text_speaks_from(text: str, year: int | None) -> None:
    assert report_year(text) == year


@given(
    st.text(alphabet="0123456789年月日到“”十四五末期间今全上半本世纪中叶前底—至 ，", max_size=60),
    st.none() | st.integers(1900, 2900),
)
def test_any_text_has_its_times_in_order(text: str, year: int | None) -> None:
    last = 0
    for mention in days(text, year):
        assert last <= mention.start < mention.end <= len(text)
        last = mention.end
