"""A task: something to be built, founded, set up or done, gauged by dated evidence and never by silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from luoshu.book.problem import Source
from luoshu.book.table import column, table
from luoshu.kinds.commitment import Commitment, Gauge, Listing, Move, Reason, term
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from luoshu.book.book import Book


STATES = {"started": "已启动", "under way": "推进中", "done": "已完成", "dropped": "已取消"}
SILENT_DAYS = 365
"""After how many days without word a task that was under way is called silent."""


@table(zh="佐证", caption_zh="任务进展的佐证：状态、时点、发布日期和链接。")
class Evidence:
    """What shows how far a task has come: a state as of a day, with the publication that says so."""

    commitment: str = column("Id of the task", zh="承诺编号", note_zh="任务的编号")
    state: str = column("How far it had come", zh="状态", note_zh="已启动、推进中、已完成或已取消", choices=STATES)
    as_of: date = column("Day that the state is for", zh="时点", note_zh="状态所属的日期", period="end")
    published: date | None = column(
        "Day of publication; empty means not known",
        zh="发布日期",
        note_zh="发布日期；留空为不详",
        period="end",
        default=None,
    )
    source: str = column("Who published it", zh="来源", note_zh="发布者", default="")
    url: str = column("Where it was published", zh="网址", note_zh="发布的网址", default="")
    document: str = column("File in the documents folder", zh="文件", note_zh="documents 文件夹中的文件名", default="")
    note: str = column("What it shows", zh="备注", note_zh="说明了什么", default="")


@dataclass(frozen=True, kw_only=True)
class Task(Commitment):
    """Something that was promised to be done, without a figure.

    Evidence rows say how far it has come; without any the gauge is unknown, with the day since when nothing was heard.
    Only evidence that something is done makes it kept, and only evidence that it was dropped makes it dropped.
    """

    kind: ClassVar[str] = "task"
    kind_zh: ClassVar[str] = "任务"
    needs: ClassVar[tuple[type, ...]] = (Evidence,)

    verb: str = term("What is to be done, as the plan says", zh="动词", default="")
    object: str = term("What it is to be done to", zh="对象", default="")

    @classmethod
    def read(cls, found: Any) -> dict[str, Any] | None:
        if found.status != "task":
            return None
        values = {name: getattr(found, name, None) for name in ("verb", "object", "due", "owner")}
        return {"kind": cls.kind, **{name: value for name, value in values.items() if value not in (None, "")}}

    def gauge(self, book: Book, day: date) -> Gauge:
        now = self.on(day)
        shown = evidence(book, self.id, day)
        if not shown:
            says = (
                say("No word since {day}, when it was announced", day=now.made) if now.made else say("No word so far")
            )
            return Gauge(
                commitment=now, day=day, met=None, because=(Reason(says=says, source=now.source, tone="warn"),)
            )
        last, source = shown[-1]
        verdict, met, reasons = _judge(now, last, source, shown, day)
        return Gauge(
            commitment=now,
            day=day,
            met=met,
            verdict=verdict,
            because=reasons,
            as_of=last.as_of,
            figures=(_listing(shown),),
        )

    def moves(self, book: Book, day: date) -> Iterable[Move]:
        shown = evidence(book, self.id, day)
        if shown and shown[-1][0].state in ("done", "dropped"):
            return
        since = shown[-1][0].as_of if shown else self.made
        if since is None or (day - since).days > SILENT_DAYS:
            why = say("No word since {day}", day=since) if since else say("No word so far")
            yield Move(
                commitment=self.id,
                does=say("Report how far it has come, with a document or a link"),
                group="report",
                because=(Reason(says=why, source=self.source),),
            )


def evidence(book: Book, commitment: str, day: date) -> list[tuple[Evidence, Source]]:
    """What had been published about a task by `day`, oldest first, with the place of each row and its link."""
    rows = [
        row
        for row in book.rows(Evidence)
        if row.commitment == commitment and row.published is not None and row.published <= day and row.as_of <= day
    ]
    rows.sort(key=lambda row: (row.as_of, row.published or row.as_of))
    return [(row, replace(book.source_of(row), url=row.url)) for row in rows]


def _judge(
    task: Task, last: Evidence, source: Source, shown: list[tuple[Evidence, Source]], day: date
) -> tuple[str, float | None, tuple[Reason, ...]]:
    said = Reason(
        says=_state_sentence(last), source=source, tone={"done": "good", "dropped": "bad"}.get(last.state, "plain")
    )
    if last.state == "dropped":
        return "dropped", 0.0, (said,)
    if last.state == "done":
        if task.due is not None and last.as_of > task.due:
            late = say(
                "It was done {days} days after its deadline, or first reported then", days=(last.as_of - task.due).days
            )
            return "missed", 0.0, (said, Reason(says=late, source=source, tone="bad"))
        return "kept", 1.0, (said,)
    reasons = [said]
    if task.due is not None and day > task.due:
        says = say("The deadline {due} has passed without word that it is done", due=task.due)
        reasons.append(Reason(says=says, source=source, tone="bad"))
        return "at risk", None, tuple(reasons)
    quiet = (day - last.as_of).days
    if quiet > SILENT_DAYS:
        reasons.append(Reason(says=say("No word since {day}", day=last.as_of), source=source, tone="warn"))
        return "unknown", None, tuple(reasons)
    return "open", None, tuple(reasons)


def _state_sentence(row: Evidence) -> Message:
    return say(
        "{state} as of {day}, published {published} by {publisher}: {note}",
        state=say(row.state),
        day=row.as_of,
        published=row.published,
        publisher=row.source or say("a source that is not named"),
        note=row.note,
    )


def _listing(shown: list[tuple[Evidence, Source]]) -> Listing:
    rows = tuple((row.as_of, say(row.state), row.note, row.source, row.published) for row, _ in shown)
    columns = (say("as of"), say("state"), say("what it shows"), say("publisher"), say("published"))
    return Listing(name=say("Evidence"), columns=columns, rows=rows)
