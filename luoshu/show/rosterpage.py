"""The duty roster: who is on duty now, the days ahead by post, swaps; as a calendar and as a workbook, out and in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from luoshu.desk.actor import READERS
from luoshu.desk.clock import CHINA, local_day, local_time
from luoshu.desk.journal import Refused
from luoshu.desk.roster import SETTERS, Shift, coming, on_duty
from luoshu.desk.rosterfile import calendar, read_workbook, workbook
from luoshu.desk.staff import Person
from luoshu.show.door import door_of, need_caller, prove
from luoshu.show.forms import Form, form_of
from luoshu.show.language import marked
from luoshu.show.moments import now_of
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import say

DAYS = 14
BEGINS_AGO = timedelta(days=1)
WEEK = (
    marked("Mon"), marked("Tue"), marked("Wed"), marked("Thu"), marked("Fri"), marked("Sat"), marked("Sun"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ShiftRow:
    """One shift as it is drawn; `offered` names the shift that its person would rather have."""

    id: str
    post: str
    name: str
    starts: str
    ends: str
    span: str
    now: bool
    mine: bool
    mark: str
    offered: str = ""
    to_me: bool = False


@dataclass(frozen=True, kw_only=True)
class DayColumn:
    """One day of the weeks ahead with the shifts that hold on it, by post."""

    day: date
    words: str
    rest: bool
    today: bool
    shifts: Mapping[str, tuple[ShiftRow, ...]]


@dataclass(frozen=True, kw_only=True)
class RosterPage(Page):
    """The roster. `missing`: days ahead on which a post that is otherwise manned has nobody."""

    now: tuple[ShiftRow, ...]
    next: tuple[ShiftRow, ...]
    posts: tuple[str, ...]
    days: tuple[DayColumn, ...]
    missing: tuple[str, ...]
    mine: tuple[ShiftRow, ...]
    offers: tuple[ShiftRow, ...]
    may_set: bool
    set: Form
    ask: Form
    problems: tuple[str, ...] = ()
    written: int | None = None


def roster_page(visit: Visit, name: str, query: Mapping[str, str]) -> RosterPage:
    """The roster for who looks."""
    things, now = visit.things, visit.now
    assert things is not None
    assert now is not None
    say_, me = visit.language.say, visit.actor.id if visit.actor else ""
    horizon = now + timedelta(days=DAYS)
    shifts = things.all(Shift)

    def row(each: Shift) -> ShiftRow:
        return drawn_row(visit, each, me, shifts)

    today = local_day(now)
    shown = [each for each in shifts.values() if each.during(now - BEGINS_AGO, horizon)]
    posts = tuple(sorted({each.post for each in shown}))
    days = tuple(_day(visit, today + timedelta(days=ahead), today, shown, row) for ahead in range(DAYS))
    mine = [each for each in shifts.values() if each.person == me and not each.cancelled and each.ends > now]
    offers = [each for each in shifts.values() if each.asked and not each.cancelled and each.ends > now]
    return RosterPage(
        title=say_("Duty roster"),
        day=visit.view.day,
        language=visit.language.code,
        now=tuple(row(each) for each in on_duty(things, now)),
        next=tuple(row(each) for each in coming(things, now, horizon))[:6],
        posts=posts,
        days=days,
        missing=tuple(
            say_("{day}: nobody is put down for {post}", day=each.words, post=post)
            for each in days
            for post in posts
            if post not in each.shifts
        ),
        mine=tuple(row(each) for each in sorted(mine, key=lambda each: each.starts)),
        offers=tuple(row(each) for each in offers),
        may_set=bool(visit.actor and visit.actor.roles & SETTERS),
        set=form_of(visit, "roster.set", _given(now), back="/desk/roster"),
        ask=form_of(visit, "roster.ask", {"shift": query.get("shift", "")}, back="/desk/roster"),
    )


def _given(now: datetime) -> dict[str, datetime]:
    """A new shift begins at the next eight o'clock, and lasts a day."""
    local_now = now.astimezone(CHINA)
    begins = local_now.replace(hour=8, minute=0, second=0, microsecond=0)
    begins += timedelta(days=1) if begins <= local_now else timedelta()
    return {"starts": begins, "ends": begins + timedelta(days=1)}


def drawn_row(visit: Visit, each: Shift, me: str, shifts: Mapping[str, Shift]) -> ShiftRow:
    """A shift as a row."""
    things, now = visit.things, visit.now
    assert things is not None
    assert now is not None
    person = things.get(Person, each.person)
    other = shifts.get(each.asked)
    starts, ends = each.starts.astimezone(CHINA), each.ends.astimezone(CHINA)
    same = starts.date() == ends.date()
    return ShiftRow(
        id=each.id,
        post=each.post,
        name=person.name if person else each.person,
        starts=local_time(each.starts),
        ends=local_time(each.ends),
        span=f"{starts:%H:%M}–{ends:%H:%M}" if same else f"{starts:%m-%d %H:%M}–{ends:%m-%d %H:%M}",
        now=each.starts <= now < each.ends,
        mine=each.person == me,
        mark=f"{each.id} {each.changes} {things.number}",
        offered=each.asked,
        to_me=other is not None and other.person == me,
    )


