"""The book's streets as one kind of traveller may use them: minutes each way, and where a door may open onto them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.streets import CLASSES, Mode, Streets
from luoshu.kinds.commitment import Reason
from luoshu.kinds.travel import MODES, WALKERS
from luoshu.kinds.travel_speed import DEFAULTS, Speeds
from luoshu.methods.snap import Segments, segments
from luoshu.methods.sphere import Plane
from luoshu.methods.ways import Ways, join
from luoshu.words.message import say

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NO_DOORS = ("motorway", "motorway_link", "ferry", "gate")
"""Classes onto which no door opens."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pavement:
    """The links that may be used, without regard to walls: `street` is each one's number in the book's network.

    -1 stands for the way out of private ground. `body`: the links that hang together with most of the network;
    `main` and `rest` are the links a door may open onto, of the body and of its islands, ready for snapping;
    `main_link` and `rest_link` are their numbers. `public`: the same without doors on private ground, for sites;
    None where there is none. `kept`: what was snapped onto it, by the places asked about.
    """

    plane: Plane
    way: Ways
    street: Ints
    body: Flags
    main: Segments
    main_link: Ints
    rest: Segments
    rest_link: Ints
    metres_per_minute: float
    door_metres_per_minute: float
    because: tuple[Reason, ...]
    public: Pavement | None = None
    kept: dict[Hashable, Any] = field(default_factory=dict)


def pavement(streets: Streets, speeds: Speeds, mode: Mode, walker: str) -> Pavement:
    """The streets for a mode and a walker; gates of the map that are shut are among the links, barred both ways."""
    may = streets.allowed(mode).copy()
    if mode == "walk" and walker == "wheelchair":
        may &= ~streets.stairs
    gate = np.zeros(streets.edges, dtype=np.bool_)
    gate[streets.gate_edge] = True
    street = np.flatnonzero(may | gate)
    pace, guessed = _paces(streets, speeds, mode, walker)
    minutes = np.where(may[street], streets.metres[street] / pace[street], np.inf)
    direction = streets.directions(mode)[street]
    plane = Plane.around(streets.lon, streets.lat)
    x, y = plane.metres(streets.lon, streets.lat)
    way = Ways(
        x=x, y=y, tail=streets.tail[street].astype(np.int64), head=streets.head[street].astype(np.int64),
        forth=np.where(direction >= 0, minutes, np.inf), back=np.where(direction <= 0, minutes, np.inf),
    )  # fmt: skip
    lived = np.flatnonzero(streets.private & ~may) if mode == "walk" else street[:0]
    if walker == "wheelchair":
        lived = lived[~streets.stairs[lived]]
    open_gates = np.flatnonzero(gate & may)
    way, street = _with_private(way, street, streets, lived, open_gates, streets.metres / pace)
    body = _body(way, np.where(street >= 0, streets.metres[street], 0.0), speeds.number("island_share"))
    no_doors = [CLASSES.index(name) for name in NO_DOORS]
    doors = (street >= 0) & ~np.isin(streets.way[street], no_doors)
    pace_over = speeds.metres_per_minute(mode, walker)
    if mode == "drive":
        pace_over = speeds.number("drive_km_per_hour", "service") * 1000 / 60
    made = Pavement(
        plane=plane, way=way, street=street, body=body, **_onto(way, body, doors), metres_per_minute=pace_over,
        door_metres_per_minute=speeds.metres_per_minute("walk", walker),
        because=_because(streets, speeds, mode, walker, int(guessed[street].sum()), len(street)),
    )  # fmt: skip
    if not len(lived):
        return made
    return replace(made, public=replace(made, **_onto(way, body, doors & ~np.isin(street, lived)), kept={}))


def _with_private(
    way: Ways, street: Ints, streets: Streets, lived: Ints, gates: Ints, minutes: Floats
) -> tuple[Ways, Ints]:
    """The ways with private streets as a layer of their own, that one may leave everywhere and enter nowhere.

    So those who live there come out, and nobody walks through. Gates between private streets belong to the layer too.
    """
    if not len(lived):
        return way, street
    corner = np.unique(np.concatenate([streets.tail[lived], streets.head[lived]])).astype(np.int64)
    copy = np.full(way.nodes, -1, dtype=np.int64)
    copy[corner] = way.nodes + np.arange(len(corner))
    inner = np.concatenate([lived, gates[(copy[streets.tail[gates]] >= 0) & (copy[streets.head[gates]] >= 0)]])
    nothing = np.zeros(len(corner))
    added = replace(way, x=np.concatenate([way.x, way.x[corner]]), y=np.concatenate([way.y, way.y[corner]]))
    added = join(added, copy[streets.tail[inner]], copy[streets.head[inner]], minutes[inner], minutes[inner])
    added = join(added, copy[corner], corner, nothing, nothing + np.inf)
    return added, np.concatenate([street, inner, np.full(len(corner), -1)])


