"""What an incident needs now: less what it was given, for every type of incident, and beside other incidents."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DAY, DUTY, HOUR, NOON, do, incidents, stocked

from luoshu.desk.closure import CloseRoad, OpenRoad
from luoshu.desk.given import also_counting_on, closures_for, needs_of
from luoshu.desk.incident import TYPES, CloseIncident, Incident, OpenIncident
from luoshu.desk.leaving import Deliver, Return, Ship
from luoshu.desk.removal import PlanRemoval
from luoshu.desk.resource import ApproveResource, ArriveResource, CancelResource, RequestResource, SendResource
from luoshu.desk.room import Room
from luoshu.desk.stockroom import Receive
from luoshu.kinds.needing import need_sheet


@pytest.fixture
def desk_book(desk_book):
    return stocked(desk_book).folder


@pytest.fixture
def room(tmp_path):
    book = stocked(tmp_path / "book")
    path = tmp_path / "book" / "tables" / "item.csv"
    path.write_text(path.read_text("utf-8").replace("饮用水,瓶", "饮用水,升"), "utf-8")
    with Room(tmp_path / "desk.sqlite", stocked_again(book)) as opened:
        incidents(opened, "yi", "lu")
        yield opened


def stocked_again(book):
    from luoshu.book.book import open_book
    from luoshu.kinds import tables

    return open_book(book.folder, tables=tables())


def moved(room, community, people, place, incident="yi"):
    do(room, PlanRemoval(id=f"m{community}", incident=incident, community=community, people=people, place=place),
       by=DUTY)  # fmt: skip


def needs(room, incident="yi", at=NOON):
    """How much of each item each area needs, and what is said."""
    things = room.standing()
    found, notes = needs_of(
        things, room.book.over(room.rows()), things.get(Incident, incident), at=at, day=DAY, hours=24.0
    )
    return {(each.area, each.item): each.amount for each in found}, [str(each.says) for each in notes]


def test_what_is_on_its_way_or_handed_over_is_not_asked_for_again(room):
    moved(room, "甲村", 1000, "甲")
    assert needs(room)[0]["甲", "tent"] == 60
    do(room, Ship(lot="T1", amount=10, place="甲", incident="yi", shipment="s1"))
    do(room, Deliver(lot="T1", shipment="s1", amount=9))
    do(room, Ship(lot="T1", amount=10, place="甲", incident="yi", shipment="s2"))
    found, notes = needs(room)
    assert found["甲", "tent"] == 60 - 9 - 10
    assert any("19 " in says and "not asked for again" in says for says in notes)
    do(room, Return(lot="T1", amount=4))
    assert needs(room)[0]["甲", "tent"] == 60 - 5 - 10
    assert needs(room, "lu")[0] == {}


def test_what_went_to_another_incident_or_into_a_store_is_still_needed(room):
    moved(room, "甲村", 1000, "甲")
    do(room, Ship(lot="T1", amount=10, place="甲", incident="lu", shipment="s1"))
    do(room, Ship(lot="T1", amount=10, store="west", incident="yi", shipment="s2"))
    assert needs(room)[0]["甲", "tent"] == 60


def test_what_went_to_a_place_of_its_own_is_that_areas_and_the_rest_is_shared(room):
    moved(room, "甲村", 1000, "甲")
    moved(room, "乙村", 1000, "乙")
    do(room, Ship(lot="T1", amount=20, place="甲", incident="yi"))
    do(room, Receive(lot="T5", item="tent", store="east", amount=50))
    do(room, Ship(lot="T5", amount=25, place="河边", incident="yi"))
    found, _ = needs(room)
    assert found["甲", "tent"] + found["乙", "tent"] == pytest.approx(120 - 45)
    assert found["甲", "tent"] < found["乙", "tent"]


def test_what_is_used_up_counts_as_long_as_it_lasts(room):
    moved(room, "甲村", 100, "甲")
    day = needs(room)[0]["甲", "water"]
    assert day == 300
    do(room, Ship(lot="W1", amount=100, place="甲", incident="yi"))
    do(room, Deliver(lot="W1"))
    assert needs(room)[0]["甲", "water"] == 200
    assert needs(room, at=NOON + 4 * HOUR)[0]["甲", "water"] == 250  # a sixth of a day's 300 was drunk
    assert needs(room, at=NOON + timedelta(days=2))[0]["甲", "water"] == 300


def test_a_request_from_outside_the_stores_that_is_on_its_way_is_counted(room):
    moved(room, "甲村", 1000, "甲")
    do(
        room,
        RequestResource(id="r", incident="yi", title="帐篷", amount=30, unit="顶", item="tent"),
        by=replace(DUTY, id="wang2"),
    )
    do(room, ApproveResource(resource="r"), by=DUTY)
    assert needs(room)[0]["甲", "tent"] == 60
    do(room, SendResource(resource="r", source="省库"), by=DUTY)
    assert needs(room)[0]["甲", "tent"] == 30
    do(room, ArriveResource(resource="r", amount=20), by=DUTY)
    assert needs(room)[0]["甲", "tent"] == 40


@pytest.mark.parametrize("type", TYPES)
def test_every_type_of_incident_has_needs_or_says_that_the_sheet_has_none(room, type):
    do(room, OpenIncident(id="x", type=type, title="x"), by=DUTY)
    moved(room, "甲村", 1000, "甲", "x")
    found, notes = needs(room, "x")
    lines = need_sheet(room.book, type, "IV", DAY).lines
    assert bool(found) == bool(lines)
    assert any("the need sheet says nothing" in says for says in notes) == (not lines)
    if type in ("rain", "flood", "forest fire", "fire", "epidemic", "supply failure"):
        assert found


def test_a_road_that_is_shut_in_one_incident_is_shut_for_all_but_not_by_a_drill(room):
    do(room, OpenIncident(id="dr", type="flood", title="演习", drill=True), by=DUTY)
    for name, incident in (("c1", "yi"), ("c2", "dr"), ("c3", "lu")):
        do(room, CloseRoad(id=name, incident=incident, road="桥", reason="淹", lon=112.47, lat=34.63), by=DUTY)
    do(room, OpenRoad(closure="c3"), by=DUTY)
    things = room.standing()
    shut = {id: {each.id for each in closures_for(things, things.get(Incident, id))} for id in ("yi", "lu", "dr")}
    assert shut == {"yi": {"c1"}, "lu": {"c1"}, "dr": {"c1", "c2"}}


def test_two_incidents_that_count_on_the_same_goods_know_of_each_other(room):
    def beside(incident):
        things, book = room.standing(), room.book.over(room.rows())
        here, span = things.get(Incident, incident), {"at": NOON, "day": DAY, "hours": 24.0}
        found, _ = needs_of(things, book, here, **span)
        return [each.id for each in also_counting_on(things, book, here, found, **span)]

    moved(room, "甲村", 1000, "甲")
    assert beside("yi") == []
    moved(room, "乙村", 1000, "乙", "lu")
    assert (beside("yi"), beside("lu")) == (["lu"], ["yi"])
    do(room, CloseIncident(incident="lu", reason="x"), by=DUTY)
    assert beside("yi") == []


def test_the_page_of_dispatch_says_what_it_does_not_know_and_who_else_counts_on_the_goods(desk_server):
    for id, type in (("yi", "flood"), ("lu", "flood"), ("zhen", "earthquake")):
        do(desk_server.room, OpenIncident(id=id, type=type, title=f"{id}题"), by=DUTY)
        moved(desk_server.room, f"{id}村", 1000, "甲", id)
    officer, one = desk_server.person("wang", "duty"), desk_server.person("li", "store", incident="yi")
    for who, named in ((officer, "lu题"), (one, "another incident")):
        page = who.get("/desk/incidents/yi/dispatch.json?language=en").json()
        assert page["because"][0].startswith(f"{named} needs some of the same goods now")
        assert named == "lu题" or "lu题" not in str(page)
    page = officer.get("/desk/incidents/zhen/dispatch.json?language=en").json()
    assert page["fault"] == ""
    assert page["because"] == [
        "the need sheet says nothing of what people need in a case of earthquake: write it into rules/needs.yaml"
    ]
    assert officer.get("/desk/incidents/zhen/dispatch").status_code == 200


def test_the_board_shows_goods_that_are_on_the_road_for_nothing(desk_server):
    room = desk_server.room
    incidents(room, "yi")
    do(room, RequestResource(id="r", incident="yi", title="帐篷", amount=5, unit="顶", item="tent"),
       by=replace(DUTY, id="wang2"))  # fmt: skip
    do(room, ApproveResource(resource="r", lots=("T1",)), by=DUTY)
    do(room, SendResource(resource="r"), by=DUTY)
    officer = desk_server.person("wang", "duty")
    assert "called off or is over" not in officer.get("/desk/incidents/yi?language=en").text
    do(room, CancelResource(resource="r", reason="x"), by=DUTY)
    page = officer.get("/desk/incidents/yi?language=en").text
    assert "Its request was called off or is over, and it is still on the road" in page
    assert 'href="/desk/stock/T1"' in page


def test_what_nobody_has_said_where_it_is_is_told_and_is_not_nothing(room):
    moved(room, "甲村", 860, "")
    do(room, RequestResource(id="r", incident="yi", title="帐篷", amount=200, unit="顶", item="tent"), by=DUTY)
    found, notes = needs(room)
    assert found == {}
    assert any("860 people (甲村) are in no shelter and no area" in says for says in notes)
    assert any("not in the plan: 帐篷" in says for says in notes)
    assert needs(room, "lu") == ({}, [])


def test_what_was_called_off_on_its_way_is_not_counted_on(room):
    moved(room, "甲村", 1000, "甲")
    do(room, RequestResource(id="r", incident="yi", title="帐篷", amount=30, unit="顶", item="tent"),
       by=replace(DUTY, id="wang2"))  # fmt: skip
    do(room, ApproveResource(resource="r", lots=("T1",)), by=DUTY)
    do(room, SendResource(resource="r"), by=replace(DUTY, id="wang2"))
    assert needs(room)[0]["甲", "tent"] == 30
    do(room, CancelResource(resource="r", reason="x"), by=DUTY)
    assert needs(room)[0]["甲", "tent"] == 60
