"""Figures of a plan: every promise and fact with a number in it, with the fields of the reading guide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from luoshu.words.bearing import Bearing, bearing
from luoshu.words.clause import Sentence, laid_out
from luoshu.words.day import days
from luoshu.words.name import is_name, sorting_size
from luoshu.words.number import narrowed
from luoshu.words.quantity import Quantity, quantities
from luoshu.words.subject import after_figure, before_figure, ends_in_verb, listed, verb_phrase
from luoshu.words.tense import Chronicle, Frame
from luoshu.words.unit import COUNTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """The size that each counted thing must have: 20家百亿级企业 → Size(value=1e10, unit="元")."""

    value: float
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One promised or reported figure; `start` and `end` are offsets in the text that was read.

    status `promise` or `fact`; comparator one of >= > <= < = ~ between; change `level`, `up` or `down`;
    per `year`, `month` or empty; `value_high` only for ranges; `confidence` 0 to 1.
    """

    status: str
    start: int
    end: int
    value: float
    value_high: float | None = None
    unit: str = ""
    comparator: str = "="
    change: str = "level"
    per: str = ""
    each: Size | None = None
    due: date | None = None
    subject: str = ""
    owner: str = ""
    confidence: float = 0.5

    def row(self) -> dict[str, Any]:
        """The figure as one JSON-ready object with the field names of the reading guide."""
        return {
            "status": self.status,
            "start": self.start,
            "end": self.end,
            "value": self.value,
            "value_high": self.value_high,
            "unit": self.unit,
            "comparator": self.comparator,
            "change": self.change,
            "per": self.per,
            "each": None if self.each is None else {"value": self.each.value, "unit": self.each.unit},
            "due": None if self.due is None else self.due.isoformat(),
            "subject": self.subject,
            "owner": self.owner,
            "confidence": self.confidence,
        }


def figures(plain: str, *, author: str = "", year: int | None = None) -> list[Figure]:
    """The promises and facts of `plain`, in order of their place; offsets are those of `plain`.

    `author` owns what no sentence gives to somebody else; `year` is the report's own year (今年), found in the text
    where None. Takes any text and never raises; linear in its length.

    >>> [(f.subject, f.value, f.unit, f.comparator, str(f.due)) for f in figures("到2025年全市博物馆达到120家。")]
    [('全市博物馆', 120.0, '家', '>=', '2025-12-31')]
    """
    text = narrowed(plain)
    found = [q for q in quantities(text) if not is_name(text, q)]
    chronicle = Chronicle(text, year)
    result: list[Figure] = []
    at = 0
    for sentence in laid_out(text):
        frame = chronicle.frame(sentence)
        first = at
        while at < len(found) and found[at].start < sentence.end:
            at += 1
        if at > first and not chronicle.notes(sentence):
            result.extend(_Reading(text, sentence, found[first:at], chronicle, frame, author).figures())
    return result


