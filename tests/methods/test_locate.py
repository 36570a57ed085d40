"""Siting: small towns against all choices counted out, published instances, and what is refused."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import shortest_path

from luoshu.methods.locate import coverage, maximal_cover, p_center, p_median, set_cover

SITING = Path(__file__).parents[3] / "shared/data/bench/siting"
published = pytest.mark.skipif(not SITING.exists(), reason="the published siting instances are not at hand")
slow_start = settings(max_examples=15, deadline=None)


@st.composite
def towns(draw):
    """Minutes from up to 7 sites to up to 9 homes, some without a way, and the people of the homes."""
    sites, homes = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    times = random.integers(0, 12, (sites, homes)).astype(float)
    times[random.random((sites, homes)) < draw(st.sampled_from([0.0, 0.3]))] = np.inf
    people = random.integers(0, 5, homes).astype(float)
    return times, people * (0.37 if draw(st.booleans()) else 1.0)


def choices(sites, number):
    return [list(choice) for choice in itertools.combinations(range(sites), number)]


@slow_start
@given(towns(), st.integers(0, 3), st.integers(0, 1))
def test_maximal_cover_is_the_best_of_all_choices(town, p, standing):
    times, people = town
    standing = [0][:standing]
    p = min(p, len(times) - len(standing))
    reach = coverage(times, 5)
    answer = maximal_cover(reach, people, p=p, existing=standing)
    best = max(
        people[(times[choice + standing] <= 5).any(axis=0)].sum() if choice + standing else 0.0
        for choice in choices(len(times), p)
    )
    assert answer.proven
    assert answer.objective == pytest.approx(best)
    assert answer.bound >= answer.objective
    assert len(answer.sites) <= p
    served = (times[[*answer.sites, *standing]] <= 5).any(axis=0)
    assert set(answer.unserved) == set(np.flatnonzero(~served))


@slow_start
@given(towns(), st.floats(0, 12))
def test_maximal_cover_keeps_to_the_budget(town, budget):
    times, people = town
    costs = np.arange(len(times)) % 4 + 1.5
    answer = maximal_cover(coverage(times, 5), people, costs=costs, budget=budget)
    best = max(
        people[(times[choice] <= 5).any(axis=0)].sum()
        for number in range(len(times) + 1)
        for choice in choices(len(times), number)
        if costs[choice].sum() <= budget
    )
    assert answer.cost <= budget
    assert answer.proven
    assert answer.objective == pytest.approx(best)


@slow_start
@given(towns(), st.integers(0, 1))
def test_set_cover_is_the_cheapest_of_all_choices(town, standing):
    times, _ = town
    standing = [0][:standing]
    reach = times <= 5
    costs = np.arange(len(times)) % 3 + 1.0
    answer = set_cover(reach, costs, existing=standing)
    can = reach.any(axis=0)
    best = min(
        costs[choice].sum()
        for number in range(len(times) + 1)
        for choice in choices(len(times), number)
        if reach[choice + standing].any(axis=0)[can].all()
    )
    assert answer.proven
    assert answer.objective == best
    assert answer.unserved.tolist() == np.flatnonzero(~can).tolist()


@slow_start
@given(towns(), st.integers(1, 3), st.integers(0, 1))
def test_p_median_and_p_center_are_the_best_of_all_choices(town, p, standing):
    times, people = town
    standing = [0][:standing]
    p = min(p, len(times) - len(standing))
    if p + len(standing) == 0:
        return
    can = np.isfinite(times).any(axis=0)
    sums, longest = [], []
    for choice in choices(len(times), p):
        nearest = times[choice + standing].min(axis=0)
        sums.append(np.where(people > 0, nearest * np.maximum(people, 1e-9), 0.0)[can & (people > 0)].sum())
        longest.append(nearest[can].max(initial=0.0))
    median = p_median(times, people, p=p, existing=standing)
    assert median.objective == pytest.approx(min(sums))
    assert median.proven or not np.isfinite(median.objective)
    center = p_center(times, p=p, existing=standing)
    assert center.objective == min(longest)
    assert center.proven or not np.isfinite(center.objective)


def test_an_unreachable_home_is_never_served():
    times = np.array([[0.0, np.inf], [3.0, np.inf]])
    assert maximal_cover(coverage(times, 10), [1, 100], p=2).objective == 1
    assert p_median(times, [1, 100], p=1).unserved.tolist() == [1]
    assert p_center(times, p=1).objective == 0
    apart = np.array([[0.0, np.inf], [np.inf, 0.0]])
    assert p_median(apart, p=1).objective == np.inf
    assert not p_median(apart, p=1).proven
    assert p_center(apart, p=1).objective == np.inf


def test_zero_minutes_are_within_reach():
    reach = sparse.csr_array((np.zeros(2), ([0, 1], [0, 1])), shape=(2, 2))
    assert maximal_cover(reach, p=2).objective == 2


def test_budget_of_zero_builds_nothing_and_existing_still_serve():
    reach = np.array([[True, False], [True, True]])
    answer = maximal_cover(reach, [3, 4], costs=[1, 1], budget=0, existing=[0])
    assert (answer.objective, answer.sites.tolist(), answer.proven) == (3, [], True)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda r: maximal_cover(r, p=3), "p is 3, and there are only 2 candidates"),
        (lambda r: maximal_cover(r, p=2, existing=[1]), "only 1 candidates that do not stand yet"),
        (lambda r: maximal_cover(r), "Say how many sites"),
        (lambda r: maximal_cover(r, [1, -1], p=1), "weights holds a negative value, at place 1"),
        (lambda r: maximal_cover(r, [np.nan, 1], p=1), "not a finite number, at place 0"),
        (lambda r: maximal_cover(r, [1], p=1), "weights must have 2 values"),
        (lambda r: maximal_cover(r, budget=np.nan), "budget is nan"),
        (lambda r: maximal_cover(r, p=1, existing=[5]), "existing names site 5"),
        (lambda r: maximal_cover(r, p=1, existing=[0, 0]), "names a site twice"),
        (lambda r: p_median([[1.0, np.nan]], p=1), "not a number"),
        (lambda r: p_median([[1.0, -2.0]], p=1), "negative minutes"),
        (lambda r: p_center([[1.0, 2.0]], p=2), "only 1 candidates"),
        (lambda r: p_center([[1.0, 2.0]], p=0), "There is no site"),
        (lambda r: set_cover(r, [1.0, np.inf]), "not a finite number"),
        (lambda r: coverage([[1.0]], np.nan), "minutes is nan"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(np.ones((2, 2), dtype=bool))
    with pytest.raises(TypeError, match="0 minutes"):
        maximal_cover(np.ones((2, 2)), p=1)


@published
@pytest.mark.parametrize("number", [1, 6, 10, 16, 20])
def test_p_median_of_the_or_library_is_proven(number):
    words = np.array((SITING / f"pmed/pmed{number}.txt").read_text().split(), dtype=int)
    nodes, edges, p = words[:3]
    table = np.full((nodes, nodes), np.inf)
    for a, b, length in words[3 : 3 + 3 * edges].reshape(edges, 3):
        table[a - 1, b - 1] = table[b - 1, a - 1] = length  # a repeated edge: the last line wins
    times = shortest_path(table, directed=False)
    best = dict(line.split() for line in (SITING / "pmed/pmedopt.txt").read_text().splitlines()[1:] if line.strip())
    answer = p_median(times, p=int(p))
    assert (answer.objective, answer.proven) == (float(best[f"pmed{number}"]), True)


@published
def test_set_cover_and_maximal_cover_as_published():
    words = np.array((SITING / "scp/scp41.txt").read_text().split(), dtype=int)
    rows, columns = words[:2]
    reach, place = np.zeros((columns, rows), dtype=bool), 2 + columns
    for row in range(rows):
        reach[words[place + 1 : place + 1 + words[place]] - 1, row] = True
        place += 1 + words[place]
    answer = set_cover(reach, words[2 : 2 + columns])
    assert (answer.objective, answer.proven) == (429, True)
    words = np.array((SITING / "mclp_sjc/SJC324.dat").read_text().split(), dtype=float)
    place = words[3:].reshape(-1, 2)
    people = np.array((SITING / "mclp_sjc/demand-SJC324.dat").read_text().split(), dtype=float)
    reach = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) <= words[2]
    answer = maximal_cover(reach, people, p=4)
    assert (answer.objective, answer.proven) == (12106, True)


@published
def test_san_francisco_as_published():
    """The lesson of spopt: sixteen stores, 205 tracts, 5 km; published are 8 stores for all and four as p-median."""
    with open(SITING / "spopt_sf/SF_network_distance_candidateStore_16_censusTract_205_new.csv") as file:
        pairs = list(csv.DictReader(file))
    stores = sorted({pair["name"] for pair in pairs})
    tracts = sorted({pair["DestinationName"] for pair in pairs})
    times = np.full((len(stores), len(tracts)), np.inf)
    people = np.zeros(len(tracts))
    for pair in pairs:
        home = tracts.index(pair["DestinationName"])
        times[stores.index(pair["name"]), home] = float(pair["distance"])
        people[home] = float(pair["demand"])
    answer = set_cover(times <= 5000)
    assert (answer.objective, answer.proven) == (8, True)
    median = p_median(times, people, p=4)
    assert median.proven
    assert p_center(times, p=4).proven
    assert maximal_cover(times <= 5000, people, p=4).objective == 875247
