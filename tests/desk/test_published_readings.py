"""Figures that the book publishes count as readings where the rule sheet names their indicator."""

from __future__ import annotations

import pytest
from incidents import NOON, after, opened, read, standing

from luoshu.book.book import open_book
from luoshu.book.directory import Place
from luoshu.desk.clock import Clock
from luoshu.desk.published_readings import published_readings
from luoshu.desk.responserule import response_faults, response_rule
from luoshu.desk.room import Room
from luoshu.desk.ticking import tick
from luoshu.kinds.observation import Indicator, Observation

SHEET = "title: 某市\nin_force:\n  2020-01-01:\n    indicators: {hit: affected, days: supply_days, none: cases}\n"
HEAD = "indicator,place,as_of,value,unit,comparator,status,definition,published\n"


def book_with(folder, *rows, sheet=SHEET):
    for name in ("tables", "rules"):
        (folder / name).mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\n", "utf-8")
    (folder / "rules" / "response.yaml").write_text(sheet, "utf-8")
    (folder / "tables" / "place.csv").write_text(
        "id,name,level,parent\n410300,洛阳市,city,\n410324,栾川县,county,410300\n410100,郑州市,city,\n", "utf-8"
    )
    (folder / "tables" / "indicator.csv").write_text("id,name,unit\nhit,受灾人口,人\ndays,可供应天数,天\n", "utf-8")
    (folder / "tables" / "observation.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
    return open_book(folder, tables=(Place, Indicator, Observation))


def readings(book, now=NOON):
    rule = response_rule(book, now.date())
    return [(each.station, each.value) for each in published_readings(book, rule, Clock(), now)]


def test_a_published_figure_proposes_a_level_where_it_holds(tmp_path):
    book = book_with(tmp_path / "b", "hit,410324,2021-07-20,6,万人,=,actual,,2021-07-20")
    with Room(tmp_path / "j.sqlite", book) as room:
        opened(room, places=("410300",))
        opened(room, "zz", places=("410100",))
        opened(room, "exercise", drill=True)
        tick(room, NOON)
        assert standing(room).proposal.level == "III"
        assert standing(room).proposal.because[0].station == "栾川县 受灾人口"
        assert standing(room, "zz").proposal is None
        assert standing(room, "exercise").proposal is None
        assert tick(room, after(hours=1)) == ()
        read(room, 85, at=after(hours=1))
        tick(room, after(hours=1))
        assert standing(room).proposal.level == "II"


@pytest.mark.parametrize(
    "row",
    [
        "hit,,2021-07-21,60000,,=,actual,,",
        "hit,,2021-07-19,60000,,=,actual,,2021-07-21",
        "hit,,2021-07-20,60000,,=,forecast,,",
        "hit,,2021-07-20,60000,,=,actual,只计城区,",
        "hit,,2021-07-20,60000,,<,actual,,",
        "hit,,2021-06-20,60000,,=,actual,,",
        "hit,,2021-07-20,60000,公里,=,actual,,",
        "days,,2021-07-20,2,,>,actual,,",
    ],
)
def test_what_is_not_known_or_does_not_tell_is_left_out(tmp_path, row):
    assert readings(book_with(tmp_path, row)) == []


def test_the_newest_of_each_area_as_it_was_published_last(tmp_path):
    book = book_with(
        tmp_path, "hit,410324,2021-07-19,100,,=,actual,,2021-07-19", "hit,410324,2021-07-19,200,,=,revised,,2021-07-20",
        "hit,410324,2021-07-18,900,,=,actual,,2021-07-18", "hit,,2021-07-18,3000,,>,actual,,2021-07-18",
        "days,,2021-07-20,2,,<,actual,,",
    )  # fmt: skip
    assert readings(book) == [("栾川县 受灾人口", 200), ("受灾人口", 3000), ("可供应天数", 2)]


def test_a_sheet_without_indicators_reads_nothing_and_unknown_measures_are_named(tmp_path):
    rule = response_rule(None, NOON.date())
    assert published_readings(None, rule, Clock(), NOON) == []
    book = book_with(tmp_path, sheet=SHEET.replace("affected", "mood"))
    assert "mood is nothing that is read here" in str(response_faults(book.rules("response")[0])[0].says)
