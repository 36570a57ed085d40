"""From lines as a file draws them to a network: placed on the earth, judged link by link, gates set into the roads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.streetclass import CODE
from luoshu.book.streetlines import Lines
from luoshu.book.streets import Streets
from luoshu.methods.coordinates import system_named, to_wgs84
from luoshu.methods.hilbert import hilbert_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOLERANCE = 1.0
"""Metres by which a street may be drawn straighter than it is; its length stays that of the street."""
ROUNDS = (0.4, 0.3, 0.3)
"""The tolerance, shared out: in each round no two neighbouring points go, so that the whole stays within it."""
SHORTEST = 0.98
"""A street is at least so long as the straight line, rounding and other ellipsoids allowed for."""
UNITS = (0.5, 2.5)
"""Where half of all given lengths are below or above so many times the line drawn, they are not in metres."""
SEMI_MAJOR, ECCENTRICITY2 = 6378137.0, 0.00669437999014


def make_streets(lines: Lines) -> Streets:
    """The network of a file's lines, in WGS-84, with what was left out counted in `about["left_out"]`.

    Points outside the world, missing points, loops and doubles are left out with their links; all else counts. The
    same streets give the same network, in whatever order the file has them. ValueError where the system is unknown.
    """
    system = system_named(lines.system)
    lon, lat = _placed(lines.x, lines.y, system)
    link = _Links(lines, lon, lat)
    link.measure()
    link.join()
    lon, lat, kind = link.with_gates(lon, lat)
    columns, lon, lat, kind = link.in_order(lon, lat, kind)
    gate_edge = np.flatnonzero(columns["gate"] >= 0)
    number = columns.pop("gate")[gate_edge]
    walls = _walls(lines, system)
    about = {**lines.about, "system": system, "left_out": {k: int(v) for k, v in sorted(lines.left_out.items()) if v}}
    about |= {"first": {code: int(place) for code, place in sorted(lines.first.items())}}
    return Streets(
        lon=lon, lat=lat, node_kind=kind, gate_edge=gate_edge.astype(np.int32), gate_osm=lines.gate_osm[number],
        gate_kind=np.array([gate.kind for gate in lines.gates], dtype=np.uint8)[number], about=about,
        **columns, **walls,
    )  # fmt: skip


def _placed(x: Floats, y: Floats, system: str) -> tuple[Floats, Floats]:
    """The points in WGS-84; NaN where they are nowhere on earth, or at 0, 0, where no street is."""
    lon, lat = to_wgs84(x, y, system)
    nowhere = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)) | ((x == 0) & (y == 0))
    return np.where(nowhere, np.nan, lon), np.where(nowhere, np.nan, lat)


def _exchanged(lines: Lines) -> NDArray[np.bool_]:
    """Which points in degrees have a latitude that does not exist, and would be a place with the two exchanged."""
    if lines.system.startswith("EPSG"):
        return np.zeros(len(lines.x), dtype=bool)
    return (np.abs(lines.y) > 90) & (np.abs(lines.y) <= 180) & (np.abs(lines.x) <= 90)


def metres_between(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Lengths of short links on the ellipsoid of WGS-84, by its radii of curvature at the middle latitude.

    Within a millionth up to 10 km, which is closer than the sphere (0.5 %). (Bowring 1981's leading term.)

    >>> metres_between(np.array([112.0]), np.array([34.6]), np.array([112.001]), np.array([34.6])).round(3).tolist()
    [91.73]
    """
    middle = np.radians((lat + to_lat) / 2)
    square = 1.0 - ECCENTRICITY2 * np.sin(middle) ** 2
    along = SEMI_MAJOR * (1.0 - ECCENTRICITY2) / square**1.5
    across = SEMI_MAJOR / np.sqrt(square) * np.cos(middle)
    turn = np.radians((to_lon - lon + 180.0) % 360.0 - 180.0)
    return np.asarray(np.hypot(turn * across, np.radians(to_lat - lat) * along))


