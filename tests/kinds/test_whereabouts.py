"""Where places lie: systems recognised but never chosen in silence, and every place that cannot be is a problem."""

import json

import numpy as np
import pytest

from luoshu.book.faults import FAULTS
from luoshu.book.streetreading import read_streets_file
from luoshu.book.streets import save_streets
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.position import placed, positions
from luoshu.kinds.site import Site
from luoshu.kinds.whereabouts import misplaced
from luoshu.methods.coordinates import GCJ_02, to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from luoshu.methods.recognition import PROJECTED, beats, recognise, sign_test
from luoshu.methods.sphere import great_circle

SITE = "id,name,service,x,y,system,state\n"
RANDOM = np.random.default_rng(3)


def with_streets(book, spacing=0.04):
    """Streets along lines of longitude and latitude, about 4 km apart, so that 600 m show."""
    xs, ys = np.arange(112.40, 112.61, spacing), np.arange(34.60, 34.81, spacing)
    lines = [[[float(x), float(y)] for y in np.arange(34.6, 34.8, 0.01)] for x in xs]
    lines += [[[float(x), float(y)] for x in np.arange(112.4, 112.6, 0.01)] for y in ys]
    features = [
        {"type": "Feature", "properties": {"highway": "road"}, "geometry": {"type": "LineString", "coordinates": line}}
        for line in lines
    ]
    path = book.folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    streets, _ = read_streets_file(path)
    assert streets is not None
    save_streets(streets, book.folder)
    path.unlink()
    return book


def along_streets(count=33):
    """Points within about 10 m of a street that runs north."""
    lon = RANDOM.choice([112.44, 112.48, 112.52], count) + RANDOM.normal(0, 5e-5, count)
    return lon, RANDOM.uniform(34.62, 34.78, count)


def sites(lon, lat, system=""):
    return SITE + "".join(
        f"s{i},站{i},metro,{x:.6f},{y:.6f},{system},\n" for i, (x, y) in enumerate(zip(lon, lat, strict=True))
    )


def codes(book):
    found = misplaced(book)
    assert {p.code for p in found} <= FAULTS.keys()
    return [p.code for p in found]


@pytest.mark.parametrize(("bend", "name"), [(wgs84_to_gcj02, "GCJ-02"), (wgs84_to_bd09, "BD-09")])
def test_streets_tell_what_system_points_are_in_and_it_is_only_proposed(town, bend, name):
    book = with_streets(town(site=sites(*bend(*along_streets()))))
    assert not placed(Site, book).good.any()
    (problem,) = misplaced(book)
    assert problem.code == "no-system"
    assert f"they fit {name}, as they stand: half of them lie within" in problem.says
    assert problem.mend == f"Write {name} in system to accept"
    assert not placed(Site, book).good.any()


def test_a_system_that_is_written_is_used_but_doubted_where_the_streets_contradict_it(town):
    book = with_streets(town(site=sites(*wgs84_to_gcj02(*along_streets()), "WGS-84")))
    (problem,) = misplaced(book)
    assert problem.code == "doubtful-system"
    assert "33 points are written as WGS-84, but they fit GCJ-02" in problem.says
    assert placed(Site, book).good.all()


@pytest.mark.parametrize("system", ["WGS-84", "GCJ-02"])
def test_a_system_that_is_right_is_left_alone(town, system):
    lon, lat = along_streets()
    if system == GCJ_02:
        lon, lat = wgs84_to_gcj02(lon, lat)
    assert codes(with_streets(town(site=sites(lon, lat, system)))) == []


def test_without_streets_nothing_is_decided(town):
    (problem,) = misplaced(town(site=sites(*wgs84_to_gcj02(*along_streets()))))
    assert "they could be WGS-84, GCJ-02, BD-09, up to" in problem.says
    assert "nothing in the book decides it" in problem.says
    assert problem.mend == "Compare one point with a map, and write its system"


def test_known_places_of_the_same_name_decide_too(town):
    lon, lat = along_streets(12)
    bent = wgs84_to_gcj02(lon, lat)
    rows = sites(lon, lat, "WGS-84")
    rows += "".join(f"t{i},站{i},museum,{x:.6f},{y:.6f},,\n" for i, (x, y) in enumerate(zip(*bent, strict=True)))
    problem = next(p for p in misplaced(town(site=rows)) if p.code == "no-system")
    assert "they fit GCJ-02" in problem.says


