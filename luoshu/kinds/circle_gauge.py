"""The gauge of a circle: who is served today and on the due day, because of what, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from luoshu.book.directory import Place
from luoshu.book.problem import Source
from luoshu.kinds.circle_faults import unmeant
from luoshu.kinds.circle_figures import amounts, listings, maybe, unit_of, who
from luoshu.kinds.circle_reach import Folk, Reached, folk, offered, reached, ways
from luoshu.kinds.circle_share import Share, fewest_for_share, inside, percent, share_of, stand
from luoshu.kinds.circle_supply import supply_figures
from luoshu.kinds.commitment import Amount, Chart, Figure, Gauge, GoalStep, Reason
from luoshu.kinds.gathering import published
from luoshu.kinds.observation import Indicator
from luoshu.kinds.travel import MODES
from luoshu.words.message import Message, amount, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

SITES = Source(file="tables/site.csv")
HOMES = Source(file="tables/home.csv")


class Picture(NamedTuple):
    """All that a circle's gauge, layers and moves rest on: homes, sites of the day and of the due day, and shares."""

    people: Folk
    now: Reached
    due: Reached
    served: np.ndarray
    share: Share
    share_due: Share
    estimate: bool


def picture(circle: Circle, book: Book, day: date) -> Picture | Message:
    """What is known of a circle on a day, or why nothing can be said. The terms are those that it is judged by."""
    wrong = unmeant(circle)
    if wrong:
        return wrong
    people = folk(circle, book)
    if isinstance(people, Message):
        return people
    now = reached(circle, book, day)
    due = reached(circle, book, day, "due")
    if now is None or due is None:
        return say(
            "No list of {service} with their places is in the book, so that nobody can say who is served",
            service=named(circle.service),
        )
    share = share_of(circle, people, now, book, day)
    share_due = share if due is now else share_of(circle, people, due, book, day)
    served = inside(circle, people, now, book, day)
    estimate = ways(circle, book, day).estimate or people.estimate
    return Picture(people, now, due, served, share, share_due, estimate)


def circle_gauge(announced: Circle, book: Book, day: date) -> Gauge:
    """The gauge of a circle as it was announced by the day, judged by its strictest terms."""
    circle = announced.promised()
    seen = picture(circle, book, day)
    goals = _goals(announced)
    if isinstance(seen, Message):
        return _unknown(announced, circle, book, day, seen, goals)
    standing = stand(circle, day, seen.share, seen.share_due, seen.estimate)
    because = (
        _served(circle, seen, book, day),
        *_bounds(seen, not ways(circle, book, day).estimate),
        *standing.because,
        *_sites(circle, seen, book, day),
        *_due(circle, seen, day),
        *_moved(announced, circle),
        *ways(circle, book, day).because,
        *seen.people.because,
        *_accuracy(seen),
        *_said(circle, book, day),
    )
    figures: tuple[Figure, ...] = (
        *amounts(circle, seen.people, seen.now, seen.served, seen.share, seen.share_due, seen.estimate),
        *supply_figures(circle, seen.people, seen.now, book, day),
        *_fewest(circle, seen.people, seen.served, book, day, seen.estimate),
        *goals,
        *listings(circle, seen.people, seen.now, seen.served, book, day, seen.estimate),
    )
    return Gauge(
        commitment=announced, day=day, met=standing.met, chance=standing.chance, verdict=standing.verdict,
        because=because, value=points(seen.share.value), as_of=day, goal=circle.share * 100, unit="%", figures=figures,
        estimate=seen.estimate,
    )  # fmt: skip


def points(share: float) -> float:
    """A share in percent, to four figures, 100 only where it is whole."""
    return 100.0 if share >= 1 else min(float(f"{share * 100:.4g}"), 99.99)


