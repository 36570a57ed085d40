"""Pick lists: the lots that expire first, all or nothing, and shipped together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import do, incidents, lot, stocked

from luoshu.desk.journal import Refused
from luoshu.desk.leaving import Reserve
from luoshu.desk.picking import Collect, DropList, PickList, ShipList
from luoshu.desk.room import Room


@pytest.fixture
def room(place, tmp_path):
    with Room(place, stocked(tmp_path / "book")) as opened:
        yield opened


def test_a_pick_list_takes_what_expires_first_and_leaves_together(room):
    incidents(room, "flood")
    entries = do(
        room, Collect(picklist="p1", item="water", store="east", amount=130, purpose="school", incident="flood")
    )
    assert [each.draft.what for each in entries if each.draft.what != "lot.take_over"] == [
        "picklist.collect", "lot.pick", "lot.pick",
    ]  # fmt: skip
    assert (lot(room, "W1").reserved, lot(room, "W2").reserved) == (100, 30)
    do(room, ShipList(picklist="p1", place="school"))
    assert (lot(room, "W1").amount, lot(room, "W2").amount) == (0, 470)
    assert lot(room, "W2").under_way[0].incident == "flood"
    with pytest.raises(Refused, match="shipped"):
        do(room, ShipList(picklist="p1", place="school"))
    with pytest.raises(Refused, match="has left already"):
        do(room, Reserve(lot="W2", amount=400, purpose="x", reservation="p1"))


def test_a_pick_list_is_all_or_nothing_and_can_be_put_back(room):
    with pytest.raises(Refused, match="east holds 600, not 601"):
        do(room, Collect(picklist="p1", item="water", store="east", amount=601, purpose="school"))
    assert room.journal.entries() == []
    do(room, Collect(picklist="p1", item="water", store="east", amount=600, purpose="school"))
    do(room, DropList(picklist="p1"))
    assert (lot(room, "W1").free, lot(room, "W2").free) == (100, 500)
    assert room.standing().get(PickList, "p1").state == "dropped"
