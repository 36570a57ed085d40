"""What goes wrong, said: one shape of error for programs, a page for people, the login for who must log in first."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
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
from luoshu.show.page import Page
from luoshu.show.pages import LEAVES, drawn
from luoshu.show.visits import visit_of
from luoshu.words.message import Message, say

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


def add_errors(app: FastAPI) -> None:
    """Answer every error of the application."""
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(Unkept, _away)
    app.add_exception_handler(SQLAlchemyError, _away)
    app.add_exception_handler(Exception, _broken)


def wants_html(request: Request) -> bool:
    """Whether an error is for people's eyes."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.endswith(".json")


def told_error(request: Request, status: int, code: str, says: Message, mend: str) -> Response:
    """An error in the language of who asked: a page for people, one shape of JSON for programs."""
    try:
        visit = visit_of(request, "error", None, None)
    except Exception:
        # the book itself cannot be looked at: the plain answer has to do
        return JSONResponse({"error": {"code": code, "says": says, "mend": mend}}, status_code=status)
    language = visit.language
    told = {"code": code, "says": language.message(says), "mend": language.message(mend)}
    if not wants_html(request):
        return JSONResponse({"error": told}, status_code=status)
    page = ErrorPage(
        title=language.say("There is no such page") if status == 404 else language.say("That did not work"),
        day=visit.view.day,
        language=language.code,
        near=near(visit, request.url.path) if status == 404 else (),
        **told,
    )
    return HTMLResponse(drawn("error.html", "error", page, visit), status_code=status)


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
    return told_error(request, 503, "not-written", says, say("Try again in a moment"))


async def _broken(request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return told_error(request, 500, "broken", say("the page could not be made: {kind}", kind=type(error).__name__),
                  say("See what the server printed"))  # fmt: skip
