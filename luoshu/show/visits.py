"""From a request to a visit: which day, which language, who asks, which way the links go."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import HTTPException, Query, Request

from luoshu.desk.room import Room
from luoshu.desk.things import Things
from luoshu.desk.unkept import unkept
from luoshu.show.daybook import REFUSED_PAGE
from luoshu.show.door import Caller, actor_now, caller_of, door_of
from luoshu.show.guard import is_local
from luoshu.show.language import Language, chosen, marked
from luoshu.show.links import ServerLinks
from luoshu.show.moments import now_of
from luoshu.show.page import Away, Notice, Visit
from luoshu.show.pages import Leaf
from luoshu.show.reaching import Reach
from luoshu.show.shelf import Shelf
from luoshu.words.day import FIRST_DAY, LAST_DAY
from luoshu.words.message import say

__all__ = ["Day", "Tongue", "actor_now", "admit", "spoken", "visit_of"]

DAY_SAYS = marked("What was known on this day, as in 2025-12-31; today where it is left out")
Day = Annotated[date | None, Query(description=DAY_SAYS, ge=FIRST_DAY, le=LAST_DAY)]
Tongue = Annotated[str | None, Query(description=marked("zh or en"), pattern="^(zh|en)$", alias="language")]


NEEDS_DESK = frozenset({"desk", "login", "own", "alerts", "error"})
"""The first parts of the addresses of pages that are nothing without the desk; all others show the plan. (What goes
wrong is told by `refusing`, which has a way of its own.)"""


def visit_of(request: Request, path: str, day: date | None, language: str | None) -> Visit:
    """What a page is drawn with for this request; the day travels on in links only where it was asked for.

    Where the desk cannot be asked just now (`Unkept`), pages of the plan are drawn with what was last known of it.
    """
    reach: Reach | None = getattr(request.app.state, "reach", None)  # None: the book has no desk
    if reach is None or path.partition("/")[0] in NEEDS_DESK:
        things = reach.room.standing() if reach else None
        if reach is not None and things is not None:
            reach.heard(things)
        return _visit(request, path, day, language, caller_of(request), things)
    try:
        caller, things = reach.ask(lambda: caller_of(request))
        return _visit(request, path, day, language, caller, things)
    except Exception as error:
        if unkept(error) is None:
            raise
        return _without_desk(request, reach, path, day, language)


def _visit(
    request: Request, path: str, day: date | None, language: str | None, caller: Caller | None, things: Things | None
) -> Visit:
    shelf: Shelf = request.app.state.shelf
    room: Room | None = request.app.state.room
    tongue = spoken(request, language)
    if room is not None:
        room.book = shelf.book()
    return Visit(
        now=now_of(request),
        actor=caller.actor if caller else None,
        room=room,
        things=things,
        csrf=caller.session.csrf if caller else "",
        session=caller.session.id if caller else "",
        drill=request.app.state.drill.strip(caller.actor.id if caller else "") if request.app.state.drill else None,
        notice=notice(request, tongue, caller, things),
        view=shelf.view(day),
        language=tongue,
        links=ServerLinks(path=path, language=tongue.code, day=day),
        can_settle=is_local(request.scope),
    )


def _without_desk(request: Request, reach: Reach, path: str, day: date | None, language: str | None) -> Visit:
    """A page of the plan while the desk is away: for nobody in particular, and it says from when its rows are.

    Programs are told by a header of the answer (see `guard`), as what they are given is made of the plan alone.
    """
    shelf: Shelf = request.app.state.shelf
    tongue, known = spoken(request, language), reach.known
    view, whole = shelf.without_desk(day, known.things)
    at = known.at if whole else None
    request.state.desk_away = at.isoformat(timespec="seconds") if at else "never"
    return Visit(
        now=now_of(request),
        room=request.app.state.room,
        away=Away(at=at),
        view=view,
        language=tongue,
        links=ServerLinks(path=path, language=tongue.code, day=day),
        can_settle=is_local(request.scope),
    )


def notice(request: Request, language: Language, caller: Caller | None, things: Things | None) -> Notice | None:
    """What the one who asks has just done, as the address tells it; only what the journal says they did is said."""
    for name in ("entered", "undone"):
        text = request.query_params.get(name, "")
        if caller is None or things is None or not (text.isascii() and text.isdigit() and len(text) < 16):
            continue
        step = things.step(int(text))
        if step is None:
            continue
        words = language.message(step.act.says)
        if name == "undone" and step.undone:
            return Notice(says=language.say("Taken back: {act} (number {number})", act=words, number=step.told.number))
        if name == "entered" and step.told.who == caller.actor.id and not step.undone:
            says = language.say("Entered: {act} (number {number})", act=words, number=step.told.number)
            return Notice(says=says, number=step.told.number if step.act.lasting is None else None)
    return None


def spoken(request: Request, language: str | None) -> Language:
    """The language of a request: asked for in its address, else chosen before, else Chinese."""
    return chosen(language or request.query_params.get("language"), request.cookies.get("language"))


def admit(request: Request, visit: Visit, leaf: Leaf, name: str = "") -> None:
    """Refuse a page to who may not see it: 401 to nobody in particular, 403 to a person without the role.

    A look at what is personal is written down; 503 where it cannot be, as it may not go unwritten.
    """
    if leaf.roles is None:
        return
    caller = caller_of(request)
    if caller is None or visit.actor is None or visit.now is None:
        raise HTTPException(401, say("log in to see this page"))
    if caller.must_change and leaf.path != "desk/account":
        raise HTTPException(403, say("change the start password first"))
    about, daybook = f"page:/{leaf.path.format(name=name)}", door_of(request).daybook
    if not leaf.known and not visit.actor.reads(leaf.roles, *leaf.reach(visit, name)):
        daybook.refused(REFUSED_PAGE, who=visit.actor.id, source=visit.actor.id, about=about)
        request.state.written_down = True
        raise HTTPException(403, say("{name} may not see this page", name=visit.actor.name or visit.actor.id))
    if leaf.personal and not daybook.looked(who=visit.actor.id, about=about):
        raise HTTPException(503, say("who looks at this must be written down, and the journal cannot be written now"))
