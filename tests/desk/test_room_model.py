"""Whatever is done at two desks on one database, both show what a plain list of what was done gives."""

from __future__ import annotations

import contextlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from barrel_acts import KEEPER, Barrel, Fill, Pour, listed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from luoshu.desk.journal import Refused
from luoshu.desk.room import Room, things_of

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
NAMES = st.sampled_from("abc")
LITRES = st.integers(0, 9)
MARKS = st.sampled_from(["", "", "m1", "m2", "m3"])
DESKS = st.integers(0, 1)


class TwoDesks(RuleBasedStateMachine):
    """The model is what each act that stands did, by number: (barrel, litres, poured out) each; undone ones are out."""

    numbers = Bundle("numbers")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        place = Path(self.folder.name) / "desk.sqlite"
        self.list = contextlib.ExitStack()
        self.list.enter_context(listed())
        self.desks = [Room(place), Room(place)]
        self.done, self.marks, self.entries = {}, {}, 0

    def teardown(self):
        for desk in self.desks:
            desk.close()
        self.folder.cleanup()
        self.list.close()

    def litres(self, without=None):
        """What is in each barrel that was ever filled, or None where somewhere on the way it was less than nothing."""
        found = {}
        for number, changes in self.done.items():
            if number == without:
                continue
            for barrel, litres, poured in changes:
                if poured and (barrel not in found or found[barrel] + litres < 0):
                    return None
                found[barrel] = found.get(barrel, 0) + litres
        return found

    def do(self, desk, act, mark, changes):
        if mark in self.marks:
            number, known = self.marks[mark]
            if known == act:
                assert self.desks[desk].do(act, by=KEEPER, at=NOON, mark=mark)[0].number == number
            else:
                with pytest.raises(Refused):
                    self.desks[desk].do(act, by=KEEPER, at=NOON, mark=mark)
            return number
        number = self.entries + 1
        self.done[number] = changes
        if self.litres() is None:
            del self.done[number]
            with pytest.raises(Refused):
                self.desks[desk].do(act, by=KEEPER, at=NOON, mark=mark)
            return 0
        written = self.desks[desk].do(act, by=KEEPER, at=NOON, mark=mark)
        assert [entry.number for entry in written] == list(range(number, number + len(written)))
        self.entries += len(written)
        if mark:
            self.marks[mark] = number, act
        return number

    @rule(target=numbers, desk=DESKS, barrel=NAMES, litres=LITRES, mark=MARKS)
    def fill(self, desk, barrel, litres, mark):
        return self.do(desk, Fill(barrel=barrel, litres=litres), mark, [(barrel, litres, False)])

    @rule(target=numbers, desk=DESKS, barrel=NAMES, into=NAMES, litres=LITRES, mark=MARKS)
    def pour(self, desk, barrel, into, litres, mark):
        return self.do(
            desk, Pour(barrel=barrel, into=into, litres=litres), mark, [(barrel, -litres, True), (into, litres, False)]
        )

    @rule(desk=DESKS, number=numbers)
    def undo(self, desk, number):
        if number not in self.done or self.litres(without=number) is None:
            with pytest.raises(Refused):
                self.desks[desk].undo(number, by=KEEPER, at=NOON, why="wrong")
            return
        self.desks[desk].undo(number, by=KEEPER, at=NOON, why="wrong")
        del self.done[number]
        self.entries += 1

    @invariant()
    def both_show_the_same(self):
        for desk in self.desks:
            things = desk.standing()
            assert {key: each.litres for key, each in things.all(Barrel).items()} == self.litres()
            assert things.number == self.entries
            assert not things.unread

    @invariant()
    def the_journal_alone_tells_it(self):
        entries = self.desks[0].journal.entries()
        assert {key: each.litres for key, each in things_of(entries).all(Barrel).items()} == self.litres()


TwoDesks.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
test_two_desks_on_one_database = TwoDesks.TestCase
