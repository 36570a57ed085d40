"""Logging in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.staff import nobody_rules
from luoshu.show.door import NotIn, caller_of, door_of, let_in, let_out, need_caller, prove, safe_path
from luoshu.show.guard import is_loopback
from luoshu.show.language import marked
from luoshu.show.leafserving import remember_language
from luoshu.show.manual import ErrorAnswer
from luoshu.show.page import Page
from luoshu.show.pages import drawn
from luoshu.show.visits import Day, Tongue, visit_of
from luoshu.words.message import Message, say


@dataclass(frozen=True, kw_only=True)
class LoginPage(Page):
    """Where people say who they are. `next` is where they go on to; `open_line` tells that nothing hides the password
    on its way."""

    next: str
    says: str = ""
    name: str = ""
    nobody_yet: bool = False
    open_line: bool = False


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who is logged in, and the proof that their acts carry (X-CSRF-Token)."""

    person: str
    name: str
    csrf: str


MOST_FORM = 4_000


def add_login(app: FastAPI) -> None:
    """The addresses of the door."""

    def login(request: Request, day: Day = None, language: Tongue = None) -> Response:
        door_of(request)
        going = safe_path(request.query_params.get("next", ""))
        if caller_of(request) is not None:
            return RedirectResponse(going, status_code=303)
        response = login_page(request, going)
        remember_language(response, language)
        return response

    async def let_me_in(request: Request) -> Response:
        return await run_in_threadpool(logging_in, request, await fields_of(request))

    async def leave(request: Request) -> Response:
        given = await fields_of(request)
        return await run_in_threadpool(logging_out, request, given)

    def me(request: Request) -> Response:
        caller = need_caller(request)
        told = {"person": caller.actor.id, "name": caller.actor.name, "csrf": caller.session.csrf}
        return JSONResponse(told, headers={"cache-control": "no-store"})

    plain: dict[str, Any] = {"include_in_schema": False}
    app.add_api_route("/login", login, name="login", **plain)
    app.add_api_route("/login", let_me_in, methods=["POST"], **plain)
    app.add_api_route("/logout", leave, methods=["POST"], **plain)
    refusals: dict[int | str, dict[str, Any]] = {code: {"model": ErrorAnswer} for code in (401, 403, 404)}
    app.add_api_route(
        "/desk/me.json", me, tags=["desk"], response_model=Me, responses=refusals,
        summary=marked("Who is logged in, and the proof that their acts carry."),
    )  # fmt: skip


async def fields_of(request: Request) -> dict[str, str]:
    """The few fields of a form or of a JSON object, texts only; 422 where it is neither."""
    import json

    body = await request.body()
    try:
        if len(body) > MOST_FORM:
            raise ValueError
        if request.headers.get("content-type", "").startswith("application/json"):
            told = json.loads(body)
            if not isinstance(told, dict) or not all(isinstance(each, str) for each in told.values()):
                raise ValueError
            json.dumps(told, ensure_ascii=False).encode()  # half a surrogate pair is a ValueError
            return {str(name): each for name, each in told.items()}
        form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
        return {name: values[-1] for name, values in form.items()}
    except (ValueError, RecursionError):
        raise HTTPException(422, say("the form is not understood")) from None


def login_page(
    request: Request, going: str, says: Message | None = None, name: str = "", status: int = 200, again: int = 0
) -> Response:
    """The page that asks for name and password."""
    visit = visit_of(request, "login", None, None)
    far = request.client is None or not is_loopback(request.client.host)
    page = LoginPage(
        title=visit.language.say("Log in"),
        day=visit.view.day,
        language=visit.language.code,
        next=going,
        says=visit.language.message(says),
        name=name[:80],
        nobody_yet=visit.things is not None and nobody_rules(visit.things),
        open_line=far and request.url.scheme != "https",
    )
    html = drawn("login.html", "login", page, visit, has_json=False)
    return HTMLResponse(html, status_code=status, headers={"retry-after": str(again)} if again else None)


def logging_in(request: Request, given: dict[str, str]) -> Response:
    """Let somebody in, or say why not; JSON is answered with JSON."""
    name, going = given.get("name", ""), safe_path(given.get("next", ""))
    result = door_of(request).log_in(request, name, given.get("password", ""))
    in_json = request.headers.get("content-type", "").startswith("application/json")
    if isinstance(result, NotIn):
        status = 429 if result.again else 401
        if in_json:
            raise HTTPException(status, result.says, {"Retry-After": str(result.again)} if result.again else None)
        return login_page(request, going, result.says, name, status, result.again)
    token, session = result
    told = {"person": session.person, "csrf": session.csrf}
    must = (known := door_of(request).credentials.known(session.person)) is not None and known.start
    response: Response = (
        JSONResponse({**told, "must_change": must})
        if in_json
        else RedirectResponse("/desk/account" if must else going, status_code=303)
    )
    response.headers["cache-control"] = "no-store"
    let_in(request, response, token)
    return response


def logging_out(request: Request, given: dict[str, str]) -> Response:
    """End the session; what the browser kept of the desk goes with it."""
    caller = caller_of(request)
    if caller is not None:
        prove(request, caller, given.get("_csrf", ""))
        door_of(request).log_out(caller)
    response = RedirectResponse("/login", status_code=303)
    response.headers["clear-site-data"] = '"cache"'
    let_out(request, response)
    return response
