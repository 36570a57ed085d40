"""One verb, one command: tables for people, JSON lines for programs; exit 0 good, 1 problems found, 2 not done."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

import luoshu.cli.admission
import luoshu.cli.alerting
import luoshu.cli.commands
import luoshu.cli.drilling
import luoshu.cli.duty
import luoshu.cli.geography
import luoshu.cli.keeper
import luoshu.cli.stockroom_verbs  # noqa: F401 (each puts its verbs on the list)
from luoshu.cli.verbs import GROUPS, VERBS, NotDone
from luoshu.show.language import Language, machine_language
from luoshu.show.terminal import GOOD, NOT_DONE, tame
from luoshu.words.message import Message, say


def parser(language: Language) -> argparse.ArgumentParser:
    """The whole command line, with its help in `language`."""
    from luoshu import __version__

    top = argparse.ArgumentParser(
        prog="luoshu",
        description=language.say("luoshu (洛书): a city region's development plan, from words to results"),
    )
    top.add_argument("--version", action="version", version=f"luoshu {__version__}")
    # main takes the language out before the parser is made, wherever it stands; it is here for the help
    top.add_argument(
        "--language", choices=("zh", "en"), help=language.say("the language of what is said (or LUOSHU_LANGUAGE)")
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    groups: dict[str, Any] = {"": verbs}
    for each in VERBS.values():
        group, _, name = each.name.rpartition(" ")
        if group not in groups:
            says = language.message(GROUPS[group])
            under = verbs.add_parser(group, help=says, description=says)
            groups[group] = under.add_subparsers(dest="under", metavar="VERB", required=True)
        one = groups[group].add_parser(
            name,
            help=language.message(each.help),
            description=language.message(each.help),
            epilog=language.say("example: {command}", command=each.example),
        )
        one.set_defaults(run=each.run)
        for wanted in each.arguments:
            one.add_argument(*wanted.names, help=language.message(wanted.help), **wanted.options)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; see `luoshu --help`."""
    argv = list(sys.argv[1:] if argv is None else argv)
    asked = argparse.ArgumentParser(add_help=False)
    asked.add_argument("--language", choices=("zh", "en"))
    named, rest = asked.parse_known_args(argv)
    language = Language(named.language or machine_language())
    args = parser(language).parse_args(rest)
    if getattr(args, "desk", None) == "":
        args.desk = os.environ.get("LUOSHU_DESK", "")
    try:
        done: int = args.run(args, language)
        return done
    except NotDone as stop:
        print("luoshu: " + tame(language.message(stop.says)), file=sys.stderr)
    except BrokenPipeError:  # `luoshu gauge ... | head` has seen enough
        sys.stderr.close()
        return GOOD
    except OSError as error:
        print("luoshu: " + tame(language.message(_why(error))), file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return NOT_DONE


def _why(error: OSError) -> str:
    """What the system says of a file, as a sentence."""
    if error.args and isinstance(error.args[0], Message):
        return error.args[0]
    if error.filename is None:
        return str(error)
    if isinstance(error, FileNotFoundError):
        return say("there is no file {name}", name=str(error.filename))
    if isinstance(error, PermissionError):
        return say("{name} may not be opened or written", name=str(error.filename))
    if isinstance(error, IsADirectoryError):
        return say("{name} is a folder, not a file", name=str(error.filename))
    return str(error)
