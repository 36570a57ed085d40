"""New sites where room is promised: chosen by the rule of the gauge, so that what is promised is what it will show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.circle_candidates import Candidates, Choice
from luoshu.kinds.circle_reach import Floats
from luoshu.kinds.circle_supply import ENOUGH, found_per_head, rooms, unit_of
from luoshu.kinds.commitment import Reason
from luoshu.kinds.site import Site
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    import scipy.sparse as sparse

    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle
    from luoshu.kinds.circle_moves import Ground


def most_with_room(
    circle: Circle, base: Ground, found: Candidates, free: NDArray[np.int64], book: Book, day: date,
    budget: float | None, count: int | None, apart: sparse.csr_array | None, seconds: float,
) -> Choice:  # fmt: skip
    """The most who find the promised room per head within the minutes, shared with all who reach the same sites.

    This is the gauge's own rule: a site gives each of those who reach it the same, whether they need it or not.
    """
    from luoshu.methods.cooperative import cooperative_cover, in_order

    assert circle.capacity is not None
    assert base.due is not None
    access = found_per_head(circle, base.people, base.due, book, day)
    lacks = circle.capacity.per_head * ENOUGH - access
    homes = np.flatnonzero((base.left > 0) & (lacks > 0))
    room = room_of(circle, base.due.sites, [found.rows[site] for site in free])
    because = [Reason(says=_rule())]
    known = np.isfinite(room)
    silent = int((~known).sum())
    if silent:
        says = say("{count} candidates do not tell their capacity in the unit of the promise, and are left out",
                   count=silent)  # fmt: skip
        because.append(Reason(says=says, tone="warn"))
    free, room = free[known], room[known]
    signal = _shares(found.reach, free, room, base.people.counted, homes)
    answer = cooperative_cover(
        signal, lacks[homes], base.left[homes], p=len(free) if count is None else min(count, len(free)),
        costs=None if budget is None else found.cost[free], budget=budget,
        apart=None if apart is None else apart[known][:, known], seconds=seconds,
    )  # fmt: skip
    sites, gains = in_order(signal, lacks[homes], base.left[homes], answer.sites)
    return Choice(sites=free[sites], gains=gains, most=answer.bound, because=tuple(because), together=True)


def _rule() -> Message:
    return say("As in the gauge, who is served finds the promised room per head, shared with all who reach the same "
               "sites")  # fmt: skip


def large_enough() -> Reason:
    """What is taken for granted where the book names no candidates: that new sites have the room."""
    says = say("New sites are taken to have the promised room for all within their reach")
    return Reason(says=says, tone="warn")


def room_of(circle: Circle, standing: Sequence[Site], rows: Sequence[Site]) -> Floats:
    """The room of candidates in the unit that the gauge counts in; NaN where it is not known, or would change that."""
    assert circle.capacity is not None
    if circle.capacity.unit:
        return rooms(circle, rows)
    if unit_of(circle, standing) is None:
        return np.full(len(rows), np.nan)
    told = (each.capacity_unit for each in (*standing, *rows) if each.capacity is not None)
    unit = next(told, "")
    return np.array(
        [each.capacity if each.capacity is not None and each.capacity_unit == unit else np.nan for each in rows],
        dtype=np.float64,
    )


def _shares(
    reach: sparse.csr_array, free: NDArray[np.int64], room: Floats, counted: Floats, homes: NDArray[np.int64]
) -> sparse.csr_array:
    """What each candidate would give per head to each of the homes that lack room."""
    import scipy.sparse as sparse

    inside = sparse.csr_array(
        (np.ones(len(reach.indices)), reach.indices, reach.indptr), shape=reach.shape, dtype=np.float64
    )[free]
    demand = np.asarray(inside @ counted)
    each = np.divide(room, demand, out=np.zeros(len(room)), where=demand > 0)
    shares = sparse.csr_array(inside)
    shares.data = np.repeat(each, np.diff(shares.indptr))
    return sparse.csr_array(shares[:, homes])
