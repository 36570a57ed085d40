"""Kernel of contiguous units for a handful of areas: every set of them is looked at, so that the answer is the best."""

import numpy as np

from luoshu.methods.compiled import compiled

MOST_AREAS = 16
"""Areas that adjoin each other, up to which every set is looked at: 3 to the 15th are 14 million steps."""


@compiled
def unit_table(starts, ends, size, value, least, most):  # type: ignore[no-untyped-def]
    """For each set of areas (bits of its number): into how many units at most it splits, how unlike they are, one unit.

    A unit is contiguous and ``least`` to ``most`` in size. ``count``: -1 where the set does not split into units
    whole; ``unlike``: the least sum of differences of ``value`` within units at that count; ``first``: the unit with
    the lowest area of the set in the best split. Splits of the rest are looked up in the table (Held and Karp 1962).
    """
    areas = len(size)
    sets = 1 << areas
    joins = np.zeros(areas, dtype=np.int64)
    for area in range(areas):
        for at in range(starts[area], starts[area + 1]):
            joins[area] |= 1 << ends[at]
    amount, within = np.zeros(sets), np.zeros(sets)
    fits = np.zeros(sets, dtype=np.bool_)
    for members in range(1, sets):
        low = lowest(members)
        rest = members & (members - 1)
        amount[members] = amount[rest] + size[low]
        total = within[rest]
        for other in range(low + 1, areas):
            if (rest >> other) & 1:
                total += abs(value[low] - value[other])
        within[members] = total
        fits[members] = least <= amount[members] <= most and joined(members, joins)
    count, unlike = np.full(sets, -1, dtype=np.int64), np.full(sets, np.inf)
    first = np.zeros(sets, dtype=np.int64)
    count[0], unlike[0] = 0, 0.0
    for members in range(1, sets):
        rest = members & (members - 1)
        low = members ^ rest
        part = rest
        while True:  # every set that holds the lowest area
            unit = part | low
            left = members ^ unit
            if fits[unit] and count[left] >= 0:
                number, difference = count[left] + 1, unlike[left] + within[unit]
                if number > count[members] or (number == count[members] and difference < unlike[members]):
                    count[members], unlike[members], first[members] = number, difference, unit
            if part == 0:
                break
            part = (part - 1) & rest
    return amount, count, unlike, first


@compiled
def lowest(members):  # type: ignore[no-untyped-def]
    """The lowest area of a set."""
    place = 0
    while not (members >> place) & 1:
        place += 1
    return place


@compiled
def joined(members, joins):  # type: ignore[no-untyped-def]
    """Whether the areas of a set hang together."""
    found = members & -members
    fresh = found
    while fresh:
        near = joins[lowest(fresh)] & members & ~found
        fresh = (fresh & (fresh - 1)) | near
        found |= near
    return found == members
