"""The plan of a dispatch in rows: from lots, needs and hours to arrays, and back to who sends how much of which lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luoshu.desk.clock import local_day
from luoshu.desk.dispatch_why import told, why_unmet
from luoshu.desk.dispatching import GRAINS, Dispatching, Need, Served, Shipment, Unmet, nothing_needed
from luoshu.desk.shut_ways import hours_around, shut_ways
from luoshu.kinds.item import Item
from luoshu.kinds.reserve_areas import areas
from luoshu.kinds.supplying import Origin, Standing, item_name, item_unit, standing_stock
from luoshu.words.message import Message

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.methods.dispatch import Dispatch

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The problem in arrays: origins by place and item, needs by area and item, hours on the way with loading.

    `stock` and `need` by period; `hours` (places, areas) around what is shut, `free` if nothing were. `grain` is the
    least part of each item that is sent.
    """

    places: tuple[str, ...]
    names: tuple[str, ...]
    areas: tuple[Need, ...]
    items: tuple[str, ...]
    pools: Mapping[tuple[int, int], tuple[Origin, ...]]
    stock: Floats
    need: Floats
    weights: Floats
    hours: Floats
    free: Floats
    grain: Floats
    sizes: Floats
    units: tuple[str, ...]
    item_names: tuple[Message, ...]


def planned(
    book: Book, needs: Sequence[Need], *, at: datetime, hours: float, step: float, closures: tuple[Any, ...],
    failed: frozenset[str], load: float, room: Mapping[str, float], seconds: float,
) -> Dispatching:  # fmt: skip
    """See `dispatch_now`."""
    if not needs:
        return nothing_needed(at, hours)
    day = local_day(at)
    last = local_day(at + timedelta(hours=hours))
    standing = standing_stock(book, day)
    origins, soon = _leaving(standing, {need.item for need in needs}, failed, hours, last)
    shut, lost = shut_ways(closures)
    spots = _spots(book, needs)
    places = {each.place: (each.lon, each.lat) for each in origins}
    ends = [(_degrees(spot.lon), _degrees(spot.lat)) for spot in spots]
    way, free, estimate, because = hours_around(book, day, list(places.values()), ends, shut)
    ground = _ground(book, needs, spots, origins, way, free, hours, step)
    plan, rows = _solved(ground, room, load, step, seconds)
    arriving = _arriving(ground, rows, load, step)
    waited = np.maximum(np.cumsum(ground.need, axis=2) - np.cumsum(arriving, axis=2), 0.0)
    cost = waited.sum(axis=2) + ground.need.shape[2] * waited[:, :, -1]
    objective = float((ground.weights * cost).sum())
    served = _served(ground, arriving)
    unmet = tuple(
        Unmet(
            area=each.area, area_name=each.area_name, item=each.item, item_name=each.item_name,
            amount=round(each.needed - each.brought, 6), needed=each.needed, unit=each.unit,
            why=why_unmet(ground, each.area, each.item, rows, hours - load, standing, failed, shut, soon),
        )
        for each in served
        if each.needed - each.brought > 1e-6
    )  # fmt: skip
    return Dispatching(
        at=at, hours=hours, shipments=_shipments(ground, rows, at, step, load), unmet=unmet, served=served,
        least=_least(ground, served, plan.fair if plan is not None else None),
        fairness=plan.fairness if plan else "none", objective=objective,
        bound=min(plan.bound, objective) if plan else objective, method=plan.method if plan else "nothing",
        estimate=estimate, because=(*told(book, plan, standing, soon, failed, lost, load, last), *because),
    )  # fmt: skip


