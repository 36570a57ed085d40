"""The addresses of layers on the server: packed for the map, and as files for other programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Request
from fastapi.responses import FileResponse, Response

from luoshu.book.table import schema
from luoshu.kinds.layer import Layer
from luoshu.show.language import Language, marked
from luoshu.show.layerfile import binary, features, word
from luoshu.show.layerforms import as_file
from luoshu.show.layershelf import COMPUTING, BeingDrawn, Drawn, by_name, has_around
from luoshu.show.layerstore import LayerStore
from luoshu.show.manual import ErrorAnswer
from luoshu.show.mapedits import tables_of
from luoshu.show.maplayers import shown
from luoshu.show.page import Visit
from luoshu.show.visits import Day, Tongue, visit_of
from luoshu.words.message import say

WAIT_SECONDS = 20.0
"""Longest wait for a layer that is being computed; then 503, to be asked again."""
MEDIA = {
    "bin": "application/octet-stream",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "pmtiles": "application/vnd.pmtiles",
}
SAYS = {
    "bin": marked("A layer of points, packed for the map: a header in JSON, then 32-bit floats."),
    "geojson": marked("A layer as GeoJSON (RFC 7946)."),
    "parquet": marked("A layer as GeoParquet 1.1."),
    "pmtiles": marked(
        "A layer of lines or polygons as vector tiles in one file (PMTiles); ranges of it may be asked for."
    ),
}
AROUND_SAYS = marked("What one row of a table brings: for a site, what is within its reach.")
MOST_FIGURED = 6
Of = Annotated[str, Path(description=marked("The id of a promise that has layers"), max_length=200)]
Which = Annotated[str, Path(description=marked("The id of one of its layers"), max_length=200)]
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorAnswer, "description": text}
    for code, text in ((404, "not found"), (422, "not understood"), (503, "being computed"))
}


def add_layers(app: FastAPI) -> None:
    """Every layer in every form, and what single rows bring."""
    store = LayerStore()
    for format in MEDIA:
        _add_format(app, format, store)

    def around(
        request: Request, commitment: Of, table: str, id: str, day: Day = None, language: Tongue = None
    ) -> Response:
        visit = visit_of(request, "", day, language)
        drawn = drawn_of(visit, commitment)
        return tagged(request, visit, MEDIA["geojson"], lambda: around_file(visit, drawn, table, id))

    app.add_api_route(
        "/layers/{commitment}/around/{table}/{id:path}.geojson", around, response_class=Response, tags=["layers"],
        summary=AROUND_SAYS, responses={200: {"content": {MEDIA["geojson"]: {}}}, **ERRORS}, name="around",
    )  # fmt: skip


def _add_format(app: FastAPI, format: str, store: LayerStore) -> None:
    media = MEDIA[format]

    def answer(request: Request, commitment: Of, layer: Which, day: Day = None, language: Tongue = None) -> Response:
        visit = visit_of(request, "", day, language)
        found = layer_of(visit, commitment, layer, outward=format != "bin")
        if (format == "bin" and found.shape != "points") or (format == "pmtiles" and found.shape == "points"):
            says = say("the layer {layer} is of {shape}: there is no .{format} of it", layer=layer, shape=found.shape,
                       format=format)  # fmt: skip
            raise HTTPException(404, says)
        if format == "bin":
            return tagged(request, visit, media, lambda: binary(found))
        if format == "geojson":
            return tagged(request, visit, media, lambda: as_file(found, format, visit.language))
        if is_known(request, visit):
            return Response(status_code=304, headers=headers(visit))
        key = f"{visit.view.version} {commitment}/{layer} {format} {visit.language.code}"
        try:
            path = store.file(key, lambda: as_file(found, format, visit.language))
        except ValueError:
            raise HTTPException(404, say("the layer {layer} has no outlines", layer=layer)) from None
        return FileResponse(path, media_type=media, headers=headers(visit), filename=f"{layer}.{format}")

    app.add_api_route(
        "/layers/{commitment}/{layer}." + format, answer, response_class=Response, tags=["layers"],
        summary=SAYS[format], responses={200: {"content": {media: {}}}, **ERRORS}, name=f"layer_{format}",
    )  # fmt: skip


def drawn_of(visit: Visit, commitment: str) -> Drawn:
    """The layers of a promise; 404 where it has none, 503 where they take too long now."""
    shelf = visit.view.layers
    try:
        if shelf is None:
            raise KeyError(commitment)
        drawn = shelf.drawn(commitment, WAIT_SECONDS)
    except KeyError:
        raise HTTPException(404, say("there is no promise {id} with layers", id=commitment)) from None
    except BeingDrawn:
        raise HTTPException(503, say("the layers of {id} are being computed; ask again", id=commitment),
                            headers={"Retry-After": "5"}) from None  # fmt: skip
    if drawn.fault is not None:
        raise HTTPException(404, drawn.fault)
    return drawn


def layer_of(visit: Visit, commitment: str, layer: str, *, outward: bool = True) -> Layer:
    """One layer of a promise, as other programs get it or as the map does; 404 where there is none of that name."""
    drawn = drawn_of(visit, commitment)
    if layer not in drawn.layers:
        names = ", ".join(drawn.layers)
        says = say("{id} has no layer {layer}; it has: {names}", id=commitment, layer=layer, names=names)
        raise HTTPException(404, says)
    return (drawn.outward if outward else drawn.layers)[layer]


def headers(visit: Visit) -> dict[str, str]:
    """By which a browser knows the answer again: it changes with the files, the day and the language."""
    return {"etag": f'"{visit.view.version}-{visit.language.code}"', "vary": "cookie"}


def is_known(request: Request, visit: Visit) -> bool:
    """Whether the browser has this very answer already."""
    known = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") in (headers(visit)["etag"], "*") for tag in known.split(","))


def tagged(request: Request, visit: Visit, media: str, make: Any) -> Response:
    """What `make` gives with the headers of a layer; 304 and nothing made where the browser has it."""
    if is_known(request, visit):
        return Response(status_code=304, headers=headers(visit))
    return Response(make(), media_type=media, headers=headers(visit))


def around_file(visit: Visit, drawn: Drawn, table: str, id: str) -> bytes:
    """What a row brings, as one GeoJSON file: features say their layer and role, `figures` sum them up in words."""
    promise, book, language = drawn.gauge.commitment, visit.view.book, visit.language
    missing = say("there is no row {id} in {table}", id=id, table=table)
    if book is None or not has_around(promise):
        raise HTTPException(404, missing)
    row_type = next((each for each in tables_of(book, drawn.gauge) if schema(each).name == table), None)
    if row_type is None or len(schema(row_type).key) != 1:
        raise HTTPException(404, missing)
    (key,) = schema(row_type).key
    rows: tuple[Any, ...] = book.rows(row_type)
    row = next((each for each in rows if str(getattr(each, key)) == id), None)
    if row is None:
        raise HTTPException(404, missing)
    if not COMPUTING.acquire(timeout=WAIT_SECONDS):
        raise HTTPException(503, say("another computation is under way; ask again"), headers={"Retry-After": "5"})
    try:
        layers = by_name(promise.around(book, drawn.gauge.day, table, id))
    except Exception as error:  # the kinds are open to additions
        says = say("It could not be drawn: {fault}", fault=f"{type(error).__name__}: {error}")
        raise HTTPException(404, says) from None
    finally:
        COMPUTING.release()
    told = {
        "type": "FeatureCollection",
        "title": language.word(str(getattr(row, "name", "") or id)),
        "estimate": drawn.gauge.estimate or any(layer.estimate for layer in layers.values()),
        "figures": [each for layer in layers.values() for each in figures(layer, language)],
        "notes": [],
        "layers": {name: about(layer, language) for name, layer in layers.items()},
        "features": [
            {**each, "properties": {**each["properties"], "layer": name, "role": layer.role}}
            for name, layer in layers.items()
            for each in features(layer, language)
        ],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


def about(layer: Layer, language: Language) -> dict[str, Any]:
    """How a layer is drawn, in the answer itself."""
    return {
        "name": language.message(layer.name), "shape": layer.shape, "role": layer.role, "measure": layer.measure,
        "breaks": [each for each in layer.breaks if math.isfinite(each)], "high_is_bad": layer.high_is_bad,
        "estimate": layer.estimate,
    }  # fmt: skip


def figures(layer: Layer, language: Language) -> list[Mapping[str, str]]:
    """The columns of the few features of a small layer, in words."""
    if len(layer) > MOST_FIGURED:
        return []
    return [
        {
            "label": f"{_called(layer, place, language)} {language.message(column.name)}".strip(),
            "text": shown(column.values[place], column.unit, language),
        }
        for place in range(len(layer))
        for column in layer.columns.values()
        if word(column.values[place]) != ""
    ]  # fmt: skip


def _called(layer: Layer, place: int, language: Language) -> str:
    return language.word(str(layer.names[place])) if layer.names and len(layer) > 1 else ""
