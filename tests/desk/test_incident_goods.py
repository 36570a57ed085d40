"""Resources, people to move, shut roads, messages: amounts that add up, shelters that are full, no lists of persons."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidents import GUEST, NOON, OFFICER, OTHERS, SECOND, TEAM, after, opened

from luoshu.book.book import open_book
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.closure import CloseRoad, Closure, OpenRoad
from luoshu.desk.incident import CloseIncident
from luoshu.desk.journal import Refused
from luoshu.desk.minutes import Decision, Note, RecordDecision, SendMessage
from luoshu.desk.plainwords import plain, shape
from luoshu.desk.removal import PlanRemoval, Removal, ReportRemoval, shelter_rows, sheltered
from luoshu.desk.resource import (
    ApproveResource,
    ArriveResource,
    CancelResource,
    RefuseResource,
    RequestResource,
    Resource,
    SendResource,
)
from luoshu.desk.room import Room
from luoshu.kinds import tables
from luoshu.kinds.site import Site

SITES = """id,name,service,x,y,system,state,capacity,capacity_unit
gym,体育馆,应急避难场所,112.45,34.62,WGS-84,open,300,人
school,二中,shelter,112.46,34.63,WGS-84,open,,
shut,旧仓库,shelter,112.47,34.63,WGS-84,closed,500,人
museum,博物馆,museum,112.48,34.63,WGS-84,open,900,人
"""


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book"
    (folder / "tables").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\nregion: r\n", encoding="utf-8")
    (folder / "tables" / "site.csv").write_text(SITES, encoding="utf-8")
    return open_book(folder, tables=tables())


@pytest.fixture
def room(tmp_path, book):
    with Room(tmp_path / "j.sqlite", book) as made:
        opened(made)
        yield made


def ask(room, amount=100.0, unit="顶", by=OFFICER, id="r"):
    room.do(RequestResource(id=id, incident="yi", title="帐篷", amount=amount, unit=unit, to="龙门"), by=by, at=NOON)


def plan(room, people, id="a", shelter="gym", why="", community="龙门村", incident="yi", **facts):
    made = PlanRemoval(id=id, incident=incident, community=community, people=people, shelter=shelter, **facts)
    room.do(made, by=OFFICER, at=NOON, why=why)


def test_from_the_request_to_there(room):
    ask(room)
    room.do(ApproveResource(resource="r", amount=80, source="市库"), by=SECOND, at=after(minutes=10))
    room.do(SendResource(resource="r", eta=after(hours=2)), by=SECOND, at=after(minutes=30))
    room.do(ArriveResource(resource="r", amount=78), by=OFFICER, at=after(hours=2))
    found = room.standing().get(Resource, "r")
    assert (found.state, found.granted, found.sent, found.came, found.missing) == ("there", 80, 80, 78, 2)
    assert (found.requested_by, found.approved_by, found.source) == ("wang", "liu", "市库")
    assert [found.requested, found.approved, found.on_the_way, found.there] == [
        NOON, after(minutes=10), after(minutes=30), after(hours=2)
    ]  # fmt: skip


def test_above_the_limit_another_person_approves(room):
    ask(room, 11)
    with pytest.raises(Refused, match="above 10 顶 another person"):
        room.do(ApproveResource(resource="r"), by=OFFICER, at=NOON)
    room.do(ApproveResource(resource="r", amount=10), by=OFFICER, at=NOON)
    ask(room, 1, unit="艘", id="boat")
    with pytest.raises(Refused, match="another duty officer"):
        room.do(ApproveResource(resource="boat"), by=OFFICER, at=NOON)


def test_amounts_never_grow_and_steps_are_not_left_out(room):
    ask(room)
    for made in (SendResource(resource="r"), ArriveResource(resource="r"), ApproveResource(resource="r", amount=101),
                 ApproveResource(resource="r", amount=0), SendResource(resource="none")):  # fmt: skip
        with pytest.raises(Refused):
            room.do(made, by=SECOND, at=NOON)
    room.do(ApproveResource(resource="r", amount=50), by=SECOND, at=NOON)
    with pytest.raises(Refused, match="at most 50"):
        room.do(SendResource(resource="r", amount=51), by=SECOND, at=NOON)
    with pytest.raises(Refused, match="approved"):
        room.do(RefuseResource(resource="r", reason="x"), by=SECOND, at=NOON)
    room.do(CancelResource(resource="r", reason="不再需要"), by=OFFICER, at=NOON)
    with pytest.raises(Refused):
        ask(room, id="z", amount=0)
    with pytest.raises(Refused):
        ask(room, by=GUEST, id="g")


def test_people_are_counted_and_shelters_fill_up(room):
    plan(room, 200)
    with pytest.raises(Refused, match="体育馆 has 100 places left, not 150"):
        plan(room, 150, id="b", community="裴村")
    plan(room, 100, id="b", community="裴村")
    room.do(ReportRemoval(removal="a", moved=120), by=OFFICER, at=after(hours=1))
    room.do(ReportRemoval(removal="a", moved=200), by=OFFICER, at=after(hours=2))
    removals, sites = room.standing().all(Removal), shelter_rows(room.book.rows(Site))
    (gym,) = sheltered(removals, sites)
    assert (gym.places, gym.planned, gym.there, gym.free, gym.overfull) == (300, 300, 200, 0, False)
    assert (removals["a"].state, removals["a"].all_moved, removals["b"].state) == ("moved", after(hours=2), "planned")
    room.do(ReportRemoval(removal="a", moved=200, back=200), by=OFFICER, at=after(hours=30))
    assert room.standing().get(Removal, "a").state == "back"
    plan(room, 150, id="c", community="槐树村")  # what went home leaves its places


def test_a_shelter_is_overfilled_only_with_the_reason_and_it_shows(room):
    plan(room, 200)
    with pytest.raises(Refused, match="say why"):
        plan(room, 150, id="b", community="裴村", over=True)
    plan(room, 150, id="b", community="裴村", over=True, why="别处道路中断")
    removals = room.standing().all(Removal)
    (gym,) = sheltered(removals, shelter_rows(room.book.rows(Site)))
    assert (gym.overfull, gym.free, removals["b"].over) == (True, 0, True)


@pytest.mark.parametrize(
    ("shelter", "says"),
    [("shut", "not open"), ("museum", "no shelter"), ("nowhere", "no shelter"), ("school", "nobody has said")],
)
def test_what_is_no_shelter_takes_nobody(room, shelter, says):
    with pytest.raises(Refused, match=says):
        plan(room, 10, shelter=shelter)


def test_a_drill_fills_no_real_shelter(room):
    opened(room, id="drill", drill=True)
    plan(room, 300, id="d", incident="drill")
    plan(room, 300)


def test_sums_of_people_are_right_or_refused(room):
    plan(room, 100)
    for made, says in (
        (ReportRemoval(removal="a", moved=101), "more than the 100"),
        (ReportRemoval(removal="a", moved=50, back=51), "cannot be back"),
        (ReportRemoval(removal="b", moved=1), "no removal"),
        (ReportRemoval(removal="a", moved=1, words="张三 13800000001"), "list of telephone"),
    ):
        with pytest.raises(Refused, match=says):
            room.do(made, by=OFFICER, at=NOON)
    room.do(ReportRemoval(removal="a", moved=60), by=OFFICER, at=NOON)
    with pytest.raises(Refused, match="60 people were moved"):
        plan(room, 50)
    with pytest.raises(Refused, match="another community"):
        plan(room, 100, community="别村")
    plan(room, 60)
    assert room.standing().get(Removal, "a").state == "moved"
    with pytest.raises(Refused, match="still open"):
        room.do(CloseIncident(incident="yi"), by=OFFICER, at=NOON)


TEAM_YI = Actor(id="t", grants=(Grant(role="team", incident="yi"),))
CARD, OLD = "410305199001011234", "410305900101123"


@pytest.mark.parametrize(
    "text",
    [CARD, f"王 {CARD[:6]} {CARD[6:14]} {CARD[14:]}", "４１０３０５１９９００１０１１２３Ｘ", OLD, f"x{CARD}x",
     "410305-19900101-1234", "13800000001、13900000002", "138 0000 0001 / 139-0000-0002",
     "+8613800000001 8613900000002",
     "a\u200bb", "a\x07b", "x" * 1001],
)  # fmt: skip
def test_lists_of_persons_are_refused_however_they_are_written(text):
    with pytest.raises(Refused):
        plain(text)


@pytest.mark.parametrize(
    "text",
    ["转移 1200 人，值班电话 13800000001", "13800000001 再拨 13800000001", "流量 7000 立方米每秒，水位 151.25 米",
     "2021-07-20 08:00 到 2021-07-21 08:00", "第1批\n第2批", "<script>alert(1)</script>", "单号 123456789012345678",
     "0379-63912345"],
)  # fmt: skip
def test_plain_words_pass(text):
    assert plain(text) == text


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 9999))
def test_an_identity_number_is_seen_between_any_words(before, after_, tail):
    text = f"{before} {CARD[:14]}{tail:04d} {after_}"
    with pytest.raises(Refused):
        plain(text)


@given(st.recursive(st.none() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["type", "coordinates", "geometry", "x"]), inner), max_leaves=12))  # fmt: skip
def test_any_json_is_a_geometry_or_refused(found):
    with suppress(Refused):
        assert shape(json.dumps(found)) is None or found["type"]


def test_roads_are_shut_and_open_again(room):
    line = '{"type": "LineString", "coordinates": [[112.4, 34.6], [112.5, 34.6]]}'
    room.do(CloseRoad(id="k", incident="yi", road="龙门桥", reason="积水", geometry=line), by=OFFICER, at=NOON)
    shut = room.standing().get(Closure, "k")
    assert (shut.state, shut.wkt) == ("closed", "LINESTRING (112.4 34.6, 112.5 34.6)")
    with pytest.raises(Refused, match="already"):
        room.do(CloseRoad(id="k", incident="yi", road="龙门桥", reason="积水"), by=OFFICER, at=NOON)
    room.do(OpenRoad(closure="k", reason="积水已退"), by=OFFICER, at=after(hours=3))
    with pytest.raises(Refused, match="not closed"):
        room.do(OpenRoad(closure="k"), by=OFFICER, at=after(hours=4))
    shut_again = CloseRoad(id="k", incident="yi", road="龙门桥", reason="又积水", lon=112.4, lat=34.6)
    room.do(shut_again, by=TEAM_YI, at=after(hours=5))
    again = room.standing().get(Closure, "k")
    assert (again.state, again.area["type"], len(room.standing().steps(Closure, "k"))) == ("closed", "Point", 3)


def test_decisions_and_messages(room):
    room.do(RecordDecision(id="d", incident="yi", text="今夜转移沿河三村", decided_by="指挥长"), by=OFFICER, at=NOON)
    room.do(SendMessage(id="m", incident="yi", text="<b>桥</b>通了"), by=OTHERS, at=NOON)
    things = room.standing()
    assert things.get(Decision, "d").decided_by == "指挥长"
    assert things.get(Note, "m").text == "<b>桥</b>通了"  # kept as it was said; pages escape it
    for made, by in ((SendMessage(id="m", incident="yi", text="again"), OFFICER),
                     (SendMessage(id="n", incident="yi", text="x" * 501), OFFICER),
                     (SendMessage(id="n", incident="none", text="x"), OFFICER),
                     (SendMessage(id="n", incident="yi", text="x"), GUEST),
                     (RecordDecision(id="e", incident="yi", text="x"), TEAM)):  # fmt: skip
        with pytest.raises(Refused):
            room.do(made, by=by, at=NOON)
    (step,) = [each for each in things.timeline("yi") if each.act.what == "message.send"]
    room.undo(step.told.number, by=OTHERS, at=NOON, why="说错了")
    assert room.standing().get(Note, "m") is None


def test_a_count_told_late_does_not_replace_a_newer_one(room):
    room.do(PlanRemoval(id="a", incident="yi", community="河下村", people=300), by=OFFICER, at=NOON)
    room.do(ReportRemoval(removal="a", moved=300), by=OFFICER, at=after(hours=1))
    room.do(ReportRemoval(removal="a", moved=100), by=OFFICER, at=after(hours=2), happened=after(minutes=10))
    found = room.standing().get(Removal, "a")
    assert (found.moved, found.all_moved, found.first_moved) == (300, after(hours=1), after(minutes=10))
    assert [each.moved for each in found.counts] == [100, 300]


def test_a_plan_does_not_come_back_into_places_that_others_have_taken(room):
    plan(room, 200)
    plan(room, 50)
    smaller = room.standing().steps(Removal, "a")[-1].told.number
    plan(room, 250, id="b", community="河下村")
    with pytest.raises(Refused, match="50 places left, not 200"):
        room.undo(smaller, by=OFFICER, at=NOON, why="wrong")
    room.undo(room.standing().steps(Removal, "b")[-1].told.number, by=OFFICER, at=NOON, why="wrong")
    room.undo(smaller, by=OFFICER, at=NOON, why="wrong")
    assert room.standing().get(Removal, "a").planned == 200
