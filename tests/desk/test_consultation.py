"""Needs in consultation: answered in working days, told upwards when late, taken into a project or declined."""

from __future__ import annotations

from datetime import datetime

import pytest

from luoshu.book.book import open_book
from luoshu.book.directory import Owner, Place
from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant, machine
from luoshu.desk.clock import CHINA
from luoshu.desk.consultation import Demand, EscalateDemand, consultations_due, ladder_of
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.desk.ticking import TICKS, tick

EVE = datetime(2021, 9, 29, 10, tzinfo=CHINA)
"""A Wednesday; the national holiday is 1 to 7 October, and Saturday 9 October is worked."""

CHAIR = Actor(id="chen", name="Chen", grants=(Grant(role="duty"),))
WATER = Actor(id="shui", name="Shui", organisation="water", grants=(Grant(role="team", organisation="water"),))
ROADS = Actor(id="lu", name="Lu", organisation="roads", grants=(Grant(role="team", organisation="roads"),))
GUEST = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))
RECORDS = """- id: bridge
  kind: task
  words: 新建桥梁
  due: 2025-12-31
"""


@pytest.fixture
def room(tmp_path):
    (tmp_path / "book.yaml").write_text("title: a\nregion: b\n", "utf-8")
    (tmp_path / "commitments.yaml").write_text(RECORDS, "utf-8")
    with Room(tmp_path / "desk" / "journal.sqlite", open_book(tmp_path)) as opened:
        yield opened


def stated(room, **more):
    facts = {
        "demand": "d1", "title": "抢险道路", "party": "water", "asked": ["roads", "power"], "field": "roads",
        "working_days": 3, **more,
    }  # fmt: skip
    room.do(made_of("demand.state", facts), by=WATER, at=EVE)


def answer(room, party="roads", by=ROADS, at=EVE, stance="agree", text=""):
    room.do(made_of("demand.answer", {"demand": "d1", "party": party, "stance": stance, "text": text}), by=by, at=at)


def told(room):
    return [(each.party, each.rung) for each in room.standing().get(Demand, "d1").told]


def at(day, hour=10):
    month, date = day
    return datetime(2021, month, date, hour, tzinfo=CHINA)


def test_the_term_runs_over_the_holiday(room):
    stated(room)
    # 30 September, then 8 and (made up) 9 October: the term ends on that Saturday evening
    assert room.standing().get(Demand, "d1").due(room.clock) == at((10, 9), 18)


def test_answers_that_are_owed_are_told_upwards_by_working_days(room):
    stated(room)
    answer(room, "roads", at=at((9, 30)))
    for day in range(1, 8):  # in the holiday nobody is told of anything
        assert not tick(room, at((10, day)))
    assert not tick(room, at((10, 8), 9))
    tick(room, at((10, 9), 17))
    assert told(room) == [("power", "contact")]
    tick(room, at((10, 9), 19))
    tick(room, at((10, 9), 20))
    assert told(room) == [("power", "contact"), ("power", "chair")]  # each once, however often it ticks
    tick(room, at((10, 11)))
    assert ("power", "leaders") not in told(room)
    tick(room, at((10, 12)))
    assert told(room)[-1] == ("power", "leaders")
    answer(room, "power", CHAIR, at((10, 14)))
    assert not tick(room, at((11, 14)))


def test_the_clock_knows_it(room):
    assert any("consultations_due" in name for name in TICKS)
    stated(room)
    with pytest.raises(Refused, match="may not"):
        room.do(EscalateDemand(demand="d1", party="roads", rung="chair"), by=CHAIR, at=EVE)
    room.do(EscalateDemand(demand="d1", party="roads", rung="chair"), by=machine("clock"), at=EVE)
    with pytest.raises(Refused, match="already"):
        room.do(EscalateDemand(demand="d1", party="roads", rung="chair"), by=machine("clock"), at=EVE)


def test_a_book_sets_its_own_ladder(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "book.yaml").write_text("title: a\nregion: b\n", "utf-8")
    rule = "in_force:\n  2021-01-01: {chair: 0.5}\n"
    (tmp_path / "rules" / "consultation.yaml").write_text(rule, "utf-8")
    book = open_book(tmp_path)
    assert [(step.tell, step.share) for step in ladder_of(book, EVE.date())] == [("chair", 0.5)]
    with Room(tmp_path / "desk" / "journal.sqlite", book) as room:
        stated(room)
        found = consultations_due(room.standing(), room.clock, book, at((10, 8), 18))
        assert {(each.party, each.rung) for each in found} == {("roads", "chair"), ("power", "chair")}


