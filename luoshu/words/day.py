"""Days that a text names: deadlines, periods and bases, each with the last day of the time it covers."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from luoshu.words.number import chinese

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days before and after these are slips of the pen: nobody is asked for them, and some days beside them are none."""


class Mention(NamedTuple):
    """A named time: its span, its last day (None where the text gives no year), and its role.

    role: `by` (a deadline: 到2025年, 2027年底前), `in` (a period: 今年, “十五五”期间, 2024年), `since`
    (…以来, 自…起), `base` (something to compare with: 比2020年).
    """

    start: int
    end: int
    day: date | None
    role: str


_YEAR = r"(?:(?:19|20)\d\d|二[〇○零0Oo][〇○零一二三四五六七八九]{2})"
_SMALL = r"(?:[一二两三四五六七八九十]{1,2}|\d{1,2})"
_MENTION = re.compile(
    rf"""
  (?=[二2今本当全年明去上前下十“"一三四五六七八九今未两接\d近第])
  (?:
    (?P<y1>{_YEAR})(?:\s?年?\s?[-—–~～－至到]{{1,2}}\s?(?P<y2>{_YEAR}|\d\d(?!\d)))?\s?年度?
      (?:(?P<part>上半年|下半年|第?[一二三四]季度|前三季度)|\s?(?P<month>\d{{1,2}})\s?月份?(?:\s?(?P<dom>\d{{1,2}})\s?日)?)?
      (?P<edge>底|末|年底|年末|初|终)?
   |[“"‘]?十(?P<five>[一二三四五六七])五[”"’]?\s?(?P<span>时期|期间|规划期末|规划期|期末|末期|末|期|以来|这五年|五年|收官|各?年)
   |[“"‘]?十(?P<plan>[一二三四五六七])五[”"’](?=主要|发展的?主|目标|经济)
   |第十(?P<fifth>[一二三四五六七])个五年
   |(?P<rel>今年|本年度?|当年|全年|年内|年度|明年|去年|上年|前年)(?P<edge2>底|末|年底|年末|初)?
   |(?P<half>上半年|下半年|[一二三四]季度末?|前三季度|(?<![\d月])(?P<month2>\d{{1,2}})\s?月(?=[底末中前份])份?)(?P<edge3>底|末)?
   |(?P<bare>年底|年末)
   |(?P<century>本世纪中叶|二十一世纪中叶|21世纪中叶)
   |(?P<ahead>今后|未来|接下来)(?P<n>{_SMALL})\s?(?:到[一-十])?年|(?P<n2>{_SMALL})\s?年(?:时间)?内
  )
  (?P<post>以前|之前|前|以来|[^，。；]{{0,2}}起(?=[，、]))?
""",
    re.VERBOSE,
)
_BASE = re.compile(r"(?:比|较|同比|相比|高于|低于|超过|与|相对|对比|在|基于|以|(?<!努)力争比)[“\"]?$")
_BASE_AFTER = re.compile(r"的?(?:基础|基数|水平的|为基)|相比|相较")
_SINCE = re.compile(r"(?:自|从|进入)$")
_BY = re.compile(r"(?:到|至|截至|截止|于|在)$")
_PARTS = {"上": 6, "前": 9, "一": 3, "二": 6, "三": 9, "四": 12, "下": 12}


def last_day(year: int, month: int = 12) -> date:
    """The last day of a month, or of the year.

    >>> last_day(2028, 2).isoformat()
    '2028-02-29'
    """
    return date(year, month, monthrange(year, month)[1])


def _year(text: str) -> int:
    if text.isdigit():
        return int(text)
    value = chinese(text.replace("0", "〇").replace("O", "〇").replace("o", "〇"))
    return int(value or 0)


def days(text: str, year: int | None, start: int = 0, end: int | None = None, *, later: bool = False) -> list[Mention]:
    """All times named in `text[start:end]`, in order; 今年, 上半年, 年底 count from `year`, the report's own.

    今后五年 counts `year` as its first, unless it begins `later`, with the year after (a congress speaks for a term).

    >>> said = days("到2025年达标，2027年底前完成，今年上半年开工，比2020年翻一番", 2026)
    >>> [(m.day.isoformat(), m.role) for m in said if m.day]
    [('2025-12-31', 'by'), ('2027-12-31', 'by'), ('2026-12-31', 'in'), ('2026-06-30', 'in'), ('2020-12-31', 'base')]
    >>> said = days("“十五五”末、“十三五”以来、本世纪中叶、二〇三五年、2026—2030年", None)
    >>> [(m.day.isoformat(), m.role) for m in said if m.day]  # doctest: +NORMALIZE_WHITESPACE
    [('2030-12-31', 'by'), ('2020-12-31', 'since'), ('2050-12-31', 'by'), ('2035-12-31', 'in'), ('2030-12-31', 'in')]
    """
    stop = len(text) if end is None else end
    found = []
    for match in _MENTION.finditer(text, start, stop):
        day = _day(match, year, later)
        if match["y1"] and day is None:
            continue
        found.append(Mention(match.start(), match.end(), day, _role(text, match, start, stop)))
    return found


def _day(match: re.Match[str], year: int | None, later: bool) -> date | None:
    if match["y1"]:
        return _dated(match)
    five = match["five"] or match["plan"] or match["fifth"]
    if five:
        return last_day(2005 + 5 * "零一二三四五六七".index(five))
    if match["century"]:
        return last_day(2050)
    if year is None:
        return None
    if match["rel"]:
        shift = {"明年": 1, "去年": -1, "上年": -1, "前年": -2}.get(match["rel"], 0)
        return last_day(year + shift)
    if match["half"]:
        if match["month2"]:
            month = int(match["month2"])
            return last_day(year, month) if 1 <= month <= 12 else None
        return last_day(year, _PARTS[match["half"][0]])
    count = match["n"] or match["n2"]
    if count:
        return last_day(year + int(count if count.isdigit() else chinese(count) or 1) - (not later))
    return last_day(year)


def _dated(match: re.Match[str]) -> date | None:
    own = _year(match["y1"])
    if match["y2"]:
        last = match["y2"]
        own = own // 100 * 100 + int(last) if len(last) == 2 and last.isdigit() else _year(last)
    if not 1900 <= own <= 2999:
        return None
    if match["part"]:
        return last_day(own, _PARTS[match["part"].lstrip("第")[0]])
    if match["month"]:
        month = int(match["month"])
        if not 1 <= month <= 12:
            return None
        end = last_day(own, month)
        day = int(match["dom"] or 0)
        return end.replace(day=day) if 1 <= day <= end.day and not match["edge"] else end
    return last_day(own)


def _role(text: str, match: re.Match[str], start: int, stop: int) -> str:
    before = text[max(start, match.start() - 4) : match.start()]
    after = text[match.end() : min(stop, match.end() + 4)]
    post = match["post"] or ""
    if (
        post == "以来"
        or post.endswith("起")
        or match["span"] == "以来"
        or after.startswith("以来")
        or _SINCE.search(before)
    ):
        return "since"
    if before.endswith(("比", "较", "与", "高于", "低于")) or (_BASE.search(before) and _BASE_AFTER.match(after)):
        return "base"
    if _BASE_AFTER.match(after) or match["edge"] == "初" or match["edge2"] == "初":
        return "base"
    ends = match["edge"] or match["edge2"] or match["edge3"] or match["bare"] or match["century"] or match["n2"]
    if post.endswith("前") or ends or before.endswith(("到", "至")) or "末" in (match["span"] or ""):
        return "by"
    return "in"
