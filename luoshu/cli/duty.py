"""The commands of the desk: alerts of others, readings from files of gauges, the expert bank as a workbook."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.cli.alerting import bytes_of
from luoshu.cli.verbs import BOOK, DESK, NotDone, argument, book_folder, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, report_problems
from luoshu.words.message import say

if TYPE_CHECKING:
    from datetime import datetime

    from luoshu.book.problem import Problem
    from luoshu.desk.actor import Actor
    from luoshu.desk.room import Room
    from luoshu.desk.stock_rows import Row

MOST_NAMED = 100
"""Rows with faults that are named one by one."""


@verb(
    "cap",
    say("check a CAP 1.2 alert and say it in plain words; nothing in it is followed or obeyed"),
    "luoshu cap check alert.xml",
    argument("way", choices=("check",), help=say("check: say what it is, or what is wrong with it")),
    argument("file", metavar="FILE", help=say("the alert, an XML file")),
    argument(
        "--known",
        metavar="PATH",
        help=say("certificates of senders whose signatures are believed: a PEM file, a folder of them, or a book"),
    ),
)
def cap(args: argparse.Namespace, language: Language) -> int:
    from luoshu.desk.capfile import check_alert
    from luoshu.desk.capwords import plain_words

    path = Path(args.file)
    told, seal, problems = check_alert(bytes_of(path), path.name, _known(args.known))
    if problems or told is None:
        return report_problems(list(problems), language)
    for each in plain_words(told, seal):
        print(language.message(each))
    return GOOD


def _known(name: str | None) -> dict[str, Any]:
    """The certificates that a person named; NotDone where the place holds none."""
    if name is None:
        return {}
    from luoshu.desk.alertkey import known_senders
    from luoshu.desk.capsign import certificates

    path = Path(name)
    if (path / "book.yaml").is_file():
        found = known_senders(path)
    else:
        files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
        found = certificates(each.read_bytes() for each in files)
    if not found:
        raise NotDone(say("{name} holds no certificate (PEM)", name=name))
    return found


@verb(
    "desk readings",
    say("take readings of gauges from a file (CSV or Excel), each once; levels of response are proposed from them"),
    "luoshu desk readings examples/luoyang gauges.csv --as wang --try",
    BOOK,
    argument(
        "file",
        metavar="FILE",
        help=say("station, measure, value, unit, time; or a column for each measure, as 水位(米)"),
    ),
    argument(
        "--incident", metavar="ID", default="", help=say("the incident they count for (default: all in the area)")
    ),
    argument(
        "--as", dest="person", metavar="PERSON", default="", help=say("the login name of whose readings they are")
    ),
    argument("--try", dest="only_try", action="store_true", help=say("say what would be done, write nothing")),
    argument(
        "--back", metavar="WHY", default="", help=say("take back all that this file had written, with the reason")
    ),
    DESK,
)
def readings(args: argparse.Namespace, language: Language) -> int:
    from dataclasses import replace
    from datetime import UTC, datetime

    from luoshu.book.book import open_book
    from luoshu.cli.stockroom_verbs import actor_named
    from luoshu.desk.incident import Incident
    from luoshu.desk.reading_rows import readings_of, unknown_yet
    from luoshu.desk.room import open_room
    from luoshu.desk.stock_rows import tried, written
    from luoshu.kinds import tables

    folder, path, now = book_folder(args.book), Path(args.file), datetime.now(UTC)
    with open_room(open_book(folder, tables=tables()), args.desk) as room:
        actor = actor_named(room, args.person, now)
        incident = room.standing().get(Incident, args.incident)
        if args.incident and (incident is None or not incident.open):
            raise NotDone(say("there is no open incident {name}", name=args.incident))
        rows, _, problems = readings_of(path, args.incident, room.book)
        if args.back:
            return _readings_back(room, rows, actor, args, now, language)
        rows = unknown_yet(room.standing(), rows)
        if args.only_try:
            rows = tried(room, rows, by=actor, at=now)
        else:
            rows = written(room, rows, by=actor, at=now, why=f"luoshu desk readings {path.name}"[:200])
        bad = [replace(row.problem(), code="reading-row") for row in rows if row.trouble is not None]
        said = "{good} readings are good, {bad} rows are not, {already} stood already"
        if not args.only_try:
            said = "{good} readings are written, {bad} rows are not, {already} stood already"
        already = sum(row.already is not None and row.trouble is None for row in rows)
        print(language.say(said, good=sum(row.good for row in rows), bad=len(bad), already=already))
        if not args.only_try:
            _say_proposed(room, language, now)
    return _report_rows([*problems, *bad], language)


def _readings_back(
    room: Room, rows: list[Row], actor: Actor, args: argparse.Namespace, now: datetime, language: Language
) -> int:
    from dataclasses import replace

    from luoshu.desk.reading_rows import taken_back

    count, kept = taken_back(room, rows, by=actor, at=now, why=args.back)
    print(language.say("{count} readings were taken back, {kept} could not be", count=count, kept=len(kept)))
    return _report_rows([replace(row.problem(), code="reading-row") for row in kept], language)


def _report_rows(problems: list[Problem], language: Language) -> int:
    """The problems of a file, the first of them each by its row: what is wrong with one column is so in all rows."""
    code = report_problems(problems[:MOST_NAMED], language) if problems else GOOD
    if len(problems) > MOST_NAMED:
        print(language.say("and {count} more rows that are not named here", count=len(problems) - MOST_NAMED))
    return code


def _say_proposed(room: Room, language: Language, now: datetime) -> None:
    """Let the clock look at what was read, and say which levels it proposes."""
    from luoshu.desk.incident import Incident, called
    from luoshu.desk.ticking import tick

    tick(room, now)
    for each in room.standing().all(Incident).values():
        if each.proposal is not None and each.open:
            says = language.say("{title}: level {level} is proposed; a person decides", title=each.title,
                                level=language.message(called(each.proposal.level)))  # fmt: skip
            print(says)
            for ground in each.proposal.because:
                print("  " + language.message(ground.says()))


@verb(
    "desk experts",
    say("the expert bank as a workbook: out, with lists to choose from; in, with what was filled in"),
    "luoshu desk experts out examples/luoyang experts.xlsx --as wang",
    argument("way", choices=("out", "in"), help=say("out: write the workbook; in: take its filled-in rows over")),
    BOOK,
    argument("file", metavar="FILE", help=say("the workbook (.xlsx)")),
    argument("--as", dest="person", metavar="PERSON", default="", help=say("the login name of who asks; it is logged")),
    argument("--contacts", action="store_true", help=say("out: with telephones, for who keeps the whole bank")),
    argument("--try", dest="only_try", action="store_true", help=say("in: say what would be done, write nothing")),
    DESK,
)
def experts(args: argparse.Namespace, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.book.book import open_book
    from luoshu.cli.stockroom_verbs import actor_named
    from luoshu.desk.expert import KEEPERS
    from luoshu.desk.room import open_room
    from luoshu.kinds import tables

    folder, now = book_folder(args.book), datetime.now(UTC)
    with open_room(open_book(folder, tables=tables()), args.desk) as room:
        actor = actor_named(room, args.person, now)
        if not (actor.may(KEEPERS) if args.contacts else actor.reads(KEEPERS)):
            raise NotDone(say("{name} may not see the expert bank", name=actor.name or actor.id))
        if args.way == "out":
            return _experts_out(room, actor, args, now, language)
        return _experts_in(room, actor, args, now, language)


def _experts_out(room: Room, actor: Actor, args: argparse.Namespace, now: datetime, language: Language) -> int:
    from luoshu.book import files
    from luoshu.desk.chain import Draft
    from luoshu.desk.clock import local_day
    from luoshu.desk.expert_file import expert_workbook
    from luoshu.show.daybook import LOOK

    path = Path(args.file)
    about = "luoshu desk experts out" + (" --contacts" if args.contacts else "")
    room.journal.append(Draft(who=actor.id, what=LOOK, about=about), at=now)  # nothing personal goes out unwritten
    data = expert_workbook(room.standing(), room.book, local_day(now), secrets.token_hex(16), contacts=args.contacts)
    files.write(path, data)
    print(language.say("{file} is written", file=path.name))
    return GOOD


def _experts_in(room: Room, actor: Actor, args: argparse.Namespace, now: datetime, language: Language) -> int:
    from dataclasses import replace

    from luoshu.desk.clock import local_day
    from luoshu.desk.expert_rows import expert_rows
    from luoshu.desk.stock_rows import tried, written

    path = Path(args.file)
    rows, _, unchanged, problems = expert_rows(path, room.standing(), room.book, local_day(now))
    if args.only_try:
        rows = tried(room, rows, by=actor, at=now)
    else:
        rows = written(room, rows, by=actor, at=now, why=f"luoshu desk experts in {path.name}"[:200])
    bad = [replace(row.problem(), code="expert-row") for row in rows if row.trouble is not None]
    said = "{good} changes are good, {bad} rows are not, {already} stood already"
    if not args.only_try:
        said = "{good} changes are written, {bad} rows are not, {already} stood already"
    already = unchanged + sum(row.already is not None and row.trouble is None for row in rows)
    print(language.say(said, good=sum(row.good for row in rows), bad=len(bad), already=already))
    return _report_rows([*problems, *bad], language)
