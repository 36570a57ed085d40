"""Sites that may not stand too close to one another: which pairs, and groups of which only one may be chosen."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.compiled import compiled
from luoshu.methods.sphere import EARTH_METRES, on_sphere


def too_near(x: ArrayLike, y: ArrayLike, least: float, *, degrees: bool = False) -> sparse.csr_array:
    """The pairs of places closer than ``least``, as a symmetric sparse matrix of true: what ``apart=`` asks for.

    ``x``, ``y`` and ``least`` in one unit (metres of a projection); with ``degrees`` longitude and latitude, and
    ``least`` in metres along the sphere. Places exactly ``least`` apart are not too near. ValueError for places
    without coordinates: whether they are near cannot be known.

    >>> too_near([0, 3, 10], [0, 4, 0], 5.1).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    >>> too_near([112.40, 112.41], [34.6, 34.6], 1000, degrees=True).nnz
    2
    """
    from scipy.spatial import KDTree

    places = np.stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)], axis=1)
    if not np.isfinite(places).all():
        raise ValueError("A place has no coordinates, so that nobody can say whether it stands too near to another.")
    if not 0 <= least < np.inf:
        raise ValueError(f"The least distance is {least}, and must be a finite number of zero or more.")
    number, reach = len(places), least
    if degrees:
        places = EARTH_METRES * on_sphere(*places.T)[0]
        reach = 2 * EARTH_METRES * np.sin(min(least / EARTH_METRES, np.pi) / 2)  # the chord below that arc
    pairs = KDTree(places).query_pairs(reach, output_type="ndarray")
    close = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1) < reach
    one, other = pairs[close].T
    ends = (np.concatenate([one, other]), np.concatenate([other, one]))
    return sparse.csr_array((np.ones(len(ends[0]), dtype=np.bool_), ends), shape=(number, number))


def check_apart(apart: object, number: int) -> sparse.csr_array:
    """The pairs that may not both be chosen, made symmetric, nobody in conflict with itself; none where none are given.

    A sparse matrix (every stored entry is a pair) or a table of true and false, sites by sites.
    """
    if apart is None:
        return sparse.csr_array((number, number), dtype=np.bool_)
    if not sparse.issparse(apart) and np.asarray(apart).dtype != np.bool_:
        raise TypeError("apart must be a sparse matrix of sites by sites, or a table of true and false (see too_near).")
    pairs = sparse.coo_array(apart)
    if pairs.shape != (number, number):
        raise ValueError(f"apart must be {number} by {number}, one row a site, and has the shape {pairs.shape}.")
    one, other = pairs.row[pairs.row != pairs.col], pairs.col[pairs.row != pairs.col]
    ends = (np.concatenate([one, other]), np.concatenate([other, one]))
    both = sparse.csr_array((np.ones(len(ends[0]), dtype=np.int32), ends), shape=(number, number))
    both.sum_duplicates()
    both.sort_indices()
    return sparse.csr_array(both.astype(np.bool_))


@compiled
def grow_cliques(starts, near):  # type: ignore[no-untyped-def]
    """Groups of sites that all forbid one another, together holding every pair: greedy, from each pair not yet held."""
    number = len(starts) - 1
    held = np.zeros(len(near), dtype=np.bool_)
    fellow = np.zeros(number, dtype=np.int64)
    members = np.empty(2 * len(near), dtype=np.int64)
    ends = np.empty(len(near), dtype=np.int64)
    count = size = 0
    for one in range(number):
        for entry in range(starts[one], starts[one + 1]):
            if held[entry] or near[entry] < one:
                continue
            first = size
            if size + number > len(members):
                more = np.empty(2 * len(members) + number, dtype=np.int64)
                more[:size] = members[:size]
                members = more
            members[size], members[size + 1] = one, near[entry]
            size += 2
            fellow[:] = 0
            for member in (one, near[entry]):
                for place in range(starts[member], starts[member + 1]):
                    fellow[near[place]] += 1
            for place in range(starts[one], starts[one + 1]):
                if fellow[near[place]] == size - first:
                    comer = near[place]
                    members[size] = comer
                    size += 1
                    for other in range(starts[comer], starts[comer + 1]):
                        fellow[near[other]] += 1
            for member in members[first:size]:
                for place in range(starts[member], starts[member + 1]):
                    for other in members[first:size]:
                        if near[place] == other:
                            held[place] = True
            ends[count] = size
            count += 1
    return members[:size], ends[:count]


def cliques(conflicts: sparse.csr_array) -> sparse.csr_array:
    """Groups by sites: of each group at most one may be chosen; together they say all that the pairs say, and sharper.

    >>> table = np.ones((3, 3), dtype=bool)
    >>> cliques(check_apart(table, 3)).toarray().tolist()
    [[1.0, 1.0, 1.0]]
    """
    members, ends = grow_cliques(conflicts.indptr.astype(np.int64), conflicts.indices.astype(np.int64))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    groups = sparse.csr_array((np.ones(len(members)), members, starts), shape=(len(ends), conflicts.shape[0]))
    groups.sort_indices()
    return groups


def at_odds(conflicts: sparse.csr_array, sites: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which sites may not be opened beside any of these."""
    odd = np.zeros(conflicts.shape[0], dtype=np.bool_)
    odd[conflicts[sites].indices] = True
    return odd
