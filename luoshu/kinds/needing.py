"""What people need in an emergency, by event and level: rules/needs.yaml, else the program's own planning values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book.problem import Problem, Source
from luoshu.book.rules import Rule, read_rules
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.item import Item

RULE = "needs"
BUILT_IN = Path(__file__).with_name("needs.yaml")
EVENTS: dict[str, Message] = {
    "flood": named("洪涝", "flood"),
    "fire": named("火灾", "fire"),
    "epidemic": named("疫情", "epidemic"),
    "supply": named("供应中断", "supply failure"),
}
ALIKE: Mapping[str, str] = {"rain": "flood", "forest fire": "fire", "supply failure": "supply"}
"""What happens and needs what another event needs, where a rule has no part of its own for it."""
LEVELS = ("I", "II", "III", "IV")
RATES = ("per_thousand", "per_thousand_a_day")
CHANCES = ("blocked", "detour_hours", "together_km", "late_chance", "late_days")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is needed of one good: so many `unit` for each thousand people, each day or once; or `amount` in all.

    `words` are how items of a book that stand for it are called. `assumed`: the program's own value, not the book's.
    """

    good: str
    name: Message
    unit: str
    words: tuple[str, ...] = ()
    per_thousand: float | None = None
    per_thousand_a_day: float | None = None
    amount: float | None = None
    daily: bool = False
    says: str = ""
    source: Source = field(default_factory=Source)
    assumed: bool = False

    @property
    def a_day(self) -> bool:
        """Whether it is used up day by day."""
        return self.per_thousand_a_day is not None or (self.amount is not None and self.daily)

    def of(self, people: float) -> float:
        """How much so many people need: in all, or for one day."""
        if self.amount is not None:
            return self.amount
        rate = self.per_thousand_a_day if self.per_thousand_a_day is not None else self.per_thousand or 0.0
        return rate * people / 1000

    def stands_for(self, item: Item) -> bool:
        """Whether an item of the book is this good: by its id, else by a word that its name ends in, before any size or
        remark: a tent's lamp is no tent.

        >>> from luoshu.kinds.item import Item
        >>> tent = Line(good="tent", name=named("帐篷"), unit="顶", words=("帐篷",))
        >>> tent.stands_for(Item(id="t12", name="12平方米单帐篷", unit="顶"))
        True
        >>> tent.stands_for(Item(id="l", name="帐篷灯", unit="盏"))
        False
        """
        if self.good == item.id:
            return True
        names = (item.id.casefold(), item.name.casefold(), item.name_en.casefold())
        return any(_in_name(word.casefold(), name) for word in self.words for name in names if name)


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """What the chances rest on: a way that is cut, what it then adds, within how many kilometres ways are cut together;
    a surge that comes late, by how much. `assumed`: some of it is the program's own value."""

    blocked: float
    detour_hours: float
    together_km: float
    late_chance: float
    late_days: float
    assumed: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The need of one event and level on a day: its lines by good, its doubts, and what is wrong in the rule."""

    lines: Mapping[str, Line]
    doubts: Doubts
    problems: tuple[Problem, ...] = ()


def need_sheet(book: Book, event: str, level: str, day: date) -> Sheet:
    """What is needed by the rule in force on the day; what the book's rule does not say comes from the program's own.

    A line of the rule's own takes the place of the program's line for the good; `{per_thousand: 0}` takes it out. An
    event that neither knows has no lines, and the doubts of a flood, as assumed.
    """
    rules, problems = book.rules(RULE)
    own = next((rule for rule in reversed(rules) if rule.since <= day), None)
    layers = [(_built_in(), True), *([(own, False)] if own else [])]
    goods: dict[str, Mapping[str, Any]] = {}
    lines: dict[str, Line] = {}
    found = list(problems)
    values = dict(_chances(_part(_built_in(), "flood"), level if level in LEVELS else LEVELS[-1], _built_in(), found))
    said: set[str] = set()
    for rule, ours in layers:
        goods |= _named_goods(rule)
        part = _part(rule, event)
        for name, value in _chances(part, level, rule, found):
            values[name] = value
            said |= set() if ours else {name}
        for good, written in _written(part, level):
            line = _line(good, goods.get(good, {}), written, rule, ours, found)
            if line is not None:
                lines[good] = line
    sound = {good: line for good, line in lines.items() if line.of(1000) > 0}
    return Sheet(lines=sound, doubts=Doubts(**values, assumed=not said.issuperset(CHANCES)), problems=tuple(found))


def good_named(book: Book, good: str, day: date) -> Line:
    """How a good is called and counted, without any need; a name that the sheet does not know stands for itself."""
    known: dict[str, Mapping[str, Any]] = dict(_named_goods(_built_in()))
    own = next((rule for rule in reversed(book.rules(RULE)[0]) if rule.since <= day), None)
    known |= _named_goods(own) if own else {}
    about = known.get(good, {})
    return _called(good, about)


@cache
def _built_in() -> Rule:
    return read_rules(BUILT_IN.read_bytes(), RULE, BUILT_IN.name)[0][-1]


def _part(rule: Rule, event: str) -> Mapping[str, Any]:
    """What a rule says of an event, or of one that needs the same."""
    part = rule.values.get(event, rule.values.get(ALIKE.get(event, "")))
    return part if isinstance(part, Mapping) else {}


def _named_goods(rule: Rule) -> dict[str, Mapping[str, Any]]:
    goods = rule.values.get("goods")
    return {str(k): v for k, v in goods.items() if isinstance(v, Mapping)} if isinstance(goods, Mapping) else {}


def _written(part: Mapping[str, Any], level: str) -> Iterator[tuple[str, Any]]:
    """Lines for all levels, then those of the level itself."""
    for name in ("all", level):
        lines = part.get(name)
        if isinstance(lines, Mapping):
            yield from ((str(good), written) for good, written in lines.items())


def _called(good: str, about: Mapping[str, Any], unit: str = "") -> Line:
    words = about.get("words")
    spoken: Sequence[Any] = words if isinstance(words, list) else [good]
    return Line(
        good=good, name=named(str(about.get("name") or good), str(about.get("name_en") or "")),
        unit=unit or str(about.get("unit") or ""), words=tuple(str(word) for word in spoken),
    )  # fmt: skip


def _line(
    good: str, about: Mapping[str, Any], written: Any, rule: Rule, ours: bool, found: list[Problem]
) -> Line | None:
    """A line as it is written; None, and a problem, where it cannot be meant."""
    rates = {name: written[name] for name in RATES if name in written} if isinstance(written, Mapping) else {}
    if len(rates) != 1 or not all(_amount(value) for value in rates.values()):
        says = say("what a thousand people need of {good} is not one number of zero or more", good=good[:40])
        mend = say("Write {names}, as in {{per_thousand: 60}}", names=" or ".join(RATES))
        found.append(Problem(code="bad-value", says=says, source=rule.source, mend=mend))
        return None
    called = _called(good, about, str(written.get("unit") or ""))
    return Line(
        good=good, name=called.name, unit=called.unit, words=called.words,
        per_thousand=rates.get(RATES[0]), per_thousand_a_day=rates.get(RATES[1]),
        says=str(written.get("source") or rule.values.get("source") or ""), source=Source() if ours else rule.source,
        assumed=ours,
    )  # fmt: skip


def _chances(part: Mapping[str, Any], level: str, rule: Rule, found: list[Problem]) -> Iterator[tuple[str, float]]:
    for name in CHANCES:
        value = part.get(name)
        if isinstance(value, Mapping):
            value = value.get(level)
        if value is None:
            continue
        if not _amount(value) or (name in ("blocked", "late_chance") and value > 1):
            says = say("{field} is {found!r}, and must be a number of zero or more, a chance at most 1", field=name,
                       found=str(value)[:40])  # fmt: skip
            found.append(Problem(code="bad-value", says=says, source=rule.source, mend=say("Write digits, as in 0.2")))
            continue
        yield name, float(value)


def _in_name(word: str, name: str) -> bool:
    """Whether a name ends in a word, but for sizes and remarks: what comes last in a name says what a thing is. A
    single Latin word must be the whole name, so that no waterproof coat is water.

    >>> [_in_name("帐篷", each) for each in ("单帐篷 12平方米", "帐篷（棉）", "帐篷灯", "帐篷12㎡")]
    [True, True, False, True]
    >>> [_in_name("drinking water", each) for each in ("drinking water, 500 ml", "drinking water tank")]
    [True, False]
    """
    if not word.isascii():
        return re.search(rf"{re.escape(word)}(?:$|[^\w]|[\da-z])", name) is not None
    if " " not in word:
        return name in (word, f"{word}s")
    return re.search(rf"(?:^|[ ,;]){re.escape(word)}s?(?:$|[^\w\s]|\s*\d)", name) is not None


def _amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and math.isfinite(value)