def _unknown(
    announced: Circle, circle: Circle, book: Book, day: date, why: Message, goals: tuple[Figure, ...]
) -> Gauge:
    """The gauge of a circle of which nobody can say who is served: the bounds, and what can be said all the same."""
    bounds = say("Its share lies anywhere between {low} and {high}", low=percent(0.0), high=percent(1.0))
    because = [Reason(says=why, source=circle.source, tone="warn"), Reason(says=bounds, tone="warn")]
    figures: list[Figure] = [Amount(name=say("Share served today"), value=None, unit="share", why=why)]
    people = folk(circle, book) if not unmeant(circle) else why
    estimate = False
    if isinstance(people, Folk):
        by = ways(circle, book, day)
        estimate = by.estimate or people.estimate
        figures.append(Amount(name=say("Counted in its area"), value=round(people.total), unit=unit_of(circle)))
        figures += _fewest(circle, people, np.zeros(len(people.lon), dtype=np.bool_), book, day, estimate)
        because += [*_moved(announced, circle), *by.because, *people.because]
    because += _said(circle, book, day)
    return Gauge(
        commitment=announced, day=day, met=None, because=tuple(because), goal=circle.share * 100, unit="%",
        figures=(*figures, *goals), estimate=estimate,
    )  # fmt: skip


def _served(circle: Circle, seen: Picture, book: Book, day: date) -> Reason:
    """The share as a sentence."""
    places = {row.id: row.name for row in book.rows(Place)}
    where = places.get(circle.place or book.region) or circle.place or say("the region")
    template = (
        "{served:,} of {total:,} {who} in {place} have {service} within {minutes:g} minutes {mode} on {day}: {share}"
        if circle.of == "people"
        else "{served:,} of {total:,} villages and communities in {place} have {service} within {minutes:g} minutes "
        "{mode} on {day}: {share}"
    )
    says = say(
        template,
        served=round(seen.share.served), total=round(float(seen.people.counted.sum())), place=where,
        service=named(circle.service), minutes=circle.minutes, mode=MODES[circle.mode], day=day,
        share=percent(seen.share.value), who=who(circle),
    )  # fmt: skip
    good = seen.share.low >= circle.share
    return Reason(says=maybe(says, seen.estimate), source=SITES, tone="good" if good else "plain")


def _bounds(seen: Picture, on_streets: bool) -> Iterator[Reason]:
    if not seen.share.sure:
        says = say(
            "It lies between {low} and {high}: homes and sites are located only so well",
            low=percent(seen.share.low), high=percent(seen.share.high),
        )  # fmt: skip
        yield Reason(says=says, tone="warn")
    share = seen.share
    if on_streets and (share.proven_low < share.low or share.proven_high > share.high):
        says = say("An inaccuracy counts as a way of its length. A wall or a river within it can make the way longer "
                   "or shorter: proven is only a share between {low} and {high}",
                   low=percent(share.proven_low), high=percent(share.proven_high))  # fmt: skip
        yield Reason(says=says, tone="warn")
    never = float(seen.people.counted[~np.isfinite(seen.now.minutes)].sum())
    if never > 0 and len(seen.now.sites):
        says = say("{count:,} have no way to any site, and count as not served", count=round(never))
        yield Reason(says=says, tone="warn")


def _sites(circle: Circle, seen: Picture, book: Book, day: date) -> Iterator[Reason]:
    rows = offered(circle.service, book)
    says = say(
        "Sites of {service} open on {day}: {count:,}", count=len(seen.now.sites) + len(seen.now.lost),
        service=named(circle.service), day=day,
    )  # fmt: skip
    yield Reason(says=says, source=SITES)
    if seen.now.lost:
        says = say(
            "{count} of them have no place that is known: they may serve somebody, and stand in the upper bound only",
            count=len(seen.now.lost),
        )
        yield Reason(says=says, source=book.source_of(seen.now.lost[0]), tone="warn")
    undated = sum(row.state == "planned" and row.opens is None for row in rows)
    if undated:
        says = say("{count} planned sites name no day of opening, so they count nowhere", count=undated)
        yield Reason(says=says, source=SITES, tone="warn")
    late = sum(row.state == "planned" and row.opens is not None and row.opens <= day for row in rows)
    if late:
        says = say("{count} planned sites should be open by now, but no row says that they are", count=late)
        yield Reason(says=says, source=SITES, tone="warn")


def _due(circle: Circle, seen: Picture, day: date) -> Iterator[Reason]:
    if seen.due is seen.now or circle.due is None:
        return
    open_now, open_due = ({site.id for site in each.sites} for each in (seen.now, seen.due))
    template = (
        "Until {due} {more} more open and {fewer} close: {share} would be served then"
        if day < circle.due
        else "On {due}, its deadline, {more} more were open and {fewer} fewer: {share} were served"
    )
    says = say(
        template, due=circle.due, more=len(open_due - open_now), fewer=len(open_now - open_due),
        share=percent(seen.share_due.value),
    )  # fmt: skip
    yield Reason(says=maybe(says, seen.estimate), source=SITES)


