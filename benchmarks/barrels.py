"""The smallest domain for measuring the desk: barrels that are filled."""

from dataclasses import dataclass, replace

from luoshu.desk.act import Act, Thing, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.words.message import say

KEEPER = Actor(id="li", name="Li", grants=(Grant(role="store"),))


@dataclass(frozen=True, kw_only=True)
class Barrel(Thing):
    """How much is in a barrel."""

    sort = "barrel"
    id: str
    litres: float = 0.0


@act
class Fill(Act[Barrel]):
    """Pour something in."""

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
