"""What one person may not do alone cannot be done in parts either, nor under another name."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DUTY, LI, MA, NOON, stocked

from luoshu.desk.approval import AskApproval, Grant
from luoshu.desk.incident import OpenIncident
from luoshu.desk.journal import Refused
from luoshu.desk.leaving import Reserve, Ship
from luoshu.desk.lots import LotStanding
from luoshu.desk.picking import Collect, ShipList
from luoshu.desk.resource import ApproveResource, RequestResource, SendResource
from luoshu.desk.room import Room
from luoshu.desk.stockroom import Count, Receive, Scrap

HOUR = timedelta(hours=1)
SECOND = "a second person must agree"


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
