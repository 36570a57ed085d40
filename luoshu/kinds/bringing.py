"""Rows of a file from outside brought into a table of the book: headings recognised, systems told, bad rows named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book import files
from luoshu.book.cell import perhaps, quoted
from luoshu.book.delimited import Cells
from luoshu.book.incoming import Incoming
from luoshu.book.loading import MOST_BYTES, Findings, fold, known_headings, load_cells
from luoshu.book.problem import Problem, Source
from luoshu.book.rewriting import as_written, merged
from luoshu.book.table import schema
from luoshu.kinds.position import positions
from luoshu.kinds.whereabouts import proposal
from luoshu.methods.coordinates import BD_09, GCJ_02, WGS_84, system_named, to_wgs84
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

ALIASES: Mapping[str, tuple[str, ...]] = {
    "x": ("x", "lon", "lng", "long", "longitude", "经度", "东经", "x坐标", "东坐标", "坐标x", "point_x", "easting"),
    "y": ("y", "lat", "latitude", "纬度", "北纬", "y坐标", "北坐标", "坐标y", "point_y", "northing"),
    "name": (
        "name",
        "名称",
        "设施名称",
        "站名",
        "场馆名称",
        "学校名称",
        "小区名称",
        "村名",
        "社区名称",
        "名字",
        "title",
    ),
    "id": ("id", "编号", "编码", "代码", "osm_id"),
    "people": ("people", "人口", "常住人口", "人口数", "总人口", "population", "pop", "人数"),
    "children": ("children", "儿童", "0至14岁", "0-14岁", "少儿人口"),
    "old": ("old", "老人", "60岁及以上", "60岁以上", "老年人口"),
    "cost": ("cost", "造价", "投资", "建设成本"),
    "capacity": ("capacity", "容量", "床位", "座位", "学位", "规模"),
    "place": ("place", "区划", "区划代码", "行政区划代码", "adcode"),
    "opens": ("opens", "启用日期", "开放日期", "开业日期", "开通日期"),
}
"""Headings beside those of the table itself under which a column is known; an exact heading comes before a near one."""
BOTH = ("坐标", "经纬度", "location", "lnglat", "坐标经纬度")
"""Headings of one column with longitude and latitude, as in 112.45,34.62."""
_HINTS = (("gcj", GCJ_02), ("高德", GCJ_02), ("火星", GCJ_02), ("腾讯", GCJ_02), ("amap", GCJ_02), ("bd09", BD_09),
          ("bd-09", BD_09), ("百度", BD_09), ("baidu", BD_09), ("wgs", WGS_84), ("gps", WGS_84),
          ("cgcs", WGS_84), ("2000", WGS_84))  # fmt: skip
_PAIR = re.compile(r"\s*\(?\s*(-?\d+(?:\.\d+)?)\s*[,;，；\s]\s*(-?\d+(?:\.\d+)?)\s*\)?\s*")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What came of a file: good rows of the table (with their lines), what was wrong, and what was not taken over."""

    table: type
    rows: tuple[Any, ...] = ()
    problems: tuple[Problem, ...] = ()
    read: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    """The columns that the file or the command gave: only these are written into rows that are there already."""


def brought(
    file: Incoming, table: type, book: Book, *, columns: Mapping[str, str], always: Mapping[str, str], system: str,
    make_id: str,
) -> Brought:  # fmt: skip
    """The good rows of a file as rows of a table, with a place each; nothing is written.

    `columns`: names of the table's columns by the headings that were told for them (x=经度). `always`: cells that are
    the same in every row, unless the file has its own. `system` is what the user says; else the file's own column, or
    what the file itself says. Without any of them no row is good, and one problem says what the points seem to be.
    `make_id` begins the ids of rows that have none.
    """
    taken, problems = _recognised(file, table, columns)
    texts = {name: file.columns[heading] for name, heading in taken.items()}
    unused = tuple(h for h in file.columns if h not in taken.values())
    count = len(file)
    _parted(file, texts, unused)
    problems += file.problems
    for name, value in always.items():
        texts[name] = [t or value for t in texts.get(name, [""] * count)]
    if "x" not in texts or "y" not in texts:
        return Brought(table=table, read=count, problems=(*problems, _no_columns(file)), unused=unused)
    bent = system_named(system) if system_named(system) in (GCJ_02, BD_09) else ""
    said = bent or system or ("" if "system" in texts else file.system)
    if said:
        texts["system"] = [said] * count if system else [t or said for t in texts.get("system", [""] * count)]
    _with_ids(texts, count, make_id)
    known = [c.name for c in schema(table).columns]
    cells = Cells(heading=[n for n in known if n in texts], heading_line=0,
                  columns=[texts[n] for n in known if n in texts], lines=list(file.lines), separator=",")  # fmt: skip
    loaded = load_cells(schema(table), cells, Findings(file.file), bad_lines=file.bad)
    rows = _rows(table, loaded, file.file)
    rows, lost = _placed(rows, book, file, taken)
    return Brought(table=table, rows=rows, problems=(*problems, *loaded.problems, *lost), read=count, columns=taken,
                   unused=unused, given=tuple(n for n in known if n in texts))  # fmt: skip


