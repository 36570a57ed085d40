"""What a published figure proves about a goal, by its own words (more than, less than) and beside other sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.kinds.goal import Goal
    from luoshu.kinds.published import Reading


def proves(goal: Goal, reading: Reading) -> bool | None:
    """Whether the figure keeps the goal; None where it does not decide.

    It does not where it is only a bound on the goal's good side ("more than 90" of 100), or where another source
    contradicts it across the goal.
    """
    own = _alone(goal, reading)
    return own if all(_alone(goal, rival) is own for rival in reading.rivals) else None


def _alone(goal: Goal, reading: Reading) -> bool | None:
    return goal.bounded(reading.value, reading.row.comparator)


def undecided(goal: Goal, reading: Reading, unit: str) -> Message:
    """Why `proves` cannot say whether the figure keeps the goal."""
    rival = next((r for r in reading.rivals if _alone(goal, r) is not _alone(goal, reading)), None)
    if rival is not None:
        return say(
            "One source keeps the goal and another misses it ({one} and {other}), so it is not decided",
            one=amount(reading.value, unit),
            other=amount(rival.value, unit),
        )
    if reading.row.comparator == ">":
        return say("More than {value} does not say whether the goal is kept", value=amount(reading.value, unit))
    return say("Less than {value} does not say whether the goal is kept", value=amount(reading.value, unit))


def missed_by(goal: Goal, reading: Reading, gap: float, unit: str) -> Message:
    """By how much the figure for the deadline misses the goal, or that it is only said to lie beyond it."""
    if reading.row.comparator not in ("<", ">") and gap == 0:
        return say("The goal is to be passed, and {value} only reaches it", value=amount(reading.value, unit))
    if gap > 0:
        return say("The figure for the deadline misses the goal by {gap}", gap=amount(gap, unit))
    if reading.row.comparator == "<":
        return say("The source says less than {value}, which misses the goal", value=amount(reading.value, unit))
    return say("The source says more than {value}, which misses the goal", value=amount(reading.value, unit))
