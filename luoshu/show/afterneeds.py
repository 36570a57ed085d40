"""What an incident showed beyond itself: needs of infrastructure, and how the promises stand that rest on its stock."""

from __future__ import annotations

from dataclasses import dataclass

from luoshu.desk.consultation import Demand
from luoshu.desk.room import overlaid
from luoshu.kinds.commitment import Gauge
from luoshu.show.demandpage import DemandView, demand_view
from luoshu.show.page import Visit

MOST_REASONS = 4


@dataclass(frozen=True, kw_only=True)
class Resting:
    """A promise that rests on what the desk moves: how much of it stands on a day, and because of what."""

    id: str
    words: str
    href: str
    met: str
    verdict: str
    verdict_word: str
    because: tuple[str, ...]


def resting(visit: Visit) -> tuple[Resting, ...]:
    """The promises whose tables the desk lays rows over, as they stand with what it moved."""
    tables = set(overlaid())
    return tuple(_resting(visit, each) for each in visit.view.gauges if tables & set(each.commitment.needs))


def _resting(visit: Visit, gauge: Gauge) -> Resting:
    row, language = visit.row(gauge), visit.language
    return Resting(
        id=row.id, words=row.words, href=row.href if visit.links.mouth == "server" else "", met=row.met_text,
        verdict=row.verdict, verdict_word=row.verdict_word,
        because=tuple(language.message(each.says) for each in gauge.because[:MOST_REASONS]),
    )  # fmt: skip


def shown_by(visit: Visit, incident: str) -> tuple[DemandView, ...]:
    """The needs of infrastructure that name the incident, in the order in which they were stated."""
    assert visit.things is not None
    found = [each for each in visit.things.all(Demand).values() if each.incident == incident]
    return tuple(demand_view(visit, each) for each in sorted(found, key=lambda each: each.stated_at))
