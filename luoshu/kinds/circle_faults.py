"""What a text says of circles, and what does not fit between a circle and the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from luoshu.book.cell import nearest, perhaps
from luoshu.book.directory import Place
from luoshu.kinds.observation import Indicator
from luoshu.kinds.site import Site
from luoshu.words.conversion import convert
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.circle import Circle

Fault = tuple[str, str, Message, Message]

_CIRCLE = re.compile(r"^(?:城市|社区|城乡|全市|一刻钟|便民)*(?P<what>.*?)(?:服务|出行|覆盖)?圈$")
_ENGLISH = re.compile(r"(?i)^(?:the |a |an )?(?P<what>[a-z -]*?) ?(?:service )?circles?$")
_MODES = (
    ("骑行", "cycle"),
    ("自行车", "cycle"),
    ("驾车", "drive"),
    ("车程", "drive"),
    ("cycl", "cycle"),
    ("driv", "drive"),
)
_LONGEST = 240.0
"""Minutes beyond which no circle around a home is meant."""


def claim(found: Any) -> dict[str, Any] | None:
    """The record of a circle for something found in a text: so many minutes, and a subject that is a circle.

    >>> from types import SimpleNamespace
    >>> said = SimpleNamespace(status="promise", value=10.0, unit="分钟", subject="社区健身圈", comparator="<=")
    >>> claim(said)
    {'kind': 'circle', 'service': '健身', 'minutes': 10.0}
    """
    if found.status != "promise" or found.value is None or getattr(found, "unit", "") != "分钟":
        return None
    subject = str(getattr(found, "subject", "") or "").strip()
    named = _CIRCLE.match(subject) or _ENGLISH.match(subject)
    if named is None or not 0 < found.value <= _LONGEST or getattr(found, "change", "level") not in ("", "level"):
        return None
    text = str(getattr(found, "words", "") or getattr(found, "text", ""))
    mode = next((mode for word, mode in _MODES if word in text), "")
    values = {"service": named["what"].strip() or subject, "minutes": found.value, "mode": mode}
    values |= {name: getattr(found, name, None) for name in ("due", "owner")}
    return {"kind": "circle", **{name: value for name, value in values.items() if value not in (None, "")}}


def circle_faults(circle: Circle, book: Book) -> Iterator[Fault]:
    """What does not fit: an unknown service, terms that cannot be meant, capacity in units that do not compare."""
    yield from _terms(circle)
    yield from _service(circle, book)
    yield from _capacity(circle, book)
    for name, known, file in (
        ("place", {row.id for row in book.rows(Place)} if circle.place else set(), "tables/place.csv"),
        ("indicator", {row.id for row in book.rows(Indicator)} if circle.indicator else set(), "tables/indicator.csv"),
    ):
        value = getattr(circle, name)
        if value and value not in known:
            says = say("{field} {found!r} does not stand in {file}", field=name, found=value, file=file)
            yield name, "dangling", says, perhaps(value, known, say("Add it to {file}, or name another", file=file))


def unmeant(circle: Circle) -> Message | None:
    """The first of its terms that cannot be meant, so that nothing can be computed; None where all can."""
    return next((says for _, _, says, _ in _terms(circle)), None)


def _terms(circle: Circle) -> Iterator[Fault]:
    shares = [circle.share, *(step.value for step in circle.history.get("share", ()))]
    minutes = [circle.minutes, *(step.value for step in circle.history.get("minutes", ()))]
    if not all(0 < value < float("inf") for value in minutes):
        says = say("minutes is {found}: nobody is so near", found=min(minutes))
        yield "minutes", "bad-value", says, say("Write how many minutes the way may take, as in 10")
    if not all(0 < value <= 1 for value in shares):
        wrong = next(value for value in shares if not 0 < value <= 1)
        says = say("share is {found}, and must lie above 0 and be no more than 1", found=wrong)
        mend = say("Write {share} for {percent} %", share=wrong / 100, percent=wrong)
        yield "share", "bad-value", says, mend if 1 < wrong <= 100 else say("Write 1 for everybody")
    if circle.of == "places" and circle.group != "all":
        says = say("places are counted, so that the group {found} cannot be counted too", found=circle.group)
        yield "group", "bad-value", says, say("Write of: people, or leave the group out")
    if circle.walker != "adult" and circle.mode != "walk":
        says = say("walker is {found}, but nobody walks: mode is {mode}", found=circle.walker, mode=circle.mode)
        yield "walker", "bad-value", says, say("Leave the walker out, or write mode: walk")
    if circle.capacity is not None and not circle.capacity.per_head > 0:
        says = say("capacity is {found} per head, which promises nothing", found=circle.capacity.per_head)
        yield "capacity", "bad-value", says, say("Write a figure above zero, or leave capacity out")
    if any(number < 0 for number in circle.phases):
        says = say("phases holds {found}, less than nothing", found=min(circle.phases))
        yield "phases", "bad-value", says, say("Write how many new sites for each year, as in [2, 2, 1]")
    if not circle.spacing >= 0:
        says = say("spacing is {found}, less than nothing", found=circle.spacing)
        yield "spacing", "bad-value", says, say("Write zero or more")


def _service(circle: Circle, book: Book) -> Iterator[Fault]:
    """A service that no site gives is a fault only where sites of others are listed: then it may be misspelt."""
    known = {row.service for row in book.rows(Site)}
    if circle.service in known:
        return
    near = nearest(circle.service, known)
    if near:
        says = say("no site of {file} offers {service!r}", file="tables/site.csv", service=circle.service)
        yield "service", "unknown-service", says, say("Did you mean {name!r}?", name=near)


def _capacity(circle: Circle, book: Book) -> Iterator[Fault]:
    if circle.capacity is None:
        return
    rows = [row for row in book.rows(Site) if row.service == circle.service and row.capacity is not None]
    units = dict.fromkeys(row.capacity_unit for row in rows)
    strange = [unit for unit in units if not comparable(unit, circle.capacity.unit)]
    if strange:
        says = say("the promise is in {unit} per head, but sites have their capacity in {other}",
                   unit=circle.capacity.unit or "—", other=strange[0] or "—")  # fmt: skip
        mend = say("Mend the unit of the promise or of the sites: they are not counted until then")
        yield "capacity", "unlike-units", says, mend


def comparable(unit: str, to: str) -> bool:
    """Whether a capacity in one unit can be counted in another; no unit fits only itself and the unit not said.

    >>> comparable("平方米", "亩"), comparable("座", "平方米"), comparable("座", "")
    (True, False, True)
    """
    return not to or unit == to or (bool(unit) and convert(1.0, unit, to) is not None)


def units_mixed(units: Iterable[str]) -> bool:
    """Whether capacities in these units cannot be added up.

    >>> units_mixed(["平方米", "亩"]), units_mixed(["座", "床"])
    (False, True)
    """
    first, *others = list(dict.fromkeys(units)) or [""]
    return any(other != first and (not other or not first or convert(1.0, other, first) is None) for other in others)
