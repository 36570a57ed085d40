"""What had been published of one measure by a day: the results that count, and what was set aside, with the reason."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from luoshu.book.problem import Source
from luoshu.kinds.commitment import Reason
from luoshu.kinds.observation import MEASURED, Indicator, Observation, observations_of
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

FLOWS = ("sum", "distinct")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One figure in the indicator's unit, with its place; `sides` are the figures that it was computed from."""

    day: date
    since: date | None
    value: float
    row: Observation
    source: Source
    sides: tuple[Reading, ...] = ()

    @property
    def published(self) -> date:
        """The day on which it was published; readings without one never count."""
        assert self.row.published is not None
        return self.row.published


@dataclass(frozen=True, kw_only=True)
class Aside:
    """A figure that does not count, and why."""

    reading: Reading
    why: Message


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two figures for the same day: the one that counts now and the one before it or beside it."""

    kept: Reading
    other: Reading


@dataclass(frozen=True, kw_only=True)
class Published:
    """The figures of one indicator for one area as a reader of that day could know them, each list by day.

    `readings` count; `running` are totals of a period that is not over; `forecasts` were said by others; `aside` do not
    count; `contradictions` and `revisions` are pairs for the same day; `notes` say what could not be put together.
    """

    readings: tuple[Reading, ...] = ()
    running: tuple[Reading, ...] = ()
    forecasts: tuple[Reading, ...] = ()
    claims: tuple[Reading, ...] = ()
    aside: tuple[Aside, ...] = ()
    contradictions: tuple[Pair, ...] = ()
    revisions: tuple[Pair, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def last(self) -> Reading | None:
        return self.readings[-1] if self.readings else None

    def at(self, day: date) -> Reading | None:
        """The figure for exactly this day."""
        return next((r for r in self.readings if r.day == day), None)


def own_figures(
    book: Book, indicator: Indicator, day: date, *, place: str = "", definition: str = "", per: str = "year"
) -> Published:
    """What was published by `day` of `indicator` for `place` itself (empty: the book's region) under one definition.

    Figures published later are left out without trace; those without a day of publication, of another definition or
    in a unit that cannot be converted are set aside with the reason. Flows count where they cover a whole period
    (`per`).
    """
    wanted = definition or indicator.definition
    kept: list[Reading] = []
    sorted_out: dict[str, list[Reading]] = {"running": [], "forecasts": [], "claims": []}
    aside: list[Aside] = []
    for row in observations_of(book, indicator.id):
        if (row.place or book.region) != (place or book.region):
            continue
        if row.published is not None and row.published > day:
            continue
        reading, why = _reading(book, row, indicator, wanted, per)
        if why is not None:
            aside.append(Aside(reading=reading, why=why))
        elif row.status in ("forecast", "plan"):
            sorted_out["forecasts"].append(reading)
        elif row.status == "claim":
            sorted_out["claims"].append(reading)
        elif not _whole(reading, indicator, per):
            sorted_out["running"].append(reading)
        else:
            kept.append(reading)
    readings, contradictions, revisions = _one_each(kept)
    return Published(
        readings=readings,
        running=_by_day(sorted_out["running"]),
        forecasts=_by_day(sorted_out["forecasts"]),
        claims=_by_day(sorted_out["claims"]),
        aside=tuple(aside),
        contradictions=contradictions,
        revisions=revisions,
    )


def _reading(
    book: Book, row: Observation, indicator: Indicator, wanted: str, per: str
) -> tuple[Reading, Message | None]:
    value = convert(row.value, row.unit or indicator.unit, indicator.unit)
    since = row.since
    if since is None and indicator.aggregation in FLOWS:
        since = date(row.as_of.year, 1, 1) if per == "year" else row.as_of.replace(day=1)
    source = replace(book.source_of(row), url=row.url)
    reading = Reading(day=row.as_of, since=since, value=row.value if value is None else value, row=row, source=source)
    if row.published is None:
        return reading, say("it is not known when it was published")
    if value is None:
        return reading, say("its unit {found} cannot be turned into {unit}", found=row.unit, unit=indicator.unit)
    if row.definition and row.definition != wanted:
        return reading, say(
            "it counts something else: {found}, not {wanted}", found=row.definition, wanted=wanted or indicator.name
        )
    if row.status in MEASURED and row.as_of > row.published:
        return reading, say("it is called a result, but was published before its day had come")
    return reading, None


def _whole(reading: Reading, indicator: Indicator, per: str) -> bool:
    """Whether a figure stands for a whole period: stocks always, flows and averages over a full year or month."""
    if reading.since is None or indicator.aggregation in ("last", "cumulative"):
        return True
    if reading.since > reading.day:
        return False
    first, last = period(reading.day, per)
    return reading.since == first and reading.day == last


def period(day: date, per: str) -> tuple[date, date]:
    """First and last day of the year or month that `day` lies in."""
    if per == "month":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return date(day.year, 1, 1), date(day.year, 12, 31)


def periods(since: date, until: date, per: str) -> list[tuple[date, date]]:
    """All whole years or months from `since` to `until`, as (first, last) days.

    >>> [last.year for _, last in periods(date(2021, 1, 1), date(2023, 6, 30), "year")]
    [2021, 2022]
    """
    found = []
    first, last = period(since, per)
    if first < since:
        first, last = period(last + timedelta(days=1), per)
    while last <= until:
        found.append((first, last))
        first, last = period(last + timedelta(days=1), per)
    return found


def _by_day(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    return tuple(sorted(readings, key=lambda r: (r.day, r.published)))


def _one_each(readings: Sequence[Reading]) -> tuple[tuple[Reading, ...], tuple[Pair, ...], tuple[Pair, ...]]:
    """One reading for each day (the one published last), with the pairs that disagree or were revised."""
    kept: dict[tuple[date, date | None], Reading] = {}
    contradictions: list[Pair] = []
    revisions: list[Pair] = []
    for reading in _by_day(readings):
        key = (reading.day, reading.since)
        before = kept.get(key)
        kept[key] = reading
        if before is None or same(before, reading):
            continue
        revised = (
            reading.row.status == "revised"
            or before.row.status == "preliminary"
            or before.row.source == reading.row.source
        )
        pair = Pair(kept=reading, other=before)
        if revised and before.published < reading.published:
            revisions.append(pair)
        else:
            contradictions.append(pair)
    return tuple(sorted(kept.values(), key=lambda r: (r.day, r.published))), tuple(contradictions), tuple(revisions)


def same(one: Reading, other: Reading) -> bool:
    """Whether two figures agree within what they are rounded to; half a percent where their units differ."""
    if one.row.unit != other.row.unit:
        return abs(one.value - other.value) <= 0.005 * max(abs(one.value), abs(other.value))
    from luoshu.methods.plausibility import contradictions

    return not contradictions([0.0, 0.0], [one.row.value, other.row.value])
