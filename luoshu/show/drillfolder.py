"""A drill as a folder to look at: boards, replay, review as pages, alerts, the Word files and the journal itself."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from luoshu.book.book import Book, open_book
from luoshu.book.directory import GENERIC
from luoshu.book.problem import Problem
from luoshu.desk.alert import Alert
from luoshu.desk.clock import local_time
from luoshu.desk.drill import Drilled, Played, Shown, play
from luoshu.desk.drillbook import drill_book
from luoshu.desk.drillscript import Script, read_script
from luoshu.desk.drillsupply import Solver
from luoshu.desk.incident import Incident
from luoshu.desk.keeping import backup
from luoshu.desk.place import PLACE
from luoshu.desk.room import Room, open_room
from luoshu.desk.staff import CONSOLE, Add, Give
from luoshu.desk.things import Things, things_of
from luoshu.kinds import tables
from luoshu.region import Region
from luoshu.show.afteraction import after_page
from luoshu.show.afterpaper import write_paper
from luoshu.show.language import LANGUAGES, Language, marked
from luoshu.show.links import SiteLinks, file_name
from luoshu.show.look import view_of
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.publish import MARKER, copy_static, put, refuse_foreign, take_place
from luoshu.show.view import View
from luoshu.words.message import Message

DRAWN = ("board", "replay", "afteraction")
"""The pages of an incident that need no server."""
BEFORE = timedelta(hours=1)
"""The people of a drill are at the desk so long before its first moment."""


Kept = Sequence[tuple[Shown, Things]]
"""The moments whose boards are kept, each with what stood then."""


@dataclass(frozen=True, kw_only=True)
class DrillLine:
    """One line of what happened."""

    at: str
    outcome: str
    who: str
    says: str
    about: str
    why: str
    said: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """One dispatch that was solved: when, in a sentence, and what stayed unmet and why."""

    at: str
    says: str
    unmet: tuple[tuple[str, str, str, str], ...]
    loads: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class DrillPage(Page):
    """The first page of a drill: what it is, what it showed, and the way to everything in the folder."""

    note: str
    incidents: tuple[tuple[str, str, str, str], ...]
    alerts: tuple[tuple[str, str], ...]
    papers: tuple[tuple[str, str], ...]
    expected: int
    failures: tuple[DrillLine, ...]
    refused: tuple[DrillLine, ...]
    counts: tuple[tuple[str, int], ...]
    dispatches: tuple[Supplied, ...]
    lines: tuple[DrillLine, ...]
    entries: int
    head: str
    boards: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A drill that was run: None where the script or its tables have faults, which are then all in `problems`."""

    drilled: Drilled | None = None
    problems: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()
    plans: tuple[object, ...] = ()


