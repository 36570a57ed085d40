"""An incident as GeoJSON (RFC 7946, WGS-84): areas, shut roads, people to move, shelters, tasks, goods, readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from luoshu.desk.assignment import Assignment
from luoshu.desk.chain import moment
from luoshu.desk.clock import Clock
from luoshu.desk.closure import Closure
from luoshu.desk.incident import Incident
from luoshu.desk.levels import inside
from luoshu.desk.lots import LotStanding
from luoshu.desk.observed import Reading, counting
from luoshu.desk.removal import Removal, shelter_rows, sheltered
from luoshu.desk.resource import Resource
from luoshu.desk.things import Things
from luoshu.kinds.lot import Lot
from luoshu.kinds.site import Site
from luoshu.kinds.store import Store

if TYPE_CHECKING:
    from luoshu.book.book import Book

Feature = dict[str, Any]
DECIMALS = 6
"""A millionth of a degree is a tenth of a metre."""
BEFORE = timedelta(days=3)
"""How long before the incident was opened readings are still of interest."""


def incident_map(things: Things, incident: str, clock: Clock, book: Book | None, now: datetime) -> Feature:
    """A FeatureCollection of everything of an incident that has a place; KeyError where there is no such incident.

    Each feature says what it is (`sort`), its name (`id`), what people call it (`title`) and how it stands (`state`);
    times are in UTC. Polygons go round to the left, as the standard wants it.
    """
    found = things.get(Incident, incident)
    if found is None:
        raise KeyError(incident)
    features = [
        *_areas(found, book),
        *_closures(things, incident),
        *_people(things, incident, book),
        *_shelters(things, incident, book),
        *_tasks(things, incident, clock, now),
        *_ways(things, incident, book),
        *_resources(things, incident),
        *_readings(things, found, book),
    ]
    return {"type": "FeatureCollection", "features": features}


def _feature(sort: str, id: str, title: str, geometry: Mapping[str, Any], **properties: Any) -> Feature:
    told = {key: _plain(value) for key, value in properties.items()}
    return {
        "type": "Feature",
        "id": f"{sort}:{id}",
        "properties": {"sort": sort, "id": id, "title": title, **told},
        "geometry": _turned(geometry),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return value


def _point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}


def _turned(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Rounded, outer rings anticlockwise and holes clockwise."""
    kind, found = geometry["type"], _rounded(geometry["coordinates"])
    if kind == "Polygon":
        found = _rings(found)
    elif kind == "MultiPolygon":
        found = [_rings(part) for part in found]
    return {"type": kind, "coordinates": found}


def _rounded(found: Any) -> Any:
    if isinstance(found, (list, tuple)):
        return [_rounded(each) for each in found]
    return round(float(found), DECIMALS)


def _rings(rings: list[Any]) -> list[Any]:
    return [ring if (_area(ring) > 0) == (place == 0) else ring[::-1] for place, ring in enumerate(rings)]


def _area(ring: list[list[float]]) -> float:
    """Twice the area of a ring, above zero where it goes round to the left."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def _areas(incident: Incident, book: Book | None) -> Iterator[Feature]:
    told = {"type": incident.type, "level": incident.level, "phase": incident.phase, "drill": incident.drill}
    if incident.area:
        yield _feature("incident", incident.id, incident.title, incident.area, **told)
    if book is None or not incident.places:
        return
    import shapely.geometry

    from luoshu.kinds.territory import territory

    land = territory(book)
    for code in incident.places:
        if code in land.shapes:
            outline = _polygonal(shapely.geometry.mapping(land.shapes[code]))
            if outline:
                yield _feature("area", code, land.name(code), outline, incident=incident.id, **told)


def _polygonal(geometry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The outline without the lines and points that mending it may have left beside it."""
    if geometry["type"] in ("Polygon", "MultiPolygon"):
        return geometry
    if geometry["type"] != "GeometryCollection":
        return None
    parts: list[Any] = []
    for each in geometry["geometries"]:
        if each["type"] == "Polygon":
            parts.append(each["coordinates"])
        elif each["type"] == "MultiPolygon":
            parts.extend(each["coordinates"])
    return {"type": "MultiPolygon", "coordinates": parts} if parts else None


def _closures(things: Things, incident: str) -> Iterator[Feature]:
    for each in things.all(Closure).values():
        where = each.area
        if each.incident == incident and where:
            yield _feature("closure", each.id, each.road, where, state=each.state, since=each.since,
                           opened=each.opened, why=each.why, metres=each.metres)  # fmt: skip


