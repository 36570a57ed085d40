"""Ways that are cut together: each with its own chance, two with the chance of Sheppard's formula."""

from math import asin, pi

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from luoshu.methods.cut_together import Trouble

COUNT = 40_000


@pytest.fixture(scope="module")
def field():
    return Trouble(starts=[[0, 0], [60, 0]], ends=[[30, 2], [30, -2], [0, 80], [3, 1]], reach=25)


def random():
    return np.random.default_rng(7)


@pytest.mark.parametrize("chance", [0.05, 0.2, 0.5, 0.9])
def test_each_way_is_cut_with_its_own_chance(field, chance):
    cut = field.cases(chance, COUNT, random())
    sure = 4 * (chance * (1 - chance) / COUNT) ** 0.5
    assert np.abs(cut.mean(axis=0) - chance).max() < sure


def test_two_ways_are_cut_together_as_sheppard_says(field):
    """P(both above the median) = 1/4 + asin(rho) / 2 pi (Sheppard 1899)."""
    cut = field.cases(0.5, COUNT, random())
    for one, two in (((0, 0), (0, 1)), ((0, 0), (1, 0)), ((0, 2), (1, 1)), ((0, 3), (0, 0))):
        both = (cut[:, one[0], one[1]] & cut[:, two[0], two[1]]).mean()
        assert both == pytest.approx(0.25 + asin(field.correlation(one, two)) / (2 * pi), abs=0.012)


def test_rare_cuts_go_together_as_the_normal_distribution_of_two_says(field):
    cut, chance = field.cases(0.1, COUNT, random()), 0.1
    rho = field.correlation((0, 0), (0, 1))
    both = (cut[:, 0, 0] & cut[:, 0, 1]).mean()
    expected = multivariate_normal.cdf([norm.ppf(chance)] * 2, cov=[[1, rho], [rho, 1]])
    assert both == pytest.approx(expected, abs=0.008)
    assert both > 5 * chance**2


def test_the_correlation_of_short_ways_is_that_of_the_field():
    """Two ways of no length lie at their points: exp(-distance / reach)."""
    spots = [[0.0, 0.0], [10.0, 0.0], [0.0, 40.0]]
    field = Trouble(starts=spots, ends=spots, reach=20)
    assert field.correlation((0, 0), (1, 1)) == pytest.approx(np.exp(-0.5), abs=0.02)
    assert field.correlation((0, 0), (2, 2)) == pytest.approx(np.exp(-2.0), abs=0.02)


def test_no_reach_cuts_apart_and_an_endless_one_cuts_all_at_once():
    ends = [[1, 0], [2, 0], [3, 0]]
    apart = Trouble(starts=[[0, 0]], ends=ends, reach=0).cases(0.5, COUNT, random())[:, 0]
    assert apart.all(axis=1).mean() == pytest.approx(1 / 8, abs=0.01)
    alike = Trouble(starts=[[0, 0]], ends=ends, reach=np.inf).cases(0.3, 1000, random())[:, 0]
    assert (alike.all(axis=1) == alike.any(axis=1)).all()


def test_odd_maps():
    one = Trouble(starts=[[5, 5]], ends=[[5, 5]], reach=10).cases(0.5, 200, random())
    assert 0 < one.mean() < 1
    line = Trouble(starts=[[0, 0]], ends=[[100, 0], [50, 0]], reach=1).cases([[0.0, 1.0]], 50, random())
    assert not line[:, 0, 0].any()
    assert line[:, 0, 1].all()
    lost = Trouble(starts=[[0, 0]], ends=[[np.nan, np.nan], [1, 1]], reach=10)
    assert lost.correlation((0, 0), (0, 1)) == 0
    assert lost.cases(0.5, 10, random()).shape == (10, 1, 2)
    none = Trouble(starts=np.zeros((0, 2)), ends=[[1, 1]], reach=10)
    assert none.cases(0.5, 10, random()).shape == (10, 0, 1)
    with pytest.raises(ValueError, match="reach"):
        Trouble(starts=[[0, 0]], ends=[[1, 1]], reach=-1)
    with pytest.raises(ValueError, match="0 to 1"):
        one = Trouble(starts=[[0, 0]], ends=[[1, 1]], reach=1).cases(1.5, 1, random())
