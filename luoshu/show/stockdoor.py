"""What the stock pages send: a scanned code, a stock-take, a workbook in and out; tried first, written on a yes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from luoshu.desk.act import made_of
from luoshu.desk.actor import READERS
from luoshu.desk.journal import Refused
from luoshu.desk.stock_file import stock_workbook
from luoshu.desk.stock_rows import Row, marked, rows_of, tried, written
from luoshu.show.countpage import Tried, count_page, file_page, tried_of
from luoshu.show.door import Caller, need_caller, prove
from luoshu.show.links import file_name
from luoshu.show.moments import now_of
from luoshu.show.page import Visit
from luoshu.show.pages import drawn
from luoshu.show.stockwords import stock_book, stock_day, stock_lots
from luoshu.show.visits import Day, Tongue, visit_of
from luoshu.words.message import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_FIELDS, MOST_PART = 5_000, 8_000_000
WHATS = ("lot.count", "lot.receive")


KNOWN = [Depends(need_caller)]
"""Nobody's file is read before it is known who sends it."""


def add_stock(app: FastAPI) -> None:
    """The addresses of the stock beside its pages."""
    app.add_api_route("/desk/scan", scan, methods=["GET"], include_in_schema=False)
    app.add_api_route("/desk/stock.xlsx", workbook, methods=["GET"], include_in_schema=False)
    app.add_api_route("/desk/upload/stock-take", counted, methods=["POST"], include_in_schema=False, dependencies=KNOWN)
    app.add_api_route("/desk/upload/stock", uploaded, methods=["POST"], include_in_schema=False, dependencies=KNOWN)


def scan(request: Request, code: str = "") -> Response:
    """From a scanned code to the lot's page, or to the form for a lot that nobody knows yet."""
    need_caller(request)
    visit, wanted = visit_of(request, "desk/stock", None, None), code.strip()[:80]
    if not wanted:
        return RedirectResponse("/desk/stock", 303)
    known = next((each.lot.id for each in stock_lots(visit) if each.lot.id.casefold() == wanted.casefold()), None)
    if known is not None:
        return RedirectResponse(f"/desk/stock/{quote(file_name(known))}", 303)
    return RedirectResponse("/desk/receive?" + urlencode({"lot": wanted}), 303)


def workbook(request: Request, day: Day = None, language: Tongue = None) -> Response:
    """The stock as a workbook, for who may read the desk."""
    caller = need_caller(request)
    if not caller.actor.reads(READERS):
        raise HTTPException(403, say("{name} may not see this page", name=caller.actor.name or caller.actor.id))
    visit = visit_of(request, "desk/stock", day, language)
    book = stock_book(visit)
    if book is None:
        raise HTTPException(404, say("there is no page {path}", path=request.url.path))
    on = stock_day(visit)
    made = stock_workbook(book, on, now_of(request).isoformat(), visit.language.message)
    name = f"stock-{on.isoformat()}.xlsx"
    return Response(made, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})


async def counted(request: Request) -> Response:
    """What was counted: first the differences, then, on a yes, written."""
    async with request.form(max_fields=MOST_FIELDS, max_files=1, max_part_size=MOST_PART) as form:
        pass
    return await run_in_threadpool(_counted, request, form)


async def uploaded(request: Request) -> Response:
    """A workbook: first what it would do, then, on a yes, written."""
    async with request.form(max_fields=100, max_files=1, max_part_size=MOST_PART) as form:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
        name = file.filename or "" if isinstance(file, UploadFile) else ""
    return await run_in_threadpool(_uploaded, request, form, data, Path(name).name[:120])


def _let_in(request: Request, form: FormData) -> Caller:
    caller = need_caller(request)
    prove(request, caller, str(form.get("_csrf", "")))
    if not caller.actor.roles & {"store", "duty"}:
        raise HTTPException(403, say("{name} may not see this page", name=caller.actor.name or caller.actor.id))
    return caller


