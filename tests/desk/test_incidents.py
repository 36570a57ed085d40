"""Incidents: opened, levels proposed, confirmed or rejected; several at once, drills for ever, closed in the end."""

from __future__ import annotations

import pytest
from incidents import GUEST, NOON, OFFICER, TEAM, after, at_the_desk, confirmed, opened, read, standing

import luoshu.desk.acts
from luoshu.book.book import open_book
from luoshu.desk.act import facts_of, made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.assignment import Assignment, CancelTask, FinishTask, GiveTask
from luoshu.desk.checklist import GiveChecklist, TickOff, checklist, left
from luoshu.desk.deciding import ConfirmLevel, ProposeLevel, RejectLevel
from luoshu.desk.incident import CloseIncident, Ground, Incident, OpenIncident, SetArea, SetPhase
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.desk.rule_faults import desk_faults
from luoshu.desk.ticking import CLOCK, due, tick


@pytest.fixture
def room(place):
    with Room(place) as made:
        yield made


def test_the_machine_proposes_and_a_person_confirms(room):
    opened(room)
    read(room, 60)
    (proposed,) = tick(room, after(minutes=1))
    assert (proposed.draft.what, proposed.draft.who) == ("incident.propose", "clock")
    incident = standing(room)
    assert (incident.level, incident.proposal.level) == ("", "III")
    (ground,) = incident.proposal.because
    assert str(ground.says()) == "龙门镇站, rain in 1 hour: 60 毫米 reaches 50 毫米, the limit of level III"
    room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=after(minutes=5))
    incident = standing(room)
    assert (incident.level, incident.phase, incident.proposal) == ("III", "respond", None)
    assert incident.confirmed.who == "wang"
    assert incident.confirmed.because == (ground,)


def test_no_machine_confirms_and_no_person_proposes(room):
    opened(room)
    with pytest.raises(Refused, match="a person must do this"):
        room.do(ConfirmLevel(incident="yi", level="I"), by=CLOCK, at=NOON, why="rain")
    ground = Ground(reading="x", station="s", measure="flow", value=1, unit="m", at=NOON, limit=0, level="I")
    for who in (OFFICER, Actor(id="root", grants=(Grant(role="admin"),))):
        with pytest.raises(Refused):
            room.do(ProposeLevel(incident="yi", level="I", because=(ground,)), by=who, at=NOON)
    with pytest.raises(Refused, match="readings"):
        room.do(ProposeLevel(incident="yi", level="I", because=()), by=CLOCK, at=NOON)


def test_another_level_than_proposed_needs_the_reason(room):
    opened(room)
    with pytest.raises(Refused, match="no level is proposed: say why"):
        room.do(ConfirmLevel(incident="yi", level="IV"), by=OFFICER, at=NOON)
    read(room, 60)
    tick(room, after(minutes=1))
    with pytest.raises(Refused, match="III is proposed: say why it shall be II"):
        room.do(ConfirmLevel(incident="yi", level="II"), by=OFFICER, at=after(minutes=2))
    confirmed(room, "II", after(minutes=2), why="上游水库将泄洪")
    decided = standing(room).confirmed
    assert (decided.level, decided.proposed, decided.why) == ("II", "III", "上游水库将泄洪")


def test_a_proposal_is_rejected_with_the_reason_and_not_repeated_unless_it_is_worse(room):
    opened(room)
    read(room, 60)
    tick(room, after(minutes=1))
    with pytest.raises(Refused, match="say why"):
        room.do(RejectLevel(incident="yi"), by=OFFICER, at=after(minutes=2))
    room.do(RejectLevel(incident="yi"), by=OFFICER, at=after(minutes=2), why="雨量计故障")
    read(room, 62, at=after(minutes=30))
    assert tick(room, after(minutes=31)) == ()
    read(room, 90, at=after(minutes=40))
    (entry,) = tick(room, after(minutes=41))
    assert entry.draft.facts["level"] == "II"
    room.do(RejectLevel(incident="yi"), by=OFFICER, at=after(minutes=42), why="同上")
    read(room, 61, at=after(hours=5))
    assert tick(room, after(hours=5))  # what was rejected hours ago is said again


