"""The journal keeps what it acknowledged, in order, once; it shows when somebody changed it."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.desk import waiting
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
        {"\x00": 1},
        {"\ud800": 1},
        {1: 2},
        {"a": [{"b": {None: 1}}]},
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
    with Journal(place, [Stock()]) as journal:
        journal.append(received("tents", 1), at=NOON)
        keep = journal.cabinet.keep

        def full(entries):
            keep(entries)
            raise full_disk()

        monkeypatch.setattr(journal.cabinet, "keep", full)
        with pytest.raises(Unkept, match="disk of the journal is full: nothing was written"):
            journal.append(received("tents", 5), at=NOON)
        monkeypatch.setattr(journal.cabinet, "keep", keep)
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


@given(SAYABLE | st.dictionaries(TEXT, TEXT | NUMBER))
def test_facts_are_written_as_the_library_writes_them(value):
    import json

    options = {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True}
    assert canonical(value) == json.dumps(value, **options)


@given(st.dictionaries(st.sampled_from(["a", "b", "名"]), SAYABLE), st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_comes_back_with_the_same_hash(facts, at):
    import json

    draft = Draft(who="a", what="b", facts=facts, happened=at)
    again = Draft(who="a", what="b", facts=json.loads(canonical(facts)), happened=of_moment(moment(at)))
    assert hash_of(draft, 1, at, BEGINNING) == hash_of(again, 1, of_moment(moment(at)), BEGINNING)


@given(st.lists(TEXT.filter(bool), min_size=5, max_size=5), st.integers(1, 2**63 - 1), st.none() | st.integers(1, 9))
def test_the_hash_covers_a_list_of_json(words, number, undoes):
    """Written out by hand for speed; an entry of any year must keep its hash."""
    import hashlib
    import json

    who, what, why, about, mark = words
    draft = Draft(who=who, what=what, why=why, about=about, mark=mark, undoes=undoes, facts={"a": 1})
    told = [number, moment(NOON), who, what, why, about, None, mark, undoes]
    line = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    whole = f'{BEGINNING}\n{line}\n{{"a":1}}'.encode()
    assert hash_of(draft, number, NOON, BEGINNING) == hashlib.sha256(whole).hexdigest()


def test_the_hash_of_an_entry_never_changes():
    draft = Draft(who="李\"\\\n", what="lot.receive", why="涨水", about="lot:帐篷", facts={"b": 1.5, "a": ["水"]},
                  happened=NOON, mark="m/1", undoes=3)  # fmt: skip
    assert hash_of(draft, 7, NOON, BEGINNING) == "e0671b0595c8febff4ed7ab4597284753254b2ac0a6d890e4a6b828f64714679"


def test_words_that_a_database_could_take_for_its_own_stand_as_they_are(place):
    odd = [
        "'",
        "''",
        "\\'",
        "$$",
        "'; DROP TABLE entry; --",
        "%s %%",
        ":name",
        "?",
        '"',
        "\\u0000 \\x00 E'\\n'",
        "水\n\t'",
    ]
    with Journal(place) as journal:
        drafts = [Draft(who=word, what=word, why=word, about=word, facts={word: word}) for word in odd]
        waiting = [journal.submit(lambda standing, draft=draft: [draft], at=NOON) for draft in drafts]
        assert [each.result()[0].draft.who for each in waiting] == odd
    with Journal(place) as journal:
        assert [entry.draft.facts for entry in journal.entries()] == [{word: word} for word in odd]
        assert journal.fault() is None


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 100, 511])
def test_a_command_of_many_entries_stands_whole(place, count):
    drafts = [Draft(who="a", what="b", facts={"n": n}) for n in range(count)]
    with Journal(place) as journal:
        assert len(journal.do(lambda standing: drafts, at=NOON)) == count
        assert [entry.draft.facts["n"] for entry in journal.entries()] == list(range(count))
        assert journal.fault() is None


class Interrupted:
    """A gate whose owner is interrupted while it waits, at one time or another."""

    def __init__(self, gate, wait):
        self.gate, self.wait = gate, wait

    def acquire(self):
        self.wait()
        raise KeyboardInterrupt

    def release(self):
        self.gate.release()


@pytest.mark.parametrize("moment_of_it", ["before", "after"])
def test_who_is_interrupted_while_it_waits_strands_nobody(tmp_path, monkeypatch, moment_of_it):
    """Writers wake one another: a Ctrl-C in one of them must not leave the others asleep."""
    from luoshu.desk import journal as module

    begun, held, made, count = threading.Event(), threading.Event(), [], 24
    asked = module.Asked

    def ask(command, at, answer=None):
        one = asked(command, at, answer)
        made.append(one)
        if len(made) % 3 == 2:
            one.gate = Interrupted(one.gate, (lambda: None) if moment_of_it == "before" else (lambda: held.wait(30)))
        return one

    def slow(standing):
        begun.set()
        held.wait(30)
        return [Draft(who="a", what="b")]

    with Journal(tmp_path / "desk.sqlite") as journal:
        monkeypatch.setattr(module, "Asked", ask)
        ended = []

        def write(command):
            try:
                ended.append(len(journal.do(command, at=NOON)))
            except KeyboardInterrupt:
                ended.append("interrupted")

        threads = [threading.Thread(target=write, args=(slow,))]
        threads[0].start()
        assert begun.wait(30)
        more = [
            threading.Thread(target=write, args=(lambda standing: [Draft(who="a", what="b")],)) for _ in range(count)
        ]
        for thread in more:
            thread.start()
        while len(made) <= count or journal._asked.qsize() < count - 1:  # the writer holds one already
            time.sleep(0.001)
        held.set()
        for thread in (*threads, *more):
            thread.join(20)
        assert not any(thread.is_alive() for thread in (*threads, *more))
        assert ended.count("interrupted") == sum(isinstance(each.gate, Interrupted) for each in made)
        assert len(journal.entries()) == count + 1


@pytest.mark.parametrize("slow", [False, True], ids=["one by one", "several where it takes long"])
def test_all_of_a_commit_are_woken_once_whatever_keeps_the_interpreter_busy(monkeypatch, slow):
    """One wakes the next; where the first took long to get its turn it wakes several."""
    monkeypatch.setattr(waiting, "QUICK_SECONDS", -1 if slow else 1e9)
    batch = [waiting.Asked(lambda standing: [], NOON) for _ in range(100)]
    woken = []

    def wait(number):
        woken.append((number, batch[number].wait()))

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(len(batch))]
    for thread in threads:
        thread.start()
    for number, each in enumerate(batch):
        each.tell((number,))
    waiting.wake(batch)
    for thread in threads:
        thread.join(20)
    assert sorted(woken) == [(number, (number,)) for number in range(len(batch))]
    assert not batch[0].row.sleeping


def test_a_mark_that_stands_for_another_draft_is_refused(place):
    with Journal(place) as journal:
        first = journal.append(Draft(who="a", what="b", facts={"n": 1}, mark="m"), at=NOON)
        assert journal.append(Draft(who="a", what="b", facts={"n": 1}, mark="m"), at=NOON) == first
        for draft in (
            Draft(who="c", what="b", facts={"n": 1}, mark="m"),
            Draft(who="a", what="d", facts={"n": 1}, mark="m"),
            Draft(who="a", what="b", facts={"n": 2}, mark="m"),
        ):
            with pytest.raises(Refused, match="stands for another act"):
                journal.do(lambda standing, draft=draft: [Draft(who="a", what="new"), draft], at=NOON)
        assert len(journal.entries()) == 1, "nothing of a command that was refused is written"
