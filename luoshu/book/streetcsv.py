"""Streets from CSV: a table of edges with its table of nodes, with both ends written out, or with WKT lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from luoshu.book.delimited import Cells, decode, split
from luoshu.book.mapfile import reading, unreadable
from luoshu.book.streetlines import Lines, Tell
from luoshu.book.streetrows import ROLES, Rows, assemble, directed, roles_of, told
from luoshu.words.message import say

MOST_BYTES = 2_000_000_000
NODE = ("id", "node", "node_id", "osmid", "osm_id", "编号", "节点")
X = ("x", "lon", "lng", "longitude", "经度", "easting", "东坐标")
Y = ("y", "lat", "latitude", "纬度", "northing", "北坐标")
BOTH_ENDS = (
    (("from_x", "x1", "from_lon", "lon1", "起点经度"), ("from_y", "y1", "from_lat", "lat1", "起点纬度")),
    (("to_x", "x2", "to_lon", "lon2", "终点经度"), ("to_y", "y2", "to_lat", "lat2", "终点纬度")),
)  # fmt: skip


def read_csv(path: Path, tell: Tell, nodes: Path | str | None = None) -> Lines:
    """The streets of a table of edges. Coordinates are in no system until somebody says which.

    The edges name their nodes (columns from, to; the nodes stand in `nodes`, or in nodes.csv beside the file), or
    write out both ends (from_lon, from_lat, to_lon, to_lat), or hold lines as WKT (geometry). Raises `Unreadable`.
    """
    edges = _cells(path)
    tell(1, 4)
    roles = roles_of(edges.heading)
    ends = [[_column(edges, names) for names in pair] for pair in BOTH_ENDS]
    if all(column is not None for pair in ends for column in pair):
        return _from_ends(edges, roles, [[column or [] for column in pair] for pair in ends])
    if "geometry" in roles:
        return _from_wkt(edges, roles)
    if "tail" not in roles or "head" not in roles:
        says = say("the table does not say from where to where its edges lead")
        names = ", ".join((ROLES["tail"][1], ROLES["head"][1]))
        mend = say("Name the columns {names}, or give both ends as from_lon, from_lat, to_lon, to_lat", names=names)
        raise unreadable(path, "missing-column", says, mend, edges.heading_line)
    return _from_nodes(edges, roles, _node_table(path, nodes), tell)


def _cells(path: Path) -> Cells:
    with reading(path) as file:
        if Path(file).stat().st_size > MOST_BYTES:
            says = say("the file holds more than {limit} bytes", limit=MOST_BYTES)
            raise unreadable(path, "file-too-large", says, say("Split it, or give a GeoPackage"))
        text = decode(Path(file).read_bytes(), path.name)
        cells = split(text.text, path.name)
    if cells is None:
        raise unreadable(path, "no-heading", say("the table has no heading line"), say("Name the columns in line 1"))
    return cells


def _node_table(path: Path, nodes: Path | str | None) -> Path:
    if nodes is not None:
        return Path(nodes)
    for name in ("nodes.csv", path.name.replace("edges", "nodes").replace("links", "nodes")):
        if name != path.name and path.with_name(name).is_file():
            return path.with_name(name)
    says = say("the edges name nodes, but the table of nodes is not given")
    raise unreadable(path, "missing-file", says, say("Name it with --nodes, or put nodes.csv beside the file"))


def _column(cells: Cells, names: Sequence[str]) -> list[str] | None:
    known = {heading.strip().casefold(): i for i, heading in reversed(list(enumerate(cells.heading)))}
    place = next((known[name] for name in names if name in known), None)
    return None if place is None else cells.columns[place]


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """Cells as numbers, NaN where they are none."""
    try:
        return np.array(texts, dtype=np.float64)
    except ValueError:
        return np.array([_number(text) for text in texts], dtype=np.float64)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _rows(edges: Cells, roles: dict[str, int]) -> tuple[Rows, NDArray[np.int64]]:
    """The edges that are streets, and their numbers among the rows of the table."""
    rows = Rows(roles)
    taken = [
        i for i, (line, *cells) in enumerate(zip(edges.lines, *edges.columns, strict=True)) if rows.add(cells, line)
    ]
    return rows, np.array(taken, dtype=np.int64)


def _from_nodes(edges: Cells, roles: dict[str, int], table: Path, tell: Tell) -> Lines:
    nodes = _cells(table)
    ids, x, y = (_column(nodes, names) for names in (NODE, X, Y))
    if ids is None or x is None or y is None:
        says = say("the table of nodes lacks one of the columns {names}", names="id, x, y")
        raise unreadable(table, "missing-column", says, say("Name its columns id, x, y"), nodes.heading_line)
    tell(2, 4)
    number: dict[str, int] = {}
    for i, name in enumerate(ids):
        number.setdefault(name.strip(), i)
    rows, taken = _rows(edges, roles)
    tell(3, 4)
    point = np.array([number.get(name, -1) for pair in rows.ends for name in pair], dtype=np.int64)
    made = Lines(
        x=_numbers(x), y=_numbers(y), system="", start=np.arange(0, 2 * len(taken) + 1, 2), point=point,
        profile=np.array(rows.number, dtype=np.int32), profiles=rows.profiles.all,
        metres=np.array(rows.metres, dtype=np.float64), place=np.array(rows.place, dtype=np.int64),
        directed=directed(roles),
    )  # fmt: skip
    told(made, rows)
    _tell_bad_rows(made, edges, nodes)
    if twice := len(ids) - len(number):
        made.leave_out("node-twice", nodes.lines[0], twice)
    return made


def _from_ends(edges: Cells, roles: dict[str, int], ends: list[list[list[str]]]) -> Lines:
    rows, taken = _rows(edges, {role: place for role, place in roles.items() if role not in ("tail", "head")})
    points = np.stack([np.stack([_numbers(column)[taken] for column in pair], axis=1) for pair in ends], axis=1)
    made = assemble(rows, points.reshape(-1, 2), [2] * len(taken), np.arange(len(taken)), "")
    _tell_bad_rows(made, edges)
    return made


def _from_wkt(edges: Cells, roles: dict[str, int]) -> Lines:
    import shapely

    from luoshu.book.streetshapes import from_shapes

    rows, taken = _rows(edges, roles)
    texts = np.array(edges.columns[roles["geometry"]], dtype=object)[taken]
    made = from_shapes(rows, shapely.from_wkt(texts, on_invalid="ignore"), "")
    _tell_bad_rows(made, edges)
    return made


def _tell_bad_rows(made: Lines, *tables: Cells) -> None:
    for cells in tables:
        made.problems += cells.problems
        if cells.overfull:
            made.leave_out("bad-row", cells.overfull[0][0], len(cells.overfull))
