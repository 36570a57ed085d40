"""Numbers as plans write them: 6.66万亿, 1,234.5, １２０, 三千五百万, 二〇三五, 百亿亿, 十几, 三分之二."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2, "廿": 20}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
MULTIPLIERS = "十百千万亿"
LONGEST = 32
"""Runs of more characters than this are no quantities of a plan (serial numbers, damaged files) and are not read."""

_WIDE_FROM = "０１２３４５６７８９％．／－＋～"
_WIDE_TO = "0123456789%./-+~"
_WIDE = str.maketrans(_WIDE_FROM, _WIDE_TO)
_HAS_WIDE = re.compile(f"[{_WIDE_FROM}]")

ARABIC = r"\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?"
CHINESE = r"[一二三四五六七八九两十百千万亿零〇]++(?:点[一二三四五六七八九零〇]++)?"
SCALE = r"(?:[十百千万亿](?!(?<=千)[瓦伏米克卡帕赫安焦]|(?<=百)[分]))*+"
"""The multipliers after an Arabic number; the 千 of 千瓦, 千米, 千克 belongs to its unit."""

_MIXED = re.compile(rf"\s*({ARABIC})\s*([多余几]?)\s*([{MULTIPLIERS}]*)\s*")
_TAIL = re.compile(r"(?<=[百千万亿])[一二三四五六七八九]$")


def narrowed(text: str) -> str:
    """The text with full-width digits and number signs made half-width; every character keeps its offset.

    >>> narrowed("到２０２５年达到１２０家、占比２０％")
    '到2025年达到120家、占比20%'
    """
    return text.translate(_WIDE) if _HAS_WIDE.search(text) else text


def scale(multipliers: str) -> int:
    """What a run of multipliers is worth, read as one number: 万亿 → 10**12, 百亿亿 → 10**18, "" → 1.

    >>> [scale(m) for m in ("", "万", "千万", "万亿")]
    [1, 10000, 10000000, 1000000000000]
    """
    total = 1
    for character in multipliers:
        total *= SMALL.get(character) or LARGE[character]
    return total


def number(text: str) -> float | None:
    """The value of a whole Arabic, Chinese or mixed number, or None where `text` is none.

    Arabic numbers may carry thousands separators and Chinese multipliers; Chinese ones are read by place
    (三千五百万) or digit by digit (二〇三五); 十几 and 数百 give the round number they start from.

    >>> [number(t) for t in ("1350.97亿", "1,200", "三千五百万", "二〇三五", "万亿", "百分之五点五", "三分之一", "?")]
    [135097000000.0, 1200.0, 35000000.0, 2035.0, 1000000000000.0, 0.055, 0.3333333333333333, None]
    """
    text = narrowed(text).strip()
    if not text or len(text) > LONGEST:
        return None
    mixed = _MIXED.fullmatch(text)
    if mixed:
        value = float(Decimal(mixed[1].replace(",", "")) * scale(mixed[3]))
        return value if isfinite(value) else None
    if "分之" in text:
        below, above = (number(part) for part in text.split("分之", 1))
        return None if not below or above is None else above / below
    return chinese(text)


def chinese(text: str) -> float | None:
    """The value of a number in Chinese characters, or None: 十五 → 15, 一万二 → 12000, 两亿 → 2e8, 十几 → 10.

    >>> [chinese(t) for t in ("十五", "一万二", "两亿零三百", "七点五", "十几", "数百", "三亿五千万", "一百零五")]
    [15.0, 12000.0, 200000300.0, 7.5, 10.0, 100.0, 350000000.0, 105.0]
    """
    whole, point, fraction = text.partition("点")
    whole = whole.strip("几数余多")
    if not whole or len(text) > LONGEST:
        return None
    if all(c in DIGITS for c in whole):
        value = float("".join(str(DIGITS[c]) for c in whole))
    else:
        placed = _by_place(whole)
        if placed is None:
            return None
        value = float(placed)
    if not point:
        return value
    if not fraction or any(c not in DIGITS for c in fraction):
        return None
    return float(f"{value:.0f}." + "".join(str(DIGITS[c]) for c in fraction))


def _by_place(text: str) -> int | None:
    """Places and multipliers read from left to right; a last bare digit counts tenths of the place before (一万二)."""
    total = section = 0
    digit: int | None = None
    last = 1
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character] if not digit else digit * 10 + DIGITS[character]
        elif character in SMALL:
            last = SMALL[character]
            section += last * (1 if digit is None or (digit == 0 and last == 10) else digit)
            digit = None
        elif character in LARGE:
            last = LARGE[character]
            part = section + (digit or 0)
            # 三亿五千万: a smaller multiplier after a larger one counts only what stands between them.
            if total >= 10**8 > last:
                total += (part or 1) * last
            else:
                total = (total + part or 1) * last
            section, digit = 0, None
        else:
            return None
    if digit is not None and _TAIL.search(text) and last > 10:
        digit *= last // 10
    return total + section + (digit or 0)
