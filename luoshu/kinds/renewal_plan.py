"""Which estates to renew next: contiguous units under a budget, with what no other choice can pass, told as moves."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.commitment import Move, Plan, Reason
from luoshu.kinds.estate import Adjoining, Estate
from luoshu.kinds.position import positions
from luoshu.kinds.renewal_claim import unmeant
from luoshu.kinds.renewal_state import stock, total, worth
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.renewal import Renewal
    from luoshu.methods.contiguity import Units

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Estates with a place: where each lies (WGS-84 and a plane in metres), its outline on the plane, and the plane."""

    rows: tuple[Estate, ...]
    lon: Floats
    lat: Floats
    shapes: tuple[Any, ...]
    plane: Any
    lost: int


def ground(rows: tuple[Estate, ...], book: Book) -> Ground:
    """Where estates lie; those without a place are counted in `lost`. An outline that cannot be read is a point."""
    import shapely

    from luoshu.methods.coordinates import system_named, to_wgs84
    from luoshu.methods.sphere import Plane

    where = positions(rows, book)
    lon, lat = where.lon.copy(), where.lat.copy()
    outlines: list[Any] = []
    for at, row in enumerate(rows):
        shape = shapely.from_wkt(row.wkt, on_invalid="ignore") if row.wkt and system_named(row.system) else None
        if shape is not None and not shape.is_empty and shape.geom_type in ("Polygon", "MultiPolygon"):
            shape = shapely.make_valid(shapely.transform(shape, _degrees(row.system, to_wgs84)))
            good = np.isfinite(shapely.get_coordinates(shape)).all()
            shape = shape if good and not shape.is_empty else None
        else:
            shape = None
        if shape is not None and not where.good[at]:
            middle = shape.representative_point()
            lon[at], lat[at] = middle.x, middle.y
        outlines.append(shape)
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    plane = Plane.around(lon[placed], lat[placed])
    east, north = plane.metres(lon[placed], lat[placed])
    shapes = [
        shapely.Point(e, n) if outlines[at] is None else shapely.transform(outlines[at], _flat(plane))
        for at, e, n in zip(placed.tolist(), east.tolist(), north.tolist(), strict=True)
    ]
    return Ground(rows=tuple(rows[at] for at in placed.tolist()), lon=lon[placed], lat=lat[placed],
                  shapes=tuple(shapes), plane=plane, lost=len(rows) - len(placed))  # fmt: skip


def _degrees(system: str, convert: Any) -> Any:
    return lambda points: np.column_stack(convert(points[:, 0], points[:, 1], system))


def _flat(plane: Any) -> Any:
    return lambda points: np.column_stack(plane.metres(points[:, 0], points[:, 1]))


def pairs_of(where: Ground, gap: float, book: Book) -> Ints:
    """Which of the estates adjoin: no further apart than the gap, or as the table of neighbours says."""
    from luoshu.methods.adjoining import adjoining

    found = {(int(a), int(b)) for a, b in adjoining(where.shapes, gap)}
    place = {row.id: at for at, row in enumerate(where.rows)}
    for row in book.rows(Adjoining):
        if row.one in place and row.other in place and row.one != row.other:
            pair = tuple(sorted((place[row.one], place[row.other])))
            (found.add if row.joined else found.discard)((pair[0], pair[1]))
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def in_pieces(renewal: Renewal, rows: tuple[Estate, ...], book: Book) -> list[str]:
    """The units of the table whose estates do not hang together, of those whose every estate has a place."""
    from luoshu.methods.adjoining import neighbours
    from luoshu.methods.unit_groups import groups

    assert renewal.in_one_piece is not None
    named = tuple(row for row in rows if row.unit)
    if not named:
        return []
    where = ground(named, book)
    pairs = pairs_of(where, renewal.in_one_piece.gap, book)
    members: dict[str, list[int]] = defaultdict(list)
    written: dict[str, int] = defaultdict(int)
    for row in named:
        written[row.unit] += 1
    for at, row in enumerate(where.rows):
        members[row.unit].append(at)
    starts, ends = neighbours(pairs, len(where.rows))
    apart = []
    for unit, inside in members.items():
        mine = np.zeros(len(where.rows), dtype=bool)
        mine[inside] = True
        if len(inside) == written[unit] and len(groups(starts, ends, mine)) > 1:
            apart.append(unit)
    return apart


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """Units that are proposed, first to last, each the places of its estates on the ground; `limit`: the budget."""

    where: Ground
    units: tuple[Ints, ...]
    found: Units | None
    because: tuple[Reason, ...]
    limit: float | None


def proposal(renewal: Renewal, book: Book, day: date, budget: float | None, count: int | None) -> Proposal:
    """The units to renew next, kept by the book since pages, maps and commands ask for them again."""
    key = ("renewal units", renewal, day, budget, count)
    return book.derived(key, lambda of: _proposal(renewal, of, day, budget, count), *renewal.needs)


