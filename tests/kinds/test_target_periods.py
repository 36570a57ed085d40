"""Targets of periods: quotas year by year, totals that add up, growth from a base."""

from datetime import date

import pytest
from little import LEVEL, said

from luoshu.region import Region

QUOTA = "made: 2020-12-01\nsince: 2021-01-01\ndue: 2025-12-31\nmeasure: flow\nper: year\nlevel: 400"


def test_a_yearly_quota_judges_every_year(little):
    lines = "\n".join(
        f"{year}-12-31,{value},{year + 1}-02-01" for year, value in ((2021, 410), (2022, 450), (2023, 430))
    )
    gauge = little.gauge(QUOTA, lines, "2024-03-01")
    assert gauge.verdict in ("likely", "open", "at risk")
    assert "3 periods kept, 0 missed, 0 without" in said(gauge)
    broken = little.gauge(QUOTA, lines.replace("450", "350"), "2024-03-01")
    assert (broken.verdict, broken.chance) == ("missed", 0)
    assert 0.9 < broken.met < 1


def test_a_quota_with_a_silent_year_is_not_kept(little):
    lines = "\n".join(f"{year}-12-31,500,{year + 1}-02-01" for year in (2021, 2022, 2024, 2025))
    gauge = little.gauge(QUOTA, lines, "2026-03-01")
    assert (gauge.verdict, gauge.chance) == ("open", None)
    assert "1 without a published figure" in said(gauge)
    full = little.gauge(QUOTA, lines + "\n2023-12-31,500,2024-02-01", "2026-03-01")
    assert (full.verdict, full.chance, full.met) == ("kept", 1, 1)


TOTAL = "since: 2021-01-01\ndue: 2025-12-31\nmeasure: money\nlevel: 2500\nunit: 亿元"


def test_a_total_of_a_period_adds_up_years_without_a_gap(little):
    header = "as_of,value,published,unit"
    lines = "\n".join(f"{year}-12-31,600,{year + 1}-02-01,亿元" for year in (2021, 2022, 2023))
    gauge = little.gauge(TOTAL, lines, "2024-03-01", header=header)
    assert gauge.value == 1.8e11
    full = "\n".join(f"{year}-12-31,600,{year + 1}-02-01,亿元" for year in range(2021, 2026))
    assert little.gauge(TOTAL, full, "2026-03-01", header=header).verdict == "kept"
    gap = little.gauge(TOTAL, full.replace("2023-12-31", "2019-12-31"), "2026-03-01", header=header)
    assert gap.value == 1.2e11
    assert "No figure was published for 2023" in said(gap)


def test_a_total_that_was_published_as_such(little):
    gauge = little.gauge(
        TOTAL, "2025-12-31,2600,2026-02-01,亿元,2021-01-01", "2026-03-01", header="as_of,value,published,unit,since"
    )
    assert (gauge.verdict, gauge.value) == ("kept", 2.6e11)


def test_part_of_a_year_does_not_stand_for_the_year(little):
    fields = "due: 2024-12-31\nmeasure: money\nlevel: 4600\nunit: 亿元"
    gauge = little.gauge(
        fields, "2024-06-30,2315,2024-08-01,亿元,2024-01-01", "2025-06-01", header="as_of,value,published,unit,since"
    )
    assert (gauge.verdict, gauge.value) == ("unknown", None)
    assert any("period not over" in str(f) for f in gauge.figures)


def test_average_growth_from_a_base(little):
    fields = (
        "due: 2025-12-31\nmeasure: flow\nlevel: 3\nunit: '%'\nchange: up\nper: year\nbase: {value: 1000, as_of: 2020}"
    )
    kept = little.gauge(fields, "2025-12-31,1160,2026-02-01", "2026-03-01")
    assert kept.goal == pytest.approx(1159, abs=1)
    assert kept.verdict == "kept"
    missed = little.gauge(fields, "2025-12-31,1080,2026-02-01", "2026-03-01")
    assert (missed.verdict, round(missed.met, 2)) == ("missed", 0.5)


def test_average_of_published_growth_rates(little):
    fields = "since: 2021-01-01\ndue: 2023-12-31\nmeasure: rate\nlevel: 5\nunit: '%'\nchange: up\nper: year"
    rates = "2021-12-31,10,2022-02-01\n2022-12-31,1,2023-02-01\n2023-12-31,4,2024-02-01"
    gauge = little.gauge(fields, rates, "2024-03-01")
    assert gauge.value == pytest.approx(((1.10 * 1.01 * 1.04) ** (1 / 3) - 1) * 100)
    assert gauge.verdict == "missed"


