"""Barriers as layers and as entries with faults: ids that a what-if can use, and every row that does nothing named."""

from datetime import date

import pytest
from streetmap import streets

from luoshu.book.book import open_book
from luoshu.book.streets import save_streets
from luoshu.kinds.barrier import Bridge, Gate, Wall
from luoshu.kinds.barrier_layers import barrier_layers
from luoshu.kinds.travel_faults import travel_faults

DAY = date(2025, 12, 31)
LINE = "LINESTRING (112.45 34.61, 112.45 34.63)"


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    network = streets([(0, 0), (500, 0), (500, 0), (900, 0)], [(0, 1), (1, 2), (2, 3)], gates=[1],
                      walls=[[(500, -50), (500, 50)]])  # fmt: skip
    save_streets(network, tmp_path)
    return open_book(tmp_path)


def test_barriers_of_book_and_map_are_layers_whose_ids_a_what_if_can_use(book):
    laid = book.over({
        Wall: [Wall(id="w", wkt=LINE, system="WGS-84"), Wall(id="osm500", state="opened")],
        Gate: [Gate(id="g", x=112.45, y=34.62, system="WGS-84", state="planned")],
        Bridge: [Bridge(id="b", x=112.45, y=34.62, to_x=112.46, to_y=34.62, system="WGS-84")],
    })  # fmt: skip
    walls, gates, bridges = barrier_layers(laid, DAY)
    assert (walls.ids, [str(s) for s in walls.columns["state"].values]) == (["w", "osm500"], ["standing", "opened"])
    assert (gates.ids, [str(s) for s in gates.columns["state"].values]) == (["g", "osm900"], ["planned", "open"])
    assert bridges.geometries[0]["coordinates"] == [[112.45, 34.62], [112.46, 34.62]]
    assert [layer.table for layer in (walls, gates, bridges)] == ["wall", "gate", "bridge"]
    assert not list(travel_faults(laid))


def test_rows_that_do_nothing_are_named(book):
    laid = book.over({
        Wall: [Wall(id="a", wkt="POINT (1 2)", system="WGS-84"), Wall(id="b", wkt=LINE), Wall(id="c", wkt="x"),
               Wall(id="osm501", state="opened"), Wall(id="d", wkt="LINESTRING (0 0, 0 400)", system="WGS-84")],
        Gate: [Gate(id="g", x=112.45, y=34.62)],
        Bridge: [Bridge(id="e", x=112.45, y=34.62, system="WGS-84")],
    })  # fmt: skip
    found = [problem.code for problem in travel_faults(laid)]
    assert sorted(found) == sorted(
        ["bad-line", "no-system", "bad-line", "dangling", "impossible-coordinates", "no-system", "no-coordinates"]
    )


def test_a_rule_that_cannot_be_is_named_once(book):
    (book.folder / "rules").mkdir()
    (book.folder / "rules/speeds.yaml").write_text("in_force:\n  2015-01-01: {stairs_share: none}\n", "utf-8")
    (problem,) = travel_faults(open_book(book.folder))
    assert problem.code == "bad-value"
    assert "stairs_share" in problem.says


def test_what_the_map_has_can_be_opened_and_removed_by_a_what_if(book):
    from luoshu.show.changes import tried

    asked = [{"table": "wall", "remove": "osm500"}, {"table": "gate", "row": {"id": "osm900", "state": "closed"}}]
    trial = tried(book, [Wall, Gate], asked)
    assert trial.problems == ()
    assert [row.state for row in trial.book.rows(Wall)] == ["closed"]
    assert [row.state for row in trial.book.rows(Gate)] == ["closed"]
    assert not list(travel_faults(trial.book))
    walls, gates = barrier_layers(trial.book, DAY)
    assert (walls.ids, gates.ids) == (["osm500"], ["osm900"])
    assert [str(s) for s in (*walls.columns["state"].values, *gates.columns["state"].values)] == ["closed"] * 2
