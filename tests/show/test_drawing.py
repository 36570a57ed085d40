"""Drawings of any chart: well-formed, inside their box, and never a crash."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from luoshu.kinds.commitment import VERDICTS, Chart, Fan, GoalStep, Point
from luoshu.show.countymap import breaks, shade
from luoshu.show.drawing import drawing, legend, shape, spark, ticks
from luoshu.show.language import Language
from luoshu.show.series import Series, series
from luoshu.show.wordchart import chart_xml, lines
from luoshu.words.message import say

days = st.dates()
numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**15), 10**15).map(float)
words = st.text(max_size=8)
points = st.builds(lambda day, value, label: Point(day=day, value=value, label=label), days, numbers, words)
goals = st.builds(
    lambda since, due, level: GoalStep(since=since, due=due, level=level), days, st.none() | days, numbers
)
fans = st.builds(
    lambda day, values: Fan(
        day=day, median=values[2], low80=values[1], high80=values[3], low95=values[0], high95=values[4]
    ),
    days,
    st.lists(numbers, min_size=5, max_size=5),
)
charts = st.builds(
    lambda name, unit, a, b, c, d: Chart(
        name=say("{name}", name=name), unit=unit, points=tuple(a), goals=tuple(b), pace=tuple(c), fan=tuple(d)
    ),
    words,
    st.sampled_from(["家", "%", "元", "", "<b>"]),
    *(st.lists(each, max_size=5) for each in (points, goals, points, fans)),
)


def drawn(chart: Chart, code: str = "zh") -> Series:
    return series(chart, date(2024, 6, 30), Language(code), lambda source: None)


@settings(max_examples=150, deadline=None)
@given(charts, st.sampled_from(["zh", "en"]))
def test_any_chart_can_be_drawn(chart: Chart, code: str) -> None:
    found = drawn(chart, code)
    for text in (str(drawing(found)), str(spark(found, "at risk"))):
        clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
        root = etree.fromstring(clean)
        for element in root.iter():
            for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "points"):
                assert not re.search("nan|inf", element.get(name, ""))
    assert legend(found, Language(code)) is not None


@settings(max_examples=100, deadline=None)
@given(charts)
def test_any_chart_can_be_put_into_word(chart: Chart) -> None:
    found = drawn(chart)
    etree.fromstring(chart_xml(found, lines(found), "rId1"))


def test_a_single_point_and_a_goal_stand_inside_the_box() -> None:
    chart = Chart(
        name=say("one"),
        unit="家",
        points=(Point(day=date(2023, 12, 31), value=5),),
        goals=(GoalStep(since=date(2020, 1, 1), due=date(2025, 12, 31), level=10),),
    )
    for circle in etree.fromstring(str(drawing(drawn(chart)))).iter("{*}circle"):
        assert 64 <= float(circle.get("cx")) <= 632
        assert 14 <= float(circle.get("cy")) <= 272


def test_goals_for_other_days_stand_beside_each_other() -> None:
    chart = Chart(
        name=say("two"),
        unit="家",
        goals=(
            GoalStep(since=date(2020, 1, 1), due=date(2025, 12, 31), level=10),
            GoalStep(since=date(2021, 1, 1), due=date(2030, 12, 31), level=20),
            GoalStep(since=date(2022, 1, 1), due=date(2025, 12, 31), level=8),
        ),
    )
    assert [goal.until for goal in drawn(chart).goals] == [date(2022, 1, 1), None, None]


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_ticks_are_few_and_inside(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert len(found) <= 12
    assert found == sorted(found)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_a_form_of_its_own(verdict: str) -> None:
    others = {str(shape(each)) for each in VERDICTS if each != verdict}
    assert str(shape(verdict)) not in others


@given(st.lists(st.floats(-1e9, 1e9), max_size=40))
def test_shades_rise_with_the_value(values: list[float]) -> None:
    classes = breaks(values)
    shades = [shade(value, classes) for value in sorted(values)]
    assert shades == sorted(shades)
    assert shade(None, classes) == "class-none"
