"""Bad networks: each fault is a problem or counted, good streets count, and no file of bytes stops the program."""

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshu.book.arrayfile import pack
from luoshu.book.faults import FAULTS
from luoshu.book.streetfaults import LEFT_OUT, _figures, street_problems, told_faults
from luoshu.book.streetquality import far_people, in_outlines
from luoshu.book.streetreading import read_streets_file
from luoshu.book.streets import _KEPT, ABOUT, NETWORK, load_streets, read_streets, save_streets

NODES = "id,x,y\n1,112.40,34.60\n2,112.41,34.60\n3,112.41,34.61\n4,112.42,34.61\n"


def tables(folder, edges, nodes=NODES):
    (folder / "nodes.csv").write_text(nodes, "utf-8")
    (folder / "edges.csv").write_text(edges, "utf-8")
    return read_streets_file(folder / "edges.csv", system="WGS-84")


def codes(streets):
    return {problem.code for problem in told_faults(streets.about)}


def test_a_network_without_classes_and_limits_says_so(tmp_path):
    streets, _ = tables(tmp_path, "from,to\n1,2\n2,3\n3,4\n")
    assert streets.edges == 3
    assert codes(streets) == {"no-classes", "no-speeds"}
    assert np.isnan(streets.kmh).all()


@pytest.mark.parametrize(
    ("edges", "code", "count"),
    [
        ("from,to,length\n1,2,-5\n2,3,0\n3,4,nan\n1,3,x\n", "bad-length", 4),
        ("from,to,length\n1,2,950\n2,3,1200\n3,4,7\n", "too-short", 1),
        ("from,to,length\n1,2,0.95\n2,3,1.2\n3,4,0.95\n", "length-unit", 3),
        ("from,to\n1,2\n2,2\n", "loop", 1),
        ("from,to\n1,2\n1,2\n1,2\n2,3\n", "double", 2),
        ("from,to\n1,2\n2,9\n,3\n", "missing-node", 2),
        ("from,to,maxspeed\n1,2,-30\n2,3,fast\n3,4,50\n", "bad-speed", 2),
        ("from,to,highway\n1,2,construction\n2,3,primary\n", "not-a-street", 1),
        ("from,to\n1,2\n2,3,4,5\n", "bad-row", 1),
    ],
)
def test_what_cannot_be_is_counted_and_the_rest_counts(tmp_path, edges, code, count):
    streets, _ = tables(tmp_path, edges)
    assert streets.about["left_out"] == {code: count}
    assert streets.about["first"][code] >= 2
    assert (streets.metres > 0).all()
    assert streets.metres.max() < 2000
    assert code == "not-a-street" or codes(streets) - {"no-classes", "no-speeds", "islands"}


def test_points_outside_the_world_and_at_zero(tmp_path):
    nodes = NODES + "5,212.4,34.6\n6,0,0\n7,nan,34\n8,34.6,112.4\n1,112.9,34.9\n"
    streets, _ = tables(tmp_path, "from,to\n1,2\n2,3\n1,5\n1,6\n1,7\n1,8\n", nodes)
    assert streets.edges == 2
    assert streets.about["left_out"] == {"nowhere": 3, "node-twice": 1, "swapped": 1}
    assert {"impossible-coordinates", "swapped-coordinates"} <= codes(streets)


def test_all_points_exchanged_give_no_network(tmp_path):
    nodes = "id,x,y\n1,34.60,112.40\n2,34.60,112.41\n"
    streets, problems = tables(tmp_path, "from,to\n1,2\n", nodes)
    assert streets is None
    assert {each.code for each in problems} == {"no-streets", "swapped-coordinates"}
    assert {each.source.file for each in problems} == {"edges.csv"}


def test_a_network_elsewhere_and_one_exchanged(tmp_path):
    streets, _ = tables(tmp_path, "from,to\n1,2\n2,3\n")
    here, there = (111.0, 33.0, 113.0, 35.0), (120.0, 30.0, 121.0, 31.0)
    assert in_outlines(streets, [here]) == {"share": 1.0, "swapped": False}
    assert in_outlines(streets, []) == {}
    told = {**streets.about, "in_outlines": in_outlines(streets, [there])}
    assert "network-elsewhere" in {each.code for each in told_faults(told)}
    swapped = in_outlines(streets, [(33.0, 111.0, 35.0, 113.0)])
    assert swapped["swapped"]
    assert "swapped-coordinates" in {each.code for each in told_faults({"in_outlines": swapped})}


def test_islands_are_named_with_their_place(tmp_path):
    nodes = NODES + "5,112.50,34.70\n6,112.50,34.71\n"
    streets, _ = tables(tmp_path, "from,to\n1,2\n2,3\n5,6\n", nodes)
    part = streets.about["quality"]["parts"]["walk"]
    assert part["count"] == 2
    assert part["next"][0]["lon"] == 112.5
    assert "islands" in codes(streets)


