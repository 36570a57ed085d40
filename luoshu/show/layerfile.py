"""A layer of the map as a file: packed arrays for the browser, a script for pages opened from a folder, GeoJSON."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show.language import Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DECIMALS = 6
"""Of a degree, in files: about a tenth of a metre, as RFC 7946 (section 11.2) advises."""
MOST_WORDS = 20_000
"""Features whose ids, names and words stand in a packed file; of more there are only figures."""
PLACE = "place"
"""The column of homes with the codes of their counties: for other programs, and so left out of packed files."""
BEYOND = "_beyond"
"""Ending of the property that is true where a figure is infinite: JSON has no word for it, and null is `not known`."""


def binary(layer: Layer, only: frozenset[str] | None = None, *, bare: bool = False) -> bytes:
    """A layer of points as packed arrays: length of the header (uint32), header (JSON), then 32-bit floats.

    The header holds `count` and `columns` ({name, offset, type "f4"}; offsets in bytes from the end of the header,
    which is padded to a multiple of 4); lon and lat come first. NaN is not known, infinity out of reach. Words stand in
    the header as {name, type "words", values}, like `ids` and `names`, as long as the layer is small. `only` names the
    columns that are packed; a `bare` file leaves places, ids and names out, for a map that has them. Raises ValueError
    for lines and polygons.

    >>> import numpy as np
    >>> from luoshu.words.message import say
    >>> minutes = LayerColumn(name=say("minutes"), values=np.array([7.0]))
    >>> homes = Layer(id="homes", name=say("homes"), shape="points", role="homes", columns={"minutes": minutes},
    ...               lon=np.array([112.5]), lat=np.array([34.5]))
    >>> header, columns = unpacked(binary(homes))
    >>> header["count"], [float(values[0]) for values in columns.values()]
    (1, [112.5, 34.5, 7.0])
    """
    import numpy as np

    if layer.shape != "points" or layer.lon is None or layer.lat is None:
        raise ValueError(f"the layer {layer.id} is of {layer.shape}, and only points are packed")
    arrays = {} if bare else {"lon": layer.lon, "lat": layer.lat}
    words: list[dict[str, Any]] = []
    for name, column in layer.columns.items():
        if (only is not None and name not in only) or (name == PLACE and not column.numeric):
            continue
        if column.numeric:
            arrays[name] = column.values
        elif len(layer) <= MOST_WORDS:
            words.append({"name": name, "type": "words", "values": [word(value) for value in column.values]})
    columns: list[dict[str, Any]] = [
        {"name": name, "offset": 4 * len(layer) * place, "type": "f4"} for place, name in enumerate(arrays)
    ]
    header: dict[str, Any] = {"count": len(layer), "columns": columns + words}
    if not bare and (len(layer) <= MOST_WORDS or layer.table):
        header |= {"ids": list(map(str, layer.ids))} if layer.ids else {}
    if not bare and len(layer) <= MOST_WORDS and layer.names:
        header["names"] = list(map(str, layer.names))
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 4)
    body = b"".join(np.asarray(values, dtype="<f4").tobytes() for values in arrays.values())
    return struct.pack("<I", len(head)) + head + body


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """The header of a packed layer and its arrays by column."""
    import numpy as np

    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    start, count = 4 + length, header["count"]
    return header, {
        each["name"]: np.frombuffer(data, "<f4", count, start + each["offset"])
        for each in header["columns"]
        if each["type"] == "f4"
    }


def script(key: str, layer: Layer, language: Language) -> bytes:
    """A layer as a script that calls `luoshuLayer(key, data)`: packed in base64 for points, GeoJSON for others.

    Pages that are opened from a folder may not fetch, but they may load scripts.
    """
    if layer.shape == "points":
        data = json.dumps(base64.b64encode(binary(layer)).decode())
    else:
        # JSON is a part of the language of scripts but for these two line ends
        data = geojson(layer, language).decode().replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"luoshuLayer({json.dumps(key)},{data});\n".encode()


def word(value: Any, language: Language | None = None) -> Any:
    """One value that is no number, as JSON: days in ISO form, sentences in the language."""
    if hasattr(value, "item"):  # of numpy
        value = value.item()
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return language.message(value) if language else str(value)


def labels(layer: Layer, language: Language) -> dict[str, dict[str, str]]:
    """What the machine names of the columns mean: name and unit."""
    return {
        name: {"name": language.message(column.name), "unit": language.unit(column.unit)}
        for name, column in layer.columns.items()
    }


def geojson(layer: Layer, language: Language) -> bytes:
    """A layer as a GeoJSON FeatureCollection (RFC 7946): WGS-84, six decimals, outer rings anticlockwise.

    Properties have the machine names of the columns; the member `labels` says what they mean. What is not known is
    null; what is out of reach is null and `<column>_beyond` true.
    """
    head = {
        "type": "FeatureCollection",
        "name": language.message(layer.name),
        **({"bbox": list(box)} if (box := bounds(layer)) else {}),
        "labels": labels(layer, language),
        **({"estimate": True} if layer.estimate else {}),
    }
    opened = json.dumps(head, ensure_ascii=False)[:-1]
    each = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features(layer, language))
    return (opened + ', "features": [\n' + ",\n".join(each) + "\n]}\n").encode()


def features(layer: Layer, language: Language, rows: Any = None) -> Iterator[dict[str, Any]]:
    """The features of a layer as GeoJSON, all of them or those of the numbers `rows` (an integer array)."""
    import numpy as np

    rows = np.arange(len(layer)) if rows is None else np.asarray(rows, dtype=np.int64)
    columns = [(name, *_plain(column, rows, language)) for name, column in layer.columns.items()]
    geometries = _geometries(layer, rows)
    for place, row in enumerate(rows.tolist()):
        properties: dict[str, Any] = {}
        if layer.ids:
            properties["id"] = str(layer.ids[row])
        if layer.names:
            properties["name"] = str(layer.names[row])
        for name, values, beyond in columns:
            properties[name] = values[place]
            if beyond is not None and beyond[place]:
                properties[name + BEYOND] = True
        feature: dict[str, Any] = {"type": "Feature"}
        if layer.ids:
            feature["id"] = str(layer.ids[row])
        yield {**feature, "geometry": geometries[place], "properties": properties}


def _plain(column: LayerColumn, rows: Any, language: Language) -> tuple[list[Any], list[bool] | None]:
    """The values of some rows as JSON, and where they are infinite (None: nowhere)."""
    import numpy as np

    if not column.numeric:
        return [word(column.values[row], language) for row in rows.tolist()], None
    values = column.values[rows]
    if values.dtype.kind != "f":
        return values.tolist(), None
    known, beyond = np.isfinite(values), np.isinf(values)
    plain = values.astype(object)
    plain[~known] = None
    return plain.tolist(), beyond.tolist() if beyond.any() else None


def _geometries(layer: Layer, rows: Any) -> list[dict[str, Any] | None]:
    import numpy as np

    if layer.lon is not None and layer.lat is not None:
        places = np.round(np.column_stack([layer.lon[rows], layer.lat[rows]]).astype(np.float64), DECIMALS).tolist()
        return [
            {"type": "Point", "coordinates": [x, y]} if x == x and y == y else None  # NaN is unlike itself
            for x, y in places
        ]
    return [rounded(layer.geometries[row]) for row in rows.tolist()]


def rounded(geometry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A geometry with six decimals, without height, its outer rings anticlockwise and its holes clockwise.

    >>> rounded({"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1.00000049], [0, 0]]]})["coordinates"]
    [[[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]]
    """
    if geometry is None:
        return None
    if geometry["type"] == "GeometryCollection":
        return {"type": "GeometryCollection", "geometries": [rounded(each) for each in geometry["geometries"]]}
    places = _rounded(geometry["coordinates"])
    if geometry["type"] == "Polygon":
        places = _wound(places)
    elif geometry["type"] == "MultiPolygon":
        places = [_wound(rings) for rings in places]
    return {"type": geometry["type"], "coordinates": places}