class _Links:
    """The links of a network on their way: every array has one value a link."""

    def __init__(self, lines: Lines, lon: Floats, lat: Floats) -> None:
        self.lines = lines
        count = np.diff(lines.start)
        line = np.repeat(np.arange(len(count)), count)
        point = lines.point
        placed = np.append(np.isfinite(lon), False)
        # a step leads from each point of a line to the next of the same line
        step = np.flatnonzero(line[1:] == line[:-1])
        tail, head = point[step], point[step + 1]
        self._count_lost("missing-node", (tail < 0) | (head < 0), line[step])
        lost = ~(placed[tail] & placed[head]) & (tail >= 0) & (head >= 0)
        turned = np.append(_exchanged(lines), False)
        self._count_lost("swapped", lost & (turned[tail] | turned[head]), line[step])
        self._count_lost("nowhere", lost & ~(turned[tail] | turned[head]), line[step])
        good = placed[tail] & placed[head]
        length = np.zeros(len(step))
        length[good] = metres_between(lon[tail[good]], lat[tail[good]], lon[head[good]], lat[head[good]])
        # the way from each point to the next of its line, as it is drawn
        onward = np.zeros(len(point))
        onward[step] = length
        where = np.flatnonzero(_straightened(lines, lon, lat, line))
        inner = np.flatnonzero(line[where[1:]] == line[where[:-1]])
        walked = np.add.reduceat(onward, where)[inner] if len(where) else np.empty(0)
        start, end = where[inner], where[inner + 1]
        good = placed[point[start]] & placed[point[end]]
        start, end, self.metres = start[good], end[good], walked[good]
        self.tail, self.head = point[start], point[end]
        self.line = line[start]
        self.drawn = (
            np.bincount(line[step], weights=length, minlength=len(count)) if len(step) else np.zeros(len(count))
        )

    def _count_lost(self, code: str, lost: NDArray[np.bool_], line: Ints) -> None:
        if lost.any():
            self.lines.leave_out(code, int(self.lines.place[line[np.argmax(lost)]]), int(lost.sum()))

    def measure(self) -> None:
        """Take the lengths that the file gives, where they can be: not below the straight line, not in another unit."""
        given, drawn = self.lines.metres, self.drawn
        said = ~np.isnan(given)
        wrong = said & ~((given > 0) & np.isfinite(given)) & ((drawn > 0) | (given != 0))
        usable = said & (given > 0) & np.isfinite(given) & (drawn > 0)
        every = np.arange(len(given))
        if usable.any():
            ratio = float(np.median(given[usable] / drawn[usable]))
            if not UNITS[0] <= ratio <= UNITS[1]:
                self.lines.about["length_ratio"] = float(f"{ratio:.3g}")
                self._count_lost("length-unit", usable, every)
                usable = np.zeros(len(given), dtype=bool)
        short = usable & (given < drawn * SHORTEST - 1.0)
        self._count_lost("bad-length", wrong, every)
        self._count_lost("too-short", short, every)
        factor = np.ones(len(given))
        taken = usable & ~short
        factor[taken] = np.maximum(given[taken] / drawn[taken], 1.0)
        self.metres = self.metres * factor[self.line]

    def join(self) -> None:
        """Leave out links from a point to itself and links that stand there twice; make one of two directions."""
        loops = self.tail == self.head
        self._count_lost("loop", loops, self.line)
        directed = self._directed()
        turned = self.tail > self.head
        self.tail, self.head = np.where(turned, self.head, self.tail), np.where(turned, self.tail, self.head)
        profiles = self.lines.profiles
        number = self.lines.profile[self.line]
        kinds: dict[str, int] = {}
        alike = [kinds.setdefault(str(each._replace(oneway=0, cycle_oneway=0)), len(kinds)) for each in profiles]
        kind = np.array(alike, dtype=np.int64)[number]
        size = len(self.lines.x) + 1
        decimetres = np.round(self.metres * 10).astype(np.int64)
        # lines come in their order already: of doubles the first in the file stays the first
        order = np.lexsort((kind * (int(decimetres.max(initial=0)) + 1) + decimetres, self.tail * size + self.head))
        order = order[~loops[order]]
        fresh = np.ones(len(order), dtype=bool)
        for values in (self.tail, self.head, kind, decimetres):
            fresh[1:] &= values[order[1:]] == values[order[:-1]]
        fresh[1:] = ~fresh[1:]
        group, first = np.flatnonzero(fresh), order[fresh]
        self.columns: dict[str, Any] = {
            name: np.array([getattr(each, name) for each in profiles], dtype=dtype)[number[first]]
            for name, dtype in _COLUMNS.items()
        }
        pairs = 0
        for name in ("oneway", "cycle_oneway"):
            said = np.array([1 if directed else getattr(each, name) for each in profiles], dtype=np.int8)[number]
            said = np.where(turned, -said, said)[order]
            forth, back = (np.maximum.reduceat(way, group) if len(group) else way for way in (said >= 0, said <= 0))
            self.columns[name] = (forth.astype(np.int8) - back.astype(np.int8)).astype(np.int8)
            if name == "oneway" and len(group):
                alone = np.maximum.reduceat(said > 0, group) & np.maximum.reduceat(said < 0, group)
                pairs = int(alone.sum())
        if doubles := len(order) - len(group) - pairs:
            self.lines.leave_out("double", int(self.lines.place[self.line[order[np.argmin(fresh)]]]), doubles)
        self.tail, self.head, self.metres = self.tail[first], self.head[first], self.metres[first]

    def _directed(self) -> bool:
        """Whether each line is one direction only: as the file says, else where most links stand there both ways."""
        said = self.lines.directed
        if said is None:
            size = len(self.lines.x) + 1
            said = len(self.tail) > 1 and bool(
                np.isin(self.tail * size + self.head, self.head * size + self.tail).mean() > 0.5
            )
            self.lines.about["read_as"] = "one direction a line" if said else "both directions a line"
        return said

    def with_gates(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats, NDArray[np.uint8]]:
        """Part the roads at each gate and put a link of no length between, that says who may pass."""
        lines = self.lines
        nodes = len(lon)
        rank = np.full(nodes, -1, dtype=np.int64)
        rank[lines.gate_point] = np.arange(len(lines.gate_point))
        ends = np.concatenate([self.tail, self.head])
        at = np.flatnonzero(rank[ends] >= 0)
        at = at[np.argsort(rank[ends[at]], kind="stable")]
        gate = rank[ends[at]]
        count = np.bincount(gate, minlength=len(lines.gates))[gate]
        first = np.ones(len(gate), dtype=bool)
        first[1:] = gate[1:] != gate[:-1]
        # a gate on a road parts it in two; at a crossing each road has its own copy of the gate, around the middle
        new = (count > 2) | ((count == 2) & ~first)
        at, gate = at[new], gate[new]
        copies = nodes + np.arange(len(gate))
        kind = np.zeros(nodes + len(gate), dtype=np.uint8)
        kind[lines.signals] = 2
        middle = lines.gate_point[gate]
        kind[middle], kind[copies] = 1, 1
        ends[at] = copies
        half = len(self.tail)
        self.tail, self.head = np.concatenate([ends[:half], middle]), np.concatenate([ends[half:], copies])
        self.metres = np.concatenate([self.metres, np.zeros(len(gate))])
        own: dict[str, Any] = {"way": CODE["gate"], "oneway": 0, "cycle_oneway": 0, "private": False, "kmh": np.nan}
        for name, dtype in _COLUMNS.items():
            values = [own[name] if name in own else getattr(each, name) for each in lines.gates]
            self.columns[name] = np.concatenate([self.columns[name], np.array(values, dtype=dtype)[gate]])
        self.columns["gate"] = np.concatenate([np.full(half, -1), gate])
        return np.append(lon, lon[middle]), np.append(lat, lat[middle]), kind

    def in_order(self, lon: Floats, lat: Floats, kind: NDArray[np.uint8]) -> tuple[dict[str, Any], Any, Any, Any]:
        """The columns of the links, and the corners that they use, neighbours near each other."""
        used = np.zeros(len(lon), dtype=bool)
        used[self.tail], used[self.head] = True, True
        here = np.flatnonzero(used)
        here = here[hilbert_order(lon[here], lat[here])]
        rank = np.full(len(lon), -1, dtype=np.int32)
        rank[here] = np.arange(len(here), dtype=np.int32)
        tail, head = rank[self.tail], rank[self.head]
        turned = tail > head
        tail, head = np.where(turned, head, tail), np.where(turned, tail, head)
        order = np.lexsort((self.columns["way"], self.metres, tail.astype(np.int64) * len(here) + head))
        columns = {name: values[order] for name, values in self.columns.items()}
        for name in ("oneway", "cycle_oneway"):
            columns[name] = np.where(turned[order], -columns[name], columns[name]).astype(np.int8)
        columns |= {"tail": tail[order], "head": head[order], "metres": self.metres[order]}
        return columns, lon[here], lat[here], kind[here]


