"""What begins and goes on inside an incident: whose it is, and that the incident must be open."""

from __future__ import annotations

from typing import Any, TypeVar

from luoshu.desk.act import Act, Scene, Thing
from luoshu.desk.exercise import is_exercise
from luoshu.desk.incident import open_incident, whose
from luoshu.desk.journal import Refused
from luoshu.words.message import say

T = TypeVar("T", bound=Thing)


def real_goods(scene: Scene, incident: str) -> None:
    """Refuse to move goods, or to shut a store, for an incident that was not opened or is over, or for a drill, as all
    that stands in the stores is real; in the copy of a book that a drill is played on it may."""
    found = open_incident(scene, incident) if incident else None
    if found is not None and found.drill and scene.book is not None and not is_exercise(scene):
        title = found.title
        says = say("{incident} is a drill and these goods are real: play it on a copy of the book", incident=title)
        raise Refused(says)


class Begins(Act[T]):
    """An act that makes something new in an incident: a task, a request, a plan, a message."""

    id: str
    incident: str

    def key(self) -> str:
        return self.id

    def theirs(self, scene: Scene) -> str:
        """The organisation that it is for; empty: the incident's own."""
        return ""

    def organisation(self, scene: Scene) -> str:
        return whose(scene, self.incident, self.theirs(scene))

    def check(self, scene: Scene) -> None:
        open_incident(scene, self.incident)


class GoesOn(Act[T]):
    """An act on something that stands in an incident; it is the incident's command's and its own organisation's."""

    def standing(self, scene: Scene) -> Any:
        """What it is about, None where there is no such thing."""
        return scene.get(self.thing, self.key())

    def organisation(self, scene: Scene) -> str:
        state = self.standing(scene)
        return whose(scene, state.incident, state.organisation) if state else ""

    def check(self, scene: Scene) -> None:
        open_incident(scene, getattr(scene.need(self.thing, self.key()), "incident", ""))