class _Reading:
    """The figures of one sentence, read from left to right, each leaning on the one before it."""

    def __init__(
        self, text: str, sentence: Sentence, found: list[Quantity], chronicle: Chronicle, frame: Frame, author: str
    ) -> None:
        self.text, self.sentence, self.found = text, sentence, found
        self.chronicle, self.frame = chronicle, frame
        self.mentions = days(text, chronicle.year, sentence.start, sentence.end)
        self.owner = _owner(text, sentence) or author
        self.done: list[Figure] = []
        self.row = 0

    def figures(self) -> list[Figure]:
        sized, sizes = self._sizes()
        index = 0
        while index < len(sized):
            chain = self._chain(sized, index)
            self._read(sized, index, chain, sizes)
            index += chain
        return self.done

    def _sizes(self) -> tuple[list[Quantity], dict[int, Size]]:
        """Numbers that only say how large each counted thing is are taken out and given to their count."""
        kept: list[Quantity] = []
        sizes: dict[int, Size] = {}
        pending: list[tuple[int, Size]] = []
        for i, quantity in enumerate(self.found):
            if pending and quantity.unit in COUNTS and not self._parted(pending[-1][0], quantity.start):
                sizes[quantity.start] = pending.pop()[1]
            sort = sorting_size(self.text, quantity)
            if not sort or (sort == "edge" and self._promised_edge(quantity)):
                kept.append(quantity)
                continue
            size = Size(value=quantity.value, unit=quantity.unit)
            previous = kept[-1] if kept else None
            if previous and previous.unit in COUNTS and not self._parted(previous.end, quantity.start, 10):
                sizes[previous.start] = size
                continue
            following = self.found[i + 1] if i + 1 < len(self.found) else None
            if following and following.unit in COUNTS and not self._parted(quantity.end, following.start, 18):
                pending.append((quantity.end, size))
                continue
            if sort == "level" and self._itself(quantity) or sort == "bare" and self._verb_before(quantity):
                kept.append(quantity)
        return kept, sizes

    def _itself(self, quantity: Quantity) -> bool:
        """建成万亿级先进制造业基地: the level is what is promised."""
        return quantity.unit == "元" or self._verb_before(quantity)

    def _verb_before(self, quantity: Quantity) -> bool:
        return bool(_ATTAINS.search(self.text[max(self.sentence.start, quantity.start - 12) : quantity.start]))

    def _promised_edge(self, quantity: Quantity) -> bool:
        return quantity.unit in COUNTS and quantity.unit != "户" or self._verb_before(quantity)

    def _parted(self, start: int, end: int, reach: int = 40) -> bool:
        return end - start > reach or any(mark in self.text[start:end] for mark in "，、；。：")

    def _low(self, index: int, sized: list[Quantity]) -> int:
        """Where the words that belong to a figure begin: after the last mark or figure before it."""
        start = sized[index].start
        low = max([self.sentence.start, *(self.text.rfind(m, self.sentence.start, start) + 1 for m in "，；：、。,;")])
        bracket = self.text.rfind("）", low, start)
        if bracket >= 0 and self.text.rfind("（", low, bracket) < 0:
            opening = self.text.rfind("（", self.sentence.start, low)
            if opening >= 0:
                low = max(
                    self.sentence.start,
                    *(self.text.rfind(m, self.sentence.start, opening) + 1 for m in "，；：、。"),
                )
        return max(low, sized[index - 1].end) if index else low

    def _clause(self, start: int) -> int:
        return max([self.sentence.start, *(self.text.rfind(m, self.sentence.start, start) + 1 for m in "，；：。")])

    def _chain(self, sized: list[Quantity], index: int) -> int:
        """How many figures stand in one row after a shared verb: 分别达到[8%]和[14%] → 2."""
        count = 1
        while index + count < len(sized):
            between = self.text[sized[index + count - 1].end : sized[index + count].start]
            if not _ROW.fullmatch(between):
                break
            count += 1
        return count

    def _read(self, sized: list[Quantity], index: int, chain: int, sizes: dict[int, Size]) -> None:
        first = sized[index]
        low, clause = self._low(index, sized), self._clause(first.start)
        share = _SHARES_OUT.search(self.text[low : first.start])
        if share and index and sized[index - 1].end > clause:
            clause = max(clause, sized[index - 1].end)
        subjects = self._shared(clause, low + share.start(), chain, share.group()) if share else []
        if chain == 2 and not share:
            words = before_figure(self.text, low, first.start)
            subjects = listed(words, 2) if words.startswith("城乡") else []
        if not share and chain == 1 and first.unit == "%":
            subjects = self._parallel(clause, first)
        elif not share and chain == 1 and first.unit == "元":
            subjects = self._named_places(low, clause, first.start)
        row = sized[index : index + chain]
        status, sure = self.chronicle.status(self.sentence, self.frame, self.mentions, first.start)
        if _FROM.search(self.text[max(clause, first.start - 16) : first.start]) and index + chain < len(sized):
            status = "fact" if _ONWARD.match(self.text, row[-1].end) else status
        borne = bearing(self.text, first, low, status, clause)
        if borne.comparator == ">=" and status == "promise" and self._goes_on(sized, index, clause, low):
            borne = borne._replace(comparator=self.done[-1].comparator)
        if self._onward(sized, index) and self.done:
            subjects = [f.subject for f in self.done[-chain:]]
        if chain > 1:
            edge = bearing(self.text, row[-1], row[-1].start, status, row[-1].start).comparator
            if edge in ("~", "<=") or (edge == ">=" and borne.comparator == "="):
                borne = borne._replace(comparator=edge)
        inherited = [f.subject for f in self.done[-chain:]] if chain > 1 and self.row == chain else []
        self.row = chain
        for place, quantity in enumerate(row):
            own = borne if place == 0 else borne._replace(comparator="between" if quantity.high else borne.comparator)
            if place == 0 and quantity.high is not None:
                borne = borne._replace(comparator=">=" if status == "promise" else "=")
            if subjects and len(subjects) == chain:
                names = [subjects[place]]
            elif subjects and chain == 1:
                names = subjects
            else:
                names = [self._subject(sized, index + place, low if place == 0 else quantity.start)]
                if inherited and len(inherited) == chain and (place or not before_figure(self.text, low, first.start)):
                    names = [inherited[place]]
            for name in names:
                self._add(quantity, name, own, status, sure, sizes.get(quantity.start))

    def _shared(self, clause: int, end: int, chain: int, word: str) -> list[str]:
        words = before_figure(self.text, clause, end)
        if not words and self.done and "分别" not in word:
            return [f.subject for f in self.done if f.start >= self._clause(clause - 1)] if chain == 1 else []
        if not words:
            words = (
                before_figure(self.text, self._clause(clause - 1), clause - 1) if clause > self.sentence.start else ""
            )
        if "分别" in word:
            return listed(words, chain) if chain > 1 else listed(words, 0)
        return listed(words, 0) if chain == 1 else []

    def _goes_on(self, sized: list[Quantity], index: int, clause: int, low: int) -> bool:
        """推动7个枢纽、4个基地提质升级: the second count goes on from a settled set (`=`) in the same clause."""
        last = self.done[-1] if self.done and index else None
        if last is None or last.comparator != "=" or last.status != "promise" or sized[index - 1].end <= clause:
            return False
        joint = self.text[max(low - 1, 0) : sized[index].start]
        return sized[index].unit in COUNTS and (
            joint.endswith(("、", "和", "及")) or self.text[sized[index].start - 1] in "、和及"
        )

    def _onward(self, sized: list[Quantity], index: int) -> bool:
        """Whether this figure is where the one before it goes: 从15个县扩大到[57个]县."""
        if not index or sized[index - 1].unit != sized[index].unit:
            return False
        between = self.text[sized[index - 1].end : sized[index].start]
        before = self.text[max(self.sentence.start, sized[index - 1].start - 16) : sized[index - 1].start]
        return (
            len(between) < 20
            and bool(_TO.search(between))
            and not any(m in between for m in "，；。、")
            and bool(_FROM.search(before))
        )

    def _parallel(self, clause: int, first: Quantity) -> list[str]:
        """A、B交易额增长9%: a rate of growth that several measures share without saying so."""
        start = first.start
        if not _GROWS.search(self.text[max(clause, start - 8) : start]) and not _GROWS.match(self.text, first.end):
            return []
        words = before_figure(self.text, clause, start)
        if words.count("、") != 1 or _ONE_SUBJECT.search(words) or _SUMMED.search(self.text, clause, start):
            return []
        pieces = listed(words, 0)
        return pieces if all(len(piece) > 3 for piece in pieces) and _MONEY_MEASURE.search(words) else []

    def _named_places(self, low: int, clause: int, start: int) -> list[str]:
        """内江、眉山、自贡经济总量突破2000亿元: an economy is each place's own, never theirs together."""
        if low == clause or not _ECONOMY.search(self.text[low:start]):
            return []
        pieces = listed(before_figure(self.text, clause, start), 0)
        return pieces if len(pieces) > 1 and all(len(piece) < 11 for piece in pieces) else []

    def _subject(self, sized: list[Quantity], index: int, low: int) -> str:
        quantity = sized[index]
        stop = sized[index + 1].start if index + 1 < len(sized) else self.sentence.end
        before = before_figure(self.text, low, quantity.start)
        after = after_figure(self.text, quantity.end, stop, quantity.unit not in COUNTS)
        counted = quantity.unit in COUNTS or quantity.kind == "bare"
        if after and (not before or counted or ends_in_verb(self.text, low, quantity.start)):
            return after
        if counted and not before and not after and quantity.unit != "个":
            phrase = verb_phrase(self.text, quantity.end, stop)
            if phrase:
                return phrase
        if before.startswith("占") and self.done:
            return self.done[-1].subject + before
        if before:
            return before
        clause = self._clause(quantity.start)
        nearer = before_figure(self.text, clause, low - 1) if not index or sized[index - 1].end <= clause else ""
        if nearer and low > clause:
            return nearer
        if self.done and index and (sized[index - 1].end >= self._clause(clause - 1)):
            return self.done[-1].subject
        while clause > self.sentence.start:
            earlier = self._clause(clause - 1)
            if self.done and index and sized[index - 1].end > earlier:
                return self.done[-1].subject
            words = before_figure(self.text, max(earlier, clause - 60), clause - 1)
            if words:
                return words
            clause = earlier
        return self.done[-1].subject if self.done else ""

    def _add(
        self, quantity: Quantity, subject: str, borne: Bearing, status: str, sure: float, size: Size | None
    ) -> None:
        due = self.chronicle.due(self.frame, self.mentions, status, quantity.start)
        doubt = 0.15 * (quantity.kind in ("spoken", "bare", "ratio")) + 0.2 * (not subject)
        self.done.append(
            Figure(
                status=status,
                start=quantity.start,
                end=quantity.end,
                value=quantity.value,
                value_high=quantity.high,
                unit=quantity.unit,
                comparator=borne.comparator,
                change=borne.change,
                per=borne.per,
                each=size,
                due=due,
                subject=subject,
                owner=self.owner,
                confidence=round(max(0.1, sure - doubt), 2),
            )
        )


