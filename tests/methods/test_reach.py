"""Reach: against scipy on random small networks, by hand, and what is refused; access and equality as published."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from luoshu.methods.access import exponential, gaussian, opportunities, two_step_access, zones
from luoshu.methods.equality import gini, worst_tenth
from luoshu.methods.hilbert import hilbert_order
from luoshu.methods.reach import k_nearest, nearest, network, reach_sets

ACCESS = Path(__file__).parents[3] / "shared/data/bench/access"


@st.composite
def roads(draw):
    """A random network with islands, double edges, loops, free edges, walls; its plain table of times; some sites."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes, edges = draw(st.integers(1, 25)), draw(st.integers(0, 60))
    tails, heads = random.integers(0, nodes, edges), random.integers(0, nodes, edges)
    minutes = random.integers(0, 9, edges) * draw(st.sampled_from([1.0, 0.37, 250.0]))
    minutes[random.random(edges) < 0.1] = np.inf
    both_ways, reverse = draw(st.booleans()), draw(st.booleans())
    table = np.full((nodes, nodes), np.inf)
    for a, b, length in zip(tails, heads, minutes, strict=True):
        for one, two in ((a, b), (b, a)) if both_ways else ((a, b),):
            one, two = (two, one) if reverse else (one, two)
            table[one, two] = min(table[one, two], length)
    np.fill_diagonal(table, 0.0)
    for middle in range(nodes):  # Floyd and Warshall: as plain as can be
        table = np.minimum(table, table[:, middle, None] + table[None, middle])
    x, y = random.random((2, nodes))
    road = network(tails, heads, minutes, nodes, x=x, y=y, both_ways=both_ways, reverse=reverse)
    sites = random.integers(0, nodes, draw(st.integers(1, 6)))
    return road, table, sites


@settings(max_examples=100, deadline=None)
@given(roads(), st.sampled_from([np.inf, 12.0, 3.0, 0.0]), st.booleans())
def test_times_are_those_of_the_plain_table(road, within, later):
    net, table, sites = road
    offsets = np.arange(len(sites)) * (2.5 if later else 0.0)
    times = table[sites] + offsets[:, None]
    times[~(times <= within + 1e-9)] = np.inf
    if np.isfinite(within) and (np.abs(times[np.isfinite(times)] - within) < 1e-9).any():
        return  # float sums at the very edge may fall either way
    minutes, site = nearest(net, sites, within=within, offsets=offsets)
    np.testing.assert_allclose(minutes, times.min(axis=0), rtol=1e-12)
    assert (site[np.isinf(minutes)] == -1).all()
    there = np.flatnonzero(np.isfinite(minutes))
    np.testing.assert_allclose(times[site[there], there], minutes[there], rtol=1e-12)
    several, which = k_nearest(net, sites, 3, within=within, offsets=offsets)
    best = np.sort(times, axis=0)[:3].T
    np.testing.assert_allclose(several[:, : best.shape[1]], best, rtol=1e-12)
    assert np.isinf(several[:, best.shape[1] :]).all()
    for node, row in enumerate(which):
        assert len(set(row[row >= 0])) == (row >= 0).sum() == np.isfinite(times[:, node]).sum().clip(max=3)
    reach = reach_sets(net, sites, within=within, offsets=offsets)
    full = np.full(times.shape, np.inf)
    rows = np.repeat(np.arange(len(sites)), np.diff(reach.indptr))
    full[rows, reach.indices] = reach.data
    np.testing.assert_allclose(full, times, rtol=1e-12)
    assert reach.nnz == np.isfinite(times).sum()


def test_a_larger_town_is_to_the_last_bit_what_scipy_says():
    random = np.random.default_rng(3)
    x, y = random.random((2, 4000))
    tails, heads = random.integers(0, 4000, (2, 9000))
    minutes = np.hypot(x[tails] - x[heads], y[tails] - y[heads]) * 60
    sites = random.choice(4000, 40, replace=False)
    road = network(tails, heads, minutes, 4000, x=x, y=y)
    table = {}
    for a, b, length in zip(tails.tolist(), heads.tolist(), minutes.tolist(), strict=True):
        for pair in ((a, b), (b, a)):
            table[pair] = min(table.get(pair, np.inf), length)
    pairs = np.array(list(table))
    graph = sparse.csr_array((list(table.values()), (pairs[:, 0], pairs[:, 1])), shape=(4000, 4000))
    np.testing.assert_array_equal(nearest(road, sites)[0], dijkstra(graph, indices=sites, min_only=True))
    several, which = k_nearest(road, sites, 5)
    table_of_all = dijkstra(graph, indices=sites)
    np.testing.assert_array_equal(several, np.sort(table_of_all, axis=0)[:5].T)
    there = np.isfinite(several)
    np.testing.assert_array_equal(table_of_all[which, np.arange(4000)[:, None]][there], several[there])
    reach = reach_sets(road, sites, within=50.0)
    full = np.full((40, 4000), np.inf)
    full[np.repeat(np.arange(40), np.diff(reach.indptr)), reach.indices] = reach.data
    np.testing.assert_array_equal(full, dijkstra(graph, indices=sites, limit=50.0))


def test_more_are_asked_for_than_there_are_and_a_site_named_twice_counts_twice():
    road = network([0, 1], [1, 2], [2.0, 3.0], 4)
    minutes, site = k_nearest(road, [1, 1], 4)
    assert site.tolist() == [[0, 1, -1, -1]] * 3 + [[-1] * 4]
    assert minutes.tolist() == [[2.0, 2.0, np.inf, np.inf], [0.0, 0.0, np.inf, np.inf], [3.0, 3.0, np.inf, np.inf],
                                [np.inf] * 4]  # fmt: skip
    assert np.isinf(k_nearest(road, [], 2)[0]).all()


