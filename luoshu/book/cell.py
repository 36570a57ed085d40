"""One cell of a table: its text read as the value that the column holds, or the fault with what it would be."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from luoshu.book.table import Column
from luoshu.words.message import Message, say

SHOWN = 40
"""Characters of a wrong cell that a problem quotes."""

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_MULTIPLIERS = {
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "百亿": 1e10,
    "千亿": 1e11,
    "万亿": 1e12,
}
_TRUE = {"true", "yes", "y", "1", "是", "有", "√", "对"}
_FALSE = {"false", "no", "n", "0", "否", "无", "×", "错"}
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])"
)
_STAMP = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_MONTH = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})月?")
_YEAR = re.compile(r"((?:1[89]|20|21)\d\d)年?")
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)")
_EXCEL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a cell, before it is known where the cell stands."""

    code: str
    says: Message
    mend: Message


def parse(text: str, column: Column, *, comma_decimal: bool = False) -> tuple[Any, Fault | None]:
    """The value of a cell and None, or None and the fault.

    Full-width digits, thousands separators (1,234), percentages in columns of percent, Chinese and slashed days are
    accepted because they can only be read one way; everything that could be read in two ways is a fault that says
    what it would be. With `comma_decimal` (files separated by semicolons) a comma in a number is a fault, since it may
    be a decimal point.

    >>> from luoshu.book.directory import Place
    >>> from luoshu.book.table import schema
    >>> parse("１,２００", schema(Place).column("population"))
    (1200, None)
    >>> parse("120万", schema(Place).column("population"))[1].mend
    'Write 1200000'
    """
    plain = text.strip()
    if not plain:
        return _empty(column)
    value: Any
    if column.type is str:
        value, fault = _text(plain, column)
    else:
        narrow = unicodedata.normalize("NFKC", plain).strip()
        if column.type is bool:
            value, fault = _truth(narrow, column)
        elif column.type is date:
            value, fault = _day(narrow, column)
        else:
            value, fault = _number(narrow, column, comma_decimal)
    if fault is None:
        fault = _bounds(value, column)
    return (None, fault) if fault else (value, None)


