"""What a text says of reserves, and what does not fit between such a promise and the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.book.cell import perhaps
from luoshu.book.directory import Place
from luoshu.kinds.item import Item
from luoshu.kinds.store import Store
from luoshu.words.conversion import reduced
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

Fault = tuple[str, str, Message, Message]

_RESERVE = re.compile(
    r"(?:应急|救灾|救援|防汛|抗旱|抗灾|生活必需品|粮食|成品粮|食用油|口粮|医药|防疫).{0,12}储备|储备.{0,8}物资"
)
_WORKS = re.compile(r"库$|仓库|库容|仓容|设施|能力|项目|基地|中心|资金|人才|土地|用地|干部|队伍|企业|电站")
_DAYS = re.compile(r"储备|保障|供应|市场供应量")
_PIECES = frozenset(("顶", "条", "件", "台", "艘", "张", "床", "套", "具", "份", "升", "吨", "千克", "只"))
MOST_DAYS = 366
MOST_PEOPLE = 1e10


def claim(found: Any) -> dict[str, Any] | None:
    """The record of a reserve for something found in a text: so many of a good held, or for so many days.

    >>> from types import SimpleNamespace
    >>> said = SimpleNamespace(status="promise", value=15.0, unit="天", subject="成品粮应急储备", change="level")
    >>> claim(said)
    {'kind': 'reserve', 'event': 'supply', 'days': 15.0}
    """
    if found.status != "promise" or found.value is None or getattr(found, "value_high", None) is not None:
        return None
    subject = str(getattr(found, "subject", "") or "")
    if not _RESERVE.search(subject) or _WORKS.search(subject):
        return None
    if getattr(found, "change", "level") not in ("", "level") or str(getattr(found, "per", "") or ""):
        return None
    if getattr(found, "comparator", ">=") not in (">=", ">", "=", "~", "") or found.value <= 0:
        return None
    factor, unit = reduced(str(getattr(found, "unit", "") or ""))
    event = "supply" if re.search(r"粮|油|生活必需品", subject) else "epidemic" if "疫" in subject else "flood"
    values: dict[str, Any] = {"event": event}
    if unit == "天" and found.value <= MOST_DAYS:
        values["days"] = found.value
    elif unit in _PIECES:
        good = re.sub(r"应急|救灾|防汛|储备|物资|的", "", subject) or subject
        values["needed"] = [{"good": good, "amount": found.value * factor, "unit": unit}]
    else:
        return None
    values |= {each: getattr(found, each, None) for each in ("due", "owner")}
    return {"kind": "reserve", **{each: value for each, value in values.items() if value not in (None, "")}}


def reserve_faults(reserve: Reserve, book: Book) -> Iterator[Fault]:
    """What does not fit: terms that cannot be meant, areas that are not in the book."""
    yield from terms_amiss(reserve)
    known = {row.id for row in book.rows(Place)} if reserve.places else set()
    for code in reserve.places:
        if code not in known:
            file = "tables/place.csv"
            says = say("{field} {found!r} does not stand in {file}", field="places", found=code, file=file)
            yield "places", "dangling", says, perhaps(code, known, say("Add it to {file}, or name another", file=file))
    yield from _goods_amiss(reserve, book)
    yield from _nowhere(reserve, book)


def _goods_amiss(reserve: Reserve, book: Book) -> Iterator[Fault]:
    """Goods that the promise names and no item of the catalogue stands for, or whose units do not compare."""
    from luoshu.kinds.reserve_goods import goods_of, unlike_units_told
    from luoshu.kinds.reserve_state import wanted

    items = book.rows(Item)
    named_goods = {each.good: "needed" for each in reserve.needed} | dict.fromkeys(reserve.goods, "goods")
    if not items or unmeant(reserve):
        return
    found = goods_of(wanted(reserve, book, date.max), book)
    for good in found:
        field = named_goods.get(good.line.good, "goods")
        unlike = unlike_units_told(good)
        if unlike is not None:
            yield field, "unlike-units", unlike, say("Write the unit of the item so that it compares, as in 千克 or 吨")
        elif not good.items and good.line.good in named_goods:
            says = say("No item of the catalogue stands for {good}: none is counted", good=good.line.good[:40])
            mend = say("Write the id of an item, or a good of the need sheet")
            yield field, "dangling", says, perhaps(good.line.good, [row.id for row in items], mend)
    for name in reserve.goods:
        if name not in {good.line.good for good in found}:
            says = say("nothing says how much of {good} is needed", good=name[:40])
            yield "goods", "dangling", says, say("Write it into rules/needs.yaml, or into needed")


def _nowhere(reserve: Reserve, book: Book) -> Iterator[Fault]:
    """Stores without a place, where hours are promised: what stands in them counts for nothing."""
    if reserve.within is None and reserve.days is None:
        return
    names = [row.name or row.id for row in book.rows(Store) if row.x is None or row.y is None]
    if names:
        says = say("{count} stores have no place, so that nothing in them counts for hours: {names}", count=len(names),
                   names="、".join(names[:5]))  # fmt: skip
        yield "within", "no-coordinates", says, say("Write x, y and system into tables/store.csv")


def unmeant(reserve: Reserve) -> Message | None:
    """The first of its terms that cannot be meant, so that nothing can be computed; None where all can."""
    return next((says for _, _, says, _ in terms_amiss(reserve)), None)


def terms_amiss(reserve: Reserve) -> Iterator[Fault]:
    """What cannot be meant in the promise itself."""
    above = say("Write a number above zero")
    if reserve.affected is not None and not 0 < reserve.affected < float("inf"):
        says = say("it is for {found} people: nothing is needed", found=reserve.affected)
        yield "affected", "bad-value", says, above
    elif reserve.affected is not None and reserve.affected > MOST_PEOPLE:
        says = say("it is for {found:g} people, more than live on Earth", found=reserve.affected)
        yield "affected", "bad-value", says, say("Write how many people it is for")
    if reserve.share is not None and not 0 < reserve.share <= 1:
        yield "share", "bad-value", say("share is {found}, outside 0 to 1", found=reserve.share), above
    if reserve.days is not None and not 0 < reserve.days <= MOST_DAYS:
        says = say("days is {found}, and must be above 0 and at most {most}", found=reserve.days, most=MOST_DAYS)
        yield "days", "bad-value", says, above
    if reserve.within is not None:
        hours = [each for each in (reserve.within.first, reserve.within.half, reserve.within.all) if each is not None]
        if any(not 0 < each <= 24 * 30 for each in hours) or hours != sorted(hours):
            says = say("the hours of within must rise, from above 0 to at most {most}", most=24 * 30)
            yield "within", "bad-value", says, say("Write them as in {{first: 1, half: 6, all: 24}}")
    goods = [each.good for each in reserve.needed]
    for good in dict.fromkeys(each for each in goods if goods.count(each) > 1):
        says = say("{good} stands twice in needed, so that nobody can say how much is meant", good=good[:40])
        yield "needed", "bad-value", says, say("Write one amount for each good")
    for each in reserve.needed:
        figures = [value for value in (each.amount, each.per_thousand) if value is not None]
        if len(figures) != 1 or not 0 < figures[0] < float("inf"):
            says = say("how much of {good} is needed is not one number above zero", good=each.good[:40])
            yield "needed", "bad-value", says, say("Write amount or per_thousand, as in {{good: tent, amount: 500}}")
