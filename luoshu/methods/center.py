"""p-center: open so many sites that even the farthest home has the shortest way (Hakimi 1964)."""

import numpy as np
from numpy.typing import ArrayLike

from luoshu.methods.setcover import set_cover
from luoshu.methods.siting import Siting, check_sites, check_times


def p_center(times: ArrayLike, *, p: int, existing: ArrayLike = (), rounds: int = 600, seconds: float = 60.0) -> Siting:
    """``p`` new sites at most with the least minutes to the home that is farthest from any site; with a bound.

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
    standing = check_sites("existing", existing, table.shape[0])
    free = table.shape[0] - len(standing)
    if p != int(p) or p < 0:
        raise ValueError(f"p is {p}, and must be a whole number of zero or more.")
    if p > free:
        raise ValueError(f"p is {p}, and there are only {free} candidates that do not stand yet.")
    if p + len(standing) == 0:
        raise ValueError("There is no site: p is 0 and none exists.")
    far = ~np.isfinite(table).any(axis=0)
    counted = table[:, ~far]
    radii = np.unique(counted[np.isfinite(counted)])
    low = int(np.searchsorted(radii, counted.min(axis=0).max())) if counted.size else 0
    high, undecided, chosen = len(radii), len(radii), np.empty(0, dtype=np.int64)
    while low < high:  # every radius below low is too small, high is enough; undecided: the least that was left open
        middle = (low + high) // 2
        answer = set_cover(
            counted <= radii[middle], existing=standing, enough=p, rounds=rounds, shakes=100, seconds=seconds
        )
        whole = len(answer.unserved) == 0
        if whole and len(answer.sites) <= p:
            chosen = answer.sites
            reach = counted[np.concatenate([standing, chosen])].min(axis=0).max()
            high = int(np.searchsorted(radii, reach))
        else:
            if whole and answer.bound <= p:
                undecided = min(undecided, middle)
            low = middle + 1
    opened = np.concatenate([standing, chosen])
    reached = np.isfinite(table[opened]).any(axis=0)
    least = float(radii[min(undecided, low, len(radii) - 1)]) if len(radii) else 0.0
    if not reached[~far].all():
        return Siting(
            sites=chosen, objective=np.inf, bound=least if undecided < len(radii) else np.inf,
            unserved=np.flatnonzero(~reached), cost=float(len(chosen)),
        )  # fmt: skip
    radius = float(counted[opened].min(axis=0).max()) if counted.size else 0.0
    return Siting(
        sites=chosen, objective=radius, bound=min(least, radius), unserved=np.flatnonzero(far), cost=float(len(chosen))
    )
