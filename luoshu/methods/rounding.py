"""The step that figures are written in, which says how exact they can be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal


def written_step(*figures: float) -> float:
    """The finest step that any of the finite `figures` is written in: 1 for whole numbers, 0.01 for 2.73.

    >>> written_step(2.7, 2.73, 3), written_step(120, 300), written_step()
    (0.01, 1.0, 1.0)
    """
    places = [Decimal(repr(float(f))).normalize().as_tuple().exponent for f in _finite(figures)]
    return float(10.0 ** min([0, *(place for place in places if isinstance(place, int))]))


def _finite(figures: Iterable[float]) -> list[float]:
    return [figure for figure in figures if math.isfinite(figure)]
