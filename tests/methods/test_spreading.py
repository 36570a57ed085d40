"""Spreading: totals are kept exactly, nothing stands where there is no point, the same answer every time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.methods.spreading import cells_over, centre_scale, metres_from, spread, towns_over, whole


@st.composite
def areas(draw):
    """Some areas with totals, and points in them (or in none) with weights."""
    count = draw(st.integers(1, 6))
    points = draw(st.integers(0, 40))
    totals = draw(st.lists(st.integers(0, 10**9), min_size=count, max_size=count))
    where = draw(st.lists(st.integers(-1, count - 1), min_size=points, max_size=points))
    weights = draw(st.lists(st.sampled_from([0.0, 1.0, 1.0, 0.25, 1e-9, 1e9, 3.7]), min_size=points, max_size=points))
    return totals, where, weights


@given(areas())
def test_every_total_is_kept_or_named(drawn):
    totals, where, weights = drawn
    found = spread(totals, where, weights)
    at = np.array(where, dtype=int)
    assert (found.values >= 0).all()
    assert (found.values[at < 0] == 0).all()
    for area, total in enumerate(totals):
        if area in found.unplaced:
            assert total > 0
            assert area not in where
        else:
            assert found.values[at == area].sum() == pytest.approx(total, rel=1e-12)
    again = spread(totals, where, weights)
    assert (found.values == again.values).all()


@given(areas())
def test_whole_people_add_up_exactly_and_are_nobody_s_half(drawn):
    totals, where, weights = drawn
    found = spread(totals, where, weights)
    people = whole(totals, where, found.values)
    at = np.array(where, dtype=int)
    assert (people == np.round(people)).all()
    assert (np.abs(people - found.values) < 1 + 1e-6).all()
    for area, total in enumerate(totals):
        if area in where:
            assert people[at == area].sum() == total


def test_equal_remainders_go_to_the_first():
    assert whole([2], [0, 0, 0], [2 / 3] * 3).tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match="whole totals"):
        whole([2.5], [0], [2.5])


@pytest.mark.parametrize("bad", [[-1.0], [np.nan], [np.inf]])
def test_nonsense_is_refused(bad):
    with pytest.raises(ValueError, match="zero or more"):
        spread(bad, [0], [1.0])
    with pytest.raises(ValueError, match="zero or more"):
        spread([1.0], [0], bad)
    with pytest.raises(ValueError, match="only 1"):
        spread([1.0], [1], [1.0])
    with pytest.raises(ValueError, match="needs both"):
        spread([1.0], [0, 0], [1.0])


@given(
    people=st.lists(st.floats(0, 2e6), min_size=1, max_size=4),
    side=st.integers(1, 12),
    density=st.floats(100, 40_000),
)
def test_towns_hold_their_people_however_small_the_area_is(people, side, density):
    x = np.repeat(np.arange(side) * 500.0, side)
    far = np.abs(x[None, :] - np.arange(len(people))[:, None] * 700.0)
    found = towns_over(far, people, density, 0.25)
    assert found.people.sum() == pytest.approx(sum(people), rel=1e-9, abs=1e-6)
    assert (found.people >= 0).all()
    assert np.isfinite(found.people).all()


def test_a_town_in_the_open_has_the_density_of_its_centre_and_thins_out_as_clark_says():
    grid = cells_over(112.0, 34.0, 112.6, 34.5, 500)
    middle = len(grid) // 2
    far = metres_from(grid.lon, grid.lat, grid.lon[[middle]], grid.lat[[middle]])
    found = towns_over(far, [100_000.0], 10_000.0, 0.25)
    scale = centre_scale([100_000.0], 10_000.0)[0]
    assert found.scale[0] == pytest.approx(scale, rel=0.05)
    assert found.people[middle] == pytest.approx(2500, rel=0.03)
    near = np.argmin(np.abs(far[0] - found.scale[0]))
    assert found.people[near] == pytest.approx(found.people[middle] * np.exp(-far[0, near] / found.scale[0]))


def test_cells_have_equal_areas_and_the_same_numbers_in_every_box():
    grid = cells_over(111.0, 33.5, 113.5, 35.2, 500)
    other = cells_over(112.0, 34.0, 112.3, 34.3, 500)
    known = {(r, c): (x, y) for r, c, x, y in zip(grid.row, grid.column, grid.lon, grid.lat, strict=True)}
    assert len(known) == len(grid)
    assert all(known[r, c] == (x, y) for r, c, x, y in zip(other.row, other.column, other.lon, other.lat, strict=True))
    for row in (grid.row.min(), grid.row.max()):
        x = np.sort(grid.lon[grid.row == row])
        y = grid.lat[grid.row == row][0]
        wide = np.radians(x[1] - x[0]) * np.cos(np.radians(y)) * 6371008.8
        assert wide == pytest.approx(500, rel=1e-9)


def test_grids_that_cannot_be_are_refused():
    for box in ((1, 0, 0, 1, 500), (0, 0, 1, 1, 0), (0, 80, 1, 90, 500), (-180, -80, 180, 80, 500)):
        with pytest.raises(ValueError, match=r"grid|cells"):
            cells_over(*box)
    assert len(cells_over(112.0, 34.0, 112.0001, 34.0001, 500)) <= 1
    with pytest.raises(ValueError, match="at least one cell"):
        towns_over(np.zeros((1, 0)), [1.0], 1.0, 1.0)
