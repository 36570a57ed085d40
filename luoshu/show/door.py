"""The door of the desk: who asks, by the cookie of a session; logging in and out; proof against forged requests."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import Response

from luoshu.desk.actor import Actor
from luoshu.desk.chain import Entry
from luoshu.desk.credentials import Credentials
from luoshu.desk.invitation import Invitations
from luoshu.desk.room import Room
from luoshu.desk.sessions import Session, Sessions, Stolen
from luoshu.desk.staff import Person, actor_of, login_name
from luoshu.desk.things import UNDO
from luoshu.show.daybook import LOGIN, LOGOUT, REFUSED_ACT, REFUSED_LOGIN, REFUSED_SESSION, Daybook
from luoshu.show.moments import MACHINE, Moments
from luoshu.show.pacing import LOGIN_ADDRESS, LOGIN_ALL, LOGIN_NAME, LOGIN_PAIR, Pacing
from luoshu.words.message import Message, say

COOKIE = "luoshu-desk"
MOST_TOKEN = 200
HASHED_AT_ONCE, MOST_WAITING = 2, 8
"""Passwords that are compared at the same time (64 MB each), and logins that may wait for their turn."""
MOST_KNOWN = 10_000
"""Names with the addresses they logged in from, as many as are remembered."""

NOT_RIGHT = say("the name or the password is not right, or the account is closed")
ENDING = frozenset({"staff.revoke", "staff.close", UNDO})


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, with the session that says so. `must_change`: a start password has to be changed first."""

    actor: Actor
    session: Session
    must_change: bool = False


@dataclass(frozen=True, kw_only=True)
class NotIn:
    """Why somebody was not let in; `again` is how many seconds to wait, 0 where waiting does not help."""

    says: Message
    again: int = 0


class Door:
    """Sessions, passwords, counters and the daybook of one server over one desk.

    Who holds which role is asked at the moment of the desk (`moments`), which is not now where a drill is played;
    sessions and passwords keep to the time of this machine.
    """

    def __init__(self, room: Room, moments: Moments = MACHINE) -> None:
        self.room, self.moments = room, moments
        self.sessions = Sessions(room.journal.engine)
        self.credentials = Credentials(room.journal.engine)
        self.invitations = Invitations(room.journal.engine)
        self.pacing = Pacing()
        self.daybook = Daybook(room, self.pacing, moments)
        self._known: dict[str, None] = {}
        self._hashing = threading.BoundedSemaphore(HASHED_AT_ONCE)
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self.stop = room.follow(self._heard)

    def caller(self, request: Request) -> Caller | None:
        """Who asks, looked up afresh; None for nobody, for who may no longer log in, and for a stolen session."""
        token, now = request.cookies.get(cookie_name(request), ""), datetime.now(UTC)
        if not token or len(token) > MOST_TOKEN:
            return None
        found = self.sessions.of(token, request.headers.get("user-agent", ""), now)
        if found is None:
            return None
        if isinstance(found, Stolen):
            self.daybook.refused(
                REFUSED_SESSION, who=found.session.person, source=address(request),
                about=f"session:{found.session.id}", address=address(request), why="another browser",
            )  # fmt: skip
            return None
        person = self.room.look(lambda things: things.get(Person, found.person))
        actor = person.actor(self.moments.now()) if person else None
        if person is None or actor is None or (person.lost is not None and self.moments.of(found.begun) < person.lost):
            self.sessions.end(found.id)
            return None
        known = self.credentials.known(found.person)
        return Caller(actor=actor, session=found, must_change=known is None or known.start)

    def log_in(self, request: Request, name: str, password: str) -> tuple[str, Session] | NotIn:
        """Let somebody in by name and password; counted and bounded, the same answer whatever was not right."""
        now, where, person = datetime.now(UTC), address(request), login_name(name[:200])
        fits = self.compared(request, person, password, now)
        if isinstance(fits, NotIn):
            return fits
        actor = self.room.look(lambda things: actor_of(things, person, self.moments.now()))
        if not fits or actor is None:
            # what was typed as an unknown name may be a password: it is not written down
            known = actor.id if actor else "nobody"
            self.daybook.refused(REFUSED_LOGIN, who=known, source=where, address=where, why="not right")
            return NotIn(says=NOT_RIGHT)
        self._known[f"{person}\n{where}"] = None
        if len(self._known) > MOST_KNOWN:
            self._known.pop(next(iter(self._known)), None)
        old = request.cookies.get(cookie_name(request), "")
        if old and len(old) <= MOST_TOKEN:
            self.sessions.end_by(old)
        token, session = self.sessions.begin(person, request.headers.get("user-agent", ""), now)
        self.daybook.note(LOGIN, who=person, about=f"session:{session.id}", address=where)
        return token, session

    def compared(self, request: Request, person: str, password: str, now: datetime) -> bool | NotIn:
        """Whether a password fits; or that too many were tried, or too many are being compared."""
        where = address(request)
        pair = f"{person}\n{where}"
        again = self.pacing.wait(LOGIN_ADDRESS, where) or self.pacing.wait(LOGIN_PAIR, pair)
        if not again and pair not in self._known:
            # somebody who logged in from here before is not kept out by what others try elsewhere
            again = self.pacing.wait(LOGIN_NAME, person) or self.pacing.wait(LOGIN_ALL)
        if again:
            self.daybook.refused(REFUSED_LOGIN, who="nobody", source=where, address=where, why="too many")
            return NotIn(says=say("too many logins were tried; try again in {count} seconds", count=again), again=again)
        if not self._waiting.acquire(blocking=False):
            return NotIn(says=say("too many log in at once; try again in a moment"), again=2)
        try:
            with self._hashing:
                return self.credentials.fits(person, password, now)
        finally:
            self._waiting.release()

    def refused_act(self, request: Request, caller: Caller, why: str) -> None:
        """Write down what somebody was not allowed to do."""
        request.state.written_down = True
        self.daybook.refused(
            REFUSED_ACT, who=caller.actor.id, source=caller.actor.id,
            about=f"page:{request.url.path}", why=why,
        )  # fmt: skip

    def log_out(self, caller: Caller) -> None:
        """End the session of who asks."""
        self.sessions.end(caller.session.id)
        self.daybook.note(LOGOUT, who=caller.actor.id, about=f"session:{caller.session.id}")

    def _heard(self, entries: Sequence[Entry]) -> None:
        """Who lost a role or the account is logged out at once, in every browser."""
        for entry in entries:
            sort, _, person = entry.draft.about.partition(":")
            if sort == "person" and entry.draft.what in ENDING:
                with suppress(Exception):  # the writer must live on; rights are looked up at every request anyway
                    self.sessions.end_all(person)


