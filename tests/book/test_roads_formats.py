"""The same small town from CSV, GeoJSON, GeoPackage, SpatiaLite and GraphML; real networks where they are at hand."""

import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from luoshu.book.geopackage import well_known
from luoshu.book.streetquality import far_people
from luoshu.book.streetreading import read_streets_file
from luoshu.book.streets import CLASSES
from luoshu.methods.coordinates import wgs84_to_gcj02

ROADS = Path(__file__).parents[3] / "shared/data/roads"

NODES = {"a": (112.40, 34.60), "b": (112.41, 34.60), "c": (112.41, 34.61), "d": (112.42, 34.61)}
EDGES = [  # from, to, class, one-way, limit, the points between
    ("a", "b", "residential", "yes", "30", [(112.405, 34.602)]),
    ("b", "c", "footway", "no", "", []),
    ("c", "d", "motorway", "yes", "120", []),
    ("a", "c", "次干路", "no", "60", []),
]


def path_of(edge):
    tail, head, *_, between = edge
    return [NODES[tail], *between, NODES[head]]


def edges_csv(path, lengths=None, system=None):
    head = "from,to,highway,oneway,maxspeed" + (",length" if lengths else "")
    rows = [",".join(edge[:5]) + (f",{lengths[i]}" if lengths else "") for i, edge in enumerate(EDGES)]
    (path / "edges.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    place = (lambda x, y: (x, y)) if system is None else system
    rows = [f"{name},{x!r},{y!r}" for name, (x, y) in ((n, place(*p)) for n, p in NODES.items())]
    (path / "nodes.csv").write_text("\n".join(["id,x,y", *rows]) + "\n", "utf-8")
    return path / "edges.csv"


def geojson(path, **more):
    features = [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": path_of(edge)},
         "properties": {"highway": edge[2], "oneway": edge[3] == "yes", "maxspeed": edge[4] or None}}
        for edge in EDGES
    ]  # fmt: skip
    path = path / "town.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), "utf-8")
    return path


def line(points):
    return struct.pack("<BII", 1, 2, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)


def geopackage(path, system=4326):
    path = path / "town.gpkg"
    with sqlite3.connect(path) as base:
        base.executescript(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization TEXT, organization_coordsys_id INT);"
            "CREATE TABLE gpkg_geometry_columns "
            "(table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INT);"
            "CREATE TABLE nodes (fid INTEGER PRIMARY KEY, geom BLOB);"
            "CREATE TABLE edges (fid INTEGER PRIMARY KEY, geom BLOB, fclass TEXT, oneway TEXT, maxspeed INT);"
            "INSERT INTO gpkg_geometry_columns VALUES ('nodes', 'geom', 'POINT', 7);"
            "INSERT INTO gpkg_geometry_columns VALUES ('edges', 'geom', 'LINESTRING', 7)"
        )
        base.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (7, 'EPSG', ?)", (system,))
        for edge in EDGES:
            blob = b"GP\x00\x01" + struct.pack("<i", 7) + line(path_of(edge))
            oneway = "F" if edge[3] == "yes" else "B"
            base.execute("INSERT INTO edges VALUES (NULL, ?, ?, ?, ?)", (blob, edge[2], oneway, int(edge[4] or 0)))
    base.close()
    return path


def spatialite(path):
    path = path / "project_database.sqlite"
    with sqlite3.connect(path) as base:
        base.executescript(
            "CREATE TABLE geometry_columns (f_table_name TEXT, f_geometry_column TEXT, geometry_type INT, srid INT);"
            "CREATE TABLE links (link_id INT, a_node INT, b_node INT, direction INT, distance REAL, modes TEXT, "
            "link_type TEXT, speed_ab REAL, speed_ba REAL, geometry BLOB);"
            "INSERT INTO geometry_columns VALUES ('links', 'geometry', 2, 4326)"
        )
        for i, edge in enumerate(EDGES):
            ends = [ord(name) for name in edge[:2]]
            box = struct.pack("<4d", 0, 0, 0, 0)
            blob = b"\x00\x01" + struct.pack("<i", 4326) + box + b"\x7c" + line(path_of(edge))[1:] + b"\xfe"
            words = (
                int(edge[3] == "yes"),
                None,
                "cw" if edge[2] == "footway" else "ct",
                edge[2],
                edge[4] or None,
                None,
            )
            base.execute("INSERT INTO links VALUES (?,?,?,?,?,?,?,?,?,?)", (i, *ends, *words, blob))
    base.close()
    return path


