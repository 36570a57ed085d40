"""Which items of the catalogue stand for a good that is needed, and how many units of the one make one of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from luoshu.kinds.item import Item
from luoshu.kinds.needing import Line
from luoshu.kinds.supplying import standing_stock
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book


@dataclass(frozen=True, kw_only=True)
class Good:
    """A line of the need with the items that stand for it: units of the good in one unit of each item.

    `unlike`: items whose unit does not measure the same, so that none of them is counted.
    """

    line: Line
    items: Mapping[str, float]
    unlike: tuple[Item, ...] = ()


def goods_of(lines: Sequence[Line], book: Book) -> tuple[Good, ...]:
    """The goods of a need with their items; an item stands for one good only, the one that names it best."""
    found: dict[str, dict[str, float]] = {line.good: {} for line in lines}
    unlike: dict[str, list[Item]] = {line.good: [] for line in lines}
    for item in book.rows(Item):
        fits = [line for line in lines if line.stands_for(item)]
        if not fits:
            continue
        line = max(fits, key=lambda each: (each.good == item.id, _longest(each, item)))
        times = _times(item.unit, line.unit)
        if times is None:
            unlike[line.good].append(item)
        else:
            found[line.good][item.id] = times
    return tuple(Good(line=line, items=found[line.good], unlike=tuple(unlike[line.good])) for line in lines)


PIECES = frozenset("顶条件个台艘张床座盏只支把具套副份辆部架")
ANY_PIECE = frozenset("个件只套")
"""Words by which single pieces are counted, and those that may stand for any other: a lamp is one 个 as well as one 盏,
but one 盏 is no 顶."""
SAME_PIECE = tuple(map(frozenset, ("条床", "艘条", "台部", "台架", "支把")))


def _times(unit: str, wanted: str) -> float | None:
    """How many of the wanted unit are in one; None where they do not compare."""
    pieces = unit in PIECES and wanted in PIECES
    if not wanted or unit == wanted or {unit, wanted} in SAME_PIECE or (pieces and {unit, wanted} & ANY_PIECE):
        return 1.0
    return convert(1.0, unit, wanted)


def _longest(line: Line, item: Item) -> int:
    names = f"{item.id} {item.name} {item.name_en}".casefold()
    return max((len(word) for word in line.words if word.casefold() in names), default=0)


def without_item(line: Line, book: Book) -> str:
    """What a good is asked for under where no item stands for it: its own name, that no item has, as one of the same
    name that is counted otherwise is not what is needed."""
    return f"good:{line.good}" if any(item.id == line.good for item in book.rows(Item)) else line.good


def items_for(book: Book, line: Line, day: date) -> tuple[tuple[str, float, float], ...]:
    """The items that a need of a good is asked for under: each with how many of its units make one of the good, and how
    much of the good it has ready.

    The one of which most stands ready comes first, then the others of which there is any; the good's own name where no
    item stands for it.
    """
    good = goods_of((line,), book)[0]
    if not good.items:
        return ((without_item(line, book), 1.0, 0.0),)
    held: dict[str, float] = dict.fromkeys(good.items, 0.0)
    for origin in standing_stock(book, day).origins:
        if origin.item in held:
            held[origin.item] += origin.amount * good.items[origin.item]
    ready = sorted(held, key=lambda item: -held[item])
    return tuple(
        (item, 1 / good.items[item], held[item]) for place, item in enumerate(ready) if not place or held[item] > 0
    )


def unlike_units_told(good: Good) -> Message | None:
    """A sentence about items that are not counted since their units do not compare; None where there is none."""
    if not good.unlike:
        return None
    names = "、".join(f"{item.name}（{item.unit}）" for item in good.unlike[:5])
    return say("{items} are not counted: their units do not compare with {unit}", items=names, unit=good.line.unit)
