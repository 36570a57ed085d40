"""Kernels of the p-median: interchange of sites, and the relaxation that looks only at the nearest sites of a home."""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def nearest_two(costs, top, chosen):  # type: ignore[no-untyped-def]
    """For each home its nearest open site (-1: none, which costs ``top``), its cost, and that of the next nearest."""
    number, people = costs.shape
    first = np.full(people, -1, dtype=np.int64)
    one = top.copy()
    two = top.copy()
    for site in range(number):
        if chosen[site]:
            for home in range(people):
                cost = costs[site, home]
                if cost < one[home]:
                    two[home] = one[home]
                    one[home] = cost
                    first[home] = site
                elif cost < two[home]:
                    two[home] = cost
    return first, one, two


@compiled
def add_greedily(by_price, costs, top, price, limits, used, near_starts, near, barred, chosen):  # type: ignore[no-untyped-def]
    """Opens the site that saves most (or most for its price) as long as the limits allow and anything is saved."""
    number, people = costs.shape
    _, one, _ = nearest_two(costs, top, chosen)
    while True:
        best = 0.0
        comer = -1
        for site in range(number):
            if chosen[site] or barred[site] or used[1] + 1 > limits[1]:
                continue
            if used[0] + price[site] > limits[0] * (1 + 1e-12):
                continue
            odd = False
            for entry in range(near_starts[site], near_starts[site + 1]):
                odd = odd or chosen[near[entry]]
            if odd:
                continue
            gain = 0.0
            for home in range(people):
                gain += max(one[home] - costs[site, home], 0.0)
            if by_price:
                gain /= max(price[site], 1e-12)
            if gain > best:
                best = gain
                comer = site
        if comer < 0:
            return
        chosen[comer] = True
        used[0] += price[comer]
        used[1] += 1
        one = np.minimum(one, costs[comer])


@compiled
def interchange(costs, top, price, limits, near_starts, near, barred, fixed, tiny, chosen):  # type: ignore[no-untyped-def]
    """Opens a closed site, for an open one if need be, while that saves anything (Whitaker 1983); gives the total.

    For a comer the savings of its homes and the extra losses of every leaver come from one pass over the homes.
    ``price`` of the sites, ``limits`` of cost and number of those that are not ``fixed``; sites in one row of ``near``
    may not both be open.
    """
    number, people = costs.shape
    first, one, two = nearest_two(costs, top, chosen)
    spent = 0.0
    count = 0
    for site in range(number):
        if chosen[site] and not fixed[site]:
            spent += price[site]
            count += 1
    idle = 0
    comer = -1
    while idle < number:
        comer = (comer + 1) % number
        idle += 1
        if chosen[comer] or barred[comer]:
            continue
        odd = 0
        rival = -1
        for entry in range(near_starts[comer], near_starts[comer + 1]):
            if chosen[near[entry]]:
                odd += 1
                rival = near[entry]
        if odd > 1:
            continue
        loss = np.zeros(number)
        gain = 0.0
        for home in range(people):
            cost = costs[comer, home]
            if cost < one[home]:
                gain += one[home] - cost
            elif first[home] >= 0:
                loss[first[home]] += min(cost, two[home]) - one[home]
        leaver = -1
        least = np.inf
        room = limits[0] * (1 + 1e-12) - spent - price[comer]
        if odd == 0 and room >= 0 and count + 1 <= limits[1]:
            least = 0.0
        else:
            for site in range(number):
                if chosen[site] and not fixed[site] and loss[site] < least and room + price[site] >= 0:
                    if odd == 1 and site != rival:
                        continue
                    least = loss[site]
                    leaver = site
        if least < np.inf and gain - least > tiny:
            if leaver >= 0:
                chosen[leaver] = False
                spent -= price[leaver]
                count -= 1
            chosen[comer] = True
            spent += price[comer]
            count += 1
            first, one, two = nearest_two(costs, top, chosen)
            idle = 0
    return one.sum()


@compiled
def relaxed(ids, costs, prices, number):  # type: ignore[no-untyped-def]
    """For each site what its opening saves at these prices: the sum of cost minus price over the homes that gain."""
    saved = np.zeros(number)
    people, width = ids.shape
    for home in range(people):
        price = prices[home]
        for place in range(width):
            cost = costs[home, place]
            if cost >= price:
                break
            saved[ids[home, place]] += cost - price
    return saved


@compiled
def over_served(ids, costs, prices, opened):  # type: ignore[no-untyped-def]
    """One minus how far open sites would serve a home at these prices; and the cost of the nearest open one."""
    people, width = ids.shape
    slope = np.ones(people)
    nearest = np.full(people, np.inf)
    for home in range(people):
        price = prices[home]
        for place in range(width):
            cost = costs[home, place]
            if cost >= price and nearest[home] < np.inf:
                break
            part = opened[ids[home, place]]
            if part > 0:
                if cost < price:
                    slope[home] -= part
                if cost < nearest[home]:
                    nearest[home] = cost
    return slope, nearest


@compiled
def shorten(ids, costs, keep):  # type: ignore[no-untyped-def]
    """The lists without the sites that are not kept, filled up with infinite costs."""
    people, width = ids.shape
    longest = 1
    for home in range(people):
        count = 0
        for place in range(width):
            if keep[ids[home, place]] and costs[home, place] < np.inf:
                count += 1
        longest = max(longest, count)
    new_ids = np.zeros((people, longest), dtype=ids.dtype)
    new_costs = np.full((people, longest), np.inf)
    for home in range(people):
        count = 0
        for place in range(width):
            if keep[ids[home, place]] and costs[home, place] < np.inf:
                new_ids[home, count] = ids[home, place]
                new_costs[home, count] = costs[home, place]
                count += 1
    return new_ids, new_costs
