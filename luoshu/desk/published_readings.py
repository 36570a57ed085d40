"""Figures that the book publishes, as readings: of the indicators that the rule sheet of response names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from luoshu.book.directory import Place
from luoshu.desk.clock import Clock
from luoshu.desk.journal import Refused
from luoshu.desk.observed import Reading, measured
from luoshu.desk.responserule import FALLING, ResponseRule
from luoshu.kinds.observation import MEASURED, Indicator, Observation, observations_of

if TYPE_CHECKING:
    from luoshu.book.book import Book

OLDEST = timedelta(days=15)
"""Older figures have no part in any level."""


def published_readings(book: Book | None, rule: ResponseRule, clock: Clock, now: datetime) -> list[Reading]:
    """The newest known figure of each indicator and area that the rule sheet's `indicators` name, as a reading.

    It counts for every incident in its area that is no drill. A figure is known from its day of publication, and holds
    for the end of the day it is for (of this day: for its beginning, so that it never lies ahead). Forecasts, plans,
    other definitions, and bounds that do not tell whether a limit is reached ("不足" of what rises) are left out, as is
    what has no unit of the measure.
    """
    if book is None or not rule.indicators:
        return []
    today = now.astimezone(clock.zone).date()
    areas = {row.id: row.name for row in book.rows(Place)}
    known = {row.id: row for row in book.rows(Indicator)}
    found = []
    for indicator, measure in rule.indicators.items():
        if indicator in known:
            newest = _newest(observations_of(book, indicator), today)
            for row in newest:
                made = _reading(row, known[indicator], measure, areas, clock, today)
                if made is not None:
                    found.append(made)
    return found


def _newest(rows: Iterable[Observation], today: date) -> list[Observation]:
    """The latest measured figure of each area that is known today; of two for one day the one published later."""
    found: dict[str, Observation] = {}
    for row in rows:
        if row.status not in MEASURED or row.definition or row.as_of > today or (row.published or row.as_of) > today:
            continue
        if today - row.as_of > OLDEST:
            continue
        here = found.get(row.place)
        if here is None or (row.as_of, row.published or row.as_of) >= (here.as_of, here.published or here.as_of):
            found[row.place] = row
    return list(found.values())


def _reading(
    row: Observation, indicator: Indicator, measure: str, areas: dict[str, str], clock: Clock, today: date
) -> Reading | None:
    if row.comparator == (">" if measure in FALLING else "<"):
        return None
    try:
        value, unit = measured(measure, row.value, row.unit or indicator.unit)
    except Refused:
        return None
    day = row.as_of if row.as_of >= today else row.as_of + timedelta(days=1)
    return Reading(
        id=f"book/{row.indicator}/{row.place}/{row.as_of}", measure=measure, value=value, unit=unit,
        station=" ".join(filter(None, (areas.get(row.place, row.place), indicator.name))), place=row.place,
        at=datetime.combine(day, time(), clock.zone), who="book", source=row.source,
    )  # fmt: skip
