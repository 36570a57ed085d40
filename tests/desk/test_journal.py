"""The journal keeps what it acknowledged, in order, once; it shows when somebody changed it."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.desk.chain import BEGINNING, MOST_FACTS, Draft, canonical, hash_of, moment, of_moment
from luoshu.desk.journal import Journal, Refused
from luoshu.desk.shelves import engine_of
from luoshu.desk.unkept import Unkept
from luoshu.words.message import say

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


class Stock:
    """Units of one lot: received and shipped."""

    name = "stock"

    def begin(self):
        return {}

    def take(self, standing, entry):
        sign = {"received": 1, "shipped": -1}.get(entry.draft.what, 0)
        lot = entry.draft.about
        standing[lot] = standing.get(lot, 0) + sign * entry.draft.facts.get("units", 0)


def ship(lot, units, who="a"):
    def command(standing):
        if standing["stock"].get(lot, 0) < units:
            raise Refused(say("there are not {units} units of {lot}", units=units, lot=lot))
        return [Draft(who=who, what="shipped", about=lot, facts={"units": units})]

    return command


def received(lot, units):
    return Draft(who="keeper", what="received", about=lot, facts={"units": units})


def asked(place, sentence):
    """What the database itself answers, past the journal."""
    engine = engine_of(place)
    with engine.connect() as connection:
        answer = connection.exec_driver_sql(sentence)
        row = answer.first() if answer.returns_rows else None
        connection.commit()
    engine.dispose()
    return row


def test_two_people_who_ship_the_last_lot_at_once(place):
    with Journal(place, [Stock()]) as journal:
        journal.append(received("tents", 10), at=NOON)
        waiting = [journal.submit(ship("tents", 10, who), at=NOON) for who in "abcdefgh"]
        errors = [each.exception() for each in waiting]
        assert [error is None for error in errors].count(True) == 1
        assert all(isinstance(error, Refused) for error in errors if error)
        assert journal.look(lambda standing: standing["stock"]["tents"]) == 0
        assert len(journal.entries()) == 2


def test_two_processes_write_to_one_journal(place):
    with Journal(place, [Stock()]) as one, Journal(place, [Stock()]) as other:
        one.append(received("pumps", 3), at=NOON)
        other.do(ship("pumps", 2), at=NOON)
        with pytest.raises(Refused):
            one.do(ship("pumps", 2), at=NOON)
        assert one.look(lambda standing: standing["stock"]["pumps"]) == 1
        assert one.fault() is other.fault() is None
        assert [entry.number for entry in one.entries()] == [1, 2]


def test_what_is_sent_twice_stands_once(place):
    draft = Draft(who="team", what="received", about="water", facts={"units": 5}, mark="phone-7/1")
    with Journal(place, [Stock()]) as journal:
        first = journal.append(draft, at=NOON)
        assert journal.append(draft, at=NOON + timedelta(hours=1)) == first
    with Journal(place, [Stock()]) as journal:
        assert journal.append(draft, at=NOON).number == 1
        assert journal.look(lambda standing: standing["stock"]["water"]) == 5


def test_a_clock_that_goes_back_does_not_turn_the_order_round(place):
    with Journal(place) as journal:
        journal.append(Draft(who="a", what="b"), at=NOON)
        late = journal.append(
            Draft(who="a", what="c", happened=NOON - timedelta(hours=3)), at=NOON - timedelta(hours=2)
        )
        assert late.at == NOON
        assert late.happened == NOON - timedelta(hours=3)


def test_followers_hear_of_entries_in_order_after_they_stand(place):
    heard = []
    with Journal(place) as journal:
        stop = journal.follow(lambda entries: heard.extend(entry.number for entry in entries))
        threads = [
            threading.Thread(target=lambda: [journal.append(Draft(who="a", what="b"), at=NOON) for _ in range(20)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stop()
        journal.append(Draft(who="a", what="unheard"), at=NOON)
    assert heard == list(range(1, 161))


@pytest.mark.parametrize(
    ("change", "number", "says"),
    [
        ("UPDATE entry SET facts = '{\"units\":900}' WHERE number = 2", 2, "was changed"),
        ("UPDATE entry SET who = 'nobody' WHERE number = 3", 3, "was changed"),
        ("DELETE FROM entry WHERE number = 2", 2, "missing"),
        ("UPDATE entry SET number = number + 10 WHERE number = 4", 4, "missing"),
    ],
)
def test_a_change_from_outside_is_seen(place, change, number, says):
    with Journal(place) as journal:
        for units in range(4):
            journal.append(received("tents", units), at=NOON)
        assert journal.fault() is None
    asked(place, change)
    with Journal(place) as journal:
        assert journal.fault() == (number, says)


def test_an_entry_is_refused_that_cannot_be_kept_as_it_is():
    for facts in (
        {"a": float("nan")},
        {"a": {1: 2}},
        {"a": object()},
        {"a": "\x00"},
        {"a": "\ud800"},
        {"a": "x" * (MOST_FACTS + 1)},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 (each says another thing)
            Draft(who="a", what="b", facts=facts)
    with pytest.raises(ValueError, match="time zone"):
        Draft(who="a", what="b", happened=datetime(2021, 7, 20))
    with pytest.raises(ValueError, match="who and what"):
        Draft(who="", what="b")


def full_disk():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def test_a_commit_that_fails_is_not_acknowledged_and_the_next_one_works(place, monkeypatch):
    import luoshu.desk.cabinet as module

    with Journal(place, [Stock()]) as journal:
        journal.append(received("tents", 1), at=NOON)
        put = module.put

        def full(*given):
            put(*given)
            raise full_disk()

        monkeypatch.setattr(module, "put", full)
        with pytest.raises(Unkept, match="disk of the journal is full: nothing was written"):
            journal.append(received("tents", 5), at=NOON)
        monkeypatch.setattr(module, "put", put)
        assert journal.look(lambda standing: standing["stock"]["tents"]) == 1
        assert journal.append(received("tents", 2), at=NOON).number == 2
        assert journal.look(lambda standing: standing["stock"]["tents"]) == 3


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
SAYABLE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "名"]), SAYABLE), st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_comes_back_with_the_same_hash(facts, at):
    import json

    draft = Draft(who="a", what="b", facts=facts, happened=at)
    again = Draft(who="a", what="b", facts=json.loads(canonical(facts)), happened=of_moment(moment(at)))
    assert hash_of(draft, 1, at, BEGINNING) == hash_of(again, 1, of_moment(moment(at)), BEGINNING)
