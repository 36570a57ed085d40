"""The supply curve: what stands ready hour by hour against what is needed, and the chance that it is enough."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HOURS = np.concatenate([np.arange(73.0), np.arange(96.0, 721.0, 24.0)])
"""Every hour of the first 72, then every day to the thirtieth."""


@dataclass(frozen=True, kw_only=True)
class Lot:
    """Stock that can be used: ``amount`` units, ready to leave after ``ready`` hours, ``way`` hours from where it is
    needed (infinity: no way), ``blocked`` the chance that its way is cut, ``detour`` the hours this then adds
    (infinity: it does not come at all)."""

    amount: float
    ready: float = 0.0
    way: float = 0.0
    blocked: float = 0.0
    detour: float = np.inf


@dataclass(frozen=True, kw_only=True)
class Producer:
    """A maker under agreement: ``stock`` units kept ready at the works, then ``daily`` units a day from day
    ``surge_after`` on (``usual`` units a day before that), ``cap`` units in all (infinity: no limit), of which
    ``owed`` a day go to others first. ``way``, ``blocked``, ``detour`` as for a lot; ``late`` the chance that the surge
    comes ``late_days`` later on average (exponential)."""

    stock: float = 0.0
    usual: float = 0.0
    daily: float = 0.0
    surge_after: float = 0.0
    cap: float = np.inf
    owed: float = 0.0
    way: float = 0.0
    blocked: float = 0.0
    detour: float = np.inf
    late: float = 0.0
    late_days: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Supply against need at ``hours``: all cumulative units, ``on_hand``, ``contracted`` (stock kept by producers),
    ``produced`` and ``need``; ``available`` is their sum.

    ``first``, ``half``, ``full``: hours until one unit, half and all of the whole need (that of the last hour) is
    there; infinity: not within these hours. ``sustained``: days from the first hour at which a need is met until one
    first is not (or the span ends; 0 where none is ever met). ``short``: most units missing at any hour.
    ``chance``: of the whole need being there in time at every hour from ``within`` on; ``chance_at`` (hours): of supply
    being no less than need at each; ``low`` (hours): what one case in ten stays below. All NaN without simulation.
    """

    hours: Floats
    on_hand: Floats
    contracted: Floats
    produced: Floats
    need: Floats
    first: float
    half: float
    full: float
    sustained: float
    short: float
    chance: float
    chance_at: Floats
    low: Floats

    @property
    def available(self) -> Floats:
        """All units there by each hour."""
        total: Floats = self.on_hand + self.contracted + self.produced
        return total


def supply_curve(
    lots: Sequence[Lot],
    producers: Sequence[Producer],
    need: ArrayLike,
    *,
    hours: ArrayLike = HOURS,
    within: float = 0.0,
    cases: int = 0,
    random: np.random.Generator | None = None,
) -> Curve:
    """What is there by each hour, from stock, from producers' stock and from their lines, against the need.

    ``need`` (hours): cumulative units needed by each of ``hours`` (rising, from 0; default: hourly to 72, then daily to
    day 30). Lines run evenly through the day; what they owe to others comes off first, usual output and surge alike.
    Only what can be used may be passed in: no expired, damaged, reserved or uncounted unit.

    ``cases``: how many futures to simulate, with the generator ``random`` (none is made here): ways are cut and
    producers late, each independently of the others. ``within``: the hour from which on supply must meet the need for
    the case to count as a success.

    ValueError for amounts, hours and chances without sense, and for a need that falls.

    >>> curve = supply_curve(
    ...     [Lot(amount=40, way=2)], [Producer(stock=20, daily=48, surge_after=1, way=6)], [0, 0, 40, 60, 100],
    ...     hours=[0, 1, 4, 24, 60])
    >>> curve.on_hand.tolist(), curve.contracted.tolist(), curve.produced.tolist()
    ([0.0, 0.0, 40.0, 40.0, 40.0], [0.0, 0.0, 0.0, 20.0, 20.0], [0.0, 0.0, 0.0, 0.0, 60.0])
    >>> curve.first, curve.half, curve.full, curve.sustained
    (2.0, 6.0, 50.0, 2.3333333333333335)
    """
    span = _numbers("hours", hours)
    asked = _numbers("need", need)
    if span[0] < 0 or (np.diff(span) <= 0).any():
        raise ValueError("hours must rise from 0 on.")
    if asked.shape != span.shape:
        raise ValueError(f"need must have {len(span)} values, one for each hour, and has {len(asked)}.")
    if asked[0] < 0 or (np.diff(asked) < 0).any():
        raise ValueError("need is what has been needed so far: it cannot be below zero, and cannot fall.")
    if cases < 0 or (cases and random is None):
        raise ValueError("cases must be zero or more, and a simulation needs a random generator (random).")
    for one in lots:
        _check_lot(one)
    for maker in producers:
        _check_producer(maker)
    calm = np.zeros(len(lots) + 2 * len(producers))
    parts = _supply(span, lots, producers, calm)
    available = sum(parts)
    whole, end = float(asked[-1]), float(span[-1])
    enough = available >= asked - 1e-9
    chance, chance_at, low = float("nan"), np.full(len(span), np.nan), np.full(len(span), np.nan)
    if cases and random is not None:
        futures = _futures(span, lots, producers, cases, random)
        kept = futures >= asked[None, :] - 1e-9
        chance = float(kept[:, span >= within].all(axis=1).mean())
        chance_at, low = kept.mean(axis=0), np.quantile(futures, 0.1, axis=0, method="lower")
    return Curve(
        hours=span, on_hand=parts[0], contracted=parts[1], produced=parts[2], need=asked,
        first=_when(lots, producers, min(1.0, whole), end), half=_when(lots, producers, whole / 2, end),
        full=_when(lots, producers, whole, end), sustained=_sustained(span, enough, asked > 0),
        short=float(np.maximum(asked - available, 0.0).max()), chance=chance, chance_at=chance_at, low=low,
    )  # fmt: skip


