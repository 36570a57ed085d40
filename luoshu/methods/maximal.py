"""Maximal cover: with so many sites, or so much money, serve the most people (MCLP, Church and ReVelle 1974)."""

import numpy as np
from numpy.typing import ArrayLike

from luoshu.methods.siting import Siting, check_amounts, check_capacity, check_limits, check_sites, cover_matrix
from luoshu.methods.spacing import at_odds, check_apart


def maximal_cover(
    reach: object,
    weights: ArrayLike | None = None,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    existing: ArrayLike = (),
    capacity: ArrayLike | None = None,
    apart: object = None,
    rounds: int = 700,
    shakes: int = 2000,
    seconds: float = 20.0,
    exact_entries: int = 400_000,
) -> Siting:
    """New sites that serve the most weight, with a bound on what any choice could serve.

    ``reach``: sparse matrix of sites by homes, every stored entry within reach (explicit zeros too), or a table of true
    and false. ``weights``: people at each home. ``p``: how many new sites at most; ``costs`` and ``budget``: what they
    may cost together; one of the two limits or both. ``existing`` sites serve for nothing and are not chosen again.
    The objective counts what the existing sites serve too.

    ``capacity``: how many people each site can serve (existing ones too; infinity: no limit). Then people are assigned
    to sites within reach, the people of a home to several if need be, and ``assigned`` of the answer holds how many.
    ``apart``: pairs of sites that may not both be chosen, nor one beside an existing one (see ``too_near``); existing
    sites may stand as they do.

    Greedy (CELF), swaps, a Lagrangian bound, iterated search; where at most ``exact_entries`` entries are left after
    fixing by reduced costs, HiGHS gets ``seconds`` to close the gap. ValueError for limits or amounts without sense.

    >>> reach = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
    >>> answer = maximal_cover(reach, [10, 20, 30, 5], p=2)
    >>> answer.sites.tolist(), answer.objective, answer.proven, answer.unserved.tolist()
    ([0, 1], 60.0, True, [3])
    >>> from luoshu.methods.spacing import too_near
    >>> maximal_cover(reach, [10, 20, 30, 5], p=2, apart=too_near([0, 1, 9], [0, 0, 0], 2)).sites.tolist()
    [1, 2]
    >>> full = maximal_cover(reach, [10, 20, 30, 5], p=1, capacity=[40, 35, 5])
    >>> full.sites.tolist(), full.objective, full.proven, full.assigned.sum(axis=1).tolist()
    ([1], 35.0, True, [0.0, 35.0, 0.0])
    """
    from luoshu.methods.cover_bound import Purses
    from luoshu.methods.cover_search import CoverSearch, merge_homes

    matrix = cover_matrix(reach)
    number, people = matrix.shape
    amount = check_amounts("weights", weights, people)
    price = check_amounts("costs", costs, number)
    standing = check_sites("existing", existing, number)
    limits = check_limits(p, budget, number - len(standing))
    seats = check_capacity(capacity, number)
    conflicts = check_apart(apart, number)
    barred = at_odds(conflicts, standing)
    barred[standing] = True
    if seats is not None:
        from luoshu.methods.crowded import crowded_cover

        return crowded_cover(
            matrix, amount, price, seats, standing, limits, conflicts, barred,
            rounds=rounds, shakes=shakes, seconds=seconds, entries=exact_entries,
        )  # fmt: skip
    given = np.zeros(people, dtype=np.bool_)  # served by what stands
    given[matrix[standing].indices] = True
    kept, group = merge_homes(matrix, ~given & (amount > 0))
    merged = np.bincount(group[group >= 0], amount[group >= 0], minlength=kept.shape[1]).astype(np.float64)
    search = CoverSearch(kept, merged, price, Purses.one(limits, number), conflicts, barred)
    search.run(rounds, shakes, seconds, exact_entries)
    new = np.flatnonzero(search.chosen)
    reached = given.copy()
    reached[matrix[new].indices] = True
    total = float(amount[reached].sum())
    return Siting(
        sites=new, objective=total,
        bound=max(total, float(amount[given].sum()) + search.bound) if search.open_gap() else total,
        unserved=np.flatnonzero(~reached), cost=float(price[new].sum()),
    )  # fmt: skip
