"""The share that a circle serves, with the bounds that badly known places leave, and the verdict that they allow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.kinds.circle_reach import Floats, Folk, Reached, metres_a_minute, ways
from luoshu.kinds.circle_supply import roomy
from luoshu.kinds.commitment import Reason
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

ALMOST = 1 - 1e-6
SOON = 365
"""Days before the deadline from which a share that is short becomes unlikely rather than at risk."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of the counted, 0 to 1, that lies between `low` and `high`; `served` are as many as `value`.

    Along streets these take an inaccuracy for a way of its length; `proven_low` and `proven_high` hold also where a
    wall stands in it.
    """

    value: float
    low: float
    high: float
    served: float
    proven_low: float
    proven_high: float

    @property
    def sure(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a share means for the promise: `met`, `chance`, `verdict` as in a gauge, and the sentences that say why."""

    met: float | None
    chance: float | None
    verdict: str
    because: tuple[Reason, ...] = ()


def inside(circle: Circle, people: Folk, found: Reached, book: Book, day: date) -> np.ndarray:
    """Which homes are served: within the minutes of a site and, where capacity is promised, with enough of it."""
    near = found.minutes <= circle.minutes
    if circle.capacity is None:
        return np.asarray(near)
    return np.asarray(near & roomy(circle, people, found, book, day))


def share_of(circle: Circle, people: Folk, found: Reached, book: Book, day: date) -> Share:
    """The share served: `low` who surely is, `high` who possibly is, homes and sites at the ends of their accuracy.

    Sites that have no place could each serve as many as any spot of this reach holds, and no more. A home that does not
    say how many it holds could hold any number: served or not, these then decide the share.
    """
    served = inside(circle, people, found, book, day)
    counted = people.counted
    value = _part(counted, served, float(counted.sum()))  # those at no known point stand in the bounds only
    low, high = _between(circle, people, found, book, day, (found.soonest, found.latest))
    least, most = low, high
    if found.proven_latest is not found.latest:
        least, most = _between(circle, people, found, book, day, (found.proven_soonest, found.proven_latest))
    exact = not (found.home_off.any() or found.site_off.any() or people.lost)
    if circle.capacity is not None and not exact:
        least = 0.0  # who may lie within the minutes, too, would share what there is
    return Share(
        value=min(max(value, low), high), low=low, high=high, served=float(counted[served].sum()),
        proven_low=min(least, low), proven_high=max(most, high),
    )  # fmt: skip


def _between(
    circle: Circle, people: Folk, found: Reached, book: Book, day: date, minutes: tuple[Floats, Floats]
) -> tuple[float, float]:
    """The share of those who are within the circle's minutes by the most, and by the fewest that each may have."""
    counted, total = people.counted, people.total
    surely, possibly = minutes[1] <= circle.minutes, minutes[0] <= circle.minutes
    if circle.capacity is not None:
        surely &= roomy(circle, people, found, book, day, surely=True)
    low = _part(counted, surely, total)
    most = float(counted[possibly].sum()) + people.lost
    most += len(found.lost) * fullest(circle, people, book, day) if found.lost else 0.0
    high = 1.0 if most >= total or (possibly.all() and not people.lost) else most / total
    if people.silent.any() or people.lost_silent:
        others = bool(people.lost_silent or (people.silent & ~surely).any() or circle.capacity is not None)
        low = 0.0 if others else low
        high = 1.0 if people.lost_silent or found.lost or (people.silent & possibly).any() else high
    if circle.capacity is not None:
        high = min(high, _most_by_room(circle, people, found, total - people.lost + people.lost_least))
    return low, max(high, low)


def _part(counted: Floats, which: np.ndarray, total: float) -> float:
    """Their share of the total; 1 only where none of the counted is left out."""
    part = float(counted[which].sum()) / total
    return min(part, 1.0) if which[counted > 0].all() else min(part, 1 - 1e-12)


def _most_by_room(circle: Circle, people: Folk, found: Reached, total: float) -> float:
    """The share that all capacity together would do for; 1 where a site's capacity is not known."""
    from luoshu.kinds.circle_supply import rooms

    assert circle.capacity is not None
    offered = rooms(circle, found.sites)
    if found.lost or not np.isfinite(offered).all():
        return 1.0
    return min(1.0, float(offered.sum()) / circle.capacity.per_head / total)


