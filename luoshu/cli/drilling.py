"""The commands of drills: play one, and write the review of an incident."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.cli.liveplay import a_pace
from luoshu.cli.verbs import BOOK, DESK, PROXY, NotDone, argument, book_folder, new_file, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, PROBLEMS, report_problems
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.desk.drill import Played
    from luoshu.show.drillfolder import Ran

EXAMPLE = "examples/luoyang"
SIGNS = {
    "failed": "✗",
    "refused": "⊘",
    "seen": "✓",
    "clock": "⏱",
    "undone": "↶",
    "dispatch": "⇄",
    "again": "=",
    "shown": "▣",
    "joined": "☺",
    "taken": "☺",
    "helped": "…",
    "otherwise": "≠",
}


@verb(
    "desk drill",
    say("play a scripted drill on a copy of a book, in its own time, and write boards, replay, alerts and review"),
    "luoshu desk drill --out drill",
    argument("book", metavar="BOOK", nargs="?", default=EXAMPLE, help=say("the book (default: {name})", name=EXAMPLE)),
    argument("--out", metavar="FOLDER", required=True, help=say("the folder to write")),
    argument("--script", metavar="NAME", default="", help=say("which drill of the book's folder drill/")),
    argument("--quiet", action="store_true", help=say("only the end of it")),
    argument(
        "--live", action="store_true", help=say("serve the drill while it is played: people log in, watch and act")
    ),
    argument(
        "--people",
        metavar="NAMES",
        default="",
        help=say("with --live: the actors who get a password, by comma (default: all of the script)"),
    ),
    argument(
        "--left",
        metavar="NAMES",
        default="",
        help=say("with --live: the actors whose lines are left to people, by comma; the drill waits for them"),
    ),
    argument(
        "--patience",
        type=a_pace,
        default=180.0,
        help=say("with --live: so many real seconds, then the script does what was left (180)"),
    ),
    argument("--pace", type=a_pace, default=60.0, help=say("with --live: seconds of the drill in a real one (60)")),
    argument(
        "--longest",
        type=a_pace,
        default=20.0,
        help=say("with --live: at most so many real seconds pass between two moments of the script (20)"),
    ),
    argument("--begin", action="store_true", help=say("with --live: begin at once; else its leader begins it")),
    argument(
        "--close", action="store_true", help=say("with --live: end when the script is over; else its leader ends it")
    ),
    argument(
        "--desk",
        "--url",
        metavar="URL",
        default=None,
        type=str,
        help=say("with --live: an empty database for the drill's journal, as in postgresql://NAME@HOST/DRILL"),
    ),
    argument("--host", default="127.0.0.1", help=say("with --live: the address to listen on")),
    argument("--port", type=int, default=8000, help=say("with --live: the port to listen on")),
    argument("--certificate", metavar="FILE", type=Path, help=say("speak https with this certificate (PEM)")),
    argument("--key", metavar="FILE", type=Path, help=say("the key of the certificate, where it is not in its file")),
    PROXY,
)
def drill(args: argparse.Namespace, language: Language) -> int:
    folder = book_folder(args.book)
    script = _script(folder, args.script)

    args.desk = args.desk or ""  # never that of LUOSHU_DESK: it is the real one
    if args.desk and not args.live:
        raise NotDone(say("--desk belongs to --live: a drill that nobody watches is played in its folder"))

    def tell(line: Played) -> None:
        if not args.quiet or line.outcome == "failed":
            with suppress(OSError) if args.live else nullcontext():  # a drill outlives the terminal it was begun on
                print(_told(line, language), flush=True)

    if args.live:
        from luoshu.cli.liveplay import lived

        ran = lived(args, folder, script, tell, language)
    else:
        ran = _played(folder, script, Path(args.out), tell)
    if ran.drilled is None:
        return report_problems(list(ran.problems), language)
    return _summary(ran, Path(args.out), language)


def _played(folder: Path, script: Path, out: Path, tell: Callable[[Played], None]) -> Ran:
    """Play and write; a signal gives the drill up after the line at which it stands, and nothing of it is left."""
    from luoshu.cli.liveplay import GIVEN_UP, INSISTING
    from luoshu.show.drillfolder import run_drill
    from luoshu.show.ending import Ending

    wishes = 0

    def asked() -> None:
        nonlocal wishes
        wishes += 1
        if wishes == INSISTING:
            raise KeyboardInterrupt

    def heard(line: Played) -> None:
        if ending.asked:
            raise KeyboardInterrupt
        tell(line)

    try:
        with Ending(asked) as ending:
            return run_drill(folder, script, out, tell=heard)
    except KeyboardInterrupt:
        raise NotDone(GIVEN_UP) from None


def _script(folder: Path, name: str) -> Path:
    from luoshu.desk.drillbook import scripts

    found = scripts(folder)
    if not found:
        raise NotDone(say("{folder} has no drill: write one as drill/NAME.yaml", folder=folder))
    if name and name not in found:
        raise NotDone(say("there is no drill {name}; there are {names}", name=name, names=", ".join(found)))
    if not name and len(found) > 1:
        raise NotDone(say("there are several drills; name one with --script: {names}", names=", ".join(found)))
    return found[name] if name else next(iter(found.values()))


def _told(line: Played, language: Language) -> str:
    from luoshu.desk.clock import local_time

    said = language.message(line.said) if isinstance(line.said, Message) else line.said
    parts = [local_time(line.at), SIGNS.get(line.outcome, "·"), line.who, language.message(line.says), line.about]
    return " ".join(part for part in parts if part) + (f": {said}" if said else "")


def _summary(ran: object, out: Path, language: Language) -> int:
    from luoshu.show.drillfolder import Ran

    assert isinstance(ran, Ran)
    assert ran.drilled is not None
    drilled, failures = ran.drilled, ran.drilled.failures
    print()
    for at, figures in drilled.dispatches:
        from luoshu.desk.clock import local_time

        print(language.say("dispatch of {time}: {says}", time=local_time(at), says=language.message(figures["says"])))
    told = language.say(
        "{done} acts, {clock} of the clock, {refused} refused as they should be, {seen} expectations held",
        done=drilled.count("done"), clock=drilled.count("clock"), refused=drilled.count("refused"),
        seen=drilled.count("seen"),
    )  # fmt: skip
    print(told)
    if drilled.count("joined", "taken", "helped", "otherwise"):
        print(language.say(
            "done by people: {joined}; of the lines left to them done: {taken}, not done: {helped}; otherwise than the "
            "script: {otherwise}", joined=drilled.count("joined"), taken=drilled.count("taken"),
            helped=drilled.count("helped"), otherwise=drilled.count("otherwise"),
        ))  # fmt: skip
    if drilled.unplayed:
        print(language.say("The drill was ended before its script: {count} lines were not played.",
                           count=drilled.unplayed))  # fmt: skip
    for each in failures:
        print(language.say("not as expected, line {line}: {says}", line=each.line, says=language.message(each.says)))
    index = out / "index.html"
    print(language.say("{count} files written; open {file}", count=len(ran.files), file=index))
    return PROBLEMS if failures else GOOD


@verb(
    "desk report",
    say("write the after-action review of an incident as a Word file"),
    "luoshu desk report examples/luoyang flood review.docx",
    BOOK,
    argument("incident", metavar="INCIDENT", help=say("the incident's id, as it stands in the address of its board")),
    argument("out", metavar="OUT.docx", help=say("the file to write")),
    DESK,
)
def review(args: argparse.Namespace, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.book.book import open_book
    from luoshu.desk.place import PLACE
    from luoshu.desk.room import room_to_read
    from luoshu.kinds import tables
    from luoshu.region import Region
    from luoshu.show.afteraction import after_page
    from luoshu.show.afterpaper import write_paper
    from luoshu.show.links import SiteLinks
    from luoshu.show.look import view_of
    from luoshu.show.page import Visit

    folder, out = book_folder(args.book), new_file(args.out, ".docx")
    if not args.desk and not (folder / PLACE).is_file():
        raise NotDone(say("{folder} has no desk yet: luoshu desk begin {folder} makes one", folder=args.book))
    with room_to_read(open_book(folder, tables=tables()), args.desk) as room:
        now = datetime.now(UTC)
        view = view_of(Region(folder, now.date(), room.book))
        links = SiteLinks(path="x", language=language.code)
        visit = Visit(view=view, language=language, links=links, things=room.standing(), now=now)
        try:
            page = after_page(visit, args.incident, {})
        except KeyError:
            raise NotDone(say("there is no incident {name}", name=args.incident)) from None
        print(write_paper(page, language, out))
    return GOOD
