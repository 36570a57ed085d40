"""Numbers that promise nothing: names, ranks, ages, list counts, specifications and sizes that only sort things."""

from __future__ import annotations

import re

from luoshu.words.quantity import Quantity
from luoshu.words.unit import CIRCLES, COUNTS, DURATIONS, SPECIFICATIONS

_OPEN = "“‘「《〈『"
_CLOSE = "”’」》〉』"
_QUOTE_REACH = 24

_BUILD = (
    "建成|新建|改建|扩建|新改建|改扩建|建设|开工|新开工|续建|新增|增加|减少|净增|培育|新培育|引进|引育|创建|"
    "创成|开通|完成|落地|获批|新设|设立|入选|"
    "打造|组建|布局|投用|启用|建立|选派|招引|举办|承办|实施|新认定|认定|获评|新获|荣获|达到|达|突破|超过|超|"
    "近|约|不少于|不低于|至少|逾|过|打通|改造|谋划|储备|签约|"
    "收储|培训|发放|发展|吸引|汇聚|集聚|新签|增至|降至|增长|提高|提升|翻|扩大到|压缩到|缩短至|缩短到|压缩至|"
    "覆盖|创作|推出|制定|出台|开展|保持|连续|"
    "新创建|新引进|新建成|新投产|投产|竣工|建好|办好|建|创|增|获"
)
_BUILT = re.compile(rf"(?:{_BUILD})(?:了|成|好|出)?$")
_LASTS = re.compile(
    r"(?:连续|持续|延长|缩短|提前|累计|年限|寿命|平均|达到?|为|提高到|保持|推迟|超过?)(?:了|到|至)?\s?$"
)
_AGE = re.compile(r"\s?(?:及|\(含\)|（含）)?(?:以[上下内]|至|的|老|儿|婴|人群|女|男|适龄|[-—~至到])")
_LIFE = re.compile(r"寿命|年龄|平均")
_LISTED = re.compile(
    r"\s?(?:方面|层面|维度|坚持|必须|原则|统筹|阶段|部分|问题|关系|意识|自信|维护|确立|全面|新目标|主要指标|"
    r"[^，。；、]{0,10}之一|结合|一[^定]|月)"
)
_POINTED = re.compile(r"(?:以下|如下|下列|上述|这|该|那|其他|哪|某|另|有|任|每|同|首|各|逐|上|下|第|头|前)$")
_CAMPAIGN = re.compile(r"[^，。；、“”的]{0,14}?(?:工程|行动|计划|大会战|攻坚战|目标)(?![的内])")
_ALONE = re.compile(r"\s?(?:热线|服务|不间断|值守|自助|全天|动态|在线|常态|内)")
_STANDARD = re.compile(r"(?:前|第|每|Top|TOP|top|No|NO)\s?$")
_RECENT = re.compile(r"(?:前|近|最近|过去|未来|今后|每)\s?$")
_RANKED = re.compile(
    r"(?:居|列|排|排名|位列|位居|跻身|进入|升至|跃居|稳居|保持|名列|前移)[^，。；、]{0,10}?(?:第|前)\s?$"
)
_SORTS = re.compile(
    r"\s?(?:[及（(含）)]{0,4})(?P<edge>以上|以下|以内|级)?\s?的?(?=[^\s，。；、：:,;.!?！？）)”’以左上及的])"
)
_CIRCLE = re.compile(r"[^，。；、]{0,12}?(?:圈|通达|可达|直达|到达|抵达|覆盖|办结|响应|送达)")
_CIRCLE_BUILT = re.compile(r"建设|打造|构建|建成|形成|完善|升级|推进|扩大|建立|实现|优化|提升|创建|健全")
_OBJECT_OF = re.compile(r"(?:围绕|聚焦|对照|针对|依托|瞄准|紧扣|紧盯|按照)[^，。；：]{0,40}$")
_SIX_NEW = re.compile(r"\s?“.{1,4}”(?:新?目标|要求|原则|[，。；、]|$)")
_ROUND_UNITS = frozenset(
    [
        "元",
        "美元",
        "吨",
        "人次",
        "亩",
        "斤",
        "千瓦",
        "千瓦时",
        "立方米",
        "平方米",
        "平方公里",
        "公顷",
        "吨标准煤",
        "千克",
    ]
)
"""Units before which a lone 百, 千, 万 is a figure (万亿元, 百万吨) and not a manner of speaking (万里, 千家)."""


