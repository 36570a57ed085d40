"""luoshu desk admin: the first administrator of a desk, made at the machine that holds its journal."""

from __future__ import annotations

import argparse
import sys

from luoshu.cli.verbs import BOOK, DESK, NotDone, argument, book_folder, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD
from luoshu.words.message import say


@verb(
    "desk admin",
    say("make an administrator of the desk, or give one a new password; asks for the password, there is no default"),
    "luoshu desk admin examples/luoyang wang",
    BOOK,
    argument("name", metavar="NAME", help=say("the login name")),
    argument("--called", metavar="NAME", default="", help=say("the name that others see (default: the login name)")),
    argument("--organisation", metavar="NAME", default="", help=say("whose people they are")),
    argument("--password-stdin", action="store_true", help=say("read the password from standard input, one line")),
    DESK,
)
def admin(args: argparse.Namespace, language: Language) -> int:
    from datetime import UTC, datetime

    from luoshu.book.book import open_book
    from luoshu.desk.credentials import Credentials, says_why
    from luoshu.desk.journal import Refused
    from luoshu.desk.room import open_room
    from luoshu.desk.sessions import Sessions
    from luoshu.desk.staff import CONSOLE, Add, Give, Person, good_login_name, login_name

    folder, name = book_folder(args.book), login_name(args.name)
    now = datetime.now(UTC)
    try:
        good_login_name(name)
        password = _password(language, args.password_stdin)
        says_why(password, name)
        with open_room(open_book(folder), args.desk) as room:
            person = room.standing().get(Person, name)
            if person is None:
                made = Add(person=name, name=args.called or name, belongs_to=args.organisation)
                room.do(made, by=CONSOLE, at=now, why="luoshu desk admin")
            elif person.closed:
                raise NotDone(say("the account of {name} is closed", name=name))
            if person is None or not any(each.role == "admin" and each.everywhere for each in person.held):
                room.do(Give(person=name, role="admin"), by=CONSOLE, at=now, why="luoshu desk admin")
            Credentials(room.journal.engine).set(name, password, now)
            Sessions(room.journal.engine).end_all(name)
    except Refused as refused:
        raise NotDone(refused.says) from None
    print(language.say("{name} is an administrator of the desk and can log in now", name=name))
    return GOOD


def _password(language: Language, from_stdin: bool) -> str:
    """The password, typed twice without being shown, or a line of standard input."""
    import getpass

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise NotDone(say("there is no terminal to ask for the password at; give --password-stdin"))
    first = getpass.getpass(language.say("new password: "))
    if first != getpass.getpass(language.say("the same again: ")):
        raise NotDone(say("the two passwords are not the same"))
    return first
