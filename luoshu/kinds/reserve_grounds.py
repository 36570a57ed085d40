"""Where more could be held for a reserve: stores that stand, candidates, and agreements that are offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Reason
from luoshu.kinds.item import Item
from luoshu.kinds.position import positions
from luoshu.kinds.reserve_state import Picture
from luoshu.kinds.shut_store import ShutStore
from luoshu.kinds.stock import available
from luoshu.kinds.store import Store
from luoshu.kinds.supplying import hours_between
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grounds:
    """Where more could be held: open stores and candidates with a known place, and what is offered to be signed.

    `hours` (stores, areas) until what is held there is in an area; `opening` in yuan, `room` in cubic metres.
    """

    stores: tuple[Store, ...]
    hours: Floats
    lon: Floats
    lat: Floats
    opening: Floats
    room: Floats
    offers: tuple[Agreement, ...]
    notes: tuple[Reason, ...] = ()


def grounds_of(seen: Picture, book: Book, day: date) -> Grounds:
    """The stores and candidates that could hold more on a day, and the agreements that are offered."""
    shut = {row.store for row in book.rows(ShutStore) if row.shut(day)}
    rows = [row for row in book.rows(Store) if row.state in ("open", "candidate") and row.id not in shut]
    where = positions(rows, book)
    unpriced = [row for row in rows if row.state == "candidate" and row.cost is None]
    some = [n for n, row in enumerate(rows) if row not in unpriced and (where.good[n] or seen.moments.ready)]
    stores = tuple(rows[n] for n in some)
    lon, lat = where.lon[some], where.lat[some]
    hours: Floats = np.zeros((len(stores), len(seen.areas)))
    if not seen.moments.ready:
        areas = [each.lon for each in seen.areas], [each.lat for each in seen.areas]
        hours = hours_between(book, day, zip(lon, lat, strict=True), *areas)[0]
        hours = hours + np.array([store.hours_to_open for store in stores])[:, None]
    offers = tuple(row for row in book.rows(Agreement) if row.state == "offered" and _may_begin(row, day))
    notes = []
    unknown = [*(row.name for row in unpriced), *(row.name for row in offers if row.fee is None)]
    if unknown:
        says = say("Left out, since nobody has written what they cost: {names}", names="、".join(unknown))
        notes.append(Reason(says=says, tone="warn"))
    opening = np.array([(row.cost or 0.0) if row.state == "candidate" else 0.0 for row in stores])
    return Grounds(
        stores=stores, hours=hours, lon=lon, lat=lat, opening=opening, room=_room(stores, book, day),
        offers=tuple(row for row in offers if row.fee is not None), notes=tuple(notes),
    )  # fmt: skip


def _may_begin(row: Agreement, day: date) -> bool:
    return (row.since is None or row.since <= day) and (row.until is None or row.until >= day)


def _room(stores: Sequence[Store], book: Book, day: date) -> Floats:
    """Cubic metres free in each store beside all that stands there; infinite where nobody has written its space."""
    volume = {row.id: row.volume or 0.0 for row in book.rows(Item)}
    taken: dict[str, float] = {}
    for each in available(book, day):
        lot = each.lot
        amount = lot.amount if isfinite(lot.amount) else 0.0
        taken[lot.store] = taken.get(lot.store, 0.0) + amount * volume.get(lot.item, 0.0)
    return np.array(
        [np.inf if row.space is None else max(0.0, row.space - taken.get(row.id, 0.0)) for row in stores]
    )  # fmt: skip


def signed(row: Agreement, day: date) -> Agreement:
    """An offer once it is signed and what it keeps was seen."""
    return replace(row, state="signed", counted=day)
