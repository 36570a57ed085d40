"""Kernels of the maximal cover: lazy greedy, swaps that look only where something changed, and restarts from near by.

Three bundles of arrays go through all of them.

- ``cover``: the homes that each site reaches (``starts``, ``homes``), the sites that reach each home (``firsts``,
  ``sites``), both as compressed rows, and the ``weights`` of the homes.
- ``rules``: ``costs`` of the sites; ``limits`` with one row for each purse, the cost and the number it may bear;
  ``purses``: the first and the last purse that a site draws on; ``near`` and ``near_starts``: the sites that may not
  stand beside a site; ``barred`` (not to be opened) and ``fixed`` (not to be closed).
- ``state``: ``count`` (how many chosen sites reach a home), ``owner`` (the sum of their numbers: where the count is one
  it *is* the only server), ``loss`` (the weight that a chosen site serves alone), ``chosen``, ``used`` (of the purses),
  ``clash`` (how many chosen sites forbid a site) and ``clasher`` (the sum of their numbers).
"""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def open_site(site, cover, rules, state):  # type: ignore[no-untyped-def]
    """Opens a site in the state and returns the weight that it newly serves."""
    starts, homes, _, _, weights = cover
    costs, _, purses, near_starts, near, _, _ = rules
    count, owner, loss, chosen, used, clash, clasher = state
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
    for purse in range(purses[site, 0], purses[site, 1] + 1):
        used[purse, 0] += costs[site]
        used[purse, 1] += 1
    for entry in range(near_starts[site], near_starts[site + 1]):
        clash[near[entry]] += 1
        clasher[near[entry]] += site
    return gain


@compiled
def close_site(site, cover, rules, state):  # type: ignore[no-untyped-def]
    """Closes a site in the state and returns the weight that nobody serves any more."""
    starts, homes, _, _, weights = cover
    costs, _, purses, near_starts, near, _, _ = rules
    count, owner, loss, chosen, used, clash, clasher = state
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
    for purse in range(purses[site, 0], purses[site, 1] + 1):
        used[purse, 0] -= costs[site]
        used[purse, 1] -= 1
    for entry in range(near_starts[site], near_starts[site + 1]):
        clash[near[entry]] -= 1
        clasher[near[entry]] -= site
    return lost


@compiled
def listed(chosen):  # type: ignore[no-untyped-def]
    """The numbers of the chosen sites; a plain loop, which compiles faster than what numpy offers."""
    size = 0
    for site in range(len(chosen)):
        size += chosen[site]
    members = np.empty(size, dtype=np.int64)
    size = 0
    for site in range(len(chosen)):
        if chosen[site]:
            members[size] = site
            size += 1
    return members


@compiled
def fits(site, leaver, rules, state):  # type: ignore[no-untyped-def]
    """Whether the purses bear this site once the leaver (-1: nobody) is closed, and no other site forbids it."""
    costs, limits, purses, _, _, _, _ = rules
    used, clash, clasher = state[4], state[5], state[6]
    if clash[site] > 1 or (clash[site] == 1 and clasher[site] != leaver):
        return False
    for purse in range(purses[site, 0], purses[site, 1] + 1):
        cost, number = used[purse, 0] + costs[site], used[purse, 1] + 1
        if leaver >= 0 and purses[leaver, 0] <= purse <= purses[leaver, 1]:
            cost -= costs[leaver]
            number -= 1
        if cost > limits[purse, 0] * (1 + 1e-12) or number > limits[purse, 1]:
            return False
    return True


