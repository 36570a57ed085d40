"""Lists of gauges: JSON without NaN, counts without sums of shares."""

import json
from datetime import date

import pytest

from luoshu.book.problem import Source
from luoshu.gauge import as_json, by_chapter, by_owner, summary
from luoshu.kinds.commitment import Amount, Chart, Gauge, GoalStep, Reason
from luoshu.kinds.task import Task
from luoshu.words.message import say


def gauge(verdict="open", owner="a", co_owners=(), chapter="one", weight=1.0, **more):
    task = Task(id="t", words="w", owner=owner, co_owners=co_owners, chapter=chapter, weight=weight)
    return Gauge(commitment=task, day=date(2025, 1, 1), verdict=verdict, met=None, **more)


def test_figures_that_are_not_finite_are_none_in_json():
    odd = gauge(value=float("nan"), goal=float("inf"), figures=(Amount(name=say("x"), value=float("nan")),))
    text = json.dumps(as_json(odd), allow_nan=False)
    assert json.loads(text)["value"] is None
    assert json.loads(text)["amounts"][0]["value"] is None


def test_reasons_carry_the_publication_else_the_place():
    reasons = (
        Reason(says=say("a"), source=Source(file="tables/observation.csv", line=3, url="http://x")),
        Reason(says=say("b"), source=Source(file="documents/plan.txt", line=4)),
        Reason(says=say("c")),
    )
    found = as_json(gauge(because=reasons))["because"]
    assert [each["source"] for each in found] == ["http://x", "documents/plan.txt:4", None]


def test_goals_of_a_chart_are_told_with_their_days():
    step = GoalStep(since=date(2020, 12, 1), due=None, level=120)
    found = as_json(gauge(figures=(Chart(name=say("m"), unit="家", goals=(step,)),)))
    assert found["goals"] == [{"since": "2020-12-01", "level": 120, "level_high": None, "source": None}]


def test_counts_by_verdict_owner_and_chapter():
    each = [gauge("kept", weight=2.0), gauge("unknown", owner="b", co_owners=("a",)), gauge("missed", chapter="two")]
    whole = summary(each)
    assert (whole.total, whole.unknown, whole.counts["kept"], whole.weights["kept"]) == (3, 1, 1, 2.0)
    assert {s.name: s.total for s in by_owner(each)} == {"a": 3, "b": 1}
    assert {s.name: s.total for s in by_chapter(each)} == {"one": 2, "two": 1}


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_outside_zero_and_one_is_refused(share):
    with pytest.raises(ValueError, match="outside 0 to 1"):
        Gauge(commitment=gauge().commitment, day=date(2025, 1, 1), met=share)
