"""The chance that a reserve is enough when ways are cut and producers come late, by simulation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.kinds.reserve_trouble import Case, cases_of
from luoshu.methods.most_flow import is_enough
from luoshu.methods.sharing_out import share_out

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve
    from luoshu.kinds.reserve_state import Held, Picture

CASES = 100
ENOUGH = 1e-6


def chance_in(reserve: Reserve, seen: Picture, book: Book, day: date) -> float | None:
    """The chance of a picture of the book, counted once; see `chance_of`."""
    key = ("reserve chance", seen, day)
    return book.derived(key, lambda of: chance_of(reserve, seen, of, day), *reserve.needs)


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
    if seen.moments.first is not None:
        arrives = arriving(held, case)[held.amount > 0]
        if arrives.min(initial=np.inf) > seen.moments.first:
            return False
    return missing_in(held, case) <= ENOUGH


def arriving(held: Held, case: Case) -> np.ndarray:
    """When each origin's units are in each area in a case, in hours."""
    return np.array([case.arrives(each, held.arrives[n]) for n, each in enumerate(held.origins)])


def missing_in(held: Held, case: Case) -> float:
    """What part of what is needed of a good is missing in a case, as it was shared out, else shared out anew."""
    if not len(held.origins):
        return 1.0
    arrives = arriving(held, case)
    there = arrives[:, :, None] <= held.at[None, None, :] + 1e-9
    come = (held.out.given[:, :, None] * there).sum(axis=0)
    if (come >= held.asked * (1 - ENOUGH)).all():
        return 0.0
    keeps = held.lasts >= held.at[-1]
    if is_enough(held.amount[keeps], arrives[keeps], held.asked, held.at):
        return 0.0
    return share_out(
        held.amount, arrives, held.asked, held.at, weights=held.weights, lasts=held.lasts, fair=False
    ).missing  # fmt: skip


def enough(
    amount: np.ndarray, arrives: np.ndarray, asked: np.ndarray, at: np.ndarray, weights: np.ndarray, lasts: np.ndarray
) -> bool:  # fmt: skip
    """Whether nothing is missing once sources are shared out: by flow where that settles it, else by the program."""
    keeps = lasts >= at[-1]  # what is there until the end binds nobody to use it before
    if is_enough(amount[keeps], arrives[keeps], asked, at):
        return True
    if not keeps.all() and not is_enough(amount, arrives, asked * (1 - ENOUGH), at):
        return False
    return share_out(amount, arrives, asked, at, weights=weights, lasts=lasts, fair=False).missing <= ENOUGH
