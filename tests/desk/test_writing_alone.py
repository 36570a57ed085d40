"""Who writes alone writes without the writer thread: as durable, as ordered, and never behind the back of others."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal, Refused
from luoshu.desk.unkept import FULL, Unkept
from luoshu.words.message import say

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
NOTE = Draft(who="a", what="note")


@pytest.fixture
def threads():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def writers_of(journal, monkeypatch):
    """The threads in which commits were made."""
    made, commit = [], journal.cabinet.commit

    def noted():
        made.append(threading.current_thread().name)
        commit()

    monkeypatch.setattr(journal.cabinet, "commit", noted)
    return made


def test_a_lone_thread_writes_itself_and_the_main_one_never(place, threads, monkeypatch):
    with Journal(place) as journal:
        made = writers_of(journal, monkeypatch)
        alone = [threads.submit(journal.append, NOTE, at=NOON).result(20).number for _ in range(3)]
        assert journal.append(NOTE, at=NOON).number == 4
        assert journal.submit(lambda standing: [NOTE], at=NOON).result(20)[0].number == 5
        assert alone == [1, 2, 3]
        assert made[3:] == ["journal", "journal"]
        assert "journal" not in made[:3]
        assert journal.fault() is None


def test_what_is_refused_or_cannot_be_kept_is_said_to_the_lone_thread_too(place, threads, monkeypatch):
    def refuse(standing):
        raise Refused(say("no"))

    def full(entries):
        raise Unkept(FULL, "full")

    with Journal(place) as journal:
        with pytest.raises(Refused, match="no"):
            threads.submit(journal.do, refuse, at=NOON).result(20)
        with pytest.raises(ValueError, match="time zone"):
            threads.submit(journal.append, NOTE, at=datetime(2021, 7, 20)).result(20)
        with monkeypatch.context() as patched:
            patched.setattr(journal.cabinet, "keep", full)
            with pytest.raises(Unkept, match="disk of the journal is full"):
                threads.submit(journal.append, NOTE, at=NOON).result(20)
        assert threads.submit(journal.append, NOTE, at=NOON).result(20).number == 1
        assert journal.fault() is None


def test_followers_hear_what_lone_threads_wrote(place, threads):
    heard, enough = [], threading.Event()

    def hear(entries):
        heard.extend(entry.number for entry in entries)
        if len(heard) >= 5:
            enough.set()

    with Journal(place) as journal:
        journal.follow(hear)
        for _ in range(5):
            threads.submit(journal.append, NOTE, at=NOON).result(20)
        assert enough.wait(20)
    assert heard == [1, 2, 3, 4, 5]


def test_threads_that_write_alone_and_together_in_turn_lose_nothing(place, threads):
    """Some wait for the others, then write alone, then all at once; and one closes the journal in the midst of it."""
    journal, told, closed = Journal(place), [], []
    meeting = threading.Barrier(8)

    def write(number):
        try:
            for count in range(1_000):
                if count % 5 == 0 and count < 20:
                    meeting.wait(20)
                if (count + number) % 3 == 0 and count < 20:
                    threading.Event().wait(0.002)
                told.append(journal.append(Draft(who="a", what="note", mark=f"{number}/{count}"), at=NOON))
                if number == 0 and count == 40:
                    journal.close()
        except RuntimeError:
            closed.append(number)

    for each in [threads.submit(write, number) for number in range(8)]:
        each.result(60)
    assert sorted(closed) == list(range(8))
    with Journal(place) as again:
        stands = {entry.number: entry.hash for entry in again.entries()}
        assert {entry.number: entry.hash for entry in told} == stands
        assert again.fault() is None
