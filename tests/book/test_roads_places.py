"""Facilities and dwellings of a map: by tag, as points, each once; a broken map is said and not thrown."""

from pathlib import Path

import pytest

from luoshu.book.mapfile import Unreadable
from luoshu.book.osmplaces import places_by_tag, residences

LIECHTENSTEIN = Path(__file__).parents[3] / "shared/data/roads/liechtenstein.osm.pbf"

TOWN = """<osm version="0.6">
  <node id="1" lat="34.60" lon="112.40"><tag k="amenity" v="school"/><tag k="name" v="一小"/></node>
  <node id="2" lat="34.61" lon="112.41"><tag k="leisure" v="fitness_station"/></node>
  <node id="3" lat="34.61" lon="112.41"><tag k="amenity" v="no"/></node>
  <node id="10" lat="34.600" lon="112.420"/><node id="11" lat="34.600" lon="112.422"/>
  <node id="12" lat="34.602" lon="112.422"/><node id="13" lat="34.602" lon="112.420"/>
  <way id="20"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="10"/>
    <tag k="amenity" v="school"/><tag k="name" v="Second"/><tag k="name:zh" v="二小"/></way>
  <way id="21"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="10"/>
    <tag k="building" v="apartments"/><tag k="building:levels" v="6"/></way>
  <way id="22"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="10"/>
    <tag k="building" v="yes"/><tag k="shop" v="mall"/></way>
  <way id="23"><nd ref="10"/><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="10"/><tag k="building" v="yes"/></way>
  <way id="24"><nd ref="10"/><nd ref="99"/><tag k="amenity" v="school"/></way>
</osm>"""


@pytest.fixture
def town(tmp_path):
    path = tmp_path / "town.osm"
    path.write_text(TOWN, "utf-8")
    return path


def test_facilities_are_points_with_name_and_tag(town):
    found = places_by_tag(town, {"amenity": "school", "leisure": None})
    assert [(each.osm, each.name, each.tag) for each in found] == [
        ("node/1", "一小", "amenity=school"),
        ("way/20", "二小", "amenity=school"),
        ("way/24", "", "amenity=school"),
        ("node/2", "", "leisure=fitness_station"),
    ]
    middle = found[1]
    assert (middle.lon, middle.lat) == pytest.approx((112.421, 34.601), abs=1e-9)


def test_either_of_several_values(town):
    assert len(places_by_tag(town, {"leisure": "pitch;fitness_station"})) == 1
    assert places_by_tag(town, {"leisure": "pitch"}) == []


def test_dwellings_have_ground_and_storeys(town):
    found = residences(town)
    assert [(each.osm, each.certain, each.levels, each.levels_known) for each in found] == [
        ("way/21", True, 6, True),
        ("way/23", False, 1, False),
    ]
    assert found[0].metres2 == pytest.approx(222.4 * 183.1, rel=0.01)
    assert found[0].floor_metres2 == 6 * found[0].metres2


@pytest.mark.parametrize("content", [b"", b"<osm", b"\x00\x01\x02", b"<html/>", b"<osm><node id='x' lat='900'/></osm>"])
def test_a_broken_map_is_said(tmp_path, content):
    path = tmp_path / "broken.osm"
    path.write_bytes(content)
    assert places_or_code(path) in ([], "damaged-map")
    path = path.rename(tmp_path / "broken.osm.pbf")
    assert places_or_code(path) in ([], "damaged-map")


def places_or_code(path):
    try:
        return places_by_tag(path, {"amenity": None})
    except Unreadable as stop:
        return stop.problem.code


def test_no_such_map(tmp_path):
    with pytest.raises(Unreadable) as stop:
        places_by_tag(tmp_path / "http:" / "nowhere.osm", {"amenity": None})
    assert stop.value.problem.code == "missing-file"


@pytest.mark.skipif(not LIECHTENSTEIN.exists(), reason="the map of Liechtenstein is not at hand")
def test_a_real_country():
    schools = places_by_tag(LIECHTENSTEIN, {"amenity": "school"})
    homes = residences(LIECHTENSTEIN)
    assert len(schools) > 5
    assert len(homes) > 1000
    assert all(9.4 < each.lon < 9.7 and 47.0 < each.lat < 47.3 for each in [*schools, *homes])
    assert all(0 < each.metres2 < 1e5 for each in homes)
