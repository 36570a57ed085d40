"""Where every commitment stands on a day, as a list, as one JSON object each, and counted up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.kinds.commitment import VERDICTS, Amount, Chart, Commitment, Gauge, GoalStep, Reason
from luoshu.read import commitments
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book


def gauge(book: Book, day: date) -> list[Gauge]:
    """A gauge for each commitment that was public on `day`, in the book's order.

    A commitment whose gauge fails is shown as unknown with the fault, so that one wrong entry never hides the others.
    """
    return [gauge_one(each, book, day) for each in commitments(book)[0] if each.announced(day)]


def gauge_one(commitment: Commitment, book: Book, day: date) -> Gauge:
    """The gauge of one commitment as it was known on `day`."""
    now = commitment.on(day)
    try:
        return now.gauge(book, day)
    except Exception as error:  # the kinds are open to additions: whatever fails in one must not take the page down
        says = say("It could not be gauged: {fault}", fault=f"{type(error).__name__}: {error}")
        return Gauge(commitment=now, day=day, met=None, because=(Reason(says=says, source=now.source, tone="warn"),))


def as_json(gauge: Gauge) -> dict[str, Any]:
    """A gauge as plain values: id, kind, words, owner, due, goal, unit, value, met, chance, verdict, because first.

    Figures that are not known are None, never NaN. `because` are {says, source}; the further keys are for pages of
    others.
    """
    promise = gauge.commitment
    return {
        "id": promise.id,
        "kind": promise.kind,
        "words": promise.words,
        "owner": promise.owner,
        "due": promise.due.isoformat() if promise.due else None,
        "goal": _number(gauge.goal),
        "unit": gauge.unit,
        "value": _number(gauge.value),
        "met": _number(gauge.met),
        "chance": _number(gauge.chance),
        "verdict": gauge.verdict,
        "because": [{"says": str(each.says), "source": source_json(each)} for each in gauge.because],
        "day": gauge.day.isoformat(),
        "as_of": gauge.as_of.isoformat() if gauge.as_of else None,
        "goal_high": _number(gauge.goal_high),
        "chapter": promise.chapter,
        "co_owners": list(promise.co_owners),
        "weight": promise.weight,
        "estimate": gauge.estimate,
        "goals": [_step(step) for chart in gauge.figures if isinstance(chart, Chart) for step in chart.goals],
        "amounts": [
            {"name": str(f.name), "value": _number(f.value), "unit": f.unit, "why": f.why and str(f.why)}
            for f in gauge.figures
            if isinstance(f, Amount)
        ],
    }


def source_json(reason: Reason) -> str | None:
    """The publication that a reason rests on, else the place in the book; None where it rests on no single one."""
    if reason.source is None:
        return None
    return reason.source.url or str(reason.source) or None


def _step(step: GoalStep) -> dict[str, Any]:
    return {
        "since": step.since.isoformat(),
        "level": _number(step.level),
        "level_high": _number(step.level_high),
        "source": step.source and (step.source.url or str(step.source)),
    }


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many promises stand where: counts and weights by verdict, and the known ones beside the unknown.

    Shares of different promises are never added up: there is no mean of `met`.
    """

    name: str
    counts: dict[str, int]
    weights: dict[str, float]
    unknown: int
    total: int


def summary(gauges: Iterable[Gauge], name: str = "") -> Summary:
    """Count gauges by verdict, each also by its weight."""
    each = list(gauges)
    counts = {verdict: sum(g.verdict == verdict for g in each) for verdict in VERDICTS}
    weights = {verdict: sum(g.commitment.weight for g in each if g.verdict == verdict) for verdict in VERDICTS}
    return Summary(name=name, counts=counts, weights=weights, unknown=counts["unknown"], total=len(each))


def by_owner(gauges: Sequence[Gauge]) -> list[Summary]:
    """One summary for each owner, in the order in which they first appear; co-owners share, so totals may overlap."""
    owners = dict.fromkeys(owner for g in gauges for owner in (g.commitment.owner, *g.commitment.co_owners))
    return [
        summary((g for g in gauges if owner == g.commitment.owner or owner in g.commitment.co_owners), owner)
        for owner in owners
    ]


def by_chapter(gauges: Sequence[Gauge]) -> list[Summary]:
    """One summary for each chapter of the plan."""
    chapters = dict.fromkeys(g.commitment.chapter for g in gauges)
    return [summary((g for g in gauges if g.commitment.chapter == chapter), chapter) for chapter in chapters]
