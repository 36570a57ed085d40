"""POST /what-if: a promise as it would stand with some rows changed. Computed in memory; nothing is written."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError

from luoshu.book.book import Book
from luoshu.book.problem import Problem
from luoshu.book.table import schema
from luoshu.gauge import as_json, gauge_one
from luoshu.kinds.commitment import Gauge
from luoshu.kinds.layer import Layer
from luoshu.show.changes import Tried, as_csv, tried
from luoshu.show.comparing import change_text, gained, listing, same_rows, standing
from luoshu.show.language import Language, marked
from luoshu.show.layerfile import binary
from luoshu.show.layershelf import COMPUTING, NEAREST, BeingDrawn, draw
from luoshu.show.links import file_name
from luoshu.show.manual import ErrorAnswer
from luoshu.show.mapedits import tables_of
from luoshu.show.maplayers import number
from luoshu.show.page import Visit
from luoshu.show.pages import finite
from luoshu.show.visits import Tongue, visit_of
from luoshu.words.message import say

MOST_CHANGES = 100
MOST_WAITING = 4
"""Questions that may wait for their turn; one more is asked to come again."""
WAIT_SECONDS = 20.0
WAITING = threading.BoundedSemaphore(MOST_WAITING)
SAYS = marked("How a promise would stand if rows of tables were added, changed or removed. Nothing is written.")


NEW_ROW = {"id": "new-1", "x": 112.45, "y": 34.62, "system": "WGS-84"}


class Change(BaseModel):
    """A row to put into a table (only the named cells of one that is there already), or the id of one to remove."""

    table: str = Field(max_length=100, examples=["site"])
    row: dict[str, Any] | None = Field(default=None, examples=[NEW_ROW])
    remove: str | None = Field(default=None, max_length=500)


class Question(BaseModel):
    """What is tried out for which promise."""

    commitment: str = Field(max_length=200, examples=["clinics"])
    day: date | None = None
    changes: list[Change] = Field(max_length=MOST_CHANGES)


def add_what_if(app: FastAPI) -> None:
    """The one address of questions."""

    async def what_if(request: Request, language: Tongue = None) -> Response:
        from starlette.concurrency import run_in_threadpool

        question = question_of(await request.body())
        return await run_in_threadpool(answer, request, question, language)

    app.add_api_route(
        "/what-if",
        what_if,
        methods=["POST"],
        tags=["layers"],
        summary=SAYS,
        responses={
            200: {"description": "before, after, change_text, people, gainers, listing, layers, values, csv, problems"},
            **{code: {"model": ErrorAnswer} for code in (404, 422, 503)},
        },
        openapi_extra={
            "requestBody": {"content": {"application/json": {"schema": _inlined(Question)}}, "required": True}
        },
    )


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model without references, so that it can stand anywhere."""
    made = model.model_json_schema()
    parts = made.pop("$defs", {})
    text = json.dumps(made)
    for name, part in parts.items():
        text = text.replace(json.dumps({"$ref": f"#/$defs/{name}"}), json.dumps(part))
    inlined: dict[str, Any] = json.loads(text)
    return inlined


def question_of(body: bytes) -> Question:
    """The question in a body; 422, in words, where it is none."""

    def refused(word: str) -> Any:
        raise ValueError(word)

    try:
        found = json.loads(body, parse_constant=refused)
    except (ValueError, RecursionError):
        raise HTTPException(422, say("the question is not JSON; numbers must be finite")) from None
    if isinstance(found, dict) and isinstance(found.get("changes"), list) and len(found["changes"]) > MOST_CHANGES:
        raise HTTPException(422, say("at most {count} changes can be tried out at once", count=MOST_CHANGES))
    try:
        return Question.model_validate(found)
    except (ValidationError, RecursionError):
        says = say("the question is not understood: it names a commitment and a list of changes")
        raise HTTPException(422, says) from None


def answer(request: Request, question: Question, language: str | None) -> Response:
    """Compute in turn: one question at a time, a few waiting, the others asked to come again."""
    says = say("others are trying things out just now; ask again in a moment")
    busy = HTTPException(503, says, headers={"Retry-After": "3"})
    if not WAITING.acquire(blocking=False):
        raise busy
    try:
        visit = visit_of(request, "", question.day, language)
        gauge = visit.view.gauge(file_name(question.commitment))
        if gauge is None or visit.view.book is None:
            raise HTTPException(404, say("there is no promise {id} on this day", id=question.commitment))
        before = layers_before(visit, gauge)
        if not COMPUTING.acquire(timeout=WAIT_SECONDS):
            raise busy
        try:
            told = answered(visit.view.book, gauge, before, question, visit.language)
        finally:
            COMPUTING.release()
    finally:
        WAITING.release()
    return JSONResponse(told, headers={"cache-control": "no-store"})


