"""Kernels of the dispatch: primal-dual steps over millions of shipments, the bound of any prices, and the repair."""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def steps(  # type: ignore[no-untyped-def]
    rounds, done, goods, step, x, x0, asked, tier, need_price, first_price, stock, room, dual_step, duals, duals0,
    sizes, scratch, pull,
):  # fmt: skip
    """So many rounds of reflected, anchored primal-dual hybrid gradient; returns how far the last one moved.

    ``x``: lanes by periods. ``duals``: prices of waiting, of the first part, of stock and of room, in one tuple, each
    with its steps (``dual_step``) and anchors (``duals0``). ``pull``: (primal weight). Everything is changed in place.
    """
    _item, depot, area, delay, cost, start = goods
    theta, early, lam, mu = duals
    theta0, early0, lam0, mu0 = duals0
    step_theta, step_early, step_lam, step_mu = dual_step
    nu, pi, arriving, leaving, load = scratch
    items, areas, periods = theta.shape
    depots = lam.shape[1]
    weight = pull
    moved_x = 0.0
    moved_y = 0.0
    for turn in range(rounds):
        count = done + turn
        keep = np.float32((count + 1.0) / (count + 2.0))
        back = np.float32(1.0) - keep
        last = turn == rounds - 1
        moved_x = 0.0
        moved_y = 0.0
        load[:] = 0
        for i in range(items):
            for n in range(areas):
                total = np.float32(0.0)
                for t in range(periods - 1, -1, -1):
                    total += theta[i, n, t] + early[i, n, t]
                    nu[n, t] = total
                    arriving[n, t] = 0
            for d in range(depots):
                total = np.float32(0.0)
                for t in range(periods - 1, -1, -1):
                    total += lam[i, d, t]
                    pi[d, t] = total + sizes[i] * mu[d, t]
                    leaving[d, t] = 0
            for p in range(start[i], start[i + 1]):
                d, n, late, price = depot[p], area[p], delay[p], cost[p]
                size = step[p] / weight
                for t in range(periods - late):
                    old = x[p, t]
                    hat = old - size * (price + pi[d, t] - nu[n, t + late])
                    hat = max(hat, np.float32(0.0))
                    ahead = hat + hat - old
                    leaving[d, t] += ahead
                    arriving[n, t + late] += ahead
                    x[p, t] = keep * ahead + back * x0[p, t]
                    if last:
                        moved_x += (hat - old) * (hat - old) / size
            for n in range(areas):
                come = np.float32(0.0)
                for t in range(periods):
                    come += arriving[n, t]
                    old = theta[i, n, t]
                    size = step_theta[i, n, t] * weight
                    if size > 0:
                        hat = old + size * (asked[i, n, t] - come)
                        hat = min(max(hat, np.float32(0.0)), need_price[i, n, t])
                        theta[i, n, t] = keep * (hat + hat - old) + back * theta0[i, n, t]
                        if last:
                            moved_y += (hat - old) * (hat - old) / size
                    size = step_early[i, n, t] * weight
                    if size > 0:
                        old = early[i, n, t]
                        hat = old + size * (tier * asked[i, n, t] - come)
                        hat = min(max(hat, np.float32(0.0)), first_price[i, n, t])
                        early[i, n, t] = keep * (hat + hat - old) + back * early0[i, n, t]
                        if last:
                            moved_y += (hat - old) * (hat - old) / size
            for d in range(depots):
                gone = np.float32(0.0)
                for t in range(periods):
                    gone += leaving[d, t]
                    load[d, t] += sizes[i] * leaving[d, t]
                    size = step_lam[i, d, t] * weight
                    if size > 0:
                        old = lam[i, d, t]
                        hat = max(old + size * (gone - stock[i, d, t]), np.float32(0.0))
                        lam[i, d, t] = keep * (hat + hat - old) + back * lam0[i, d, t]
                        if last:
                            moved_y += (hat - old) * (hat - old) / size
        for d in range(depots):
            for t in range(periods):
                size = step_mu[d, t] * weight
                if size > 0:
                    old = mu[d, t]
                    hat = max(old + size * (load[d, t] - room[d, t]), np.float32(0.0))
                    mu[d, t] = keep * (hat + hat - old) + back * mu0[d, t]
                    if last:
                        moved_y += (hat - old) * (hat - old) / size
    return moved_x, moved_y


