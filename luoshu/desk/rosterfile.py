"""The roster as files: iCalendar for telephones and mail programs, a workbook for Excel and WPS, out and in."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from luoshu.book.problem import Problem, Source
from luoshu.desk.clock import CHINA
from luoshu.desk.roster import Put, Shift
from luoshu.desk.staff import Person
from luoshu.words.message import Message, say

MOST_ROWS = 5_000
HEADINGS = (
    ("post", "岗位"), ("person", "登录名"), ("name", "姓名"), ("starts", "开始"), ("ends", "结束"),
    ("belongs_to", "所属单位"),
)  # fmt: skip
FORMS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")


def calendar(shifts: Iterable[Shift], people: Mapping[str, Person], name: str, at: datetime) -> bytes:
    """The shifts as an iCalendar file (RFC 5545). A shift keeps its UID when it is changed or cancelled, so that a
    calendar that holds it follows; times are in UTC. `at` stamps what was never changed."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//luoshu//roster//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    for each in shifts:
        person = people.get(each.person)
        event = Event()
        event.add("uid", hashlib.sha256(each.id.encode()).hexdigest()[:32] + "@luoshu")
        event.add("dtstart", each.starts.astimezone(UTC))
        event.add("dtend", each.ends.astimezone(UTC))
        event.add("dtstamp", (each.changed or at).astimezone(UTC).replace(microsecond=0))
        event.add("sequence", each.changes)
        event.add("summary", f"{each.post} {person.name if person else each.person}")
        event.add("status", "CANCELLED" if each.cancelled else "CONFIRMED")
        made.add_component(event)
    return bytes(made.to_ical())


def workbook(shifts: Iterable[Shift], people: Mapping[str, Person]) -> bytes:
    """The shifts as a workbook, one a row, times as the clock on the wall shows them."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "值班表"
    sheet.append([zh for _, zh in HEADINGS])
    for each in shifts:
        person = people.get(each.person)
        starts, ends = (at.astimezone(CHINA).replace(tzinfo=None) for at in (each.starts, each.ends))
        row = [each.post, each.person, person.name if person else "", starts, ends, each.belongs_to]
        sheet.append([f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@" else cell for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip("ABCDEF", (16, 16, 12, 18, 18, 24), strict=True):
        sheet.column_dimensions[column].width = width
    for times in sheet.iter_rows(min_row=2, min_col=4, max_col=5):
        for each_time in times:
            each_time.number_format = "yyyy-mm-dd hh:mm"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A shift as a workbook tells it: the act, the row's line, and the mark by which it is written only once."""

    act: Put
    line: int
    mark: str


def read_workbook(data: bytes, name: str, people: Mapping[str, Person]) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """The shifts of a workbook that `workbook` wrote or somebody filled in, and every row that cannot be one."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2))
    except Exception:
        mend = say("Save it as .xlsx in Excel or WPS")
        says = say("the file is no workbook that can be read")
        return (), (Problem(code="unreadable-workbook", says=says, source=Source(file=name), mend=mend),)
    headings = [str(cell or "").strip() for cell in (lines[0] if lines else ())]
    places = {key: headings.index(zh) for key, zh in HEADINGS if zh in headings}
    if missing := [zh for key, zh in HEADINGS if key in ("post", "starts", "ends") and key not in places]:
        says = say("the sheet has no column {names}", names=", ".join(missing))
        mend = say("Take the file that the roster gives and fill it in")
        return (), (Problem(code="missing-column", says=says, source=Source(file=name, line=1), mend=mend),)
    seal = hashlib.sha256(data).hexdigest()[:16]
    rows, problems = [], []
    for line, cells in enumerate(lines[1:], start=2):
        told = {key: cells[place] if place < len(cells) else None for key, place in places.items()}
        if not any(told.values()):
            continue
        found = _put(told, people)
        if isinstance(found, Put):
            rows.append(Row(act=found, line=line, mark=f"roster {seal} {line}"))
        else:
            source = Source(file=name, line=line)
            problems.append(Problem(code="bad-value", says=found[0], source=source, mend=found[1]))
    return tuple(rows), tuple(problems)


def _put(told: Mapping[str, Any], people: Mapping[str, Person]) -> Put | tuple[Message, Message]:
    """The act that a row stands for, or what is wrong and how to mend it."""
    post = str(told.get("post") or "").strip()
    if not post:
        return say("the row names no post"), say("Write the post, as in 值班员")
    asked, name = str(told.get("person") or "").strip(), str(told.get("name") or "").strip()
    known = [each.id for each in people.values() if not each.closed and asked in ("", each.id)]
    known = [id for id in known if asked or people[id].name == name]
    if len(known) != 1:
        found = asked or name or "—"
        if len(known) > 1:
            return say("{count} people are called {name}", count=len(known), name=found), say("Write the login name")
        return say("there is nobody called {name}", name=found), say("Write a login name that stands on the staff page")
    starts, ends = _time(told.get("starts")), _time(told.get("ends"))
    if starts is None or ends is None:
        found = str(told.get("starts") if starts is None else told.get("ends"))
        return say("{found} is not a time", found=found[:40]), say("Write it as in 2021-07-20 08:00")
    return Put(
        post=post, person=known[0], starts=starts, ends=ends, belongs_to=str(told.get("belongs_to") or "").strip()
    )


def _time(value: Any) -> datetime | None:
    """A cell as a moment at the desk.

    >>> _time("2021/07/20 08:00").isoformat(), _time("tomorrow")
    ('2021-07-20T08:00:00+08:00', None)
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=CHINA)
    for form in FORMS:
        try:
            return datetime.strptime(str(value or "").strip(), form).replace(tzinfo=CHINA)
        except ValueError:
            continue
    return None
