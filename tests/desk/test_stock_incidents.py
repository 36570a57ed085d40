"""Goods for incidents: requested and sent, kept for one and for no other, and none of a drill."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DUTY, do, incidents, lot, stocked, usable

from luoshu.desk.actor import Actor
from luoshu.desk.actor import Grant as Role
from luoshu.desk.approval import AskApproval
from luoshu.desk.incident import CloseIncident
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.leaving import Pick, Release, Reserve, Return, Ship
from luoshu.desk.picking import Collect
from luoshu.desk.resource import CancelResource, SendResource
from luoshu.desk.room import Room
from luoshu.desk.store_shut import CloseStore, OpenStore


@pytest.fixture
def room(place, tmp_path):
    with Room(place, stocked(tmp_path / "book")) as opened:
        yield opened


def requested(room, amount, lots, item="pump", unit="", named=True):
    """A request of an incident, approved by the duty officer."""
    from luoshu.desk.incident import OpenIncident
    from luoshu.desk.resource import ApproveResource, RequestResource

    if "flood" not in {each.id for each in room.standing().all(OpenIncident.thing).values()}:
        do(room, OpenIncident(id="flood", title="洪水", type="flood"), by=DUTY)
    unit = unit or {"pump": "台", "water": "瓶"}[item]
    asked = RequestResource(
        id="r1", incident="flood", title="排水", amount=amount, unit=unit, item=item if named else "", to="dam"
    )
    do(room, asked, by=WANG2)
    do(room, ApproveResource(resource="r1", lots=lots), by=DUTY)


WANG2 = replace(DUTY, id="wang2", name="Wang 2")


def test_what_an_incident_asked_for_leaves_the_store_and_arrives_with_the_request(room):
    from luoshu.desk.resource import ArriveResource, SendResource

    requested(room, 130, ("W2", "W1"), item="water")
    entries = do(room, SendResource(resource="r1"), by=WANG2)
    assert [each.draft.what for each in entries if "take_over" not in each.draft.what] == [
        "resource.send", "lot.ship", "lot.ship",
    ]  # fmt: skip
    assert (lot(room, "W1").amount, lot(room, "W2").amount) == (0, 470)
    do(room, ArriveResource(resource="r1", amount=120), by=WANG2)
    assert (lot(room, "W2").delivered, lot(room, "W1").delivered, lot(room, "W1").lost) == (30, 90, 10)
    assert [step.act.what for step in room.standing().timeline("flood")].count("lot.deliver") == 2


def test_the_yes_to_a_request_is_the_second_persons_only_for_who_did_not_give_it_and_for_that_shipment(room):

    requested(room, 55, ("P1",))
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, SendResource(resource="r1"), by=DUTY)
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, Ship(lot="P1", amount=55, place="home", shipment="r1"), by=WANG2)
    do(room, SendResource(resource="r1"), by=WANG2)
    assert lot(room, "P1").amount == 5


def test_a_request_takes_no_lot_that_cannot_be_used_or_is_something_else(room):

    requested(room, 5, ("W0",), item="water")
    with pytest.raises(Refused, match="expired on 2021-07-01"):
        do(room, SendResource(resource="r1"), by=WANG2)
    with pytest.raises(Refused, match="lot P1 holds pump, not water"):
        do(room, SendResource(resource="r1", lots=("P1",)), by=WANG2)
    with pytest.raises(Refused, match="there is no lot none"):
        do(room, SendResource(resource="r1", lots=("none",)), by=WANG2)


def test_a_request_that_names_no_item_is_nobodys_yes_to_pumps(room):

    requested(room, 30, ("P1",), unit="瓶", named=False)  # approved: so many bottles of something
    with pytest.raises(Refused, match="水泵 is counted in 台"):
        do(room, SendResource(resource="r1"), by=WANG2)
    assert lot(room, "P1") is None


def test_goods_of_a_request_without_an_item_leave_with_the_usual_approval_alone(room):

    requested(room, 55, ("P1",), named=False)
    with pytest.raises(Refused, match="a second person must agree"):
        do(room, SendResource(resource="r1"), by=WANG2)
    do(room, SendResource(resource="r1", amount=2), by=WANG2)  # below the limit one person is enough
    assert lot(room, "P1").amount == 58


YI = Actor(id="inc", grants=(Role(role="store", incident="yi"),))


def test_what_is_kept_for_one_incident_leaves_for_no_other(room):
    incidents(room, "lu", "yi")
    do(room, Reserve(lot="P1", amount=4, purpose="fire", reservation="FIRE", incident="lu"))
    for made in (Ship(lot="P1", reservation="FIRE", incident="yi", place="x"),
                 Pick(lot="P1", reservation="FIRE", incident="yi")):  # fmt: skip
        with pytest.raises(MayNot):
            do(room, made, by=YI)
        with pytest.raises(Refused, match="FIRE is kept for incident lu, not yi"):
            do(room, made)
    do(room, Ship(lot="P1", reservation="FIRE", place="x"))
    assert lot(room, "P1").under_way[0].incident == "lu"


def test_what_is_kept_for_no_incident_is_not_for_who_works_in_one(room):
    incidents(room, "yi")
    do(room, Reserve(lot="P1", amount=4, purpose="school", reservation="S"))
    for made in (Ship(lot="P1", reservation="S", incident="yi", place="x"),
                 Pick(lot="P1", reservation="S", incident="yi")):  # fmt: skip
        with pytest.raises(MayNot):
            do(room, made, by=YI)
    do(room, Ship(lot="P1", amount=1, incident="yi", place="x"), by=YI)  # free ones are
    do(room, Ship(lot="P1", reservation="S", incident="yi", place="x"))
    assert [each.incident for each in lot(room, "P1").under_way] == ["yi", "yi"]


def test_a_drill_moves_no_real_goods_but_those_of_its_own_copy(room):
    from luoshu.desk.incident import OpenIncident

    do(room, OpenIncident(id="dr", type="flood", title="演习", drill=True), by=DUTY)
    for act in (
        Ship(lot="W1", amount=5, place="河堤", incident="dr"),
        Reserve(lot="W1", amount=5, purpose="演习", incident="dr"),
        Pick(lot="W1", amount=5, incident="dr"),
    ):
        with pytest.raises(Refused, match="is a drill and these goods are real"):
            do(room, act)
    with pytest.raises(Refused, match="is a drill and these goods are real"):
        do(room, CloseStore(store="east", reason="演练淹水", incident="dr"))
    assert lot(room, "W1") is None
    assert usable(room)["W1"] == 100
    room.book = replace(room.book, settings={**room.book.settings, "drill": True})
    do(room, Ship(lot="W1", amount=5, place="河堤", incident="dr"))
    assert lot(room, "W1").amount == 95


MOVES = (
    Ship(lot="W1", amount=1, place="x", incident="yi"),
    Reserve(lot="W1", amount=1, purpose="x", incident="yi"),
    Pick(lot="W1", amount=1, incident="yi"),
    Collect(picklist="p1", item="water", store="east", amount=1, purpose="x", incident="yi"),
    CloseStore(store="east", reason="flooded", incident="yi"),
    AskApproval(approval="q1", act="ship", lot="P1", amount=20, place="x", reason="x", incident="yi"),
)


@pytest.mark.parametrize("act", MOVES)
def test_nothing_moves_for_an_incident_that_is_none_or_is_over(room, act):
    with pytest.raises(Refused, match="there is no incident yi"):
        do(room, act)
    incidents(room, "yi")
    do(room, CloseIncident(incident="yi"), by=DUTY)
    with pytest.raises(Refused, match="the incident yi is closed"):
        do(room, act)
    assert lot(room, "W1") is None


def test_what_is_kept_for_an_incident_that_is_over_does_not_leave_but_comes_free(room):
    incidents(room, "yi")
    do(room, Reserve(lot="W1", amount=20, purpose="x", incident="yi", reservation="r"))
    do(room, CloseIncident(incident="yi", reason="the rest is for the next one"), by=DUTY)
    with pytest.raises(Refused, match="the incident yi is closed"):
        do(room, Ship(lot="W1", reservation="r", place="x"))
    do(room, Release(lot="W1", reservation="r"))
    assert usable(room)["W1"] == 100


def test_rights_in_one_incident_shut_and_open_no_store_for_all(room):
    incidents(room, "yi")
    limited = Actor(id="inc", name="Inc", grants=(Role(role="duty", incident="yi"),))
    with pytest.raises(MayNot):
        do(room, CloseStore(store="east", reason="flooded", incident="yi"), by=limited)
    do(room, CloseStore(store="east", reason="flooded", incident="yi"), by=DUTY)
    with pytest.raises(MayNot):
        do(room, OpenStore(store="east", reason="dry"), by=limited)
    assert [step.act.what for step in room.standing().timeline("yi")] == ["incident.open", "store.close"]


def test_an_incident_does_not_end_with_goods_that_nobody_thinks_of(room):
    incidents(room, "yi")
    do(room, Reserve(lot="W1", amount=20, purpose="x", incident="yi", reservation="r"))
    do(room, Ship(lot="T1", amount=4, place="河堤", incident="yi", shipment="s"))
    with pytest.raises(Refused, match="饮用水 W1: 20瓶, 帐篷 T1: 4顶"):
        do(room, CloseIncident(incident="yi"), by=DUTY)
    do(room, Release(lot="W1", reservation="r"))
    with pytest.raises(Refused, match="goods are kept for it or on their way: 帐篷 T1: 4顶"):
        do(room, CloseIncident(incident="yi"), by=DUTY)
    do(room, Return(lot="T1", shipment="s", amount=4))
    do(room, CloseIncident(incident="yi"), by=DUTY)
    assert lot(room, "T1-1").amount == 4


def test_goods_of_a_request_that_was_called_off_on_the_way_turn_round(room):
    requested(room, 5, ("P1",))
    do(room, SendResource(resource="r1"), by=WANG2)
    do(room, CancelResource(resource="r1", reason="不需要了"), by=DUTY)
    with pytest.raises(Refused, match="水泵 P1: 5台"):
        do(room, CloseIncident(incident="flood"), by=DUTY)
    for act, says in (
        (Return(lot="P1", shipment="r2", amount=1), "nothing of P1 is under way as r2"),
        (Return(lot="P1", shipment="r1", amount=6), "r1 holds 5, not 6"),
    ):
        with pytest.raises(Refused, match=says):
            do(room, act)
    do(room, Return(lot="P1", shipment="r1", amount=3))
    assert [each.amount for each in lot(room, "P1").under_way] == [2]
    assert (lot(room, "P1-1").amount, lot(room, "P1").delivered, usable(room)["P1-1"]) == (3, 0, 0)
    assert [step.act.what for step in room.standing().timeline("flood")][-1] == "lot.return"
