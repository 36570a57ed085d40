"""What is personal lies beside the chain: erased it is gone for good, and the chain still holds."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import date

import pytest
from erasable import AT, NAME, PHONE, SECRETS, WANG, asked, do, filled, rows

import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
from luoshu.desk.act import act, fact, made_of
from luoshu.desk.chain import Draft
from luoshu.desk.expert import Expert, _OnExpert
from luoshu.desk.journal import Journal, Refused
from luoshu.desk.keeping import backup, restore, verify
from luoshu.desk.logbook import Search, found, open_draft, openly
from luoshu.desk.post import Post
from luoshu.desk.resealing import resealed
from luoshu.desk.room import Room
from luoshu.desk.sealed import digest


def test_the_chain_holds_nothing_personal_and_nothing_that_could_be_guessed(place):
    with Room(place) as room:
        filled(room)
        (entry,) = [each for each in room.journal.entries() if each.draft.mark == "m1"]
    kept = " ".join(str(row) for row in rows(place, "SELECT * FROM entry"))
    assert not [word for word in SECRETS if word in kept]
    assert (entry.draft.facts["contact"], entry.draft.why) == (PHONE, "王主任推荐")
    seal = entry.draft.seal
    assert len(bytes.fromhex(seal.salt)) == 32
    assert digest(seal.salt, seal.said) == seal.digest
    assert (seal.digest in kept, seal.salt in kept) == (True, False)
    assert digest("00" * 32, seal.said) != seal.digest  # who knows all that was said, but no salt, proves nothing


def test_a_withdrawal_erases_for_good_and_the_chain_is_whole(place):
    with Room(place) as room:
        filled(room)
        before = verify(place)
        do(room, "expert.withdraw", expert="e1", why="本人来电")
        things = room.standing()
        assert (things.get(Expert, "e1").name, things.get(Post, "p1").work, things.unread) == ("", "", [])
        assert not [step for step in things.steps(Expert, "e1") if NAME in str(step) or "王主任" in str(step)]
        assert things.get(Expert, "e2").contact == "13900000000"
    assert (before.personal, before.erased, before.problems) == (7, 0, ())
    after = verify(place)
    assert (after.personal, after.erased, after.problems) == (2, 5, ())
    with Room(place) as room:  # read anew from what is left
        things = room.standing()
        assert things.unread == []
        assert (things.get(Expert, "e1").withdrawn, things.get(Post, "p1").host) == (AT, "")
        assert things.get(Expert, "e2").contact == "13900000000"
        assert room.journal.fault() is None
        with pytest.raises(Refused, match="has withdrawn the consent"):
            do(room, "expert.skill", expert="e1", skill="dyke", level="leads")
    assert len(rows(place, "SELECT * FROM personal")) == 2


def test_a_backup_of_before_keeps_it_and_one_of_after_does_not(place, tmp_path):
    early, late = tmp_path / "early.jsonl.gz", tmp_path / "late.jsonl"
    with Room(place) as room:
        filled(room)
        backup(place, early)
        do(room, "expert.withdraw", expert="e1")
    told = backup(place, late)
    assert not told.problems
    assert not [word for word in SECRETS if word in late.read_text("utf-8")]
    again = tmp_path / "again.sqlite"
    with Journal(again) as journal:
        assert not restore(late, journal).problems
    found = verify(again, head=told.head)
    assert (found.head, found.personal, found.erased, found.problems) == (told.head, 2, 5, ())
    with Room(again) as room:
        assert room.standing().get(Expert, "e2").contact == "13900000000"
        assert room.standing().unread == []
    first = tmp_path / "first.sqlite"
    with Journal(first) as journal:
        restore(early, journal)
    with Room(first) as room:
        assert room.standing().get(Expert, "e1").contact == PHONE


def test_a_backup_whose_values_were_changed_is_refused(place, tmp_path):
    path, bad = tmp_path / "good.jsonl.gz", tmp_path / "bad.jsonl"
    with Room(place) as room:
        filled(room)
    backup(place, path)
    lines = gzip.decompress(path.read_bytes()).decode().replace(PHONE, "13812345679", 1)
    bad.write_text(lines, "utf-8")
    with Journal(tmp_path / "new.sqlite") as journal:
        (problem,) = restore(bad, journal).problems
        assert "was changed" in problem.says
        assert journal.newest()[0] == 0


def test_what_nobody_erased_and_what_stands_again_is_found(place):
    with Room(place) as room:
        filled(room)
    (kept,) = rows(place, "SELECT number, about, salt, said FROM personal WHERE number = 1")
    asked(place, "DELETE FROM personal WHERE number IN (1, 3)")
    (problem,) = verify(place).problems
    assert "personal in 2 entries is gone, although nobody erased it: 1, 3" in problem.says
    with Room(place) as room:
        assert room.standing().unread == []  # the desk goes on
        do(room, "expert.withdraw", expert="e1")
    assert not verify(place).problems
    quoted = ", ".join("'" + str(each) + "'" for each in kept[1:])
    asked(place, f"INSERT INTO personal (number, about, salt, said) VALUES (1, {quoted})")
    (problem,) = verify(place).problems
    assert "was erased by an entry and stands again: 1" in problem.says


def test_a_value_that_was_changed_beside_the_journal_is_found(place):
    with Room(place) as room:
        filled(room)
    asked(place, f"UPDATE personal SET said = replace(said, '{PHONE}', '13812345679')")
    problem = verify(place).problems[0]
    assert "entry 1 was changed" in problem.says
    with pytest.raises(Exception, match="changed after it was written"), Room(place) as room:
        room.standing()


def test_what_is_taken_back_is_erased_with_it(place):
    """Somebody typed another person's number; nobody would ever withdraw a consent for it."""
    with Room(place) as room:
        do(room, "expert.enter", expert="e1", name=NAME)
        (entry,) = do(room, "expert.enter", expert="e1", name=NAME, contact=PHONE)
        assert room.standing().get(Expert, "e1").contact == PHONE
        room.undo(entry.number, by=WANG, at=AT, why=f"{PHONE} 是别人的号码")
        assert room.standing().get(Expert, "e1").contact == ""
    kept = verify(place)
    assert (kept.personal, kept.erased, kept.problems) == (2, 1, ())  # the reason of the taking back lies beside it
    assert PHONE not in str(rows(place, "SELECT * FROM entry"))
    with Room(place) as room:
        things = room.standing()
        assert (things.unread, things.get(Expert, "e1").name) == ([], NAME)
        (gone,) = do(room, "expert.withdraw", expert="e1")
        with pytest.raises(Refused, match="does not come back by taking that back"):
            room.undo(gone.number, by=WANG, at=AT, why="x")


