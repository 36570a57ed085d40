"""A store is closed tonight: nobody takes anything out of it, and nothing in it counts, until it is opened again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.clock import local_day
from luoshu.desk.inside import real_goods
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.lots import KEEPERS, keeper_of, need_store
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.store import Store
from luoshu.words.message import say


@dataclass(frozen=True, kw_only=True)
class StoreState(Thing):
    """Whether a store can be used, as the desk says; `until` is its last day out of use once it is open again."""

    sort = "store"
    zh = "仓库"
    table = ShutStore

    id: str
    since: date
    until: date | None = None
    reason: str = ""
    incident: str = ""

    @property
    def closed(self) -> bool:
        """Whether it is out of use until further notice."""
        return self.until is None

    def row(self) -> ShutStore:
        return ShutStore(store=self.id, since=self.since, until=self.until, reason=self.reason)


@dataclass(frozen=True, kw_only=True)
class _StoreAct(Act[StoreState]):
    thing = StoreState
    roles = KEEPERS
    store: str = fact("The store", zh="仓库", refers=Store)

    def key(self) -> str:
        return self.store

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, self.store)

    def check(self, scene: Scene) -> None:
        need_store(scene, self.store)
        if not scene.by.machine and not scene.by.may(self.roles, keeper_of(scene, self.store)):
            # a store is everybody's: rights in one incident do not shut it for the others
            raise MayNot(say("{name} may not do this: {act}", name=scene.by.name or scene.by.id, act=self.says))


@act
class CloseStore(_StoreAct):
    """Nothing leaves the store, and nothing in it counts as available, from this day on."""

    what = "store.close"
    says = say("close a store")
    reason: str = fact("Why: flooded, cut off, no power …", zh="停用原因", long=True)
    incident: str = fact("For which incident", zh="事件", refers="incident", default="")

    def check(self, scene: Scene) -> None:
        super().check(scene)
        real_goods(scene, self.incident)

    def on(self, state: StoreState | None, told: Told) -> StoreState:
        if state is not None and state.closed:
            raise Refused(say("{store} is closed already", store=self.store))
        return StoreState(id=self.store, since=local_day(told.at), reason=self.reason, incident=self.incident)


@act
class OpenStore(_StoreAct):
    """Goods can leave it again."""

    what = "store.open"
    says = say("open a store again")
    reason: str = fact("What was checked", zh="检查情况", long=True)

    def on(self, state: StoreState | None, told: Told) -> StoreState:
        if state is None or not state.closed:
            raise Refused(say("the desk has not closed {store}", store=self.store))
        return replace(state, until=local_day(told.at) - timedelta(days=1))
