"""What a command is made of: verbs on one list, their arguments, and the words in which they refuse."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.show.language import Language
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.show.proxies import Proxies


class NotDone(Exception):
    """What the command cannot do, said to the person who typed it."""

    def __init__(self, says: Message) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True)
class Argument:
    """One argument of a verb, as argparse takes it, with its help in words that translate."""

    names: tuple[str, ...]
    help: Message
    options: dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """One command: its name, what it does in a line, an example that runs, its arguments and its function.

    A name of two words stands under the first: "desk verify" is the command `luoshu desk verify`; see `GROUPS`.
    """

    name: str
    help: Message
    example: str
    arguments: tuple[Argument, ...]
    run: Callable[[argparse.Namespace, Language], int]


VERBS: dict[str, Verb] = {}

GROUPS: dict[str, Message] = {"desk": say("the desk: what happens today, its journal, its people and its drills")}
"""What the first word of commands of two words stands for."""


def argument(*names: str, help: Message, **options: Any) -> Argument:
    return Argument(names, help, options)


def verb(name: str, help: Message, example: str, *arguments: Argument) -> Callable[[Any], Any]:
    """Put a function on the list of commands; two words put it under the first, which `GROUPS` explains."""
    group = name.rpartition(" ")[0]
    if group and group not in GROUPS:
        raise ValueError(f"{name!r}: say in GROUPS what {group!r} stands for")

    def put(function: Callable[[argparse.Namespace, Language], int]) -> Any:
        VERBS[name] = Verb(name, help, example, arguments, function)
        return function

    return put


def a_day(text: str) -> date:
    """A day as written on a command line.

    >>> a_day("2025-12-31")
    datetime.date(2025, 12, 31)
    >>> a_day("9999-12-31")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: 9999-12-31 lies outside the years 1900 to 2199
    """
    from luoshu.words.day import FIRST_DAY, LAST_DAY

    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as in 2025-12-31") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise argparse.ArgumentTypeError(f"{text} lies outside the years {FIRST_DAY.year} to {LAST_DAY.year}")
    return found


def an_amount(text: str) -> float:
    """An amount of money in yuan, also as 250万 or 2.5亿.

    >>> an_amount("2.5亿")
    250000000.0
    """
    scale = {"万": 1e4, "亿": 1e8}.get(text[-1:], 1.0)
    try:
        amount = float(text.rstrip("万亿").replace(",", "")) * scale
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount; write it as in 2500000 or 250万") from None
    if not 0 <= amount < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount that can be spent")
    return amount


def a_count(text: str) -> int:
    """A whole number of zero or more.

    >>> a_count("12")
    12
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of things; write it as in 12")
    return int(text)


def some_proxies(text: str) -> Proxies:
    """The addresses of reverse proxies, by comma."""
    from luoshu.show.proxies import Proxies

    try:
        return Proxies.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


BOOK = argument("book", metavar="BOOK", help=say("the folder of the book"))
DAY = argument("--day", type=a_day, help=say("the day to ask for, as in 2025-12-31 (default: today)"))
DESK = argument(
    "--desk",
    "--url",
    metavar="URL",
    default="",
    help=say("the database of the desk, where it is not in the book's folder (or LUOSHU_DESK)"),
)
PROXY = argument(
    "--proxy",
    metavar="ADDRESSES",
    type=some_proxies,
    default="",
    help=say(
        "the addresses of the reverse proxies before this server, by comma: who asks, and by https, is as they say"
    ),
)
JSON = argument("--json", action="store_true", help=say("one JSON object a line"))


def book_folder(name: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise NotDone(say("there is no folder {name}", name=name))
    if not (folder / "book.yaml").is_file():
        raise NotDone(say("{name} is not a book: it has no book.yaml. Begin one with luoshu new {name}", name=name))
    return folder


def region_of(args: argparse.Namespace) -> Any:
    from luoshu.region import Region

    return Region(book_folder(args.book), getattr(args, "day", None), desk=getattr(args, "desk", ""))


def new_file(name: str, *endings: str) -> Path:
    """Where a file may be written that a command makes; NotDone where its name has another ending or it cannot be."""
    path = Path(name)
    if path.suffix not in endings:
        raise NotDone(say("{name}: its name must end with {endings}", name=name, endings=" / ".join(endings)))
    if not path.absolute().parent.is_dir():
        raise NotDone(say("there is no folder {name}", name=str(path.parent)))
    if path.is_dir():
        raise NotDone(say("{name} is a folder", name=name))
    return path
