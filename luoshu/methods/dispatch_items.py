"""A large dispatch made better item by item: each is a program of its own in the room that the others leave."""

from dataclasses import replace

import numpy as np

from luoshu.methods.dispatch_exact import by_program
from luoshu.methods.dispatch_model import Floats, Orders, Wholes
from luoshu.methods.dispatch_prices import arrivals

SWEEPS = 3
"""How often all items are gone through at most."""
WORTHWHILE = 2e-3
"""A sweep that saves less than this share is the last."""
MOST_COLUMNS = 60_000
"""Shipments of one item beyond which it is left as it is."""


def item_by_item(given: Orders, plan: Floats, *, accept: float, bound: float, seconds: float) -> Floats:
    """A plan that costs no more: of each item the best in the room that the plan of the others leaves (block coordinate
    descent by linear programs), until it is within ``accept`` of the bound or a sweep saves next to nothing.

    It may end above the optimum, where two items would have to change at once.
    """
    start = np.searchsorted(given.item, np.arange(len(given.need) + 1))
    value = _worth(given, plan)
    for _ in range(SWEEPS):
        before = value
        for number in range(len(given.need)):
            own = np.arange(start[number], start[number + 1])
            found = _alone(given, number, own, plan, seconds)
            if found is None:
                continue
            other = plan.copy()
            other[own] = found
            worth = _worth(given, other)
            if worth < value:
                plan, value = other, worth
        if value - bound <= accept * value or before - value <= WORTHWHILE * before:
            break
    return plan


def _alone(given: Orders, number: int, own: Wholes, plan: Floats, seconds: float) -> Floats | None:
    """The best plan of one item's lanes in what the others leave of each depot's room; None where it is too large."""
    if not len(own) or int((given.periods - given.delay[own]).sum()) > MOST_COLUMNS:
        return None
    load = np.zeros(given.capacity.shape)
    rest = np.delete(np.arange(len(plan)), own)
    np.add.at(load, given.depot[rest], plan[rest] * given.sizes[given.item[rest]][:, None])
    found = by_program(item_alone(given, number, own, np.maximum(given.capacity - load, 0.0)), seconds=seconds)
    return None if found is None else found[0]


def item_alone(given: Orders, number: int, own: Wholes, capacity: Floats) -> Orders:
    """The problem of one item and its lanes, with so much room at the depots."""
    one = [number]
    return replace(
        given, need=given.need[one], wait=given.wait[one], stock=given.stock[one], sizes=given.sizes[one],
        capacity=capacity, item=np.zeros(len(own), dtype=np.int64), depot=given.depot[own], area=given.area[own],
        delay=given.delay[own], cost=given.cost[own],
    )  # fmt: skip


def _worth(given: Orders, plan: Floats) -> float:
    return given.value(arrivals(given, plan), float((plan.sum(axis=1) * given.cost).sum()))
