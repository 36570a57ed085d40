"""An OpenStreetMap file becomes a network: a walled compound with its gates, one-ways, steps, a motorway."""

import hashlib
from collections import Counter
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.book.streetclass import gate_of, kmh_of, profile_of
from luoshu.book.streetquality import islands
from luoshu.book.streetreading import read_streets_file
from luoshu.book.streets import BARRIERS, CLASSES, Streets, load_streets, read_streets, save_streets

LIECHTENSTEIN = Path(__file__).parents[3] / "shared/data/roads/liechtenstein.osm.pbf"

# A street along the south (1-2-3), a compound north of it behind a wall with one open gate (20), one locked gate (21)
# and a bollard (22); inside it a service way 4-5; steps 5-6 up to a footway; a motorway far off, and a way being built.
COMPOUND = """<osm version="0.6">
  <node id="1" lat="34.6000" lon="112.4000"/><node id="2" lat="34.6000" lon="112.4020"/>
  <node id="3" lat="34.6000" lon="112.4040"><tag k="highway" v="traffic_signals"/></node>
  <node id="20" lat="34.6005" lon="112.4020"><tag k="barrier" v="gate"/></node>
  <node id="21" lat="34.6005" lon="112.4040"><tag k="barrier" v="gate"/><tag k="locked" v="yes"/></node>
  <node id="22" lat="34.6015" lon="112.4030"><tag k="barrier" v="bollard"/></node>
  <node id="4" lat="34.6010" lon="112.4020"/><node id="5" lat="34.6010" lon="112.4040"/>
  <node id="6" lat="34.6020" lon="112.4040"/><node id="7" lat="34.6020" lon="112.4030"/>
  <node id="8" lat="34.6100" lon="112.4000"/><node id="9" lat="34.6100" lon="112.4100"/>
  <node id="30" lat="34.6005" lon="112.4000"/><node id="31" lat="34.6005" lon="112.4060"/>
  <node id="32" lat="34.6030" lon="112.4060"/><node id="33" lat="34.6030" lon="112.4000"/>
  <way id="100"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
    <tag k="oneway" v="yes"/><tag k="oneway:bicycle" v="no"/><tag k="maxspeed" v="30 mph"/></way>
  <way id="101"><nd ref="2"/><nd ref="20"/><nd ref="4"/><tag k="highway" v="service"/></way>
  <way id="102"><nd ref="3"/><nd ref="21"/><nd ref="5"/><tag k="highway" v="service"/></way>
  <way id="103"><nd ref="4"/><nd ref="5"/><tag k="highway" v="service"/><tag k="oneway" v="-1"/></way>
  <way id="104"><nd ref="5"/><nd ref="6"/><tag k="highway" v="steps"/></way>
  <way id="105"><nd ref="6"/><nd ref="7"/><nd ref="22"/><nd ref="4"/><tag k="highway" v="path"/></way>
  <way id="106"><nd ref="8"/><nd ref="9"/><tag k="highway" v="motorway"/></way>
  <way id="107"><nd ref="8"/><nd ref="7"/><tag k="highway" v="construction"/></way>
  <way id="108"><nd ref="9"/><nd ref="77"/><nd ref="8"/><tag k="highway" v="primary"/></way>
  <way id="200"><nd ref="30"/><nd ref="20"/><nd ref="21"/><nd ref="31"/><nd ref="32"/><nd ref="33"/><nd ref="30"/>
    <tag k="barrier" v="wall"/></way>
  <way id="201"><nd ref="30"/><nd ref="31"/><nd ref="32"/><nd ref="33"/><nd ref="30"/>
    <tag k="landuse" v="residential"/><tag k="access" v="private"/></way>
</osm>"""


def network(tmp_path, text=COMPOUND, name="town.osm") -> Streets:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    streets, problems = read_streets_file(path)
    assert streets is not None, problems
    return streets


def links(streets, name):
    return np.flatnonzero(streets.way == CLASSES.index(name))


def test_classes_one_ways_and_who_may_pass(tmp_path):
    streets = network(tmp_path)
    street = links(streets, "residential")
    assert len(street) == 2
    east = streets.lon[streets.head[street]] > streets.lon[streets.tail[street]]
    assert (streets.oneway[street] == np.where(east, 1, -1)).all(), "one-way from west to east"
    assert (streets.cycle_oneway[street] == 0).all()
    assert (streets.directions("walk") == 0).all()
    assert streets.kmh[street] == pytest.approx(48.28, abs=0.01)
    motorway, steps, path = (links(streets, name) for name in ("motorway", "steps", "path"))
    assert not streets.foot[motorway].any()
    assert not streets.cycle[motorway].any()
    assert (streets.oneway[motorway] != 0).all(), "a motorway is one-way without being said so"
    assert streets.stairs[steps].all()
    assert not streets.stairs[path].any()
    assert streets.foot[steps].all()
    assert not streets.drive[path].any()
    assert streets.about["left_out"] == {"missing-node": 2, "not-a-street": 1}
    assert streets.about["first"] == {"missing-node": 108, "not-a-street": 107}
    back = links(streets, "service")
    turned = [i for i in back if streets.oneway[i]]
    assert len(turned) == 1
    assert (streets.lon[streets.head[turned]] - streets.lon[streets.tail[turned]]) * streets.oneway[turned] < 0


