"""Readings that came in at once, as rows of one file: told as one in logs, so that they push nothing else out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from luoshu.desk.observed import ReportReading
from luoshu.desk.things import Step

LEAST = 3
"""Fewer are told one by one."""
APART = timedelta(minutes=5)


def gathered(steps: Iterable[Step]) -> list[tuple[Step, ...]]:
    """The steps of a timeline, in runs: readings of one person and one reason that follow each other, others alone.

    What was taken back stays alone, so that it is seen.
    """
    runs: list[list[Step]] = []
    for step in steps:
        if runs and _together(runs[-1][-1], step):
            runs[-1].append(step)
        else:
            runs.append([step])
    return [part for run in runs for part in ([tuple(run)] if len(run) >= LEAST else [(step,) for step in run])]


def _together(one: Step, other: Step) -> bool:
    return (
        isinstance(one.act, ReportReading)
        and isinstance(other.act, ReportReading)
        and one.undone is None
        and other.undone is None
        and one.told.who == other.told.who
        and one.told.why == other.told.why != ""
        and other.told.written - one.told.written <= APART
    )
