"""Quantities: every number with its unit that stands in a text, ranges and numbers in words included."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from luoshu.words.number import ARABIC, CHINESE, DIGITS, LONGEST, SCALE, chinese, number, scale
from luoshu.words.unit import UNIT, canonical


class Quantity(NamedTuple):
    """A number with its unit: `start` to `end` its span (7000多所, 万亿级, 5%—5.5% whole), value in the base unit.

    kind: `figure` (Arabic digits), `spoken` (Chinese numerals), `bare` (no unit), `ratio` (2.3:1), and for numbers
    in words `fold` (翻一番), `fraction`, `digits` (两位数), `zero` (清零), `first` (零的突破), `still` (零增长).
    `more` says that 多, 余 or 几 stands inside; `size` that 级 closes it (百亿级).
    """

    start: int
    end: int
    value: float
    high: float | None
    unit: str
    kind: str
    more: bool = False
    size: bool = False


_DASH = r"(?:[-—–~～－]{1,2}|至|到)"
_DATE = (
    r"(?:19|"
    r"20)\d\d\s?(?:年?\s?[-—–~～－至到]{1,2}\s?(?:20)?\d\d\s?)?年(?!以上)(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?[日号])?"
    r"|(?:19|20)\d\d\s?[-—–~～－至]{1,2}\s?20\d\d(?!\d)"
    r"|\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
    r"|\d{1,2}\s?(?:[-—–~～－至]{1,2}\s?\d{1,2}\s?)?月(?!子)(?:\s?\d{1,2}\s?日)?|\d{1,2}\s?日(?!均)"
    r"|\d{1,2}时\d{1,2}分"
)
_CODE = (
    r"\d++(?:\.\d++)?(?:\s?[+＋×*·]\s?[\dA-Za-zNX]++)+|\d++(?:\.\d++)?(?:\s?[:∶：]\s?\d++(?:\.\d++)?){2,}"
    r"|\d{1,2}:\d\d(?!\d)|\d++[.、．](?=\D)(?<=[\n①-⑳]\d[.、．])"
)
_SCALED = rf"[多余几]?{SCALE}[多余]?"
_ARABIC = rf"""
  (?P<date>{_DATE})
 |(?P<ratio>\d++(?:\.\d++)?)\s?[:∶：比]\s?1(?![\d.])
 |(?P<code>{_CODE})
 |(?P<over>\d++)/(?P<under>\d++[万亿]?+)(?![\d/])
 |(?P<a>{ARABIC})[ \t\u3000\n]{{0,2}}(?P<am>{_SCALED})[ \t\u3000\n]{{0,2}}(?P<au>{UNIT})?(?P<al>级)?
  (?:\s?{_DASH}\s?(?P<b>{ARABIC})\s{{0,2}}(?P<bm>{_SCALED})\s{{0,2}}(?P<bu>{UNIT})(?P<bl>级)?)?
"""
_SPOKEN = rf"""
  百分之(?P<cent>{CHINESE}|\d++(?:\.\d++)?)
 |(?P<under2>[二三四五六七八九十百千万]{{1,3}})分之(?P<over2>[一二两三四五六七八九十百]{{1,3}})
 |(?P<halfhour>半个?小时)|(?P<quarter>[一三])刻钟
 |(?P<c>(?:{CHINESE}|[几数](?=[十百千万亿]))[十百千万亿几]*+)(?P<cm>[多余]?)(?P<cu>{UNIT}|)(?P<cl>级)?
