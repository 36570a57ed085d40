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
_DIGITS_ONLY = re.compile(r"[+-]?\d+")

WRONG: Any = type("Wrong", (), {"__repr__": lambda self: "WRONG"})()
"""What `read` gives for a cell that cannot be read."""


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
    value = read(text, column, comma_decimal=comma_decimal)
    return (None, explain(text, column)) if value is WRONG else (value, None)


def read(text: str, column: Column, *, comma_decimal: bool = False) -> Any:
    """The value of a cell, or `WRONG`: the quick half of `parse`, which leaves the explanation to `explain`."""
    plain = text.strip()
    if not plain:
        return WRONG if column.required else column.default
    if column.type is str:
        return _word(plain, column)
    narrow = plain if plain.isascii() else unicodedata.normalize("NFKC", plain).strip()
    if column.type is bool:
        word = narrow.casefold()
        return word in _TRUE if word in _TRUE or word in _FALSE else WRONG
    value = _day(narrow, column) if column.type is date else _number(narrow, column, comma_decimal)
    return WRONG if value is WRONG or _beyond(value, column) else value


def explain(text: str, column: Column) -> Fault:
    """What is wrong with a cell that `read` cannot read, and what to write instead."""
    plain = text.strip()
    narrow = unicodedata.normalize("NFKC", plain).strip()
    if not plain:
        return Fault(
            code="empty-cell",
            says=say("{column} is empty", column=column.name),
            mend=say("Fill it in, or remove the row"),
        )
    if column.type is str:
        return _no_choice(plain, column)
    if column.type is bool:
        return Fault(
            code="not-yes-or-no",
            says=say("{column} is {found!r}, which is neither yes nor no", column=column.name, found=quoted(narrow)),
            mend=say("Write true or false, 是 or 否"),
        )
    value = _day(narrow, column) if column.type is date else _number(narrow, column, False)
    if value is not WRONG:
        return _beyond(value, column) or _not_a_number(narrow, narrow, column)
    return _no_day(narrow, column) if column.type is date else _no_number(narrow, column)


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


def _word(plain: str, column: Column) -> Any:
    if not column.choices or plain in column.choices:
        return plain
    for value, zh in column.choices.items():
        if plain == zh or plain.casefold() == value.casefold():
            return value
    return WRONG


def _no_choice(plain: str, column: Column) -> Fault:
    listed = ", ".join(f"{v} ({zh})" if zh and zh != v else v for v, zh in column.choices.items() if v)
    words = [*column.choices, *column.choices.values()]
    says = say("{column} is {found!r}, which is not one of {choices}", column=column.name, found=quoted(plain),
               choices=listed)  # fmt: skip
    return Fault(code="not-a-choice", says=says, mend=perhaps(plain, words, say("Write one of these words")))


def _number(narrow: str, column: Column, comma_decimal: bool) -> Any:
    plain = "-" + narrow[1:] if narrow[0] in "−—" else narrow
    percent = plain[-1] == "%"
    if percent:
        plain = plain[:-1].rstrip()
    if "," in plain and not comma_decimal and _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return WRONG
    value = float(plain)
    if not abs(value) < float("inf"):
        return WRONG
    if percent:
        return _percent(value, column)
    return _whole(plain, value) if column.type is int else value


def _percent(value: float, column: Column) -> Any:
    if column.type is float and (column.unit == "%" or column.unit_from):
        return value
    return value / 100 if column.type is float and column.unit in ("share", "1") else WRONG


def _whole(plain: str, value: float) -> Any:
    if _DIGITS_ONLY.fullmatch(plain):
        whole = int(plain) if len(plain) < 30 else None
    else:
        whole = int(value) if value.is_integer() and abs(value) < 2**53 else None
    return whole if whole is not None and -(2**63) <= whole < 2**63 else WRONG


def _no_number(narrow: str, column: Column) -> Fault:
    plain = "-" + narrow[1:] if narrow[0] in "−—" else narrow
    bare = plain[:-1].rstrip() if plain[-1] == "%" else plain
    numeric = _NUMBER.fullmatch(bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare)
    if numeric and plain[-1] == "%":
        says = say("{column} is {found!r}, but it is counted in {unit}, not in percent", column=column.name,
                   found=quoted(narrow), unit=column.unit or say("plain numbers"))  # fmt: skip
        return Fault(code="percent-misplaced", says=says, mend=say("Write the number without %"))
    if numeric and column.type is int:
        says = say("{column} is {found!r}, which is not a whole number", column=column.name, found=quoted(narrow))
        return Fault(code="not-whole", says=says, mend=say("Write a whole number, as in 40"))
    return _not_a_number(narrow, plain, column)


