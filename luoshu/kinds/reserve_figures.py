"""What the page of a reserve shows: hours and days, goods, areas, what is not counted, larger emergencies, curves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.kinds.commitment import Amount, Curves, Figure, Line, Listing
from luoshu.kinds.reserve_state import Held, Picture, picture, region_word
from luoshu.kinds.supplying import DAYS, item_name
from luoshu.methods.supply_curve import HOURS
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

MOST_ROWS = 20
MOST_CURVES = 4
TIMES = (0.5, 1.0, 1.5, 2.0, 3.0)


def maybe(name: Message, estimate: bool) -> Message:
    """The name of a figure, marked as an estimate where it is one."""
    return say("{figure} (estimate)", figure=name) if estimate else name


def there_by(held: Held, hours: np.ndarray, sorts: tuple[str, ...] = ()) -> np.ndarray:
    """Units in the areas by each hour as they are shared out (areas, hours); of some sorts of origin only."""
    some = np.array([not sorts or origin.sort in sorts for origin in held.origins], dtype=bool)
    if not some.any():
        return np.zeros((len(held.need), len(hours)))
    there = held.arrives[some][:, :, None] <= hours[None, None, :] + 1e-9
    found: np.ndarray = (held.out.given[some][:, :, None] * there).sum(axis=0)
    return found


def hour_of(held: Held, part: float) -> float:
    """The hour by which this part of what all areas need at first is there; infinity: not within thirty days."""
    if not len(held.origins):
        return float("inf")
    hours = np.unique(held.arrives[(held.out.given > 0) & np.isfinite(held.arrives)])
    if not len(hours):
        return float("inf")
    come = np.minimum(there_by(held, np.asarray(hours)), held.need[:, None]).sum(axis=0)
    enough = np.flatnonzero(come >= part * held.need.sum() * (1 - 1e-7))
    return float(hours[enough[0]]) if len(enough) else float("inf")


def days_of(held: Held, start: float) -> float:
    """For how many days all areas have all they need from `start` on (30 is the most that is looked at)."""
    if not held.line.a_day:
        return float("inf") if held.out.missing <= 1e-9 else 0.0
    days = np.arange(1, DAYS + 1)
    come = there_by(held, start + 24.0 * (days - 1))
    enough = (come >= held.need[:, None] * days[None, :] * (1 - 1e-6)).all(axis=0)
    return float(days[-1] if enough.all() else int(np.argmin(enough)))


def figures_of(reserve: Reserve, seen: Picture, book: Book, day: date) -> Iterator[Figure]:
    """All figures, the most important first."""
    weak, estimate = seen.weakest, seen.estimate
    if not seen.moments.ready:
        yield Amount(name=say("People affected"), value=float(round(seen.affected.sum())), unit="人")
        for name, hour in (
            (say("Hours to the first unit of the weakest good"), weak.first),
            (say("Hours to half of its need"), hour_of(weak, 0.5)),
            (say("Hours to all of it"), hour_of(weak, 1.0)),
        ):
            never = say("not within thirty days")
            known = np.isfinite(hour)
            yield Amount(name=maybe(name, estimate), value=round(hour, 1) if known else None, unit="小时",
                         why=None if known else never)  # fmt: skip
        yield from list(_curves(seen))[:MOST_CURVES]
    yield _by_good(seen, estimate)
    if not seen.moments.ready:
        yield _by_area(seen, estimate)
        yield from _larger(reserve, seen, book, day)
    if seen.standing.uncounted:
        yield _uncounted(seen, book)


def _shown(hour: float) -> float | Message:
    return round(hour, 1) if np.isfinite(hour) else say("not in 30 days")


def percent_of(part: float) -> float:
    """A share in percent with one decimal, 100 only where it is whole."""
    return 100.0 if part >= 1 - 1e-9 else min(round(part * 100, 1), 99.9)


def _by_good(seen: Picture, estimate: bool) -> Listing:
    """Each good: need, what stands ready, what is kept and made, hours, days, share."""
    rows: list[tuple[Any, ...]] = []
    ready = seen.moments.ready
    for held in sorted(seen.held, key=lambda each: each.share):
        sorts = np.array([origin.sort for origin in held.origins], dtype=object)
        on_hand, kept, made = (float(held.amount[sorts == sort].sum()) for sort in ("lot", "kept", "made"))
        row: tuple[Any, ...] = (
            held.line.name,
            held.line.unit,
            round(float(held.need.sum())),
            round(on_hand),
            round(kept),
        )
        if not ready:
            days = days_of(held, seen.moments.all) if held.line.a_day else None
            row = (*row, round(made), *(_shown(each) for each in (held.first, hour_of(held, 0.5), hour_of(held, 1.0))),
                   None if days is None else days)  # fmt: skip
        rows.append((*row, percent_of(held.share)))
    columns = [say("relief good"), say("unit"), say("needed at first"), say("on hand"), say("kept by producers")]
    if not ready:
        columns += [say("made in 30 days"), say("hours to the first"), say("hours to half"), say("hours to all"),
                    say("days it lasts")]  # fmt: skip
    note = say("What is used up is needed anew each day: its need is that of the first day")
    columns.append(say("share of the promise, %"))
    return Listing(name=maybe(say("By good"), estimate), columns=tuple(columns), rows=tuple(rows), note=note)


def area_shares(seen: Picture) -> np.ndarray:
    """For each good and area the part of its first need that is there when all was promised (goods, areas)."""
    at = np.array([seen.moments.all])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([np.minimum(there_by(held, at)[:, 0] / held.need, 1.0) for held in seen.held])


def _by_area(seen: Picture, estimate: bool) -> Listing:
    shares = area_shares(seen)
    worst = shares.argmin(axis=0)
    order = np.argsort(shares.min(axis=0), kind="stable")
    rows = tuple(
        (region_word(seen.areas[i]), round(float(seen.affected[i])), percent_of(float(shares[:, i].min())),
         seen.held[int(worst[i])].line.name)
        for i in order
    )  # fmt: skip
    columns = (say("area"), say("people affected"), say("share there in time of its weakest good, %"),
               say("weakest good"))  # fmt: skip
    name = maybe(say("By area, {hours:g} hours after the call", hours=seen.moments.all), estimate)
    return Listing(name=name, columns=columns, rows=rows)


def _larger(reserve: Reserve, seen: Picture, book: Book, day: date) -> Iterator[Listing]:
    rows = []
    for times in TIMES:
        other = seen if times == 1 else picture(reserve, book, day, times)
        if isinstance(other, Picture):
            rows.append((round(float(other.affected.sum())), percent_of(other.met), other.weakest.line.name))
    columns = (say("people affected"), say("share of the promise, %"), say("weakest good"))
    yield Listing(name=maybe(say("If fewer or more are affected"), seen.estimate), columns=columns, rows=tuple(rows))


def _uncounted(seen: Picture, book: Book) -> Listing:
    items = {item for held in seen.held for item in held.good.items}
    some = sorted(seen.standing.uncounted, key=lambda each: (each.item not in items, -each.amount))
    rows = tuple((item_name(book, each.item), each.amount, each.where, each.id, each.says) for each in some[:MOST_ROWS])
    left = len(some) - len(rows)
    columns = (say("item"), say("units"), say("where"), say("lot or agreement"), say("why"))
    note = say("and {count} more", count=left) if left > 0 else None
    return Listing(name=say("Not counted"), columns=columns, rows=rows, note=note)


def _curves(seen: Picture) -> Iterator[Curves]:
    """On hand, kept and made in the areas hour by hour against the need, of the weakest goods."""
    for held in sorted(seen.held, key=lambda each: each.share):
        parts = [there_by(held, HOURS, (sort,)).sum(axis=0) for sort in ("lot", "kept", "made")]
        steps = np.maximum(0.0, np.floor((HOURS - seen.moments.all) / 24 + 1e-9)) + 1 if held.line.a_day else 1.0
        need = float(held.need.sum()) * np.minimum(steps, max(seen.moments.days, 1.0)) * np.ones(len(HOURS))
        half = seen.moments.all if seen.moments.half is None else seen.moments.half
        need = np.where(half > HOURS, 0.0, np.where(seen.moments.all > HOURS, need / 2, need))
        yield Curves(
            name=say("{good}: there by the hour, and needed", good=held.line.name), unit=held.line.unit,
            hours=tuple(HOURS.tolist()),
            stacked=(
                Line(name=say("on hand"), values=tuple(parts[0].tolist())),
                Line(name=say("kept by producers"), values=tuple(parts[1].tolist())),
                Line(name=say("made"), values=tuple(parts[2].tolist())),
            ),
            over=(Line(name=say("needed"), values=tuple(need.tolist())),), estimate=seen.estimate,
        )  # fmt: skip
