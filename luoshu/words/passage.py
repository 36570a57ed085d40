"""One sentence with its quantities, read from left to right, each leaning on the one before it."""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from luoshu.words.bearing import Bearing, bearing
from luoshu.words.clause import Sentence
from luoshu.words.day import days
from luoshu.words.name import sorting_size
from luoshu.words.quantity import Quantity
from luoshu.words.subject import (
    after_figure,
    before_figure,
    ends_in_verb,
    listed,
    several_places,
    two_measures,
    verb_phrase,
)
from luoshu.words.tense import Chronicle, Frame
from luoshu.words.unit import COUNTS


class Reading(NamedTuple):
    """One figure as read: its quantity, what it measures, how it bears, promise or fact, by when, its size."""

    quantity: Quantity
    subject: str
    bearing: Bearing
    status: str
    due: date | None
    sure: float
    size: Quantity | None


_MARKS = re.compile(r"[，；：、。;]|,(?!\d)")
_ROW = re.compile(r"(?:以上|以下|以内|左右|上下)?\s?(?:[、和及与]|以及)\s?")
_SHARES_OUT = re.compile(r"分别|(?<![平年人户])均(?![衡等匀可])|都(?=达|保持|稳定|超|在|增|下|提)")
_FROM = re.compile(r"(?:从|由)[^，；。]{0,14}$")
_ONWARD = re.compile(
    r"\s?[^，；。、]{0,6}?(?:增加|提高|提升|增长|增|上升|扩大|扩展|降低|下降|降|减少|减|缩小|缩短|压缩|升|"
    r"调整|拓展|跃升|跃)[到至为]?"
)
_TO = re.compile(r"[到至为]$")
_ATTAINS = re.compile(
    r"(?:达到?|[迈跨站登]上|[迈跨越]过|突破|超过?|过|近|约|完成|投资|建成|新增|实现|力争|至|到|不少于|"
    r"不低于|建设|打造|形成|培育|规模|总额|收入|产值|装机)了?$"
)
_CAPACITIES = frozenset(["吨", "千瓦", "立方米", "千瓦时", "吨标准煤"])
_BUILDS = re.compile(r"建设|建成|开工|推进|加快|打造|实施|投产|新建|扩建")
_WORTH = re.compile(
    r"[^，、。；\d]{0,6}?(?:投资额?|(?:主营业务|营业|业务)?收入|营收|产值|产能|规模|市值|估值|税收|"
    r"纳税额?)(?:总额)?(?:(?P<over>超过?|突破)|达到?|在|不低于|不少于)*"
)
_OF_THEM = re.compile(r"(?:及?以上)?(?:的|[^，。；、左上多）]{2})")
_ORDINAL = re.compile(r"第[\d一二三四五六七八九十]{1,3}个\s?$")
_REACH = 90


