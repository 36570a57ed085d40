"""Where to build a circle's next sites: the siting problem that is asked, solved with a bound, and told as moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.book.directory import Place
from luoshu.kinds.circle_candidates import Candidates, Choice, candidates, most_anywhere
from luoshu.kinds.circle_faults import unmeant
from luoshu.kinds.circle_figures import maybe, who
from luoshu.kinds.circle_gauge import picture
from luoshu.kinds.circle_reach import Floats, Folk, Reached, folk, ways
from luoshu.kinds.circle_rooms import large_enough
from luoshu.kinds.circle_share import fewest_for_share, inside, percent
from luoshu.kinds.circle_siting import choose
from luoshu.kinds.commitment import Move, Plan, Reason
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

COUNT = 5
"""How many new sites are advised where neither a number nor a budget is given."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What a plan starts from: the homes, who is not served by what is to stand on the due day, and the sites of it.

    `due` are these sites with the minutes to them, None where no list of sites is known.
    """

    people: Folk
    left: Floats
    lon: Floats
    lat: Floats
    estimate: bool
    because: tuple[Reason, ...] = ()
    due: Reached | None = None

    @property
    def total(self) -> float:
        return float(self.people.counted.sum())

    @property
    def served(self) -> float:
        return self.total - float(self.left.sum())


def ground(circle: Circle, book: Book, day: date) -> Ground | None:
    """What is known to plan from; without a list of sites it is planned as if nothing stood, which is said."""
    seen = picture(circle, book, day)
    if not isinstance(seen, Message):
        people = seen.people
        served = inside(circle, people, seen.due, book, day)
        return Ground(people=people, left=people.counted * ~served, lon=seen.due.lon, lat=seen.due.lat,
                      estimate=seen.estimate, due=seen.due)  # fmt: skip
    people_known = folk(circle, book)
    if unmeant(circle) or isinstance(people_known, Message):
        return None
    says = say("No list of what stands already is in the book: the plan begins from nothing, and is too large by that")
    none = np.zeros(0)
    return Ground(
        people=people_known, left=people_known.counted, lon=none, lat=none, because=(Reason(says=says, tone="warn"),),
        estimate=people_known.estimate or ways(circle, book, day).estimate,
    )  # fmt: skip


def circle_plan(circle: Circle, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    """The next sites of a circle under a budget and a number, with what no other choice can pass; None: nothing to do.

    Kept by the book, since pages and commands ask for it again.
    """
    key = ("circle plan", circle, circle.aim, day, budget, count)
    return book.derived(key, lambda each: _plan(circle, each, day, budget, count), *circle.needs)


def _plan(circle: Circle, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    if count is not None and count < 0:
        raise ValueError(f"count is {count}, and must be zero or more.")
    base = ground(circle, book, day)
    if base is None:
        return None
    short = circle.share * base.total - base.served
    if short <= 0:
        return None
    found = candidates(circle, base.people, base.left, book, day)
    if not len(found):
        says = say("There is no candidate with a known place, so nothing can be planned")
        return Plan(moves=(), gain=0.0, bound=min(short, base.total) / (circle.share * base.total),
                    because=(Reason(says=says, tone="warn"),), problem=circle.aim)  # fmt: skip
    costed = bool(np.isfinite(found.cost).any())
    limits, notes = _limits(found, budget, count, costed, circle)
    choice = choose(circle, base, found, book, day, *limits)
    whole = circle.share * base.total
    gain, bound = min(float(choice.gains.sum()), short), min(choice.most, short)
    moves = _moves(circle, base, found, choice, whole, short, book)
    assumed = (large_enough(),) if circle.capacity is not None and not found.rows else ()
    because = (*base.because, *found.because, *assumed, *notes, *choice.because,
               *_told(circle, base, found, choice, gain, bound, book, day))  # fmt: skip
    told = sum(move.gain or 0.0 for move in moves)
    return Plan(
        moves=moves, gain=told, bound=max(bound / whole, told), because=because,
        problem="cover" if choice.certified is None else circle.aim, certified=choice.certified,
        together=choice.together,
    )  # fmt: skip


def _limits(
    found: Candidates, budget: float | None, count: int | None, costed: bool, circle: Circle
) -> tuple[tuple[float | None, int | None], tuple[Reason, ...]]:
    """The budget and the number that count, and what is to be said of them."""
    notes = []
    if budget is not None and not costed:
        says = say("No candidate names its cost, so the budget cannot be applied: {count} sites are proposed instead",
                   count=min(COUNT if count is None else count, len(found)))  # fmt: skip
        notes.append(Reason(says=says, tone="warn"))
        budget = None
    silent = int((~np.isfinite(found.cost)).sum())
    if budget is not None and silent:
        says = say("{count} candidates do not name their cost, and are left out under a budget", count=silent)
        notes.append(Reason(says=says, tone="warn"))
    phased = bool(circle.phases) and circle.aim == "cover" and circle.capacity is None
    if budget is None and count is None and circle.aim != "set" and not phased:
        count = min(COUNT, len(found))
    if count is not None and count > len(found):
        says = say("{count} sites were asked for; there are only {found} candidates", count=count, found=len(found))
        notes.append(Reason(says=says, tone="warn"))
        count = len(found)
    return (budget, count), tuple(notes)


def _moves(
    circle: Circle, base: Ground, found: Candidates, choice: Choice, whole: float, short: float, book: Book
) -> tuple[Move, ...]:
    """One move for each new site, in order: until the promised share is served, or all that shorten the ways."""
    shorter = circle.aim in ("median", "center") and choice.certified is not None
    names = {row.id: row.name for row in book.rows(Place)}
    moves = []
    done = 0.0
    last = int(np.flatnonzero(choice.gains > 0).max(initial=-1)) if choice.together else -1
    for place, (site, adds) in enumerate(zip(choice.sites.tolist(), choice.gains.tolist(), strict=True)):
        counted = max(min(adds, short - done), 0.0)
        if not shorter and (done >= short or (counted <= 0 and place >= last)):
            continue
        done += adds
        home = found.home[site]
        county = names.get(str(base.people.place[home]), "") if home >= 0 else names.get(found.rows[site].place, "")
        cost, year = found.cost[site], choice.years.get(site)
        moves.append(
            Move(
                commitment=circle.id, does=_does(circle, base, found.names[site], county, adds, year, shorter),
                cost=float(cost) if np.isfinite(cost) else None, gain=counted / whole, group="site",
                because=tuple(_because(base, choice, site, done)), table=found.table, row=found.ids[site],
                lon=float(found.lon[site]), lat=float(found.lat[site]),
            )
        )  # fmt: skip
    return tuple(moves)


def _does(
    circle: Circle, base: Ground, name: str, county: str, adds: float, year: int | None, shorter: bool
) -> Message:
    where = say(" ({county})", county=named(county)) if county else ""
    if adds <= 0 and shorter:
        says = say("Build at {name}{county}: {service}, which shortens ways that stay longer than {minutes:g} minutes",
                   service=named(circle.service), name=named(name), county=where, minutes=circle.minutes)  # fmt: skip
        return maybe(says, base.estimate)
    if adds <= 0:
        says = say("Build at {name}{county}: {service} that is enough only together with those that follow",
                   service=named(circle.service), name=named(name), county=where)  # fmt: skip
        return maybe(says, base.estimate)
    template = (
        "Build at {name}{county}: {service} for {adds:,} more {who} within {minutes:g} minutes"
        if circle.of == "people"
        else "Build at {name}{county}: {service} for {adds:,} more villages and communities within {minutes:g} minutes"
    )
    says = say(
        template,
        service=named(circle.service), name=named(name), county=where, adds=max(round(adds), 1),
        minutes=circle.minutes, who=who(circle),
    )  # fmt: skip
    if year is not None:
        says = say("{year}: {does}", year=year, does=says)
    return maybe(says, base.estimate)


def _because(base: Ground, choice: Choice, site: int, done: float) -> list[Reason]:
    share = percent(min((base.served + done) / base.total, 1.0))
    return [Reason(says=say("With it and those before it {share} would be served", share=share))]


def _told(
    circle: Circle, base: Ground, found: Candidates, choice: Choice, gain: float, bound: float, book: Book, day: date
) -> list[Reason]:
    """What the plan serves, what no other can pass, and who is out of reach of every candidate."""
    reasons = []
    share_of = base.total
    if circle.aim == "cover" or choice.certified is None:
        template = (
            "Together they serve another {gain} of all; no choice of these places serves more than {bound}"
            if bound > gain * (1 + 1e-9)
            else "Together they serve another {gain} of all; proven: no choice of these places serves more"
        )
        says = say(template, gain=percent(gain / share_of), bound=percent(min(bound / share_of, 1.0)))
        reasons.append(Reason(says=maybe(says, base.estimate)))
    within = np.zeros(len(base.left), dtype=np.bool_)
    within[found.reach.indices] = True
    beyond = float(base.left[~within].sum())
    if beyond >= 0.5:
        says = say("{count:,} who are not served are out of reach of every candidate", count=round(beyond))
        reasons.append(Reason(says=says, tone="warn"))
    least = fewest_for_share(circle, base.people, book, day, base.left <= 0) if circle.capacity is None else 0
    if least:
        says = say("The promised share takes at least {count:,} new sites, wherever they stand", count=least)
        reasons.append(Reason(says=maybe(says, base.estimate)))
    if not found.rows:
        most = most_anywhere(circle, base.people, base.left, book, day)
        says = say("Nowhere in the area would one more site serve more than another {share} of all",
                   share=percent(min(most / share_of, 1.0)))  # fmt: skip
        reasons.append(Reason(says=maybe(says, base.estimate)))
    return reasons