_COLUMNS: dict[str, Any] = {
    "way": np.uint8, "oneway": np.int8, "cycle_oneway": np.int8, "foot": bool, "cycle": bool, "drive": bool,
    "private": bool, "stairs": bool, "kmh": np.float64,
}  # fmt: skip


def _straightened(lines: Lines, lon: Floats, lat: Floats, line: Ints) -> NDArray[np.bool_]:
    """Which points of the lines are kept: those where streets meet or end, and those that make the line's shape."""
    point = lines.point
    uses = np.bincount(point[point >= 0], minlength=len(lon))
    uses[lines.gate_point] = 9
    uses[lines.signals] = 9
    free = (point >= 0) & (uses[point] == 1) if len(point) else np.zeros(0, dtype=bool)
    scale = 111_319.5 * np.cos(np.radians(lat))
    x, y, scale = (np.append(values, np.nan)[point] for values in (lon, lat * 111_319.5, scale))
    kept = np.arange(len(point))
    for tolerance in ROUNDS:
        before, here, after = kept[:-2], kept[1:-1], kept[2:]
        inner = free[here] & (line[before] == line[here]) & (line[here] == line[after])
        before, after, here = before[inner], after[inner], here[inner]
        goes = np.zeros(len(kept), dtype=bool)
        goes[np.flatnonzero(inner) + 1] = _off(x, y, scale[here], before, here, after) < tolerance
        beside = np.zeros(len(kept), dtype=bool)
        beside[1:] |= goes[:-1]
        beside[:-1] |= goes[1:]
        # counted from the beginning of its line, so that it does not matter what stands before it in the file
        even = (np.arange(len(kept)) - np.searchsorted(line[kept], line[kept])) % 2 == 0
        kept = kept[~(goes & (even | ~beside))]
    mask = np.zeros(len(point), dtype=bool)
    mask[kept] = True
    return mask


