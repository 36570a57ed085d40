"""The street network of a book: corners and links with class, speed, one-ways and who may pass; gates and walls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from luoshu.book import files
from luoshu.book.arrayfile import NotArrays, pack, unpack
from luoshu.book.problem import Problem, Source
from luoshu.book.yamltext import read_yaml
from luoshu.words.message import Message, say

NETWORK = "roads/network.npz"
ABOUT = "roads/network.yaml"
MOST_BYTES = 4_000_000_000

Mode = Literal["walk", "cycle", "drive"]

CLASSES = (
    "unknown", "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road",
    "track", "busway", "pedestrian", "footway", "path", "bridleway", "cycleway", "corridor", "platform", "steps",
    "ferry", "connector", "gate",
)  # fmt: skip
"""What a link can be, by its code in `Streets.way`; the words of OpenStreetMap, `gate` being a barrier on a road."""

BARRIERS = (
    "barrier", "gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "turnstile", "kissing_gate", "stile",
    "bollard", "block", "cycle_barrier", "toll_booth", "border_control", "wall", "fence", "city_wall", "retaining_wall",
    "hedge", "compound",
)  # fmt: skip
"""What bars the way, by its code in `Streets.gate_kind` (points on roads) and `Streets.wall_kind` (lines, areas)."""

NODE_KINDS = ("plain", "gate", "signals")
"""What stands at a corner, by its code in `Streets.node_kind`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Streets:
    """One network for all who walk, cycle and drive: straight links between corners in WGS-84 degrees.

    Arrays of one value a corner: `lon`, `lat`, `node_kind`. Of one value a link: `tail`, `head` (numbers of corners),
    `metres` (zero or more, along the street), `way` (code into CLASSES), `oneway` and `cycle_oneway` (0 both ways, 1
    from tail to head, -1 from head to tail; walkers go both ways), `foot`, `cycle`, `drive` (may they pass), `private`
    (walkers are kept out, but not who lives there), `stairs` (no way for a wheelchair), `kmh` (the limit for cars, NaN
    where unknown).

    A gate or bollard on a road is a link of no length, of class `gate`: it parts the road in two and says who may
    pass. `gate_edge` numbers these links, with `gate_osm` (id, 0 unknown) and `gate_kind`; to open a gate is to let
    its links pass. Walls are lines: the points of wall number i are `wall_lon[wall_start[i]:wall_start[i + 1]]`;
    `wall_area` says that the line closes an area (a compound), `wall_osm` and `wall_kind` what it is.

    `about` is what roads/network.yaml says: source file, sha256, day, attribution, counts, quality.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    node_kind: NDArray[np.uint8]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    metres: NDArray[np.float64]
    way: NDArray[np.uint8]
    oneway: NDArray[np.int8]
    cycle_oneway: NDArray[np.int8]
    foot: NDArray[np.bool_]
    cycle: NDArray[np.bool_]
    drive: NDArray[np.bool_]
    private: NDArray[np.bool_]
    stairs: NDArray[np.bool_]
    kmh: NDArray[np.float64]
    gate_edge: NDArray[np.int32]
    gate_osm: NDArray[np.int64]
    gate_kind: NDArray[np.uint8]
    wall_start: NDArray[np.int64]
    wall_lon: NDArray[np.float64]
    wall_lat: NDArray[np.float64]
    wall_kind: NDArray[np.uint8]
    wall_osm: NDArray[np.int64]
    wall_area: NDArray[np.bool_]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nodes(self) -> int:
        """How many corners."""
        return len(self.lon)

    @property
    def edges(self) -> int:
        """How many links."""
        return len(self.tail)

    def allowed(self, mode: Mode) -> NDArray[np.bool_]:
        """Which links people may use who walk, cycle or drive."""
        return {"walk": self.foot, "cycle": self.cycle, "drive": self.drive}[mode]

    def directions(self, mode: Mode) -> NDArray[np.int8]:
        """Which way each link may be used: 0 both, 1 from tail to head, -1 from head to tail."""
        if mode == "walk":
            return np.zeros(self.edges, dtype=np.int8)
        return self.oneway if mode == "drive" else self.cycle_oneway

    def walls(self) -> Iterator[tuple[str, int, bool, NDArray[np.float64]]]:
        """Every wall: what it is, its id, whether it closes an area, its points (n x 2: longitude, latitude)."""
        for i in range(len(self.wall_kind)):
            part = slice(self.wall_start[i], self.wall_start[i + 1])
            points = np.column_stack([self.wall_lon[part], self.wall_lat[part]])
            yield BARRIERS[self.wall_kind[i]], int(self.wall_osm[i]), bool(self.wall_area[i]), points


_FOREIGN = say("Run luoshu roads again with the map file")
# as kept in the file: degrees as whole ten-millionths (1 cm, as OpenStreetMap keeps them)
_KEPT = {
    "lon": "<i4", "lat": "<i4", "node_kind": "|u1", "tail": "<i4", "head": "<i4", "metres": "<f4", "way": "|u1",
    "oneway": "|i1", "cycle_oneway": "|i1", "foot": "|b1", "cycle": "|b1", "drive": "|b1", "private": "|b1",
    "stairs": "|b1", "kmh": "<f4", "gate_edge": "<i4", "gate_osm": "<i8", "gate_kind": "|u1", "wall_start": "<i8",
    "wall_lon": "<i4", "wall_lat": "<i4", "wall_kind": "|u1", "wall_osm": "<i8", "wall_area": "|b1",
}  # fmt: skip
_DEGREES = ("lon", "lat", "wall_lon", "wall_lat")
_NODES = ("lon", "lat", "node_kind")
_EDGES = ("tail", "head", "metres", "way", "oneway", "cycle_oneway", "foot", "cycle", "drive", "private", "stairs",
          "kmh")  # fmt: skip


def save_streets(streets: Streets, folder: Path | str) -> None:
    """Write the network into a book: roads/network.npz, then roads/network.yaml that tells of it."""
    import yaml

    from luoshu.book.records import Dumper

    folder = Path(folder)
    kept = {}
    for name, kind in _KEPT.items():
        values = getattr(streets, name)
        kept[name] = np.round(values * 1e7).astype(kind) if name in _DEGREES else values.astype(kind)
    data = pack(kept)
    about = {**streets.about, "network": {"sha256": files.revision(data), "bytes": len(data)}}
    text = yaml.dump(about, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    (folder / "roads").mkdir(exist_ok=True)
    files.write(folder / NETWORK, data)
    files.write(folder / ABOUT, text.encode())


def load_streets(folder: Path | str) -> Streets | None:
    """The network of a book, or None where it has none that can be used; `read_streets` says why."""
    return read_streets(folder)[0]


def read_streets(folder: Path | str) -> tuple[Streets | None, tuple[Problem, ...]]:
    """The network of a book and what is wrong with its files; None without a problem where there is no network."""
    folder = Path(folder)
    data, problem = files.read(folder, NETWORK, MOST_BYTES)
    if data is None:
        return None, (problem,) if problem else ()
    about, found = read_about(folder)
    try:
        kept = unpack(data, _KEPT)
    except NotArrays as error:
        return None, (*found, _broken(say("the network cannot be read: {reason}", reason=str(error)[:200])))
    wrong = _inner_faults(kept)
    if wrong:
        return None, (*found, _broken(wrong))
    told = about.get("network")
    if not isinstance(told, dict) or told.get("sha256") != files.revision(data):
        says = say("the network is not the one that {file} tells of", file=ABOUT)
        found = (*found, Problem(code="network-differs", says=says, source=Source(file=NETWORK), mend=_FOREIGN))
    values: dict[str, Any] = {name: kept[name] / 1e7 if name in _DEGREES else kept[name] for name in _KEPT}
    values["metres"], values["kmh"] = (kept[name].astype(np.float64) for name in ("metres", "kmh"))
    return Streets(**values, about=about), found


def read_about(folder: Path | str) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """What roads/network.yaml says, empty where it is not there; and what is wrong with it."""
    data, problem = files.read(Path(folder), ABOUT, 1_000_000)
    if data is None:
        return {}, (problem,) if problem else ()
    node, found = read_yaml(data, ABOUT)
    if node is None or not isinstance(node.value, dict):
        return {}, tuple(found)
    return {str(name): value for name, value in node.value.items()}, tuple(found)


def _broken(says: Message) -> Problem:
    return Problem(code="network-broken", says=says, source=Source(file=NETWORK), mend=_FOREIGN)


def _inner_faults(kept: Mapping[str, np.ndarray]) -> Message | None:
    """What would make a network of these arrays point nowhere; None where they fit together."""
    nodes, edges, walls = len(kept["lon"]), len(kept["tail"]), len(kept["wall_kind"])
    lengths = {name: nodes for name in _NODES} | {name: edges for name in _EDGES}
    lengths |= {name: len(kept["gate_edge"]) for name in ("gate_osm", "gate_kind")}
    lengths |= {"wall_start": walls + 1, "wall_osm": walls, "wall_area": walls, "wall_lat": len(kept["wall_lon"])}
    uneven = [name for name, length in lengths.items() if len(kept[name]) != length]
    if uneven:
        return say("{name} is longer or shorter than the others", name=uneven[0])
    bounds = {
        "lon": (-1_800_000_000, 1_800_000_000), "lat": (-900_000_000, 900_000_000), "tail": (0, nodes - 1),
        "head": (0, nodes - 1), "way": (0, len(CLASSES) - 1), "oneway": (-1, 1), "cycle_oneway": (-1, 1),
        "node_kind": (0, len(NODE_KINDS) - 1), "gate_edge": (0, edges - 1), "gate_kind": (0, len(BARRIERS) - 1),
        "wall_kind": (0, len(BARRIERS) - 1), "wall_start": (0, len(kept["wall_lon"])),
        "metres": (0.0, 4.1e7), "wall_lon": (-1_800_000_000, 1_800_000_000), "wall_lat": (-900_000_000, 900_000_000),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        values = kept[name]
        if len(values) and not (values.min() >= low and values.max() <= high):
            return say("{name} holds a value that cannot be", name=name)
    if len(kept["kmh"]) and np.nanmin(np.append(kept["kmh"], 1.0)) <= 0:
        return say("{name} holds a value that cannot be", name="kmh")
    for name in (n for n, kind in _KEPT.items() if kind == "|b1"):
        if len(kept[name]) and kept[name].view(np.uint8).max() > 1:
            return say("{name} holds a value that cannot be", name=name)
    starts = kept["wall_start"]
    if starts[0] != 0 or starts[-1] != len(kept["wall_lon"]) or (np.diff(starts) < 2).any():
        return say("{name} holds a value that cannot be", name="wall_start")
    return None


assert set(_KEPT) | {"about"} == {f.name for f in fields(Streets)}
