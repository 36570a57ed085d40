"""Kernels of contiguous units for many areas: cut trees for as many as fit, then change areas over for what is alike.

A spanning tree is cut from its leaves wherever enough has come together: on a tree that gives the most pieces (Perl and
Schach 1981). Which tree is best is searched for: first all over, then again and again among a few neighbouring units,
where what is beyond the least is best gathered in one of them, until two such lumps make one more unit.
``unit[area]`` is -1 where an area is in none.
"""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def most_units(starts, ends, size, least, most, trees, rounds, seed):  # type: ignore[no-untyped-def]
    """Units of ``least`` to ``most``, as many as are found, and then as much in them as is found."""
    areas = len(size)
    np.random.seed(seed)
    best, trial = np.full(areas, -1), np.full(areas, -1)
    members = np.arange(areas)
    mine = np.zeros(areas, dtype=np.int64)
    order, parent = np.empty(areas, dtype=np.int64), np.empty(areas, dtype=np.int64)
    stamp, gathered = np.zeros(areas, dtype=np.int64), np.empty(areas)
    count, covered, clock = -1, -1.0, 0
    for _ in range(trees):
        clock += 1
        found, amount, _ = cut_trees(
            starts, ends, size, least, most, members, mine, 0, stamp, clock, order, parent, gathered, trial
        )
        if found > count or (found == count and amount > covered):
            count, covered = found, amount
            best[:] = trial
    kept = np.empty(areas, dtype=np.int64)
    for step in range(rounds):
        warmth = 0.05 * (1.0 - step / rounds) + 1e-6
        clock += 1
        few = cluster(starts, ends, best, np.random.randint(areas), 3 + np.random.randint(4), stamp, clock, order)
        members = order[:few].copy()
        before, amount_before, lumps_before = 0, 0.0, 0.0
        for place in range(few):
            kept[place] = best[members[place]]
            mine[members[place]] = 1
        for place in range(few):  # how many units these are, and how large
            if kept[place] < 0:
                continue
            full = 0.0
            for other in range(few):
                if kept[other] == kept[place]:
                    if other < place:
                        full = 0.0
                        break
                    full += size[members[other]]
            if full > 0:
                before += 1
                amount_before += full
                lumps_before += full * full
        clock += 1
        found, amount, lumps = cut_trees(
            starts, ends, size, least, most, members, mine, 1, stamp, clock, order, parent, gathered, trial
        )
        loss = (lumps_before - lumps) / (least * least)
        no_less = found == before and amount >= amount_before * (1 - 1e-12)
        if found > before or (no_less and (loss <= 0 or np.random.random() < np.exp(-loss / warmth))):
            count += found - before
            names = 0
            for place in range(few):  # names that are free: those of the units taken apart, then new ones
                names = max(names, trial[members[place]] + 1)
            rename(best, members, trial, kept, names, count)
        for place in range(few):
            mine[members[place]] = 0
    return best


@compiled
def rename(unit, members, trial, kept, names, count):  # type: ignore[no-untyped-def]
    """Writes new units under the names of those taken apart, and under the last ones where they are more."""
    table = np.full(names, -1)
    used = 0
    for place in range(len(members)):
        name, new = kept[place], True
        for earlier in range(place):
            if kept[earlier] == name:
                new = False
                break
        if name >= 0 and new and used < names:
            table[used] = name
            used += 1
    extra = count - (names - used)
    for place in range(used, names):
        table[place] = extra + place - used
    for place in range(len(members)):
        name = trial[members[place]]
        unit[members[place]] = table[name] if name >= 0 else -1


@compiled
def cluster(starts, ends, unit, area, units, stamp, clock, order):  # type: ignore[no-untyped-def]
    """Some units round an area, and what is in none beside them: how many areas, written to ``order``."""
    order[0], stamp[area] = area, clock
    few, at, names = 1, 0, np.full(units, -2)
    names[0] = unit[area]
    known = 1
    while at < few:
        here = order[at]
        at += 1
        for edge in range(starts[here], starts[here + 1]):
            other = ends[edge]
            if stamp[other] == clock:
                continue
            name, mine = unit[other], unit[other] == -1
            for place in range(known):
                if names[place] == name:
                    mine = True
            if not mine and known < units:
                names[known] = name
                known += 1
                mine = True
            if mine:
                stamp[other] = clock
                order[few] = other
                few += 1
    return few


@compiled
def cut_trees(  # type: ignore[no-untyped-def]
    starts, ends, size, least, most, members, mine, group, stamp, clock, order, parent, gathered, unit
):
    """Random deep trees over the members, cut from their leaves: how many units, how much in them, and its squares."""
    few, total = 0, len(members)
    begin = np.random.randint(total)
    for step in range(total):
        root = members[(begin + step) % total]
        if stamp[root] == clock:
            continue
        stamp[root], parent[root], order[few] = clock, -1, root
        few += 1
        here = root
        while here >= 0:  # deep first, to neighbours that have few ways out: long thin trees waste least
            chosen, fewest = -1, np.inf
            for edge in range(starts[here], starts[here + 1]):
                other = ends[edge]
                if stamp[other] == clock or mine[other] != group:
                    continue
                ways = np.random.random() * 1.5
                for second in range(starts[other], starts[other + 1]):
                    if stamp[ends[second]] != clock and mine[ends[second]] == group:
                        ways += 1.0
                if ways < fewest:
                    chosen, fewest = other, ways
            if chosen >= 0:
                stamp[chosen], parent[chosen], order[few] = clock, here, chosen
                few += 1
                here = chosen
            else:
                here = parent[here]
    for place in range(few):
        gathered[order[place]] = size[order[place]]
        unit[order[place]] = -1
    count = 0
    for place in range(few - 1, -1, -1):  # leaves first; the amount gathered below a cut is not passed on
        area, above = order[place], parent[order[place]]
        if gathered[area] >= least:
            if gathered[area] <= most:
                unit[area] = count
                count += 1
        elif above >= 0 and (gathered[area] + gathered[above] <= most):
            gathered[above] += gathered[area]
            unit[area] = -2  # goes with the area above
    for place in range(few):
        area = order[place]
        if unit[area] == -2:
            unit[area] = unit[parent[area]]
    full = gather_left(starts, ends, size, most, order, few, mine, group, unit, count)
    return count, full.sum(), (full * full).sum()


@compiled
def gather_left(starts, ends, size, most, order, few, mine, group, unit, count):  # type: ignore[no-untyped-def]
    """Adds areas in no unit to a unit beside them where they fit; returns how much is in each."""
    full = np.zeros(count)
    for place in range(few):
        if unit[order[place]] >= 0:
            full[unit[order[place]]] += size[order[place]]
    again = count > 0
    while again:
        again = False
        for place in range(few):
            area = order[place]
            if unit[area] >= 0:
                continue
            least_full = np.inf
            for edge in range(starts[area], starts[area + 1]):
                other = ends[edge]
                if mine[other] != group or unit[other] < 0 or full[unit[other]] + size[area] > most:
                    continue
                if full[unit[other]] < least_full:
                    least_full = full[unit[other]]
                    unit[area] = unit[other]
            if unit[area] >= 0:
                full[unit[area]] += size[area]
                again = True
    return full
