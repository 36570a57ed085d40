"""What is wrong with a street network, told from its figures: the same when it is made and whenever it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from luoshu.book.problem import Problem, Source
from luoshu.book.streets import ABOUT, NETWORK, read_about, read_streets
from luoshu.words.message import Message, say

WHOLE = 0.9
"""Of a network's length, what its largest part should hold."""
MANY = 0.01
"""Of all links, so many lost ones are more than the edge of a map."""
FEW_CLASSES = 0.2
FEW_HOMES = 0.05
HERE = 0.05
"""Of a network's corners, what should lie in or near the counties of the book."""

WALKERS = {"walk": say("walkers"), "cycle": say("cyclists"), "drive": say("drivers")}
LEFT_OUT = {
    "missing-node": say("links to points that the file does not hold"),
    "nowhere": say("links with points outside the world, or at 0, 0"),
    "swapped": say("links whose longitude and latitude are exchanged"),
    "loop": say("links from a point to itself"),
    "double": say("links that stand there twice"),
    "bad-length": say("lengths of zero, below zero or no number: measured on the map instead"),
    "too-short": say("lengths below the straight line: measured on the map instead"),
    "length-unit": say("lengths that cannot be metres: measured on the map instead"),
    "not-a-street": say("ways that nobody uses: planned, being built, of no known class"),
    "bad-row": say("rows or features that could not be read"),
    "bad-geometry": say("features without a line"),
    "bad-speed": say("speeds that cannot be: taken as unknown"),
    "node-twice": say("points whose number another point has already: the first counts"),
}
"""What was left out of a network or mended in it, by its code in roads/network.yaml."""


def street_problems(folder: Path | str) -> tuple[Problem, ...]:
    """What is wrong with the network of a book, if it has one: in its files, and in what roads/network.yaml tells."""
    folder = Path(folder)
    if not (folder / NETWORK).exists():
        return read_about(folder)[1] if (folder / ABOUT).exists() else ()
    return (*read_streets(folder)[1], *told_faults(read_about(folder)[0]))


def told_faults(about: Mapping[str, Any]) -> tuple[Problem, ...]:
    """The faults that a network's own figures tell of; what is not a figure is passed over."""
    left = {code: _number(count) for code, count in _record(about.get("left_out")).items()}
    quality = _record(about.get("quality"))
    links = max(1.0, _number(_record(about.get("counts")).get("links")))
    found = [*_lost(left, links), *_lengths(left, about), *_figures(quality), *_people(_record(about.get("people"))),
             *_elsewhere(_record(about.get("in_outlines")))]  # fmt: skip
    return tuple(Problem(code=code, says=says, source=Source(file=ABOUT), mend=mend) for code, says, mend in found)


Fault = tuple[str, Message, Message]


