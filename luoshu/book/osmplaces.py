"""Places of OpenStreetMap: facilities by their tags, and buildings that people may live in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from pathlib import Path
from typing import Any

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
    in the file's order, once. Raises `Unreadable` with a Problem where the file cannot be read.
    """
    wanted = {key: None if value is None else frozenset(value.split(";")) for key, value in tags.items()}
    found: dict[str, tuple[int, Facility]] = {}
    for thing, own, lon, lat, _, osm in _things(path, tuple(wanted)):
        for rank, (key, values) in enumerate(wanted.items()):
            value = own.get(key)
            if value is None or value == "no" or (values is not None and values.isdisjoint(value.split(";"))):
                continue
            name = own.get("name:zh") or own.get("name") or ""
            if thing == "a" or osm not in found:
                found[osm] = rank, Facility(name=name.strip(), lon=lon, lat=lat, tag=f"{key}={value}", osm=osm)
            break
    return [facility for _, facility in sorted(found.values(), key=lambda each: each[0])]


def residences(path: Path | str) -> list[Residence]:
    """The buildings of a map that people live in or may live in, in the file's order.

    Buildings of another use (shops, offices, schools, sheds, ...) are left out. Raises `Unreadable` as
    `places_by_tag`.
    """
    found: dict[str, Residence] = {}
    for thing, own, lon, lat, metres2, osm in _things(path, ("building",)):
        kind = own.get("building", "no")
        certain = kind in HOMES
        if thing != "a" or not (certain or (kind == "yes" and not any(key in own for key in OTHER_USE))):
            continue
        levels = _levels(own.get("building:levels", ""))
        found[osm] = Residence(
            lon=lon, lat=lat, metres2=metres2, levels=levels or 1.0, levels_known=levels is not None, certain=certain,
            osm=osm,
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


def _things(path: Path | str, keys: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str], float, float, float, str]]:
    """Everything that has one of the keys: n, w or a; its tags, middle in degrees, square metres, name in the map."""
    import osmium

    with reading(path) as file:
        tagged = osmium.filter.KeyFilter(*keys)
        thing: Any
        for thing in osmium.FileProcessor(file).with_areas(tagged).with_filter(tagged):
            own = {tag.k: tag.v for tag in thing.tags}
            if thing.is_node():
                if thing.location.valid():
                    yield "n", own, thing.lon, thing.lat, 0.0, f"node/{thing.id}"
            elif thing.is_area():
                middle = _middle_of_area(thing)
                if middle:
                    yield "a", own, *middle, f"{'way' if thing.from_way() else 'relation'}/{thing.orig_id()}"
            elif thing.is_way():
                points = [(node.lon, node.lat) for node in thing.nodes if node.location.valid()]
                if points:
                    lon, lat = (sum(each) / len(points) for each in zip(*points, strict=True))
                    yield "w", own, lon, lat, 0.0, f"way/{thing.id}"


def _middle_of_area(area: Any) -> tuple[float, float, float] | None:
    """Centre of gravity and square metres of the largest outer ring, less its holes' ground."""
    best: tuple[float, float, float] | None = None
    for outer in area.outer_rings():
        middle = middle_of_ring([(node.lon, node.lat) for node in outer])
        if middle:
            holes = (middle_of_ring([(node.lon, node.lat) for node in inner]) for inner in area.inner_rings(outer))
            ground = middle[2] - sum(hole[2] for hole in holes if hole)
            if best is None or ground > best[2]:
                best = middle[0], middle[1], ground
    return best


def middle_of_ring(points: list[tuple[float, float]]) -> tuple[float, float, float] | None:
    """Centre of gravity (degrees) and square metres of a closed ring; None where it holds no ground.

    >>> lon, lat, metres2 = middle_of_ring([(0.0, 0.0), (0.002, 0.0), (0.002, 0.001), (0.0, 0.001), (0.0, 0.0)])
    >>> round(lon, 6), round(lat, 6), round(metres2)
    (0.001, 0.0005, 24729)
    """
    east, north = points[0] if points else (0.0, 0.0)
    twice = across = up = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        x0, x1, y0, y1 = x0 - east, x1 - east, y0 - north, y1 - north
        cross = x0 * y1 - x1 * y0
        twice += cross
        across += (x0 + x1) * cross
        up += (y0 + y1) * cross
    if not twice:
        return None
    lat = north + up / (3 * twice)
    metres2 = abs(twice) / 2 * METRES_A_DEGREE**2 * cos(radians(lat))
    return east + across / (3 * twice), lat, metres2
