"""Files from outside taken over: any headings and formats, bad rows named with their line, what is there kept."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshu.book.book import open_book
from luoshu.book.faults import FAULTS
from luoshu.cli import main
from luoshu.kinds.bringing import hinted, write_rows
from luoshu.kinds.home import Home
from luoshu.kinds.newpeople import new_people
from luoshu.kinds.newsites import new_sites
from luoshu.kinds.site import Site

STATIONS = Path(__file__).parents[3] / "shared/data/luoyang/luoyang_metro_stations.csv"
MAP = Path(__file__).parents[3] / "shared/data/roads/liechtenstein.osm.pbf"


def file(tmp_path, text, name="gyms.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def codes(found):
    assert {p.code for p in found.problems} <= FAULTS.keys()
    return [p.code for p in found.problems]


def sites_in(book):
    return open_book(book.folder, tables=(Site, Home)).rows(Site)


GOOD = "名称,经度,纬度,造价\n甲馆,112.45,34.65,100万\n乙馆,112.46,34.66,\n丙馆,112.47,34.67,200000\n"


def test_good_rows_are_taken_and_bad_ones_named_with_their_line(town, tmp_path):
    book = town()
    found = new_sites(file(tmp_path, GOOD), book, service="fitness", system="WGS-84")
    assert [(row.id, row.name, row.cost) for row in found.rows] == [
        ("fitness-乙馆", "乙馆", None),
        ("fitness-丙馆", "丙馆", 200000.0),
    ]
    assert [(p.code, p.source.file, p.source.line, p.mend) for p in found.problems] == [
        ("not-a-number", "gyms.csv", 2, "Write 1000000")
    ]
    assert found.columns == {"name": "名称", "x": "经度", "y": "纬度", "cost": "造价"}
    written = write_rows(book, found)
    assert (written.added, written.changed, written.same) == (2, 0, 0)
    assert [(row.source, row.state, row.system) for row in sites_in(book)] == [("gyms.csv", "open", "WGS-84")] * 2


def test_the_same_file_again_changes_nothing_and_a_changed_row_changes_alone(town, tmp_path):
    book = town()
    path = file(tmp_path, GOOD.replace("100万", "1"))
    write_rows(book, new_sites(path, book, service="fitness", system="WGS-84"))
    before = (book.folder / "tables/site.csv").read_bytes()
    again = open_book(book.folder, tables=(Site, Home))
    found = new_sites(path, again, service="fitness", system="WGS-84")
    assert codes(found) == []
    written = write_rows(again, found)
    assert (written.added, written.changed, written.same) == (0, 0, 3)
    assert (book.folder / "tables/site.csv").read_bytes() == before
    path.write_text(GOOD.replace("100万", "1").replace("112.47", "112.48"), encoding="utf-8")
    written = write_rows(again, new_sites(path, again, service="fitness", system="WGS-84"))
    assert (written.added, written.changed, written.same) == (0, 1, 2)


def test_rows_that_the_file_no_longer_has_are_left_and_told(town, tmp_path):
    book = town()
    path = file(tmp_path, GOOD.replace("100万", "1"))
    write_rows(book, new_sites(path, book, service="fitness", system="WGS-84"))
    again = open_book(book.folder, tables=(Site, Home))
    path.write_text(GOOD.replace("100万", "1").replace("丙馆", "丁馆").replace("112.47", "112.49"), encoding="utf-8")
    written = write_rows(again, new_sites(path, again, service="fitness", system="WGS-84"))
    assert (written.added, written.same, written.left) == (1, 2, 1)
    assert len(sites_in(book)) == 4


def test_what_others_wrote_is_kept_to_the_letter(town, tmp_path):
    """Their rows, their faults, their own columns, their mark and line ends."""
    site = "\ufeffid,备用,名称,service,x,y,system,cost\r\nm1,留,博物馆,museum,112.50,34.70,WGS-84,12.00\r\n"
    site += "m2,留,坏行,museum,abc,34.7,WGS-84,\r\nfitness-乙馆,记,旧名,fitness,112.4,34.6,WGS-84,55\r\n"
    book = town()
    (book.folder / "tables/site.csv").write_bytes(site.encode())
    book = open_book(book.folder, tables=(Site, Home))
    found = new_sites(file(tmp_path, GOOD), book, service="fitness", system="WGS-84")
    written = write_rows(book, found)
    assert (written.added, written.changed) == (1, 1)
    lines = (book.folder / "tables/site.csv").read_bytes().decode().split("\r\n")
    assert lines[0].startswith("\ufeffid,备用,名称,service,x,y,system,cost")
    assert lines[1].startswith("m1,留,博物馆,museum,112.50,34.70,WGS-84,12.00")
    assert lines[2].startswith("m2,留,坏行,museum,abc,34.7,WGS-84,")
    assert lines[3].startswith("fitness-乙馆,记,乙馆,fitness,112.46,34.66,WGS-84,55")
    assert lines[4].startswith("fitness-丙馆,,丙馆,fitness,112.47,34.67,WGS-84,200000")


def test_a_table_that_cannot_be_read_whole_is_not_written(town, tmp_path):
    book = town(site='id,service\na,"never closed\nb,x\n')
    before = (book.folder / "tables/site.csv").read_bytes()
    written = write_rows(book, new_sites(file(tmp_path, GOOD), book, service="fitness", system="WGS-84"))
    assert [p.code for p in written.problems] == ["conflict"]
    assert (book.folder / "tables/site.csv").read_bytes() == before


def test_without_a_system_nothing_is_taken(town, tmp_path):
    found = new_sites(file(tmp_path, GOOD), town(), service="fitness")
    assert found.rows == ()
    assert codes(found)[-1] == "no-system"
    assert "they could be WGS-84, GCJ-02, BD-09" in found.problems[-1].says


@pytest.mark.parametrize(
    ("headings", "system"),
    [("name,lng_gcj02,lat_gcj02", "GCJ-02"), ("名称,百度经度,百度纬度", "BD-09"), ("名称,高德经度,高德纬度", "GCJ-02")],
)
def test_headings_that_speak_of_a_system_are_a_proposal_too(town, tmp_path, headings, system):
    found = new_sites(file(tmp_path, f"{headings}\n甲,112.45,34.65\n"), town(), service="fitness")
    assert found.rows == ()
    (problem,) = found.problems
    assert f"speaks of {system}" in problem.says
    assert problem.mend == f"Write {system} in system to accept: --system NAME on the command line"
    assert hinted(["lng_gcj02", "lng_bd09"]) == ("", "")


@pytest.mark.skipif(not STATIONS.exists(), reason="../shared/data/luoyang is not here")
def test_a_second_pair_of_columns_tells_what_the_first_is(town):
    (problem,) = new_sites(STATIONS, town(), service="metro").problems
    assert "they fit GCJ-02, as they stand: half of them lie within 2 m of what is known here, 5" in problem.says
    assert problem.mend == "Write GCJ-02 in system to accept: --system NAME on the command line"


def test_a_column_of_systems_counts_row_by_row(town, tmp_path):
    text = "名称,经度,纬度,坐标系\n甲,112.45,34.65,高德\n乙,112.46,34.66,\n丙,112.47,34.67,CGCS2000\n"
    found = new_sites(file(tmp_path, text), town(), service="fitness")
    assert [row.name for row in found.rows] == ["甲", "丙"]
    assert [(p.code, p.source.line) for p in found.problems] == [("no-system", 3)]


def test_one_column_with_both_coordinates(town, tmp_path):
    text = '名称,坐标\n甲,"112.45,34.65"\n乙,112.46 34.66\n丙,没有\n'
    found = new_sites(file(tmp_path, text), town(), service="fitness", system="WGS-84")
    assert [(row.x, row.y) for row in found.rows] == [(112.45, 34.65), (112.46, 34.66)]
    assert [p.source.line for p in found.problems] == [4]


def test_columns_that_are_not_recognised_are_asked_for(town, tmp_path):
    path = file(tmp_path, "店名,甲,乙\n馆,112.45,34.65\n")
    found = new_sites(path, town(), service="fitness", system="WGS-84")
    assert (found.rows, codes(found)) == ((), ["missing-column"])
    assert "--columns x=…,y=…" in found.problems[0].mend
    told = {"x": "甲", "y": "乙", "name": "店名"}
    assert len(new_sites(path, town(), service="fitness", system="WGS-84", columns=told).rows) == 1
    wrong = new_sites(path, town(), service="fitness", system="WGS-84", columns={"x": "丙", "nam": "店名"})
    assert codes(wrong)[:2] == ["unknown-column", "unknown-column"]


def test_two_pairs_of_coordinates_are_not_chosen_between(town, tmp_path):
    text = "name,lng_gcj02,lat_gcj02,lng_wgs84,lat_wgs84\n甲,112.45,34.65,112.44,34.64\n"
    found = new_sites(file(tmp_path, text), town(), service="fitness", system="WGS-84")
    assert (found.rows, codes(found)) == ((), ["which-column", "which-column", "missing-column"])


BAD = {
    "甲,,34.65": "no-coordinates",
    "甲,112.45,": "no-coordinates",
    "甲,一百,34.65": "not-a-number",
    "甲,34.65,112.45": "swapped-coordinates",
    "甲,999,34.65": "impossible-coordinates",
    "甲,112.45,34.65,多": "extra-cell",
    "好,112.5,34.7": "duplicate",
    "也,112.5,34.7": "site-twice",
}


@pytest.mark.parametrize("row", BAD)
def test_each_bad_row_is_left_out_and_named(town, tmp_path, row):
    text = "名称,编号,经度,纬度\n好,g,112.5,34.7\n" + row.replace(",", ",x," if "好" not in row else ",g,", 1) + "\n"
    found = new_sites(file(tmp_path, text), town(), service="fitness", system="WGS-84")
    assert [row.name for row in found.rows] == ["好"]
    assert [(p.code, p.source.line) for p in found.problems] == [(BAD[row], 3)]


def test_sites_outside_the_region_are_named_and_kept(town, tmp_path):
    found = new_sites(file(tmp_path, "name,lon,lat\n海,123.5,30.2\n"), town(), service="fitness", system="WGS-84")
    assert (len(found.rows), codes(found)) == (1, ["outside-region"])


def test_candidates_that_are_there_already_and_ids_of_others_are_left_out(town, tmp_path):
    book = town(site="id,service,x,y,system\ng,fitness,112.5,34.7,WGS-84\nm,museum,112.51,34.7,WGS-84\n")
    text = "id,x,y\nc,112.5,34.7\nm,112.52,34.7\nd,112.53,34.7\n"
    found = new_sites(file(tmp_path, text), book, service="fitness", system="WGS-84", state="candidate")
    assert [(row.id, row.state) for row in found.rows] == [("d", "candidate")]
    assert sorted(codes(found)) == ["candidate-exists", "id-taken"]


def test_ids_that_are_plain_numbers_are_told_apart(town, tmp_path):
    found = new_sites(file(tmp_path, "id,x,y\n0,112.5,34.7\n1,112.6,34.7\n"), town(), service="fit", system="WGS-84")
    assert [row.id for row in found.rows] == ["fit-0", "fit-1"]


def test_names_that_several_have_are_numbered_alike_every_time(town, tmp_path):
    path = file(tmp_path, "name,x,y\n馆,112.50,34.7\n馆,112.51,34.7\n,112.52,34.7\n馆 二,112.53,34.7\n")
    first, again = (new_sites(path, town(), service="fit", system="WGS-84") for _ in range(2))
    assert [row.id for row in first.rows] == ["fit-馆", "fit-馆-2", "fit-1", "fit-馆二"]
    assert first.rows == again.rows


def test_excel_with_a_title_above_and_a_formula(town, tmp_path):
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    for row in (["全市健身场地一览"], ["名称", "经度", "纬度", "启用日期"], ["甲", 112.45, 34.65, "2021-05"],
                ["乙", "=1+1", 34.66, None], ["丙", 112.47, 34.67, None]):  # fmt: skip
        sheet.append(row)
    made.save(tmp_path / "gyms.xlsx")
    found = new_sites(tmp_path / "gyms.xlsx", town(), service="fitness", system="GCJ-02")
    assert [row.name for row in found.rows] == ["甲", "丙"]
    assert found.rows[0].opens.isoformat() == "2021-05-31"
    assert [(p.code, p.source.line) for p in found.problems] == [("formula-cell", 4)]


def geojson(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more})


def feature(kind, coordinates, **about):
    geometry = {"type": kind, "coordinates": coordinates} if kind else None
    return {"type": "Feature", "properties": about, "geometry": geometry}


def test_geojson_points_and_areas_and_broken_features(town, tmp_path):
    ring = [[112.45, 34.65], [112.451, 34.65], [112.451, 34.651], [112.45, 34.65]]
    text = geojson(
        feature("Point", [112.5, 34.7], name="点"),
        feature("Polygon", [ring], name="面"),
        feature(None, None, name="无"),
        feature("Point", ["x"], name="坏"),
        feature("Polygon", [[[0]]], name="坏面"),
    )
    found = new_sites(file(tmp_path, text, "a.geojson"), town(), service="park")
    assert [row.name for row in found.rows] == ["点", "面"]
    assert 112.45 < found.rows[1].x < 112.451
    assert [(p.code, p.source.line) for p in found.problems] == [("no-coordinates", n) for n in (3, 4, 5)]


def test_geojson_that_names_its_system(town, tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    text = geojson(feature("Point", [363000.0, 3835000.0], name="点"), crs=crs)
    found = new_sites(file(tmp_path, text, "a.geojson"), town(), service="park")
    assert found.rows[0].system == "EPSG:4547"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("no.csv", None, "missing-file"),
        ("a.csv", b"", "no-heading"),
        ("a.xlsx", b"PK", "not-a-workbook"),
        ("a.geojson", b"[1, 2]", "wrong-format"),
        ("a.geojson", b"{", "wrong-format"),
        ("a.shp", b"x", "wrong-format"),
        ("a.pbf", b"x", "missing-field"),
    ],
)
def test_files_that_give_nothing_say_why(town, tmp_path, name, data, code):
    path = tmp_path / name if data is None else file(tmp_path, data, name)
    found = new_sites(path, town(), service="park", system="WGS-84")
    assert found.rows == ()
    assert codes(found)[0] == code


@given(st.binary(max_size=300), st.sampled_from([".csv", ".geojson", ".asc", ".xlsx", ".osm"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_fall(town, tmp_path, data, ending):
    path = file(tmp_path, data, "any" + ending)
    book = town()
    assert new_sites(path, book, service="x", system="WGS-84", tags={"a": None}).rows == ()
    assert new_people(path, book, system="WGS-84").rows == ()


VILLAGES = '村名,经度,纬度,常住人口,老年人口\n甲村,112.45,34.65,"1,200",300\n乙村,112.46,34.66,800,\n丙村,,,500,90\n'


def test_people_as_points(town, tmp_path):
    book = town()
    found = new_people(file(tmp_path, VILLAGES, "v.csv"), book, system="CGCS2000", sort="village")
    assert [(row.name, row.people, row.old, row.sort) for row in found.rows] == [
        ("甲村", 1200.0, 300.0, "village"),
        ("乙村", 800.0, None, "village"),
    ]
    assert [(p.code, p.source.line) for p in found.problems] == [("no-coordinates", 4)]
    assert write_rows(book, found).added == 2


def test_a_file_without_people_is_not_taken(town, tmp_path):
    found = new_people(file(tmp_path, GOOD, "v.csv"), town(), system="WGS-84")
    assert (found.rows, codes(found)) == ((), ["no-people"])


ASC = "ncols 3\nnrows 2\nxllcorner 112.45\nyllcorner 34.65\ncellsize 0.01\nNODATA_value -9999\n1 2 0\n-9999 5.5 -3\n"


def test_people_as_a_grid(town, tmp_path):
    found = new_people(file(tmp_path, ASC, "g.asc"), town(), system="WGS-84")
    assert [(row.id, round(row.x, 4), round(row.y, 4), row.people, row.sort) for row in found.rows] == [
        ("g-r1c1", 112.455, 34.665, 1.0, "cell"),
        ("g-r1c2", 112.465, 34.665, 2.0, "cell"),
        ("g-r2c2", 112.465, 34.655, 5.5, "cell"),
    ]
    assert 700 < found.rows[0].accuracy < 900
    assert codes(found) == ["too-small"]
    assert new_people(file(tmp_path, ASC, "g.asc"), town()).rows == ()


@pytest.mark.parametrize("old", ["nrows 2", "5.5", "cellsize 0.01", "xllcorner 112.45"])
def test_grids_with_a_fault_are_refused(town, tmp_path, old):
    found = new_people(file(tmp_path, ASC.replace(old, "ncols a"), "g.asc"), town(), system="WGS-84")
    assert (found.rows, codes(found)) == ((), ["wrong-format"])


def test_a_picture_says_how_to_make_a_grid_of_it(town, tmp_path):
    found = new_people(file(tmp_path, b"II*", "g.tif"), town())
    assert "gdal_translate" in found.problems[0].mend


def areas(**totals):
    squares = {"a": 112.45, "b": 112.47, "c": 112.49}
    return geojson(*(
        feature("Polygon", [[[x, 34.65], [x + 0.01, 34.65], [x + 0.01, 34.66], [x, 34.66], [x, 34.65]]], id=name,
                人口=totals.get(name))
        for name, x in squares.items()
    ))  # fmt: skip


def test_areas_are_spread_over_settlements_and_over_buildings(town, tmp_path):
    book = town(settlement="id,x,y,system,people\ns,112.455,34.655,WGS-84,30\nt,112.457,34.655,WGS-84,10\n")
    path = file(tmp_path, areas(a=400, b=100, c=None), "zones.geojson")
    found = new_people(path, book)
    assert [(row.id, row.people) for row in found.rows] == [("a-1", 300.0), ("a-2", 100.0), ("b-1", 100.0)]
    assert [(p.code, p.source.line) for p in found.problems] == [("empty-cell", 3), ("area-without-points", 2)]
    points = file(tmp_path, "x,y,system,weight\n112.475,34.655,WGS-84,1\n112.476,34.655,WGS-84,3\n", "points.csv")
    found = new_people(path, book, over=points)
    assert [(row.id, row.people, row.sort) for row in found.rows] == [
        ("b-1", 25.0, "building"),
        ("b-2", 75.0, "building"),
        ("a-1", 400.0, "building"),
    ]


@pytest.mark.skipif(not MAP.exists(), reason="../shared/data/roads is not here")
def test_sites_and_buildings_of_a_street_map(town, tmp_path):
    book = town(outlines=None)
    found = new_sites(MAP, book, service="playground", tags={"leisure": "playground"})
    assert len(found.rows) > 10
    assert codes(found) == [] or set(codes(found)) == {"site-twice"}
    ring = [[9.4, 47.0], [9.7, 47.0], [9.7, 47.3], [9.4, 47.3], [9.4, 47.0]]
    path = file(tmp_path, geojson(feature("Polygon", [ring], people=39_000, name="FL")), "fl.geojson")
    homes = new_people(path, book, over=MAP)
    assert sum(row.people for row in homes.rows) == pytest.approx(39_000)
    assert {row.sort for row in homes.rows} == {"building"}


@pytest.mark.skipif(not STATIONS.exists(), reason="../shared/data/luoyang is not here")
def test_the_command_refuses_then_takes_the_metro_and_says_so(town, capsys):
    book = str(town(outlines=None).folder)
    assert main(["sites", str(STATIONS), "--into", book, "--service", "metro", "--language", "en"]) == 2
    said = capsys.readouterr()
    assert "33 rows read, 0 of them good" in said.out
    assert "33 points have no coordinate system" in said.err
    taken = ["sites", str(STATIONS), "--into", book, "--service", "metro", "--system", "gcj02", "--language", "en"]
    assert main([*taken, "--preview"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert main(taken) == 0
    assert "tables/site.csv: 33 added, 0 changed, 0 as they were" in capsys.readouterr().out
    assert main([*taken[:-3], "xian80", "--language", "en"]) == 2
    assert "no coordinate system that is known" in capsys.readouterr().err
    assert main([*taken, "--columns", "x"]) == 2
    assert "no pair" in capsys.readouterr().err


def test_the_command_for_people_counts_them(town, tmp_path, capsys):
    book = str(town().folder)
    path = str(file(tmp_path, VILLAGES, "v.csv"))
    assert main(["people", path, "--into", book, "--system", "WGS-84", "--language", "en"]) == 1
    said = capsys.readouterr()
    assert "2,000 people" in said.out
    assert "v.csv:4: 丙村 has no coordinates" in said.err
