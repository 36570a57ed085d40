"""Kernel of the nearest few: shortest times to every node from the ``most`` sites nearest to it, with their names.

The queue of buckets of ``spread``, one entry for each pair of a node and one of its nearest few. All that is known of a
node stands together in memory: ``most`` times, then as many 32-bit words each of labels, buckets, entries
behind and entries before. ``times`` and ``words`` are two views of the same buffer; an entry is the place of its label
among the words. Unsigned numbers throughout: numba then needs no test for negative indices.
"""

import numpy as np

from luoshu.methods.compiled import compiled

NONE = np.uint32(0xFFFFFFFF)


@compiled
def clear(times, words, nodes, most):  # type: ignore[no-untyped-def]
    """Nothing is known of any node."""
    for node in range(nodes):
        for slot in range(most):
            times[node * 3 * most + slot] = np.inf
        for slot in range(4 * most):
            words[node * 6 * most + 2 * most + slot] = NONE


@compiled
def spread_several(  # type: ignore[no-untyped-def]
    starts, ends, lengths, pace, bound, seeds, spent, most, times, words, heads
):
    """The nearest ``most`` seeds of every node, in no order; of equal times the lesser label is kept.

    ``heads``: NONE on entry, as many as a power of two, more buckets than the longest edge spans. A label that is
    pushed out again has been passed on already; its times are those of real ways, so that better ones replace them.
    The seeds are taken first, each as if an edge led to it; a call for each edge would cost a third more.
    """
    mask, one, number = np.uint64(len(heads) - 1), np.uint64(1), np.uint64(most)
    to_bucket, to_after = number, np.uint64(2) * number
    to_before, block = np.uint64(3) * number, np.uint64(6) * number
    waiting = np.int64(0)
    seed, sown = np.uint64(0), np.uint64(len(seeds))
    current = np.uint64(0xFFFFFFFFFFFFFFFF)
    for place in range(sown):
        if spent[place] <= bound:
            current = min(current, np.uint64(spent[place] * pace))
    while True:
        sowing = seed < sown
        if sowing:
            minutes, label = spent[seed], np.uint32(seed)
            first, last = seed, seed + one
            seed += one
        else:
            if waiting == 0:
                return
            here = current & mask
            while heads[here] == NONE:
                current += one
                here = current & mask
            entry = np.uint64(heads[here])
            follower = words[entry + to_after]
            heads[here] = follower
            if follower != NONE:
                words[np.uint64(follower) + to_before] = NONE
            words[entry + to_bucket] = NONE
            waiting -= 1
            node = np.uint64(np.uint32(entry) // np.uint32(block))
            minutes, label = times[entry - node * to_before - to_after], words[entry]
            first, last = starts[node], starts[node + one]
        for edge in range(first, last):
            if sowing:
                other, total = np.uint64(seeds[edge]), minutes
            else:
                other, total = np.uint64(ends[edge]), minutes + lengths[edge]
            if not total <= bound:
                continue
            first_time = other * to_before
            first_label = other * block + to_after
            worst, loser, slot, known = -1.0, np.uint32(0), np.uint64(0), False
            for at in range(number):
                time, name = times[first_time + at], words[first_label + at]
                if name == label:
                    worst, slot, known = time, np.uint64(at), True
                    break
                if time > worst or (time == worst and name > loser):
                    worst, loser, slot = time, name, np.uint64(at)
            if total > worst or (total == worst and (known or label > loser)):
                continue
            entry = first_label + slot
            times[first_time + slot] = total
            words[entry] = label
            bucket, old = np.uint32(np.uint64(total * pace) & mask), words[entry + to_bucket]
            if old == bucket:
                continue
            if old != NONE:
                unlink(entry, old, to_after, to_before, words, heads)
                waiting -= 1
            head = heads[bucket]
            words[entry + to_after] = head
            words[entry + to_before] = NONE
            if head != NONE:
                words[np.uint64(head) + to_before] = np.uint32(entry)
            heads[bucket] = np.uint32(entry)
            words[entry + to_bucket] = bucket
            waiting += 1


@compiled
def unlink(entry, bucket, to_after, to_before, words, heads):  # type: ignore[no-untyped-def]
    """Takes an entry out of the middle of a bucket."""
    behind, ahead = words[entry + to_before], words[entry + to_after]
    if behind == NONE:
        heads[bucket] = ahead
    else:
        words[np.uint64(behind) + to_after] = ahead
    if ahead != NONE:
        words[np.uint64(ahead) + to_before] = behind


@compiled
def sorted_few(rank, most, times, words, minutes, labels):  # type: ignore[no-untyped-def]
    """Writes what is known of every node, nearest first, to tables of nodes by ``most``; -1 where there are fewer."""
    for node in range(len(rank)):
        row = np.int64(rank[node])
        for at in range(most):
            time = times[row * 3 * most + at]
            name = np.int64(words[row * 6 * most + 2 * most + at])
            if name == np.int64(NONE):
                name = np.int64(-1)
            place = at
            while place > 0 and (
                minutes[node, place - 1] > time or (minutes[node, place - 1] == time and labels[node, place - 1] > name)
            ):
                minutes[node, place] = minutes[node, place - 1]
                labels[node, place] = labels[node, place - 1]
                place -= 1
            minutes[node, place] = time
            labels[node, place] = name
