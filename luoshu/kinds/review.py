"""How the accepted methods of progress assessment judge a target, side by side, and why they disagree or cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Listing
from luoshu.kinds.course import Course
from luoshu.kinds.outlook import as_year
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.methods.progress import Direction, Progress

METHODS = {
    "compound": say("Required compound growth (Eurostat)"),
    "linear": say("Required linear pace (UN bands)"),
    "distance": say("Distance to the goal"),
}
BANDS = {
    "significant": (3, say("significant progress")),
    "moderate": (2, say("moderate progress")),
    "insufficient": (1, say("insufficient progress")),
    "away": (0, say("movement away from the goal")),
    "on_track": (3, say("on track")),
    "fair": (2, say("fair progress, acceleration needed")),
    "limited": (1, say("limited or no progress")),
    "deterioration": (0, say("deterioration")),
    "reached": (3, say("reached")),
    "most": (2, say("most of the way")),
    "part": (1, say("part of the way")),
}
"""What each band means, with its rank from 0 (worst) to 3 (best) so that bands of two methods can be compared."""
WHY = {
    "missing": say("a figure is missing"),
    "no_time": say("no time has passed between the base and the value, or between the base and the due day"),
    "base_not_positive": say("the base, the value or the goal is zero or negative, so that no growth rate exists"),
    "goal_is_base": say("the goal equals the base, so that nothing has to change"),
    "kept_at_base": say("the goal was already kept at the base, so that no pace is required"),
    "no_base": say("nothing was published to count from"),
    "no_due": say("no deadline was named"),
}


def review(way: Course, due: date | None) -> Listing | None:
    """The judgement of each method on a course up to its deadline, with its ratio; None without a published figure."""
    from luoshu.methods.progress import Progress, compound_pace, distance, linear_pace

    goal, start = way.goal, way.start
    last = next((r for r in reversed(way.readings) if due is None or r.day <= due), None)
    if goal is None or last is None:
        return None
    if start is None or due is None or start.day >= last.day:
        why = "no_base" if start is None else "no_due" if due is None else "no_time"
        found = [Progress(method=method, why=why) for method in METHODS]
    else:
        side: Direction | None = {"higher": "up", "lower": "down"}.get(goal.direction)  # type: ignore[assignment]
        end = goal.figure if goal.direction != "none" else goal.edge(start.value)
        base, value = (start.value, as_year(start.day)), (last.value, as_year(last.day))
        found = [
            compound_pace(*base, *value, end, as_year(due), direction=side),
            linear_pace(*base, *value, end, as_year(due), direction=side),
            distance(start.value, last.value, end, direction=side),
        ]
    rows = tuple(
        (
            METHODS[each.method],
            BANDS[each.band][1] if each.band else say("cannot be computed"),
            None if each.ratio is None else amount(round(each.ratio * 100, 1), "%"),
            WHY[each.why] if each.why else None,
        )
        for each in found
    )
    columns = (say("method"), say("judgement"), say("of what is required"), say("why not"))
    return Listing(name=say("Progress by accepted methods"), columns=columns, rows=rows, note=_disagreement(found))


def _disagreement(found: Sequence[Progress]) -> Message | None:
    """Why methods with different bands come to different words; None where they agree."""
    ranks = {each.method: BANDS[each.band][0] for each in found if each.band}
    if len(set(ranks.values())) < 2:
        return None
    paces = {ranks[name] for name in ("compound", "linear") if name in ranks}
    if len(paces) > 1:
        return say("The methods disagree: even growth asks for less at first and for more later than the straight line")
    if "distance" in ranks and paces and ranks["distance"] < max(paces):
        return say("The methods disagree: the pace is good enough, but most of the time and the way still lie ahead")
    return say("The methods disagree: much of the way is covered, but the pace so far does not suffice for the rest")
