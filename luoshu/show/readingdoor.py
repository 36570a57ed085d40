"""What the page of readings sends: a file of gauges, tried first, written on a yes; and a file to begin with."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from luoshu.desk.act import made_of
from luoshu.desk.incident import EVERY_HAND
from luoshu.desk.journal import Refused
from luoshu.desk.reading_rows import SAMPLE, readings_of, unknown_yet
from luoshu.desk.stock_rows import Row, marked, tried, written
from luoshu.desk.ticking import tick
from luoshu.show.door import Caller, need_caller, prove
from luoshu.show.page import Visit
from luoshu.show.pages import drawn
from luoshu.show.readingpage import PATH, READINGS_LEAF, TriedFile, readings_page, tried_file
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import say

MOST_PART, MOST_ROWS = 8_000_000, 10_000
"""Bytes of a file, and readings taken at once from a page; the command line takes more."""


def add_readings(app: FastAPI) -> None:
    """The address that takes the files, and that of a file to begin with."""
    # nobody's file is read before it is known who sends it
    known = [Depends(need_caller)]
    app.add_api_route("/desk/upload/readings/{name}", uploaded, methods=["POST"], include_in_schema=False,
                      dependencies=known)  # fmt: skip
    app.add_api_route("/desk/readings.csv", sample, include_in_schema=False, dependencies=known)


def sample() -> Response:
    """Two rows to fill in, with the mark by which spreadsheets know the encoding."""
    headers = {"content-disposition": 'attachment; filename="readings.csv"'}
    return Response(SAMPLE.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


async def uploaded(request: Request, name: str) -> Response:
    """A file: first what it would do, then, on a yes, written."""
    async with request.form(max_fields=20, max_files=1, max_part_size=MOST_PART) as form:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
        called = Path(file.filename or "").name[-120:] if isinstance(file, UploadFile) else ""
    return await run_in_threadpool(_uploaded, request, name, form, data, called)


def _uploaded(request: Request, name: str, form: FormData, data: bytes, called: str) -> Response:
    caller = need_caller(request)
    prove(request, caller, str(form.get("_csrf", "")))
    visit = visit_of(request, PATH.format(name=name), None, None)
    admit(request, visit, READINGS_LEAF, name)
    if not caller.actor.reads(EVERY_HAND, "", name):
        raise HTTPException(403, say("{name} may not see this page", name=caller.actor.name or caller.actor.id))
    try:
        if form.get("told"):
            rows = marked(_rows_told(str(form["told"]), name), str(form.get("own", ""))[:200])
            found = _done(visit, caller, name, rows, str(form.get("own", ""))[:200], str(form.get("named", ""))[:120])
            visit = visit_of(request, PATH.format(name=name), None, None)
        else:
            found = _from_file(visit, caller, name, data, called)
        page = readings_page(visit, name, {}, found)
    except KeyError:
        raise HTTPException(404, say("there is no such incident")) from None
    html = drawn(READINGS_LEAF.template, READINGS_LEAF.name, page, visit, has_json=False)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def _from_file(visit: Visit, caller: Caller, name: str, data: bytes, called: str) -> TriedFile:
    """What a file would do."""
    assert visit.room is not None
    assert visit.now is not None
    assert visit.things is not None
    if not called:
        raise HTTPException(422, say("choose a file first"))
    with tempfile.TemporaryDirectory(prefix="readings") as folder:
        path = Path(folder) / _plain_name(called)
        path.write_bytes(data)
        rows, own, problems = readings_of(path, name, visit.room.book)
    told = [" ".join(map(visit.language.message, (each.says, each.mend))) for each in problems]
    if len(rows) > MOST_ROWS:
        says = "the file holds {count} readings, more than the {most} taken at once; none was taken"
        told.append(visit.language.say(says, count=len(rows), most=MOST_ROWS))
        return tried_file(visit, name, [], own, called, told, done=False)
    rows = tried(visit.room, unknown_yet(visit.things, rows), by=caller.actor, at=visit.now)
    return tried_file(visit, name, rows, own, called, told, done=False)


def _plain_name(called: str) -> str:
    """A name under which the file can stand in any folder, with its ending.

    >>> _plain_name("水情 7月.XLSX"), _plain_name("../..")
    ('水情 7月.XLSX', 'file')
    """
    kept = "".join(ch for ch in called if ch.isprintable() and ch not in '/\\:*?"<>|').strip(". ")
    return kept[-80:] or "file"


def _done(visit: Visit, caller: Caller, name: str, rows: list[Row], own: str, file: str) -> TriedFile:
    """What was written; the clock looks at it at once, so that a level is proposed before anybody waits for it."""
    assert visit.room is not None
    assert visit.now is not None
    assert visit.things is not None
    made = written(visit.room, unknown_yet(visit.things, rows), by=caller.actor, at=visit.now, why=file)
    tick(visit.room, visit.now)
    return tried_file(visit, name, made, own, file, [], done=True)


def _rows_told(text: str, incident: str) -> list[Row]:
    """The readings that a yes sends back; checked again as if they had never been seen, and of this incident only."""
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list) or len(told) > MOST_ROWS:
        raise HTTPException(422, say("the page that this came from is out of date; open it again"))
    return [_row_told(each, incident) for each in told if isinstance(each, dict)]


def _row_told(told: Mapping[str, Any], incident: str) -> Row:
    try:
        return Row(sheet="", line=0, act=made_of("reading.report", {**told, "incident": incident}))
    except Refused as refused:
        return Row(sheet="", line=0, trouble=refused.says)
