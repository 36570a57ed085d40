"""A circle's new sites in years: what to build first, so that the most people are served over all years together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.circle_candidates import Choice
from luoshu.kinds.circle_reach import Floats
from luoshu.kinds.commitment import Reason
from luoshu.words.message import say

if TYPE_CHECKING:
    import scipy.sparse as sparse


def by_years(
    phases: Sequence[int], matrix: sparse.csr_array, left: Floats, cost: Floats, free: NDArray[np.int64],
    apart: object, day: date, budget: float | None, seconds: float,
) -> Choice:  # fmt: skip
    """New sites year by year from the next: so many a year, a budget spread evenly, what is left over kept.

    The certified gap is that of the people served, added up over the years.
    """
    from luoshu.methods.locate import maximal_cover, phased_cover
    from luoshu.methods.served import gains_in_order

    costs = cost[free] if budget is not None else None
    budgets = None if budget is None else np.full(len(phases), budget / len(phases))
    counts = np.array(phases, dtype=np.int64)
    answer = phased_cover(
        matrix, left, counts=counts, budgets=budgets, costs=costs, apart=apart, carry=True, seconds=seconds
    )
    waiting = left.copy()
    order: list[int] = []
    gains: list[float] = []
    for year in range(len(phases)):
        sites, adds = gains_in_order(matrix, waiting, answer.sites[answer.years == year], costs)
        order += sites.tolist()
        gains += adds.tolist()
        for site in sites:
            waiting[matrix.indices[matrix.indptr[site] : matrix.indptr[site + 1]]] = 0.0
    whole = maximal_cover(
        matrix, left, p=min(int(counts.sum()), len(free)), costs=costs, budget=budget, apart=apart, shakes=0, seconds=0
    )
    template = "Sites are chosen by years: the most people served over {years} years together, all years counting alike"
    says = say(template, years=len(phases))
    year_of = dict(zip(answer.sites.tolist(), answer.years.tolist(), strict=True))
    return Choice(
        sites=free[np.array(order, dtype=np.int64)], gains=np.array(gains), most=whole.bound, certified=answer.gap,
        because=(Reason(says=says),), years={int(free[site]): day.year + 1 + year_of[site] for site in order},
    )  # fmt: skip
