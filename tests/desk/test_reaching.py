"""Pages of the plan while the desk cannot be asked: nobody waits, and what is shown says from when it is."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from luoshu.desk.unkept import AWAY, Unkept
from luoshu.show import reaching
from luoshu.show.moments import MACHINE
from luoshu.show.reaching import Reach


class Desk:
    """A desk that answers, is away, or does not answer at all."""

    def __init__(self, far):
        self.journal = SimpleNamespace(cabinet=SimpleNamespace(file=None if far else "a file"))
        self.fails, self.silent, self.asked = None, threading.Event(), 0
        self.silent.set()

    def standing(self):
        self.asked += 1
        self.silent.wait(30)
        if self.fails is not None:
            raise self.fails
        return f"what stands at question {self.asked}"


@pytest.fixture(params=[False, True], ids=["a file", "a server"])
def desk(request, monkeypatch):
    monkeypatch.setattr(reaching, "AGAIN_SECONDS", 0.02)
    return Desk(request.param)


def until(found):
    end = time.monotonic() + 20
    while not found():
        assert time.monotonic() < end
        threading.Event().wait(0.005)


def answers(reach):
    try:
        return reach.ask(lambda: "wang")[0] == "wang"
    except Unkept:
        return False


def test_a_desk_that_is_away_is_asked_again_behind_the_backs_of_its_readers(desk):
    reach = Reach(desk, MACHINE)
    assert reach.ask(lambda: "wang") == ("wang", "what stands at question 2")
    known, desk.fails = reach.known, Unkept(AWAY, "away")
    with pytest.raises(Unkept, match="cannot be reached"):
        reach.ask(lambda: "wang")
    assert reach.known is known
    count = desk.asked
    until(lambda: not answers(reach) and desk.asked > count + 1)
    desk.fails = None
    until(lambda: answers(reach))
    assert reach.known.at > known.at


def test_nobody_waits_for_a_server_that_says_nothing(monkeypatch):
    monkeypatch.setattr(reaching, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(reaching, "AGAIN_SECONDS", 0.02)
    desk = Desk(far=True)
    reach = Reach(desk, MACHINE)
    desk.silent.clear()
    for _ in range(200):
        assert not answers(reach)
    assert desk.asked <= 3, "one page waited in vain, and one question is under way"
    desk.silent.set()
    until(lambda: answers(reach))


def test_a_fault_of_the_program_is_none_of_the_desk(desk):
    reach = Reach(desk, MACHINE)
    with pytest.raises(ZeroDivisionError):
        reach.ask(lambda: 1 // 0)
    assert answers(reach)


def test_a_day_that_was_not_seen_before_shows_the_book_alone_and_says_so(desk_server, monkeypatch):
    """What lay over it then only the journal knows; today has what stood when the desk could last be asked."""

    def gone():
        raise Unkept(AWAY, "away")

    client = desk_server.client()
    seen = client.get("/", params={"day": "2021-01-01", "language": "en"})
    monkeypatch.setattr(desk_server.app.state.room, "standing", gone)
    html = {"accept": "text/html"}
    again = client.get("/", params={"day": "2021-01-01", "language": "en"}, headers=html)
    assert "is as of" in again.text
    assert datetime.fromisoformat(again.headers["luoshu-desk-as-of"]) > datetime.now(UTC) - timedelta(minutes=5)
    assert seen.text.count("<tr") == again.text.count("<tr")
    other = client.get("/", params={"day": "2021-01-02", "language": "en"}, headers=html)
    assert (other.status_code, other.headers["luoshu-desk-as-of"]) == (200, "never")
    assert "This page shows the book alone" in other.text
    today = client.get("/", params={"day": date.today().isoformat(), "language": "zh"}, headers=html)
    assert "本页来自值班台的内容截至" in today.text
    assert client.get("/desk", headers=html).status_code == 503
