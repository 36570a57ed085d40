"""From a request to a visit: which day, which language, which way the links go."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import HTTPException, Query, Request

from luoshu.desk.room import Room
from luoshu.show.guard import is_local
from luoshu.show.language import Language, chosen, marked
from luoshu.show.links import ServerLinks
from luoshu.show.page import Visit
from luoshu.show.pages import Leaf
from luoshu.show.shelf import Shelf
from luoshu.words.message import say

DAY_SAYS = marked("What was known on this day, as in 2025-12-31; today where it is left out")
Day = Annotated[date | None, Query(description=DAY_SAYS)]
Tongue = Annotated[str | None, Query(description=marked("zh or en"), pattern="^(zh|en)$", alias="language")]


def visit_of(request: Request, path: str, day: date | None, language: str | None) -> Visit:
    """What a page is drawn with for this request; the day travels on in links only where it was asked for."""
    shelf: Shelf = request.app.state.shelf
    room: Room | None = request.app.state.room
    tongue = spoken(request, language)
    return Visit(
        now=datetime.now(UTC),
        actor=getattr(request.state, "actor", None),
        room=room,
        things=room.standing() if room else None,
        view=shelf.view(day),
        language=tongue,
        links=ServerLinks(path=path, language=tongue.code, day=day),
        can_settle=is_local(request.scope),
    )


def spoken(request: Request, language: str | None) -> Language:
    """The language of a request: asked for in its address, else chosen before, else Chinese."""
    return chosen(language or request.query_params.get("language"), request.cookies.get("language"))


def admit(visit: Visit, leaf: Leaf) -> None:
    """Refuse a page to who may not see it: 401 to nobody in particular, 403 to a person without the role."""
    if leaf.roles is None:
        return
    if visit.actor is None:
        raise HTTPException(401, say("log in to see this page"))
    if not visit.actor.roles & leaf.roles:
        raise HTTPException(403, say("{name} may not see this page", name=visit.actor.name or visit.actor.id))
