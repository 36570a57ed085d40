"""Figures that nobody published as such: a total of areas, a ratio of two sides, and when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from luoshu.book.directory import Place
from luoshu.kinds.commitment import Reason
from luoshu.kinds.observation import Indicator, observations_of
from luoshu.kinds.published import Published, Reading, own_figures
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

NEAR_DAYS = 366
"""How far apart the two sides of a computed ratio may lie."""
ADDITIVE = ("sum", "last", "cumulative")
"""What may be added up over areas; ratios and distinct counts never are."""


def published(
    book: Book, indicator: Indicator, day: date, *, place: str = "", definition: str = "", per: str = "year"
) -> Published:
    """What was known on `day` of `indicator` in `place` (empty: the book's whole region).

    Its own figures; where it has none, a ratio from its two sides (a ratio of sums, never a mean of shares), or the
    total of its areas on each day for which every one of them has published. Where that cannot be, `notes` say why.
    """
    own = own_figures(book, indicator, day, place=place, definition=definition, per=per)
    if own.readings:
        return own
    if indicator.numerator and indicator.denominator:
        if definition not in ("", indicator.definition):
            return own
        return replace(own, readings=tuple(_ratio(book, indicator, day, place, per)))
    added, notes = _of_areas(book, indicator, day, place or book.region, definition, per)
    return replace(own, readings=tuple(added), notes=notes)


def _ratio(book: Book, indicator: Indicator, day: date, place: str, per: str) -> list[Reading]:
    """The ratio on each day of the lower side, with the nearest figure of the upper side, a year off at most."""
    sides = {row.id: row for row in book.rows(Indicator) if row.id in (indicator.numerator, indicator.denominator)}
    if len(sides) < 2 or any(row.numerator or row.id == indicator.id for row in sides.values()):
        return []
    upper, lower = sides[indicator.numerator], sides[indicator.denominator]
    above = published(book, upper, day, place=place, per=per).readings
    found = []
    for under in published(book, lower, day, place=place, per=per).readings:
        over = min(above, key=lambda r: abs((r.day - under.day).days), default=None)
        if over is None or abs((over.day - under.day).days) > NEAR_DAYS or under.value == 0:
            continue
        later = max(over, under, key=lambda r: r.day)
        pair = _named(over, upper), _named(under, lower)
        times = 100.0 if indicator.unit == "%" else 1.0
        found.append(_computed(indicator, later, float(f"{times * over.value / under.value:.4g}"), pair))
    return found


def _of_areas(
    book: Book, indicator: Indicator, day: date, place: str, definition: str, per: str
) -> tuple[list[Reading], tuple[Reason, ...]]:
    """Totals of the areas of a place, for the days on which each of them has a figure."""
    areas = [row.id for row in book.rows(Place) if row.parent == place]
    heard = {row.place for row in observations_of(book, indicator.id)} & set(areas)
    if not heard:
        return [], ()
    if indicator.aggregation not in ADDITIVE:
        return [], (
            Reason(says=say("Figures of single areas are published, but shares and distinct counts never add up")),
        )
    from luoshu.methods.aggregation import total

    series = [own_figures(book, indicator, day, place=each, definition=definition, per=per) for each in areas]
    days = set.intersection(*({r.day for r in each.readings} for each in series))
    found = []
    for each in sorted(days):
        parts = [r for one in series if (r := one.at(each)) is not None]
        if len({r.since for r in parts}) == 1:
            latest = max(parts, key=lambda r: r.published)
            found.append(_computed(indicator, latest, total(r.value for r in parts), tuple(parts)))
    if found:
        return found, ()
    count = sum(bool(each.readings) for each in series)
    if not count:
        return [], ()
    template = "{count} of {total} areas have published a figure; the whole is not added up from some of its areas"
    return [], (Reason(says=say(template, count=count, total=len(areas)), tone="warn"),)


def _computed(indicator: Indicator, latest: Reading, value: float, sides: Sequence[Reading]) -> Reading:
    row = replace(
        latest.row,
        indicator=indicator.id,
        value=value,
        unit=indicator.unit,
        place="",
        comparator="=",
        published=max(side.published for side in sides),
        stated_change=None,
        note="",
    )
    since = latest.since if indicator.aggregation in ADDITIVE else None
    return Reading(day=latest.day, since=since, value=value, row=row, source=latest.source, sides=tuple(sides))


def _named(reading: Reading, indicator: Indicator) -> Reading:
    """The reading with its unit written out, for sentences that name two measures."""
    return replace(reading, row=replace(reading.row, unit=reading.row.unit or indicator.unit))
