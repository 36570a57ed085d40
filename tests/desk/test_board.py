"""The board of an incident: its sections from acts alone, who reads and does what, parts drawn once, a folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import luoshu.desk.acts  # noqa: F401
from luoshu.book.book import open_book
from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.assignment import Assignment
from luoshu.desk.room import open_room
from luoshu.desk.staff import CONSOLE
from luoshu.desk.ticking import tick
from luoshu.show.board import BY_NAME, PARTS, board, board_html
from luoshu.show.boardeye import eye
from luoshu.show.boardserving import section_html
from luoshu.show.language import Language
from luoshu.show.links import ServerLinks, SiteLinks
from luoshu.show.page import Visit
from luoshu.show.pages import drawn
from luoshu.show.sections import Drawn
from luoshu.show.view import View

NOW = datetime(2021, 7, 20, 4, tzinfo=UTC)
OFFICER = Actor(id="wang", name="Wang", organisation="hq", grants=(Grant(role="duty"),))
TEAM = Actor(id="zhang", name="Zhang", organisation="water", grants=(Grant(role="team", organisation="water"),))
GUEST = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def desk(desk_book):
    """A desk with one incident in which a little of everything was done."""
    with open_room(open_book(desk_book)) as room:
        acts(room)
        yield room


def do(room, what, by=OFFICER, at=NOW, why="", **facts):
    return room.do(made_of(what, facts), by=by, at=at, why=why)


def acts(room):
    do(room, "incident.open", id="yi", type="flood", title=f"伊河 {NASTY}", lead="hq")
    do(room, "incident.confirm", incident="yi", level="II", why="会商决定")
    do(room, "task.give", id="t1", incident="yi", title="巡堤", to="water", hours=1)
    do(room, "task.give", id="t2", incident="yi", title="清点", to="roads", hours=9)
    do(room, "task.report", by=TEAM, task="t1", words="第一段无异常")
    do(room, "resource.request", id="r1", incident="yi", title="帐篷", amount=40, unit="顶", to="体育场")
    do(room, "resource.request", id="r2", incident="yi", title="水泵", amount=1, unit="台")
    do(room, "resource.approve", resource="r2")
    do(room, "removal.plan", id="m1", incident="yi", community="河下村", people=300)
    do(room, "removal.report", removal="m1", moved=120)
    do(room, "closure.close", id="c1", incident="yi", road="滨河路", reason="积水", lon=112.4, lat=34.6)
    do(room, "decision.record", id="d1", incident="yi", text="水库预泄", decided_by="指挥长")
    do(room, "message.send", id="n1", incident="yi", text=f"水要来了 {NASTY}")


def visit(room, actor=OFFICER, at=NOW, language="en", links=None, csrf="proof-of-wang"):
    view = View(folder=room.book.folder, title="某市台账", day=at.date(), book=room.book)
    links = links or ServerLinks(path="desk/incidents/yi", language=language)
    return Visit(view=view, language=Language(language), links=links, now=at, actor=actor, room=room,
                 things=room.standing(), csrf=csrf)  # fmt: skip


def page_of(room, **options):
    return board(visit(room, **options), "yi", {})


def html_of(room, **options):
    found = visit(room, **options)
    return drawn("board.html", "board", board(found, "yi", {}), found)


def words(dos):
    return [each.what for each in dos]


# ---- what stands ----------------------------------------------------------------------------------------------------


def test_every_section_tells_what_was_done(desk):
    page = page_of(desk)
    assert page.situation.level.level == "II"
    assert page.situation.why == "会商决定"
    assert page.situation.decided == "wang"
    assert [row.title for row in page.tasks.rows] == ["巡堤", "清点"]
    assert page.tasks.rows[0].report == "第一段无异常"
    assert {step.state: [row.title for row in step.rows] for step in page.resources.steps} == {
        "requested": ["帐篷"], "approved": ["水泵"], "on the way": [], "there": [],
    }  # fmt: skip
    assert (page.people.planned, page.people.moved, page.people.left) == (300, 120, 180)
    assert [row.road for row in page.roads.rows] == ["滨河路"]
    assert [row.text for row in page.decisions.rows] == ["水库预泄"]
    assert page.messages.count == 1
    assert page.log.count == 13
    assert page.log.rows[0].word == "Send a message"
    assert page.number == desk.standing().number


def test_what_waits_for_a_decision_stands_with_its_reasons_and_its_buttons(desk):
    facts = {"station": "龙门", "measure": "rain_24h", "value": 400, "unit": "mm", "incident": "yi"}
    desk.do(made_of("reading.report", {**facts, "at": NOW.isoformat()}), by=OFFICER, at=NOW)
    tick(desk, NOW + timedelta(minutes=1))
    waiting = page_of(desk, at=NOW + timedelta(minutes=1)).situation.waiting
    assert waiting is not None
    assert waiting.level.level == "I"
    assert "龙门" in waiting.because[0]
    assert words(waiting.dos) == ["incident.confirm", "incident.reject"]
    assert waiting.dos[0].facts == {"incident": "yi", "level": "I"}
    assert page_of(desk, actor=GUEST, at=NOW + timedelta(minutes=1)).situation.waiting.dos == ()


def test_a_task_past_its_time_is_late_and_says_so(desk):
    row = page_of(desk, at=NOW + timedelta(hours=1, minutes=20)).tasks.rows[0]
    assert (row.due.late, row.due.words) == ("late", "overdue by 20 min")
    assert page_of(desk).tasks.rows[0].due.words == "1 h left"


def test_the_tasks_of_ones_own_organisation_come_first(desk):
    roads = Actor(id="sun", organisation="roads", grants=(Grant(role="team", organisation="roads"),))
    assert [(row.title, row.mine) for row in page_of(desk, actor=roads).tasks.rows] == [("清点", True), ("巡堤", False)]


def test_there_is_no_board_of_an_incident_that_is_not(desk):
    with pytest.raises(KeyError):
        board(visit(desk), "nothing", {})


# ---- who does what --------------------------------------------------------------------------------------------------


def test_buttons_are_there_for_who_may_press_them(desk):
    team = page_of(desk, actor=TEAM)
    own, other = team.tasks.rows
    assert words(own.dos)[:3] == ["task.accept", "task.report", "task.done"]
    assert other.dos == ()
    assert team.tasks.dos == ()
    guest = html_of(desk, actor=GUEST)
    assert "data-do=" not in guest
    assert "/desk/acts/" not in guest
    assert page_of(desk, actor=GUEST).forms == ()


def test_a_closed_incident_has_nothing_to_press(desk):
    do(desk, "incident.close", incident="yi", reason="演练结束")
    page = page_of(desk)
    assert page.forms == ()
    assert page.tasks.rows[0].dos == ()
    assert page.situation.dos == ()


def test_the_board_on_the_server_for_its_readers(desk_server):
    acts(desk_server.room)
    officer = desk_server.person("wang", "duty")
    answer = officer.get("/desk/incidents/yi")
    assert answer.status_code == 200
    assert 'data-live="/desk/incidents/yi/events' in answer.text
    assert officer.get("/desk/incidents/yi.json").json()["people"]["left"] == 180
    assert officer.get("/desk/incidents/nothing").status_code == 404
    assert officer.get("/desk/incidents/yi/part/nothing").status_code == 404
    assert officer.get("/desk/incidents/nothing/part/tasks").status_code == 404
    for part in PARTS:
        found = officer.get(f"/desk/incidents/yi/part/{part.name}")
        assert found.status_code == 200
        assert found.headers["cache-control"] == "no-store"
    assert desk_server.client().get("/desk/incidents/yi/part/tasks").status_code == 401


def test_who_is_limited_to_another_incident_sees_neither_board_nor_parts(desk_server):
    acts(desk_server.room)
    limited = desk_server.person("limited", "viewer", incident="fire")
    assert limited.get("/desk/incidents/yi").status_code == 403
    assert limited.get("/desk/incidents/yi/part/tasks").status_code == 403
    assert limited.get("/desk/incidents/yi.json").status_code == 403


def test_what_a_board_offers_can_be_done_without_scripts(desk_server):
    acts(desk_server.room)
    officer = desk_server.person("wang", "duty")
    accept = board(visit(desk_server.room), "yi", {}).tasks.rows[0].dos[0]
    form = officer.get(accept.href)
    assert form.status_code == 200
    assert 'value="t1"' in form.text
    sent = {"task": "t1", "_csrf": officer.headers["x-csrf-token"], "_mark": "m", "_back": "/desk/incidents/yi"}
    answer = officer.post("/desk/acts/task.accept", data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/incidents/yi")
    assert desk_server.room.standing().get(Assignment, "t1").accepted


# ---- nothing that people write becomes part of the page --------------------------------------------------------------


def test_what_people_write_stays_text(desk):
    html = html_of(desk)
    assert NASTY not in html
    assert "&lt;script&gt;alert(1)" in html
    for part in PARTS:
        assert NASTY not in section_html(Drawn(), eye(visit(desk), "yi"), part)
    assert page_of(desk).messages.rows[0].text.endswith(NASTY)


# ---- drawn once ------------------------------------------------------------------------------------------------------


def test_a_part_is_drawn_once_for_all_who_may_see_the_same(desk, monkeypatch):
    times = []

    def build(seen):
        times.append(seen.visit.actor.id)
        return BY_NAME["tasks"].build(seen)

    part, kept = replace(BY_NAME["tasks"], build=build), Drawn()
    for number in range(50):
        actor = replace(OFFICER, id=f"officer{number}")
        section_html(kept, eye(visit(desk, actor=actor), "yi"), part)
    assert len(times) == 1
    assert "/desk/acts/task.cancel" in section_html(kept, eye(visit(desk), "yi"), part)
    assert "/desk/acts/task" not in section_html(kept, eye(visit(desk, actor=GUEST), "yi"), part)
    assert len(times) == 2
    do(desk, "task.accept", by=TEAM, task="t1")
    assert "accepted" in section_html(kept, eye(visit(desk), "yi"), part)
    assert len(times) == 3


def test_a_task_of_ones_own_is_nobody_elses_part(desk):
    do(desk, "staff.add", by=CONSOLE, person="li", name="李")
    do(desk, "task.give", id="t3", incident="yi", title="只给李", person="li", hours=3)
    kept, li = Drawn(), Actor(id="li", grants=TEAM.grants)
    other = section_html(kept, eye(visit(desk, actor=replace(li, id="sun")), "yi"), BY_NAME["tasks"])
    mine = section_html(kept, eye(visit(desk, actor=li), "yi"), BY_NAME["tasks"])
    assert 'class="mine"' in mine
    assert 'class="mine"' not in other


def test_the_log_tells_the_tasks_of_a_checklist_and_not_its_ticks(desk):
    do(desk, "checklist.give", incident="yi", to="water")
    entry = desk.journal.entries
    assert "checklist.tick" in {each.draft.what for each in entry()}
    words = {row.word for row in page_of(desk).log.rows}
    assert not any("tick off" in word.lower() for word in words)
    assert any("task" in word.lower() for word in words)


def test_the_log_gives_everybody_their_own_proof_and_only_what_they_may_take_back(desk):
    kept, part = Drawn(), BY_NAME["log"]
    number = next(row.number for row in page_of(desk).log.rows if row.who == "zhang")
    officer = section_html(kept, eye(visit(desk, csrf="one"), "yi"), part)
    second = section_html(kept, eye(visit(desk, actor=replace(OFFICER, id="liu"), csrf="two"), "yi"), part)
    assert 'value="one"' in officer
    assert 'value="two"' in second
    assert 'value="one"' not in second
    team = section_html(kept, eye(visit(desk, actor=TEAM, csrf="three"), "yi"), part)
    assert f"/desk/undo/{number}" in team
    assert team.count("/desk/undo/") == 1
    colleague = section_html(kept, eye(visit(desk, actor=replace(TEAM, id="wu"), csrf="four"), "yi"), part)
    assert "/desk/undo/" not in colleague
    assert "three" not in colleague
    assert "proof" not in team


# ---- in a folder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_published_board_has_nothing_to_press_and_stands_still(desk, language):
    links = SiteLinks(path="desk/incidents/yi", language=language)
    html = board_html(visit(desk, actor=None, links=links, language=language, csrf=""), "yi")
    assert "<form" not in html
    assert "data-do" not in html
    assert "data-live" not in html
    assert f'data-now="{NOW.isoformat()}"' in html
    assert 'href="/' not in html
    assert 'src="/' not in html
    assert "滨河路" in html
    assert "第一段无异常" in html


def test_the_map_draws_what_has_a_place_with_words(desk):
    found = page_of(desk).map
    assert [(mark.sort, mark.label) for mark in found.marks] == [("closure", "滨河路")]
    assert dict(found.key) == {"closure": "closed road"}
    do(desk, "closure.open", closure="c1")
    assert page_of(desk).map.marks == ()


def test_the_dispatch_says_why_there_is_no_plan_or_shows_one(desk_server):
    acts(desk_server.room)
    officer = desk_server.person("wang", "duty")
    answer = officer.get("/desk/incidents/yi/dispatch")
    assert answer.status_code == 200
    assert NASTY not in answer.text
    assert officer.get("/desk/incidents/yi/dispatch.json").json()["people"] == 300
    assert desk_server.person("guest", "viewer").get("/desk/incidents/yi/dispatch").status_code == 403
    assert officer.get("/desk/incidents/nothing/dispatch").status_code == 404