def graphml(path, crs="epsg:4326"):
    keys = ("x", "y", "highway", "maxspeed", "geometry")
    edges = []
    for edge in EDGES:
        points = path_of(edge)
        for turned in (False, True)[: 1 + (edge[3] == "no")]:
            ends = edge[:2] if not turned else edge[1::-1]
            text = ", ".join(f"{x} {y}" for x, y in (reversed(points) if turned else points))
            said = {"highway": edge[2], "maxspeed": edge[4], "geometry": f"LINESTRING ({text})" if edge[5] else ""}
            data = "".join(f'<data key="{name}">{value}</data>' for name, value in said.items() if value)
            edges.append(f'<edge source="{ends[0]}" target="{ends[1]}">{data}</edge>')
    nodes = [f'<node id="{n}"><data key="x">{x}</data><data key="y">{y}</data></node>' for n, (x, y) in NODES.items()]
    heads = "".join(f'<key id="{name}" attr.name="{name}" attr.type="string"/>' for name in (*keys, "crs"))
    path = path / "town.graphml"
    told = f'<data key="crs">{crs}</data>' if crs else ""
    path.write_text(
        f'<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">{heads}'
        f'<graph edgedefault="directed">{told}{"".join(nodes + edges)}</graph></graphml>',
        "utf-8",
    )
    return path


def read(path, **more):
    streets, problems = read_streets_file(path, **more)
    assert streets is not None, problems
    return streets


def sums(streets):
    """By class: metres, whether one-way, who may pass, limit."""
    found = {}
    for name in ("residential", "footway", "motorway", "secondary"):
        here = streets.way == CLASSES.index(name)
        assert here.any(), name
        found[name] = (
            round(float(streets.metres[here].sum()), 2), bool((streets.oneway[here] != 0).all()),
            bool(streets.foot[here].all()), bool(streets.drive[here].all()), float(np.nan_to_num(streets.kmh[here])[0]),
        )  # fmt: skip
    return found


READERS = {
    "geojson": geojson, "gpkg": geopackage, "sqlite": spatialite, "graphml": graphml,
}  # fmt: skip


@pytest.mark.parametrize("make", READERS.values(), ids=READERS)
def test_every_format_gives_the_same_town(tmp_path, make):
    streets = read(make(tmp_path))
    told = sums(streets)
    assert told == {
        "residential": (pytest.approx(1018.9, abs=0.5), True, True, True, 30.0),
        "footway": (pytest.approx(1109.4, abs=0.5), False, True, False, 0.0),
        "motorway": (pytest.approx(917.2, abs=0.5), True, False, True, 120.0),
        "secondary": (pytest.approx(1439.5, abs=0.5), False, True, True, 60.0),
    }
    assert streets.nodes == 5
    assert streets.about["quality"]["parts"]["walk"]["count"] == 1
    assert streets.about["source"]["system"] == "WGS-84"
    east = streets.way == CLASSES.index("motorway")
    assert ((streets.lon[streets.head[east]] - streets.lon[streets.tail[east]]) * streets.oneway[east] > 0).all()


def test_a_table_of_edges_with_its_table_of_nodes(tmp_path):
    streets = read(edges_csv(tmp_path, lengths=[1100, 1110, 920, 1440]), system="WGS-84")
    told = sums(streets)
    assert {name: each[0] for name, each in told.items()} == {
        "residential": 1100, "footway": 1110, "motorway": 920, "secondary": 1440,
    }  # fmt: skip
    assert told["residential"][1:] == (True, True, True, 30.0)
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    moved = (tmp_path / "nodes.csv").rename(elsewhere / "corners.csv")
    assert read_streets_file(tmp_path / "edges.csv", system="WGS-84")[1][0].code == "missing-file"
    assert read(tmp_path / "edges.csv", system="WGS-84", nodes=moved).edges == 4


def test_a_table_with_both_ends_or_with_lines(tmp_path):
    rows = [",".join(map(str, (*NODES[e[0]], *NODES[e[1]], e[2]))) for e in EDGES]
    path = tmp_path / "links.csv"
    path.write_text("from_lon,from_lat,to_lon,to_lat,class\n" + "\n".join(rows), "utf-8")
    assert read(path, system="CGCS2000").nodes == 4
    rows = ['"LINESTRING (' + ", ".join(f"{x} {y}" for x, y in path_of(e)) + f')",{e[2]}' for e in EDGES]
    path.write_text("wkt,class\n" + "\n".join(rows), "utf-8")
    assert read(path, system="WGS-84").nodes == 5