def test_the_order_of_the_curve_is_a_walk_through_neighbours():
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(16), np.arange(16)))
    order = hilbert_order(x, y)
    assert sorted(order) == list(range(256))
    assert (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order])) == 1).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: network([0], [5], [1.0], 2), "heads names node 5"),
        (lambda: network([0], [1], [-1.0], 2), "minutes is negative for edge 0"),
        (lambda: network([0], [1], [np.nan], 2), "not a number"),
        (lambda: network([0], [1], [1.0, 2.0], 2), "equally many"),
        (lambda: network([0], [1], [1.0], 2, x=[0.0, np.nan], y=[0.0, 1.0]), "x holds a coordinate"),
        (lambda: nearest(network([0], [1], [1.0], 2), [2]), "sites names node 2"),
        (lambda: nearest(network([0], [1], [1.0], 2), [0], within=np.nan), "within is nan"),
        (lambda: nearest(network([0], [1], [1.0], 2), [0], offsets=[-1.0]), "offsets must be minutes"),
        (lambda: k_nearest(network([0], [1], [1.0], 2), [0], 0), "k is 0"),
        (lambda: k_nearest(network([], [], [], 2**20), [0] * 4096, 4096), "ask for fewer"),
        (lambda: two_step_access(sparse.csr_array([[1.0]]), [-1], [1]), "supply holds a negative"),
        (lambda: gini([np.nan]), "not a finite number"),
        (lambda: worst_tenth([1.0], [0.0]), "no people"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_nobody_on_an_island_is_served():
    minutes, site = nearest(network([0], [1], [4.0], 4), [0])
    assert minutes.tolist() == [0.0, 4.0, np.inf, np.inf]
    assert site.tolist() == [0, 0, -1, -1]
    assert worst_tenth(minutes) == np.inf


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_access_hands_out_exactly_what_there_is(seed):
    random = np.random.default_rng(seed)
    reach = sparse.random_array((6, 15), density=0.4, rng=random, format="csr") * 10
    supply, demand = random.random(6) * 9, random.random(15) * 9
    for decay in (None, gaussian(10.0), zones([3.0, 10.0], [1.0, 0.3])):
        given_out = (two_step_access(reach, supply, demand, decay) * demand).sum()
        weights = sparse.csr_array(reach)
        weights.data = np.ones(weights.nnz) if decay is None else decay(weights.data)
        assert given_out == pytest.approx(supply[(weights @ demand) > 0].sum())


@pytest.fixture(scope="module")
def belo_horizonte():
    """The published example of ipeaGIT/accessibility: minutes to every place (rows) from every other, and land use."""
    if not ACCESS.exists():
        pytest.skip("the published access benchmark is not at hand")
    with open(ACCESS / "ipea_land_use_data.csv") as file:
        rows = list(csv.DictReader(file))
    number = {row["id"]: at for at, row in enumerate(rows)}
    with gzip.open(ACCESS / "ipea_travel_matrix.csv.gz", "rt") as file:
        next(file)
        come, to, minutes = zip(*(line.rstrip().split(",") for line in file), strict=True)
    table = sparse.csr_array(
        (np.array(minutes, dtype=float), ([number[one] for one in to], [number[one] for one in come])),
        shape=(len(rows), len(rows)),
    )
    return (
        table,
        {name: np.array([float(row[name]) for row in rows]) for name in ("jobs", "population", "schools")},
        number,
    )


def up_to(minutes, table):
    """The part of a table of minutes within a limit."""
    whole = table.tocoo()
    near = whole.data <= minutes
    return sparse.csr_array((whole.data[near], (whole.row[near], whole.col[near])), shape=table.shape)


FIVE = ["89a88cdb57bffff", "89a88cdb597ffff", "89a88cdb5b3ffff", "89a88cdb5cfffff", "89a88cd909bffff"]


def test_access_of_belo_horizonte_as_published(belo_horizonte):
    """2SFCA of the package's own test: five places among themselves, binary decay at 45 minutes."""
    table, use, number = belo_horizonte
    five = [number[one] for one in FIVE]
    among = up_to(45, table[five][:, five])
    found = two_step_access(among, use["jobs"][five], use["population"][five])
    assert found.round(4).tolist() == [0.0152, 0.1491, 0.1491, 0.1068, 0]


def test_opportunities_of_belo_horizonte_as_published(belo_horizonte):
    """All 748,437 pairs: jobs and people within 30 minutes, schools by gravity, as its introduction prints."""
    table, use, number = belo_horizonte
    within = up_to(30, table)
    assert opportunities(within, use["jobs"])[:6].tolist() == [14561, 29452, 16647, 10700, 6669, 37029]
    assert opportunities(sparse.csr_array(within.T), use["population"])[:6].tolist() == [
        11053, 31903, 12488, 14474, 15053, 69582,
    ]  # fmt: skip
    schools = opportunities(table, use["schools"], exponential(0.2))[[number[one] for one in FIVE]]
    assert schools.round(8).tolist() == [0.03041853, 1.15549493, 0.56519126, 0.19852152, 0.41378042]


def test_a_kernel_runs_where_nothing_can_be_cached(monkeypatch):
    """A read-only package and no home: numba finds no place for machine code, and the kernel is compiled anyway."""
    from numba.core.caching import CacheImpl

    from luoshu.methods.compiled import compiled

    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert compiled(lambda x: x + 1)(1) == 2
