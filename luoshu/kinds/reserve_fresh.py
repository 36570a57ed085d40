"""A choice of what to hold, tried on cases of trouble that it was not made for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.reserve_chance import arriving, enough
from luoshu.kinds.reserve_state import Held
from luoshu.kinds.reserve_trouble import Case

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """One good as a choice leaves it: `amount` (sources) that then gives something, `held` (stores) in units of the
    good that are held more, and what is `asked` (areas, moments)."""

    good: Held
    amount: Floats
    held: Floats
    asked: Floats


def whole_in(
    goods: Sequence[Kept], cases: Sequence[Case], more: Callable[[Sequence[Case]], Floats], first: float | None
) -> NDArray[np.bool_]:  # fmt: skip
    """In which cases the promise is whole with a choice carried out.

    `more` gives the hours from each store to each area in the cases, `first` the hour at which a first unit of each
    good must be anywhere (None: not promised).
    """
    hours = more(cases)
    return np.array(
        [all(_stands(each, case, hours[n], first) for each in goods) for n, case in enumerate(cases)], dtype=bool
    )


def _stands(each: Kept, case: Case, hours: Floats, first: float | None) -> bool:
    amount = np.concatenate([each.amount, each.held])
    arrives = np.vstack([arriving(each.good, case).reshape(-1, hours.shape[1]), hours])
    if first is not None and arrives[amount > 0].min(initial=np.inf) > first:
        return False
    lasts = np.concatenate([each.good.lasts, np.full(len(each.held), np.inf)])
    return enough(amount, arrives, each.asked, each.good.at, each.good.weights, lasts)
