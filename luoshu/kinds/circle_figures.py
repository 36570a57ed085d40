"""What the page of a circle lists: the served by county, township and group, the unserved, the minutes missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.directory import Place
from luoshu.kinds.circle_reach import Folk, Reached
from luoshu.kinds.circle_share import Share, reach_metres
from luoshu.kinds.commitment import Amount, Figure, Listing
from luoshu.kinds.home import Home
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

MOST_CROWDS = 12
GROUP_WORDS = {"all": say("everybody"), "children": say("children (0-14)"), "old": say("old people (60 and over)")}


def maybe(name: Message, estimate: bool) -> Message:
    """The name of a figure, marked as an estimate where it is one."""
    return say("{figure} (estimate)", figure=name) if estimate else name


def unit_of(circle: Circle) -> str:
    """What is counted."""
    return "人" if circle.of == "people" else "个"


def who(circle: Circle) -> Message:
    """Whom the promise counts, in a sentence or over a column."""
    if circle.of == "places":
        return say("villages and communities")
    return say("residents") if circle.group == "all" else GROUP_WORDS[circle.group]


def amounts(
    circle: Circle, people: Folk, found: Reached, served: np.ndarray, now: Share, due: Share, estimate: bool
) -> Iterator[Figure]:
    """The single figures of a circle: shares with bounds, the unserved, minutes missing, and how even it is."""
    yield Amount(name=maybe(say("Share served today"), estimate), value=now.value, unit="share")
    if not now.sure:
        low, high = (
            (say("At least, an inaccuracy counting as a way of its length"),
             say("At most, an inaccuracy counting as a way of its length"))
            if now.proven_low < now.low or now.proven_high > now.high
            else (say("At least, wherever in their accuracy homes and sites lie"),
                  say("At most, wherever in their accuracy homes and sites lie"))
        )  # fmt: skip
        yield Amount(name=low, value=now.low, unit="share")
        yield Amount(name=high, value=now.high, unit="share")
    if due is not now:
        name = maybe(say("Share served on the due day, with what is planned"), estimate)
        yield Amount(name=name, value=due.value, unit="share")
    left = float(people.counted[~served].sum())
    yield Amount(name=maybe(say("Not served"), estimate), value=round(left), unit=unit_of(circle))
    if people.lost:
        sure = people.lost == people.lost_least
        name = say("At no known place") if sure else say("At no known place, at most")
        yield Amount(name=name, value=round(people.lost), unit=unit_of(circle))
    yield from _minutes(circle, people, found, served, estimate)
    yield from _evenness(people, found, estimate)


def _minutes(circle: Circle, people: Folk, found: Reached, served: np.ndarray, estimate: bool) -> Iterator[Figure]:
    from luoshu.methods.served import minutes_needed

    never = round(float(people.counted[~np.isfinite(found.minutes)].sum()))
    none = say("{count:,} have no way to any site", count=never)

    def minutes(name: Message, value: float) -> Amount:
        known = np.isfinite(value)
        return Amount(name=maybe(name, estimate), value=round(float(value), 1) if known else None, unit="分钟",
                      why=None if known else none)  # fmt: skip

    needed = minutes_needed(found.minutes, people.counted, circle.share)
    yield minutes(say("Minutes that would serve the promised share"), needed)
    if circle.share > 0.9:
        yield minutes(say("Minutes that would serve nine in ten"), minutes_needed(found.minutes, people.counted, 0.9))
    far = ~served & np.isfinite(found.minutes) & (people.counted > 0)
    if far.any():
        mean = float(np.average(found.minutes[far], weights=people.counted[far]))
        yield minutes(say("Minutes of those not served, on average (who have a way)"), mean)
    left = ~served & (people.counted > 0)
    if left.any():
        middle = minutes_needed(found.minutes[left], people.counted[left], 0.5)
        yield minutes(say("Minutes of those not served, median"), middle)


def _evenness(people: Folk, found: Reached, estimate: bool) -> Iterator[Figure]:
    from luoshu.methods.equality import gini, worst_tenth

    way = np.isfinite(found.minutes)
    if not people.counted[way].sum() > 0:
        return
    lacking = bool((people.counted[~way] > 0).any())
    why = say("of those who have a way to a site") if lacking else None
    value = round(gini(found.minutes[way], people.counted[way]), 3)
    yield Amount(name=maybe(say("Gini coefficient of the minutes"), estimate), value=value, why=why)
    worst = worst_tenth(found.minutes, people.counted)
    known = np.isfinite(worst)
    yield Amount(
        name=maybe(say("Minutes of the tenth that fares worst, on average"), estimate),
        value=round(worst, 1) if known else None,
        unit="分钟",
        why=None if known else say("some of them have no way to any site"),
    )


def listings(
    circle: Circle, people: Folk, found: Reached, served: np.ndarray, book: Book, day: date, estimate: bool
) -> Iterator[Figure]:
    """Who is served by county, township and group, and where most of the unserved live."""
    names = {row.id: row.name for row in book.rows(Place)}
    heads = people_columns(circle, estimate)
    rows = by_area(people.place, people, found, served, names)
    yield Listing(name=say("By county"), columns=(say("county"), *heads), rows=rows)
    towns = townships(people, book)
    if towns is not None:
        rows = by_area(towns, people, found, served, names)
        yield Listing(name=say("By township"), columns=(say("township"), *heads), rows=rows)
    if circle.of == "people":
        yield _by_group(people, served, estimate)
    crowds = _crowds(circle, people, found, served, book, day, names, estimate)
    if crowds:
        yield crowds


def people_columns(circle: Circle, estimate: bool) -> tuple[Message, ...]:
    return (
        who(circle), maybe(say("share served, %"), estimate), maybe(say("not served"), estimate),
        maybe(say("minutes on average of those not served"), estimate),
    )  # fmt: skip


def by_area(
    codes: np.ndarray, people: Folk, found: Reached, served: np.ndarray, names: dict[str, str]
) -> tuple[tuple[Any, ...], ...]:
    """For each area its people, the share served in percent, the unserved and their mean minutes; most unserved first.

    A mean is left out where somebody has no way at all.
    """
    listed, at = np.unique(codes.astype(str), return_inverse=True)
    total = np.bincount(at, people.counted, minlength=len(listed))
    inside_ = np.bincount(at, people.counted * served, minlength=len(listed))
    left = people.counted * ~served
    far = np.where(left > 0, found.minutes, 0.0)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(at, far * left, minlength=len(listed)) / np.bincount(at, left, minlength=len(listed))
    order = np.argsort(-(total - inside_), kind="stable")
    return tuple(
        (
            names.get(listed[i]) or listed[i] or "—",
            round(float(total[i])),
            shown(float(inside_[i]), float(total[i])),
            round(float(total[i] - inside_[i])),
            round(float(mean[i]), 1) if np.isfinite(mean[i]) else None,
        )
        for i in order
        if total[i] > 0
    )


def shown(part: float, whole: float) -> float:
    """A percentage with one decimal that is 100 only where all are in, and 0 only where none is.

    >>> shown(99999, 100000), shown(5, 5), shown(1, 1000000), shown(1, 3)
    (99.9, 100.0, 0.1, 33.3)
    """
    if part >= whole or part <= 0:
        return 100.0 if part > 0 else 0.0
    return min(max(round(part / whole * 100, 1), 0.1), 99.9)


def townships(people: Folk, book: Book) -> np.ndarray | None:
    """The township that each home names as its place; None where none names one."""
    rows = {row.id: row for row in book.rows(Place)}
    if not any(row.level in ("township", "village") for row in rows.values()):
        return None
    columns = book.columns(Home)
    named = dict(zip(columns["id"].tolist(), columns["place"].tolist(), strict=True))
    found: dict[str, str] = {}
    for code in set(named.values()):
        at, seen = code, set()
        while at in rows and rows[at].level != "township" and at not in seen:
            seen.add(at)
            at = rows[at].parent
        found[code] = at if at in rows and rows[at].level == "township" else ""
    codes = np.array([found.get(named.get(home, ""), "") for home in people.ids], dtype=object)
    return codes if (codes != "").any() else None


def _by_group(people: Folk, served: np.ndarray, estimate: bool) -> Listing:
    rows: list[tuple[Any, ...]] = []
    notes = []
    for name, words in GROUP_WORDS.items():
        if name not in people.groups:
            notes.append(say("{group}: {why}", group=words, why=people.missing.get(name, say("not known"))))
            continue
        counted = people.groups[name]
        total, part = float(counted.sum()), float(counted[served].sum())
        share = shown(part, total) if total else None
        rows.append((words, round(total), share, round(total - part)))
    columns = (say("group"), say("people"), maybe(say("share served, %"), estimate), maybe(say("not served"), estimate))
    return Listing(name=say("By group"), columns=columns, rows=tuple(rows), note=notes[0] if notes else None)


def _crowds(
    circle: Circle, people: Folk, found: Reached, served: np.ndarray, book: Book, day: date, names: dict[str, str],
    estimate: bool,
) -> Listing | None:  # fmt: skip
    """The spots of a reach's width that hold most of the unserved."""
    from luoshu.methods.served import crowds
    from luoshu.methods.sphere import Plane

    left = np.flatnonzero(~served & (people.counted > 0))
    if not len(left):
        return None
    east, north = Plane.around(people.lon, people.lat).metres(people.lon[left], people.lat[left])
    crowd, heart = crowds(east, north, people.counted[left], max(reach_metres(circle, book, day), 100.0))
    total = np.bincount(crowd, people.counted[left])
    rows = []
    for number in range(min(MOST_CROWDS, len(heart))):
        home = left[heart[number]]
        minutes = found.minutes[home]
        where = f"{people.lat[home]:.4f}, {people.lon[home]:.4f}"
        rows.append((
            str(people.names[home] or where), names.get(people.place[home], str(people.place[home])),
            round(float(total[number])), round(float(minutes), 1) if np.isfinite(minutes) else None,
        ))  # fmt: skip
    unserved = say("not served: {who}", who=who(circle))
    columns = (say("around"), say("county"), unserved, maybe(say("minutes"), estimate))
    return Listing(name=say("Where most of those not served are"), columns=columns, rows=tuple(rows))