def test_points_exchanged_are_told_apart_from_points_without_a_system(town):
    lon, lat = along_streets()
    (problem,) = misplaced(with_streets(town(site=sites(lat, lon))))
    assert "they fit WGS-84, with x and y exchanged" in problem.says
    assert problem.mend == "Exchange x and y, and write WGS-84 in system to accept"
    assert set(codes(town(site=sites(lat, lon, "WGS-84")))) == {"swapped-coordinates"}


def test_projected_figures_find_their_zone_also_with_the_northing_first(town):
    """In Chinese surveying x is the northing."""
    import pyproj

    lon, lat = along_streets()
    east, north = pyproj.Transformer.from_crs(4326, 4546, always_xy=True).transform(lon, lat)
    (problem,) = misplaced(with_streets(town(site=sites(east, north))))
    assert "EPSG:4546, as they stand" in problem.says
    (problem,) = misplaced(with_streets(town(site=sites(north, east))))
    assert "EPSG:4546, with x and y exchanged" in problem.says
    with_zone = sites(east + 37_000_000, north)
    (problem,) = misplaced(with_streets(town(site=with_zone)))
    assert "EPSG:4525" in problem.says


def test_projected_figures_in_a_book_without_outlines_are_asked_about(town):
    (problem,) = misplaced(town(outlines=None, site=SITE + "a,,metro,363000,3835000,,\n"))
    assert "metres of a projected system" in problem.says
    (problem,) = misplaced(town(outlines=None, site=SITE + "a,,metro,37363000,3835000,,\n"))
    assert "EPSG:4525" in problem.says


def test_few_points_never_decide(town):
    (problem,) = misplaced(with_streets(town(site=sites(*wgs84_to_gcj02(*along_streets(3))))))
    assert "nothing in the book decides it" in problem.says


BAD = {
    "a,无坐标,metro,,,WGS-84,": "no-coordinates",
    "a,缺一半,metro,112.45,,WGS-84,": "no-coordinates",
    "a,反,metro,34.65,112.45,WGS-84,": "swapped-coordinates",
    "a,海里,metro,123.5,30.2,WGS-84,": "outside-region",
    "a,零,metro,0,0,WGS-84,": "outside-region",
    "a,远,metro,500,34,WGS-84,": "impossible-coordinates",
    "a,系统错,metro,112.45,34.65,西安80,": "unknown-system",
    "a,无此号,metro,112.45,34.65,EPSG:999999,": "unknown-system",
    "a,投影错,metro,1e12,1e12,EPSG:4547,": "impossible-coordinates",
}


@pytest.mark.parametrize("row", BAD)
def test_every_place_that_cannot_be_is_a_problem_with_its_line(town, row):
    book = town(site=SITE + "g,好,metro,112.45,34.7,WGS-84,\n" + row + "\n")
    (problem,) = misplaced(book)
    assert (problem.code, problem.source.file, problem.source.line) == (BAD[row], "tables/site.csv", 3)
    assert problem.mend
    where = placed(Site, book)
    assert where.good[0]
    assert where.good[1] == (BAD[row] == "outside-region")


def test_the_kilometres_outside_are_right(town):
    (problem,) = misplaced(town(site=SITE + "a,甲,metro,112.5,35.0,WGS-84,\n"))
    assert problem.says == "甲 lies 21.1 km outside the region"


def test_exchanged_points_that_both_can_be_are_known_by_the_region(town):
    ring = [[60.0, 70.0], [61.0, 70.0], [61.0, 71.0], [60.0, 71.0], [60.0, 70.0]]
    outlines = json.dumps({"features": [{"properties": {"id": "1"}, "geometry": {"type": "Polygon",
                          "coordinates": [ring]}}]})  # fmt: skip
    (problem,) = misplaced(town(outlines=outlines, site=SITE + "a,甲,metro,70.5,60.5,WGS-84,\n"))
    assert (problem.code, problem.mend) == ("swapped-coordinates", "Write the longitude in x and the latitude in y")