@compiled
def bound_at(goods, need, wait, extra, tier, stock, capacity, sizes, lam, mu):  # type: ignore[no-untyped-def]
    """What no plan can cost less than, for any prices of stock and room of zero or more (infinite room: price zero).

    Given these prices, what a unit is worth in an area has a closed form: a period's price of waiting can be asked as
    long as the sum from any period on stays below the cheapest way to be there then; the dearest first (the sets are
    nested, so greedy is best).
    """
    _item, depot, area, delay, cost, start = goods
    items, areas, periods = need.shape
    depots = stock.shape[1]
    total = 0.0
    pi = np.zeros((depots, periods))
    cap = np.zeros((areas, periods))
    for d in range(depots):
        for t in range(periods):
            if mu[d, t] > 0:
                total -= mu[d, t] * capacity[d, t]
    for i in range(items):
        for d in range(depots):
            price = 0.0
            for t in range(periods - 1, -1, -1):
                price += lam[i, d, t]
                total -= price * stock[i, d, t]
                pi[d, t] = price + sizes[i] * mu[d, t]
        cap[:] = np.inf
        for p in range(start[i], start[i + 1]):
            for t in range(periods - delay[p]):
                here = pi[depot[p], t] + cost[p]
                cap[area[p], t + delay[p]] = min(cap[area[p], t + delay[p]], here)
        for n in range(areas):
            low = np.inf
            for t in range(periods):
                low = min(low, cap[n, t])
                cap[n, t] = low
            if extra > 0:
                total += _nested(need[i, n], wait[i, n], extra, tier, cap[n])
                continue
            worth = 0.0
            for t in range(periods - 1, -1, -1):
                worth = min(worth + wait[i, n, t], cap[n, t])
                total += worth * need[i, n, t]
    return total


@compiled
def _nested(need, wait, extra, tier, cap):  # type: ignore[no-untyped-def]
    """The most that prices of waiting can bring: each below its own limit, their sum from any period on below cap."""
    periods = len(need)
    left = cap.copy()
    gain, first_gain = need.copy(), need.copy()
    for t in range(1, periods):
        gain[t] = gain[t - 1] + need[t]
    for t in range(periods):
        first_gain[t] = tier * gain[t]
    total = 0.0
    one, two = periods - 1, periods - 1  # both grow with the period
    while one >= 0 or two >= 0:
        if two < 0 or (one >= 0 and gain[one] >= first_gain[two]):
            t, most, rate = one, wait[one], gain[one]
            one -= 1
        else:
            t, most, rate = two, extra * wait[two], first_gain[two]
            two -= 1
        amount = most
        for s in range(t + 1):
            amount = min(amount, left[s])
        for s in range(t + 1):
            left[s] -= amount
        total += amount * rate
    return total


