"""The page of an expert's own link: what is asked and held, a yes, a no, an end; without a login, for one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.act import Act
from luoshu.desk.clock import local_day, local_time
from luoshu.desk.expert import Expert, InviteExpert, OwnConsent, WithdrawConsent, themselves
from luoshu.desk.invitation import ANSWER_DAYS, Invitation
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.post import AgreePost, Post
from luoshu.desk.skills import skills_of
from luoshu.desk.staff import Person
from luoshu.show.daybook import REFUSED_PAGE
from luoshu.show.door import Door, address, door_of, need_caller, prove
from luoshu.show.expertpage import Card, PostRow, card, post_row
from luoshu.show.labelpage import code_picture
from luoshu.show.leafserving import remember_language
from luoshu.show.login import fields_of
from luoshu.show.oneexpert import keeper_name
from luoshu.show.pacing import LINKS
from luoshu.show.page import Page, Visit
from luoshu.show.pages import drawn
from luoshu.show.visits import Day, Tongue, visit_of
from luoshu.words.message import Message, say

NOT_GOOD = say("this link is not good, or not any more: ask the desk that gave it to you for another one")
HEADERS = {"cache-control": "no-store"}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What somebody is told before they agree: who keeps what about them, for what and how long, who asks."""

    keeper: str
    asks: str
    purpose: str
    until: date | None


@dataclass(frozen=True, kw_only=True)
class OwnPage(Page):
    """One's own page. `state` is asked, agreed, none (nothing was asked and no consent holds) or gone; `waiting` are
    the posts that wait for the person's own yes."""

    state: str
    address: str
    notice: Notice
    card: Card | None = None
    contact: str = ""
    windows: tuple[str, ...] = ()
    since: date | None = None
    posts: tuple[PostRow, ...] = ()
    waiting: tuple[str, ...] = ()
    answer_by: str = ""
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class InvitedPage(Page):
    """A link just made; it is shown this once."""

    name: str
    back: str
    link: str
    picture: str
    days: int


def add_own(app: FastAPI) -> None:
    """The addresses of the link, and the one that makes it."""

    async def invite(request: Request) -> Response:
        return await run_in_threadpool(invited, request, await fields_of(request))

    def own(request: Request, secret: str, day: Day = None, language: Tongue = None) -> Response:
        response = own_page(request, secret, language)
        remember_language(response, language)
        return response

    async def answer(request: Request, secret: str) -> Response:
        return await run_in_threadpool(answered, request, secret, await fields_of(request))

    plain: dict[str, Any] = {"include_in_schema": False}
    app.add_api_route("/desk/invite/expert", invite, methods=["POST"], **plain)
    app.add_api_route("/own/{secret}", own, **plain)
    app.add_api_route("/own/{secret}", answer, methods=["POST"], **plain)


def invited(request: Request, given: dict[str, str]) -> Response:
    """Write down that somebody is asked, make the link, and show it once."""
    caller, door = need_caller(request), door_of(request)
    prove(request, caller, given.get("_csrf", ""))
    visit = visit_of(request, "desk/experts", None, None)
    expert = door.room.standing().get(Expert, given.get("expert", ""))
    if expert is None:
        raise HTTPException(404, say("there is no expert {id}", id=given.get("expert", "")[:40]))
    try:
        until = date.fromisoformat(given["until"]) if given.get("until") else None
        made = InviteExpert(expert=expert.id, purpose=given.get("purpose", "").strip(), until=until)
        if not made.purpose:
            raise Refused(say("say what they are asked to agree to"))
        door.room.do(made, by=caller.actor, at=door.moments.now())
    except ValueError:
        raise HTTPException(422, say("a day is written as in 2021-07-20")) from None
    except MayNot as refused:
        door.refused_act(request, caller, "expert.invite")
        raise HTTPException(403, refused.says) from None
    except Refused as refused:
        raise HTTPException(422, refused.says) from None
    secret = door.invitations.invite(expert.id, door.moments.now())
    link = f"{str(request.base_url).rstrip('/')}/own/{secret}"
    page = InvitedPage(
        title=visit.language.say("A link for {name}", name=expert.name), day=visit.view.day,
        language=visit.language.code, name=expert.name, back=visit.links.to(f"desk/experts/{expert.id}"), link=link,
        picture=code_picture(link), days=ANSWER_DAYS,
    )  # fmt: skip
    return HTMLResponse(drawn("invited.html", "invited", page, visit, has_json=False), headers=HEADERS)


