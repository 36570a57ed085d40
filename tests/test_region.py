"""A region is its book with its desk over it: a gauge sees this morning's count, and the past as it was then."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from luoshu.desk.act import ACTS, Act, Thing, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.place import PLACE
from luoshu.desk.room import Room
from luoshu.kinds.observation import Observation
from luoshu.region import Region
from luoshu.show.deskleaves import room_for
from luoshu.show.shelf import Shelf
from luoshu.words.message import say

KEEPER = Actor(id="li", grants=(Grant(role="store"),))


@dataclass(frozen=True, kw_only=True)
class Shelved(Thing):
    sort = "shelved"
    table = Observation
    books: float = 0.0
    on: date = date(2021, 1, 1)

    def row(self):
        return Observation(indicator="books", as_of=self.on, value=self.books, unit="册", published=self.on)


@act
class Put(Act[Shelved]):
    what = "shelved.put"
    says = say("put books on the shelf")
    thing = Shelved
    roles = frozenset({"store"})
    books: float = fact("How many")

    def key(self):
        return "all"

    def on(self, state, told):
        return replace(state or Shelved(), books=self.books, on=told.at.date())


@pytest.fixture(autouse=True, scope="module")
def _off_the_list():
    yield
    ACTS.pop("shelved.put")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text("title: 书\nregion: x\n", "utf-8")
    (tmp_path / "tables" / "indicator.csv").write_text(
        "id,name,unit,direction,aggregation\nbooks,藏书,册,higher,last\n", "utf-8"
    )
    (tmp_path / "tables" / "observation.csv").write_text("indicator,as_of,value,unit,published\n", "utf-8")
    promise = "- {id: books, kind: target, words: 藏书一百册, measure: books, level: 100, unit: 册, due: 2021-12-31}\n"
    (tmp_path / "commitments.yaml").write_text(promise, "utf-8")
    return tmp_path


def at(day: int) -> datetime:
    return datetime(2021, 7, day, 4, tzinfo=UTC)


def value(region: Region) -> float | None:
    return region.gauges[0].value


def test_a_gauge_sees_what_the_desk_knew_that_day(folder):
    assert value(Region(folder, date(2021, 7, 20))) is None
    with Room(folder / PLACE) as room:
        room.do(Put(books=40), by=KEEPER, at=at(20))
        room.do(Put(books=70), by=KEEPER, at=at(22))
    assert [value(Region(folder, date(2021, 7, day))) for day in (19, 20, 21, 22, 30)] == [None, 40, 40, 70, 70]


def test_open_pages_follow_the_desk_and_nobody_waits(folder):
    with Room(folder / PLACE) as begun:
        begun.do(Put(books=40), by=KEEPER, at=at(20))
    shelf = Shelf(folder)
    room = room_for(shelf, "")
    assert room is not None
    with room:
        first = shelf.view()
        assert first.gauges[0].value == 40
        room.do(Put(books=70), by=KEEPER, at=at(21))
        for _ in range(200):
            if shelf.view().gauges[0].value == 70:
                break
            threading.Event().wait(0.05)
        later = shelf.view()
        assert (later.gauges[0].value, first.gauges[0].value) == (70, 40)
        assert later.version != first.version
        assert shelf.view(date(2021, 7, 20)).gauges[0].value == 40
        before = shelf.signature()
        room.do(Put(books=71), by=KEEPER, at=at(22))
        assert shelf.signature() == before  # the journal is no change of the book


class Late(datetime):
    """A moment at which it is the next day in China already, whatever the machine's own calendar says."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2021, 7, 20, 20, tzinfo=UTC).astimezone(tz)


def test_today_is_the_day_where_the_desk_stands_and_not_the_machines(folder, monkeypatch):
    from luoshu.show import moments

    monkeypatch.setattr("luoshu.region.datetime", Late)
    monkeypatch.setattr(moments, "datetime", Late)
    assert Region(folder).day == date(2021, 7, 21)
    assert moments.MACHINE.today() == date(2021, 7, 21)
