"""Where an alert holds, as a small drawing: the areas of the book in grey, that of the alert over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import Any

from luoshu.book.book import Book
from luoshu.desk.alertarea import place_outlines
from luoshu.desk.capform import points_of

WIDTH = 320.0
MOST_SHAPES = 200
FINE_DEGREES = 0.006


@dataclass(frozen=True, kw_only=True)
class AreaDrawing:
    """Paths of an SVG of so many units: the land around, and the areas of the alert."""

    width: float
    height: float
    land: tuple[str, ...]
    alert: tuple[str, ...]
    circles: tuple[tuple[float, float, float], ...]


def area_drawing(book: Book, areas: Iterable[Mapping[str, Any]]) -> AreaDrawing | None:
    """The drawing of the areas of an alert as CAP writes them; None where they have no outline."""
    areas = list(areas)
    rings = [_whole(ring) for area in areas for text in area["polygon"][:MOST_SHAPES] if (ring := points_of(text))]
    circles = [each for area in areas for text in area["circle"][:MOST_SHAPES] if (each := _circle(text))]
    if not rings and not circles:
        return None
    land = book.derived("alert land", _land)
    spots = [spot for ring in (*rings, *land) for spot in ring]
    for (lat, lon), km in circles:
        reach = km / 111.2
        spots += [(lat - reach, lon - reach), (lat + reach, lon + reach)]
    south, north = min(lat for lat, _ in spots), max(lat for lat, _ in spots)
    west, east = min(lon for _, lon in spots), max(lon for _, lon in spots)
    flat = cos(radians((south + north) / 2))
    scale = WIDTH / max((east - west) * flat, (north - south) * 0.9, 1e-6)

    def at(lat: float, lon: float) -> tuple[float, float]:
        return round((lon - west) * flat * scale, 1), round((north - lat) * scale, 1)

    def path(ring: Iterable[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in (at(*spot) for spot in ring)) + "Z"

    return AreaDrawing(
        width=round((east - west) * flat * scale, 1),
        height=round((north - south) * scale, 1),
        land=tuple(path(ring) for ring in land),
        alert=tuple(path(ring) for ring in rings),
        circles=tuple((*at(*centre), round(km / 111.2 * scale, 1)) for centre, km in circles),
    )


def _whole(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A ring that crosses the date line, in one piece: its corners beyond the line are counted on.

    >>> _whole([(51.0, 179.0), (52.0, -179.0), (51.0, 179.0)])
    [(51.0, 179.0), (52.0, 181.0), (51.0, 179.0)]
    """
    first = ring[0][1]
    return [(lat, lon + 360 * (lon < first - 180) - 360 * (lon > first + 180)) for lat, lon in ring]


def _land(book: Book) -> list[list[tuple[float, float]]]:
    """The rings of all outlines, with no more corners than a small drawing shows."""
    from shapely.geometry import shape

    rings = []
    for geometry in place_outlines(book).values():
        area = shape(geometry).simplify(FINE_DEGREES)
        for part in getattr(area, "geoms", [area]):
            if part.geom_type == "Polygon" and not part.is_empty:
                rings.append([(lat, lon) for lon, lat, *_ in part.exterior.coords])
    return rings[:MOST_SHAPES]


@lru_cache(maxsize=256)
def _circle(text: str) -> tuple[tuple[float, float], float] | None:
    both = text.split()
    centre = points_of(both[0]) if len(both) == 2 else None
    return (centre[0], float(both[1])) if centre else None
