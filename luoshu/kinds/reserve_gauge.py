"""The gauge of a reserve: what part of the promise stands, because of which good and where, and what is not counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.book.problem import Source
from luoshu.kinds.commitment import Amount, Gauge, Reason
from luoshu.kinds.needing import EVENTS
from luoshu.kinds.reserve_chance import CASES, chance_in
from luoshu.kinds.reserve_figures import area_shares, days_of, figures_of, hour_of, maybe, percent_of
from luoshu.kinds.reserve_goods import unlike_units_told
from luoshu.kinds.reserve_rivals import rivals
from luoshu.kinds.reserve_state import Held, Picture, picture, region_word
from luoshu.kinds.standing import verdict_of
from luoshu.kinds.supplying import item_name
from luoshu.words.message import Message, amount, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

LOTS = Source(file="tables/lot.csv")
GOODS_TOLD = 4


def reserve_gauge(reserve: Reserve, book: Book, day: date) -> Gauge:
    """The gauge of a reserve on a day."""
    seen = picture(reserve, book, day)
    if isinstance(seen, Message):
        figure = Amount(name=say("Share of the promise that stands"), value=None, unit="share", why=seen)
        return Gauge(
            commitment=reserve, day=day, met=None, because=(Reason(says=seen, source=reserve.source, tone="warn"),),
            goal=100.0, unit="%", figures=(figure,),
        )  # fmt: skip
    chance = chance_in(reserve, seen, book, day)
    verdict = verdict_on(reserve, seen, day, chance)
    because = (
        _whole(reserve, seen, day), *_goods(seen), *_areas(seen), *_chance(seen, chance),
        *rivals(reserve, seen, book, day), *_left_out(seen, book),
        *_assumed(seen), *seen.because,
    )  # fmt: skip
    share = Amount(name=maybe(say("Share of the promise that stands"), seen.estimate), value=seen.met, unit="share")
    return Gauge(
        commitment=reserve, day=day, met=seen.met, chance=chance, verdict=verdict, because=because,
        value=percent_of(seen.met), as_of=day, goal=100.0, unit="%",
        figures=(share, *figures_of(reserve, seen, book, day)), estimate=seen.estimate,
    )  # fmt: skip


def verdict_on(reserve: Reserve, seen: Picture, day: date, chance: float | None) -> str:
    """The verdict: kept or missed only where no estimate decides it."""
    over = reserve.due is None or day >= reserve.due
    if seen.met >= 1:
        if chance is None:
            return "kept" if over else "likely"
        found = verdict_of(chance, "binding")
        return "kept" if found == "likely" and over and not seen.estimate else found
    if reserve.due is not None and day >= reserve.due and (not seen.estimate or surely_short(seen)):
        return "missed"
    return "at risk" if seen.met >= 0.5 else "unlikely"


def surely_short(seen: Picture) -> bool:
    """Whether some good is too little by the last moment even if all of it were everywhere at once."""
    return any(float(held.amount.sum()) < float(held.asked[:, -1].sum()) * (1 - 1e-6) for held in seen.held)


def _whole(reserve: Reserve, seen: Picture, day: date) -> Reason:
    weak = seen.weakest
    if seen.moments.ready:
        says = say("{share} of what is promised stands ready on {day}; least of {good}", day=day,
                   share=amount(percent_of(seen.met), "%"), good=weak.line.name)  # fmt: skip
    else:
        says = say(
            "For {people:,.0f} people in {count} areas ({event}, level {level}) {share} of the promise stands on "
            "{day}; the weakest good is {good}",
            people=float(seen.affected.sum()), count=len(seen.areas), event=EVENTS[reserve.event], level=reserve.level,
            share=amount(percent_of(seen.met), "%"), day=day, good=weak.line.name,
        )  # fmt: skip
    return Reason(says=maybe(says, seen.estimate), source=LOTS, tone="good" if seen.met >= 1 else "bad")


def _goods(seen: Picture) -> Iterator[Reason]:
    """The goods of which something lacks, the weakest first."""
    short = [held for held in sorted(seen.held, key=lambda each: each.share) if held.share < 1 - 1e-9]
    for held in short[:GOODS_TOLD]:
        yield Reason(says=maybe(_lacks(held, seen), seen.estimate), source=_told_by(held), tone="bad")
        unlike = unlike_units_told(held.good)
        if unlike is not None and held.good.items:
            yield Reason(says=unlike, source=Source(file="tables/item.csv"), tone="warn")
    if len(short) > GOODS_TOLD:
        names = "、".join(str(held.line.name.values.get("zh", held.line.name)) for held in short[GOODS_TOLD:])
        yield Reason(says=say("Also short: {names}", names=names), tone="bad")


def _told_by(held: Held) -> Source | None:
    return held.line.source if held.line.source.file else None


def _lacks(held: Held, seen: Picture) -> Message:
    unit, name = held.line.unit, held.line.name
    unlike = unlike_units_told(held.good)
    if not held.good.items and unlike is not None:
        return unlike
    if not held.good.items:
        return say("No item of the catalogue stands for {good}: none is counted", good=name)
    if not len(held.origins):
        return say("Nothing of {good} can be used, and no producer is under agreement", good=name)
    need = float(held.need.sum())
    if seen.moments.ready:
        there = amount(float(round(held.amount.sum())), unit)
        return say("{good}: {held} stand ready of {need}", good=name, held=there, need=amount(float(round(need)), unit))
    hour = hour_of(held, 1.0)
    if np.isfinite(hour) and held.line.a_day and hour <= seen.moments.all:
        return say("{good}: lasts {days:g} of the {wanted:g} days", good=name,
                   days=days_of(held, seen.moments.all), wanted=seen.moments.days)  # fmt: skip
    if np.isfinite(hour):
        return say("{good}: {need} are there everywhere after {hours:g} hours only", good=name,
                   need=amount(float(round(need)), unit), hours=round(hour, 1))  # fmt: skip
    if float(held.amount.sum()) >= need:
        return say("{good}: there is enough of it, but it does not get everywhere within thirty days", good=name)
    return say("{good}: {held} can be had of {need}, in thirty days", good=name,
               held=amount(float(round(held.amount.sum())), unit), need=amount(float(round(need)), unit))  # fmt: skip


def _areas(seen: Picture) -> Iterator[Reason]:
    if seen.moments.ready or seen.met >= 1:
        return
    shares = area_shares(seen)
    place = int(shares.min(axis=0).argmin())
    good = int(shares[:, place].argmin())
    if shares[good, place] < 1:
        says = say("Worst off is {area}: {share} of its {good} is there {hours:g} hours after the call",
                   area=region_word(seen.areas[place]), share=amount(percent_of(float(shares[good, place])), "%"),
                   good=seen.held[good].line.name, hours=seen.moments.all)  # fmt: skip
        yield Reason(says=maybe(says, seen.estimate), tone="bad")
    far = [area for number, area in enumerate(seen.areas)
           if seen.hours and not any(np.isfinite(way[number]) for way in seen.hours.values())]  # fmt: skip
    if far:
        names = "、".join(area.name or area.id for area in far[:5])
        yield Reason(says=say("No way leads to {names}", names=names), tone="bad")


def _chance(seen: Picture, chance: float | None) -> Iterator[Reason]:
    if chance is None:
        return
    if seen.met < 1:
        yield Reason(says=say("It is not whole even if every way is open and nobody is late: the chance is zero"))
        return
    doubts = seen.doubts
    says = say("Whole in {kept} of {cases} cases in which each way is cut with a chance of {blocked:g} (then "
               "{detour:g} hours longer) and producers are late as their agreements say, all shared out anew",
               kept=round(chance * CASES), cases=CASES, blocked=doubts.blocked, detour=doubts.detour_hours)  # fmt: skip
    yield Reason(says=says)
    if doubts.together_km > 0:
        says = say("Ways that lie near each other tend to be cut at once: the tie between two falls with their "
                   "distance, to a third after {km:g} kilometres", km=doubts.together_km)  # fmt: skip
    else:
        says = say("Each way is cut by itself, while a flood cuts many at once")
    yield Reason(says=says)
    if seen.doubts.assumed:
        yield Reason(says=say("These chances are assumed: write your own into rules/needs.yaml"), tone="warn")


def _left_out(seen: Picture, book: Book) -> Iterator[Reason]:
    """The largest amounts of each reason that do not count."""
    items = {item for held in seen.held for item in held.good.items}
    some = [each for each in seen.standing.uncounted if each.item in items and each.amount > 0]
    for each in sorted(some, key=lambda one: -one.amount)[:3]:
        says = say("Not counted: {units:g} {item} at {where}, {why}", units=each.amount,
                   item=item_name(book, each.item), where=named(each.where), why=each.says)  # fmt: skip
        yield Reason(says=says, source=LOTS, tone="warn")
    if len(some) > 3:
        yield Reason(says=say("{count} more lots or agreements are not counted, each with its reason below",
                              count=len(some) - 3), source=LOTS, tone="warn")  # fmt: skip


def _assumed(seen: Picture) -> Iterator[Reason]:
    if any(held.line.assumed for held in seen.held):
        says = say("What a thousand people need is the program's own planning value for some goods: write your "
                   "region's into rules/needs.yaml")  # fmt: skip
        yield Reason(says=says, tone="warn")
    if not seen.moments.ready:
        says = say("The clock starts at the call, at the start of the day; loading is in the hours of each store")
        yield Reason(says=says)
