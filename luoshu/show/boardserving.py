"""One section of a board by itself, for open boards that follow: drawn once for all who may see the same."""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable
from dataclasses import replace

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from luoshu.show.board import BOARD_LEAF, BY_NAME, PATH, Part
from luoshu.show.boardeye import Eye, eye
from luoshu.show.boardtasks import personal
from luoshu.show.boardwords import Log, may_undo
from luoshu.show.pages import drawn
from luoshu.show.sections import Drawn
from luoshu.show.visits import Day, Tongue, admit, visit_of
from luoshu.words.message import say

PROOF = "proof" + secrets.token_hex(16)
"""Stands in drawn sections where the proof of a session belongs; nobody outside knows it."""
UNDO = re.compile(r"<!--undo (\d+)-->.*?<!--undone-->", re.DOTALL)
"""What a row of the log holds for who may take it back."""


def add_board(app: FastAPI) -> None:
    """The address of the sections."""
    app.state.drawn = Drawn()

    def part(request: Request, name: str, section: str, day: Day = None, language: Tongue = None) -> Response:
        visit = visit_of(request, PATH.format(name=name), day, language)
        admit(request, visit, BOARD_LEAF, name)
        chosen = BY_NAME.get(section)
        try:
            seen = eye(visit, name) if chosen else None
        except KeyError:
            seen = None
        if chosen is None or seen is None:
            raise HTTPException(404, say("there is no page {path}", path=request.url.path))
        html = section_html(request.app.state.drawn, seen, chosen)
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    app.add_api_route("/" + PATH + "/part/{section}", part, include_in_schema=False)


def section_html(kept: Drawn, seen: Eye, part: Part) -> str:
    """A section for who looks: from what was drawn for others who may see the same, with the proof of their session."""
    shared = replace(seen, visit=replace(seen.visit, csrf=PROOF, session="", notice=None))
    html = kept.of(_key(seen, part), lambda: draw(shared, part))
    if part.name == "log":
        html = _own_undo(html, seen)
    return html.replace(PROOF, seen.visit.csrf)


def draw(seen: Eye, part: Part) -> str:
    """The inner HTML of a section."""
    template, made = f"board/{part.name}.html", part.build(seen)
    if isinstance(made, Log):  # each row with its form: whose it is not loses it when the section is handed out
        made = replace(made, rows=tuple(replace(row, may_undo=not row.undone and row.count == 1) for row in made.rows))
    return drawn(template, "board", made, seen.visit, section=made, now=seen.now, path=seen.path, can_act=seen.acts)


def _key(seen: Eye, part: Part) -> Hashable:
    """All that a section depends on. Times that run are right to the minute."""
    visit = seen.visit
    actor = visit.actor
    assert actor is not None
    whose: tuple[str, ...] = (actor.organisation,)
    if part.name == "tasks" and personal(seen):
        whose = (actor.organisation, actor.id)
    minute = int(seen.now.timestamp() // 60)
    rights = frozenset(actor.grants)
    return (seen.incident.id, part.name, visit.language.code, visit.links.day, rights, whose, seen.things.number,
            minute, visit.view.version)  # fmt: skip


def _own_undo(html: str, seen: Eye) -> str:
    """The log with the forms to take back only what this person may."""

    def kept(found: re.Match[str]) -> str:
        step = seen.things.step(int(found[1]))
        return found[0] if step is not None and may_undo(seen, step) else ""

    return UNDO.sub(kept, html)
