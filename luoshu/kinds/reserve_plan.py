"""What to do next for a reserve: what to count, renew, buy and hold where, what to rotate; each gain gauged anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Move, Plan, Reason
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.reserve_chance import chance_in
from luoshu.kinds.reserve_faults import MOST_DAYS
from luoshu.kinds.reserve_figures import maybe, percent_of
from luoshu.kinds.reserve_grounds import signed
from luoshu.kinds.reserve_holding import AIM, FRESH, Chosen, Prices, choose_holding
from luoshu.kinds.reserve_state import Held, Picture, picture
from luoshu.kinds.stock import available
from luoshu.kinds.stock_rules import stock_rules
from luoshu.kinds.store import Store
from luoshu.kinds.supplying import item_name
from luoshu.words.message import Message, amount, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

MOST_ROTATED = 5
"""Lots that expire soon for which it is gauged what stands without them."""
SEEN_TO = frozenset({"unchecked", "uncounted", "count-too-old"})
"""Reasons that a look at the store can remove."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do, and the rows that lie over the book once it is done."""

    does: Message
    group: str
    rows: Mapping[type, tuple[Any, ...]]
    cost: float | None = 0.0
    table: str = ""
    row: str = ""
    lon: float | None = None
    lat: float | None = None
    because: tuple[Reason, ...] = ()


