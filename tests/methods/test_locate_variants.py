"""Siting with costs, seats, spacing and years: small towns against all choices counted out, and odd cases."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from luoshu.methods.locate import maximal_cover, p_center, p_median, phased_cover, set_cover, too_near

some = settings(max_examples=12, deadline=None)


@st.composite
def towns(draw):
    """Minutes from up to 5 sites to up to 7 homes, people, seats, costs, what stands, who excludes whom, a limit."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sites, homes = int(random.integers(1, 6)), int(random.integers(1, 8))
    times = random.integers(0, 12, (sites, homes)).astype(float)
    times[random.random((sites, homes)) < draw(st.sampled_from([0.0, 0.3]))] = np.inf
    seats = random.integers(1, 14, sites).astype(float)
    seats[random.random(sites) < 0.1] = np.inf
    costs = random.integers(1, 5, sites).astype(float)
    standing = [0] if sites > 1 and draw(st.booleans()) else []
    pairs = np.triu(random.random((sites, sites)) < draw(st.sampled_from([0.0, 0.3])), 1)
    p = int(min(random.integers(1, 4), sites - len(standing)))
    money = float(random.integers(0, 9))
    limits = draw(st.sampled_from([{"p": p}, {"budget": money, "costs": costs}]))
    return times, random.integers(0, 5, homes).astype(float), seats, costs, standing, pairs, limits


def choices(town):
    """All sets of new sites that limits and spacing allow; the existing ones with them."""
    times, _, _, costs, standing, pairs, limits = town
    both = pairs | pairs.T
    free = [site for site in range(len(times)) if site not in standing]
    for number in range(len(free) + 1):
        for new in itertools.combinations(free, number):
            new = list(new)
            alone = not both[np.ix_(new, new)].any() and not both[np.ix_(new, standing)].any()
            if alone and number <= limits.get("p", 99) and costs[new].sum() <= limits.get("budget", 99):
                yield new, new + standing


def seated(times, people, seats, opened):
    """The most people that find a seat at these sites, and their least minutes if all do (else infinity)."""
    pairs = [(site, home) for site in opened for home in range(len(people)) if np.isfinite(times[site, home])]
    if not pairs:
        return 0.0, 0.0 if not people.any() else np.inf
    rows = [[float(pair[0] == site) for pair in pairs] for site in opened]
    rows += [[float(pair[1] == home) for pair in pairs] for home in range(len(people))]
    most = [min(seats[site], 1e6) for site in opened] + list(people)
    number = -linprog(-np.ones(len(pairs)), A_ub=rows, b_ub=most).fun
    if number < people.sum() - 1e-6:
        return number, np.inf
    ways = [times[pair] for pair in pairs]
    return number, linprog(ways, A_ub=rows, b_ub=most, A_eq=[np.ones(len(pairs))], b_eq=[people.sum()]).fun


def check(answer, best, *, smaller_is_better):
    """The best of all choices was found, and the bound does not lie."""
    assert answer.objective == best or answer.objective == pytest.approx(best, abs=1e-5)
    if smaller_is_better:
        assert answer.bound <= best + 1e-5
    else:
        assert answer.bound >= best - 1e-5
    assert answer.proven or best == np.inf


def check_seats(answer, times, people, seats):
    table = answer.assigned.toarray()
    assert (table.sum(axis=1) <= seats + 1e-6).all()
    assert (table.sum(axis=0) <= people + 1e-6).all()
    assert (table[~np.isfinite(times)] == 0).all()
    short = people - table.sum(axis=0) > 1e-6
    assert set(np.flatnonzero(short)) <= set(answer.unserved)


@some
@given(towns())
def test_maximal_cover_with_spacing_and_seats(town):
    times, people, seats, _, standing, pairs, limits = town
    reach = times <= 6
    near = np.where(reach, times, np.inf)
    open_to_all = max(people[reach[opened].any(axis=0)].sum() if opened else 0.0 for _, opened in choices(town))
    check(maximal_cover(reach, people, existing=standing, apart=pairs, **limits), open_to_all, smaller_is_better=False)
    answer = maximal_cover(reach, people, existing=standing, apart=pairs, capacity=seats, **limits)
    check(answer, max(seated(near, people, seats, opened)[0] for _, opened in choices(town)), smaller_is_better=False)
    check_seats(answer, near, people, seats)
    assert answer.objective <= open_to_all + 1e-9
    assert answer.assigned.sum() == pytest.approx(answer.objective)


@some
@given(towns())
def test_p_median_with_costs_spacing_and_seats(town):
    times, people, seats, _, standing, pairs, limits = town
    can = np.isfinite(times).any(axis=0) & (people > 0)
    sums = [
        (np.where(can, times[opened].min(axis=0), 0.0) @ people if opened else (np.inf if can.any() else 0.0))
        for _, opened in choices(town)
    ]
    check(p_median(times, people, existing=standing, apart=pairs, **limits), min(sums), smaller_is_better=True)
    there = np.where(can, people, 0.0)
    best = min(seated(times, there, seats, opened)[1] for _, opened in choices(town))
    answer = p_median(times, people, existing=standing, apart=pairs, capacity=seats, **limits)
    check(answer, best, smaller_is_better=True)
    if np.isfinite(best):
        check_seats(answer, times, people, seats)


