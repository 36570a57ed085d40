"""Homes and sites beside streets: every answer against a plain graph in which each stands as a corner of its own."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from luoshu.methods.doors import Doors, nearest_site, reach_of_sites
from luoshu.methods.ways import Ways, divide, join


def doors(random, places, links):
    """Some doors for each place: none, one or two."""
    place = np.sort(random.integers(0, places, random.integers(0, 2 * places)))
    share = random.choice([0.0, 0.25, 0.5, 1.0, 0.8], len(place))
    link = random.integers(0, links, len(place))
    return Doors(places=places, place=place, link=link, share=share, minutes=random.integers(0, 4, len(place)) / 2)


def plain_minutes(way, homes, sites):
    """Homes by sites: each link is broken at every door into pieces, each home and site a corner; then Dijkstra."""
    arcs = []
    nodes = way.nodes

    def add(tail, head, minutes):
        if np.isfinite(minutes):
            arcs.append((tail, head, minutes + 1e-9))  # zero would be no edge for scipy

    stops = {link: [(0.0, int(way.tail[link])), (1.0, int(way.head[link]))] for link in range(len(way))}
    spurs = []
    first_home, first_site = nodes, nodes + homes.places
    nodes += homes.places + sites.places
    for kind, each in (("home", homes), ("site", sites)):
        for place, link, share, minutes in zip(each.place, each.link, each.share, each.minutes, strict=True):
            stops[link].append((share, nodes))
            spurs.append((kind, int(place), nodes, minutes))
            nodes += 1
    for link, along in stops.items():
        along.sort()
        for (one, a), (two, b) in pairwise(along):
            add(a, b, 0.0 if one == two else (two - one) * way.forth[link])
            add(b, a, 0.0 if one == two else (two - one) * way.back[link])
    for kind, place, stop, minutes in spurs:
        if kind == "home":
            add(first_home + place, stop, minutes)
        else:
            add(stop, first_site + place, minutes)
    tail, head, minutes = (np.array(values) for values in zip(*arcs, strict=True)) if arcs else ([], [], [])
    best = {}
    for one, two, each in zip(tail, head, minutes, strict=True):
        best[one, two] = min(best.get((one, two), np.inf), each)
    keys = np.array(list(best), dtype=int).reshape(-1, 2)
    graph = coo_array((list(best.values()), (keys[:, 0], keys[:, 1])), shape=(nodes, nodes)).tocsr()
    times = dijkstra(graph, indices=np.arange(first_home, first_home + homes.places))
    return times[:, first_site : first_site + sites.places]


@st.composite
def towns(draw):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes, links = draw(st.integers(1, 12)), draw(st.integers(1, 25))
    x, y = random.random((2, nodes)) * 100
    forth, back = random.integers(0, 9, (2, links)) * 1.0
    forth[random.random(links) < 0.2] = np.inf
    back[random.random(links) < 0.2] = np.inf
    tail, head = random.integers(0, nodes, (2, links))
    return random, Ways(x=x, y=y, tail=tail, head=head, forth=forth, back=back)


def agree(way, homes, sites, within):
    table = plain_minutes(way, homes, sites)
    table[table > within + 1e-6] = np.inf
    road = way.toward()
    minutes, which = nearest_site(way, road, homes, sites, within)
    best = table.min(axis=1, initial=np.inf)
    np.testing.assert_allclose(minutes, best, atol=1e-6)
    there = np.isfinite(best)
    assert (which[~there] == -1).all()
    np.testing.assert_allclose(table[np.flatnonzero(there), which[there]], best[there], atol=1e-6)
    reach = reach_of_sites(way, road, homes, sites, within)
    full = np.full((sites.places, homes.places), np.inf)
    rows = np.repeat(np.arange(sites.places), np.diff(reach.indptr))
    assert len(set(zip(rows, reach.indices, strict=True))) == reach.nnz
    full[rows, reach.indices] = reach.data
    np.testing.assert_allclose(full.T, table, atol=1e-6)


@settings(max_examples=150, deadline=None)
@given(towns(), st.sampled_from([np.inf, 6.33, 0.0]))
def test_minutes_are_those_of_the_plain_graph(town, within):
    random, way = town
    homes, sites = doors(random, 6, len(way)), doors(random, 4, len(way))
    agree(way, homes, sites, within)


@settings(max_examples=150, deadline=None)
@given(towns(), st.integers(1, 6))
def test_divided_ways_are_barred_at_walls_and_pass_on_at_bridges(town, marks):
    random, way = town
    link, share = random.integers(0, len(way), marks), random.choice([0.0, 0.3, 0.5, 0.9, 1.0], marks)
    open_ = random.random(marks) < 0.5
    parted, corner = divide(way, link, share, open_)
    np.testing.assert_allclose([parted.x[corner], parted.y[corner]], way.at(link, share))
    bridges = np.flatnonzero(open_)
    minutes = random.integers(0, 5, len(bridges)) * 1.0
    ends = np.roll(bridges, 1)
    whole = join(parted, corner[bridges], corner[ends], minutes, minutes)
    places = random.choice([0.1, 0.4, 0.7, 0.95], 8)  # never just at a mark
    where = random.integers(0, len(way), 8)
    now, part = whole.piece(where, places)
    np.testing.assert_allclose(whole.at(now, part), way.at(where, places), atol=1e-6)
    homes = Doors(places=4, place=np.arange(4), link=now[:4], share=part[:4], minutes=np.zeros(4))
    sites = Doors(places=4, place=np.arange(4), link=now[4:], share=part[4:], minutes=np.zeros(4))
    agree(whole, homes, sites, np.inf)
    for link_, begin, end in zip(whole.owner, whole.begins, whole.ends, strict=True):
        inner = (link == link_) & (share > begin) & (share < end)
        assert not inner.any()
    for number in np.flatnonzero(~open_):  # nobody stands on both sides of a wall: its corners have one link each
        near = corner[number]
        assert (whole.tail == near).sum() + (whole.head == near).sum() == 1
        assert (whole.tail == near + 1).sum() + (whole.head == near + 1).sum() == 1
