"""Who lives how far from what: the homes of a circle, the sites that serve on a day, and minutes with bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.book.directory import Place
from luoshu.kinds.barrier import Bridge, Gate, Wall
from luoshu.kinds.commitment import Reason
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.site import Site
from luoshu.kinds.travel import Travel, travel
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

Floats = NDArray[np.float64]
PEOPLE = (Home, Census, Settlement, Place)
WAYS = (Gate, Wall, Bridge)
BADLY = 250.0
"""Metres to the nearest street from which a home or a site counts as badly located."""
CLASSES = 4
"""Into how many classes the accuracy of sites is sorted; each counts by its worst."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Folk:
    """The homes of a circle's area: `counted` is what the promise counts at each (people of its group, or one place).

    `groups` are the people by group, `missing` says why one is not among them; `accuracy` in metres, 0 where none is
    stated, which it is for a share of `stated`; `lost` are the most who are counted but live at no known point, so that
    nobody can say how far they have it, `lost_least` those of them who are there for sure. `silent` are homes that do
    not say how many they hold: nobody in `counted`, any number in the bounds; `lost_silent` how many of the lost homes
    do so.
    """

    ids: NDArray[np.object_]
    names: NDArray[np.object_]
    lon: Floats
    lat: Floats
    place: NDArray[np.object_]
    accuracy: Floats
    stated: float
    groups: Mapping[str, Floats]
    missing: Mapping[str, Message]
    counted: Floats
    estimate: bool
    because: tuple[Reason, ...]
    silent: NDArray[np.bool_]
    lost: float = 0.0
    lost_least: float = 0.0
    lost_silent: int = 0

    @property
    def total(self) -> float:
        return float(self.counted.sum()) + self.lost


@dataclass(frozen=True, kw_only=True, eq=False)
class Reached:
    """Minutes from every home to the nearest of some sites, infinite where there is no way.

    `soonest` and `latest` are the fewest and the most minutes that the accuracy of homes and sites allows; `home_off`
    and `site_off` are that accuracy in minutes. `sites` have a place each, `lost` are those without. Along streets a
    point that is off may lie behind a wall or beside another street, so that an inaccuracy is no way of its length:
    `proven_soonest` goes straight there and as fast as can be, `proven_latest` is infinite.
    """

    sites: tuple[Site, ...]
    lon: Floats
    lat: Floats
    minutes: Floats
    nearest: NDArray[np.int64]
    soonest: Floats
    latest: Floats
    home_off: Floats
    site_off: Floats
    proven_soonest: Floats
    proven_latest: Floats
    lost: tuple[Site, ...] = ()


def folk(circle: Circle, book: Book) -> Folk | Message:
    """The homes that the circle is promised to, or why they cannot be said. Kept by the book."""
    key = ("circle folk", circle.of, circle.group, circle.place)
    return book.derived(key, lambda each: _folk(circle, each), *PEOPLE)


def _folk(circle: Circle, book: Book) -> Folk | Message:
    from luoshu.kinds.people import homes

    known = homes(book)
    which = _inside(circle, book, known.place)
    if circle.of == "places":
        which &= np.isin(known.sort, ("village", "community"))
        if not which.any():
            return say("No village or community is listed as a home, so places cannot be counted")
    elif circle.group not in known.groups and len(known):
        return known.missing.get(circle.group) or say("The people of this group are not known")
    groups = {name: values[which] for name, values in known.groups.items()}
    counted = np.ones(int(which.sum())) if circle.of == "places" else groups.get(circle.group, np.zeros(0))
    if not counted.sum() > 0:
        return say("No homes are known in the area that it is for")
    estimated = bool(known.estimated[which].any())
    lost, least, lost_silent = _lost(circle, book, counted, estimated)
    return Folk(
        ids=known.ids[which],
        names=known.names[which],
        lon=known.lon[which],
        lat=known.lat[which],
        place=known.place[which],
        accuracy=np.nan_to_num(known.accuracy[which]),
        stated=float((np.isfinite(known.accuracy[which]) * counted).sum() / counted.sum()),
        groups=groups,
        missing=known.missing,
        counted=counted,
        estimate=estimated,
        because=(*known.because, *_part_of(which, groups, known.place[which])),
        silent=_silent(circle, book, len(known))[which],
        lost=lost,
        lost_least=least,
        lost_silent=lost_silent,
    )


def _part_of(which: NDArray[np.bool_], groups: Mapping[str, Floats], place: NDArray[np.object_]) -> tuple[Reason, ...]:
    """What of all homes of the book is counted here, where it is not all of them."""
    if which.all() or "all" not in groups:
        return ()
    says = say("Of all these, {people:,.0f} people in {count:,} homes or cells of {areas} areas are counted here",
               people=float(groups["all"].sum()), count=int(which.sum()), areas=len(set(place.tolist())))  # fmt: skip
    return (Reason(says=says),)


