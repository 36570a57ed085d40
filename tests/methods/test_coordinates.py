"""Coordinates: published pairs of the bent systems, exact inverses, what lies outside China, projected systems."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.methods.coordinates import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    system_named,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from luoshu.methods.sphere import great_circle

STATIONS = Path(__file__).parents[3] / "shared/data/luoyang/luoyang_metro_stations.csv"
PAIRS = [(wgs84_to_gcj02, gcj02_to_wgs84), (gcj02_to_bd09, bd09_to_gcj02), (wgs84_to_bd09, bd09_to_wgs84)]
EDGE = 0.02
"""Degrees from the edge of the box within which two points may be bent to one."""


@pytest.mark.parametrize(
    ("way", "point", "published"),
    [  # the examples of coordtransform (JavaScript) and the test cases of eviltransform
        (wgs84_to_gcj02, (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        (gcj02_to_bd09, (116.404, 39.915), (116.41036949371029, 39.92133699351022)),
        (wgs84_to_gcj02, (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        (wgs84_to_gcj02, (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        (wgs84_to_gcj02, (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_pairs_agree(way, point, published):
    assert great_circle(*way(*point), *published).max() < 0.05


@given(
    lon=st.floats(WEST + EDGE, EAST - EDGE),
    lat=st.floats(SOUTH + EDGE, NORTH - EDGE),
    pair=st.sampled_from(PAIRS),
)
def test_there_and_back_is_the_same_point(lon, lat, pair):
    """To a thousandth of a millimetre: the inverse is exact, not the usual estimate that is off by metres."""
    there, back = pair
    assert great_circle(lon, lat, *back(*there(lon, lat)))[0] < 1e-6
    assert great_circle(lon, lat, *there(*back(lon, lat)))[0] < 1e-6


def test_the_edge_of_the_box_and_a_million_points_come_back():
    random = np.random.default_rng(1)
    lon, lat = random.uniform(WEST, EAST, 200_000), random.uniform(SOUTH, NORTH, 200_000)
    for there, back in PAIRS[::2]:
        assert great_circle(lon, lat, *back(*there(lon, lat))).max() < 1e-6


@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90), way=st.sampled_from([f for pair in PAIRS for f in pair]))
def test_nothing_is_bent_outside_china(lon, lat, way):
    if WEST - EDGE < lon < EAST + EDGE and SOUTH - EDGE < lat < NORTH + EDGE:
        return
    x, y = way(lon, lat)
    assert (x[0], y[0]) == (lon, lat)


def test_missing_points_stay_missing_and_the_given_arrays_stay_as_they_are():
    lon, lat = np.array([np.nan, 112.4]), np.array([34.6, np.nan])
    for pair in PAIRS:
        for way in pair:
            x, y = way(lon, lat)
            assert np.isnan(x[0]) or np.isnan(y[0])
            assert np.isnan(y[1]) or np.isnan(x[1])
    assert lon[1] == 112.4
    with pytest.raises(ValueError, match="each point needs both"):
        wgs84_to_gcj02([1.0, 2.0], [3.0])


@pytest.mark.skipif(not STATIONS.exists(), reason="../shared/data/luoyang is not here")
def test_the_metro_stations_agree_with_the_column_of_their_publisher():
    """The published column takes the bend at the bent point for the bend at the point, which is up to 3.5 m off."""
    rows = list(csv.DictReader(STATIONS.read_text("utf-8-sig").splitlines()))
    lon, lat, to_lon, to_lat = (
        np.array([float(row[name]) for row in rows])
        for name in ("lng", "lat", "lng_wgs84_if_gcj02", "lat_wgs84_if_gcj02")
    )
    found = gcj02_to_wgs84(lon, lat)
    assert great_circle(*found, to_lon, to_lat).max() < 3.5
    moved = great_circle(lon, lat, *found)
    assert moved.min() > 550
    assert moved.max() < 600


@pytest.mark.parametrize(
    ("text", "name"),
    [("wgs 84", "WGS-84"), ("GCJ02", "GCJ-02"), ("bd09ll", "BD-09"), ("EPSG：４５４７", "EPSG:4547"),
     ("国家2000", "WGS-84"), ("高德", "GCJ-02"), ("北京54", ""), ("", ""), ("epsg:12", ""), ("EPSG:4326; DROP", "")],
)  # fmt: skip
def test_systems_are_known_by_many_names(text, name):
    assert system_named(text) == name


def test_projected_systems_take_the_easting_first_whatever_their_definition_says():
    """EPSG:4547 names the north first; EPSG:4526 carries the zone before the easting; 32649 is UTM."""
    for code, east in ((4547, 455_000.0), (4526, 38_455_000.0)):
        lon, lat = to_wgs84(east, 3_832_000.0, f"EPSG:{code}")
        assert 34.6 < lat[0] < 34.7
        assert 113.4 < lon[0] < 113.6
    lon, lat = to_wgs84(633_000.0, 3_832_000.0, "EPSG:32649")
    assert (round(lon[0], 1), round(lat[0], 1)) == (112.5, 34.6)


def test_what_a_system_cannot_hold_has_no_place_and_an_unknown_one_is_refused():
    lon, _ = to_wgs84([3_832_000.0, 1e30, np.nan], [455_000.0, 1e30, 0.0], "EPSG:4547")
    assert np.isnan(lon[1:]).all()
    with pytest.raises(ValueError, match="is no coordinate system that is known"):
        to_wgs84(1.0, 1.0, "EPSG:999999")
    with pytest.raises(ValueError, match="write WGS-84"):
        to_wgs84(1.0, 1.0, "西安80")


@pytest.mark.parametrize("code", [4610, 2327, 5703, 4978])
def test_systems_without_a_published_way_are_refused_not_taken_for_wgs84(code):
    """Xi'an 1980 in degrees and projected, a height, a system of the Earth's middle."""
    with pytest.raises(ValueError, match=r"no published way|does not say where"):
        to_wgs84(112.4, 34.6, f"EPSG:{code}")


def test_degrees_in_a_projected_system_and_figures_beyond_the_earth_have_no_place():
    for x, y in ((112.4, 34.6), (0.0, 0.0), (1e300, -1e300)):
        for code in (4547, 32649, 3857, 3395):
            lon, _ = to_wgs84(x, y, f"EPSG:{code}")
            assert np.isnan(lon[0])
