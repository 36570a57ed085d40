"""What a text is and when it speaks: report, plan, bulletin or news; the year it calls 今年; the end of its period."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from luoshu.words.day import last_day


class Setting(NamedTuple):
    """What a text says about itself: kind (report, plan, bulletin, news), its own year, the last day it speaks for."""

    kind: str
    year: int | None
    due: date | None


_HEAD = 1500
_YEAR_OF = (
    re.compile(r"(20\d\d)\s?年[^。\n，]{0,24}?(?:政府)?工作报告"),
    re.compile(r"[（(]?(20\d\d)\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日[^。\n]{0,16}?(?:在|会议|大会)"),
    re.compile(r"(20\d\d)\s?年[^。\n，]{0,20}?(?:工作要点|重点工作|工作安排|工作计划|实施方案|统计公报|计划草案)"),
)
_YEAR_IN = (
    re.compile(
        r"(20\d\d)\s?年(?:经济社会发展|政府|全[省市区县州盟]|工作)?[^。\n，]{0,8}(?:预期目标|总体要求|"
        r"重点工作|工作安排|主要任务)"
    ),
    re.compile(r"今年是[“\"]?十(?P<first>[一二三四五六七])五[”\"]?(?:规划)?(?:的)?(?:开局|起步|第一)"),
    re.compile(r"今年是[“\"]?十(?P<last>[一二三四五六七])五[”\"]?(?:规划)?(?:的)?(?:收官|最后)"),
    re.compile(r"(?P<gone>20\d\d)\s?年(?:政府)?工作(?:的)?(?:简要)?(?:回顾|总结)"),
    re.compile(r"(?:刚刚)?过去的(?P<gone>20\d\d)\s?年"),
)
_PLAN = re.compile(
    r"第十(?P<fifth>[一二三四五六七])个五年规划|[“\"]?十(?P<five>[一二三四五六七])五[”\"]?[^。\n]{0,24}规划"
)
_SPAN = re.compile(r"[（(]?(20\d\d)\s?年?\s?[-—–~～－至到]{1,2}\s?(20\d\d)\s?年")
_DATED = re.compile(r"(20\d\d)\s?(?:年\s?\d{1,2}\s?月|-\d{1,2}-\d{1,2})")
_TITLED = (
    ("bulletin", re.compile(r"统计公报|数据公报|统计信息|运行情况|主要数据|统计年鉴")),
    ("report", re.compile(r"工作报告|大会(?:上的)?报告|执行情况[^，。]{0,12}报告|述职报告")),
    ("plan", re.compile(r"规划|纲要|行动计划|方案|工作要点|意见|措施|重点任务|工作计划|实施细则|三年行动|目标责任")),
)
_SPOKEN_TO = re.compile(
    r"各位代表|各位委员|同志们[：:，]|向大会(?:作)?报告|代表[^，。]{0,16}(?:政府|委员会)[^，。]{0,8}报告"
)
_FOUNDED = re.compile(
    r"(?:规划|纲要|方案|意见|行动计划|要点|本规划)》?[^。\n]{0,30}(?:编制|制定|根据|印发|结合)|制定本(?:规划|"
    r"方案|计划|意见)"
)
_CONGRESS = re.compile(
    r"中国共产党[^。\n]{0,20}(?:代表大会|委员会)|党代会|"
    r"[省市区县州]第[一二三四五六七八九十]{1,3}次(?:党)?代表大会"
)
_TITLE_LINE = 50
_FAR = 15
_BODY = 40_000
_COMPARES = re.compile(r"比上年(?:同期|末)?(?:增|提|下|减|上|降)|同比(?:增|下|上)|比年初")
_FAR_GOAL = re.compile(r"预期目标|到20[2-9]\d年|力争")
_SPEAKS_AHEAD = re.compile(
    r"力争|确保|加快|推进|推动|到20[2-9]\d年|目标|任务|将[达建实完新]|不低于|不少于|以上|打造|构建|完善|强化"
)
_SPEAKS_BACK = re.compile(r"同比|比上年|去年|以来|[年月]来|已[经达建完实]|[成升降到加]了|取得|记者|截至|目前")
_REPORTED = re.compile(r"本报记者|本报讯|本报通讯员|新华社记者|新华社.{0,12}电")
_NUMERALS = "零一二三四五六七"


def setting(plain: str, year: int | None = None) -> Setting:
    """What kind of text this is and the year that it calls 今年; `year` where the caller knows it better.

    >>> setting("2026年某省政府工作报告\\n各位代表：")
    Setting(kind='report', year=2026, due=datetime.date(2026, 12, 31))
    >>> setting("某市国民经济和社会发展第十五个五年规划纲要\\n到2030年……")
    Setting(kind='plan', year=2026, due=datetime.date(2030, 12, 31))
    """
    head = plain[:_HEAD]
    kind = _kind(head) or _leaning(plain)
    if kind == "plan":
        due, first = _period(head)
        own = year or first or _own_year(plain, head)
        titled = None if due else _YEAR_OF[2].search(head[:200])
        return Setting(kind, own, last_day(int(titled[1])) if titled else due)
    own = year or _own_year(plain, head)
    yearly = kind == "report" and own is not None and not _CONGRESS.search(head)
    return Setting(kind, own, last_day(own) if yearly and own else None)


def _kind(head: str) -> str:
    """The kind that the title lines tell, else the way the text begins; empty where neither does."""
    lines = [line.strip() for line in head.split("\n")[:_FAR]]
    title = "\n".join(line for line in lines if 3 < len(line) <= _TITLE_LINE and line[-1] not in "。；")
    for name, sign in _TITLED:
        if sign.search(title):
            return name
    if _SPOKEN_TO.search(head):
        return "report"
    return "plan" if _FOUNDED.search(head[:600]) else ""


def _leaning(plain: str) -> str:
    """What a text without a telling title is: `story` where reporters sign it, `bulletin` where it compares year with
    year, `plan` where it speaks more of what is to come than of what was, else `news`."""
    if _REPORTED.search(plain[:_HEAD]) or _REPORTED.search(plain[-_HEAD:]):
        return "story"
    body = plain[:_BODY]
    if len(_COMPARES.findall(body)) > 7 and not _FAR_GOAL.search(body):
        return "bulletin"
    ahead, back = len(_SPEAKS_AHEAD.findall(body)), len(_SPEAKS_BACK.findall(body))
    return "plan" if ahead > 1 and ahead > 2 * back else "news"


def report_year(plain: str) -> int | None:
    """The year that a text calls 今年, from its title, its date or what it says itself; None where it says nothing.

    >>> report_year("某市政府工作报告\\n——2025年1月8日在某市人民代表大会上")
    2025
    >>> report_year("各位代表：\\n一、2024年工作回顾\\n")
    2025
    """
    return setting(plain).year


def _own_year(plain: str, head: str) -> int | None:
    for sign in _YEAR_OF:
        match = sign.search(head)
        if match:
            return int(match[1])
    for sign in _YEAR_IN:
        match = sign.search(plain)
        if match:
            named = match.groupdict()
            if named.get("gone"):
                return int(named["gone"]) + 1
            if named.get("first"):
                return 2001 + 5 * _NUMERALS.index(named["first"])
            if named.get("last"):
                return 2005 + 5 * _NUMERALS.index(named["last"])
            return int(match[1])
    dated = _DATED.search(head[:600]) or _DATED.search(plain[-300:])
    return int(dated[1]) if dated else None


def _period(head: str) -> tuple[date | None, int | None]:
    """The last day and the first year of the period that a plan is made for."""
    span = _SPAN.search(head)
    if span:
        return last_day(int(span[2])), int(span[1])
    plan = _PLAN.search(head)
    if plan:
        last = 2005 + 5 * _NUMERALS.index(plan["fifth"] or plan["five"])
        return last_day(last), last - 4
    return None, None
