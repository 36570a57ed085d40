"""Snapping and crossing: against the plain table of all points and all segments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.snap import crossings, segments, several, snap


@st.composite
def streets(draw):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 40))
    spread, long = draw(st.sampled_from([(100.0, 20.0), (5000.0, 300.0), (3000.0, 6000.0)]))
    ax, ay = random.random((2, count)) * spread
    bx, by = ax + random.normal(0, long, count), ay + random.normal(0, long, count) * (random.random(count) < 0.8)
    return random, (ax, ay, bx, by), spread


def table(ends, x, y):
    ax, ay, bx, by = ends
    dx, dy = bx - ax, by - ay
    square = np.maximum(dx**2 + dy**2, 1e-30)
    share = np.clip(((x[:, None] - ax) * dx + (y[:, None] - ay) * dy) / square, 0, 1)
    return np.hypot(x[:, None] - ax - share * dx, y[:, None] - ay - share * dy)


@settings(max_examples=100, deadline=None)
@given(streets(), st.sampled_from([np.inf, 400.0, 30.0]))
def test_the_nearest_segments_are_those_of_the_plain_table(town, within):
    random, ends, spread = town
    x, y = (random.random((2, 30)) * 3 - 1) * spread
    x[0] = np.nan
    all_metres = table(ends, x, y)
    far = np.sort(np.where(all_metres <= within, all_metres, np.inf), axis=1)
    edge, share, metres = snap(segments(*ends), x, y, within=within)
    assert edge[0] == -1
    assert metres[0] == np.inf
    np.testing.assert_allclose(metres[1:], far[1:, 0], atol=1e-6)
    there = np.flatnonzero(edge >= 0)
    at_x = ends[0][edge[there]] + share[there] * (ends[2] - ends[0])[edge[there]]
    at_y = ends[1][edge[there]] + share[there] * (ends[3] - ends[1])[edge[there]]
    np.testing.assert_allclose(np.hypot(x[there] - at_x, y[there] - at_y), metres[there], atol=1e-6)
    if np.isfinite(within):
        edge, _, metres = several(segments(*ends), x, y, 3, within=within)
        np.testing.assert_allclose(metres[1:, : far.shape[1]], far[1:, :3], atol=1e-6)
        assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in edge)


@settings(max_examples=60, deadline=None)
@given(streets())
def test_lines_cross_walls_where_shapely_says(town):
    shapely = pytest.importorskip("shapely")
    random, ends, spread = town
    px, py, qx, qy = random.random((4, 30)) * spread
    line, wall, share = crossings(segments(*ends), px, py, qx, qy)
    walls = shapely.linestrings(np.stack([np.stack(ends[:2], 1), np.stack(ends[2:], 1)], axis=1))
    lines = shapely.linestrings(np.stack([np.stack([px, py], 1), np.stack([qx, qy], 1)], axis=1))
    met = {(a, b) for a in range(30) for b in range(len(walls)) if shapely.intersects(lines[a], walls[b])}
    assert set(zip(line.tolist(), wall.tolist(), strict=True)) == met
    at = shapely.points(px[line] + share * (qx - px)[line], py[line] + share * (qy - py)[line])
    assert (shapely.distance(at, walls[wall]) < 1e-6 * spread).all()


def test_a_line_that_ends_at_a_wall_does_not_cross_it_and_a_corner_counts_once():
    walls = segments([0.0, 5.0], [0.0, 5.0], [5.0, 10.0], [5.0, 0.0])
    assert crossings(walls, [5.0], [9.0], [5.0], [5.0])[0].tolist() == []
    through = segments([0.0, 5.0], [5.0, 5.0], [5.0, 10.0], [5.0, 5.0])
    assert crossings(through, [5.0], [9.0], [5.0], [1.0])[0].tolist() == [0]


def test_bad_segments_are_refused():
    with pytest.raises(ValueError, match="finite"):
        segments([np.nan], [0.0], [1.0], [1.0])
    assert len(segments([], [], [], [])) == 0
    assert snap(segments([], [], [], []), [1.0], [1.0])[0].tolist() == [-1]
