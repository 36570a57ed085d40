"""Targets of every shape, each on a little book of its own."""

from datetime import date

import pytest
from little import LEVEL, said

from luoshu.book.book import open_book
from luoshu.gauge import as_json, gauge
from luoshu.kinds import tables
from luoshu.kinds.target import Target


def test_kept_only_by_a_figure_for_the_deadline(little):
    lines = "2025-12-31,121,2026-02-01"
    assert little.gauge(LEVEL, lines, "2026-01-31").verdict == "unknown"
    kept = little.gauge(LEVEL, lines, "2026-02-01")
    assert (kept.verdict, kept.chance, kept.met, kept.value) == ("kept", 1, 1, 121)


def test_missed_with_its_share(little):
    missed = little.gauge(LEVEL, "2025-12-31,112,2026-02-01", "2026-03-01")
    assert (missed.verdict, missed.chance) == ("missed", 0)
    assert missed.met == pytest.approx(112 / 120)
    assert "misses the goal by 8 个" in said(missed)


def test_nothing_published_is_unknown_never_zero(little):
    gauge = little.gauge(LEVEL, "", "2026-03-01")
    assert (gauge.met, gauge.chance, gauge.value, gauge.verdict) == (None, None, None, "unknown")


def test_one_figure_gives_a_share_and_no_chance(little):
    gauge = little.gauge(LEVEL, "2022-12-31,90,2023-02-01", "2024-01-01")
    assert (gauge.met, gauge.chance, gauge.verdict) == (0.75, None, "open")
    assert "One published figure cannot be forecast from" in said(gauge)


def test_a_series_gives_chance_and_fan(little):
    lines = "2020-12-31,100,2021-01-31\n2021-12-31,104,2022-01-31\n2022-12-31,108,2023-01-31\n2023-12-31,112,2024-01-31"
    gauge = little.gauge(LEVEL, lines, "2024-06-01")
    assert 0.05 < gauge.chance < 0.95
    assert 0.9 < gauge.met < 1
    (chart,) = [f for f in gauge.figures if hasattr(f, "fan")]
    assert [fan.day.year for fan in chart.fan] == [2024, 2025]
    assert "It would take 4 个 a year" in said(gauge)


def test_the_same_series_known_earlier_says_less(little):
    lines = "2020-12-31,100,2021-01-31\n2021-12-31,104,2022-01-31\n2022-12-31,60,2023-01-31"
    assert little.gauge(LEVEL, lines, "2022-12-31").value == 104
    later = little.gauge(LEVEL, lines, "2023-12-31")
    assert later.value == 60
    assert "The total fell from 104 个" in said(later)


MOVED = LEVEL.replace("level: 120", "level: {2020-12-01: 120, 2023-08-25: 110}")


@pytest.mark.parametrize(("judged", "verdict", "goal"), [("promised", "missed", 120), ("in force", "kept", 110)])
def test_an_eased_goal_is_judged_as_first_promised_unless_told(little, judged, verdict, goal):
    gauge = little.gauge(MOVED + f"\njudged: {judged}", "2025-12-31,112,2026-02-01", "2026-03-01")
    assert (gauge.verdict, gauge.goal) == (verdict, goal)
    assert "eased from 120 个 to 110 个 on 2023-08-25" in said(gauge)


def test_a_tightened_goal_counts_as_tightened(little):
    fields = LEVEL.replace("level: 120", "level: {2020-12-01: 120, 2023-08-25: 130}")
    gauge = little.gauge(fields, "2025-12-31,125,2026-02-01", "2026-03-01")
    assert (gauge.verdict, gauge.goal) == ("missed", 130)
    assert "tightened from 120" in said(gauge)


def test_a_raised_ceiling_is_an_eased_goal(little):
    fields = "made: 2020-12-01\ndue: 2025-12-31\nmeasure: loss\ncomparator: <=\nlevel: {2020-12-01: 10, 2023-01-01: 20}"
    gauge = little.gauge(fields, "2025-12-31,15,2026-02-01", "2026-03-01")
    assert (gauge.verdict, gauge.goal) == ("missed", 10)
    assert "eased from 10 人 to 20 人" in said(gauge)


