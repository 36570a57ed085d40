"""Kernel of the nearest few: shortest times to every node from the ``most`` sites nearest to it, with their names.

The two piles of ``spread``; here an entry is a pair of a node and one of its slots for a site. All that is known of a
node stands together in memory: ``most`` times, then as many 32-bit words, padded to a whole number of 64 bits; a word
is twice the label of a site, plus one while the entry waits. ``times`` and ``words`` are two views of one buffer.
Unsigned numbers throughout: numba then needs no test for negative indices.
"""

import numpy as np

from luoshu.methods.compiled import compiled

NOBODY = np.uint32(0x7FFFFFFF)


@compiled
def clear(times, words, nodes, most, block):  # type: ignore[no-untyped-def]
    """Nothing is known of any node."""
    for node in range(nodes):
        for slot in range(most):
            times[node * block + slot] = np.inf
            words[2 * (node * block + most) + slot] = NOBODY << np.uint32(1)


@compiled
def spread_several(  # type: ignore[no-untyped-def]
    starts, ends, lengths, width, bound, seeds, spent, most, block, times, words, near, far
):
    """The nearest ``most`` seeds of every node, in no order; of equal times the lesser label is kept.

    ``block``: 64-bit places for each node. A label that is pushed out again has been passed on already; its times are
    those of real ways, so that better ones replace them. The seeds are taken first, each as if an edge led to it.
    """
    one, number, room = np.uint64(1), np.uint64(most), np.uint64(block)
    close, apart, limit = np.uint64(0), np.uint64(0), np.inf
    seed, sown = np.uint64(0), np.uint64(len(seeds))
    for place in range(sown):
        limit = min(limit, spent[place])
    while True:
        sowing = seed < sown
        if sowing:
            minutes, label = spent[seed], np.uint32(seed)
            first, last = seed, seed + one
            seed += one
        else:
            if close == 0:
                if apart == 0:
                    return
                limit, close, apart = look_far(limit, width, number, room, times, words, near, far, apart)
                if close == 0:
                    continue
            close -= one
            entry = near[close]
            node = np.uint64(entry // np.uint32(most))
            slot = entry - node * number
            word = np.uint64(2) * (node * room + number) + slot
            label = words[word] >> np.uint32(1)
            words[word] = label << np.uint32(1)
            minutes = times[node * room + slot]
            first, last = starts[node], starts[node + one]
        for edge in range(first, last):
            if sowing:
                other, total = np.uint64(seeds[edge]), minutes
            else:
                other, total = np.uint64(ends[edge]), minutes + lengths[edge]
            if not total <= bound:
                continue
            first_time = other * room
            first_word = np.uint64(2) * (first_time + number)
            worst, loser, slot, known = -1.0, np.uint32(0), np.uint64(0), False
            for at in range(number):
                time, name = times[first_time + at], words[first_word + at] >> np.uint32(1)
                if name == label:
                    worst, slot, known = time, np.uint64(at), True
                    break
                if time > worst or (time == worst and name > loser):
                    worst, loser, slot = time, name, np.uint64(at)
            if total > worst or (total == worst and (known or label > loser)):
                continue
            waits = words[first_word + slot] & np.uint32(1)
            times[first_time + slot] = total
            words[first_word + slot] = (label << np.uint32(1)) | np.uint32(1)
            if total <= limit:
                if waits == 0 or worst > limit:
                    near[close] = np.uint32(other * number + slot)
                    close += one
            elif waits == 0:
                far[apart] = np.uint32(other * number + slot)
                apart += one


@compiled
def look_far(limit, width, most, block, times, words, near, far, apart):  # type: ignore[no-untyped-def]
    """Moves the limit on and what is then due to the empty near pile: the new limit, and how many are on each pile."""
    close, one = np.uint64(0), np.uint64(1)
    while close == 0 and apart > 0:
        limit += width
        kept, least = np.uint64(0), np.inf
        for place in range(apart):
            entry = far[place]
            node = np.uint64(entry // np.uint32(most))
            slot = entry - node * most
            if not words[np.uint64(2) * (node * block + most) + slot] & np.uint32(1):  # it was worked off meanwhile
                continue
            time = times[node * block + slot]
            if time <= limit:
                near[close] = entry
                close += one
            else:
                far[kept] = entry
                kept += one
                least = min(least, time)
        apart = kept
        if close == 0:
            limit = least  # nothing is due before that: the next round takes at least this one
    return limit, close, apart


@compiled
def sorted_few(rank, most, block, times, words, minutes, labels):  # type: ignore[no-untyped-def]
    """Writes what is known of every node, nearest first, to tables of nodes by ``most``; -1 where there are fewer."""
    for node in range(len(rank)):
        row = np.int64(rank[node]) * block
        for at in range(most):
            time, label = times[row + at], words[2 * (row + most) + at] >> np.uint32(1)
            name = np.int64(-1) if label == NOBODY else np.int64(label)
            place = at
            while place > 0 and (
                minutes[node, place - 1] > time or (minutes[node, place - 1] == time and labels[node, place - 1] > name)
            ):
                minutes[node, place] = minutes[node, place - 1]
                labels[node, place] = labels[node, place - 1]
                place -= 1
            minutes[node, place] = time
            labels[node, place] = name
