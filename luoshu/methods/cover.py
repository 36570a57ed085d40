"""Kernels of the maximal cover: lazy greedy, swaps that look only where something changed, and restarts from near by.

A cover is two pairs of arrays: the homes that each site reaches (``starts``, ``homes``), and the sites that reach each
home (``firsts``, ``sites``), both as compressed rows. The state of a search is ``count`` (how many chosen sites reach a
home), ``owner`` (the sum of their numbers: where the count is one it *is* the only server), ``loss`` (the weight that a
chosen site serves alone) and ``chosen``.
"""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def open_site(site, starts, homes, weights, count, owner, loss, chosen):  # type: ignore[no-untyped-def]
    """Opens a site in the state and returns the weight that it newly serves."""
    gain = 0.0
    loss[site] = 0.0
    for entry in range(starts[site], starts[site + 1]):
        home = homes[entry]
        reached = count[home]
        if reached == 0:
            gain += weights[home]
        elif reached == 1:
            loss[owner[home]] -= weights[home]
        count[home] = reached + 1
        owner[home] += site
    loss[site] = gain
    chosen[site] = True
    return gain


@compiled
def close_site(site, starts, homes, weights, count, owner, loss, chosen):  # type: ignore[no-untyped-def]
    """Closes a site in the state and returns the weight that nobody serves any more."""
    lost = 0.0
    chosen[site] = False
    for entry in range(starts[site], starts[site + 1]):
        home = homes[entry]
        reached = count[home]
        count[home] = reached - 1
        owner[home] -= site
        if reached == 1:
            lost += weights[home]
        elif reached == 2:
            loss[owner[home]] += weights[home]
    loss[site] = 0.0
    return lost


@compiled
def greedy(starts, homes, weights, costs, limits, used, barred, by_cost, count, owner, loss, chosen):  # type: ignore[no-untyped-def]
    """Opens sites by the largest gain (or gain for its cost) while cost and number allow; returns the weight gained.

    Lazy (CELF: Leskovec et al. 2007): gains only shrink as sites open, so a gain computed earlier is an upper bound,
    and a site is looked at again only when its old gain is the largest.
    ``limits`` and ``used`` hold the cost and the number of sites.
    """
    number = len(starts) - 1
    hope = np.empty(number)
    for site in range(number):
        hope[site] = -1.0 if chosen[site] or barred[site] else np.inf
    fresh = np.full(number, -1, dtype=np.int64)
    total = 0.0
    opened = 0
    while used[1] + 1 <= limits[1]:
        site = int(np.argmax(hope))
        if hope[site] <= 0.0:
            break
        if used[0] + costs[site] > limits[0]:
            hope[site] = -1.0
            continue
        if fresh[site] == opened:
            total += open_site(site, starts, homes, weights, count, owner, loss, chosen)
            used[0] += costs[site]
            used[1] += 1
            opened += 1
            hope[site] = -1.0
            continue
        gain = 0.0
        for entry in range(starts[site], starts[site + 1]):
            if count[homes[entry]] == 0:
                gain += weights[homes[entry]]
        hope[site] = gain / max(costs[site], 1e-12) if by_cost else gain
        fresh[site] = opened
    return total


@compiled
def best_swap(site, starts, homes, weights, costs, limits, used, fixed, members, shared, count, owner, loss):  # type: ignore[no-untyped-def]
    """The best that opening this site can bring, and the site to close for it (-1: none has to close)."""
    gain = 0.0
    for entry in range(starts[site], starts[site + 1]):
        home = homes[entry]
        reached = count[home]
        if reached == 0:
            gain += weights[home]
        elif reached == 1:
            shared[owner[home]] += weights[home]
    best = -np.inf
    leaver = -1
    spare = limits[0] - used[0] - costs[site]
    if spare >= 0 and used[1] + 1 <= limits[1]:
        best = gain
    for member in members:
        if not fixed[member] and spare + costs[member] >= 0:
            change = gain - loss[member] + shared[member]
            if change > best:
                best = change
                leaver = member
        shared[member] = 0.0
    return best, leaver


@compiled
def wake(site, starts, homes, firsts, sites, look):  # type: ignore[no-untyped-def]
    """Marks every site that shares a home with this one to be looked at again."""
    for entry in range(starts[site], starts[site + 1]):
        home = homes[entry]
        for place in range(firsts[home], firsts[home + 1]):
            look[sites[place]] = True


