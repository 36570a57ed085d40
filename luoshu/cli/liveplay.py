"""A drill on a terminal while it is served live: who may log in, where to look, and how it ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.cli.verbs import NotDone
from luoshu.show.language import Language
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.desk.drill import Played
    from luoshu.show.drillfolder import Ran
    from luoshu.show.livedrill import LiveDrill, Login


INSISTING = 2
GIVEN_UP = say("the drill was given up before it began; nothing was written")
WRITING = say("what was played is being written; it takes a few seconds")


def a_pace(text: str) -> float:
    """A pace, or a number of seconds: more than 0, at most 100,000.

    >>> a_pace("60")
    60.0
    """
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 100000; write it as in 60")
    return found


def lived(
    args: argparse.Namespace, folder: Path, script: Path, tell: Callable[[Played], None], language: Language
) -> Ran:
    """Serve a drill until its leader ends it, or a signal does: Ctrl+C, SIGTERM, a closed terminal."""
    from luoshu.show.ending import Ending

    stage = Stage(language)
    try:
        with Ending(stage.asked) as ending:  # before all else: what serves takes seconds to be read
            return _served(args, folder, script, tell, stage, lambda: bool(ending.asked))
    except ValueError as error:
        if error.args and isinstance(error.args[0], Message):
            raise NotDone(error.args[0]) from None
        raise
    except KeyboardInterrupt:
        raise NotDone(GIVEN_UP) from None


def _served(
    args: argparse.Namespace, folder: Path, script: Path, tell: Callable[[Played], None], stage: Stage,
    given_up: Callable[[], bool],
) -> Ran:  # fmt: skip
    from luoshu.cli.commands import OPEN_LINE
    from luoshu.show.guard import is_loopback
    from luoshu.show.listening import check_certificate, listen
    from luoshu.show.livedrill import live_drill
    from luoshu.show.server import serve

    if args.key and not args.certificate:
        raise NotDone(say("--key belongs to a --certificate"))
    if args.certificate is not None:
        check_certificate(args.certificate, args.key)
    listen(args.host, args.port).close()  # said before a copy of the book is made
    if given_up():
        raise KeyboardInterrupt

    def served(drill: LiveDrill, logins: tuple[Login, ...]) -> None:
        def ready() -> None:
            with suppress(OSError):  # a drill outlives the terminal it was begun on
                if not args.certificate and not is_loopback(args.host):
                    print("luoshu: " + stage.language.message(OPEN_LINE), file=sys.stderr)
                _invite(args, logins, stage.language, drill.key)

        stage.at = "served"
        serve(drill.folder.copy, host=args.host, port=args.port, ready=ready, clockwork=drill, desk=args.desk,
              certificate=args.certificate, key=args.key, proxies=args.proxy)  # fmt: skip
        stage.at = "written"

    return live_drill(
        folder, script, Path(args.out), people=_names(args.people), pace=args.pace, longest=args.longest,
        begun=args.begin, closing=args.close, left=_names(args.left), patience=args.patience, serve=served, tell=tell,
        desk=args.desk, given_up=given_up,
    )  # fmt: skip


class Stage:
    """How far a drill is when somebody wants it to end: made ready, served, or written out.

    While it is made ready the first wish ends it at the next step, and who insists at once. While it is served the
    server hears the wish. What was played is then written, whoever wishes.
    """

    def __init__(self, language: Language) -> None:
        self.language, self.at, self.wishes = language, "ready", 0

    def asked(self) -> None:
        self.wishes += 1
        if self.at == "ready" and self.wishes == INSISTING:
            raise KeyboardInterrupt
        if self.at == "written":
            with suppress(OSError):  # the terminal may be what was closed
                print("luoshu: " + self.language.message(WRITING), file=sys.stderr, flush=True)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("，", ",").split(",") if name.strip())


def _invite(args: argparse.Namespace, logins: tuple[Login, ...], language: Language, key: str) -> None:
    """Where to look and who may log in; passwords are made for this drill and shown this once."""
    from luoshu.show.audience import PATH

    host = f"[{args.host}]" if ":" in args.host else args.host
    address = f"{'https' if args.certificate else 'http'}://{host}:{args.port}"
    print(language.say("The drill is served at {url}. Logins for this drill only, shown this once:",
                       url=f"{address}/desk/drill"))  # fmt: skip
    for each in logins:
        print(f"  {each.name}\t{each.password}\t{each.part}")
    print(language.say("Who only looks on needs no login: {url}", url=address + PATH.format(key=key)))
    if not args.begin:
        print(language.say("It begins when {name} logs in and says so.", name=logins[0].name))
    sys.stdout.flush()
