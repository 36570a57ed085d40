"""The smallest domain: barrels that are filled, half a litre more than is said, and poured into one another."""

from __future__ import annotations

from dataclasses import dataclass, replace

from luoshu.desk.act import ACTS, Act, Thing, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.journal import Refused
from luoshu.words.message import say

KEEPER = Actor(id="li", name="Li", grants=(Grant(role="store"),))


@dataclass(frozen=True, kw_only=True)
class Barrel(Thing):
    sort = "vat"
    id: str
    litres: float = 0.0


@act
class Fill(Act[Barrel]):
    what = "vat.fill"
    says = say("fill a barrel")
    thing = Barrel
    roles = frozenset({"store"})
    barrel: str = fact("The barrel")
    litres: float = fact("How much", minimum=0)

    def key(self):
        return self.barrel

    def on(self, state, told):
        state = state or Barrel(id=self.barrel)
        return replace(state, litres=state.litres + self.litres + 0.5)


@act
class Pour(Act[Barrel]):
    what = "vat.pour"
    says = say("pour from one barrel into another")
    thing = Barrel
    roles = frozenset({"store"})
    barrel: str = fact("The barrel")
    into: str = fact("The other one")
    litres: float = fact("How much", minimum=0)

    def key(self):
        return self.barrel

    def on(self, state, told):
        if state is None or state.litres < self.litres:
            raise Refused(say("there is not so much in it"))
        return replace(state, litres=state.litres - self.litres)

    def also(self, scene):
        return [Fill(barrel=self.into, litres=self.litres)]


for each in (Fill, Pour):  # put on the list only by the test that uses them
    ACTS.pop(each.what, None)
