"""A journal of an older version written anew: what is personal goes beside it, and what was withdrawn is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from luoshu.desk.act import ACTS, personal_of
from luoshu.desk.chain import BEGINNING, ERASES, Draft, Entry, written
from luoshu.desk.expert import Expert, WithdrawConsent
from luoshu.desk.post import OfferPost
from luoshu.desk.sealed import sealed
from luoshu.desk.staff import CONSOLE
from luoshu.desk.things import UNDO

RESEALED = "journal.resealed"


def resealed(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same entries under the same numbers in a chain of their own, those about people sealed; at the end one that
    says how many there were and with which hash the old chain ended, so that an old copy can still be matched."""
    posts: dict[str, list[str]] = {}
    stems: dict[int, str] = {}
    people: dict[str, list[int]] = {}
    before = after = BEGINNING
    last: Entry | None = None
    for entry in entries:
        draft = entry.draft
        kind, stem = ACTS.get(draft.what), draft.mark.partition("#")[0] or str(entry.number)
        stems[entry.number] = stem
        if kind is not None and kind.of_person:
            people.setdefault(stem, []).append(entry.number)
        if draft.what == OfferPost.what:
            posts.setdefault(str(draft.facts.get("expert")), []).append(draft.about)
        gone: Mapping[str, Any] = {}
        if draft.what == WithdrawConsent.what:
            expert = str(draft.facts.get("expert"))
            gone = {"about": [f"{Expert.sort}:{expert}", *posts.get(expert, [])]}
        elif draft.what == UNDO and (numbers := people.get(stems.get(draft.undoes or 0, ""), [])):
            gone = {"entries": list(numbers)}
        last = written(_sealed(draft, gone), entry.number, entry.at, after)
        before, after = entry.hash, last.hash
        yield last
    if last is not None:
        facts = {"entries": last.number, "head": before}
        yield written(Draft(who=CONSOLE.id, what=RESEALED, facts=facts), last.number + 1, last.at, after)


def _sealed(draft: Draft, gone: Mapping[str, Any]) -> Draft:
    """A draft with what it erases, and what is personal in it closed; one that is sealed already stays as it is."""
    if draft.seal is not None:
        return draft
    kind = ACTS.get(draft.what)
    made = draft
    if gone and ERASES not in draft.facts:
        made = Draft(
            who=draft.who, what=draft.what, why=draft.why, about=draft.about, facts={**draft.facts, ERASES: gone},
            happened=draft.happened, mark=draft.mark, undoes=draft.undoes,
        )  # fmt: skip
    if kind is not None and kind.of_person:
        return sealed(made, personal_of(kind))
    return sealed(made, ()) if draft.what == UNDO and gone else made
