"""Streets in tables (CSV, GeoJSON, GeoPackage, GraphML): which column says what, and lines put together from rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.streetclass import KEYS, WALLS, Profile, class_of, kmh_of, profile_of
from luoshu.book.streetlines import Lines, Profiles

ROLES: dict[str, tuple[str, ...]] = {
    "highway": ("highway", "fclass", "class", "road_class", "link_type", "type", "等级", "道路等级", "道路类型"),
    "maxspeed": ("maxspeed", "speed", "kmh", "kph", "speed_limit", "speed_kph", "速度", "限速"),
    "maxspeed:forward": ("maxspeed:forward", "speed_ab"),
    "maxspeed:backward": ("maxspeed:backward", "speed_ba"),
    "oneway": ("oneway", "one_way", "单行", "单向"),
    "direction": ("direction",),
    "modes": ("modes",),
    "length": ("length", "metres", "meters", "distance", "length_m", "长度"),
    "tail": ("tail", "from", "source", "u", "a_node", "from_node", "from_id", "node_a", "起点"),
    "head": ("head", "to", "target", "v", "b_node", "to_node", "to_id", "node_b", "终点"),
    "reversed": ("reversed",),
    "geometry": ("geometry", "geom", "wkt", "the_geom"),
    "osm": ("osm_id", "osmid", "link_id", "id", "fid", "编号"),
}
OTHERS = (
    "waterway",
    "railway",
    "aerialway",
    "building",
    "landuse",
    "natural",
    "power",
    "boundary",
    "leisure",
    "man_made",
)
"""Columns of OpenStreetMap that say what a line is that is no street."""
ROLES |= {key: (key,) for key in ("barrier", "other_tags", *OTHERS)}
ROLES |= {key: (key, key.replace(":", "_")) for key in KEYS if key not in ROLES}
"""What a column can say, by the names that it may have."""

PLANNED = frozenset(
    ["construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished", "raceway", "elevator",
     "escape", "bus_stop", "rest_area", "services", "规划", "在建"]
)  # fmt: skip
"""Classes of ways that nobody uses; any other unknown word is a street of unknown class."""
TELLING = ("highway", "maxspeed", "maxspeed:forward", "maxspeed:backward", "oneway", "direction", "modes", "other_tags")
_OTHER_TAGS = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
NO_LIMIT = frozenset(["", "0", "0.0", "none", "null", "nan", "signals", "variable", "unknown", "unposted", "-"])


def roles_of(names: Sequence[str]) -> dict[str, int]:
    """By role the place of the column that plays it; of two columns that could, the one named first in ROLES.

    >>> roles_of(["id", "起点", "终点", "LENGTH"])
    {'length': 3, 'tail': 1, 'head': 2, 'osm': 0}
    """
    folded = {name.strip().casefold(): place for place, name in reversed(list(enumerate(names)))}
    found = {role: next((folded[name] for name in known if name in folded), None) for role, known in ROLES.items()}
    return {role: place for role, place in found.items() if place is not None}


@dataclass
class Rows:
    """Streets growing row by row: what each says, and the lines of points that it is drawn by."""

    roles: Mapping[str, int]
    profiles: Profiles = field(default_factory=Profiles)
    number: list[int] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    not_streets: list[int] = field(default_factory=list)
    bad_speeds: list[int] = field(default_factory=list)
    by_class: bool = False
    _bad: set[Any] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._telling = [role for role in (*TELLING, *KEYS) if role in self.roles]
        self._telling = list(dict.fromkeys(self._telling))
        self._others = [self.roles[role] for role in ("barrier", *OTHERS) if role in self.roles]

    def wall(self, cells: Sequence[Any]) -> str:
        """The kind of wall that a row is, as in fence; "" where it is none."""
        said = {role: _word(cells[self.roles[role]]) for role in ("barrier", "highway") if role in self.roles}
        return said["barrier"] if said.get("barrier") in WALLS and not said.get("highway") else ""

    def add(self, cells: Sequence[Any], place: int) -> bool:
        """Take a row over; False where it is no street (planned, under construction)."""
        key = tuple([cells[self.roles[role]] for role in self._telling])
        number = self.profiles.number(key, partial(self._profile, key))
        if number < 0 or (self._others and self._is_other(cells)):
            self.not_streets.append(place)
            return False
        self.number.append(number)
        self.place.append(place)
        self.metres.append(_float(cells[self.roles["length"]]) if "length" in self.roles else math.nan)
        if key in self._bad:
            self.bad_speeds.append(place)
        if "tail" in self.roles and "head" in self.roles:
            self.ends.append((_word(cells[self.roles["tail"]]), _word(cells[self.roles["head"]])))
        return True

    def _is_other(self, cells: Sequence[Any]) -> bool:
        """Whether a line without a class is something else: a river, a railway, a wall."""
        named = "highway" in self.roles and _word(cells[self.roles["highway"]])
        return not named and any(_word(cells[place]) not in ("", "no") for place in self._others)

    def _profile(self, key: tuple[Any, ...]) -> Profile | None:
        said = dict(zip(self._telling, map(_word, key), strict=True))
        # as GDAL writes what has no column of its own, "oneway"=>"yes","maxspeed"=>"50": rivers are in that table too
        whole = "other_tags" in said and not said.get("highway")
        said = dict(_OTHER_TAGS.findall(said.pop("other_tags", ""))) | {key: word for key, word in said.items() if word}
        profile = None if whole and said.get("route") != "ferry" else row_profile(said)
        speeds = [said[role] for role in TELLING[1:4] if said.get(role, "").lower() not in NO_LIMIT]
        if any(math.isnan(kmh_of(text)) and not re.match(r"[A-Za-z]{2}:|\[", text) for text in speeds):
            self._bad.add(key)
        modes = said.get("modes", "")
        self.by_class |= bool(modes) and profile is not None and profile.foot and "w" not in modes
        return profile


def _word(value: Any) -> str:
    """A cell as a word; whole numbers without their point, so that node 7.0 is node 7."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return "" if value is None else str(value).strip()


