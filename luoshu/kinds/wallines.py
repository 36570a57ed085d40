"""The lines of a wall that a table gives as well-known text, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.problem import Problem, Source
from luoshu.kinds.barrier import Wall, of_map
from luoshu.methods.coordinates import system_named, to_wgs84
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

Line = tuple[NDArray[np.float64], NDArray[np.float64]]


def wall_points(row: Wall, book: Book) -> tuple[list[Line], Problem | None]:
    """The corners of a wall in WGS-84 degrees, a pair of arrays for each of its lines; none, and why, if it has none.

    An area gives its edge and the edges of its holes. A wall of the map (osm123) without text has no lines of its own.
    """
    if not row.wkt and of_map(row.id):
        return [], None
    import shapely

    place = book.source_of(row)
    name = row.name or row.id

    def fault(code: str, column: str, says: Message, mend: Message) -> tuple[list[Line], Problem]:
        source = Source(file=place.file, line=place.line, column=column)
        return [], Problem(code=code, says=says, source=source, mend=mend)

    shape: Any = shapely.from_wkt(row.wkt, on_invalid="ignore") if row.wkt else None
    rings = [] if shape is None else _rings(shape)
    if not rings:
        return fault("bad-line", "wkt", say("the line of {name} cannot be read, so it bars nothing", name=name),
                     say("Write LINESTRING (112.4 34.6, 112.5 34.6) or POLYGON ((…))"))  # fmt: skip
    if not system_named(row.system):
        return fault("no-system" if not row.system else "unknown-system", "system",
                     say("{name} has coordinates but no coordinate system", name=name),
                     say("Write WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number in system"))  # fmt: skip
    lines = []
    for ring in rings:
        try:
            lon, lat = to_wgs84(ring[:, 0], ring[:, 1], row.system)
        except ValueError:
            lon = lat = np.full(len(ring), np.nan)
        if not (np.isfinite(lon) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)).all():
            says = say("the line of {name} lies outside what {system} can hold", name=name, system=row.system)
            return fault("impossible-coordinates", "wkt", says, say("Check the figures and the coordinate system"))
        lines.append((np.asarray(lon), np.asarray(lat)))
    return lines, None


def _rings(shape: Any) -> list[NDArray[np.float64]]:
    """The lines of a geometry as tables of corners: of lines themselves, of areas their edges; points have none."""
    import shapely

    found = []
    for part in shapely.get_parts(shape):
        line = shapely.boundary(part) if part.geom_type == "Polygon" else part
        for each in shapely.get_parts(line):
            points = shapely.get_coordinates(each)
            if each.geom_type in ("LineString", "LinearRing") and len(points) > 1 and np.isfinite(points).all():
                found.append(points)
    return found
