"""What a command says beside its result: problems on lines, a progress bar, the exit code."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from luoshu.show.language import Language

if TYPE_CHECKING:
    from luoshu.book.problem import Problem

GOOD, PROBLEMS, NOT_DONE = 0, 1, 2


def report_problems(problems: Sequence[Problem], language: Language, out: Any = None) -> int:
    """Print each problem on a line and give the exit code."""
    for problem in problems:
        place = f"{problem.source}: " if problem.source.file else ""
        said = [language.message(part).rstrip(".。") for part in (problem.says, problem.mend) if part]
        stop, between = ("。", "。") if language.code == "zh" else (".", ". ")
        line = tame(place + between.join(said))
        print(line if line.endswith(("?", "？")) else line + stop, file=out or sys.stderr)
    return PROBLEMS if problems else GOOD


def tame(text: str) -> str:
    """A line for a terminal: names of files may hold letters that would steer it or turn the direction of writing.

    >>> tame("a\\x1b[2Jb\\u202e\\u3000c")
    'a\\ufffd[2Jb\\ufffd\\u3000c'
    """
    return "".join("\ufffd" if unicodedata.category(c) in _STEERING and c not in _HARMLESS else c for c in text)


_STEERING = frozenset(("Cc", "Cf", "Cs"))
_HARMLESS = "\n\t\u200c\u200d"


def count_problems(problems: Sequence[Problem], book: str, language: Language) -> None:
    if problems:
        print(
            language.say("{count} problems were found; luoshu check {book} lists them", count=len(problems), book=book),
            file=sys.stderr,
        )


def progress(items: Iterable[Any], title: str) -> Iterator[Any]:
    """The items, with a progress bar on a terminal when there are several."""
    items = list(items)
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    with bar(title) as tell:
        for done, item in enumerate(items):
            tell(done, len(items))
            yield item


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the terminal, told by (done, total); nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
