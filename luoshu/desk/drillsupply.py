"""The dispatch of a drill: what stands in the drill's stores now, against what its people need, as figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from luoshu.desk.closure import Closure
from luoshu.desk.dispatching import Dispatching, dispatch_now, needs_for
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.words.message import say

FIELDS = ("people", "event", "level", "hours", "failed")


@dataclass
class Solver:
    """Solves the dispatches of a drill and keeps the plans. A moment says `people` (by place), `event`, `level`,
    `hours` and `failed` (agreements and stores that give nothing)."""

    plans: list[Dispatching] = field(default_factory=list)

    def __call__(self, room: Room, at: datetime, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """The figures of a plan made now: gap, the share brought in all, how much of each thing is unmet."""
        unknown = [name for name in told if name not in FIELDS]
        people = told.get("people")
        if unknown or not isinstance(people, Mapping) or room.book is None:
            names = ", ".join(FIELDS)
            raise Refused(say("a dispatch names people by place, and may name {names}", names=names))
        book = room.book.over(room.rows())
        hours = float(told.get("hours", 24))
        try:
            heads = {str(place): float(count) for place, count in people.items()}
            event, level = str(told.get("event", "flood")), str(told.get("level", "II"))
            needs = needs_for(book, heads, event=event, level=level, day=at.date(), hours=hours)
            shut = [each for each in room.standing().all(Closure).values() if each.state == "closed"]
            failed = [str(each) for each in told.get("failed") or ()]
            plan = dispatch_now(book, needs, at=at, hours=hours, closures=shut, failed=failed)
        except ValueError as error:
            raise Refused(say("{wrong}", wrong=str(error))) from None
        self.plans.append(plan)
        return figures(plan)


def figures(plan: Dispatching) -> dict[str, Any]:
    """A plan in a few numbers, and a sentence."""
    needed, brought = sum(each.needed for each in plan.served), sum(each.brought for each in plan.served)
    share = brought / needed if needed else 1.0
    loads = len(plan.shipments)
    return {
        "gap": plan.gap, "share": share, "shipments": loads, "unmet": len(plan.unmet), "fairness": plan.fairness,
        "says": say("{loads} loads, {share:.1f}% of what is needed, at most {gap:.2%} from the best plan",
                    loads=loads, share=100.0 if share >= 1 else min(100 * share, 99.9), gap=plan.gap),
    }  # fmt: skip
