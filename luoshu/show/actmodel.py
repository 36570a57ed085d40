"""The acts described for programs: the request of each from its dataclass, with an example, and the answers of all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from luoshu.desk.act import ACTS, Act, schema_of
from luoshu.show.manual import ErrorAnswer, Told

Handler = Callable[..., Awaitable[Response]]
MARK = "phone-7/31"
ANSWERS: dict[int | str, dict[str, Any]] = {
    code: {"description": says}
    for code, says in (
        (201, "entered, or entered before with the same mark"),
        (303, "a plain form was entered: on to the page that it came from"),
        (401, "nobody is logged in"),
        (403, "not allowed to who asks, or without the proof of the session"),
        (409, "what stands does not allow it"),
        (422, "not understood"),
        (429, "too many; Retry-After says when to try again"),
        (503, "the journal cannot be written now"),
    )
}


@dataclass(frozen=True, kw_only=True)
class Entered:
    """The answer to an act: the numbers of its entries in the journal, and the thing that it is about."""

    entries: list[int]
    about: str


@dataclass(frozen=True, kw_only=True)
class NotEntered(ErrorAnswer):
    """Why an act was not entered; `fields` says of each field what is wrong with it."""

    error: Told
    fields: dict[str, str] = dataclasses.field(default_factory=dict)


def described(app: FastAPI, act: Handler, undo: Handler, undo_says: str) -> None:
    """Put every act, and taking back, on the list of addresses."""
    for what, kind in sorted(ACTS.items()):
        _add(app, f"/desk/acts/{what}", _bound(act, what), str(kind.says.template), request_of(kind), what)
    wanted = {"type": "object", "additionalProperties": False, "properties": _more(), "required": ["why"],
              "example": {"why": "a wrong number"}}  # fmt: skip
    _add(app, "/desk/undo/{number}", undo, undo_says, wanted, "undo", models=True)


def _bound(act: Handler, what: str) -> Handler:
    async def one(request: Request) -> Response:
        return await act(request, what)

    return one


def _add(
    app: FastAPI, path: str, handler: Handler, says: str, wanted: Mapping[str, Any], name: str, models: bool = False
) -> None:
    """One address. Its answers are described by their models once (`models`), by their names everywhere else: a hundred
    acts would take seconds to start with otherwise."""
    content = {"application/json": {"schema": wanted}}
    answers = {code: {**each, **_answer(code, models)} for code, each in ANSWERS.items()}
    app.add_api_route(
        path, handler, methods=["POST"], tags=["desk"], summary=says, status_code=201,
        response_model=Entered if models else None, responses=answers, name=f"act_{name}",
        openapi_extra={
            "requestBody": {"content": content, "required": True},
            "parameters": [
                {"name": "X-CSRF-Token", "in": "header", "required": False, "schema": {"type": "string"},
                 "description": "the proof of the session, as /desk/me.json gives it"},
            ],
        },
    )  # fmt: skip


def _answer(code: int | str, models: bool) -> dict[str, Any]:
    if code == 303:
        return {}
    if models:
        return {"model": Entered if code == 201 else NotEntered}
    name = "Entered" if code == 201 else "NotEntered"
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def _more() -> dict[str, Any]:
    return {
        "why": {"type": "string", "maxLength": 2_000, "description": "the reason"},
        "happened": {"type": ["string", "null"], "format": "date-time", "description": "when, where that is not now"},
        "sent": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "what the sender's clock shows as it sends: only how long ago it happened is taken from it",
        },
        "mark": {
            "type": "string",
            "maxLength": 100,
            "description": "the sender's own name for it: sent twice, done once",
        },
    }


def request_of(kind: type[Act[Any]]) -> dict[str, Any]:
    """The schema of a request for an act, without references, with an example."""
    facts = inlined(schema_of(kind))
    for each in dataclasses.fields(kind):
        shape = facts["properties"][each.name]
        shape["description"] = str(each.metadata.get("description") or "")
        choices = each.metadata.get("choices") or {}
        if choices and shape.get("type") == "string":
            shape["enum"] = list(dict.fromkeys([*choices, *([each.default] if isinstance(each.default, str) else [])]))
        for key, bound in (("minimum", "minimum"), ("maximum", "maximum")):
            if each.metadata.get(key) is not None and shape.get("type") in ("number", "integer"):
                shape[bound] = each.metadata[key]
    hidden = {each.name for each in dataclasses.fields(kind) if each.metadata.get("hidden")}
    if "required" in facts:  # the name of a new thing may be left out: it is made from the mark
        facts["required"] = [name for name in facts["required"] if name not in hidden]
    example = {"facts": example_of(kind, facts), "why": "", "mark": MARK}
    return {
        "type": "object", "additionalProperties": False, "required": ["facts"],
        "properties": {"facts": facts, **_more()}, "example": example,
    }  # fmt: skip


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its own parts put where they are referred to.

    >>> inlined({"$defs": {"A": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/A"}}})
    {'properties': {'a': {'type': 'string'}}}
    """
    made = dict(schema)
    parts = made.pop("$defs", {})
    text = json.dumps(made)
    for _ in range(3):  # parts may refer to parts
        for name, part in parts.items():
            text = text.replace(json.dumps({"$ref": f"#/$defs/{name}"}), json.dumps(part))
    found: dict[str, Any] = json.loads(text)
    return found


def example_of(kind: type[Act[Any]], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the facts that must be given."""
    made: dict[str, Any] = {}
    for each in dataclasses.fields(kind):
        if each.default is not dataclasses.MISSING or each.metadata.get("hidden"):
            continue
        shape = schema["properties"][each.name]
        choices = list(each.metadata.get("choices") or ())
        made[each.name] = choices[0] if choices and shape.get("type") != "array" else value_of(each.name, shape)
    return made


def value_of(name: str, shape: Mapping[str, Any]) -> Any:
    """A value of a shape, for an example."""
    moments = {"date": date(2021, 7, 20).isoformat(), "date-time": datetime(2021, 7, 20, 8).isoformat() + "+08:00"}
    simple = {"number": shape.get("minimum", 1), "integer": shape.get("minimum", 1), "boolean": True, "array": []}
    sort = shape.get("type") or next((each.get("type") for each in shape.get("anyOf", ()) if each.get("type")), "")
    if sort == "string":
        return shape.get("enum", [moments.get(str(shape.get("format")), f"{name}-1")])[0]
    return simple.get(str(sort), {})
