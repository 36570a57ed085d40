"""The example tells the truth that was published, on two days, and nothing that was not known then."""

import json
from datetime import date
from pathlib import Path

import pytest

from luoshu.gauge import as_json
from luoshu.region import Region

FOLDER = Path(__file__).parent.parent / "examples" / "luoyang"


@pytest.fixture(scope="module")
def end():
    """Every gauge as of the end of 2025, by id."""
    return {each.commitment.id: each for each in Region(FOLDER, date(2025, 12, 31)).gauges}


@pytest.fixture(scope="module")
def middle():
    """Every gauge as of the end of 2023, by id."""
    return {each.commitment.id: each for each in Region(FOLDER, date(2023, 12, 31)).gauges}


def said(gauge):
    return "\n".join(each.says for each in gauge.because)


def test_the_book_has_no_problems():
    assert [str(problem) for problem in Region(FOLDER, date(2025, 12, 31)).problems] == []


def test_museums_are_112_of_120_and_the_moved_goal_is_shown_beside(end):
    museums = end["museums"]
    assert (museums.value, museums.goal, museums.as_of) == (112, 120, date(2025, 10, 14))
    assert museums.verdict in ("unlikely", "at risk")
    assert 0.9 < museums.met < 1
    assert museums.chance < 0.35
    assert "eased from 120 家 to 110 家 on 2023-08-25" in said(museums)
    assert [(step["level"], step["since"]) for step in as_json(museums)["goals"]] == [
        (120, "2020-12-01"),
        (110, "2023-08-25"),
    ]


def test_sports_area_was_kept_early_and_its_source_contradicts_itself(end):
    area = end["sports-area"]
    assert (area.value, area.goal, area.verdict) == (2.73, 2.22, "kept")
    assert area.chance is None or 0.8 < area.chance < 1
    assert "states a change of 26% since 2020-12-31, its own figures make 35.1%" in said(area)


def test_motorways_are_short_and_two_forecasts_contradict_each_other(end):
    roads = end["motorways"]
    assert (roads.value, roads.goal, roads.as_of) == (501, 1000, date(2021, 9, 15))
    assert roads.verdict == "unlikely"
    assert roads.chance is None
    assert "contradict each other: 800 公里 and 850 公里" in said(roads)
    assert "make 716.5 公里 at most" in said(roads)


@pytest.mark.parametrize(
    "name", ["culture-share", "inbound-visitors", "visitors-share", "exercise-share", "sport-spending", "new-projects"]
)
def test_no_published_result_is_unknown_and_never_zero(end, name):
    gauge = end[name]
    assert (gauge.value, gauge.met, gauge.chance, gauge.verdict) == (None, None, None, "unknown")
    assert gauge.because


@pytest.mark.parametrize("name", ["manufacturing-investment", "manufacturing-base", "good-firms"])
def test_figures_of_another_definition_are_shown_and_not_counted(end, name):
    assert (end[name].value, end[name].verdict) == (None, "unknown")
    assert "it counts something else" in said(end[name])


def test_a_claim_without_a_figure_is_no_measurement(end):
    assert end["fitness-circle"].verdict == "unknown"
    assert "without a measured figure" in said(end["fitness-circle"])


def test_the_circle_that_the_book_reckons_itself_is_no_promise_and_counts_for_nothing(end):
    metro = end["metro-circle"]
    assert metro.commitment.weight == 0
    assert "不是公开承诺" in metro.commitment.words
    assert metro.estimate
    assert 0 < metro.value < 10
    assert metro.met < 0.1
    assert "(estimate)" in metro.because[0].says


def test_half_a_year_does_not_stand_for_the_year(end):
    assert (end["chain-revenue"].value, end["chain-revenue"].verdict) == (None, "unknown")


def test_sports_parks_were_reached_between_two_figures(end):
    parks = end["sports-parks"]
    assert (parks.goal, parks.value, parks.as_of) == (160, 280, date(2024, 12, 31))
    assert parks.verdict == "likely"
    assert parks.chance is None


def test_at_the_end_of_2023_nothing_later_is_known(middle):
    museums = middle["museums"]
    assert (museums.value, museums.as_of) == (102, date(2021, 12, 31))
    assert (middle["sports-area"].value, middle["sports-area"].verdict) == (None, "unknown")
    assert "forecast" not in said(middle["motorways"]).lower().replace("be forecast from", "")
    assert (middle["motorways"].value, middle["motorways"].verdict) == (501, "open")
    assert "chain-revenue" not in middle
    assert "people-per-museum" not in middle
    for gauge in middle.values():
        text = json.dumps(as_json(gauge), ensure_ascii=False)
        published = [each.source for each in gauge.because if each.source and each.source.url]
        assert "2024/" not in "".join(source.url for source in published)
        assert "2025/" not in "".join(source.url for source in published), text


def test_before_the_goal_was_moved_only_the_first_goal_is_known():
    gauges = {each.commitment.id: each for each in Region(FOLDER, date(2023, 8, 24)).gauges}
    assert [step["level"] for step in as_json(gauges["museums"])["goals"]] == [120]


def test_before_the_plan_there_are_no_promises():
    assert Region(FOLDER, date(2020, 11, 30)).gauges == ()


def test_every_source_span_holds_the_figure_or_the_task():
    for each in Region(FOLDER, date(2025, 12, 31)).commitments:
        text = (FOLDER / each.source.file).read_text("utf-8")
        found = text[each.source.start : each.source.end]
        assert found
        assert text.count("\n", 0, each.source.start) + 1 == each.source.line
        if each.kind == "task":
            assert each.object[-4:] in found


def test_tasks_without_word_are_never_green(end):
    tasks = [each for each in end.values() if each.commitment.kind == "task"]
    assert len(tasks) >= 30
    assert {each.verdict for each in tasks} == {"unknown", "open"}
    silent = end["erlitou-heritage"]
    assert (silent.met, silent.verdict) == (None, "unknown")
    assert "No word since 2020-12-01" in said(silent)


def test_military_and_policing_tasks_are_not_in_the_book():
    text = (FOLDER / "commitments.yaml").read_text("utf-8") + (FOLDER / "documents" / "promises-2020.txt").read_text(
        "utf-8"
    )
    for word in ("军分区", "军民", "驻军", "警", "国防", "民兵", "公安"):
        assert word not in text
