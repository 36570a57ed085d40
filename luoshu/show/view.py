"""One look at a book: everything that the pages draw, on one day, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from luoshu.book.book import Book
from luoshu.book.problem import Problem
from luoshu.book.records import Record
from luoshu.kinds.commitment import Gauge, Move
from luoshu.show.layershelf import LayerShelf
from luoshu.show.links import file_name


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One document of the book: its name in links, its title, its original text and what the reader found in it."""

    name: str
    file: str
    title: str
    text: str
    published: date | None = None
    url: str = ""
    publisher: str = ""
    changed: bool = False
    proposals: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class View:
    """The book as it stands on `day`: gauges in the order of the book, problems, documents, owners and places.

    `wording` is the English of the book's own words; `names` gives what an id of a place or an indicator is called, in
    Chinese and English. `layers` are drawn when they are first asked for; `version` changes with the files.
    """

    folder: Path
    title: str
    title_en: str = ""
    region: str = ""
    day: date
    gauges: tuple[Gauge, ...] = ()
    moves: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    papers: tuple[Paper, ...] = ()
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    wording: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    indicators: tuple[tuple[str, str], ...] = ()
    polygons: Mapping[str, Any] | None = None
    map_faults: tuple[str, ...] = ()
    county_values: tuple[CountyValue, ...] = ()
    book: Book | None = None
    layers: LayerShelf | None = None
    version: str = ""

    def name(self, language: str) -> str:
        """The book's title in a language, the Chinese one where it has no other."""
        return self.title_en if language == "en" and self.title_en else self.title

    def gauge(self, name: str) -> Gauge | None:
        """The gauge whose commitment is called `name` in links."""
        return next((gauge for gauge in self.gauges if file_name(gauge.commitment.id) == name), None)

    def paper(self, name: str) -> Paper | None:
        """The document called `name` in links."""
        return next((paper for paper in self.papers if paper.name == name), None)

    def paper_of(self, file: str) -> Paper | None:
        """The document that a source's file names."""
        stem = Path(file).name
        return next((paper for paper in self.papers if file in (paper.file, paper.name) or stem == paper.name), None)

    def owner(self, owner: str, language: str = "zh") -> str:
        """An owner's full name; `owners` holds (Chinese, English) by code, the English one may be empty."""
        chinese, english = self.owners.get(owner, (owner, ""))
        return english if english and language == "en" else chinese


@dataclass(frozen=True, kw_only=True)
class CountyValue:
    """One published figure of one county: `measure` groups the layers of the map."""

    county: str
    measure: str
    unit: str
    value: float
    day: date
    name_en: str = ""
    source: str = ""