def test_sites_twice_and_candidates_that_are_there_already(town):
    rows = [
        "a,甲,metro,112.45,34.7,WGS-84,",
        "b,甲又,metro,112.450001,34.700001,WGS-84,",
        "c,别的,museum,112.45,34.7,WGS-84,",
        "d,备选,metro,112.45,34.70001,WGS-84,candidate",
        "e,关了,metro,112.45,34.7,WGS-84,closed",
        "f,近,metro,112.4502,34.7,WGS-84,",
    ]
    found = misplaced(town(site=SITE + "\n".join(rows) + "\n"))
    assert [(p.code, p.source.line) for p in found] == [("site-twice", 3), ("candidate-exists", 5)]
    assert "(line 2)" in found[0].says


def test_a_site_twice_in_two_systems_is_one_site_too(town):
    x, y = wgs84_to_gcj02(112.45, 34.7)
    found = misplaced(
        town(site=SITE + f"a,,metro,112.45,34.7,WGS-84,\nb,,metro,{float(x[0])!r},{float(y[0])!r},GCJ-02,\n")
    )
    assert [p.code for p in found] == ["site-twice"]


def test_a_census_of_an_unknown_area_and_settlements_without_a_system_are_named(town):
    census = "place,group,people,as_of\n9,all,100,2020\n1,all,50,2020\n"
    book = town(census=census, settlement="id,name,x,y,system\ns,镇,112.45,34.7,\n")
    assert sorted(codes(book)) == ["no-system", "people-without-place"]


def test_a_book_without_places_is_checked_for_nothing(town):
    book = town()
    assert misplaced(book) == []
    assert ("derived", "ground") not in book._read


def test_thousands_of_bad_rows_are_counted_not_listed(town):
    rows = "".join(f"s{i},,metro,,,WGS-84,\n" for i in range(3000))
    found = misplaced(town(site=SITE + rows))
    assert len(found) == 1001
    assert "2000 more rows cannot be placed" in found[-1].says


def test_rows_and_columns_are_placed_alike(town):
    book = town(site=SITE + "a,,m,112.45,34.7,GCJ-02,\nb,,m,112.45,34.7,,\nc,,m,112.45,34.7,bd09,\n")
    one, two = positions(book.rows(Site), book), placed(Site, book)
    assert one.good.tolist() == two.good.tolist() == [True, False, True]
    assert np.array_equal(one.lon, two.lon, equal_nan=True)
    assert one.problems == two.problems
    for table in (Home, Settlement):
        assert len(placed(table, book)) == 0
    assert len(book.rows(Census)) == 0


def test_two_hundred_thousand_homes_are_placed_in_seconds(town):
    import time

    rows = "id,x,y,system,people\n" + "".join(f"h{i},112.{i:06d},34.7,GCJ-02,3\n" for i in range(200_000))
    book = town(home=rows)
    book.columns(Home)
    begun = time.process_time()
    where = placed(Home, book)
    assert time.process_time() - begun < 3
    assert where.good.all()
    assert great_circle(where.lon[0], where.lat[0], *to_wgs84(112.0, 34.7, "GCJ-02"))[0] < 1e-6


def test_what_beats_what():
    assert beats([5] * 8, [np.nan] * 8)
    assert not beats([np.nan] * 8, [5] * 8)
    assert not beats([], [])
    assert sign_test(0, 5) == 1.0
    assert sign_test(2000, 0) < 1e-300
    assert recognise([], []).hypotheses == ()
    assert len(set(PROJECTED)) == len(PROJECTED)


def test_without_outlines_a_site_far_from_every_home_is_named(tmp_path):
    from luoshu.book.book import open_book

    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text("title: t\nregion: r\n", "utf-8")
    (tmp_path / "tables" / "home.csv").write_text("id,x,y,system,people\nh,112.4,34.6,WGS-84,10\n", "utf-8")
    rows = "near,a,s,112.5,34.6,WGS-84,open\nsea,b,s,123,34.6,WGS-84,open\nzero,c,s,0,0,WGS-84,open\n"
    (tmp_path / "tables" / "site.csv").write_text(SITE + rows, "utf-8")
    found = [p for p in misplaced(open_book(tmp_path, tables=(Site, Home))) if p.code == "outside-region"]
    assert [p.source.line for p in found] == [3, 4]
    assert "970 km" in found[0].says
