"""Minutes without streets: against the haversine formula, what is out of reach, and that every figure is told."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book.book import open_book
from luoshu.kinds.barrier import Wall
from luoshu.kinds.travel import travel
from luoshu.kinds.travel_speed import DEFAULTS, speeds
from luoshu.methods.sphere import great_circle

DAY = date(2025, 12, 31)


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    return open_book(tmp_path)


def places(random, count):
    return 112.4 + random.random(count) / 10, 34.6 + random.random(count) / 10


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([5.0, 15.0, np.inf]))
def test_straight_minutes_are_the_haversine_times_the_factor(tmp_path_factory, seed, within):
    folder = tmp_path_factory.mktemp("book")
    (folder / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    way = travel(open_book(folder), "walk", "old", DAY)
    random = np.random.default_rng(seed)
    homes, sites = places(random, 40), places(random, 7)
    metres = np.array(
        [great_circle(*homes, np.full(40, lon), np.full(40, lat)) for lon, lat in zip(*sites, strict=True)]
    )
    table = metres * 1.3 / (0.97 * 60)
    table[table > within] = np.inf
    minutes, which = way.nearest(*homes, *sites, within)
    np.testing.assert_allclose(minutes, table.min(axis=0), rtol=1e-7)
    np.testing.assert_array_equal(which, np.where(np.isinf(minutes), -1, table.argmin(axis=0)))
    reach = way.reach(*homes, *sites, within)
    full = np.full((7, 40), np.inf)
    full[np.repeat(np.arange(7), np.diff(reach.indptr)), reach.indices] = reach.data
    np.testing.assert_allclose(full, table, rtol=1e-7)


def test_a_place_without_coordinates_is_out_of_reach_and_a_home_at_the_door_is_a_stored_zero(book):
    way = travel(book, "walk", "adult", DAY)
    assert way.estimate
    minutes, which = way.nearest([112.4, np.nan, 112.4], [34.6, 34.6, np.nan], [np.nan, 112.4], [34.6, 34.6])
    assert minutes.tolist() == [0.0, np.inf, np.inf]
    assert which.tolist() == [1, -1, -1]
    reach = way.reach([112.4, np.nan], [34.6, 34.6], [np.nan, 112.4], [34.6, 34.6], 10.0)
    assert (reach.shape, reach.nnz, reach.indices.tolist(), reach.data.tolist()) == ((2, 2), 1, [0], [0.0])
    assert way.nearest([112.4], [34.6], [], [])[1].tolist() == [-1]
    assert way.reach([112.4], [34.6], [], [], 10.0).shape == (0, 1)
    assert way.badly_snapped([112.4, np.nan], [34.6, 34.6]).tolist() == [0.0, np.inf]


def test_the_estimate_names_factor_and_speed_and_who_says_so(book):
    told = " ".join(reason.says for reason in travel(book, "walk", "adult", DAY).because)
    assert "estimate" in told
    assert "1.3" in told
    assert "72 metres a minute" in told
    assert "FHWA" in told


def test_walls_that_the_estimate_does_not_see_are_told(book):
    laid = book.over({Wall: [Wall(id="w", wkt="LINESTRING (112 34, 113 34)", system="WGS-84")]})
    assert any("1 walls" in reason.says for reason in travel(laid, "walk", "adult", DAY).because)


def test_a_circle_has_the_radius_of_the_minutes(book):
    (area,) = travel(book, "walk", "adult", DAY).isochrone(112.4, 34.6, 10.0)
    ring = np.array(area["coordinates"][0])
    metres = great_circle(*ring.T, np.full(len(ring), 112.4), np.full(len(ring), 34.6))
    np.testing.assert_allclose(metres, 720 / 1.3, rtol=1e-9)
    assert travel(book, "walk", "adult", DAY).segments(112.4, 34.6, 10.0)["coordinates"] == []


def test_the_rule_in_force_on_the_day_counts_and_its_faults_are_listed(book):
    (book.folder / "rules").mkdir()
    (book.folder / "rules/speeds.yaml").write_text(
        "in_force:\n"
        "  2015-01-01: {source: 某标准, walk_metres_per_second: {adult: 1.0}, detour: {walk: 1.5}}\n"
        "  2024-01-01: {walk_metres_per_second: {adult: 1.1}, cycle_km_per_hour: -3, speed: 4}\n",
        "utf-8",
    )
    book = open_book(book.folder)
    early, late = speeds(book, date(2020, 1, 1)), speeds(book, DAY)
    assert early.number("walk_metres_per_second", "adult") == 1.0
    assert early.number("walk_metres_per_second", "old") == 0.97
    assert travel(book, "walk", "adult", date(2020, 1, 1)).metres_per_minute == pytest.approx(60 / 1.5)
    assert "某标准" in travel(book, "walk", "adult", date(2020, 1, 1)).because[0].says
    assert late.number("walk_metres_per_second", "adult") == 1.1
    assert late.number("cycle_km_per_hour") == DEFAULTS["cycle_km_per_hour"]
    assert {problem.code for problem in late.problems} == {"bad-value", "unknown-field"}
    assert travel(book, "walk", "adult", DAY).because[1].source.file == "rules/speeds.yaml"
    assert speeds(book, date(2014, 1, 1)).written == frozenset()


@pytest.mark.parametrize(("mode", "walker"), [("fly", "adult"), ("walk", "dog")])
def test_other_modes_and_walkers_are_refused(book, mode, walker):
    with pytest.raises(ValueError, match="must be one of"):
        travel(book, mode, walker, DAY)
