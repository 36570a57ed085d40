"""The pages of the desk: which there are and who may see them; and the desk that a server opens."""

from __future__ import annotations

from pathlib import Path

from luoshu.desk.place import PLACE
from luoshu.desk.room import Room, open_room
from luoshu.show.afteraction import AFTER_LEAF
from luoshu.show.alertpages import ALERT_LEAVES
from luoshu.show.board import BOARD_LEAF
from luoshu.show.boarddispatch import DISPATCH_LEAF
from luoshu.show.demandpage import DEMAND_LEAVES
from luoshu.show.deskalerts import DESK_ALERT_LEAVES
from luoshu.show.deskfront import FRONT_LEAF
from luoshu.show.journalpage import JOURNAL_LEAF
from luoshu.show.oneexpert import EXPERT_LEAVES
from luoshu.show.pages import Leaf
from luoshu.show.readingpage import READINGS_LEAF
from luoshu.show.replaypage import REPLAY_LEAF
from luoshu.show.rosterpage import ROSTER_LEAF
from luoshu.show.shelf import Shelf
from luoshu.show.staffpage import STAFF_LEAF
from luoshu.show.stockleaves import STOCK_LEAVES

DESK_LEAVES: tuple[Leaf, ...] = (
    FRONT_LEAF,
    REPLAY_LEAF,
    BOARD_LEAF,
    DISPATCH_LEAF,
    READINGS_LEAF,
    ROSTER_LEAF,
    AFTER_LEAF,
    STAFF_LEAF,
    JOURNAL_LEAF,
    *STOCK_LEAVES,
    *ALERT_LEAVES,
    *DESK_ALERT_LEAVES,
    *EXPERT_LEAVES,
    *DEMAND_LEAVES,
)


def room_for(shelf: Shelf, place: str) -> Room | None:
    """The desk of the book on the shelf: at the place named, else in its folder where a journal stands there."""
    folder: Path = shelf.folder
    if not place and not (folder / PLACE).is_file():
        return None
    shelf.room = open_room(shelf.book(), place)
    return shelf.room
