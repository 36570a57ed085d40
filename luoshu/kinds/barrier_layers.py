"""Walls, gates and bridges on the map, those of the book and those of its street network, so that they can be tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.streets import BARRIERS as KINDS_OF_BARRIER
from luoshu.book.streets import Streets
from luoshu.kinds.barrier import BRIDGE_STATES, GATE_STATES, WALL_STATES, Bridge, Gate, Wall, passable
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
        lines = [np.stack(line, axis=1).round(7).tolist() for line in wall_points(row, book)[0]]
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
    rows = [row for row in book.rows(Gate) if row.x is not None]
    spoken = {row.id: row for row in book.rows(Gate)}
    where = positions(rows, book)
    lon, lat = where.lon[where.good].tolist(), where.lat[where.good].tolist()
    placed = [row for row, good in zip(rows, where.good, strict=True) if good]
    ids, names = [row.id for row in placed], [row.name or row.id for row in placed]
    states = ["open" if passable(row, day) else row.state for row in placed]
    if streets is not None:
        numbers, first = np.unique(streets.gate_osm, return_index=True)  # a gate at a crossing has several links
        some = first[numbers > 0][: MOST - len(ids)]
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
