"""What a figure measures: the words beside it, freed of verbs, adverbs and dates; lists that share a figure."""

from __future__ import annotations

import re

from luoshu.words.quantity import Quantity

_ADVERBS = (
    "力争|确保|争取|努力|预计|预期|计划|目标|其中|同时|另外|此外|全年|今年|本年度?|去年|当年|年底|每年|年均|"
    "逐年|累计|合计|共|总共|共计|均|都|将|要|再|"
    r"不断|更加|积极|大力|深入|着力|切实|扎实|统筹|有序|高质量|高标准|高水平|集中|重点|初步|顺利|圆满|有效|"
    r"分别|各|同比|环比|比上年(?:同期|末)?|较上年(?:同期|末)?|比去年(?:同期)?|较去年|名义|实际|平均|普遍|"
    r"稳步|持续|连续|继续|进一步|基本|全面|加快|已经?|"
    "约|大约|近|将近|接近|超过?|逾|至少|最多|不低于|不少于|不超过|不高于|低于|高于|多达|高达|只|仅|左右|"
    "左右的?|以上|首次|率先|新|年内|按可比价计算|扣除价格因素|每人每[年月]|每生每[年月]|每户每[年月]|"
    "每[人户生月年]|全[省市县区]平均|五年来?|从|由"
)
_LEVELS = (
    r"达到|达|为|是|占|至|到|在|突破|迈上|跨上|站上|迈过|跨过|升至|升到|升级到|增至|增加[到至]?|增长[到至]?|"
    r"提高[到至]?|提升[到至]?|上升[到至]?|扩大[到至]?|扩容[至到]|净增加?|"
    r"下降[到至]?|降低[到至]?|降至|降到|减少[到至]?|减至|压减[到至]?|压缩[到至]?|缩短[到至]?|缩小[到至]?|"
    r"回落[到至]?|改善|上涨|下滑|收窄[到至]?|保持在?|稳定在?|维持在?|控制[在到]?|"
    r"增速|增幅|涨幅|降幅|增长率|延长|缩减[到至]?|回升|增产|减产|翻|过|获|有|了|实现|完成|拓展[至到]|扩至|动态|争取"
)
_TAIL = re.compile(rf"(?:\s|，|、|：|{_ADVERBS}|{_LEVELS})++$")
_DATE = (
    r"(?:到|至|在|截至|力争到?)?\s?(?:20\d\d|"
    r"二〇[〇一二三四五六七八九]{2})\s?年?(?:[-—–~～－至到]+20\d\d年)?(?:底前?|末|前|以前|上半年|下半年)?"
    r"|(?:到|在)?[“\"]?十.五[”\"]?(?:末|期末|时期|期间|以来)?|(?:到|在)?本世纪中叶|上半年|前三季度|年底前?|五年来?|一年来|[一二两三四五六七八九十\d]{1,2}年内|[一二三四]季度末?前?|\d{1,2}月底前?"
)
_OPENERS = (
    "力争|确保|争取|努力|预计|预期|目前|当前|其中|同时|另外|此外|全年|今年|本年度?|去年|当年|年底|每年|年均|逐年|累计|合计|总共|共计|分别|同比|比上年(?:同期|末)?|"
    "较上年(?:同期|末)?|大幅|稳步|持续|进一步|加快|已经|大约|将近|接近|至少|首次|率先|年内|不断|更加|积极|大力|深入|着力|切实|扎实|统筹|有序|"
    "顺利|圆满|有效|以及|及其|推动|实现|使|让|将|把|从|由(?!于)|为|向|并(?!网|购)|及|和|与|到|至"
)
_HEAD = re.compile(
    rf"^(?:[\s，、：:；。]|——|[-*•·]\s|(?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})[是要、.．]|[^，。；：]{{2,20}}(?:目标|指标|如下|是)[：:]|{_DATE}|(?:{_OPENERS})|的)++"
)
_COMPARED = re.compile(
    r"(?:高于|低于|快于|慢于|高出|低|高|领先|好于|优于|比|较)(?:全国|全省|全市|全区|全县|上年|上月|年初|去年|预期|国家|计划|规上|[“”十一二三四五]{3,5}末?|20\d\d年)(?:平均)?(?:水平|增速|目标|同期|同月|末|底)?(?:净?增加?|增长|提高|上升|下降|降低|减少|改善|[^，。；、\d]{0,4})?$"
)
_PURE = (
    "新建改造|新建和改造提升|新建和改造|改造提升|新改扩建|新改建|改扩建|新(?:（改）|\\(改\\))建|新培育|新谋划实施|新开工建设|新开工改造|新开工|新创建|新认定|新发展|建成投用|建成投产|建成运行|"
    "建成|新建|扩建|改建|开工|续建|培育壮大|培育发展|培育|打造|引进|引育|创建|实施|推进|推动|完成|开展|组织|举办|承办|举行|开行|开通|新开通|复航|加密|落实|争取|发行|发放|筹集|支持|加快|改善|"
    "开挖|疏浚|关停|淘汰|建立|组建|制定|推出|安排|带动|吸引|接待|交付|办理|招引|招录|选派|选树|遴选|认定|评选|新设|新入选|入选|获批|获评|落地|入库|谋划|盘活|收储|新增|增加|减少|净增|扩大|增设|增配|"
    "配备|建强|壮大|做强|做优|做大|培养引进|惠及|提供|为|向|对|设立|成立|牵头|承担|攻克|突破|参与|参加|拥有|集聚|汇聚|达成|促成|投放|铺设|架设|完善|健全|构建|强化|深化|抓好|做好|办好|建好|用好|"
    "改进|加强|形成|搭建|探索|启动|推行|推介|促进|引导|解决|打通|打好|巡查|排查|查处"
)
_MIXED = (
    "建设|改造|提升|治理|修复|整治|培训|培养|救助|资助|覆盖|服务|免费|研发|投入|转化|推广|投用|整合|优化|保护|"
    "栽植|种植|储备|发展|化解|处置|布局|共建|签约|保障|开发|拓展|检查"
)
"""Verbs that are nouns as well: 改造老旧小区, but 老旧小区改造 and 研发投入."""
_DOING = f"{_PURE}|{_MIXED}"
_COMPOUND = (
    r"(?!业|区|性|率|费|面|用地|投入|设施|中心|指数|强度|水平|体系|能力|机构|项目|资金|"
    r"人员|人口|岗位|总量|规模|贸易|经费|能耗|投资)"
)
_LAST_VERB = re.compile(rf"(?:{_DOING})(?:了|好|约|近|超过?|不少于)?$")
_LAST_PURE = re.compile(rf"(?:{_PURE})(?:了|好|约|近|超过?|不少于)?$")
_FIRST_VERB = re.compile(
    rf"^(?:再|并|要|加快|积极|全面|持续|大力|深入|统筹|扎实|着力|有序|高标准|高质量|稳步|集中)*+(?:(?:{_PURE})(?!率|量)|(?:{_MIXED}){_COMPOUND})"
)
_KEEP_FIRST = ("新增", "免费")
_VERB_NEXT = re.compile(
    r"\s?(?:支持|用于|参与|全线|全部|纳入|开工|建成|投产|投用|达到|完成|实现|通过|入选|获|进入|晋级|推进|推动|促进|带动|保障|解决|提升|提高|增强|加快|以|并|且|在|居|为|占|"
    r"（|同比|比|较|高于|低于|均|都|位居|稳居|创|列|全面|顺利|有效|不断|其中|力争|确保|给予|满足|惠及|新增|下降|增长|的?水平|来|投入|对外|免费|当选|荣获|被|大?台阶|大关|门槛|关口|规模|，|。|；|、|：|,|;|\)|）|$|\n|”|等)"
)
_AFTER_EDGE = re.compile(r"”?\s?(?:及以上|及以下|以上|以下|以内|左右|上下|多|余)?\s?的?")
_NOWHERE = frozenset(["全国", "全省", "全市", "全区", "全县", "在建", "总", "达", "实", "再", "再建", "再增", "建"])
_KEPT_IN = re.compile(r"^(?:稳定|保持|维持|稳居)在?")
_ONLY_TIME = re.compile(r"(?:用|经过)?[一二两三四五六七八九十\d]{1,3}(?:年|个月)(?:左右)?(?:的?时间)?")
_NOTE = re.compile(r"（[^（）]*(?:含|下同|以下|口径)[^（）]*）$|[①-⑳]$|\[\d+\]$")
_LONGEST = 120
_STOP = "，。；：！？\n,;!?"
_SIDE = re.compile(r"(?:等|和|与|及|以及|的|在|向|对|为|把|将|、|，|有|含|包括|连接|覆盖|涉及)\s?$")
_MEASURE = re.compile(
    r"(?:人均|年|总)?(?:可支配收入|消费支出|增加值|总产值|产值|经济总量|生产总值|总产量|产量|年出栏量|出栏量|出栏|存栏|排放总量|排放量|营业收入|营收|收入|利润总额|利润|投资|占比|比重|比例|覆盖率|"
    r"普及率|[^，、]{0,6}率|总额|总值|总量|数量|人数|面积|规模|标准|水平|浓度|消耗|用量|强度|指数|成本|余额|里程|次数|起数)$"
)
_SHARED_SHARE = re.compile(r"占[^，、；]{1,14}(?:比重|比例|份额)$|占比$")
_AND_SO_ON = re.compile(r"等(?=[^、，]{0,14}$)")
_JOIN = re.compile(r"以及|及|和|与")


