"""Tasks: their states however acts come, their clock through pauses, and who is told of what is late."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from incidents import GUEST, NOON, OFFICER, OTHERS, TEAM, after, at_the_desk, confirmed, opened

from luoshu.desk.actor import Actor, Grant
from luoshu.desk.assignment import (
    AcceptTask,
    Assignment,
    CancelTask,
    EscalateTask,
    FinishTask,
    GiveTask,
    PauseTask,
    RefuseTask,
    ReportTask,
    ResumeTask,
)
from luoshu.desk.clock import CHINA, Clock
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.desk.things import Things, things_of
from luoshu.desk.ticking import CLOCK, due, mark_of, tick


@pytest.fixture
def room(place):
    with Room(place) as made:
        opened(made)
        yield made


def give(room, id="t", at=NOON, **facts):
    facts = facts or {"hours": 2.0}
    room.do(GiveTask(id=id, incident="yi", title="巡堤", **{"to": "water", **facts}), by=OFFICER, at=at)


def task(room, id="t"):
    return room.standing().get(Assignment, id)


def test_a_task_is_given_accepted_reported_on_and_done(room):
    give(room)
    room.do(AcceptTask(task="t"), by=TEAM, at=after(minutes=5))
    room.do(ReportTask(task="t", words="已到龙门桥"), by=TEAM, at=after(minutes=30))
    room.do(FinishTask(task="t", words="堤防无险情"), by=TEAM, at=after(hours=1))
    done = task(room)
    assert (done.state, done.accepted, done.done) == ("done", after(minutes=5), after(hours=1))
    assert [each.words for each in done.reports] == ["已到龙门桥", "堤防无险情"]
    assert done.spent(Clock(), after(hours=9)) == 0.5


def test_only_those_whose_task_it_is_and_the_command(room):
    give(room)
    at_the_desk(room, "zhou")
    give(room, id="p", to="", person="zhou", hours=1)
    for who in (OTHERS, GUEST):
        with pytest.raises(Refused, match="may not"):
            room.do(AcceptTask(task="t"), by=who, at=NOON)
    anywhere = Actor(id="zheng", grants=(Grant(role="team"),))
    with pytest.raises(Refused, match="another person's"):
        room.do(AcceptTask(task="p"), by=anywhere, at=NOON)
    room.do(AcceptTask(task="p"), by=Actor(id="zhou", grants=(Grant(role="team"),)), at=NOON)
    led = Actor(id="lead", grants=(Grant(role="duty", organisation="hq", incident="yi"),))
    room.do(AcceptTask(task="t"), by=led, at=NOON)
    with pytest.raises(Refused, match="may not"):
        room.do(CancelTask(task="t", reason="x"), by=TEAM, at=NOON)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"hours": 0.0}, "until when"), ({"hours": 1.0, "working_days": 1}, "until when"),
        ({"hours": 1, "to": ""}, "who does it"),
        ({"due": NOON - timedelta(minutes=1)}, "past"), ({"due": NOON + timedelta(days=400)}, "too far"),
        ({"due": NOON.replace(tzinfo=None)}, "zone"), ({"hours": 1.0, "lon": 112.0}, "both"),
        ({"hours": 1, "detail": "联系人 410305199001011234"}, "identity number"),
    ],
)  # fmt: skip
def test_a_task_that_makes_no_sense_is_refused(tmp_path, facts, says):
    with Room(tmp_path / "j.sqlite") as room:
        opened(room)
        with pytest.raises(Refused, match=says):
            give(room, **facts)


def test_a_pause_stops_the_clock_and_says_why(room):
    give(room)
    with pytest.raises(Refused):
        room.do(PauseTask(task="t", reason=" "), by=TEAM, at=NOON)
    room.do(PauseTask(task="t", reason="桥梁封闭"), by=TEAM, at=after(hours=1))
    assert tick(room, after(hours=50)) == ()
    assert task(room).due(room.clock, after(hours=50)) == after(hours=51)
    room.do(ResumeTask(task="t"), by=TEAM, at=after(hours=50))
    assert task(room).due(room.clock, after(hours=99)) == after(hours=51)
    assert [each.draft.facts["share"] for each in tick(room, after(hours=50, minutes=40))] == [0.25, 0.5, 0.8]


def test_a_due_time_is_a_term_and_working_days_end_with_the_day(room):
    give(room, due=after(hours=3))
    assert task(room).due(room.clock, NOON) == after(hours=3)
    give(room, id="w", working_days=1)
    assert task(room, "w").due(room.clock, NOON) == NOON.astimezone(CHINA).replace(hour=18) + timedelta(days=1)


def test_what_is_late_climbs_the_ladder_of_the_level_once(room):
    confirmed(room, "I", NOON)
    give(room)
    room.do(AcceptTask(task="t"), by=TEAM, at=NOON)
    told = []
    for minutes in range(0, 400, 7):
        told += [(each.draft.facts["share"], each.draft.facts["tell"]) for each in tick(room, after(minutes=minutes))]
    assert told == [(0.5, "owner"), (0.9, "duty"), (1.0, "lead"), (1.25, "commander")]
    assert task(room).escalation == 1.25
    room.do(FinishTask(task="t"), by=TEAM, at=after(hours=8))
    assert tick(room, after(hours=9)) == ()


def test_a_server_that_slept_tells_every_rung_once(room):
    give(room)
    assert len(tick(room, after(hours=10))) == 6
    assert tick(room, after(hours=10)) == tick(room, after(hours=11)) == ()


def test_nobody_but_the_clock_escalates_and_it_does_nothing_else(room):
    give(room)
    with pytest.raises(Refused, match="may not"):
        room.do(EscalateTask(task="t", share=1, tell="lead"), by=OFFICER, at=NOON)
    for made in (AcceptTask(task="t"), FinishTask(task="t"), CancelTask(task="t", reason="x")):
        with pytest.raises(Refused, match="a person must"):
            room.do(made, by=CLOCK, at=NOON)


def test_a_telephone_that_tells_late_is_heard_in_its_own_time(room):
    give(room, at=after(hours=1))
    room.do(AcceptTask(task="t"), by=TEAM, at=after(hours=3), happened=after(minutes=30))  # its clock runs behind
    assert task(room).accepted == after(hours=1)
    room.do(FinishTask(task="t"), by=TEAM, at=after(hours=5), happened=after(hours=2))
    assert task(room).done == after(hours=2)


class Tasks(RuleBasedStateMachine):
    """One task, acts in any order; what stands is always one of the states, and can be told again from its acts."""

    ACTS = (
        AcceptTask(task="t"), ReportTask(task="t", words="x"), FinishTask(task="t"), PauseTask(task="t", reason="x"),
        ResumeTask(task="t"), RefuseTask(task="t", reason="x"), CancelTask(task="t", reason="x"),
    )  # fmt: skip
    ALLOWED: ClassVar = {
        "given": {"task.accept", "task.report", "task.done", "task.pause", "task.refuse", "task.cancel"},
        "accepted": {"task.report", "task.done", "task.pause", "task.refuse", "task.cancel"},
        "paused": {"task.report", "task.done", "task.resume", "task.refuse", "task.cancel"},
        "refused": {"task.cancel"},
        "done": set(),
        "cancelled": set(),
    }

    def __init__(self):
        super().__init__()
        self.room = Room(self._place())
        self.at = NOON
        self.numbers = []

    def _place(self):
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        return f"{self.folder.name}/j.sqlite"

    def teardown(self):
        self.room.close()
        self.folder.cleanup()

    @initialize(hours=st.floats(0.1, 50))
    def begin(self, hours):
        opened(self.room)
        give(self.room, hours=hours)

    @property
    def task(self) -> Assignment:
        return task(self.room)

    @rule(act=st.sampled_from(ACTS))
    def do(self, act):
        before = self.task
        try:
            entries = self.room.do(act, by=OFFICER, at=self.at)
        except Refused:
            assert act.what not in self.ALLOWED[before.state]
            assert self.task == before
        else:
            assert act.what in self.ALLOWED[before.state]
            self.numbers.append(entries[0].number)

    @rule(minutes=st.integers(1, 2_000))
    def wait(self, minutes):
        self.at += timedelta(minutes=minutes)

    @rule()
    def clock_ticks(self):
        written = tick(self.room, self.at)
        assert all(each.draft.what == "task.escalate" for each in written)
        assert not written or self.task.runs
        assert tick(self.room, self.at) == ()

    @precondition(lambda self: self.numbers)
    @rule()
    def take_back_the_last(self):
        number = self.numbers.pop()
        try:
            self.room.undo(number, by=OFFICER, at=self.at, why="x")
        except Refused:
            assert self.task.told  # what the clock told meanwhile rests on it

    @invariant()
    def what_stands_is_whole(self):
        if not hasattr(self, "at") or self.room.standing().get(Assignment, "t") is None:
            return
        found = self.task
        assert found.state in self.ALLOWED
        assert (found.state == "paused") == any(each.until is None for each in found.pauses)
        assert (found.state == "done") == (found.done is not None)
        assert found.due(self.room.clock, self.at) >= found.given
        assert found.spent(self.room.clock, self.at) >= 0
        assert len({(each.share, each.tell) for each in found.told}) == len(found.told)

    @invariant()
    def the_journal_tells_the_same(self):
        again: Things = things_of(self.room.journal.entries())
        assert again.get(Assignment, "t") == self.room.standing().get(Assignment, "t")
        assert not again.unread


TestTasks = Tasks.TestCase
TestTasks.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_a_mark_is_of_the_facts_alone(room):
    give(room)
    first, again = (due(room.standing(), room.clock, None, after(hours=1)) for _ in "ab")
    assert [mark_of(each) for each in first] == [mark_of(each) for each in again]
