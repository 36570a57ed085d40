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


@compiled
def nearer(times, labels, one, other):  # type: ignore[no-untyped-def]
    """Whether one waiting entry comes before another: by time, then by label."""
    return times[one] < times[other] or (times[one] == times[other] and labels[one] < labels[other])


@compiled
def spread_many(starts, ends, lengths, bound, seeds, offsets, most):  # type: ignore[no-untyped-def]
    """For each node the labels and times of its nearest ``most`` seeds; NONE and infinity where there are fewer.

    A binary heap of (time, label, node); a node is passed on once for each label, up to ``most`` times.
    """
    nodes = len(starts) - 1
    ids = np.full((nodes, most), NONE)
    times = np.full((nodes, most), np.inf)
    found = np.zeros(nodes, dtype=np.uint32)
    room = max(1 << 16, 2 * len(seeds))
    key = np.empty(room)
    label = np.empty(room, dtype=np.uint32)
    where = np.empty(room, dtype=np.uint32)
    size = np.uint64(0)
    one = np.uint64(1)
    for place in range(len(seeds) + 1):
        if place < len(seeds):
            if offsets[place] <= bound:
                size = push(key, label, where, size, offsets[place], np.uint32(place), seeds[place])
            continue
        while size > 0:
            now = key[0]
            tag = label[0]
            node = where[0]
            size -= one
            sift(key, label, where, size, key[size], label[size], where[size])
            have = found[node]
            if have == most or known_label(ids, node, have, tag):
                continue
            ids[node, have] = tag
            times[node, have] = now
            found[node] = have + np.uint32(1)
            first, last = starts[node], starts[node + one]
            if size + (last - first) > len(key):
                key, label, where = longer(key), longer(label), longer(where)
            for edge in range(first, last):
                other = ends[edge]
                total = now + lengths[edge]
                if total <= bound and found[other] < most and not known_label(ids, other, found[other], tag):
                    size = push(key, label, where, size, total, tag, other)
    return ids, times


@compiled
def known_label(ids, node, have, tag):  # type: ignore[no-untyped-def]
    """Whether a node has this label already."""
    for place in range(have):  # noqa: SIM110 - numba knows no generator here
        if ids[node, place] == tag:
            return True
    return False


@compiled
def longer(values):  # type: ignore[no-untyped-def]
    """The same values with twice the room."""
    more = np.empty(2 * len(values), dtype=values.dtype)
    more[: len(values)] = values
    return more


@compiled
def push(key, label, where, size, time, tag, node):  # type: ignore[no-untyped-def]
    """Adds an entry to the heap and returns its new size."""
    place = size
    one = np.uint64(1)
    while place > 0:
        parent = (place - one) >> one
        if key[parent] < time or (key[parent] == time and label[parent] <= tag):
            break
        key[place] = key[parent]
        label[place] = label[parent]
        where[place] = where[parent]
        place = parent
    key[place] = time
    label[place] = tag
    where[place] = node
    return size + one


@compiled
def sift(key, label, where, size, time, tag, node):  # type: ignore[no-untyped-def]
    """Lets an entry sink from the top of the heap to its place."""
    place = np.uint64(0)
    one = np.uint64(1)
    while True:
        child = (place << one) + one
        if child >= size:
            break
        if child + one < size and nearer(key, label, child + one, child):
            child += one
        if time < key[child] or (time == key[child] and tag <= label[child]):
            break
        key[place] = key[child]
        label[place] = label[child]
        where[place] = where[child]
        place = child
    key[place] = time
    label[place] = tag
    where[place] = node
