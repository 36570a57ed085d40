"""A circle on the map: homes by minutes, sites open, planned and possible, counties by share, a site's reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.outlines import outlines
from luoshu.kinds.barrier_layers import barrier_layers
from luoshu.kinds.circle_candidates import candidates
from luoshu.kinds.circle_figures import GROUP_WORDS, unit_of
from luoshu.kinds.circle_gauge import Picture, picture
from luoshu.kinds.circle_reach import Floats, Folk, folk, offered, ways
from luoshu.kinds.circle_share import reach_metres
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.kinds.position import positions
from luoshu.kinds.site import Site
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle


def circle_layers(circle: Circle, book: Book, day: date) -> Iterator[Layer]:
    """What the map draws of a circle on a day; without a list of sites the homes and where to build first."""
    seen = picture(circle, book, day)
    people = folk(circle, book) if isinstance(seen, Message) else seen.people
    if isinstance(people, Message):
        return
    known = None if isinstance(seen, Message) else seen
    if known:
        yield from _counties(circle, known, book)
    yield _homes(circle, people, known, book, day)
    if known and not known.served.all():
        yield _unserved(circle, known, book, day)
    left = people.counted if known is None else people.counted * ~known.served
    yield from _candidates(circle, people, left, book, day)
    rows = offered(circle.service, book)
    planned = tuple(row for row in rows if row.state == "planned" or (row.opens and row.opens > day))
    if planned:
        yield _sites(circle, planned, people, book, day, "planned", say("Planned sites"))
    if known:
        yield _sites(circle, known.now.sites, people, book, day, "sites", say("Open sites"))
    yield from barrier_layers(book, day)


def whole(values: NDArray[Any]) -> Floats:
    """Counts without the fractions that an estimate leaves."""
    return np.asarray(np.round(values), dtype=np.float64)


def _homes(circle: Circle, people: Folk, seen: Picture | None, book: Book, day: date) -> Layer:
    unit = unit_of(circle)
    columns = {}
    if seen:
        columns["minutes"] = LayerColumn(name=say("Minutes to the nearest"), values=seen.now.minutes, unit="分钟")
        nearest = np.where(seen.now.nearest >= 0, seen.now.nearest, np.nan)
        columns["nearest"] = LayerColumn(name=say("Nearest site"), values=nearest)
    columns["people"] = LayerColumn(name=say("Counted here"), values=people.counted, unit=unit)
    if any(people.place):
        columns["place"] = LayerColumn(name=say("Area code"), values=[str(each) for each in people.place])
    estimate = people.estimate or ways(circle, book, day).estimate
    real = not people.estimate
    half = circle.minutes / 2
    return Layer(
        id="homes", name=say("Homes"), shape="points", role="homes", lon=people.lon, lat=people.lat,
        ids=people.ids.tolist() if real else (), names=people.names.tolist() if real else (), columns=columns,
        measure="minutes" if seen else "people", weight="people", estimate=estimate,
        breaks=(0.0, half, *(circle.minutes * times for times in (1, 1.5, 2, 3, 6))) if seen else (),
        limit=circle.minutes if seen else None, high_is_bad=True, table="home" if real else "",
    )  # fmt: skip


def _counties(circle: Circle, seen: Picture, book: Book) -> Iterator[Layer]:
    drawn, _ = outlines(book.folder)
    codes, at = np.unique(seen.people.place.astype(str), return_inverse=True)
    total = np.bincount(at, seen.people.counted, minlength=len(codes))
    inside = np.bincount(at, seen.people.counted * seen.served, minlength=len(codes))
    number = {code: i for i, code in enumerate(codes.tolist())}
    features = [each for each in drawn["features"] if each["properties"]["id"] in number] if drawn else []
    if not features:
        return
    order = [number[each["properties"]["id"]] for each in features]
    with np.errstate(invalid="ignore"):
        share = np.minimum(inside[order] / total[order] * 100, np.where(inside[order] >= total[order], 100.0, 99.9))
    unit = unit_of(circle)
    yield Layer(
        id="counties", name=say("Counties by share served"), shape="polygons", role="counties",
        geometries=[each["geometry"] for each in features], ids=[each["properties"]["id"] for each in features],
        names=[each["properties"]["name"] for each in features],
        columns={
            "share": LayerColumn(name=say("Share served"), values=share, unit="%"),
            "people": LayerColumn(name=say("Counted here"), values=whole(total[order]), unit=unit),
            "unserved": LayerColumn(name=say("Not served"), values=whole(total[order] - inside[order]), unit=unit),
        },
        measure="share", breaks=(0.0, 20.0, 40.0, 60.0, 80.0, 95.0), high_is_bad=False, weight="people",
        estimate=seen.estimate,
    )  # fmt: skip


def _unserved(circle: Circle, seen: Picture, book: Book, day: date) -> Layer:
    """The unserved gathered in spots of a reach's width."""
    from luoshu.methods.served import crowds
    from luoshu.methods.sphere import Plane

    people = seen.people
    left = np.flatnonzero(~seen.served & (people.counted > 0))
    east, north = Plane.around(people.lon, people.lat).metres(people.lon[left], people.lat[left])
    crowd, heart = crowds(east, north, people.counted[left], max(reach_metres(circle, book, day), 100.0))
    at = left[heart]
    total = whole(np.bincount(crowd, people.counted[left], minlength=len(heart)))
    return Layer(
        id="unserved", name=say("Those not served, by spot"), shape="points", role="unserved",
        lon=people.lon[at], lat=people.lat[at],
        columns={
            "people": LayerColumn(name=say("Not served"), values=total, unit=unit_of(circle)),
            "minutes": LayerColumn(name=say("Minutes to the nearest"), values=seen.now.minutes[at], unit="分钟"),
        },
        measure="people", breaks=_classes(total), weight="people", estimate=seen.estimate,
    )  # fmt: skip


