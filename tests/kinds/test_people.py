"""Where people live: homes as they are written, census totals spread and kept, and everything lost is named."""

import json
import sqlite3
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshu.book.book import open_book
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.newpeople import new_people
from luoshu.kinds.people import homes
from luoshu.kinds.site import Site
from luoshu.kinds.territory import territory
from luoshu.kinds.whereabouts import misplaced
from luoshu.methods.sphere import great_circle

EXAMPLE = Path(__file__).parents[2] / "examples" / "luoyang"
COQUIMBO = Path(__file__).parents[3] / "shared/data/roads/coquimbo_aequilibrae.zip"

HOME = "id,name,x,y,system,people,children,old,place,accuracy\n"
CENSUS = "place,group,people,as_of\n"


def said(found):
    return "\n".join(each.says for each in found.because)


def test_homes_are_placed_as_they_are_written(town):
    book = town(home=HOME + "a,甲村,112.45,34.65,WGS-84,100,20,30,1,50\nb,乙村,112.55,34.65,CGCS2000,300,50,60,,\n")
    found = homes(book)
    assert found.groups["all"].tolist() == [100, 300]
    assert found.groups["children"].tolist() == [20, 50]
    assert found.place.tolist() == ["1", "2"]
    assert found.accuracy[0] == 50
    assert np.isnan(found.accuracy[1])
    assert not found.estimate
    assert "400 people live in 2 homes" in said(found)
    assert homes(book) is found


def test_a_group_that_some_homes_do_not_tell_is_absent_and_says_why(town):
    found = homes(town(home=HOME + "a,,112.45,34.65,WGS-84,100,20,,1,\nb,,112.46,34.65,WGS-84,10,,,1,\n"))
    assert set(found.groups) == {"all"}
    assert "1 homes do not say how many of their people are children of 0 to 14" in found.missing["children"]


def test_people_without_a_place_are_counted_nowhere_and_told(town):
    """Without coordinates, without a system, outside what a system can hold; and a home that does not say how many."""
    rows = "a,,,,WGS-84,100,,,1,\nb,,112.45,34.65,,200,,,1,\n"
    rows += "c,,34.65,112.45,WGS-84,400,,,1,\nd,,112.45,34.65,WGS-84,,,,1,\n"
    found = homes(town(home=HOME + rows))
    assert len(found) == 1
    assert found.groups["all"].tolist() == [0]
    assert "cannot be placed and count nowhere, except in bounds: 3, with 700 people" in said(found)
    assert "do not say how many people they hold" in said(found)
    assert sorted(p.code for p in found.problems) == ["no-coordinates", "no-system", "swapped-coordinates"]


def test_no_more_children_count_than_people(town):
    book = town(home=HOME + "a,甲,112.45,34.65,WGS-84,100,300,20,1,\nb,,112.46,34.65,WGS-84,,5,5,1,\n")
    assert homes(book).groups["children"].tolist() == [100, 5]  # who are told count, though not of how many
    (problem,) = misplaced(book)
    assert (problem.code, problem.source.line, problem.source.column) == ("more-than-all", 2, "children")


CENTRE = "id,name,x,y,system,place,people\ns,镇,112.45,34.7,WGS-84,1,\n"


def test_census_totals_are_spread_and_kept(town):
    rows = "1,all,100000,2020-11-01\n1,urban,60000,2020-11-01\n1,rural,40000,2020-11-01\n1,children,20000,2020-11-01\n"
    rows += "1,old,15000,2020-11-01\n2,all,50000,2020-11-01\n2,children,5000,2020-11-01\n2,old,9000,2020-11-01\n"
    found = homes(town(census=CENSUS + rows, settlement=CENTRE))
    west = found.place == "1"
    assert found.groups["all"][west].sum() == pytest.approx(100000, rel=1e-12)
    assert found.groups["all"][~west].sum() == pytest.approx(50000, rel=1e-12)
    assert found.groups["children"][west].sum() == pytest.approx(20000)
    assert found.groups["old"].sum() == pytest.approx(24000)
    assert found.estimated.all()
    assert "Where people live is an estimate" in said(found)
    busiest = np.argmax(found.groups["all"])
    assert great_circle(found.lon[busiest], found.lat[busiest], 112.45, 34.7)[()] < 400
    even = found.groups["all"][~west]
    assert even.max() == pytest.approx(even.min())
    assert (found.accuracy > 1000).all()
    assert len(set(found.ids)) == len(found)


def test_areas_with_homes_are_not_spread_again(town):
    home = HOME + "a,,112.45,34.65,WGS-84,7,1,1,1,\n"
    found = homes(town(home=home, census=CENSUS + "1,all,1000,2020-11-01\n2,all,500,2020-11-01\n"))
    assert found.groups["all"].sum() == pytest.approx(507)
    assert set(found.groups) == {"all"}
    assert found.estimated.sum() == len(found) - 1