def test_a_goal_of_zero(little):
    fields = "due: 2025-12-31\nmeasure: loss\ncomparator: <=\nlevel: 0"
    assert little.gauge(fields, "2025-12-31,0,2026-02-01", "2026-03-01").verdict == "kept"
    missed = little.gauge(fields, "2020-12-31,12,2021-02-01\n2025-12-31,3,2026-02-01", "2026-03-01")
    assert (missed.verdict, missed.met) == ("missed", 0.75)
    alone = little.gauge(fields, "2025-12-31,3,2026-02-01", "2026-03-01")
    assert (alone.verdict, alone.met) == ("missed", None)


def test_negative_values_and_goals(little):
    fields = "due: 2025-12-31\nmeasure: balance\nlevel: -20\nunit: 亿元"
    missed = little.gauge(fields, "2020-12-31,-100,2021-02-01,亿元\n2025-12-31,-40,2026-02-01,亿元", "2026-03-01",
                          header="as_of,value,published,unit")  # fmt: skip
    assert (missed.verdict, missed.met, missed.goal, missed.value) == ("missed", 0.75, -2e9, -4e9)
    ahead = little.gauge(fields, "2020-12-31,-100,2021-02-01,亿元\n2022-12-31,-60,2023-02-01,亿元", "2023-03-01",
                         header="as_of,value,published,unit")  # fmt: skip
    assert 0 < ahead.met < 1


def test_the_first_breakthrough(little):
    fields = "since: 2021-01-01\ndue: 2025-12-31\nmeasure: stock\nlevel: 1"
    assert little.gauge(fields, "2022-12-31,0,2023-02-01", "2024-01-01").met == 0
    reached = little.gauge(fields, "2022-12-31,0,2023-02-01\n2024-08-01,1,2024-08-02", "2024-09-01")
    assert (reached.verdict, reached.met) == ("kept", 1)
    assert reached.chance is None or reached.chance < 1


@pytest.mark.parametrize(("value", "verdict"), [(4.9, "missed"), (5.0, "kept"), (5.5, "kept"), (6.0, "missed")])
def test_a_range(little, value, verdict):
    fields = "due: 2025-12-31\nmeasure: none\ncomparator: between\nlevel: 5\nlevel_high: 5.5"
    gauge = little.gauge(fields, f"2025-12-31,{value},2026-02-01", "2026-03-01")
    assert (gauge.verdict, gauge.goal, gauge.goal_high) == (verdict, 5, 5.5)


EDGES = [
    (">", 6, "missed"),
    (">=", 6, "kept"),
    ("<", 6, "missed"),
    ("<=", 6, "kept"),
    ("~", 6.2, "kept"),
    ("~", 6.4, "missed"),
    ("=", 6, "kept"),
    ("=", 7, "missed"),
]


@pytest.mark.parametrize(("comparator", "value", "verdict"), EDGES)
def test_comparators_at_their_edge(little, comparator, value, verdict):
    fields = f"due: 2025-12-31\nmeasure: none\ncomparator: '{comparator}'\nlevel: 6"
    assert little.gauge(fields, f"2025-12-31,{value},2026-02-01", "2026-03-01").verdict == verdict


def test_a_ceiling_is_not_kept_before_its_deadline(little):
    fields = "due: 2025-12-31\nmeasure: air\ncomparator: <=\nlevel: 40"
    gauge = little.gauge(
        fields, "2022-12-31,46,2023-02-01\n2023-12-31,43,2024-02-01\n2024-12-31,39,2025-02-01", "2025-06-01"
    )
    assert gauge.verdict in ("likely", "open")
    assert 0.4 < gauge.chance < 0.99


def test_binding_targets_alarm_earlier(little):
    lines = "2020-12-31,100,2021-01-31\n2021-12-31,104,2022-01-31\n2022-12-31,109,2023-01-31\n2023-12-31,114,2024-01-31"
    expected = little.gauge(LEVEL, lines, "2024-06-01")
    binding = little.gauge(LEVEL + "\nnature: binding", lines, "2024-06-01")
    order = ["likely", "open", "at risk", "unlikely"]
    assert expected.chance == binding.chance
    assert order.index(binding.verdict) >= order.index(expected.verdict)


