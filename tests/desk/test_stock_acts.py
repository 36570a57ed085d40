"""Goods move: received, counted, reserved, picked, shipped, delivered, returned, scrapped; and what is refused."""

from __future__ import annotations

import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DAY, DUTY, HE, HOUR, LI, MA, NOON, VIEWER, do, incidents, lot, stocked, usable

from luoshu.desk.act import facts_of, made_of
from luoshu.desk.approval import AskApproval
from luoshu.desk.journal import MayNot, Refused, Unclear
from luoshu.desk.leaving import Deliver, Pick, Release, Reserve, Return, Ship
from luoshu.desk.lots import LotStanding
from luoshu.desk.picking import Collect, ShipList
from luoshu.desk.room import Room
from luoshu.desk.stockroom import Count, Look, Receive, Scrap, TakeOver
from luoshu.desk.store_shut import CloseStore, OpenStore


@pytest.fixture
def room(place, tmp_path):
    with Room(place, stocked(tmp_path / "book")) as opened:
        yield opened


def test_a_lot_of_the_table_comes_to_the_desk_with_its_first_act_and_its_history_stays(room, tmp_path):
    entries = do(room, Count(lot="W1", amount=98))
    assert [each.draft.what for each in entries] == ["lot.take_over", "lot.count"]
    assert lot(room, "W1").amount == 98
    (found,) = lot(room, "W1").differences
    assert (found.before, found.after, found.who) == (100, 98, "li")
    path = tmp_path / "book" / "tables" / "lot.csv"
    path.write_text(path.read_text("utf-8").replace("W1,water,east,100", "W1,water,east,7"), "utf-8")
    (second,) = do(room, Count(lot="W1", amount=97))
    room.undo(second.number, by=LI, at=NOON, why="miscounted")
    room.undo(entries[1].number, by=LI, at=NOON, why="miscounted")
    assert (lot(room, "W1").amount, lot(room, "W1").differences) == (100, ())


def test_an_act_on_a_lot_of_the_table_sent_twice_is_written_once(room):
    once = do(room, Count(lot="W1", amount=98), mark="phone/1")
    assert do(room, Count(lot="W1", amount=98), mark="phone/1") == once
    assert len(lot(room, "W1").differences) == 1


def test_nobody_takes_over_what_the_table_does_not_say(room):
    with pytest.raises(Refused, match="does not say this"):
        do(room, TakeOver(lot="W1", item="water", store="east", amount=9999, condition="good", counted=DAY))
    with pytest.raises(Refused, match="does not say this"):
        do(room, TakeOver(lot="new", item="water", store="east", amount=1))