_ROW = re.compile(r"(?:以上|以下|以内|左右|上下)?\s?(?:[、和及与]|以及)\s?")
_SHARES_OUT = re.compile(r"分别|(?<![平年人户])均(?![衡等匀可])|都(?=达|保持|稳定|超|在|增|下|提)")
_ECONOMY = re.compile(r"(?:经济总量|生产总值|GDP)(?:均|突破|达到?|超过?|[迈跨]上)+$")
_GROWS = re.compile(r"(?:增长|下降|提高|降低)")
_SUMMED = re.compile(r"合计|总计|共")
_MONEY_MEASURE = re.compile(r"(?:额|营业收入|营收|利润|产量|产值|投资|人数|人次|销量)$")
_ONE_SUBJECT = re.compile(r"[和及与等“]|业增加值|^[^、]{1,3}、|、[^、]{1,3}$|\d")
_FROM = re.compile(r"(?:从|由)[^，；。]{0,14}$")
_TO = re.compile(r"[到至为]$")
_ONWARD = re.compile(
    r"\s?(?:[^，；。、]{0,6}?)(?:增加|提高|提升|增长|增|上升|扩大|扩展|降低|下降|降|减少|减|缩小|缩短|压缩|升|调整|拓展|跃升|跃)[到至为]?"
)
_ATTAINS = re.compile(
    r"(?:达到?|突破|超过?|过|近|约|完成|投资|建成|新增|实现|力争|至|到|不少于|不低于|建设|打造|形成|培育|规模|总额|收入|产值|装机)(?:了)?$"
)
_OWNER = re.compile(
    r"(?:牵头|责任|主责|负责)(?:单位|部门|处室|领导)?[：:]\s?(?P<a>[^，。；、）)\n]{2,20})|"
    r"由(?P<b>[^，。；、由]{2,14}?(?:局|委|办|厅|部|院|集团|公司|中心|政府|街道|管委会))(?:牵头|负责)"
)


def _owner(text: str, sentence: Sentence) -> str:
    """The body that the sentence itself names as responsible, or empty."""
    named = _OWNER.search(text, sentence.start, sentence.end)
    return (named["a"] or named["b"]) if named else ""
