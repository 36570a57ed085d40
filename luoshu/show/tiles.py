"""Large lines and polygons as PMTiles: one static file of vector tiles that a map reads piece by piece."""

from __future__ import annotations

import gzip
import io
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from luoshu.kinds.layer import Layer
from luoshu.show.geoparquet import shapes
from luoshu.show.language import Language
from luoshu.show.layerfile import bounds, features, labels
from luoshu.show.vectortile import EXTENT, SOURCE, encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN = 64
"""Units that a tile reaches beyond its side, so that outlines of neighbours meet unseen."""
DEEPEST, MOST_TILES = 14, 1500
ZOOM_OUT = 3
"""Levels drawn below the one at which the whole layer fills a tile or two."""
MOST_LATITUDE = 85.0511287798066
"""Where the square of the web Mercator map ends."""
Bounds = tuple[float, float, float, float]
Tick = Callable[[int, int], None]


def pmtiles(layer: Layer, language: Language, tick: Tick | None = None) -> bytes:
    """A layer of lines or polygons as a PMTiles archive (version 3) of Mapbox vector tiles (version 2).

    The deepest level is the last of at most 1,500 tiles over the layer's box, and never beyond 14; outlines are
    simplified to half a unit of their tile. The same layer gives the same bytes. `tick` is called with (tiles done,
    tiles in all). Raises ValueError for points and for a layer without any outline.
    """
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    box = bounds(layer)
    if layer.shape == "points" or box is None:
        raise ValueError(f"the layer {layer.id} has no lines or polygons to make tiles of")
    squares = mercator(shapes(layer))
    properties = [
        {name: value for name, value in each["properties"].items() if value is not None}
        for each in features(layer, language)
    ]
    first, last = zooms(box)
    total = sum(len(tiles_over(box, zoom)) for zoom in range(first, last + 1))
    made: dict[int, bytes] = {}
    done = 0
    for zoom in range(first, last + 1):
        for x, y, rows, clipped in _level(squares, box, zoom):
            tile = encoded(rows, clipped, properties, polygons=layer.shape == "polygons") if rows else b""
            if tile:
                made[zxy_to_tileid(zoom, x, y)] = gzip.compress(tile, mtime=0)
            done += 1
            if tick:
                tick(done, total)
    out = io.BytesIO()
    writer: Any = Writer(out)  # type: ignore[no-untyped-call]
    for number in sorted(made):
        writer.write_tile(number, made[number])
    west, south, east, north = (round(each * 1e7) for each in box)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": first,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    fields = {name: "Number" if column.numeric else "String" for name, column in layer.columns.items()}
    about = {
        "name": language.message(layer.name),
        "vector_layers": [{"id": SOURCE, "fields": fields, "minzoom": first, "maxzoom": last}],
        "labels": labels(layer, language),
    }
    writer.finalize(header, about)
    return out.getvalue()


def zooms(box: Bounds) -> tuple[int, int]:
    """The first and last level for a box in degrees.

    >>> zooms((111.1, 33.5, 112.99, 35.1)), zooms((-180, -85, 180, 85))
    ((5, 12), (0, 5))
    """
    counts = [_count(box, zoom) for zoom in range(DEEPEST + 1)]
    last = max(zoom for zoom, count in enumerate(counts) if count <= MOST_TILES)
    whole = max(zoom for zoom, count in enumerate(counts) if count <= 4)
    return max(0, min(whole, last) - ZOOM_OUT), last


def tiles_over(box: Bounds, zoom: int) -> list[tuple[int, int]]:
    """The tiles (x, y) of a level that touch a box in degrees."""
    west, south, east, north = box
    side = 2**zoom
    left, right = (min(side - 1, max(0, int(_x(each) * side))) for each in (west, east))
    top, bottom = (min(side - 1, max(0, int(_y(each) * side))) for each in (north, south))
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _count(box: Bounds, zoom: int) -> int:
    west, south, east, north = box
    side = 2**zoom
    wide = int(min(side - 1, _x(east) * side)) - int(_x(west) * side) + 1
    high = int(min(side - 1, _y(south) * side)) - int(max(0.0, _y(north)) * side) + 1
    return wide * high


def _x(lon: float) -> float:
    return lon / 360 + 0.5


def _y(lat: float) -> float:
    """Web Mercator (EPSG:3857) from north to south as 0 to 1."""
    lat = max(-MOST_LATITUDE, min(MOST_LATITUDE, lat))
    return 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)


def mercator(geometries: NDArray[Any]) -> NDArray[Any]:
    """Geometries in degrees on the unit square of the web Mercator map, y downwards."""
    import numpy as np
    import shapely

    def project(places: NDArray[Any]) -> NDArray[Any]:
        lat = np.clip(places[:, 1], -MOST_LATITUDE, MOST_LATITUDE)
        down = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)
        return np.stack([places[:, 0] / 360 + 0.5, down], axis=1)

    projected: NDArray[Any] = shapely.transform(geometries, project)
    return projected


def _level(squares: NDArray[Any], box: Bounds, zoom: int) -> Iterator[tuple[int, int, list[int], Any]]:
    """Each tile of a level with the numbers of the features in it and their clipped shapes in units of the tile."""
    import shapely

    side = 2**zoom
    simple = shapely.simplify(squares, 0.5 / (side * EXTENT), preserve_topology=True)
    tree = shapely.STRtree(simple)
    reach = MARGIN / EXTENT
    for x, y in tiles_over(box, zoom):
        edges = ((x - reach) / side, (y - reach) / side, (x + 1 + reach) / side, (y + 1 + reach) / side)
        rows = sorted(tree.query(shapely.box(*edges)).tolist())
        clipped = shapely.clip_by_rect(simple[rows], *edges)
        corner = (x, y)

        def to_units(places: NDArray[Any], corner: tuple[int, int] = corner) -> NDArray[Any]:
            moved: NDArray[Any] = (places * side - corner) * EXTENT
            return moved

        yield x, y, rows, shapely.transform(clipped, to_units)
