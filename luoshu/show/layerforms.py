"""The forms in which a layer leaves the map: GeoJSON, GeoParquet, and tiles where it is large."""

from __future__ import annotations

from luoshu.kinds.layer import Layer
from luoshu.show.language import Language
from luoshu.show.layerfile import geojson, vertices

FORMS = {"geojson": "GeoJSON", "parquet": "GeoParquet", "pmtiles": "PMTiles"}
LARGE_BYTES = 2_000_000
"""Lines and polygons that would be larger as GeoJSON are drawn from tiles."""
BYTES_A_VERTEX = 24


def forms(layer: Layer) -> dict[str, str]:
    """The forms that are offered of a layer, by the ending of their files."""
    return {form: name for form, name in FORMS.items() if form != "pmtiles" or is_large(layer)}


def as_file(layer: Layer, form: str, language: Language) -> bytes:
    """A layer in one of the forms; ValueError where it has nothing to make tiles of, KeyError for another form."""
    if form == "geojson":
        return geojson(layer, language)
    if form == "parquet":
        from luoshu.show.geoparquet import geoparquet

        return geoparquet(layer, language)
    if form == "pmtiles":
        from luoshu.show.tiles import pmtiles

        return pmtiles(layer, language)
    raise KeyError(form)


def is_large(layer: Layer) -> bool:
    """Whether lines or polygons are better drawn from tiles."""
    if layer.shape == "points":
        return False
    most = LARGE_BYTES // BYTES_A_VERTEX
    count = 0
    for geometry in layer.geometries:
        count += sum(1 for _ in vertices(geometry)) if geometry else 0
        if count > most:
            return True
    return False
