"""The sheets of a workbook that people filled in: opened within bounds, each cell as the text of a csv."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book.cell import Fault
from luoshu.book.loading import fold
from luoshu.book.problem import Problem, Source
from luoshu.book.table import Column
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

MOST_UNPACKED = 300_000_000
MOST_PARTS = 2000
MOST_PACKED = 100_000_000
MOST_RATIO = 500
"""How many times its size a part of the workbook may unpack to (sheets of numbers come to about 20)."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: its title, its filled cells by (row, column) from 1, and the ranges that are merged."""

    title: str
    cells: Mapping[tuple[int, int], Cell]
    merged: tuple[str, ...]

    def heading_row(self, known: Collection[str]) -> int:
        """The row of the headings: the first of the top ten with two known ones, since a title may stand above it."""
        top = sorted({row for row, _ in self.cells})[:10]
        for row in top:
            headings = [fold(str(cell.value)) for (at, _), cell in self.cells.items() if at == row]
            if sum(heading in known for heading in headings) >= min(2, len(known)):
                return row
        return top[0] if top else 1


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """The sheets of a workbook and the properties that `excel_out` left in it."""

    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str]


def read_workbook(path: Path) -> tuple[Workbook | None, Problem | None]:
    """The filled cells of a workbook; a problem, and nothing opened, where it is none or would unpack to too much."""
    problem = _refused(path)
    if problem:
        return None, problem
    import warnings

    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # from memory: openpyxl leaves the file open where it fails
            book = load_workbook(io.BytesIO(path.read_bytes()), data_only=False, keep_links=False)
            sheets = tuple(_sheet(sheet) for sheet in book.worksheets)
            left: Any = getattr(book, "custom_doc_props")  # noqa: B009 (the stubs do not know it)
            properties = {p.name or "": str(p.value) for p in left.props}
    except Exception as error:
        # openpyxl raises nearly anything on a damaged file: whatever it is, the file is no workbook that can be read
        return None, _problem(path, "not-a-workbook", say("the workbook is damaged: {detail}", detail=str(error)[:100]),
                              say("Open it in the spreadsheet program and save it again as .xlsx"))  # fmt: skip
    return Workbook(sheets=sheets, properties=properties), None


def _problem(path: Path, code: str, says: Message, mend: Message) -> Problem:
    return Problem(code=code, says=says, source=Source(file=path.name), mend=mend)


def _refused(path: Path) -> Problem | None:
    """Why the file is not opened: no zip file, too large, or XML that defines entities of its own."""
    large = say("the workbook would unpack to more than {limit} bytes", limit=MOST_UNPACKED)
    smaller = say("Copy the tables into a new workbook, without pictures and empty rows")
    try:
        if path.stat().st_size > MOST_PACKED:
            return _problem(path, "unpacks-too-large", large, smaller)
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if (
                len(parts) > MOST_PARTS
                or sum(p.file_size for p in parts) > MOST_UNPACKED
                or any(p.file_size > MOST_RATIO * max(p.compress_size, 200) for p in parts)
            ):
                return _problem(path, "unpacks-too-large", large, smaller)
            written = [p for p in parts if p.filename.endswith((".xml", ".rels", ".vml"))]
            if any(_has_entities(packed, part) for part in written):
                return _problem(path, "not-a-workbook", say("the workbook defines what no spreadsheet writes"),
                                say("Copy the tables into a new workbook"))  # fmt: skip
    except FileNotFoundError:
        return _problem(path, "missing-file", say("the file is missing"), say("Check the name"))
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        return _problem(path, "not-a-workbook", say("this is no workbook (.xlsx): {detail}", detail=str(error)[:100]),
                        say("Save it as .xlsx (not .xls, .et or .csv)"))  # fmt: skip
    except Exception as error:  # zlib.error and whatever else a damaged archive raises
        return _problem(path, "not-a-workbook", say("the workbook is damaged: {detail}", detail=str(error)[:100]),
                        say("Open it in the spreadsheet program and save it again as .xlsx"))  # fmt: skip
    return None


def _has_entities(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    tail = b""
    with packed.open(part) as stream:
        while block := stream.read(1 << 20):
            text = (tail + block).replace(b"\x00", b"").upper()
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                return True
            tail = block[-40:]
    return False


def _sheet(sheet: Worksheet) -> Sheet:
    # _cells is the map of cells that stand in the file: walking the used range would walk a million empty rows as well
    cells: Mapping[tuple[int, int], Any] = sheet._cells
    filled = {place: cell for place, cell in cells.items() if cell.value is not None and str(cell.value).strip()}
    return Sheet(title=sheet.title, cells=filled, merged=tuple(str(r) for r in sheet.merged_cells.ranges))


def cell_text(cell: Any, column: Column | None) -> tuple[str, Fault | None]:
    """The text that a cell would have in a csv file, or the fault that it has before it can have one.

    A number shown in percent becomes `12%`; a day becomes `2025-03-01`; the number of a day in a column of days becomes
    the day. A day that stands in a column of words, or a number there too long to have survived, is a fault.
    """
    value: Any = cell.value
    if cell.data_type == "f" or not isinstance(value, _PLAIN):
        return "", Fault(code="formula-cell", says=say("the cell holds a formula"),
                         mend=say("Copy the cell and paste it as a value"))  # fmt: skip
    if cell.data_type == "e":
        return "", Fault(code="error-cell", says=say("the cell holds the error {error}", error=str(value)),
                         mend=say("Write the value"))  # fmt: skip
    if isinstance(value, str):
        if _CONTROL.search(value):
            return "", Fault(code="control-character", says=say("a character stands here that cannot be printed"),
                             mend=say("Type the text again"))  # fmt: skip
        return value.replace("\r\n", "\n").replace("\r", "\n"), None
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    words = column is None or column.type is str
    if isinstance(value, int | float):
        return _number_text(value, cell, words, column)
    return _moment_text(value, words)


_PLAIN = (str, bool, int, float, datetime.date, datetime.time, datetime.timedelta)


def _number_text(value: float, cell: Any, words: bool, column: Column | None) -> tuple[str, Fault | None]:
    if "%" in _LITERAL.sub("", cell.number_format or ""):
        scaled = Decimal(repr(value)) * 100
        return f"{scaled.normalize():f}%", None
    if column is not None and column.type is datetime.date and 20_000 <= value <= 80_000:
        from openpyxl.utils.datetime import from_excel

        return _moment_text(from_excel(value, epoch=cell.parent.parent.epoch), False)
    if words and abs(value) >= 1e15:
        return "", Fault(
            code="long-number",
            says=say(
                "the number {number} is too long: a spreadsheet keeps its first 15 digits only", number=f"{value:.15g}"
            ),
            mend=say("Format the cell as text and type all its digits again"),
        )
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return (str(int(value)) if whole else repr(value)), None


def _moment_text(value: Any, words: bool) -> tuple[str, Fault | None]:
    if words or isinstance(value, datetime.time | datetime.timedelta):
        return "", Fault(
            code="day-for-words",
            says=say("the spreadsheet has taken the text for the day or time {found}", found=str(value)),
            mend=say("Format the cell as text and type it again"),
        )
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    return str(value), None