def quoted(text: str) -> str:
    """A cell as a problem shows it: at most `SHOWN` characters, line breaks made visible."""
    flat = text.replace("\n", "⏎").replace("\r", "")
    return flat if len(flat) <= SHOWN else flat[:SHOWN] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that `word` was most likely meant to be, or "" where none is near.

    >>> nearest("observaton", ["observation", "owner"])
    'observation'
    """
    names = [k for k in known if k]
    folded = {k.casefold().replace("-", "_").replace(" ", "_"): k for k in names}
    key = word.strip().casefold().replace("-", "_").replace(" ", "_")
    if key in folded:
        return folded[key]
    found = difflib.get_close_matches(key[:80], list(folded), n=1, cutoff=0.6 if len(key) < 6 else 0.7)
    return folded[found[0]] if found else ""


def perhaps(word: str, known: Iterable[str], otherwise: Message) -> Message:
    """`Did you mean …?` where a known name is near, else `otherwise`."""
    near = nearest(word, known)
    return say("Did you mean {name!r}?", name=near) if near else otherwise


def _empty(column: Column) -> tuple[Any, Fault | None]:
    if column.required:
        return None, Fault(
            code="empty-cell",
            says=say("{column} is empty", column=column.name),
            mend=say("Fill it in, or remove the row"),
        )
    return column.default, None


def _text(plain: str, column: Column) -> tuple[str | None, Fault | None]:
    if not column.choices or plain in column.choices:
        return plain, None
    for value, zh in column.choices.items():
        if plain in (zh, value) or plain.casefold() == value.casefold():
            return value, None
    listed = ", ".join(f"{v} ({zh})" if zh and zh != v else v for v, zh in column.choices.items())
    words = [*column.choices, *column.choices.values()]
    return None, Fault(
        code="not-a-choice",
        says=say("{column} is {found!r}, which is not one of {choices}", column=column.name, found=quoted(plain),
                 choices=listed),
        mend=perhaps(plain, words, say("Write one of these words")),
    )  # fmt: skip


def _truth(narrow: str, column: Column) -> tuple[bool | None, Fault | None]:
    word = narrow.casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE, None
    return None, Fault(
        code="not-yes-or-no",
        says=say("{column} is {found!r}, which is neither yes nor no", column=column.name, found=quoted(narrow)),
        mend=say("Write true or false, 是 or 否"),
    )


def _number(narrow: str, column: Column, comma_decimal: bool) -> tuple[float | int | None, Fault | None]:
    plain = narrow.replace("−", "-").replace("—", "-") if narrow[0] in "−—" else narrow
    percent = plain.endswith("%")
    if percent:
        plain = plain[:-1].rstrip()
    if _GROUPED.fullmatch(plain) and not comma_decimal:
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return None, _not_a_number(narrow, plain, column)
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        return None, _not_a_number(narrow, plain, column)
    if percent:
        return _percent(narrow, value, column)
    if column.type is int:
        return _whole(narrow, plain, value, column)
    return value, None


def _percent(narrow: str, value: float, column: Column) -> tuple[float | None, Fault | None]:
    if column.type is float and (column.unit == "%" or column.unit_from):
        return value, None
    if column.type is float and column.unit in ("share", "1") and value == value:
        return value / 100, None
    return None, Fault(
        code="percent-misplaced",
        says=say("{column} is {found!r}, but it is counted in {unit}, not in percent", column=column.name,
                 found=quoted(narrow), unit=column.unit or say("plain numbers")),
        mend=say("Write the number without %"),
    )  # fmt: skip


def _whole(narrow: str, plain: str, value: float, column: Column) -> tuple[int | None, Fault | None]:
    if re.fullmatch(r"[+-]?\d+", plain):
        whole = int(plain) if len(plain) < 30 else None
    else:
        whole = int(value) if value.is_integer() and abs(value) < 2**53 else None
    if whole is not None and -(2**63) <= whole < 2**63:
        return whole, None
    return None, Fault(
        code="not-whole",
        says=say("{column} is {found!r}, which is not a whole number", column=column.name, found=quoted(narrow)),
        mend=say("Write a whole number, as in 40"),
    )


def _not_a_number(narrow: str, plain: str, column: Column) -> Fault:
    mend = say("Write digits, as in 40")
    scaled = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)([百千万亿]{1,2})", plain)
    trailing = re.match(r"([+-]?[\d,.]*\d)\s*([^\d\s,.%]{1,6})$", plain)
    if scaled and scaled[2] in _MULTIPLIERS:
        mend = say("Write {number}", number=f"{round(float(scaled[1]) * _MULTIPLIERS[scaled[2]], 6):.15g}")
    elif re.fullmatch(r"[+-]?\d+,\d+", plain):
        mend = say(
            "Write {point} if the comma is a decimal point, or {whole} if it parts thousands",
            point=plain.replace(",", "."),
            whole=plain.replace(",", ""),
        )
    elif trailing and trailing[2] not in ("e", "E"):
        mend = say("Write {number} alone; the unit has its own column", number=trailing[1])
    return Fault(
        code="not-a-number",
        says=say("{column} is {found!r}, which is not a number", column=column.name, found=quoted(narrow)),
        mend=mend,
    )


def _day(narrow: str, column: Column) -> tuple[date | None, Fault | None]:
    plain = _STAMP.sub("", narrow)
    matched = _DAY.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if matched:
        year, month, day = (int(g) for g in matched.groups() if g is not None)
        return _calendar(narrow, year, month, day, column)
    of_period = _period(plain, column.period)
    if of_period:
        return of_period, None
    return None, _not_a_day(narrow, plain, column)


def _calendar(narrow: str, year: int, month: int, day: int, column: Column) -> tuple[date | None, Fault | None]:
    try:
        return date(year, month, day), None
    except ValueError:
        pass
    if not 1 <= month <= 12 or year < 1:
        mend = say("Months go from 1 to 12")
    else:
        last = last_of_month(year, month)
        mend = say("The last day of that month is {day}", day=last.isoformat())
    return None, Fault(
        code="no-such-day",
        says=say("{column} is {found!r}, a day that does not exist", column=column.name, found=quoted(narrow)),
        mend=mend,
    )


def last_of_month(year: int, month: int) -> date:
    """
    >>> last_of_month(2024, 2)
    datetime.date(2024, 2, 29)
    """
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def _period(plain: str, which: str) -> date | None:
    """The first or last day of a year or month, where the column says which; None for anything else."""
    year = _YEAR.fullmatch(plain)
    if year and which:
        return date(int(year[1]), 12, 31) if which == "end" else date(int(year[1]), 1, 1)
    month = _MONTH.fullmatch(plain)
    if month and which and 1 <= int(month[2]) <= 12 and int(month[1]) > 0:
        first = date(int(month[1]), int(month[2]), 1)
        return last_of_month(first.year, first.month) if which == "end" else first
    return None


def _not_a_day(narrow: str, plain: str, column: Column) -> Fault:
    code, mend = "not-a-day", say("Write year, month and day, as in 2025-12-31")
    spoken = re.sub(r"[〇零○一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(_DIGITS), plain)
    spoken = re.sub(r"[一二三四五六七八九十]{1,3}(?=[月日号])", lambda m: str(_small(m[0])), spoken)
    year, month = _YEAR.fullmatch(spoken), _MONTH.fullmatch(spoken)
    serial = re.fullmatch(r"(\d{5})(\.0*)?", plain)
    if serial and 20000 <= int(serial[1]) <= 80000:
        day = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
        code = "excel-day"
        mend = say("A spreadsheet stores {day} as this number: write {day}", day=day.isoformat())
    elif spoken != plain and (_DAY.fullmatch(spoken) or ((year or month) and column.period)):
        full = _DAY.fullmatch(spoken)
        numbers = [int(g) for g in full.groups() if g] if full else []
        mend = say("Write {day}", day="-".join(f"{n:02d}" for n in numbers) if numbers else (year or month)[1])  # type: ignore[index]
    elif year:
        mend = say("Name the day: {first} or {last}", first=f"{year[1]}-01-01", last=f"{year[1]}-12-31")
    elif month and 1 <= int(month[2]) <= 12 and int(month[1]) > 0:
        y, m = int(month[1]), int(month[2])
        mend = say("Name the day: {first} or {last}", first=f"{y}-{m:02d}-01", last=last_of_month(y, m).isoformat())
    return Fault(
        code=code,
        says=say("{column} is {found!r}, which is not a day", column=column.name, found=quoted(narrow)),
        mend=mend,
    )


def _small(words: str) -> int:
    """十二 → 12, for months and days in words; 0 where it is no such number.

    >>> _small("二十三"), _small("十"), _small("三")
    (23, 10, 3)
    """
    tens, ten, units = words.partition("十")
    low = units.translate(_DIGITS)
    high = tens.translate(_DIGITS)
    if not ten:
        return int(high) if len(high) == 1 else 0
    return (int(high) if high else 1) * 10 + (int(low) if low.isdigit() else 0)


def _bounds(value: Any, column: Column) -> Fault | None:
    if column.minimum is not None and value < column.minimum:
        return Fault(
            code="too-small",
            says=say(
                "{column} is {found}, below {limit}", column=column.name, found=str(value), limit=str(column.minimum)
            ),
            mend=say("Check the figure and its unit"),
        )
    if column.maximum is not None and value > column.maximum:
        return Fault(
            code="too-large",
            says=say(
                "{column} is {found}, above {limit}", column=column.name, found=str(value), limit=str(column.maximum)
            ),
            mend=say("Check the figure and its unit"),
        )
    return None
