"""Parts of streets within reach: against the minutes of places taken all along them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.doors import Doors, corner_minutes, nearest_site
from luoshu.methods.isochrone import lines_reached, parts_reached, shapes_around
from luoshu.methods.sphere import Plane
from luoshu.methods.ways import Ways


def at(link, share, minutes=None):
    """A door for each place, at once or after some minutes."""
    count = len(link)
    spent = np.zeros(count) if minutes is None else np.asarray(minutes, dtype=float)
    return Doors(places=count, place=np.arange(count), link=np.asarray(link), share=np.asarray(share), minutes=spent)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 3.1, 8.3, 1e3]))
def test_a_place_lies_on_a_part_exactly_where_its_minutes_suffice(seed, minutes):
    random = np.random.default_rng(seed)
    nodes, links = random.integers(2, 9), random.integers(1, 14)
    x, y = random.random((2, nodes)) * 100
    forth, back = random.integers(0, 9, (2, links)) * 1.0
    forth[random.random(links) < 0.25] = np.inf
    back[random.random(links) < 0.25] = np.inf
    tail, head = random.integers(0, nodes, (2, links))
    way = Ways(x=x, y=y, tail=tail, head=head, forth=forth, back=back)
    road = way.toward()
    sites = at(random.integers(0, links, 3), random.choice([0.0, 0.3, 1.0, 0.77], 3), random.integers(0, 3, 3))
    time = corner_minutes(way, road, sites, minutes)
    link, begin, end = parts_reached(way, time, sites, minutes)
    assert ((begin >= 0) & (end <= 1) & (begin < end)).all()
    along = (np.arange(40) + 0.5) / 40
    places = at(np.repeat(np.arange(links), 40), np.tile(along, links))
    needed, _ = nearest_site(way, road, places, sites)
    inside = np.zeros(len(needed), dtype=bool)
    edge = np.zeros(len(needed), dtype=bool)
    for one, low, high in zip(link, begin, end, strict=True):
        on = places.link == one
        inside |= on & (places.share >= low - 1e-9) & (places.share <= high + 1e-9)
        edge |= on & (np.minimum(abs(places.share - low), abs(places.share - high)) < 1e-6)
    unsure = edge | (abs(needed - minutes) < 1e-9)
    np.testing.assert_array_equal(inside[~unsure], (needed <= minutes)[~unsure])
    for number in range(links):  # parts of one link do not overlap
        mine = np.flatnonzero(link == number)
        assert (begin[mine][1:] > end[mine][:-1]).all()
    lines = lines_reached(way, time, sites, minutes)
    shape = shapes_around(lines, Plane(lon=112.0, lat=34.0))
    assert (shape["coordinates"] == []) == (len(lines) == 0)