def test_a_viewer_and_a_team_decide_nothing(room):
    opened(room)
    for who in (GUEST, TEAM):
        with pytest.raises(Refused, match="may not"):
            room.do(ConfirmLevel(incident="yi", level="IV"), by=who, at=NOON, why="x")
        with pytest.raises(Refused, match="may not"):
            room.do(OpenIncident(id="b", type="fire", title="火灾"), by=who, at=NOON)
    only_fire = Actor(id="chen", grants=(Grant(role="duty", incident="fire"),))
    with pytest.raises(Refused, match="may not"):
        room.do(SetPhase(incident="yi", phase="respond"), by=only_fire, at=NOON)


def test_several_at_once_and_a_drill_stays_a_drill(room):
    opened(room)
    opened(room, id="drill", drill=True, title="演练")
    opened(room, id="fire", type="fire", title="火灾")
    with pytest.raises(Refused, match="already"):
        opened(room)
    read(room, 60)  # of nobody's incident: counts for the flood, never for a drill or a fire
    assert {each.draft.facts["incident"] for each in tick(room, after(minutes=1))} == {"yi"}
    read(room, 130, incident="drill", at=after(minutes=2))
    assert {each.draft.facts["incident"] for each in tick(room, after(minutes=3))} == {"drill"}
    assert standing(room).proposal.level == "III"
    room.do(SetArea(incident="drill", places=()), by=OFFICER, at=after(minutes=4))
    assert standing(room, "drill").drill


def test_an_incident_is_not_closed_while_work_is_open(room):
    opened(room)
    room.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=1), by=OFFICER, at=NOON)
    with pytest.raises(Refused, match="still open: 巡堤"):
        room.do(CloseIncident(incident="yi"), by=OFFICER, at=after(hours=1))
    room.do(FinishTask(task="t"), by=TEAM, at=after(hours=1))
    room.do(CloseIncident(incident="yi"), by=OFFICER, at=after(hours=2))
    assert standing(room).phase == "closed"
    for late in (SetPhase(incident="yi", phase="recover"), CloseIncident(incident="yi"),
                 GiveTask(id="u", incident="yi", title="巡堤", to="water", hours=1)):  # fmt: skip
        with pytest.raises(Refused, match="closed"):
            room.do(late, by=OFFICER, at=after(hours=3))
    read(room, 200, at=after(hours=3))
    assert tick(room, after(hours=3)) == ()


def test_a_reason_closes_it_all_the_same_and_closing_is_taken_back(room):
    opened(room)
    room.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=1), by=OFFICER, at=NOON)
    (closed,) = room.do(CloseIncident(incident="yi", reason="转入常态管理"), by=OFFICER, at=after(hours=1))
    assert standing(room).closed_why == "转入常态管理"
    room.undo(closed.number, by=OFFICER, at=after(hours=2), why="误操作")
    assert standing(room).open


def test_everything_can_be_taken_back(room):
    opened(room)
    read(room, 60)
    (proposed,) = tick(room, after(minutes=1))
    (done,) = room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=after(minutes=2))
    with pytest.raises(Refused, match="came after it"):
        room.undo(proposed.number, by=OFFICER, at=after(minutes=3), why="x")
    room.undo(done.number, by=OFFICER, at=after(minutes=3), why="x")
    room.undo(proposed.number, by=OFFICER, at=after(minutes=4), why="x")
    assert (standing(room).level, standing(room).proposal) == ("", None)
    assert tick(room, after(minutes=5)) == ()  # the clock does not write again what a person took back