def _float(value: Any) -> float:
    """A length; NaN where none is given, -1 where there is something else than a number."""
    if value is None or value == "":
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        return -1.0
    return -1.0 if math.isnan(number) else number


def row_profile(said: Mapping[str, str]) -> Profile | None:
    """What a street is by the words of its row, None for one that nobody uses.

    A class that is not known leaves the street open to all; letters of modes (c car, w walk, b bicycle, as in
    AequilibraE) say who may pass where the class does not, and whether cars may.

    >>> row_profile({"highway": "主干路"}).way == row_profile({"highway": "primary"}).way
    True
    >>> row_profile({"highway": "Allee"}).way
    0
    >>> street = row_profile({"highway": "residential", "modes": "ct", "direction": "-1"})
    >>> street.foot, street.drive, street.oneway
    (True, True, -1)
    """
    tags = {key: value for key, value in said.items() if value and key in KEYS}
    word = tags.get("highway", "")
    known = class_of(word)
    if not known and word.strip("[]'\"").lower() in PLANNED:
        return None
    tags["highway"] = known or ("ferry" if tags.get("route") == "ferry" else "unknown")
    direction = said.get("direction", "")
    if "oneway" not in tags and direction in ("1", "-1", "1.0", "-1.0"):
        tags["oneway"] = direction.removesuffix(".0")
    profile = profile_of(tags)
    assert profile is not None
    modes = said.get("modes", "")
    if modes:
        foot = "w" in modes or (bool(known) and profile.foot)
        cycle = "b" in modes or (bool(known) and profile.cycle)
        profile = profile._replace(foot=foot, cycle=cycle, drive="c" in modes and (profile.drive or not known))
    return profile


def assemble(
    rows: Rows, coordinates: NDArray[np.float64], counts: Iterable[int], owner: Sequence[int] | NDArray[Any],
    system: str,
) -> Lines:  # fmt: skip
    """Lines of the rows: `coordinates` (n x 2) of all parts one after the other, `counts` points of each part, and
    `owner`, the number of the row that each part belongs to.

    Points at the same place are one point; the ends of rows that name their nodes are those nodes.
    """
    count = np.fromiter(counts, dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    part = np.asarray(owner, dtype=np.int64)
    first, point = _same_places(coordinates)
    x, y = coordinates[first, 0], coordinates[first, 1]
    single = np.bincount(part, minlength=len(rows.number)) == 1
    if rows.ends and len(part):
        point, x, y = _named_ends(rows, part, single, start, point, x, y, coordinates)
    metres = np.where(single, np.array(rows.metres, dtype=np.float64), np.nan)[part] if len(part) else np.empty(0)
    made = Lines(
        x=x, y=y, system=system, start=start, point=point, metres=metres, profiles=rows.profiles.all,
        profile=np.array(rows.number, dtype=np.int32)[part], place=np.array(rows.place, dtype=np.int64)[part],
        directed=directed(rows.roles),
    )  # fmt: skip
    told(made, rows)
    return made


def directed(roles: Mapping[str, int]) -> bool | None:
    """Whether each row is one direction: no where a column says which streets are one-way, else it is not known."""
    return False if ("oneway" in roles or "direction" in roles) and "reversed" not in roles else None


def told(made: Lines, rows: Rows) -> None:
    """Count what the rows said that cannot be used."""
    for code, places in (("not-a-street", rows.not_streets), ("bad-speed", rows.bad_speeds)):
        if places:
            made.leave_out(code, places[0], len(places))
    if rows.by_class:
        made.about["walking"] = "by class"


def _same_places(coordinates: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first of the points at each place (to 1 cm), and for each point the number of its place."""
    if not len(coordinates):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    finite = np.isfinite(coordinates).all(axis=1)
    size = 1e-7 if np.abs(coordinates[finite]).max(initial=0.0) <= 400 else 0.01
    rounded = np.round(np.clip(np.nan_to_num(coordinates, nan=4e10), -4e10, 4e10) / size).astype(np.int64)
    order = np.lexsort((rounded[:, 1], rounded[:, 0]))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (rounded[order[1:]] != rounded[order[:-1]]).any(axis=1)
    point = np.empty(len(order), dtype=np.int64)
    point[order] = np.cumsum(new) - 1
    return order[new], point


def _named_ends(
    rows: Rows, part: NDArray[np.int64], single: NDArray[np.bool_], start: NDArray[np.int64],
    point: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64], coordinates: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """The points with the ends of rows replaced by the nodes that the rows name: a bridge meets nothing below it."""
    named: dict[str, int] = {}
    at: list[int] = []
    point = point.copy()
    for i in np.flatnonzero(single[part]).tolist():
        for name, where in zip(rows.ends[part[i]], (start[i], start[i + 1] - 1), strict=True):
            if name:
                number = named.setdefault(name, len(named))
                if number == len(at):
                    at.append(int(where))
                point[where] = len(x) + number
    places = coordinates[np.array(at, dtype=np.int64)] if at else np.empty((0, 2))
    return point, np.concatenate([x, places[:, 0]]), np.concatenate([y, places[:, 1]])
