"""Contiguous units: against every grouping of small towns, what must hold in large ones, and what is refused."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.adjoining import adjoining, neighbours
from luoshu.methods.contiguity import even_units, max_units
from luoshu.methods.unit_choice import units_within
from luoshu.methods.unit_groups import most_possible


@st.composite
def towns(draw, most=7):
    """A small invented town: pairs that adjoin, sizes, years, costs."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    areas = draw(st.integers(1, most))
    pairs = np.array([pair for pair in combinations(range(areas), 2) if random.random() < 0.4]).reshape(-1, 2)
    size, cost = random.integers(1, 7, areas).astype(float), random.integers(0, 7, areas).astype(float)
    return pairs.astype(int), size, random.integers(1980, 1990, areas).astype(float), cost


def holds_together(members, pairs):
    reached, members = {members[0]}, set(members)
    while True:
        more = {b for a, b in [*pairs, *[pair[::-1] for pair in pairs]] if a in reached and b in members} - reached
        if not more:
            return reached == members
        reached |= more


def groupings(areas):
    """Every way to put some areas into units."""
    if not areas:
        yield []
        return
    first, rest = areas[0], areas[1:]
    yield from groupings(rest)
    for number in range(len(rest) + 1):
        for others in combinations(rest, number):
            for more in groupings([area for area in rest if area not in others]):
                yield [[first, *others], *more]


def allowed(pairs, size, least, most):
    pairs = [tuple(pair) for pair in pairs.tolist()]
    for units in groupings(list(range(len(size)))):
        if all(least <= size[unit].sum() <= most and holds_together(unit, pairs) for unit in units):
            yield units


def judged(found, pairs, size, least, most):
    """What must hold of every answer: contiguous units within the limits, each area in one at most."""
    pairs = [tuple(pair) for pair in pairs.tolist()]
    assert found.unit.shape == size.shape
    for name in range(found.count):
        members = np.flatnonzero(found.unit == name)
        assert len(members)
        assert least - 1e-6 <= size[members].sum() <= most + 1e-6
        assert holds_together(members.tolist(), pairs)


@settings(max_examples=60, deadline=None)
@given(towns(), st.integers(1, 12), st.sampled_from([np.inf, 3.0, 8.0]))
def test_small_towns_are_grouped_as_well_as_can_be(town, least, span):
    pairs, size, year, _ = town
    most = least + span
    found = max_units(pairs, size, least, most=most, value=year)
    judged(found, pairs, size, least, most)

    def unlike(units):
        return sum(abs(year[a] - year[b]) for unit in units for a, b in combinations(unit, 2))

    best = min(
        (-len(units), -sum(size[unit].sum() for unit in units), unlike(units))
        for units in allowed(pairs, size, least, most)
    )
    mine = [np.flatnonzero(found.unit == name).tolist() for name in range(found.count)]
    assert (-found.count, -size[found.unit >= 0].sum(), found.unlike) == pytest.approx(best)
    assert found.proven
    starts, ends = neighbours(pairs, len(size))
    whole = holds_together(list(range(len(size))), [tuple(pair) for pair in pairs.tolist()])
    assert unlike(mine) == pytest.approx(found.unlike)
    if whole:
        assert most_possible(starts, ends, size, least) >= found.count


@settings(max_examples=60, deadline=None)
@given(towns(6), st.integers(1, 9), st.sampled_from([np.inf, 4.0]), st.integers(0, 25))
def test_a_budget_is_spent_as_well_as_can_be(town, least, span, budget):
    pairs, size, _, cost = town
    most = least + span
    found = units_within(pairs, size, cost, budget, least=least, most=most)
    judged(found, pairs, size, least, most)
    taken = found.unit >= 0
    assert cost[taken].sum() <= budget + 1e-6
    assert size[taken].sum() == pytest.approx(found.objective)
    best = max(
        (sum(size[unit].sum() for unit in units) for units in allowed(pairs, size, least, most)
         if sum(cost[unit].sum() for unit in units) <= budget), default=0.0,
    )  # fmt: skip
    assert found.objective == pytest.approx(best)
    assert found.proven


def best_of_a_row(size, cost, budget, least, most):
    """The most that disjoint stretches of a row hold within a budget, by trying every choice of them."""

    def best(begin, left):
        if begin == len(size):
            return 0.0
        found = best(begin + 1, left)
        for end in range(begin + 1, len(size) + 1):
            held, price = size[begin:end].sum(), cost[begin:end].sum()
            if held > most or price > left:
                break
            if held >= least:
                found = max(found, held + best(end, left - price))
        return found

    return best(0, budget)