def test_percentage_points_are_not_percent(little):
    fields = "due: 2025-12-31\nmeasure: share\nlevel: 2\nunit: 百分点\nchange: up\nbase: {value: 10, as_of: 2020-12-31}"
    gauge = little.gauge(fields, "2025-12-31,11.9,2026-02-01", "2026-03-01")
    assert (gauge.goal, gauge.verdict) == (12, "missed")


def test_units_of_another_scale_are_converted_and_others_set_aside(little):
    fields = "due: 2025-12-31\nmeasure: flow\nlevel: 300\nunit: 万人次"
    header = "as_of,value,published,unit"
    kept = little.gauge(fields, "2025-12-31,0.031,2026-02-01,亿人次", "2026-03-01", header=header)
    assert (kept.goal, kept.value, kept.verdict) == (3e6, 3.1e6, "kept")
    aside = little.gauge(fields, "2025-12-31,400,2026-02-01,元", "2026-03-01", header=header)
    assert aside.verdict == "unknown"
    assert "cannot be turned into" in said(aside)


def test_other_definitions_forecasts_and_claims_never_count(little):
    header = "as_of,value,published,status,definition"
    for row in ("forecast,", "plan,", "claim,", "actual,other things"):
        gauge = little.gauge(LEVEL, f"2025-12-31,200,2025-06-01,{row}", "2026-03-01", header=header)
        assert (gauge.value, gauge.verdict) == (None, "unknown"), row
        assert len(gauge.because) > 1


def test_a_figure_without_a_day_of_publication_does_not_count(little):
    gauge = little.gauge(LEVEL, "2025-12-31,200,", "2026-03-01")
    assert gauge.verdict == "unknown"
    assert "not known when it was published" in said(gauge)


def test_contradictory_sources_and_revisions_are_named(little):
    header = "as_of,value,published,source,status"
    two = little.gauge(
        LEVEL, "2025-12-31,112,2026-02-01,A,actual\n2025-12-31,125,2026-02-02,B,actual", "2026-03-01", header=header
    )
    assert "Two sources contradict each other for 2025-12-31: 125 个 and 112 个" in said(two)
    revised = little.gauge(
        LEVEL, "2025-12-31,112,2026-02-01,A,actual\n2025-12-31,120,2026-02-20,A,revised", "2026-03-01", header=header
    )
    assert "revised from 112 个 to 120 个 on 2026-02-20, shortly before the appraisal" in said(revised)
    assert revised.verdict == "kept"


def test_parts_must_not_exceed_the_whole(little):
    indicators = (
        "id,name,unit,direction,aggregation,part_of\nwhole,W,个,higher,last,\na,A,个,,last,whole\nb,B,个,,last,whole\n"
    )
    fields = LEVEL.replace("measure: stock", "measure: whole")
    lines = "2024-12-31,100,2025-02-01\na,2024-12-31,70,2025-02-01\nb,2024-12-31,50,2025-02-01"
    book = little(fields, "2024-12-31,100,2025-02-01", indicators=indicators)
    file = book.folder / "tables" / "observation.csv"
    file.write_text(file.read_text() + "\n".join(lines.split("\n")[1:]) + "\n")
    gauge_ = gauge(open_book(book.folder, tables=tables()), date(2025, 6, 1))[0]
    assert "its 2 parts add up to 120 个, more than the whole of 100 个" in said(gauge_)


def test_the_deadline_between_two_figures_is_estimated_and_said(little):
    fields = LEVEL.replace("2025-12-31", "2023-12-31")
    gauge = little.gauge(fields, "2022-12-31,100,2023-02-01\n2024-12-31,150,2025-02-01", "2025-06-01")
    assert (gauge.verdict, gauge.chance) == ("likely", None)
    assert "No figure was published for the deadline itself" in said(gauge)


def test_without_a_deadline_nothing_is_forecast(little):
    gauge = little.gauge(
        "measure: stock\nlevel: 120", "2022-12-31,90,2023-02-01\n2023-12-31,95,2024-02-01", "2024-06-01"
    )
    assert (gauge.verdict, gauge.chance) == ("open", None)


