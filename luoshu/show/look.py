"""From a region to a view: the one place where the pages ask the floors below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from luoshu.book.book import Book
from luoshu.book.directory import DocumentRow, Owner, Place, Wording
from luoshu.book.documents import book_document, document_names
from luoshu.book.outlines import outlines
from luoshu.kinds.commitment import Move
from luoshu.kinds.observation import MEASURED, Indicator, Observation
from luoshu.read import as_json, proposals, version
from luoshu.read.settlement import stored_text
from luoshu.region import Region
from luoshu.show.countymap import county_names
from luoshu.show.layershelf import LayerShelf
from luoshu.show.links import file_name
from luoshu.show.view import CountyValue, Paper, View


def look(folder: Path, day: date, book: Book | None = None) -> View:
    """Everything that the pages draw of the book in `folder` on `day`; `book` is that book where it is open already."""
    return view_of(Region(folder, day, book))


class Moves(Mapping[str, tuple[Move, ...]]):
    """The next moves of each promise, sought when they are first asked for: a page of one needs no others."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.gauges = {gauge.commitment.id: gauge for gauge in region.gauges}
        self._found: dict[str, tuple[Move, ...]] = {}

    def __getitem__(self, id: str) -> tuple[Move, ...]:
        if id not in self._found:
            self._found[id] = tuple(self.gauges[id].commitment.moves(self.region.book, self.region.day))
        return self._found[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.gauges)

    def __len__(self) -> int:
        return len(self.gauges)


def view_of(region: Region) -> View:
    """The view of a region that is open already."""
    book, day = region.book, region.day
    polygons, faults = outlines(book.folder)
    places = {place.id: place.name for place in book.rows(Place)}
    return View(
        folder=book.folder,
        title=book.title or book.folder.resolve().name,
        title_en=str(book.settings.get("title_en") or ""),
        region=places.get(book.region, book.region),
        day=day,
        gauges=tuple(region.gauges),
        moves=Moves(region),
        problems=tuple(region.problems),
        papers=papers_of(book),
        owners={owner.id: (owner.name, owner.name_en) for owner in book.rows(Owner)},
        records={record.id: record for record in book.records},
        wording=wording_of(book),
        names={
            **{row.id: (row.name, "") for row in book.rows(Place)},
            **{row.id: (row.name, row.name_en) for row in book.rows(Indicator)},
        },
        indicators=tuple((row.id, row.name) for row in book.rows(Indicator)),
        polygons=polygons,
        map_faults=faults,
        county_values=tuple(county_values(book, day, set(county_names(polygons)))),
        book=book,
        layers=LayerShelf(book, day, region.gauges),
    )


def wording_of(book: Book) -> dict[str, str]:
    """The English of the book's own words, by the words."""
    return {row.text: row.english for row in book.rows(Wording) if row.english}


def county_values(book: Book, day: date, counties: set[str]) -> list[CountyValue]:
    """What was published by `day` for single counties, and their inhabitants."""
    if not counties:
        return []
    indicators = {indicator.id: indicator for indicator in book.rows(Indicator)}
    found = []
    for row in book.rows(Observation):
        indicator = indicators.get(row.indicator)
        known = (row.published or row.as_of) <= day
        if indicator is None or row.place not in counties or not known or row.status not in MEASURED:
            continue
        found.append(
            CountyValue(
                county=row.place,
                measure=indicator.name,
                name_en=indicator.name_en,
                unit=row.unit or indicator.unit,
                value=row.value,
                day=row.as_of,
            )
        )
    return found + _inhabitants(book, day, counties)


def _inhabitants(book: Book, day: date, counties: set[str]) -> list[CountyValue]:
    return [
        CountyValue(county=p.id, measure="常住人口", name_en="Inhabitants", unit="人", value=p.population, day=day)
        for p in book.rows(Place)
        if p.population is not None and p.id in counties
    ]


def papers_of(book: Book) -> tuple[Paper, ...]:
    """The documents of the book with their original text and what was proposed from them."""
    about = {row.file: row for row in book.rows(DocumentRow)}
    return tuple(paper_of(book, name, about.get(name)) for name in document_names(book.folder))


def paper_of(book: Book, name: str, row: DocumentRow | None) -> Paper:
    """One document; its own title where the table of documents has none.

    The text is the one that was read, where it was: the places of the proposals are in it, whatever the file is now.
    """
    document = book_document(book.folder, name)
    read = stored_text(book.folder, name)
    return Paper(
        name=file_name(name),
        file=f"documents/{name}",
        title=(row.title if row else "") or document.title or Path(name).stem,
        text=document.text if read is None else read,
        published=(row.published if row else None) or document.published,
        publisher=row.publisher if row else "",
        url=row.url if row and row.url.startswith(("http://", "https://")) else "",
        changed=read is not None and read != document.text,
        proposals=tuple({**as_json(each), "version": version(each)} for each in proposals(book.folder, name)[0]),
        problems=document.problems,
    )
