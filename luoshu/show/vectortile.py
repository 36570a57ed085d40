"""One vector tile (Mapbox vector tile specification 2.1): clipped shapes as integer commands, their figures beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXTENT = 4096
"""Units along the side of a tile."""
SOURCE = "layer"
"""What the one layer of a tile is called."""
MOVE, LINE, CLOSE = 1, 2, 7
Ring = list[tuple[int, int]]


def encoded(
    rows: Sequence[int], shapes: NDArray[Any], properties: Sequence[Mapping[str, Any]], *, polygons: bool
) -> bytes:
    """A tile of the shapes (in units of the tile, y downwards) of features `rows`; no bytes where nothing is left.

    What is smaller than a unit vanishes. `properties` are of all features, by row; a feature's number is its row.
    """
    from mapbox_vector_tile.Mapbox import vector_tile_pb2

    tile = vector_tile_pb2.tile()
    layer = tile.layers.add()
    layer.name, layer.version, layer.extent = SOURCE, 2, EXTENT
    keys: dict[str, int] = {}
    values: dict[tuple[type, Any], int] = {}
    drawn = polygon_commands(shapes) if polygons else line_commands(shapes)
    for row, commands in zip(rows, drawn, strict=True):
        if not commands:
            continue
        feature = layer.features.add()
        feature.id = row
        feature.type = tile.Polygon if polygons else tile.LineString
        feature.geometry.extend(commands)
        for name, value in properties[row].items():
            feature.tags.append(keys.setdefault(name, len(keys)))
            feature.tags.append(values.setdefault((type(value), value), len(values)))
    if not layer.features:
        return b""
    layer.keys.extend(keys)
    for kind, value in values:
        held = layer.values.add()
        if kind is bool:
            held.bool_value = value
        elif kind is str:
            held.string_value = value
        elif kind is int:
            held.sint_value = value
        else:
            held.double_value = value
    made: bytes = tile.SerializeToString(deterministic=True)
    return made


def polygon_commands(shapes: NDArray[Any]) -> list[list[int]]:
    """The commands of each shape's polygons: outer rings clockwise as seen on the map, holes the other way round."""
    import shapely

    found: list[list[int]] = [[] for _ in shapes]
    cursors = [(0, 0)] * len(shapes)
    parts, owners = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owners = parts[flat], owners[flat]
    rings, parents = shapely.get_rings(parts, return_index=True)
    kept, last = False, -1
    for ring, parent in zip(points(rings), parents.tolist(), strict=True):
        outer = parent != last
        last = parent
        ring = distinct(ring)[:-1]
        area = doubled_area(ring) if len(ring) > 2 else 0
        kept = bool(area) if outer else kept
        if not area or not kept:
            continue
        if (area > 0) != outer:
            ring.reverse()
        owner = int(owners[parent])
        cursors[owner] = _draw(found[owner], ring, cursors[owner])
        found[owner].append(CLOSE | 1 << 3)
    return found


def line_commands(shapes: NDArray[Any]) -> list[list[int]]:
    """The commands of each shape's lines."""
    import shapely

    found: list[list[int]] = [[] for _ in shapes]
    cursors = [(0, 0)] * len(shapes)
    parts, owners = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    for line, owner in zip(points(parts[flat]), owners[flat].tolist(), strict=True):
        line = distinct(line)
        if len(line) > 1:
            cursors[owner] = _draw(found[owner], line, cursors[owner])
    return found


def points(lines: NDArray[Any]) -> list[Ring]:
    """The places of each line, on whole units."""
    import numpy as np
    import shapely

    places, owners = shapely.get_coordinates(lines, return_index=True)
    whole = list(map(tuple, np.rint(places).astype(np.int64).tolist()))
    ends = np.searchsorted(owners, np.arange(len(lines) + 1)).tolist()
    return [whole[start:end] for start, end in pairwise(ends)]


def distinct(line: Ring) -> Ring:
    """A line without places that repeat the one before.

    >>> distinct([(0, 0), (0, 0), (1, 0)])
    [(0, 0), (1, 0)]
    """
    return [place for number, place in enumerate(line) if number == 0 or place != line[number - 1]]


def doubled_area(ring: Ring) -> int:
    """Twice the signed area (surveyor's formula) of an open ring.

    >>> doubled_area([(0, 0), (2, 0), (2, 2), (0, 2)])
    8
    """
    total, (before_x, before_y) = 0, ring[-1]
    for x, y in ring:
        total += before_x * y - x * before_y
        before_x, before_y = x, y
    return total


def _draw(commands: list[int], line: Ring, cursor: tuple[int, int]) -> tuple[int, int]:
    """Add the commands of one line that begins at the cursor; returns where it ends."""
    at_x, at_y = cursor
    for number, (x, y) in enumerate(line):
        if number == 0:
            commands.append(MOVE | 1 << 3)
        elif number == 1:
            commands.append(LINE | (len(line) - 1) << 3)
        step_x, step_y = x - at_x, y - at_y
        commands.append((step_x << 1) ^ (step_x >> 63))
        commands.append((step_y << 1) ^ (step_y >> 63))
        at_x, at_y = x, y
    return at_x, at_y