def test_methods_stand_side_by_side_and_say_why_not(little):
    lines = "2020-12-31,0,2021-01-31\n2023-12-31,60,2024-01-31"
    gauge = little.gauge(LEVEL, lines, "2024-06-01")
    (listing,) = [f for f in gauge.figures if getattr(f, "name", "") == "Progress by accepted methods"]
    compound, linear, distance = listing.rows
    assert compound[2] is None
    assert "zero or negative" in compound[3]
    assert linear[2] == "83.3%"
    assert distance[2] == "50%"


def test_peers_that_went_as_fast_are_counted(little):
    (little.folder / "tables").mkdir()
    (little.folder / "tables" / "place.csv").write_text("id,name\nx,X\ny,Y\nz,Z\n")
    header = "as_of,value,published,place"
    own = "2020-12-31,100,2021-01-31,x\n2022-12-31,102,2023-01-31,x"
    others = (
        "2020-12-31,10,2021-01-31,y\n2021-12-31,20,2022-01-31,y\n2020-12-31,10,2021-01-31,z\n2021-12-31,10,2022-01-31,z"
    )
    gauge = little.gauge(LEVEL, own + "\n" + others.replace("\n", "\n"), "2024-06-01", header=header)
    assert gauge.value == 102
    assert "1 of 2 other areas ever went as fast" in said(gauge)


def test_a_wrong_measure_is_unknown_with_the_reason(little):
    gauge = little.gauge(LEVEL.replace("stock", "stocks"), "", "2024-06-01")
    assert gauge.verdict == "unknown"
    assert "stocks is not in the table of indicators" in said(gauge)


def test_json_carries_every_key_and_no_nan(little):
    found = as_json(little.gauge(LEVEL, "2022-12-31,90,2023-02-01", "2024-01-01"))
    assert list(found)[:12] == [
        "id", "kind", "words", "owner", "due", "goal", "unit", "value", "met", "chance", "verdict", "because",
    ]  # fmt: skip
    assert set(found["because"][0]) == {"says", "source"}
    assert all(value == value for value in found.values())


def test_hindsight_never_changes_the_past(little):
    """What is said of a day stays the same however much is published later."""
    lines = [f"{year}-12-31,{100 + 3 * (year - 2015)},{year + 1}-02-01" for year in range(2015, 2026)]
    full = little(MOVED, "\n".join(lines))
    for year in range(2021, 2027):
        day = date(year, 3, 1)
        before = [as_json(each) for each in gauge(full, day)]
        known = [line for line in lines if date.fromisoformat(line.rsplit(",", 1)[1]) <= day]
        short = little(
            MOVED if day >= date(2023, 8, 25) else LEVEL.replace("120", "{2020-12-01: 120}"), "\n".join(known)
        )
        assert [as_json(each) for each in gauge(short, day)] == before
        full = little(MOVED, "\n".join(lines))


def test_a_deadline_that_was_put_off_stays_where_it_was(little):
    fields = LEVEL.replace("due: 2025-12-31", "due: {2020-12-01: 2023-12-31, 2023-06-01: 2025-12-31}")
    lines = "2023-12-31,112,2024-02-01\n2025-12-31,121,2026-02-01"
    missed = little.gauge(fields, lines, "2026-03-01")
    assert (missed.verdict, missed.value) == ("missed", 112)
    assert "The deadline was moved from 2023-12-31 to 2025-12-31 on 2023-06-01" in said(missed)
    assert little.gauge(fields + "\njudged: in force", lines, "2026-03-01").verdict == "kept"


def test_a_result_that_was_published_before_its_day_is_none(little):
    gauge = little.gauge(LEVEL, "2025-12-31,121,2025-10-01", "2026-03-01")
    assert (gauge.value, gauge.verdict) == (None, "unknown")
    assert "published before its day had come" in said(gauge)


