"""Streets from shapes: GeoJSON features, and what other readers have as well-known text or bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from luoshu.book.mapfile import reading, unreadable
from luoshu.book.streetclass import BARRIER, Gate, gate_of
from luoshu.book.streetlines import Lines, Tell
from luoshu.book.streetrows import Rows, assemble, roles_of
from luoshu.words.message import say

MOST_BYTES = 2_000_000_000
LINE_TYPES = (1, 2)
"""shapely's numbers of LineString and LinearRing."""


def from_shapes(rows: Rows, shapes: Any, system: str) -> Lines:
    """Lines of an array of shapely geometries, one for each row; those without a line are left out and counted."""
    import shapely

    parts, owner = shapely.get_parts(shapes, return_index=True)
    line = np.isin(shapely.get_type_id(parts), LINE_TYPES) & ~shapely.is_empty(parts)
    parts, owner = parts[line], owner[line]
    coordinates = shapely.get_coordinates(parts)
    made = assemble(rows, coordinates, shapely.get_num_coordinates(parts), owner, system)
    without = np.setdiff1d(np.arange(len(rows.number)), owner)
    if len(without):
        made.leave_out("bad-geometry", rows.place[without[0]], len(without))
    return made


def read_geojson(path: Path, tell: Tell) -> Lines:
    """The streets of a GeoJSON file: its lines, with what their properties say.

    WGS-84, as the format's standard has it, unless the file names another system. Raises `Unreadable`.
    """
    with reading(path) as file:
        if Path(file).stat().st_size > MOST_BYTES:
            says = say("the file holds more than {limit} bytes", limit=MOST_BYTES)
            raise unreadable(path, "file-too-large", says, say("Split it, or give a GeoPackage"))
        try:
            found = json.loads(Path(file).read_bytes())
        except RecursionError:
            raise ValueError("nested too deeply") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        says = say("the file is no GeoJSON collection of features")
        raise unreadable(path, "wrong-format", says, say("Export the lines as a GeoJSON FeatureCollection"))
    tell(1, 3)
    good = [(i, each) for i, each in enumerate(features, 1) if isinstance(each, dict)]
    names: dict[str, None] = {}
    for _, each in good:
        if isinstance(each.get("properties"), dict):
            names.update(dict.fromkeys(map(str, each["properties"])))
    roles = {role: place for role, place in roles_of(list(names)).items() if role != "geometry"}
    rows, columns = Rows(roles), list(names)
    streets, walls, gates = _Drawn(), _Drawn(), _Gates()
    without: list[int] = []
    for number, each in good:
        said = each["properties"] if isinstance(each.get("properties"), dict) else {}
        cells = [_cell(said.get(name)) for name in columns]
        geometry = each.get("geometry")
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        parts = _parts(geometry)
        if wall := rows.wall(cells):
            walls.add(parts, wall)
        elif kind in ("Point", "MultiPoint", "Polygon", "MultiPolygon"):
            gates.add(geometry, {str(key): str(value) for key, value in said.items()})
        elif not parts:
            without.append(number)
        elif rows.add(cells, number):
            streets.add(parts, len(rows.number) - 1)
    tell(2, 3)
    made = assemble(rows, streets.coordinates(), streets.counts, streets.what, _system(found.get("crs")))
    if without:
        made.leave_out("bad-geometry", without[0], len(without))
    if len(good) < len(features):
        made.leave_out("bad-row", 1, len(features) - len(good))
    add_walls(made, walls.coordinates(), walls.counts, walls.what)
    gates.set_into(made)
    return made


class _Drawn:
    """Lines growing: their points, how many each has, and what each is or belongs to."""

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self.counts: list[int] = []
        self.what: list[Any] = []

    def add(self, parts: list[Any], what: Any) -> None:
        for part in parts:
            self.parts.append(part)
            self.counts.append(len(part))
            self.what.append(what)

    def coordinates(self) -> Any:
        return np.concatenate(self.parts) if self.parts else np.empty((0, 2))


class _Gates:
    """Points that bar a street, as features of their own."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], Gate] = {}

    def add(self, geometry: Any, said: dict[str, str]) -> None:
        place = geometry.get("coordinates")
        gate = gate_of(said) if geometry.get("type") == "Point" and said.get("barrier", "None") != "None" else None
        if gate and isinstance(place, list) and len(place) >= 2 and all(map(_is_degrees, place[:2])):
            self.found[_ten_millionths(place[0]), _ten_millionths(place[1])] = gate

    def set_into(self, made: Lines) -> None:
        """The gates that stand on a point of a street."""
        if not self.found:
            return
        places = zip(made.x.tolist(), made.y.tolist(), strict=True)
        at = {(_ten_millionths(x), _ten_millionths(y)): i for i, (x, y) in enumerate(places) if abs(x) + abs(y) < 1e9}
        there = sorted((at[place], gate) for place, gate in self.found.items() if place in at)
        made.gate_point = np.array([point for point, _ in there], dtype=np.int64)
        made.gate_osm = np.zeros(len(there), dtype=np.int64)
        made.gates = [gate for _, gate in there]


def _is_degrees(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 1e9


def _ten_millionths(degrees: float) -> int:
    return round(degrees * 1e7)


def add_walls(made: Lines, coordinates: Any, counts: list[int], kinds: list[str]) -> None:
    """Put walls into the lines of a file: their points (n x 2), how many each has, what each is."""
    if not counts:
        return
    made.wall_start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    made.wall_x, made.wall_y = coordinates[:, 0], coordinates[:, 1]
    made.wall_kind = np.array([BARRIER[kind] for kind in kinds], dtype=np.uint8)
    made.wall_osm = np.zeros(len(counts), dtype=np.int64)
    first, last = coordinates[made.wall_start[:-1]], coordinates[made.wall_start[1:] - 1]
    made.wall_area = (first == last).all(axis=1)


def _cell(value: Any) -> Any:
    """A property as a cell of a table; whatever is no plain value is as good as its text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None or isinstance(value, str | int | float) else json.dumps(value)[:1000]


def _parts(geometry: Any) -> list[Any]:
    """The lines of a geometry as arrays n x 2; nothing where it has none, or its numbers are none."""
    if not isinstance(geometry, dict):
        return []
    kind, given = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("LineString", "MultiLineString", "Polygon") or not isinstance(given, list):
        return []
    try:
        made = [np.array([place[:2] for place in line], dtype=np.float64)
                for line in ([given] if kind == "LineString" else given)]  # fmt: skip
    except (TypeError, ValueError, OverflowError):
        return []
    return [line for line in made if line.ndim == 2 and line.shape[1] == 2 and len(line) > 1]


def _system(crs: Any) -> str:
    """The system that an old GeoJSON names; WGS-84 where it names none."""
    if not crs:
        return "WGS-84"
    name = (
        crs.get("properties", {}).get("name")
        if isinstance(crs, dict) and isinstance(crs.get("properties"), dict)
        else ""
    )
    return system_in(str(name or ""))


def system_in(text: str) -> str:
    """The coordinate system that a longer text names, "" where it names none.

    >>> system_in("urn:ogc:def:crs:OGC:1.3:CRS84"), system_in("urn:ogc:def:crs:EPSG::4547"), system_in("epsg:4326")
    ('WGS-84', 'EPSG:4547', 'EPSG:4326')
    """
    if "CRS84" in text.upper():
        return "WGS-84"
    numbers = re.findall(r"EPSG\W{1,5}(?:[\d.]+:)?(\d{4,6})", text, re.IGNORECASE)
    return f"EPSG:{numbers[-1]}" if numbers else ""
