"""Layers as files: what is read back is what was drawn, and nothing unknown becomes a zero."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import numpy as np
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader
from wells import DAY, square

from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show.geoparquet import geoparquet
from luoshu.show.language import Language
from luoshu.show.layerfile import binary, features, geojson, script, unpacked
from luoshu.show.tiles import pmtiles, tiles_over
from luoshu.words.message import say

ZH = Language("zh")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def homes() -> Layer:
    return Layer(
        id="homes", name=say("homes"), shape="points", role="homes", lon=np.array([112.1234567, 112.5, np.nan]),
        lat=np.array([34.1, 34.2, 34.3]), ids=["a", "b", "c"], names=["甲", "乙", "丙"],
        columns={
            "minutes": LayerColumn(name=say("minutes"), values=np.array([7.5, np.inf, np.nan]), unit="分钟"),
            "sort": LayerColumn(name=say("kind"), values=["village", None, DAY]),
        },
        measure="minutes",
    )  # fmt: skip


def areas(count: int = 12) -> Layer:
    places = [(112 + 0.1 * (i % 4), 34 + 0.1 * (i // 4)) for i in range(count)]
    return Layer(
        id="areas", name=say("areas"), shape="polygons", role="areas", ids=[f"p{i}" for i in range(count)],
        geometries=[square(x, y, 0.1) for x, y in places],
        columns={"share": LayerColumn(name=say("share"), values=np.linspace(0, 1, count), unit="share")},
        measure="share",
    )  # fmt: skip


def test_packed_points_keep_unknown_and_out_of_reach_apart() -> None:
    header, columns = unpacked(binary(homes()))
    assert header["count"] == 3
    assert header["ids"] == ["a", "b", "c"]
    assert header["columns"][-1] == {"name": "sort", "type": "words", "values": ["village", None, "2025-12-31"]}
    assert columns["minutes"][0] == 7.5
    assert np.isposinf(columns["minutes"][1])
    assert np.isnan(columns["minutes"][2])


def test_geojson_is_read_back_with_its_sense_of_rotation() -> None:
    told = json.loads(geojson(areas(), ZH))
    assert told["bbox"] == [112.0, 34.0, 112.4, 34.3]
    first = shapely.geometry.shape(told["features"][0]["geometry"])
    assert first.is_valid
    assert first.exterior.is_ccw
    assert told["features"][3]["id"] == "p3"
    assert told["labels"]["share"]["name"]


def test_geojson_has_no_number_that_json_has_not() -> None:
    def refused(word: str) -> Any:
        raise AssertionError(word)

    told = json.loads(geojson(homes(), ZH), parse_constant=refused)
    near, far, unknown = told["features"]
    assert near["geometry"]["coordinates"] == [112.123457, 34.1]
    assert far["properties"]["minutes"] is None
    assert far["properties"]["minutes_beyond"] is True
    assert unknown["properties"]["minutes"] is None
    assert "minutes_beyond" not in unknown["properties"]
    assert unknown["geometry"] is None


def test_a_script_holds_the_same_bytes() -> None:
    import base64

    text = script("water/homes", homes(), ZH).decode()
    assert text.startswith('luoshuLayer("water/homes","')
    assert base64.b64decode(text.split('"')[3]) == binary(homes())
    assert json.loads(script("a/b", areas(), ZH).decode().removeprefix('luoshuLayer("a/b",').removesuffix(");\n"))


def test_geoparquet_is_read_back_by_others() -> None:
    import pyarrow.parquet as parquet
    from pyproj import CRS

    table = parquet.read_table(io.BytesIO(geoparquet(areas(), ZH)))
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    about = geo["columns"][geo["primary_column"]]
    assert (about["encoding"], about["geometry_types"]) == ("WKB", ["Polygon"])
    assert about["bbox"] == [112.0, 34.0, 112.4, 34.3]
    assert CRS.from_json_dict(about["crs"]) == CRS.from_user_input("OGC:CRS84")
    assert about["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    shapes = shapely.from_wkb(np.array(table["geometry"].to_pylist(), dtype=object))
    assert all(each.exterior.is_ccw for each in shapes)
    boxes = table["bbox"].to_pylist()
    assert [tuple(box.values()) for box in boxes] == [tuple(each.bounds) for each in shapes]
    assert table.schema.field("share").metadata[b"unit"] == b"share"


def test_geoparquet_keeps_unknown_null_and_out_of_reach_infinite() -> None:
    import pyarrow.parquet as parquet

    data = geoparquet(homes(), ZH)
    assert data == geoparquet(homes(), ZH)
    table = parquet.read_table(io.BytesIO(data))
    assert table["minutes"].to_pylist() == [7.5, float("inf"), None]
    assert table["geometry"].null_count == 1
    assert table["bbox"].null_count == 1


def test_tiles_hold_every_area_at_every_level() -> None:
    import mapbox_vector_tile

    layer = areas()
    data = pmtiles(layer, ZH)
    assert data == pmtiles(layer, ZH), "the same layer gives the same bytes"
    reader = Reader(MemorySource(data))
    header = reader.header()
    box = (112.0, 34.0, 112.4, 34.3)
    for zoom in range(header["min_zoom"], header["max_zoom"] + 1):
        seen = set()
        for x, y in tiles_over(box, zoom):
            tile = reader.get(zoom, x, y)
            if tile:
                told = mapbox_vector_tile.decode(gzip.decompress(tile))["layer"]
                seen |= {each["properties"]["id"] for each in told["features"]}
        assert seen == set(layer.ids), zoom
    assert reader.metadata()["vector_layers"][0]["id"] == "layer"


def test_tiles_of_a_polygon_with_a_hole_wind_as_the_standard_says() -> None:
    import mapbox_vector_tile

    outer, hole = square(112, 34, 0.5)["coordinates"][0], square(112.1, 34.1, 0.2)["coordinates"][0]
    geometry = {"type": "Polygon", "coordinates": [outer, hole]}
    layer = Layer(id="x", name=say("x"), shape="polygons", role="areas", geometries=[geometry])
    reader = Reader(MemorySource(pmtiles(layer, ZH)))
    zoom = reader.header()["min_zoom"]
    (x, y), *_ = tiles_over((112, 34, 112.5, 34.5), zoom)
    told = mapbox_vector_tile.decode(gzip.decompress(reader.get(zoom, x, y)))["layer"]["features"]
    shape = shapely.geometry.shape(told[0]["geometry"])
    assert shape.is_valid
    assert len(shape.interiors) == 1


def test_tiles_of_lines() -> None:
    line = {"type": "LineString", "coordinates": [[112, 34], [112.1, 34.05], [112.3, 34.4]]}
    layer = Layer(id="x", name=say("x"), shape="lines", role="barriers", geometries=[line])
    assert Reader(MemorySource(pmtiles(layer, ZH))).header()["tile_entries_count"] > 3
    with pytest.raises(ValueError, match="no lines or polygons"):
        pmtiles(homes(), ZH)


def test_odd_geometries_and_empty_layers_go_through_every_form() -> None:
    import pyarrow.parquet as parquet

    corner = [[112, 34, 5], [113, 34, 5], [113, 35, 5], [112, 34, 5]]
    bow = [[112, 34], [113, 35], [113, 34], [112, 35], [112, 34]]
    mixed = [{"type": "Point", "coordinates": [112, 34]}, {"type": "Polygon", "coordinates": [corner]}]
    odd = Layer(
        id="odd", name=say("odd"), shape="polygons", role="areas",
        geometries=[
            None, {"type": "Polygon", "coordinates": [corner]}, {"type": "GeometryCollection", "geometries": mixed},
            {"type": "MultiPolygon", "coordinates": []}, {"type": "Polygon", "coordinates": [bow]},
        ],
        columns={"good": LayerColumn(name=say("good"), values=np.array([True, False, True, False, True]))},
    )  # fmt: skip
    told = json.loads(geojson(odd, ZH))["features"]
    assert [each["geometry"] and each["geometry"]["type"] for each in told] == [
        None, "Polygon", "GeometryCollection", "MultiPolygon", "Polygon"
    ]  # fmt: skip
    assert told[1]["geometry"]["coordinates"][0][0] == [112.0, 34.0], "heights are left out"
    table = parquet.read_table(io.BytesIO(geoparquet(odd, ZH)))
    assert table["good"].to_pylist() == [True, False, True, False, True]
    assert pmtiles(odd, ZH)
    nothing = Layer(id="no", name=say("no"), shape="points", role="homes", lon=np.array([]), lat=np.array([]))
    assert unpacked(binary(nothing))[0]["count"] == 0
    assert json.loads(geojson(nothing, ZH))["features"] == []
    assert parquet.read_table(io.BytesIO(geoparquet(nothing, ZH))).num_rows == 0


def test_features_of_some_rows() -> None:
    assert [each["id"] for each in features(areas(), ZH, np.array([3, 1]))] == ["p3", "p1"]
