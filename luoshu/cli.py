"""One verb, one command: tables for people, JSON lines for programs; exit 0 good, 1 problems found, 2 not done."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.show.language import Language, machine_language
from luoshu.show.terminal import GOOD, NOT_DONE, PROBLEMS, bar, count_problems, progress, report_problems
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.problem import Problem


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
    """One command: its name, what it does in a line, an example that runs, its arguments and its function."""

    name: str
    help: Message
    example: str
    arguments: tuple[Argument, ...]
    run: Callable[[argparse.Namespace, Language], int]


VERBS: dict[str, Verb] = {}


def argument(*names: str, help: Message, **options: Any) -> Argument:
    return Argument(names, help, options)


def verb(name: str, help: Message, example: str, *arguments: Argument) -> Callable[[Any], Any]:
    """Put a function on the list of commands."""

    def put(function: Callable[[argparse.Namespace, Language], int]) -> Any:
        VERBS[name] = Verb(name, help, example, arguments, function)
        return function

    return put


def a_day(text: str) -> date:
    """A day as written on a command line.

    >>> a_day("2025-12-31")
    datetime.date(2025, 12, 31)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as in 2025-12-31") from None


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


BOOK = argument("book", metavar="BOOK", help=say("the folder of the book"))
DAY = argument("--day", type=a_day, help=say("the day to ask for, as in 2025-12-31 (default: today)"))
JSON = argument("--json", action="store_true", help=say("one JSON object a line"))


@verb(
    "read",
    say("find the promises, facts and tasks of plan documents"),
    "luoshu read examples/luoyang/documents/*.txt",
    argument("file", nargs="+", metavar="FILE", help=say("a plan: txt, md, html, docx or pdf")),
    JSON,
    argument("--into", metavar="BOOK", help=say("keep what is found as proposals beside this book")),
)
def read(args: argparse.Namespace, language: Language) -> int:
    from luoshu.book.documents import keep_document
    from luoshu.read import as_json, read_file, write_proposals
    from luoshu.show.listing import show_proposals

    book = _folder(args.into) if args.into else None
    bad: list[Problem] = []
    for file in progress(args.file, language.say("reading")):
        document, proposals = read_file(Path(file))
        bad += document.problems
        if args.json:
            for proposal in proposals:
                print(json.dumps(as_json(proposal), ensure_ascii=False))
        else:
            show_proposals(document, proposals, language)
        if book and document.text:
            differs = keep_document(book, file)
            if differs:
                bad.append(differs)
                continue
            kept = write_proposals(book, document, proposals)
            print(language.say("{count} proposals kept in {file}", count=len(proposals), file=kept), file=sys.stderr)
    return report_problems(bad, language)


@verb(
    "new",
    say("begin a book: a folder of plain files with the headers of every table"),
    "luoshu new my-city --title 我市十四五规划 --region 我市",
    argument("book", metavar="BOOK", help=say("the folder to make")),
    argument("--title", default="", help=say("the name of the plan")),
    argument("--region", default="", help=say("the city or region that it is for")),
)
def new(args: argparse.Namespace, language: Language) -> int:
    from luoshu.book.beginning import new_book
    from luoshu.kinds import tables

    problems = new_book(Path(args.book), title=args.title, region=args.region, tables=tables())
    if not problems:
        print(language.say("{folder} is ready: put plans into documents/, then run luoshu read", folder=args.book))
    return report_problems(problems, language)


@verb(
    "check",
    say("list every fault of a book, with file, line and how to mend it"),
    "luoshu check examples/luoyang",
    BOOK,
    JSON,
)
def check(args: argparse.Namespace, language: Language) -> int:
    region = _region(args)
    problems = region.problems
    if args.json:
        for problem in problems:
            print(json.dumps(_problem_json(problem, language), ensure_ascii=False))
        return PROBLEMS if problems else GOOD
    if not problems:
        print(language.say("{folder}: no problems", folder=args.book))
    return report_problems(problems, language, sys.stdout)


@verb(
    "gauge",
    say("say where every promise stands on a day: how far, how likely, because of what"),
    "luoshu gauge examples/luoyang --day 2025-12-31",
    BOOK,
    DAY,
    JSON,
    argument(
        "--id", action="append", metavar="ID", help=say("only this promise, with all its reasons (may be repeated)")
    ),
)
def gauge(args: argparse.Namespace, language: Language) -> int:
    from luoshu.gauge import as_json
    from luoshu.show.listing import show_gauges, show_reasons

    region = _region(args)
    gauges = [g for g in region.gauges if not args.id or g.commitment.id in args.id]
    for name in set(args.id or ()) - {g.commitment.id for g in gauges}:
        raise NotDone(say("no promise in this book has the id {name}", name=name))
    if args.json:
        for each in gauges:
            print(json.dumps(as_json(each), ensure_ascii=False, allow_nan=False))
    elif args.id:
        show_reasons(gauges, language)
    else:
        show_gauges(gauges, region, language)
    count_problems(region.problems, args.book, language)
    return GOOD


