"""The log of the desk: who did what, when and why; searched, checked, taken out, and taken back from."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from luoshu.desk.act import ACTS, Act, Thing, named_field
from luoshu.desk.chain import Entry
from luoshu.desk.clock import local_time
from luoshu.desk.expert import Expert
from luoshu.desk.keeping import entry_json
from luoshu.desk.logbook import MOST, Search, found, open_draft
from luoshu.desk.resealing import RESEALED
from luoshu.desk.room import Room
from luoshu.desk.staff import Person
from luoshu.desk.things import UNDO, Things
from luoshu.show.daybook import WRITTEN
from luoshu.show.forms import called, thing_of
from luoshu.show.language import Language, marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import named

AT_ONCE = 50
SOON = timedelta(minutes=2)
"""What was sent within this time after it happened needs no second time beside it."""
LOG_READERS = frozenset({"auditor", "duty", "admin"})
WORDS = {
    "look": marked("looked at personal data"),
    "login": marked("logged in"),
    "logout": marked("logged out"),
    "password": marked("changed the password"),
    "password.start": marked("made a start password"),
    "refused.login": marked("a login was refused"),
    "drill.go": marked("let the drill's time run"),
    "drill.pause": marked("let the drill's time stand"),
    "drill.skip": marked("went on to the drill's next moment"),
    "drill.end": marked("ended the drill"),
    "refused.page": marked("a page was refused"),
    "refused.act": marked("an act was refused"),
    "refused.session": marked("a session was refused: another browser used it"),
    RESEALED: marked("the chain was made anew, with what is personal beside it"),
    UNDO: marked("taken back"),
}
MACHINES = {"clock": marked("the clock"), "console": marked("a command on the desk's machine")}
"""Who acts without being a person of the desk."""
SORTS = (
    ("", marked("all that was done")),
    ("everything", marked("everything, also logins and looks")),
    ("look", marked("looks at personal data")),
    ("refused", marked("what was refused")),
    ("login", marked("logins")),
)
"""What can be asked for beside single sorts of acts."""


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """One entry as people read it. `undone` is the entry that took it back."""

    number: int
    at: str
    happened: str
    who: str
    who_id: str
    what: str
    word: str
    about: str
    about_word: str
    facts: tuple[tuple[str, str], ...]
    why: str
    undone: int | None
    undoes: int | None
    can_undo: bool


@dataclass(frozen=True, kw_only=True)
class JournalPage(Page):
    """A part of the log. `older` is the address of what came before it, empty at the beginning of the journal."""

    rows: tuple[EntryRow, ...]
    total: int
    search: dict[str, str]
    people: tuple[tuple[str, str], ...]
    sorts: tuple[tuple[str, str], ...]
    older: str
    checked: str
    fault: str
    head: str


def journal_page(visit: Visit, name: str, query: Mapping[str, str]) -> JournalPage:
    """The newest entries that fit the search, those of the door left out unless they are asked for."""
    assert visit.room is not None
    assert visit.things is not None
    assert visit.actor is not None
    language, room, things = visit.language, visit.room, visit.things
    asked = {key: query.get(key, "").strip()[:200] for key in ("who", "what", "about", "q")}
    entries = found(room.journal, search_of(asked, query.get("before", "")), AT_ONCE)
    people = {each.id: each.name for each in things.all(Person).values()}
    names = {who: language.text(words) for who, words in MACHINES.items()} | people
    checked, fault = chain_state(room, language) if query.get("check") else ("", "")
    newest = found(room.journal, Search(), 1)
    more = {key: value for key, value in asked.items() if value}
    older = visit.links.to("desk/journal", **more, before=str(entries[-1].number)) if len(entries) == AT_ONCE else ""
    return JournalPage(
        title=language.say("Journal"),
        day=visit.view.day,
        language=language.code,
        rows=tuple(row(each, visit, things, names) for each in entries),
        total=newest[0].number if newest else 0,
        search=asked,
        people=tuple(sorted(people.items(), key=lambda each: each[1])),
        sorts=(
            *((value, language.text(words)) for value, words in SORTS),
            *((what, language.message(kind.says)) for what, kind in sorted(ACTS.items())),
        ),
        older=older,
        checked=checked,
        fault=fault,
        head=newest[0].hash[:16] if newest else "",
    )


def search_of(asked: Mapping[str, str], before: str) -> Search:
    """The search that an address asks for."""
    what = asked["what"]
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    return Search(
        who=asked["who"], what="" if what == "everything" else what, about=asked["about"], words=asked["q"],
        before=below, but=() if what or asked["about"] or asked["who"] else WRITTEN,
    )  # fmt: skip


def chain_state(room: Room, language: Language) -> tuple[str, str]:
    """What a check of the whole chain found: a sentence where it is whole, another where it is not."""
    wrong = room.journal.fault()
    if wrong is None:
        return language.say("Checked from the first entry to the last: nothing was changed, nothing is missing."), ""
    number, how = wrong
    return "", language.say("Entry {number} does not fit: {how}. Restore a backup.", number=number, how=str(how))


def row(entry: Entry, visit: Visit, things: Things, names: Mapping[str, str]) -> EntryRow:
    """An entry in words; what is personal in its facts is left out."""
    language, draft = visit.language, entry.draft
    kind = ACTS.get(draft.what)
    step = things.step(entry.number)
    word = language.message(kind.says) if kind else language.text(WORDS.get(draft.what, draft.what))
    known, why = open_draft(draft)
    facts = tuple(
        (language.message(named_field(kind, key)) if kind else key, said(worded(kind, key, value, visit, things)))
        for key, value in known.items()
        if not (key == "id" and draft.about.endswith(f":{value}"))
    )
    may = visit.actor is not None and (
        visit.actor.reads(kind.undoers, "", kind_incident(step)) or draft.who == visit.actor.id if kind else False
    )
    late = draft.happened is not None and entry.at - entry.happened > SOON
    return EntryRow(
        number=entry.number, at=local_time(entry.at), happened=local_time(entry.happened) if late else "",
        who=names.get(draft.who) or _hand(draft.who, language), who_id=draft.who, what=draft.what, word=word,
        about=draft.about,
        about_word=about_words(kind, draft.about, language, things), facts=facts, why=why,
        undone=step.undone if step else None, undoes=draft.undoes,
        can_undo=bool(may and step and step.undone is None and step.act.lasting is None),
    )  # fmt: skip


def _hand(who: str, language: Language) -> str:
    """Who wrote an entry and has no account: an expert, by the link that is theirs alone; else the name as it is."""
    sort, _, expert = who.partition(":")
    return language.say("expert {id}, by the own link", id=expert) if sort == Expert.sort and expert else who


def kind_incident(step: Any) -> str:
    """The incident that an act names itself."""
    return str(getattr(step.act, "incident", "") or "") if step else ""


def worded(kind: type[Act[Any]] | None, name: str, value: Any, visit: Visit, things: Things) -> Any:
    """A value that was chosen from a list, in the words of the list; a thing by what it is called, where it is seen."""
    told = next((each.metadata for each in dataclasses.fields(kind) if each.name == name), None) if kind else None
    if not told or not isinstance(value, str):
        return value
    zh = told["choices"].get(value)
    if zh:
        return visit.language.message(named(zh, visit.language.text(value)))
    sort = thing_of(told.get("refers") or "")
    return (named_thing(sort, value, visit.language, things) if sort else "") or value


def about_words(kind: type[Act[Any]] | None, about: str, language: Language, things: Things) -> str:
    """What the thing of an entry is called, its bare name in the journal where it is called nothing."""
    return (named_thing(kind.thing, about.partition(":")[2], language, things) if kind else "") or about


def named_thing(sort: type[Thing], key: str, language: Language, things: Things) -> str:
    """What a thing is called; nothing where it is gone, or where its acts tell what is personal."""
    thing = things.get(sort, key)
    return "" if thing is None or sort in _personal() else called(thing, language)


@cache
def _personal() -> frozenset[type[Thing]]:
    """The sorts of things of which acts tell something personal."""
    return frozenset(
        kind.thing for kind in ACTS.values() if any(each.metadata.get("personal") for each in dataclasses.fields(kind))
    )


def said(value: Any) -> str:
    """A fact as text."""
    if isinstance(value, str):
        return value if len(value) <= 300 else value[:300] + "…"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + "…"


JOURNAL_LEAF = Leaf(
    name="journal",
    path="desk/journal",
    template="journal.html",
    type=JournalPage,
    build=journal_page,
    roles=LOG_READERS,
    # all of it: nobody who is limited to one organisation or incident reads it
    reach=lambda visit, name: ("*", "*"),
    personal=True,
    says=marked("The log of the desk. Search with who, what, about and q; older entries with before."),
)


def add_export(app: FastAPI) -> None:
    """The address that gives the whole journal as lines of JSON, what is personal left out."""

    def export(request: Request) -> Response:
        visit = visit_of(request, "desk/journal", None, None)
        admit(request, visit, dataclasses.replace(JOURNAL_LEAF, path="desk/journal.jsonl"))
        assert visit.room is not None
        headers = {"content-disposition": 'attachment; filename="journal.jsonl"', "cache-control": "no-store"}
        return StreamingResponse(lines(visit.room), media_type="application/x-ndjson", headers=headers)

    app.add_api_route("/desk/journal.jsonl", export, include_in_schema=False)


def lines(room: Room) -> Iterator[str]:
    """Every entry, the newest first, as a line of JSON."""
    before: int | None = None
    while part := found(room.journal, Search(before=before), MOST):
        for entry in part:
            facts, why = open_draft(entry.draft)
            yield json.dumps({**entry_json(entry), "facts": facts, "why": why}, ensure_ascii=False) + "\n"
        before = part[-1].number
