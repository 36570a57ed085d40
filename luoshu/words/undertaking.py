"""Undertakings of a plan: what it says will be built, founded, set up or done, figure or none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from luoshu.words.clause import Sentence, laid_out
from luoshu.words.day import Mention, days
from luoshu.words.deliverable import ending, listed, nominal, particular, slogan, sort_of
from luoshu.words.figure import Figure
from luoshu.words.number import narrowed
from luoshu.words.tense import Chronicle, Frame

UNSAID = 0.5
"""How sure a sentence that says neither when nor whether is called a fact; a verb of doing then means to do it."""
Promised = list[tuple[int, int]]

LEAST = 0.5
"""The least confidence with which an undertaking is given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undertaking:
    """One thing that somebody says will be done; `start` and `end` bound verb and object in the text that was read.

    In a list (建设甲、乙、丙) each thing has its own; the verb belongs to the span of the first only.
    """

    start: int
    end: int
    verb: str
    object: str
    due: date | None = None
    owner: str = ""
    confidence: float = 0.5
    status: str = "task"


_MAKE = listed(
    "建设 新建设 开工建设 启动建设 规划建设 谋划建设 新建 改建 扩建 改扩建 新改扩建 续建 筹建 共建 修建 建好 "
    "建立 建成 基本建成 建立健全 设立 成立 组建 创建 争创 创办 创成 申报 申建 申创 争取设立 编制 制定 制订 "
    "研究制定 制定实施 出台 修订 打造 构建 构筑 搭建 开通 引进 引进培育 推出 开发 布局 布局建设 建造 发布 上线 "
    "建强 培育 培育打造 开工 贯通 打通 开辟 梳理确定 培育引进 引进培养 确定 完成 建设改造 筹办 挂牌 架设 铺设 "
    "修复 改造 改造提升 整治 谋划"
)
_DO = listed("实施 开展 启动 推行 举办 承办 办好 组织 组织开展 启动实施 组织实施 优化实施 推广")
_MEND = listed("完善 健全 健全完善 建立完善 修订完善 深化 优化 拓展 深化拓展 理顺 探索")
_PUSH = listed(
    "加快 推进 推动 加快推进 加快推动 促进 抓好 做好 支持 加强 启动 统筹推进 协同推进 重点推进 全面推进 扎实推进 "
    "有序推进 稳步推进 深化 推行 实施 开展"
)
_MANNER = listed(
    "加快 加紧 加力 积极 大力 着力 努力 持续 不断 深入 扎实 全力 全面 统筹 稳步 有序 高质量 高标准 高水平 高效 "
    "进一步 切实 探索 重点 继续 协调 同步 争取 力争 抓紧 尽快 适时 因地制宜 一体 一体化 系统 务实 联合 共同 协同 "
    "主动 严格 坚决 精心 科学 适度超前 超前 前瞻 前瞻性 要 将 应 应当 必须 还要 也要 率先 滚动 梯次 分类 分批 "
    "逐步 基本 加大 推动 推进 促进 支持 鼓励 引导 依托 研究 抓好 做好 狠抓 紧抓 有力 有效 深度 强力 高位 合力 "
    "精准 集中 定期 常态化 依法 依规 优先 提前 按期 如期 确保 保障 实现 基本实现 快速 强化 倾力 务必 联动 协力 "
    "广泛 巩固 立足 聚焦"
)