def test_what_is_received_counts_at_once_and_what_cannot_be_used_does_not(room):
    do(room, Receive(lot="W3", item="water", store="east", amount=20, expires=date(2022, 1, 1)))
    do(room, Receive(lot="T3", item="tent", store="east", amount=5, condition="damaged"))
    do(room, Receive(lot="T4", item="tent", store="east", amount=5, counted=False))
    found = usable(room)
    assert (found["W3"], found["T3"], found["T4"], found["T1"], found["T9"], found["W0"]) == (20, 0, 0, 30, 0, 0)
    assert usable(room, date(2022, 1, 2))["W3"] == 0
    do(room, Count(lot="T4", amount=4))
    assert usable(room)["T4"] == 4


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Receive(lot="W1", item="tent", store="east", amount=1), "there is a lot W1 already"),
        (Receive(lot="a/b", item="tent", store="east", amount=1), "cannot be a code"),
        (Receive(lot="..", item="tent", store="east", amount=1), "cannot be a code"),
        (Receive(lot="n", item="boat", store="east", amount=1), "boat does not stand in the catalogue"),
        (Receive(lot="n", item="water", store="east", amount=1), "write its last day"),
        (Receive(lot="n", item="water", store="east", amount=1, expires=date(2023, 1, 1)), "keeps for 365 days"),
        (Receive(lot="n", item="tent", store="east", amount=0), "more than nothing"),
        (Ship(lot="W0", amount=1, place="x"), "expired on 2021-07-01"),
        (Ship(lot="W1", amount=101, place="x"), "W1 holds 100, not 101"),
        (Ship(lot="T1", amount=31, place="x"), "T1 holds 30, not 31"),
        (Ship(lot="T9", amount=1, place="x"), "旧库 is closed"),
        (Ship(lot="W1", amount=1), "say where it goes"),
        (Ship(lot="W1", amount=1, store="east"), "stands in east already"),
        (Ship(lot="W1", amount=1, store="north"), "no store of the book"),
        (Ship(lot="W1", place="x"), "say how many"),
        (Ship(lot="none", amount=1, place="x"), "there is no lot none"),
        (Reserve(lot="W2", amount=1, purpose="x"), "lot W1 expires sooner, on 2021-08-01"),
        (Release(lot="W1", reservation="7"), "nothing of W1 is kept under 7"),
        (Deliver(lot="W1"), "nothing of W1 is under way"),
        (Deliver(lot="T1", amount=3), "2 left, so 3 cannot have arrived"),
        (Return(lot="W1", amount=1), "0 of W1 were handed over"),
        (Scrap(lot="T1", amount=31, reason="torn"), "10 of T1 are kept for somebody"),
        (Scrap(lot="W0", amount=51, reason="old"), "W0 holds 50, not 51"),
        (Look(lot="T1", condition="damaged", amount=35), "10 of T1 are kept for somebody"),
        (Look(lot="T1", condition="damaged", amount=41), "T1 holds 40"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(room, act, says):
    with pytest.raises(Refused, match=says):
        do(room, act)
    assert room.journal.entries() == []


def test_what_was_not_counted_does_not_leave(room):
    with pytest.raises(Refused, match="not counted yet"):
        do(room, Ship(lot="T2", amount=1, place="x"), by=HE)


def test_another_lot_than_the_first_to_expire_leaves_with_a_reason(room):
    do(room, Ship(lot="W2", amount=5, place="x", reason="W1 stands behind it"))
    do(room, Ship(lot="W1", amount=100, place="x"))
    do(room, Ship(lot="W2", amount=5, place="x"))  # nothing that expires sooner is left
    assert (lot(room, "W1").amount, lot(room, "W2").amount) == (0, 490)


def test_reserved_goods_are_nobody_elses_until_they_leave(room):
    do(room, Reserve(lot="W1", amount=60, purpose="school", reservation="school"))
    assert usable(room)["W1"] == 40
    with pytest.raises(Refused, match="W1 holds 40, not 41"):
        do(room, Ship(lot="W1", amount=41, place="x"))
    do(room, Pick(lot="W1", reservation="school"))
    assert lot(room, "W1").kept[0].picked
    do(room, Ship(lot="W1", reservation="school", amount=50, place="school"))
    do(room, Release(lot="W1", reservation="school", amount=4))
    assert (lot(room, "W1").amount, lot(room, "W1").reserved, usable(room)["W1"]) == (50, 6, 44)
    with pytest.raises(Refused, match="school holds 6, not 7"):
        do(room, Ship(lot="W1", reservation="school", amount=7, place="school"))


def test_what_was_reserved_when_it_was_good_does_not_leave_when_it_is_not(room):
    do(room, Reserve(lot="W1", amount=60, purpose="school", reservation="school"))
    with pytest.raises(Refused, match="expired on 2021-08-01"):
        do(room, Ship(lot="W1", reservation="school", place="school"), at=NOON + timedelta(days=20))
    do(room, Look(lot="W1", condition="damaged"))
    with pytest.raises(Refused, match="damaged"):
        do(room, Ship(lot="W1", reservation="school", place="school"))


def test_from_store_to_store_it_is_nobodys_stock_on_the_way_and_a_lot_where_it_arrives(room):
    do(room, Ship(lot="W1", amount=30, store="west", shipment="s1", due=NOON + HOUR))
    assert lot(room, "W1").amount == 70
    assert room.rows()[type(lot(room, "W1").row())][0].under_way == 30
    assert sum(usable(room).values()) == 70 + 500 + 30 + 60
    with pytest.raises(Refused, match="Li may not do this"):
        do(room, Deliver(lot="W1", shipment="s1"))
    entries = do(room, Deliver(lot="W1", shipment="s1", amount=28), by=HE)
    assert [each.draft.what for each in entries] == ["lot.deliver", "lot.receive"]
    new = lot(room, "W1-1")
    assert (new.store, new.amount, new.expires, new.of) == ("west", 28, date(2021, 8, 1), "W1")
    assert (lot(room, "W1").lost, lot(room, "W1").under_way) == (2, ())
    room.undo(entries[0].number, by=HE, at=NOON, why="wrong lorry")
    assert lot(room, "W1-1") is None
    assert lot(room, "W1").under_way[0].amount == 30


def test_what_was_handed_over_may_come_back_and_counts_when_it_was_looked_at(room):
    incidents(room, "flood")
    do(room, Ship(lot="W1", amount=30, place="school", incident="flood"))
    team = DUTY
    do(room, Deliver(lot="W1"), by=team)
    do(room, Return(lot="W1", amount=10))
    assert (lot(room, "W1").delivered, lot(room, "W1-1").amount, usable(room)["W1-1"]) == (20, 10, 0)
    with pytest.raises(Refused, match="20 of W1 were handed over"):
        do(room, Return(lot="W1", amount=21))
    do(room, Look(lot="W1-1", condition="good"))
    assert usable(room)["W1-1"] == 10
    timeline = [step.act.what for step in room.standing().timeline("flood")]
    assert timeline == ["incident.open", "lot.ship", "lot.deliver"]


def test_a_damaged_part_becomes_a_lot_of_its_own(room):
    do(room, Look(lot="T1", condition="damaged", amount=5, note="wet"))
    assert (lot(room, "T1").amount, lot(room, "T1-1").amount, lot(room, "T1-1").condition) == (35, 5, "damaged")
    assert (usable(room)["T1"], usable(room)["T1-1"]) == (25, 0)
    do(room, Scrap(lot="T1-1", amount=5, reason="wet"))
    assert lot(room, "T1-1").amount == 0
    assert usable(room)["T1-1"] == 0


def test_a_count_below_what_is_reserved_leaves_nothing_to_take_and_less_than_nothing_never(room):
    do(room, Count(lot="T1", amount=4))
    assert (lot(room, "T1").free, usable(room)["T1"]) == (0, 0)
    with pytest.raises(Refused):
        do(room, Ship(lot="T1", reservation="table", amount=5, place="x"))


def test_a_count_that_comes_late_does_not_undo_what_moved_in_between(room):
    do(room, Ship(lot="W1", amount=30, place="x"), at=NOON + HOUR)
    with pytest.raises(Refused, match="has changed at 2021-07-20 13:00, after it was counted: count it again"):
        do(room, Count(lot="W1", amount=100), by=MA, at=NOON + 2 * HOUR, happened=NOON)
    do(room, Count(lot="W1", amount=69), by=MA, at=NOON + 2 * HOUR)
    assert lot(room, "W1").amount == 69


def test_a_flooded_store_is_closed_tonight_and_nothing_in_it_counts_until_it_is_opened(room):
    with pytest.raises(Refused, match="may not do this"):
        do(room, CloseStore(store="east", reason="flooded"), by=HE)
    do(room, CloseStore(store="east", reason="flooded"))
    assert sum(usable(room).values()) == 0
    with pytest.raises(Refused, match="东库 is closed"):
        do(room, Ship(lot="W1", amount=1, place="x"))
    with pytest.raises(Refused, match="closed already"):
        do(room, CloseStore(store="east", reason="flooded"))
    do(room, OpenStore(store="east", reason="dry"), at=NOON + 30 * HOUR)
    assert usable(room, DAY)["W1"] == 0
    assert usable(room, DAY + timedelta(days=1))["W1"] == 100
    do(room, Ship(lot="W1", amount=1, place="x"), at=NOON + 31 * HOUR)
    with pytest.raises(Refused, match="has not closed east"):
        do(room, OpenStore(store="east", reason="dry"))


def test_who_may_move_what(room):
    for name, by in (("W1", HE), ("T2", LI), ("W1", VIEWER)):
        with pytest.raises(Refused, match="may not do this"):
            do(room, Count(lot=name, amount=30), by=by)
    do(room, Count(lot="T2", amount=30), by=HE)
    do(room, Count(lot="W1", amount=99), by=DUTY)


def test_the_last_of_a_lot_goes_to_one_of_two_who_ship_it_at_once(room):
    refused, gate = [], threading.Barrier(8)

    def ship(name):
        gate.wait()
        try:
            do(room, Ship(lot="W1", amount=100, place=name), by=MA if name in "abcd" else LI)
        except Refused as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ship, args=(name,)) for name in "abcdefgh"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(refused) == 7
    assert all("W1" in says for says in refused)
    assert lot(room, "W1").amount == 0
    assert len(lot(room, "W1").under_way) == 1


