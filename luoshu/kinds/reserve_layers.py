"""A reserve on the map: stores, producers, and the areas by what is there in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from luoshu.book.outlines import outlines
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.kinds.reserve_figures import area_shares, percent_of
from luoshu.kinds.reserve_state import Picture, picture
from luoshu.kinds.supplying import Origin
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve


def reserve_layers(reserve: Reserve, book: Book, day: date) -> Iterator[Layer]:
    """What the map draws of a reserve on a day: areas by the share of their weakest good, stores, producers."""
    seen = picture(reserve, book, day)
    if isinstance(seen, Message):
        return
    if not seen.moments.ready:
        yield from _areas(seen, book)
    for sort, role, name in (
        ("agreement", "planned", say("Producers under agreement")), ("store", "sites", say("Stores")),
    ):  # fmt: skip
        layer = _places(seen, sort, role, name)
        if layer is not None:
            yield layer


def _areas(seen: Picture, book: Book) -> Iterator[Layer]:
    drawn, _ = outlines(book.folder)
    number = {area.id: place for place, area in enumerate(seen.areas)}
    features = [each for each in drawn["features"] if each["properties"]["id"] in number] if drawn else []
    if not features:
        return
    order = [number[each["properties"]["id"]] for each in features]
    shares = area_shares(seen)
    worst = shares.argmin(axis=0)
    yield Layer(
        id="areas", name=say("Areas by what is there in time"), shape="polygons", role="counties",
        geometries=[each["geometry"] for each in features], ids=[each["properties"]["id"] for each in features],
        names=[each["properties"]["name"] for each in features],
        columns={
            "share": LayerColumn(name=say("Share of its weakest good that is there in time"), unit="%",
                                 values=np.array([percent_of(float(shares[:, place].min())) for place in order])),
            "good": LayerColumn(name=say("Weakest good"),
                                values=[seen.held[int(worst[place])].line.name for place in order]),
            "people": LayerColumn(name=say("People affected"), values=np.round(seen.affected[order]), unit="人"),
        },
        measure="share", breaks=(0.0, 20.0, 40.0, 60.0, 80.0, 95.0), high_is_bad=False, weight="people",
        estimate=seen.estimate,
    )  # fmt: skip


def _places(seen: Picture, sort: str, role: str, name: Message) -> Layer | None:
    """Stores or producers with the goods that they can give."""
    found: dict[str, Origin] = {}
    for each in sorted(seen.standing.origins, key=lambda one: one.ready):
        if each.place.startswith(f"{sort}:"):
            found.setdefault(each.place, each)
    rows = [each for each in found.values() if not np.isnan(each.lon)]
    if not rows:
        return None
    goods = []
    for row in rows:
        some = [
            f"{held.line.name.values.get('zh', held.line.name)} {sum(amounts):,.0f} {held.line.unit}"
            for held in seen.held
            if (amounts := [float(held.amount[n]) for n, each in enumerate(held.origins) if each.place == row.place])
        ]
        goods.append("；".join(some))
    return Layer(
        id=f"{sort}s", name=name, shape="points", role=role, lon=np.array([each.lon for each in rows]),
        lat=np.array([each.lat for each in rows]), ids=[each.place.partition(":")[2] for each in rows],
        names=[each.name for each in rows],
        columns={
            "hours": LayerColumn(name=say("Hours until goods can leave"), values=np.array([e.ready for e in rows])),
            "goods": LayerColumn(name=say("Can give"), values=goods),
        },
        table=sort,
    )  # fmt: skip
