"""Where people live, as points with people of each group: known homes, else census totals spread by a stated rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.directory import Place
from luoshu.book.problem import Problem, Source
from luoshu.kinds.commitment import Reason
from luoshu.kinds.home import Census, Home, Settlement
from luoshu.kinds.peopling import RULE, Estimate, estimate
from luoshu.kinds.position import placed
from luoshu.kinds.territory import Territory, territory
from luoshu.methods.coordinates import Floats
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

GROUPS = ("all", "children", "old")


@dataclass(frozen=True, kw_only=True, eq=False)
class Homes:
    """Points where people live; all arrays are as long as `lon`, in WGS-84 degrees.

    `groups` holds people by "all", "children" (0 to 14), "old" (60 and over); a group that is not known for every home
    is absent, and `missing` says why. `place` is the code of the county (or smaller area) of each home, `accuracy` how
    many metres from the point its people may live (NaN: not known), `sort` village, community, building or cell.
    `estimated` marks homes that are cells of a spread census; `estimate` says whether there is any.
    """

    ids: np.ndarray
    names: np.ndarray
    lon: Floats
    lat: Floats
    groups: Mapping[str, Floats]
    place: np.ndarray
    accuracy: Floats
    sort: np.ndarray
    estimated: np.ndarray
    missing: Mapping[str, Message] = field(default_factory=dict)
    because: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def estimate(self) -> bool:
        return bool(self.estimated.any())

    def __len__(self) -> int:
        return len(self.lon)


def homes(book: Book) -> Homes:
    """Where the people of a book live: its homes, and cells of a grid where an area has census totals but no homes.

    Made once for a book, and kept by books that lie over it unless homes, census or settlements lie over.
    """
    return book.derived("homes", _homes, Home, Census, Settlement, Place)


def _homes(book: Book) -> Homes:
    land = territory(book)
    known = _known(book, land)
    spread = estimate(book, land, frozenset(known.place.tolist()))
    parts = [part for part in (known, _cells(spread)) if len(part)]
    because, problems = (*known.because, *spread.because), (*known.problems, *spread.problems)
    if not parts:
        return replace(known, because=because, problems=problems)
    groups, missing = _groups(parts)
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in
              ("ids", "names", "lon", "lat", "place", "accuracy", "sort", "estimated")}  # fmt: skip
    return Homes(
        **joined,
        groups=groups,
        missing=missing,
        because=because,
        problems=problems,
    )


def _groups(parts: list[Homes]) -> tuple[dict[str, Floats], dict[str, Message]]:
    """The groups that every part knows, and why the others are not there."""
    groups = {name: np.concatenate([part.groups[name] for part in parts]) for name in GROUPS
              if all(name in part.groups for part in parts)}  # fmt: skip
    missing = {name: part.missing[name] for part in parts for name in GROUPS if name in part.missing}
    return groups, {name: why for name, why in missing.items() if name not in groups}


def _known(book: Book, land: Territory) -> Homes:
    """The homes of tables/home.csv that can be placed."""
    columns = book.columns(Home)
    where = placed(Home, book)
    good = where.good
    people = columns["people"][good]
    counted = np.isfinite(people)
    groups: dict[str, Floats] = {"all": np.where(counted, people, 0.0)}
    missing: dict[str, Message] = {}
    for name in ("children", "old"):
        values = columns[name][good]
        lacking = int((~np.isfinite(values) & (groups["all"] > 0)).sum())
        if lacking:
            missing[name] = say("{count} homes do not say how many of their people are {group}", count=lacking,
                                group=GROUP_NAMES[name])  # fmt: skip
        else:
            most = np.where(counted, groups["all"], np.inf)  # what is more is a problem, and bounded
            groups[name] = np.minimum(np.nan_to_num(values), most)
    lon, lat = where.lon[good], where.lat[good]
    place = land.area_of(columns["place"][good], lon, lat)
    return Homes(
        ids=columns["id"][good], names=columns["name"][good], lon=lon, lat=lat, groups=groups, place=place,
        accuracy=where.accuracy[good], sort=columns["sort"][good], estimated=np.zeros(len(lon), dtype=bool),
        missing=missing, because=tuple(_told(book, columns, good, counted)), problems=where.problems,
    )  # fmt: skip


GROUP_NAMES = {"all": say("inhabitants"), "children": say("children of 0 to 14"), "old": say("people of 60 and over")}


def _told(book: Book, columns: Mapping[str, Any], good: np.ndarray, counted: np.ndarray) -> list[Reason]:
    if not len(good):
        return []
    table = Source(file="tables/home.csv")
    people = float(np.nansum(columns["people"][good]))
    says = say("{people:,.0f} people live in {count:,} homes of the book", people=people, count=int(good.sum()))
    found = [Reason(says=says, source=table)]
    lost = int((~good).sum())
    if lost:
        people = float(np.nansum(columns["people"][~good]))
        says = say("Homes that cannot be placed and count nowhere, except in bounds: {count:,}, with {people:,.0f} "
                   "people", count=lost, people=people)  # fmt: skip
        found.append(Reason(says=says, source=table, tone="warn"))
    silent = int((~counted).sum())
    if silent:
        says = say(
            "Homes that do not say how many people they hold, and weigh nothing, except in bounds: {count:,}",
            count=silent,
        )
        found.append(Reason(says=says, source=table, tone="warn"))
    return found


def _cells(found: Estimate) -> Homes:
    count = len(found.lon)
    rows, columns = found.row.tolist(), found.column.tolist()
    ids = np.array([f"r{r}c{c}" for r, c in zip(rows, columns, strict=True)], dtype=object)
    return Homes(
        ids=ids, names=np.full(count, "", dtype=object), lon=found.lon, lat=found.lat, groups=found.groups,
        place=found.place, accuracy=found.accuracy, sort=np.full(count, "cell", dtype=object),
        estimated=np.ones(count, dtype=bool), missing=found.missing, because=found.because, problems=found.problems,
    )  # fmt: skip


__all__ = ["GROUPS", "GROUP_NAMES", "RULE", "Homes", "homes"]
