"""Incidents: opened by a person, the level proposed by machine and confirmed by a person, phase after phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from luoshu.book.directory import Place
from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.exercise import only_drills
from luoshu.desk.journal import Refused
from luoshu.desk.known import known_party, known_places
from luoshu.desk.plainwords import named_well, only, plain, shape, wanted
from luoshu.words.message import Message, amount, named, say

TYPES: Mapping[str, str] = {
    "flood": "洪涝", "rain": "暴雨", "drought": "干旱", "snow": "低温雨雪冰冻", "wind": "大风沙尘",
    "earthquake": "地震", "landslide": "地质灾害", "fire": "火灾", "forest fire": "森林火灾",
    "accident": "生产安全事故", "epidemic": "传染病疫情", "supply failure": "供应中断",
    "power failure": "停电", "water failure": "停水",
    "pollution": "环境污染", "other": "其他",
}  # fmt: skip
"""What can happen, and its Chinese word."""

LEVELS: Mapping[str, str] = {"I": "Ⅰ级（特别重大）", "II": "Ⅱ级（重大）", "III": "Ⅲ级（较大）", "IV": "Ⅳ级（一般）"}
"""Levels of response, the most severe first."""
ANSWERS: Mapping[str, str] = {**LEVELS, "none": "不启动响应"}
PHASES: Mapping[str, str] = {"watch": "预警监测", "respond": "应急响应", "recover": "恢复重建", "closed": "已结束"}
MOST_ID = 40
"""Longest name of an incident: those of its tasks begin with it."""
DUTY = frozenset({"duty"})
EVERY_HAND = frozenset({"duty", "team", "store"})


def large(area: Place) -> bool:
    """Whether a form offers an area; smaller ones are known by their codes and drawn by the outline."""
    return area.level in ("city", "county")


def severity(level: str) -> int:
    """4 for level I to 1 for level IV; 0 where no level is in force.

    >>> [severity(level) for level in ("I", "IV", "none", "")]
    [4, 1, 0, 0]
    """
    return 4 - list(LEVELS).index(level) if level in LEVELS else 0


def called(level: str) -> Message:
    """What a level is called in each language."""
    return named(ANSWERS.get(level, level), level)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One reading that a level rests on: what was measured, and the limit of the rule that it reached or fell below."""

    reading: str
    station: str
    measure: str
    value: float
    unit: str
    at: datetime
    limit: float
    level: str
    over: bool = True

    def says(self) -> Message:
        """The sentence why."""
        from luoshu.desk.observed import MEASURES

        measure = MEASURES.get(self.measure)
        told = {
            "station": self.station,
            "measure": named(measure.zh, measure.en) if measure else self.measure,
            "value": amount(self.value, self.unit),
            "limit": amount(self.limit, self.unit),
            "level": called(self.level),
        }
        if self.over:
            return say("{station}, {measure}: {value} reaches {limit}, the limit of level {level}", **told)
        return say("{station}, {measure}: {value} is below {limit}, where level {level} may end", **told)


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A level that the rule sheet proposes (`none`: that the response may end), since when, and because of what."""

    level: str
    at: datetime
    number: int
    rule: str
    because: tuple[Ground, ...]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a person made of a proposal, or decided without one: the level, who, when and why."""

    level: str
    at: datetime
    who: str
    why: str
    proposed: str = ""
    rejected: bool = False
    because: tuple[Ground, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Incident(Thing):
    """What is known of an incident. `level` is what a person confirmed ("": none), `proposal` what waits for one.

    `places` are codes of areas of the book, `geometry` a GeoJSON geometry as text. `decided` are all decisions on the
    level, the latest last, `answered` how many proposals were confirmed, rejected or withdrawn. `given` are the entries
    of the checklists that were given already.
    """

    sort = "incident"
    zh = "事件"
    id: str
    type: str
    title: str
    organisation: str
    places: tuple[str, ...] = ()
    geometry: str = ""
    drill: bool = False
    phase: str = "watch"
    phase_since: datetime
    level: str = ""
    level_since: datetime | None = None
    proposal: Proposed | None = None
    decided: tuple[Decided, ...] = ()
    answered: int = 0
    opened: datetime
    opened_by: str
    closed: datetime | None = None
    closed_why: str = ""
    given: tuple[str, ...] = ()

    @property
    def incident(self) -> str:
        """Its own name, as every thing of an incident has it."""
        return self.id

    @property
    def area(self) -> dict[str, Any] | None:
        """Its outline as a GeoJSON geometry, None where only areas of the book are named."""
        return shape(self.geometry)

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.phase != "closed"

    @property
    def confirmed(self) -> Decided | None:
        """The decision by which the level stands."""
        return next((each for each in reversed(self.decided) if not each.rejected), None)


def standing(state: Incident | None) -> Incident:
    """The incident, which must have been opened and not be over (Refused)."""
    if state is None:
        raise Refused(say("there is no such incident"))
    if not state.open:
        raise Refused(say("the incident {title} is closed", title=state.title))
    return state


def open_incident(scene: Scene, incident: str) -> Incident:
    """The incident that an act belongs to, which must be open (Refused)."""
    return standing(scene.need(Incident, incident))


def whose(scene: Scene, incident: str, organisation: str = "") -> str:
    """The organisation by which rights are looked up: the incident's for its own duty officers, else the thing's.

    So that the command may act on what it gave to others, and others only on what is theirs.
    """
    led = scene.get(Incident, incident)
    if led and scene.by.may(DUTY, led.organisation, incident):
        return led.organisation
    return organisation or (led.organisation if led else "")


class OfIncident(Act[Incident]):
    """What all acts on an incident share: they name it, belong to it, and are its own organisation's."""

    thing = Incident
    roles = DUTY
    in_order = True
    incident: str

    def key(self) -> str:
        return self.incident

    def organisation(self, scene: Scene) -> str:
        state = scene.get(Incident, self.incident)
        return state.organisation if state else ""


@act
class OpenIncident(Act[Incident]):
    """Open an incident, or a drill that is marked as one for ever."""

    what = "incident.open"
    says = say("open an incident")
    thing = Incident
    roles = DUTY
    id: str = fact("Short name of the incident in addresses", zh="编号", hidden=True)
    type: str = fact("What has happened or threatens", zh="类型", choices=TYPES)
    title: str = fact("What it is called", zh="名称", note_zh="如 伊洛河“7·20”洪水")
    lead: str = fact("The organisation that leads", zh="牵头单位", default="")
    places: tuple[str, ...] = only(fact("Codes of the areas", zh="涉及区划", refers=Place, default=()), large)
    geometry: str = fact("Outline as GeoJSON, WGS-84", zh="范围（GeoJSON）", long=True, default="")
    drill: bool = fact("Only an exercise", zh="演练", note_zh="标为演练后不能更改", default=False)
    phase: str = fact("Where it stands", zh="阶段", choices={"watch": PHASES["watch"], "respond": PHASES["respond"]},
                      default="watch")  # fmt: skip

    def key(self) -> str:
        return self.id

    def incident_of(self, state: Thing | None) -> str:
        return self.id

    def organisation(self, scene: Scene) -> str:
        return self.lead

    def check(self, scene: Scene) -> None:
        only_drills(scene, self.drill)
        known_places(scene, self.places)
        known_party(scene, self.lead)
        if scene.get(Incident, self.id) is None and scene.things.steps(Incident, self.id):
            raise Refused(say("an incident {id} was opened and taken back: take another name", id=self.id))

    def undone(self, scene: Scene, after: Incident | None) -> None:
        """What was entered in it would stand without an incident."""
        for step in scene.things.timeline(self.id):
            if step.undone is None and step.act.thing is not Incident:
                raise Refused(say("work of this incident stands ({act}): close it instead", act=step.act.says))

    def on(self, state: Incident | None, told: Told) -> Incident:
        if state is not None:
            raise Refused(say("there is an incident {id} already", id=self.id))
        shape(self.geometry)
        return Incident(
            id=named_well(self.id, MOST_ID), type=self.type, title=wanted(self.title), organisation=self.lead,
            places=tuple(dict.fromkeys(self.places)), geometry=self.geometry, drill=self.drill, phase=self.phase,
            phase_since=told.at, opened=told.at, opened_by=told.who,
        )  # fmt: skip


@act
class SetArea(OfIncident):
    """Say anew where an incident is."""

    what = "incident.area"
    says = say("set the area of an incident")
    incident: str = fact("The incident", zh="事件", refers=Incident)
    places: tuple[str, ...] = only(fact("Codes of the areas", zh="涉及区划", refers=Place, default=()), large)
    geometry: str = fact("Outline as GeoJSON, WGS-84", zh="范围（GeoJSON）", long=True, default="")

    def check(self, scene: Scene) -> None:
        known_places(scene, self.places)

    def on(self, state: Incident | None, told: Told) -> Incident:
        shape(self.geometry)
        return replace(standing(state), places=tuple(dict.fromkeys(self.places)), geometry=self.geometry)


@act
class SetPhase(OfIncident):
    """Go over to another phase; the end is `incident.close`."""

    what = "incident.phase"
    says = say("go over to another phase")
    incident: str = fact("The incident", zh="事件", refers=Incident)
    phase: str = fact("The phase", zh="阶段", choices={k: v for k, v in PHASES.items() if k != "closed"})

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        if state.phase == self.phase:
            raise Refused(say("it is in this phase already"))
        return replace(state, phase=self.phase, phase_since=told.at)


@act
class CloseIncident(OfIncident):
    """End an incident; what is still open keeps it open, unless the reason is said."""

    what = "incident.close"
    says = say("close the incident")
    incident: str = fact("The incident", zh="事件", refers=Incident)
    reason: str = fact("Why it is closed although work is open", zh="未了事项说明", long=True, default="")

    def check(self, scene: Scene) -> None:
        from luoshu.desk.unfinished import unfinished

        left, goods = unfinished(scene, self.incident)
        if self.reason.strip():
            return
        if left:
            says = say("still open: {left}. Finish them, or say why it is closed all the same",
                       left=_listed([*left, *goods]))  # fmt: skip
            raise Refused(says)
        if goods:
            says = say("goods are kept for it or on their way: {goods}. Release them, say where they arrived or that "
                       "they turned back, or say why it is closed all the same", goods=_listed(goods))  # fmt: skip
            raise Refused(says)

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        return replace(state, phase="closed", phase_since=told.at, closed=told.at, proposal=None, level="",
                       closed_why=plain(self.reason))  # fmt: skip


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
