"""A drill as a folder to look at: boards, replay, review as pages, alerts, the Word files and the journal itself."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from luoshu.book.book import Book, open_book
from luoshu.book.directory import GENERIC
from luoshu.book.problem import Problem
from luoshu.desk.alert import Alert
from luoshu.desk.clock import CHINA
from luoshu.desk.drill import Drilled, Played, Shown, play
from luoshu.desk.drillbook import drill_book
from luoshu.desk.drillfaults import dispatch_faults
from luoshu.desk.drillscript import Script, read_script
from luoshu.desk.drillsupply import Solver
from luoshu.desk.incident import Incident
from luoshu.desk.journal import Journal
from luoshu.desk.keeping import backup, reading, restore
from luoshu.desk.keeping import shown as named
from luoshu.desk.place import PLACE
from luoshu.desk.room import Room, open_room, overlaid
from luoshu.desk.shelves import stored
from luoshu.desk.staff import CONSOLE, Add, Give
from luoshu.desk.things import Things, things_of
from luoshu.desk.unkept import Unkept
from luoshu.kinds import tables
from luoshu.kinds.commitment import Gauge
from luoshu.region import Region
from luoshu.show.afteraction import after_page
from luoshu.show.afterpaper import write_paper
from luoshu.show.drillpage import drill_page
from luoshu.show.language import LANGUAGES, Language, in_every_language
from luoshu.show.links import SiteLinks, file_name
from luoshu.show.look import view_of
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.publish import MARKER, copy_static, put, refuse_foreign, take_place
from luoshu.show.view import View
from luoshu.words.message import say

DRAWN = ("board", "replay", "afteraction")
"""The pages of an incident that need no server."""
BEFORE = timedelta(hours=1)
"""The people of a drill are at the desk so long before its first moment."""


Kept = Sequence[tuple[Shown, Things]]
"""The moments whose boards are kept, each with what stood then."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A drill that was run: None where the script or its tables have faults, which are then all in `problems`."""

    drilled: Drilled | None = None
    problems: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()
    plans: tuple[object, ...] = ()


def run_drill(book: Path, script: Path, out: Path, *, tell: Callable[[Played], None] = lambda line: None) -> Ran:
    """Play a script on a copy of a book and write everything that it leaves into the folder `out`.

    `out` must be absent, empty or written by luoshu before (FileExistsError else); it appears whole or not at all. The
    book's own journal is not touched.
    """
    folder, problems = prepared(book, script, out)
    if folder is None:
        return Ran(problems=problems)
    try:
        solver = Solver()
        with folder.room() as room:
            folder.begin(room)
            folder.keep(room, play(folder.script, room, solve=solver, tell=tell, speak=in_every_language))
        return folder.finish(solver.plans)
    finally:
        folder.drop()


def prepared(book: Path, script: Path, out: Path, desk: str = "") -> tuple[DrillFolder | None, tuple[Problem, ...]]:
    """The folder of a drill beside the place where it is to stand, with a copy of the book to play on; None where the
    script or its tables have faults. ValueError with a sentence where the database `desk` holds a journal already."""
    import luoshu.desk.acts  # noqa: F401 (a script may ask for every act)

    refuse_foreign(out)
    refuse_used(desk)
    read, problems = read_script(script)
    if read is None or problems:
        return None, problems
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = DrillFolder(out, Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent)), read, desk)
    try:
        problems = drill_book(book, script, folder.copy, (*GENERIC, *tables()), *titles(read))
        problems = problems or dispatch_faults(read, folder.book)
    except BaseException:
        folder.drop()
        raise
    if problems:
        folder.drop()
        return None, problems
    return folder, ()


def refuse_used(desk: str) -> None:
    """ValueError where a database that is to take a drill's journal has one: a drill never plays on a real desk."""
    if not desk:
        return
    try:
        with reading(desk) as connection:
            used = next(stored(connection, most=1), None) is not None
    except Unkept as error:
        if error.sort != "absent":
            raise
        return
    if used:
        raise ValueError(say("the database {name} holds a journal already; a drill needs an empty one: "
                             "luoshu desk drill --desk postgresql://…/drill2", name=named(desk)))  # fmt: skip


def titles(script: Script) -> tuple[str, str]:
    """The title of the copy in both languages: whoever opens it sees that it is a drill."""
    names = {"zh": script.title, "en": script.title_en or script.title}
    zh, en = (Language(code).say("Drill: {title}", title=name) for code, name in names.items())
    return zh, en


