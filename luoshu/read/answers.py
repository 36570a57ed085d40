"""What belongs together: a fact and the promises it may answer, a promise and the target it moves, contradictions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from luoshu.read.proposal import Answer, Proposal

LEAST = 0.5
"""The least score that is shown."""
MOST_ANSWERS = 5
MOST_OTHERS = 12
MANY = 300
"""With more promises of one unit than this, only those that share letters are compared."""
_MARKS = re.compile(r"[\s\W_]+")
_WORN = re.compile(
    r"^(?:(?:全|我|本|该)(?:市|省|州|县|区|国|旗|盟|年|社会)|年末|年度?|累计|共|新增|实现|完成|其中|力争|确保)+"
    r"|(?:总数量?|数量|(?<!人)数|达到|累计)$"
)
"""Words that any subject may begin or end with."""


@dataclass(frozen=True, slots=True)
class Known:
    """Something with a subject and a figure to compare others with: a proposal, a settled target, a result."""

    id: str
    subject: str
    unit: str
    value: float | None
    value_high: float | None
    change: str
    per: str
    due: date | None
    letters: frozenset[str]
    settled: bool = False
    document: str = ""


def known(
    id: str, subject: str, unit: str, value: float | None, *, value_high: float | None = None, change: str = "level",
    per: str = "", due: date | None = None, settled: bool = False, document: str = "",
) -> Known:  # fmt: skip
    """What to compare with, its subject brought to the words that matter."""
    bare = bare_subject(subject)
    return Known(id, bare, unit, value, value_high, change, per, due, _pairs(bare), settled, document)


@lru_cache(maxsize=4096)
def bare_subject(subject: str) -> str:
    """A subject without punctuation and the words that any subject may begin or end with.

    >>> bare_subject("全市 博物馆数量"), bare_subject("城镇新增就业")
    ('博物馆', '城镇新增就业')
    """
    subject = _MARKS.sub("", subject)
    before = ""
    while subject != before:
        before = subject
        subject = _WORN.sub("", subject) or subject
    return subject


def _pairs(subject: str) -> frozenset[str]:
    return frozenset(subject[at : at + 2] for at in range(len(subject) - 1)) or frozenset((subject,))


def likeness(one: Known, other: Known) -> float:
    """How far two subjects say the same, 0 to 1: shared pairs of letters; one that holds the other counts for more.

    >>> a, b = known("a", "全市博物馆", "家", 120), known("b", "博物馆总数", "家", 112)
    >>> likeness(a, b), round(likeness(a, known("c", "民营博物馆", "家", 7)), 2)
    (1.0, 0.75)
    """
    if not one.subject or not other.subject:
        return 0.0
    if one.subject == other.subject:
        return 1.0
    short, long = sorted((one.subject, other.subject), key=len)
    if len(short) > 1 and short in long:
        return 0.45 + 0.5 * len(short) / len(long)
    shared = len(one.letters & other.letters)
    return 0.9 * 2 * shared / (len(one.letters) + len(other.letters))


class _Asked:
    """What is asked for, by unit; among very many only what shares letters with a subject is looked at."""

    def __init__(self) -> None:
        self.by_unit: dict[str, list[Known]] = defaultdict(list)
        self._by_pair: dict[str, dict[str, list[Known]]] = {}

    def like(self, one: Known) -> list[Known]:
        all_of_unit = self.by_unit.get(one.unit, [])
        if len(all_of_unit) <= MANY:
            return all_of_unit
        pairs = self._by_pair.get(one.unit)
        if pairs is None:
            pairs = self._by_pair[one.unit] = defaultdict(list)
            for target in all_of_unit:
                for pair in target.letters:
                    pairs[pair].append(target)
        rare = sorted((pairs[pair] for pair in one.letters if pair in pairs), key=len)
        found = {id(target): target for group in rare for target in group[:MANY]}
        return list(found.values())[:MANY]


def related(
    proposals: Sequence[Proposal], targets: Iterable[Known] = (), results: Iterable[Known] = ()
) -> list[Proposal]:
    """The proposals with what they answer, move and contradict: each other, settled `targets`, known `results`."""
    asked = _Asked()
    for target in targets:
        asked.by_unit[target.unit].append(target)
    own = {each.id: known_of(each) for each in proposals if each.status != "task"}
    for each in proposals:
        if each.status == "promise" and each.state == "open":
            asked.by_unit[each.unit].append(own[each.id])
    told: dict[tuple[str, str, date | None, str], list[Known]] = defaultdict(list)
    for result in (*results, *(own[each.id] for each in proposals if each.status == "fact" and each.comparator == "=")):
        told[result.subject, result.unit, result.due, result.change].append(result)
    return [_related(each, own, asked, told) for each in proposals]


def _related(each: Proposal, own: Mapping[str, Known], asked: _Asked, told: Mapping[Any, list[Known]]) -> Proposal:
    if each.status == "task":
        return each
    me = own[each.id]
    if each.status == "promise":
        moved = _moved(me, asked.like(me))
        return each if each.moves == moved else replace(each, moves=moved)
    same = told.get((me.subject, me.unit, me.due, me.change), ())
    others = tuple(islice((result.id for result in same if _differs(me, result)), MOST_OTHERS))
    answers = _answers(me, asked.like(me))
    if (answers, others) == (each.answers, each.contradicts):
        return each
    return replace(each, answers=answers, contradicts=others)


def known_of(each: Proposal) -> Known:
    """A promise or a fact as something to compare with."""
    return known(
        each.id, each.subject, each.unit, each.value, value_high=each.value_high, change=each.change or "level",
        per=each.per, due=each.due, document=each.document,
    )  # fmt: skip


def _answers(fact: Known, targets: Iterable[Known]) -> tuple[Answer, ...]:
    """The promises that a fact may answer, best first: the same unit, a like subject, growth to growth."""
    found = []
    for target in targets:
        if (target.change == "level") != (fact.change == "level"):
            continue
        score = round(likeness(fact, target), 2)
        if score >= LEAST:
            found.append(Answer(id=target.id, subject=target.subject, score=score, settled=target.settled))
    found.sort(key=lambda answer: (-answer.score, not answer.settled, answer.id))
    return tuple(found[:MOST_ANSWERS])


def _moved(promise: Known, targets: Iterable[Known]) -> Answer | None:
    """The settled target that a promise gives another figure for: like subject, same unit, change and deadline."""
    best: Answer | None = None
    for target in targets:
        same = target.settled and (target.due, target.change, target.per) == (promise.due, promise.change, promise.per)
        if not same or (target.value, target.value_high) == (promise.value, promise.value_high):
            continue
        score = round(likeness(promise, target), 2)
        if score >= 0.8 and (best is None or score > best.score):
            best = Answer(id=target.id, subject=target.subject, score=score, settled=True)
    return best


def _differs(one: Known, other: Known) -> bool:
    """Whether two sources give figures for the same thing and day that cannot both be rounded from one.

    In one document two figures under the same words (毕业生, 总产量) are of different things: tables and lists shorten.
    """
    if one.document and one.document == other.document:
        return False
    if one.id == other.id or one.due is None or len(one.subject) < 3 or one.value is None or other.value is None:
        return False
    return abs(one.value - other.value) > 0.005 * max(abs(one.value), abs(other.value))
