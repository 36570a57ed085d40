"""Who may do what: the server talks to this machine, and settling is refused to anybody elsewhere.

Settling knows nobody by name: the only proof of who is asking is where the request comes from. The desk knows who asks
by a session; its addresses are open to other machines, and each asks for the session and its proof by itself.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from luoshu.words.message import Message, say

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BODY_BYTES = 65_536
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")

ASKED = ("/what-if",)
"""Addresses that take a body but change nothing: whoever may read may ask them, from pages of this server."""

DESK = ("/login", "/logout", "/desk/")
"""Addresses that let people elsewhere act: they ask for a login, and for the proof of the session, by themselves."""

MOST_UPLOAD_BYTES = 8_000_000
UPLOADS = "/desk/upload/"
"""Addresses that take files; they look who asks before they read."""

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(self), microphone=()",
}

AS_OF = b"luoshu-desk-as-of"
"""Says of an answer of the plan that the desk could not be asked: since when, or "never" where nothing of it is in."""


def host_name(host: str) -> str:
    """The name in a Host header, without its port.

    >>> host_name("localhost:8000"), host_name("[::1]:8000"), host_name("127.0.0.1")
    ('localhost', '::1', '127.0.0.1')
    """
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Whether a host name or address is this machine itself.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost.evil.example")
    (True, True, True, False)
    """
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine, by its own name and without a proxy between."""
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in scope["headers"]}
    client = (scope.get("client") or ("", 0))[0]
    host = host_name(headers.get(b"host", b"").decode("latin-1"))
    return is_loopback(host) and is_loopback(client) and not any(name in headers for name in FORWARDED)


def refusal(scope: Scope, *, open_to_others: bool) -> Message | None:
    """Why a request is refused, None where it may pass.

    Reading is refused to a foreign Host name (DNS rebinding) as long as the server is bound to loopback. Anything that
    changes the book needs a client on this machine, no proxy between, this machine's name in Host, and a page of this
    server as the origin. Questions (`ASKED`) change nothing, and the desk (`DESK`) asks for a session by itself: they
    need only the last of these.
    """
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in scope["headers"]}
    host = headers.get(b"host", b"").decode("latin-1")
    if not is_loopback(host_name(host)) and not open_to_others:
        return say("this server answers only to this machine's own names, not to {host}", host=host[:80] or "-")
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return None
    path = str(scope.get("path", ""))
    if path not in ASKED and not path.startswith(DESK) and not is_local(scope):
        return say("proposals are settled only on the machine that serves the book")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin and urlsplit(origin).netloc.lower() != host.lower():
        return say("the request comes from a page of another site")
    if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        return say("the request comes from a page of another site")
    return None


class Guard:
    """Middleware: refuses what `refusal` names, bounds the size of a body, and puts safe headers on every answer."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], open_to_others: bool = False) -> None:
        self.app = app
        self.open_to_others = open_to_others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        said: MutableMapping[str, Any] = scope.setdefault("state", {})  # that of the request

        async def send_safely(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                more = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in there]
                if b"cache-control" not in there:
                    more.append((b"cache-control", b"no-cache"))
                if (as_of := said.get("desk_away")) is not None:
                    more.append((AS_OF, as_of.encode()))
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        why = refusal(scope, open_to_others=self.open_to_others)
        if why is not None:
            mend = say("Open the pages on that machine")
            await _told(scope, receive, send_safely, 403, "refused", why, mend, bare=True)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if scope["method"] not in ("GET", "HEAD"):
            if not length.isdigit() or b"transfer-encoding" in dict(scope["headers"]):
                await _told(scope, receive, send_safely, 411, "no-length", say("the request must say how long it is"))
                return
            upload = str(scope.get("path", "")).startswith(UPLOADS)
            if int(length) > (MOST_UPLOAD_BYTES if upload else MOST_BODY_BYTES):
                says, mend = say("the request is too long"), say("Send less at once")
                await _told(scope, receive, send_safely, 413, "too-long", says, mend)
                return
        if scope["method"] == "HEAD":
            await self._head(scope, receive, send_safely)
            return
        await self.app(scope, receive, send_safely)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of GET without its body; a stream ends after its head, as if the listener had gone."""
        begun = False

        async def send_head(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and not begun:
                begun = True
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        async def gone() -> Any:
            return {"type": "http.disconnect"} if begun else await receive()

        await self.app({**scope, "method": "GET"}, gone, send_head)


async def _told(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    code: str,
    says: Message,
    mend: str = "",
    bare: bool = False,
) -> None:
    """The answer as every other error of the application is said: in the language asked for, a page for people.

    A `bare` one shows nothing of the book: it may go to a page of another site.
    """
    from fastapi import Request

    from luoshu.show.refusing import barely_told, told_error

    if "app" not in scope:
        await _answer(send, status, code, says, mend)
        return
    tell = barely_told if bare else told_error
    await tell(Request(scope), status, code, says, mend)(scope, receive, send)


async def _answer(send: Send, status: int, code: str, says: Message, mend: str = "") -> None:
    body = json.dumps({"error": {"code": code, "says": says, "mend": mend}}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
