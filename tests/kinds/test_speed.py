"""Changes promised of measures that are changes themselves: falls as published, doublings compounded."""

import pytest
from little import Little, said

INDICATORS = """id,name,unit,direction,aggregation
cut,单位能耗降幅,%,higher,ratio
speed,生产总值增速,%,higher,ratio
"""


@pytest.fixture
def little(tmp_path):
    return Little(tmp_path)


def judged(little, measure, terms, lines, day="2026-03-01", header="as_of,since,value,published"):
    fields = f"made: 2020-12-01\ndue: 2025-12-31\nmeasure: {measure}\nunit: '%'\n{terms}"
    return little.gauge(fields, lines, day, header=header, indicators=INDICATORS)


FALL = "since: 2021-01-01\nchange: down\nlevel: 13.5"


def test_a_promised_fall_is_held_against_the_published_fall(little):
    kept = judged(little, "cut", FALL, "2025-12-31,2021-01-01,14,2026-02-01")
    assert (kept.verdict, kept.goal, kept.value) == ("kept", 13.5, 14)
    assert judged(little, "cut", FALL, "2025-12-31,,12,2026-02-01").verdict == "missed"


def test_a_fall_each_year_is_held_against_yearly_falls(little):
    falls = enumerate([3, 3, 3, 3, 2], start=2021)
    lines = "\n".join(f"{year}-12-31,,{fall},{year + 1}-02-01" for year, fall in falls)
    found = judged(little, "cut", "since: 2021-01-01\nper: year\nchange: down\nlevel: 3", lines)
    assert found.verdict == "missed"
    assert 2.7 < found.value < 2.9


def test_a_fall_of_a_growth_rate_is_growth_below_zero(little):
    found = judged(little, "speed", "change: down\nlevel: 2", "2025-12-31,,-3,2026-02-01")
    assert (found.verdict, found.goal) == ("kept", -2)


@pytest.mark.parametrize("since", ["since: 2021-01-01", "base: {value: 1060, as_of: 2020-12-31, unit: 亿元}"])
def test_a_doubling_is_compounded_from_yearly_growth(little, since):
    lines = "\n".join(f"{year}-12-31,,15,{year + 1}-02-01" for year in range(2021, 2026))
    found = judged(little, "speed", f"{since}\nchange: up\nlevel: 100", lines)
    assert found.verdict == "kept"
    assert found.value == pytest.approx((1.15**5 - 1) * 100)
    assert "compounded from 2021-01-01 on" in said(found)


def test_a_doubling_from_nowhere_is_unknown_with_the_reason(little):
    found = judged(little, "speed", "change: up\nlevel: 100", "2025-12-31,,6,2026-02-01")
    assert (found.verdict, found.met) == ("unknown", None)
    assert "counted from is not known" in said(found)
