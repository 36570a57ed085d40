"""What is wrong with where rows of a book lie: no system, the wrong one, out of the region, twice, people nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.cell import quoted
from luoshu.book.problem import Problem, Source
from luoshu.book.table import schema
from luoshu.kinds.estate import Estate
from luoshu.kinds.ground import ground, recognised
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.peopling import people_without_outline, rule_problems
from luoshu.kinds.position import Positions, placed
from luoshu.kinds.site import Site
from luoshu.kinds.territory import territory
from luoshu.methods.coordinates import BD_09, GCJ_02, WGS_84, Floats, system_named
from luoshu.methods.recognition import Hypothesis, Recognition
from luoshu.methods.sphere import EARTH_METRES, great_circle, on_sphere
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

LOCATED = (Site, Home, Settlement, Estate)
SAME_SPOT_METRES = 5.0
"""Two sites of one service nearer to each other than this are one site written twice."""
FEWEST = 8
"""Fewer points than this do not say that a system which is written is wrong."""
MOST_LISTED = 200
FORLORN_METRES = 50_000.0
"""A site farther than this from every home serves nobody of the region: its place is wrong, or its row."""


def misplaced(book: Book) -> list[Problem]:
    """What is wrong with the places and people of a book; quick where it has none."""
    found: list[Problem] = []
    for table in LOCATED:
        if len(book.loaded(table)) or table in book.laid_over:
            found += problems_of_table(book, table)
    if len(book.loaded(Census)):
        found += rule_problems(book)
        table_file = Source(file=schema(Census).file)
        mend = say("Add its outline to geo/, or its homes with luoshu people")
        known = _areas_with_homes(book)
        found += [Problem(code="people-without-place", says=says, source=table_file, mend=mend)
                  for says in people_without_outline(book, territory(book), known)]  # fmt: skip
    return found


def _areas_with_homes(book: Book) -> frozenset[str]:
    if not len(book.loaded(Home)):
        return frozenset()
    where = placed(Home, book)
    places = book.columns(Home)["place"][where.good]
    return frozenset(territory(book).area_of(places, where.lon[where.good], where.lat[where.good]).tolist())


def problems_of_table(book: Book, table: type) -> list[Problem]:
    """What is wrong with where the rows of one table lie."""
    where = placed(table, book)
    unsaid = [p for p in where.problems if p.code == "no-system"]
    found = [p for p in where.problems if p.code != "no-system"]
    columns = book.columns(table)
    if unsaid:
        found.append(_unsaid(book, table, columns, unsaid))
    found += _outside(book, table, where)
    found += _doubtful(book, table, columns, where)
    found += _beyond_all(book) if table is Home else []
    return found + (_twice(book, where) if table is Site else [])


def _unsaid(book: Book, table: type, columns: dict[str, Any], problems: Sequence[Problem]) -> Problem:
    """One problem for all rows that have coordinates without a system, with what they seem to be."""
    which = np.isfinite(columns["x"]) & np.isfinite(columns["y"]) & (columns["system"] == "")
    x, y = columns["x"][which], columns["y"][which]
    says, mend = proposal(book, x, y, names=columns["name"][which].tolist(), table=table)
    return Problem(code="no-system", says=says, source=problems[0].source, mend=mend)


def proposal(
    book: Book, x: Floats, y: Floats, *, names: Sequence[str] = (), table: type | None = None, hint: str = "",
    heading: str = "", beside: tuple[Floats, Floats] | None = None,
) -> tuple[Message, Message]:  # fmt: skip
    """What points without a coordinate system seem to be, and what to write; never more than a proposal.

    `hint` is a system that the column's `heading` speaks of; `beside` the same points in WGS-84, if the file has them.
    """
    count = len(x)
    found = recognised(book, x, y, names=names, table=table, beside=beside)
    swapped = bool(found.hypotheses) and all(h.swapped for h in found.hypotheses)
    says = say("{count} points have no coordinate system, so they count nowhere", count=count)
    if found.clear:
        first = found.hypotheses[0]
        return say("{says}; {seems}", says=says, seems=_fit(found)), _accept(first)
    if hint:
        seems = say("the heading {heading!r} speaks of {system}", heading=quoted(heading), system=hint)
        return say("{says}; {seems}", says=says, seems=seems), say("Write {system} in system to accept", system=hint)
    if not found.hypotheses and ground(book).outline is None:
        seems = say("their figures are metres of a projected system, and the book has no outlines to tell which")
        return say("{says}; {seems}", says=says, seems=seems), say("Ask who made the file for its EPSG number")
    if not found.hypotheses:
        seems = say("no system that is known puts them into this region")
        return say("{says}; {seems}", says=says, seems=seems), say("Check the figures, or ask who made the file")
    if swapped:
        says = say("{says}; {seems}", says=says, seems=say("x and y seem to be exchanged"))
    names_of = ", ".join(dict.fromkeys(h.system for h in found.hypotheses[:6]))
    seems = say("they could be {systems}, up to {metres:,.0f} m apart here, and nothing in the book decides it",
                systems=names_of, metres=_apart(found))  # fmt: skip
    return say("{says}; {seems}", says=says, seems=seems), say("Compare one point with a map, and write its system")


def _fit(found: Recognition) -> Message:
    first, *others = found.hypotheses
    way = say("with x and y exchanged") if first.swapped else say("as they stand")
    if not others:
        return say("of the systems that are known only {system}, {way}, puts them into the region",
                   system=first.system, way=way)  # fmt: skip
    return say("they fit {system}, {way}: half of them lie within {metres:,.0f} m of what is known here, "
               "{far:,.0f} m as {other}", system=first.system, way=way, metres=first.median, far=others[0].median,
               other=others[0].system)  # fmt: skip


def _accept(first: Hypothesis) -> Message:
    if first.swapped:
        return say("Exchange x and y, and write {system} in system to accept", system=first.system)
    return say("Write {system} in system to accept", system=first.system)


def _apart(found: Recognition) -> float:
    first = found.hypotheses[0]
    return max(float(np.median(great_circle(first.lon, first.lat, h.lon, h.lat))) for h in found.hypotheses)


def _outside(book: Book, table: type, where: Positions) -> list[Problem]:
    """Rows outside the region's outlines: exchanged, where that puts them in; otherwise named, and counted there."""
    land = ground(book)
    if land.outline is None:
        return _forlorn(book, table, where)
    good = np.flatnonzero(where.good)
    out = good[~land.inside(where.lon[good], where.lat[good])]
    if not len(out):
        return []
    import shapely

    rows: tuple[Any, ...] = book.rows(table)
    shown = out[:MOST_LISTED]
    points = shapely.points(where.lon[shown], where.lat[shown])
    edge = shapely.get_coordinates(shapely.shortest_line(points, land.outline)).reshape(-1, 2, 2)[:, 1]
    metres = great_circle(where.lon[shown], where.lat[shown], edge[:, 0], edge[:, 1])
    turned = land.inside(where.lat[shown], where.lon[shown])
    found = [
        _one_outside(book, rows[i], far, exchanged) for i, far, exchanged in zip(shown, metres, turned, strict=True)
    ]
    if len(out) > len(shown):
        says = say("{count} more rows lie outside the region", count=len(out) - len(shown))
        found.append(Problem(code="more-problems", says=says, source=Source(file=schema(table).file),
                             mend=say("Mend the first ones and check again")))  # fmt: skip
    return found


