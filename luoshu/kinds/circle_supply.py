"""Supply against demand inside a circle: what each home finds per head, shared with all others who reach the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.kinds.circle_faults import comparable, units_mixed
from luoshu.kinds.circle_reach import Floats, Folk, Reached, ways
from luoshu.kinds.commitment import Amount, Figure
from luoshu.kinds.site import Site
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    import scipy.sparse as sparse

    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

MOST_PAIRS = 20_000_000
"""So many pairs of sites and homes are looked at to say who may share a site; beyond, everybody may."""
ENOUGH = 1 - 1e-9
"""What is short of the promised room by the rounding of a computer only is enough."""


def unit_of(circle: Circle, sites: Sequence[Site]) -> str | None:
    """The unit that capacities are counted in: the promise's, else the sites' own; None where these do not add up."""
    if circle.capacity is not None and circle.capacity.unit:
        return circle.capacity.unit
    units = [site.capacity_unit for site in sites if site.capacity is not None]
    return None if units_mixed(units) else next(iter(units), "")


def rooms(circle: Circle, sites: Sequence[Site]) -> Floats:
    """The capacity of each site in the unit of the circle; NaN where it is not known or in a unit of something else."""
    unit = unit_of(circle, sites)

    def room(site: Site) -> float:
        if site.capacity is None or unit is None or not comparable(site.capacity_unit, unit):
            return float("nan")
        if site.capacity_unit == unit or not unit:
            return site.capacity
        return float(convert(site.capacity, site.capacity_unit, unit) or 0.0)

    return np.array([room(site) for site in sites], dtype=np.float64)


def found_per_head(
    circle: Circle, people: Folk, found: Reached, book: Book, day: date, *, decay: bool = False, surely: bool = False
) -> Floats:
    """For each home how much per head it finds within the minutes (2SFCA; with `decay` the enhanced, gaussian one).

    Sites whose capacity is not known give nothing here. With `surely` sites give to those homes only that are within
    the minutes wherever in their accuracy both lie, and are shared with all who may be, and those at no known place.
    """
    from luoshu.methods.access import gaussian, two_step_access

    if not len(found.sites):
        return np.zeros(len(people.lon))
    by = ways(circle, book, day)
    minutes = by.reach(people.lon, people.lat, found.lon, found.lat, circle.minutes)
    supply = np.nan_to_num(rooms(circle, found.sites))
    if surely and (found.home_off.any() or found.site_off.any() or people.lost):
        sure = _surely(minutes, found, circle.minutes)
        demand = _possible(circle, people, found, book, day)
        each = np.divide(supply, demand, out=np.zeros(len(supply)), where=demand > 0)
        given = np.bincount(sure.indices, np.repeat(each, np.diff(sure.indptr)), minlength=len(people.lon))
        return np.asarray(given, dtype=np.float64)
    return two_step_access(minutes, supply, people.counted, gaussian(circle.minutes) if decay else None)


def _possible(circle: Circle, people: Folk, found: Reached, book: Book, day: date) -> Floats:
    """How many may come to each site, wherever in their accuracy they and it lie; everybody where that is too much."""
    most = float(people.counted.sum()) + people.lost
    sites, homes = len(found.sites), len(people.lon)
    if sites * homes > MOST_PAIRS:
        return np.full(sites, most)
    wide = circle.minutes + float(found.home_off.max(initial=0.0)) + float(found.site_off.max(initial=0.0))
    minutes = ways(circle, book, day).reach(people.lon, people.lat, found.lon, found.lat, wide)
    rows = np.repeat(np.arange(sites), np.diff(minutes.indptr))
    keep = minutes.data - found.site_off[rows] - found.home_off[minutes.indices] <= circle.minutes + 1e-9
    heads = np.bincount(rows[keep], people.counted[minutes.indices[keep]], minlength=sites)
    return np.asarray(np.minimum(heads + people.lost, most), dtype=np.float64)


def _surely(minutes: sparse.csr_array, found: Reached, within: float) -> sparse.csr_array:
    import scipy.sparse as sparse

    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    keep = minutes.data + found.site_off[rows] + found.home_off[minutes.indices] <= within
    return sparse.csr_array((minutes.data[keep], (rows[keep], minutes.indices[keep])), shape=minutes.shape)


def roomy(circle: Circle, people: Folk, found: Reached, book: Book, day: date, *, surely: bool = False) -> np.ndarray:
    """The homes that find at least the promised room per head: together they need no more than there is."""
    assert circle.capacity is not None
    access = found_per_head(circle, people, found, book, day, surely=surely)
    return np.asarray(access >= circle.capacity.per_head * ENOUGH)


def supply_figures(circle: Circle, people: Folk, found: Reached, book: Book, day: date) -> tuple[Figure, ...]:
    """Room per head inside the circle and of all, and how unevenly it is shared; why, where it cannot be said."""
    offered = rooms(circle, found.sites)
    if not np.isfinite(offered).any():
        why = _why_unknown(circle, found)
        return (Amount(name=say("Room per head inside the circle"), value=None, why=why),) if why else ()
    from luoshu.methods.equality import gini

    unit = unit_of(circle, found.sites) or ""
    each = f"{unit}/人" if unit and circle.of == "people" else unit
    near = found.minutes <= circle.minutes
    inside, total = float(people.counted[near].sum()), float(np.nansum(offered))
    access = found_per_head(circle, people, found, book, day)
    decayed = found_per_head(circle, people, found, book, day, decay=True)
    used = float((access * people.counted).sum())
    silent = int((~np.isfinite(offered)).sum())
    why = say("the capacity of {count} sites is not known and counts as nothing", count=silent) if silent else None
    heads = float(people.counted.sum())
    figures: list[Figure] = [
        Amount(
            name=say("Room per head inside the circle"), value=used / inside if inside else None, unit=each, why=why
        ),
        Amount(name=say("Room per head of all"), value=total / heads, unit=each, why=why),
        Amount(name=say("Room found per head, mean of all (2SFCA)"), value=used / heads, unit=each, why=why),
        Amount(
            name=say("Room found per head, nearer counting more (enhanced 2SFCA, gaussian)"),
            value=float((decayed * people.counted).sum()) / heads, unit=each, why=why,
        ),
        Amount(name=say("Gini coefficient of the room found"), value=gini(access, people.counted)),
    ]  # fmt: skip
    if circle.capacity is not None:
        short = float(people.counted[near & (access < circle.capacity.per_head * ENOUGH)].sum())
        unit = "人" if circle.of == "people" else "个"
        figures.append(Amount(name=say("Within the minutes, but without enough room"), value=short, unit=unit))
    return tuple(figures)


def _why_unknown(circle: Circle, found: Reached) -> Message | None:
    """Why no room can be said; None where nobody asked for it and no site tells."""
    told = [site for site in found.sites if site.capacity is not None]
    if told and unit_of(circle, found.sites) is None:
        return say("the capacities of the sites are in units that do not add up")
    if circle.capacity is not None:
        return say("no site tells its capacity in the unit of the promise")
    return None
