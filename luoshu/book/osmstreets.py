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
from luoshu.book.streetclass import BARRIER, GATE_KEYS, KEYS, Gate, Profile, gate_of, profile_of
from luoshu.book.streetlines import Lines, Profiles, Tell

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
WALLS = frozenset(["wall", "fence", "city_wall", "retaining_wall", "hedge"])
GATED = frozenset(["private", "no"])
SMALL_FILE = 50_000_000
UNKNOWN = 2147483647
"""What osmium gives for the coordinate of a node that the file does not hold."""
BYTES_A_THING = {"pbf": 95, "xml": 1500}
"""Of the file, for each thing that is looked at: a guess for the progress bar only."""


class _Paths:
    """Lines growing: nodes of each, with their places in ten-millionths of a degree."""

    def __init__(self) -> None:
        self.nodes, self.x, self.y = array("q"), array("i"), array("i")
        self.start, self.osm = array("q", [0]), array("q")

    def add(self, way: Any) -> None:
        nodes = way.nodes
        self.nodes.extend([node.ref for node in nodes])
        self.x.extend([node.x for node in nodes])
        self.y.extend([node.y for node in nodes])
        self.start.append(len(self.nodes))
        self.osm.append(way.id)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        return _array(self.nodes), _array(self.x), _array(self.y), _array(self.start)


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
        road_places = _with_late_nodes(file, *roads.arrays()[:3])
        wall_places = _with_late_nodes(file, *walls.arrays()[:3])
    known, made = _lines(roads, *road_places, profile, profiles)
    for way, count in unused:
        made.leave_out("not-a-street", way, count)
    _add_gates(made, known, gates, signals)
    _add_walls(made, walls, *wall_places, wall_kind, wall_area)
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


def _with_late_nodes(
    file: str, refs: NDArray[np.int64], x: NDArray[np.int32], y: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The places again, with those of nodes that stand behind their ways in the file."""
    import osmium

    missing = set(refs[x == UNKNOWN].tolist())
    # at the edge of a map some nodes are always missing: in a large file they are looked for only where many are
    if not missing or (Path(file).stat().st_size > SMALL_FILE and len(missing) < len(refs) // 5):
        return x, y
    found: dict[int, tuple[int, int]] = {}
    node: Any
    for node in osmium.FileProcessor(file, osmium.osm.NODE):
        if node.id in missing:
            found[node.id] = node.location.x, node.location.y
    if not found:
        return x, y
    x, y = x.copy(), y.copy()
    for i in np.flatnonzero(x == UNKNOWN).tolist():
        x[i], y[i] = found.get(int(refs[i]), (UNKNOWN, UNKNOWN))
    return x, y


def _lines(
    roads: _Paths, x: NDArray[np.int32], y: NDArray[np.int32], profile: array[int], profiles: Profiles
) -> tuple[NDArray[np.int64], Lines]:
    """The ids of the nodes in rising order, and the lines, whose points are these nodes."""
    refs, _, _, start = roads.arrays()
    known, first, point = np.unique(refs, return_index=True, return_inverse=True)
    gone = x[first] == UNKNOWN
    point = np.where(gone[point], -1, point).astype(np.int64) if len(known) else np.empty(0, dtype=np.int64)
    made = Lines(
        x=np.where(gone, np.nan, x[first] / 1e7), y=np.where(gone, np.nan, y[first] / 1e7), system="WGS-84",
        start=start, point=point, profile=_array(profile).astype(np.int32), profiles=profiles.all,
        metres=np.full(len(start) - 1, np.nan), place=_array(roads.osm),
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


def _add_walls(
    made: Lines, walls: _Paths, x: NDArray[np.int32], y: NDArray[np.int32], kind: array[int], area: array[int]
) -> None:
    start = walls.arrays()[3]
    line = np.repeat(np.arange(len(start) - 1), np.diff(start))
    good = x != UNKNOWN
    counts = np.bincount(line[good], minlength=len(start) - 1)
    enough = counts >= 2
    kept = good & enough[line] if len(line) else good
    made.wall_x, made.wall_y = x[kept] / 1e7, y[kept] / 1e7
    made.wall_start = np.concatenate([[0], np.cumsum(counts[enough])]).astype(np.int64)
    made.wall_kind, made.wall_osm = _array(kind)[enough].astype(np.uint8), _array(walls.osm)[enough]
    made.wall_area = _array(area)[enough].astype(bool) & (counts == np.diff(start))[enough]
