"""The after-action review as a Word file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from luoshu.book import files
from luoshu.show.afteraction import AFTER_LEAF, AfterPage, Line, after_page
from luoshu.show.language import Language
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import say

if TYPE_CHECKING:
    from docx.document import Document

SHEET = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_LINES = 2_000


def paper_of(page: AfterPage, language: Language) -> bytes:
    """The review as a .docx: milestones, promised and done, resources, people, decisions, open points, timeline."""
    from luoshu.show.wordform import blank

    say = language.say
    made = blank()
    made.core_properties.title = page.title
    made.add_heading(page.title, 0)
    if page.drill:
        made.add_paragraph(say("This was a drill."))
    made.add_paragraph(say("Opened {opened}, closed {closed}, lasted {span}.", opened=page.opened,
                           closed=page.closed or "—", span=page.lasted))  # fmt: skip
    _drawings(made, page, language)
    _table(made, say("Milestones"), (say("Milestone"), say("When"), say("After the opening")), (8, 4, 4),
           [(each.words, each.at or say("not reached"), each.after) for each in page.reached])  # fmt: skip
    _lines(made, language, say("Levels"), page.levels)
    _table(
        made, say("Promised and done"), (say("What"), say("Whose"), say("Due"), say("Done"), say("Outcome")),
        (5, 3, 3, 3, 2.5),
        [(each.title, each.whose, each.due, each.done or "—", f"{each.state_word} {each.late}".strip())
         for each in page.kept],
    )  # fmt: skip
    _table(
        made, say("Resources"), (say("What"), say("Where to"), say("asked for"), say("sent"), say("came")),
        (5, 4, 2.5, 2.5, 2.5),
        [(f"{each.title} ({each.unit})", each.to, f"{each.asked:,.10g}", f"{each.sent:,.10g}", f"{each.came:,.10g}")
         for each in page.brought], numbers=(2, 3, 4),
    )  # fmt: skip
    _table(
        made, say("People moved"), (say("Community"), say("planned"), say("moved"), say("Shelter")), (6, 3, 3, 4.5),
        [(place, str(planned), str(moved), shelter) for place, planned, moved, shelter in page.people], numbers=(1, 2),
    )  # fmt: skip
    _lines(made, language, say("Decisions"), page.decisions)
    _lines(made, language, say("Taken back"), page.undone)
    _table(
        made, say("Promises that rest on the stock"), (say("Promise"), say("Share"), say("Why")), (5, 3, 8.5),
        [(each.words, f"{each.met} {each.verdict_word}", "; ".join(each.because)) for each in page.resting],
    )  # fmt: skip
    _table(
        made, say("Needs of infrastructure that it showed"),
        (say("What"), say("Whose"), say("Answers"), say("Outcome")), (4, 3, 5.5, 4),
        [(each.title, each.party,
          "; ".join(f"{one.party}: {one.stance or say('no answer')} {one.text}".strip() for one in each.answers),
          " · ".join(filter(None, (each.state_word, each.requirement or each.why)))) for each in page.needs],
    )  # fmt: skip
    made.add_heading(say("Open points"), 1)
    for each in page.open_points or (say("Everything that was promised was done."),):
        made.add_paragraph(each, style="List Bullet" if page.open_points else None)
    _lines(made, language, say("Timeline"), page.timeline[:MOST_LINES])
    if len(page.timeline) > MOST_LINES:
        made.add_paragraph(say("{count} more acts stand in the journal.", count=len(page.timeline) - MOST_LINES))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _drawings(made: Document, page: AfterPage, language: Language) -> None:
    """The map and the charts, which Word and WPS draw from figures that people can edit."""
    from luoshu.show.footnotes import clean
    from luoshu.show.wordform import centred
    from luoshu.show.wordreview import draw_chart, draw_map, hours_axis

    say, number = language.say, 0
    if page.map is not None:
        made.add_heading(say("Where it was"), 1)
        number += 1
        title = say("Map: a square of the grid is {km:g} km wide", km=page.map.grid_km)
        draw_map(made, centred(made), page.map, number, title)
        made.add_paragraph(clean(title), style="Caption")
    if not page.charts:
        return
    made.add_heading(say("Over the hours"), 1)
    across = hours_axis(page.charts, say("hours after the opening"))
    for chart in page.charts:
        number += 1
        draw_chart(made, centred(made), chart, number, across)
        made.add_paragraph(clean(f"{chart.title} ({chart.unit})"), style="Caption")


def _table(
    made: Document, title: str, columns: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[str]],
    numbers: Sequence[int] = (),
) -> None:  # fmt: skip
    from luoshu.show import wordform

    rows = list(rows)
    if not rows:
        return
    made.add_heading(title, 1)
    drawn = wordform.table(made, columns, widths, numbers)
    wordform.rows(drawn, rows, numbers)


def _lines(made: Document, language: Language, title: str, lines: Sequence[Line]) -> None:
    say = language.say
    columns = (say("When"), say("Who"), say("What"), say("About what"), say("Why"))
    rows = [
        (each.at, each.who, each.what + (f" ({say('taken back')})" if each.undone else ""), each.about, each.why)
        for each in lines
    ]
    _table(made, title, columns, (3, 2.5, 3.5, 4.5, 3), rows)


def write_paper(page: AfterPage, language: Language, path: Path) -> Path:
    """Write the review to a file, whole or not at all."""
    files.write(path, paper_of(page, language))
    return path


def add_after_paper(app: FastAPI) -> None:
    """The address of the review as a Word file."""

    def paper(request: Request, name: str) -> Response:
        visit = visit_of(request, f"desk/incidents/{name}/report", None, None)
        admit(request, visit, replace(AFTER_LEAF, path=f"desk/incidents/{name}/report.docx"), name)
        try:
            data = paper_of(after_page(visit, name, {}), visit.language)
        except KeyError:
            raise HTTPException(404, say("there is no page {path}", path=request.url.path)) from None
        headers = {"content-disposition": 'attachment; filename="review.docx"', "cache-control": "no-store"}
        return Response(data, media_type=SHEET, headers=headers)

    app.add_api_route("/desk/incidents/{name}/report.docx", paper, include_in_schema=False)
