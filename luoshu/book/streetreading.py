"""A street file of any known format taken over into a book: read, judged, kept with its source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from luoshu.book.mapfile import Unreadable, is_osm, unreadable
from luoshu.book.problem import Problem, Source
from luoshu.book.streetfaults import told_faults
from luoshu.book.streetlines import Lines, Tell
from luoshu.book.streetmaking import make_streets
from luoshu.book.streetquality import quality
from luoshu.book.streets import Streets
from luoshu.methods.coordinates import system_named, to_wgs84
from luoshu.words.message import say

FORMATS = ".osm.pbf .osm .graphml .gpkg .sqlite .geojson .csv"
SYSTEMS = say("Name it with --system: WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number")
Reader = Callable[[Path, Tell], Lines]


def read_streets_file(
    path: Path | str,
    *,
    system: str = "",
    nodes: Path | str | None = None,
    day: date | None = None,
    tell: Tell = lambda done, total: None,
) -> tuple[Streets | None, tuple[Problem, ...]]:
    """The network of a street file with its quality in `about`, and what was wrong in reading; None without a network.

    What the figures in `about` tell of, `told_faults` says.

    `system` is the coordinate system of the file (over what the file itself says); a file that names none is not
    guessed at. `nodes`: the table of points that belongs to a table of edges. `day`: of what day the map is.
    """
    path = Path(path)
    try:
        lines = _reader(path, nodes)(path, lambda done, total: tell(70 * done // max(total, 1), 100))
    except Unreadable as stop:
        return None, (stop.problem,)
    problem = _set_system(lines, system, path)
    if problem:
        return None, (*lines.problems, problem)
    tell(70, 100)
    streets = make_streets(lines)
    tell(90, 100)
    if not streets.edges:
        says, mend = say("the file holds no street that can be used"), say("Check that it is a map of streets")
        source = Source(file=path.name)
        left = [replace(each, source=source) for each in told_faults(streets.about)]
        return None, (*lines.problems, *left, Problem(code="no-streets", says=says, source=source, mend=mend))
    streets = replace(streets, about=_about(streets, path, day))
    tell(100, 100)
    return streets, tuple(lines.problems)


def _reader(path: Path, nodes: Path | str | None) -> Reader:
    """The reader for a file, by its name; the readers' libraries are loaded with them."""
    name = path.name.lower()
    if is_osm(path):
        from luoshu.book.osmstreets import read_osm

        return read_osm
    if name.endswith(".csv"):
        from luoshu.book.streetcsv import read_csv

        return partial(read_csv, nodes=nodes)
    if name.endswith((".geojson", ".json")):
        from luoshu.book.streetshapes import read_geojson

        return read_geojson
    if name.endswith((".gpkg", ".sqlite", ".sqlite3", ".db")):
        from luoshu.book.geopackage import read_sqlite

        return read_sqlite
    if name.endswith((".graphml", ".graphml.xml")):
        from luoshu.book.graphml import read_graphml

        return read_graphml
    says = say("{file} is of no format that is read", file=path.name[:100])
    raise unreadable(path, "wrong-format", says, say("Give one of: {formats}", formats=FORMATS))


def _set_system(lines: Lines, asked: str, path: Path) -> Problem | None:
    said = asked or lines.system
    source = Source(file=path.name)
    if not said:
        says = say("the file does not say in which coordinate system it is")
        return Problem(code="no-system", says=says, source=source, mend=SYSTEMS)
    try:
        to_wgs84([0.0], [0.0], said)
    except ValueError:
        says = say("{found!r} is no coordinate system that is known", found=said[:60])
        return Problem(code="unknown-system", says=says, source=source, mend=SYSTEMS)
    lines.system = system_named(said)
    return None


def _about(streets: Streets, path: Path, day: date | None) -> dict[str, Any]:
    """What roads/network.yaml will say; the name of the file only, not its folder."""
    told = dict(streets.about)
    of_day = day.isoformat() if day else told.pop("map_day", None)
    told.pop("map_day", None)
    source: dict[str, Any] = {"file": path.name, "sha256": _hash(path), "bytes": path.stat().st_size}
    if of_day:
        source["day"] = date.fromisoformat(of_day)
    source["system"] = told.pop("system")
    credit = told.pop("attribution", path.name)
    counts = {"corners": streets.nodes, "links": streets.edges}
    return {"attribution": credit, "source": source, "counts": counts, **told, "quality": quality(streets)}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