def _supply(
    hours: Floats, lots: Sequence[Lot], producers: Sequence[Producer], delays: Floats
) -> tuple[Floats, Floats, Floats]:
    """On hand, contracted and produced by each hour, with these extra hours: of lots, of producers' ways, of surges."""
    on_hand, contracted, produced = (np.zeros(len(hours)) for _ in range(3))
    for lot, extra in zip(lots, delays, strict=False):
        on_hand += np.where(hours >= lot.ready + lot.way + extra, lot.amount, 0.0)
    ways, late = delays[len(lots) : len(lots) + len(producers)], delays[len(lots) + len(producers) :]
    for maker, extra, later in zip(producers, ways, late, strict=True):
        there = hours - maker.way - extra  # hours of production whose output has arrived
        ready = min(maker.stock, maker.cap)
        contracted += np.where(there >= 0, ready, 0.0)
        surge = 24 * maker.surge_after + later
        days = np.maximum(there, 0.0) / 24
        before = np.minimum(days, surge / 24)
        made = before * max(0.0, maker.usual - maker.owed) + (days - before) * max(0.0, maker.daily - maker.owed)
        produced += np.minimum(made, maker.cap - ready)
    return on_hand, contracted, produced


def _futures(
    hours: Floats, lots: Sequence[Lot], producers: Sequence[Producer], cases: int, random: np.random.Generator
) -> Floats:
    """Units there by each hour in each simulated case."""
    roads: list[Lot | Producer] = [*lots, *producers]
    cut = random.random((cases, len(roads))) < np.array([one.blocked for one in roads])[None, :]
    delays = np.where(cut, np.array([one.detour for one in roads])[None, :], 0.0)
    slow = random.random((cases, len(producers))) < np.array([one.late for one in producers])[None, :]
    mean = np.array([24 * one.late_days for one in producers])
    late = np.where(slow, random.exponential(1.0, (cases, len(producers))) * mean[None, :], 0.0)
    both = np.concatenate([delays, late], axis=1)
    return np.array([sum(_supply(hours, lots, producers, one)) for one in both])


def _when(lots: Sequence[Lot], producers: Sequence[Producer], amount: float, last: float) -> float:
    """The hour by which so many units are there: supply only rises, so halving finds it; jumps are tried exactly."""
    calm = np.zeros(len(lots) + 2 * len(producers))

    def there(hour: float) -> float:
        return float(sum(part[0] for part in _supply(np.array([hour]), lots, producers, calm)))

    jumps = {0.0, last, *(one.ready + one.way for one in lots)}
    jumps |= {one.way for one in producers} | {one.way + 24 * one.surge_after for one in producers}
    times = sorted(float(hour) for hour in jumps if hour <= last)
    slack = 1e-9 * max(1.0, amount)
    after = next((place for place, hour in enumerate(times) if there(hour) >= amount - slack), None)
    if after is None:
        return float("inf")
    if after == 0:
        return times[0]
    low, high = times[after - 1], times[after]
    if there(np.nextafter(high, -np.inf).item()) < amount - slack:
        return high
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if there(middle) >= amount - slack else (middle, high)
    return float(round(high, 4))


def _sustained(hours: Floats, enough: NDArray[np.bool_], needed: NDArray[np.bool_]) -> float:
    """Days from the first hour at which there is a need and it is met until the first at which it is not."""
    if not (enough & needed).any():
        return 0.0
    begun = int(np.argmax(enough & needed))
    fails = np.flatnonzero(~enough[begun:])
    end = hours[begun + fails[0]] if len(fails) else hours[-1]
    return float(end - hours[begun]) / 24


def _check_lot(lot: Lot) -> None:
    for name in ("amount", "ready"):
        if not 0 <= getattr(lot, name) < np.inf:
            raise ValueError(f"{name} of a lot is {getattr(lot, name)}, and must be a finite number of zero or more.")
    _check_way(lot)


def _check_producer(maker: Producer) -> None:
    for name in ("stock", "usual", "daily", "surge_after", "owed", "late_days"):
        if not 0 <= getattr(maker, name) < np.inf:
            raise ValueError(
                f"{name} of a producer is {getattr(maker, name)}, and must be a finite number of zero or more."
            )
    if not maker.cap >= 0:
        raise ValueError(f"cap of a producer is {maker.cap}, and must be zero or more (infinity: no limit).")
    if not 0 <= maker.late <= 1:
        raise ValueError(f"late is {maker.late}, and must be a chance from 0 to 1.")
    _check_way(maker)


def _check_way(one: Lot | Producer) -> None:
    if not one.way >= 0 or not one.detour >= 0:
        raise ValueError(f"way is {one.way} and detour {one.detour}: both must be hours of zero or more.")
    if not 0 <= one.blocked <= 1:
        raise ValueError(f"blocked is {one.blocked}, and must be a chance from 0 to 1.")


def _numbers(name: str, given: ArrayLike) -> Floats:
    values = np.array(given, dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(f"{name} must be a list of finite numbers.")
    return values
