"""What is personal lies beside the journal; the chain keeps a salted digest, so that it can be erased for good."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from luoshu.desk.chain import ERASES, PERSONAL, Draft, Entry, Seal, canonical, drafted

if TYPE_CHECKING:
    from sqlalchemy import Connection

WHY = "#why"
"""The name of an entry's reason among those that a seal closes."""
AT_ONCE = 500
_VALUES = ("who", "what", "about", "why", "happened", "mark", "undoes")


def sealed(draft: Draft, personal: Collection[str]) -> Draft:
    """The draft with its facts of these names, and its reason, closed; the same draft where it has none of them.

    >>> one = sealed(Draft(who="li", what="expert.enter", facts={"expert": "e1", "name": "王"}), {"name"})
    >>> one.facts["name"], "王" in one.facts_text, digest(one.seal.salt, one.seal.said) == one.seal.digest
    ('王', False, True)
    """
    names = [name for name in draft.facts if name in personal]
    if not names and not draft.why:
        return draft
    said = canonical({"facts": {name: draft.facts[name] for name in names}, "why": draft.why})
    salt = secrets.token_hex(32)
    closed = (*names, WHY) if draft.why else tuple(names)
    seal = Seal(names=closed, digest=digest(salt, said), salt=salt, said=said)
    told = {name: value for name, value in draft.facts.items() if name not in personal}
    text = canonical({**told, PERSONAL: {"digest": seal.digest, "names": closed}})
    return _with(draft, draft.facts, draft.why, text, seal)


def digest(salt: str, said: str) -> str:
    """HMAC-SHA256 of what was said, with 32 random bytes as key: without them no telephone number can be tried out."""
    return hmac.new(bytes.fromhex(salt), said.encode(), "sha256").hexdigest()


def opened(draft: Draft, salt: str, said: str) -> Draft:
    """A sealed draft with what lay beside it; whether it is what was written is for `fits` to say."""
    assert draft.seal is not None
    seal = Seal(names=draft.seal.names, digest=draft.seal.digest, salt=salt, said=said)
    facts: Mapping[str, Any]
    try:
        told = json.loads(said)
        facts, why = {**draft.facts, **told["facts"]}, str(told["why"])
    except (ValueError, TypeError, KeyError):
        facts, why = draft.facts, ""
    return _with(draft, facts, why, draft.facts_text, seal)


def sealed_again(draft: Draft, kept: object) -> Draft:
    """A draft with the chained facts of one that was sealed, opened with what was `kept` (salt and said) where there
    is any. ValueError where the facts have no seal that makes sense."""
    made = drafted({name: getattr(draft, name) for name in _VALUES}, draft.facts_text)
    if not isinstance(kept, Mapping):
        return made
    return opened(made, str(kept["salt"]), str(kept["said"]))


def closed(draft: Draft) -> Draft:
    """A sealed draft as it stands once what is personal was erased."""
    if draft.seal is None:
        return draft
    facts = {name: value for name, value in draft.facts.items() if name not in draft.seal.names}
    seal = Seal(names=draft.seal.names, digest=draft.seal.digest)
    return _with(draft, facts, "", draft.facts_text, seal)


def fits(draft: Draft) -> bool:
    """Whether what lies beside an entry is what was written with it; True where nothing does."""
    seal = draft.seal
    if seal is None or not seal.kept:
        return True
    try:
        return hmac.compare_digest(digest(seal.salt, seal.said), seal.digest)
    except (ValueError, TypeError):
        return False


def missing(draft: Draft) -> frozenset[str]:
    """The facts of a draft that were erased."""
    return frozenset(draft.seal.names) - {WHY} if draft.seal is not None and not draft.seal.kept else frozenset()


def same_told(one: Draft, other: Draft) -> bool:
    """Whether two drafts say the same; each seal has its own salt, and what was erased cannot be compared."""
    if (one.who, one.what, one.undoes) != (other.who, other.what, other.undoes):
        return False
    if one.facts_text == other.facts_text:
        return True
    if one.seal is None and other.seal is None and not {ERASES} & {*one.facts, *other.facts}:
        return False
    gone = {ERASES, *missing(one), *missing(other)}
    facts = [{name: value for name, value in each.facts.items() if name not in gone} for each in (one, other)]
    return canonical(facts[0]) == canonical(facts[1])