def test_a_second_sending_of_what_was_sealed_is_the_first_one(place):
    facts = {"expert": "e1", "name": NAME, "contact": PHONE}
    with Room(place) as room:
        (first,) = do(room, "expert.enter", mark="phone-1", **facts)
        (again,) = do(room, "expert.enter", mark="phone-1", **facts)
        assert (again.number, room.journal.newest()[0]) == (first.number, 1)
        with pytest.raises(Refused, match="stands for another act"):
            do(room, "expert.enter", mark="phone-1", **{**facts, "name": "李四"})
        do(room, "expert.withdraw", expert="e1")
        (late,) = do(room, "expert.enter", mark="phone-1", **facts)
        assert (late.number, late.draft.facts) == (1, {"expert": "e1"})
    with Room(place) as room:
        (late,) = do(room, "expert.enter", mark="phone-1", **facts)
        assert (late.number, room.journal.newest()[0]) == (1, 2)


def test_another_process_hears_of_an_erasure(place):
    heard = threading.Event()
    with Room(place) as one, Room(place) as other:
        filled(one)
        assert other.standing().get(Expert, "e1").contact == PHONE
        other.follow(lambda entries: heard.set())
        do(one, "expert.withdraw", expert="e1")
        assert heard.wait(10)
        assert PHONE not in str(other.standing().steps(Expert, "e1"))
        assert other.journal.append(Draft(who="x", what="y"), at=AT).number == 9


def test_logs_and_exports_show_nothing_of_it_before_either(place, tmp_path):
    with Room(place) as room:
        filled(room)
        told = [open_draft(each.draft) for each in found(room.journal, Search())]
        told += [open_draft(each.draft) for each in room.journal.entries()]
        assert not [word for word in SECRETS if word in str(told)]
        assert ({"expert": "e1", "contact": "…", "name": "…", "post": "…", "works_for": "…"}, "…") in told
        assert not found(room.journal, Search(words=PHONE))


