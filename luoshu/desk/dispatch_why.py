"""Why a dispatch leaves a need unmet, and what is to be said of the whole plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.desk.shut_ways import Shut
from luoshu.kinds.commitment import Reason
from luoshu.kinds.supplying import Origin, Standing, item_name
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.desk.dispatch_rows import Floats, Ground


def why_unmet(
    ground: Ground, area: str, item: str, rows: Floats, within: float, standing: Standing, failed: Collection[str],
    shut: Sequence[Shut], soon: Sequence[Origin],
) -> Message:  # fmt: skip
    """The first thing that keeps an area from having more of an item."""
    unit = ground.units[ground.items.index(item)]
    place = next(number for number, spot in enumerate(ground.areas) if spot.area == area)
    here = [each for each in standing.origins if each.item == item]
    if not here:
        return _nothing(item, standing, unit)
    number = ground.items.index(item)
    held = ground.stock[:, number].sum(axis=1) if len(ground.places) else np.zeros(0)
    if not (held > 0).any():
        out = [each for each in here if {each.id, each.place.partition(":")[2]} & set(failed)]
        if out:
            return say("those who have it give nothing now: {names}", names=_names(out))
        if any(each in soon for each in here):
            return say("what there is expires before the plan ends")
        return say("what there is cannot leave in time, or stands at no place that is known")
    spot = ground.areas[place]
    if spot.lon != spot.lon:
        return say("nobody can say where {area} is", area=spot.name)
    way, free = ground.hours[:, place], ground.free[:, place]
    with_stock = held > 0
    if not np.isfinite(way[with_stock]).any():
        if np.isfinite(free[with_stock]).any():
            names = "、".join(dict.fromkeys(each.name for each in shut if each.name))
            return say("every way from where it stands is shut ({names})", names=names or "—")
        return say("no way leads there from where it stands")
    nearest = float(way[with_stock].min())
    if nearest > within:
        return say("the nearest is {hours:g} hours away, longer than the plan", hours=round(nearest, 1))
    sent = np.zeros(len(held))
    for row in rows:
        if int(row[2]) == number:
            sent[int(row[0])] += row[4]
    near = with_stock & (way <= within)
    if (held[near] - sent[near] < 1 - 1e-6).all():
        there, all_of_it = amount(float(sent[near].sum()), unit), amount(float(held[near].sum()), unit)
        return say("all that can be there in time is sent: {sent} of {held}", sent=there, held=all_of_it)
    return say("what is left could not leave in time: it comes too late, or the stores cannot load more")


def _nothing(item: str, standing: Standing, unit: str) -> Message:
    """Why nothing at all of an item can be sent."""
    out = [each for each in standing.uncounted if each.item == item and each.amount > 0]
    if not out:
        return say("no store has any, and no producer is under agreement")
    worst = max(out, key=lambda each: each.amount)
    return say("none that can be used: {amount} at {where}, {why}", amount=amount(worst.amount, unit),
               where=worst.where, why=worst.says)  # fmt: skip


def _names(origins: Sequence[Origin]) -> str:
    return "、".join(list(dict.fromkeys(each.name for each in origins))[:3])


def told(
    book: Book, plan: Any, standing: Standing, soon: Sequence[Origin], failed: Collection[str], lost: int, load: float,
    last: date,
) -> Iterator[Reason]:  # fmt: skip
    """What the plan rests on, and what it leaves out."""
    if plan is not None:
        fair = {
            "kept": say("Fair first: of each item the worst-served area gets as much as any plan can give it; then "
                        "waiting is least"),
            "part": say("Fair first, as far as the loading of the stores allows: not every area gets its whole fair "
                        "share"),
            "penalty": say("Too large a problem to be fair exactly: the first part of every need only counts more"),
            "none": say("Nothing can be shared: no way leads from what stands to who needs it"),
        }  # fmt: skip
        yield Reason(says=fair[plan.fairness], tone="plain" if plan.fairness == "kept" else "warn")
    says = say("Loading takes {minutes:g} minutes before a lorry leaves", minutes=round(load * 60))
    yield Reason(says=says)
    for origin in sorted(soon, key=lambda each: -each.amount)[:5]:
        says = say("{amount} {item} at {where} expire on {day}, before the plan ends on {last}: they are not sent by "
                   "it", amount=f"{origin.amount:g}", item=item_name(book, origin.item), where=origin.name,
                   day=origin.until, last=last)  # fmt: skip
        yield Reason(says=says, tone="warn")
    if failed:
        says = say("Left out, since they give nothing: {names}", names="、".join(sorted(failed)))
        yield Reason(says=says, tone="warn")
    if lost:
        says = say("{count} closures have no place that can be read, so no way is shut for them", count=lost)
        yield Reason(says=says, tone="warn")
    yield from standing.because