"""
_WORD = r"""
  翻(?P<fold>[一二两三四几]|\d)?番
 |(?P<digits>[两三]位数)(?=以?上?的?(?:增|以上|[，。；、]))
 |(?P<zero>清零)
 |(?P<still>零增长)
 |[“"'‘]?零[”"'’]?的?(?P<first>突破)
 |(?P<half>一半|半数|过半)
 |实现(?P<double>倍增)
"""
_SCAN = re.compile(
    rf"(?=[\d一二三四五六七八九两十百千万亿零〇几数翻清过半实“\"'‘])(?:{_ARABIC}|{_WORD}|{_SPOKEN})", re.VERBOSE
)
_BEFORE = re.compile(r"[\d.A-Za-z第+＋×/^#№%‰]|(?<=[一-龥])[:∶：]")
_AFTER_CODE = re.compile(r"\s?[A-Za-z+＋×·]|[-–]\d|号|届|强(?!制|化|度)|版|路|线|国道|省道|周年|周岁|后(?=[，。、青])")
_FOLD = {None: 1, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4}


def quantities(text: str) -> list[Quantity]:
    """All quantities of a text in order; dates, codes and list numbers are passed over, names are not yet.

    `text` must be narrowed (words.number.narrowed); offsets are those of `text`. Linear in its length.

    >>> found = quantities("到2025年达到120 家，增长5%—5.5%，投资2.5万亿元")
    >>> [(q.value, q.high, q.unit, q.kind) for q in found]
    [(120.0, None, '家', 'figure'), (5.0, 5.5, '%', 'figure'), (2500000000000.0, None, '元', 'figure')]
    >>> found = quantities("收入翻一番，三分之二达标，建成万亿级基地，吸引三千多人")
    >>> [(round(q.value, 3), q.unit, q.kind) for q in found]  # doctest: +NORMALIZE_WHITESPACE
    [(100.0, '%', 'fold'), (66.667, '%', 'fraction'), (1000000000000.0, '元', 'spoken'),
     (3000.0, '人', 'spoken')]
    """
    found = []
    for match in _SCAN.finditer(text):
        quantity = _quantity(text, match)
        if quantity is not None and isfinite(quantity.value):
            found.append(quantity)
    return found


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    kind = match.lastgroup
    if kind in ("date", "code"):
        return None
    start, end = match.span()
    if start and _BEFORE.match(text, start - 1) and not match["over"]:
        return None
    if match["a"]:
        return _arabic(text, match)
    if match["c"]:
        return _spoken(match)
    if match["halfhour"]:
        return Quantity(start, end, 0.5, None, "小时", "spoken")
    if match["quarter"]:
        return Quantity(start, end, 15.0 * (1 if match["quarter"] == "一" else 3), None, "分钟", "spoken")
    if match["ratio"]:
        return Quantity(start, end, float(match["ratio"][:LONGEST]), None, "", "ratio")
    if match["over"] or match["over2"] or match["cent"]:
        return _share(text, match)
    if kind == "fold" or text.startswith("翻", start):
        times = _FOLD.get(match["fold"], int(match["fold"]) if (match["fold"] or "").isdigit() else 1)
        return Quantity(start, end, (2.0**times - 1) * 100, None, "%", "fold", match["fold"] == "几")
    if match["digits"]:
        return Quantity(start, start + 3, 10.0 if match["digits"][0] == "两" else 100.0, None, "%", "digits")
    if match["half"]:
        return Quantity(start, end, 50.0, None, "%", "fraction", match["half"] == "过半")
    if match["double"]:
        return Quantity(*match.span("double"), 100.0, None, "%", "fold")
    if kind is None:
        return None
    value = {"zero": 0.0, "still": 0.0, "first": 1.0}[kind]
    if kind == "still":
        return Quantity(start, start + 1, value, None, "%", kind)
    first = text.find("零", start)
    return (
        Quantity(first, first + 1, value, None, "", kind)
        if kind == "first"
        else Quantity(start, end, 0.0, None, "", kind)
    )


def _arabic(text: str, match: re.Match[str]) -> Quantity | None:
    digits, scaled, unit = match["a"], match["am"], match["au"]
    if len(digits) > LONGEST or len(match["b"] or "") > LONGEST:
        return None
    more = any(c in "多余几" for c in scaled)
    multipliers = scaled.strip("多余几")
    start, end = match.span()
    plain = digits.replace(",", "")
    value = float(Decimal(plain) * scale(multipliers)) if multipliers else float(plain)
    if match["b"]:
        return _range(match, value, multipliers)
    size = match["al"] is not None
    if (
        start
        and text[start - 1] in "-－"
        and (start < 2 or not (text[start - 2].isascii() and text[start - 2].isalnum()))
        and unit in ("%", "‰", "℃")
    ):
        start, value = start - 1, -value
    if unit:
        if unit == "度" and "电" not in text[max(0, start - 24) : start]:
            return Quantity(start, end, value, None, unit, "figure", more, size)
        return _in_unit(start, end, value, unit, "figure", more, size)
    end = match.end("am") if multipliers or more else match.end("a")
    if size and multipliers and multipliers[-1] in "万亿":
        return Quantity(start, match.end("al"), value, None, "元", "figure", more, True)
    if size or _AFTER_CODE.match(text, end):
        return None
    return Quantity(start, end, value, None, "", "bare", more)


def _range(match: re.Match[str], low: float, multipliers: str) -> Quantity | None:
    """A range: the first number borrows the unit and multipliers of the second where it has none of its own."""
    unit, borrowed = match["bu"], match["bm"].strip("多余几")
    own = match["au"]
    if own and canonical(own) != canonical(unit):
        return None
    high = number(match["b"] + borrowed)
    if high is None:
        return None
    if not own and not multipliers:
        low *= scale(borrowed)
    if low > high:
        return None
    found = _in_unit(*match.span(), low, unit, "figure", False, match["bl"] is not None)
    factor = found.value / low if low else 1.0
    return found._replace(high=high * factor)


def _in_unit(start: int, end: int, value: float, unit: str, kind: str, more: bool, size: bool) -> Quantity:
    name = canonical(unit)
    if name == "成":
        name, value = "%", value * 10
    return Quantity(start, end, value, None, name, kind, more, size)


def _spoken(match: re.Match[str]) -> Quantity | None:
    numeral, unit = match["c"], match["cu"]
    if numeral == "一" and unit not in ("倍", "成"):
        return None
    value = chinese(numeral)
    if len(numeral) > 1 and all(c in DIGITS for c in numeral):
        return None
    if value is None or (not unit and not match["cl"] and not _whole(numeral)):
        return None
    if numeral[-1] == "千" and unit in ("瓦", "米", "克", "伏", "瓦时"):
        numeral, unit = numeral[:-1], "千" + unit
        value = chinese(numeral) or 1.0
    more = bool(match["cm"]) or "几" in numeral or "数" in numeral
    size = match["cl"] is not None
    if not unit:
        if size and numeral[-1] not in "万亿":
            return None
        return Quantity(*match.span(), value, None, "元" if size else "", "spoken", more, size)
    return _in_unit(*match.span(), value, unit, "spoken", more, size)


def _whole(numeral: str) -> bool:
    """Whether Chinese numerals without a unit are still a number and no figure of speech: 百亿, 五千五百七十五万."""
    return numeral[-1] == "亿" or (numeral[-1] == "万" and len(numeral) > 3)


def _share(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    if match["cent"]:
        value = number(match["cent"])
        return None if value is None else Quantity(start, end, value, None, "%", "fraction")
    if match["over2"]:
        below, above = chinese(match["under2"]), chinese(match["over2"])
        return (
            None
            if not below or above is None
            else Quantity(start, end, round(above / below * 100, 3), None, "%", "fraction")
        )
    if len(match["over"]) > LONGEST or len(match["under"]) > LONGEST:
        return None
    above, below = float(match["over"]), number(match["under"])
    if match["under"][-1] in "万亿" and below and below > above:
        return Quantity(start, end, above, None, "/" + match["under"], "fraction")
    if (
        not below
        or above >= below
        or below > 1000
        or (start and text[start - 1].isalnum() and text[start - 1].isascii())
    ):
        return None
    return Quantity(start, end, round(above / below * 100, 3), None, "%", "fraction")
