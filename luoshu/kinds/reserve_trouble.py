"""Cases of trouble for a reserve: which ways are cut, those that lie together at once, and who is how late."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.agreement import Agreement
from luoshu.kinds.position import positions
from luoshu.kinds.store import Store
from luoshu.kinds.supplying import Origin
from luoshu.methods.cut_together import Trouble
from luoshu.methods.sphere import Plane

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve
    from luoshu.kinds.reserve_state import Picture

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One case: by place ("store:ID", "agreement:ID") the hours that its ways to the areas take longer (infinite: no
    way), and the hours by which a producer is late with what it makes."""

    longer: Mapping[str, Floats]
    late: Mapping[str, float]

    def arrives(self, origin: Origin, calm: Floats) -> Floats:
        """When units of an origin are in the areas, where they would be there at `calm` without trouble."""
        hours = calm + self.longer[origin.place]
        return hours + self.late.get(origin.place, 0.0) if origin.sort == "made" else hours


def cases_of(
    reserve: Reserve, seen: Picture, book: Book, day: date, count: int, purpose: str = ""
) -> tuple[Case, ...]:  # fmt: skip
    """So many cases, drawn from the promise's name and the day: the same each time; other ones for another `purpose`.

    Each way from a store or producer of the book to an area is cut with the chance of the need sheet, which adds its
    detour; ways near each other tend to be cut together (`methods/cut_together`). Each producer's surge may come late,
    by its own chance, else the sheet's. All stores and producers are drawn, candidates and empty ones too, so that the
    cases stay what they are when goods move.
    """
    random = np.random.default_rng(zlib.crc32(f"{reserve.id} {day.isoformat()}{purpose}".encode()))
    places, lon, lat = _places(book)
    ends = np.array([each.lon for each in seen.areas]), np.array([each.lat for each in seen.areas])
    plane = Plane.around(np.append(lon, ends[0]), np.append(lat, ends[1]))
    field = Trouble(
        starts=np.stack(plane.metres(lon, lat), axis=1), ends=np.stack(plane.metres(*ends), axis=1),
        reach=seen.doubts.together_km * 1000,
    )  # fmt: skip
    cut = field.cases(seen.doubts.blocked, count, random)
    makers = book.rows(Agreement)
    slow, wait = random.random((count, len(makers))), random.exponential(1.0, (count, len(makers)))
    return tuple(
        Case(
            longer=dict(zip(places, np.where(cut[number], seen.doubts.detour_hours, 0.0), strict=True)),
            late={f"agreement:{row.id}": _late(row, seen, slow[number, n], wait[number, n])
                  for n, row in enumerate(makers)},
        )
        for number in range(count)
    )  # fmt: skip


def _places(book: Book) -> tuple[list[str], Floats, Floats]:
    """Every store and producer of the book, and where it is (NaN: not known)."""
    names: list[str] = []
    lon, lat = [], []
    rows: tuple[Store, ...] | tuple[Agreement, ...]
    for sort, rows in (("store", book.rows(Store)), ("agreement", book.rows(Agreement))):
        where = positions(rows, book)
        names += [f"{sort}:{row.id}" for row in rows]
        lon.append(where.lon)
        lat.append(where.lat)
    return names, np.concatenate(lon), np.concatenate(lat)


def _late(row: Agreement, seen: Picture, drawn: float, wait: float) -> float:
    chance = seen.doubts.late_chance if row.late_chance is None else row.late_chance
    days = seen.doubts.late_days if row.late_days is None else row.late_days
    return 24 * days * float(wait) if drawn < chance else 0.0