def test_a_journal_of_before_opens_and_says_what_it_holds(place):
    """Older versions wrote the values into the entry itself; the chain of those entries cannot be without them."""
    with Journal(place) as journal:
        facts = {"expert": "e1", "name": NAME, "contact": PHONE}
        journal.append(Draft(who="wang", what="expert.enter", about="expert:e1", facts=facts), at=AT)
    assert "personal" not in json.dumps([row[0] for row in tables(place)])
    with Room(place) as room:
        assert room.standing().get(Expert, "e1").contact == PHONE
        (entry,) = room.journal.entries()
        assert openly(entry.draft)
        assert open_draft(entry.draft)[0] == {"expert": "e1", "name": "…", "contact": "…"}
        do(room, "expert.consent", expert="e1", since="2021-01-01", purpose="x")
        do(room, "expert.withdraw", expert="e1")
        assert PHONE not in str(room.standing().steps(Expert, "e1"))
    assert not verify(place).problems
    with Room(place) as room:
        assert (room.standing().get(Expert, "e1").name, room.standing().unread) == ("", [])


def tables(place):
    if "://" in place:
        return rows(place, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    return rows(place, "SELECT name FROM sqlite_master WHERE type = 'table'")


def test_quotes_and_strange_signs_are_kept_as_they_are(place):
    name = "O'Brien \\' ? %s :x 💧"
    with Room(place) as room:
        do(room, "expert.enter", expert="e1", name=name)
    with Room(place) as room:
        assert room.standing().get(Expert, "e1").name == name
    assert not verify(place).problems


def test_an_act_with_personal_facts_must_be_of_a_person():
    with pytest.raises(ValueError, match="must be of_person"):

        @act
        class Bad(_OnExpert):
            what = "expert.bad"
            of_person = False
            thing = Expert
            name: str = fact("The name", personal=True)

            def on(self, state, told):
                return state

    with pytest.raises(ValueError, match="must be a text"):

        @act
        class Worse(_OnExpert):
            what = "expert.worse"
            thing = Expert
            born: date = fact("Born", personal=True)

            def on(self, state, told):
                return state


def test_a_journal_of_before_is_made_anew_without_what_was_withdrawn(place, tmp_path):
    """`luoshu desk restore --seal`: same numbers and words, a chain of its own that tells where the old one ended."""
    from luoshu.desk.act import facts_of
    from luoshu.desk.things import UNDO

    old = tmp_path / "old.sqlite"
    acts = [
        ("expert.enter", {"expert": "e1", "name": NAME, "contact": PHONE}),
        ("expert.consent", {"expert": "e1", "since": "2021-01-01", "purpose": "x"}),
        ("post.offer", {"post": "p1", "expert": "e1", "host": "u", "home": "yellow-river", "direction": "other",
                        "work": "黄河河务局高工", "share": 5, "since": "2021-01-01", "until": "2022-01-01"}),
        ("expert.enter", {"expert": "e2", "name": "李四", "contact": "13900000000"}),
        ("expert.enter", {"expert": "e2", "name": "李四", "contact": "13711111111"}),
        ("expert.withdraw", {"expert": "e1"}),
    ]  # fmt: skip
    with Journal(old) as journal:
        for number, (what, told) in enumerate(acts):
            made = made_of(what, told)
            said = {"about": f"{made.thing.sort}:{made.key()}", "why": "王主任推荐", "mark": f"mark{number}"}
            journal.append(Draft(who="wang", what=what, facts=facts_of(made), **said), at=AT)
        journal.append(Draft(who="wang", what=UNDO, about="expert:e2", why="x", undoes=5), at=AT)
    first = backup(old, tmp_path / "old.jsonl")
    with Journal(place) as journal:
        kept = restore(tmp_path / "old.jsonl", journal, through=resealed)
    assert (kept.entries, kept.problems) == (8, ())
    found = verify(place)
    assert (found.head, found.problems, found.personal, found.erased) == (kept.head, (), 2, 4)
    told = str(rows(place, "SELECT * FROM entry")) + str(rows(place, "SELECT * FROM personal"))
    gone = (PHONE, NAME, "黄河河务局高工", "yellow-river", "13711111111")
    assert not [word for word in gone if word in told]
    with Room(place) as room:
        things = room.standing()
        assert (things.unread, things.get(Expert, "e2").contact, things.get(Expert, "e1").withdrawn) == (
            [], "13900000000", AT,
        )  # fmt: skip
        assert room.journal.entries()[-1].draft.facts == {"entries": 7, "head": first.head}
        assert not [each for each in room.journal.entries() if openly(each.draft)]