def _with(draft: Draft, facts: Mapping[str, Any], why: str, facts_text: str, seal: Seal) -> Draft:
    made = drafted({name: getattr(draft, name) for name in _VALUES} | {"why": why}, facts_text)
    object.__setattr__(made, "facts", facts)
    object.__setattr__(made, "seal", seal)
    return made


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """What an entry erases: all that was said before it about things (`about`), or with some `entries`."""

    before: int
    about: frozenset[str] = frozenset()
    entries: frozenset[int] = frozenset()

    def covers(self, number: int, about: str) -> bool:
        """Whether what is personal in an entry goes with it."""
        return number < self.before and (number in self.entries or about in self.about)


def erasing(entry: Entry) -> Erasing | None:
    """What an entry erases, None where it erases nothing."""
    told = entry.draft.facts.get(ERASES)
    if not isinstance(told, Mapping):
        return None
    about, entries = told.get("about") or (), told.get("entries") or ()
    return Erasing(
        before=entry.number, about=frozenset(each for each in about if isinstance(each, str)),
        entries=frozenset(each for each in entries if isinstance(each, int)),
    )  # fmt: skip


def forget(entries: dict[str, Entry], by: Entry) -> None:
    """Close, among entries that are remembered by their mark, those that another one erases."""
    gone = erasing(by)
    if gone is None:
        return
    for mark, entry in entries.items():
        if entry.draft.seal is not None and gone.covers(entry.number, entry.draft.about):
            entries[mark] = replace(entry, draft=closed(entry.draft))


TABLE = (
    "CREATE TABLE IF NOT EXISTS personal (number BIGINT PRIMARY KEY, about TEXT NOT NULL, salt TEXT NOT NULL, "
    "said TEXT NOT NULL)"
)
"""The table beside the entries: a row for each with a seal, until it is erased. Made with the first one, so that
journals from before it open as they are."""


def sentences(entries: Sequence[Entry]) -> list[str]:
    """What the database must be told beside the entries that are written, in order: what to keep, what to erase.

    Whole sentences without values, which both databases read alike.
    """
    told: list[str] = []
    for entry in entries:
        seal = entry.draft.seal
        if seal is not None and seal.kept:
            values = ", ".join(map(_quoted, (entry.draft.about, seal.salt, seal.said)))
            told.append(f"INSERT INTO personal (number, about, salt, said) VALUES ({entry.number:d}, {values})")
        gone = erasing(entry) if ERASES in entry.draft.facts else None
        if gone is not None and gone.about:
            listed = ", ".join(map(_quoted, sorted(gone.about)))
            told.append(f"DELETE FROM personal WHERE number < {gone.before:d} AND about IN ({listed})")
        if gone is not None and gone.entries:
            listed = ", ".join(f"{number:d}" for number in sorted(gone.entries))
            told.append(f"DELETE FROM personal WHERE number < {gone.before:d} AND number IN ({listed})")
    return [TABLE, *told] if told else []


def _quoted(text: str) -> str:
    """A text in a sentence: whole, as `standard_conforming_strings` is on and no text holds NUL."""
    return "'" + text.replace("'", "''") + "'"


def beside(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Salt and values of what is personal in entries, by number, as far as it was not erased."""
    if not numbers or not connection.dialect.has_table(connection, "personal"):
        return {}
    kept: dict[int, tuple[str, str]] = {}
    for first in range(0, len(numbers), AT_ONCE):
        listed = ", ".join(f"{number:d}" for number in numbers[first : first + AT_ONCE])
        rows = connection.exec_driver_sql(f"SELECT number, salt, said FROM personal WHERE number IN ({listed})")
        kept.update({row[0]: (row[1], row[2]) for row in rows})
    return kept


@dataclass
class Beside:
    """Counts, along a whole journal, what is kept beside it and what was erased, and finds what nobody erased by an
    entry, or what stands again although somebody did."""

    kept: set[tuple[int, str]] = field(default_factory=set)
    gone: set[tuple[int, str]] = field(default_factory=set)
    erasings: list[Erasing] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        """Look at one entry, in the order of the journal."""
        if entry.draft.seal is not None:
            (self.kept if entry.draft.seal.kept else self.gone).add((entry.number, entry.draft.about))
        found = erasing(entry) if ERASES in entry.draft.facts else None
        if found is not None:
            self.erasings.append(found)

    def lost(self) -> list[int]:
        """The entries whose personal facts are not there, although no entry erased them."""
        return sorted(number for number, about in self.gone if not self._erased(number, about))

    def back(self) -> list[int]:
        """The entries whose personal facts are there, although an entry erased them."""
        return sorted(number for number, about in self.kept if self._erased(number, about))

    def _erased(self, number: int, about: str) -> bool:
        return any(each.covers(number, about) for each in self.erasings)
