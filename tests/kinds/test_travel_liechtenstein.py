"""A whole country on foot, by bicycle and by car: against scipy on the same network, and what lies off the streets."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from luoshu.book.book import open_book
from luoshu.book.streets import save_streets
from luoshu.kinds.barrier import Wall
from luoshu.kinds.travel import travel

MAP = Path(__file__).parents[3] / "shared/data/roads/liechtenstein.osm.pbf"
DAY = date(2025, 12, 31)
pytestmark = pytest.mark.skipif(not MAP.exists(), reason="the map of Liechtenstein is not beside the checkout")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    from luoshu.book.streetreading import read_streets_file

    folder = tmp_path_factory.mktemp("book")
    (folder / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    streets, _ = read_streets_file(MAP)
    save_streets(streets, folder)
    return open_book(folder)


def corners(way, random, count):
    """Places that stand at corners of the network's body, and which corners."""
    links = way.floor.main_link[random.integers(0, len(way.floor.main_link), count)]
    at = way.floor.way.tail[links]
    return at, way.floor.plane.degrees(way.floor.way.x[at], way.floor.way.y[at])


@pytest.mark.parametrize(
    ("mode", "walker"), [("walk", "adult"), ("walk", "wheelchair"), ("cycle", "adult"), ("drive", "adult")]
)
def test_the_minutes_between_corners_are_those_of_scipy(book, mode, walker):
    way = travel(book, mode, walker, DAY)
    random = np.random.default_rng(5)
    home, homes = corners(way, random, 300)
    site, sites = corners(way, random, 12)
    arcs = way.barred.way
    tail, head = np.concatenate([arcs.tail, arcs.head]), np.concatenate([arcs.head, arcs.tail])
    minutes = np.concatenate([arcs.forth, arcs.back])
    best = {}
    for one, two, each in zip(tail.tolist(), head.tolist(), minutes.tolist(), strict=True):
        if np.isfinite(each):
            best[two, one] = min(best.get((two, one), np.inf), each + 1e-12)
    keys = np.array(list(best))
    graph = coo_array((list(best.values()), keys.T), shape=(arcs.nodes, arcs.nodes)).tocsr()
    table = dijkstra(graph, indices=site)[:, home]
    found, which = way.nearest(*homes, *sites)
    np.testing.assert_allclose(found, table.min(axis=0), atol=1e-4)
    there = np.flatnonzero(which >= 0)
    np.testing.assert_allclose(table[which[there], there], found[there], atol=1e-4)
    reach = way.reach(*homes, *sites, 12.0)
    assert reach.nnz == pytest.approx((table <= 12).sum(), abs=2)


def test_in_the_mountains_and_abroad_is_off_the_streets(book):
    way = travel(book, "walk", "adult", DAY)
    far = np.array([9.5215, 9.0, 112.45]), np.array([47.1410, 47.0, 34.62])  # Vaduz, the Alps of Glarus, Luoyang
    metres = way.badly_snapped(*far)
    assert metres[0] < 60
    assert (metres[1:] > 5_000).all()
    assert np.isinf(way.nearest(*far, *far)[0][1:]).all()


def test_a_wall_across_the_valley_parts_the_country(book):
    way = travel(book, "walk", "adult", DAY)
    homes, sites = (np.array([9.5215]), np.array([47.1410])), (np.array([9.5090]), np.array([47.0690]))
    minutes = way.nearest(*homes, *sites)[0]
    assert 90 < minutes[0] < 180, "Vaduz to Balzers is a walk of two hours"
    wall = Wall(id="w", wkt="LINESTRING (9.40 47.10, 9.70 47.10)", system="WGS-84")
    assert np.isinf(travel(book.over({Wall: [wall]}), "walk", "adult", DAY).nearest(*homes, *sites)[0])


def test_the_area_within_ten_minutes_is_smaller_than_the_circle(book):
    import shapely
    from shapely.geometry import shape

    way = travel(book, "walk", "adult", DAY)
    (area,) = way.isochrone(9.5215, 47.1410, 10.0)
    ground = shapely.transform(shape(area), lambda p: np.stack(way.floor.plane.metres(p[:, 0], p[:, 1]), axis=1))
    assert ground.is_valid
    x, y = way.floor.plane.metres(9.5215, 47.1410)
    assert shapely.Point(x, y).buffer(720 + 60).contains(ground)
    assert 0.1 < ground.area / (np.pi * 720**2) < 0.8
