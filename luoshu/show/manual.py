"""The API described: for programs as OpenAPI with true examples, for people as a page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from luoshu.show.language import Language
from luoshu.show.links import ServerLinks
from luoshu.show.page import Page, Visit
from luoshu.show.pages import LEAVES, plain
from luoshu.show.view import View

MOST_ITEMS, MOST_LETTERS = 1, 160


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is wrong and how to mend it, with a stable code."""

    code: str
    says: str
    mend: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorAnswer:
    """The one shape of every error."""

    error: Told


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One address of the API."""

    method: str
    path: str
    says: str
    parameters: tuple[tuple[str, str], ...]
    try_it: str


@dataclass(frozen=True, kw_only=True)
class ApiPage(Page):
    """The API for people."""

    operations: tuple[Operation, ...]


def shortened(value: Any) -> Any:
    """A value small enough for an example: lists of one item, long texts cut.

    >>> shortened({"rows": [1, 2, 3]})
    {'rows': [1]}
    """
    if isinstance(value, dict):
        return {key: shortened(each) for key, each in list(value.items())[:40]}
    if isinstance(value, list):
        return [shortened(each) for each in value[:MOST_ITEMS]]
    if isinstance(value, str) and len(value) > MOST_LETTERS:
        return value[:MOST_LETTERS] + "…"
    return value


def openapi_with_examples(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; every page has an example made from the book that is served."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    view = app.state.shelf.view()
    for leaf in LEAVES:
        path = "/" + (leaf.path or "overview") + ".json"
        names = leaf.names(view)
        if path not in schema["paths"] or not names:
            continue
        place = leaf.path.format(name=names[0])
        visit = Visit(view=view, language=Language("zh"), links=ServerLinks(path=place))
        example = shortened(plain(leaf.build(visit, names[0], {})))
        operation = schema["paths"][path]["get"]
        operation["responses"]["200"]["content"]["application/json"]["example"] = example
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "name":
                parameter["example"] = names[0]
            if parameter["name"] == "day":
                parameter["example"] = view.day.isoformat()
    filled = examples(view)
    for methods in schema["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in filled:
                    parameter["example"] = filled[parameter["name"]]
    answered_everywhere(schema)
    error = asdict(ErrorAnswer(error=Told(code="not-found", says="there is no page /promises/x", mend="Begin at /")))
    schema["components"]["schemas"]["ErrorAnswer"]["example"] = error
    app.openapi_schema = schema
    return schema


def answered_everywhere(schema: dict[str, Any]) -> None:
    """Add the answers that every address may give, before it is even asked: the door of the server gives them."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
    desk = {"401": "nobody is logged in", "404": "not found", "503": "the journal cannot be read or written now"}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            more = {"403": "refused"} | ({} if method == "get" else {"411": "no length", "413": "too long"})
            for code, says in (more | (desk if path.startswith("/desk/") else {})).items():
                operation["responses"].setdefault(code, {"description": says, "content": content})


def examples(view: View) -> dict[str, str]:
    """Values of parameters that are true of the book that is served, known without drawing anything."""
    drawn = view.layers.names[:1] if view.layers else []
    found = {"commitment": drawn[0]} if drawn else {}
    return found | ({"collectionId": "counties"} if view.polygons else {})


def manual(app: FastAPI, visit: Visit) -> ApiPage:
    """The page that lists the API."""
    operations = []
    for path, methods in openapi_with_examples(app)["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", [])
            filled = path
            for parameter in parameters:
                if parameter["in"] == "path":
                    filled = filled.replace(f"{{{parameter['name']}}}", str(parameter.get("example", "")))
            operations.append(
                Operation(
                    method=method.upper(),
                    path=path,
                    says=visit.language.text(operation.get("summary", "")),
                    parameters=tuple((p["name"], visit.language.text(p.get("description", ""))) for p in parameters),
                    try_it=filled if method == "get" and "{" not in filled else "",
                )
            )
    return ApiPage(
        title=visit.language.say("Description of the API"),
        day=visit.view.day,
        language=visit.language.code,
        operations=tuple(operations),
    )
