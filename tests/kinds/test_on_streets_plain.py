"""Streets with walls, gates and bridges against plain geometry: shapely cuts every street, every home is a corner."""

from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from streetmap import PLANE, degrees, streets

from luoshu.book.book import open_book
from luoshu.book.streets import save_streets
from luoshu.kinds.barrier import Gate, Wall
from luoshu.kinds.travel import travel

DAY = date(2025, 12, 31)
NEAR, FARTHEST, PACE = 10.0, 500.0, 72.0


def rounded(points):
    """The places that degrees of seven digits stand for, in metres on the plane of the network."""
    return np.stack(PLANE.metres(*degrees(points)), axis=1)


@st.composite
def towns(draw):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    corners = rounded(random.random((draw(st.integers(4, 14)), 2)) * 900)
    order = random.permutation(len(corners))  # one way through all, and some more: no islands
    more = [random.choice(len(corners), 2, replace=False) for _ in range(draw(st.integers(0, 8)))]
    links = sorted({(int(min(pair)), int(max(pair))) for pair in [*pairwise(order), *more]})
    walls = [rounded(np.cumsum(np.vstack([random.random(2) * 900, random.normal(0, 150, (3, 2))]), axis=0))
             for _ in range(draw(st.integers(0, 4)))]  # fmt: skip
    gates = []
    for line in walls:
        if random.random() < 0.6:
            gates.append(rounded(line[:2].mean(axis=0))[0])
    homes, sites = rounded(random.random((8, 2)) * 900), rounded(random.random((3, 2)) * 900)
    return corners, links, walls, gates, homes, sites


def meeting(one, two, walls, gates):
    """Where a straight line crosses walls other than at gates."""
    found = []
    for wall in walls:
        met = shapely.intersection(shapely.LineString([one, two]), shapely.LineString(wall))
        found += [at for at in shapely.get_coordinates(met) if all(np.hypot(*(at - gate)) > NEAR for gate in gates)]
    return found


def pieces(corners, links, walls, gates):
    """Straight pieces of streets between walls: ends of each, and what stands at its ends (a corner, or nothing)."""
    found = []
    for tail, head in links:
        one, two = corners[tail], corners[head]
        long = np.hypot(*(two - one))
        marks = [np.hypot(*(at - one)) / long for at in meeting(one, two, walls, gates)]
        stops = [0.0, *sorted(marks), 1.0]
        for number, (begin, end) in enumerate(pairwise(stops)):
            found.append((one + begin * (two - one), one + end * (two - one),
                          tail if number == 0 else None, head if number == len(stops) - 2 else None))  # fmt: skip
    return found


def plain(corners, links, walls, gates, homes, sites):
    """Metres from homes to sites: homes by sites; NaN where more than one street is as near."""
    parts = pieces(corners, links, walls, gates)
    stops = {number: [] for number in range(len(parts))}
    doors = []
    for place, point in enumerate([*homes, *sites]):
        best = None
        for number, (one, two, _, _) in enumerate(parts):
            line = two - one
            square = line @ line
            share = float(np.clip((point - one) @ line / square, 0, 1)) if square else 0.0
            foot = one + share * line
            far = np.hypot(*(point - foot))
            inner = one + np.clip(share, 1e-6, 1 - 1e-6) * line  # not upon the wall that the piece ends at
            if far <= FARTHEST and (best is None or far < best[0]) and not meeting(point, inner, walls, gates):
                best = far, number, share
        if best is not None:
            doors.append((place, *best))
            stops[best[1]].append((best[2], place))
    edges = {}
    nodes = len(corners) + len(homes) + len(sites) + 2 * len(parts)

    def add(one, two, metres):
        for pair in ((one, two), (two, one)):
            edges[pair] = min(edges.get(pair, np.inf), metres + 1e-9)

    where = {}
    for number, (one, two, tail, head) in enumerate(parts):
        long = np.hypot(*(two - one))
        free = len(corners) + len(homes) + len(sites) + 2 * number
        along = [(0.0, free if tail is None else tail)]
        for share, place in sorted(stops[number]):
            where[place] = nodes
            along.append((share, nodes))
            nodes += 1
        along.append((1.0, free + 1 if head is None else head))
        for (begin, a), (end, b) in pairwise(along):
            add(int(a), int(b), (end - begin) * long)
    keys = np.array(list(edges))
    graph = coo_array((list(edges.values()), keys.T), shape=(nodes, nodes)).tocsr()
    table = np.full((len(homes), len(sites)), np.inf)
    out = {place: metres for place, metres, _, _ in doors}
    for place in range(len(homes)):
        if place in where:
            far = dijkstra(graph, indices=where[place])
            for site in range(len(sites)):
                if len(homes) + site in where:
                    table[place, site] = far[where[len(homes) + site]] + out[place] + out[len(homes) + site]
    return table


@settings(max_examples=60, deadline=None)
@given(towns())
def test_minutes_are_those_of_plain_geometry(tmp_path_factory, town):
    corners, links, walls, gates, homes, sites = town
    folder = tmp_path_factory.mktemp("book")
    (folder / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    save_streets(streets(corners, links), folder)
    rows = []
    for number, line in enumerate(walls):
        text = ", ".join(f"{lon:.7f} {lat:.7f}" for lon, lat in zip(*degrees(line), strict=True))
        rows.append(Wall(id=f"w{number}", wkt=f"LINESTRING ({text})", system="WGS-84"))
    doors = []
    for number, gate in enumerate(gates):
        (lon,), (lat,) = degrees([gate])
        doors.append(Gate(id=f"g{number}", x=lon, y=lat, system="WGS-84"))
    before = open_book(folder).over({Wall: rows[1:], Gate: doors[:1]})  # what is kept of it must not be taken for ours
    travel(before, "walk", "adult", DAY).nearest(*degrees(homes), *degrees(sites))
    now = before.over({Wall: rows, Gate: doors}, instead=True)
    way = travel(now, "walk", "adult", DAY)
    fresh = travel(open_book(folder).over({Wall: rows, Gate: doors}), "walk", "adult", DAY)
    both = [each.nearest(*degrees(homes), *degrees(sites))[0] for each in (way, fresh)]
    np.testing.assert_array_equal(*both)
    table = plain(corners, links, walls, gates, homes, sites)
    if gates:  # gates give more doors and passages than the plain town has: no way may be longer
        reach = way.reach(*degrees(homes), *degrees(sites), 1e6)
        full = np.full((len(sites), len(homes)), np.inf)
        full[np.repeat(np.arange(len(sites)), np.diff(reach.indptr)), reach.indices] = reach.data * PACE
        assert (table + 0.5 >= full.T).all()
        return
    minutes, _ = way.nearest(*degrees(homes), *degrees(sites))
    np.testing.assert_allclose(minutes * PACE, table.min(axis=1), atol=0.5)
