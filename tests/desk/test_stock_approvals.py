"""What one person may not move alone: asked for, agreed to by another, carried out once, and no way round it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DUTY, HE, HOUR, LI, MA, NOON, VIEWER, ask, do, incidents, lot, stocked

from luoshu.desk.approval import Approval, AskApproval, Grant, Refuse, UseApproval
from luoshu.desk.journal import Refused
from luoshu.desk.leaving import Deliver, Ship
from luoshu.desk.picking import Collect, ShipList
from luoshu.desk.resource import ApproveResource, ArriveResource, RequestResource, SendResource
from luoshu.desk.room import Room
from luoshu.desk.stockroom import Count, Scrap


@pytest.fixture
def room(place, tmp_path):
    with Room(place, stocked(tmp_path / "book")) as opened:
        yield opened


SHIP = Ship(lot="P1", amount=55, place="dam", approval="q1")


def test_above_the_limit_a_second_person_must_agree_to_exactly_this_once(room):
    with pytest.raises(Refused, match=r"a second person must agree \(worth 495,000 元, more than 100,000 元\)"):
        do(room, Ship(lot="P1", amount=55, place="dam"))
    ask(room, place="dam")
    with pytest.raises(Refused, match="waits for a second person"):
        do(room, SHIP)
    with pytest.raises(Refused, match="who asks does not approve"):
        do(room, Grant(approval="q1"))
    with pytest.raises(Refused, match="may not do this"):
        do(room, Grant(approval="q1"), by=HE)
    with pytest.raises(Refused, match="may not do this"):
        do(room, Grant(approval="q1"), by=VIEWER)
    do(room, Grant(approval="q1"), by=MA)
    for other in (
        Ship(lot="P1", amount=54, place="dam", approval="q1"),
        Ship(lot="P1", amount=55, place="home", approval="q1"),
        Scrap(lot="P1", amount=55, reason="x", approval="q1"),
    ):
        with pytest.raises(Refused, match="is for another act"):
            do(room, other)
    with pytest.raises(Refused, match="who approved does not carry it out"):
        do(room, SHIP, by=MA)
    with pytest.raises(Refused, match="may not do this"):
        do(room, UseApproval(approval="q1"))
    with pytest.raises(Refused, match="ran out"):
        do(room, SHIP, at=NOON + 25 * HOUR)
    (_, done, _) = do(room, SHIP)
    assert room.standing().get(Approval, "q1").state == "used"
    with pytest.raises(Refused, match="carried out"):
        do(room, Ship(lot="P1", amount=5, place="dam", approval="q1"))
    room.undo(done.number, by=LI, at=NOON, why="wrong lorry")
    assert room.standing().get(Approval, "q1").state == "granted"
    assert lot(room, "P1").amount == 60


def test_a_refused_request_lets_nothing_through(room):
    ask(room, place="dam")
    do(room, Refuse(approval="q1", reason="too many"), by=MA)
    with pytest.raises(Refused, match="refused"):
        do(room, SHIP)
    with pytest.raises(Refused, match="decided already"):
        do(room, Grant(approval="q1"), by=MA)


def test_parts_do_not_slip_below_the_limit(room):
    do(room, Ship(lot="P1", amount=11, place="dam"))
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, Ship(lot="P1", amount=1, place="dam"))
    do(room, Ship(lot="P1", amount=1, place="dam"), by=MA)
    do(room, Ship(lot="P1", amount=11, place="dam"), at=NOON + 25 * HOUR)


def test_a_large_difference_of_a_count_needs_a_second_person(room):
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, Count(lot="P1", amount=0))
    ask(room, act="count", amount=0)
    do(room, Grant(approval="q1"), by=MA)
    do(room, Count(lot="P1", amount=0, approval="q1"))
    assert lot(room, "P1").amount == 0


def test_a_count_makes_nothing_good_again_without_a_second_person(room):
    with pytest.raises(Refused, match="keeps for 365 days, so it cannot be good until 2099-01-01"):
        do(room, Count(lot="W0", amount=50, expires=date(2099, 1, 1)))
    later = date(2021, 9, 1)
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, Count(lot="W0", amount=50, expires=later))
    do(room, AskApproval(approval="q1", act="count", lot="W0", amount=50, reason="label"))
    do(room, AskApproval(approval="q2", act="count", lot="W0", amount=50, expires=later, reason="label"))
    for name in ("q1", "q2"):
        do(room, Grant(approval=name), by=MA)
    with pytest.raises(Refused, match="is for another act"):  # nobody saw this last day
        do(room, Count(lot="W0", amount=50, expires=later, approval="q1"))
    do(room, Count(lot="W0", amount=50, expires=later, approval="q2"))
    do(room, Count(lot="W1", amount=100, expires=date(2021, 7, 25)))  # an earlier one needs nobody
    assert (lot(room, "W0").expires, lot(room, "W1").expires) == (later, date(2021, 7, 25))


def test_a_large_pick_list_needs_a_second_person_as_a_whole(room):
    do(room, Collect(picklist="p1", item="pump", store="east", amount=55, purpose="dam"))
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, ShipList(picklist="p1", place="dam"))
    ask(room, lot="p1", place="dam")
    do(room, Grant(approval="q1"), by=MA)
    do(room, ShipList(picklist="p1", place="dam", approval="q1"))
    assert lot(room, "P1").amount == 5


def test_what_is_lost_on_the_way_is_no_more_than_one_person_may_write_off(room):
    ask(room, amount=20, store="west")
    do(room, Grant(approval="q1"), by=MA)
    do(room, Ship(lot="P1", amount=20, store="west", shipment="s1", approval="q1"))
    with pytest.raises(Refused, match=r"a second person must agree.* with how many arrived, and s1 as the place"):
        do(room, Deliver(lot="P1", amount=1), by=HE)
    do(room, AskApproval(approval="q2", act="count", lot="P1", amount=1, place="s1", reason="lorry in the river"))
    do(room, Grant(approval="q2"), by=MA)
    with pytest.raises(Refused, match="is for another act"):
        do(room, Deliver(lot="P1", amount=0, approval="q2"), by=HE)
    with pytest.raises(Refused, match="is for another act"):  # a yes to a loss on the way is none to a count
        do(room, Count(lot="P1", amount=1, approval="q2"))
    do(room, Deliver(lot="P1", amount=1, approval="q2"), by=HE)
    assert (lot(room, "P1").lost, lot(room, "P1-1").amount) == (19, 1)
    assert room.standing().get(Approval, "q2").state == "used"


def test_losses_add_up_and_no_count_makes_up_for_them(room):
    for name in ("s1", "s2"):
        do(room, Ship(lot="P1", amount=8, place="dam", shipment=name), by=LI if name == "s1" else MA)
    do(room, Count(lot="P1", amount=46), by=DUTY)  # two more than are written
    do(room, Deliver(lot="P1", shipment="s1", amount=2), by=DUTY)
    with pytest.raises(Refused, match="with what you did alone in the last 24 hours"):
        do(room, Deliver(lot="P1", shipment="s2", amount=3), by=DUTY)
    do(room, Deliver(lot="P1", shipment="s2", amount=7), by=DUTY)


def test_a_request_of_which_too_little_came_asks_for_a_second_person(room):
    wang2 = replace(DUTY, id="wang2", name="Wang 2")
    incidents(room, "yi")
    do(room, RequestResource(id="r1", incident="yi", title="排水", amount=20, unit="台", item="pump"), by=wang2)
    do(room, ApproveResource(resource="r1", lots=("P1",)), by=DUTY)
    do(room, SendResource(resource="r1"), by=wang2)
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, ArriveResource(resource="r1", amount=0), by=DUTY)
    do(room, AskApproval(approval="q2", act="count", lot="P1", amount=0, place="r1", reason="lost"), by=wang2)
    do(room, Grant(approval="q2"), by=MA)
    do(room, ArriveResource(resource="r1", amount=0, approval="q2"), by=DUTY)
    assert (lot(room, "P1").lost, lot(room, "P1").under_way) == (20, ())