class Passage:
    """A sentence and the quantities found in it."""

    def __init__(
        self, text: str, sentence: Sentence, found: list[Quantity], chronicle: Chronicle, frame: Frame
    ) -> None:
        self.text, self.sentence, self.chronicle, self.frame = text, sentence, chronicle, frame
        self.mentions = days(text, chronicle.year, sentence.start, sentence.end)
        marks = [m.start() for m in _MARKS.finditer(text, sentence.start, sentence.end)]
        self.marks = marks
        self.stops = [at for at in marks if text[at] in "，；：。"]
        self.done: list[Reading] = []
        self.row = 0
        self.found, self.sizes = self._sized(found)

    def read(self) -> list[Reading]:
        """All figures of the sentence, in order."""
        index = 0
        while index < len(self.found):
            chain = self._chain(index)
            self._take(index, chain)
            index += chain
        return self.done

    def _sized(self, found: list[Quantity]) -> tuple[list[Quantity], dict[int, Quantity]]:
        """Numbers that only say how large each counted thing is are taken out and given to their count."""
        kept: list[Quantity] = []
        sizes: dict[int, Quantity] = {}
        pending: Quantity | None = None
        for i, quantity in enumerate(found):
            if pending and quantity.unit in COUNTS and not self._parted(pending.end, quantity.start):
                sizes[quantity.start], pending = pending, None
            if kept and self._worth(kept[-1], quantity):
                sizes[kept[-1].start] = quantity
                continue
            sort = sorting_size(self.text, quantity)
            previous = kept[-1] if kept else None
            following = found[i + 1] if i + 1 < len(found) else None
            if sort and previous and self._counts(previous, quantity, 14):
                sizes[previous.start] = quantity
            elif sort and following and self._counts(following, quantity, 18):
                pending = quantity
            elif sort in ("", "of") or self._promised(sort, quantity):
                kept.append(quantity)
        return kept, sizes

    def _promised(self, sort: str, quantity: Quantity) -> bool:
        """Whether a size that stands by no count is itself what is promised or reported."""
        if sort == "edge":
            return self._promised_edge(quantity)
        if sort == "level":
            return self._itself(quantity)
        return self._attained(quantity) or self._works(quantity)

    def _counts(self, count: Quantity, size: Quantity, reach: int) -> bool:
        """Whether a count stands so near a size that it counts the things of that size."""
        if count.unit not in COUNTS or size.unit in COUNTS:
            return False
        first, last = (count, size) if count.start < size.start else (size, count)
        return not self._parted(first.end, last.start, reach, "" if first is count else "等")

    def _worth(self, count: Quantity, quantity: Quantity) -> bool:
        """推进20个投资超10亿元的项目: what each counted thing is worth."""
        if count.unit not in COUNTS or quantity.unit in COUNTS or quantity.start - count.end > 16:
            return False
        worth = _WORTH.fullmatch(self.text, count.end, quantity.start)
        return bool(worth and (worth["over"] or _OF_THEM.match(self.text, quantity.end)))

    def _itself(self, quantity: Quantity) -> bool:
        """建成万亿级先进制造业基地: the level is what is promised."""
        if _ORDINAL.search(self.text[max(self.sentence.start, quantity.start - 6) : quantity.start]):
            return False
        return quantity.unit == "元" or self._attained(quantity)

    def _works(self, quantity: Quantity) -> bool:
        """加快建设百万吨乙烯等项目: the capacity of a works that is to be built."""
        low = max(self.sentence.start, quantity.start - 24)
        return quantity.unit in _CAPACITIES and bool(_BUILDS.search(self.text, low, quantity.start))

    def _attained(self, quantity: Quantity) -> bool:
        return bool(_ATTAINS.search(self.text[max(self.sentence.start, quantity.start - 12) : quantity.start]))

    def _promised_edge(self, quantity: Quantity) -> bool:
        return (quantity.unit in COUNTS and quantity.unit != "户") or self._attained(quantity)

    def _parted(self, start: int, end: int, reach: int = 40, more: str = "") -> bool:
        return end - start > reach or any(mark in self.text[start:end] for mark in "，、；。：" + more)

    def _mark_before(self, marks: list[int], at: int) -> int:
        """Just after the last of `marks` before `at`, or where the sentence begins."""
        place = bisect_left(marks, at)
        return marks[place - 1] + 1 if place else self.sentence.start

    def _clause(self, at: int) -> int:
        return self._mark_before(self.stops, at)

    def _low(self, index: int) -> int:
        """Where the words that belong to a figure begin: after the last mark or figure before it."""
        start = self.found[index].start
        low = self._mark_before(self.marks, start)
        bracket = self.text.rfind("）", low, start)
        if bracket >= 0 and self.text.rfind("（", low, bracket) < 0:
            opening = self.text.rfind("（", max(self.sentence.start, low - _REACH), low)
            if opening >= 0:
                low = self._mark_before(self.marks, opening)
        return max(low, self.found[index - 1].end) if index else low

    def _chain(self, index: int) -> int:
        """How many figures stand in one row after a shared verb: 分别达到[8%]和[14%] → 2."""
        count = 1
        while index + count < len(self.found):
            start, end = self.found[index + count - 1].end, self.found[index + count].start
            if end - start > 6 or not _ROW.fullmatch(self.text, start, end):
                break
            count += 1
        return count

    def _take(self, index: int, chain: int) -> None:
        """Read the figures of one row, which share verb, bearing and status."""
        row = self._same_unit(self.found[index : index + chain])
        first = row[0]
        low, clause = self._low(index), max(self._clause(first.start), first.start - _REACH)
        words = before_figure(self.text, low, first.start)
        named = bool(low > self._clause(first.start) and words and first.unit in COUNTS and self.text[low - 1] == "、")
        status, sure = self.chronicle.status(self.sentence, self.frame, self.mentions, first.start)
        before = self.text[max(clause, first.start - 16) : first.start]
        if index + chain < len(self.found) and _FROM.search(before) and _ONWARD.match(self.text, row[-1].end):
            status = "fact"
        borne = self._borne(index, row, low, clause, status)
        if named and status == "promise" and borne.comparator == ">=" and self._lists_names(first, low, words):
            borne = borne._replace(comparator="=")
        subjects = self._subjects(index, row, low, clause, words)
        inherited = [r.subject for r in self.done[-chain:]] if chain > 1 and self.row == chain and not words else []
        self.row = chain
        days_apart = self._days_apart(first.start, chain)
        for place, quantity in enumerate(row):
            own = borne
            if quantity.high is None and borne.comparator == "between":
                own = borne._replace(comparator=">=" if status == "promise" else "=")
            elif quantity.high is not None:
                own = borne._replace(comparator="between")
            if len(subjects) == chain and chain > 1:
                names = [subjects[place]]
            elif subjects and chain == 1:
                names = subjects
            elif len(inherited) == chain:
                names = [inherited[place]]
            elif place:
                names = [self._subject(index + place, quantity.start, "")]
            else:
                names = [self._subject(index, low, words)]
            for name in names:
                self._add(quantity, name, own, status, sure, days_apart[place] if days_apart else None)

    def _same_unit(self, row: list[Quantity]) -> list[Quantity]:
        """分别达1409万、1305万人次: the unit that stands only after the last figure of a row is that of all."""
        last = row[-1]
        if last.kind != "figure" or all(q.kind != "bare" for q in row):
            return row
        return [q._replace(unit=last.unit, kind="figure") if q.kind == "bare" else q for q in row]

    def _borne(self, index: int, row: list[Quantity], low: int, clause: int, status: str) -> Bearing:
        first = row[0]
        borne = bearing(self.text, first, low, status, clause)
        if borne.comparator == ">=" and status == "promise" and self._goes_on(index, clause, low):
            borne = borne._replace(comparator="=")
        if len(row) > 1:
            edge = bearing(self.text, row[-1], row[-1].start, status, row[-1].start).comparator
            if edge in ("~", "<=") or (edge == ">=" and borne.comparator == "="):
                borne = borne._replace(comparator=edge)
        return borne

    def _lists_names(self, first: Quantity, low: int, words: str) -> bool:
        """推动满洲里、二连浩特[2个]口岸升级: a set given by its names."""
        if ends_in_verb(self.text, low, first.start) or self.text[first.end : first.end + 2] in ("以上", "左右"):
            return False
        return bool(after_figure(self.text, first.end, self.sentence.end)) and len(words) < 9

    def _goes_on(self, index: int, clause: int, low: int) -> bool:
        """推动7个枢纽、4个基地提质升级: the second count goes on from a settled set (`=`) in the same clause."""
        last = self.done[-1] if self.done and index else None
        if last is None or last.bearing.comparator != "=" or last.status != "promise":
            return False
        start = self.found[index].start
        if self.found[index - 1].end <= clause or self.found[index].unit not in COUNTS:
            return False
        return start == low or self.text[start - 1] in "、和及"

    def _subjects(self, index: int, row: list[Quantity], low: int, clause: int, words: str) -> list[str]:
        """The several subjects of a row: one for each figure, or all that share a lone one; else none."""
        first, chain = row[0], len(row)
        if index and self.done and self._onward(index):
            return [r.subject for r in self.done[-chain:]]
        share = _SHARES_OUT.search(self.text, low, first.start)
        if share:
            if index and self.found[index - 1].end > clause:
                clause = self.found[index - 1].end
            return self._shared(clause, share.start(), chain, share.group())
        if chain == 2 and words.startswith("城乡"):
            return listed(words, 2)
        if chain == 1 and first.unit in ("%", "元") and low > clause:
            whole = before_figure(self.text, clause, first.start)
            if first.unit == "%":
                return two_measures(self.text, whole, clause, first)
            return several_places(self.text, whole, low, first.start)
        return []

    def _shared(self, clause: int, end: int, chain: int, word: str) -> list[str]:
        words = before_figure(self.text, clause, end)
        if not words and self.done and "分别" not in word:
            earlier = self._clause(clause - 1)
            return [r.subject for r in self.done if r.quantity.start >= earlier] if chain == 1 else []
        if not words and clause > self.sentence.start:
            words = before_figure(self.text, self._clause(clause - 1), clause - 1)
        if "分别" in word:
            return listed(words, chain if chain > 1 else 0)
        return listed(words, 0) if chain == 1 else []

    def _onward(self, index: int) -> bool:
        """Whether this figure is where the one before it goes: 从15个县扩大到[57个]县."""
        last, this = self.found[index - 1], self.found[index]
        if last.unit != this.unit or this.start - last.end > 20:
            return False
        between = self.text[last.end : this.start]
        if not _TO.search(between) or any(mark in between for mark in "，；。、"):
            return False
        return bool(_FROM.search(self.text[max(self.sentence.start, self.done[-1].quantity.start - 40) : last.start]))

    def _subject(self, index: int, low: int, before: str) -> str:
        """What one figure measures: the words before it, the thing after it, or what the clause before spoke of."""
        quantity = self.found[index]
        stop = self.found[index + 1].start if index + 1 < len(self.found) else self.sentence.end
        works = quantity.size or (quantity.kind == "spoken" and quantity.unit in _CAPACITIES)
        counted = quantity.unit in COUNTS or quantity.kind == "bare" or works
        after = after_figure(self.text, quantity.end, stop, quantity.unit not in COUNTS)
        if after and (not before or counted or ends_in_verb(self.text, low, quantity.start)):
            return after
        if before.startswith("占") and self.done:
            return self.done[-1].subject + before
        if before:
            return before
        if counted and quantity.unit != "个":
            phrase = verb_phrase(self.text, quantity.end, stop)
            if phrase:
                return phrase
        return self._earlier(index, low)

    def _earlier(self, index: int, low: int) -> str:
        """The subject that a figure without words of its own takes over from what stands before."""
        quantity = self.found[index]
        clause = self._clause(quantity.start)
        if low > clause and (not index or self.found[index - 1].end <= clause):
            nearer = before_figure(self.text, clause, low - 1)
            if nearer:
                return nearer
        while clause > self.sentence.start:
            earlier = self._clause(clause - 1)
            if self.done and index and self.found[index - 1].end > earlier:
                break
            words = before_figure(self.text, earlier, clause - 1)
            if words:
                return words
            clause = earlier
        return self.done[-1].subject if self.done else ""

    def _days_apart(self, start: int, chain: int) -> list[date | None]:
        """2026年、2027年分别完成10亿元、20亿元: the days of a row that has one for each figure; else nothing."""
        if chain < 2 or "分别" not in self.text[max(self.sentence.start, start - _REACH) : start]:
            return []
        named = [m for m in self.mentions if m.end <= start][-chain:]
        gaps = [self.text[one.end : other.start] for one, other in pairwise(named)]
        if len(named) < chain or any(gap.strip() not in ("、", "和", "，") for gap in gaps):
            return []
        return [m.day for m in named]

    def _add(
        self, quantity: Quantity, subject: str, borne: Bearing, status: str, sure: float, day: date | None
    ) -> None:
        due = day or self.chronicle.due(self.frame, self.mentions, status, quantity.start)
        size = self.sizes.get(quantity.start)
        self.done.append(Reading(quantity, subject, borne, status, due, sure, size))
