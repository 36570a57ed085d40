"""What an act names must be there: areas and organisations of the book, people of the desk."""

from __future__ import annotations

from luoshu.book.directory import Owner, Place
from luoshu.desk.act import Scene
from luoshu.desk.journal import Refused
from luoshu.desk.staff import Person
from luoshu.words.message import say


def known_places(scene: Scene, codes: tuple[str, ...]) -> None:
    """Refuse codes of areas that the book does not know."""
    known = {row.id for row in scene.rows(Place)}
    for code in codes:
        if known and code not in known:
            raise Refused(say("there is no area {code} in the book", code=code[:40]))


def known_party(scene: Scene, code: str) -> None:
    """Refuse an organisation that nobody would see: neither in the book nor anybody's at the desk.

    Where the book has no table of organisations every name is taken.
    """
    owners = {row.id for row in scene.rows(Owner)}
    if not code or not owners or code in owners:
        return
    if code not in {each.organisation for each in scene.all(Person).values()} | {scene.by.organisation}:
        raise Refused(say("there is no organisation {code} in the book, and nobody at the desk is of it: write its row "
                          "into tables/owner.csv, or name it in the words", code=code[:60]))  # fmt: skip


def known_person(scene: Scene, id: str) -> None:
    """Refuse somebody who is not at the desk, or not any more."""
    if not id:
        return
    found = scene.get(Person, id)
    if found is None or found.closed:
        raise Refused(say("nobody at the desk is called {person}", person=id[:64]))