def _day(visit: Visit, day: date, today: date, shown: list[Shift], row: object) -> DayColumn:
    begins = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    assert callable(row)
    assert visit.room is not None
    found: dict[str, list[ShiftRow]] = {}
    for each in sorted(shown, key=lambda each: each.starts):
        # a night shift stands where it begins, and again only on days that it fills
        if begins <= each.starts < begins + timedelta(days=1) or (
            each.starts < begins and each.ends >= begins + timedelta(hours=12)
        ):
            found.setdefault(each.post, []).append(row(each))
    return DayColumn(
        day=day,
        words=f"{visit.language.long_day(day)} {visit.language.text(WEEK[day.weekday()])}",
        rest=not visit.room.clock.calendar.works(day),
        today=day == today,
        shifts={post: tuple(rows) for post, rows in found.items()},
    )


ROSTER_LEAF = Leaf(
    name="roster",
    path="desk/roster",
    template="roster.html",
    type=RosterPage,
    build=roster_page,
    roles=READERS,
    says=marked("The duty roster: who is on duty now and in the fortnight ahead."),
)


def add_roster(app: FastAPI) -> None:
    """The roster as a calendar and a workbook, and the workbook in again."""

    def visit_for(request: Request, path: str) -> Visit:
        visit = visit_of(request, "desk/roster", None, None)
        admit(request, visit, replace(ROSTER_LEAF, path=path))
        return visit

    def ics(request: Request, mine: bool = False) -> Response:
        visit = visit_for(request, "desk/roster.ics")
        assert visit.things is not None
        assert visit.now is not None
        me = visit.actor.id if visit.actor else ""
        shifts = [each for each in visit.things.all(Shift).values() if not mine or each.person == me]
        title = f"{visit.view.name(visit.language.code)} {visit.language.say('Duty roster')}"
        data = calendar(shifts, visit.things.all(Person), title, visit.now)
        return _file(data, "text/calendar; charset=utf-8", "roster.ics")

    def xlsx(request: Request) -> Response:
        visit = visit_for(request, "desk/roster.xlsx")
        assert visit.things is not None
        shifts = [each for each in visit.things.all(Shift).values() if not each.cancelled]
        sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        data = workbook(sorted(shifts, key=lambda each: each.starts), visit.things.all(Person))
        return _file(data, sheet, "roster.xlsx")

    async def take_in(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=4) as form:
            file, proof = form.get("file"), form.get("_csrf")
            if file is None or isinstance(file, str):
                raise HTTPException(422, say("choose a file first"))
            data, name = await file.read(), file.filename or ""
        return await run_in_threadpool(_taken_in, request, data, name, proof)

    app.add_api_route("/desk/roster.ics", ics, include_in_schema=False)
    app.add_api_route("/desk/roster.xlsx", xlsx, include_in_schema=False)
    # nobody's file is read before it is known who sends it
    known = [Depends(need_caller)]
    app.add_api_route("/desk/upload/roster", take_in, methods=["POST"], include_in_schema=False, dependencies=known)


def _taken_in(request: Request, data: bytes, name: str, proof: object) -> Response:
    """Write the good rows of a workbook, each once however often it is sent, and show what is wrong with the others."""
    caller, room = need_caller(request), door_of(request).room
    prove(request, caller, str(proof or ""))
    if not caller.actor.roles & SETTERS:
        raise HTTPException(403, say("{name} may not see this page", name=caller.actor.name))
    visit = visit_of(request, "desk/roster", None, None)
    rows, faults = read_workbook(data, name[:80] or "roster.xlsx", room.standing().all(Person))
    language, problems, written = visit.language, [], 0
    told = [
        (fault.source.line or 0, f"{language.message(fault.says)} {language.message(fault.mend)}") for fault in faults
    ]
    for each in rows:
        try:
            room.do(each.act, by=caller.actor, at=now_of(request), mark=f"{caller.actor.id} {each.mark}")
            written += 1
        except Refused as refused:
            told.append((each.line, language.message(refused.says)))
    problems = [language.say("line {line}", line=line) + ": " + words for line, words in sorted(told)]
    visit = visit_of(request, "desk/roster", None, None)
    page = replace(roster_page(visit, "", {}), problems=tuple(problems), written=written)
    html = drawn("roster.html", "roster", page, visit, has_json=False)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def _file(data: bytes, sort: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=sort, headers=headers)
