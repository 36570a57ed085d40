"""How a reserve stands: each good shared out among the areas in need, at the hours and days that were promised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.commitment import Reason
from luoshu.kinds.needing import Doubts, Line, good_named, need_sheet
from luoshu.kinds.reserve_areas import Area, within
from luoshu.kinds.reserve_faults import unmeant
from luoshu.kinds.reserve_goods import Good, goods_of
from luoshu.kinds.supplying import DAYS, Origin, Standing, hours_between, standing_stock
from luoshu.methods.sharing_out import SharedOut, share_out
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

Floats = NDArray[np.float64]
ALL_HOURS = 24.0
"""Within which all is to be there where the promise names days but no hours."""
LOOKED_AT = (2, 3, 5, 7, 10, 14, 20, 30, 45, 60, 90, 120, 180, 240, 300, 366)
"""Days of a long time at which it is looked whether there is still enough; the last one always."""
ALMOST = 0.9999
NOTHING = 1e-9
STEP = 1.4
"""After the last promised moment it is looked at what is there ever this many times as late."""


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The hours that are promised: of the first unit, of half, of all, and the last day. `ready`: none was promised,
    so that only what stands ready counts, wherever it is."""

    first: float | None
    half: float | None
    all: float
    days: float
    ready: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Held:
    """One good: its need (areas; for a day, or once), the origins that have it in its unit, and how it is shared out.

    `at` (hours), `need` and `out` are by moment; `share` is the part of the promise that stands; `first` the hour of
    the first unit.
    """

    good: Good
    need: Floats
    origins: tuple[Origin, ...]
    amount: Floats
    arrives: Floats
    lasts: Floats
    at: Floats
    asked: Floats
    weights: Floats
    out: SharedOut
    first: float
    share: float

    @property
    def line(self) -> Line:
        """What is needed of it."""
        return self.good.line


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """All that a reserve's gauge, layers and moves rest on."""

    areas: tuple[Area, ...]
    affected: Floats
    held: tuple[Held, ...]
    moments: Moments
    standing: Standing
    doubts: Doubts
    estimate: bool
    because: tuple[Reason, ...] = ()
    hours: dict[str, Floats] = field(default_factory=dict)

    @property
    def weakest(self) -> Held:
        """The good of which the smallest part of the promise stands."""
        return min(self.held, key=lambda each: each.share)

    @property
    def met(self) -> float:
        """A reserve is as good as its weakest good."""
        share = self.weakest.share
        return 1.0 if share >= 1 - 1e-9 else min(share, ALMOST)


def moments_of(reserve: Reserve) -> Moments:
    """Which hours and days are promised."""
    hours = reserve.within
    ready = hours is None and reserve.days is None
    whole = (hours.all if hours else None) or ((hours.half or hours.first) if hours else None) or ALL_HOURS
    return Moments(
        first=hours.first if hours else None, half=hours.half if hours else None, all=whole, days=reserve.days or 1.0,
        ready=ready,
    )  # fmt: skip


def picture(
    reserve: Reserve, book: Book, day: date, times: float = 1.0, like: Picture | None = None
) -> Picture | Message:
    """How the reserve stands on a day, or why nothing can be said; `times` as many people affected.

    Kept by the book until one of its tables changes. `like`: a picture of the same promise, of which the goods that
    nothing has changed for are taken over.
    """
    key = ("reserve picture", _identity(reserve), day, times)
    return book.derived(key, lambda of: _picture(reserve, of, day, times, like), *reserve.needs)


def _identity(reserve: Reserve) -> Reserve:
    return replace(reserve, history={})


