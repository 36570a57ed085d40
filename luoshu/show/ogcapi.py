"""What the service of features says of itself: its description in OpenAPI 3.0 and the standard that it keeps."""

from __future__ import annotations

from typing import Any

from luoshu.show.ogcquery import DEFAULT_LIMIT, MOST_ITEMS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CLASSES = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")
)
JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def parameter(name: str, says: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One parameter of a query."""
    return {"name": name, "in": "query", "description": says, "required": False, "schema": schema, "style": "form",
            "explode": False, **more}  # fmt: skip


COMMON = [
    parameter("day", "What was known on this day; today where it is left out", {"type": "string", "format": "date"}),
    parameter("language", "zh or en", {"type": "string", "enum": ["zh", "en"]}),
    parameter("f", "The form of the answer", {"type": "string", "enum": ["json", "geojson"]}),
]
ITEMS = [
    parameter("limit", "Most features in the answer",
              {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": DEFAULT_LIMIT}),
    parameter("offset", "Features that are passed over", {"type": "integer", "minimum": 0, "default": 0}),
    parameter("bbox", "Only features that meet the box: west, south, east, north in degrees (six numbers with heights)",
              {"type": "array", "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
               "items": {"type": "number"}}),
    parameter("datetime", "A moment or an interval (RFC 3339); features without a time match", {"type": "string"}),
]  # fmt: skip
FILTERS = parameter("filters", "Any property of the features with the value that it is to have",
                    {"type": "object", "additionalProperties": {"type": "string"}}, explode=True)  # fmt: skip


def in_path(name: str, says: str) -> dict[str, Any]:
    """One parameter of a path."""
    return {"name": name, "in": "path", "description": says, "required": True, "schema": {"type": "string"}}


COLLECTION = in_path("collectionId", "The id of a collection")
FEATURE = in_path("featureId", "The id of a feature")


def description(title: str, server: str, version: str) -> dict[str, Any]:
    """The OpenAPI 3.0 document of the service at the address `server`."""
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version, "description": "OGC API - Features - Part 1: Core"},
        "servers": [{"url": server}],
        "paths": {
            "/": path("landingPage", "The landing page", "LandingPage", COMMON),
            "/conformance": path("conformance", "The parts of the standard that are kept", "Conformance", COMMON),
            "/api": path("api", "This description", "Anything", COMMON),
            "/collections": path("collections", "The collections: layers of the map", "Collections", COMMON),
            "/collections/{collectionId}": path("collection", "One collection", "Collection", [COLLECTION, *COMMON]),
            "/collections/{collectionId}/items": path(
                "items", "Features of a collection", "FeatureCollection",
                [COLLECTION, *ITEMS, *COMMON, FILTERS], GEOJSON),
            "/collections/{collectionId}/items/{featureId}": path(
                "feature", "One feature", "Feature", [COLLECTION, FEATURE, *COMMON], GEOJSON),
        },
        "components": {"schemas": SCHEMAS},
    }  # fmt: skip


def path(id: str, says: str, schema: str, parameters: list[dict[str, Any]], media: str = JSON) -> dict[str, Any]:
    """One address: what it answers and how it refuses."""
    held = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    error = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "get": {
            "operationId": id,
            "summary": says,
            "parameters": parameters,
            "responses": {
                "200": {"description": says, "content": {media: held}},
                "400": {"description": "A parameter is unknown or its value invalid", "content": error},
                "404": {"description": "There is no such resource", "content": error},
                "503": {"description": "Layers are being computed; ask again", "content": error},
            },
        }
    }


def _of(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
SCHEMAS: dict[str, Any] = {
    "Link": _of(["href"], href=TEXT, rel=TEXT, type=TEXT, title=TEXT, hreflang=TEXT),
    "LandingPage": _of(["links"], title=TEXT, description=TEXT, links=LINKS),
    "Conformance": _of(["conformsTo"], conformsTo=TEXTS),
    "Anything": {"type": "object"},
    "Collections": _of(["links", "collections"], links=LINKS,
                       collections={"type": "array", "items": {"$ref": "#/components/schemas/Collection"}}),
    "Collection": _of(["id", "links"], id=TEXT, title=TEXT, description=TEXT, links=LINKS, itemType=TEXT, crs=TEXTS,
                      extent={"type": "object"}),
    "FeatureCollection": _of(["type", "features"], type={"type": "string", "enum": ["FeatureCollection"]}, links=LINKS,
                             features={"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
                             timeStamp={"type": "string", "format": "date-time"},
                             numberMatched={"type": "integer", "minimum": 0},
                             numberReturned={"type": "integer", "minimum": 0}),
    "Feature": _of(["type", "geometry", "properties"], type={"type": "string", "enum": ["Feature"]}, id=TEXT,
                   links=LINKS, geometry={"type": "object", "nullable": True},
                   properties={"type": "object", "nullable": True}),
    "Error": _of(["error"], error=_of(["code", "says"], code=TEXT, says=TEXT, mend=TEXT)),
}  # fmt: skip