@compiled
def improve(  # type: ignore[no-untyped-def]
    starts, homes, firsts, sites, weights, costs, limits, used, barred, fixed, look, tiny, count, owner, loss, chosen
):
    """Takes improving swaps and openings until no site that may be looked at has one; returns the weight gained."""
    number = len(starts) - 1
    shared = np.zeros(number)
    members = np.flatnonzero(chosen)
    total = 0.0
    moved = True
    while moved:
        moved = False
        for site in range(number):
            if not look[site]:
                continue
            look[site] = False
            if chosen[site] or barred[site]:
                continue
            change, leaver = best_swap(
                site, starts, homes, weights, costs, limits, used, fixed, members, shared, count, owner, loss
            )
            if change <= tiny:
                continue
            if leaver >= 0:
                total -= close_site(leaver, starts, homes, weights, count, owner, loss, chosen)
                used[0] -= costs[leaver]
                used[1] -= 1
                wake(leaver, starts, homes, firsts, sites, look)
            total += open_site(site, starts, homes, weights, count, owner, loss, chosen)
            used[0] += costs[site]
            used[1] += 1
            wake(site, starts, homes, firsts, sites, look)
            members = np.flatnonzero(chosen)
            moved = True
    return total


@compiled
def draw(state, below):  # type: ignore[no-untyped-def]
    """The next whole number under ``below`` of a xorshift generator: the same on every machine, every time."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return np.int64((x >> np.uint64(11)) % np.uint64(below))


@compiled
def restore(kept, count, owner, loss, chosen, used):  # type: ignore[no-untyped-def]
    """Puts a kept state back."""
    count[:] = kept[0]
    owner[:] = kept[1]
    loss[:] = kept[2]
    chosen[:] = kept[3]
    used[:] = kept[4]


@compiled
def shake(  # type: ignore[no-untyped-def]
    starts,
    homes,
    firsts,
    sites,
    weights,
    costs,
    limits,
    used,
    barred,
    fixed,
    rounds,
    slack,
    tiny,
    random,
    count,
    owner,
    loss,
    chosen,
):
    """Iterated search: closes a few sites, opens neighbours, improves; goes on from what is at most a little worse.

    A little is ``slack``, shrinking to nothing (record-to-record travel, Dueck 1993). The state is left at
    the best found; returns the weight gained over the start.
    """
    number = len(starts) - 1
    look = np.zeros(number, dtype=np.bool_)
    total = best = 0.0
    top = (count.copy(), owner.copy(), loss.copy(), chosen.copy(), used.copy())
    for turn in range(rounds):
        members = np.flatnonzero(chosen & ~fixed)
        if len(members) == 0:
            break
        kept = (count.copy(), owner.copy(), loss.copy(), chosen.copy(), used.copy())
        change = 0.0
        for _ in range(1 + draw(random, 3)):
            if len(members) == 0:
                break
            leaver = members[draw(random, len(members))]
            reach = starts[leaver + 1] - starts[leaver]
            if reach == 0 or not chosen[leaver]:
                continue
            home = homes[starts[leaver] + draw(random, reach)]
            comer = np.int64(sites[firsts[home] + draw(random, firsts[home + 1] - firsts[home])])
            change -= close_site(leaver, starts, homes, weights, count, owner, loss, chosen)
            used[0] -= costs[leaver]
            used[1] -= 1
            wake(leaver, starts, homes, firsts, sites, look)
            room = used[0] + costs[comer] <= limits[0] and used[1] + 1 <= limits[1]
            if room and not chosen[comer] and not barred[comer]:
                change += open_site(comer, starts, homes, weights, count, owner, loss, chosen)
                used[0] += costs[comer]
                used[1] += 1
                wake(comer, starts, homes, firsts, sites, look)
        change += improve(
            starts,
            homes,
            firsts,
            sites,
            weights,
            costs,
            limits,
            used,
            barred,
            fixed,
            look,
            tiny,
            count,
            owner,
            loss,
            chosen,
        )
        if total + change < best - slack * (1 - turn / rounds):
            restore(kept, count, owner, loss, chosen, used)
            continue
        total += change
        if total > best + tiny:
            best = total
            top = (count.copy(), owner.copy(), loss.copy(), chosen.copy(), used.copy())
    restore(top, count, owner, loss, chosen, used)
    return best


@compiled
def scores(starts, homes, prices):  # type: ignore[no-untyped-def]
    """For each site the sum of the prices of the homes it reaches."""
    number = len(starts) - 1
    result = np.empty(number)
    for site in range(number):
        total = 0.0
        for entry in range(starts[site], starts[site + 1]):
            total += prices[homes[entry]]
        result[site] = total
    return result


@compiled
def served(starts, homes, parts, number):  # type: ignore[no-untyped-def]
    """For each home how much of the sites that reach it is open (``parts``: 0 to 1 for each site)."""
    result = np.zeros(number)
    for site in range(len(starts) - 1):
        part = parts[site]
        if part > 0.0:
            for entry in range(starts[site], starts[site + 1]):
                result[homes[entry]] += part
    return result
