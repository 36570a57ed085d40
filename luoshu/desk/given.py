"""What an incident needs now: what its people need where they are, less what is there or on its way, and requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from luoshu.book.directory import Place
from luoshu.desk.closure import Closure
from luoshu.desk.dispatching import Need, needs_for
from luoshu.desk.incident import TYPES, Incident
from luoshu.desk.lots import LotStanding
from luoshu.desk.removal import Removal, shelter_rows
from luoshu.desk.resource import Resource
from luoshu.desk.things import Things
from luoshu.kinds.commitment import Reason
from luoshu.kinds.site import Site
from luoshu.words.message import amount, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.needing import Line


@dataclass(frozen=True, kw_only=True)
class Given:
    """So many units of an item for a place that people have named; `at` when they were handed over, None on the way."""

    item: str
    amount: float
    place: str = ""
    at: datetime | None = None


def given_to(things: Things, incident: str) -> list[Given]:
    """What has left for an incident: out of the stores, and by requests that others send."""
    found = []
    called_off = {key for key, each in things.all(Resource).items() if each.state == "cancelled"}
    for lot in things.all(LotStanding).values():
        for moving in lot.under_way:
            if moving.incident == incident and not moving.store and moving.id not in called_off:
                found.append(Given(item=lot.item, amount=moving.amount, place=moving.place))
        for there in lot.handed:
            if there.incident == incident:
                found.append(Given(item=lot.item, amount=there.amount, place=there.place, at=there.at))
    for each in things.all(Resource).values():
        if each.incident != incident or not each.item or each.lots:  # goods of lots are told by the lots
            continue
        place = each.to or each.title
        if each.state == "on the way":
            found.append(Given(item=each.item, amount=each.sent, place=place))
        elif each.state == "there":
            found.append(Given(item=each.item, amount=each.came, place=place, at=each.there))
    return found


def people_of(things: Things, incident: str) -> dict[str, float]:
    """How many people are to be counted in each shelter or area of an incident."""
    heads: dict[str, float] = {}
    for each in things.all(Removal).values():
        area = each.shelter or each.place
        if each.incident == incident and area:
            heads[area] = heads.get(area, 0.0) + max(each.planned, each.moved) - each.back
    return heads


def closures_for(things: Things, incident: Incident) -> list[Closure]:
    """The ways that are shut for an incident: its own, and those of all that are real, since water asks for nobody's
    name."""
    real = {key for key, each in things.all(Incident).items() if not each.drill}
    return [
        each for each in things.all(Closure).values()
        if each.state == "closed" and (each.incident == incident.id or each.incident in real)
    ]  # fmt: skip


def needs_of(
    things: Things, book: Book, incident: Incident, *, at: datetime, day: date, hours: float
) -> tuple[list[Need], list[Reason]]:
    """What an incident needs over the next hours, and what is to be said of it."""
    from luoshu.kinds.needing import need_sheet

    heads, level = people_of(things, incident.id), incident.level or "IV"
    sites = shelter_rows(book.rows(Site))
    needs, notes = [], []
    if heads:
        lines = tuple(need_sheet(book, incident.type, level, day).lines.values())
        needs = needs_for(book, heads, event=incident.type, level=level, day=day, hours=hours)
        if not lines:
            kind = named(TYPES.get(incident.type, incident.type), incident.type)
            notes.append(Reason(tone="warn", says=say(
                "the need sheet says nothing of what people need in a case of {event}: write it into rules/needs.yaml",
                event=kind,
            )))  # fmt: skip
        called = {area: _called(area, sites, book) for area in heads}
        given = given_to(things, incident.id)
        needs, told = less_given(needs, lines, book, given, heads=heads, called=called, at=at)
        notes += told
    return [*_placed(needs, sites, book), *_requested(things, incident.id)], [*notes, *_nowhere(things, incident.id)]


def _nowhere(things: Things, incident: str) -> Iterable[Reason]:
    """What cannot be planned for since nobody has said where it is."""
    lost = [
        each for each in things.all(Removal).values() if each.incident == incident and not each.shelter + each.place
    ]
    people = sum(max(each.planned, each.moved) - each.back for each in lost)
    if people:
        yield Reason(tone="warn", says=say(
            "{people} people ({communities}) are in no shelter and no area of the book: name one in their plan, so "
            "that what they need is counted", people=people, communities=_few(each.community for each in lost),
        ))  # fmt: skip
    open_now = [
        each for each in things.all(Resource).values()
        if each.incident == incident and each.state in ("requested", "approved") and not (each.item and each.lon)
    ]  # fmt: skip
    if open_now:
        yield Reason(tone="warn", says=say(
            "requests without an item of the stores or without a place on the map are not in the plan: {titles}",
            titles=_few(each.title for each in open_now),
        ))  # fmt: skip


def _few(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return ", ".join(found[:5]) + (" …" if len(found) > 5 else "")


def _called(area: str, sites: Mapping[str, Site], book: Book) -> frozenset[str]:
    """All that an area or a shelter is called."""
    place = next((row for row in book.rows(Place) if row.id == area), None)
    names = [area, getattr(sites.get(area), "name", ""), getattr(place, "name", ""), getattr(place, "name_en", "")]
    return frozenset(name.strip().casefold() for name in names if name)


def _placed(needs: Sequence[Need], sites: Mapping[str, Site], book: Book) -> list[Need]:
    """The needs, those in shelters with their places."""
    from luoshu.kinds.position import positions

    spots: dict[str, tuple[float, float]] = {}
    for code in {need.area for need in needs} & sites.keys():
        at = positions([sites[code]], book)
        if at.good[0]:
            spots[code] = (float(at.lon[0]), float(at.lat[0]))
    names = {row.id: row.name for row in book.rows(Place)}
    return [
        replace(need, lon=spots[need.area][0], lat=spots[need.area][1], name=sites[need.area].name)
        if need.area in spots else replace(need, name=need.name or names.get(need.area, ""))
        for need in needs
    ]  # fmt: skip


def _requested(things: Things, incident: str) -> Iterable[Need]:
    """Requests that the stores have still to answer."""
    for each in things.all(Resource).values():
        asked = each.incident == incident and each.item and each.state in ("requested", "approved")
        if asked and each.lon is not None:
            yield Need(area=each.id, item=each.item, amount=each.granted or each.amount, lon=each.lon, lat=each.lat,
                       name=each.to or each.title)  # fmt: skip


def less_given(
    needs: Sequence[Need], lines: Sequence[Line], book: Book, given: Sequence[Given], *,
    heads: Mapping[str, float], called: Mapping[str, frozenset[str]], at: datetime,
) -> tuple[list[Need], list[Reason]]:  # fmt: skip
    """The needs less what is there or on its way, and a sentence for each good of which something is.

    What was sent to a place that is called as an area (`called`) is that area's; all else is shared out by what is
    still needed. Of goods that are used up only what is left counts, at the rate at which so many people use them.
    """
    from luoshu.kinds.reserve_goods import goods_of, without_item

    if not given:
        return list(needs), []
    wanted, notes = [need.amount for need in needs], []
    for good in goods_of(lines, book):
        line, items = good.line, {without_item(good.line, book): 1.0, **good.items}
        mine = [place for place, need in enumerate(needs) if need.item in items]
        parts = [(each, each.amount * items[each.item]) for each in given if each.item in items]
        counted = 0.0
        for area in (*heads, ""):
            here = [place for place in mine if area in ("", needs[place].area)]
            named_so = [(each, units) for each, units in parts if _whose(each, called) == area]
            rate = line.of(heads[area] if area else sum(heads.values())) if line.a_day else 0.0
            left = _left(named_so, rate, at)
            asked = {place: wanted[place] * items[needs[place].item] for place in here}
            counted += _take(asked, left, wanted, needs, items, shared=not area)
        if counted > 0:
            notes.append(Reason(says=say(
                "{units} of {good} that are on the way to this incident or there already are not asked for again",
                units=amount(round(counted, 3), line.unit), good=line.name,
            )))  # fmt: skip
    return [replace(need, amount=round(left, 6)) for need, left in zip(needs, wanted, strict=True)], notes


def _whose(given: Given, called: Mapping[str, frozenset[str]]) -> str:
    """The area that a place is called as; "" where none is."""
    name = given.place.strip().casefold()
    return next((area for area, names in called.items() if name in names), "")


def _left(parts: Sequence[tuple[Given, float]], rate: float, at: datetime) -> float:
    """How much is left of what came, used up at so much a day from when it came, with what is on its way."""
    left, since = 0.0, at
    for each, units in sorted((part for part in parts if part[0].at is not None), key=lambda part: str(part[0].at)):
        assert each.at is not None
        left = max(0.0, left - rate * max(0.0, (each.at - since).total_seconds()) / 86_400) + units
        since = each.at
    left = max(0.0, left - rate * max(0.0, (at - since).total_seconds()) / 86_400)
    return left + sum(units for each, units in parts if each.at is None)


def _take(
    asked: Mapping[int, float], left: float, wanted: list[float], needs: Sequence[Need], items: Mapping[str, float], *,
    shared: bool,
) -> float:  # fmt: skip
    """Take what is there off the needs, the earliest first, or shared out among all; gives how much was taken."""
    total = sum(asked.values())
    taken = min(left, total)
    share = taken / total if total > 0 else 0.0
    rest = taken
    for place, units in sorted(asked.items(), key=lambda one: needs[one[0]].hour):
        part = units * share if shared else min(units, rest)
        rest -= part
        wanted[place] = max(0.0, wanted[place] - part / items[needs[place].item])
    return taken


def also_counting_on(
    things: Things, book: Book, incident: Incident, needs: Iterable[Need], *, at: datetime, day: date, hours: float
) -> list[Incident]:
    """Other open incidents that need some of the same items now: their plans stand on the same stock."""
    mine = {need.item for need in needs if need.amount > 0}

    def counts(other: Incident) -> bool:
        found, _ = needs_of(things, book, other, at=at, day=day, hours=hours)
        return bool(mine & {each.item for each in found if each.amount > 0})

    beside = (each for each in things.all(Incident).values() if each.open and each.id != incident.id)
    return [each for each in beside if each.drill == incident.drill and counts(each)]