def test_the_checklist_is_given_with_one_act_and_taken_back_as_one(room):
    opened(room)
    assert left(standing(room), None, NOON.date()) == ()
    confirmed(room, "III", NOON)
    wanted = [each.id for each in left(standing(room), None, NOON.date())]
    assert wanted[:1] == ["consult"]
    assert "patrol" in wanted
    room.do(GiveChecklist(incident="yi", entries=("patrol",), to="water"), by=OFFICER, at=NOON)
    assert room.standing().get(Assignment, "yi.patrol").organisation == "water"
    entries = room.do(GiveChecklist(incident="yi"), by=OFFICER, at=after(minutes=1))
    tasks = room.standing().all(Assignment)
    assert {each.template for each in tasks.values()} == set(wanted)
    assert left(standing(room), None, NOON.date()) == ()
    with pytest.raises(Refused, match="nothing left"):
        room.do(GiveChecklist(incident="yi"), by=OFFICER, at=after(minutes=2))
    room.undo(entries[0].number, by=OFFICER, at=after(minutes=3), why="x")
    assert list(room.standing().all(Assignment)) == ["yi.patrol"]
    room.do(CancelTask(task="yi.patrol", reason="x"), by=OFFICER, at=after(minutes=4))
    with pytest.raises(Refused, match="may not"):
        room.do(TickOff(incident="yi", entries=("watch",)), by=OFFICER, at=NOON)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"id": "a/b"}, "no name"), ({"id": "<b>"}, "no name"), ({"id": "x" * 41}, "40"), ({"type": "war"}, "may be"),
        ({"title": " "}, "say it"), ({"title": "x" * 121}, "120"), ({"geometry": "{}"}, "GeoJSON"),
        ({"geometry": '{"type": "Point", "coordinates": [200, 0]}'}, "no place"),
        ({"geometry": '{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1]]]}'}, "not whole"),
        ({"geometry": "[" * 3_900}, "GeoJSON"), ({"geometry": "[" * 4_100}, "4000"),
        ({"geometry": '{"type": "Point", "coordinates": [NaN, 0]}'}, "GeoJSON"),
    ],
)  # fmt: skip
def test_an_incident_that_makes_no_sense_is_refused(tmp_path, facts, says):
    with Room(tmp_path / "j.sqlite") as room, pytest.raises(Refused, match=says):
        room.do(made_of("incident.open", {"id": "a", "type": "flood", "title": "t", **facts}), by=OFFICER, at=NOON)


def test_a_proposal_reads_back_from_the_journal_as_it_was_written(room):
    opened(room)
    read(room, 60)
    (entry,) = tick(room, after(minutes=1))
    assert facts_of(made_of("incident.propose", entry.draft.facts)) == entry.draft.facts


def test_two_servers_over_one_desk_write_once(place):
    with Room(place) as one, Room(place) as other:
        opened(one)
        read(one, 60)
        one.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=1), by=OFFICER, at=NOON)
        for minutes in range(5, 200, 15):
            tick(one, after(minutes=minutes))
            tick(other, after(minutes=minutes))
        told = [(e.draft.what, e.draft.facts.get("share"), e.draft.facts.get("tell")) for e in one.journal.entries()]
        assert len(told) == len(set(told))
        assert sum(what == "task.escalate" for what, *_ in told) == 6
        assert due(one.standing(), one.clock, None, after(minutes=200)) == []


def test_the_lists_of_every_type_can_be_read():
    assert luoshu.desk.acts
    assert [each.id for each in checklist(None, "flood", "IV", NOON.date())] == ["watch", "patrol", "underpass"]
    assert len(checklist(None, "flood", "I", NOON.date())) == 15
    assert checklist(None, "flood", "", NOON.date()) == checklist(None, "other", "I", NOON.date()) == ()


LISTS = """title: t
in_force:
  2020-01-01:
    war: {}
    flood:
      V: []
      IV:
        - {id: own, title: 本市任务, to: water, hours: 2}
        - {id: bad, title: 没有时限, to: water}
"""


