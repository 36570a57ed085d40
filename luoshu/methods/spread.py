"""Kernels of reach: shortest times over a network from many sites at once, with an upper limit and fixed buffers.

Buckets without a queue (Meyer and Sanders 2003, as the near and the far pile of Davidson et al. 2014): what is due by
``limit`` waits on the near pile and is worked off, last come first; all else waits on the far pile, which is looked
through when the near one is empty, and the limit moves on by ``width``. Whose time falls after it was worked off is
looked at again, so the times are exactly those of Dijkstra. A node waits on one pile at a time, and comes to the far
one once at most, because whoever was worked off is within the limit: each pile needs room for every node once.
All indices are unsigned: numba then needs no test for negative ones.
"""

import numpy as np

from luoshu.methods.compiled import compiled

NONE = np.uint32(0xFFFFFFFF)
IDLE, WAITS = np.uint8(0), np.uint8(1)


@compiled
def spread(  # type: ignore[no-untyped-def]
    starts, ends, lengths, width, bound, seeds, spent, time, owner, waits, near, far
):
    """Times from the seeds to all nodes within the bound, and the place of each one's seed (the least at equal times).

    ``time`` infinite, ``owner`` NONE and ``waits`` IDLE on entry.
    """
    one, close, apart = np.uint64(1), np.uint64(0), np.uint64(0)
    limit = np.inf
    for place in range(np.uint64(len(seeds))):
        limit = min(limit, spent[place])
    for place in range(np.uint64(len(seeds))):
        node, minutes = seeds[place], spent[place]
        if minutes <= bound and minutes < time[node]:
            time[node] = minutes
            owner[node] = np.uint32(place)
            if waits[node] == IDLE:
                waits[node] = WAITS
                far[apart] = node
                apart += one
    while close > 0 or apart > 0:
        if close == 0:
            limit, close, apart = look_far(limit, width, time, waits, near, far, apart)
        while close > 0:
            close -= one
            node = near[close]
            waits[node] = IDLE
            minutes, label = time[node], owner[node]
            for edge in range(starts[node], starts[node + one]):
                other = ends[edge]
                total, known = minutes + lengths[edge], time[other]
                if total > known or total > bound or (total == known and label >= owner[other]):
                    continue
                time[other] = total
                owner[other] = label
                if total <= limit:
                    if waits[other] == IDLE or known > limit:
                        waits[other] = WAITS
                        near[close] = other
                        close += one
                elif waits[other] == IDLE:
                    waits[other] = WAITS
                    far[apart] = other
                    apart += one


@compiled
def look_far(limit, width, time, waits, near, far, apart):  # type: ignore[no-untyped-def]
    """Moves the limit on and what is then due to the empty near pile: the new limit, and how many are on each pile."""
    close, one = np.uint64(0), np.uint64(1)
    while close == 0 and apart > 0:
        limit += width
        kept, least = np.uint64(0), np.inf
        for place in range(apart):
            node = far[place]
            if waits[node] == IDLE:  # it was worked off meanwhile
                continue
            if time[node] <= limit:
                near[close] = node
                close += one
            else:
                far[kept] = node
                kept += one
                least = min(least, time[node])
        apart = kept
        if close == 0:
            limit = least  # nothing is due before that: the next round takes at least this one
    return limit, close, apart


@compiled
def spread_each(starts, ends, lengths, width, bound, seeds, spent, names):  # type: ignore[no-untyped-def]
    """The reach of every seed by itself: row starts, node names (``names`` of the nodes) and minutes."""
    nodes = len(starts) - 1
    time, waits = np.full(nodes, np.inf), np.full(nodes, IDLE)
    near, far, reached = (
        np.empty(nodes, dtype=np.uint32),
        np.empty(nodes, dtype=np.uint32),
        np.empty(nodes, dtype=np.uint32),
    )
    rows = np.zeros(len(seeds) + 1, dtype=np.int64)
    room = np.uint64(256 * len(seeds) + nodes)
    columns, minutes = np.empty(room, dtype=np.int32), np.empty(room)
    filled = np.uint64(0)
    for place in range(len(seeds)):
        count = np.uint64(0)
        if spent[place] <= bound:
            count = spread_one(
                starts, ends, lengths, width, bound, seeds[place], spent[place], time, waits, near, far, reached
            )
        if filled + count > room:
            guess = np.uint64(1.1 * float(filled) / place * len(seeds)) if place else room
            room = max(guess, filled + (filled >> np.uint64(1))) + np.uint64(nodes)
            columns, minutes = moved(columns, filled, room), moved(minutes, filled, room)
        for step in range(count):
            node = reached[step]
            columns[filled] = names[node]
            minutes[filled] = time[node]
            filled += np.uint64(1)
            time[node] = np.inf
        rows[place + 1] = filled
    return rows, columns[:filled], minutes[:filled]


@compiled
def spread_one(  # type: ignore[no-untyped-def]
    starts, ends, lengths, width, bound, seed, spent, time, waits, near, far, reached
):
    """``spread`` from one seed, without labels; writes the nodes reached and returns how many they are."""
    one = np.uint64(1)
    time[seed] = spent
    waits[seed] = WAITS
    near[0] = seed
    reached[0] = seed
    count, close, apart, limit = one, one, np.uint64(0), spent + width
    while close > 0:
        while close > 0:
            close -= one
            node = near[close]
            waits[node] = IDLE
            minutes = time[node]
            for edge in range(starts[node], starts[node + one]):
                other = ends[edge]
                total, known = minutes + lengths[edge], time[other]
                if total >= known or total > bound:
                    continue
                if known == np.inf:
                    reached[count] = other
                    count += one
                time[other] = total
                if total <= limit:
                    if waits[other] == IDLE or known > limit:
                        waits[other] = WAITS
                        near[close] = other
                        close += one
                elif waits[other] == IDLE:
                    waits[other] = WAITS
                    far[apart] = other
                    apart += one
        if apart > 0:
            limit, close, apart = look_far(limit, width, time, waits, near, far, apart)
    return count


@compiled
def moved(values, filled, room):  # type: ignore[no-untyped-def]
    """The filled part of a buffer in a larger one."""
    more = np.empty(room, dtype=values.dtype)
    more[:filled] = values[:filled]
    return more