def test_lengths_are_those_of_the_ellipsoid(tmp_path):
    streets = network(tmp_path)
    street = links(streets, "residential")
    assert streets.metres[street] == pytest.approx(183.460, abs=0.001)


def test_gates_part_the_road_and_say_who_may_pass(tmp_path):
    streets = network(tmp_path)
    assert sorted(streets.gate_osm.tolist()) == [20, 21, 22]
    by_id = dict(zip(streets.gate_osm.tolist(), streets.gate_edge.tolist(), strict=True))
    kind = {osm: BARRIERS[code] for osm, code in zip(streets.gate_osm.tolist(), streets.gate_kind, strict=True)}
    assert kind == {20: "gate", 21: "gate", 22: "bollard"}
    assert (streets.way[streets.gate_edge] == CLASSES.index("gate")).all()
    assert (streets.metres[streets.gate_edge] == 0).all()
    passing = {osm: (streets.foot[i], streets.cycle[i], streets.drive[i]) for osm, i in by_id.items()}
    assert passing == {20: (True, True, True), 21: (False, False, False), 22: (True, True, False)}
    for i in by_id.values():
        assert streets.tail[i] != streets.head[i]
        assert streets.lon[streets.tail[i]] == streets.lon[streets.head[i]]
        assert (streets.node_kind[[streets.tail[i], streets.head[i]]] == 1).all()
    assert (streets.node_kind == 2).sum() == 1


def test_a_locked_gate_is_a_way_round_and_an_opened_one_is_not(tmp_path):
    import scipy.sparse as sparse
    from scipy.sparse.csgraph import dijkstra

    streets = network(tmp_path)

    def metres(foot):
        graph = sparse.csr_array(
            (streets.metres[foot] + 1e-9, (streets.tail[foot], streets.head[foot])), shape=[streets.nodes] * 2
        )
        corner = {place: i for i, place in enumerate(zip(streets.lon.round(4), streets.lat.round(4), strict=True))}
        return dijkstra(graph, directed=False, indices=corner[112.404, 34.6])[corner[112.404, 34.601]]

    closed = metres(streets.foot)
    opened = streets.foot.copy()
    opened[streets.gate_edge] = True
    assert closed == pytest.approx(183.460 * 2 + 110.93, abs=0.1)
    assert metres(opened) == pytest.approx(110.93, abs=0.1)


def test_a_gate_where_roads_cross_stands_between_all_of_them(tmp_path):
    cross = """<osm version="0.6">
      <node id="1" lat="34.60" lon="112.40"><tag k="barrier" v="gate"/><tag k="access" v="no"/></node>
      <node id="2" lat="34.61" lon="112.40"/><node id="3" lat="34.60" lon="112.41"/>
      <node id="4" lat="34.59" lon="112.40"/>
      <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>
      <way id="2"><nd ref="1"/><nd ref="3"/><tag k="highway" v="path"/></way>
      <way id="3"><nd ref="4"/><nd ref="1"/><tag k="highway" v="path"/></way></osm>"""
    streets = network(tmp_path, cross)
    assert streets.gate_osm.tolist() == [1, 1, 1]
    assert islands(streets, "walk")["count"] == 3
    assert streets.about["quality"]["gates"] == {
        "count": 1, "closed_to_walk": 1, "closed_to_cycle": 1, "closed_to_drive": 1,
    }  # fmt: skip


def test_walls_are_kept_as_lines(tmp_path):
    walls = list(network(tmp_path).walls())
    assert [(kind, osm, area, len(points)) for kind, osm, area, points in walls] == [
        ("wall", 200, True, 7), ("compound", 201, True, 5),
    ]  # fmt: skip
    assert walls[1][3][0].tolist() == [112.4, 34.6005]


def test_nodes_behind_their_ways_are_found(tmp_path):
    lines = COMPOUND.splitlines()
    body = "".join(lines[1:-1])
    ways = body[body.index("<way") :]
    late = f'<osm version="0.6">{ways}{body[: body.index("<way")]}</osm>'
    assert same(network(tmp_path, late), network(tmp_path))


def test_the_same_streets_in_another_order_are_the_same_network(tmp_path):
    ways = [part + "</way>" for part in COMPOUND[COMPOUND.index("<way") :].split("</way>")[:-1]]
    turned = COMPOUND[: COMPOUND.index("<way")] + "".join(reversed(ways)) + "</osm>"
    assert same(network(tmp_path, turned), network(tmp_path))