def run_drill(
    book: Path, script: Path, out: Path, *, language: Language, tell: Callable[[Played], None] = lambda line: None
) -> Ran:
    """Play a script on a copy of a book and write everything that it leaves into the folder `out`.

    `out` must be absent, empty or written by luoshu before (FileExistsError else); it appears whole or not at all. The
    book's own journal is not touched.
    """
    import luoshu.desk.acts  # noqa: F401 (a script may ask for every act)

    refuse_foreign(out)
    read, problems = read_script(script)
    if read is None or problems:
        return Ran(problems=problems)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        copy = beside / "book"
        problems = drill_book(book, script, copy, (*GENERIC, *tables()), *_titles(read))
        if problems:
            return Ran(problems=problems)
        ran = _Folder(beside, copy, read, language).run(tell)
        os.chmod(beside, 0o755)
        take_place(beside, out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Ran(drilled=ran.drilled, files=tuple(out / each.relative_to(beside) for each in ran.files), plans=ran.plans)


def _titles(script: Script) -> tuple[str, str]:
    """The title of the copy in both languages: whoever opens it sees that it is a drill."""
    names = {"zh": script.title, "en": script.title_en or script.title}
    zh, en = (Language(code).say("Drill: {title}", title=name) for code, name in names.items())
    return zh, en


class _Folder:
    """One drill's folder while it is written."""

    def __init__(self, out: Path, copy: Path, script: Script, language: Language) -> None:
        self.out, self.copy, self.script, self.language = out, copy, script, language
        self.files: list[str] = []

    def run(self, tell: Callable[[Played], None]) -> Ran:
        from luoshu.desk.alertkey import make_key

        begins = self.script.moments[0].at - BEFORE if self.script.moments else datetime.fromisoformat("2000-01-01T00Z")
        book = open_book(self.copy, tables=tables())
        solver = Solver()
        with open_room(book) as room:
            key, _ = make_key(self.copy, _titles(self.script)[0], begins)
            self.people(room, begins)
            drilled = play(self.script, room, solve=solver, tell=tell)
            key.unlink()  # a drill's key signs nothing else
            things, rows = room.standing(), room.rows()
            entries = room.journal.entries() if drilled.shown else []
            kept = [(each, things_of(one for one in entries if one.number <= each.number)) for each in drilled.shown]
        head = backup(self.copy / PLACE, self.out / "journal.jsonl.gz").head
        self.files.append("journal.jsonl.gz")
        self.alerts(things)
        self.pages(book.over(rows), things, drilled, solver, head, kept)
        self.files += copy_static(self.out)
        told = {"written_by": "luoshu", "book": self.script.title, "files": sorted(self.files)}
        (self.out / MARKER).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        return Ran(drilled=drilled, files=tuple(self.out / name for name in self.files), plans=tuple(solver.plans))

    def people(self, room: Room, at: datetime) -> None:
        """Everybody of the script is at the desk, so that names stand on the pages."""
        for name, actor in self.script.actors.items():
            room.do(Add(person=name, name=actor.name, belongs_to=actor.organisation), by=CONSOLE, at=at)
            for grant in actor.grants:
                room.do(Give(person=name, role=grant.role), by=CONSOLE, at=at)

    def alerts(self, things: Things) -> None:
        for each in things.all(Alert).values():
            if each.xml:
                self.put(f"cap/{file_name(each.id)}.xml", each.xml.encode())

    def put(self, name: str, data: bytes) -> None:
        put(self.out / name, data)
        self.files.append(name)

    # ---- pages -------------------------------------------------------------------------------------------------

    def pages(self, book: Book, things: Things, drilled: Drilled, solver: Solver, head: str, kept: Kept) -> None:
        last = self.script.moments[-1].at
        view = view_of(Region(self.copy, last.date(), book))
        leaves = {each.name: each for each in _desk_leaves() if each.name in DRAWN}
        incidents = [each.id for each in things.all(Incident).values()]
        for code in LANGUAGES:
            language = Language(code)
            for incident in incidents:
                for leaf in leaves.values():
                    self.leaf(leaf, incident, view, language, things, last)
                visit = self.visit("x", view, language, things, last)
                paper = f"review-{file_name(incident)}-{code}.docx"
                write_paper(after_page(visit, incident, {}), language, self.out / paper)
                self.files.append(paper)
            boards = self.boards(leaves["board"], view, language, kept) if "board" in leaves else ()
            visit = self.visit("", view, language, things, last)
            page = replace(self.first(visit, incidents, leaves, drilled, solver, head), boards=boards)
            self.draw("drill.html", "drill", page, visit)

    def visit(self, path: str, view: View, language: Language, things: Things, now: datetime) -> Visit:
        links = SiteLinks(path=path, language=language.code, day=view.day)
        return Visit(view=view, language=language, links=links, things=things, now=now)

    def boards(self, board: Leaf, view: View, language: Language, kept: Kept) -> tuple[tuple[str, str], ...]:
        """The boards as they stood at the moments that the script keeps: their titles, and where they are."""
        found = []
        for number, (shown, things) in enumerate(kept, start=1):
            for incident in things.all(Incident):
                path = f"{board.path.format(name=file_name(incident))}/at-{number}"
                visit = self.visit(path, view, language, things, shown.at)
                self.draw(board.template, board.name, board.build(visit, incident, {}), visit)
                title = shown.title_en if language.code == "en" and shown.title_en else shown.title
                found.append((title, SiteLinks(language=language.code).to(path)))
        return tuple(found)

    def leaf(self, leaf: Leaf, incident: str, view: View, language: Language, things: Things, now: datetime) -> None:
        visit = self.visit(leaf.path.format(name=file_name(incident)), view, language, things, now)
        self.draw(leaf.template, leaf.name, leaf.build(visit, incident, {}), visit)

    def draw(self, template: str, name: str, page: Page, visit: Visit) -> None:
        assert isinstance(visit.links, SiteLinks)
        say = visit.language.say
        pages = [("", say("Drill")), *(
            (f"desk/incidents/{file_name(each.id)}{tail}", words)
            for each in (visit.things.all(Incident).values() if visit.things else ())
            for tail, words in (("", say("Board")), ("/replay", say("Replay")), ("/report", say("Review")))
        )]  # fmt: skip
        html = drawn(template, name, page, visit, navigation=pages, has_json=False)
        self.put(visit.links.file, html.encode())

    def first(
        self, visit: Visit, incidents: list[str], leaves: Iterable[str], drilled: Drilled, solver: Solver, head: str
    ) -> DrillPage:
        language, things, script = visit.language, visit.things, self.script
        assert things is not None
        english = language.code == "en"

        def to(incident: str, tail: str) -> str:
            return visit.links.to(f"desk/incidents/{file_name(incident)}{tail}")

        lines = tuple(_line(each, language, script) for each in drilled.lines)
        found = [things.get(Incident, each) for each in incidents]
        return DrillPage(
            title=(script.title_en if english and script.title_en else script.title),
            day=visit.view.day, language=language.code,
            note=(script.note_en if english and script.note_en else script.note),
            incidents=tuple(
                (each.title, to(each.id, ""), to(each.id, "/replay"), to(each.id, "/report"))
                for each in found if each is not None
            ),
            alerts=tuple((each.headline or each.reason or each.id, visit.links.data(f"cap/{file_name(each.id)}.xml"))
                         for each in things.all(Alert).values() if each.xml),
            papers=tuple(
                (each, visit.links.data(each)) for each in self.files if each.endswith(f"{language.code}.docx")
            ),
            expected=drilled.count("seen", "refused", "again"),
            failures=tuple(each for each in lines if each.outcome == "failed"),
            refused=tuple(each for each in lines if each.outcome == "refused"),
            counts=tuple((language.text(words), drilled.count(name)) for name, words in OUTCOMES.items()),
            dispatches=tuple(_supplied(plan, language, visit.view) for plan in solver.plans),
            lines=lines, entries=things.number, head=head,
        )  # fmt: skip


OUTCOMES = {
    "done": marked("done by people"), "clock": marked("done by the clock"), "refused": marked("refused, as expected"),
    "again": marked("sent twice, written once"), "undone": marked("taken back"),
    "seen": marked("looked at, as expected"), "dispatch": marked("dispatches solved"),
    "shown": marked("boards kept"),
    "failed": marked("not as expected"),
}  # fmt: skip


def _line(each: Played, language: Language, script: Script) -> DrillLine:
    actor = script.actors.get(each.who)
    said = language.message(each.said) if isinstance(each.said, Message) else str(each.said)
    return DrillLine(
        at=local_time(each.at), outcome=each.outcome, who=actor.name if actor else each.who, said=said, line=each.line,
        says=language.message(each.says), about=each.about, why=each.why,
    )  # fmt: skip


def _supplied(plan: object, language: Language, view: View) -> Supplied:
    from luoshu.desk.dispatching import Dispatching
    from luoshu.desk.drillsupply import figures

    assert isinstance(plan, Dispatching)
    places = {code: name for code, (name, _) in view.names.items()}

    def area(code: str, name: str) -> str:
        return name if name and name != code else places.get(code, code)

    return Supplied(
        at=local_time(plan.at),
        says=language.message(figures(plan)["says"]),
        unmet=tuple(
            (area(each.area, each.area_name), language.message(each.item_name),
             f"{each.amount:,.10g} / {each.needed:,.10g} {language.unit(each.unit)}", language.message(each.why))
            for each in plan.unmet
        ),
        loads=tuple(
            (each.store_name, area(each.area, each.area_name), language.message(each.item_name),
             f"{each.amount:,.10g} {language.unit(each.unit)}",
             f"{local_time(each.leaves)} → {local_time(each.arrives)}")
            for each in plan.shipments
        ),
    )  # fmt: skip


def _desk_leaves() -> tuple[Leaf, ...]:
    from luoshu.show.deskleaves import DESK_LEAVES

    return DESK_LEAVES
