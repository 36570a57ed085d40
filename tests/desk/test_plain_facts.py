"""No field of any act takes identity numbers or lists of telephones, but for those that can be erased."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import DUTY, LI, NOON, do, lot, stocked

import luoshu.desk.acts  # noqa: F401
from luoshu.desk.act import ACTS, made_of
from luoshu.desk.journal import Refused, Unclear
from luoshu.desk.plainfacts import CODES, SHAPES, _texts, plain_facts
from luoshu.desk.rehearsal import rehearsed
from luoshu.desk.room import Room
from luoshu.desk.staff import CONSOLE

LIST = "张三 410303198001011234 13800000001 13800000002 13800000003"
LATER = (NOON + timedelta(hours=8)).isoformat()
ACTS_WITH_WORDS = [
    ("lot.reserve", {"lot": "W1", "amount": 1, "purpose": "x"}, ("purpose", "reason")),
    ("lot.receive", {"lot": "N1", "item": "tent", "store": "east", "amount": 1}, ("note", "source", "batch", "spot")),
    ("lot.condition", {"lot": "T1", "condition": "damaged"}, ("note",)),
    ("lot.ship", {"lot": "W1", "amount": 1}, ("place",)),
    ("lot.deliver", {"lot": "T1"}, ("note",)),
    ("lot.scrap", {"lot": "W0", "amount": 1}, ("reason",)),
    ("picklist.collect", {"picklist": "p1", "item": "water", "store": "east", "amount": 1}, ("purpose",)),
    ("approval.ask", {"approval": "q", "act": "ship", "lot": "P1", "amount": 55, "reason": "x"}, ("place", "reason")),
    ("store.close", {"store": "east"}, ("reason",)),
    ("demand.state", {"demand": "d", "title": "x", "party": "a", "asked": ["b"], "field": "roads"}, ("title", "text")),
    ("roster.set", {"person": "li", "starts": NOON.isoformat(), "ends": LATER}, ("post",)),
    ("staff.add", {"person": "sun", "name": "Sun"}, ("name",)),
]
CASES = [(what, facts, name) for what, facts, names in ACTS_WITH_WORDS for name in names]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    with Room(folder / "desk.sqlite", stocked(folder / "book")) as opened:
        yield opened


@pytest.mark.parametrize(("what", "facts", "name"), CASES, ids=[f"{what} {name}" for what, _, name in CASES])
def test_words_with_lists_of_persons_are_not_written(room, what, facts, name):
    by = CONSOLE if what == "staff.add" else DUTY
    for words in (
        LIST,
        "电话 13800000001、13800000002",
        "身份证４１０３０３１９８００１０１１２３４",
        "x" * 11 + "\u202e",
    ):
        with pytest.raises(Unclear) as refused:
            do(room, made_of(what, {**facts, name: words}), by=by)
        assert list(refused.value.fields) == [name]
        (answer,) = rehearsed(room, [made_of(what, {**facts, name: words})], by=by, at=NOON)
        assert isinstance(answer, Refused)
    assert room.journal.entries() == []


def test_one_telephone_and_a_barcode_are_no_list(tmp_path):
    with Room(tmp_path / "desk.sqlite", stocked(tmp_path / "book")) as room:
        act = made_of("lot.receive", {"lot": "410303198001011234", "item": "tent", "store": "east", "amount": 1,
                                      "note": "司机电话 13800000001"})  # fmt: skip
        do(room, act)
        assert lot(room, "410303198001011234").note == "司机电话 13800000001"


def test_every_text_of_every_act_is_looked_at_or_has_a_reason_not_to_be():
    """A new act cannot forget it: what is left out is a choice, a reference, a shape, a code, or can be erased."""
    from dataclasses import fields

    for kind in ACTS.values():
        for each in fields(kind):
            told = each.metadata
            free = "str" in str(each.type) and not told.get("choices") and not told.get("refers")
            if free and not told.get("personal") and each.name not in SHAPES | CODES:
                assert each.name in _texts(kind), (kind.what, each.name)


def test_what_the_journal_holds_already_is_still_read(tmp_path, monkeypatch):
    """An older version wrote it; its goods are there."""
    with Room(tmp_path / "desk.sqlite", stocked(tmp_path / "book")) as room:
        monkeypatch.setattr("luoshu.desk.room.plain_facts", lambda act: None)
        do(
            room,
            made_of("lot.receive", {"lot": "N1", "item": "tent", "store": "east", "amount": 1, "note": LIST}),
            by=LI,
        )
    monkeypatch.undo()
    with Room(tmp_path / "desk.sqlite", stocked(tmp_path / "book")) as room:
        assert lot(room, "N1").amount == 1
        assert room.standing().unread == []
        with pytest.raises(Unclear):
            plain_facts(made_of("lot.condition", {"lot": "N1", "condition": "good", "note": LIST}))