_VERBS = ending(_MAKE + _DO + _MEND)
_SECOND = ending(listed("用好 管好 管护好 运营好 壮大 落地 开放 储备 培养 应用 优化 拓展 做强 做优 招引 提升"))
_VERB = re.compile(rf"(?:{_VERBS})(?:[、和并](?:{_VERBS}|{_SECOND})|{_SECOND})?")
_SORT = {verb: "make" for verb in _MAKE} | {verb: "do" for verb in _DO} | {verb: "mend" for verb in _MEND}
_WHEN = (
    r"(?:到|至|在|于)?(?:20\d\d|二[〇○零][〇○零一二三四五六七八九]{2})年(?:底|末|年底)?(?:以?前|之前)?"
    r"|[“\"]?十[一二三四五六七]五[”\"]?(?:期间|时期|末|期末)?|(?:今|明|本|当|每)年(?:内|底)?|年内|年底前?|[上下]半年"
    r"|(?:未来|今后)[一二三四五\d]年"
)
_LEAD = re.compile(
    rf"(?:{_WHEN}|{ending(_MANNER)}|其中|同时|另外|此外|下一步|[，、\s地]|[一二三四五六七八九十]是"
    r"|[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.．、](?!\d))+"
)
_PUSHED = re.compile(rf"(?:{ending(_PUSH)})$")
_AROUND = re.compile(
    r"以(?P<verb>创建|争创|建设|打造|申报|承办)(?P<object>[^，。；]{4,40}?)为(?:载体|抓手|契机|目标|牵引|统领|龙头|引领)"
)
_OPENERS = re.compile(
    r"围绕|依托|通过|按照|根据|利用|借助|针对|对标|结合|聚焦|紧盯|立足|发挥|以[^，]{2,30}为[\u4e00-\u9fff]{2}"
    r"|在[^，]{2,24}(?:上|中|下|方面|领域)|同|与|向|把|将"
)
_INNER = re.compile(
    rf"(?:等|(?<=[\u4e00-\u9fff”])(?:加快|着力|积极|大力|探索|联合|共同|全面|努力|同步)+)(?P<verb>{ending(_MAKE)})"
    r"(?=[\u4e00-\u9fff“])"
)
_FINITE = re.compile(r"(?:申报|申创|创建|争创|入选|列入|升格为|获批|申请设立|建成|打造|成为)(?=[\u4e00-\u9fff“]{4})")
"""A verb in what is pushed: 推动甲申报乙 is one thing to be done."""
_AGAINST = re.compile(
    r"严禁|严控|禁止|不得|防止|遏制|杜绝|严格控制|不再|避免|停止|清理|取缔|限制|对|为(?!重点)|如何|关于"
)
_WHO = re.compile(
    r"(?P<who>(?:由|各)?[\u4e00-\u9fff]{1,12}?(?:局|厅|委|办|部门|政府|公司|集团|单位|县区|各县|各区|各地|开发区|管委会))"
    r"(?:负责|牵头|要|应|将|会同)"
)
_LEADER = re.compile(
    r"(?:牵头|责任|主办|承办|主要责任)(?:单位|部门)?[：:]\s?(?P<who>[\u4e00-\u9fff、，,()（）]{2,60}?)(?=[；;。）)]|$)"
    r"|由(?P<by>[\u4e00-\u9fff]{2,14}?(?:局|厅|委|办|部|部门|政府|公司|集团))(?:牵头|负责)"
)
_TAIL = re.compile(
    r"等(?:一批|一大批|各类|系列|\d+(?:个|项|座|条|家)|[一二三四五六七八九十百]+(?:个|项|大|类|条|座|家))?"
    r"(?:已谋划|在建|续建|新建|签约)?(?:重大|重点|省重点|市重点|国家|骨干|龙头|特色|标志性|支撑性|引领性|关键性|示范性)*"
    r"(?P<noun>项目|工程|文旅项目|产业项目|大项目|课题)?$"
)
_CUT = re.compile(r"[，；：。！？,;…]|——|(?<!\d):(?!\d)")
_INSIDE = re.compile(r"[“《「][^”》」]{0,60}[”》」]|（[^）]{0,40}）")
_DONE = re.compile(r"了|过|已|曾|获批|荣获|圆满|成功(?:举办|创建|申报|入选)|顺利|取得")
_NOT_DOING = re.compile(
    r"^(?:有利于|有助于)|(?:的(?:意义|要求|作用|基础|条件|关键|需要|经验|情况|部署|决定|通知|意见|认识|体会|路子)"
    r"|提供[^，]{0,12}(?:保障|支撑|遵循)|重要意义|建成投用|取得[^，]{0,8}成效)$"
)
_NOUN = re.compile(
    r"[、的]|(?:工程|行动|模式|标准|规划|方案|资金|用地|工作|等|和|能力|水平|成果|者|单位|领域|任务|周期)"
)
_HEADS = "心馆园区市地站路院库桥港台系统制城目程会场所校房线道"
_LIST = re.compile(rf"、|(?<=[{_HEADS}])(?:和|及|以及|与)(?=[\u4e00-\u9fff“])")
_PLAN_TITLE = re.compile(
    r"[#\s]*(?![一二三四五六七八九十]{1,2}、|[（(])[^\n。，]{2,60}(?:规划|纲要|计划|方案|意见|要点)(?:[（(][^\n]{0,20})?(?=[\n，]|$)"
)
_NOW = re.compile(r"如今|当下|眼下|近日|日前|前不久")
_EARLIER = re.compile(r"去年|上年|过去[一五两三]年|已经|以来|已累计")


