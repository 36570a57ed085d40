"""An entry of the journal: who said what and why, when; chained by hashes, so that nothing can be changed unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

BEGINNING = "0" * 64
"""What stands before the first entry in its hash."""

MOST_TEXT = 4_000
MOST_FACTS = 410_000
"""Longest word of a draft, and longest facts as JSON, in characters."""


PERSONAL, ERASES = "#personal", "#erases"
"""Names in the chained facts that no act has: what of them is kept beside the journal, and what the entry erases."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """What is personal in an entry. The chain holds its `digest`; `said` (the values as JSON) and the `salt` that makes
    the digest unguessable lie beside it and can be erased: then both are empty. `names` are the facts that it closes.
    """

    names: tuple[str, ...]
    digest: str
    salt: str = ""
    said: str = ""

    @property
    def kept(self) -> bool:
        """Whether what it closes is still there."""
        return bool(self.salt)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody wants to have in the journal.

    `what` is the sort of fact ("stock received"), `facts` its values as JSON knows them, `about` the thing that it is
    about, `why` the reason in the writer's own words. `happened`: when it happened where that is not when it was
    written down (a telephone without signal sends later). `mark`: the sender's own name for it; a second draft with the
    same mark is the same draft and is not written again. `undoes`: the entry that this one takes back. `facts_text` is
    what is hashed and stored of the facts: nothing personal where there is a `seal` (see `luoshu.desk.sealed`).
    """

    who: str
    what: str
    why: str = ""
    about: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    happened: datetime | None = None
    mark: str = ""
    undoes: int | None = None
    facts_text: str = field(default="", init=False, repr=False, compare=False)
    seal: Seal | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def chained_why(self) -> str:
        """The reason as it is hashed and stored: not, where it is kept beside the journal."""
        return self.why if self.seal is None else ""

    def __post_init__(self) -> None:
        if not self.who or not self.what:
            raise ValueError("an entry needs to say who and what")
        words = "".join((self.who, self.what, self.why, self.about, self.mark))
        if len(words) > MOST_TEXT:
            for name in ("who", "what", "why", "about", "mark"):
                if len(getattr(self, name)) > MOST_TEXT:
                    raise ValueError(f"{name} is longer than {MOST_TEXT} characters")
        _sayable(words)
        if self.happened is not None:
            if self.happened.tzinfo is None:
                raise ValueError("happened needs a time zone, as in 2021-07-20T08:00+08:00")
            moment(self.happened)
        if self.undoes is not None and not 0 < self.undoes < 2**63:
            raise ValueError(f"{self.undoes} is not the number of an entry")
        object.__setattr__(self, "facts_text", canonical(self.facts))
        if len(self.facts_text) > MOST_FACTS:
            raise ValueError(f"the facts are longer than {MOST_FACTS} characters")


def drafted(values: dict[str, Any], facts_text: str) -> Draft:
    """A draft as a journal kept it, not checked again: its hash tells whether it is what was written."""
    draft = object.__new__(Draft)
    for name, value in values.items():
        object.__setattr__(draft, name, value)
    facts = json.loads(facts_text)
    object.__setattr__(draft, "seal", _seal(facts) if SEALED in facts_text else None)
    object.__setattr__(draft, "facts", facts)
    object.__setattr__(draft, "facts_text", facts_text)
    return draft


SEALED = f'"{PERSONAL}"'
"""What stands in the text of facts that are sealed; elsewhere quotes are escaped, or it is the whole of a text."""


