"""Dispatch now on a small valley: rows that can be carried out, what is unmet and why, closures, failures, fairness."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book.book import Book
from luoshu.desk.dispatching import Need, as_json, dispatch_now, needs_for
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.store import Store

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
DAY = date(2021, 7, 20)
ITEMS = (
    Item(id="tent", name="帐篷", unit="顶", volume=0.2), Item(id="water", name="饮用水", unit="升", volume=0.001),
)  # fmt: skip
STORES = (
    Store(id="w", name="西库", x=112.4, y=34.6, system="WGS-84"),
    Store(id="e", name="东库", x=112.8, y=34.6, system="WGS-84"),
)


def lot(id, item="tent", store="w", amount=10.0, **more):
    values = {"condition": "good", "counted": DAY, **more}
    return Lot(id=id, item=item, store=store, amount=amount, **values)


def valley(*lots, agreements=(), stores=STORES, items=ITEMS):
    return Book(folder=Path("/nowhere")).over({Item: items, Store: stores, Lot: lots, Agreement: agreements})


def need(area, amount, item="tent", lon=112.4, lat=34.62, **more):
    return Need(area=area, name=area, item=item, amount=amount, lon=lon, lat=lat, **more)


def sent(plan):
    """Units by lot, and by area and item."""
    of_lot, to = defaultdict(float), defaultdict(float)
    for row in plan.shipments:
        of_lot[row.supply] += row.amount
        to[row.area, row.item] += row.amount
    return of_lot, to


def test_the_near_store_sends_first_expired_first_out():
    book = valley(lot("late", expires=date(2024, 1, 1)), lot("soon", expires=date(2022, 1, 1)), lot("ever"))
    plan = dispatch_now(book, [need("村", 12)], at=NOON)
    assert dict(sent(plan)[0]) == {"soon": 10, "late": 2}
    assert not plan.unmet
    first = plan.shipments[0]
    assert first.leaves == NOON + timedelta(minutes=30)
    assert timedelta(0) < first.arrives - first.leaves < timedelta(minutes=30)
    assert plan.estimate
    assert plan.gap == pytest.approx(0, abs=1e-6)
    assert plan.least["tent"][0] == 1.0


@pytest.mark.parametrize(
    "bad",
    [
        {"condition": "damaged"},
        {"expires": date(2021, 7, 19)},
        {"counted": None},
        {"reserved": 10.0},
        {"condition": "unknown"},
    ],
)
def test_what_cannot_be_used_is_never_sent_and_the_reason_is_said(bad):
    plan = dispatch_now(valley(lot("a", **bad)), [need("村", 5)], at=NOON)
    assert not plan.shipments
    assert plan.unmet[0].amount == 5
    assert "none that can be used: 10 顶" in str(plan.unmet[0].why)


def test_what_expires_before_the_plan_ends_stays_and_is_named():
    plan = dispatch_now(valley(lot("a", expires=DAY)), [need("村", 5)], at=NOON, hours=24)
    assert not plan.shipments
    assert "expires before the plan ends" in str(plan.unmet[0].why)
    assert any("expire on 2021-07-20" in str(each.says) for each in plan.because)


def test_a_closure_shuts_the_way_and_another_store_takes_over():
    book = valley(lot("w1"), lot("e1", store="e"))
    flood = type("Closure", (), {"name": "龙门桥", "lon": 112.4, "lat": 34.61, "metres": 200, "state": "closed"})()
    plan = dispatch_now(book, [need("村", 5)], at=NOON, closures=[flood])
    assert dict(sent(plan)[0]) == {"e1": 5}
    alone = dispatch_now(valley(lot("w1")), [need("村", 5)], at=NOON, closures=[flood])
    assert not alone.shipments
    assert "龙门桥" in str(alone.unmet[0].why)
    flood.state = "open"
    assert sent(dispatch_now(book, [need("村", 5)], at=NOON, closures=[flood]))[0] == {"w1": 5}


def test_a_producer_that_fails_is_left_out_and_the_plan_is_solved_again():
    maker = Agreement(id="m", name="帐篷厂", item="tent", daily_stock=4, counted=DAY, surge_per_day=48,
                      x=112.41, y=34.6, system="WGS-84")  # fmt: skip
    book = valley(lot("a", amount=3), agreements=(maker,))
    plan = dispatch_now(book, [need("村", 20)], at=NOON, hours=24)
    assert {row.sort for row in plan.shipments} == {"lot", "kept", "made"}
    assert sent(plan)[1]["村", "tent"] == 20
    again = dispatch_now(book, [need("村", 20)], at=NOON, hours=24, failed={"m"})
    assert sent(again)[1]["村", "tent"] == 3
    assert again.unmet[0].amount == 17
    assert "all that can be there in time is sent: 3 顶 of 3 顶" in str(again.unmet[0].why)
    assert any("give nothing: m" in str(each.says) for each in again.because)


def test_scarce_goods_are_shared_fairly_not_all_to_the_near():
    book = valley(lot("a", amount=10))
    plan = dispatch_now(book, [need("近", 10), need("远", 10, lon=112.7)], at=NOON)
    assert sent(plan)[1] == {("近", "tent"): 5, ("远", "tent"): 5}
    assert plan.least["tent"] == pytest.approx((0.5, 0.5), abs=1e-6)
    assert plan.fairness == "kept"


def test_who_is_nowhere_and_who_is_too_far_is_told():
    book = valley(lot("a"))
    plan = dispatch_now(book, [need("无名", 2, lon=None, lat=None), need("天边", 2, lon=100.0)], at=NOON, hours=6)
    reasons = {each.area: str(each.why) for each in plan.unmet}
    assert "where" in reasons["无名"]
    assert "longer than the plan" in reasons["天边"]


def test_room_at_the_gate_limits_what_leaves_in_an_hour():
    plan = dispatch_now(valley(lot("a", amount=10)), [need("村", 10)], at=NOON, room={"w": 0.4}, hours=24)
    hours = defaultdict(float)
    for row in plan.shipments:
        hours[row.leaves] += row.amount
    assert max(hours.values()) == 2
    assert sum(hours.values()) == 10


def test_parts_of_whole_things_are_never_sent():
    book = valley(lot("a", amount=7), lot("b", store="e", amount=4))
    plan = dispatch_now(book, [need(str(n), 3, lon=112.4 + n / 20) for n in range(5)], at=NOON)
    assert all(row.amount == int(row.amount) for row in plan.shipments)
    assert sum(row.amount for row in plan.shipments) == 11


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_lot_gives_more_than_it_has_and_no_area_gets_more_than_it_needs(seed):
    import numpy as np

    random = np.random.default_rng(seed)
    lots = [lot(f"l{n}", item=str(random.choice(["tent", "water"])), store=str(random.choice(["w", "e"])),
                amount=float(random.integers(0, 30)), expires=random.choice([None, date(2022, 1, 1), DAY]),
                reserved=float(random.integers(0, 3))) for n in range(6)]  # fmt: skip
    needs = [need(f"v{n}", float(random.integers(0, 15)), item=str(random.choice(["tent", "water"])),
                  lon=112.4 + random.random() / 2, hour=float(random.integers(0, 12))) for n in range(5)]  # fmt: skip
    plan = dispatch_now(valley(*lots), needs, at=NOON, hours=24)
    of_lot, to = sent(plan)
    have = {each.id: max(0.0, each.amount - each.reserved) for each in lots}
    assert all(amount <= have[id] + 1e-6 for id, amount in of_lot.items())
    asked = defaultdict(float)
    for each in needs:
        asked[each.area, each.item] += each.amount
    assert all(amount <= asked[key] + 1e-6 for key, amount in to.items())
    for row in plan.served:
        lacks = sum(each.amount for each in plan.unmet if (each.area, each.item) == (row.area, row.item))
        assert row.brought + lacks == pytest.approx(row.needed)
    assert plan.bound <= plan.objective + 1e-9
    assert dispatch_now(valley(*reversed(lots)), needs, at=NOON, hours=24).objective == pytest.approx(
        plan.objective, abs=1e-6
    )


def test_needs_by_the_sheet_ask_for_the_item_that_stands_there():
    book = valley(lot("a"))
    needs = needs_for(book, {"村": 1000}, event="flood", level="II", day=DAY, hours=48)
    water = [each for each in needs if each.item == "water"]
    assert [(each.amount, each.hour) for each in water] == [(3000, 0), (3000, 24)]
    assert next(each.amount for each in needs if each.item == "tent") == 60
    assert any(each.item == "pump" for each in needs)  # asked for all the same, and then unmet


def test_what_cannot_be_meant_is_refused_and_nothing_needed_is_an_empty_plan():
    book = valley(lot("a"))
    assert not dispatch_now(book, [], at=NOON).shipments
    for bad in ({"amount": -1.0}, {"amount": float("nan")}, {"hour": float("inf")}):
        with pytest.raises(ValueError, match="zero or more"):
            dispatch_now(book, [replace(need("村", 1), **bad)], at=NOON)
    with pytest.raises(ValueError, match="hours"):
        dispatch_now(book, [need("村", 1)], at=NOON, hours=0)


def test_a_plan_is_plain_json():
    import json

    plan = dispatch_now(valley(lot("a", amount=3)), [need("村", 5)], at=NOON)
    told = json.loads(json.dumps(as_json(plan)))
    assert told["unmet"][0]["amount"] == 2
    assert told["shipments"][0]["leaves"].startswith("2021-07-20T04:30")
