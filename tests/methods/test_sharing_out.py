"""Sharing out: against sums worked by hand, and the same whatever unit things are counted in."""

import numpy as np
import pytest

from luoshu.methods.sharing_out import share_out, top_up

UNITS = (1e-6, 1.0, 1e5, 1e9, 1e15)


def test_what_comes_too_late_is_missing_at_its_moment_only():
    """Ten needed at hours 4 and 8; six are there at 2, the rest at 6: four tenths lack at the first moment."""
    out = share_out([6, 4], [[2], [6]], [[10, 10]], [4, 8])
    assert out.missing == pytest.approx(0.2)
    assert out.short.tolist() == [[4.0, 0.0]]


def test_of_equal_plans_the_fairest():
    out = share_out([10], [[1, 1]], [[10], [30]], [4])
    assert out.given[0] == pytest.approx([2.5, 7.5], rel=1e-4)


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_changes_nothing(unit):
    random = np.random.default_rng(8)
    have, when = random.integers(1, 30, 6) * 1.0, random.uniform(0, 12, (6, 5))
    need = np.cumsum(random.integers(1, 12, (5, 3)), axis=1) * 1.0
    lasts = np.array([np.inf, np.inf, 5.0, np.inf, 9.0, np.inf])
    at = [3.0, 6.0, 12.0]
    one = share_out(have, when, need, at, lasts=lasts)
    other = share_out(have * unit, when, need * unit, at, lasts=lasts)
    assert other.missing == pytest.approx(one.missing, abs=1e-6)
    assert (other.given.sum(axis=1) <= have * unit * (1 + 1e-6)).all()
    more = random.uniform(0, 6, (2, 5))
    cheap = top_up(have, when, need, at, more, [1.0, 2.0], lasts=lasts, allowed=one.missing / 2)
    same = top_up(have * unit, when, need * unit, at, more, [1.0, 2.0], lasts=lasts, allowed=one.missing / 2)
    assert np.isfinite(same.cost) == np.isfinite(cheap.cost)
    if np.isfinite(cheap.cost):
        assert same.cost == pytest.approx(cheap.cost * unit, rel=1e-4)


def test_far_more_than_enough_is_enough():
    """Thirty million litres needed, a thousand million there in time (found by a reviewer: 25 % was said)."""
    need = np.cumsum(np.tile([[1.75e7], [1.25e7]], (1, 4)), axis=1)
    out = share_out([1e9], [[1.2, 1.9]], need, [8.0, 24.0, 48.0, 72.0])
    assert out.missing == 0


@pytest.mark.parametrize("seed", range(25))
def test_a_hamlet_beside_a_city_counts_and_nobody_gives_what_he_has_not(seed):
    """Needs and stocks from millionths to thousand millions in one problem (solvers broke off or overdrew such)."""
    random = np.random.default_rng(seed)
    have = random.integers(0, 30, 5) * 10.0 ** random.integers(-6, 10, 5)
    need = np.cumsum(random.integers(0, 12, (4, 3)), axis=1) * 10.0 ** random.integers(-6, 10, (4, 1))
    when = np.where(random.random((5, 4)) < 0.2, np.inf, random.uniform(0, 12, (5, 4)))
    lasts = np.where(random.random(5) < 0.7, np.inf, 5.0)
    at = np.array([3.0, 6.0, 12.0])
    least, fair = (share_out(have, when, need, at, lasts=lasts, fair=fair) for fair in (False, True))
    for out in (least, fair):
        come = (out.given[:, :, None] * (when[:, :, None] <= at)).sum(axis=0)
        short = np.maximum(need - come, 0.0)
        assert out.missing == pytest.approx((short.sum(axis=0) / need.sum(axis=0)).mean(), abs=3e-6)
        assert (out.given.sum(axis=1) <= have * (1 + 1e-12)).all()
    assert fair.missing == least.missing
    cheap = top_up(have, when, need, at, when[:2], [1e-6, 1e9], lasts=lasts, allowed=least.missing / 2)
    if np.isfinite(cheap.cost):
        more = share_out(np.append(have, cheap.units), np.vstack([when, when[:2]]), need, at,
                         lasts=np.append(lasts, [np.inf, np.inf]), fair=False)  # fmt: skip
        assert more.missing <= least.missing / 2 + 3e-6
