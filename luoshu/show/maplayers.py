"""What the map draws of the promises: a group for each promise that has layers, described but not yet loaded."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from luoshu.kinds.commitment import Gauge
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show.language import Language
from luoshu.show.layerfile import PLACE, bounds
from luoshu.show.layerforms import forms, is_large
from luoshu.show.layershelf import NEAREST, BeingDrawn, Drawn, has_around, numbered_sites
from luoshu.show.links import Links
from luoshu.show.mapedits import Edit, edits
from luoshu.show.page import Visit, roughly

WAIT_SECONDS = 1.5
"""A page waits so long for layers that are being computed; then it is shown without them and asks again."""
MOST_NOTES = 4
OFF_AT_FIRST = ("candidates", "reach", "barriers")
UNSEEN = (NEAREST, PLACE)
"""Columns of homes that are not for people who look at the map: a row of another layer, and codes of counties."""
ADDED_UP = ("人", "户")
"""Units of which a sum over areas means something: heads and households; shares and minutes are never added up."""
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class MapColumn:
    """A column of a layer; `unit` as the language writes it."""

    name: str
    label: str
    unit: str
    numeric: bool


@dataclass(frozen=True, kw_only=True)
class Download:
    """A layer as a file for other programs."""

    label: str
    href: str
    format: str


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """Which column of a layer numbers the rows of which other layer."""

    column: str
    layer: str


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """One layer: how it is drawn and where its data are. `fallback` is a script for pages opened from a folder."""

    id: str
    key: str
    name: str
    shape: str
    role: str
    href: str
    fallback: str
    count: int
    measure: str
    measure_label: str
    unit: str
    breaks: tuple[float, ...]
    limit: float | None
    high_is_bad: bool
    weight: str
    estimate: bool
    table: str
    bounds: Bounds | None
    on: bool
    columns: tuple[MapColumn, ...]
    nearest: Nearest | None
    downloads: tuple[Download, ...]


@dataclass(frozen=True, kw_only=True)
class MapRow:
    """One row of the table beside the map; `share` is its measure."""

    id: str
    name: str
    texts: tuple[str, ...]
    share: float | None
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class MapListing:
    """The table beside the map."""

    columns: tuple[MapColumn, ...]
    rows: tuple[MapRow, ...]


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What may be tried out on the map, and where to ask."""

    href: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, kw_only=True)
class MapGroup:
    """One promise on the map. `computing`: its layers are not there yet; `fault`: why there will be none."""

    commitment: str
    words: str
    href: str
    verdict: str
    verdict_word: str
    day: str
    value_text: str
    goal_text: str
    estimate: bool
    notes: tuple[str, ...]
    bounds: Bounds | None
    layers: tuple[MapLayer, ...]
    listing: MapListing | None
    what_if: WhatIf | None
    around: str
    computing: bool = False
    fault: str = ""


def groups(visit: Visit) -> tuple[MapGroup, ...]:
    """The promises with layers, in the book's order; on a server those that take long are given as being computed."""
    shelf = visit.view.layers
    if shelf is None:
        return ()
    until = time.monotonic() + WAIT_SECONDS
    found = []
    for name, gauge in shelf.gauges.items():
        wait = max(0.0, until - time.monotonic()) if visit.links.mouth == "server" else None
        try:
            found.append(group(visit, name, shelf.drawn(name, wait)))
        except BeingDrawn:
            found.append(group(visit, name, Drawn(gauge=gauge), computing=True))
    return tuple(found)


def group(visit: Visit, name: str, drawn: Drawn, *, computing: bool = False) -> MapGroup:
    """One promise with its layers described."""
    gauge, language = drawn.gauge, visit.language
    row = visit.row(gauge)
    layers = tuple(describe(layer, f"{name}/{id}", visit) for id, layer in drawn.layers.items())
    on_server = visit.links.mouth == "server"
    around = on_server and has_around(gauge.commitment)
    tried = edits(visit.view.book, gauge, tuple(drawn.layers.values()), language) if on_server and layers else ()
    return MapGroup(
        commitment=gauge.commitment.id,
        words=row.words,
        href=row.href,
        verdict=row.verdict,
        verdict_word=row.verdict_word,
        day=gauge.day.isoformat(),
        value_text=row.value_text,
        goal_text=row.goal_text,
        estimate=gauge.estimate,
        notes=tuple(language.message(reason.says) for reason in gauge.because[:MOST_NOTES]),
        bounds=around_all(layer.bounds for layer in layers),
        layers=layers,
        listing=listing(gauge, drawn.layers.values(), language),
        what_if=WhatIf(href=f"/what-if?language={language.code}", edits=tried) if tried else None,
        around=around_address(visit.links, name) if around else "",
        computing=computing,
        fault=language.message(drawn.fault) if drawn.fault else "",
    )


def around_address(links: Links, name: str) -> str:
    """The address of what a row brings, with {table} and {id} left open."""
    return links.data(f"layers/{name}/around/TABLE/ID.geojson").replace("TABLE/ID", "{table}/{id}")