def _forlorn(book: Book, table: type, where: Positions) -> list[Problem]:
    """In a book without outlines: sites that are far from every home, as one in the sea is."""
    if table is not Site or not len(book.loaded(Home)):
        return []
    from scipy.spatial import cKDTree

    homes = placed(Home, book)
    good = np.flatnonzero(where.good)
    if not homes.good.any() or not len(good):
        return []
    lon, lat = homes.lon[homes.good], homes.lat[homes.good]
    near = cKDTree(on_sphere(lon, lat)[0]).query(on_sphere(where.lon[good], where.lat[good])[0])[1]
    metres = great_circle(where.lon[good], where.lat[good], lon[near], lat[near])
    rows: tuple[Any, ...] = book.rows(table)
    found = []
    for i, far in zip(good[metres > FORLORN_METRES], metres[metres > FORLORN_METRES], strict=True):
        place, name = book.source_of(rows[i]), quoted(str(rows[i].name or rows[i].id))
        says = say("{name} lies {kilometres:,.0f} km from the nearest home", name=name, kilometres=far / 1000)
        source = Source(file=place.file, line=place.line, column="x")
        found.append(Problem(code="outside-region", says=says, source=source,
                             mend=say("Check the coordinates and their system, or remove the row")))  # fmt: skip
    return found[:MOST_LISTED]


