"""The dashboard: the pages as HTML and as JSON on this machine, the settling of proposals, and the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from datetime import date
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from luoshu.show.account import add_account
from luoshu.show.acting import add_acts
from luoshu.show.afterpaper import add_after_paper
from luoshu.show.alertserving import add_alerts
from luoshu.show.boardserving import add_board
from luoshu.show.closing import Closing, Streams
from luoshu.show.deskfront import add_front
from luoshu.show.door import Door
from luoshu.show.ending import Ending
from luoshu.show.events import add_events
from luoshu.show.expertdoor import add_experts
from luoshu.show.guard import Guard, is_loopback
from luoshu.show.incidentfile import add_incident_files
from luoshu.show.journalpage import add_export
from luoshu.show.layerserving import add_layers
from luoshu.show.leafserving import add_leaf
from luoshu.show.listening import check_certificate, closing_on_error, listen
from luoshu.show.live import add_live
from luoshu.show.login import add_login
from luoshu.show.manual import ApiPage, manual, openapi_with_examples
from luoshu.show.ogc import add_features
from luoshu.show.owndoor import add_own
from luoshu.show.packed import PackedFiles
from luoshu.show.pages import LEAVES, drawn
from luoshu.show.proxies import Forwarded, Proxies
from luoshu.show.publish import STATIC
from luoshu.show.readingdoor import add_readings
from luoshu.show.refusing import add_errors
from luoshu.show.rosterpage import add_roster
from luoshu.show.shelf import Shelf
from luoshu.show.staffpage import add_staff
from luoshu.show.stillness import settle_memory
from luoshu.show.stockdoor import add_stock
from luoshu.show.ticker import TICKER, Clockwork
from luoshu.show.visits import Day, Tongue, visit_of
from luoshu.show.whatif import add_what_if
from luoshu.words.message import say

GRACE_SECONDS = 5
"""How long answers that are under way when the server stops may take; what goes on for ever is ended at once."""
LOOK_SECONDS = 0.05

NO_PROXIES = Proxies()

Companion = Callable[[FastAPI], AbstractAsyncContextManager[None]]
"""What runs beside the server from its start to its end: put on `app.state.companions` by the part that needs it."""


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """Start what runs beside the server, and stop it at the end."""
    async with AsyncExitStack() as beside:
        for companion in app.state.companions:
            await beside.enter_async_context(companion(app))
        yield


def make_app(
    folder: Path, *, day: date | None = None, open_to_others: bool = False, desk: str = "",
    clockwork: Clockwork = TICKER, proxies: Proxies = NO_PROXIES,
) -> FastAPI:  # fmt: skip
    """The web application over one book. `open_to_others` lets it answer to any Host name; settling stays local. What
    `proxies` say of a request is believed.

    The desk is open where the book has a journal, or where a database for it is named (`desk`). `clockwork` says which
    moment it is there, and lets its clock run.
    """
    from luoshu.show.deskleaves import DESK_LEAVES, room_for
    from luoshu.show.settling import add_settling

    app = FastAPI(
        title="luoshu",
        description="Promises of a plan, where each stands on a day, and because of what. Every page is also JSON.",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        lifespan=_living,
    )
    app.state.companions = []
    app.state.streams = Streams()
    app.state.moments, app.state.drill = clockwork.moments, None
    app.state.shelf = Shelf(folder, day, clockwork.moments)
    app.state.room = room_for(app.state.shelf, desk)
    app.state.door = Door(app.state.room, clockwork.moments) if app.state.room else None
    app.add_middleware(Closing, streams=app.state.streams)
    app.add_middleware(Guard, open_to_others=open_to_others)
    if proxies.networks:
        app.add_middleware(Forwarded, proxies=proxies, tell=_silent_proxy)
    for leaf in LEAVES:
        add_leaf(app, leaf)
    if app.state.room is not None:
        for add in (add_login, add_account, add_staff, add_acts, add_export, add_roster, add_after_paper):
            add(app)
        add_incident_files(app)
        clockwork.add(app)
        add_alerts(app)
        add_live(app)
        add_board(app)
        add_front(app)
        add_stock(app)
        add_readings(app)
        add_experts(app)
        add_own(app)
        for leaf in DESK_LEAVES:
            add_leaf(app, leaf)
    add_settling(app)
    add_layers(app)
    add_what_if(app)
    add_features(app)
    add_events(app)
    _add_manual(app)
    if STATIC.is_dir():
        app.mount("/static/built", PackedFiles(directory=STATIC), name="static")
    add_errors(app)
    return app


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    day: date | None = None,
    ready: Callable[[], None] = lambda: None,
    desk: str = "",
    certificate: Path | None = None,
    key: Path | None = None,
    clockwork: Clockwork = TICKER,
    proxies: Proxies = NO_PROXIES,
) -> None:
    """Run the server until it is stopped; on another address than loopback others read the book, and act at the desk
    once they are logged in.

    A signal that ends programs (Ctrl+C, SIGTERM, a closed terminal) stops it in order, and then it returns: what was
    acknowledged stands, what was under way is answered. `ready` is called once it listens; `clockwork` is that of
    `make_app`, and so are `proxies`; with `certificate` and `key` (PEM files) it speaks https. Raises OSError with a
    Message where the address cannot be listened on or the certificate cannot be used.
    """
    import asyncio

    import uvicorn

    listening = listen(host, port)
    with closing_on_error(listening):
        if certificate is not None:
            check_certificate(certificate, key)
        app = make_app(
            folder,
            day=day,
            open_to_others=bool(proxies.networks) or not is_loopback(host),
            desk=desk,
            clockwork=clockwork,
            proxies=proxies,
        )
    # what a proxy says is read by our own middleware, of the proxies that were named
    settings = uvicorn.Config(
        app,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(settings)
    server.capture_signals = nullcontext  # type: ignore[assignment]  # they are heard here, to the very end
    app.state.stop = lambda: setattr(server, "should_exit", True)

    async def run() -> None:
        served = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not served.done():
            await asyncio.sleep(0.02)
        if server.started and not server.should_exit:
            app.state.shelf.warm()
            if app.state.room is not None:
                _warm_acts(lambda: server.should_exit)
            ready()
        while not server.should_exit and not served.done():
            await asyncio.sleep(LOOK_SECONDS)
        app.state.streams.end()
        await served

    with Ending(app.state.stop):
        try:
            with listening:
                asyncio.run(run())
        finally:
            if app.state.room is not None:
                try:
                    clockwork.leave(app)
                finally:
                    app.state.door.stop()
                    app.state.room.close()


def _warm_acts(stop: Callable[[], bool]) -> None:
    """Build in the background what checks the acts, so that the first one of each sort is not the slow one."""
    import threading

    from luoshu.desk.act import warm

    def warm_and_settle() -> None:
        warm(stop)
        if not stop():
            settle_memory()

    threading.Thread(target=warm_and_settle, name="warming the acts", daemon=True).start()


def _silent_proxy(address: str) -> None:
    import sys

    from luoshu.show.language import Language, machine_language

    says = say("a request from {address} does not say for whom it asks: if it came through the proxy, let that send "
               "X-Forwarded-For and X-Forwarded-Proto, else all people count as one", address=address)  # fmt: skip
    print("luoshu: " + Language(machine_language()).message(says), file=sys.stderr, flush=True)


def _version() -> str:
    from luoshu import __version__

    return __version__


def _add_manual(app: FastAPI) -> None:
    """The description of the API for people at /api; for programs it is at /openapi.json."""

    def api(request: Request, day: Day = None, language: Tongue = None) -> Response:
        visit = visit_of(request, "api", day, language)
        page: ApiPage = manual(app, visit)
        return HTMLResponse(drawn("api.html", "api", page, visit, has_json=False))

    app.add_api_route("/api", api, include_in_schema=False)
    app.openapi = lambda: openapi_with_examples(app)  # type: ignore[method-assign]