def own_page(request: Request, secret: str, language: str | None = None, says: Message | None = None) -> Response:
    """The page of a link; every look at it is written down. 404 where the link is not good."""
    door = door_of(request)
    expert, link = _whose(request, door, secret)
    if not door.daybook.looked(who=themselves(expert.id).id, about="page:/own"):
        raise HTTPException(503, say("looks at personal data cannot be written down just now; try again in a moment"))
    visit = visit_of(request, f"own/{secret}", None, language)
    page = _own(visit, expert, link, says)
    return HTMLResponse(drawn("own.html", "own", page, visit, has_json=False), headers=HEADERS)


def answered(request: Request, secret: str, given: dict[str, str]) -> Response:
    """A yes, a no, an end: what the person who holds the link decides."""
    door = door_of(request)
    expert, _ = _whose(request, door, secret)
    says: Message | None = None
    try:
        door.room.do(_decided(expert, given), by=themselves(expert.id), at=door.moments.now())
    except Refused as refused:
        says = refused.says
    after = door.room.standing().get(Expert, expert.id)
    if after is not None and after.withdrawn is not None:
        door.invitations.forget(expert.id)
        visit = visit_of(request, "own", None, None)
        page = OwnPage(
            title=visit.language.say("Erased"), day=visit.view.day, language=visit.language.code, state="gone",
            address="", notice=_notice(visit, after),
        )  # fmt: skip
        return HTMLResponse(drawn("own.html", "own", page, visit, has_json=False), headers=HEADERS)
    return own_page(request, secret, says=says)


def _decided(expert: Expert, given: dict[str, str]) -> Act[Any]:
    """The act that an answer asks for (Refused)."""
    does = given.get("does", "")
    if does == "agree":
        return OwnConsent(expert=expert.id)
    if does == "post":
        return AgreePost(post=given.get("post", ""), party="expert")
    if does == "erase" and given.get("sure") == "yes":
        return WithdrawConsent(expert=expert.id)
    raise Refused(say("tick the box first: what is erased does not come back"))


def _whose(request: Request, door: Door, secret: str) -> tuple[Expert, Invitation]:
    """The person of a link that is good (404), tried no more often than anybody would (429)."""
    link = door.invitations.of(secret)
    expert = door.room.standing().get(Expert, link.expert) if link else None
    if link is not None and expert is not None and expert.withdrawn is None and _good(door, expert, link):
        return expert, link
    again = door.pacing.wait(LINKS, address(request))
    if again:
        raise HTTPException(429, say("too many links were tried; try again in {count} seconds", count=again),
                            {"Retry-After": str(again)})  # fmt: skip
    door.daybook.refused(REFUSED_PAGE, who="nobody", source=address(request), about="page:/own")
    raise HTTPException(404, NOT_GOOD)


def _good(door: Door, expert: Expert, link: Invitation) -> bool:
    """Whether a link may be used: for so many days, and by who agreed as long as that holds, to end it."""
    now = door.moments.now()
    return now <= link.until or expert.listed(local_day(now))


def _notice(visit: Visit, expert: Expert) -> Notice:
    asked, given = expert.asked, expert.consent
    who = asked.who if asked else given.who if given else ""
    person = visit.things.get(Person, who) if visit.things else None
    told = asked or given
    return Notice(
        keeper=keeper_name(visit), asks=person.name if person else "",
        purpose=told.purpose if told else "", until=told.until if told else None,
    )  # fmt: skip


def _own(visit: Visit, expert: Expert, link: Invitation, says: Message | None) -> OwnPage:
    assert visit.things is not None
    assert visit.room is not None
    assert visit.now is not None
    day = local_day(visit.now)
    listed = expert.listed(day)
    state = "asked" if expert.asked else "agreed" if listed else "none"
    posts = [each for each in visit.things.all(Post).values() if each.expert == expert.id and each.ended is None]
    language = visit.language
    titles = {"asked": language.say("Do you agree?"), "agreed": language.say("What is held about you")}
    return OwnPage(
        title=titles.get(state, language.say("What is held about you")), day=visit.view.day, language=language.code,
        state=state, address=visit.links.path, notice=_notice(visit, expert),
        card=card(visit, expert, skills_of(visit.room.book, day)), contact=masked(expert.contact),
        windows=tuple(f"{local_time(each.since)} – {local_time(each.until)}" for each in expert.windows),
        since=expert.consent.since if expert.consent and listed else None,
        posts=tuple(post_row(visit, each) for each in posts),
        waiting=tuple(each.id for each in posts if "expert" not in each.agreed),
        answer_by=local_time(link.until) if expert.asked else "", says=language.message(says),
    )  # fmt: skip


def masked(contact: str) -> str:
    """A telephone of which its owner knows which one it is, and nobody else can call it.

    >>> masked("13812345678"), masked("1234"), masked("")
    ('138****5678', '****', '')
    """
    return f"{contact[:3]}****{contact[-4:]}" if len(contact) > 8 else "****" if contact else ""
