"""Minutes along streets: doors, one-ways, islands, walls, gates, bridges, stairs, speeds and isochrones."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from streetmap import PLANE, degrees, streets

from luoshu.book.book import open_book
from luoshu.book.streets import save_streets
from luoshu.kinds.barrier import Bridge, Gate, Wall
from luoshu.kinds.travel import travel

DAY = date(2025, 12, 31)
PACE = 72.0


@pytest.fixture
def opened(tmp_path):
    """Opens a book with these streets."""

    def make(network):
        (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
        save_streets(network, tmp_path)
        return open_book(tmp_path)

    return make


def wkt(points, kind="LINESTRING"):
    inner = ", ".join(f"{lon:.7f} {lat:.7f}" for lon, lat in zip(*degrees(points), strict=True))
    return f"{kind} ({inner})" if kind == "LINESTRING" else f"{kind} (({inner}))"


def wall(points, state="standing", id="w", kind="LINESTRING"):
    return Wall(id=id, wkt=wkt(points, kind), system="WGS-84", state=state)


def gate(point, state="open", **more):
    (lon,), (lat,) = degrees([point])
    return Gate(**{"id": "g", "x": lon, "y": lat, "system": "WGS-84", "state": state, **more})


def bridge(one, two, **more):
    (x, to_x), (y, to_y) = degrees([one, two])
    return Bridge(**{"id": "b", "x": x, "y": y, "to_x": to_x, "to_y": to_y, "system": "WGS-84", **more})


def metres(book, homes, sites, mode="walk", walker="adult", pace=PACE):
    """Metres of the way from each home to its nearest site."""
    return travel(book, mode, walker, DAY).nearest(*degrees(homes), *degrees(sites))[0] * pace


ROAD = streets([(0, 0), (1000, 0)], [(0, 1)])


def test_from_door_to_door_along_the_street(opened):
    book = opened(ROAD)
    way = travel(book, "walk", "adult", DAY)
    assert not way.estimate
    assert metres(book, [(100, 30), (400, -20)], [(500, 10)]) == pytest.approx([30 + 400 + 10, 20 + 100 + 10], abs=0.1)
    reach = way.reach(*degrees([(100, 30), (400, -20)]), *degrees([(500, 10)]), 2.0)
    assert reach.toarray() == pytest.approx(np.array([[0, 130 / PACE]]), abs=0.01)
    assert any("residential" not in r.says and "street network" in r.says for r in way.because)


def test_a_home_too_far_from_any_street_is_out_of_reach_and_told(opened):
    book = opened(ROAD)
    way = travel(book, "walk", "adult", DAY)
    homes = degrees([(100, 30), (100, 501), (9000, 9000)])
    minutes, which = way.nearest(*homes, *degrees([(500, 0)]))
    assert which.tolist() == [0, -1, -1]
    assert np.isinf(minutes[1:]).all()
    assert way.badly_snapped(*homes) == pytest.approx([30, 501, np.hypot(8000, 9000)], rel=1e-3)
    assert way.nearest(*homes, *degrees([(500, 900)]))[1].tolist() == [-1, -1, -1], "a site far from any street"
    assert way.reach(*homes, *degrees([(500, 900)]), 100.0).nnz == 0


def test_one_ways_hold_for_those_who_drive_and_not_for_walkers(opened):
    ring = streets([(0, 0), (400, 0), (400, 300), (0, 300)], [(0, 1), (1, 2), (2, 3), (3, 0)],
                   oneway=np.ones(4, np.int8))  # fmt: skip
    book = opened(ring)
    assert metres(book, [(300, 0)], [(100, 0)]) == pytest.approx([200], abs=0.1)
    pace = 30 * 0.6 * 1000 / 60
    assert metres(book, [(300, 0)], [(100, 0)], "drive", pace=pace) == pytest.approx([1200], abs=0.5)
    assert metres(book, [(100, 0)], [(300, 0)], "drive", pace=pace) == pytest.approx([200], abs=0.1)


def test_an_island_is_passed_over_for_the_street_that_leads_somewhere(opened):
    town = streets([(0, 0), (2000, 0), (500, 60), (560, 60), (0, 1500), (100, 1500)], [(0, 1), (2, 3), (4, 5)])
    book = opened(town)
    assert metres(book, [(530, 50)], [(1000, 0)]) == pytest.approx([50 + 470], abs=0.1)
    way = travel(book, "walk", "adult", DAY)
    far = degrees([(20, 1490), (90, 1500)])
    assert way.nearest(*far, *degrees([(1000, 0)]))[1].tolist() == [-1, -1], "an island leads nowhere"
    assert way.nearest(*far, *degrees([(50, 1500)]))[1].tolist() == [0, 0], "but has its own site"
    assert (way.badly_snapped(*far) > 1400).all()


def test_a_wall_ends_the_street_and_an_open_gate_lets_pass(opened):
    book = opened(ROAD)
    barred = book.over({Wall: [wall([(500, -400), (500, 400)])]})
    assert metres(barred, [(100, 0), (700, 0)], [(400, 0)]) == pytest.approx([300, np.inf], abs=0.1)
    assert metres(book, [(700, 0)], [(400, 0)]) == pytest.approx([300], abs=0.1)
    through = barred.over({Gate: [gate((503, 1))]})
    assert metres(through, [(700, 0)], [(400, 0)]) == pytest.approx([300], abs=0.1)
    for other in (gate((503, 1), "closed"), gate((503, 1), "planned"), gate((530, 0)), gate((503, 1), walk=False),
                  gate((503, 1), closes=date(2025, 1, 1))):  # fmt: skip
        assert np.isinf(metres(barred.over({Gate: [other]}), [(700, 0)], [(400, 0)]))
    due = barred.over({Gate: [gate((503, 1), "planned", opens=date(2026, 1, 1))]})
    later = travel(due, "walk", "adult", date(2026, 1, 1))
    assert np.isfinite(later.nearest(*degrees([(700, 0)]), *degrees([(400, 0)]))[0])
    assert np.isinf(metres(due, [(700, 0)], [(400, 0)]))
    assert metres(barred.over({Wall: [wall([(500, -400), (500, 400)], "opened")]}), [(700, 0)], [(400, 0)]) == (
        pytest.approx([300], abs=0.1)
    )


def test_a_wall_over_a_crossing_parts_its_two_sides_and_no_more(opened):
    """A crossing of five streets; the wall runs over the crossing itself, two streets north of it, three south."""
    corners = [(0, 0), (200, 300), (-200, 300), (300, -200), (0, -300), (-300, -200)]
    book = opened(streets(corners, [(0, 1), (0, 2), (3, 0), (4, 0), (5, 0)]))
    crossed = book.over({Wall: [wall([(-400, 1), (0, 0), (400, 1)])]})
    south, north = (150, -100), (100, 150)
    assert np.isfinite(metres(book, [north], [south]))
    assert np.isinf(metres(crossed, [north], [south]))
    assert np.isfinite(metres(crossed, [(-150, -100)], [south])), "on one side one still passes"
    assert np.isfinite(metres(crossed.over({Gate: [gate((3, 0))]}), [north], [south]))
    ending = book.over({Wall: [wall([(0, 0), (400, 1)])]})
    assert np.isfinite(metres(ending, [north], [south])), "a wall that ends at the crossing bars nothing"
    beside = book.over({Wall: [wall([(-10, 400), (0, 0), (10, 400)])]})
    assert np.isfinite(metres(beside, [north], [south])), "all streets on one side of the wall"


def test_a_walled_compound_without_streets_is_entered_by_its_gates(opened):
    town = streets([(0, 0), (1000, 0), (1000, 400), (0, 400)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    yard = wall([(300, 50), (700, 50), (700, 350), (300, 350), (300, 50)], kind="POLYGON")
    book = opened(town).over({Wall: [yard]})
    home, site = (500, 80), (500, 0)
    assert np.isinf(metres(book, [home], [site]))
    assert metres(opened(town), [home], [site]) == pytest.approx([80], abs=0.1)
    behind = book.over({Gate: [gate((500, 350))]})
    around = 270 + 50 + 500 + 400 + 500  # to the gate at the back, to the street, round the block
    assert metres(behind, [home], [site]) == pytest.approx([around], abs=0.5)
    both = behind.over({Gate: [gate((600, 50), id="front")]})
    assert metres(both, [home], [site]) == pytest.approx([np.hypot(100, 30) + 50 + 100], abs=0.5)


def test_a_gate_out_of_sight_is_reached_round_the_corner_of_its_own_compound(opened):
    """A compound like an L with a gate at one end, a home at the other; and one without a gate inside another."""
    town = streets([(0, 0), (1000, 0)], [(0, 1)])
    yard = wall([(100, 20), (400, 20), (400, 120), (200, 120), (200, 300), (100, 300), (100, 20)], kind="POLYGON")
    book = opened(town).over({Wall: [yard], Gate: [gate((390, 20))]})
    far = 1.3 * np.hypot(240, 260) + 20
    assert metres(book, [(150, 280)], [(390, 0)]) == pytest.approx([far], abs=0.5)
    assert metres(book, [(300, 100)], [(390, 0)]) == pytest.approx([np.hypot(90, 80) + 20], abs=0.5), "in sight"
    inner = book.over({Wall: [wall([(130, 260), (170, 260), (170, 295), (130, 295), (130, 260)], id="i",
                                   kind="POLYGON")]})  # fmt: skip
    assert np.isinf(metres(inner, [(150, 280)], [(390, 0)])), "a yard without a gate"


def test_a_compound_with_its_own_path_is_left_by_the_gate_nearest_to_it(opened):
    town = streets([(0, 0), (1000, 0), (400, 60), (600, 60)], [(0, 1), (2, 3)])
    yard = wall([(300, 30), (700, 30), (700, 350), (300, 350), (300, 30)], kind="POLYGON")
    book = opened(town).over({Wall: [yard]})
    assert np.isinf(metres(book, [(450, 80)], [(500, 0)]))
    gated = book.over({Gate: [gate((550, 30))]})
    path = 20 + 100 + 30 + 30 + 50  # to the path, along it, to the gate, to the street, to the site
    assert metres(gated, [(450, 80)], [(500, 0)]) == pytest.approx([path], abs=0.5)
    assert np.isinf(metres(gated, [(450, 80)], [(500, 0)], "drive")), "no cars through this gate"


def test_gates_and_walls_of_the_map_can_be_opened_and_shut_by_their_number(opened):
    corners, links = [(0, 0), (500, 0), (500, 0), (1000, 0)], [(0, 1), (1, 2), (2, 3)]
    foot = np.array([True, False, True])
    book = opened(streets(corners, links, gates=[1], foot=foot))
    assert np.isinf(metres(book, [(700, 0)], [(400, 0)]))
    assert metres(book.over({Gate: [Gate(id="osm900")]}), [(700, 0)], [(400, 0)]) == pytest.approx([300], abs=0.1)
    assert metres(book.over({Gate: [gate((504, 3))]}), [(700, 0)], [(400, 0)]) == pytest.approx([300], abs=0.1)
    book = opened(streets(corners, links, gates=[1]))
    assert metres(book, [(700, 0)], [(400, 0)]) == pytest.approx([300], abs=0.1)
    assert np.isinf(metres(book.over({Gate: [Gate(id="osm900", state="closed")]}), [(700, 0)], [(400, 0)]))
    book = opened(streets([(0, 0), (1000, 0)], [(0, 1)], walls=[[(500, -50), (500, 50)]]))
    assert np.isinf(metres(book, [(700, 0)], [(400, 0)]))
    opening = book.over({Wall: [Wall(id="osm500", state="opened")]})
    assert metres(opening, [(700, 0)], [(400, 0)]) == pytest.approx([300], abs=0.1)


def test_a_bridge_joins_two_banks_and_carries_whom_it_may(opened):
    banks = streets([(0, 0), (1000, 0), (0, 200), (1000, 200)], [(0, 1), (2, 3)])
    book = opened(banks)
    assert np.isinf(metres(book, [(300, 0)], [(300, 200)]))
    crossed = book.over({Bridge: [bridge((500, 10), (500, 190))]})
    assert metres(crossed, [(300, 0)], [(300, 200)]) == pytest.approx([200 + 200 + 200], abs=0.5)
    assert np.isinf(metres(crossed, [(300, 0)], [(300, 200)], "drive"))
    stairs = book.over({Bridge: [bridge((500, 10), (500, 190), stairs=True, metres=300)]})
    assert metres(stairs, [(300, 0)], [(300, 200)]) == pytest.approx([720], abs=0.5)
    assert np.isinf(metres(stairs, [(300, 0)], [(300, 200)], walker="wheelchair"))
    loose = travel(book.over({Bridge: [bridge((500, 10), (500, 5000))]}), "walk", "adult", DAY)
    assert any("meets no street" in reason.says for reason in loose.because)


def test_who_lives_on_private_ground_comes_out_and_nobody_walks_through(opened):
    """A block with a private street through its middle, and a private yard with a gate."""
    corners = [(0, 0), (1000, 0), (0, 400), (1000, 400), (500, 0), (500, 400)]
    links = [(0, 4), (4, 1), (0, 2), (2, 5), (5, 3), (4, 5)]
    private = np.array([False] * 5 + [True])
    book = opened(streets(corners, links, private=private, foot=~private))
    assert metres(book, [(500, 100)], [(600, 0)]) == pytest.approx([100 + 100], abs=0.1)
    assert metres(book, [(500, 300)], [(600, 400)]) == pytest.approx([100 + 100], abs=0.1)
    assert metres(book, [(510, 0)], [(510, 400)]) == pytest.approx([510 + 400 + 510], abs=0.1)
    site = metres(book, [(520, 0)], [(500, 90)])  # the site's door is on the public street
    assert site == pytest.approx([20 + 90], abs=0.1)


def test_stairs_bar_wheelchairs_and_slow_the_others(opened):
    town = streets([(0, 0), (100, 0), (200, 0)], [(0, 1), (1, 2)], stairs=[False, True], way=["footway", "steps"])
    book = opened(town)
    assert metres(book, [(0, 0)], [(200, 0)]) == pytest.approx([300], abs=0.1)
    minutes, _ = travel(book, "walk", "wheelchair", DAY).nearest(*degrees([(0, 0)]), *degrees([(200, 0)]))
    assert minutes * 48 == pytest.approx([200], abs=0.1), "the site is 100 metres from the last street without stairs"


def test_cars_go_at_a_share_of_the_limit_and_a_missing_class_is_told(opened):
    town = streets([(0, 0), (1000, 0), (2000, 0)], [(0, 1), (1, 2)], way=["primary", "unknown"], kmh=[50.0, np.nan])
    way = travel(opened(town), "drive", "adult", DAY)
    minutes, _ = way.nearest(*degrees([(0, 0)]), *degrees([(1000, 0)]))
    assert minutes == pytest.approx([1000 / (50 * 0.6 * 1000 / 60)], rel=1e-4)
    minutes, _ = way.nearest(*degrees([(1000, 0)]), *degrees([(2000, 0)]))
    assert minutes == pytest.approx([1000 / (30 * 0.6 * 1000 / 60)], rel=1e-4)
    assert any("neither a speed limit nor a class" in reason.says for reason in way.because)


def test_reached_streets_end_where_the_minutes_do(opened):
    town = streets([(0, 0), (1000, 0), (500, 0), (500, 800)], [(0, 2), (2, 1), (2, 3)])
    way = travel(opened(town), "walk", "adult", DAY)
    lines = shape(way.segments(*degrees([(500, 0)]), 300 / PACE))
    flat = shapely.transform(lines, lambda p: np.stack(PLANE.metres(p[:, 0], p[:, 1]), axis=1))
    assert flat.length == pytest.approx(900, abs=0.5)
    assert flat.bounds == pytest.approx((200, 0, 800, 300), abs=0.1)
    whole = shape(way.segments(*degrees([(500, 0)]), 100.0))
    assert shapely.transform(whole, lambda p: np.stack(PLANE.metres(p[:, 0], p[:, 1]), axis=1)).length == (
        pytest.approx(1800, abs=0.5)
    )
    assert way.segments(*degrees([(500, -900)]), 10.0)["coordinates"] == []


def test_the_area_is_a_strip_along_the_streets_and_never_crosses_a_river(opened):
    block = streets([(0, 0), (400, 0), (400, 400), (0, 400), (0, 600), (400, 600)],
                    [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5)])  # fmt: skip
    way = travel(opened(block), "walk", "adult", DAY)
    areas = way.isochrone(*degrees([(200, 0), (200, 5000)]), 30.0)
    ground = shapely.transform(shape(areas[0]), lambda p: np.stack(PLANE.metres(p[:, 0], p[:, 1]), axis=1))
    assert ground.is_valid
    assert len(ground.interiors) == 1, "the middle of the block stays open"
    assert not ground.intersects(shapely.Point(200, 200))
    assert ground.contains(shapely.Point(200, 30))
    assert ground.bounds[3] < 450, "the bank over the river is not reached"
    assert areas[1]["coordinates"] == []
    assert shapely.LinearRing(areas[0]["coordinates"][0]).is_ccw


def test_nothing_is_faster_than_the_fastest(opened):
    town = streets([(0, 0), (1000, 0), (1000, 900)], [(0, 1), (1, 2)], way=["residential", "ferry"])
    book = opened(town)
    ferry = 10 * 1000 / 60
    assert travel(book, "walk", "adult", DAY).fastest == pytest.approx(ferry, rel=1e-3)
    short = opened(ROAD).over({Bridge: [bridge((0, 0), (1000, 0), metres=100)]})
    assert travel(short, "walk", "adult", DAY).fastest == pytest.approx(10 * PACE, rel=1e-3)
    assert travel(opened(ROAD), "walk", "adult", DAY).fastest == pytest.approx(PACE, rel=1e-3)


@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_nothing_to_go_from_to_or_on_is_no_accident(opened, mode):
    """No homes, no sites, no coordinates; and a network on which nobody may drive, with a wall, a gate and a bridge."""
    book = opened(streets([(0, 0), (1000, 0)], [(0, 1)], drive=[False])).over(
        {Wall: [wall([(500, -50), (500, 50)])], Gate: [gate((500, 0), drive=True)], Bridge: [bridge((0, 9), (900, 9))]}
    )
    way = travel(book, mode, "adult", DAY)
    some, none, lost = degrees([(10, 0), (20, 0)]), (np.empty(0), np.empty(0)), (np.array([np.nan]), np.array([34.0]))
    assert way.nearest(*none, *some)[0].tolist() == []
    assert way.nearest(*some, *none)[1].tolist() == [-1, -1]
    assert way.nearest(*some, *lost)[1].tolist() == [-1, -1]
    assert way.nearest(*lost, *some)[1].tolist() == [-1]
    assert way.reach(*none, *some, 5.0).shape == (2, 0)
    assert way.reach(*some, *none, 5.0).shape == (0, 2)
    assert way.reach(*some, *some, 5.0).nnz == (4 if mode == "walk" else 0)
    assert np.isinf(way.badly_snapped(*lost)).all()
    assert np.isfinite(way.badly_snapped(*some)).all() == (mode == "walk")
    assert way.isochrone(*none, 5.0) == []
    assert way.isochrone(*lost, 5.0)[0]["coordinates"] == []
    assert way.fastest > 0


@pytest.mark.parametrize("about", [{"attribution": "ODbL"}, {"source": {"file": "a.pbf", "attribution": "ODbL"}}])
def test_who_made_the_map_is_named(opened, about):
    town = replace(streets([(0, 0), (100, 0)], [(0, 1)]), about=about)
    assert any("ODbL" in reason.says for reason in travel(opened(town), "walk", "adult", DAY).because)
