"""luoshu desk stock: the stock as a workbook out, filled-in receipts and counts in."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.cli.verbs import BOOK, DESK, NotDone, argument, book_folder, new_file, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, report_problems
from luoshu.words.message import say

if TYPE_CHECKING:
    from datetime import datetime

    from luoshu.desk.actor import Actor
    from luoshu.desk.room import Room


@verb(
    "desk stock",
    say("the stock as a workbook: out, with what counts and why not; in, with receipts and counts filled in"),
    "luoshu desk stock out examples/luoyang stock.xlsx",
    argument("way", choices=("out", "in"), help=say("out: write the workbook; in: take its filled-in rows over")),
    BOOK,
    argument("file", metavar="FILE", help=say("the workbook (.xlsx)")),
    argument(
        "--as", dest="person", metavar="PERSON", default="", help=say("in: the login name of whose rows they are")
    ),
    argument("--try", dest="only_try", action="store_true", help=say("in: say what would be done, write nothing")),
    DESK,
)
def stock(args: argparse.Namespace, language: Language) -> int:
    from luoshu.book.book import open_book
    from luoshu.desk.room import open_room, room_to_read
    from luoshu.kinds import tables

    book = open_book(book_folder(args.book), tables=tables())
    if args.way == "out":
        with room_to_read(book, args.desk) as room:
            return _out(room, new_file(args.file, ".xlsx"), language)
    with open_room(book, args.desk) as room:
        return _in(room, args, language)


def _out(room: Room, file: Path, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.desk.clock import local_day
    from luoshu.desk.stock_file import stock_workbook
    from luoshu.kinds.stock import available

    assert room.book is not None
    now = datetime.now(UTC)
    book, day = room.book.over(room.rows()), local_day(now)
    file.write_bytes(stock_workbook(book, day, now.isoformat(), language.message))
    lots = available(book, day)
    good = sum(each.amount > 0 for each in lots)
    says = language.say("{file}: lots {count}, of which {good} can be used", file=file.name, count=len(lots), good=good)
    print(says)
    return GOOD


def _in(room: Room, args: argparse.Namespace, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.desk.stock_rows import rows_of, tried, written

    assert room.book is not None
    now, path = datetime.now(UTC), Path(args.file)
    actor = actor_named(room, args.person, now)
    rows, _, problems = rows_of(path, room.book)
    if problems:
        return report_problems(problems, language)
    if args.only_try:
        rows = tried(room, rows, by=actor, at=now)
    else:
        rows = written(room, rows, by=actor, at=now, why=f"luoshu desk stock in {path.name}"[:200])
    said = "{good} rows are good, {bad} are not, {already} were written before"
    if not args.only_try:
        said = "{good} rows are written, {bad} are not, {already} were written before"
    bad = [row.problem() for row in rows if row.trouble is not None]
    already = sum(row.already is not None and row.trouble is None for row in rows)
    print(language.say(said, good=sum(row.good for row in rows), bad=len(bad), already=already))
    for row in rows:
        if row.before is not None and row.good and getattr(row.act, "amount", row.before) != row.before:
            print(language.say("{lot}: by the book {before}, counted {after}", lot=getattr(row.act, "lot", ""),
                               before=f"{row.before:g}", after=f"{getattr(row.act, 'amount', 0):g}"))  # fmt: skip
    return report_problems(bad, language) if bad else GOOD


def actor_named(room: Room, name: str, now: datetime) -> Actor:
    """Who writes rows of a file: the person of this login name (NotDone where there is none)."""
    from luoshu.desk.staff import actor_of, login_name

    if not name:
        raise NotDone(say("say whose rows these are: --as NAME"))
    found = actor_of(room.standing(), login_name(name), now)
    if found is None:
        raise NotDone(say("there is nobody called {name} at the desk", name=name))
    return found
