"""A file from outside as columns of text: csv, Excel or GeoJSON, each row with its line, and its geometry if any."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from luoshu.book import files
from luoshu.book.delimited import MOST_COLUMNS, decode, split
from luoshu.book.loading import fold
from luoshu.book.problem import Problem, Source
from luoshu.book.sheet_reading import cell_text, read_workbook
from luoshu.words.message import Message, say

MOST_BYTES = 500_000_000
TABLES, BOOKS, MAPS = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm"), (".geojson", ".json")
X, Y = "x", "y"
"""Headings under which the points of a map file stand."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Rows from outside: `columns` of text by heading, `lines` (line, row of the sheet, or number of the feature).

    `geometries` are GeoJSON geometries (None where a feature has none), empty for tables. `system` is what the file
    itself says of its coordinates; rows on `bad` lines cannot be trusted and are left out.
    """

    file: str
    lines: Sequence[int]
    columns: Mapping[str, list[str]]
    geometries: Sequence[Mapping[str, Any] | None] = ()
    system: str = ""
    problems: tuple[Problem, ...] = ()
    bad: frozenset[int] = field(default_factory=frozenset)

    def __len__(self) -> int:
        return len(self.lines)


def incoming(path: Path) -> Incoming:
    """The rows of a file by its ending; without rows, and with problems, where it cannot be read."""
    data, problem = files.read(path.parent, path.name, MOST_BYTES)
    if data is None:
        return _none(path, problem or _wrong(path, "missing-file", say("the file is missing"), say("Check the name")))
    ending = path.suffix.casefold()
    if ending in BOOKS:
        return _sheet(path)
    if ending in MAPS:
        return _features(path, data)
    if ending in TABLES:
        return _table(path, data)
    return _none(path, _wrong(path, "wrong-format", say("files of {ending} are not read", ending=ending or "?"),
                              say("Save it as csv, xlsx or GeoJSON")))  # fmt: skip


def _wrong(path: Path, code: str, says: Message, mend: Message, line: int | None = None) -> Problem:
    return Problem(code=code, says=says, source=Source(file=path.name, line=line), mend=mend)


def _none(path: Path, *problems: Problem) -> Incoming:
    return Incoming(file=path.name, lines=[], columns={}, problems=problems)


def _table(path: Path, data: bytes) -> Incoming:
    text = decode(data, path.name)
    cells = split(text.text, path.name)
    if cells is None or not cells.columns:
        found = _wrong(path, "no-heading", say("the table has no heading line"), say("Write the columns' names first"))
        return _none(path, *text.problems, found)
    overfull = [
        _wrong(path, "extra-cell", say("the row has {count} cells where the heading has {width}", count=count,
               width=len(cells.heading)), say("Quote a cell that holds the separator, or remove the extra cell"), line)
        for line, count in cells.overfull[:1000]
    ]  # fmt: skip
    return Incoming(
        file=path.name,
        lines=cells.lines,
        columns=_named(cells.heading, cells.columns),
        problems=(*text.problems, *cells.problems, *overfull),
        bad=text.bad_lines,
    )


def _named(headings: Sequence[str], columns: Sequence[list[str]]) -> dict[str, list[str]]:
    """Columns by heading; of two with one heading the first is read."""
    found: dict[str, list[str]] = {}
    for heading, texts in zip(headings, columns, strict=True):
        if heading.strip():
            found.setdefault(heading.strip(), texts)
    return found


def _sheet(path: Path) -> Incoming:
    """The first sheet with cells."""
    workbook, problem = read_workbook(path)
    if workbook is None:
        return _none(path, *([problem] if problem else ()))
    sheet = next((each for each in workbook.sheets if each.cells), None)
    if sheet is None:
        return _none(path, _wrong(path, "no-heading", say("the table has no heading line"),
                                  say("Write the columns' names first")))  # fmt: skip
    top = _heading_row(sheet.cells)
    places = sorted({c for r, c in sheet.cells if r == top})[:MOST_COLUMNS]
    rows = sorted({r for r, _ in sheet.cells if r > top})
    problems: list[Problem] = []
    bad: set[int] = set()
    columns: list[list[str]] = []
    for place in places:
        texts = []
        for row in rows:
            cell = sheet.cells.get((row, place))
            text, fault = ("", None) if cell is None else cell_text(cell, None)
            if fault and fault.code not in ("day-for-words", "long-number"):
                problems.append(_wrong(path, fault.code, fault.says, fault.mend, row))
                bad.add(row)
            texts.append(str(cell.value) if cell is not None and fault and not text else text)
        columns.append(texts)
    headings = [str(sheet.cells[top, place].value) for place in places]
    return Incoming(file=path.name, lines=rows, columns=_named(headings, columns), problems=tuple(problems),
                    bad=frozenset(bad))  # fmt: skip


def _heading_row(cells: Mapping[tuple[int, int], Any]) -> int:
    """The first of the top ten rows that is as wide as any of them: titles and notes above it are narrower."""
    top = sorted({row for row, _ in cells})[:10]
    wide = {row: sum(1 for at, _ in cells if at == row) for row in top}
    return next(row for row in top if wide[row] * 2 > max(wide.values()))


def _features(path: Path, data: bytes) -> Incoming:
    """The features of a GeoJSON file: properties as columns, points as x and y, other shapes kept as geometries."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        found = None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(features, list):
        return _none(path, _wrong(path, "wrong-format", say("the file is no GeoJSON collection of features"),
                                  say("Export the layer again as GeoJSON")))  # fmt: skip
    headings: dict[str, None] = {}
    for each in features:
        about = each.get("properties") if isinstance(each, dict) else None
        headings.update(dict.fromkeys(map(str, about or ())))
    columns: dict[str, list[str]] = {h: [] for h in (*list(headings)[:MOST_COLUMNS], X, Y)}
    geometries: list[Mapping[str, Any] | None] = []
    for each in features:
        one = each if isinstance(each, dict) else {}
        about = one.get("properties") or {}
        geometry = one.get("geometry") if isinstance(one.get("geometry"), dict) else None
        geometries.append(geometry)
        values = {**about, **dict(zip((X, Y), _point(geometry), strict=True))}
        for heading, texts in columns.items():
            texts.append(_as_text(values.get(heading)))
    return Incoming(file=path.name, lines=range(1, len(features) + 1), columns=columns, geometries=geometries,
                    system=_told(found))  # fmt: skip