def _recognised(file: Incoming, table: type, told: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The heading for each column of the table: as told, by the table's own headings, by others that are in use."""
    known = known_headings(schema(table))
    names = {c.name for c in schema(table).columns}
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for name, heading in told.items():
        if name not in names:
            says = say("{name!r} is no column of {file}", name=quoted(name), file=schema(table).file)
            mend = perhaps(name, names, say("Use one of: {names}", names=", ".join(sorted(names))))
            problems.append(Problem(code="unknown-column", says=says, source=Source(file=file.file), mend=mend))
        elif heading not in file.columns:
            says = say("the file has no column {name!r}", name=quoted(heading))
            mend = perhaps(heading, file.columns, say("It has: {names}", names=", ".join(file.columns)))
            problems.append(Problem(code="unknown-column", says=says, source=Source(file=file.file), mend=mend))
        else:
            taken[name] = heading
    for heading in file.columns:
        name = known.get(fold(heading), "")
        if name and name not in taken and heading not in taken.values():
            taken[name] = heading
    for name, words in ALIASES.items():
        if name in names and name not in taken:
            near = [h for h in file.columns if h not in taken.values() and fold(_bare(h)) in map(fold, words)]
            if len({_bare(h) for h in near}) == 1 and len(near) > 1 and name in ("x", "y"):
                says = say("{headings} could all be {name}", headings=", ".join(near), name=name)
                mend = say("Say which with --columns x=…,y=…")
                problems.append(Problem(code="which-column", says=says, source=Source(file=file.file), mend=mend))
            elif near:
                taken[name] = near[0]
    return taken, problems


def recognised_headings(file: Incoming, table: type, told: Mapping[str, str]) -> dict[str, str]:
    """The heading of the file for each column of the table that it has."""
    return _recognised(file, table, told)[0]


def _bare(heading: str) -> str:
    """A heading without the coordinate system that it speaks of: 高德经度, lng_gcj02 → 经度, lng."""
    return re.sub(
        r"(?i)[（(\s_-]*(gcj[-_]?02|bd[-_]?09|wgs[-_]?84|cgcs2000|高德|百度|火星|腾讯|gps)[）)\s_-]*", "", heading
    )


def hinted(headings: Sequence[str]) -> tuple[str, str]:
    """The system that headings speak of, and the heading; empty where none does, or where they speak of several.

    >>> hinted(["lng_gcj02", "lat_gcj02"])
    ('GCJ-02', 'lng_gcj02')
    """
    found = {system: h for h in reversed(headings) for word, system in _HINTS if word in h.casefold()}
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def _parted(file: Incoming, texts: dict[str, list[str]], unused: Sequence[str]) -> None:
    """One column with both coordinates becomes two."""
    if "x" in texts or "y" in texts:
        return
    both = next((h for h in unused if fold(_bare(h)) in map(fold, BOTH)), "")
    if both:
        pairs = [_PAIR.fullmatch(text) for text in file.columns[both]]
        texts["x"] = [m[1] if m else text for m, text in zip(pairs, file.columns[both], strict=True)]
        texts["y"] = [m[2] if m else "" for m in pairs]


def _no_columns(file: Incoming) -> Problem:
    says = say("no columns with coordinates are recognised among: {names}", names=", ".join(file.columns) or "-")
    return Problem(code="missing-column", says=says, source=Source(file=file.file),
                   mend=say("Say which with --columns x=…,y=…"))  # fmt: skip


def _with_ids(texts: dict[str, list[str]], count: int, begin: str) -> None:
    """An id for each row that has none: of its name, numbered where several have it; the same file gives the same.

    Ids that are plain numbers are told apart from those of other files by `begin`.
    """
    ids = [f"{begin}-{i.strip()}" if i.strip().isdigit() else i.strip() for i in texts.get("id", [""] * count)]
    names = texts.get("name", [""] * count)
    used = {i for i in ids if i}
    times: dict[str, int] = {}
    made = []
    for i, own in enumerate(ids):
        if own:
            made.append(own)
            continue
        stem = "-".join(filter(None, (begin, re.sub(r"[\s,;，；\"']+", "", names[i])[:40])))
        while True:
            times[stem] = times.get(stem, 0) + 1
            new = stem if times[stem] == 1 and names[i] else f"{stem}-{times[stem]}"
            if new not in used:
                break
        used.add(new)
        made.append(new)
    texts["id"] = made


def _rows(table: type, loaded: Any, file: str) -> tuple[Any, ...]:
    names = [c.name for c in loaded.schema.columns]
    made = []
    for line, *values in zip(loaded.lines, *(loaded.columns[n] for n in names), strict=True):
        row: Any = object.__new__(table)  # the values are checked: a frozen class would take four times as long
        row.__dict__.update(zip(names, values, strict=True), _place=(file, line))
        made.append(row)
    return tuple(made)


def _placed(
    rows: tuple[Any, ...], book: Book, file: Incoming, taken: Mapping[str, str]
) -> tuple[tuple[Any, ...], list[Problem]]:
    """The rows that have a place, and what is wrong with the others; those without a system as one problem."""
    where = positions(rows, book)
    problems = [p for p in where.problems if p.code != "no-system"]
    unsaid = [row for row in rows if row.x is not None and row.y is not None and not row.system]
    if unsaid:
        headings = [taken[name] for name in ("x", "y") if name in taken] or [h for h in file.columns if _bare(h) != h]
        hint, heading = hinted(headings)
        x, y = (np.array([getattr(row, name) for row in unsaid], dtype=np.float64) for name in ("x", "y"))
        says, mend = proposal(book, x, y, names=[row.name for row in unsaid], table=type(unsaid[0]), hint=hint,
                              heading=heading, beside=_beside(file, [book.source_of(r).line for r in unsaid],
                              taken))  # fmt: skip
        source = book.source_of(unsaid[0])
        problems.append(Problem(code="no-system", says=says, source=source,
                                mend=say("{mend}: --system NAME on the command line", mend=mend)))  # fmt: skip
    return tuple(row for row, good in zip(rows, where.good, strict=True) if good), problems


def _beside(
    file: Incoming, lines: Sequence[int | None], taken: Mapping[str, str]
) -> tuple[np.ndarray, np.ndarray] | None:
    """The points of these lines in a second pair of columns, whose headings say that they are in WGS-84."""
    pair = []
    for name in ("x", "y"):
        words = tuple(fold(w) for w in ALIASES[name] if len(w) > 1)
        pair += [h for h in file.columns if "wgs" in h.casefold() and h not in taken.values()
                 and fold(h).replace("wgs84", "").startswith(words)][:1]  # fmt: skip
    if len(pair) < 2:
        return None
    at = {line: i for i, line in enumerate(file.lines)}
    texts = [[file.columns[h][at[line]] for line in lines if line is not None] for h in pair]
    try:
        lon, lat = (np.array([float(text) for text in column]) for column in texts)
    except ValueError:  # a cell that is no number: the second pair decides nothing
        return None
    return lon, lat


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written: rows added, changed, and there already as they are; or why nothing was.

    `left` counts rows that an earlier file of the same source brought and this one does not have: they stay.
    """

    added: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0
    problems: tuple[Problem, ...] = ()


def write_rows(book: Book, found: Brought) -> Written:
    """Put the rows into the table's file in one step: rows with their ids are brought up to date, others added.

    Rows and cells that the file does not speak of, or leaves empty, keep their text. Nothing is written where the
    table has faults that hide what stands in it.
    """
    sheet = schema(found.table)
    with files.alone(book.folder):
        data, problem = files.read(book.folder, sheet.file, MOST_BYTES)
        if problem:
            return Written(problems=(problem,))
        old = as_written(sheet, data)
        if old.lossy:
            says = say("the table has rows that cannot be read; nothing was written, so that none is lost")
            mend = say("Mend what `luoshu check` says of it first")
            return Written(problems=(Problem(code="conflict", says=says, source=Source(file=sheet.file), mend=mend),))
        rows = [{n: v for n in found.given if (v := getattr(row, n)) not in (None, "")} for row in found.rows]
        new = merged(sheet, old, rows)
        if new.added or new.changed:
            target = book.folder / sheet.file
            target.parent.mkdir(exist_ok=True)
            files.write(target, new.data)
    sources = {row.source for row in found.rows} - {""}
    ids = {row.id for row in found.rows}
    before = zip(old.values.get("id", ()), old.values.get("source", ()), strict=False)
    left = sum(1 for id, source in before if source in sources and id not in ids)
    return Written(added=new.added, changed=new.changed, same=new.same, left=left)


def system_problem(text: str) -> Message | None:
    """What is wrong with a system named on the command line."""
    if not text:
        return None
    try:
        to_wgs84(0.0, 0.0, text)
    except ValueError:
        return say(
            "{found!r} is no coordinate system that is known: write WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number",
            found=quoted(text),
        )
    return None


__all__ = ["Brought", "Written", "brought", "hinted", "recognised_headings", "system_problem", "write_rows"]
