"""Where to build next, in any town: no choice passes the bound and every plan keeps its word."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import DAY, circle, home, site, town

from luoshu.kinds.circle import Room

people = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 50)), min_size=1, max_size=8)
places = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), min_size=1, max_size=6)


def served(homes, sites, minutes=10.5):
    return sum(count for where, count in homes if any(abs(where - each) <= minutes for each in sites))


@settings(max_examples=40, deadline=None)
@given(homes=people, stands=st.integers(0, 60), places=places, count=st.integers(0, 4), budget=st.integers(0, 20))
def test_no_choice_passes_the_bound_and_the_plan_keeps_its_word(homes, stands, places, count, budget):
    rows = [home(f"h{i}", where, float(number)) for i, (where, number) in enumerate(homes)]
    sites = [site(f"c{i}", where, state="candidate", cost=float(cost)) for i, (where, cost) in enumerate(places)]
    book = town(rows, [site("s", stands), *sites])
    total, now = sum(number for _, number in homes), served(homes, [stands])
    for plan, fits in (
        (circle(minutes=10.5).plan(book, DAY, None, count), lambda chosen: len(chosen) <= count),
        (circle(minutes=10.5).plan(book, DAY, float(budget)), lambda chosen: sum(cost for _, cost in chosen) <= budget),
    ):
        if plan is None:
            assert now == total
            continue
        best = max(
            served(homes, [stands, *(where for where, _ in chosen)]) - now
            for size in range(len(places) + 1)
            for chosen in combinations(places, size)
            if fits(chosen)
        )
        assert plan.gain <= best / total + 1e-9
        assert best / total <= plan.bound + 1e-9
        assert plan.gain == pytest.approx(sum(move.gain for move in plan.moves))
        chosen = [places[int(move.row[1:])] for move in plan.moves]
        assert fits(chosen)
        assert plan.gain == pytest.approx((served(homes, [stands, *(where for where, _ in chosen)]) - now) / total)
        if plan.gap == 0:
            assert plan.gain == pytest.approx(best / total)


any_site = st.builds(
    lambda where, state, cost, room: (where, {"state": state, "cost": cost, "capacity": room, "capacity_unit": "座"}),
    st.sampled_from([None, 0, 10, 33]),
    st.sampled_from(["open", "candidate", "candidate", "planned", "closed"]),
    st.sampled_from([None, 0.0, 5.0, 50.0]),
    st.sampled_from([None, 0.0, 20.0]),
)


@settings(max_examples=80, deadline=None)
@given(
    homes=people,
    rows=st.lists(any_site, max_size=6),
    terms=st.fixed_dictionaries(
        {
            "minutes": st.sampled_from([1.0, 10.0, 40.0]),
            "share": st.sampled_from([1.0, 0.9, 0.3]),
            "aim": st.sampled_from(["cover", "set", "median", "center"]),
            "spacing": st.sampled_from([0.0, 700.0]),
            "capacity": st.sampled_from([None, Room(per_head=0.5, unit="座")]),
            "phases": st.sampled_from([(), (1, 0, 2)]),
            "of": st.sampled_from(["people", "places"]),
        }
    ),
    budget=st.sampled_from([None, 0.0, 5.0, 60.0]),
    count=st.sampled_from([None, 0, 1, 9]),
)
def test_whatever_is_asked_the_plan_keeps_its_limits_and_its_bound(homes, rows, terms, budget, count):
    book = town(
        [home(f"h{i}", where, float(number)) for i, (where, number) in enumerate(homes)],
        [site(f"s{i}", where, **more) for i, (where, more) in enumerate(rows)],
    )
    plan = circle(**terms).plan(book, DAY, budget, count)
    if plan is None:
        return
    assert np.isfinite([plan.gain, plan.bound, plan.gap]).all()
    assert plan.gain <= plan.bound * (1 + 1e-9)
    assert 0 <= plan.gap <= 1
    assert count is None or len(plan.moves) <= count
    costed = any(
        where is not None and more["state"] == "candidate" and more["cost"] is not None for where, more in rows
    )
    if budget is not None and costed:
        assert sum(move.cost for move in plan.moves) <= budget + 1e-9


@settings(max_examples=120, deadline=None)
@given(
    homes=people,
    rows=st.lists(any_site, min_size=1, max_size=6),
    aim=st.sampled_from(["cover", "set", "median", "center"]),
    capacity=st.sampled_from([None, Room(per_head=0.5, unit="座"), Room(per_head=2), Room(per_head=1, unit="座")]),
    share=st.sampled_from([1.0, 0.5]),
    of=st.sampled_from(["people", "places"]),
    budget=st.sampled_from([None, 5.0, 60.0]),
    count=st.sampled_from([None, 1, 2, 9]),
)
def test_what_advice_promises_is_what_the_gauge_shows_when_it_is_built(
    homes, rows, aim, capacity, share, of, budget, count
):
    people_rows = [home(f"h{i}", where, float(number)) for i, (where, number) in enumerate(homes)]
    sites = [site(f"s{i}", where, **more) for i, (where, more) in enumerate(rows)]
    promise = circle(minutes=15.5, aim=aim, capacity=capacity, share=share, of=of)
    plan = promise.plan(town(people_rows, sites), DAY, budget, count)
    if plan is None or not any(each.state == "candidate" and each.x is not None for each in sites):
        return

    def met(names):
        built = [replace(each, state="open") if each.id in names else each for each in sites]
        return promise.gauge(town(people_rows, built), DAY).met

    before, after = met(()), met({move.row for move in plan.moves})
    assert after == pytest.approx(before + plan.gain, abs=2e-6)
    assert plan.gain == pytest.approx(sum(move.gain for move in plan.moves))
    done: set[str] = set()
    for move in plan.moves:
        done.add(move.row)
        if plan.together:
            told = sum(each.gain for each in plan.moves[: len(done)])
            assert met(done) == pytest.approx(before + told, abs=2e-6)
    may = [each for each in sites if each.state == "candidate" and each.x is not None]
    allowed = 5 if count is None and budget is None and aim != "set" else len(may) if count is None else count
    costed = budget is not None and any(each.cost is not None for each in may)
    for size in range(min(allowed, len(may)) + 1):
        for chosen in combinations(may, size):
            if costed and (any(each.cost is None for each in chosen) or sum(each.cost for each in chosen) > budget):
                continue
            assert met({each.id for each in chosen}) <= before + plan.bound + 2e-6
