"""Acts at the desk: checked, written, taken back, sent twice, refused; and what follows lies over the book."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from barrel_acts import KEEPER, Barrel, Fill, Pour, Seal, listed

from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant, machine
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="module")
def _on_the_list():
    with listed():
        yield


@pytest.fixture
def room(place):
    with Room(place) as opened:
        yield opened


OFFICER = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
GUEST = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))


def litres(room):
    return {key: barrel.litres for key, barrel in room.standing().all(Barrel).items()}


def test_what_is_poured_comes_in_elsewhere_and_both_are_taken_back_together(room):
    room.do(Fill(barrel="a", litres=10), by=KEEPER, at=NOON)
    first, second = room.do(Pour(barrel="a", into="b", litres=4), by=KEEPER, at=NOON)
    assert (first.draft.what, second.draft.what) == ("barrel.pour", "barrel.fill")
    assert litres(room) == {"a": 6, "b": 4}
    room.undo(second.number, by=KEEPER, at=NOON, why="the wrong barrel")
    assert litres(room) == {"a": 10}
    assert room.journal.fault() is None


def test_what_later_acts_rest_on_is_not_taken_back(room):
    (filled,) = room.do(Fill(barrel="a", litres=10), by=KEEPER, at=NOON)
    room.do(Pour(barrel="a", into="b", litres=4), by=KEEPER, at=NOON)
    with pytest.raises(Refused, match="there is not so much in it"):
        room.undo(filled.number, by=KEEPER, at=NOON, why="a mistake")
    with pytest.raises(Refused, match="may not take back"):
        room.undo(filled.number, by=GUEST, at=NOON, why="a mistake")
    with pytest.raises(Refused, match="say why"):
        room.undo(filled.number, by=OFFICER, at=NOON, why=" ")
    with pytest.raises(Refused, match="no act 99"):
        room.undo(99, by=OFFICER, at=NOON, why="a mistake")
    assert litres(room) == {"a": 6, "b": 4}


def test_a_mark_stands_for_one_undoing_only(room):
    first, second = (room.do(Fill(barrel=name, litres=1), by=KEEPER, at=NOON)[0] for name in "ab")
    once = room.undo(first.number, by=KEEPER, at=NOON, why="a mistake", mark="m")
    assert room.undo(first.number, by=KEEPER, at=NOON, why="a mistake", mark="m") == once
    with pytest.raises(Refused, match="stands for another act"):
        room.undo(second.number, by=KEEPER, at=NOON, why="a mistake", mark="m")
    assert litres(room) == {"b": 1}


def test_an_act_is_taken_back_once(room):
    (filled,) = room.do(Fill(barrel="a", litres=10), by=KEEPER, at=NOON)
    room.undo(filled.number, by=OFFICER, at=NOON, why="a mistake")
    with pytest.raises(Refused, match="already"):
        room.undo(filled.number, by=OFFICER, at=NOON, why="a mistake")
    assert litres(room) == {}


def test_sent_twice_is_written_once_and_another_act_may_not_take_the_mark(room):
    pour = Pour(barrel="a", into="b", litres=10)
    room.do(Fill(barrel="a", litres=10), by=KEEPER, at=NOON)
    once = room.do(pour, by=KEEPER, at=NOON, mark="telephone 1/7")
    assert room.do(pour, by=KEEPER, at=NOON + timedelta(hours=1), mark="telephone 1/7") == once
    with pytest.raises(Refused, match="stands for another act"):
        room.do(Fill(barrel="a", litres=1), by=KEEPER, at=NOON, mark="telephone 1/7")
    assert litres(room) == {"a": 0, "b": 10}


def test_the_last_of_it_goes_to_one_of_two_who_ask_at_once(room):
    room.do(Fill(barrel="a", litres=10), by=KEEPER, at=NOON)
    asked = [room.submit(Pour(barrel="a", into=name, litres=10), by=KEEPER, at=NOON) for name in "bcde"]
    refused = [each.exception() for each in asked]
    assert sum(each is None for each in refused) == 1
    assert sum(isinstance(each, Refused) for each in refused) == 3
    assert sum(litres(room).values()) == 10


def test_who_may_not_is_refused_and_a_machine_decides_nothing(room):
    with pytest.raises(Refused, match="Zhao may not do this: fill a barrel"):
        room.do(Fill(barrel="a", litres=10), by=GUEST, at=NOON)
    with pytest.raises(Refused, match="a person must do this"):
        room.do(Fill(barrel="a", litres=10), by=machine("clock"), at=NOON)
    assert room.journal.entries() == []


def test_a_clock_that_runs_ahead_is_not_believed(room):
    (entry,) = room.do(Fill(barrel="a", litres=1), by=KEEPER, at=NOON, happened=NOON + timedelta(days=400))
    step = room.standing().step(entry.number)
    assert step.told.at == step.told.written == NOON
    assert entry.draft.happened == NOON + timedelta(days=400)  # what was sent is kept as it was sent


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"barrel": "a"}, "升数/litres is missing|litres is missing"),
        ({"barrel": "a", "litres": "many"}, "not a number"),
        ({"barrel": "a", "litres": "-1"}, "less than 0"),
        ({"barrel": "a", "litres": "nan"}, "not a number"),
        ({"barrel": "a", "litres": 1, "colour": "red"}, "colour"),
        ({"barrel": "a" * 5000, "litres": 1}, "4000"),
    ],
)
def test_facts_that_make_no_sense_are_refused(facts, says):
    with pytest.raises(Refused, match=says):
        made_of("barrel.fill", facts)


def test_what_stood_is_told_by_the_journal_alone(place):
    with Room(place) as room:
        room.do(Fill(barrel="a", litres=10), by=KEEPER, at=NOON)
        (second,) = room.do(Fill(barrel="b", litres=2), by=KEEPER, at=NOON)
        room.undo(second.number, by=KEEPER, at=NOON, why="a mistake")
        before = litres(room)
    with Room(place) as room:
        assert litres(room) == before == {"a": 10}
        assert [step.undone for step in room.standing().steps(Barrel, "b")] == [3]


def test_days_that_no_calendar_turns_are_refused(room):
    for at in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2021-07-20T08:00:00"):
        with pytest.raises(Refused, match=r"outside the years|needs its zone"):
            made_of("barrel.seal", {"barrel": "a", "until": at})
        with pytest.raises(Refused, match=r"outside the years|needs its zone"):
            room.do(Seal(barrel="a", until=datetime.fromisoformat(at)), by=KEEPER, at=NOON)
    assert room.journal.entries() == []
    room.do(made_of("barrel.seal", {"barrel": "a", "until": "2199-12-31T12:00+08:00"}), by=KEEPER, at=NOON)


def test_the_clock_follows_the_holidays_of_the_book(tmp_path):
    from luoshu.book.book import open_book

    (tmp_path / "book.yaml").write_text("title: 某市台账\nregion: 某市\n", encoding="utf-8")
    with Room(tmp_path / "desk.sqlite", open_book(tmp_path)) as opened:
        assert opened.clock.calendar.works(date(2027, 1, 1))
        (tmp_path / "rules").mkdir()
        holidays = "in_force:\n  2027-01-01: {off: '01-01..01-03'}\n"
        (tmp_path / "rules" / "holidays.yaml").write_text(holidays, encoding="utf-8")
        opened.book = open_book(tmp_path)
        assert not opened.clock.calendar.works(date(2027, 1, 1))


@pytest.mark.parametrize("mark", ["m#1", "m#", "#", "m~0", "~12"])
def test_a_mark_that_could_be_an_inner_one_is_refused(room, mark):
    with pytest.raises(Refused, match="take another"):
        room.do(Fill(barrel="a", litres=1), by=KEEPER, at=NOON, mark=mark)
    (done,) = room.do(Fill(barrel="a", litres=1), by=KEEPER, at=NOON, mark="m~a/~1b")
    with pytest.raises(Refused, match="take another"):
        room.undo(done.number, by=KEEPER, at=NOON, why="x", mark=mark)
