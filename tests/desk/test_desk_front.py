"""The desk's front page and the replay: who sees what, what is done already, how much is shown."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from luoshu.desk.actor import Actor, Grant
from luoshu.desk.assignment import AcceptTask, GiveTask
from luoshu.desk.checklist import GiveChecklist
from luoshu.desk.deciding import ConfirmLevel
from luoshu.desk.incident import CloseIncident, OpenIncident
from luoshu.desk.minutes import SendMessage
from luoshu.show.fanout import Hub, Listener

OFFICER = Actor(id="wang", grants=(Grant(role="duty"),))


def do(server, act, why="", at=None):
    return server.room.do(act, by=OFFICER, at=at or datetime.now(UTC), why=why)


def opened(server, id="yi", **facts):
    do(server, OpenIncident(id=id, **{"type": "flood", "title": f"事件{id}", "lead": "hq", **facts}))


def front(client):
    answer = client.get("/desk.json?language=en")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_first_steps_tick_themselves_off(desk_server):
    wang = desk_server.person("wang", "duty")
    assert [step["done"] for step in front(wang)["steps"]] == [False, False, False]
    assert "Open an incident" in wang.get("/desk?language=en").text
    opened(desk_server)
    steps = front(wang)["steps"]
    assert [step["done"] for step in steps] == [True, False, False]
    assert steps[1]["about"]["id"] == "yi"
    do(desk_server, ConfirmLevel(incident="yi", level="III"), why="会商")
    steps = front(wang)["steps"]
    assert [step["done"] for step in steps] == [True, True, False]
    assert len(steps[2]["about"]["left"]) > 3
    do(desk_server, GiveChecklist(incident="yi"))
    page = front(wang)
    assert page["steps"] == []
    assert page["incidents"][0]["tasks"] > 3


def test_who_has_no_role_reads_who_gives_roles_and_nothing_else(desk_server):
    opened(desk_server)
    newcomer = desk_server.person("new")
    page = front(newcomer)
    assert not page["has_role"]
    assert page["admins"] == ["管理员"]
    assert page["incidents"] == page["tasks"] == page["alerts"] == []
    text = newcomer.get("/desk?language=en").text
    assert "You have no role" in text
    assert "事件yi" not in text
    assert desk_server.client().get("/desk").status_code in (302, 303, 401)


def test_an_administrator_is_led_to_the_first_duty_officer(desk_server):
    chief = desk_server.person("chief", "admin")
    assert 'href="/desk/staff"' in chief.get("/desk", headers={"accept": "text/html"}).text
    assert chief.get("/desk.json").json()["vacant"]
    desk_server.person("wang", "duty")
    assert not chief.get("/desk.json").json()["vacant"]


def test_a_role_for_one_incident_sees_only_that_one(desk_server):
    opened(desk_server)
    opened(desk_server, "er")
    guest = desk_server.person("guest", "viewer", incident="er")
    assert [each["id"] for each in front(guest)["incidents"]] == ["er"]
    assert guest.get("/desk/incidents/er/replay").status_code == 200
    assert guest.get("/desk/incidents/yi/replay").status_code == 403
    assert "事件yi" not in guest.get("/desk/parts/incidents").text
    assert not front(guest)["incidents"][0]["may"]


def test_my_tasks_and_the_overdue_ones_stand_there_with_what_i_may_do(desk_server):
    wang, guest = desk_server.person("wang", "duty"), desk_server.person("guest", "viewer")
    opened(desk_server)
    do(desk_server, GiveTask(id="yi.a", incident="yi", title="甲", person="wang", hours=5))
    do(desk_server, GiveTask(id="yi.b", incident="yi", title="乙", to="roads", hours=5))
    tasks = front(wang)["tasks"]
    assert [(each["id"], each["does"], each["mine"]) for each in tasks] == [("yi.a", ["task.accept"], True)]
    do(desk_server, AcceptTask(task="yi.a"))
    assert front(wang)["tasks"][0]["does"] == ["task.done"]
    assert front(guest)["tasks"] == []


def test_drills_are_marked_and_stand_below_what_is_real(desk_server):
    wang = desk_server.person("wang", "duty")
    opened(desk_server, "lian", drill=True)
    opened(desk_server)
    do(desk_server, CloseIncident(incident="yi"))
    opened(desk_server, "san")
    page = front(wang)
    assert [(each["id"], each["drill"]) for each in page["incidents"]] == [("san", False), ("lian", True)]
    assert [each["id"] for each in page["closed"]] == ["yi"]
    assert "drill-mark" in wang.get("/desk/parts/incidents").text


@pytest.mark.parametrize("part", ["steps", "incidents", "tasks", "closed", "duty", "alerts", "stock"])
def test_each_part_stands_by_itself_for_who_is_logged_in(desk_server, part):
    wang = desk_server.person("wang", "duty")
    assert wang.get(f"/desk/parts/{part}").status_code == 200
    assert wang.get("/desk/parts/secret").status_code == 404
    assert desk_server.client().get(f"/desk/parts/{part}").status_code in (302, 303, 401)


def test_the_worker_may_look_after_the_front_page(desk_server, tmp_path, monkeypatch):
    script = tmp_path / "worker.js"
    script.write_text("// nothing")
    monkeypatch.setattr("luoshu.show.live.WORKER", script)
    assert desk_server.client().get("/desk/worker.js").headers["service-worker-allowed"] == "/desk"


def replayed(client, id="yi"):
    return client.get(f"/desk/incidents/{id}/replay.json?language=en").json()


def test_the_replay_shows_each_entry_and_what_was_taken_back(desk_server):
    wang = desk_server.person("wang", "duty")
    opened(desk_server)
    do(desk_server, ConfirmLevel(incident="yi", level="II"), why="会商")
    (given,) = do(desk_server, GiveTask(id="yi.a", incident="yi", title="</script><b>甲", person="wang", hours=5))
    do(desk_server, AcceptTask(task="yi.a"))
    (last,) = do(desk_server, SendMessage(id="n", incident="yi", text="水到了"))
    desk_server.room.undo(last.number, by=OFFICER, at=datetime.now(UTC), why="错")
    page = replayed(wang)
    frames, rows = page["replay"]["frames"], page["replay"]["rows"]
    assert [frame["level_code"] for frame in frames] == ["", "II", "II", "II", "II", "II"]
    assert [len(frame["tasks"]) for frame in frames] == [0, 0, 1, 1, 1, 1]
    assert [len(frame["words"]) for frame in frames] == [0, 0, 0, 0, 1, 0]
    assert [rows[frames[place]["tasks"][0]]["state"] for place in (2, 3)] == ["given", "accepted"]
    assert page["lines"][4]["undone"]
    assert "taken back" in page["lines"][5]["what"]
    assert given.number == page["lines"][2]["number"]
    html = wang.get("/desk/incidents/yi/replay?language=en").text
    told = html.split('id="replay-frames">')[1].split("</script>")[0]
    assert json.loads(told)["entries"] == 6
    assert "<b>甲" not in html
    assert wang.get("/desk/incidents/nothing/replay").status_code == 404


def test_a_long_replay_is_thinned_and_says_so(desk_server, monkeypatch):
    monkeypatch.setattr("luoshu.show.replayframes.MOST_FRAMES", 40)
    wang = desk_server.person("wang", "duty")
    opened(desk_server)
    for number in range(120):
        do(desk_server, SendMessage(id=f"n{number}", incident="yi", text=f"第{number}条"))
    do(desk_server, ConfirmLevel(incident="yi", level="I"), why="会商")
    page = replayed(wang)
    frames = page["replay"]["frames"]
    assert len(frames) == len(page["lines"]) <= 41
    assert frames[-1]["level_code"] == "I"
    assert page["replay"]["entries"] == 122
    assert "122 entries" in wang.get("/desk/incidents/yi/replay?language=en").text


def test_two_hundred_screens_hear_each_entry_once(desk_server):
    opened(desk_server)
    count, entries = 200, 5

    async def heard():
        hub = Hub(desk_server.room)
        listeners = [Listener(who=f"p{number % 40}", heard=lambda word: True) for number in range(count)]
        for listener in listeners:
            assert await hub.join(listener) == []
        numbers = []
        for number in range(entries):
            written = await asyncio.to_thread(do, desk_server, SendMessage(id=f"m{number}", incident="yi", text="水"))
            numbers += [entry.number for entry in written]
        async with asyncio.timeout(20):
            told = [[(await each.waiting.get()).number for _ in numbers] for each in listeners]
        assert all(each == numbers for each in told)
        assert all(each.waiting.empty() and not each.lost for each in listeners)
        hub._telling.cancel()

    begun = datetime.now(UTC)
    asyncio.run(heard())
    assert datetime.now(UTC) - begun < timedelta(seconds=30)
