"""The chance that a reserve is enough when ways are cut and producers come late, by simulation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.kinds.reserve_trouble import Case, cases_of
from luoshu.methods.sharing_out import share_out

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve
    from luoshu.kinds.reserve_state import Held, Picture

CASES = 100
ENOUGH = 1e-6


def chance_of(reserve: Reserve, seen: Picture, book: Book, day: date) -> float | None:
    """In how many of a hundred cases everything is there in time everywhere; 0 where it is not even without trouble.

    See `cases_of` for what a case is; what is left in it is shared out anew. None where only what stands ready was
    promised.
    """
    if seen.moments.ready:
        return None
    if seen.met < 1:
        return 0.0
    order = sorted(seen.held, key=lambda each: (_slack(each), each.line.good))
    drawn = cases_of(reserve, seen, book, day, CASES)
    return sum(all(stands(each, seen, case) for each in order) for case in drawn) / CASES


def _slack(held: Held) -> float:
    """How many times the need there is, all told: the scarcest is looked at first."""
    return float(held.amount.sum() / max(held.asked[:, -1].sum(), 1e-12))


def stands(held: Held, seen: Picture, case: Case) -> bool:
    """Whether one good is enough in a case: as it was shared out, else shared out anew."""
    if not len(held.origins):
        return False
    arrives = np.array([case.arrives(each, held.arrives[n]) for n, each in enumerate(held.origins)])
    if seen.moments.first is not None and arrives[held.amount > 0].min(initial=np.inf) > seen.moments.first:
        return False
    there = arrives[:, :, None] <= held.at[None, None, :] + 1e-9
    come = (held.out.given[:, :, None] * there).sum(axis=0)
    if (come >= held.asked * (1 - ENOUGH)).all():
        return True
    again = share_out(
        held.amount, arrives, held.asked, held.at, weights=held.weights, lasts=held.lasts, fair=False
    )  # fmt: skip
    return again.missing <= ENOUGH