def reserve_plan(reserve: Reserve, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    """What to do for a reserve under a budget; None where nothing is known, or nothing lacks and nothing expires.

    Kept by the book, since pages and commands ask for it again.
    """
    key = ("reserve plan", replace(reserve, history={}), day, budget, count)
    return book.derived(key, lambda each: _plan(reserve, each, day, budget, count), *reserve.needs)


def _plan(reserve: Reserve, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    if count is not None and count < 0:
        raise ValueError(f"count is {count}, and must be zero or more.")
    seen = picture(reserve, book, day)
    if isinstance(seen, Message):
        return None
    steps: list[Step] = []
    notes: list[Reason] = []
    before = chance_in(reserve, seen, book, day)
    if _weak(seen, before):
        steps += _looked_at(seen, book, day)
        steps += _renewed(seen, book, day)
        after = _over(book, steps)
        better = picture(reserve, after, day)
        if isinstance(better, Picture) and _weak(better, chance_in(reserve, better, after, day)):
            bought, told = _held_more(reserve, better, after, day, budget)
            steps += bought
            notes += told
    steps += _rotated(reserve, seen, book, day)
    if not steps:
        return None
    steps = steps if count is None else steps[:count]
    moves = _gauged(reserve, book, day, seen, steps)
    notes = [*_chances(reserve, before, _over(book, steps), day), *notes]
    gain = sum(move.gain or 0.0 for move in moves)
    return Plan(moves=tuple(moves), gain=gain, bound=max(1.0 - seen.met, gain), because=tuple(notes), problem="reserve",
                certified=None if gain >= 1 - seen.met - 1e-9 else _missed(seen, gain), together=True)  # fmt: skip


def _weak(seen: Picture, chance: float | None) -> bool:
    """Whether something lacks, with every way open or in more than one of ten cases of trouble."""
    return seen.met < 1 or (chance is not None and chance < AIM)


def _chances(reserve: Reserve, before: float | None, book: Book, day: date) -> Iterator[Reason]:
    """The chance of keeping it whole before and after, gauged on the book with all steps done."""
    seen = picture(reserve, book, day)
    after = chance_in(reserve, seen, book, day) if isinstance(seen, Picture) else None
    if before is not None and after is not None and after != before:
        says = say("The chance that all of it is there in time, also with ways cut, goes from {before} to {after}",
                   before=amount(percent_of(before), "%"), after=amount(percent_of(after), "%"))  # fmt: skip
        yield Reason(says=says, tone="good" if after > before else "bad")


def _missed(seen: Picture, gain: float) -> float:
    """What part of all that could be gained is not."""
    return min(1.0, (1 - seen.met - gain) / (1 - seen.met))


def _over(book: Book, steps: list[Step]) -> Book:
    for step in steps:
        book = book.over(step.rows)
    return book


def _gauged(reserve: Reserve, book: Book, day: date, seen: Picture, steps: list[Step]) -> list[Move]:
    """Each step as a move whose gain was gauged on the book with it and those before it."""
    before, estimate = seen.met, seen.estimate
    moves = []
    for step in steps:
        book = book.over(step.rows) if step.rows else book
        found = picture(reserve, book, day, like=seen) if step.rows else seen
        seen = found if isinstance(found, Picture) else seen
        after = max(before, found.met) if isinstance(found, Picture) and step.rows else before
        moves.append(
            Move(
                commitment=reserve.id, does=maybe(step.does, estimate and bool(step.rows)), cost=step.cost,
                gain=after - before, group=step.group, because=step.because, table=step.table, row=step.row,
                lon=step.lon, lat=step.lat,
            )
        )  # fmt: skip
        before = after
    return moves


def _looked_at(seen: Picture, book: Book, day: date) -> Iterator[Step]:
    """Lots of short goods that do not count since nobody has looked at them: counted and found good, they would."""
    items = {item for held in seen.held if held.share < 1 - 1e-9 for item in held.good.items}
    for each in sorted(available(book, day), key=lambda one: (-one.lot.amount, one.lot.id)):
        lot = each.lot
        if each.reason not in SEEN_TO or lot.item not in items or lot.condition == "damaged" or each.store is None:
            continue
        seen_to = replace(lot, counted=day, condition="good")
        if (lot.expires is not None and lot.expires < day) or each.store.state != "open":
            continue
        says = say("Count and look at {amount:g} {item} at {where}: they count once they are found good",
                   amount=lot.amount, item=item_name(book, lot.item), where=named(each.store.name))  # fmt: skip
        yield Step(does=says, group="count", rows={Lot: (seen_to,)}, table="lot", row=lot.id,
                   because=(Reason(says=each.because[0]),) if each.because else ())  # fmt: skip


def _renewed(seen: Picture, book: Book, day: date) -> Iterator[Step]:
    """Agreements that have ended, or whose stock nobody has seen, of goods that are short."""
    items = {item for held in seen.held if held.share < 1 - 1e-9 for item in held.good.items}
    recount = stock_rules(book, day).recount_days
    for row in book.rows(Agreement):
        if row.item not in items or row.state != "signed":
            continue
        ended = row.until is not None and row.until < day
        unseen = (
            row.counted is None or row.counted > day or (recount is not None and (day - row.counted).days > recount)
        )
        name = named(row.name)
        if ended:
            says = say("Sign the agreement with {name} again: {item}", name=name, item=item_name(book, row.item))
        elif unseen and row.daily_stock > 0:
            says = say("See the stock that {name} keeps: {item}", name=name, item=item_name(book, row.item))
        else:
            continue
        fresh = replace(row, until=None if ended else row.until, counted=day)
        yield Step(does=says, group="agreement", rows={Agreement: (fresh,)}, table="agreement", row=row.id,
                   cost=(row.fee or 0.0) if ended else 0.0)  # fmt: skip


def _held_more(
    reserve: Reserve, seen: Picture, book: Book, day: date, budget: float | None
) -> tuple[list[Step], list[Reason]]:  # fmt: skip
    """What to open, sign, buy and hold, so that the promise gets as strong as the budget pays for."""
    notes: list[Reason] = []
    prices = {held.line.good: _price(held, book) for held in seen.held}
    if budget is not None:
        free = [held for held in seen.held if prices[held.line.good][1] is None and held.share < 1 - 1e-9]
        if free:
            names = "、".join(held.line.name for held in free)
            says = say("Goods without a price in the catalogue are left out under a budget: {names}", names=names)
            notes.append(Reason(says=says, tone="warn"))
        prices = {good: each for good, each in prices.items() if each[1] is not None}
    chosen, told = choose_holding(reserve, seen, book, day, budget, prices)
    notes += told
    if chosen is None:
        return [], notes
    steps = [*_opened(chosen, day)]
    steps += [*_unlisted(chosen, prices, book), *_holds(seen, chosen, prices, book, day)]
    return steps, [*notes, *_told(chosen)] if steps else notes


def _price(held: Held, book: Book) -> tuple[str, float | None, float]:
    """The item to buy of a good, its price, and units of the good in one: the cheapest with a price, else any."""
    rows = [row for row in book.rows(Item) if row.id in held.good.items]
    if not rows:
        return held.line.good, None, 1.0
    priced = [row for row in rows if row.price is not None]
    best = min(priced, key=lambda row: (row.price or 0) / held.good.items[row.id]) if priced else rows[0]
    return best.id, best.price, held.good.items[best.id]


def _opened(chosen: Chosen, day: date) -> Iterator[Step]:
    """The candidates to open and the offers to sign, and what it would cost without each."""
    grounds = chosen.grounds
    for number, row in enumerate(grounds.stores):
        if chosen.found.opened[number]:
            says = say("Open {store} as a store", store=named(row.name))
            yield Step(
                does=says, group="open", rows={Store: (replace(row, state="open"),)}, cost=row.cost, table="store",
                row=row.id, lon=float(grounds.lon[number]), lat=float(grounds.lat[number]),
                because=_without(chosen, f"store:{row.id}"),
            )  # fmt: skip
    for number, offer in enumerate(grounds.offers):
        if chosen.found.signed[number]:
            says = say("Sign the agreement that {name} offers", name=named(offer.name))
            yield Step(does=says, group="agreement", rows={Agreement: (signed(offer, day),)}, cost=offer.fee,
                       table="agreement", row=offer.id, because=_without(chosen, f"agreement:{offer.id}"))  # fmt: skip


def _without(chosen: Chosen, name: str) -> tuple[Reason, ...]:
    more = chosen.dearer.get(name)
    if more is None or more <= 0:
        return ()
    if not isfinite(more):
        return (Reason(says=say("Without it nothing that is held elsewhere would do")),)
    return (Reason(says=say("Without it the same would cost at least {cost} more", cost=amount(round(more), "元"))),)


def _told(chosen: Chosen) -> Iterator[Reason]:
    """What the choice rests on, how good it is, and what is not in it."""
    if chosen.cases:
        says = say("Where to hold it is decided over {cases} cases of cut ways and late producers, the hard ones but "
                   "for the one in ten that is given up; they are other cases than those of the chance",
                   cases=chosen.cases)  # fmt: skip
        yield Reason(says=says)
    if chosen.own is not None and chosen.fresh is not None:
        says = say("All of it is there in time in {own} of the {drawn} cases that it was first made for, and in "
                   "{fresh} of {count} fresh ones that it had not seen", own=amount(percent_of(chosen.own), "%"),
                   drawn=chosen.drawn, fresh=amount(percent_of(chosen.fresh), "%"), count=FRESH)  # fmt: skip
        yield Reason(says=says, tone="good" if chosen.fresh >= AIM else "warn")
    if chosen.calm is not None and chosen.cases:
        says = say("With every way open alone it would have cost {cost}", cost=amount(round(chosen.calm), "元"))
        yield Reason(says=says)
    if chosen.calm is not None and chosen.found.gap > 5e-4:
        says = say("A better choice could spare at most {share} of what this one costs", share=amount(
            percent_of(chosen.found.gap), "%"))  # fmt: skip
        yield Reason(says=says, tone="warn")
    says = say("It is the choice that costs the least for what it brings (a program solved by HiGHS); whole units and "
               "what a purchase takes in time are not in it, room in the stores only where it is written")  # fmt: skip
    yield Reason(says=says)
    says = say("A promise is as good as its weakest good: what is bought of one may show its gain only with the others")
    yield Reason(says=says)


def _unlisted(chosen: Chosen, prices: Prices, book: Book) -> Iterator[Step]:
    """Goods that are needed and that no item of the catalogue stands for."""
    items = {row.id for row in book.rows(Item)}
    for number, held in enumerate(chosen.wares):
        units = float(chosen.units[number].sum())
        if units > 0 and prices[held.line.good][0] not in items:
            says = say("Take {good} into the catalogue and buy it: at least {amount} are needed", good=held.line.name,
                       amount=amount(units, held.line.unit))  # fmt: skip
            yield Step(does=says, group="buy", rows={}, cost=None)


def _holds(seen: Picture, chosen: Chosen, prices: Prices, book: Book, day: date) -> Iterator[Step]:
    """What to hold more in each store, all goods of one store together; those without a price apart."""
    items = {row.id: row for row in book.rows(Item)}
    grounds = chosen.grounds
    for number, store in enumerate(grounds.stores):
        for priced in (True, False):
            lots, cost = [], 0.0
            for ware, held in enumerate(chosen.wares):
                item, price, _ = prices[held.line.good]
                units = float(chosen.units[ware, number])
                if units > 0 and item in items and (price is not None) == priced:
                    lots.append(Lot(id=f"plan-{item}-{store.id}", item=item, store=store.id, amount=units, counted=day,
                                    condition="good", expires=day + timedelta(days=3650)))  # fmt: skip
                    cost += units * (price or 0.0)
            if lots:
                goods = [say("{amount} {item}", amount=amount(each.amount, items[each.item].unit),
                             item=item_name(book, each.item)) for each in lots]  # fmt: skip
                yield Step(
                    does=say("Hold more at {where}: {goods}", where=named(store.name), goods=_in_a_row(goods)),
                    group="buy", rows={Lot: tuple(lots)}, cost=cost if priced else None, table="store", row=store.id,
                    lon=float(grounds.lon[number]), lat=float(grounds.lat[number]),
                    because=_reaches(seen, grounds.hours[number]),
                )  # fmt: skip


def _in_a_row(words: list[Message]) -> Message:
    if len(words) == 1:
        return words[0]
    return say("{first}, {more}", first=words[0], more=_in_a_row(words[1:]))


def _reaches(seen: Picture, hours: np.ndarray) -> tuple[Reason, ...]:
    """What stands at a store is for whom, and what of that stays when its ways are cut."""
    if seen.moments.ready:
        return ()
    within = seen.moments.all if seen.moments.half is None else seen.moments.half
    says = say("From there {count} of {all} areas are reached within {hours:g} hours, {cut} of them also by a detour",
               count=int((hours <= within).sum()), all=len(hours), hours=within,
               cut=int((hours + seen.doubts.detour_hours <= within).sum()))  # fmt: skip
    return (Reason(says=says),)


def _rotated(reserve: Reserve, seen: Picture, book: Book, day: date) -> Iterator[Step]:
    """What expires soon: to be used elsewhere and bought anew before its last day, and what stands if it is not."""
    items = {item for held in seen.held for item in held.good.items}
    warn = stock_rules(book, day).warn_days
    soon = [each for each in available(book, day)
            if each.amount > 0 and each.lot.item in items and each.lot.expires
            and each.lot.expires <= day + timedelta(days=warn)]  # fmt: skip
    for number, each in enumerate(sorted(soon, key=lambda one: (one.lot.expires or day, one.lot.id))):
        says = say("Use {amount:g} {item} at {where} elsewhere and replace them before {day}, their last day",
                   amount=each.amount, item=item_name(book, each.lot.item), day=each.lot.expires,
                   where=named(each.store.name if each.store else each.lot.store))  # fmt: skip
        because = _lost(reserve, each.lot, book) if number < MOST_ROTATED else ()
        yield Step(does=says, group="rotate", rows={}, table="lot", row=each.lot.id, because=because)


def _lost(reserve: Reserve, lot: Lot, book: Book) -> tuple[Reason, ...]:
    """What of the promise stands on the day after a lot's last one, with it replaced and without, gauged anew."""
    if lot.expires is None:
        return ()
    after = lot.expires + timedelta(days=1)
    kept = book.over({Lot: (replace(lot, expires=after + timedelta(days=MOST_DAYS)),)})
    now = picture(reserve, book, after)
    found = now, picture(reserve, kept, after, like=now if isinstance(now, Picture) else None)
    if not all(isinstance(each, Picture) for each in found):
        return ()
    without, having = (each.met for each in found if isinstance(each, Picture))
    if having - without <= 1e-6:
        return (Reason(says=say("The promise does not rest on them on {day}", day=after)),)
    says = say("If they are not replaced {without} of the promise stands on {day}, else {having}", day=after,
               without=amount(percent_of(without), "%"), having=amount(percent_of(having), "%"))  # fmt: skip
    return (Reason(says=says, tone="warn"),)