def test_two_programs_on_one_journal_do_not_ship_the_last_twice(place, tmp_path):
    book = stocked(tmp_path / "book")
    with Room(place, book) as one, Room(place, book) as other:
        do(one, Ship(lot="W1", amount=100, place="a"))
        with pytest.raises(Refused, match="nothing of it is left"):
            do(other, Ship(lot="W1", amount=1, place="b"))


def test_whatever_is_done_nothing_is_less_than_none_and_nothing_is_lost_or_made(tmp_path):
    """Acts at random: those that are not refused move units, and only receipts, counts and scraps change their sum."""
    import random

    chance = random.Random(7)
    with Room(tmp_path / "desk.sqlite", stocked(tmp_path / "book")) as room:
        numbers, done, refused = [], 0, 0
        for turn in range(400):
            name = chance.choice(["W0", "W1", "W2", "T1", "P1", "X1", "X2", "W1-1", "T1-1"])
            units, kept = chance.randint(0, 40), chance.choice(["", "k1", "k2", "table"])
            some, why = {"lot": name, "amount": units}, {"reason": "x"}
            act = chance.choice([
                Receive(**some, item="tent", store="east"),
                Reserve(**some, **why, purpose="x", reservation=kept),
                Release(lot=name, reservation=kept),
                Pick(**some, **why, reservation=kept),
                Ship(**some, **why, place="dam", reservation=kept),
                Ship(**some, **why, store="west"),
                Deliver(lot=name), Deliver(**some), Return(**some), Scrap(**some, **why), Count(**some),
                Look(lot=name, condition=chance.choice(["good", "damaged"]), amount=chance.choice([None, units])),
                Collect(picklist=f"p{turn}", item="water", store="east", amount=units, purpose="x"),
                ShipList(picklist=f"p{turn - 1}", place="dam"),
            ])  # fmt: skip
            at = NOON + timedelta(hours=turn)
            try:
                if numbers and chance.random() < 0.15:
                    room.undo(chance.choice(numbers), by=DUTY, at=at, why="x")
                else:
                    numbers.append(room.do(act, by=DUTY, at=at)[-1].number)
                done += 1
            except Refused:
                refused += 1
            day = (at + timedelta(hours=8)).date()
            for each in room.standing().all(LotStanding).values():
                parts = [each.amount, each.reserved, each.free, each.delivered, each.lost, each.scrapped]
                assert all(part >= 0 for part in parts), each
                assert all(part.amount > 0 for part in (*each.kept, *each.under_way))
                usable_units = usable(room, day)[each.id]
                assert 0 <= usable_units <= each.free
                if usable_units:
                    assert each.condition == "good"
                    assert each.counted is not None
                    assert each.expires is None or each.expires >= day
        assert done > 80
        assert refused > 80
        assert room.journal.fault() is None
        assert room.standing().unread == []


