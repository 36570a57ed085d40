"""The four siting problems of a circle, each answered with the bound that the methods compute."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.circle_candidates import Candidates, Choice
from luoshu.kinds.circle_reach import Floats, metres_a_minute, ways
from luoshu.kinds.circle_share import percent
from luoshu.kinds.commitment import Reason
from luoshu.words.message import amount, say

if TYPE_CHECKING:
    import scipy.sparse as sparse

    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle
    from luoshu.kinds.circle_moves import Ground
    from luoshu.methods.siting import Siting

SECONDS = 5.0
"""How long the exact solver may work on what the search leaves open."""
MOST_TIMES = 4_000_000
"""So many minutes from candidates to homes are held at once for the shortest ways; more homes are gathered."""
FAR = 24
"""Ways along streets are followed to so many times the circle's minutes; who has none within is out of reach."""


def choose(
    circle: Circle, base: Ground, found: Candidates, book: Book, day: date, budget: float | None, count: int | None
) -> Choice:
    """New sites among the candidates for the circle's own siting problem."""
    free = _free(circle, base, found, budget)
    if not len(free):
        says = say("No candidate may be built under these limits")
        return Choice(sites=free, gains=np.zeros(0), most=0.0, because=(Reason(says=says, tone="warn"),))
    if circle.capacity is not None and found.rows:
        from luoshu.kinds.circle_rooms import most_with_room

        most = most_with_room(
            circle, base, found, free, book, day, budget, count, too_close(circle, found, free), SECONDS
        )
        if circle.aim == "cover":
            return most
        says = say("With a promised capacity the most people are looked for, whatever the problem")
        return replace(most, because=(Reason(says=says, tone="warn"), *most.because))
    if circle.aim == "set":
        return _fewest(circle, base, found, free, budget, count)
    if circle.aim in ("median", "center"):
        return _shortest(circle, base, found, free, book, day, budget, count)
    if circle.phases and circle.capacity is None and count is None:
        from luoshu.kinds.circle_years import by_years

        matrix, homes = within_reach(found, free, base.left)
        apart = too_close(circle, found, free)
        return by_years(circle.phases, matrix, base.left[homes], found.cost, free, apart, day, budget, SECONDS)
    return _most(circle, base, found, free, budget, count)


def _free(circle: Circle, base: Ground, found: Candidates, budget: float | None) -> NDArray[np.int64]:
    """Candidates that may be built: with a cost where a budget counts, and far enough from what stands."""
    may = np.isfinite(found.cost) if budget is not None else np.ones(len(found), dtype=np.bool_)
    if circle.spacing > 0 and len(base.lon):
        from scipy.spatial import KDTree

        from luoshu.methods.sphere import Plane

        plane = Plane.around(base.people.lon, base.people.lat)
        standing = np.stack(plane.metres(base.lon, base.lat), 1)
        metres, _ = KDTree(standing).query(np.stack(plane.metres(found.lon, found.lat), 1))
        may &= metres >= circle.spacing
    return np.flatnonzero(may)


def too_close(circle: Circle, found: Candidates, free: NDArray[np.int64]) -> sparse.csr_array | None:
    """Pairs of free candidates that lie closer than the spacing; None where none is asked for."""
    if circle.spacing <= 0:
        return None
    from luoshu.methods.spacing import too_near

    return too_near(found.lon[free], found.lat[free], circle.spacing, degrees=True)