def fullest(circle: Circle, people: Folk, book: Book, day: date) -> float:
    """How many one site could serve at most, wherever it stands."""
    from luoshu.methods.served import most_within
    from luoshu.methods.sphere import Plane

    metres = circle.minutes * ways(circle, book, day).fastest
    if not np.isfinite(metres):
        return float(people.counted.sum())
    reach = (metres + float(people.accuracy.max(initial=0.0))) * 1.02  # the plane is off by at most 2 % here
    east, north = Plane.around(people.lon, people.lat).metres(people.lon, people.lat)
    return most_within(east, north, people.counted, reach)


def fewest(circle: Circle, people: Folk, book: Book, day: date, left: np.ndarray) -> int:
    """A number of sites below which the homes `left` cannot all be served, wherever the sites stand.

    Homes farther apart than twice the reach need a site each.
    """
    from luoshu.methods.served import apart
    from luoshu.methods.sphere import Plane

    which = np.flatnonzero(left & (people.counted > 0))
    if not len(which):
        return 0
    metres = circle.minutes * ways(circle, book, day).fastest * 1.02
    if not np.isfinite(metres):
        return 1
    east, north = Plane.around(people.lon, people.lat).metres(people.lon[which], people.lat[which])
    return len(apart(east, north, 2 * metres))


def fewest_for_share(circle: Circle, people: Folk, book: Book, day: date, served: np.ndarray) -> int:
    """A number of new sites below which the promised share cannot be served, wherever they stand."""
    left = ~served
    missing = circle.share * float(people.counted.sum()) - float(people.counted[served].sum())
    if missing <= 0:
        return 0
    if circle.share == 1:
        return fewest(circle, people, book, day, left)
    most = fullest(circle, people, book, day)
    return math.ceil(missing / most * (1 - 1e-9)) if most > 0 else 0


def stand(circle: Circle, day: date, now: Share, due: Share, estimated: bool) -> Standing:
    """Met and verdict from the share today and on the due day.

    Kept and missed, and a chance of one or zero, only where the proven bounds lie on one side and nothing is estimated;
    before the deadline what is short can still be built.
    """
    goal = circle.share - (1e-12 if circle.share < 1 else 0.0)  # sums of floats; everybody stays everybody
    met = 1.0 if due.value >= goal else min(ALMOST, due.value / goal)
    over = circle.due is not None and day >= circle.due
    if due.low >= goal and (over or now.low >= goal):
        sure = not estimated and due.proven_low >= goal and (over or now.proven_low >= goal)
        certain = sure and (over or circle.due is None)  # what stands today may close before the deadline
        return Standing(met=met, chance=1.0 if certain else None, verdict="kept" if sure else "likely")
    if over:
        if due.high >= goal:
            return Standing(met=met, chance=None, verdict="open", because=(_undecided(due, goal),))
        if estimated or due.proven_high >= goal:
            return Standing(met=met, chance=None, verdict="unlikely")
        return Standing(met=met, chance=0.0, verdict="missed")
    if due.low >= goal:
        return Standing(met=met, chance=None, verdict="likely")
    if circle.due is None:
        return Standing(met=met, chance=None, verdict="open")
    if due.high >= goal:
        return Standing(met=met, chance=None, verdict="open", because=(_undecided(due, goal),))
    short = "unlikely" if (circle.due - day).days <= SOON and met < 0.9 else "at risk"
    return Standing(met=met, chance=None, verdict=short)


def _undecided(due: Share, goal: float) -> Reason:
    says = say(
        "The share lies between {low} and {high}, so that the places known do not decide whether {goal} is served",
        low=percent(due.low), high=percent(due.high), goal=percent(goal),
    )  # fmt: skip
    return Reason(says=says, tone="warn")


def percent(share: float) -> Message:
    """A share as a percentage with three figures that never becomes 100 by rounding, nor 0.

    >>> percent(0.123456), percent(0.99999), percent(1.0), percent(0.0), percent(0.00012)
    ('12.3%', '99.9%', '100%', '0%', '0.01%')
    """
    if share >= 1 or share <= 0:
        return amount(100.0 if share >= 1 else 0.0, "%")
    if share > 0.999:
        return amount(99.9, "%")
    points = share * 100
    return amount(round(points, 1) if points >= 0.1 else max(round(points, 2), 0.01), "%")


def reach_metres(circle: Circle, book: Book, day: date) -> float:
    """How far the circle's minutes reach in a straight line, detours counted in."""
    return circle.minutes * metres_a_minute(circle, book, day)