class DrillFolder:
    """One drill's folder while it is written: `begin` at its desk, `keep` what stands at its end, `finish` the pages.

    `copy` is the book that is played on; all of it lies `beside` the place `out` until it is whole. `desk` is the
    database of the drill's journal, where it is not in the copy; at the end the copy has it as well.
    """

    def __init__(self, out: Path, beside: Path, script: Script, desk: str = "") -> None:
        self.out, self.beside, self.script, self.desk = out, beside, script, desk
        self.copy = beside / "book"
        self.files: list[str] = []

    @property
    def begins(self) -> datetime:
        """When the people of the drill come to the desk."""
        return self.script.moments[0].at - BEFORE if self.script.moments else datetime.fromisoformat("2000-01-01T00Z")

    @cached_property
    def book(self) -> Book:
        """The copy, opened once: nobody writes into its files while it is played on."""
        return open_book(self.copy, tables=tables())

    def room(self) -> Room:
        """The desk of the drill, opened."""
        return open_room(self.book, self.desk)

    def begin(self, room: Room) -> None:
        """Make a key for the drill's alerts, and let everybody of the script be known at the desk."""
        from luoshu.desk.alertkey import make_key

        self.key, _ = make_key(self.copy, titles(self.script)[0], self.begins)
        self.people(room, self.begins)

    def keep(self, room: Room, drilled: Drilled) -> None:
        """Take what stands at the end of the drill, before its desk is closed."""
        self.key.unlink()  # a drill's key signs nothing else
        self.drilled, self.things, self.rows = drilled, room.standing(), room.rows()
        entries = room.journal.entries()
        self.kept: Kept = [
            (each, things_of(one for one in entries if one.number <= each.number)) for each in drilled.shown
        ]
        self.last = drilled.lines[-1].at if drilled.lines else self.begins

    def finish(self, plans: Sequence[object]) -> Ran:
        """Write everything that the drill left, and put the folder in its place."""
        packed = self.beside / "journal.jsonl.gz"
        head = backup(self.desk or self.copy / PLACE, packed).head
        if self.desk:
            with Journal(self.copy / PLACE) as journal:
                restore(packed, journal)
        self.files.append(packed.name)
        self.alerts(self.things)
        self.pages(self.book.over(self.rows), plans, head)
        self.files += copy_static(self.beside)
        told = {"written_by": "luoshu", "book": self.script.title, "files": sorted(self.files)}
        (self.beside / MARKER).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        os.chmod(self.beside, 0o755)
        take_place(self.beside, self.out)
        return Ran(drilled=self.drilled, files=tuple(self.out / name for name in self.files), plans=tuple(plans))

    def drop(self) -> None:
        """Take away what has not come to its place."""
        shutil.rmtree(self.beside, ignore_errors=True)

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
        put(self.beside / name, data)
        self.files.append(name)

    # ---- pages -------------------------------------------------------------------------------------------------

    def pages(self, book: Book, plans: Sequence[object], head: str) -> None:
        things, last = self.things, self.last
        view = view_of(Region(self.copy, last.astimezone(CHINA).date(), book))
        leaves = {each.name: each for each in _desk_leaves() if each.name in DRAWN}
        incidents = [each.id for each in things.all(Incident).values()]
        before = self.before(view)
        for code in LANGUAGES:
            language = Language(code)
            for incident in incidents:
                for leaf in leaves.values():
                    self.leaf(leaf, incident, view, language, things, last)
                visit = self.visit("x", view, language, things, last)
                paper = f"review-{file_name(incident)}-{code}.docx"
                write_paper(after_page(visit, incident, {}), language, self.beside / paper)
                self.files.append(paper)
            boards = self.boards(leaves["board"], view, language) if "board" in leaves else ()
            visit = self.visit("", view, language, things, last)
            page = drill_page(visit, self.drilled, plans, head=head, files=self.files, boards=boards, before=before)
            self.draw("drill.html", "drill", page, visit)

    def before(self, view: View) -> tuple[Gauge, ...]:
        """Where the promises stood before the drill that rest on what it moved."""
        laid, day = set(overlaid()), self.begins.astimezone(CHINA).date()
        kept = [each.commitment for each in view.gauges if laid & set(each.commitment.needs)]
        return tuple(each.gauge(self.book, day) for each in kept)

    def visit(self, path: str, view: View, language: Language, things: Things, now: datetime) -> Visit:
        links = SiteLinks(path=path, language=language.code, day=view.day)
        return Visit(view=view, language=language, links=links, things=things, now=now)

    def boards(self, board: Leaf, view: View, language: Language) -> tuple[tuple[str, str], ...]:
        """The boards as they stood at the moments that the script keeps: their titles, and where they are."""
        found = []
        for number, (shown, things) in enumerate(self.kept, start=1):
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


def _desk_leaves() -> tuple[Leaf, ...]:
    from luoshu.show.deskleaves import DESK_LEAVES

    return DESK_LEAVES
