"""What the map draws of a circle, and what it rests on along real streets with walls and gates."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from streetmap import degrees, streets
from town import DAY, circle, home, site, town

from luoshu.book.book import open_book
from luoshu.book.streets import save_streets
from luoshu.kinds.barrier import Gate, Wall
from luoshu.kinds.commitment import Amount
from luoshu.kinds.home import Home
from luoshu.kinds.site import Site
from luoshu.region import Region

EXAMPLE = Path(__file__).parents[2] / "examples" / "luoyang"
MAP = Path(__file__).parents[3] / "shared/data/roads/liechtenstein.osm.pbf"
HOMES = (home("near", 4, 60, children=6, old=12), home("far", 25, 10, children=2, old=1), home("no", 26, 0))


def amount(gauge, name):
    return next(each for each in gauge.figures if isinstance(each, Amount) and name in each.name)


def by_id(layers):
    return {layer.id: layer for layer in layers}


def test_homes_carry_their_minutes_and_the_number_of_their_site():
    sites = [site("a", 0), site("b", 24, state="candidate", cost=5.0), site("p", 50, state="planned")]
    drawn = by_id(circle().layers(town(HOMES, sites), DAY))
    assert list(drawn) == ["homes", "unserved", "candidates", "planned", "sites"]
    homes = drawn["homes"]
    assert homes.columns["minutes"].values.round(3).tolist() == [4.0, 25.0, 26.0]
    assert (homes.limit, homes.weight, homes.measure, homes.table) == (10.0, "people", "minutes", "home")
    assert homes.estimate
    assert homes.columns["nearest"].values.tolist() == [0, 0, 0]
    assert drawn["unserved"].columns["people"].values.tolist() == [10.0]
    assert drawn["candidates"].columns["gain"].values.tolist() == [10.0]
    assert drawn["candidates"].columns["cost"].values.tolist() == [5.0]
    assert drawn["sites"].columns["near"].values.tolist() == [60.0]
    assert (drawn["sites"].ids, drawn["sites"].table) == (["a"], "site")


def test_who_has_no_way_is_drawn_as_out_of_reach():
    homes = by_id(circle().layers(town(HOMES, [site("lost", None)]), DAY))["homes"]
    assert np.isinf(homes.columns["minutes"].values).all()
    assert np.isnan(homes.columns["nearest"].values).all()


def test_without_a_list_of_sites_homes_and_where_to_build_are_drawn_all_the_same():
    drawn = by_id(circle(service="library").layers(town(HOMES, [site("a", 0)]), DAY))
    assert list(drawn) == ["homes", "candidates"]
    assert drawn["homes"].measure == "people"


def test_what_one_site_brings_and_what_is_no_site_brings_nothing():
    book = town(HOMES, [site("a", 0), site("b", 24, state="candidate"), site("lost", None)])
    (reach,) = circle().around(book, DAY, "site", "b")
    assert reach.geometries[0]["type"] in ("Polygon", "MultiPolygon")
    assert {name: column.values.tolist() for name, column in reach.columns.items()} == {
        "all": [10.0], "children": [2.0], "old": [1.0], "new": [10.0],
    }  # fmt: skip
    assert list(circle().around(book, DAY, "site", "lost")) == []
    assert list(circle().around(book, DAY, "site", "nobody")) == []
    assert len(list(circle().around(book, DAY, "home", "near"))) == 1


def test_a_what_if_is_gauged_by_the_rows_that_lie_over():
    book = town(HOMES, [site("a", 0)])
    before = circle().gauge(book, DAY).met
    after = circle().gauge(book.over({Site: [site("new", 24)]}), DAY).met
    closed = circle().gauge(book.over({Site: [site("a", 0, state="closed")]}), DAY).met
    assert (closed, round(before, 3), after) == (0.0, round(60 / 70, 3), 1.0)


# ---- along streets -----------------------------------------------------------------------------------------------


@pytest.fixture
def town_of_streets(tmp_path):
    """A road of 2 km with homes at both ends of a wall, and a clinic west of it."""
    (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    save_streets(streets([(0, 0), (2000, 0)], [(0, 1)]), tmp_path)
    (west, east, clinic), (lat, *_) = degrees([(100, 0), (700, 0), (400, 0)])
    homes = [
        Home(id="w", x=west, y=lat, system="WGS-84", people=30.0, accuracy=0.0),
        Home(id="e", x=east, y=lat, system="WGS-84", people=70.0, accuracy=0.0),
    ]
    sites = [Site(id="s", service="clinic", x=clinic, y=lat, system="WGS-84", accuracy=0.0)]
    line = ", ".join(f"{x} {y}" for x, y in zip(*degrees([(500, -400), (500, 400)]), strict=True))
    wall = Wall(id="w", wkt=f"LINESTRING ({line})", system="WGS-84", state="standing")
    return open_book(tmp_path).over({Home: homes, Site: sites, Wall: [wall]})


def test_along_streets_minutes_are_no_estimate_and_a_gate_changes_who_is_served(town_of_streets):
    promise = circle(service="clinic", due=DAY)
    gauge = promise.gauge(town_of_streets, DAY)
    assert (gauge.value, gauge.estimate, gauge.verdict, gauge.chance) == (30.0, False, "missed", 0.0)
    assert not any("estimate" in figure.name for figure in gauge.figures)
    text = "\n".join(each.says for each in gauge.because)
    assert "70 have no way to any site" in text
    assert amount(gauge, "median").value is None
    x, y = degrees([(503, 1)])
    gate = Gate(id="g", x=float(x[0]), y=float(y[0]), system="WGS-84", state="open")
    opened = promise.gauge(town_of_streets.over({Gate: [gate]}), DAY)
    assert (opened.value, opened.verdict, opened.chance) == (100.0, "kept", 1.0)
    reach = by_id(promise.around(town_of_streets, DAY, "site", "s"))
    assert set(reach) == {"reach", "streets"}


def walled(tmp_path, y, *, accuracy, gate=False):
    """A home so many metres north of a road with a clinic, beside a compound whose wall is 50 m off the road."""
    (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    corners = [(0, 0), (400, 0), (400, 400), (0, 400)]
    save_streets(streets(corners, [(0, 1), (1, 2), (2, 3), (3, 0)]), tmp_path)
    (x, clinic), (lat, south) = degrees([(200, y), (200, 0)])
    ring = [(50, 50), (350, 50), (350, 350), (50, 350), (50, 50)]
    line = ", ".join(f"{x} {y}" for x, y in zip(*degrees(ring), strict=True))
    east, north = degrees([(200, 350)])
    gates = [Gate(id="g", x=float(east[0]), y=float(north[0]), system="WGS-84", state="open")]
    return open_book(tmp_path).over({
        Home: [Home(id="h", x=x, y=lat, system="WGS-84", people=30.0, accuracy=accuracy)],
        Site: [Site(id="s", service="clinic", x=clinic, y=south, system="WGS-84", accuracy=0.0)],
        Wall: [Wall(id="w", wkt=f"POLYGON (({line}))", system="WGS-84", state="standing")],
        Gate: gates if gate else [],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("y", "gate", "verdicts"), [(45, True, ("kept", "likely")), (55, False, ("missed", "unlikely"))]
)
def test_a_place_that_may_lie_on_the_other_side_of_a_wall_decides_nothing(tmp_path, y, gate, verdicts):
    for accuracy, verdict in zip((0.0, 20.0), verdicts, strict=True):
        gauge = circle(service="clinic", due=DAY).gauge(walled(tmp_path, y, accuracy=accuracy, gate=gate), DAY)
        assert gauge.verdict == verdict
        assert (gauge.chance is None) == (accuracy > 0)
        assert ("A wall or a river" in "\n".join(each.says for each in gauge.because)) == (accuracy > 0)


def test_who_lives_far_from_any_street_could_walk_straight(tmp_path):
    book = walled(tmp_path, -600, accuracy=0.0)
    gauge = circle(service="clinic", due=DAY).gauge(book, DAY)
    assert (gauge.verdict, gauge.chance) == ("open", None)


def test_advice_along_streets(town_of_streets):
    x, y = degrees([(900, 0)])
    east = Site(id="c", service="clinic", x=float(x[0]), y=float(y[0]), system="WGS-84", state="candidate", cost=9.0)
    plan = circle(service="clinic").plan(town_of_streets.over({Site: [east]}), DAY, 10.0)
    assert [(move.row, move.cost, round(move.gain, 3)) for move in plan.moves] == [("c", 9.0, 0.7)]
    assert plan.gap == 0.0
    assert "estimate" not in plan.moves[0].does


@pytest.mark.skipif(not MAP.exists(), reason="the map of Liechtenstein is not beside the checkout")
def test_a_whole_country_on_its_streets(tmp_path):
    from luoshu.book.streetreading import read_streets_file

    (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    network, _ = read_streets_file(MAP)
    save_streets(network, tmp_path)
    at = np.random.default_rng(3).choice(len(network.lon), 3000, replace=False)
    lon, lat = network.lon[at].tolist(), network.lat[at].tolist()
    places = enumerate(zip(lon, lat, strict=True))
    homes = [Home(id=f"h{i}", x=x, y=y, system="WGS-84", people=10.0) for i, (x, y) in places]
    sites = [Site(id=f"s{i}", service="clinic", x=lon[i], y=lat[i], system="WGS-84") for i in range(8)]
    book = open_book(tmp_path).over({Home: homes, Site: sites})
    ten, twenty = (circle(service="clinic", minutes=minutes).gauge(book, DAY) for minutes in (10.0, 20.0))
    assert 0 < ten.value < twenty.value < 100
    assert not ten.estimate
    plan = circle(service="clinic").plan(book, DAY, None, 10)
    assert len(plan.moves) == 10
    assert plan.gain <= plan.bound
    assert plan.gap < 0.01


# ---- the example -------------------------------------------------------------------------------------------------


def test_the_example_answers_for_the_metro_and_not_for_what_nobody_listed():
    region = Region(EXAMPLE, date(2025, 12, 31))
    gauges = {each.commitment.id: each for each in region.gauges if each.commitment.kind == "circle"}
    metro, fitness = gauges["metro-circle"], gauges["fitness-circle"]
    assert metro.estimate
    assert 3 < metro.value < 5
    assert (metro.verdict, metro.chance, metro.commitment.weight) == ("open", None, 0)
    low, high = (amount(metro, name).value for name in ("At least", "At most"))
    assert low <= metro.value / 100 <= high < 0.5
    assert (fitness.met, fitness.value, fitness.verdict) == (None, None, "unknown")
    advice = region.advice(count=3)
    lines = [move for move in advice.moves if move.commitment == "fitness-circle"]
    assert len(lines) == 3
    assert 0 <= advice.plans["fitness-circle"].gap < 0.01
    assert all("estimate" in move.does for move in lines)
    json.dumps([layer.id for each in gauges.values() for layer in each.commitment.layers(region.book, region.day)])


def test_half_of_the_metro_served_before_the_second_line_opened():
    early = {each.commitment.id: each for each in Region(EXAMPLE, date(2021, 6, 30)).gauges}["metro-circle"]
    later = {each.commitment.id: each for each in Region(EXAMPLE, date(2022, 6, 30)).gauges}["metro-circle"]
    assert 0 < early.value < later.value


def test_homes_carry_the_code_of_their_county_for_other_programs():
    homes = tuple(replace(each, place="410311") for each in HOMES)
    drawn = by_id(circle(place="").layers(town(homes, [site("a", 0)]), DAY))["homes"]
    assert drawn.columns["place"].values == ["410311"] * 3
