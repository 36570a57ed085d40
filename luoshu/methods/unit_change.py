"""Kernel of contiguous units: areas change over, or change places, between units that adjoin, by simulated annealing.

What is made small: the differences of ``value`` within units (``even`` false), or the squares of their sizes (``even``
true). A unit never falls apart, and never leaves the sizes between ``least`` and ``most``.
"""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def change_over(starts, ends, size, value, unit, least, most, even, steps, seed):  # type: ignore[no-untyped-def]
    """The best units found in so many steps, from ``unit`` (-1: in none, and stays there); changes ``unit``."""
    np.random.seed(seed)
    areas, count = len(size), unit.max() + 1
    full, heads = np.zeros(count), np.full(count, -1)
    after, before = np.full(areas, -1), np.full(areas, -1)
    number = np.zeros(count, dtype=np.int64)
    for area in range(areas):
        if unit[area] >= 0:
            enter(area, unit[area], unit, size, full, number, heads, after, before)
    stamp, order, clock = np.zeros(areas, dtype=np.int64), np.empty(areas, dtype=np.int64), 0
    best, now, lowest = unit.copy(), 0.0, 0.0
    heat = typical(starts, ends, size, value, unit, even, full)
    for step in range(steps):
        warmth = heat * (1.0 - step / steps) ** 2
        area = np.random.randint(areas)
        source = unit[area]
        ways = starts[area + 1] - starts[area]
        if source < 0 or ways == 0 or number[source] == 1:
            continue
        target = unit[ends[starts[area] + np.random.randint(ways)]]
        if target < 0 or target == source:
            continue
        other = -1
        if full[source] - size[area] < least or full[target] + size[area] > most:
            other = partner(starts, ends, unit, area, source, target)  # one for one
            if other < 0:
                continue
            gain = size[area] - size[other]
            if full[source] - gain < least or full[source] - gain > most:
                continue
            if full[target] + gain < least or full[target] + gain > most:
                continue
        change = difference(area, other, source, target, size, value, even, full, heads, after)
        if change > 0 and (warmth <= 0 or np.random.random() >= np.exp(-change / warmth)):
            continue
        trade(area, other, source, target, unit, size, full, number, heads, after, before)
        clock += 2
        if whole(starts, ends, unit, source, heads, number, stamp, clock, order) and whole(
            starts, ends, unit, target, heads, number, stamp, clock + 1, order
        ):
            now += change
            if now < lowest - 1e-9:
                lowest = now
                best[:] = unit
        else:
            trade(area, other, target, source, unit, size, full, number, heads, after, before)
    unit[:] = best


@compiled
def enter(area, name, unit, size, full, number, heads, after, before):  # type: ignore[no-untyped-def]
    """An area goes into a unit."""
    unit[area] = name
    full[name] += size[area]
    number[name] += 1
    after[area], before[area] = heads[name], -1
    if heads[name] >= 0:
        before[heads[name]] = area
    heads[name] = area


@compiled
def leave(area, name, size, full, number, heads, after, before):  # type: ignore[no-untyped-def]
    """An area goes out of its unit."""
    full[name] -= size[area]
    number[name] -= 1
    if before[area] >= 0:
        after[before[area]] = after[area]
    else:
        heads[name] = after[area]
    if after[area] >= 0:
        before[after[area]] = before[area]


@compiled
def trade(area, other, source, target, unit, size, full, number, heads, after, before):  # type: ignore[no-untyped-def]
    """An area goes from one unit to another, and perhaps another one back."""
    leave(area, source, size, full, number, heads, after, before)
    enter(area, target, unit, size, full, number, heads, after, before)
    if other >= 0:
        leave(other, target, size, full, number, heads, after, before)
        enter(other, source, unit, size, full, number, heads, after, before)


@compiled
def partner(starts, ends, unit, area, source, target):  # type: ignore[no-untyped-def]
    """Some area of the target that adjoins the source elsewhere than at the area that leaves it; -1: none was met."""
    ways = starts[area + 1] - starts[area]
    for _ in range(4):
        near = ends[starts[area] + np.random.randint(ways)]
        if unit[near] != source:  # look round the source's own part of the border
            continue
        begin, last = starts[near], starts[near + 1]
        other = ends[begin + np.random.randint(last - begin)]
        if unit[other] == target:
            return other
    return -1


@compiled
def difference(area, other, source, target, size, value, even, full, heads, after):  # type: ignore[no-untyped-def]
    """What a change adds to what is to be made small."""
    if even:
        gain = size[area] - (size[other] if other >= 0 else 0.0)
        return (full[source] - gain) ** 2 - full[source] ** 2 + (full[target] + gain) ** 2 - full[target] ** 2
    total = 0.0
    one = heads[source]
    while one >= 0:
        total -= abs(value[one] - value[area])
        if other >= 0 and one != area:
            total += abs(value[one] - value[other])
        one = after[one]
    one = heads[target]
    while one >= 0:
        if one != other:
            total += abs(value[one] - value[area])
            if other >= 0:
                total -= abs(value[one] - value[other])
        one = after[one]
    return total


@compiled
def whole(starts, ends, unit, name, heads, number, stamp, clock, order):  # type: ignore[no-untyped-def]
    """Whether a unit hangs together."""
    first = heads[name]
    if first < 0:
        return False
    order[0], stamp[first] = first, clock
    found, at = 1, 0
    while at < found:
        here = order[at]
        at += 1
        for edge in range(starts[here], starts[here + 1]):
            near = ends[edge]
            if unit[near] == name and stamp[near] != clock:
                stamp[near] = clock
                order[found] = near
                found += 1
    return found == number[name]


@compiled
def typical(starts, ends, size, value, unit, even, full):  # type: ignore[no-untyped-def]
    """A change of the usual size: where the annealing begins."""
    total, seen = 0.0, 0
    for area in range(len(size)):
        for edge in range(starts[area], starts[area + 1]):
            other = ends[edge]
            if unit[area] >= 0 and unit[other] >= 0 and unit[other] != unit[area]:
                total += size[area] * size[area] if even else abs(value[area] - value[other])
                seen += 1
    return total / seen if seen else 0.0


@compiled
def grow_units(starts, ends, size, seeds, seed):  # type: ignore[no-untyped-def]
    """As many units as seeds; the smallest grows next by an area beside it, until all that hang together are in one."""
    np.random.seed(seed)
    areas, count = len(size), len(seeds)
    unit = np.full(areas, -1)
    full, stuck = np.zeros(count), np.zeros(count, dtype=np.bool_)
    border = np.full(areas, -1)  # areas of every unit, in the order they came: a list for each
    last, first = np.full(count, -1), np.full(count, -1)
    for name in range(count):
        unit[seeds[name]] = name
        full[name] = size[seeds[name]]
        first[name] = last[name] = seeds[name]
    while True:
        name = -1
        for each in range(count):
            if not stuck[each] and (name < 0 or full[each] < full[name]):
                name = each
        if name < 0:
            return unit
        chosen = -1
        while first[name] >= 0 and chosen < 0:
            here = first[name]
            for edge in range(starts[here], starts[here + 1]):
                if unit[ends[edge]] < 0:
                    chosen = ends[edge]
                    break
            if chosen < 0:
                first[name] = border[here]
        if chosen < 0:
            stuck[name] = True
            continue
        unit[chosen] = name
        full[name] += size[chosen]
        border[last[name]] = chosen
        last[name] = chosen
