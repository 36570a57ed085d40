"""Undertakings of a plan: what it says will be built, founded, set up or done, figure or none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from luoshu.words.clause import Sentence, laid_out
from luoshu.words.day import Mention, days
from luoshu.words.deliverable import nominal, particular, slogan, sort_of
from luoshu.words.english import heading_due, is_english
from luoshu.words.english_undertaking import english_undertakings
from luoshu.words.figure import Figure
from luoshu.words.number import narrowed
from luoshu.words.tense import Chronicle, Frame
from luoshu.words.verb import (
    AGAINST,
    AROUND,
    CUT,
    DONE,
    EARLIER,
    FINITE,
    INNER,
    INSIDE,
    LEAD,
    LEADER,
    LIST,
    NOT_DOING,
    NOUN,
    NOW,
    OPENERS,
    PLAN_TITLE,
    PRELIMINARY,
    PUSH,
    PUSHED,
    SORT,
    TAIL,
    VERB,
    WHO,
)

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
        if is_english(plain, sentence.start, sentence.end):
            found.extend(_english(plain, sentence, frame, author, promised))
            continue
        found.extend(_Reading(plain, sentence, chronicle, frame, author, promised).found())
    return found


def _english(plain: str, sentence: Sentence, frame: Frame, author: str, promised: Promised) -> Iterator[Undertaking]:
    """The undertakings of an English sentence; its deadline is the year that it says things will be done by."""
    stated = _BY.search(plain, sentence.start, sentence.end)
    due = date(int(stated["year"]), 12, 31) if stated else frame.due or heading_due(sentence.above)
    for said in english_undertakings(plain, sentence.start, sentence.end):
        number = bisect_left(promised, (said.object_start, 0))
        if number < len(promised) and promised[number][0] < said.end:
            continue
        yield Undertaking(
            start=said.start, end=said.end, verb=said.verb, object=plain[said.object_start : said.end], due=due,
            owner=author, confidence=0.6,
        )  # fmt: skip


_BY = re.compile(r"\b(?:by|before|in|until)\s+(?:the\s+end\s+of\s+)?(?P<year>20\d\d)\b")


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
        self.quoted = [match.span() for match in INSIDE.finditer(text, sentence.start, sentence.end)]
        self.named = ""
        self._mentions: list[Mention] | None = None

    @property
    def mentions(self) -> list[Mention]:
        if self._mentions is None:
            self._mentions = days(self.text, self.chronicle.year, self.sentence.start, self.sentence.end)
        return self._mentions

    def found(self) -> Iterator[Undertaking]:
        for start, end in self._clauses():
            if self.text[start - 1 : start] in ("；", ";"):
                self.named = ""  # a body answers for what follows up to the semicolon
            if end - start > 4:
                for doing in self._doings(start, end):
                    yield from self._undertakings(doing)

    def _owner(self) -> str:
        if self.named:
            return self.named
        named = LEADER.search(self.text, self.sentence.start, self.sentence.end)
        return (named["who"] or named["by"]).strip("，、（）") if named else self.author

    def _clauses(self) -> Iterator[tuple[int, int]]:
        """The stretches between ，；：。, quotations and brackets kept whole."""
        start = self.sentence.start
        for cut in CUT.finditer(self.text, self.sentence.start, self.sentence.end):
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
        if text[start] == "以" and (around := AROUND.match(text, start, end)):
            yield _Doing(around["verb"], around.start("verb"), around.start("object"), around.end("object"), "make")
            return
        if AGAINST.match(text, start, end):
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
            lead = LEAD.match(self.text, at + 1, end)
            verb = VERB.match(self.text, lead.end() if lead else at + 1, end)
            if verb and verb.end() + 2 < end and not self._in_quotes(at) and not NOUN.match(self.text, verb.end(), end):
                yield begin, at
                begin = at + 1
            at = self.text.find("、", at + 1, end)
        yield begin, end

    def _doing(self, start: int, end: int) -> _Doing | None:
        text = self.text
        lead = LEAD.match(text, start, end)
        head = lead.end() if lead else start
        verb = VERB.match(text, head, end)
        who = None if verb else WHO.match(text, head, end)
        if who:
            lead = LEAD.match(text, who.end(), end)
            head = lead.end() if lead else who.end()
            verb = VERB.match(text, head, end)
            self.named = who["who"].removeprefix("由")
        if verb and not NOUN.match(text, verb.end(), end):
            word = verb.group()
            pushed = self._pushed(verb.start(), word, verb.end(), end) if word in PUSH else None
            return pushed or _Doing(word, verb.start(), verb.end(), end, SORT.get(word, "make"))
        if lead:
            push = PUSHED.search(text, lead.start(), lead.end())
            if push:
                word, at = push.group(), push.start()
                finite = FINITE.search(text, lead.end() + 2, end)
                sort = "turn" if finite and not self._in_quotes(finite.start()) else "push"
                return self._pushed(at, word, lead.end(), end) or _Doing(word, at, lead.end(), end, sort)
            if text.endswith("探索", lead.start(), lead.end()):
                return _Doing("探索", lead.end() - 2, lead.end(), end, "make")
        return self._inner(start, end)

    def _inner(self, start: int, end: int) -> _Doing | None:
        """依托甲、乙等建立丙: a verb behind what the clause opens with."""
        if not OPENERS.match(self.text, start, end):
            return None
        inner = INNER.search(self.text, start, end)
        if not inner or self._in_quotes(inner.start()) or NOUN.match(self.text, inner.end(), end):
            return None
        return _Doing(inner["verb"], inner.start("verb"), inner.end(), end, "make")

    def _pushed(self, push: int, word: str, start: int, end: int) -> _Doing | None:
        """加快…建设: the noun of doing at the end is the verb, what stands before it the thing; 向 binds both."""
        if PRELIMINARY.search(self.text, start, end) or FINITE.search(self.text, start + 2, end):
            return _Doing(word, push, start, end, "turn")
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
        named = doing.sort in ("nominal", "turn") or (doing.sort == "do" and whole[:1] == "“")
        if not named and not sort_of(whole.rstrip("等、，。；： ")):
            return
        if NOT_DOING.search(whole) or DONE.match(whole):
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
        if not said and self.chronicle.setting.kind == "plan" and not PLAN_TITLE.match(self.text):
            return None
        return self.chronicle.due(self.frame, self.mentions, "promise", at)

    def _reported(self, at: int) -> bool:
        """Whether the sentence tells of this as something done."""
        if self.frame.mode == "future":
            return bool(EARLIER.search(self.text, max(self.sentence.start, at - 40), at))
        if NOW.search(self.text, self.sentence.start, at):
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
        tail = TAIL.match(text, last, end) if last >= 0 else None
        close = tail.start() if tail else end
        while close > start and text[close - 1] in "、，。；： 等":
            close -= 1
        parts = self._parts(start, close)
        if tail and tail["noun"] and all(b - a >= 3 for a, b in parts):
            return parts, True
        sorts = {sort_of(text[a:b]) for a, b in parts}
        alike = len(sorts) == 1 and "" not in sorts and all(b - a >= 4 for a, b in parts)
        if len(parts) > 1 and alike and not self._described(parts):
            return parts, False
        return [(start, tail.end() if tail else close)], False

    def _parts(self, start: int, end: int) -> list[tuple[int, int]]:
        parts = []
        begin = start
        for mark in LIST.finditer(self.text, start, end):
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
    "turn": {"solid": 0.5, "rule": 0.35, "event": 0.35, "frame": 0.3, "": 0.3},
}
"""How well a sort of verb and a sort of thing go together."""


def _confidence(doing: _Doing, thing: str, of_list: bool) -> float:
    """How surely a verb with this object is an undertaking that one could later find done or not done, 0 to 1."""
    if not 3 <= len(thing) <= 60:
        return 0.0
    fits = 0.55 if of_list else _FITS[doing.sort].get(sort_of(thing), 0.0)
    if not fits and doing.sort == "do" and thing[0] == "“" and thing[-1] == "”":
        fits = 0.3  # 推行“一码通办”: the name alone says what it is
    if not fits or slogan(thing):
        return 0.0
    named = particular(thing)
    return min(0.95, fits + 0.45 * named) if named or of_list else 0.0