@verb(
    "advise",
    say("propose the next best moves under a budget"),
    "luoshu advise examples/luoyang --day 2023-12-31",
    BOOK,
    DAY,
    argument("--budget", type=an_amount, help=say("what may be spent, in yuan, as in 2500000 or 250万")),
    JSON,
)
def advise(args: argparse.Namespace, language: Language) -> int:
    from luoshu.advise import advise, move_json
    from luoshu.show.listing import show_advice

    region = _region(args)
    advice = advise(region.gauges, region.book, region.day, budget=args.budget)
    if args.json:
        for move in advice.moves:
            print(json.dumps(move_json(move, advice), ensure_ascii=False, allow_nan=False))
    else:
        show_advice(advice, region, language)
    return GOOD


@verb(
    "excel",
    say("carry the tables of a book out to a workbook, or a workbook's changes in"),
    "luoshu excel out examples/luoyang luoyang.xlsx",
    argument("way", choices=("out", "in"), help=say("out: write the workbook; in: take its tables over into the book")),
    BOOK,
    argument("workbook", metavar="FILE.xlsx", help=say("the workbook")),
)
def excel(args: argparse.Namespace, language: Language) -> int:
    from luoshu.book.workbook import excel_in, excel_out

    region = _region(args)
    if args.way == "out":
        left_out = excel_out(region.book, Path(args.workbook))
        print(language.say("{file} written", file=args.workbook))
        return report_problems(left_out, language)
    problems = excel_in(region.book, Path(args.workbook))
    if not problems:
        print(language.say("the tables of {file} stand in {folder} now", file=args.workbook, folder=args.book))
    return report_problems(problems, language)


@verb(
    "serve",
    say("open the dashboard on this machine, and settle proposals in it"),
    "luoshu serve examples/luoyang",
    BOOK,
    DAY,
    argument("--host", default="127.0.0.1", help=say("the address to listen on (settling stays with this machine)")),
    argument("--port", type=int, default=8000, help=say("the port to listen on")),
)
def serve(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.server import serve

    host = f"[{args.host}]" if ":" in args.host else args.host
    says = language.say("open {url} in a browser; stop with Ctrl+C", url=f"http://{host}:{args.port}/")
    print(says, file=sys.stderr, flush=True)
    serve(_folder(args.book), host=args.host, port=args.port, day=args.day)
    return GOOD


@verb(
    "publish",
    say("write the same pages as a static site that opens from any folder"),
    "luoshu publish examples/luoyang site",
    BOOK,
    argument("out", metavar="OUT", help=say("the folder to write")),
    DAY,
)
def publish(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.publish import publish

    day = args.day or _region(args).day
    with bar(language.say("publishing")) as tell:
        files = publish(_folder(args.book), Path(args.out), day, progress=tell)
    print(language.say("{count} files written; open {file}", count=len(files), file=Path(args.out) / "index.html"))
    return GOOD


@verb(
    "report",
    say("write the mid-term review as a Word file, every figure footnoted to its source"),
    "luoshu report examples/luoyang review.docx --day 2023-12-31",
    BOOK,
    argument(
        "out",
        metavar="OUT.docx",
        nargs="?",
        default="report.docx",
        help=say("the file to write (default: report.docx)"),
    ),
    DAY,
)
def report(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.report import report

    region = _region(args)
    report(region, Path(args.out), language)
    print(language.say("{file} written", file=args.out))
    return GOOD


def _folder(name: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise NotDone(say("there is no folder {name}", name=name))
    if not (folder / "book.yaml").is_file():
        raise NotDone(say("{name} is not a book: it has no book.yaml. Begin one with luoshu new {name}", name=name))
    return folder


def _region(args: argparse.Namespace) -> Any:
    from luoshu.region import Region

    return Region(_folder(args.book), getattr(args, "day", None))


def _problem_json(problem: Problem, language: Language) -> dict[str, Any]:
    return {
        "code": problem.code,
        "file": problem.source.file,
        "line": problem.source.line,
        "says": language.message(problem.says),
        "mend": language.message(problem.mend),
    }


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
    for each in VERBS.values():
        one = verbs.add_parser(
            each.name,
            help=language.message(each.help),
            description=language.message(each.help),
            epilog=language.say("example: {command}", command=each.example),
        )
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
    try:
        return VERBS[args.verb].run(args, language)
    except NotDone as stop:
        print("luoshu: " + language.message(stop.says), file=sys.stderr)
    except BrokenPipeError:  # `luoshu gauge ... | head` has seen enough
        sys.stderr.close()
        return GOOD
    except OSError as error:
        says = error.args[0] if error.args and isinstance(error.args[0], Message) else str(error)
        print("luoshu: " + language.message(says), file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return NOT_DONE