def _counted(request: Request, form: FormData) -> Response:
    caller = _let_in(request, form)
    visit = visit_of(request, "desk/stock-take", None, None)
    told = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    sheet = told.get("sheet", "")[:60]
    if told.get("told"):
        found = _outcome(visit, caller, _rows_told(told["told"]), f"take {sheet}", yes=True)
    else:
        rows = [_count_row(place, name[2:], value, sheet, told.get(f"b.{name[2:]}", ""))
                for place, (name, value) in enumerate(told.items(), start=1)
                if name.startswith("n.") and value.strip()]  # fmt: skip
        found = _outcome(visit, caller, rows, f"take {sheet}", yes=False)
    visit = visit_of(request, "desk/stock-take", None, None) if found.state == "done" else visit
    page = count_page(visit, "", {} if found.state == "done" else told, found)
    return HTMLResponse(drawn("stocktake.html", "stock-take", page, visit))


def _count_row(place: int, lot: str, value: str, sheet: str, expected: str) -> Row:
    told = value.strip().replace("，", "").replace(",", "")
    try:
        facts = {"lot": lot, "amount": told, "sheet": sheet, "expected": expected}
        return Row(sheet="", line=place, act=made_of("lot.count", facts))
    except Refused as refused:
        return Row(sheet=lot[:60], line=place, trouble=refused.says)


def _uploaded(request: Request, form: FormData, data: bytes, name: str) -> Response:
    caller = _let_in(request, form)
    visit = visit_of(request, "desk/stock-file", None, None)
    own, file = str(form.get("own", ""))[:200], str(form.get("named", ""))[:120] or name
    if form.get("told"):
        found = _outcome(visit, caller, _rows_told(str(form["told"])), own, yes=True, file=file)
        visit = visit_of(request, "desk/stock-file", None, None)
    else:
        found = _from_file(visit, caller, data, file)
    page = file_page(visit, "", {}, found)
    return HTMLResponse(drawn("stockfile.html", "stock-file", page, visit))


def _from_file(visit: Visit, caller: Caller, data: bytes, file: str) -> Tried:
    """What a workbook would do."""
    assert visit.room is not None
    assert visit.room.book is not None
    assert visit.now is not None
    with tempfile.TemporaryDirectory(prefix="stock") as folder:
        path = Path(folder) / "sent.xlsx"
        path.write_bytes(data)
        rows, own, problems = rows_of(path, visit.room.book)
    told = tried_of(visit, tried(visit.room, rows, by=caller.actor, at=visit.now), own, done=False, file=file)
    says = tuple(" ".join(map(visit.language.message, (each.says, each.mend))) for each in problems)
    return Tried(**{**vars(told), "problems": says})


def _outcome(visit: Visit, caller: Caller, rows: list[Row], own: str, *, yes: bool, file: str = "") -> Tried:
    assert visit.room is not None
    assert visit.now is not None
    now, named = visit.now, marked(rows, own)
    act = written if yes else tried
    return tried_of(visit, act(visit.room, named, by=caller.actor, at=now), own, done=yes, file=file)


def _rows_told(text: str) -> list[Row]:
    """The rows that a yes sends back; checked again as if they had never been seen."""
    try:
        told: Any = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, list) or len(told) > MOST_FIELDS * 4:
        raise HTTPException(422, say("the page that this came from is out of date; open it again"))
    return [_row_told(each) for each in told if isinstance(each, dict)]


def _row_told(told: Mapping[str, Any]) -> Row:
    sheet, line = str(told.get("sheet", ""))[:60], told.get("line")
    row = Row(sheet=sheet, line=line if isinstance(line, int) else 0)
    what, facts = told.get("what"), told.get("facts")
    if what not in WHATS or not isinstance(facts, dict):
        return Row(sheet=row.sheet, line=row.line, trouble=say("the row cannot be read"))
    try:
        return Row(sheet=row.sheet, line=row.line, act=made_of(str(what), facts))
    except Refused as refused:
        return Row(sheet=row.sheet, line=row.line, trouble=refused.says)
