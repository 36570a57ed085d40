"""New entries on every screen: in order, once, after a gap too; slow ones are dropped, strangers are kept out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from luoshu.desk.act import ACTS, Act, Thing, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.room import Room
from luoshu.show import fanout
from luoshu.show.fanout import Full, Hub, Listener, wire
from luoshu.show.live import reads
from luoshu.words.message import say

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
OFFICER = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))


@dataclass(frozen=True, kw_only=True)
class Bell(Thing):
    sort = "bell"
    id: str
    incident: str
    rung: int = 0


@act
class Ring(Act[Bell]):
    what = "bell.ring"
    says = say("ring a bell")
    thing = Bell
    roles = frozenset({"duty"})
    bell: str = fact("Which")
    incident: str = fact("Where", default="")

    def key(self):
        return self.bell

    def on(self, state, told):
        state = state or Bell(id=self.bell, incident=self.incident)
        return replace(state, rung=state.rung + 1)


@pytest.fixture(autouse=True, scope="module")
def _off_the_list():
    yield
    ACTS.pop("bell.ring", None)


@pytest.fixture
def room(tmp_path):
    ACTS["bell.ring"] = Ring
    with Room(tmp_path / "desk.sqlite") as opened:
        yield opened


def ring(room, times=1, incident="flood"):
    for _ in range(times):
        (entry,) = room.do(Ring(bell=f"tower-{incident}", incident=incident), by=OFFICER, at=NOON)
    return entry.number


def listener(who="li", incident=""):
    return Listener(who=who, heard=lambda word: not incident or word.incident in ("", incident))


async def heard(one, count):
    return [(await asyncio.wait_for(one.waiting.get(), 20)).number for _ in range(count)]


def test_two_hundred_screens_hear_each_entry_once_and_in_order(room):
    async def run():
        hub = Hub(room)
        hub.most_each = 500
        screens = [listener() for _ in range(200)]
        for each in screens:
            assert await hub.join(each, 0) == []
        await asyncio.to_thread(ring, room, 5)
        told = await asyncio.gather(*(heard(each, 5) for each in screens))
        assert told == [[1, 2, 3, 4, 5]] * 200
        assert all(each.waiting.empty() for each in screens)

    asyncio.run(run())


def test_who_comes_back_gets_what_was_missed_and_nothing_twice(room):
    async def run():
        hub = Hub(room)
        ring(room, 3)
        first = listener()
        assert [word.number for word in await hub.join(first, 1)] == [2, 3]
        await asyncio.to_thread(ring, room, 2)
        assert await heard(first, 2) == [4, 5]
        back = listener()
        assert [word.number for word in await hub.join(back, 3)] == [4, 5]  # out of what is kept
        early = listener()
        assert [word.number for word in await hub.join(early, 0)] == [1, 2, 3, 4, 5]  # out of the journal
        ahead = listener()  # its page was drawn before the hub had heard
        await asyncio.to_thread(ring, room)
        assert await hub.join(ahead, 6) == []
        await asyncio.to_thread(ring, room)
        assert await heard(ahead, 1) == [7]
        assert await heard(back, 2) == [6, 7]

    asyncio.run(run())


def test_a_page_of_another_journal_is_loaded_anew_and_hears_what_comes(room):
    """It was open while an older copy was put back: it knows entries that are not there."""

    async def run():
        hub = Hub(room)
        ring(room, 3)
        late = listener()
        assert await hub.join(late, 5_000) is None
        await asyncio.to_thread(ring, room)
        assert await heard(late, 1) == [4]

    asyncio.run(run())


def test_who_missed_too_much_loads_the_page_anew(room, monkeypatch):
    monkeypatch.setattr(fanout, "MOST_KEPT", 3)

    async def run():
        ring(room, 5)
        assert await Hub(room).join(listener(), 1) is None

    asyncio.run(run())


def test_a_slow_screen_is_lost_whole_and_holds_no_memory(room):
    async def run():
        hub = Hub(room)
        slow, quick = listener(), listener("wu")
        await hub.join(slow)
        await hub.join(quick)
        told = []

        async def follow():
            while len(told) < fanout.MOST_WAITING + 10:
                told.append((await quick.waiting.get()).number)

        following = asyncio.create_task(follow())
        await asyncio.to_thread(ring, room, fanout.MOST_WAITING + 10)
        await asyncio.wait_for(following, 60)
        assert slow.lost
        assert slow.waiting.qsize() == fanout.MOST_WAITING
        assert told == list(range(1, fanout.MOST_WAITING + 11))

    asyncio.run(run())


def test_what_another_program_writes_is_told_too(room, tmp_path, monkeypatch):
    monkeypatch.setattr(fanout, "LOOK_SECONDS", 0.02)

    async def run():
        hub, one = Hub(room), listener()
        await hub.join(one)
        with Room(tmp_path / "desk.sqlite") as other:
            await asyncio.to_thread(ring, other, 2)
        assert await heard(one, 2) == [1, 2]

    asyncio.run(run())


def test_each_incident_is_heard_by_its_own_and_an_undo_belongs_to_what_it_takes_back(room):
    async def run():
        hub, flood = Hub(room), listener(incident="flood")
        await hub.join(flood)
        number = await asyncio.to_thread(ring, room, 1, "flood")
        await asyncio.to_thread(ring, room, 1, "fire")
        await asyncio.to_thread(lambda: room.undo(number, by=OFFICER, at=NOON, why="a mistake"))
        first, second = [await asyncio.wait_for(flood.waiting.get(), 20) for _ in range(2)]
        assert (first.number, first.incident, str(first.says)) == (1, "flood", "ring a bell")
        assert (second.number, second.incident, str(second.says)) == (3, "flood", "taken back: ring a bell")

    asyncio.run(run())


def test_one_person_has_so_many_streams_and_leaves_none_behind(room):
    async def run():
        hub = Hub(room)
        hub.most_each = 2
        first, second = listener(), listener()
        await hub.join(first)
        await hub.join(second)
        with pytest.raises(Full):
            await hub.join(listener())
        await hub.join(listener("wu"))
        hub.leave(first)
        hub.leave(first)
        await hub.join(listener())
        assert hub.counts == {"li": 2, "wu": 1}

    asyncio.run(run())


def test_a_discreet_word_tells_only_that_something_of_a_sort_has_changed(room):
    async def run():
        hub, one = Hub(room), listener()
        await hub.join(one)
        await asyncio.to_thread(ring, room, 1, "secret")
        return await asyncio.wait_for(one.waiting.get(), 20)

    word = asyncio.run(run())
    assert wire(word, "en", True) == b'id: 1\nevent: entry\ndata: {"number": 1, "sort": "bell"}\n\n'
    assert b"tower-secret" in wire(word, "en", False)


def test_a_grant_for_one_incident_reads_no_other():
    one = Actor(id="li", grants=(Grant(role="team", incident="flood", organisation="boats"),))
    assert reads(one, "flood")
    assert not reads(one, "fire")
    assert reads(OFFICER, "fire")