@compiled
def greedy(by_cost, cover, rules, state):  # type: ignore[no-untyped-def]
    """Opens sites by the largest gain (or gain for its cost) while the rules allow; returns the weight gained.

    Lazy (CELF: Leskovec et al. 2007): gains only shrink as sites open, so a gain computed earlier is an upper bound,
    and a site is looked at again only when its old gain is the largest.
    """
    starts, homes, _, _, weights = cover
    costs, barred = rules[0], rules[5]
    count, chosen = state[0], state[3]
    number = len(starts) - 1
    hope = np.empty(number)
    for site in range(number):
        hope[site] = -1.0 if chosen[site] or barred[site] else np.inf
    fresh = np.zeros(number, dtype=np.int64)
    total = 0.0
    opened = 1
    while number > 0:
        site = 0
        for other in range(number):
            if hope[other] > hope[site]:
                site = other
        if hope[site] <= 0.0:
            break
        if not fits(site, -1, rules, state):
            hope[site] = -1.0
            continue
        if fresh[site] == opened:
            total += open_site(site, cover, rules, state)
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
def best_swap(site, members, shared, cover, rules, state):  # type: ignore[no-untyped-def]
    """The best that opening this site can bring, and the site to close for it (-1: none has to close)."""
    starts, homes, _, _, weights = cover
    fixed = rules[6]
    count, owner, loss = state[0], state[1], state[2]
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
    if fits(site, -1, rules, state):
        best = gain
    for member in members:
        change = gain - loss[member] + shared[member]
        if change > best and not fixed[member] and fits(site, member, rules, state):
            best = change
            leaver = member
        shared[member] = 0.0
    return best, leaver


@compiled
def wake(site, cover, rules, look):  # type: ignore[no-untyped-def]
    """Marks every site that shares a home with this one, or may not stand beside it, to be looked at again."""
    starts, homes, firsts, sites, _ = cover
    near_starts, near = rules[3], rules[4]
    for entry in range(starts[site], starts[site + 1]):
        home = homes[entry]
        for place in range(firsts[home], firsts[home + 1]):
            look[sites[place]] = True
    for entry in range(near_starts[site], near_starts[site + 1]):
        look[near[entry]] = True


@compiled
def improve(look, tiny, cover, rules, state):  # type: ignore[no-untyped-def]
    """Takes improving swaps and openings until no site that may be looked at has one; returns the weight gained."""
    number = len(cover[0]) - 1
    barred = rules[5]
    chosen = state[3]
    shared = np.zeros(number)
    members = listed(chosen)
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
            change, leaver = best_swap(site, members, shared, cover, rules, state)
            if change <= tiny:
                continue
            if leaver >= 0:
                total -= close_site(leaver, cover, rules, state)
                wake(leaver, cover, rules, look)
            total += open_site(site, cover, rules, state)
            wake(site, cover, rules, look)
            members = listed(chosen)
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
def restore(kept, state):  # type: ignore[no-untyped-def]
    """Puts a kept state back; plain loops, which compile in a tenth of the time of assignments to slices."""
    for home in range(len(state[0])):
        state[0][home] = kept[0][home]
        state[1][home] = kept[1][home]
    for site in range(len(state[2])):
        state[2][site] = kept[2][site]
        state[3][site] = kept[3][site]
        state[5][site] = kept[5][site]
        state[6][site] = kept[6][site]
    for purse in range(len(state[4])):
        state[4][purse, 0] = kept[4][purse, 0]
        state[4][purse, 1] = kept[4][purse, 1]


@compiled
def copied(state):  # type: ignore[no-untyped-def]
    """A copy of a state, to come back to."""
    return (
        state[0].copy(), state[1].copy(), state[2].copy(), state[3].copy(), state[4].copy(), state[5].copy(),
        state[6].copy(),
    )  # fmt: skip


@compiled
def shake(rounds, slack, tiny, random, cover, rules, state):  # type: ignore[no-untyped-def]
    """Iterated search: closes a few sites, opens neighbours, improves; goes on from what is at most a little worse.

    A little is ``slack``, shrinking to nothing (record-to-record travel, Dueck 1993). The state is left at
    the best found; returns the weight gained over the start.
    """
    starts, homes, firsts, sites, _ = cover
    barred, fixed = rules[5], rules[6]
    chosen = state[3]
    look = np.zeros(len(starts) - 1, dtype=np.bool_)
    total = best = 0.0
    top = copied(state)
    kept = copied(state)
    for turn in range(rounds):
        members = listed(chosen)
        if len(members) == 0:
            break
        change = 0.0
        for _ in range(1 + draw(random, 3)):
            leaver = members[draw(random, len(members))]
            reach = starts[leaver + 1] - starts[leaver]
            if reach == 0 or fixed[leaver] or not chosen[leaver]:
                continue
            home = homes[starts[leaver] + draw(random, reach)]
            comer = np.int64(sites[firsts[home] + draw(random, firsts[home + 1] - firsts[home])])
            change -= close_site(leaver, cover, rules, state)
            wake(leaver, cover, rules, look)
            if not chosen[comer] and not barred[comer] and fits(comer, -1, rules, state):
                change += open_site(comer, cover, rules, state)
                wake(comer, cover, rules, look)
        change += improve(look, tiny, cover, rules, state)
        if total + change < best - slack * (1 - turn / rounds):
            restore(kept, state)
            continue
        total += change
        restore(state, kept)
        if total > best + tiny:
            best = total
            restore(state, top)
    restore(top, state)
    return best


