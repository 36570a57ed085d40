"""OGC API – Features, Part 1: the layers of every promise and the outlines of the counties, for GIS programs."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from luoshu.kinds.layer import Layer
from luoshu.show import ogcapi
from luoshu.show.language import marked
from luoshu.show.layerfile import bounds, features, labels
from luoshu.show.layerforms import forms
from luoshu.show.layerserving import MEDIA, drawn_of
from luoshu.show.layershelf import LayerShelf
from luoshu.show.ogcapi import COMMON, CRS84, FILTERS, GEOJSON, ITEMS, JSON, OPENAPI
from luoshu.show.ogcquery import EVERYWHERE, OF_ITEMS, ItemQuery, day_and_language, item_query, refused, single
from luoshu.show.page import Visit
from luoshu.show.visits import visit_of
from luoshu.words.message import say

COUNTIES = "counties"
SHAPES: weakref.WeakKeyDictionary[Layer, Any] = weakref.WeakKeyDictionary()
OUTLINES: weakref.WeakKeyDictionary[LayerShelf, dict[str, Layer]] = weakref.WeakKeyDictionary()
PLACES: weakref.WeakKeyDictionary[Layer, dict[str, int]] = weakref.WeakKeyDictionary()


def add_features(app: FastAPI) -> None:
    """The six kinds of address of the standard, and the description of the service."""

    def landing(request: Request) -> Response:
        visit = asked(request)[0]
        return answered(_landing(request, visit), JSON)

    def api(request: Request) -> Response:
        visit = asked(request)[0]
        told = ogcapi.description(visit.view.name(visit.language.code), address(request), app.version)
        return answered(told, OPENAPI)

    def conformance(request: Request) -> Response:
        asked(request)
        return answered({"conformsTo": list(ogcapi.CLASSES)}, JSON)

    def listed(request: Request) -> Response:
        visit = asked(request)[0]
        told = [_collection(request, visit, id, layer) for id, layer in layers_of(visit).items()]
        links = [link(request, "collections", "self", JSON)]
        return answered({"links": links, "collections": told}, JSON)

    def one(request: Request, collectionId: str) -> Response:
        visit = asked(request)[0]
        return answered(_collection(request, visit, collectionId, layer_named(visit, collectionId)), JSON)

    def items(request: Request, collectionId: str) -> Response:
        given = dict(request.query_params.multi_items())
        day, language = day_and_language({name: given[name] for name in EVERYWHERE if name in given})
        visit = visit_of(request, "", day, language)
        layer = layer_named(visit, collectionId)
        known = single(request.query_params.multi_items(), (*EVERYWHERE, *OF_ITEMS, *filterable(layer)))
        return answered(_items(request, visit, collectionId, layer, item_query(known)), GEOJSON)

    def feature(request: Request, collectionId: str, featureId: str) -> Response:
        visit = asked(request)[0]
        return answered(_feature(request, visit, collectionId, featureId), GEOJSON)

    several = [*ITEMS, *COMMON, FILTERS]
    for path, answer, says, parameters, media in (
        ("", landing, marked("OGC API - Features: the landing page."), COMMON, JSON),
        ("/api", api, marked("OGC API - Features: the description in OpenAPI 3.0."), COMMON, OPENAPI),
        ("/conformance", conformance, marked("OGC API - Features: the parts of the standard kept."), COMMON, JSON),
        ("/collections", listed, marked("OGC API - Features: the layers of the map as collections."), COMMON, JSON),
        ("/collections/{collectionId}", one, marked("OGC API - Features: one collection."), COMMON, JSON),
        ("/collections/{collectionId}/items", items,
         marked("OGC API - Features: features of a collection, by pages, box and property."), several, GEOJSON),
        ("/collections/{collectionId}/items/{featureId:path}", feature, marked("OGC API - Features: one feature."),
         COMMON, GEOJSON),
    ):  # fmt: skip
        _add(app, path, answer, says, parameters, media)
    app.add_api_route("/ogc/", landing, include_in_schema=False)


REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": says,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}},
    }
    for code, says in ((400, "a parameter that is not known or not understood"), (404, "not found"))
}


def _add(
    app: FastAPI, path: str, answer: Callable[..., Response], says: str, parameters: list[dict[str, Any]], media: str
) -> None:
    app.add_api_route("/ogc" + path, answer, response_class=Response, tags=["features"], summary=says,
                      responses={200: {"content": {media: {}}}, **REFUSALS},
                      openapi_extra={"parameters": parameters})  # fmt: skip


def asked(request: Request, known: Collection[str] = EVERYWHERE) -> tuple[Visit, dict[str, str]]:
    """The visit of a request and its parameters; 400 for those that are not `known`."""
    given = single(request.query_params.multi_items(), known)
    day, language = day_and_language(given)
    return visit_of(request, "", day, language), given


def answered(told: Any, media: str) -> Response:
    """Plain values as JSON of a media type."""
    return Response(json.dumps(told, ensure_ascii=False, allow_nan=False).encode(), media_type=media)


def address(request: Request, *parts: str) -> str:
    """The whole address of a resource of the service."""
    return str(request.base_url) + "/".join(("ogc", *(quote(part, safe="") for part in parts)))


def link(request: Request, path: str, rel: str, media: str, title: str = "", **query: str) -> dict[str, str]:
    """A link to a resource, by the day and in the language of the request."""
    kept = {name: request.query_params[name] for name in ("day", "language") if name in request.query_params}
    tail = urlencode({**kept, **query})
    href = address(request, *(path.split("/") if path else [])) + (f"?{tail}" if tail else "")
    return {"href": href, "rel": rel, "type": media, **({"title": title} if title else {})}


def _landing(request: Request, visit: Visit) -> dict[str, Any]:
    language = visit.language
    manual = {"href": f"{request.base_url}api", "rel": "service-doc", "type": "text/html"}
    return {
        "title": visit.view.name(language.code),
        "description": language.say("The layers of the map as features, as known on {day}", day=visit.view.day),
        "links": [
            link(request, "", "self", JSON),
            link(request, "api", "service-desc", OPENAPI),
            {**manual, "title": language.say("Description of the API")},
            link(request, "conformance", "conformance", JSON),
            link(request, "collections", "data", JSON),
        ],
    }


def layers_of(visit: Visit) -> dict[str, Layer]:
    """Every collection by its id: `counties` and `commitment.layer`; those of a kind that fails are left out."""
    found: dict[str, Layer] = {}
    if visit.view.polygons:
        found[COUNTIES] = county_layer(visit)
    for name in visit.view.layers.names if visit.view.layers else ():
        try:
            drawn = drawn_of(visit, name)
        except HTTPException as error:
            if error.status_code == 404:
                continue
            raise
        found |= {f"{name}.{id}": layer for id, layer in drawn.outward.items()}
    return found


def layer_named(visit: Visit, id: str) -> Layer:
    """One collection; 404 where there is none of that id. Only the layers of its own promise are drawn for it."""
    if id == COUNTIES and visit.view.polygons:
        return county_layer(visit)
    for name in visit.view.layers.names if visit.view.layers else ():
        if id.startswith(name + "."):
            layer = drawn_of(visit, name).outward.get(id.removeprefix(name + "."))
            if layer is not None:
                return layer
    raise HTTPException(404, say("there is no collection {id}", id=id[:80]))


def county_layer(visit: Visit) -> Layer:
    """The outlines of the counties as a layer, made once a look at the book and language."""
    if visit.view.layers is None:
        return _county_layer(visit)
    made, code = OUTLINES.setdefault(visit.view.layers, {}), visit.language.code
    if code not in made:
        made[code] = _county_layer(visit)
    return made[code]


def _county_layer(visit: Visit) -> Layer:
    drawn: list[Any] = list((visit.view.polygons or {}).get("features", ()))
    about = [each["properties"] for each in drawn]
    return Layer(
        id=COUNTIES, name=say("Outlines of the counties"), shape="polygons", role="counties",
        geometries=[each["geometry"] for each in drawn], ids=[str(each["id"]) for each in about],
        names=[visit.language.word(str(each.get("name", ""))) for each in about],
    )  # fmt: skip


def _collection(request: Request, visit: Visit, id: str, layer: Layer) -> dict[str, Any]:
    language = visit.language
    name, _, which = id.rpartition(".")
    gauge = visit.view.gauge(name) if name else None
    words = language.word(gauge.commitment.words) if gauge else visit.view.name(language.code)
    box = bounds(layer)
    path = f"collections/{id}"
    carried = [] if gauge is None else [
        {"href": str(request.base_url)[:-1] + visit.links.data(f"layers/{name}/{which}.{form}"), "rel": "enclosure",
         "type": MEDIA[form], "title": word}
        for form, word in forms(layer).items()
    ]  # fmt: skip
    return {
        "id": id,
        "title": language.message(layer.name),
        "description": f"{words} · {language.say('estimate')}" if layer.estimate else words,
        "itemType": "feature",
        "crs": [CRS84],
        **({"extent": {"spatial": {"bbox": [list(box)], "crs": CRS84}}} if box else {}),
        "labels": labels(layer, language),
        "links": [
            link(request, path, "self", JSON),
            link(request, f"{path}/items", "items", GEOJSON, language.message(layer.name)),
            *carried,
        ],
    }


def filterable(layer: Layer) -> list[str]:
    """The properties by which features may be chosen."""
    names = [*(["id"] if layer.ids else []), *(["name"] if layer.names else []), *layer.columns]
    return [name for name in names if name not in (*EVERYWHERE, *OF_ITEMS)]


def _items(request: Request, visit: Visit, id: str, layer: Layer, query: ItemQuery) -> dict[str, Any]:
    rows = chosen(layer, query)
    shown = rows[query.offset : query.offset + query.limit]
    path = f"collections/{id}/items"
    kept = {name: value for name, value in request.query_params.items() if name not in ("offset", "day", "language")}

    def page(rel: str, offset: int) -> dict[str, str]:
        return link(request, path, rel, GEOJSON, **{**kept, **({"offset": str(offset)} if offset else {})})

    links = [page("self", query.offset), link(request, f"collections/{id}", "collection", JSON)]
    if query.offset + query.limit < len(rows):
        links.append(page("next", query.offset + query.limit))
    if query.offset:
        links.append(page("prev", max(0, query.offset - query.limit)))
    return {
        "type": "FeatureCollection",
        "links": links,
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": len(rows),
        "numberReturned": len(shown),
        "features": list(numbered(layer, shown, visit)),
    }


def numbered(layer: Layer, rows: Any, visit: Visit) -> Iterable[dict[str, Any]]:
    """Features of a layer, each with an id: its own, else the number of its row."""
    for row, feature in zip(rows.tolist(), features(layer, visit.language, rows), strict=True):
        yield {"type": "Feature", "id": feature.get("id", str(row)), **feature}


def chosen(layer: Layer, query: ItemQuery) -> Any:
    """The numbers of the features in the box and with the properties that are asked for."""
    import numpy as np

    keep = np.ones(len(layer), dtype=bool)
    for name, wanted in query.filters.items():
        keep &= _like(layer, name, wanted)
    if query.box:
        keep &= _inside(layer, query.box)
    return np.flatnonzero(keep)


def _like(layer: Layer, name: str, wanted: str) -> Any:
    import numpy as np

    column = layer.columns.get(name)
    if column is not None and column.numeric:
        try:
            return np.asarray(column.values) == float(wanted)
        except ValueError:
            raise refused(say("{name} is {found!r}, which is not a number", name=name, found=wanted[:80])) from None
    held: Any = layer.ids if name == "id" and column is None else layer.names if column is None else column.values
    return np.fromiter((str(each) == wanted for each in held), dtype=bool, count=len(layer))


def _inside(layer: Layer, box: tuple[float, float, float, float]) -> Any:
    import numpy as np
    import shapely

    west, south, east, north = box
    if layer.lon is not None and layer.lat is not None:
        lon, lat = np.asarray(layer.lon), np.asarray(layer.lat)
        across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
        return across & (lat >= south) & (lat <= north)
    if layer not in SHAPES:
        from luoshu.show.geoparquet import shapes

        SHAPES[layer] = shapes(layer)
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    boxes = shapely.union_all([shapely.box(left, south, right, north) for left, right in sides if left <= right])
    return shapely.intersects(SHAPES[layer], boxes)


def _feature(request: Request, visit: Visit, id: str, wanted: str) -> dict[str, Any]:
    import numpy as np

    layer = layer_named(visit, id)
    if layer not in PLACES:
        names = layer.ids or range(len(layer))
        PLACES[layer] = {str(name): row for row, name in reversed(list(enumerate(names)))}
    row = PLACES[layer].get(wanted)
    if row is None:
        raise HTTPException(404, say("{id} has no feature {feature}", id=id, feature=wanted[:80]))
    (found,) = numbered(layer, np.array([row]), visit)
    path = f"collections/{id}"
    links = [
        {**link(request, path, "self", GEOJSON), "href": address(request, "collections", id, "items", wanted)},
        link(request, path, "collection", JSON),
    ]
    return {**found, "links": links}