@some
@given(towns())
def test_set_cover_with_spacing_and_seats(town):
    times, people, seats, costs, standing, pairs, _ = town
    reach = times <= 6
    near = np.where(reach, times, np.inf)
    town = (*town[:-1], {})
    can = reach.any(axis=0)
    whole = [costs[new].sum() for new, opened in choices(town) if opened and (reach[opened].any(axis=0) == can).all()]
    whole += [0.0] if not can.any() else []
    check(set_cover(reach, costs, existing=standing, apart=pairs), min(whole, default=np.inf), smaller_is_better=True)
    need = seated(near, people, seats, list(range(len(times))))[0]
    full = [costs[new].sum() for new, opened in choices(town) if seated(near, people, seats, opened)[0] > need - 1e-6]
    answer = set_cover(reach, costs, existing=standing, apart=pairs, weights=people, capacity=seats)
    check(answer, min(full, default=np.inf), smaller_is_better=True)
    if full:
        check_seats(answer, near, people, seats)


@some
@given(towns())
def test_p_center_with_costs_spacing_and_seats(town):
    times, people, seats, _, standing, pairs, limits = town
    can = np.isfinite(times).any(axis=0)
    longest = [
        times[opened].min(axis=0)[can].max(initial=0.0) if opened else (np.inf if can.any() else 0.0)
        for _, opened in choices(town)
    ]
    check(p_center(times, existing=standing, apart=pairs, **limits), min(longest), smaller_is_better=True)
    there = np.where(can, people, 0.0)
    radii = [0.0, *np.unique(times[np.isfinite(times)]).tolist()]

    def least(opened):
        within = (np.where(times <= radius, times, np.inf) for radius in radii)
        fits = (seated(table, there, seats, opened)[0] > there.sum() - 1e-6 for table in within)
        return next((radius for radius, fit in zip(radii, fits, strict=True) if fit), np.inf)

    best = min(least(opened) for _, opened in choices(town))
    check(
        p_center(times, people, existing=standing, apart=pairs, capacity=seats, **limits), best, smaller_is_better=True
    )


@some
@given(towns(), st.integers(1, 3), st.booleans(), st.sampled_from([0.0, 0.1]), st.sampled_from([20, 40_000_000]))
def test_phases_are_the_best_of_all_orders(town, span, carry, discount, entries):
    times, people, _, costs, standing, pairs, _ = town
    reach, both = times[:4] <= 6, (pairs | pairs.T)[:4, :4]
    costs = costs[: len(reach)]
    random = np.random.default_rng(int(costs.sum()) + span)
    counts, budgets = random.integers(0, 3, span), random.integers(0, 8, span).astype(float)
    answer = phased_cover(
        reach, people, counts=counts, budgets=budgets, costs=costs, existing=standing, apart=both, carry=carry,
        discount=discount, entries=entries,
    )  # fmt: skip
    sums = np.cumsum if carry else np.asarray
    best = 0.0
    for years in itertools.product(range(span + 1), repeat=len(reach)):
        built = np.array(years)
        new = np.flatnonzero(built < span)
        if any(site in new for site in standing) or both[np.ix_(new, [*new, *standing])].any():
            continue
        each = [(built == year) for year in range(span)]
        if (sums([one.sum() for one in each]) > sums(counts)).any():
            continue
        if (sums([costs[one].sum() for one in each]) > sums(budgets)).any():
            continue
        served = [people[reach[[*np.flatnonzero(built <= year), *standing]].any(axis=0)].sum() for year in range(span)]
        best = max(best, float(np.asarray(served) @ (1 + discount) ** -np.arange(span)))
    assert answer.bound >= best - 1e-6
    assert answer.objective == pytest.approx(answer.served @ (1 + discount) ** -np.arange(span))
    assert (sums(answer.spent) <= sums(budgets) + 1e-9).all()
    if entries > 100:
        assert answer.objective == pytest.approx(best)
        assert answer.proven


@some
@given(towns())
def test_more_money_and_more_room_never_serve_fewer(town):
    times, people, seats, costs, standing, pairs, _ = town
    reach = times <= 6
    last = -1.0
    for budget in (0.0, 3.0, 6.0, 12.0):
        answer = maximal_cover(reach, people, costs=costs, budget=budget, existing=standing, capacity=seats)
        spaced = maximal_cover(
            reach, people, costs=costs, budget=budget, existing=standing, capacity=seats, apart=pairs
        )
        assert answer.objective >= max(last, spaced.objective) - 1e-9
        assert answer.cost <= budget
        last = answer.objective


