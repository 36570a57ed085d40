"""POST /desk/acts/…: every act of the desk as JSON and as a plain form; and /desk/undo/… to take one back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.act import ACTS, Act, made_of
from luoshu.desk.chain import Entry, canonical
from luoshu.desk.journal import MayNot, Refused, Unclear
from luoshu.desk.unkept import unkept
from luoshu.show.actmodel import described
from luoshu.show.door import Caller, door_of, need_caller, prove, safe_path
from luoshu.show.forms import Form, facts_in, form_of
from luoshu.show.language import marked
from luoshu.show.moments import now_of
from luoshu.show.pacing import ACTS as ACTS_PACE
from luoshu.show.page import Page, Visit
from luoshu.show.pages import drawn
from luoshu.show.visits import visit_of
from luoshu.words.message import Message, say

MOST_MARK, MOST_WHY, MOST_NAMES = 100, 2_000, 300
CANNOT_KEEP = say("this holds something that the journal cannot keep: a broken character, or far too much text")
LONGEST_AGO = timedelta(days=366)
"""A telephone that was out of reach sends later, but not years later: deadlines are counted from when it happened."""
NOT_WRITTEN = say("the journal cannot be written now; nothing of this was entered. Send it again later")
UNDO_SAYS = marked("Take back an act and what was done together with it. The reason must be said.")


@dataclass(frozen=True, kw_only=True)
class ActPage(Page):
    """The form of an act by itself: asked for, or refused, with what was typed."""

    form: Form


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks for, from JSON or from a form."""

    facts: dict[str, Any] = field(default_factory=dict)
    form: dict[str, list[str]] | None = None
    why: str = ""
    happened: datetime | None = None
    sent: datetime | None = None
    mark: str = ""
    back: str = ""
    csrf: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an act went: its entries, or the status and what to say."""

    entries: tuple[Entry, ...] = ()
    status: int = 201
    code: str = ""
    says: Message = field(default_factory=lambda: say("done"))
    wrong: Mapping[str, Message] = field(default_factory=dict)


def add_acts(app: FastAPI) -> None:
    """The addresses of all acts. Each is described by itself; acts that come later are taken all the same."""

    async def act(request: Request, what: str) -> Response:
        return await handle(request, what, lambda caller, asked: perform(request, caller, what, asked))

    async def undo(request: Request, number: int) -> Response:
        return await handle(request, "", lambda caller, asked: take_back(request, caller, number, asked), number)

    def form(request: Request, what: str) -> Response:
        need_caller(request)
        if what not in ACTS:
            raise HTTPException(404, say("there is no act {what}", what=what[:80]))
        query = dict(request.query_params)
        back = query.pop("_back", "") or (query.pop("back") if query.get("back", "").startswith("/") else "")
        visit = visit_of(request, f"desk/acts/{what}", None, None)
        return _drawn(visit, form_of(visit, what, query, safe_path(back)), 200)

    described(app, act, undo, UNDO_SAYS)
    app.add_api_route("/desk/acts/{what}", form, include_in_schema=False)
    app.add_api_route("/desk/acts/{what}", act, methods=["POST"], include_in_schema=False)


async def handle(
    request: Request, what: str, do: Callable[[Caller, Asked], Outcome], undone: int | None = None
) -> Response:
    """Let somebody known in, read what they ask for, do it, answer in the manner in which they asked."""
    caller = await run_in_threadpool(need_caller, request)
    again = door_of(request).pacing.wait(ACTS_PACE, caller.session.id)
    if again:
        says = say("too many acts were sent; try again in {count} seconds", count=again)
        raise HTTPException(429, says, {"Retry-After": str(again)})
    asked = asked_in(request.headers.get("content-type", ""), await request.body())
    prove(request, caller, asked.csrf)
    return await run_in_threadpool(_done, request, what, caller, asked, do, undone)


def _done(
    request: Request,
    what: str,
    caller: Caller,
    asked: Asked,
    do: Callable[[Caller, Asked], Outcome],
    undone: int | None,
) -> Response:
    outcome = do(caller, asked)
    if outcome.status == 403:
        door_of(request).refused_act(request, caller, str(outcome.says))
    if asked.form is None:
        return _as_json(request, what, outcome)
    if outcome.status == 201:
        told = {"undone": str(undone)} if undone is not None else {"entered": str(asked_first(what, outcome)[0].number)}
        return RedirectResponse(with_query(safe_path(asked.back), told), status_code=303)
    if not what:
        raise HTTPException(outcome.status, outcome.says)
    return _again(request, what, asked, outcome)


def asked_first(what: str, outcome: Outcome) -> list[Entry]:
    """The entries of an act, the one that was asked for before what had to be written ahead of it and what follows."""
    return sorted(outcome.entries, key=lambda each: bool(what) and each.draft.what != what)


def _as_json(request: Request, what: str, outcome: Outcome) -> Response:
    if outcome.status == 201:
        entries = asked_first(what, outcome)
        told = {"entries": [each.number for each in entries], "about": entries[0].draft.about}
        return JSONResponse(told, status_code=201)
    visit = visit_of(request, "error", None, None)
    language = visit.language
    error = {"code": outcome.code, "says": language.message(outcome.says), "mend": mend_of(visit, outcome)}
    fields = {name: language.message(says) for name, says in outcome.wrong.items()}
    return JSONResponse({"error": error, "fields": fields} if fields else {"error": error}, status_code=outcome.status)


def mend_of(visit: Visit, outcome: Outcome) -> str:
    """What to do about a refusal."""
    say = visit.language.say
    if outcome.status == 403:
        return say("Ask an administrator of the desk for the role")
    return say("Change what you typed and send it again") if outcome.status in (409, 422) else ""


def _again(request: Request, what: str, asked: Asked, outcome: Outcome) -> Response:
    """The form once more, with what was typed and why it was refused; a fresh mark goes with it."""
    path = safe_path(asked.back).partition("?")[0].strip("/")
    visit = visit_of(request, path, None, None)
    typed: dict[str, Any] = {
        name: texts if len(texts) > 1 else texts[-1] for name, texts in (asked.form or {}).items()
    }  # fmt: skip
    seen = request.query_params.get("hide", "")
    form = form_of(
        visit, what, given=typed, back=safe_path(asked.back), why=asked.why, wrong=outcome.wrong,
        hide=seen.split(",") if seen else (), refused=visit.language.message(outcome.says),
    )  # fmt: skip
    return _drawn(visit, form, outcome.status)


def _drawn(visit: Visit, form: Form, status: int) -> Response:
    page = ActPage(title=form.title, day=visit.view.day, language=visit.language.code, form=form)
    return HTMLResponse(drawn("act.html", "act", page, visit, has_json=False), status_code=status)


def perform(request: Request, caller: Caller, what: str, asked: Asked) -> Outcome:
    """Do an act for who asks."""
    kind = ACTS.get(what)
    if kind is None:
        raise HTTPException(404, say("there is no act {what}", what=what[:80]))
    facts = facts_in(kind, asked.form) if asked.form is not None else asked.facts

    mark = f"{caller.actor.id}/{asked.mark}" if asked.mark else ""
    happened = happened_at(request, asked)

    def do() -> tuple[Entry, ...]:
        made = made_of(what, named_by(kind, facts, mark))
        return door_of(request).room.do(
            made, by=caller.actor, at=now_of(request), why=asked.why, happened=happened, mark=mark
        )

    return outcome_of(do)


def happened_at(request: Request, asked: Asked) -> datetime | None:
    """When an act happened by the time of the desk; None: when it came.

    A telephone whose clock is wrong counts well all the same: it sends what its clock shows as it sends (`sent`), so
    that only how long ago it was is taken from it. Where the clock was set in between, so that it would have been
    after it was sent or years before, it counts as it came. Without `sent` the moment is taken at its word.
    """
    if asked.happened is None:
        return None
    real = asked.happened
    if asked.sent is not None:
        ago = asked.sent - asked.happened
        if not timedelta(0) <= ago <= LONGEST_AGO:
            return None
        real = datetime.now(UTC) - ago
    happened: datetime = request.app.state.moments.of(real)
    if now_of(request) - happened > LONGEST_AGO:
        raise HTTPException(422, say("the time at which it happened is more than a year ago; say it in the reason"))
    return happened


def named_by(kind: type[Act[Any]], facts: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """The facts, with the name of a new thing made from the mark where it was left out: sent twice it is one thing."""
    fresh = hashlib.sha256((mark or secrets.token_hex(16)).encode()).hexdigest()[:12]
    names = [
        each.name
        for each in dataclasses.fields(kind)
        if each.metadata.get("hidden") and each.default is dataclasses.MISSING and not facts.get(each.name)
    ]
    return {**facts, **dict.fromkeys(names, fresh)}


def take_back(request: Request, caller: Caller, number: int, asked: Asked) -> Outcome:
    """Take back an act for who asks."""

    def do() -> tuple[Entry, ...]:
        if not 0 < number < 2**62:
            raise Refused(say("there is no act {number} that could be taken back", number=str(number)[:24]))
        mark = f"{caller.actor.id}/{asked.mark}" if asked.mark else ""
        room = door_of(request).room
        return room.undo(number, by=caller.actor, at=now_of(request), why=asked.why, mark=mark)

    return outcome_of(do)


def outcome_of(do: Callable[[], tuple[Entry, ...]]) -> Outcome:
    """What became of it: done, refused, not allowed, not understood, or not possible to write just now."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return Outcome(entries=do())
    except Unclear as unclear:
        return Outcome(status=422, code="not-understood", says=unclear.says, wrong=unclear.fields)
    except MayNot as refused:
        return Outcome(status=403, code="may-not", says=refused.says)
    except Refused as refused:
        return Outcome(status=409, code="refused", says=refused.says)
    except ValueError:
        return Outcome(status=422, code="not-understood", says=CANNOT_KEEP)
    except (SQLAlchemyError, OSError) as error:
        kept = unkept(error)
        return Outcome(status=503, code="not-written", says=kept.says if kept else NOT_WRITTEN)


