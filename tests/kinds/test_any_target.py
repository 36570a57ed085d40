"""Whatever is promised and published: no crash, no NaN, shares within bounds, nothing known before it was published."""

import json
import math
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book.book import Book
from luoshu.gauge import as_json
from luoshu.kinds.observation import AGGREGATIONS, STATUSES, Indicator, Observation
from luoshu.kinds.target import Base, Target

figures = st.one_of(
    st.floats(-1e15, 1e15, allow_nan=False), st.floats(0, 200), st.sampled_from([0.0, 1.0, 100.0, 1e-9, -5.0])
)
days = st.dates(date(2010, 1, 1), date(2030, 12, 31))
year_ends = st.integers(2010, 2030).map(lambda year: date(year, 12, 31))


@st.composite
def observations(draw):
    as_of = draw(st.one_of(year_ends, days))
    return Observation(
        indicator="m",
        as_of=as_of,
        since=draw(st.one_of(st.none(), days)),
        value=draw(figures),
        unit=draw(st.sampled_from(["", "元", "亿元", "家"])),
        status=draw(st.sampled_from(["actual", "actual", *STATUSES])),
        definition=draw(st.sampled_from(["", "", "other"])),
        published=draw(st.one_of(st.none(), st.integers(-60, 400).map(lambda late: as_of + timedelta(days=late)))),
        stated_change=draw(st.one_of(st.none(), figures)),
        stated_since=draw(st.one_of(st.none(), year_ends)),
    )


@st.composite
def targets(draw):
    comparator = draw(st.sampled_from([">=", ">", "<=", "<", "=", "~", "between"]))
    base = draw(st.one_of(st.none(), st.builds(Base, value=figures, as_of=days)))
    return Target(
        id="t",
        words="w",
        measure="m",
        level=draw(figures),
        level_high=draw(figures) if comparator == "between" else None,
        comparator=comparator,
        unit=draw(st.sampled_from(["", "元", "%", "百分点", "亿元"])),
        change=draw(st.sampled_from(["level", "up", "down"])),
        per=draw(st.sampled_from(["", "year", "month"])),
        base=base,
        since=draw(st.one_of(st.none(), days)),
        made=draw(st.one_of(st.none(), days)),
        due=draw(st.one_of(st.none(), days, year_ends)),
        nature=draw(st.sampled_from(["expected", "binding"])),
    )


def book_of(rows, unit, direction, aggregation):
    measure = Indicator(id="m", name="M", unit=unit, direction=direction, aggregation=aggregation)
    return Book(folder=Path("nowhere"), region="x").over({Indicator: [measure], Observation: rows}, instead=True)


measures = st.tuples(
    st.sampled_from(["元", "%", "家"]),
    st.sampled_from(["", "higher", "lower", "none"]),
    st.sampled_from(list(AGGREGATIONS)),
)


@settings(max_examples=150, deadline=None)
@given(target=targets(), rows=st.lists(observations(), max_size=8), measure=measures, day=days)
def test_any_target_is_gauged_without_crash_or_nonsense(target, rows, measure, day):
    gauge = target.gauge(book_of(rows, *measure), day)
    found = as_json(gauge)
    json.dumps(found, allow_nan=False)
    assert gauge.because
    for share in (gauge.met, gauge.chance):
        assert share is None or 0 <= share <= 1
    assert (gauge.chance in (0, 1)) <= (gauge.verdict in ("kept", "missed"))
    if gauge.value is None:
        assert gauge.met is None
        assert gauge.verdict in ("unknown", "open")
    assert gauge.value is None or math.isfinite(gauge.value)
    list(target.moves(book_of(rows, *measure), day))


@settings(max_examples=60, deadline=None)
@given(target=targets(), rows=st.lists(observations(), max_size=8), measure=measures, day=days)
def test_what_is_published_later_changes_nothing(target, rows, measure, day):
    known = [row for row in rows if row.published is None or row.published <= day]
    with_hindsight = as_json(target.gauge(book_of(rows, *measure), day))
    assert with_hindsight == as_json(target.gauge(book_of(known, *measure), day))
