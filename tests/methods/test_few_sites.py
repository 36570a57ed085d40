"""Whether a handful of sites reach every home, beside trying every choice."""

from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.center import p_center
from luoshu.methods.few_sites import few_sites


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 150), st.integers(1, 4), st.floats(0.2, 0.9))
def test_a_handful_is_found_wherever_there_is_one(seed, sites, homes, most, share):
    reach = np.random.default_rng(seed).random((sites, homes)) < share
    found = few_sites(sparse.csr_array(reach), most)
    some = any(reach[list(few)].any(axis=0).all() for few in combinations(range(sites), min(most, sites)))
    assert (found is not None) == some
    if found is not None:
        assert len(found) <= most
        assert reach[found].any(axis=0).all()


def test_what_takes_too_long_is_given_up():
    reach = np.random.default_rng(1).random((60, 200)) < 0.3
    with pytest.raises(TimeoutError, match="more than 50 words"):
        few_sites(sparse.csr_array(reach), 3, work=50)


def test_three_centers_of_a_large_town_are_proven_best():
    random = np.random.default_rng(4)
    homes, sites = random.random((500, 2)), random.random((80, 2))
    times = np.hypot(*(sites[:, None, :] - homes[None, :, :]).transpose(2, 0, 1))
    answer = p_center(times, p=3)
    best = min(times[list(few)].min(axis=0).max() for few in combinations(range(80), 3))
    assert answer.objective == pytest.approx(best)
    assert answer.proven
