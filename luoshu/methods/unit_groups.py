"""Areas that hang together, each group by itself; how many units it can hold at most; how unlike a unit's areas are."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def groups(starts: Ints, ends: Ints, usable: NDArray[np.bool_]) -> list[Ints]:
    """The usable areas by groups that hang together, each in order of area, the group of the first area first.

    >>> from luoshu.methods.adjoining import neighbours
    >>> [g.tolist() for g in groups(*neighbours([[0, 2], [1, 3]], 5), np.array([True] * 4 + [False]))]
    [[0, 2], [1, 3]]
    """
    from scipy.sparse.csgraph import connected_components

    areas = len(starts) - 1
    tail = np.repeat(np.arange(areas), np.diff(starts))
    keep = usable[tail] & usable[ends]
    graph = sparse.csr_array((np.ones(keep.sum()), (tail[keep], ends[keep])), shape=(areas, areas))
    number, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.searchsorted(label[order], np.arange(1, number)))
    return sorted((part for part in parts if len(part) and usable[part[0]]), key=lambda part: int(part[0]))


def inner(starts: Ints, ends: Ints, members: Ints) -> tuple[Ints, Ints]:
    """The neighbours within a group, areas numbered by their place in it."""
    place = np.full(len(starts) - 1, -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    tail = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keep = (place[tail] >= 0) & (place[ends] >= 0)
    first = np.zeros(len(members) + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(place[tail[keep]], minlength=len(members)))
    return first, place[ends[keep]]


def split(members: int, first: Ints, areas: int) -> Ints:
    """The units of a set of a few areas, out of the table that says which unit its lowest area is in."""
    unit, number = np.full(areas, -1, dtype=np.int64), 0
    while members:
        part = int(first[members])
        unit[[area for area in range(areas) if (part >> area) & 1]] = number
        members ^= part
        number += 1
    return unit


def in_order(unit: Ints) -> Ints:
    """The same units numbered from 0 in order of their first areas.

    >>> in_order(np.array([4, -1, 2, 4])).tolist()
    [0, -1, 1, 0]
    """
    inside = unit >= 0
    _, first, name = np.unique(unit[inside], return_index=True, return_inverse=True)
    result = np.full(len(unit), -1, dtype=np.int64)
    result[inside] = np.argsort(np.argsort(first))[name]
    return result


def unlikeness(unit: Ints, value: Floats) -> float:
    """The sum of the differences of value between all areas of the same unit.

    >>> unlikeness(np.array([0, 0, 0, 1, -1]), np.array([1.0, 2.0, 4.0, 9.0, 50.0]))
    6.0
    """
    inside = unit >= 0
    order = np.lexsort((value[inside], unit[inside]))
    values, names = value[inside][order], unit[inside][order]
    begin = np.searchsorted(names, names)
    number = np.bincount(names, minlength=1)[names] if len(names) else names
    place = np.arange(len(names)) - begin
    return float((values * (2 * place + 1 - number)).sum())  # each value less all before it, sorted


def most_possible(starts: Ints, ends: Ints, size: Floats, least: float) -> int:
    """How many units of at least ``least`` a group that hangs together can hold, no matter how it is cut.

    No unit needs more than ``least`` of any area, so what counts of each is capped there. A part that hangs on a
    single area and has too little for a unit of its own goes with that area, so that what it has above the cap is lost.
    """
    return int((_capped(starts, ends, np.minimum(size, least), float(least)).sum() + least * 1e-9) // least)


@compiled
def _capped(starts, ends, size, least):  # type: ignore[no-untyped-def]
    areas = len(size)
    capped = size.copy()
    stamp, order = np.zeros(areas, dtype=np.int64), np.empty(areas, dtype=np.int64)
    clock = 0
    for area in range(areas):
        clock += 1
        stamp[area] = clock
        for edge in range(starts[area], starts[area + 1]):
            if stamp[ends[edge]] == clock:
                continue
            order[0], stamp[ends[edge]] = ends[edge], clock
            found, at, total = 1, 0, 0.0
            while at < found:
                here = order[at]
                at += 1
                total += capped[here]
                for second in range(starts[here], starts[here + 1]):
                    near = ends[second]
                    if stamp[near] != clock:
                        stamp[near] = clock
                        order[found] = near
                        found += 1
            if total < least and found < areas - 1:  # hangs on this area alone, and others do too
                for place in range(found):
                    capped[order[place]] = 0.0
                capped[area] = min(least, capped[area] + total)
    return capped