def _rounded(places: Any) -> Any:
    if isinstance(places[0], (int, float)) if len(places) else False:
        return [round(float(places[0]), DECIMALS), round(float(places[1]), DECIMALS)]
    return [_rounded(each) for each in places]


def _wound(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    """Rings in the sense that RFC 7946 asks for: the first anticlockwise, holes clockwise (by their signed areas)."""
    return [
        ring if (_area(ring) >= 0) == (place == 0) else ring[::-1] for place, ring in enumerate(rings)
    ]  # fmt: skip


def _area(ring: list[list[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def bounds(layer: Layer) -> tuple[float, float, float, float] | None:
    """West, south, east and north of a layer in degrees; None where it is empty."""
    import numpy as np

    if layer.lon is not None and layer.lat is not None:
        known = np.isfinite(layer.lon) & np.isfinite(layer.lat)
        lon, lat = np.asarray(layer.lon)[known], np.asarray(layer.lat)[known]
        if not len(lon):
            return None
        found = (lon.min(), lat.min(), lon.max(), lat.max())
    else:
        places = np.array([place for each in layer.geometries if each for place in vertices(each)], dtype=np.float64)
        if not len(places):
            return None
        found = (*places.min(axis=0), *places.max(axis=0))
    west, south, east, north = (round(float(each), DECIMALS) for each in found)
    return west, south, east, north


def vertices(geometry: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Every place of a geometry."""
    if geometry["type"] == "GeometryCollection":
        for each in geometry["geometries"]:
            yield from vertices(each)
        return
    left = [geometry["coordinates"]]
    while left:
        places = left.pop()
        if len(places) and isinstance(places[0], (int, float)):
            yield float(places[0]), float(places[1])
        else:
            left.extend(places)
