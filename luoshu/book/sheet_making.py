"""A table as a sheet that people can fill in: headings with their notes, formats, choices, and wrong cells in red."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.book.rewriting import Written
from luoshu.book.table import Column, Schema

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_CHARACTERS = 32_767
"""Characters that a cell of a spreadsheet can hold."""
SPARE_ROWS = 2000
"""Rows below the last one that still offer the choices of their column."""
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "|")
_FIRST_DAY = date(1900, 3, 1)
_FORMATS: dict[type, str] = {str: "@", date: "yyyy-mm-dd", float: "General", int: "0", bool: "General"}


def sheet_title(schema: Schema) -> str:
    """The title of a table's sheet, at most 31 characters, without those that a spreadsheet forbids.

    >>> from luoshu.book.directory import Owner
    >>> from luoshu.book.table import schema
    >>> sheet_title(schema(Owner))
    '责任单位 owner'
    """
    title = f"{schema.zh} {schema.name}".strip() if len(schema.zh) + len(schema.name) < 31 else schema.name
    return "".join(ch for ch in title if ch not in "[]:*?/\\'")[:31]


def make_sheet(book: Workbook, schema: Schema, written: Written) -> None:
    """Put a table into the workbook as a sheet; `written` is what stands in its file, faults and all."""
    sheet: Worksheet = book.create_sheet(sheet_title(schema))
    for place, column in enumerate(schema.columns, start=1):
        _heading(sheet, place, column)
        texts = written.texts(column.name)
        if texts is not None:
            _fill(sheet, place, column, texts, written)
        _choices(sheet, place, column, written.count)
    known = {c.name for c in schema.columns}
    strange = [name for name in written.names if name and name not in known]
    for place, name in enumerate(strange, start=len(schema.columns) + 1):
        put(sheet.cell(1, place), name)
        for i, text in enumerate(written.texts(name) or (), start=2):
            put(sheet.cell(i, place), text.strip() or None)
    sheet.freeze_panes = "A2"
    set_widths(sheet)


def put(cell: Any, value: Any) -> None:
    """Write a value so that the spreadsheet shows it as it is: words stay words, whatever sign they begin with."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        cell.value = "x"
        cell._value = value  # not by .value, which would guess at formulas
        cell.data_type = "s"
        cell.number_format = "@"
        if value.startswith(_FORMULA_SIGNS):
            cell.quotePrefix = True
        return
    if isinstance(value, date) and value < _FIRST_DAY:
        return put(cell, value.isoformat())
    if isinstance(value, float) and float(f"{value:.16g}") != value:
        # the file would hold 16 digits only: such a number stands as text, which comes in as the same number
        return put(cell, repr(value))
    cell.value = value
    cell.number_format = _FORMATS[type(value)]


def _fill(sheet: Worksheet, place: int, column: Column, texts: Sequence[str], written: Written) -> None:
    from openpyxl.styles import PatternFill

    red = PatternFill("solid", fgColor="FFFFC7CE")
    wrong = written.wrong[column.name]
    values = written.values[column.name]
    for i, text in enumerate(texts):
        cell = sheet.cell(i + 2, place)
        if i in wrong:
            put(cell, text.strip())
            cell.fill = red
            if len(wrong) <= 200:
                _note(cell, wrong[i])
        elif text.strip():
            put(cell, column.choices.get(values[i], values[i]) if _told_apart(column) else values[i])
    sheet.column_dimensions[_letter(place)].number_format = _FORMATS[column.type]


def _told_apart(column: Column) -> bool:
    """Whether the Chinese words of a column's choices can be read back without doubt."""
    words = [w for w in column.choices.values() if w]
    return len(words) == len(set(words)) == len(column.choices) and not set(words) & set(column.choices) - {
        k for k, v in column.choices.items() if k == v
    }


def put_heading(cell: Any, text: str, *, required: bool) -> None:
    """Write a heading; those of columns that must be filled stand out."""
    from openpyxl.styles import Alignment, Font, PatternFill

    put(cell, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="FFD9E5F2" if required else "FFEFEFEF")
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def _heading(sheet: Worksheet, place: int, column: Column) -> None:
    cell = sheet.cell(1, place)
    put_heading(cell, f"{column.zh} {column.name}".strip(), required=column.required)
    told = [
        column.note_zh or column.zh,
        column.note,
        f"单位 unit: {column.unit}" if column.unit else "",
        "必填 required" if column.required else "可留空 may be empty",
        f"须在 must stand in: {column.refers[0]}.{column.refers[1]}" if column.refers else "",
        " / ".join(f"{zh} {value}".strip() for value, zh in column.choices.items() if value),
    ]
    _note(cell, "\n".join(part for part in told if part))


def _note(cell: Any, text: str) -> None:
    from openpyxl.comments import Comment

    cell.comment = Comment(text[:1000], "luoshu", width=320, height=40 + 18 * (text.count("\n") + len(text) // 40 + 1))


def _choices(sheet: Worksheet, place: int, column: Column, count: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    words = list(column.choices.values()) if _told_apart(column) else list(column.choices)
    words = [w for w in words if w]
    if column.type is bool:
        words = ["是", "否"]
    listed = ",".join(words)
    if not words or len(listed) > 250 or any("," in w or '"' in w for w in words):
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=not column.required, showErrorMessage=True)
    rule.errorTitle, rule.error = "请从列表中选择", "Choose one of the words on the list"
    sheet.add_data_validation(rule)
    rule.add(f"{_letter(place)}2:{_letter(place)}{count + SPARE_ROWS}")


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place))


def set_widths(sheet: Worksheet) -> None:
    """Make each column as wide as its words, within reason."""
    for place in range(1, sheet.max_column + 1):
        shown = [str(sheet.cell(row, place).value or "") for row in range(1, min(sheet.max_row, 100) + 1)]
        # a Chinese character is two columns wide
        widest = max(sum(2 if ord(ch) > 0x2E80 else 1 for ch in text.split("\n")[0][:60]) for text in shown)
        sheet.column_dimensions[_letter(place)].width = min(60, max(10, widest + 3))
