"""The same amount in another unit: 万人次 in 人次, 亿元 in 元; nothing where the units do not measure the same."""

from __future__ import annotations

import re

from luoshu.words.unit import canonical

MULTIPLIERS = {"万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "亿": 1e8, "千万": 1e7, "百万": 1e6, "十万": 1e5,
               "万": 1e4, "千": 1e3, "百": 1e2}  # fmt: skip
SCALES = (
    {"毫米": 1e-3, "厘米": 1e-2, "米": 1.0, "公里": 1e3},
    {"平方米": 1.0, "亩": 10_000 / 15, "公顷": 1e4, "平方公里": 1e6},
    {"微克": 1e-9, "毫克": 1e-6, "克": 1e-3, "斤": 0.5, "千克": 1.0, "吨": 1e3},
    {"千瓦": 1.0, "兆瓦": 1e3, "吉瓦": 1e6},
    {"千瓦时": 1.0, "兆瓦时": 1e3, "吉瓦时": 1e6},
    {"秒": 1.0, "分钟": 60.0, "小时": 3600.0},
    {"%": 1.0, "‰": 0.1},
    {"GB": 1.0, "TB": 1e3, "PB": 1e6, "EB": 1e9},
)
"""Units that measure the same thing, each as a number of one of them; one mu is 10,000/15 m²."""

_MULTIPLIED = re.compile("^(" + "|".join(MULTIPLIERS) + r")(?=.)")
_WHOLE = frozenset({"千克", "千瓦", "千瓦时", "千米", "千伏", "千卡", "千伏安", "百分点"})


def reduced(unit: str) -> tuple[float, str]:
    """A unit without its multiplier, under its one name, and the factor to it.

    >>> reduced("亿元"), reduced("万人/家"), reduced("㎡/人"), reduced("千瓦")
    ((100000000.0, '元'), (10000.0, '人/家'), (1.0, '平方米/人'), (1.0, '千瓦'))
    """
    factor = 1.0
    unit = unit.strip()
    while unit not in _WHOLE and canonical(unit) == unit and (found := _MULTIPLIED.match(unit)):
        if unit.split("/")[0] in _WHOLE:
            break
        factor *= MULTIPLIERS[found[1]]
        unit = unit[found.end() :]
    return factor, canonical(unit)


def convert(value: float, unit: str, to: str) -> float | None:
    """`value` of `unit` in the unit `to`; None where the two do not measure the same thing.

    >>> convert(1.53, "亿人次", "人次"), convert(300, "万千瓦", "兆瓦"), convert(9, "万人/家", "人/家")
    (153000000.0, 3000.0, 90000.0)
    >>> convert(3, "家", "亩") is None
    True
    """
    have, want = reduced(unit), reduced(to)
    factor = _between(have[1], want[1])
    if factor is None:
        return None
    times = have[0] * factor / want[0]
    # a product of the two rounds once; dividing by the inverse keeps 1.53 亿 at 153000000 where 1.53 * 1e8 would not
    return value * times if times >= 1 else value / (1 / times)


def _between(unit: str, to: str) -> float | None:
    if unit == to:
        return 1.0
    one, _, below = unit.partition("/")
    other, _, below_other = to.partition("/")
    if below != below_other:
        return None
    for scale in SCALES:
        if one in scale and other in scale:
            return scale[one] / scale[other]
    return None
