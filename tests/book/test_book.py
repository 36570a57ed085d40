"""A book opens with all its faults, gives typed rows with their places, and takes what-ifs over it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from luoshu.book.book import open_book
from luoshu.book.directory import DocumentRow, Owner, Place
from luoshu.book.table import schema

BOOK = "title: 示范规划\nregion: 示范市\n"
PLACES = "id,name,parent,level,population\n410300,示范市,,city,100\n410301,东区,410300,county,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text(BOOK, encoding="utf-8")
    (tmp_path / "tables" / "place.csv").write_text(PLACES, encoding="utf-8")
    return tmp_path


def test_rows_are_typed_and_know_their_place(folder: Path) -> None:
    book = open_book(folder)
    city, east = book.rows(Place)
    assert (city.population, east.population, east.parent) == (100, None, "410300")
    assert str(book.source_of(east)) == "tables/place.csv:3"
    assert book.problems == ()
    assert book.problems_of(Place) == ()


def test_columns_are_arrays_of_the_same_rows(folder: Path) -> None:
    columns = open_book(folder).columns(Place)
    assert columns["id"].tolist() == ["410300", "410301"]
    assert columns["population"][0] == 100
    assert np.isnan(columns["population"][1])


def test_what_lies_over_a_book_replaces_by_key_and_adds(folder: Path) -> None:
    book = open_book(folder)
    west = Place(id="410302", name="西区")
    over = book.over({Place: [Place(id="410301", name="新东区"), west]})
    assert [p.name for p in over.rows(Place)] == ["示范市", "新东区", "西区"]
    assert over.columns(Place)["name"].tolist() == ["示范市", "新东区", "西区"]
    assert [p.name for p in book.rows(Place)] == ["示范市", "东区"]
    assert [p.name for p in book.over({Place: [west]}, instead=True).rows(Place)] == ["西区"]
    assert over.source_of(west).file == ""


def test_a_table_that_is_not_there_has_no_rows(folder: Path) -> None:
    book = open_book(folder)
    assert book.rows(Owner) == ()
    assert book.columns(DocumentRow)["published"].dtype == np.dtype("datetime64[D]")


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert [p.code for p in open_book(tmp_path / "nowhere").problems] == ["no-book"]


def test_an_empty_folder_misses_its_book_file(tmp_path: Path) -> None:
    assert [(p.code, p.source.file) for p in open_book(tmp_path).problems] == [("missing-file", "book.yaml")]


def test_a_rule_is_the_one_in_force(folder: Path) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "band.yaml").write_text("in_force:\n  2024-01-01: {low: 2}\n  2020-01-01: {low: 3}\n")
    book = open_book(folder)
    assert [getattr(book.rule("band", date(y, 6, 1)), "values", None) for y in (2019, 2021, 2024)] == [
        None,
        {"low": 3},
        {"low": 2},
    ]
    assert book.rule("nothing", date(2024, 1, 1)) is None


def test_names_that_lead_out_of_the_book_are_refused(folder: Path) -> None:
    (folder / "tables" / "owner.csv").symlink_to("/etc/hostname")
    book = open_book(folder)
    assert [p.code for p in book.problems_of(Owner)] == ["path-escape"]
    assert [p.code for p in book.rules("../../x")[1]] == ["path-escape"]
    for name in ("../x", "/etc/passwd", "documents/../../x", "c:/x", "a\\b", ""):
        with pytest.raises(ValueError, match="leads out"):
            book.path(name)


def test_the_class_says_the_file() -> None:
    assert (schema(DocumentRow).file, schema(DocumentRow).key) == ("tables/document.csv", ("file",))


def test_what_is_derived_is_kept_over_a_book_unless_its_table_lies_over_it(tmp_path):
    (tmp_path / "book.yaml").write_text("title: t\nregion: r\n", "utf-8")
    book, made = open_book(tmp_path), []

    def make(known):
        made.append(len(known.rows(Owner)))
        return made[-1]

    assert book.derived("count", make, Owner) == book.derived("count", make, Owner) == 0
    assert book.over({Place: [Place(id="1", name="a")]}).derived("count", make, Owner) == 0
    assert made == [0]
    assert book.over({Owner: [Owner(id="1", name="a")]}).derived("count", make, Owner) == 1
    assert book.derived("count", make, Owner) == 0
    assert made == [0, 1]


def test_what_a_what_if_derives_of_tables_that_it_leaves_alone_is_kept_for_the_next(tmp_path):
    (tmp_path / "book.yaml").write_text("title: t\nregion: r\n", "utf-8")
    book, made = open_book(tmp_path), []

    def make(known):
        made.append((len(known.rows(Owner)), len(known.rows(Place))))
        return made[-1]

    over = book.over({Place: [Place(id="1", name="a")]})
    assert over.derived("count", make, Owner) == (0, 0)
    assert book.over({Place: [Place(id="2", name="b")]}).derived("count", make, Owner) == (0, 0)
    assert len(made) == 1
    twice = over.over({Owner: [Owner(id="1", name="a")]})
    assert twice.derived("both", make, Owner, Place) == (1, 1)
    assert twice.derived("owners", make, Owner) == (1, 1)
    assert over.derived("both", make, Owner, Place) == (0, 1)
    assert over.derived("nothing named", make) == (0, 1)
    assert book.derived("both", make, Owner, Place) == (0, 0)
