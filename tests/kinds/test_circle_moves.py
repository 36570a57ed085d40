"""Where to build next: the best of every choice on small towns, and a bound that no choice passes anywhere."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from town import DAY, circle, home, site, town

from luoshu.advise import advise, move_json
from luoshu.kinds.circle import Room
from luoshu.kinds.commitment import Gauge, Move, Plan

HOMES = (home("a", 0, 100), home("b", 15, 80), home("c", 30, 60), home("d", 45, 40), home("e", 400, 20))


def candidates(*places, **more):
    return [site(f"c{i}", where, state="candidate", **more) for i, where in enumerate(places)]


def test_the_next_sites_come_with_their_gain_in_order_and_a_certified_gap():
    book = town(HOMES, [site("s", 0), *candidates(15, 30, 37.5)])
    plan = circle().plan(book, DAY, None, 2)
    assert [move.row for move in plan.moves] == ["c2", "c0"]
    assert [move.gain for move in plan.moves] == [pytest.approx(100 / 300), pytest.approx(80 / 300)]
    assert (plan.gain, plan.bound, plan.gap) == (pytest.approx(180 / 300), pytest.approx(180 / 300), 0.0)
    text = "\n".join(each.says for each in plan.because)
    assert "proven" in text
    assert "20 who are not served are out of reach of every candidate" in text
    assert {(move.table, move.cost, move.group) for move in plan.moves} == {("site", None, "site")}
    assert "(estimate)" in plan.moves[0].does


def test_a_budget_buys_what_it_can_and_one_of_zero_buys_nothing():
    dear = site("dear", 37.5, state="candidate", cost=100.0)
    sites = [*candidates(15, cost=50.0), dear, site("free?", 30, state="candidate")]
    book = town(HOMES, [site("s", 0), *sites])
    assert [move.row for move in circle().plan(book, DAY, 60.0).moves] == ["c0"]
    both = circle().plan(book, DAY, 150.0)
    assert {move.row for move in both.moves} == {"c0", "dear"}
    assert "1 candidates do not name their cost" in "\n".join(each.says for each in both.because)
    nothing = circle().plan(book, DAY, 0.0)
    assert (nothing.moves, nothing.gain, nothing.gap) == ((), 0.0, 0.0)


def test_more_sites_than_candidates_and_none_at_all():
    book = town(HOMES, [site("s", 0), *candidates(15)])
    plan = circle().plan(book, DAY, None, 9)
    assert [move.row for move in plan.moves] == ["c0"]
    assert "only 1 candidates" in "\n".join(each.says for each in plan.because)
    assert circle().plan(book, DAY, None, 0).moves == ()
    with pytest.raises(ValueError, match="zero or more"):
        circle().plan(book, DAY, None, -1)


def test_a_candidate_where_a_site_stands_gains_nothing_and_is_not_advised():
    plan = circle().plan(town(HOMES, [site("s", 0), *candidates(0, 15)]), DAY, None, 2)
    assert [move.row for move in plan.moves] == ["c1"]


def test_what_is_served_already_needs_no_plan_and_the_plan_ends_when_the_share_is_reached():
    assert circle(share=0.3).plan(town(HOMES, [site("s", 0), *candidates(15)]), DAY) is None
    plan = circle(share=0.5).plan(town(HOMES, [site("s", 0), *candidates(15, 30, 45)]), DAY, None, 3)
    assert plan.gain == pytest.approx(50 / 150)
    assert len(plan.moves) == 1


def test_without_candidates_the_homes_themselves_are_tried_and_it_says_so():
    plan = circle().plan(town(HOMES, [site("s", 0)]), DAY, None, 2)
    assert plan.gain == pytest.approx(140 / 300)
    assert "names no candidates" in plan.because[0].says
    assert plan.moves[0].table == ""
    assert plan.moves[0].lon is not None


def test_without_any_list_it_is_planned_from_nothing_and_says_so():
    plan = circle(service="library").plan(town(HOMES, [site("s", 0)]), DAY, None, 1)
    assert "begins from nothing" in plan.because[0].says
    assert plan.gain == pytest.approx(100 / 300)


def test_candidates_without_a_place_are_left_out():
    plan = circle().plan(town(HOMES, [site("s", 0), *candidates(None, 15)]), DAY, None, 2)
    assert [move.row for move in plan.moves] == ["c1"]
    nothing = circle().plan(town(HOMES, [site("s", 0), *candidates(None)]), DAY, None, 2)
    assert nothing.moves == ()
    assert nothing.bound > 0


def test_sites_keep_their_distance():
    near = circle(minutes=2.0, spacing=600.0)
    homes = [home("a", 0, 100), home("b", 3, 90), home("c", 20, 10)]
    plan = near.plan(town(homes, candidates(0, 3, 20)), DAY, None, 3)
    assert [move.row for move in plan.moves] == ["c0", "c2"]
    beside = near.plan(town(homes, [site("s", 20), *candidates(0, 3, 22)]), DAY, None, 3)
    assert "c2" not in {move.row for move in beside.moves}


def test_the_fewest_sites_for_a_share_and_the_cheapest():
    book = town(HOMES, candidates(0, 7, 15, 30, 37.5, 45))
    plan = circle(aim="set", share=0.9).plan(book, DAY)
    assert (len(plan.moves), plan.gap, plan.problem) == (2, 0.0, "set")
    some = circle(aim="set", share=0.5).plan(book, DAY)
    assert len(some.moves) == 1
    prices = (9.0, 90.0, 5.0, 5.0)
    costs = [replace(each, cost=cost) for each, cost in zip(candidates(7, 37.5, 30, 45), prices, strict=True)]
    cheap = circle(aim="set").plan(town(HOMES, costs), DAY)
    assert {move.row for move in cheap.moves} == {"c0", "c2", "c3"}
    assert cheap.gap == 0.0


def test_the_shortest_way_of_all_and_of_the_farthest():
    homes = HOMES[:4]
    book = town(homes, candidates(0, 15, 30, 45))
    median = circle(aim="median").plan(book, DAY, None, 1)
    assert [move.row for move in median.moves] == ["c1"]
    center = circle(aim="center").plan(book, DAY, None, 2)
    assert center.gap == pytest.approx(0.0, abs=1e-6)
    assert "farthest have" in "\n".join(each.says for each in center.because)


def test_sites_that_only_shorten_ways_are_told_too():
    book = town([home("a", 0, 100), home("b", 60, 100)], candidates(20, 40))
    for aim in ("median", "center"):
        plan = circle(aim=aim).plan(book, DAY, None, 2)
        assert {move.row for move in plan.moves} == {"c0", "c1"}
        assert [move.gain for move in plan.moves] == [0.0, 0.0]
        assert all("shortens ways" in move.does for move in plan.moves)


def test_a_part_of_the_fewest_sites_is_not_called_the_best():
    book = town(
        HOMES[:4],
        [*candidates(0, cost=100.0), *[replace(each, id="d" + each.id) for each in candidates(45, cost=200.0)]],
    )
    whole = circle(aim="set").plan(book, DAY, None, None)
    assert whole.gap == 0.0
    part = circle(aim="set").plan(book, DAY, 150.0, None)
    assert len(part.moves) < len(whole.moves)
    assert part.gap == pytest.approx(1 - part.gain / part.bound)
    assert part.gap > 0


def test_capacity_counts_only_who_finds_enough_as_the_gauge_does():
    sites = [site("small", 0, state="candidate", capacity=30.0, capacity_unit="座"),
             site("large", 15, state="candidate", capacity=500.0, capacity_unit="座")]  # fmt: skip
    plan = circle(capacity=Room(per_head=1, unit="座")).plan(town(HOMES, sites), DAY, None, 2)
    assert [move.row for move in plan.moves] == ["large"]
    assert [move.gain for move in plan.moves] == [pytest.approx(80 / 300)]
    assert plan.gap == 0
    assert "As in the gauge" in "\n".join(each.says for each in plan.because)


def test_a_new_site_adds_to_what_stands_and_is_shared_with_all_who_reach_it():
    """Seats that stand count for what is new; and new ones are not kept for those who have none."""
    promise = circle(capacity=Room(per_head=1, unit="座"))
    seats = {"capacity_unit": "座"}
    homes = [home("a", 0, 100), home("b", 8, 1000)]
    stands, new = site("s", 9, capacity=1000.0, **seats), site("n", 1, state="candidate", capacity=100.0, **seats)
    plan = promise.plan(town(homes, [stands, new]), DAY, None, 1)
    assert (plan.gain, plan.gap) == (pytest.approx(1.0), 0.0)
    far = site("s", 17, capacity=2000.0, **seats)
    plan = promise.plan(town(homes, [far, new]), DAY, None, 1)
    assert (plan.moves, plan.gain, plan.bound) == ((), 0.0, 0.0)


def test_sites_that_are_enough_only_together_are_advised_and_bought_together():
    seats = {"state": "candidate", "capacity": 60.0, "capacity_unit": "座", "cost": 10.0}
    promise = circle(id="parks", capacity=Room(per_head=1, unit="座"))
    book = town([home("a", 0, 100)], [site("x", 1, **seats), site("y", 2, **seats)])
    plan = promise.plan(book, DAY, 20.0)
    assert [move.gain for move in plan.moves] == [0.0, 1.0]
    assert "only together" in plan.moves[0].does
    assert promise.plan(book, DAY, 10.0).moves == ()
    other = Move(commitment="b", does=plan.moves[0].does, cost=5.0, gain=0.2)
    from luoshu.advise import choose

    advice = choose([*plan.moves, other], {"b": 1.0}, 20.0, {"parks": plan})
    assert ([move.row for move in advice.chosen], advice.left) == (["x", "y"], (other,))
    advice = choose([*plan.moves, other], {"b": 10.0}, 20.0, {"parks": plan})
    assert (advice.chosen, advice.gain) == ((other,), pytest.approx(2.0))
    unpriced = replace(plan, moves=tuple(replace(move, cost=None) for move in plan.moves))
    advice = choose([*unpriced.moves, replace(other, cost=None)], {}, None, {"parks": unpriced})
    assert [move.row for move in advice.apart] == ["x", "y", ""]


def test_with_capacity_and_without_candidates_new_sites_are_taken_to_be_large_enough_and_it_says_so():
    plan = circle(capacity=Room(per_head=1, unit="座")).plan(town(HOMES, [site("s", 0)]), DAY, None, 2)
    assert "taken to have the promised room" in "\n".join(each.says for each in plan.because)


def test_the_usual_number_of_sites_is_not_called_asked_for():
    plan = circle().plan(town(HOMES, [site("s", 0), *candidates(15)]), DAY)
    assert "asked for" not in "\n".join(each.says for each in plan.because)


@pytest.mark.parametrize("aim", ["median", "center"])
def test_with_gathered_homes_the_minutes_said_are_those_of_all_and_the_bound_holds_for_all(aim, monkeypatch):
    from luoshu.kinds import circle_siting

    monkeypatch.setattr(circle_siting, "MOST_TIMES", 1)
    rng = np.random.default_rng(4)
    spots, heads = rng.uniform(0, 900, 400), rng.integers(1, 90, 400)
    places = (100.0, 250.0, 420.0, 610.0, 800.0)
    homes = [home(f"h{i}", spot, float(count)) for i, (spot, count) in enumerate(zip(spots, heads, strict=True))]
    plan = circle(aim=aim).plan(town(homes, candidates(*places)), DAY, None, 2)

    def value(chosen):
        minutes = np.abs(spots[:, None] - np.array(chosen)[None, :]).min(axis=1)
        return np.average(minutes, weights=heads) if aim == "median" else minutes.max()

    said = {**next(each.says.values for each in plan.because if "least" in each.says.values)}
    shown = said["mean" if aim == "median" else "most"]
    assert any("gathered" in each.says for each in plan.because)
    assert shown == pytest.approx(value([places[int(move.row[1:])] for move in plan.moves]), abs=0.1)
    best = min(value(chosen) for chosen in combinations(places, 2))
    assert shown * (1 - plan.gap) - 0.1 <= best
    assert said["least"] <= best + 0.1


def test_the_fewest_sites_say_what_share_they_bring_it_to():
    plan = circle(aim="set").plan(town(HOMES, [site("s", 0), *candidates(15)]), DAY)
    assert "bring it to 60%" in "\n".join(each.says for each in plan.because)


def test_two_circles_under_one_budget_never_promise_more_than_can_be_bought():
    sites = [
        *(replace(each, cost=60.0) for each in candidates(15, 30)),
        *(site(f"l{i}", where, state="candidate", cost=60.0, service="library") for i, where in enumerate((0, 15))),
    ]
    book = town(HOMES, [site("s", 0), *sites])
    promises = [circle(id="parks"), circle(id="libraries", service="library", weight=2.0)]
    gauges = [Gauge(commitment=each, day=DAY, met=0.1, verdict="open") for each in promises]
    advice = advise(gauges, book, DAY, budget=100.0)
    assert advice.spent <= 100
    assert {move.commitment for move in advice.chosen} == {"libraries"}
    best = 2 * 100 / 300
    assert advice.gain == pytest.approx(best)
    assert advice.gain + advice.gap >= best
    lines = [move_json(move, advice) for move in advice.moves]
    json.dumps(lines, allow_nan=False)
    assert {"cost", "gain", "gap", "bound"} <= set(lines[0])
    assert lines[0]["gap"] == 0.0
    assert lines[0]["bound"] == pytest.approx(100 / 300)


def test_the_bound_of_an_advice_counts_each_plan_with_its_own():
    from luoshu.advise import choose

    does = circle().plan(town(HOMES, candidates(15)), DAY).moves[0].does
    moves = [Move(commitment="a", does=does, cost=10.0, gain=0.3), Move(commitment="b", does=does, cost=10.0, gain=0.2)]
    plan = Plan(moves=(moves[0],), gain=0.3, bound=0.4)
    advice = choose(moves, {"a": 1.0, "b": 1.0}, 10.0, {"a": plan})
    assert [move.commitment for move in advice.chosen] == ["a"]
    assert advice.gain + advice.gap == pytest.approx(0.6)
    assert move_json(advice.chosen[0], advice)["gap"] == pytest.approx(0.25)
    assert move_json(moves[1], advice)["gap"] is None


def test_the_problem_may_be_named_from_outside():
    gauges = [Gauge(commitment=circle(), day=DAY, met=0.1, verdict="missed")]
    advice = advise(gauges, town(HOMES, candidates(0, 15, 30)), DAY, count=1, problem="median")
    assert advice.plans["c"].problem == "median"
    assert np.isfinite(advice.plans["c"].gap)


def test_sites_in_years_come_the_largest_first_and_keep_to_each_years_number():
    book = town(HOMES, [site("s", 0), *candidates(15, 30, 45)])
    plan = circle(phases=(1, 2)).plan(book, DAY)
    assert [move.row for move in plan.moves] == ["c0", "c1", "c2"]
    assert [move.does[:5] for move in plan.moves] == ["2026:", "2027:", "2027:"]
    assert (plan.gain, plan.gap) == (pytest.approx(180 / 300), 0.0)
    paid = town(HOMES, [replace(each, cost=10.0) for each in candidates(15, 30, 45)])
    spread = circle(phases=(2, 2)).plan(paid, DAY, 20.0)
    assert [move.does[:5] for move in spread.moves] == ["2026:", "2027:"]


def test_every_problem_keeps_budget_and_distance():
    homes = [home("a", 0, 100), home("b", 3, 90), home("c", 20, 10)]
    prices = (30.0, 10.0, 10.0)
    sites = [replace(each, cost=cost) for each, cost in zip(candidates(0, 3, 20), prices, strict=True)]
    book = town(homes, [site("s", 40), *sites])
    for aim in ("median", "center"):
        plan = circle(aim=aim).plan(book, DAY, 20.0)
        assert {move.row for move in plan.moves} == {"c1", "c2"}
        assert plan.gap == pytest.approx(0.0, abs=1e-6)
        far = circle(aim=aim, minutes=2.0, spacing=600.0).plan(book, DAY, None, 3)
        assert not {"c0", "c1"} <= {move.row for move in far.moves}
    fewest = circle(aim="set", minutes=2.0, spacing=600.0).plan(book, DAY)
    assert "So far apart" in "\n".join(each.says for each in fewest.because)
    assert not {"c0", "c1"} <= {move.row for move in fewest.moves}
    assert fewest.problem == "cover"
    some = circle(aim="set", minutes=2.0, spacing=600.0, share=0.5).plan(book, DAY)
    assert {move.row for move in some.moves} == {"c1", "c2"}  # 100 of 200 for 20, where c0 alone costs 30
    room = circle(aim="median", capacity=Room(per_head=1, unit="座")).plan(book, DAY, None, 1)
    assert (room.problem, room.moves) == ("cover", ())
