"""A small book for the pages: three promises made up here, one of each colour, with hostile words in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from luoshu.book.problem import Problem, Source
from luoshu.kinds.commitment import Amount, Chart, Commitment, Fan, Gauge, GoalStep, Listing, Point, Reason
from luoshu.show.view import CountyValue, Paper, View
from luoshu.words.message import say

HOSTILE = "<script>alert('x')</script>\"&'"
DAY = date(2024, 6, 30)
TEXT = "某市规划\n到2025年，全市书屋达到 12\n0 家。" + HOSTILE + "\n每年植树400亩以上。"


@dataclass(frozen=True, kw_only=True)
class Shelves(Commitment):
    """A kind of these tests."""

    kind = "target"
    comparator: str = ">="
    note: str = HOSTILE

    def gauge(self, book: object, day: date) -> Gauge:
        raise AssertionError("these tests bring their own gauges")


def square(code: str, name: str, west: float) -> dict[str, object]:
    ring = [[west, 34.0], [west + 1, 34.0], [west + 1, 35.0], [west, 35.0], [west, 34.0]]
    return {
        "type": "Feature",
        "properties": {"id": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def known() -> Gauge:
    outside = Source(url="https://example.org/news/1?a=1&b=2")
    inside = Source(file="documents/plan.txt", line=2, start=TEXT.index("12\n0"), end=TEXT.index("家。") + 1)
    chart = Chart(
        name=say("course of {name}", name="书屋"),
        unit="家",
        points=tuple(
            Point(day=date(year, 12, 31), value=60 + 12 * (year - 2019), source=outside) for year in range(2019, 2024)
        ),
        goals=(
            GoalStep(since=date(2020, 12, 1), due=date(2025, 12, 31), level=120, source=inside),
            GoalStep(since=date(2023, 8, 25), due=date(2025, 12, 31), level=110),
        ),
        pace=(Point(day=date(2023, 12, 31), value=108), Point(day=date(2025, 12, 31), value=120)),
        fan=(Fan(day=date(2025, 12, 31), median=131, low80=120, high80=140, low95=112, high95=150),),
    )
    return Gauge(
        commitment=Shelves(
            id="book-houses",
            words="到2025年，全市书屋达到120家",
            due=date(2025, 12, 31),
            owner="culture",
            co_owners=("sport",),
            chapter="文化",
            source=inside,
        ),
        day=DAY,
        met=0.999,
        chance=0.86,
        verdict="likely",
        because=(
            Reason(says=say("{value} of {goal} stand", value=108, goal=120), source=outside, tone="good"),
            Reason(says=say("{words} is odd", words=HOSTILE), tone="warn"),
        ),
        value=108,
        as_of=date(2023, 12, 31),
        goal=110,
        unit="家",
        figures=(
            Amount(name=say("gap"), value=2, unit="家"),
            Amount(name=say("base"), value=None, why=say("no value was published")),
            chart,
            Listing(
                name=say("methods"), columns=(say("method"), say("says")), rows=((say("pace"), 0.95), (HOSTILE, None))
            ),
        ),
    )


def unknown() -> Gauge:
    return Gauge(
        commitment=Shelves(
            id="植树/每年", words=f"每年植树400亩以上{HOSTILE}", owner="forest & " + HOSTILE, chapter="生态"
        ),
        day=DAY,
        met=None,
        because=(Reason(says=say("nothing was published")),),
        goal=400,
        unit="亩",
    )


def missed() -> Gauge:
    return Gauge(
        commitment=Shelves(id="zero", words="重污染天气清零", due=date(2023, 12, 31), owner="culture", chapter="生态"),
        day=DAY,
        met=0.0,
        chance=0.0,
        verdict="missed",
        value=3,
        as_of=date(2023, 12, 31),
        goal=0,
        unit="天",
    )


@pytest.fixture
def view(tmp_path: Path) -> View:
    return View(
        folder=tmp_path / "book",
        title="某市承诺台账",
        title_en="Promises of a city",
        region="某市",
        day=DAY,
        gauges=(known(), unknown(), missed()),
        problems=(
            Problem(
                code="not-a-number",
                says=say("value is {found!r}, which is not a number", found=HOSTILE),
                source=Source(file="tables/observation.csv", line=5),
                mend=say("Write digits, as in 40"),
            ),
        ),
        papers=(
            Paper(
                name="plan.txt",
                file="documents/plan.txt",
                title="某市规划",
                text=TEXT,
                published=date(2020, 12, 1),
                proposals=(
                    {
                        "id": "p1", "status": "promise", "state": "open", "start": TEXT.index("12\n0"),
                        "end": TEXT.index("家。") + 1, "line": 2, "value": 120, "unit": "家", "comparator": ">=",
                        "change": "level", "due": "2025-12-31", "subject": "全市书屋", "owner": "", "version": "v1",
                    },
                    {
                        "id": "p2", "status": "promise", "state": "rejected", "start": TEXT.index("400亩"),
                        "end": TEXT.index("400亩") + 4, "line": 4, "value": 400, "unit": "亩", "comparator": ">=",
                        "per": "year", "change": "level", "due": "", "subject": HOSTILE, "owner": "",
                    },
                ),
            ),
        ),
        owners={"culture": ("某市文化局", "Culture Office"), "sport": ("某市体育局", "")},
        polygons={
            "type": "FeatureCollection",
            "features": [square("1", "东县" + HOSTILE, 112), square("2", "西县", 111)],
        },
        county_values=(
            CountyValue(county="1", measure="常住人口", name_en="Inhabitants", unit="人", value=252165, day=DAY),
        ),
    )  # fmt: skip
