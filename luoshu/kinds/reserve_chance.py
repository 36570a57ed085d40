"""The chance that a reserve is enough when ways are cut and producers come late, by simulation."""

from __future__ import annotations

import zlib
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.kinds.agreement import Agreement
from luoshu.methods.sharing_out import share_out

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve
    from luoshu.kinds.reserve_state import Held, Picture

CASES = 100
ENOUGH = 1e-6


def chance_of(reserve: Reserve, seen: Picture, book: Book, day: date) -> float | None:
    """In how many of a hundred cases everything is there in time everywhere; 0 where it is not even without trouble.

    In each case every way from a place to an area is cut with the chance of the need sheet, which adds its detour to
    all goods on it, and each producer's surge may come late (its own chance, else the sheet's). What is then left is
    shared out anew. The cases are drawn from the promise's name and the day: the same answer each time. None where only
    what stands ready was promised.
    """
    if seen.moments.ready:
        return None
    if seen.met < 1:
        return 0.0
    random = np.random.default_rng(zlib.crc32(f"{reserve.id} {day.isoformat()}".encode()))
    places = sorted(seen.hours)
    makers = {row.id: row for row in book.rows(Agreement)}
    late = {
        f"agreement:{id}": (
            seen.doubts.late_chance if row.late_chance is None else row.late_chance,
            seen.doubts.late_days if row.late_days is None else row.late_days,
        )
        for id, row in makers.items()
    }
    order = sorted(seen.held, key=lambda each: (_slack(each), each.line.good))
    kept = 0
    for _ in range(CASES):
        cut = dict(zip(places, random.random((len(places), len(seen.areas))) < seen.doubts.blocked, strict=True))
        slow, wait = random.random(len(places)), random.exponential(1.0, len(places))
        delay = {
            place: 24 * late[place][1] * float(wait[number]) if slow[number] < late[place][0] else 0.0
            for number, place in enumerate(places)
            if place in late
        }
        kept += all(_stands(each, seen, cut, delay) for each in order)
    return kept / CASES


def _slack(held: Held) -> float:
    """How many times the need there is, all told: the scarcest is looked at first."""
    return float(held.amount.sum() / max(held.asked[:, -1].sum(), 1e-12))


def _stands(held: Held, seen: Picture, cut: dict[str, np.ndarray], delay: dict[str, float]) -> bool:
    """Whether one good is enough in a case: as it was shared out, else shared out anew."""
    if not len(held.origins):
        return False
    arrives = held.arrives.copy()
    for number, origin in enumerate(held.origins):
        arrives[number] += np.where(cut[origin.place], seen.doubts.detour_hours, 0.0)
        if origin.sort == "made":
            arrives[number] += delay.get(origin.place, 0.0)
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
