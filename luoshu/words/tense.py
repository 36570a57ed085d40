"""Promise or fact: what the headings of a text announce, and what each sentence says itself."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from luoshu.words.clause import Heading, Sentence
from luoshu.words.day import Mention, days, last_day
from luoshu.words.setting import setting, speaks_for_a_term


class Frame(NamedTuple):
    """What stands above a sentence: `past`, `future` or empty, and the deadline stated there."""

    mode: str
    due: date | None


_REACH = 240
"""How far before a figure its sentence is searched for words that tell promise from fact."""
_RECENT = 12
_END = attrgetter("end")
_LOOKS_BACK = re.compile(
    r"回顾|成就|成绩|成效|总结|过去|现状|发展基础|发展环境|基础条件|完成情况|执行情况|进展|历程|面临|取得|"
    r"[Rr]eview of|[Aa]chievement|[Pp]rogress|[Ww]here we (?:stand|are)"
)
_AHEAD_ONLY = re.compile(
    r"目标|任务|安排|打算|展望|总体要求|重点工作|主要指标|工作建议|预期(?!寿命)|实事|部署|思路|[Gg]oals|[Tt]argets|[Pp]riorities"
)
_NOTES = re.compile(r"(?:名词|术语|词语|有关|相关)?(?:名词|用语|术语)?(?:解释|注释|附注)[：:]?$")
_OPENS_PAST = re.compile(
    r"(?:——)?(?:过去[一五两三几的]|刚刚过去|回顾|[一两三四五]年来|一年来|[“\"]?十.五[”\"]?(?:时期|期间|"
    r"以来)[^。]{0,30}(?:取得|成就|极不)|"
    r"去年|上年|近年来|近几年|今年以来|五年间)"
)
_OPENS_AHEAD = re.compile(
    r"(?:做好)?(?:今年|(?P<y>20\d\d)年)(?:是[“\"]?(?:十.五|实施|全面|贯彻|我[省市区县])|(?:的)?(?:工作|"
    r"政府工作|经济社会|全[省市区县州]|"
    r"主要|总体|我们要|，?要|我们将|将))|(?:今后|未来)[一两三四五六七八九十]年(?:（[^（）。]{4,16}）)?|[“\"]?十.五[”\"]?时期(?:是|，|我|经济社会)"
)
_LOOKS_FAR = re.compile(r"展望(?:到|至)?(?:20\d\d|二[〇○零][〇○零一二三四五六七八九]{2})\s?年")
"""展望2035年: the rest of its paragraph speaks of that year."""
_THIS_YEAR = re.compile(r"今年(?!以来|来|上半年|前|年?初|\s?\d|[一二三四五六七八九十]{1,2}[月季]|[^，。；]{0,12}了)")
"""What ends a review inside a paragraph: 过去五年…。今年新建…"""
_LEADS = re.compile(
    r"(?:以下|下列|如下)[^，。；：]{0,14}(?:工作|任务|方面|目标|行动|工程|举措|重点)[^，。；：]{0,4}[。：:]$"
)
"""A sentence that opens what stands below it: 到2030年，要抓好以下重点工作。"""
_ADOPTED = re.compile(
    r"[（(—-]{1,2}[^，。]{0,16}20\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日(?!前|之前|以前)|"
    r"20\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日[^，。]{0,40}(?:批准|通过|印发|审议|发布|公布|施行|修订)"
)
"""A line in the head of a text that says when it was given, adopted or issued: no deadline."""
_FACT = re.compile(
    r"去年|上年(?!度)|过去[一五两三几的]|[一两三四五六七八九十\d]年来|近年来|以来|截至|截止|截[止至]?目前|"
    r"目前|已经|已(?![谋批纳经])|前不久|近日|日前|如今"
    r"|刚刚过去|曾|初步核算|连续[一二三四五六七八九十\d]+[年个]|[^，。；]{1,8}了$|同比|比上年|较上年|"
    r"累计(?:已|完成)?.{0,12}了"
)
_SURE_FACT = re.compile(
    r"去年|过去[一五两三几的]|[一两三四五六七八九十\d]年来|近年来|[^来]以来|截至|截止|目前|已经|已(?:累计|"
    r"建成?|完成|实现|达|有|超|突破|形成|"
    r"开工|投|发放|成为|连续)|刚刚过去|初步核算|(?:增长|提高|增加|下降|降低|减少|达到|完成|实现|建成|超额)了"
)
_WILL = re.compile(
    r"力争|确保|争取|计划|拟|将[在建新达完实投培推打突超增使从进]|预期(?!寿命)|目标[是为：]|要(?:达到|实现|完成|"
    r"建成|新增|力争|确保)|明年|下一步|未来|今后"
    r"|不低于|不少于|不高于|不超过|控制在|努力"
)
_SURE_WILL = re.compile(r"力争到?|明年|下一步|未来[一二三四五六七八九十]|今后[一二三四五六七八九十]|计划到")
_BOUNDED = re.compile(r"\d[^，。；、]{1,8}?以[上内]")
_DOING = re.compile(
    r"(?:^|[，；：、。])\s?(?:要|加快|推进|推动|实施|建设|打造|培育|提升|新建|完善|支持|深化|强化|加强|开展|"
    r"持续|积极|全面|每年|建成|"
    r"构建|创建|引进|改造|扩大|优化|健全|坚持|着力|大力|新谋划|谋划)"
)


class Chronicle:
    """Walks through the sentences of a text and says of each figure whether it is promised, and by when."""

    def __init__(self, plain: str, year: int | None) -> None:
        self.plain = plain
        self.setting = setting(plain, year)
        self.year = self.setting.year
        self.term = speaks_for_a_term(plain)
        self._frames: dict[int, tuple[Frame, tuple[Heading, ...]]] = {}
        self._running = Frame("", None)
        self._section: tuple[Heading, ...] = ()
        self._last: tuple[Heading, ...] = ()
        self._aside = Frame("", None)
        self._paragraph = -1

    def notes(self, sentence: Sentence) -> bool:
        """Whether the sentence stands among the explanations of terms after a text, where nothing is promised."""
        return self.setting.kind != "bulletin" and any(_NOTES.match(h.text) for h in sentence.above)

    def frame(self, sentence: Sentence) -> Frame:
        """The frame of a sentence; every sentence must have been passed, in the order of the text."""
        if sentence.paragraph == self._paragraph:
            return self._aside
        known = self._above(sentence.above)
        running = self._running
        newer = known.due != self._above(self._section).due
        if running.due and known.mode != "past" and not newer:
            return Frame(known.mode or running.mode, running.due)
        return Frame(known.mode or running.mode, known.due or running.due)

    def passes(self, sentence: Sentence) -> None:
        """Notice what the next sentence opens (过去一年…, 今年是…) and which sections it leaves."""
        if self._section and sentence.above is not self._last:
            self._last = sentence.above
            if any(heading not in sentence.above for heading in self._section):
                self._section, self._running = (), Frame("", None)
        if self._turns(sentence):
            return
        if sentence.first:
            self._open(sentence)
        elif self._ends_review(sentence) and self.year:
            self._running = Frame("", None)
            self._aside, self._paragraph = Frame("future", last_day(self.year)), sentence.paragraph

    def _ends_review(self, sentence: Sentence) -> bool:
        """Whether 今年 turns a paragraph from review to what is to come; not under a heading that looks back."""
        reviewed = self._running.mode == "past" and self._above(sentence.above).mode != "past"
        return reviewed and bool(_THIS_YEAR.match(self.plain, sentence.start, sentence.end))

    def _turns(self, sentence: Sentence) -> bool:
        """Whether a sentence gives the rest of its paragraph a year of its own: 展望2035年，…"""
        far = _LOOKS_FAR.match(self.plain, sentence.start, sentence.end)
        if not far or sentence.heading or self.setting.kind == "bulletin":
            return False
        named = [m.day for m in self.days(self.plain, sentence.start, far.end()) if m.day]
        if not named or (self.year and named[-1].year < self.year):
            return False
        if self._running.mode == "past":
            self._running = Frame("", None)
        self._aside, self._paragraph = Frame("future", named[-1]), sentence.paragraph
        return True

    def days(self, text: str, start: int = 0, end: int | None = None) -> list[Mention]:
        """The times named in `text[start:end]`, as this text counts them: 今年 is its own year."""
        return days(text, self.year, start, end, later=self.term)

    def _above(self, above: tuple[Heading, ...]) -> Frame:
        known = self._frames.get(id(above))
        if known is None:
            # Sentences under the same headings share the tuple itself; it is kept here, so that its id stays its own.
            known = self._frames[id(above)] = (self._from_headings(above), above)
        return known[0]

    def _open(self, sentence: Sentence) -> None:
        end = min(sentence.end, sentence.start + 60)
        if _OPENS_PAST.match(self.plain, sentence.start, end):
            self._section = tuple(h for h in sentence.above if h.level <= 4)
            self._running = Frame("past", None)
            return
        ahead = None if self.setting.kind == "bulletin" else _OPENS_AHEAD.match(self.plain, sentence.start, end)
        if ahead and not (ahead["y"] and self.year and int(ahead["y"]) < self.year):
            named = [m.day for m in self.days(self.plain, sentence.start, ahead.end()) if m.day]
            gone = bool(named and self.year and named[-1].year < self.year)
            self._section = tuple(h for h in sentence.above if h.level <= 4)
            self._running = Frame("past" if gone else "future", named[-1] if named else None)
        elif not sentence.heading and self.setting.kind != "bulletin":
            self._lead(sentence)

    def _lead(self, sentence: Sentence) -> None:
        """A paragraph that only says what follows and by when opens all below it, to the next heading of its rank."""
        alone = sentence.end == len(self.plain) or self.plain[sentence.end] in "\r\n"
        if not alone or not _LEADS.search(self.plain, max(sentence.start, sentence.end - 60), sentence.end):
            return
        named = [m.day for m in self.days(self.plain, sentence.start, sentence.end) if m.day and m.role in ("by", "in")]
        if named and not (self.year and named[-1].year < self.year):
            self._section = tuple(h for h in sentence.above if h.level < 9)
            self._running = Frame("future", named[-1])

    def _from_headings(self, above: tuple[Heading, ...]) -> Frame:
        mode, due = "", None
        for heading in above:
            if heading.level == 0:
                continue
            if not mode or heading.level == 10:
                mode = self._mode(heading) or mode
            if heading.level == 9 and _ADOPTED.search(heading.text):
                continue
            named = [m for m in self.days(heading.text) if m.day and m.role in ("by", "in")]
            if named and (mode != "future" or not self.year or named[-1].day.year >= self.year):  # type: ignore[union-attr]
                due = named[-1].day
                if len({m.day for m in named}) > 1 and heading.level != 10:
                    due = named[-1 if self._yearly_part(heading, above, named) else 0].day if mode == "future" else due
        return Frame(mode, due)

    def _yearly_part(self, heading: Heading, above: tuple[Heading, ...], named: list[Mention]) -> bool:
        """Under 十五五时期目标和2026年重点工作 of a report, what stands below a further heading is the year's work."""
        last = named[-1].day
        deeper = any(heading.level < other.level < 9 for other in above)
        return self.setting.kind == "report" and deeper and last is not None and last.year == self.year

    def _mode(self, heading: Heading) -> str:
        text = heading.text
        back, ahead = _LOOKS_BACK.search(text), _AHEAD_ONLY.search(text)
        if back and not ahead:
            return "past"
        if ahead and not back:
            return "future"
        if back and ahead:
            return ""
        years = [m.day.year for m in self.days(text) if m.day]
        if years and self.year:
            return "past" if max(years) < self.year else "future"
        return ""

    def status(self, sentence: Sentence, frame: Frame, mentions: list[Mention], at: int) -> tuple[str, float]:
        """`promise` or `fact` for the figure at `at`, and how sure that is (0 to 1)."""
        before = self.plain[max(sentence.start, at - _REACH) : at]
        mentions = mentions[: bisect_right(mentions, at, key=_END)][-_RECENT:]
        named = [m for m in mentions if m.role in ("by", "in") and m.day]
        if self.setting.kind == "bulletin":
            later = any(m.day and self.year and m.day.year > self.year for m in named)
            return ("promise", 0.7) if later else ("fact", 0.95)
        by = [m for m in named if m.role == "by" or (self.year and m.day and m.day.year > self.year)]
        last = by[-1].day if by else None
        if last and self.year and last.year >= self.year and frame.mode != "past":
            return "promise", 0.95
        if last and self.year and last.year > self.year:
            return "promise", 0.85
        gone_by = _SURE_FACT.search(before[-80:])
        if gone_by and not (_WILL.search(before) and frame.mode == "future"):
            since = at - len(before[-80:]) + gone_by.end()
            turned = [m for m in named if m.start >= since and self.year and m.day and m.day.year >= self.year]
            if not turned or frame.mode == "past":
                return "fact", 0.85
        if frame.mode == "future":
            gone = [m for m in named if self.year and m.day and m.day.year < self.year]
            if gone and gone[-1] == named[-1] and not _WILL.search(before):
                return "fact", 0.7
            return "promise", 0.9
        if frame.mode == "past":
            return ("promise", 0.6) if _SURE_WILL.search(before) and not last else ("fact", 0.9)
        return self._unframed(sentence, before, last, mentions)

    def _unframed(
        self, sentence: Sentence, before: str, last: date | None, mentions: list[Mention]
    ) -> tuple[str, float]:
        """Where no heading tells: what the sentence says up to the figure, then what it says as a whole."""
        if any(m.role == "since" for m in mentions):
            return "fact", 0.7
        if last and (not self.year or last.year >= self.year):
            return "promise", 0.85
        if self.setting.kind == "bulletin":
            return "fact", 0.9
        named = [m for m in mentions if m.role == "in" and m.day]
        if named and self.year and named[-1].day and named[-1].day.year < self.year:
            return "fact", 0.7
        if _WILL.search(before):
            return "promise", 0.75
        if _FACT.search(before):
            return "fact", 0.7
        if named:
            return "promise", 0.7
        if self.setting.kind == "story":
            return "fact", 0.6
        end = min(sentence.end, sentence.start + _REACH)
        if self.setting.kind in ("plan", "report") or _BOUNDED.search(self.plain, sentence.start, end):
            return "promise", 0.6
        return ("promise", 0.6) if _DOING.search(self.plain, sentence.start, end) else ("fact", 0.5)

    def due(self, frame: Frame, mentions: list[Mention], status: str, at: int) -> date | None:
        """The last day of the period that the figure at `at` is for: the sentence's own, else from above."""
        for mention in reversed(mentions[: bisect_right(mentions, at, key=_END)][-_RECENT:]):
            if mention.day is None or mention.role not in ("by", "in"):
                continue
            if status == "promise" and mention.role == "in" and self.year and mention.day.year < self.year:
                continue
            if status == "fact" and frame.due and frame.mode == "past" and self.year == mention.day.year:
                continue
            return mention.day
        if status == "promise" and frame.due and self.year and frame.due.year < self.year and frame.mode == "past":
            return None
        if frame.due:
            return frame.due
        if status == "promise":
            return self.setting.due
        if self.setting.kind == "report" and self.setting.due and self.year:
            return last_day(self.year - 1)
        if self.setting.kind == "bulletin" and self.year:
            return last_day(self.year)
        return None
