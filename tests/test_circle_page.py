"""The planner's page of the circle says what the code computes for the example."""

from datetime import date
from pathlib import Path

import pytest

from luoshu.kinds.commitment import Amount
from luoshu.region import Region

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "circle.md").read_text("utf-8")


@pytest.fixture(scope="module")
def region():
    return Region(ROOT / "examples" / "luoyang", date(2025, 12, 31))


def gauge(region, name):
    return next(each for each in region.gauges if each.commitment.id == name)


def amount(each, name):
    return next(f.value for f in each.figures if isinstance(f, Amount) and name in f.name)


def test_the_share_and_its_bounds_are_those_of_the_code(region):
    metro = gauge(region, "metro-circle")
    values = metro.because[0].says.values["says" if "says" in metro.because[0].says.values else "figure"].values
    assert f"{values['served']:,} ÷ {values['total']:,} = **{values['share']}**" in PAGE
    low, high = (metro.because[1].says.values[name] for name in ("low", "high"))
    assert f"**{low} 到 {high}**" in PAGE
    assert f"{amount(metro, 'At no known place'):,}" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        "Minutes that would serve the promised share",
        "Minutes of those not served, on average",
        "Minutes of those not served, median",
        "Gini coefficient of the minutes",
        "Minutes of the tenth",
    ],
)
def test_the_figures_of_the_steps_are_those_of_the_code(region, name):
    assert f"{amount(gauge(region, 'metro-circle'), name):g}" in PAGE


def test_where_to_build_first_is_what_the_code_advises(region):
    advice = region.advice()
    first = next(move for move in advice.moves if move.commitment == "fitness-circle")
    assert f"{first.lat:.4f}, {first.lon:.4f}" in PAGE
    assert f"{round(first.gain * 6847854):,}" in PAGE
    assert [advice.plans[name].gap for name in ("fitness-circle", "metro-circle")] == [0.0, 0.0]
    for name in ("fitness-circle", "metro-circle"):
        assert f"{amount(gauge(region, name), 'wherever they stand'):,.0f}" in PAGE