def _people(things: Things, incident: str, book: Book | None) -> Iterator[Feature]:
    """How many are still to be moved out of each outlined area, at a point in it: counts, never a house."""
    removals = [each for each in things.all(Removal).values() if each.incident == incident and each.place]
    if book is None or not removals:
        return
    from luoshu.kinds.territory import territory

    land = territory(book)
    outlined = [(land.outlined(each.place), each) for each in removals]
    for code in dict.fromkeys(code for code, _ in outlined if code):
        here = [each for at, each in outlined if at == code]
        inner = land.shapes[code].representative_point()
        planned, moved = sum(each.planned for each in here), sum(each.moved for each in here)
        left = sum(each.left for each in here)
        place = {"type": "Point", "coordinates": [inner.x, inner.y]}
        yield _feature("people", code, land.name(code), place, state="moving" if left else "moved", planned=planned,
                       moved=moved, left=left, communities=[each.community for each in here])  # fmt: skip


def _ways(things: Things, incident: str, book: Book | None) -> Iterator[Feature]:
    """What is on the way, as a straight line from its store to where it goes: which road it takes is not known."""
    moving = [each for each in things.all(Resource).values() if each.incident == incident and
              each.state == "on the way"]  # fmt: skip
    if book is None or not moving:
        return
    from luoshu.kinds.position import positions

    stores = {row.id: row for row in book.rows(Store)}
    lots = {row.id: row.store for row in book.rows(Lot)} | {
        key: lot.store for key, lot in things.all(LotStanding).items()
    }
    for each in moving:
        goal, store = _point(each.lon, each.lat), stores.get(_left_from(each, lots, stores))
        at = positions([store], book) if store and goal else None
        if at is None or not at.good[0] or goal is None:
            continue
        line = {"type": "LineString", "coordinates": [[float(at.lon[0]), float(at.lat[0])], goal["coordinates"]]}
        yield _feature("way", each.id, each.title, line, state=each.state, store=store.id if store else "", to=each.to,
                       eta=each.eta)  # fmt: skip


def _left_from(resource: Resource, lots: Mapping[str, str], stores: Mapping[str, Store]) -> str:
    """The store that something left from: that of its lots, else the one that was named; "" where none is known."""
    for lot in resource.lots:
        if lot in lots:
            return lots[lot]
    return next((key for key, row in stores.items() if resource.source and resource.source in (key, row.name)), "")


def _shelters(things: Things, incident: str, book: Book | None) -> Iterator[Feature]:
    from luoshu.kinds.position import positions

    if book is None:
        return
    sites = shelter_rows(book.rows(Site))
    removals = {key: each for key, each in things.all(Removal).items() if each.incident == incident}
    for each in sheltered(removals, sites):
        if each.shelter not in sites:
            continue
        at = positions([sites[each.shelter]], book)
        if at.good[0]:
            place = {"type": "Point", "coordinates": [float(at.lon[0]), float(at.lat[0])]}
            state = "overfull" if each.overfull else "open"
            yield _feature("shelter", each.shelter, each.name, place, state=state, places=each.places,
                           planned=each.planned, there=each.there)  # fmt: skip


def _tasks(things: Things, incident: str, clock: Clock, now: datetime) -> Iterator[Feature]:
    for each in things.all(Assignment).values():
        place = _point(each.lon, each.lat)
        if each.incident == incident and place:
            yield _feature("task", each.id, each.title, place, state=each.state, organisation=each.organisation,
                           due=each.due(clock, now), escalation=each.escalation)  # fmt: skip


def _resources(things: Things, incident: str) -> Iterator[Feature]:
    for each in things.all(Resource).values():
        place = _point(each.lon, each.lat)
        if each.incident == incident and place:
            yield _feature("resource", each.id, each.title, place, state=each.state, amount=each.amount,
                           unit=each.unit, to=each.to, needed=each.needed, eta=each.eta)  # fmt: skip


def _readings(things: Things, incident: Incident, book: Book | None) -> Iterator[Feature]:
    """The latest reading of each station and measure."""
    latest: dict[tuple[str, str], Reading] = {}
    for each in counting(things.all(Reading).values(), incident, inside(book, incident.places)):
        key = (each.station, each.measure)
        if each.at >= incident.opened - BEFORE and (key not in latest or each.at >= latest[key].at):
            latest[key] = each
    for each in latest.values():
        place = _point(each.lon, each.lat)
        if place:
            yield _feature("reading", each.id, each.station, place, state=each.measure, value=each.value,
                           unit=each.unit, at=each.at)  # fmt: skip
