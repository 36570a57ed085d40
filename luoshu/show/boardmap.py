"""The map of a board: a still drawing of all that has a place over the land, and what the live map is made of.

Each sort has its own shape beside its colour, and a word in the key. The drawing is what is seen first, what is printed
and what stands in folders; where scripts run, the live map takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from luoshu.book.book import Book
from luoshu.desk.incidentmap import incident_map
from luoshu.kinds.item import Item
from luoshu.kinds.store import Store
from luoshu.show.boardeye import Eye
from luoshu.show.language import marked
from luoshu.show.livemap import LiveMap, key_of, live_map

WIDTH, HEIGHT = 480.0, 430.0
MARGIN = 26.0
LEAST_DEGREES = 0.02
FINE_DEGREES = 0.003
MOST_LABELS = 14
SORTS = {
    "incident": marked("area of the incident"),
    "area": marked("area of the incident"),
    "closure": marked("closed road"),
    "people": marked("people to move"),
    "shelter": marked("shelter"),
    "store": marked("store"),
    "reading": marked("station"),
    "task": marked("task"),
    "resource": marked("where a resource goes"),
    "way": marked("on the way"),
}
LABELLED = ("closure", "people", "shelter", "store", "reading", "task", "resource")
"""Sorts with a sign, the one whose label matters most first."""
DRAWN = ("store", "resource", "task", "reading", "shelter", "people", "closure")
"""The same from the back to the front."""
OVER = {
    "closure": ("open",),
    "task": ("done", "refused", "cancelled"),
    "resource": ("refused", "cancelled"),
}
"""States in which a thing is not on the map any more."""
Spot = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One point of the drawing: its sort, where it is, what it is called."""

    sort: str
    x: float
    y: float
    title: str
    label: str = ""
    start: bool = True


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """One path of the drawing: an area or a road."""

    sort: str
    d: str
    title: str


@dataclass(frozen=True, kw_only=True)
class BoardMap:
    """The drawing; empty where nothing of the incident has a place. `key` are the sorts in it with their words.

    `live` is what the live map is made of, None where nothing can be followed.
    """

    width: float
    height: float
    land: tuple[str, ...]
    strokes: tuple[Stroke, ...]
    marks: tuple[Mark, ...]
    key: tuple[tuple[str, str], ...]
    count: int
    geojson: str
    live: LiveMap | None = None


def board_map(eye: Eye) -> BoardMap:
    """The map of the incident as it stands."""
    features = incident_map(eye.things, eye.incident.id, eye.clock, eye.book, eye.now)["features"]
    features = [*features, *_stores(eye)]
    shown = [each for each in features if not _over(each)]
    framed = [each for each in shown if each["properties"]["sort"] != "store"] or shown
    spots = [spot for each in framed for spot in _spots(each["geometry"]["coordinates"])]
    land = _land_of(eye.book)
    spots = spots or [spot for ring in land for spot in ring]
    href = f"{eye.path}.geojson" if eye.acts else ""
    if not spots:
        return BoardMap(width=WIDTH, height=HEIGHT, land=(), strokes=(), marks=(), key=(), count=0, geojson=href)
    frame = _Frame(spots)
    titles = {key_of(each): _title(each, eye) for each in shown}
    strokes = [stroke for each in shown for stroke in _strokes(frame, each, titles)]
    marks = _labelled([mark for each in shown for mark in _marks(frame, each, eye, titles) if frame.holds(mark)])
    key = _key(eye, {each["properties"]["sort"] for each in shown})
    return BoardMap(
        width=WIDTH, height=HEIGHT, land=tuple(frame.path(ring, close=True) for ring in land),
        strokes=tuple(strokes), marks=tuple(marks), key=key, count=len(shown), geojson=href,
        live=live_map(eye, shown, titles, _bounds(spots), key, LABELLED) if eye.acts else None,
    )  # fmt: skip


def _key(eye: Eye, there: set[str]) -> tuple[tuple[str, str], ...]:
    """The sorts that are there with their words, two of the same word once."""
    words = {eye.language.text(word): sort for sort, word in SORTS.items() if sort in there}
    return tuple((sort, word) for word, sort in words.items())


def _bounds(spots: Sequence[Spot]) -> tuple[float, float, float, float]:
    """West, south, east and north of spots."""
    return (min(s[0] for s in spots), min(s[1] for s in spots), max(s[0] for s in spots), max(s[1] for s in spots))