def before_figure(text: str, low: int, start: int) -> str:
    """The subject that stands before a figure, between `low` and `start`; empty where only verbs stand there.

    >>> before_figure("到2025年全市博物馆达到120家", 0, 12)
    '全市博物馆'
    """
    words = _TAIL.sub("", _COMPARED.sub("", text[low:start][-80:]))
    words = _without_verb(_HEAD.sub("", words)).strip(" 　\t\n的、")
    return "" if _KEPT_IN.sub("", words) in _NOWHERE or _ONLY_TIME.fullmatch(words) else _balanced(_NOTE.sub("", words))


def _balanced(words: str) -> str:
    """The words without a quotation mark at either end whose partner was cut off."""
    if words.count("“") == words.count("”"):
        return words
    return words.strip("“”")


def _without_verb(words: str) -> str:
    """The words without the verb of doing that opens or closes them; a lone verb leaves nothing."""
    if _FIRST_VERB.fullmatch(words):
        return ""
    ended = _LAST_PURE.sub("", words)
    if ended != words:
        ended = _HEAD.sub("", _TAIL.sub("", ended))
        if len(ended) < 2 or _LAST_VERB.fullmatch(ended):
            return ""
        words = ended
    first = _FIRST_VERB.match(words)
    if first and not words.startswith(_KEEP_FIRST):
        rest = words[first.end() :]
        return rest if len(rest) > 1 else ""
    return words