def test_what_was_drawn_and_never_sent_has_negative_numbers(tmp_path):
    drawn = COMPOUND.replace('id="', 'id="-').replace('ref="', 'ref="-')
    assert network(tmp_path, drawn).edges == network(tmp_path).edges


def same(one, two):
    names = [f.name for f in fields(Streets) if f.name != "about"]
    return all(np.array_equal(getattr(one, n), getattr(two, n), equal_nan=n == "kmh") for n in names)


def test_saved_and_loaded_again(tmp_path):
    streets = network(tmp_path)
    save_streets(streets, tmp_path)
    first = (tmp_path / "roads/network.npz").read_bytes()
    again, problems = read_streets(tmp_path)
    assert problems == ()
    assert again.nodes == streets.nodes
    for one in fields(Streets):
        if one.name != "about":
            mine, theirs = getattr(streets, one.name), getattr(again, one.name)
            assert np.allclose(mine, theirs, rtol=1e-6, atol=6e-8, equal_nan=True), one.name
    save_streets(streets, tmp_path)
    assert (tmp_path / "roads/network.npz").read_bytes() == first
    source = again.about["source"]
    assert source["file"] == "town.osm"
    assert source["sha256"] == hashlib.sha256(COMPOUND.encode()).hexdigest()
    assert "OpenStreetMap" in again.about["attribution"]


def test_a_book_without_streets_has_none(tmp_path):
    assert load_streets(tmp_path) is None
    assert read_streets(tmp_path) == (None, ())


def test_streets_are_drawn_straighter_by_a_metre_at_most_and_keep_their_length(tmp_path):
    import math

    places = [(112.4 + i * 1e-4, 34.6 + 2e-5 * math.sin(i / 3)) for i in range(60)]
    nodes = "".join(f'<node id="{i + 1}" lat="{lat:.7f}" lon="{lon:.7f}"/>' for i, (lon, lat) in enumerate(places))
    way = "".join(f'<nd ref="{i + 1}"/>' for i in range(60))
    streets = network(tmp_path, f'<osm version="0.6">{nodes}<way id="1">{way}<tag k="highway" v="path"/></way></osm>')
    assert streets.nodes < 40
    whole = [math.hypot((b[0] - a[0]) * 91_730, (b[1] - a[1]) * 110_939) for a, b in pairwise(places)]
    assert streets.metres.sum() == pytest.approx(sum(whole), rel=2e-4)
    import shapely

    drawn = shapely.MultiLineString(
        [[(streets.lon[i] * 91_730, streets.lat[i] * 110_939) for i in pair]
         for pair in zip(streets.tail, streets.head, strict=True)]
    )  # fmt: skip
    assert max(drawn.distance(shapely.Point(lon * 91_730, lat * 110_939)) for lon, lat in places) <= 1.0


@pytest.mark.skipif(not LIECHTENSTEIN.exists(), reason="the map of Liechtenstein is not at hand")
def test_a_whole_country():
    streets, problems = read_streets_file(LIECHTENSTEIN)
    assert problems == ()
    assert 40_000 < streets.nodes < 54_500
    assert streets.metres.sum() / 1000 == pytest.approx(1141.5, abs=0.5)
    told = streets.about["quality"]
    assert told["parts"]["walk"]["largest_kilometres"] > 0.95
    assert told["parts"]["drive"]["largest_kilometres"] > 0.9
    assert told["gates"]["count"] == 51
    assert (streets.lon > 9.4).all()
    assert (streets.lat < 47.4).all()


