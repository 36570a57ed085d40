"""From door to door: homes and sites that stand beside streets, joined to them without ever being a way through."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.compiled import compiled
from luoshu.methods.reach import Network, nearest, reach_sets
from luoshu.methods.ways import Ways

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Doors:
    """Where places meet the streets: door number i leads from place `place[i]` (rising) to link `link[i]`, so far along
    it (`share`, 0 at the tail), in `minutes`. A place may have several doors, or none: then it is out of reach.

    `places`: how many places there are, with or without a door.
    """

    places: int
    place: Ints
    link: Ints
    share: Floats
    minutes: Floats


def nearest_site(way: Ways, road: Network, homes: Doors, sites: Doors, within: float = np.inf) -> tuple[Floats, Ints]:
    """For each home the minutes to its nearest site, and which it is; infinite and -1 where none is within.

    `road` is `way.toward()`. Ways go from home to site, along one-ways only as they may be used; a home and a site on
    the same link meet on it, where its direction lets them. Of sites equally near the first counts.
    """
    corner, spent, door = _seeds(way, sites)
    time, seed = nearest(road, corner, within=within, offsets=spent)
    site = np.where(seed >= 0, sites.place[door[seed]] if len(door) else -1, -1)
    order, low, high = _same_link(homes, sites)
    minutes, found = np.full(homes.places, np.inf), np.full(homes.places, -1, dtype=np.int64)
    others = order, low, high, sites.place, sites.share, sites.minutes
    _from_homes(*(*_plain(way, homes), time, site, *others, float(within), minutes, found))
    return minutes, found


def reach_of_sites(way: Ways, road: Network, homes: Doors, sites: Doors, within: float) -> sparse.csr_array:
    """Sites by homes: the minutes from each home that reaches a site within so many; stored zeros count.

    As `nearest_site` in all else. Columns in no order.
    """
    corner, spent, door = _seeds(way, sites)
    first = len(road.rank)
    wide = _with_sites(road, corner, spent, sites.place[door], sites.places)
    reach = reach_sets(wide, np.arange(first, first + sites.places), within=within)
    order, low, high = _same_link(sites, homes)
    starts, ends, costs = _by_corner(way, homes)
    doors = np.searchsorted(sites.place, np.arange(sites.places + 1))
    others = doors, order, low, high, homes.place, homes.share, homes.minutes, homes.places
    found = reach.indptr, reach.indices, reach.data, starts, ends, costs
    rows, columns, minutes = _merge(*(*found, *_plain(way, sites), *others, float(within)))
    return sparse.csr_array((minutes, columns, rows), shape=(sites.places, homes.places), copy=False)


def corner_minutes(way: Ways, road: Network, sites: Doors, within: float) -> Floats:
    """Minutes from each corner to the nearest of the sites; infinite beyond `within`."""
    corner, spent, _ = _seeds(way, sites)
    return nearest(road, corner, within=within, offsets=spent)[0]


def _plain(way: Ways, doors: Doors) -> Any:
    return (
        way.tail, way.head, way.forth, way.back, doors.place, doors.link, doors.share, doors.minutes,
    )  # fmt: skip


def _seeds(way: Ways, sites: Doors) -> tuple[Ints, Floats, Ints]:
    """The corners from which the sites are reached, the minutes from there to the site, and by which door."""
    forth, back = way.forth[sites.link], way.back[sites.link]
    ahead = np.where(sites.share > 0, sites.share * np.where(sites.share > 0, forth, 0.0), 0.0)
    astern = np.where(sites.share < 1, (1 - sites.share) * np.where(sites.share < 1, back, 0.0), 0.0)
    corner = np.stack([way.tail[sites.link], way.head[sites.link]], axis=1).ravel()
    spent = (np.stack([ahead, astern], axis=1) + sites.minutes[:, None]).ravel()
    door = np.repeat(np.arange(len(sites.link)), 2)
    there = np.isfinite(spent)
    return corner[there], spent[there], door[there]


def _same_link(asking: Doors, others: Doors) -> tuple[Ints, Ints, Ints]:
    """The doors of the others by link, and for each asking door which stretch of them is on its link."""
    order = np.argsort(others.link, kind="stable")
    links = others.link[order]
    return order, np.searchsorted(links, asking.link, "left"), np.searchsorted(links, asking.link, "right")


def _with_sites(road: Network, corner: Ints, spent: Floats, site: Ints, sites: int) -> Network:
    """The network with a corner of its own for each site, from which its doors lead; nothing leads to it."""
    counts = np.bincount(site, minlength=sites).astype(np.uint64)
    first = len(road.rank)
    order = np.argsort(site, kind="stable")
    return replace(
        road,
        starts=np.concatenate([road.starts, road.starts[-1] + np.cumsum(counts, dtype=np.uint64)]),
        ends=np.concatenate([road.ends, road.rank[corner[order]]]),
        minutes=np.concatenate([road.minutes, spent[order]]),
        rank=np.concatenate([road.rank, np.arange(first, first + sites, dtype=np.uint32)]),
        names=np.concatenate([road.names, np.arange(first, first + sites, dtype=np.int32)]),
    )


def _by_corner(way: Ways, homes: Doors) -> tuple[Ints, Ints, Floats]:
    """For each corner the homes whose doors lead there, with the minutes from the home."""
    forth, back = way.forth[homes.link], way.back[homes.link]
    ahead = np.where(homes.share < 1, (1 - homes.share) * np.where(homes.share < 1, forth, 0.0), 0.0) + homes.minutes
    astern = np.where(homes.share > 0, homes.share * np.where(homes.share > 0, back, 0.0), 0.0) + homes.minutes
    corner = np.concatenate([way.head[homes.link], way.tail[homes.link]])
    cost, home = np.concatenate([ahead, astern]), np.concatenate([homes.place, homes.place])
    there = np.isfinite(cost)
    corner, cost, home = corner[there], cost[there], home[there]
    order = np.argsort(corner, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(corner, minlength=way.nodes))])
    return starts, home[order], cost[order]


@compiled
def _from_homes(  # type: ignore[no-untyped-def]
    tail, head, forth, back, place, link, share, spent, time, site, order, low, high, site_place, site_share,
    site_spent, within, minutes, found,
):  # fmt: skip
    """The best of each home's doors: by either end of its link, or straight to a site on the same link."""
    for door in range(len(place)):
        home, edge, part = place[door], link[door], share[door]
        for end in range(2):
            corner = head[edge] if end == 0 else tail[edge]
            rest = 1.0 - part if end == 0 else part
            pace = forth[edge] if end == 0 else back[edge]
            total = time[corner] + spent[door] + (rest * pace if rest > 0.0 else 0.0)
            _better(home, total, site[corner], within, minutes, found)
        for entry in range(low[door], high[door]):
            other = order[entry]
            gap = site_share[other] - part
            pace = forth[edge] if gap > 0.0 else back[edge]
            total = (abs(gap) * pace if gap != 0.0 else 0.0) + spent[door] + site_spent[other]
            _better(home, total, site_place[other], within, minutes, found)