def undertakings(
    plain: str, *, author: str = "", year: int | None = None, figures: Sequence[Figure] = ()
) -> list[Undertaking]:
    """The undertakings of `plain`, in order of their place; offsets are those of `plain`.

    Left out are slogans, what is reported as done, headings, and what one of `figures` says as a promise already.
    Takes any text and never raises; linear in its length.

    >>> text = "加快滨河公园、湿地博物馆等项目建设，建立联席会议机制。深入贯彻会议精神。"
    >>> [(u.verb, u.object) for u in undertakings(text)]
    [('建设', '滨河公园'), ('建设', '湿地博物馆'), ('建立', '联席会议机制')]
    """
    chronicle = Chronicle(plain, year)
    promised = sorted((figure.start, figure.end) for figure in figures if figure.status == "promise")
    found: list[Undertaking] = []
    for sentence in laid_out(narrowed(plain)):
        chronicle.passes(sentence)
        frame = chronicle.frame(sentence)
        if (sentence.heading and plain[sentence.end - 1] != "。") or frame.mode == "past" or chronicle.notes(sentence):
            continue
        found.extend(_Reading(plain, sentence, chronicle, frame, author, promised).found())
    return found


@dataclass(slots=True)
class _Doing:
    """A verb with what it is done to, as spans of the text."""

    verb: str
    at: int
    start: int
    end: int
    sort: str


