"""Kernels of reach: shortest times over a network from many sites at once, with an upper limit and fixed buffers.

A queue of buckets (Dial 1969; Meyer and Sanders 2003): nodes wait in a ring of buckets, each node
in one at most, linked forth and back. A node whose time falls again while its bucket is worked off is looked at
again, so the times are exactly those of Dijkstra. All indices are unsigned: numba then needs no test for negative ones.
"""

import numpy as np

from luoshu.methods.compiled import compiled

NONE = np.uint32(0xFFFFFFFF)


@compiled
def spread(  # type: ignore[no-untyped-def]
    starts, ends, lengths, pace, bound, seeds, seed_times, labels, time, owner, bucket, after, before, heads, reached
):
    """Times from the seeds to all nodes within the bound, and the label of each one's seed (the lesser at equal times).

    ``pace``: buckets per minute. ``time`` infinite, ``bucket``, ``owner`` and ``heads`` NONE on entry. Writes the nodes
    in the order they were first reached to ``reached`` and returns how many; the caller resets what was touched.
    """
    mask = np.uint64(len(heads) - 1)
    count = np.uint64(0)
    waiting = np.int64(0)
    current = np.uint64(0xFFFFFFFFFFFFFFFF)
    for place in range(np.uint64(len(seeds))):
        node = seeds[place]
        minutes = seed_times[place]
        if not minutes <= bound:
            continue
        known = time[node]
        if minutes > known or (minutes == known and labels[place] >= owner[node]):
            continue
        if known == np.inf:
            reached[count] = node
            count += np.uint64(1)
        owner[node] = labels[place]
        if minutes == known:
            continue
        time[node] = minutes
        index = np.uint64(minutes * pace)
        current = min(current, index)
        slot = np.uint32(index & mask)
        old = bucket[node]
        if old != NONE:
            unlink(node, old, after, before, heads)
            waiting -= 1
        link(node, slot, bucket, after, before, heads)
        waiting += 1
    while waiting > 0:
        here = np.uint32(current & mask)
        while heads[here] != NONE:
            node = heads[here]
            follower = after[node]
            heads[here] = follower
            if follower != NONE:
                before[follower] = NONE
            bucket[node] = NONE
            waiting -= 1
            minutes = time[node]
            label = owner[node]
            for edge in range(starts[node], starts[node + np.uint64(1)]):
                other = ends[edge]
                total = minutes + lengths[edge]
                known = time[other]
                if total > known or total > bound or (total == known and label >= owner[other]):
                    continue
                if known == np.inf:
                    reached[count] = other
                    count += np.uint64(1)
                time[other] = total
                owner[other] = label
                slot = np.uint32(np.uint64(total * pace) & mask)
                old = bucket[other]
                if old == slot:
                    continue
                if old != NONE:
                    unlink(other, old, after, before, heads)
                    waiting -= 1
                link(other, slot, bucket, after, before, heads)
                waiting += 1
        current += np.uint64(1)
    return count


@compiled
def link(node, slot, bucket, after, before, heads):  # type: ignore[no-untyped-def]
    """Puts a node at the head of a bucket."""
    head = heads[slot]
    after[node] = head
    before[node] = NONE
    if head != NONE:
        before[head] = node
    heads[slot] = node
    bucket[node] = slot


@compiled
def unlink(node, slot, after, before, heads):  # type: ignore[no-untyped-def]
    """Takes a node out of the middle of a bucket."""
    behind = before[node]
    ahead = after[node]
    if behind == NONE:
        heads[slot] = ahead
    else:
        after[behind] = ahead
    if ahead != NONE:
        before[ahead] = behind


@compiled
def spread_each(starts, ends, lengths, pace, bound, seeds, offsets, width, names):  # type: ignore[no-untyped-def]
    """The reach of every seed by itself: row starts, node names (``names`` of the nodes) and minutes."""
    nodes = len(starts) - 1
    time = np.full(nodes, np.inf)
    bucket = np.full(nodes, NONE)
    after = np.empty(nodes, dtype=np.uint32)
    before = np.empty(nodes, dtype=np.uint32)
    heads = np.full(width, NONE)
    reached = np.empty(nodes, dtype=np.uint32)
    rows = np.zeros(len(seeds) + 1, dtype=np.int64)
    room = np.uint64(256 * len(seeds) + nodes)
    columns = np.empty(room, dtype=np.int32)
    minutes = np.empty(room)
    filled = np.uint64(0)
    for place in range(len(seeds)):
        count = np.uint64(0)
        if offsets[place] <= bound:
            count = spread_one(
                starts,
                ends,
                lengths,
                pace,
                bound,
                seeds[place],
                offsets[place],
                time,
                bucket,
                after,
                before,
                heads,
                reached,
            )
        if filled + count > room:
            guess = np.uint64(1.1 * float(filled) / place * len(seeds)) if place else room
            room = max(guess, filled + (filled >> np.uint64(1))) + np.uint64(nodes)
            columns = moved(columns, filled, room)
            minutes = moved(minutes, filled, room)
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
    starts, ends, lengths, pace, bound, seed, offset, time, bucket, after, before, heads, reached
):
    """``spread`` from one seed, without labels: half the memory to touch, and much of the time."""
    one = np.uint64(1)
    mask = np.uint64(len(heads) - 1)
    current = np.uint64(offset * pace) & mask
    time[seed] = offset
    link(seed, np.uint32(current), bucket, after, before, heads)
    reached[0] = seed
    count = one
    waiting = 1
    while waiting > 0:
        node = heads[current]
        while node != NONE:
            follower = after[node]
            heads[current] = follower
            if follower != NONE:
                before[follower] = NONE
            bucket[node] = NONE
            waiting -= 1
            minutes = time[node]
            for edge in range(starts[node], starts[node + one]):
                other = ends[edge]
                total = minutes + lengths[edge]
                known = time[other]
                if total < known and total <= bound:
                    if known == np.inf:
                        reached[count] = other
                        count += one
                    time[other] = total
                    slot = np.uint32(np.uint64(total * pace) & mask)
                    old = bucket[other]
                    if old == slot:
                        continue
                    if old != NONE:
                        unlink(other, old, after, before, heads)
                        waiting -= 1
                    link(other, slot, bucket, after, before, heads)
                    waiting += 1
            node = heads[current]
        current = (current + one) & mask
    return count


@compiled
def moved(values, filled, room):  # type: ignore[no-untyped-def]
    """The filled part of a buffer in a larger one."""
    more = np.empty(room, dtype=values.dtype)
    more[:filled] = values[:filled]
    return more
