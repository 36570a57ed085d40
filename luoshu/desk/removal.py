"""People to move before the water comes: how many from where to which shelter; counts only, never who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from luoshu.book.directory import Place
from luoshu.desk.act import Scene, Thing, Told, act, fact
from luoshu.desk.incident import DUTY, EVERY_HAND, Incident
from luoshu.desk.inside import Begins, GoesOn
from luoshu.desk.journal import Refused
from luoshu.desk.known import known_party
from luoshu.desk.plainwords import named_well, only, plain, wanted
from luoshu.kinds.site import Site
from luoshu.words.message import say

SHELTERS = frozenset({"shelter", "避难场所", "应急避难场所", "安置点"})
"""What the service of a shelter is called in tables/site.csv."""
MOST_PEOPLE = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A count that was reported."""

    at: datetime
    who: str
    moved: int
    back: int
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Removal(Thing):
    """People of one community who are to be moved: `planned`, `moved` so far, `back` at home again; all are counts.

    `shelter` is a site of the book ("": with relatives or elsewhere), `places` what it holds as far as is known.
    `over` says that it was planned beyond what the shelter holds, by somebody who said why.
    """

    sort = "removal"
    zh = "转移安排"
    id: str
    incident: str
    community: str
    place: str = ""
    planned: int
    moved: int = 0
    back: int = 0
    shelter: str = ""
    places: int | None = None
    organisation: str = ""
    due: datetime | None = None
    over: bool = False
    since: datetime
    first_moved: datetime | None = None
    all_moved: datetime | None = None
    ended: datetime | None = None
    counts: tuple[Counted, ...] = ()

    @property
    def title(self) -> str:
        """The community."""
        return self.community

    @property
    def left(self) -> int:
        """How many are still where they are not safe."""
        return max(0, self.planned - self.moved)

    @property
    def away(self) -> int:
        """How many are in shelters or with others now."""
        return self.moved - self.back

    @property
    def state(self) -> str:
        """planned, moving, moved or back."""
        if self.ended:
            return "back"
        if self.moved >= self.planned:
            return "moved"
        return "moving" if self.moved else "planned"

    @property
    def under_way(self) -> bool:
        """Whether people still wait to be moved, or are not back home."""
        return self.ended is None


STATES: Mapping[str, str] = {"planned": "待转移", "moving": "转移中", "moved": "已转移", "back": "已返回"}


@act
class PlanRemoval(Begins[Removal]):
    """Plan how many people of a community go to which shelter; said again, it takes the place of the plan."""

    what = "removal.plan"
    says = say("plan to move people")
    thing = Removal
    roles = DUTY
    id: str = fact("Short name", zh="编号", hidden=True)
    incident: str = fact("The incident", zh="事件", refers=Incident)
    community: str = fact("Which community", zh="村（社区）")
    people: int = fact("How many people", zh="人数", unit="人", minimum=1, maximum=MOST_PEOPLE)
    shelter: str = only(
        fact("The shelter; empty: with relatives or elsewhere", zh="安置点", refers=Site, default=""),
        lambda site: site.service in SHELTERS and site.state == "open",
    )
    place: str = fact("Code of the area", zh="区划", refers=Place, default="")
    party: str = fact("Who moves them", zh="负责单位", default="")
    due: datetime | None = fact("Until when", zh="完成时限", default=None)
    over: bool = fact("Although the shelter is too small", zh="超容安置", note_zh="超过容量时须说明理由", default=False)
    places: int | None = fact("How many the shelter holds", zh="安置点容量", hidden=True, minimum=0, default=None)

    def check(self, scene: Scene) -> None:
        super().check(scene)
        known_party(scene, self.party)
        if not self.shelter:
            return
        site = shelters(scene).get(self.shelter)
        if site is None:
            raise Refused(say("there is no shelter {shelter} in the book", shelter=self.shelter[:40]))
        if site.state != "open":
            raise Refused(say("the shelter {shelter} is not open", shelter=site.name or site.id))
        if site.capacity is None:
            if not self.over:
                raise Refused(say("nobody has said how many the shelter {shelter} holds: count its places, or say "
                                  "that it shall be used all the same", shelter=site.name or site.id))  # fmt: skip
            return
        if not self.over:
            _room_for(scene, scene.all(Removal), site, self.id, self.incident, self.people)

    def undone(self, scene: Scene, after: Removal | None) -> None:
        """Where an older plan comes back, others may have taken its places."""
        site = shelters(scene).get(after.shelter) if after is not None and after.under_way and not after.over else None
        if after is not None and site is not None and site.capacity is not None:
            _room_for(scene, scene.all_left(Removal), site, after.id, after.incident, after.planned)

    def on(self, state: Removal | None, told: Told) -> Removal:
        if self.over and not told.why.strip():
            raise Refused(say("say why the shelter shall take more than it is known to hold"))
        if state is not None and (state.incident != self.incident or state.community != self.community):
            raise Refused(say("that is a plan for another community"))
        if state is not None and state.ended:
            raise Refused(say("these people are back already"))
        if state is not None and self.people < state.moved:
            raise Refused(say("{moved} people were moved already", moved=state.moved))
        plan = {
            "planned": self.people, "shelter": self.shelter, "place": self.place, "over": self.over,
            "organisation": plain(self.party, 120, phones=0), "due": self.due, "places": self.places,
        }  # fmt: skip
        if state is not None:
            whole = state.all_moved if state.moved >= self.people else None
            return replace(state, **plan, all_moved=whole)  # type: ignore[arg-type]
        return Removal(id=named_well(self.id), incident=self.incident, community=wanted(self.community, phones=0),
                       since=told.at, **plan)  # type: ignore[arg-type]  # fmt: skip


