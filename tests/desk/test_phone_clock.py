"""Reports of telephones whose clock is wrong: only how long ago it was counts, and nothing is refused for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from luoshu.desk.actor import Actor, Grant
from luoshu.desk.incident import OpenIncident

OFFICER = Actor(id="wang", grants=(Grant(role="duty"),))
TODAY = datetime.now(UTC)
STOPPED = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)


@pytest.fixture
def send(desk_server):
    """Sends a message with what the telephone's clock shows; gives the answer and what the journal has of it."""
    wang = desk_server.person("wang", "duty")
    begun = datetime.now(UTC) - timedelta(hours=8)
    desk_server.room.do(OpenIncident(id="yi", type="flood", title="伊河", lead="hq"), by=OFFICER, at=begun)

    def send(happened, sent=None, mark="m"):
        told = {"facts": {"incident": "yi", "text": "已到"}, "happened": happened.isoformat(), "mark": mark}
        answer = wang.post("/desk/acts/message.send", json=told | ({"sent": sent.isoformat()} if sent else {}))
        return answer, desk_server.told("message.send")

    return send


@pytest.mark.parametrize("clock", [STOPPED, TODAY - timedelta(days=730), TODAY, TODAY + timedelta(days=4000)])
def test_how_long_ago_it_was_counts_whatever_the_clock_shows(send, clock):
    answer, (entry,) = send(clock - timedelta(hours=2), sent=clock)
    assert answer.status_code == 201
    ago = entry.at - entry.happened
    assert timedelta(hours=2) - timedelta(seconds=30) < ago < timedelta(hours=2) + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("happened", "sent"), [(STOPPED, TODAY), (TODAY, STOPPED), (TODAY + timedelta(minutes=5), TODAY)]
)
def test_a_clock_that_was_set_in_between_tells_nothing_so_it_counts_as_it_came(send, happened, sent):
    answer, (entry,) = send(happened, sent=sent)
    assert answer.status_code == 201
    assert entry.happened == entry.at


def test_sent_twice_with_a_clock_that_went_on_it_is_entered_once(send):
    happened = STOPPED - timedelta(minutes=20)
    first, _ = send(happened, sent=STOPPED)
    second, entries = send(happened, sent=STOPPED + timedelta(minutes=3))
    assert first.json() == second.json()
    assert len(entries) == 1


def test_a_moment_without_the_clock_beside_it_is_taken_at_its_word(send):
    answer, entries = send(STOPPED)
    assert (answer.status_code, entries) == (422, [])
    assert "more than a year ago" in str(answer.json()) or "已超过一年" in str(answer.json())
