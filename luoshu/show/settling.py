"""Settling proposals from the browser: accept, correct, reject, undo; two editors cannot overwrite each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError

from luoshu.show.language import marked
from luoshu.show.links import join
from luoshu.show.manual import ErrorAnswer
from luoshu.show.page import Visit
from luoshu.show.pages import environment, plain
from luoshu.show.paper import Found, card, found
from luoshu.show.view import Paper
from luoshu.show.visits import visit_of
from luoshu.words.message import Message, say

ALLOWED = (
    "value", "value_high", "unit", "comparator", "change", "per", "each", "due", "subject", "owner", "verb", "object",
    "id", "chapter", "measure", "indicator", "as_of", "made", "published",
)  # fmt: skip
"""What a form may say; everything else in it is left out."""


class Decision(BaseModel):
    """What a person decides about one proposal; `version` is that of the proposal as it was seen."""

    verdict: str = Field(pattern="^(accept|correct|reject|undo)$", examples=["accept"])
    version: str = Field(default="", max_length=100, examples=["9f2c1b7a00112233"])
    fields: dict[str, Any] = Field(default_factory=dict, examples=[{"value": 120, "unit": "家"}])


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The answer to a decision: the proposal as it stands now."""

    found: Found


def add_settling(app: FastAPI) -> None:
    """The one address that changes the book."""

    async def settle(request: Request, name: str, id: str) -> Response:
        from starlette.concurrency import run_in_threadpool

        decision = decision_of(request.headers.get("content-type", ""), await request.body())
        return await run_in_threadpool(answer, request, name, id, decision)

    app.add_api_route(
        "/documents/{name}/proposals/{id}",
        settle,
        methods=["POST"],
        response_model=Settled,
        tags=["settling"],
        summary=marked("Accept, correct, reject or undo one proposal; 409 where somebody else was faster."),
        responses={code: {"model": ErrorAnswer} for code in (403, 404, 409, 422)},
        openapi_extra={
            "requestBody": {"content": {"application/json": {"schema": Decision.model_json_schema()}}, "required": True}
        },
    )


def decision_of(content_type: str, body: bytes) -> Decision:
    """The decision in a form or in JSON; 422 where it says none."""
    try:
        if content_type.partition(";")[0].strip() == "application/json":
            return Decision.model_validate_json(body)
        form = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        return Decision(
            verdict=form.pop("verdict", ""),
            version=form.pop("version", ""),
            fields={k: v for k, v in form.items()},
        )
    except (ValidationError, ValueError):
        raise HTTPException(422, say("the decision is not understood: it is accept, correct, reject or undo")) from None


def corrections(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be said, with the size of each thing put together from its two inputs.

    >>> corrections({"unit": "家", "each_value": "1e10", "each_unit": "元", "weight": "9"})
    {'unit': '家', 'each': {'value': 10000000000.0, 'unit': '元'}}
    """
    said = {name: value for name, value in fields.items() if name in ALLOWED}
    size = str(fields.get("each_value") or "").strip()
    if size:
        try:
            said["each"] = {"value": float(size), "unit": str(fields.get("each_unit") or "")}
        except ValueError:
            raise ValueError(say("{found!r} is not a number; write digits, as in 40", found=size)) from None
    return said


def answer(request: Request, name: str, id: str, decision: Decision) -> Response:
    """Carry a decision out and answer with the proposal as it then stands."""
    from luoshu.read import Conflict, settle

    visit = visit_of(request, join("documents", name), None, None)
    paper = visit.view.paper(name)
    if paper is None or not any(each["id"] == id for each in paper.proposals):
        raise HTTPException(404, say("there is no proposal {id} in this document", id=id))
    status, conflict, fault = 200, "", ""
    try:
        settle(
            visit.view.folder,
            id,
            decision.verdict,
            corrections(decision.fields) if decision.verdict == "correct" else {},
            seen_hash=decision.version,
            document=paper.file.removeprefix("documents/"),
        )
    except Conflict:
        status = 409
        conflict = visit.language.say(
            "Somebody else decided on this first. What you see now is how it stands; decide again."
        )
    except (ValueError, KeyError) as error:
        status = 422
        fault = _sentence(error, visit)
    request.app.state.shelf.changed()
    fresh = visit_of(request, join("documents", name), None, None)
    return _answered(request, fresh, name, id, status, conflict, fault)


def _sentence(error: Exception, visit: Visit) -> str:
    words = error.args[0] if error.args else str(error)
    return visit.language.message(words if isinstance(words, Message) else str(words))


def _answered(request: Request, visit: Visit, name: str, id: str, status: int, conflict: str, fault: str) -> Response:
    paper: Paper | None = visit.view.paper(name)
    proposal = next((each for each in paper.proposals if each["id"] == id), None) if paper else None
    if paper is None or proposal is None:
        raise HTTPException(404, say("there is no proposal {id} in this document", id=id))
    now = found(visit, proposal, conflict=conflict, fault=fault)
    if request.headers.get("hx-request"):
        language = visit.language
        context: dict[str, Any] = {"language": language, "_": language.say, "links": visit.links}
        html = (
            environment()
            .get_template("proposal_answer.html")
            .render(found=now, action=request.url.path, card=card(visit, paper), **context)
        )
        trigger = json.dumps({"settled": {"id": id, "state": now.state}})
        return HTMLResponse(html, status_code=status, headers={"HX-Trigger": trigger})
    if request.headers.get("content-type", "").startswith("application/json"):
        if status != 200:
            code = "conflict" if status == 409 else "not-settled"
            told = {"code": code, "says": conflict or fault, "mend": "", "found": plain(now)}
            return JSONResponse({"error": told}, status_code=status)
        return JSONResponse(plain(Settled(found=now)))
    if status != 200:
        raise HTTPException(status, say("{detail}", detail=conflict or fault))
    return RedirectResponse(visit.links.to(visit.links.path, f"proposal-{id}"), status_code=303)
