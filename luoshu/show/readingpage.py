"""The readings that count for an incident, and those of a gauge's file: what it would do, then what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from luoshu.desk.act import facts_of
from luoshu.desk.actor import READERS
from luoshu.desk.incident import EVERY_HAND, severity
from luoshu.desk.levels import reached
from luoshu.desk.observed import MEASURES, Reading, ReportReading
from luoshu.desk.responserule import response_rule
from luoshu.desk.stock_rows import Row
from luoshu.show.board import reach
from luoshu.show.boardeye import Eye, Level, eye
from luoshu.show.boardsituation import latest
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.words.message import named

PATH = "desk/incidents/{name}/readings"
MOST_SHOWN = 500
"""Rows of a file that are shown, those with faults first."""


@dataclass(frozen=True, kw_only=True)
class ReadingLine:
    """One reading: of the book of the desk, or of a row of a file with what would become of it."""

    place: str
    station: str
    measure: str
    value: str
    at: datetime | None
    over: Level | None
    limit: str
    source: str = ""
    tone: str = ""
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class TriedFile:
    """A file that was sent in. `state` is try (nothing is written yet) or done; `told` is what a yes sends back."""

    state: str
    file: str
    own: str
    good: int
    bad: int
    already: int
    rows: tuple[ReadingLine, ...]
    left_out: int
    told: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadingsPage(Page):
    """The newest reading of each station and measure, those over a limit first; and the way to send a file in."""

    incident: str
    name: str
    path: str
    drill: bool
    lines: tuple[ReadingLine, ...]
    tried: TriedFile | None
    reason: str
    measures: tuple[tuple[str, str], ...]


def readings_page(visit: Visit, name: str, query: Mapping[str, str], tried: TriedFile | None = None) -> ReadingsPage:
    """The page of an incident's readings; KeyError where there is no such incident."""
    seen = eye(visit, name)
    say, message, unit = visit.language.say, visit.language.message, visit.language.unit
    lines = [_line(seen, each, each.source) for each in latest(seen)]
    lines.sort(key=lambda each: (-severity(each.over.level if each.over else ""), each.station, each.measure))
    return ReadingsPage(
        title=say("Readings: {name}", name=seen.incident.title), day=visit.view.day, language=visit.language.code,
        incident=seen.incident.id, name=seen.incident.title, path=seen.path, drill=seen.incident.drill,
        lines=tuple(lines), tried=tried, reason=_reason(seen),
        measures=tuple((message(named(each.zh, each.en)), unit(each.unit)) for each in MEASURES.values()),
    )  # fmt: skip


def _line(seen: Eye, each: Reading, source: str, place: str = "", tone: str = "", says: str = "") -> ReadingLine:
    rule, measure = response_rule(seen.book, seen.day), MEASURES[each.measure]
    over = max(reached(each, seen.incident.type, rule), key=lambda ground: severity(ground.level), default=None)
    return ReadingLine(
        place=place, station=each.station, measure=seen.language.message(named(measure.zh, measure.en)),
        value=seen.amount(each.value, each.unit), at=each.at, over=seen.level(over.level) if over else None,
        limit=seen.amount(over.limit, over.unit) if over else "", source=source, tone=tone, says=says,
    )  # fmt: skip


def _reason(seen: Eye) -> str:
    """Why who looks may not send a file in."""
    actor, say = seen.visit.actor, seen.language.say
    if not seen.acts or actor is None:
        return say("This can be done on the server of the desk.")
    if not seen.incident.open:
        return say("The incident is closed.")
    return "" if actor.reads(EVERY_HAND, "", seen.incident.id) else say("Your roles do not allow this.")


def tried_file(
    visit: Visit, name: str, rows: Sequence[Row], own: str, file: str, problems: Sequence[str], *, done: bool
) -> TriedFile:
    """What a file would do or did, for the page."""
    seen = eye(visit, name)
    order = sorted(rows, key=lambda row: (row.trouble is None, row.already is not None))
    told = [facts_of(row.act) for row in rows if row.act is not None and row.good and not done]
    return TriedFile(
        state="done" if done else "try", file=file, own=own, good=sum(row.good for row in rows),
        bad=sum(row.trouble is not None for row in rows),
        already=sum(row.already is not None and row.trouble is None for row in rows),
        rows=tuple(_row_line(seen, row, done) for row in order[:MOST_SHOWN]), left_out=max(0, len(rows) - MOST_SHOWN),
        told=json.dumps(told, ensure_ascii=False), problems=tuple(problems),
    )  # fmt: skip


def _row_line(seen: Eye, row: Row, done: bool) -> ReadingLine:
    say, act = seen.language.say, row.act
    if row.trouble is not None:
        says, tone = seen.language.message(row.trouble), "bad"
    elif row.already is not None:
        says, tone = say("stood already, as number {number}", number=row.already), "quiet"
    else:
        says, tone = say("written, number {number}", number=row.number or 0) if done else "", "good"
    place = say("row {line}", line=row.line) if row.line else ""
    if not isinstance(act, ReportReading):
        return ReadingLine(place=place, station="", measure="", value="", at=None, over=None, limit="", tone=tone,
                           says=says)  # fmt: skip
    reading = Reading(id=act.key(), station=act.station, measure=act.measure, value=act.value, unit=act.unit, at=act.at)
    return _line(seen, reading, "", place, tone, says)


READINGS_LEAF = Leaf(
    name="readings", path=PATH, template="readings.html", type=ReadingsPage, build=readings_page, roles=READERS,
    reach=reach, says=marked("The readings that count for an incident, those over a limit first."),
)  # fmt: skip