def test_a_book_has_its_own_checklists_and_their_faults_are_named(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "book.yaml").write_text("title: t\nregion: r\n", encoding="utf-8")
    (tmp_path / "rules" / "checklists.yaml").write_text(LISTS, encoding="utf-8")
    book = open_book(tmp_path)
    assert [(each.id, each.to) for each in checklist(book, "flood", "II", NOON.date())] == [("own", "water")]
    assert [each.id for each in checklist(book, "fire", "IV", NOON.date())] == ["crew"]
    assert [str(each.says) for each in desk_faults(book)] == [
        "war is no type of incident", "V is no level with a list", "entry 2 of flood, level IV, cannot be read"
    ]  # fmt: skip


def test_an_incident_in_which_work_stands_is_not_taken_back_and_its_name_is_not_given_again(room):
    opened(room)
    opening = room.standing().steps(Incident, "yi")[0].told.number
    given = room.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=1), by=OFFICER, at=NOON)
    with pytest.raises(Refused, match="close it instead"):
        room.undo(opening, by=OFFICER, at=NOON, why="oops")
    room.undo(given[0].number, by=OFFICER, at=NOON, why="oops")
    room.undo(opening, by=OFFICER, at=NOON, why="oops")
    assert standing(room) is None
    with pytest.raises(Refused, match="another name"):
        opened(room, drill=True)


def test_a_task_for_nobody_is_refused(room, tmp_path):
    opened(room)
    with pytest.raises(Refused, match="nobody at the desk"):
        room.do(GiveTask(id="t", incident="yi", title="巡堤", person="ghost", hours=1), by=OFFICER, at=NOON)
    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text("title: 某市台账\nregion: 某市\n", encoding="utf-8")
    (tmp_path / "tables" / "owner.csv").write_text("id,name\nwater,水利局\n", encoding="utf-8")
    room.book = open_book(tmp_path)
    with pytest.raises(Refused, match="no organisation nosuch"):
        room.do(GiveTask(id="t", incident="yi", title="巡堤", to="nosuch", hours=1), by=OFFICER, at=NOON)
    at_the_desk(room, "li", organisation="volunteers")
    for number, party in enumerate(("water", "volunteers")):
        room.do(GiveTask(id=f"t{number}", incident="yi", title="巡堤", to=party, hours=1), by=OFFICER, at=NOON)


def test_a_reason_holds_no_identity_numbers(room):
    opened(room)
    with pytest.raises(Refused, match="identity number"):
        room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON, why="410303198001011234")
    (entry,) = room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON, why="会商")
    with pytest.raises(Refused, match="identity number"):
        room.undo(entry.number, by=OFFICER, at=NOON, why="410303198001011234")


def test_a_clock_far_behind_puts_nothing_before_the_incident(room):
    opened(room)
    long_ago = after(days=-300)
    confirmed(room, "II", after(hours=1))
    room.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=2), by=OFFICER, at=after(hours=2),
            happened=long_ago)  # fmt: skip
    room.do(FinishTask(task="t"), by=OFFICER, at=after(hours=3), happened=long_ago)
    room.do(CloseIncident(incident="yi"), by=OFFICER, at=after(hours=4), happened=long_ago)
    task = room.standing().get(Assignment, "t")
    assert (task.given, task.done) == (NOON, NOON)
    assert standing(room).closed == after(hours=1)  # an incident's own acts stay in their order
    told = [step.told.at for step in room.standing().timeline("yi")]
    assert min(told) == NOON
    assert [entry.draft.happened for entry in room.journal.entries()][-1] == long_ago  # kept as it was said


@pytest.mark.parametrize("id", [".", "..", "...."])
def test_an_incident_has_a_name_that_an_address_can_end_in(room, id):
    with pytest.raises(Refused, match="is no name"):
        opened(room, id=id)