def ends_in_verb(text: str, low: int, start: int) -> bool:
    """Whether the words before a figure end in a verb of doing or a particle, so that its thing follows it.

    >>> ends_in_verb("全市新建", 0, 4), ends_in_verb("博物馆", 0, 3)
    (True, False)
    """
    words = re.sub(r"(?:\s|约|近|超过?|不少于|至少|了|逾|各|共|将|再|累计)++$", "", text[max(low, start - 30) : start])
    return not words or bool(_LAST_VERB.search(words) or _SIDE.search(words))


def verb_phrase(text: str, end: int, stop: int) -> str:
    """What follows a figure up to the next mark, verb and all: [2人]当选院士 → 当选院士."""
    close, stop = end, min(stop, end + _LONGEST)
    while close < stop and text[close] not in _STOP and text[close] not in "、（":
        close += 1
    return _balanced(text[end:close].strip(" 　\t的"))


def after_figure(text: str, end: int, stop: int, measured: bool = False) -> str:
    """The thing that is counted, where it follows the figure: 建成[35个]先导区 → 先导区; empty where a verb follows.

    `measured` says that the figure is no count, so that a verb of doing after it is a verb (投入[12亿元]实施…).

    >>> after_figure("建成35个以上和美乡村、示范镇。", 5, 15)
    '和美乡村、示范镇'
    """
    edge = _AFTER_EDGE.match(text, end)
    at = edge.end() if edge else end
    if at >= stop or _VERB_NEXT.match(text, at) or (measured and _FIRST_VERB.match(text[at : at + 10])):
        return ""
    close = at
    stop = min(stop, at + _LONGEST)
    while close < stop and text[close] not in _STOP:
        close += 1
    words = text[at:close]
    pieces = words.split("、")
    kept = pieces[:1]
    for piece in pieces[1:]:
        if (_FIRST_VERB.match(piece) and "的" not in piece) or any(c.isdigit() for c in piece):
            break
        kept.append(piece)
    return _balanced(_TAIL.sub("", "、".join(kept)).strip(" 　\t的、").rstrip("和及与"))


