"""Reserves: what is ready and by when, what never counts, how the share is counted, advice the gauge confirms."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book.book import Book
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Amount, Curves, Listing
from luoshu.kinds.home import Home
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.reserve import Portion, Reserve, Within
from luoshu.kinds.store import Store

DAY = date(2021, 7, 20)
ITEMS = (
    Item(id="tent", name="帐篷", unit="顶", price=1000), Item(id="water", name="饮用水", unit="升"),
    Item(id="pipe", name="水管", unit="米"),
)  # fmt: skip
NEAR, FAR = (
    Store(id="near", name="近库", x=112.4, y=34.6, system="WGS-84"),
    Store(id="far", name="远库", x=113.9, y=34.6, system="WGS-84", hours_to_open=2),
)  # fmt: skip
VILLAGES = (
    Home(id="a", name="甲", x=112.4, y=34.6, system="WGS-84", people=600, place="1"),
    Home(id="b", name="乙", x=112.5, y=34.6, system="WGS-84", people=400, place="2"),
)  # fmt: skip


def lot(id, item="tent", store="near", amount=100.0, **more):
    return Lot(id=id, item=item, store=store, amount=amount, **{"condition": "good", "counted": DAY, **more})


def book(*lots, makers=(), stores=(NEAR, FAR), homes=VILLAGES, items=ITEMS):
    return Book(folder=Path("/nowhere")).over({Item: items, Store: stores, Lot: lots, Agreement: makers, Home: homes})


def reserve(**terms):
    tent = (Portion(good="tent", per_thousand=100),)
    return Reserve(**{"id": "r", "words": "w", "needed": tent, "affected": 1000, "within": Within(all=24), **terms})


def listed(gauge, name):
    return next(f for f in gauge.figures if isinstance(f, Listing) and str(f.name).startswith(name))


def test_what_stands_near_is_enough_or_not():
    full = reserve().gauge(book(lot("a")), DAY)
    assert (full.met, full.verdict, full.estimate) == (1.0, "likely", True)
    half = reserve().gauge(book(lot("a", amount=50)), DAY)
    assert half.met == pytest.approx(0.5)
    assert half.chance == 0
    assert "50 顶 can be had of 100 顶" in " ".join(str(each.says) for each in half.because)


@pytest.mark.parametrize(
    "bad",
    [
        {"condition": "damaged"}, {"condition": "unknown"}, {"counted": None}, {"expires": date(2021, 7, 19)},
        {"reserved": 100.0}, {"store": "nowhere"}, {"counted": date(2019, 1, 1)},
    ],
)  # fmt: skip
def test_what_cannot_be_used_changes_nothing_and_is_listed_with_its_reason(bad):
    without, with_bad = (reserve().gauge(book(lot("a", amount=40), *more), DAY) for more in ((), (lot("z", **bad),)))
    assert with_bad.met == without.met
    assert any(row[3] == "z" for row in listed(with_bad, "Not counted").rows)


def test_hours_count_from_the_store_and_the_way():
    assert reserve(within=Within(all=2)).gauge(book(lot("a", store="far")), DAY).met == 0
    late = reserve().gauge(book(lot("a", store="far")), DAY)
    assert late.met == 1
    row = listed(late, "By good").rows[0]
    assert 2 < row[6] < 24  # two hours to open, then the way
    assert any(isinstance(f, Curves) for f in late.figures)


def test_the_three_moments_and_the_days_count_alike():
    """100 tents needed, 50 there in time: the first in time, half there, half of all: (1 + 1 + 0.5) / 3."""
    hours = Within(first=3, half=6, all=24)
    assert reserve(within=hours).gauge(book(lot("a", amount=50)), DAY).met == pytest.approx(2.5 / 3, abs=1e-4)
    water = (Portion(good="water", per_thousand=1000, daily=True),)
    some = reserve(needed=water, days=2).gauge(book(lot("w", item="water", amount=1000)), DAY)
    assert some.met == pytest.approx((1 + 0.5) / 2, abs=1e-4)  # the first day whole, half of both days


def test_a_reserve_is_as_good_as_its_weakest_good():
    two = (Portion(good="tent", per_thousand=100), Portion(good="water", per_thousand=1000, daily=True))
    gauge = reserve(needed=two).gauge(book(lot("a"), lot("w", item="water", amount=250)), DAY)
    assert gauge.met == pytest.approx(0.25)
    assert "饮用水" in str(gauge.because[0].says.values["figure"].values["good"].values["zh"])


def test_producers_give_what_they_keep_and_what_they_have_made():
    maker = Agreement(id="m", name="厂", item="tent", daily_stock=20, counted=DAY, surge_per_day=40, days_to_surge=0,
                      x=112.4, y=34.6, system="WGS-84")  # fmt: skip
    assert reserve(within=Within(all=1)).gauge(book(makers=(maker,)), DAY).met == pytest.approx(0.2)
    assert reserve(within=Within(all=30)).gauge(book(makers=(maker,)), DAY).met == pytest.approx(0.6)
    unseen = replace(maker, counted=None, daily_stock=20, surge_per_day=0)
    assert reserve().gauge(book(makers=(unseen,)), DAY).met == 0
    over = replace(maker, until=date(2021, 7, 1))
    assert reserve().gauge(book(makers=(over,)), DAY).met == 0


def test_water_that_expires_serves_only_until_then():
    water = (Portion(good="water", per_thousand=1000, daily=True),)
    promise = reserve(needed=water, days=4)
    fresh, old = (lot("w", item="water", amount=4000, expires=until) for until in (date(2022, 1, 1), date(2021, 7, 21)))
    assert promise.gauge(book(fresh), DAY).met == 1
    assert promise.gauge(book(old), DAY).met < 1
    tents = reserve(days=10)
    assert tents.gauge(book(lot("a", expires=date(2021, 7, 25))), DAY).met == 0  # it would expire in use


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"affected": 0.0}, "nothing is needed"),
        ({"affected": None}, "how many people are affected"),
        ({"share": 2.0}, "outside 0 to 1"),
        ({"days": -1.0}, "days is"),
        ({"within": Within(half=9, all=3)}, "must rise"),
        ({"needed": (Portion(good="tent"),)}, "not one number"),
    ],
)
def test_what_cannot_be_meant_is_unknown_with_its_reason(terms, says):
    gauge = reserve(**terms).gauge(book(lot("a")), DAY)
    assert gauge.met is None
    assert gauge.verdict == "unknown"
    assert says in str(gauge.because[0].says)


def test_without_stock_or_people_it_is_unknown_never_zero():
    assert reserve().gauge(book(), DAY).met is None
    assert reserve().gauge(book(lot("a"), homes=()), DAY).met is None
    silent = [replace(home, people=None) for home in VILLAGES]
    assert reserve().gauge(book(lot("a"), homes=silent), DAY).met is None


def test_a_plain_amount_needs_no_people_and_counts_what_stands_ready_anywhere():
    promise = reserve(needed=(Portion(good="tent", amount=200),), within=None, affected=None)
    gauge = promise.gauge(book(lot("a", amount=150, store="far"), homes=()), DAY)
    assert gauge.met == pytest.approx(0.75)
    assert not gauge.estimate
    assert promise.gauge(book(lot("a", amount=300), homes=()), DAY).verdict == "kept"
    due = replace(promise, due=date(2021, 6, 30))
    assert due.gauge(book(lot("a", amount=150), homes=()), DAY).verdict == "missed"


def test_units_that_do_not_compare_are_not_counted_and_told():
    water = (Portion(good="water", per_thousand=1000, daily=True, unit="升"),)
    items = (Item(id="water", name="饮用水", unit="箱"),)
    gauge = reserve(needed=water).gauge(book(lot("w", item="water"), items=items), DAY)
    assert gauge.met == 0
    assert any("do not compare" in str(each.says) for each in gauge.because)
    tons = (Item(id="grain", name="大米", unit="吨"),)
    grain = (Portion(good="grain", per_thousand=400, daily=True),)
    assert reserve(needed=grain).gauge(book(lot("g", item="grain", amount=0.4), items=tons), DAY).met == 1


def test_the_need_sheet_speaks_where_the_promise_is_silent_and_may_be_the_books_own(tmp_path):
    (tmp_path / "rules").mkdir()
    promise = reserve(needed=(), goods=("tent",), event="flood", level="II")
    assert promise.gauge(replace(book(lot("a", amount=30)), folder=tmp_path), DAY).met == pytest.approx(0.5)
    text = "in_force:\n  2021-01-01:\n    flood:\n      all:\n        tent: {per_thousand: 30}\n"
    (tmp_path / "rules" / "needs.yaml").write_text(text, encoding="utf-8")
    fresh = replace(book(lot("a", amount=30)), folder=tmp_path)
    assert promise.gauge(fresh, DAY).met == 1
    assert promise.gauge(replace(book(lot("a", amount=30)), folder=tmp_path), date(2020, 7, 20)).met is not None


def test_the_chance_is_the_same_each_time_and_falls_with_trouble():
    stock = book(lot("a", amount=100), lot("b", amount=100, store="far"))
    calm = reserve(within=Within(all=24)).gauge(stock, DAY)
    assert calm.chance == reserve(within=Within(all=24)).gauge(book(*stock.rows(Lot)), DAY).chance
    tight = reserve(within=Within(all=1)).gauge(book(lot("a")), DAY)
    assert tight.met == 1
    assert tight.chance < calm.chance


def stocks():
    return st.lists(
        st.tuples(st.sampled_from(["near", "far"]), st.sampled_from(["tent", "water"]), st.integers(0, 120),
                  st.sampled_from([None, date(2021, 7, 19), date(2021, 7, 21), date(2022, 1, 1)])),
        min_size=1, max_size=5,
    )  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(stocks(), st.integers(1, 50))
def test_more_stock_never_lowers_it_and_the_order_of_rows_does_not_matter(rows, extra):
    two = (Portion(good="tent", per_thousand=100), Portion(good="water", per_thousand=40, daily=True))
    promise = reserve(needed=two, within=Within(first=2, half=3, all=5), days=4)
    lots = [lot(str(n), item=item, store=store, amount=float(units), expires=until)
            for n, (store, item, units, until) in enumerate(rows)]  # fmt: skip
    before = promise.gauge(book(*lots), DAY)
    more = promise.gauge(book(*lots, lot("more", item=rows[0][1], store=rows[0][0], amount=float(extra))), DAY)
    assert more.met >= before.met - 1e-6
    assert promise.gauge(book(*reversed(lots)), DAY).met == pytest.approx(before.met, abs=1e-6)
    kept = [each for each in lots if each.expires is None or each.expires >= DAY]
    if kept:
        assert promise.gauge(book(*kept), DAY).met == pytest.approx(before.met, abs=1e-6)


def test_advice_is_confirmed_by_the_gauge_and_costs_no_more_than_the_budget():
    stock = book(
        lot("a", amount=40), lot("seen", amount=20, counted=None), lot("old", amount=5, expires=date(2021, 8, 1))
    )
    promise = reserve()
    now = promise.gauge(stock, DAY).met
    plan = promise.plan(stock, DAY)
    assert [move.group for move in plan.moves] == ["count", "buy", "rotate"]
    assert now + plan.gain == pytest.approx(1.0)
    assert plan.moves[1].cost == 35_000
    bought = lot("new", amount=35, store=plan.moves[1].row)
    counted = lot("seen", amount=20)
    assert promise.gauge(stock.over({Lot: (counted, bought)}), DAY).met == pytest.approx(now + plan.gain)
    tight = promise.plan(stock, DAY, budget=10_000)
    assert sum(move.cost or 0 for move in tight.moves) <= 10_000
    assert 0 < tight.gain < plan.gain
    assert tight.bound >= plan.gain - 1e-9
    assert promise.plan(book(lot("a", amount=1000)), DAY) is None


def test_layers_draw_stores_and_producers():
    maker = Agreement(id="m", name="厂", item="tent", surge_per_day=40, x=112.4, y=34.6, system="WGS-84")
    layers = {layer.id: layer for layer in reserve().layers(book(lot("a"), makers=(maker,)), DAY)}
    assert layers["stores"].ids == ["near"]
    assert layers["agreements"].ids == ["m"]


def test_figures_say_when_it_is_never():
    gauge = reserve().gauge(book(lot("a", amount=50)), DAY)
    never = next(f for f in gauge.figures if isinstance(f, Amount) and str(f.name).startswith("Hours to all"))
    assert never.value is None
    assert never.why is not None


@pytest.mark.parametrize("people", [2_000_000, 4_000_000, 10_000_000])
def test_what_is_enough_for_many_people_is_enough(people):
    many = [replace(home, people=(7 if home.id == "a" else 5) * 1e6) for home in VILLAGES]
    stock = book(lot("t", amount=1e8), lot("w", item="water", amount=1e9), homes=many)
    two = (Portion(good="tent", per_thousand=60), Portion(good="water", per_thousand=3000, daily=True))
    gauge = reserve(needed=two, affected=people, within=Within(first=3, half=8, all=24), days=3).gauge(stock, DAY)
    assert gauge.met == 1
    too_many = reserve(needed=two, affected=1e18).gauge(stock, DAY)
    assert too_many.verdict == "unknown"
    assert "more than live on Earth" in str(too_many.because[0].says)


def test_what_comes_after_the_promised_hour_is_said_to_come_not_never():
    stock = book(lot("a", store="far", amount=60), makers=(
        Agreement(id="m", name="厂", item="tent", usual_per_day=40, x=112.4, y=34.6, system="WGS-84"),))  # fmt: skip
    gauge = reserve(within=Within(all=2)).gauge(stock, DAY)
    assert gauge.met == 0
    hours = next(f.value for f in gauge.figures if isinstance(f, Amount) and str(f.name).startswith("Hours to half"))
    assert 4 < hours < 12
    assert "are there everywhere after" in " ".join(str(each.says) for each in gauge.because)


def test_a_good_that_nobody_said_how_much_of_is_named():
    gauge = reserve(goods=("tent", "helicopter"), needed=()).gauge(book(lot("a")), DAY)
    assert any("how much of helicopter" in str(each.says) for each in gauge.because)