@pytest.mark.parametrize("units", [1e300, 9.9e14, 1e9 + 1])
def test_no_lot_holds_more_than_a_number_can_tell_exactly(units):
    for made in (Receive(lot="R5", item="tent", store="east", amount=units), Count(lot="T1", amount=units),
                 AskApproval(approval="q", act="count", lot="T1", amount=units, reason="x")):  # fmt: skip
        with pytest.raises(Unclear, match="more than 1e"):
            made_of(made.what, facts_of(made))


def test_who_may_take_in_one_of_several_shipments_is_told_to_name_it(room):
    do(room, Ship(lot="T1", amount=5, store="west"))  # beside the two of the table
    with pytest.raises(Refused, match="several shipments are under way: name one"):
        do(room, Deliver(lot="T1"), by=HE)
    with pytest.raises(MayNot):
        do(room, Deliver(lot="T1"), by=VIEWER)
    moving = lot(room, "T1").under_way[-1].id
    do(room, Deliver(lot="T1", shipment=moving), by=HE)
    with pytest.raises(MayNot):
        do(room, Deliver(lot="T1"), by=HE)


def test_a_cell_that_is_not_understood_is_named_as_its_heading():
    from luoshu.book.cell import parse
    from luoshu.desk.stock_file import RECEIPT_COLUMNS
    from luoshu.desk.stock_rows import heading_named

    column = next(each for each in RECEIPT_COLUMNS if each.name == "condition")
    _, fault = parse("好", heading_named(column))
    assert fault is not None
    assert "状况" in fault.says
    assert "condition" not in fault.says
