"""The two addresses of every page: HTML for people, and JSON with its schema."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute

from luoshu.show.manual import ErrorAnswer
from luoshu.show.page import Page
from luoshu.show.pages import Leaf, drawn, plain
from luoshu.show.visits import Day, Tongue, admit, visit_of
from luoshu.words.message import say

YEAR_SECONDS = 31_536_000
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorAnswer, "description": text}
    for code, text in ((403, "refused"), (404, "not found"), (422, "not understood"))
}
DESK_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorAnswer, "description": text}
    for code, text in ((401, "nobody is logged in"), (503, "the look could not be written down"))
}


def add_leaf(app: FastAPI, leaf: Leaf) -> None:
    """The two addresses of a page: HTML for people (JSON when only that is accepted), and JSON with its schema."""
    app.router.routes.extend(_routes(leaf))


@lru_cache(maxsize=256)
def _routes(leaf: Leaf) -> tuple[BaseRoute, ...]:
    """The addresses of a page, the same for every application: to make their schemas takes longer than all the rest."""
    router = APIRouter()

    def build(request: Request, name: str, day: date | None, language: str | None) -> tuple[Page, Any]:
        visit = visit_of(request, leaf.path.format(name=name), day, language)
        admit(request, visit, leaf, name)
        try:
            return leaf.build(visit, name, dict(request.query_params)), visit
        except KeyError:
            raise HTTPException(404, say("there is no page {path}", path=request.url.path)) from None

    def html(request: Request, name: str = "", day: Day = None, language: Tongue = None) -> Response:
        page, visit = build(request, name, day, language)
        accept = request.headers.get("accept", "")
        if "application/json" in accept and "text/html" not in accept:
            return JSONResponse(plain(page), headers=kept)
        response = HTMLResponse(drawn(leaf.template, leaf.name, page, visit), headers=kept)
        remember_language(response, language)
        return response

    def as_json(request: Request, name: str = "", day: Day = None, language: Tongue = None) -> Response:
        return JSONResponse(plain(build(request, name, day, language)[0]), headers=kept)

    # what is personal stays in no browser once its tab is closed
    kept = {"cache-control": "no-store" if leaf.personal else "private, no-cache"} if leaf.roles is not None else None
    several = "{name}" in leaf.path

    def only(request: Request, day: Day = None, language: Tongue = None) -> Response:
        return html(request, "", day, language)

    def only_json(request: Request, day: Day = None, language: Tongue = None) -> Response:
        return as_json(request, "", day, language)

    path = "/" + (leaf.path or "overview") + ".json"
    router.add_api_route(
        path,
        as_json if several else only_json,
        response_model=leaf.type,
        name=f"{leaf.name}_json",
        summary=leaf.says,
        responses=ERRORS if leaf.roles is None else ERRORS | DESK_ERRORS,
        tags=["pages"],
    )
    router.add_api_route("/" + leaf.path, html if several else only, include_in_schema=False, name=leaf.name)
    return tuple(router.routes)


def remember_language(response: Response, language: str | None) -> None:
    """Keep the language that was asked for."""
    if language:
        response.set_cookie("language", language, max_age=YEAR_SECONDS, samesite="strict", httponly=True)
