"""A layer of the map as GeoParquet 1.1, for GIS programs and data frames."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show.language import Language
from luoshu.show.layerfile import bounds, labels, rounded, word

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "1.1.0"
BOX = ("xmin", "ymin", "xmax", "ymax")


def geoparquet(layer: Layer, language: Language) -> bytes:
    """A layer as GeoParquet: id, name, the columns by their machine names, `bbox` of each feature, `geometry` as WKB.

    Coordinates are WGS-84 in the order of OGC:CRS84 (longitude first). What is not known is null; what is out of reach
    stays an infinite number. Each field's metadata hold its `label` and `unit`; the metadata `geo` are those of the
    GeoParquet specification 1.1 with the box of the layer, the box column as covering, and the types of geometry.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet
    import shapely

    geometries = shapes(layer)
    named = labels(layer, language)
    arrays: list[Any] = []
    fields: list[Any] = []
    for name, words in (("id", layer.ids), ("name", layer.names)):
        if words:
            arrays.append(pa.array([str(each) for each in words], pa.string()))
            fields.append(pa.field(name, pa.string()))
    for name, column in layer.columns.items():
        array = _array(column, language)
        arrays.append(array)
        told = {"label": named[name]["name"], "unit": named[name]["unit"]}
        fields.append(pa.field(name, array.type, metadata={k: v for k, v in told.items() if v}))
    boxes = shapely.bounds(geometries)
    missing = shapely.is_missing(geometries)
    parts = [pa.array(boxes[:, place], pa.float64()) for place in range(len(BOX))]
    arrays.append(pa.StructArray.from_arrays(parts, names=list(BOX), mask=pa.array(missing)))
    fields.append(pa.field("bbox", arrays[-1].type))
    arrays.append(pa.array(shapely.to_wkb(geometries, byte_order=1), pa.binary()))
    fields.append(pa.field("geometry", pa.binary()))
    about = {"name": language.message(layer.name), "shape": layer.shape, "role": layer.role, "estimate": layer.estimate}
    metadata = {"geo": json.dumps(geo(layer, geometries)), "luoshu": json.dumps(about, ensure_ascii=False)}
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))
    out = pa.BufferOutputStream()
    parquet.write_table(table, out, compression="zstd")
    made: bytes = out.getvalue().to_pybytes()
    return made


def shapes(layer: Layer) -> NDArray[Any]:
    """The geometries of a layer as an array of shapely objects, None where a feature has none."""
    import numpy as np
    import shapely

    if layer.lon is not None and layer.lat is not None:
        lon, lat = np.asarray(layer.lon, np.float64), np.asarray(layer.lat, np.float64)
        known = np.isfinite(lon) & np.isfinite(lat)
        made = np.full(len(layer), None, dtype=object)
        made[known] = shapely.points(lon[known], lat[known])
        return made
    made = np.full(len(layer), None, dtype=object)
    for place, geometry in enumerate(layer.geometries):
        plain = rounded(geometry)
        made[place] = shapely.geometry.shape(plain) if plain else None
    return made


def geo(layer: Layer, geometries: NDArray[Any]) -> dict[str, Any]:
    """The metadata `geo` of the file."""
    from pyproj import CRS

    box = bounds(layer)
    crs = CRS.from_user_input("OGC:CRS84").to_json_dict()
    kinds = sorted({each.geom_type for each in geometries if each is not None})
    primary: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": kinds,
        "crs": {name: value for name, value in crs.items() if name != "$schema"},
        "edges": "planar",
        "covering": {"bbox": {side: ["bbox", side] for side in BOX}},
    }
    if layer.shape == "polygons":
        primary["orientation"] = "counterclockwise"
    if box:
        primary["bbox"] = list(box)
    return {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": primary}}


def _array(column: LayerColumn, language: Language) -> Any:
    import numpy as np
    import pyarrow as pa

    if not column.numeric:
        values = [word(value, language) if not isinstance(value, date) else value for value in column.values]
        known = [value for value in values if value is not None]
        if known and all(isinstance(value, date) for value in known):
            return pa.array(values, pa.date32())
        if known and all(isinstance(value, bool) for value in known):
            return pa.array(values, pa.bool_())
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    figures = np.asarray(column.values)
    if figures.dtype.kind != "f":
        return pa.array(figures)
    return pa.array(figures.astype(np.float64), mask=np.isnan(figures))
