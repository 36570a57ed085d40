"""The land of a book: its areas with outlines, which area a point lies in, and how areas lie in areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.directory import Place
from luoshu.book.outlines import outlines
from luoshu.methods.coordinates import Floats

if TYPE_CHECKING:
    from luoshu.book.book import Book


@dataclass(frozen=True, kw_only=True, eq=False)
class Territory:
    """Areas with outlines by their codes (shapely geometries, WGS-84 degrees), and the area that each area lies in."""

    shapes: Mapping[str, Any]
    names: Mapping[str, str]
    parent: Mapping[str, str]

    def name(self, code: str) -> str:
        return self.names.get(code) or code

    def above(self, code: str) -> list[str]:
        """The areas that an area lies in, the nearest first."""
        found: list[str] = []
        while (code := self.parent.get(code, "")) and code not in found:
            found.append(code)
        return found

    def outlined(self, code: str) -> str:
        """The area itself or the nearest above it that has an outline; "" where none has."""
        return next((each for each in (code, *self.above(code)) if each in self.shapes), "")

    def contains(self, code: str, lon: Floats, lat: Floats) -> np.ndarray:
        """Whether points lie in an area."""
        import shapely

        found: np.ndarray = shapely.contains_xy(self.shapes[code], lon, lat)
        return found

    def locate(self, lon: Floats, lat: Floats) -> np.ndarray:
        """The code of the outlined area that each point lies in, "" where it lies in none: the first of them."""
        found = np.full(len(lon), "", dtype=object)
        left = np.ones(len(lon), dtype=bool)
        for code, shape in self.shapes.items():
            west, south, east, north = shape.bounds
            near = np.flatnonzero(left & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            if len(near):
                inside = near[self.contains(code, lon[near], lat[near])]
                found[inside] = code
                left[inside] = False
        return found

    def area_of(self, written: Sequence[str], lon: Floats, lat: Floats) -> np.ndarray:
        """The outlined area of each row: that of the place it names, else the one it lies in, else the place itself."""
        codes = {code: self.outlined(code) for code in set(written)}
        found = np.array([codes[code] for code in written], dtype=object)
        lost = np.flatnonzero(found == "") if len(found) else np.array([], dtype=np.int64)
        if len(lost):
            there = self.locate(lon[lost], lat[lost])
            found[lost] = [at or written[i] for i, at in zip(lost, there, strict=True)]
        return found


def territory(book: Book) -> Territory:
    """The land of a book, from geo/*.geojson and tables/place.csv; made once."""
    return book.derived("territory", _territory, Place)


def _territory(book: Book) -> Territory:
    import shapely
    import shapely.geometry

    shapes: dict[str, Any] = {}
    names: dict[str, str] = {}
    drawn, _ = outlines(book.folder)
    for feature in drawn["features"] if drawn else ():
        code = feature["properties"]["id"]
        shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
        shapely.prepare(shape)
        shapes[code] = shape
        names[code] = feature["properties"]["name"]
    rows = book.rows(Place)
    names |= {row.id: row.name for row in rows}
    return Territory(shapes=shapes, names=names, parent={row.id: row.parent for row in rows})