def test_people_of_an_area_without_outline_are_named_and_not_put_anywhere(town):
    found = homes(town(census=CENSUS + "3,all,1000,2020-11-01\n2,all,500,2020-11-01\n"))
    assert found.groups["all"].sum() == pytest.approx(500)
    assert [p.code for p in found.problems] == ["people-without-place"]
    assert "3 has 1,000 people but no outline" in said(found)


def test_what_a_city_counts_beyond_its_counties_is_told(town):
    found = homes(town(census=CENSUS + "0,all,1800,2020\n1,all,1000,2020\n2,all,500,2020\n"))
    assert found.groups["all"].sum() == pytest.approx(1500)
    assert "300 people of 示范市 are counted in none of its areas" in said(found)
    assert found.problems == ()


def test_the_latest_census_counts(town):
    found = homes(town(census=CENSUS + "1,all,1000,2010\n1,all,1200,2020\n1,all,900,2000\n"))
    assert found.groups["all"].sum() == pytest.approx(1200)


def test_the_rule_says_how_large_cells_are(town):
    book = town(census=CENSUS + "1,all,1000,2020\n")
    (book.folder / "rules").mkdir()
    (book.folder / "rules" / "spread.yaml").write_text("in_force: {2020-01-01: {cell_metres: 2000}}", encoding="utf-8")
    few = homes(open_book(book.folder))
    many = homes(town(census=CENSUS + "1,all,1000,2020\n"))
    assert len(many) == len(few)  # the rule stays in the book
    assert len(few) == 50


def test_a_rule_that_cannot_be_meant_is_a_problem_and_not_used(town):
    book = town(census=CENSUS + "1,all,1000,2020\n")
    (book.folder / "rules").mkdir()
    rule = "in_force: {2020-01-01: {cell_metres: 0.001, centre_density: many, cels: 3}}"
    (book.folder / "rules" / "spread.yaml").write_text(rule, encoding="utf-8")
    book = open_book(book.folder)
    assert homes(book).groups["all"].sum() == pytest.approx(1000)
    assert [p.code for p in misplaced(book)] == ["bad-value", "bad-value", "unknown-field"]


def test_a_county_smaller_than_a_cell_has_one(town):
    tiny = [[112.45, 34.65], [112.4501, 34.65], [112.4501, 34.6501], [112.45, 34.65]]
    text = json.dumps(
        {"features": [{"properties": {"id": "1"}, "geometry": {"type": "Polygon", "coordinates": [tiny]}}]}
    )
    found = homes(town(outlines=text, census=CENSUS + "1,all,10,2020\n", settlement=CENTRE))
    assert found.groups["all"].tolist() == [10]


@given(
    boxes=st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 60), st.floats(0, 40)), max_size=3),
    people=st.lists(st.integers(0, 10**8), min_size=3, max_size=3),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_outlines_everybody_is_somewhere_or_named(town, outlined, boxes, people):
    """Outlines as large as a continent, at a pole, without any ground: no crash, and nobody is lost in silence."""
    drawn = {}
    for i, (west, south, wide, high) in enumerate(boxes):
        east, north = min(west + wide, 180), min(south + high, 90)
        drawn[f"c{i + 1}"] = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    rows = "".join(f"{i + 1},all,{count},2020\n{i + 1},urban,{count // 2},2020\n" for i, count in enumerate(people))
    book = town(outlines=outlined(**drawn), census=CENSUS + rows, settlement=CENTRE)
    (book.folder / "rules").mkdir(exist_ok=True)
    (book.folder / "rules" / "spread.yaml").write_text("in_force: {2020-01-01: {cell_metres: 20000}}", encoding="utf-8")
    found = homes(book)
    lost = sum(1 for p in found.problems if p.code == "people-without-place")
    placed = {code: found.groups["all"][found.place == code].sum() for code in set(found.place.tolist())}
    assert lost + sum(1 for count in people if count == 0) + len(placed) >= 3
    for code, count in placed.items():
        assert count == pytest.approx(people[int(code) - 1], rel=1e-9)


def test_an_empty_book_has_no_homes_and_says_nothing(town):
    found = homes(town())
    assert (len(found), found.estimate, found.because, found.problems) == (0, False, (), ())
    assert found.groups["all"].tolist() == []


def test_what_if_rows_lie_over_and_sites_leave_the_homes_alone(town):
    book = town(home=HOME + "a,,112.45,34.65,WGS-84,100,20,30,1,50\n")
    assert homes(book.over({Home: [Home(id="b", x=112.5, y=34.7, system="WGS-84", people=5.0)]})).groups[
        "all"
    ].tolist() == [100, 5]
    kept = homes(book)
    assert homes(book.over({Site: [Site(id="s", service="x")]})) is kept


