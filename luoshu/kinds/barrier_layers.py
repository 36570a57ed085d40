"""Walls, gates and bridges on the map, those of the book and those of its street network, so that they can be tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.streets import BARRIERS as KINDS_OF_BARRIER
from luoshu.book.streets import Streets
from luoshu.kinds.barrier import BRIDGE_STATES, GATE_STATES, WALL_STATES, Bridge, Gate, Wall, of_map, passable
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.kinds.position import positions
from luoshu.kinds.travel import streets_of
from luoshu.kinds.wallines import wall_points
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

MOST = 50_000
"""So many walls or gates of the map are drawn; what lies beyond is left to the map itself."""


def barrier_layers(book: Book, day: date) -> Iterator[Layer]:
    """A layer each of walls, gates and bridges, where the book or its network has any; ids are keys of the tables."""
    streets = streets_of(book)
    for layer in (_walls(book, streets), _gates(book, streets, day), _bridges(book)):
        if len(layer):
            yield layer


def walls_of_map(book: Book) -> list[Wall]:
    """The walls of the street network as rows of their table: an id that speaks of the map's wall, and no line."""
    streets = streets_of(book)
    numbers = [] if streets is None else np.unique(streets.wall_osm).tolist()
    return [Wall(id=f"osm{number}", state="standing") for number in numbers if number > 0]


def gates_of_map(book: Book) -> list[Gate]:
    """The gates of the street network as rows of their table, where they stand and whom they let pass."""
    streets = streets_of(book)
    if streets is None:
        return []
    some = _gate_numbers(streets)
    links = streets.gate_edge[some]
    corner = streets.tail[links]
    kept = (streets.gate_osm[some], streets.lon[corner], streets.lat[corner],
            streets.foot[links], streets.cycle[links], streets.drive[links])  # fmt: skip
    return [
        Gate(id=f"osm{number}", x=lon, y=lat, system="WGS-84", state="open" if walk or cycle or drive else "closed",
             walk=walk or not (cycle or drive), cycle=cycle or not (walk or drive), drive=drive)
        for number, lon, lat, walk, cycle, drive in zip(*(each.tolist() for each in kept), strict=True)
    ]  # fmt: skip


def _gate_numbers(streets: Streets) -> Any:
    """The places in the list of gates at which each gate of the map first stands; a gate at a crossing has several."""
    numbers, first = np.unique(streets.gate_osm, return_index=True)
    return first[numbers > 0]


def _words(states: Sequence[str], known: dict[str, str]) -> LayerColumn:
    return LayerColumn(name=say("State"), values=[_word(each, known) for each in states])


def _word(state: str, known: dict[str, str]) -> Message:
    return named(known.get(state, state), state)


def _walls(book: Book, streets: Streets | None) -> Layer:
    rows = book.rows(Wall)
    spoken = {row.id: row for row in rows}
    geometries: list[dict[str, Any]] = []
    ids, names, states = [], [], []
    for row in rows:
        lines = (
            [] if of_map(row.id) else [np.stack(line, axis=1).round(7).tolist() for line in wall_points(row, book)[0]]
        )
        if lines:
            geometries.append({"type": "MultiLineString", "coordinates": lines})
            ids.append(row.id)
            names.append(row.name or row.id)
            states.append(row.state)
    for kind, number, _, points in streets.walls() if streets else ():
        name = f"osm{number}"
        if len(ids) == MOST:
            break
        geometries.append({"type": "LineString", "coordinates": points.round(7).tolist()})
        ids.append(name)
        names.append(spoken[name].name if name in spoken and spoken[name].name else kind)
        states.append(spoken[name].state if name in spoken else "standing")
    return Layer(
        id="walls", name=named("围墙", "Walls"), shape="lines", role="barriers", geometries=geometries, ids=ids,
        names=names, columns={"state": _words(states, WALL_STATES)}, table="wall",
    )  # fmt: skip


def _gates(book: Book, streets: Streets | None, day: date) -> Layer:
    rows = [row for row in book.rows(Gate) if not of_map(row.id)]
    spoken = {row.id: row for row in book.rows(Gate)}
    where = positions(rows, book)
    lon, lat = where.lon[where.good].tolist(), where.lat[where.good].tolist()
    placed = [row for row, good in zip(rows, where.good, strict=True) if good]
    ids, names = [row.id for row in placed], [row.name or row.id for row in placed]
    states = ["open" if passable(row, day) else row.state for row in placed]
    if streets is not None:
        some = _gate_numbers(streets)[: MOST - len(ids)]
        links = streets.gate_edge[some]
        corner = streets.tail[links]
        lon += streets.lon[corner].tolist()
        lat += streets.lat[corner].tolist()
        for number, kind, foot in zip(streets.gate_osm[some].tolist(), streets.gate_kind[some].tolist(),
                                      streets.foot[links].tolist(), strict=True):  # fmt: skip
            row = spoken.get(f"osm{number}")
            ids.append(f"osm{number}")
            names.append(row.name if row and row.name else KINDS_OF_BARRIER[kind])
            states.append(row.state if row else "open" if foot else "closed")
    return Layer(
        id="gates", name=named("出入口", "Gates"), shape="points", role="barriers", lon=np.array(lon),
        lat=np.array(lat), ids=ids, names=names, columns={"state": _words(states, GATE_STATES)}, table="gate",
    )  # fmt: skip


def _bridges(book: Book) -> Layer:
    from dataclasses import replace

    rows = book.rows(Bridge)
    one = positions(rows, book)
    two = positions([replace(row, x=row.to_x, y=row.to_y) for row in rows], book)
    there = [i for i in range(len(rows)) if one.good[i] and two.good[i]]
    ends = np.stack([one.lon, one.lat, two.lon, two.lat], axis=1).round(7).tolist()
    return Layer(
        id="bridges", name=named("桥梁通道", "Bridges"), shape="lines", role="barriers",
        geometries=[{"type": "LineString", "coordinates": [ends[i][:2], ends[i][2:]]} for i in there],
        ids=[rows[i].id for i in there], names=[rows[i].name or rows[i].id for i in there],
        columns={"state": _words([rows[i].state for i in there], BRIDGE_STATES)}, table="bridge",
    )  # fmt: skip