@compiled
def repair(goods, by_area, x, need, wait, stock, capacity, sizes, order, plan):  # type: ignore[no-untyped-def]
    """Makes a plan that can be carried out from shipments that nearly can; fills gaps with what is left.

    Shipments shrink to the depot's room and stock, what comes above an area's whole need is taken back from the end,
    and areas (``order``: the dearest to leave waiting first) take what is left as early as it can come.
    """
    item, depot, _area, delay, _cost, start = goods
    lanes_of, first_lane = by_area
    items, areas, periods = need.shape
    depots = stock.shape[1]
    room = capacity.copy()
    free = np.zeros((items, depots, periods))  # what may still leave by the end of each period
    for i in range(items):
        for d in range(depots):
            held = 0.0
            for t in range(periods):
                held += stock[i, d, t]
                free[i, d, t] = held
    load = np.zeros((depots, periods))
    for p in range(len(item)):
        for t in range(periods - delay[p]):
            plan[p, t] = x[p, t] if x[p, t] > 0 else 0.0
    for i in range(items):
        first = start[i]
        while first < start[i + 1]:
            d, end = depot[first], first
            while end < start[i + 1] and depot[end] == d:
                end += 1
            gone = 0.0
            for t in range(periods):
                out = 0.0
                for p in range(first, end):
                    out += plan[p, t]
                if out > 0:
                    share = min(1.0, max(0.0, (free[i, d, t] - gone) / out))
                    if share < 1:
                        for p in range(first, end):
                            plan[p, t] *= share
                        out *= share
                    gone += out
                    load[d, t] += sizes[i] * out
            first = end
    for p in range(len(item)):
        d = depot[p]
        for t in range(periods - delay[p]):
            if load[d, t] > capacity[d, t]:
                plan[p, t] *= capacity[d, t] / load[d, t]
    for i in range(items):  # nothing is sent that nobody needs
        for n in range(areas):
            most, come = 0.0, 0.0
            for t in range(periods):
                most += need[i, n, t]
            for s in range(periods):
                for q in range(first_lane[i, n], first_lane[i, n + 1]):
                    p = lanes_of[q]
                    t = s - delay[p]
                    if t >= 0 and plan[p, t] > 0:
                        plan[p, t] = min(plan[p, t], max(0.0, most - come))
                        come += plan[p, t]
    for p in range(len(item)):
        i, d = item[p], depot[p]
        for t in range(periods - delay[p]):
            if plan[p, t] > 0:
                room[d, t] -= sizes[i] * plan[p, t]
                free[i, d, t] -= plan[p, t]
    for i in range(items):  # so far only what leaves in the period itself was taken off
        for d in range(depots):
            gone, held = 0.0, 0.0
            for t in range(periods):
                held += stock[i, d, t]
                gone += held - free[i, d, t]
                free[i, d, t] = held - gone
            for t in range(periods - 2, -1, -1):
                free[i, d, t] = min(free[i, d, t], free[i, d, t + 1])
    _fill(goods, by_area, need, wait, sizes, order, plan, room, free)


@compiled
def _fill(goods, by_area, need, wait, sizes, order, plan, room, free):  # type: ignore[no-untyped-def]
    _item, depot, _area, delay, cost, _start = goods
    lanes_of, first_lane = by_area
    _items, areas, periods = need.shape
    short = np.zeros(periods)
    for one in order:
        i, n = one // areas, one % areas
        lanes = lanes_of[first_lane[i, n] : first_lane[i, n + 1]]
        if not len(lanes):
            continue
        asked = 0.0
        for t in range(periods):
            asked += need[i, n, t]
            short[t] = asked
        for p in lanes:
            total = 0.0
            for t in range(periods - delay[p]):
                total += plan[p, t]
                short[t + delay[p]] -= total
            # what came by the end of a period stays
        worth = 0.0
        for t in range(periods - 1, -1, -1):
            worth += wait[i, n, t]
        for s in range(periods):
            if s:
                worth -= wait[i, n, s - 1]
            if short[s] <= 1e-9 or short[periods - 1] <= 1e-9:
                continue
            for p in lanes:
                t, d = s - delay[p], depot[p]
                if t < 0 or cost[p] >= worth:
                    continue
                amount = min(short[s], short[periods - 1], free[i, d, t])
                if sizes[i] > 0:
                    amount = min(amount, room[d, t] / sizes[i])
                if amount <= 1e-9:
                    continue
                plan[p, t] += amount
                room[d, t] -= amount * sizes[i]
                for u in range(periods):
                    if u >= t:
                        free[i, d, u] -= amount
                    if u >= s:
                        short[u] -= amount
                for u in range(t - 1, -1, -1):
                    if free[i, d, u] <= free[i, d, u + 1]:
                        break
                    free[i, d, u] = free[i, d, u + 1]