def test_one_ways_make_islands_for_cars_only(tmp_path):
    streets, _ = tables(tmp_path, "from,to,oneway\n1,2,yes\n2,3,no\n")
    assert streets.about["quality"]["parts"]["walk"]["count"] == 1
    assert streets.about["quality"]["parts"]["drive"]["count"] == 2


def test_long_links_and_far_homes(tmp_path):
    streets, _ = tables(tmp_path, "from,to\n1,2\n2,5\n", NODES + "5,112.50,34.60\n")
    assert "long-links" in codes(streets)
    far = far_people(streets, [112.405, 112.405, 112.405, np.nan], [34.6005, 34.61, 34.60, 34.6], [10, 30, np.nan, 5])
    assert far == {"people": 40.0, "far": 30.0, "share": 0.75, "metres": 200.0}
    assert "homes-far" in {each.code for each in told_faults({"people": far})}


def test_every_code_is_explained():
    quality = {
        "parts": {"walk": {"count": 0}, "cycle": {"count": 9, "largest_kilometres": 0.1}}, "unknown_class": 1.0,
        "limit_known": 0, "long_links": {"count": 3},
    }  # fmt: skip
    about = {
        "left_out": dict.fromkeys(LEFT_OUT, 99), "quality": quality, "people": {"share": 1, "metres": 200},
        "in_outlines": {"share": 0.0}, "counts": {"links": 100}, "length_ratio": 0.001,
    }  # fmt: skip
    found = told_faults(about)
    assert {each.code for each in found} <= FAULTS.keys()
    assert len(found) == 16
    assert all(each.source.file == ABOUT and each.mend for each in found)


@pytest.mark.parametrize("told", [{}, {"left_out": 3}, {"quality": [1]}, {"quality": {"parts": "x"}}, {"people": None},
                                  {"left_out": {"loop": "many"}}, {"in_outlines": {"share": "x"}}])  # fmt: skip
def test_figures_that_are_none_are_passed_over(told):
    told_faults(told)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b"{"), ("a.geojson", b"[" * 100_000), ("a.geojson", b'{"features": 3}'), ("a.json", b"\xff\xfe"),
        ("a.geojson", json.dumps({"features": [None, 3, {"geometry": 4}, {"geometry": {"type": "LineString",
         "coordinates": [[1], "x", None]}}]}).encode()),
        ("a.graphml", b"<graphml><node"), ("a.graphml", b"<x/>"), ("a.graphml", b""),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 2000), ("a.gpkg", b"no"), ("a.sqlite", b""),
        ("a.csv", b""), ("a.csv", b"\n\n"), ("a.csv", b"a,b\n1,2\n"), ("a.csv", b"from,to\n1,2\n"),
        ("a.xyz", b"hello"), ("a.osm", b"<osm>"), ("a.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\xff"),
    ],
)  # fmt: skip
def test_broken_files_are_told(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    streets, problems = read_streets_file(path, system="WGS-84")
    assert streets is None
    assert problems
    assert {each.code for each in problems} <= FAULTS.keys()
    assert all(each.mend for each in problems)


def test_entities_of_xml_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("112.4", "utf-8")
    path = tmp_path / "town.graphml"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE g [<!ENTITY e SYSTEM "file://{secret}">]><graphml>'
        '<key id="x" attr.name="x"/><key id="y" attr.name="y"/><graph edgedefault="undirected">'
        '<node id="1"><data key="x">&e;</data><data key="y">34.6</data></node><node id="2"><data key="x">112.5</data>'
        '<data key="y">34.6</data></node><edge source="1" target="2"/></graph></graphml>',
        "utf-8",
    )
    assert read_streets_file(path, system="WGS-84")[0] is None


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["csv", "geojson", "graphml", "gpkg", "osm", "osm.pbf"]))
def test_no_bytes_stop_the_program(tmp_path, data, ending):
    path = tmp_path / f"any.{ending}"
    path.write_bytes(data)
    streets, problems = read_streets_file(path, system="WGS-84")
    assert streets is not None or problems


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(-200, 200) | st.integers(-(10**20), 10**20) | st.text(max_size=5)
    | st.just(float("inf")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FEATURE = st.fixed_dictionaries(
    {
        "geometry": st.none() | st.fixed_dictionaries(
            {"type": st.sampled_from(["LineString", "MultiLineString", "Polygon", "Point", "x"]), "coordinates": JSON}
        ),
        "properties": st.none() | st.dictionaries(
            st.sampled_from(["highway", "barrier", "maxspeed", "length", "oneway", "modes", "u", "v", "other_tags"]),
            JSON,
        ),
    }
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(FEATURE | JSON, max_size=4))
def test_any_features_give_a_network_or_say_why(tmp_path, features):
    path = tmp_path / "any.geojson"
    good = {"geometry": {"type": "LineString", "coordinates": [[112.4, 34.6], [112.41, 34.6]]},
            "properties": {"highway": "path"}}  # fmt: skip
    path.write_text(json.dumps({"features": [*features, good]}), "utf-8")
    streets, problems = read_streets_file(path)
    assert streets is not None, problems
    assert streets.edges >= 1
    save_streets(streets, tmp_path)
    assert read_streets(tmp_path)[1] == ()


CELL = st.sampled_from(["1", "2", "3", "4", "9", "", "yes", "-1", "50", "residential", "x", "1e400", "0", "nan", "二"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, CELL), max_size=12))
def test_any_table_gives_a_sound_network_or_says_why(tmp_path, rows):
    head = "from,to,length,oneway,maxspeed,highway\n"
    streets, problems = tables(tmp_path, head + "\n".join(",".join(row) for row in rows))
    assert streets is not None or problems
    if streets is not None:
        assert np.isfinite(streets.metres).all()
        assert (streets.metres >= 0).all()
        assert (streets.tail != streets.head).all()
        save_streets(streets, tmp_path)
        assert read_streets(tmp_path)[1] == ()


