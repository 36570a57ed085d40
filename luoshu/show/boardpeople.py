"""People to move by community and shelter, and the roads that are closed: counts and places, never who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from luoshu.desk.closure import Closure
from luoshu.desk.removal import STATES, Removal, shelter_rows, sheltered
from luoshu.kinds.site import Site
from luoshu.show.boardeye import Do, Due, Eye
from luoshu.show.language import marked


@dataclass(frozen=True, kw_only=True)
class RemovalRow:
    """One community."""

    id: str
    community: str
    planned: int
    moved: int
    left: int
    back: int
    share: float
    shelter: str
    owner: str
    due: Due | None
    state: str
    state_word: str
    over: bool
    last: datetime | None
    words: str
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class ShelterRow:
    """One shelter; `places` is None where nobody counted them, `share` what of them is taken or planned."""

    id: str
    name: str
    places: int | None
    planned: int
    there: int
    free: int | None
    overfull: bool
    share: float


@dataclass(frozen=True, kw_only=True)
class People:
    """All who are to be moved."""

    rows: tuple[RemovalRow, ...]
    shelters: tuple[ShelterRow, ...]
    planned: int
    moved: int
    left: int
    back: int
    count: int
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class RoadRow:
    """One closed road, or one that is open again."""

    id: str
    road: str
    why: str
    since: datetime
    by: str
    opened: datetime | None
    state: str
    dos: tuple[Do, ...]


@dataclass(frozen=True, kw_only=True)
class Roads:
    """The roads of the incident."""

    rows: tuple[RoadRow, ...]
    opened: tuple[RoadRow, ...]
    count: int
    dos: tuple[Do, ...]


def people(eye: Eye) -> People:
    """The communities, those where most are left first, and the shelters."""
    removals = {key: each for key, each in eye.things.all(Removal).items() if each.incident == eye.incident.id}
    sites = shelter_rows(eye.book.rows(Site)) if eye.book is not None else {}
    names = {id: eye.language.word(site.name or id) for id, site in sites.items()}
    rows = sorted((_row(eye, each, names) for each in removals.values()), key=lambda row: (-row.left, row.community))
    shelters = tuple(
        ShelterRow(
            id=each.shelter, name=names.get(each.shelter, each.name) or eye.language.say("with relatives or elsewhere"),
            places=each.places, planned=each.planned, there=each.there, free=each.free, overfull=each.overfull,
            share=min(1.0, max(each.planned, each.there) / each.places) if each.places else 0.0,
        )
        for each in sheltered(removals, sites)
    )  # fmt: skip
    found = removals.values()
    return People(
        rows=tuple(rows), shelters=shelters, planned=sum(each.planned for each in found),
        moved=sum(each.moved for each in found), left=sum(each.left for each in found),
        back=sum(each.back for each in found), count=sum(each.left > 0 for each in found),
        dos=eye.do("removal.plan", marked("Plan to move people"), {"incident": eye.incident.id}, tone="primary",
                   key="p"),
    )  # fmt: skip


def _row(eye: Eye, each: Removal, names: dict[str, str]) -> RemovalRow:
    last = each.counts[-1] if each.counts else None
    counts = {"moved": str(each.moved), "back": str(each.back)}
    dos = eye.do("removal.report", marked("Report people moved"), {"removal": each.id}, each.organisation,
                 label=each.community, offers=counts)  # fmt: skip
    return RemovalRow(
        id=each.id, community=each.community, planned=each.planned, moved=each.moved, left=each.left, back=each.back,
        share=each.moved / each.planned if each.planned else 0.0, shelter=names.get(each.shelter, each.shelter),
        owner=eye.organisation(each.organisation), due=eye.due(each.due) if each.due and each.left else None,
        state=each.state, state_word=eye.chosen(STATES, each.state), over=each.over, last=last.at if last else None,
        words=last.words if last else "", dos=dos if each.under_way else (),
    )  # fmt: skip


def roads(eye: Eye) -> Roads:
    """The roads, the last closed first."""
    found = sorted(eye.of(Closure), key=lambda each: each.since, reverse=True)
    rows = [
        RoadRow(
            id=each.id, road=each.road, why=each.why, since=each.since, by=eye.name(each.who), opened=each.opened,
            state=each.state,
            dos=eye.do("closure.open", marked("Open again"), {"closure": each.id}, _own(eye), label=each.road)
            if each.state == "closed" else (),
        )
        for each in found
    ]  # fmt: skip
    shut = tuple(row for row in rows if row.state == "closed")
    return Roads(
        rows=shut, opened=tuple(row for row in rows if row.state != "closed"), count=len(shut),
        dos=eye.do("closure.close", marked("Close a road"), {"incident": eye.incident.id}, _own(eye)),
    )  # fmt: skip


def _own(eye: Eye) -> str:
    return eye.visit.actor.organisation if eye.visit.actor else ""
