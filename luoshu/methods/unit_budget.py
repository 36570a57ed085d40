"""Kernel of contiguous units under a budget, for many areas: single areas and whole units come in and go out again.

Simulated annealing from a given choice. A unit never falls apart, stays between ``least`` and ``most``, and all of them
together within the budget.
"""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def spend(starts, ends, size, cost, worth, unit, least, most, budget, steps, seed):  # type: ignore[no-untyped-def]
    """The choice worth the most that is found in so many steps; changes ``unit`` (-1: not taken)."""
    np.random.seed(seed)
    areas = len(size)
    full, price, gain = np.zeros(areas), np.zeros(areas), np.zeros(areas)
    number = np.zeros(areas, dtype=np.int64)
    for area in range(areas):
        if unit[area] >= 0:
            put(area, unit[area], unit, size, cost, worth, full, price, gain, number)
    stamp, order, fresh = np.zeros(areas, dtype=np.int64), np.empty(areas, dtype=np.int64), np.empty(areas, np.int64)
    best, highest, clock = unit.copy(), gain.sum(), 0
    now, spent = gain.sum(), price.sum()
    usual = worth.mean()
    for step in range(steps):
        warmth = 0.3 * usual * (1.0 - step / steps) ** 2 + 1e-12
        clock += 2
        area, dice = np.random.randint(areas), np.random.random()
        name = unit[area]
        if name >= 0 and dice < 0.1:  # an area goes
            if np.random.random() < np.exp(-worth[area] / warmth) and drop(
                starts, ends, area, unit, size, cost, worth, full, price, gain, number, least, stamp, clock, order
            ):
                now, spent = now - worth[area], spent - cost[area]
        elif name >= 0 and dice < 0.12:  # a unit goes
            if np.random.random() < np.exp(-gain[name] / (warmth * number[name])):
                now, spent = now - gain[name], spent - price[name]
                clear_unit(name, unit, full, price, gain, number)
        elif name < 0 and dice < 0.75:  # an area comes to a unit beside it, perhaps for another one
            ways = starts[area + 1] - starts[area]
            target = unit[ends[starts[area] + np.random.randint(ways)]] if ways else -1
            if target < 0 or full[target] + size[area] > most:
                continue
            other = -1
            if spent + cost[area] > budget:
                other = np.random.randint(areas)
                source = unit[other]
                if source < 0 or spent + cost[area] - cost[other] > budget:
                    continue
                loss = worth[other] - worth[area]
                if loss > 0 and np.random.random() >= np.exp(-loss / warmth):
                    continue
                if not drop(
                    starts, ends, other, unit, size, cost, worth, full, price, gain, number, least, stamp, clock, order
                ):
                    continue
                beside = False
                for edge in range(starts[area], starts[area + 1]):
                    beside = beside or unit[ends[edge]] == target
                if not beside:  # it hung on the one that went: that one comes back
                    put(other, source, unit, size, cost, worth, full, price, gain, number)
                    continue
                now, spent = now - worth[other], spent - cost[other]
            put(area, target, unit, size, cost, worth, full, price, gain, number)
            now, spent = now + worth[area], spent + cost[area]
        elif name < 0:  # a new unit comes, perhaps for another one
            few = grow(starts, ends, area, unit, size, cost, worth, least, most, stamp, clock, fresh)
            if few == 0:
                continue
            more, paid = worth[fresh[:few]].sum(), cost[fresh[:few]].sum()
            gone = -1
            if spent + paid > budget:
                gone = unit[np.random.randint(areas)]
                if gone < 0 or spent + paid - price[gone] > budget:
                    continue
                loss = gain[gone] - more
                if loss > 0 and np.random.random() >= np.exp(-loss / warmth):
                    continue
                now, spent = now - gain[gone], spent - price[gone]
                clear_unit(gone, unit, full, price, gain, number)
            free = 0
            while number[free] > 0:
                free += 1
            for place in range(few):
                put(fresh[place], free, unit, size, cost, worth, full, price, gain, number)
            now, spent = now + more, spent + paid
        if now > highest + 1e-9:
            highest = now
            best[:] = unit
    unit[:] = best


@compiled
def put(area, name, unit, size, cost, worth, full, price, gain, number):  # type: ignore[no-untyped-def]
    """An area comes to a unit."""
    unit[area] = name
    full[name] += size[area]
    price[name] += cost[area]
    gain[name] += worth[area]
    number[name] += 1


@compiled
def clear_unit(name, unit, full, price, gain, number):  # type: ignore[no-untyped-def]
    """A unit is given up."""
    for area in range(len(unit)):
        if unit[area] == name:
            unit[area] = -1
    full[name], price[name], gain[name], number[name] = 0.0, 0.0, 0.0, 0


@compiled
def drop(  # type: ignore[no-untyped-def]
    starts, ends, area, unit, size, cost, worth, full, price, gain, number, least, stamp, clock, order
):
    """Takes an area out of its unit, where that stays large enough and in one piece; whether it did."""
    name = unit[area]
    if number[name] == 1 or full[name] - size[area] < least:
        return False
    first = -1
    for edge in range(starts[area], starts[area + 1]):
        if unit[ends[edge]] == name:
            first = ends[edge]
            break
    if first < 0:
        return False
    stamp[area] = clock
    stamp[first] = clock
    order[0] = first
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
    if found < number[name] - 1:
        return False
    unit[area] = -1
    full[name] -= size[area]
    price[name] -= cost[area]
    gain[name] -= worth[area]
    number[name] -= 1
    return True


@compiled
def grow(starts, ends, area, unit, size, cost, worth, least, most, stamp, clock, fresh):  # type: ignore[no-untyped-def]
    """A unit round an area, of what is worth much for its money: how many areas, written to ``fresh``; 0: none."""
    if size[area] > most:
        return 0
    fresh[0], stamp[area] = area, clock
    few, total = 1, size[area]
    while total < least:
        chosen, dearest = -1, -1.0
        for place in range(few):
            here = fresh[place]
            for edge in range(starts[here], starts[here + 1]):
                near = ends[edge]
                if unit[near] >= 0 or stamp[near] == clock or total + size[near] > most:
                    continue
                value = (worth[near] + 1e-12) / (cost[near] + 1e-12) * (0.5 + np.random.random())
                if value > dearest:
                    chosen, dearest = near, value
        if chosen < 0:
            return 0
        stamp[chosen] = clock
        fresh[few] = chosen
        few += 1
        total += size[chosen]
    return few