def test_large_towns_keep_to_their_limits_and_bounds():
    """No proof asked: bound and limits hold where the town is too large to be finished exactly."""
    random = np.random.default_rng(5)
    homes, sites = random.random((900, 2)) * 100, random.random((90, 2)) * 100
    times = np.hypot(*(sites[:, None] - homes[None]).transpose(2, 0, 1))
    people, costs = random.integers(1, 9, 900).astype(float), random.integers(1, 6, 90).astype(float)
    seats = random.integers(200, 600, 90).astype(float)
    near = too_near(sites[:, 0], sites[:, 1], 12)
    spaced = [
        maximal_cover(times <= 15, people, p=12, apart=near, seconds=0, shakes=500),
        maximal_cover(times <= 15, people, budget=30, costs=costs, capacity=seats, apart=near, seconds=0, shakes=50),
        phased_cover(times <= 15, people, budgets=[12, 9, 9], costs=costs, apart=near, seconds=0, shakes=500),
        p_median(times, people, p=12, apart=near, seconds=0, rounds=300),
    ]
    assert not any(near[answer.sites][:, answer.sites].nnz for answer in spaced)
    for answer in (*spaced, p_median(times, people, budget=30, costs=costs, seconds=0, rounds=300)):
        assert 0 <= answer.gap < 0.1, answer
        assert answer.cost <= 30


def test_nobody_to_serve_nothing_to_choose_all_standing():
    reach = np.array([[True, False], [False, False]])
    assert maximal_cover(reach, [0, 0], p=1).objective == 0
    assert maximal_cover(reach, [3, 4], p=0, existing=[0, 1], capacity=2).objective == 2
    assert maximal_cover(reach, [3, 4], budget=0, capacity=[2, 2]).sites.tolist() == []
    assert maximal_cover(reach, [3, 4], p=2, capacity=[0, 9]).objective == 0
    assert maximal_cover(reach, [3, 4], p=1, existing=[0], apart=np.ones((2, 2), dtype=bool)).sites.tolist() == []
    assert set_cover(reach, weights=[3, 4], capacity=2).unserved.tolist() == [0, 1]
    assert set_cover(reach, [5, 5], existing=[0], weights=[3, 4], capacity=9).objective == 0
    assert p_median([[1.0, 2.0]], [3, 4], p=1, capacity=5).objective == np.inf
    assert p_median([[1.0, np.inf]], [1, 4], p=1, capacity=5).unserved.tolist() == [1]
    assert p_median([[1.0, 2.0]], budget=0, costs=[1]).objective == np.inf
    assert p_center([[1.0, 2.0]], budget=0, costs=[1]).objective == np.inf
    assert p_center([[1.0, 2.0]], [3, 4], p=1, capacity=7).objective == 2
    years = phased_cover(reach, [3, 4], counts=[0, 0], existing=[0])
    assert (years.served.tolist(), years.sites.tolist(), years.unserved.tolist()) == ([3, 3], [], [1])
    assert phased_cover(reach, [3, 4], counts=[5, 5]).objective == 6


def test_too_near_is_measured_in_metres_and_refuses_places_unknown():
    pairs = too_near([112.40, 112.41, 112.60], [34.6, 34.6, 34.6], 1000, degrees=True)
    assert pairs.toarray().nonzero()[0].tolist() == [0, 1]
    assert too_near([0, 3], [0, 4], 5).nnz == 0  # exactly that far is far enough
    assert too_near([0, 0], [0, 0], 1).nnz == 2
    with pytest.raises(ValueError, match="no coordinates"):
        too_near([np.nan], [1.0], 5)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda r: maximal_cover(r, p=1, capacity=[1]), "capacity must have 2 values"),
        (lambda r: maximal_cover(r, p=1, capacity=[1, -1]), "and is -1.0 at place 1"),
        (lambda r: maximal_cover(r, p=1, capacity=[np.nan, 1]), "and is nan at place 0"),
        (lambda r: maximal_cover(r, p=1, apart=np.ones((3, 3), dtype=bool)), "apart must be 2 by 2"),
        (lambda r: set_cover(r, weights=[1], capacity=1), "weights must have 2 values"),
        (lambda r: p_center([[1.0]], p=1, budget=2), "not both"),
        (lambda r: p_median([[1.0]]), "Say how many sites"),
        (lambda r: phased_cover(r), "Say how many sites may be built in each year"),
        (lambda r: phased_cover(r, counts=[1, -1]), "in year 1"),
        (lambda r: phased_cover(r, counts=[0.5]), "counts must be whole"),
        (lambda r: phased_cover(r, counts=3), "one value for each year"),
        (lambda r: phased_cover(r, counts=[1], budgets=[1, 2], costs=[1, 1]), "same number of years"),
        (lambda r: phased_cover(r, counts=[1], discount=-1), "discount is -1"),
        (lambda r: phased_cover(r, [[1, 1], [1, 1]], counts=[1]), "weights has 2 years"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(np.ones((2, 2), dtype=bool))
    with pytest.raises(TypeError, match="true and false"):
        maximal_cover(np.ones((2, 2), dtype=bool), p=1, apart=np.ones((2, 2)))