@pytest.fixture
def book(tmp_path):
    streets, _ = tables(tmp_path, "from,to,highway,maxspeed\n1,2,primary,50\n2,3,primary,50\n3,4,primary,50\n")
    save_streets(streets, tmp_path)
    assert street_problems(tmp_path) == ()
    return tmp_path


def broken(book):
    assert load_streets(book) is None
    return [each.code for each in street_problems(book)]


@pytest.mark.parametrize("data", [b"", b"PK", b"\x00" * 100, b"{}"])
def test_a_network_file_of_other_bytes(book, data):
    (book / NETWORK).write_bytes(data)
    assert broken(book) == ["network-broken"]


def test_a_network_file_cut_short_at_any_place(book):
    data = (book / NETWORK).read_bytes()
    for size in range(0, len(data) - 1, 97):
        (book / NETWORK).write_bytes(data[:size])
        assert load_streets(book) is None


def test_a_network_file_with_bytes_turned(book):
    data = bytearray((book / NETWORK).read_bytes())
    for place in range(0, len(data), 53):
        data[place] ^= 0xFF
        (book / NETWORK).write_bytes(bytes(data))
        read_streets(book)
        data[place] ^= 0xFF


def arrays(**other):
    fine = {name: np.zeros(1 if name == "wall_start" else 0, dtype=kind) for name, kind in _KEPT.items()}
    return {**fine, **other}


@pytest.mark.parametrize(
    "other",
    [
        {"tail": np.array([0], dtype="<i4")},
        {"lon": np.array([5.5])},
        {"lon": np.array([2_000_000_000], dtype="<i4"), "lat": np.zeros(1, "<i4"), "node_kind": np.zeros(1, "|u1")},
        {"wall_start": np.array([0, 5], dtype="<i8")},
        {"gate_edge": np.array([3], dtype="<i4"), "gate_osm": np.array([3]), "gate_kind": np.zeros(1, "|u1")},
        {"foot": np.array([[1]])},
    ],
)
def test_a_network_file_that_points_nowhere(book, other):
    (book / NETWORK).write_bytes(pack(arrays(**other)))
    assert broken(book) == ["network-broken"]


def test_a_network_file_with_objects_is_not_opened(book):
    out = BytesIO()
    np.savez(out, **arrays(tail=np.array([{}], dtype=object)))
    (book / NETWORK).write_bytes(out.getvalue())
    assert broken(book) == ["network-broken"]


def test_a_heading_that_lies_about_its_length(book):
    data = (book / NETWORK).read_bytes()
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace(b"'shape': (4,), }  ", b"'shape': (4444444444,), }"[:18]))
    (book / NETWORK).write_bytes(out.getvalue())
    assert broken(book) == ["network-broken"]


def test_another_network_than_its_page_tells_of(book):
    (book / ABOUT).write_text("source: {file: x}\n", "utf-8")
    assert "network-differs" in [each.code for each in street_problems(book)]
    assert load_streets(book) is not None
    (book / ABOUT).write_text("a: [", "utf-8")
    assert "yaml-syntax" in [each.code for each in street_problems(book)]
    (book / NETWORK).unlink()
    assert "yaml-syntax" in [each.code for each in street_problems(book)]


def test_a_network_cut_by_one_ways_only_is_told_so():
    part = {"count": 2, "largest_kilometres": 0.5}
    told = {"parts": {"cycle": part | {"joined": 1}, "drive": part | {"joined": 2}}, "limit_known": 1.0}
    mends = [str(mend) for code, _, mend in _figures(told) if code == "islands"]
    assert ["One-way" in mend for mend in mends] == [True, False]
