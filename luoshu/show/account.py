"""One's own account: the password, and the browsers that are logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.actor import ROLES
from luoshu.desk.clock import local_time
from luoshu.desk.credentials import SHORTEST
from luoshu.desk.journal import Refused
from luoshu.desk.staff import Person
from luoshu.show.daybook import LOGOUT
from luoshu.show.door import Caller, caller_of, door_of, let_in, prove
from luoshu.show.language import Language
from luoshu.show.login import fields_of
from luoshu.show.moments import now_of
from luoshu.show.page import Page
from luoshu.show.pages import drawn
from luoshu.show.visits import Day, Tongue, visit_of
from luoshu.words.message import Message, say

BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
MACHINES = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RoleHeld:
    """A role in words, with what it is limited to; `over` tells that its last day has passed."""

    role: str
    word: str
    organisation: str
    incident: str
    until: str
    over: bool = False


@dataclass(frozen=True, kw_only=True)
class SessionShown:
    """One browser that is logged in."""

    id: str
    browser: str
    begun: str
    seen: str
    this: bool


@dataclass(frozen=True, kw_only=True)
class AccountPage(Page):
    """One's own account."""

    person: str
    name: str
    organisation: str
    roles: tuple[RoleHeld, ...]
    sessions: tuple[SessionShown, ...]
    shortest: int
    must_change: bool
    says: str = ""
    done: str = ""


def add_account(app: FastAPI) -> None:
    """The addresses of the account."""

    def account(request: Request, day: Day = None, language: Tongue = None) -> Response:
        return account_page(request, known_caller(request))

    async def password(request: Request) -> Response:
        return await run_in_threadpool(change, request, await fields_of(request))

    async def end(request: Request) -> Response:
        return await run_in_threadpool(end_session, request, await fields_of(request))

    hidden: dict[str, Any] = {"include_in_schema": False}
    app.add_api_route("/desk/account", account, name="account", **hidden)
    app.add_api_route("/desk/account/password", password, methods=["POST"], **hidden)
    app.add_api_route("/desk/account/end", end, methods=["POST"], **hidden)


def known_caller(request: Request) -> Caller:
    """Who asks, also with a start password that has to be changed; 401 where that is nobody."""
    caller = caller_of(request)
    if caller is None:
        raise HTTPException(401, say("log in first"))
    return caller


def account_page(
    request: Request, caller: Caller, says: Message | None = None, done: Message | None = None, status: int = 200
) -> Response:
    """The page of the account, with what was wrong or done."""
    visit = visit_of(request, "desk/account", None, None)
    language, now = visit.language, datetime.now(UTC)
    person = visit.things.get(Person, caller.actor.id) if visit.things else None
    page = AccountPage(
        title=language.say("My account"),
        day=visit.view.day,
        language=language.code,
        person=caller.actor.id,
        name=caller.actor.name,
        organisation=caller.actor.organisation,
        roles=roles_held(person, language, now_of(request)),
        sessions=tuple(
            SessionShown(
                id=each.id, browser=browser_word(each.browser, language), begun=local_time(each.begun),
                seen=local_time(each.seen), this=each.id == caller.session.id,
            )
            for each in door_of(request).sessions.all(caller.actor.id, now)
        ),
        shortest=SHORTEST,
        must_change=caller.must_change,
        says=language.message(says),
        done=language.message(done),
    )  # fmt: skip
    html = drawn("account.html", "account", page, visit, has_json=False)
    return HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})


def change(request: Request, given: dict[str, str]) -> Response:
    """A new password: the old one must be said; every other session ends, and this one begins anew."""
    caller, door, now = known_caller(request), door_of(request), datetime.now(UTC)
    prove(request, caller, given.get("_csrf", ""))
    person, new = caller.actor.id, given.get("new", "")
    right = door.compared(request, person, given.get("current", ""), now)
    if not isinstance(right, bool):
        return account_page(request, caller, right.says, status=429)
    if not right:
        return account_page(request, caller, say("the present password is not right"), status=403)
    if new != given.get("again", ""):
        return account_page(request, caller, say("the two passwords are not the same"), status=422)
    if new == given.get("current", ""):
        return account_page(request, caller, say("the new password is the old one"), status=422)
    try:
        door.credentials.set(person, new, now)
    except Refused as refused:
        return account_page(request, caller, refused.says, status=422)
    door.sessions.end_all(person)
    token, session = door.sessions.begin(person, request.headers.get("user-agent", ""), now)
    door.daybook.note("password", who=person, about=f"session:{session.id}")
    response = RedirectResponse("/desk" if caller.must_change else "/desk/account?changed=1", status_code=303)
    let_in(request, response, token)
    return response


def end_session(request: Request, given: dict[str, str]) -> Response:
    """End one of one's own sessions, or all others."""
    caller, door = known_caller(request), door_of(request)
    prove(request, caller, given.get("_csrf", ""))
    named, person = given.get("session", ""), caller.actor.id
    if named == "others":
        door.sessions.end_all(person, but=caller.session.id)
    elif len(named) != len(caller.session.id) or not door.sessions.end(named, person):
        raise HTTPException(404, say("there is no such session any more"))
    door.daybook.note(LOGOUT, who=person, about=f"session:{named}")
    return RedirectResponse("/desk/account", status_code=303)


def roles_held(person: Person | None, language: Language, now: datetime) -> tuple[RoleHeld, ...]:
    """The roles of a person in words."""
    return tuple(
        RoleHeld(
            role=each.role, word=language.message(ROLES.get(each.role, each.role)), organisation=each.organisation,
            incident=each.incident, until=each.until.isoformat() if each.until else "", over=not each.in_force(now),
        )
        for each in (person.held if person else ())
    )  # fmt: skip


def browser_word(agent: str, language: Language) -> str:
    """What a browser is called, as far as it says so itself.

    >>> browser_word("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537", Language("en"))
    'Chrome · Windows'
    """
    named = [next((word for sign, word in signs if sign in agent), "") for signs in (BROWSERS, MACHINES)]
    return " · ".join(filter(None, named)) or language.say("another program")
