"""What to hold where: candidates, offers, cut ways, whole units, a budget that is kept; all of it gauged anew."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from luoshu.book.book import Book
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.home import Home
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.reserve import Portion, Reserve, Within
from luoshu.kinds.reserve_chance import stands
from luoshu.kinds.reserve_state import picture
from luoshu.kinds.reserve_trouble import cases_of
from luoshu.kinds.store import Store

DAY = date(2021, 7, 20)
TENT = Item(id="tent", name="帐篷", unit="顶", price=1000)
PUMP = Item(id="pump", name="排水泵", unit="台", price=50_000)


def store(id, x, **more):
    return Store(**{"id": id, "name": id, "x": x, "y": 34.6, "system": "WGS-84", **more})


WEST, EAST = store("west", 112.0), store("east", 113.0)
BETWEEN = store("between", 112.98, state="candidate", cost=20_000.0)
VILLAGES = (
    Home(id="a", name="甲", x=112.0, y=34.6, system="WGS-84", people=500, place="1"),
    Home(id="b", name="乙", x=113.0, y=34.6, system="WGS-84", people=500, place="2"),
)  # fmt: skip


def lot(id, store="west", amount=100.0, item="tent", **more):
    return Lot(id=id, item=item, store=store, amount=amount, condition="good", counted=DAY, **more)


def book(*lots, stores=(WEST,), makers=(), items=(TENT, PUMP), folder="/nowhere"):
    return Book(folder=Path(folder)).over({Item: items, Store: stores, Lot: lots, Agreement: makers, Home: VILLAGES})


def promise(good="tent", rate=100, hours=3.0, **more):
    needed = (Portion(good=good, per_thousand=rate),)
    return Reserve(**{"id": "r", "words": "w", "needed": needed, "affected": 1000, "within": Within(all=hours), **more})


def done(plan, before, day=DAY):
    """The book once everything of a plan is done, by what its moves say they do."""
    after = before
    for number, move in enumerate(plan.moves):
        if move.group == "open":
            row = next(each for each in after.rows(Store) if each.id == move.row)
            after = after.over({Store: (replace(row, state="open"),)})
        if move.group == "agreement":
            row = next(each for each in after.rows(Agreement) if each.id == move.row)
            after = after.over({Agreement: (replace(row, state="signed", counted=day),)})
        if move.group == "buy":
            bought = lot(f"new-{number}", move.row, round(move.cost / 1000))
            after = after.over({Lot: (bought,)})
    return after


def calm(folder):
    """Rules in which no way is cut."""
    (folder / "rules").mkdir()
    text = "in_force:\n  2020-01-01:\n    flood: {blocked: 0, detour_hours: 0, together_km: 0}\n"
    (folder / "rules" / "needs.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_candidates_hold_nothing_and_offers_give_nothing():
    maker = Agreement(id="m", name="厂", item="tent", daily_stock=100, counted=DAY, x=113.0, y=34.6, system="WGS-84",
                      state="offered", fee=1.0)  # fmt: skip
    gauge = promise().gauge(book(lot("a"), lot("b", "between"), stores=(WEST, BETWEEN), makers=(maker,)), DAY)
    assert gauge.met == pytest.approx(0.5)
    reasons = " ".join(str(each.says) for each in gauge.because)
    assert "candidate that nobody has opened" in reasons
    assert "has not been signed" in reasons


def test_a_candidate_is_opened_where_nothing_else_reaches_in_time(tmp_path):
    """The east is four hours from the west, and three are promised."""
    stock = book(lot("a"), stores=(WEST, BETWEEN), folder=calm(tmp_path))
    kept = promise()
    plan = kept.plan(stock, DAY)
    assert [(move.group, move.row) for move in plan.moves] == [("open", "between"), ("buy", "between")]
    assert [move.cost for move in plan.moves] == [20_000, 50_000]
    assert "Without it nothing" in str(plan.moves[0].because[0].says)
    assert kept.gauge(done(plan, stock), DAY).met == pytest.approx(kept.gauge(stock, DAY).met + plan.gain)


def test_a_store_that_stands_is_used_before_one_is_opened_unless_it_is_full(tmp_path):
    stock = book(lot("a"), stores=(WEST, EAST, BETWEEN), folder=calm(tmp_path))
    assert [move.row for move in promise().plan(stock, DAY).moves] == ["east"]
    packed = (replace(TENT, volume=2.0), PUMP)
    full = book(lot("a"), stores=(WEST, replace(EAST, space=60.0), BETWEEN), items=packed, folder=stock.folder)
    moves = {(move.group, move.row): move.cost for move in promise().plan(full, DAY).moves}
    assert moves == {("open", "between"): 20_000, ("buy", "east"): 30_000, ("buy", "between"): 20_000}


@pytest.mark.parametrize(("fee", "signed"), [(30_000.0, True), (90_000.0, False)])
def test_an_offer_is_signed_where_it_costs_less_than_buying(tmp_path, fee, signed):
    maker = Agreement(id="m", name="厂", item="tent", daily_stock=50, x=113.0, y=34.6, system="WGS-84", state="offered",
                      fee=fee)  # fmt: skip
    stock = book(lot("a"), stores=(WEST, EAST), makers=(maker,), folder=calm(tmp_path))
    plan = promise().plan(stock, DAY)
    assert [move.group for move in plan.moves] == (["agreement"] if signed else ["buy"])
    assert promise().gauge(done(plan, stock), DAY).met == 1


def test_what_costs_nobody_knows_what_is_left_out_and_named(tmp_path):
    maker = Agreement(id="m", name="厂", item="tent", daily_stock=50, state="offered", x=113.0, y=34.6, system="WGS-84")
    stock = book(lot("a"), stores=(WEST, replace(BETWEEN, cost=None)), makers=(maker,), folder=calm(tmp_path))
    plan = promise(hours=12.0).plan(book(*stock.rows(Lot)[:0], lot("a", amount=10), stores=stock.rows(Store),
                                         makers=(maker,), folder=stock.folder), DAY)  # fmt: skip
    assert {move.row for move in plan.moves} == {"west"}
    assert "nobody has written what they cost: between、厂" in " ".join(str(each.says) for each in plan.because)


def test_where_it_is_whole_only_while_every_way_is_open_more_is_held_against_cut_ways():
    """All tents stand in the west and reach the east in time, but not where the way is cut."""
    stock = book(lot("a", amount=120), stores=(WEST, EAST))
    kept = promise(hours=6.0)
    before = kept.gauge(stock, DAY)
    assert before.met == 1
    assert before.chance < 0.9
    plan = kept.plan(stock, DAY)
    assert {(move.group, move.row) for move in plan.moves} == {("buy", "east")}
    assert kept.gauge(done(plan, stock), DAY).chance >= 0.9 > before.chance
    assert "goes from" in str(plan.because[0].says)
    tried = next(each.says for each in plan.because if "fresh" in each.says.values)
    after = done(plan, stock)
    cases = cases_of(kept, picture(kept, stock, DAY), stock, DAY, 400, " held, tried last")
    held = picture(kept, after, DAY).held
    stood = sum(all(stands(each, picture(kept, after, DAY), case) for each in held) for case in cases) / 400
    assert stood >= 0.9
    assert tried.values["fresh"].values["value"] == pytest.approx(100 * stood, abs=0.5)
    poor = kept.plan(stock, DAY, budget=5_000)
    assert sum(move.cost or 0 for move in poor.moves) <= 5_000


@pytest.mark.parametrize("budget", [40_000.0, 120_000.0, 260_000.0, 1e6])
def test_of_few_things_whole_ones_are_planned_and_the_budget_is_kept(budget):
    stores = (WEST, EAST, BETWEEN, store("south", 112.5))
    stock = book(lot("a", amount=1, item="pump"), stores=stores)
    kept = promise("pump", rate=5, hours=6.0)
    plan = kept.plan(stock, DAY, budget=budget)
    bought = [move for move in plan.moves if move.group == "buy"] if plan else []
    assert sum(move.cost for move in (plan.moves if plan else ())) <= budget
    assert all(move.cost % 50_000 == 0 for move in bought)
    assert sum(move.cost for move in bought) >= min(4 * 50_000, budget // 50_000 * 50_000)


def test_cases_stay_what_they_are_when_goods_move_and_near_ways_go_together():
    stock = book(lot("a"), stores=(WEST, EAST, store("near", 112.01)))
    kept = promise(hours=6.0)
    one = cases_of(kept, picture(kept, stock, DAY), stock, DAY, 300)
    moved = stock.over({Lot: (lot("b", "east"),)})
    two = cases_of(kept, picture(kept, moved, DAY), moved, DAY, 300)
    for case, same in zip(one, two, strict=True):
        assert all((case.longer[place] == same.longer[place]).all() for place in case.longer)
    to_east = {name: [case.longer[f"store:{name}"][1] > 0 for case in one] for name in ("west", "near", "east")}
    alike = sum(a == b for a, b in zip(to_east["west"], to_east["near"], strict=True))
    assert alike > 290
    assert 0.1 < sum(to_east["west"]) / 300 < 0.3


def test_what_expires_is_rotated_and_what_hangs_on_it_is_said():
    stock = book(lot("a", amount=60), lot("b", amount=60, expires=date(2021, 8, 1)))
    moves = promise(hours=12.0).plan(stock, DAY).moves
    turned = next(move for move in moves if move.group == "rotate")
    said = str(turned.because[0].says)
    assert "60%" in said or "60 %" in said
    spare = book(lot("a", amount=200), lot("b", amount=60, expires=date(2021, 8, 1)))
    moves = promise(hours=12.0).plan(spare, DAY).moves
    turned = next(move for move in moves if move.group == "rotate")
    assert "does not rest on them" in str(turned.because[0].says)
