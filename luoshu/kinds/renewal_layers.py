"""A renewal on the map: estates by how far they have come, the units of the table, and the units that are proposed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.kinds.renewal_claim import unmeant
from luoshu.kinds.renewal_plan import Ground, ground, proposal
from luoshu.kinds.renewal_state import state_on, stock, worth
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.renewal import Renewal

PROGRESS = {"waiting": 0.0, "planned": 1.0, "under way": 2.0, "done": 3.0}
"""How far an estate has come, as a figure that colours the map."""
JOIN_METRES = 15.0
"""How far an area is drawn beyond an estate without an outline, so that it can be seen."""


def renewal_layers(renewal: Renewal, book: Book, day: date) -> Iterator[Layer]:
    """The layers of a renewal on a day; none where no estate has a place."""
    if unmeant(renewal):
        return
    where = ground(stock(renewal, book, day).all, book)
    if not where.rows:
        return
    offer = proposal(renewal, book, day, None, None)
    units = {offer.where.rows[at].id: n for n, members in enumerate(offer.units, 1) for at in members.tolist()}
    if renewal.in_one_piece is not None and offer.units:
        yield _units(renewal, offer.where, [m.tolist() for m in offer.units], "proposed", say("Proposed units"))
    written = defaultdict(list)
    for at, row in enumerate(where.rows):
        if row.unit:
            written[row.unit].append(at)
    if written:
        yield _units(renewal, where, list(written.values()), "units", say("Units of the table"), list(written))
    yield from _estates(renewal, where, units, day)


def _estates(renewal: Renewal, where: Ground, units: dict[str, int], day: date) -> Iterator[Layer]:
    """Estates with an outline as areas, the others as points."""
    outlined = np.array([shape.geom_type != "Point" for shape in where.shapes])
    for shape, which in (("polygons", np.flatnonzero(outlined)), ("points", np.flatnonzero(~outlined))):
        if not len(which):
            continue
        rows = [where.rows[at] for at in which.tolist()]
        words = {"waiting": say("Waiting"), "planned": say("Planned"), "under way": say("Under way"),
                 "done": say("Renewed")}  # fmt: skip
        states = [state_on(row, day) for row in rows]
        columns = {
            "progress": LayerColumn(name=say("How far it has come"), values=_floats(PROGRESS[each] for each in states)),
            "state": LayerColumn(name=say("State"), values=[words[each] for each in states]),
            "unit": LayerColumn(name=say("Proposed unit"), values=_floats(units.get(row.id) for row in rows)),
            "households": LayerColumn(
                name=say("Households"), values=_floats(row.households for row in rows), unit="户"
            ),
            "built": LayerColumn(name=say("Year built"), values=_floats(row.built for row in rows)),
            "cost": LayerColumn(name=say("Cost"), values=_floats(row.cost for row in rows), unit="元"),
        }
        drawn: dict[str, Any] = (
            {"lon": where.lon[which], "lat": where.lat[which]}
            if shape == "points"
            else {"geometries": [_geojson(where.shapes[at], where.plane) for at in which.tolist()]}
        )
        yield Layer(
            id="estates" if shape == "polygons" else "estate-points", name=say("Old estates by state"), shape=shape,
            role="areas" if shape == "polygons" else "sites", ids=[row.id for row in rows],
            names=[row.name or row.id for row in rows], columns=columns, measure="progress",
            breaks=(0.0, 1.0, 2.0, 3.0), high_is_bad=False, table="estate", **drawn,
        )  # fmt: skip


def _units(
    renewal: Renewal, where: Ground, members: list[list[int]], id: str, name: Message, names: list[str] | None = None
) -> Layer:
    """Units as areas in one piece: the estates and the streets between them."""

    gap = renewal.in_one_piece.gap if renewal.in_one_piece is not None else 0.0
    geometries, figures = [], defaultdict(list)
    for inside in members:
        rows = [where.rows[at] for at in inside]
        shapes = [where.shapes[at] for at in inside]
        geometries.append(_geojson(_joined(shapes, gap), where.plane))
        years = [row.built for row in rows if row.built is not None]
        costs = [row.cost for row in rows]
        figures["estates"].append(float(len(rows)))
        figures["households"].append(float(sum(row.households or 0 for row in rows)))
        figures["counts"].append(sum(worth(renewal, row) or 0.0 for row in rows))
        figures["built"].append(float(np.median(years)) if years else np.nan)
        figures["cost"].append(np.nan if None in costs else float(sum(c for c in costs if c is not None)))
    titles = {"estates": (say("Estates"), "个"), "households": (say("Households"), "户"),
              "counts": (say("Counts towards the promise"), renewal.unit), "built": (say("Year built"), ""),
              "cost": (say("Cost"), "元")}  # fmt: skip
    columns = {key: LayerColumn(name=titles[key][0], values=_floats(each), unit=titles[key][1])
               for key, each in figures.items()}  # fmt: skip
    return Layer(
        id=id, name=name, shape="polygons", role="units", geometries=geometries,
        ids=names or [str(number) for number in range(1, len(members) + 1)],
        names=names or [f"{_first(where, inside)} +{len(inside) - 1}" for inside in members], columns=columns,
        measure="built", breaks=(0.0, 1980.0, 1985.0, 1990.0, 1995.0, 2000.0), high_is_bad=False, weight="households",
    )  # fmt: skip


def _joined(shapes: list[Any], gap: float) -> Any:
    """Estates and the ways across to those beside them, as one area."""
    import shapely

    from luoshu.methods.adjoining import adjoining

    pairs = adjoining(shapes, gap)
    across = [shapely.shortest_line(shapes[one], shapes[two]) for one, two in pairs.tolist()]
    return shapely.union_all(
        [*shapely.buffer(shapes, JOIN_METRES), *shapely.buffer(across, JOIN_METRES / 2)] if across
        else shapely.buffer(shapes, JOIN_METRES)
    )  # fmt: skip


def _first(where: Ground, inside: list[int]) -> str:
    row = where.rows[inside[0]]
    return row.name or row.id


def _geojson(shape: Any, plane: Any) -> dict[str, Any]:
    """A shape of the plane as GeoJSON in degrees, to a decimetre."""
    import json

    import shapely

    degrees = shapely.transform(shape, lambda points: np.round(np.column_stack(plane.degrees(*points.T)), 6))
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(degrees))
    return geometry


def _floats(values: Any) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
