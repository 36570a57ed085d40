"""Streets, gates and walls of an OpenStreetMap file, in one pass over it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.mapfile import reading
from luoshu.book.streetclass import BARRIER, GATE_KEYS, KEYS, WALLS, Gate, Profile, gate_of, profile_of
from luoshu.book.streetlines import Lines, Profiles, Tell

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
GATED = frozenset(["private", "no"])
SMALL_FILE = 50_000_000
NAN = float("nan")
WKB_HEAD = 9
"""Bytes before the places of a line in well-known binary: byte order, type, count."""
BYTES_A_THING = {"pbf": 95, "xml": 1500}
"""Of the file, for each thing that is looked at: a guess for the progress bar only."""


class _Paths:
    """Lines growing: the nodes of each, with their places (longitude, latitude, NaN where the file has none)."""

    def __init__(self) -> None:
        import osmium

        self.nodes, self.at = array("q"), array("d")
        self.start, self.osm = array("q", [0]), array("q")
        # one text for a whole way: places node by node take three times as long
        self._text, self._all = osmium.geom.WKBFactory().create_linestring, osmium.geom.use_nodes.ALL
        self._no_place = osmium.InvalidLocationError

    def add(self, way: Any) -> None:
        refs = [node.ref for node in way.nodes]
        self.nodes.extend(refs)
        try:
            places = bytes.fromhex(self._text(way, self._all))[WKB_HEAD:]
        except (RuntimeError, self._no_place):
            places = b""
        if len(places) == 16 * len(refs):
            self.at.frombytes(places)
        else:
            for node in way.nodes:
                self.at.extend((node.lon, node.lat) if node.location.valid() else (NAN, NAN))
        self.start.append(len(self.nodes))
        self.osm.append(way.id)

    def places(self) -> NDArray[np.float64]:
        """Degrees of all nodes of all lines (n x 2), as exact as the map has them."""
        found = np.frombuffer(self.at, dtype=np.float64) if self.at else np.empty(0)
        return np.round(found * 1e7).reshape(-1, 2) / 1e7


def _array(values: array[int]) -> Any:
    return np.frombuffer(values, dtype=f"i{values.itemsize}") if values else np.empty(0, f"i{values.itemsize}")


def read_osm(path: Path | str, tell: Tell = lambda done, total: None) -> Lines:
    """The streets of an OpenStreetMap file with their gates, signals and walls.

    Raises `Unreadable` where the file cannot be read. Streets that lead out of the file (to nodes that it does not
    hold) keep the part that is inside.
    """
    import osmium

    roads, walls, profiles = _Paths(), _Paths(), Profiles()
    profile, wall_kind, wall_area = array("i"), array("B"), array("B")
    gates: dict[int, Gate] = {}
    signals: list[int] = []
    unused: list[tuple[int, int]] = []
    with reading(path) as file:
        size = Path(path).stat().st_size
        expected = max(1, size // BYTES_A_THING["pbf" if str(path).endswith("pbf") else "xml"])
        things = osmium.FileProcessor(file).with_locations("flex_mem")
        keys = osmium.filter.KeyFilter("highway", "barrier", "route", "landuse")
        thing: Any
        for count, thing in enumerate(things.with_filter(keys)):
            if not count % 5000:
                tell(min(count, expected * 9 // 10), expected)
            tags = thing.tags
            if thing.is_node():
                if "barrier" in tags and (gate := gate_of(_picked(tags, GATE_KEYS))):
                    gates[thing.id] = gate
                elif tags.get("highway") == "traffic_signals":
                    signals.append(thing.id)
            elif thing.is_way():
                if "highway" in tags or tags.get("route") == "ferry":
                    key = tuple([tags.get(each) for each in KEYS])
                    number = profiles.number(key, partial(_profile, key))
                    if number >= 0:
                        roads.add(thing)
                        profile.append(number)
                    elif "highway" in tags:
                        unused.append((thing.id, 1))
                elif (kind := _wall_of(tags)) is not None:
                    closed = thing.is_closed()
                    if closed or kind != "compound":
                        walls.add(thing)
                        wall_kind.append(BARRIER[kind])
                        wall_area.append(closed)
        road_places, wall_places = (_with_late_nodes(file, each) for each in (roads, walls))
    known, made = _lines(roads, road_places, profile, profiles)
    for way, count in unused:
        made.leave_out("not-a-street", way, count)
    _add_gates(made, known, gates, signals)
    _add_walls(made, walls, wall_places, wall_kind, wall_area)
    made.about["attribution"] = ATTRIBUTION
    if day := things.header.get("osmosis_replication_timestamp")[:10]:
        made.about["map_day"] = day
    tell(expected, expected)
    return made


def _picked(tags: Any, keys: Iterable[str]) -> dict[str, str]:
    return {key: value for key in keys if (value := tags.get(key)) is not None}


def _profile(values: tuple[str | None, ...]) -> Profile | None:
    return profile_of({key: value for key, value in zip(KEYS, values, strict=True) if value is not None})


def _wall_of(tags: Any) -> str | None:
    """The barrier that a way is; "compound" for grounds that only their residents may enter; None for neither."""
    barrier = tags.get("barrier")
    if barrier in WALLS:
        return str(barrier)
    residential = tags.get("landuse") == "residential"
    if residential and (
        tags.get("access") in GATED or tags.get("gated") == "yes" or tags.get("residential") == "gated"
    ):
        return "compound"
    return None


def _with_late_nodes(file: str, lines: _Paths) -> NDArray[np.float64]:
    """The places of all nodes, with those of nodes that stand behind their ways in the file."""
    import osmium

    places, refs = lines.places(), _array(lines.nodes)
    gone = np.flatnonzero(np.isnan(places[:, 0]))
    missing = set(refs[gone].tolist())
    # at the edge of a map some nodes are always missing: in a large file they are looked for only where many are
    if not missing or (Path(file).stat().st_size > SMALL_FILE and len(gone) < len(refs) // 5):
        return places
    found: dict[int, tuple[float, float]] = {}
    node: Any
    for node in osmium.FileProcessor(file, osmium.osm.NODE):
        if node.id in missing and node.location.valid():
            found[node.id] = node.lon, node.lat
    for i in gone.tolist():
        places[i] = found.get(int(refs[i]), (NAN, NAN))
    return places


def _lines(
    roads: _Paths, places: NDArray[np.float64], profile: array[int], profiles: Profiles
) -> tuple[NDArray[np.int64], Lines]:
    """The ids of the nodes in rising order, and the lines, whose points are these nodes."""
    start = _array(roads.start)
    known, first, point = np.unique(_array(roads.nodes), return_index=True, return_inverse=True)
    x, y = places[first, 0], places[first, 1]
    made = Lines(
        x=x, y=y, system="WGS-84", start=start, point=np.where(np.isnan(x)[point], -1, point).astype(np.int64),
        profile=_array(profile).astype(np.int32), profiles=profiles.all, metres=np.full(len(start) - 1, np.nan),
        place=_array(roads.osm),
    )  # fmt: skip
    return known, made


def _add_gates(made: Lines, known: NDArray[np.int64], gates: dict[int, Gate], signals: list[int]) -> None:
    made.signals = _numbers(known, np.array(sorted(signals), dtype=np.int64))[0]
    ids = np.array(sorted(gates), dtype=np.int64)
    made.gate_point, there = _numbers(known, ids)
    made.gate_osm = ids[there]
    made.gates = [gates[each] for each in made.gate_osm.tolist()]


def _numbers(known: NDArray[np.int64], ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The numbers of those ids that are known (in rising order), and which they are."""
    if not len(known) or not len(ids):
        return np.empty(0, dtype=np.int64), np.zeros(len(ids), dtype=bool)
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    there = known[at] == ids
    return at[there].astype(np.int64), there


def _add_walls(made: Lines, walls: _Paths, places: NDArray[np.float64], kind: array[int], area: array[int]) -> None:
    start = _array(walls.start)
    line = np.repeat(np.arange(len(start) - 1), np.diff(start))
    good = ~np.isnan(places[:, 0])
    counts = np.bincount(line[good], minlength=len(start) - 1)
    enough = counts >= 2
    kept = good & enough[line]
    made.wall_x, made.wall_y = places[kept, 0], places[kept, 1]
    made.wall_start = np.concatenate([[0], np.cumsum(counts[enough])]).astype(np.int64)
    made.wall_kind, made.wall_osm = _array(kind)[enough].astype(np.uint8), _array(walls.osm)[enough]
    made.wall_area = _array(area)[enough].astype(bool) & (counts == np.diff(start))[enough]
