"""What would become of acts if they were done one after the other now: tried on what stands, never written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from luoshu.desk.act import Act, Scene, Told
from luoshu.desk.actor import Actor
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room, _perform


def rehearsed(room: Room, acts: Sequence[Act[Any]], *, by: Actor, at: datetime) -> list[Refused | None]:
    """For each act why it would be refused, None where it would not; each sees what those before it would leave."""
    scene = Scene(things=room.standing(), by=by, at=at, book=room.book, clock=room.clock)
    told = Told(number=scene.things.number + 1, at=at, written=at, who=by.id, why="")
    answers: list[Refused | None] = []
    for each in acts:
        before, place = dict(scene.changed), (each.thing, each.key())
        try:
            _perform(each, scene, told, [], asked=True)
        except Refused as refused:
            scene.changed = before
            answers.append(refused)
        else:
            stood = before.get(place) or scene.things.get(*place)
            scene.tried.append((each, stood, scene.changed[place]))
            answers.append(None)
    return answers