def _inside(circle: Circle, book: Book, codes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which codes lie in the circle's area; all of them where the region that it is for is not one of the areas."""
    inside = within(circle.place or book.region, book)
    found = np.fromiter((code in inside for code in codes.tolist()), dtype=np.bool_, count=len(codes))
    return found if circle.place or found.any() else np.ones(len(codes), dtype=np.bool_)


def _silent(circle: Circle, book: Book, count: int) -> NDArray[np.bool_]:
    """Which of the homes do not say how many of the counted they hold; those of the book stand before cells."""
    from luoshu.kinds.position import placed

    found = np.zeros(count, dtype=np.bool_)
    columns = book.columns(Home)
    if circle.of == "people" and len(columns["id"]):
        good = placed(Home, book).good
        unsaid = ~np.isfinite(columns["people"]) & ~np.isfinite(columns[_column(circle)])
        found[: int(good.sum())] = unsaid[good]
    return found


def _column(circle: Circle) -> str:
    return "people" if circle.group == "all" else circle.group


def _lost(circle: Circle, book: Book, counted: Floats, estimated: bool) -> tuple[float, float, int]:
    """The counted of homes that cannot be placed, and those of a census that is spread whose area is not drawn.

    At most and at least, since a home that does not say how many are of the group may hold none or as many as it has
    people; and how many homes say neither.
    """
    from luoshu.kinds.position import placed

    columns = book.columns(Home)
    most, least, silent = 0.0, 0.0, 0
    if len(columns["id"]):
        gone = ~placed(Home, book).good & _inside(circle, book, columns["place"])
        if circle.of == "places":
            places = float((gone & np.isin(columns["sort"], ("village", "community"))).sum())
            return places, places, 0
        told, people = columns[_column(circle)][gone], columns["people"][gone]
        least = float(np.nansum(told))
        most = float(np.nansum(np.where(np.isfinite(told), told, people)))
        silent = int((~np.isfinite(told) & ~np.isfinite(people)).sum())
    rows = [row for row in book.rows(Census) if row.place == (circle.place or book.region)]
    rows = [row for row in rows if row.group == circle.group]
    if not estimated or circle.of == "places" or not rows:
        return most, least, silent
    census = max(rows, key=lambda row: row.as_of).people
    beyond = census - float(counted.sum()) - most
    beyond = beyond if beyond > 1 else 0.0  # rounding is no person
    return most + beyond, least + beyond, silent


def within(place: str, book: Book) -> frozenset[str]:
    """The codes of an area and of all that lie in it."""

    def make(each: Book) -> frozenset[str]:
        parents = {row.id: row.parent for row in each.rows(Place)}
        found = {place}
        for code in parents:
            chain, at = [], code
            while at and at not in chain:
                chain.append(at)
                at = parents.get(at, "")
            if place in chain:
                found.add(code)
        return frozenset(found)

    return book.derived(("places within", place), make, Place)


def serves(site: Site, day: date) -> bool:
    """Whether a site is open on a day, as far as its row says."""
    if site.opens is not None and site.opens > day:
        return False
    if site.closes is not None:
        return site.state in ("open", "closed") and day <= site.closes
    return site.state == "open"


def expected(site: Site, day: date, due: date) -> bool:
    """Whether a site is to be open on the due day, as known on `day`: those that are planned count until the day."""
    if site.state == "planned":
        return day < due and site.opens is not None and site.opens <= due and not (site.closes and site.closes < due)
    return serves(site, due)


def offered(service: str, book: Book) -> tuple[Site, ...]:
    """The rows of the table of sites that give a service, whatever their state."""
    return book.derived(
        ("sites of", service), lambda each: tuple(row for row in each.rows(Site) if row.service == service), Site
    )


def ways(circle: Circle, book: Book, day: date) -> Travel:
    """How the circle's people travel."""
    return travel(book, circle.mode, circle.walker, day)


def metres_a_minute(circle: Circle, book: Book, day: date) -> float:
    """How far people come in a minute in a straight line, detours counted in."""
    from luoshu.kinds.travel_speed import speeds

    known = speeds(book, day)
    return known.metres_per_minute(circle.mode, circle.walker) / known.number("detour", circle.mode)


def reached(circle: Circle, book: Book, day: date, when: str = "now") -> Reached | None:
    """Minutes to the sites that serve on the day, or (`when` is "due") to those that are to serve on the due day.

    None where the book lists no site of this service at all, in any state. Kept by the book.
    """
    rows = offered(circle.service, book)
    if not rows:
        return None
    due = circle.due if when == "due" else None
    open_ = tuple(row for row in rows if (serves(row, day) if due is None else expected(row, day, due)))
    key = ("circle reached", circle.service, circle.mode, circle.walker, circle.of, circle.group, circle.place, day,
           tuple(row.id for row in open_))  # fmt: skip
    return book.derived(key, lambda each: _reached(circle, each, day, open_), *PEOPLE, *WAYS, Site)


def _reached(circle: Circle, book: Book, day: date, rows: tuple[Site, ...]) -> Reached:
    from luoshu.kinds.position import positions

    people = folk(circle, book)
    if isinstance(people, Message):
        raise ValueError(people)
    where = positions(rows, book)
    good = np.flatnonzero(where.good)
    lon, lat = where.lon[good], where.lat[good]
    by = ways(circle, book, day)
    minutes, nearest = by.nearest(people.lon, people.lat, lon, lat)
    pace = metres_a_minute(circle, book, day)
    off = np.nan_to_num(where.accuracy[good])
    soonest, latest = _shifted(by, people, lon, lat, off / pace, minutes)
    soonest, latest = soonest - people.accuracy / pace, latest + people.accuracy / pace
    straight, proven = _proven(by, people, lon, lat, off, minutes)
    soonest = np.minimum(soonest, straight[0])
    soonest, latest = np.maximum(np.minimum(soonest, minutes), 0.0), np.maximum(latest, minutes)
    apart = () if by.estimate else (np.maximum(np.minimum(straight[1], minutes), 0.0), np.maximum(proven, minutes))
    proven_soonest, proven_latest = apart or (soonest, latest)
    return Reached(
        sites=tuple(rows[i] for i in good),
        lon=lon,
        lat=lat,
        minutes=minutes,
        nearest=nearest,
        soonest=soonest,
        latest=latest,
        home_off=people.accuracy / pace,
        site_off=off / pace,
        proven_soonest=proven_soonest,
        proven_latest=proven_latest,
        lost=tuple(row for row, placed in zip(rows, where.good, strict=True) if not placed),
    )


def _shifted(
    by: Travel, people: Folk, lon: Floats, lat: Floats, shift: Floats, minutes: Floats
) -> tuple[Floats, Floats]:
    """The fewest and the most minutes to any site, where each site may lie so many minutes from its point."""
    if not len(shift) or shift.max() == shift.min():
        off = float(shift.max()) if len(shift) else 0.0
        return minutes - off, minutes + off
    soonest, latest = np.full_like(minutes, np.inf), np.full_like(minutes, np.inf)
    edges = np.unique(np.quantile(shift, np.linspace(0, 1, CLASSES + 1)[1:], method="higher"))
    sort = np.searchsorted(edges, shift)
    for number, worst in enumerate(edges):
        some = sort == number
        if some.any():
            time, _ = by.nearest(people.lon, people.lat, lon[some], lat[some])
            soonest, latest = np.minimum(soonest, time - worst), np.minimum(latest, time + worst)
    return soonest, latest


def _proven(
    by: Travel, people: Folk, lon: Floats, lat: Floats, off: Floats, minutes: Floats
) -> tuple[tuple[Floats, Floats], Floats]:
    """The fewest minutes in a straight line from or to what lies far from any street, and also what is inaccurate;
    and the most minutes of homes that are neither, to sites that are neither."""
    none = np.full_like(minutes, np.inf)
    if by.estimate or not len(lon):
        return (none, none), minutes
    far_homes = by.badly_snapped(people.lon, people.lat) > BADLY
    far_sites = by.badly_snapped(lon, lat) > BADLY
    homes, sites = far_homes | (people.accuracy > 0), far_sites | (off > 0)
    latest = minutes if not sites.any() else none
    if sites.any() and not sites.all() and not homes.all():
        latest, _ = by.nearest(people.lon, people.lat, lon[~sites], lat[~sites])
    straight = _straight(by, people, lon, lat, off, far_homes, far_sites)
    return (straight, _straight(by, people, lon, lat, off, homes, sites)), np.where(homes, np.inf, latest)


def _straight(
    by: Travel, people: Folk, lon: Floats, lat: Floats, off: Floats, homes: NDArray[np.bool_], sites: NDArray[np.bool_]
) -> Floats:
    """The fewest minutes in a straight line, as fast as can be: from these homes to any site, from any to these."""
    from luoshu.methods.sphere import Plane

    bound = np.full(len(people.lon), np.inf)
    plane = Plane.around(people.lon, people.lat)
    at, to = np.stack(plane.metres(people.lon, people.lat), 1), np.stack(plane.metres(lon, lat), 1)
    for asked, given in ((homes, np.ones(len(lon), dtype=np.bool_)), (np.ones(len(bound), dtype=np.bool_), sites)):
        if asked.any() and given.any():
            from scipy.spatial import KDTree

            metres, _ = KDTree(to[given]).query(at[asked])
            away = metres / 1.02 - off[given].max() - people.accuracy[asked]  # the plane is off by at most 2 % here
            bound[asked] = np.minimum(bound[asked], away / by.fastest)
    return bound
