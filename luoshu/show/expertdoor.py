"""The expert bank as a workbook out and in: telephones only for who may see all, every look written down."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from luoshu.desk.act import facts_of, made_of
from luoshu.desk.clock import local_day
from luoshu.desk.expert import Expert
from luoshu.desk.expert_file import expert_workbook
from luoshu.desk.expert_rows import expert_rows
from luoshu.desk.journal import Refused
from luoshu.desk.post import OfferPost, Post
from luoshu.desk.stock_rows import Row, marked, tried, written
from luoshu.show.door import Caller, need_caller, prove
from luoshu.show.expertpage import EXPERTS_LEAF, sees_contacts
from luoshu.show.page import Page, Visit
from luoshu.show.pages import drawn
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_PART, MOST_ROWS = 8_000_000, 2_000
WHATS = frozenset({
    "expert.enter", "expert.consent", "expert.skill", "expert.free", "post.offer", "post.agree", "post.end",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """One change that a row asks for: about whom, what, and what would become or became of it."""

    place: str
    about: str
    act: str
    tone: str
    says: str


@dataclass(frozen=True, kw_only=True)
class ExpertsInPage(Page):
    """A workbook that came in. `state` is try (nothing is written yet) or done; `told` is what a yes sends back."""

    state: str
    file: str
    own: str
    good: int
    bad: int
    already: int
    rows: tuple[ChangeLine, ...]
    told: str
    problems: tuple[str, ...] = ()


def add_experts(app: FastAPI) -> None:
    """The addresses of the workbook."""
    known = [Depends(need_caller)]  # nobody's file is read before it is known who sends it
    app.add_api_route("/desk/experts.xlsx", workbook, methods=["GET"], include_in_schema=False)
    app.add_api_route("/desk/upload/experts", uploaded, methods=["POST"], include_in_schema=False, dependencies=known)


def workbook(request: Request, contacts: bool = False) -> Response:
    """The bank as a workbook; with telephones only for who keeps the bank of all, and only when they ask for them."""
    visit = visit_of(request, "desk/experts", None, None)
    leaf = replace(EXPERTS_LEAF, path="desk/experts.xlsx" + ("?contacts=true" if contacts else ""))
    admit(request, visit, leaf)
    assert visit.things is not None
    assert visit.room is not None
    assert visit.now is not None
    if contacts and not sees_contacts(visit):
        raise HTTPException(403, say("telephones are given only to who keeps the expert bank of all organisations"))
    day = local_day(visit.now)
    data = expert_workbook(visit.things, visit.room.book, day, secrets.token_hex(16), contacts=contacts)
    headers = {"content-disposition": f'attachment; filename="experts-{day}.xlsx"', "cache-control": "no-store"}
    return Response(data, media_type=XLSX, headers=headers)


async def uploaded(request: Request) -> Response:
    """A workbook: first what it would change, then, on a yes, written."""
    async with request.form(max_fields=20, max_files=1, max_part_size=MOST_PART) as form:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
        called = Path(file.filename or "").name[-120:] if isinstance(file, UploadFile) else ""
    return await run_in_threadpool(_uploaded, request, form, data, called)


def _uploaded(request: Request, form: FormData, data: bytes, called: str) -> Response:
    caller = need_caller(request)
    prove(request, caller, str(form.get("_csrf", "")))
    visit = visit_of(request, "desk/experts", None, None)
    admit(request, visit, replace(EXPERTS_LEAF, path="desk/upload/experts"))
    own, file = str(form.get("own", ""))[:200], str(form.get("named", ""))[:120] or called
    if form.get("told"):
        page = _done(visit, caller, marked(_rows_told(str(form["told"])), own), own, file)
    else:
        page = _from_file(visit, caller, data, file)
    html = drawn("expertsin.html", "experts-in", page, visit, has_json=False)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def _from_file(visit: Visit, caller: Caller, data: bytes, file: str) -> ExpertsInPage:
    """What a workbook would change."""
    assert visit.things is not None
    assert visit.room is not None
    assert visit.now is not None
    if not file:
        raise HTTPException(422, say("choose a file first"))
    with tempfile.TemporaryDirectory(prefix="experts") as folder:
        path = Path(folder) / "sent.xlsx"
        path.write_bytes(data)
        rows, own, unchanged, problems = expert_rows(path, visit.things, visit.room.book, local_day(visit.now))
    says = [" ".join(map(visit.language.message, (each.says, each.mend))) for each in problems]
    if len(rows) > MOST_ROWS:
        template = "the workbook holds {count} filled rows, more than the {most} taken at once; none was taken"
        rows, says = [], [*says, visit.language.say(template, count=len(rows), most=MOST_ROWS)]
    rows = tried(visit.room, rows, by=caller.actor, at=visit.now)
    return _page(visit, rows, own, file, unchanged, says, done=False)


def _done(visit: Visit, caller: Caller, rows: list[Row], own: str, file: str) -> ExpertsInPage:
    assert visit.room is not None
    assert visit.now is not None
    made = written(visit.room, rows, by=caller.actor, at=visit.now, why=file)
    return _page(visit, made, own, file, 0, [], done=True)


def _page(
    visit: Visit, rows: list[Row], own: str, file: str, unchanged: int, says: list[str], *, done: bool
) -> ExpertsInPage:
    told = [{"what": row.act.what, "facts": facts_of(row.act)} for row in rows if row.act is not None and row.good]
    order = sorted(rows, key=lambda row: row.trouble is None)
    names = {str(vars(row.act).get("expert")): str(vars(row.act).get("name", "")) for row in rows
             if row.act is not None and row.act.what == "expert.enter"}  # fmt: skip
    names |= {row.act.post: row.act.expert for row in rows if isinstance(row.act, OfferPost)}
    return ExpertsInPage(
        title=visit.language.say("Experts from a workbook"), day=visit.view.day, language=visit.language.code,
        state="done" if done else "try", file=file, own=own, good=sum(row.good for row in rows),
        bad=sum(row.trouble is not None for row in rows),
        already=unchanged + sum(row.already is not None and row.trouble is None for row in rows),
        rows=tuple(_line(visit, row, names, done) for row in order), problems=tuple(says),
        told="" if done else json.dumps(told, ensure_ascii=False),
    )  # fmt: skip


def _line(visit: Visit, row: Row, names: Mapping[str, str], done: bool) -> ChangeLine:
    assert visit.things is not None
    language = visit.language
    if row.trouble is not None:
        says, tone = language.message(row.trouble), "bad"
    elif row.already is not None:
        says, tone = language.say("written before, as number {number}", number=row.already), "quiet"
    else:
        says, tone = language.say("written, number {number}", number=row.number or 0) if done else "", "good"
    facts = vars(row.act) if row.act is not None else {}
    post = visit.things.get(Post, str(facts.get("post", "")))
    code = str(facts.get("expert") or names.get(str(facts.get("post", ""))) or (post.expert if post else ""))
    known = visit.things.get(Expert, code) if code else None
    place = f"{row.sheet} {row.line}" if row.sheet else ""
    return ChangeLine(
        place=place, about=names.get(code) or (known.name if known else code), tone=tone, says=says,
        act=visit.language.message(row.act.says) if row.act is not None else "",
    )  # fmt: skip


def _rows_told(text: str) -> list[Row]:
    """The changes that a yes sends back; checked again as if they had never been seen."""
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list) or len(told) > MOST_ROWS:
        raise HTTPException(422, say("the page that this came from is out of date; open it again"))
    return [_row_told(each) for each in told if isinstance(each, dict)]


def _row_told(told: Mapping[str, Any]) -> Row:
    what, facts = told.get("what"), told.get("facts")
    if what not in WHATS or not isinstance(facts, dict):
        return Row(sheet="", line=0, trouble=say("the row cannot be read"))
    try:
        return Row(sheet="", line=0, act=made_of(str(what), facts))
    except Refused as refused:
        return Row(sheet="", line=0, trouble=refused.says)
