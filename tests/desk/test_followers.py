"""Who follows a journal hears each entry once and in order, whoever wrote it and whatever another listener does."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal, Refused
from luoshu.words.message import say

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
NOTE = Draft(who="wang", what="note")


def wait_for(there, seconds=20):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "nothing was heard"
        time.sleep(0.02)


def test_what_another_process_wrote_is_heard_without_asking(place):
    heard = []
    with Journal(place) as here, Journal(place) as there:
        there.append(NOTE, at=NOON)
        here.follow(lambda entries: heard.extend(entry.number for entry in entries))
        there.append(NOTE, at=NOON)
        wait_for(lambda: heard == [2])


def test_two_journals_that_both_write_are_heard_in_order_and_once(place):
    heard = {"here": [], "there": []}
    with Journal(place) as here, Journal(place) as there:
        here.follow(lambda entries: heard["here"].extend(entry.number for entry in entries))
        there.follow(lambda entries: heard["there"].extend(entry.number for entry in entries))

        def write(journal):
            for _ in range(60):
                journal.append(NOTE, at=NOON)

        threads = [threading.Thread(target=write, args=(journal,)) for journal in (here, there, here, there)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_for(lambda: len(heard["here"]) >= 240 <= len(heard["there"]))
    assert heard["here"] == heard["there"] == list(range(1, 241))


def test_a_listener_that_fails_stops_nobody(place, caplog):
    heard = []

    def bad(entries):
        raise KeyError("a listener's fault")

    with Journal(place) as journal:
        journal.follow(bad)
        journal.follow(lambda entries: heard.extend(entry.number for entry in entries))
        for _ in range(3):
            journal.append(NOTE, at=NOON)
    assert heard == [1, 2, 3]
    assert "a listener's fault" in caplog.text


def test_a_listener_may_write_itself(place):
    with Journal(place) as journal:

        def answer(entries):
            for entry in entries:
                if entry.draft.what == "note":
                    journal.append(Draft(who="machine", what="answer"), at=NOON)

        journal.follow(answer)
        journal.append(NOTE, at=NOON)
        wait_for(lambda: len(journal.entries()) == 2)


def test_a_slow_listener_does_not_slow_the_writer(place):
    go = threading.Event()
    with Journal(place) as journal:
        journal.follow(lambda entries: go.wait(20))
        for _ in range(5):
            journal.append(NOTE, at=NOON)
        go.set()


def test_a_refusal_comes_back_as_it_was_said(place):
    class NotToday(Refused):
        pass

    def command(standing):
        raise NotToday(say("not today"))

    with Journal(place) as journal:
        with pytest.raises(NotToday, match="not today"):
            journal.do(command, at=NOON)
        with pytest.raises(ValueError, match="time zone"):
            journal.do(command, at=datetime(2021, 7, 20))
    with pytest.raises(RuntimeError, match="closed"):
        journal.append(NOTE, at=NOON)


def test_what_fails_after_a_failed_commit_is_told_once(place, monkeypatch):
    heard = []
    with Journal(place) as journal:
        journal.follow(lambda entries: heard.extend(entry.number for entry in entries))
        journal.append(NOTE, at=NOON)
        keep = journal.cabinet.keep

        def fails(entries):
            raise OSError("the disk is gone")

        monkeypatch.setattr(journal.cabinet, "keep", fails)
        with pytest.raises(OSError, match=r"reached|gone"):
            journal.append(NOTE, at=NOON)
        monkeypatch.setattr(journal.cabinet, "keep", keep)
        journal.append(NOTE, at=NOON)
    assert heard == [1, 2]
