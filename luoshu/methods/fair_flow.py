"""Fair shares of one item, exactly and at any size: the smallest first, by cuts of a network."""

import numpy as np

from luoshu.methods.dispatch_model import Floats, Orders, Wholes
from luoshu.methods.most_flow import most_flow

MOST_STEPS = 60


def shares_alone(given: Orders, lanes: Wholes, total: Floats) -> tuple[Floats, bool]:
    """Of one item the share that each area can have by the end (areas; 0: no lane leads there), and whether proven.

    ``lanes`` of this item, none with a limit at its depot; ``total`` (areas): units needed. No plan gives the
    worst-served area more, then the next worst, and so on. A share is lowered to what the smallest cut lets through
    until all have it; who sits behind that cut can have no more and is settled (Newton's steps on a parametric flow:
    Megiddo 1974, Fujishige 1980). What is needed at the end may leave as late as its way allows, so that stock flows
    down a depot's chain of latest hours of leaving.
    """
    item = int(given.item[lanes[0]])
    last = given.periods - 1 - given.delay[lanes]
    stop = np.unique(given.depot[lanes] * given.periods + last)  # a depot's latest hours of leaving
    depot, hour = stop // given.periods, stop % given.periods
    place, period = np.nonzero(given.stock[item] > 0)
    into = np.searchsorted(stop, place * given.periods + period)
    fits = (into < len(stop)) & (depot[np.minimum(into, len(stop) - 1)] == place)
    amounts = np.bincount(into[fits], given.stock[item][place[fits], period[fits]], minlength=len(stop))
    chain = np.flatnonzero((depot[1:] == depot[:-1]) & (hour[1:] > hour[:-1]))
    areas, end = np.unique(given.area[lanes], return_inverse=True)
    need, first, source = total[areas], len(stop), len(stop) + len(areas)
    number = np.arange(len(stop))
    tails = np.concatenate([np.full(len(stop), source), chain, np.searchsorted(
        stop, given.depot[lanes] * given.periods + last), first + np.arange(len(areas))])  # fmt: skip
    heads = np.concatenate([number, chain + 1, first + end, np.full(len(areas), source + 1)])
    most = np.concatenate([amounts, np.full(len(chain) + len(lanes), np.inf), need])
    level, fixed = np.ones(len(areas)), np.zeros(len(areas), dtype=bool)
    proven = True
    while not fixed.all():
        share, behind = 1.0, ~fixed
        for _ in range(MOST_STEPS):
            most[-len(areas) :] = need * np.where(fixed, level, share)
            flow, reached = most_flow(tails, heads, most, source=source, sink=source + 1, nodes=source + 2)
            if (flow[-len(areas) :] >= most[-len(areas) :] * (1 - 1e-10)).all():
                break
            cut = ~reached[first:source]
            through = amounts[~reached[: len(stop)]].sum()
            rest = through - (need * level)[cut & fixed].sum()
            lower = max(0.0, float(rest / max(need[cut & ~fixed].sum(), 1e-300)))
            if not (cut & ~fixed).any() or lower >= share:  # doubles tell no further
                break
            share, behind = lower, cut & ~fixed
        else:
            proven = False
        level[behind] = share
        fixed |= behind
    shares = np.zeros(len(total))
    shares[areas] = level
    return shares, proven
