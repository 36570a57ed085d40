"""How a figure bears on its subject: at least or at most, up or down, each year or once."""

from __future__ import annotations

import re
from typing import NamedTuple

from luoshu.words.quantity import Quantity
from luoshu.words.unit import CIRCLES, COUNTS, DURATIONS, SHARES


class Bearing(NamedTuple):
    """comparator (>= > <= < = ~ between), change (level, up, down) and per (year, month or empty)."""

    comparator: str
    change: str
    per: str


_PER_HEAD = re.compile(r"每[百千万]?(?:人|户|生|亩)(?:口|每年|每月)?$")
_AFTER = re.compile(r"\s?(?:及|（含）|\(含\))?\s?(以上|以下|以内|之内|左右|上下|以下的?水平)")
_FLOOR = re.compile(
    r"(?:不低于|不得低于|不少于|不得少于|不小于|不短于|不弱于|至少|最低|下限为?|高于或等于)(?:了|为|每年)?\s?$"
)
_CEILING = re.compile(
    r"(?:不超过|不高于|不得超过|不得高于|不多于|不大于|不突破|控制在|控制到|压减[到至]|压缩[到至]|"
    r"缩短[到至]|缩减[到至]|压降[到至]|最多|限制在|"
    r"下降[到至]|降低[到至]|降[到至]|减少[到至]|减[到至]|缩小[到至]|收窄[到至]|回落[到至]|下调[到至]|压[到至]|上限为?)"
    r"(?:全国平均水平|预期目标)?(?:了|在|约|近|大约)?\s?$"
)
_OVER = re.compile(r"(?:超过|超出|超|高于|高出|大于|多于|优于|好于|快于|长于|逾|(?<![突打攻连首])破)(?:了)?\s?$")
_BREAKS = re.compile(r"(?:突破|[迈跨越]过|首破|连破|(?<![通经不超])过)了?\s?$")
_UNDER = re.compile(r"(?:低于|少于|小于|短于|不足|不到|不满|未满|未超)(?:了)?\s?$")
_NEAR = re.compile(r"(?:(?<![附临最远靠])近|(?<![签节集预合条制契违解大])约|大约|大概|约为|约占|大致)\s?$")
_AND_MORE = re.compile(r"[多余](?=[，。；、]|$)")

_GROW = r"(?:增长|提高|增加|提升|上升|增幅|增速|涨幅|扩大|净增加?|延长|多增|回升|上涨|上浮|加快|增收|增产|增|涨)"
_FALL = r"(?:下降|降低|减少|压减|压缩|压降|缩短|缩减|降幅|下调|回落|缩小|收窄|下滑|削减|改善|减产|减|降)"
_BETWEEN = (
    r"(?:率|幅度?|幅|量)?(?:均|分别|累计|平均|各|再|都|左右|大约|也|约|超过?|突破|近|不低于|不少于|不高于|"
    r"不超过|至少|逾|了|达到?|为|是|在|保持|稳定|"
    r"控制|实现|全[国省市]|全[国省市]平均(?:水平)?|规上|\s)*+"
)
_UP = re.compile(rf"{_GROW}{_BETWEEN}$")
_DOWN = re.compile(rf"{_FALL}{_BETWEEN}$")
_REACHES = re.compile(rf"(?:[到至]){_BETWEEN}$|(?:新增|达标|占比|占|比重)(?:均|分别|达到?|为|约|超过?|\s)*+$")
_NEW = re.compile(r"(?:自然增长率为?|新增加?|净增(?=就业)|新增长)(?:了|约|近|超过?|\s)*+$")
_RATE_REACHES = re.compile(
    r"(?:增长率?|增速|增幅|涨幅|降幅)(?:均|分别|预计|预期|力争|目标|要|将)*(?:达到?|为|保持|稳定|控制|在|"
    r"高于|不低于|超过?|预期|约|提高到|\s)*+$"
)
_COUNTED = re.compile(r"[^\s，。；、以左及多）)]")
_ADDED = re.compile(r"(?:增加|减少|净增|减|增|扩大|压减)(?:了|约|近|超过?|\s)*+$")
_TREATED = COUNTS | {"亩", "公顷", "公里", "平方米", "平方公里", "立方米"}
_TREATS = re.compile(r"(?:提升|改善|提高)$")
_FALLS = ("降低", "下降", "减少", "压减", "压缩", "缩短")
_LED_BY = re.compile(r"(?:[^，、。；]{0,4}?)(降低|下降|减少|压减|压缩|缩短|提高|增加|提升)(?![率量])")
_LEVELLED = re.compile(r"(?:达到?|[到至在为占]|超过?|不低于|不超过|约|近)$")
_THEN_UP = re.compile(r"(?:以上|左右)?的?(?:年均)?(?:速度)?(?:中高速|较快)?(?:增长|增幅|增速|提升)(?![点极至到])")
_THEN_DOWN = re.compile(r"(?:以上|左右)?的?(?:下降|降幅)(?![至到])")
_YEARLY = re.compile(
    r"每年|年均(?!浓度|气温|值|水平|质量|可比|降水|有效|数据|PM|径流|流量|蒸发)|逐年|按年|(?<=[年，、每])每一?年"
)
_MONTHLY = re.compile(r"每月|月均|每人每月|每户每月|按月")
_LIMITED = re.compile(r"[^，。；、]{0,14}?(?:圈|通达|可达|直达|到达|抵达|覆盖|办结|响应|送达|内|以内|之内)")
_GIVEN = re.compile(r"等\s?$|已\s?$|现有\s?$|(?:首批|第[一二三四五六七八九]批)\s?$")


