"""/desk/drill: where a drill that is played live stands, what comes next, and the buttons of who leads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.actor import READERS
from luoshu.desk.clock import local_time
from luoshu.desk.incident import Incident
from luoshu.show.audience import PATH, add_audience
from luoshu.show.door import door_of, need_caller, prove
from luoshu.show.drillpage import DrillLine, drill_line
from luoshu.show.language import marked
from luoshu.show.leafserving import add_leaf
from luoshu.show.links import file_name
from luoshu.show.livedrill import STATES, LiveDrill, moment_words
from luoshu.show.login import fields_of
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.visits import admit, spoken, visit_of
from luoshu.words.message import say

LEADERS = frozenset({"admin"})
MOST_LINES, MOST_COMING = 60, 6
PACES = (10.0, 60.0, 300.0, 1200.0)
"""How fast the drill's time may run: seconds of the drill in a real one."""
STOP_SECONDS = 1.0
"""The answer to who ends the drill is on its way before the server stops."""


@dataclass(frozen=True, kw_only=True)
class ComingLine:
    """A line of the script that was not played yet."""

    at: str
    who: str
    says: str
    about: str
    why: str


@dataclass(frozen=True, kw_only=True)
class LivePage(Page):
    """Where a live drill stands: its `state`, the moment of it, how fast its time runs, and what was played so far."""

    note: str
    number: int
    state: str
    state_word: str
    at: str
    pace: float
    paces: tuple[float, ...]
    leads: bool
    fault: str
    audience: str
    waits_for: str
    played: int
    left: int
    joined: int
    incidents: tuple[tuple[str, str], ...]
    coming: tuple[ComingLine, ...]
    lines: tuple[DrillLine, ...]


def drill_of(visit: Visit, name: str, query: Mapping[str, str], drill: LiveDrill) -> LivePage:
    """The page of the drill; the newest line stands first."""
    language, script = visit.language, drill.script
    assert visit.things is not None
    lines, strip = list(drill.lines), drill.strip("")
    english, leads = language.code == "en", bool(visit.actor and visit.actor.roles & LEADERS)
    names = {name: actor.name for name, actor in script.actors.items()}
    return LivePage(
        title=script.title_en if english and script.title_en else script.title,
        note=script.note_en if english and script.note_en else script.note,
        day=visit.view.day, language=language.code, number=visit.things.number,
        state=strip.state, state_word=language.message(STATES[strip.state]), at=local_time(strip.at),
        pace=drill.clock.pace, paces=PACES, leads=leads, fault=drill.fault,
        audience=PATH.format(key=drill.key) if leads else "",
        waits_for=names.get(drill.cue.by, "") if drill.cue else "",
        played=len({each.line for each in lines if each.line}), left=len(drill.coming(len(script.moments))),
        joined=sum(each.outcome == "joined" for each in lines),
        incidents=tuple((each.title, visit.links.to(f"desk/incidents/{file_name(each.id)}"))
                        for each in visit.things.all(Incident).values()),
        coming=tuple(
            ComingLine(at=local_time(each.at), who=names.get(each.by, ""), says=language.message(moment_words(each)),
                       about=each.act.key() if each.act else "", why=each.why or each.show)
            for each in (drill.coming(MOST_COMING) if leads else ())  # nobody else reads ahead
        ),
        lines=tuple(drill_line(each, language, script) for each in reversed(lines[-MOST_LINES:])),
    )  # fmt: skip


def add_drill(app: FastAPI) -> None:
    """The page of the drill that this server plays, its part that follows by itself, its moment and its buttons."""
    drill: LiveDrill = app.state.drill
    leaf = Leaf(
        name="drill-live", path="desk/drill", template="drill-live.html", type=LivePage, roles=READERS, known=True,
        build=lambda visit, name, query: drill_of(visit, name, query, drill),
        says=marked("Where the drill that is played live stands, and what comes next in its script."),
    )  # fmt: skip

    def part(request: Request) -> Response:
        visit = visit_of(request, "desk/drill", None, None)
        admit(request, visit, leaf)
        page = drill_of(visit, "", {}, drill)
        return HTMLResponse(drawn("drill-part.html", leaf.name, page, visit), headers={"cache-control": "no-store"})

    def moment(request: Request) -> Response:
        strip = drill.strip(need_caller(request).actor.id)
        told = {"at": strip.at.isoformat(), "state": strip.state, "pace": strip.pace,
                "until": strip.until.isoformat() if strip.until else None,
                "turn": spoken(request, None).message(strip.turn), "href": strip.turn_href}  # fmt: skip
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def steer(request: Request, step: str) -> Response:
        given = await fields_of(request)
        await run_in_threadpool(_steered, request, drill, step, given)
        if step == "end":
            asyncio.get_running_loop().call_later(STOP_SECONDS, app.state.stop)
            visit = await run_in_threadpool(visit_of, request, "desk/drill", None, None)
            page = drill_of(visit, "", {}, drill)
            return HTMLResponse(drawn("drill-ended.html", leaf.name, page, visit, has_json=False))
        return RedirectResponse("/desk/drill", status_code=303)

    add_audience(app)
    add_leaf(app, leaf)
    app.add_api_route("/desk/drill/part", part, include_in_schema=False)
    app.add_api_route("/desk/drill/moment", moment, include_in_schema=False)
    app.add_api_route("/desk/drill/{step}", steer, methods=["POST"], include_in_schema=False)


def _steered(request: Request, drill: LiveDrill, step: str, given: Mapping[str, str]) -> None:
    """Do what who leads the drill asks for; 403 for everybody else."""
    caller = need_caller(request)
    prove(request, caller, given.get("_csrf", ""))
    if not caller.actor.roles & LEADERS:
        door_of(request).refused_act(request, caller, "drill")
        raise HTTPException(403, say("only who leads the drill may do this"))
    paces = {f"{each:g}": each for each in PACES}
    steps: dict[str, Callable[[], None]] = {
        "go": lambda: drill.clock.go(paces.get(given.get("pace", ""))),
        "pause": drill.clock.pause,
        "skip": drill.clock.skip,
        "end": drill.clock.end,
    }
    if step not in steps:
        raise HTTPException(404, say("there is no page {path}", path=request.url.path))
    steps[step]()
    door_of(request).daybook.note(f"drill.{step}", who=caller.actor.id, pace=given.get("pace", ""))