def _seal(facts: dict[str, Any]) -> Seal | None:
    """The seal of chained facts, taken out of them; nothing is known yet of what it closes."""
    told = facts.pop(PERSONAL, None)
    if told is None:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("names"), list):
        raise ValueError("a seal says what it closes")
    return Seal(names=tuple(map(str, told["names"])), digest=str(told.get("digest")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A draft that stands in the journal: numbered from 1 without gaps, with the time of writing and its hash.

    `before` is the hash of the entry before it. `hash` covers everything else; see `hash_of`.
    """

    number: int
    at: datetime
    draft: Draft
    before: str
    hash: str

    @property
    def happened(self) -> datetime:
        """When it happened: as the draft says, else when it was written."""
        return self.draft.happened or self.at


def written(draft: Draft, number: int, at: datetime, before: str) -> Entry:
    """The entry that a draft becomes."""
    return Entry(number=number, at=at, draft=draft, before=before, hash=hash_of(draft, number, at, before))


def hash_of(draft: Draft, number: int, at: datetime, before: str) -> str:
    """SHA-256 over the entry before and all values of this one, in one canonical form.

    >>> day = datetime(2021, 7, 20, tzinfo=UTC)
    >>> one = hash_of(Draft(who="a", what="b"), 1, day, BEGINNING)
    >>> one == hash_of(Draft(who="a", what="b", why="c"), 1, day, BEGINNING), len(one)
    (False, 64)
    """
    happened = f'"{moment(draft.happened)}"' if draft.happened else "null"
    undoes = "null" if draft.undoes is None else f"{draft.undoes:d}"
    words = f"{_text(draft.who)},{_text(draft.what)},{_text(draft.chained_why)},{_text(draft.about)}"
    told = f'[{number:d},"{moment(at)}",{words},{happened},{_text(draft.mark)},{undoes}]'  # a list of JSON
    return hashlib.sha256(f"{before}\n{told}\n{draft.facts_text}".encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; ValueError for what JSON cannot say (NaN, infinity, other types).

    >>> canonical({"b": 1.0, "a": ["水"]})
    '{"a":["水"],"b":1.0}'
    """
    if not _plain(value):
        _sayable(value)
    return "".join(_SORTED(value, 0))


_text = json.encoder.encode_basestring


def _encoder() -> Callable[[Any, int], Iterable[str]]:
    """What writes JSON, made once: `JSONEncoder.encode` makes one anew for every value."""

    def strange(value: Any) -> Any:
        raise ValueError(f"{type(value).__name__} is not a value that can be written")

    made = json.JSONEncoder(
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
        allow_nan=False,
        check_circular=False,
        default=strange,
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # an interpreter without it
        return lambda value, depth: made.iterencode(value)
    found: Callable[[Any, int], Iterable[str]] = make(None, strange, _text, None, ":", ",", True, False, False)
    return found


_SORTED = _encoder()


def _plain(value: Any) -> bool:
    """Whether a value is a dict of texts, whole numbers, yes, no and nothing, in ASCII and without NUL: most facts are,
    and need no closer look."""
    if type(value) is not dict:
        return False
    texts = list(value)
    for each in value.values():
        kind = type(each)
        if kind is str:
            texts.append(each)
        elif kind is not int and kind is not bool and each is not None:
            return False
    try:
        whole = "".join(texts)
    except TypeError:  # a name that is no text
        return False
    return whole.isascii() and "\x00" not in whole


def _sayable(value: Any) -> None:
    kind = type(value)
    if kind is int or kind is bool or value is None:
        return
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text holds a character that no database keeps (NUL)")
        if not value.isascii():
            value.encode("utf-8")  # half a surrogate pair raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, (dict, Mapping)):
        for key, each in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{key!r} is a name that is not text")
            if not key.isidentifier() or not key.isascii():
                _sayable(key)
            if type(each) is not int:
                _sayable(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _sayable(each)
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} is not a number that can be written")
    elif not isinstance(value, (bool, int)):
        raise ValueError(f"{type(value).__name__} is not a value that can be written")


def moment(at: datetime) -> str:
    """A time in UTC to the microsecond, always of the same length, so that texts sort as times do.

    >>> moment(datetime(2021, 7, 20, 8, tzinfo=UTC))
    '2021-07-20T08:00:00.000000Z'
    """
    if at.tzinfo is None:
        raise ValueError("a time needs a time zone, as in 2021-07-20T08:00+08:00")
    try:
        utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{at} is outside the calendar") from None
    return _in_utc(utc)


@lru_cache(maxsize=256)
def _in_utc(utc: datetime) -> str:
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"


def of_moment(text: str) -> datetime:
    """The time that `moment` wrote."""
    return datetime.fromisoformat(text)
