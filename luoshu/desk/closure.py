"""Roads that are shut in an incident: by name or on the map, since when, why, and when they are open again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.incident import EVERY_HAND, Incident, whose
from luoshu.desk.inside import Begins
from luoshu.desk.journal import Refused
from luoshu.desk.plainwords import named_well, plain, point, shape, wanted
from luoshu.words.message import say


@dataclass(frozen=True, kw_only=True)
class Closure(Thing):
    """A shut road. `geometry` is GeoJSON text; `wkt` the same; `metres` the radius at a point."""

    sort = "closure"
    zh = "道路封闭"
    id: str
    incident: str
    road: str
    geometry: str = ""
    wkt: str = ""
    lon: float | None = None
    lat: float | None = None
    metres: float = 30.0
    state: str = "closed"
    since: datetime
    why: str
    who: str
    opened: datetime | None = None
    opened_why: str = ""

    @property
    def name(self) -> str:
        """What the road is called."""
        return self.road

    @property
    def area(self) -> dict[str, Any] | None:
        """Where it is shut, as a GeoJSON geometry; None where only a name is known."""
        if self.geometry:
            return shape(self.geometry)
        place = point(self.lon, self.lat)
        return {"type": "Point", "coordinates": list(place)} if place else None


@act
class CloseRoad(Begins[Closure]):
    """Say that a road cannot be used."""

    what = "closure.close"
    says = say("close a road")
    thing = Closure
    roles = EVERY_HAND
    id: str = fact("Short name", zh="编号", hidden=True)
    incident: str = fact("The incident", zh="事件", refers=Incident)
    road: str = fact("Which road, and between what", zh="路段", note_zh="如 王城大道 龙门桥至关林路")
    reason: str = fact("Why", zh="原因")
    geometry: str = fact("On the map, GeoJSON in WGS-84", zh="线形（GeoJSON）", long=True, default="")
    lon: float | None = fact("Longitude, WGS-84", zh="经度", minimum=-180, maximum=180, default=None)
    lat: float | None = fact("Latitude, WGS-84", zh="纬度", minimum=-90, maximum=90, default=None)
    metres: float = fact("Radius around the point", zh="半径", unit="米", minimum=1, maximum=50_000, default=30.0)

    def theirs(self, scene: Scene) -> str:
        return scene.by.organisation

    def on(self, state: Closure | None, told: Told) -> Closure:
        if state is not None and state.state == "closed":
            raise Refused(say("the road is closed already"))
        if state is not None and state.incident != self.incident:
            raise Refused(say("that is a closure of another incident"))
        point(self.lon, self.lat)
        found = shape(self.geometry)
        return Closure(
            id=named_well(self.id), incident=self.incident, road=wanted(self.road), geometry=self.geometry,
            wkt=wkt_of(found) if found else "", lon=self.lon, lat=self.lat, metres=self.metres, since=told.at,
            why=wanted(self.reason, 300), who=told.who,
        )  # fmt: skip


@act
class OpenRoad(Act[Closure]):
    """Say that a road can be used again."""

    what = "closure.open"
    says = say("open the road again")
    thing = Closure
    roles = EVERY_HAND
    closure: str = fact("The closure", zh="路段", refers=Closure)
    reason: str = fact("What has changed", zh="说明", default="")

    def key(self) -> str:
        return self.closure

    def organisation(self, scene: Scene) -> str:
        state = scene.get(Closure, self.closure)
        return whose(scene, state.incident, scene.by.organisation) if state else ""

    def on(self, state: Closure | None, told: Told) -> Closure:
        if state is None or state.state != "closed":
            raise Refused(say("this road is not closed"))
        return replace(state, state="open", opened=max(told.at, state.since), opened_why=plain(self.reason, 300))


def wkt_of(geometry: dict[str, Any]) -> str:
    """A GeoJSON geometry as well-known text.

    >>> wkt_of({"type": "LineString", "coordinates": [[112.4, 34.6], [112.5, 34.6]]})
    'LINESTRING (112.4 34.6, 112.5 34.6)'
    """

    def inner(found: Any) -> str:
        if isinstance(found[0], (int, float)):
            return f"{found[0]:.10g} {found[1]:.10g}"
        text = ", ".join(f"({inner(each)})" if isinstance(each[0], list) else inner(each) for each in found)
        return text

    return f"{str(geometry['type']).upper()} ({inner(geometry['coordinates'])})"