def door_of(request: Request) -> Door:
    """The door of the desk that is served; 404 where the book has none."""
    door: Door | None = request.app.state.door
    if door is None:
        raise HTTPException(404, say("this book has no desk; make its first administrator with luoshu desk admin"))
    return door


def caller_of(request: Request) -> Caller | None:
    """Who asks, looked up once for each request."""
    if not hasattr(request.state, "caller"):
        door: Door | None = request.app.state.door
        request.state.caller = door.caller(request) if door else None
    found: Caller | None = request.state.caller
    return found


def actor_now(request: Request) -> Actor | None:
    """Who asks, looked up afresh, for what stays open for long; None once they may no longer."""
    door: Door | None = request.app.state.door
    found = door.caller(request) if door else None
    return found.actor if found and not found.must_change else None


def need_caller(request: Request) -> Caller:
    """Who asks; 401 where that is nobody, 403 where a start password has to be changed first."""
    caller = caller_of(request)
    if caller is None:
        raise HTTPException(401, say("log in first"))
    if caller.must_change:
        raise HTTPException(403, say("change the start password first"))
    return caller


def prove(request: Request, caller: Caller, given: str) -> None:
    """Refuse a request (403) that does not carry the proof of its session."""
    token = given or request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(token.encode("utf-8", "replace"), caller.session.csrf.encode()):
        door_of(request).refused_act(request, caller, "no proof")
        raise HTTPException(403, say("the page that this came from is out of date; open it again"))


def cookie_name(request: Request) -> str:
    """The name of the cookie: over https one that only this host itself may set; a drill's server on the same host has
    one of its own, so that nobody is logged out of the real desk by it."""
    name = f"{COOKIE}-drill" if request.app.state.drill else COOKIE
    return f"__Host-{name}" if request.url.scheme == "https" else name


def let_in(request: Request, response: Response, token: str) -> None:
    """Give the browser the secret of its session."""
    secure = request.url.scheme == "https"
    response.set_cookie(cookie_name(request), token, httponly=True, samesite="strict", secure=secure, path="/")


def let_out(request: Request, response: Response) -> None:
    """Take the secret back."""
    secure = request.url.scheme == "https"
    response.delete_cookie(cookie_name(request), httponly=True, samesite="strict", secure=secure, path="/")


def address(request: Request) -> str:
    """Where a request comes from; the last part of a longer address of the new kind (IPv6) is anybody's to choose."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if host.count(":") > 3 else host


def safe_path(wanted: str, otherwise: str = "/desk") -> str:
    """An address on this server to go on to; anything that could lead elsewhere is left for `otherwise`.

    >>> safe_path("/desk/stock?item=tent#lots"), safe_path("desk/stock"), safe_path("https://evil.example/")
    ('/desk/stock?item=tent#lots', '/desk/stock', '/desk')
    >>> safe_path("//evil.example"), safe_path("/\\\\evil.example"), safe_path("javascript:alert(1)")
    ('/desk', '/desk', '/desk')
    """
    text = wanted if wanted.startswith("/") else "/" + wanted
    if len(text) > 1_000 or any(ord(each) <= 32 or each in "\\\x7f" for each in text) or not text.isprintable():
        return otherwise
    try:
        parts = urlsplit(wanted)
        whole = urlsplit(text)
    except ValueError:
        return otherwise
    if not wanted or parts.scheme or parts.netloc or whole.scheme or whole.netloc or text.startswith("//"):
        return otherwise
    return text