def asked_in(content_type: str, body: bytes) -> Asked:
    """What a body asks for; 422 where it is neither JSON nor a form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _of_json(body)
    if kind == "application/x-www-form-urlencoded":
        return _of_form(body)
    raise HTTPException(422, say("send JSON or a form"))


def _of_form(body: bytes) -> Asked:
    try:
        form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_NAMES, errors="strict")
    except ValueError:
        raise HTTPException(422, say("the form is not understood")) from None

    def one(name: str, most: int) -> str:
        text = form.get(name, [""])[-1].strip()
        if len(text) > most:
            raise HTTPException(422, say("{name} is too long: at most {most} characters", name=name, most=most))
        return text

    return Asked(
        form={name: values for name, values in form.items() if not name.startswith("_")},
        why=one("_why", MOST_WHY), mark=one("_mark", MOST_MARK), back=one("_back", 1_000), csrf=one("_csrf", 200),
    )  # fmt: skip


def _of_json(body: bytes) -> Asked:
    def refused(word: str) -> Any:
        raise ValueError(word)

    try:
        told = json.loads(body, parse_constant=refused)
    except (ValueError, RecursionError):
        raise HTTPException(422, say("the act is not JSON; numbers must be finite")) from None
    if not isinstance(told, dict) or not isinstance(told.get("facts", {}), dict):
        raise HTTPException(422, say("an act is an object with facts, and perhaps why, happened, sent and mark"))
    try:
        canonical(told)
    except ValueError:
        raise HTTPException(422, CANNOT_KEEP) from None
    strange = told.keys() - {"facts", "why", "happened", "sent", "mark"}
    if strange:
        raise HTTPException(422, say("there is no field {name}", name=str(min(strange))[:80]))
    texts = {"why": MOST_WHY, "mark": MOST_MARK}
    for name, most in texts.items():
        if not isinstance(told.get(name, ""), str) or len(told.get(name, "")) > most:
            raise HTTPException(422, say("{name} must be a text of at most {most} characters", name=name, most=most))
    return Asked(
        facts=told.get("facts", {}), why=told.get("why", ""), mark=told.get("mark", ""),
        happened=_moment("happened", told.get("happened")), sent=_moment("sent", told.get("sent")),
    )  # fmt: skip


def _moment(name: str, value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise HTTPException(
            422, say("{name} needs a time with its zone, as in 2021-07-20T08:00+08:00", name=name)
        ) from None


def with_query(path: str, more: Mapping[str, str]) -> str:
    """An address with some names of its query set anew, and what was told before left out.

    >>> with_query("/desk/stock?item=tent&entered=3#lots", {"entered": "4"})
    '/desk/stock?item=tent&entered=4#lots'
    """
    parts = urlsplit(path)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in ("entered", "undone")]
    return urlunsplit(("", "", parts.path, urlencode([*kept, *more.items()]), parts.fragment))