def _picture(reserve: Reserve, book: Book, day: date, times: float, like: Picture | None) -> Picture | Message:
    wrong = unmeant(reserve)
    if wrong:
        return wrong
    standing = standing_stock(book, day)
    if not standing.told:
        return say("No stock and no agreement is in the book, so that nobody can say what there is")
    lines = wanted(reserve, book, day)
    if not lines:
        return say("Neither the promise nor the need sheet says what is needed")
    found = _affected(reserve, book, lines, times)
    if isinstance(found, Message):
        return found
    grounds, affected, because = found
    moments = moments_of(reserve)
    places = {each.place: (each.lon, each.lat) for each in standing.origins}
    hours, estimate = np.zeros((len(places), len(grounds))), False
    ways: tuple[Reason, ...] = ()
    if not moments.ready:
        hours, estimate, ways = hours_between(
            book, day, places.values(), [each.lon for each in grounds], [each.lat for each in grounds]
        )
        estimate = estimate or any(each.estimate for each in grounds)
    by_place = {place: hours[number] for number, place in enumerate(places)}
    total = float(affected.sum())
    part = affected / total if total > 0 else np.full(len(grounds), 1 / len(grounds))
    held = tuple(
        hold(good, good.line.of(total) * (times if good.line.amount is not None else 1.0) * part, standing, by_place,
             moments, day, {held.line.good: held for held in like.held}.get(good.line.good) if like else None)
        for good in goods_of(lines, book)
    )  # fmt: skip
    return Picture(
        areas=tuple(grounds), affected=affected, held=held, moments=moments, standing=standing,
        doubts=need_sheet(book, reserve.event, reserve.level, day).doubts, estimate=estimate,
        because=(*because, *_unsaid(reserve, lines), *standing.because, *ways), hours=by_place,
    )  # fmt: skip


def wanted(reserve: Reserve, book: Book, day: date) -> tuple[Line, ...]:
    """The lines of the need: the promise's own, else those of the sheet in force, as far as the promise names goods."""
    own = []
    for portion in reserve.needed:
        line = good_named(book, portion.good, day)
        rate = {"per_thousand_a_day" if portion.daily else "per_thousand": portion.per_thousand}
        own.append(replace(line, unit=portion.unit or line.unit, amount=portion.amount, daily=portion.daily,
                           source=reserve.source, **rate))  # type: ignore[arg-type]  # fmt: skip
    if own and not reserve.goods:
        return tuple(own)
    sheet = need_sheet(book, reserve.event, reserve.level, day).lines
    named_goods = reserve.goods or tuple(sheet)
    said = {line.good for line in own}
    return (*own, *(sheet[good] for good in named_goods if good in sheet and good not in said))


def _unsaid(reserve: Reserve, lines: Sequence[Line]) -> Iterator[Reason]:
    """Goods that the promise names while nothing says how much of them is needed."""
    known = {line.good for line in lines}
    for name in reserve.goods:
        if name not in known:
            says = say("nothing says how much of {good} is needed", good=name[:40])
            yield Reason(says=says, source=reserve.source, tone="warn")


def _affected(
    reserve: Reserve, book: Book, lines: Sequence[Line], times: float
) -> tuple[list[Area], Floats, list[Reason]] | Message:
    """The areas with how many people of each are affected, by their population; or why nobody can say."""
    codes = reserve.places or ((book.region,) if within(book, book.region) else ("",))
    grounds = list({area.id: area for code in codes for area in within(book, code)}.values())
    people = np.array([area.people for area in grounds], dtype=np.float64)
    amounts = all(line.amount is not None for line in lines)
    if not grounds or not (np.nan_to_num(people) > 0).any():
        if amounts and moments_of(reserve).ready:
            nowhere = Area(id="", name="", people=float("nan"), lon=float("nan"), lat=float("nan"))
            return [nowhere], np.zeros(1), []
        return say("Nobody can say how many people live in the area, so that neither the need nor the ways are known")
    known = np.nan_to_num(people)
    grounds, known = [g for g, some in zip(grounds, known > 0, strict=True) if some], known[known > 0]
    if reserve.affected is None and reserve.share is None and not amounts:
        return say("Neither the promise nor anybody else says how many people are affected: write affected or share")
    heads = reserve.affected if reserve.affected is not None else (reserve.share or 0.0) * float(known.sum())
    if heads * times > known.sum() > 0 and not amounts:
        says = say("{affected:,.0f} people are more than the {people:,.0f} who live there", affected=heads * times,
                   people=float(known.sum()))  # fmt: skip
        return grounds, heads * times * known / known.sum(), [Reason(says=says, tone="warn")]
    if amounts and not heads:
        heads = float(known.sum())
    return grounds, heads * times * known / known.sum(), []


