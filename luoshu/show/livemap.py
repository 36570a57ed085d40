"""What the live map of a board shows: every feature with its words, and the land under it; nothing is drawn here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from luoshu.book.book import Book
from luoshu.desk.assignment import STATES as TASK_STATES
from luoshu.desk.clock import local_time
from luoshu.desk.observed import MEASURES
from luoshu.desk.resource import STATES as RESOURCE_STATES
from luoshu.kinds.store import STATES as STORE_STATES
from luoshu.show.boardeye import Eye
from luoshu.show.language import Language, marked
from luoshu.words.message import named

NEAR_DEGREES = 0.0004
"""How far an outline of the live map may lie off the true one: about forty metres."""
DECIMALS = 5
MOST_FEATURES = 4_000
MOST_NAMES = 6
SECTIONS = {
    "incident": "situation", "area": "situation", "closure": "roads", "people": "people", "shelter": "people",
    "task": "tasks", "way": "resources", "resource": "resources", "reading": "situation", "store": "",
}  # fmt: skip
"""The section of the board that tells more of a sort."""
ROWS = {"closure": "road", "people": "", "way": "resource", "reading": ""}
"""What the row of a thing is called there, where it is not the sort's own name."""
WORDS = {
    "map": marked("Map of the incident"),
    "zoom_in": marked("zoom in"),
    "zoom_out": marked("zoom out"),
    "wheel": marked("Hold Ctrl and turn the wheel to zoom the map"),
    "wheel_mac": marked("Hold ⌘ and scroll to zoom the map"),
    "fingers": marked("Move the map with two fingers"),
    "screen": marked("Full screen"),
    "screen_less": marked("Leave full screen"),
    "whole": marked("Show all"),
    "to_row": marked("Show in the list"),
    "here": marked("Here:"),
    "layers": marked("Layers of the map"),
    "keys": marked("Arrows move the map, + and − zoom, Enter tells what lies in the middle, Esc closes"),
    "nothing_here": marked("nothing is marked here"),
    "straight": marked("a straight line: which road it takes is not known"),
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One feature: what sort of thing, its name on the map and in full, what is known of it, where its row stands.

    `state` colours it, `rank` says whose name goes first where two have no room; `geometry` is GeoJSON in WGS-84.
    """

    key: str
    sort: str
    state: str
    title: str
    label: str
    rank: int
    facts: tuple[tuple[str, str], ...]
    href: str
    row: str
    geometry: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class LiveMap:
    """What the scripts of the map are told; `more` features are left out, those named last."""

    features: tuple[Seen, ...]
    bounds: tuple[float, float, float, float]
    layers: tuple[tuple[str, str], ...]
    words: dict[str, str]
    more: int


@dataclass(frozen=True, kw_only=True)
class Land:
    """The outlines of the book's areas with their names, as a GeoJSON FeatureCollection."""

    type: str
    features: tuple[dict[str, Any], ...]


def live_map(
    eye: Eye, features: Iterable[Mapping[str, Any]], titles: Mapping[str, str], bounds: tuple[float, ...],
    layers: tuple[tuple[str, str], ...], ranks: tuple[str, ...],
) -> LiveMap:  # fmt: skip
    """What the live map shows of features of the incident; `titles` are their names in full, by sort and id."""
    found = sorted(features, key=lambda each: _rank(each, ranks))
    seen = tuple(_seen(eye, each, titles, ranks) for each in found[:MOST_FEATURES])
    west, south, east, north = bounds
    return LiveMap(
        features=seen, bounds=(west, south, east, north), layers=layers,
        words={name: eye.language.text(word) for name, word in WORDS.items()}, more=max(0, len(found) - MOST_FEATURES),
    )  # fmt: skip


def key_of(feature: Mapping[str, Any]) -> str:
    """The name of a feature among all of the map."""
    told = feature["properties"]
    return f"{told['sort']}:{told['id']}"


def _rank(feature: Mapping[str, Any], ranks: tuple[str, ...]) -> int:
    sort = feature["properties"]["sort"]
    return ranks.index(sort) if sort in ranks else len(ranks)


def _seen(eye: Eye, feature: Mapping[str, Any], titles: Mapping[str, str], ranks: tuple[str, ...]) -> Seen:
    told, key = feature["properties"], key_of(feature)
    sort, id = str(told["sort"]), str(told["id"])
    section, row = SECTIONS.get(sort, ""), ROWS.get(sort, sort)
    return Seen(
        key=key, sort=sort, state=str(told.get("state") or told.get("level") or ""),
        title=titles.get(key, id), label=_label(eye, told, titles.get(key, id)), rank=_rank(feature, ranks),
        facts=tuple(_facts(eye, told)), href=f"#{section}" if section else "/desk/stock",
        row=f"{row}-{id}" if row and section else "", geometry=dict(feature["geometry"]),
    )  # fmt: skip


def _label(eye: Eye, told: Mapping[str, Any], title: str) -> str:
    """The few words beside the sign."""
    name = eye.language.word(str(told.get("title") or ""))
    if told["sort"] == "people":
        return eye.language.say("{name}: {left} to move", name=name, left=told["left"]) if told["left"] else name
    if told["sort"] == "shelter" and told.get("places") is not None:
        return f"{name} {told['there']}/{told['places']}"
    return title if told["sort"] == "reading" else name


def _facts(eye: Eye, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is known of a feature: each with its word, in the order of use."""
    say, sort = eye.language.say, told["sort"]
    if sort in ("task", "resource", "way"):
        words = TASK_STATES if sort == "task" else RESOURCE_STATES
        yield say("State"), eye.chosen(words, str(told["state"]))
    if sort == "store":
        yield say("State"), eye.chosen(STORE_STATES, str(told["state"]))
    if sort == "resource":
        yield say("How much"), eye.amount(told["amount"], told["unit"])
    if sort == "reading":
        measure = MEASURES[str(told["state"])]
        yield say("What is measured"), eye.language.message(named(measure.zh, measure.en))
    if sort in ("incident", "area") and told.get("level"):
        yield say("Level"), eye.level(str(told["level"])).word
    yield from _people_facts(eye, told)
    if told.get("organisation"):
        yield say("Organisation"), eye.organisation(str(told["organisation"]))
    for name, word in (("why", say("Why")), ("to", say("Where to"))):
        if told.get(name):
            yield word, eye.language.word(str(told[name]))
    for name, word in (("due", say("Due")), ("needed", say("Needed by")), ("eta", say("Expected")),
                       ("since", say("Since")), ("at", say("Read at"))):  # fmt: skip
        if told.get(name):
            yield word, local_time(datetime.fromisoformat(str(told[name])))


def _people_facts(eye: Eye, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    say, sort = eye.language.say, told["sort"]
    if sort == "people":
        yield say("Still to be moved"), eye.amount(told["left"], "人")
        yield say("Moved"), say("{moved} of {planned}", moved=told["moved"], planned=told["planned"])
        names = [eye.language.word(each) for each in told["communities"]]
        more = say("and {count} more", count=len(names) - MOST_NAMES) if len(names) > MOST_NAMES else ""
        yield say("Communities"), " · ".join(filter(None, (*names[:MOST_NAMES], more)))
    elif sort == "shelter":
        yield say("There now"), eye.amount(told["there"], "人")
        yield say("Planned for it"), eye.amount(told["planned"], "人")
        places = told.get("places")
        yield say("Places"), say("not counted") if places is None else eye.language.number(places)


def board_land(book: Book | None, language: Language) -> Land | None:
    """The land under the live map with its names in a language, None where the book has no outlines."""
    land: Land | None = book.derived("live map land", _land) if book is not None else None
    if land is None or not land.features:
        return None
    told = [{**each["properties"], "name": language.word(each["properties"]["name"])} for each in land.features]
    features = [{**each, "properties": more} for each, more in zip(land.features, told, strict=True)]
    return Land(type=land.type, features=tuple(features))


def _land(book: Book) -> Land:
    from shapely.geometry import mapping, shape

    from luoshu.desk.alertarea import place_outlines
    from luoshu.kinds.territory import territory

    named = territory(book)
    features = []
    for code, geometry in place_outlines(book).items():
        if code == book.region:
            continue
        area = shape(geometry).simplify(NEAR_DEGREES)
        inner = area.representative_point()
        told = {"id": code, "name": named.name(code), "at": [round(inner.x, DECIMALS), round(inner.y, DECIMALS)]}
        outline = mapping(area)
        rounded = {"type": outline["type"], "coordinates": _rounded(outline["coordinates"])}
        features.append({"type": "Feature", "properties": told, "geometry": rounded})
    return Land(type="FeatureCollection", features=tuple(features))


def _rounded(found: Any) -> Any:
    if isinstance(found, (list, tuple)):
        return [_rounded(each) for each in found]
    return round(float(found), DECIMALS)
