"""The rule sheet of reserves: how old a count may be, what is soon to expire, and what needs a second person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import fsum, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book.problem import Problem
from luoshu.book.rules import Rule, read_rules
from luoshu.kinds.item import Item
from luoshu.words.message import Message, amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

BUILT_IN = Path(__file__).with_name("stock.yaml")
GUARDED = {"ship": "出库", "scrap": "报废", "count": "盘点差异"}
"""The acts that may need a second person; for a count it is the difference that is weighed."""
MEASURES = ("amount", "value", "weight")


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """So many units of an item that are shipped, scrapped or, of a count, more or fewer than was written."""

    act: str
    item: Item
    units: float


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Above `amount` units, `value` yuan or `weight` kilograms these acts need a second person; for items of a class or
    one item only, where it names them."""

    acts: frozenset[str]
    amount: float | None = None
    value: float | None = None
    weight: float | None = None
    category: str = ""
    item: str = ""

    def covers(self, part: Weighed) -> bool:
        """Whether the limit is for this act with this item."""
        named = (not self.item or self.item == part.item.id) and part.item.category.startswith(self.category)
        return part.act in self.acts and named

    def exceeded(self, now: Weighed, others: Iterable[Weighed] = ()) -> Message | None:
        """Why this needs a second person, None where it does not. `others` are what the same person did alone: all of
        it that the limit covers counts with it, of whatever item, so that many small parts are no way around.

        What has no price or no weight in the catalogue is held to the other limits alone. An amount is of all units of
        the goods covered, however they are counted.

        >>> limit = Limit(acts=frozenset({"ship"}), value=1000)
        >>> tents = Weighed(act="ship", item=Item(id="a", name="A", unit="顶", price=600), units=1)
        >>> limit.exceeded(tents) is None
        True
        >>> print(limit.exceeded(tents, [tents]))
        worth 1,200 元, more than 1,000 元
        """
        if not self.covers(now):
            return None
        parts = [now, *(each for each in others if self.covers(each))]
        if self.amount is not None and _total(part.units for part in parts) > self.amount:
            units = _total(part.units for part in parts)
            if any(part.item.unit != now.item.unit for part in parts):
                return say("{found:,.15g} units of different goods, more than {most:,.15g}", found=units,
                           most=self.amount)  # fmt: skip
            found, most = amount(units, now.item.unit), amount(self.amount, now.item.unit)
            return say("{found}, more than {most}", found=found, most=most)
        worth = _total(part.units * (part.item.price or 0) for part in parts)
        if self.value is not None and worth > self.value and now.item.price is not None:
            return say("worth {found}, more than {most}", found=amount(worth, "元"), most=amount(self.value, "元"))
        heavy = _total(part.units * (part.item.weight or 0) for part in parts)
        if self.weight is not None and heavy > self.weight and now.item.weight is not None:
            return say("{found}, more than {most}", found=amount(heavy, "千克"), most=amount(self.weight, "千克"))
        return None


def _total(parts: Iterable[float]) -> float:
    """A sum to the millionth: ten times 0.1 is no more than 1."""
    return round(fsum(parts), 6)


@dataclass(frozen=True, kw_only=True)
class StockRules:
    """What is in force on a day; `recount_days` None: a count is good for ever."""

    recount_days: int | None = 366
    warn_days: int = 90
    approval_hours: float = 24.0
    limits: tuple[Limit, ...] = ()
    built_in: bool = True

    def needs_approval(self, act: str, item: Item, units: float, others: Sequence[Weighed] = ()) -> Message | None:
        """Why a second person must agree to so many units, None where one person is enough (see `Limit.exceeded`)."""
        now = Weighed(act=act, item=item, units=units)
        return next((why for limit in self.limits if (why := limit.exceeded(now, others))), None)


def stock_rules(book: Book | None, day: date) -> StockRules:
    """The rules in force on a day: the book's own rules/stock.yaml, else those that come with the program."""
    rule = book.rule("stock", day) if book is not None else None
    if rule is None:
        return _built_in()
    return _rules_of(rule, built_in=False)


@cache
def _built_in() -> StockRules:
    return _rules_of(_built_in_rule(), built_in=True)


@cache
def _built_in_rule() -> Rule:
    return read_rules(BUILT_IN.read_bytes(), "stock", BUILT_IN.name)[0][-1]


def _rules_of(rule: Rule, built_in: bool) -> StockRules:
    """The values of a rule; what is missing or cannot be read is as in the built-in one (see `stock_rule_faults`)."""
    values, usual = rule.values, StockRules()
    recount = values.get("recount_days", usual.recount_days)
    days, hours = _number(values.get("warn_days")), _number(values.get("approval_hours"))
    counted = _number(recount)
    listed = values.get("approval")
    if not isinstance(listed, list):
        listed = _built_in_rule().values["approval"]
    return StockRules(
        recount_days=None if recount is None else usual.recount_days if counted is None else int(counted),
        warn_days=int(days) if days is not None else usual.warn_days,
        approval_hours=hours if hours else usual.approval_hours,
        limits=tuple(_limit(each if isinstance(each, dict) else {}) for each in listed),
        built_in=built_in,
    )


def _limit(told: Mapping[str, Any]) -> Limit:
    acts = told.get("acts")
    named = frozenset(str(each) for each in acts) & GUARDED.keys() if isinstance(acts, list) else frozenset()
    most, value, weight = (_number(told.get(name)) for name in MEASURES)
    return Limit(
        acts=named or frozenset(GUARDED),
        amount=0.0 if most is None and value is None and weight is None else most,
        value=value,
        weight=weight,
        category=str(told.get("category") or ""),
        item=str(told.get("item") or ""),
    )


def _number(value: Any) -> float | None:
    """A number of zero or more, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or value < 0:
        return None
    return float(value)


def stock_rule_faults(book: Book) -> Iterator[Problem]:
    """What is wrong in the book's rules/stock.yaml; a limit that cannot be read always asks for a second person."""
    for rule in book.rules("stock")[0]:
        for says in _strange(rule.values):
            mend = say("Write it as the built-in sheet does; see docs/decisions/stock.md")
            yield Problem(code="bad-value", says=says, source=rule.source, mend=mend)


def _strange(values: Mapping[str, Any]) -> Iterator[Message]:
    for name in ("recount_days", "warn_days", "approval_hours"):
        if values.get(name) is not None and _number(values[name]) is None:
            yield say("{name} is {value}, which is no number of zero or more", name=name, value=str(values[name])[:60])
    listed = values.get("approval")
    if listed is not None and not isinstance(listed, list):
        yield say("{name} is {value}, which is no list of limits", name="approval", value=str(listed)[:60])
        return
    for each in listed or ():
        if not isinstance(each, dict) or not (set(MEASURES) & each.keys()):
            yield say("a limit says no amount, value or weight: {found}", found=str(each)[:80])
            continue
        for name in MEASURES:
            if each.get(name) is not None and _number(each[name]) is None:
                yield say(
                    "{name} is {value}, which is no number of zero or more", name=name, value=str(each[name])[:60]
                )
        acts = each.get("acts")
        unknown = [str(act) for act in acts if act not in GUARDED] if isinstance(acts, list) else []
        if unknown:
            yield say("{name} may be {words}", name=unknown[0][:40], words=", ".join(GUARDED))
