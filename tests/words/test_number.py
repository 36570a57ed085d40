"""Numbers: Chinese and Arabic, against an independent slow reading and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.number import chinese, narrowed, number, scale

CASES = {
    "0": 0,
    "１２０": 120,
    "1,234,567": 1234567,
    "6.66万亿": 6.66e12,
    "2500亿": 2.5e11,
    "10.36百亿亿": 1.036e19,
    "300万": 3e6,
    "7千万": 7e7,
    "十": 10,
    "十五": 15,
    "二十": 20,
    "一百零五": 105,
    "两千零五": 2005,
    "一万二": 12000,
    "三千五百万": 3.5e7,
    "三亿五千万": 3.5e8,
    "一万三千亿": 1.3e12,
    "万亿": 1e12,
    "千亿": 1e11,
    "百万": 1e6,
    "二〇三五": 2035,
    "七点五": 7.5,
    "百分之五十": 0.5,
    "三分之二": 2 / 3,
    "十几": 10,
    "数百": 100,
    "零": 0,
}


@pytest.mark.parametrize(("text", "value"), CASES.items())
def test_numbers_as_plans_write_them(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "家", "一家", "点", "九百家", "1.2.3", "零分之一", "1" * 400, "亿" * 40])
def test_what_is_no_number_gives_none(text: str) -> None:
    assert number(text) is None


DIGITS = "零一二三四五六七八九"


def spelled(value: int) -> str:
    """A whole number in Chinese, by the school rule: four places to a group, one zero for each gap."""
    if value == 0:
        return "零"
    groups = []
    while value:
        groups.append(value % 10000)
        value //= 10000
    words = ""
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            continue
        if words and group < 1000:
            words += "零"
        words += _four(group) + ["", "万", "亿", "万亿"][power]
    return words


def _four(group: int) -> str:
    words, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = group // place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + name
        gap = False
    return words


def slow(words: str) -> int:
    """An independent reading: split at the largest multiplier and add what stands on both sides."""
    for name, worth in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if name in words:
            left, right = words.rsplit(name, 1)
            return (slow(left) if left.strip("零") else 1) * worth + (slow(right) if right.strip("零") else 0)
    return DIGITS.index(words.strip("零") or "零")


@given(st.integers(0, 10**12 - 1))
def test_spelled_numbers_come_back(value: int) -> None:
    words = spelled(value)
    assert slow(words) == value
    assert chinese(words) == value


@given(st.integers(0, 10**9), st.sampled_from(["", "十", "百", "千", "万", "亿", "万亿", "百万", "千万", "百亿亿"]))
def test_arabic_numbers_with_multipliers(value: int, multipliers: str) -> None:
    assert number(f"{value:,}{multipliers}") == pytest.approx(float(value) * scale(multipliers))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    value = number(text)
    assert value is None or value >= 0
    assert len(narrowed(text)) == len(text)
