"""The people of the desk, for administrators: who there is, what each may do, a first password, an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.clock import local_time
from luoshu.desk.credentials import Credentials
from luoshu.desk.sessions import Sessions
from luoshu.desk.staff import ADMIN, Add, Person, within
from luoshu.show.account import RoleHeld, roles_held
from luoshu.show.door import door_of, need_caller, prove
from luoshu.show.forms import Form, form_of
from luoshu.show.language import marked
from luoshu.show.login import fields_of
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.visits import visit_of
from luoshu.words.message import say


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """One person. `password` is none, start (to be changed at the first login) or own; `mine`: within one's reach."""

    id: str
    name: str
    organisation: str
    closed: bool
    roles: tuple[RoleHeld, ...]
    password: str
    seen: str
    mine: bool


@dataclass(frozen=True, kw_only=True)
class StaffPage(Page):
    """Everybody. `shown` is a start password just made, with whose it is; it is shown this once."""

    people: tuple[PersonRow, ...]
    closed: int
    add: Form
    grant: Form
    step: int
    shown: tuple[str, str] | None = None


def staff_page(visit: Visit, name: str, query: Mapping[str, str]) -> StaffPage:
    """The page of everybody whom the administrator who looks may see."""
    assert visit.things is not None
    assert visit.room is not None
    assert visit.actor is not None
    assert visit.now is not None
    language, actor = visit.language, visit.actor
    engine = visit.room.journal.engine
    credentials, sessions = Credentials(engine), Sessions(engine)
    everybody = [each for each in visit.things.all(Person).values() if actor.reads(ADMIN, each.organisation)]
    passwords, seen = credentials.everybody(), sessions.last_seen()
    people = [
        PersonRow(
            id=each.id, name=each.name, organisation=visit.owner(each.organisation), closed=each.closed,
            roles=roles_held(each, language, visit.now),
            password=("start" if passwords[each.id].start else "own") if each.id in passwords else "none",
            seen=local_time(seen[each.id]) if each.id in seen else "", mine=within(actor, each),
        )
        for each in everybody
    ]  # fmt: skip
    chosen = query.get("person", "") or just_added(visit, query.get("entered", ""))
    return StaffPage(
        title=language.say("People of the desk"),
        day=visit.view.day,
        language=language.code,
        people=tuple(sorted(people, key=lambda each: (each.closed, each.organisation, each.name))),
        closed=sum(each.closed for each in people),
        add=form_of(visit, "staff.add", back="/desk/staff"),
        grant=form_of(visit, "staff.grant", {"person": chosen}, back="/desk/staff"),
        step=visit.things.number,
    )


def just_added(visit: Visit, entered: str) -> str:
    """Who was added by the act that was just entered: they need a role next."""
    step = (
        visit.things.step(int(entered))
        if visit.things and entered.isascii() and entered.isdigit() and len(entered) < 16
        else None
    )
    return step.act.person if step is not None and isinstance(step.act, Add) and not step.undone else ""


STAFF_LEAF = Leaf(
    name="staff",
    path="desk/staff",
    template="staff.html",
    type=StaffPage,
    build=staff_page,
    roles=ADMIN,
    personal=True,
    says=marked("The people of the desk and their roles."),
)


def add_staff(app: FastAPI) -> None:
    """The address that makes a start password."""

    async def start(request: Request) -> Response:
        return await run_in_threadpool(start_password, request, await fields_of(request))

    app.add_api_route("/desk/staff/start", start, methods=["POST"], include_in_schema=False)


def start_password(request: Request, given: dict[str, str]) -> Response:
    """Make a password for the first login, end the person's sessions, and show it once."""
    caller, door, now = need_caller(request), door_of(request), datetime.now(UTC)
    prove(request, caller, given.get("_csrf", ""))
    person = door.room.standing().get(Person, given.get("person", ""))
    if "admin" not in caller.actor.roles:
        door.refused_act(request, caller, "start password")
        raise HTTPException(403, say("{name} may not see this page", name=caller.actor.name))
    if person is None or person.closed:
        raise HTTPException(404, say("there is nobody called {name}", name=given.get("person", "")[:80]))
    if not within(caller.actor, person):
        door.refused_act(request, caller, "start password")
        raise HTTPException(403, say("{name} holds more than you may give or take", name=person.name))
    word = door.credentials.start(person.id, now)
    door.sessions.end_all(person.id)
    door.daybook.note("password.start", who=caller.actor.id, about=f"person:{person.id}")
    visit = visit_of(request, "desk/staff", None, None)
    page = replace(staff_page(visit, "", {}), shown=(person.name, word))
    html = drawn("staff.html", "staff", page, visit, has_json=False)
    return HTMLResponse(html, headers={"cache-control": "no-store"})