def listed(words: str, count: int) -> list[str]:
    """The several subjects of one list, `count` of them (0: as many as there are); shared ends are given to each.

    >>> listed("水果、蔬菜、茶叶产量", 3)
    ['水果产量', '蔬菜产量', '茶叶产量']
    >>> listed("接待国内外游客人数及收入占全省比重", 0)
    ['接待国内外游客人数占全省比重', '收入占全省比重']
    """
    share = _SHARED_SHARE.search(words)
    stem = words[: share.start()] if share else words
    if count == 2 and stem.startswith("城乡"):
        return ["城镇" + words[2:], "农村" + words[2:]]
    named = _AND_SO_ON.search(stem)
    if named and not count and "、" in stem[: named.start()]:
        tail = _MEASURE.search(stem)
        return [piece + (tail.group() if tail else "") for piece in stem[: named.start()].split("、") if piece]
    pieces = [piece.strip() for piece in stem.split("、")]
    if count and len(pieces) > count:
        pieces = ["、".join(pieces[: len(pieces) - count + 1]), *pieces[len(pieces) - count + 1 :]]
    if not count or len(pieces) < count:
        joins = list(_JOIN.finditer(pieces[-1]))
        if joins and joins[-1].start() > 1 and joins[-1].end() < len(pieces[-1]) - 1:
            last = pieces.pop()
            pieces += [last[: joins[-1].start()], last[joins[-1].end() :]]
    pieces = [piece for piece in pieces if piece]
    if count and len(pieces) != count:
        return []
    pieces = _sharing_tail(pieces)
    return [piece + share.group() for piece in pieces] if share else pieces


def _sharing_tail(pieces: list[str]) -> list[str]:
    """Give the measure that ends the last piece to those that have none: 水果, 茶叶产量 → 水果产量, 茶叶产量."""
    tail = _MEASURE.search(pieces[-1]) if pieces else None
    if not tail or not tail.start():
        return pieces
    last, shared = pieces[-1], tail.group()
    # 农用地和建设用地安全利用率: where both names end alike, what follows that ending is what they share.
    alike = last.rfind(pieces[0][-1], 1, len(last) - 2) if len(pieces) > 1 and not _MEASURE.search(pieces[0]) else -1
    if alike > 0 and _MEASURE.search(last[alike + 1 :]):
        shared = last[alike + 1 :]
    return [piece if _MEASURE.search(piece) else piece + shared for piece in pieces]


_GROWS = re.compile(r"增长|下降|提高|降低")
_SUMMED = re.compile(r"合计|总计|共")
_OF_MONEY = re.compile(r"(?:额|营业收入|营收|利润|产量|产值|投资|人数|人次|销量)$")
_ONE_SUBJECT = re.compile(r"[和及与等“]|业增加值|^[^、]{1,3}、|、[^、]{1,3}$|\d")
_ECONOMY = re.compile(r"(?:经济总量|生产总值|GDP)(?:均|突破|达到?|超过?|[迈跨]上)+$")


def two_measures(text: str, words: str, clause: int, quantity: Quantity) -> list[str]:
    """A、B交易额增长[9%]: the two measures that share a rate of growth without saying so; else nothing."""
    start = quantity.start
    if words.count("、") != 1 or not _OF_MONEY.search(words) or _ONE_SUBJECT.search(words):
        return []
    if not _GROWS.search(text[max(clause, start - 8) : start]) and not _GROWS.match(text, quantity.end):
        return []
    pieces = [] if _SUMMED.search(text, clause, start) else listed(words, 0)
    return pieces if all(len(piece) > 3 for piece in pieces) else []


def several_places(text: str, words: str, low: int, start: int) -> list[str]:
    """内江、眉山、自贡经济总量突破[2000亿元]: an economy is each place's own, never theirs together; else nothing."""
    if "、" not in words or not _ECONOMY.search(text[low:start]):
        return []
    pieces = listed(words, 0)
    return pieces if len(pieces) > 1 and all(len(piece) < 11 for piece in pieces) else []
