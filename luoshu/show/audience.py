"""The audience of a drill that is played live: whoever has its address looks on, without a name or a password."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from luoshu.show.door import caller_of, door_of, let_in
from luoshu.show.labelpage import code_picture
from luoshu.show.page import Page
from luoshu.show.pages import drawn
from luoshu.show.visits import visit_of
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.show.livedrill import LiveDrill

AUDIENCE = "audience"
"""The login under which all who only look on are known; it has a password that nobody knows."""
MOST_WATCHERS = 1_000
"""Screens that may look on at once; beyond it the one that came first has to come again."""
PATH = "/desk/watch/{key}"


@dataclass(frozen=True, kw_only=True)
class WatchPage(Page):
    """The way in for those who look on: its address as a QR code, for the wall, and a button. `known`: who is asked
    already is somebody at this desk."""

    address: str
    code: str
    known: bool


def add_audience(app: FastAPI) -> None:
    """The address that lets people look on."""
    drill: LiveDrill = app.state.drill

    def wanted(key: str) -> None:
        if not hmac.compare_digest(key.encode("utf-8", "replace"), drill.key.encode()):
            raise HTTPException(404, say("there is no page {path}", path="/desk/watch"))

    def watch(request: Request, key: str) -> Response:
        wanted(key)
        visit = visit_of(request, "desk/watch", None, None)
        address = str(request.url.replace(query=""))
        script = drill.script
        page = WatchPage(
            title=script.title_en if visit.language.code == "en" and script.title_en else script.title,
            day=visit.view.day, language=visit.language.code, address=address, code=code_picture(address),
            known=caller_of(request) is not None,
        )  # fmt: skip
        html = drawn("drill-watch.html", "drill-watch", page, visit, has_json=False)
        return HTMLResponse(html, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})

    def enter(request: Request, key: str) -> Response:
        wanted(key)
        response = RedirectResponse("/desk/drill", status_code=303)
        response.headers["cache-control"] = "no-store"
        if caller_of(request) is None:
            sessions = door_of(request).sessions
            token, _ = sessions.begin(
                AUDIENCE, request.headers.get("user-agent", ""), datetime.now(UTC), most=MOST_WATCHERS
            )
            let_in(request, response, token)
        return response

    app.add_api_route(PATH, watch, include_in_schema=False)
    app.add_api_route(PATH, enter, methods=["POST"], include_in_schema=False)
