"""Streets from SQLite: a GeoPackage, or the project database of AequilibraE (SpatiaLite)."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from luoshu.book.mapfile import reading, unreadable
from luoshu.book.streetlines import Lines, Tell
from luoshu.book.streetrows import Rows, roles_of
from luoshu.book.streetshapes import add_walls, from_shapes
from luoshu.words.message import say

LINES = frozenset(["LINESTRING", "MULTILINESTRING", "GEOMETRY", "GEOMETRYCOLLECTION", "CURVE", "MULTICURVE"])
LINE_NUMBERS = frozenset([0, 2, 5])
"""The numbers by which SpatiaLite calls any geometry, lines and collections of lines, dimensions apart."""
ENVELOPES = (0, 32, 48, 48, 64)
USUAL = ("edges", "links", "roads", "lines", "streets")
MULTI = frozenset([4, 5, 6, 7])


def read_sqlite(path: Path, tell: Tell) -> Lines:
    """The streets of the layer of lines of a GeoPackage or a SpatiaLite database; the layer named edges, links, roads
    or lines first. Raises `Unreadable`."""
    with reading(path) as file:
        try:
            address = f"file:{quote(file)}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as database:
                database.execute("PRAGMA trusted_schema = OFF")
                layer = _layer(database)
                if layer is None:
                    says = say("the database has no layer of lines")
                    raise unreadable(path, "no-streets", says, say("Export the streets as a layer of lines"))
                return _read(database, *layer, tell)
        except sqlite3.Error as error:
            raise ValueError(str(error)) from None


def _layer(database: sqlite3.Connection) -> tuple[str, str, str] | None:
    """Table, geometry column and system of the layer of lines."""
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    found: list[tuple[str, str, str]] = []
    if "gpkg_geometry_columns" in tables:
        told = database.execute(
            "SELECT g.table_name, g.column_name, g.geometry_type_name, s.organization, s.organization_coordsys_id "
            "FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
        )
        for name, column, kind, who, number in told:
            if str(kind).upper() in LINES:
                found.append((name, column, f"EPSG:{number}" if str(who).upper() == "EPSG" else ""))
    elif "geometry_columns" in tables:
        told = database.execute("SELECT f_table_name, f_geometry_column, geometry_type, srid FROM geometry_columns")
        for name, column, kind, number in told:
            if (isinstance(kind, int) and kind % 1000 in LINE_NUMBERS) or str(kind).upper() in LINES:
                found.append((name, column, f"EPSG:{number}" if number and int(number) > 0 else ""))
    found = [each for each in found if each[0] in tables or each[0].lower() in {name.lower() for name in tables}]
    return min(found, key=lambda each: (each[0].lower() not in USUAL, each[0]), default=None)


def _read(database: sqlite3.Connection, table: str, geometry: str, system: str, tell: Tell) -> Lines:
    import shapely

    quoted = table.replace('"', '""')
    names = [row[1] for row in database.execute(f'PRAGMA table_info("{quoted}")')]
    shape = next((i for i, name in enumerate(names) if name.lower() == geometry.lower()), None)
    if shape is None:
        raise ValueError(f"no column {geometry}")
    roles = {role: place for role, place in roles_of(names).items() if role != "geometry"}
    rows, blobs = Rows(roles), []
    walls: list[tuple[str, bytes | None]] = []
    total = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]
    columns = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    for number, cells in enumerate(database.execute(f'SELECT {columns} FROM "{quoted}"'), 1):
        if not number % 50_000:
            tell(number, total + 1)
        if wall := rows.wall(cells):
            walls.append((wall, well_known(cells[shape])))
        elif rows.add(cells, _id(cells, roles, number)):
            blobs.append(well_known(cells[shape]))
    shapes = shapely.from_wkb(np.array(blobs, dtype=object), on_invalid="ignore")
    made = from_shapes(rows, shapes, system)
    made.about["layer"] = table
    drawn = shapely.from_wkb(np.array([blob for _, blob in walls], dtype=object), on_invalid="ignore")
    lines, owner = shapely.get_parts(drawn, return_index=True)
    counts = shapely.get_num_coordinates(lines).tolist()
    add_walls(made, shapely.get_coordinates(lines), counts, [walls[i][0] for i in owner.tolist()])
    return made


def _id(cells: Any, roles: dict[str, int], number: int) -> int:
    said = cells[roles["osm"]] if "osm" in roles else None
    return said if isinstance(said, int) and abs(said) < 2**62 else number


def well_known(blob: Any) -> bytes | None:
    """Well-known binary of a geometry as GeoPackage or SpatiaLite keeps it; None where it is neither.

    >>> point = struct.pack("<BIdd", 1, 1, 5.0, 6.0)
    >>> well_known(b"GP" + bytes([0, 1]) + struct.pack("<i", 4326) + point) == point
    True
    >>> well_known(b"\\0\\1" + struct.pack("<i4d", 4326, 5, 6, 5, 6) + b"\\x7c" + point[1:] + b"\\xfe") == point
    True
    """
    if not isinstance(blob, bytes) or len(blob) < 13:
        return None
    if blob[:2] == b"GP":
        kind = blob[3] >> 1 & 7
        return blob[8 + ENVELOPES[kind] :] if kind < len(ENVELOPES) and not blob[3] & 0x10 else None
    if blob[0] == 0 and blob[1] in (0, 1) and len(blob) > 44 and blob[38] == 0x7C and blob[-1] == 0xFE:
        return _plain(blob[1:2], blob[39:-1])
    return None


def _plain(order: bytes, body: bytes) -> bytes | None:
    """SpatiaLite's body as well-known binary: the parts of a collection begin with a mark instead of a byte order."""
    word = "<I" if order == b"\1" else ">I"
    kind = struct.unpack_from(word, body)[0]
    if kind not in MULTI:
        return order + body
    made, at = [order, body[:8]], 8
    for _ in range(struct.unpack_from(word, body, 4)[0]):
        # only lines are looked for: one of another kind makes the whole geometry unreadable
        if len(body) < at + 9 or body[at] != 0x69 or struct.unpack_from(word, body, at + 1)[0] != 2:
            return None
        size = 8 + 16 * struct.unpack_from(word, body, at + 5)[0]
        made.append(order + body[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(made)
