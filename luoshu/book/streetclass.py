"""What the tags of a street say: its class, who may pass, which way, how fast; and what a gate lets through."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from luoshu.book.streets import BARRIERS, CLASSES


class Profile(NamedTuple):
    """What a stretch of street is: code into CLASSES, one-ways (0, 1, -1), who may pass, limit in km/h (NaN).

    `private`: walkers are kept out only because it is private, so that who lives there may pass.
    """

    way: int
    oneway: int
    cycle_oneway: int
    foot: bool
    cycle: bool
    drive: bool
    stairs: bool
    private: bool
    kmh: float


class Gate(NamedTuple):
    """What a barrier at a point is: code into BARRIERS, who may pass, whether it stops a wheelchair."""

    kind: int
    foot: bool
    cycle: bool
    drive: bool
    stairs: bool


CODE = {name: code for code, name in enumerate(CLASSES)}
BARRIER = {name: code for code, name in enumerate(BARRIERS)}
KEYS = (
    "highway", "route", "access", "foot", "vehicle", "bicycle", "motor_vehicle", "motorcar", "motorroad", "oneway",
    "oneway:bicycle", "junction", "cycleway", "maxspeed", "maxspeed:forward", "maxspeed:backward", "wheelchair",
    "ramp:wheelchair", "area",
)  # fmt: skip
"""The tags that `profile_of` looks at."""
GATE_KEYS = ("barrier", "access", "foot", "vehicle", "bicycle", "motor_vehicle", "motorcar", "locked", "wheelchair")
"""The tags that `gate_of` looks at."""
WALLS = frozenset(["wall", "fence", "city_wall", "retaining_wall", "hedge"])
"""Barriers along a line that nobody walks through."""

_ALL, _SLOW, _WALK, _NONE = (True, True, True), (True, True, False), (True, False, False), (False, False, False)
_OPEN = {name: _ALL for name in CLASSES} | {
    "motorway": (False, False, True), "motorway_link": (False, False, True), "busway": _NONE,
    "pedestrian": _WALK, "footway": _WALK, "path": _SLOW, "bridleway": _WALK, "cycleway": _SLOW, "corridor": _WALK,
    "platform": _WALK, "steps": _WALK, "ferry": _SLOW,
}  # fmt: skip
"""By class, whom the rules of the road let pass where no tag says otherwise: on foot, by cycle, by car."""
_ALIASES = {
    "centroid_connector": "connector", "speedway": "motorway", "expressway": "trunk", "motorway_junction": "motorway",
    "highway": "unknown", "street": "residential", "minor": "unclassified", "sidewalk": "footway", "crossing":
    "footway", "stairs": "steps", "bus_guideway": "busway", "track_grade1": "track", "track_grade2": "track",
    "track_grade3": "track", "track_grade4": "track", "track_grade5": "track",
    "高速公路": "motorway", "快速路": "trunk", "国道": "trunk", "省道": "primary", "县道": "secondary",
    "乡道": "tertiary", "村道": "unclassified", "主干路": "primary", "次干路": "secondary", "支路": "tertiary",
    "居住区道路": "residential", "内部道路": "service", "步行街": "pedestrian", "人行道": "footway",
    "自行车道": "cycleway", "台阶": "steps", "轮渡": "ferry",
}  # fmt: skip
_CLOSED = frozenset(
    ["no", "private", "military", "emergency", "agricultural", "forestry", "agricultural;forestry", "delivery", "psv",
     "bus", "residents", "use_sidepath", "dismount", "closed", "restricted"]
)  # fmt: skip
_YES, _NO, _BACK = (
    frozenset(["yes", "1", "true", "t_f", "f", "ft", "forward", "是", "单向"]),
    frozenset(["no", "0", "false", "b", "both", "", "否", "双向"]),
    frozenset(["-1", "reverse", "t", "tf", "backward"]),
)
_GATES = {
    "gate": _ALL, "lift_gate": _ALL, "swing_gate": _ALL, "sliding_gate": _ALL, "entrance": _ALL, "toll_booth": _ALL,
    "border_control": _ALL, "turnstile": _WALK, "kissing_gate": _WALK, "stile": _WALK, "bollard": _SLOW,
    "block": _SLOW, "cycle_barrier": _SLOW, "wall": _NONE, "fence": _NONE, "city_wall": _NONE,
    "retaining_wall": _NONE, "hedge": _NONE, "barrier": _SLOW,
}  # fmt: skip
_GATE_ALIASES = {
    "full-height_turnstile": "turnstile", "hampshire_gate": "gate", "bump_gate": "gate", "sally_port": "gate",
    "security_gate": "gate", "rolling_gate": "sliding_gate", "wicket_gate": "gate", "guard_stone": "bollard",
    "jersey_barrier": "block", "planter": "block", "log": "block", "motorcycle_barrier": "block", "chain": "block",
    "rope": "block", "yes": "fence", "debris": "wall", "bar": "gate", "门": "gate", "大门": "gate",
}  # fmt: skip
_NO_BARRIER = frozenset(["no", "kerb", "cattle_grid", "height_restrictor", "coupure", "ditch", "guard_rail", "arch"])
_UNIT = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "公里/小时": 1.0, "mph": 1.609344, "knots": 1.852}


def class_of(word: str) -> str:
    """The class that a word names, "" where it names none.

    >>> class_of("residential"), class_of("['primary', 'trunk']"), class_of("次干路"), class_of("proposed")
    ('residential', 'primary', 'secondary', '')
    """
    word = word.strip().lower()
    if word.startswith("["):
        word = re.split(r"['\",\[\]\s]+", word)[1] if re.search(r"\w", word) else ""
    word = _ALIASES.get(word, word)
    return word if word in CODE and word != "gate" else ""


def profile_of(tags: Mapping[str, str]) -> Profile | None:
    """What a way with these tags is, None where it is no street that anybody uses (planned, under construction, ...).

    >>> street = profile_of({"highway": "residential", "oneway": "-1", "maxspeed": "20 mph"})
    >>> street.foot, street.drive, street.oneway, street.kmh
    (True, True, -1, 32.18688)
    >>> profile_of({"highway": "footway", "foot": "private"}).foot
    False
    >>> print(profile_of({"highway": "construction"}))
    None
    """
    name = class_of(tags.get("highway", ""))
    if not name and tags.get("route") == "ferry":
        name = "ferry"
    if not name:
        return None
    motorroad = tags.get("motorroad") == "yes"
    foot, cycle, drive = _allowed(_OPEN[name], tags, whole=motorroad)
    if private := not foot and "private" in (tags.get("foot"), tags.get("access")):
        lived = {key: value for key, value in tags.items() if value != "private"}
        private = _allowed(_OPEN[name], lived, whole=motorroad)[0]
    oneway = _direction(tags.get("oneway", ""))
    if oneway is None:
        oneway = int(tags.get("junction") in ("roundabout", "circular") or name == "motorway")
    elif oneway == 2:  # lanes that change their direction: nobody can count on them
        oneway, drive = 0, False
    cycling = _direction(tags.get("oneway:bicycle", ""))
    if cycling is None:
        cycling = 0 if tags.get("cycleway", "").startswith("opposite") else oneway
    barred = tags.get("ramp:wheelchair") != "yes" if name == "steps" else False
    stairs = tags.get("wheelchair") == "no" or (barred and tags.get("wheelchair") != "yes")
    return Profile(CODE[name], oneway, min(cycling, 1), foot, cycle, drive, stairs, private, _limit(tags))


def _allowed(by_class: tuple[bool, bool, bool], tags: Mapping[str, str], *, whole: bool) -> tuple[bool, bool, bool]:
    """On foot, by cycle, by car: the most special tag decides, then the general ones, then the class."""
    foot, cycle, drive = by_class
    if whole:
        foot = cycle = False
    general = _may(tags.get("access"))
    vehicle = general if (said := _may(tags.get("vehicle"))) is None else said
    motor = vehicle if (said := _may(tags.get("motor_vehicle"))) is None else said
    return (
        _first(_may(tags.get("foot")), general and foot, foot),
        _first(_may(tags.get("bicycle")), vehicle and cycle, cycle),
        _first(_may(tags.get("motorcar")), _may(tags.get("motor_vehicle")), motor and drive, drive),
    )


def _may(value: str | None) -> bool | None:
    if value is None or value == "unknown":
        return None
    return value not in _CLOSED


def _first(*said: bool | None) -> bool:
    return next(each for each in said if each is not None)


def _direction(value: str) -> int | None:
    """1 forth, -1 back, 0 both, 2 changing; None where nothing is said."""
    value = value.strip().lower()
    if not value:
        return None
    if value in _YES:
        return 1
    if value in _BACK:
        return -1
    return 2 if value in ("reversible", "alternating") else 0 if value in _NO else None


def _limit(tags: Mapping[str, str]) -> float:
    said = [tags[key] for key in ("maxspeed", "maxspeed:forward", "maxspeed:backward") if tags.get(key)]
    limits = [kmh for text in said if not math.isnan(kmh := kmh_of(text))]
    return min(limits) if limits else math.nan


def kmh_of(text: str) -> float:
    """A speed limit in km/h; NaN where the text says none (none, signals, CN:urban, a number that cannot be).

    Of several the lowest counts: who reckons with the higher would be late.

    >>> kmh_of("50"), kmh_of("30 mph"), kmh_of("60;40"), kmh_of("DE:zone:30"), kmh_of("['50', '30']"), kmh_of("walk")
    (50.0, 48.28032, 40.0, 30.0, 30.0, 5.0)
    >>> kmh_of("none"), kmh_of("-5"), kmh_of("CN:urban"), kmh_of("1000")
    (nan, nan, nan, nan)
    """
    found = []
    for part in re.split(r"[;,|\[\]'\"]+", text.strip().lower()):
        part = re.sub(r"^[a-z]{2}:zone:?|^zone:?", "", part.strip())
        number = re.fullmatch(r"(\d{1,4}(?:\.\d{1,6})?)\s*(\D*)", part)
        if part == "walk" or part.endswith(":walk"):
            found.append(5.0)
        elif number and number[2] in _UNIT and 0 < (kmh := float(number[1]) * _UNIT[number[2]]) <= 250:
            found.append(kmh)
    return min(found, default=math.nan)


def gate_of(tags: Mapping[str, str]) -> Gate | None:
    """What a point with these tags bars, None where it bars nobody by nature (kerbs, cattle grids).

    A gate is open unless its tags say that it is locked, private or closed; a bollard stops cars.

    >>> gate_of({"barrier": "gate", "access": "private", "foot": "yes"})
    Gate(kind=1, foot=True, cycle=False, drive=False, stairs=False)
    >>> gate_of({"barrier": "gate", "locked": "yes"}).foot
    False
    """
    word = tags.get("barrier", "no")
    if word in _NO_BARRIER:
        return None
    word = _GATE_ALIASES.get(word, word)
    name = word if word in _GATES else "barrier"
    by_kind = _NONE if tags.get("locked") == "yes" else _GATES[name]
    foot, cycle, drive = _allowed(by_kind, tags, whole=False)
    stairs = tags.get("wheelchair") == "no" or (name in ("turnstile", "stile") and tags.get("wheelchair") != "yes")
    return Gate(BARRIER[name], foot, cycle, drive, stairs)
