"""A small invented book with a square region, for the tests of places and people."""

import json
from pathlib import Path

import pytest
from little import Little

from luoshu.book.book import Book, open_book
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.site import Site

WEST, SOUTH, EAST, NORTH = 112.4, 34.6, 112.6, 34.8


def square(west: float, south: float, east: float, north: float) -> list:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def areas_as_geojson(**areas: list) -> str:
    """A GeoJSON of areas by their codes."""
    features = [
        {"type": "Feature", "properties": {"id": code.removeprefix("c"), "name": f"县{code}"},
         "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for code, ring in areas.items()
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture
def town(tmp_path):
    """Makes the book: tables as csv text by name; two counties 1 (west) and 2 (east) with outlines unless told else."""

    def make(outlines: str | None = "", **tables: str) -> Book:
        folder = Path(tmp_path) / "book"
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        (folder / "book.yaml").write_text("title: 示范\nregion: '0'\n", encoding="utf-8")
        if outlines is not None:
            middle = (WEST + EAST) / 2
            halves = areas_as_geojson(c1=square(WEST, SOUTH, middle, NORTH), c2=square(middle, SOUTH, EAST, NORTH))
            (folder / "geo").mkdir(exist_ok=True)
            (folder / "geo" / "counties.geojson").write_text(outlines or halves, encoding="utf-8")
        place = "id,name,parent,level\n0,示范市,,city\n1,西县,0,county\n2,东县,0,county\n"
        for name, text in {"place": place, **tables}.items():
            (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
        return open_book(folder, tables=(Site, Home, Census, Settlement))

    return make


@pytest.fixture
def outlined():
    """Makes a GeoJSON of areas by their codes, each with its ring."""
    return areas_as_geojson


@pytest.fixture
def little(tmp_path: Path) -> Little:
    """Makes a book of one target in a folder of its own."""
    return Little(tmp_path)
