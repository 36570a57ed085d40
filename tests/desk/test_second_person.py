"""What one person may not do alone cannot be done in parts either, nor under another name."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DUTY, HE, LI, MA, NOON, incidents, stocked

from luoshu.book.book import open_book
from luoshu.desk.approval import AskApproval, Grant
from luoshu.desk.incident import OpenIncident
from luoshu.desk.journal import Refused
from luoshu.desk.leaving import Pick, Release, Reserve, Ship
from luoshu.desk.lots import LotStanding
from luoshu.desk.picking import Collect, ShipList
from luoshu.desk.rehearsal import rehearsed
from luoshu.desk.resource import ApproveResource, RequestResource, SendResource
from luoshu.desk.room import Room
from luoshu.desk.stockroom import Count, Receive, Scrap

HOUR = timedelta(hours=1)
SECOND = "a second person must agree"
BACK = "a second person must take it back"


@pytest.fixture
def room(tmp_path):
    with Room(tmp_path / "desk.sqlite", stocked(tmp_path / "book")) as opened:
        yield opened


def do(room, act, by=LI, at=NOON):
    return room.do(act, by=by, at=at)


def left(room, name="P1"):
    return room.standing().get(LotStanding, name).amount


def approved(room, name="q1", **more):
    do(room, AskApproval(approval=name, reason="flood", **more))
    do(room, Grant(approval=name), by=MA)


def test_whole_reservations_add_up_to_the_limit(room):
    """Eleven pumps at 9,000 yuan are below the limit of 100,000; a shipment of all that is reserved names no amount."""
    for name in ("a", "b"):
        do(room, Reserve(lot="P1", amount=6, purpose="x", reservation=name))
    do(room, Ship(lot="P1", reservation="a", place="dam"))
    with pytest.raises(Refused, match=rf"{SECOND} \(worth 108,000 元, more than 100,000 元, with what you did alone"):
        do(room, Ship(lot="P1", reservation="b", place="dam"))
    do(room, Ship(lot="P1", reservation="b", amount=5, place="dam"))
    with pytest.raises(Refused, match=SECOND):
        do(room, Ship(lot="P1", amount=1, place="dam"))
    do(room, Ship(lot="P1", reservation="b", place="dam"), by=MA)
    do(room, Ship(lot="P1", amount=11, place="dam"), at=NOON + 25 * HOUR)


def test_pick_lists_add_up_to_the_limit(room):
    for name in ("a", "b"):
        do(room, Collect(picklist=name, item="pump", store="east", amount=8, purpose="x"))
    do(room, ShipList(picklist="a", place="dam"))
    with pytest.raises(Refused, match=SECOND):
        do(room, ShipList(picklist="b", place="dam"))
    with pytest.raises(Refused, match=SECOND):
        do(room, Ship(lot="P1", amount=4, place="dam"))
    assert left(room) == 52


def test_what_a_second_person_agreed_to_does_not_count_as_done_alone(room):
    do(room, Collect(picklist="a", item="pump", store="east", amount=20, purpose="x"))
    approved(room, act="ship", lot="a", amount=20, place="dam")
    do(room, ShipList(picklist="a", place="dam", approval="q1"))
    approved(room, "q2", act="count", lot="P1", amount=25)
    do(room, Count(lot="P1", amount=25, approval="q2"))
    do(room, Ship(lot="P1", amount=11, place="dam"))
    assert left(room) == 14


def test_a_request_that_another_approved_does_not_count_as_done_alone(room):
    sender = replace(DUTY, id="wang2")
    do(room, OpenIncident(id="flood", title="洪水", type="flood"), by=DUTY)
    asked = {"incident": "flood", "title": "排水", "unit": "台", "to": "dam"}
    do(room, RequestResource(id="r1", amount=20, item="pump", **asked), by=sender)
    do(room, ApproveResource(resource="r1", lots=("P1",)), by=DUTY)
    do(room, SendResource(resource="r1"), by=sender)
    do(room, Ship(lot="P1", amount=11, place="dam"), by=sender)
    with pytest.raises(Refused, match=SECOND):
        do(room, Ship(lot="P1", amount=1, place="dam"), by=sender)


def test_the_lots_of_one_request_add_up_to_the_limit(room):
    """Where the request names no item nobody has agreed to what leaves, and parts of it are no smaller for that."""
    sender = replace(DUTY, id="wang2")
    for name in ("P2", "P3"):
        do(room, Receive(lot=name, item="pump", store="east", amount=8))
    do(room, OpenIncident(id="flood", title="洪水", type="flood"), by=DUTY)
    asked = RequestResource(id="r1", incident="flood", title="排水", unit="台", to="dam", amount=16)
    do(room, asked, by=sender)
    do(room, ApproveResource(resource="r1", lots=("P2", "P3")), by=DUTY)
    with pytest.raises(Refused, match=SECOND):
        do(room, SendResource(resource="r1"), by=sender)
    do(room, SendResource(resource="r1", amount=11), by=sender)
    assert left(room, "P2") + left(room, "P3") == 5


def test_a_lot_is_not_counted_away_in_steps(room):
    do(room, Count(lot="P1", amount=50))
    for amount in (49, 31, 0):
        do_at = NOON + HOUR
        if amount == 49:
            do(room, Count(lot="P1", amount=amount), at=do_at)
            continue
        with pytest.raises(Refused, match=SECOND):
            do(room, Count(lot="P1", amount=amount), at=do_at)
    do(room, Count(lot="P1", amount=60), at=NOON + 2 * HOUR)  # a slip of the pen put right is no difference
    do(room, Count(lot="P1", amount=71), at=NOON + 2 * HOUR)
    with pytest.raises(Refused, match=SECOND):  # nothing is counted into being either
        do(room, Count(lot="P1", amount=72), at=NOON + 2 * HOUR)
    do(room, Count(lot="P1", amount=70), by=MA, at=NOON + 2 * HOUR)
    do(room, Count(lot="P1", amount=60), at=NOON + 28 * HOUR)


def test_counts_of_several_lots_of_an_item_add_up(room):
    do(room, Receive(lot="P2", item="pump", store="east", amount=20))
    do(room, Count(lot="P1", amount=52))
    with pytest.raises(Refused, match=SECOND):
        do(room, Count(lot="P2", amount=16))
    with pytest.raises(Refused, match=SECOND):  # what is too many in one does not make up for what lacks in another
        do(room, Count(lot="P2", amount=24))
    do(room, Count(lot="P2", amount=17))


def test_shipped_scrapped_and_counted_away_add_up_where_one_limit_is_for_all(room):
    do(room, Ship(lot="P1", amount=5, place="dam"))
    do(room, Scrap(lot="P1", amount=4, reason="rust"))
    with pytest.raises(Refused, match=SECOND):
        do(room, Count(lot="P1", amount=48))
    do(room, Count(lot="P1", amount=49))
    for made in (Ship(lot="P1", amount=1, place="dam"), Scrap(lot="P1", amount=1, reason="rust")):
        with pytest.raises(Refused, match=SECOND):
            do(room, made)
    do(room, Count(lot="P1", amount=49))  # no difference needs nobody
    assert left(room) == 49


def test_nothing_is_slipped_into_a_pick_list_that_was_agreed_to(room):
    """A list of water stays one of water, whatever is kept under its name: its yes and its limit are for that."""
    do(room, Collect(picklist="L1", item="water", store="east", amount=55, purpose="school"))
    approved(room, act="ship", lot="L1", amount=55, place="dam")
    do(room, Release(lot="W1", reservation="L1", amount=54))
    for made in (
        Pick(lot="P1", amount=54, reservation="L1"),
        Reserve(lot="P1", amount=54, reservation="L1", purpose="x"),
    ):
        with pytest.raises(Refused, match="pick list L1 is made already: what is picked does not grow"):
            do(room, made)
    with pytest.raises(Refused, match="is for another act"):
        do(room, ShipList(picklist="L1", place="dam", approval="q1"))
    do(room, Reserve(lot="P1", amount=54, reservation="L2", purpose="x"))
    with pytest.raises(Refused, match="something is kept under L2 already"):
        do(room, Collect(picklist="L2", item="water", store="east", amount=1, purpose="school"))


def test_a_pick_list_is_no_lot_so_that_the_yes_to_one_is_not_for_the_other(room):
    approved(room, act="ship", lot="W2", amount=20, place="dam")
    with pytest.raises(Refused, match="there is a lot W2 already"):
        do(room, Collect(picklist="W2", item="pump", store="east", amount=20, purpose="x"))
    do(room, Collect(picklist="L1", item="pump", store="east", amount=20, purpose="x"))
    with pytest.raises(Refused, match="there is a pick list L1 already"):
        do(room, Receive(lot="L1", item="water", store="east", amount=20, expires=date(2022, 1, 1)))


def test_a_receipt_is_no_part_of_a_lot_by_saying_so(room):
    """Only what a delivery or a part of a lot brings keeps its last day unasked."""
    with pytest.raises(Refused, match="only what arrives, comes back or is parted"):
        do(room, Receive(lot="W9", item="water", store="east", amount=20, expires=date(2099, 1, 1), of="W1"))


def test_a_large_receipt_or_count_is_not_taken_back_by_who_made_it(room):
    def received(name, amount, by=LI):
        (entry,) = do(room, Receive(lot=name, item="pump", store="east", amount=amount), by=by)
        return entry.number

    room.undo(received("P2", 11), by=LI, at=NOON, why="typed twice")
    for number in (received("P3", 11), received("P4", 20)):  # nor in parts
        with pytest.raises(Refused, match=BACK):
            room.undo(number, by=LI, at=NOON, why="no pumps here")
        room.undo(number, by=DUTY, at=NOON, why="typed twice")
    number = received("P5", 1, by=MA)
    with pytest.raises(Refused, match="older than 24 hours"):
        room.undo(number, by=MA, at=NOON + 25 * HOUR, why="typed twice")
    approved(room, act="count", lot="P1", amount=90)
    _, found, _ = do(room, Count(lot="P1", amount=90, approval="q1"))
    with pytest.raises(Refused, match=BACK):
        room.undo(found.number, by=LI, at=NOON, why="no pumps here")
    room.undo(found.number, by=DUTY, at=NOON, why="miscounted")
    assert left(room) == 60


def test_what_is_kept_without_a_name_gets_into_no_list(room):
    with pytest.raises(Refused, match="put a letter before the number"):
        do(room, Collect(picklist="3", item="water", store="east", amount=1, purpose="school"))


def test_a_yes_for_one_incident_is_for_no_other(room):
    """Who decides in one incident only may have said it."""
    incidents(room, "yi", "lu")
    approved(room, act="ship", lot="P1", amount=20, place="dam", incident="yi")
    for incident in ("lu", ""):
        with pytest.raises(Refused, match="approval q1 is for incident yi"):
            do(room, Ship(lot="P1", amount=20, place="dam", incident=incident, approval="q1"))
    do(room, Reserve(lot="P1", amount=20, purpose="x", reservation="r", incident="lu"))
    with pytest.raises(Refused, match="approval q1 is for incident yi"):
        do(room, Ship(lot="P1", reservation="r", place="dam", approval="q1"))
    do(room, Ship(lot="P1", amount=20, place="dam", incident="yi", approval="q1"))
    do(room, Collect(picklist="L1", item="pump", store="east", amount=20, purpose="x", incident="lu"))
    approved(room, "q2", act="ship", lot="L1", amount=20, place="dam", incident="yi")
    with pytest.raises(Refused, match="approval q2 is for incident yi"):
        do(room, ShipList(picklist="L1", place="dam", approval="q2"))
    with pytest.raises(Refused, match="only goods that are shipped are for an incident"):
        approved(room, "q3", act="scrap", lot="P1", amount=20, incident="yi")


def test_a_limit_by_value_adds_up_over_items(room):
    do(room, Ship(lot="P1", amount=11, place="dam"))
    do(room, Ship(lot="T1", amount=2, place="dam"))
    with pytest.raises(
        Refused, match=r"worth 100,500 元, more than 100,000 元, with what you did alone in the last 24"
    ):
        do(room, Ship(lot="T1", amount=1, place="dam"))
    do(room, Ship(lot="T1", amount=1, place="dam"), by=MA)
    do(room, Ship(lot="T1", amount=1, place="dam"), at=NOON + 25 * HOUR)


def test_a_limit_by_value_adds_up_over_stores(room):
    for name, store in (("P7", "east"), ("P8", "west")):
        do(room, Receive(lot=name, item="pump", store=store, amount=20), by=DUTY)
        if name == "P7":
            do(room, Ship(lot=name, amount=11, place="dam"), by=DUTY)
    with pytest.raises(Refused, match=SECOND):
        do(room, Ship(lot="P8", amount=1, place="dam"), by=DUTY)
    do(room, Ship(lot="P8", amount=1, place="dam"), by=HE)


def ten_sorts(folder, limit):
    """A book with ten sorts of boats, some counted in 艘 and some in 套, of class 3, without prices; one limit."""
    book = stocked(folder)
    rows = "".join(f"b{n},船{n},{'艘' if n < 5 else '套'},3010101\n" for n in range(10))
    (folder / "tables" / "item.csv").write_text(f"id,name,unit,category\nrope,绳,米,2\n{rows}", "utf-8")
    lots = "".join(f"B{n},b{n},{'east' if n % 2 else 'west'},9,good,2021-07-01\n" for n in range(10))
    (folder / "tables" / "lot.csv").write_text(
        f"id,item,store,amount,condition,counted\nR,rope,east,900,good,2021-07-01\n{lots}", "utf-8"
    )
    (folder / "rules").mkdir()
    (folder / "rules" / "stock.yaml").write_text(f"in_force:\n  2021-01-01: {{approval: [{limit}]}}\n", "utf-8")
    return open_book(folder, tables=book.tables)


def test_a_limit_by_class_adds_up_over_ten_sorts_just_below_it(tmp_path):
    book = ten_sorts(tmp_path / "book", "{acts: [ship, scrap, count], category: '3', amount: 10}")
    with Room(tmp_path / "desk.sqlite", book) as room:
        do(room, Ship(lot="B0", amount=9, place="dam"), by=DUTY)
        do(room, Ship(lot="B1", amount=1, place="dam"), by=DUTY)
        for n in range(1, 10):
            with pytest.raises(Refused, match=r"more than 10.*, with what you did alone"):
                do(room, Ship(lot=f"B{n}", amount=1, place="dam"), by=DUTY)
        with pytest.raises(Refused, match=r"\(11 units of different goods, more than 10, with"):
            do(room, Scrap(lot="B7", amount=1, reason="leak"), by=DUTY)
        with pytest.raises(Refused, match=SECOND):
            do(room, Count(lot="B8", amount=8), by=DUTY)
        do(room, Count(lot="B8", amount=9), by=DUTY)
        do(room, Ship(lot="R", amount=900, place="dam"), by=DUTY)  # of no limit
        do(room, AskApproval(approval="q1", act="ship", lot="B2", amount=9, place="dam", reason="flood"), by=DUTY)
        do(room, Grant(approval="q1"), by=replace(DUTY, id="wang2"))
        do(room, Ship(lot="B2", amount=9, place="dam", approval="q1"), by=DUTY)


def test_the_sorts_of_one_request_add_up(tmp_path):
    sender = replace(DUTY, id="wang2")
    book = ten_sorts(tmp_path / "book", "{acts: [ship], category: '3', amount: 10}")
    with Room(tmp_path / "desk.sqlite", book) as room:
        do(room, OpenIncident(id="flood", title="洪水", type="flood"), by=DUTY)
        asked = RequestResource(id="r1", incident="flood", title="船", unit="艘", to="dam", amount=11)
        do(room, asked, by=sender)
        do(room, ApproveResource(resource="r1", lots=("B0", "B1")), by=DUTY)
        with pytest.raises(Refused, match=rf"{SECOND} \(11 艘, more than 10 艘\)"):
            do(room, SendResource(resource="r1"), by=sender)
        do(room, SendResource(resource="r1", amount=10), by=sender)


def test_a_trial_of_many_rows_says_which_of_them_needs_a_second_person(tmp_path):
    book = ten_sorts(tmp_path / "book", "{acts: [count], category: '3', amount: 3}")
    with Room(tmp_path / "desk.sqlite", book) as room:
        rows = [Count(lot=f"B{n}", amount=8) for n in range(5)]
        assert [bool(why) for why in rehearsed(room, rows, by=DUTY, at=NOON)] == [False] * 3 + [True] * 2
        for row in rows[:3]:
            do(room, row, by=DUTY)
        with pytest.raises(Refused, match=SECOND):
            do(room, rows[3], by=DUTY)


def test_receipts_of_different_items_that_are_taken_back_add_up(room):
    def received(name, item, amount):
        return do(room, Receive(lot=name, item=item, store="east", amount=amount))[0].number

    room.undo(received("P2", "pump", 11), by=LI, at=NOON, why="typed twice")
    number = received("T3", "tent", 3)
    with pytest.raises(Refused, match=BACK):
        room.undo(number, by=LI, at=NOON, why="typed twice")
    room.undo(number, by=DUTY, at=NOON, why="typed twice")
