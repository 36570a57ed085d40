"""A small book with two stores and some lots, and who keeps them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from luoshu.book.book import Book, open_book
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.approval import AskApproval
from luoshu.desk.incident import OpenIncident
from luoshu.desk.lots import LotStanding
from luoshu.kinds.agreement import Agreement
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.stock import available
from luoshu.kinds.store import Store

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
DAY = date(2021, 7, 20)
HOUR = timedelta(hours=1)
TABLES = {
    "item": "id,name,unit,category,shelf_life_days,price\n"
    "tent,帐篷,顶,1,,500\nwater,饮用水,瓶,1,365,2\npump,水泵,台,2,,9000\n",
    "store": "id,name,organisation,state\neast,东库,granary,open\nwest,西库,relief,open\nshut,旧库,granary,closed\n",
    "lot": "id,item,store,amount,expires,condition,counted,reserved,under_way\n"
    "W1,water,east,100,2021-08-01,good,2021-07-01,,\n"
    "W2,water,east,500,2022-06-01,good,2021-07-01,,\n"
    "W0,water,east,50,2021-07-01,good,2021-07-01,,\n"
    "T1,tent,east,40,,good,2021-07-01,10,2\n"
    "T2,tent,west,30,,good,,,\n"
    "P1,pump,east,60,,good,2021-07-01,,\n"
    "T9,tent,shut,30,,good,2021-07-01,,\n",
}


def stocked(folder: Path) -> Book:
    """The book, written into a folder and opened."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "book.yaml").write_text("title: 储备\n", "utf-8")
    for name, text in TABLES.items():
        (folder / "tables" / f"{name}.csv").write_text(text, "utf-8")
    return open_book(folder, tables=(Item, Store, Lot, Agreement))


def keeper(id: str, *organisations: str) -> Actor:
    """A storekeeper of some organisations."""
    return Actor(id=id, name=id.title(), grants=tuple(Grant(role="store", organisation=each) for each in organisations))


LI, MA = keeper("li", "granary"), keeper("ma", "granary")
HE = keeper("he", "relief")
DUTY = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
VIEWER = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))


def do(room, act, by=LI, at=NOON, **more):
    """The act, done; its entries."""
    return room.do(act, by=by, at=at, **more)


def incidents(room, *names, **facts):
    """Incidents of these names, opened."""
    for name in names:
        do(room, OpenIncident(id=name, type="flood", title=name, **facts), by=DUTY)


def lot(room, name):
    """What stands of a lot."""
    return room.standing().get(LotStanding, name)


def usable(room, day=DAY):
    """How much of each lot can be used on a day."""
    return {each.lot.id: each.amount for each in available(room.book.over(room.rows()), day)}


def ask(room, act="ship", amount=55, lot="P1", name="q1", by=LI, **more):
    """Ask a second person to agree."""
    do(room, AskApproval(approval=name, act=act, lot=lot, amount=amount, reason="flood", **more), by=by)