def _proposal(renewal: Renewal, book: Book, day: date, budget: float | None, count: int | None) -> Proposal:
    from luoshu.methods.contiguity import max_units
    from luoshu.methods.unit_choice import units_within

    seen = stock(renewal, book, day)
    budget = renewal.budget if budget is None else budget
    open_ones = tuple(row for row in seen.left if worth(renewal, row) and _size(renewal, row))
    priced = tuple(row for row in open_ones if row.cost is not None)
    notes = _notes(seen.left, open_ones, priced, budget, renewal)
    if budget is not None and not priced:
        budget = None
    where = ground(priced if budget is not None else open_ones, book)
    if where.lost and renewal.in_one_piece is not None:
        says = say("{count} estates have no place, so that nobody knows what they adjoin; they are left out",
                   count=where.lost)  # fmt: skip
        notes.append(Reason(says=says, tone="warn"))
    if not where.rows:
        return Proposal(where=where, units=(), found=None, because=tuple(notes), limit=budget)
    piece = renewal.in_one_piece
    size = np.array([_size(renewal, row) for row in where.rows], dtype=np.float64)
    year = _years(where.rows)
    if piece is None:
        pairs, least, most = np.empty((0, 2), dtype=np.int64), float(size.min()), np.inf
    else:
        pairs, least = pairs_of(where, piece.gap, book), piece.least
        most = np.inf if piece.most is None else piece.most
    gains = np.array([worth(renewal, row) or 0.0 for row in where.rows])
    weight = gains * _age(year, day) if renewal.first == "oldest" else gains
    if budget is None:
        found = max_units(pairs, size, least, most=most, value=year)
    else:
        cost = np.array([row.cost or 0.0 for row in where.rows])
        found = units_within(pairs, size, cost, budget, least=least, most=most, worth=weight, value=year)
    units = [np.flatnonzero(found.unit == name) for name in range(found.count)]
    units.sort(key=lambda members: -_rank(renewal, where, members, gains, year))
    return Proposal(where=where, units=tuple(units[:count]), found=found, because=tuple(notes), limit=budget)


def _notes(
    left: tuple[Estate, ...], sized: tuple[Estate, ...], priced: tuple[Estate, ...], budget: float | None,
    renewal: Renewal,
) -> list[Reason]:  # fmt: skip
    notes = []
    if len(sized) < len(left):
        says = say("{count} estates are left out: their households or area are not known", count=len(left) - len(sized))
        notes.append(Reason(says=says, tone="warn"))
    if budget is not None and not priced and sized:
        says = say("No estate names its cost, so the budget cannot be applied")
        notes.append(Reason(says=says, tone="warn"))
    elif budget is not None and len(priced) < len(sized):
        says = say("{count} estates do not name their cost, and are left out under a budget",
                   count=len(sized) - len(priced))  # fmt: skip
        notes.append(Reason(says=says, tone="warn"))
    return notes


def _size(renewal: Renewal, row: Estate) -> float | None:
    by = renewal.in_one_piece.by if renewal.in_one_piece is not None else "estates"
    size = 1.0 if by == "estates" else row.households if by == "households" else row.area
    return None if size is None else float(size)


def _years(rows: tuple[Estate, ...]) -> Floats:
    """Years built; the middle one where nobody knows."""
    known = [row.built for row in rows if row.built is not None]
    middle = float(np.median(known)) if known else 0.0
    return np.array([middle if row.built is None else row.built for row in rows], dtype=np.float64)


def _age(year: Floats, day: date) -> Floats:
    return np.maximum(day.year - year, 1.0)


def _rank(renewal: Renewal, where: Ground, members: Ints, gains: Floats, year: Floats) -> float:
    """How soon a unit's turn comes: the oldest, or the most for its money (for itself, where costs are not known)."""
    if renewal.first == "oldest":
        return -float(np.average(year[members], weights=gains[members]))
    costs = [where.rows[at].cost for at in members.tolist()]
    known = sum(cost for cost in costs if cost is not None)
    gain = float(gains[members].sum())
    return gain if None in costs else gain / known if known > 0 else np.inf