def test_a_share_that_was_reached_once_is_not_kept_for_certain(little):
    fields = "due: 2025-12-31\nmeasure: share\nlevel: 40\nunit: '%'"
    once = little.gauge(fields, "2021-12-31,41,2022-02-01", "2022-06-01")
    assert (once.verdict, once.chance) == ("likely", None)
    shaky = "2019-12-31,30,2020-02-01\n2020-12-31,44,2021-02-01\n2021-12-31,35,2022-02-01\n2022-12-31,40.5,2023-02-01"
    gauge = little.gauge(fields, shaky, "2023-06-01")
    assert gauge.verdict in ("open", "at risk")
    assert gauge.met < 1
    firm = "2019-12-31,40,2020-02-01\n2020-12-31,44,2021-02-01\n2021-12-31,48,2022-02-01\n2022-12-31,52,2023-02-01"
    assert little.gauge(fields, firm, "2023-06-01").verdict == "kept"


PLACES = "id,name,parent\nx,X,\ny,Y,x\nz,Z,x\n"


def placed(little):
    (little.folder / "tables").mkdir(exist_ok=True)
    (little.folder / "tables" / "place.csv").write_text(PLACES)
    return little


def test_a_whole_is_added_up_only_from_all_its_areas(little):
    header = "as_of,value,published,place"
    both = "2025-12-31,70,2026-02-01,y\n2025-12-31,55,2026-02-05,z"
    gauge = placed(little).gauge(LEVEL, both, "2026-03-01", header=header)
    assert (gauge.value, gauge.verdict) == (125, "kept")
    assert "added up from 2 areas" in said(gauge)
    assert little.gauge(LEVEL, both, "2026-02-03", header=header).value is None
    some = little.gauge(LEVEL, "2025-12-31,130,2026-02-01,y", "2026-03-01", header=header)
    assert (some.value, some.verdict) == (None, "unknown")
    assert "1 of 2 areas have published" in said(some)


def test_shares_of_areas_are_never_added_up(little):
    fields = "due: 2025-12-31\nmeasure: share\nlevel: 40\nunit: '%'"
    header = "as_of,value,published,place"
    gauge = placed(little).gauge(
        fields, "2025-12-31,50,2026-02-01,y\n2025-12-31,30,2026-02-01,z", "2026-03-01", header=header
    )
    assert (gauge.value, gauge.verdict) == (None, "unknown")
    assert "never add up" in said(gauge)


def test_a_share_is_the_ratio_of_the_sums_of_its_sides(little):
    head = "id,name,unit,direction,aggregation,numerator,denominator\n"
    indicators = head + "r,R,%,higher,ratio,a,b\na,A,人,,sum,,\nb,B,人,,sum,,\n"
    fields = "due: 2025-12-31\nmeasure: r\nlevel: 40\nunit: '%'"
    book = placed(little)(fields, "", header="as_of,value,published,place", indicators=indicators)
    rows = ("a,2025-12-31,50,2026-02-01,y", "b,2025-12-31,100,2026-02-01,y", "a,2025-12-31,10,2026-02-01,z",
            "b,2025-12-31,10,2026-02-01,z")  # fmt: skip
    file = book.folder / "tables" / "observation.csv"
    file.write_text("indicator,as_of,value,published,place\n" + "\n".join(rows) + "\n")
    found = gauge(open_book(book.folder, tables=tables()), date(2026, 3, 1))[0]
    assert (found.value, found.verdict) == (54.55, "kept")


class Found:
    """What a reader gives for a figure."""

    status, value, value_high, unit, comparator, change = "promise", 5.0, 5.5, "%", "between", "up"
    per, due, owner = "", date(2026, 12, 31), ""


def test_a_promise_is_claimed_and_facts_and_tasks_are_not():
    assert Target.read(Found()) == {
        "kind": "target", "level": 5.0, "level_high": 5.5, "unit": "%", "comparator": "between", "change": "up",
        "due": date(2026, 12, 31),
    }  # fmt: skip
    for status in ("fact", "task"):
        other = Found()
        other.status = status
        assert Target.read(other) is None


def test_a_goal_of_zero_found_in_a_text_keeps_its_level():
    found = Found()
    found.value = 0.0
    assert Target.read(found)["level"] == 0.0