def _onto(way: Ways, body: Flags, doors: Flags) -> dict[str, Any]:
    """The links that a door may open onto, ready for snapping."""
    main, rest = np.flatnonzero(body & doors), np.flatnonzero(~body & doors)
    return {"main": _lines(way, main), "main_link": main, "rest": _lines(way, rest), "rest_link": rest}


def _lines(way: Ways, link: Ints) -> Segments:
    tail, head = way.tail[link], way.head[link]
    return segments(way.x[tail], way.y[tail], way.x[head], way.y[head])


def _body(way: Ways, metres: Floats, share: float) -> Flags:
    """The links of the parts that have at least so large a share of the largest part's length."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(way):
        return np.zeros(0, dtype=np.bool_)
    used = np.isfinite(np.minimum(way.forth, way.back))  # one way suffices to hang together
    ends = way.tail[used], way.head[used]
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(way.nodes, way.nodes))
    _, part = connected_components(graph.tocsr(), directed=False)
    length = np.bincount(part[way.tail], weights=metres)
    return np.asarray((length >= share * length.max())[part[way.tail]])


def _paces(streets: Streets, speeds: Speeds, mode: Mode, walker: str) -> tuple[Floats, Flags]:
    """Metres a minute on each link, and on which links the class is missing, so that the pace is that of `other`."""
    name = np.array(CLASSES)[streets.way]
    by_class = np.full(len(CLASSES), speeds.metres_per_minute(mode, walker))
    guessed = np.zeros(streets.edges, dtype=np.bool_)
    if mode == "drive":
        known = speeds.values["drive_km_per_hour"]
        plain = [each.removesuffix("_link") for each in CLASSES]
        by_class = np.array([known.get(each, known["other"]) for each in plain])
        kmh = np.where(np.isnan(streets.kmh), by_class[streets.way], streets.kmh)
        unclassed = np.isin(name, ("unknown", "road"))
        guessed = np.isnan(streets.kmh) & unclassed
        pace = kmh * speeds.number("drive_share_of_limit") * 1000 / 60
    else:
        if walker == "wheelchair" and mode == "walk":
            for each, share in speeds.values["wheelchair_share"].items():
                if each in CLASSES:
                    by_class[CLASSES.index(each)] *= share
        pace = by_class[streets.way]
        pace = np.where(streets.stairs, pace * speeds.number("stairs_share"), pace)
    ferry = streets.way == CLASSES.index("ferry")
    return np.where(ferry, speeds.number("ferry_km_per_hour") * 1000 / 60, pace), guessed


def _because(streets: Streets, speeds: Speeds, mode: Mode, walker: str, guessed: int, links: int) -> tuple[Reason, ...]:
    """How the minutes come about, in sentences."""
    source = streets.about.get("source", "")
    stated = source if isinstance(source, Mapping) else {"file": source}
    named = (stated.get("file"), stated.get("attribution"), streets.about.get("attribution"))
    credit = ", ".join(dict.fromkeys(str(each) for each in named if each))
    along = say("minutes are along {count:,.0f} links of the book's street network {mode} ({credit})", count=links,
                mode=MODES[mode], credit=credit or "—")  # fmt: skip
    reasons = [Reason(says=along)]
    if mode == "walk":
        pace = speeds.metres_per_minute("walk", walker)
        told = say("{walker} walk {speed:g} metres a second, {pace:g} metres a minute", walker=WALKERS[walker],
                   speed=speeds.number("walk_metres_per_second", walker), pace=round(pace, 1))  # fmt: skip
        reasons.append(speeds.reason(told, "walk_metres_per_second", walker))
        if walker == "wheelchair":
            reasons.append(Reason(says=say("wheelchair users take no stairs")))
    elif mode == "cycle":
        told = say("{speed:g} kilometres an hour {mode}", speed=speeds.number("cycle_km_per_hour"), mode=MODES[mode])
        reasons.append(speeds.reason(told, "cycle_km_per_hour", "cycle"))
    else:
        share = round(100 * speeds.number("drive_share_of_limit"))
        told = say("cars go at {share}% of the speed limit, or of the usual speed of the street's class, for junctions "
                   "and turns", share=share)  # fmt: skip
        reasons.append(speeds.reason(told, "drive_share_of_limit", "drive"))
    if guessed:
        other = speeds.values.get("drive_km_per_hour", DEFAULTS["drive_km_per_hour"])["other"]
        told = say("{count} of {all} links have neither a speed limit nor a class; {speed:g} kilometres an hour are "
                   "assumed for them", count=guessed, all=links, speed=other)  # fmt: skip
        reasons.append(Reason(says=told, tone="warn"))
    return tuple(reasons)
