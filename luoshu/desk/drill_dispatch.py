"""A dispatch inside a drill: what a line of the script asks for, solved on what stands now, as figures to expect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from luoshu.desk.clock import CHINA
from luoshu.desk.closure import Closure
from luoshu.desk.dispatching import as_json, dispatch_now, needs_for
from luoshu.desk.journal import Refused
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.desk.room import Room


def solved(room: Room, at: datetime, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The figures of a dispatch: `as_json` of the plan, with `says` in a sentence, `share` (what the worst-served area
    gets of what it needs of the item that it lacks most), `lacking` (how many needs stay unmet) and `sent` (rows).

    `told`: people (by area), event (flood), level (II), hours (24), failed (agreements and stores that give nothing).
    Roads that are shut are those of the desk. Refused where the desk has no book or the line cannot be meant.
    """
    if room.book is None:
        raise Refused(say("this desk has no book, so that nobody can say what stands"))
    people = told.get("people")
    if not isinstance(people, Mapping) or not people:
        raise Refused(say("a dispatch says how many people need it, by area: people: {{code: number}}"))
    book = room.book.over(room.rows())
    hours = float(told.get("hours", 24))
    try:
        needs = needs_for(
            book, {str(area): float(heads) for area, heads in people.items()}, event=str(told.get("event", "flood")),
            level=str(told.get("level", "II")), day=at.astimezone(CHINA).date(), hours=hours,
        )  # fmt: skip
        plan = dispatch_now(
            book, needs, at=at, hours=hours, closures=room.standing().all(Closure).values(),
            failed=[str(each) for each in told.get("failed") or ()],
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise Refused(say("the dispatch cannot be meant: {fault}", fault=str(error))) from None
    worst = min(plan.served, key=lambda each: each.share, default=None)
    least = worst.share if worst is not None else 1.0
    says: Message = say(
        "{sent} shipments; {lacking} of {needs} needs stay unmet; at most {gap:.2%} more waiting than the best plan",
        sent=len(plan.shipments), lacking=len(plan.unmet), needs=len(plan.served), gap=plan.gap,
    )  # fmt: skip
    return {**as_json(plan), "says": says, "share": least, "lacking": len(plan.unmet), "sent": len(plan.shipments)}
