"""Kernels of sites that have only so many seats: who sits where, and what a site is worth when homes pay prices.

``town``: the homes of each site (``starts``, ``homes``), the sites of each home (``firsts``, ``sites``) with the place
of the same pair in the first list (``entries``), and the people of the homes. ``state``: ``flow`` (people of each pair
of site and home), ``left`` (seats still free at a site), ``free`` (people of a home without a seat) and ``chosen``.
"""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def seat(site, tries, tiny, town, state):  # type: ignore[no-untyped-def]
    """Fills the free seats of an open site, first with people who have none, then by moving others up; how many more.

    People are moved along shortest chains (site takes a home's people from another site, which takes others; Edmonds
    and Karp 1972), at most ``tries`` chains; where no chain is left nobody more can be seated by this site.
    """
    starts, homes, firsts, sites, entries, _ = town
    flow, left, free, chosen = state
    gained = 0.0
    for entry in range(starts[site], starts[site + 1]):
        take = min(left[site], free[homes[entry]])
        if take > 0:
            flow[entry] += take
            free[homes[entry]] -= take
            left[site] -= take
            gained += take
    if left[site] <= tiny or tries <= 0:
        return gained
    number = len(left)
    queue = np.empty(number, dtype=np.int64)
    gives, takes = np.empty(number, dtype=np.int64), np.empty(number, dtype=np.int64)
    while left[site] > tiny and tries > 0:
        tries -= 1
        came = np.full(number, -1, dtype=np.int64)
        seen = np.zeros(len(free), dtype=np.bool_)
        came[site], queue[0], head, tail, last = site, site, 0, 1, -1
        while head < tail and last < 0:
            one = queue[head]
            head += 1
            for entry in range(starts[one], starts[one + 1]):
                home = homes[entry]
                if seen[home]:
                    continue
                seen[home] = True
                if free[home] > tiny:
                    last = entry
                    break
                for place in range(firsts[home], firsts[home + 1]):
                    other = sites[place]
                    if came[other] < 0 and chosen[other] and flow[entries[place]] > tiny:
                        came[other], gives[other], takes[other] = one, entries[place], entry
                        queue[tail] = other
                        tail += 1
        if last < 0:
            break
        moved = min(left[site], free[homes[last]])
        place = one
        while place != site:
            moved = min(moved, flow[gives[place]])
            place = came[place]
        flow[last] += moved
        free[homes[last]] -= moved
        while one != site:
            flow[gives[one]] -= moved
            flow[takes[one]] += moved
            one = came[one]
        left[site] -= moved
        gained += moved
    return gained


@compiled
def leave(site, tries, tiny, town, state):  # type: ignore[no-untyped-def]
    """Closes a site and seats its people at the other open sites as far as they have room; how many lose their seat."""
    starts, homes = town[0], town[1]
    flow, left, free, chosen = state
    lost = 0.0
    chosen[site] = False
    for entry in range(starts[site], starts[site + 1]):
        free[homes[entry]] += flow[entry]
        left[site] += flow[entry]
        lost += flow[entry]
        flow[entry] = 0.0
    for other in np.flatnonzero(chosen):
        if left[other] > tiny:
            lost -= seat(other, tries, tiny, town, state)
    return lost


@compiled
def hope_of(site, town, state):  # type: ignore[no-untyped-def]
    """How many people without a seat this site would take at once."""
    starts, homes = town[0], town[1]
    left, free = state[1], state[2]
    gain = 0.0
    for entry in range(starts[site], starts[site + 1]):
        gain += free[homes[entry]]
        if gain >= left[site]:
            return left[site]
    return gain


@compiled
def allowed(site, costs, limits, used, near_starts, near, chosen):  # type: ignore[no-untyped-def]
    """Whether money and number bear one more site, and none of the chosen forbids it."""
    if used[0] + costs[site] > limits[0] * (1 + 1e-12) or used[1] + 1 > limits[1]:
        return False
    for entry in range(near_starts[site], near_starts[site + 1]):  # noqa: SIM110 (numba compiles a plain loop)
        if chosen[near[entry]]:
            return False
    return True