@compiled
def anneal(likely, steps, hot, cold, tiny, random, cover, rules, state):  # type: ignore[no-untyped-def]
    """Simulated annealing over swaps with the likely sites; the best choice met, which the rules allow.

    Half of the leavers are drawn from all, half from those that serve a home of the comer alone; the heat falls from
    ``hot`` to ``cold`` by equal factors (Kirkpatrick, Gelatt and Vecchi 1983).
    """
    starts, homes, _, _, weights = cover
    count, owner, loss, chosen = state[0], state[1], state[2], state[3]
    members, place = np.zeros(len(chosen), dtype=np.int64), np.zeros(len(chosen), dtype=np.int64)
    size = 0
    for site in range(len(chosen)):
        if chosen[site]:
            members[size], place[site] = site, size
            size += 1
    total = best = 0.0
    top = chosen.copy()
    fall = (cold / hot) ** (1.0 / steps)
    for _ in range(steps):
        hot *= fall
        comer = likely[draw(random, len(likely))]
        first, last = starts[comer], starts[comer + 1]
        if chosen[comer] or first == last:
            continue
        leaver = np.int64(-1)
        if not fits(comer, leaver, rules, state):
            if size == 0:
                continue
            home = homes[first + draw(random, last - first)]
            leaver = owner[home] if count[home] == 1 and draw(random, 2) == 0 else members[draw(random, size)]
            if not fits(comer, leaver, rules, state):
                continue
        need = loss[leaver] + hot * np.log((draw(random, 1 << 30) + 1) / (1 << 30)) if leaver >= 0 else 0.0
        gain = 0.0
        for entry in range(first, last):
            home = homes[entry]
            if count[home] == 0 or (count[home] == 1 and owner[home] == leaver):
                gain += weights[home]
        if gain < need:
            continue
        if leaver >= 0:
            total -= close_site(leaver, cover, rules, state)
            slot = place[leaver]
        else:
            slot = size
            size += 1
        total += open_site(comer, cover, rules, state)
        members[slot], place[comer] = comer, slot
        if total > best + tiny:
            best = total
            for site in range(len(top)):
                top[site] = chosen[site]
    return top


@compiled
def scores(starts, homes, prices, which):  # type: ignore[no-untyped-def]
    """For each of these sites the sum of the prices of the homes it reaches; zero for the others."""
    result = np.zeros(len(starts) - 1)
    for site in which:
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


@compiled
def fill_purses(order, worth, rules):  # type: ignore[no-untyped-def]
    """For each limit alone (cost, number): what sites taken in this order by parts are worth, as far as purses go.

    ``order`` holds the sites by worth for their cost, and by worth. Purses that sites draw on from one to the last
    are nested, so that taking the best first is best (a polymatroid); where a limit is infinite all are taken.
    """
    costs, limits, purses = rules[0], rules[1], rules[2]
    totals = np.zeros(2)
    parts = np.zeros((2, len(worth)))
    for kind in range(2):
        room = limits[:, kind].copy()
        for site in order[kind]:
            need = costs[site] if kind == 0 else 1.0
            part = 1.0
            for purse in range(purses[site, 0], purses[site, 1] + 1):
                if need * part > room[purse]:
                    part = max(room[purse], 0.0) / need
            for purse in range(purses[site, 0], purses[site, 1] + 1):
                room[purse] -= need * part
            parts[kind, site] = part
            totals[kind] += part * worth[site]
    return totals, parts
