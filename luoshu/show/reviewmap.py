"""Where an incident was, in kilometres from its middle: for a drawing that a Word file can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, cos, radians
from typing import TYPE_CHECKING, Any

from luoshu.desk.incidentmap import incident_map
from luoshu.kinds.territory import territory
from luoshu.show.boardmap import SORTS
from luoshu.show.page import Visit

if TYPE_CHECKING:
    from luoshu.book.book import Book

KM_OF_DEGREE = 111.2
LEAST_KM = 1.0
MOST_LABELS, MOST_LETTERS = 24, 14
ORDER = ("area", "way", "closure", "people", "shelter", "reading", "task", "resource", "store")
"""Sorts as they are drawn and named; the one whose label matters most first among those with points."""

Spot = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point of the map with the word that stands beside it ("": none)."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """All of one sort: lines (areas, roads) and points, `word` is what the key calls it."""

    sort: str
    word: str
    lines: tuple[tuple[Spot, ...], ...] = ()
    spots: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviewMap:
    """A square of twice `half_km`, with a grid every `grid_km`; x goes east and y north from its middle."""

    half_km: float
    grid_km: float
    land: tuple[tuple[Spot, ...], ...]
    layers: tuple[Layer, ...]


def review_map(visit: Visit, name: str) -> ReviewMap | None:
    """The map of an incident with everything that had a place in it, also what is over; None where nothing has one."""
    assert visit.things is not None
    assert visit.now is not None
    book = visit.room.book if visit.room is not None and visit.room.book is not None else visit.view.book
    features = incident_map(visit.things, name, visit.clock, book, visit.now)["features"]
    spots = [spot for each in features if _sort(each) != "area" for spot in _spots(each["geometry"]["coordinates"])]
    spots = spots or [spot for each in features for spot in _spots(each["geometry"]["coordinates"])]
    if not spots:
        return None
    frame = _Frame(spots)
    layers = []
    taken: list[Spot] = []
    for sort in ORDER:
        here = [each for each in features if _sort(each) == sort]
        lines = tuple(line for each in here for line in frame.lines(each["geometry"]))
        points = tuple(frame.place(each, taken) for each in here if each["geometry"]["type"] == "Point")
        if lines or points:
            word = visit.language.text(SORTS.get(sort, sort))
            layers.append(Layer(sort=sort, word=word, lines=lines, spots=points))
    land = tuple(frame.outlines(book)) if book is not None else ()
    return ReviewMap(half_km=frame.half, grid_km=frame.grid, land=land, layers=tuple(layers))


def _sort(feature: Mapping[str, Any]) -> str:
    sort = str(feature["properties"]["sort"])
    return "area" if sort == "incident" else sort


def _spots(found: Any) -> Iterator[Spot]:
    """All positions of a geometry's coordinates."""
    if found and isinstance(found[0], (int, float)):
        yield float(found[0]), float(found[1])
    else:
        for each in found:
            yield from _spots(each)


class _Frame:
    """From degrees to kilometres from the middle of some spots, in a square that holds them."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        lons, lats = [spot[0] for spot in spots], [spot[1] for spot in spots]
        self.lon, self.lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        self.flat = cos(radians(self.lat))
        reach = max((max(lons) - min(lons)) * self.flat, max(lats) - min(lats)) * KM_OF_DEGREE / 2
        reach = max(reach * 1.2, LEAST_KM)
        self.grid = next(step for step in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e9) if reach / step <= 5)
        self.half = ceil(reach / self.grid) * self.grid

    def at(self, spot: Spot) -> Spot:
        x, y = (spot[0] - self.lon) * self.flat * KM_OF_DEGREE, (spot[1] - self.lat) * KM_OF_DEGREE
        return round(x, 3), round(y, 3)

    def place(self, feature: Mapping[str, Any], taken: list[Spot]) -> Place:
        """A point, with its label where no other stands close by."""
        x, y = self.at(tuple(feature["geometry"]["coordinates"][:2]))
        title = str(feature["properties"]["title"])
        crowded = any(abs(x - a) < self.half * 0.6 and abs(y - b) < self.half * 0.055 for a, b in taken)
        if crowded or len(taken) >= MOST_LABELS:
            return Place(x=x, y=y)
        taken.append((x, y))
        return Place(x=x, y=y, label=title if len(title) <= MOST_LETTERS else title[: MOST_LETTERS - 1] + "…")

    def lines(self, geometry: Mapping[str, Any]) -> Iterator[tuple[Spot, ...]]:
        """The lines and outlines of a geometry as far as they lie in the square."""
        import shapely.geometry

        if geometry["type"] not in ("Point", "MultiPoint"):
            yield from self._cut(shapely.geometry.shape(geometry))

    def outlines(self, book: Book) -> Iterator[tuple[Spot, ...]]:
        """The outlines of the land as far as they lie in the square."""
        for shape in territory(book).shapes.values():
            yield from self._cut(shape)

    def _cut(self, shape: Any) -> Iterator[tuple[Spot, ...]]:
        import shapely

        high = self.half / KM_OF_DEGREE
        wide = high / self.flat
        square = shapely.box(self.lon - wide, self.lat - high, self.lon + wide, self.lat + high)
        drawn = shape.boundary if shape.geom_type in ("Polygon", "MultiPolygon") else shape
        inner = shapely.simplify(drawn, high / 300).intersection(square)
        merged = shapely.line_merge(inner) if inner.geom_type == "MultiLineString" else inner
        for part in getattr(merged, "geoms", [merged]):
            if part.geom_type in ("LineString", "LinearRing") and len(part.coords) > 1:
                yield tuple(self.at((x, y)) for x, y, *_ in part.coords)
