"""Kernels of the dispatch: primal-dual steps over millions of shipments, the bound of any prices, and the repair."""

import numpy as np

from luoshu.methods.compiled import compiled


@compiled
def steps(  # type: ignore[no-untyped-def]
    rounds, done, goods, step, x, x0, asked, tier, lost, need_price, first_price, stock, room, dual_step, duals, duals0,
    sizes, scratch, weight,
):  # fmt: skip
    """So many rounds of reflected, anchored primal-dual hybrid gradient; returns how far the last one moved.

    ``x``: lanes by periods. ``duals``: prices of waiting, of the first part, of stock and of room, in one tuple, each
    with its steps (``dual_step``) and anchors (``duals0``). ``weight`` turns steps of shipments into steps of prices.
    Everything is changed in place.
    """
    theta, early, lam, mu = duals
    theta0, early0, lam0, mu0 = duals0
    step_theta, step_early, step_lam, step_mu = dual_step
    nu, pi, arriving, leaving, load = scratch
    items, areas, periods = theta.shape
    depots = lam.shape[1]
    slope, free = np.zeros(periods, np.float32), np.full(periods, np.float32(np.inf))
    moved_x, moved_y = 0.0, 0.0
    for turn in range(rounds):
        keep = np.float32((done + turn + 1.0) / (done + turn + 2.0))
        last = turn == rounds - 1
        moved_x, moved_y = 0.0, 0.0
        load[:] = 0
        for i in range(items):
            arriving[:] = 0
            leaving[:] = 0
            for n in range(areas):
                total = np.float32(0.0)
                for t in range(periods - 1, -1, -1):
                    total += theta[i, n, t] + early[i, n, t]
                    nu[n, t] = total
            for d in range(depots):
                total = np.float32(0.0)
                for t in range(periods - 1, -1, -1):
                    total += lam[i, d, t]
                    pi[d, t] = total + sizes[i] * mu[d, t]
            moved_x += _send(i, goods, step, x, x0, pi, nu, leaving, arriving, weight, keep, last)
            for n in range(areas):
                come = np.float32(0.0)
                for t in range(periods):
                    come += arriving[n, t]
                    slope[t] = asked[i, n, t] - come
                moved_y += _climb(
                    theta[i, n], theta0[i, n], step_theta[i, n], slope, need_price[i, n], lost, weight, keep
                )
                if tier > 0:
                    for t in range(periods):
                        slope[t] -= (np.float32(1.0) - tier) * asked[i, n, t]
                    moved_y += _climb(
                        early[i, n], early0[i, n], step_early[i, n], slope, first_price[i, n], False, weight, keep
                    )
            for d in range(depots):
                gone = np.float32(0.0)
                for t in range(periods):
                    gone += leaving[d, t]
                    load[d, t] += sizes[i] * leaving[d, t]
                    slope[t] = gone - stock[i, d, t]
                moved_y += _climb(lam[i, d], lam0[i, d], step_lam[i, d], slope, free, False, weight, keep)
        for d in range(depots):
            for t in range(periods):
                slope[t] = load[d, t] - room[d, t]
            moved_y += _climb(mu[d], mu0[d], step_mu[d], slope, free, False, weight, keep)
    return moved_x, moved_y


@compiled
def _send(i, goods, step, x, x0, pi, nu, leaving, arriving, weight, keep, last):  # type: ignore[no-untyped-def]
    """Shipments of one item follow the prices; what leaves and arrives is that of the point mirrored at the new one."""
    _item, depot, area, delay, cost, start = goods
    zero, back = np.float32(0.0), np.float32(1.0) - keep
    periods = pi.shape[1]
    moved = 0.0
    for p in range(start[i], start[i + 1]):
        d, n, late, price = depot[p], area[p], delay[p], cost[p]
        size = step[p] / weight
        for t in range(periods - late):
            old = x[p, t]
            hat = max(old - size * (price + pi[d, t] - nu[n, t + late]), zero)
            ahead = hat + hat - old
            leaving[d, t] += ahead
            arriving[n, t + late] += ahead
            x[p, t] = keep * ahead + back * x0[p, t]
            if last:
                moved += (hat - old) * (hat - old) / size
    return moved


@compiled
def _climb(row, anchor, step, slope, limit, together, weight, keep):  # type: ignore[no-untyped-def]
    """Prices follow what is missing or too much, from zero to ``limit``; ``together``: their sum stays below it."""
    zero, back = np.float32(0.0), np.float32(1.0) - keep
    periods = len(row)
    off = zero
    if together:  # how much to take off, per step, so that the sum fits: Newton from below
        for _ in range(periods):
            total, rate = zero, zero
            for t in range(periods):
                size = step[t] * weight
                hat = row[t] + size * slope[t]
                if hat > size * off:
                    total += hat
                    rate += size
            if rate <= 0 or total - off * rate <= limit[periods - 1] * np.float32(1.00001):
                break
            off = (total - limit[periods - 1]) / rate
    moved = 0.0
    for t in range(periods):
        size = step[t] * weight
        if size > 0:
            old = row[t]
            hat = min(max(old + size * (slope[t] - off), zero), limit[t])
            row[t] = keep * (hat + hat - old) + back * anchor[t]
            moved += (hat - old) * (hat - old) / size
    return moved


