"""The board of an incident: what stands in it and what each may do, drawn from the journal alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from luoshu.desk.actor import READERS
from luoshu.desk.incident import TYPES
from luoshu.show.boardeye import Eye, Level, eye
from luoshu.show.boardforms import ASK_WHY, board_forms
from luoshu.show.boardgoods import Goods, goods
from luoshu.show.boardmap import BoardMap, board_map
from luoshu.show.boardpeople import People, Roads, people, roads
from luoshu.show.boardsituation import Situation, situation
from luoshu.show.boardtasks import Tasks, tasks
from luoshu.show.boardwords import Decisions, Log, Messages, decisions, log, messages
from luoshu.show.forms import Form, heading
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn

PATH = "desk/incidents/{name}"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section of the board: its name, its word, how it is built, and which sorts of things change it."""

    name: str
    word: str
    build: Callable[[Eye], Any]
    sorts: str
    live: bool = True


PARTS: tuple[Part, ...] = (
    Part(name="situation", word=marked("Situation"), build=situation,
         sorts="incident reading alert shift task resource removal closure lot"),
    Part(name="tasks", word=marked("Tasks"), build=tasks, sorts="task incident"),
    Part(name="map", word=marked("Map"), build=board_map, sorts="incident closure removal reading task resource"),
    Part(name="messages", word=marked("Messages"), build=messages, sorts="message incident"),
    Part(name="resources", word=marked("Resources"), build=goods, sorts="resource incident lot"),
    Part(name="people", word=marked("People"), build=people, sorts="removal incident"),
    Part(name="roads", word=marked("Roads"), build=roads, sorts="closure incident"),
    Part(name="decisions", word=marked("Decisions"), build=decisions, sorts="decision incident"),
    Part(name="log", word=marked("Log"), build=log, sorts="*"),
)  # fmt: skip
"""The sections in the order in which they are read."""
BY_NAME = {part.name: part for part in PARTS}


@dataclass(frozen=True, kw_only=True)
class Tab:
    """The way to a section, with how many open things are in it."""

    name: str
    word: str
    key: str
    count: int
    sorts: str


@dataclass(frozen=True, kw_only=True)
class BoardPage(Page):
    """One incident as it stands: every section as plain values. `number` is the last entry of the journal in it."""

    id: str
    type: str
    level: Level
    drill: bool
    open: bool
    number: int
    now: datetime
    path: str
    can_act: bool
    tabs: tuple[Tab, ...]
    situation: Situation
    tasks: Tasks
    map: BoardMap
    resources: Goods
    people: People
    roads: Roads
    decisions: Decisions
    messages: Messages
    log: Log
    forms: tuple[Form, ...]
    ask_why: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]


def board(visit: Visit, name: str, query: Mapping[str, str]) -> BoardPage:
    """The board of an incident for who looks; KeyError where there is none of this name."""
    seen = eye(visit, name)
    found: dict[str, Any] = {part.name: part.build(seen) for part in PARTS}
    tabs = tuple(
        Tab(name=part.name, word=visit.language.text(part.word), key=str(place), sorts=part.sorts,
            count=0 if part.name in ("log", "map", "situation") else found[part.name].count)
        for place, part in enumerate(PARTS, start=1)
    )  # fmt: skip
    return BoardPage(
        title=seen.incident.title, day=seen.day if visit.links.mouth != "server" else visit.view.day,
        language=visit.language.code, id=seen.incident.id, type=heading(seen.chosen(TYPES, seen.incident.type)),
        level=seen.level(seen.incident.level), drill=seen.incident.drill, open=seen.incident.open,
        number=seen.things.number, now=seen.now, path=seen.path, can_act=seen.acts, tabs=tabs, forms=board_forms(seen),
        ask_why=tuple(sorted(ASK_WHY)), keys=_keys(found) if seen.acts else (), **found,
    )  # fmt: skip


def _keys(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The keys that press a button of the board, with its word."""
    dos = [each for part in found.values() for each in getattr(part, "dos", ())]
    waiting = found["situation"].waiting
    return tuple((each.key, each.word) for each in (*dos, *(waiting.dos if waiting else ())) if each.key)


def reach(visit: Visit, name: str) -> tuple[str, str]:
    """The organisation that leads an incident and the incident itself, for who sees only some.

    Everybody who works in it reads its board, whosoever leads: the organisation is left out.
    """
    return "", name


BOARD_LEAF = Leaf(
    name="board",
    path=PATH,
    template="board.html",
    type=BoardPage,
    build=board,
    roles=READERS,
    reach=reach,
    says=marked("The board of an incident: level, tasks, resources, people, roads, decisions, messages, log."),
)


def board_html(visit: Visit, incident: str) -> str:
    """The board as a page that stands by itself in a folder: nothing to press, nothing that follows.

    `visit.things` is what stood, `visit.now` the moment it is seen at. KeyError where there is no such incident.
    """
    page = board(visit, incident, {})
    return drawn(BOARD_LEAF.template, BOARD_LEAF.name, page, visit, has_json=False)
