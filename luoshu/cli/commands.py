"""The commands of the book: read, new, check, gauge, advise, excel, serve, publish, report."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.cli.verbs import (
    BOOK,
    DAY,
    DESK,
    JSON,
    PROXY,
    NotDone,
    a_count,
    an_amount,
    argument,
    book_folder,
    region_of,
    verb,
)
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, PROBLEMS, bar, count_problems, progress, report_problems
from luoshu.words.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from luoshu.book.problem import Problem
    from luoshu.kinds.commitment import Gauge


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

    book = book_folder(args.into) if args.into else None
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
    try:
        region = region_of(args)
    except NotDone as stop:
        if args.json:
            told = {"code": "no-book", "file": args.book, "line": None, "says": language.message(stop.says), "mend": ""}
            print(json.dumps(told, ensure_ascii=False))
        raise
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
    DESK,
    JSON,
    argument(
        "--id", action="append", metavar="ID", help=say("only this promise, with all its reasons (may be repeated)")
    ),
)
def gauge(args: argparse.Namespace, language: Language) -> int:
    from luoshu.gauge import as_json
    from luoshu.show.listing import show_gauges, show_reasons
    from luoshu.show.look import wording_of

    region = region_of(args)
    language = language.over(wording_of(region.book))
    gauges = [g for g in region.gauges if not args.id or g.commitment.id in args.id]
    _all_found(args.id, region.gauges)
    if args.json:
        for each in gauges:
            print(json.dumps(as_json(each), ensure_ascii=False, allow_nan=False))
    elif args.id:
        show_reasons(gauges, language)
    else:
        show_gauges(gauges, region, language)
    count_problems(region.problems, args.book, language)
    return GOOD


def _all_found(names: Sequence[str] | None, gauges: Sequence[Gauge]) -> None:
    """NotDone for an id that no gauge has, with the one that may be meant."""
    from luoshu.book.cell import nearest

    known = [each.commitment.id for each in gauges]
    for name in sorted(set(names or ()) - set(known)):
        near = nearest(name, known)
        if near:
            raise NotDone(say("no promise in this book has the id {name}; did you mean {near}?", name=name, near=near))
        raise NotDone(say("no promise in this book has the id {name}", name=name))


@verb(
    "advise",
    say("propose the next best moves under a budget"),
    "luoshu advise examples/luoyang --day 2023-12-31",
    BOOK,
    DAY,
    DESK,
    argument("--budget", type=an_amount, help=say("what may be spent, in yuan, as in 2500000 or 250万")),
    argument("--count", type=a_count, metavar="N", help=say("how many new sites at most for each promise (default 5)")),
    argument(
        "--problem",
        choices=("cover", "set", "median", "center"),
        default="",
        help=say(
            "what new sites are to bring: cover serves the most, set the promised share with the fewest, median the "
            "shortest way of all, center the shortest of the farthest"
        ),
    ),
    argument("--id", action="append", metavar="ID", help=say("only for this promise (may be repeated)")),
    JSON,
)
def advise(args: argparse.Namespace, language: Language) -> int:
    from luoshu.advise import advise, move_json
    from luoshu.show.listing import show_advice
    from luoshu.show.look import wording_of

    region = region_of(args)
    language = language.over(wording_of(region.book))
    gauges = [gauge for gauge in region.gauges if not args.id or gauge.commitment.id in args.id]
    _all_found(args.id, region.gauges)
    advice = advise(gauges, region.book, region.day, budget=args.budget, count=args.count, problem=args.problem)
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
    from luoshu.read.settlement import judged

    region = region_of(args)
    if args.way == "out":
        left_out = excel_out(region.book, Path(args.workbook))
        print(language.say("{file} written", file=args.workbook))
        return report_problems(left_out, language)
    problems = excel_in(region.book, Path(args.workbook), judged)
    if not problems:
        print(language.say("the tables of {file} stand in {folder} now", file=args.workbook, folder=args.book))
    return report_problems(problems, language)


OPEN_LINE = say("others on the network can read what is typed here, passwords too: give --certificate and --key")


@verb(
    "serve",
    say("open the dashboard on this machine, and settle proposals in it"),
    "luoshu serve examples/luoyang",
    BOOK,
    DAY,
    argument("--host", default="127.0.0.1", help=say("the address to listen on (settling stays with this machine)")),
    argument("--port", type=int, default=8000, help=say("the port to listen on")),
    DESK,
    argument("--certificate", metavar="FILE", type=Path, help=say("speak https with this certificate (PEM)")),
    argument("--key", metavar="FILE", type=Path, help=say("the key of the certificate, where it is not in its file")),
    PROXY,
)
def serve(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.guard import is_loopback
    from luoshu.show.server import serve

    if args.key and not args.certificate:
        raise NotDone(say("--key belongs to a --certificate"))
    scheme = "https" if args.certificate else "http"
    url = f"{scheme}://{called(args.host)}:{args.port}/"
    says = language.say("open {url} in a browser; stop with Ctrl+C", url=url)
    if not args.certificate and not is_loopback(args.host):
        print("luoshu: " + language.message(OPEN_LINE), file=sys.stderr)
    serve(
        book_folder(args.book),
        host=args.host,
        port=args.port,
        day=args.day,
        ready=lambda: print(says, file=sys.stderr, flush=True),
        desk=args.desk,
        certificate=args.certificate,
        key=args.key,
        proxies=args.proxy,
    )
    return GOOD


def called(host: str) -> str:
    """A host as it stands in an address: who listens on all of this machine is called by the machine's name.

    >>> called("127.0.0.1"), called("::1"), called("0.0.0.0") == called("::") != "0.0.0.0"
    ('127.0.0.1', '[::1]', True)
    """
    if host in ("0.0.0.0", "::"):  # no address that a browser can open
        from socket import gethostname

        return gethostname()
    return f"[{host}]" if ":" in host else host


@verb(
    "publish",
    say("write the same pages as a static site that opens from any folder"),
    "luoshu publish examples/luoyang site",
    BOOK,
    argument("out", metavar="OUT", help=say("the folder to write")),
    DAY,
    DESK,
)
def publish(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.listing import file_size
    from luoshu.show.publish import publish, size_of

    day = args.day or region_of(args).day
    with bar(language.say("publishing")) as tell:
        files = publish(book_folder(args.book), Path(args.out), day, progress=tell, desk=args.desk)
    size = file_size(size_of(files))
    index = Path(args.out) / "index.html"
    print(language.say("{count} files ({size}) written; open {file}", count=len(files), size=size, file=index))
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
    DESK,
)
def report(args: argparse.Namespace, language: Language) -> int:
    from luoshu.show.report import report

    region = region_of(args)
    report(region, Path(args.out), language)
    print(language.say("{file} written", file=args.out))
    return GOOD


def _problem_json(problem: Problem, language: Language) -> dict[str, Any]:
    return {
        "code": problem.code,
        "file": problem.source.file,
        "line": problem.source.line,
        "says": language.message(problem.says),
        "mend": language.message(problem.mend),
    }
