"""p-center: open so many sites that even the farthest home has the shortest way (Hakimi 1964)."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.setcover import set_cover
from luoshu.methods.siting import Siting, check_amounts, check_capacity, check_limits, check_sites, check_times
from luoshu.methods.spacing import check_apart


def p_center(
    times: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    existing: ArrayLike = (),
    capacity: ArrayLike | None = None,
    apart: object = None,
    rounds: int = 600,
    seconds: float = 60.0,
) -> Siting:
    """New sites with the least minutes to the home that is farthest from any site; with a bound.

    Either ``p``: how many new sites at most, or ``costs`` and ``budget``: what they may cost together. ``capacity``
    (with ``weights``, people at each home): how many people each site can serve; then the minutes are the longest way
    that anybody has to a seat, and ``assigned`` holds who goes where. ``apart``: as in ``maximal_cover``.

    ``times``: sites by homes, infinite where there is no way; homes that no site reaches are listed in ``unserved`` and
    left out. The best radius is one of the times themselves: halves the list of them, asking of each whether ``p`` new
    sites can cover everybody within it (Minieka 1970). A radius counts as too small only when a bound shows it; where
    neither a cover nor a bound is found within ``seconds`` for one radius, the gap stays open and says so.

    >>> times = np.abs(np.arange(7)[:, None] - np.arange(7)[None, :]).astype(float)
    >>> answer = p_center(times, p=2)
    >>> answer.objective, answer.bound, answer.proven
    (2.0, 2.0, True)
    """
    table = check_times(times)
    number = len(table)
    standing = check_sites("existing", existing, number)
    if p is not None and budget is not None:
        raise ValueError("Say either how many sites may be built (p), or what they may cost (budget), not both.")
    money, count = check_limits(p, budget, number - len(standing))
    price = check_amounts("costs", costs, number) if budget is not None else np.ones(number)
    people = check_amounts("weights", weights, table.shape[1])
    seats = check_capacity(capacity, number)
    conflicts = check_apart(apart, number)
    if p == 0 and not len(standing):
        raise ValueError("There is no site: p is 0 and none exists.")
    far = ~np.isfinite(table).any(axis=0)
    use = np.flatnonzero(~far if seats is None else ~far & (people > 0))

    def cover(radius: float) -> Siting:
        return set_cover(
            table[:, use] <= radius, price, existing=standing, weights=people[use], capacity=seats, apart=conflicts,
            enough=limit, rounds=rounds, shakes=100, seconds=seconds,
        )  # fmt: skip

    limit = min(money, count)
    found, least = _halve(table[:, use], standing, limit, cover)
    new = np.empty(0, dtype=np.int64) if found is None else found.sites
    reached = np.isfinite(table[np.concatenate([standing, new])]).any(axis=0)
    cost = float(price[new].sum()) if costs is None or budget is not None else float(np.asarray(costs)[new].sum())
    if found is None:
        return Siting(sites=new, objective=np.inf, bound=least, unserved=np.flatnonzero(~reached), cost=cost)
    radius = _longest(table[:, use], standing, found)
    assigned = None
    if found.assigned is not None:
        back = sparse.csr_array((np.ones(len(use)), (np.arange(len(use)), use)), shape=(len(use), table.shape[1]))
        assigned = sparse.csr_array(found.assigned @ back)
    return Siting(
        sites=new, objective=radius, bound=min(least, radius), unserved=np.flatnonzero(far), cost=cost,
        assigned=assigned,
    )  # fmt: skip


def _longest(times: NDArray[np.float64], standing: NDArray[np.int64], answer: Siting) -> float:
    """The longest way to the nearest site, or with capacity to the site that somebody is assigned to."""
    if answer.assigned is None:
        opened = np.concatenate([standing, answer.sites])
        return float(times[opened].min(axis=0).max()) if times.size and len(opened) else 0.0
    pairs = sparse.coo_array(answer.assigned)
    return float(times[pairs.row, pairs.col].max(initial=0.0))


def _halve(
    times: NDArray[np.float64],
    standing: NDArray[np.int64],
    limit: float,
    cover: Callable[[float], Siting],
) -> tuple[Siting | None, float]:
    """The best cover that the limit bears (None: none was found), and the least minutes that no bound rules out."""
    radii = np.unique(times[np.isfinite(times)])
    low = int(np.searchsorted(radii, times.min(axis=0).max())) if times.size else 0
    high, undecided, best = len(radii), len(radii), None
    if not times.shape[1]:
        return cover(0.0), 0.0
    while low < high:  # every radius below low is too small, high is enough; undecided: the least that was left open
        middle = (low + high) // 2
        answer = cover(float(radii[middle]))
        whole = np.isfinite(answer.objective)
        if whole and not len(answer.unserved) and answer.cost <= limit * (1 + 1e-12):
            best, high = answer, int(np.searchsorted(radii, _longest(times, standing, answer)))
            continue
        if not (whole and len(answer.unserved)) and answer.bound <= limit * (1 + 1e-12):
            undecided = min(undecided, middle)  # neither found nor ruled out: seats for all may still be had
        low = middle + 1
    least = min(undecided, low)
    return best, float(radii[least]) if least < len(radii) else np.inf