def layers_before(visit: Visit, gauge: Gauge) -> Mapping[str, Layer]:
    """The layers as they are; none where the kind draws none or fails."""
    shelf, name = visit.view.layers, file_name(gauge.commitment.id)
    if shelf is None or name not in shelf.gauges:
        return {}
    try:
        return shelf.drawn(name, WAIT_SECONDS).layers
    except BeingDrawn:
        raise HTTPException(503, say("the layers of {id} are being computed; ask again", id=gauge.commitment.id),
                            headers={"Retry-After": "5"}) from None  # fmt: skip


def answered(
    book: Book, gauge: Gauge, before: Mapping[str, Layer], question: Question, language: Language
) -> dict[str, Any]:
    """The whole answer as plain values."""
    allowed = tables_asked(book, gauge, before)
    trial = tried(book, allowed, [each.model_dump(exclude_unset=True) for each in question.changes])
    after_gauge = gauge_one(gauge.commitment, trial.book, gauge.day)
    after = draw(after_gauge, trial.book, gauge.day) if before else None
    new = dict(after.layers) if after else {}
    old_layers, new_layers = tuple(before.values()), tuple(new.values())
    people = gained(old_layers, new_layers)
    now, then = number_or_none(after_gauge.value), number_or_none(gauge.value)
    change = now - then if now is not None and then is not None else None
    problems = [_told(each, row, language) for row, each in trial.problems]
    if after and after.fault:
        problems.append({"says": language.message(after.fault), "mend": "", "row": None, "code": "not-drawn"})
    told = {
        "commitment": gauge.commitment.id,
        "day": gauge.day.isoformat(),
        "before": standing(gauge, as_json(gauge), language),
        "after": standing(after_gauge, as_json(after_gauge), language),
        "change": change,
        "change_text": change_text(change, gauge.unit, language),
        "people": {
            "gain": people.gain if people.gain is not None else people.better,
            "lose": people.lose if people.lose is not None else people.worse,
            "gain_text": _people(people.gain if people.gain is not None else people.better, language),
            "lose_text": _people(people.lose if people.lose is not None else people.worse, language),
        },
        "gainers": {"people": people.better, "count": people.better_count},
        "losers": {"people": people.worse, "count": people.worse_count},
        "listing": listing(old_layers, new_layers, language),
        "layers": packed(before, new, trial),
        "values": measured(new),
        "csv": [
            {"table": schema(table).name, "file": f"{schema(table).name}.csv", "text": as_csv(table, rows)}
            for table, rows in trial.changed.items()
            if rows
        ],
        "problems": problems,
    }
    plain: dict[str, Any] = finite(told)
    return plain


def tables_asked(book: Book, gauge: Gauge, layers: Mapping[str, Layer]) -> list[type]:
    """The tables whose rows may be changed: those the kind reads, and those that its layers name."""
    drawn = {layer.table for layer in layers.values()}
    needs = set(gauge.commitment.needs)
    return [table for table in tables_of(book, gauge) if table in needs or schema(table).name in drawn]


def packed(before: Mapping[str, Layer], after: Mapping[str, Layer], trial: Tried) -> dict[str, str]:
    """The layers of points that changed, packed in base64; of homes that are the same only what colours them."""
    tables = {schema(table).name for table in trial.changed}
    found = {}
    for name, layer in after.items():
        if layer.shape != "points" or not (layer.measure or layer.table in tables):
            continue
        # homes are many and stay where they are; all else is small and may have got other rows or words
        same = layer.role == "homes" and name in before and same_rows(before[name], layer) and layer.table not in tables
        only = frozenset({layer.measure, NEAREST}) if same else None
        found[layer.id] = base64.b64encode(binary(layer, only, bare=same)).decode()
    return found


def measured(layers: Mapping[str, Layer]) -> dict[str, Any]:
    """What colours the lines and polygons, by the id of the feature."""
    found = {}
    for layer in layers.values():
        if layer.shape != "points" and layer.measure and layer.ids:
            values = layer.columns[layer.measure].values
            found[layer.id] = {str(id): number(value) for id, value in zip(layer.ids, values, strict=True)}
    return found


def number_or_none(value: float | None) -> float | None:
    """A finite number, else None."""
    return None if value is None else number(value)


def _people(count: float | None, language: Language) -> str:
    return "—" if count is None else language.figure(float(round(count)), "人")


def _told(problem: Problem, row: int | None, language: Language) -> dict[str, Any]:
    says, mend = language.message(problem.says), language.message(problem.mend)
    return {"says": says, "mend": mend, "row": row, "code": problem.code, "column": problem.source.column}