@pytest.mark.skipif(not LIECHTENSTEIN.exists(), reason="the map of Liechtenstein is not at hand")
def test_ways_are_as_long_as_in_the_map_node_by_node():
    """Every node of the map as a corner, put together here; all gates open in both: the same metres everywhere."""
    import osmium
    import scipy.sparse as sparse
    from scipy.sparse.csgraph import dijkstra

    from luoshu.book.streetclass import KEYS
    from luoshu.book.streetmaking import metres_between

    number, at, pairs = {}, [], []
    for way in osmium.FileProcessor(LIECHTENSTEIN).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if way.is_way():
            profile = profile_of({key: way.tags[key] for key in KEYS if key in way.tags})
            if profile and profile.foot:
                for node in way.nodes:
                    if number.setdefault(node.ref, len(number)) == len(at):
                        at.append((round(node.lon, 7), round(node.lat, 7)))
                pairs += [(number[a.ref], number[b.ref]) for a, b in pairwise(way.nodes)]
    lon, lat = np.array(at).T
    tail, head = np.array(pairs).T
    metres = metres_between(lon[tail], lat[tail], lon[head], lat[head])
    plain = sparse.coo_array((metres, (tail, head)), shape=[len(at)] * 2)
    streets, _ = read_streets_file(LIECHTENSTEIN)
    open_all = streets.foot.copy()
    open_all[streets.gate_edge] = True
    ends = streets.tail[open_all], streets.head[open_all]
    ours = sparse.coo_array((streets.metres[open_all] + 1e-9, ends), shape=[streets.nodes] * 2)
    # two nodes of the map stand in one place now and then: such places are not asked
    twice = {place for place, count in Counter(at).items() if count > 1}
    here = {place: i for i, place in enumerate(at) if place not in twice}
    walked = np.bincount(np.concatenate(ends), minlength=streets.nodes) > 0
    known = [(here[place], i) for i, place in enumerate(zip(streets.lon.round(7), streets.lat.round(7), strict=True))
             if place in here and walked[i] and streets.node_kind[i] != 1]  # fmt: skip
    there, mine = np.array(known).T
    sources = np.random.default_rng(4).choice(len(known), 8, replace=False)
    theirs = dijkstra(smallest(plain), directed=False, indices=there[sources])[:, there]
    found = dijkstra(smallest(ours), directed=False, indices=mine[sources])[:, mine]
    assert np.isfinite(theirs).mean() > 0.9
    assert np.allclose(found, theirs, rtol=1e-6, atol=0.01)


def smallest(graph):
    """Of several links between two corners the shortest: scipy would add them up."""
    import scipy.sparse as sparse

    low, high = np.minimum(*graph.coords), np.maximum(*graph.coords)
    order = np.lexsort((graph.data, high, low))
    low, high, data = low[order], high[order], graph.data[order]
    first = np.append(True, (np.diff(low) > 0) | (np.diff(high) > 0))
    return sparse.csr_array((data[first], (low[first], high[first])), shape=graph.shape)


TAGS = st.dictionaries(
    st.sampled_from(["access", "foot", "vehicle", "bicycle", "motor_vehicle", "motorcar", "oneway", "junction",
                     "maxspeed", "oneway:bicycle", "wheelchair", "motorroad", "cycleway"]),
    st.sampled_from(["yes", "no", "private", "-1", "destination", "50", "", "reversible", "opposite", "roundabout",
                     "x"]),
)  # fmt: skip


@given(st.sampled_from([*CLASSES, "construction", "nonsense"]), TAGS)
def test_any_tags_make_a_sound_profile_or_none(word, tags):
    profile = profile_of({"highway": word, **tags})
    if profile is not None:
        assert profile.oneway in (-1, 0, 1)
        assert profile.cycle_oneway in (-1, 0, 1)
        assert not (profile.private and profile.foot)
        assert profile.kmh != profile.kmh or 0 < profile.kmh <= 250


@given(st.text(max_size=30))
def test_any_text_is_a_speed_or_none(text):
    kmh = kmh_of(text)
    assert kmh != kmh or 0 < kmh <= 250


@pytest.mark.parametrize(
    ("tags", "foot", "cycle", "drive"),
    [
        ({"highway": "motorway"}, False, False, True),
        ({"highway": "trunk", "motorroad": "yes"}, False, False, True),
        ({"highway": "footway"}, True, False, False),
        ({"highway": "footway", "bicycle": "yes"}, True, True, False),
        ({"highway": "service", "access": "private"}, False, False, False),
        ({"highway": "service", "access": "private", "foot": "permissive"}, True, False, False),
        ({"highway": "residential", "vehicle": "no"}, True, False, False),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, True, True, False),
        ({"highway": "track", "motor_vehicle": "agricultural"}, True, True, False),
        ({"highway": "primary", "foot": "no", "bicycle": "use_sidepath"}, False, False, True),
        ({"highway": "residential", "access": "destination"}, True, True, True),
        ({"highway": "primary", "oneway": "reversible"}, True, True, False),
    ],
)
def test_access(tags, foot, cycle, drive):
    profile = profile_of(tags)
    assert (profile.foot, profile.cycle, profile.drive) == (foot, cycle, drive)


def test_private_ways_are_told_apart_from_closed_ones():
    assert profile_of({"highway": "service", "access": "private"}).private
    assert not profile_of({"highway": "service", "access": "no"}).private
    assert not profile_of({"highway": "motorway", "access": "private"}).private


def test_kinds_of_gates():
    def passing(**tags):
        gate = gate_of(tags)
        return gate and (gate.foot, gate.cycle, gate.drive)

    assert passing(barrier="kerb") is None
    assert passing(barrier="stile") == (True, False, False)
    assert gate_of({"barrier": "stile"}).stairs
    assert passing(barrier="gate", access="private", bicycle="yes") == (False, True, False)
    assert passing(barrier="something new") == (True, True, False)
    assert passing(barrier="wall") == (False, False, False)
