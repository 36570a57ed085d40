"""An incident as GeoJSON, its milestones, and the clock beside the server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import shapely.geometry
from incidents import NOON, OFFICER, SECOND, TEAM, after, opened, read

from luoshu.book.book import open_book
from luoshu.desk.assignment import AcceptTask, FinishTask, GiveTask
from luoshu.desk.closure import CloseRoad
from luoshu.desk.deciding import ConfirmLevel
from luoshu.desk.incident import CloseIncident, Incident
from luoshu.desk.incidentmap import incident_map
from luoshu.desk.milestone import NAMES, milestones, promised
from luoshu.desk.removal import PlanRemoval, ReportRemoval
from luoshu.desk.resource import ApproveResource, ArriveResource, RequestResource, SendResource
from luoshu.desk.room import Room
from luoshu.desk.ticking import tick
from luoshu.kinds import tables

CLOCKWISE = '{"type": "Polygon", "coordinates": [[[112, 34], [112, 35], [113, 35], [113, 34], [112, 34]]]}'
SITE = "id,name,service,x,y,system,state,capacity\ngym,体育馆,shelter,112.45,34.62,GCJ-02,open,300\n"


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "book"
    (folder / "tables").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\nregion: r\n", encoding="utf-8")
    (folder / "tables" / "site.csv").write_text(SITE, encoding="utf-8")
    with Room(tmp_path / "j.sqlite", open_book(folder, tables=tables())) as made:
        yield made


def a_flood(room):
    """An incident from the first reading to the end."""
    opened(room, geometry=CLOCKWISE)
    read(room, 60, at=after(minutes=-20), lon=112.47, lat=34.55)
    tick(room, after(minutes=2))
    task = GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=1, lon=112.4, lat=34.6)
    pump = {"id": "r", "incident": "yi", "title": "泵", "amount": 2, "unit": "台", "lon": 112.41, "lat": 34.61}
    move = {"id": "p", "incident": "yi", "community": "龙门村", "people": 100, "shelter": "gym"}
    shut = CloseRoad(id="k", incident="yi", road="龙门桥", reason="积水", lon=112.47, lat=34.56)
    for minutes, by, made in (
        (6, OFFICER, ConfirmLevel(incident="yi", level="III")),
        (7, OFFICER, task),
        (12, TEAM, AcceptTask(task="t")),
        (15, OFFICER, RequestResource(**pump, needed=after(hours=2))),
        (20, SECOND, ApproveResource(resource="r")),
        (25, OFFICER, PlanRemoval(**move, due=after(hours=6))),
        (30, SECOND, SendResource(resource="r")),
        (60, OFFICER, ReportRemoval(removal="p", moved=40)),
        (61, OFFICER, shut),
    ):
        room.do(made, by=by, at=after(minutes=minutes))
    room.do(FinishTask(task="t"), by=TEAM, at=after(minutes=80), happened=after(minutes=72))
    room.do(ArriveResource(resource="r"), by=OFFICER, at=after(minutes=90))


def test_everything_with_a_place_is_valid_geojson(room):
    a_flood(room)
    made = incident_map(room.standing(), "yi", room.clock, room.book, after(hours=3))
    assert made["type"] == "FeatureCollection"
    assert [each["properties"]["sort"] for each in made["features"]] == [
        "incident", "closure", "shelter", "task", "resource", "reading"
    ]  # fmt: skip
    for each in made["features"]:
        assert set(each) == {"type", "id", "properties", "geometry"}
        shape = shapely.geometry.shape(each["geometry"])
        assert shape.is_valid
        assert 112 <= shape.bounds[0] <= shape.bounds[2] <= 113
    area, shelter = made["features"][0], made["features"][2]
    assert shapely.geometry.shape(area["geometry"]).exterior.is_ccw  # the right-hand rule of RFC 7946
    assert shelter["geometry"]["coordinates"] == pytest.approx([112.4441, 34.6212], abs=0.001)  # WGS-84, not GCJ-02
    assert shelter["properties"]["planned"] == 100
    with pytest.raises(KeyError):
        incident_map(room.standing(), "none", room.clock, room.book, NOON)


def test_milestones_tell_when_each_was_reached(room):
    a_flood(room)
    found = {each.name: each for each in milestones(room.standing(), "yi")}
    assert list(found) == list(NAMES)
    minutes = {name: each.after / timedelta(minutes=1) for name, each in found.items() if each.after is not None}
    assert minutes == {
        "over limit": -20, "opened": 0, "proposed": 2, "confirmed": 6, "accepted": 12, "done": 72, "requested": 15,
        "approved": 20, "left": 30, "there": 90, "moved": 60,
    }  # fmt: skip
    assert found["all moved"].at is None
    room.do(ReportRemoval(removal="p", moved=100), by=OFFICER, at=after(hours=7))
    room.do(CloseIncident(incident="yi", reason="x"), by=OFFICER, at=after(hours=8))
    found = {each.name: each for each in milestones(room.standing(), "yi")}
    assert (found["all moved"].at, found["closed"].at) == (after(hours=7), after(hours=8))
    step = room.standing().step(found["done"].number)
    assert step.act.what == "task.done"


def test_what_was_promised_stands_beside_what_was_done(room):
    a_flood(room)
    found = {each.id: each for each in promised(room.standing(), "yi", room.clock, after(hours=3))}
    assert {key: each.state for key, each in found.items()} == {"t": "late", "r": "kept", "p": "waiting"}
    assert found["t"].late == timedelta(minutes=5)
    later = {each.id: each for each in promised(room.standing(), "yi", room.clock, after(hours=9))}
    assert (later["p"].state, later["p"].late) == ("overdue", timedelta(hours=3))


def test_what_was_taken_back_is_no_milestone(room):
    opened(room)
    room.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=1), by=OFFICER, at=NOON)
    (accepted,) = room.do(AcceptTask(task="t"), by=TEAM, at=NOON)
    room.undo(accepted.number, by=TEAM, at=NOON, why="x")
    assert {each.name for each in milestones(room.standing(), "yi") if each.at} == {"opened"}
    with pytest.raises(KeyError):
        milestones(room.standing(), "none")


def test_the_file_is_for_who_may_see_the_incident(desk_server):
    opened(desk_server.room, geometry=CLOCKWISE)
    path = "/desk/incidents/yi.geojson"
    assert desk_server.client().get(path).status_code == 401
    stranger = desk_server.person("stranger", "viewer", incident="fire")
    assert stranger.get(path).status_code == 403
    viewer = desk_server.person("viewer", "viewer")
    answer = viewer.get(path)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["features"][0]["properties"]["title"] == "伊河洪水"
    assert viewer.get("/desk/incidents/none.geojson").status_code == 404


def test_acts_by_the_address_and_the_clock_of_the_server(desk_server, monkeypatch):
    """What a duty officer sends comes to stand, and the clock beside the server proposes a level within moments."""
    monkeypatch.setattr("luoshu.show.ticker.SECONDS", 0.05)
    from luoshu.show.ticker import ticking

    duty = desk_server.person("wang", "duty")
    made = duty.post("/desk/acts/incident.open", json={"facts": {"type": "flood", "title": "洪水"}, "mark": "m1"})
    assert made.status_code == 201, made.text
    (incident,) = desk_server.room.standing().all(Incident)
    again = duty.post("/desk/acts/incident.open", json={"facts": {"type": "flood", "title": "洪水"}, "mark": "m1"})
    assert again.json()["entries"] == made.json()["entries"]
    now = datetime.now(UTC).isoformat()
    facts = {"station": "龙门镇站", "measure": "rain_1h", "value": 60, "unit": "mm", "at": now, "incident": incident}
    assert duty.post("/desk/acts/reading.report", json={"facts": facts}).status_code == 201
    sent = duty.post("/desk/acts/incident.propose", json={"facts": {"incident": incident, "level": "I", "because": []}})
    assert sent.status_code in (403, 422)

    async def run():
        async with ticking(desk_server.app):
            for _ in range(100):
                await asyncio.sleep(0.02)
                if desk_server.told("incident.propose"):
                    return

    asyncio.run(run())
    (entry,) = desk_server.told("incident.propose")
    assert (entry.draft.who, entry.draft.facts["level"]) == ("clock", "III")


@pytest.mark.parametrize(("came", "reached"), [(0.0, False), (1.0, True)])
def test_a_request_of_which_less_came_is_not_kept(room, came, reached):
    opened(room)
    room.do(
        RequestResource(id="r", incident="yi", title="沙袋", amount=100, unit="条", needed=after(hours=2)),
        by=OFFICER,
        at=NOON,
    )
    room.do(ApproveResource(resource="r"), by=SECOND, at=after(minutes=1))
    room.do(SendResource(resource="r"), by=SECOND, at=after(minutes=2))
    room.do(ArriveResource(resource="r", amount=came), by=OFFICER, at=after(minutes=30))
    (found,) = promised(room.standing(), "yi", room.clock, after(hours=3))
    assert found.state == "short"
    assert ("there" in {each.name for each in milestones(room.standing(), "yi") if each.at}) is reached
