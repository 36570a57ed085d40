"""Figures of who is within reach: against plain counting, and bounds that nothing passes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.served import (
    apart,
    crowds,
    gains_in_order,
    minutes_needed,
    most_within,
    share_within,
    weighted_mean,
)

minutes = st.one_of(st.floats(0, 100), st.just(np.inf))
homes = st.lists(st.tuples(minutes, st.integers(0, 50)), min_size=1, max_size=40).filter(
    lambda rows: sum(people for _, people in rows) > 0
)
points = st.lists(st.tuples(st.floats(0, 3000), st.floats(0, 3000), st.integers(0, 9)), min_size=1, max_size=30)


@given(homes=homes, within=st.floats(0, 120), more=st.floats(0, 50))
def test_the_share_grows_with_the_minutes_and_is_whole_only_when_all_are_in(homes, within, more):
    times, people = zip(*homes, strict=True)
    share = share_within(times, people, within)
    assert share <= share_within(times, people, within + more)
    left_out = sum(p for t, p in homes if t > within)
    assert (share == 1.0) == (left_out == 0)
    assert share == pytest.approx(1 - left_out / sum(people))


@given(homes=homes, share=st.floats(0, 1))
def test_the_minutes_needed_reach_the_share_and_fewer_do_not(homes, share):
    times, people = zip(*homes, strict=True)
    needed = minutes_needed(times, people, share)
    inside = sum(p for t, p in homes if t <= needed)
    assert inside >= share * sum(people) * (1 - 1e-9)
    before = sum(p for t, p in homes if t < needed)
    assert before < share * sum(people) or before == 0


def test_one_who_never_arrives_is_in_no_mean():
    assert weighted_mean([1.0, np.inf], [5, 1]) == np.inf
    assert minutes_needed([1.0, np.inf], [5, 1], 1.0) == np.inf


@given(points=points, radius=st.floats(10, 2000), at=st.tuples(st.floats(0, 3000), st.floats(0, 3000)))
def test_no_circle_holds_more_than_the_bound(points, radius, at):
    x, y, people = map(np.array, zip(*points, strict=True))
    inside = np.hypot(x - at[0], y - at[1]) <= radius
    assert people[inside].sum() <= most_within(x, y, people, radius) <= people.sum()


@settings(deadline=None)
@given(points=points, distance=st.floats(1, 4000))
def test_points_apart_lie_apart_and_no_other_could_join(points, distance):
    x, y, _ = map(np.array, zip(*points, strict=True))
    found = apart(x, y, distance)
    for i, one in enumerate(found):
        for other in found[i + 1 :]:
            assert np.hypot(x[one] - x[other], y[one] - y[other]) > distance * (1 - 1e-12)
    for point in range(len(x)):
        assert np.hypot(x[found] - x[point], y[found] - y[point]).min() <= distance * (1 + 1e-12)


@given(points=points, size=st.floats(1, 4000))
def test_crowds_hold_everybody_once_and_come_by_size(points, size):
    x, y, people = map(np.array, zip(*points, strict=True))
    crowd, heart = crowds(x, y, people, size)
    total = np.bincount(crowd, people)
    assert total.sum() == people.sum()
    assert (np.diff(total) <= 0).all()
    assert (crowd[heart] == np.arange(len(heart))).all()


@settings(deadline=None)
@given(
    table=st.integers(1, 6).flatmap(
        lambda width: st.lists(st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=6)
    ),
    data=st.data(),
)
def test_gains_add_up_and_any_part_serves_at_least_their_sum(table, data):
    reach = np.array(table, dtype=bool)
    people = np.array(data.draw(st.lists(st.integers(0, 9), min_size=reach.shape[1], max_size=reach.shape[1])))
    order, gain = gains_in_order(reach, people, np.arange(len(reach)))
    assert gain.sum() == people[reach.any(axis=0)].sum()
    assert sorted(order.tolist()) == list(range(len(reach)))
    part = data.draw(st.sets(st.integers(0, len(reach) - 1)))
    chosen = [i for i, site in enumerate(order) if site in part]
    assert gain[chosen].sum() <= people[reach[order[chosen]].any(axis=0)].sum()


def test_gains_come_by_what_they_bring_for_their_cost():
    reach = np.array([[1, 1, 1], [1, 0, 0]], dtype=bool)
    assert gains_in_order(reach, [1, 1, 1], [0, 1], [30.0, 5.0])[0].tolist() == [1, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: share_within([np.nan], [1], 5),
        lambda: share_within([1.0], [0], 5),
        lambda: minutes_needed([1.0], [1], 1.5),
        lambda: most_within([0.0], [0.0], [1], 0.0),
        lambda: most_within([np.nan], [0.0], [1], 1.0),
        lambda: apart([0.0], [0.0], np.inf),
        lambda: crowds([0.0], [0.0], [1], -1.0),
    ],
)
def test_what_has_no_sense_is_refused(call):
    with pytest.raises(ValueError, match=r"must|no people|not a number"):
        call()
