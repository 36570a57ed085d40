"""What goes wrong, said: one shape of error for programs, a page for people, the login for who must log in first."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException as StarletteHTTPException

from luoshu.desk.unkept import Unkept, unkept
from luoshu.show.door import Caller, door_of
from luoshu.show.language import LANGUAGES
from luoshu.show.links import ServerLinks
from luoshu.show.page import Page, Visit
from luoshu.show.pages import LEAVES, drawn
from luoshu.show.visits import spoken, visit_of
from luoshu.words.message import Message, say

AGAIN_SECONDS = 5
CODES = {
    400: "not-understood",
    401: "not-logged-in",
    404: "not-found",
    405: "not-allowed",
    409: "conflict",
    422: "not-understood",
    429: "too-many",
    503: "busy",
}


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """What went wrong, for people."""

    code: str
    says: str
    mend: str = ""
    near: tuple[tuple[str, str], ...] = ()
    again: int = 0
    """Seconds after which the page asks again by itself."""


def add_errors(app: FastAPI) -> None:
    """Answer every error of the application."""
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(Unkept, _away)
    app.add_exception_handler(SQLAlchemyError, _away)
    app.add_exception_handler(ConnectionError, _away)  # pg8000 lets out what the network says
    app.add_exception_handler(Exception, _broken)


def wants_html(request: Request) -> bool:
    """Whether an error is for people's eyes."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.endswith(".json")


def told_error(request: Request, status: int, code: str, says: Message, mend: str, again: int = 0) -> Response:
    """An error in the language of who asked: a page for people, one shape of JSON for programs.

    `again`: seconds after which it is worth asking again; a page does so by itself.
    """
    visit = _visit(request)
    if visit is None:
        return barely_told(request, status, code, says, mend, again)
    language = visit.language
    told = {"code": code, "says": language.message(says), "mend": language.message(mend)}
    headers = {"retry-after": str(again)} if again else {}
    if not wants_html(request):
        return JSONResponse({"error": told}, status_code=status, headers=headers)
    page = ErrorPage(
        title=language.say("There is no such page") if status == 404 else language.say("That did not work"),
        day=visit.view.day,
        language=language.code,
        near=near(visit, request.url.path) if status == 404 else (),
        again=again if request.method == "GET" else 0,
        **told,
    )
    return HTMLResponse(drawn("error.html", "error", page, visit), status_code=status, headers=headers)


def barely_told(request: Request, status: int, code: str, says: Message, mend: str, again: int = 0) -> Response:
    """An error without anything of the book around it, in the language of who asked."""
    language = spoken(request, None)
    told = {"code": code, "says": language.message(says), "mend": language.message(mend)}
    headers = {"retry-after": str(again)} if again else {}
    if not wants_html(request):
        return JSONResponse({"error": told}, status_code=status, headers=headers)
    more = f'<meta http-equiv="refresh" content="{again}">' if again and request.method == "GET" else ""
    head, words, way = (escape(each) for each in (language.say("That did not work"), told["says"], told["mend"]))
    page = (
        f'<!doctype html><html lang="{language.tag}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{more}<title>{head}</title>'
        f"<h1>{head}</h1><p>{words}</p><p>{way}</p></html>"
    )
    return HTMLResponse(page, status_code=status, headers=headers)


def _visit(request: Request) -> Visit | None:
    """A visit to draw an error with: of the desk, or where that cannot be asked of the book as it was last seen."""
    try:
        return visit_of(request, "error", None, None)
    except Exception:
        view = request.app.state.shelf.kept()
        if view is None:
            return None
        language = spoken(request, None)
        path = request.url.path.strip("/") if request.method == "GET" else ""
        links = ServerLinks(path=path, language=language.code, day=None)
        return Visit(view=view, language=language, links=links)


def near(visit: Any, path: str) -> tuple[tuple[str, str], ...]:
    """Pages whose address is like the one that was asked for."""
    from difflib import get_close_matches

    paths: Mapping[str, str] = {"/" + path: path for leaf in LEAVES for path, _ in leaf.paths(visit.view) if path}
    found = get_close_matches(path, list(paths), n=3, cutoff=0.6)
    return tuple((visit.links.to(paths[each]), each) for each in found)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    says = error.detail if isinstance(error.detail, Message) else say("{detail}", detail=str(error.detail))
    if error.status_code == 401 and request.method == "GET" and wants_html(request):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        spoken = request.query_params.get("language", "")
        more = {"language": spoken} if spoken in LANGUAGES else {}
        return RedirectResponse("/login?" + urlencode({"next": asked, **more}), status_code=303)
    if error.status_code == 404 and not isinstance(error.detail, Message):
        says = say("there is no page {path}", path=request.url.path[:200])
    caller: Caller | None = getattr(request.state, "caller", None)
    if error.status_code == 403 and caller is not None and not getattr(request.state, "written_down", False):
        door_of(request).refused_act(request, caller, str(says))
    code = CODES.get(error.status_code, "refused")
    mend = say("Begin at the overview") if error.status_code == 404 else ""
    answer = told_error(request, error.status_code, code, says, mend)
    answer.headers.update(error.headers or {})
    return answer


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first: Mapping[str, Any] = error.errors()[0]
    name = str(first["loc"][-1])
    says = say("{name} is {found!r}, which is not understood", name=name, found=str(first.get("input", ""))[:80])
    mend = say("Write a day as in 2025-12-31") if name == "day" else say("See the description of the API")
    return told_error(request, 422, "not-understood", says, mend)


async def _away(request: Request, error: Exception) -> Response:
    """The journal, or the sessions beside it, cannot be read or written now."""
    said = unkept(error)
    says = said.says if said else say("the journal of the desk cannot be reached now; nothing was written")
    return told_error(request, 503, "not-written", says, say("Try again in a moment"), AGAIN_SECONDS)


async def _broken(request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return told_error(request, 500, "broken", say("the page could not be made: {kind}", kind=type(error).__name__),
                  say("See what the server printed"))  # fmt: skip
