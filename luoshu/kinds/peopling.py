"""People of areas whose homes are not known: census totals spread over a grid as towns thin out; always an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.book.directory import Place
from luoshu.book.problem import Problem, Source
from luoshu.kinds.commitment import Reason
from luoshu.kinds.home import Census, Settlement
from luoshu.kinds.position import positions
from luoshu.kinds.territory import Territory
from luoshu.methods.coordinates import Floats
from luoshu.methods.sphere import EARTH_METRES
from luoshu.methods.spreading import Cells, affordable_metres, cells_over, metres_from, towns_over
from luoshu.methods.spreading import spread as over_points
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

RULE = "spread"
CELL_METRES, CENTRE_DENSITY = 500.0, 10_000.0
"""Where the book has no rules/spread.yaml: the size of a cell, and town people a km² in the middle of a town."""

LIMITS = {"cell_metres": (50.0, 20_000.0), "centre_density": (10.0, 1_000_000.0)}
"""What rules/spread.yaml may say, and between which bounds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """Cells with people: arrays of one length; groups that the census does not give are `missing`."""

    lon: Floats
    lat: Floats
    row: np.ndarray
    column: np.ndarray
    place: np.ndarray
    accuracy: Floats
    groups: Mapping[str, Floats]
    missing: Mapping[str, Message] = field(default_factory=dict)
    because: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Area:
    """One area's cells and what the census says of it."""

    code: str
    cells: Cells
    counts: Mapping[str, float]
    people: Floats
    accuracy: Floats


def estimate(book: Book, land: Territory, known: frozenset[str]) -> Estimate:
    """The people of every area with a census total and an outline, but without homes in `known`, spread over cells."""
    counts, apart = _parted(_counts(book), land)
    metres, density, source = _rule(book)
    spread_over = [code for code in counts if code not in known and code in land.shapes]
    metres = affordable_metres([land.shapes[code].bounds for code in spread_over], metres)
    towns = _towns(book, land)
    townships = _townships(book, land)
    areas: list[_Area] = []
    for code, groups in counts.items():
        if code in known or "all" not in groups or groups["all"] <= 0:
            continue
        if code not in land.shapes:
            continue
        cells = _cells_in(land, code, metres)
        areas.append(_spread(code, cells, groups, towns.get(code, _NO_TOWN), density, metres, townships.get(code, 1)))
    settlements = sum(len(towns.get(area.code, ())) for area in areas)
    table = Source(file="tables/census.csv")
    nowhere = people_without_outline(book, land, known)
    lost = (*apart, *(Reason(says=says, source=table, tone="warn") for says in nowhere))
    told = (*_told(areas, metres, density, source, settlements), *lost) if areas else lost
    mend = say("Add its outline to geo/, or its homes with luoshu people")
    problems = tuple(Problem(code="people-without-place", says=says, source=table, mend=mend) for says in nowhere)
    return replace(_joined(areas), because=told, problems=problems)


_NO_TOWN = np.zeros((0, 3))


def _counts(book: Book) -> dict[str, dict[str, float]]:
    """By area the latest count of each group."""
    latest: dict[tuple[str, str], Census] = {}
    for row in book.rows(Census):
        before = latest.get((row.place, row.group))
        if before is None or row.as_of >= before.as_of:
            latest[(row.place, row.group)] = row
    found: dict[str, dict[str, float]] = {}
    for (place, group), row in sorted(latest.items()):
        found.setdefault(place, {})[group] = row.people
    return found


def _parted(
    counts: dict[str, dict[str, float]], land: Territory
) -> tuple[dict[str, dict[str, float]], tuple[Reason, ...]]:
    """The counts of areas that hold no other counted area, and what those that do count beyond them."""
    within: dict[str, float] = {}
    for code, groups in counts.items():
        above = next((up for up in land.above(code) if up in counts), "")
        if above:
            within[above] = within.get(above, 0.0) + groups.get("all", 0.0)
    apart = []
    for code, people in within.items():
        rest = counts[code].get("all", 0.0) - people
        if rest >= 1:
            says = say("{people:,.0f} people of {name} are counted in none of its areas: they stand nowhere here",
                       people=rest, name=land.name(code))  # fmt: skip
            apart.append(Reason(says=says, source=Source(file="tables/census.csv"), tone="warn"))
    return {code: groups for code, groups in counts.items() if code not in within}, tuple(apart)