def _record(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value == value else 0.0


def _lost(left: Mapping[str, float], links: float) -> list[Fault]:
    found: list[Fault] = []
    if left.get("nowhere", 0) > 0:
        says = say(
            "{count:,.0f} links have points outside the world, or at 0, 0; they are left out", count=left["nowhere"]
        )
        mend = say("Check which column is the longitude, and name the coordinate system with --system")
        found.append(("impossible-coordinates", says, mend))
    if left.get("swapped", 0) > 0:
        says = say(
            "{count:,.0f} links have their longitude and latitude exchanged; they are left out", count=left["swapped"]
        )
        mend = say("Exchange the two columns, or the two numbers of each point")
        found.append(("swapped-coordinates", says, mend))
    if (lost := left.get("missing-node", 0)) > MANY * links:
        says = say("{count:,.0f} links lead to points that the file does not hold; they are left out", count=lost)
        found.append(("missing-nodes", says, say("Cut the map with complete ways, or add the missing points")))
    if (lost := left.get("bad-row", 0) + left.get("bad-geometry", 0)) > 0:
        says = say("{count:,.0f} rows or features could not be read; they are left out", count=lost)
        found.append(("bad-links", says, say("Mend them in the file and run luoshu roads again")))
    for code, says in (
        ("double", say("{count:,.0f} links stand there twice; one of each counts", count=left.get("double", 0))),
        ("loop", say("{count:,.0f} links lead from a point to itself; they are left out", count=left.get("loop", 0))),
    ):
        if left.get(code, 0) > FEW_HOMES * links:
            found.append((f"{code}-links", says, say("See whether the map was put together from overlapping parts")))
    return found


def _lengths(left: Mapping[str, float], about: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    if left.get("length-unit", 0) > 0:
        ratio = _number(about.get("length_ratio"))
        says = say("the lengths in the file are {ratio:g} times those on the map; the map's are used", ratio=ratio)
        found.append(("length-unit", says, say("Give lengths in metres, or leave the column out")))
    bad = left.get("bad-length", 0) + left.get("too-short", 0)
    if bad > 0:
        says = say("{count:,.0f} lengths cannot be: zero, negative, no number or below the straight line; "
                   "the map's are used", count=bad)  # fmt: skip
        found.append(("bad-length", says, say("Mend the lengths, or leave the column out")))
    if left.get("bad-speed", 0) > 0:
        says = say("{count:,.0f} speeds cannot be; they are taken as unknown", count=left["bad-speed"])
        found.append(("bad-speed", says, say("Write speeds in km/h, as 50, or in miles, as 30 mph")))
    return found


def _figures(quality: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    if not quality:
        return found
    for mode, who in WALKERS.items():
        part = _record(_record(quality.get("parts")).get(mode))
        share = _number(part.get("largest_kilometres"))
        if part.get("count") == 0:
            says = say("the network has no street for {who}", who=who)
            found.append(("no-streets", says, say("Check the classes and access of the streets in the file")))
        elif part and share < WHOLE:
            says = say("for {who} the network is in {count:,.0f} parts; the largest holds {percent:.1f}% of its length",
                       who=who, count=_number(part.get("count")), percent=_floor(share))  # fmt: skip
            mend = say("Join lines where streets meet, and see the places in {file}", file=ABOUT)
            if _number(part.get("joined")) == 1:
                mend = say(
                    "One-way links let nobody back: check their direction, and see the places in {file}", file=ABOUT
                )
            found.append(("islands", says, mend))
    unknown = _number(quality.get("unknown_class"))
    if unknown > FEW_CLASSES:
        says = say("the class of {percent:.1f}% of the streets is not known; all may use them", percent=_floor(unknown))
        found.append(("no-classes", says, say("Give classes as OpenStreetMap names them, as in residential or 次干路")))
    if not _number(quality.get("limit_known")):
        says = say("no street has a speed limit; minutes by car are those of its class")
        found.append(("no-speeds", says, say("Add a column maxspeed in km/h where it is known")))
    long = _record(quality.get("long_links"))
    if _number(long.get("count")):
        says = say("{count:,.0f} links are longer than 5 km without a crossing", count=_number(long.get("count")))
        found.append(("long-links", says, say("See their places in {file}: a point may be misplaced", file=ABOUT)))
    return found


def _people(people: Mapping[str, Any]) -> list[Fault]:
    if _number(people.get("share")) <= FEW_HOMES:
        return []
    says = say("{percent:.1f}% of the people live more than {metres:g} m from any street of the network",
               percent=_floor(_number(people.get("share"))), metres=_number(people.get("metres")))  # fmt: skip
    return [("homes-far", says, say("Check the coordinate system of homes and roads, and whether streets are missing"))]


def _elsewhere(place: Mapping[str, Any]) -> list[Fault]:
    if not place or _number(place.get("share")) >= HERE:
        return []
    percent = _floor(_number(place.get("share")))
    says = say("only {percent:.1f}% of the network lies where the book's counties are", percent=percent)
    if place.get("swapped") is True:
        return [("swapped-coordinates", says, say("Longitude and latitude are exchanged: exchange the columns"))]
    return [("network-elsewhere", says, say("Check the file and its coordinate system, or geo/ of the book"))]


def _floor(share: float) -> float:
    """A share in per cent with one decimal, never rounded up to all.

    >>> _floor(0.9999), _floor(1.0)
    (99.9, 100.0)
    """
    return int(share * 1000 + 1e-9) / 10
