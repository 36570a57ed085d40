"""Facilities of a file from outside, or of OpenStreetMap by their tags, as sites of the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.book.cell import quoted
from luoshu.book.incoming import Incoming, incoming
from luoshu.book.mapfile import Unreadable, is_osm
from luoshu.book.osmplaces import places_by_tag
from luoshu.book.problem import Problem, Source
from luoshu.kinds.bringing import Brought, brought
from luoshu.kinds.site import Site
from luoshu.kinds.whereabouts import problems_of_table
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book


def new_sites(
    path: Path, book: Book, *, service: str, system: str = "", state: str = "", source: str = "",
    columns: Mapping[str, str] | None = None, tags: Mapping[str, str | None] | None = None,
) -> Brought:  # fmt: skip
    """The sites of a file: good rows, and all that is wrong with the others; nothing is written.

    Left out are rows without a place, rows whose id belongs to another service, and sites that are there already in
    the same spot. Rows outside the region are named and kept. `tags` choose from a map of OpenStreetMap.
    """
    file = _of_map(path, tags or {}) if is_osm(path) else incoming(path)
    always = {"service": service, "source": source or path.name, **({"state": state} if state else {})}
    found = brought(file, Site, book, columns=columns or {}, always=always, system=system, make_id=service)
    found = _not_taken(found, book)
    over = book.over({Site: found.rows})
    judged = [p for p in problems_of_table(over, Site) if p.source.file == file.file or p.code == "doubtful-system"]
    there = {p.source.line for p in judged if p.code in ("site-twice", "candidate-exists")}
    rows = tuple(row for row in found.rows if book.source_of(row).line not in there)
    return replace(found, rows=rows, problems=(*found.problems, *judged))


def _not_taken(found: Brought, book: Book) -> Brought:
    """Without the rows whose id is that of a site of another service."""
    services = {row.id: row.service for row in book.rows(Site)}
    lost = [row for row in found.rows if services.get(row.id, row.service) != row.service]
    problems = [
        Problem(code="id-taken", says=say("the id {id} is that of a site of {service}", id=quoted(row.id),
                service=services[row.id]), source=book.source_of(row), mend=say("Give the row an id of its own"))
        for row in lost
    ]  # fmt: skip
    gone = {row.id for row in lost}
    return replace(found, rows=tuple(r for r in found.rows if r.id not in gone), problems=(*found.problems, *problems))


def _of_map(path: Path, tags: Mapping[str, str | None]) -> Incoming:
    """The places of a map that bear the tags, as rows; their numbers stand for lines."""
    if not tags:
        problem = Problem(code="missing-field", says=say("a street map holds many things: which ones is not said"),
                          source=Source(file=path.name),
                          mend=say("Name them with --tag, as in --tag leisure=fitness_station"))  # fmt: skip
        return Incoming(file=path.name, lines=[], columns={"x": [], "y": []}, problems=(problem,))
    try:
        places = places_by_tag(path, tags)
    except Unreadable as error:
        return Incoming(file=path.name, lines=[], columns={"x": [], "y": []}, problems=(error.problem,))
    columns = {
        "id": ["osm-" + place.osm.replace("/", "-") for place in places],
        "name": [place.name for place in places],
        "x": [repr(place.lon) for place in places],
        "y": [repr(place.lat) for place in places],
        "note": [place.tag for place in places],
    }
    return Incoming(file=path.name, lines=range(1, len(places) + 1), columns=columns, system="WGS-84")
