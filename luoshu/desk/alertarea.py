"""Areas of an alert: outlines with few corners that leave no part of the area out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from luoshu.book.directory import Place
from luoshu.book.outlines import outlines

if TYPE_CHECKING:
    from luoshu.book.book import Book

MOST_CORNERS = 60
MOST_PIECES = 8
START_DEGREES = 0.001
"""The first outline stands about a hundred metres off; each further try doubles that."""


def place_outlines(book: Book) -> Mapping[str, Mapping[str, Any]]:
    """The outlines in geo/ by the code of the place, as GeoJSON geometries.

    The book's own region has that of the places in it, where every one of them has one; of other places the book may
    list only some parts.
    """

    def make(made: Book) -> Mapping[str, Mapping[str, Any]]:
        collection = outlines(made.folder)[0] or {"features": []}
        found = {str(each["properties"]["id"]): each["geometry"] for each in collection["features"]}
        return {**_together(made.region, made.rows(Place), found), **found}

    return book.derived("alert outlines", make, Place)


def _together(
    region: str, places: Iterable[Place], found: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    inside = [place.id for place in places if place.parent == region]
    if not inside or not all(each in found for each in inside):
        return {}
    return {region: {"type": "MultiPolygon", "coordinates": [one for each in inside for one in _shapes(found[each])]}}


def _shapes(geometry: Mapping[str, Any]) -> list[Any]:
    shapes: list[Any] = geometry["coordinates"]
    return shapes if geometry["type"] == "MultiPolygon" else [shapes]


def polygons_of(geometry: Mapping[str, Any]) -> tuple[str, ...]:
    """Polygons as CAP writes them (latitude,longitude …) that together cover all of an area; holes are filled.

    An alert must reach everybody inside: with few corners the outline is drawn outside the true one, never through it.

    >>> ring = [[112.0, 34.0], [112.1, 34.0], [112.1, 34.1], [112.0, 34.0]]
    >>> (only,) = polygons_of({"type": "Polygon", "coordinates": [ring]})
    >>> only.split()[0] == only.split()[-1], len(only.split()) <= MOST_CORNERS
    (True, True)
    """
    from shapely.geometry import shape
    from shapely.ops import unary_union

    area = unary_union([each.buffer(0) for each in getattr(shape(geometry), "geoms", [shape(geometry)])])
    room = START_DEGREES
    for _ in range(12):
        grown = _pieces(area.buffer(room, quad_segs=2).simplify(room * 0.9))
        rounded = [_rounded(each) for each in grown]
        fits = len(rounded) <= MOST_PIECES and all(len(each.exterior.coords) <= MOST_CORNERS for each in rounded)
        if fits and all(each.is_valid for each in rounded) and unary_union(rounded).covers(area):
            return tuple(_written(each.exterior.coords) for each in rounded)
        room *= 2
    return (_written(_rounded(area.convex_hull.buffer(room).envelope).exterior.coords),)


def _pieces(area: Any) -> list[Any]:
    from shapely.geometry import Polygon

    parts = area.geoms if hasattr(area, "geoms") else [area]
    return [Polygon(each.exterior) for each in parts if each.geom_type == "Polygon" and not each.is_empty]


def _rounded(area: Any) -> Any:
    from shapely.geometry import Polygon

    return Polygon([(round(x, 4), round(y, 4)) for x, y in area.exterior.coords])


def _written(corners: Iterable[tuple[float, ...]]) -> str:
    return " ".join(f"{y:.4f},{x:.4f}" for x, y, *_ in corners)
