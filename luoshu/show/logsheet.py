"""The journal as a file that people read: each entry with its time, its act and its facts in words."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from luoshu.book import files
from luoshu.desk.act import ACTS, named_field
from luoshu.desk.chain import Entry
from luoshu.desk.clock import CHINA
from luoshu.desk.keeping import Kept, Tell, Walk, reading, shown
from luoshu.desk.logbook import open_draft
from luoshu.desk.things import UNDO
from luoshu.show.language import Language
from luoshu.words.message import Message, say

MOST_ROWS = 1_000_000
HEADINGS: tuple[Message, ...] = (
    say("number"), say("written"), say("happened"), say("who"), say("what was done"), say("about"), say("facts"),
    say("why"), say("takes back"), say("hash"),
)  # fmt: skip
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\u3000]*[=+\-@|＝＋－＠])|^(?=[\t\r\n])")
"""Where a spreadsheet may begin a formula: at the front of a cell, and behind what another language's settings part
cells by; full-width signs too."""


def write_log(place: str | Path, path: Path, language: Language, tell: Tell = lambda done, total: None) -> Kept:
    """Write all whole entries of a journal into .xlsx, .csv or .jsonl; what is personal stands as "…". The file appears
    whole or not at all. Of more than `MOST_ROWS` entries no workbook is written."""
    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)

    with reading(place) as connection:
        walk = Walk(connection, shown(place))
        if path.suffix == ".xlsx" and walk.most > MOST_ROWS:
            return Kept(entries=walk.most, head="")
        with files.writing(path) as out:
            entries = walk.entries(tell)
            if path.suffix == ".xlsx":
                _workbook(entries, out, language)
            elif path.suffix == ".csv":
                _csv(entries, out, language)
            else:
                _lines(entries, out, language)
        return walk.kept()


def row_of(entry: Entry, language: Language) -> tuple[Any, ...]:
    """An entry as the cells of a log, times as on a clock in China."""
    draft = entry.draft
    facts, why = open_draft(draft)
    return (
        entry.number,
        _to_the_second(entry.at),
        _to_the_second(draft.happened) if draft.happened else "",
        draft.who,
        _act_in_words(draft.what, language),
        draft.about,
        _facts_in_words(draft.what, facts, language),
        why,
        draft.undoes or "",
        entry.hash,
    )


def _to_the_second(at: datetime) -> str:
    try:
        return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    except OverflowError:  # a sender's clock may be anywhere; what it said is kept
        return at.isoformat()


def _act_in_words(what: str, language: Language) -> str:
    if what == UNDO:
        return language.say("taken back")
    kind = ACTS.get(what)
    return language.message(kind.says) if kind else what


def _facts_in_words(what: str, facts: dict[str, Any], language: Language) -> str:
    kind = ACTS.get(what)
    told = []
    for name, value in facts.items():
        called = language.message(named_field(kind, name)) if kind else name
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        told.append(f"{called}: {text}")
    return "; ".join(told)


def _csv(entries: Iterator[Entry], out: BinaryIO, language: Language) -> None:
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)  # spreadsheets ask for the mark
    lines = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    lines.writerow([language.message(each) for each in HEADINGS])
    for entry in entries:
        lines.writerow([harmless(cell) for cell in row_of(entry, language)])
    text.detach()


def harmless(cell: Any) -> Any:
    """A text that a spreadsheet will not take for a formula, whatever sign it parts cells by.

    >>> harmless("=1+1"), harmless("a;=1+1"), harmless(" ＝cmd"), harmless("3 - 2")
    ("'=1+1", "a;'=1+1", "' ＝cmd", '3 - 2')
    """
    return _FORMULA.sub(lambda found: f"{found[0]}'", cell) if isinstance(cell, str) else cell


def _lines(entries: Iterator[Entry], out: BinaryIO, language: Language) -> None:
    names = ("number", "written", "happened", "who", "act", "about", "facts", "why", "undoes", "hash")
    for entry in entries:
        told = dict(zip(names, row_of(entry, language), strict=True))
        told |= {"what": entry.draft.what, "values": open_draft(entry.draft)[0]}
        out.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")


def _workbook(entries: Iterator[Entry], out: BinaryIO, language: Language) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    from luoshu.book.sheet_making import put

    book = Workbook(write_only=True)
    sheet = book.create_sheet(language.say("log"))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", (8, 20, 20, 16, 24, 24, 60, 40, 10, 20), strict=True):
        sheet.column_dimensions[letter].width = width

    def cells(values: Any, bold: bool = False) -> list[Any]:
        made = []
        for value in values:
            cell = WriteOnlyCell(sheet)
            put(cell, _printable(value)[:32_767] if isinstance(value, str) else value)
            if bold:
                cell.font = Font(bold=True)
            made.append(cell)
        return made

    sheet.append(cells([language.message(each) for each in HEADINGS], bold=True))
    for entry in entries:
        sheet.append(cells(row_of(entry, language)))
    book.save(out)


def _printable(text: str) -> str:
    """A text without the control characters that a workbook cannot hold."""
    return "".join(ch if ch >= " " or ch in "\t\n\r" else "\ufffd" for ch in text)
