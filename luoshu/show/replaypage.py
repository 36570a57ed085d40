"""The replay of an incident: a slider over its entries, on the server and in a published folder alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from luoshu.desk.actor import READERS
from luoshu.desk.incident import TYPES
from luoshu.desk.milestone import milestones
from luoshu.show.boardeye import Eye, eye
from luoshu.show.language import marked
from luoshu.show.links import join
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf, drawn
from luoshu.show.replayframes import Frames, Line, frames_of

MINUTE = timedelta(minutes=1)
SPEEDS = (60, 600, 3600)
"""How many times faster than it was: an hour in a minute, in six seconds, in one."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A milestone: when (empty where it was not reached), how long after the opening, by which entry."""

    says: str
    time: str
    after: str
    number: int | None


@dataclass(frozen=True, kw_only=True)
class ReplayPage(Page):
    """One incident over time."""

    id: str
    type: str
    drill: bool
    board: str
    milestones: tuple[Reached, ...]
    replay: Frames
    lines: tuple[Line, ...]
    speeds: tuple[int, ...] = SPEEDS


def replay(visit: Visit, name: str, query: Mapping[str, str]) -> ReplayPage:
    """The replay of an incident; KeyError where there is none of this name."""
    seen = eye(visit, name)
    frames, lines = frames_of(seen)
    return ReplayPage(
        title=visit.language.say("Replay: {title}", title=visit.language.word(seen.incident.title)),
        day=visit.view.day,
        language=visit.language.code,
        id=seen.incident.id,
        type=seen.chosen(TYPES, seen.incident.type),
        drill=seen.incident.drill,
        board=visit.links.to(join("desk/incidents", seen.incident.id)),
        milestones=_milestones(seen),
        replay=frames,
        lines=lines,
    )


def _milestones(seen: Eye) -> tuple[Reached, ...]:
    return tuple(
        Reached(
            says=seen.language.message(each.says),
            time=each.at.astimezone(seen.clock.zone).strftime("%m-%d %H:%M") if each.at else "",
            after=seen.span(round(each.after / MINUTE)) if each.after and each.after >= MINUTE else "",
            number=each.number,
        )
        for each in milestones(seen.things, seen.incident.id)
    )


REPLAY_LEAF = Leaf(
    name="replay",
    path="desk/incidents/{name}/replay",
    template="replay.html",
    type=ReplayPage,
    build=replay,
    names=lambda view: [],
    roles=READERS,
    reach=lambda visit, name: ("", name),
    says=marked("The replay of an incident: how it stood after each entry, its milestones and its log."),
)


def replay_html(visit: Visit, incident: str) -> str:
    """The replay as a page that stands by itself in a folder. KeyError where there is no such incident."""
    return drawn(REPLAY_LEAF.template, REPLAY_LEAF.name, replay(visit, incident, {}), visit, has_json=False)
