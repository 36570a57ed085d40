"""The commands of alerts at the desk: the key that signs them, and taking in those of others from a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from luoshu.cli.verbs import BOOK, DESK, NotDone, argument, book_folder, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, report_problems
from luoshu.words.message import say


@verb(
    "desk key",
    say("make the key that signs the alerts of a desk, once; it stays on this machine, readable by its owner only"),
    "luoshu desk key examples/luoyang",
    BOOK,
    argument("--name", metavar="NAME", help=say("whose certificate it is (default: the name in rules/alert.yaml)")),
)
def key(args: argparse.Namespace, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.book.book import open_book
    from luoshu.desk.alertkey import CERTIFICATE, KEY, make_key

    folder, now = book_folder(args.book), datetime.now(UTC)
    book = open_book(folder)
    rule = book.rule("alert", now.date())
    if args.name is not None and not args.name.strip():
        raise NotDone(say("say whose certificate it is"))
    name = args.name or str((rule.values.get("name") if rule else "") or book.title)
    try:
        path, mark = make_key(folder, name, now)
    except FileExistsError:
        raise NotDone(say("there is a key already: {path}. Keep it; who knows it believes it", path=str(KEY))) from None
    print(language.say("key: {path} (keep it secret, and keep a copy of it in a safe)", path=str(path)))
    path = folder / CERTIFICATE
    print(language.say("certificate: {path} (give it to all who shall believe your alerts)", path=str(path)))
    print(language.say("SHA-256, to compare over the telephone: {mark}", mark=mark))
    return GOOD


@verb(
    "desk alert",
    say("take in an alert of others from a file; it is kept and shown, and nothing follows from it by itself"),
    "luoshu desk alert in examples/luoyang alert.xml --as wang",
    argument("way", choices=("in",), help=say("in: take it in")),
    BOOK,
    argument("file", metavar="FILE", help=say("the alert, an XML file")),
    argument(
        "--as",
        dest="person",
        metavar="NAME",
        required=True,
        help=say("the login name of the duty officer who takes it in"),
    ),
    DESK,
)
def alert(args: argparse.Namespace, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.book.book import open_book
    from luoshu.desk.alertkey import known_senders
    from luoshu.desk.capfile import check_alert
    from luoshu.desk.capwords import plain_words
    from luoshu.desk.heard import TakeIn, as_text, without_attachments
    from luoshu.desk.journal import Refused
    from luoshu.desk.room import open_room
    from luoshu.desk.staff import Person, login_name
    from luoshu.kinds import tables

    folder, path, now = book_folder(args.book), Path(args.file), datetime.now(UTC)
    data = bytes_of(path)
    told, seal, problems = check_alert(data, path.name, known_senders(folder))
    if told is None or seal.state == "forged":
        return report_problems(list(problems), language)
    with open_room(open_book(folder, tables=tables()), args.desk) as room:
        person = room.standing().get(Person, login_name(args.person))
        actor = person.actor(now) if person is not None else None
        if actor is None:
            raise NotDone(say("there is nobody called {name}", name=args.person))
        try:
            text, left_out = without_attachments(as_text(data))
            (entry,) = room.do(TakeIn(xml=text, source=path.name), by=actor, at=now)
        except Refused as refused:
            raise NotDone(refused.says) from None
    print(language.say("taken in as entry {number}", number=entry.number))
    if left_out:
        print(language.say("too long to be kept whole: {count} files inside it were left out", count=left_out))
    for each in plain_words(told, seal):
        print(language.message(each))
    return report_problems(list(problems), language) if problems else GOOD


def bytes_of(path: Path) -> bytes:
    """What a file holds, no more than is read of an alert; NotDone where it is a pipe that nobody may ever fill."""
    from stat import S_ISFIFO

    from luoshu.desk.capparse import MOST_BYTES

    if S_ISFIFO(path.lstat().st_mode):
        raise NotDone(say("{name} is a pipe, not a file", name=str(path)))
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