class _Frame:
    """From degrees to the units of the drawing, so that all spots lie in it."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        west, south, east, north = _bounds(spots)
        self.lon, self.lat = (west + east) / 2, (south + north) / 2
        self.flat = cos(radians(self.lat))
        wide = max((east - west) * self.flat, LEAST_DEGREES)
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / max(north - south, LEAST_DEGREES))

    def at(self, spot: Spot) -> Spot:
        x = WIDTH / 2 + (spot[0] - self.lon) * self.flat * self.scale
        return round(x, 1), round(HEIGHT / 2 - (spot[1] - self.lat) * self.scale, 1)

    def path(self, ring: Iterable[Spot], close: bool) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(self.at, ring)) + ("Z" if close else "")

    def holds(self, mark: Mark) -> bool:
        return 0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT


def _over(feature: Mapping[str, Any]) -> bool:
    """Whether it is done with: a road open again, a task that is ended, a request that came to nothing."""
    told = feature["properties"]
    return told.get("state") in OVER.get(told["sort"], ())


def _spots(found: Any) -> Iterator[Spot]:
    """All positions in the coordinates of any geometry."""
    if found and isinstance(found[0], (int, float)):
        yield float(found[0]), float(found[1])
        return
    for each in found:
        yield from _spots(each)


def _lines(geometry: Mapping[str, Any]) -> Iterator[tuple[list[Spot], bool]]:
    """The lines of a geometry, and whether each closes."""
    kind, found = geometry["type"], geometry["coordinates"]
    if kind == "LineString":
        yield list(_spots(found)), False
    elif kind in ("MultiLineString", "Polygon"):
        for part in found:
            yield list(_spots(part)), kind == "Polygon"
    elif kind == "MultiPolygon":
        for polygon in found:
            for ring in polygon:
                yield list(_spots(ring)), True


def _title(feature: Mapping[str, Any], eye: Eye) -> str:
    told, language = feature["properties"], eye.language
    title = language.word(str(told.get("title") or told.get("id") or ""))
    if told["sort"] == "reading":
        return f"{title} {eye.amount(told['value'], told['unit'])}"
    if told["sort"] == "shelter" and told.get("places") is not None:
        return language.say("{name}: {there} there of {places} places", name=title, there=told["there"],
                            places=told["places"])  # fmt: skip
    if told["sort"] == "people":
        return language.say(
            "{name}: {moved} moved of {planned}", name=title, moved=told["moved"], planned=told["planned"]
        )
    return title


def _strokes(frame: _Frame, feature: Mapping[str, Any], titles: Mapping[str, str]) -> list[Stroke]:
    lines = list(_lines(feature["geometry"]))
    if not lines:
        return []
    d = "".join(frame.path(line, close) for line, close in lines)
    return [Stroke(sort=feature["properties"]["sort"], d=d, title=titles[key_of(feature)])]


def _marks(frame: _Frame, feature: Mapping[str, Any], eye: Eye, titles: Mapping[str, str]) -> list[Mark]:
    """The sign of a point, and of a closed road in its middle."""
    told, geometry = feature["properties"], feature["geometry"]
    if geometry["type"] == "Point":
        spot = next(_spots(geometry["coordinates"]))
    elif told["sort"] == "closure":
        spots = list(_spots(geometry["coordinates"]))
        spot = spots[len(spots) // 2]
    else:
        return []
    x, y = frame.at(spot)
    label = eye.language.word(str(told.get("title") or ""))[:14] if told["sort"] in LABELLED else ""
    return [Mark(sort=told["sort"], x=x, y=y, title=titles[key_of(feature)], label=label)]


def _labelled(marks: list[Mark]) -> list[Mark]:
    """The same marks; those whose label would lie on another have none."""
    boxes: list[tuple[float, float, float, float]] = []
    made = []
    for each in sorted(marks, key=lambda mark: LABELLED.index(mark.sort)):
        wide = 11.5 * sum(0.55 if ord(letter) < 0x2E80 else 1 for letter in each.label)
        start = each.x + 9 + wide < WIDTH
        left = each.x + 8 if start else each.x - 8 - wide
        box = (left, each.y - 8, left + wide, each.y + 8)
        clear = all(box[2] < b[0] or box[0] > b[2] or box[3] < b[1] or box[1] > b[3] for b in boxes)
        shown = bool(each.label) and clear and len(boxes) < MOST_LABELS
        if shown:
            boxes.append(box)
        made.append(Mark(sort=each.sort, x=each.x, y=each.y, title=each.title, label=each.label if shown else "",
                         start=start))  # fmt: skip
    return sorted(made, key=lambda mark: DRAWN.index(mark.sort))


def _stores(eye: Eye) -> list[dict[str, Any]]:
    """The stores of the book as points; those that nobody has opened yet are none."""
    from luoshu.kinds.position import positions

    rows = eye.book.rows(Store) if eye.book is not None and eye.book.rows(Item) else ()
    if not rows or eye.book is None:
        return []
    at = positions(rows, eye.book)
    return [
        {
            "properties": {"sort": "store", "id": row.id, "title": row.name, "state": row.state},
            "geometry": {"type": "Point", "coordinates": [float(at.lon[place]), float(at.lat[place])]},
        }
        for place, row in enumerate(rows)
        if at.good[place] and row.state != "candidate"
    ]


def _land_of(book: Book | None) -> list[list[Spot]]:
    """The rings of the book's areas, with no more corners than the drawing shows."""
    return book.derived("board land", _land) if book is not None else []


def _land(book: Book) -> list[list[Spot]]:
    from luoshu.desk.alertarea import place_outlines

    rings: list[list[Spot]] = []
    from shapely.geometry import shape

    for geometry in place_outlines(book).values():
        area = shape(geometry).simplify(FINE_DEGREES)
        for part in getattr(area, "geoms", [area]):
            if part.geom_type == "Polygon" and not part.is_empty:
                rings.append([(lon, lat) for lon, lat, *_ in part.exterior.coords])
    return rings