def _degrees(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _leaving(
    standing: Standing, wanted: set[str], failed: frozenset[str], hours: float, last: date
) -> tuple[list[Origin], list[Origin]]:
    """What can leave within the plan, and what of it expires before the plan ends and stays."""
    ordered = sorted(standing.origins, key=lambda each: (each.place, each.item, each.id, each.ready))
    some = [each for each in ordered if each.item in wanted and each.ready < hours]  # whatever the order of the rows
    given = [each for each in some if not {each.id, each.place.partition(":")[2]} & failed]
    soon = [each for each in given if each.until is not None and each.until < last]
    return [each for each in given if each not in soon and not np.isnan(each.lon)], soon


def _solved(
    ground: Ground, room: Mapping[str, float], load: float, step: float, seconds: float
) -> tuple[Dispatch | None, Floats]:
    """The plan of the program, and its rows in whole units; none where nothing could be sent at all."""
    from luoshu.methods.dispatch import dispatch

    if not len(ground.places):
        return None, np.zeros((0, 5))
    limit = np.array([room.get(place.partition(":")[2], np.inf) for place in ground.places])
    plan = dispatch(
        ground.need, ground.stock, (ground.hours + load) / step, weights=ground.weights, sizes=ground.sizes,
        capacity=limit if np.isfinite(limit).any() else None, cut_off=True, fair=True, seconds=seconds,
    )  # fmt: skip
    return plan, _whole(ground, plan, limit)


def _spots(book: Book, needs: Sequence[Need]) -> list[Need]:
    """One need for each area, with its coordinates and name as far as they are known."""
    known = areas(book)
    found: dict[str, Need] = {}
    for need in needs:
        if need.area in found and found[need.area].lon == found[need.area].lon:
            continue
        area = known.get(need.area)
        lon = need.lon if need.lon is not None else area.lon if area else float("nan")
        lat = need.lat if need.lat is not None else area.lat if area else float("nan")
        name = need.name or (area.name if area else need.area)
        found[need.area] = Need(area=need.area, item="", amount=0.0, lon=lon, lat=lat, name=name)
    return list(found.values())


def _ground(
    book: Book, needs: Sequence[Need], spots: Sequence[Need], origins: Sequence[Origin], way: Floats, free: Floats,
    hours: float, step: float,
) -> Ground:  # fmt: skip
    periods = max(1, round(hours / step))
    catalogue = {row.id: row for row in book.rows(Item)}
    items = list(dict.fromkeys(need.item for need in needs))
    places = list(dict.fromkeys(each.place for each in origins))
    names = {each.place: each.name for each in origins}
    area_at = {spot.area: number for number, spot in enumerate(spots)}
    item_at, place_at = {item: n for n, item in enumerate(items)}, {place: n for n, place in enumerate(places)}
    units = tuple(item_unit(book, item) for item in items)
    grain = np.array([GRAINS.get(unit, 1.0) for unit in units])
    need, weight = np.zeros((len(spots), len(items), periods)), np.zeros((len(spots), len(items)))
    for each in needs:
        period = int(each.hour / step + 1e-9)
        if period < periods:
            need[area_at[each.area], item_at[each.item], period] += each.amount
            weight[area_at[each.area], item_at[each.item]] += each.amount * each.weight
    steps = grain[:, None]
    begun = np.ceil(np.cumsum(need, axis=2) / steps - 1e-6) * steps  # whole things are needed whole
    need = np.diff(begun, axis=2, prepend=0.0)
    total = need.sum(axis=(0, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(need.sum(axis=2) > 0, weight / need.sum(axis=2), 0.0)
        weights = np.where(total > 0, mean / total, 0.0)
    pools: dict[tuple[int, int], list[Origin]] = {}
    for origin in origins:
        pools.setdefault((place_at[origin.place], item_at[origin.item]), []).append(origin)
    stock = np.zeros((len(places), len(items), periods))
    for (place, item), pool in pools.items():
        for origin in pool:
            period = int(np.ceil(origin.ready / step - 1e-9))
            if period < periods:
                stock[place, item, period] += origin.amount
    begun = np.floor(np.cumsum(stock, axis=2) / steps + 1e-6) * steps
    volumes = [catalogue[item].volume if item in catalogue else None for item in items]
    return Ground(
        places=tuple(places), names=tuple(names[place] for place in places), areas=tuple(spots), items=tuple(items),
        pools={key: tuple(sorted(pool, key=_leaves_first)) for key, pool in pools.items()},
        stock=np.diff(begun, axis=2, prepend=0.0), need=need, weights=weights, hours=way, free=free, grain=grain,
        sizes=np.array([volume or 0.0 for volume in volumes]), units=units,
        item_names=tuple(item_name(book, item) for item in items),
    )  # fmt: skip


def _leaves_first(origin: Origin) -> tuple[Any, ...]:
    """First expired, first out; then what lies ready before what is still made."""
    return (origin.until or date.max, origin.ready, origin.id)


def _whole(ground: Ground, plan: Any, limit: Floats) -> Floats:
    """Rows of place, area, item, period, amount, in whole grains of each item.

    Rounded down, and then up again where a depot's plan still has a part of one, its stock and room and the area's need
    allow.
    """
    rows = np.column_stack([plan.depot, plan.area, plan.item, plan.period, plan.amount]).astype(np.float64)
    if not len(rows):
        return np.zeros((0, 5))
    exact = rows[:, 4].copy()
    grains = ground.grain[rows[:, 2].astype(int)]
    rows[:, 4] = np.floor(exact / grains + 1e-6) * grains
    place, area, item, period = rows[:, :4].astype(int).T
    left = np.cumsum(ground.stock, axis=2)
    asked = ground.need.sum(axis=2)
    room = np.repeat(limit[:, None], ground.need.shape[2], axis=1)
    for p, a, i, t, units in zip(place, area, item, period, rows[:, 4], strict=True):
        left[p, i, t:] -= units
        asked[a, i] -= units
        room[p, t] -= units * ground.sizes[i]
    over = (exact - rows[:, 4]) / grains
    for row in np.argsort(-over, kind="stable"):
        p, a, i, t, grain = place[row], area[row], item[row], period[row], grains[row]
        least, fits = grain * (1 - 1e-6), room[p, t] >= grain * ground.sizes[i] - 1e-9
        if over[row] > 1e-6 and left[p, i, t:].min() >= least and asked[a, i] >= least and fits:
            rows[row, 4] += grain
            left[p, i, t:] -= grain
            asked[a, i] -= grain
            room[p, t] -= grain * ground.sizes[i]
    return rows[rows[:, 4] > 1e-6]


def _arriving(ground: Ground, rows: Floats, load: float, step: float) -> Floats:
    arriving = np.zeros(ground.need.shape)
    for place, area, item, period, units in rows:
        late = int(np.ceil((ground.hours[int(place), int(area)] + load) / step))
        arriving[int(area), int(item), int(period) + late] += units
    return arriving


def _shipments(ground: Ground, rows: Floats, at: datetime, step: float, load: float) -> tuple[Shipment, ...]:
    """Each row by the lots that it is taken from, in the order of leaving."""
    left = {key: [origin.amount for origin in pool] for key, pool in ground.pools.items()}
    found: dict[tuple[Any, ...], float] = {}
    for place, area, item, period, units in rows[np.lexsort((rows[:, 1], rows[:, 3]))]:
        pool = ground.pools[int(place), int(item)]
        rest = left[int(place), int(item)]
        need = float(units)
        for number, origin in enumerate(pool):
            part = min(rest[number], need)
            if part <= 1e-9 or origin.ready > period * step + 1e-9:
                continue
            rest[number] -= part
            need -= part
            key = (int(period), int(place), int(area), int(item), origin.sort, origin.id)
            found[key] = found.get(key, 0.0) + part
            if need <= 1e-9:
                break
    return tuple(
        _shipment(ground, key, amount, at + timedelta(hours=key[0] * step + load)) for key, amount in found.items()
    )


def _shipment(ground: Ground, key: tuple[Any, ...], amount: float, leaves: datetime) -> Shipment:
    _, place, area, item, sort, id = key
    store = ground.places[place].partition(":")
    return Shipment(
        supply=id, sort=sort, store=store[2] if store[0] == "store" else "", store_name=ground.names[place],
        area=ground.areas[area].area, area_name=ground.areas[area].name, item=ground.items[item],
        item_name=ground.item_names[item], amount=round(amount, 6), unit=ground.units[item], leaves=leaves,
        arrives=leaves + timedelta(minutes=round(float(ground.hours[place, area]) * 60)),
    )  # fmt: skip


def _served(ground: Ground, arriving: Floats) -> tuple[Served, ...]:
    """What each area gets of each item that it needs."""
    need, come = ground.need.sum(axis=2), arriving.sum(axis=2)
    return tuple(
        Served(
            area=spot.area, area_name=spot.name, item=name, item_name=ground.item_names[item],
            needed=round(float(need[area, item]), 6), brought=round(float(come[area, item]), 6),
            unit=ground.units[item],
        )
        for area, spot in enumerate(ground.areas)
        for item, name in enumerate(ground.items)
        if need[area, item] > 0
    )  # fmt: skip


def _least(ground: Ground, served: Sequence[Served], fair: Floats | None) -> dict[str, tuple[float, float]]:
    """The smallest share of each item among the areas that something reaches, and the smallest that could be."""
    found: dict[str, tuple[float, float]] = {}
    area_at = {spot.area: number for number, spot in enumerate(ground.areas)}
    for item, name in enumerate(ground.items):
        if fair is None:
            continue
        shares = [(each.share, float(fair[area_at[each.area], item])) for each in served if each.item == name]
        reached = [pair for pair in shares if pair[1] > 1e-9]
        if reached:
            found[name] = (min(share for share, _ in reached), min(1.0, min(most for _, most in reached)))
    return found
