"""Checklists of the plan: tasks that are proposed for an incident at its level, and given with one act by a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.book.directory import Owner
from luoshu.book.problem import Problem
from luoshu.book.rules import Rule, read_rules
from luoshu.desk.act import Act, Scene, Told, act, fact
from luoshu.desk.assignment import GiveTask
from luoshu.desk.incident import LEVELS, TYPES, Incident, OfIncident, severity, standing
from luoshu.desk.journal import Refused
from luoshu.desk.plainwords import MOST_TITLE
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

NAME = "checklists"
BUILT_IN = Path(__file__).with_name("checklists.yaml")
MOST_ENTRIES = 200
MOST_HOURS = 8_784


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a checklist: what is to be done from which level on, by whom, within how many hours.

    `to` is an organisation of the book, `department` the line of work by which one is looked for.
    """

    id: str
    level: str
    title: str
    hours: float
    to: str = ""
    department: str = ""
    detail: str = ""


def checklist(book: Book | None, type: str, level: str, day: date) -> tuple[Entry, ...]:
    """The entries for a type of incident at a level, those of lower levels too, the most severe level's first.

    From the book's rules/checklists.yaml in force on the day where it has this type, else the one that comes with the
    program. No level: nothing.
    """
    own = book.rule(NAME, day) if book is not None else None
    versions = built_in()
    default = next((each for each in reversed(versions) if each.since <= day), versions[0])
    lists = (own.values.get(type) if own else None) or default.values.get(type)
    if not isinstance(lists, dict):
        return ()
    found = [
        entry for at in LEVELS if 0 < severity(at) <= severity(level)
        for entry in map(_entry, _list(lists.get(at)), [at] * MOST_ENTRIES) if entry
    ]  # fmt: skip
    return tuple({entry.id: entry for entry in found}.values())


@cache
def built_in() -> tuple[Rule, ...]:
    """The versions that come with the program."""
    return read_rules(BUILT_IN.read_bytes(), NAME, BUILT_IN.name)[0]


def _list(found: Any) -> list[Any]:
    return found[:MOST_ENTRIES] if isinstance(found, list) else []


def _entry(found: Any, level: str) -> Entry | None:
    if not isinstance(found, dict):
        return None
    title, hours, id = str(found.get("title") or ""), found.get("hours"), str(found.get("id") or "")
    if not id or not title or len(title) > MOST_TITLE or not _hours(hours):
        return None
    return Entry(id=id, level=level, title=title, hours=float(str(hours)), to=str(found.get("to") or ""),
                 department=str(found.get("department") or ""), detail=str(found.get("detail") or ""))  # fmt: skip


def _hours(found: Any) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool) and 0 < found <= MOST_HOURS


def left(incident: Incident, book: Book | None, day: date) -> tuple[Entry, ...]:
    """What the checklist still asks for at the level in force, and nobody has given yet."""
    return tuple(each for each in checklist(book, incident.type, incident.level, day) if each.id not in incident.given)


def doer(entry: Entry, owners: Mapping[str, Owner], otherwise: str) -> str:
    """Who does it: the organisation that is named, else the only or first of its line of work, else another."""
    if entry.to:
        return entry.to
    words = entry.department
    fits = [key for key, owner in owners.items() if words and (words in owner.department or words in owner.name)]
    return fits[0] if fits else otherwise


@act
class GiveChecklist(OfIncident):
    """Give the tasks of the checklist for the level in force: all that are left, or those that are named."""

    what = "checklist.give"
    says = say("give the tasks of the checklist")
    incident: str = fact("The incident", zh="事件", refers=Incident)
    entries: tuple[str, ...] = fact("Which entries; all that are left where none is named", zh="条目", default=())
    to: str = fact("Who does what the book has no organisation for", zh="其余承办单位", default="")

    def wanted(self, scene: Scene) -> list[Entry]:
        """The entries that this gives now."""
        incident = standing(scene.need(Incident, self.incident))
        day = scene.at.astimezone(scene.clock.zone).date()
        open_ones = {each.id: each for each in left(incident, scene.book, day)}
        for name in self.entries:
            if name not in open_ones:
                raise Refused(say("the checklist has no {name} that is left to give", name=name[:40]))
        return [open_ones[name] for name in self.entries] if self.entries else list(open_ones.values())

    def check(self, scene: Scene) -> None:
        found = self.wanted(scene)
        if not found:
            raise Refused(say("the checklist has nothing left to give at this level"))
        for entry in found:
            if not self._doer(scene, entry):
                raise Refused(say("nobody is known for {department}: say who does it", department=entry.department))

    def also(self, scene: Scene) -> Iterator[Act[Any]]:
        found = self.wanted(scene)
        for entry in found:
            yield GiveTask(
                id=f"{self.incident}.{entry.id}", incident=self.incident, title=entry.title, detail=entry.detail,
                to=self._doer(scene, entry), hours=entry.hours, template=entry.id,
            )  # fmt: skip
        yield TickOff(incident=self.incident, entries=tuple(each.id for each in found))

    def _doer(self, scene: Scene, entry: Entry) -> str:
        incident = scene.need(Incident, self.incident)
        owners = {row.id: row for row in scene.rows(Owner)}
        return doer(entry, owners, self.to or incident.organisation)

    def on(self, state: Incident | None, told: Told) -> Incident:
        return standing(state)


@act
class TickOff(OfIncident):
    """Note which entries of the checklist were given; written with their tasks, never alone."""

    what = "checklist.tick"
    says = say("tick off entries of the checklist")
    roles = frozenset()
    incident: str = fact("The incident", zh="事件", refers=Incident)
    entries: tuple[str, ...] = fact("The entries", zh="条目")

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        return replace(state, given=tuple(dict.fromkeys((*state.given, *self.entries))))


def checklist_faults(rules: Iterable[Rule]) -> list[Problem]:
    """What is wrong in a book's rules/checklists.yaml: each entry that cannot be read, by its type and level."""
    found = []
    for rule in rules:
        for says in _faults(rule.values):
            mend = say("Write each as {{id: …, title: …, department: …, hours: …}} below its type and level")
            found.append(Problem(code="bad-value", says=says, source=rule.source, mend=mend))
    return found


def _faults(values: Mapping[str, Any]) -> Iterator[Message]:
    for type, lists in values.items():
        if type not in TYPES:
            yield say("{type} is no type of incident", type=str(type)[:40])
            continue
        for level, entries in lists.items() if isinstance(lists, dict) else ():
            if level not in LEVELS or not isinstance(entries, list):
                yield say("{level} is no level with a list", level=str(level)[:40])
                continue
            for place, entry in enumerate(entries, 1):
                if place > MOST_ENTRIES or _entry(entry, level) is None:
                    yield say("entry {place} of {type}, level {level}, cannot be read", place=place, type=type,
                              level=level)  # fmt: skip