@compiled
def fill_by_gain(need, pay, tries, tiny, costs, limits, used, barred, near_starts, near, town, state):  # type: ignore[no-untyped-def]
    """Opens sites by the most people newly seated for what they ask (``pay``), until ``need`` are; how many more are.

    Lazy as CELF: people without a seat only become fewer, so an old gain is an upper bound of the new one.
    """
    chosen = state[3]
    number = len(costs)
    hope = np.empty(number)
    for site in range(number):
        hope[site] = -1.0 if chosen[site] or barred[site] else np.inf
    fresh = np.full(number, -1, dtype=np.int64)
    total = 0.0
    opened = 0
    while number > 0 and total < need - tiny:
        site = int(np.argmax(hope))
        if hope[site] <= 0.0:
            break
        if not allowed(site, costs, limits, used, near_starts, near, chosen):
            hope[site] = -1.0
            continue
        if fresh[site] == opened:
            chosen[site] = True
            used[0] += costs[site]
            used[1] += 1
            total += seat(site, tries, tiny, town, state)
            opened += 1
            hope[site] = -1.0
            continue
        hope[site] = hope_of(site, town, state) / pay[site]
        fresh[site] = opened
    return total


@compiled
def worths(margin, seats, town):  # type: ignore[no-untyped-def]
    """For each site the most it can collect when people pay a margin (of each pair) and its seats are limited."""
    number = len(seats)
    result = np.zeros(number)
    for site in range(number):
        result[site] = serve(site, 0.0, margin, seats, town, result)
    return result


@compiled
def taken(parts, margin, seats, town):  # type: ignore[no-untyped-def]
    """For each home how many people the sites take at these margins, each site as far as it is open."""
    result = np.zeros(len(town[5]))
    for site in range(len(seats)):
        if parts[site] > 0.0:
            serve(site, parts[site], margin, seats, town, result)
    return result


@compiled
def serve(site, part, margin, seats, town, result):  # type: ignore[no-untyped-def]
    """What one site collects from those who pay best; adds who is taken to ``result`` for a part above zero."""
    starts, homes, people = town[0], town[1], town[5]
    first, last = starts[site], starts[site + 1]
    crowd = 0.0
    for entry in range(first, last):
        if margin[entry] > 0.0:
            crowd += people[homes[entry]]
    room = seats[site]
    total = 0.0
    if crowd <= room:
        for entry in range(first, last):
            if margin[entry] > 0.0:
                total += margin[entry] * people[homes[entry]]
                if part > 0.0:
                    result[homes[entry]] += part * people[homes[entry]]
        return total
    for place in np.argsort(-margin[first:last]):
        home = homes[first + place]
        if room <= 0.0 or margin[first + place] <= 0.0:
            break
        take = min(room, people[home])
        room -= take
        total += margin[first + place] * take
        if part > 0.0:
            result[home] += part * take
    return total


@compiled
def seat_by_regret(chosen, costs, seats, town):  # type: ignore[no-untyped-def]
    """Everybody to the open site that costs least and has room, first those who would lose most by the second best.

    ``costs`` of each pair. Returns the flow and its cost, infinite where somebody finds no seat.
    """
    _, homes, firsts, sites, entries, people = town
    number = len(people)
    regret = np.zeros(number)
    for home in range(number):
        one = two = np.inf
        for place in range(firsts[home], firsts[home + 1]):
            if chosen[sites[place]]:
                cost = costs[entries[place]]
                if cost < one:
                    one, two = cost, one
                elif cost < two:
                    two = cost
        regret[home] = 1e300 if two == np.inf else (two - one)
    left = seats.copy()
    flow = np.zeros(len(homes))
    total = 0.0
    for home in np.argsort(-regret):
        need = people[home]
        while need > 0.0:
            best = np.inf
            entry = -1
            for place in range(firsts[home], firsts[home + 1]):
                site = sites[place]
                if chosen[site] and left[site] > 0.0 and costs[entries[place]] < best:
                    best = costs[entries[place]]
                    entry = entries[place]
                    found = site
            if entry < 0:
                return flow, np.inf
            take = min(need, left[found])
            flow[entry] += take
            left[found] -= take
            need -= take
            total += best * take
    return flow, total
