"""The desk of a drill, on the drill's own copy of a book: whatever is opened there is a drill, whatever goes out an
exercise."""

from __future__ import annotations

from luoshu.desk.act import Scene
from luoshu.desk.journal import Refused
from luoshu.words.message import say


def is_exercise(scene: Scene) -> bool:
    """Whether the book of the desk is the copy that a drill is played on."""
    return scene.book is not None and bool(scene.book.settings.get("drill"))


def only_drills(scene: Scene, drill: bool) -> None:
    """Refuse to open something real where all is played: it would be looked for here by nobody."""
    if is_exercise(scene) and not drill:
        raise Refused(say("this is the desk of a drill: open it as a drill, and what is real at the real desk"))