def _classes(values: Floats) -> tuple[float, ...]:
    """Round class limits for counts that are many small and few large."""
    top = float(values.max(initial=0.0))
    return tuple(each for each in (0.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0, 30000.0) if each == 0 or each < top)


def _candidates(circle: Circle, people: Folk, left: Floats, book: Book, day: date) -> Iterator[Layer]:
    found = candidates(circle, people, left, book, day)
    if not len(found):
        return
    import scipy.sparse as sparse

    within = sparse.csr_array(
        (np.ones(len(found.reach.indices)), found.reach.indices, found.reach.indptr), shape=found.reach.shape
    )
    gain = np.asarray(within @ left)
    columns = {
        "gain": LayerColumn(name=say("Would serve, who is not served yet"), values=whole(gain), unit=unit_of(circle))
    }
    if np.isfinite(found.cost).any():
        columns["cost"] = LayerColumn(name=say("Cost"), values=found.cost, unit="元")
    yield Layer(
        id="candidates", name=say("Where it could be built"), shape="points", role="candidates", lon=found.lon,
        lat=found.lat, ids=found.ids, names=found.names, columns=columns, measure="gain", breaks=_classes(gain),
        high_is_bad=False, estimate=people.estimate or ways(circle, book, day).estimate, table=found.table,
    )  # fmt: skip


def _sites(
    circle: Circle, rows: Sequence[Site], people: Folk, book: Book, day: date, role: str, name: Message
) -> Layer:
    """Sites with the people within reach of each, their capacity and the day they open."""
    where = positions(rows, book)
    good = np.flatnonzero(where.good)
    lon, lat = where.lon[good], where.lat[good]
    minutes = ways(circle, book, day).reach(people.lon, people.lat, lon, lat, circle.minutes)
    rows_of = np.repeat(np.arange(len(good)), np.diff(minutes.indptr))
    near = np.bincount(rows_of, people.counted[minutes.indices], minlength=len(good)).astype(np.float64)
    kept = [row for row, placed in zip(rows, where.good, strict=True) if placed]
    columns = {"near": LayerColumn(name=say("Within reach of it"), values=whole(near), unit=unit_of(circle))}
    if any(row.capacity is not None for row in kept):
        room = np.array([np.nan if row.capacity is None else row.capacity for row in kept], dtype=np.float64)
        unit = next((row.capacity_unit for row in kept if row.capacity_unit), "")
        columns["capacity"] = LayerColumn(name=say("Capacity"), values=room, unit=unit)
    if role == "planned":
        opens = [row.opens.isoformat() if row.opens else "" for row in kept]
        columns["opens"] = LayerColumn(name=say("Opens"), values=opens)
    return Layer(
        id=role, name=name, shape="points", role=role, lon=lon, lat=lat, ids=[row.id for row in kept],
        names=[row.name or row.id for row in kept], columns=columns, table="site",
        estimate=people.estimate or ways(circle, book, day).estimate,
    )  # fmt: skip


def circle_around(circle: Circle, book: Book, day: date, table: str, id: str) -> Iterable[Layer]:
    """The reach of one site (or of a home as if it were one): its area, the streets within, and who lives there."""
    people = folk(circle, book)
    place = _place(table, id, people, book)
    if isinstance(people, Message) or place is None:
        return
    lon, lat, name = place
    by = ways(circle, book, day)
    minutes = by.reach(people.lon, people.lat, lon, lat, circle.minutes)
    estimate = by.estimate or people.estimate
    columns = {
        group: LayerColumn(name=words, values=whole(np.array([people.groups[group][minutes.indices].sum()])), unit="人")
        for group, words in GROUP_WORDS.items()
        if group in people.groups
    }
    seen = picture(circle, book, day)
    if not isinstance(seen, Message):
        new = people.counted[minutes.indices] * ~seen.served[minutes.indices]
        words = say("Of these, not served today")
        columns["new"] = LayerColumn(name=words, values=whole(np.array([new.sum()])), unit=unit_of(circle))
    areas = by.isochrone(lon, lat, circle.minutes)
    title = say("Within {minutes:g} minutes of {name}", minutes=circle.minutes, name=name)
    yield Layer(
        id="reach", name=title, shape="polygons", role="reach", geometries=areas, ids=[id], names=[str(name)],
        columns=columns, estimate=estimate, table=table,
    )  # fmt: skip
    streets: dict[str, Any] = by.segments(lon, lat, circle.minutes)
    if streets.get("coordinates"):
        yield Layer(id="streets", name=say("Streets within reach"), shape="lines", role="reach", geometries=[streets],
                    estimate=estimate)  # fmt: skip


def _place(table: str, id: str, people: Folk | Message, book: Book) -> tuple[Floats, Floats, Message] | None:
    """Where a row lies, with its name; None where there is no such row, or it has no place."""
    if table == "site":
        rows = [row for row in book.rows(Site) if row.id == id]
        where = positions(rows, book)
        return (where.lon, where.lat, named(rows[0].name or id)) if rows and where.good.all() else None
    if isinstance(people, Message):
        return None
    at = np.flatnonzero(people.ids == id)[:1]
    return (people.lon[at], people.lat[at], named(str(people.names[at[0]]) or id)) if len(at) else None