def test_a_system_is_asked_for_and_never_guessed(tmp_path):
    streets, problems = read_streets_file(edges_csv(tmp_path))
    assert streets is None
    assert problems[0].code == "no-system"
    assert read_streets_file(edges_csv(tmp_path), system="西安80")[1][0].code == "unknown-system"
    assert read_streets_file(edges_csv(tmp_path), system="EPSG:999999")[1][0].code == "unknown-system"


def test_other_systems_are_converted(tmp_path):
    import pyproj

    plain = read(edges_csv(tmp_path), system="WGS-84")

    def bent(x, y):
        return tuple(float(each[0]) for each in wgs84_to_gcj02([x], [y]))

    gcj = read(edges_csv(tmp_path, system=bent), system="gcj02")
    assert np.allclose(gcj.lon, plain.lon, atol=1e-7)
    assert gcj.about["source"]["system"] == "GCJ-02"
    zone = pyproj.Transformer.from_crs(4326, 4547, always_xy=True)
    metric = read(edges_csv(tmp_path, system=zone.transform), system="EPSG:4547")
    assert np.allclose(metric.lat, plain.lat, atol=1e-7)
    assert read(geopackage(tmp_path, system=4490)).about["source"]["system"] == "WGS-84"
    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}
    assert read(geojson(tmp_path, **named)).about["source"]["system"] == "WGS-84"


def test_two_directions_are_one_street_where_most_edges_stand_there_twice(tmp_path):
    (tmp_path / "nodes.csv").write_text("id,x,y\n1,112.40,34.60\n2,112.41,34.60\n3,112.41,34.61\n", "utf-8")
    (tmp_path / "edges.csv").write_text("from,to\n1,2\n2,1\n2,3\n3,2\n3,1\n", "utf-8")
    streets = read(tmp_path / "edges.csv", system="WGS-84")
    assert streets.edges == 3
    assert sorted(abs(streets.oneway).tolist()) == [0, 0, 1]
    assert streets.about["read_as"] == "one direction a line"
    (tmp_path / "edges.csv").write_text("from,to\n1,2\n2,3\n3,1\n", "utf-8")
    assert (read(tmp_path / "edges.csv", system="WGS-84").oneway == 0).all()


MIXED = [  # what a whole map exported as GeoJSON holds: a street with a gate on it, a wall, a river, a house, a tree
    ("LineString", [[112.40, 34.60], [112.41, 34.60], [112.42, 34.60]], {"highway": "service", "@id": "way/1"}),
    ("Point", [112.41, 34.60], {"barrier": "gate", "access": "private"}),
    ("Point", [112.4101, 34.60], {"barrier": "gate"}),
    ("Point", [112.30, 34.60], {"natural": "tree"}),
    ("LineString", [[112.40, 34.61], [112.42, 34.61]], {"barrier": "wall"}),
    ("Polygon", [[[112.40, 34.60], [112.42, 34.60], [112.42, 34.62], [112.40, 34.60]]], {"barrier": "fence"}),
    ("Polygon", [[[112.40, 34.60], [112.42, 34.60], [112.42, 34.62], [112.40, 34.60]]], {"building": "yes"}),
    ("LineString", [[112.40, 34.63], [112.42, 34.63]], {"waterway": "river"}),
]


def test_a_whole_map_as_geojson_is_streets_gates_and_walls(tmp_path):
    features = [{"geometry": {"type": kind, "coordinates": at}, "properties": said} for kind, at, said in MIXED]
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    streets = read(path)
    assert streets.edges == 3
    assert len(streets.gate_edge) == 1
    assert not streets.foot[streets.gate_edge].any()
    assert [(kind, area, len(points)) for kind, _, area, points in streets.walls()] == [
        ("wall", False, 2), ("fence", True, 4),
    ]  # fmt: skip
    assert streets.about["left_out"] == {"not-a-street": 1}