def _rule(book: Book) -> tuple[float, float, Source]:
    versions, _ = book.rules(RULE)
    values: Mapping[str, Any] = versions[-1].values if versions else {}
    source = versions[-1].source if versions else Source(file=f"rules/{RULE}.yaml")
    metres, density = (_within(values.get(name), *limits) for name, limits in LIMITS.items())
    return metres or CELL_METRES, density or CENTRE_DENSITY, source


def cell_metres(book: Book) -> float:
    """How large a cell is by rules/spread.yaml."""
    return _rule(book)[0]


def _within(value: Any, low: float, high: float) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    return float(value) if usable else None


def rule_problems(book: Book) -> list[Problem]:
    """What in rules/spread.yaml cannot be meant; the default is used in its place."""
    found: list[Problem] = []
    for version in book.rules(RULE)[0]:
        for name, value in version.values.items():
            low, high = LIMITS.get(name, (0.0, 0.0))
            if name not in LIMITS:
                says = say("{file} has no field {field!r}; it is not read", file=version.source.file, field=str(name))
                mend = say("Remove it, or use one of: {names}", names=", ".join(LIMITS))
                found.append(Problem(code="unknown-field", says=says, source=version.source, mend=mend))
            elif _within(value, low, high) is None:
                says = say("{name} is {found!r}, which is not used", name=name, found=str(value)[:40])
                mend = say("Write a number from {low:g} to {high:g}", low=low, high=high)
                found.append(Problem(code="bad-value", says=says, source=version.source, mend=mend))
    return found


def _towns(book: Book, land: Territory) -> dict[str, np.ndarray]:
    """By area its settlements: rows of lon, lat and people; one without a figure counts as the mean of the others."""
    rows = book.rows(Settlement)
    where = positions(rows, book)
    codes = land.area_of([row.place for row in rows], where.lon, where.lat)
    by_code: dict[str, list[tuple[float, float, float]]] = {}
    for i, row in enumerate(rows):
        if where.good[i]:
            by_code.setdefault(codes[i], []).append((where.lon[i], where.lat[i], row.people or np.nan))
    found: dict[str, np.ndarray] = {}
    for code, listed in by_code.items():
        points = np.array(listed, dtype=np.float64)
        figures = points[:, 2][np.isfinite(points[:, 2])]
        points[:, 2] = np.where(np.isfinite(points[:, 2]), points[:, 2], figures.mean() if len(figures) else 1.0)
        found[code] = points
    return found


def _townships(book: Book, land: Territory) -> dict[str, int]:
    """How many townships the book names in each outlined area."""
    found: dict[str, int] = {}
    for row in book.rows(Place):
        if row.level == "township":
            at = land.outlined(row.parent)
            found[at] = found.get(at, 0) + 1
    return found


def _cells_in(land: Territory, code: str, metres: float) -> Cells:
    """The cells whose middles lie in an area; the one around a point of it where no middle does."""
    shape = land.shapes[code]
    west, south, east, north = np.clip(shape.bounds, (-180, -85, -180, -85), (180, 85, 180, 85))
    box = cells_over(west, south, east, north, metres)
    inside = land.contains(code, box.lon, box.lat) if len(box) else np.zeros(0, dtype=bool)
    if inside.any():
        return Cells(lon=box.lon[inside], lat=box.lat[inside], row=box.row[inside], column=box.column[inside])
    at = shape.representative_point()
    row = np.floor(np.radians([at.y]) * EARTH_METRES / metres).astype(np.int64)
    column = np.floor(np.radians([at.x]) * EARTH_METRES * np.cos(np.radians(at.y)) / metres).astype(np.int64)
    return Cells(lon=np.array([at.x]), lat=np.array([at.y]), row=row, column=column)


