"""From a request to a visit: which day, which language, which way the links go."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request

from luoshu.show.guard import is_local
from luoshu.show.language import Language, chosen, marked
from luoshu.show.links import ServerLinks
from luoshu.show.page import Visit
from luoshu.show.shelf import Shelf

DAY_SAYS = marked("What was known on this day, as in 2025-12-31; today where it is left out")
Day = Annotated[date | None, Query(description=DAY_SAYS)]
Tongue = Annotated[str | None, Query(description=marked("zh or en"), pattern="^(zh|en)$", alias="language")]


def visit_of(request: Request, path: str, day: date | None, language: str | None) -> Visit:
    """What a page is drawn with for this request; the day travels on in links only where it was asked for."""
    shelf: Shelf = request.app.state.shelf
    tongue = spoken(request, language)
    return Visit(
        view=shelf.view(day),
        language=tongue,
        links=ServerLinks(path=path, language=tongue.code, day=day),
        can_settle=is_local(request.scope),
    )


def spoken(request: Request, language: str | None) -> Language:
    """The language of a request: asked for in its address, else chosen before, else Chinese."""
    return chosen(language or request.query_params.get("language"), request.cookies.get("language"))
