"""p-median: open so many sites that all people together have the shortest way (Hakimi 1964; ReVelle and Swain 1970)."""

import numpy as np
from numpy.typing import ArrayLike

from luoshu.methods.siting import Siting, check_amounts, check_capacity, check_limits, check_sites, check_times
from luoshu.methods.spacing import at_odds, check_apart


def p_median(
    times: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    existing: ArrayLike = (),
    capacity: ArrayLike | None = None,
    apart: object = None,
    rounds: int = 2000,
    seconds: float = 10.0,
    exact_entries: int = 1_000_000,
) -> Siting:
    """New sites with the least sum of weight times minutes to the nearest site, new or existing; with a bound.

    ``times``: sites by homes, infinite where there is no way. ``p``: how many new sites at most; ``costs`` and
    ``budget``: what they may cost together; one of the two limits or both. Homes that no site reaches are listed in
    ``unserved`` and not counted as near. If the sites chosen leave a home that some other site would reach, the
    objective is infinite: that many sites are too few, or none was found that serve all.

    ``capacity``: how many people each site can serve (infinity: no limit); people then go to the sites that make the
    sum least, those of one home to several if need be, and ``assigned`` holds how many; where not all can be seated
    the objective is infinite. ``apart``: pairs of sites that may not both be chosen (see ``too_near``).

    Lagrangian bound on the nearest sites of each home (Cornuéjols, Fisher and Nemhauser 1977), interchange from the
    sites it favours, fixing by reduced costs, branch and bound on what is left, at last HiGHS for ``seconds``.

    >>> times = np.abs(np.arange(6)[:, None] - np.arange(6)[None, :]).astype(float)
    >>> answer = p_median(times, p=2)
    >>> answer.objective, answer.proven, p_median(times, p=1, existing=[0]).sites.tolist()
    (4.0, True, [3])
    >>> p_median(times, costs=[1, 9, 9, 9, 9, 1], budget=4).sites.tolist()
    [0, 5]
    """
    from luoshu.methods.median_search import MedianSearch

    table = check_times(times)
    number, people = table.shape
    weight = check_amounts("weights", weights, people)
    standing = check_sites("existing", existing, number)
    limits = check_limits(p, budget, number - len(standing))
    price = check_amounts("costs", costs, number)
    seats = check_capacity(capacity, number)
    conflicts = check_apart(apart, number)
    if p == 0 and not len(standing):
        raise ValueError("There is no site: p is 0 and none exists.")
    barred = at_odds(conflicts, standing)
    barred[standing] = True
    if seats is not None:
        from luoshu.methods.seated_median import seated_median

        return seated_median(table, weight, price, limits, seats, standing, conflicts, barred, rounds, seconds)
    finite = np.isfinite(table)
    far = np.flatnonzero(~finite.any(axis=0))
    counted = np.setdiff1d(np.flatnonzero(weight > 0), far)
    if not len(counted):
        reached = finite[standing].any(axis=0)
        return Siting(
            sites=np.empty(0, dtype=np.int64), objective=0.0, bound=0.0, unserved=np.flatnonzero(~reached), cost=0.0
        )
    search = MedianSearch(table[:, counted], weight[counted], price, limits, standing, conflicts, barred)
    search.begin()
    search.raise_bound(rounds)
    search.branch()
    search.close_exactly(seconds, exact_entries)
    new = np.flatnonzero(search.chosen & ~search.fixed)
    reached = np.asarray(finite[search.chosen].any(axis=0))
    total = search.best if reached[counted].all() else np.inf
    return Siting(
        sites=new,
        objective=total,
        bound=min(search.bound, total),
        unserved=np.flatnonzero(~reached),
        cost=float(price[new].sum()),
    )
