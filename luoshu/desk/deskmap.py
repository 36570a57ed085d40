"""Everything of the desk that has a place as GeoJSON (RFC 7946, WGS-84): all incidents, readings, stores and stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from luoshu.desk.assignment import Assignment
from luoshu.desk.chain import moment
from luoshu.desk.clock import Clock
from luoshu.desk.closure import Closure
from luoshu.desk.incident import Incident
from luoshu.desk.incidentmap import DECIMALS, incident_map
from luoshu.desk.observed import Reading
from luoshu.desk.removal import Removal
from luoshu.desk.resource import Resource
from luoshu.desk.things import Things
from luoshu.kinds.item import Item
from luoshu.kinds.stock import available, stores_on
from luoshu.kinds.store import Store

if TYPE_CHECKING:
    from luoshu.book.book import Book

Feature = dict[str, Any]
SORTS: Mapping[str, type[Assignment] | type[Closure] | type[Resource] | type[Removal]] = {
    "task": Assignment, "closure": Closure, "resource": Resource, "people": Removal,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DeskMap:
    """A FeatureCollection, and how many things of each sort are not in it because nobody said where they are."""

    collection: Feature
    without: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many features it has."""
        return len(self.collection["features"])


def desk_map(
    things: Things, clock: Clock, book: Book | None, now: datetime, seen: Callable[[Incident], bool] = lambda each: True
) -> DeskMap:
    """All features of the incidents that are `seen`, of readings that are no incident's, and of stores.

    `book` is the book with the desk's rows over it. Each feature says its `sort`, the `incident` it belongs to ("" for
    none) and whether that is a `drill`; those of an area (`area`, `people`, `shelter`) stand once for each incident.
    """
    features: list[Feature] = []
    without: Counter[str] = Counter()
    for each in things.all(Incident).values():
        if not seen(each):
            continue
        here: list[Feature] = incident_map(things, each.id, clock, book, now)["features"]
        features += [_of(one, each) for one in here]
        without += _without(things, each, here)
    told = {feature["properties"]["id"] for feature in features if feature["properties"]["sort"] == "reading"}
    features += [one for one in _readings(things, now) if one["properties"]["id"] not in told]
    if book is not None:
        stores, unplaced = _stores(book, clock, now)
        features += stores
        without["store"] += unplaced
    collection = {"type": "FeatureCollection", "features": features}
    return DeskMap(collection=collection, without={sort: count for sort, count in without.items() if count})


def _of(feature: Feature, incident: Incident) -> Feature:
    told = {**feature["properties"], "incident": incident.id, "drill": incident.drill}
    return {**feature, "id": f"{incident.id}/{feature['id']}", "properties": told}


def _without(things: Things, incident: Incident, features: list[Feature]) -> Counter[str]:
    """How many things of the incident have no feature."""
    found: Counter[str] = Counter()
    there = Counter(feature["properties"]["sort"] for feature in features)
    for sort, kind in SORTS.items():
        mine = sum(each.incident == incident.id for each in things.all(kind).values())
        people = sum(len(feature["properties"].get("communities") or ()) for feature in features)
        found[sort] = max(0, mine - (people if sort == "people" else there[sort]))
    found["incident"] = int(not there["incident"] and not there["area"])
    return +found


def _readings(things: Things, now: datetime) -> Iterator[Feature]:
    """The newest reading of each station and measure that is no incident's and has a point."""
    newest: dict[tuple[str, str], Reading] = {}
    for each in things.all(Reading).values():
        key = (each.station, each.measure)
        if not each.incident and each.at <= now and (key not in newest or each.at >= newest[key].at):
            newest[key] = each
    for each in newest.values():
        if each.lon is not None and each.lat is not None:
            yield _point(
                "reading", each.id, each.station, each.lon, each.lat, state=each.measure, value=each.value,
                unit=each.unit, at=moment(each.at),
            )  # fmt: skip


def _stores(book: Book, clock: Clock, now: datetime) -> tuple[list[Feature], int]:
    """The stores with what can be used of each item today, and how many have no place."""
    from luoshu.kinds.position import positions

    day = now.astimezone(clock.zone).date()
    stores = [row for row in stores_on(book, day).values() if isinstance(row, Store)]
    if not stores:
        return [], 0
    usable, at = _usable(book, day), positions(stores, book)
    found = []
    for place, row in enumerate(stores):
        if at.good[place]:
            found.append(_point(
                "store", row.id, row.name, float(at.lon[place]), float(at.lat[place]), state=row.state,
                organisation=row.organisation, usable=usable.get(row.id, []),
            ))  # fmt: skip
    return found, len(stores) - len(found)


def _usable(book: Book, day: date) -> dict[str, list[dict[str, Any]]]:
    """What can be used in each store, by item."""
    amounts: dict[str, Counter[str]] = {}
    for each in available(book, day):
        if each.amount > 0:
            amounts.setdefault(each.lot.store, Counter())[each.lot.item] += each.amount  # type: ignore[assignment]
    items = {row.id: row for row in book.rows(Item)}
    return {
        store: [
            {"item": item, "name": items[item].name if item in items else item, "amount": round(amount, 6),
             "unit": items[item].unit if item in items else ""}
            for item, amount in of.items()
        ]
        for store, of in amounts.items()
    }  # fmt: skip


def _point(sort: str, id: str, title: str, lon: float, lat: float, **told: Any) -> Feature:
    return {
        "type": "Feature", "id": f"{sort}:{id}",
        "properties": {"sort": sort, "id": id, "title": title, **told, "incident": "", "drill": False},
        "geometry": {"type": "Point", "coordinates": [round(lon, DECIMALS), round(lat, DECIMALS)]},
    }  # fmt: skip
