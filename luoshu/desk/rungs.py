"""What is late climbs the ladder: who is told at which share of a task's term, by the rule sheet and the one clock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from luoshu.desk.assignment import Assignment, EscalateTask
from luoshu.desk.clock import Clock
from luoshu.desk.incident import Incident
from luoshu.desk.responserule import response_rule
from luoshu.desk.things import Things
from luoshu.desk.ticking import ticks

if TYPE_CHECKING:
    from luoshu.book.book import Book


@ticks
def tasks_due(things: Things, clock: Clock, book: Book | None, now: datetime) -> list[EscalateTask]:
    """The rungs that running tasks of open incidents have reached and nobody was told of, lowest first."""
    rule = response_rule(book, now.astimezone(clock.zone).date())
    found = []
    for task in things.all(Assignment).values():
        incident = things.get(Incident, task.incident)
        if not task.runs or incident is None or not incident.open or now <= task.given:
            continue
        ladder = rule.ladder(incident.level)
        if task.state == "given":
            ladder = (*ladder, *rule.unaccepted)
        told = {(each.share, each.tell) for each in task.told}
        for rung in clock.rungs(ladder, task.spent(clock, now)):
            if (rung.share, rung.tell) not in told:
                told.add((rung.share, rung.tell))
                found.append(EscalateTask(task=task.id, share=rung.share, tell=rung.tell))
    return found
