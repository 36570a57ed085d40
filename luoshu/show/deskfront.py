"""The desk's front page: what is going on, what waits for me, who is on duty; and three first steps without a manual.

It lives: each part is fetched anew when the journal takes in something that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from luoshu.desk.actor import READERS
from luoshu.desk.staff import Person
from luoshu.show.forms import Form, form_of
from luoshu.show.frontparts import (
    AlertLine,
    DutyLine,
    IncidentCard,
    StockLine,
    TaskLine,
    alert_lines,
    closed_cards,
    duty_lines,
    incident_cards,
    stock_lines,
    task_lines,
)
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import say

SECTIONS: Mapping[str, str] = {
    "steps": "incident task person",
    "incidents": "incident task",
    "tasks": "task incident",
    "closed": "incident",
    "duty": "shift person",
    "alerts": "alert heard",
    "stock": "lot store picklist resource approval",
}
"""The parts of the page that follow by themselves, and which sorts of things each is about."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the first steps: whether it is done, and the incident that it is about (None before the first)."""

    name: str
    done: bool
    about: IncidentCard | None = None


@dataclass(frozen=True, kw_only=True)
class DeskFront(Page):
    """The front page for who looks. `steps` is empty where there is nothing to begin; `admins` give roles;
    `vacant` tells an administrator that nobody is duty officer yet, `stores` whether any goods are written down."""

    number: int
    has_role: bool
    is_duty: bool
    steps: tuple[Step, ...]
    incidents: tuple[IncidentCard, ...]
    tasks: tuple[TaskLine, ...]
    closed: tuple[IncidentCard, ...]
    duty_now: tuple[DutyLine, ...]
    duty_next: tuple[DutyLine, ...]
    alerts: tuple[AlertLine, ...]
    stock: tuple[StockLine, ...]
    stores: bool
    admins: tuple[str, ...]
    vacant: bool
    forms: tuple[Form, ...]
    parts: Mapping[str, str]


def desk_front(visit: Visit, name: str, query: Mapping[str, str]) -> DeskFront:
    """The front page; whoever has no role sees who gives roles, and nothing else."""
    assert visit.things is not None
    actor = visit.actor
    roles = actor.roles if actor else frozenset()
    seen = bool(roles & READERS)
    duty = "duty" in roles
    incidents = incident_cards(visit) if seen else ()
    stock, stores = stock_lines(visit) if seen else ((), False)
    now, following = duty_lines(visit) if seen else ((), ())
    return DeskFront(
        title=visit.language.say("Duty desk"),
        day=visit.view.day,
        language=visit.language.code,
        number=visit.things.number,
        has_role=seen,
        is_duty=duty,
        steps=_steps(incidents) if duty else (),
        incidents=incidents,
        tasks=task_lines(visit) if seen else (),
        closed=closed_cards(visit) if seen else (),
        duty_now=now,
        duty_next=following,
        alerts=alert_lines(visit) if seen else (),
        stock=stock,
        stores=stores,
        admins=() if seen else _admins(visit),
        vacant="admin" in roles and not duty and not any("duty" in each for each in _roles(visit)),
        forms=_forms(visit) if duty else (form_of(visit, "task.report", back="/desk", hide=("task",)),) if seen else (),
        parts=SECTIONS,
    )


def _roles(visit: Visit) -> list[frozenset[str]]:
    """The roles of everybody who can log in now."""
    assert visit.things is not None
    assert visit.now is not None
    actors = (each.actor(visit.now) for each in visit.things.all(Person).values())
    return [each.roles for each in actors if each is not None]


def _steps(incidents: tuple[IncidentCard, ...]) -> tuple[Step, ...]:
    """The three first steps; none once each open incident has a level and tasks."""
    unlevelled = next((each for each in incidents if each.may and not each.level), None)
    untasked = next((each for each in incidents if each.may and each.level and each.left and not each.tasks), None)
    if incidents and not unlevelled and not untasked:
        return ()
    about = unlevelled or untasked
    return (
        Step(name="open", done=bool(incidents)),
        Step(name="level", done=bool(incidents) and not unlevelled, about=unlevelled),
        Step(name="tasks", done=False, about=about if about and about.level else None),
    )


def _admins(visit: Visit) -> tuple[str, ...]:
    people = visit.things.all(Person).values() if visit.things else ()
    return tuple(
        sorted(each.name for each in people if not each.closed and any(held.role == "admin" for held in each.held))
    )


def _forms(visit: Visit) -> tuple[Form, ...]:
    """The forms that the buttons of the page open in a window."""
    return (
        form_of(visit, "incident.open", back="/desk", hide=("geometry",)),
        form_of(visit, "incident.confirm", back="/desk", hide=("incident",)),
        form_of(visit, "incident.reject", back="/desk", hide=("incident",)),
        form_of(visit, "reading.report", back="/desk", hide=("incident",)),
        form_of(visit, "checklist.give", back="/desk", hide=("incident", "entries")),
        form_of(visit, "task.report", back="/desk", hide=("task",)),
    )


FRONT_LEAF = Leaf(
    name="desk-front",
    path="desk",
    template="deskfront.html",
    type=DeskFront,
    build=desk_front,
    roles=READERS,
    known=True,
    says=marked(
        "The front page of the desk: open incidents, my tasks, who is on duty, what is short, alerts in force."
    ),
)


def add_front(app: FastAPI) -> None:
    """The parts of the front page by themselves, for pages that are open."""

    def part(request: Request, name: str) -> Response:
        visit = visit_of(request, "desk", None, None)
        admit(request, visit, FRONT_LEAF)
        if name not in SECTIONS:
            raise HTTPException(404, say("there is no page {path}", path=request.url.path))
        html = drawn("frontpart.html", "desk-front", desk_front(visit, "", {}), visit, part=name)
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    app.add_api_route("/desk/parts/{name}", part, include_in_schema=False)