def describe(layer: Layer, key: str, visit: Visit) -> MapLayer:
    """A layer without its data."""
    language, links = visit.language, visit.links
    large = is_large(layer)
    plain = "bin" if layer.shape == "points" else "geojson"
    measured = layer.columns.get(layer.measure)
    return MapLayer(
        id=layer.id,
        key=key,
        name=language.message(layer.name),
        shape=layer.shape,
        role=layer.role,
        href=links.data(f"layers/{key}.{'pmtiles' if large else plain if links.mouth == 'server' else 'js'}"),
        fallback=links.data(f"layers/{key}.{'geojson' if links.mouth == 'server' else 'js'}") if large else "",
        count=len(layer),
        measure=layer.measure,
        measure_label=language.message(measured.name) if measured else "",
        unit=language.unit(measured.unit) if measured else "",
        breaks=tuple(float(each) for each in layer.breaks),
        limit=layer.limit,
        high_is_bad=layer.high_is_bad,
        weight=layer.weight,
        estimate=layer.estimate,
        table=layer.table,
        bounds=bounds(layer),
        on=layer.role not in OFF_AT_FIRST,
        columns=columns(layer, language),
        nearest=_nearest(layer, visit, key),
        downloads=tuple(
            Download(label=label, href=links.data(f"layers/{key}.{form}"), format=form)
            for form, label in forms(layer).items()
        ),
    )


def columns(layer: Layer, language: Language) -> tuple[MapColumn, ...]:
    """The columns of a layer that are for people."""
    return tuple(
        MapColumn(name=n, label=language.message(c.name), unit=language.unit(c.unit), numeric=c.numeric)
        for n, c in layer.columns.items()
        if n not in UNSEEN
    )


def _nearest(layer: Layer, visit: Visit, key: str) -> Nearest | None:
    """The layer of sites that the column `nearest` numbers: the first one of the same promise."""
    if NEAREST not in layer.columns or visit.view.layers is None:
        return None
    drawn = visit.view.layers.drawn(key.partition("/")[0])
    sites = numbered_sites(drawn.layers.values())
    return Nearest(column=NEAREST, layer=sites.id) if sites else None


def around_all(boxes: Iterable[Bounds | None]) -> Bounds | None:
    """The box around boxes.

    >>> around_all([(1, 2, 3, 4), None, (0, 3, 2, 9)])
    (0, 2, 3, 9)
    """
    known = [box for box in boxes if box]
    if not known:
        return None
    wests, souths, easts, norths = zip(*known, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def listing(gauge: Gauge, layers: Iterable[Layer], language: Language) -> MapListing | None:
    """The layer of counties as a table, under a row for the whole; None where the promise has no such layer."""
    layer = next((each for each in layers if each.role == "counties"), None)
    if layer is None or not layer.columns:
        return None
    shown_columns = columns(layer, language)
    whole = MapRow(
        id="",
        name=language.say("the whole region"),
        texts=tuple(
            shown(roughly(gauge.value, gauge.unit, gauge.estimate), gauge.unit, language)
            if column.name == layer.measure
            else shown(total(layer.columns[column.name]), layer.columns[column.name].unit, language)
            for column in shown_columns
        ),
        share=gauge.value,
    )
    rows = [
        MapRow(
            id=str(layer.ids[place]) if layer.ids else str(place),
            name=language.word(str(layer.names[place])) if layer.names else "",
            texts=tuple(shown(cell(layer, c.name, place), layer.columns[c.name].unit, language) for c in shown_columns),
            share=number(layer.columns[layer.measure].values[place]) if layer.measure else None,
        )
        for place in range(len(layer))
    ]
    return MapListing(columns=shown_columns, rows=(whole, *rows))


def cell(layer: Layer, column: str, place: int) -> Any:
    """One figure of a layer, as roughly as it is known."""
    value = layer.columns[column].values[place]
    if not layer.columns[column].numeric:
        return value
    return roughly(float(value), layer.columns[column].unit, layer.estimate)


def total(column: LayerColumn) -> float:
    """What all areas have together: heads and households add up; NaN for all else, and where one is not known.

    >>> import numpy as np
    >>> from luoshu.words.message import say
    >>> total(LayerColumn(name=say("people"), unit="人", values=np.array([2.0, 3.0])))
    5.0
    >>> total(LayerColumn(name=say("share"), unit="%", values=np.array([2.0, 3.0])))
    nan
    """
    return float(column.values.sum()) if column.numeric and column.unit in ADDED_UP else math.nan


def shown(value: Any, unit: str, language: Language) -> str:
    """A value of a layer as people write it; infinity is out of reach, NaN a dash.

    >>> shown(float("inf"), "分钟", Language("en")), shown(0.5, "share", Language("zh"))
    ('out of reach', '50%')
    """
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return language.say("out of reach")
    if unit == "share" and isinstance(value, (int, float)):
        return language.share(None if math.isnan(value) else float(value))
    return language.cell(value, unit)


def number(value: Any) -> float | None:
    """A finite number, else None."""
    made = float(value)
    return made if math.isfinite(made) else None
