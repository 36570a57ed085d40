"""People of areas (polygons with totals) spread over points in them: buildings, settlements, else cells of a grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.cell import quoted
from luoshu.book.incoming import Incoming, heading_for, incoming
from luoshu.book.loading import Findings, cell_values
from luoshu.book.mapfile import Unreadable, is_osm
from luoshu.book.osmplaces import residences
from luoshu.book.problem import Problem, Source
from luoshu.book.table import schema
from luoshu.kinds.bringing import Brought, brought, recognised_headings
from luoshu.kinds.home import Home, Settlement
from luoshu.kinds.peopling import cell_metres
from luoshu.kinds.position import placed
from luoshu.methods.coordinates import Floats, system_named, to_wgs84
from luoshu.methods.sphere import EARTH_METRES
from luoshu.methods.spreading import affordable_metres, cells_over, spread
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

Tell = Callable[[int, int], None]
GROUPS = ("people", "children", "old")
WEIGHTS = ("weight", "权重", "建筑面积", "面积", "floor_area", "area", "people", "人口")
DWELLING, PERHAPS = 1.0, 0.25
"""How much a square metre counts of a building that the map calls a dwelling, and of one whose use it does not say."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """What people are spread over: points with weights, and what they are (a sort of `Home`)."""

    lon: Floats
    lat: Floats
    weight: Floats
    sort: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Areas:
    """The areas of a file that can be used: shapes in WGS-84, lines, ids, names, places, totals by group."""

    shapes: list[Any]
    lines: list[int]
    words: Mapping[str, list[str]]
    totals: Mapping[str, Floats]


def over_areas(
    file: Incoming, book: Book, told: Mapping[str, str], system: str, sort: str, source: str, over: Path | None,
    tell: Tell,
) -> Brought:  # fmt: skip
    """The homes that the areas of a file come to.

    Each area's people go to the points inside it in proportion to their weights (floor space of buildings, people of
    settlements, all alike where neither is known), so that the total of the area is kept. An area without a point is a
    problem; its people stand in its middle. A point's people may live as far from it as the radius of its share of the
    area, which is its accuracy.
    """
    areas, problems = _areas(file, told, system)
    if areas is None:
        return Brought(table=Home, read=len(file), problems=tuple(problems))
    points = _points(book, areas, over)
    inside = _area_of(areas.shapes, points.lon, points.lat, tell)
    lost = [i for i in range(len(areas.shapes)) if not (inside == i).any()]
    for i in lost:
        says = say("area {name} holds no point to spread its people over: they stand in its middle",
                   name=quoted(areas.words["name"][i] or areas.words["id"][i]))  # fmt: skip
        at = Source(file=file.file, line=areas.lines[i])
        mend = say("Give points in it with --over, or leave it so")
        problems.append(Problem(code="area-without-points", says=says, source=at, mend=mend))
    middles = [areas.shapes[i].representative_point() for i in lost]
    lon = np.concatenate([points.lon, [p.x for p in middles]])
    lat = np.concatenate([points.lat, [p.y for p in middles]])
    area = np.concatenate([inside, lost]).astype(np.int64)
    weight = np.concatenate([points.weight, np.ones(len(lost))])
    made = _rows(file, areas, area, lon, lat, weight)
    always = {"source": source, "sort": sort or points.sort, "system": "WGS-84"}
    found = brought(made, Home, book, columns={}, always=always, system="WGS-84", make_id=Path(file.file).stem)
    return replace(found, read=len(file), unused=(), problems=(*file.problems, *problems, *points.problems,
                   *found.problems))  # fmt: skip


def _areas(file: Incoming, told: Mapping[str, str], system: str) -> tuple[_Areas | None, list[Problem]]:
    """The areas with a shape and a total; what is wrong with the others."""
    headings = recognised_headings(file, Home, told)
    if "people" not in headings:
        says = say("no column with people is recognised among: {names}", names=", ".join(file.columns))
        return None, [Problem(code="no-people", says=says, source=Source(file=file.file),
                              mend=say("Say which with --columns people=…"))]  # fmt: skip
    findings = Findings(file.file)
    lines = list(file.lines)
    groups = {g: cell_values(schema(Home).column(g), file.columns[headings[g]], lines, findings, False)
              for g in GROUPS if g in headings}  # fmt: skip
    shapes: dict[int, Any] = {}
    for i, geometry in enumerate(file.geometries):
        shape = _shape(geometry, system or file.system)
        if shape is None:
            findings.add("no-coordinates", say("the feature has no outline that can be used"),
                         say("Mend its outline, or remove it"), lines[i])  # fmt: skip
        elif groups["people"][i] is not None:
            shapes[i] = shape
        else:
            findings.add("empty-cell", say("{column} is empty", column="people"),
                         say("Fill it in, or remove the row"), lines[i], "people")  # fmt: skip
    kept = list(shapes)
    words = {name: [file.columns[headings[name]][i] if name in headings else "" for i in kept]
             for name in ("id", "name", "place")}  # fmt: skip
    words["id"] = [own or str(lines[i]) for own, i in zip(words["id"], kept, strict=True)]
    totals = {g: np.array([values[i] or 0.0 for i in kept], dtype=np.float64) for g, values in groups.items()
              if all(values[i] is not None for i in kept)}  # fmt: skip
    found = _Areas(shapes=list(shapes.values()), lines=[lines[i] for i in kept], words=words, totals=totals)
    return (found if kept else None), list(findings.all())


def _shape(geometry: Mapping[str, Any] | None, system: str) -> Any:
    """A polygon in WGS-84, or None."""
    import shapely
    import shapely.geometry

    if geometry is None or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    try:
        shape = shapely.make_valid(shapely.geometry.shape(geometry))
        if system_named(system) != "WGS-84":
            shape = shapely.transform(shape, lambda at: np.column_stack(to_wgs84(at[:, 0], at[:, 1], system)))
    except Exception:  # shapely raises many things on a broken shape: whatever it is, the shape cannot be used
        return None
    west, south, east, north = shape.bounds if not shape.is_empty else (np.nan,) * 4
    return shape if shape.area > 0 and west >= -180 and east <= 180 and south >= -90 and north <= 90 else None


def _points(book: Book, areas: _Areas, over: Path | None) -> Points:
    if over is not None:
        return _of_map(over) if is_osm(over) else _of_table(over, book)
    where = placed(Settlement, book)
    if where.good.any():
        people = book.columns(Settlement)["people"][where.good]
        known = people[np.isfinite(people)]
        weight = np.where(np.isfinite(people), people, known.mean() if len(known) else 1.0)
        return Points(lon=where.lon[where.good], lat=where.lat[where.good], weight=weight, sort="community")
    boxes = [np.clip(shape.bounds, (-180, -85, -180, -85), (180, 85, 180, 85)) for shape in areas.shapes]
    metres = affordable_metres(boxes, cell_metres(book))
    parts = [cells_over(west, south, east, north, metres) for west, south, east, north in boxes]
    numbers = {(r, c): (x, y) for p in parts for r, c, x, y in zip(p.row, p.column, p.lon, p.lat, strict=True)}
    at = np.array([numbers[key] for key in sorted(numbers)], dtype=np.float64).reshape(-1, 2)
    return Points(lon=at[:, 0], lat=at[:, 1], weight=np.ones(len(at)), sort="cell")


def _of_map(path: Path) -> Points:
    """The dwellings of a street map by their floor space; buildings without a use count a quarter."""
    try:
        homes = residences(path)
    except Unreadable as error:
        return Points(lon=np.zeros(0), lat=np.zeros(0), weight=np.zeros(0), sort="building", problems=(error.problem,))
    weight = [home.floor_metres2 * (DWELLING if home.certain else PERHAPS) for home in homes]
    return Points(lon=np.array([home.lon for home in homes]), lat=np.array([home.lat for home in homes]),
                  weight=np.array(weight), sort="building")  # fmt: skip


def _of_table(path: Path, book: Book) -> Points:
    """The points of a table or GeoJSON with their weights, all alike where it gives none."""
    file = incoming(path)
    heading = heading_for(WEIGHTS, list(file.columns))
    found = brought(file, Home, book, columns={"people": heading} if heading else {}, always={}, system="",
                    make_id=path.stem)  # fmt: skip
    rows = found.rows
    where = _wgs84(rows)
    weight = np.array([1.0 if row.people is None else row.people for row in rows])
    return Points(lon=where[0], lat=where[1], weight=weight, sort="building", problems=found.problems)


def _wgs84(rows: Sequence[Any]) -> tuple[Floats, Floats]:
    lon, lat = np.zeros(len(rows)), np.zeros(len(rows))
    for system in {row.system for row in rows}:
        which = [i for i, row in enumerate(rows) if row.system == system]
        lon[which], lat[which] = to_wgs84([rows[i].x for i in which], [rows[i].y for i in which], system)
    return lon, lat


def _area_of(shapes: Sequence[Any], lon: Floats, lat: Floats, tell: Tell) -> np.ndarray:
    """The number of the area that each point lies in (of several the first), -1 for none."""
    import shapely

    found = np.full(len(lon), -1, dtype=np.int64)
    order = np.argsort(lon, kind="stable")
    for i, shape in enumerate(shapes):
        west, south, east, north = shape.bounds
        near = order[np.searchsorted(lon, west, sorter=order) : np.searchsorted(lon, east, "right", sorter=order)]
        near = near[(lat[near] >= south) & (lat[near] <= north) & (found[near] < 0)]
        shapely.prepare(shape)
        found[near[shapely.contains_xy(shape, lon[near], lat[near])]] = i
        tell(i + 1, len(shapes))
    return found


def _rows(file: Incoming, areas: _Areas, area: np.ndarray, lon: Floats, lat: Floats, weight: Floats) -> Incoming:
    """The points that got people, as rows of a file; their line is that of their area."""
    groups = {name: spread(totals, area, weight).values for name, totals in areas.totals.items()}
    kept = np.flatnonzero((area >= 0) & (groups["people"] > 0))
    here = area[kept]
    count = np.bincount(area[area >= 0], minlength=len(areas.shapes))
    metres2 = np.array([_metres2(shape) for shape in areas.shapes])
    radius = np.sqrt(metres2 / np.maximum(count, 1) / np.pi)[here]
    first = np.searchsorted(np.sort(here), here)
    rank = np.argsort(np.argsort(here, kind="stable"), kind="stable") - first + 1
    columns = {
        "id": [f"{areas.words['id'][a]}-{n}" for a, n in zip(here.tolist(), rank.tolist(), strict=True)],
        "name": [areas.words["name"][a] for a in here],
        "place": [areas.words["place"][a] for a in here],
        "x": [f"{v:.7f}" for v in lon[kept]],
        "y": [f"{v:.7f}" for v in lat[kept]],
        "accuracy": [f"{v:.0f}" for v in radius],
        **{name: list(map(repr, values[kept].tolist())) for name, values in groups.items()},
    }
    return Incoming(file=file.file, lines=[areas.lines[a] for a in here], columns=columns, system="WGS-84")


def _metres2(shape: Any) -> float:
    middle = shape.centroid
    side = np.radians(1.0) * EARTH_METRES
    return float(shape.area * side**2 * np.cos(np.radians(middle.y)))
