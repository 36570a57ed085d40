"""A circle says who is served, with bounds; unknown is never zero, and nobody out of reach is ever served."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import DAY, circle, home, site, town

from luoshu.book.directory import Place
from luoshu.book.records import Step
from luoshu.kinds.circle import Room
from luoshu.kinds.circle_gauge import picture
from luoshu.kinds.commitment import Amount, Chart, Listing
from luoshu.words.message import Message

HOMES = (home("near", 4, 60), home("edge", 9.9, 30), home("far", 25, 10))


def said(gauge):
    return "\n".join(each.says for each in gauge.because)


def figure(gauge, name):
    return next(each for each in gauge.figures if isinstance(each, Amount) and name in each.name)


def listing(gauge, name):
    return next(each for each in gauge.figures if isinstance(each, Listing) and name in each.name)


def test_who_is_within_the_minutes_is_served_and_minutes_are_called_an_estimate():
    gauge = circle().gauge(town(HOMES, [site("a", 0)]), DAY)
    assert (gauge.value, gauge.goal, gauge.unit, gauge.met) == (90.0, 100.0, "%", pytest.approx(0.9))
    assert (gauge.verdict, gauge.chance, gauge.estimate) == ("open", None, True)
    assert "90 of 100 residents" in said(gauge)
    assert "(estimate)" in gauge.because[0].says
    assert figure(gauge, "Not served").value == 10
    assert figure(gauge, "Minutes that would serve the promised share").value == pytest.approx(25, abs=0.1)
    for each in gauge.figures:
        if isinstance(each, Amount) and each.unit == "分钟":
            assert "estimate" in each.name


def test_no_list_of_the_sites_is_unknown_and_not_zero():
    gauge = circle(service="library").gauge(town(HOMES, [site("a", 0)]), DAY)
    assert (gauge.met, gauge.value, gauge.chance, gauge.verdict) == (None, None, None, "unknown")
    assert "between 0% and 100%" in said(gauge)
    assert figure(gauge, "Share served today").value is None


def test_a_list_on_which_nothing_is_open_yet_serves_nobody():
    gauge = circle().gauge(town(HOMES, [site("a", 0, state="candidate")]), DAY)
    assert (gauge.met, gauge.value) == (0.0, 0.0)
    assert figure(gauge, "Minutes that would serve the promised share").value is None


def test_the_day_decides_which_sites_are_open():
    sites = [
        site("old", 0, closes=date(2025, 3, 1), state="closed"),
        site("new", 24, opens=date(2025, 5, 1)),
        site("plan", 9, state="planned", opens=date(2025, 9, 1)),
        site("dream", 9, state="planned"),
    ]
    book = town(HOMES, sites)
    promise = circle(due=date(2025, 12, 31))
    assert promise.gauge(book, date(2025, 2, 1)).value == 90.0
    assert promise.gauge(book, date(2025, 4, 1)).value == 0.0
    gauge = promise.gauge(book, DAY)
    assert gauge.value == 10.0
    assert gauge.met == pytest.approx(1.0, abs=1e-5)
    assert "1 more open" in said(gauge)
    assert "1 planned sites name no day" in said(gauge)
    late = promise.gauge(book, date(2026, 1, 1))
    assert late.met == pytest.approx(0.1)
    assert "no row says that they are" in said(late)


def test_accuracy_makes_bounds_and_a_wide_one_decides_nothing():
    homes = (home("near", 4, 60), home("edge", 9.9, 30, accuracy=30.0), home("far", 11, 10))
    gauge = circle(share=0.9, due=DAY).gauge(town(homes, [site("a", 0, accuracy=0.0)]), DAY)
    assert (figure(gauge, "At least").value, figure(gauge, "At most").value) == (pytest.approx(0.6), pytest.approx(0.9))
    gauge = circle(share=0.9, due=DAY).gauge(town(homes, [site("a", 0, accuracy=80.0)]), DAY)
    assert figure(gauge, "At most").value == 1.0
    assert (gauge.verdict, gauge.chance) == ("open", None)
    assert "do not decide" in said(gauge)


def test_a_site_without_a_place_stands_in_the_upper_bound_only():
    gauge = circle().gauge(town(HOMES, [site("a", 25), site("lost", None)]), DAY)
    assert gauge.value == 10.0
    assert figure(gauge, "At least").value == pytest.approx(0.1)
    assert 0.9 <= figure(gauge, "At most").value <= 1.0
    assert "1 of them have no place" in said(gauge)


def test_people_at_no_known_place_are_neither_served_nor_forgotten():
    lost = replace(home("lost", 0, 100), x=None, y=None)
    gauge = circle(share=0.5).gauge(town((*HOMES, lost), [site("a", 0)]), DAY)
    assert figure(gauge, "At no known place").value == 100
    assert figure(gauge, "At least").value == pytest.approx(0.45)
    assert figure(gauge, "At most").value == pytest.approx(0.95)


def test_homes_that_do_not_say_how_many_they_hold_are_in_the_bounds_and_are_said():
    none = replace(home("silent", 40), people=None)
    gauge = circle(share=0.5, due=DAY).gauge(town((home("near", 4, 60), none), [site("a", 0, accuracy=0.0)]), DAY)
    assert gauge.value == 100.0
    assert (figure(gauge, "At least").value, figure(gauge, "At most").value) == (0.0, 1.0)
    assert (gauge.verdict, gauge.chance) == ("open", None)
    assert "do not say how many they hold, 1 of them" in said(gauge)
    inside = picture(circle(), town((*HOMES, replace(none, x=HOMES[0].x)), [site("a", 0)]), DAY)
    assert (inside.share.low, inside.share.value, inside.share.high) == (pytest.approx(0.9), pytest.approx(0.9), 1.0)
    outside = picture(circle(), town((*HOMES, none), [site("a", 0)]), DAY)
    assert (outside.share.low, outside.share.high) == (0.0, pytest.approx(0.9))
    lost = picture(circle(), town((*HOMES, replace(none, x=None, y=None)), [site("a", 0)]), DAY)
    assert (lost.share.low, lost.share.high) == (0.0, 1.0)


def test_a_group_that_a_lost_home_does_not_tell_may_be_none_or_all_of_its_people():
    near = home("near", 4, 100, children=20)
    lost = replace(home("lost", 0, 500), x=None, y=None)
    gauge = circle(group="children").gauge(town((near, lost), [site("a", 0)]), DAY)
    assert gauge.value == 100.0
    assert figure(gauge, "At least").value == pytest.approx(20 / 520)
    assert figure(gauge, "At no known place, at most").value == 500
    assert "none or all" in said(gauge)
    told = replace(near, people=None)
    assert picture(circle(group="children"), town((told,), [site("a", 0)]), DAY).share.served == 20


def test_groups_areas_and_places():
    places = [
        Place(id="1", name="Town", level="city"),
        Place(id="11", name="East", parent="1"),
        Place(id="12", name="West", parent="1"),
        Place(id="111", name="Mill", parent="11", level="township"),
    ]
    homes = [home("a", 2, 60, children=10, old=30, place="111"), home("b", 30, 40, children=10, old=0, place="12")]
    book = town(homes, [site("s", 0)], region="1").over({Place: places})
    gauge = circle().gauge(book, DAY)
    assert [row[:3] for row in listing(gauge, "By county").rows] == [("West", 40, 0.0), ("Mill", 60, 100.0)]
    assert {row[0]: row[2] for row in listing(gauge, "By group").rows} == {
        "everybody": 60.0,
        "children (0-14)": 50.0,
        "old people (60 and over)": 100.0,
    }
    assert [row[0] for row in listing(gauge, "By township").rows][:2] == ["—", "Mill"]
    assert circle(group="old").gauge(book, DAY).value == 100.0
    assert circle(place="11").gauge(book, DAY).value == 100.0
    assert circle(place="12").gauge(book, DAY).value == 0.0
    assert circle(of="places").gauge(book, DAY).value == 50.0
    assert "No homes are known" in said(circle(place="99").gauge(book, DAY))


def test_a_group_that_is_not_known_is_unknown():
    gauge = circle(group="old").gauge(town(HOMES, [site("a", 0)]), DAY)
    assert (gauge.met, gauge.verdict) == (None, "unknown")


def test_capacity_serves_no_more_than_there_is_room_for():
    homes = [home("a", 1, 100), home("b", 5, 100)]
    sites = [site("s", 0, capacity=150.0, capacity_unit="座")]
    enough = circle(capacity=Room(per_head=0.75, unit="座")).gauge(town(homes, sites), DAY)
    assert enough.value == 100.0
    assert figure(enough, "Room found per head, mean of all (2SFCA)").value == pytest.approx(0.75)
    short = circle(capacity=Room(per_head=1, unit="座")).gauge(town(homes, sites), DAY)
    assert short.value == 0.0
    assert figure(short, "without enough room").value == 200
    assert figure(short, "At most").value == pytest.approx(0.75)
    silent = circle(capacity=Room(per_head=1, unit="座")).gauge(town(homes, [site("s", 0)]), DAY)
    assert "no site tells its capacity" in figure(silent, "Room per head").why


def test_eased_minutes_are_judged_by_what_was_promised_first():
    steps = (Step(since=date(2020, 1, 1), value=10.0), Step(since=date(2024, 1, 1), value=30.0))
    promise = circle(minutes=30.0, history={"minutes": steps})
    book = town(HOMES, [site("a", 0)])
    gauge = promise.gauge(book, DAY)
    assert gauge.value == 90.0
    assert "eased from 10" in said(gauge)
    assert [step.level for each in gauge.figures if isinstance(each, Chart) for step in each.goals] == [10.0, 30.0]
    assert replace(promise, judged="in force").gauge(book, DAY).value == 100.0
    assert promise.gauge(book, date(2023, 1, 1)).value == 90.0


def test_the_page_never_says_that_all_are_served_while_somebody_is_not():
    homes = [home("a", 1, 999_999), home("b", 30, 1)]
    gauge = circle(share=0.5).gauge(town(homes, [site("s", 0)]), DAY)
    assert gauge.value < 100
    assert "99.9%" in gauge.because[0].says
    assert listing(gauge, "By county").rows[0][2] == 99.9


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"minutes": 0.0}, "minutes"),
        ({"minutes": -5.0}, "minutes"),
        ({"share": 0.0}, "share"),
        ({"share": 85.0}, "share"),
        ({"service": "parks"}, "service"),
        ({"place": "nowhere"}, "place"),
        ({"indicator": "nothing"}, "indicator"),
        ({"of": "places", "group": "old"}, "group"),
        ({"mode": "drive", "walker": "old"}, "walker"),
        ({"spacing": -1.0}, "spacing"),
        ({"capacity": Room(per_head=0.0)}, "capacity"),
        ({"capacity": Room(per_head=1.0, unit="座")}, "capacity"),
    ],
)
def test_terms_that_do_not_fit_are_faults_and_the_gauge_does_not_fall(terms, field):
    book = town(HOMES, [site("a", 0, capacity=5.0, capacity_unit="平方米")])
    promise = circle(**terms)
    faults = list(promise.faults(book))
    assert [each[0] for each in faults] == [field]
    assert all(each[2] and each[3] for each in faults)
    promise.gauge(book, DAY)
    promise.plan(book, DAY)
    list(promise.layers(book, DAY))


def test_terms_without_sense_gauge_nothing():
    assert circle(minutes=0.0).gauge(town(HOMES, [site("a", 0)]), DAY).met is None
    assert circle(share=85.0).gauge(town(HOMES, [site("a", 0)]), DAY).met is None


def test_no_homes_at_all():
    gauge = circle().gauge(town([], [site("a", 0)]), DAY)
    assert (gauge.met, gauge.verdict) == (None, "unknown")
    assert circle().plan(town([], [site("a", 0)]), DAY) is None
    assert list(circle().layers(town([], [site("a", 0)]), DAY)) == []


# ---- for any town ------------------------------------------------------------------------------------------------

homes = st.lists(
    st.tuples(st.floats(0, 60), st.integers(0, 500), st.sampled_from([None, 0.0, 40.0, 400.0])), min_size=1, max_size=12
).filter(lambda rows: sum(row[1] for row in rows) > 0)
sites = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(0, 60)), st.sampled_from([None, 0.0, 60.0, 300.0])), min_size=1, max_size=6
)


def made(homes, sites):
    return (
        [home(f"h{i}", where, float(people), accuracy=off) for i, (where, people, off) in enumerate(homes)],
        [site(f"s{i}", where, accuracy=off) for i, (where, off) in enumerate(sites)],
    )


@settings(max_examples=60, deadline=None)
@given(homes=homes, sites=sites, minutes=st.floats(1, 40), more=st.floats(0, 30), extra=st.floats(0, 60))
def test_the_share_lies_in_its_bounds_and_grows_with_minutes_and_sites(homes, sites, minutes, more, extra):
    people, open_ = made(homes, sites)
    book = town(people, open_)
    seen = picture(circle(minutes=minutes), book, DAY)
    assert not isinstance(seen, Message)
    assert 0 <= seen.share.low <= seen.share.value <= seen.share.high <= 1
    longer = picture(circle(minutes=minutes + more), book, DAY)
    assert longer.share.value >= seen.share.value - 1e-12
    assert longer.share.low >= seen.share.low - 1e-12
    wider = picture(circle(minutes=minutes), town(people, [*open_, site("x", extra)]), DAY)
    assert wider.share.value >= seen.share.value - 1e-12
    assert (wider.served | ~seen.served).all()


@settings(max_examples=60, deadline=None)
@given(homes=homes, sites=sites, minutes=st.floats(1, 40), data=st.data())
def test_wherever_in_their_accuracy_homes_and_sites_lie_the_share_is_within_its_bounds(homes, sites, minutes, data):
    room = data.draw(st.sampled_from([None, Room(per_head=0.5, unit="座")]))
    rooms = [float(data.draw(st.integers(0, 900))) for _ in sites]

    def seated(rows):
        return [replace(row, capacity=seats, capacity_unit="座") for row, seats in zip(rows, rooms, strict=True)]

    people, open_ = made(homes, sites)
    seen = picture(circle(minutes=minutes, capacity=room), town(people, seated(open_)), DAY)

    def moved(where, off):
        if where is None:
            return data.draw(st.floats(-100, 100))
        return where + data.draw(st.floats(-1, 1)) * 0.999 * (off or 0.0) * 1.3 / 72

    real = [(moved(where, off), people, off) for where, people, off in homes]
    built = [(moved(where, off), off) for where, off in sites]
    people, open_ = made(real, built)
    truth = picture(circle(minutes=minutes, capacity=room), town(people, seated(open_)), DAY)
    assert seen.share.low - 1e-9 <= truth.share.value <= seen.share.high + 1e-9


@settings(max_examples=40, deadline=None)
@given(homes=homes, sites=sites, minutes=st.floats(1, 40), per_head=st.floats(0.1, 5), data=st.data())
def test_with_capacity_no_more_are_served_than_without_and_than_there_is_room_for(
    homes, sites, minutes, per_head, data
):
    people, open_ = made(homes, sites)
    open_ = [replace(each, capacity=float(data.draw(st.integers(0, 900))), capacity_unit="座") for each in open_]
    book = town(people, open_)
    whole = picture(circle(minutes=minutes), book, DAY)
    seen = picture(circle(minutes=minutes, capacity=Room(per_head=per_head, unit="座")), book, DAY)
    assert not (seen.served & ~whole.served).any()
    room = sum(each.capacity for each in open_ if each.x is not None)
    assert seen.share.served * per_head <= room * (1 + 1e-6)
    assert 0 <= seen.share.low <= seen.share.value <= seen.share.high <= 1


def test_a_home_out_of_reach_is_never_served_and_none_is_zero_minutes_away_by_mistake():
    seen = picture(circle(minutes=1e9), town([home("a", 1), home("b", 2)], [site("s", None)]), DAY)
    assert not seen.served.any()
    assert np.isinf(seen.now.minutes).all()
    assert seen.share.value == 0.0


def test_planned_sites_count_for_the_due_day_only():
    due = DAY + timedelta(days=100)
    sites = [site("a", 25), site("p", 5, state="planned", opens=due)]
    seen = picture(circle(due=due), town(HOMES, sites), DAY)
    assert (seen.share.value, seen.share_due.value) == (pytest.approx(0.1), 1.0)
