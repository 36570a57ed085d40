"""Student's t against printed tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.methods.student import student_probability, student_quantile


@pytest.mark.parametrize(
    ("freedom", "at90", "at975", "at995"),
    [
        (1, 3.078, 12.706, 63.657),
        (2, 1.886, 4.303, 9.925),
        (5, 1.476, 2.571, 4.032),
        (10, 1.372, 2.228, 3.169),
        (30, 1.310, 2.042, 2.750),
    ],
)
def test_printed_quantiles(freedom: int, at90: float, at975: float, at995: float) -> None:
    """Fisher & Yates, Statistical Tables, table III."""
    assert student_quantile([0.9, 0.975, 0.995], freedom) == pytest.approx([at90, at975, at995], abs=6e-4)
    assert student_probability([at90, at975, at995], freedom) == pytest.approx([0.9, 0.975, 0.995], abs=1e-4)


@given(st.integers(1, 300), st.floats(0.001, 0.999))
def test_the_two_are_inverse_and_symmetric(freedom: int, share: float) -> None:
    t = float(student_quantile(share, freedom))
    assert float(student_probability(t, freedom)) == pytest.approx(share, abs=1e-6)
    assert float(student_probability(-t, freedom)) == pytest.approx(1 - share, abs=1e-6)


def test_infinities_and_no_freedom() -> None:
    assert student_probability([-np.inf, np.inf], 3).tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="at least one degree"):
        student_probability(0.0, 0)
    with pytest.raises(ValueError, match="at least one degree"):
        student_quantile(0.5, 0)