def _told(found: Mapping[str, Any]) -> str:
    """The system that a GeoJSON names, as files before 2016 do; else WGS-84, by its standard (RFC 7946)."""
    try:
        name = str(found["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        return "WGS-84"
    number = re.search(r"EPSG:+(\d+)$", name, re.IGNORECASE)
    return f"EPSG:{number[1]}" if number else "WGS-84" if "CRS84" in name else name


def _point(geometry: Mapping[str, Any] | None) -> tuple[float | None, float | None]:
    """A point, or a point inside an area; nothing where there is neither."""
    if geometry is None:
        return None, None
    at = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        usable = isinstance(at, list) and len(at) >= 2 and all(isinstance(v, int | float) for v in at[:2])
        return (at[0], at[1]) if usable and isinstance(at, list) else (None, None)
    import shapely.geometry

    try:
        inside = shapely.geometry.shape(geometry).representative_point()
        return (None, None) if inside.is_empty else (inside.x, inside.y)
    except Exception:  # shapely raises many things on a broken shape: whatever it is, there is no point in it
        return None, None


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return str(value) if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def heading_for(wanted: Sequence[str], headings: Sequence[str]) -> str:
    """The first heading that is one of the wanted, without spaces, case and full-width forms; "" where none is.

    >>> heading_for(("lon", "经度"), ["名称", "经度 "])
    '经度 '
    """
    by = {fold(h): h for h in reversed(headings)}
    return next((by[fold(w)] for w in wanted if fold(w) in by), "")