@pytest.mark.parametrize("areas", [8, 12, 16])
@pytest.mark.parametrize("seed", range(3))
def test_a_row_of_estates_is_finished_exactly_under_a_budget(areas, seed):
    random = np.random.default_rng(seed)
    size, cost = random.integers(50, 300, areas).astype(float), random.integers(10, 100, areas) * 10_000.0
    pairs = np.column_stack([np.arange(areas - 1), np.arange(1, areas)])
    budget = 150_000.0 * areas
    found = units_within(pairs, size, cost, budget, least=300, most=600)
    judged(found, pairs, size, 300, 600)
    assert cost[found.unit >= 0].sum() <= budget
    assert found.objective == best_of_a_row(size, cost, budget, 300, 600)
    assert found.bound == found.objective


@settings(max_examples=40, deadline=None)
@given(towns(6), st.integers(1, 6))
def test_even_units_hold_all_areas_and_their_bound_is_one(town, count):
    pairs, size, _, _ = town
    every = [
        units for units in allowed(pairs, size, 0, np.inf) if sum(map(len, units)) == len(size) and len(units) == count
    ]
    if not every:
        with pytest.raises(ValueError, match="count is"):
            even_units(pairs, size, count)
        return
    found = even_units(pairs, size, count)
    judged(found, pairs, size, 0, np.inf)
    assert (found.unit >= 0).all()
    assert found.count == count
    best = min(max(size[unit].sum() for unit in units) for units in every)
    assert found.bound - 1e-6 <= best <= found.objective + 1e-6


def large(side, seed=3):
    """An invented town of `side` times `side` areas, a fifth of their borders closed."""
    random = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate([
        np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
        np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
    ])  # fmt: skip
    pairs = pairs[random.random(len(pairs)) < 0.8]
    return (
        pairs,
        random.integers(50, 600, side * side).astype(float),
        random.integers(1975, 2001, side * side).astype(float),
    )


@pytest.mark.parametrize("most", [np.inf, 3000.0])
def test_a_large_town_keeps_what_must_hold(most):
    pairs, size, year = large(25)
    found = max_units(pairs, size, 1500, most=most, value=year)
    judged(found, pairs, size, 1500, most)
    assert 0.9 * found.bound <= found.count <= found.bound
    mixed = max_units(pairs, size, 1500, most=most)
    assert found.count == mixed.count
    assert found.unlike < 0.95 * sum(
        abs(year[a] - year[b])
        for name in range(mixed.count)
        for a, b in combinations(np.flatnonzero(mixed.unit == name), 2)
    )
    again = max_units(pairs, size, 1500, most=most, value=year)
    np.testing.assert_array_equal(found.unit, again.unit)
    cost = size * 3
    paid = units_within(pairs, size, cost, 0.3 * cost.sum(), least=1500, most=most)
    judged(paid, pairs, size, 1500, most)
    assert cost[paid.unit >= 0].sum() <= 0.3 * cost.sum()
    even = even_units(pairs, size, 40)
    judged(even, pairs, size, 0, np.inf)


def test_areas_adjoin_across_a_street():
    from shapely import box, points

    blocks = [box(0, 0, 100, 100), box(125, 0, 225, 100), box(300, 0, 400, 100), points(420, 50)]
    assert adjoining(blocks, 30).tolist() == [[0, 1], [2, 3]]
    assert adjoining(blocks, 0).tolist() == []
    assert adjoining([], 30).shape == (0, 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: max_units([[0, 5]], [1, 1], 1), "pairs names area 5"),
        (lambda: max_units([[0, 1]], [1, -1], 1), "size holds a negative"),
        (lambda: max_units([[0, 1]], [1, 1], 0), "least is 0"),
        (lambda: max_units([[0, 1]], [1, 1], 3, most=2), "less than least"),
        (lambda: max_units([[0, 1]], [1, 1], 1, value=[np.nan, 1]), "finite values"),
        (lambda: even_units([[0, 1]], [1, 1], 3), "count is 3"),
        (lambda: units_within([[0, 1]], [1, 1], [1, 1], -1, least=1), "budget is -1"),
        (lambda: adjoining([], -1), "gap is -1"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_town_of_nothing_and_one_that_is_too_small():
    assert max_units([], [], 5).count == 0
    small = max_units([[0, 1]], [1, 1], 5)
    assert (small.unit.tolist(), small.bound, small.proven) == ([-1, -1], 0, True)
    assert units_within([], [3.0, 1.0], [1, 1], 0, least=1).unit.tolist() == [-1, -1]
