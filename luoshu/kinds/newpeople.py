"""People of a file from outside as homes of the book: points, cells of a grid, or areas spread over points in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.gridfile import read_raster
from luoshu.book.incoming import Incoming, incoming
from luoshu.book.problem import Problem, Source
from luoshu.kinds.areaspread import over_areas
from luoshu.kinds.bringing import Brought, brought, recognised_headings
from luoshu.kinds.home import Home
from luoshu.kinds.whereabouts import problems_of_table
from luoshu.methods.sphere import EARTH_METRES
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

Tell = Callable[[int, int], None]
PICTURES = (".tif", ".tiff")


def new_people(
    path: Path, book: Book, *, system: str = "", sort: str = "", source: str = "",
    columns: Mapping[str, str] | None = None, over: Path | None = None, tell: Tell = lambda done, total: None,
) -> Brought:  # fmt: skip
    """The homes of a file: good rows, and all that is wrong with the others; nothing is written.

    Points (csv, Excel, GeoJSON) come as they are; a grid (.asc) as the middles of its cells; areas (GeoJSON polygons
    with people) are spread over the points of `over` (a table or map of buildings), else over the book's settlements,
    else over cells, by `areaspread`. Homes outside the region are named and kept.
    """
    told, source = columns or {}, source or path.name
    if path.suffix.casefold() in PICTURES:
        mend = say("Make it an ESRI ASCII grid: gdal_translate -of AAIGrid in.tif out.asc")
        problem = Problem(
            code="wrong-format", says=say("GeoTIFF is not read"), source=Source(file=path.name), mend=mend
        )
        return Brought(table=Home, problems=(problem,))
    grid: dict[str, str] = {}
    if path.suffix.casefold() == ".asc":
        file, grid = _of_grid(path, system)
    else:
        file = incoming(path)
        if any(g and g.get("type") in ("Polygon", "MultiPolygon") for g in file.geometries):
            return _outside_too(over_areas(file, book, told, system, sort, source, over, tell), book, file.file)
    headings = recognised_headings(file, Home, told)
    if "people" not in headings and len(file):
        return Brought(table=Home, read=len(file), problems=(*file.problems, _no_people(file)))
    always = {"source": source, **({"sort": sort} if sort else {}), **grid}
    found = brought(file, Home, book, columns=told, always=always, system=system, make_id=path.stem)
    return _outside_too(found, book, file.file)


def _outside_too(found: Brought, book: Book, file: str) -> Brought:
    """With what is wrong with where the rows lie."""
    judged = [p for p in problems_of_table(book.over({Home: found.rows}), Home) if p.source.file == file]
    return replace(found, problems=(*found.problems, *judged))


def _no_people(file: Incoming) -> Problem:
    says = say("no column with people is recognised among: {names}", names=", ".join(file.columns))
    return Problem(code="no-people", says=says, source=Source(file=file.file),
                   mend=say("Say which with --columns people=…"))  # fmt: skip


def _of_grid(path: Path, system: str) -> tuple[Incoming, dict[str, str]]:
    """The cells of a grid as rows; their accuracy is half a diagonal of a cell."""
    raster, problems = read_raster(path)
    if raster is None:
        return Incoming(file=path.name, lines=[], columns={"x": [], "y": [], "people": []}, problems=problems), {}
    if raster.below:
        says = say("{count} cells hold less than nothing; they were left out", count=raster.below)
        problems = (*problems, Problem(code="too-small", says=says, source=Source(file=path.name),
                                       mend=say("Check what the grid writes for nothing")))  # fmt: skip
    said = system or _projection(path)
    degrees = not said.startswith("EPSG") and bool(len(raster.x)) and float(np.abs(raster.x).max()) <= 180
    metres = raster.side * (np.radians(1.0) * EARTH_METRES if degrees else 1.0)
    columns: dict[str, list[str]] = {
        "id": [f"{path.stem}-r{r}c{c}" for r, c in zip(raster.row.tolist(), raster.column.tolist(), strict=True)],
        "x": list(map(repr, raster.x.tolist())),
        "y": list(map(repr, raster.y.tolist())),
        "people": list(map(repr, raster.values.tolist())),
    }
    file = Incoming(file=path.name, lines=raster.row.tolist(), columns=columns, system=said, problems=problems)
    return file, {"sort": "cell", "accuracy": f"{metres / np.sqrt(2):.0f}"}


def _projection(path: Path) -> str:
    """What the .prj file beside a grid says; "" where there is none, or none that has a number."""
    beside = path.with_suffix(".prj")
    if not beside.is_file():
        return ""
    import pyproj

    try:
        found: Any = pyproj.CRS.from_user_input(beside.read_text("utf-8", "replace")[:10_000]).to_epsg(
            min_confidence=25
        )
    except pyproj.exceptions.CRSError:
        return ""
    return f"EPSG:{found}" if found else ""
