"""The book of a drill: a copy of a book with the drill's own tables and rules laid over it, to play and look at."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from luoshu.book import files
from luoshu.book.cell import perhaps
from luoshu.book.loading import MOST_BYTES, load
from luoshu.book.problem import Problem, Source
from luoshu.book.records import COMMITMENTS
from luoshu.book.rewriting import as_written, merged
from luoshu.book.rules import read_rules
from luoshu.book.table import Schema, schema
from luoshu.words.message import say

FOLDER = "drill"
"""Where a book keeps the scripts of its drills, with tables/ and rules/ of their own beside them."""

LEFT_OUT = (FOLDER, "desk", ".git", "site")


def scripts(book: Path) -> dict[str, Path]:
    """The scripts of a book by name; what is promised for its drills stands beside them and is none."""
    return {path.stem: path for path in sorted((book / FOLDER).glob("*.yaml")) if path.name != COMMITMENTS}


def drill_book(book: Path, script: Path, out: Path, tables: Iterable[type], title: str = "",
               title_en: str = "") -> tuple[Problem, ...]:  # fmt: skip
    """Copy the book to `out` and lay over it what stands beside the script; what is wrong there comes back.

    A row of the drill's table takes the place of the book's row with its key, others are added; a rule of the drill
    takes the place of the book's rule; its commitments.yaml is added to the book's. The book itself, and its journal,
    are left alone.
    """
    shutil.copytree(book, out, ignore=_left_out(book, out), symlinks=True)
    problems = [*_tables(script.parent / "tables", out, tables), *_rules(script.parent / "rules", out)]
    _promises(script.parent / COMMITMENTS, out / COMMITMENTS)
    if title:
        _title(out / "book.yaml", title, title_en or title)
    return tuple(problems)


def _left_out(book: Path, out: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: list[str]) -> set[str]:
        here = Path(folder)
        left = {name for name in names if (here / name).resolve() == out.resolve() or name.startswith(".~")}
        return left | (set(LEFT_OUT) & set(names) if here == book else set())

    return ignored


def _tables(folder: Path, out: Path, tables: Iterable[type]) -> list[Problem]:
    known = {schema(each).name: schema(each) for each in tables}
    found: list[Problem] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        name = f"{FOLDER}/tables/{path.name}"
        sheet = known.get(path.stem)
        if sheet is None:
            says = say("there is no table {name}", name=path.stem)
            mend = perhaps(path.stem, known, say("The tables are: {names}", names=", ".join(sorted(known))))
            found.append(Problem(code="unknown-table", says=says, source=Source(file=name), mend=mend))
            continue
        found += _lay(sheet, path, name, out)
    return found


def _lay(sheet: Schema, path: Path, name: str, out: Path) -> Iterable[Problem]:
    data, problem = files.read(path.parent, path.name, MOST_BYTES)
    if data is None:
        return [problem] if problem else []
    loaded = load(sheet, data, name)
    there, _ = files.read(out, sheet.file, MOST_BYTES)
    headings = set(as_written(sheet, data).names)
    given = [each.name for each in sheet.columns if each.name in headings]
    rows = [dict(zip(given, values, strict=True)) for values in zip(*(loaded.columns[n] for n in given), strict=True)]
    (out / "tables").mkdir(exist_ok=True)
    files.write(out / sheet.file, merged(sheet, as_written(sheet, there), rows).data)
    return loaded.problems


def _rules(folder: Path, out: Path) -> list[Problem]:
    found: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        data = path.read_bytes()
        found += read_rules(data, path.stem, f"{FOLDER}/rules/{path.name}")[1]
        (out / "rules").mkdir(exist_ok=True)
        files.write(out / "rules" / path.name, data)
    return found


def _promises(path: Path, there: Path) -> None:
    """What is promised for the drill stands below what the book promises; the check of the copy reads both."""
    if not path.is_file():
        return
    old = there.read_text("utf-8-sig").rstrip() if there.is_file() else ""
    there.write_text(("" if old == "[]" else old + "\n") + path.read_text("utf-8-sig"), "utf-8")


def _title(path: Path, title: str, title_en: str) -> None:
    """The copy says that it is a drill wherever its title stands."""
    text = path.read_text("utf-8-sig") if path.is_file() else ""
    said = [f'{name}: "{_quoted(words)}"' for name, words in (("title", title), ("title_en", title_en))]
    lines = [line for line in text.splitlines() if not re.match(r"(title(_en)?|drill)\s*:", line)]
    path.write_text("\n".join([*said, "drill: true", *lines]) + "\n", "utf-8")


def _quoted(words: str) -> str:
    return words.replace("\\", " ").replace('"', "”")