def bearing(text: str, quantity: Quantity, low: int, status: str, clause: int) -> Bearing:
    """The bearing of a quantity; `low` is where its own words begin, `clause` where its clause does.

    >>> from luoshu.words.quantity import quantities
    >>> def of(t): return tuple(bearing(t, quantities(t)[0], 0, "promise", 0))
    >>> of("能耗降低3.8%"), of("每年建设300公里"), of("失业率控制在5.5%左右"), of("年均增长6%以上")
    (('>=', 'down', ''), ('>=', 'level', 'year'), ('<=', 'level', ''), ('>=', 'up', 'year'))
    """
    before = _PER_HEAD.sub("", text[max(low, quantity.start - 24) : quantity.start])
    after = _AFTER.match(text, quantity.end)
    edge = after[1] if after else ""
    change = _change(text, quantity, before)
    return Bearing(
        _comparator(text, quantity, before, edge, status, clause),
        change,
        _per(text, quantity, low, clause),
    )


def _comparator(text: str, quantity: Quantity, before: str, edge: str, status: str, clause: int) -> str:
    if quantity.high is not None:
        return "between"
    if _FLOOR.search(before):
        return ">="
    if _CEILING.search(before):
        return "=" if status == "fact" and not edge and "控制" not in before[-6:] else "<="
    if edge in ("以下", "以内", "之内") or (quantity.unit in DURATIONS and text.startswith("内", quantity.end)):
        return "<="
    if _OVER.search(before):
        return ">"
    if _UNDER.search(before):
        return "<"
    if edge == "以上":
        return ">="
    if _BREAKS.search(before):
        return ">" if status == "fact" else ">="
    if edge or _NEAR.search(before):
        return "~"
    if quantity.more or _AND_MORE.match(text, quantity.end):
        return ">"
    if quantity.unit in CIRCLES and _LIMITED.match(text, quantity.end):
        return "<="
    if quantity.kind in ("still", "zero"):
        return "="
    if quantity.kind == "digits":
        return ">="
    if status == "fact":
        return "="
    return "=" if not quantity.size and _given(text, quantity, clause) else ">="


def _given(text: str, quantity: Quantity, clause: int) -> bool:
    """A set that exists already and is carried on (洛阳等10个枢纽, 112个已谋划项目), not a number to be reached."""
    before = text[max(clause, quantity.start - 30) : quantity.start]
    if _GIVEN.search(before):
        return True
    return text.startswith(("已", "在建", "现有", "存量"), quantity.end)


def _change(text: str, quantity: Quantity, before: str) -> str:
    if quantity.kind in ("fold", "digits", "still"):
        return "up"
    if quantity.unit in ("%", "倍", "百分点") and _RATE_REACHES.search(before):
        return "down" if "降幅" in before[-8:] else "up"
    if _NEW.search(before) or _REACHES.search(before):
        return "level"
    if quantity.unit in COUNTS and _COUNTED.match(text, quantity.end) and not _ADDED.search(before):
        return "level"
    if _UP.search(before):
        return "level" if quantity.unit in _TREATED and _TREATS.search(before) else "up"
    if _DOWN.search(before):
        return "down"
    led = _LED_BY.match(before)
    if led and not _LEVELLED.search(before) and (led[1] in _FALLS or quantity.unit in SHARES):
        return "down" if led[1] in _FALLS else "up"
    if quantity.unit in ("%", "百分点", "倍"):
        if _THEN_UP.match(text, quantity.end):
            return "up"
        if _THEN_DOWN.match(text, quantity.end):
            return "down"
    return "level"


def _per(text: str, quantity: Quantity, low: int, clause: int) -> str:
    own = text[max(low, quantity.start - 60) : quantity.start]
    if _MONTHLY.search(own):
        return "month"
    if _YEARLY.search(own):
        return "year"
    ahead = text[max(clause, quantity.start - 80) : quantity.start]
    return "year" if "每年" in ahead else ""
