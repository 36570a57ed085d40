"""The clock knows the days that are worked, and what is due when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.book.rules import read_rules
from luoshu.desk.clock import CHINA, Calendar, Clock, Pause, Step, Term, calendar_faults, calendar_of

CLOCK = Clock(calendar=calendar_of())
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2026, 6, 1), timezones=st.just(CHINA))
TERMS = st.one_of(
    st.builds(Term, hours=st.floats(0.1, 400)),
    st.builds(Term, working_hours=st.floats(0.1, 120)),
    st.builds(Term, working_days=st.integers(1, 40)),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [  # notices of the State Council: 2020 (lengthened new year), 2021, 2023, 2024, 2025, 2026
        ("2020-01-31", False), ("2020-02-01", False), ("2020-02-03", True), ("2020-01-19", True),
        ("2021-02-07", True), ("2021-02-11", False), ("2021-05-08", True), ("2021-10-09", True),
        ("2023-01-28", True), ("2023-04-23", True), ("2023-10-06", False), ("2024-02-09", True),
        ("2024-05-11", True), ("2025-01-26", True), ("2025-01-28", False), ("2025-10-08", False), ("2025-10-11", True),
        ("2026-01-02", False), ("2026-01-04", True), ("2026-02-14", True), ("2026-02-16", False), ("2026-02-23", False),
        ("2026-02-24", True), ("2026-02-28", True), ("2026-04-06", False), ("2026-05-05", False), ("2026-05-09", True),
        ("2026-06-19", False), ("2026-09-20", True), ("2026-09-25", False), ("2026-10-07", False), ("2026-10-08", True),
        ("2026-10-10", True),
    ],
)  # fmt: skip
def test_days_off_and_make_up_days(day, works):
    assert CLOCK.calendar.works(date.fromisoformat(day)) is works


def test_a_year_without_a_notice_is_not_certain():
    assert CLOCK.calendar.certain(date(2020, 1, 1), date(2026, 12, 31))
    assert not CLOCK.calendar.certain(date(2026, 12, 1), date(2027, 1, 3))


def test_a_book_may_bring_its_own_days_and_hears_of_faults():
    text = b'in_force:\n  2030-01-01:\n    off: "01-02"\n    on: "01-05, 01-02"\n  2031-01-01:\n    off: "13-40"\n'
    rules = read_rules(text, "holidays", "rules/holidays.yaml")[0]
    assert calendar_of(rules[:1]).works(date(2030, 1, 5))
    assert [problem.source.line for problem in calendar_faults(rules)] == [2, 5]
    assert "both off and worked" in calendar_faults(rules)[0].says


def test_working_hours_pass_only_while_the_office_is_open():
    friday = datetime(2021, 7, 16, 17, tzinfo=CHINA)
    assert CLOCK.due(friday, Term(working_hours=2)) == datetime(2021, 7, 19, 10, tzinfo=CHINA)
    assert CLOCK.due(friday, Term(hours=2)) == datetime(2021, 7, 16, 19, tzinfo=CHINA)
    night = datetime(2021, 7, 17, 23, tzinfo=CHINA)
    assert CLOCK.due(night, Term(working_hours=9)) == datetime(2021, 7, 19, 18, tzinfo=CHINA)


def test_a_pause_puts_the_deadline_off_and_overlaps_count_once():
    start = datetime(2021, 7, 20, 8, tzinfo=CHINA)
    hour = timedelta(hours=1)
    pauses = [Pause(since=start + hour, until=start + 3 * hour), Pause(since=start + 2 * hour, until=start + 4 * hour)]
    assert CLOCK.due(start, Term(hours=2), pauses) == start + 5 * hour
    assert CLOCK.due(start, Term(hours=1), pauses) == start + hour
    lasting = [Pause(since=start + hour)]
    assert CLOCK.due(start, Term(hours=2), lasting, now=start + 9 * hour) == start + 10 * hour
    with pytest.raises(ValueError, match="still lasts"):
        CLOCK.due(start, Term(hours=2), lasting)


def test_the_ladder_is_climbed_as_time_passes():
    ladder = [Step(share=2, tell="mayor"), Step(share=0.5, tell="owner"), Step(share=1, tell="head")]
    start, term = datetime(2021, 7, 20, 8, tzinfo=CHINA), Term(hours=4)

    def told(hours):
        return [step.tell for step in CLOCK.rungs(ladder, CLOCK.spent(start, start + timedelta(hours=hours), term))]

    assert [told(1), told(2), told(4), told(9)] == [[], ["owner"], ["owner", "head"], ["owner", "head", "mayor"]]


def test_terms_without_sense_are_refused():
    for wrong in ({}, {"hours": 1, "working_days": 1}, {"hours": -1}, {"working_days": 30_000}):
        with pytest.raises(ValueError, match="a term is"):
            Term(**wrong)
    with pytest.raises(ValueError, match="no working days"):
        Clock(calendar=_Never()).due(datetime(2021, 7, 20, tzinfo=CHINA), Term(working_hours=1))


class _Never(Calendar):
    def works(self, day):
        return False


@given(MOMENTS, TERMS)
def test_at_its_deadline_a_term_is_over_and_not_before(start, term):
    due = CLOCK.due(start, term)
    assert due > start
    if not term.working_days:
        assert CLOCK.spent(start, due, term) == pytest.approx(1.0, abs=1e-6)
        assert CLOCK.spent(start, start + (due - start) / 2, term) < 1.0 + 1e-9
    else:
        assert CLOCK.calendar.between(start.date(), due.date()) == term.working_days
        assert CLOCK.spent(start, due, term) == 1.0


@given(MOMENTS, TERMS, st.floats(0.1, 200), st.floats(0.1, 100))
def test_a_pause_never_brings_a_deadline_forward(start, term, after, lasts):
    since = start + timedelta(hours=after)
    pause = Pause(since=since, until=since + timedelta(hours=lasts))
    assert CLOCK.due(start, term, [pause]) >= CLOCK.due(start, term)


@given(MOMENTS, TERMS, st.lists(st.floats(0, 300), min_size=2, max_size=6))
def test_the_ladder_is_only_climbed(start, term, hours):
    shares = [CLOCK.spent(start, start + timedelta(hours=each), term) for each in sorted(hours)]
    assert shares == sorted(shares)
    assert all(share >= 0 for share in shares)


@given(MOMENTS, TERMS, st.lists(st.tuples(st.floats(0, 90), st.floats(0.1, 60)), max_size=3), st.floats(0, 400))
def test_at_every_moment_the_share_and_the_deadline_agree(start, term, stops, hours):
    pauses = [
        Pause(since=start + timedelta(hours=since), until=start + timedelta(hours=since + lasts))
        for since, lasts in stops
    ]
    end = start + timedelta(hours=hours)
    over = end >= CLOCK.due(start, term, pauses, end)
    share = CLOCK.spent(start, end, term, pauses)
    assert share >= 1 - 1e-6 if over else share <= 1 + 1e-6


@given(st.dates(date(2018, 1, 1), date(2026, 12, 1)), st.integers(0, 60))
def test_counting_days_on_and_back_agrees(day, number):
    assert CLOCK.calendar.between(day, CLOCK.calendar.after(day, number)) == number


def test_a_books_own_year_takes_the_place_of_that_year_only():
    own, _ = read_rules(b"in_force:\n  2027-01-01: {off: '01-01..01-03'}\n", "holidays", "rules/holidays.yaml")
    calendar = calendar_of(own)
    assert not calendar.works(date(2027, 1, 1))
    assert not calendar.works(date(2026, 10, 1))
    assert calendar.certain(date(2026, 12, 1), date(2027, 3, 1))
    assert not calendar_of().certain(date(2026, 12, 1), date(2027, 3, 1))


def test_days_that_are_none_leave_the_year_as_the_program_has_it():
    own, _ = read_rules(b"in_force:\n  2026-01-01: {off: '02-30'}\n", "holidays", "rules/holidays.yaml")
    assert calendar_faults(own)
    assert calendar_of(own) == calendar_of()
