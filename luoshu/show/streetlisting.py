"""Tables for the terminal: what a street network holds and how good it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from luoshu.book.problem import Problem
from luoshu.book.streetfaults import LEFT_OUT, WALKERS
from luoshu.book.streets import Streets
from luoshu.show.language import Language
from luoshu.show.listing import console, grid, plain
from luoshu.words.message import say

CLASS_WORDS = {
    "unknown": say("class unknown"), "motorway": say("motorway"), "motorway_link": say("motorway slip road"),
    "trunk": say("trunk road"), "trunk_link": say("trunk slip road"), "primary": say("primary road"),
    "primary_link": say("primary slip road"), "secondary": say("secondary road"),
    "secondary_link": say("secondary slip road"), "tertiary": say("tertiary road"),
    "tertiary_link": say("tertiary slip road"), "unclassified": say("minor road"),
    "residential": say("residential street"), "living_street": say("play street"), "service": say("service way"),
    "road": say("road of unknown rank"), "track": say("farm track"), "busway": say("busway"),
    "pedestrian": say("pedestrian street"), "footway": say("footway"), "path": say("path"),
    "bridleway": say("bridleway"), "cycleway": say("cycleway"), "corridor": say("indoor corridor"),
    "platform": say("platform"), "steps": say("steps"), "ferry": say("ferry"), "connector": say("connector of a zone"),
    "gate": say("gate on a road"),
}  # fmt: skip


def show_streets(streets: Streets, language: Language) -> None:
    """What was taken over, the network's parts for each kind of traveller, its classes, and what was left out."""
    about, out = streets.about, console()
    source, told = about["source"], about["quality"]
    head = language.say("streets of {file}: {links:,} links, {corners:,} corners, {kilometres:,.1f} km",
                        file=source["file"], links=streets.edges, corners=streets.nodes,
                        kilometres=told["kilometres"])  # fmt: skip
    out.print(plain(head), style="bold")
    for line in _facts(about, told, language):
        out.print(plain(line))
    names = (say("for"), say("km"), say("parts"), say("largest, km"), say("largest, corners"), say("next (km, place)"))
    table = grid([language.message(name) for name in names], right=(1, 2, 3, 4))
    for mode, who in WALKERS.items():
        part = told["parts"][mode]
        nexts = "; ".join(f"{each['kilometres']:g} @ {each['lon']:.4f},{each['lat']:.4f}" for each in part["next"][:3])
        table.add_row(language.message(who), f"{part['kilometres']:,.1f}", f"{part['count']:,}",
                      percent(part["largest_kilometres"]), percent(part["largest_corners"]), nexts)  # fmt: skip
    out.print(table)
    table = grid([language.say("class"), language.say("km"), language.say("share")], right=(1, 2))
    whole = told["kilometres"] or 1.0
    for name, kilometres in sorted(told["by_class"].items(), key=lambda each: -each[1]):
        table.add_row(language.message(CLASS_WORDS[name]), f"{kilometres:,.1f}", percent(kilometres / whole))
    out.print(table)
    if about.get("left_out"):
        table = grid([language.say("left out or mended"), language.say("count"), language.say("first in")], right=(1,))
        for code, count in about["left_out"].items():
            table.add_row(language.message(LEFT_OUT[code]), f"{count:,}", str(about.get("first", {}).get(code, "")))
        out.print(table)


def streets_json(streets: Streets, problems: Sequence[Problem], language: Language) -> str:
    """One JSON line with all that roads/network.yaml says, and the problems."""
    told = dict(streets.about)
    listed = [
        {"code": each.code, "says": language.message(each.says), "mend": language.message(each.mend)}
        for each in problems
    ]
    return json.dumps({**told, "problems": listed}, ensure_ascii=False, allow_nan=False, default=str)


def _facts(about: Mapping[str, Any], told: Mapping[str, Any], language: Language) -> list[str]:
    """Sentences on source, coordinates, gates, limits and people."""
    source, gates = about["source"], told["gates"]
    said = [language.say("coordinates: {system}", system=source["system"])]
    if source.get("day"):
        said[0] += language.say("; map of {day}", day=source["day"])
    if about["attribution"] != source["file"]:
        said[0] += f"; {about['attribution']}"
    said.append(
        language.say(
            "gates on roads: {count:,} (closed to walkers {walk:,}, cyclists {cycle:,}, drivers {drive:,}); "
            "walls and fences: {walls:,}; dead ends: {ends:,}",
            count=gates["count"], walk=gates["closed_to_walk"], cycle=gates["closed_to_cycle"],
            drive=gates["closed_to_drive"], walls=told["walls"], ends=told["dead_ends"],
        )
    )  # fmt: skip
    said.append(
        language.say("speed limit known for {known} of the length for cars; class unknown for {unknown} of all",
                     known=percent(told["limit_known"]), unknown=percent(told["unknown_class"]))
    )  # fmt: skip
    if about.get("walking"):
        said.append(language.say("walkers and cyclists go by the classes, since the file's modes tell of cars only"))
    people = about.get("people")
    if people:
        said.append(
            language.say("{share} of {people:,.0f} people live more than {metres:g} m from any street",
                         share=percent(people["share"]), people=people["people"], metres=people["metres"])
        )  # fmt: skip
    return said


def percent(share: float) -> str:
    """A share in per cent, never rounded up to all or down to nothing.

    >>> percent(0.9999), percent(1.0), percent(0.0001), percent(0)
    ('99.9%', '100%', '0.1%', '0%')
    """
    if share >= 1 or share <= 0:
        return "100%" if share >= 1 else "0%"
    return f"{min(max(share * 100, 0.1), 99.9):.1f}%"