def _off(lon: Floats, y: Floats, scale: Floats, before: Ints, here: Ints, after: Ints) -> Floats:
    """Metres from a point to the straight line between its neighbours; `scale`: metres of a degree of longitude."""
    ax, ay = (lon[before] - lon[here]) * scale, y[before] - y[here]
    bx, by = (lon[after] - lon[here]) * scale, y[after] - y[here]
    dx, dy = bx - ax, by - ay
    along = dx * dx + dy * dy
    share = np.clip(-(ax * dx + ay * dy) / np.where(along > 0, along, 1.0), 0.0, 1.0)
    return np.asarray(np.hypot(ax + share * dx, ay + share * dy))


def _walls(lines: Lines, system: str) -> dict[str, Any]:
    """The walls in WGS-84, by their ids; one with a point outside the world is left out."""
    lon, lat = _placed(lines.wall_x, lines.wall_y, system)
    count = np.diff(lines.wall_start)
    wall = np.repeat(np.arange(len(count)), count)
    bad = np.bincount(wall, weights=~np.isfinite(lon), minlength=len(count)) > 0
    good = np.flatnonzero(~bad & (count >= 2))
    good = good[np.argsort(lines.wall_osm[good], kind="stable")]
    count = count[good]
    starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    inside = np.arange(starts[-1]) + np.repeat(lines.wall_start[good] - starts[:-1], count)
    return {
        "wall_start": starts, "wall_lon": lon[inside], "wall_lat": lat[inside],
        "wall_kind": lines.wall_kind[good].astype(np.uint8), "wall_osm": lines.wall_osm[good],
        "wall_area": lines.wall_area[good].astype(bool),
    }  # fmt: skip
