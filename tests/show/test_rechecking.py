"""Who listens is looked up once for all streams of a session, a few sessions at a time; anew where rights changed."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from starlette.requests import Request

from luoshu.desk.actor import Actor
from luoshu.desk.unkept import AWAY, Unkept
from luoshu.show import rechecking
from luoshu.show.rechecking import AT_ONCE, Rechecks


def asked(session):
    return Request({"type": "http", "headers": [(b"cookie", session.encode())]})


class Looks:
    """Counts how often somebody is looked up, and how many at the same time."""

    def __init__(self, answer):
        self.answer, self.now, self.most, self.lock = answer, 0, 0, threading.Lock()

    def __call__(self, request):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        threading.Event().wait(0.005)
        with self.lock:
            self.now -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer and Actor(id=request.headers["cookie"])


def answers(monkeypatch, answer, ask):
    looks, checks = Looks(answer), Rechecks()
    monkeypatch.setattr(rechecking, "actor_now", looks)
    return asyncio.run(ask(checks)), checks.looks, looks.most


def test_two_hundred_streams_of_ten_sessions_look_ten_times_and_never_all_at_once(monkeypatch):
    async def ask(checks):
        since = time.monotonic()
        return await asyncio.gather(*(checks.who(asked(f"s{number % 10}"), since) for number in range(200)))

    found, looks, most = answers(monkeypatch, True, ask)
    assert [each.id for each in found] == [f"s{number % 10}" for number in range(200)]
    assert looks == 10
    assert most <= AT_ONCE


def test_an_answer_from_before_a_change_of_rights_is_not_shared(monkeypatch):
    async def ask(checks):
        await checks.who(asked("one"), 0)
        await checks.who(asked("one"), 0)
        return await checks.who(asked("one"), time.monotonic())

    assert answers(monkeypatch, True, ask)[1] == 2


@pytest.mark.parametrize("answer", [None, Unkept(AWAY, "away")], ids=["logged out", "away"])
def test_who_is_nobody_any_more_and_a_journal_that_is_away_are_told_to_every_stream(monkeypatch, answer):
    async def ask(checks):
        return await asyncio.gather(*(checks.who(asked("one"), 0) for _ in range(5)))

    assert answers(monkeypatch, answer, ask)[0] == [answer] * 5


def test_a_stream_that_ends_while_it_asks_does_not_take_the_answer_from_the_others(monkeypatch):
    async def ask(checks):
        first = asyncio.create_task(checks.who(asked("one"), 0))
        second = asyncio.create_task(checks.who(asked("one"), 0))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert answers(monkeypatch, True, ask)[0].id == "one"
