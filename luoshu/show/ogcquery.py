"""The query of a request for features, as OGC API – Features says it: what is not known or not readable is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from fastapi import HTTPException

from luoshu.show.language import LANGUAGES
from luoshu.words.day import FIRST_DAY, LAST_DAY
from luoshu.words.message import Message, say

DEFAULT_LIMIT, MOST_ITEMS = 100, 10_000
EVERYWHERE = ("f", "day", "language")
OF_ITEMS = ("limit", "offset", "bbox", "datetime")
FORMS = ("json", "geojson")
OPEN = ("", "..")
Box = tuple[float, float, float, float]
STAMP = re.compile(r"\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?")


@dataclass(frozen=True, kw_only=True)
class ItemQuery:
    """Which features are asked for. `box`: west, south, east, north (west may lie east of east, over the date line)."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    box: Box | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


def refused(says: Message) -> HTTPException:
    """400, as the standard asks for a parameter that is unknown or whose value is invalid."""
    return HTTPException(400, says)


def single(pairs: Iterable[tuple[str, str]], known: Collection[str]) -> dict[str, str]:
    """The parameters of a request, each once; 400 for one that is not `known`, and for one that stands twice.

    >>> single([("limit", "5")], ("limit",))
    {'limit': '5'}
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            names = ", ".join(known)
            raise refused(
                say("the parameter {name} is not known here; known are: {names}", name=name[:80], names=names)
            )
        if name in found:
            raise refused(say("the parameter {name} stands twice", name=name))
        found[name] = value
    return found


def day_and_language(given: Mapping[str, str]) -> tuple[date | None, str | None]:
    """The day and the language that are asked for; `f` may only ask for what is given anyway."""
    form, language = given.get("f", "json"), given.get("language")
    if form not in FORMS:
        raise refused(say("f is {found!r}; there is only json", found=form[:80]))
    if language is not None and language not in LANGUAGES:
        raise refused(say("language is {found!r}; it is zh or en", found=language[:80]))
    if "day" not in given:
        return None, language
    try:
        found = date.fromisoformat(given["day"])
        if not FIRST_DAY <= found <= LAST_DAY:
            raise ValueError(given["day"])
        return found, language
    except ValueError:
        raise refused(say("day is {found!r}; write it as in 2025-12-31", found=given["day"][:80])) from None


def item_query(given: Mapping[str, str]) -> ItemQuery:
    """Limit, offset, box and the filters by property; the time is read and matches, since no feature has one."""
    if "datetime" in given:
        check_time(given["datetime"])
    aside = (*EVERYWHERE, *OF_ITEMS)
    return ItemQuery(
        limit=min(whole(given.get("limit", str(DEFAULT_LIMIT)), "limit", 1), MOST_ITEMS),
        offset=whole(given.get("offset", "0"), "offset", 0),
        box=box_of(given["bbox"]) if "bbox" in given else None,
        filters={name: value for name, value in given.items() if name not in aside},
    )


def whole(text: str, name: str, least: int) -> int:
    """A whole number from `least`.

    >>> whole("12", "limit", 1)
    12
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) >= least):
        says = say("{name} is {found!r}; it is a whole number from {least}", name=name, found=text[:80], least=least)
        raise refused(says)
    return int(text)


def box_of(text: str) -> Box:
    """Four or six numbers as a box; heights are passed over, since no feature has one.

    >>> box_of("112,34,113,35"), box_of("170,-10,0,-170,10,99")
    ((112.0, 34.0, 113.0, 35.0), (170.0, -10.0, -170.0, 10.0))
    """
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise refused(say("bbox is {found!r}; it is four or six numbers: west, south, east, north", found=text[:80]))
    half = len(numbers) // 2
    (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
    if south > north or (half == 3 and numbers[2] > numbers[5]):
        raise refused(say("bbox is {found!r}: its lower corner lies above its upper one", found=text[:80]))
    return west, south, east, north


def check_time(text: str) -> None:
    """400 where a text is no moment and no interval (RFC 3339, with .. or nothing for an open end)."""
    ends = text.split("/")
    moments = [moment(each) for each in ends if each not in OPEN or len(ends) == 1]
    if len(ends) > 2 or None in moments or not moments:
        says = say("datetime is {found!r}; write a moment, or two with / between them", found=text[:80])
        raise refused(says)
    if len(moments) == 2 and moments[0] > moments[1]:  # type: ignore[operator]
        raise refused(say("datetime is {found!r}: it ends before it begins", found=text[:80]))


def moment(text: str) -> str | None:
    """A moment or a day, so written that texts compare as times do; None where it is none.

    >>> moment("2025-12-31T08:00:00+08:00"), moment("2025-12-31"), moment("2025-13-01")
    ('2025-12-31T00:00:00+00:00', '2025-12-31T00:00:00+00:00', None)
    """
    from datetime import UTC

    if not STAMP.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None