@compiled
def _better(home, total, site, within, minutes, found):  # type: ignore[no-untyped-def]
    if (
        total <= within
        and total < np.inf
        and (total < minutes[home] or (total == minutes[home] and site < found[home]))
    ):
        minutes[home] = total
        found[home] = site


@compiled
def _merge(  # type: ignore[no-untyped-def]
    rows, corners, times, starts, ends, costs, tail, head, forth, back, place, link, share, spent, doors, order, low,
    high, home_place, home_share, home_spent, homes, within,
):  # fmt: skip
    """Homes instead of corners in the reach of each site: every home once, with the least of its minutes."""
    sites = len(rows) - 1
    best = np.full(homes, np.inf)
    touched = np.empty(homes, dtype=np.int64)
    out = np.zeros(sites + 1, dtype=np.int64)
    columns = np.empty(max(1024, homes + 64 * sites), dtype=np.int32)
    minutes = np.empty(len(columns))
    filled = 0
    for site in range(sites):
        count = 0
        for entry in range(rows[site], rows[site + 1]):
            corner = corners[entry]
            if corner >= len(starts) - 1:
                continue
            for step in range(starts[corner], starts[corner + 1]):
                total = times[entry] + costs[step]
                if total <= within:
                    count = _note(ends[step], total, best, touched, count)
        for door in range(doors[site], doors[site + 1]):
            edge = link[door]
            for step in range(low[door], high[door]):
                other = order[step]
                gap = share[door] - home_share[other]
                pace = forth[edge] if gap > 0.0 else back[edge]
                total = (abs(gap) * pace if gap != 0.0 else 0.0) + spent[door] + home_spent[other]
                if total <= within and total < np.inf:
                    count = _note(home_place[other], total, best, touched, count)
        if filled + count > len(columns):
            room = max(int(1.1 * filled / (site + 1) * sites), filled + filled // 2) + homes
            columns, minutes = _longer(columns, filled, room), _longer(minutes, filled, room)
        for step in range(count):
            home = touched[step]
            columns[filled] = home
            minutes[filled] = best[home]
            best[home] = np.inf
            filled += 1
        out[site + 1] = filled
    return out, columns[:filled], minutes[:filled]


@compiled
def _note(home, total, best, touched, count):  # type: ignore[no-untyped-def]
    if best[home] == np.inf:
        touched[count] = home
        count += 1
    best[home] = min(best[home], total)
    return count


@compiled
def _longer(values, filled, room):  # type: ignore[no-untyped-def]
    more = np.empty(room, dtype=values.dtype)
    more[:filled] = values[:filled]
    return more