@compiled
def bound_at(goods, need, wait, extra, tier, lost, stock, capacity, sizes, lam, mu):  # type: ignore[no-untyped-def]
    """What no plan can cost less than, for any prices of stock and room of zero or more (infinite room: price zero).

    Given these prices, what a unit is worth in an area has a closed form: a period's price of waiting can be asked as
    long as the sum from any period on stays below the cheapest way to be there then; the dearest first (the sets are
    nested, so greedy is best). What can be lost is never worth more than the loss.
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
                worth = min(wait[i, n, t] if lost else worth + wait[i, n, t], cap[n, t])
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
def repair(goods, by_area, x, need, wait, stock, capacity, sizes, order, lost, plan):  # type: ignore[no-untyped-def]
    """Makes a plan that can be carried out from shipments that nearly can; fills gaps with what is left.

    Shipments shrink to the depot's room and stock, what comes above an area's whole need is taken back from the end,
    and areas (``order``: the dearest to leave waiting first) take what is left as early as it can come.
    """
    item, _depot, _area, delay, _cost, _start = goods
    lanes_of, first_lane = by_area
    items, areas, periods = need.shape
    for p in range(len(item)):
        for t in range(periods - delay[p]):
            plan[p, t] = x[p, t] if x[p, t] > 0 else 0.0
    _shrink(goods, stock, capacity, sizes, plan)
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
    room, free = _left(goods, stock, capacity, sizes, plan)
    _fill(goods, by_area, need, wait, sizes, order, lost, plan, room, free)


@compiled
def _shrink(goods, stock, capacity, sizes, plan):  # type: ignore[no-untyped-def]
    """What leaves a depot comes down to the stock that is there, period by period, then to what its gate lets out."""
    item, depot, _area, delay, _cost, start = goods
    items, depots, periods = stock.shape
    load = np.zeros((depots, periods))
    for i in range(items):
        first = start[i]
        while first < start[i + 1]:
            d, end = depot[first], first
            while end < start[i + 1] and depot[end] == d:
                end += 1
            free = 0.0
            for t in range(periods):
                free += stock[i, d, t]
                out = 0.0
                for p in range(first, end):
                    out += plan[p, t]
                if out > 0:
                    share = min(1.0, max(0.0, free / out))
                    if share < 1:
                        for p in range(first, end):
                            plan[p, t] *= share
                        out *= share
                    free -= out
                    load[d, t] += sizes[i] * out
            first = end
    for p in range(len(item)):
        d = depot[p]
        for t in range(periods - delay[p]):
            if load[d, t] > capacity[d, t]:
                plan[p, t] *= capacity[d, t] / load[d, t]


@compiled
def _left(goods, stock, capacity, sizes, plan):  # type: ignore[no-untyped-def]
    """What a plan leaves: room at each gate, and the stock that may still go in each period without missing later."""
    item, depot, _area, delay, _cost, _start = goods
    items, depots, periods = stock.shape
    room, free = capacity.copy(), stock.copy()
    for p in range(len(item)):
        i, d = item[p], depot[p]
        for t in range(periods - delay[p]):
            if plan[p, t] > 0:
                room[d, t] -= sizes[i] * plan[p, t]
                free[i, d, t] -= plan[p, t]
    for i in range(items):
        for d in range(depots):
            for t in range(1, periods):
                free[i, d, t] += free[i, d, t - 1]
            for t in range(periods - 2, -1, -1):
                free[i, d, t] = min(free[i, d, t], free[i, d, t + 1])
    return room, free


@compiled
def _fill(goods, by_area, need, wait, sizes, order, lost, plan, room, free):  # type: ignore[no-untyped-def]
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
        if lost:
            worth = wait[i, n, periods - 1]
        gone = 0.0  # lost in earlier periods: nothing brings it back, and it is not asked for again
        for s in range(periods):
            if s and not lost:
                worth -= wait[i, n, s - 1]
            if lost and s:
                gone = max(gone, short[s - 1])
            if short[s] - gone <= 1e-9:
                continue
            if not lost and short[periods - 1] <= 1e-9:
                continue
            for p in lanes:
                t, d = s - delay[p], depot[p]
                if t < 0 or cost[p] >= worth:
                    continue
                amount = min(short[s] - gone, free[i, d, t])
                if not lost:
                    amount = min(amount, short[periods - 1])
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
