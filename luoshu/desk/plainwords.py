"""What people may write at the desk: short plain words without lists of persons; and what a name of a thing is."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import field
from typing import Any

from luoshu.desk.journal import Refused
from luoshu.words.message import say

MOST_NAME = 64
MOST_TITLE = 120
MOST_WORDS = 1_000
MOST_SHAPE = 4_000
"""Longest name of a thing, title, free text and geometry, in characters."""

_NAME = re.compile(r"[\w.\-]+(?:[:@~][\w.\-]+)*")
_GAP = r"[\x20\t\-—·.]{0,2}"
"""What people put between the digits of a long number."""


def _spread(pattern: str) -> re.Pattern[str]:
    """A pattern of digits, in groups that blanks say, with gaps wherever people may leave one."""
    return re.compile(r"(?<!\d)" + _GAP.join(pattern.split()) + r"(?!\d)")


_DIGITS = r"\d \d \d \d \d \d"
_MONTH_DAY = rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2]) (?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
_CARD = _spread(rf"{_DIGITS} (?:1{_GAP}[89]|2{_GAP}0) \d \d {_MONTH_DAY} \d \d \d [\dXx]")
_OLD_CARD = _spread(rf"{_DIGITS} \d \d {_MONTH_DAY} \d \d \d")
_MOBILE = _spread(r"(?:8{0}6)? 1 [3-9] \d \d \d \d \d \d \d \d \d".replace("{0}", _GAP))


def named_well(name: str, most: int = MOST_NAME) -> str:
    """A name that can stand in an address; Refused where it cannot.

    >>> named_well("yi-2021.07")
    'yi-2021.07'
    >>> named_well("..")
    Traceback (most recent call last):
    luoshu.desk.journal.Refused: '..' is no name: use up to 64 letters, digits, - or .
    """
    if len(name) > most or not _NAME.fullmatch(name) or set(name) <= {"."}:  # no address ends in dots alone
        says = say("{name!r} is no name: use up to {most} letters, digits, - or .", name=name[:80], most=most)
        raise Refused(says)
    return name


def plain(text: str, most: int = MOST_WORDS, phones: int = 1) -> str:
    """The words, if they are short, plain, and no list of persons; Refused where they are not.

    Identity numbers are never taken; of mobile numbers no more than `phones`, since a list of them is a list of
    persons. Full-width digits and digits with blanks or hyphens between are seen through.

    >>> plain("约 300 人，值班电话 13800000000")
    '约 300 人，值班电话 13800000000'
    """
    if len(text) > most:
        raise Refused(say("the text has {count} characters, more than {most}", count=len(text), most=most))
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\n\t" for c in text):
        raise Refused(say("the text holds characters that cannot be seen"))
    flat = unicodedata.normalize("NFKC", text)
    if _CARD.search(flat) or _OLD_CARD.search(flat):
        raise Refused(say("an identity number does not belong here: write how many people, not who"))
    if len({re.sub(r"\D", "", each)[-11:] for each in _MOBILE.findall(flat)}) > phones:
        raise Refused(say("a list of telephone numbers does not belong here: write how many people, not who"))
    return text


def wanted(text: str, most: int = MOST_TITLE, phones: int = 1) -> str:
    """`plain` words that must not be empty."""
    if not text.strip():
        raise Refused(say("say it in words"))
    return plain(text, most, phones)


def shape(text: str) -> dict[str, Any] | None:
    """A geometry written as GeoJSON (WGS-84 degrees), None where there is none; Refused where it is not one.

    >>> shape('{"type": "Point", "coordinates": [112.4, 34.6]}')
    {'type': 'Point', 'coordinates': [112.4, 34.6]}
    """
    if not text.strip():
        return None
    if len(text) > MOST_SHAPE:
        raise Refused(say("the text has {count} characters, more than {most}", count=len(text), most=MOST_SHAPE))
    try:
        found = json.loads(text, parse_constant=_never)
    except (ValueError, RecursionError):
        raise Refused(say("the geometry is not GeoJSON")) from None
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    kind = found.get("type") if isinstance(found, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTHS:
        raise Refused(say("the geometry is not GeoJSON"))
    made = _positions(found.get("coordinates"), _DEPTHS[kind])
    _whole(kind, made)
    return {"type": kind, "coordinates": made}


_DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPoint": 1, "MultiLineString": 2, "MultiPolygon": 3}


def _never(word: str) -> float:
    raise ValueError(word)


def _positions(found: Any, depth: int) -> list[Any]:
    if not isinstance(found, list) or not found:
        raise Refused(say("the geometry is not GeoJSON"))
    if depth:
        return [_positions(each, depth - 1) for each in found]
    if len(found) < 2 or not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in found):
        raise Refused(say("the geometry is not GeoJSON"))
    lon, lat = found[:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refused(say("{lon:g}, {lat:g} is no place: write longitude and latitude in degrees", lon=lon, lat=lat))
    return [lon, lat]


def _whole(kind: str, made: list[Any]) -> None:
    lines = [made] if kind == "LineString" else made if kind == "MultiLineString" else []
    parts = [made] if kind == "Polygon" else made if kind == "MultiPolygon" else []
    rings = [ring for part in parts for ring in part]
    if any(len(line) < 2 for line in lines) or any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise Refused(say("the geometry is not whole: a line has two points or more, a ring ends where it begins"))


def point(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    """A place in WGS-84 degrees, None where none is said; Refused where half of it is."""
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise Refused(say("a place needs both longitude and latitude"))
    return lon, lat


def only(declared: Any, fits: Callable[[Any], bool]) -> Any:
    """A fact that refers to rows of the book, of which a form offers only those that fit."""
    return field(default=declared.default, metadata={**declared.metadata, "only": fits})
