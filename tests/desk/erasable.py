"""An expert with all that the desk can know of one, and what lies in the tables."""

from __future__ import annotations

from datetime import UTC, datetime

import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.shelves import engine_of

AT = datetime(2021, 7, 20, 4, tzinfo=UTC)
WANG = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
PHONE, NAME = "13812345678", "张水生"
SECRETS = (PHONE, NAME, "黄河河务局高工", "yellow-river", "王主任推荐")


def do(room, what, why="", mark="", **facts):
    return room.do(made_of(what, facts), by=WANG, at=AT, why=why, mark=mark)


def filled(room):
    """An expert with all that the desk can know of one, and a second one who stays."""
    do(room, "expert.enter", expert="e1", name=NAME, contact=PHONE, works_for="yellow-river", post="黄河河务局高工",
       why="王主任推荐", mark="m1")  # fmt: skip
    do(room, "expert.consent", expert="e1", since="2021-01-01", purpose="应急处置时联系张水生")
    do(room, "expert.skill", expert="e1", skill="dyke", level="leads")
    do(room, "post.offer", post="p1", expert="e1", host="university", home="yellow-river", direction="to_university",
       work="带研究生，黄河河务局高工", share=20, since="2021-01-01", until="2022-01-01")  # fmt: skip
    do(room, "post.agree", post="p1", party="expert", why=f"电话 {PHONE} 同意")
    do(room, "expert.enter", expert="e2", name="李四", contact="13900000000")
    do(room, "expert.consent", expert="e2", since="2021-01-01", purpose="x")


def rows(place, sentence):
    engine = engine_of(place)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sentence)]
    finally:
        engine.dispose()


def asked(place, sentence):
    engine = engine_of(place).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(sentence)
    finally:
        engine.dispose()