def _spread(
    code: str, cells: Cells, counts: Mapping[str, float], towns: np.ndarray, density: float, metres: float,
    townships: int,
) -> _Area:  # fmt: skip
    """Town people thin out from the settlements, country people stand evenly; together they are the census total."""
    total = counts["all"]
    urban, rural = _halves(counts, total, len(towns))
    where = np.zeros(len(cells), dtype=np.int64)
    share = towns[:, 2] / towns[:, 2].sum() if len(towns) else np.zeros(0)
    far = metres_from(cells.lon, cells.lat, towns[:, 0], towns[:, 1])
    town = towns_over(far, share * urban, density, metres**2 / 1e6)
    in_town = town.people
    in_country = over_points([rural], where, np.ones(len(cells))).values
    people = in_town + in_country
    # nobody knows more than the area: town people live somewhere around a settlement, country people in some township
    across = float(np.sqrt(len(cells) / np.pi) * metres)
    town_metres = min(float((share * town.scale).sum()), across)
    country_metres = float(np.sqrt(len(cells) / (np.pi * max(townships, 1))) * metres)
    accuracy = np.where(people > 0, (in_town * town_metres + in_country * country_metres) / np.where(people > 0, people,
                        1.0), country_metres)  # fmt: skip
    return _Area(code=code, cells=cells, counts=counts, people=people, accuracy=accuracy)


def _halves(counts: Mapping[str, float], total: float, towns: int) -> tuple[float, float]:
    """People of towns and of the country; all are country people where there is no settlement to live around."""
    urban = counts.get("urban")
    if urban is None:
        urban = max(0.0, total - counts["rural"]) if "rural" in counts else total
    if not towns:
        return 0.0, total
    urban = min(urban, total)
    return urban, total - urban


def people_without_outline(book: Book, land: Territory, known: frozenset[str]) -> list[Message]:
    """Of every area with a census total but without homes in `known` and without an outline: what is lost with it."""
    counts, _ = _parted(_counts(book), land)
    return [_no_outline(land, code, groups["all"]) for code, groups in counts.items()
            if code not in known and code not in land.shapes and groups.get("all", 0.0) > 0]  # fmt: skip


def _no_outline(land: Territory, code: str, people: float) -> Message:
    return say("{name} has {people:,.0f} people but no outline, so nobody knows where they live; they count nowhere",
               name=land.name(code), people=people)  # fmt: skip


def _told(areas: list[_Area], metres: float, density: float, source: Source, settlements: int) -> tuple[Reason, ...]:
    cells = sum(len(area.cells) for area in areas)
    says = say(
        "Where people live is an estimate: the census totals of {areas} areas are spread over {cells:,} cells of "
        "{metres:g} m. Town people thin out from {settlements} settlements by exp(-distance / a), "
        "a = √(people / (2π · {density:,.0f} per km²)), widened until the area holds them all; country people stand "
        "evenly; age groups as in the whole area",
        areas=len(areas), cells=cells, metres=metres, settlements=settlements, density=density,
    )  # fmt: skip
    return (Reason(says=says, source=source, tone="warn"),)


def _joined(areas: list[_Area]) -> Estimate:
    """All areas' cells in one; the age groups in the proportion of each area's census."""
    none = [np.zeros(0)]
    people = np.concatenate([a.people for a in areas] or none)
    groups = {"all": people}
    missing: dict[str, Message] = {}
    for name in ("children", "old"):
        without = [a.code for a in areas if name not in a.counts]
        if without:
            missing[name] = say("the census gives no figure of this group for {count} areas", count=len(without))
        else:
            shares = [a.people * min(a.counts[name] / a.counts["all"], 1.0) for a in areas]
            groups[name] = np.concatenate(shares or none)
    return Estimate(
        lon=np.concatenate([a.cells.lon for a in areas] or none),
        lat=np.concatenate([a.cells.lat for a in areas] or none),
        row=np.concatenate([a.cells.row for a in areas] or none),
        column=np.concatenate([a.cells.column for a in areas] or none),
        place=np.concatenate([np.full(len(a.cells), a.code, dtype=object) for a in areas] or none),
        accuracy=np.concatenate([a.accuracy for a in areas] or none),
        groups=groups,
        missing=missing,
    )
