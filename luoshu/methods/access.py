"""What homes can reach, and supply against demand: opportunities, floating catchments, plain and with decay."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.compiled import compiled
from luoshu.methods.siting import check_amounts

Floats = NDArray[np.float64]


def opportunities(
    reach: sparse.csr_array, supply: ArrayLike, decay: Callable[[Floats], Floats] | None = None
) -> Floats:
    """For each home the supply within its reach, all of it or less the farther it is: ``sum(S f(t))``.

    Cumulative opportunities without ``decay``, a gravity measure with one (Hansen 1959). ``reach``: sites by homes,
    minutes, stored zeros included; ``supply`` of each site. For how many people reach a site, transpose ``reach`` and
    give the people as supply.

    >>> reach = sparse.csr_array(np.array([[1.0, 4.0, 0.0], [0.0, 2.0, 3.0]]))
    >>> opportunities(reach, [10, 20]).tolist()
    [10.0, 30.0, 20.0]
    """
    matrix = sparse.csr_array(reach)
    offered = check_amounts("supply", supply, matrix.shape[0])
    weights = _weights(matrix, decay)
    sites = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.asarray(np.bincount(matrix.indices, offered[sites] * weights, matrix.shape[1]), dtype=np.float64)


def two_step_access(
    reach: sparse.csr_array,
    supply: ArrayLike,
    demand: ArrayLike,
    decay: Callable[[Floats], Floats] | None = None,
) -> Floats:
    """For each home the supply per head that it can reach, shared with all others who reach the same (2SFCA).

    Step one: every site's supply over the demand around it, ``R = S / sum(D f(t))``; step two: every home's sum of
    ``R f(t)`` (Luo and Wang 2003; with decay ``f`` the enhanced 2SFCA of Luo and Qi 2009, Dai 2010).
    ``reach``: sites by homes, minutes within the catchment, stored zeros included. ``supply`` of each site, ``demand``
    of each home. ``decay``: weights of zero or more for minutes (``gaussian``, ``zones``); None: all alike.
    A site that no demand reaches gives nothing to anybody; a home that reaches no site gets zero.

    >>> reach = sparse.csr_array(np.array([[1.0, 4.0, 0.0], [0.0, 2.0, 3.0]]))
    >>> two_step_access(reach, [10, 20], [5, 5, 10]).round(3).tolist()
    [1.0, 2.333, 1.333]
    """
    matrix = sparse.csr_array(reach)
    offered = check_amounts("supply", supply, matrix.shape[0])
    wanted = check_amounts("demand", demand, matrix.shape[1])
    return np.asarray(_catch(matrix.indptr, matrix.indices, _weights(matrix, decay), offered, wanted))


def _weights(matrix: sparse.csr_array, decay: Callable[[Floats], Floats] | None) -> Floats:
    """What each stored minute weighs."""
    minutes = np.asarray(matrix.data, dtype=np.float64)
    if len(minutes) and not minutes.min() >= 0:
        raise ValueError("reach holds minutes that are negative or not a number.")
    weights = np.ones(len(minutes)) if decay is None else np.asarray(decay(minutes), dtype=np.float64)
    if weights.shape != minutes.shape or (len(weights) and not (weights.min() >= 0 and np.isfinite(weights).all())):
        raise ValueError("decay must give a finite weight of zero or more for every minute.")
    return weights


@compiled
def _catch(starts, homes, weights, supply, demand):  # type: ignore[no-untyped-def]
    access = np.zeros(len(demand))
    for site in range(len(starts) - 1):
        total = 0.0
        for entry in range(starts[site], starts[site + 1]):
            total += demand[homes[entry]] * weights[entry]
        if total > 0.0:
            ratio = supply[site] / total
            for entry in range(starts[site], starts[site + 1]):
                access[homes[entry]] += ratio * weights[entry]
    return access


def gaussian(within: float) -> Callable[[Floats], Floats]:
    """A decay that falls from 1 at the door to 0 at the edge of the catchment (Dai 2010).

    ``(exp(-t²/2d²) - exp(-1/2)) / (1 - exp(-1/2))`` for ``t <= d``, zero beyond.

    >>> gaussian(10.0)(np.array([0.0, 5.0, 10.0, 11.0])).round(3).tolist()
    [1.0, 0.701, 0.0, 0.0]
    """
    if not 0 < within < np.inf:
        raise ValueError(f"within is {within}, and must be a finite number of minutes above zero.")
    edge = np.exp(-0.5)

    def weigh(minutes: Floats) -> Floats:
        return np.asarray(_gaussian(np.asarray(minutes, dtype=np.float64), float(within), float(edge)))

    return weigh


@compiled
def _gaussian(minutes, within, edge):  # type: ignore[no-untyped-def]
    result = np.zeros(len(minutes))
    for place in range(len(minutes)):
        share = minutes[place] / within
        if share < 1.0:
            result[place] = (np.exp(-0.5 * share * share) - edge) / (1.0 - edge)
    return result


def exponential(rate: float) -> Callable[[Floats], Floats]:
    """A decay by so much a minute: ``exp(-rate t)``.

    >>> exponential(0.1)(np.array([0.0, 10.0])).round(3).tolist()
    [1.0, 0.368]
    """
    if not 0 <= rate < np.inf:
        raise ValueError(f"rate is {rate}, and must be a finite number of zero or more.")
    return lambda minutes: np.exp(-rate * minutes)


def zones(edges: ArrayLike, weights: ArrayLike) -> Callable[[Floats], Floats]:
    """A decay by zones: the first weight up to the first edge (included), and so on; zero beyond the last.

    >>> zones([5, 10], [1.0, 0.4])(np.array([0.0, 5.0, 6.0, 11.0])).tolist()
    [1.0, 1.0, 0.4, 0.0]
    """
    ends, values = np.asarray(edges, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if ends.shape != values.shape or ends.ndim != 1 or (np.diff(ends) <= 0).any() or np.isnan(ends).any():
        raise ValueError("zones need rising edges, and one weight for each.")
    table = np.append(values, 0.0)
    return lambda minutes: table[np.searchsorted(ends, minutes, side="left")]
