"""What begins and goes on inside an incident: whose it is, and that the incident must be open."""

from __future__ import annotations

from typing import Any, TypeVar

from luoshu.desk.act import Act, Scene, Thing
from luoshu.desk.incident import open_incident, whose

T = TypeVar("T", bound=Thing)


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