@act
class ReportRemoval(GoesOn[Removal]):
    """Say how many have been moved so far, and how many are back: sums since the beginning."""

    what = "removal.report"
    says = say("report people moved")
    thing = Removal
    roles = EVERY_HAND
    removal: str = fact("The community", zh="转移安排", refers=Removal)
    moved: int = fact("Moved so far, in all", zh="累计转移", unit="人", minimum=0, maximum=MOST_PEOPLE)
    back: int = fact("Back home so far, in all", zh="累计返回", unit="人", minimum=0, maximum=MOST_PEOPLE, default=0)
    words: str = fact("Anything to know", zh="说明", long=True, default="")

    def key(self) -> str:
        return self.removal

    def on(self, state: Removal | None, told: Told) -> Removal:
        if state is None:
            raise Refused(say("nobody planned to move these people"))
        if self.moved > state.planned:
            raise Refused(say("{moved} are more than the {planned} of the plan: change the plan first",
                              moved=self.moved, planned=state.planned))  # fmt: skip
        if self.back > self.moved:
            raise Refused(say("{back} cannot be back when {moved} were moved", back=self.back, moved=self.moved))
        at = max(told.at, state.since)
        counted = Counted(at=at, who=told.who, moved=self.moved, back=self.back,
                          words=plain(self.words, 500, phones=0))  # fmt: skip
        if state.counts and at < max(each.at for each in state.counts):  # told late: newer counts stand already
            counts = tuple(sorted((*state.counts, counted), key=lambda each: each.at))
            first = min(filter(None, (state.first_moved, at if self.moved else None)), default=None)
            return replace(state, counts=counts, first_moved=first)
        whole = self.moved >= state.planned
        return replace(
            state, moved=self.moved, back=self.back, counts=(*state.counts, counted),
            first_moved=state.first_moved or (at if self.moved else None),
            all_moved=(state.all_moved or at) if whole else None,
            ended=at if whole and self.back >= self.moved else None,
        )  # fmt: skip


def _room_for(scene: Scene, removals: Mapping[str, Removal], site: Site, id: str, incident: str, people: int) -> None:
    """Refuse more people in a shelter than it has places left beside the others planned for it."""
    others = sum(max(each.planned, each.moved) - each.back for each in removals.values()
                 if each.shelter == site.id and each.id != id and each.under_way
                 and same_world(scene, each.incident, incident))  # fmt: skip
    free = int(site.capacity or 0) - others
    if people > free:
        raise Refused(say("{shelter} has {free} places left, not {people}", shelter=site.name or site.id,
                          free=max(0, free), people=people))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sheltered:
    """One shelter in an incident: what it holds (None: nobody counted), who is planned for it, who is there."""

    shelter: str
    name: str
    places: int | None
    planned: int
    there: int

    @property
    def free(self) -> int | None:
        """Places that nobody is planned for, 0 where it is overfull; None where nobody counted them."""
        return None if self.places is None else max(0, self.places - max(self.planned, self.there))

    @property
    def overfull(self) -> bool:
        """Whether more are planned for it, or there, than it holds."""
        return self.places is not None and max(self.planned, self.there) > self.places


def sheltered(removals: Mapping[str, Removal], sites: Mapping[str, Site]) -> tuple[Sheltered, ...]:
    """What is planned and who is there by shelter, all removals given; those elsewhere stand under an empty name."""
    found: list[Sheltered] = []
    for shelter in dict.fromkeys(each.shelter for each in removals.values()):
        here = [each for each in removals.values() if each.shelter == shelter]
        site = sites.get(shelter)
        known = site.capacity if site else next((each.places for each in here if each.places is not None), None)
        found.append(Sheltered(
            shelter=shelter, name=(site.name if site else "") or shelter,
            places=None if known is None else int(known), planned=sum(each.planned - each.back for each in here),
            there=sum(each.away for each in here),
        ))  # fmt: skip
    return tuple(found)


def shelter_rows(sites: tuple[Site, ...]) -> dict[str, Site]:
    """The shelters among the sites of a book, by code."""
    return {site.id: site for site in sites if site.service in SHELTERS}


def shelters(scene: Scene) -> dict[str, Site]:
    """The shelters of the book."""
    return shelter_rows(scene.rows(Site))


def same_world(scene: Scene, one: str, other: str) -> bool:
    """Whether two incidents are both real, or are the same drill: people of a drill take nobody's place."""
    if one == other:
        return True
    first, second = scene.get(Incident, one), scene.get(Incident, other)
    return bool(first and second and not first.drill and not second.drill)