class _Reading:
    """The undertakings of one sentence, clause by clause."""

    def __init__(
        self, text: str, sentence: Sentence, chronicle: Chronicle, frame: Frame, author: str, promised: Promised
    ) -> None:
        self.text, self.sentence, self.frame, self.chronicle = text, sentence, frame, chronicle
        self.promised, self.author = promised, author
        self.quoted = [match.span() for match in _INSIDE.finditer(text, sentence.start, sentence.end)]
        self._mentions: list[Mention] | None = None

    @property
    def mentions(self) -> list[Mention]:
        if self._mentions is None:
            self._mentions = days(self.text, self.chronicle.year, self.sentence.start, self.sentence.end)
        return self._mentions

    def found(self) -> Iterator[Undertaking]:
        for start, end in self._clauses():
            if end - start > 4:
                for doing in self._doings(start, end):
                    yield from self._undertakings(doing)

    def _owner(self) -> str:
        named = _LEADER.search(self.text, self.sentence.start, self.sentence.end)
        return (named["who"] or named["by"]).strip("，、（）") if named else self.author

    def _clauses(self) -> Iterator[tuple[int, int]]:
        """The stretches between ，；：。, quotations and brackets kept whole."""
        start = self.sentence.start
        for cut in _CUT.finditer(self.text, self.sentence.start, self.sentence.end):
            if not self._in_quotes(cut.start()):
                yield start, self._without_note(start, cut.start())
                start = cut.end()
        yield start, self._without_note(start, self.sentence.end)

    def _without_note(self, start: int, end: int) -> int:
        """The end of a clause without a remark in brackets: …公园（牵头单位：林业局）."""
        while end > start and self.text[end - 1] in "。；！ ":
            end -= 1
        if end > start and self.text[end - 1] in "）)":
            return max(self.text.rfind("（", start, end), self.text.rfind("(", start, end), start)
        return end

    def _in_quotes(self, at: int) -> bool:
        for start, end in self.quoted:  # noqa: SIM110 (a plain loop is several times faster than any())
            if start < at < end:
                return True
        return False

    def _doings(self, start: int, end: int) -> Iterator[_Doing]:
        """The doings of a clause: 以创建…为载体; verbs at its head, one after each 、; a verb behind 围绕…."""
        text = self.text
        if text[start] == "以" and (around := _AROUND.match(text, start, end)):
            yield _Doing(around["verb"], around.start("verb"), around.start("object"), around.end("object"), "make")
            return
        if _AGAINST.match(text, start, end):
            return
        for begin, stop in self._predicates(start, end):
            doing = self._doing(begin, stop)
            if doing:
                yield doing

    def _predicates(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A clause cut at each 、 that a verb of doing follows."""
        begin = start
        at = self.text.find("、", start, end)
        while at >= 0:
            lead = _LEAD.match(self.text, at + 1, end)
            verb = _VERB.match(self.text, lead.end() if lead else at + 1, end)
            if (
                verb
                and verb.end() + 2 < end
                and not self._in_quotes(at)
                and not _NOUN.match(self.text, verb.end(), end)
            ):
                yield begin, at
                begin = at + 1
            at = self.text.find("、", at + 1, end)
        yield begin, end

    def _doing(self, start: int, end: int) -> _Doing | None:
        text = self.text
        lead = _LEAD.match(text, start, end)
        head = lead.end() if lead else start
        verb = _VERB.match(text, head, end)
        if not verb and not lead:
            who = _WHO.match(text, start, end)
            if who:
                lead = _LEAD.match(text, who.end(), end)
                head = lead.end() if lead else who.end()
                verb = _VERB.match(text, head, end)
        if verb and not _NOUN.match(text, verb.end(), end):
            word = verb.group()
            pushed = self._pushed(verb.start(), word, verb.end(), end) if word in _PUSH else None
            return pushed or _Doing(word, verb.start(), verb.end(), end, _SORT.get(word, "make"))
        if lead:
            push = _PUSHED.search(text, lead.start(), lead.end())
            if push:
                word, at = push.group(), push.start()
                finite = _FINITE.search(text, lead.end() + 2, end)
                sort = "turn" if finite and not self._in_quotes(finite.start()) else "push"
                return self._pushed(at, word, lead.end(), end) or _Doing(word, at, lead.end(), end, sort)
            if text.endswith("探索", lead.start(), lead.end()):
                return _Doing("探索", lead.end() - 2, lead.end(), end, "make")
        return self._inner(start, end)

    def _inner(self, start: int, end: int) -> _Doing | None:
        """依托甲、乙等建立丙: a verb behind what the clause opens with."""
        if not _OPENERS.match(self.text, start, end):
            return None
        inner = _INNER.search(self.text, start, end)
        if not inner or self._in_quotes(inner.start()) or _NOUN.match(self.text, inner.end(), end):
            return None
        return _Doing(inner["verb"], inner.start("verb"), inner.end(), end, "make")

    def _pushed(self, push: int, word: str, start: int, end: int) -> _Doing | None:
        """加快…建设: the noun of doing at the end is the verb, what stands before it the thing; 向 binds both."""
        tail = nominal(self.text[max(start, end - 8) : end])
        stop = end - len(tail)
        if (
            not tail
            or stop - start < 3
            or "参与" in self.text[start:stop]
            or self._in_quotes(stop)
            or sort_of(self.text[start:end]) == "event"
        ):
            return None
        if "向" in self.text[start:stop]:
            return _Doing(word, push, start, end, "turn")
        return _Doing(tail, push, start, stop, "nominal")

    # ---- from a doing to undertakings ----

    def _undertakings(self, doing: _Doing) -> Iterator[Undertaking]:
        text = self.text
        whole = text[doing.start : doing.end]
        if doing.sort not in ("nominal", "turn") and not sort_of(whole.rstrip("等、，。；： ")):
            return
        if _NOT_DOING.search(whole) or _DONE.match(whole):
            return
        things, named = self._things(doing)
        reported: bool | None = None
        for number, (start, end) in enumerate(things):
            sureness = _confidence(doing, text[start:end], named)
            if sureness < LEAST or (not named and self._has_figure(start, end)):
                continue
            if reported is None:
                reported = self._reported(doing.start)
            if reported:
                return
            first = doing.at if number == 0 and doing.at < start and doing.sort != "nominal" else start
            last = doing.end + len(doing.verb) if doing.sort == "nominal" and not named and end == doing.end else end
            yield Undertaking(
                start=first, end=last, verb=doing.verb, object=text[start:end], owner=self._owner(),
                due=self._due(start), confidence=round(sureness, 2),
            )  # fmt: skip

    def _due(self, at: int) -> date | None:
        """The deadline that sentence or heading gives; the end of the period only where this is the plan itself."""
        said = self.frame.due or any(m.day and m.end <= at and m.role in ("by", "in") for m in self.mentions)
        if not said and self.chronicle.setting.kind == "plan" and not _PLAN_TITLE.match(self.text):
            return None
        return self.chronicle.due(self.frame, self.mentions, "promise", at)

    def _reported(self, at: int) -> bool:
        """Whether the sentence tells of this as something done."""
        if self.frame.mode == "future":
            return bool(_EARLIER.search(self.text, max(self.sentence.start, at - 40), at))
        if _NOW.search(self.text, self.sentence.start, at):
            return True
        status, sureness = self.chronicle.status(self.sentence, self.frame, self.mentions, at)
        return status == "fact" and sureness > UNSAID

    def _has_figure(self, start: int, end: int) -> bool:
        number = bisect_left(self.promised, (start, 0))
        return number < len(self.promised) and self.promised[number][0] < end

    def _things(self, doing: _Doing) -> tuple[list[tuple[int, int]], bool]:
        """The spans of the things that are done, and whether they are the named ones of a list (甲、乙等项目)."""
        text = self.text
        start, end = doing.start, doing.end
        while start < end and text[start] in "了好 的、":
            start += 1
        last = text.rfind("等", start, end)
        tail = _TAIL.match(text, last, end) if last >= 0 else None
        close = tail.start() if tail else end
        while close > start and text[close - 1] in "、，。；： 等":
            close -= 1
        parts = self._parts(start, close)
        if tail and tail["noun"] and all(b - a >= 3 for a, b in parts):
            return parts, True
        if len(parts) > 1 and all(sort_of(text[a:b]) and b - a >= 4 for a, b in parts) and not self._described(parts):
            return parts, False
        return [(start, tail.end() if tail else close)], False

    def _parts(self, start: int, end: int) -> list[tuple[int, int]]:
        parts = []
        begin = start
        for mark in _LIST.finditer(self.text, start, end):
            if not self._in_quotes(mark.start()):
                parts.append((begin, mark.start()))
                begin = mark.end()
        parts.append((begin, end))
        return [(a, b) for a, b in parts if b > a]

    def _described(self, parts: list[tuple[int, int]]) -> bool:
        """Whether 、 stands in what describes one thing: 党政军合成、分工协作的指挥部."""
        return "的" in self.text[slice(*parts[-1])] and not any("的" in self.text[a:b] for a, b in parts[:-1])


_FITS = {
    "make": {"solid": 0.5, "rule": 0.45, "event": 0.4, "frame": 0.35},
    "do": {"solid": 0.25, "rule": 0.4, "event": 0.5, "frame": 0.2},
    "mend": {"solid": 0.15, "rule": 0.32, "event": 0.35, "frame": 0.15},
    "nominal": {"solid": 0.45, "rule": 0.35, "event": 0.35, "frame": 0.2, "": 0.12},
    "push": {"solid": 0.35, "rule": 0.2, "event": 0.3},
    "turn": {"solid": 0.5, "": 0.3},
}
"""How well a sort of verb and a sort of thing go together."""


def _confidence(doing: _Doing, thing: str, of_list: bool) -> float:
    """How surely a verb with this object is an undertaking that one could later find done or not done, 0 to 1."""
    if not 3 <= len(thing) <= 60:
        return 0.0
    fits = 0.55 if of_list else _FITS[doing.sort].get(sort_of(thing), 0.0)
    if not fits or slogan(thing):
        return 0.0
    named = particular(thing)
    return min(0.95, fits + 0.45 * named) if named or of_list else 0.0