def _moved(announced: Circle, circle: Circle) -> Iterator[Reason]:
    """How the minutes were moved, and by which it is judged."""
    for before, after in zip(*(announced.history.get("minutes", ())[i:] for i in (0, 1)), strict=False):
        if before.value == after.value:
            continue
        template = (
            "The minutes were tightened from {before} to {after} on {day}"
            if after.value < before.value
            else "The minutes were eased from {before} to {after} on {day}; it is judged by {judged}"
        )
        says = say(
            template, before=amount(before.value, "分钟"), after=amount(after.value, "分钟"), day=after.since,
            judged=amount(circle.minutes, "分钟"),
        )  # fmt: skip
        yield Reason(says=says, source=written(announced, after.about), tone="plain")


def written(circle: Circle, about: object) -> Source:
    """Where a dated value is written, the promise's own place where it does not say."""
    told = about if isinstance(about, dict) else {}
    source = told.get("source")
    found = source if isinstance(source, Source) else circle.source
    return replace(found, url=str(told["url"])) if told.get("url") else found


def _accuracy(seen: Picture) -> Iterator[Reason]:
    """Who is not known to be how many, and what of the accuracy is not known, and so not in the bounds."""
    silent = int(seen.people.silent.sum()) + seen.people.lost_silent
    if silent:
        says = say("Homes that do not say how many they hold, {count} of them, could hold any number: they count as "
                   "empty in the share, and in its bounds as full", count=silent)  # fmt: skip
        yield Reason(says=says, source=HOMES, tone="warn")
    unsure = seen.people.lost - seen.people.lost_least
    if unsure > 0:
        says = say("Homes without a place do not say how many of their {people:,} people are counted here: none or all "
                   "of them, in the bounds", people=round(unsure))  # fmt: skip
        yield Reason(says=says, source=HOMES, tone="warn")
    if seen.people.stated < 1:
        says = say(
            "No accuracy is stated for {share} of the homes: they count as exact", share=percent(1 - seen.people.stated)
        )
        yield Reason(says=says, tone="warn")
    silent = sum(site.accuracy is None for site in seen.now.sites)
    if silent:
        says = say("Sites without a stated accuracy, which count as exact: {count:,}", count=silent)
        yield Reason(says=says, source=SITES, tone="warn")


def _said(circle: Circle, book: Book, day: date) -> Iterator[Reason]:
    """What was published about it: claims and figures of others, shown and never counted."""
    measure = next((row for row in book.rows(Indicator) if row.id == circle.indicator), None)
    if measure is None:
        return
    known = published(book, measure, day, place=circle.place)
    for each in known.claims:
        template = "It was said without a measured figure on {published}: {note}"
        yield Reason(says=say(template, published=each.published, note=each.row.note), source=each.source, tone="warn")
    for each in known.readings:
        says = say(
            "{value} as of {day} was published; what is computed here stands beside it",
            value=amount(each.value, measure.unit), day=each.day,
        )  # fmt: skip
        yield Reason(says=says, source=each.source)


def _fewest(
    circle: Circle, people: Folk, served: np.ndarray, book: Book, day: date, estimate: bool
) -> tuple[Figure, ...]:
    """How many new sites the promised share takes at least, wherever they stand."""
    if circle.capacity is not None:
        return ()
    least = fewest_for_share(circle, people, book, day, served)
    if not least:
        return ()
    return (Amount(name=maybe(say("New sites for the promised share, at least, wherever they stand"), estimate),
                   value=float(least), unit="个"),)  # fmt: skip


def _goals(circle: Circle) -> tuple[Figure, ...]:
    """The minutes promised over time, where they were moved."""
    steps = circle.history.get("minutes", ())
    if len(steps) < 2:
        return ()
    goals = tuple(
        GoalStep(since=step.since, due=circle.due, level=step.value, source=written(circle, step.about))
        for step in steps
        if step.since is not None
    )
    return (Chart(name=say("Minutes promised"), unit="分钟", goals=goals),)