def test_a_layer_of_all_lines_as_gdal_writes_it(tmp_path):
    path = tmp_path / "lines.gpkg"
    rows = [
        ("residential", None, None, '"oneway"=>"yes","maxspeed"=>"30","note"=>"a \\"b\\" c"'),
        (None, None, "river", None), (None, "wall", None, None), (None, None, None, '"power"=>"line"'),
        ("footway", None, None, '"access"=>"private"'),
    ]  # fmt: skip
    with sqlite3.connect(path) as base:
        base.executescript(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization TEXT, organization_coordsys_id INT);"
            "CREATE TABLE gpkg_geometry_columns "
            "(table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INT);"
            "CREATE TABLE lines (fid INTEGER PRIMARY KEY, geom BLOB, highway TEXT, barrier TEXT, waterway TEXT, "
            "other_tags TEXT);"
            "INSERT INTO gpkg_geometry_columns VALUES ('lines', 'geom', 'LINESTRING', 4326);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES (4326, 'EPSG', 4326)"
        )
        for i, row in enumerate(rows):
            blob = b"GP\x00\x01" + struct.pack("<i", 4326) + line([(112.4, 34.6 + i / 100), (112.41, 34.6 + i / 100)])
            base.execute("INSERT INTO lines VALUES (NULL, ?, ?, ?, ?, ?)", (blob, *row))
    base.close()
    streets = read(path)
    assert streets.edges == 2
    assert streets.about["left_out"] == {"not-a-street": 2}
    assert [kind for kind, *_ in streets.walls()] == ["wall"]
    street, footway = (np.flatnonzero(streets.way == CLASSES.index(name)) for name in ("residential", "footway"))
    assert streets.kmh[street] == 30
    assert streets.oneway[street] != 0
    assert not streets.foot[footway]
    assert streets.private[footway]


def test_collections_of_lines_in_spatialite():
    parts = [[(1.0, 2.0), (3.0, 4.0)], [(5.0, 6.0), (7.0, 8.0), (9.0, 9.0)]]
    body = struct.pack("<II", 5, 2) + b"".join(b"\x69" + line(part)[1:] for part in parts)
    blob = b"\x00\x01" + struct.pack("<i4d", 4326, 0, 0, 0, 0) + b"\x7c" + body + b"\xfe"
    import shapely

    shape = shapely.from_wkb(well_known(blob))
    assert [list(part.coords) for part in shape.geoms] == parts
    assert well_known(blob[:60] + b"\xfe") is None
    assert well_known(b"") is None
    assert well_known("text") is None


@pytest.fixture(scope="module")
def coquimbo(tmp_path_factory):
    archive = ROADS / "coquimbo_aequilibrae.zip"
    if not archive.exists():
        pytest.skip("the AequilibraE project of Coquimbo is not at hand")
    with zipfile.ZipFile(archive) as kept:
        return Path(kept.extract("project_database.sqlite", tmp_path_factory.mktemp("coquimbo")))


def test_an_aequilibrae_project_with_its_zones(coquimbo):
    streets = read(coquimbo)
    told = streets.about["quality"]
    # AequilibraE's own lengths: 1,516 km, of them centroid connectors 58 km
    with sqlite3.connect(coquimbo) as base:
        whole = base.execute("SELECT sum(distance) FROM links").fetchone()[0]
        zones = base.execute("SELECT population, geometry FROM zones WHERE population > 0").fetchall()
    base.close()
    assert streets.metres.sum() == pytest.approx(whole, rel=0.01)
    assert told["parts"]["drive"]["largest_corners"] > 0.95
    assert told["by_class"]["connector"] > 50
    assert not streets.foot[streets.way == CLASSES.index("motorway")].any()
    box = np.array([struct.unpack_from("<4d", blob, 6) for _, blob in zones])
    middle = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    people = far_people(streets, *middle, np.array([each[0] for each in zones]))
    assert people["people"] == pytest.approx(sum(each[0] for each in zones), abs=1)
    assert 0 < people["share"] < 0.5


def test_moscow_as_a_table_of_edges(tmp_path):
    places = ROADS / "ngraph_moscow/moscow-roads.co.bin"
    if not places.exists():
        pytest.skip("the network of Moscow is not at hand")
    at = np.fromfile(places, dtype="<i4").reshape(-1, 2).astype(float)
    links = np.fromfile(places.with_name("moscow-roads.gr.bin"), dtype="<i4").reshape(-1, 2)
    # the unit is not documented: some metres in a projected system stand in for it
    at = (at - at.min(axis=0)) / np.ptp(at) * 60_000 + (390_000, 6_150_000)
    nodes = "\n".join(f"{i},{x:.2f},{y:.2f}" for i, (x, y) in enumerate(at.tolist(), 1))
    (tmp_path / "nodes.csv").write_text("id,x,y\n" + nodes, "utf-8")
    rows = "\n".join(f"{a},{b}" for a, b in links.tolist())
    (tmp_path / "edges.csv").write_text("from,to\n" + rows, "utf-8")
    streets, problems = read_streets_file(tmp_path / "edges.csv", system="EPSG:32637")
    assert streets is not None, problems
    assert streets.nodes > 400_000
    assert streets.edges > 440_000
    assert streets.about["quality"]["parts"]["walk"]["largest_corners"] > 0.9
    assert 54 < streets.lat.min() < 57