def _not_a_number(narrow: str, plain: str, column: Column) -> Fault:
    mend = say("Write digits, as in 40")
    scaled = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)([百千万亿]{1,2})", plain)
    trailing = re.match(r"([+-]?[\d,.]*\d)\s*([^\d\s,.%]{1,6})$", plain)
    if scaled and scaled[2] in _MULTIPLIERS:
        mend = say("Write {number}", number=f"{round(float(scaled[1]) * _MULTIPLIERS[scaled[2]], 6):.15g}")
    elif re.fullmatch(r"[+-]?\d+,\d+", plain):
        point, whole = plain.replace(",", "."), plain.replace(",", "")
        mend = say("Write {point} if the comma is a decimal point, or {whole} if it parts thousands", point=point,
                   whole=whole)  # fmt: skip
    elif trailing and trailing[2] not in ("e", "E"):
        mend = say("Write {number} alone; the unit has its own column", number=trailing[1])
    says = say("{column} is {found!r}, which is not a number", column=column.name, found=quoted(narrow))
    return Fault(code="not-a-number", says=says, mend=mend)


def _day(narrow: str, column: Column) -> Any:
    matched = _DAY.fullmatch(narrow) or _COMPACT.fullmatch(narrow)
    if matched is None and _STAMP.search(narrow):
        matched = _DAY.fullmatch(_STAMP.sub("", narrow))
    if matched:
        try:
            return date(*(int(g) for g in matched.groups() if g is not None))
        except ValueError:
            return WRONG
    return (_period(narrow, column.period) or WRONG) if column.period else WRONG


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


def _no_day(narrow: str, column: Column) -> Fault:
    plain = _STAMP.sub("", narrow)
    matched = _DAY.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if matched:
        year, month = [int(g) for g in matched.groups() if g is not None][:2]
        mend = say("Months go from 1 to 12")
        if 1 <= month <= 12 and year > 0:
            mend = say("The last day of that month is {day}", day=last_of_month(year, month).isoformat())
        says = say("{column} is {found!r}, a day that does not exist", column=column.name, found=quoted(narrow))
        return Fault(code="no-such-day", says=says, mend=mend)
    says = say("{column} is {found!r}, which is not a day", column=column.name, found=quoted(narrow))
    serial = re.fullmatch(r"(\d{5})(\.0*)?", plain)
    if serial and 20000 <= int(serial[1]) <= 80000:
        day = (_EXCEL_EPOCH + timedelta(days=int(serial[1]))).isoformat()
        return Fault(
            code="excel-day", says=says, mend=say("A spreadsheet stores {day} as this number: write {day}", day=day)
        )
    return Fault(code="not-a-day", says=says, mend=_day_meant(plain, column))


def _day_meant(plain: str, column: Column) -> Message:
    """What to write for a day in words, or for a year or month where a day is wanted."""
    spoken = re.sub(r"[〇零○一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(_DIGITS), plain)
    spoken = re.sub(r"[一二三四五六七八九十]{1,3}(?=[月日号])", lambda m: str(_small(m[0])), spoken)
    full, year, month = _DAY.fullmatch(spoken), _YEAR.fullmatch(spoken), _MONTH.fullmatch(spoken)
    if full:
        return say("Write {day}", day="-".join(f"{int(g):02d}" for g in full.groups() if g))
    if year and column.period:
        return say("Write {day}", day=year[1])
    if year:
        return say("Name the day: {first} or {last}", first=f"{year[1]}-01-01", last=f"{year[1]}-12-31")
    if month and 1 <= int(month[2]) <= 12 and int(month[1]) > 0:
        y, m = int(month[1]), int(month[2])
        if column.period:
            return say("Write {day}", day=f"{y}-{m:02d}")
        return say("Name the day: {first} or {last}", first=f"{y}-{m:02d}-01", last=last_of_month(y, m).isoformat())
    return say("Write year, month and day, as in 2025-12-31")


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


def _beyond(value: Any, column: Column) -> Fault | None:
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
