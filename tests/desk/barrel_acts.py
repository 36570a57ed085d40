"""The smallest domain: barrels that are filled, poured into one another and sealed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime

from luoshu.desk.act import ACTS, Act, Thing, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.journal import Refused
from luoshu.words.message import say

KEEPER = Actor(id="li", name="Li", grants=(Grant(role="store"),))


@dataclass(frozen=True, kw_only=True)
class Barrel(Thing):
    sort = "barrel"
    id: str
    litres: float = 0.0


@act
class Fill(Act[Barrel]):
    what = "barrel.fill"
    says = say("fill a barrel")
    thing = Barrel
    roles = frozenset({"store"})
    barrel: str = fact("The barrel", zh="桶")
    litres: float = fact("How much", zh="升数", minimum=0)

    def key(self):
        return self.barrel

    def on(self, state, told):
        state = state or Barrel(id=self.barrel)
        return replace(state, litres=state.litres + self.litres)


@act
class Pour(Act[Barrel]):
    what = "barrel.pour"
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


@act
class Seal(Act[Barrel]):
    what = "barrel.seal"
    says = say("seal a barrel")
    thing = Barrel
    roles = frozenset({"store"})
    barrel: str = fact("The barrel")
    until: datetime = fact("Until when")

    def key(self):
        return self.barrel

    def on(self, state, told):
        return state or Barrel(id=self.barrel)


ALL = {each.what: each for each in (Fill, Pour, Seal)}
for what in ALL:  # put on the list only while a test uses them
    ACTS.pop(what, None)


@contextlib.contextmanager
def listed():
    """While it lasts barrels are among the acts of the desk."""
    ACTS.update(ALL)
    yield
    for what in ALL:
        ACTS.pop(what, None)
