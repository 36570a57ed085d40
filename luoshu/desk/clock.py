"""The one clock of the desk: working days with their make-up days, working hours, deadlines, pauses, escalation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.book.problem import Problem
from luoshu.book.rules import Rule, read_rules
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

CHINA = timezone(timedelta(hours=8), "+08:00")
"""The mainland keeps one time without summer time."""
DAY_STARTS, DAY_ENDS = time(9), time(18)
MOST_DAYS = 20_000
BUILT_IN = Path(__file__).with_name("holidays.yaml")


def local_time(at: datetime) -> str:
    """A moment as the clock of the desk shows it.

    >>> local_time(datetime.fromisoformat("2021-07-20T04:00+00:00"))
    '2021-07-20 12:00'
    """
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def local_day(at: datetime) -> date:
    """The day on the calendar of the desk.

    >>> local_day(datetime.fromisoformat("2021-07-20T20:00+00:00"))
    datetime.date(2021, 7, 21)
    """
    return at.astimezone(CHINA).date()


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which days are worked: Monday to Friday, but for the days `off` and the make-up days `on`.

    `known` are the years whose notice is in the rule; in other years only weekends are off, and `certain` says so.
    """

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    known: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        """Whether a day is worked.

        >>> calendar = calendar_of()
        >>> calendar.works(date(2021, 2, 20)), calendar.works(date(2021, 2, 17)), calendar.works(date(2021, 2, 18))
        (True, False, True)
        """
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def certain(self, first: date, last: date) -> bool:
        """Whether the notice of every year from the first to the last day is known."""
        return all(year in self.known for year in range(first.year, last.year + 1))

    def after(self, day: date, working_days: int) -> date:
        """The day that comes so many working days after a day, which itself does not count.

        >>> calendar_of().after(date(2021, 9, 30), 1)  # before the national holiday
        datetime.date(2021, 10, 8)
        """
        if not 0 <= working_days <= MOST_DAYS:
            raise ValueError(f"{working_days} working days is not a number from 0 to {MOST_DAYS}")
        while working_days:
            day += timedelta(days=1)
            working_days -= self.works(day)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days come after the first day up to the last."""
        if last < first:
            return -self.between(last, first)
        if (last - first).days > MOST_DAYS:
            raise ValueError(f"{first} and {last} are more than {MOST_DAYS} days apart")
        return sum(self.works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def calendar_of(rules: Sequence[Rule] | None = None) -> Calendar:
    """The years that come with the program, with those of a book's own rule `holidays` in their place.

    A year whose days cannot be read (`calendar_faults` says so) is left as the program has it.
    """
    years: dict[int, tuple[set[date], set[date]]] = {}
    for rule in (*built_in(), *(rules or ())):
        with suppress(ValueError):
            years[rule.since.year] = _off_and_on(rule)
    off, on = (frozenset(day for year in years.values() for day in year[place]) for place in (0, 1))
    return Calendar(off=off, on=on, known=frozenset(years))


def _off_and_on(rule: Rule) -> tuple[set[date], set[date]]:
    """The days off and the make-up days of a year; ValueError where what is written is no list of days."""
    off, on = (set(_days(str(rule.values.get(name) or ""), rule.since.year)) for name in ("off", "on"))
    return off, on


@cache
def built_in() -> tuple[Rule, ...]:
    """The years that come with the program."""
    return read_rules(BUILT_IN.read_bytes(), "holidays", BUILT_IN.name)[0]


def calendar_faults(rules: Iterable[Rule]) -> list[Problem]:
    """What is wrong in a rule of holidays: days that are none, days both off and on, weekends made up twice."""
    found = []
    for rule in rules:
        try:
            off, on = _off_and_on(rule)
        except ValueError as error:
            says = say("{found} is not a list of days of a year", found=str(error))
            mend = say("Write days as in 01-01, 02-11..02-17, with commas between")
            found.append(Problem(code="bad-value", says=says, source=rule.source, mend=mend))
            continue
        if off & on:
            says = say("{day} is both off and worked", day=min(off & on))
            found.append(
                Problem(code="bad-value", says=says, source=rule.source, mend=say("Leave it in one of the two"))
            )
    return found


def _days(text: str, year: int) -> Iterable[date]:
    for part in filter(None, (each.strip() for each in text.split(","))):
        first, _, last = part.partition("..")
        start = date.fromisoformat(f"{year}-{first.strip()}")
        end = date.fromisoformat(f"{year}-{(last or first).strip()}")
        if end < start:
            raise ValueError(f"{part!r} ends before it begins")
        yield from (start + timedelta(days=n) for n in range((end - start).days + 1))


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long something may take: hours by the clock, working hours, or whole working days to the end of the last."""

    hours: float = 0.0
    working_hours: float = 0.0
    working_days: int = 0

    def __post_init__(self) -> None:
        given = [value for value in (self.hours, self.working_hours, self.working_days) if value]
        if len(given) != 1 or given[0] < 0 or given[0] > MOST_DAYS:
            raise ValueError("a term is one of hours, working hours or working days, above zero")


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A time in which the clock of a task stands still, with its reason; `until` is None while it lasts."""

    since: datetime
    until: datetime | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A rung of the ladder: who is told when so much of the term is over (1: at the deadline; 2: twice the term)."""

    share: float
    tell: str


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Deadlines by one calendar and one time of day; an emergency runs by the hour, an office by its working day."""

    calendar: Calendar = field(default_factory=Calendar)
    zone: timezone = CHINA
    starts: time = DAY_STARTS
    ends: time = DAY_ENDS

    def due(self, start: datetime, term: Term, pauses: Sequence[Pause] = (), now: datetime | None = None) -> datetime:
        """When a term that starts then is over; pauses put it off. A pause that still lasts counts up to `now`.

        >>> clock = Clock(calendar=calendar_of())
        >>> eve = datetime(2021, 9, 30, 17, tzinfo=CHINA)
        >>> clock.due(eve, Term(hours=2)).isoformat(), clock.due(eve, Term(working_hours=2)).isoformat()
        ('2021-09-30T19:00:00+08:00', '2021-10-08T10:00:00+08:00')
        >>> clock.due(eve, Term(working_days=1)).isoformat()
        '2021-10-08T18:00:00+08:00'
        """
        stops = _merged(start, pauses, now)
        if term.working_days:
            end = self._end_of(self.calendar.after(start.astimezone(self.zone).date(), term.working_days))
            for since, until in stops:
                if since >= end:
                    break
                missed = self.calendar.between(since.astimezone(self.zone).date(), until.astimezone(self.zone).date())
                end = self._end_of(self.calendar.after(end.date(), missed))
            return end
        left = timedelta(hours=term.hours or term.working_hours)
        at = start.astimezone(self.zone)
        for since, until in stops:
            stop = since.astimezone(self.zone)
            run = self._run(at, stop, bool(term.working_hours))
            if run >= left:
                break
            left, at = left - run, until.astimezone(self.zone)
        return at + left if term.hours else self._work_on(at, left)

    def spent(self, start: datetime, end: datetime, term: Term, pauses: Sequence[Pause] = ()) -> float:
        """How much of the term is over at `end`: 0 at the start, 1 at the deadline, more beyond it."""
        due = self.due(start, term, pauses, end)
        if end >= due and term.working_days:
            over = self.calendar.between(due.date(), end.astimezone(self.zone).date())
            return 1.0 + over / term.working_days
        stops = [(since, min(until, end)) for since, until in _merged(start, pauses, end) if since < end]
        marks = [start, *(at for stop in stops for at in stop), end]
        run = sum((self._run(a, b, not term.hours) for a, b in zip(marks[::2], marks[1::2], strict=True)), timedelta())
        whole = term.hours or term.working_hours or self._run(start, due, True) / timedelta(hours=1)
        share = run / timedelta(hours=whole) if whole else 1.0
        return share if term.hours or term.working_hours else min(share, 1.0)

    def rungs(self, ladder: Iterable[Step], share: float) -> tuple[Step, ...]:
        """The rungs of the ladder that have been reached, lowest first."""
        return tuple(step for step in sorted(ladder, key=lambda step: step.share) if step.share <= share)

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, self.ends, self.zone)

    def _hours(self, day: date) -> tuple[datetime, datetime] | None:
        if not self.calendar.works(day):
            return None
        return datetime.combine(day, self.starts, self.zone), datetime.combine(day, self.ends, self.zone)

    def _run(self, first: datetime, last: datetime, working: bool) -> timedelta:
        """How much time runs between two moments, by the clock or in working hours."""
        if last <= first:
            return timedelta()
        if not working:
            return last - first
        first, last = first.astimezone(self.zone), last.astimezone(self.zone)
        total, day = timedelta(), first.date()
        while day <= last.date():
            hours = self._hours(day)
            if hours:
                total += max(timedelta(), min(last, hours[1]) - max(first, hours[0]))
            day += timedelta(days=1)
        return total

    def _work_on(self, at: datetime, left: timedelta) -> datetime:
        """The moment at which so much working time has run."""
        day = at.date()
        for _ in range(MOST_DAYS):
            hours = self._hours(day)
            if hours:
                begin = max(at, hours[0])
                if begin < hours[1] and left <= hours[1] - begin:
                    return begin + left
                left -= max(timedelta(), hours[1] - begin)
            day += timedelta(days=1)
        raise ValueError("the calendar has no working days")


def clock_of(book: Book | None) -> Clock:
    """The clock of a book's desk: its own rule `holidays` over the years that come with the program."""
    return Clock(calendar=calendar_of(book.rules("holidays")[0] if book is not None else None))


def _merged(start: datetime, pauses: Sequence[Pause], now: datetime | None) -> list[tuple[datetime, datetime]]:
    """Pauses in order without overlaps, none before the start; one that still lasts goes on until now."""
    if now is None and any(pause.until is None for pause in pauses):
        raise ValueError("a pause still lasts: say up to which moment (now)")
    spans = sorted((max(start, pause.since), pause.until or now or start) for pause in pauses)
    merged: list[tuple[datetime, datetime]] = []
    for since, until in spans:
        if until <= since:
            continue
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged
