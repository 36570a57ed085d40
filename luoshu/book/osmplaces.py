"""Places of OpenStreetMap: facilities by their tags, and buildings that people may live in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np

from luoshu.book.mapfile import reading

METRES_A_DEGREE = 111_195.08
HOMES = frozenset(
    {
        "apartments", "bungalow", "cabin", "detached", "dormitory", "farm", "house", "houseboat", "hut", "residential",
        "semidetached_house", "static_caravan", "stilt_house", "terrace", "villa", "village_house",
    }
)  # fmt: skip
"""Values of the tag building that say that people live there."""
OTHER_USE = (
    "amenity",
    "shop",
    "office",
    "industrial",
    "man_made",
    "power",
    "religion",
    "leisure",
    "historic",
    "tourism",
)


@dataclass(frozen=True, kw_only=True)
class Facility:
    """A place found by its tag: `tag` as in amenity=school, `osm` as in way/123, degrees in WGS-84."""

    name: str
    lon: float
    lat: float
    tag: str
    osm: str


@dataclass(frozen=True, kw_only=True)
class Residence:
    """A building that people live in, or may: its middle in WGS-84, ground in square metres, storeys.

    `levels` is 1 where the map does not say (`levels_known` False). `certain`: the map says that it is a dwelling; a
    building without a use is not.
    """

    lon: float
    lat: float
    metres2: float
    levels: float
    levels_known: bool
    certain: bool
    osm: str

    @property
    def floor_metres2(self) -> float:
        """Ground by storeys: the weight by which people are spread over buildings."""
        return self.metres2 * self.levels


def places_by_tag(path: Path | str, tags: Mapping[str, str | None]) -> list[Facility]:
    """The nodes, ways and areas of a map that bear one of the tags, as points: an area is its middle.

    `tags`: key to value; None is any value, "school;kindergarten" either of them. Things of the first tag first, each
    once, areas at the place of their outline. Raises `Unreadable` with a Problem where the file cannot be read.
    """
    wanted = {key: None if value is None else frozenset(value.split(";")) for key, value in tags.items()}
    found: dict[str, tuple[int, Facility]] = {}
    for thing in _things(path, tuple(wanted)):
        own, osm = thing.tags, thing.osm
        for rank, (key, values) in enumerate(wanted.items()):
            value = own.get(key)
            if value is None or value == "no" or (values is not None and values.isdisjoint(value.split(";"))):
                continue
            name = own.get("name:zh") or own.get("name") or ""
            if thing.sort == "a" or osm not in found:
                made = Facility(name=name.strip(), lon=thing.lon, lat=thing.lat, tag=f"{key}={value}", osm=osm)
                found[osm] = rank, made
            break
    return [facility for _, facility in sorted(found.values(), key=lambda each: each[0])]


def residences(path: Path | str) -> list[Residence]:
    """The buildings of a map that people live in or may live in, in the file's order.

    Buildings of another use (shops, offices, schools, sheds, ...) are left out. Raises `Unreadable` as
    `places_by_tag`.
    """
    found: dict[str, Residence] = {}
    for thing in _things(path, ("building",)):
        own = thing.tags
        kind = own.get("building", "no")
        certain = kind in HOMES
        if thing.sort != "a" or not (certain or (kind == "yes" and not any(key in own for key in OTHER_USE))):
            continue
        levels = _levels(own.get("building:levels", ""))
        found[thing.osm] = Residence(
            lon=thing.lon, lat=thing.lat, metres2=thing.metres2, levels=levels or 1.0, levels_known=levels is not None,
            certain=certain, osm=thing.osm,
        )  # fmt: skip
    return list(found.values())


def _levels(text: str) -> float | None:
    """Storeys as the map has them; None where that is no number of storeys.

    >>> _levels("6"), _levels("2.5"), _levels("ground"), _levels("900")
    (6.0, 2.5, None, None)
    """
    try:
        levels = float(text)
    except ValueError:
        return None
    return levels if 0 < levels <= 200 else None


@dataclass(frozen=True, kw_only=True)
class _Thing:
    """Something of the map: n(ode), w(ay) or a(rea), with its tags, its middle, its ground and its name in the map."""

    sort: str
    tags: dict[str, str]
    lon: float
    lat: float
    metres2: float
    osm: str


def _things(path: Path | str, keys: tuple[str, ...]) -> Iterator[_Thing]:
    """Everything that has one of the keys, in the file's order (areas of relations last)."""
    import osmium
    import shapely

    found: list[tuple[str, dict[str, str], str]] = []
    shapes: list[str] = []
    text = osmium.geom.WKBFactory()
    with reading(path) as file:
        tagged = osmium.filter.KeyFilter(*keys)
        thing: Any
        for thing in osmium.FileProcessor(file).with_areas(tagged).with_filter(tagged):
            try:
                if thing.is_node():
                    shape, osm = text.create_point(thing), f"node/{thing.id}"
                elif thing.is_area():
                    shape = text.create_multipolygon(thing)
                    osm = f"{'way' if thing.from_way() else 'relation'}/{thing.orig_id()}"
                elif thing.is_way():
                    shape, osm = _line(text, thing), f"way/{thing.id}"
                else:
                    continue
            except (RuntimeError, osmium.InvalidLocationError):  # a place that the file lacks, an area without ground
                continue
            if shape:
                shapes.append(shape)
                found.append((thing.type_str(), {tag.k: tag.v for tag in thing.tags}, osm))
    forms = shapely.from_wkb(np.array(shapes, dtype=object), on_invalid="ignore")
    lon, lat, metres2 = _middles(forms)
    for i in np.flatnonzero(np.isfinite(lon)).tolist():
        sort, tags, osm = found[i]
        yield _Thing(sort=sort, tags=tags, lon=float(lon[i]), lat=float(lat[i]), metres2=float(metres2[i]), osm=osm)


def _line(text: Any, way: Any) -> str:
    """A way as a line, or as its first node that the file holds where it is closed or cut; "" where it holds none.

    A closed way comes again as an area, unless its line is broken: then its first node stands for it.
    """
    there = [node for node in way.nodes if node.location.valid()]
    if len(there) == len(way.nodes) > 1 and not way.is_closed():
        return str(text.create_linestring(way))
    return pack("<BIdd", 1, 1, there[0].lon, there[0].lat).hex() if there else ""


def _middles(forms: Any) -> tuple[Any, Any, Any]:
    """Longitude, latitude and square metres: the middle of the largest part of areas, of all else the middle itself."""
    import shapely

    parts, owner = shapely.get_parts(forms, return_index=True)
    ground = np.zeros(len(forms))
    area = shapely.area(parts)
    middle = shapely.centroid(forms)
    order = np.lexsort((area, owner))
    largest = order[np.append(owner[order][1:] != owner[order][:-1], True)] if len(order) else order
    largest = largest[area[largest] > 0]
    middle[owner[largest]] = shapely.centroid(parts[largest])
    ground[owner[largest]] = area[largest]
    lon, lat = shapely.get_x(middle), shapely.get_y(middle)
    return lon, lat, ground * METRES_A_DEGREE**2 * np.cos(np.radians(np.where(np.isfinite(lat), lat, 0.0)))
