"""Walls, gates and bridges laid over the streets: where links are cut, where they are joined, where a gate lets in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.book.streets import Mode, Streets
from luoshu.kinds.barrier import Bridge, Gate, Wall, of_map, passable
from luoshu.kinds.position import positions
from luoshu.kinds.wallines import wall_points
from luoshu.methods.snap import Segments, crossings, segments, several, snap
from luoshu.methods.sphere import Plane
from luoshu.methods.touching import corner_cuts
from luoshu.methods.ways import Ways, divide, join

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.pavement import Pavement
    from luoshu.kinds.travel_speed import Speeds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Line = tuple[Floats, Floats]
NEAREST = 16
"""So many of the nearest links are tried before a gate or a home counts as walled off from all of them."""
ON_STREET = 1.0
"""Metres within which a gate stands on a street."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Gates:
    """Open gates: where they stand on the plane, and the links as given that one comes to there, with the metres.

    `gate`, `link`, `share`, `metres` belong together: gate number `gate[i]` leads to so far along link `link[i]`.
    """

    x: Floats
    y: Floats
    gate: Ints
    link: Ints
    share: Floats
    metres: Floats

    def rows(self) -> Floats:
        """One row for each gate and each link that it leads to: all that is known of them."""
        led = np.stack([self.x[self.gate], self.y[self.gate], self.link, self.share, self.metres], axis=1)
        idle = np.setdiff1d(np.arange(len(self.x)), self.gate)
        none = np.full(len(idle), -1.0)
        return np.concatenate([led, np.stack([self.x[idle], self.y[idle], none, none, none], axis=1)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Barred:
    """The ways with everything that bars and joins: `walls` that stand, `gates` that are open, both for this mode.

    `rings` are the closed lines among the walls. `cuts`: at how many places a street ends at a wall. `loose`: bridges
    that meet no street.
    """

    way: Ways
    walls: Segments
    rings: tuple[Line, ...]
    gates: Gates
    cuts: int
    loose: tuple[Bridge, ...]


def map_gates(streets: Streets, book: Book, mode: Mode, day: date, near: float) -> tuple[Ints, Ints]:
    """The links of gates of the map that the book's table opens for this mode, and those that it shuts."""
    rows = book.rows(Gate)
    if not rows or not len(streets.gate_edge):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    plane = Plane.around(streets.lon, streets.lat)
    corner = streets.tail[streets.gate_edge]
    x, y = plane.metres(streets.lon[corner], streets.lat[corner])
    where = positions(rows, book)
    at_x, at_y = plane.metres(where.lon, where.lat)
    opened: list[int] = []
    shut: list[int] = []
    for row, east, north in zip(rows, at_x.tolist(), at_y.tolist(), strict=True):
        meant = streets.gate_osm == int(row.id[3:]) if of_map(row.id) else np.hypot(x - east, y - north) <= near
        links = streets.gate_edge[meant].tolist()
        if row.state != "planned" or passable(row, day):
            (opened if passable(row, day) and getattr(row, mode) else shut).extend(links)
    return np.array(opened, dtype=np.int64), np.array([e for e in shut if e not in opened], dtype=np.int64)


def bar(book: Book, streets: Streets, floor: Pavement, speeds: Speeds, mode: Mode, walker: str, day: date) -> Barred:
    """Lays the barriers of map and book over the streets, as they stand on the day."""
    near, reach = speeds.number("gate_metres"), speeds.number("gate_to_street_metres")
    drawn, own = standing_walls(book, streets, floor)
    walls = _as_segments([*drawn, *own])
    floor = _with_map_gates(floor, *map_gates(streets, book, mode, day, near))
    spots = _open_spots(book, streets, floor, walls, mode, day, near)
    tail, head = floor.way.tail, floor.way.head
    x, y = floor.way.x, floor.way.y
    link, _, share = crossings(walls, x[tail], y[tail], x[head], y[head])
    at_corner = corner_cuts(floor.way, own)
    link, share = np.append(link, at_corner[0]), np.append(share, at_corner[1])
    through = _near_gate(*floor.way.at(link, share), spots[:, 0], spots[:, 1], near)
    shut = _shut_on_streets(book, floor)
    cut_link, cut_share = np.append(link[through < 0], shut[0]), np.append(share[through < 0], shut[1])
    gates, passes = _gate_doors(floor, walls, spots, (through, link, share), near, reach)
    bridges = [row for row in book.rows(Bridge) if passable(row, day) and getattr(row, mode)]
    if mode == "walk" and walker == "wheelchair":
        bridges = [row for row in bridges if not row.stairs]
    joints, loose = _bridge_joints(book, bridges, floor, walls, speeds.number("farthest_metres", mode))
    joints = np.concatenate([passes, joints])
    marks = np.concatenate([cut_link, joints[:, 0], joints[:, 2]]).astype(np.int64)
    shares = np.concatenate([cut_share, joints[:, 1], joints[:, 3]])
    open_ = np.arange(len(marks)) >= len(cut_link)
    way, corner = divide(floor.way, marks, shares, open_)
    ends = corner[open_]
    minutes = joints[:, 4] / floor.metres_per_minute
    way = join(way, ends[: len(joints)], ends[len(joints) :], minutes, minutes)
    rings = tuple(line for line in (*drawn, *own) if len(line[0]) > 3 and all(axis[0] == axis[-1] for axis in line))
    return Barred(way=way, walls=walls, rings=rings, gates=gates, cuts=len(cut_link), loose=tuple(loose))


def standing_walls(book: Book, streets: Streets, floor: Pavement) -> tuple[list[Line], list[Line]]:
    """The walls that stand, those of the map and those of the book: x and y of the corners of each line."""
    rows = book.rows(Wall)
    spoken = {int(row.id[3:]): row for row in rows if of_map(row.id)}
    stands = [i for i, osm in enumerate(streets.wall_osm.tolist())
              if osm not in spoken or spoken[osm].state == "standing"]  # fmt: skip
    start, plane = streets.wall_start, floor.plane
    drawn = [plane.metres(streets.wall_lon[start[i] : start[i + 1]], streets.wall_lat[start[i] : start[i + 1]])
              for i in stands]  # fmt: skip
    known = floor.kept.setdefault("walls", {})
    own: list[Line] = []
    for row in rows:
        if row.state == "standing":
            if row not in known:
                known[row] = [plane.metres(lon, lat) for lon, lat in wall_points(row, book)[0]]
            own += known[row]
    return drawn, own


def _as_segments(lines: Sequence[Line]) -> Segments:
    parts = [np.concatenate([np.empty(0), *some]) for some in (
        [x[:-1] for x, _ in lines], [y[:-1] for _, y in lines], [x[1:] for x, _ in lines], [y[1:] for _, y in lines]
    )]  # fmt: skip
    return segments(*parts)


def _with_map_gates(floor: Pavement, opened: Ints, shut: Ints) -> Pavement:
    """The pavement with some gates of the map open or shut whatever the map says."""
    if not len(opened) and not len(shut):
        return floor
    forth, back = floor.way.forth.copy(), floor.way.back.copy()
    for links, minutes in ((opened, 0.0), (shut, np.inf)):
        here = np.isin(floor.street, links) & (floor.street >= 0)
        forth[here] = back[here] = minutes
    return replace(floor, way=replace(floor.way, forth=forth, back=back))


def _shut_on_streets(book: Book, floor: Pavement) -> tuple[Ints, Floats]:
    """Where a gate that is closed stands on a street: there it ends, with or without a wall."""
    rows = [row for row in book.rows(Gate) if row.state == "closed" and not of_map(row.id)]
    where = positions(rows, book)
    lines, numbers = _doors_onto(floor)
    edge, share, _ = snap(lines, *floor.plane.metres(where.lon, where.lat), within=ON_STREET)
    return numbers[edge[edge >= 0]], share[edge >= 0]


def _open_spots(
    book: Book, streets: Streets, floor: Pavement, walls: Segments, mode: Mode, day: date, near: float
) -> Floats:
    """Where gates are open for this mode: x, y and whether the book names it (1) or the map (0)."""
    rows = [row for row in book.rows(Gate) if passable(row, day) and getattr(row, mode) and not of_map(row.id)]
    where = positions(rows, book)
    x, y = floor.plane.metres(where.lon[where.good], where.lat[where.good])
    named = np.stack([x, y, np.ones(len(x))], axis=1)
    links = np.flatnonzero(np.isin(floor.street, streets.gate_edge) & np.isfinite(floor.way.forth))
    corner = floor.way.tail[links]
    mapped = np.stack([floor.way.x[corner], floor.way.y[corner], np.zeros(len(corner))], axis=1)
    in_wall = np.isfinite(snap(walls, mapped[:, 0], mapped[:, 1], within=near)[2])
    return np.concatenate([named, mapped[in_wall]])


def _near_gate(x: Floats, y: Floats, gate_x: Floats, gate_y: Floats, near: float) -> Ints:
    """For each place the number of the nearest gate within so many metres; -1 where there is none."""
    if not len(x) or not len(gate_x):
        return np.full(len(x), -1, dtype=np.int64)
    return snap(segments(gate_x, gate_y, gate_x, gate_y), x, y, within=near)[0]


def blocked(
    walls: Segments, gates: tuple[Floats, Floats], near: float, px: Floats, py: Floats, qx: Floats, qy: Floats
) -> NDArray[np.bool_]:
    """Which of the straight ways from p to q cross a wall other than at an open gate."""
    line, _, share = crossings(walls, px, py, qx, qy)
    at_x, at_y = px[line] + share * (qx - px)[line], py[line] + share * (qy - py)[line]
    found = np.zeros(len(px), dtype=np.bool_)
    found[line[_near_gate(at_x, at_y, *gates, near) < 0]] = True
    return found


def _gate_doors(
    floor: Pavement, walls: Segments, spots: Floats, crossed: tuple[Ints, Ints, Floats], near: float, reach: float
) -> tuple[Gates, Floats]:
    """Where each gate lets onto the streets; and the passages that gates make where no street runs through them.

    Passages are rows of link, share, other link, its share, metres between the two.
    """
    x, y = spots[:, 0], spots[:, 1]
    lines, numbers = _doors_onto(floor)
    edge, share, metres = several(lines, x, y, NEAREST, within=reach)
    link = np.where(edge >= 0, numbers[edge] if len(numbers) else -1, -1)
    to_x, to_y = floor.way.at(np.maximum(link, 0), np.nan_to_num(share)) if len(floor.way) else (share, share)
    here_x, here_y = (np.repeat(values, NEAREST) for values in (x, y))
    shut = blocked(walls, (x, y), near, here_x, here_y, to_x.ravel(), to_y.ravel()).reshape(link.shape)
    wall, _, _ = snap(walls, x, y, within=near)
    side = np.where(metres <= ON_STREET, 0, _side(walls, wall, to_x, to_y))
    through, run_link, run_share = crossed
    run = np.flatnonzero(through >= 0)
    alone = ~np.isin(np.arange(len(spots)), through)
    found = [np.stack([through[run], run_link[run], run_share[run], np.zeros(len(run))], axis=1)]
    for each in (0, 1, -1):  # on the gate's own spot, and on either side of the wall
        fits = (side == each) & ~shut & (link >= 0)
        first, some = np.argmax(fits, axis=1), np.flatnonzero(fits.any(axis=1) & alone)
        at = some, first[some]
        found.append(np.stack([some, link[at], share[at], metres[at]], axis=1))
    passes = _passages(found[1:], (spots[:, 2] > 0) & (wall >= 0))
    rows = np.concatenate(found)
    gates = Gates(x=x, y=y, gate=rows[:, 0].astype(np.int64), link=rows[:, 1].astype(np.int64), share=rows[:, 2],
                  metres=rows[:, 3])  # fmt: skip
    return gates, passes


def _passages(sides: Sequence[Floats], made: NDArray[np.bool_]) -> Floats:
    """From the nearest street of each gate to the nearest on its other sides: link, share, link, share, metres."""
    rows = np.concatenate(sides)
    rows = rows[made[rows[:, 0].astype(np.int64)]]
    rows = rows[np.lexsort((rows[:, 3], rows[:, 0]))]
    first = np.searchsorted(rows[:, 0], rows[:, 0], "left")
    other = np.flatnonzero(first != np.arange(len(rows)))
    near = rows[first[other]]
    return np.concatenate([near[:, 1:3], rows[other, 1:3], (near[:, 3] + rows[other, 3])[:, None]], axis=1)


def _side(walls: Segments, wall: Ints, x: Floats, y: Floats) -> Ints:
    """On which side of a segment of wall (one for each row of places) they lie: -1 or 1; 1 without a wall."""
    if not len(walls):
        return np.ones(x.shape, dtype=np.int64)
    ax, ay, bx, by = (values[np.maximum(wall, 0)][:, None] for values in (walls.ax, walls.ay, walls.bx, walls.by))
    return np.where(((bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0) | (wall < 0)[:, None], 1, -1)


def _doors_onto(floor: Pavement) -> tuple[Segments, Ints]:
    """All links that a public door may open onto, of the body and of the islands."""
    floor = floor.public or floor
    if not len(floor.rest):
        return floor.main, floor.main_link
    if "all doors" not in floor.kept:
        both = [np.concatenate([getattr(floor.main, n), getattr(floor.rest, n)]) for n in ("ax", "ay", "bx", "by")]
        floor.kept["all doors"] = segments(*both), np.concatenate([floor.main_link, floor.rest_link])
    kept: tuple[Segments, Ints] = floor.kept["all doors"]
    return kept


def _bridge_joints(
    book: Book, rows: Sequence[Bridge], floor: Pavement, walls: Segments, reach: float
) -> tuple[Floats, list[Bridge]]:
    """Rows of link, share, other link, its share, metres for each bridge; and the bridges that meet no street."""
    if not rows:
        return np.empty((0, 5)), []
    one = positions(rows, book)
    two = positions([replace(row, x=row.to_x, y=row.to_y) for row in rows], book)
    ends = [floor.plane.metres(each.lon, each.lat) for each in (one, two)]
    lines, numbers = _doors_onto(floor)
    met, nowhere = [], (np.empty(0), np.empty(0))
    for x, y in ends:
        edge, share, far = several(lines, x, y, NEAREST, within=reach)
        link = np.where(edge >= 0, numbers[edge] if len(numbers) else -1, -1)
        met.append(nearest_seen(floor.way, walls, nowhere, 0.0, x, y, link, share, far))
    straight = np.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1])
    length = np.array([np.nan if row.metres is None else row.metres for row in rows])
    length = np.where(np.isnan(length), straight, length) + met[0][2] + met[1][2]
    good = (met[0][0] >= 0) & (met[1][0] >= 0) & np.isfinite(length)
    joints = np.stack([met[0][0], met[0][1], met[1][0], met[1][1], length], axis=1)[good]
    return joints, [row for row, joined in zip(rows, good, strict=True) if not joined]


def nearest_seen(
    way: Ways,
    walls: Segments,
    gates: tuple[Floats, Floats],
    near: float,
    x: Floats,
    y: Floats,
    link: Ints,
    share: Floats,
    metres: Floats,
) -> tuple[Ints, Floats, Floats]:
    """Of several links for each place (tables, nearest first) the first that no wall hides; -1 where there is none."""
    count, many = link.shape
    at_x, at_y = way.at(np.maximum(link, 0).ravel(), np.nan_to_num(share).ravel())
    shut = blocked(walls, gates, near, np.repeat(x, many), np.repeat(y, many), at_x, at_y).reshape(count, many)
    free = ~shut & (link >= 0)
    best, row, none = np.argmax(free, axis=1), np.arange(count), ~free.any(axis=1)
    return (
        np.where(none, -1, link[row, best]),
        np.where(none, 0.0, share[row, best]),
        np.where(none, np.inf, metres[row, best]),
    )


def cut_pieces(floor: Pavement, barred: Barred, x: Floats, y: Floats, within: float) -> tuple[Ints, Floats, Floats]:
    """The nearest pieces of links that walls cut, as places on the whole links, a hair away from the cut."""
    way = barred.way
    doors = np.isin(way.owner, np.concatenate([floor.main_link, floor.rest_link])) & (way.ends > way.begins)
    piece = np.flatnonzero(doors) + way.given
    edge, share, metres = several(
        segments(way.x[way.tail[piece]], way.y[way.tail[piece]], way.x[way.head[piece]], way.y[way.head[piece]]),
        x, y, NEAREST, within=within,
    )  # fmt: skip
    if not len(piece):
        return edge, share, metres
    which = np.flatnonzero(doors)[edge]
    begin, end = way.begins[which], way.ends[which]
    inside = begin + np.clip(share, 1e-6, 1 - 1e-6) * (end - begin)
    return np.where(edge >= 0, way.owner[which], -1), inside, metres
