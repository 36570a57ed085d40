"""The dashboard: the pages as HTML and as JSON on this machine, and the settling of proposals."""

from __future__ import annotations

import errno
import os
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from luoshu.show.events import add_events
from luoshu.show.guard import Guard, is_loopback
from luoshu.show.layerserving import add_layers
from luoshu.show.manual import ApiPage, ErrorAnswer, manual, openapi_with_examples
from luoshu.show.ogc import add_features
from luoshu.show.page import Page
from luoshu.show.pages import LEAVES, Leaf, drawn, plain
from luoshu.show.publish import STATIC
from luoshu.show.shelf import Shelf
from luoshu.show.visits import Day, Tongue, admit, visit_of
from luoshu.show.whatif import add_what_if
from luoshu.words.message import Message, say

YEAR_SECONDS = 31_536_000
MOST_PORT = 65_535
BACKLOG = 128
CODES = {
    400: "not-understood",
    404: "not-found",
    405: "not-allowed",
    409: "conflict",
    422: "not-understood",
    503: "busy",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorAnswer, "description": text}
    for code, text in ((403, "refused"), (404, "not found"), (422, "not understood"))
}


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """What went wrong, for people."""

    code: str
    says: str
    mend: str = ""
    near: tuple[tuple[str, str], ...] = ()


def make_app(folder: Path, *, day: date | None = None, open_to_others: bool = False, desk: str = "") -> FastAPI:
    """The web application over one book. `open_to_others` lets it answer to any Host name; settling stays local.

    The desk is open where the book has a journal, or where a database for it is named (`desk`).
    """
    from luoshu.show.deskleaves import DESK_LEAVES, room_for
    from luoshu.show.settling import add_settling

    app = FastAPI(
        title="luoshu",
        description="Promises of a plan, where each stands on a day, and because of what. Every page is also JSON.",
        version=_version(),
        docs_url=None,
        redoc_url=None,
    )
    app.state.shelf = Shelf(folder, day)
    app.state.room = room_for(app.state.shelf, desk)
    app.add_middleware(Guard, open_to_others=open_to_others)
    for leaf in (*LEAVES, *(DESK_LEAVES if app.state.room else ())):
        _add_leaf(app, leaf)
    add_settling(app)
    add_layers(app)
    add_what_if(app)
    add_features(app)
    add_events(app)
    _add_manual(app)
    if STATIC.is_dir():
        app.mount("/static/built", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(Exception, _broken)
    return app


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    day: date | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run the server until it is stopped; on another address than loopback it is read-only for others.

    `ready` is called once it listens. Raises OSError with a Message where the address cannot be listened on.
    """
    import asyncio

    import uvicorn

    listening = listen(host, port)
    app = make_app(folder, day=day, open_to_others=not is_loopback(host))
    # a proxy's word about the client is not believed: settling is for this machine
    settings = uvicorn.Config(
        app,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(settings)

    async def run() -> None:
        served = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not served.done():
            await asyncio.sleep(0.02)
        if server.started:
            app.state.shelf.warm()
            ready()
        await served

    with listening:
        asyncio.run(run())


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound to the address; OSError with a sentence where another program has it or it is not ours."""
    if not 0 <= port <= MOST_PORT:
        raise OSError(say("{port} is not a port; name one from 1 to {most}", port=str(port), most=str(MOST_PORT)))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
    except OSError:
        raise OSError(say("the address {host} is not known here", host=host)) from None
    try:
        if os.name != "nt":
            # a port that was just closed may be taken again; on Windows this would let two programs share one
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            says = say("port {port} is in use by another program; name another with --port", port=str(port))
        elif error.errno == errno.EACCES:
            says = say("port {port} is not open to this user; name one above 1023 with --port", port=str(port))
        else:
            reason = error.strerror or ""
            says = say("{host}, port {port}, cannot be listened on: {reason}", host=host, port=str(port), reason=reason)
        raise OSError(says) from None
    return made


def _version() -> str:
    from luoshu import __version__

    return __version__


def _add_leaf(app: FastAPI, leaf: Leaf) -> None:
    """The two addresses of a page: HTML for people (JSON when only that is accepted), and JSON with its schema."""

    def build(request: Request, name: str, day: date | None, language: str | None) -> tuple[Page, Any]:
        visit = visit_of(request, leaf.path.format(name=name), day, language)
        admit(visit, leaf)
        try:
            return leaf.build(visit, name, dict(request.query_params)), visit
        except KeyError:
            raise HTTPException(404, say("there is no page {path}", path=request.url.path)) from None

    def html(request: Request, name: str = "", day: Day = None, language: Tongue = None) -> Response:
        page, visit = build(request, name, day, language)
        accept = request.headers.get("accept", "")
        if "application/json" in accept and "text/html" not in accept:
            return JSONResponse(plain(page))
        response = HTMLResponse(drawn(leaf.template, leaf.name, page, visit))
        remember_language(response, language)
        return response

    def as_json(request: Request, name: str = "", day: Day = None, language: Tongue = None) -> Response:
        return JSONResponse(plain(build(request, name, day, language)[0]))

    several = "{name}" in leaf.path

    def only(request: Request, day: Day = None, language: Tongue = None) -> Response:
        return html(request, "", day, language)

    def only_json(request: Request, day: Day = None, language: Tongue = None) -> Response:
        return as_json(request, "", day, language)

    path = "/" + (leaf.path or "overview") + ".json"
    app.add_api_route(
        path,
        as_json if several else only_json,
        response_model=leaf.type,
        name=f"{leaf.name}_json",
        summary=leaf.says,
        responses=ERRORS,
        tags=["pages"],
    )
    app.add_api_route("/" + leaf.path, html if several else only, include_in_schema=False, name=leaf.name)


def remember_language(response: Response, language: str | None) -> None:
    """Keep the language that was asked for."""
    if language:
        response.set_cookie("language", language, max_age=YEAR_SECONDS, samesite="strict", httponly=True)


def _add_manual(app: FastAPI) -> None:
    """The description of the API for people at /api; for programs it is at /openapi.json."""

    def api(request: Request, day: Day = None, language: Tongue = None) -> Response:
        visit = visit_of(request, "api", day, language)
        page: ApiPage = manual(app, visit)
        return HTMLResponse(drawn("api.html", "api", page, visit, has_json=False))

    app.add_api_route("/api", api, include_in_schema=False)
    app.openapi = lambda: openapi_with_examples(app)  # type: ignore[method-assign]


def wants_html(request: Request) -> bool:
    """Whether an error is for people's eyes."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.endswith(".json")


def _error(request: Request, status: int, code: str, says: Message, mend: str) -> Response:
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
    if error.status_code == 404 and not isinstance(error.detail, Message):
        says = say("there is no page {path}", path=request.url.path[:200])
    code = CODES.get(error.status_code, "refused")
    mend = say("Begin at the overview") if error.status_code == 404 else ""
    answer = _error(request, error.status_code, code, says, mend)
    answer.headers.update(error.headers or {})
    return answer


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first: Mapping[str, Any] = error.errors()[0]
    name = str(first["loc"][-1])
    says = say("{name} is {found!r}, which is not understood", name=name, found=str(first.get("input", ""))[:80])
    mend = say("Write a day as in 2025-12-31") if name == "day" else say("See the description of the API")
    return _error(request, 422, "not-understood", says, mend)


async def _broken(request: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return _error(request, 500, "broken", say("the page could not be made: {kind}", kind=type(error).__name__),
                  say("See what the server printed"))  # fmt: skip


Handler = Callable[[Request, Exception], Any]