def test_a_reduction_needs_its_base(little):
    fields = "due: 2025-12-31\nmeasure: energy\nlevel: 13.5\nunit: '%'\nchange: down"
    without = little.gauge(fields, "2025-12-31,0.5,2026-02-01", "2026-03-01")
    assert (without.verdict, without.met) == ("unknown", None)
    assert "write it as base" in said(without)
    fields += "\nbase: {value: 0.6, as_of: 2020-12-31}"
    kept = little.gauge(fields, "2025-12-31,0.5,2026-02-01", "2026-03-01")
    assert (kept.verdict, kept.goal) == ("kept", 0.519)
    assert little.gauge(fields, "2025-12-31,0.55,2026-02-01", "2026-03-01").verdict == "missed"


def test_a_year_that_was_skipped_says_nothing_about_a_flow(little):
    fields = "due: 2023-12-31\nmeasure: flow\nlevel: 400"
    gauge = little.gauge(fields, "2022-12-31,300,2023-02-01\n2024-12-31,500,2025-02-01", "2025-06-01")
    assert (gauge.verdict, gauge.met) == ("unknown", None)


def test_a_monthly_quota(little):
    fields = "since: 2024-01-01\ndue: 2024-06-30\nmeasure: flow\nper: month\nlevel: 30"
    lines = "\n".join(
        f"2024-{month:02}-{last},35,2024-{month + 1:02}-10" for month, last in ((1, 31), (2, 29), (3, 31))
    )
    gauge = little.gauge(fields, lines, "2024-04-15")
    assert "3 periods kept, 0 missed" in said(gauge)
    broken = little.gauge(fields, lines.replace("29,35", "29,25"), "2024-04-15")
    assert broken.verdict == "missed"


def test_a_running_total_counted_from_another_day_does_not_count(little):
    fields = "since: 2021-01-01\ndue: 2025-12-31\nmeasure: total\nlevel: 300"
    gauge = little.gauge(
        fields, "2025-12-31,310,2026-02-01,2019-01-01", "2026-03-01", header="as_of,value,published,since"
    )
    assert gauge.verdict == "unknown"
    assert "counted since 2019-01-01, not since 2021-01-01" in said(gauge)


def test_a_period_that_begins_after_its_deadline_is_a_problem(little):
    book = little(LEVEL + "\nsince: 2026-01-01", "")
    problems = Region(book.folder, date(2026, 1, 1)).problems
    assert [(each.code, each.source.line) for each in problems if each.source.file == "commitments.yaml"] == [
        ("bad-value", 9)
    ]


def test_a_running_year_that_has_reached_its_quota_counts_before_it_is_over(little):
    header = "as_of,value,published,since"
    lines = "2024-12-31,450,2025-02-01,\n2025-09-30,420,2025-10-20,2025-01-01"
    fields = QUOTA.replace("2021-01-01", "2024-01-01")
    gauge = little.gauge(fields, lines, "2025-11-01", header=header)
    assert (gauge.verdict, gauge.chance) == ("likely", 0.99)
    assert any("reached already" in str(figure) for figure in gauge.figures)
    assert little.gauge(fields, lines.replace("420", "220"), "2025-11-01", header=header).verdict == "open"


@pytest.mark.parametrize(("made", "first"), [("2021-02-10", 2021), ("2020-12-01", 2021), ("2021-08-01", 2022)])
def test_a_quota_begins_with_the_year_that_its_announcement_was_for(little, made, first):
    fields = QUOTA.replace("made: 2020-12-01\nsince: 2021-01-01", f"made: {made}")
    gauge = little.gauge(fields, "2023-12-31,500,2024-02-01", "2024-06-01")
    (listing,) = [figure for figure in gauge.figures if getattr(figure, "name", "") == "Each period"]
    assert [row[0].year for row in listing.rows] == list(range(first, 2026))


def test_a_bare_base_is_for_the_eve_of_the_period(little):
    fields = "made: 2020-12-31\ndue: 2025-12-31\nmeasure: money\nlevel: 100\nchange: up\nunit: '%'\nbase: 1060"
    found = little.gauge(fields, "2024-12-31,1340,2025-02-01\n2025-12-31,2130,2026-02-01", "2026-03-01")
    assert (found.goal, found.verdict) == (2120, "kept")
    nowhere = little.gauge(fields.replace("made: 2020-12-31\n", ""), "2025-12-31,2130,2026-02-01", "2026-03-01")
    assert nowhere.verdict == "unknown"


def test_a_series_that_hugs_its_goal_is_named(little):
    lines = "\n".join(f"{year}-12-31,{400 + year % 3},{year + 1}-02-01" for year in range(2016, 2024))
    fields = QUOTA.replace("2021-01-01", "2016-01-01").replace("2020-12-01", "2015-12-01")
    assert "8 figures keep the goal by less than one percent" in said(little.gauge(fields, lines, "2024-03-01"))