def quoted(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span between quotation or title marks that holds [start, end), or None; only short ones are looked for.

    >>> quoted("落实“565”体系", 3, 6)
    (3, 6)
    """
    low = max(0, start - _QUOTE_REACH)
    opening = max(text.rfind(mark, low, start) for mark in _OPEN)
    if opening < 0 or any(text.find(mark, opening, start) >= 0 for mark in _CLOSE):
        return None
    closings = [at for mark in _CLOSE if (at := text.find(mark, end, end + _QUOTE_REACH)) >= 0]
    return (opening + 1, min(closings)) if closings else None


def is_name(text: str, quantity: Quantity) -> bool:
    """Whether the number belongs to a name, a rank, an age, a list or a specification, and so promises nothing.

    >>> from luoshu.words.quantity import quantities
    >>> texts = ("实施百亿斤粮食产能提升工程", "招收3岁以下幼儿", "做好10个方面工作", "建成10个园区")
    >>> [is_name(text, quantities(text)[0]) for text in texts]
    [True, True, True, False]
    """
    start, end, kind, unit = quantity.start, quantity.end, quantity.kind, quantity.unit
    before = text[max(0, start - 16) : start]
    after = text[end : end + 20]
    if kind in ("fold", "still", "digits", "first"):
        return bool(kind == "fold" and after.startswith(("计划", "行动", "工程")))
    marks = quoted(text, start, end)
    if marks and not (unit in CIRCLES and _circle_promised(text, quantity)):
        return kind != "zero" or marks[1] - marks[0] > 2
    if _STANDARD.search(before) and not before.endswith(("目前", "以前", "当前", "此前")):
        return True
    if unit in SPECIFICATIONS:
        return True
    if kind == "bare":
        return not _bare_counts(text, quantity, before, after)
    if kind == "spoken":
        return _spoken_name(text, quantity, before, after)
    if unit in DURATIONS:
        return _duration_name(text, quantity, before, after)
    if unit == "岁":
        reached = bool(_ATTAINED.search(before)) and not re.match(r".{0,4}?的", after)
        return not (_LIFE.search(text[max(0, start - 30) : start]) and (reached or not _AGE.match(after)))
    if unit == "个" and (_LISTED.match(after) or (_POINTED.search(before.rstrip()) and not before.endswith("有"))):
        return True
    if unit in COUNTS and (_SIX_NEW.match(after) and quantity.value < 13):
        return True
    return _campaign(quantity, after) or bool(unit in COUNTS and _OBJECT_OF.search(text[max(0, start - 48) : start]))


def _campaign(quantity: Quantity, after: str) -> bool:
    """百亿斤粮食产能提升工程: a measure (no count) that opens the name of a campaign."""
    if quantity.unit in COUNTS or quantity.unit in ("%", "百分点", "元") or quantity.unit in DURATIONS:
        return False
    return bool(_CAMPAIGN.match(after)) and quantity.kind == "spoken"


def _circle_promised(text: str, quantity: Quantity) -> bool:
    before, after = text[max(0, quantity.start - 14) : quantity.start], text[quantity.end : quantity.end + 16]
    if "圈" not in after[:12]:
        return False
    if re.match(r"[^，。；”]{0,10}”向", after):
        return False
    return bool(_CIRCLE_BUILT.search(before) or (before.endswith("向“") and re.search(r"升级|转变|迈进|提升", after)))


_ATTAINED = re.compile(
    r"(?:达到?|为|至|到|在|超过?|突破|上|逾|多达|高达|超出|是|比|于|不低于|不高于|不超过|近|约|增长|提高|"
    r"降低|过)(?:了)?\s?$"
)
_ENDS = re.compile(r"\s?(?:[，。；、,;）)\n]|$|以[上下内]|左右|上下|之间)")


def _bare_counts(text: str, quantity: Quantity, before: str, after: str) -> bool:
    """Whether a number without any unit is still a figure: 系数提高到0.6, 参保人数突破5100万, 71.3万监测对象."""
    scaled = text[quantity.end - 1] in "万亿余多"
    if before[-1:] in "[【（(-_·/" or (after[:1] in "」]】"):
        return False
    if scaled:
        return after[:1] not in "“级"
    if quantity.value == int(quantity.value) and 1900 < quantity.value < 2100:
        return False
    return bool(_ATTAINED.search(before) and _ENDS.match(after))


def _spoken_name(text: str, quantity: Quantity, before: str, after: str) -> bool:
    unit, value = quantity.unit, quantity.value
    numeral = text[quantity.start : quantity.end]
    if unit in CIRCLES:
        return not (_CIRCLE.match(after) and _CIRCLE_BUILT.search(before))
    if unit in DURATIONS:
        return not (before.endswith(("连续", "连续第")) and value >= 2)
    if unit in ("%", "倍") or quantity.size:
        return bool(_campaign(quantity, after)) or (
            unit == "倍" and not _ATTAINED.search(before) and not _BUILT.search(before)
        )
    if value < 100:
        if value < 2 or unit not in COUNTS or unit in ("种", "类", "门", "片", "位", "支", "组", "对", "部", "道"):
            return True
        return not _BUILT.search(before) or bool(
            _LISTED.match(after) or _SIX_NEW.match(after) or after.startswith(("大", "级"))
        )
    if not unit:
        return not _ATTAINED.search(before) and len(numeral) < 4
    if numeral[0] in "百千万" and numeral[-1] != "亿" and unit not in _ROUND_UNITS and not quantity.size:
        return not _ATTAINED.search(before)
    return _campaign(quantity, after)


def _duration_name(text: str, quantity: Quantity, before: str, after: str) -> bool:
    unit = quantity.unit
    if unit == "年":
        if after.startswith(("行动", "计划", "过渡", "规划", "来", "期", "制", "级", "内", "间", "前", "后", "的时间")):
            return True
        return not _LASTS.search(before)
    if _RECENT.search(before):
        return True
    if unit in ("工作日", "小时", "分钟") and after.startswith("内"):
        return False
    if unit == "小时" and quantity.value == 24:
        return True
    return bool(_ALONE.match(after)) and not _LASTS.search(before)


_SIZED_NOUN = re.compile(r"[^，。；、：\d]{1,16}")
_SIZE_UNITS = frozenset(
    [
        "元",
        "吨",
        "千瓦",
        "兆瓦",
        "吉瓦",
        "亩",
        "平方米",
        "公里",
        "米",
        "立方米",
        "千瓦时",
        "人",
        "户",
        "美元",
        "头",
        "公顷",
        "吨标准煤",
    ]
)


def sorting_size(text: str, quantity: Quantity) -> str:
    """`level` for 百亿级; before a noun `edge` for 亿元以上, `of` for 5万吨的, `bare` for 千万元; or empty.

    Such a number says how large each counted thing is, or only which things are meant.
    """
    if quantity.size:
        return "level"
    if quantity.unit not in _SIZE_UNITS or quantity.kind == "bare":
        return ""
    sorts = _SORTS.match(text, quantity.end)
    if not sorts:
        return ""
    if text.startswith("的", quantity.end):
        return "of"
    if sorts["edge"] in ("以上", "以下", "以内"):
        return "edge"
    spoken_round = text[quantity.start] in "百千万亿" and quantity.unit in ("元", "吨", "亩", "千瓦")
    return "bare" if spoken_round and not sorts["edge"] else ""