def hold(
    good: Good, need: Floats, standing: Standing, hours: dict[str, Floats], moments: Moments, day: date,
    known: Held | None = None,
) -> Held:  # fmt: skip
    """One good shared out: what there is of it where, when it can be in each area, and what is then missing.

    `known`: how it was shared out before, which it still is where nothing that counts has changed.
    """
    origins = tuple(
        each for each in standing.origins
        if each.item in good.items and (not moments.ready or each.sort != "made")
    )  # fmt: skip
    amount = np.array([each.amount * good.items[each.item] for each in origins])
    ways = np.array([hours[each.place] for each in origins]).reshape(len(origins), len(need))
    ready = np.array([0.0 if moments.ready else each.ready for each in origins])
    arrives = ready[:, None] + ways
    at, asked, weights = _asked(need, good.line, moments)
    end = day + timedelta(days=max(0, int(np.ceil(moments.days)) - 1))
    lasts = np.array([_last_hour(each, good.line.a_day, day, end) for each in origins])
    keep = lasts > 0
    origins = tuple(each for each, kept in zip(origins, keep, strict=True) if kept)
    amount, arrives, lasts = amount[keep], arrives[keep], lasts[keep]
    given = {"amount": amount, "arrives": arrives, "asked": asked, "at": at, "weights": weights, "lasts": lasts}
    if known is not None and all(np.array_equal(value, getattr(known, name)) for name, value in given.items()):
        return replace(known, good=good, origins=origins)
    out = _shared(amount, arrives, asked, at, weights, lasts)
    soonest = float(arrives[amount > 0].min()) if (amount > 0).any() else float("inf")
    in_time = 1.0 if moments.first is not None and soonest <= moments.first + 1e-9 else 0.0
    count = float(moments.first is not None), float(weights.sum())
    share = (in_time * count[0] + (1 - out.missing) * count[1]) / sum(count)
    return Held(
        good=good, need=need, origins=origins, amount=amount, arrives=arrives, lasts=lasts, at=at, asked=asked,
        weights=weights, out=out, first=soonest, share=0.0 if share < NOTHING else min(share, 1.0),
    )  # fmt: skip


def _shared(amount: Floats, arrives: Floats, asked: Floats, at: Floats, weights: Floats, lasts: Floats) -> SharedOut:
    """The plan for the promised moments; what comes later than the last of them still goes to who lacks it, soon."""
    end, later = max(24.0 * DAYS, float(at[-1]) + 1), []
    hour = max(float(at[-1]), 1.0) * STEP
    while hour < end:
        later.append(hour)
        hour *= STEP
    more = np.array([*later, end])
    return share_out(
        amount, arrives, np.column_stack([asked, np.tile(asked[:, [-1]], len(more))]), np.append(at, more),
        weights=np.append(weights, np.zeros(len(more))), lasts=lasts,
    )  # fmt: skip


def _last_hour(origin: Origin, daily: bool, day: date, end: date) -> float:
    """The last hour from midnight of the day at which it may be used; 0: what must last would expire in use."""
    if origin.until is None:
        return float("inf")
    if not daily:
        return float("inf") if origin.until >= end else 0.0
    return 24.0 * ((origin.until - day).days + 1)


def _asked(need: Floats, line: Line, moments: Moments) -> tuple[Floats, Floats, Floats]:
    """The moments in hours, what is needed by each of them (areas, moments), and how much each counts."""
    at, times, weights = [], [], []
    if moments.half is not None:
        at, times, weights = [moments.half], [0.5], [1.0]
    at, times, weights = [*at, 0.0 if moments.ready else moments.all], [*times, 1.0], [*weights, 1.0]
    if line.a_day and moments.days > 1:
        days = [float(each) for each in LOOKED_AT if each < moments.days] + [moments.days]
        at += [moments.all + 24 * (each - 1) for each in days]
        times += days
        weights += [1.0 / len(days)] * len(days)
    return np.array(at), need[:, None] * np.array(times)[None, :], np.array(weights)


def region_word(area: Area) -> Message:
    """What an area is called."""
    return named(area.name or area.id) if area.name or area.id else say("the region")