def test_it_becomes_a_requirement_of_a_project(room):
    stated(room)
    accept = made_of("demand.accept", {"demand": "d1", "part_of": "bridge", "requirement": "桥头预留抢险车道"})
    with pytest.raises(Refused, match=r"roads, power may still answer until 2021-10-09 18:00"):
        room.do(accept, by=CHAIR, at=EVE)
    answer(room)
    answer(room, "power", CHAIR, stance="conditions", text="管线先迁")
    with pytest.raises(Refused, match="no promise tunnel"):
        room.do(made_of("demand.accept", {"demand": "d1", "part_of": "tunnel", "requirement": "a"}), by=CHAIR, at=EVE)
    with pytest.raises(Refused, match="may not"):
        room.do(accept, by=WATER, at=EVE)
    room.do(accept, by=CHAIR, at=EVE)
    demand = room.standing().get(Demand, "d1")
    assert (demand.state, demand.part_of, demand.owing) == ("accepted", "bridge", ())
    with pytest.raises(Refused, match="is over"):
        answer(room, at=EVE)


def test_it_is_declined_with_a_reason_once_the_term_is_over(room):
    stated(room)
    with pytest.raises(Refused):
        made_of("demand.decline", {"demand": "d1"})
    decline = made_of("demand.decline", {"demand": "d1", "reason": "已有替代道路"})
    with pytest.raises(Refused, match="may still answer"):
        room.do(decline, by=CHAIR, at=at((10, 9), 17))
    room.do(decline, by=CHAIR, at=at((10, 9), 18))
    assert room.standing().get(Demand, "d1").why == "已有替代道路"


def test_parties_speak_for_themselves_and_only_who_was_asked(room):
    stated(room)
    with pytest.raises(Refused, match="may not"):
        answer(room, "power", ROADS)
    with pytest.raises(Refused, match="may not"):
        answer(room, "roads", GUEST)
    with pytest.raises(Refused, match="was not asked"):
        answer(room, "water", WATER)
    with pytest.raises(Refused, match="say the reasons"):
        answer(room, stance="against")
    answer(room)
    answer(room, stance="against", text="占用红线")
    (latest,) = room.standing().get(Demand, "d1").latest()
    assert latest.stance == "against"
    with pytest.raises(Refused, match="other than the party itself"):
        stated(room, demand="d2", asked=["water"])
    with pytest.raises(Refused, match="less than 1"):
        stated(room, demand="d2", working_days=0)


def test_only_who_stated_it_withdraws_it(room):
    stated(room)
    withdraw = made_of("demand.withdraw", {"demand": "d1", "reason": "已解决"})
    with pytest.raises(Refused, match="may not"):
        room.do(withdraw, by=ROADS, at=EVE)
    room.do(withdraw, by=WATER, at=EVE)
    assert not tick(room, at((11, 14)))


def test_faults_in_the_rules_of_a_desk_are_listed(tmp_path):
    from luoshu.region import Region

    (tmp_path / "rules").mkdir()
    (tmp_path / "book.yaml").write_text("title: a\nregion: b\n", "utf-8")
    for name, values in (
        ("alert", "{sender: 防汛 办}"), ("skills", "{dyke: 3}"), ("consultation", "{chair: soon, boss: 1}"),
        ("holidays", '{off: "13-01"}'),
    ):  # fmt: skip
        (tmp_path / "rules" / f"{name}.yaml").write_text(f"in_force:\n  2021-01-01: {values}\n", "utf-8")
    found = [problem.source.file for problem in Region(tmp_path).problems if problem.source.file.startswith("rules/")]
    assert sorted(found) == [
        "rules/alert.yaml", "rules/alert.yaml", "rules/consultation.yaml", "rules/consultation.yaml",
        "rules/holidays.yaml", "rules/skills.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"asked": ["roads", "ghost"]}, "there is no organisation ghost"),
        ({"party": "ghost"}, "there is no organisation ghost"),
        ({"place": "999999"}, "there is no area 999999"),
        ({"incident": "nope"}, "there is no incident nope"),
    ],
)
def test_a_need_is_put_to_those_who_can_answer_about_what_there_is(tmp_path, facts, says):
    (tmp_path / "book.yaml").write_text("title: a\nregion: b\n", "utf-8")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "owner.csv").write_text("id,name\nwater,水利\nroads,交通\npower,供电\n", "utf-8")
    (tmp_path / "tables" / "place.csv").write_text("id,name,level\n410311,洛龙区,county\n", "utf-8")
    with Room(tmp_path / "desk.sqlite", open_book(tmp_path, tables=(Owner, Place))) as room:
        with pytest.raises(Refused, match=says):
            room.do(made_of("demand.state", {**STATED, **facts}), by=CHAIR, at=EVE)
        room.do(made_of("demand.state", {**STATED, "place": "410311"}), by=CHAIR, at=EVE)


STATED = {
    "demand": "d1", "title": "抢险道路", "party": "water", "asked": ["roads", "power"], "field": "roads",
    "working_days": 3,
}  # fmt: skip