def _one_outside(book: Book, row: Any, metres: float, exchanged: bool) -> Problem:
    place = book.source_of(row)
    source = Source(file=place.file, line=place.line, column="x")
    name = quoted(str(row.name or row.id))
    if exchanged:
        says = say("x and y of {name} seem to be exchanged: turned round they lie in the region", name=name)
        return Problem(code="swapped-coordinates", says=says, source=source,
                       mend=say("Write the longitude in x and the latitude in y"))  # fmt: skip
    says = say("{name} lies {kilometres:,.1f} km outside the region", name=name, kilometres=metres / 1000)
    return Problem(code="outside-region", says=says, source=source,
                   mend=say("Check the coordinates and their system, or remove the row"))  # fmt: skip


def _doubtful(book: Book, table: type, columns: dict[str, Any], where: Positions) -> Iterator[Problem]:
    """Systems that are written, but that the streets contradict."""
    if ground(book).segments is None or table is Settlement:
        return
    for written in sorted(set(columns["system"].tolist())):
        named = system_named(written)
        which = np.flatnonzero((columns["system"] == written) & where.good)
        if named not in (WGS_84, GCJ_02, BD_09) or len(which) < FEWEST:
            continue
        found = recognised(book, columns["x"][which], columns["y"][which], systems=(WGS_84, GCJ_02, BD_09))
        if not found.clear or found.hypotheses[0].system == named or len(found.hypotheses) < 2:
            continue
        says = say("{count} points are written as {written}, but {seems}", count=len(which), written=written,
                   seems=_fit(found))  # fmt: skip
        yield Problem(code="doubtful-system", says=says, source=Source(file=schema(table).file, column="system"),
                      mend=say("Write {system} in system, or leave it where you know better",
                               system=found.hypotheses[0].system))  # fmt: skip


def _beyond_all(book: Book) -> list[Problem]:
    """Homes with more children or old people than people."""
    columns = book.columns(Home)
    found: list[Problem] = []
    for name in ("children", "old"):
        for i in np.flatnonzero(columns[name] > columns["people"])[:MOST_LISTED].tolist():
            row = book.rows(Home)[i]
            place = book.source_of(row)
            told, shown = getattr(row, name), quoted(row.name or row.id)
            says = say("{column} of {name} is {found:g}, more than its {people:g} people; no more than these count",
                       column=name, name=shown, found=told, people=row.people)  # fmt: skip
            source = Source(file=place.file, line=place.line, column=name)
            found.append(
                Problem(code="more-than-all", says=says, source=source, mend=say("Mend one of the two figures"))
            )
    return found


def _twice(book: Book, where: Positions) -> list[Problem]:
    """Sites that are there already: the same service in the same spot."""
    rows = book.rows(Site)
    side = np.degrees(SAME_SPOT_METRES / EARTH_METRES)
    spots: dict[tuple[str, int, int], list[int]] = {}
    found: list[Problem] = []
    for i in np.flatnonzero(where.good).tolist():
        if rows[i].state == "closed":
            continue
        at = (int(where.lat[i] // side), int(where.lon[i] * np.cos(np.radians(where.lat[i])) // side))
        near = (
            j for a in (-1, 0, 1) for b in (-1, 0, 1) for j in spots.get((rows[i].service, at[0] + a, at[1] + b), ())
        )
        other = next((j for j in near if great_circle(where.lon[i], where.lat[i], where.lon[j], where.lat[j]) <
                      SAME_SPOT_METRES), None)  # fmt: skip
        if other is None:
            spots.setdefault((rows[i].service, *at), []).append(i)
        elif len(found) < MOST_LISTED:
            found.append(_same_spot(book, rows[i], rows[other]))
    return found


def _same_spot(book: Book, row: Site, other: Site) -> Problem:
    place, there = book.source_of(row), book.source_of(other)
    name, second = quoted(row.name or row.id), quoted(other.name or other.id)
    values = {"name": name, "other": second, "line": there.line or 0, "service": row.service}
    if (row.state == "candidate") != (other.state == "candidate"):
        says = say("{name} and {other} (line {line}) stand in the same spot: a candidate for {service} that is there "
                   "already", **values)  # fmt: skip
        return Problem(code="candidate-exists", says=says, source=place, mend=say("Remove the candidate"))
    says = say("{name} stands in the same spot as {other} (line {line}) and gives the same service {service}", **values)
    return Problem(
        code="site-twice", says=says, source=place, mend=say("Remove one of the two, or mend its coordinates")
    )