def within_reach(
    found: Candidates, free: NDArray[np.int64], left: Floats
) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Who is within reach of the free candidates, and the homes (columns) that are left to serve."""
    import scipy.sparse as sparse

    homes = np.flatnonzero(left > 0)
    reach = sparse.csr_array(
        (np.ones(len(found.reach.indices), dtype=np.bool_), found.reach.indices, found.reach.indptr),
        shape=found.reach.shape,
    )
    return sparse.csr_array(sparse.csr_array(reach[free])[:, homes]), homes


def _most(
    circle: Circle, base: Ground, found: Candidates, free: NDArray[np.int64], budget: float | None, count: int | None
) -> Choice:
    """Maximal cover: the most people with so many sites or so much money."""
    from luoshu.methods.locate import maximal_cover

    matrix, homes = within_reach(found, free, base.left)
    costs = found.cost[free] if budget is not None else None
    answer = maximal_cover(
        matrix, base.left[homes], p=None if count is None else min(count, len(free)), costs=costs, budget=budget,
        apart=too_close(circle, found, free), seconds=SECONDS,
    )  # fmt: skip
    sites, gains = _in_order(matrix, base.left[homes], answer.sites, costs)
    return Choice(sites=free[sites], gains=gains, most=answer.bound)


def _in_order(
    matrix: sparse.csr_array, left: Floats, sites: NDArray[np.int64], costs: Floats | None
) -> tuple[NDArray[np.int64], Floats]:
    from luoshu.methods.served import gains_in_order

    return gains_in_order(matrix, left, sites, costs)


def _fewest(
    circle: Circle, base: Ground, found: Candidates, free: NDArray[np.int64], budget: float | None, count: int | None
) -> Choice:
    """Set cover: the fewest or cheapest sites that serve the promised share of those whom any candidate reaches."""
    matrix, homes = within_reach(found, free, base.left)
    left = base.left[homes]
    costed = bool(np.isfinite(found.cost[free]).all())
    costs = found.cost[free] if costed else np.ones(len(free))
    reachable = float(left[np.unique(matrix.indices)].sum()) if matrix.nnz else 0.0
    wanted = min(circle.share * base.total - base.served, reachable)
    whole = wanted >= reachable * (1 - 1e-12)
    apart = too_close(circle, found, free)
    sites, cost, least = _cover_all(matrix, costs, apart) if whole else _cover_share(matrix, left, costs, wanted, apart)
    if not math.isfinite(cost):
        says = say("So far apart, sites cannot serve everybody whom candidates reach: the most people are looked for")
        most = _most(circle, base, found, free, budget, len(free) if count is None else count)
        return replace(most, because=(Reason(says=says, tone="warn"),))
    order, gains = _in_order(matrix, left, sites, costs if costed else None)
    gap = (cost - least) / cost if cost > least else 0.0
    because, listed = [_tell_fewest(costed, cost, least, (base.served + wanted) / base.total)], len(order)
    if count is not None and count < len(order):
        says = say("Only the first {count} of them are listed", count=count)
        because.append(Reason(says=says))
        order, gains = order[:count], gains[:count]
    if budget is not None:
        paid = np.cumsum(costs[order]) <= budget * (1 + 1e-12)
        if not paid.all():
            says = say("Only the first {count} of them are within the budget", count=int(paid.sum()))
            because.append(Reason(says=says))
        order, gains = order[paid], gains[paid]
    # a part of the fewest sites is not the best that so many could serve: its gap is measured by the people served
    certified = gap if len(order) == listed else None
    return Choice(sites=free[order], gains=gains, most=reachable, certified=certified, because=tuple(because))


def _tell_fewest(costed: bool, cost: float, least: float, share: float) -> Reason:
    if costed:
        says = say("{cost} would bring it to {share}, what is promised or as far as candidates reach; no choice does "
                   "it for less than {least}", cost=amount(cost, "元"), least=amount(round(least), "元"),
                   share=percent(min(share, 1.0)))  # fmt: skip
    else:
        says = say("New sites to bring it to {share}, what is promised or as far as candidates reach: {cost:,}; no "
                   "choice does it with fewer than {least:,}", cost=round(cost), least=math.ceil(least * (1 - 1e-9)),
                   share=percent(min(share, 1.0)))  # fmt: skip
    return Reason(says=says)


def _cover_all(
    matrix: sparse.csr_array, costs: Floats, apart: sparse.csr_array | None
) -> tuple[NDArray[np.int64], float, float]:
    from luoshu.methods.locate import set_cover

    answer = set_cover(matrix, costs, apart=apart, seconds=SECONDS)
    return answer.sites, answer.objective, answer.bound


def _cover_share(
    matrix: sparse.csr_array, left: Floats, costs: Floats, wanted: float, apart: sparse.csr_array | None
) -> tuple[NDArray[np.int64], float, float]:
    """Fewest or cheapest sites that serve so many: maximal covers under halved limits, each with its bound.

    A limit under which even the bound serves fewer is too small for sure.
    """
    from luoshu.methods.locate import maximal_cover

    every = np.arange(len(costs))
    unit = bool((costs == 1).all())
    best, low, high = (every, float(costs.sum())), 0.0, float(costs.sum())
    if apart is not None:
        whole = maximal_cover(matrix, left, p=len(every), apart=apart, seconds=1.0)
        if whole.objective < wanted * (1 - 1e-12):
            return whole.sites, math.inf, 0.0
        best = (whole.sites, float(costs[whole.sites].sum()))
        high = best[1]
    for _ in range(24):
        middle = math.floor((low + high) / 2) if unit else (low + high) / 2
        if middle <= low or high - low <= 0.002 * high:
            break
        answer = _most_under(middle, matrix, left, costs, apart)
        if answer.objective >= wanted * (1 - 1e-12):
            spent = float(costs[answer.sites].sum())
            best, high = (answer.sites, spent), min(spent, middle)
        elif answer.bound < wanted * (1 - 1e-12):
            low = middle
        else:  # neither found nor ruled out: the answer stays above, the bound below
            return *_search_up(matrix, left, costs, wanted, middle, best, apart), low + (1 if unit else 0)
    return *best, min(low + (1 if unit else 0), best[1])


def _most_under(
    limit: float, matrix: sparse.csr_array, left: Floats, costs: Floats, apart: sparse.csr_array | None
) -> Siting:
    """The most people served under a limit: of the number of sites where all cost one, else of their cost."""
    from luoshu.methods.locate import maximal_cover

    limits: dict[str, Any] = {"p": int(limit)} if (costs == 1).all() else {"costs": costs, "budget": limit}
    return maximal_cover(matrix, left, apart=apart, seconds=1.0, shakes=200, **limits)


def _search_up(
    matrix: sparse.csr_array, left: Floats, costs: Floats, wanted: float, low: float,
    best: tuple[NDArray[np.int64], float], apart: sparse.csr_array | None,
) -> tuple[NDArray[np.int64], float]:  # fmt: skip
    """The least limit above `low` under which the search finds an answer."""
    high, unit = best[1], bool((costs == 1).all())
    for _ in range(16):
        middle = math.floor((low + high) / 2) if unit else (low + high) / 2
        if middle <= low or high - low <= 0.002 * high:
            break
        answer = _most_under(middle, matrix, left, costs, apart)
        if answer.objective >= wanted * (1 - 1e-12):
            best = (answer.sites, float(costs[answer.sites].sum()))
            high = min(best[1], middle)
        else:
            low = middle
    return best


def _shortest(
    circle: Circle, base: Ground, found: Candidates, free: NDArray[np.int64], book: Book, day: date,
    budget: float | None, count: int | None,
) -> Choice:  # fmt: skip
    """p-median or p-center: the shortest way of all together, or of the farthest, with so many new sites."""
    from luoshu.methods.locate import p_center, p_median

    notes: list[Reason] = []
    spots, weight, moved = _gathered(base, len(free) + len(base.lon))
    if len(spots) < int((base.people.counted > 0).sum()):
        says = say("The homes are gathered at {count:,} points to choose by", count=len(spots))
        notes.append(Reason(says=says, tone="warn"))
    lon, lat = np.concatenate([base.lon, found.lon[free]]), np.concatenate([base.lat, found.lat[free]])
    by = ways(circle, book, day)
    farthest = np.inf if by.estimate else circle.minutes * FAR
    reach = by.reach(base.people.lon[spots], base.people.lat[spots], lon, lat, farthest)
    times = np.full(reach.shape, np.inf)
    times[np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr)), reach.indices] = reach.data
    far = float(weight[~np.isfinite(times).any(axis=0)].sum())
    if far >= 0.5:
        says = say("{count:,} have no way to any candidate or site within {minutes:g} minutes, and are left out",
                   count=round(far), minutes=farthest)  # fmt: skip
        notes.append(Reason(says=says, tone="warn"))
    standing = np.arange(len(base.lon))
    number = min(len(free) if count is None else count, len(free))
    costs = None if budget is None else np.concatenate([np.zeros(len(base.lon)), found.cost[free]])
    apart = _beside(too_close(circle, found, free), len(base.lon))
    if number + len(standing) == 0:
        return Choice(sites=free[:0], gains=np.zeros(0), most=0.0, certified=0.0, because=tuple(notes))
    limits: dict[str, Any] = {"p": number, "existing": standing, "apart": apart, "seconds": SECONDS}
    if budget is not None:
        limits |= {"p": None, "costs": costs, "budget": budget}
    solve, table = (p_median, times) if circle.aim == "median" else (p_center, times[:, weight > 0])
    answer = solve(table, weight if circle.aim == "median" else None, **limits)
    value, least, heads = answer.objective, answer.bound, float(weight.sum()) - far
    if moved and math.isfinite(value):
        built = np.concatenate([standing, answer.sites])
        value, heads = _of_all(circle, base, book, day, lon[built], lat[built])
        # the gathered points are homes, so that the farthest of them bounds the farthest of all; a mean moves with them
        astray = moved * 1.02 / metres_a_minute(circle, book, day) if circle.aim == "median" else 0.0
        least = max(least - astray, 0.0) if by.estimate or circle.aim == "center" else 0.0
    notes.append(_tell_shortest(circle.aim, value, least, heads))
    matrix, homes = within_reach(found, free, base.left)
    sites, gains = _in_order(matrix, base.left[homes], answer.sites - len(standing), None)
    if count is not None and len(sites) > count:
        notes.append(Reason(says=say("Only the first {count} of them are listed", count=count)))
        sites, gains = sites[:count], gains[:count]
    alone = np.sort(np.asarray(matrix.astype(np.float64) @ base.left[homes]))[::-1]
    gap = answer.gap if not moved else (value - least) / value if value > 0 else 0.0
    certified = min(max(gap, 0.0), 1.0) if math.isfinite(value) else 1.0
    return Choice(sites=free[sites], gains=gains, most=float(alone[:number].sum()), certified=certified,
                  because=tuple(notes))  # fmt: skip


def _beside(apart: sparse.csr_array | None, standing: int) -> sparse.csr_array | None:
    """The pairs of candidates numbered behind the sites that stand."""
    if apart is None:
        return None
    import scipy.sparse as sparse

    pairs = sparse.coo_array(apart)
    size = standing + pairs.shape[0]
    return sparse.csr_array((pairs.data, (pairs.row + standing, pairs.col + standing)), shape=(size, size))


def _of_all(circle: Circle, base: Ground, book: Book, day: date, lon: Floats, lat: Floats) -> tuple[float, float]:
    """The minutes of all homes together, or of the farthest, to these sites, and how many people have a way."""
    people = base.people
    minutes, _ = ways(circle, book, day).nearest(people.lon, people.lat, lon, lat)
    way = np.isfinite(minutes) & (people.counted > 0)
    heads = float(people.counted[way].sum())
    if circle.aim == "center":
        return float(minutes[way].max(initial=0.0)), heads
    return float((minutes[way] * people.counted[way]).sum()), heads


def _gathered(base: Ground, sites: int) -> tuple[NDArray[np.int64], Floats, float]:
    """Homes that stand for all, few enough for a full table of minutes, and how many people each stands for.

    And how many metres they are from those whom they stand for, all people together.
    """
    from luoshu.methods.served import crowds
    from luoshu.methods.sphere import Plane

    people = base.people
    which = np.flatnonzero(people.counted > 0)
    most = max(MOST_TIMES // max(sites, 1), 200)
    if len(which) <= most:
        return which, people.counted[which], 0.0
    east, north = Plane.around(people.lon, people.lat).metres(people.lon[which], people.lat[which])
    size = 250.0
    while True:
        crowd, heart = crowds(east, north, people.counted[which], size)
        if len(heart) <= most:
            off = np.hypot(east - east[heart][crowd], north - north[heart][crowd])
            weight = np.bincount(crowd, people.counted[which]).astype(np.float64)
            return which[heart], weight, float((off * people.counted[which]).sum())
        size *= 1.5


def _tell_shortest(aim: str, objective: float, bound: float, heads: float) -> Reason:
    if not math.isfinite(objective):
        return Reason(
            says=say("So few sites leave somebody without any way: no shortest way can be proven"), tone="warn"
        )
    if aim == "median":
        says = say(
            "The way is {mean:g} minutes on average then; no choice of as many sites makes it less than {least:g}",
            mean=round(objective / heads, 2), least=round(bound / heads, 2),
        )  # fmt: skip
    else:
        says = say(
            "The farthest have {most:g} minutes then; no choice of as many sites makes it less than {least:g}",
            most=round(objective, 2), least=round(bound, 2),
        )  # fmt: skip
    return Reason(says=says)