def test_homes_know_their_county_from_their_township_or_their_point(town):
    place = "id,name,parent,level\n0,市,,city\n1,西县,0,county\n2,东县,0,county\n11,乡,1,township\n"
    rows = "a,,112.55,34.65,WGS-84,1,,,11,\nb,,112.55,34.65,WGS-84,1,,,,\nc,,118,34,WGS-84,1,,,,\n"
    book = town(place=place, home=HOME + rows)
    assert homes(book).place.tolist() == ["1", "2", ""]
    assert territory(book).above("11") == ["1", "0"]


@pytest.mark.skipif(not (EXAMPLE / "tables/census.csv").exists(), reason="the example has no census yet")
def test_the_example_has_a_hundred_thousand_cells_quickly_and_all_its_people():
    book = open_book(EXAMPLE, tables=(Site, Home, Census, Settlement))
    begun = time.process_time()
    found = homes(book)
    assert time.process_time() - begun < 5
    assert 90_000 < len(found) < 120_000
    counted = {row.place: row.people for row in book.rows(Census) if row.group == "all"}
    del counted["410300"]
    for place, people in counted.items():
        assert found.groups["all"][found.place == place].sum() == pytest.approx(people, rel=1e-9)
    assert found.groups["children"].sum() == pytest.approx(2275553)
    assert "208,845 people of 洛阳市 are counted in none of its areas" in said(found)
    assert np.median(found.accuracy) > 1000


def rings(blob):
    """The polygons of a geometry as SpatiaLite keeps it: rings of points."""
    at = 39
    kind, count = struct.unpack_from("<II", blob, at)
    at += 8
    assert kind == 6
    polygons = []
    for _ in range(count):
        _, _, ring_count = struct.unpack_from("<BII", blob, at)
        at += 9
        polygon = []
        for _ in range(ring_count):
            (points,) = struct.unpack_from("<I", blob, at)
            values = struct.unpack_from(f"<{points * 2}d", blob, at + 4)
            at += 4 + points * 16
            polygon.append([list(pair) for pair in zip(values[::2], values[1::2], strict=True)])
        polygons.append(polygon)
    return polygons


@pytest.fixture(scope="module")
def coquimbo(tmp_path_factory):
    """The zones of Coquimbo as GeoJSON and the corners of its streets as a table of points."""
    folder = tmp_path_factory.mktemp("coquimbo")
    with zipfile.ZipFile(COQUIMBO) as packed:
        packed.extract("project_database.sqlite", folder)
    base = sqlite3.connect(folder / "project_database.sqlite")
    try:
        zones = base.execute("select zone_id, population, geometry from zones").fetchall()
        nodes = base.execute("select node_id, hex(geometry) from nodes where is_centroid = 0").fetchall()
    finally:
        base.close()
    features = [
        {"type": "Feature", "properties": {"id": f"z{number}", "人口": people},
         "geometry": {"type": "MultiPolygon", "coordinates": rings(blob)}}
        for number, people, blob in zones
    ]  # fmt: skip
    zoned = folder / "zones.geojson"
    zoned.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    lines = ["id,lon,lat,system"]
    for number, text in nodes:
        x, y = struct.unpack_from("<2d", bytes.fromhex(text), 43)
        lines.append(f"n{number},{x!r},{y!r},WGS-84")
    points = folder / "points.csv"
    points.write_text("\n".join(lines), encoding="utf-8")
    return zoned, points, sum(people for _, people, _ in zones)


@pytest.mark.skipif(not COQUIMBO.exists(), reason="../shared/data/roads is not here")
def test_the_zones_of_coquimbo_are_spread_over_the_corners_of_its_streets(town, coquimbo):
    zoned, points, people = coquimbo
    book = town(outlines=None)
    found = new_people(zoned, book, over=points)
    lost = [p for p in found.problems if p.code == "area-without-points"]
    assert [p for p in found.problems if p not in lost] == []
    assert found.read == 133
    assert len(found.rows) > 10_000
    assert sum(row.people for row in found.rows) == pytest.approx(people, rel=1e-9)
    assert all(-73 < row.x < -70 and -31 < row.y < -29 for row in found.rows)
    assert all(0 < row.accuracy < 60_000 for row in found.rows)
    assert len({row.id for row in found.rows}) == len(found.rows)
    again = new_people(zoned, book, over=points)
    assert again.rows == found.rows


@pytest.mark.skipif(not COQUIMBO.exists(), reason="../shared/data/roads is not here")
def test_without_points_areas_are_spread_over_cells(town, coquimbo):
    zoned, _, people = coquimbo
    book = town(outlines=None)
    (book.folder / "rules").mkdir()
    (book.folder / "rules" / "spread.yaml").write_text("in_force: {2020-01-01: {cell_metres: 1000}}", encoding="utf-8")
    found = new_people(zoned, open_book(book.folder))
    assert sum(row.people for row in found.rows) == pytest.approx(people, rel=1e-9)
    assert {row.sort for row in found.rows} == {"cell"}
