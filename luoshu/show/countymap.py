"""The map by county: one layer a measure, polygons shaded in five classes, and the same figures as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from markupsafe import Markup

from luoshu.show.language import Language
from luoshu.show.maplayers import MapGroup, groups
from luoshu.show.mapwords import map_words
from luoshu.show.page import Page, Visit
from luoshu.show.view import CountyValue

CLASSES = 5
SHARES = (0, 5, 20, 50, 80)
"""Per cent at which the classes of shares begin."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One measure over all counties that have a figure; `classes` are the lower ends of the shades."""

    id: str
    name: str
    unit: str
    day: date | None
    values: dict[str, float]
    texts: dict[str, str]
    classes: tuple[float, ...]
    class_texts: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class MapPage(Page):
    """The map of the region: figures by county, and the promises that have layers of their own."""

    polygons: dict[str, Any] | None
    bounds: tuple[float, float, float, float] | None
    layers: tuple[Layer, ...]
    names: dict[str, str]
    words: dict[str, str]
    faults: tuple[str, ...]
    groups: tuple[MapGroup, ...] = ()


def map_page(visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> MapPage:
    """The map; without outlines, figures or layers it says what to bring."""
    language, view = visit.language, visit.view
    polygons = worded(view.polygons, language) if view.polygons else None
    names = county_names(polygons)
    by_measure: dict[str, list[CountyValue]] = {}
    for value in view.county_values:
        if value.county in names:
            by_measure.setdefault(value.measure, []).append(value)
    layers = tuple(_layer(f"layer-{i}", values, language) for i, values in enumerate(by_measure.values(), start=1))
    wanted = (query or {}).get("layer", "")
    # what is drawn with shares comes first: a promise of which nothing is known yet is no good first sight
    drawn = tuple(sorted(groups(visit), key=lambda group: group.listing is None))
    return MapPage(
        title=language.say("Map") if drawn else language.say("By county"),
        day=view.day,
        language=language.code,
        polygons=polygons,
        bounds=bounds(polygons) if polygons else None,
        layers=tuple(sorted(layers, key=lambda layer: (layer.id != wanted, -len(layer.values)))),
        names=names,
        words=map_words(language),
        faults=tuple(language.message(fault) for fault in view.map_faults),
        groups=drawn,
    )


def worded(polygons: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The same polygons with the counties' names in this language, where the book has them."""
    features = [
        {**f, "properties": {**f["properties"], "name": language.word(str(f["properties"].get("name", "")))}}
        for f in polygons.get("features", ())
    ]
    return {**polygons, "features": features}


def county_names(polygons: Mapping[str, Any] | None) -> dict[str, str]:
    """The counties of a feature collection: name by code."""
    features = (polygons or {}).get("features", ())
    return {str(f["properties"]["id"]): str(f["properties"].get("name", "")) for f in features}


def _layer(id: str, values: Sequence[CountyValue], language: Language) -> Layer:
    first = values[0]
    latest: dict[str, CountyValue] = {}
    for value in sorted(values, key=lambda value: value.day):
        latest[value.county] = value
    numbers = {county: value.value for county, value in latest.items()}
    steps = breaks(list(numbers.values()))
    return Layer(
        id=id,
        name=first.name_en if language.code == "en" and first.name_en else first.measure,
        unit=language.unit(first.unit),
        day=max(value.day for value in latest.values()),
        values=numbers,
        texts={county: language.figure(number, first.unit) for county, number in numbers.items()},
        classes=steps,
        class_texts=tuple(language.figure(step, first.unit) for step in steps),
    )


def breaks(values: Sequence[float]) -> tuple[float, ...]:
    """Lower ends of at most five classes with about as many counties each (quantiles).

    >>> breaks([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    (1, 3, 5, 7, 9)
    >>> breaks([4, 4])
    (4,)
    """
    found = sorted(values)
    picked = [found[math.floor(len(found) * index / CLASSES)] for index in range(CLASSES)] if found else []
    return tuple(dict.fromkeys(picked))


def shade(value: float | None, classes: Sequence[float]) -> str:
    """The class name of a county: class-0 (lowest) to class-4, class-none without a figure."""
    if value is None:
        return "class-none"
    below = sum(value >= step for step in classes)
    # few classes spread over the whole ramp
    return f"class-{max(0, below - 1) * 4 // max(1, len(classes) - 1)}"


def rings(geometry: Mapping[str, Any]) -> Iterable[Sequence[Sequence[float]]]:
    """All rings of a polygon or multipolygon."""
    shapes = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for shape in shapes:
        yield from shape


def bounds(polygons: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east and north of all polygons, in degrees."""
    points = [point for f in polygons["features"] for ring in rings(f["geometry"]) for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    return west, min(p[1] for p in points), east, max(p[1] for p in points)


def bare(text: str, unit: str) -> str:
    """A figure without the unit that the head of its column tells; per cent stays.

    >>> bare("25.22万人", "人"), bare("252,165 people", "people"), bare("45%", "%")
    ('25.22万', '252,165', '45%')
    """
    return text.removesuffix(unit).rstrip() if unit and unit != "%" else text


def share_layer(group: MapGroup) -> Layer | None:
    """A promise's shares by county as a layer of figures, for the drawing that needs no script."""
    rows = [row for row in group.listing.rows if row.id and row.share is not None] if group.listing else []
    if group.listing is None or not rows:
        return None
    shares = {row.id: row.share for row in rows if row.share is not None}
    # shares of one, or in per cent already
    percent = 1 if any(column.unit == "%" for column in group.listing.columns) else 100
    steps = tuple(step / percent for step in SHARES)
    return Layer(
        id=group.commitment,
        name=group.words,
        unit="",
        day=None,
        values=shares,
        texts={row.id: next((text for text in row.texts if text.endswith("%")), "") for row in rows},
        classes=steps,
        class_texts=tuple(f"{step}%" for step in SHARES),
        href=group.href,
    )


def drawn_layer(page: MapPage) -> Layer | None:
    """What the page shows first: the shares of the first promise, else the first figure by county."""
    shares = share_layer(page.groups[0]) if page.groups else None
    return shares or (page.layers[0] if page.layers and not page.groups else None)


def map_drawing(page: MapPage, width: int = 640) -> Markup:
    """What is shown first as SVG (plate carrée), each county named where there is room."""
    if page.polygons is None or page.bounds is None:
        return Markup("")
    west, south, east, north = page.bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = width / ((east - west) * squeeze)
    height = round((north - south) * scale)
    layer = drawn_layer(page)
    paths, labels = [], []
    for feature in page.polygons["features"]:
        county = str(feature["properties"]["id"])
        value = layer.values.get(county) if layer else None
        ways = []
        for ring in rings(feature["geometry"]):
            points = [((p[0] - west) * squeeze * scale, (north - p[1]) * scale) for p in ring]
            ways.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
            if ring is next(iter(rings(feature["geometry"]))) or len(ring) > 40:
                labels.append(_label(points, page.names[county], county))
        text = layer.texts.get(county, page.words["none"]) if layer else page.words["none"]
        name = shade(value, layer.classes if layer else ())
        paths.append(
            f'<path class="county {name}" data-id="{escape(county)}" fill-rule="evenodd" d="{"".join(ways)}">'
            f"<title>{escape(page.names[county])} {escape(text)}</title></path>"
        )
    names = "".join(dict((label[0], label[1]) for label in labels if label).values())
    return Markup(
        f'<svg class="map-drawing" viewBox="-2 -2 {width + 4} {height + 4}" role="img" '
        f'aria-label="{escape(layer.name if layer else page.title)}">{"".join(paths)}{names}</svg>'
    )


def _label(points: Sequence[tuple[float, float]], name: str, county: str) -> tuple[str, str] | None:
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    if right - left < 12 * len(name) or bottom - top < 16:
        return None
    x, y = _middle(points)
    return county, f'<text class="county-name" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(name)}</text>'


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Centroid of a ring (shoelace formula)."""
    area = x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        cross = ax * by - bx * ay
        area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
    return (x / (3 * area), y / (3 * area)) if area else points[0]
