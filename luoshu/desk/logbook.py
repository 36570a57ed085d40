"""The journal as a log to be searched: by whom, of what sort, about what, with which words; the newest first."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from luoshu.desk.act import ACTS, personal_of
from luoshu.desk.chain import ERASES, PERSONAL, Draft, Entry, of_moment
from luoshu.desk.journal import Journal
from luoshu.desk.sealed import WHY

MOST = 200
HIDDEN = "…"
"""What stands in logs and exports in place of a personal fact."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is sought; an empty word asks for everything. `before` is the number to begin below."""

    who: str = ""
    what: str = ""
    about: str = ""
    words: str = ""
    before: int | None = None
    but: Collection[str] = ()


def found(journal: Journal, search: Search, most: int = 50) -> tuple[Entry, ...]:
    """The newest entries that fit, at most `most`. `what` fits a sort and all below it: `staff` finds `staff.add`.

    A row that is no entry any more, because somebody wrote into the database, is left out: the chain tells of it.
    """
    from sqlalchemy import column, or_, select, table

    names = ("number", "at", "who", "what", "why", "about", "facts", "happened", "mark", "undoes", "before", "hash")
    entry = table("entry", *(column(name) for name in names))
    wanted = select(entry).order_by(entry.c.number.desc()).limit(min(most, MOST))
    if search.who:
        wanted = wanted.where(entry.c.who == search.who)
    if search.what:
        below = entry.c.what.startswith(search.what + ".", autoescape=True)
        wanted = wanted.where(or_(entry.c.what == search.what, below))
    if search.about:
        wanted = wanted.where(entry.c.about == search.about)
    if search.words:
        columns = (entry.c.why, entry.c.about, entry.c.facts, entry.c.who)
        wanted = wanted.where(or_(*(each.contains(search.words, autoescape=True) for each in columns)))
    if search.before is not None:
        wanted = wanted.where(entry.c.number < search.before)
    if search.but:
        wanted = wanted.where(entry.c.what.not_in(list(search.but)))
    with journal.engine.connect() as connection:
        rows = connection.execute(wanted).mappings().fetchall()
    return tuple(each for each in map(_entry, rows) if each is not None)


def _entry(row: Any) -> Entry | None:
    try:
        draft = Draft(
            who=row["who"], what=row["what"], why=row["why"], about=row["about"], facts=json.loads(row["facts"]),
            happened=of_moment(row["happened"]) if row["happened"] else None, mark=row["mark"] or "",
            undoes=row["undoes"],
        )  # fmt: skip
        return Entry(number=row["number"], at=of_moment(row["at"]), draft=draft, before=row["before"], hash=row["hash"])
    except (ValueError, TypeError, AttributeError):
        return None


def open_facts(what: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an act with what is personal left out."""
    kind = ACTS.get(what)
    personal = personal_of(kind) if kind else frozenset()
    return {name: HIDDEN if name in personal else value for name, value in facts.items()}


def open_draft(draft: Draft) -> tuple[dict[str, Any], str]:
    """The facts of an entry and its reason, what lies beside the journal or was erased left out."""
    told = draft.facts.get(PERSONAL)
    names = set(draft.seal.names) if draft.seal is not None else set()
    names |= set(map(str, told.get("names", ()))) if isinstance(told, Mapping) else set()
    facts = {name: value for name, value in draft.facts.items() if name not in (PERSONAL, ERASES)}
    facts |= dict.fromkeys(sorted(names - {WHY}), HIDDEN)
    return open_facts(draft.what, facts), HIDDEN if WHY in names else draft.why


def stays(journal: Journal, about: str) -> bool:
    """Whether what is personal about a thing stands in the journal itself, in entries of older versions."""
    return any(openly(each.draft) for each in found(journal, Search(about=about), MOST))


def openly(draft: Draft) -> bool:
    """Whether what is personal stands in the journal itself, as older versions of the program wrote it."""
    kind = ACTS.get(draft.what)
    return kind is not None and draft.seal is None and bool(personal_of(kind) & draft.facts.keys())
