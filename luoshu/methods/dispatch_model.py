"""A dispatch problem checked and laid out: who can send what to whom, when it arrives, and what waiting costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The problem in arrays, item first: ``need`` and ``wait`` (items, areas, periods), ``stock`` (items, depots,
    periods), ``capacity`` (depots, periods), ``sizes`` (items).

    ``wait``: what a unit still missing at the end of a period costs (the last period holds what being never served
    costs, too). ``tier``: the first part of every need, ``extra``: what missing it costs on top, as a share of
    ``wait``. ``lost``: what is not there in its period is lost then and not waited for. A *lane* is an item on a way
    from a depot to an area: ``item``, ``depot``, ``area``, ``delay`` (periods) and ``cost`` of each lane, sorted by
    item, then depot.
    """

    need: Floats
    wait: Floats
    stock: Floats
    capacity: Floats
    sizes: Floats
    tier: float
    extra: float
    lost: bool
    item: Wholes
    depot: Wholes
    area: Wholes
    delay: Wholes
    cost: Floats

    @property
    def periods(self) -> int:
        return int(self.need.shape[2])

    @property
    def columns(self) -> int:
        """How many shipments could be told apart."""
        return int((self.periods - self.delay).sum())

    def missing(self, arriving: Floats) -> Floats:
        """What waits at the end of each period, or what has been lost until then (items, areas, periods).

        What is lost by a period is the most by which need was ever ahead of what had come: a loss is made good by
        nothing, and covers all later shortfalls up to its own size.
        """
        behind = np.maximum(np.cumsum(self.need, axis=2) - np.cumsum(arriving, axis=2), 0.0)
        return np.maximum.accumulate(behind, axis=2) if self.lost else behind

    def value(self, arriving: Floats, spent: float) -> float:
        """What a plan costs: waiting or loss, the first part on top, and the ways (``spent``)."""
        missing = self.missing(arriving)
        if self.lost:
            return float((self.wait[:, :, -1] * missing[:, :, -1]).sum()) + spent
        total = float((self.wait * missing).sum()) + spent
        if self.extra:
            come, asked = np.cumsum(arriving, axis=2), np.cumsum(self.need, axis=2)
            total += float((self.extra * self.wait * np.maximum(self.tier * asked - come, 0)).sum())
        return total


def orders(
    need: ArrayLike,
    stock: ArrayLike,
    travel: ArrayLike,
    *,
    weights: ArrayLike | None,
    never: float | None,
    costs: ArrayLike | None,
    capacity: ArrayLike | None,
    sizes: ArrayLike | None,
    first: float,
    extra: float,
    lost: bool,
    cut_off: bool,
) -> Orders:
    """Checks what was given, and leaves out what can never move."""
    needs = _amounts("need", need, 3)
    areas, items, periods = needs.shape
    stocks = _amounts("stock", stock, 3)
    if stocks.shape[1:] != (items, periods):
        raise ValueError(
            f"stock must be depots by {items} items by {periods} periods, and has the shape {stocks.shape}."
        )
    depots = len(stocks)
    way = np.asarray(travel, dtype=np.float64)
    if way.shape != (depots, areas):
        raise ValueError(f"travel must be {depots} depots by {areas} areas, and has the shape {way.shape}.")
    if np.isnan(way).any():
        raise ValueError("travel holds a value that is not a number (NaN): write infinity where there is no way.")
    if (way < 0).any():
        raise ValueError("travel holds a negative number of periods.")
    way = np.ceil(way)  # what arrives in the middle of a period serves from the next one on
    wanted = needs.sum(axis=2)
    alone = np.flatnonzero((wanted.sum(axis=1) > 0) & np.isinf(way).all(axis=0))
    if len(alone) and not cut_off:
        raise ValueError(
            f"Area {int(alone[0])} needs something and no depot has a way to it"
            + (f" (nor to {len(alone) - 1} others)" if len(alone) > 1 else "")
            + ": give a way, or say cut_off=True to see its need as unmet."
        )
    weight = _spread("weights", weights, (areas, items), 1.0)
    price = _spread("costs", costs, (depots, areas), 0.0, unlimited=True)
    size = _spread("sizes", sizes, (items,), 1.0)
    limit = _limits(capacity, depots, periods)
    if not 0 <= first <= 1:
        raise ValueError(f"first is {first}, and must be a share from 0 to 1.")
    if not (0 <= extra < np.inf):
        raise ValueError(f"extra is {extra}, and must be a finite number of zero or more.")
    if lost and extra:
        raise ValueError("A first part (extra) is for needs that wait: with lost=True there is none.")
    longer = float(periods) if never is None else float(never)
    if not (0 <= longer < np.inf):
        raise ValueError(f"never is {never}, and must be a finite number of periods, zero or more.")
    wait = np.repeat(weight.T[:, :, None], periods, axis=2)
    if not lost:
        wait[:, :, -1] *= 1 + longer
    open_way = (way < periods) & np.isfinite(price)
    held = stocks.sum(axis=2) > 0
    lane = [
        np.argwhere(open_way & held[:, [one]] & (wanted[:, one] > 0)[None, :]) for one in range(items)
    ]  # depot by depot: the kernels pass over a depot's row once
    number = [len(one) for one in lane]
    ends = np.concatenate(lane) if lane else np.empty((0, 2), dtype=np.int64)
    item = np.repeat(np.arange(items), number)
    depot, area = ends[:, 0].astype(np.int64), ends[:, 1].astype(np.int64)
    return Orders(
        need=np.ascontiguousarray(needs.transpose(1, 0, 2)), wait=wait,
        stock=np.ascontiguousarray(stocks.transpose(1, 0, 2)), capacity=limit, sizes=size,
        tier=first if extra else 0.0, extra=extra if first else 0.0, lost=lost, item=item, depot=depot, area=area,
        delay=way[depot, area].astype(np.int64), cost=price[depot, area] * size[item],
    )  # fmt: skip


def _amounts(name: str, given: ArrayLike, dimensions: int) -> Floats:
    values = np.array(given, dtype=np.float64)
    if values.ndim != dimensions or not values.size:
        raise ValueError(
            f"{name} must have {dimensions} dimensions (places, items, periods) with at least one of each, and has the "
            f"shape {values.shape}."
        )
    if not np.isfinite(values).all():
        place = tuple(int(one) for one in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{name} holds a value that is not a finite number, at {place}.")
    if (values < 0).any():
        place = tuple(int(one) for one in np.argwhere(values < 0)[0])
        raise ValueError(f"{name} is below zero at {place}: {values[place]:g}.")
    return values


def _spread(
    name: str, given: ArrayLike | None, shape: tuple[int, ...], default: float, *, unlimited: bool = False
) -> Floats:
    """Amounts of zero or more in this shape; what has fewer dimensions goes for all."""
    if given is None:
        return np.full(shape, default)
    values = np.asarray(given, dtype=np.float64)
    try:
        values = np.array(np.broadcast_to(values, shape))
    except ValueError:
        raise ValueError(f"{name} must have the shape {shape}, and has {values.shape}.") from None
    if np.isnan(values).any() or (values < 0).any() or (np.isinf(values).any() and not unlimited):
        raise ValueError(f"{name} must hold numbers of zero or more" + ("." if unlimited else ", none infinite."))
    return values


def _limits(capacity: ArrayLike | None, depots: int, periods: int) -> Floats:
    if capacity is None:
        return np.full((depots, periods), np.inf)
    values = np.asarray(capacity, dtype=np.float64)
    if values.shape == (depots,):
        values = values[:, None]
    return _spread("capacity", values, (depots, periods), np.inf, unlimited=True)
