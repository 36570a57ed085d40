"""`luoshu roads`, as people type it: what is printed in both languages, what is written, and what check says after."""

import json
from pathlib import Path

import pytest

from luoshu.cli import main

TOWN = """<osm version="0.6">
  <node id="1" lat="34.60" lon="112.40"/><node id="2" lat="34.60" lon="112.41"/><node id="3" lat="34.61" lon="112.41"/>
  <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="maxspeed" v="50"/></way>
</osm>"""


@pytest.fixture
def book(tmp_path):
    assert main(["new", str(tmp_path / "city"), "--title", "Plan", "--language", "en"]) == 0
    (tmp_path / "town.osm").write_text(TOWN, "utf-8")
    return tmp_path / "city"


def roads(capsys, file, book, *more, language="en"):
    code = main(["roads", str(file), "--into", str(book), "--language", language, *more])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_good_map(book, capsys):
    code, out, err = roads(capsys, book.parent / "town.osm", book, "--day", "2025-11-01")
    assert (code, err) == (0, "")
    for part in ("streets of town.osm: 2 links, 3 corners, 2.0 km", "OpenStreetMap", "map of 2025-11-01",
                 "primary road", "walkers", "100%"):  # fmt: skip
        assert part in out
    assert (book / "roads/network.npz").exists()
    assert "file: town.osm" in (book / "roads/network.yaml").read_text("utf-8")
    assert str(book.parent) not in (book / "roads/network.yaml").read_text("utf-8")
    assert main(["check", str(book), "--language", "en"]) == 0


def test_in_chinese(book, capsys):
    code, out, _ = roads(capsys, book.parent / "town.osm", book, language="zh")
    assert code == 0
    for part in ("town.osm 的路网：路段2条", "步行", "主干路", "坐标系：WGS-84"):
        assert part in out


def test_as_json(book, capsys):
    code, out, _ = roads(capsys, book.parent / "town.osm", book, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["counts"] == {"corners": 3, "links": 2}
    assert told["quality"]["parts"]["drive"]["count"] == 1
    assert told["problems"] == []


def test_homes_that_the_network_does_not_reach(book, capsys):
    homes = book / "tables/home.csv"
    text = "id,name,x,y,system,people\n1,甲,112.405,34.6005,WGS-84,10\n2,乙,112.5,34.9,WGS-84,90\n"
    homes.write_text(text, "utf-8")
    code, out, err = roads(capsys, book.parent / "town.osm", book)
    assert code == 1
    assert "90.0% of 100 people live more than 200 m from any street" in out
    assert "90.0% of the people live more than 200 m" in err
    assert main(["check", str(book), "--language", "en"]) == 1
    assert "roads/network.yaml" in capsys.readouterr().out


def test_a_map_of_elsewhere(book, capsys):
    (book / "geo").mkdir()
    ring = [[120, 30], [121, 30], [121, 31], [120, 30]]
    outline = {"type": "Feature", "properties": {"id": "1"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (book / "geo/a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [outline]}))
    code, _, err = roads(capsys, book.parent / "town.osm", book)
    assert code == 1
    assert "only 0.0% of the network lies where the book's counties are" in err


def test_what_cannot_be_read_changes_nothing(book, capsys):
    (book.parent / "broken.osm.pbf").write_bytes(b"no map")
    code, out, err = roads(capsys, book.parent / "broken.osm.pbf", book)
    assert (code, out) == (2, "")
    assert "broken.osm.pbf: the map cannot be read" in err
    assert not (book / "roads").exists()
    assert roads(capsys, book.parent / "nowhere.osm", book)[0] == 2
    assert roads(capsys, book.parent / "town.osm", book.parent)[0] == 2
    (book.parent / "edges.csv").write_text("from_lon,from_lat,to_lon,to_lat\n112.4,34.6,112.5,34.6\n")
    code, _, err = roads(capsys, book.parent / "edges.csv", book)
    assert code == 2
    assert "--system" in err
    assert roads(capsys, book.parent / "edges.csv", book, "--system", "GCJ-02")[0] == 1
    assert Path(book, "roads/network.npz").exists()