def renewal_plan(renewal: Renewal, book: Book, day: date, budget: float | None, count: int | None) -> Plan | None:
    """The units to renew next until the promise is kept, and what no choice can gain beyond; None: nothing to do."""
    if count is not None and count < 0:
        raise ValueError(f"count is {count}, and must be zero or more.")
    if unmeant(renewal):
        return None
    seen = stock(renewal, book, day)
    short = renewal.level - total(renewal, (*seen.done, *seen.under_way))
    if short <= 0 or not seen.left:
        return None
    offer = proposal(renewal, book, day, budget, count)
    gains = np.array([worth(renewal, row) or 0.0 for row in offer.where.rows])
    moves, done = [], 0.0
    for members in offer.units:
        adds = float(gains[members].sum())
        told = min(adds, short - done)
        if told <= 1e-12 * short:
            break
        done += adds
        moves.append(_move(renewal, offer, members, adds, told / renewal.level))
    gain = sum(move.gain or 0.0 for move in moves)
    most = min(_most(renewal, offer, gains, count), short) / renewal.level
    certified = offer.found.gap if renewal.first == "oldest" and offer.found and offer.limit is not None else None
    return Plan(moves=tuple(moves), gain=gain, bound=max(most, gain), because=(*offer.because, *_told(renewal, offer)),
                problem="oldest" if certified is not None else "cover", certified=certified)  # fmt: skip


def _most(renewal: Renewal, offer: Proposal, gains: Floats, count: int | None) -> float:
    """What no choice of units can count together."""
    total_left = float(gains.sum())
    if offer.found is None:
        return 0.0
    if offer.limit is not None and renewal.first == "most":
        total_left = min(total_left, offer.found.bound)
    piece = renewal.in_one_piece
    if count is not None and piece is None:
        return min(total_left, float(np.sort(gains)[::-1][:count].sum()))
    if count is not None and piece is not None and piece.most is not None:
        size = np.array([_size(renewal, row) for row in offer.where.rows], dtype=np.float64)
        richest = float(np.divide(gains, size, out=np.zeros(len(gains)), where=size > 0).max(initial=0.0))
        return min(total_left, count * piece.most * richest)
    return total_left


def _move(renewal: Renewal, offer: Proposal, members: Ints, adds: float, gain: float) -> Move:
    rows = [offer.where.rows[at] for at in members.tolist()]
    costs = [row.cost for row in rows]
    years = [row.built for row in rows if row.built is not None]
    households = sum(row.households or 0 for row in rows)
    first = rows[0].name or rows[0].id
    if len(rows) == 1:
        does = say("Renew {name}: {adds}", name=first, adds=amount(_round(adds), renewal.unit))
    elif len(rows) == 2:
        does = say("Renew {name} and the estate beside it in one piece: {adds}", name=first,
                   adds=amount(_round(adds), renewal.unit))  # fmt: skip
    else:
        does = say("Renew {name} and {others} estates beside it in one piece: {adds}", name=first,
                   others=len(rows) - 1, adds=amount(_round(adds), renewal.unit))  # fmt: skip
    because = [Reason(says=say("{count} estates with {households:,} households: {names}", count=len(rows),
                               households=households, names=_names(rows)))]  # fmt: skip
    if years:
        because.append(Reason(says=say("Built {first} to {last}", first=min(years), last=max(years))))
    return Move(
        commitment=renewal.id, does=does, cost=None if None in costs else float(sum(c for c in costs if c is not None)),
        gain=gain, group="unit", because=tuple(because), table="estate", row=rows[0].id if len(rows) == 1 else "",
        lon=float(offer.where.lon[members].mean()), lat=float(offer.where.lat[members].mean()),
    )  # fmt: skip


def _names(rows: list[Estate]) -> Message:
    names = [row.name or row.id for row in rows]
    if len(names) <= 8:
        return say("{names}", names=", ".join(names))
    return say("{names} and {count} more", names=", ".join(names[:8]), count=len(names) - 8)


def _told(renewal: Renewal, offer: Proposal) -> list[Reason]:
    """How the units were found, and how far from the best they may be."""
    if offer.found is None or renewal.in_one_piece is None:
        return []
    if offer.limit is None:
        says = say("{count} units of this size fit; no grouping has more than {bound}", count=offer.found.count,
                   bound=int(offer.found.bound))  # fmt: skip
    else:
        says = _certified(offer.found, amount(offer.limit, "元"))
    alone = int((offer.found.unit < 0).sum())
    reasons = [Reason(says=says)]
    if alone and offer.limit is None:
        says = say("{count} estates adjoin too few others to make a unit", count=alone)
        reasons.append(Reason(says=says, tone="warn"))
    return reasons


def _certified(found: Units, budget: Message) -> Message:
    """By how much of this choice's own worth the best one could be above it, never rounded down."""
    if found.proven:
        return say("Under {budget} no choice of units is worth more than this one", budget=budget)
    if found.objective <= 0:
        return say("Under {budget} no unit was found, and whether there is one is not proven", budget=budget)
    above = math.ceil((found.bound / found.objective - 1) * 1000 - 1e-6) / 1000
    return say(
        "Under {budget} no choice of units is worth more than {gap:.1%} above this one", budget=budget, gap=above
    )


def _round(value: float) -> float:
    return float(f"{value:.10g}")
