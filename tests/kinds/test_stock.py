"""What of the stock counts on a day: nothing expired, damaged, reserved, uncounted or unknown, ever."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.book.book import open_book
from luoshu.kinds.item import Item, category_fault
from luoshu.kinds.lot import CONDITIONS, Lot
from luoshu.kinds.stock import available, first_out, holdings, taken, usable
from luoshu.kinds.stock_faults import stock_faults
from luoshu.kinds.stock_rules import GUARDED, StockRules, stock_rules
from luoshu.kinds.store import Store

DAY = date(2021, 7, 20)
TENT = Item(id="tent", name="帐篷", unit="顶", category="1", price=800)
WATER = Item(id="water", name="饮用水", unit="瓶", shelf_life_days=365)
SHED, SHUT = Store(id="a", name="一号库"), Store(id="b", name="二号库", state="closed")


def lot(**given):
    told = {"id": "1", "item": "tent", "store": "a", "amount": 10, "condition": "good", "counted": date(2021, 7, 1)}
    return Lot(**{**told, **given})


def found(of, item=TENT, store=SHED, rules=None, day=DAY):
    return usable(of, item, store, rules or StockRules(), day)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"expires": date(2021, 7, 19)}, "expired"),
        ({"condition": "damaged"}, "damaged"),
        ({"condition": "unknown"}, "unchecked"),
        ({"counted": None}, "uncounted"),
        ({"counted": date(2021, 8, 1)}, "uncounted"),
        ({"counted": date(2020, 7, 1)}, "count-too-old"),
        ({"received": date(2021, 7, 25)}, "not-yet"),
    ],
)
def test_what_does_not_count_and_why(given, reason):
    each = found(lot(**given))
    assert each.amount == 0
    assert [(part.amount, part.reason) for part in each.withheld] == [(10, reason)]


def test_a_lot_is_good_to_the_end_of_its_last_day():
    assert found(lot(expires=DAY)).amount == 10
    assert found(lot(expires=DAY), day=DAY + timedelta(days=1)).amount == 0


def test_what_expires_needs_its_day_and_everything_its_item_and_an_open_store():
    assert found(lot(item="water"), item=WATER).reason == "no-expiry"
    assert found(lot(), item=None).reason == "unknown-item"
    assert found(lot(), store=None).reason == "unknown-store"
    assert found(lot(store="b"), store=SHUT).reason == "store-closed"


def test_all_reasons_are_told_the_weightiest_first():
    each = found(lot(condition="damaged", counted=None, expires=date(2021, 1, 1)))
    assert each.reason == "expired"
    assert [str(says) for says in each.because] == ["expired on 2021-01-01", "damaged", "not counted yet"]


DAYS = st.none() | st.dates(date(2019, 1, 1), date(2024, 1, 1))
AMOUNTS = st.floats(0, 1e7) | st.sampled_from([float("nan"), float("inf"), -1.0])
LOTS = st.builds(
    Lot, id=st.text("abc", min_size=1, max_size=4), item=st.sampled_from(["tent", "water", "?"]),
    store=st.sampled_from(["a", "b", "?"]), amount=AMOUNTS, reserved=AMOUNTS, under_way=AMOUNTS, expires=DAYS,
    counted=DAYS, received=DAYS, condition=st.sampled_from([*CONDITIONS, "?"]),
)  # fmt: skip


@given(st.lists(LOTS, max_size=12), st.dates(date(2019, 1, 1), date(2024, 1, 1)), st.floats(0, 1e7))
def test_never_is_anything_counted_that_cannot_be_used(lots, day, wanted):
    items, stores = {"tent": TENT, "water": WATER}, {"a": SHED, "b": SHUT}
    every = [found(each, items.get(each.item), stores.get(each.store), day=day) for each in lots]
    for each in every:
        row, there = each.lot, max(0.0, each.lot.amount if each.lot.amount < float("inf") else 0.0)
        assert each.amount >= 0
        assert all(part.amount >= 0 for part in each.withheld)
        assert each.amount + sum(part.amount for part in each.withheld) == pytest.approx(there, abs=1e-3)
        if each.amount > 0:
            assert row.condition == "good"
            assert row.expires is None or row.expires >= day
            assert row.counted is not None
            assert day - timedelta(days=366) <= row.counted <= day + timedelta(days=1)
            assert row.store == "a"
            assert row.item == "tent" or (row.item == "water" and row.expires is not None)
            assert not row.reserved > 0 or each.amount <= row.amount - min(row.reserved, row.amount) + 1e-5
    parts = taken(every, wanted)
    assert sum(part for _, part in parts) <= min(wanted, sum(each.amount for each in every)) + 1e-5
    assert all(0 < part <= each.amount for each, part in parts)
    assert all(each.available >= 0 and each.total >= 0 for each in holdings(every, day))


def test_first_expired_first_out():
    every = [
        found(lot(id="late", item="water", expires=date(2022, 7, 1)), WATER),
        found(lot(id="gone", item="water", expires=date(2021, 7, 1)), WATER),
        found(lot(id="soon", item="water", expires=date(2021, 8, 1), amount=4), WATER),
        found(lot(id="never")),
    ]
    assert [each.lot.id for each in first_out(every)] == ["soon", "late", "never"]
    assert [(each.lot.id, part) for each, part in taken(every, 9)] == [("soon", 4), ("late", 5)]
    assert sum(part for _, part in taken(every, 1000)) == 24


def test_a_holding_tells_what_is_there_by_reason():
    every = [
        found(lot(id="1", reserved=2)),
        found(lot(id="2", expires=date(2021, 8, 1))),
        found(lot(id="3", condition="damaged", amount=3, under_way=5)),
    ]
    (holding,) = holdings(every, DAY)
    assert (holding.available, holding.expiring, holding.under_way, holding.total) == (18, 10, 5, 23)
    assert holding.withheld == {"reserved": 2, "damaged": 3}
    assert holding.next_expiry == date(2021, 8, 1)


TABLES = {
    "item.csv": "id,name,unit,category,shelf_life_days\ntent,帐篷,顶,1,\nwater,饮用水,瓶,4x,365\n",
    "store.csv": "id,name\na,一号库\n",
    "lot.csv": "id,item,store,amount,expires,condition,counted,reserved,received\n"
    "1,tent,a,10,,good,2021-07-01,,\n2,water,a,5,,good,2021-07-01,7,\n3,water,a,5,2029-01-01,good,,,2021-01-01\n",
    "agreement.csv": "id,name,item,since,until\nx,厂,tent,2021-05-01,2020-05-01\n",
}


@pytest.fixture
def book(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text("title: 储备\n", "utf-8")
    for name, text in TABLES.items():
        (tmp_path / "tables" / name).write_text(text, "utf-8")
    return open_book(tmp_path)


def test_a_book_tells_what_is_available_and_what_lies_over_it_counts_at_once(book):
    assert {each.lot.id: each.amount for each in available(book, DAY)} == {"1": 10, "2": 0, "3": 0}
    over = book.over({Lot: [lot(amount=1)]})
    assert {each.lot.id: each.amount for each in available(over, DAY)} == {"1": 1, "2": 0, "3": 0}


def test_what_is_wrong_with_the_tables_is_told_with_its_line(book):
    told = [(fault.code, fault.source.file, fault.source.line) for fault in stock_faults(book)]
    assert told == [
        ("unknown-class", "tables/item.csv", 3),
        ("more-than-all", "tables/lot.csv", 3),
        ("no-expiry", "tables/lot.csv", 3),
        ("late-expiry", "tables/lot.csv", 4),
        ("ends-before", "tables/agreement.csv", 2),
    ]


@pytest.mark.parametrize("code", ["", "1", "103", "10302", "1030201", "399"])
def test_classes_that_may_be(code):
    assert category_fault(code) is None


@pytest.mark.parametrize("code", ["0", "4", "12", "1030", "10302011", "1a3", "１０３"])
def test_classes_that_are_none(code):
    assert category_fault(code) is not None


def test_above_a_limit_a_second_person_is_needed(book):
    rules = stock_rules(book, DAY)
    assert rules.built_in
    assert rules.needs_approval("ship", TENT, 125) is None
    assert str(rules.needs_approval("ship", TENT, 126)) == "worth 100,800 元, more than 100,000 元"
    assert rules.needs_approval("reserve", TENT, 10_000) is None
    assert rules.needs_approval("scrap", Item(id="x", name="x", unit="台", category="2010101"), 51) is not None


def test_a_book_has_its_own_limits_and_a_broken_one_asks_always(book, tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    limits = "[{acts: [ship], item: tent, amount: 5}, {amount: many}]"
    (rules / "stock.yaml").write_text(f"in_force:\n  2021-01-01: {{recount_days: 31, approval: {limits}}}\n")
    fresh = open_book(tmp_path)
    found = stock_rules(fresh, DAY)
    assert (found.built_in, found.recount_days, found.warn_days) == (False, 31, 90)
    assert all(found.needs_approval(act, WATER, 0.5) for act in GUARDED)
    assert stock_rules(fresh, date(2020, 1, 1)).built_in
    assert [fault.code for fault in stock_faults(fresh) if fault.source.file == "rules/stock.yaml"] == ["bad-value"]


def test_a_rule_without_limits_keeps_the_built_in_ones(book, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "stock.yaml").write_text("in_force:\n  2021-01-01: {warn_days: 30}\n")
    assert stock_rules(open_book(tmp_path), DAY).needs_approval("ship", TENT, 126) is not None
