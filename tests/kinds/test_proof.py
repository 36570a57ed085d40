"""What a figure proves: its own more than or less than, other sources beside it, and what came before the promise."""

import pytest
from little import Little, said


@pytest.fixture
def little(tmp_path):
    return Little(tmp_path)


SOURCES = "as_of,value,published,source,comparator"
FLOOR = """made: 2020-12-01
due: 2024-12-31
measure: stock
level: 100
comparator: "{}"
"""


@pytest.mark.parametrize(
    ("comparator", "exact", "value", "verdict"),
    [
        (">=", "<", 100, "missed"),
        (">", ">", 100, "kept"),
        (">=", ">", 90, "open"),
        (">=", "<", 110, "open"),
        ("<=", "<", 100, "kept"),
        ("<=", ">", 100, "missed"),
        ("<=", ">", 90, "open"),
    ],
)
def test_more_than_and_less_than_count_as_said(little, comparator, exact, value, verdict):
    row = f"2024-12-31,{value},2025-02-01,Office,{exact}"
    found = little.gauge(FLOOR.format(comparator), row, "2025-06-01", header=SOURCES)
    assert found.verdict == verdict
    assert found.chance == {"kept": 1, "missed": 0, "open": None}[verdict]
    assert (found.met == 1) <= (verdict != "missed")
    if verdict == "open":
        assert "does not say whether the goal is kept" in said(found)


def test_two_sources_across_the_goal_decide_nothing(little):
    rows = "2024-12-31,90,2025-02-01,One,\n2024-12-31,110,2025-02-03,Other,"
    found = little.gauge(FLOOR.format(">="), rows, "2025-06-01", header=SOURCES)
    assert (found.verdict, found.chance) == ("open", None)
    assert "One source keeps the goal and another misses it (110 个 and 90 个)" in said(found)
    mended = little.gauge(FLOOR.format(">="), rows + "\n2024-12-31,110,2025-03-01,One,", "2025-06-01", header=SOURCES)
    assert mended.verdict == "kept"


def test_two_sources_decide_nothing_in_a_total_and_a_quota(little):
    rows = "2023-12-31,50,2024-02-01,One,\n2023-12-31,80,2024-02-03,Other,\n2024-12-31,50,2025-02-01,One,"
    promise = "made: 2022-12-01\nsince: 2023-01-01\ndue: 2024-12-31\nmeasure: flow\n"
    assert little.gauge(promise + "level: 110", rows, "2025-06-01", header=SOURCES).verdict == "open"
    yearly = little.gauge(promise + "level: 60\nper: year", rows, "2024-06-01", header=SOURCES)
    assert yearly.verdict == "open"
    assert "so it is not decided" in said(yearly)


HELD = "made: 2020-01-01\ndue: 2025-12-31\nmeasure: {}\nlevel: 50"


def test_what_stood_before_the_promise_was_not_reached_early(little):
    falling = "2018-12-31,55,2019-02-01\n2019-12-31,52,2020-02-01"
    for measure in ("stock", "share"):
        found = little.gauge(HELD.format(measure), falling, "2024-06-01")
        assert found.verdict not in ("kept", "likely")
        assert found.chance < 0.75
        assert "reached early" not in said(found)


def test_reached_after_it_was_promised_is_kept_while_it_is_likely_to_stay(little):
    rows = "2019-12-31,45,2020-02-01\n2020-12-31,48,2021-02-01\n2021-12-31,54,2022-02-01"
    found = little.gauge(HELD.format("stock"), rows, "2022-06-01")
    assert found.verdict == "kept"
    assert 0.75 < found.chance < 1
    shaky = little.gauge(HELD.format("share"), "2020-12-31,60,2021-02-01\n2021-12-31,51,2022-02-01", "2022-06-01")
    assert shaky.verdict != "kept"


def test_a_running_total_is_never_forecast_below_what_is_reached(little):
    promise = "made: 2022-12-01\nsince: 2023-01-01\ndue: 2024-12-31\nmeasure: flow\nlevel: 200"
    rows = "2023-12-31,100,2024-02-01\n2024-06-30,50,2024-07-20"
    found = little.gauge(promise, rows, "2024-09-01")
    assert found.value == 150
    (last,) = [fan for chart in found.figures for fan in getattr(chart, "fan", ())]
    assert last.low95 >= 150
    assert 185 < last.median < 215
    assert 0.3 < found.chance < 0.7


MONTHLY = "made: 2023-12-01\nsince: 2024-01-01\ndue: 2024-03-31\nmeasure: flow\nper: month\nlevel: {}"
PARTS = "2024-01-28,6,2024-01-29\n2024-02-28,7,2024-02-29\n2024-03-28,5,2024-03-29"


def test_a_month_counted_to_its_28th_is_kept_where_that_is_enough(little):
    found = little.gauge(MONTHLY.format(5), PARTS, "2024-06-01")
    assert (found.verdict, found.chance, found.met, found.value) == ("kept", 1, 1, 5)
    early = little.gauge(MONTHLY.format(5), PARTS, "2024-03-30")
    assert (early.verdict, early.value) == ("likely", 5)


def test_a_month_counted_to_its_28th_proves_nothing_where_it_is_short(little):
    found = little.gauge(MONTHLY.format(6), PARTS, "2024-06-01")
    assert (found.verdict, found.chance) == ("open", None)


@pytest.mark.parametrize(
    ("comparator", "measure", "level"), [("=", "loss", 0), ("~", "stock", 160), ("=", "none", 123456), ("<=", "air", 0)]
)
def test_the_goal_is_shown_as_it_was_promised(little, comparator, measure, level):
    promise = f"made: 2020-12-01\ndue: 2024-12-31\nmeasure: {measure}\nlevel: {level}\ncomparator: '{comparator}'"
    found = little.gauge(promise, "2023-12-31,3,2024-02-01\n2024-12-31,4,2025-02-01", "2024-06-01")
    assert found.goal == level
    assert [step.level for chart in found.figures for step in getattr(chart, "goals", ())] == [level]


def test_a_season_is_no_move_out_of_line(little):
    months = [f"2024-{month:02}-28" for month in range(1, 13)]
    rows = "\n".join(f"{day},{value},{day}" for day, value in zip(months, [5, 6, 7] * 4, strict=True))
    assert "out of line" not in said(little.gauge("due: 2024-12-31\nmeasure: stock\nlevel: 9", rows, "2025-02-01"))


def test_only_reaching_what_was_to_be_passed_is_said(little):
    found = little.gauge(FLOOR.format(">"), "2024-12-31,100,2025-02-01", "2025-06-01")
    assert found.verdict == "missed"
    assert found.met < 1
    assert "100 个 only reaches it" in said(found)


@pytest.mark.parametrize("measure", ["none", "air"])
def test_the_chance_of_a_range_is_of_what_keeps_it(little, measure):
    promise = f"due: 2025-12-31\nmeasure: {measure}\ncomparator: between\nlevel: 5\nlevel_high: 5.5"
    rows = "\n".join(f"{2019 + i}-12-31,{v},{2020 + i}-02-01" for i, v in enumerate([5, 5.2, 5.6, 5.4, 5.1]))
    found = little.gauge(promise, rows, "2024-06-01")
    if measure == "none":
        assert 0.2 < found.chance < 0.6
    else:
        assert found.chance > 0.6
        assert "better side counts as kept as well" in said(found)
