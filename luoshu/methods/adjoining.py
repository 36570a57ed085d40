"""Which areas adjoin: outlines no further apart than a gap, as a street between two estates; compared pair by pair."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def adjoining(outlines: Sequence[Any], gap: float) -> NDArray[np.int64]:
    """Pairs of areas (each pair once, the lesser first) whose outlines lie no more than ``gap`` apart.

    ``outlines``: shapely geometries in a plane, in metres; a point stands for an area without an outline. ``gap``:
    metres, zero or more; zero joins those that touch.

    >>> from shapely import box
    >>> adjoining([box(0, 0, 10, 10), box(25, 0, 35, 10), box(70, 0, 80, 10)], 20.0).tolist()
    [[0, 1]]
    """
    from shapely import STRtree

    if not 0 <= gap < np.inf:
        raise ValueError(f"gap is {gap}, and must be a finite number of metres, zero or more.")
    if not len(outlines):
        return np.empty((0, 2), dtype=np.int64)
    one, two = STRtree(outlines).query(outlines, predicate="dwithin", distance=float(gap))
    pairs = np.column_stack([one, two])[one < two].astype(np.int64)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def neighbours(pairs: ArrayLike, areas: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs as compressed rows: ``ends[starts[a]:starts[a + 1]]`` adjoin area ``a``; each neighbour once, in order.

    ValueError for areas that do not exist. A pair of an area with itself says nothing and is left out.

    >>> starts, ends = neighbours([[0, 1], [1, 2], [2, 1]], 4)
    >>> starts.tolist(), ends.tolist()
    ([0, 1, 3, 4, 4], [1, 0, 2, 1])
    """
    table = np.asarray(pairs)
    if table.size == 0:
        return np.zeros(areas + 1, dtype=np.int64), np.empty(0, dtype=np.int64)
    if table.ndim != 2 or table.shape[1] != 2 or table.dtype.kind not in "iu":
        raise ValueError("pairs must be a table of two columns of area numbers.")
    if table.min() < 0 or table.max() >= areas:
        wrong = int(table[(table < 0) | (table >= areas)][0])
        raise ValueError(f"pairs names area {wrong}, and there are only 0 to {areas - 1}.")
    both = np.concatenate([table, table[:, ::-1]]).astype(np.int64)
    both = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
    starts = np.zeros(areas + 1, dtype=np.int64)
    starts[1:] = np.cumsum(np.bincount(both[:, 0], minlength=areas))
    return starts, np.ascontiguousarray(both[:, 1])
