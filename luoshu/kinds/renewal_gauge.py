"""The gauge of a renewal: how much is done, under way and still to do, at what pace, and what that means by the day."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from luoshu.book.directory import Place
from luoshu.book.problem import Source
from luoshu.kinds.commitment import Amount, Chart, Figure, Gauge, GoalStep, Listing, Point, Reason
from luoshu.kinds.renewal_claim import unmeant
from luoshu.kinds.renewal_state import Stock, counted, stock, total, unaged, worth
from luoshu.words.message import amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.renewal import Renewal

ESTATES = Source(file="tables/estate.csv")
YEAR = 365.25
SHORTEST = 90
"""Days of works below which their pace says nothing yet."""
ALMOST = 1 - 1e-6


def renewal_gauge(announced: Renewal, book: Book, day: date) -> Gauge:
    """The gauge of a renewal as it was announced by the day, judged by its highest level and first deadline."""
    renewal = announced.promised()
    wrong = unmeant(renewal)
    if wrong is None and not counted(renewal, book):
        wrong = say("No old estate of the area stands in {file}, so that nobody can say how much is renewed",
                    file=ESTATES.file)  # fmt: skip
    if wrong is not None:
        why = Reason(says=wrong, source=renewal.source, tone="warn")
        return Gauge(commitment=announced, day=day, met=None, because=(why,), goal=renewal.level, unit=renewal.unit)
    seen = stock(renewal, book, day)
    done = _figure(total(renewal, seen.done))
    verdict, met, chance, reasons = _judged(renewal, seen, done, day)
    because = (_said(renewal, seen, done, day), *reasons, *_moved(announced, renewal), *_doubts(renewal, seen, book))
    return Gauge(
        commitment=announced, day=day, met=met, chance=chance, verdict=verdict, because=because, value=done, as_of=day,
        goal=renewal.level, unit=renewal.unit, figures=tuple(_figures(announced, renewal, seen, done, book, day)),
    )  # fmt: skip


def _said(renewal: Renewal, seen: Stock, done: float, day: date) -> Reason:
    says = say(
        "{done} of {goal} are renewed on {day}: {count} estates with {households:,} households",
        done=amount(done, renewal.unit), goal=amount(renewal.level, renewal.unit), day=day, count=len(seen.done),
        households=sum(row.households or 0 for row in seen.done),
    )  # fmt: skip
    return Reason(says=says, source=ESTATES, tone="good" if done >= renewal.level else "plain")


def _judged(
    renewal: Renewal, seen: Stock, done: float, day: date
) -> tuple[str, float | None, float | None, tuple[Reason, ...]]:
    """Verdict, met and chance, and why."""
    level = renewal.level
    if done >= level:
        return "kept", 1.0, 1.0, ()
    share = min(ALMOST, done / level)
    if renewal.due is not None and day >= renewal.due:
        says = say("The deadline {due} has passed; {short} are missing", due=renewal.due,
                   short=amount(_figure(level - done), renewal.unit))  # fmt: skip
        why = (Reason(says=says, source=ESTATES, tone="bad"),)
        return ("open", share, None, why) if seen.unsized else ("missed", share, 0.0, why)
    reasons = []
    known = _figure(total(renewal, (*seen.done, *seen.under_way, *seen.left)))
    short = known < level
    if short:
        says = say("All estates listed come to {known} together, less than is promised",
                   known=amount(known, renewal.unit))  # fmt: skip
        reasons.append(Reason(says=says, source=ESTATES, tone="warn"))
    if renewal.due is None:
        return "open", share, None, tuple(reasons)
    begun = _figure(total(renewal, (*seen.done, *seen.under_way)))
    if seen.under_way:
        says = say("{begun} are done or under way: {count} estates are being worked on", count=len(seen.under_way),
                   begun=amount(begun, renewal.unit))  # fmt: skip
        reasons.append(Reason(says=says, source=ESTATES))
    left = (renewal.due - day).days
    need = (level - done) / left * YEAR
    pace = _pace(renewal, seen, day)
    if pace is None:
        says = say("It takes {need} a year from now on; how fast works go is not known yet",
                   need=amount(_some(need, renewal, math.ceil), renewal.unit))  # fmt: skip
        reasons.append(Reason(says=says))
        return "open", min(1.0, begun / level) if begun else share, None, tuple(reasons)
    hoped = done + pace * left / YEAR
    says = say(
        "It takes {need} a year from now on; so far it went at {pace} a year, which makes {hoped} by {due}",
        need=amount(_some(need, renewal, math.ceil), renewal.unit),
        pace=amount(_some(pace, renewal, round), renewal.unit),
        hoped=amount(_some(hoped, renewal, math.floor), renewal.unit), due=renewal.due,
    )  # fmt: skip
    reasons.append(Reason(says=says, source=ESTATES, tone="good" if hoped >= level else "bad"))
    met = min(1.0, max(hoped, done) / level)
    if hoped >= level and not short:
        return "likely", met, None, tuple(reasons)
    return ("at risk" if hoped >= 0.8 * level or begun >= level else "unlikely"), met, None, tuple(reasons)


def _pace(renewal: Renewal, seen: Stock, day: date) -> float | None:
    """How much was finished a year since the period began; None where too little is dated to say."""
    dated = [row.done_on for row in seen.done if row.done_on is not None]
    begin = renewal.since or renewal.made or min(dated, default=None)
    if begin is None or not dated or len(dated) < len(seen.done) / 2 or (day - begin).days < SHORTEST:
        return None
    return total(renewal, seen.done) / (day - begin).days * YEAR


def _moved(announced: Renewal, renewal: Renewal) -> Iterator[Reason]:
    if announced.level != renewal.level:
        says = say("It was eased from {promised} to {now}; it is judged by what was promised",
                   promised=amount(renewal.level, renewal.unit), now=amount(announced.level, renewal.unit))  # fmt: skip
        yield Reason(says=says, source=announced.source, tone="warn")


def _doubts(renewal: Renewal, seen: Stock, book: Book) -> Iterator[Reason]:
    """What is missing in the table, so that figures may be too low or their days unsure."""
    if seen.unsized:
        says = say("{count} estates do not say how many households or square metres they have, and count as nothing",
                   count=seen.unsized)  # fmt: skip
        yield Reason(says=says, source=ESTATES, tone="warn")
    if seen.undated:
        says = say(
            "{count} estates are done without the day on which they were finished; they count", count=seen.undated
        )
        yield Reason(says=says, source=ESTATES, tone="warn")
    young = unaged(renewal, book)
    if young:
        says = say("{count} estates do not say when they were built, and do not count", count=young)
        yield Reason(says=says, source=ESTATES, tone="warn")
    if seen.earlier:
        says = say("{count} estates were finished before {since} and do not count", count=len(seen.earlier),
                   since=renewal.since)  # fmt: skip
        yield Reason(says=says, source=ESTATES)
    if seen.late:
        says = say("{count} estates were finished after the deadline and do not count", count=len(seen.late))
        yield Reason(says=says, source=ESTATES)
    if renewal.in_one_piece is not None:
        yield from _in_pieces(renewal, seen, book)


def _in_pieces(renewal: Renewal, seen: Stock, book: Book) -> Iterator[Reason]:
    """Which units of the table do not hang together, as far as their places are known."""
    from luoshu.kinds.renewal_plan import in_pieces

    apart = in_pieces(renewal, seen.all, book)
    if apart:
        says = say("These units are not in one piece: {names}", names=", ".join(apart[:5]))
        yield Reason(says=says, source=ESTATES, tone="warn")


def _figures(announced: Renewal, renewal: Renewal, seen: Stock, done: float, book: Book, day: date) -> Iterator[Figure]:
    for name, rows in (
        (say("Renewed"), seen.done), (say("Under way"), seen.under_way), (say("Planned"), seen.planned),
        (say("Waiting"), seen.waiting),
    ):  # fmt: skip
        yield Amount(name=name, value=_figure(total(renewal, rows)), unit=renewal.unit)
    if renewal.due is not None and day < renewal.due and done < renewal.level:
        need = (renewal.level - done) / (renewal.due - day).days * YEAR
        yield Amount(name=say("Needed a year from now on"), value=_some(need, renewal, math.ceil), unit=renewal.unit)
    yield _course(announced, renewal, seen, done, day)
    yield _by_place(renewal, seen, book)


def _course(announced: Renewal, renewal: Renewal, seen: Stock, done: float, day: date) -> Chart:
    """What was renewed altogether, month by month as it was finished, with the goal and the way to it."""
    steps: dict[date, float] = {}
    for row in sorted((row for row in seen.done if row.done_on is not None), key=lambda row: row.done_on or day):
        assert row.done_on is not None
        end = (row.done_on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        steps[min(end, day)] = steps.get(min(end, day), 0.0) + (worth(renewal, row) or 0.0)
    undated = total(renewal, tuple(row for row in seen.done if row.done_on is None))
    reached, points = undated, []
    for when, more in sorted(steps.items()):
        reached += more
        points.append(Point(day=when, value=_figure(reached), source=ESTATES))
    if not points or points[-1].day < day:
        points.append(Point(day=day, value=done, source=ESTATES))
    history = announced.history.get("level", ())
    goals = tuple(
        GoalStep(since=step.since or announced.made or day, due=renewal.due, level=step.value, source=announced.source)
        for step in history
    ) or (GoalStep(since=announced.made or points[0].day, due=renewal.due, level=renewal.level,
                   source=announced.source),)  # fmt: skip
    way = () if renewal.due is None or day >= renewal.due or done >= renewal.level else (
        Point(day=day, value=done), Point(day=renewal.due, value=renewal.level)
    )  # fmt: skip
    return Chart(name=say("Renewed so far"), unit=renewal.unit, points=tuple(points), goals=goals, pace=way)


def _by_place(renewal: Renewal, seen: Stock, book: Book) -> Listing:
    """Every area with what is done, under way, planned and waiting in it, most to do first."""
    names = {row.id: row.name for row in book.rows(Place)}
    groups = (seen.done, seen.under_way, seen.planned, seen.waiting)
    places = dict.fromkeys(row.place for rows in groups for row in rows)
    found = []
    for place in places:
        sums = [_figure(total(renewal, tuple(row for row in group if row.place == place))) for group in groups]
        found.append((-sums[2] - sums[3], names.get(place) or place or say("no area named"), sums))
    rows = tuple((name, *sums) for _, name, sums in sorted(found, key=lambda each: (each[0], str(each[1]))))
    columns = (say("area"), say("Renewed"), say("Under way"), say("Planned"), say("Waiting"))
    return Listing(name=say("Renewal by area, in {unit}", unit=renewal.unit), columns=columns, rows=rows)


def _figure(value: float) -> float:
    """A figure without the last digits of a float."""
    return float(f"{value:.10g}")


def _some(value: float, renewal: Renewal, whole: Callable[[float], int]) -> float:
    """A computed figure to four digits; estates, households and square metres are whole."""
    return float(f"{value:.4g}") if renewal.unit.startswith("万") else float(whole(_figure(value)))
